//! The weightier acts of the office on a request: referral and finding, the answer, and silence that becomes a denial.

use serde_json::json;

use super::machine::{Rank, Said, must_say};
use super::{
    Answer, CheckedAnswer, DeemedDenial, Finding, Outcome, RecordsChange, RecordsRequest, RecordsState, Referral,
};
use crate::domain::calendar::{CalendarRules, Deadline, RecordsClocks, in_words};
use crate::domain::notice::{NoticeKind, Recipient};
use crate::domain::people::{Actor, Capacity, Role};
use crate::domain::refusal::Refusal;
use crate::domain::time::{Day, Instant};

impl RecordsRequest {
    pub(super) fn refer(&self, referral: Referral, actor: &Actor, now: Instant) -> Result<RecordsChange, Refusal> {
        let capacity = self.office_act(actor, Rank::Desk)?;
        must_say(&referral.records, "text_needed", "Say which records or fields.")?;
        must_say(&referral.reason, "reason_needed", "Say what the risk would be.")?;
        if self.referral.is_some() {
            return Err(Refusal::new("already_referred", "A question of this request was referred already."));
        }
        let text = format!(
            "{} was told on {} and finds whether {} applies to: {}. Everything else is answered meanwhile.",
            referral.to,
            in_words(referral.on),
            referral.exemption,
            referral.records
        );
        let said = Said { act: "records.refer", title: "A safety question was referred to the State", text };
        let mut change = self.step(self.state.clone(), capacity, said, actor, now);
        change.act.after = json!({ "state": self.state.as_str(), "referral": referral });
        change.next.referral = Some(referral);
        Ok(change)
    }

    pub(super) fn find(&self, finding: Finding, actor: &Actor, now: Instant) -> Result<RecordsChange, Refusal> {
        let capacity = self.office_act(actor, Rank::Desk)?;
        must_say(&finding.text, "text_needed", "Write down what was found.")?;
        let Some(referral) = &self.referral else {
            return Err(Refusal::new("not_referred", "Nothing of this request was referred."));
        };
        if referral.finding.is_some() {
            return Err(Refusal::new("already_found", "The finding is written down already."));
        }
        let title =
            if finding.has_grounds { "The State found grounds to withhold" } else { "The State found no grounds" };
        let text = format!("{}: {}", in_words(finding.on), finding.text);
        let said = Said { act: "records.find", title, text };
        let mut change = self.step(self.state.clone(), capacity, said, actor, now);
        change.act.after = json!({ "state": self.state.as_str(), "finding": finding });
        change.next.referral = Some(Referral { finding: Some(finding), ..referral.clone() });
        Ok(change)
    }

    pub(super) fn reply(
        &self,
        CheckedAnswer(draft): CheckedAnswer,
        (on, appeal): (Day, Deadline),
        actor: &Actor,
        now: Instant,
    ) -> Result<RecordsChange, Refusal> {
        let capacity = self.office_act(actor, Rank::Official)?;
        let by = actor.account.ok_or_else(|| Refusal::new("not_signed_in", "Sign in first."))?;
        let is_late = on > self.clocks.due.due;
        let title = match (draft.outcome, is_late) {
            (Outcome::Produced, false) => "Produced",
            (Outcome::Produced, true) => "Produced, after the last day",
            (Outcome::Partly, false) => "Answered in part",
            (Outcome::Partly, true) => "Answered in part, after the last day",
            (Outcome::Denied, false) => "Denied",
            (Outcome::Denied, true) => "Denied in words, after the last day",
        };
        let answer = Answer {
            outcome: draft.outcome,
            text: draft.text.clone(),
            at: now,
            on,
            by,
            by_name: actor.name.clone(),
            by_role: capacity.as_str().to_owned(),
            is_late,
            appeal: (draft.outcome != Outcome::Produced).then_some(appeal),
            withheld: draft.withheld,
        };
        let text = answer.text.clone();
        let after = json!({ "outcome": answer.outcome, "withheld": answer.withheld, "is_late": is_late });
        let state = RecordsState::Answered { answer: Box::new(answer) };
        let mut change = self.step(state, capacity, Said { act: "records.answer", title, text }, actor, now);
        change.act.after = after;
        Ok(change)
    }

    pub(super) fn deem(&self, today: Day, actor: &Actor, now: Instant) -> Result<RecordsChange, Refusal> {
        if actor.account.is_some() || actor.address.is_some() {
            return Err(Refusal::new("not_your_department", "Only the service's own clock does this."));
        }
        if !self.is_silent_on(today) {
            return Err(Refusal::new("not_due", "The last day to answer is not over."));
        }
        let on = self.clocks.due.due;
        let appeal = self.clocks.appeal.clone();
        let text = format!(
            "No answer came by the end of {}. By law that is a denial. You may appeal until {}; the city still owes an answer.",
            in_words(on),
            in_words(appeal.due)
        );
        let said = Said { act: "records.deem_denied", title: "Denied by silence", text };
        let state = RecordsState::DeemedDenied { on };
        let mut change = self.step(state, Capacity::Service, said, actor, now);
        change.next.deemed = Some(DeemedDenial { on, noted_at: now, appeal });
        let office = self.notice(self.office(), NoticeKind::RecordsOverdue).with("path", self.path());
        change.notices.push(office);
        if self.department.is_some() {
            let clerks = self.notice(Recipient::Everybody(Role::Clerk), NoticeKind::RecordsOverdue);
            change.notices.push(clerks.with("path", self.path()));
        }
        Ok(change)
    }

    /// The clock counted again on another calendar, while an answer is waited for; `None` where nothing moved. What
    /// silence made of it before is not taken back.
    #[must_use]
    pub fn recounted(&self, calendar: &CalendarRules, now: Instant) -> Option<RecordsChange> {
        let waits = match self.state {
            RecordsState::Received | RecordsState::Acknowledged { .. } => true,
            RecordsState::DeemedDenied { .. }
            | RecordsState::Answered { .. }
            | RecordsState::Withdrawn { .. }
            | RecordsState::Converted { .. } => false,
        };
        let due = self.clocks.due.recounted(calendar).filter(|_| waits)?;
        let appeal = calendar.after(due.due, self.clocks.appeal.span);
        let said = Said { act: "records.recount", title: "Days counted again", text: due.explain() };
        let calendar = Actor::service("calendar");
        let mut change = self.step(self.state.clone(), Capacity::Service, said, &calendar, now);
        let days = |due: &Deadline, appeal: &Deadline| json!({ "due": due.due, "appeal": appeal.due });
        change.act = change.act.change(days(&self.clocks.due, &self.clocks.appeal), days(&due, &appeal));
        change.next.clocks = RecordsClocks { due, appeal };
        Some(change)
    }
}
