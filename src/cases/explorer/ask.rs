//! A question of the explorer as it was typed or sent: pages and API read it by the same names. Things may be named by
//! number, short name, mail address or id.

use chrono::{Days, TimeDelta};
use chrono_tz::Tz;

use super::{By, Order, Question};
use crate::cases::named::find;
use crate::cases::{CaseError, Desk};
use crate::domain::id::Id;
use crate::domain::limits::CityDay;
pub use crate::domain::saved_view::USAGE_NAMES as NAMES;
use crate::domain::text::Invalid;
use crate::domain::time::{Day, Instant, day_in};
use crate::store::views::explorer::{Filters, Range};
use crate::store::{organisations, people};

/// Days told when none are given.
const DAYS: u64 = 30;

/// Reads a question. `get` gives what was typed under a name; empty where nothing was.
///
/// # Errors
/// Everything that cannot be read, each at its name.
pub fn question(desk: &Desk, get: &dyn Fn(&str) -> String) -> Result<Question, CaseError> {
    let text = |name: &str| get(name).trim().to_owned();
    let mut problems = Vec::new();
    let by = match text("by").as_str() {
        "" => By::Dataset,
        word => By::from_word(word).unwrap_or_else(|| {
            let words = By::ALL.map(By::as_str).join(", ");
            problems.push(Invalid::new("by", "unknown", format!("Choose one of {words}.")));
            By::Dataset
        }),
    };
    let order = match text("order").as_str() {
        "" => Order::Calls,
        word => Order::from_word(word).unwrap_or_else(|| {
            let words = Order::ALL.map(Order::as_str).join(", ");
            problems.push(Invalid::new("order", "unknown", format!("Choose one of {words}.")));
            Order::Calls
        }),
    };
    let filters = Filters {
        key: named(desk, "key", &text("key"), &mut problems)?,
        agreement: named(desk, "agreement", &text("agreement"), &mut problems)?,
        holder: named(desk, "person", &text("holder"), &mut problems)?,
        organisation: named(desk, "organisation", &text("organisation"), &mut problems)?,
        dataset: named(desk, "dataset", &text("dataset"), &mut problems)?,
        department: named(desk, "department", &text("department"), &mut problems)?,
        operation: Some(text("operation")).filter(|text| !text.is_empty()),
        outcome: Some(text("outcome")).filter(|text| !text.is_empty()),
    };
    let range = range(desk, &text, &mut problems);
    if problems.is_empty() { Ok(Question { by, range, filters, order }) } else { Err(CaseError::Invalid(problems)) }
}

fn named<K>(desk: &Desk, kind: &str, text: &str, problems: &mut Vec<Invalid>) -> Result<Option<Id<K>>, CaseError> {
    if text.is_empty() {
        return Ok(None);
    }
    let found = match kind {
        "organisation" => organisation(desk, text),
        "department" => department(desk, text),
        _ => find(desk, kind, text),
    };
    match found {
        Ok(id) => Ok(id.parse().ok()),
        Err(CaseError::Missing | CaseError::Invalid(_)) => {
            let field = if kind == "person" { "holder" } else { kind };
            let detail = "Nothing of this kind is called so. Give its number, short name, mail address or id.";
            problems.push(Invalid::new(field, "unknown", detail));
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn organisation(desk: &Desk, text: &str) -> Result<String, CaseError> {
    if let Ok(id) = text.parse() {
        return Ok(desk.read(|conn| organisations::by_id(conn, id))?.id.to_string());
    }
    let found = desk.read(|conn| organisations::list(conn, text, 50))?;
    let same = found.into_iter().find(|one| one.organisation.name.to_lowercase() == text.to_lowercase());
    same.map(|one| one.organisation.id.to_string()).ok_or(CaseError::Missing)
}

fn department(desk: &Desk, text: &str) -> Result<String, CaseError> {
    if let Ok(id) = text.parse() {
        return Ok(desk.read(|conn| people::department_by_id(conn, id))?.id.to_string());
    }
    Ok(desk.read(|conn| people::department_by_slug(conn, text))?.id.to_string())
}

/// Whole days, or hours of days where an hour is given.
fn range(desk: &Desk, text: &dyn Fn(&str) -> String, problems: &mut Vec<Invalid>) -> Range {
    let zone = desk.profile.zone;
    let mut day = |name: &str| {
        let typed = text(name);
        let read: Option<Day> = typed.parse().ok().filter(|day| (2000..=2999).contains(&chrono::Datelike::year(day)));
        if read.is_none() && !typed.is_empty() {
            let detail = "Give the day as year-month-day, such as 2026-11-23.";
            problems.push(Invalid::new(name, "day", detail));
        }
        read
    };
    let (first, last) = (day("from"), day("to"));
    let last = last.unwrap_or_else(|| day_in(zone, desk.clock.now()));
    let (from_hour, to_hour) = (hour("from_hour", text, problems), hour("to_hour", text, problems));
    let is_by_hour = from_hour.is_some() || to_hour.is_some();
    let usual = if is_by_hour { last } else { last.checked_sub_days(Days::new(DAYS - 1)).unwrap_or(last) };
    let first = first.unwrap_or(usual);
    if first > last {
        problems.push(Invalid::new("from", "order", "The first day lies after the last."));
    }
    if !is_by_hour {
        return Range::Days(first, last);
    }
    let from = start_of(zone, first) + TimeDelta::hours(from_hour.unwrap_or(0));
    let until =
        to_hour.map_or_else(|| day_of(zone, last).ends, |hour| start_of(zone, last) + TimeDelta::hours(hour + 1));
    Range::Hours(from, until)
}

fn hour(name: &str, text: &dyn Fn(&str) -> String, problems: &mut Vec<Invalid>) -> Option<i64> {
    let typed = text(name);
    if typed.is_empty() {
        return None;
    }
    let read = typed.parse().ok().filter(|hour| (0..24).contains(hour));
    if read.is_none() {
        problems.push(Invalid::new(name, "hour", "Give the hour as a number from 0 to 23."));
    }
    read
}

/// A day of the city with its first instant and the one after it.
pub(in crate::cases) fn day_of(zone: Tz, day: Day) -> CityDay {
    let noon = day.and_time(chrono::NaiveTime::MIN) + TimeDelta::hours(12);
    let noon = noon.and_local_timezone(zone).earliest().map_or_else(|| noon.and_utc(), |noon| noon.to_utc());
    CityDay::of(zone, noon)
}

fn start_of(zone: Tz, day: Day) -> Instant {
    day_of(zone, day).starts
}
