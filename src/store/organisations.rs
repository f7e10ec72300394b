//! Organisations: their names, and how many people and agreements each has. Who belongs to one stands with the account.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::audit::like;
use super::schema::{accounts, agreements, organisations};
use super::{AnyConnection, StoreError, id};
use crate::domain::id::{AgreementId, OrganisationId};
use crate::domain::time::Instant;

/// An organisation as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisation {
    /// Its id.
    pub id: OrganisationId,
    /// What it calls itself.
    pub name: String,
}

/// An organisation in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The organisation.
    pub organisation: Organisation,
    /// How many accounts belong to it.
    pub members: i64,
    /// How many agreements in force were made for it.
    pub agreements: i64,
}

/// Keeps a new organisation. `name_key` is the name for comparing.
///
/// # Errors
/// [`StoreError::Taken`] when one has this name.
pub fn insert(
    conn: &mut AnyConnection,
    organisation: &Organisation,
    name_key: &str,
    now: Instant,
) -> Result<(), StoreError> {
    diesel::insert_into(organisations::table)
        .values((
            organisations::id.eq(organisation.id.to_string()),
            organisations::name.eq(&organisation.name),
            organisations::name_key.eq(name_key),
            organisations::created_at.eq(now.naive_utc()),
        ))
        .execute(conn)?;
    Ok(())
}

fn organisation((raw, name): (String, String)) -> Result<Organisation, StoreError> {
    Ok(Organisation { id: id(&raw)?, name })
}

/// The organisation with this id.
///
/// # Errors
/// [`StoreError::Missing`] or what the database says.
pub fn by_id(conn: &mut AnyConnection, wanted: OrganisationId) -> Result<Organisation, StoreError> {
    let row: (String, String) = organisations::table
        .filter(organisations::id.eq(wanted.to_string()))
        .select((organisations::id, organisations::name))
        .first(conn)?;
    organisation(row)
}

/// Locks an organisation until the transaction ends, so that people join and leave one after another.
///
/// # Errors
/// [`StoreError::Missing`] or what the database says.
pub fn locked(conn: &mut AnyConnection, wanted: OrganisationId) -> Result<Organisation, StoreError> {
    let row = organisations::table.filter(organisations::id.eq(wanted.to_string()));
    diesel::update(row).set(organisations::name.eq(organisations::name)).execute(conn)?;
    by_id(conn, wanted)
}

/// Organisations whose name contains `words`, by name.
///
/// # Errors
/// What the database says.
pub fn list(conn: &mut AnyConnection, words: &str, limit: i64) -> Result<Vec<Listed>, StoreError> {
    let mut query = organisations::table.into_boxed();
    if !words.is_empty() {
        query = query.filter(organisations::name_key.like(like(&words.to_lowercase())));
    }
    let rows: Vec<(String, String)> = query
        .order(organisations::name_key.asc())
        .limit(limit)
        .select((organisations::id, organisations::name))
        .load(conn)?;
    let members: Vec<(Option<String>, i64)> = accounts::table
        .filter(accounts::organisation_id.is_not_null())
        .group_by(accounts::organisation_id)
        .select((accounts::organisation_id, diesel::dsl::count_star()))
        .load(conn)?;
    let running: Vec<(Option<String>, i64)> = agreements::table
        .filter(agreements::organisation_id.is_not_null().and(agreements::state.eq("executed")))
        .group_by(agreements::organisation_id)
        .select((agreements::organisation_id, diesel::dsl::count_star()))
        .load(conn)?;
    let by_id = |rows: Vec<(Option<String>, i64)>| -> BTreeMap<String, i64> {
        rows.into_iter().filter_map(|(id, count)| Some((id?, count))).collect()
    };
    let (members, running) = (by_id(members), by_id(running));
    let count = |of: &BTreeMap<String, i64>, id: &str| of.get(id).copied().unwrap_or(0);
    rows.into_iter()
        .map(|row| {
            let (members, agreements) = (count(&members, &row.0), count(&running, &row.0));
            Ok(Listed { organisation: organisation(row)?, members, agreements })
        })
        .collect()
}

/// The agreements in force that were made for an organisation.
///
/// # Errors
/// What the database says.
pub fn running_agreements(
    conn: &mut AnyConnection,
    wanted: OrganisationId,
) -> Result<Vec<(AgreementId, String)>, StoreError> {
    let rows: Vec<(String, String)> = agreements::table
        .filter(agreements::organisation_id.eq(wanted.to_string()).and(agreements::state.eq("executed")))
        .order(agreements::id.desc())
        .select((agreements::id, agreements::number))
        .load(conn)?;
    rows.into_iter().map(|(raw, number)| Ok((id(&raw)?, number))).collect()
}
