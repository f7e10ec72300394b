//! The doors beside the gateway: verify, kill, forward-auth, health.

use serde_json::json;

use super::kit::{Answer, Gate, ScriptedUpstream, Setup};
use crate::domain::key::Digest;
use crate::gate::grants::{GrantChange, HolderGrant};
use crate::gate::testing::{SERVICE_SECRET, agreement, held, holder_id, key_id, key_text};
use crate::gate::verify::KillAnswer;

const JSON: (&str, &str) = ("Content-Type", "application/json");

async fn gate() -> Gate {
    let upstream = ScriptedUpstream::plain().await;
    Setup::on(&upstream).trusting_loopback().start()
}

async fn verify(gate: &Gate, body: &str) -> Answer {
    let bearer = format!("Bearer {SERVICE_SECRET}");
    gate.send("POST", "/v1/keys/verify", &[("Authorization", &bearer), JSON], body).await
}

fn question(number: u8, path: &str) -> String {
    json!({ "key": key_text(number), "dataset": "parking", "method": "GET", "path": path, "address": "198.51.100.7" })
        .to_string()
}

#[actix_web::test]
async fn verify_tells_an_authenticated_service_everything() {
    let upstream = ScriptedUpstream::plain().await;
    let mut setup = Setup::on(&upstream);
    setup.all.agreements = vec![agreement("2/day")];
    let gate = setup.start();
    let ok = verify(&gate, &question(1, "/latest")).await;
    assert_eq!((ok.status, ok.header("cache-control")), (200, Some("no-store")));
    let ruling = ok.json();
    assert_eq!((&ruling["outcome"], &ruling["allowed"], &ruling["status"]), (&json!("ok"), &json!(true), &json!(200)));
    assert_eq!((&ruling["key_id"], &ruling["agreement"]), (&json!(key_id(1)), &json!("DSA-2026-0017")));
    assert_eq!((&ruling["operation"], &ruling["template"]), (&json!("read"), &json!("/latest/**")));
    assert_eq!(ruling["limits"], json!([{ "name": "day", "remaining": 1, "reset_seconds": 43200 }]));
    verify(&gate, &question(1, "/latest")).await;
    let used_up = verify(&gate, &question(1, "/latest")).await.json();
    assert_eq!((&used_up["outcome"], &used_up["retry_after_seconds"]), (&json!("quota_exhausted"), &json!(43200)));
    let wrong = verify(&gate, &question(1, "/../latest")).await.json();
    assert_eq!((&wrong["outcome"], &wrong["status"]), (&json!("scope_denied"), &json!(400)));
    gate.apply(GrantChange::Holder(HolderGrant { id: holder_id(), holds: held("misuse") }));
    let held = verify(&gate, &question(1, "/latest")).await.json();
    assert_eq!((&held["outcome"], &held["holds"]), (&json!("key_suspended"), &json!(["misuse"])));
    let unknown = verify(&gate, &question(9, "/latest")).await.json();
    assert_eq!((&unknown["outcome"], unknown.get("key_id")), (&json!("key_unknown"), None));
    let none = json!({ "dataset": "parking", "method": "GET", "path": "/latest", "address": "::1" }).to_string();
    assert_eq!(verify(&gate, &none).await.json()["outcome"], "key_missing");
    assert_eq!(gate.drain().counts.iter().map(|(_, count)| count.requests).sum::<u64>(), 7);
}

#[actix_web::test]
async fn verify_is_no_oracle_for_anybody_else() {
    let gate = gate().await;
    let key = format!("Bearer {}", key_text(1));
    let credentials: [&[(&str, &str)]; 5] = [
        &[],
        &[("Authorization", "Bearer wrong")],
        &[("Authorization", &key)],
        &[("X-Api-Key", SERVICE_SECRET)],
        &[("Cookie", "session=portal")],
    ];
    for shown in credentials {
        for number in [1, 9] {
            let headers = [shown, &[JSON]].concat();
            let got = gate.send("POST", "/v1/keys/verify", &headers, &question(number, "/latest")).await;
            assert_eq!((got.status, got.code().as_str()), (401, "service_unknown"), "{shown:?}");
        }
    }
    assert!(gate.drain().counts.is_empty(), "and it uses nobody's limits");
}

#[actix_web::test]
async fn bad_questions_get_a_clear_answer() {
    let gate = gate().await;
    let whole = question(1, "/latest");
    let bodies = [
        ("{", 400, "bad_json"),
        ("[]", 400, "bad_json"),
        ("{\"key\":1}", 400, "bad_json"),
        (&whole.replace("{\"key\"", "{\"admin\":true,\"key\""), 400, "bad_json"),
        (&whole.replace("198.51.100.7", "nowhere"), 400, "bad_json"),
        (&format!("{whole}{}", " ".repeat(9000)), 413, "body_too_large"),
    ];
    for (body, status, code) in bodies {
        let got = verify(&gate, body).await;
        assert_eq!((got.status, got.code().as_str()), (status, code), "{body:.40}");
    }
    let bearer = format!("Bearer {SERVICE_SECRET}");
    let text = [("Authorization", bearer.as_str()), ("Content-Type", "text/plain")];
    assert_eq!(gate.send("POST", "/v1/keys/verify", &text, &whole).await.status, 415);
    let wrong = gate.send("GET", "/v1/keys/verify", &[], "").await;
    assert_eq!((wrong.status, wrong.header("allow")), (405, Some("POST")));
}

#[actix_web::test]
async fn whoever_holds_a_keys_text_can_end_it() {
    let kill = async |answer: KillAnswer, body: String| {
        let upstream = ScriptedUpstream::plain().await;
        let gate = Setup { kill: answer, ..Setup::on(&upstream) }.start();
        let got = gate.send("POST", "/v1/keys/kill", &[JSON], &body).await;
        let killed = gate.killed.lock().unwrap().clone();
        (got.status, got.json(), killed)
    };
    let body = |text: &str| json!({ "key": text }).to_string();
    let digest = Digest::of(&key_text(1));
    let (status, answer, killed) = kill(KillAnswer::Ended, body(&key_text(1))).await;
    assert_eq!((status, &answer["outcome"], killed), (200, &json!("ended"), vec![digest]));
    let (status, answer, _) = kill(KillAnswer::Unknown, body(&key_text(1))).await;
    assert_eq!((status, &answer["code"]), (401, &json!("key_unknown")));
    let (status, answer, _) = kill(KillAnswer::Unavailable, body(&key_text(1))).await;
    assert_eq!((status, &answer["code"]), (503, &json!("kill_unavailable")));
    let (status, answer, killed) = kill(KillAnswer::Ended, body("nonsense")).await;
    assert_eq!((status, &answer["code"], killed), (401, &json!("key_malformed"), vec![]));
}

/// A question of a proxy, with the service credential unless the headers say otherwise.
async fn asked(gate: &Gate, query: &str, headers: &[(&str, &str)]) -> Answer {
    let key = key_text(1);
    let mut all = vec![("X-Api-Key", key.as_str())];
    if !headers.iter().any(|(name, _)| *name == "X-Accord-Service") {
        all.push(("X-Accord-Service", SERVICE_SECRET));
    }
    all.extend_from_slice(headers);
    gate.send("GET", &format!("/v1/forward-auth{query}"), &all, "").await
}

const NGINX: [(&str, &str); 2] = [("X-Original-Method", "GET"), ("X-Original-URI", "/parking/latest?a=1")];
const TRAEFIK: [(&str, &str); 2] = [("X-Forwarded-Method", "GET"), ("X-Forwarded-Uri", "/parking/latest")];

#[actix_web::test]
async fn forward_auth_lets_a_described_request_pass() {
    let gate = gate().await;
    for (query, headers) in [("", &NGINX), ("?proxy=nginx", &NGINX), ("", &TRAEFIK), ("?proxy=caddy", &TRAEFIK)] {
        let got = asked(&gate, query, headers).await;
        assert_eq!((got.status, got.body.as_str()), (200, ""), "{query} {headers:?}");
        assert_eq!(got.header("cache-control"), Some("no-store"));
        assert_eq!(got.header("x-accord-key-id"), Some(key_id(1).to_string().as_str()));
        assert_eq!(got.header("x-accord-scopes"), Some("parking:read"));
    }
    let mapped = [("X-Original-Method", "GET"), ("X-Original-URI", "/api/parking/latest")];
    let query = "?proxy=nginx&dataset=parking&strip=/api/parking";
    assert_eq!(asked(&gate, query, &mapped).await.status, 200);
    let beside = [("X-Original-Method", "GET"), ("X-Original-URI", "/api/parkingx/latest")];
    assert_eq!(asked(&gate, query, &beside).await.status, 403);
}

#[actix_web::test]
async fn a_prefix_alone_leaves_a_path_that_begins_with_its_dataset() {
    let gate = gate().await;
    for proxy in ["nginx", "haproxy"] {
        for (uri, code) in [
            ("/feeds/parking/latest", "ok"),
            ("/feeds/weather/latest", "ok"),
            ("/feeds/parking/other", "scope_denied"),
            ("/feedsx/parking/latest", "scope_denied"),
            ("/feeds", "scope_denied"),
        ] {
            let told = [NGINX[0], ("X-Original-URI", uri)];
            let got = asked(&gate, &format!("?proxy={proxy}&strip=/feeds"), &told).await;
            assert_eq!(got.header("x-accord-outcome"), Some(code), "{proxy} {uri}");
        }
    }
}

#[actix_web::test]
async fn envoy_asks_with_the_request_itself_behind_a_prefix() {
    let gate = gate().await;
    let key = key_text(1);
    let ask = async |method: &str, path: &str, headers: &[(&str, &str)]| {
        let all = [&[("X-Api-Key", key.as_str()), ("X-Accord-Service", SERVICE_SECRET)], headers].concat();
        gate.send(method, &format!("/v1/forward-auth/envoy{path}"), &all, "").await
    };
    let setup = [("X-Accord-Setup", "dataset=parking&strip=/feeds/parking")];
    let got = ask("GET", "/feeds/parking/latest?a=1", &setup).await;
    assert_eq!((got.status, got.body.as_str()), (200, ""));
    assert_eq!(got.header("x-accord-key-id"), Some(key_id(1).to_string().as_str()));
    assert_eq!(ask("GET", "/parking/latest", &[("X-Accord-Setup", "")]).await.status, 200);
    for (method, path, headers, code) in [
        ("DELETE", "/feeds/parking/latest", &setup[..], "scope_denied"),
        ("GET", "/feeds/parking/../latest", &setup[..], "scope_denied"),
        ("GET", "/feeds/parkingx/latest", &setup[..], "scope_denied"),
        ("GET", "/", &setup[..], "scope_denied"),
        ("GET", "/feeds/parking/latest", &[], "forward_auth_denied"),
        ("GET", "/feeds/parking/latest", &[setup[0], setup[0]], "forward_auth_denied"),
        ("GET", "/feeds/parking/latest", &[("X-Accord-Setup", "allow=1")], "forward_auth_denied"),
        // What another proxy would say counts for nothing here.
        (
            "GET",
            "/feeds/other/latest",
            &[setup[0], NGINX[0], ("X-Original-URI", "/feeds/parking/latest")],
            "scope_denied",
        ),
    ] {
        let got = ask(method, path, headers).await;
        assert_eq!(got.code(), code, "{method} {path} {headers:?}");
    }
    let beside = ask("GET", "x/feeds/parking/latest", &setup).await;
    assert!(beside.status >= 400, "the prefix ends where a segment ends: {beside:?}");
}

#[actix_web::test]
async fn a_key_in_the_query_is_refused_where_a_proxy_would_pass_it_on() {
    let upstream = ScriptedUpstream::plain().await;
    let mut setup = Setup::on(&upstream).trusting_loopback();
    setup.all.datasets.iter_mut().for_each(|dataset| dataset.allows_query_key = true);
    let gate = setup.start();
    for query in [format!("api_key={}", key_text(1)), format!("a=1&token={}", key_text(2))] {
        let uri = format!("/parking/latest?{query}");
        let got = asked(&gate, "?proxy=nginx", &[NGINX[0], ("X-Original-URI", &uri)]).await;
        assert_eq!((got.status, got.code().as_str()), (401, "key_malformed"), "{query}");
        assert!(got.json()["detail"].as_str().unwrap().contains("would travel on"), "{}", got.body);
    }
}

#[actix_web::test]
async fn forward_auth_denies_by_default() {
    let gate = gate().await;
    let cases: [(&str, &[(&str, &str)]); 12] = [
        ("", &[]),
        ("", &[NGINX[0]]),
        ("", &[NGINX[1]]),
        ("", &[NGINX[0], ("X-Forwarded-Uri", "/parking/latest")]),
        ("", &[NGINX[0], ("X-Original-URI", "/weather/latest"), TRAEFIK[0], TRAEFIK[1]]),
        ("", &[NGINX[0], NGINX[1], ("X-Original-URI", "/weather/latest")]),
        ("?proxy=nginx", &TRAEFIK),
        ("?proxy=traefik", &NGINX),
        ("?proxy=unknown", &NGINX),
        ("?allow=1", &NGINX),
        ("", &[NGINX[0], NGINX[1], ("X-Accord-Service", "wrong")]),
        ("", &[NGINX[0], NGINX[1], ("X-Accord-Service", "")]),
    ];
    for (query, headers) in cases {
        let got = asked(&gate, query, headers).await;
        assert_eq!((got.status, got.code().as_str()), (403, "forward_auth_denied"), "{query} {headers:?}");
        assert_eq!(got.header("cache-control"), Some("no-store"));
    }
    for (method, uri, code) in [
        ("OPTIONS", "/parking/latest", "scope_denied"),
        ("get", "/parking/latest", "scope_denied"),
        ("DELETE", "/parking/latest", "scope_denied"),
        ("GET", "/parking/../weather/latest", "scope_denied"),
        ("GET", "http://gate/parking/latest", "scope_denied"),
        ("GET", "/parking/latest#x", "scope_denied"),
        ("GET", "", "scope_denied"),
        ("GET", "/weather/latest", "ok"),
    ] {
        let got = asked(&gate, "?proxy=nginx", &[("X-Original-Method", method), ("X-Original-URI", uri)]).await;
        assert_eq!(got.header("x-accord-outcome"), Some(code), "{method} {uri}");
    }
    let upstream = ScriptedUpstream::plain().await;
    let untrusting = Setup::on(&upstream).start();
    let got = asked(&untrusting, "", &NGINX).await;
    assert_eq!(got.code(), "forward_auth_denied", "a peer that is no trusted proxy");
}

#[actix_web::test]
async fn nginx_gets_every_refusal_as_401_or_403_with_the_true_status_beside() {
    let upstream = ScriptedUpstream::plain().await;
    let mut setup = Setup::on(&upstream).trusting_loopback();
    setup.all.agreements = vec![agreement("1/minute")];
    let gate = setup.start();
    assert_eq!(asked(&gate, "?proxy=nginx", &NGINX).await.status, 200);
    let limited = asked(&gate, "?proxy=nginx", &NGINX).await;
    assert_eq!((limited.status, limited.header("x-accord-status")), (403, Some("429")));
    assert_eq!((limited.header("retry-after"), limited.header("cache-control")), (Some("60"), Some("no-store")));
    let plain = asked(&gate, "", &TRAEFIK).await;
    assert_eq!((plain.status, plain.header("x-accord-status")), (429, Some("429")));
    let unknown = asked(&gate, "?proxy=nginx", &[NGINX[0], NGINX[1], ("Authorization", "Bearer other")]).await;
    assert_eq!((unknown.status, unknown.header("x-accord-status")), (401, Some("401")));
}

#[actix_web::test]
async fn the_client_behind_a_proxy_is_the_one_judged() {
    let upstream = ScriptedUpstream::plain().await;
    let mut setup = Setup::on(&upstream).trusting_loopback();
    setup.all.keys[0].networks = crate::domain::net::CidrList::parse("198.51.100.0/24").unwrap();
    let gate = setup.start();
    let from = |chain: &'static str| [NGINX[0], NGINX[1], ("X-Forwarded-For", chain)];
    assert_eq!(asked(&gate, "", &from("198.51.100.9")).await.status, 200);
    assert_eq!(asked(&gate, "", &from("198.51.100.9, 192.0.2.1")).await.code(), "network_denied");
    assert_eq!(gate.get("/parking/latest").await.code(), "network_denied");
}

#[actix_web::test]
async fn health_and_readiness_tell_what_they_claim() {
    let gate = gate().await;
    let health = gate.send("GET", "/healthz", &[], "").await;
    assert_eq!((health.status, health.json()), (200, json!({ "status": "ok" })));
    assert!(health.header("x-request-id").is_some());
    assert_eq!(gate.send("POST", "/healthz", &[], "").await.header("allow"), Some("GET, HEAD"));
    assert_eq!(gate.send("GET", "/readyz", &[], "").await.status, 200);
    gate.clock.pass(11);
    let stale = gate.send("GET", "/readyz", &[], "").await;
    assert_eq!((stale.status, &stale.json()["fresh"]), (503, &json!(false)));
    assert_eq!(gate.get("/parking/latest").await.code(), "dataset_unavailable");
    assert_eq!(gate.send("GET", "/weather/latest", &[], "").await.status, 200, "open data needs no fresh picture");
    gate.shared.confirm_fresh();
    assert_eq!(gate.get("/parking/latest").await.status, 200);
    gate.shared.start_draining();
    assert_eq!(gate.send("GET", "/readyz", &[], "").await.status, 503);
    let id = [("X-Request-Id", "from-a-trusted-proxy")];
    assert_eq!(gate.send("GET", "/healthz", &id, "").await.header("x-request-id"), Some("from-a-trusted-proxy"));
    let broken = gate.send("GET", "/healthz", &[("X-Request-Id", "a b\tc{}")], "").await;
    assert!(!broken.header("x-request-id").unwrap().contains(' '));
}
