//! The city's calendar: which days the offices work, and due dates *with their working*.
//!
//! Must never guess: a due date names the calendar version it was counted on and every day it skipped, so that a
//! person can check it by hand. It knows no clock and no law; numbers of days come from the profile.

mod rules;
#[cfg(test)]
mod tests;

use std::fmt;

use chrono::{Days, Weekday};
use serde::{Deserialize, Serialize};

pub use rules::{CalendarRules, DayRule, Holiday, HolidayRule, NamedDay, Observance};

use crate::domain::time::Day;

/// How a number of days is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayUnit {
    /// Days on which the offices work.
    Business,
    /// All days.
    Calendar,
}

/// A number of days and how to count them. The day after the start is day 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// How many days.
    pub days: u16,
    /// Which days count.
    pub unit: DayUnit,
}

impl Span {
    /// So many business days.
    #[must_use]
    pub const fn business(days: u16) -> Self {
        Self { days, unit: DayUnit::Business }
    }

    /// So many calendar days.
    #[must_use]
    pub const fn calendar(days: u16) -> Self {
        Self { days, unit: DayUnit::Calendar }
    }
}

/// Why a day is not a business day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum DayOff {
    /// A day of the weekend.
    Weekend {
        /// Which day of the week.
        weekday: Weekday,
    },
    /// A legal holiday, or the day on which it is observed.
    Holiday {
        /// Its name.
        name: String,
        /// The day of the holiday itself, where this is the day it moved to.
        moved_from: Option<Day>,
    },
    /// A day listed as closed in this calendar.
    Closed {
        /// Why, as listed.
        name: String,
    },
}

impl fmt::Display for DayOff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Weekend { weekday } => f.write_str(match weekday {
                Weekday::Mon => "Monday",
                Weekday::Tue => "Tuesday",
                Weekday::Wed => "Wednesday",
                Weekday::Thu => "Thursday",
                Weekday::Fri => "Friday",
                Weekday::Sat => "Saturday",
                Weekday::Sun => "Sunday",
            }),
            Self::Holiday { name, moved_from: None } | Self::Closed { name } => f.write_str(name),
            Self::Holiday { name, moved_from: Some(day) } => write!(f, "{name} (observed for {})", in_words(*day)),
        }
    }
}

/// A day that did not count, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// The day.
    pub day: Day,
    /// Why it did not count.
    #[serde(flatten)]
    pub why: DayOff,
}

/// A due date with its working.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline {
    /// The day counted from (day 0).
    pub from: Day,
    /// How many days, and of which kind.
    pub span: Span,
    /// The last day: what is due may be done on it.
    pub due: Day,
    /// The days passed over while counting business days; empty for calendar days.
    pub skipped: Vec<Skipped>,
    /// Why the last day is not a business day; a last day counted in calendar days is not moved, so act earlier.
    pub due_is_off: Option<DayOff>,
    /// The calendar that was counted on.
    pub calendar_version: String,
}

impl Deadline {
    /// The working in one plain sentence, and a second where the last day is not a business day.
    #[must_use]
    pub fn explain(&self) -> String {
        let unit = match self.span.unit {
            DayUnit::Business => "business",
            DayUnit::Calendar => "calendar",
        };
        let plural = if self.span.days == 1 { "" } else { "s" };
        let (days, from, due) = (self.span.days, in_words(self.from), in_words(self.due));
        let mut text = format!("{days} {unit} day{plural} after {from} is {due}");
        if !self.skipped.is_empty() {
            let listed: Vec<_> = self.skipped.iter().map(|s| format!("{} ({})", in_words(s.day), s.why)).collect();
            text.push_str("; not counted: ");
            text.push_str(&listed.join(", "));
        }
        text.push('.');
        if let Some(why) = &self.due_is_off {
            text.push_str(" The last day is not a business day (");
            text.push_str(&why.to_string());
            text.push_str(") and is not moved: act before it.");
        }
        text
    }
}

/// The two routes after a denial, side by side: the clerk's review never delays the state's clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DenialClocks {
    /// The day of the denial.
    pub denied_on: Day,
    /// Last day to ask the City Clerk for a review.
    pub clerk_by: Day,
    /// Last day for the notice of appeal to the state's commission.
    pub foic_by: Day,
    /// Working of `clerk_by`.
    pub clerk: Deadline,
    /// Working of `foic_by`.
    pub foic: Deadline,
}

impl DenialClocks {
    /// Counts both routes from the day of the denial.
    #[must_use]
    pub fn from_denial(calendar: &CalendarRules, clerk: Span, foic: Span, denied_on: Day) -> Self {
        let (clerk, foic) = (calendar.after(denied_on, clerk), calendar.after(denied_on, foic));
        Self { denied_on, clerk_by: clerk.due, foic_by: foic.due, clerk, foic }
    }
}

/// The clock of a records request: silence until the end of `due` is a denial, and the appeal runs from there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordsClocks {
    /// The last day to comply; without an answer the request counts as denied on it.
    pub due: Deadline,
    /// The last day to appeal that denial.
    pub appeal: Deadline,
}

impl RecordsClocks {
    /// Counts from the day the request came in.
    #[must_use]
    pub fn from_receipt(calendar: &CalendarRules, answer: Span, appeal: Span, received_on: Day) -> Self {
        let due = calendar.after(received_on, answer);
        let appeal = calendar.after(due.due, appeal);
        Self { due, appeal }
    }
}

impl CalendarRules {
    /// Why `day` is not a business day; `None` where it is one.
    #[must_use]
    pub fn day_off(&self, day: Day) -> Option<DayOff> {
        if let Some(closed) = self.closed().iter().find(|closed| closed.day == day) {
            return Some(DayOff::Closed { name: closed.name.to_string() });
        }
        if self.open().iter().any(|open| open.day == day) {
            return None;
        }
        self.holiday_on(day)
            .map(|holiday| DayOff::Holiday { name: holiday.name, moved_from: holiday.moved_from })
            .or_else(|| self.weekend_day(day).map(|weekday| DayOff::Weekend { weekday }))
    }

    /// Whether the offices work on `day`.
    #[must_use]
    pub fn is_business_day(&self, day: Day) -> bool {
        self.day_off(day).is_none()
    }

    /// The `span` counted from `day`.
    #[must_use]
    pub fn after(&self, day: Day, span: Span) -> Deadline {
        match span.unit {
            DayUnit::Business => self.business_days_after(day, span.days),
            DayUnit::Calendar => self.calendar_days_after(day, span.days),
        }
    }

    /// The `days`-th business day after `day`. Zero days is the first business day from `day` on.
    #[must_use]
    pub fn business_days_after(&self, day: Day, days: u16) -> Deadline {
        let mut skipped = Vec::new();
        let mut due = day;
        let mut counted = 0;
        let mut next = if days == 0 { Some(day) } else { day.succ_opt() };
        // It ends: a weekend of at most three days and at most a hundred rules cannot close a whole year.
        while let Some(today) = next {
            due = today;
            if let Some(why) = self.day_off(today) {
                skipped.push(Skipped { day: today, why });
            } else {
                counted += 1;
                if counted >= days {
                    break;
                }
            }
            next = today.succ_opt();
        }
        self.deadline(day, Span::business(days), due, skipped)
    }

    /// The `days`-th day after `day`. The last day is not moved where it is not a business day; it is reported.
    #[must_use]
    pub fn calendar_days_after(&self, day: Day, days: u16) -> Deadline {
        let due = day.checked_add_days(Days::new(u64::from(days))).unwrap_or(Day::MAX);
        self.deadline(day, Span::calendar(days), due, Vec::new())
    }

    fn deadline(&self, from: Day, span: Span, due: Day, skipped: Vec<Skipped>) -> Deadline {
        let due_is_off = self.day_off(due);
        Deadline { from, span, due, skipped, due_is_off, calendar_version: self.version().to_owned() }
    }
}

/// A day as people read it: `Mon Nov 23, 2026`.
#[must_use]
pub fn in_words(day: Day) -> String {
    day.format("%a %b %-d, %Y").to_string()
}
