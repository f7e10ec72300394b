//! Who may see and act on the keys of an agreement, and what they see. Changes nothing.

use super::super::{Caller, CaseError, Desk};
use crate::domain::agreement::Agreement;
use crate::domain::hold::{Hold, HoldTarget};
use crate::domain::id::{AgreementId, KeyId};
use crate::domain::limits::Limits;
use crate::domain::people::{Actor, Capacity, Role};
use crate::domain::refusal::Refusal;
use crate::domain::scope::Scope;
use crate::store::keys::StoredKey;
use crate::store::{agreements, holds, keys};

/// A key with everything its page tells.
#[derive(Clone, Debug)]
pub struct KeyView {
    /// The key.
    pub stored: StoredKey,
    /// The agreement it acts under.
    pub agreement: Agreement,
    /// Every hold ever placed on the key, oldest first.
    pub holds: Vec<Hold>,
    /// Holds in force on its agreement and its requester.
    pub holds_above: Vec<Hold>,
}

impl KeyView {
    /// Whether any hold keeps the key from working.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.holds_above.iter().chain(&self.holds).any(Hold::stops)
    }
}

/// A key of the caller or their organisation, or one that the caller oversees.
///
/// # Errors
/// [`CaseError::Missing`] for everybody else.
pub fn view(desk: &Desk, caller: &Caller, id: KeyId) -> Result<KeyView, CaseError> {
    desk.store.read(|conn| {
        let stored = keys::by_id(conn, id)?;
        let agreement = agreements::by_id(conn, stored.key.agreement)?;
        must_see(caller, &agreement)?;
        let holds = holds::on(conn, HoldTarget::Key(id))?;
        let holds_above = holds::on_agreement_or_party(conn, &agreement)?;
        Ok(KeyView { stored, agreement, holds, holds_above })
    })
}

/// The keys of an agreement, newest first, each with whether a hold stops it.
///
/// # Errors
/// [`CaseError::Missing`] for those who may not see the agreement.
pub fn list(desk: &Desk, caller: &Caller, id: AgreementId) -> Result<Vec<(StoredKey, bool)>, CaseError> {
    desk.store.read(|conn| {
        let agreement = agreements::by_id(conn, id)?;
        must_see(caller, &agreement)?;
        let is_held_above = holds::on_agreement_or_party(conn, &agreement)?.iter().any(Hold::stops);
        let mut found = Vec::new();
        for stored in keys::of_agreement(conn, id)? {
            let is_held =
                is_held_above || holds::in_force(conn, HoldTarget::Key(stored.key.id))?.iter().any(Hold::stops);
            found.push((stored, is_held));
        }
        Ok(found)
    })
}

/// Every key under the caller's agreements and those of their organisation, newest first.
///
/// # Errors
/// What the store says.
pub fn list_mine(desk: &Desk, caller: &Caller) -> Result<Vec<StoredKey>, CaseError> {
    let me = caller.actor.account.ok_or(CaseError::Missing)?;
    let organisation = caller.actor.organisation.map(|id| id.to_string());
    desk.read(|conn| keys::of_party(conn, me, organisation.as_deref()))
}

fn must_see(caller: &Caller, agreement: &Agreement) -> Result<(), CaseError> {
    let is_theirs = caller.actor.is_party(agreement.requester, agreement.organisation);
    if is_theirs || super::super::agree::may_see(caller, agreement) { Ok(()) } else { Err(CaseError::Missing) }
}

/// The capacity of a party to the agreement; everybody else hears that it does not exist.
pub(in crate::cases) fn as_party(actor: &Actor, agreement: &Agreement) -> Result<Capacity, Refusal> {
    if actor.is_party(agreement.requester, agreement.organisation) {
        return Ok(Capacity::Requester);
    }
    Err(Refusal::new("not_the_requester", "Only the holder may do this."))
}

/// The capacity of a manager of a department with a schedule in the agreement.
pub(in crate::cases) fn as_manager(actor: &Actor, agreement: &Agreement) -> Result<Capacity, Refusal> {
    agreement
        .schedules
        .iter()
        .find_map(|schedule| actor.acting_for(&[Role::Manager], schedule.department).ok())
        .ok_or_else(|| Refusal::new("not_your_department", "This belongs to another office."))
}

/// Every scope of the agreement's schedules.
pub(super) fn scopes(agreement: &Agreement) -> Vec<Scope> {
    agreement.scopes().iter().filter_map(|scope| scope.parse().ok()).collect()
}

/// The limits of the schedules that the scopes touch.
pub(super) fn limits_for(agreement: &Agreement, scopes: &[Scope]) -> Vec<Limits> {
    let is_touched = |slug: &str| scopes.iter().any(|scope| scope.dataset() == slug);
    agreement.schedules.iter().filter(|each| is_touched(&each.slug)).map(|each| each.limits.clone()).collect()
}
