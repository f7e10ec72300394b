//! Appeals at rest, and the texts of their records. A record is written once and never changes.

use diesel::prelude::*;

use super::schema::{appeal_parts, appeals};
use super::{AnyConnection, StoreError, from_json, one_row, to_json};
use crate::domain::appeal::{Appeal, Appealed};
use crate::domain::id::{AccountId, AppealId};
use crate::domain::time::Instant;

/// Appeals read at once.
const MAX: i64 = 1_000;

fn read((version, body): (i64, String)) -> Result<Appeal, StoreError> {
    let appeal: Appeal = from_json("appeal", &body)?;
    Ok(Appeal { version, ..appeal })
}

fn open_about(appeal: &Appeal) -> Option<String> {
    appeal.state.is_open().then(|| appeal.contested.of.to_string())
}

/// Keeps a new appeal.
///
/// # Errors
/// [`StoreError::Taken`] when the same decision has an open appeal.
pub fn insert(conn: &mut AnyConnection, appeal: &Appeal) -> Result<(), StoreError> {
    diesel::insert_into(appeals::table)
        .values((
            appeals::id.eq(appeal.id.to_string()),
            appeals::number.eq(&appeal.number),
            appeals::contested.eq(appeal.contested.of.to_string()),
            appeals::open_about.eq(open_about(appeal)),
            appeals::requester_id.eq(appeal.requester.to_string()),
            appeals::organisation_id.eq(appeal.organisation.map(|id| id.to_string())),
            appeals::state.eq(appeal.state.as_str()),
            appeals::filed_at.eq(appeal.filed_at.naive_utc()),
            appeals::updated_at.eq(appeal.filed_at.naive_utc()),
            appeals::version.eq(1),
            appeals::body.eq(to_json("appeal", appeal)?),
        ))
        .execute(conn)?;
    Ok(())
}

/// Saves an appeal over the version it was loaded with.
///
/// # Errors
/// [`StoreError::Stale`] when somebody was faster.
pub fn save(conn: &mut AnyConnection, appeal: &Appeal, now: Instant) -> Result<(), StoreError> {
    let unchanged = appeals::id.eq(appeal.id.to_string()).and(appeals::version.eq(appeal.version));
    let rows = diesel::update(appeals::table.filter(unchanged))
        .set((
            appeals::open_about.eq(open_about(appeal)),
            appeals::state.eq(appeal.state.as_str()),
            appeals::updated_at.eq(now.naive_utc()),
            appeals::version.eq(appeal.version.saturating_add(1)),
            appeals::body.eq(to_json("appeal", appeal)?),
        ))
        .execute(conn)?;
    one_row(rows)
}

/// The appeal with this id.
///
/// # Errors
/// [`StoreError::Missing`] or what the database says.
pub fn by_id(conn: &mut AnyConnection, wanted: AppealId) -> Result<Appeal, StoreError> {
    let found = appeals::table.filter(appeals::id.eq(wanted.to_string()));
    read(found.select((appeals::version, appeals::body)).first(conn)?)
}

/// Every appeal from one decision, oldest first.
///
/// # Errors
/// What the database says.
pub fn about(conn: &mut AnyConnection, contested: Appealed) -> Result<Vec<Appeal>, StoreError> {
    let rows: Vec<(i64, String)> = appeals::table
        .filter(appeals::contested.eq(contested.to_string()))
        .order((appeals::filed_at.asc(), appeals::id.asc()))
        .select((appeals::version, appeals::body))
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// Appeals of a person about what was made for them alone, and those of their organisation, newest first.
///
/// # Errors
/// What the database says.
pub fn of_party(
    conn: &mut AnyConnection,
    requester: AccountId,
    organisation: Option<&str>,
) -> Result<Vec<Appeal>, StoreError> {
    let alone = appeals::requester_id.eq(requester.to_string()).and(appeals::organisation_id.is_null());
    let mut query = appeals::table.into_boxed().filter(alone);
    if let Some(organisation) = organisation {
        query = query.or_filter(appeals::organisation_id.eq(organisation.to_owned()));
    }
    let rows: Vec<(i64, String)> = query
        .order((appeals::filed_at.desc(), appeals::id.desc()))
        .limit(MAX)
        .select((appeals::version, appeals::body))
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// Appeals for the clerk: every open one, and with `closed` also those that ended, newest first.
///
/// # Errors
/// What the database says.
pub fn all(conn: &mut AnyConnection, closed: bool) -> Result<Vec<Appeal>, StoreError> {
    let mut query = appeals::table.into_boxed();
    if !closed {
        query = query.filter(appeals::open_about.is_not_null());
    }
    let rows: Vec<(i64, String)> = query
        .order((appeals::filed_at.desc(), appeals::id.desc()))
        .limit(MAX)
        .select((appeals::version, appeals::body))
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// Keeps the texts of a record, in order.
///
/// # Errors
/// [`StoreError::Taken`] when it was compiled before.
pub fn keep_record(conn: &mut AnyConnection, appeal: AppealId, texts: &[(String, String)]) -> Result<(), StoreError> {
    for (position, (name, text)) in (0_i64..).zip(texts) {
        diesel::insert_into(appeal_parts::table)
            .values((
                appeal_parts::appeal_id.eq(appeal.to_string()),
                appeal_parts::position.eq(position),
                appeal_parts::name.eq(name),
                appeal_parts::text.eq(text),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// The texts of a record by name, in order; none before it is compiled.
///
/// # Errors
/// What the database says.
pub fn record(conn: &mut AnyConnection, appeal: AppealId) -> Result<Vec<(String, String)>, StoreError> {
    let found = appeal_parts::table.filter(appeal_parts::appeal_id.eq(appeal.to_string()));
    Ok(found.order(appeal_parts::position.asc()).select((appeal_parts::name, appeal_parts::text)).load(conn)?)
}
