//! The clock of misuse cases: says when the time to answer is over, and reminds of what is due. Decides nothing; each is
//! said once, whoever asks first.

use super::{Caller, CaseError, Desk, write};
use crate::domain::calendar::in_words;
use crate::domain::misuse::case::{CaseCommand, CaseState, MisuseCase};
use crate::domain::notice::NoticeKind;
use crate::domain::people::Capacity;
use crate::domain::time::{Day, day_in};
use crate::store::{cases, reminders};

/// Days before a day at which both sides are reminded of it.
const REMIND_DAYS: i64 = 2;

/// One round over the open cases. Returns how much was said.
///
/// # Errors
/// What the store says; the next round looks again.
pub fn round(desk: &Desk) -> Result<usize, CaseError> {
    let today = day_in(desk.profile.zone, desk.clock.now());
    let mut count = 0;
    for case in desk.read(|conn| cases::list(conn, None, false))? {
        // What has just been said needs no reminder of itself.
        let lapsed = lapse(desk, &case, today)?;
        count += if lapsed == 0 { remind(desk, &case, today)? } else { lapsed };
    }
    Ok(count)
}

fn lapse(desk: &Desk, case: &MisuseCase, today: Day) -> Result<usize, CaseError> {
    let is_over = case.charge.as_ref().is_some_and(|charge| charge.answer_by.due < today);
    if !is_over || case.state != CaseState::Noticed {
        return Ok(0);
    }
    let caller = Caller::service("clock");
    let said = desk.act(&caller, |work| {
        let change = cases::by_id(work.conn, case.id)?.decide(CaseCommand::Lapse { today }, &caller.actor, work.now)?;
        write(work, &change, Capacity::Service)
    });
    match said {
        Ok(()) => Ok(1),
        // Answered or said meanwhile.
        Err(CaseError::Refused(_) | CaseError::Stale) => Ok(0),
        Err(other) => Err(other),
    }
}

fn remind(desk: &Desk, case: &MisuseCase, today: Day) -> Result<usize, CaseError> {
    let Some((due, what)) = case.due() else { return Ok(0) };
    let mark = match (due - today).num_days() {
        ..0 => format!("{what} overdue since {due}"),
        0..=REMIND_DAYS => format!("{what} due {due}"),
        _ => return Ok(0),
    };
    let caller = Caller::service("clock");
    desk.act(&caller, |work| {
        if !reminders::is_first(work.conn, &case.id.to_string(), &mark, work.now)? {
            return Ok(0);
        }
        let known = case.is_known_to_holder().then(|| case.party());
        for to in case.offices().into_iter().chain(known) {
            let notice = case.notice(to, NoticeKind::CaseDue);
            work.notify(&notice.with("what", what).with("due", in_words(due)))?;
        }
        work.record(case.act("case.remind", Capacity::Service).because(&mark))?;
        Ok(1)
    })
}
