//! The usage explorer of auditors: calls by key, holder, organisation, dataset, department, operation, outcome or time,
//! under any filters together, from rollups alone. Changes nothing.

mod ask;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};

use chrono_tz::Tz;
use serde_json::json;

use super::named::title_or_id;
use super::sheets::{Sheet, USAGE_HEADS, taken};
use super::{Caller, CaseError, Desk};
use crate::domain::people::Role;
use crate::domain::text::Invalid;
use crate::domain::time::{Day, day_in};
use crate::store::views::explorer::{self, Column, Filters, Range, hour_of, parts};
use crate::store::views::usage::Sum;
use crate::store::{AnyConnection, StoreError, organisations, people};

pub(super) use ask::day_of;
pub use ask::{NAMES, question};

/// Rows told one by one; the rest is one line.
pub const ROWS_MAX: usize = 200;
/// Days of one question.
pub const DAYS_MAX: i64 = 1_100;
/// Hours that are counted for keys, one by one.
pub const KEY_HOURS_MAX: i64 = 72;
/// Hours of the city.
pub const CITY_HOURS_MAX: i64 = 24 * 32;
/// A curve of more days than these is one of months.
const CURVE_DAYS_MAX: i64 = 92;
/// A curve of so many days is one of hours.
const CURVE_HOURS_DAYS: i64 = 2;

/// What the rows are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Keys.
    Key,
    /// Agreements.
    Agreement,
    /// The people who asked for the agreements.
    Holder,
    /// The organisations that agreements were made for.
    Organisation,
    /// Datasets.
    Dataset,
    /// Departments.
    Department,
    /// Operations.
    Operation,
    /// Outcomes.
    Outcome,
    /// Hours.
    Hour,
    /// Days of the city.
    Day,
    /// Months of the city.
    Month,
}

impl By {
    /// Every way.
    pub const ALL: [Self; 11] = [
        Self::Key,
        Self::Agreement,
        Self::Holder,
        Self::Organisation,
        Self::Dataset,
        Self::Department,
        Self::Operation,
        Self::Outcome,
        Self::Hour,
        Self::Day,
        Self::Month,
    ];

    /// The word for addresses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Agreement => "agreement",
            Self::Holder => "holder",
            Self::Organisation => "organisation",
            Self::Dataset => "dataset",
            Self::Department => "department",
            Self::Operation => "operation",
            Self::Outcome => "outcome",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Month => "month",
        }
    }

    /// Reads the word written by [`By::as_str`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.as_str() == word)
    }

    /// Whether the rows are points of time.
    #[must_use]
    pub const fn is_time(self) -> bool {
        match self {
            Self::Hour | Self::Day | Self::Month => true,
            Self::Key
            | Self::Agreement
            | Self::Holder
            | Self::Organisation
            | Self::Dataset
            | Self::Department
            | Self::Operation
            | Self::Outcome => false,
        }
    }

    const fn column(self) -> Column {
        match self {
            Self::Key => Column::Key,
            Self::Agreement | Self::Holder | Self::Organisation => Column::Agreement,
            Self::Dataset | Self::Department => Column::Dataset,
            Self::Operation => Column::Operation,
            Self::Outcome => Column::Outcome,
            Self::Hour => Column::Hour,
            Self::Day => Column::Day,
            Self::Month => Column::Month,
        }
    }
}

/// In which order the rows stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The most calls first.
    Calls,
    /// The most refused or failed first.
    Refused,
    /// The most bytes first.
    Bytes,
    /// The slowest first.
    Time,
    /// By name, or in order of time.
    Name,
}

impl Order {
    /// Every order.
    pub const ALL: [Self; 5] = [Self::Calls, Self::Refused, Self::Bytes, Self::Time, Self::Name];

    /// The word for addresses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Calls => "calls",
            Self::Refused => "refused",
            Self::Bytes => "bytes",
            Self::Time => "time",
            Self::Name => "name",
        }
    }

    /// Reads the word written by [`Order::as_str`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|order| order.as_str() == word)
    }
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// What the rows are of.
    pub by: By,
    /// When.
    pub range: Range,
    /// What must hold of the calls.
    pub filters: Filters,
    /// In which order.
    pub order: Order,
}

/// The answer.
#[derive(Clone, Debug)]
pub struct Explored {
    /// At most [`ROWS_MAX`] rows, or every one of time.
    pub rows: Vec<Row>,
    /// How many more there are, and what they come to.
    pub others: Option<(usize, Sum)>,
    /// Everything together.
    pub total: Sum,
    /// The same calls through time.
    pub curve: Vec<Sum>,
    /// What the points of the curve are.
    pub curve_by: By,
}

/// A row with what it is called.
#[derive(Clone, Debug)]
pub struct Row {
    /// What it is called.
    pub label: String,
    /// Its sums, with the id or the word.
    pub sum: Sum,
}

fn none() -> Sum {
    Sum { of: String::new(), calls: 0, ok: 0, bytes: 0, latency_us: 0 }
}

fn add(to: &mut Sum, sum: &Sum) {
    to.calls = to.calls.saturating_add(sum.calls);
    to.ok = to.ok.saturating_add(sum.ok);
    to.bytes = to.bytes.saturating_add(sum.bytes);
    to.latency_us = to.latency_us.saturating_add(sum.latency_us);
}

/// Answers a question.
///
/// # Errors
/// A range that is too long for what is asked; [`CaseError::Missing`] for everybody but auditors.
pub fn explore(desk: &Desk, caller: &Caller, asked: &Question) -> Result<Explored, CaseError> {
    caller.actor.acting_as(Role::Auditor)?;
    check(asked)?;
    let today = day_in(desk.profile.zone, desk.clock.now());
    let curve_by = curve_by(asked.range);
    let (sums, curve) = desk.read(|conn| {
        let sums = grouped(conn, asked.by, asked, (today, desk.profile.zone))?;
        let when = (today, desk.profile.zone);
        let curve = if asked.by == curve_by { sums.clone() } else { grouped(conn, curve_by, asked, when)? };
        Ok((sums, curve))
    })?;
    let mut total = none();
    for sum in &sums {
        add(&mut total, sum);
    }
    let mut labelled = Vec::new();
    let mut others = none();
    let (mut sorted, is_by_name) = (sums, asked.order == Order::Name && !asked.by.is_time());
    sort(&mut sorted, asked.order, asked.by);
    let limit = if asked.by.is_time() { usize::MAX } else { ROWS_MAX };
    // By name the names must be known before the first rows can be taken.
    let named = if is_by_name { usize::MAX } else { limit };
    for sum in sorted.iter().take(named) {
        labelled.push(Row { label: label(desk, asked.by, &sum.of)?, sum: sum.clone() });
    }
    if is_by_name {
        labelled.sort_by_key(|row| row.label.to_lowercase());
        labelled.iter().skip(limit).for_each(|row| add(&mut others, &row.sum));
        labelled.truncate(limit);
    } else {
        sorted.iter().skip(limit).for_each(|sum| add(&mut others, sum));
    }
    let left = sorted.len().saturating_sub(limit);
    let mut curve = curve;
    sort(&mut curve, Order::Name, curve_by);
    Ok(Explored { rows: labelled, others: (left > 0).then_some((left, others)), total, curve, curve_by })
}

fn check(asked: &Question) -> Result<(), CaseError> {
    let needs_keys = asked.filters.need_keys() || matches!(asked.by.column(), Column::Key | Column::Agreement);
    let (length, max, what) = match asked.range {
        Range::Days(first, last) if asked.by == By::Hour => {
            let hours = (last - first).num_days().saturating_add(1).saturating_mul(24);
            (hours, if needs_keys { KEY_HOURS_MAX } else { CITY_HOURS_MAX }, "hours")
        }
        Range::Days(first, last) => ((last - first).num_days(), DAYS_MAX, "days"),
        Range::Hours(from, to) => {
            let hours = (to - from).num_hours();
            (hours, if needs_keys { KEY_HOURS_MAX } else { CITY_HOURS_MAX }, "hours")
        }
    };
    if length < 0 {
        return Err(Invalid::new("to", "order", "The end must not lie before the beginning.").into());
    }
    if length > max {
        let detail = match (what, max) {
            ("days", _) => format!("Choose at most {max} days."),
            _ => format!("Choose at most {max} hours for this, or whole days."),
        };
        return Err(Invalid::new("to", "too_long", detail).into());
    }
    Ok(())
}

const fn curve_by(range: Range) -> By {
    match range {
        Range::Hours(..) => By::Hour,
        Range::Days(first, last) => {
            let days = last.signed_duration_since(first).num_days();
            if days < CURVE_HOURS_DAYS {
                By::Hour
            } else if days < CURVE_DAYS_MAX {
                By::Day
            } else {
                By::Month
            }
        }
    }
}

/// The groups in no order; what two rollups tell of one group is added up.
fn grouped(
    conn: &mut AnyConnection,
    by: By,
    asked: &Question,
    (today, zone): (Day, Tz),
) -> Result<Vec<Sum>, StoreError> {
    let range = match (by, asked.range) {
        (By::Hour, Range::Days(first, last)) => as_hours(zone, first, last),
        (_, range) => range,
    };
    let owner = owners(conn, by)?;
    let mut all: HashMap<String, Sum> = HashMap::new();
    for part in parts(range, by.column(), asked.filters.need_keys(), today) {
        for sum in explorer::sums(conn, part, by.column(), &asked.filters)? {
            let of = match &owner {
                Some(owner) => owner.get(&sum.of).cloned().unwrap_or_default(),
                None => sum.of.clone(),
            };
            // Months are told by their first seven letters, whichever rollup they come from.
            let of = if by == By::Month { of.chars().take(7).collect() } else { of };
            add(all.entry(of.clone()).or_insert_with(|| Sum { of, ..none() }), &sum);
        }
    }
    Ok(all.into_values().collect())
}

/// Days of the city as hours, from its midnight to its midnight.
fn as_hours(zone: Tz, first: Day, last: Day) -> Range {
    Range::Hours(ask::day_of(zone, first).starts, ask::day_of(zone, last).ends)
}

/// To whom or what the groups of a column belong, where the rows are of those.
fn owners(conn: &mut AnyConnection, by: By) -> Result<Option<BTreeMap<String, String>>, StoreError> {
    Ok(match by {
        By::Holder => Some(explorer::parties(conn)?.into_iter().map(|(id, holder, _)| (id, holder)).collect()),
        By::Organisation => {
            let found = explorer::parties(conn)?.into_iter();
            Some(found.map(|(id, _, organisation)| (id, organisation.unwrap_or_default())).collect())
        }
        By::Department => Some(explorer::departments(conn)?.into_iter().collect()),
        By::Key | By::Agreement | By::Dataset | By::Operation | By::Outcome | By::Hour | By::Day | By::Month => None,
    })
}

fn sort(sums: &mut [Sum], order: Order, by: By) {
    let most = |number: fn(&Sum) -> i64| move |one: &Sum, two: &Sum| number(two).cmp(&number(one));
    match order {
        Order::Name => {}
        Order::Calls => sums.sort_by(most(|sum| sum.calls)),
        Order::Refused => sums.sort_by(most(Sum::refused)),
        Order::Bytes => sums.sort_by(most(|sum| sum.bytes)),
        Order::Time => sums.sort_by(most(|sum| sum.latency_us.checked_div(sum.calls).unwrap_or(0))),
    }
    if order == Order::Name || (by.is_time() && order == Order::Calls) {
        sums.sort_by(|one, two| one.of.cmp(&two.of));
    }
}

/// What a row is called.
///
/// # Errors
/// What the store says.
pub fn label(desk: &Desk, by: By, of: &str) -> Result<String, CaseError> {
    let named = |kind: &str, none: &str| if of.is_empty() { Ok(none.to_owned()) } else { title_or_id(desk, kind, of) };
    match by {
        By::Key => named("key", "No key recognised"),
        By::Agreement => named("agreement", "No agreement"),
        By::Holder => named("person", "No holder recognised"),
        By::Dataset => named("dataset", "No dataset"),
        By::Organisation => organisation(desk, of),
        By::Department => department(desk, of),
        By::Operation if of.is_empty() => Ok("No operation".to_owned()),
        By::Hour => Ok(hour_of(of).map_or_else(
            || of.to_owned(),
            |at| at.with_timezone(&desk.profile.zone).format("%Y-%m-%d %H:%M").to_string(),
        )),
        By::Operation | By::Outcome | By::Day | By::Month => Ok(of.to_owned()),
    }
}

fn organisation(desk: &Desk, of: &str) -> Result<String, CaseError> {
    let Ok(id) = of.parse() else { return Ok("No organisation".to_owned()) };
    match desk.read(|conn| organisations::by_id(conn, id)) {
        Err(CaseError::Missing) => Ok(of.to_owned()),
        other => Ok(other?.name),
    }
}

fn department(desk: &Desk, of: &str) -> Result<String, CaseError> {
    let Ok(id) = of.parse() else { return Ok("No department".to_owned()) };
    match desk.read(|conn| people::department_by_id(conn, id)) {
        Err(CaseError::Missing) => Ok(of.to_owned()),
        other => Ok(other?.name),
    }
}

/// The same as a table, every row of it. Taking it leaves an entry.
///
/// # Errors
/// As [`explore`].
pub fn sheet(desk: &Desk, caller: &Caller, asked: &Question) -> Result<Sheet, CaseError> {
    let capacity = caller.actor.acting_as(Role::Auditor)?;
    check(asked)?;
    let today = day_in(desk.profile.zone, desk.clock.now());
    let mut sums = desk.read(|conn| grouped(conn, asked.by, asked, (today, desk.profile.zone)))?;
    sort(&mut sums, asked.order, asked.by);
    taken(desk, caller, capacity, ("usage", &told(asked), sums.len()))?;
    let rows = sums.into_iter().map(|sum| {
        let [calls, ok, refused, bytes, mean] =
            [sum.calls, sum.ok, sum.refused(), sum.bytes, sum.mean_ms()].map(|number| number.to_string());
        Ok(vec![label(desk, asked.by, &sum.of)?, calls, ok, refused, bytes, mean, sum.of])
    });
    Ok(Sheet { heads: USAGE_HEADS, rows: rows.collect::<Result<_, CaseError>>()?, next: None })
}

/// A question as the audit keeps it.
fn told(asked: &Question) -> serde_json::Value {
    let filters = &asked.filters;
    let (from, to) = match asked.range {
        Range::Days(first, last) => (first.to_string(), last.to_string()),
        Range::Hours(from, to) => (from.to_rfc3339(), to.to_rfc3339()),
    };
    json!({
        "by": asked.by.as_str(), "from": from, "to": to, "key": filters.key, "agreement": filters.agreement,
        "holder": filters.holder, "organisation": filters.organisation, "dataset": filters.dataset,
        "department": filters.department, "operation": filters.operation, "outcome": filters.outcome,
    })
}
