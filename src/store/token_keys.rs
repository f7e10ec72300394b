//! Keys that sign access tokens: the public half, when each signs, and the private half as sealed.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::schema::token_keys;
use super::{AnyConnection, StoreError, from_json, one_row, to_json};
use crate::domain::time::Instant;
use crate::domain::token::{Jwk, Term};

/// A key as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenKey {
    /// The public key.
    pub jwk: Jwk,
    /// The private key, sealed; `None` once it is destroyed.
    pub sealed: Option<String>,
    /// When it was made.
    pub made_at: Instant,
    /// When it signs.
    pub term: Term,
}

/// Keeps a new key.
///
/// # Errors
/// What the database says.
pub fn insert(conn: &mut AnyConnection, key: &TokenKey) -> Result<(), StoreError> {
    diesel::insert_into(token_keys::table)
        .values((
            token_keys::kid.eq(&key.jwk.kid),
            token_keys::jwk.eq(to_json("token key", &key.jwk)?),
            token_keys::sealed.eq(key.sealed.as_deref()),
            token_keys::made_at.eq(key.made_at.naive_utc()),
            token_keys::signs_from.eq(key.term.from.naive_utc()),
            token_keys::signs_until.eq(key.term.until.naive_utc()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Keys that are not withdrawn and sign now, later, or did until a little while ago; in the order of their terms.
///
/// # Errors
/// What the database says.
pub fn ending_after(conn: &mut AnyConnection, after: Instant) -> Result<Vec<TokenKey>, StoreError> {
    let rows: Vec<(String, Option<String>, NaiveDateTime, NaiveDateTime, NaiveDateTime)> = token_keys::table
        .filter(token_keys::withdrawn_at.is_null().and(token_keys::signs_until.gt(after.naive_utc())))
        .order((token_keys::signs_from.asc(), token_keys::kid.asc()))
        .select((
            token_keys::jwk,
            token_keys::sealed,
            token_keys::made_at,
            token_keys::signs_from,
            token_keys::signs_until,
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|(jwk, sealed, made_at, from, until)| {
            let term = Term { from: from.and_utc(), until: until.and_utc() };
            Ok(TokenKey { jwk: from_json("token key", &jwk)?, sealed, made_at: made_at.and_utc(), term })
        })
        .collect()
}

/// Takes a key out of use before its time, and destroys its private half.
///
/// # Errors
/// [`StoreError::Stale`] when it is withdrawn already.
pub fn withdraw(conn: &mut AnyConnection, kid: &str, now: Instant) -> Result<(), StoreError> {
    let live = token_keys::kid.eq(kid.to_owned()).and(token_keys::withdrawn_at.is_null());
    let rows = diesel::update(token_keys::table.filter(live))
        .set((token_keys::withdrawn_at.eq(Some(now.naive_utc())), token_keys::sealed.eq(None::<String>)))
        .execute(conn)?;
    one_row(rows)
}

/// Names of keys that no longer sign and whose private half is still there.
///
/// # Errors
/// What the database says.
pub fn spent(conn: &mut AnyConnection, now: Instant) -> Result<Vec<String>, StoreError> {
    Ok(token_keys::table
        .filter(token_keys::signs_until.le(now.naive_utc()).and(token_keys::sealed.is_not_null()))
        .order(token_keys::signs_from.asc())
        .select(token_keys::kid)
        .load(conn)?)
}

/// Destroys the private half of a key.
///
/// # Errors
/// [`StoreError::Stale`] when it is destroyed already.
pub fn destroy(conn: &mut AnyConnection, kid: &str) -> Result<(), StoreError> {
    let held = token_keys::kid.eq(kid.to_owned()).and(token_keys::sealed.is_not_null());
    let rows =
        diesel::update(token_keys::table.filter(held)).set(token_keys::sealed.eq(None::<String>)).execute(conn)?;
    one_row(rows)
}
