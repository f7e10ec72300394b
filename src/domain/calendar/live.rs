//! The calendar as it is now: the rules of the profile, and the days that the city closed or opened since. A handle that
//! many hold; the days are put in by the case that keeps them, and a deadline counted before names the version it was
//! counted on.

use std::sync::Arc;

use arc_swap::ArcSwap;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{CalendarRules, DayOff, Deadline, NamedDay, Span};
use crate::domain::audit::hex;
use crate::domain::refusal::Refusal;
use crate::domain::text::{Invalid, Line};
use crate::domain::time::Day;

/// Days that are looked back when a closing is put in afterwards.
pub const BACK_DAYS: i64 = 14;
/// How far ahead a day may be put in.
pub const AHEAD_DAYS: i64 = 3 * 366;

/// A day that the city closed or opened by its own act.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LocalDay {
    /// The day.
    pub day: Day,
    /// Whether the offices work on it although a rule closes them; else they are closed.
    pub is_open: bool,
    /// Why, as shown beside each deadline that skips it.
    pub name: String,
}

impl LocalDay {
    /// A new day, against what the calendar says now.
    ///
    /// # Errors
    /// `day_too_far`, `day_listed`, `already_closed`, `already_open`.
    pub fn new(
        (day, is_open, name): (Day, bool, Line<100>),
        calendar: &Calendar,
        (listed, today): (&[Self], Day),
    ) -> Result<Self, Refusal> {
        let away = (day - today).num_days();
        if !(-BACK_DAYS..=AHEAD_DAYS).contains(&away) {
            let text = format!("Choose a day from {BACK_DAYS} days ago to three years ahead.");
            return Err(Refusal::new("day_too_far", text));
        }
        if let Some(known) = listed.iter().find(|known| known.day == day) {
            let word = if known.is_open { "open" } else { "closed" };
            let text = format!("This day is listed as {word} already ({}). Take it off the list first.", known.name);
            return Err(Refusal::new("day_listed", text));
        }
        match (calendar.day_off(day), is_open) {
            (Some(why), false) => {
                Err(Refusal::new("already_closed", format!("The offices are closed on this day already: {why}.")))
            }
            (None, true) => Err(Refusal::new("already_open", "The offices work on this day already.")),
            (Some(_), true) | (None, false) => Ok(Self { day, is_open, name: name.into_string() }),
        }
    }
}

/// The calendar as it is now.
#[derive(Clone, Debug, Deserialize)]
#[serde(from = "CalendarRules")]
pub struct Calendar {
    base: Arc<CalendarRules>,
    now: Arc<ArcSwap<CalendarRules>>,
}

impl From<CalendarRules> for Calendar {
    fn from(rules: CalendarRules) -> Self {
        let base = Arc::new(rules);
        Self { now: Arc::new(ArcSwap::new(Arc::clone(&base))), base }
    }
}

/// Two calendars are the same where the profile's own rules are.
impl PartialEq for Calendar {
    fn eq(&self, other: &Self) -> bool {
        self.base == other.base
    }
}
impl Eq for Calendar {}

impl Calendar {
    /// The profile's own rules.
    #[must_use]
    pub fn base(&self) -> &CalendarRules {
        &self.base
    }

    /// The rules with every local day.
    #[must_use]
    pub fn current(&self) -> Arc<CalendarRules> {
        self.now.load_full()
    }

    /// The name and version that deadlines are stamped with.
    #[must_use]
    pub fn version(&self) -> String {
        self.now.load().version().to_owned()
    }

    /// Takes the local days as they are now, and says whether that changed anything.
    ///
    /// # Errors
    /// More days than a calendar may list.
    pub fn take(&self, days: &[LocalDay]) -> Result<bool, Invalid> {
        let next = self.base.with_days(days)?;
        let changed = **self.now.load() != next;
        if changed {
            self.now.store(Arc::new(next));
        }
        Ok(changed)
    }

    /// See [`CalendarRules::day_off`].
    #[must_use]
    pub fn day_off(&self, day: Day) -> Option<DayOff> {
        self.now.load().day_off(day)
    }

    /// See [`CalendarRules::is_business_day`].
    #[must_use]
    pub fn is_business_day(&self, day: Day) -> bool {
        self.now.load().is_business_day(day)
    }

    /// See [`CalendarRules::after`].
    #[must_use]
    pub fn after(&self, day: Day, span: Span) -> Deadline {
        self.now.load().after(day, span)
    }

    /// See [`CalendarRules::business_days_after`].
    #[must_use]
    pub fn business_days_after(&self, day: Day, days: u16) -> Deadline {
        self.now.load().business_days_after(day, days)
    }

    /// See [`CalendarRules::calendar_days_after`].
    #[must_use]
    pub fn calendar_days_after(&self, day: Day, days: u16) -> Deadline {
        self.now.load().calendar_days_after(day, days)
    }
}

impl CalendarRules {
    /// The same rules with local days, which win over what the rules list. The version names the days, so that the same
    /// days give the same version in every process.
    ///
    /// # Errors
    /// More days than a calendar may list.
    pub fn with_days(&self, days: &[LocalDay]) -> Result<Self, Invalid> {
        if days.is_empty() {
            return Ok(self.clone());
        }
        let mut sorted = days.to_vec();
        sorted.sort();
        let listed = |is_open: bool, own: &[NamedDay]| -> Result<Vec<NamedDay>, Invalid> {
            let kept = own.iter().filter(|named| !sorted.iter().any(|local| local.day == named.day)).cloned();
            let local = sorted.iter().filter(|local| local.is_open == is_open);
            let named = local.map(|local| Ok(NamedDay { day: local.day, name: Line::parse("name", &local.name)? }));
            kept.map(Ok).chain(named).collect()
        };
        let print = Sha256::digest(sorted.iter().map(|local| format!("{local:?}")).collect::<Vec<_>>().join("\n"));
        let mark: String = hex(&print).chars().take(8).collect();
        let base: String = self.version().chars().take(48).collect();
        self.listing(
            Line::parse("version", &format!("{base}+{mark}"))?,
            (listed(false, self.closed())?, listed(true, self.open())?),
        )
    }
}

impl Deadline {
    /// The same deadline on another calendar; `None` where its last day and its working stay the same.
    #[must_use]
    pub fn recounted(&self, calendar: &CalendarRules) -> Option<Self> {
        let again = calendar.after(self.from, self.span);
        let is_same = again.due == self.due && again.skipped == self.skipped && again.due_is_off == self.due_is_off;
        (!is_same).then_some(again)
    }

    /// The same for the time of a party: a right that somebody was told of is never made shorter by a later change.
    #[must_use]
    pub fn recounted_for_party(&self, calendar: &CalendarRules) -> Option<Self> {
        self.recounted(calendar).filter(|again| again.due >= self.due)
    }
}
