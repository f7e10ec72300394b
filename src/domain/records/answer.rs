//! The answer to a request: what is produced, and for everything withheld the record, the field and the subsection that
//! allows it. Must never let through a withholding that names no ground, nor one that another office has to find first.

use serde::{Deserialize, Serialize};

use super::{Referral, TEXT_MAX};
use crate::domain::calendar::Deadline;
use crate::domain::id::AccountId;
use crate::domain::profile::Profile;
use crate::domain::text::{Invalid, Line, Prose, readable};
use crate::domain::time::{Day, Instant};

/// Most rows of what is withheld.
pub const WITHHELD_MAX: usize = 50;
/// The code for records that the office does not have, which is no exemption.
pub const NOT_HELD: &str = "not-held";

/// How a request was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Everything was produced.
    Produced,
    /// Some was produced, some withheld.
    Partly,
    /// Nothing was produced.
    Denied,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 3] = [Self::Produced, Self::Partly, Self::Denied];

    /// The word for columns and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Produced => "produced",
            Self::Partly => "partly",
            Self::Denied => "denied",
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
            Self::Produced => "The records are produced.",
            Self::Partly => "Some of it is produced, some is withheld.",
            Self::Denied => "The request is denied.",
        }
    }
}

/// Something withheld: one row for each record and field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withheld {
    /// Which record.
    pub record: String,
    /// Which field or part of it.
    pub field: String,
    /// The exemption's citation, or [`NOT_HELD`].
    pub exemption: String,
    /// Why it applies.
    pub sentence: String,
}

/// An answer as typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AnswerDraft {
    /// How it is answered.
    pub outcome: Outcome,
    /// What is produced and how one gets it; what else to say.
    pub text: String,
    /// What is withheld.
    pub withheld: Vec<Withheld>,
}

/// An answer whose rows cite what they must.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedAnswer(pub(super) AnswerDraft);

/// An answer that was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// How.
    pub outcome: Outcome,
    /// In words.
    pub text: String,
    /// What is withheld, row by row.
    pub withheld: Vec<Withheld>,
    /// When.
    pub at: Instant,
    /// The city's day of that.
    pub on: Day,
    /// Who answered.
    pub by: AccountId,
    /// Their name at the time.
    pub by_name: String,
    /// In which capacity.
    pub by_role: String,
    /// Whether it came after the last day to answer.
    pub is_late: bool,
    /// Until when one may appeal from it; where something is withheld.
    pub appeal: Option<Deadline>,
}

impl AnswerDraft {
    /// Checks every row; finds every fault in one pass.
    ///
    /// # Errors
    /// One [`Invalid`] per fault: `required`, `withheld_needed`, `withheld_unfit`, `exemption_unknown`,
    /// `referral_needed`, `finding_awaited`, `finding_against`. Fields are `text`, `withheld` and `withheld.0.record`.
    pub fn check(self, profile: &Profile, referral: Option<&Referral>) -> Result<CheckedAnswer, Vec<Invalid>> {
        let mut faults = Vec::new();
        let text = match self.outcome {
            Outcome::Produced | Outcome::Partly => Prose::<TEXT_MAX>::parse("text", &self.text).map(Prose::into_string),
            Outcome::Denied => readable("text", &self.text, TEXT_MAX),
        };
        let waits = referral.is_some_and(|referral| referral.finding.is_none());
        match self.outcome {
            Outcome::Produced if !self.withheld.is_empty() => {
                let message =
                    "Something is withheld, so it is answered in part. Choose “partly”, or take the rows out.";
                faults.push(Invalid::new("withheld", "withheld_unfit", message));
            }
            Outcome::Denied if self.withheld.is_empty() => faults.push(withheld_needed()),
            Outcome::Partly if self.withheld.is_empty() && !waits => faults.push(withheld_needed()),
            Outcome::Produced | Outcome::Partly | Outcome::Denied => {}
        }
        if self.withheld.len() > WITHHELD_MAX {
            let message = format!("Name at most {WITHHELD_MAX} rows; put like fields of one record together.");
            faults.push(Invalid::new("withheld", "too_many", message));
        }
        let mut withheld = Vec::new();
        for (at, row) in self.withheld.iter().take(WITHHELD_MAX).enumerate() {
            match check_row(at, row, profile, referral) {
                Ok(row) => withheld.push(row),
                Err(found) => faults.extend(found),
            }
        }
        match text {
            Ok(text) if faults.is_empty() => Ok(CheckedAnswer(Self { outcome: self.outcome, text, withheld })),
            Ok(_) => Err(faults),
            Err(fault) => {
                faults.insert(0, fault);
                Err(faults)
            }
        }
    }
}

fn withheld_needed() -> Invalid {
    let message = "Name for each record and field what allows the city to withhold it.";
    Invalid::new("withheld", "withheld_needed", message)
}

fn check_row(
    at: usize,
    row: &Withheld,
    profile: &Profile,
    referral: Option<&Referral>,
) -> Result<Withheld, Vec<Invalid>> {
    let name = |part: &str| format!("withheld.{at}.{part}");
    let record = Line::<300>::parse(&name("record"), &row.record);
    let field = Line::<300>::parse(&name("field"), &row.field);
    let sentence = Prose::<2_000>::parse(&name("sentence"), &row.sentence);
    let exemption = check_exemption(&name("exemption"), &row.exemption, profile, referral);
    match (record, field, exemption, sentence) {
        (Ok(record), Ok(field), Ok(exemption), Ok(sentence)) => Ok(Withheld {
            record: record.into_string(),
            field: field.into_string(),
            exemption,
            sentence: sentence.into_string(),
        }),
        (record, field, exemption, sentence) => {
            let faults = [record.err(), field.err(), exemption.err(), sentence.err()];
            Err(faults.into_iter().flatten().collect())
        }
    }
}

fn check_exemption(name: &str, code: &str, profile: &Profile, referral: Option<&Referral>) -> Result<String, Invalid> {
    if code == NOT_HELD {
        return Ok(code.to_owned());
    }
    let Some(known) = profile.exemption(code) else {
        let message = if code.trim().is_empty() {
            "Choose the subsection that allows it.".to_owned()
        } else {
            format!("{code} is not one of the listed exemptions.")
        };
        return Err(Invalid::new(name, "exemption_unknown", message));
    };
    let Some(finder) = &known.referral_to else { return Ok(code.to_owned()) };
    let referral = referral.filter(|referral| referral.exemption == code);
    let Some(referral) = referral else {
        let message = format!("Refer the question first: whether {code} applies is found by the {finder}.");
        return Err(Invalid::new(name, "referral_needed", message));
    };
    match &referral.finding {
        Some(finding) if finding.has_grounds => Ok(code.to_owned()),
        Some(_) => {
            let message = format!("The {finder} found no grounds, so {code} cannot be cited.");
            Err(Invalid::new(name, "finding_against", message))
        }
        None => {
            let message = format!("The finding of the {finder} is awaited. Answer the rest in part meanwhile.");
            Err(Invalid::new(name, "finding_awaited", message))
        }
    }
}
