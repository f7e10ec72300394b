//! The forward-auth door, for proxies that ask before they serve: nginx, Traefik, Caddy and their like.
//!
//! Denies by default. It answers only a trusted peer that shows a service credential in `X-Accord-Service`, and decides
//! about the request that this peer describes in headers of its own. `?proxy=nginx` believes `X-Original-Method` and
//! `X-Original-URI` alone, `?proxy=forwarded` believes `X-Forwarded-Method` and `X-Forwarded-Uri` alone; without it
//! either pair is taken, but not two that differ. The address of the question is written in the proxy's configuration,
//! out of the client's reach. `?dataset=slug&strip=/prefix` maps a proxy's own paths to a dataset.

use std::borrow::Cow;

use hyper::header::{CACHE_CONTROL, HeaderMap, HeaderName, HeaderValue};
use hyper::{StatusCode, Uri};
use url::form_urlencoded;

use super::answer::{self, Answer, Fault};
use super::body::AnswerBody;
use super::call::Call;
use super::check::{self, Ask, Credential, Target};
use super::verdict::Verdict;
use super::{credential, headers};
use crate::domain::path::{CleanPath, PathProblem};

const SERVICE: HeaderName = HeaderName::from_static("x-accord-service");
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

/// Answers `ANY /v1/forward-auth`.
pub(super) fn forward_auth(call: &Call, asked: &Uri, headers: &HeaderMap) -> Answer {
    let setup = match setup(asked.query().unwrap_or_default()) {
        Ok(setup) => setup,
        Err(detail) => return not_asked_so(call, detail),
    };
    let credential = headers.get(SERVICE).and_then(|value| value.to_str().ok());
    let service = credential.filter(|_| call.is_from_trusted_proxy());
    if service.and_then(|text| call.worker.shared.grants().service(text)).is_none() {
        return not_asked_so(call, "This address answers trusted proxies with a service credential only.");
    }
    let Some((method, uri)) = described(headers, setup.pair.as_ref()) else {
        return not_asked_so(call, "The headers that describe the original request are missing or differ.");
    };
    let verdict = decide(call, headers, &setup, method, uri);
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
        Verdict::Deny(denial) => refused(answer::denied(call, denial), &setup),
    };
    // A yes that a proxy keeps would outlive the suspension of the key.
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    match verdict {
        Verdict::Permit(permit) => call.book_permit(&permit).status(200),
        Verdict::Deny(denial) => drop(call.book(denial.trace, denial.outcome, denial.status)),
    }
    response
}

fn decide(call: &Call, headers: &HeaderMap, setup: &Setup<'_>, method: &str, uri: &str) -> Verdict {
    let (raw, query) = uri.split_once('?').map_or((uri, None), |(path, query)| (path, Some(query)));
    let path = CleanPath::parse(raw);
    let target = match (&path, &setup.dataset) {
        (Err(problem), _) => Target::Ambiguous(*problem),
        (Ok(path), None) => Target::Path { dataset: path.first_segment(), rest: path.rest() },
        (Ok(path), Some(dataset)) => match stripped(path.decoded(), setup.strip.as_deref()) {
            Some(rest) => Target::Path { dataset, rest },
            None => Target::Ambiguous(PathProblem::NotAbsolute),
        },
    };
    let in_query = query.and_then(credential::in_query).filter(|_| allows_query_key(call, &target));
    let in_query = match &in_query {
        None => Credential::None,
        Some(Ok(text)) => Credential::Text(text),
        Some(Err(())) => Credential::Malformed,
    };
    let credential = credential::shown(headers, in_query);
    let ask = Ask {
        credential,
        method: method.parse().ok(),
        target,
        client: call.client,
        can_redact: false,
        tokens: &call.worker.tokens,
    };
    check::check(&ask, call.worker.shared.grants(), &call.now)
}

fn allows_query_key(call: &Call, target: &Target<'_>) -> bool {
    match target {
        Target::Path { dataset, .. } => {
            call.worker.shared.grants().route(dataset).is_some_and(|route| route.allows_query_key)
        }
        Target::Ambiguous(_) => false,
    }
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
    let once = |name: &HeaderName| {
        let mut values = headers.get_all(name).iter();
        let value = values.next()?.to_str().ok()?;
        values.next().is_none().then_some(value)
    };
    let told = |pair: &[HeaderName; 2]| {
        let [method, uri] = pair;
        Some((once(method)?, once(uri)?))
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
