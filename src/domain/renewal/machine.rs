//! Every act on a renewal in one place: `decide` looks at the state and the command, and either refuses or returns the
//! whole change.

use serde_json::json;

use super::{Confirmation, Question, Renewal, RenewalState};
use crate::domain::agreement::Evidence;
use crate::domain::application::Answers;
use crate::domain::audit::{About, Act};
use crate::domain::id::{AgreementId, DepartmentId};
use crate::domain::notice::{Notice, NoticeKind, Recipient};
use crate::domain::people::{Actor, Capacity, Role, must_not_be_party};
use crate::domain::refusal::{Refusal, wrong_state};
use crate::domain::time::Instant;

/// What may be done to a renewal.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "one command lives at a time, and only for the length of a call")]
pub enum RenewalCommand {
    /// Keep what the holder attests and who answers for the data.
    Answer {
        /// Every condition with its answer.
        questions: Vec<Question>,
        /// The contacts.
        contacts: Answers,
    },
    /// Sign.
    Sign {
        /// The signature.
        signature: Evidence,
        /// The digest of the page that was reviewed.
        reviewed: String,
        /// Until when it can be confirmed.
        lapses_at: Instant,
    },
    /// A manager confirms for a department.
    Confirm {
        /// Which.
        department: DepartmentId,
    },
    /// A manager asks the holder to answer again.
    Return {
        /// For which department.
        department: DepartmentId,
        /// What is missing.
        reason: String,
    },
    /// A manager does not renew.
    Refuse {
        /// For which department.
        department: DepartmentId,
        /// Why.
        reason: String,
    },
    /// Open a refused renewal again, because an appeal from the refusal was decided so.
    Reopen {
        /// The appeal's number.
        appeal: String,
        /// Until when it can be confirmed.
        lapses_at: Instant,
    },
    /// What was signed is not what would be executed any more.
    Redraw,
    /// The new agreement is in force.
    Complete {
        /// Which.
        agreement: AgreementId,
    },
    /// The holder takes it back.
    Withdraw,
    /// Its time is over: its agreement ended before it was signed, or nobody confirmed it in time.
    Lapse,
    /// Its agreement was ended or replaced otherwise.
    Close,
}

/// Everything one act on a renewal changes.
#[derive(Clone, Debug, PartialEq)]
pub struct RenewalChange {
    /// The renewal as it is now.
    pub next: Renewal,
    /// The audit entry.
    pub act: Act,
    /// The notices owed.
    pub notices: Vec<Notice>,
}

/// What is said when the text changed between the signature and the last confirmation.
const REDRAWN: &str = "The terms or the data changed after you signed. Read the text again and sign it.";

impl Renewal {
    /// Decides one command.
    ///
    /// # Errors
    /// `wrong_state`, `not_the_requester`, `not_your_department`, `own_application`, `review_again`, `confirmed_already`,
    /// `second_person_needed`, `decided_before`, `reason_needed`, `not_yet`, `renewal_lapsed` and those of a signature.
    pub fn decide(&self, command: RenewalCommand, actor: &Actor, now: Instant) -> Result<RenewalChange, Refusal> {
        self.must_fit_state(&command)?;
        match command {
            RenewalCommand::Answer { questions, contacts } => {
                self.must_be_holder(actor)?;
                let next = Self { questions, contacts, ..self.clone() };
                let change = self.change("renewal.answer", Capacity::Requester, next.state.clone());
                Ok(RenewalChange { next, ..change })
            }
            RenewalCommand::Sign { signature, reviewed, lapses_at } => {
                self.sign(signature, &reviewed, lapses_at, actor, now)
            }
            RenewalCommand::Confirm { department } => self.confirm(department, actor, now),
            RenewalCommand::Return { department, reason } => {
                let capacity = self.manager(actor, department)?;
                let reason = given(reason, "Say what the holder must answer again.")?;
                let state = RenewalState::Open { returned: Some(reason.clone()) };
                let change = self.change("renewal.return", capacity, state).because(&reason);
                Ok(change.telling_holder("is with you again", &reason))
            }
            RenewalCommand::Refuse { department, reason } => {
                let capacity = self.manager(actor, department)?;
                let reason = given(reason, "Say why the agreement is not renewed.")?;
                let state = self.refused(department, &reason, actor, now)?;
                let change = self.change("renewal.refuse", capacity, state).because(&reason);
                Ok(change.telling_holder("is refused", &reason))
            }
            RenewalCommand::Reopen { appeal, lapses_at } => self.reopen(&appeal, lapses_at, actor),
            RenewalCommand::Redraw => {
                let state = RenewalState::Open { returned: Some(REDRAWN.to_owned()) };
                let change = self.change("renewal.redraw", Capacity::Service, state).because(REDRAWN);
                Ok(change.telling_holder("must be signed again", REDRAWN))
            }
            RenewalCommand::Complete { agreement } => {
                if !self.is_confirmed() {
                    return Err(Refusal::new("not_yet", "Not every department has confirmed the renewal."));
                }
                let confirmations = self.confirmations().to_vec();
                let state = RenewalState::Done { at: now, agreement, confirmations };
                Ok(self.change("renewal.complete", Capacity::Service, state))
            }
            RenewalCommand::Withdraw => {
                self.must_be_holder(actor)?;
                let state = RenewalState::Withdrawn { at: now };
                Ok(self.change("renewal.withdraw", Capacity::Requester, state))
            }
            RenewalCommand::Lapse => self.lapse(now),
            RenewalCommand::Close => {
                let why = "Its agreement was ended or replaced otherwise.";
                let state = RenewalState::Lapsed { at: now };
                let change = self.change("renewal.close", Capacity::Service, state).because(why);
                Ok(change.telling_holder("is closed", why))
            }
        }
    }

    /// The table of states and commands; the tests print it row by row.
    fn must_fit_state(&self, command: &RenewalCommand) -> Result<(), Refusal> {
        let fits = match &self.state {
            RenewalState::Open { .. } => matches!(
                command,
                RenewalCommand::Answer { .. }
                    | RenewalCommand::Sign { .. }
                    | RenewalCommand::Withdraw
                    | RenewalCommand::Lapse
                    | RenewalCommand::Close
            ),
            RenewalState::Signed { .. } => matches!(
                command,
                RenewalCommand::Confirm { .. }
                    | RenewalCommand::Return { .. }
                    | RenewalCommand::Refuse { .. }
                    | RenewalCommand::Redraw
                    | RenewalCommand::Complete { .. }
                    | RenewalCommand::Withdraw
                    | RenewalCommand::Lapse
                    | RenewalCommand::Close
            ),
            RenewalState::Refused { .. } => matches!(command, RenewalCommand::Reopen { .. }),
            RenewalState::Done { .. } | RenewalState::Withdrawn { .. } | RenewalState::Lapsed { .. } => false,
        };
        if fits { Ok(()) } else { Err(wrong_state("renewal", self.state.as_str())) }
    }

    fn must_be_holder(&self, actor: &Actor) -> Result<(), Refusal> {
        if actor.is_party(self.requester, self.organisation) {
            return Ok(());
        }
        Err(Refusal::new("not_the_requester", "Only the holder may do this."))
    }

    fn manager(&self, actor: &Actor, department: DepartmentId) -> Result<Capacity, Refusal> {
        let capacity = actor.acting_for(&[Role::Manager], department)?;
        if !self.needed.contains_key(&department) {
            return Err(Refusal::new("not_your_department", "This belongs to another office."));
        }
        must_not_be_party(actor, self.requester, self.organisation)?;
        if actor.account.is_some_and(|account| self.aside.contains(&account)) {
            let detail = "You refused this renewal, and the refusal was reversed on appeal. Somebody else must decide.";
            return Err(Refusal::new("decided_before", detail));
        }
        Ok(capacity)
    }

    fn refused(
        &self,
        department: DepartmentId,
        reason: &str,
        actor: &Actor,
        now: Instant,
    ) -> Result<RenewalState, Refusal> {
        let (RenewalState::Signed { signature, confirmations, .. }, Some(by)) = (&self.state, actor.account) else {
            return Err(wrong_state("renewal", self.state.as_str()));
        };
        Ok(RenewalState::Refused {
            at: now,
            by,
            by_name: actor.name.clone(),
            department,
            reason: reason.to_owned(),
            signature: signature.clone(),
            confirmations: confirmations.clone(),
        })
    }

    /// It goes on where it was refused: what was signed in time stays signed. Who refused it stands aside, and what they
    /// confirmed before does not count.
    fn reopen(&self, appeal: &str, lapses_at: Instant, actor: &Actor) -> Result<RenewalChange, Refusal> {
        let capacity = actor.acting_as(Role::Clerk)?;
        let RenewalState::Refused { by, signature, confirmations, .. } = &self.state else {
            return Err(wrong_state("renewal", self.state.as_str()));
        };
        let confirmations = confirmations.iter().filter(|one| one.by != *by).cloned().collect();
        let state = RenewalState::Signed { signature: signature.clone(), confirmations, lapses_at };
        let why = format!("Appeal {appeal} was decided for you. Somebody else in the department looks at it.");
        let mut change = self.change("renewal.reopen", capacity, state).because(&why);
        change.next.aside.push(*by);
        Ok(change.telling_holder("is with the departments again", &why).telling_departments())
    }

    fn sign(
        &self,
        signature: Evidence,
        reviewed: &str,
        lapses_at: Instant,
        actor: &Actor,
        now: Instant,
    ) -> Result<RenewalChange, Refusal> {
        self.must_be_holder(actor)?;
        if now >= self.ends_at {
            return Err(super::not_live());
        }
        if reviewed != self.reviewed_digest() || !self.problems().is_empty() {
            return Err(Refusal::new(
                "review_again",
                "Your answers changed since you reviewed them. Review them again.",
            ));
        }
        signature.check()?;
        let text = format!("text {}", signature.text_hash);
        let state = RenewalState::Signed { signature: Box::new(signature), confirmations: Vec::new(), lapses_at };
        let change = self.change("renewal.sign", Capacity::Requester, state).because(&text);
        Ok(change.telling_departments())
    }

    fn confirm(&self, department: DepartmentId, actor: &Actor, now: Instant) -> Result<RenewalChange, Refusal> {
        let capacity = self.manager(actor, department)?;
        let (RenewalState::Signed { signature, confirmations, lapses_at }, Some(by)) = (&self.state, actor.account)
        else {
            return Err(wrong_state("renewal", self.state.as_str()));
        };
        if now >= *lapses_at {
            return Err(Refusal::new("renewal_lapsed", "The time to confirm this renewal is over."));
        }
        if !self.missing().contains_key(&department) {
            return Err(Refusal::new("confirmed_already", "Your department has confirmed this renewal."));
        }
        if confirmations.iter().any(|one| one.by == by && one.department == department) {
            let detail = "You confirmed it already. Restricted data needs a second, different manager.";
            return Err(Refusal::new("second_person_needed", detail));
        }
        let mut confirmations = confirmations.clone();
        confirmations.push(Confirmation { department, by, by_name: actor.name.clone(), at: now });
        let state = RenewalState::Signed { signature: signature.clone(), confirmations, lapses_at: *lapses_at };
        Ok(self.change("renewal.confirm", capacity, state))
    }

    /// Unsigned, it lapses with the agreement; signed in time, the departments' slowness is not held against the holder
    /// until the last day to confirm.
    fn lapse(&self, now: Instant) -> Result<RenewalChange, Refusal> {
        let (last, why) = match &self.state {
            RenewalState::Signed { lapses_at, .. } => {
                (*lapses_at, "The departments did not confirm it in time. Reopen the application to ask again.")
            }
            RenewalState::Open { .. }
            | RenewalState::Done { .. }
            | RenewalState::Refused { .. }
            | RenewalState::Withdrawn { .. }
            | RenewalState::Lapsed { .. } => {
                (self.ends_at, "It was not signed before the agreement ended. Reopen the application to ask again.")
            }
        };
        if now < last {
            return Err(Refusal::new("not_yet", "The time for this renewal is not over."));
        }
        let change = self.change("renewal.lapse", Capacity::Service, RenewalState::Lapsed { at: now }).because(why);
        Ok(change.telling_holder("has lapsed", why))
    }

    /// The audit entry and the next state; the names of the state before and after, never what was typed.
    fn change(&self, name: &'static str, capacity: Capacity, state: RenewalState) -> RenewalChange {
        let act = self
            .act(name, capacity)
            .change(json!({ "state": self.state.as_str() }), json!({ "state": state.as_str() }));
        RenewalChange { next: Self { state, ..self.clone() }, act, notices: Vec::new() }
    }

    fn notice(&self, to: Recipient, kind: NoticeKind) -> Notice {
        Notice::new(to, kind).with("number", &self.number).with("title", &self.title)
    }

    /// To each department that has still to confirm.
    #[must_use]
    pub fn asking(&self) -> Vec<Notice> {
        let ask = |department| {
            let notice = self.notice(Recipient::Office(department), NoticeKind::RenewalToConfirm);
            let notice = notice.with("holder", &self.requester_name);
            notice.with("path", format!("/review/renewals/{}", self.id))
        };
        self.missing().into_keys().map(ask).collect()
    }

    /// An act about this renewal, findable by agreement, application and holder.
    #[must_use]
    pub fn act(&self, name: &'static str, capacity: Capacity) -> Act {
        let about = About {
            application: Some(self.application),
            agreement: Some(self.agreement),
            person: Some(self.requester),
            ..About::default()
        };
        Act::new(name, capacity, "renewal", &self.number).about(about)
    }
}

impl RenewalChange {
    fn because(mut self, reason: &str) -> Self {
        self.act = self.act.because(reason);
        self
    }

    fn telling_holder(mut self, outcome: &str, reason: &str) -> Self {
        let notice = self.next.notice(self.next.holder(), NoticeKind::RenewalMoved).with("outcome", outcome);
        self.notices.push(notice.with("reason", reason).with("path", self.next.path()));
        self
    }

    fn telling_departments(mut self) -> Self {
        self.notices.extend(self.next.asking());
        self
    }
}

fn given(text: String, wanted: &'static str) -> Result<String, Refusal> {
    if text.trim().is_empty() { Err(Refusal::new("reason_needed", wanted)) } else { Ok(text) }
}
