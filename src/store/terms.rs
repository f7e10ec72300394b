//! Published versions of terms; never changed, never deleted.

use diesel::prelude::*;

use super::schema::terms;
use super::{AnyConnection, StoreError, from_json, to_json};
use crate::domain::id::TermsId;
use crate::domain::terms::{TermsFamily, TermsVersion, current as current_of};
use crate::domain::time::Instant;

/// Keeps a new version.
///
/// # Errors
/// [`StoreError::Taken`] when the family has this number.
pub fn insert(conn: &mut AnyConnection, version: &TermsVersion) -> Result<(), StoreError> {
    diesel::insert_into(terms::table)
        .values((
            terms::id.eq(version.id.to_string()),
            terms::family.eq(version.family.as_str()),
            terms::number.eq(i64::from(version.number)),
            terms::published_at.eq(version.published_at.naive_utc()),
            terms::effective_at.eq(version.effective_at.naive_utc()),
            terms::body.eq(to_json("terms", version)?),
        ))
        .execute(conn)?;
    Ok(())
}

/// Every version of a family, newest first.
///
/// # Errors
/// What the database says.
pub fn versions(conn: &mut AnyConnection, family: TermsFamily) -> Result<Vec<TermsVersion>, StoreError> {
    let rows: Vec<String> = terms::table
        .filter(terms::family.eq(family.as_str()))
        .order(terms::number.desc())
        .select(terms::body)
        .load(conn)?;
    rows.iter().map(|body| from_json("terms", body)).collect()
}

/// The version of a family that binds at `at`.
///
/// # Errors
/// [`StoreError::Missing`] when none does.
pub fn current(conn: &mut AnyConnection, family: TermsFamily, at: Instant) -> Result<TermsVersion, StoreError> {
    let versions = versions(conn, family)?;
    current_of(&versions, family, at).cloned().ok_or(StoreError::Missing)
}

/// The version with this id.
///
/// # Errors
/// [`StoreError::Missing`] or what the database says.
pub fn by_id(conn: &mut AnyConnection, wanted: TermsId) -> Result<TermsVersion, StoreError> {
    let body: String = terms::table.filter(terms::id.eq(wanted.to_string())).select(terms::body).first(conn)?;
    from_json("terms", &body)
}
