//! The city's calendar: days closed or opened by an act of the clerk or an administrator, and every open deadline counted
//! again when the calendar changed, each with an entry of its own in the audit.

use serde_json::json;

use super::{Caller, CaseError, Desk, Work};
use crate::domain::audit::Act;
use crate::domain::calendar::{CalendarRules, LocalDay};
use crate::domain::people::{Capacity, Role};
use crate::domain::text::Line;
use crate::domain::time::{Day, day_in};
use crate::store::calendar::{self, KeptDay};
use crate::store::{AnyConnection, appeals, cases, records, reuse};

/// Every local day, in order.
///
/// # Errors
/// What the store says.
pub fn days(desk: &Desk) -> Result<Vec<KeptDay>, CaseError> {
    desk.read(calendar::days)
}

fn office(caller: &Caller) -> Result<Capacity, CaseError> {
    let clerk = caller.actor.acting_as(Role::Clerk);
    Ok(clerk.or_else(|_| caller.actor.acting_as(Role::Administrator))?)
}

/// Closes a day, or opens one that a rule closes. Open deadlines are counted again in the same transaction. Returns how
/// many moved.
///
/// # Errors
/// A missing reason, `day_too_far`, `day_listed`, `already_closed`, `already_open`; who may not.
pub fn list_day(desk: &Desk, caller: &Caller, (day, is_open, name): (Day, bool, &str)) -> Result<usize, CaseError> {
    let name = Line::parse("name", name)?;
    change(desk, caller, |work, capacity| {
        let kept = locals(work.conn)?;
        let today = day_in(work.desk.profile.zone, work.now);
        let local = LocalDay::new((day, is_open, name), &work.desk.profile.calendar, (&kept, today))?;
        calendar::insert(work.conn, &local, &work.caller.actor.name, work.now)?;
        let word = if is_open { "calendar.open_day" } else { "calendar.close_day" };
        work.record(Act::new(word, capacity, "calendar", day).because(&local.name))
    })
}

/// Takes a day off the list: what the rules say holds for it again.
///
/// # Errors
/// [`CaseError::Stale`] when it is not listed; who may not.
pub fn unlist_day(desk: &Desk, caller: &Caller, day: Day) -> Result<usize, CaseError> {
    change(desk, caller, |work, capacity| {
        calendar::remove(work.conn, day)?;
        work.record(Act::new("calendar.unlist_day", capacity, "calendar", day))
    })
}

fn change(
    desk: &Desk,
    caller: &Caller,
    act: impl FnOnce(&mut Work<'_>, Capacity) -> Result<(), CaseError>,
) -> Result<usize, CaseError> {
    let capacity = office(caller)?;
    let (count, kept) = desk.act(caller, |work| {
        let before = work.desk.profile.calendar.version();
        act(work, capacity)?;
        let kept = locals(work.conn)?;
        let rules = rules(work.desk, &kept)?;
        let count = recount(work, &rules)?;
        let versions = (json!({ "version": before }), json!({ "version": rules.version(), "moved": count }));
        work.record(Act::new("calendar.change", capacity, "calendar", rules.version()).change(versions.0, versions.1))?;
        Ok::<_, CaseError>((count, kept))
    })?;
    desk.profile.calendar.take(&kept)?;
    Ok(count)
}

fn locals(conn: &mut AnyConnection) -> Result<Vec<LocalDay>, CaseError> {
    Ok(calendar::days(conn)?.into_iter().map(|kept| kept.day).collect())
}

fn rules(desk: &Desk, kept: &[LocalDay]) -> Result<CalendarRules, CaseError> {
    Ok(desk.profile.calendar.base().with_days(kept)?)
}

/// Takes the local days that this or another process kept, and counts again what the calendar moved: after a change of
/// the profile, too. Does nothing where nothing changed.
///
/// # Errors
/// What the store says.
pub fn keep_up(desk: &Desk) -> Result<usize, CaseError> {
    let kept = desk.store.read(locals)?;
    desk.profile.calendar.take(&kept)?;
    let rules = desk.profile.calendar.current();
    let open = desk.read(|conn| appeals::all(conn, false))?;
    let now = desk.clock.now();
    let asked = desk.read(|conn| records::list(conn, None, false))?;
    let reuse = desk.read(|conn| reuse::list(conn, None, false))?;
    let charged = desk.read(|conn| cases::list(conn, None, false))?;
    let is_same = charged.iter().all(|case| case.recounted(&rules, now).is_none())
        && open.iter().all(|appeal| appeal.recounted(&rules, now).is_none())
        && asked.iter().all(|request| request.recounted(&rules, now).is_none())
        && reuse.iter().all(|request| request.recounted(&rules).is_none());
    if is_same {
        return Ok(0);
    }
    desk.act(&Caller::service("calendar"), |work| recount(work, &rules))
}

/// Counts every open deadline again.
fn recount(work: &mut Work<'_>, rules: &CalendarRules) -> Result<usize, CaseError> {
    let mut count = 0;
    for appeal in appeals::all(work.conn, false)? {
        if let Some(change) = appeal.recounted(rules, work.now) {
            super::appeals::write(work, &change)?;
            count += 1;
        }
    }
    for case in cases::list(work.conn, None, false)? {
        if let Some(change) = case.recounted(rules, work.now) {
            super::conduct::write(work, &change, Capacity::Service)?;
            count += 1;
        }
    }
    for request in records::list(work.conn, None, false)? {
        if let Some(change) = request.recounted(rules, work.now) {
            super::records::write(work, &change)?;
            count += 1;
        }
    }
    for request in reuse::list(work.conn, None, false)? {
        if let Some(change) = request.recounted(rules) {
            super::reuse::write(work, &change)?;
            count += 1;
        }
    }
    Ok(count)
}
