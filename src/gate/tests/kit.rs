//! A gate, a scripted upstream and a client that writes raw bytes, all on the loopback.

use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::domain::key::Digest;
use crate::domain::net::{CidrList, UpstreamNetworks};
use crate::gate::grants::{GrantChange, Publication};
use crate::gate::meter::{Drained, Meter, MeterBounds};
use crate::gate::testing::{ISSUER, StandingClock, grants, key_text, noon, publication};
use crate::gate::verify::{KillAnswer, KillSwitch};
use crate::gate::{GateOptions, GateServer, GateShared, serve};

/// What an upstream does after it wrote its bytes.
#[derive(Clone, Copy)]
pub(super) enum Then {
    KeepAlive,
    Close,
    Hang,
}

/// An upstream that answers each request by a script and remembers what it was sent.
pub(super) struct ScriptedUpstream {
    pub(super) base_url: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl ScriptedUpstream {
    pub(super) async fn start(script: impl Fn(&str) -> (Vec<u8>, Then) + Send + Sync + 'static) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let (seen, script) = (Arc::new(Mutex::new(Vec::new())), Arc::new(script));
        let noted = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, Arc::clone(&noted), Arc::clone(&script)));
            }
        });
        Self { base_url, seen }
    }

    /// One that answers every request with a small JSON body.
    pub(super) async fn plain() -> Self {
        Self::start(|_| (answer("Content-Type: application/json\r\n", "{\"free\":7}"), Then::KeepAlive)).await
    }

    pub(super) fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

pub(super) fn answer(headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

async fn converse(
    mut stream: TcpStream,
    seen: Arc<Mutex<Vec<String>>>,
    script: Arc<impl Fn(&str) -> (Vec<u8>, Then) + Send + Sync + 'static>,
) {
    while let Some(request) = read_request(&mut stream).await {
        let (bytes, then) = script(&request);
        seen.lock().unwrap().push(request);
        if stream.write_all(&bytes).await.is_err() {
            return;
        }
        match then {
            Then::KeepAlive => {}
            Then::Close => return,
            Then::Hang => std::future::pending().await,
        }
    }
}

async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let lower = head.to_ascii_lowercase();
            let length = lower.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
            let is_chunked = lower.contains("transfer-encoding: chunked");
            let is_whole = if is_chunked { body.ends_with("0\r\n\r\n") } else { body.len() >= length.unwrap_or(0) };
            if is_whole {
                return Some(text);
            }
        }
        let mut piece = [0; 4096];
        match stream.read(&mut piece).await {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend_from_slice(&piece[..count]),
        }
    }
}

/// Remembers what it was asked to kill.
struct Switch(Arc<Mutex<Vec<Digest>>>, KillAnswer);

impl KillSwitch for Switch {
    fn kill(&self, digest: Digest) -> BoxFuture<'static, KillAnswer> {
        self.0.lock().unwrap().push(digest);
        std::future::ready(self.1).boxed()
    }
}

pub(super) struct Gate {
    pub(super) address: SocketAddr,
    pub(super) shared: GateShared,
    pub(super) clock: StandingClock,
    pub(super) killed: Arc<Mutex<Vec<Digest>>>,
    _server: GateServer,
}

/// How a test's gate differs from the usual one.
pub(super) struct Setup {
    pub(super) all: Publication,
    pub(super) options: GateOptions,
    pub(super) kill: KillAnswer,
    pub(super) keeps_lines: bool,
}

impl Setup {
    /// The usual picture with upstreams on the loopback, which is opened.
    pub(super) fn on(upstream: &ScriptedUpstream) -> Self {
        let options = GateOptions {
            upstream_networks: UpstreamNetworks::opening(CidrList::parse("127.0.0.0/8").unwrap()),
            issuer: ISSUER.to_owned(),
            workers: 1,
            request_body_max_bytes: 1000,
            request_body_deadline: Duration::from_millis(200),
            ..GateOptions::default()
        };
        Self { all: publication(&upstream.base_url), options, kill: KillAnswer::Ended, keeps_lines: false }
    }

    pub(super) fn trusting_loopback(mut self) -> Self {
        self.options.trusted_proxies = CidrList::parse("127.0.0.1").unwrap();
        self
    }

    pub(super) fn start(self) -> Gate {
        let clock = StandingClock::at(noon());
        let killed = Arc::new(Mutex::new(Vec::new()));
        let switch = Arc::new(Switch(Arc::clone(&killed), self.kill));
        let meter = Meter::new(MeterBounds::default());
        let meter = if self.keeps_lines { meter.keeping_lines() } else { meter };
        let shared = GateShared::new(self.options, grants(self.all), meter, clock.gate_clock(), switch);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = serve(&listener, &shared).unwrap();
        Gate { address, shared, clock, killed, _server: server }
    }
}

/// An answer as it stood on the wire.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    head: String,
    pub(super) body: String,
    /// Whether the body is as long as its framing promised.
    pub(super) is_whole: bool,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let is_it = |line: &&str| line.split(':').next().is_some_and(|found| found.eq_ignore_ascii_case(name));
        self.head.lines().find(is_it).and_then(|line| line.split_once(": ")).map(|(_, value)| value)
    }

    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub(super) fn code(&self) -> String {
        self.json()["code"].as_str().unwrap().to_owned()
    }

    fn read(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        let mut answer = Self { status, head: head.to_owned(), body: body.to_owned(), is_whole: false };
        if answer.header("transfer-encoding") == Some("chunked") {
            answer.is_whole = body.ends_with("0\r\n\r\n");
        } else {
            let length = answer.header("content-length").and_then(|value| value.parse::<usize>().ok());
            answer.is_whole = length.is_none_or(|length| length == body.len());
        }
        answer
    }
}

impl Gate {
    /// Sends raw bytes and reads until the gate hangs up.
    pub(super) async fn raw(&self, request: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request).await.unwrap();
        let mut bytes = Vec::new();
        // A reset after the answer is as good an end as any.
        stream.read_to_end(&mut bytes).await.ok();
        Answer::read(&bytes)
    }

    /// A request with these headers, and then no more.
    pub(super) async fn send(&self, method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = format!("{method} {target} HTTP/1.1\r\nHost: gate\r\nConnection: close\r\n");
        for (name, value) in headers {
            request += &[name, ": ", value, "\r\n"].concat();
        }
        if !body.is_empty() {
            request += &["Content-Length: ", &body.len().to_string(), "\r\n"].concat();
        }
        request.push_str("\r\n");
        request.push_str(body);
        self.raw(request.as_bytes()).await
    }

    /// A read with key 1.
    pub(super) async fn get(&self, target: &str) -> Answer {
        self.get_with(target, &[]).await
    }

    pub(super) async fn get_with(&self, target: &str, headers: &[(&str, &str)]) -> Answer {
        let bearer = format!("Bearer {}", key_text(1));
        let mut all = vec![("Authorization", bearer.as_str())];
        all.extend_from_slice(headers);
        self.send("GET", target, &all, "").await
    }

    pub(super) fn apply(&self, change: GrantChange) {
        self.shared.grants().apply(vec![change]);
    }

    pub(super) fn drain(&self) -> Drained {
        self.shared.meter().drain()
    }
}

/// An upstream that holds every call until it is told to let go, and counts how many it holds.
pub(super) struct HoldingUpstream {
    pub(super) base_url: String,
    held: tokio::sync::watch::Sender<(usize, usize)>,
    open: tokio::sync::watch::Sender<bool>,
}

impl HoldingUpstream {
    pub(super) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let (held, open) = (tokio::sync::watch::Sender::new((0, 0)), tokio::sync::watch::Sender::new(false));
        let (counting, opening) = (held.clone(), open.clone());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (counting, mut opening) = (counting.clone(), opening.subscribe());
                tokio::spawn(async move {
                    while read_request(&mut stream).await.is_some() {
                        counting.send_modify(|(now, most)| {
                            *now += 1;
                            *most = (*most).max(*now);
                        });
                        opening.wait_for(|is_open| *is_open).await.unwrap();
                        counting.send_modify(|(now, _)| *now -= 1);
                        stream.write_all(&answer("", "good")).await.ok();
                    }
                });
            }
        });
        Self { base_url, held, open }
    }

    /// Waits until so many calls are held.
    pub(super) async fn held(&self, count: usize) {
        self.held.subscribe().wait_for(|(now, _)| *now >= count).await.unwrap();
    }

    pub(super) fn release(&self) {
        self.open.send_replace(true);
    }

    pub(super) fn most_at_once(&self) -> usize {
        self.held.borrow().1
    }
}
