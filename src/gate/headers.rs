//! Which headers pass the gate, each way. Towards an upstream a short list of what data clients need, and nothing else:
//! no credential, no cookie, no word about addresses, paths or methods that an upstream could take for ours. Towards
//! the client everything but what belongs to the connection, to the browser's trust, or to us.

use std::cell::RefCell;

use hyper::header::{self, HeaderName, HeaderValue};
use hyper::{HeaderMap, StatusCode, Version};

use super::call::Call;
use super::check::Permit;
use super::redact::BodyKind;
use super::trace::{self, TRACE_PARENT};
use super::upstream::Upstream;
use crate::domain::net::HeadBounds;

/// Room for the headers that a message usually has, ours included.
const HEADERS_USUAL: usize = 12;
/// Headers by which a request asks for less than the whole present answer (RFC 9110, 13.1 and 14.2).
pub(super) const CONDITIONAL: [HeaderName; 6] = [
    header::RANGE,
    header::IF_RANGE,
    header::IF_MATCH,
    header::IF_NONE_MATCH,
    header::IF_MODIFIED_SINCE,
    header::IF_UNMODIFIED_SINCE,
];
/// Maps that a worker keeps for the next messages.
const MAPS_MAX: usize = 64;
const KEY_ID: HeaderName = HeaderName::from_static("x-accord-key-id");
const AGREEMENT: HeaderName = HeaderName::from_static("x-accord-agreement");
const SCOPES: HeaderName = HeaderName::from_static("x-accord-scopes");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What one look over the headers of a request tells, before anything is decided: looking for each by its name costs
/// more than looking at all once.
#[derive(Default)]
pub(super) struct Glance<'a> {
    /// Whether they are within the bounds.
    pub(super) are_bounded: bool,
    /// How many hosts are named, and the last of them.
    hosts: usize,
    host: Option<&'a HeaderValue>,
    /// Whether somebody says for whom it is forwarded.
    pub(super) is_forwarded: bool,
    /// Whether it brings an id.
    pub(super) has_id: bool,
}

impl<'a> Glance<'a> {
    pub(super) fn over(headers: &'a HeaderMap, bounds: HeadBounds) -> Self {
        let mut seen = Self::default();
        seen.are_bounded = bounds.admit(headers.iter().map(|(name, value)| {
            match name.as_str() {
                "host" => {
                    seen.hosts += 1;
                    seen.host = Some(value);
                }
                "x-forwarded-for" => seen.is_forwarded = true,
                "x-request-id" => seen.has_id = true,
                _ => {}
            }
            size(name, value)
        }));
        seen
    }

    /// RFC 9112, 3.2: a request names one host, in a form that can be one.
    pub(super) fn has_one_host(&self, version: Version) -> bool {
        let is_plain =
            |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':' | b'[' | b']');
        match (self.hosts, self.host) {
            (0, _) | (_, None) => version == Version::HTTP_10,
            (1, Some(host)) => host.as_bytes().iter().all(is_plain),
            (_, Some(_)) => false,
        }
    }
}

/// The lengths of a header's name and value.
fn size(name: &HeaderName, value: &HeaderValue) -> (usize, usize) {
    (name.as_str().len(), value.len())
}

/// Whether headers are within bounds.
pub(super) fn are_within(headers: &HeaderMap, bounds: HeadBounds) -> bool {
    bounds.admit(headers.iter().map(|(name, value)| size(name, value)))
}

/// Maps of headers whose message is over, for the next ones: each call needs two and leaves two behind.
#[derive(Default)]
pub(super) struct HeaderMaps(RefCell<Vec<HeaderMap>>);

impl HeaderMaps {
    /// An empty map with room for the usual.
    fn take(&self) -> HeaderMap {
        self.0.borrow_mut().pop().unwrap_or_else(|| HeaderMap::with_capacity(HEADERS_USUAL))
    }

    /// Takes a map back; nothing of what it held is kept.
    pub(super) fn give(&self, mut map: HeaderMap) {
        let mut kept = self.0.borrow_mut();
        if map.capacity() >= HEADERS_USUAL && kept.len() < MAPS_MAX {
            map.clear();
            kept.push(map);
        }
    }
}

/// The headers of a request to an upstream.
pub(super) fn to_upstream(from_client: &HeaderMap, permit: &Permit, upstream: &Upstream, call: &Call) -> HeaderMap {
    let mut headers = call.worker.maps.take();
    headers.insert(header::HOST, upstream.host.clone());
    pass_on(from_client, &mut headers);
    add_identity(&mut headers, permit, call);
    if let Some(span) = &call.span {
        headers.insert(TRACE_PARENT, span.to_header());
    }
    if let Some((name, value)) = upstream.credential() {
        headers.insert(name, value.clone());
    }
    headers
}

/// Adds what a client may send on.
pub(super) fn pass_on(from_client: &HeaderMap, headers: &mut HeaderMap) {
    let mut names_hop_headers = false;
    for (name, value) in from_client {
        if passes(name) && (name != TRACE_PARENT || trace::is_well_formed(value)) {
            headers.append(name, value.clone());
        }
        names_hop_headers |= name == header::CONNECTION;
    }
    if names_hop_headers {
        remove_hop_headers(from_client, headers);
    }
}

/// What the client's `Connection` names belongs to the hop before us, whatever its name (RFC 9110, 7.6.1). Our own
/// headers are added afterwards, out of its reach.
fn remove_hop_headers(from_client: &HeaderMap, headers: &mut HeaderMap) {
    for named in from_client.get_all(header::CONNECTION) {
        for name in named.to_str().unwrap_or_default().split(',').map(str::trim) {
            if !name.eq_ignore_ascii_case("host") {
                headers.remove(name);
            }
        }
    }
}

/// Says who passes, for upstreams and for proxies that ask.
pub(super) fn add_identity(headers: &mut HeaderMap, permit: &Permit, call: &Call) {
    headers.insert(REQUEST_ID, call.id_header.clone());
    let Some(identity) = permit.identity() else { return };
    let mut id = uuid::Uuid::encode_buffer();
    let id = identity.key.id.uuid().hyphenated().encode_lower(&mut id);
    if let Some(id) = call.worker.ink.header(id.len(), |room| room.extend_from_slice(id.as_bytes())) {
        headers.insert(KEY_ID, id);
    }
    headers.insert(AGREEMENT, identity.agreement.clone());
    headers.insert(SCOPES, identity.scopes(&permit.route().slug));
}

/// Whether a client may send this header on. Names with underscores, which some servers fold into hyphens, are not
/// among them.
fn passes(name: &HeaderName) -> bool {
    matches!(
        name.as_str(),
        "accept"
            | "accept-encoding"
            | "accept-language"
            | "cache-control"
            | "content-encoding"
            | "content-language"
            | "content-type"
            | "if-match"
            | "if-modified-since"
            | "if-none-match"
            | "if-range"
            | "if-unmodified-since"
            | "link"
            | "range"
            | "user-agent"
            | "traceparent"
            | "tracestate"
    )
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
pub(super) fn to_client(from_upstream: &HeaderMap, needs_key: bool, maps: &HeaderMaps) -> HeaderMap {
    let named: Vec<String> = from_upstream
        .get_all(header::CONNECTION)
        .iter()
        .flat_map(|value| value.to_str().unwrap_or_default().split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    let mut headers = maps.take();
    for (name, value) in from_upstream {
        let is_cache =
            needs_key && (name == header::CACHE_CONTROL || name == header::EXPIRES || name == header::PRAGMA);
        if !is_cache && !is_dropped(name.as_str()) && !named.iter().any(|dropped| dropped == name.as_str()) {
            headers.append(name, value.clone());
        }
    }
    if needs_key {
        headers.insert(header::CACHE_CONTROL, private_caching(from_upstream));
    }
    headers
}

/// Whether a client takes trailers (RFC 9110, 10.1.4).
pub(super) fn takes_trailers(from_client: &HeaderMap) -> bool {
    let values = from_client.get_all(header::TE).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|word| word.trim().eq_ignore_ascii_case("trailers"))
}

/// Asks for trailers on the hop to the upstream.
pub(super) fn ask_for_trailers(headers: &mut HeaderMap) {
    headers.insert(header::TE, HeaderValue::from_static("trailers"));
    headers.insert(header::CONNECTION, HeaderValue::from_static("te"));
}

/// Which trailers an answer promises, of those that may pass; its `Trailer` header.
pub(super) fn promised_trailers(from_upstream: &HeaderMap) -> Option<HeaderValue> {
    let values = from_upstream.get_all(header::TRAILER).iter().filter_map(|value| value.to_str().ok());
    let names = values.flat_map(|value| value.split(',')).map(|name| name.trim().to_ascii_lowercase());
    let names: Vec<String> = names.filter(|name| !name.is_empty() && may_trail(name)).collect();
    HeaderValue::from_str(&names.join(", ")).ok().filter(|value| !value.is_empty())
}

/// The trailers of an answer that may pass.
pub(super) fn trailers(mut from_upstream: HeaderMap) -> HeaderMap {
    let forbidden: Vec<HeaderName> = from_upstream.keys().filter(|name| !may_trail(name.as_str())).cloned().collect();
    for name in forbidden {
        from_upstream.remove(name);
    }
    from_upstream
}

/// What frames, directs, secures or describes a message cannot come after it (RFC 9110, 6.5.1).
fn may_trail(name: &str) -> bool {
    !is_dropped(name)
        && !matches!(name, "age" | "cache-control" | "expires" | "host" | "pragma" | "retry-after" | "vary" | "warning")
        && !name.starts_with("content-")
        && !name.starts_with("if-")
}

/// What a request says where the answer is redacted: the whole of it, readable, whatever the client has already.
pub(super) fn ask_for_redaction(headers: &mut HeaderMap) {
    for name in &CONDITIONAL {
        headers.remove(name);
    }
    headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
}

/// The headers of an answer that is redacted: those that say nothing of the body but how to read it. Its length,
/// validators and digests are those of another body.
pub(super) fn to_client_redacted(from_upstream: &HeaderMap) -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(HEADERS_USUAL);
    for name in [header::CONTENT_TYPE, header::CONTENT_LANGUAGE, header::RETRY_AFTER] {
        if let Some(value) = from_upstream.get(&name) {
            headers.insert(name, value.clone());
        }
    }
    headers.insert(header::CACHE_CONTROL, private_caching(from_upstream));
    headers
}

/// How an answer to be redacted is written; none for a part of one, a compressed one, or a kind that cannot be read.
pub(super) fn readable_kind(status: StatusCode, headers: &HeaderMap) -> Option<BodyKind> {
    let is_plain = |value: &HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"identity");
    let is_whole = status != StatusCode::PARTIAL_CONTENT && !headers.contains_key(header::CONTENT_RANGE);
    let mut kinds = headers.get_all(header::CONTENT_TYPE).iter();
    let kind = kinds.next()?.to_str().ok()?;
    let is_readable =
        is_whole && kinds.next().is_none() && headers.get_all(header::CONTENT_ENCODING).iter().all(is_plain);
    is_readable.then(|| BodyKind::of(kind)).flatten()
}

fn private_caching(from_upstream: &HeaderMap) -> HeaderValue {
    if !from_upstream.contains_key(header::CACHE_CONTROL) {
        return HeaderValue::from_static("private, no-cache");
    }
    let values = from_upstream.get_all(header::CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    let directives: Vec<&str> = values.flat_map(|value| value.split(',')).map(str::trim).collect();
    let has = |wanted: &str| directives.iter().any(|directive| directive.eq_ignore_ascii_case(wanted));
    if has("no-store") {
        return HeaderValue::from_static("no-store");
    }
    let age = directives.iter().find_map(|directive| directive.strip_prefix("max-age=")?.parse::<u32>().ok());
    let private = age.and_then(|seconds| HeaderValue::from_str(&format!("private, max-age={seconds}")).ok());
    private.unwrap_or(HeaderValue::from_static("private, no-cache"))
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
            let kept = to_client(&headers, true, &HeaderMaps::default());
            assert_eq!(kept["cache-control"], ours, "{theirs}");
            assert_eq!(kept.len(), 2);
            assert_eq!(to_client(&headers, false, &HeaderMaps::default())["cache-control"], theirs);
        }
    }
}
