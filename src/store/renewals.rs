//! Renewals of agreements at rest.

use diesel::prelude::*;

use super::schema::renewals;
use super::{AnyConnection, StoreError, from_json, id, one_row, to_json};
use crate::domain::id::{AgreementId, RenewalId};
use crate::domain::renewal::{Renewal, RenewalState};
use crate::domain::time::Instant;

/// Renewals read at once.
const MAX: i64 = 1_000;

fn read((version, body): (i64, String)) -> Result<Renewal, StoreError> {
    let renewal: Renewal = from_json("renewal", &body)?;
    Ok(Renewal { version, ..renewal })
}

/// When a pending renewal lapses by itself.
fn lapses_at(renewal: &Renewal) -> Option<chrono::NaiveDateTime> {
    match &renewal.state {
        RenewalState::Open { .. } => Some(renewal.ends_at.naive_utc()),
        RenewalState::Signed { lapses_at, .. } => Some(lapses_at.naive_utc()),
        RenewalState::Done { .. }
        | RenewalState::Refused { .. }
        | RenewalState::Withdrawn { .. }
        | RenewalState::Lapsed { .. } => None,
    }
}

fn made(renewal: &Renewal) -> Option<String> {
    match &renewal.state {
        RenewalState::Done { agreement, .. } => Some(agreement.to_string()),
        RenewalState::Open { .. }
        | RenewalState::Signed { .. }
        | RenewalState::Refused { .. }
        | RenewalState::Withdrawn { .. }
        | RenewalState::Lapsed { .. } => None,
    }
}

fn pending_for(renewal: &Renewal) -> Option<String> {
    renewal.state.is_pending().then(|| renewal.agreement.to_string())
}

/// Keeps a new renewal.
///
/// # Errors
/// [`StoreError::Taken`] when the agreement has a pending one.
pub fn insert(conn: &mut AnyConnection, renewal: &Renewal) -> Result<(), StoreError> {
    diesel::insert_into(renewals::table)
        .values((
            renewals::id.eq(renewal.id.to_string()),
            renewals::agreement_id.eq(renewal.agreement.to_string()),
            renewals::pending_for.eq(pending_for(renewal)),
            renewals::requester_id.eq(renewal.requester.to_string()),
            renewals::organisation_id.eq(renewal.organisation.map(|id| id.to_string())),
            renewals::state.eq(renewal.state.as_str()),
            renewals::lapses_at.eq(lapses_at(renewal)),
            renewals::made_id.eq(made(renewal)),
            renewals::opened_at.eq(renewal.opened_at.naive_utc()),
            renewals::updated_at.eq(renewal.opened_at.naive_utc()),
            renewals::version.eq(1),
            renewals::body.eq(to_json("renewal", renewal)?),
        ))
        .execute(conn)?;
    Ok(())
}

/// Saves a renewal over the version it was loaded with.
///
/// # Errors
/// [`StoreError::Stale`] when somebody was faster.
pub fn save(conn: &mut AnyConnection, renewal: &Renewal, now: Instant) -> Result<(), StoreError> {
    let unchanged = renewals::id.eq(renewal.id.to_string()).and(renewals::version.eq(renewal.version));
    let rows = diesel::update(renewals::table.filter(unchanged))
        .set((
            renewals::pending_for.eq(pending_for(renewal)),
            renewals::state.eq(renewal.state.as_str()),
            renewals::lapses_at.eq(lapses_at(renewal)),
            renewals::made_id.eq(made(renewal)),
            renewals::updated_at.eq(now.naive_utc()),
            renewals::version.eq(renewal.version.saturating_add(1)),
            renewals::body.eq(to_json("renewal", renewal)?),
        ))
        .execute(conn)?;
    one_row(rows)
}

/// The renewal with this id.
///
/// # Errors
/// [`StoreError::Missing`] or what the database says.
pub fn by_id(conn: &mut AnyConnection, wanted: RenewalId) -> Result<Renewal, StoreError> {
    let found = renewals::table.filter(renewals::id.eq(wanted.to_string()));
    read(found.select((renewals::version, renewals::body)).first(conn)?)
}

/// The newest renewal of an agreement, if it ever had one.
///
/// # Errors
/// What the database says.
pub fn newest_of(conn: &mut AnyConnection, agreement: AgreementId) -> Result<Option<Renewal>, StoreError> {
    let found: Option<(i64, String)> = renewals::table
        .filter(renewals::agreement_id.eq(agreement.to_string()))
        .order(renewals::id.desc())
        .select((renewals::version, renewals::body))
        .first(conn)
        .optional()?;
    found.map(read).transpose()
}

/// The renewal that made an agreement, if one did.
///
/// # Errors
/// What the database says.
pub fn that_made(conn: &mut AnyConnection, agreement: AgreementId) -> Result<Option<Renewal>, StoreError> {
    let found: Option<(i64, String)> = renewals::table
        .filter(renewals::made_id.eq(agreement.to_string()))
        .select((renewals::version, renewals::body))
        .first(conn)
        .optional()?;
    found.map(read).transpose()
}

/// Signed renewals, those that lapse first at the top.
///
/// # Errors
/// What the database says.
pub fn signed(conn: &mut AnyConnection) -> Result<Vec<Renewal>, StoreError> {
    let rows: Vec<(i64, String)> = renewals::table
        .filter(renewals::state.eq("signed"))
        .order((renewals::lapses_at.asc(), renewals::id.asc()))
        .limit(MAX)
        .select((renewals::version, renewals::body))
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// Pending renewals whose time is over.
///
/// # Errors
/// What the database says.
pub fn lapsing(conn: &mut AnyConnection, now: Instant, limit: i64) -> Result<Vec<RenewalId>, StoreError> {
    let rows: Vec<String> = renewals::table
        .filter(renewals::lapses_at.le(Some(now.naive_utc())))
        .order(renewals::lapses_at.asc())
        .limit(limit)
        .select(renewals::id)
        .load(conn)?;
    rows.iter().map(|raw| id(raw)).collect()
}
