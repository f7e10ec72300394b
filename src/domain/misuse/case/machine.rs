//! Every act on a misuse case in one place: `decide` looks at the state and the command, and either refuses or returns
//! the whole change. A violation is found by a person who did not complain and has no stake, and by nothing else.

use serde_json::json;

use super::measure::{Measure, Order, OrderKind};
use super::{CaseHearing, CaseState, CaseStep, Charge, MisuseCase, highest_without_reasons};
use crate::domain::attachment::Attachment;
use crate::domain::audit::{About, Act};
use crate::domain::calendar::{Deadline, in_words};
use crate::domain::id::HoldId;
use crate::domain::letter::LetterKind;
use crate::domain::notice::{Notice, NoticeKind, Recipient};
use crate::domain::people::{Actor, Capacity, Role, must_not_be_party};
use crate::domain::refusal::{Refusal, wrong_state};
use crate::domain::time::{Day, Instant};

/// What may be done to a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CaseCommand {
    /// Give the notice of violation.
    Notify {
        /// What happened.
        facts: String,
        /// Which clause it would break.
        clause: String,
        /// What would put it right.
        cure: String,
        /// The last day to answer.
        answer_by: Deadline,
        /// The last day to put it right.
        cure_by: Deadline,
    },
    /// Set a hearing, or move it.
    SetHearing {
        /// When and where.
        hearing: CaseHearing,
        /// The day on which it is set.
        today: Day,
    },
    /// Answer, as the holder.
    Answer {
        /// What they say.
        text: String,
        /// How they put it right.
        cure: String,
        /// Their files.
        files: Vec<Attachment>,
        /// The day on which it came.
        today: Day,
    },
    /// The time to answer is over.
    Lapse {
        /// The day on which that is said.
        today: Day,
    },
    /// Suspend at once to prevent harm, before anything is found.
    Suspend {
        /// What was suspended.
        measure: Measure,
        /// Until when the holder is heard.
        hear_by: Deadline,
    },
    /// Order the holder to cease or to take down.
    Order {
        /// What.
        kind: OrderKind,
        /// In words.
        text: String,
        /// The last day to say that it was read.
        acknowledge_by: Deadline,
        /// The last day to comply.
        comply_by: Deadline,
    },
    /// Say that the order was read, as the holder.
    Acknowledge,
    /// Prove that it was complied with, as the holder.
    Prove {
        /// What they say.
        text: String,
        /// Their files.
        files: Vec<Attachment>,
        /// The day on which it came.
        today: Day,
    },
    /// Accept the proof, or ask again.
    JudgeProof {
        /// Whether it is enough.
        accepted: bool,
        /// Why.
        reason: String,
    },
    /// Find a violation and take measures.
    Find {
        /// Why.
        reasons: String,
        /// Why a step of the ladder is left out.
        severity: String,
        /// What is done.
        measures: Vec<Measure>,
    },
    /// Take another measure after the finding.
    Impose {
        /// What is done.
        measure: Measure,
        /// Why a step of the ladder is left out.
        severity: String,
    },
    /// Lift exactly one suspension.
    Lift {
        /// Which.
        hold: HoldId,
        /// Why.
        reason: String,
    },
    /// Find that there was no violation.
    Dismiss {
        /// Why.
        reasons: String,
    },
    /// Set the finding of a violation aside, because an appeal from it was decided so.
    SetAside {
        /// The appeal's number.
        appeal: String,
        /// Why.
        reason: String,
    },
    /// End a case in which everything ordered is done.
    Close {
        /// Why.
        reason: String,
    },
}

/// Everything one act on a case changes.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseChange {
    /// The case as it is now.
    pub next: MisuseCase,
    /// The audit entry.
    pub act: Act,
    /// The notices owed.
    pub notices: Vec<Notice>,
    /// The letter owed to the holder.
    pub letter: Option<LetterKind>,
}

/// What one act says: its name in the audit, its title on the timeline and what was written.
pub(super) struct Said {
    act: &'static str,
    title: String,
    text: String,
}

/// What one act says.
pub(super) fn said(act: &'static str, title: impl Into<String>, text: impl Into<String>) -> Said {
    Said { act, title: title.into(), text: text.into() }
}

impl MisuseCase {
    /// Decides one command.
    ///
    /// # Errors
    /// `wrong_state`, `answer_time_runs`, `notice_first`, `text_needed`, `reasons_needed`, `measures_needed`,
    /// `severity_needed`, `hearing_past`, `no_order`, `order_open`, `acknowledged_already`, `proof_waits`, `no_proof`,
    /// `still_suspended`, `not_suspended`, `complainant`, `own_application`, `not_the_requester`,
    /// `not_your_department`.
    pub fn decide(&self, command: CaseCommand, actor: &Actor, now: Instant) -> Result<CaseChange, Refusal> {
        let capacity = self.may(&command, actor)?;
        self.must_fit_state(&command)?;
        match command {
            CaseCommand::Notify { facts, clause, cure, answer_by, cure_by } => {
                must_say(&facts, "State the facts.")?;
                must_say(&clause, "Name the clause.")?;
                let by_name = actor.name.clone();
                let text = format!("Answer by {}.", in_words(answer_by.due));
                let charge = Charge { facts, clause, cure, at: now, by_name, answer_by, cure_by };
                let said = said("case.notify", "Notice of violation given", text);
                let mut change = self.step(CaseState::Noticed, capacity, said, actor, now);
                change.next.charge = Some(charge);
                Ok(change.with_letter(LetterKind::NoticeOfViolation))
            }
            CaseCommand::SetHearing { hearing, today } => self.set_hearing(hearing, today, (actor, capacity), now),
            CaseCommand::Answer { text, cure, files, today } => {
                self.answer((text, cure, files), today, (actor, capacity), now)
            }
            CaseCommand::Lapse { today } => self.lapse(today, (actor, capacity), now),
            CaseCommand::Suspend { measure, hear_by } => {
                self.must_allow_acts_first()?;
                let text = format!("{} You are heard by {}.", measure.done, in_words(hear_by.due));
                let said = said("case.suspend", "Suspended at once to prevent harm", text);
                let mut change = self.step(self.state.clone(), capacity, said, actor, now).without_notice();
                change.next.hear_by = self.hear_by.clone().or(Some(hear_by));
                change.next.measures.push(measure);
                Ok(change)
            }
            CaseCommand::Order { kind, text, acknowledge_by, comply_by } => {
                let order = Order {
                    kind,
                    text,
                    at: now,
                    by_name: actor.name.clone(),
                    acknowledge_by,
                    comply_by,
                    acknowledged: None,
                    proofs: Vec::new(),
                };
                self.give_order(order, (actor, capacity), now)
            }
            CaseCommand::Acknowledge => self.acknowledge((actor, capacity), now),
            CaseCommand::Prove { text, files, today } => self.prove((text, files), today, (actor, capacity), now),
            CaseCommand::JudgeProof { accepted, reason } => self.judge(accepted, reason, (actor, capacity), now),
            CaseCommand::Find { reasons, severity, measures } => {
                self.find((reasons, severity), measures, (actor, capacity), now)
            }
            CaseCommand::Impose { measure, severity } => self.impose(measure, &severity, (actor, capacity), now),
            CaseCommand::Lift { hold, reason } => self.lift(hold, reason, (actor, capacity), now),
            CaseCommand::Dismiss { reasons } => self.dismiss(reasons, (actor, capacity), now),
            CaseCommand::SetAside { appeal, reason } => self.set_aside(appeal, &reason, (actor, capacity), now),
            CaseCommand::Close { reason } => self.close(reason, (actor, capacity), now),
        }
    }

    /// The table of states and commands; the tests print it row by row.
    fn must_fit_state(&self, command: &CaseCommand) -> Result<(), Refusal> {
        use CaseCommand as Command;
        let is_of_order = matches!(command, Command::Acknowledge | Command::Prove { .. } | Command::JudgeProof { .. });
        let fits = match &self.state {
            CaseState::Opened => matches!(command, Command::Notify { .. } | Command::Dismiss { .. }),
            CaseState::Noticed => {
                if matches!(command, Command::Find { .. }) {
                    let detail = "The holder may still answer. Decide when the answer is in or its last day is over.";
                    return Err(Refusal::new("answer_time_runs", detail));
                }
                is_of_order || Self::is_before_the_finding(command) || matches!(command, Command::Lapse { .. })
            }
            CaseState::Answered | CaseState::Unanswered => {
                is_of_order || Self::is_before_the_finding(command) || matches!(command, Command::Find { .. })
            }
            CaseState::Found => {
                is_of_order
                    || matches!(
                        command,
                        Command::Order { .. }
                            | Command::Impose { .. }
                            | Command::Lift { .. }
                            | Command::SetAside { .. }
                            | Command::Close { .. }
                    )
            }
            CaseState::Dismissed => false,
            CaseState::Closed { .. } => matches!(command, Command::SetAside { .. }),
        };
        if fits { Ok(()) } else { Err(wrong_state("case", self.state.in_words())) }
    }

    const fn is_before_the_finding(command: &CaseCommand) -> bool {
        matches!(
            command,
            CaseCommand::SetHearing { .. }
                | CaseCommand::Answer { .. }
                | CaseCommand::Suspend { .. }
                | CaseCommand::Order { .. }
                | CaseCommand::Lift { .. }
                | CaseCommand::Dismiss { .. }
        )
    }

    /// Who may do it, and as what.
    fn may(&self, command: &CaseCommand, actor: &Actor) -> Result<Capacity, Refusal> {
        match command {
            CaseCommand::Notify { .. } | CaseCommand::SetHearing { .. } => {
                self.office(actor, &[Role::Reviewer, Role::Manager])
            }
            CaseCommand::Suspend { .. } | CaseCommand::Order { .. } => self.office(actor, &[Role::Manager]),
            CaseCommand::JudgeProof { .. }
            | CaseCommand::Find { .. }
            | CaseCommand::Impose { .. }
            | CaseCommand::Lift { .. }
            | CaseCommand::Dismiss { .. }
            | CaseCommand::SetAside { .. }
            | CaseCommand::Close { .. } => self.decider(actor),
            CaseCommand::Answer { .. } | CaseCommand::Acknowledge | CaseCommand::Prove { .. } => {
                let Self { subject, .. } = self;
                if self.is_known_to_holder() && actor.is_party(subject.requester, subject.organisation) {
                    Ok(Capacity::Requester)
                } else {
                    Err(Refusal::new("not_the_requester", "Only the holder's side may do this."))
                }
            }
            CaseCommand::Lapse { .. } => {
                if actor.account.is_none() && actor.address.is_none() {
                    Ok(Capacity::Service)
                } else {
                    Err(Refusal::new("not_your_department", "The service says this by itself."))
                }
            }
        }
    }

    /// The capacity of an office that handles the case.
    ///
    /// # Errors
    /// `not_your_department`, `own_application`.
    pub fn office(&self, actor: &Actor, roles: &[Role]) -> Result<Capacity, Refusal> {
        let of_department = self.departments.iter().find_map(|id| actor.acting_for(roles, *id).ok());
        let capacity = of_department.map_or_else(|| actor.acting_as(Role::Clerk), Ok)?;
        must_not_be_party(actor, self.subject.requester, self.subject.organisation)?;
        Ok(capacity)
    }

    /// The capacity of who decides: a manager of a department concerned or the clerk, who did not complain.
    ///
    /// # Errors
    /// As [`MisuseCase::office`], and `complainant`.
    pub fn decider(&self, actor: &Actor) -> Result<Capacity, Refusal> {
        let capacity = self.office(actor, &[Role::Manager])?;
        if actor.account.is_some_and(|account| self.complainants.contains(&account)) {
            let detail = "You complained or reported what the case is about. Somebody else must decide it.";
            return Err(Refusal::new("complainant", detail));
        }
        Ok(capacity)
    }

    pub(super) fn must_allow_acts_first(&self) -> Result<(), Refusal> {
        if self.class.allows_suspension_first() || self.finding.is_some() {
            return Ok(());
        }
        let detail = "In a case of this class notice and answer come first. Decide it, then act.";
        Err(Refusal::new("notice_first", detail))
    }

    pub(super) fn must_be_on_the_ladder(&self, measures: &[Measure], severity: &str) -> Result<(), Refusal> {
        let highest = highest_without_reasons(self.class, self.stood_at);
        let skips = measures.iter().any(|measure| measure.kind.rung() > highest);
        if skips && severity.trim().is_empty() {
            let detail = "This leaves out a step of the ladder. Write down what makes the case so severe.";
            return Err(Refusal::new("severity_needed", detail));
        }
        Ok(())
    }

    /// The audit entry of an act on this case.
    #[must_use]
    pub fn act(&self, name: &'static str, capacity: Capacity) -> Act {
        Act::new(name, capacity, "case", &self.number).about(self.touches())
    }

    /// What the case touches.
    #[must_use]
    pub const fn touches(&self) -> About {
        About {
            application: None,
            agreement: Some(self.subject.agreement),
            key: self.subject.key,
            dataset: None,
            person: Some(self.subject.requester),
        }
    }

    pub(super) fn step(
        &self,
        state: CaseState,
        capacity: Capacity,
        said: Said,
        actor: &Actor,
        now: Instant,
    ) -> CaseChange {
        let Said { act, title, text } = said;
        let mut next = Self { state, ..self.clone() };
        next.steps.push(CaseStep { at: now, title: title.clone(), by_name: actor.name.clone(), text: text.clone() });
        let (before, after) = (json!({ "state": self.state.as_str() }), json!({ "state": next.state.as_str() }));
        let mut act = self.act(act, capacity).change(before, after);
        act.reason = Some(text.clone()).filter(|text| !text.is_empty());
        let notice = self.notice(self.party(), NoticeKind::CaseMoved).with("title", title).with("text", text);
        CaseChange { next, act, notices: vec![notice], letter: None }
    }

    /// A notice about this case.
    #[must_use]
    pub fn notice(&self, to: Recipient, kind: NoticeKind) -> Notice {
        let path = if to == self.party() { self.path() } else { self.path_of_office() };
        Notice::new(to, kind)
            .with("number", &self.number)
            .with("agreement", &self.subject.agreement_number)
            .with("path", path)
    }

    /// The offices that handle the case.
    #[must_use]
    pub fn offices(&self) -> Vec<Recipient> {
        self.departments.iter().map(|id| Recipient::Office(*id)).collect()
    }
}

impl CaseChange {
    /// The letter says it all; no notice beside it.
    pub(super) fn with_letter(mut self, kind: LetterKind) -> Self {
        self.letter = Some(kind);
        self.without_notice()
    }

    /// Another notice tells of it, or nobody but the office is concerned.
    pub(super) fn without_notice(mut self) -> Self {
        self.notices.clear();
        self
    }

    /// The same to the offices that handle the case.
    pub(super) fn telling_offices(mut self) -> Self {
        if let Some(facts) = self.notices.first().map(|notice| notice.facts.clone()) {
            for office in self.next.offices() {
                let notice = Notice { to: office, kind: NoticeKind::CaseAnswered, facts: facts.clone(), link: None };
                self.notices.push(notice.with("path", self.next.path_of_office()));
            }
        }
        self
    }
}

/// Refuses an empty text.
pub(super) fn must_say(text: &str, what: &'static str) -> Result<(), Refusal> {
    if text.trim().is_empty() { Err(Refusal::new("text_needed", what)) } else { Ok(()) }
}
