//! What each gate of the city says of itself, and what is to be thought of it: at work, behind, away or stopped. Knows no
//! table and no machine. Instants are the gate's own, so that a gate is behind by its own clock; only whether it is still
//! heard of compares two machines, whose clocks must be right to a few seconds.

use chrono::Duration;
use serde::{Deserialize, Serialize};

use super::time::Instant;

/// How often a gate says that it is there, in seconds.
pub const PAUSE_SECONDS: i64 = 5;
/// A gate that was not heard of for so many of its pauses is away.
const PAUSES_MAX: i32 = 3;
/// For so many hours a gate is named after it was last heard of.
pub const NAMED_HOURS: i64 = 24;

/// How a gate counts limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counting {
    /// Every limit is its own.
    Alone,
    /// With so many gates, itself included.
    Together(u64),
    /// The ledger is away: each limit divided by this number.
    Apart(u64),
}

impl Counting {
    /// The word for programs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Alone => "alone",
            Self::Together(_) => "together",
            Self::Apart(_) => "apart",
        }
    }

    /// With how many it counts, or by how much it divides.
    #[must_use]
    pub const fn number(self) -> u64 {
        match self {
            Self::Alone => 1,
            Self::Together(number) | Self::Apart(number) => number,
        }
    }
}

/// What a gate says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presence {
    /// This run of it.
    pub run: String,
    /// The machine's name.
    pub host: String,
    /// Where it is reached.
    pub address: String,
    /// The program's version.
    pub version: String,
    /// Whether it runs alone, by `accord gate`, and not beside a portal.
    pub is_alone: bool,
    /// Since when it runs.
    pub started_at: Instant,
    /// When it last said so.
    pub heard_at: Instant,
    /// When it stopped in good order, if it did.
    pub ended_at: Option<Instant>,
    /// When it last learned of changes; none if never.
    pub learned_at: Option<Instant>,
    /// Without learning for so long it refuses restricted tiers, in seconds.
    pub stale_after_seconds: u64,
    /// Keys that it knows.
    pub keys: usize,
    /// Datasets that it serves.
    pub datasets: usize,
    /// How it counts limits.
    pub counting: Counting,
}

/// What is to be thought of a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It answers by what holds now.
    AtWork,
    /// It cannot learn of changes and refuses restricted datasets.
    Behind,
    /// It was not heard of for some time.
    Away,
    /// It was stopped.
    Stopped,
}

impl Standing {
    /// The word for programs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AtWork => "at_work",
            Self::Behind => "behind",
            Self::Away => "away",
            Self::Stopped => "stopped",
        }
    }
}

impl Presence {
    /// How it stands at this moment.
    #[must_use]
    pub fn standing(&self, now: Instant) -> Standing {
        let most = Duration::seconds(i64::try_from(self.stale_after_seconds).unwrap_or(i64::MAX / 1_000));
        if self.ended_at.is_some() {
            Standing::Stopped
        } else if now - self.heard_at > Duration::seconds(PAUSE_SECONDS) * PAUSES_MAX {
            Standing::Away
        } else if self.learned_at.is_none_or(|learned_at| self.heard_at - learned_at > most) {
            Standing::Behind
        } else {
            Standing::AtWork
        }
    }

    /// How it is called in a sentence.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}, {}", self.host, self.address)
    }

    /// From when on gates are named that were heard of since.
    #[must_use]
    pub fn named_since(now: Instant) -> Instant {
        now - Duration::hours(NAMED_HOURS)
    }
}

/// The gates to be named: one that went away without a word is left out where the same place has a newer run.
#[must_use]
pub fn named(all: Vec<Presence>, now: Instant) -> Vec<Presence> {
    let is_replaced = |gate: &Presence| {
        let is_newer =
            |other: &Presence| other.run != gate.run && other.started_at > gate.heard_at && other.name() == gate.name();
        gate.standing(now) == Standing::Away && all.iter().any(is_newer)
    };
    let replaced: Vec<String> = all.iter().filter(|gate| is_replaced(gate)).map(|gate| gate.run.clone()).collect();
    all.into_iter().filter(|gate| !replaced.contains(&gate.run)).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::domain::time::from_micros;

    /// A gate that is at work at this instant.
    pub(crate) fn at_work(now: Instant) -> Presence {
        Presence {
            run: "run-1".to_owned(),
            host: "edge-1".to_owned(),
            address: "https://gate.city.example".to_owned(),
            version: "0.1.0".to_owned(),
            is_alone: true,
            started_at: now - Duration::hours(1),
            heard_at: now,
            ended_at: None,
            learned_at: Some(now),
            stale_after_seconds: 30,
            keys: 12,
            datasets: 14,
            counting: Counting::Together(2),
        }
    }

    #[test]
    fn a_gate_stands_as_it_says_and_is_away_after_three_pauses() {
        let now = from_micros(0) + Duration::days(1);
        let (well, second) = (at_work(now), Duration::seconds(1));
        let rows = [
            (well.clone(), Standing::AtWork),
            (
                Presence { heard_at: now - second * 15, learned_at: Some(now - second * 15), ..well.clone() },
                Standing::AtWork,
            ),
            (Presence { heard_at: now - second * 16, ..well.clone() }, Standing::Away),
            (Presence { learned_at: Some(now - second * 30), ..well.clone() }, Standing::AtWork),
            (Presence { learned_at: Some(now - second * 31), ..well.clone() }, Standing::Behind),
            (Presence { learned_at: None, ..well.clone() }, Standing::Behind),
            (Presence { ended_at: Some(now), heard_at: now - second * 99, ..well }, Standing::Stopped),
        ];
        for (presence, standing) in rows {
            assert_eq!(presence.standing(now), standing, "{presence:?}");
        }
    }

    #[test]
    fn a_gate_that_was_killed_and_started_again_is_named_once() {
        let now = from_micros(0) + Duration::days(1);
        let killed = Presence { heard_at: now - Duration::minutes(2), ..at_work(now) };
        let again = Presence { run: "run-2".to_owned(), started_at: now - Duration::minutes(1), ..at_work(now) };
        let elsewhere = Presence { host: "edge-2".to_owned(), ..again.clone() };
        let runs = |all: &[&Presence]| {
            let all = all.iter().map(|gate| (*gate).clone()).collect();
            named(all, now).into_iter().map(|gate| gate.run).collect::<Vec<_>>()
        };
        assert_eq!(runs(&[&again, &killed]), ["run-2"]);
        assert_eq!(runs(&[&elsewhere, &killed]), ["run-2", "run-1"], "another machine replaces nothing");
        assert_eq!(runs(&[&killed]), ["run-1"]);
    }
}
