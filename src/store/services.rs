//! Credentials of gate clients, kept as digests.

use diesel::prelude::*;

use super::schema::services;
use super::{AnyConnection, StoreError, id, one_row};
use crate::domain::id::ServiceId;
use crate::domain::time::Instant;

/// A service credential as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Its id.
    pub id: ServiceId,
    /// Its name.
    pub name: String,
    /// SHA-256 of the credential, hex.
    pub digest: String,
    /// Its first characters.
    pub hint: String,
    /// Whether it no longer works.
    pub is_revoked: bool,
}

/// Keeps a new credential.
///
/// # Errors
/// [`StoreError::Taken`] when the name is.
pub fn insert(conn: &mut AnyConnection, service: &Service, now: Instant) -> Result<(), StoreError> {
    diesel::insert_into(services::table)
        .values((
            services::id.eq(service.id.to_string()),
            services::name.eq(&service.name),
            services::digest.eq(&service.digest),
            services::hint.eq(&service.hint),
            services::created_at.eq(now.naive_utc()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Ends a credential.
///
/// # Errors
/// [`StoreError::Stale`] when there is no live one.
pub fn revoke(conn: &mut AnyConnection, wanted: ServiceId, now: Instant) -> Result<(), StoreError> {
    let live = services::id.eq(wanted.to_string()).and(services::revoked_at.is_null());
    let rows = diesel::update(services::table.filter(live))
        .set(services::revoked_at.eq(Some(now.naive_utc())))
        .execute(conn)?;
    one_row(rows)
}

/// Every credential, by name.
///
/// # Errors
/// What the database says.
pub fn list(conn: &mut AnyConnection) -> Result<Vec<Service>, StoreError> {
    let rows: Vec<(String, String, String, String, Option<chrono::NaiveDateTime>)> = services::table
        .order(services::name.asc())
        .select((services::id, services::name, services::digest, services::hint, services::revoked_at))
        .load(conn)?;
    rows.into_iter()
        .map(|(raw, name, digest, hint, revoked_at)| {
            Ok(Service { id: id(&raw)?, name, digest, hint, is_revoked: revoked_at.is_some() })
        })
        .collect()
}
