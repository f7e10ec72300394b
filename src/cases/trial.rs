//! What a decision would open, before it is made: the schedule as it would be, and what the gate would answer to one call
//! under it. Changes nothing and keeps nothing; the gate's own function judges, on a picture made for this one question.

use std::net::IpAddr;

use chrono_tz::Tz;

use super::apply::under_present_tiers;
use super::review::visible;
use super::{Caller, CaseError, Desk, drafting, settle};
use crate::domain::agreement::Schedule;
use crate::domain::application::{Application, Item, ItemState};
use crate::domain::catalogue::Dataset;
use crate::domain::id::{ApplicationId, ItemId};
use crate::domain::people::Role;
use crate::domain::refusal::Refusal;
use crate::domain::review::{Condition, Verdict};
use crate::domain::tier::Tier;
use crate::domain::time::{Instant, day_in};

/// Who may look ahead.
const DESK: &[Role] = &[Role::Reviewer, Role::Manager];

/// A call to try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The method as typed.
    pub method: String,
    /// The path at the gateway as typed, with the dataset in front.
    pub path: String,
    /// Where it would come from.
    pub address: IpAddr,
    /// When it would be made.
    pub at: Instant,
}

/// Everything that judging one call needs.
#[derive(Clone, Copy, Debug)]
pub struct Trial<'a> {
    /// The dataset as it is.
    pub dataset: &'a Dataset,
    /// The schedule as it would be.
    pub schedule: &'a Schedule,
    /// When the agreement would end.
    pub ends_at: Instant,
    /// The call.
    pub call: &'a Call,
    /// The city's zone.
    pub zone: Tz,
}

/// What the gate would answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The outcome's code, such as `ok` or `scope_denied`.
    pub code: &'static str,
    /// The status it comes with.
    pub status: u16,
    /// The outcome in a sentence.
    pub sentence: &'static str,
    /// What the answer would add, in the gate's own words.
    pub detail: Option<String>,
}

/// Judges a call as the gate would; `app` plugs the gate's own function in.
pub type Judge = fn(&Trial<'_>) -> Judged;

/// What would be if the item were approved under some conditions.
#[derive(Clone, Debug)]
pub struct WouldBe {
    /// The schedule.
    pub schedule: Schedule,
    /// The dataset as it is.
    pub dataset: Dataset,
    /// The end, were it signed now.
    pub ends_at: Instant,
    /// What became of the call that was tried, with the condition to which that is owed, in its words.
    pub judged: Option<(Judged, Option<String>)>,
}

/// Which conditions are meant.
#[derive(Clone, Debug)]
pub enum Under {
    /// These; none means as asked.
    Conditions(Vec<Condition>),
    /// Those of the first of two approvals.
    FirstApproval,
}

/// What approving an item under conditions would open, and what the gate would say to a call.
///
/// # Errors
/// What is wrong with the conditions, `prohibited`, `nothing_to_confirm`, [`CaseError::Missing`].
pub fn would_be(
    desk: &Desk,
    caller: &Caller,
    (id, item): (ApplicationId, ItemId),
    under: Under,
    call: Option<&Call>,
) -> Result<WouldBe, CaseError> {
    let now = desk.clock.now();
    desk.store.read(|conn| {
        let application = visible(conn, caller, id)?.as_submitted().ok_or(CaseError::Missing)?;
        let application = under_present_tiers(conn, &application)?;
        let item = application.item(item).ok_or(CaseError::Missing)?;
        caller.actor.acting_for(DESK, item.department)?;
        let conditions = conditions(&application, item, under)?;
        let (schedule, dataset) = drafting::fitting(desk, conn, item, &conditions)?;
        let from = day_in(desk.profile.zone, now);
        let ends_at = settle::end_of_term(&desk.profile, std::slice::from_ref(&schedule), from);
        let judged = call.map(|call| {
            let trial = Trial { dataset: &dataset, schedule: &schedule, ends_at, call, zone: desk.profile.zone };
            let judged = (desk.judge)(&trial);
            let clause = schedule.clause_behind(judged.code).map(|condition| condition.text.clone());
            (judged, clause)
        });
        Ok(WouldBe { schedule, dataset, ends_at, judged })
    })
}

fn conditions(application: &Application, item: &Item, under: Under) -> Result<Vec<Condition>, CaseError> {
    if item.tier == Tier::Prohibited {
        let text = format!("“{}” may not be shared by law: approving it opens nothing.", item.title);
        return Err(Refusal::new("prohibited", text).into());
    }
    match (under, &item.state) {
        (Under::Conditions(conditions), _) => {
            let verdict = Verdict::Approve { conditions };
            verdict.check()?;
            let Verdict::Approve { conditions } = verdict else { return Ok(Vec::new()) };
            Ok(conditions)
        }
        (Under::FirstApproval, ItemState::Pending { first: Some(first) }) => match &first.verdict {
            Verdict::Approve { conditions } => Ok(conditions.clone()),
            Verdict::Deny { .. } => Ok(Vec::new()),
        },
        (
            Under::FirstApproval,
            ItemState::Pending { first: None }
            | ItemState::Granted { .. }
            | ItemState::Approved { .. }
            | ItemState::Denied { .. },
        ) => {
            let text = format!("{} has no first approval to confirm.", application.number);
            Err(Refusal::new("nothing_to_confirm", text).into())
        }
    }
}

#[cfg(test)]
mod tests;
