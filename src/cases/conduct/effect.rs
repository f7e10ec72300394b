//! What a measure does, in the transaction of the act that takes it. Suspends exactly what it names; where a thing has
//! ended already, says so instead.

use super::{CaseError, Work};
use crate::cases::agree::with_letter;
use crate::cases::enforce;
use crate::cases::settle::write as write_agreement;
use crate::domain::agreement::AgreementCommand;
use crate::domain::hold::{HoldReason, HoldTarget};
use crate::domain::id::{DatasetId, KeyId};
use crate::domain::key::{KeyCommand, Revoker};
use crate::domain::misuse::case::{Measure, MeasureKind, MisuseCase, Stopped};
use crate::domain::people::Capacity;
use crate::domain::refusal::Refusal;
use crate::store::{agreements, datasets, keys};

/// A measure as it is planned: nothing is done yet.
pub(super) fn planned(work: &Work<'_>, kind: MeasureKind, reason: &str, is_interim: bool) -> Measure {
    let by_name = work.caller.actor.name.clone();
    let done = kind.sentence();
    Measure { kind, at: work.now, by_name, reason: reason.to_owned(), is_interim, stopped: Vec::new(), done }
}

/// Carries a measure out and says what was done.
pub(super) fn carry_out(
    work: &mut Work<'_>,
    case: &MisuseCase,
    mut measure: Measure,
    capacity: Capacity,
) -> Result<Measure, CaseError> {
    let mut throttle = None;
    let targets = match &measure.kind {
        MeasureKind::Inform | MeasureKind::Warn | MeasureKind::Refer { .. } => return Ok(measure),
        MeasureKind::RevokeKey { key } => {
            revoke(work, case, *key, &measure.reason, capacity)?;
            return Ok(measure);
        }
        MeasureKind::EndAgreement => {
            end(work, case, &measure.reason, capacity)?;
            return Ok(measure);
        }
        MeasureKind::ThrottleKey { key, throttle: slower } => {
            must_be_of_case(work, case, *key)?;
            throttle = Some(*slower);
            vec![HoldTarget::Key(*key)]
        }
        MeasureKind::ThrottleAgreement { throttle: slower } => {
            throttle = Some(*slower);
            vec![HoldTarget::Agreement(case.subject.agreement)]
        }
        MeasureKind::SuspendKey { key } => {
            must_be_of_case(work, case, *key)?;
            vec![HoldTarget::Key(*key)]
        }
        MeasureKind::SuspendDataset { dataset } => keys_with(work, case, *dataset)?,
        MeasureKind::SuspendAgreement => vec![HoldTarget::Agreement(case.subject.agreement)],
        MeasureKind::SuspendRequester => vec![HoldTarget::Requester(case.subject.requester)],
    };
    let reason = if measure.is_interim { HoldReason::Emergency } else { HoldReason::Misuse };
    let explanation = format!("Case {}: {}", case.number, measure.reason);
    let mut ended = 0_usize;
    for target in targets {
        // A longer or shorter throttle stands beside the one there is; the lower of them holds.
        let is_same = |stopped: &Stopped| stopped.target == target && !stopped.is_throttle;
        if throttle.is_none() && case.in_force().any(is_same) {
            continue;
        }
        match enforce::hold_by_decision(work, (target, reason, throttle), (&explanation, &case.number), capacity)? {
            Some((hold, what)) => {
                let is_throttle = throttle.is_some();
                measure.stopped.push(Stopped { hold: hold.id, target, what, is_throttle, lifted: None });
            }
            None => ended += 1,
        }
    }
    if measure.stopped.is_empty() {
        measure.done = if ended > 0 {
            format!("{} It had ended already, so nothing was stopped.", measure.kind.sentence())
        } else {
            format!(
                "{} Nothing had to be stopped: this case holds it already, or there is no such key.",
                measure.kind.sentence()
            )
        };
    }
    Ok(measure)
}

fn must_be_of_case(work: &mut Work<'_>, case: &MisuseCase, key: KeyId) -> Result<(), CaseError> {
    let under = keys::by_id(work.conn, key)?.key.agreement;
    if under == case.subject.agreement { Ok(()) } else { Err(CaseError::Missing) }
}

/// Every working key of the holder's side that opens a dataset.
fn keys_with(work: &mut Work<'_>, case: &MisuseCase, dataset: DatasetId) -> Result<Vec<HoldTarget>, CaseError> {
    let slug = datasets::by_id(work.conn, dataset)?.slug;
    let organisation = case.subject.organisation.map(|id| id.to_string());
    let mut found = Vec::new();
    for agreement in agreements::of_requester(work.conn, case.subject.requester, organisation.as_deref())? {
        for stored in keys::of_agreement(work.conn, agreement.id)? {
            let opens = stored.key.scopes.iter().any(|scope| scope.dataset() == slug);
            if opens && stored.key.works_at(work.now) {
                found.push(HoldTarget::Key(stored.key.id));
            }
        }
    }
    Ok(found)
}

fn revoke(
    work: &mut Work<'_>,
    case: &MisuseCase,
    key: KeyId,
    reason: &str,
    capacity: Capacity,
) -> Result<(), CaseError> {
    must_be_of_case(work, case, key)?;
    let me = work.caller.actor.account.ok_or(CaseError::Missing)?;
    let (stored, agreement) = work.locked_key(key)?;
    let reason = format!("Case {}: {reason}", case.number);
    let command = KeyCommand::Revoke { by: Revoker::Office(me), reason };
    work.end_key(&stored, &agreement, command, ("key.revoke", capacity))
}

fn end(work: &mut Work<'_>, case: &MisuseCase, reason: &str, capacity: Capacity) -> Result<(), CaseError> {
    let Some(department) = capacity.department() else {
        let detail = "An agreement is ended by a manager of a department that is party to it.";
        return Err(Refusal::new("managers_only", detail).into());
    };
    let agreement = keys::locked_agreement(work.conn, case.subject.agreement)?;
    let reason = format!("Case {}: {reason}", case.number);
    let command = AgreementCommand::Terminate { department: Some(department), reason };
    let (change, letter) = with_letter(work, agreement.decide(command, &work.caller.actor, work.now)?)?;
    write_agreement(work, &change)?;
    work.keep(letter)
}
