//! Our own answers: problem documents and small JSON, with the headers that every answer of the gate carries. Never
//! says more than the denial does, and never writes a key.

use std::fmt::Arguments;

use bytes::Bytes;
use hyper::header::{
    ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
    RETRY_AFTER, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Response, StatusCode};
use serde::Serialize;

use super::body::AnswerBody;
use super::call::Call;
use super::limiter::{self, Counted};
use super::verdict::{Denial, Outcome};
use crate::domain::net::HeadBounds;

pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
pub(super) const OUTCOME: HeaderName = HeaderName::from_static("x-accord-outcome");
const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
pub(super) const OK: HeaderValue = HeaderValue::from_static("ok");
const NOTHING: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox");

const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
const CLOSE: HeaderValue = HeaderValue::from_static("close");

/// Room for most documents of ours.
const PROBLEM_BYTES: usize = 768;

/// What leaves the gate.
pub(super) type Answer = Response<AnswerBody>;

/// A problem document (RFC 9457) with our extensions `code`, `next`, `request_id` and, for a suspension, `holds`.
#[derive(Serialize)]
struct Problem<'a> {
    #[serde(rename = "type")]
    kind: Arguments<'a>,
    title: &'a str,
    status: u16,
    detail: Arguments<'a>,
    instance: Arguments<'a>,
    code: &'a str,
    next: &'a str,
    request_id: &'a str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    holds: &'a [String],
}

/// A fault of the request itself or of this gate, outside the closed list of outcomes.
pub(super) struct Fault {
    pub(super) status: u16,
    pub(super) code: &'static str,
    pub(super) title: &'static str,
    pub(super) detail: String,
    pub(super) next: &'static str,
}

/// The answer to a refused call.
pub(super) fn denied(call: &Call, denial: &Denial) -> Answer {
    let outcome = denial.outcome;
    let (blank, detail) = denial.detail.as_deref().map_or(("", ""), |detail| (" ", detail));
    let options = call.worker.shared.options();
    let mut response = problem(
        call,
        &Problem {
            kind: format_args!("{}{}", options.problem_base, outcome.as_str()),
            title: outcome.title(),
            status: denial.status,
            detail: format_args!("{}{blank}{detail}", outcome.sentence()),
            instance: format_args!("urn:accord:request:{}", call.id_text()),
            code: outcome.as_str(),
            next: outcome.next_step(),
            request_id: call.id_text(),
            holds: &denial.holds,
        },
    );
    let headers = response.headers_mut();
    if let Some(challenge) = challenge(denial, &options.realm) {
        put(headers, WWW_AUTHENTICATE, &challenge);
    }
    denial_headers(headers, denial, call);
    response
}

/// What the headers say of a denial, whatever the body's form: its outcome, when to come again, the limits that apply.
pub(super) fn denial_headers(headers: &mut HeaderMap, denial: &Denial, call: &Call) {
    headers.insert(OUTCOME, HeaderValue::from_static(denial.outcome.as_str()));
    if let Some(seconds) = denial.retry_after_seconds {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    limit_headers(headers, &denial.limits, call);
}

/// The answer to a request that is at fault itself.
pub(super) fn faulty(call: &Call, fault: &Fault) -> Answer {
    problem(
        call,
        &Problem {
            kind: format_args!("{}{}", call.worker.shared.options().problem_base, fault.code),
            title: fault.title,
            status: fault.status,
            detail: format_args!("{}", fault.detail),
            instance: format_args!("urn:accord:request:{}", call.id_text()),
            code: fault.code,
            next: fault.next,
            request_id: call.id_text(),
            holds: &[],
        },
    )
}

/// A method that this address does not have.
pub(super) fn wrong_method(call: &Call, allowed: &'static str) -> Answer {
    let fault = Fault {
        status: 405,
        code: "method_not_allowed",
        title: "Wrong method",
        detail: format!("This address answers {allowed} only."),
        next: "Use an allowed method.",
    };
    let mut response = faulty(call, &fault);
    response.headers_mut().insert(ALLOW, HeaderValue::from_static(allowed));
    response
}

/// More headers, or longer ones, than are read.
pub(super) fn headers_too_large(call: &Call, bounds: HeadBounds) -> Answer {
    let fault = Fault {
        status: 431,
        code: "headers_too_large",
        title: "The headers of this request are too large",
        detail: format!("At most {} headers with {} bytes together are read.", bounds.headers_max, bounds.bytes_max),
        next: "Leave out headers and cookies that this service does not need.",
    };
    faulty(call, &fault)
}

/// A small JSON answer of ours.
pub(super) fn json(call: &Call, status: StatusCode, body: &impl Serialize) -> Answer {
    let mut text = Vec::with_capacity(PROBLEM_BYTES);
    // As with a problem: what is written to memory can always be written.
    serde_json::to_writer(&mut text, body).ok();
    of_type(call, status, HeaderValue::from_static("application/json"), text)
}

/// A small JSON answer of ours, written by hand.
pub(super) fn written(call: &Call, write: impl FnOnce(&mut Vec<u8>)) -> Answer {
    let mut text = call.worker.draft.take();
    text.clear();
    write(&mut text);
    let body = call.worker.ink.write(text.len(), |room| room.extend_from_slice(&text));
    call.worker.draft.replace(text);
    of_type(call, StatusCode::OK, HeaderValue::from_static("application/json"), body)
}

/// A small JSON answer of ours that anybody may keep for so long, in seconds.
pub(super) fn public_json(call: &Call, body: &impl Serialize, seconds: u32) -> Answer {
    let mut answer = json(call, StatusCode::OK, body);
    put(answer.headers_mut(), CACHE_CONTROL, &format!("public, max-age={seconds}"));
    answer
}

/// The headers of every answer.
pub(super) fn common(headers: &mut HeaderMap, call: &Call) {
    headers.insert(REQUEST_ID, call.id_header.clone());
    headers.insert(X_CONTENT_TYPE_OPTIONS, NOSNIFF);
    headers.insert(CONTENT_SECURITY_POLICY, NOTHING);
    headers.entry(CACHE_CONTROL).or_insert(NO_STORE);
    if call.worker.watch.is_draining() {
        headers.insert(CONNECTION, CLOSE);
    }
}

/// `RateLimit-Policy` and `RateLimit`, where limits were counted.
pub(super) fn limit_headers(headers: &mut HeaderMap, limits: &Counted, call: &Call) {
    if let Some((policy, state)) = limiter::headers(limits, &call.now, &call.worker.ink) {
        headers.insert(RATE_LIMIT_POLICY, policy);
        headers.insert(RATE_LIMIT, state);
    }
}

/// Sets a header from text; text that cannot stand in a header is left out.
pub(super) fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

fn problem(call: &Call, problem: &Problem<'_>) -> Answer {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut text = Vec::with_capacity(PROBLEM_BYTES);
    // A document of texts and numbers can always be written to memory; an empty one would still carry its status.
    serde_json::to_writer(&mut text, problem).ok();
    of_type(call, status, HeaderValue::from_static("application/problem+json"), text)
}

pub(super) fn of_type(call: &Call, status: StatusCode, kind: HeaderValue, text: impl Into<Bytes>) -> Answer {
    let mut response = with_status(status, AnswerBody::whole(text));
    let headers = response.headers_mut();
    headers.reserve(12);
    headers.insert(CONTENT_TYPE, kind);
    common(headers, call);
    response
}

/// An answer without headers.
pub(super) fn with_status(status: StatusCode, body: AnswerBody) -> Answer {
    let mut response = Answer::new(body);
    *response.status_mut() = status;
    response
}

/// The challenge of RFC 6750. Without a key shown it names no error.
fn challenge(denial: &Denial, realm: &str) -> Option<String> {
    if denial.outcome == Outcome::KeyMissing {
        return Some(format!("Bearer realm=\"{realm}\""));
    }
    if denial.status == 401 {
        let title = denial.outcome.title();
        return Some(format!("Bearer realm=\"{realm}\", error=\"invalid_token\", error_description=\"{title}\""));
    }
    let scope = denial.scope.as_ref().filter(|_| denial.status == 403)?;
    Some(format!("Bearer realm=\"{realm}\", error=\"insufficient_scope\", scope=\"{scope}\""))
}
