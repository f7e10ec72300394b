//! Clocks of renewals: ask departments again, and lapse what was not finished in time.

use chrono::Duration;

use super::write;
use crate::cases::{Caller, CaseError, Desk};
use crate::domain::people::Capacity;
use crate::domain::renewal::{Renewal, RenewalCommand};
use crate::store::{reminders, renewals};

/// Things looked at in one round.
const BATCH: i64 = 200;
/// Days before the end on which departments are asked again, the nearest first.
const ASKED_AGAIN: [i64; 2] = [1, 7];

/// Asks departments again for a renewal that waits for them, seven days and one day before the agreement ends; each is said
/// once, and only the nearest when both are past. Returns how many renewals.
///
/// # Errors
/// What the store says.
pub fn remind(desk: &Desk) -> Result<usize, CaseError> {
    let caller = Caller::service("clock");
    let now = desk.clock.now();
    let due: Vec<(Renewal, i64)> = desk
        .read(renewals::signed)?
        .into_iter()
        .filter(|renewal| now < renewal.ends_at)
        .filter_map(|renewal| {
            let days = ASKED_AGAIN.into_iter().find(|days| renewal.ends_at - now <= Duration::days(*days))?;
            Some((renewal, days))
        })
        .collect();
    crate::cases::agree::each(&due, |(renewal, days)| {
        desk.act(&caller, |work| {
            let renewal = renewals::by_id(work.conn, renewal.id)?;
            let mark = format!("{days} days");
            let asking = renewal.asking();
            let subject = format!("renewal {}", renewal.id);
            if asking.is_empty() || !reminders::is_first(work.conn, &subject, &mark, work.now)? {
                return Err(CaseError::Stale);
            }
            asking.iter().try_for_each(|notice| work.notify(notice))?;
            work.record(renewal.act("renewal.remind", Capacity::Service).because(mark))
        })
    })
}

/// Lapses renewals whose time is over. Returns how many.
///
/// # Errors
/// What the store says.
pub fn lapse_due(desk: &Desk) -> Result<usize, CaseError> {
    let caller = Caller::service("clock");
    let now = desk.clock.now();
    let due = desk.read(|conn| renewals::lapsing(conn, now, BATCH))?;
    crate::cases::agree::each(&due, |id| {
        desk.act(&caller, |work| {
            let change = renewals::by_id(work.conn, *id)?.decide(RenewalCommand::Lapse, &caller.actor, work.now)?;
            write(work, &change)
        })
    })
}
