//! A million keys: memory, start, and what a change costs.

use std::time::Duration;

use accord::domain::net::CidrList;
use accord::gate::grants::{GrantChange, GrantRules, Grants, KeyGrant};
use tokio::time::Instant;

use super::Outcome;
use super::servers::{key, publication, without_keys};

const KEYS: u128 = 1_000_000;
const CHANGES: u32 = 1_000;
/// Keys told at once.
const BATCH: usize = 10_000;

/// Resident memory of this process, in bytes.
fn resident() -> Outcome<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("the kernel does not tell")?;
    let kib: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kib * 1024.0)
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
fn now() -> Instant {
    Instant::now()
}

pub(crate) fn measure() -> Outcome<()> {
    let rules = GrantRules { key_prefix: "nwk".to_owned(), stale_after: Duration::from_secs(600) };
    let grants = Grants::new(rules.clone());
    // Told first without keys, so that what agreements take is not counted as the keys'; and then few at a time, so that
    // what is told does not leave its own traces in the memory that is measured.
    grants.publish(without_keys("127.0.0.1:9", KEYS)?);
    let before = resident()?;
    for first in (0..KEYS).step_by(BATCH) {
        let told = (first..KEYS.min(first + u128::try_from(BATCH)?)).map(key);
        let told = told.map(|key| key.map(|key| GrantChange::Key(Box::new(key))));
        grants.apply(told.collect::<Outcome<_>>()?);
    }
    let after = resident()?;
    let change = key(0)?;
    let began = now();
    for number in 0..CHANGES {
        let networks = CidrList::parse(&format!("10.0.{}.{}", number / 250, number % 250))?;
        let key = KeyGrant { networks, ..change.clone() };
        grants.apply(vec![GrantChange::Key(Box::new(key))]);
    }
    let each = began.elapsed() / CHANGES;
    drop(grants);
    let all = publication("127.0.0.1:9", KEYS)?;
    let grants = Grants::new(rules);
    let began = now();
    grants.publish(all);
    let start = began.elapsed();
    let count = f64::from(u32::try_from(KEYS)?);
    println!("| {KEYS} keys of {} agreements | |\n|---|---|", grants.counts().agreements);
    println!("| memory a key, digest and index included | {:.0} bytes |", (after - before) / count);
    println!("| taking over the whole picture | {:.2} s |", start.as_secs_f64());
    println!("| applying one change | {:.0} µs |", each.as_secs_f64() * 1e6);
    Ok(())
}
