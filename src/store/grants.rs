//! The change list that gates follow: what was touched, in order of commit.

use diesel::prelude::*;

use super::schema::grant_changes;
use super::sessions::next_number;
use super::{AnyConnection, StoreError, listen};
use crate::domain::time::Instant;

/// One change that gates must learn of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantChange {
    /// Its place in the list.
    pub number: i64,
    /// `key`, `agreement`, `requester`, `dataset`, `service` or `token_keys`.
    pub kind: String,
    /// The id of what changed; empty for `token_keys`.
    pub id: String,
}

/// Appends to the list, in the transaction of the act.
///
/// # Errors
/// What the database says.
pub fn note_change(conn: &mut AnyConnection, kind: &str, id: &str, now: Instant) -> Result<(), StoreError> {
    let number = next_number(conn, "grant-changes")?;
    diesel::insert_into(grant_changes::table)
        .values((
            grant_changes::number.eq(number),
            grant_changes::kind.eq(kind),
            grant_changes::id.eq(id),
            grant_changes::at.eq(now.naive_utc()),
        ))
        .execute(conn)?;
    listen::notify(conn)
}

/// Changes after `number`, in order.
///
/// # Errors
/// What the database says.
pub fn changes_after(conn: &mut AnyConnection, number: i64, limit: i64) -> Result<Vec<GrantChange>, StoreError> {
    let rows: Vec<(i64, String, String)> = grant_changes::table
        .filter(grant_changes::number.gt(number))
        .order(grant_changes::number.asc())
        .limit(limit)
        .select((grant_changes::number, grant_changes::kind, grant_changes::id))
        .load(conn)?;
    Ok(rows.into_iter().map(|(number, kind, id)| GrantChange { number, kind, id }).collect())
}

/// The number of the last change.
///
/// # Errors
/// What the database says.
pub fn last_change(conn: &mut AnyConnection) -> Result<i64, StoreError> {
    let last: Option<i64> = grant_changes::table.select(diesel::dsl::max(grant_changes::number)).first(conn)?;
    Ok(last.unwrap_or(0))
}
