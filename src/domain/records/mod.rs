//! A request for public records: the other track, a right that needs no account, no name and no purpose. Holds what was
//! asked, the clock with its working, what was answered and why, and (in `machine`) every act on it.
//!
//! Must never let an act move or hide the day on which silence became a denial, and never ask why.

mod answer;
mod fees;
mod machine;
mod office;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use answer::{Answer, AnswerDraft, CheckedAnswer, NOT_HELD, Outcome, WITHHELD_MAX, Withheld};
pub use fees::{
    Cents, Estimate, EstimateDraft, FeeLine, FeeRules, LedgerEntry, LedgerKind, WaiverGround, balance, may_enter,
};
pub use machine::{RecordsChange, RecordsCommand, Shown};

use super::calendar::{Deadline, RecordsClocks};
use super::id::{AccountId, ApplicationId, DepartmentId, LinkId, OrganisationId, RecordsId};
use super::notice::Recipient;
use super::refusal::Refusal;
use super::time::{Day, Instant};

/// Longest description of records, and longest text of an answer, in characters.
pub const TEXT_MAX: usize = 8_000;

/// In which form the records are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// To be looked at in the office, which costs nothing.
    Inspection,
    /// As a file, by mail or on a medium.
    Electronic,
    /// On paper.
    Paper,
    /// On paper, certified.
    Certified,
}

impl Format {
    /// Every form.
    pub const ALL: [Self; 4] = [Self::Electronic, Self::Inspection, Self::Paper, Self::Certified];

    /// The word for columns and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Inspection => "inspection",
            Self::Electronic => "electronic",
            Self::Paper => "paper",
            Self::Certified => "certified",
        }
    }

    /// Reads the word written by [`Format::as_str`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == word)
    }

    /// What a person reads.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Inspection => "To look at, in the office",
            Self::Electronic => "As files, by e-mail or on a medium",
            Self::Paper => "On paper",
            Self::Certified => "On paper, certified",
        }
    }
}

/// Who asks, as far as they say. Nobody needs an account, and nobody needs to give a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requester {
    /// Their account, where they were signed in.
    pub account: Option<AccountId>,
    /// Their organisation at the time, where they asked for it.
    pub organisation: Option<OrganisationId>,
    /// Their name; may be empty.
    pub name: String,
    /// Their mail address; may be empty where another way is given.
    pub email: String,
    /// Another way to answer: a postal address or a telephone.
    pub other_way: String,
    /// The language of the answer.
    pub language: String,
}

impl Requester {
    /// How they are called in texts.
    #[must_use]
    pub fn called(&self) -> &str {
        if self.name.is_empty() { "the requester" } else { &self.name }
    }

    /// Whether the request was made under this account or, for an organisation, by one of its members.
    #[must_use]
    pub fn is_party(&self, actor: &super::people::Actor) -> bool {
        self.account.is_some_and(|account| actor.is_party(account, self.organisation))
    }

    /// Whom notices go to; none where no mail address was given.
    #[must_use]
    pub fn recipient(&self) -> Option<Recipient> {
        match self.account {
            Some(account) => Some(Recipient::Party(account, self.organisation)),
            None if self.email.is_empty() => None,
            None => Some(Recipient::Address(self.email.clone())),
        }
    }
}

/// A referral of a safety question to the state's commissioner, who alone finds whether there are reasonable grounds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Referral {
    /// Which records or fields.
    pub records: String,
    /// What the risk would be.
    pub reason: String,
    /// The exemption.
    pub exemption: String,
    /// To whom.
    pub to: String,
    /// When the commissioner was told.
    pub at: Instant,
    /// The city's day of that.
    pub on: Day,
    /// By whom.
    pub by_name: String,
    /// What came back.
    pub finding: Option<Finding>,
}

/// What the commissioner found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The day on the finding.
    pub on: Day,
    /// Whether there are reasonable grounds to withhold.
    pub has_grounds: bool,
    /// In their words.
    pub text: String,
    /// Who wrote it down.
    pub by_name: String,
    /// When it was written down.
    pub at: Instant,
}

/// Where a request stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum RecordsState {
    /// It came in.
    Received,
    /// The office said that it came in. Neither a grant nor a denial.
    Acknowledged {
        /// When.
        at: Instant,
        /// By whom.
        by_name: String,
    },
    /// Nobody answered in time, which the law calls a denial.
    DeemedDenied {
        /// The last day to answer.
        on: Day,
    },
    /// Answered: produced, in part, or denied.
    Answered {
        /// How.
        answer: Box<Answer>,
    },
    /// Taken back by the requester.
    Withdrawn {
        /// When.
        at: Instant,
        /// Why, if they say so.
        reason: String,
    },
    /// The requester asks for access under an agreement instead.
    Converted {
        /// When.
        at: Instant,
        /// The application.
        application: ApplicationId,
    },
}

impl RecordsState {
    /// Every word of [`RecordsState::as_str`].
    pub const WORDS: [&'static str; 8] =
        ["received", "acknowledged", "deemed_denied", "produced", "partly", "denied", "withdrawn", "converted"];

    /// The word for columns, JSON and filters.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Acknowledged { .. } => "acknowledged",
            Self::DeemedDenied { .. } => "deemed_denied",
            Self::Answered { answer } => answer.outcome.as_str(),
            Self::Withdrawn { .. } => "withdrawn",
            Self::Converted { .. } => "converted",
        }
    }

    /// How it stands in a sentence: “the request is …”.
    #[must_use]
    pub const fn in_words(&self) -> &'static str {
        match self {
            Self::Received => "received and not answered yet",
            Self::Acknowledged { .. } => "acknowledged and not answered yet",
            Self::DeemedDenied { .. } => "denied by silence and not answered yet",
            Self::Answered { answer } => match answer.outcome {
                Outcome::Produced => "answered: the records were produced",
                Outcome::Partly => "answered in part",
                Outcome::Denied => "answered: it was denied",
            },
            Self::Withdrawn { .. } => "taken back",
            Self::Converted { .. } => "over: it became an application",
        }
    }

    /// Whether the city still owes an answer.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        match self {
            Self::Received | Self::Acknowledged { .. } | Self::DeemedDenied { .. } => true,
            Self::Answered { .. } | Self::Withdrawn { .. } | Self::Converted { .. } => false,
        }
    }
}

/// Silence that became a denial; it stays on record whatever is answered later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeemedDenial {
    /// The last day to answer.
    pub on: Day,
    /// When it was written down.
    pub noted_at: Instant,
    /// Until when one may appeal from it.
    pub appeal: Deadline,
}

/// One thing that happened, for the timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordsStep {
    /// When.
    pub at: Instant,
    /// What, in a few words.
    pub title: String,
    /// By whom.
    pub by_name: String,
    /// What was written.
    pub text: String,
    /// Whether only staff see it.
    #[serde(default)]
    pub is_private: bool,
}

/// A request for records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordsRequest {
    /// Its id.
    pub id: RecordsId,
    /// Its short number, `REC-2026-0001`.
    pub number: String,
    /// The link by which whoever asked follows it; its token is signed when it is shown or mailed and kept nowhere.
    pub link: LinkId,
    /// Who asks.
    pub requester: Requester,
    /// The department that has the records; `None` until the clerk says which.
    pub department: Option<DepartmentId>,
    /// Which records.
    pub description: String,
    /// In which form.
    pub format: Format,
    /// The ground on which the fee should be waived, if the requester names one.
    pub waiver_asked: Option<WaiverGround>,
    /// When it came in.
    pub received_at: Instant,
    /// The city's day of that.
    pub received_on: Day,
    /// Whether the offices were closed on that day.
    pub came_when_closed: bool,
    /// The clock, with its working.
    pub clocks: RecordsClocks,
    /// Where it stands.
    pub state: RecordsState,
    /// Silence that became a denial.
    pub deemed: Option<DeemedDenial>,
    /// Whether the place lets an acknowledgement stop the clock; kept as it was when the request came in.
    pub acknowledgement_stops_clock: bool,
    /// Why an employee had to be told first, which gives the longer time.
    pub employee_told: Option<String>,
    /// The question that the state's commissioner must answer.
    pub referral: Option<Referral>,
    /// What copies would cost at most.
    pub estimate: Option<Estimate>,
    /// The ground on which the fee was waived.
    pub waived: Option<WaiverGround>,
    /// The application it came from.
    pub from_application: Option<ApplicationId>,
    /// The application that was begun from it.
    pub application: Option<ApplicationId>,
    /// Everything that happened, oldest first.
    pub steps: Vec<RecordsStep>,
    /// Counts saves; the store compares and sets it.
    pub version: i64,
}

/// What a new request is made from.
#[derive(Clone, Debug)]
pub struct RecordsDraft {
    /// Its id.
    pub id: RecordsId,
    /// Its short number.
    pub number: String,
    /// Its link.
    pub link: LinkId,
    /// Who asks.
    pub requester: Requester,
    /// The department, where they know it.
    pub department: Option<DepartmentId>,
    /// Which records.
    pub description: String,
    /// In which form.
    pub format: Format,
    /// The ground for a waiver.
    pub waiver_asked: Option<WaiverGround>,
    /// The city's day on which it came in.
    pub received_on: Day,
    /// Whether the offices were closed on that day.
    pub came_when_closed: bool,
    /// The clock.
    pub clocks: RecordsClocks,
    /// Whether an acknowledgement stops the clock here.
    pub acknowledgement_stops_clock: bool,
    /// The application it came from.
    pub from_application: Option<ApplicationId>,
}

impl RecordsRequest {
    /// Takes a request in. Nothing is asked but which records, and how to answer.
    ///
    /// # Errors
    /// `description_needed`, `way_needed`.
    pub fn receive(draft: RecordsDraft, now: Instant) -> Result<Self, Refusal> {
        if draft.description.trim().is_empty() {
            return Err(Refusal::new("description_needed", "Say which records you ask for."));
        }
        let Requester { account, email, other_way, .. } = &draft.requester;
        if account.is_none() && email.is_empty() && other_way.is_empty() {
            let detail = "Give a mail address, a postal address or a telephone, so that the city can answer.";
            return Err(Refusal::new("way_needed", detail));
        }
        let text = if draft.came_when_closed { "The offices were closed on that day." } else { "" };
        let by_name = draft.requester.called().to_owned();
        let step =
            RecordsStep { at: now, title: "Received".to_owned(), by_name, text: text.to_owned(), is_private: false };
        Ok(Self {
            id: draft.id,
            number: draft.number,
            link: draft.link,
            requester: draft.requester,
            department: draft.department,
            description: draft.description,
            format: draft.format,
            waiver_asked: draft.waiver_asked,
            received_at: now,
            received_on: draft.received_on,
            came_when_closed: draft.came_when_closed,
            clocks: draft.clocks,
            state: RecordsState::Received,
            deemed: None,
            acknowledgement_stops_clock: draft.acknowledgement_stops_clock,
            employee_told: None,
            referral: None,
            estimate: None,
            waived: None,
            from_application: draft.from_application,
            application: None,
            steps: vec![step],
            version: 1,
        })
    }

    /// Whether the due day ran out on `today` without an answer, and that is not written down yet.
    #[must_use]
    pub fn is_silent_on(&self, today: Day) -> bool {
        let waits = match self.state {
            RecordsState::Received => true,
            RecordsState::Acknowledged { .. } => !self.acknowledgement_stops_clock,
            RecordsState::DeemedDenied { .. }
            | RecordsState::Answered { .. }
            | RecordsState::Withdrawn { .. }
            | RecordsState::Converted { .. } => false,
        };
        waits && self.deemed.is_none() && today > self.clocks.due.due
    }

    /// The answer, once there is one.
    #[must_use]
    pub fn answer(&self) -> Option<&Answer> {
        match &self.state {
            RecordsState::Answered { answer } => Some(answer),
            RecordsState::Received
            | RecordsState::Acknowledged { .. }
            | RecordsState::DeemedDenied { .. }
            | RecordsState::Withdrawn { .. }
            | RecordsState::Converted { .. } => None,
        }
    }

    /// The days until which one may appeal to the state's commission, each with its working: from silence, and from a
    /// denial in words. Before either, what would run from silence.
    #[must_use]
    pub fn appeals(&self) -> Vec<&Deadline> {
        let from_silence = self.deemed.as_ref().map(|deemed| &deemed.appeal);
        let from_answer = self.answer().and_then(|answer| answer.appeal.as_ref());
        let found: Vec<_> = from_silence.into_iter().chain(from_answer).collect();
        if found.is_empty() && self.state.is_open() { vec![&self.clocks.appeal] } else { found }
    }

    /// The page of the office.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/records/{}", self.id)
    }

    /// The request as it goes on when the account it was made under is closed: its private link opens it, and mails go to
    /// the address in it, or to the account's where it has none.
    #[must_use]
    pub fn without_account(&self, email: &str) -> Self {
        let mut next = self.clone();
        next.requester.account = None;
        if next.requester.email.is_empty() {
            email.clone_into(&mut next.requester.email);
        }
        next
    }

    /// Whose desk it lies on: the department's, and the clerk's while nobody said which department has the records.
    #[must_use]
    pub fn office(&self) -> Recipient {
        use super::people::Role;
        self.department.map_or(Recipient::Everybody(Role::Clerk), Recipient::Office)
    }
}
