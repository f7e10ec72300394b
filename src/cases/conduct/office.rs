//! What the office does in a case: notice, hearing, suspension at once, order, proof, finding, measures, lifting,
//! dismissal, closing. What a decision does is done in its own transaction.

use serde::Serialize;

use super::open::{suspend, suspension};
use super::{Caller, CaseError, Desk, Work, again, effect, for_office, today, write};
use crate::cases::enforce;
use crate::domain::id::{CaseId, HoldId, KeyId};
use crate::domain::misuse::case::{CaseCommand, CaseHearing, Measure, MeasureKind, MisuseCase, OrderKind, TEXT_MAX};
use crate::domain::people::{Capacity, Role};
use crate::domain::text::{Invalid, Line, Prose, readable};
use crate::domain::time::Day;

/// Acts on one case as its office, in one transaction.
fn on(
    desk: &Desk,
    caller: &Caller,
    id: CaseId,
    act: impl FnOnce(&mut Work<'_>, &MisuseCase) -> Result<(), CaseError>,
) -> Result<MisuseCase, CaseError> {
    desk.act(caller, |work| {
        let case = for_office(work.conn, &caller.actor, id)?;
        act(work, &case)?;
        again(work, id)
    })
}

fn text(field: &'static str, typed: &str) -> Result<String, CaseError> {
    Ok(Prose::<TEXT_MAX>::parse(field, typed)?.into_string())
}

fn staff(case: &MisuseCase, work: &Work<'_>) -> Result<Capacity, CaseError> {
    Ok(case.office(&work.caller.actor, &[Role::Manager])?)
}

/// A notice of violation as typed.
#[derive(Clone, Debug, Serialize)]
pub struct ChargeGiven {
    /// What happened.
    pub facts: String,
    /// Which clause it would break.
    pub clause: String,
    /// What would put it right; may be empty.
    pub cure: String,
}

/// The notice with its dates, counted from today.
pub(super) fn notice_command(work: &Work<'_>, (facts, clause, cure): (String, String, String)) -> CaseCommand {
    let profile = &work.desk.profile;
    let after = |span| profile.calendar.after(today(work), span);
    let (answer_by, cure_by) = (after(profile.clocks.notice_answer), after(profile.clocks.cure));
    CaseCommand::Notify { facts, clause, cure, answer_by, cure_by }
}

/// Gives the notice of violation.
///
/// # Errors
/// Missing facts or clause, `wrong_state`, `own_application`, [`CaseError::Missing`].
pub fn notify(desk: &Desk, caller: &Caller, id: CaseId, given: &ChargeGiven) -> Result<MisuseCase, CaseError> {
    let (facts, clause) = (text("facts", &given.facts)?, text("clause", &given.clause)?);
    let cure = readable("cure", &given.cure, TEXT_MAX)?;
    on(desk, caller, id, |work, case| {
        let command = notice_command(work, (facts, clause, cure));
        let change = case.decide(command, &caller.actor, work.now)?;
        write(work, &change, change.act.capacity)
    })
}

/// Sets a hearing, or moves it, to a day on which the offices work.
///
/// # Errors
/// `office_closed`, `hearing_past`, a missing place, `wrong_state`, `own_application`, [`CaseError::Missing`].
pub fn set_hearing(
    desk: &Desk,
    caller: &Caller,
    id: CaseId,
    on_day: Day,
    place: &str,
) -> Result<MisuseCase, CaseError> {
    let place = text("place", place)?;
    if let Some(off) = desk.profile.calendar.day_off(on_day) {
        let message = format!("The offices are closed on that day ({off}). Choose another.");
        return Err(Invalid::new("on", "office_closed", message).into());
    }
    on(desk, caller, id, |work, case| {
        let command = CaseCommand::SetHearing { hearing: CaseHearing { on: on_day, place }, today: today(work) };
        let change = case.decide(command, &caller.actor, work.now)?;
        write(work, &change, change.act.capacity)
    })
}

/// Suspends at once, before anything is found; the holder is heard promptly after.
///
/// # Errors
/// `notice_first`, an unfit target, `wrong_state`, `own_application`, [`CaseError::Missing`].
pub fn suspend_at_once(desk: &Desk, caller: &Caller, id: CaseId, stop: &str) -> Result<MisuseCase, CaseError> {
    on(desk, caller, id, |work, case| {
        let capacity = staff(case, work)?;
        suspend(work, case, suspension(stop, case)?, capacity)
    })
}

/// Orders the holder to cease, or to take down, delete and prove it.
///
/// # Errors
/// A missing text, `notice_first`, `order_open`, `wrong_state`, `own_application`, [`CaseError::Missing`].
pub fn order(
    desk: &Desk,
    caller: &Caller,
    id: CaseId,
    (kind, typed): (OrderKind, &str),
) -> Result<MisuseCase, CaseError> {
    let typed = text("order", typed)?;
    on(desk, caller, id, |work, case| {
        let capacity = staff(case, work)?;
        give_order(work, case, (kind, typed), capacity)
    })
}

pub(super) fn give_order(
    work: &mut Work<'_>,
    case: &MisuseCase,
    (kind, text): (OrderKind, String),
    capacity: Capacity,
) -> Result<(), CaseError> {
    let profile = &work.desk.profile;
    let after = |span| profile.calendar.after(today(work), span);
    let acknowledge_by = after(profile.clocks.cease_acknowledgement);
    let comply_by = after(profile.clocks.order_compliance);
    let command = CaseCommand::Order { kind, text, acknowledge_by, comply_by };
    let change = case.decide(command, &work.caller.actor, work.now)?;
    write(work, &change, capacity)
}

/// Accepts a proof of compliance, or asks again. With `lift`, every suspension of the case is lifted, each by its own.
///
/// # Errors
/// `no_order`, `no_proof`, a missing reason, `complainant`, `wrong_state`, `own_application`, [`CaseError::Missing`].
pub fn judge_proof(
    desk: &Desk,
    caller: &Caller,
    id: CaseId,
    (accepted, lift): (bool, bool),
    reason: &str,
) -> Result<MisuseCase, CaseError> {
    let reason = readable("reason", reason, TEXT_MAX)?;
    on(desk, caller, id, |work, case| {
        let change = case.decide(CaseCommand::JudgeProof { accepted, reason }, &caller.actor, work.now)?;
        write(work, &change, change.act.capacity)?;
        if !(accepted && lift) {
            return Ok(());
        }
        let held: Vec<HoldId> = change.next.in_force().map(|stopped| stopped.hold).collect();
        for hold in held {
            let case = again(work, id)?;
            lift_one(work, &case, hold, "The order was complied with, and the proof was accepted.")?;
        }
        Ok(())
    })
}

/// A measure as typed: its word, and what it needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MeasureGiven {
    /// A word of [`MeasureKind::WORDS`].
    pub word: String,
    /// The key, for a key that is not the one of the case.
    pub key: Option<KeyId>,
    /// To whom it is handed on.
    pub to: String,
    /// The last day of a throttle; without it, that of the profile.
    pub until: Option<Day>,
}

fn kind_of(work: &Work<'_>, case: &MisuseCase, given: &MeasureGiven) -> Result<MeasureKind, CaseError> {
    let key = || {
        let unfit =
            || Invalid::new("measures", "key_needed", "The case is about no single key. Choose another measure.");
        given.key.or(case.subject.key).ok_or_else(unfit)
    };
    Ok(match given.word.as_str() {
        "inform" => MeasureKind::Inform,
        "warn" => MeasureKind::Warn,
        "throttle_key" => MeasureKind::ThrottleKey { key: key()?, throttle: work.throttle_until(given.until)? },
        "throttle_agreement" => MeasureKind::ThrottleAgreement { throttle: work.throttle_until(given.until)? },
        "suspend_key" => MeasureKind::SuspendKey { key: key()? },
        "revoke_key" => MeasureKind::RevokeKey { key: key()? },
        "end_agreement" => MeasureKind::EndAgreement,
        "refer" => MeasureKind::Refer { to: Line::<300>::parse("refer_to", &given.to)?.to_string() },
        "suspend_dataset" | "suspend_agreement" | "suspend_requester" => suspension(&given.word, case)?,
        _ => return Err(Invalid::new("measures", "unknown", "Choose measures of the ladder.").into()),
    })
}

/// A finding as typed.
#[derive(Clone, Debug, Serialize)]
pub struct FindingGiven {
    /// Why.
    pub reasons: String,
    /// Why a step of the ladder is left out; may be empty.
    pub severity: String,
    /// What is done.
    pub measures: Vec<MeasureGiven>,
}

/// Finds a violation and takes the measures, all in one transaction.
///
/// # Errors
/// Missing reasons or measures, `severity_needed`, `answer_time_runs`, `managers_only`, `key_ended`, `complainant`,
/// `wrong_state`, `own_application`, [`CaseError::Missing`].
pub fn find(desk: &Desk, caller: &Caller, id: CaseId, given: &FindingGiven) -> Result<MisuseCase, CaseError> {
    let reasons = text("reasons", &given.reasons)?;
    let severity = readable("severity", &given.severity, TEXT_MAX)?;
    desk.act(caller, |work| {
        if work.done_before("case.find", &(id, given))?.is_some() {
            return for_office(work.conn, &caller.actor, id);
        }
        let case = for_office(work.conn, &caller.actor, id)?;
        let kinds = given.measures.iter().map(|one| kind_of(work, &case, one)).collect::<Result<Vec<_>, _>>()?;
        let planned: Vec<Measure> =
            kinds.into_iter().map(|kind| effect::planned(work, kind, &reasons, false)).collect();
        let command = |measures| CaseCommand::Find { reasons: reasons.clone(), severity: severity.clone(), measures };
        // Every rule first; what is carried out must be allowed.
        let capacity = case.decide(command(planned.clone()), &caller.actor, work.now)?.act.capacity;
        let mut done = Vec::new();
        for measure in planned {
            done.push(effect::carry_out(work, &case, measure, capacity)?);
        }
        let change = case.decide(command(done), &caller.actor, work.now)?;
        write(work, &change, capacity)?;
        work.remember("found")?;
        again(work, id)
    })
}

/// Takes another measure after the finding.
///
/// # Errors
/// As [`find`].
pub fn impose(
    desk: &Desk,
    caller: &Caller,
    id: CaseId,
    (given, reason, severity): (&MeasureGiven, &str, &str),
) -> Result<MisuseCase, CaseError> {
    let reason = text("reason", reason)?;
    let severity = readable("severity", severity, TEXT_MAX)?;
    on(desk, caller, id, |work, case| {
        let measure = effect::planned(work, kind_of(work, case, given)?, &reason, false);
        let command = |measure| CaseCommand::Impose { measure, severity: severity.clone() };
        let capacity = case.decide(command(measure.clone()), &caller.actor, work.now)?.act.capacity;
        let measure = effect::carry_out(work, case, measure, capacity)?;
        let change = case.decide(command(measure), &caller.actor, work.now)?;
        write(work, &change, capacity)
    })
}

/// Lifts exactly one suspension of the case.
///
/// # Errors
/// A missing reason, `not_suspended`, `complainant`, `wrong_state`, `own_application`, [`CaseError::Missing`].
pub fn lift(desk: &Desk, caller: &Caller, id: CaseId, (hold, reason): (HoldId, &str)) -> Result<MisuseCase, CaseError> {
    let reason = text("reason", reason)?;
    on(desk, caller, id, |work, case| lift_one(work, case, hold, &reason))
}

fn lift_one(work: &mut Work<'_>, case: &MisuseCase, hold: HoldId, reason: &str) -> Result<(), CaseError> {
    let change = case.decide(CaseCommand::Lift { hold, reason: reason.to_owned() }, &work.caller.actor, work.now)?;
    let capacity = change.act.capacity;
    // Written first: then the lift finds it noted already.
    write(work, &change, capacity)?;
    enforce::lift_by_decision(work, hold, &format!("Case {}: {reason}", case.number), capacity)?;
    Ok(())
}

/// Finds that there was no violation; every suspension of the case is lifted.
///
/// # Errors
/// Missing reasons, `complainant`, `wrong_state`, `own_application`, [`CaseError::Missing`].
pub fn dismiss(desk: &Desk, caller: &Caller, id: CaseId, reasons: &str) -> Result<MisuseCase, CaseError> {
    let reasons = text("reasons", reasons)?;
    on(desk, caller, id, |work, case| {
        let held: Vec<HoldId> = case.in_force().map(|stopped| stopped.hold).collect();
        let change = case.decide(CaseCommand::Dismiss { reasons }, &caller.actor, work.now)?;
        let capacity = change.act.capacity;
        write(work, &change, capacity)?;
        let reason = format!("Case {} is dismissed: no violation was found.", case.number);
        for hold in held {
            enforce::lift_by_decision(work, hold, &reason, capacity)?;
        }
        Ok(())
    })
}

/// Closes a case in which everything ordered is done.
///
/// # Errors
/// A missing reason, `order_open`, `still_suspended`, `complainant`, `wrong_state`, `own_application`,
/// [`CaseError::Missing`].
pub fn close(desk: &Desk, caller: &Caller, id: CaseId, reason: &str) -> Result<MisuseCase, CaseError> {
    let reason = text("reason", reason)?;
    on(desk, caller, id, |work, case| {
        let change = case.decide(CaseCommand::Close { reason }, &caller.actor, work.now)?;
        write(work, &change, change.act.capacity)
    })
}
