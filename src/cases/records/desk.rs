//! The office's part: read, acknowledge, give to another department, estimate, enter fees, refer, answer. A department's
//! reviewers and managers have their own requests, the clerk has all of them; who asked never answers.

use serde::Serialize;

use super::{Caller, CaseError, Desk, OWNER, Work, write, write_with};
use crate::cases::files::NewFile;
use crate::domain::attachment::Attachment;
use crate::domain::id::{DepartmentId, RecordsId};
use crate::domain::letter::{Letter, LetterKind};
use crate::domain::notice::{NoticeKind, Recipient};
use crate::domain::people::Role;
use crate::domain::records::{
    AnswerDraft, Cents, Estimate, EstimateDraft, Finding, LedgerEntry, LedgerKind, Outcome, RecordsCommand,
    RecordsRequest, Referral, TEXT_MAX, WaiverGround, balance,
};
use crate::domain::text::{Invalid, Prose, readable};
use crate::domain::time::{Day, day_in};
use crate::store::{AnyConnection, attachments, letters, people, records};

/// Who works on requests of a department.
pub const READERS: &[Role] = &[Role::Reviewer, Role::Manager];

/// A request as the office sees it.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The request.
    pub request: RecordsRequest,
    /// The ledger of its fees.
    pub fees: Vec<LedgerEntry>,
    /// The name of the department that has it.
    pub department: Option<String>,
    /// What was produced.
    pub files: Vec<Attachment>,
    /// The letters that were sent.
    pub letters: Vec<Letter>,
    /// Whether this person may work on it.
    pub may_work: bool,
    /// Whether this person may answer it and waive its fee.
    pub may_answer: bool,
    /// Whether they asked for it themselves.
    pub is_own: bool,
}

/// Whether somebody may read a request at its office.
fn may_read(caller: &Caller, request: &RecordsRequest) -> bool {
    let actor = &caller.actor;
    let is_city_wide = actor.holds_anywhere(Role::Clerk) || actor.holds_anywhere(Role::Auditor);
    is_city_wide || request.department.is_some_and(|id| actor.departments(READERS).contains(&id))
}

fn opened(conn: &mut AnyConnection, caller: &Caller, request: RecordsRequest) -> Result<Opened, CaseError> {
    let department = match request.department {
        Some(id) => Some(people::department_by_id(conn, id)?.name),
        None => None,
    };
    let actor = &caller.actor;
    let is_account = request.requester.account.is_some() && request.requester.account == actor.account;
    let is_own = is_account || request.requester.is_party(actor);
    let is_clerk = actor.holds_anywhere(Role::Clerk);
    let may_work = is_clerk || request.department.is_some_and(|id| actor.departments(READERS).contains(&id));
    let may_answer = is_clerk || request.department.is_some_and(|id| actor.holds(Role::Manager, id));
    let fees = records::fees(conn, request.id)?;
    let id = request.id.to_string();
    Ok(Opened {
        files: attachments::of(conn, (OWNER, &id))?,
        letters: letters::about(conn, (OWNER, &id))?,
        request,
        fees,
        department,
        may_work: may_work && !is_own,
        may_answer: may_answer && !is_own,
        is_own,
    })
}

/// Requests that this person may read, what is due first at the top; `closed` also shows what ended.
///
/// # Errors
/// [`CaseError::Missing`] for who works on none.
pub fn list(desk: &Desk, caller: &Caller, closed: bool) -> Result<Vec<RecordsRequest>, CaseError> {
    let actor = &caller.actor;
    if actor.holds_anywhere(Role::Clerk) || actor.holds_anywhere(Role::Auditor) {
        return desk.read(|conn| records::list(conn, None, closed));
    }
    let ours = actor.departments(READERS);
    if ours.is_empty() {
        return Err(CaseError::Missing);
    }
    desk.read(|conn| records::list(conn, Some(&ours), closed))
}

/// One request.
///
/// # Errors
/// [`CaseError::Missing`] for who may not read it.
pub fn read(desk: &Desk, caller: &Caller, id: RecordsId) -> Result<Opened, CaseError> {
    desk.store.read(|conn| {
        let request = records::by_id(conn, id)?;
        if !may_read(caller, &request) {
            return Err(CaseError::Missing);
        }
        opened(conn, caller, request)
    })
}

fn load(work: &mut Work<'_>, id: RecordsId) -> Result<RecordsRequest, CaseError> {
    let request = records::by_id(work.conn, id)?;
    if may_read(work.caller, &request) { Ok(request) } else { Err(CaseError::Missing) }
}

fn act(
    desk: &Desk,
    caller: &Caller,
    id: RecordsId,
    command: impl FnOnce(&mut Work<'_>, &RecordsRequest) -> Result<RecordsCommand, CaseError>,
) -> Result<RecordsRequest, CaseError> {
    desk.act(caller, |work| {
        let request = load(work, id)?;
        let command = command(work, &request)?;
        let letter = match &command {
            RecordsCommand::Acknowledge { .. } => Some(LetterKind::RecordsAcknowledgement),
            RecordsCommand::Estimate { .. } => Some(LetterKind::RecordsEstimate),
            RecordsCommand::Route { .. }
            | RecordsCommand::Lengthen { .. }
            | RecordsCommand::Waive { .. }
            | RecordsCommand::Enter { .. }
            | RecordsCommand::Refer { .. }
            | RecordsCommand::Find { .. }
            | RecordsCommand::Answer { .. }
            | RecordsCommand::Deem { .. }
            | RecordsCommand::Write { .. }
            | RecordsCommand::Note { .. }
            | RecordsCommand::Withdraw { .. }
            | RecordsCommand::Convert { .. } => None,
        };
        let change = request.decide(command, &caller.actor, work.now)?;
        match letter {
            Some(kind) => write_with(work, &change, kind)?,
            None => write(work, &change)?,
        }
        Ok(records::by_id(work.conn, id)?)
    })
}

fn bounded(field: &str, text: &str) -> Result<String, CaseError> {
    Ok(readable(field, text, TEXT_MAX)?)
}

fn said(field: &str, text: &str) -> Result<String, CaseError> {
    Ok(Prose::<TEXT_MAX>::parse(field, text)?.into_string())
}

/// Says that it came in and who has it. It is neither a grant nor a denial.
///
/// # Errors
/// `wrong_state`, `own_application`, [`CaseError::Missing`].
pub fn acknowledge(desk: &Desk, caller: &Caller, id: RecordsId, text: &str) -> Result<RecordsRequest, CaseError> {
    let text = bounded("text", text)?;
    act(desk, caller, id, |_, _| Ok(RecordsCommand::Acknowledge { text }))
}

/// Gives it to the department that has the records.
///
/// # Errors
/// `already_there`, `wrong_state`, `own_application`, [`CaseError::Missing`].
pub fn route(
    desk: &Desk,
    caller: &Caller,
    id: RecordsId,
    (department, text): (DepartmentId, &str),
) -> Result<RecordsRequest, CaseError> {
    let text = bounded("text", text)?;
    act(desk, caller, id, |work, _| {
        let name = people::department_by_id(work.conn, department)?.name;
        Ok(RecordsCommand::Route { department, name, text })
    })
}

/// Gives the longer time, because an employee must be told first.
///
/// # Errors
/// A missing reason, `already_longer`, `wrong_state`, `own_application`, [`CaseError::Missing`].
pub fn lengthen(desk: &Desk, caller: &Caller, id: RecordsId, reason: &str) -> Result<RecordsRequest, CaseError> {
    let reason = said("reason", reason)?;
    act(desk, caller, id, |work, request| {
        let clocks = work.desk.profile.records_clocks_personnel(request.received_on);
        Ok(RecordsCommand::Lengthen { clocks, reason })
    })
}

/// Says what copies cost at most.
///
/// # Errors
/// `search_not_chargeable`, `above_cap`, `prepayment_too_small`, `already_waived`, `wrong_state`, `own_application`,
/// [`CaseError::Missing`].
pub fn estimate(
    desk: &Desk,
    caller: &Caller,
    id: RecordsId,
    draft: &EstimateDraft,
) -> Result<RecordsRequest, CaseError> {
    act(desk, caller, id, |work, request| {
        let rules = work.desk.profile.fees.rules();
        let (lines, total, prepayment) = draft.compute(&rules, request.format).map_err(CaseError::Invalid)?;
        let by_name = caller.actor.name.clone();
        Ok(RecordsCommand::Estimate { estimate: Estimate { lines, total, prepayment, at: work.now, by_name } })
    })
}

/// Asks no fee; what is owed already is waived in the ledger.
///
/// # Errors
/// `already_waived`, `wrong_state`, `own_application`, [`CaseError::Missing`].
pub fn waive(
    desk: &Desk,
    caller: &Caller,
    id: RecordsId,
    (ground, text): (WaiverGround, &str),
) -> Result<RecordsRequest, CaseError> {
    let text = bounded("text", text)?;
    desk.act(caller, |work| {
        let request = load(work, id)?;
        let change = request.decide(RecordsCommand::Waive { ground, text }, &caller.actor, work.now)?;
        let owed = balance(&records::fees(work.conn, id)?);
        write(work, &change)?;
        if !owed.is_zero() {
            let (kind, text) = (LedgerKind::Waiver, ground.in_words().to_owned());
            let entry = LedgerEntry { kind, cents: owed, text, at: work.now, by_name: caller.actor.name.clone() };
            records::add_fee(work.conn, id, &entry)?;
        }
        Ok(records::by_id(work.conn, id)?)
    })
}

/// An entry of the ledger as typed.
#[derive(Clone, Debug, Serialize)]
pub struct Entered {
    /// Which; a waiver has an act of its own.
    pub kind: LedgerKind,
    /// How much.
    pub cents: Cents,
    /// What for, or the number of the receipt.
    pub text: String,
}

/// Writes a charge or a payment into the ledger.
///
/// # Errors
/// `estimate_missing`, `above_estimate`, `above_balance`, `fee_waived`, `own_application`, [`CaseError::Missing`].
pub fn enter(desk: &Desk, caller: &Caller, id: RecordsId, entered: &Entered) -> Result<RecordsRequest, CaseError> {
    let text = said("text", &entered.text)?;
    if entered.kind == LedgerKind::Waiver {
        return Err(Invalid::new("kind", "unknown", "A waiver names its ground: waive the fee instead.").into());
    }
    desk.act(caller, |work| {
        if work.done_before("records.enter", &(id, entered))?.is_some() {
            return load(work, id);
        }
        let request = load(work, id)?;
        let (kind, cents) = (entered.kind, entered.cents);
        let entries = records::fees(work.conn, id)?;
        let command = RecordsCommand::Enter { kind, cents, text: text.clone(), entries };
        let change = request.decide(command, &caller.actor, work.now)?;
        write(work, &change)?;
        let entry = LedgerEntry { kind, cents, text, at: work.now, by_name: caller.actor.name.clone() };
        records::add_fee(work.conn, id, &entry)?;
        work.remember(kind.as_str())?;
        Ok(records::by_id(work.conn, id)?)
    })
}

/// A referral as typed.
#[derive(Clone, Debug, Serialize)]
pub struct Referred {
    /// The exemption whose finding is another office's.
    pub exemption: String,
    /// Which records or fields.
    pub records: String,
    /// What the risk would be.
    pub reason: String,
}

/// Refers a safety question to the state's commissioner and tells them, and the requester, at once.
///
/// # Errors
/// `exemption_unknown`, `already_referred`, `wrong_state`, `own_application`, [`CaseError::Missing`].
pub fn refer(desk: &Desk, caller: &Caller, id: RecordsId, referred: &Referred) -> Result<RecordsRequest, CaseError> {
    let asked = (said("records", &referred.records), said("referral_reason", &referred.reason));
    let (named, reason) = match asked {
        (Ok(named), Ok(reason)) => (named, reason),
        (named, reason) => return Err(together(vec![named.err(), reason.err()])),
    };
    let known = desk.profile.exemption(&referred.exemption);
    let Some((known, to)) = known.and_then(|known| Some((known, known.referral_to.as_ref()?.to_string()))) else {
        let message = "Choose an exemption whose finding is another office's.";
        return Err(Invalid::new("exemption", "exemption_unknown", message).into());
    };
    desk.act(caller, |work| {
        let request = load(work, id)?;
        let referral = Referral {
            records: named,
            reason,
            exemption: referred.exemption.clone(),
            to,
            at: work.now,
            on: day_in(work.desk.profile.zone, work.now),
            by_name: caller.actor.name.clone(),
            finding: None,
        };
        let change = request.decide(RecordsCommand::Refer { referral: referral.clone() }, &caller.actor, work.now)?;
        write(work, &change)?;
        if let Some(email) = &known.referral_email {
            tell_commissioner(work, &request, &referral, email.as_str())?;
        }
        Ok(records::by_id(work.conn, id)?)
    })
}

fn tell_commissioner(
    work: &mut Work<'_>,
    request: &RecordsRequest,
    referral: &Referral,
    email: &str,
) -> Result<(), CaseError> {
    let (office, office_email) = if let Some(id) = request.department {
        let department = people::department_by_id(work.conn, id)?;
        (department.name, department.email)
    } else {
        let clerk = &work.desk.profile.appeals.clerk;
        (clerk.name.to_string(), clerk.email.to_string())
    };
    let notice = request
        .notice(Recipient::Address(email.to_owned()), NoticeKind::RecordsReferred)
        .with("city", work.desk.profile.name.as_str())
        .with("exemption", &referral.exemption)
        .with("records", &referral.records)
        .with("reason", &referral.reason)
        .with("received", crate::domain::calendar::in_words(request.received_on))
        .with("path", "/records/new")
        .with("office", office)
        .with("office_email", office_email);
    work.notify(&notice)
}

fn together(errors: Vec<Option<CaseError>>) -> CaseError {
    let mut all = Vec::new();
    for error in errors.into_iter().flatten() {
        match error {
            CaseError::Invalid(faults) => all.extend(faults),
            other @ (CaseError::Refused(_)
            | CaseError::Missing
            | CaseError::Stale
            | CaseError::Undone(_)
            | CaseError::Wait(_)
            | CaseError::Store(_)) => return other,
        }
    }
    CaseError::Invalid(all)
}

/// A finding as typed.
#[derive(Clone, Debug, Serialize)]
pub struct Found {
    /// The day on it.
    pub on: Day,
    /// Whether there are reasonable grounds.
    pub has_grounds: bool,
    /// In their words.
    pub text: String,
}

/// Writes down what the commissioner found.
///
/// # Errors
/// `not_referred`, `already_found`, a missing text, `finding_to_come`, `wrong_state`, [`CaseError::Missing`].
pub fn find(desk: &Desk, caller: &Caller, id: RecordsId, found: &Found) -> Result<RecordsRequest, CaseError> {
    let text = said("finding_text", &found.text)?;
    if found.on > day_in(desk.profile.zone, desk.clock.now()) {
        return Err(Invalid::new("finding_on", "finding_to_come", "This day is still to come.").into());
    }
    act(desk, caller, id, |work, _| {
        let by_name = caller.actor.name.clone();
        let finding = Finding { on: found.on, has_grounds: found.has_grounds, text, by_name, at: work.now };
        Ok(RecordsCommand::Find { finding })
    })
}

/// Answers a request: produces, withholds in part or denies, row by row.
///
/// # Errors
/// What [`AnswerDraft::check`] finds; `wrong_state`, `own_application`, [`CaseError::Missing`].
pub fn answer(
    desk: &Desk,
    caller: &Caller,
    id: RecordsId,
    (draft, files): (&AnswerDraft, &[NewFile]),
) -> Result<RecordsRequest, CaseError> {
    desk.act(caller, |work| {
        if work.done_before("records.answer", &(id, draft))?.is_some() {
            return load(work, id);
        }
        let request = load(work, id)?;
        let profile = &work.desk.profile;
        let answer = draft.clone().check(profile, request.referral.as_ref()).map_err(CaseError::Invalid)?;
        let on = day_in(profile.zone, work.now);
        let appeal = profile.calendar.after(on, profile.appeals.state.within);
        let change = request.decide(RecordsCommand::Answer { answer, on, appeal }, &caller.actor, work.now)?;
        if draft.outcome == Outcome::Denied && !files.is_empty() {
            let message = "Nothing is produced with a denial. Take the files out, or answer in part.";
            return Err(Invalid::new("files", "files_unfit", message).into());
        }
        work.attach((OWNER, &id.to_string()), files)?;
        write_with(work, &change, LetterKind::RecordsAnswer)?;
        work.remember(draft.outcome.as_str())?;
        Ok(records::by_id(work.conn, id)?)
    })
}

/// Writes to the requester.
///
/// # Errors
/// A missing text, `wrong_state`, `own_application`, [`CaseError::Missing`].
pub fn message(desk: &Desk, caller: &Caller, id: RecordsId, text: &str) -> Result<RecordsRequest, CaseError> {
    let text = said("text", text)?;
    act(desk, caller, id, |_, _| Ok(RecordsCommand::Write { text }))
}

/// Writes a note for staff.
///
/// # Errors
/// A missing text, `own_application`, [`CaseError::Missing`].
pub fn note(desk: &Desk, caller: &Caller, id: RecordsId, text: &str) -> Result<RecordsRequest, CaseError> {
    let text = said("text", text)?;
    act(desk, caller, id, |_, _| Ok(RecordsCommand::Note { text }))
}
