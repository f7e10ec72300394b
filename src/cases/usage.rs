//! Who may see which usage: holders their own, staff that of their department's datasets, the clerk and auditors all of
//! it. Whole client addresses are for auditors, and reading them is an audit entry. Changes nothing else.

use serde_json::json;

use super::keys::access;
use super::{Caller, CaseError, Desk};
use crate::domain::agreement::Agreement;
use crate::domain::audit::Act;
use crate::domain::people::{Capacity, Role};
use crate::domain::text::Invalid;
use crate::domain::time::{Day, Instant};
use crate::store::views::usage::{self, Addresses, By, LogLine, LogSearch, Point, Sum, Whose};
use crate::store::{AnyConnection, agreements, datasets, keys};

/// Days of one table.
pub const DAYS_MAX: i64 = 400;
/// Days of one curve of hours.
pub const HOURLY_DAYS_MAX: i64 = 32;
/// Days of one curve of minutes.
pub const MINUTELY_DAYS_MAX: i64 = 2;
/// Lines of the access log on one page; one more may be read, which tells whether there is another page.
pub const LINES_MAX: i64 = 500;

/// Sums over days of the city, first and last included.
///
/// # Errors
/// A span over [`DAYS_MAX`]; [`CaseError::Missing`] for what the caller may not see.
pub fn sums(desk: &Desk, caller: &Caller, days: (Day, Day), whose: &Whose, by: By) -> Result<Vec<Sum>, CaseError> {
    let (first, last) = days;
    must_be_short((last - first).num_days(), DAYS_MAX)?;
    desk.store.read(|conn| {
        let (_, whose) = allowed(conn, caller, whose)?;
        Ok(usage::sums(conn, days, &whose, by)?)
    })
}

/// Calls hour by hour, from the first instant to before the last.
///
/// # Errors
/// A span over [`HOURLY_DAYS_MAX`]; [`CaseError::Missing`] for what the caller may not see.
pub fn hours(
    desk: &Desk,
    caller: &Caller,
    (from, to): (Instant, Instant),
    whose: &Whose,
) -> Result<Vec<Point>, CaseError> {
    must_be_short((to - from).num_days(), HOURLY_DAYS_MAX)?;
    desk.store.read(|conn| {
        let (_, whose) = allowed(conn, caller, whose)?;
        Ok(usage::hours(conn, (from, to), &whose)?)
    })
}

/// Calls minute by minute, from the first instant to before the last.
///
/// # Errors
/// A span over [`MINUTELY_DAYS_MAX`]; [`CaseError::Missing`] for what the caller may not see.
pub fn minutes(
    desk: &Desk,
    caller: &Caller,
    (from, to): (Instant, Instant),
    whose: &Whose,
) -> Result<Vec<Point>, CaseError> {
    must_be_short((to - from).num_days(), MINUTELY_DAYS_MAX)?;
    desk.store.read(|conn| {
        let (_, whose) = allowed(conn, caller, whose)?;
        Ok(usage::minutes(conn, (from, to), &whose)?)
    })
}

/// The newest lines of the access log that fit, with client addresses as networks only.
///
/// # Errors
/// [`CaseError::Missing`] for what the caller may not see.
pub fn log(desk: &Desk, caller: &Caller, search: &LogSearch, limit: i64) -> Result<Vec<LogLine>, CaseError> {
    desk.store.read(|conn| {
        let (_, whose) = allowed(conn, caller, &search.whose)?;
        let search = LogSearch { whose, ..search.clone() };
        Ok(usage::log(conn, &search, Addresses::Truncated, limit.clamp(1, LINES_MAX + 1))?)
    })
}

/// The newest lines of the access log that fit, with whole client addresses. Leaves an audit entry that says what was
/// looked for.
///
/// # Errors
/// [`CaseError::Missing`] for everybody but auditors.
pub fn log_for_auditor(
    desk: &Desk,
    caller: &Caller,
    search: &LogSearch,
    limit: i64,
) -> Result<Vec<LogLine>, CaseError> {
    let capacity = caller.actor.acting_as(Role::Auditor)?;
    desk.act(caller, |work| {
        let lines = usage::log(work.conn, search, Addresses::Whole, limit.clamp(1, LINES_MAX + 1))?;
        let act = Act::new("access_log.read", capacity, "access_log", "lines");
        work.record(act.change(json!(null), json!({ "search": asked(search), "lines": lines.len() })))?;
        Ok(lines)
    })
}

/// A search as the audit keeps it.
pub(super) fn asked(search: &LogSearch) -> serde_json::Value {
    let whose = &search.whose;
    json!({
        "key": whose.key, "agreement": whose.agreement, "dataset": whose.dataset, "department": whose.department,
        "outcome": search.outcome, "request": search.request, "from": search.from, "to": search.to,
    })
}

fn must_be_short(days: i64, max: i64) -> Result<(), CaseError> {
    if days < 0 {
        return Err(Invalid::new("to", "order", "The end must not lie before the beginning.").into());
    }
    if days > max {
        return Err(Invalid::new("to", "too_long", format!("Choose at most {max} days.")).into());
    }
    Ok(())
}

/// What of `whose` the caller may see, and in which capacity: as asked, or narrowed to the caller's department.
pub(super) fn allowed(
    conn: &mut AnyConnection,
    caller: &Caller,
    whose: &Whose,
) -> Result<(Capacity, Whose), CaseError> {
    for role in [Role::Auditor, Role::Clerk] {
        if let Ok(capacity) = caller.actor.acting_as(role) {
            return Ok((capacity, *whose));
        }
    }
    let agreement = agreement_of(conn, whose)?;
    if let Some(agreement) = &agreement
        && let Ok(capacity) = access::as_party(&caller.actor, agreement)
    {
        // A key and an agreement that do not belong together show nothing of anybody else's.
        return Ok((capacity, Whose { agreement: Some(agreement.id).filter(|_| whose.key.is_none()), ..*whose }));
    }
    let ours = caller.actor.departments(super::review::DESK);
    let has_part = |id| agreement.as_ref().is_none_or(|it| it.schedules.iter().any(|each| each.department == id));
    let dataset = whose.dataset.map(|id| datasets::by_id(conn, id)).transpose()?;
    let concerned = match (whose.department, dataset) {
        (Some(department), _) => Some(department),
        (None, Some(dataset)) => Some(dataset.department),
        (None, None) => ours.iter().copied().find(|id| agreement.is_some() && has_part(*id)),
    };
    let department = concerned.filter(|id| ours.contains(id) && has_part(*id)).ok_or(CaseError::Missing)?;
    let capacity = caller.actor.acting_for(super::review::DESK, department)?;
    Ok((capacity, Whose { department: Some(department), ..*whose }))
}

fn agreement_of(conn: &mut AnyConnection, whose: &Whose) -> Result<Option<Agreement>, CaseError> {
    let id = match (whose.key, whose.agreement) {
        (Some(key), _) => keys::by_id(conn, key)?.key.agreement,
        (None, Some(agreement)) => agreement,
        (None, None) => return Ok(None),
    };
    Ok(Some(agreements::by_id(conn, id)?))
}
