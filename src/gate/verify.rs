//! The verify and kill doors: small JSON in and out. `POST /v1/keys/verify` answers services that ask themselves, and
//! only those, so that it is no oracle; `POST /v1/keys/kill` ends a key on the word of whoever holds its text.

use std::net::IpAddr;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::BoxFuture;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE};
use hyper::{Request, StatusCode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::answer::{self, Answer, Fault};
use super::call::Call;
use super::check::{self, Ask, Credential, Target};
use super::credential;
use super::limiter::{self, Standing};
use super::meter::Door;
use super::server::watch::sweeps;
use super::verdict::{Denial, Outcome, Trace, Verdict};
use crate::domain::id::{AgreementId, KeyId};
use crate::domain::key::{Digest, text};
use crate::domain::path::CleanPath;

/// The longest body of these doors, in bytes.
const BODY_MAX_BYTES: usize = 8 * 1024;
/// How long it may take to arrive.
const BODY_DEADLINE: Duration = Duration::from_secs(10);

/// Ends keys by their digest. The desk does; the gate only asks.
pub trait KillSwitch: Send + Sync {
    /// Ends the key whose text somebody showed. When this is done, the picture must be current.
    fn kill(&self, digest: Digest) -> BoxFuture<'static, KillAnswer>;
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KillAnswer {
    /// The key is ended, now or earlier.
    Ended,
    /// No such key.
    Unknown,
    /// It could not be written now; it must be asked again.
    Unavailable,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    /// The key as the client showed it; absent or empty if it showed none.
    #[serde(default)]
    key: String,
    dataset: String,
    method: String,
    path: String,
    address: IpAddr,
}

#[derive(Serialize)]
struct Ruling<'a> {
    outcome: Outcome,
    allowed: bool,
    status: u16,
    title: &'a str,
    detail: &'a str,
    next: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_id: Option<KeyId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    agreement_id: Option<AgreementId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    agreement: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    operation: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    template: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    holds: &'a [String],
    limits: Vec<Standing<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_seconds: Option<u64>,
    request_id: &'a str,
}

/// Answers `POST /v1/keys/verify`: at once where the head tells enough, else when the body is there. What is waited for
/// holds no more than it needs.
pub(super) fn verify(call: Call, request: Request<Incoming>) -> Result<impl Future<Output = Answer>, Answer> {
    if !is_from_service(&call, &request) {
        return Err(unknown_service(&call));
    }
    let body = json_body(request).map_err(|fault| answer::faulty(&call, &fault))?;
    Ok(async move {
        match read(&call, body).await {
            Ok(question) => answer_question(&call, &question),
            Err(fault) => answer::faulty(&call, &fault),
        }
    })
}

fn answer_question(call: &Call, question: &Question) -> Answer {
    let path = CleanPath::parse(&question.path);
    let ask = Ask {
        credential: if question.key.is_empty() { Credential::None } else { Credential::Text(&question.key) },
        method: question.method.parse().ok(),
        target: match &path {
            Ok(path) => Target::Path { dataset: &question.dataset, rest: path.decoded() },
            Err(problem) => Target::Ambiguous(*problem),
        },
        client: question.address,
        can_redact: false,
        tokens: &call.worker.tokens,
    };
    let verdict = check::check(&ask, call.worker.shared.grants(), &call.now);
    let response = ruled(call, &verdict);
    match verdict {
        Verdict::Permit(permit) => call.book_permit(Door::Verify, &permit).status(200),
        Verdict::Deny(denial) => drop(call.book(Door::Verify, denial.trace, denial.outcome, denial.status)),
    }
    response
}

/// Whether a service asks, by its credential.
pub(super) fn is_from_service(call: &Call, request: &Request<Incoming>) -> bool {
    match credential::authorization(request.headers()) {
        Credential::Text(text) => call.worker.shared.grants().service(text).is_some(),
        Credential::None | Credential::Malformed => false,
    }
}

fn ruled(call: &Call, verdict: &Verdict) -> Answer {
    let (outcome, trace) = (verdict.outcome(), verdict.trace());
    let (limits, denial, identity) = match verdict {
        Verdict::Permit(permit) => (permit.limits(), None, permit.identity()),
        Verdict::Deny(denial) => (&denial.limits, Some(denial), None),
    };
    let detail = denial.and_then(|denial| denial.detail.as_deref()).unwrap_or_else(|| outcome.sentence());
    let ruling = Ruling {
        outcome,
        allowed: denial.is_none(),
        status: denial.map_or(200, |denial| denial.status),
        title: outcome.title(),
        detail,
        next: outcome.next_step(),
        key_id: trace.key,
        agreement_id: trace.agreement,
        agreement: identity.and_then(|identity| identity.agreement.to_str().ok()),
        operation: trace.operation.as_deref(),
        template: trace.template.as_deref(),
        holds: denial.map(|denial| denial.holds.as_slice()).unwrap_or_default(),
        limits: limiter::standings(limits, &call.now),
        retry_after_seconds: denial.and_then(|denial| denial.retry_after_seconds),
        request_id: call.id_text(),
    };
    answer::json(call, StatusCode::OK, &ruling)
}

/// One answer for every caller without a service credential.
pub(super) fn unknown_service(call: &Call) -> Answer {
    let mut response = answer::faulty(
        call,
        &Fault {
            status: 401,
            code: "service_unknown",
            title: "A service credential is needed",
            detail: "This address answers services with a credential only.".to_owned(),
            next: "Send the credential that an administrator gave you as “Authorization: Bearer …”.",
        },
    );
    response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"accord-services\""));
    response
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KillRequest {
    key: String,
}

#[derive(Serialize)]
struct Killed<'a> {
    outcome: &'a str,
    detail: &'a str,
    request_id: &'a str,
}

/// Answers `POST /v1/keys/kill`.
pub(super) async fn kill(call: Call, request: Request<Incoming>) -> Answer {
    let body = match json_body(request) {
        Ok(body) => body,
        Err(fault) => return answer::faulty(&call, &fault),
    };
    let asked: KillRequest = match read(&call, body).await {
        Ok(asked) => asked,
        Err(fault) => return answer::faulty(&call, &fault),
    };
    let plain = |outcome| Denial::plain(outcome, Trace::default());
    if text::recognise(&asked.key, &call.worker.shared.grants().rules().key_prefix).is_err() {
        return answer::denied(&call, &plain(Outcome::KeyMalformed));
    }
    match call.worker.shared.kill_switch().kill(Digest::of(&asked.key)).await {
        KillAnswer::Unknown => answer::denied(&call, &plain(Outcome::KeyUnknown)),
        KillAnswer::Ended => answer::json(
            &call,
            StatusCode::OK,
            &Killed {
                outcome: "ended",
                detail: "The key no longer works. Its holder is told.",
                request_id: call.id_text(),
            },
        ),
        KillAnswer::Unavailable => answer::faulty(
            &call,
            &Fault {
                status: 503,
                code: "kill_unavailable",
                title: "The key could not be ended now",
                detail: "Nothing was changed; the key may still work.".to_owned(),
                next: "Send the same request again in a moment.",
            },
        ),
    }
}

/// The body of a request that says it is JSON.
fn json_body(request: Request<Incoming>) -> Result<Incoming, Fault> {
    if is_of_kind(&request, "application/json") {
        return Ok(request.into_body());
    }
    let detail = "The body must be sent as application/json.".to_owned();
    Err(bad(415, "not_json", "The body is not JSON", detail))
}

/// Reads a small JSON body, bounded in size and time.
async fn read<T: DeserializeOwned>(call: &Call, body: Incoming) -> Result<T, Fault> {
    let bytes = whole_body(call, body).await?;
    serde_json::from_slice(&bytes)
        .map_err(|error| bad(400, "bad_json", "The body cannot be read", format!("The body cannot be read: {error}.")))
}

/// Whether the body is of this media type, parameters apart.
pub(super) fn is_of_kind(request: &Request<Incoming>, wanted: &str) -> bool {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(wanted)
}

/// Reads a small body, bounded in size and time.
pub(super) async fn whole_body(call: &Call, body: Incoming) -> Result<Bytes, Fault> {
    let patience = call.worker.waiting.patience(sweeps(BODY_DEADLINE));
    let body = Limited::new(body, BODY_MAX_BYTES);
    let collected = pin!(body.collect());
    match patience.bound(collected).await {
        Some(Ok(collected)) => Ok(collected.to_bytes()),
        Some(Err(error)) if error.is::<LengthLimitError>() => {
            let detail = format!("The body is larger than {BODY_MAX_BYTES} bytes.");
            Err(bad(413, "body_too_large", "The request body is too large", detail))
        }
        Some(Err(error)) => {
            let detail = format!("The request body broke off: {error}.");
            Err(bad(400, "body_broken", "The request body broke off", detail))
        }
        None => {
            let detail = "The body came slower than allowed.".to_owned();
            Err(bad(408, "body_too_slow", "The request body came too slowly", detail))
        }
    }
}

fn bad(status: u16, code: &'static str, title: &'static str, detail: String) -> Fault {
    Fault { status, code, title, detail, next: "Correct the request; the API documentation shows its form." }
}
