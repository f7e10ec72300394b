//! What is well with the service and what is not, judged from facts that others gathered. Knows no machine and no table.

use chrono::Duration;

use super::audit::ChainCheck;
use super::presence::{Presence, Standing};
use super::time::Instant;

/// After so many days without a backup it is said.
pub const BACKUP_DAYS: i64 = 3;
/// A message that waits longer than this waits too long, in minutes.
const WAITS_MINUTES: i64 = 15;
/// An answer of the database that takes longer is slow, in milliseconds.
const SLOW_MS: i64 = 250;
/// Less free space than this share of the disk is little, in percent.
const FREE_PERCENT_MIN: u64 = 10;
/// A job that has not begun for so many of its pauses has stopped.
const PAUSES_MAX: i32 = 10;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Nothing to do.
    Good,
    /// To be looked at soon.
    Warn,
    /// To be looked at now.
    Bad,
}

impl Level {
    /// The word for programs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Warn => "warn",
            Self::Bad => "bad",
        }
    }
}

/// One round of a job of this process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Round {
    /// The job.
    pub job: &'static str,
    /// Seconds between two rounds.
    pub pause_seconds: u64,
    /// When its last round began.
    pub begun_at: Instant,
    /// How long that took, in milliseconds; none while it is at work.
    pub took_ms: Option<i64>,
    /// How many things it did.
    pub count: usize,
    /// Why the round failed; empty where it did not.
    pub error: String,
}

/// What is known of a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GateFacts {
    /// When it last learned of changes; none if never.
    pub learned_at: Option<Instant>,
    /// Without learning for so long it refuses restricted tiers, in seconds.
    pub stale_after_seconds: u64,
}

/// Everything that is judged.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// How long a question to the database took, in milliseconds.
    pub database_ms: i64,
    /// Changes of the schema that are not made yet.
    pub migrations_pending: usize,
    /// The oldest message whose turn has come.
    pub oldest_waiting: Option<Instant>,
    /// Messages that could not be delivered.
    pub dead: i64,
    /// The gate of this process, where one runs.
    pub gate: Option<GateFacts>,
    /// The gates of other processes.
    pub others: Vec<Presence>,
    /// How far the service itself checked the audit chain.
    pub chain: Option<ChainCheck>,
    /// The jobs of this process.
    pub jobs: Vec<Round>,
    /// When the last backup was made.
    pub backup_at: Option<Instant>,
    /// Free and all bytes of the disk with the data folder.
    pub disk: Option<(u64, u64)>,
    /// Since when this process runs.
    pub started_at: Option<Instant>,
}

/// What is to be said of one part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which part, for programs.
    pub part: &'static str,
    /// How bad it is.
    pub level: Level,
    /// In words.
    pub said: String,
}

fn finding(part: &'static str, level: Level, said: impl Into<String>) -> Finding {
    Finding { part, level, said: said.into() }
}

/// What is to be said of each part, the worst first.
#[must_use]
pub fn findings(facts: &Facts, now: Instant) -> Vec<Finding> {
    let mut found = vec![database(facts), migrations(facts), backup(facts, now)];
    found.extend(mail(facts, now));
    found.extend(facts.gate.map(|gate| gate_of(gate, now)));
    found.extend(others(&facts.others, now));
    found.extend(facts.chain.as_ref().map(chain));
    found.extend(facts.disk.map(disk));
    found.extend(jobs(&facts.jobs, now));
    found.sort_by_key(|one| std::cmp::Reverse(one.level));
    found
}

fn database(facts: &Facts) -> Finding {
    let ms = facts.database_ms;
    if ms > SLOW_MS {
        return finding("database", Level::Warn, format!("The database is slow: it took {ms} ms to answer."));
    }
    finding("database", Level::Good, "The database answers.")
}

fn migrations(facts: &Facts) -> Finding {
    match facts.migrations_pending {
        0 => finding("schema", Level::Good, "The schema of the database is up to date."),
        count => finding("schema", Level::Bad, format!("Changes of the schema that are not made yet: {count}.")),
    }
}

fn backup(facts: &Facts, now: Instant) -> Finding {
    let Some(at) = facts.backup_at else {
        return finding("backup", Level::Warn, "No backup was ever recorded.");
    };
    let days = (now - at).num_days();
    if days >= BACKUP_DAYS {
        return finding("backup", Level::Warn, format!("Days since the last backup: {days}."));
    }
    finding("backup", Level::Good, "The last backup is recent.")
}

fn mail(facts: &Facts, now: Instant) -> Vec<Finding> {
    let mut found = Vec::new();
    let waits = facts.oldest_waiting.map_or(0, |at| (now - at).num_minutes());
    if waits >= WAITS_MINUTES {
        let said = format!("Mail waits: minutes since the turn of the oldest message: {waits}.");
        found.push(finding("mail", Level::Bad, said));
    }
    if facts.dead > 0 {
        let said = format!("Messages that could not be delivered: {}.", facts.dead);
        found.push(finding("mail", Level::Warn, said));
    }
    if found.is_empty() {
        found.push(finding("mail", Level::Good, "Mail leaves in time."));
    }
    found
}

fn gate_of(gate: GateFacts, now: Instant) -> Finding {
    let most = Duration::seconds(i64::try_from(gate.stale_after_seconds).unwrap_or(i64::MAX / 1_000));
    if gate.learned_at.is_some_and(|at| now - at <= most) {
        return finding("gate", Level::Good, "The gate knows the grants of now.");
    }
    finding("gate", Level::Bad, "The gate cannot learn of changes and refuses restricted datasets.")
}

/// The gates of other processes.
fn others(gates: &[Presence], now: Instant) -> Vec<Finding> {
    let mut found = Vec::new();
    for gate in gates {
        match gate.standing(now) {
            Standing::Behind => {
                let said = format!("A gate cannot learn of changes and refuses restricted datasets: {}.", gate.name());
                found.push(finding("gates", Level::Bad, said));
            }
            Standing::Away => {
                let said = format!("A gate is not heard of any more: {}.", gate.name());
                found.push(finding("gates", Level::Warn, said));
            }
            Standing::AtWork | Standing::Stopped => {}
        }
    }
    if found.is_empty() && gates.iter().any(|gate| gate.standing(now) == Standing::AtWork) {
        found.push(finding("gates", Level::Good, "Every other gate is at work."));
    }
    found
}

fn chain(check: &ChainCheck) -> Finding {
    if check.fault.is_empty() {
        let said = format!("The audit chain holds; checked up to entry {}.", check.number());
        return finding("audit", Level::Good, said);
    }
    finding("audit", Level::Bad, format!("The audit chain does not hold: {}.", check.fault))
}

fn disk((free, all): (u64, u64)) -> Finding {
    let percent = free.saturating_mul(100).checked_div(all).unwrap_or(100);
    if percent < FREE_PERCENT_MIN {
        return finding("disk", Level::Warn, format!("Little space is left on the disk, in percent: {percent}."));
    }
    finding("disk", Level::Good, "There is space on the disk.")
}

fn jobs(rounds: &[Round], now: Instant) -> Vec<Finding> {
    let mut found = Vec::new();
    for round in rounds {
        let pause = Duration::seconds(i64::try_from(round.pause_seconds).unwrap_or(i64::MAX / 1_000_000));
        let most = (pause * PAUSES_MAX).max(Duration::minutes(5));
        if !round.error.is_empty() {
            let said = format!("The last round of a job failed and is tried again: {}.", round.job);
            found.push(finding("jobs", Level::Warn, said));
        } else if now - round.begun_at > most {
            found.push(finding("jobs", Level::Bad, format!("A job stands still: {}.", round.job)));
        }
    }
    if found.is_empty() && !rounds.is_empty() {
        found.push(finding("jobs", Level::Good, "Every job runs."));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::from_micros;

    fn at(minutes: i64) -> Instant {
        from_micros(0) + Duration::minutes(minutes)
    }

    fn well(now: Instant) -> Facts {
        Facts {
            oldest_waiting: Some(now),
            gate: Some(GateFacts { learned_at: Some(now), stale_after_seconds: 30 }),
            jobs: vec![round(now, "")],
            backup_at: Some(now),
            disk: Some((50, 100)),
            started_at: Some(now),
            ..Facts::default()
        }
    }

    fn round(begun_at: Instant, error: &str) -> Round {
        Round { job: "offers", pause_seconds: 60, begun_at, took_ms: Some(3), count: 0, error: error.to_owned() }
    }

    #[test]
    fn where_all_is_well_each_part_says_so() {
        let found = findings(&well(at(10)), at(10));
        assert!(found.iter().all(|one| one.level == Level::Good) && found.len() == 7, "{found:?}");
    }

    #[test]
    fn each_fault_is_found_at_its_limit_and_not_before() {
        let now = at(10_000);
        let gate = crate::domain::presence::tests::at_work(now);
        let away = Presence { heard_at: at(9_999), ..gate.clone() };
        let behind = Presence { learned_at: None, ..gate.clone() };
        let check =
            ChainCheck { at: now, verified: format!("7:{}", "0".repeat(64)), whole_at: now, fault: String::new() };
        let broken = ChainCheck { fault: "entry 3 is missing".to_owned(), ..check.clone() };
        let rows: [(Facts, &str, Option<Level>); 19] = [
            (Facts { others: vec![gate.clone()], ..well(now) }, "gates", None),
            (Facts { others: vec![gate.clone(), away], ..well(now) }, "gates", Some(Level::Warn)),
            (Facts { others: vec![gate, behind], ..well(now) }, "gates", Some(Level::Bad)),
            (Facts { chain: Some(check), ..well(now) }, "audit", None),
            (Facts { chain: Some(broken), ..well(now) }, "audit", Some(Level::Bad)),
            (Facts { database_ms: 250, ..well(now) }, "database", None),
            (Facts { database_ms: 251, ..well(now) }, "database", Some(Level::Warn)),
            (Facts { migrations_pending: 1, ..well(now) }, "schema", Some(Level::Bad)),
            (Facts { backup_at: None, ..well(now) }, "backup", Some(Level::Warn)),
            (Facts { backup_at: Some(at(10_000 - 3 * 1_440 + 1)), ..well(now) }, "backup", None),
            (Facts { backup_at: Some(at(10_000 - 3 * 1_440)), ..well(now) }, "backup", Some(Level::Warn)),
            (Facts { oldest_waiting: Some(at(9_986)), ..well(now) }, "mail", None),
            (Facts { oldest_waiting: Some(at(9_985)), ..well(now) }, "mail", Some(Level::Bad)),
            (Facts { dead: 1, ..well(now) }, "mail", Some(Level::Warn)),
            (
                Facts { gate: Some(GateFacts { learned_at: None, stale_after_seconds: 30 }), ..well(now) },
                "gate",
                Some(Level::Bad),
            ),
            (Facts { disk: Some((9, 100)), ..well(now) }, "disk", Some(Level::Warn)),
            (Facts { disk: Some((10, 100)), ..well(now) }, "disk", None),
            (Facts { jobs: vec![round(now, "locked")], ..well(now) }, "jobs", Some(Level::Warn)),
            (Facts { jobs: vec![round(at(9_989), "")], ..well(now) }, "jobs", Some(Level::Bad)),
        ];
        for (facts, part, expected) in rows {
            let found = findings(&facts, now);
            let worse: Vec<_> = found.iter().filter(|one| one.level != Level::Good).collect();
            match expected {
                None => assert!(worse.is_empty(), "{part}: {worse:?}"),
                Some(level) => {
                    assert_eq!(worse.iter().map(|one| (one.part, one.level)).collect::<Vec<_>>(), [(part, level)]);
                    assert_eq!(found.first(), worse.first().copied(), "the worst first");
                }
            }
        }
    }
}
