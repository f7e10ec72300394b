//! What an auditor asks for, as typed: days of the city, and things by number, short name, mail address or id.

use chrono::{Days, TimeZone as _};
use chrono_tz::Tz;
use uuid::Uuid;

use crate::cases::{CaseError, Desk};
use crate::domain::text::Email;
use crate::domain::time::{Day, Instant, day_in};
use crate::portal::shared::Choice;
use crate::store::audit::{self, Search};
use crate::store::{agreements, applications, datasets, keys, people};
use crate::web::{FormErrors, Query};

/// The kinds of things that have a story.
pub(super) const KINDS: [(&str, &str); 5] = [
    ("application", "Application"),
    ("agreement", "Agreement"),
    ("key", "Key"),
    ("dataset", "Dataset"),
    ("person", "Person"),
];

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
pub(super) fn span(zone: Tz, (from, to): (&str, &str), errors: &mut FormErrors) -> (Option<Instant>, Option<Instant>) {
    let (first, last) = (day("from", from, errors), day("to", to, errors));
    let end = last.and_then(|last| last.checked_add_days(Days::new(1)));
    (first.map(|day| start_of(zone, day)), end.map(|day| start_of(zone, day)))
}

/// The days of a table of use: as typed, or the last thirty.
pub(super) fn days(desk: &Desk, (from, to): (&str, &str), errors: &mut FormErrors) -> (Day, Day) {
    let today = day_in(desk.profile.zone, desk.clock.now());
    let last = day("to", to, errors).unwrap_or(today);
    let first = day("from", from, errors);
    let first = first.or_else(|| last.checked_sub_days(Days::new(29))).unwrap_or(last);
    if first > last {
        errors.add("from", "The first day lies after the last.");
        return (last, last);
    }
    (first, last)
}

/// The id of the thing that `text` names: a number, a short name, a mail address or an id.
///
/// # Errors
/// [`CaseError::Missing`] when there is none; what the store says.
pub(super) fn find(desk: &Desk, kind: &str, text: &str) -> Result<String, CaseError> {
    let text = text.trim();
    if text.parse::<Uuid>().is_ok() {
        let id = text.to_lowercase();
        title(desk, kind, &id)?;
        return Ok(id);
    }
    match kind {
        "agreement" => Ok(desk.read(|conn| agreements::by_number(conn, &text.to_uppercase()))?.id.to_string()),
        "dataset" => Ok(desk.read(|conn| datasets::by_slug(conn, &text.to_lowercase()))?.id.to_string()),
        "person" => {
            let key = Email::parse("email", text).map_err(CaseError::from)?.normalised();
            let account = desk.read(|conn| people::account_by_email(conn, &key))?;
            account.map(|account| account.id.to_string()).ok_or(CaseError::Missing)
        }
        "application" => application(desk, &text.to_uppercase()),
        _ => Err(CaseError::Missing),
    }
}

/// An application by its number; every one has left entries.
fn application(desk: &Desk, number: &str) -> Result<String, CaseError> {
    let wanted = Search { words: Some(number.to_owned()), act: Some("application.".to_owned()), ..Search::default() };
    let found = desk.read(|conn| audit::search(conn, &wanted, 200))?;
    let own = found.into_iter().find(|entry| entry.subject == number);
    own.and_then(|entry| entry.about.application).map(|id| id.to_string()).ok_or(CaseError::Missing)
}

/// What a thing is called.
///
/// # Errors
/// [`CaseError::Missing`] for an unknown kind or id; what the store says.
pub(super) fn title(desk: &Desk, kind: &str, id: &str) -> Result<String, CaseError> {
    fn parsed<K>(id: &str) -> Result<crate::domain::id::Id<K>, CaseError> {
        id.parse().or(Err(CaseError::Missing))
    }
    match kind {
        "application" => {
            let id = parsed(id)?;
            let found = desk.read(|conn| applications::by_id(conn, id))?;
            Ok(format!("{} {}", found.number, found.answers.get("title")))
        }
        "agreement" => {
            let id = parsed(id)?;
            let found = desk.read(|conn| agreements::by_id(conn, id))?;
            Ok(format!("{} {}", found.number, found.title))
        }
        "key" => {
            let id = parsed(id)?;
            let found = desk.read(|conn| keys::by_id(conn, id))?;
            Ok(format!("{} ({})", found.key.name, found.key.hint))
        }
        "dataset" => {
            let id = parsed(id)?;
            Ok(desk.read(|conn| datasets::by_id(conn, id))?.metadata.title.to_string())
        }
        "person" => {
            let id = parsed(id)?;
            Ok(desk.read(|conn| people::account_by_id(conn, id))?.name)
        }
        _ => Err(CaseError::Missing),
    }
}

/// The title, or the id itself where the thing is gone or unknown.
pub(super) fn title_or_id(desk: &Desk, kind: &str, id: &str) -> Result<String, CaseError> {
    match title(desk, kind, id) {
        Err(CaseError::Missing) => Ok(id.to_owned()),
        other => other,
    }
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
