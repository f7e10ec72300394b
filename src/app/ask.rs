//! Asking a running server, for commands: whether it is ready, and what it tells who watches it.

use std::error::Error;
use std::time::Duration;

use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::{Response, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;

use super::base::StartError;

/// How long an answer may take.
const WAIT: Duration = Duration::from_secs(5);
/// The longest answer that is read, in bytes.
const ANSWER_MAX_BYTES: usize = 4 * 1024 * 1024;

/// Asks an address whether a server is ready.
///
/// # Errors
/// Why it is not.
pub async fn healthcheck(url: &str) -> Result<(), StartError> {
    let not_ready = |why: String| StartError::Setup(format!("{url} is not ready: {why}"));
    let answer = ask(url, "http://127.0.0.1:8080/readyz").await.map_err(not_ready)?;
    if answer.status().is_success() { Ok(()) } else { Err(not_ready(answer.status().to_string())) }
}

/// The text at an address.
///
/// # Errors
/// Why there is none.
pub async fn get_text(url: &str) -> Result<String, StartError> {
    let no_answer = |why: String| StartError::Setup(format!("{url} does not answer: {why}"));
    let answer = ask(url, "http://127.0.0.1:8081/metrics").await.map_err(no_answer)?;
    if !answer.status().is_success() {
        return Err(no_answer(answer.status().to_string()));
    }
    let body = tokio::time::timeout(WAIT, Limited::new(answer.into_body(), ANSWER_MAX_BYTES).collect()).await;
    match body {
        Ok(Ok(body)) => Ok(String::from_utf8_lossy(&body.to_bytes()).into_owned()),
        Ok(Err(error)) => Err(no_answer(chain(error.as_ref()))),
        Err(_elapsed) => Err(no_answer(late())),
    }
}

async fn ask(url: &str, example: &str) -> Result<Response<Incoming>, String> {
    let uri: Uri = url.parse().map_err(|error: hyper::http::uri::InvalidUri| error.to_string())?;
    if uri.scheme_str() != Some("http") || uri.authority().is_none() {
        return Err(format!("give a whole address, such as {example}"));
    }
    let client = Client::builder(TokioExecutor::new()).build_http::<Empty<Bytes>>();
    match tokio::time::timeout(WAIT, client.get(uri)).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(chain(&error)),
        Err(_elapsed) => Err(late()),
    }
}

fn late() -> String {
    format!("no answer within {} seconds", WAIT.as_secs())
}

/// An error with its causes.
fn chain(error: &dyn Error) -> String {
    let causes = std::iter::successors(Some(error), |cause| (*cause).source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
