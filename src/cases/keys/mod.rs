//! Keys in the hands of people: issue, roll, rename, restrict, revoke, and kill by possession.
//!
//! A key's text leaves this room once, in the answer to the act that made it. Every act locks the key's agreement first
//! (only the idempotency key comes before it), so that two of them never meet: a roll cannot slip past a hold, nor an
//! issue past a termination.

pub mod access;
pub mod clocks;
pub mod form;
pub mod succession;
#[cfg(test)]
pub(in crate::cases) mod tests;

use super::writing::{Side, key_named};
use crate::domain::letter::to_plain;
use secrecy::SecretString;
use serde_json::json;

pub use self::access::{KeyView, list, list_mine, view};
pub use self::form::{KeyForm, KeyWish, RollForm, RollWish};
use super::{Caller, CaseError, Desk, Touched, Work};
use crate::domain::agreement::Agreement;
use crate::domain::application::ItemState;
use crate::domain::audit::{About, Act};
use crate::domain::hold::{Hold, HoldTarget};
use crate::domain::id::{AgreementId, KeyId};
use crate::domain::key::{Allowance, Digest, Key, KeyCommand, KeyState, KeyText, NewKey, Revoker, Successor};
use crate::domain::limits::Limits;
use crate::domain::net::CidrList;
use crate::domain::notice::{Notice, NoticeKind};
use crate::domain::people::{Capacity, must_not_be_party};
use crate::domain::refusal::Refusal;
use crate::domain::review::Decision;
use crate::domain::scope::Scope;
use crate::domain::text::Prose;
use crate::domain::time::Instant;
use crate::store::keys::StoredKey;
use crate::store::{StoreError, applications, complaints, datasets, holds, keys, people, renewals, terms};

/// Working keys of one agreement; the overlap of a roll may exceed it for its days.
pub const LIVE_KEYS_MAX: usize = 20;
/// What stands in place of a text that was shown before.
pub const SHOWN_ONCE: &str = "The text of this key was shown once, when it was made, and is kept nowhere. \
     If it was lost, revoke this key and make another.";
/// The longest reason.
const REASON_MAX: usize = 2_000;

const ISSUE: &str = "key.issue";
const ROLL: &str = "key.roll";

/// A key just issued.
#[derive(Debug)]
pub struct Issued {
    /// The key.
    pub key: Key,
    /// Its text; `None` when the same request was answered before, see [`SHOWN_ONCE`].
    pub text: Option<SecretString>,
}

/// What killing a key by its text came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Killed {
    /// It worked until now.
    Now,
    /// It had ended before.
    Before,
}

/// Issues a key under an agreement of the caller or their organisation. A repeat under the same idempotency key gives
/// the same key without its text.
///
/// # Errors
/// `agreement_not_live`, `agreement_held`, `dataset_paused`, `terms_not_accepted`, `own_approval`, `too_many_keys`, those of
/// [`Key::issue`]; [`CaseError::Missing`] for anybody else's agreement.
pub fn create(desk: &Desk, caller: &Caller, agreement: AgreementId, wish: &KeyWish) -> Result<Issued, CaseError> {
    desk.act(caller, |work| {
        let before = work.done_before(ISSUE, &(agreement, wish))?;
        let agreement = work.own_agreement(agreement)?;
        if let Some(done) = before {
            return work.issued_before(&done);
        }
        work.must_be_issuable(&agreement)?;
        let present = keys::of_agreement(work.conn, agreement.id)?;
        if present.iter().filter(|stored| stored.key.works_at(work.now)).count() >= LIVE_KEYS_MAX {
            let detail = format!("This agreement has {LIVE_KEYS_MAX} working keys. Revoke one first.");
            return Err(Refusal::new("too_many_keys", detail).into());
        }
        work.must_not_be_paused(&wish.scopes)?;
        let text = work.new_key_text(wish.mode);
        let key = issue(work, &agreement, wish, &text)?;
        keys::insert(work.conn, &key, agreement.requester)?;
        let act = key_act(ISSUE, Capacity::Requester, &key, &agreement).change(json!(null), facts(&key));
        work.record(act)?;
        work.notify(&notice(NoticeKind::KeyCreated, &key, &agreement))?;
        work.touch(Touched::Key(key.id));
        work.remember(&key.id.to_string())?;
        Ok(Issued { key, text: Some(SecretString::from(text.reveal())) })
    })
}

fn issue(work: &mut Work<'_>, agreement: &Agreement, wish: &KeyWish, text: &KeyText) -> Result<Key, CaseError> {
    let (scopes, limits) = (access::scopes(agreement), access::limits_for(agreement, &wish.scopes));
    let ends_at = agreement.execution().map(|execution| execution.ends_at);
    let new = NewKey {
        id: work.new_id(),
        agreement: agreement.id,
        name: wish.name.clone(),
        mode: wish.mode,
        hint: text.hint(),
        digest: text.digest(),
        scopes: wish.scopes.clone(),
        limits: wish.limits.clone(),
        networks: wish.networks.clone(),
        expires_at: wish.expires_at,
    };
    let allowance = Allowance { scopes: &scopes, limits: &limits, ends_at };
    Ok(Key::issue(new, &allowance, work.now)?)
}

/// Puts a successor in a key's place; both work for the overlap. A repeat under the same idempotency key gives the same
/// successor without its text.
///
/// # Errors
/// As [`create`], and those of [`Key::decide`]: `key_held`, `key_ended`, `key_already_rolled`, `key_overlap` …
pub fn roll(desk: &Desk, caller: &Caller, id: KeyId, wish: &RollWish) -> Result<Issued, CaseError> {
    desk.act(caller, |work| {
        let before = work.done_before(ROLL, &(id, wish))?;
        let (stored, agreement) = work.own_key(id)?;
        if let Some(done) = before {
            return work.issued_before(&done);
        }
        let is_held = work.is_held(&stored.key, &agreement)?;
        let text = work.new_key_text(stored.key.mode);
        let successor = Successor {
            id: work.new_id(),
            hint: text.hint(),
            digest: text.digest(),
            scopes: wish.scopes.clone(),
            limits: wish.limits.clone(),
            expires_at: wish.expires_at,
        };
        let command = KeyCommand::Roll { successor: Box::new(successor), overlap_days: wish.overlap_days };
        let change = stored.key.decide(command, is_held, work.now)?;
        work.must_be_issuable(&agreement)?;
        let successor = change.successor.ok_or(CaseError::Store(StoreError::Missing))?;
        work.must_not_be_paused(&successor.scopes)?;
        keys::update(work.conn, &change.key)?;
        keys::insert(work.conn, &successor, agreement.requester)?;
        let act = key_act(ROLL, Capacity::Requester, &change.key, &agreement);
        work.record(act.change(facts(&stored.key), json!({ "old": facts(&change.key), "new": facts(&successor) })))?;
        let until = change.key.ends_at().map(|at| work.written(at)).unwrap_or_default();
        let told = notice(NoticeKind::KeyRolled, &change.key, &agreement).with("until", until);
        work.notify(&told.with("path", path(&successor)))?;
        work.touch(Touched::Key(id));
        work.touch(Touched::Key(successor.id));
        work.remember(&successor.id.to_string())?;
        Ok(Issued { key: successor, text: Some(SecretString::from(text.reveal())) })
    })
}

/// Calls a key something else. `version` is the one the caller saw.
///
/// # Errors
/// `key_name`, `key_ended`, [`CaseError::Stale`], [`CaseError::Missing`].
pub fn rename(desk: &Desk, caller: &Caller, id: KeyId, name: &str, version: i64) -> Result<Key, CaseError> {
    edit(desk, caller, (id, version), "key.rename", KeyCommand::Rename { name: name.to_owned() })
}

/// Sets the networks a key may be used from; an empty list restricts nothing. `version` is the one the caller saw.
///
/// # Errors
/// `key_ended`, [`CaseError::Stale`], [`CaseError::Missing`].
pub fn restrict(desk: &Desk, caller: &Caller, id: KeyId, networks: CidrList, version: i64) -> Result<Key, CaseError> {
    edit(desk, caller, (id, version), "key.restrict", KeyCommand::Restrict { networks })
}

fn edit(
    desk: &Desk,
    caller: &Caller,
    (id, version): (KeyId, i64),
    act: &'static str,
    command: KeyCommand,
) -> Result<Key, CaseError> {
    desk.act(caller, |work| {
        let (stored, agreement) = work.own_key(id)?;
        if stored.key.version != version {
            return Err(CaseError::Stale);
        }
        let change = stored.key.decide(command, false, work.now)?;
        keys::update(work.conn, &change.key)?;
        let act = key_act(act, Capacity::Requester, &change.key, &agreement);
        work.record(act.change(facts(&stored.key), facts(&change.key)))?;
        work.touch(Touched::Key(id));
        Ok(change.key)
    })
}

/// Revokes a key of the caller or their organisation, for good.
///
/// # Errors
/// `key_ended`, [`CaseError::Missing`], an over-long reason.
pub fn revoke(desk: &Desk, caller: &Caller, id: KeyId, reason: &str) -> Result<(), CaseError> {
    let me = caller.actor.account.ok_or(CaseError::Missing)?;
    let reason = if reason.trim().is_empty() { "Revoked by its holder." } else { reason };
    let reason = Prose::<REASON_MAX>::parse("reason", reason)?.into_string();
    desk.act(caller, |work| {
        let (stored, agreement) = work.own_key(id)?;
        let command = KeyCommand::Revoke { by: Revoker::Holder(me), reason };
        work.end_key(&stored, &agreement, command, ("key.revoke", Capacity::Requester))
    })
}

/// Revokes a key as the manager of a department with a schedule in its agreement. The holder reads the reason.
///
/// # Errors
/// A missing reason, `own_application`, `key_ended`; [`CaseError::Missing`] for other offices.
pub fn revoke_as_manager(desk: &Desk, caller: &Caller, id: KeyId, reason: &str) -> Result<(), CaseError> {
    let me = caller.actor.account.ok_or(CaseError::Missing)?;
    let reason = Prose::<REASON_MAX>::parse("reason", reason)?.into_string();
    desk.act(caller, |work| {
        let (stored, agreement) = work.locked_key(id)?;
        let capacity = access::as_manager(&caller.actor, &agreement)?;
        must_not_be_party(&caller.actor, agreement.requester, agreement.organisation)?;
        let command = KeyCommand::Revoke { by: Revoker::Office(me), reason };
        work.end_key(&stored, &agreement, command, ("key.revoke", capacity))
    })
}

/// Kills a key on the word of whoever shows its text; no login is needed. The holder is told.
///
/// # Errors
/// `key_malformed`, computed without a look-up; `key_unknown`.
pub fn kill_text(desk: &Desk, caller: &Caller, text: &str) -> Result<Killed, CaseError> {
    let text = KeyText::parse(text.trim(), desk.profile.key_prefix.as_str())
        .or(Err(Refusal::new("key_malformed", "This is not a key of this place: check that all of it was copied.")))?;
    kill(desk, caller, &text.digest())
}

/// Kills the key with this digest, see [`kill_text`]; for doors that have recognised the text already.
///
/// # Errors
/// `key_unknown`.
pub fn kill(desk: &Desk, caller: &Caller, digest: &Digest) -> Result<Killed, CaseError> {
    desk.act(caller, |work| {
        let unknown = || CaseError::from(Refusal::new("key_unknown", "No key of this text is known here."));
        let known = keys::by_digest(work.conn, digest);
        let found =
            known.map_err(|error| if matches!(error, StoreError::Missing) { unknown() } else { error.into() })?;
        let (stored, agreement) = work.locked_key(found.key.id)?;
        if !stored.key.works_at(work.now) {
            return Ok(Killed::Before);
        }
        work.end_key(&stored, &agreement, KeyCommand::Kill, ("key.kill", Capacity::Visitor))?;
        Ok(Killed::Now)
    })
}

impl Work<'_> {
    /// An agreement of the caller or their organisation, locked.
    pub(super) fn own_agreement(&mut self, id: AgreementId) -> Result<Agreement, CaseError> {
        let agreement = keys::locked_agreement(self.conn, id)?;
        access::as_party(&self.caller.actor, &agreement)?;
        Ok(agreement)
    }

    /// A key with its agreement, locked, whoever asks.
    pub(super) fn locked_key(&mut self, id: KeyId) -> Result<(StoredKey, Agreement), CaseError> {
        let under = keys::by_id(self.conn, id)?.key.agreement;
        let agreement = keys::locked_agreement(self.conn, under)?;
        // Read again: it may have changed while the lock was waited for.
        Ok((keys::by_id(self.conn, id)?, agreement))
    }

    fn own_key(&mut self, id: KeyId) -> Result<(StoredKey, Agreement), CaseError> {
        let (stored, agreement) = self.locked_key(id)?;
        access::as_party(&self.caller.actor, &agreement)?;
        Ok((stored, agreement))
    }

    fn is_held(&mut self, key: &Key, agreement: &Agreement) -> Result<bool, CaseError> {
        let on_key = holds::in_force(self.conn, HoldTarget::Key(key.id))?;
        // A key that is slowed down is not rolled either: its successor would be a way out.
        Ok(!on_key.is_empty() || holds::on_agreement_or_party(self.conn, agreement)?.iter().any(Hold::stops))
    }

    fn new_key_text(&self, mode: crate::domain::key::Mode) -> KeyText {
        let mut random = zeroize::Zeroizing::new([0_u8; 32]);
        (self.desk.randomness)(random.as_mut());
        KeyText::make(self.desk.profile.key_prefix.as_str(), mode, &random)
    }

    fn issued_before(&mut self, key: &str) -> Result<Issued, CaseError> {
        let id =
            key.parse().map_err(|error: uuid::Error| StoreError::Corrupt { what: "id", why: error.to_string() })?;
        Ok(Issued { key: keys::by_id(self.conn, id)?.key, text: None })
    }

    /// What must hold at the moment a key is issued, whatever was true when the agreement was made.
    fn must_be_issuable(&mut self, agreement: &Agreement) -> Result<(), CaseError> {
        if !agreement.is_live(self.now) {
            return Err(
                Refusal::new("agreement_not_live", "Keys are issued only while their agreement is in force.").into()
            );
        }
        if holds::on_agreement_or_party(self.conn, agreement)?.iter().any(Hold::stops) {
            let detail = "The agreement or its requester is suspended. Read the reasons and answer them first.";
            return Err(Refusal::new("agreement_held", detail).into());
        }
        let accepted = terms::by_id(self.conn, agreement.terms_accepted())?;
        let is_newer = |version: &crate::domain::terms::TermsVersion| {
            version.material && version.number > accepted.number && version.effective_at <= self.now
        };
        if terms::versions(self.conn, accepted.family)?.iter().any(is_newer) {
            let detail = "New terms are in force that this agreement was not signed under. Accept them first.";
            return Err(Refusal::new("terms_not_accepted", detail).into());
        }
        self.nobody_approved_for_themselves(agreement)
    }

    /// A new key would open what a pause has stopped.
    fn must_not_be_paused(&mut self, scopes: &[Scope]) -> Result<(), CaseError> {
        for pause in complaints::pauses(self.conn)? {
            let slug = datasets::by_id(self.conn, pause.dataset)?.slug;
            if scopes.iter().any(|scope| scope.dataset() == slug) {
                let detail = format!("“{}” is paused for every key ({}): {}", pause.title, pause.number, pause.reason);
                return Err(Refusal::new("dataset_paused", detail).into());
            }
        }
        Ok(())
    }

    /// Who approved must not be the requester or in the requester's organisation now, however that came about since.
    fn nobody_approved_for_themselves(&mut self, agreement: &Agreement) -> Result<(), CaseError> {
        let application = applications::by_id(self.conn, agreement.application)?;
        let decided = application.items.iter().flat_map(|item| decisions(&item.state)).map(|decision| decision.by);
        let renewed = renewals::that_made(self.conn, agreement.id)?;
        let confirmed = renewed.iter().flat_map(crate::domain::renewal::Renewal::confirmations).map(|one| one.by);
        for by in decided.chain(confirmed) {
            let decider = people::account_by_id(self.conn, by)?;
            let shares = agreement.organisation.is_some() && decider.organisation == agreement.organisation;
            if by == agreement.requester || Some(by) == self.caller.actor.account || shares {
                let detail = "Somebody of the requester's side decided on this. Another manager must decide again.";
                return Err(Refusal::new("own_approval", detail).into());
            }
        }
        Ok(())
    }

    pub(super) fn end_key(
        &mut self,
        stored: &StoredKey,
        agreement: &Agreement,
        command: KeyCommand,
        (act, capacity): (&'static str, Capacity),
    ) -> Result<(), CaseError> {
        let key = stored.key.decide(command, false, self.now)?.key;
        keys::update(self.conn, &key)?;
        let reason = match &key.state {
            KeyState::Revoked { reason, .. } => reason.clone(),
            KeyState::Active | KeyState::Superseded { .. } | KeyState::Expired { .. } => String::new(),
        };
        let entry = key_act(act, capacity, &key, agreement).change(facts(&stored.key), facts(&key));
        self.record(entry.because(&reason))?;
        let told = notice(NoticeKind::KeyRevoked, &key, agreement).with("reason", &reason);
        let told = if matches!(capacity, Capacity::Staff { .. }) {
            let what = key_named(&key, &agreement.number);
            let (id, path) = (key.id.to_string(), format!("/keys/{}", key.id));
            let draft = self.revocation_letter((what, &path, &reason), ("key", &id), &Side::of(agreement), capacity);
            told.with("letter", to_plain(&self.file_letter(&draft)?.markdown))
        } else {
            told
        };
        self.notify(&told)?;
        self.touch(Touched::Key(key.id));
        Ok(())
    }

    /// An instant as people of the city write it.
    pub(super) fn written(&self, at: Instant) -> String {
        at.with_timezone(&self.desk.profile.zone).format("%B %-d, %Y, %-I:%M %p %Z").to_string()
    }
}

fn decisions(state: &ItemState) -> Vec<&Decision> {
    match state {
        ItemState::Approved { decision, first } => std::iter::once(decision).chain(first).collect(),
        ItemState::Pending { .. } | ItemState::Granted { .. } | ItemState::Denied { .. } => Vec::new(),
    }
}

/// The page of a key.
fn path(key: &Key) -> String {
    format!("/keys/{}", key.id)
}

/// An act on a key, findable by key, agreement, application and holder.
pub(super) fn key_act(name: &'static str, capacity: Capacity, key: &Key, agreement: &Agreement) -> Act {
    Act::new(name, capacity, "key", key.id).about(About {
        application: Some(agreement.application),
        agreement: Some(agreement.id),
        key: Some(key.id),
        person: Some(agreement.requester),
        dataset: None,
    })
}

pub(super) fn notice(kind: NoticeKind, key: &Key, agreement: &Agreement) -> Notice {
    Notice::new(agreement.holder(), kind)
        .with("name", &key.name)
        .with("hint", &key.hint)
        .with("number", &agreement.number)
        .with("path", path(key))
}

/// What the audit keeps of a key: everything but its digest, from which nothing follows but which has no business there.
pub(super) fn facts(key: &Key) -> serde_json::Value {
    let limits: &Limits = &key.limits;
    json!({
        "name": key.name, "mode": key.mode, "hint": key.hint, "scopes": key.scopes, "limits": limits,
        "networks": key.networks, "expires_at": key.expires_at, "state": key.state, "predecessor": key.predecessor,
    })
}
