//! What an auditor asks for, as typed: days of the city, and the kinds of things that have a story.

use chrono::{Days, TimeZone as _};
use chrono_tz::Tz;

pub(super) use crate::cases::named::{KINDS, find, title, title_or_id};
use crate::domain::time::{Day, Instant};
use crate::portal::shared::Choice;
use crate::web::{FormErrors, Query};

/// The kinds as choices.
pub(super) fn kinds() -> Vec<Choice> {
    KINDS.iter().map(|(word, label)| Choice::new(*word, *label)).collect()
}

/// The texts of the query, trimmed, by name; empty where not given.
pub(super) fn texts<const N: usize>(query: Query, names: [&str; N]) -> [String; N] {
    let query = query.lenient();
    names.map(|name| query.get(name).unwrap_or_default().trim().to_owned())
}

/// Midnight at the beginning of a day of the city.
pub(super) fn start_of(zone: Tz, day: Day) -> Instant {
    let midnight = day.and_hms_opt(0, 0, 0).unwrap_or_default();
    // Where the clock skips midnight the day begins an hour later.
    let local =
        (0..3).find_map(|hours| zone.from_local_datetime(&(midnight + chrono::Duration::hours(hours))).earliest());
    local.map_or_else(|| midnight.and_utc(), |local| local.to_utc())
}

/// A day as typed; empty is none.
pub(super) fn day(name: &str, text: &str, errors: &mut FormErrors) -> Option<Day> {
    if text.is_empty() {
        return None;
    }
    let day = text.parse().ok().filter(|day: &Day| (2000..=2999).contains(&chrono::Datelike::year(day)));
    if day.is_none() {
        errors.add(name, "Give the day as year-month-day, such as 2026-11-23.");
    }
    day
}

/// From the beginning of the first day to the end of the last, both as typed.
pub(crate) fn span(zone: Tz, (from, to): (&str, &str), errors: &mut FormErrors) -> (Option<Instant>, Option<Instant>) {
    let (first, last) = (day("from", from, errors), day("to", to, errors));
    let end = last.and_then(|last| last.checked_add_days(Days::new(1)));
    (first.map(|day| start_of(zone, day)), end.map(|day| start_of(zone, day)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_of_the_city_begins_at_its_own_midnight() {
        let zone = chrono_tz::America::New_York;
        let rows = [("2026-11-23", "2026-11-23T05:00:00Z"), ("2026-07-01", "2026-07-01T04:00:00Z")];
        for (day, start) in rows {
            assert_eq!(start_of(zone, day.parse().unwrap()), start.parse::<Instant>().unwrap());
        }
        // In Havana the clock is put forward at midnight: that day begins at one o'clock.
        let skipped = start_of(chrono_tz::America::Havana, "2026-03-08".parse().unwrap());
        assert_eq!(skipped, "2026-03-08T05:00:00Z".parse::<Instant>().unwrap());
    }

    #[test]
    fn a_day_that_cannot_be_read_is_named() {
        let mut errors = FormErrors::default();
        let span = span(chrono_tz::UTC, ("yesterday", "2026-11-23"), &mut errors);
        assert_eq!(errors.iter().map(|error| error.field.as_str()).collect::<Vec<_>>(), ["from"]);
        assert_eq!(span, (None, Some("2026-11-24T00:00:00Z".parse().unwrap())));
    }
}
