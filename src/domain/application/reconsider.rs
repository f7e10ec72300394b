//! An item is decided again because an appeal was decided so: never by the requester, never by who decided before where
//! the appeal says so.

use super::machine::{Change, Settlement};
use super::{Application, ItemState, State};
use crate::domain::id::{AccountId, ItemId};
use crate::domain::people::{Actor, Role, must_not_be_party};
use crate::domain::refusal::Refusal;
use crate::domain::review::Recusal;
use crate::domain::time::Instant;

impl Application {
    pub(super) fn reconsider(
        &self,
        id: ItemId,
        (aside, appeal): (Vec<(AccountId, String)>, &str),
        actor: &Actor,
        now: Instant,
    ) -> Result<Change, Refusal> {
        let capacity = actor.acting_as(Role::Clerk)?;
        must_not_be_party(actor, self.requester, self.organisation)?;
        let item = self.item(id).ok_or_else(|| Refusal::new("not_your_department", "There is no such item."))?;
        match &item.state {
            ItemState::Denied { .. } | ItemState::Approved { .. } => {}
            ItemState::Pending { .. } | ItemState::Granted { .. } => {
                return Err(Refusal::new("nothing_to_appeal", "This dataset is not decided by a department now."));
            }
        }
        let mut next = self.clone();
        for item in next.items.iter_mut().filter(|item| item.id == id) {
            item.state = ItemState::Pending { first: None };
            item.recommendation = None;
        }
        let mut settlement = None;
        next.state = match &self.state {
            State::InfoRequested { at, department } => State::InfoRequested { at: *at, department: *department },
            State::Submitted { at } => State::Submitted { at: *at },
            State::Offered { agreement, .. } => {
                settlement = Some(Settlement::OfferClosed(*agreement));
                State::Submitted { at: now }
            }
            State::Executed { agreement, .. } => {
                // What is in force stays so until an amended agreement takes its place.
                next.amends = Some(*agreement);
                State::Submitted { at: now }
            }
            State::Draft
            | State::Denied { .. }
            | State::Withdrawn { .. }
            | State::Lapsed { .. }
            | State::Converted { .. } => State::Submitted { at: now },
        };
        for (by, by_name) in aside {
            if !next.recusals.iter().any(|known| known.by == by) {
                let reason = format!("Decided before; appeal {appeal} sends it to somebody else.");
                next.recusals.push(Recusal { by, by_name, reason, at: now });
            }
        }
        let mut act = self.act("application.reconsider", capacity, &next).because(format!("appeal {appeal}"));
        act.about.dataset = Some(item.asked.dataset);
        Ok(Change { settlement, ..Self::change(next, act) })
    }
}
