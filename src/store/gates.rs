//! What each gate said of itself last. No act writes here: gates do, through the feed, and a row is forgotten by itself.

use diesel::prelude::*;

use super::schema::gates;
use super::{AnyConnection, StoreError, from_json, to_json};
use crate::domain::presence::Presence;
use crate::domain::time::Instant;

/// Gates read at once.
const MAX: i64 = 200;

/// Keeps what a gate says of itself in place of what it said before.
///
/// # Errors
/// What the database says.
pub fn say(conn: &mut AnyConnection, presence: &Presence) -> Result<(), StoreError> {
    let set = (gates::heard_at.eq(presence.heard_at.naive_utc()), gates::body.eq(to_json("gate", presence)?));
    let known = gates::table.filter(gates::run.eq(&presence.run));
    if diesel::update(known).set(set.clone()).execute(conn)? == 0 {
        diesel::insert_into(gates::table).values((gates::run.eq(&presence.run), set)).execute(conn)?;
    }
    Ok(())
}

/// Gates that were heard of since an instant, the newest run first.
///
/// # Errors
/// What the database says.
pub fn heard_since(conn: &mut AnyConnection, since: Instant) -> Result<Vec<Presence>, StoreError> {
    let bodies: Vec<String> = gates::table
        .filter(gates::heard_at.ge(since.naive_utc()))
        .order(gates::run.desc())
        .limit(MAX)
        .select(gates::body)
        .load(conn)?;
    bodies.iter().map(|body| from_json("gate", body)).collect()
}

/// Forgets gates that were not heard of since an instant.
///
/// # Errors
/// What the database says.
pub fn forget(conn: &mut AnyConnection, before: Instant) -> Result<usize, StoreError> {
    Ok(diesel::delete(gates::table.filter(gates::heard_at.lt(before.naive_utc()))).execute(conn)?)
}
