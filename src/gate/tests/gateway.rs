//! The gateway door: what passes, what is refused, and what never reaches an upstream.

use futures_util::future::join_all;

use super::kit::{Gate, ScriptedUpstream, Setup, Then, answer};
use crate::domain::key::KeyState;
use crate::domain::scope::{Method, Operation};
use crate::gate::grants::{GrantChange, HolderGrant, KeyGrant};
use crate::gate::testing::{agreement, agreement_id, dataset_id, held, holder_id, key, key_id, key_text, limits};
use crate::gate::verdict::Outcome;

async fn usual() -> (ScriptedUpstream, Gate) {
    let upstream = ScriptedUpstream::plain().await;
    let gate = Setup::on(&upstream).start();
    (upstream, gate)
}

fn line<'a>(request: &'a str, name: &str) -> Option<&'a str> {
    request
        .lines()
        .find(|line| line.to_ascii_lowercase().starts_with(&format!("{name}:")))
        .map(|line| line.split_once(':').unwrap().1.trim())
}

#[actix_web::test]
async fn a_permitted_read_comes_back_whole() {
    let upstream = ScriptedUpstream::start(|_| {
        let headers = "Content-Type: application/geo+json\r\nETag: \"7\"\r\nServer: secret/1.0\r\nSet-Cookie: a=b\r\n\
                       X-Total-Count: 3\r\nContent-Security-Policy: default-src *\r\nAccess-Control-Allow-Origin: *\r\n\
                       Cache-Control: public, max-age=30\r\nX-Accord-Key-Id: forged\r\nConnection: X-Total-Count\r\n";
        (answer(headers, "{\"free\":7}"), Then::KeepAlive)
    })
    .await;
    let mut setup = Setup::on(&upstream);
    setup.all.agreements = vec![agreement("100/minute, 5000/day")];
    let gate = setup.start();
    let got = gate.get("/parking/latest/caf%c3%A9?zone=4&x").await;
    assert_eq!((got.status, got.body.as_str(), got.is_whole), (200, "{\"free\":7}", true));
    assert_eq!(got.header("content-type"), Some("application/geo+json"));
    assert_eq!(got.header("etag"), Some("\"7\""));
    assert_eq!(got.header("cache-control"), Some("private, max-age=30"));
    assert_eq!(got.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(got.header("content-security-policy"), Some("default-src 'none'; frame-ancestors 'none'; sandbox"));
    assert_eq!(got.header("x-accord-outcome"), Some("ok"));
    assert_eq!(got.header("ratelimit-policy"), Some("\"minute\";q=100;w=60, \"day\";q=5000;w=86400"));
    assert_eq!(got.header("ratelimit"), Some("\"minute\";r=99;t=1, \"day\";r=4999;t=43200"));
    for dropped in ["server", "set-cookie", "x-total-count", "access-control-allow-origin", "x-accord-key-id"] {
        assert_eq!(got.header(dropped), None, "{dropped}");
    }
    let seen = upstream.seen().remove(0);
    assert!(seen.starts_with("GET /latest/caf%C3%A9?zone=4&x HTTP/1.1\r\n"), "{seen}");
    assert_eq!(line(&seen, "x-request-id"), got.header("x-request-id"));
    assert_eq!(line(&seen, "x-feed-key"), Some("feed-secret"));
}

#[actix_web::test]
async fn an_upstream_hears_our_word_about_the_client_and_no_other() {
    let (upstream, gate) = usual().await;
    let key = key_text(1);
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let tricks = [
        ("X-Api-Key", key.as_str()),
        ("Cookie", "session=portal"),
        ("X-Forwarded-For", "127.0.0.1"),
        ("X-Forwarded-Host", "evil"),
        ("X-Forwarded-Proto", "https"),
        ("Forwarded", "for=127.0.0.1"),
        ("X-Real-IP", "127.0.0.1"),
        ("X-Original-URL", "/admin"),
        ("X-Original-URI", "/admin"),
        ("X-Rewrite-URL", "/admin"),
        ("X-HTTP-Method-Override", "DELETE"),
        ("X-Accord-Key-Id", "forged"),
        ("X-Accord-Scopes", "everything:bulk"),
        ("X_Accord_Key_Id", "forged"),
        ("X_Forwarded_For", "127.0.0.1"),
        ("X-Request-Id", "client-chosen-id"),
        ("Proxy-Authorization", "Basic x"),
        ("TE", "gzip;q=0.5"),
        ("Connection", "X-Accord-Key-Id, X-Request-Id, Accept-Language, close"),
        ("Accept-Language", "es"),
        ("Accept", "application/json"),
        ("If-None-Match", "\"7\""),
        ("traceparent", trace),
    ];
    let got = gate.get_with("/parking/latest", &tricks).await;
    assert_eq!(got.status, 200);
    let seen = upstream.seen().remove(0);
    let mut names: Vec<String> =
        seen.lines().skip(1).filter_map(|line| Some(line.split_once(':')?.0.to_ascii_lowercase())).collect();
    names.sort();
    let expected = [
        "accept",
        "host",
        "if-none-match",
        "traceparent",
        "x-accord-agreement",
        "x-accord-key-id",
        "x-accord-scopes",
        "x-feed-key",
        "x-request-id",
    ];
    assert_eq!(names, expected, "{seen}");
    assert_eq!(line(&seen, "x-accord-key-id"), Some(key_id(1).to_string().as_str()));
    assert_eq!(line(&seen, "x-accord-agreement"), Some("DSA-2026-0017"));
    assert_eq!(line(&seen, "x-accord-scopes"), Some("parking:read"));
    assert_eq!(line(&seen, "traceparent"), Some(trace));
    assert_ne!(line(&seen, "x-request-id"), Some("client-chosen-id"));
    assert_eq!(line(&seen, "host"), Some(upstream.base_url.trim_start_matches("http://")));
    assert!(!seen.contains(&key));
}

#[actix_web::test]
async fn no_path_trick_reaches_an_upstream() {
    let (upstream, gate) = usual().await;
    let tricks = [
        "/parking/../weather/latest",
        "/parking/..",
        "/parking/./latest",
        "/./parking/latest",
        "/parking/%2e%2e/latest",
        "/parking/.%2e/latest",
        "/parking/..%2flatest",
        "/parking/..%2Flatest",
        "/parking%2flatest",
        "/parking/..%5clatest",
        "/parking/%5c..%5clatest",
        "/parking/..;/latest",
        "/parking;x=1/latest",
        "/parking/latest;jsessionid=1",
        "/parking/%3b/latest",
        "//parking/latest",
        "/parking//latest",
        "/parking/latest//",
        "/parking/%00latest",
        "/parking/latest%00",
        "/parking/latest%0d%0aX:y",
        "/parking/%252e%252e/latest",
        "/parking/%25%32%65",
        "/parking/%c0%ae%c0%ae/latest",
        "/parking/%c0%af",
        "/parking/%e0%80%ae/latest",
        "/parking/%ef%bc%8e%ef%bc%8e/latest",
        "/parking/%ef%bc%8flatest",
        "/parking/%e2%88%95latest",
        "/parking/%",
        "/parking/%2",
        "/parking/%zz",
        "/parking/%u002e",
        "/parking\\latest",
        "/parking/latest\\..",
        "http://127.0.0.1/parking/latest",
        "http://user@127.0.0.1/parking/latest",
        "http://evil.example/parking/latest",
        "http:///parking/latest",
        "parking/latest",
        "user@parking/latest",
        "*",
        "/parking/\"latest\"",
        "/parking/<latest>",
        "/parking/{latest}",
        "/parking/%ff/latest",
        "/parking/\u{ff0e}\u{ff0e}/latest",
    ];
    for trick in tricks {
        let got = gate.get(trick).await;
        assert_eq!(got.status, 400, "{trick}: {got:?}");
        let open = gate.send("GET", &trick.replace("parking", "weather"), &[], "").await;
        assert_eq!(open.status, 400, "{trick} without a key: {open:?}");
    }
    assert_eq!(upstream.seen(), Vec::<String>::new());
    assert_eq!(gate.get("/parking/latest").await.status, 200);
}

#[actix_web::test]
async fn a_refusal_is_a_problem_document_that_says_what_next() {
    let (upstream, gate) = usual().await;
    let got = gate.send("GET", "/parking/latest", &[("Cookie", "session=portal")], "").await;
    assert_eq!(got.status, 401);
    assert_eq!(got.header("content-type"), Some("application/problem+json"));
    assert_eq!(got.header("www-authenticate"), Some("Bearer realm=\"accord\""));
    assert_eq!(got.header("cache-control"), Some("no-store"));
    assert_eq!(got.header("x-accord-outcome"), Some("key_missing"));
    let problem = got.json();
    let members: Vec<&str> = problem.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["type", "title", "status", "detail", "instance", "code", "next", "request_id"]);
    assert_eq!(
        (problem["type"].as_str(), problem["status"].as_u64()),
        (Some("urn:accord:problem:key_missing"), Some(401))
    );
    assert_eq!(problem["request_id"].as_str(), got.header("x-request-id"));

    let unknown = gate.send("GET", "/parking/latest", &[("X-Api-Key", &key_text(9))], "").await;
    assert_eq!((unknown.status, unknown.code().as_str()), (401, "key_unknown"));
    assert!(unknown.header("www-authenticate").unwrap().contains("error=\"invalid_token\""));
    let both = gate.get_with("/parking/latest", &[("X-Api-Key", &key_text(9))]).await;
    assert_eq!((both.status, both.code().as_str()), (401, "key_malformed"));
    let scope = gate.get("/parking/bulk").await;
    assert_eq!((scope.status, scope.code().as_str()), (403, "scope_denied"));
    assert!(
        scope.header("www-authenticate").unwrap().ends_with("error=\"insufficient_scope\", scope=\"parking:bulk\"")
    );
    assert_eq!(upstream.seen().len(), 0);
}

#[actix_web::test]
async fn a_suspension_a_revocation_and_a_kill_stop_the_very_next_request() {
    let (upstream, gate) = usual().await;
    assert_eq!(gate.get("/parking/latest").await.status, 200);
    gate.apply(GrantChange::Holder(HolderGrant { id: holder_id(), holds: held("misuse") }));
    let held = gate.get("/parking/latest").await;
    assert_eq!((held.status, held.code().as_str()), (403, "key_suspended"));
    assert_eq!(held.json()["holds"], serde_json::json!(["misuse"]));
    gate.apply(GrantChange::Holder(HolderGrant { id: holder_id(), holds: Vec::new() }));
    assert_eq!(gate.get("/parking/latest").await.status, 200);
    let revoked = KeyState::Revoked {
        at: crate::gate::testing::noon(),
        by: crate::domain::key::Revoker::Possession,
        reason: "Killed.".to_owned(),
    };
    gate.apply(GrantChange::Key(Box::new(KeyGrant { state: revoked, ..key(1) })));
    assert_eq!(gate.get("/parking/latest").await.code(), "key_revoked");
    assert_eq!(upstream.seen().len(), 2);
}

#[actix_web::test]
async fn of_n_plus_k_requests_at_once_exactly_n_pass() {
    let upstream = ScriptedUpstream::plain().await;
    let mut setup = Setup::on(&upstream);
    setup.options.workers = 2;
    setup.all.agreements = vec![agreement("20/day")];
    setup.all.keys.push(key(2));
    let gate = setup.start();
    let paths = ["/parking/latest", "/parking/latest/", "/parking/l%61test", "/parking"];
    let texts = [key_text(1), key_text(2)];
    let calls = (0..32).map(|number| {
        let (gate, path, text) = (&gate, paths[number % 4], &texts[number % 2]);
        async move { gate.send("GET", path, &[("X-Api-Key", text), ("X-Forwarded-For", "9.9.9.9")], "").await.status }
    });
    let statuses = join_all(calls).await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 20);
    assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 12);
    let refused = gate.get("/parking/latest").await;
    assert_eq!((refused.code().as_str(), refused.header("retry-after")), ("quota_exhausted", Some("43200")));
    assert_eq!(refused.header("ratelimit"), Some("\"day\";r=0;t=43200"));
    assert_eq!(upstream.seen().len(), 20);
    gate.clock.pass(43_200);
    gate.shared.confirm_fresh();
    assert_eq!(gate.get("/parking/latest").await.status, 200);
}

#[actix_web::test]
async fn open_data_is_limited_by_address_whatever_headers_say() {
    let upstream = ScriptedUpstream::plain().await;
    let limited = |mut setup: Setup| {
        setup.all.datasets[1].open_limits = limits("2/day");
        setup.start()
    };
    let passed = async |gate: &Gate| {
        let mut passed = 0;
        for number in 0..5 {
            let address = format!("198.51.100.{number}");
            passed += usize::from(
                gate.send("GET", "/weather/latest", &[("X-Forwarded-For", &address)], "").await.status == 200,
            );
        }
        passed
    };
    assert_eq!(passed(&limited(Setup::on(&upstream))).await, 2);
    assert_eq!(passed(&limited(Setup::on(&upstream).trusting_loopback())).await, 5, "a trusted proxy is believed");
    assert!(upstream.seen().iter().all(|seen| line(seen, "x-accord-key-id").is_none()));
}

#[actix_web::test]
async fn a_key_in_the_query_counts_only_where_allowed_and_never_travels_on() {
    let upstream = ScriptedUpstream::plain().await;
    let text = key_text(1);
    let target = format!("/parking/latest?api_key={text}&zone=4");
    let closed = Setup::on(&upstream).start();
    assert_eq!(closed.send("GET", &target, &[], "").await.code(), "key_missing");
    assert_eq!(closed.get(&format!("/parking/latest?token={text}&api_key=x")).await.status, 200);
    let mut setup = Setup::on(&upstream);
    setup.all.datasets[0].allows_query_key = true;
    let open = setup.start();
    assert_eq!(open.send("GET", &target, &[], "").await.status, 200);
    assert_eq!(open.send("GET", &target, &[("X-Api-Key", &key_text(2))], "").await.code(), "key_malformed");
    let seen = upstream.seen();
    assert!(seen[0].starts_with("GET /latest HTTP/1.1\r\n") && seen[1].starts_with("GET /latest?zone=4 HTTP/1.1\r\n"));
}

#[actix_web::test]
async fn request_bodies_pass_within_bounds() {
    let upstream = ScriptedUpstream::plain().await;
    let mut setup = Setup::on(&upstream);
    let query = Operation::new("query", vec![Method::Post], vec!["/query".parse().unwrap()]).unwrap();
    setup.all.datasets[0].operations.push(query);
    setup.all.agreements[0].schedules[0].operations.push("query".to_owned());
    setup.all.keys[0].scopes.push("parking:query".parse().unwrap());
    let gate = setup.start();
    let bearer = format!("Bearer {}", key_text(1));
    let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
    assert_eq!(gate.send("POST", "/parking/query", &headers, "{\"near\":1}").await.status, 200);
    assert!(upstream.seen()[0].ends_with("content-length: 10\r\n\r\n{\"near\":1}"), "{:?}", upstream.seen());
    assert_eq!(gate.send("POST", "/parking/query", &headers, &"x".repeat(1000)).await.status, 200);
    assert_eq!(gate.send("POST", "/parking/query", &headers, &"x".repeat(1001)).await.code(), "body_too_large");
    let head = format!("POST /parking/query HTTP/1.1\r\nHost: gate\r\nAuthorization: {bearer}\r\n");
    let chunk = format!("3e8\r\n{}\r\n", "x".repeat(1000));
    let chunked =
        |chunks: &str| format!("{head}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}0\r\n\r\n");
    assert_eq!(gate.raw(chunked(&chunk).as_bytes()).await.status, 200);
    assert_eq!(gate.raw(chunked(&chunk.repeat(2)).as_bytes()).await.code(), "body_too_large");
    let slow = gate.raw(format!("{head}Connection: close\r\nContent-Length: 10\r\n\r\nxx").as_bytes()).await;
    assert_eq!((slow.status, slow.code().as_str()), (408, "body_too_slow"));
    let other = gate.send("DELETE", "/parking/query", &headers, "").await;
    assert_eq!(other.code(), "scope_denied");
    assert_eq!(gate.send("TRACE", "/parking/query", &headers, "").await.code(), "scope_denied");
}

#[actix_web::test]
async fn what_was_counted_equals_what_was_answered() {
    let (_upstream, gate) = usual().await;
    for _ in 0..3 {
        gate.get("/parking/latest/7?private=data").await;
    }
    gate.get("/parking/bulk").await;
    gate.send("GET", "/parking/latest", &[], "").await;
    gate.send("GET", "/parking/latest", &[("X-Api-Key", "nonsense")], "").await;
    let drained = gate.drain();
    let mut counts: Vec<_> = drained
        .counts
        .iter()
        .map(|(of, count)| (of.outcome.as_str(), of.key, of.operation.clone().unwrap_or_default(), count.requests))
        .collect();
    counts.sort();
    let one = Some(key_id(1));
    assert_eq!(
        counts,
        [
            ("key_malformed", None, "".into(), 1),
            ("key_missing", None, "".into(), 1),
            ("ok", one, "read".into(), 3),
            ("scope_denied", one, "bulk".into(), 1),
        ]
    );
    let ok = drained.samples.iter().find(|sample| sample.outcome == Outcome::Ok).unwrap();
    assert_eq!((ok.status, ok.bytes, ok.template.as_deref()), (200, 10, Some("/latest/**")));
    assert_eq!((ok.agreement, ok.dataset), (Some(agreement_id()), Some(dataset_id("parking"))));
    assert_eq!(drained.last_used.iter().map(|(key, _)| *key).collect::<Vec<_>>(), [key_id(1)]);
    assert!(!format!("{:?}", drained.samples).contains("private"));
}

#[actix_web::test]
async fn quota_notices_leave_with_the_drain() {
    let upstream = ScriptedUpstream::plain().await;
    let mut setup = Setup::on(&upstream);
    setup.all.agreements = vec![agreement("5/day")];
    let gate = setup.start();
    for _ in 0..7 {
        gate.get("/parking/latest").await;
    }
    let told: Vec<_> =
        gate.drain().crossings.iter().map(|told| (told.crossed.percent, told.key, told.dataset)).collect();
    assert_eq!(told, [(80, None, Some(dataset_id("parking"))), (100, None, Some(dataset_id("parking")))]);
}

#[actix_web::test]
async fn pipelined_requests_are_each_judged() {
    let (upstream, gate) = usual().await;
    let bearer = format!("Authorization: Bearer {}\r\n", key_text(1));
    let good = format!("GET /parking/latest HTTP/1.1\r\nHost: g\r\n{bearer}\r\n");
    let bad = format!("GET /parking/bulk HTTP/1.1\r\nHost: g\r\n{bearer}\r\n");
    let last = format!("GET /parking/latest HTTP/1.1\r\nHost: g\r\nConnection: close\r\n{bearer}\r\n");
    let got = gate.raw(format!("{good}{bad}{last}").as_bytes()).await;
    let statuses: Vec<&str> = got.body.matches("HTTP/1.1 ").collect();
    assert_eq!((got.status, statuses.len()), (200, 2));
    assert_eq!(upstream.seen().len(), 2);
}

#[actix_web::test]
async fn a_request_that_two_readers_could_frame_differently_is_never_passed_on() {
    let (upstream, gate) = usual().await;
    let key = key_text(1);
    let hidden = "GET /parking/latest/hidden HTTP/1.1\r\nHost: g\r\n\r\n";
    let framings = [
        format!("Content-Length: {}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}", hidden.len() + 5),
        format!("Content-Length: 0\r\nContent-Length: {}\r\n\r\n{hidden}", hidden.len()),
        format!("Content-Length: +{}\r\n\r\n{hidden}", hidden.len()),
        format!("Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{hidden}"),
        format!("Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n{hidden}"),
        format!("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n{hidden}"),
        format!("X-A: b\r\n folded\r\n\r\n{hidden}"),
    ];
    for framing in &framings {
        let got = gate
            .raw(format!("GET /parking/latest HTTP/1.1\r\nHost: g\r\nX-Api-Key: {key}\r\n{framing}").as_bytes())
            .await;
        assert_eq!(got.status, 400, "{framing}: {got:?}");
    }
    assert_eq!(upstream.seen(), Vec::<String>::new());
}
