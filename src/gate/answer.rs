//! Our own answers: problem documents and small JSON, with the headers that every answer of the gate carries. Never
//! says more than the denial does, and never writes a key.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE,
    X_CONTENT_TYPE_OPTIONS,
};
use serde::Serialize;

use super::call::Call;
use super::limiter::{self, LimitSet};
use super::verdict::{Denial, Outcome};

pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
pub(super) const OUTCOME: HeaderName = HeaderName::from_static("x-accord-outcome");
const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const NOTHING: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox");

/// A problem document (RFC 9457) with our extensions `code`, `next`, `request_id` and, for a suspension, `holds`.
#[derive(Serialize)]
struct Problem<'a> {
    #[serde(rename = "type")]
    kind: String,
    title: &'a str,
    status: u16,
    detail: String,
    instance: String,
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
pub(super) fn denied(call: &Call, denial: &Denial) -> HttpResponse {
    let outcome = denial.outcome;
    let sentence = outcome.sentence();
    let detail = denial.detail.as_ref().map_or_else(|| sentence.to_owned(), |detail| format!("{sentence} {detail}"));
    let options = call.worker.shared.options();
    let mut response = problem(
        call,
        &Problem {
            kind: format!("{}{}", options.problem_base, outcome.as_str()),
            title: outcome.title(),
            status: denial.status,
            detail,
            instance: format!("urn:accord:request:{}", call.id),
            code: outcome.as_str(),
            next: outcome.next_step(),
            request_id: &call.id,
            holds: &denial.holds,
        },
    );
    let headers = response.headers_mut();
    headers.insert(OUTCOME, HeaderValue::from_static(outcome.as_str()));
    if let Some(challenge) = challenge(denial, &options.realm) {
        put(headers, WWW_AUTHENTICATE, &challenge);
    }
    if let Some(seconds) = denial.retry_after_seconds {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    limit_headers(headers, &denial.limits, call);
    response
}

/// The answer to a request that is at fault itself.
pub(super) fn faulty(call: &Call, fault: &Fault) -> HttpResponse {
    problem(
        call,
        &Problem {
            kind: format!("{}{}", call.worker.shared.options().problem_base, fault.code),
            title: fault.title,
            status: fault.status,
            detail: fault.detail.clone(),
            instance: format!("urn:accord:request:{}", call.id),
            code: fault.code,
            next: fault.next,
            request_id: &call.id,
            holds: &[],
        },
    )
}

/// A method that this address does not have.
pub(super) fn wrong_method(call: &Call, allowed: &'static str) -> HttpResponse {
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
pub(super) fn headers_too_large(call: &Call) -> HttpResponse {
    let bounds = call.worker.shared.options().head_bounds;
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
pub(super) fn json(call: &Call, status: StatusCode, body: &impl Serialize) -> HttpResponse {
    let text = serde_json::to_vec(body).unwrap_or_default();
    let mut response = HttpResponse::build(status).content_type("application/json").body(text);
    common(response.headers_mut(), call);
    response
}

/// The headers of every answer.
pub(super) fn common(headers: &mut HeaderMap, call: &Call) {
    put(headers, REQUEST_ID, &call.id);
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CONTENT_SECURITY_POLICY, NOTHING);
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

/// `RateLimit-Policy` and `RateLimit`, where limits were counted.
pub(super) fn limit_headers(headers: &mut HeaderMap, limits: &[std::sync::Arc<LimitSet>], call: &Call) {
    if let Some((policy, state)) = limiter::headers(limits, &call.now) {
        put(headers, RATE_LIMIT_POLICY, &policy);
        put(headers, RATE_LIMIT, &state);
    }
}

/// Sets a header from text; text that cannot stand in a header is left out.
pub(super) fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

fn problem(call: &Call, problem: &Problem<'_>) -> HttpResponse {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let text = serde_json::to_vec(problem).unwrap_or_default();
    let mut response = HttpResponse::build(status).content_type("application/problem+json").body(text);
    common(response.headers_mut(), call);
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
