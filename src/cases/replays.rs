//! Replays of rules in the background: asking for one, looking how far it is, calling it off, and doing it. Nobody is told
//! of what a rule would have caught; that it was tried is in the chain.

use std::ops::ControlFlow;

use serde_json::{Value, json};

use super::errands::{self, Audited, begin, is_lost};
use super::rehearsal::{check, rehearse_until};
use super::{Caller, CaseError, Desk};
use crate::domain::errand::{Command, Progress, Step};
use crate::domain::id::ReplayId;
use crate::domain::misuse::Rule;
use crate::domain::people::{Capacity, Role};
use crate::domain::refusal::Refusal;
use crate::domain::replay::{Rehearsal, Replay, ReplayWish, Replaying};
use crate::domain::text::Invalid;
use crate::domain::time::Instant;
use crate::store::errands as book;

/// Replays in a list.
const LISTED_MAX: i64 = 50;

impl Audited for Replaying {
    const ASK: &'static str = "replay.ask";
    const CANCEL: &'static str = "replay.cancel";
    const FAIL: &'static str = "replay.fail";

    fn told(wish: &ReplayWish) -> Value {
        json!({ "rule": wish.rule, "threshold": wish.threshold, "days": wish.days })
    }
}

/// Who tries rules: who looks after the rule book, and who looks after the use of keys.
fn capacity(caller: &Caller) -> Result<Capacity, Refusal> {
    caller.actor.acting_as(Role::Administrator).or_else(|_| caller.actor.acting_as(Role::Auditor))
}

/// Asks for a replay of a rule, with its own threshold where no other is given.
///
/// # Errors
/// An unknown rule, one that counts nothing, a threshold or a span it cannot have; `too_many_errands`;
/// [`CaseError::Missing`] for everybody but administrators and auditors.
pub fn ask(
    desk: &Desk,
    caller: &Caller,
    (rule, threshold, days): (&str, Option<u32>, i64),
) -> Result<Replay, CaseError> {
    let capacity = capacity(caller)?;
    let Some(known) = desk.profile.rule(rule) else {
        return Err(Invalid::new("rule", "unknown", "Choose a rule of the rule book.").into());
    };
    let wish = ReplayWish { rule: rule.to_owned(), threshold: threshold.unwrap_or(known.threshold), days };
    check(desk, &tried(known, &wish), days)?;
    desk.act(caller, |work| errands::ask(work, capacity, wish, None))
}

fn tried(known: &Rule, wish: &ReplayWish) -> Rule {
    Rule { threshold: wish.threshold, ..known.clone() }
}

/// What was asked for, the newest first.
///
/// # Errors
/// [`CaseError::Missing`] for everybody but administrators and auditors.
pub fn list(desk: &Desk, caller: &Caller) -> Result<Vec<Replay>, CaseError> {
    capacity(caller)?;
    desk.read(|conn| book::newest::<Replaying>(conn, None, LISTED_MAX))
}

/// One replay.
///
/// # Errors
/// [`CaseError::Missing`] for everybody but administrators and auditors.
pub fn find(desk: &Desk, caller: &Caller, id: ReplayId) -> Result<Replay, CaseError> {
    capacity(caller)?;
    desk.read(|conn| book::by_id::<Replaying>(conn, id))
}

/// Calls a replay off that waits or runs.
///
/// # Errors
/// `wrong_state`; [`CaseError::Missing`] for everybody but administrators and auditors.
pub fn cancel(desk: &Desk, caller: &Caller, id: ReplayId) -> Result<Replay, CaseError> {
    let capacity = capacity(caller)?;
    desk.act(caller, |work| {
        let before = book::by_id::<Replaying>(work.conn, id)?;
        errands::cancel(work, capacity, &before)
    })
}

/// One round: makes the replay whose turn it is. `is_stopping` is asked now and then; a run that has to stop is left to
/// the next. Gives how many replays it ended.
///
/// # Errors
/// What the store says.
pub fn round(desk: &Desk, is_stopping: &dyn Fn() -> bool) -> Result<usize, CaseError> {
    if is_stopping() {
        return Ok(0);
    }
    let service = Caller::service("replays");
    let first = |_: &Replay| Ok(Progress::of(Step::Replaying, 0));
    let Some(run) = begin(desk, &service, first)? else { return Ok(0) };
    let ended = match made(desk, &run, is_stopping) {
        Ok(Some(rehearsal)) => finish(desk, &service, &run, rehearsal).map(|()| 1),
        // Called off, begun again by another, or the service stops; only the last of these leaves it in our hands.
        Ok(None) => errands::put_back(desk, &service, &run).map(|()| 0),
        Err(CaseError::Invalid(problems)) => {
            let why = problems.into_iter().map(|problem| problem.message).collect();
            errands::fail(desk, &service, &run, why).map(|()| 1)
        }
        Err(error) => {
            tracing::warn!(%error, replay = %run.id, "a replay was broken off and will be begun again");
            errands::put_back(desk, &service, &run).map(|()| 0)
        }
    };
    match ended {
        Err(error) if is_lost(&error) => Ok(0),
        ended => ended,
    }
}

/// Nothing where it was broken off.
fn made(desk: &Desk, run: &Replay, is_stopping: &dyn Fn() -> bool) -> Result<Option<Rehearsal>, CaseError> {
    let Some(known) = desk.profile.rule(&run.wish.rule) else {
        return Err(Invalid::new("rule", "unknown", "The rule book no longer has this rule.").into());
    };
    let mut noted: Option<Instant> = None;
    let count = |things: usize| i64::try_from(things).unwrap_or(i64::MAX);
    rehearse_until(desk, &tried(known, &run.wish), run.wish.days, |done, total| {
        let now = desk.clock.now();
        if is_stopping() {
            return ControlFlow::Break(());
        }
        if noted.is_some_and(|noted| (now - noted).num_seconds() < 1) {
            return ControlFlow::Continue(());
        }
        noted = Some(now);
        let progress = Progress { step: Step::Replaying, done: count(done), of: count(total) };
        if errands::note(desk, run, progress) { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })
}

fn finish(desk: &Desk, service: &Caller, run: &Replay, rehearsal: Rehearsal) -> Result<(), CaseError> {
    let facts = json!({
        "rule": run.wish.rule, "threshold": run.wish.threshold, "days": run.wish.days,
        "keys": rehearsal.keys, "caught": rehearsal.caught.len(),
    });
    let keys = i64::try_from(rehearsal.keys).unwrap_or(i64::MAX);
    desk.act(service, |work| {
        let after = errands::settle(work, run, &Command::Finish(rehearsal, keys))?;
        errands::record(work, ("replay.make", Capacity::Service), &after, (Value::Null, facts))
    })
}
