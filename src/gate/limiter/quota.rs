//! A calendar quota in one atomic word: which window, how many calls, and which notices were given.
//!
//! From the top: 22 bits window (the day counted from year one, or year times twelve plus month), 2 bits notices
//! given (80 and 100 per cent), 40 bits calls.

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{Datelike, NaiveDate};

use super::LimitSet;
use crate::domain::limits::{Limit, QUOTA_MAX, Window};
use crate::domain::time::{Day, Instant};
use crate::gate::clock::Now;

const COUNT_BITS: u32 = 40;
const COUNT_MASK: u64 = (1 << COUNT_BITS) - 1;
const TOLD_80: u64 = 1 << COUNT_BITS;
const TOLD_100: u64 = 2 << COUNT_BITS;
const WINDOW_SHIFT: u32 = COUNT_BITS + 2;

const _: () = assert!(QUOTA_MAX <= COUNT_MASK, "a quota must fit its bits");

/// A quota that reached 80 or 100 per cent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crossed {
    /// The limit's own name.
    pub limit: String,
    /// Over what it counts.
    pub window: Window,
    /// 80 or 100.
    pub percent: u8,
    /// Calls used when it was noticed.
    pub used: u64,
    /// Calls allowed.
    pub max: u64,
    /// When the window ends.
    pub resets_at: Instant,
}

/// What was used of one quota, to be kept over a restart.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct QuotaLevel {
    /// The limit's own name.
    pub limit: String,
    /// Over what it counts.
    pub window: Window,
    /// The first day of the window: the day itself, or the first of the month.
    pub window_start: Day,
    /// Calls used.
    pub used: u64,
    /// The notices given: 0, 80 or 100.
    pub told_percent: u8,
}

impl LimitSet {
    /// What is used of each quota in the present window, but for what other gates counted and will write themselves.
    pub(crate) fn levels(&self, now: &Now) -> Vec<QuotaLevel> {
        let level = |(at, (limit, word)): (usize, (&Limit, &AtomicU64))| {
            let word = word.load(Ordering::Acquire);
            let Present { ordinal, count } = Present::of(word, limit.window, now);
            let used = count.saturating_sub(self.foreign(at, ordinal));
            let window_start = window_start(ordinal_of(word), limit.window)?;
            (used > 0).then(|| QuotaLevel {
                limit: limit.name.clone(),
                window: limit.window,
                window_start,
                used,
                told_percent: told_percent(word),
            })
        };
        self.entries().enumerate().filter(|(_, (limit, _))| limit.window.is_quota()).filter_map(level).collect()
    }

    /// Puts back what was used before a restart; what was counted since is never lowered.
    pub(crate) fn restore(&self, level: &QuotaLevel) {
        let is_it = |limit: &Limit| limit.name == level.limit && limit.window == level.window;
        let Some((at, (_, word))) = self.entries().enumerate().find(|(_, (limit, _))| is_it(limit)) else { return };
        let told = match level.told_percent {
            100 => TOLD_80 | TOLD_100,
            80 => TOLD_80,
            _ => 0,
        };
        let ordinal = ordinal(level.window_start, level.window);
        let restored = pack(ordinal, level.used.min(QUOTA_MAX)) | told;
        self.rebase(at, ordinal, level.used.min(QUOTA_MAX), 0);
        update(word, |seen| {
            let (seen_ordinal, seen_used) = (ordinal_of(seen), seen & COUNT_MASK);
            if seen_ordinal > ordinal {
                return seen;
            }
            if seen_ordinal == ordinal && seen_used >= level.used { seen | told } else { restored }
        });
    }
}

const fn told_percent(word: u64) -> u8 {
    if word & TOLD_100 != 0 {
        return 100;
    }
    if word & TOLD_80 != 0 { 80 } else { 0 }
}

/// Counts a call up to `max`, or the seconds until the window ends.
pub(super) fn take(word: &AtomicU64, limit: &Limit, max: u64, now: &Now) -> Result<(), u64> {
    let present = present(limit.window, now);
    let mut seen = word.load(Ordering::Acquire);
    loop {
        let current = in_window(seen, present);
        if current & COUNT_MASK >= max {
            return Err(seconds_left(limit.window, now));
        }
        match word.compare_exchange_weak(seen, current + 1, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => return Ok(()),
            Err(changed) => seen = changed,
        }
    }
}

pub(super) fn give_back(word: &AtomicU64, window: Window, now: &Now) {
    let present = present(window, now);
    update(word, |seen| {
        let is_ours = in_window(seen, present) == seen && seen & COUNT_MASK > 0;
        if is_ours { seen - 1 } else { seen }
    });
}

/// A counter in the window that is in force.
pub(super) struct Present {
    /// Which window.
    pub(super) ordinal: u64,
    /// Calls.
    pub(super) count: u64,
}

impl Present {
    pub(super) fn of(word: u64, window: Window, now: &Now) -> Self {
        let word = in_window(word, present(window, now));
        Self { ordinal: ordinal_of(word), count: word & COUNT_MASK }
    }
}

/// Which window a word is of.
pub(super) const fn ordinal_of(word: u64) -> u64 {
    word >> WINDOW_SHIFT
}

/// The calls of a word if it is of this window.
pub(super) const fn in_ordinal(word: u64, ordinal: u64) -> u64 {
    if ordinal_of(word) == ordinal { word & COUNT_MASK } else { 0 }
}

/// Adds and subtracts calls if the word is of this window, or of an earlier one, which then is over.
pub(super) fn shift(word: &AtomicU64, ordinal: u64, more: u64, less: u64) {
    update(word, |seen| {
        if ordinal_of(seen) > ordinal {
            return seen;
        }
        let seen = if ordinal_of(seen) == ordinal { seen } else { pack(ordinal, 0) };
        let count = ((seen & COUNT_MASK) + more).saturating_sub(less).min(QUOTA_MAX);
        seen & !COUNT_MASK | count
    });
}

/// Calls used in the present window.
pub(super) fn used(word: u64, window: Window, now: &Now) -> u64 {
    in_window(word, present(window, now)) & COUNT_MASK
}

/// The notice owed after a call, if one is and nobody else gave it.
pub(super) fn crossed(word: &AtomicU64, limit: &Limit, now: &Now) -> Option<Crossed> {
    let seen = word.load(Ordering::Acquire);
    let used = seen & COUNT_MASK;
    let (percent, told) = if used >= limit.max {
        (100, TOLD_80 | TOLD_100)
    } else if used.saturating_mul(5) >= limit.max.saturating_mul(4) {
        (80, TOLD_80)
    } else {
        return None;
    };
    let is_told = |word: u64| word & told == told;
    if is_told(seen) || is_told(word.fetch_or(told, Ordering::AcqRel)) {
        return None;
    }
    let resets_at = window_end(limit.window, now);
    Some(Crossed { limit: limit.name.clone(), window: limit.window, percent, used, max: limit.max, resets_at })
}

/// Whole seconds until the window ends.
pub(super) fn seconds_left(window: Window, now: &Now) -> u64 {
    let left = (window_end(window, now) - now.utc).num_milliseconds();
    u64::try_from(left).unwrap_or(0).div_ceil(1000)
}

/// A counter as it goes on under a changed plan: notices may be due again under another maximum.
pub(super) const fn carried(word: u64) -> u64 {
    word & !(TOLD_80 | TOLD_100)
}

const fn window_end(window: Window, now: &Now) -> Instant {
    match window {
        Window::Month => now.today.month_ends,
        Window::Day | Window::Second | Window::Minute | Window::Hour => now.today.ends,
    }
}

pub(super) fn present(window: Window, now: &Now) -> u64 {
    ordinal(now.today.day, window)
}

fn ordinal(day: Day, window: Window) -> u64 {
    let ordinal = match window {
        Window::Month => i64::from(day.year()) * 12 + i64::from(day.month0()),
        Window::Day | Window::Second | Window::Minute | Window::Hour => i64::from(day.num_days_from_ce()),
    };
    u64::try_from(ordinal).unwrap_or(0)
}

fn window_start(ordinal: u64, window: Window) -> Option<Day> {
    let ordinal = i32::try_from(ordinal).ok()?;
    match window {
        Window::Month => NaiveDate::from_ymd_opt(ordinal / 12, u32::try_from(ordinal % 12).ok()? + 1, 1),
        Window::Day | Window::Second | Window::Minute | Window::Hour => NaiveDate::from_num_days_from_ce_opt(ordinal),
    }
}

pub(super) const fn pack(ordinal: u64, count: u64) -> u64 {
    ordinal << WINDOW_SHIFT | count
}

/// The word in the present window: as it is, or empty when it is of another one. A word of the very next window stays
/// in force, so that a clock set back over midnight does not give the quota twice; one further off does not, so that a
/// clock once far ahead does not block for ever.
const fn in_window(word: u64, present: u64) -> u64 {
    let ordinal = ordinal_of(word);
    if ordinal == present || ordinal == present + 1 { word } else { pack(present, 0) }
}

fn update(word: &AtomicU64, change: impl Fn(u64) -> u64) {
    let mut seen = word.load(Ordering::Acquire);
    while let Err(changed) = word.compare_exchange_weak(seen, change(seen), Ordering::AcqRel, Ordering::Acquire) {
        seen = changed;
    }
}
