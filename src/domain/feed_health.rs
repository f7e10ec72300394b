//! How a feed does: what looking at it every few minutes found, when it counts as down, and when it is back.
//!
//! Must never cry at the first failure: a feed is down when so many looks in a row failed, and back at the first that
//! did not. Each turn is told once.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::drift::Seen;
use super::id::DatasetId;
use super::time::Instant;

/// How often feeds are looked at, and what counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watching {
    /// How long between two looks.
    pub every: Duration,
    /// So many failures in a row make a feed down.
    pub down_after: u32,
    /// For how many days looks are kept.
    pub keep_days: u32,
}

impl Default for Watching {
    fn default() -> Self {
        Self { every: Duration::from_secs(300), down_after: 3, keep_days: 30 }
    }
}

/// One look at a feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// When.
    pub at: Instant,
    /// Whether it answered as it should.
    pub is_ok: bool,
    /// How long the answer took, in milliseconds.
    pub millis: i64,
    /// Bytes that were read of it.
    pub bytes: i64,
    /// Why it failed, in words; empty where it did not.
    pub why: String,
}

/// What is known of a feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedState {
    /// Of which dataset.
    pub dataset: DatasetId,
    /// When it was looked at last.
    pub checked_at: Option<Instant>,
    /// Failures since the last answer.
    pub failures: u32,
    /// Since when it counts as down: the first failure of the row.
    pub down_since: Option<Instant>,
    /// The first failure of the present row.
    pub failing_since: Option<Instant>,
    /// When it last answered.
    pub last_ok: Option<Instant>,
    /// When it last failed, and why.
    pub last_failure: Option<(Instant, String)>,
    /// The fields seen in the last answer that could be read.
    pub seen: Vec<Seen>,
    /// When those were seen.
    pub seen_at: Option<Instant>,
    /// The drift that was told last, as its print; empty where there was none.
    pub told_drift: String,
    /// Counts saves; the store compares and sets it.
    pub version: i64,
}

/// What a look changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Nothing.
    Same,
    /// The feed counts as down now.
    Down,
    /// It is back, after so many minutes.
    Back {
        /// From the first failure to now.
        minutes: i64,
    },
}

impl FeedState {
    /// Nothing is known yet.
    #[must_use]
    pub const fn new(dataset: DatasetId) -> Self {
        Self {
            dataset,
            checked_at: None,
            failures: 0,
            down_since: None,
            failing_since: None,
            last_ok: None,
            last_failure: None,
            seen: Vec::new(),
            seen_at: None,
            told_drift: String::new(),
            version: 0,
        }
    }

    /// Whether it is time to look again.
    #[must_use]
    pub fn is_due(&self, every: Duration, now: Instant) -> bool {
        let every = chrono::Duration::from_std(every).unwrap_or(chrono::Duration::MAX);
        self.checked_at.is_none_or(|checked| now.signed_duration_since(checked) >= every)
    }

    /// Takes a look in.
    pub fn take(&mut self, check: &Check, down_after: u32) -> Turn {
        self.checked_at = Some(check.at);
        if check.is_ok {
            let since = self.down_since.take();
            self.failures = 0;
            self.failing_since = None;
            self.last_ok = Some(check.at);
            return since.map_or(Turn::Same, |since| Turn::Back {
                minutes: check.at.signed_duration_since(since).num_minutes(),
            });
        }
        self.failures = self.failures.saturating_add(1);
        let since = *self.failing_since.get_or_insert(check.at);
        self.last_failure = Some((check.at, check.why.clone()));
        if self.down_since.is_none() && self.failures >= down_after.max(1) {
            self.down_since = Some(since);
            return Turn::Down;
        }
        Turn::Same
    }
}

/// Looks over a span of time, summed up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Looks.
    pub checks: usize,
    /// Those that failed.
    pub failures: usize,
    /// Half of the answers came within so many milliseconds.
    pub median_ms: i64,
    /// All but one in a hundred came within so many.
    pub slowest_ms: i64,
    /// Mean bytes of an answer.
    pub bytes: i64,
}

impl Summary {
    /// Sums looks up.
    #[must_use]
    pub fn of<'a>(checks: impl Iterator<Item = &'a Check>) -> Self {
        let (mut all, mut bytes, mut taken) = (0, 0_i64, Vec::new());
        for check in checks {
            all += 1;
            if check.is_ok {
                taken.push(check.millis);
                bytes = bytes.saturating_add(check.bytes);
            }
        }
        taken.sort_unstable();
        let answers = i64::try_from(taken.len()).unwrap_or(i64::MAX);
        Self {
            checks: all,
            failures: all - taken.len(),
            median_ms: at_share(&taken, 50),
            slowest_ms: at_share(&taken, 99),
            bytes: bytes.checked_div(answers).unwrap_or(0),
        }
    }

    /// Failures of a hundred looks, in tenths.
    #[must_use]
    pub fn failed_per_mille(&self) -> usize {
        (self.failures * 1_000).checked_div(self.checks).unwrap_or(0)
    }
}

/// The value below which so many of a hundred lie (nearest rank).
fn at_share(sorted: &[i64], percent: usize) -> i64 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Instant {
        "2026-11-27T12:00:00Z".parse::<Instant>().unwrap() + chrono::Duration::minutes(minute)
    }

    fn check(minute: i64, is_ok: bool, millis: i64) -> Check {
        let why = if is_ok { String::new() } else { "No connection.".to_owned() };
        Check { at: at(minute), is_ok, millis, bytes: 100, why }
    }

    #[test]
    fn a_feed_is_down_after_so_many_failures_and_back_at_the_first_answer() {
        use Turn::{Back, Down, Same};
        let rows: [(&str, &[Turn]); 5] = [
            ("+++", &[Same, Same, Same]),
            ("--+", &[Same, Same, Same]),
            ("---+", &[Same, Same, Down, Back { minutes: 3 }]),
            ("-----+", &[Same, Same, Down, Same, Same, Back { minutes: 5 }]),
            ("---+---", &[Same, Same, Down, Back { minutes: 3 }, Same, Same, Down]),
        ];
        for (looks, expected) in rows {
            let mut state = FeedState::new(DatasetId::from_uuid(uuid::Uuid::nil()));
            let turns: Vec<Turn> =
                looks.chars().zip(0..).map(|(look, minute)| state.take(&check(minute, look == '+', 5), 3)).collect();
            assert_eq!(turns, expected, "{looks}");
        }
    }

    #[test]
    fn a_feed_is_looked_at_again_when_its_time_has_passed() {
        let mut state = FeedState::new(DatasetId::from_uuid(uuid::Uuid::nil()));
        let every = Duration::from_secs(300);
        assert!(state.is_due(every, at(0)));
        state.take(&check(0, true, 5), 3);
        assert_eq!([4, 5, 6].map(|minute| state.is_due(every, at(minute))), [false, true, true]);
    }

    #[test]
    fn a_summary_counts_failures_and_only_times_answers() {
        let checks: Vec<Check> =
            (1..=100).map(|millis| check(millis, true, millis)).chain([check(101, false, 9)]).collect();
        let sum = Summary::of(checks.iter());
        assert_eq!((sum.checks, sum.failures, sum.median_ms, sum.slowest_ms, sum.bytes), (101, 1, 50, 99, 100));
        assert_eq!(sum.failed_per_mille(), 9);
        assert_eq!(Summary::of([].iter()), Summary::default());
    }
}
