//! Certificates of destruction at rest, one for each agreement that owes or owed one.

use diesel::prelude::*;

use super::schema::destructions;
use super::{AnyConnection, StoreError, from_json, one_row, to_json};
use crate::domain::agreement::Destruction;
use crate::domain::id::AgreementId;
use crate::domain::time::Instant;

/// Certificates read at once.
const MAX: i64 = 1_000;

fn read((version, body): (i64, String)) -> Result<Destruction, StoreError> {
    let destruction: Destruction = from_json("destruction", &body)?;
    Ok(Destruction { version, ..destruction })
}

/// Keeps that a certificate is owed.
///
/// # Errors
/// [`StoreError::Taken`] when the agreement has one.
pub fn insert(conn: &mut AnyConnection, destruction: &Destruction) -> Result<(), StoreError> {
    diesel::insert_into(destructions::table)
        .values((
            destructions::agreement_id.eq(destruction.agreement.to_string()),
            destructions::state.eq(destruction.state.as_str()),
            destructions::due.eq(destruction.due.to_string()),
            destructions::updated_at.eq(destruction.since.naive_utc()),
            destructions::version.eq(1),
            destructions::body.eq(to_json("destruction", destruction)?),
        ))
        .execute(conn)?;
    Ok(())
}

/// Saves a certificate over the version it was loaded with.
///
/// # Errors
/// [`StoreError::Stale`] when somebody was faster.
pub fn save(conn: &mut AnyConnection, destruction: &Destruction, now: Instant) -> Result<(), StoreError> {
    let unchanged = destructions::agreement_id
        .eq(destruction.agreement.to_string())
        .and(destructions::version.eq(destruction.version));
    let rows = diesel::update(destructions::table.filter(unchanged))
        .set((
            destructions::state.eq(destruction.state.as_str()),
            destructions::due.eq(destruction.due.to_string()),
            destructions::updated_at.eq(now.naive_utc()),
            destructions::version.eq(destruction.version.saturating_add(1)),
            destructions::body.eq(to_json("destruction", destruction)?),
        ))
        .execute(conn)?;
    one_row(rows)
}

/// The certificate of an agreement, if it owes or owed one.
///
/// # Errors
/// What the database says.
pub fn of(conn: &mut AnyConnection, agreement: AgreementId) -> Result<Option<Destruction>, StoreError> {
    let found: Option<(i64, String)> = destructions::table
        .filter(destructions::agreement_id.eq(agreement.to_string()))
        .select((destructions::version, destructions::body))
        .first(conn)
        .optional()?;
    found.map(read).transpose()
}

/// Certificates in these states, those due first at the top.
///
/// # Errors
/// What the database says.
pub fn in_states(conn: &mut AnyConnection, states: &[&str]) -> Result<Vec<Destruction>, StoreError> {
    let states: Vec<String> = states.iter().map(|state| (*state).to_owned()).collect();
    let rows: Vec<(i64, String)> = destructions::table
        .filter(destructions::state.eq_any(states))
        .order((destructions::due.asc(), destructions::agreement_id.asc()))
        .limit(MAX)
        .select((destructions::version, destructions::body))
        .load(conn)?;
    rows.into_iter().map(read).collect()
}
