//! An appeal to the city's clerk: what is appealed, its two clocks, and (in `machine`) every act on it. It never delays
//! or hides the date of the state's commission: both dates are kept side by side from the day of filing.

mod contested;
mod machine;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use contested::{Appealed, Contested, NamesNothing, Outcome};
pub use machine::{AppealChange, AppealCommand};

use super::calendar::{CalendarRules, Deadline, Span};
use super::id::{AccountId, AppealId, OrganisationId};
use super::notice::Recipient;
use super::refusal::Refusal;
use super::time::{Day, Instant};

/// Longest text of an appeal and of each answer to it, in characters.
pub const TEXT_MAX: usize = 8_000;

/// The clocks of an appeal, with their working.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_field_names, reason = "each names the last day of one clock")]
pub struct AppealClocks {
    /// Last day to ask the clerk; later is late, and the clerk says whether it is heard.
    pub ask_by: Deadline,
    /// Last day for the notice of appeal to the state's commission. Nothing that the city does moves it.
    pub state_by: Deadline,
    /// The day by which the city decides: a promise of service.
    pub decide_by: Deadline,
}

/// The lengths of the clocks.
#[derive(Clone, Copy, Debug)]
pub struct AppealSpans {
    /// To ask the clerk.
    pub ask: Span,
    /// To go to the state's commission.
    pub state: Span,
    /// For the city to decide.
    pub decide: Span,
}

impl AppealClocks {
    /// Counts from the day of the decision, and the city's own time from the day of filing.
    #[must_use]
    pub fn count(calendar: &CalendarRules, spans: AppealSpans, decided_on: Day, filed_on: Day) -> Self {
        Self {
            ask_by: calendar.after(decided_on, spans.ask),
            state_by: calendar.after(decided_on, spans.state),
            decide_by: calendar.after(filed_on, spans.decide),
        }
    }
}

/// Whether an appeal came in time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "timeliness")]
pub enum Timeliness {
    /// It did.
    InTime,
    /// It did not; the clerk has not said yet whether it is heard.
    Late,
    /// It did not, and is heard all the same.
    Admitted {
        /// Since when.
        at: Instant,
        /// Who said so.
        by_name: String,
        /// Why.
        reason: String,
    },
}

/// What was written down when the record was compiled; the texts themselves are kept beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Its name as a file.
    pub name: String,
    /// What it is.
    pub title: String,
    /// SHA-256 of the text, hex.
    pub sha256: String,
    /// Its length in bytes.
    pub bytes: u64,
}

/// A hearing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hearing {
    /// The day.
    pub on: Day,
    /// The hour and the place, and how to come.
    pub place: String,
}

/// The decision on an appeal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ruling {
    /// How it was decided.
    pub outcome: Outcome,
    /// Why, in words for both sides.
    pub reasons: String,
    /// What the office must do; needed where it is sent back or changed in part.
    pub instructions: String,
    /// What was done at once, or what is open to the appellant where the decision cannot be undone.
    pub effect: String,
    /// Who decided.
    pub by: AccountId,
    /// Their name at the time.
    pub by_name: String,
    /// When.
    pub at: Instant,
}

/// Where an appeal stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum AppealState {
    /// It came in.
    Filed,
    /// The clerk said that it came in and who has it.
    Acknowledged,
    /// The record stands.
    RecordCompiled,
    /// A hearing is set.
    HearingSet {
        /// When and where.
        hearing: Hearing,
    },
    /// Decided.
    Decided {
        /// How.
        ruling: Ruling,
    },
    /// It came too late and is not heard.
    NotHeard {
        /// When that was said.
        at: Instant,
        /// By whom.
        by_name: String,
        /// Why.
        reason: String,
    },
    /// Taken back by the appellant.
    Withdrawn {
        /// When.
        at: Instant,
        /// Why, if they say so.
        reason: String,
    },
}

impl AppealState {
    /// Every word of [`AppealState::as_str`].
    pub const WORDS: [&'static str; 10] = [
        "filed",
        "acknowledged",
        "record_compiled",
        "hearing_set",
        "affirmed",
        "modified",
        "reversed",
        "remanded",
        "not_heard",
        "withdrawn",
    ];

    /// The word for columns, JSON and filters.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Filed => "filed",
            Self::Acknowledged => "acknowledged",
            Self::RecordCompiled => "record_compiled",
            Self::HearingSet { .. } => "hearing_set",
            Self::Decided { ruling } => ruling.outcome.as_str(),
            Self::NotHeard { .. } => "not_heard",
            Self::Withdrawn { .. } => "withdrawn",
        }
    }

    /// How it stands in a sentence: “the appeal is …”.
    #[must_use]
    pub const fn in_words(&self) -> &'static str {
        match self {
            Self::Filed => "filed and not acknowledged yet",
            Self::Acknowledged => "acknowledged, and its record is not compiled yet",
            Self::RecordCompiled => "ready to be decided",
            Self::HearingSet { .. } => "waiting for its hearing",
            Self::Decided { .. } => "decided",
            Self::NotHeard { .. } => "closed: it came too late",
            Self::Withdrawn { .. } => "withdrawn",
        }
    }

    /// Whether something may still be done.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        match self {
            Self::Filed | Self::Acknowledged | Self::RecordCompiled | Self::HearingSet { .. } => true,
            Self::Decided { .. } | Self::NotHeard { .. } | Self::Withdrawn { .. } => false,
        }
    }
}

/// One thing that happened, for the timeline of both sides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// When.
    pub at: Instant,
    /// What, in a few words.
    pub title: String,
    /// By whom.
    pub by_name: String,
    /// What was written.
    pub text: String,
}

/// An appeal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appeal {
    /// Its id.
    pub id: AppealId,
    /// Its short number, `APL-2026-0003`.
    pub number: String,
    /// What is appealed.
    pub contested: Contested,
    /// For whom the thing was made that the decision is about.
    pub requester: AccountId,
    /// And for which organisation.
    pub organisation: Option<OrganisationId>,
    /// Who filed.
    pub appellant: AccountId,
    /// Their name at the time.
    pub appellant_name: String,
    /// Why the decision should change.
    pub grounds: String,
    /// What is asked for.
    pub wanted: String,
    /// When it was filed.
    pub filed_at: Instant,
    /// Whether in time.
    pub timeliness: Timeliness,
    /// The clocks.
    pub clocks: AppealClocks,
    /// Where it stands.
    pub state: AppealState,
    /// The record, once compiled.
    pub record: Vec<Part>,
    /// Everything that happened, oldest first.
    pub steps: Vec<Step>,
    /// Counts saves; the store compares and sets it.
    pub version: i64,
}

impl Appeal {
    /// A new appeal. Late ones are taken in: the clerk says whether they are heard.
    ///
    /// # Errors
    /// `grounds_needed`.
    pub fn file(draft: Draft, now: Instant, filed_on: Day) -> Result<Self, Refusal> {
        let Draft { id, number, contested, requester, organisation, appellant, grounds, wanted, clocks } = draft;
        if grounds.trim().is_empty() {
            return Err(Refusal::new("grounds_needed", "Say why the decision should change."));
        }
        let timeliness = if filed_on > clocks.ask_by.due { Timeliness::Late } else { Timeliness::InTime };
        let title = match timeliness {
            Timeliness::InTime => "Filed",
            Timeliness::Late | Timeliness::Admitted { .. } => "Filed after the last day",
        };
        let (appellant, appellant_name) = appellant;
        let step = Step { at: now, title: title.to_owned(), by_name: appellant_name.clone(), text: String::new() };
        Ok(Self {
            id,
            number,
            contested,
            requester,
            organisation,
            appellant,
            appellant_name,
            grounds,
            wanted,
            filed_at: now,
            timeliness,
            clocks,
            state: AppealState::Filed,
            record: Vec::new(),
            steps: vec![step],
            version: 1,
        })
    }

    /// The side that appeals.
    #[must_use]
    pub const fn party(&self) -> Recipient {
        Recipient::Party(self.requester, self.organisation)
    }
}

/// What a new appeal is made from.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Its id.
    pub id: AppealId,
    /// Its short number.
    pub number: String,
    /// What is appealed.
    pub contested: Contested,
    /// The requester of the thing.
    pub requester: AccountId,
    /// Their organisation.
    pub organisation: Option<OrganisationId>,
    /// Who files, with their name.
    pub appellant: (AccountId, String),
    /// Why the decision should change.
    pub grounds: String,
    /// What is asked for.
    pub wanted: String,
    /// The clocks.
    pub clocks: AppealClocks,
}
