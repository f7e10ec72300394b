//! What becomes of keys and holds when an agreement is superseded by its amendment or renewal: keys go on under the new
//! one as far as it allows, and holds come along, so that amending is no way out of a suspension.

use serde_json::json;

use super::{access, facts, key_act};
use crate::cases::{CaseError, Touched, Work};
use crate::domain::agreement::{Agreement, AgreementState};
use crate::domain::hold::{Hold, HoldReason, HoldTarget};
use crate::domain::key::KeyCommand;
use crate::domain::people::Capacity;
use crate::store::{agreements, holds, keys};

/// Carries the working keys and the holds of `old` over to `new`, which has just superseded it.
///
/// # Errors
/// What the store says.
pub(in crate::cases) fn succeed(work: &mut Work<'_>, old: &Agreement, new: &Agreement) -> Result<(), CaseError> {
    carry_holds(work, old, new)?;
    work.touch(Touched::Agreement(new.id));
    let (scopes, ends_at) = (access::scopes(new), new.execution().map(|execution| execution.ends_at));
    for stored in keys::of_agreement(work.conn, old.id)? {
        let command = KeyCommand::Carry { to: new.id, scopes: scopes.clone(), ends_at };
        // A refusal is no fault: the key has ended, or the new agreement covers none of it, and it ends with the old.
        let Ok(change) = stored.key.decide(command, false, work.now) else { continue };
        keys::update(work.conn, &change.key)?;
        let (before, after) = (json!({ "agreement": old.number, "key": facts(&stored.key) }), facts(&change.key));
        let after = json!({ "agreement": new.number, "key": after });
        work.record(key_act("key.carry", Capacity::Service, &change.key, new).change(before, after))?;
        work.touch(Touched::Key(change.key.id));
    }
    Ok(())
}

/// What a hold became under the agreements that superseded its own, as far as it is in force.
///
/// # Errors
/// What the store says.
pub(in crate::cases) fn carried_from(work: &mut Work<'_>, hold: &Hold) -> Result<Vec<Hold>, CaseError> {
    let HoldTarget::Agreement(id) = hold.target else { return Ok(Vec::new()) };
    let (mut found, mut agreement) = (Vec::new(), agreements::by_id(work.conn, id)?);
    while let AgreementState::Superseded { by, .. } = agreement.state {
        let there = holds::in_force(work.conn, HoldTarget::Agreement(by))?;
        found.extend(there.into_iter().filter(|one| one.is_carried_from(hold)));
        agreement = agreements::by_id(work.conn, by)?;
    }
    Ok(found)
}

/// Carries the holds of `old` over to `new`; not the one for terms that were not accepted, for the new agreement was
/// signed under the present ones.
///
/// # Errors
/// What the store says.
pub(in crate::cases) fn carry_holds(work: &mut Work<'_>, old: &Agreement, new: &Agreement) -> Result<(), CaseError> {
    for hold in holds::in_force(work.conn, HoldTarget::Agreement(old.id))? {
        if hold.reason == HoldReason::TermsNotAccepted {
            let why = format!("{} was signed under the present terms.", new.number);
            super::super::enforce::lift_by_service(work, &hold, &why)?;
            continue;
        }
        let carried = Hold { id: work.new_id(), target: HoldTarget::Agreement(new.id), ..hold };
        holds::place(work.conn, &carried)?;
        let act = super::super::enforce::hold_act("hold.carry", Capacity::Service, &carried, Some(new));
        work.record(act.because(&carried.explanation))?;
    }
    work.touch(Touched::Agreement(new.id));
    Ok(())
}
