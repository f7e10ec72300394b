//! The verify and kill doors: small JSON in and out. `POST /v1/keys/verify` answers services that ask themselves, and
//! only those, so that it is no oracle; `POST /v1/keys/kill` ends a key on the word of whoever holds its text.

use std::borrow::Cow;
use std::net::IpAddr;
use std::pin::pin;
use std::time::Duration;

use bytes::BytesMut;
use futures_util::future::BoxFuture;
use http_body_util::BodyExt;
use hyper::body::{Body, Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE};
use hyper::{Request, StatusCode};
use serde::{Deserialize, Serialize};

use super::answer::{self, Answer, Fault};
use super::call::Call;
use super::check::{self, Ask, Credential, Target};
use super::credential;
use super::json::Object;
use super::limiter;
use super::meter::Door;
use super::server::watch::sweeps;
use super::verdict::{Denial, Outcome, Trace, Verdict};
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
struct Question<'a> {
    /// The key as the client showed it; absent or empty if it showed none.
    #[serde(default, borrow)]
    key: Cow<'a, str>,
    #[serde(borrow)]
    dataset: Cow<'a, str>,
    #[serde(borrow)]
    method: Cow<'a, str>,
    #[serde(borrow)]
    path: Cow<'a, str>,
    address: IpAddr,
}

/// Answers `POST /v1/keys/verify`: at once where the head tells enough, else when the body is there. What is waited for
/// holds no more than it needs.
pub(super) fn verify(call: Call, request: Request<Incoming>) -> Result<impl Future<Output = Answer>, Answer> {
    if !is_from_service(&call, &request) {
        return Err(unknown_service(&call));
    }
    let body = json_body(request).map_err(|fault| answer::faulty(&call, &fault))?;
    Ok(async move {
        let answered = whole_body(&call, body).await.and_then(|bytes| Ok(answer_question(&call, &read(&bytes)?)));
        answered.unwrap_or_else(|fault| answer::faulty(&call, &fault))
    })
}

fn answer_question(call: &Call, question: &Question<'_>) -> Answer {
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
    answer::written(call, |out| write_ruling(call, verdict, Object::begin(out)))
}

fn write_ruling(call: &Call, verdict: &Verdict, mut ruling: Object<'_>) {
    let (outcome, trace) = (verdict.outcome(), verdict.trace());
    let (limits, denial, identity) = match verdict {
        Verdict::Permit(permit) => (permit.limits(), None, permit.identity()),
        Verdict::Deny(denial) => (&denial.limits, Some(denial), None),
    };
    ruling.plain("outcome", outcome.as_str());
    ruling.flag("allowed", denial.is_none());
    ruling.number("status", denial.map_or(200, |denial| denial.status).into());
    ruling.plain("title", outcome.title());
    match denial.and_then(|denial| denial.detail.as_deref()) {
        None => ruling.plain("detail", outcome.sentence()),
        Some(detail) => ruling.text("detail", detail),
    }
    ruling.plain("next", outcome.next_step());
    if let Some(key) = trace.key {
        ruling.id("key_id", key.uuid());
    }
    if let Some(agreement) = trace.agreement {
        ruling.id("agreement_id", agreement.uuid());
    }
    if let Some(agreement) = identity.and_then(|identity| identity.agreement.to_str().ok()) {
        ruling.text("agreement", agreement);
    }
    if let Some(operation) = &trace.operation {
        ruling.text("operation", operation);
    }
    if let Some(template) = &trace.template {
        ruling.text("template", template);
    }
    if let Some(holds) = denial.map(|denial| &denial.holds).filter(|holds| !holds.is_empty()) {
        let holds = serde_json::Value::from(holds.as_slice());
        ruling.write("holds", |out| out.extend_from_slice(holds.to_string().as_bytes()));
    }
    ruling.write("limits", |out| limiter::write_standings(limits, &call.now, out));
    if let Some(seconds) = denial.and_then(|denial| denial.retry_after_seconds) {
        ruling.number("retry_after_seconds", seconds);
    }
    ruling.plain("request_id", call.id_text());
    ruling.end();
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
    let asked: KillRequest = match whole_body(&call, body).await.and_then(|bytes| read(&bytes)) {
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

/// Reads a small JSON body.
fn read<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Fault> {
    serde_json::from_slice(bytes)
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
    let gathered = pin!(gather(body));
    let detail = match patience.bound(gathered).await {
        Some(Ok(Some(bytes))) => return Ok(bytes),
        Some(Ok(None)) => {
            let detail = format!("The body is larger than {BODY_MAX_BYTES} bytes.");
            return Err(bad(413, "body_too_large", "The request body is too large", detail));
        }
        Some(Err(error)) => format!("The request body broke off: {error}."),
        None => {
            let detail = "The body came slower than allowed.".to_owned();
            return Err(bad(408, "body_too_slow", "The request body came too slowly", detail));
        }
    };
    Err(bad(400, "body_broken", "The request body broke off", detail))
}

/// All of a body; nothing when it is longer than allowed. One that comes in one piece, as most do, is not copied.
async fn gather(mut body: Incoming) -> Result<Option<Bytes>, hyper::Error> {
    let (mut first, mut all) = (Bytes::new(), BytesMut::new());
    while let Some(frame) = body.frame().await {
        // Trailers say nothing here.
        let Ok(piece) = frame?.into_data() else { continue };
        if first.len().max(all.len()) + piece.len() > BODY_MAX_BYTES {
            return Ok(None);
        }
        if first.is_empty() {
            first = piece;
        } else {
            if all.is_empty() {
                all.extend_from_slice(&first);
            }
            all.extend_from_slice(&piece);
        }
        if body.is_end_stream() {
            break;
        }
    }
    Ok(Some(if all.is_empty() { first } else { all.freeze() }))
}

fn bad(status: u16, code: &'static str, title: &'static str, detail: String) -> Fault {
    Fault { status, code, title, detail, next: "Correct the request; the API documentation shows its form." }
}
