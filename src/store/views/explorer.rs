//! Sums of calls for the usage explorer: grouped by one column under any filters, from whichever rollup answers with the
//! fewest rows. Never from the log.

use chrono::{Datelike as _, Days, NaiveDateTime};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::usage::Sum;
use crate::domain::id::{AccountId, AgreementId, DatasetId, DepartmentId, KeyId, OrganisationId};
use crate::domain::time::{Day, Instant};
use crate::store::schema::{
    agreements, datasets, usage_city_days, usage_city_hours, usage_days, usage_hours, usage_months,
};
use crate::store::{AnyConnection, StoreError};

/// Groups of one answer.
pub const GROUPS_MAX: i64 = 20_000;

/// What must hold of the calls; every part given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filters {
    /// One key.
    pub key: Option<KeyId>,
    /// One agreement.
    pub agreement: Option<AgreementId>,
    /// The agreements that one person asked for.
    pub holder: Option<AccountId>,
    /// The agreements made for one organisation.
    pub organisation: Option<OrganisationId>,
    /// One dataset.
    pub dataset: Option<DatasetId>,
    /// The datasets of one department.
    pub department: Option<DepartmentId>,
    /// One operation.
    pub operation: Option<String>,
    /// One outcome.
    pub outcome: Option<String>,
}

impl Filters {
    /// Whether only rollups with keys can tell.
    #[must_use]
    pub const fn need_keys(&self) -> bool {
        self.key.is_some() || self.agreement.is_some() || self.holder.is_some() || self.organisation.is_some()
    }
}

/// The column that rows are grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// The key.
    Key,
    /// The agreement.
    Agreement,
    /// The dataset.
    Dataset,
    /// The operation.
    Operation,
    /// The outcome.
    Outcome,
    /// The month, the day or the hour: as fine as the table, or coarser.
    Month,
    /// The day.
    Day,
    /// The hour.
    Hour,
}

impl Column {
    const fn needs_keys(self) -> bool {
        match self {
            Self::Key | Self::Agreement => true,
            Self::Dataset | Self::Operation | Self::Outcome | Self::Month | Self::Day | Self::Hour => false,
        }
    }
}

/// When.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Range {
    /// Days of the city, first and last included.
    Days(Day, Day),
    /// From the first hour to before the last.
    Hours(Instant, Instant),
}

/// A rollup and the part of the range that it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Whole months of keys, first and last included, each by its first day.
    Months(Day, Day),
    /// Days of keys.
    Days(Day, Day),
    /// Days of the city.
    CityDays(Day, Day),
    /// Hours of keys.
    Hours(Instant, Instant),
    /// Hours of the city.
    CityHours(Instant, Instant),
}

/// Which rollups answer. `today` is the last day of which anything can have been counted.
#[must_use]
pub fn parts(range: Range, column: Column, needs_keys: bool, today: Day) -> Vec<Part> {
    let by_keys = needs_keys || column.needs_keys();
    match range {
        Range::Hours(from, to) if by_keys => vec![Part::Hours(from, to)],
        Range::Hours(from, to) => vec![Part::CityHours(from, to)],
        Range::Days(first, last) if !by_keys => vec![Part::CityDays(first, last)],
        Range::Days(first, last) if column == Column::Day => vec![Part::Days(first, last)],
        Range::Days(first, last) => with_months(first, last, today),
    }
}

/// Whole months as months, and the days before and after them.
fn with_months(first: Day, last: Day, today: Day) -> Vec<Part> {
    let whole_from = if first.day() == 1 { first } else { month_after(first) };
    // What lies after today counts nothing, so the present month is whole as soon as it is meant up to today.
    let next = last.checked_add_days(Days::new(1)).unwrap_or(last);
    let whole_until = if last >= today { month_after(last) } else { next.with_day(1).unwrap_or(next) };
    if whole_from >= whole_until {
        return vec![Part::Days(first, last)];
    }
    let day_before = |day: Day| day.checked_sub_days(Days::new(1)).unwrap_or(day);
    let mut parts = Vec::new();
    if first < whole_from {
        parts.push(Part::Days(first, day_before(whole_from)));
    }
    let last_month = day_before(whole_until).with_day(1).unwrap_or(whole_from);
    parts.push(Part::Months(whole_from, last_month));
    if whole_until <= last {
        parts.push(Part::Days(whole_until, last));
    }
    parts
}

fn month_after(day: Day) -> Day {
    let first = day.with_day(1).unwrap_or(day);
    first.checked_add_months(chrono::Months::new(1)).unwrap_or(first)
}

const CALLS: &str = "CAST(SUM(calls) AS BIGINT)";
const OK: &str = "CAST(SUM(CASE WHEN outcome = 'ok' THEN calls ELSE 0 END) AS BIGINT)";
const BYTES: &str = "CAST(SUM(bytes) AS BIGINT)";
const LATENCY: &str = "CAST(SUM(latency_us) AS BIGINT)";

/// What the tables of the city and those of keys have in common.
macro_rules! grouped {
    ($table:ident, $in_range:expr, $group:expr, $filters:expr) => {{
        let filters: &Filters = $filters;
        let mut query = $table::table
            .group_by(sql::<Text>($group))
            .select((
                sql::<Text>($group),
                sql::<BigInt>(CALLS),
                sql::<BigInt>(OK),
                sql::<BigInt>(BYTES),
                sql::<BigInt>(LATENCY),
            ))
            .filter($in_range)
            .into_boxed();
        if let Some(dataset) = filters.dataset {
            query = query.filter($table::dataset_id.eq(dataset.to_string()));
        }
        if let Some(department) = filters.department {
            let theirs =
                datasets::table.filter(datasets::department_id.eq(department.to_string())).select(datasets::id);
            query = query.filter($table::dataset_id.eq_any(theirs));
        }
        if let Some(operation) = &filters.operation {
            query = query.filter($table::operation.eq(operation.clone()));
        }
        if let Some(outcome) = &filters.outcome {
            query = query.filter($table::outcome.eq(outcome.clone()));
        }
        query
    }};
}

macro_rules! keyed {
    ($table:ident, $in_range:expr, $group:expr, $filters:expr) => {{
        let filters: &Filters = $filters;
        let mut query = grouped!($table, $in_range, $group, filters);
        if let Some(key) = filters.key {
            query = query.filter($table::key_id.eq(key.to_string()));
        }
        if let Some(agreement) = filters.agreement {
            query = query.filter($table::agreement_id.eq(agreement.to_string()));
        }
        if let Some(holder) = filters.holder {
            let theirs =
                agreements::table.filter(agreements::requester_id.eq(holder.to_string())).select(agreements::id);
            query = query.filter($table::agreement_id.eq_any(theirs));
        }
        if let Some(organisation) = filters.organisation {
            let theirs = agreements::table
                .filter(agreements::organisation_id.eq(organisation.to_string()))
                .select(agreements::id);
            query = query.filter($table::agreement_id.eq_any(theirs));
        }
        query
    }};
}

/// The column in SQL; never a text from outside. `time` is the table's own column of time.
const fn group(column: Column, time: Time) -> &'static str {
    match (column, time) {
        (Column::Key, _) => "key_id",
        (Column::Agreement, _) => "agreement_id",
        (Column::Dataset, _) => "dataset_id",
        (Column::Operation, _) => "operation",
        (Column::Outcome, _) => "outcome",
        (Column::Month | Column::Day | Column::Hour, Time::Month) => "month",
        (Column::Month, Time::Day) => "substr(day, 1, 7)",
        (Column::Day | Column::Hour, Time::Day) => "day",
        (Column::Month | Column::Day | Column::Hour, Time::Hour) => "CAST(at AS TEXT)",
    }
}

#[derive(Clone, Copy)]
enum Time {
    Month,
    Day,
    Hour,
}

/// The sums of one part, the most calls first; an hour is told as the database writes it, see [`hour_of`].
///
/// # Errors
/// What the database says.
pub fn sums(conn: &mut AnyConnection, part: Part, column: Column, filters: &Filters) -> Result<Vec<Sum>, StoreError> {
    const ORDER: &str = "2 DESC, 1 ASC";
    let found: Vec<Sum> = match part {
        Part::Months(first, last) => {
            let span = usage_months::month.between(month(first), month(last));
            let query = keyed!(usage_months, span, group(column, Time::Month), filters);
            query.order(sql::<Text>(ORDER)).limit(GROUPS_MAX).load(conn)?
        }
        Part::Days(first, last) => {
            let span = usage_days::day.between(first.to_string(), last.to_string());
            let query = keyed!(usage_days, span, group(column, Time::Day), filters);
            query.order(sql::<Text>(ORDER)).limit(GROUPS_MAX).load(conn)?
        }
        Part::CityDays(first, last) => {
            let span = usage_city_days::day.between(first.to_string(), last.to_string());
            let query = grouped!(usage_city_days, span, group(column, Time::Day), filters);
            query.order(sql::<Text>(ORDER)).limit(GROUPS_MAX).load(conn)?
        }
        Part::Hours(from, to) => {
            let span = usage_hours::at.ge(from.naive_utc()).and(usage_hours::at.lt(to.naive_utc()));
            let query = keyed!(usage_hours, span, group(column, Time::Hour), filters);
            query.order(sql::<Text>(ORDER)).limit(GROUPS_MAX).load(conn)?
        }
        Part::CityHours(from, to) => {
            let span = usage_city_hours::at.ge(from.naive_utc()).and(usage_city_hours::at.lt(to.naive_utc()));
            let query = grouped!(usage_city_hours, span, group(column, Time::Hour), filters);
            query.order(sql::<Text>(ORDER)).limit(GROUPS_MAX).load(conn)?
        }
    };
    Ok(found)
}

fn month(day: Day) -> String {
    day.format("%Y-%m").to_string()
}

/// The hour that [`sums`] tells as text.
#[must_use]
pub fn hour_of(text: &str) -> Option<Instant> {
    let read = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f");
    let read = read.or_else(|_other| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f"));
    read.ok().map(|at| at.and_utc())
}

/// Whose each agreement is: its id, who asked for it, the organisation it was made for.
///
/// # Errors
/// What the database says.
pub fn parties(conn: &mut AnyConnection) -> Result<Vec<(String, String, Option<String>)>, StoreError> {
    Ok(agreements::table.select((agreements::id, agreements::requester_id, agreements::organisation_id)).load(conn)?)
}

/// Which department each dataset is of.
///
/// # Errors
/// What the database says.
pub fn departments(conn: &mut AnyConnection) -> Result<Vec<(String, String)>, StoreError> {
    Ok(datasets::table.select((datasets::id, datasets::department_id)).load(conn)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn a_year_of_keys_is_read_as_months_and_the_days_beside_them() {
        let today = day("2026-11-27");
        let days = |a: &str, b: &str| Part::Days(day(a), day(b));
        let months = |a: &str, b: &str| Part::Months(day(a), day(b));
        let rows = [
            ("2025-11-28", "2026-11-27", vec![days("2025-11-28", "2025-11-30"), months("2025-12-01", "2026-11-01")]),
            ("2025-11-28", "2026-12-31", vec![days("2025-11-28", "2025-11-30"), months("2025-12-01", "2026-12-01")]),
            (
                "2026-01-15",
                "2026-03-20",
                vec![
                    days("2026-01-15", "2026-01-31"),
                    months("2026-02-01", "2026-02-01"),
                    days("2026-03-01", "2026-03-20"),
                ],
            ),
            ("2026-01-01", "2026-01-31", vec![months("2026-01-01", "2026-01-01")]),
            ("2026-01-02", "2026-02-27", vec![days("2026-01-02", "2026-02-27")]),
            ("2026-11-20", "2026-11-27", vec![days("2026-11-20", "2026-11-27")]),
            ("2026-11-01", "2026-11-27", vec![months("2026-11-01", "2026-11-01")]),
        ];
        for (first, last, parts_of) in rows {
            let range = Range::Days(day(first), day(last));
            assert_eq!(parts(range, Column::Key, false, today), parts_of, "{first} to {last}");
            assert_eq!(parts(range, Column::Outcome, true, today), parts_of, "{first} to {last}");
            assert_eq!(parts(range, Column::Day, true, today), [days(first, last)]);
            assert_eq!(parts(range, Column::Day, false, today), [Part::CityDays(day(first), day(last))]);
        }
    }

    #[test]
    fn hours_are_read_as_both_databases_write_them() {
        let at: Instant = "2026-11-27T08:00:00Z".parse().unwrap();
        for text in ["2026-11-27 08:00:00", "2026-11-27 08:00:00.000000", "2026-11-27T08:00:00"] {
            assert_eq!(hour_of(text), Some(at), "{text}");
        }
        assert_eq!(hour_of("2026-11-27"), None);
    }
}
