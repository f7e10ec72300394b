//! Holds at rest. A hold is placed once and lifted once; nothing else about it ever changes.

use diesel::prelude::*;

use super::schema::{accounts, holds};
use super::{AnyConnection, StoreError, from_json, one_row, to_json};
use crate::domain::agreement::Agreement;
use crate::domain::hold::{Hold, HoldTarget};
use crate::domain::id::{AccountId, HoldId, OrganisationId};

/// Places a hold.
///
/// # Errors
/// What the database says.
pub fn place(conn: &mut AnyConnection, hold: &Hold) -> Result<(), StoreError> {
    diesel::insert_into(holds::table)
        .values((
            holds::id.eq(hold.id.to_string()),
            holds::target_kind.eq(hold.target.kind()),
            holds::target_id.eq(hold.target.id_text()),
            holds::reason.eq(hold.reason.as_str()),
            holds::since.eq(hold.since.naive_utc()),
            holds::body.eq(to_json("hold", hold)?),
        ))
        .execute(conn)?;
    Ok(())
}

/// Keeps that a hold was lifted.
///
/// # Errors
/// [`StoreError::Stale`] when it was lifted already.
pub fn lift(conn: &mut AnyConnection, lifted: &Hold) -> Result<(), StoreError> {
    let in_force = holds::id.eq(lifted.id.to_string()).and(holds::lifted_at.is_null());
    let rows = diesel::update(holds::table.filter(in_force))
        .set((
            holds::lifted_at.eq(lifted.lifted.as_ref().map(|lift| lift.at.naive_utc())),
            holds::body.eq(to_json("hold", lifted)?),
        ))
        .execute(conn)?;
    one_row(rows)
}

/// The hold with this id.
///
/// # Errors
/// [`StoreError::Missing`] or what the database says.
pub fn by_id(conn: &mut AnyConnection, wanted: HoldId) -> Result<Hold, StoreError> {
    let body: String = holds::table.filter(holds::id.eq(wanted.to_string())).select(holds::body).first(conn)?;
    from_json("hold", &body)
}

/// Every hold ever placed on a target, oldest first.
///
/// # Errors
/// What the database says.
pub fn on(conn: &mut AnyConnection, target: HoldTarget) -> Result<Vec<Hold>, StoreError> {
    read(conn, target.kind(), vec![target.id_text()], Lifted::Too)
}

/// The holds in force on one target, oldest first.
///
/// # Errors
/// What the database says.
pub fn in_force(conn: &mut AnyConnection, target: HoldTarget) -> Result<Vec<Hold>, StoreError> {
    read(conn, target.kind(), vec![target.id_text()], Lifted::Not)
}

/// Every hold in force, oldest first.
///
/// # Errors
/// What the database says.
pub fn all_in_force(conn: &mut AnyConnection) -> Result<Vec<Hold>, StoreError> {
    let bodies: Vec<String> = holds::table
        .filter(holds::lifted_at.is_null())
        .order((holds::since.asc(), holds::id.asc()))
        .select(holds::body)
        .load(conn)?;
    bodies.iter().map(|body| from_json("hold", body)).collect()
}

/// The holds in force on an agreement's requester. A hold on a person stops the whole organisation for which the
/// agreement was made, so that a colleague's account is no way around it.
///
/// # Errors
/// What the database says.
pub fn on_party(conn: &mut AnyConnection, agreement: &Agreement) -> Result<Vec<Hold>, StoreError> {
    let mut party = vec![agreement.requester.to_string()];
    if let Some(organisation) = agreement.organisation {
        party.extend(members(conn, organisation)?.into_iter().map(|member| member.to_string()));
    }
    read(conn, "requester", party, Lifted::Not)
}

/// Everything that stops the keys of an agreement: the holds in force on it and on its requester.
///
/// # Errors
/// What the database says.
pub fn on_agreement_or_party(conn: &mut AnyConnection, agreement: &Agreement) -> Result<Vec<Hold>, StoreError> {
    let mut found = in_force(conn, HoldTarget::Agreement(agreement.id))?;
    found.extend(on_party(conn, agreement)?);
    Ok(found)
}

/// The accounts of an organisation.
///
/// # Errors
/// What the database says.
pub fn members(conn: &mut AnyConnection, organisation: OrganisationId) -> Result<Vec<AccountId>, StoreError> {
    let rows: Vec<String> = accounts::table
        .filter(accounts::organisation_id.eq(organisation.to_string()))
        .select(accounts::id)
        .load(conn)?;
    rows.iter().map(|raw| super::id(raw)).collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Lifted {
    Too,
    Not,
}

fn read(conn: &mut AnyConnection, kind: &str, targets: Vec<String>, lifted: Lifted) -> Result<Vec<Hold>, StoreError> {
    let mut query =
        holds::table.filter(holds::target_kind.eq(kind.to_owned()).and(holds::target_id.eq_any(targets))).into_boxed();
    if lifted == Lifted::Not {
        query = query.filter(holds::lifted_at.is_null());
    }
    let bodies: Vec<String> = query.order((holds::since.asc(), holds::id.asc())).select(holds::body).load(conn)?;
    bodies.iter().map(|body| from_json("hold", body)).collect()
}
