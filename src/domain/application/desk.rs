//! What the departments do: ask, write, note, recommend, recuse, decide.

use super::machine::{Change, RemarkDraft, RemarkKind, Settlement, must_say};
use super::{Application, Item, ItemState, State, question};
use crate::domain::id::{AgreementId, DepartmentId, ItemId};
use crate::domain::notice::{NoticeKind, Recipient};
use crate::domain::people::{Actor, Capacity, Role, must_not_be_party};
use crate::domain::refusal::Refusal;
use crate::domain::review::{Advice, Decision, Recommendation, Recusal, Verdict};
use crate::domain::tier::Tier;
use crate::domain::time::Instant;

const BOTH: &[Role] = &[Role::Reviewer, Role::Manager];

impl Application {
    pub(super) fn ask(
        &self,
        department: DepartmentId,
        (text, about): (String, Option<String>),
        actor: &Actor,
        now: Instant,
    ) -> Result<Change, Refusal> {
        let capacity = self.capacity(BOTH, department, actor)?;
        must_say(&text, "question_needed", "Write your question.")?;
        if about.as_deref().is_some_and(|name| question(name).is_none()) {
            return Err(Refusal::new("unknown_answer", "The form has no such answer to ask about."));
        }
        let next = Self { state: State::InfoRequested { at: now, department }, ..self.clone() };
        let act = self.act("application.ask", capacity, &next);
        let mut change = Self::change(next, act);
        change.notices.push(self.to_requester(NoticeKind::QuestionAsked).with("text", &text));
        change.remark = Some(RemarkDraft { kind: RemarkKind::Question, department: Some(department), text, about });
        Ok(change)
    }

    pub(super) fn message(&self, department: DepartmentId, text: String, actor: &Actor) -> Result<Change, Refusal> {
        must_say(&text, "message_needed", "Write your message.")?;
        let (capacity, notice) = if actor.is_party(self.requester, self.organisation) {
            if !self.departments().contains(&department) {
                return Err(Refusal::new("unknown_department", "That department has no part in this application."));
            }
            (Capacity::Requester, self.to_department(department, NoticeKind::AnswerGiven))
        } else {
            let capacity = self.capacity(BOTH, department, actor)?;
            (capacity, self.to_requester(NoticeKind::MessageToRequester).with("text", &text))
        };
        let act = self.act("application.message", capacity, self);
        let mut change = Self::change(self.clone(), act);
        change.notices.push(notice);
        change.remark =
            Some(RemarkDraft { kind: RemarkKind::Message, department: Some(department), text, about: None });
        Ok(change)
    }

    pub(super) fn note(&self, department: DepartmentId, text: String, actor: &Actor) -> Result<Change, Refusal> {
        let capacity = self.capacity(BOTH, department, actor)?;
        must_say(&text, "note_needed", "Write your note.")?;
        let act = self.act("application.note", capacity, self);
        let mut change = Self::change(self.clone(), act);
        change.remark = Some(RemarkDraft { kind: RemarkKind::Note, department: Some(department), text, about: None });
        Ok(change)
    }

    pub(super) fn recommend(
        &self,
        id: ItemId,
        advice: Advice,
        text: String,
        actor: &Actor,
        now: Instant,
    ) -> Result<Change, Refusal> {
        let item = self.known_item(id)?;
        let capacity = self.capacity(BOTH, item.department, actor)?;
        let by = self.impartial(actor)?;
        must_be_pending(item)?;
        must_say(&text, "reason_needed", "Say why you recommend this.")?;
        let role = match capacity {
            Capacity::Staff { role, .. } => role,
            Capacity::Visitor | Capacity::Requester | Capacity::Service => Role::Reviewer,
        };
        let recommendation = Recommendation { advice, text, by, by_name: actor.name.clone(), role, at: now };
        let next = self.with_item(id, |item| item.recommendation = Some(recommendation.clone()));
        let mut act = self.act("application.recommend", capacity, &next).because(format!(
            "{}: {}",
            advice.as_str(),
            recommendation.text
        ));
        act.about.dataset = Some(item.asked.dataset);
        Ok(Self::change(next, act))
    }

    pub(super) fn recuse(
        &self,
        department: DepartmentId,
        reason: String,
        actor: &Actor,
        now: Instant,
    ) -> Result<Change, Refusal> {
        if !self.departments().contains(&department) {
            return Err(Refusal::new("not_your_department", "This belongs to another office."));
        }
        let capacity = actor.acting_for(BOTH, department)?;
        must_say(&reason, "reason_needed", "Say why you step aside; it is kept with the case.")?;
        let Some(by) = actor.account else { return Err(nobody()) };
        if self.is_recused(actor) {
            return Err(Refusal::new("recused", "You have stepped aside from this application already."));
        }
        let mut next = self.clone();
        next.recusals.push(Recusal { by, by_name: actor.name.clone(), reason: reason.clone(), at: now });
        let act = self.act("application.recuse", capacity, &next).because(reason);
        Ok(Self::change(next, act))
    }

    pub(super) fn decide_item(
        &self,
        id: ItemId,
        (verdict, statement): (Verdict, String),
        offer: (AgreementId, Instant),
        actor: &Actor,
        now: Instant,
    ) -> Result<Change, Refusal> {
        let item = self.known_item(id)?;
        let capacity = self.capacity(&[Role::Manager], item.department, actor)?;
        let by = self.impartial(actor)?;
        must_be_pending(item)?;
        must_say(&statement, "statement_needed", "Give your reasons in words; they go into the letter.")?;
        verdict.check()?;
        let decision =
            Decision { verdict, statement, by, by_name: actor.name.clone(), department: item.department, at: now };
        let state = next_item_state(item, decision.clone())?;
        let next = self.with_item(id, |item| item.state = state.clone());
        let mut change = self.settle(next, offer, now, capacity);
        change.act.about.dataset = Some(item.asked.dataset);
        change.act.reason = Some(decision.statement.clone());
        if matches!(state, ItemState::Pending { .. }) {
            let mut notice = self.to_department(item.department, NoticeKind::SecondApprovalNeeded);
            notice.to = Recipient::Department(item.department, vec![Role::Manager]);
            change.notices.push(notice);
        } else if change.settlement.is_none() && matches!(change.next.state, State::Submitted { .. }) {
            let notice = self.to_requester(NoticeKind::ItemDecided).with("dataset", &item.title);
            change.notices.push(notice.with("outcome", state.as_str().replace('_', " ")));
        }
        Ok(change)
    }

    /// What the last decision makes of the whole.
    fn settle(&self, mut next: Self, offer: (AgreementId, Instant), now: Instant, capacity: Capacity) -> Change {
        let (agreement, lapses_at) = offer;
        let mut settlement = None;
        let mut notices = Vec::new();
        if next.items.iter().all(|item| !item.state.is_pending()) {
            let granted = next.items.iter().filter(|item| item.state.is_granted()).count();
            let is_as_asked =
                granted == next.items.len() && next.items.iter().all(|item| item.state.conditions().is_empty());
            if granted == 0 {
                next.state = State::Denied { at: now };
                notices.push(self.to_requester(NoticeKind::Denied));
            } else if is_as_asked {
                next.state = State::Executed { at: now, agreement };
                settlement = Some(Settlement::Execute(agreement));
            } else {
                next.state = State::Offered { at: now, lapses_at, agreement };
                settlement = Some(Settlement::Offer(agreement));
                notices.push(self.to_requester(NoticeKind::Offered));
            }
        }
        let act = self.act("application.decide", capacity, &next);
        Change { next, act, notices, remark: None, settlement }
    }

    /// The capacity of a member of staff here; outsiders, and staff of departments without a part, see nothing at all.
    fn capacity(&self, roles: &[Role], department: DepartmentId, actor: &Actor) -> Result<Capacity, Refusal> {
        let capacity = actor.acting_for(roles, department)?;
        if !self.departments().contains(&department) || !self.is_visible_to_staff() {
            return Err(Refusal::new("not_your_department", "This belongs to another office."));
        }
        must_not_be_party(actor, self.requester, self.organisation)?;
        Ok(capacity)
    }

    fn impartial(&self, actor: &Actor) -> Result<crate::domain::id::AccountId, Refusal> {
        if self.is_recused(actor) {
            return Err(Refusal::new("recused", "You stepped aside from this application."));
        }
        actor.account.ok_or_else(nobody)
    }

    fn known_item(&self, id: ItemId) -> Result<&Item, Refusal> {
        self.item(id).ok_or_else(|| Refusal::new("not_your_department", "This application has no such item."))
    }

    fn with_item(&self, id: ItemId, edit: impl Fn(&mut Item)) -> Self {
        let mut next = self.clone();
        next.items.iter_mut().filter(|item| item.id == id).for_each(edit);
        next
    }
}

fn nobody() -> Refusal {
    Refusal::new("not_signed_in", "Sign in first.")
}

fn must_be_pending(item: &Item) -> Result<(), Refusal> {
    if item.state.is_pending() {
        return Ok(());
    }
    Err(Refusal::new("already_decided", format!("“{}” is decided already.", item.title)))
}

/// One decision on tiers 1 and 2; two different people and the same conditions on tier 3; never an approval of tier X.
fn next_item_state(item: &Item, decision: Decision) -> Result<ItemState, Refusal> {
    if matches!(decision.verdict, Verdict::Deny { .. }) {
        return Ok(ItemState::Denied { decision });
    }
    let ItemState::Pending { first } = &item.state else {
        return Err(Refusal::new("already_decided", "This item is decided already."));
    };
    match (item.tier, first) {
        (Tier::Prohibited, _) => {
            Err(Refusal::new("prohibited", "This dataset may not be shared by law: it can only be denied."))
        }
        (Tier::Open | Tier::Registered | Tier::Conditioned, _) => Ok(ItemState::Approved { decision, first: None }),
        (Tier::Restricted, None) => Ok(ItemState::Pending { first: Some(decision) }),
        (Tier::Restricted, Some(first)) if first.by == decision.by => Err(Refusal::new(
            "second_person_needed",
            "You gave the first approval. A different manager must give the second.",
        )),
        (Tier::Restricted, Some(first)) if first.verdict != decision.verdict => Err(Refusal::new(
            "second_approval_differs",
            "The second approval must have the same conditions as the first. Confirm them, or deny.",
        )),
        (Tier::Restricted, Some(first)) => Ok(ItemState::Approved { first: Some(first.clone()), decision }),
    }
}
