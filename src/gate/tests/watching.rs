//! What the gate tells who watches it: metrics, the busiest keys, lines, and where calls stand in a trace.

use std::io::Write;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::kit::{Gate, ScriptedUpstream, Setup};
use crate::domain::net::CidrList;
use crate::gate::Reading;
use crate::gate::telling::Telling;
use crate::gate::testing::{key_id, key_text};
use crate::gate::trace::Tracing;

async fn watched() -> (Gate, ScriptedUpstream) {
    let upstream = ScriptedUpstream::plain().await;
    let mut setup = Setup::on(&upstream).trusting_loopback();
    setup.options.metrics_networks = CidrList::parse("127.0.0.0/8").unwrap();
    (setup.start(), upstream)
}

async fn metrics(gate: &Gate) -> String {
    let got = gate.send("GET", "/metrics", &[], "").await;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    assert_eq!((got.status, got.header("content-type")), (200, Some(kind)));
    got.body
}

#[actix_web::test]
async fn metrics_tell_calls_by_door_and_outcome_with_their_times() {
    let (gate, _upstream) = watched().await;
    gate.get("/parking/latest").await;
    gate.get("/parking/latest").await;
    gate.send("GET", "/parking/latest", &[], "").await;
    gate.shared.tell_also(Arc::new(|| vec![Reading { name: "accord_gate_of_another", help: "Of another.", value: 7 }]));
    drop(gate.drain());
    let text = metrics(&gate).await;
    for line in [
        "accord_gate_requests_total{door=\"gateway\",outcome=\"ok\"} 2",
        "accord_gate_requests_total{door=\"gateway\",outcome=\"key_missing\"} 1",
        "accord_gate_request_duration_seconds_count{door=\"gateway\"} 3",
        "accord_gate_request_duration_seconds_bucket{le=\"+Inf\",door=\"gateway\"} 3",
        "# UNIT accord_gate_request_duration_seconds seconds",
        "# TYPE accord_gate_answered_bytes counter",
        "accord_gate_meter_dropped_total{what=\"calls\"} 0",
        "accord_gate_picture_stale 0",
        "accord_gate_limits_shared{counting=\"alone\"} 1",
        "accord_gate_of_another 7",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
    }
    assert!(text.ends_with("# EOF\n") && text.contains("accord_gate_picture_age_seconds "), "{text}");
    assert!(!text.contains(&key_text(1)));
}

#[actix_web::test]
async fn levels_of_connections_follow_within_a_sweep() {
    let (gate, _upstream) = watched().await;
    gate.get("/parking/latest").await;
    let is_there = async {
        let open = "accord_gate_upstream_connections{state=\"open\"} 1";
        while !metrics(&gate).await.lines().any(|line| line == open) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), is_there).await.expect("the connection is seen");
}

#[actix_web::test]
async fn the_busiest_keys_are_told_by_id() {
    let (gate, _upstream) = watched().await;
    gate.get("/parking/latest").await;
    gate.get("/parking/elsewhere").await;
    gate.send("GET", "/parking/latest", &[], "").await;
    let got = gate.send("GET", "/v1/gate/top", &[], "").await;
    let told = got.json();
    assert_eq!(told["seconds"], json!(60));
    assert_eq!(told["keys"].as_array().unwrap().len(), 1, "{told}");
    let busiest = &told["keys"][0];
    assert_eq!((&busiest["key"], &busiest["ok"], &busiest["refused"]), (&json!(key_id(1)), &json!(1), &json!(1)));
    assert!(!got.body.contains(&key_text(1)));
}

#[actix_web::test]
async fn to_others_and_through_proxies_there_are_no_metrics() {
    let (gate, upstream) = watched().await;
    let stranger = Setup::on(&upstream).trusting_loopback().start();
    for path in ["/metrics", "/v1/gate/top"] {
        let plain = stranger.send("GET", path, &[], "").await;
        assert_eq!((plain.status, plain.code().as_str()), (404, "not_found"), "{path}");
        for header in [("X-Forwarded-For", "127.0.0.1"), ("X-Forwarded-For", "198.51.100.7"), ("Forwarded", "for=::1")]
        {
            assert_eq!(gate.send("GET", path, &[header], "").await.status, 404, "{path} {header:?}");
            assert_eq!(stranger.send("GET", path, &[header], "").await.status, 404, "{path} {header:?}");
        }
        assert_eq!(gate.send("POST", path, &[], "").await.header("allow"), Some("GET, HEAD"));
        assert_eq!(gate.send("HEAD", path, &[], "").await.status, 200);
    }
}

/// Keeps what is written.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[actix_web::test]
async fn a_line_tells_a_call_without_its_key_path_or_query() {
    let upstream = ScriptedUpstream::plain().await;
    let gate = Setup { keeps_lines: true, ..Setup::on(&upstream) }.start();
    gate.get("/parking/latest?secret=1").await;
    gate.send("GET", "/parking/latest", &[], "").await;
    let kept = Kept::default();
    let telling = Telling::new(gate.shared.clone()).with_lines(Arc::new(Mutex::new(kept.clone())));
    let (stop, stopped) = oneshot::channel::<()>();
    stop.send(()).unwrap();
    telling.run(async move { drop(stopped.await) }).await;
    let text = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let [served, refused] = &lines[..] else { panic!("{text}") };
    assert_eq!(
        (&served["outcome"], &served["status"], &served["door"]),
        (&json!("ok"), &json!(200), &json!("gateway"))
    );
    assert_eq!((&served["method"], &served["path"]), (&json!("GET"), &json!("/latest/**")));
    assert_eq!((&served["key"], &served["bytes"]), (&json!(key_id(1)), &json!(10)));
    assert_eq!((&served["client"], &served["time"]), (&json!("127.0.0.1"), &json!("2026-06-01T16:00:00.000000Z")));
    assert_eq!((&refused["outcome"], &refused["key"]), (&json!("key_missing"), &Value::Null));
    assert!(served["request_id"].as_str().unwrap().len() == 32 && served["micros"].is_u64(), "{served}");
    assert!(!text.contains(&key_text(1)) && !text.contains("secret"), "{text}");
}

#[actix_web::test]
async fn a_traced_call_is_the_parent_of_what_its_upstream_does() {
    let upstream = ScriptedUpstream::plain().await;
    let mut setup = Setup::on(&upstream);
    setup.options.tracing = Some(Tracing { percent: 100 });
    let traced = setup.start();
    let plain = Setup::on(&upstream).start();
    let sent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let unsampled = sent.replace("-01", "-00");
    traced.get_with("/parking/latest", &[("traceparent", sent)]).await;
    traced.get("/parking/latest").await;
    traced.get_with("/parking/latest", &[("traceparent", &unsampled)]).await;
    plain.get_with("/parking/latest", &[("traceparent", sent)]).await;
    plain.get("/parking/latest").await;
    let parent = |head: &String| {
        let line = head.lines().find_map(|line| line.strip_prefix("traceparent: ").map(str::to_owned));
        line.unwrap_or_default()
    };
    let seen: Vec<String> = upstream.seen().iter().map(parent).collect();
    assert!(seen[0].starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-") && seen[0].ends_with("-01"), "{seen:?}");
    assert!(!seen[0].contains("00f067aa0ba902b7"), "{seen:?}");
    assert!(seen[1].len() == 55 && !seen[1].contains("4bf92f"), "{seen:?}");
    assert_eq!((&seen[2], &seen[3], seen[4].as_str()), (&unsampled, &sent.to_owned(), ""));
    let lines = traced.shared.meter().take_lines();
    assert_eq!(lines.iter().filter(|line| line.span.is_some()).count(), 2, "and only those are kept");
    assert_eq!((lines.len(), plain.shared.meter().take_lines().len()), (2, 0));
}

#[actix_web::test]
async fn spans_of_a_collector_that_is_away_are_lost_and_counted() {
    let upstream = ScriptedUpstream::plain().await;
    let mut setup = Setup::on(&upstream);
    setup.options.tracing = Some(Tracing { percent: 100 });
    setup.options.metrics_networks = CidrList::parse("127.0.0.0/8").unwrap();
    let gate = setup.start();
    let telling = Telling::new(gate.shared.clone()).with_collector("http://127.0.0.1:9").unwrap();
    gate.get("/parking/latest").await;
    telling.run(std::future::ready(())).await;
    let text = metrics(&gate).await;
    assert!(text.lines().any(|line| line == "accord_gate_spans_lost 1"), "{text}");
}
