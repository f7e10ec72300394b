//! Mending of dates, periods and frequencies. Must never turn what is not a date into one.

use chrono::{DateTime, Datelike, NaiveDateTime};
use serde_json::Value;

use super::Mender;
use crate::domain::dcat::RepairCode;
use crate::domain::dcat::syntax::{Frequency, Interval, Stamp};
use crate::domain::time::Day;

impl Mender<'_> {
    /// A date field; other notations in common use are rewritten.
    pub(super) fn stamp(&mut self, field: &str) -> Option<Stamp> {
        let text = self.text(field)?;
        self.stamp_of(field, &text)
    }

    fn stamp_of(&mut self, field: &str, text: &str) -> Option<Stamp> {
        if let Ok(stamp) = Stamp::parse(field, text) {
            return Some(stamp);
        }
        let shown: String = text.chars().take(40).collect();
        let Some(day) = other_date(text) else {
            self.note(field, RepairCode::Date, format!("“{shown}” is not a date and was dropped."));
            return None;
        };
        self.note(field, RepairCode::Date, format!("“{shown}” was rewritten as {day}."));
        Some(Stamp::of_day(day))
    }

    /// The day of the last change; a repeating duration, which the standard allows there, is a frequency.
    pub(super) fn modified(&mut self) -> (Option<Stamp>, Option<Frequency>) {
        const FIELD: &str = "modified";
        let Some(text) = self.text(FIELD) else {
            self.note(FIELD, RepairCode::Missing, "It was missing; the day of the import is shown.");
            return (None, None);
        };
        match Frequency::parse(FIELD, &text) {
            Ok(frequency) => (None, Some(frequency)),
            Err(_not_a_frequency) => (self.stamp_of(FIELD, &text), None),
        }
    }

    pub(super) fn frequency(&mut self) -> Option<Frequency> {
        const FIELD: &str = "accrualPeriodicity";
        let text = self.text(FIELD)?;
        if let Ok(frequency) = Frequency::parse(FIELD, &text) {
            return Some(frequency);
        }
        let shown: String = text.chars().take(40).collect();
        let mapped = Frequency::from_word(&text);
        let message = mapped.as_ref().map_or_else(
            || format!("“{shown}” is not a frequency of the standard and was dropped."),
            |frequency| format!("“{shown}” was rewritten as {frequency}."),
        );
        self.note(FIELD, RepairCode::Vocabulary, message);
        mapped
    }

    pub(super) fn temporal(&mut self) -> Option<Interval> {
        const FIELD: &str = "temporal";
        let text = match self.fields.get(FIELD)? {
            Value::Array(ends) => {
                self.note(
                    FIELD,
                    RepairCode::WrongType,
                    "It is a list where text is expected; its entries were joined.",
                );
                ends.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("/")
            }
            Value::Object(period) => {
                self.note(
                    FIELD,
                    RepairCode::WrongType,
                    "It is an object where text is expected; start and end were joined.",
                );
                let end = |names: [&str; 2]| {
                    names.into_iter().find_map(|name| period.get(name)?.as_str()).unwrap_or_default()
                };
                format!("{}/{}", end(["startDate", "start"]), end(["endDate", "end"]))
            }
            other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
                self.text_of(FIELD, other)?
            }
        };
        let interval = Interval::parse(FIELD, &text).ok();
        if interval.is_none() {
            self.note(FIELD, RepairCode::Date, "It is not a period as start/end and was dropped.");
        }
        interval
    }
}

/// Dates in notations that catalogues use beside ISO 8601.
fn other_date(text: &str) -> Option<Day> {
    const DATE_TEXT_MAX: usize = 60;
    const YEARS: std::ops::RangeInclusive<i32> = 1000..=9999;
    if text.len() > DATE_TEXT_MAX {
        return None;
    }
    let trimmed = text.trim();
    let in_range = |day: &Day| YEARS.contains(&day.year());
    if trimmed.len() >= 9 && trimmed.chars().all(|c| c.is_ascii_digit()) {
        let count: i64 = trimmed.parse().ok()?;
        // Seconds since 1970 have up to eleven digits until the year 5138; more are milliseconds.
        let instant = if trimmed.len() <= 11 {
            DateTime::from_timestamp(count, 0)
        } else {
            DateTime::from_timestamp_millis(count)
        };
        return instant.map(|instant| instant.date_naive()).filter(in_range);
    }
    let date_only =
        ["%m/%d/%Y", "%Y/%m/%d", "%B %d, %Y", "%b %d, %Y", "%d %B %Y", "%d %b %Y", "%Y-%m-%d", "%Y.%m.%d", "%m-%d-%Y"];
    let with_time =
        ["%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M %p", "%m/%d/%Y %I:%M:%S %p", "%a %b %d %H:%M:%S %Y"];
    let day = date_only.iter().find_map(|format| Day::parse_from_str(trimmed, format).ok());
    let timed = || with_time.iter().find_map(|format| NaiveDateTime::parse_from_str(trimmed, format).ok());
    let mailed = || DateTime::parse_from_rfc2822(trimmed).ok().map(|instant| instant.date_naive());
    day.or_else(|| timed().map(|time| time.date())).or_else(mailed).filter(in_range)
}
