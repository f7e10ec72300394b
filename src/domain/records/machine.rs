//! Every act on a request for records in one place: `decide` looks at the state and the command, and either refuses or
//! returns the whole change.

use serde_json::json;

use super::{
    Cents, CheckedAnswer, Estimate, Finding, LedgerEntry, LedgerKind, Outcome, RecordsRequest, RecordsState,
    RecordsStep, Referral, WaiverGround, may_enter,
};
use crate::domain::audit::{About, Act};
use crate::domain::calendar::{Deadline, RecordsClocks, in_words};
use crate::domain::id::{ApplicationId, DepartmentId};
use crate::domain::notice::{Notice, NoticeKind, Recipient};
use crate::domain::people::{Actor, Capacity, Role};
use crate::domain::refusal::{Refusal, wrong_state};
use crate::domain::time::{Day, Instant};

/// What may be done to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordsCommand {
    /// Say that it came in and who has it.
    Acknowledge {
        /// A word to the requester, if any.
        text: String,
    },
    /// Give it to the department that has the records.
    Route {
        /// Which.
        department: DepartmentId,
        /// Its name.
        name: String,
        /// Why.
        text: String,
    },
    /// An employee must be told first, which gives the longer time.
    Lengthen {
        /// The clock as it is then.
        clocks: RecordsClocks,
        /// Why.
        reason: String,
    },
    /// Say what copies cost at most.
    Estimate {
        /// As computed.
        estimate: Estimate,
    },
    /// Ask no fee.
    Waive {
        /// The ground.
        ground: WaiverGround,
        /// What shows it.
        text: String,
    },
    /// Write a charge or a payment into the ledger.
    Enter {
        /// Which.
        kind: LedgerKind,
        /// How much.
        cents: Cents,
        /// What for.
        text: String,
        /// What the ledger holds so far.
        entries: Vec<LedgerEntry>,
    },
    /// Refer a safety question to the state's commissioner.
    Refer {
        /// The question.
        referral: Referral,
    },
    /// Write down what the commissioner found.
    Find {
        /// The finding.
        finding: Finding,
    },
    /// Answer it.
    Answer {
        /// What was checked.
        answer: CheckedAnswer,
        /// The city's day.
        on: Day,
        /// Until when one may appeal from a withholding of that day.
        appeal: Deadline,
    },
    /// The due day ran out: silence is a denial.
    Deem {
        /// The city's day.
        today: Day,
    },
    /// Write to the requester.
    Write {
        /// The message.
        text: String,
    },
    /// Write a note for staff.
    Note {
        /// The note.
        text: String,
    },
    /// Take it back.
    Withdraw {
        /// Why, if they say so.
        reason: String,
        /// How they showed that it is theirs.
        shown: Shown,
    },
    /// Begin an application from it.
    Convert {
        /// Which.
        application: ApplicationId,
        /// Its number.
        number: String,
        /// Whether the request ends with it; it does not unless the requester says so.
        ends_request: bool,
        /// How they showed that it is theirs.
        shown: Shown,
    },
}

/// How somebody showed that a request is theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// By its private link.
    Link,
    /// By their account.
    Account,
}

/// Everything one act on a request changes.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordsChange {
    /// The request as it is now.
    pub next: RecordsRequest,
    /// The audit entry.
    pub act: Act,
    /// The notices owed.
    pub notices: Vec<Notice>,
}

/// What one act says: its name in the audit, its title on the timeline and what was written.
pub(super) struct Said {
    pub(super) act: &'static str,
    pub(super) title: &'static str,
    pub(super) text: String,
}

/// Who may do an act of the office.
#[derive(Clone, Copy)]
pub(super) enum Rank {
    /// Anybody who works on requests.
    Desk,
    /// The official with custody, or the clerk.
    Official,
}

impl RecordsRequest {
    /// Decides one command.
    ///
    /// # Errors
    /// `wrong_state`, `not_your_department`, `not_the_requester`, `own_application`, `not_signed_in`, `text_needed`,
    /// `reason_needed`, `already_there`, `already_longer`, `too_late_to_lengthen`, `already_referred`, `not_referred`,
    /// `already_found`, `not_due`, `already_waived`, and those of [`may_enter`].
    pub fn decide(&self, command: RecordsCommand, actor: &Actor, now: Instant) -> Result<RecordsChange, Refusal> {
        self.must_fit_state(&command)?;
        match command {
            RecordsCommand::Acknowledge { text } => {
                let capacity = self.office_act(actor, Rank::Desk)?;
                let state = RecordsState::Acknowledged { at: now, by_name: actor.name.clone() };
                let said = Said { act: "records.acknowledge", title: "Acknowledged", text };
                Ok(self.step(state, capacity, said, actor, now))
            }
            RecordsCommand::Route { department, name, text } => self.route((department, &name), &text, actor, now),
            RecordsCommand::Lengthen { clocks, reason } => self.lengthen(clocks, reason, actor, now),
            RecordsCommand::Estimate { estimate } => self.estimate(estimate, actor, now),
            RecordsCommand::Waive { ground, text } => self.waive(ground, &text, actor, now),
            RecordsCommand::Enter { kind, cents, text, entries } => {
                self.enter((kind, cents, text), &entries, actor, now)
            }
            RecordsCommand::Refer { referral } => self.refer(referral, actor, now),
            RecordsCommand::Find { finding } => self.find(finding, actor, now),
            RecordsCommand::Answer { answer, on, appeal } => self.reply(answer, (on, appeal), actor, now),
            RecordsCommand::Deem { today } => self.deem(today, actor, now),
            RecordsCommand::Write { text } => {
                let capacity = self.office_act(actor, Rank::Desk)?;
                must_say(&text, "text_needed", "Write something.")?;
                let said = Said { act: "records.write", title: "Message of the office", text };
                Ok(self.step(self.state.clone(), capacity, said, actor, now))
            }
            RecordsCommand::Note { text } => self.note(text, actor, now),
            RecordsCommand::Withdraw { reason, shown } => self.withdraw(reason, shown, actor, now),
            RecordsCommand::Convert { application, number, ends_request, shown } => {
                self.convert((application, &number, ends_request), shown, actor, now)
            }
        }
    }

    /// The table of states and commands; the tests print it row by row.
    fn must_fit_state(&self, command: &RecordsCommand) -> Result<(), Refusal> {
        use RecordsCommand as C;
        let is_acknowledging = matches!(command, C::Acknowledge { .. });
        let is_clock = matches!(command, C::Deem { .. } | C::Lengthen { .. });
        let is_work = matches!(
            command,
            C::Route { .. }
                | C::Estimate { .. }
                | C::Refer { .. }
                | C::Find { .. }
                | C::Answer { .. }
                | C::Write { .. }
        );
        let is_money = matches!(command, C::Waive { .. } | C::Enter { .. });
        let is_note = matches!(command, C::Note { .. });
        let is_theirs = matches!(command, C::Withdraw { .. } | C::Convert { .. });
        let fits = match &self.state {
            RecordsState::Received => true,
            RecordsState::Acknowledged { .. } => !is_acknowledging,
            RecordsState::DeemedDenied { .. } => is_work || is_money || is_note || is_theirs,
            // What was withheld may be answered again: the commissioner found something, or the state's commission did.
            RecordsState::Answered { answer } => match answer.outcome {
                Outcome::Partly | Outcome::Denied => {
                    is_money || is_note || (is_work && !matches!(command, C::Route { .. })) || is_convert(command)
                }
                Outcome::Produced => is_money || is_note || matches!(command, C::Write { .. }) || is_convert(command),
            },
            RecordsState::Withdrawn { .. } | RecordsState::Converted { .. } => is_money || is_note,
        };
        debug_assert!(
            is_acknowledging || is_clock || is_work || is_money || is_note || is_theirs,
            "every command counts"
        );
        if fits { Ok(()) } else { Err(wrong_state("request", self.state.in_words())) }
    }

    /// The capacity of somebody in the office that has the request; nobody works on their own.
    pub(super) fn office_act(&self, actor: &Actor, rank: Rank) -> Result<Capacity, Refusal> {
        let capacity = match (self.department, rank) {
            _ if actor.holds_anywhere(Role::Clerk) => actor.acting_as(Role::Clerk)?,
            (Some(department), Rank::Desk) => actor.acting_for(&[Role::Manager, Role::Reviewer], department)?,
            (Some(department), Rank::Official) => actor.acting_for(&[Role::Manager], department)?,
            (None, _) => actor.acting_as(Role::Clerk)?,
        };
        let is_own = self.requester.account.is_some() && self.requester.account == actor.account;
        if is_own || self.requester.is_party(actor) {
            let detail = "You asked for these records yourself, so somebody else must answer.";
            return Err(Refusal::new("own_application", detail));
        }
        Ok(capacity)
    }

    pub(super) fn theirs(&self, actor: &Actor, shown: Shown) -> Result<Capacity, Refusal> {
        match shown {
            Shown::Link if actor.account.is_none() => Ok(Capacity::Visitor),
            Shown::Link => Ok(Capacity::Requester),
            Shown::Account if self.requester.is_party(actor) => Ok(Capacity::Requester),
            Shown::Account => Err(Refusal::new("not_the_requester", "Only the requester may do this.")),
        }
    }

    fn route(
        &self,
        (department, name): (DepartmentId, &str),
        text: &str,
        actor: &Actor,
        now: Instant,
    ) -> Result<RecordsChange, Refusal> {
        let capacity = self.office_act(actor, Rank::Desk)?;
        if self.department == Some(department) {
            return Err(Refusal::new("already_there", "This department has it already."));
        }
        let text = if text.is_empty() { format!("To {name}.") } else { format!("To {name}. {text}") };
        let said = Said { act: "records.route", title: "Given to the office that has the records", text };
        let mut change = self.step(self.state.clone(), capacity, said, actor, now);
        change.next.department = Some(department);
        let office = change.next.office();
        change.notices.push(change.next.notice(office, NoticeKind::RecordsFiled).with("path", self.path()));
        Ok(change)
    }

    fn lengthen(
        &self,
        clocks: RecordsClocks,
        reason: String,
        actor: &Actor,
        now: Instant,
    ) -> Result<RecordsChange, Refusal> {
        let capacity = self.office_act(actor, Rank::Official)?;
        must_say(&reason, "reason_needed", "Say which file it is and that the employee was told.")?;
        if self.employee_told.is_some() {
            return Err(Refusal::new("already_longer", "The longer time is given already."));
        }
        let text = format!("{reason} The last day to answer is now {}.", in_words(clocks.due.due));
        let said = Said { act: "records.lengthen", title: "An employee is told first: longer time", text };
        let mut change = self.step(self.state.clone(), capacity, said, actor, now);
        change.next.clocks = clocks;
        change.next.employee_told = Some(reason);
        Ok(change)
    }

    fn estimate(&self, estimate: Estimate, actor: &Actor, now: Instant) -> Result<RecordsChange, Refusal> {
        let capacity = self.office_act(actor, Rank::Desk)?;
        if self.waived.is_some() {
            return Err(Refusal::new("already_waived", "The fee was waived: nothing is asked."));
        }
        let lines: Vec<_> = estimate.lines.iter().map(|line| format!("{}: {}", line.what, line.cents)).collect();
        let ask = if estimate.prepayment { " It is paid before copies are made." } else { "" };
        let text = format!("{}\nTogether at most {}.{ask}", lines.join("\n"), estimate.total);
        let said = Said { act: "records.estimate", title: "What copies cost at most", text: text.trim().to_owned() };
        let mut change = self.step(self.state.clone(), capacity, said, actor, now);
        change.act.after = json!({ "state": self.state.as_str(), "estimate": estimate });
        change.next.estimate = Some(estimate);
        Ok(change)
    }

    fn waive(&self, ground: WaiverGround, text: &str, actor: &Actor, now: Instant) -> Result<RecordsChange, Refusal> {
        let capacity = self.office_act(actor, Rank::Official)?;
        if self.waived.is_some() {
            return Err(Refusal::new("already_waived", "The fee was waived already."));
        }
        let text = format!("Ground: {}. {text}", ground.in_words());
        let said = Said { act: "records.waive_fee", title: "No fee is asked", text: text.trim().to_owned() };
        let mut change = self.step(self.state.clone(), capacity, said, actor, now);
        change.act.after = json!({ "state": self.state.as_str(), "waived": ground });
        change.next.waived = Some(ground);
        Ok(change)
    }

    fn enter(
        &self,
        (kind, cents, text): (LedgerKind, Cents, String),
        entries: &[LedgerEntry],
        actor: &Actor,
        now: Instant,
    ) -> Result<RecordsChange, Refusal> {
        let capacity = self.office_act(actor, Rank::Desk)?;
        must_say(&text, "text_needed", "Say what for, or give the number of the receipt.")?;
        may_enter(entries, (kind, cents), self.estimate.as_ref(), self.waived)?;
        let text = format!("{cents}: {text}");
        let said = Said { act: "records.enter_fee", title: kind.in_words(), text };
        let mut change = self.step(self.state.clone(), capacity, said, actor, now);
        change.act.after = json!({ "state": self.state.as_str(), "entry": kind, "cents": cents });
        Ok(change)
    }

    fn note(&self, text: String, actor: &Actor, now: Instant) -> Result<RecordsChange, Refusal> {
        let capacity = self.office_act(actor, Rank::Desk)?;
        must_say(&text, "text_needed", "Write something.")?;
        let said = Said { act: "records.note", title: "Note for staff", text };
        let mut change = self.step(self.state.clone(), capacity, said, actor, now);
        if let Some(step) = change.next.steps.last_mut() {
            step.is_private = true;
        }
        change.notices.clear();
        Ok(change)
    }

    fn withdraw(&self, reason: String, shown: Shown, actor: &Actor, now: Instant) -> Result<RecordsChange, Refusal> {
        let capacity = self.theirs(actor, shown)?;
        let state = RecordsState::Withdrawn { at: now, reason: reason.clone() };
        let said = Said { act: "records.withdraw", title: "Taken back", text: reason };
        Ok(self.told_to_office(self.step(state, capacity, said, actor, now)))
    }

    fn convert(
        &self,
        (application, number, ends_request): (ApplicationId, &str, bool),
        shown: Shown,
        actor: &Actor,
        now: Instant,
    ) -> Result<RecordsChange, Refusal> {
        let capacity = self.theirs(actor, shown)?;
        let state = if ends_request && self.state.is_open() {
            RecordsState::Converted { at: now, application }
        } else {
            self.state.clone()
        };
        let is_over = matches!(state, RecordsState::Converted { .. });
        let ending = if is_over { "This request ends with it." } else { "This request goes on." };
        let text = format!("{number} was begun from it. {ending}");
        let said = Said { act: "records.convert", title: "An application was begun", text };
        let mut change = self.step(state, capacity, said, actor, now);
        change.next.application = Some(application);
        change.act.about.application = Some(application);
        Ok(if is_over { self.told_to_office(change) } else { change })
    }

    /// The same, and the office hears of it too.
    fn told_to_office(&self, mut change: RecordsChange) -> RecordsChange {
        let step = change.next.steps.last().cloned();
        let (title, text) = step.map(|step| (step.title, step.text)).unwrap_or_default();
        let notice = self.notice(self.office(), NoticeKind::RecordsMoved).with("path", self.path());
        change.notices.push(notice.with("title", title).with("text", text));
        change
    }

    /// The audit entry of an act on this request.
    #[must_use]
    pub fn act(&self, name: &'static str, capacity: Capacity) -> Act {
        let about = About { application: self.from_application, person: self.requester.account, ..About::default() };
        Act::new(name, capacity, "records request", &self.number).about(about)
    }

    pub(super) fn step(
        &self,
        state: RecordsState,
        capacity: Capacity,
        said: Said,
        actor: &Actor,
        now: Instant,
    ) -> RecordsChange {
        let Said { act, title, text } = said;
        let by_name = match capacity {
            Capacity::Visitor => self.requester.called().to_owned(),
            Capacity::Requester | Capacity::Staff { .. } | Capacity::Service => actor.name.clone(),
        };
        let mut next = Self { state, ..self.clone() };
        let title_line = title.to_owned();
        next.steps.push(RecordsStep { at: now, title: title_line, by_name, text: text.clone(), is_private: false });
        let (before, after) = (json!({ "state": self.state.as_str() }), json!({ "state": next.state.as_str() }));
        let mut act = self.act(act, capacity).change(before, after);
        act.reason = Some(text.clone()).filter(|text| !text.is_empty());
        let told = self.requester.recipient().map(|to| {
            self.notice(to, NoticeKind::RecordsMoved).with("title", title).with("text", text).with_link(self.link)
        });
        RecordsChange { next, act, notices: told.into_iter().collect() }
    }

    /// A notice about this request, with the dates.
    #[must_use]
    pub fn notice(&self, to: Recipient, kind: NoticeKind) -> Notice {
        let description: String = self.description.chars().take(300).collect();
        Notice::new(to, kind)
            .with("number", &self.number)
            .with("description", description)
            .with("due", in_words(self.clocks.due.due))
            .with("appeal", in_words(self.clocks.appeal.due))
    }
}

const fn is_convert(command: &RecordsCommand) -> bool {
    matches!(command, RecordsCommand::Convert { .. })
}

pub(super) fn must_say(text: &str, code: &'static str, what: &'static str) -> Result<(), Refusal> {
    if text.trim().is_empty() { Err(Refusal::new(code, what)) } else { Ok(()) }
}
