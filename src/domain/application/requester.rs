//! What the requester does: save, submit, answer, sign, withdraw, reopen; and the clock that lapses an offer.

use super::machine::{Change, RemarkDraft, RemarkKind, Settlement, must_say};
use super::{Answers, Application, ITEMS_MAX, Item, ItemState, SUBMISSIONS_MAX, State, Submission};
use crate::domain::agreement::Evidence;
use crate::domain::id::{AgreementId, ApplicationId, DepartmentId};
use crate::domain::notice::{Notice, NoticeKind, Recipient};
use crate::domain::people::{Actor, Capacity, Role};
use crate::domain::refusal::Refusal;
use crate::domain::tier::Tier;
use crate::domain::time::Instant;

impl Application {
    pub(super) fn save(&self, answers: Answers, items: Vec<Item>, actor: &Actor) -> Result<Change, Refusal> {
        self.must_be_requester(actor)?;
        if items.len() > ITEMS_MAX {
            return Err(Refusal::new("too_many_items", format!("Ask for at most {ITEMS_MAX} datasets at once.")));
        }
        let is_first_draft = self.submissions.is_empty();
        if !is_first_draft && !same_items(&self.items, &items) {
            return Err(Refusal::new(
                "items_fixed",
                "After submitting, datasets can no longer be added or removed; withdraw and apply anew for others.",
            ));
        }
        let next = Self { answers, items: keep_decided(&self.items, items), ..self.clone() };
        let act = self.act("application.save", Capacity::Requester, &next);
        Ok(Self::change(next, act))
    }

    pub(super) fn submit(
        &self,
        evidence: Evidence,
        reviewed: &str,
        agreement: AgreementId,
        actor: &Actor,
        now: Instant,
    ) -> Result<Change, Refusal> {
        self.must_be_requester(actor)?;
        if reviewed != self.reviewed_digest() {
            return Err(Refusal::new(
                "review_again",
                "The application changed after you reviewed it. Review it again.",
            ));
        }
        if self.items.is_empty() {
            return Err(Refusal::new("no_items", "Choose at least one dataset."));
        }
        if self.submissions.len() >= SUBMISSIONS_MAX {
            return Err(Refusal::new(
                "too_many_submissions",
                "This application was submitted too often; begin a new one.",
            ));
        }
        self.items.iter().try_for_each(must_name_operations)?;
        if self.submissions.is_empty() {
            // Later on the items are fixed, and a tier that changed meanwhile is a matter of the decision.
            self.items.iter().try_for_each(must_be_askable)?;
        }
        evidence.check()?;
        let mut next = self.clone();
        next.items.iter_mut().for_each(|item| self.decide_anew_what_changed(item));
        next.submissions.push(Submission { at: now, answers: self.answers.clone(), asked: self.asked(), evidence });
        for item in next.items.iter_mut().filter(|item| item.state.is_pending() && item.tier == Tier::Registered) {
            item.state = ItemState::Granted { at: now };
        }
        next.state = State::Submitted { at: now };
        let mut settlement = None;
        if next.items.iter().all(|item| matches!(item.state, ItemState::Granted { .. })) {
            next.state = State::Executed { at: now, agreement };
            settlement = Some(Settlement::Execute(agreement));
        }
        let act = self.act("application.submit", Capacity::Requester, &next);
        let mut change = Self::change(next, act);
        change.settlement = settlement;
        change.notices.push(self.to_requester(NoticeKind::ApplicationReceived));
        if settlement.is_none() {
            let is_first = self.submissions.is_empty();
            let kind = if is_first { NoticeKind::ApplicationToReview } else { NoticeKind::ApplicationResubmitted };
            change.notices.extend(self.to_offices(kind));
        }
        Ok(change)
    }

    pub(super) fn answer(&self, text: String, actor: &Actor, now: Instant) -> Result<Change, Refusal> {
        self.must_be_requester(actor)?;
        must_say(&text, "answer_needed", "Write your answer.")?;
        if !self.is_as_submitted() {
            return Err(Refusal::new(
                "resubmit_needed",
                "You changed the form since you sent it. Submit it again, so that the departments read what you changed.",
            ));
        }
        let department = match &self.state {
            State::InfoRequested { department, .. } => Some(*department),
            State::Draft
            | State::Submitted { .. }
            | State::Offered { .. }
            | State::Executed { .. }
            | State::Denied { .. }
            | State::Withdrawn { .. }
            | State::Lapsed { .. }
            | State::Converted { .. } => None,
        };
        let next = Self { state: State::Submitted { at: now }, ..self.clone() };
        let act = self.act("application.answer", Capacity::Requester, &next);
        let mut change = Self::change(next, act);
        change.remark = Some(RemarkDraft { kind: RemarkKind::Answer, department, text, about: None });
        change.notices = self.to_departments(NoticeKind::AnswerGiven);
        Ok(change)
    }

    pub(super) fn sign(&self, evidence: &Evidence, actor: &Actor, now: Instant) -> Result<Change, Refusal> {
        self.must_be_requester(actor)?;
        let (agreement, lapses_at) = self.offer()?;
        if now >= lapses_at {
            return Err(Refusal::new("offer_lapsed", "The time to sign this offer is over. Reopen the application."));
        }
        evidence.check()?;
        let next = Self { state: State::Executed { at: now, agreement }, ..self.clone() };
        let act = self.act("application.sign", Capacity::Requester, &next);
        let mut change = Self::change(next, act);
        change.settlement = Some(Settlement::Signed(agreement));
        Ok(change)
    }

    pub(super) fn withdraw(&self, reason: String, actor: &Actor, now: Instant) -> Result<Change, Refusal> {
        self.must_be_requester(actor)?;
        let next = Self { state: State::Withdrawn { at: now, reason: reason.clone() }, ..self.clone() };
        let act = self.act("application.withdraw", Capacity::Requester, &next).because(reason);
        let mut change = Self::change(next, act);
        if let State::Offered { agreement, .. } = self.state {
            change.settlement = Some(Settlement::OfferClosed(agreement));
        }
        if self.is_visible_to_staff() {
            change.notices = self.to_offices(NoticeKind::Withdrawn);
        }
        Ok(change)
    }

    pub(super) fn convert(&self, requests: Vec<String>, actor: &Actor, now: Instant) -> Result<Change, Refusal> {
        self.must_be_requester(actor)?;
        let because = format!("asked for as records: {}", requests.join(", "));
        let next = Self { state: State::Converted { at: now, requests }, ..self.clone() };
        let act = self.act("application.convert", Capacity::Requester, &next).because(because);
        let mut change = Self::change(next, act);
        change.notices = self.to_offices(NoticeKind::Withdrawn);
        Ok(change)
    }

    pub(super) fn lapse(&self, now: Instant) -> Result<Change, Refusal> {
        let (agreement, lapses_at) = self.offer()?;
        if now < lapses_at {
            return Err(Refusal::new("not_yet", "The offer is still open."));
        }
        let next = Self { state: State::Lapsed { at: now }, ..self.clone() };
        let act = self.act("application.lapse", Capacity::Service, &next);
        let mut change = Self::change(next, act);
        change.settlement = Some(Settlement::OfferClosed(agreement));
        change.notices.push(self.to_requester(NoticeKind::OfferLapsed));
        change.notices.extend(self.to_offices(NoticeKind::OfferUnsigned));
        Ok(change)
    }

    pub(super) fn reopen(&self, as_id: ApplicationId, actor: &Actor) -> Result<Change, Refusal> {
        self.must_be_requester(actor)?;
        if self.reopened_as.is_some() {
            return Err(Refusal::new("already_reopened", "This application was reopened already; continue there."));
        }
        let next = Self { reopened_as: Some(as_id), ..self.clone() };
        let act = self.act("application.reopen", Capacity::Requester, &next).because(format!("continued as {as_id}"));
        Ok(Self::change(next, act))
    }

    /// An approval covers what stood in the form when it was given. Changed answers ask for it anew, and half of an
    /// approval never carries over to another request. Refusals and click-through grants stay.
    fn decide_anew_what_changed(&self, item: &mut Item) {
        let Some(last) = self.submitted() else { return };
        let changed = last.answers != self.answers || !last.asked.contains(&item.asked);
        match &item.state {
            ItemState::Pending { .. } | ItemState::Approved { .. } if changed => {
                item.state = ItemState::Pending { first: None };
            }
            ItemState::Pending { .. }
            | ItemState::Approved { .. }
            | ItemState::Granted { .. }
            | ItemState::Denied { .. } => {}
        }
    }

    pub(super) fn offer(&self) -> Result<(AgreementId, Instant), Refusal> {
        match &self.state {
            State::Offered { agreement, lapses_at, .. } => Ok((*agreement, *lapses_at)),
            State::Draft
            | State::Submitted { .. }
            | State::InfoRequested { .. }
            | State::Executed { .. }
            | State::Denied { .. }
            | State::Withdrawn { .. }
            | State::Lapsed { .. }
            | State::Converted { .. } => Err(Refusal::new("no_offer", "There is no open offer.")),
        }
    }

    pub(super) fn to_requester(&self, kind: NoticeKind) -> Notice {
        Notice::new(Recipient::Party(self.requester, self.organisation), kind)
            .with("number", &self.number)
            .with("title", self.answers.get("title"))
            .with("path", format!("/applications/{}", self.id))
    }

    pub(super) fn to_departments(&self, kind: NoticeKind) -> Vec<Notice> {
        self.departments().into_iter().map(|department| self.to_department(department, kind)).collect()
    }

    pub(super) fn to_department(&self, department: DepartmentId, kind: NoticeKind) -> Notice {
        self.to_staff(Recipient::Department(department, vec![Role::Reviewer, Role::Manager]), kind)
    }

    /// To every department with a part in it, as a whole: what begins, changes or ends a case there.
    fn to_offices(&self, kind: NoticeKind) -> Vec<Notice> {
        let told = |department| {
            let titles: Vec<_> = self
                .items
                .iter()
                .filter(|item| item.department == department)
                .map(|item| item.title.as_str())
                .collect();
            self.to_staff(Recipient::Office(department), kind).with("datasets", titles.join(", "))
        };
        self.departments().into_iter().map(told).collect()
    }

    fn to_staff(&self, to: Recipient, kind: NoticeKind) -> Notice {
        Notice::new(to, kind)
            .with("number", &self.number)
            .with("title", self.answers.get("title"))
            .with("path", format!("/review/{}", self.id))
    }
}

fn must_name_operations(item: &Item) -> Result<(), Refusal> {
    if item.asked.operations.is_empty() {
        return Err(Refusal::new("scopes_needed", format!("Choose at least one operation of “{}”.", item.title)));
    }
    Ok(())
}

fn must_be_askable(item: &Item) -> Result<(), Refusal> {
    match item.tier {
        Tier::Open => {
            Err(Refusal::new("no_key_needed", format!("“{}” is open: it needs no key and no agreement.", item.title)))
        }
        Tier::Prohibited => {
            Err(Refusal::new("prohibited", format!("“{}” may not be shared by law; remove it.", item.title)))
        }
        Tier::Registered | Tier::Conditioned | Tier::Restricted => Ok(()),
    }
}

fn same_items(before: &[Item], after: &[Item]) -> bool {
    before.len() == after.len() && before.iter().all(|item| after.iter().any(|other| other.id == item.id))
}

/// A decided item stays as it was decided, whatever the form says.
fn keep_decided(before: &[Item], after: Vec<Item>) -> Vec<Item> {
    after
        .into_iter()
        .map(|item| match before.iter().find(|kept| kept.id == item.id) {
            Some(kept) if !kept.state.is_pending() => kept.clone(),
            Some(kept) => Item {
                state: kept.state.clone(),
                recommendation: kept.recommendation.clone(),
                countered: kept.countered.clone(),
                ..item
            },
            None => item,
        })
        .collect()
}
