//! What errands of every kind have in common: asking for one, calling it off, taking the next, keeping how far it is and
//! bringing it to its end. What a kind does, and who may ask for it, is the kind's own case.

use serde_json::{Value, json};

use super::{Caller, CaseError, Desk, Work};
use crate::domain::audit::{About, Act};
use crate::domain::errand::{Command, Errand, Kind, OPEN_MAX, Progress, State};
use crate::domain::id::AccountId;
use crate::domain::people::Capacity;
use crate::domain::refusal::Refusal;
use crate::store::errands;

/// A kind of errand with the names of its acts in the chain.
pub(super) trait Audited: Kind {
    /// Somebody asked for it.
    const ASK: &'static str;
    /// Somebody called it off.
    const CANCEL: &'static str;
    /// The service gave it up.
    const FAIL: &'static str;

    /// A wish, for the chain.
    fn told(wish: &Self::Wish) -> Value;
}

/// Keeps a new errand of the caller's, with what they hand in. A repeat of the same request gives the same errand.
///
/// # Errors
/// `too_many_errands`; [`CaseError::Missing`] for who has no account.
pub(super) fn ask<K: Audited>(
    work: &mut Work<'_>,
    capacity: Capacity,
    wish: K::Wish,
    payload: Option<&str>,
) -> Result<Errand<K>, CaseError> {
    let owner = work.caller.actor.account.ok_or(CaseError::Missing)?;
    let told = K::told(&wish);
    if let Some(known) = work.done_before(K::ASK, &told)? {
        let id = known.parse().or(Err(CaseError::Missing))?;
        return Ok(errands::by_id(work.conn, id)?);
    }
    let open = errands::open::<K>(work.conn)?.into_iter().filter(|errand| errand.owner == owner).count();
    if open >= OPEN_MAX {
        let detail =
            format!("{OPEN_MAX} of these that you asked for are not ready yet. Wait for one, or call one off.");
        return Err(Refusal::new("too_many_errands", detail).into());
    }
    let errand = Errand::<K>::asked(work.new_id(), owner, wish, work.now);
    errands::insert(work.conn, &errand, payload)?;
    record(work, (K::ASK, capacity), &errand, (Value::Null, told))?;
    work.remember(&errand.id.to_string())?;
    Ok(errand)
}

/// Calls an errand off that waits or runs.
///
/// # Errors
/// `wrong_state`.
pub(super) fn cancel<K: Audited>(
    work: &mut Work<'_>,
    capacity: Capacity,
    before: &Errand<K>,
) -> Result<Errand<K>, CaseError> {
    let after = before.decide(&Command::Cancel, work.now)?;
    errands::update(work.conn, &after)?;
    let told = |errand: &Errand<K>| json!({ "state": errand.state.as_str(), "done": errand.progress.done });
    record(work, (K::CANCEL, capacity), &after, (told(before), told(&after)))?;
    Ok(after)
}

/// Takes the errand whose turn it is: the oldest of somebody for whom no worker is at one of its kind, so that nobody waits
/// for what takes long for somebody else. What was begun too often is given up.
///
/// # Errors
/// What `first` or the store says.
pub(super) fn begin<K: Audited>(
    desk: &Desk,
    service: &Caller,
    first: impl FnOnce(&Errand<K>) -> Result<Progress, CaseError>,
) -> Result<Option<Errand<K>>, CaseError> {
    let now = desk.clock.now();
    let open = desk.read(errands::open::<K>)?;
    let is_served = |owner: AccountId| {
        let is_at_work = |errand: &Errand<K>| errand.state == State::Running && !errand.is_abandoned(now);
        open.iter().any(|errand| errand.owner == owner && is_at_work(errand))
    };
    let Some(next) = open.iter().find(|errand| !is_served(errand.owner)) else { return Ok(None) };
    let Ok(begun) = next.decide(&Command::Begin(first(next)?), now) else {
        fail(desk, service, next, Vec::new())?;
        return Ok(None);
    };
    // Beginning is no act: what comes of it is one. Of two workers the version lets one have it.
    match desk.store.write(|conn| errands::update(conn, &begun).map_err(CaseError::from)) {
        Ok(()) => Ok(Some(begun)),
        Err(CaseError::Stale) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Keeps how far a run is. False where it is no longer this run's. A store that is away for a moment loses one note, not
/// the run.
pub(super) fn note<K: Kind>(desk: &Desk, run: &Errand<K>, progress: Progress) -> bool {
    let now = desk.clock.now();
    let noted = desk
        .store
        .write(|conn| errands::progress::<K>(conn, (run.id, run.runs), progress, now).map_err(CaseError::from));
    noted.unwrap_or_else(|error| {
        tracing::warn!(%error, errand = %run.id, kind = K::WORD, "how far an errand is was not kept");
        true
    })
}

/// Brings a run to an end within an act.
///
/// # Errors
/// [`CaseError::Stale`] where another run has the errand; `wrong_state` where it was called off.
pub(super) fn settle<K: Kind>(
    work: &mut Work<'_>,
    run: &Errand<K>,
    command: &Command<K::Outcome>,
) -> Result<Errand<K>, CaseError> {
    let before = errands::by_id::<K>(work.conn, run.id)?;
    if before.runs != run.runs {
        return Err(CaseError::Stale);
    }
    let after = before.decide(command, work.now)?;
    errands::update(work.conn, &after)?;
    Ok(after)
}

/// Leaves a run to the next worker. That is no act and leaves no entry.
///
/// # Errors
/// As [`settle`].
pub(super) fn put_back<K: Kind>(desk: &Desk, service: &Caller, run: &Errand<K>) -> Result<(), CaseError> {
    desk.act(service, |work| settle(work, run, &Command::PutBack).map(|_| ()))
}

/// Gives a run up, for these reasons.
///
/// # Errors
/// As [`settle`].
pub(super) fn fail<K: Audited>(
    desk: &Desk,
    service: &Caller,
    run: &Errand<K>,
    why: Vec<String>,
) -> Result<(), CaseError> {
    desk.act(service, |work| {
        let mut told = K::told(&run.wish);
        if !why.is_empty() {
            told = json!({ "asked": told, "why": why });
        }
        let after = settle(work, run, &Command::Fail(why))?;
        record(work, (K::FAIL, Capacity::Service), &after, (Value::Null, told))
    })
}

/// Whether a run ended this way only because it was no longer the worker's: called off, or begun again by another.
pub(super) const fn is_lost(error: &CaseError) -> bool {
    matches!(error, CaseError::Stale | CaseError::Missing | CaseError::Refused(_))
}

/// Writes the entry of an act on an errand.
///
/// # Errors
/// What the store says.
pub(super) fn record<K: Kind>(
    work: &mut Work<'_>,
    (act, capacity): (&'static str, Capacity),
    errand: &Errand<K>,
    (before, after): (Value, Value),
) -> Result<(), CaseError> {
    let about = About { person: Some(errand.owner), ..About::default() };
    work.record(Act::new(act, capacity, K::WORD, errand.id).about(about).change(before, after))
}
