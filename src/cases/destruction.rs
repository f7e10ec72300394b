//! Certificates of destruction: owed when an agreement ends, signed by its holder, looked at by the departments, asked
//! for again and again until they are there. Nothing here punishes: a missing certificate is told, and people decide.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{Caller, CaseError, Desk, Work};
use crate::domain::agreement::{
    Agreement, AgreementState, CONSENT_VERSION, Certificate, Destruction, DestructionChange, DestructionCommand,
    DestructionState, Part,
};
use crate::domain::audit::{Hash, hex};
use crate::domain::calendar::in_words;
use crate::domain::id::{AgreementId, DepartmentId};
use crate::domain::people::{Capacity, Role};
use crate::domain::refusal::Refusal;
use crate::domain::text::readable;
use crate::domain::time::{Day, day_in};
use crate::store::{AnyConnection, StoreError, destructions, reminders, terms};

/// Longest text of a part of a certificate, and of a reason, in characters.
pub use crate::domain::agreement::CERTIFICATE_TEXT_MAX;

/// Longest name and title typed to sign, in characters.
const SIGNED_MAX: usize = 200;

/// What the holder says was done.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Done {
    /// How it was deleted.
    pub method: String,
    /// What was deleted.
    pub scope: String,
    /// What was kept, and why.
    pub exceptions: String,
}

/// The signature under a certificate, as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Signed {
    /// The hash of the text that was shown.
    pub text_hash: String,
    /// The name typed.
    pub name: String,
    /// The title typed.
    pub title: String,
    /// States authority to sign.
    pub has_authority: bool,
    /// Agrees to sign electronically.
    pub consents: bool,
}

/// A certificate's text before it is signed.
#[derive(Clone, Debug)]
pub struct CertificateText {
    /// The text.
    pub text: String,
    /// Its SHA-256, hex.
    pub hash: String,
}

/// Does what an agreement's new state asks for: a certificate is owed when it ends, and no longer when it came back.
pub(super) fn follow(work: &mut Work<'_>, agreement: &Agreement) -> Result<(), CaseError> {
    match &agreement.state {
        AgreementState::Expired { .. } | AgreementState::Terminated { .. } => {
            let parts = agreement.schedules.iter().map(Part::from).collect();
            owe(work, agreement, parts)
        }
        AgreementState::Executed { .. } => release(work, agreement.id, "The agreement is in force again."),
        AgreementState::Offered { .. } | AgreementState::Superseded { .. } | AgreementState::Closed { .. } => Ok(()),
    }
}

/// A certificate is owed for the datasets that an agreement's successor leaves out.
pub(super) fn owe_for_what_was_dropped(work: &mut Work<'_>, old: &Agreement, new: &Agreement) -> Result<(), CaseError> {
    let goes_on = |part: &Part| new.schedules.iter().any(|schedule| schedule.dataset == part.dataset);
    let dropped: Vec<_> = old.schedules.iter().map(Part::from).filter(|part| !goes_on(part)).collect();
    if dropped.is_empty() { Ok(()) } else { owe(work, old, dropped) }
}

/// Nothing is owed for an ended agreement any more when a later one covers all that was to be deleted.
pub(super) fn release_what_goes_on(work: &mut Work<'_>, old: &Agreement, new: &Agreement) -> Result<(), CaseError> {
    let goes_on = |part: &Part| new.schedules.iter().any(|schedule| schedule.dataset == part.dataset);
    let known = destructions::of(work.conn, old.id)?;
    if known.is_some_and(|known| known.parts.iter().all(goes_on)) {
        release(work, old.id, &format!("Agreement {} allows the same data.", new.number))?;
    }
    Ok(())
}

/// Whether the terms of an agreement ask for a certificate when it ends.
///
/// # Errors
/// What the store says.
pub(super) fn is_asked_for(desk: &Desk, conn: &mut AnyConnection, agreement: &Agreement) -> Result<bool, StoreError> {
    let clause = desk.profile.endings.destruction_clause;
    let accepted = terms::by_id(conn, agreement.terms_accepted())?;
    Ok(accepted.clauses().iter().any(|known| known.number == clause))
}

fn owe(work: &mut Work<'_>, agreement: &Agreement, parts: Vec<Part>) -> Result<(), CaseError> {
    if !is_asked_for(work.desk, work.conn, agreement)? {
        return Ok(());
    }
    let due = due_after(work, work.desk.profile.agreement.destruction_certificate_days);
    match destructions::of(work.conn, agreement.id)? {
        None => {
            let change = Destruction::owe(agreement, parts, due, work.now);
            destructions::insert(work.conn, &change.next)?;
            tell(work, &change)
        }
        Some(known) => match known.state {
            DestructionState::Released { .. } | DestructionState::Accepted { .. } => {
                let command = DestructionCommand::Owe { parts, due };
                let change = known.decide(command, &work.caller.actor, work.now)?;
                write(work, &change)
            }
            DestructionState::Owed { .. } | DestructionState::Certified { .. } => Ok(()),
        },
    }
}

fn release(work: &mut Work<'_>, id: AgreementId, reason: &str) -> Result<(), CaseError> {
    let Some(known) = destructions::of(work.conn, id)? else { return Ok(()) };
    match known.state {
        DestructionState::Owed { .. } | DestructionState::Certified { .. } => {
            let command = DestructionCommand::Release { reason: reason.to_owned() };
            let change = known.decide(command, &work.caller.actor, work.now)?;
            write(work, &change)
        }
        DestructionState::Accepted { .. } | DestructionState::Released { .. } => Ok(()),
    }
}

/// So many calendar days from today, with the working.
fn due_after(work: &Work<'_>, days: u16) -> (Day, String) {
    let today = day_in(work.desk.profile.zone, work.now);
    let due = today.checked_add_days(chrono::Days::new(u64::from(days))).unwrap_or(today);
    (due, format!("{days} calendar days after {}", in_words(today)))
}

fn write(work: &mut Work<'_>, change: &DestructionChange) -> Result<(), CaseError> {
    destructions::save(work.conn, &change.next, work.now)?;
    tell(work, change)
}

fn tell(work: &mut Work<'_>, change: &DestructionChange) -> Result<(), CaseError> {
    work.record(change.act.clone())?;
    change.notices.iter().try_for_each(|notice| work.notify(notice))
}

fn of(conn: &mut AnyConnection, id: AgreementId) -> Result<Destruction, CaseError> {
    destructions::of(conn, id)?.ok_or(CaseError::Missing)
}

fn of_caller(conn: &mut AnyConnection, caller: &Caller, id: AgreementId) -> Result<Destruction, CaseError> {
    let found = of(conn, id)?;
    if caller.actor.is_party(found.requester, found.organisation) { Ok(found) } else { Err(CaseError::Missing) }
}

/// The certificate that the caller's side owes or owed under an agreement.
///
/// # Errors
/// [`CaseError::Missing`] for everybody else, and where none was ever owed.
pub fn mine(desk: &Desk, caller: &Caller, id: AgreementId) -> Result<Destruction, CaseError> {
    desk.store.read(|conn| of_caller(conn, caller, id))
}

/// Whether one is or was owed under an agreement, for pages that link to it. Whose it is, the caller has checked.
///
/// # Errors
/// What the store says.
pub fn known(desk: &Desk, id: AgreementId) -> Result<Option<Destruction>, CaseError> {
    desk.read(|conn| destructions::of(conn, id))
}

fn readable_parts(done: &Done) -> Result<Done, CaseError> {
    let mut problems = Vec::new();
    let mut part = |field: &str, text: &str| match readable(field, text, CERTIFICATE_TEXT_MAX) {
        Ok(text) => text,
        Err(problem) => {
            problems.push(problem);
            String::new()
        }
    };
    let read = Done {
        method: part("method", &done.method),
        scope: part("scope", &done.scope),
        exceptions: part("exceptions", &done.exceptions),
    };
    if problems.is_empty() { Ok(read) } else { Err(CaseError::Invalid(problems)) }
}

fn written(known: &Destruction, done: &Done) -> CertificateText {
    let text = known.text(&done.method, &done.scope, &done.exceptions);
    let sum: Hash = Sha256::digest(text.as_bytes()).into();
    CertificateText { hash: hex(&sum), text }
}

/// The text that would be signed for this. Keeps nothing.
///
/// # Errors
/// Texts that cannot be taken, `method_needed`, `scope_needed`, [`CaseError::Missing`].
pub fn draft(desk: &Desk, caller: &Caller, id: AgreementId, done: &Done) -> Result<CertificateText, CaseError> {
    let known = mine(desk, caller, id)?;
    let done = readable_parts(done)?;
    if done.method.is_empty() {
        return Err(Refusal::new("method_needed", "Say how the data was deleted.").into());
    }
    if done.scope.is_empty() {
        return Err(Refusal::new("scope_needed", "Say what was deleted, with backups and copies.").into());
    }
    Ok(written(&known, &done))
}

/// Signs the certificate; the hash must be of the text that was shown.
///
/// # Errors
/// `text_differs`, `wrong_state`, those of the signature, [`CaseError::Missing`].
pub fn certify(
    desk: &Desk,
    caller: &Caller,
    id: AgreementId,
    done: &Done,
    signed: &Signed,
) -> Result<Destruction, CaseError> {
    let done = readable_parts(done)?;
    desk.act(caller, |work| {
        let known = of_caller(work.conn, caller, id)?;
        let CertificateText { text, hash } = written(&known, &done);
        if signed.text_hash != hash {
            let detail = "The certificate changed since you read it. Read it again and sign.";
            return Err(Refusal::new("text_differs", detail).into());
        }
        let certificate = Certificate {
            method: done.method.clone(),
            scope: done.scope.clone(),
            exceptions: done.exceptions.clone(),
            text,
            text_hash: hash,
            name: readable("name", &signed.name, SIGNED_MAX)?,
            title: readable("title", &signed.title, SIGNED_MAX)?,
            has_authority: signed.has_authority,
            consent: if signed.consents { CONSENT_VERSION.to_owned() } else { String::new() },
            account: caller.actor.account.ok_or(CaseError::Missing)?,
            at: work.now,
            zone: work.desk.profile.zone.name().to_owned(),
            address: caller.actor.address.map(|address| address.to_string()).unwrap_or_default(),
            agent: caller.agent.clone(),
        };
        let command = DestructionCommand::Certify { certificate: Box::new(certificate) };
        let change = known.decide(command, &caller.actor, work.now)?;
        write(work, &change)?;
        Ok(change.next)
    })
}

/// Whether this member of staff may see it.
fn may_see(caller: &Caller, known: &Destruction) -> bool {
    let ours = caller.actor.departments(super::review::DESK);
    known.parts.iter().any(|part| ours.contains(&part.department))
        || caller.actor.holds_anywhere(Role::Auditor)
        || caller.actor.holds_anywhere(Role::Clerk)
}

/// A certificate as staff see it.
///
/// # Errors
/// [`CaseError::Missing`] for other departments.
pub fn for_staff(desk: &Desk, caller: &Caller, id: AgreementId) -> Result<Destruction, CaseError> {
    let found = desk.store.read(|conn| of(conn, id))?;
    if may_see(caller, &found) { Ok(found) } else { Err(CaseError::Missing) }
}

/// Certificates that are owed or to be looked at, those due first at the top.
///
/// # Errors
/// What the store says.
pub fn list_for_staff(desk: &Desk, caller: &Caller) -> Result<Vec<Destruction>, CaseError> {
    let mut found = desk.read(|conn| destructions::in_states(conn, &["owed", "certified"]))?;
    found.retain(|known| may_see(caller, known));
    Ok(found)
}

/// Accepts a certificate for a department.
///
/// # Errors
/// `wrong_state`, `accepted_already`, `own_application`, [`CaseError::Missing`].
pub fn accept(desk: &Desk, caller: &Caller, id: AgreementId, department: DepartmentId) -> Result<(), CaseError> {
    desk.act(caller, |work| {
        let command = DestructionCommand::Accept { department };
        let change = of(work.conn, id)?.decide(command, &caller.actor, work.now)?;
        write(work, &change)
    })
}

/// Asks the holder again; they have at least the profile's days of cure.
///
/// # Errors
/// `reason_needed`, `wrong_state`, `own_application`, [`CaseError::Missing`].
pub fn ask_again(
    desk: &Desk,
    caller: &Caller,
    id: AgreementId,
    department: DepartmentId,
    reason: &str,
) -> Result<(), CaseError> {
    let reason = readable("reason", reason, CERTIFICATE_TEXT_MAX)?;
    desk.act(caller, |work| {
        let known = of(work.conn, id)?;
        let soonest = due_after(work, work.desk.profile.agreement.cure_days);
        let due = if known.due > soonest.0 { (known.due, known.working.clone()) } else { soonest };
        let command = DestructionCommand::AskAgain { department, reason, due };
        let change = known.decide(command, &caller.actor, work.now)?;
        write(work, &change)
    })
}

/// Reminds holders of certificates they owe, before the last day and after it; after it the departments too. Each is said
/// once, and only the nearest when several are past. Returns how many reminders were owed.
///
/// # Errors
/// What the store says.
pub fn remind(desk: &Desk) -> Result<usize, CaseError> {
    let caller = Caller::service("clock");
    let today = day_in(desk.profile.zone, desk.clock.now());
    let mut count = 0;
    for known in desk.read(|conn| destructions::in_states(conn, &["owed"]))? {
        let Some(mark) = mark(desk, &known, today) else { continue };
        match desk.act(&caller, |work| remind_of(work, known.agreement, &mark, today)) {
            Ok(()) => count += 1,
            Err(CaseError::Stale) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(count)
}

/// What is to be said of it today: the nearest day reached, before its last day or after.
fn mark(desk: &Desk, known: &Destruction, today: Day) -> Option<String> {
    let endings = &desk.profile.endings;
    let left = (known.due - today).num_days();
    if left < 0 {
        let past = endings.certificate_overdue_days.iter().rev().find(|days| i64::from(**days) <= -left)?;
        return Some(format!("{} and {past} days", known.due));
    }
    let since = day_in(desk.profile.zone, known.since);
    let first = (known.due - since).num_days();
    let near = endings.certificate_reminder_days.iter().rev().map(|days| i64::from(*days));
    let near = near.into_iter().find(|days| left <= *days).filter(|days| *days < first)?;
    Some(format!("{} less {near} days", known.due))
}

fn remind_of(work: &mut Work<'_>, id: AgreementId, mark: &str, today: Day) -> Result<(), CaseError> {
    let known = of(work.conn, id)?;
    let is_owed = matches!(known.state, DestructionState::Owed { .. });
    if !is_owed || !reminders::is_first(work.conn, &format!("certificate {id}"), mark, work.now)? {
        return Err(CaseError::Stale);
    }
    let is_overdue = known.is_overdue(today);
    let warning = if is_overdue { "The last day for this certificate is over. The department is told." } else { "" };
    work.notify(&known.due_notice(warning))?;
    if is_overdue {
        known.missing_notices().iter().try_for_each(|notice| work.notify(notice))?;
    }
    work.record(known.act("destruction.remind", Capacity::Service).because(mark))
}
