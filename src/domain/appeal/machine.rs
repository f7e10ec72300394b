//! Every act on an appeal in one place: `decide` looks at the state and the command, and either refuses or returns the
//! whole change.

use serde_json::json;

use super::{Appeal, AppealClocks, AppealState, Hearing, Outcome, Part, Ruling, Step, Timeliness};
use crate::domain::audit::{About, Act};
use crate::domain::calendar::CalendarRules;
use crate::domain::notice::{Notice, NoticeKind, Recipient};
use crate::domain::people::{Actor, Capacity, Role, must_not_be_party};
use crate::domain::refusal::{Refusal, wrong_state};
use crate::domain::time::{Day, Instant};

/// What may be done to an appeal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AppealCommand {
    /// Hear it although it came late.
    Admit {
        /// Why.
        reason: String,
    },
    /// Do not hear it, because it came late.
    TurnAway {
        /// Why.
        reason: String,
    },
    /// Say that it came in and what comes next.
    Acknowledge {
        /// A word to the appellant, if any.
        text: String,
    },
    /// Keep the record as it stands.
    Compile {
        /// Its parts.
        record: Vec<Part>,
    },
    /// Set a hearing, or move it.
    SetHearing {
        /// When and where.
        hearing: Hearing,
        /// The day on which it is set.
        today: Day,
    },
    /// Decide.
    Decide {
        /// How.
        outcome: Outcome,
        /// Why.
        reasons: String,
        /// What the office must do.
        instructions: String,
        /// What is done at once, or is open to the appellant.
        effect: String,
    },
    /// Take it back.
    Withdraw {
        /// Why, if they say so.
        reason: String,
    },
}

/// Everything one act on an appeal changes.
#[derive(Clone, Debug, PartialEq)]
pub struct AppealChange {
    /// The appeal as it is now.
    pub next: Appeal,
    /// The audit entry.
    pub act: Act,
    /// The notices owed.
    pub notices: Vec<Notice>,
}

/// What one act says: its name in the audit, its title on the timeline and what was written.
struct Said {
    act: &'static str,
    title: &'static str,
    text: String,
}

impl Appeal {
    /// Decides one command.
    ///
    /// # Errors
    /// `wrong_state`, `late_undecided`, `not_late`, `reason_needed`, `instructions_needed`, `outcome_unfit`,
    /// `hearing_past`, `decided_before`, `own_application`, `not_the_requester`, `not_your_department`.
    pub fn decide(&self, command: AppealCommand, actor: &Actor, now: Instant) -> Result<AppealChange, Refusal> {
        self.must_fit_state(&command)?;
        match command {
            AppealCommand::Admit { reason } => self.admit(reason, actor, now),
            AppealCommand::TurnAway { reason } => self.turn_away(reason, actor, now),
            AppealCommand::Acknowledge { text } => {
                let capacity = self.clerk(actor)?;
                self.must_be_heard()?;
                let said = Said { act: "appeal.acknowledge", title: "Acknowledged", text };
                Ok(self.step(AppealState::Acknowledged, capacity, said, actor, now))
            }
            AppealCommand::Compile { record } => {
                let capacity = self.clerk(actor)?;
                let text = format!("{} parts, each kept with its SHA-256.", record.len());
                let said = Said { act: "appeal.compile_record", title: "Record compiled", text };
                let mut change = self.step(AppealState::RecordCompiled, capacity, said, actor, now);
                change.act.after = json!({ "state": "record_compiled", "record": record });
                change.next.record = record;
                Ok(change)
            }
            AppealCommand::SetHearing { hearing, today } => self.set_hearing(hearing, today, actor, now),
            AppealCommand::Decide { outcome, reasons, instructions, effect } => {
                self.rule(outcome, (reasons, instructions, effect), actor, now)
            }
            AppealCommand::Withdraw { reason } => self.withdraw(reason, actor, now),
        }
    }

    /// The table of states and commands; the tests print it row by row.
    fn must_fit_state(&self, command: &AppealCommand) -> Result<(), Refusal> {
        let fits = match &self.state {
            AppealState::Filed => matches!(
                command,
                AppealCommand::Admit { .. }
                    | AppealCommand::TurnAway { .. }
                    | AppealCommand::Acknowledge { .. }
                    | AppealCommand::Withdraw { .. }
            ),
            AppealState::Acknowledged => {
                matches!(command, AppealCommand::Compile { .. } | AppealCommand::Withdraw { .. })
            }
            AppealState::RecordCompiled | AppealState::HearingSet { .. } => matches!(
                command,
                AppealCommand::SetHearing { .. } | AppealCommand::Decide { .. } | AppealCommand::Withdraw { .. }
            ),
            AppealState::Decided { .. } | AppealState::NotHeard { .. } | AppealState::Withdrawn { .. } => false,
        };
        if fits { Ok(()) } else { Err(wrong_state("appeal", self.state.in_words())) }
    }

    /// The clerk's capacity, for somebody who neither appeals nor decided before.
    fn clerk(&self, actor: &Actor) -> Result<Capacity, Refusal> {
        let capacity = actor.acting_as(Role::Clerk)?;
        must_not_be_party(actor, self.requester, self.organisation)?;
        if actor.account.is_some_and(|account| self.contested.by.contains(&account)) {
            let detail = "You took the decision that is appealed. Somebody else must handle the appeal.";
            return Err(Refusal::new("decided_before", detail));
        }
        Ok(capacity)
    }

    fn must_be_heard(&self) -> Result<(), Refusal> {
        match self.timeliness {
            Timeliness::InTime | Timeliness::Admitted { .. } => Ok(()),
            Timeliness::Late => {
                Err(Refusal::new("late_undecided", "It came late. Say first whether it is heard, and why."))
            }
        }
    }

    fn must_be_late(&self) -> Result<(), Refusal> {
        match self.timeliness {
            Timeliness::Late => Ok(()),
            Timeliness::InTime | Timeliness::Admitted { .. } => {
                Err(Refusal::new("not_late", "It came in time or is admitted already: it is heard."))
            }
        }
    }

    fn admit(&self, reason: String, actor: &Actor, now: Instant) -> Result<AppealChange, Refusal> {
        let capacity = self.clerk(actor)?;
        self.must_be_late()?;
        must_say(&reason, "reason_needed", "Say why it is heard although it came late.")?;
        let said = Said { act: "appeal.admit", title: "Heard although it came late", text: reason.clone() };
        let mut change = self.step(AppealState::Filed, capacity, said, actor, now);
        change.next.timeliness = Timeliness::Admitted { at: now, by_name: actor.name.clone(), reason };
        Ok(change)
    }

    fn turn_away(&self, reason: String, actor: &Actor, now: Instant) -> Result<AppealChange, Refusal> {
        let capacity = self.clerk(actor)?;
        self.must_be_late()?;
        must_say(&reason, "reason_needed", "Say why it is not heard.")?;
        let state = AppealState::NotHeard { at: now, by_name: actor.name.clone(), reason: reason.clone() };
        let said = Said { act: "appeal.turn_away", title: "Not heard, because it came late", text: reason };
        Ok(self.step(state, capacity, said, actor, now))
    }

    fn set_hearing(&self, hearing: Hearing, today: Day, actor: &Actor, now: Instant) -> Result<AppealChange, Refusal> {
        let capacity = self.clerk(actor)?;
        must_say(&hearing.place, "place_needed", "Say at what hour and where.")?;
        if hearing.on <= today {
            return Err(Refusal::new("hearing_past", "Choose a day after today, so that both sides can come."));
        }
        let title = if matches!(self.state, AppealState::HearingSet { .. }) { "Hearing moved" } else { "Hearing set" };
        let text = format!("{}. {}", crate::domain::calendar::in_words(hearing.on), hearing.place);
        let said = Said { act: "appeal.set_hearing", title, text };
        let mut change = self.step(AppealState::HearingSet { hearing }, capacity, said, actor, now);
        let to_office = change.notices.iter().map(|notice| (notice.facts.clone(), notice.kind)).next();
        if let (Some(office), Some((facts, kind))) = (self.office(), to_office) {
            let notice = Notice { to: office, kind, facts, link: None };
            change.notices.push(notice.with("path", self.path_of_office()));
        }
        Ok(change)
    }

    fn rule(
        &self,
        outcome: Outcome,
        (reasons, instructions, effect): (String, String, String),
        actor: &Actor,
        now: Instant,
    ) -> Result<AppealChange, Refusal> {
        let capacity = self.clerk(actor)?;
        let by = actor.account.ok_or_else(|| Refusal::new("not_signed_in", "Sign in first."))?;
        if !self.contested.of.outcomes().contains(&outcome) {
            let detail = "This decision can be affirmed, reversed or sent back; it cannot stand in part.";
            return Err(Refusal::new("outcome_unfit", detail));
        }
        must_say(&reasons, "reasons_needed", "Give the reasons; both sides read them.")?;
        match outcome {
            Outcome::Modified | Outcome::Remanded => {
                must_say(&instructions, "instructions_needed", "Say what the office must do now.")?;
            }
            Outcome::Affirmed | Outcome::Reversed => {}
        }
        let ruling = Ruling {
            outcome,
            reasons: reasons.clone(),
            instructions: instructions.clone(),
            effect: effect.clone(),
            by,
            by_name: actor.name.clone(),
            at: now,
        };
        let said = Said { act: "appeal.decide", title: outcome.sentence(), text: reasons.clone() };
        let mut change = self.step(AppealState::Decided { ruling }, capacity, said, actor, now);
        change.notices = [Some(self.party()), self.office()]
            .into_iter()
            .flatten()
            .map(|to| {
                let path = if to == self.party() { self.path() } else { self.path_of_office() };
                self.notice(to, NoticeKind::AppealDecided)
                    .with("outcome", outcome.sentence())
                    .with("reasons", &reasons)
                    .with("instructions", &instructions)
                    .with("effect", &effect)
                    .with("path", path)
            })
            .collect();
        Ok(change)
    }

    fn withdraw(&self, reason: String, actor: &Actor, now: Instant) -> Result<AppealChange, Refusal> {
        if !actor.is_party(self.requester, self.organisation) {
            return Err(Refusal::new("not_the_requester", "Only the side that appealed may take it back."));
        }
        let state = AppealState::Withdrawn { at: now, reason: reason.clone() };
        let said = Said { act: "appeal.withdraw", title: "Taken back", text: reason };
        let mut change = self.step(state, Capacity::Requester, said, actor, now);
        let facts = change.notices.first().map(|notice| notice.facts.clone()).unwrap_or_default();
        let clerks = Notice { to: Recipient::Everybody(Role::Clerk), kind: NoticeKind::AppealMoved, facts, link: None };
        change.notices.push(clerks.with("path", format!("/clerk/appeals/{}", self.id)));
        Ok(change)
    }

    /// The audit entry of an act on this appeal.
    #[must_use]
    pub fn act(&self, name: &'static str, capacity: Capacity) -> Act {
        let Appeal { contested, requester, .. } = self;
        let about = About {
            application: contested.application,
            agreement: contested.agreement,
            key: contested.key,
            person: Some(*requester),
            dataset: None,
        };
        Act::new(name, capacity, "appeal", &self.number).about(about)
    }

    fn step(&self, state: AppealState, capacity: Capacity, said: Said, actor: &Actor, now: Instant) -> AppealChange {
        let Said { act, title, text } = said;
        let mut next = Self { state, ..self.clone() };
        next.steps.push(Step { at: now, title: title.to_owned(), by_name: actor.name.clone(), text: text.clone() });
        let (before, after) = (json!({ "state": self.state.as_str() }), json!({ "state": next.state.as_str() }));
        let mut act = self.act(act, capacity).change(before, after);
        act.reason = Some(text.clone()).filter(|text| !text.is_empty());
        let notice = self.notice(self.party(), NoticeKind::AppealMoved).with("title", title).with("text", text);
        AppealChange { next, act, notices: vec![notice] }
    }

    /// The clocks on another calendar, where that moves a day of an open appeal: the city's day either way, the party's
    /// only to a later one. The state's commission counts calendar days, which no closing moves.
    #[must_use]
    pub fn recounted(&self, calendar: &CalendarRules, now: Instant) -> Option<AppealChange> {
        let AppealClocks { ask_by, decide_by, .. } = &self.clocks;
        let (ask, decide) = (ask_by.recounted_for_party(calendar), decide_by.recounted(calendar));
        if !self.state.is_open() || (ask.is_none() && decide.is_none()) {
            return None;
        }
        let mut next = self.clone();
        next.clocks.ask_by = ask.unwrap_or_else(|| ask_by.clone());
        next.clocks.decide_by = decide.unwrap_or_else(|| decide_by.clone());
        let text = next.clocks.decide_by.explain();
        let title = "Days counted again".to_owned();
        let step = Step { at: now, title: title.clone(), by_name: "calendar".to_owned(), text: text.clone() };
        next.steps.push(step);
        let days = |clocks: &AppealClocks| json!({ "ask_by": clocks.ask_by.due, "decide_by": clocks.decide_by.due });
        let act = self.act("appeal.recount", Capacity::Service).change(days(&self.clocks), days(&next.clocks));
        let notice = next.notice(self.party(), NoticeKind::AppealMoved).with("title", title).with("text", text);
        Some(AppealChange { next, act: act.because("the city's calendar changed"), notices: vec![notice] })
    }

    /// A notice about this appeal, with both dates.
    #[must_use]
    pub fn notice(&self, to: Recipient, kind: NoticeKind) -> Notice {
        Notice::new(to, kind)
            .with("number", &self.number)
            .with("what", &self.contested.what)
            .with("decide_by", crate::domain::calendar::in_words(self.clocks.decide_by.due))
            .with("state_by", crate::domain::calendar::in_words(self.clocks.state_by.due))
            .with("path", self.path())
    }

    /// The page of the side that appealed.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/appeals/{}", self.id)
    }

    /// The office that decided.
    #[must_use]
    pub fn office(&self) -> Option<Recipient> {
        self.contested.office.map(Recipient::Office)
    }

    /// Where the office finds what is appealed.
    #[must_use]
    pub fn path_of_office(&self) -> String {
        match (self.contested.agreement, self.contested.application) {
            (Some(agreement), _) => format!("/review/agreements/{agreement}"),
            (None, Some(application)) => format!("/review/{application}"),
            (None, None) => "/review".to_owned(),
        }
    }
}

fn must_say(text: &str, code: &'static str, what: &'static str) -> Result<(), Refusal> {
    if text.trim().is_empty() { Err(Refusal::new(code, what)) } else { Ok(()) }
}
