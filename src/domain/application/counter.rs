//! The requester answers an offer condition by condition: what is not accepted is countered with other words. A counter
//! accepts nothing and loosens nothing; the department decides the item again.

use serde::{Deserialize, Serialize};

use super::machine::{Change, RemarkDraft, RemarkKind, Settlement, must_say};
use super::{Application, Item, ItemState, State};
use crate::domain::id::ItemId;
use crate::domain::notice::NoticeKind;
use crate::domain::people::{Actor, Capacity};
use crate::domain::refusal::Refusal;
use crate::domain::review::Condition;
use crate::domain::time::Instant;

/// Longest proposal for one condition, in characters.
pub const PROPOSAL_MAX: usize = 2_000;

/// Other words for one condition of an offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The item.
    pub item: ItemId,
    /// Which of its conditions, counted from 0 in the order of the offer.
    pub condition: usize,
    /// What the requester would accept instead.
    pub text: String,
}

/// A condition that was countered, kept with its item for who decides again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Countered {
    /// The condition as it was offered.
    pub condition: Condition,
    /// What the requester would accept instead.
    pub proposal: String,
    /// When.
    pub at: Instant,
}

impl Application {
    pub(super) fn counter(&self, proposals: &[Proposal], actor: &Actor, now: Instant) -> Result<Change, Refusal> {
        self.must_be_requester(actor)?;
        if proposals.is_empty() {
            return Err(Refusal::new(
                "counter_needed",
                "Say for at least one condition what you would accept instead.",
            ));
        }
        let (agreement, lapses_at) = self.offer()?;
        if now >= lapses_at {
            return Err(Refusal::new("offer_lapsed", "The time to answer this offer is over. Reopen the application."));
        }
        let mut next = self.clone();
        let mut lines = Vec::new();
        for proposal in proposals {
            let (item, condition) = self.countered(proposal)?;
            must_say(&proposal.text, "counter_needed", "Say what you would accept instead.")?;
            lines.push(format!("{}, “{}”: {}", item.title, condition.text, proposal.text));
            let Some(open) = next.items.iter_mut().find(|open| open.id == item.id) else { return Err(unknown_item()) };
            if !open.state.is_pending() {
                open.state = ItemState::Pending { first: None };
                open.countered.clear();
            }
            if open.countered.iter().any(|known| known.condition == *condition) {
                return Err(Refusal::new("counter_repeated", "Say once for each condition what you would accept."));
            }
            let text = proposal.text.clone();
            open.countered.push(Countered { condition: condition.clone(), proposal: text, at: now });
        }
        next.state = State::Submitted { at: now };
        let act = self.act("application.counter", Capacity::Requester, &next);
        let mut change = Self::change(next, act);
        // One office is named where only one is meant.
        let mut meant = proposals.iter().filter_map(|one| self.item(one.item)).map(|item| item.department);
        let first = meant.next();
        let department = first.filter(|first| meant.all(|other| other == *first));
        change.remark =
            Some(RemarkDraft { kind: RemarkKind::Counter, department, text: lines.join("\n"), about: None });
        change.settlement = Some(Settlement::OfferClosed(agreement));
        change.notices = self.to_departments(NoticeKind::OfferCountered);
        Ok(change)
    }

    /// The item and the condition that a proposal means, as they were offered.
    fn countered(&self, proposal: &Proposal) -> Result<(&Item, &Condition), Refusal> {
        let item = self.item(proposal.item).ok_or_else(unknown_item)?;
        if item.state.conditions().is_empty() {
            return Err(Refusal::new("nothing_to_counter", "This item has no conditions to counter."));
        }
        let condition = item.state.conditions().get(proposal.condition);
        let condition =
            condition.ok_or_else(|| Refusal::new("unknown_condition", "The offer has no such condition."))?;
        Ok((item, condition))
    }
}

fn unknown_item() -> Refusal {
    Refusal::new("unknown_item", "The offer has no such item.")
}
