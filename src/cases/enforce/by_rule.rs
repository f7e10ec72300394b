//! What rules place, and slowing down instead of stopping: a hold with a share of the limits and a last day. Must never
//! lift what another office placed before its day.

use super::{Caller, CaseError, Desk, Found, Office, Suspension, Work, lift_by_service};
use crate::domain::hold::{Hold, HoldReason, HoldTarget, Throttle};
use crate::domain::id::KeyId;
use crate::domain::people::Capacity;
use crate::domain::profile::ThrottleDefaults;
use crate::domain::text::Invalid;
use crate::domain::time::{Day, day_in};
use crate::store::{holds, keys};

/// Lifts what slowed down until a day that is over, each by its own. Returns how many.
///
/// # Errors
/// What the store says; the next round looks again.
pub fn end_throttles(desk: &Desk) -> Result<usize, CaseError> {
    let today = day_in(desk.profile.zone, desk.clock.now());
    let is_over = |hold: &Hold| hold.throttle.is_some_and(|throttle| throttle.is_over(today));
    let mut count = 0;
    for hold in desk.read(holds::all_in_force)?.iter().filter(|hold| is_over(hold)) {
        let ended = desk.act(&Caller::service("clock"), |work| {
            work.find(hold.target)?;
            // Read again: somebody may have lifted it while the lock was waited for.
            let hold = holds::by_id(work.conn, hold.id)?;
            if !hold.is_in_force() {
                return Ok(0);
            }
            lift_by_service(work, &hold, "Its last day is over.").map(|()| 1)
        });
        count += ended?;
    }
    Ok(count)
}

impl Work<'_> {
    /// Suspends a key by rule, within the act of the rule; `None` where it has ended, or misuse stops it already. The
    /// offices of its agreement may lift what a rule placed.
    pub(in crate::cases) fn suspend_by_rule(
        &mut self,
        key: KeyId,
        explanation: String,
    ) -> Result<Option<Hold>, CaseError> {
        let target = HoldTarget::Key(key);
        let found = self.find(target)?;
        let held = holds::in_force(self.conn, target)?;
        let is_held = held.iter().any(|hold| hold.reason == HoldReason::Misuse && hold.stops());
        if is_held || !keys::by_id(self.conn, key)?.key.works_at(self.now) {
            return Ok(None);
        }
        self.place_by_rule((target, None), explanation, &found).map(Some)
    }

    fn place_by_rule(
        &mut self,
        (target, throttle): (HoldTarget, Option<Throttle>),
        explanation: String,
        found: &Found,
    ) -> Result<Hold, CaseError> {
        let reason = HoldReason::Misuse;
        let wish = Suspension { target, reason, explanation: explanation.clone(), case: None };
        self.place(&wish, (explanation, throttle), (Capacity::Service, Office::Service), found)
    }

    /// Slows a key or an agreement down by rule, within the act of the rule, for the days of the profile; `None` where
    /// it has ended, is stopped, or is slowed down already.
    pub(in crate::cases) fn throttle_by_rule(
        &mut self,
        target: HoldTarget,
        explanation: String,
    ) -> Result<Option<Hold>, CaseError> {
        let found = self.find(target)?;
        let is_held = holds::in_force(self.conn, target)?.iter().any(|hold| hold.reason == HoldReason::Misuse);
        match self.must_be_holdable(target, &found) {
            Err(CaseError::Refused(_)) => return Ok(None),
            other => other?,
        }
        if is_held {
            return Ok(None);
        }
        let throttle = self.throttle_until(None)?;
        self.place_by_rule((target, Some(throttle)), explanation, &found).map(Some)
    }

    /// A throttle of the profile's strength up to this day, or for the days of the profile.
    ///
    /// # Errors
    /// `throttle_days`.
    pub(in crate::cases) fn throttle_until(&self, until: Option<Day>) -> Result<Throttle, CaseError> {
        let ThrottleDefaults { percent, days, days_max } = self.desk.profile.throttle;
        let today = day_in(self.desk.profile.zone, self.now);
        let after = |days: u16| today.checked_add_days(chrono::Days::new(u64::from(days))).unwrap_or(today);
        let until = until.unwrap_or_else(|| after(days));
        if until < today || until > after(days_max) {
            let message = format!("Choose a day from today on, within {days_max} days.");
            return Err(Invalid::new("throttle_until", "throttle_days", message).into());
        }
        Ok(Throttle { percent, until })
    }
}
