//! What the gates counted, written in batches: minutes, hours, days, quota levels, last use, access log. Each batch is
//! one transaction and numbered, so that a batch whose commit was in doubt is not counted twice. Never read by charts
//! row by row; see [`super::views::usage`].

use std::collections::{BTreeMap, HashMap};

use chrono::{DurationRound as _, NaiveDateTime, TimeDelta};
use chrono_tz::Tz;
use diesel::prelude::*;
use diesel::upsert::excluded;

use super::conn::on_each;
use super::schema::{
    access_log, counters, datasets, keys, quota_levels, usage_city_days, usage_city_hours, usage_days, usage_hours,
    usage_minutes, usage_months,
};
use super::{AnyConnection, StoreError, id};
use crate::domain::id::{AgreementId, DatasetId, KeyId};
use crate::domain::limits::Window;
use crate::domain::time::{Day, Instant, day_in};

/// Rows of the access log written with one statement: its columns times this stay below SQLite's 32,766 binds.
const LOG_CHUNK: usize = 1_000;

/// Calls of one kind within one minute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageCount {
    /// The minute, UTC.
    pub minute: Instant,
    /// What was called, how, and how it went.
    pub of: Counted,
    /// How many calls.
    pub calls: i64,
    /// Bytes sent to clients.
    pub bytes: i64,
    /// Microseconds of all calls together.
    pub latency_us: i64,
}

/// What one counter counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Counted {
    /// The key; `None` where none was recognised.
    pub key: Option<KeyId>,
    /// Its agreement.
    pub agreement: Option<AgreementId>,
    /// The dataset; `None` where the path names none.
    pub dataset: Option<DatasetId>,
    /// The operation; empty where none covers the request.
    pub operation: String,
    /// The outcome's code.
    pub outcome: String,
}

/// One line of the access log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// Its id.
    pub id: String,
    /// When.
    pub at: Instant,
    /// The request's id.
    pub request: String,
    /// What was called, and how it went.
    pub of: Counted,
    /// The method.
    pub method: String,
    /// The path's template, never the path or the query itself.
    pub path: String,
    /// The HTTP status.
    pub status: i32,
    /// Bytes sent.
    pub bytes: i64,
    /// Microseconds taken.
    pub latency_us: i64,
    /// The client's address, whole.
    pub client: String,
}

/// Whose quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum QuotaOwner {
    /// A key's own, over all its datasets.
    Key(KeyId),
    /// An agreement's, for one dataset.
    Agreement(AgreementId, DatasetId),
}

impl QuotaOwner {
    fn to_columns(self) -> (&'static str, String, String) {
        match self {
            Self::Key(key) => ("key", key.to_string(), String::new()),
            Self::Agreement(agreement, dataset) => ("agreement", agreement.to_string(), dataset.to_string()),
        }
    }
}

/// What is used of a quota.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotaUse {
    /// Whose.
    pub owner: QuotaOwner,
    /// The limit's name.
    pub limit: String,
    /// Day or month.
    pub period: Window,
    /// The first day of the window.
    pub window_start: Day,
    /// Calls: all of them when read, those since the last batch when written.
    pub calls: i64,
    /// Notices given: 0, 80 or 100.
    pub told_percent: i64,
}

/// Everything one gate counted since its last batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UsageBatch {
    /// Counters.
    pub counts: Vec<UsageCount>,
    /// Log lines.
    pub log: Vec<Access>,
    /// Quota use.
    pub quotas: Vec<QuotaUse>,
    /// When keys were last let through.
    pub last_used: Vec<(KeyId, Instant)>,
}

impl UsageBatch {
    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty() && self.log.is_empty() && self.quotas.is_empty() && self.last_used.is_empty()
    }
}

/// Writes a batch, in the caller's transaction. `source` names the gate's run and `number` counts its batches from 1:
/// a batch that is in already is not written again, and false says so.
///
/// # Errors
/// What the database says.
pub fn write(
    conn: &mut AnyConnection,
    (source, number): (&str, i64),
    batch: &UsageBatch,
    zone: Tz,
    now: Instant,
) -> Result<bool, StoreError> {
    if !take_turn(conn, source, number)? {
        return Ok(false);
    }
    for count in &batch.counts {
        add_minute(conn, count)?;
    }
    add_coarser(conn, &batch.counts, zone)?;
    super::key_days::add(conn, &batch.counts, zone)?;
    for quota in &batch.quotas {
        add_quota(conn, quota, now)?;
    }
    for (key, at) in &batch.last_used {
        let later = keys::last_used_at.is_null().or(keys::last_used_at.lt(Some(at.naive_utc())));
        diesel::update(keys::table.filter(keys::id.eq(key.to_string()).and(later)))
            .set(keys::last_used_at.eq(Some(at.naive_utc())))
            .execute(conn)?;
    }
    append_log(conn, &batch.log)?;
    super::misuse::add_sights(conn, &batch.log)?;
    Ok(true)
}

/// Hours, days and months of what was called, and hours and days of the whole city, from the same minutes.
fn add_coarser(conn: &mut AnyConnection, counts: &[UsageCount], zone: Tz) -> Result<(), StoreError> {
    let (mut hours, mut days, mut months) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    let (mut city_hours, mut city_days) = (BTreeMap::new(), BTreeMap::new());
    for count in counts {
        let of = &count.of;
        let whole = (of.dataset, of.operation.as_str(), of.outcome.as_str());
        let hour = count.minute.duration_trunc(TimeDelta::hours(1)).unwrap_or(count.minute);
        let day = day_in(zone, count.minute);
        add_to(&mut hours, (hour, of), count);
        add_to(&mut days, (day, of), count);
        add_to(&mut months, (day.format("%Y-%m").to_string(), of), count);
        add_to(&mut city_hours, (hour, whole), count);
        add_to(&mut city_days, (day, whole), count);
    }
    for ((hour, of), sums) in hours {
        add_hour(conn, hour.naive_utc(), of, sums)?;
    }
    for ((day, of), sums) in days {
        add_day(conn, &day.to_string(), of, sums)?;
    }
    for ((month, of), sums) in months {
        add_month(conn, &month, of, sums)?;
    }
    for ((hour, whole), sums) in city_hours {
        add_city_hour(conn, hour.naive_utc(), whole, sums)?;
    }
    for ((day, whole), sums) in city_days {
        add_city_day(conn, &day.to_string(), whole, sums)?;
    }
    Ok(())
}

/// Forgets a gate's run that ended in good order: it will send no batch again.
///
/// # Errors
/// What the database says.
pub fn forget_source(conn: &mut AnyConnection, source: &str) -> Result<(), StoreError> {
    diesel::delete(counters::table.filter(counters::name.eq(run(source)))).execute(conn)?;
    Ok(())
}

fn run(source: &str) -> String {
    format!("usage-of-{source}")
}

/// The gate's counter row: locks out a twin of this batch and tells whether it was written.
fn take_turn(conn: &mut AnyConnection, source: &str, number: i64) -> Result<bool, StoreError> {
    let name = run(source);
    on_each!(conn, c => diesel::insert_into(counters::table)
        .values((counters::name.eq(&name), counters::value.eq(0))).on_conflict(counters::name).do_nothing().execute(c))?;
    let rows = diesel::update(counters::table.filter(counters::name.eq(&name).and(counters::value.lt(number))))
        .set(counters::value.eq(number))
        .execute(conn)?;
    Ok(rows == 1)
}

type Sums = (i64, i64, i64);

fn add_to<K: Ord>(sums: &mut BTreeMap<K, Sums>, key: K, count: &UsageCount) {
    let (calls, bytes, latency) = sums.entry(key).or_default();
    *calls = calls.saturating_add(count.calls);
    *bytes = bytes.saturating_add(count.bytes);
    *latency = latency.saturating_add(count.latency_us);
}

fn text<T: ToString>(id: Option<T>) -> String {
    id.map(|id| id.to_string()).unwrap_or_default()
}

/// The rollups differ only in table, type of time and what tells their rows apart; their columns are spelled alike.
macro_rules! upsert {
    ($table:ident, ($($of_row:ident),+), $time:ident, $conn:expr, $at:expr, $of:expr, $sums:expr) => {{
        let (calls, bytes, latency_us): Sums = $sums;
        let of: &Counted = $of;
        let values = (
            $table::$time.eq($at),
            $table::key_id.eq(text(of.key)),
            $table::agreement_id.eq(text(of.agreement)),
            $table::dataset_id.eq(text(of.dataset)),
            $table::operation.eq(&of.operation),
            $table::outcome.eq(&of.outcome),
            $table::calls.eq(calls),
            $table::bytes.eq(bytes),
            $table::latency_us.eq(latency_us),
        );
        on_each!($conn, c => diesel::insert_into($table::table)
            .values(values)
            .on_conflict(($($table::$of_row),+))
            .do_update()
            .set((
                $table::calls.eq($table::calls + excluded($table::calls)),
                $table::bytes.eq($table::bytes + excluded($table::bytes)),
                $table::latency_us.eq($table::latency_us + excluded($table::latency_us)),
            ))
            .execute(c))?;
        Ok(())
    }};
}

fn add_minute(conn: &mut AnyConnection, count: &UsageCount) -> Result<(), StoreError> {
    let sums = (count.calls, count.bytes, count.latency_us);
    upsert!(
        usage_minutes,
        (at, key_id, dataset_id, operation, outcome),
        at,
        conn,
        count.minute.naive_utc(),
        &count.of,
        sums
    )
}

fn add_hour(conn: &mut AnyConnection, hour: NaiveDateTime, of: &Counted, sums: Sums) -> Result<(), StoreError> {
    upsert!(usage_hours, (at, key_id, dataset_id, operation, outcome), at, conn, hour, of, sums)
}

fn add_day(conn: &mut AnyConnection, day: &str, of: &Counted, sums: Sums) -> Result<(), StoreError> {
    upsert!(usage_days, (day, key_id, dataset_id, operation, outcome), day, conn, day, of, sums)
}

fn add_month(conn: &mut AnyConnection, month: &str, of: &Counted, sums: Sums) -> Result<(), StoreError> {
    upsert!(usage_months, (month, key_id, agreement_id, dataset_id, operation, outcome), month, conn, month, of, sums)
}

/// What is counted of the whole city: a dataset, an operation, an outcome.
type Whole<'a> = (Option<DatasetId>, &'a str, &'a str);

macro_rules! upsert_city {
    ($table:ident, $time:ident, $conn:expr, $at:expr, $whole:expr, $sums:expr) => {{
        let (calls, bytes, latency_us): Sums = $sums;
        let (dataset, operation, outcome): Whole<'_> = $whole;
        let values = (
            $table::$time.eq($at),
            $table::dataset_id.eq(text(dataset)),
            $table::operation.eq(operation),
            $table::outcome.eq(outcome),
            $table::calls.eq(calls),
            $table::bytes.eq(bytes),
            $table::latency_us.eq(latency_us),
        );
        on_each!($conn, c => diesel::insert_into($table::table)
            .values(values)
            .on_conflict(($table::$time, $table::dataset_id, $table::operation, $table::outcome))
            .do_update()
            .set((
                $table::calls.eq($table::calls + excluded($table::calls)),
                $table::bytes.eq($table::bytes + excluded($table::bytes)),
                $table::latency_us.eq($table::latency_us + excluded($table::latency_us)),
            ))
            .execute(c))?;
        Ok(())
    }};
}

fn add_city_hour(
    conn: &mut AnyConnection,
    hour: NaiveDateTime,
    whole: Whole<'_>,
    sums: Sums,
) -> Result<(), StoreError> {
    upsert_city!(usage_city_hours, at, conn, hour, whole, sums)
}

fn add_city_day(conn: &mut AnyConnection, day: &str, whole: Whole<'_>, sums: Sums) -> Result<(), StoreError> {
    upsert_city!(usage_city_days, day, conn, day, whole, sums)
}

/// Adds to the row of the same window; a row of an earlier window begins anew, one of a later window stays.
fn add_quota(conn: &mut AnyConnection, quota: &QuotaUse, now: Instant) -> Result<(), StoreError> {
    let (kind, owner, dataset) = quota.owner.to_columns();
    let (period, start) = (quota.period.as_str(), quota.window_start.to_string());
    let empty = (
        quota_levels::owner_kind.eq(kind),
        quota_levels::owner_id.eq(&owner),
        quota_levels::dataset_id.eq(&dataset),
        quota_levels::limit_name.eq(&quota.limit),
        quota_levels::period.eq(period),
        quota_levels::window_start.eq(&start),
        quota_levels::used.eq(0),
        quota_levels::told_percent.eq(0),
        quota_levels::updated_at.eq(now.naive_utc()),
    );
    on_each!(conn, c => diesel::insert_into(quota_levels::table).values(empty).on_conflict_do_nothing().execute(c))?;
    let row = || {
        quota_levels::owner_kind
            .eq(kind)
            .and(quota_levels::owner_id.eq(&owner))
            .and(quota_levels::dataset_id.eq(&dataset))
            .and(quota_levels::limit_name.eq(&quota.limit))
            .and(quota_levels::period.eq(period))
    };
    diesel::update(quota_levels::table.filter(row().and(quota_levels::window_start.lt(&start))))
        .set((quota_levels::window_start.eq(&start), quota_levels::used.eq(0), quota_levels::told_percent.eq(0)))
        .execute(conn)?;
    diesel::update(quota_levels::table.filter(row().and(quota_levels::window_start.eq(&start))))
        .set((quota_levels::used.eq(quota_levels::used + quota.calls), quota_levels::updated_at.eq(now.naive_utc())))
        .execute(conn)?;
    let is_news = quota_levels::window_start.eq(&start).and(quota_levels::told_percent.lt(quota.told_percent));
    diesel::update(quota_levels::table.filter(row().and(is_news)))
        .set(quota_levels::told_percent.eq(quota.told_percent))
        .execute(conn)?;
    Ok(())
}

fn append_log(conn: &mut AnyConnection, log: &[Access]) -> Result<(), StoreError> {
    if log.is_empty() {
        return Ok(());
    }
    let slugs: Vec<(String, String)> = datasets::table.select((datasets::id, datasets::slug)).load(conn)?;
    let slugs: HashMap<String, String> = slugs.into_iter().collect();
    for lines in log.chunks(LOG_CHUNK) {
        let row = |line: &Access| {
            let dataset = text(line.of.dataset);
            let slug = slugs.get(&dataset).filter(|_| !line.of.operation.is_empty());
            let scope = slug.map(|slug| format!("{slug}:{}", line.of.operation)).unwrap_or_default();
            (
                access_log::id.eq(line.id.clone()),
                access_log::at.eq(line.at.naive_utc()),
                access_log::request_id.eq(line.request.clone()),
                access_log::key_id.eq(text(line.of.key)),
                access_log::agreement_id.eq(text(line.of.agreement)),
                access_log::dataset_id.eq(dataset),
                access_log::scope.eq(scope),
                access_log::method.eq(line.method.clone()),
                access_log::path.eq(line.path.clone()),
                access_log::outcome.eq(line.of.outcome.clone()),
                access_log::status.eq(line.status),
                access_log::bytes.eq(line.bytes),
                access_log::latency_us.eq(line.latency_us),
                access_log::client.eq(line.client.clone()),
            )
        };
        let rows: Vec<_> = lines.iter().map(row).collect();
        on_each!(conn, c => diesel::insert_into(access_log::table).values(rows).execute(c))?;
    }
    Ok(())
}

type QuotaColumns = (String, String, String, String, String, String, i64, i64);

/// What is used of every quota whose window began on or after `since`.
///
/// # Errors
/// What the database says.
pub fn quotas(conn: &mut AnyConnection, since: Day) -> Result<Vec<QuotaUse>, StoreError> {
    let rows: Vec<QuotaColumns> = quota_levels::table
        .filter(quota_levels::window_start.ge(since.to_string()))
        .select((
            quota_levels::owner_kind,
            quota_levels::owner_id,
            quota_levels::dataset_id,
            quota_levels::limit_name,
            quota_levels::period,
            quota_levels::window_start,
            quota_levels::used,
            quota_levels::told_percent,
        ))
        .load(conn)?;
    rows.into_iter().map(quota_use).collect()
}

/// What is used of every quota of one owner, `key` or `agreement`, whenever its window began.
///
/// # Errors
/// What the database says.
pub fn quotas_of(conn: &mut AnyConnection, kind: &str, owner: &str) -> Result<Vec<QuotaUse>, StoreError> {
    let rows: Vec<QuotaColumns> = quota_levels::table
        .filter(quota_levels::owner_kind.eq(kind).and(quota_levels::owner_id.eq(owner)))
        .select((
            quota_levels::owner_kind,
            quota_levels::owner_id,
            quota_levels::dataset_id,
            quota_levels::limit_name,
            quota_levels::period,
            quota_levels::window_start,
            quota_levels::used,
            quota_levels::told_percent,
        ))
        .load(conn)?;
    rows.into_iter().map(quota_use).collect()
}

fn quota_use(row: QuotaColumns) -> Result<QuotaUse, StoreError> {
    let (kind, owner, dataset, limit, period, start, calls, told_percent) = row;
    let corrupt = |why: String| StoreError::Corrupt { what: "quota level", why };
    Ok(QuotaUse {
        owner: match kind.as_str() {
            "key" => QuotaOwner::Key(id(&owner)?),
            _ => QuotaOwner::Agreement(id(&owner)?, id(&dataset)?),
        },
        limit,
        period: period.parse().map_err(|error: crate::domain::limits::LimitProblem| corrupt(error.to_string()))?,
        window_start: start.parse().map_err(|error: chrono::ParseError| corrupt(error.to_string()))?,
        calls,
        told_percent,
    })
}

/// Deletes at most `limit` lines of the access log older than `before`; the caller repeats until fewer are deleted.
///
/// # Errors
/// What the database says.
pub fn prune_log(conn: &mut AnyConnection, before: Instant, limit: i64) -> Result<usize, StoreError> {
    let oldest: Vec<String> = access_log::table
        .filter(access_log::at.lt(before.naive_utc()))
        .order(access_log::at.asc())
        .limit(limit)
        .select(access_log::id)
        .load(conn)?;
    Ok(diesel::delete(access_log::table.filter(access_log::id.eq_any(oldest))).execute(conn)?)
}

/// Deletes the minutes before `before`; hours and days stay.
///
/// # Errors
/// What the database says.
pub fn prune_minutes(conn: &mut AnyConnection, before: Instant) -> Result<usize, StoreError> {
    Ok(diesel::delete(usage_minutes::table.filter(usage_minutes::at.lt(before.naive_utc()))).execute(conn)?)
}
