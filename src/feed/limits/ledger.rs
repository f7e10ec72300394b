//! The ledger in Valkey or Redis: one hash for each set of limits, moved by a script, and a channel on which each gate
//! tells the others what the ledger answered. Its clock is the clock of all rates.

use std::time::Duration;

use redis::{Client, Connection, RedisError, RedisResult, Script};
use serde::{Deserialize, Serialize};

use crate::domain::limits::Window;
use crate::gate::grants::QuotaOwner;
use crate::gate::limiter::{Agreed, Claim, ClaimedPart};

/// How long a connection may take, and then each answer.
const CONNECT: Duration = Duration::from_millis(500);
const ANSWER: Duration = Duration::from_millis(500);
/// Claims sent at once.
pub(super) const BATCH: usize = 128;
/// For how long a gate counts as running after it was last heard of, in microseconds.
const PRESENT_US: i64 = 5_000_000;
/// A hash outlives the longest window in it by this factor, so that clocks need not agree.
const KEPT_WINDOWS: u64 = 2;

const CLAIM: &str = include_str!("claim.lua");
const PRESENCE: &str = "local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
return { now, redis.call('ZCARD', KEYS[1]) }";

/// A connection to it.
pub(super) struct Ledger {
    conn: Connection,
    name: String,
    claim: Script,
    presence: Script,
}

/// Who is there.
pub(super) struct Presence {
    /// The ledger's time, in microseconds.
    pub(super) now_us: i64,
    pub(super) gates: u64,
}

/// What one gate tells the others.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Said {
    /// The gate that says it.
    pub(super) gate: String,
    pub(super) sets: Vec<SaidSet>,
}

/// What the ledger holds of one set.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct SaidSet {
    pub(super) owner: QuotaOwner,
    pub(super) limits: Vec<SaidLimit>,
}

/// What it holds of one limit.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct SaidLimit {
    pub(super) name: String,
    pub(super) window: Window,
    #[serde(flatten)]
    pub(super) held: Held,
}

/// In the ledger's own terms.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Held {
    /// The arrival time of the next call, by the ledger's clock.
    ArrivalUs(i64),
    /// Calls used in a window.
    Used {
        /// Which day or month.
        ordinal: u64,
        /// Calls.
        count: u64,
    },
}

impl Held {
    /// In this gate's terms; its ticks are zero at `zero_ns` of the ledger's clock.
    pub(super) fn agreed(self, zero_ns: i64) -> Agreed {
        match self {
            Self::ArrivalUs(us) => {
                let ticks = us.saturating_mul(1_000).saturating_sub(zero_ns);
                Agreed::Rate { arrival: u64::try_from(ticks).unwrap_or(0) }
            }
            Self::Used { ordinal, count } => Agreed::Quota { ordinal, count },
        }
    }
}

/// When this gate's ticks were zero, in nanoseconds of the ledger's clock, judged by an answer to what was sent at
/// `ticks`. Late by the way there, so a gate's own calls are never judged later than they were.
pub(super) fn zero_ns(now_us: i64, ticks: u64) -> i64 {
    now_us.saturating_mul(1_000).saturating_sub(i64::try_from(ticks).unwrap_or(i64::MAX))
}

impl Ledger {
    pub(super) fn open(client: &Client, name: &str) -> RedisResult<Self> {
        let mut conn = client.get_connection_with_timeout(CONNECT)?;
        conn.set_read_timeout(Some(ANSWER))?;
        conn.set_write_timeout(Some(ANSWER))?;
        let (claim, presence) = (Script::new(CLAIM), Script::new(PRESENCE));
        claim.prepare_invoke().load(&mut conn)?;
        Ok(Self { conn, name: name.to_owned(), claim, presence })
    }

    /// Says that this gate runs; who else does.
    pub(super) fn present(&mut self, gate: &str) -> RedisResult<Presence> {
        let key = format!("{}:gates", self.name);
        let (now_us, gates) = self.presence.key(key).arg(gate).arg(PRESENT_US).invoke(&mut self.conn)?;
        Ok(Presence { now_us, gates })
    }

    /// Says that this gate ends.
    pub(super) fn leave(&mut self, gate: &str) -> RedisResult<()> {
        redis::cmd("ZREM").arg(format!("{}:gates", self.name)).arg(gate).query(&mut self.conn)
    }

    /// Enters claims; the time of the ledger, and what it then holds, limit by limit.
    pub(super) fn enter(&mut self, claims: &[Claim], ticks: u64) -> RedisResult<Vec<(i64, Vec<Held>)>> {
        let mut pipeline = redis::pipe();
        for claim in claims {
            let command = pipeline.cmd("EVALSHA").arg(self.claim.get_hash()).arg(1).arg(self.set_key(claim.owner));
            let age_us = ticks.saturating_sub(claim.since) / 1_000;
            command.arg(kept_ms(claim)).arg(age_us).arg(claim.calls);
            for claimed in &claim.limits {
                let (window, name) = (claimed.window.as_str(), &claimed.name);
                match claimed.part {
                    ClaimedPart::Rate { interval_nanos, ahead_max_nanos } => {
                        command.arg("r").arg(format!("r:{window}:{name}"));
                        command.arg(micros(interval_nanos)).arg(micros(ahead_max_nanos));
                    }
                    ClaimedPart::Quota { ordinal, base, calls } => {
                        let over = ordinal.saturating_sub(2);
                        command.arg("q").arg(format!("q:{window}:{ordinal}:{name}"));
                        command.arg(format!("q:{window}:{over}:{name}")).arg(base).arg(calls);
                    }
                }
            }
        }
        let answers: Vec<Vec<i64>> = pipeline.query(&mut self.conn)?;
        if answers.len() != claims.len() {
            return Err(unreadable("not one answer for each claim"));
        }
        claims.iter().zip(answers).map(|(claim, answer)| read(claim, &answer)).collect()
    }

    /// Tells the other gates.
    pub(super) fn tell(&mut self, said: &Said) -> RedisResult<()> {
        let text = serde_json::to_string(said).map_err(|error| unreadable(&error.to_string()))?;
        redis::cmd("PUBLISH").arg(channel(&self.name)).arg(text).query(&mut self.conn)
    }

    fn set_key(&self, owner: QuotaOwner) -> String {
        match owner {
            QuotaOwner::Agreement { agreement, dataset } => format!("{}:limits:{agreement}:{dataset}", self.name),
            QuotaOwner::Key { key } => format!("{}:limits:{key}", self.name),
        }
    }
}

/// The channel on which gates tell each other.
pub(super) fn channel(name: &str) -> String {
    format!("{name}:said")
}

/// A connection that hears the others.
pub(super) fn hearing(client: &Client) -> RedisResult<Connection> {
    client.get_connection_with_timeout(CONNECT)
}

fn read(claim: &Claim, answer: &[i64]) -> RedisResult<(i64, Vec<Held>)> {
    let Some((now_us, held)) = answer.split_first().filter(|(_, held)| held.len() == claim.limits.len()) else {
        return Err(unreadable("an answer has another number of limits than its claim"));
    };
    let held = claim.limits.iter().zip(held).map(|(claimed, held)| match claimed.part {
        ClaimedPart::Rate { .. } => Held::ArrivalUs(*held),
        ClaimedPart::Quota { ordinal, .. } => Held::Used { ordinal, count: u64::try_from(*held).unwrap_or(0) },
    });
    Ok((*now_us, held.collect()))
}

fn kept_ms(claim: &Claim) -> u64 {
    let longest = claim.limits.iter().map(|claimed| claimed.window.seconds()).max().unwrap_or(0);
    let ahead = claim.limits.iter().map(|claimed| match claimed.part {
        ClaimedPart::Rate { ahead_max_nanos, .. } => ahead_max_nanos / 1_000_000,
        ClaimedPart::Quota { .. } => 0,
    });
    (longest * 1_000).saturating_mul(KEPT_WINDOWS).max(ahead.max().unwrap_or(0)).saturating_add(60_000)
}

/// Microseconds with their fraction.
fn micros(nanos: u64) -> String {
    format!("{}.{:03}", nanos / 1_000, nanos % 1_000)
}

fn unreadable(why: &str) -> RedisError {
    RedisError::from((redis::ErrorKind::UnexpectedReturnType, "the ledger's answer", why.to_owned()))
}
