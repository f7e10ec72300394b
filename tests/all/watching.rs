//! The running gate as its operator watches it: `accord gate top`, `accord gate --explain`, access lines, a collector of
//! traces.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::mpsc;
use std::time::Duration;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use prost::Message as _;

use super::harness::demo::{Demo, PROGRAM};
use super::harness::files::TempFolder;
use super::harness::process::{Guarded, Stop};

/// How long something may take to be seen.
const PATIENCE: Duration = Duration::from_secs(30);

#[actix_web::test]
async fn top_shows_rates_times_and_the_busiest_keys_of_a_running_gate() {
    let demo = Demo::start("");
    let client = reqwest::Client::new();
    let call = async |key: &str| {
        let request = client.get(format!("{}/parking-occupancy/latest", demo.gate)).bearer_auth(key);
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!((call(&demo.key).await, call("nonsense").await), (200, 401));
    let url = demo.gate.clone();
    let shown =
        std::thread::spawn(move || Command::new(PROGRAM).args(["gate", "top", &url, "--once"]).output().unwrap());
    while !shown.is_finished() {
        call(&demo.key).await;
    }
    let shown = shown.join().unwrap();
    let text = String::from_utf8(shown.stdout).unwrap();
    assert!(shown.status.success(), "{}", String::from_utf8_lossy(&shown.stderr));
    let row = |words: &[&str]| {
        let found = text.lines().find(|line| {
            let found: Vec<_> = line.split_whitespace().collect();
            found.starts_with(words)
        });
        found
            .unwrap_or_else(|| panic!("{words:?} in\n{text}"))
            .split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let rate: f64 = row(&["gateway", "ok"])[2].parse().unwrap();
    assert!(rate > 0.0, "{text}");
    row(&["gateway", "key_malformed"]);
    let busiest = text.lines().skip_while(|line| !line.starts_with("key (last minute)")).nth(1).unwrap();
    assert_eq!(busiest.split_whitespace().count(), 4, "{text}");
    assert!(!text.contains('\u{1b}') && !text.contains(&demo.key), "plain in a pipe: {text}");
    let gone = Command::new(PROGRAM).args(["gate", "top", "http://127.0.0.1:9", "--once"]).output().unwrap();
    assert!(!gone.status.success() && String::from_utf8_lossy(&gone.stderr).contains("does not answer"));
}

#[test]
fn explain_tells_each_bound_with_the_setting_that_changes_it() {
    let folder = TempFolder::new();
    let set = [
        ("GATE__POLL_MS", "251"),
        ("GATE__STALE_SECONDS", "32"),
        ("GATE__FLUSH_MS", "1003"),
        ("GATE__TOKEN_SECONDS", "299"),
        ("GATE__HEAD_SECONDS", "6"),
        ("GATE__KEEP_ALIVE_SECONDS", "77"),
        ("GATE__BODY_KIB", "1025"),
        ("GATE__BODY_SECONDS", "21"),
        ("GATE__UPSTREAM_WAIT_MS", "10001"),
        ("GATE__CONNECT_SECONDS", "7"),
        ("GATE__ANSWER_SECONDS", "601"),
        ("SERVER__DRAIN_SECONDS", "11"),
        ("SERVER__HEADERS_MAX", "65"),
        ("SERVER__HEADERS_KIB", "33"),
        ("NETWORK__METRICS_NETWORKS", "10.1.0.0/16"),
    ];
    let mut command = Command::new(PROGRAM);
    command.args(["gate", "--explain", "--data"]).arg(folder.path());
    let output = command.envs(set.map(|(name, value)| (format!("ACCORD_{name}"), value))).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    for (name, value) in set {
        let setting = name.to_lowercase().replace("__", ".");
        let is_told = |line: &str| line.contains(value) && line.ends_with(&setting);
        assert!(text.lines().any(is_told), "{setting} {value} in\n{text}");
    }
    assert!(text.contains("How long until a suspension reaches every gate") && text.contains("kill -9"), "{text}");
}

#[actix_web::test]
async fn access_lines_are_json_on_standard_output() {
    let folder = TempFolder::new();
    let lines = folder.path().join("lines");
    let (data, out) = (folder.path().display().to_string(), lines.display().to_string());
    let script = "out=$1; shift; \"$@\" | tee \"$out\"";
    let program = ["sh", "-c", script, "sh", &out, PROGRAM, "demo", "--json", "--data", &data, "--portal-port", "0"];
    let environment = ["env", "ACCORD_GATE__ACCESS_LINES=true", "ACCORD_ACCOUNTS__ARGON2_MEMORY_KIB=64"];
    let program: Vec<&str> = environment.into_iter().chain(program).chain(["--gate-port", "0"]).collect();
    let ready =
        |line: &str| serde_json::from_str::<serde_json::Value>(line).ok().filter(|card| card["key"].is_string());
    let (_demo, card) = Guarded::start(&program, Stop::Group("TERM"), None, None, ready).unwrap();
    let url = format!("{}/parking-occupancy/latest?secret=1", card["gate"].as_str().unwrap());
    let key = card["key"].as_str().unwrap();
    let answer = reqwest::Client::new().get(&url).bearer_auth(key).send().await.unwrap();
    let id = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
    assert_eq!(answer.status(), 200);
    let bytes = answer.bytes().await.unwrap().len();
    let line = async {
        loop {
            let text = std::fs::read_to_string(&lines).unwrap();
            if let Some(line) = text.lines().find(|line| line.contains(&id)) {
                return line.to_owned();
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let line = tokio::time::timeout(PATIENCE, line).await.expect("the line is written");
    let told: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!((&told["outcome"], &told["status"]), (&"ok".into(), &200.into()));
    assert_eq!(told["bytes"], bytes);
    assert!(!line.contains(key) && !line.contains("secret"), "{line}");
}

/// Takes one message of a collector's client after another and sends their bodies on.
fn collector(listener: TcpListener) -> mpsc::Receiver<(String, Vec<u8>)> {
    let (sender, taken) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let sender = sender.clone();
            std::thread::spawn(move || {
                let mut stream = stream;
                while let Some(message) = take(&mut stream) {
                    drop(sender.send(message));
                }
            });
        }
    });
    taken
}

fn take(stream: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..at]).to_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok())?;
            if bytes.len() >= at + 4 + length {
                stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").ok()?;
                return Some((head, bytes[at + 4..].to_vec()));
            }
        }
        let mut piece = [0; 4096];
        let count = stream.read(&mut piece).ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&piece[..count]);
    }
}

#[actix_web::test]
async fn a_collector_gets_the_span_of_a_sampled_call_and_of_no_other() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let taken = collector(listener);
    let cheap = "[accounts]\nargon2_memory_kib = 64\nargon2_iterations = 1\n";
    let log = format!("[log]\nlevel = 'warn'\notlp_url = 'http://{address}'\notlp_percent = 0\n");
    let demo = Demo::start_with(&format!("{cheap}{log}"));
    let url = format!("{}/parking-occupancy/latest?secret=1", demo.gate);
    let client = reqwest::Client::new();
    let sampled = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let unsampled = "00-11111111111111111111111111111111-00f067aa0ba902b7-00";
    for parent in ["", unsampled, sampled] {
        let mut request = client.get(&url).bearer_auth(&demo.key);
        if !parent.is_empty() {
            request = request.header("traceparent", parent);
        }
        assert_eq!(request.send().await.unwrap().status(), 200);
    }
    let (head, body) = tokio::task::spawn_blocking(move || taken.recv_timeout(PATIENCE)).await.unwrap().unwrap();
    assert!(head.starts_with("post /v1/traces http/1.1") && head.contains("application/x-protobuf"), "{head}");
    let message = ExportTraceServiceRequest::decode(body.as_slice()).unwrap();
    let resource = &message.resource_spans[0];
    let spans = &resource.scope_spans[0].spans;
    assert_eq!((message.resource_spans.len(), spans.len()), (1, 1), "{message:?}");
    let span = &spans[0];
    assert_eq!(span.trace_id, 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736_u128.to_be_bytes());
    assert_eq!(span.parent_span_id, 0x00f0_67aa_0ba9_02b7_u64.to_be_bytes());
    assert!(span.span_id.len() == 8 && span.span_id != span.parent_span_id);
    assert!(span.end_time_unix_nano > span.start_time_unix_nano && span.name.starts_with("GET /"), "{span:?}");
    let told = |name: &str| {
        let found = span.attributes.iter().find(|attribute| attribute.key == name);
        found.and_then(|found| found.value.as_ref()?.value.clone())
    };
    assert_eq!(told("http.response.status_code"), Some(Value::IntValue(200)));
    assert_eq!(told("accord.outcome"), Some(Value::StringValue("ok".to_owned())));
    let text = format!("{message:?}");
    assert!(!text.contains("secret") && !text.contains(&demo.key), "{text}");
}
