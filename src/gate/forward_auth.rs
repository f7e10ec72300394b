//! The forward-auth door, for proxies that ask before they serve: nginx, `HAProxy`, Traefik, Caddy, Envoy and their like.
//!
//! Denies by default. It answers only a trusted peer that shows a service credential in `X-Accord-Service`, and decides
//! about the request that this peer describes. `?proxy=nginx` and `?proxy=haproxy` believe `X-Original-Method` and
//! `X-Original-URI` alone, `?proxy=forwarded` believes `X-Forwarded-Method` and `X-Forwarded-Uri` alone; without it
//! either pair is taken, but not two that differ. The address of the question is written in the proxy's configuration,
//! out of the client's reach. `?dataset=slug&strip=/prefix` maps a proxy's own paths to a dataset; `strip` alone leaves
//! a path whose first segment is the dataset.
//!
//! Envoy asks with the method and path of the request itself, the path behind a prefix. So its question comes to
//! `/v1/forward-auth/envoy/…`, and what the others write into the address it sets in `X-Accord-Setup`.
//!
//! A proxy passes the query on as it came, so a request with a key in its query is refused here, whatever the dataset
//! allows at the gateway.

use std::borrow::Cow;

use hyper::header::{CACHE_CONTROL, HeaderMap, HeaderName, HeaderValue};
use hyper::{StatusCode, Uri};
use url::form_urlencoded;

use super::answer::{self, Answer, Fault};
use super::body::AnswerBody;
use super::call::Call;
use super::check::{self, Ask, Credential, Target};
use super::meter::Door;
use super::verdict::{Denial, Outcome, Trace, Verdict};
use super::{credential, headers};
use crate::domain::path::{CleanPath, PathProblem};

const SERVICE: HeaderName = HeaderName::from_static("x-accord-service");
const SETUP: HeaderName = HeaderName::from_static("x-accord-setup");
const STATUS: HeaderName = HeaderName::from_static("x-accord-status");
const ORIGINAL: [HeaderName; 2] =
    [HeaderName::from_static("x-original-method"), HeaderName::from_static("x-original-uri")];
const FORWARDED: [HeaderName; 2] =
    [HeaderName::from_static("x-forwarded-method"), HeaderName::from_static("x-forwarded-uri")];

/// How the asking proxy is configured.
#[derive(Default)]
struct Setup<'a> {
    /// Which headers it sets; without it, whichever pair is there.
    pair: Option<[HeaderName; 2]>,
    /// nginx passes on 401 and 403 alone and turns every other refusal into a 500.
    only_403: bool,
    dataset: Option<Cow<'a, str>>,
    strip: Option<Cow<'a, str>>,
}

/// What Envoy puts before the path of a request.
pub(super) const ENVOY: &str = "/v1/forward-auth/envoy";

/// Answers `ANY /v1/forward-auth`.
pub(super) fn forward_auth(call: &Call, asked: &Uri, headers: &HeaderMap) -> Answer {
    let setup = match setup(asked.query().unwrap_or_default()) {
        Ok(setup) => setup,
        Err(detail) => return not_asked_so(call, detail),
    };
    let Some((method, uri)) = described(headers, setup.pair.as_ref()) else {
        return not_asked_so(call, "The headers that describe the original request are missing or differ.");
    };
    judge(call, headers, &setup, (method, uri))
}

/// Answers `ANY /v1/forward-auth/envoy/{path}`.
pub(super) fn envoy(call: &Call, method: &str, asked: &Uri, headers: &HeaderMap) -> Answer {
    let Some(told) = once(headers, &SETUP) else {
        return not_asked_so(call, "Envoy's configuration must set X-Accord-Setup, once.");
    };
    let setup = match setup(told) {
        Ok(setup) => setup,
        Err(detail) => return not_asked_so(call, detail),
    };
    let uri = asked.path_and_query().and_then(|uri| uri.as_str().strip_prefix(ENVOY)).unwrap_or_default();
    judge(call, headers, &setup, (method, uri))
}

/// Answers a question about a request, by its method and address.
fn judge(call: &Call, headers: &HeaderMap, setup: &Setup<'_>, (method, uri): (&str, &str)) -> Answer {
    let credential = headers.get(SERVICE).and_then(|value| value.to_str().ok());
    let service = credential.filter(|_| call.is_from_trusted_proxy());
    if service.and_then(|text| call.worker.shared.grants().service(text)).is_none() {
        return not_asked_so(call, "This address answers trusted proxies with a service credential only.");
    }
    let verdict = decide(call, headers, setup, method, uri);
    let mut response = match &verdict {
        Verdict::Permit(permit) => {
            let mut response = answer::with_status(StatusCode::OK, AnswerBody::whole(""));
            let told = response.headers_mut();
            told.reserve(12);
            headers::add_identity(told, permit, call);
            answer::common(told, call);
            told.insert(answer::OUTCOME, answer::OK);
            answer::limit_headers(told, permit.limits(), call);
            response
        }
        Verdict::Deny(denial) => refused(answer::denied(call, denial), setup),
    };
    // A yes that a proxy keeps would outlive the suspension of the key.
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    match verdict {
        Verdict::Permit(permit) => call.book_permit(Door::ForwardAuth, &permit).status(200),
        Verdict::Deny(denial) => drop(call.book(Door::ForwardAuth, denial.trace, denial.outcome, denial.status)),
    }
    response
}

fn decide(call: &Call, headers: &HeaderMap, setup: &Setup<'_>, method: &str, uri: &str) -> Verdict {
    let (raw, query) = uri.split_once('?').map_or((uri, None), |(path, query)| (path, Some(query)));
    let grants = call.worker.shared.grants();
    if query.is_some_and(|query| matches!(credential::without_keys(query, &grants.rules().key_prefix), Cow::Owned(_))) {
        let detail = "A key in the query would travel on; here it is taken from a header only.";
        return Verdict::Deny(Box::new(Denial::because(Outcome::KeyMalformed, Trace::default(), detail)));
    }
    let path = CleanPath::parse(raw);
    let target = match &path {
        Err(problem) => Target::Ambiguous(*problem),
        Ok(path) => match (stripped(path.decoded(), setup.strip.as_deref()), &setup.dataset) {
            (None, _) => Target::Ambiguous(PathProblem::NotAbsolute),
            (Some(rest), Some(dataset)) => Target::Path { dataset, rest },
            (Some(rest), None) => {
                let (dataset, rest) = split_first(rest);
                Target::Path { dataset, rest }
            }
        },
    };
    let ask = Ask {
        credential: credential::shown(headers, Credential::None),
        method: method.parse().ok(),
        target,
        client: call.client,
        can_redact: false,
        tokens: &call.worker.tokens,
    };
    check::check(&ask, grants, &call.now)
}

/// The first segment of a path, and what follows it with its slash.
fn split_first(path: &str) -> (&str, &str) {
    let path = path.strip_prefix('/').unwrap_or(path);
    path.find('/').and_then(|at| path.split_at_checked(at)).unwrap_or((path, "/"))
}

/// The path below a prefix, which must end where a segment ends.
fn stripped<'a>(path: &'a str, prefix: Option<&str>) -> Option<&'a str> {
    let prefix = prefix.unwrap_or_default().trim_end_matches('/');
    let rest = path.strip_prefix(prefix)?;
    if rest.is_empty() { Some("/") } else { rest.starts_with('/').then_some(rest) }
}

fn setup(query: &str) -> Result<Setup<'_>, &'static str> {
    let mut setup = Setup::default();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match (&*name, &*value) {
            ("proxy", "nginx") => {
                setup.pair = Some(ORIGINAL);
                setup.only_403 = true;
            }
            ("proxy", "haproxy") => setup.pair = Some(ORIGINAL),
            ("proxy", "forwarded" | "traefik" | "caddy") => setup.pair = Some(FORWARDED),
            ("dataset", _) => setup.dataset = Some(value),
            ("strip", _) => setup.strip = Some(value),
            _ => return Err("The address of the question has a parameter that is not known."),
        }
    }
    Ok(setup)
}

/// Method and address of the original request; none unless they are told whole and once.
fn described<'a>(headers: &'a HeaderMap, pair: Option<&[HeaderName; 2]>) -> Option<(&'a str, &'a str)> {
    let told = |pair: &[HeaderName; 2]| {
        let [method, uri] = pair;
        Some((once(headers, method)?, once(headers, uri)?))
    };
    if let Some(pair) = pair {
        return told(pair);
    }
    let is_there = |pair: &[HeaderName; 2]| pair.iter().any(|name| headers.contains_key(name));
    match (is_there(&ORIGINAL), is_there(&FORWARDED)) {
        (true, false) => told(&ORIGINAL),
        (false, true) => told(&FORWARDED),
        (true, true) => told(&ORIGINAL).filter(|original| Some(*original) == told(&FORWARDED)),
        (false, false) => None,
    }
}

/// The value of a header that is there exactly once.
fn once<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

/// A refusal in the form that the proxy passes on, with the true status beside it.
fn refused(mut response: Answer, setup: &Setup<'_>) -> Answer {
    let status = response.status();
    answer::put(response.headers_mut(), STATUS, status.as_str());
    if setup.only_403 && status != StatusCode::UNAUTHORIZED {
        *response.status_mut() = StatusCode::FORBIDDEN;
    }
    response
}

fn not_asked_so(call: &Call, detail: &str) -> Answer {
    answer::faulty(
        call,
        &Fault {
            status: 403,
            code: "forward_auth_denied",
            title: "Not answered",
            detail: detail.to_owned(),
            next: "Check the proxy's configuration against the documentation.",
        },
    )
}
