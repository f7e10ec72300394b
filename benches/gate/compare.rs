//! The comparison: targets in turn, round by round.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::load::{CONNECTIONS, Target, load};
use super::nginx::Nginx;
use super::servers::{SERVICE_SECRET, key_text};
use super::{KEYS, Outcome, ROLE, UPSTREAM};

const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_millis(1_500);
const WARM_UP: Duration = Duration::from_millis(500);
/// Keys of the two gates that are compared.
const FEW: u128 = 1_000;
const MANY: u128 = 100_000;
/// `USER_HZ`, in which the kernel tells CPU time; 100 on every Linux that Rust runs on.
const TICKS_PER_SECOND: f64 = 100.0;

/// A server in a process of its own; it ends when this is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Server {
    pub(crate) fn start(role: &str, cores: Option<&str>, upstream: Option<SocketAddr>, keys: u128) -> Outcome<Self> {
        let program = std::env::current_exe()?;
        let mut command = cores.map_or_else(
            || Command::new(&program),
            |cores| {
                let mut command = Command::new("taskset");
                command.args(["-c", cores]).arg(&program);
                command
            },
        );
        command.env(ROLE, role).env(KEYS, keys.to_string()).stdin(Stdio::piped()).stdout(Stdio::piped());
        if let Some(upstream) = upstream {
            command.env(UPSTREAM, upstream.to_string());
        }
        let mut child = command.spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().ok_or("the server has no output")?).read_line(&mut line)?;
        Ok(Self { address: line.trim().parse()?, child })
    }

    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        self.child.wait().ok();
    }
}

/// User and system time of a whole process so far, in seconds; none where the kernel does not tell.
fn cpu_seconds(process: u32) -> Option<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, after_name) = stat.rsplit_once(") ")?;
    let ticks = |field: usize| after_name.split(' ').nth(field)?.parse::<f64>().ok();
    Some((ticks(11)? + ticks(12)?) / TICKS_PER_SECOND)
}

fn request(start: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = if body.is_empty() { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
    format!("{start} HTTP/1.1\r\nHost: bench\r\nAccept: */*\r\n{headers}{length}\r\n{body}").into_bytes()
}

fn bearer(number: u128) -> String {
    format!("Authorization: Bearer {}\r\n", key_text(number))
}

fn reads(keys: u128, from: u128) -> Vec<Vec<u8>> {
    // A step that has no divisor in common with the number of keys, so that neighbours lie far apart in memory.
    (0..keys).map(|number| request("GET /parking/latest", &bearer(from + number * 7_919 % keys), "")).collect()
}

fn targets(bare: &Server, floor: &Server, gates: [&Server; 2], nginx: Option<&Nginx>) -> Vec<Target> {
    let json = "Content-Type: application/json\r\n";
    let question = |number| {
        let key = key_text(number);
        format!(
            "{{\"key\":\"{key}\",\"dataset\":\"parking\",\"method\":\"GET\",\"path\":\"/latest\",\"address\":\"198.51.100.7\"}}"
        )
    };
    let [few, many] = gates;
    let service = format!("{json}Authorization: Bearer {SERVICE_SECRET}\r\n");
    let asked =
        format!("X-Accord-Service: {SERVICE_SECRET}\r\nX-Original-Method: GET\r\nX-Original-URI: /parking/latest\r\n");
    let each = |make: &dyn Fn(u128) -> Vec<u8>| (0..FEW).map(make).collect::<Vec<_>>();
    let of = |name: &str, server: &Server, requests, status: &'static [u8]| Target {
        name: name.to_owned(),
        address: server.address,
        process: server.process(),
        requests,
        status,
    };
    let verify = |number| request("POST /v1/keys/verify", &service, &question(number));
    let auth = |number| request("GET /v1/forward-auth?proxy=nginx", &(asked.clone() + &bearer(number)), "");
    let mut targets = vec![
        of("bare actix-web: hello", bare, vec![request("GET /hello", "", "")], b"200"),
        of("bare actix-web: JSON in and out", bare, each(&|n| request("POST /echo", json, &question(n))), b"200"),
        of("verify door", few, each(&verify), b"200"),
        of("forward-auth door", few, each(&auth), b"200"),
        of("bare hyper: proxy without a check", floor, reads(FEW, 0), b"200"),
        of("gateway door, 1 KB answer", few, reads(FEW, 0), b"200"),
        of("gateway door, 100,000 keys", many, reads(MANY, 0), b"200"),
        of("gateway door, unknown key", few, reads(FEW, MANY), b"401"),
    ];
    if let Some(nginx) = nginx {
        let of_nginx = |name: &str, address| Target {
            name: name.to_owned(),
            address,
            process: nginx.process(),
            requests: reads(FEW, 0),
            status: b"200",
        };
        targets.push(of_nginx("nginx, plain proxy without a check", nginx.plain));
        targets.push(of_nginx("nginx, auth_request to a static 204", nginx.asking_static));
        targets.push(of_nginx("nginx, auth_request to the gate", nginx.asking_gate));
    }
    targets
}

pub(crate) fn compare() -> Outcome<()> {
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
    let upstream = Server::start("upstream", rest, None, 0)?;
    let bare = Server::start("bare", first, None, 0)?;
    let floor = Server::start("bare hyper", first, Some(upstream.address), 0)?;
    let few = Server::start("gate", first, Some(upstream.address), FEW)?;
    let many = Server::start("gate", first, Some(upstream.address), MANY)?;
    let nginx = Nginx::start(first, upstream.address, few.address)?;
    if nginx.is_none() {
        println!("nginx is not installed; its rows are left out\n");
    }
    let targets = targets(&bare, &floor, [&few, &many], nginx.as_ref());
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let is_wanted = |target: &&Target| wanted.is_empty() || wanted.iter().any(|part| target.name.contains(part));
    let targets: Vec<&Target> = targets.iter().filter(is_wanted).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    for target in &targets {
        runtime.block_on(load(target, WARM_UP))?;
    }
    let mut measured = vec![Vec::new(); targets.len()];
    for _ in 0..ROUNDS {
        for (target, measured) in targets.iter().zip(&mut measured) {
            let before = cpu_seconds(target.process);
            let (count, seconds) = runtime.block_on(load(target, ROUND))?;
            let cpu = cpu_seconds(target.process).zip(before).map(|(after, before)| (after - before) * 1e6 / count);
            measured.push((count / seconds, cpu.unwrap_or(f64::NAN)));
        }
    }
    let pinned = if is_pinned { "server on the first" } else { "not pinned" };
    println!("{cores} cores, {pinned}; {CONNECTIONS} connections, median of {ROUNDS} rounds\n");
    print_table(&targets, &measured);
    Ok(())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn print_table(targets: &[&Target], measured: &[Vec<(f64, f64)>]) {
    let cpu = |measured: &[(f64, f64)]| median(measured.iter().map(|(_, cpu)| *cpu).collect());
    let beside = |name: &str| {
        let mut of = targets.iter().zip(measured).filter(|(target, _)| target.name.starts_with(name));
        of.next().map_or(f64::NAN, |(_, measured)| cpu(measured))
    };
    let (hello, nginx) = (beside("bare actix-web: hello"), beside("nginx, plain"));
    println!("| target | req/s | CPU µs/req | × bare hello | × nginx without a check |");
    println!("|---|---|---|---|---|");
    for (target, measured) in targets.iter().zip(measured) {
        let rate = median(measured.iter().map(|(rate, _)| *rate).collect());
        let cpu = cpu(measured);
        println!("| {} | {rate:.0} | {cpu:.1} | {:.2} | {:.2} |", target.name, cpu / hello, cpu / nginx);
    }
}
