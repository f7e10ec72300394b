//! What is unusual about the use of keys and agreements, seen from their own past. No rule acts on it and nobody is accused
//! by it: it is what an auditor would like to look at.

use std::collections::VecDeque;

use super::calendar::in_words;
use super::text::grouped;
use super::time::Day;

/// Days of the past that say what is usual: four weeks, so that every weekday counts alike.
pub const PAST_DAYS: i64 = 28;
/// Days with calls among them below which nothing is usual yet: a key in its first week is only new.
pub const KNOWN_DAYS_MIN: usize = 7;
/// So many times the usual calls are unusual. Weekends, campaigns and retries double or triple a day; they do not make
/// five of it.
pub const SURGE_TIMES: i64 = 5;
/// Fewer calls on a day are no surge: five times little is little.
pub const SURGE_CALLS_MIN: i64 = 500;
/// Fewer calls on a day say nothing about the share refused: the first tries of a program fail as a rule.
pub const REFUSED_CALLS_MIN: i64 = 100;
/// Fewer calls on a day do not make an hour worth looking at: one stray call at night is somebody who tries something.
pub const HOURS_CALLS_MIN: i64 = 50;
/// A key that nobody used so many days after it was made is one that may get lost.
pub const UNUSED_DAYS: i64 = 30;
/// An agreement without a call for so many days may no longer be needed.
pub const IDLE_DAYS: i64 = 60;

/// What a key did on one day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeyDay {
    /// Calls.
    pub calls: i64,
    /// Calls that were refused or failed.
    pub refused: i64,
    /// A bit for each hour of the city's day with a call; 0 where hours were not counted.
    pub hours: u32,
}

/// What is unusual.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Anomaly {
    /// Far more calls than on usual days.
    Surge {
        /// When.
        day: Day,
        /// How many.
        calls: i64,
        /// The median of the days with calls before.
        usual: i64,
    },
    /// Half of the calls or more were refused or failed.
    Refusals {
        /// When.
        day: Day,
        /// How many calls.
        calls: i64,
        /// How many of them were refused or failed.
        refused: i64,
    },
    /// Calls in hours in which the key did not call before.
    NewHours {
        /// When.
        day: Day,
        /// How many calls on the whole day.
        calls: i64,
        /// A bit for each such hour.
        hours: u32,
    },
    /// A key that nobody ever used.
    NeverUsed {
        /// When it was made.
        made: Day,
    },
    /// An agreement under which nobody calls.
    Idle {
        /// Since when it is in force.
        since: Day,
        /// The last day with a call, if there was one.
        last: Option<Day>,
    },
}

impl Anomaly {
    /// The word for programs.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Surge { .. } => "surge",
            Self::Refusals { .. } => "refusals",
            Self::NewHours { .. } => "new_hours",
            Self::NeverUsed { .. } => "never_used",
            Self::Idle { .. } => "idle",
        }
    }

    /// The day on which it happened, where it is about one.
    #[must_use]
    pub const fn day(&self) -> Option<Day> {
        match self {
            Self::Surge { day, .. } | Self::Refusals { day, .. } | Self::NewHours { day, .. } => Some(*day),
            Self::NeverUsed { .. } | Self::Idle { .. } => None,
        }
    }

    /// The calls it is about.
    #[must_use]
    pub const fn calls(&self) -> i64 {
        match self {
            Self::Surge { calls, .. } | Self::Refusals { calls, .. } | Self::NewHours { calls, .. } => *calls,
            Self::NeverUsed { .. } | Self::Idle { .. } => 0,
        }
    }

    /// What is unusual, in words and numbers.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Surge { day, calls, usual } => {
                format!("{} calls on {}, where {} a day are usual.", grouped(*calls), in_words(*day), grouped(*usual))
            }
            Self::Refusals { day, calls, refused } => {
                let (refused, calls) = (grouped(*refused), grouped(*calls));
                format!("{refused} of {calls} calls on {} were refused or failed.", in_words(*day))
            }
            Self::NewHours { day, hours, .. } => format!(
                "Calls on {} at hours in which it had not called in the four weeks before: {}.",
                in_words(*day),
                spans(*hours).join(", ")
            ),
            Self::NeverUsed { made } => format!("Made on {} and never used.", in_words(*made)),
            Self::Idle { since, last: None } => format!("In force since {} without a call.", in_words(*since)),
            Self::Idle { last: Some(last), .. } => format!("No call since {}.", in_words(*last)),
        }
    }
}

/// Hours as spans of the clock: bits 22, 23 and 3 as `03:00–04:00` and `22:00–24:00`.
#[must_use]
pub fn spans(hours: u32) -> Vec<String> {
    let is_in = |hour: u32| hour < 24 && hours & (1 << hour) != 0;
    let begins = (0..24).filter(|hour| is_in(*hour) && (*hour == 0 || !is_in(*hour - 1)));
    begins
        .map(|begin| {
            let end = (begin..=24).find(|hour| !is_in(*hour)).unwrap_or(24);
            format!("{begin:02}:00–{end:02}:00")
        })
        .collect()
}

/// The past of one key, day after day.
#[derive(Clone, Debug, Default)]
pub struct Past(VecDeque<(Day, KeyDay)>);

impl Past {
    /// Takes in a day, and says what is unusual about it. Days come in order.
    pub fn take(&mut self, day: Day, of: KeyDay) -> Vec<Anomaly> {
        while self.0.front().is_some_and(|(before, _)| (day - *before).num_days() > PAST_DAYS) {
            self.0.pop_front();
        }
        let found = self.judge(day, of);
        self.0.push_back((day, of));
        found
    }

    fn judge(&self, day: Day, of: KeyDay) -> Vec<Anomaly> {
        let KeyDay { calls, refused, hours } = of;
        let mut found = Vec::new();
        if calls >= SURGE_CALLS_MIN
            && let Some(usual) = self.usual()
            && calls > usual.saturating_mul(SURGE_TIMES)
        {
            found.push(Anomaly::Surge { day, calls, usual });
        }
        if calls >= REFUSED_CALLS_MIN && refused.saturating_mul(2) >= calls {
            found.push(Anomaly::Refusals { day, calls, refused });
        }
        let counted = self.0.iter().filter(|(_, before)| before.hours != 0);
        let known = counted.clone().fold(0, |all, (_, before)| all | before.hours);
        let new = hours & !known;
        if calls >= HOURS_CALLS_MIN && new != 0 && counted.count() >= KNOWN_DAYS_MIN {
            found.push(Anomaly::NewHours { day, calls, hours: new });
        }
        found
    }

    /// The median of the calls of days that had any; none while there are too few.
    fn usual(&self) -> Option<i64> {
        let mut calls: Vec<i64> = self.0.iter().map(|(_, before)| before.calls).filter(|calls| *calls > 0).collect();
        if calls.len() < KNOWN_DAYS_MIN {
            return None;
        }
        calls.sort_unstable();
        // Of an even number the upper of the two in the middle: the milder judgement.
        calls.get(calls.len() / 2).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(number: i64) -> Day {
        "2026-10-01".parse::<Day>().unwrap() + chrono::Duration::days(number)
    }

    /// Office hours, eight to noon.
    const OFFICE: u32 = 0b1111 << 8;

    fn past(days: i64, calls: i64) -> Past {
        let mut past = Past::default();
        for number in 0..days {
            past.take(day(number), KeyDay { calls, refused: 0, hours: OFFICE });
        }
        past
    }

    fn words(past: &Past, number: i64, of: KeyDay) -> Vec<&'static str> {
        past.clone().take(day(number), of).iter().map(Anomaly::as_str).collect()
    }

    #[test]
    fn a_day_is_compared_with_the_four_weeks_before_it() {
        let of = |calls, refused, hours| KeyDay { calls, refused, hours };
        let rows: [(i64, i64, i64, KeyDay, &[&str]); 14] = [
            (28, 100, 28, of(501, 0, OFFICE), &["surge"]),
            (28, 100, 28, of(500, 0, OFFICE), &[]),
            (28, 90, 28, of(500, 0, OFFICE), &["surge"]),
            (28, 90, 28, of(499, 0, OFFICE), &[]),
            (7, 90, 7, of(500, 0, OFFICE), &["surge"]),
            (6, 90, 6, of(500, 0, OFFICE), &[]),
            (28, 90, 50, of(500, 0, OFFICE), &[]),
            (28, 90, 28, of(100, 50, OFFICE), &["refusals"]),
            (28, 90, 28, of(100, 49, OFFICE), &[]),
            (28, 90, 28, of(99, 99, OFFICE), &[]),
            (0, 0, 0, of(100, 100, OFFICE), &["refusals"]),
            (28, 90, 28, of(50, 0, OFFICE | 1), &["new_hours"]),
            (28, 90, 28, of(49, 0, OFFICE | 1), &[]),
            (28, 90, 28, of(900, 900, 1), &["surge", "refusals", "new_hours"]),
        ];
        for (days, usual, number, of, found) in rows {
            assert_eq!(words(&past(days, usual), number, of), found, "{days} days of {usual}, then {of:?}");
        }
    }

    #[test]
    fn hours_that_were_not_counted_make_no_hour_new() {
        let mut past = Past::default();
        for number in 0..28 {
            past.take(day(number), KeyDay { calls: 90, refused: 0, hours: if number < 6 { OFFICE } else { 0 } });
        }
        assert!(words(&past, 28, KeyDay { calls: 90, refused: 0, hours: 1 }).is_empty());
        assert!(words(&past, 28, KeyDay { calls: 90, refused: 0, hours: 0 }).is_empty());
    }

    #[test]
    fn what_is_unusual_is_said_in_words_and_numbers() {
        let past = past(28, 100);
        let said: Vec<_> = past
            .clone()
            .take(day(28), KeyDay { calls: 900, refused: 450, hours: 0b11 << 22 | 1 << 3 })
            .iter()
            .map(Anomaly::sentence)
            .collect();
        assert_eq!(
            said,
            [
                "900 calls on Thu Oct 29, 2026, where 100 a day are usual.",
                "450 of 900 calls on Thu Oct 29, 2026 were refused or failed.",
                "Calls on Thu Oct 29, 2026 at hours in which it had not called in the four weeks before: 03:00–04:00, \
                 22:00–24:00.",
            ]
        );
        assert_eq!([7, 999, 1_600, 1_234_567].map(grouped), ["7", "999", "1,600", "1,234,567"]);
        assert_eq!(spans(u32::MAX), ["00:00–24:00"]);
        assert_eq!(Anomaly::NeverUsed { made: day(0) }.sentence(), "Made on Thu Oct 1, 2026 and never used.");
    }
}
