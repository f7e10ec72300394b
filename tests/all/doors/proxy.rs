//! The proxies: which files of `deploy/` they take, how each is checked and started.
//!
//! An example is used as it stands, but for the places it names: ports, the service credential, its own folder. Where a
//! program is, `ACCORD_TEST_NGINX` and its like say; without one it is looked for on the path and where `tests/run` puts
//! it, and without a program the test says that it did nothing.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::LATEST;
use crate::harness::files::{TempFolder, free_port};
use crate::harness::process::{Guarded, Stop};

/// How long a proxy may take to listen.
const START: Duration = Duration::from_secs(30);

/// The places that an example names, each with what stands there in a test.
pub(super) struct Places<'a> {
    pub(super) gate: u16,
    pub(super) feed: u16,
    pub(super) credential: &'a str,
}

/// One kind of proxy.
pub(super) struct Proxy {
    pub(super) name: &'static str,
    variable: &'static str,
    /// Files of `deploy/`; each is put into the proxy's folder.
    files: &'static [&'static str],
    /// Checks the configuration and says nothing of starting; none where the program has no such command.
    check: &'static [&'static str],
    run: &'static [&'static str],
    /// Whether `RateLimit` reaches the client with a call that is served.
    pub(super) tells_limits_of_served_calls: bool,
}

pub(super) const NGINX: Proxy = Proxy {
    name: "nginx",
    variable: "ACCORD_TEST_NGINX",
    files: &["nginx-forward-auth.conf"],
    check: &["-t", "-e", "stderr", "-p", ".", "-c", "nginx.conf"],
    run: &["-e", "stderr", "-p", ".", "-c", "nginx.conf"],
    tells_limits_of_served_calls: true,
};

pub(super) const ENVOY: Proxy = Proxy {
    name: "envoy",
    variable: "ACCORD_TEST_ENVOY",
    files: &["envoy.yaml"],
    check: &["--mode", "validate", "-l", "warning", "-c", "envoy.yaml"],
    run: &["-l", "warning", "--concurrency", "1", "--use-dynamic-base-id", "-c", "envoy.yaml"],
    tells_limits_of_served_calls: true,
};

pub(super) const CADDY: Proxy = Proxy {
    name: "caddy",
    variable: "ACCORD_TEST_CADDY",
    files: &["Caddyfile"],
    check: &["validate", "--config", "Caddyfile", "--adapter", "caddyfile"],
    run: &["run", "--config", "Caddyfile", "--adapter", "caddyfile"],
    tells_limits_of_served_calls: true,
};

pub(super) const TRAEFIK: Proxy = Proxy {
    name: "traefik",
    variable: "ACCORD_TEST_TRAEFIK",
    files: &["traefik/traefik.yaml", "traefik/routes.yaml"],
    check: &[],
    run: &["--configFile=traefik.yaml"],
    tells_limits_of_served_calls: false,
};

pub(super) const HAPROXY: Proxy = Proxy {
    name: "haproxy",
    variable: "ACCORD_TEST_HAPROXY",
    files: &["haproxy.cfg", "haproxy-forward-auth.lua"],
    check: &["-c", "-f", "haproxy.cfg"],
    run: &["-db", "-f", "haproxy.cfg"],
    tells_limits_of_served_calls: true,
};

/// What stands around the part of nginx's configuration that the example is.
const NGINX_AROUND: &str = "pid nginx.pid;\nerror_log stderr;\ndaemon off;\nevents {}\nhttp {\n  access_log off;\n  \
    client_body_temp_path body;\n  proxy_temp_path proxy;\n  fastcgi_temp_path fastcgi;\n  uwsgi_temp_path uwsgi;\n  \
    scgi_temp_path scgi;\n  server {\n    listen 127.0.0.1:8000;\n    include nginx-forward-auth.conf;\n  }\n}\n";

/// A proxy that listens; it ends when dropped.
pub(super) struct Running {
    pub(super) port: u16,
    _program: Guarded,
}

impl Proxy {
    /// Whether there is a program to start.
    pub(super) fn is_there(&self) -> bool {
        let is_there = self.program().is_some();
        if !is_there {
            eprintln!(
                "{} is not here: nothing was tried ({} names it; tests/run installs it)",
                self.name, self.variable
            );
        }
        is_there
    }

    fn program(&self) -> Option<PathBuf> {
        if let Ok(named) = std::env::var(self.variable) {
            assert!(Path::new(&named).is_file(), "{} names {named}, which is not there", self.variable);
            return Some(PathBuf::from(named));
        }
        let path = std::env::var("PATH").unwrap_or_default();
        let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/proxies/bin");
        let folders = std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin"), own]);
        folders.map(|folder| folder.join(self.name)).find(|program| program.is_file())
    }

    /// Writes the example with these places into a folder of its own, checks it and starts the proxy on it.
    pub(super) async fn start(&self, places: &Places<'_>) -> Running {
        let program = self.program().unwrap().display().to_string();
        let folder = TempFolder::new().hand_over();
        let port = free_port();
        let put = |name: &str, text: &str| {
            let text = filled(text, port, places, &folder);
            std::fs::write(folder.join(Path::new(name).file_name().unwrap()), text).unwrap();
        };
        for file in self.files {
            let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy").join(file);
            put(file, &std::fs::read_to_string(example).unwrap());
        }
        if self.files == NGINX.files {
            put("nginx.conf", NGINX_AROUND);
        }
        if !self.check.is_empty() {
            let mut check = Command::new(&program);
            let checked = check.args(self.check).current_dir(&folder).env("HOME", &folder).output().unwrap();
            let said = String::from_utf8_lossy(&checked.stderr).into_owned();
            assert!(checked.status.success(), "{}: {said}", self.name);
        }
        let home = format!("HOME={}", folder.display());
        let begin = ["sh", "-c", "echo begins; exec env \"$@\" 2>&1", "sh", &home, &program];
        let words: Vec<&str> = begin.into_iter().chain(self.run.iter().copied()).collect();
        let ready = |line: &str| (line == "begins").then_some(());
        let (running, ()) = Guarded::start(&words, Stop::Group("KILL"), Some(&folder), None, ready).unwrap();
        // Some listen before they have read what they serve, and say 404 until then.
        let serves = async {
            while is_not_found(port).await {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        assert!(tokio::time::timeout(START, serves).await.is_ok(), "{} does not serve", self.name);
        Running { port, _program: running }
    }
}

async fn is_not_found(port: u16) -> bool {
    let asked = reqwest::get(format!("http://127.0.0.1:{port}{LATEST}")).await;
    asked.map_or(true, |answer| answer.status() == 404)
}

/// An example with what a city would write in place of what stands there. In one pass, so that what is put in is not
/// taken for a place again.
fn filled(example: &str, own: u16, places: &Places<'_>, folder: &Path) -> String {
    let folder = format!("{}/", folder.display());
    let (own, gate, feed) = (own.to_string(), places.gate.to_string(), places.feed.to_string());
    let stands = [
        ("8000", own.as_str()),
        ("8081", gate.as_str()),
        ("9000", feed.as_str()),
        ("PUT-THE-SERVICE-CREDENTIAL-HERE", places.credential),
        ("/etc/haproxy/", folder.as_str()),
        ("/etc/traefik/", folder.as_str()),
    ];
    let mut text = String::new();
    let mut rest = example;
    while let Some((at, was, is)) =
        stands.iter().filter_map(|(was, is)| Some((rest.find(was)?, *was, *is))).min_by_key(|(at, ..)| *at)
    {
        text += &rest[..at];
        text += is;
        rest = &rest[at + was.len()..];
    }
    text + rest
}

#[test]
fn an_example_is_filled_in_one_pass() {
    let places = Places { gate: 9000, feed: 8000, credential: "acs_8081" };
    let text = filled("a 8000 b 8081 c 9000 PUT-THE-SERVICE-CREDENTIAL-HERE", 1, &places, Path::new("/x"));
    assert_eq!(text, "a 1 b 9000 c 8000 acs_8081");
}
