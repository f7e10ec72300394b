//! Pausing a dataset for every key because the feed itself gave out what it should not, and ending the pause. Every holder
//! is told, and new keys for it wait. Accuses nobody.

use serde_json::json;

use super::{Caller, CaseError, Desk, Work, sees_all};
use crate::cases::enforce;
use crate::domain::audit::{About, Act};
use crate::domain::hold::{HoldReason, HoldTarget};
use crate::domain::id::{DatasetId, HoldId, PauseId};
use crate::domain::misuse::case::TEXT_MAX;
use crate::domain::misuse::pause::{Pause, may_pause};
use crate::domain::people::Capacity;
use crate::domain::refusal::Refusal;
use crate::domain::text::Prose;
use crate::store::{agreements, complaints, datasets, keys};

fn act(name: &'static str, capacity: Capacity, pause: &Pause) -> Act {
    let about = About { dataset: Some(pause.dataset), ..About::default() };
    Act::new(name, capacity, "pause", &pause.number).about(about)
}

/// Pauses a dataset: every working key that opens it is suspended, and its holder told why.
///
/// # Errors
/// A missing reason, `paused_already`, [`CaseError::Missing`] for other offices.
pub fn begin(desk: &Desk, caller: &Caller, slug: &str, reason: &str) -> Result<Pause, CaseError> {
    let reason = Prose::<TEXT_MAX>::parse("reason", reason)?.into_string();
    desk.act(caller, |work| {
        let dataset = datasets::by_slug(work.conn, slug)?;
        let capacity = may_pause(dataset.department, &caller.actor)?;
        let number = work.next_number("PAU")?;
        if let Some(known) = complaints::pause_on(work.conn, dataset.id)? {
            return Err(Refusal::new("paused_already", format!("It is paused already: {}.", known.number)).into());
        }
        let title = dataset.metadata.title.to_string();
        let explanation = format!(
            "“{title}” is paused for every key: {reason}\nThis says nothing about you. The pause ends as soon as the data is \
             safe to give out again. A key for other datasets can be made meanwhile."
        );
        let holds = hold_all(work, (&dataset.slug, dataset.id), (&explanation, &number), capacity)?;
        let pause = Pause {
            id: work.new_id(),
            number,
            dataset: dataset.id,
            title,
            department: dataset.department,
            reason,
            since: work.now,
            by_name: caller.actor.name.clone(),
            holds,
            ended: None,
        };
        complaints::begin_pause(work.conn, &pause)?;
        let after = json!({ "paused": true, "keys": pause.holds.len() });
        work.record(act("dataset.pause", capacity, &pause).change(json!(null), after).because(&pause.reason))?;
        Ok(pause)
    })
}

fn hold_all(
    work: &mut Work<'_>,
    (slug, dataset): (&str, DatasetId),
    said: (&str, &str),
    capacity: Capacity,
) -> Result<Vec<HoldId>, CaseError> {
    let mut held = Vec::new();
    for agreement in agreements::executed_on(work.conn, dataset)? {
        for stored in keys::of_agreement(work.conn, agreement.id)? {
            if stored.key.scopes.iter().any(|scope| scope.dataset() == slug) {
                let target = (HoldTarget::Key(stored.key.id), HoldReason::Administrative, None);
                let placed = enforce::hold_by_decision(work, target, said, capacity)?;
                held.extend(placed.map(|(hold, _)| hold.id));
            }
        }
    }
    Ok(held)
}

/// Ends a pause: lifts exactly the suspensions that it placed.
///
/// # Errors
/// A missing reason, `already_lifted`, [`CaseError::Missing`] for other offices.
pub fn end(desk: &Desk, caller: &Caller, id: PauseId, reason: &str) -> Result<Pause, CaseError> {
    let reason = Prose::<TEXT_MAX>::parse("reason", reason)?.into_string();
    desk.act(caller, |work| {
        let pause = complaints::pause(work.conn, id)?;
        let capacity = may_pause(pause.department, &caller.actor)?;
        let ended = pause.end(&caller.actor, &reason, work.now)?;
        complaints::end_pause(work.conn, &ended)?;
        for hold in &ended.holds {
            enforce::lift_by_decision(work, *hold, &format!("The pause {} is over: {reason}", pause.number), capacity)?;
        }
        let act = act("dataset.resume", capacity, &ended);
        work.record(act.change(json!({ "paused": true }), json!({ "paused": false })).because(&reason))?;
        Ok(ended)
    })
}

/// Pauses in force that the caller's office may see: those of its departments; all for clerks and auditors.
///
/// # Errors
/// [`CaseError::Missing`] for everybody else.
pub fn list(desk: &Desk, caller: &Caller) -> Result<Vec<Pause>, CaseError> {
    let ours = caller.actor.departments(crate::cases::review::DESK);
    let all = sees_all(&caller.actor);
    if !all && ours.is_empty() {
        return Err(CaseError::Missing);
    }
    let mut found = desk.read(complaints::pauses)?;
    found.retain(|pause| all || ours.contains(&pause.department));
    Ok(found)
}
