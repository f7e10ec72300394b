//! Mutations of headers: whose address counts, which headers pass, and what is taken as a credential.

use std::collections::BTreeSet;
use std::net::IpAddr;

use hyper::HeaderMap;
use hyper::header::{HeaderName, HeaderValue};

use crate::domain::net::{CidrList, client_address};
use crate::gate::call::given_id;
use crate::gate::check::Credential;
use crate::gate::{credential, headers};
use crate::tests::fuzz::{files, run};

const MARKS: [&[u8]; 28] = [
    b"\n",
    b": ",
    b",",
    b" ",
    b"connection: ",
    b"x-forwarded-for: ",
    b"10.0.0.3",
    b"203.0.113.9",
    b"::1",
    b"[",
    b"]:",
    b"\"",
    b"authorization: Bearer ",
    b"authorization: Basic ",
    b"x-api-key: ",
    b"x-request-id: ",
    b"range: bytes=1-\n",
    b"host",
    b"if-none-match: *\n",
    b"x-accord-scopes: a\n",
    b"x_accord_scopes: a\n",
    b"cookie: a=b\n",
    b"upgrade: h2c\n",
    b"\t",
    b"set-cookie: a\n",
    b"cache-control: ",
    b"max-age=",
    b"\xe9",
];

/// What may reach an upstream, written out a second time on purpose: a name more here is a decision.
const SENT_ON: [&str; 17] = [
    "accept",
    "accept-encoding",
    "accept-language",
    "cache-control",
    "content-encoding",
    "content-language",
    "content-type",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "link",
    "range",
    "traceparent",
    "tracestate",
    "user-agent",
];

/// The lines that are headers at all.
fn read(input: &[u8]) -> HeaderMap {
    let mut all = HeaderMap::new();
    for line in input.split(|byte| *byte == b'\n') {
        let Some(at) = line.iter().position(|byte| *byte == b':') else { continue };
        let (name, value) = (HeaderName::from_bytes(&line[..at]), HeaderValue::from_bytes(line[at + 1..].trim_ascii()));
        if let (Ok(name), Ok(value)) = (name, value) {
            all.append(name, value);
        }
    }
    all
}

/// The words of a list header.
fn words(headers: &HeaderMap, name: &str) -> Vec<String> {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(|word| word.trim().to_ascii_lowercase()).collect()
}

fn only_what_may_is_sent_on(from_client: &HeaderMap) {
    let mut sent = HeaderMap::new();
    headers::pass_on(from_client, &mut sent);
    let of_the_hop = words(from_client, "connection");
    for name in sent.keys() {
        assert!(SENT_ON.contains(&name.as_str()), "{name} reached the upstream");
        assert!(!of_the_hop.iter().any(|named| named == name.as_str()), "{name} belonged to the hop");
        let (theirs, ours): (Vec<_>, Vec<_>) =
            (from_client.get_all(name).iter().collect(), sent.get_all(name).iter().collect());
        assert!(theirs == ours || name == "traceparent", "{name} changed");
    }
    for name in ["range", "if-range", "if-match", "if-none-match", "if-modified-since", "if-unmodified-since", "accept"]
    {
        let is_of_hop = of_the_hop.iter().any(|named| named == name);
        assert_eq!(sent.contains_key(name), from_client.contains_key(name) && !is_of_hop, "{name}");
    }
}

fn nothing_of_the_upstreams_own_comes_back(from_upstream: &HeaderMap) {
    let of_the_hop = words(from_upstream, "connection");
    for needs_key in [true, false] {
        let back = headers::to_client(from_upstream, needs_key, &headers::HeaderMaps::default());
        for name in back.keys().map(HeaderName::as_str) {
            let is_ours = name.starts_with("x-accord-") || name.starts_with("access-control-") || name.contains('_');
            let is_bad =
                ["set-cookie", "connection", "transfer-encoding", "content-length", "upgrade", "server", "location"];
            assert!(!is_ours && !is_bad.contains(&name), "{name} came back");
            let is_set_by_us = needs_key && name == "cache-control";
            assert!(is_set_by_us || !of_the_hop.iter().any(|named| named == name), "{name} belonged to the hop");
        }
        if needs_key {
            let caching = back["cache-control"].to_str().unwrap();
            assert!(caching == "no-store" || caching.starts_with("private, "), "{caching}");
        }
    }
}

/// An address counts only if a trusted proxy vouched for it: it is the peer's own, or every hop after it is trusted.
fn no_untrusted_hop_is_believed(all: &HeaderMap, peer: IpAddr) {
    let trusted = CidrList::parse("10.0.0.0/8").unwrap();
    let values: Vec<&str> =
        all.get_all("x-forwarded-for").iter().map(|value| value.to_str().unwrap_or_default()).collect();
    let found = client_address(peer, values.iter().copied(), &trusted);
    if found == peer {
        return;
    }
    assert!(trusted.contains(peer), "a peer nobody trusts was believed");
    let hops: Vec<&str> = values.iter().flat_map(|value| value.split(',')).map(str::trim).collect();
    let address = |hop: &str| {
        let bare = hop.trim_start_matches('[').split(']').next().unwrap_or_default();
        let without_port = hop.rsplit_once(':').map_or(hop, |(address, _)| address);
        [bare, hop, without_port].iter().find_map(|text| text.parse::<IpAddr>().ok()).map(|ip| ip.to_canonical())
    };
    let is_vouched_for =
        |at: usize| hops[at + 1..].iter().all(|hop| address(hop).is_some_and(|ip| trusted.contains(ip)));
    let is_found = |at: &usize| address(hops[*at]) == Some(found);
    assert!((0..hops.len()).filter(is_found).any(is_vouched_for), "{found} from {hops:?}");
}

/// What is taken stands in one header, whole; two different ones are never one.
fn a_credential_is_one(all: &HeaderMap) -> bool {
    let texts: Vec<Option<&str>> =
        all.get_all("x-api-key").iter().map(|value| value.to_str().ok().map(str::trim)).collect();
    let bearers = all.get_all("authorization").iter().map(|value| {
        let text = value.to_str().ok()?.trim();
        let (scheme, token) = text.split_at_checked(7)?;
        scheme.eq_ignore_ascii_case("bearer ").then(|| token.trim())
    });
    let shown: BTreeSet<Option<&str>> = texts.iter().copied().chain(bearers).collect();
    match credential::shown(all, Credential::None) {
        Credential::None => assert!(shown.is_empty()),
        Credential::Malformed => {
            let is_long = texts.iter().flatten().any(|text| text.len() > 80);
            assert!(shown.len() > 1 || shown.contains(&None) || is_long, "{shown:?}");
        }
        Credential::Text(text) => {
            assert_eq!(shown.into_iter().collect::<Vec<_>>(), [Some(text)]);
            return true;
        }
    }
    false
}

#[test]
fn mutated_headers_bring_nothing_past_the_gate() {
    let corpus: Vec<Vec<u8>> = files("fuzz/headers").into_iter().map(|(_, bytes)| bytes).collect();
    let peers: [IpAddr; 3] = ["10.0.0.1".parse().unwrap(), "192.0.2.1".parse().unwrap(), "::1".parse().unwrap()];
    let (taken, refused) = run(&corpus, &MARKS, 15_000, |input, variety| {
        let all = read(input);
        only_what_may_is_sent_on(&all);
        nothing_of_the_upstreams_own_comes_back(&all);
        no_untrusted_hop_is_believed(&all, peers[variety.below(peers.len())]);
        if let Some(id) = given_id(&all) {
            let id = id.to_string();
            assert!(
                (8..=64).contains(&id.len())
                    && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
            );
        }
        a_credential_is_one(&all)
    });
    assert!(taken > 500 && refused > 500, "{taken} taken, {refused} refused: the run tells little");
}
