//! An appeal to the city's clerk: what is appealed, its two clocks, and (in `machine`) every act on it. It never delays
//! or hides the date of the state's commission: both dates are kept side by side from the day of filing.

mod machine;
#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use machine::{AppealChange, AppealCommand};

use super::calendar::{CalendarRules, Deadline, Span};
use super::id::{AccountId, AgreementId, AppealId, ApplicationId, DepartmentId, HoldId, ItemId, KeyId, OrganisationId};
use super::notice::Recipient;
use super::refusal::Refusal;
use super::time::{Day, Instant};

/// Longest text of an appeal and of each answer to it, in characters.
pub const TEXT_MAX: usize = 8_000;

/// The decision that is appealed. Its text form (`hold:ID`) names it in addresses and columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Appealed {
    /// A dataset was refused.
    Denial {
        /// The application.
        application: ApplicationId,
        /// The dataset in it.
        item: ItemId,
    },
    /// A dataset was granted under conditions, redaction among them.
    Conditions {
        /// The application.
        application: ApplicationId,
        /// The dataset in it.
        item: ItemId,
    },
    /// A suspension.
    Suspension {
        /// The hold.
        hold: HoldId,
    },
    /// A key was revoked by an office.
    Revocation {
        /// The key.
        key: KeyId,
    },
    /// An agreement was ended by an office.
    Termination {
        /// The agreement.
        agreement: AgreementId,
    },
}

impl Appealed {
    /// Every word of [`Appealed::kind`].
    pub const KINDS: [&'static str; 5] = ["denial", "conditions", "suspension", "revocation", "termination"];

    /// The word for columns and JSON.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Denial { .. } => "denial",
            Self::Conditions { .. } => "conditions",
            Self::Suspension { .. } => "suspension",
            Self::Revocation { .. } => "revocation",
            Self::Termination { .. } => "termination",
        }
    }

    /// The outcomes that can be carried out on it. A suspension or an end cannot be half true; what may be changed in
    /// part is what was decided about a dataset.
    #[must_use]
    pub const fn outcomes(self) -> &'static [Outcome] {
        match self {
            Self::Denial { .. } | Self::Conditions { .. } => &Outcome::ALL,
            Self::Suspension { .. } | Self::Revocation { .. } | Self::Termination { .. } => {
                &[Outcome::Affirmed, Outcome::Reversed, Outcome::Remanded]
            }
        }
    }
}

impl fmt::Display for Appealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind();
        match self {
            Self::Denial { application, item } | Self::Conditions { application, item } => {
                write!(f, "{kind}:{application}:{item}")
            }
            Self::Suspension { hold } => write!(f, "{kind}:{hold}"),
            Self::Revocation { key } => write!(f, "{kind}:{key}"),
            Self::Termination { agreement } => write!(f, "{kind}:{agreement}"),
        }
    }
}

/// A text that names no decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this names no decision")]
pub struct NamesNothing;

impl FromStr for Appealed {
    type Err = NamesNothing;

    fn from_str(text: &str) -> Result<Self, NamesNothing> {
        fn read<K>(text: Option<&str>) -> Result<super::id::Id<K>, NamesNothing> {
            text.and_then(|text| text.parse().ok()).ok_or(NamesNothing)
        }
        let mut parts = text.split(':');
        let (kind, first, second) = (parts.next(), parts.next(), parts.next());
        if parts.next().is_some() {
            return Err(NamesNothing);
        }
        let found = match kind {
            Some("denial") => Self::Denial { application: read(first)?, item: read(second)? },
            Some("conditions") => Self::Conditions { application: read(first)?, item: read(second)? },
            Some("suspension") if second.is_none() => Self::Suspension { hold: read(first)? },
            Some("revocation") if second.is_none() => Self::Revocation { key: read(first)? },
            Some("termination") if second.is_none() => Self::Termination { agreement: read(first)? },
            _ => return Err(NamesNothing),
        };
        Ok(found)
    }
}

/// How an appeal was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The decision stands.
    Affirmed,
    /// The decision stands in part: the dataset is decided again by somebody else, as the reasons say.
    Modified,
    /// The decision does not stand.
    Reversed,
    /// The office that decided must look again, with instructions.
    Remanded,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 4] = [Self::Affirmed, Self::Modified, Self::Reversed, Self::Remanded];

    /// The word for columns and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Affirmed => "affirmed",
            Self::Modified => "modified",
            Self::Reversed => "reversed",
            Self::Remanded => "remanded",
        }
    }

    /// Reads the word written by [`Outcome::as_str`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == word)
    }

    /// What it means, in a sentence.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Affirmed => "The decision stands.",
            Self::Modified => "The decision stands in part.",
            Self::Reversed => "The decision does not stand.",
            Self::Remanded => "The office that decided must look at it again.",
        }
    }
}

/// The decision under appeal, as it stood on the day of filing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contested {
    /// Which.
    pub of: Appealed,
    /// What it is called: “Denial of Parking in APP-2026-0042”.
    pub what: String,
    /// When it was decided.
    pub at: Instant,
    /// Who decided; none of them decides the appeal.
    pub by: Vec<AccountId>,
    /// Their names at the time.
    pub by_names: Vec<String>,
    /// The office that decided; `None` for the clerk and for the service's own rules.
    pub office: Option<DepartmentId>,
    /// The application it belongs to.
    pub application: Option<ApplicationId>,
    /// The agreement it belongs to.
    pub agreement: Option<AgreementId>,
    /// The key it belongs to.
    pub key: Option<KeyId>,
    /// The page of the requester's side on which it stands.
    pub path: String,
}

/// The clocks of an appeal, with their working.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
