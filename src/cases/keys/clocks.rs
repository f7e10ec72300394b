//! Clocks of keys: warn before one expires, and record that its time is over. The gate needs neither; people do.

use chrono::TimeDelta;
use serde_json::json;

use super::{key_act, notice};
use crate::cases::{Caller, CaseError, Desk, Work};
use crate::domain::id::KeyId;
use crate::domain::key::KeyCommand;
use crate::domain::notice::NoticeKind;
use crate::domain::people::Capacity;
use crate::store::keys::StoredKey;
use crate::store::{keys, reminders};

/// Keys looked at in one round.
const BATCH: i64 = 500;

/// Warns holders of keys that expire soon, on each of the profile's days once, and only on the nearest when several are
/// past. A key that was rolled, or that never had so many days, is not warned of.
///
/// # Errors
/// What the store says.
pub fn warn_expiring(desk: &Desk) -> Result<usize, CaseError> {
    let caller = Caller::service("clock");
    let now = desk.clock.now();
    let mut days = desk.profile.agreement.reminder_days.clone();
    days.sort_unstable();
    let (mut from, mut warned) = (now, 0);
    for day in days.into_iter().map(i64::from) {
        let until = now + TimeDelta::days(day);
        let mark = format!("key ends in {day} days");
        loop {
            let due = desk.read(|conn| keys::expiring_unsaid(conn, (from, until), &mark, BATCH))?;
            for stored in &due {
                warned += usize::from(desk.act(&caller, |work| work.warn(stored, day, &mark))?);
            }
            if i64::try_from(due.len()).unwrap_or(0) < BATCH {
                break;
            }
        }
        from = until;
    }
    Ok(warned)
}

impl Work<'_> {
    /// The mark is kept also where nothing is said, so that the key is not looked at again for it.
    fn warn(&mut self, stored: &StoredKey, days: i64, mark: &str) -> Result<bool, CaseError> {
        let key = &stored.key;
        let Some(expires_at) = key.expires_at.filter(|at| *at > self.now) else { return Ok(false) };
        let is_first = reminders::is_first(self.conn, &key.id.to_string(), mark, self.now)?;
        if !is_first || expires_at - key.created_at <= TimeDelta::days(days) {
            return Ok(false);
        }
        let agreement = crate::store::agreements::by_id(self.conn, key.agreement)?;
        let until = self.written(expires_at);
        self.notify(&notice(NoticeKind::KeyExpiring, key, &agreement).with("days", days).with("until", until))?;
        Ok(true)
    }
}

/// Records of keys that their time is over.
///
/// # Errors
/// What the store says.
pub fn expire_due(desk: &Desk) -> Result<usize, CaseError> {
    let now = desk.clock.now();
    let due = desk.read(|conn| keys::expiring(conn, now, BATCH))?;
    for stored in &due {
        match desk.act(&Caller::service("clock"), |work| work.expire(stored.key.id)) {
            // Somebody ended it meanwhile.
            Ok(()) | Err(CaseError::Refused(_) | CaseError::Stale) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(due.len())
}

impl Work<'_> {
    fn expire(&mut self, id: KeyId) -> Result<(), CaseError> {
        let (stored, agreement) = self.locked_key(id)?;
        let key = stored.key.decide(KeyCommand::Expire, false, self.now)?.key;
        keys::update(self.conn, &key)?;
        let act = key_act("key.expire", Capacity::Service, &key, &agreement);
        self.record(act.change(json!({ "state": stored.key.state.as_str() }), json!({ "state": key.state.as_str() })))?;
        self.touch(crate::cases::Touched::Key(id));
        Ok(())
    }
}
