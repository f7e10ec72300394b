//! What people see rather than what is counted: the text of a key found in the open, a planted record seen elsewhere, and
//! the keys that are planted. Each sighting becomes a signal of the rule that is about it; a case is opened by a person.

use super::{Caller, CaseError, Desk, Work};
use crate::domain::audit::{About, Act};
use crate::domain::id::KeyId;
use crate::domain::misuse::SignalKind;
use crate::domain::people::{Capacity, Role};
use crate::domain::refusal::Refusal;
use crate::domain::text::Prose;
use crate::store::misuse::{self as books, Canary};
use crate::store::{StoreError, agreements, keys};

/// Longest text of a sighting.
pub const NOTE_MAX: usize = 2_000;

/// What was seen, as typed.
#[derive(Clone, Debug)]
pub struct Sighting {
    /// Whether it is a leaked key or a planted record.
    pub kind: SignalKind,
    /// The agreement's number.
    pub agreement: String,
    /// The key's hint: its first and last characters as they are shown.
    pub hint: String,
    /// What was seen and where.
    pub note: String,
}

/// Reports what somebody of the city saw, as a manager or reviewer of a department with data in the agreement, or as the
/// clerk. Returns how many rules spoke: none, where one spoke of this key a short while ago.
///
/// # Errors
/// A missing note, `kind_not_told`, `key_not_found`; [`CaseError::Missing`] for other offices.
pub fn report(desk: &Desk, caller: &Caller, sighting: &Sighting) -> Result<usize, CaseError> {
    let note = Prose::<NOTE_MAX>::parse("note", &sighting.note)?.into_string();
    if !matches!(sighting.kind, SignalKind::LeakReport | SignalKind::CanaryRecord) {
        return Err(Refusal::new("kind_not_told", "Choose a leaked key or a planted record.").into());
    }
    desk.act(caller, |work| {
        let (key, capacity, about) = work.seen_key(&sighting.agreement, &sighting.hint)?;
        let act = Act::new("misuse.sighting", capacity, "key", key).about(about);
        work.record(act.because(&note))?;
        work.tell_event(sighting.kind, key, &note)
    })
}

/// Watches a key as planted: nobody has it, so any call with it is a sign.
///
/// # Errors
/// A missing place, `key_not_found`, `planted_already`; [`CaseError::Missing`] for other offices.
pub fn plant(desk: &Desk, caller: &Caller, (agreement, hint): (&str, &str), planted: &str) -> Result<(), CaseError> {
    let planted = Prose::<NOTE_MAX>::parse("planted", planted)?.into_string();
    desk.act(caller, |work| {
        let (key, capacity, about) = work.seen_key(agreement, hint)?;
        let canary = Canary { key, planted, at: work.now, by_name: work.caller.actor.name.clone() };
        books::plant(work.conn, &canary).map_err(|error| {
            if matches!(error, StoreError::Taken) {
                CaseError::from(Refusal::new("planted_already", "This key is watched as planted already."))
            } else {
                error.into()
            }
        })?;
        work.record(Act::new("key.plant", capacity, "key", key).about(about).because(&canary.planted))
    })
}

impl Work<'_> {
    /// The key of an agreement with this hint, where the caller's office has a part in it.
    fn seen_key(&mut self, number: &str, hint: &str) -> Result<(KeyId, Capacity, About), CaseError> {
        let not_found = || {
            Refusal::new(
                "key_not_found",
                "No key with this hint stands under an agreement of this number that your office has a part in.",
            )
        };
        let agreement = agreements::by_number(self.conn, number.trim()).map_err(|error| {
            if matches!(error, StoreError::Missing) { CaseError::from(not_found()) } else { error.into() }
        })?;
        let actor = &self.caller.actor;
        let own = actor.departments(&[Role::Manager, Role::Reviewer]);
        let department = agreement.schedules.iter().map(|schedule| schedule.department).find(|one| own.contains(one));
        let capacity = match department {
            Some(department) => actor.acting_for(&[Role::Manager, Role::Reviewer], department)?,
            None => actor.acting_as(Role::Clerk).map_err(|_not_theirs| CaseError::from(not_found()))?,
        };
        let hint = hint.trim();
        let all = keys::of_agreement(self.conn, agreement.id)?;
        let found = all.into_iter().find(|stored| !hint.is_empty() && stored.key.hint == hint);
        let key = found.ok_or_else(not_found)?.key.id;
        let about = About {
            application: Some(agreement.application),
            agreement: Some(agreement.id),
            key: Some(key),
            dataset: None,
            person: Some(agreement.requester),
        };
        Ok((key, capacity, about))
    }
}

/// The planted keys, with their hints, for clerks, auditors, managers and reviewers.
///
/// # Errors
/// [`CaseError::Missing`] for everybody else.
pub fn planted(desk: &Desk, caller: &Caller) -> Result<Vec<(Canary, String)>, CaseError> {
    let roles = [Role::Clerk, Role::Auditor, Role::Manager, Role::Reviewer];
    if !roles.into_iter().any(|role| caller.actor.holds_anywhere(role)) {
        return Err(CaseError::Missing);
    }
    desk.read(|conn| {
        let all = books::canaries(conn)?;
        all.into_iter().map(|canary| Ok((canary.clone(), keys::by_id(conn, canary.key)?.key.hint))).collect()
    })
}
