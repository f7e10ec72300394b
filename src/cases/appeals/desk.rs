//! The clerk's part: read, admit or turn away what came late, acknowledge, compile the record, set a hearing, decide.

use crate::domain::appeal::AppealState;
use serde::Serialize;

use super::{Caller, CaseError, Desk, Work, effect, record, write};
use crate::domain::appeal::{Appeal, AppealCommand, Hearing, Outcome, Part, TEXT_MAX};
use crate::domain::id::AppealId;
use crate::domain::notice::{NoticeKind, Recipient};
use crate::domain::people::{Capacity, Role};
use crate::domain::text::{Invalid, Prose, readable};
use crate::domain::time::{Day, day_in};
use crate::store::{appeals, reminders};

/// Days before the promised day at which the clerks are reminded.
const REMIND_DAYS: i64 = 5;

/// Appeals for the clerk, those to be decided first at the top; `closed` also shows what ended, after them.
///
/// # Errors
/// [`CaseError::Missing`] for everybody but clerks.
pub fn list(desk: &Desk, caller: &Caller, closed: bool) -> Result<Vec<Appeal>, CaseError> {
    caller.actor.acting_as(Role::Clerk)?;
    let mut found = desk.read(|conn| appeals::all(conn, closed))?;
    found.sort_by_key(|appeal| (!appeal.state.is_open(), appeal.clocks.decide_by.due, appeal.filed_at));
    Ok(found)
}

/// One appeal with the texts of its record, as they were compiled or would be now.
///
/// # Errors
/// [`CaseError::Missing`] for everybody but clerks.
pub fn read(desk: &Desk, caller: &Caller, id: AppealId) -> Result<Appeal, CaseError> {
    caller.actor.acting_as(Role::Clerk)?;
    desk.read(|conn| appeals::by_id(conn, id))
}

/// Hears an appeal although it came late.
///
/// # Errors
/// A missing reason, `not_late`, `wrong_state`, `decided_before`, `own_application`, [`CaseError::Missing`].
pub fn admit(desk: &Desk, caller: &Caller, id: AppealId, reason: &str) -> Result<Appeal, CaseError> {
    let reason = Prose::<TEXT_MAX>::parse("reason", reason)?.into_string();
    simple(desk, caller, id, AppealCommand::Admit { reason })
}

/// Does not hear an appeal that came late.
///
/// # Errors
/// As [`admit`].
pub fn turn_away(desk: &Desk, caller: &Caller, id: AppealId, reason: &str) -> Result<Appeal, CaseError> {
    let reason = Prose::<TEXT_MAX>::parse("reason", reason)?.into_string();
    simple(desk, caller, id, AppealCommand::TurnAway { reason })
}

/// Acknowledges an appeal.
///
/// # Errors
/// `late_undecided`, `wrong_state`, `decided_before`, `own_application`, [`CaseError::Missing`].
pub fn acknowledge(desk: &Desk, caller: &Caller, id: AppealId, text: &str) -> Result<Appeal, CaseError> {
    let text = readable("text", text, TEXT_MAX)?;
    simple(desk, caller, id, AppealCommand::Acknowledge { text })
}

/// Sets a hearing, or moves it, to a day on which the offices work.
///
/// # Errors
/// `hearing_past`, `place_needed`, `wrong_state`, `decided_before`, `own_application`, [`CaseError::Missing`].
pub fn set_hearing(desk: &Desk, caller: &Caller, id: AppealId, on: Day, place: &str) -> Result<Appeal, CaseError> {
    let place = Prose::<TEXT_MAX>::parse("place", place)?.into_string();
    if let Some(off) = desk.profile.calendar.day_off(on) {
        let message = format!("The offices are closed on that day ({off}). Choose another.");
        return Err(Invalid::new("on", "office_closed", message).into());
    }
    let today = day_in(desk.profile.zone, desk.clock.now());
    simple(desk, caller, id, AppealCommand::SetHearing { hearing: Hearing { on, place }, today })
}

/// Compiles the record: every text is written down as it is now, with its SHA-256, and stays so.
///
/// # Errors
/// `wrong_state`, `decided_before`, `own_application`, [`CaseError::Missing`].
pub fn compile(desk: &Desk, caller: &Caller, id: AppealId) -> Result<Appeal, CaseError> {
    desk.act(caller, |work| {
        let appeal = for_clerk(work, id)?;
        let texts = record::texts(work.desk, work.conn, &appeal, work.now)?;
        let parts: Vec<Part> = texts.iter().map(record::Text::part).collect();
        let change = appeal.decide(AppealCommand::Compile { record: parts }, &caller.actor, work.now)?;
        let kept: Vec<_> = texts.into_iter().map(|text| (text.name, text.body)).collect();
        appeals::keep_record(work.conn, id, &kept)?;
        write(work, &change)?;
        Ok(appeals::by_id(work.conn, id)?)
    })
}

/// A decision as typed.
#[derive(Clone, Debug, Serialize)]
pub struct Ruled {
    /// How.
    pub outcome: Outcome,
    /// Why.
    pub reasons: String,
    /// What the office must do.
    pub instructions: String,
}

/// Decides an appeal and carries it out in the same transaction.
///
/// # Errors
/// Missing reasons or instructions, `outcome_unfit`, `wrong_state`, `decided_before`, `own_application`,
/// [`CaseError::Missing`].
pub fn decide(desk: &Desk, caller: &Caller, id: AppealId, ruled: &Ruled) -> Result<Appeal, CaseError> {
    let reasons = Prose::<TEXT_MAX>::parse("reasons", &ruled.reasons)?.into_string();
    let instructions = readable("instructions", &ruled.instructions, TEXT_MAX)?;
    desk.act(caller, |work| {
        if work.done_before("appeal.decide", &(id, ruled))?.is_some() {
            return for_clerk(work, id);
        }
        let appeal = for_clerk(work, id)?;
        let command = |effect: String| AppealCommand::Decide {
            outcome: ruled.outcome,
            reasons: reasons.clone(),
            instructions: instructions.clone(),
            effect,
        };
        // Every rule first; what is carried out must be allowed.
        appeal.decide(command(String::new()), &caller.actor, work.now)?;
        let effect = effect::carry_out(work, &appeal, (ruled.outcome, &reasons, &instructions))?;
        let mut change = appeal.decide(command(effect), &caller.actor, work.now)?;
        let mut letter = None;
        if let AppealState::Decided { ruling } = &change.next.state {
            let draft = work.ruling_letter(&change.next, ruling);
            let (composed, text) = work.compose_for(draft)?;
            letter = Some(composed);
            let party = change.next.party();
            for notice in change.notices.iter_mut().filter(|notice| notice.to == party) {
                notice.facts.insert("letter".to_owned(), text.clone());
            }
        }
        write(work, &change)?;
        work.keep(letter)?;
        work.remember(ruled.outcome.as_str())?;
        Ok(appeals::by_id(work.conn, id)?)
    })
}

fn simple(desk: &Desk, caller: &Caller, id: AppealId, command: AppealCommand) -> Result<Appeal, CaseError> {
    desk.act(caller, |work| {
        let appeal = for_clerk(work, id)?;
        let change = appeal.decide(command, &caller.actor, work.now)?;
        write(work, &change)?;
        Ok(appeals::by_id(work.conn, id)?)
    })
}

fn for_clerk(work: &mut Work<'_>, id: AppealId) -> Result<Appeal, CaseError> {
    work.caller.actor.acting_as(Role::Clerk)?;
    Ok(appeals::by_id(work.conn, id)?)
}

/// Reminds the clerks of appeals whose promised day comes near, and once more when it has passed. Returns how many
/// reminders were owed.
///
/// # Errors
/// What the store says.
pub fn remind_of_due(desk: &Desk) -> Result<usize, CaseError> {
    let caller = Caller::service("clock");
    let today = day_in(desk.profile.zone, desk.clock.now());
    let mut count = 0;
    for appeal in desk.read(|conn| appeals::all(conn, false))? {
        let mark = match (appeal.clocks.decide_by.due - today).num_days() {
            ..0 => "appeal overdue",
            0..=REMIND_DAYS => "appeal due soon",
            _ => continue,
        };
        count += desk.act(&caller, |work| {
            if !reminders::is_first(work.conn, &appeal.id.to_string(), mark, work.now)? {
                return Ok(0);
            }
            let notice = appeal.notice(Recipient::Everybody(Role::Clerk), NoticeKind::AppealDue);
            work.notify(&notice.with("path", format!("/clerk/appeals/{}", appeal.id)))?;
            work.record(appeal.act("appeal.remind", Capacity::Service).because(mark))?;
            Ok::<_, CaseError>(1)
        })?;
    }
    Ok(count)
}
