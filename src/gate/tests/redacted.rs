//! Answers under an agreement that takes something out of them: what the holder sees, and what is refused instead.

use serde_json::json;

use super::kit::{Gate, ScriptedUpstream, Setup, Then, answer};
use crate::domain::redaction::Rule;
use crate::gate::testing::{SERVICE_SECRET, key_text};
use crate::gate::verdict::Outcome;

fn rules(rules: &serde_json::Value) -> Vec<Rule> {
    serde_json::from_value(rules.clone()).unwrap()
}

/// A gate whose one agreement takes plates out, before an upstream with this answer.
async fn before(headers: &'static str, body: &'static str, treatment: serde_json::Value) -> (ScriptedUpstream, Gate) {
    let upstream = ScriptedUpstream::start(move |_| (answer(headers, body), Then::KeepAlive)).await;
    let mut setup = Setup::on(&upstream).trusting_loopback();
    setup.all.agreements[0].schedules[0].redactions = rules(&treatment);
    let gate = setup.start();
    (upstream, gate)
}

fn no_plates() -> serde_json::Value {
    json!([{ "path": "**.plate", "treatment": "drop" }])
}

const CARS: &str = r#"{"cars":[{"plate":"SECRET-1","speed":30},{"speed":31,"plate":"SECRET-2"}]}"#;

#[actix_web::test]
async fn what_the_agreement_takes_out_never_reaches_the_client() {
    let headers = "Content-Type: application/json\r\nETag: \"7\"\r\nLast-Modified: Mon, 01 Jun 2026 00:00:00 GMT\r\n\
                   Accept-Ranges: bytes\r\nX-First-Plate: SECRET-1\r\nCache-Control: max-age=30\r\n";
    let (upstream, gate) = before(headers, CARS, no_plates()).await;
    let asked = [("Range", "bytes=0-9"), ("If-None-Match", "\"7\""), ("Accept-Encoding", "gzip")];
    let got = gate.get_with("/parking/latest", &asked).await;
    assert_eq!((got.status, got.is_whole), (200, true), "{got:?}");
    assert!(got.body.contains(r#"{"cars":[{"speed":30},{"speed":31}]}"#), "{got:?}");
    assert!(!format!("{got:?}").contains("SECRET"));
    for gone in ["etag", "last-modified", "accept-ranges", "content-length"] {
        assert_eq!(got.header(gone), None, "{gone}");
    }
    assert_eq!(got.header("cache-control"), Some("private, max-age=30"));
    let seen = upstream.seen().remove(0).to_ascii_lowercase();
    assert!(seen.contains("accept-encoding: identity"), "{seen}");
    assert!(!seen.contains("range:") && !seen.contains("if-none-match"), "{seen}");
    let drained = gate.drain();
    assert_eq!((drained.samples[0].outcome, drained.samples[0].bytes), (Outcome::Ok, 36));
}

#[actix_web::test]
async fn what_cannot_be_redacted_is_refused_and_nothing_of_it_passes() {
    let cases = [
        ("Content-Type: text/html\r\n", CARS),
        ("", CARS),
        ("Content-Type: application/json\r\nContent-Type: text/plain\r\n", CARS),
        ("Content-Type: application/json\r\nContent-Encoding: gzip\r\n", CARS),
        ("Content-Type: application/json\r\nContent-Range: bytes 0-9/99\r\n", CARS),
        ("Content-Type: application/json; charset=utf-16\r\n", CARS),
        ("Content-Type: application/json\r\n", "plate: SECRET-1"),
        ("Content-Type: text/event-stream\r\n", "data: SECRET-1\n\n"),
    ];
    for (headers, body) in cases {
        let (_upstream, gate) = before(headers, body, no_plates()).await;
        let got = gate.get("/parking/latest").await;
        assert_eq!((got.status, got.code().as_str()), (502, "upstream_failed"), "{headers}{body}");
        assert!(!format!("{got:?}").contains("SECRET"));
        assert_eq!(gate.drain().samples[0].outcome, Outcome::UpstreamFailed);
    }
}

#[actix_web::test]
async fn a_body_that_turns_unreadable_is_visibly_cut() {
    let body = r#"{"cars":[{"speed":30,"plate":"SECRET-1"},{"speed":31}]"#;
    let (_upstream, gate) = before("Content-Type: application/json\r\n", body, no_plates()).await;
    let got = gate.get("/parking/latest").await;
    assert!(got.status != 200 || !got.is_whole, "{got:?}");
    assert!(!format!("{got:?}").contains("SECRET"));
}

#[actix_web::test]
async fn data_that_is_too_young_is_held_back_with_its_reason() {
    let delay = json!([{ "path": "observedAt", "treatment": "delay", "minutes": 60 }]);
    let young = r#"{"observedAt":"2026-06-01T15:30:00Z","speed":30}"#;
    let (_upstream, gate) = before("Content-Type: application/json\r\n", young, delay.clone()).await;
    let got = gate.get("/parking/latest").await;
    assert_eq!((got.status, got.code().as_str()), (503, "dataset_unavailable"), "{got:?}");
    assert!(got.json()["detail"].as_str().unwrap().contains("too recent"), "{got:?}");
    let old = r#"{"observedAt":"2026-06-01T14:30:00Z","speed":30}"#;
    let (_upstream, gate) = before("Content-Type: application/json\r\n", old, delay).await;
    assert_eq!(gate.get("/parking/latest").await.status, 200);
}

#[actix_web::test]
async fn doors_that_see_no_answer_do_not_open_what_must_be_redacted() {
    let (_upstream, gate) = before("Content-Type: application/json\r\n", CARS, no_plates()).await;
    let key = format!("Bearer {}", key_text(1));
    let asked = [
        ("X-Accord-Service", SERVICE_SECRET),
        ("X-Original-Method", "GET"),
        ("X-Original-URI", "/parking/latest"),
        ("Authorization", key.as_str()),
    ];
    let got = gate.send("GET", "/v1/forward-auth", &asked, "").await;
    assert_eq!((got.status, got.code().as_str()), (503, "dataset_unavailable"));
    let bearer = format!("Bearer {SERVICE_SECRET}");
    let question = json!({
        "key": key_text(1), "dataset": "parking", "method": "GET", "path": "/latest", "address": "198.51.100.7"
    });
    let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
    let ruling = gate.send("POST", "/v1/keys/verify", &headers, &question.to_string()).await.json();
    assert_eq!(ruling["outcome"], "dataset_unavailable");
}
