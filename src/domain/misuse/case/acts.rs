//! What each act on a misuse case makes of it. Who may act and in which state is settled in `machine` before any of these
//! is asked.

use super::machine::{CaseChange, must_say, said};
use super::measure::{Measure, MeasureKind, Order, OrderKind, Proof};
use super::{Answer, CaseHearing, CaseState, CaseStep, Finding, MisuseCase};
use crate::domain::attachment::Attachment;
use crate::domain::calendar::in_words;
use crate::domain::hold::{HoldTarget, Lift};
use crate::domain::id::HoldId;
use crate::domain::letter::LetterKind;
use crate::domain::people::{Actor, Capacity};
use crate::domain::refusal::Refusal;
use crate::domain::time::{Day, Instant};

/// Who acts, and as what.
type By<'a> = (&'a Actor, Capacity);

impl MisuseCase {
    pub(super) fn set_hearing(
        &self,
        hearing: CaseHearing,
        today: Day,
        (actor, capacity): By<'_>,
        now: Instant,
    ) -> Result<CaseChange, Refusal> {
        must_say(&hearing.place, "Say at what hour and where.")?;
        if hearing.on < today {
            return Err(Refusal::new("hearing_past", "Choose today or a day to come."));
        }
        let title = if self.hearing.is_some() { "Hearing moved" } else { "Hearing set" };
        let text = format!("{}. {}", in_words(hearing.on), hearing.place);
        let said = said("case.set_hearing", title, text);
        let mut change = self.step(self.state.clone(), capacity, said, actor, now);
        change.next.hearing = Some(hearing);
        Ok(change)
    }

    pub(super) fn answer(
        &self,
        (text, cure, files): (String, String, Vec<Attachment>),
        today: Day,
        (actor, capacity): By<'_>,
        now: Instant,
    ) -> Result<CaseChange, Refusal> {
        must_say(&text, "Write your answer.")?;
        let is_late = self.charge.as_ref().is_some_and(|charge| charge.answer_by.due < today);
        let title = if is_late { "Answered after the last day" } else { "Answered" };
        let said = said("case.answer", title, text.clone());
        let mut change = self.step(CaseState::Answered, capacity, said, actor, now).telling_offices();
        change.next.answers.push(Answer { at: now, by_name: actor.name.clone(), text, cure, files, is_late });
        Ok(change)
    }

    pub(super) fn lapse(&self, today: Day, (actor, capacity): By<'_>, now: Instant) -> Result<CaseChange, Refusal> {
        if self.charge.as_ref().is_none_or(|charge| charge.answer_by.due >= today) {
            return Err(Refusal::new("answer_time_runs", "The holder may still answer."));
        }
        let text = "No answer came by the last day. One that comes before the decision is read all the same.";
        let said = said("case.lapse", "The time to answer is over", text);
        Ok(self.step(CaseState::Unanswered, capacity, said, actor, now).telling_offices())
    }

    pub(super) fn give_order(
        &self,
        order: Order,
        (actor, capacity): By<'_>,
        now: Instant,
    ) -> Result<CaseChange, Refusal> {
        self.must_allow_acts_first()?;
        must_say(&order.text, "Say what the holder must do.")?;
        if self.order.as_ref().is_some_and(Order::is_open) {
            return Err(Refusal::new("order_open", "An order is open already. Wait for its proof."));
        }
        let said = said("case.order", order.kind.title(), order.text.clone());
        let letter = match order.kind {
            OrderKind::Cease => LetterKind::OrderToCease,
            OrderKind::Takedown => LetterKind::TakedownOrder,
        };
        let mut change = self.step(self.state.clone(), capacity, said, actor, now);
        change.next.order = Some(order);
        Ok(change.with_letter(letter))
    }

    fn open_order(&self) -> Result<&Order, Refusal> {
        let open = self.order.as_ref().filter(|order| order.is_open());
        open.ok_or_else(|| Refusal::new("no_order", "No order is open in this case."))
    }

    pub(super) fn acknowledge(&self, (actor, capacity): By<'_>, now: Instant) -> Result<CaseChange, Refusal> {
        let mut order = self.open_order()?.clone();
        if order.acknowledged.is_some() {
            return Err(Refusal::new("acknowledged_already", "The order was acknowledged already."));
        }
        order.acknowledged = Some((actor.name.clone(), now));
        let said = said("case.acknowledge", "Order acknowledged", "");
        let mut change = self.step(self.state.clone(), capacity, said, actor, now).telling_offices();
        change.next.order = Some(order);
        Ok(change)
    }

    pub(super) fn prove(
        &self,
        (text, files): (String, Vec<Attachment>),
        today: Day,
        (actor, capacity): By<'_>,
        now: Instant,
    ) -> Result<CaseChange, Refusal> {
        let mut order = self.open_order()?.clone();
        must_say(&text, "Say what you did, and how it can be seen.")?;
        if order.has_new_proof() {
            let detail = "Your proof is being looked at. You are told as soon as somebody has decided on it.";
            return Err(Refusal::new("proof_waits", detail));
        }
        let is_late = order.comply_by.due < today;
        order.acknowledged = order.acknowledged.or_else(|| Some((actor.name.clone(), now)));
        let title = if is_late { "Proof of compliance, after the last day" } else { "Proof of compliance" };
        let said = said("case.prove", title, text.clone());
        let by_name = actor.name.clone();
        let reason = String::new();
        order.proofs.push(Proof { at: now, by_name, text, files, is_late, accepted: None, reason });
        let mut change = self.step(self.state.clone(), capacity, said, actor, now).telling_offices();
        change.next.order = Some(order);
        Ok(change)
    }

    pub(super) fn judge(
        &self,
        accepted: bool,
        reason: String,
        (actor, capacity): By<'_>,
        now: Instant,
    ) -> Result<CaseChange, Refusal> {
        let mut order = self.open_order()?.clone();
        let waiting = order.proofs.last_mut().filter(|proof| proof.accepted.is_none());
        let Some(proof) = waiting else {
            return Err(Refusal::new("no_proof", "No proof waits to be looked at."));
        };
        if !accepted {
            must_say(&reason, "Say what is missing.")?;
        }
        proof.accepted = Some(accepted);
        proof.reason.clone_from(&reason);
        let title = if accepted { "Proof accepted" } else { "Proof not accepted; it is asked for again" };
        let said = said(if accepted { "case.accept_proof" } else { "case.refuse_proof" }, title, reason);
        let mut change = self.step(self.state.clone(), capacity, said, actor, now);
        change.next.order = Some(order);
        Ok(change)
    }

    pub(super) fn find(
        &self,
        (reasons, severity): (String, String),
        measures: Vec<Measure>,
        (actor, capacity): By<'_>,
        now: Instant,
    ) -> Result<CaseChange, Refusal> {
        if reasons.trim().is_empty() {
            return Err(Refusal::new("reasons_needed", "Give the reasons; the holder reads them."));
        }
        if measures.is_empty() {
            return Err(Refusal::new("measures_needed", "Choose at least one measure; a warning is one."));
        }
        self.must_be_on_the_ladder(&measures, &severity)?;
        let said = said("case.find", "A violation was found", reasons.clone());
        let mut change = self.step(CaseState::Found, capacity, said, actor, now);
        change.next.finding = Self::finding(true, (reasons, severity), actor, now);
        change.next.measures.extend(measures);
        Ok(change.with_letter(LetterKind::CaseFinding))
    }

    fn finding(
        is_violation: bool,
        (reasons, severity): (String, String),
        actor: &Actor,
        now: Instant,
    ) -> Option<Finding> {
        let by = actor.account?;
        Some(Finding { is_violation, reasons, severity, at: now, by, by_name: actor.name.clone(), set_aside: None })
    }

    /// What was found is found no more: its measures in force are lifted, and it counts for nothing.
    pub(super) fn set_aside(
        &self,
        appeal: String,
        reason: &str,
        (actor, capacity): By<'_>,
        now: Instant,
    ) -> Result<CaseChange, Refusal> {
        let stands = self.finding.clone().filter(Finding::stands);
        let finding = stands.ok_or_else(|| Refusal::new("nothing_found", "No violation was found in this case."))?;
        let reason = format!("Appeal {appeal}: {reason}");
        let said = said("case.set_aside", "The finding was set aside on appeal", reason.clone());
        let lift = Lift { at: now, by: actor.account, by_name: actor.name.clone(), reason };
        let mut change = self.step(CaseState::Dismissed, capacity, said, actor, now);
        for stopped in self.in_force() {
            change.next.mark_lifted(stopped.hold, &lift);
        }
        change.next.finding = Some(Finding { set_aside: Some(appeal), ..finding });
        Ok(change)
    }

    pub(super) fn impose(
        &self,
        measure: Measure,
        severity: &str,
        (actor, capacity): By<'_>,
        now: Instant,
    ) -> Result<CaseChange, Refusal> {
        self.must_be_on_the_ladder(std::slice::from_ref(&measure), severity)?;
        must_say(&measure.reason, "Say why.")?;
        let text = [measure.done.as_str(), &measure.reason, severity].join("\n");
        let said = said("case.impose", "Another measure", text.trim_end());
        let mut change = self.step(self.state.clone(), capacity, said, actor, now);
        change.next.measures.push(measure);
        Ok(change)
    }

    pub(super) fn lift(
        &self,
        hold: HoldId,
        reason: String,
        (actor, capacity): By<'_>,
        now: Instant,
    ) -> Result<CaseChange, Refusal> {
        must_say(&reason, "Say why it is lifted.")?;
        let Some(stopped) = self.in_force().find(|stopped| stopped.hold == hold) else {
            return Err(Refusal::new("not_suspended", "This suspension is not one of this case, or it was lifted."));
        };
        let text = format!("{}: {reason}", stopped.what);
        let said = said("case.lift", format!("{} lifted", stopped.noun()), text);
        let lift = Lift { at: now, by: actor.account, by_name: actor.name.clone(), reason };
        let mut change = self.step(self.state.clone(), capacity, said, actor, now).without_notice();
        change.next.mark_lifted(hold, &lift);
        Ok(change)
    }

    pub(super) fn dismiss(
        &self,
        reasons: String,
        (actor, capacity): By<'_>,
        now: Instant,
    ) -> Result<CaseChange, Refusal> {
        if reasons.trim().is_empty() {
            return Err(Refusal::new("reasons_needed", "Give the reasons; the holder reads them."));
        }
        let said = said("case.dismiss", "Dismissed: no violation was found", reasons.clone());
        let lift = Lift { at: now, by: actor.account, by_name: actor.name.clone(), reason: reasons.clone() };
        let mut change = self.step(CaseState::Dismissed, capacity, said, actor, now);
        for stopped in self.in_force() {
            change.next.mark_lifted(stopped.hold, &lift);
        }
        change.next.finding = Self::finding(false, (reasons, String::new()), actor, now);
        // Who never heard of the case is not frightened by its end.
        Ok(if self.is_known_to_holder() {
            change.with_letter(LetterKind::CaseDismissal)
        } else {
            change.without_notice()
        })
    }

    pub(super) fn close(&self, reason: String, (actor, capacity): By<'_>, now: Instant) -> Result<CaseChange, Refusal> {
        must_say(&reason, "Say why it is closed.")?;
        if self.order.as_ref().is_some_and(Order::is_open) {
            return Err(Refusal::new("order_open", "The order is not complied with yet. Accept a proof first."));
        }
        // What slows down ends by itself.
        if self.in_force().any(|stopped| !stopped.is_throttle && !self.has_ended(stopped.target)) {
            let detail =
                "A suspension of this case is in force. Lift it, or revoke the key or end the agreement first.";
            return Err(Refusal::new("still_suspended", detail));
        }
        let said = said("case.close", "Closed", reason.clone());
        Ok(self.step(CaseState::Closed { at: now, reason }, capacity, said, actor, now))
    }

    /// Whether this case ended for good what a suspension stops.
    fn has_ended(&self, target: HoldTarget) -> bool {
        self.measures.iter().any(|measure| match (&measure.kind, target) {
            (MeasureKind::RevokeKey { key }, HoldTarget::Key(held)) => *key == held,
            (MeasureKind::EndAgreement, HoldTarget::Key(_) | HoldTarget::Agreement(_)) => true,
            (
                MeasureKind::RevokeKey { .. }
                | MeasureKind::EndAgreement
                | MeasureKind::Inform
                | MeasureKind::Warn
                | MeasureKind::ThrottleKey { .. }
                | MeasureKind::ThrottleAgreement { .. }
                | MeasureKind::SuspendKey { .. }
                | MeasureKind::SuspendDataset { .. }
                | MeasureKind::SuspendAgreement
                | MeasureKind::SuspendRequester
                | MeasureKind::Refer { .. },
                _,
            ) => false,
        })
    }

    /// Notes that a suspension of this case was lifted elsewhere: by its office, or on appeal. `None` where it is not of
    /// this case or was noted before.
    #[must_use]
    pub fn noting_lifted(&self, hold: HoldId, lift: &Lift) -> Option<Self> {
        let stopped = self.in_force().find(|stopped| stopped.hold == hold)?;
        let mut next = self.clone();
        next.mark_lifted(hold, lift);
        let text = format!("{}: {}", stopped.what, lift.reason);
        next.steps.push(CaseStep {
            at: lift.at,
            title: format!("{} lifted", stopped.noun()),
            by_name: lift.by_name.clone(),
            text,
        });
        Some(next)
    }

    pub(super) fn mark_lifted(&mut self, hold: HoldId, lift: &Lift) {
        for stopped in self.measures.iter_mut().flat_map(|measure| &mut measure.stopped) {
            if stopped.hold == hold && stopped.lifted.is_none() {
                stopped.lifted = Some(lift.clone());
            }
        }
    }
}
