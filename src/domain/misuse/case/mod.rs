//! A misuse case: what somebody is charged with, the evidence as it was frozen, their answer, what was found and what was
//! done about it. Must never find a violation by itself: every finding names the person who made it, and why.

mod acts;
mod days;
mod ladder;
mod machine;
mod measure;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use ladder::{Earlier, Rung, first_rung, highest_without_reasons, offence_of};
pub use machine::{CaseChange, CaseCommand};
pub use measure::{Measure, MeasureKind, Order, OrderKind, Proof, Stopped};

use super::{Class, Offence};
use crate::domain::attachment::Attachment;
use crate::domain::calendar::Deadline;
use crate::domain::id::{
    AccountId, AgreementId, CaseId, ComplaintId, DatasetId, DepartmentId, KeyId, OrganisationId, SignalId,
};
use crate::domain::notice::Recipient;
use crate::domain::time::{Day, Instant};

/// Longest text of a case and of each answer in it, in characters.
pub const TEXT_MAX: usize = 8_000;

/// Where a case came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "source")]
pub enum Source {
    /// A rule of the rule book spoke.
    Signal {
        /// The signal.
        signal: SignalId,
    },
    /// Somebody complained. Who it was is never shown to the holder.
    Complaint {
        /// The complaint.
        complaint: ComplaintId,
    },
    /// Somebody of the city saw it.
    Staff,
    /// Personal data got out.
    PersonalData {
        /// The report, if it came in by the form.
        complaint: Option<ComplaintId>,
    },
}

impl Source {
    /// The word for columns and JSON.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Signal { .. } => "signal",
            Self::Complaint { .. } => "complaint",
            Self::Staff => "staff",
            Self::PersonalData { .. } => "personal_data",
        }
    }

    /// What both sides read.
    #[must_use]
    pub const fn in_words(&self) -> &'static str {
        match self {
            Self::Signal { .. } => "a rule of the rule book",
            Self::Complaint { .. } => "a complaint",
            Self::Staff => "an observation of the office",
            Self::PersonalData { .. } => "a report that personal data got out",
        }
    }

    /// The same in Spanish, for letters.
    #[must_use]
    pub const fn in_spanish(&self) -> &'static str {
        match self {
            Self::Signal { .. } => "una regla del reglamento",
            Self::Complaint { .. } => "una queja",
            Self::Staff => "una observación de la oficina",
            Self::PersonalData { .. } => "un aviso de que salieron datos personales",
        }
    }

    /// The complaint it came from.
    #[must_use]
    pub const fn complaint(&self) -> Option<ComplaintId> {
        match self {
            Self::Complaint { complaint } => Some(*complaint),
            Self::PersonalData { complaint } => *complaint,
            Self::Signal { .. } | Self::Staff => None,
        }
    }

    /// The signal it came from.
    #[must_use]
    pub const fn signal(&self) -> Option<SignalId> {
        match self {
            Self::Signal { signal } => Some(*signal),
            Self::Complaint { .. } | Self::Staff | Self::PersonalData { .. } => None,
        }
    }
}

/// Whose case it is: one agreement, and within it a key where the case is about one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// The agreement.
    pub agreement: AgreementId,
    /// Its number.
    pub agreement_number: String,
    /// The key.
    pub key: Option<KeyId>,
    /// The key's name and hint.
    pub key_words: String,
    /// The holder.
    pub requester: AccountId,
    /// The holder's organisation.
    pub organisation: Option<OrganisationId>,
    /// The holder's name when the case was opened.
    pub holder_name: String,
    /// The datasets concerned.
    pub datasets: Vec<DatasetId>,
    /// Their titles.
    pub titles: Vec<String>,
}

/// One piece of frozen evidence; its text is kept beside the case and never changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Its name as a file.
    pub name: String,
    /// What it is.
    pub title: String,
    /// SHA-256 of the text, hex.
    pub sha256: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// Whether the holder reads it too; what would show who complained stays with the office.
    pub is_for_holder: bool,
}

/// The notice of violation: what the holder is asked to answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    /// What happened.
    pub facts: String,
    /// Which clause it would break.
    pub clause: String,
    /// What would put it right.
    pub cure: String,
    /// When the notice was given.
    pub at: Instant,
    /// By whom.
    pub by_name: String,
    /// The last day to answer.
    pub answer_by: Deadline,
    /// The last day to put it right.
    pub cure_by: Deadline,
}

/// The holder's answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// When.
    pub at: Instant,
    /// By whom.
    pub by_name: String,
    /// What they say.
    pub text: String,
    /// How they put it right.
    pub cure: String,
    /// Their files.
    pub files: Vec<Attachment>,
    /// It came after the last day; the decider reads it all the same.
    pub is_late: bool,
}

/// A chance to be heard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseHearing {
    /// The day.
    pub on: Day,
    /// Hour and place, and how to come.
    pub place: String,
}

/// What a person found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Whether there was a violation.
    pub is_violation: bool,
    /// Why.
    pub reasons: String,
    /// Why a step of the ladder was left out; empty where none was.
    pub severity: String,
    /// When.
    pub at: Instant,
    /// Who found it.
    pub by: AccountId,
    /// Their name at the time.
    pub by_name: String,
    /// The appeal on which a violation was set aside: it counts for nothing any more.
    #[serde(default)]
    pub set_aside: Option<String>,
}

impl Finding {
    /// Whether a violation was found and stands.
    #[must_use]
    pub const fn stands(&self) -> bool {
        self.is_violation && self.set_aside.is_none()
    }
}

/// One thing that happened, as both sides read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseStep {
    /// When.
    pub at: Instant,
    /// What.
    pub title: String,
    /// By whom.
    pub by_name: String,
    /// What was written.
    pub text: String,
}

/// Where a case stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum CaseState {
    /// Opened; the holder has no notice yet.
    Opened,
    /// The holder has the notice and time to answer.
    Noticed,
    /// The holder answered.
    Answered,
    /// The time is over and no answer came; one that comes later is read all the same.
    Unanswered,
    /// A violation was found.
    Found,
    /// No violation was found.
    Dismissed,
    /// Over: what was ordered is done.
    Closed {
        /// When.
        at: Instant,
        /// Why.
        reason: String,
    },
}

impl CaseState {
    /// Every word of [`CaseState::as_str`].
    pub const WORDS: [&'static str; 7] =
        ["opened", "noticed", "answered", "unanswered", "found", "dismissed", "closed"];

    /// The word for columns, JSON and filters.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Noticed => "noticed",
            Self::Answered => "answered",
            Self::Unanswered => "unanswered",
            Self::Found => "found",
            Self::Dismissed => "dismissed",
            Self::Closed { .. } => "closed",
        }
    }

    /// How it stands in a sentence: “the case is …”.
    #[must_use]
    pub const fn in_words(&self) -> &'static str {
        match self {
            Self::Opened => "opened, and its holder has no notice yet",
            Self::Noticed => "waiting for the holder's answer",
            Self::Answered => "answered and ready to be decided",
            Self::Unanswered => "without an answer in time and ready to be decided",
            Self::Found => "decided: a violation was found",
            Self::Dismissed => "dismissed: no violation was found",
            Self::Closed { .. } => "closed",
        }
    }

    /// Whether something may still be done.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        match self {
            Self::Opened | Self::Noticed | Self::Answered | Self::Unanswered | Self::Found => true,
            Self::Dismissed | Self::Closed { .. } => false,
        }
    }
}

/// A misuse case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MisuseCase {
    /// Its id.
    pub id: CaseId,
    /// Its short number, `MIS-2026-0007`.
    pub number: String,
    /// Where it came from.
    pub source: Source,
    /// What kind of misuse it is about.
    pub class: Class,
    /// Which offence it would be.
    pub offence: Offence,
    /// The highest step of the ladder taken against this holder for this class within twelve months.
    pub stood_at: Option<Rung>,
    /// Whose case it is.
    pub subject: Subject,
    /// The departments whose data is concerned.
    pub departments: Vec<DepartmentId>,
    /// What was seen, as the office wrote it when it opened the case.
    pub summary: String,
    /// When it was opened.
    pub opened_at: Instant,
    /// By whom.
    pub opened_by_name: String,
    /// Who complained or saw it: none of them decides.
    pub complainants: Vec<AccountId>,
    /// The evidence, frozen on opening.
    pub evidence: Vec<Evidence>,
    /// The notice of violation.
    pub charge: Option<Charge>,
    /// Until when somebody suspended at once is heard.
    pub hear_by: Option<Deadline>,
    /// The hearing, if one is set.
    pub hearing: Option<CaseHearing>,
    /// The holder's answers.
    pub answers: Vec<Answer>,
    /// What was done, oldest first.
    pub measures: Vec<Measure>,
    /// The order to cease or to take down.
    pub order: Option<Order>,
    /// What was found.
    pub finding: Option<Finding>,
    /// Where it stands.
    pub state: CaseState,
    /// Everything that happened, oldest first.
    pub steps: Vec<CaseStep>,
    /// Counts saves; the store compares and sets it.
    pub version: i64,
}

/// What a new case is made from.
#[derive(Clone, Debug)]
pub struct CaseDraft {
    /// Its id.
    pub id: CaseId,
    /// Its short number.
    pub number: String,
    /// Where it came from.
    pub source: Source,
    /// What kind of misuse it is about.
    pub class: Class,
    /// Which offence it would be.
    pub offence: Offence,
    /// The highest step taken before.
    pub stood_at: Option<Rung>,
    /// Whose case it is.
    pub subject: Subject,
    /// The departments whose data is concerned.
    pub departments: Vec<DepartmentId>,
    /// What was seen.
    pub summary: String,
    /// Who complained or saw it.
    pub complainants: Vec<AccountId>,
    /// The frozen evidence.
    pub evidence: Vec<Evidence>,
}

impl MisuseCase {
    /// A new case.
    #[must_use]
    pub fn open(draft: CaseDraft, by_name: &str, now: Instant) -> Self {
        let text = format!("From {}. {} pieces of evidence kept.", draft.source.in_words(), draft.evidence.len());
        let step = CaseStep { at: now, title: "Opened".to_owned(), by_name: by_name.to_owned(), text };
        Self {
            id: draft.id,
            number: draft.number,
            source: draft.source,
            class: draft.class,
            offence: draft.offence,
            stood_at: draft.stood_at,
            subject: draft.subject,
            departments: draft.departments,
            summary: draft.summary,
            opened_at: now,
            opened_by_name: by_name.to_owned(),
            complainants: draft.complainants,
            evidence: draft.evidence,
            charge: None,
            hear_by: None,
            hearing: None,
            answers: Vec::new(),
            measures: Vec::new(),
            order: None,
            finding: None,
            state: CaseState::Opened,
            steps: vec![step],
            version: 1,
        }
    }

    /// The holder's side.
    #[must_use]
    pub const fn party(&self) -> Recipient {
        Recipient::Party(self.subject.requester, self.subject.organisation)
    }

    /// The holder's page.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/my-cases/{}", self.id)
    }

    /// The office's page.
    #[must_use]
    pub fn path_of_office(&self) -> String {
        format!("/cases/{}", self.id)
    }

    /// Whether the holder may know of it: an investigation is shown from the notice on.
    #[must_use]
    pub const fn is_known_to_holder(&self) -> bool {
        self.charge.is_some() || !self.measures.is_empty() || self.order.is_some() || self.finding.is_some()
    }

    /// The day on which somebody must do something next, and what.
    #[must_use]
    pub fn due(&self) -> Option<(Day, &'static str)> {
        let order = self.order.as_ref().filter(|order| order.is_open()).map(Order::due);
        let hear = self.hear_by.as_ref().filter(|_| self.hearing.is_none() && self.finding.is_none());
        let hear = hear.map(|hear_by| (hear_by.due, "hear the holder"));
        let answer = self.charge.as_ref().filter(|_| matches!(self.state, CaseState::Noticed));
        let answer = answer.map(|charge| (charge.answer_by.due, "the holder's answer"));
        [order, hear, answer].into_iter().flatten().min()
    }

    /// The suspensions of this case that are still in force.
    pub fn in_force(&self) -> impl Iterator<Item = &Stopped> {
        self.measures.iter().flat_map(|measure| &measure.stopped).filter(|stopped| stopped.lifted.is_none())
    }
}
