//! The clock of requests for records: silence becomes a denial at the end of the last day in the city's zone, once,
//! whichever process looks first; before that the office is reminded.

use super::{Caller, CaseError, Desk, write_with};
use crate::domain::letter::LetterKind;
use crate::domain::notice::NoticeKind;
use crate::domain::people::Capacity;
use crate::domain::records::RecordsCommand;
use crate::domain::time::{Day, day_in};
use crate::store::{records, reminders};

/// Writes down every denial by silence. Returns how many there were.
///
/// # Errors
/// What the store says.
pub fn deem_denied(desk: &Desk) -> Result<usize, CaseError> {
    let caller = Caller::service("clock");
    let today = day_in(desk.profile.zone, desk.clock.now());
    let Some(yesterday) = today.pred_opt() else { return Ok(0) };
    let mut count = 0;
    for id in desk.read(|conn| records::waiting_until(conn, yesterday))? {
        let done = desk.act(&caller, |work| {
            let request = records::by_id(work.conn, id)?;
            if !request.is_silent_on(today) {
                return Ok(0);
            }
            let change = request.decide(RecordsCommand::Deem { today }, &caller.actor, work.now)?;
            write_with(work, &change, LetterKind::RecordsDeemedDenial)?;
            Ok::<_, CaseError>(1)
        });
        match done {
            Ok(done) => count += done,
            // Somebody answered at this moment, or another process spoke first.
            Err(CaseError::Stale) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(count)
}

/// Reminds the office of what is due on this or the next business day, once. Returns how many reminders were owed.
///
/// # Errors
/// What the store says.
pub fn remind_of_due(desk: &Desk) -> Result<usize, CaseError> {
    let caller = Caller::service("clock");
    let today = day_in(desk.profile.zone, desk.clock.now());
    let next: Day = desk.profile.calendar.business_days_after(today, 1).due;
    let mut count = 0;
    for id in desk.read(|conn| records::waiting_until(conn, next))? {
        count += desk.act(&caller, |work| {
            let request = records::by_id(work.conn, id)?;
            let mark = format!("records due {}", request.clocks.due.due);
            let is_over = request.clocks.due.due < today;
            if is_over || !reminders::is_first(work.conn, &id.to_string(), &mark, work.now)? {
                return Ok(0);
            }
            let notice = request.notice(request.office(), NoticeKind::RecordsDue);
            work.notify(&notice.with("path", request.path()))?;
            work.record(request.act("records.remind", Capacity::Service).because(mark))?;
            Ok::<_, CaseError>(1)
        })?;
    }
    Ok(count)
}
