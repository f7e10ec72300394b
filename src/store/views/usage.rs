//! Usage for charts, tables and auditors. Sums come from rollups, never from the log; the log is searched line by line
//! and shows a client's whole address only where it is asked for by name.

use chrono::NaiveDateTime;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::domain::id::{AgreementId, DatasetId, DepartmentId, KeyId};
use crate::domain::net::truncated;
use crate::domain::time::{Day, Instant};
use crate::store::schema::{access_log, datasets, usage_days, usage_hours, usage_minutes, usage_sights};
use crate::store::usage::{Access, Counted};
use crate::store::{AnyConnection, StoreError, id};

/// Rows of one answer; a chart with more says nothing.
pub const ROWS_MAX: i64 = 5_000;

/// Whose usage; every part given must hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Whose {
    /// One key.
    pub key: Option<KeyId>,
    /// One agreement.
    pub agreement: Option<AgreementId>,
    /// One dataset.
    pub dataset: Option<DatasetId>,
    /// The datasets of one department.
    pub department: Option<DepartmentId>,
}

/// What the sums are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// One row per key.
    Key,
    /// One row per agreement.
    Agreement,
    /// One row per dataset.
    Dataset,
    /// One row per operation.
    Operation,
    /// One row per outcome.
    Outcome,
    /// One row per day of the city.
    Day,
}

impl By {
    /// Every way.
    pub const ALL: [Self; 6] = [Self::Key, Self::Agreement, Self::Dataset, Self::Operation, Self::Outcome, Self::Day];

    /// The word for URLs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Agreement => "agreement",
            Self::Dataset => "dataset",
            Self::Operation => "operation",
            Self::Outcome => "outcome",
            Self::Day => "day",
        }
    }

    /// Reads the word written by [`By::as_str`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.as_str() == word)
    }

    /// The column of `usage_days`; never a text from outside.
    const fn column(self) -> &'static str {
        match self {
            Self::Key => "usage_days.key_id",
            Self::Agreement => "usage_days.agreement_id",
            Self::Dataset => "usage_days.dataset_id",
            Self::Operation => "usage_days.operation",
            Self::Outcome => "usage_days.outcome",
            Self::Day => "usage_days.day",
        }
    }
}

/// Calls summed up.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Sum {
    /// What they are of: an id, a word or a day; empty where no key or dataset was recognised.
    pub of: String,
    /// Calls.
    pub calls: i64,
    /// Calls that were let through and answered.
    pub ok: i64,
    /// Bytes sent.
    pub bytes: i64,
    /// Microseconds of all calls together.
    pub latency_us: i64,
}

impl Sum {
    /// Calls that were refused or failed.
    #[must_use]
    pub const fn refused(&self) -> i64 {
        self.calls.saturating_sub(self.ok)
    }

    /// Mean milliseconds of a call.
    #[must_use]
    pub fn mean_ms(&self) -> i64 {
        self.latency_us.checked_div(self.calls.saturating_mul(1_000)).unwrap_or(0)
    }
}

/// Sums over days of the city, first and last included; by day in order of time, else the most calls first.
///
/// # Errors
/// What the database says.
pub fn sums(
    conn: &mut AnyConnection,
    (first, last): (Day, Day),
    whose: &Whose,
    by: By,
) -> Result<Vec<Sum>, StoreError> {
    let mut query = usage_days::table
        .group_by(sql::<Text>(by.column()))
        .select((
            sql::<Text>(by.column()),
            sql::<BigInt>("CAST(SUM(usage_days.calls) AS BIGINT)"),
            sql::<BigInt>("CAST(SUM(CASE WHEN usage_days.outcome = 'ok' THEN usage_days.calls ELSE 0 END) AS BIGINT)"),
            sql::<BigInt>("CAST(SUM(usage_days.bytes) AS BIGINT)"),
            sql::<BigInt>("CAST(SUM(usage_days.latency_us) AS BIGINT)"),
        ))
        .filter(usage_days::day.between(first.to_string(), last.to_string()))
        .into_boxed();
    if let Some(key) = whose.key {
        query = query.filter(usage_days::key_id.eq(key.to_string()));
    }
    if let Some(agreement) = whose.agreement {
        query = query.filter(usage_days::agreement_id.eq(agreement.to_string()));
    }
    if let Some(dataset) = whose.dataset {
        query = query.filter(usage_days::dataset_id.eq(dataset.to_string()));
    }
    if let Some(department) = whose.department {
        let theirs = datasets::table.filter(datasets::department_id.eq(department.to_string())).select(datasets::id);
        query = query.filter(usage_days::dataset_id.eq_any(theirs));
    }
    let order = if by == By::Day { "1 ASC" } else { "2 DESC, 1 ASC" };
    Ok(query.order(sql::<Text>(order)).limit(ROWS_MAX).load(conn)?)
}

/// A row of the rollup by day.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct DayRow {
    /// The day of the city.
    pub day: String,
    /// The key.
    pub key: String,
    /// Its agreement.
    pub agreement: String,
    /// The dataset.
    pub dataset: String,
    /// The operation.
    pub operation: String,
    /// The outcome.
    pub outcome: String,
    /// Calls.
    pub calls: i64,
    /// Bytes sent.
    pub bytes: i64,
    /// Microseconds of all calls together.
    pub latency_us: i64,
}

impl DayRow {
    /// As a line of CSV; nothing in it needs quotes.
    #[must_use]
    pub fn to_line(&self) -> String {
        let Self { day, key, agreement, dataset, operation, outcome, calls, bytes, latency_us } = self;
        format!("{day},{key},{agreement},{dataset},{operation},{outcome},{calls},{bytes},{latency_us}")
    }
}

/// The rollup by day of an agreement, or of one of its keys, in order of time.
///
/// # Errors
/// What the database says.
pub fn day_rows(
    conn: &mut AnyConnection,
    agreement: AgreementId,
    key: Option<KeyId>,
    limit: i64,
) -> Result<Vec<DayRow>, StoreError> {
    let mut query = usage_days::table.filter(usage_days::agreement_id.eq(agreement.to_string())).into_boxed();
    if let Some(key) = key {
        query = query.filter(usage_days::key_id.eq(key.to_string()));
    }
    let in_order = (usage_days::day.asc(), usage_days::key_id.asc(), usage_days::outcome.asc());
    let rows = query.order(in_order).limit(limit).select((
        usage_days::day,
        usage_days::key_id,
        usage_days::agreement_id,
        usage_days::dataset_id,
        usage_days::operation,
        usage_days::outcome,
        usage_days::calls,
        usage_days::bytes,
        usage_days::latency_us,
    ));
    Ok(rows.load(conn)?)
}

/// The first day of which anything was counted.
///
/// # Errors
/// What the database says.
pub fn first_day(conn: &mut AnyConnection) -> Result<Option<String>, StoreError> {
    Ok(usage_days::table.select(diesel::dsl::min(usage_days::day)).first(conn)?)
}

/// The rollup of one day: as many rows as keys, datasets, operations and outcomes met on it.
///
/// # Errors
/// What the database says.
pub fn rows_of_day(conn: &mut AnyConnection, day: Day) -> Result<Vec<DayRow>, StoreError> {
    let rows = usage_days::table.filter(usage_days::day.eq(day.to_string())).select((
        usage_days::day,
        usage_days::key_id,
        usage_days::agreement_id,
        usage_days::dataset_id,
        usage_days::operation,
        usage_days::outcome,
        usage_days::calls,
        usage_days::bytes,
        usage_days::latency_us,
    ));
    let in_order = (usage_days::key_id.asc(), usage_days::dataset_id.asc(), usage_days::outcome.asc());
    Ok(rows.order(in_order).load(conn)?)
}

/// Calls at one point of a curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// The beginning of the hour or minute.
    pub at: Instant,
    /// Calls.
    pub calls: i64,
    /// Calls that were let through and answered.
    pub ok: i64,
    /// Bytes sent.
    pub bytes: i64,
}

type PointColumns = (NaiveDateTime, i64, i64, i64);

fn point((at, calls, ok, bytes): PointColumns) -> Point {
    Point { at: at.and_utc(), calls, ok, bytes }
}

/// The curves of hours and minutes differ only in their table.
macro_rules! curve {
    ($table:ident, $conn:expr, $span:expr, $whose:expr) => {{
        let (from, to): (Instant, Instant) = $span;
        let whose: &Whose = $whose;
        let name = stringify!($table);
        let mut query = $table::table
            .group_by($table::at)
            .select((
                $table::at,
                sql::<BigInt>(&format!("CAST(SUM({name}.calls) AS BIGINT)")),
                sql::<BigInt>(&format!(
                    "CAST(SUM(CASE WHEN {name}.outcome = 'ok' THEN {name}.calls ELSE 0 END) AS BIGINT)"
                )),
                sql::<BigInt>(&format!("CAST(SUM({name}.bytes) AS BIGINT)")),
            ))
            .filter($table::at.ge(from.naive_utc()).and($table::at.lt(to.naive_utc())))
            .into_boxed();
        if let Some(key) = whose.key {
            query = query.filter($table::key_id.eq(key.to_string()));
        }
        if let Some(agreement) = whose.agreement {
            query = query.filter($table::agreement_id.eq(agreement.to_string()));
        }
        if let Some(dataset) = whose.dataset {
            query = query.filter($table::dataset_id.eq(dataset.to_string()));
        }
        if let Some(department) = whose.department {
            let theirs =
                datasets::table.filter(datasets::department_id.eq(department.to_string())).select(datasets::id);
            query = query.filter($table::dataset_id.eq_any(theirs));
        }
        let points: Vec<PointColumns> = query.order($table::at.asc()).limit(ROWS_MAX).load($conn)?;
        Ok(points.into_iter().map(point).collect())
    }};
}

/// Calls hour by hour, from the first instant to before the last.
///
/// # Errors
/// What the database says.
pub fn hours(conn: &mut AnyConnection, span: (Instant, Instant), whose: &Whose) -> Result<Vec<Point>, StoreError> {
    curve!(usage_hours, conn, span, whose)
}

/// Calls minute by minute, from the first instant to before the last. Minutes are kept for some weeks only.
///
/// # Errors
/// What the database says.
pub fn minutes(conn: &mut AnyConnection, span: (Instant, Instant), whose: &Whose) -> Result<Vec<Point>, StoreError> {
    curve!(usage_minutes, conn, span, whose)
}

/// How a client's address is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Addresses {
    /// As its network: /24 of IPv4, /48 of IPv6.
    Truncated,
    /// Whole; for auditors, whose reading is itself an audit entry.
    Whole,
}

/// What is looked for in the access log; every part given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogSearch {
    /// One key, agreement, dataset or department.
    pub whose: Whose,
    /// One outcome.
    pub outcome: Option<String>,
    /// One request.
    pub request: Option<String>,
    /// From this instant.
    pub from: Option<Instant>,
    /// Before this instant.
    pub to: Option<Instant>,
    /// Only lines below this one (the next page), by the time and id of the last line shown.
    pub below: Option<(Instant, String)>,
}

/// A line of the access log as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// The line.
    pub access: Access,
    /// `dataset:operation` as it was called then; empty where none covered the request.
    pub scope: String,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = access_log)]
struct LogRow {
    id: String,
    at: NaiveDateTime,
    request_id: String,
    key_id: String,
    agreement_id: String,
    dataset_id: String,
    scope: String,
    method: String,
    path: String,
    outcome: String,
    status: i32,
    bytes: i64,
    latency_us: i64,
    client: String,
}

/// Lines of the access log that fit, newest first.
///
/// # Errors
/// What the database says.
pub fn log(
    conn: &mut AnyConnection,
    wanted: &LogSearch,
    addresses: Addresses,
    limit: i64,
) -> Result<Vec<LogLine>, StoreError> {
    let mut query = access_log::table.into_boxed();
    if let Some(key) = wanted.whose.key {
        query = query.filter(access_log::key_id.eq(key.to_string()));
    }
    if let Some(agreement) = wanted.whose.agreement {
        query = query.filter(access_log::agreement_id.eq(agreement.to_string()));
    }
    if let Some(dataset) = wanted.whose.dataset {
        query = query.filter(access_log::dataset_id.eq(dataset.to_string()));
    }
    if let Some(department) = wanted.whose.department {
        let theirs = datasets::table.filter(datasets::department_id.eq(department.to_string())).select(datasets::id);
        query = query.filter(access_log::dataset_id.eq_any(theirs));
    }
    if let Some(outcome) = &wanted.outcome {
        query = query.filter(access_log::outcome.eq(outcome.clone()));
    }
    if let Some(request) = &wanted.request {
        query = query.filter(access_log::request_id.eq(request.clone()));
    }
    if let Some(from) = wanted.from {
        query = query.filter(access_log::at.ge(from.naive_utc()));
    }
    if let Some(to) = wanted.to {
        query = query.filter(access_log::at.lt(to.naive_utc()));
    }
    if let Some((at, id)) = &wanted.below {
        let at = at.naive_utc();
        query = query.filter(access_log::at.lt(at).or(access_log::at.eq(at).and(access_log::id.lt(id.clone()))));
    }
    let rows: Vec<LogRow> = query
        .order((access_log::at.desc(), access_log::id.desc()))
        .limit(limit.min(ROWS_MAX))
        .select(LogRow::as_select())
        .load(conn)?;
    rows.into_iter().map(|row| line(row, addresses)).collect()
}

fn line(row: LogRow, addresses: Addresses) -> Result<LogLine, StoreError> {
    let operation = row.scope.split_once(':').map(|(_, operation)| operation.to_owned()).unwrap_or_default();
    let access = Access {
        id: row.id,
        at: row.at.and_utc(),
        request: row.request_id,
        of: Counted {
            key: some(&row.key_id)?,
            agreement: some(&row.agreement_id)?,
            dataset: some(&row.dataset_id)?,
            operation,
            outcome: row.outcome,
        },
        method: row.method,
        path: row.path,
        status: row.status,
        bytes: row.bytes,
        latency_us: row.latency_us,
        client: match addresses {
            Addresses::Whole => row.client,
            // What cannot be read as an address is not shown at all.
            Addresses::Truncated => row.client.parse().map(|ip| truncated(ip).to_string()).unwrap_or_default(),
        },
    };
    Ok(LogLine { access, scope: row.scope })
}

fn some<K>(text: &str) -> Result<Option<crate::domain::id::Id<K>>, StoreError> {
    if text.is_empty() { Ok(None) } else { id(text).map(Some) }
}

/// A network that a key was used from, cut as staff see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenNetwork {
    /// The network.
    pub network: String,
    /// The ten minutes in which it was seen first, of those kept.
    pub first: Instant,
    /// The ten minutes in which it was seen last.
    pub last: Instant,
}

/// Networks that one page shows.
const NETWORKS_MAX: i64 = 50;

/// The networks that a key was used from, the latest first.
///
/// # Errors
/// What the database says.
pub fn networks_of(conn: &mut AnyConnection, key: KeyId) -> Result<Vec<SeenNetwork>, StoreError> {
    type Columns = (String, Option<NaiveDateTime>, Option<NaiveDateTime>);
    let rows: Vec<Columns> = usage_sights::table
        .filter(usage_sights::key_id.eq(key.to_string()).and(usage_sights::kind.eq("network")))
        .group_by(usage_sights::sight)
        .order(diesel::dsl::max(usage_sights::at).desc())
        .limit(NETWORKS_MAX)
        .select((usage_sights::sight, diesel::dsl::min(usage_sights::at), diesel::dsl::max(usage_sights::at)))
        .load(conn)?;
    let shown =
        |(network, first, last): Columns| Some(SeenNetwork { network, first: first?.and_utc(), last: last?.and_utc() });
    Ok(rows.into_iter().filter_map(shown).collect())
}
