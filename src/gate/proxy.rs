//! The gateway door: passes a permitted request to the dataset's own service and its answer back. Takes a [`Permit`] by
//! type, so nothing unchecked can reach an upstream. Never follows a redirect and never changes a body.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use hyper::body::{Body, Incoming};
use hyper::header::{AGE, CONTENT_LENGTH, HeaderMap, HeaderValue, TRAILER, TRANSFER_ENCODING};
use hyper::upgrade::OnUpgrade;
use hyper::{Request, Response, StatusCode, Uri};

use super::answer::{self, Answer, Fault};
use super::body::{AnswerBody, BodyFault, Carried, Outgoing, Streaming};
use super::call::{Book, Call};
use super::check::{self, Ask, Credential, Permit, Standing, Target};
use super::meter::Door;
use super::redact::{Redactor, Setting, Unreadable};
use super::relay::{Allowed, Cut, Guard, Relay};
use super::server::watch::sweeps;
use super::shelf::{Asked, Kept};
use super::upstream::{Failure, Lease, Upstream};
use super::verdict::{Denial, Outcome, Verdict};
use super::{credential, headers, tunnel};
use crate::domain::path::{CleanPath, PathProblem};
use crate::domain::scope::Method;
use crate::domain::tier::Tier;

/// When to come again where a dataset's service has too much to do.
const BUSY_SECONDS: u64 = 1;

/// Judges `ANY /{dataset}/{path}`: a passage to be run, or an answer that is there already: a refusal, or what was kept.
pub(super) fn gateway(call: Call, request: Request<Incoming>) -> Result<Box<Passage>, Answer> {
    let (mut head, body) = request.into_parts();
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
    let ask = Ask {
        credential: credential::shown(&head.headers, in_query),
        method: head.method.as_str().parse().ok(),
        target: match &path {
            Ok(path) => Target::Path { dataset: path.first_segment(), rest: path.rest() },
            Err(problem) => Target::Ambiguous(*problem),
        },
        client: call.client,
        can_redact: true,
        tokens: &call.worker.tokens,
    };
    let permit = match check::check(&ask, call.worker.shared.grants(), &call.now) {
        Verdict::Permit(permit) => permit,
        Verdict::Deny(denial) => return Err(refuse(&call, *denial)),
    };
    let mut book = call.book_permit(Door::Gateway, &permit);
    let (Ok(path), Some(upstream)) = (&path, &permit.route().upstream) else {
        // A permit is never given for an ambiguous path or a dataset without an upstream.
        return Err(upstream_failed(&call, &mut book, &permit, 502, "there is no upstream"));
    };
    let is_read = matches!(ask.method, Some(Method::Get | Method::Head));
    if let Err(fault) = body_is_acceptable(&call, &head.headers, is_read, upstream) {
        return Err(body_fault(&call, &mut book, fault));
    }
    headers_are_acceptable(&call, &mut book, &head.headers, upstream)?;
    let query = query.map(|query| credential::without_keys(query, &call.worker.shared.grants().rules().key_prefix));
    let target = match upstream.target(path.rest_encoded(), query.as_deref(), &call.worker.ink) {
        Ok(target) => target,
        Err(error) => return Err(upstream_failed(&call, &mut book, &permit, 502, &error.to_string())),
    };
    let asked = Asked::by(&head.method, &head.headers, permit.route(), permit.redaction(), &target).map(Box::new);
    if let Some(kept) = asked.as_deref().and_then(|asked| call.worker.shelf.find(asked, call.now.ticks)) {
        return Err(answer_kept(&call, &permit, &kept, &mut book));
    }
    let switch = (permit.is_stream()
        && permit.redaction().is_none()
        && ask.method == Some(Method::Get)
        && tunnel::is_asked(&head.headers))
    .then(|| head.extensions.remove::<OnUpgrade>())
    .flatten();
    let body = (!body.is_end_stream()).then_some(body);
    let (method, headers) = (head.method, head.headers);
    let takes_trailers = permit.redaction().is_none() && headers::takes_trailers(&headers);
    Ok(Box::new(Passage { call, permit, method, target, headers, body, is_read, takes_trailers, switch, asked, book }))
}

/// Answers a refused call and enters it in the books.
fn refuse(call: &Call, denial: Denial) -> Answer {
    let response = answer::denied(call, &denial);
    let mut book = call.book(Door::Gateway, denial.trace, denial.outcome, denial.status);
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
fn body_is_acceptable(call: &Call, headers: &HeaderMap, is_read: bool, upstream: &Upstream) -> Result<(), BodyFault> {
    let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if is_read && (headers.contains_key(TRANSFER_ENCODING) || length.is_some_and(|length| length > 0)) {
        return Err(BodyFault::Unexpected);
    }
    if length.is_some_and(|length| length > request_max_bytes(call, upstream)) {
        return Err(BodyFault::TooLarge);
    }
    Ok(())
}

/// A service that takes shorter heads than the gate is not sent longer ones.
fn headers_are_acceptable(
    call: &Call,
    book: &mut Book,
    headers: &HeaderMap,
    upstream: &Upstream,
) -> Result<(), Answer> {
    let bounds = upstream.head_bounds(call.worker.shared.options().head_bounds);
    match bounds.filter(|bounds| !headers::are_within(headers, *bounds)) {
        None => Ok(()),
        Some(bounds) => {
            book.status(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE.as_u16());
            Err(answer::headers_too_large(call, bounds))
        }
    }
}

/// The longest request body: the gate's bound, or the dataset's own below it.
fn request_max_bytes(call: &Call, upstream: &Upstream) -> u64 {
    let bound = call.worker.shared.options().request_body_max_bytes;
    upstream.request_max_bytes.map_or(bound, |own| own.min(bound))
}

/// Answers with what was kept for who asks the same.
fn answer_kept(call: &Call, permit: &Permit, kept: &Kept, book: &mut Book) -> Answer {
    let mut headers = kept.headers.clone();
    headers.insert(AGE, HeaderValue::from(kept.age_seconds(call.now.ticks)));
    answer::common(&mut headers, call);
    headers.insert(answer::OUTCOME, answer::OK);
    answer::limit_headers(&mut headers, permit.limits(), call);
    permit.route().tell_changes(permit.trace().operation.as_deref(), &mut headers);
    let mut answer = answer::with_status(StatusCode::OK, AnswerBody::whole(kept.body.clone()));
    *answer.headers_mut() = headers;
    book.status(StatusCode::OK.as_u16());
    book.add_bytes(kept.body.len());
    answer
}

/// One permitted request on its way.
pub(super) struct Passage {
    call: Call,
    permit: Permit,
    method: hyper::Method,
    target: Uri,
    /// As the client sent them.
    headers: HeaderMap,
    body: Option<Incoming>,
    is_read: bool,
    /// Whether the client takes trailers, of an answer that may have some.
    takes_trailers: bool,
    /// The client's side of a WebSocket that it asks for.
    switch: Option<OnUpgrade>,
    /// What it asks, where the answer may be kept.
    asked: Option<Box<Asked>>,
    book: Book,
}

impl Passage {
    /// Asks the upstream and passes its answer on. In a box, so that the future holds a pointer and not all of it twice.
    pub(super) async fn run(mut self: Box<Self>) -> Answer {
        let route = Arc::clone(self.permit.route());
        let Some(upstream) = &route.upstream else {
            return upstream_failed(&self.call, &mut self.book, &self.permit, 502, "there is no upstream");
        };
        let (mut body, carried, patience) = self.body(upstream);
        // A read is sent once more when the upstream had closed a kept connection on it.
        let mut may_repeat = self.is_read && carried.is_none();
        let sent = loop {
            let make = || self.request(upstream, std::mem::replace(&mut body, Outgoing::Empty));
            match self.call.worker.upstreams.send(upstream, make, patience).await {
                Err(Failure::Unsent(_)) if may_repeat => may_repeat = false,
                sent => break sent,
            }
        };
        let is_head = self.method == hyper::Method::HEAD;
        let takes_trailers = self.takes_trailers;
        self.call.worker.maps.give(std::mem::take(&mut self.headers));
        let asked = self.asked.as_deref();
        let ended = Ended { call: &self.call, permit: &self.permit, upstream, is_head, takes_trailers, asked };
        match sent {
            Ok((response, _)) if response.status() == StatusCode::SWITCHING_PROTOCOLS => match self.switch {
                Some(client) => ended.switch(client, response, self.book),
                None => ended.failed(&mut self.book, 502, "it switched protocols unasked"),
            },
            Ok((response, lease)) => match ended.relay(response, lease, carried, self.book) {
                Ok(answer) => answer,
                Err(redacting) => Box::pin(ended.redacted(redacting)).await,
            },
            Err(failure) => ended.fail(failure, carried.map(|carried| carried.get()), &mut self.book),
        }
    }

    /// The client's body as it travels on, where it tells how far it came, and how long an answer may take.
    fn body(&mut self, upstream: &Upstream) -> (Outgoing, Option<Rc<Cell<Carried>>>, u64) {
        let Some(body) = self.body.take() else { return (Outgoing::Empty, None, upstream.patience()) };
        let options = self.call.worker.shared.options();
        let deadline = sweeps(options.request_body_deadline);
        let limit = self.call.worker.waiting.patience(deadline);
        let (body, carried) = Streaming::new(body, request_max_bytes(&self.call, upstream), limit);
        (Outgoing::Streaming(body), Some(carried), upstream.patience() + deadline)
    }

    fn request(&self, upstream: &Upstream, body: Outgoing) -> Request<Outgoing> {
        let mut request = Request::new(body);
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.target.clone();
        *request.headers_mut() = headers::to_upstream(&self.headers, &self.permit, upstream, &self.call);
        if self.permit.redaction().is_some() {
            headers::ask_for_redaction(request.headers_mut());
        } else if self.takes_trailers {
            headers::ask_for_trailers(request.headers_mut());
        }
        if self.switch.is_some() {
            tunnel::pass_hand_shake(&self.headers, request.headers_mut());
        }
        request
    }
}

/// A passage whose upstream has answered or failed.
struct Ended<'a> {
    call: &'a Call,
    permit: &'a Permit,
    upstream: &'a Upstream,
    is_head: bool,
    takes_trailers: bool,
    asked: Option<&'a Asked>,
}

impl Ended<'_> {
    fn fail(&self, failure: Failure, carried: Option<Carried>, book: &mut Book) -> Answer {
        match (failure, carried) {
            (Failure::Unsent(_) | Failure::Broken(_) | Failure::Late, Some(Carried::Not(fault))) => {
                body_fault(self.call, book, fault)
            }
            (Failure::Unsent(problem) | Failure::Broken(problem), _) => self.failed(book, 502, &problem),
            (Failure::Late, _) => self.failed(book, 504, "no answer in time"),
            (Failure::LeftAlone, _) => self.failed(book, 503, "it failed several times in a row"),
            (Failure::Busy, _) => {
                self.unavailable(book, Some(BUSY_SECONDS), "Its service has as many calls as it may.")
            }
        }
    }

    /// The dataset cannot be served now, through no fault of its service's.
    fn unavailable(&self, book: &mut Book, retry_after_seconds: Option<u64>, detail: impl Into<String>) -> Answer {
        let trace = self.permit.trace().clone();
        let denial = Denial {
            limits: self.permit.limits().clone(),
            retry_after_seconds,
            ..Denial::because(Outcome::DatasetUnavailable, trace, detail)
        };
        book.outcome(denial.outcome);
        book.status(denial.status);
        let answer = answer::denied(self.call, &denial);
        book.add_bytes(answer.body().len());
        answer
    }

    fn failed(&self, book: &mut Book, status: u16, problem: &str) -> Answer {
        upstream_failed(self.call, book, self.permit, status, problem)
    }

    /// A stream may be silent and has no end; its bytes are counted but not bounded.
    fn allowed(&self) -> Allowed {
        if self.permit.is_stream() {
            return Allowed { max_bytes: u64::MAX, pause: None, deadline_ticks: u64::MAX };
        }
        let deadline = self.call.worker.shared.options().answer_deadline;
        let deadline = u64::try_from(deadline.as_nanos()).unwrap_or(u64::MAX);
        Allowed {
            max_bytes: self.upstream.body_max_bytes,
            pause: Some(self.upstream.patience()),
            deadline_ticks: self.call.now.ticks.saturating_add(deadline),
        }
    }

    fn guard(&self) -> Guard {
        Guard::new(Rc::clone(&self.call.worker), Standing::of(self.permit, self.call.client))
    }

    /// Both sides switch to a WebSocket.
    fn switch(&self, client: OnUpgrade, mut response: Response<Incoming>, mut book: Book) -> Answer {
        book.status(StatusCode::SWITCHING_PROTOCOLS.as_u16());
        let upstream = hyper::upgrade::on(&mut response);
        let mut answer = answer::with_status(StatusCode::SWITCHING_PROTOCOLS, AnswerBody::whole(""));
        let headers = answer.headers_mut();
        answer::common(headers, self.call);
        headers.insert(answer::OUTCOME, answer::OK);
        tunnel::pass_hand_shake(response.headers(), headers);
        tunnel::join(client, upstream, Rc::clone(&self.call.worker), self.guard(), book);
        answer
    }

    /// Passes on an answer whose head is usable: no redirect, no upgrade, no failure, no challenge for our credential.
    /// One that is to be redacted is given back, to be begun first.
    fn relay(
        &self,
        response: Response<Incoming>,
        lease: Lease,
        carried: Option<Rc<Cell<Carried>>>,
        mut book: Book,
    ) -> Result<Answer, Box<Redacting>> {
        let (head, body) = response.into_parts();
        let status = head.status;
        let is_usable = matches!(status.as_u16(), 200..=299 | 304 | 400..=499) && !matches!(status.as_u16(), 401 | 407);
        if !is_usable {
            return Ok(self.failed(&mut book, 502, &format!("it answered {status}")));
        }
        if body.size_hint().exact().is_some_and(|length| length > self.allowed().max_bytes) {
            return Ok(self.failed(&mut book, 502, "its answer is larger than allowed"));
        }
        book.status(status.as_u16());
        let is_empty = body.is_end_stream();
        let mut relay = Relay::new(body, lease, carried, (self.allowed(), self.guard()), book);
        let Some(plan) = self.permit.redaction() else {
            let mut kept =
                headers::to_client(&head.headers, self.permit.route().tier != Tier::Open, &self.call.worker.maps);
            if self.is_head
                && let Some(length) = head.headers.get(CONTENT_LENGTH)
            {
                kept.insert(CONTENT_LENGTH, length.clone());
            }
            if self.takes_trailers
                && let Some(promised) = headers::promised_trailers(&head.headers)
            {
                kept.insert(TRAILER, promised);
                relay.pass_trailers();
            }
            self.keep(&mut relay, status, (&head.headers, &kept));
            self.call.worker.maps.give(head.headers);
            return Ok(self.answer(status, kept, relay));
        };
        let kept = headers::to_client_redacted(&head.headers);
        if is_empty {
            return Ok(self.answer(status, kept, relay));
        }
        let Some(kind) = headers::readable_kind(status, &head.headers) else {
            return Ok(self.failed(&mut relay.take_book(), 502, "its answer is of a kind that cannot be redacted"));
        };
        let options = self.call.worker.shared.options();
        let salts = options.redaction_key.salts(self.permit.route().id, options.zone, self.call.now.utc);
        let setting = Setting { salts, zone: options.zone, now: self.call.now.utc };
        relay.redact_with(Redactor::new(Arc::clone(plan), kind, &setting));
        self.keep(&mut relay, status, (&head.headers, &kept));
        Err(Box::new(Redacting { status, kept, relay }))
    }

    /// Keeps an answer as it passes, where others may get it.
    fn keep(&self, relay: &mut Relay, status: StatusCode, headers: (&HeaderMap, &HeaderMap)) {
        let shelf = &self.call.worker.shelf;
        let keeping = self.asked.and_then(|asked| shelf.keeping(asked.clone(), status, headers, self.call.now.ticks));
        if let Some(keeping) = keeping {
            relay.keep_with(keeping);
        }
    }

    /// Passes on a redacted answer once its beginning could be read; until then it can be refused cleanly.
    async fn redacted(&self, redacting: Box<Redacting>) -> Answer {
        let Redacting { status, kept, mut relay } = *redacting;
        match relay.begin().await {
            Ok(()) => self.answer(status, kept, relay),
            Err(Cut::Unreadable(problem @ (Unreadable::TooRecent | Unreadable::Timeless))) => {
                self.unavailable(&mut relay.take_book(), None, format!("{problem}."))
            }
            Err(cut) => self.failed(&mut relay.take_book(), 502, &cut.to_string()),
        }
    }

    fn answer(&self, status: StatusCode, mut headers: HeaderMap, relay: Relay) -> Answer {
        answer::common(&mut headers, self.call);
        headers.insert(answer::OUTCOME, answer::OK);
        answer::limit_headers(&mut headers, self.permit.limits(), self.call);
        self.permit.route().tell_changes(self.permit.trace().operation.as_deref(), &mut headers);
        let mut answer = answer::with_status(status, AnswerBody::relay(relay));
        *answer.headers_mut() = headers;
        answer
    }
}

/// An answer to be redacted, before its first piece.
struct Redacting {
    status: StatusCode,
    kept: HeaderMap,
    relay: Relay,
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
