//! What the operator sets: headers, waits for clients and for upstreams. Each is seen to count.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use super::kit::{Gate, ScriptedUpstream, Setup, Then, answer};
use crate::domain::net::HeadBounds;
use crate::gate::GateOptions;
use crate::gate::testing::{StandingClock, publication};

/// Far longer than what is set here, and shorter than what is usual.
const PATIENCE: Duration = Duration::from_secs(4);

async fn with(change: impl FnOnce(&mut GateOptions)) -> (ScriptedUpstream, Gate) {
    let upstream = ScriptedUpstream::plain().await;
    let mut setup = Setup::on(&upstream);
    change(&mut setup.options);
    (upstream, setup.start())
}

/// What the gate says before it hangs up; `None` when it does not within the test's patience.
async fn until_hung_up(address: SocketAddr, sent: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(sent.as_bytes()).await.unwrap();
    let mut got = Vec::new();
    timeout(PATIENCE, stream.read_to_end(&mut got)).await.ok()?.ok();
    Some(String::from_utf8_lossy(&got).into_owned())
}

#[actix_web::test]
async fn too_many_or_too_long_headers_are_answered_with_431() {
    let bounds = HeadBounds { headers_max: 6, bytes_max: 400 };
    let (upstream, gate) = with(|options| options.head_bounds = bounds).await;
    // Host, Connection and Authorization stand in each.
    let within = [("A", "1"), ("B", "2"), ("C", "3")];
    assert_eq!(gate.get_with("/parking/latest", &within).await.status, 200);
    let many = [("A", "1"), ("B", "2"), ("C", "3"), ("C", "4")];
    let long = "x".repeat(400);
    for (headers, what) in [(&many[..], "many"), (&[("A", long.as_str())][..], "long")] {
        for target in ["/parking/latest", "/healthz", "/v1/forward-auth"] {
            let got = gate.get_with(target, headers).await;
            assert_eq!((got.status, got.code().as_str()), (431, "headers_too_large"), "{what} {target}");
            assert!(got.json()["detail"].as_str().unwrap().contains("At most 6 headers with 400 bytes"));
        }
    }
    assert_eq!(upstream.seen().len(), 1, "nothing of it reaches an upstream");
}

#[actix_web::test]
async fn a_head_that_does_not_end_is_given_up() {
    let (_upstream, gate) = with(|options| options.request_head_deadline = Duration::from_millis(200)).await;
    let got = until_hung_up(gate.address, "GET /parking/latest HTTP/1.1\r\nHost: gate\r\nX-Slow: ").await;
    assert!(got.expect("given up in time").starts_with("HTTP/1.1 408"));
}

#[actix_web::test]
async fn an_idle_connection_is_closed() {
    let (_upstream, gate) = with(|options| options.keep_alive = Duration::from_secs(1)).await;
    let got = until_hung_up(gate.address, "GET /healthz HTTP/1.1\r\nHost: gate\r\n\r\n").await;
    assert!(got.expect("closed in time").starts_with("HTTP/1.1 200"));
}

#[actix_web::test]
async fn an_answer_longer_than_allowed_is_cut() {
    for (allowed, is_whole) in [(1, false), (10, true)] {
        let clock: Arc<OnceLock<StandingClock>> = Arc::default();
        let passing = Arc::clone(&clock);
        let upstream = ScriptedUpstream::start(move |_| {
            passing.get().unwrap().pass(5);
            (answer("", "after five seconds"), Then::KeepAlive)
        })
        .await;
        let mut setup = Setup::on(&upstream);
        setup.options.answer_deadline = Duration::from_secs(allowed);
        let gate = setup.start();
        assert!(clock.set(gate.clock.clone()).is_ok());
        let got = gate.get("/parking/latest").await;
        assert_eq!(got.status == 200 && got.is_whole, is_whole, "{allowed} s: {got:?}");
    }
}

#[actix_web::test]
async fn a_connection_that_is_not_taken_up_is_given_up() {
    // A service whose queue is full answers nothing at all.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let full = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    while let Ok(stream) = timeout(Duration::from_millis(300), TcpStream::connect(full)).await {
        waiting.push(stream.unwrap());
        assert!(waiting.len() < 100, "the queue never fills");
    }
    let upstream = ScriptedUpstream::plain().await;
    let mut setup = Setup::on(&upstream);
    setup.all = publication(&format!("http://{full}"));
    for dataset in &mut setup.all.datasets {
        dataset.upstream.as_mut().unwrap().timeout_ms = 60_000;
    }
    setup.options.connect_timeout = Duration::from_millis(200);
    let gate = setup.start();
    let got = timeout(PATIENCE, gate.get("/parking/latest")).await.expect("given up in time");
    assert_eq!((got.status, got.code().as_str()), (502, "upstream_failed"));
}
