//! Settings as an operator meets them: `accord check-config` shows and refuses them, and the running program follows
//! them on both listeners.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Output};
use std::time::Duration;

use super::harness::files::TempFolder;
use super::harness::process::{Guarded, Stop};

const PROGRAM: &str = env!("CARGO_BIN_EXE_accord");

fn check_config(settings: &[(&str, &str)]) -> Output {
    let folder = TempFolder::new();
    let mut command = Command::new(PROGRAM);
    command.args(["check-config", "--data"]).arg(folder.path()).envs(settings.iter().copied());
    command.output().unwrap()
}

#[test]
fn check_config_shows_every_setting_and_refuses_a_bad_one_by_name() {
    let good = check_config(&[("ACCORD_GATE__CONNECT_SECONDS", "7")]);
    let shown = String::from_utf8(good.stdout).unwrap();
    assert!(good.status.success());
    for line in [
        "connect_seconds = 7",
        "access_lines = false",
        "otlp_url = \"\"",
        "otlp_percent = 1",
        "answer_seconds = 600",
        "upstream_calls_max = 1000",
        "body_kib = 1024",
        "head_seconds = 10",
        "keep_alive_seconds = 75",
        "headers_max = 64",
        "headers_kib = 32",
        "login_waits = [\"3:2\"",
        "login_failures_max = 100",
        "login_forget_hours = 12",
    ] {
        assert!(shown.contains(line), "{line} in\n{shown}");
    }
    let rows = [
        ("ACCORD_GATE__CONNECT_SECONDS", "0", "gate.connect_seconds: give a number from 1 to 120"),
        ("ACCORD_GATE__ANSWER_SECONDS", "86401", "gate.answer_seconds"),
        ("ACCORD_GATE__UPSTREAM_CALLS_MAX", "0", "gate.upstream_calls_max"),
        ("ACCORD_GATE__BODY_KIB", "0", "gate.body_kib"),
        ("ACCORD_GATE__ACCESS_LINES", "perhaps", "give true or false"),
        ("ACCORD_LOG__OTLP_URL", "http://collector:4318/v1/traces", "log.otlp_url: give an http:// or https://"),
        ("ACCORD_LOG__OTLP_PERCENT", "101", "log.otlp_percent: give a number from 0 to 100"),
        ("ACCORD_GATE__BODY_SECONDS", "0", "gate.body_seconds"),
        ("ACCORD_GATE__HEAD_SECONDS", "0", "gate.head_seconds"),
        ("ACCORD_PORTAL__HEAD_SECONDS", "301", "portal.head_seconds"),
        ("ACCORD_PORTAL__KEEP_ALIVE_SECONDS", "0", "portal.keep_alive_seconds"),
        ("ACCORD_GATE__KEEP_ALIVE_SECONDS", "3601", "gate.keep_alive_seconds"),
        ("ACCORD_SERVER__HEADERS_MAX", "96", "server.headers_max: give a number from 16 to 90"),
        ("ACCORD_SERVER__HEADERS_KIB", "128", "server.headers_kib"),
        ("ACCORD_ACCOUNTS__LOGIN_WAITS", "3:2,2:5", "accounts.login_waits: “2:5” must have more failures"),
        ("ACCORD_ACCOUNTS__LOGIN_FAILURES_MAX", "101", "accounts.login_failures_max"),
        ("ACCORD_ACCOUNTS__LOGIN_FORGET_HOURS", "0", "accounts.login_forget_hours"),
    ];
    for (name, value, part) in rows {
        let bad = check_config(&[(name, value)]);
        let said = String::from_utf8(bad.stderr).unwrap();
        assert!(!bad.status.success() && said.contains(part), "{name}={value}: {said}");
    }
}

/// Sends bytes and reads until the server hangs up, for a few seconds at most.
fn talk(address: &str, sent: &str) -> Result<String, std::io::Error> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(4)))?;
    stream.write_all(sent.as_bytes())?;
    let mut got = Vec::new();
    stream.read_to_end(&mut got)?;
    Ok(String::from_utf8_lossy(&got).into_owned())
}

#[test]
fn the_running_program_follows_its_settings_on_both_listeners() {
    let folder = TempFolder::new();
    let file = folder.path().join("settings.toml");
    let text = "[portal]\nlisten = '127.0.0.1:0'\nhead_seconds = 1\nkeep_alive_seconds = 1\n\
        [gate]\nlisten = '127.0.0.1:0'\nhead_seconds = 1\nkeep_alive_seconds = 1\n\
        [server]\nheaders_max = 20\nheaders_kib = 4\n\
        [accounts]\nargon2_memory_kib = 64\nargon2_iterations = 1\nlogin_waits = ['1:40']\n[log]\nlevel = 'error'\n";
    std::fs::write(&file, text).unwrap();
    let (data, file) = (folder.path().display().to_string(), file.display().to_string());
    let program = [PROGRAM, "serve", "--data", &data, "--config", &file];
    let portal = std::cell::RefCell::new(None);
    let address = |line: &str, name: &str| {
        line.strip_prefix(name).map(|url| url.trim().trim_start_matches("http://").trim_end_matches('/').to_owned())
    };
    let (_program, gate) = Guarded::start(&program, Stop::Program("TERM"), None, None, |line| {
        if let Some(found) = address(line, "portal") {
            portal.replace(Some(found));
        }
        address(line, "gate")
    })
    .unwrap();
    let portal = portal.into_inner().unwrap();
    for (address, path) in [(&portal, "/api/v1/terms"), (&portal, "/help"), (&gate, "/healthz")] {
        let ask = |headers: &str| {
            talk(address, &format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n")).unwrap()
        };
        assert!(ask(&"X-A: 1\r\n".repeat(17)).starts_with("HTTP/1.1 200"), "{address}{path}");
        for headers in ["X-A: 1\r\n".repeat(21), format!("X-A: {}\r\n", "x".repeat(4_096))] {
            let got = ask(&headers);
            assert!(got.starts_with("HTTP/1.1 431") && got.contains("20"), "{address}{path}: {got}");
        }
        let slow = talk(address, &format!("GET {path} HTTP/1.1\r\nHost: ")).expect("a slow head is given up");
        assert!(slow.starts_with("HTTP/1.1 408"), "{address}: {slow}");
        let idle =
            talk(address, &format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n")).expect("an idle connection is closed");
        assert!(idle.starts_with("HTTP/1.1 200"), "{address}: {idle}");
    }
    let login = r#"{"email":"ada@city.example","password":"not the right one"}"#;
    let guess = || {
        let head = "POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json";
        talk(&portal, &format!("{head}\r\nContent-Length: {}\r\n\r\n{login}", login.len())).unwrap()
    };
    assert!(guess().starts_with("HTTP/1.1 401"));
    let second = guess();
    assert!(second.starts_with("HTTP/1.1 429"), "{second}");
    let wait = second.lines().find_map(|line| line.strip_prefix("retry-after: ")).unwrap().parse::<u32>().unwrap();
    assert!((30..=41).contains(&wait), "{wait}");
}
