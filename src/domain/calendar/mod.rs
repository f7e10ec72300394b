//! The city's calendar: which days the offices work, and due dates *with their working*.
//!
//! Must never guess: a due date names the calendar version it was counted on and every day it skipped, so that a
//! person can check it by hand. It knows no clock and no law; numbers of days come from the profile.

mod live;
mod rules;
#[cfg(test)]
mod tests;

use std::fmt;

use chrono::{Days, Locale, Weekday};
use serde::{Deserialize, Serialize};

pub use live::{AHEAD_DAYS, BACK_DAYS, Calendar, LocalDay};
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

impl DayOff {
    /// The reason in a language; in English where we know no other way.
    #[must_use]
    pub fn in_words_of(&self, language: &str) -> String {
        match self {
            Self::Weekend { weekday } => weekday_in(*weekday, language).to_owned(),
            Self::Holiday { name, moved_from: None } | Self::Closed { name } => name.clone(),
            Self::Holiday { name, moved_from: Some(day) } => {
                let observed = if language == "es" { "se observa por el" } else { "observed for" };
                format!("{name} ({observed} {})", in_words_of(*day, language))
            }
        }
    }
}

const fn weekday_in(weekday: Weekday, language: &str) -> &'static str {
    let english = !matches!(language.as_bytes(), b"es");
    match weekday {
        Weekday::Mon => {
            if english {
                "Monday"
            } else {
                "lunes"
            }
        }
        Weekday::Tue => {
            if english {
                "Tuesday"
            } else {
                "martes"
            }
        }
        Weekday::Wed => {
            if english {
                "Wednesday"
            } else {
                "miércoles"
            }
        }
        Weekday::Thu => {
            if english {
                "Thursday"
            } else {
                "jueves"
            }
        }
        Weekday::Fri => {
            if english {
                "Friday"
            } else {
                "viernes"
            }
        }
        Weekday::Sat => {
            if english {
                "Saturday"
            } else {
                "sábado"
            }
        }
        Weekday::Sun => {
            if english {
                "Sunday"
            } else {
                "domingo"
            }
        }
    }
}

impl fmt::Display for DayOff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_words_of("en"))
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
        self.explain_in("en")
    }

    /// The same in a language; in English where we know no other way. Holidays keep the name the calendar gives them.
    #[must_use]
    pub fn explain_in(&self, language: &str) -> String {
        let spanish = language == "es";
        let words = |day| in_words_of(day, language);
        let why = |off: &DayOff| off.in_words_of(language);
        let (days, from, due) = (self.span.days, words(self.from), words(self.due));
        let unit = match (self.span.unit, spanish, days) {
            (DayUnit::Business, false, 1) => "business day",
            (DayUnit::Business, false, _) => "business days",
            (DayUnit::Calendar, false, 1) => "calendar day",
            (DayUnit::Calendar, false, _) => "calendar days",
            (DayUnit::Business, true, 1) => "día hábil",
            (DayUnit::Business, true, _) => "días hábiles",
            (DayUnit::Calendar, true, 1) => "día corrido",
            (DayUnit::Calendar, true, _) => "días corridos",
        };
        let mut text = if spanish {
            format!("{days} {unit} después del {from} es el {due}")
        } else {
            format!("{days} {unit} after {from} is {due}")
        };
        if !self.skipped.is_empty() {
            let listed: Vec<_> = self.skipped.iter().map(|s| format!("{} ({})", words(s.day), why(&s.why))).collect();
            text.push_str(if spanish { "; no cuentan: " } else { "; not counted: " });
            text.push_str(&listed.join(", "));
        }
        text.push('.');
        if let Some(off) = &self.due_is_off {
            text.push_str(&if spanish {
                format!(" El último día no es día hábil ({}) y no se corre: actúe antes.", why(off))
            } else {
                format!(" The last day is not a business day ({}) and is not moved: act before it.", why(off))
            });
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
    in_words_of(day, "en")
}

/// A day as people read it in a language: `lun 23 de nov de 2026`; in English where we know no other way.
#[must_use]
pub fn in_words_of(day: Day, language: &str) -> String {
    let locale = if language == "es" { Locale::es_US } else { Locale::en_US };
    let form = if language == "es" { "%a %-d de %b de %Y" } else { "%a %b %-d, %Y" };
    day.format_localized(form, locale).to_string()
}
