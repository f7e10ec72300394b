//! Token exchange: `POST /oauth/token`, OAuth 2.0 client credentials (RFC 6749, 4.4). The client is a key: its id or the
//! beginning of its text, with its text as the secret. Whether it may have a token the check decides; here is only the
//! form of question and answer.

use chrono::TimeDelta;
use hyper::body::Incoming;
use hyper::header::{HeaderValue, PRAGMA, WWW_AUTHENTICATE};
use hyper::{Request, StatusCode};
use serde::Serialize;

use super::Claims;
use super::form::{Client, Form, Wrong, client};
use crate::domain::scope::check_slug;
use crate::domain::token::TOKEN_SECONDS;
use crate::gate::answer::{self, Answer};
use crate::gate::call::Call;
use crate::gate::check::token::{Granted, Wish, exchange as decide};
use crate::gate::meter::Door;
use crate::gate::verdict::{Denial, Outcome, Trace};
use crate::gate::verify::{is_of_kind, whole_body};

/// The answer (RFC 6749, 5.1).
#[derive(Serialize)]
struct Issued<'a> {
    access_token: &'a str,
    token_type: &'static str,
    expires_in: i64,
    scope: &'a str,
}

/// A refusal (RFC 6749, 5.2), with the outcome of the closed list as an extension.
#[derive(Serialize)]
struct Failure<'a> {
    error: &'static str,
    error_description: &'a str,
    outcome: Option<Outcome>,
}

/// Why there is no token.
enum Refused {
    /// The request is at fault: its status, code and what is wrong.
    Fault(u16, &'static str, String),
    Denied(Box<Denial>),
}

/// Answers `POST /oauth/token`.
pub(in crate::gate) async fn exchange(call: Call, request: Request<Incoming>) -> Answer {
    match answered(&call, request).await {
        Ok(mut answer) => {
            answer.headers_mut().insert(PRAGMA, HeaderValue::from_static("no-cache"));
            answer
        }
        Err(Refused::Fault(status, code, detail)) => failed(&call, (status, code), &detail, None),
        Err(Refused::Denied(denial)) => {
            let (status, code) = told(&denial);
            let mut answer = failed(&call, (status, code), sentence(&denial), Some(&denial));
            answer::denial_headers(answer.headers_mut(), &denial, &call);
            drop(call.book(Door::Token, denial.trace, denial.outcome, status));
            answer
        }
    }
}

async fn answered(call: &Call, request: Request<Incoming>) -> Result<Answer, Refused> {
    let fault = |code, detail: &str| Refused::Fault(400, code, detail.to_owned());
    if request.uri().query().is_some() {
        // RFC 6749, 2.3.1: credentials never stand in the address.
        return Err(fault("invalid_request", "Send parameters in the body, not in the address."));
    }
    if !is_of_kind(&request, "application/x-www-form-urlencoded") {
        return Err(fault("invalid_request", "The body must be sent as application/x-www-form-urlencoded."));
    }
    let headers = request.headers().clone();
    let body = whole_body(call, request.into_body())
        .await
        .map_err(|fault| Refused::Fault(fault.status, "invalid_request", fault.detail))?;
    let wrong = |wrong| match wrong {
        Wrong::Request(detail) => fault("invalid_request", detail),
        Wrong::Client(detail) => Refused::Fault(401, "invalid_client", detail.to_owned()),
    };
    let form = Form::read(&body, "resource").map_err(wrong)?;
    match form.get("grant_type") {
        None => return Err(fault("invalid_request", "grant_type is missing.")),
        Some("client_credentials") => {}
        Some(_) => return Err(fault("unsupported_grant_type", "Only client_credentials is served.")),
    }
    let client = client(&headers, &form).map_err(wrong)?;
    let dataset = target(call, &form).map_err(|detail| fault("invalid_target", detail))?;
    issue(call, &client, dataset.as_deref(), form.get("scope")).map_err(Refused::Denied)
}

/// The dataset that is meant: by its address at this gate (`resource`, RFC 8707), or by its slug or address
/// (`audience`).
fn target(call: &Call, form: &Form<'_>) -> Result<Option<String>, &'static str> {
    let issuer = &call.worker.shared.options().issuer;
    let of_address = |address: &str| {
        let slug = address.strip_prefix(issuer.as_str()).and_then(|rest| rest.strip_prefix('/'));
        slug.filter(|slug| check_slug(slug).is_ok()).map(str::to_owned)
    };
    let mut resources = form.all("resource");
    let resource = match (resources.next(), resources.next()) {
        (None, _) => None,
        (Some(_), Some(_)) => return Err("A token is for one dataset: give one resource."),
        (Some(address), None) => {
            Some(of_address(address).ok_or("resource must be the address of a dataset at this gate.")?)
        }
    };
    let audience = match form.get("audience") {
        None => None,
        Some(slug) if check_slug(slug).is_ok() => Some(slug.to_owned()),
        Some(address) => Some(of_address(address).ok_or("audience must be the name of a dataset.")?),
    };
    match (resource, audience) {
        (Some(one), Some(other)) if one != other => Err("resource and audience name different datasets."),
        (one, other) => Ok(one.or(other)),
    }
}

fn issue(call: &Call, client: &Client, dataset: Option<&str>, scope: Option<&str>) -> Result<Answer, Box<Denial>> {
    let wish = Wish { client_id: &client.id, secret: &client.secret, dataset, scope, client: call.client };
    let (granted, trace) = decide(&wish, call.worker.shared.grants(), &call.now);
    let denied = |denial: Box<Denial>| Box::new(Denial { trace: trace.clone(), ..*denial });
    let granted = granted.map_err(denied)?;
    let (text, seconds) = signed(call, &granted)
        .map_err(|(outcome, detail)| denied(Box::new(Denial::because(outcome, Trace::default(), detail))))?;
    let issued = Issued { access_token: &text, token_type: "Bearer", expires_in: seconds, scope: &granted.scope };
    let mut answer = answer::json(call, StatusCode::OK, &issued);
    answer.headers_mut().insert(answer::OUTCOME, answer::OK);
    call.book(Door::Token, trace, Outcome::Ok, StatusCode::OK.as_u16()).add_bytes(answer.body().len());
    Ok(answer)
}

/// The token with the seconds it lives, or why there is none.
fn signed(call: &Call, granted: &Granted) -> Result<(String, i64), (Outcome, &'static str)> {
    let options = call.worker.shared.options();
    let longest = options.token_seconds.clamp(1, *TOKEN_SECONDS.end());
    let until = call.now.utc + TimeDelta::seconds(i64::from(longest));
    let until = granted.ends_at.map_or(until, |ends| ends.min(until));
    let now = call.now.utc.timestamp();
    // Whole seconds, rounded down: never beyond the end of what it is issued under.
    let expires = until.timestamp();
    if expires <= now {
        return Err((Outcome::KeyExpired, "The key or its agreement ends within a second."));
    }
    let key = granted.key.to_string();
    let claims = Claims {
        iss: options.issuer.as_str().into(),
        sub: key.as_str().into(),
        client_id: key.as_str().into(),
        aud: format!("{}/{}", options.issuer, granted.dataset).into(),
        exp: expires,
        iat: now,
        jti: call.id_text().into(),
        scope: granted.scope.as_str().into(),
        agreement: (&*granted.agreement).into(),
    };
    let text = call.worker.shared.grants().token_keys().sign(&claims, call.now.utc);
    let unavailable = (Outcome::DatasetUnavailable, "This gate has no key to sign with at this moment.");
    text.map(|text| (text, expires - now)).ok_or(unavailable)
}

/// Status and code of a denial.
fn told(denial: &Denial) -> (u16, &'static str) {
    match denial.outcome {
        Outcome::KeyMissing
        | Outcome::KeyMalformed
        | Outcome::KeyUnknown
        | Outcome::KeyExpired
        | Outcome::KeyRevoked => (401, "invalid_client"),
        Outcome::KeySuspended | Outcome::AgreementEnded | Outcome::NetworkDenied | Outcome::OutsideWindow => {
            (400, "unauthorized_client")
        }
        Outcome::ScopeDenied if denial.scope.is_some() => (400, "invalid_scope"),
        Outcome::ScopeDenied => (400, "invalid_target"),
        // Without a code of its own in RFC 6749, 5.2; this one is that of 4.1.2.1.
        Outcome::RateLimited
        | Outcome::QuotaExhausted
        | Outcome::DatasetUnavailable
        | Outcome::UpstreamFailed
        | Outcome::Ok => (denial.status, "temporarily_unavailable"),
    }
}

fn sentence(denial: &Denial) -> &str {
    // Who cannot show a known key is told nothing of what is known.
    let is_unknown = matches!(denial.outcome, Outcome::KeyMalformed | Outcome::KeyUnknown);
    let plain = is_unknown.then_some("No key is known by this id and text.");
    plain.or(denial.detail.as_deref()).unwrap_or_else(|| denial.outcome.sentence())
}

fn failed(call: &Call, (status, error): (u16, &'static str), detail: &str, denial: Option<&Denial>) -> Answer {
    let description: String = detail.chars().map(described).collect();
    let failure = Failure { error, error_description: &description, outcome: denial.map(|denial| denial.outcome) };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    let mut answer = answer::json(call, status, &failure);
    let headers = answer.headers_mut();
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    if status == StatusCode::UNAUTHORIZED {
        let challenge = format!("Basic realm=\"{}\", charset=\"UTF-8\"", call.worker.shared.options().realm);
        answer::put(headers, WWW_AUTHENTICATE, &challenge);
    }
    answer
}

/// The letters that a description may hold (RFC 6749, 5.2): printable ASCII without quotes and backslashes.
const fn described(letter: char) -> char {
    match letter {
        '“' | '”' | '’' | '"' => '\'',
        '\\' => '/',
        ' '..='~' => letter,
        _ => '?',
    }
}
