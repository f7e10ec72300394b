//! The gateway door: passes a permitted request to the dataset's own service and its answer back. Takes a [`Permit`] by
//! type, so nothing unchecked can reach an upstream. Never follows a redirect and never changes a body.

use std::cell::Cell;
use std::rc::Rc;

use hyper::body::{Body, Incoming};
use hyper::header::{CONTENT_LENGTH, HeaderMap, TRANSFER_ENCODING};
use hyper::{Request, Response, StatusCode};

use super::answer::{self, Answer, Fault};
use super::body::{Allowed, AnswerBody, BodyFault, Carried, Outgoing, Relay, Streaming};
use super::call::{Book, Call};
use super::check::{self, Ask, Credential, Permit, Target};
use super::server::watch::sweeps;
use super::upstream::{Failure, Lease, Upstream};
use super::verdict::{Denial, Outcome, Verdict};
use super::{credential, headers};
use crate::domain::path::{CleanPath, PathProblem};
use crate::domain::scope::Method;
use crate::domain::tier::Tier;

/// Answers `ANY /{dataset}/{path}`.
pub(super) async fn gateway(call: Call, request: Request<Incoming>) -> Answer {
    let (head, body) = request.into_parts();
    let uri = &head.uri;
    // An absolute form (`GET http://…`) says where to go beside the path: two places are one too many.
    let is_plain = uri.scheme().is_none() && uri.authority().is_none();
    let path = if is_plain { CleanPath::parse(uri.path()) } else { Err(PathProblem::NotAbsolute) };
    let query = uri.query();
    let key_in_query = path.as_ref().ok().zip(query).and_then(|(path, query)| query_key(&call, path, query));
    let in_query = match &key_in_query {
        None => Credential::None,
        Some(Ok(text)) => Credential::Text(text),
        Some(Err(())) => Credential::Malformed,
    };
    let method = head.method.as_str().parse().ok();
    let ask = Ask {
        credential: credential::shown(&head.headers, in_query),
        method,
        target: match &path {
            Ok(path) => Target::Path { dataset: path.first_segment(), rest: path.rest() },
            Err(problem) => Target::Ambiguous(*problem),
        },
        client: call.client,
    };
    let permit = match check::check(&ask, call.worker.shared.grants(), &call.now) {
        Verdict::Permit(permit) => permit,
        Verdict::Deny(denial) => return refuse(&call, *denial),
    };
    let mut book = call.book_permit(&permit);
    let (Ok(path), Some(upstream)) = (&path, &permit.route().upstream) else {
        // A permit is never given for an ambiguous path or a dataset without an upstream.
        return upstream_failed(&call, &mut book, &permit, 502, "there is no upstream");
    };
    let is_read = matches!(method, Some(Method::Get | Method::Head));
    if let Err(fault) = body_is_acceptable(&call, &head.headers, is_read) {
        return body_fault(&call, &mut book, fault);
    }
    let query = query.map(|query| credential::without_keys(query, &call.worker.shared.grants().rules().key_prefix));
    let passage = Passage {
        call: &call,
        permit: &permit,
        upstream,
        method: &head.method,
        headers: &head.headers,
        path: path.rest_encoded(),
        query: query.as_deref(),
    };
    passage.run(body, is_read, book).await
}

/// Answers a refused call and enters it in the books.
fn refuse(call: &Call, denial: Denial) -> Answer {
    let response = answer::denied(call, &denial);
    let mut book = call.book(denial.trace, denial.outcome, denial.status);
    book.add_bytes(response.body().len());
    response
}

/// The key in the query, looked for only where the dataset allows it.
fn query_key(call: &Call, path: &CleanPath<'_>, query: &str) -> Option<Result<String, ()>> {
    let found = credential::in_query(query)?;
    let route = call.worker.shared.grants().route(path.first_segment())?;
    route.allows_query_key.then_some(found)
}

/// What the head says of the body. A read with a body has no meaning (RFC 9110, 9.3.1) and is how one request is hidden
/// in another, so it is refused.
fn body_is_acceptable(call: &Call, headers: &HeaderMap, is_read: bool) -> Result<(), BodyFault> {
    let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if is_read && (headers.contains_key(TRANSFER_ENCODING) || length.is_some_and(|length| length > 0)) {
        return Err(BodyFault::Unexpected);
    }
    if length.is_some_and(|length| length > call.worker.shared.options().request_body_max_bytes) {
        return Err(BodyFault::TooLarge);
    }
    Ok(())
}

/// One permitted request on its way.
struct Passage<'a> {
    call: &'a Call,
    permit: &'a Permit,
    upstream: &'a Upstream,
    method: &'a hyper::Method,
    headers: &'a HeaderMap,
    path: &'a str,
    query: Option<&'a str>,
}

impl Passage<'_> {
    async fn run(&self, body: Incoming, is_read: bool, mut book: Book) -> Answer {
        let options = self.call.worker.shared.options();
        let (body, carried, patience) = if body.is_end_stream() {
            (Outgoing::Empty, None, self.upstream.patience())
        } else {
            let deadline = sweeps(options.request_body_deadline);
            let limit = self.call.worker.waiting.patience(deadline);
            let (body, carried) = Streaming::new(body, options.request_body_max_bytes, limit);
            (Outgoing::Streaming(body), Some(carried), self.upstream.patience() + deadline)
        };
        let may_repeat = is_read && carried.is_none();
        let sent = self.send(body, may_repeat, patience).await;
        let fault = carried.as_ref().map(|carried| carried.get());
        match sent {
            Ok((response, lease)) => self.relay(response, lease, carried, book),
            Err(Failure::Unsent(_) | Failure::Broken(_) | Failure::Late) if let Some(Carried::Not(fault)) = fault => {
                body_fault(self.call, &mut book, fault)
            }
            Err(Failure::Unsent(problem) | Failure::Broken(problem)) => self.failed(&mut book, 502, &problem),
            Err(Failure::Late) => self.failed(&mut book, 504, "no answer in time"),
            Err(Failure::LeftAlone) => self.failed(&mut book, 503, "it failed several times in a row"),
        }
    }

    /// Sends the request; a read is sent once more when the upstream had closed a kept connection.
    async fn send(
        &self,
        body: Outgoing,
        may_repeat: bool,
        patience: u64,
    ) -> Result<(Response<Incoming>, Lease), Failure> {
        let upstreams = &self.call.worker.upstreams;
        match upstreams.send(self.upstream, self.outgoing(body)?, patience).await {
            Err(Failure::Unsent(_)) if may_repeat => {
                upstreams.send(self.upstream, self.outgoing(Outgoing::Empty)?, patience).await
            }
            answered => answered,
        }
    }

    fn outgoing(&self, body: Outgoing) -> Result<Request<Outgoing>, Failure> {
        let target = self.upstream.target(self.path, self.query);
        let target = target.map_err(|error| Failure::Broken(error.to_string()))?;
        let mut request = Request::new(body);
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = target;
        *request.headers_mut() = headers::to_upstream(self.headers, self.permit, self.upstream, self.call);
        Ok(request)
    }

    fn failed(&self, book: &mut Book, status: u16, problem: &str) -> Answer {
        upstream_failed(self.call, book, self.permit, status, problem)
    }

    /// Passes on an answer whose head is usable: no redirect, no upgrade, no failure, no challenge for our credential.
    fn relay(
        &self,
        response: Response<Incoming>,
        lease: Lease,
        carried: Option<Rc<Cell<Carried>>>,
        mut book: Book,
    ) -> Answer {
        let (head, body) = response.into_parts();
        let status = head.status.as_u16();
        let is_usable = matches!(status, 200..=299 | 304 | 400..=499) && !matches!(status, 401 | 407);
        if !is_usable {
            return self.failed(&mut book, 502, &format!("it answered {status}"));
        }
        let max_bytes = self.upstream.body_max_bytes;
        if body.size_hint().exact().is_some_and(|length| length > max_bytes) {
            return self.failed(&mut book, 502, "its answer is larger than allowed");
        }
        book.status(status);
        let deadline = self.call.worker.shared.options().answer_deadline;
        let deadline = u64::try_from(deadline.as_nanos()).unwrap_or(u64::MAX);
        let allowed = Allowed {
            max_bytes,
            pause: self.upstream.patience(),
            deadline_ticks: self.call.now.ticks.saturating_add(deadline),
        };
        let mut kept = headers::to_client(&head.headers, self.permit.route().tier != Tier::Open);
        answer::common(&mut kept, self.call);
        kept.insert(answer::OUTCOME, answer::OK);
        answer::limit_headers(&mut kept, self.permit.limits(), self.call);
        if *self.method == hyper::Method::HEAD
            && let Some(length) = head.headers.get(CONTENT_LENGTH)
        {
            kept.insert(CONTENT_LENGTH, length.clone());
        }
        let patience = self.call.worker.waiting.patience(allowed.pause);
        let relay = Relay::new(body, lease, carried, (&allowed, patience), book);
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
        let mut answer = answer::with_status(status, AnswerBody::relay(relay));
        *answer.headers_mut() = kept;
        answer
    }
}

/// The client learns that the upstream failed; the operator learns how.
fn upstream_failed(call: &Call, book: &mut Book, permit: &Permit, status: u16, problem: &str) -> Answer {
    tracing::warn!(request_id = %call.id, dataset = %permit.route().slug, problem, "an upstream failed");
    let denial = Denial {
        status,
        limits: permit.limits().clone(),
        ..Denial::plain(Outcome::UpstreamFailed, permit.trace().clone())
    };
    book.outcome(Outcome::UpstreamFailed);
    book.status(status);
    let response = answer::denied(call, &denial);
    book.add_bytes(response.body().len());
    response
}

/// The client's own body did not arrive whole. The call was let through and counts; its status tells the rest.
fn body_fault(call: &Call, book: &mut Book, fault: BodyFault) -> Answer {
    let (status, code, title) = match fault {
        BodyFault::TooLarge => (413, "body_too_large", "The request body is too large"),
        BodyFault::TooSlow => (408, "body_too_slow", "The request body came too slowly"),
        BodyFault::Broken => (400, "body_broken", "The request body broke off"),
        BodyFault::Unexpected => (400, "body_unexpected", "A read has no body"),
    };
    book.status(status);
    let next = "Send the whole body within the limits that the documentation states.";
    answer::faulty(call, &Fault { status, code, title, detail: format!("{fault}."), next })
}
