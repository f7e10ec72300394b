//! What each key did on each day of the city: calls, refusals, and in which hours. One row a key and day, so that months of
//! thousands of keys are read at once.

use std::collections::BTreeMap;

use chrono::Timelike as _;
use chrono_tz::Tz;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel::upsert::excluded;

use super::conn::on_each;
use super::schema::{agreement_datasets, agreements, keys, usage_key_days};
use super::usage::UsageCount;
use super::{AnyConnection, StoreError, id};
use crate::domain::anomaly::KeyDay;
use crate::domain::id::{AgreementId, DepartmentId, KeyId};
use crate::domain::time::{Day, Instant, day_in};

/// Adds what was counted, in the transaction of the batch it came with.
pub(super) fn add(conn: &mut AnyConnection, counts: &[UsageCount], zone: Tz) -> Result<(), StoreError> {
    let mut days: BTreeMap<(Day, KeyId), (i64, i64, i64)> = BTreeMap::new();
    for count in counts {
        let Some(key) = count.of.key else { continue };
        let (calls, refused, hours) = days.entry((day_in(zone, count.minute), key)).or_default();
        *calls = calls.saturating_add(count.calls);
        if count.of.outcome != "ok" {
            *refused = refused.saturating_add(count.calls);
        }
        *hours |= 1 << count.minute.with_timezone(&zone).hour();
    }
    for ((day, key), (calls, refused, hours)) in days {
        let values = (
            usage_key_days::day.eq(day.to_string()),
            usage_key_days::key_id.eq(key.to_string()),
            usage_key_days::calls.eq(calls),
            usage_key_days::refused.eq(refused),
            usage_key_days::hours.eq(hours),
        );
        on_each!(conn, c => diesel::insert_into(usage_key_days::table)
            .values(values)
            .on_conflict((usage_key_days::day, usage_key_days::key_id))
            .do_update()
            .set((
                usage_key_days::calls.eq(usage_key_days::calls + excluded(usage_key_days::calls)),
                usage_key_days::refused.eq(usage_key_days::refused + excluded(usage_key_days::refused)),
                usage_key_days::hours.eq(sql::<BigInt>("usage_key_days.hours | excluded.hours")),
            ))
            .execute(c))?;
    }
    Ok(())
}

/// What keys did on a day: each key's id as text, for most are only looked up by it.
///
/// # Errors
/// What the database says.
pub fn of_day(conn: &mut AnyConnection, day: Day) -> Result<Vec<(String, KeyDay)>, StoreError> {
    let rows: Vec<(String, i64, i64, i64)> = usage_key_days::table
        .filter(usage_key_days::day.eq(day.to_string()))
        .select((usage_key_days::key_id, usage_key_days::calls, usage_key_days::refused, usage_key_days::hours))
        .load(conn)?;
    let of = |(key, calls, refused, hours)| (key, KeyDay { calls, refused, hours: u32::try_from(hours).unwrap_or(0) });
    Ok(rows.into_iter().map(of).collect())
}

/// A key under an agreement, without its text.
#[derive(Clone, Debug)]
pub struct KnownKey {
    /// Its id.
    pub id: KeyId,
    /// What its holder calls it.
    pub name: String,
    /// The ends of its text.
    pub hint: String,
    /// Whether it can be used.
    pub is_active: bool,
    /// When it was made.
    pub made_at: Instant,
    /// When it was last used.
    pub used_at: Option<Instant>,
    /// Its agreement.
    pub agreement: AgreementId,
}

/// An agreement with what a list shows of it.
#[derive(Clone, Debug)]
pub struct KnownAgreement {
    /// Its id.
    pub id: AgreementId,
    /// Its number.
    pub number: String,
    /// Its title.
    pub title: String,
    /// Since when it is in force; none where it is not.
    pub since: Option<Instant>,
}

type KeyColumns = (String, String, String, String, chrono::NaiveDateTime, Option<chrono::NaiveDateTime>, String);

/// Every key and every agreement, of one department's data where one is named.
///
/// # Errors
/// What the database says.
pub fn known(
    conn: &mut AnyConnection,
    department: Option<DepartmentId>,
) -> Result<(Vec<KnownKey>, Vec<KnownAgreement>), StoreError> {
    let mut of_keys = keys::table.into_boxed();
    let mut of_agreements = agreements::table.into_boxed();
    if let Some(department) = department {
        let theirs = || {
            agreement_datasets::table
                .filter(agreement_datasets::department_id.eq(department.to_string()))
                .select(agreement_datasets::agreement_id)
        };
        of_keys = of_keys.filter(keys::agreement_id.eq_any(theirs()));
        of_agreements = of_agreements.filter(agreements::id.eq_any(theirs()));
    }
    let rows: Vec<KeyColumns> = of_keys
        .select((
            keys::id,
            keys::name,
            keys::hint,
            keys::state,
            keys::created_at,
            keys::last_used_at,
            keys::agreement_id,
        ))
        .load(conn)?;
    let key = |(own, name, hint, state, made, used, agreement): KeyColumns| {
        Ok(KnownKey {
            id: id(&own)?,
            name,
            hint,
            is_active: state == "active",
            made_at: made.and_utc(),
            used_at: used.map(|used| used.and_utc()),
            agreement: id(&agreement)?,
        })
    };
    let all_keys = rows.into_iter().map(key).collect::<Result<_, StoreError>>()?;
    let rows: Vec<(String, String, String, String, Option<chrono::NaiveDateTime>)> = of_agreements
        .select((agreements::id, agreements::number, agreements::title, agreements::state, agreements::executed_at))
        .load(conn)?;
    let agreement = |(own, number, title, state, executed): (String, String, String, String, Option<_>)| {
        Ok(KnownAgreement {
            id: id(&own)?,
            number,
            title,
            since: executed.filter(|_| state == "executed").map(|at: chrono::NaiveDateTime| at.and_utc()),
        })
    };
    let all_agreements = rows.into_iter().map(agreement).collect::<Result<_, StoreError>>()?;
    Ok((all_keys, all_agreements))
}
