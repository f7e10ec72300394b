//! Reads a request body under a limit of bytes and of time. Nothing else in the desk touches a payload.

use std::time::Duration;

use actix_web::dev::ServiceRequest;
use actix_web::error::PayloadError;
use actix_web::http::header;
use actix_web::web::{Bytes, BytesMut};
use actix_web::{HttpMessage as _, HttpRequest};
use futures_util::StreamExt as _;

use super::error::WebError;

/// What a sender must keep up, in bytes a second, beyond the time that every body has.
const PACE: usize = 256 * 1024;

/// The whole body of a write, kept in the request's extensions for the extractors.
#[derive(Clone, Debug)]
pub struct Body(pub Bytes);

/// Reads the body, at most `limit` bytes within `time`, and a little more for a large one.
///
/// # Errors
/// 413 over the limit (at once where `Content-Length` says so), 408 after the time, 400 for a broken body.
pub async fn read_body(request: &mut ServiceRequest, limit: usize, time: Duration) -> Result<Bytes, WebError> {
    if declared_length(request.request()).is_some_and(|length| length > limit) {
        return Err(WebError::too_large(limit));
    }
    let mut payload = request.take_payload();
    let due = due_in(time);
    let mut body = BytesMut::new();
    loop {
        let next = tokio::time::timeout_at(due + more_for(body.len()), payload.next()).await;
        let Some(chunk) = next.map_err(|_elapsed| WebError::timed_out())? else { return Ok(body.freeze()) };
        let chunk = chunk.map_err(|error| broken(&error, limit))?;
        if body.len().saturating_add(chunk.len()) > limit {
            return Err(WebError::too_large(limit));
        }
        body.extend_from_slice(&chunk);
    }
}

/// When this time from now is over.
pub(super) fn due_in(time: Duration) -> tokio::time::Instant {
    tokio::time::sleep(time).deadline()
}

/// How much longer a body may take of which so much came: files take their time on a slow line, as long as they keep
/// coming.
pub(super) fn more_for(came: usize) -> Duration {
    Duration::from_secs(u64::try_from(came / PACE).unwrap_or_default())
}

/// The length that the request says it has.
pub(super) fn declared_length(request: &HttpRequest) -> Option<usize> {
    request.headers().get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn broken(error: &PayloadError, limit: usize) -> WebError {
    if matches!(error, PayloadError::Overflow) {
        return WebError::too_large(limit);
    }
    WebError::bad_request("body_broken", "What you sent ended before it was complete, or is not well-formed.")
}

/// The body that the row's guard read; empty for a request that carries none.
pub(crate) fn body_of(request: &HttpRequest) -> Bytes {
    request.extensions().get::<Body>().map(|body| body.0.clone()).unwrap_or_default()
}

/// The bare media type of the request, lower case, without parameters.
pub(crate) fn media_type(request: &HttpRequest) -> String {
    let full = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    full.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}
