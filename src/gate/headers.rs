//! Which headers pass the gate, each way. Towards an upstream a short list of what data clients need, and nothing else:
//! no credential, no cookie, no word about addresses, paths or methods that an upstream could take for ours. Towards
//! the client everything but what belongs to the connection, to the browser's trust, or to us.

use actix_web::http::header::{HeaderMap as ClientHeaders, HeaderName as ClientName, HeaderValue as ClientValue};
use hyper::HeaderMap;
use hyper::header::{self, HeaderName, HeaderValue};

use super::check::Permit;
use crate::domain::scope::Scope;

const KEY_ID: HeaderName = HeaderName::from_static("x-accord-key-id");
const AGREEMENT: HeaderName = HeaderName::from_static("x-accord-agreement");
const SCOPES: HeaderName = HeaderName::from_static("x-accord-scopes");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const TRACE_PARENT: HeaderName = HeaderName::from_static("traceparent");
const TRACE_STATE: HeaderName = HeaderName::from_static("tracestate");

/// The headers of a request to an upstream.
pub(super) fn to_upstream(from_client: &ClientHeaders, permit: &Permit, request_id: &str) -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(16);
    for (name, value) in from_client {
        let Some(name) = passed(name.as_str()) else { continue };
        if name == TRACE_PARENT && !is_trace_parent(value.as_bytes()) {
            continue;
        }
        if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
            headers.append(name, value);
        }
    }
    // What the client's Connection header names belongs to the hop before us, whatever its name (RFC 9110, 7.6.1).
    // Our own headers are added afterwards, out of its reach.
    for named in from_client.get_all(actix_web::http::header::CONNECTION) {
        for name in named.to_str().unwrap_or_default().split(',') {
            headers.remove(name.trim());
        }
    }
    for (name, value) in identity(permit, request_id) {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
    if let Some((name, value)) = permit.route().upstream.as_ref().and_then(|upstream| upstream.credential()) {
        headers.insert(name, value.clone());
    }
    headers
}

/// Who passes, for upstreams and for proxies that ask.
pub(super) fn identity(permit: &Permit, request_id: &str) -> Vec<(HeaderName, String)> {
    let mut headers = vec![(REQUEST_ID, request_id.to_owned())];
    if let Some(identity) = permit.identity() {
        let dataset = &*permit.route().slug;
        let scopes = identity.key.scopes.iter().filter(|scope| scope.dataset() == dataset);
        let scopes = scopes.map(Scope::as_str).collect::<Vec<_>>().join(" ");
        headers.push((KEY_ID, identity.key.id.to_string()));
        headers.push((AGREEMENT, identity.agreement.to_string()));
        headers.push((SCOPES, scopes));
    }
    headers
}

/// The headers a client may send on. Names with underscores, which some servers fold into hyphens, are not among them.
fn passed(name: &str) -> Option<HeaderName> {
    Some(match name {
        "accept" => header::ACCEPT,
        "accept-encoding" => header::ACCEPT_ENCODING,
        "accept-language" => header::ACCEPT_LANGUAGE,
        "cache-control" => header::CACHE_CONTROL,
        "content-encoding" => header::CONTENT_ENCODING,
        "content-language" => header::CONTENT_LANGUAGE,
        "content-type" => header::CONTENT_TYPE,
        "if-match" => header::IF_MATCH,
        "if-modified-since" => header::IF_MODIFIED_SINCE,
        "if-none-match" => header::IF_NONE_MATCH,
        "if-range" => header::IF_RANGE,
        "if-unmodified-since" => header::IF_UNMODIFIED_SINCE,
        "link" => header::LINK,
        "range" => header::RANGE,
        "user-agent" => header::USER_AGENT,
        "traceparent" => TRACE_PARENT,
        "tracestate" => TRACE_STATE,
        _ => return None,
    })
}

/// `version-traceid-parentid-flags` in lower-case hexadecimal (W3C Trace Context).
fn is_trace_parent(value: &[u8]) -> bool {
    let is_hex = |part: &[u8]| part.iter().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(byte));
    let lengths = value.split(|byte| *byte == b'-').map(<[u8]>::len);
    lengths.eq([2, 32, 16, 2]) && value.split(|byte| *byte == b'-').all(is_hex)
}

/// What an upstream's answer may not bring to the client.
fn is_dropped(name: &str) -> bool {
    matches!(
        name,
        // Of the connection.
        "connection" | "keep-alive" | "proxy-authenticate" | "proxy-authorization" | "proxy-connection" | "te"
            | "trailer" | "transfer-encoding" | "upgrade" | "content-length"
            // Of the upstream's own.
            | "server" | "via" | "x-powered-by" | "www-authenticate" | "location" | "refresh" | "date"
            | "x-aspnet-version" | "x-request-id"
            // Of the browser's trust in this origin.
            | "set-cookie" | "set-cookie2" | "strict-transport-security" | "content-security-policy"
            | "content-security-policy-report-only" | "x-content-type-options" | "x-frame-options" | "clear-site-data"
            | "alt-svc" | "service-worker-allowed" | "sourcemap" | "nel" | "report-to" | "reporting-endpoints"
            | "permissions-policy" | "referrer-policy" | "origin-agent-cluster" | "public-key-pins" | "timing-allow-origin"
            // Of our limits.
            | "ratelimit" | "ratelimit-policy"
    ) || name.starts_with("access-control-")
        || name.starts_with("cross-origin-")
        || name.starts_with("x-accord-")
        || name.contains('_')
}

/// The headers of an upstream's answer that reach the client. Answers of datasets that need a key are never kept by
/// shared caches, whatever the upstream says.
pub(super) fn to_client(from_upstream: &HeaderMap, needs_key: bool) -> Vec<(ClientName, ClientValue)> {
    let named: Vec<String> = from_upstream
        .get_all(header::CONNECTION)
        .iter()
        .flat_map(|value| value.to_str().unwrap_or_default().split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    let mut headers = Vec::with_capacity(from_upstream.len() + 2);
    for (name, value) in from_upstream {
        let is_cache =
            needs_key && (name == header::CACHE_CONTROL || name == header::EXPIRES || name == header::PRAGMA);
        if is_cache || is_dropped(name.as_str()) || named.iter().any(|dropped| dropped == name.as_str()) {
            continue;
        }
        let name = ClientName::from_bytes(name.as_str().as_bytes());
        if let (Ok(name), Ok(value)) = (name, ClientValue::from_bytes(value.as_bytes())) {
            headers.push((name, value));
        }
    }
    if needs_key {
        let private = private_caching(from_upstream);
        if let Ok(value) = ClientValue::from_str(&private) {
            headers.push((actix_web::http::header::CACHE_CONTROL, value));
        }
    }
    headers
}

fn private_caching(from_upstream: &HeaderMap) -> String {
    let values = from_upstream.get_all(header::CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    let directives: Vec<&str> = values.flat_map(|value| value.split(',')).map(str::trim).collect();
    let has = |wanted: &str| directives.iter().any(|directive| directive.eq_ignore_ascii_case(wanted));
    if has("no-store") {
        return "no-store".to_owned();
    }
    let age = directives.iter().find_map(|directive| directive.strip_prefix("max-age=")?.parse::<u32>().ok());
    age.map_or_else(|| "private, no-cache".to_owned(), |seconds| format!("private, max-age={seconds}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upstream(headers: &[(&'static str, &str)]) -> HeaderMap {
        headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()))
            .collect()
    }

    #[test]
    fn answers_of_keyed_datasets_are_private() {
        let cases = [
            ("public, max-age=60, s-maxage=600", "private, max-age=60"),
            ("no-store", "no-store"),
            ("public", "private, no-cache"),
            ("max-age=soon", "private, no-cache"),
        ];
        for (theirs, ours) in cases {
            let headers = upstream(&[("cache-control", theirs), ("expires", "never"), ("etag", "\"1\"")]);
            let kept = to_client(&headers, true);
            assert!(kept.iter().any(|(name, value)| name == "cache-control" && value == ours), "{theirs}");
            assert_eq!(kept.len(), 2);
            assert!(to_client(&headers, false).iter().any(|(name, value)| name == "cache-control" && value == theirs));
        }
    }

    #[test]
    fn a_trace_parent_must_look_like_one() {
        assert!(is_trace_parent(b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"));
        for bad in ["", "00-4bf92f-00f067-01", "00-4BF92F3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "zz"] {
            assert!(!is_trace_parent(bad.as_bytes()), "{bad}");
        }
    }
}
