//! Too much, too long, too deep, too slow; and a stop while people are at work.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use reqwest::header::CONTENT_TYPE;
use serde_json::json;

use super::super::harness::client::{IVAN, MARIA, Program};
use super::super::harness::demo::{Demo, PROGRAM};
use super::super::harness::files::TempFolder;
use super::super::harness::process::{Guarded, Stop};

#[actix_web::test]
async fn lists_pages_ranges_and_bodies_have_bounds() {
    let demo = Demo::start("");
    let (maria, ivan) = (Program::of(&demo, MARIA).await, Program::of(&demo, IVAN).await);
    for (path, status) in [
        ("/datasets?limit=100", 200),
        ("/datasets?limit=101", 400),
        ("/datasets?limit=0", 400),
        ("/datasets?limit=-1", 400),
        ("/datasets?limit=99999999999999999999", 400),
        ("/datasets?cursor=made-up", 400),
        ("/datasets?q=%25%25_%5C", 200),
        ("/datasets?q=%00", 400),
        ("/datasets?q=a&q=b", 400),
        ("/audit/entries?limit=100000", 400),
        ("/audit/entries?act=x&unknown=y", 400),
        ("/usage?from=1900-01-01&to=2100-01-01", 422),
        ("/usage?from=tomorrow", 400),
    ] {
        let answer = ivan.get(path).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.body);
    }
    let send = |body: String| {
        let request = maria.ask("POST", "/applications").header(CONTENT_TYPE, "application/json").body(body);
        let maria = &maria;
        async move { maria.send(request).await }
    };
    let many: Vec<_> = (0..10_000).map(|number| format!("d{number}")).collect();
    for (what, body, status) in [
        ("ten thousand names", json!({ "datasets": many }).to_string(), 422),
        ("one name ten thousand times", json!({ "datasets": vec!["bike-share"; 10_000] }).to_string(), 422),
        ("five thousand deep", format!("{{\"datasets\":{}{}}}", "[".repeat(5_000), "]".repeat(5_000)), 422),
        ("a number without end", "{\"datasets\":1e999999}".to_owned(), 400),
        ("a name twice", "{\"datasets\":[],\"datasets\":[\"bike-share\"]}".to_owned(), 422),
        ("half a document", "{\"datasets\":[".to_owned(), 400),
        ("two documents", "{\"datasets\":[]}{}".to_owned(), 400),
        ("nothing", String::new(), 400),
        ("ten megabytes", format!("{{\"datasets\":[\"{}\"]}}", "a".repeat(10_000_000)), 413),
    ] {
        let answer = send(body).await;
        assert_eq!(answer.status, status, "{what}: {}", answer.body);
        assert!(answer.body.len() < 2_000, "{what} is answered with {} bytes", answer.body.len());
    }
    let broken = maria.ask("POST", "/applications").header(CONTENT_TYPE, "application/json");
    assert_eq!(maria.send(broken.body(vec![b'{', b'"', 0xff, 0xfe, b'"', b'}'])).await.status, 400, "no UTF-8");
}

/// Sends bytes and reads until the server hangs up.
fn talk(address: &str, sent: &str) -> String {
    let mut stream = TcpStream::connect(address.trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(40))).unwrap();
    stream.write_all(sent.as_bytes()).unwrap();
    let mut got = Vec::new();
    // What was answered before the server closed counts, also where it closed with bytes of ours unread.
    let _until_closed = stream.read_to_end(&mut got);
    String::from_utf8_lossy(&got).into_owned()
}

#[actix_web::test]
async fn slow_heads_slow_bodies_and_swollen_heads_are_hung_up_on() {
    let demo = Demo::start("[portal]\nbody_seconds = 1\n");
    let json = "Content-Type: application/json\r\n";
    let swollen = (0..200).fold(String::new(), |head, number| head + &format!("X-{number}: {}\r\n", "a".repeat(1_000)));
    let rows = [
        (
            &demo.portal,
            format!("POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\n{json}Content-Length: 100\r\n\r\n{{"),
            "408",
        ),
        (&demo.portal, "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ".to_owned(), "408"),
        (&demo.gate, "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ".to_owned(), "408"),
        (&demo.portal, format!("GET / HTTP/1.1\r\nHost: x\r\n{swollen}\r\n"), "431"),
        (&demo.gate, format!("GET / HTTP/1.1\r\nHost: x\r\n{swollen}\r\n"), "431"),
    ];
    let talks = rows.map(|(address, sent, status)| {
        let address = address.clone();
        (tokio::task::spawn_blocking(move || talk(&address, &sent)), status)
    });
    for (answer, status) in talks {
        let answer = answer.await.unwrap();
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}")) || status == "408" && answer.is_empty(),
            "{status}: {answer}"
        );
    }
    assert_eq!(Program::nobody(&demo).get("/datasets").await.status, 200, "and others are served");
}

/// A connection on which the server has begun to read a body that has not all arrived.
fn half_sent(portal: &str) -> TcpStream {
    let mut stream = TcpStream::connect(portal.trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let body = login_body();
    let head = format!(
        "POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Expect: 100-continue\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut told = [0; 25];
    stream.read_exact(&mut told).unwrap();
    assert!(told.starts_with(b"HTTP/1.1 100 Continue"), "{}", String::from_utf8_lossy(&told));
    stream
}

fn login_body() -> String {
    json!({ "email": MARIA, "password": "not the right password at all" }).to_string()
}

#[actix_web::test]
async fn a_stop_lets_requests_in_flight_finish_and_takes_no_new_ones() {
    let folder = TempFolder::new();
    let (code, settings) = (folder.path().join("code"), folder.path().join("settings.toml"));
    std::fs::write(&settings, "[accounts]\nargon2_memory_kib = 64\nargon2_iterations = 1\n[log]\nlevel = 'warn'\n")
        .unwrap();
    // The shell hands the signal on and keeps the exit code.
    let script = "code=$1; shift; trap 'kill -TERM $program' TERM; \"$@\" & program=$!; \
                  wait $program; wait $program; echo $? > \"$code\"";
    let (code_text, data, settings) =
        (code.display().to_string(), folder.path().display().to_string(), settings.display().to_string());
    let program =
        ["sh", "-c", script, "sh", &code_text, PROGRAM, "demo", "--json", "--data", &data, "--config", &settings];
    let program: Vec<&str> = program.into_iter().chain(["--portal-port", "0", "--gate-port", "0"]).collect();
    let ready = |line: &str| {
        let card = serde_json::from_str::<serde_json::Value>(line).ok()?;
        Some(card["portal"].as_str()?.to_owned())
    };
    let (guarded, portal) = Guarded::start(&program, Stop::Program("TERM"), None, None, ready).unwrap();
    let mut open: Vec<_> = (0..8).map(|_| half_sent(&portal)).collect();
    let stopping = std::thread::spawn(move || drop(guarded));
    // It has begun to stop when nobody new is let in.
    while TcpStream::connect(portal.trim_start_matches("http://")).is_ok() {}
    for stream in &mut open {
        stream.write_all(login_body().as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 4") && answer.contains("\"request_id\""), "cut: {answer}");
    }
    stopping.join().unwrap();
    assert_eq!(std::fs::read_to_string(code).unwrap().trim(), "0", "a clean end");
}

/// One call on a connection, read to its end; whether it was let through.
fn is_answered(stream: &mut TcpStream, key: &str) -> bool {
    let request = format!("GET /parking-occupancy/latest HTTP/1.1\r\nHost: gate\r\nX-Api-Key: {key}\r\n\r\n");
    if stream.write_all(request.as_bytes()).is_err() {
        return false;
    }
    let mut got = Vec::new();
    let mut piece = [0; 4096];
    loop {
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => return false,
            Ok(count) => got.extend_from_slice(&piece[..count]),
        }
        let text = String::from_utf8_lossy(&got).to_ascii_lowercase();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
        if length.map_or_else(|| body.ends_with("0\r\n\r\n"), |length| body.len() >= length) {
            return head.starts_with("http/1.1 200");
        }
    }
}

#[actix_web::test]
async fn connections_beyond_the_limit_of_open_files_wait_and_the_gate_goes_on() {
    let starter = ["sh", "-c", "ulimit -n 160; exec \"$@\"", "sh"];
    let demo = Demo::start_by(&starter, "[accounts]\nargon2_memory_kib = 64\nargon2_iterations = 1\n");
    let address: std::net::SocketAddr = demo.gate.trim_start_matches("http://").parse().unwrap();
    let connect = || {
        let stream = TcpStream::connect_timeout(&address, Duration::from_millis(500))?;
        stream.set_read_timeout(Some(Duration::from_secs(40)))?;
        Ok::<_, std::io::Error>(stream)
    };
    let mut known = connect().unwrap();
    assert!(is_answered(&mut known, &demo.key));
    // More than the process can have open; the last of them are not even taken up by the system.
    let mut crowd: Vec<TcpStream> = (0..400).map_while(|_| connect().ok()).collect();
    assert!(crowd.len() > 100, "{}", crowd.len());
    let last = crowd.last_mut().unwrap();
    last.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    assert!(!is_answered(last, &demo.key), "all of {} fit: this shows nothing", crowd.len());
    assert!(is_answered(&mut known, &demo.key), "who was there before goes on");
    drop(crowd);
    // The system takes up nobody before the queue of the crowd is gone through.
    let mut next = (0..60).find_map(|_| connect().ok()).expect("the queue is gone through");
    assert!(is_answered(&mut next, &demo.key), "and when the crowd is gone everybody can");
}
