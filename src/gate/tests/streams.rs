//! Answers that stay open: they end when what permits them does.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::kit::{Gate, ScriptedUpstream, Setup, Then};
use crate::domain::scope::{Method, Operation};
use crate::gate::grants::{GrantChange, HolderGrant};
use crate::gate::testing::{held, holder_id, key_text, token_claims, token_with};
use crate::gate::verdict::Outcome;

/// A gate before an upstream that answers every request with these bytes and then falls silent.
async fn streaming(bytes: &'static str) -> (ScriptedUpstream, Gate) {
    streaming_with(bytes, |_| {}).await
}

async fn streaming_with(bytes: &'static str, change: impl FnOnce(&mut Setup)) -> (ScriptedUpstream, Gate) {
    let upstream = ScriptedUpstream::start(move |_| (bytes.as_bytes().to_vec(), Then::Hang)).await;
    let mut setup = Setup::on(&upstream);
    let stream = Operation::new("stream", vec![Method::Get], vec!["/stream".parse().unwrap()]).unwrap();
    setup.all.datasets[0].operations.push(stream);
    setup.all.datasets[0].upstream.as_mut().unwrap().timeout_ms = 100;
    setup.all.agreements[0].schedules[0].operations.push("stream".to_owned());
    setup.all.keys[0].scopes.push("parking:stream".parse().unwrap());
    change(&mut setup);
    let gate = setup.start();
    (upstream, gate)
}

async fn ask(gate: &Gate, headers: &str) -> TcpStream {
    let mut stream = TcpStream::connect(gate.address).await.unwrap();
    let key = key_text(1);
    let request = format!("GET /parking/stream HTTP/1.1\r\nHost: gate\r\nX-Api-Key: {key}\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

async fn read_until(stream: &mut TcpStream, end: &str) -> String {
    let mut got = Vec::new();
    while !String::from_utf8_lossy(&got).contains(end) {
        assert!(stream.read_buf(&mut got).await.unwrap() > 0, "{}", String::from_utf8_lossy(&got));
    }
    String::from_utf8_lossy(&got).into_owned()
}

fn suspend(gate: &Gate) {
    gate.apply(GrantChange::Holder(HolderGrant { id: holder_id(), holds: held("misuse") }));
}

#[actix_web::test]
async fn a_suspension_ends_events_under_way_and_the_books_say_why() {
    let events = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n\
                  9\r\ndata: 1\n\n\r\n";
    let (_upstream, gate) = streaming(events).await;
    let mut stream = ask(&gate, "Accept: text/event-stream\r\n").await;
    let head = read_until(&mut stream, "data: 1").await;
    assert!(head.starts_with("HTTP/1.1 200") && head.contains("text/event-stream"), "{head}");
    // Silence far longer than the upstream's time for a piece does not end a stream.
    let other = gate.get("/parking/latest").await;
    assert_eq!(other.status, 200, "{other:?}");
    suspend(&gate);
    let mut rest = Vec::new();
    // The end is a reset or an end without the last chunk: visibly cut either way.
    stream.read_to_end(&mut rest).await.ok();
    assert!(!String::from_utf8_lossy(&rest).contains("0\r\n\r\n"));
    let drained = gate.drain();
    let of_stream = drained.samples.iter().find(|sample| sample.operation.as_deref() == Some("stream")).unwrap();
    assert_eq!((of_stream.outcome, of_stream.status, of_stream.bytes), (Outcome::KeySuspended, 200, 9));
}

#[actix_web::test]
async fn a_stream_ends_with_the_token_that_opened_it() {
    let events = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n\
                  9\r\ndata: 1\n\n\r\n";
    let over: fn(&Gate) = |gate| {
        gate.clock.pass(301);
        gate.shared.confirm_fresh();
    };
    let withdrawn: fn(&Gate) = |gate| gate.apply(GrantChange::TokenKeys(Vec::new()));
    for (end, outcome) in [(over, Outcome::KeyExpired), (withdrawn, Outcome::KeyUnknown)] {
        let (_upstream, gate) = streaming(events).await;
        let mut claims = token_claims();
        claims["scope"] = serde_json::json!("parking:stream");
        let bearer = format!("Authorization: Bearer {}\r\n", token_with(&claims));
        let mut stream = TcpStream::connect(gate.address).await.unwrap();
        let request = format!("GET /parking/stream HTTP/1.1\r\nHost: gate\r\n{bearer}\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        read_until(&mut stream, "data: 1").await;
        end(&gate);
        stream.read_to_end(&mut Vec::new()).await.ok();
        assert_eq!(gate.drain().samples[0].outcome, outcome);
    }
}

#[actix_web::test]
async fn a_web_socket_passes_bytes_both_ways_until_a_suspension() {
    let switched = "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\
                    Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSet-Cookie: a=b\r\n\r\nhello";
    let (upstream, gate) = streaming(switched).await;
    let hand_shake = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                      Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    let mut stream = ask(&gate, hand_shake).await;
    let got = read_until(&mut stream, "hello").await;
    assert!(got.starts_with("HTTP/1.1 101") && got.contains("sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    assert!(!got.contains("set-cookie"), "{got}");
    let seen = upstream.seen().remove(0);
    assert!(seen.contains("sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==") && seen.contains("upgrade: websocket"));
    assert!(seen.contains("x-accord-agreement: DSA-2026-0017") && !seen.contains(&key_text(1)));
    suspend(&gate);
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).await.ok();
    let drained = gate.drain();
    assert_eq!((drained.samples[0].outcome, drained.samples[0].status), (Outcome::KeySuspended, 101));
}

#[actix_web::test]
async fn only_a_stream_operation_switches_protocols() {
    let (upstream, gate) = streaming("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    let got = gate.get_with("/parking/latest", &[("Upgrade", "websocket"), ("Connection", "Upgrade")]).await;
    assert_eq!(got.status, 200);
    assert!(!upstream.seen()[0].contains("upgrade"));
}

#[actix_web::test]
async fn a_stream_keeps_a_place_until_it_has_begun_and_none_afterwards() {
    let events = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n\
                  9\r\ndata: 1\n\n\r\n";
    let bounded = |setup: &mut Setup| setup.options.upstream_calls_max = 1;
    let (_upstream, gate) = streaming_with(events, bounded).await;
    let mut open = Vec::new();
    for _ in 0..3 {
        let mut stream = ask(&gate, "").await;
        read_until(&mut stream, "data: 1").await;
        open.push(stream);
    }
    let (upstream, gate) = streaming_with("", bounded).await;
    let _waiting = ask(&gate, "").await;
    while upstream.seen().is_empty() {
        tokio::task::yield_now().await;
    }
    let mut refused = ask(&gate, "").await;
    read_until(&mut refused, "HTTP/1.1 503").await;
}
