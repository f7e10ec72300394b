//! The audit chain checked by the service itself: what was added every minute, the whole once a day, against the head of
//! the last check. A check is a row without an audit entry, as a look at a feed is. Must never mend anything.

use super::story::{VerifyError, verify_from};
use super::{CaseError, Desk};
use crate::domain::audit::{ChainCheck, Head};
use crate::store::{StoreError, audit};

/// Checks what was added since the last check, or everything where that is due. Returns how many entries were checked.
///
/// # Errors
/// What the store says. A chain that does not hold is no error here: it is kept, and said where the service is looked after.
pub fn check(desk: &Desk) -> Result<usize, CaseError> {
    let now = desk.clock.now();
    let known = desk.read(audit::last_check)?;
    let kept = known.as_ref().and_then(|known| Head::from_text(&known.verified)).filter(|head| head.number > 0);
    let goes_on = known.as_ref().is_some_and(|known| !known.is_whole_due(now)) && still_holds(desk, kept)?;
    let known_whole = known.as_ref().filter(|_| goes_on).map(|known| known.whole_at);
    let (start, must_hold) = match known_whole {
        Some(_) => (kept.unwrap_or(Head::EMPTY), None),
        None => (Head::EMPTY, kept),
    };
    let (next, count) = match verify_from(&desk.store, start, must_hold) {
        Ok(head) => {
            let check = ChainCheck {
                at: now,
                verified: head.to_text(),
                whole_at: known_whole.unwrap_or(now),
                fault: String::new(),
            };
            (check, head.number.saturating_sub(start.number))
        }
        Err(VerifyError::Fault(fault)) => {
            tracing::error!(%fault, "the audit chain does not hold");
            let verified = kept.unwrap_or(Head::EMPTY).to_text();
            (ChainCheck { at: now, verified, whole_at: now, fault: fault.to_string() }, 0)
        }
        Err(VerifyError::Store(error)) => return Err(error.into()),
    };
    desk.store.write(|conn| Ok::<_, CaseError>(audit::keep_check(conn, &next)?))?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

/// Whether the entry of a head is there as it was: if not, everything is read, which says what is wrong.
fn still_holds(desk: &Desk, head: Option<Head>) -> Result<bool, CaseError> {
    let Some(head) = head else { return Ok(true) };
    match desk.store.read(|conn| audit::one(conn, head.number)) {
        Ok(entry) => Ok(entry.hash == head.hash && entry.computed_hash() == entry.hash),
        Err(StoreError::Missing | StoreError::Corrupt { .. }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
