//! The audit chain checked by the service itself: what was added every minute, the whole once a day, against the head of
//! the last check. A check is a row without an audit entry, as a look at a feed is; the first that finds the chain broken
//! is told by mail. Must never mend anything.

use std::collections::BTreeSet;

use super::story::{VerifyError, verify_from};
use super::{Caller, CaseError, Desk, Work};
use crate::domain::audit::{ChainCheck, Head};
use crate::domain::notice::{Notice, NoticeKind, Recipient};
use crate::domain::people::Role;
use crate::store::{StoreError, audit, people};

/// Who is told that the chain does not hold, and the page about it that they may open.
const WATCHERS: [(Role, &str); 2] = [(Role::Auditor, "/audit/verify"), (Role::Administrator, "/admin/system")];

/// Checks what was added since the last check, or everything where that is due. Returns how many entries were checked.
///
/// # Errors
/// What the store says. A chain that does not hold is no error here: it is kept, told, and said where the service is
/// looked after.
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
    keep(desk, known.as_ref(), &next)?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

/// Keeps a check and tells what is new in it. Where another process kept one meanwhile, that one stands, and the next
/// round goes on from it.
fn keep(desk: &Desk, known: Option<&ChainCheck>, next: &ChainCheck) -> Result<(), CaseError> {
    let was_whole = known.is_none_or(|known| known.fault.is_empty());
    desk.act(&Caller::service("clock"), |work| {
        if audit::held_check(work.conn)?.as_ref() != known {
            return Ok(());
        }
        audit::keep_check(work.conn, next)?;
        if was_whole && !next.fault.is_empty() { tell(work, &next.fault) } else { Ok(()) }
    })
}

/// Owes every administrator and auditor one notice, also whoever is both.
fn tell(work: &mut Work<'_>, fault: &str) -> Result<(), CaseError> {
    let mut told = BTreeSet::new();
    for (role, path) in WATCHERS {
        for mailbox in people::mailboxes(work.conn, &Recipient::Everybody(role))? {
            let Some(account) = mailbox.account.filter(|account| told.insert(*account)) else { continue };
            let notice = Notice::new(Recipient::Account(account), NoticeKind::ChainBroken);
            work.notify(&notice.with("why", fault).with("path", path))?;
        }
    }
    Ok(())
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
