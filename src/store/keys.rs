//! Keys at rest: found by id, by digest, by agreement and by holder, saved by compare-and-set. Never holds a key's text.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::schema::{agreements, keys, reminders};
use super::{AnyConnection, StoreError, from_json, id, one_row, to_json};
use crate::domain::agreement::Agreement;
use crate::domain::id::{AccountId, AgreementId, KeyId};
use crate::domain::key::{Digest, Key};
use crate::domain::time::Instant;

/// A key with what the desk keeps beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredKey {
    /// The key.
    pub key: Key,
    /// The requester of its agreement.
    pub holder: AccountId,
    /// When the gate last let it through, to the flush interval.
    pub last_used_at: Option<Instant>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = keys)]
struct Row {
    holder_id: String,
    last_used_at: Option<NaiveDateTime>,
    body: String,
}

fn stored(row: &Row) -> Result<StoredKey, StoreError> {
    Ok(StoredKey {
        key: from_json("key", &row.body)?,
        holder: id(&row.holder_id)?,
        last_used_at: row.last_used_at.map(|at| at.and_utc()),
    })
}

/// The key with this id.
///
/// # Errors
/// [`StoreError::Missing`] or what the database says.
pub fn by_id(conn: &mut AnyConnection, wanted: KeyId) -> Result<StoredKey, StoreError> {
    stored(&keys::table.filter(keys::id.eq(wanted.to_string())).select(Row::as_select()).first(conn)?)
}

/// The key whose text has this digest.
///
/// # Errors
/// [`StoreError::Missing`] or what the database says.
pub fn by_digest(conn: &mut AnyConnection, digest: &Digest) -> Result<StoredKey, StoreError> {
    stored(&keys::table.filter(keys::digest.eq(digest.to_string())).select(Row::as_select()).first(conn)?)
}

/// Keys in order of their ids, after one of them.
///
/// # Errors
/// What the database says.
pub fn after(conn: &mut AnyConnection, id: &str, limit: i64) -> Result<Vec<StoredKey>, StoreError> {
    let rows: Vec<Row> = keys::table
        .filter(keys::id.gt(id.to_owned()))
        .order(keys::id.asc())
        .limit(limit)
        .select(Row::as_select())
        .load(conn)?;
    rows.iter().map(stored).collect()
}

/// The keys of an agreement, newest first.
///
/// # Errors
/// What the database says.
pub fn of_agreement(conn: &mut AnyConnection, agreement: AgreementId) -> Result<Vec<StoredKey>, StoreError> {
    let rows: Vec<Row> = keys::table
        .filter(keys::agreement_id.eq(agreement.to_string()))
        .order(keys::id.desc())
        .select(Row::as_select())
        .load(conn)?;
    rows.iter().map(stored).collect()
}

/// The keys under the agreements that a person made alone and those made for their organisation, newest first.
///
/// # Errors
/// What the database says.
pub fn of_party(
    conn: &mut AnyConnection,
    requester: AccountId,
    organisation: Option<&str>,
) -> Result<Vec<StoredKey>, StoreError> {
    let alone = agreements::requester_id.eq(requester.to_string()).and(agreements::organisation_id.is_null());
    let mut query = agreements::table.into_boxed().filter(alone);
    if let Some(organisation) = organisation {
        query = query.or_filter(agreements::organisation_id.eq(organisation.to_owned()));
    }
    // A boxed query cannot be nested on both databases, so the ids are read first.
    let theirs: Vec<String> = query.select(agreements::id).load(conn)?;
    let rows: Vec<Row> = keys::table
        .filter(keys::agreement_id.eq_any(theirs))
        .order(keys::id.desc())
        .select(Row::as_select())
        .load(conn)?;
    rows.iter().map(stored).collect()
}

/// Keys in force whose own expiry lies before `before`, the nearest first.
///
/// # Errors
/// What the database says.
pub fn expiring(conn: &mut AnyConnection, before: Instant, limit: i64) -> Result<Vec<StoredKey>, StoreError> {
    let rows: Vec<Row> = keys::table
        .filter(keys::state.eq_any(["active", "superseded"]).and(keys::expires_at.le(Some(before.naive_utc()))))
        .order((keys::expires_at.asc(), keys::id.asc()))
        .limit(limit)
        .select(Row::as_select())
        .load(conn)?;
    rows.iter().map(stored).collect()
}

/// Active keys whose own expiry lies after `from` and not after `until`, and of which `mark` was not yet said, the nearest
/// first.
///
/// # Errors
/// What the database says.
pub fn expiring_unsaid(
    conn: &mut AnyConnection,
    (from, until): (Instant, Instant),
    mark: &str,
    limit: i64,
) -> Result<Vec<StoredKey>, StoreError> {
    let said = reminders::table.filter(reminders::mark.eq(mark)).select(reminders::subject);
    let rows: Vec<Row> = keys::table
        .filter(keys::state.eq("active").and(keys::id.ne_all(said)))
        .filter(keys::expires_at.gt(Some(from.naive_utc())).and(keys::expires_at.le(Some(until.naive_utc()))))
        .order((keys::expires_at.asc(), keys::id.asc()))
        .limit(limit)
        .select(Row::as_select())
        .load(conn)?;
    rows.iter().map(stored).collect()
}

/// Keeps a new key.
///
/// # Errors
/// What the database says.
pub fn insert(conn: &mut AnyConnection, key: &Key, holder: AccountId) -> Result<(), StoreError> {
    diesel::insert_into(keys::table)
        .values((
            keys::id.eq(key.id.to_string()),
            keys::agreement_id.eq(key.agreement.to_string()),
            keys::holder_id.eq(holder.to_string()),
            keys::digest.eq(key.digest.to_string()),
            keys::hint.eq(&key.hint),
            keys::name.eq(&key.name),
            keys::state.eq(key.state.as_str()),
            keys::expires_at.eq(key.expires_at.map(|at| at.naive_utc())),
            keys::created_at.eq(key.created_at.naive_utc()),
            keys::version.eq(key.version),
            keys::body.eq(to_json("key", key)?),
        ))
        .execute(conn)?;
    Ok(())
}

/// Saves what a command made of a key. The command raised its version by one; the row must still have the one before.
///
/// # Errors
/// [`StoreError::Stale`] when somebody was faster.
pub fn update(conn: &mut AnyConnection, key: &Key) -> Result<(), StoreError> {
    let before = key.version.saturating_sub(1);
    let rows = diesel::update(keys::table.filter(keys::id.eq(key.id.to_string()).and(keys::version.eq(before))))
        .set((
            keys::agreement_id.eq(key.agreement.to_string()),
            keys::name.eq(&key.name),
            keys::state.eq(key.state.as_str()),
            keys::expires_at.eq(key.expires_at.map(|at| at.naive_utc())),
            keys::version.eq(key.version),
            keys::body.eq(to_json("key", key)?),
        ))
        .execute(conn)?;
    one_row(rows)
}

/// The agreement a key acts under, locked until the transaction ends: issuing, rolling, holding and ending under one
/// agreement happen one after another on both databases (`FOR UPDATE` is not common to them).
///
/// # Errors
/// [`StoreError::Missing`] or what the database says.
pub fn locked_agreement(conn: &mut AnyConnection, wanted: AgreementId) -> Result<Agreement, StoreError> {
    let row = agreements::table.filter(agreements::id.eq(wanted.to_string()));
    diesel::update(row).set(agreements::version.eq(agreements::version)).execute(conn)?;
    super::agreements::by_id(conn, wanted)
}
