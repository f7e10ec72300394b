//! Problem documents (RFC 9457): how the JSON API says no. Never carries a cause or anything the person may not know.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header;
use serde::Serialize;

use super::error::{ChangedField, FieldError, WayOut, WebError};

/// The media type of a problem document.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// The document itself; also the schema for the API's description.
#[derive(Debug, Serialize)]
pub struct Problem<'a> {
    /// A stable address for this kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// A short heading, the same for every problem of the kind.
    pub title: &'a str,
    /// The HTTP status.
    pub status: u16,
    /// What happened this time.
    pub detail: &'a str,
    /// The path asked for; left out of a 404 so that "missing" and "not yours" are the same to the byte.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<&'a str>,
    /// Our code for programs.
    pub code: &'a str,
    /// What to do next.
    #[serde(skip_serializing_if = "<[WayOut]>::is_empty")]
    pub next: &'a [WayOut],
    /// The number of this request in our log; left out of a 404 like `instance` (the header has it).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<&'a str>,
    /// What is wrong with single fields.
    #[serde(skip_serializing_if = "<[FieldError]>::is_empty")]
    pub errors: &'a [FieldError],
    /// What somebody else changed meanwhile.
    #[serde(skip_serializing_if = "<[ChangedField]>::is_empty")]
    pub changed: &'a [ChangedField],
}

/// The answer of the API to `error`.
#[must_use]
pub fn problem(error: &WebError, path: &str, request_id: &str) -> HttpResponse {
    let tells_nothing = error.status() == StatusCode::NOT_FOUND;
    let document = Problem {
        kind: format!("/problems/{}", error.code()),
        title: error.title(),
        status: error.status().as_u16(),
        detail: error.detail(),
        instance: (!tells_nothing).then_some(path),
        code: error.code(),
        next: error.next(),
        request_id: (!tells_nothing && !request_id.is_empty()).then_some(request_id),
        errors: error.errors(),
        changed: error.changed(),
    };
    let mut response = HttpResponse::build(error.status());
    if error.status() == StatusCode::UNAUTHORIZED {
        response.insert_header((header::WWW_AUTHENTICATE, "Bearer realm=\"accord\""));
    }
    response.insert_header((header::CONTENT_TYPE, PROBLEM_JSON)).json(document)
}
