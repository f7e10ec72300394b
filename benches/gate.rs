//! What a request costs at the gate, beside a bare actix-web handler, in one run: `cargo bench --bench gate`.
//!
//! The servers run as processes of their own with one worker each, on the first core where `taskset` is there; the load
//! and the upstream share the others. Targets take turns in short rounds, so that all see the same machine; the table
//! shows medians. The figure to compare is the CPU time of the server process per request; requests per second depend
//! on what the load generator leaves over.
#![expect(clippy::print_stdout, reason = "a benchmark's product is what it prints")]

use std::error::Error;
use std::io::{BufRead, BufReader, Read};
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use accord::domain::id::{AccountId, AgreementId, DatasetId, KeyId, ServiceId};
use accord::domain::key::{Digest, KeyState, KeyText, Mode};
use accord::domain::limits::Limits;
use accord::domain::net::{CidrList, UpstreamNetworks};
use accord::domain::scope::Operation;
use accord::domain::tier::Tier;
use accord::gate::clock::GateClock;
use accord::gate::grants::{
    AgreementGrant, DatasetGrant, GrantRules, Grants, KeyGrant, Publication, ScheduleGrant, ServiceGrant, UpstreamGrant,
};
use accord::gate::meter::{Meter, MeterBounds};
use accord::gate::verify::{KillAnswer, KillSwitch};
use accord::gate::{GateOptions, GateShared};
use actix_web::{App, HttpResponse, HttpServer, web};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, join_all};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;
use uuid::Uuid;

type Outcome<T> = Result<T, Box<dyn Error>>;

const KEYS: u128 = 1_000;
const CONNECTIONS: usize = 64;
const ROUNDS: usize = 3;
const ROUND: Duration = Duration::from_millis(1_800);
const WARM_UP: Duration = Duration::from_millis(400);
const SERVICE_SECRET: &str = "bench-service";
const ROLE: &str = "ACCORD_BENCH_ROLE";
const UPSTREAM: &str = "ACCORD_BENCH_UPSTREAM";
/// `USER_HZ`, in which the kernel tells CPU time; 100 on every Linux that Rust runs on.
const TICKS_PER_SECOND: f64 = 100.0;

fn main() -> Outcome<()> {
    match std::env::var(ROLE).as_deref() {
        Ok("bare") => serve_bare(),
        Ok("gate") => serve_gate(&std::env::var(UPSTREAM)?),
        Ok("upstream") => serve_upstream(),
        _ => compare(),
    }
}

fn key_text(number: u128) -> String {
    KeyText::make("nwk", Mode::Live, Digest::of(&format!("bench key {number}")).bytes()).reveal()
}

// ---- The servers ----

/// Tells the port to the parent, serves, and ends when the parent closes our input.
fn run_until_closed(listener: &TcpListener, server: impl Future<Output = std::io::Result<()>>) -> Outcome<()> {
    println!("{}", listener.local_addr()?);
    std::thread::spawn(|| {
        let mut nothing = Vec::new();
        // However the input ends, the parent is done with us.
        std::io::stdin().read_to_end(&mut nothing).ok();
        #[expect(clippy::disallowed_methods, reason = "a child of the benchmark has nothing to drain")]
        std::process::exit(0);
    });
    actix_web::rt::System::new().block_on(server)?;
    Ok(())
}

#[derive(Serialize)]
struct Hello {
    status: &'static str,
}

#[derive(Deserialize)]
struct Echo {
    key: String,
    dataset: String,
}

#[derive(Serialize)]
struct Echoed {
    outcome: &'static str,
    key: usize,
    dataset: String,
}

async fn hello() -> HttpResponse {
    HttpResponse::Ok().json(Hello { status: "ok" })
}

async fn echo(body: web::Json<Echo>) -> HttpResponse {
    HttpResponse::Ok().json(Echoed { outcome: "ok", key: body.key.len(), dataset: body.dataset.clone() })
}

fn serve_bare() -> Outcome<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let ours = listener.try_clone()?;
    let server = async move {
        let app = || App::new().route("/hello", web::get().to(hello)).route("/echo", web::post().to(echo));
        HttpServer::new(app).workers(1).disable_signals().listen(ours)?.run().await
    };
    run_until_closed(&listener, server)
}

async fn reading() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(format!("{{\"readings\":\"{}\"}}", "7".repeat(1_000)))
}

fn serve_upstream() -> Outcome<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let ours = listener.try_clone()?;
    let server = async move {
        let app = || App::new().default_service(web::to(reading));
        HttpServer::new(app).workers(1).disable_signals().listen(ours)?.run().await
    };
    run_until_closed(&listener, server)
}

struct NoSwitch;

impl KillSwitch for NoSwitch {
    fn kill(&self, _digest: Digest) -> BoxFuture<'static, KillAnswer> {
        std::future::ready(KillAnswer::Unknown).boxed()
    }
}

fn publication(upstream: &str) -> Outcome<Publication> {
    let dataset = DatasetId::from_uuid(Uuid::from_u128(1));
    let feed = UpstreamGrant {
        base_url: format!("http://{upstream}"),
        credential: None,
        timeout_ms: 5_000,
        body_max_bytes: 1 << 20,
    };
    let plan = "1000000/second burst 1000000, 1000000/minute burst 1000000, 1000000000000/day";
    let agreement = |number| -> Outcome<AgreementGrant> {
        Ok(AgreementGrant {
            id: AgreementId::from_uuid(Uuid::from_u128(number)),
            number: format!("DSA-2026-{number:04}"),
            holder: AccountId::from_uuid(Uuid::from_u128(number)),
            is_live: true,
            ends_at: None,
            holds: Vec::new(),
            schedules: vec![ScheduleGrant {
                dataset,
                operations: vec!["read".to_owned()],
                limits: Limits::parse(plan)?,
                networks: CidrList::default(),
                hours: Vec::new(),
                ends_at: None,
            }],
            previous: None,
        })
    };
    let key = |number| -> Outcome<KeyGrant> {
        Ok(KeyGrant {
            id: KeyId::from_uuid(Uuid::from_u128(number)),
            digest: Digest::of(&key_text(number)),
            agreement: AgreementId::from_uuid(Uuid::from_u128(number)),
            state: KeyState::Active,
            scopes: vec!["parking:read".parse()?],
            limits: Limits::default(),
            networks: CidrList::default(),
            expires_at: None,
            holds: Vec::new(),
        })
    };
    Ok(Publication {
        datasets: vec![DatasetGrant {
            id: dataset,
            slug: "parking".to_owned(),
            tier: Tier::Conditioned,
            operations: Operation::usual(),
            upstream: Some(feed),
            allows_query_key: false,
            open_limits: Limits::default(),
        }],
        holders: Vec::new(),
        agreements: (0..KEYS).map(agreement).collect::<Outcome<_>>()?,
        keys: (0..KEYS).map(key).collect::<Outcome<_>>()?,
        services: vec![ServiceGrant {
            id: ServiceId::from_uuid(Uuid::from_u128(1)),
            name: "bench".to_owned(),
            digest: Digest::of(SERVICE_SECRET),
            is_live: true,
        }],
    })
}

fn serve_gate(upstream: &str) -> Outcome<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let loopback = CidrList::parse("127.0.0.0/8")?;
    let options = GateOptions {
        upstream_networks: UpstreamNetworks::opening(loopback.clone()),
        trusted_proxies: loopback,
        workers: 1,
        ..GateOptions::default()
    };
    let rules = GrantRules { key_prefix: "nwk".to_owned(), stale_after: Duration::from_secs(600) };
    let grants = Grants::new(rules);
    grants.publish(publication(upstream)?);
    let clock = accord::clock::Clock::system();
    let clock = GateClock::new(Arc::new(move || clock.now()));
    let meter = Meter::new(MeterBounds::default());
    let shared = GateShared::new(options, grants, meter, clock, Arc::new(NoSwitch));
    shared.confirm_fresh();
    let ours = listener.try_clone()?;
    let server = async move {
        // Usage is taken away as a feed would, so that its cost is in the figure.
        let fed = shared.clone();
        actix_web::rt::spawn(async move {
            let mut pace = actix_web::rt::time::interval(Duration::from_secs(1));
            loop {
                pace.tick().await;
                drop(fed.meter().drain());
            }
        });
        accord::gate::serve(ours, shared)?.await
    };
    run_until_closed(&listener, server)
}

// ---- The comparison ----

/// A server in a process of its own; it ends when this is dropped.
struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    fn start(role: &str, cores: Option<&str>, upstream: Option<SocketAddr>) -> Outcome<Self> {
        let program = std::env::current_exe()?;
        let mut command = cores.map_or_else(
            || Command::new(&program),
            |cores| {
                let mut command = Command::new("taskset");
                command.args(["-c", cores]).arg(&program);
                command
            },
        );
        command.env(ROLE, role).stdin(Stdio::piped()).stdout(Stdio::piped());
        if let Some(upstream) = upstream {
            command.env(UPSTREAM, upstream.to_string());
        }
        let mut child = command.spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().ok_or("the server has no output")?).read_line(&mut line)?;
        Ok(Self { address: line.trim().parse()?, child })
    }

    /// User and system time of the whole process so far, in seconds; none where the kernel does not tell.
    fn cpu_seconds(&self) -> Option<f64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).ok()?;
        let (_, after_name) = stat.rsplit_once(") ")?;
        let ticks = |field: usize| after_name.split(' ').nth(field)?.parse::<f64>().ok();
        Some((ticks(11)? + ticks(12)?) / TICKS_PER_SECOND)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        self.child.wait().ok();
    }
}

struct Target<'a> {
    name: &'static str,
    server: &'a Server,
    requests: Vec<Vec<u8>>,
    status: &'static [u8],
    measured: Vec<(f64, Option<f64>)>,
}

fn request(start: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = if body.is_empty() { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
    format!("{start} HTTP/1.1\r\nHost: bench\r\nAccept: */*\r\n{headers}{length}\r\n{body}").into_bytes()
}

fn targets<'a>(bare: &'a Server, gate: &'a Server) -> Vec<Target<'a>> {
    let json = "Content-Type: application/json\r\n";
    let question = |number| {
        let key = key_text(number);
        format!(
            "{{\"key\":\"{key}\",\"dataset\":\"parking\",\"method\":\"GET\",\"path\":\"/latest\",\"address\":\"198.51.100.7\"}}"
        )
    };
    let bearer = |number| format!("Authorization: Bearer {}\r\n", key_text(number));
    let service = format!("{json}Authorization: Bearer {SERVICE_SECRET}\r\n");
    let asked =
        format!("X-Accord-Service: {SERVICE_SECRET}\r\nX-Original-Method: GET\r\nX-Original-URI: /parking/latest\r\n");
    let each = |make: &dyn Fn(u128) -> Vec<u8>| (0..KEYS).map(make).collect();
    let target = |name, server, requests, status| Target { name, server, requests, status, measured: Vec::new() };
    let verify = |number| request("POST /v1/keys/verify", &service, &question(number));
    let auth = |number| request("GET /v1/forward-auth?proxy=nginx", &(asked.clone() + &bearer(number)), "");
    vec![
        target("bare actix-web: hello", bare, vec![request("GET /hello", "", "")], b"200"),
        target("bare actix-web: JSON in and out", bare, each(&|n| request("POST /echo", json, &question(n))), b"200"),
        target("verify door", gate, each(&verify), b"200"),
        target("forward-auth door", gate, each(&auth), b"200"),
        target("gateway door, 1 KB answer", gate, each(&|n| request("GET /parking/latest", &bearer(n), "")), b"200"),
        target(
            "gateway door, unknown key",
            gate,
            each(&|n| request("GET /parking/latest", &bearer(n + KEYS), "")),
            b"401",
        ),
    ]
}

fn compare() -> Outcome<()> {
    let has_taskset = Command::new("taskset").arg("--version").stdout(Stdio::null()).status().is_ok();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let is_pinned = has_taskset && cores > 1;
    let rest = format!("1-{}", cores.saturating_sub(1));
    let (first, rest) = if is_pinned { (Some("0"), Some(rest.as_str())) } else { (None, None) };
    if is_pinned {
        // This process makes the load; should pinning it fail, the figures are only less steady.
        let us = std::process::id().to_string();
        Command::new("taskset").args(["-cp", rest.unwrap_or("0"), &us]).stdout(Stdio::null()).status().ok();
    }
    let upstream = Server::start("upstream", rest, None)?;
    let bare = Server::start("bare", first, None)?;
    let gate = Server::start("gate", first, Some(upstream.address))?;
    let mut targets = targets(&bare, &gate);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    for target in &targets {
        runtime.block_on(load(target, WARM_UP))?;
    }
    for _ in 0..ROUNDS {
        for target in &mut targets {
            let before = target.server.cpu_seconds();
            let (count, seconds) = runtime.block_on(load(target, ROUND))?;
            let cpu = target.server.cpu_seconds().zip(before).map(|(after, before)| (after - before) * 1e6 / count);
            target.measured.push((count / seconds, cpu));
        }
    }
    print_table(&targets, cores, is_pinned);
    Ok(())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn print_table(targets: &[Target<'_>], cores: usize, is_pinned: bool) {
    let pinned = if is_pinned { "server on the first" } else { "not pinned" };
    println!("{cores} cores, {pinned}; {CONNECTIONS} connections, {KEYS} keys, median of {ROUNDS} rounds\n");
    println!("| target | req/s | CPU µs/req | × bare hello | × bare JSON |");
    println!("|---|---|---|---|---|");
    let cpu_of = |target: &Target<'_>| median(target.measured.iter().filter_map(|(_, cpu)| *cpu).collect());
    let mut bare = targets.iter().map(cpu_of);
    let (hello, json) = (bare.next().unwrap_or(f64::NAN), bare.next().unwrap_or(f64::NAN));
    for target in targets {
        let rate = median(target.measured.iter().map(|(rate, _)| *rate).collect());
        let cpu = cpu_of(target);
        println!("| {} | {rate:.0} | {cpu:.1} | {:.2} | {:.2} |", target.name, cpu / hello, cpu / json);
    }
}

/// Requests answered and seconds passed.
async fn load(target: &Target<'_>, time: Duration) -> Outcome<(f64, f64)> {
    #[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
    let start = Instant::now();
    let until = start + time;
    let callers = (0..CONNECTIONS).map(|caller| call(target, caller, until));
    let counts = join_all(callers).await.into_iter().collect::<Outcome<Vec<u32>>>()?;
    Ok((f64::from(counts.iter().sum::<u32>()), start.elapsed().as_secs_f64()))
}

/// Sends one request after another over one connection.
async fn call(target: &Target<'_>, caller: usize, until: Instant) -> Outcome<u32> {
    let mut stream = TcpStream::connect(target.server.address).await?;
    stream.set_nodelay(true)?;
    let mut buffer = Vec::with_capacity(8 * 1024);
    let mut count = 0;
    let each = target.requests.iter().cycle().skip(caller * target.requests.len() / CONNECTIONS);
    for request in each {
        #[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
        if Instant::now() >= until {
            break;
        }
        stream.write_all(request).await?;
        read_answer(&mut stream, &mut buffer, target.status).await?;
        count += 1;
    }
    Ok(count)
}

/// Reads one answer framed by its Content-Length.
async fn read_answer(stream: &mut TcpStream, buffer: &mut Vec<u8>, status: &[u8]) -> Outcome<()> {
    buffer.clear();
    loop {
        if stream.read_buf(buffer).await? == 0 {
            return Err("the server hung up".into());
        }
        let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let (head, body) = buffer.split_at(end + 4);
        if head.get(9..12) != Some(status) {
            return Err(String::from_utf8_lossy(buffer).into_owned().into());
        }
        let name = b"\r\ncontent-length: ";
        let at = head.windows(name.len()).position(|window| window.eq_ignore_ascii_case(name));
        let digits = at.and_then(|at| head.get(at + name.len()..)).unwrap_or_default();
        let digits = digits.iter().take_while(|byte| byte.is_ascii_digit());
        let length = digits.fold(0, |sum, digit| sum * 10 + usize::from(digit - b'0'));
        if body.len() >= length {
            return Ok(());
        }
    }
}
