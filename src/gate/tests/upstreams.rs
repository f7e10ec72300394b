//! Upstreams that misbehave: the client gets a clean refusal or a visibly cut body, and the next request is clean.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::kit::{Answer, Gate, HoldingUpstream, ScriptedUpstream, Setup, Then, answer};
use crate::domain::net::UpstreamNetworks;
use crate::gate::grants::ChangeGrant;
use crate::gate::testing::noon;
use crate::gate::verdict::Outcome;

fn text(bytes: &str) -> Vec<u8> {
    bytes.as_bytes().to_vec()
}

/// A gate before an upstream that answers by the last segment of the path.
async fn before(script: impl Fn(&str) -> (Vec<u8>, Then) + Send + Sync + 'static) -> (ScriptedUpstream, Gate) {
    let upstream = ScriptedUpstream::start(move |request| {
        let path = request.split(' ').nth(1).unwrap_or_default();
        script(path.rsplit('/').next().unwrap_or_default())
    })
    .await;
    let mut setup = Setup::on(&upstream);
    for dataset in &mut setup.all.datasets {
        let upstream = dataset.upstream.as_mut().unwrap();
        upstream.timeout_ms = 200;
        upstream.body_max_bytes = 1000;
    }
    let gate = setup.start();
    (upstream, gate)
}

async fn clean(gate: &Gate) {
    let next = gate.get("/parking/latest/good").await;
    assert_eq!((next.status, next.body.as_str(), next.is_whole), (200, "good", true));
}

fn misbehave(mode: &str) -> (Vec<u8>, Then) {
    match mode {
        "good" => (answer("", "good"), Then::KeepAlive),
        "closed" => (Vec::new(), Then::Close),
        "hanging" => (Vec::new(), Then::Hang),
        "half-head" => (text("HTTP/1.1 200 OK\r\nContent-Le"), Then::Close),
        "garbage" => (text("220 mail.example ESMTP\r\n\r\n"), Then::Close),
        "redirect" => (
            text("HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"),
            Then::KeepAlive,
        ),
        "failing" => (text("HTTP/1.1 500 Oops\r\nContent-Length: 5\r\n\r\ntrace"), Then::KeepAlive),
        "challenging" => {
            (text("HTTP/1.1 401 No\r\nWWW-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n"), Then::KeepAlive)
        }
        "upgrading" => (text("HTTP/1.1 101 Switch\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"), Then::Hang),
        "many-headers" => (answer(&"X-H: v\r\n".repeat(150), "x"), Then::Close),
        "huge-header" => (answer(&format!("X-H: {}\r\n", "v".repeat(200_000)), "x"), Then::Close),
        "split" => (text("HTTP/1.1 200 OK\r\nX-A: b\rInjected: c\r\nContent-Length: 1\r\n\r\nx"), Then::Close),
        "two-lengths" => (text("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxy"), Then::Close),
        "large" => (answer("", &"x".repeat(1001)), Then::KeepAlive),
        "cut" => (text("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this"), Then::Close),
        "cut-chunked" => (text("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"), Then::Close),
        "dripping" => (text("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this"), Then::Hang),
        "large-chunked" => {
            let chunk = format!("1f4\r\n{}\r\n", "x".repeat(500)).repeat(3);
            (
                format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}0\r\n\r\n").into_bytes(),
                Then::KeepAlive,
            )
        }
        "doubled" => (
            text("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngoodHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"),
            Then::KeepAlive,
        ),
        other => panic!("no mode {other}"),
    }
}

#[actix_web::test]
async fn a_head_that_cannot_be_used_becomes_a_refusal() {
    let (_upstream, gate) = before(misbehave).await;
    let modes = [
        ("closed", 502),
        ("hanging", 504),
        ("half-head", 502),
        ("garbage", 502),
        ("redirect", 502),
        ("failing", 502),
        ("challenging", 502),
        ("upgrading", 502),
        ("many-headers", 502),
        ("huge-header", 502),
        ("split", 502),
        ("two-lengths", 502),
        ("large", 502),
    ];
    for (mode, status) in modes {
        let got = gate.get(&format!("/parking/latest/{mode}")).await;
        assert_eq!((got.status, got.code().as_str(), got.is_whole), (status, "upstream_failed", true), "{mode}");
        assert!(got.header("location").is_none() && !got.body.contains("trace"), "{mode}");
        clean(&gate).await;
    }
    let failed = gate.drain().samples.into_iter().filter(|sample| sample.outcome == Outcome::UpstreamFailed);
    assert_eq!(failed.count(), modes.len());
}

#[actix_web::test]
async fn a_cut_body_is_visibly_cut() {
    let (_upstream, gate) = before(misbehave).await;
    for mode in ["cut", "cut-chunked", "dripping", "large-chunked"] {
        let got: Answer = gate.get(&format!("/parking/latest/{mode}")).await;
        // Either nothing of the answer arrives, or less than its framing promised.
        assert!(got.status == 0 || (got.status == 200 && !got.is_whole), "{mode}: {got:?}");
        clean(&gate).await;
    }
    let failed = gate.drain().samples.into_iter().filter(|sample| sample.outcome == Outcome::UpstreamFailed);
    assert_eq!(failed.count(), 4);
}

#[actix_web::test]
async fn bytes_after_an_answer_never_answer_the_next_request() {
    let (_upstream, gate) = before(misbehave).await;
    for _ in 0..3 {
        let got = gate.get("/parking/latest/doubled").await;
        assert_eq!((got.status, got.body.as_str()), (200, "good"));
        clean(&gate).await;
    }
}

#[actix_web::test]
async fn a_kept_connection_that_the_upstream_closed_costs_the_client_nothing() {
    let (_upstream, gate) = before(|_| (answer("", "good"), Then::Close)).await;
    for _ in 0..5 {
        clean(&gate).await;
    }
}

#[actix_web::test]
async fn heads_and_empty_answers_have_no_body() {
    let (_upstream, gate) = before(|mode| match mode {
        "none" => (text("HTTP/1.1 204 No Content\r\n\r\n"), Then::KeepAlive),
        "same" => (text("HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\n\r\n"), Then::KeepAlive),
        _ => (text("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"), Then::KeepAlive),
    })
    .await;
    let none = gate.get("/parking/latest/none").await;
    assert_eq!((none.status, none.body.as_str()), (204, ""));
    let same = gate.get("/parking/latest/same").await;
    assert_eq!((same.status, same.body.as_str(), same.header("etag")), (304, "", Some("\"1\"")));
    let key = crate::gate::testing::key_text(1);
    let head = gate.send("HEAD", "/parking/latest/head", &[("X-Api-Key", &key)], "").await;
    assert_eq!((head.status, head.body.as_str(), head.header("content-length")), (200, "", Some("4")));
}

#[actix_web::test]
async fn a_closed_network_is_never_connected_to() {
    let upstream = ScriptedUpstream::plain().await;
    let mut setup = Setup::on(&upstream);
    setup.options.upstream_networks = UpstreamNetworks::default();
    let gate = setup.start();
    assert_eq!(gate.get("/parking/latest").await.code(), "upstream_failed");
    assert_eq!(upstream.seen().len(), 0);
}

#[actix_web::test]
async fn an_answer_is_kept_for_who_asks_the_same_and_counted_for_each() {
    let (upstream, gate) = keeping(|request| {
        let differs = if request.contains("language: es") { "hola" } else { "hello" };
        (answer("Cache-Control: public\r\nVary: Accept-Language\r\nETag: \"1\"\r\n", differs), Then::KeepAlive)
    })
    .await;
    let first = gate.get("/parking/latest?a=1").await;
    let again = gate.get("/parking/latest?a=1").await;
    assert_eq!((first.body.as_str(), first.header("age")), ("hello", None));
    assert_eq!((again.body.as_str(), again.header("age"), again.header("etag")), ("hello", Some("0"), Some("\"1\"")));
    assert_ne!(first.header("x-request-id"), again.header("x-request-id"));
    assert_eq!(upstream.seen().len(), 1);
    for path in ["/parking/latest?a=2", "/parking/latest/b?a=1"] {
        assert_eq!(gate.get(path).await.header("age"), None, "{path}");
    }
    assert_eq!(gate.get_with("/parking/latest?a=1", &[("Accept-Language", "es")]).await.body, "hola");
    for particular in [("Range", "bytes=0-1"), ("If-None-Match", "\"1\""), ("Cache-Control", "no-cache")] {
        assert_eq!(gate.get_with("/parking/latest?a=1", &[particular]).await.header("age"), None, "{particular:?}");
    }
    let asked = upstream.seen().len();
    gate.clock.pass(6);
    assert_eq!(gate.get("/parking/latest?a=1").await.header("age"), None, "its time is over");
    assert_eq!(upstream.seen().len(), asked + 1);
    let samples = gate.drain().samples;
    assert!(samples.iter().all(|sample| sample.outcome == Outcome::Ok && sample.bytes >= 4), "{samples:?}");
    assert_eq!(samples.len(), 9);
}

#[actix_web::test]
async fn an_answer_that_is_not_for_all_or_not_whole_is_not_kept() {
    let (upstream, gate) = keeping(|request| {
        let path = request.split(' ').nth(1).unwrap_or_default();
        match path.rsplit('/').next().unwrap_or_default() {
            "private" => (answer("Cache-Control: private\r\n", "x"), Then::KeepAlive),
            "varied" => (answer("Vary: X-Accord-Key-Id\r\n", "x"), Then::KeepAlive),
            "missing" => (text("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"), Then::KeepAlive),
            "cut" => (text("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this"), Then::Close),
            _ => (answer("", &"x".repeat(300_000)), Then::KeepAlive),
        }
    })
    .await;
    for (path, asked) in [("private", 2), ("varied", 4), ("missing", 6), ("cut", 8), ("large", 10)] {
        for _ in 0..2 {
            gate.get(&format!("/parking/latest/{path}")).await;
        }
        assert_eq!(upstream.seen().len(), asked, "{path}");
    }
}

/// A gate that keeps answers for five seconds.
async fn keeping(script: impl Fn(&str) -> (Vec<u8>, Then) + Send + Sync + 'static) -> (ScriptedUpstream, Gate) {
    let upstream = ScriptedUpstream::start(script).await;
    let mut setup = Setup::on(&upstream);
    setup.all.datasets[0].upstream.as_mut().unwrap().keep_seconds = 5;
    let gate = setup.start();
    (upstream, gate)
}

#[actix_web::test]
async fn trailers_pass_to_who_takes_them_but_for_those_that_would_change_the_answer() {
    let body = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Checksum, Set-Cookie, Content-Type\r\n\r\n\
                4\r\nbody\r\n0\r\nX-Checksum: abc\r\nSet-Cookie: a=b\r\nContent-Type: text/html\r\n\r\n";
    let upstream = ScriptedUpstream::start(move |_| (text(body), Then::KeepAlive)).await;
    let gate = Setup::on(&upstream).start();
    let got = gate.get_with("/parking/latest", &[("TE", "trailers")]).await;
    assert_eq!(got.header("trailer"), Some("x-checksum"));
    assert!(got.body.contains("x-checksum: abc"), "{got:?}");
    assert!(!got.body.contains("a=b") && !got.body.contains("text/html"), "{got:?}");
    assert!(upstream.seen()[0].contains("te: trailers"), "{}", upstream.seen()[0]);
    let got = gate.get("/parking/latest").await;
    assert!(got.is_whole && got.body.contains("body") && !got.body.contains("checksum"), "{got:?}");
    assert!(!upstream.seen()[1].contains("te: trailers"));
}

#[actix_web::test]
async fn a_datasets_own_bounds_are_narrower_than_the_gates() {
    let upstream = ScriptedUpstream::start(|_| (answer("", "1234567890"), Then::KeepAlive)).await;
    let mut setup = Setup::on(&upstream);
    let bounded = setup.all.datasets[0].upstream.as_mut().unwrap();
    (bounded.body_max_bytes, bounded.request_max_bytes, bounded.headers_max_bytes) = (9, Some(3), Some(400));
    setup.all.agreements[0].schedules[0].operations.push("write".to_owned());
    setup.all.keys[0].scopes.push("parking:write".parse().unwrap());
    let write = crate::domain::scope::Operation::new(
        "write",
        vec![crate::domain::scope::Method::Post],
        vec!["/latest".parse().unwrap()],
    );
    setup.all.datasets[0].operations.push(write.unwrap());
    let gate = setup.start();
    let got = gate.get("/parking/latest").await;
    assert_eq!((got.status, got.code().as_str()), (502, "upstream_failed"));
    let bearer = format!("Bearer {}", crate::gate::testing::key_text(1));
    let got = gate.send("POST", "/parking/latest", &[("Authorization", &bearer)], "1234").await;
    assert_eq!(got.status, 413, "{got:?}");
    let got = gate.get_with("/parking/latest", &[("Accept", &"x".repeat(300))]).await;
    assert_eq!((got.status, got.code().as_str()), (431, "headers_too_large"), "{got:?}");
    assert_eq!(upstream.seen().len(), 1, "neither reached the service");
}

#[actix_web::test]
async fn what_a_service_cannot_take_is_refused_at_once_and_what_was_let_in_is_served() {
    let upstream = HoldingUpstream::start().await;
    let mut setup = Setup::on(&ScriptedUpstream::plain().await);
    for dataset in &mut setup.all.datasets {
        dataset.upstream.as_mut().unwrap().base_url.clone_from(&upstream.base_url);
    }
    setup.options.upstream_calls_max = 4;
    let gate = setup.start();
    let crowd = (0..40).map(|_| gate.get("/parking/latest"));
    let release = async {
        // The ones that are refused have their answer while the others still wait.
        upstream.held(4).await;
        while gate.shared.meter().tally().doors().map(|(_, door)| door.calls()).sum::<u64>() < 36 {
            tokio::task::yield_now().await;
        }
        upstream.release();
    };
    let (answers, ()) = tokio::join!(futures_util::future::join_all(crowd), release);
    let (served, shed): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
    assert_eq!((served.len(), shed.len()), (4, 36));
    for answer in &shed {
        assert_eq!((answer.status, answer.code().as_str()), (503, "dataset_unavailable"), "{answer:?}");
        assert_eq!(answer.header("retry-after"), Some("1"));
    }
    assert_eq!(upstream.most_at_once(), 4);
    assert_eq!(gate.get("/parking/latest").await.status, 200, "places are free again");
}

#[actix_web::test]
async fn an_announced_change_is_said_on_answers_and_a_brownout_refuses_until_it_is_over() {
    let mut setup = Setup::on(&ScriptedUpstream::plain().await);
    let change = ChangeGrant {
        operations: vec!["read".to_owned()],
        deprecated_at: Some(noon()),
        sunset_at: Some(noon() + chrono::Duration::days(90)),
        brownouts: vec![(noon() + chrono::Duration::seconds(60), noon() + chrono::Duration::seconds(180))],
    };
    for dataset in &mut setup.all.datasets {
        dataset.changes = vec![change.clone()];
    }
    let gate = setup.start();
    let told = gate.get("/parking/latest").await;
    assert_eq!(told.status, 200, "{told:?}");
    assert_eq!(told.header("deprecation"), Some(format!("@{}", noon().timestamp()).as_str()));
    assert!(told.header("sunset").is_some_and(|sunset| sunset.ends_with(" GMT")), "{told:?}");
    gate.clock.pass(90);
    gate.shared.confirm_fresh();
    let off = gate.get("/parking/latest").await;
    assert_eq!((off.status, off.code().as_str()), (503, "dataset_unavailable"), "{off:?}");
    assert_eq!(off.header("retry-after"), Some("91"));
    assert!(off.json()["detail"].as_str().unwrap().contains("switched off on trial until"), "{off:?}");
    gate.clock.pass(90);
    gate.shared.confirm_fresh();
    assert_eq!(gate.get("/parking/latest").await.status, 200);
}

#[actix_web::test]
async fn clients_that_take_their_answers_slowly_keep_nobody_out() {
    // More than the buffers of all sockets between hold, so that the rest of each answer waits for its client.
    let large = "x".repeat(16 << 20);
    let upstream = ScriptedUpstream::start(move |request| {
        let is_large = request.contains("/large");
        (answer("", if is_large { &large } else { "good" }), Then::KeepAlive)
    })
    .await;
    let mut setup = Setup::on(&upstream);
    setup.all.datasets[0].upstream.as_mut().unwrap().body_max_bytes = 64 << 20;
    setup.options.upstream_calls_max = 2;
    let gate = setup.start();
    let mut slow = Vec::new();
    for _ in 0..8 {
        let mut stream = TcpStream::connect(gate.address).await.unwrap();
        let key = crate::gate::testing::key_text(1);
        let request = format!("GET /parking/latest/large HTTP/1.1\r\nHost: gate\r\nX-Api-Key: {key}\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut first = [0; 12];
        stream.read_exact(&mut first).await.unwrap();
        assert_eq!(&first, b"HTTP/1.1 200");
        slow.push(stream);
    }
    clean(&gate).await;
    assert!(gate.drain().samples.len() == 1, "the slow ones are still being served");
}

#[actix_web::test]
async fn interim_answers_are_passed_over() {
    let interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n\
                   HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\nX-Early: 1\r\n\r\n";
    let both = move |_: &str| ([text(interim), answer("", "good")].concat(), Then::KeepAlive);
    let (_upstream, gate) = before(both).await;
    for _ in 0..3 {
        let got = gate.get("/parking/latest/good").await;
        assert_eq!((got.status, got.body.as_str(), got.is_whole), (200, "good", true));
        assert_eq!((got.header("x-early"), got.header("link")), (None, None), "not the head of the answer");
    }
    // One that never comes to the answer is given up like any that is late.
    let (_upstream, gate) = before(move |_| (text(interim), Then::Hang)).await;
    assert_eq!(gate.get("/parking/latest/good").await.status, 504);
}
