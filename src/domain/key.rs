//! A key: what it may do, how it is rolled, revoked and killed, and why an act on it is refused. Holds live outside
//! (a key works only with none on it, on its agreement or on its requester) and are passed in where they matter.

pub mod text;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

pub use self::text::{Digest, KeyText, Malformed, Mode};
use crate::domain::id::{AccountId, AgreementId, KeyId};
use crate::domain::limits::Limits;
use crate::domain::net::CidrList;
use crate::domain::refusal::Refusal;
use crate::domain::scope::Scope;
use crate::domain::text::is_unreadable;
use crate::domain::time::Instant;

/// The longest overlap of a roll, in days, during which both keys work.
pub const OVERLAP_MAX_DAYS: u8 = 7;
/// The longest name of a key, in characters.
pub const NAME_MAX: usize = 80;

/// A key as the desk keeps it; its text exists only in its holder's hands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// Names the key in pages, headers and the audit.
    pub id: KeyId,
    /// The agreement it acts under.
    pub agreement: AgreementId,
    /// What its holder calls it.
    pub name: String,
    /// Live or test.
    pub mode: Mode,
    /// First and last four characters, to tell keys apart.
    pub hint: String,
    /// SHA-256 of its text.
    pub digest: Digest,
    /// What it opens, never more than the agreement's schedules.
    pub scopes: Vec<Scope>,
    /// Its own limits, beside those of the agreement.
    pub limits: Limits,
    /// Where it may be used from; an empty list restricts nothing.
    pub networks: CidrList,
    /// From when it no longer works; without one it ends with its agreement.
    pub expires_at: Option<Instant>,
    /// Where it is in its life.
    pub state: KeyState,
    /// The key it was rolled from.
    pub predecessor: Option<KeyId>,
    /// The first key of its chain of rolls, itself where it was not rolled. Its own limits are counted under this name,
    /// so that the overlap of a roll never doubles them.
    pub lineage: KeyId,
    /// Counts its changes, for compare-and-set.
    pub version: i64,
    /// When it was issued.
    pub created_at: Instant,
}

/// Where a key is in its life. Each state says since when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum KeyState {
    /// In force.
    Active,
    /// Rolled: its successor is in force, and this one works until `at`.
    Superseded {
        /// From when it no longer works.
        at: Instant,
        /// The key that took its place.
        successor: KeyId,
    },
    /// Revoked for good.
    Revoked {
        /// From when it no longer works.
        at: Instant,
        /// By whom.
        by: Revoker,
        /// Why, in words for its holder.
        reason: String,
    },
    /// Its time is over and that was recorded.
    Expired {
        /// When it was to end.
        at: Instant,
    },
}

impl KeyState {
    /// The word for columns, JSON and filters.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Superseded { .. } => "superseded",
            Self::Revoked { .. } => "revoked",
            Self::Expired { .. } => "expired",
        }
    }
}

/// Who ended a key. Automation never does: it may only hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "account", rename_all = "snake_case")]
pub enum Revoker {
    /// The requester or a member of the same organisation.
    Holder(AccountId),
    /// Staff of a department.
    Office(AccountId),
    /// Whoever held its text; no login was needed.
    Possession,
}

/// What an agreement allows its keys.
#[derive(Clone, Copy, Debug)]
pub struct Allowance<'a> {
    /// Every scope of its schedules.
    pub scopes: &'a [Scope],
    /// The limits of each schedule.
    pub limits: &'a [Limits],
    /// When the agreement ends.
    pub ends_at: Option<Instant>,
}

/// What makes a new key. Scopes, limits and expiry are checked against the allowance.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// Names the key.
    pub id: KeyId,
    /// The agreement it acts under.
    pub agreement: AgreementId,
    /// What its holder calls it.
    pub name: String,
    /// Live or test.
    pub mode: Mode,
    /// First and last four characters.
    pub hint: String,
    /// SHA-256 of its text.
    pub digest: Digest,
    /// What it opens.
    pub scopes: Vec<Scope>,
    /// Its own limits.
    pub limits: Limits,
    /// Where it may be used from.
    pub networks: CidrList,
    /// From when it no longer works.
    pub expires_at: Option<Instant>,
}

/// The key that takes another's place. What is `None` is taken over; what is given may only be narrower.
#[derive(Clone, Debug)]
pub struct Successor {
    /// Names the new key.
    pub id: KeyId,
    /// First and last four characters of its text.
    pub hint: String,
    /// SHA-256 of its text.
    pub digest: Digest,
    /// Fewer scopes.
    pub scopes: Option<Vec<Scope>>,
    /// Narrower limits.
    pub limits: Option<Limits>,
    /// An earlier expiry.
    pub expires_at: Option<Instant>,
}

/// What may be done to a key.
#[derive(Clone, Debug)]
pub enum KeyCommand {
    /// Puts a successor in its place; both work for `overlap_days`.
    Roll {
        /// The new key.
        successor: Box<Successor>,
        /// 0 to [`OVERLAP_MAX_DAYS`].
        overlap_days: u8,
    },
    /// Ends it for good.
    Revoke {
        /// The person who does.
        by: Revoker,
        /// Why.
        reason: String,
    },
    /// Ends it on the word of whoever showed its text.
    Kill,
    /// Sets where it may be used from.
    Restrict {
        /// The networks.
        networks: CidrList,
    },
    /// Calls it something else.
    Rename {
        /// The name.
        name: String,
    },
    /// Brings it under the agreement that superseded its own, as far as that one allows it.
    Carry {
        /// The new agreement.
        to: AgreementId,
        /// Every scope of its schedules.
        scopes: Vec<Scope>,
        /// When it ends.
        ends_at: Option<Instant>,
    },
    /// Records that its time is over.
    Expire,
}

/// What a command leads to: the key as it is to be saved, and the key that takes its place, if one does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyChange {
    /// The key with its next state and version.
    pub key: Key,
    /// The key issued in its place by a roll.
    pub successor: Option<Key>,
}

/// Whether a key can still be acted on at an instant, and if not, why.
enum Life {
    InForce,
    Overlapping,
    Ended(&'static str),
}

impl Key {
    /// Issues a key within what its agreement allows.
    pub fn issue(new: NewKey, allowance: &Allowance<'_>, now: Instant) -> Result<Self, Refusal> {
        let name = checked_name(&new.name)?;
        if new.scopes.is_empty() {
            return Err(Refusal::new("key_scopes_missing", "a key needs at least one scope"));
        }
        if let Some(scope) = new.scopes.iter().find(|scope| !allowance.scopes.contains(scope)) {
            return Err(Refusal::new("key_scope_exceeds", format!("the agreement does not cover {scope}")));
        }
        check_limits(&new.limits, allowance.limits)?;
        if is_later(new.expires_at.or(allowance.ends_at), allowance.ends_at) {
            return Err(Refusal::new("key_expiry_exceeds", "a key cannot outlive its agreement"));
        }
        if new.expires_at.or(allowance.ends_at).is_some_and(|ends| ends <= now) {
            return Err(Refusal::new("key_expiry_past", "the key would already have expired"));
        }
        Ok(Self {
            id: new.id,
            agreement: new.agreement,
            name,
            mode: new.mode,
            hint: new.hint,
            digest: new.digest,
            scopes: new.scopes,
            limits: new.limits,
            networks: new.networks,
            expires_at: new.expires_at,
            state: KeyState::Active,
            predecessor: None,
            lineage: new.id,
            version: 1,
            created_at: now,
        })
    }

    /// What `command` leads to, or why it may not be. `is_held` says whether any hold lies on the key, on its
    /// agreement or on its requester: a held key cannot be rolled, or a roll would escape the hold.
    pub fn decide(&self, command: KeyCommand, is_held: bool, now: Instant) -> Result<KeyChange, Refusal> {
        let life = self.life(now);
        match (command, life) {
            (KeyCommand::Expire, _) => self.expire(now),
            (_, Life::Ended(why)) => Err(Refusal::new("key_ended", format!("this key {why}"))),
            (KeyCommand::Roll { .. }, Life::Overlapping) => {
                Err(Refusal::new("key_already_rolled", "this key was already rolled; roll its successor"))
            }
            (KeyCommand::Roll { successor, overlap_days }, Life::InForce) => {
                self.roll(*successor, overlap_days, is_held, now)
            }
            (KeyCommand::Revoke { by, reason }, Life::InForce | Life::Overlapping) => {
                Ok(self.becoming(KeyState::Revoked { at: now, by, reason }))
            }
            (KeyCommand::Kill, Life::InForce | Life::Overlapping) => {
                let reason = "Somebody who held its text ended it.".to_owned();
                Ok(self.becoming(KeyState::Revoked { at: now, by: Revoker::Possession, reason }))
            }
            (KeyCommand::Restrict { networks }, Life::InForce | Life::Overlapping) => {
                let mut change = self.becoming(self.state.clone());
                change.key.networks = networks;
                Ok(change)
            }
            (KeyCommand::Rename { name }, Life::InForce | Life::Overlapping) => {
                let mut change = self.becoming(self.state.clone());
                change.key.name = checked_name(&name)?;
                Ok(change)
            }
            (KeyCommand::Carry { to, scopes, ends_at }, Life::InForce | Life::Overlapping) => {
                self.carry(to, &scopes, ends_at)
            }
        }
    }

    /// The instant from which the key does not work, as far as its own state and expiry tell.
    #[must_use]
    pub fn ends_at(&self) -> Option<Instant> {
        match &self.state {
            KeyState::Active => self.expires_at,
            KeyState::Superseded { at, .. } => Some(self.expires_at.map_or(*at, |expiry| expiry.min(*at))),
            KeyState::Revoked { at, .. } | KeyState::Expired { at } => Some(*at),
        }
    }

    /// Whether it works at `now`, as far as its own state and expiry tell.
    #[must_use]
    pub fn works_at(&self, now: Instant) -> bool {
        self.ends_at().is_none_or(|end| now < end)
    }

    fn life(&self, now: Instant) -> Life {
        match &self.state {
            KeyState::Revoked { .. } => Life::Ended("was revoked"),
            KeyState::Expired { .. } => Life::Ended("has expired"),
            KeyState::Active | KeyState::Superseded { .. } if self.expires_at.is_some_and(|at| at <= now) => {
                Life::Ended("has expired")
            }
            KeyState::Superseded { at, .. } if *at <= now => Life::Ended("was replaced by its successor"),
            KeyState::Superseded { .. } => Life::Overlapping,
            KeyState::Active => Life::InForce,
        }
    }

    fn expire(&self, now: Instant) -> Result<KeyChange, Refusal> {
        match (&self.state, self.expires_at) {
            (KeyState::Active | KeyState::Superseded { .. }, Some(at)) if at <= now => {
                Ok(self.becoming(KeyState::Expired { at }))
            }
            (KeyState::Active | KeyState::Superseded { .. }, _) => {
                Err(Refusal::new("key_not_due", "this key's time is not over"))
            }
            (KeyState::Revoked { .. } | KeyState::Expired { .. }, _) => {
                Err(Refusal::new("key_ended", "this key has ended already"))
            }
        }
    }

    fn roll(&self, new: Successor, overlap_days: u8, is_held: bool, now: Instant) -> Result<KeyChange, Refusal> {
        if is_held {
            return Err(Refusal::new("key_held", "a key that is suspended or slowed down cannot be rolled"));
        }
        if overlap_days > OVERLAP_MAX_DAYS {
            return Err(Refusal::new("key_overlap", format!("the overlap is 0 to {OVERLAP_MAX_DAYS} days")));
        }
        let scopes = new.scopes.unwrap_or_else(|| self.scopes.clone());
        if scopes.is_empty() || scopes.iter().any(|scope| !self.scopes.contains(scope)) {
            return Err(Refusal::new("key_scope_exceeds", "a successor has no other scopes than its predecessor"));
        }
        let limits = new.limits.unwrap_or_else(|| self.limits.clone());
        if !narrows(&limits, &self.limits) {
            return Err(Refusal::new("key_limit_exceeds", "a successor has no wider limits than its predecessor"));
        }
        let expires_at = new.expires_at.or(self.expires_at);
        if is_later(expires_at, self.expires_at) {
            return Err(Refusal::new("key_expiry_exceeds", "a successor does not outlive its predecessor"));
        }
        if expires_at.is_some_and(|at| at <= now) {
            return Err(Refusal::new("key_expiry_past", "the key would already have expired"));
        }
        let successor = Self {
            id: new.id,
            hint: new.hint,
            digest: new.digest,
            scopes,
            limits,
            expires_at,
            state: KeyState::Active,
            predecessor: Some(self.id),
            version: 1,
            created_at: now,
            ..self.clone()
        };
        let at = now + TimeDelta::days(i64::from(overlap_days));
        let mut change = self.becoming(KeyState::Superseded { at, successor: new.id });
        change.successor = Some(successor);
        Ok(change)
    }

    fn carry(&self, to: AgreementId, scopes: &[Scope], ends_at: Option<Instant>) -> Result<KeyChange, Refusal> {
        let mut change = self.becoming(self.state.clone());
        change.key.agreement = to;
        change.key.scopes.retain(|scope| scopes.contains(scope));
        if change.key.scopes.is_empty() {
            return Err(Refusal::new("key_scope_exceeds", "the new agreement covers none of the key's scopes"));
        }
        if is_later(self.expires_at, ends_at) {
            // None means: with its agreement.
            change.key.expires_at = None;
        }
        Ok(change)
    }

    fn becoming(&self, state: KeyState) -> KeyChange {
        KeyChange { key: Self { state, version: self.version + 1, ..self.clone() }, successor: None }
    }
}

fn checked_name(name: &str) -> Result<String, Refusal> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME_MAX || name.chars().any(is_unreadable) {
        return Err(Refusal::new("key_name", format!("a key needs a name of at most {NAME_MAX} characters")));
    }
    Ok(name.to_owned())
}

/// A key's own limits must be able to bind under at least one schedule it acts under; each schedule holds in any case.
fn check_limits(limits: &Limits, schedules: &[Limits]) -> Result<(), Refusal> {
    let refused = |problem: crate::domain::limits::LimitProblem| Refusal::new("key_limit_exceeds", problem.to_string());
    let mut problem = None;
    for schedule in schedules {
        match limits.within(schedule) {
            Ok(()) => return Ok(()),
            Err(found) => problem = problem.or(Some(found)),
        }
    }
    problem.map_or(Ok(()), |found| Err(refused(found)))
}

/// Whether each of the older limits is still there, or a tighter one of the same window.
fn narrows(limits: &Limits, older: &Limits) -> bool {
    let kept = |old: &crate::domain::limits::Limit| {
        limits
            .as_slice()
            .iter()
            .any(|new| new.window == old.window && new.max <= old.max && new.burst_max() <= old.burst_max())
    };
    limits.within(older).is_ok() && older.as_slice().iter().all(kept)
}

/// Whether an end is later than another, where none means never.
fn is_later(end: Option<Instant>, than: Option<Instant>) -> bool {
    match (end, than) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(end), Some(than)) => end > than,
    }
}

#[cfg(test)]
mod tests;
