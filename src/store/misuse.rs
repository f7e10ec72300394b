//! Signals of the misuse rules at rest, and the books that the rules are judged by. A signal is written once. Never says
//! whether a figure is too high.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDateTime, Timelike as _};
use chrono_tz::Tz;
use diesel::dsl::{max, sql};
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::conn::on_each;
use super::schema::{
    canary_keys, misuse_cool_downs, misuse_signal_departments, misuse_signals, usage_hours, usage_minutes, usage_sights,
};
use super::usage::Access;
use super::{AnyConnection, StoreError, from_json, id, id_opt, to_json};
use crate::domain::id::{AgreementId, DepartmentId, KeyId, SignalId};
use crate::domain::misuse::{Class, Grain, Mode, SIGHT_MINUTES, Seen, Signal, Slice};
use crate::domain::net::truncated;
use crate::domain::time::Instant;

/// Keys looked at in one round, the busiest first.
pub const KEYS_MAX: i64 = 5_000;
/// Places of the books read for one question.
pub const SLICES_MAX: i64 = 200_000;
/// Networks and patterns of one key that one batch may add; more say nothing new.
const SIGHTS_MAX: usize = 200;

/// When, of which kind, and what.
type Sight = (NaiveDateTime, &'static str, String);

/// Adds from where and what the keys of these log lines read.
///
/// # Errors
/// What the database says.
pub(super) fn add_sights(conn: &mut AnyConnection, log: &[Access]) -> Result<(), StoreError> {
    let mut found: BTreeMap<(KeyId, AgreementId), BTreeSet<Sight>> = BTreeMap::new();
    for line in log {
        let (Some(key), Some(agreement)) = (line.of.key, line.of.agreement) else { continue };
        let sights = found.entry((key, agreement)).or_default();
        let at = place_of(line.at);
        let network = line.client.parse().ok().map(|address| truncated(address).to_string());
        let pattern = line.of.dataset.filter(|_| !line.path.is_empty()).map(|set| format!("{set} {}", line.path));
        for (kind, sight) in [("network", network), ("pattern", pattern)] {
            if let Some(sight) = sight.filter(|_| sights.len() < SIGHTS_MAX) {
                sights.insert((at, kind, sight));
            }
        }
    }
    for ((key, agreement), sights) in found {
        for (at, kind, sight) in sights {
            let values = (
                usage_sights::at.eq(at),
                usage_sights::key_id.eq(key.to_string()),
                usage_sights::agreement_id.eq(agreement.to_string()),
                usage_sights::kind.eq(kind),
                usage_sights::sight.eq(&sight),
            );
            on_each!(conn, c => diesel::insert_into(usage_sights::table)
                .values(values).on_conflict_do_nothing().execute(c))?;
        }
    }
    Ok(())
}

/// The ten minutes that an instant lies in.
fn place_of(at: Instant) -> NaiveDateTime {
    let minute = at.minute() - at.minute() % SIGHT_MINUTES;
    let at = at.naive_utc();
    at.with_minute(minute).and_then(|at| at.with_second(0)).and_then(|at| at.with_nanosecond(0)).unwrap_or(at)
}

/// Deletes the networks and patterns before `before`.
///
/// # Errors
/// What the database says.
pub fn prune_sights(conn: &mut AnyConnection, before: Instant) -> Result<usize, StoreError> {
    Ok(diesel::delete(usage_sights::table.filter(usage_sights::at.lt(before.naive_utc()))).execute(conn)?)
}

/// Keys with a call counted since, each with its agreement and its number of calls since; the busiest first.
///
/// # Errors
/// What the database says.
pub fn active(conn: &mut AnyConnection, since: Instant) -> Result<Vec<(KeyId, AgreementId, i64)>, StoreError> {
    let rows: Vec<(String, String, i64)> = usage_minutes::table
        .group_by((usage_minutes::key_id, usage_minutes::agreement_id))
        .filter(usage_minutes::at.ge(since.naive_utc()).and(usage_minutes::key_id.ne("")))
        .select((
            usage_minutes::key_id,
            usage_minutes::agreement_id,
            sql::<BigInt>("CAST(SUM(usage_minutes.calls) AS BIGINT)"),
        ))
        .order((sql::<BigInt>("3 DESC"), usage_minutes::key_id.asc()))
        .limit(KEYS_MAX)
        .load(conn)?;
    rows.into_iter().map(|(key, agreement, calls)| Ok((id(&key)?, id(&agreement)?, calls))).collect()
}

/// Whose slices are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Of these keys.
    Keys(Vec<KeyId>),
    /// Of every key of these agreements.
    Agreements(Vec<AgreementId>),
}

/// The books of minutes and hours differ only in their table.
macro_rules! calls {
    ($table:ident, $conn:expr, $from:expr, $whose:expr) => {{
        let name = stringify!($table);
        let mut query = $table::table
            .group_by(($table::at, $table::key_id, $table::agreement_id, $table::dataset_id, $table::outcome))
            .select((
                $table::at,
                $table::key_id,
                $table::agreement_id,
                $table::dataset_id,
                $table::outcome,
                sql::<BigInt>(&format!("CAST(SUM({name}.calls) AS BIGINT)")),
                sql::<BigInt>(&format!("CAST(SUM({name}.bytes) AS BIGINT)")),
            ))
            .filter($table::at.gt($from.naive_utc()).and($table::key_id.ne("")))
            .into_boxed();
        query = match $whose {
            Whose::Keys(keys) => query.filter($table::key_id.eq_any(texts(keys))),
            Whose::Agreements(of) => query.filter($table::agreement_id.eq_any(texts(of))),
        };
        query.order($table::at.asc()).limit(SLICES_MAX).load::<CallColumns>($conn)?
    }};
}

type CallColumns = (NaiveDateTime, String, String, String, String, i64, i64);

fn texts<T: ToString>(ids: &[T]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

/// What these keys did after `from`, in order of time; at most [`SLICES_MAX`].
///
/// # Errors
/// What the database says.
pub fn slices(
    conn: &mut AnyConnection,
    grain: Grain,
    from: Instant,
    whose: &Whose,
    zone: Tz,
) -> Result<Vec<Slice>, StoreError> {
    let rows = match grain {
        Grain::Minutes => calls!(usage_minutes, conn, from, whose),
        Grain::Hours => calls!(usage_hours, conn, from, whose),
        Grain::Sights => return sights(conn, from, whose, zone),
        Grain::Event => return Ok(Vec::new()),
    };
    rows.into_iter()
        .map(|(at, key, agreement, dataset, outcome, calls, bytes)| {
            let dataset = id_opt(Some(dataset.as_str()).filter(|text| !text.is_empty()))?;
            slice((at, &key, &agreement), zone, Seen::Calls { dataset, outcome, calls, bytes })
        })
        .collect()
}

fn sights(conn: &mut AnyConnection, from: Instant, whose: &Whose, zone: Tz) -> Result<Vec<Slice>, StoreError> {
    let mut query = usage_sights::table.filter(usage_sights::at.gt(from.naive_utc())).into_boxed();
    query = match whose {
        Whose::Keys(keys) => query.filter(usage_sights::key_id.eq_any(texts(keys))),
        Whose::Agreements(of) => query.filter(usage_sights::agreement_id.eq_any(texts(of))),
    };
    let rows: Vec<(NaiveDateTime, String, String, String, String)> =
        query.order(usage_sights::at.asc()).limit(SLICES_MAX).load(conn)?;
    rows.into_iter()
        .map(|(at, key, agreement, kind, sight)| {
            let seen = if kind == "network" { Seen::Network(sight) } else { Seen::Pattern(sight) };
            slice((at, &key, &agreement), zone, seen)
        })
        .collect()
}

fn slice((at, key, agreement): (NaiveDateTime, &str, &str), zone: Tz, seen: Seen) -> Result<Slice, StoreError> {
    let at = at.and_utc();
    let local_hour = at.with_timezone(&zone).hour();
    Ok(Slice { at, local_hour, key: id(key)?, agreement: id(agreement)?, seen })
}

/// A key that was planted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canary {
    /// The key.
    pub key: KeyId,
    /// Where it was planted.
    pub planted: String,
    /// Since when it is watched.
    pub at: Instant,
    /// Who said so.
    pub by_name: String,
}

/// Every planted key.
///
/// # Errors
/// What the database says.
pub fn canaries(conn: &mut AnyConnection) -> Result<Vec<Canary>, StoreError> {
    let rows: Vec<(String, String, NaiveDateTime, String)> =
        canary_keys::table.order(canary_keys::at.asc()).load(conn)?;
    let read = |(key, planted, at, by_name): (String, String, NaiveDateTime, String)| {
        Ok(Canary { key: id(&key)?, planted, at: at.and_utc(), by_name })
    };
    rows.into_iter().map(read).collect()
}

/// Watches a key as planted.
///
/// # Errors
/// [`StoreError::Taken`] when it is watched already.
pub fn plant(conn: &mut AnyConnection, canary: &Canary) -> Result<(), StoreError> {
    diesel::insert_into(canary_keys::table)
        .values((
            canary_keys::key_id.eq(canary.key.to_string()),
            canary_keys::planted.eq(&canary.planted),
            canary_keys::at.eq(canary.at.naive_utc()),
            canary_keys::by_name.eq(&canary.by_name),
        ))
        .execute(conn)?;
    Ok(())
}

/// Which of these subjects each rule is silent about now: rule and subject.
///
/// # Errors
/// What the database says.
pub fn cooling(
    conn: &mut AnyConnection,
    subjects: &[String],
    now: Instant,
) -> Result<BTreeSet<(String, String)>, StoreError> {
    let rows: Vec<(String, String)> = misuse_cool_downs::table
        .filter(misuse_cool_downs::until.gt(now.naive_utc()).and(misuse_cool_downs::subject.eq_any(subjects.to_vec())))
        .select((misuse_cool_downs::rule, misuse_cool_downs::subject))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Claims that a rule speaks about a subject now and is silent until `until`; false when it is silent already. Of two
/// who claim at once the second waits for the first and then hears false.
///
/// # Errors
/// What the database says.
pub fn claim(
    conn: &mut AnyConnection,
    (rule, subject): (&str, &str),
    until: Instant,
    now: Instant,
) -> Result<bool, StoreError> {
    let values = (
        misuse_cool_downs::rule.eq(rule),
        misuse_cool_downs::subject.eq(subject),
        misuse_cool_downs::until.eq(until.naive_utc()),
    );
    let new = on_each!(conn, c => diesel::insert_into(misuse_cool_downs::table)
        .values(values).on_conflict_do_nothing().execute(c))?;
    if new == 1 {
        return Ok(true);
    }
    let is_over = misuse_cool_downs::rule
        .eq(rule)
        .and(misuse_cool_downs::subject.eq(subject))
        .and(misuse_cool_downs::until.le(now.naive_utc()));
    let rows = diesel::update(misuse_cool_downs::table.filter(is_over))
        .set(misuse_cool_downs::until.eq(until.naive_utc()))
        .execute(conn)?;
    Ok(rows == 1)
}

/// Keeps a signal, for the departments that it concerns.
///
/// # Errors
/// What the database says.
pub fn insert(
    conn: &mut AnyConnection,
    signal: &Signal,
    subject: &str,
    departments: &BTreeSet<DepartmentId>,
) -> Result<(), StoreError> {
    diesel::insert_into(misuse_signals::table)
        .values((
            misuse_signals::id.eq(signal.id.to_string()),
            misuse_signals::at.eq(signal.at.naive_utc()),
            misuse_signals::rule.eq(&signal.rule),
            misuse_signals::class.eq(signal.class.as_str()),
            misuse_signals::mode.eq(signal.mode.as_str()),
            misuse_signals::state.eq(signal.state.as_str()),
            misuse_signals::key_id.eq(signal.key.to_string()),
            misuse_signals::agreement_id.eq(signal.agreement.to_string()),
            misuse_signals::subject.eq(subject),
            misuse_signals::body.eq(to_json("signal", signal)?),
        ))
        .execute(conn)?;
    for department in departments {
        diesel::insert_into(misuse_signal_departments::table)
            .values((
                misuse_signal_departments::signal_id.eq(signal.id.to_string()),
                misuse_signal_departments::department_id.eq(department.to_string()),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// When a live rule last spoke about this subject, and when one of this class last did about the agreement.
///
/// # Errors
/// What the database says.
pub fn newest(
    conn: &mut AnyConnection,
    (rule, subject): (&str, &str),
    (class, agreement): (Class, AgreementId),
) -> Result<(Option<Instant>, Option<Instant>), StoreError> {
    let live = misuse_signals::mode.eq(Mode::Live.as_str());
    let same: Option<NaiveDateTime> = misuse_signals::table
        .filter(live.and(misuse_signals::rule.eq(rule)).and(misuse_signals::subject.eq(subject)))
        .select(max(misuse_signals::at))
        .first(conn)?;
    let of_class = misuse_signals::agreement_id.eq(agreement.to_string()).and(misuse_signals::class.eq(class.as_str()));
    let class: Option<NaiveDateTime> =
        misuse_signals::table.filter(live.and(of_class)).select(max(misuse_signals::at)).first(conn)?;
    Ok((same.map(|at| at.and_utc()), class.map(|at| at.and_utc())))
}

/// The signal with this id.
///
/// # Errors
/// [`StoreError::Missing`] or what the database says.
pub fn by_id(conn: &mut AnyConnection, wanted: SignalId) -> Result<Signal, StoreError> {
    let found = misuse_signals::table.filter(misuse_signals::id.eq(wanted.to_string()));
    let body: String = found.select(misuse_signals::body).first(conn)?;
    from_json("signal", &body)
}

/// Keeps that a case was opened from a signal; its figures never change.
///
/// # Errors
/// What the database says.
pub fn take(conn: &mut AnyConnection, signal: &Signal) -> Result<(), StoreError> {
    diesel::update(misuse_signals::table.filter(misuse_signals::id.eq(signal.id.to_string())))
        .set((misuse_signals::state.eq(signal.state.as_str()), misuse_signals::body.eq(to_json("signal", signal)?)))
        .execute(conn)?;
    Ok(())
}

/// Signals that concern any of these departments (all signals where none are named), newest first, below the last one of
/// the page before.
///
/// # Errors
/// What the database says.
pub fn list(
    conn: &mut AnyConnection,
    departments: Option<&[DepartmentId]>,
    below: Option<(Instant, SignalId)>,
    limit: i64,
) -> Result<Vec<Signal>, StoreError> {
    let mut query = misuse_signals::table.into_boxed();
    if let Some(departments) = departments {
        let theirs = misuse_signal_departments::table
            .filter(misuse_signal_departments::department_id.eq_any(texts(departments)))
            .select(misuse_signal_departments::signal_id);
        query = query.filter(misuse_signals::id.eq_any(theirs));
    }
    if let Some((at, signal)) = below {
        let at = at.naive_utc();
        let earlier = misuse_signals::at.eq(at).and(misuse_signals::id.lt(signal.to_string()));
        query = query.filter(misuse_signals::at.lt(at).or(earlier));
    }
    let bodies: Vec<String> = query
        .order((misuse_signals::at.desc(), misuse_signals::id.desc()))
        .limit(limit)
        .select(misuse_signals::body)
        .load(conn)?;
    bodies.iter().map(|body| from_json("signal", body)).collect()
}
