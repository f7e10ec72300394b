//! How fast bodies are redacted, and in how much memory: `cargo bench --bench redact`.
//!
//! A body of 200 MB is made piece by piece, as it would stream, and pushed through a redactor on one core; nothing of it
//! is kept. The speed is that of the fastest of three runs, in CPU time. Memory is the high-water mark of the whole process.
#![expect(clippy::print_stdout, reason = "a benchmark's product is what it prints")]
#![expect(clippy::disallowed_methods, reason = "a benchmark measures time")]

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use accord::domain::id::DatasetId;
use accord::domain::redaction::{Rule, Treatment};
use accord::gate::redact::{BodyKind, Plan, RedactionKey, Redactor, Setting};
use bytes::BytesMut;
use secrecy::SecretBox;
use tokio::time::Instant;

const BODY_BYTES: usize = 200 * 1000 * 1000;
const PIECE_BYTES: usize = 16 * 1024;
const RUNS: usize = 3;

/// A made-up body: how it begins, its records over and over, and how it ends.
struct Body {
    name: &'static str,
    kind: BodyKind,
    front: &'static str,
    records: String,
    between: &'static str,
    back: &'static str,
}

fn feature(at: u32) -> String {
    let (east, north, day, minute) = (at * 7_919 % 1_000_000, at * 1_047 % 1_000_000, at % 20 + 1, at % 60);
    format!(
        r#"{{"type":"Feature","geometry":{{"type":"Point","coordinates":[-73.{east:06},41.{north:06}]}},"properties":{{"id":{at},"street":"East Avenue {at}","plate":"AB-{at:05}","speed":{minute}.5,"seen":"2026-11-{day:02}T12:{minute:02}:00Z","status":"ok"}}}}"#
    )
}

fn path(at: u32) -> String {
    let positions = (0..200).map(|step| format!("[-73.{:06},41.{:06}]", at * 131 + step, at * 117 + step));
    let positions = positions.collect::<Vec<_>>().join(",");
    format!(
        r#"{{"type":"Feature","geometry":{{"type":"LineString","coordinates":[{positions}]}},"properties":{{"id":{at}}}}}"#
    )
}

fn line(at: u32) -> String {
    let seen = 1_795_449_000 + at % 1_000;
    format!(r#"{{"id":{at},"name":"East Avenue","values":[1.25,2.5,{at}.75],"seen":{seen},"plate":"AB-{at}"}}"#)
}

fn row(at: u32) -> String {
    let (east, north, day) = (at * 13 % 1_000_000, at * 7 % 1_000_000, at % 20 + 1);
    format!("{at},\"East Ave, {at}\",AB-{at:05},{}.5,41.{north:06},-73.{east:06},2026-11-{day:02}T12:00:00Z", at % 60)
}

fn bodies() -> [Body; 4] {
    let all =
        |record: fn(u32) -> String, count: u32, between: &str| (0..count).map(record).collect::<Vec<_>>().join(between);
    let geojson = |name, records| Body {
        name,
        kind: BodyKind::Json,
        front: "{\"type\":\"FeatureCollection\",\"features\":[",
        records,
        between: ",",
        back: "]}",
    };
    let lines = |name, kind, front, between, records| Body { name, kind, front, records, between, back: between };
    let header = "id,street,plate,speed,latitude,longitude,seen\r\n";
    [
        geojson("GeoJSON points", all(feature, 2_000, ",")),
        geojson("GeoJSON lines", all(path, 100, ",")),
        lines("NDJSON", BodyKind::JsonLines, "", "\n", all(line, 2_000, "\n")),
        lines("CSV", BodyKind::Csv, header, "\r\n", all(row, 2_000, "\r\n")),
    ]
}

/// A name, and rules as path, treatment and parameter.
type Profile = (&'static str, &'static [(&'static str, &'static str, &'static str)]);

const PROFILES: [Profile; 8] = [
    ("no rule hits", &[("properties.owner", "drop", "")]),
    ("none hits, any depth", &[("**.owner", "drop", ""), ("**.driver.name", "mask", "")]),
    ("drop", &[("**.plate", "drop", "")]),
    ("mask", &[("**.plate", "mask", "")]),
    ("keyed hash", &[("**.plate", "keyed_hash", "")]),
    ("coarsen", &[("geometry", "coarsen_position", ""), ("latitude", "coarsen_position", "")]),
    ("round time", &[("**.seen", "round_time", "15")]),
    ("delay", &[("properties.seen", "delay", "60")]),
];

fn plan((_, rules): Profile) -> Result<Arc<Plan>, Box<dyn Error>> {
    let rule = |(path, word, parameter): &(&str, &str, &str)| -> Result<Rule, Box<dyn Error>> {
        let treatment = Treatment::from_form("treatment", word, parameter)?;
        Ok(Rule { path: path.parse()?, treatment, reason: String::new() })
    };
    let rules = rules.iter().map(rule).collect::<Result<Vec<_>, _>>()?;
    Ok(Arc::new(Plan::new(rules)?))
}

/// Pushes the body through a redactor; the CPU time it took, and the most its buffers kept.
fn run(body: &Body, plan: &Arc<Plan>, setting: &Setting) -> Result<(Duration, usize), Box<dyn Error>> {
    let mut redactor = Redactor::new(Arc::clone(plan), body.kind, setting);
    let mut out = BytesMut::with_capacity(2 * PIECE_BYTES);
    let mut kept = 0;
    let mut pushed = 0;
    let start = Instant::now();
    let used_before = cpu_time(start);
    redactor.push(body.front.as_bytes(), &mut out)?;
    while pushed < BODY_BYTES {
        if pushed > 0 {
            redactor.push(body.between.as_bytes(), &mut out)?;
        }
        for piece in body.records.as_bytes().chunks(PIECE_BYTES) {
            redactor.push(piece, &mut out)?;
            std::hint::black_box(&out);
            out.clear();
        }
        kept = kept.max(redactor.kept_bytes());
        pushed += body.records.len();
    }
    redactor.push(body.back.as_bytes(), &mut out)?;
    redactor.finish(&mut out)?;
    Ok((cpu_time(start).saturating_sub(used_before), kept))
}

/// CPU time of this thread so far: a busy machine takes the wall clock, not the work. Linux tells; elsewhere it is time.
fn cpu_time(start: Instant) -> Duration {
    let told = std::fs::read_to_string("/proc/self/schedstat").ok();
    let nanos = told.and_then(|told| told.split_whitespace().next()?.parse().ok());
    nanos.map_or_else(|| start.elapsed(), Duration::from_nanos)
}

/// The most memory this process had so far, in KiB; Linux tells.
fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse().ok())
}

fn main() -> Result<(), Box<dyn Error>> {
    let zone = chrono_tz::America::New_York;
    let now = "2026-11-23T17:00:00Z".parse()?;
    let key = RedactionKey::new(SecretBox::new(Box::new([7; 32])));
    let setting = Setting { salts: key.salts(DatasetId::from_uuid(uuid::Uuid::nil()), zone, now), zone, now };
    println!("| body, {} MB | rules | MB per CPU second | kept bytes |", BODY_BYTES / 1_000_000);
    println!("|---|---|---|---|");
    let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_default();
    for body in bodies().into_iter().filter(|body| body.name.contains(&wanted)) {
        for profile in PROFILES {
            let (name, plan) = (profile.0, plan(profile)?);
            let runs: Vec<_> = (0..RUNS).map(|_| run(&body, &plan, &setting)).collect::<Result<_, _>>()?;
            let fastest = runs.iter().map(|(time, _)| *time).min().unwrap_or_default();
            let kept = runs.iter().map(|(_, kept)| *kept).max().unwrap_or_default();
            let speed = f64::from(u32::try_from(BODY_BYTES)?) / 1e6 / fastest.as_secs_f64();
            println!("| {} | {name} | {speed:.0} | {kept} |", body.name);
        }
    }
    if let Some(peak) = peak_kib() {
        println!("\nMost memory of the process: {:.1} MiB.", f64::from(u32::try_from(peak)?) / 1024.0);
    }
    Ok(())
}
