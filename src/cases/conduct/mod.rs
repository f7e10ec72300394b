//! Misuse cases in the hands of people: opened from a signal, a complaint or an observation, answered by the holder,
//! decided by somebody who did not complain. Each act is one transaction with its letters, notices and measures; nothing
//! that the holder must know is silent. Must never find a violation by rule.

pub mod clocks;
pub mod complaints;
mod effect;
mod evidence;
pub mod holder;
pub mod office;
pub mod open;
mod papers;
pub mod pause;
#[cfg(test)]
mod tests;

use super::{Caller, CaseError, Desk, Work, enforce};
use crate::domain::attachment::Attachment;
use crate::domain::hold::Hold;
use crate::domain::id::{AgreementId, AttachmentId, CaseId, HoldId, SignalId};
use crate::domain::misuse::case::{CaseChange, CaseCommand, Finding, MisuseCase, Rung};
use crate::domain::people::{Actor, Capacity, Role};
use crate::domain::time::{Day, day_in};
use crate::store::{AnyConnection, attachments, cases};

/// Files of a case belong to this kind of owner.
const FILES_OF: &str = "case";

/// Today in the city.
fn today(work: &Work<'_>) -> Day {
    day_in(work.desk.profile.zone, work.now)
}

/// Saves everything a change holds, and sends its letter.
pub(super) fn write(work: &mut Work<'_>, change: &CaseChange, capacity: Capacity) -> Result<(), CaseError> {
    cases::save(work.conn, &change.next, work.now)?;
    work.record(change.act.clone())?;
    change.notices.iter().try_for_each(|notice| work.notify(notice))?;
    if let Some(kind) = change.letter {
        let draft = papers::draft(work, &change.next, kind, capacity)?;
        work.send_letter(&draft)?;
    }
    Ok(())
}

/// The case as it is now, after an act in the same transaction.
fn again(work: &mut Work<'_>, id: CaseId) -> Result<MisuseCase, CaseError> {
    Ok(cases::by_id(work.conn, id)?)
}

/// Notes in its case that a suspension was lifted, whoever lifted it: in the case, by its office, or on appeal.
pub(super) fn note_lifted(work: &mut Work<'_>, hold: &Hold) -> Result<(), CaseError> {
    let (Some(number), Some(lift)) = (&hold.case, &hold.lifted) else { return Ok(()) };
    let Some(case) = cases::by_number(work.conn, number)? else { return Ok(()) };
    match case.noting_lifted(hold.id, lift) {
        Some(next) => Ok(cases::save(work.conn, &next, work.now)?),
        None => Ok(()),
    }
}

/// Sets a finding aside because an appeal from it was decided so, and lifts what it placed. Says what was done.
pub(super) fn set_aside(work: &mut Work<'_>, id: CaseId, (appeal, reasons): (&str, &str)) -> Result<String, CaseError> {
    let case = again(work, id)?;
    if !case.finding.as_ref().is_some_and(Finding::stands) {
        return Ok("The finding had been set aside already.".to_owned());
    }
    let held: Vec<HoldId> = case.in_force().map(|stopped| stopped.hold).collect();
    let command = CaseCommand::SetAside { appeal: appeal.to_owned(), reason: reasons.to_owned() };
    let change = case.decide(command, &work.caller.actor, work.now)?;
    let capacity = change.act.capacity;
    write(work, &change, capacity)?;
    let reason = format!("The finding in case {} was set aside on appeal {appeal}.", case.number);
    for hold in &held {
        enforce::lift_by_decision(work, *hold, &reason, capacity)?;
    }
    let lifted = if held.is_empty() { "" } else { " What it suspended or slowed down is lifted." };
    let ended = case.measures.iter().any(|measure| measure.kind.rung() == Rung::Revoke);
    let ended = if ended { " A revoked key or an ended agreement is appealed by itself." } else { "" };
    Ok(format!("The finding is set aside and counts for nothing any more.{lifted}{ended}"))
}

/// Whether the actor's office reads this case: reviewers and managers of the departments concerned, clerks and auditors.
fn is_of_office(actor: &Actor, case: &MisuseCase) -> bool {
    let ours = actor.departments(super::review::DESK);
    sees_all(actor) || case.departments.iter().any(|id| ours.contains(id))
}

fn sees_all(actor: &Actor) -> bool {
    [Role::Clerk, Role::Auditor].into_iter().any(|role| actor.holds_anywhere(role))
}

/// The case for the office that reads it.
fn for_office(conn: &mut AnyConnection, actor: &Actor, id: CaseId) -> Result<MisuseCase, CaseError> {
    let case = cases::by_id(conn, id)?;
    if is_of_office(actor, &case) { Ok(case) } else { Err(CaseError::Missing) }
}

/// The case for the holder's side, from the notice on.
fn for_holder(conn: &mut AnyConnection, actor: &Actor, id: CaseId) -> Result<MisuseCase, CaseError> {
    let case = cases::by_id(conn, id)?;
    let is_theirs = actor.is_party(case.subject.requester, case.subject.organisation);
    if is_theirs && case.is_known_to_holder() { Ok(case) } else { Err(CaseError::Missing) }
}

/// Cases for the caller's office, those with something due first at the top; `closed` also shows what is over.
///
/// # Errors
/// [`CaseError::Missing`] for everybody else.
pub fn list(desk: &Desk, caller: &Caller, closed: bool) -> Result<Vec<MisuseCase>, CaseError> {
    let ours = caller.actor.departments(super::review::DESK);
    let all = sees_all(&caller.actor);
    if !all && ours.is_empty() {
        return Err(CaseError::Missing);
    }
    let mut found = desk.read(|conn| cases::list(conn, (!all).then_some(ours.as_slice()), closed))?;
    let far = Day::MAX;
    found.sort_by_key(|case| (!case.state.is_open(), case.due().map_or(far, |(day, _)| day), case.opened_at));
    Ok(found)
}

/// One case, for its office.
///
/// # Errors
/// [`CaseError::Missing`] for everybody else.
pub fn read(desk: &Desk, caller: &Caller, id: CaseId) -> Result<MisuseCase, CaseError> {
    desk.store.read(|conn| for_office(conn, &caller.actor, id))
}

/// The caller's own cases and those of their organisation, newest first, each from its notice on.
///
/// # Errors
/// What the store says.
pub fn mine(desk: &Desk, caller: &Caller) -> Result<Vec<MisuseCase>, CaseError> {
    let me = caller.actor.account.ok_or(CaseError::Missing)?;
    let organisation = caller.actor.organisation.map(|id| id.to_string());
    let mut found = desk.read(|conn| cases::of_party(conn, me, organisation.as_deref()))?;
    found.retain(MisuseCase::is_known_to_holder);
    Ok(found)
}

/// One case of the caller's side.
///
/// # Errors
/// [`CaseError::Missing`] for everybody else, and before its notice.
pub fn my_own(desk: &Desk, caller: &Caller, id: CaseId) -> Result<MisuseCase, CaseError> {
    desk.store.read(|conn| for_holder(conn, &caller.actor, id))
}

/// The cases about one agreement that the caller's office reads.
///
/// # Errors
/// What the store says.
pub fn of_agreement(desk: &Desk, caller: &Caller, id: AgreementId) -> Result<Vec<MisuseCase>, CaseError> {
    let mut found = desk.read(|conn| cases::of_agreement(conn, id))?;
    found.retain(|case| is_of_office(&caller.actor, case));
    Ok(found)
}

/// The case that was opened from a signal.
///
/// # Errors
/// What the store says.
pub fn from_signal(desk: &Desk, id: SignalId) -> Result<Option<MisuseCase>, CaseError> {
    desk.read(|conn| cases::from_signal(conn, id))
}

/// The text of one piece of evidence, for both sides; what stays with the office is not there for the holder.
///
/// # Errors
/// [`CaseError::Missing`].
pub fn evidence_text(desk: &Desk, caller: &Caller, id: CaseId, name: &str) -> Result<String, CaseError> {
    desk.store.read(|conn| {
        let (case, is_office) = for_either(conn, &caller.actor, id)?;
        let is_shown =
            |name: &str| case.evidence.iter().any(|part| part.name == name && (is_office || part.is_for_holder));
        if !is_shown(name) {
            return Err(CaseError::Missing);
        }
        let texts = cases::evidence(conn, id)?;
        texts.into_iter().find(|(known, _)| known == name).map(|(_, text)| text).ok_or(CaseError::Missing)
    })
}

/// A file handed in by the holder, for both sides.
///
/// # Errors
/// [`CaseError::Missing`].
pub fn file(
    desk: &Desk,
    caller: &Caller,
    id: CaseId,
    wanted: AttachmentId,
) -> Result<(Attachment, Vec<u8>), CaseError> {
    desk.store.read(|conn| {
        for_either(conn, &caller.actor, id)?;
        Ok(attachments::content(conn, (FILES_OF, &id.to_string()), wanted)?)
    })
}

fn for_either(conn: &mut AnyConnection, actor: &Actor, id: CaseId) -> Result<(MisuseCase, bool), CaseError> {
    match for_holder(conn, actor, id) {
        Ok(case) => Ok((case, false)),
        Err(CaseError::Missing) => Ok((for_office(conn, actor, id)?, true)),
        Err(other) => Err(other),
    }
}
