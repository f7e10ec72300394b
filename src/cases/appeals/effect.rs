//! What a decision on an appeal does at once. Lifts exactly the hold that was appealed, opens exactly the dataset; where
//! a thing cannot be undone, says what is open to the appellant instead.

use crate::cases::apply::write as write_application;
use crate::cases::settle::{settle, write as write_agreement};
use crate::cases::{CaseError, Work, conduct, enforce, renewal};
use crate::domain::agreement::{AgreementCommand, AgreementState};
use crate::domain::appeal::{Appeal, Appealed, Outcome};
use crate::domain::application::{Command, ItemState, State};
use crate::domain::id::{AccountId, AgreementId, ApplicationId, ItemId, KeyId};
use crate::domain::notice::NoticeKind;
use crate::store::{agreements, applications, keys};

/// Carries a decision out and says in a sentence or two what was done.
pub(super) fn carry_out(
    work: &mut Work<'_>,
    appeal: &Appeal,
    (outcome, reasons, instructions): (Outcome, &str, &str),
) -> Result<String, CaseError> {
    let done = match (outcome, appeal.contested.of) {
        (Outcome::Affirmed, _) => return Ok("Nothing changes.".to_owned()),
        (
            Outcome::Reversed | Outcome::Modified | Outcome::Remanded,
            Appealed::Denial { application, item } | Appealed::Conditions { application, item },
        ) => open_again(work, appeal, (application, item), outcome)?,
        (Outcome::Reversed | Outcome::Modified, Appealed::Suspension { hold }) => {
            let reason = format!("Appeal {}: {reasons}", appeal.number);
            if enforce::lift_on_appeal(work, hold, &reason)? {
                "This suspension is lifted. Other suspensions, if there are any, stay in force.".to_owned()
            } else {
                "This suspension had been lifted already.".to_owned()
            }
        }
        (Outcome::Reversed | Outcome::Modified, Appealed::Revocation { key }) => remedy_for_key(work, key)?,
        (Outcome::Reversed | Outcome::Modified, Appealed::Termination { agreement }) => {
            reinstate(work, appeal, agreement)?
        }
        (Outcome::Reversed | Outcome::Modified, Appealed::Finding { case }) => {
            conduct::set_aside(work, case, (&appeal.number, reasons))?
        }
        (Outcome::Reversed | Outcome::Modified, Appealed::NotRenewed { renewal: id }) => {
            renewal::reopen(work, id, &appeal.number)?
        }
        (Outcome::Remanded, Appealed::Suspension { .. }) => {
            "The suspension stays in force until the office has looked at it again.".to_owned()
        }
        (
            Outcome::Remanded,
            Appealed::Revocation { .. }
            | Appealed::Termination { .. }
            | Appealed::Finding { .. }
            | Appealed::NotRenewed { .. },
        ) => "Nothing changes until the office has looked at it again.".to_owned(),
    };
    if let Some(office) = appeal.office() {
        let notice = appeal.notice(office, NoticeKind::AppealReturned).with("effect", &done);
        let notice = notice.with("instructions", if instructions.is_empty() { reasons } else { instructions });
        work.notify(&notice.with("path", appeal.path_of_office()))?;
    }
    Ok(done)
}

/// Reopens the dataset. Reversed or changed in part, somebody else decides; sent back, the same people may.
fn open_again(
    work: &mut Work<'_>,
    appeal: &Appeal,
    (id, item): (ApplicationId, ItemId),
    outcome: Outcome,
) -> Result<String, CaseError> {
    let application = applications::by_id(work.conn, id)?;
    let is_still_decided = application
        .item(item)
        .is_some_and(|item| matches!(item.state, ItemState::Denied { .. } | ItemState::Approved { .. }));
    if !is_still_decided {
        return Ok("The dataset is open for review already.".to_owned());
    }
    if matches!(application.state, State::Withdrawn { .. }) {
        return Ok("The application was taken back meanwhile. It can be reopened at any time.".to_owned());
    }
    let aside: Vec<(AccountId, String)> = match outcome {
        Outcome::Reversed | Outcome::Modified => {
            appeal.contested.by.iter().copied().zip(appeal.contested.by_names.iter().cloned()).collect()
        }
        Outcome::Affirmed | Outcome::Remanded => Vec::new(),
    };
    let who = if aside.is_empty() { "The department" } else { "Somebody else in the department" };
    let was_in_force = matches!(application.state, State::Executed { .. });
    let command = Command::Reconsider { item, aside, appeal: appeal.number.clone() };
    let change = application.decide(command, &work.caller.actor, work.now)?;
    write_application(work, &change)?;
    settle(work, &application, &change, None)?;
    let kept = if was_in_force { " The agreement in force stays so until an amended one takes its place." } else { "" };
    Ok(format!("The dataset is open for review again. {who} decides on it anew.{kept}"))
}

/// A revoked key never works again: its text is spent. The remedy is a new one.
fn remedy_for_key(work: &mut Work<'_>, key: KeyId) -> Result<String, CaseError> {
    let under = keys::by_id(work.conn, key)?.key.agreement;
    let agreement = agreements::by_id(work.conn, under)?;
    let begin = "A revoked key cannot work again, because its text may be in other hands.";
    Ok(if agreement.is_live(work.now) {
        format!("{begin} You may make a new key under agreement {} at once, with the same scopes.", agreement.number)
    } else {
        format!("{begin} Agreement {} is not in force any more; you may reopen its application.", agreement.number)
    })
}

/// An agreement that an office ended is in force again for the rest of its term, and its keys with it.
fn reinstate(work: &mut Work<'_>, appeal: &Appeal, id: AgreementId) -> Result<String, CaseError> {
    let agreement = keys::locked_agreement(work.conn, id)?;
    let AgreementState::Terminated { execution, .. } = &agreement.state else {
        return Ok(format!("Agreement {} is not ended by an office any more.", agreement.number));
    };
    if work.now >= execution.ends_at {
        let (number, begin) = (&agreement.number, "The term of agreement");
        return Ok(format!("{begin} {number} is over by now. You may reopen its application to have a new one."));
    }
    let command = AgreementCommand::Reinstate { appeal: appeal.number.clone() };
    let change = agreement.decide(command, &work.caller.actor, work.now)?;
    write_agreement(work, &change)?;
    Ok(format!("Agreement {} is in force again for the rest of its term, and its keys work again.", agreement.number))
}
