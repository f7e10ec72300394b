//! The gateway door: passes a permitted request to the dataset's own service and its answer back. Takes a [`Permit`] by
//! type, so nothing unchecked can reach an upstream. Never follows a redirect and never changes a body.

use actix_web::body::{BodySize, MessageBody};
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use actix_web::{HttpRequest, HttpResponse, web};
use hyper::body::Incoming;
use hyper::{Request, Response};

use super::answer::{self, Fault};
use super::body::{Allowed, BodyFault, Carrier, Outgoing, Relay};
use super::call::{Book, Call};
use super::check::{self, Ask, Credential, Permit, Target};
use super::verdict::{Denial, Outcome, Verdict};
use super::{credential, headers};
use crate::domain::path::{CleanPath, PathProblem};
use crate::domain::scope::Method;
use crate::domain::tier::Tier;

/// Answers `ANY /{dataset}/{path}`.
pub(super) async fn gateway(call: Call, request: HttpRequest, payload: web::Payload) -> HttpResponse {
    let uri = request.uri();
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
        credential: credential::shown(request.headers(), in_query),
        method: request.method().as_str().parse().ok(),
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
    let Ok(path) = path else {
        // A permit is never given for an ambiguous path.
        return upstream_failed(&call, &mut book, &permit, 502, "the path is not plain");
    };
    let body = match request_body(&call, &request) {
        Ok(body) => body,
        Err(fault) => return body_fault(&call, &mut book, fault),
    };
    let query = query.map(|query| credential::without_keys(query, &call.worker.shared.grants().rules().key_prefix));
    let query = query.as_deref().filter(|query| !query.is_empty());
    let passage = Passage { call: &call, permit: &permit, request: &request, path: path.rest_encoded(), query };
    passage.run(payload, body, book).await
}

/// Answers a refused call and enters it in the books.
fn refuse(call: &Call, denial: Denial) -> HttpResponse {
    let response = answer::denied(call, &denial);
    let mut book = call.book(denial.trace, denial.outcome, denial.status);
    book.add_bytes(body_length(&response));
    response
}

fn body_length(response: &HttpResponse) -> usize {
    match response.body().size() {
        BodySize::Sized(length) => usize::try_from(length).unwrap_or(usize::MAX),
        BodySize::None | BodySize::Stream => 0,
    }
}

/// The key in the query, looked for only where the dataset allows it.
fn query_key(call: &Call, path: &CleanPath<'_>, query: &str) -> Option<Result<String, ()>> {
    let found = credential::in_query(query)?;
    let route = call.worker.shared.grants().route(path.first_segment())?;
    route.allows_query_key.then_some(found)
}

/// The body that follows a request's head.
#[derive(Clone, Copy)]
enum Follows {
    Nothing,
    Declared(u64),
    Chunked,
}

fn request_body(call: &Call, request: &HttpRequest) -> Result<Follows, BodyFault> {
    let headers = request.headers();
    let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > call.worker.shared.options().request_body_max_bytes) {
        return Err(BodyFault::TooLarge);
    }
    if headers.contains_key(TRANSFER_ENCODING) {
        return Ok(Follows::Chunked);
    }
    Ok(length.filter(|length| *length > 0).map_or(Follows::Nothing, Follows::Declared))
}

/// One permitted request on its way.
struct Passage<'a> {
    call: &'a Call,
    permit: &'a Permit,
    request: &'a HttpRequest,
    path: &'a str,
    query: Option<&'a str>,
}

impl Passage<'_> {
    async fn run(&self, payload: web::Payload, body: Follows, mut book: Book) -> HttpResponse {
        let Some(upstream) = &self.permit.route().upstream else {
            return upstream_failed(self.call, &mut book, self.permit, 502, "there is no upstream");
        };
        let options = self.call.worker.shared.options();
        let length = match body {
            Follows::Nothing | Follows::Chunked => None,
            Follows::Declared(length) => Some(length),
        };
        let (carrier, outgoing, patience) = match body {
            Follows::Nothing => (None, Outgoing::Empty, upstream.timeout),
            Follows::Declared(_) | Follows::Chunked => {
                let deadline = options.request_body_deadline;
                let (carrier, body) = Carrier::start(payload, length, options.request_body_max_bytes, deadline);
                (Some(carrier), body, upstream.timeout + deadline)
            }
        };
        let sent = tokio::time::timeout(patience, self.send(outgoing, carrier.is_none())).await;
        let fault = || carrier.as_ref().and_then(Carrier::fault);
        match sent {
            Ok(Ok(response)) => self.relay(response, book),
            Ok(Err(_)) | Err(_) if fault().is_some() => {
                body_fault(self.call, &mut book, fault().unwrap_or(BodyFault::Broken))
            }
            Ok(Err(problem)) => upstream_failed(self.call, &mut book, self.permit, 502, &problem),
            Err(_) => upstream_failed(self.call, &mut book, self.permit, 504, "no answer in time"),
        }
    }

    /// Sends the request; a read without a body is sent once more when the upstream closed a kept connection on it.
    async fn send(&self, body: Outgoing, has_no_body: bool) -> Result<Response<Incoming>, String> {
        let upstreams = &self.call.worker.upstreams;
        let is_read = matches!(self.permit.trace().method, Some(Method::Get | Method::Head));
        match upstreams.send(self.outgoing(body)?).await {
            Ok(response) => Ok(response),
            Err(error) if is_read && has_no_body && closed_before_answer(&error) => {
                upstreams.send(self.outgoing(Outgoing::Empty)?).await.map_err(|error| causes(&error))
            }
            Err(error) => Err(causes(&error)),
        }
    }

    fn outgoing(&self, body: Outgoing) -> Result<Request<Outgoing>, String> {
        let upstream = self.permit.route().upstream.as_ref().ok_or("there is no upstream")?;
        let uri = upstream.uri(self.path, self.query).map_err(|error| error.to_string())?;
        let method = self.permit.trace().method.map_or("GET", Method::as_str);
        let mut request = Request::builder().method(method).uri(uri).body(body).map_err(|error| error.to_string())?;
        *request.headers_mut() = headers::to_upstream(self.request.headers(), self.permit, &self.call.id);
        Ok(request)
    }

    /// Passes on an answer whose head is usable: no redirect, no upgrade, no failure, no challenge for our credential.
    fn relay(&self, response: Response<Incoming>, mut book: Book) -> HttpResponse {
        let (head, body) = response.into_parts();
        let status = head.status.as_u16();
        let is_usable = matches!(status, 200..=299 | 304 | 400..=499) && !matches!(status, 401 | 407);
        if !is_usable {
            return upstream_failed(self.call, &mut book, self.permit, 502, &format!("it answered {status}"));
        }
        let Some(upstream) = &self.permit.route().upstream else {
            return upstream_failed(self.call, &mut book, self.permit, 502, "there is no upstream");
        };
        let length = head.headers.get(hyper::header::CONTENT_LENGTH);
        let length = length.and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
        if length.is_some_and(|length| length > upstream.body_max_bytes) {
            return upstream_failed(self.call, &mut book, self.permit, 502, "its answer is larger than allowed");
        }
        book.status(status);
        let size = match (status, length) {
            (204 | 304, _) => BodySize::None,
            (_, Some(length)) => BodySize::Sized(length),
            (_, None) => BodySize::Stream,
        };
        let deadline = self.call.worker.shared.options().answer_deadline;
        let deadline = u64::try_from(deadline.as_nanos()).unwrap_or(u64::MAX);
        let allowed = Allowed {
            max_bytes: upstream.body_max_bytes,
            pause: upstream.timeout,
            deadline_ticks: self.call.now.ticks.saturating_add(deadline),
        };
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
        let relay = Relay::new(body, size, &allowed, book);
        let mut answer = HttpResponse::with_body(status, relay).map_into_boxed_body();
        let needs_key = self.permit.route().tier != Tier::Open;
        for (name, value) in headers::to_client(&head.headers, needs_key) {
            answer.headers_mut().append(name, value);
        }
        let kept = answer.headers_mut();
        answer::common(kept, self.call);
        answer::put(kept, answer::OUTCOME, Outcome::Ok.as_str());
        answer::limit_headers(kept, self.permit.limits(), self.call);
        answer
    }
}

/// The upstream closed the connection before a byte of its answer: with a kept connection the usual race.
fn closed_before_answer(error: &hyper_util::client::legacy::Error) -> bool {
    let source = std::error::Error::source(error);
    source.and_then(|source| source.downcast_ref::<hyper::Error>()).is_some_and(hyper::Error::is_incomplete_message)
}

/// An error with its causes, for the operator.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// The client learns that the upstream failed; the operator learns how.
fn upstream_failed(call: &Call, book: &mut Book, permit: &Permit, status: u16, problem: &str) -> HttpResponse {
    tracing::warn!(request_id = %call.id, dataset = %permit.route().slug, problem, "an upstream failed");
    let denial = Denial {
        status,
        limits: permit.limits().to_vec(),
        ..Denial::plain(Outcome::UpstreamFailed, permit.trace().clone())
    };
    book.outcome(Outcome::UpstreamFailed);
    book.status(status);
    let response = answer::denied(call, &denial);
    book.add_bytes(body_length(&response));
    response
}

/// The client's own body did not arrive whole. The call was let through and counts; its status tells the rest.
fn body_fault(call: &Call, book: &mut Book, fault: BodyFault) -> HttpResponse {
    let (status, code, title) = match fault {
        BodyFault::TooLarge => (413, "body_too_large", "The request body is too large"),
        BodyFault::TooSlow => (408, "body_too_slow", "The request body came too slowly"),
        BodyFault::Broken => (400, "body_broken", "The request body broke off"),
    };
    book.status(status);
    let next = "Send the whole body within the limits that the documentation states.";
    answer::faulty(call, &Fault { status, code, title, detail: format!("{fault}."), next })
}
