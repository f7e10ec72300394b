//! Clocks of keys: warn before one expires, and record that its time is over. The gate needs neither; people do.

use chrono::TimeDelta;
use serde_json::json;

use super::{key_act, notice};
use crate::cases::{Caller, CaseError, Desk, Work};
use crate::domain::id::KeyId;
use crate::domain::key::{KeyCommand, KeyState};
use crate::domain::notice::NoticeKind;
use crate::domain::people::Capacity;
use crate::store::keys::StoredKey;
use crate::store::{keys, reminders};

/// Days before its expiry at which a key's holder is warned, the earlier first.
pub const WARNING_DAYS: [i64; 2] = [7, 1];
/// Keys looked at in one round.
const BATCH: i64 = 500;

/// Warns holders of keys that expire soon, at each of [`WARNING_DAYS`] once. A key that was rolled, or that never had so
/// many days, is not warned of.
///
/// # Errors
/// What the store says.
pub fn warn_expiring(desk: &Desk) -> Result<usize, CaseError> {
    let soon = desk.clock.now() + TimeDelta::days(WARNING_DAYS[0]);
    let found = desk.read(|conn| keys::expiring(conn, soon, BATCH))?;
    let mut warned = 0;
    for stored in found.iter().filter(|stored| stored.key.state == KeyState::Active) {
        warned += usize::from(desk.act(&Caller::service("clock"), |work| work.warn(stored))?);
    }
    Ok(warned)
}

impl Work<'_> {
    fn warn(&mut self, stored: &StoredKey) -> Result<bool, CaseError> {
        let key = &stored.key;
        let Some(expires_at) = key.expires_at.filter(|at| *at > self.now) else { return Ok(false) };
        let left = expires_at - self.now;
        let due = WARNING_DAYS.into_iter().rev().find(|days| left <= TimeDelta::days(*days));
        let Some(days) = due.filter(|days| expires_at - key.created_at > TimeDelta::days(*days)) else {
            return Ok(false);
        };
        if !reminders::is_first(self.conn, &format!("key {}", key.id), &format!("{days} days"), self.now)? {
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
