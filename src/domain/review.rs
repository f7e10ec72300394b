//! What a department decides about one item: decision, coded grounds, conditions, recommendation, recusal.

use serde::{Deserialize, Serialize};

use super::id::{AccountId, DepartmentId};
use super::limits::Limits;
use super::net::CidrList;
use super::people::Role;
use super::refusal::Refusal;
use super::text::readable;
use super::time::{Day, Instant};

/// Limit of conditions on one decision.
pub const CONDITIONS_MAX: usize = 20;
/// Limit of grounds on one decision.
pub const GROUNDS_MAX: usize = 15;

/// Longest sentence of a condition, and of what it rests on, in characters.
pub const CONDITION_TEXT_MAX: usize = 1_000;
/// Longest name of a redaction profile, in characters.
pub const REDACTION_NAME_MAX: usize = 64;
/// Longest delay that a condition may set, in minutes: one year.
pub const DELAY_MAX: u32 = 525_600;

/// One coded reason for refusing or restricting (`D1` to `D15` of the profile).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ground {
    /// The code in the profile's list.
    pub code: String,
    /// What must be cited: section, subsection and field, referral date, custodian.
    pub cites: String,
    /// The facts, in plain words.
    pub explanation: String,
}

/// A typed condition. The first kinds are enforced by the gate, `Promise` is asked again at renewal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum ConditionKind {
    /// Narrower limits than asked for.
    Limits {
        /// The limits.
        limits: Limits,
    },
    /// The agreement ends on this day.
    EndsOn {
        /// Last day on which keys work.
        day: Day,
    },
    /// Calls only from these networks.
    Networks {
        /// The networks.
        networks: CidrList,
    },
    /// Only these operations of those asked for.
    Operations {
        /// Operation names.
        operations: Vec<String>,
    },
    /// Only within these hours of the city's day.
    Hours {
        /// First minute of the day allowed, 0 to 1439.
        from_minute: u16,
        /// First minute no longer allowed, 1 to 1440; before `from_minute` the window passes midnight.
        to_minute: u16,
    },
    /// A redaction profile of the dataset is applied.
    Redaction {
        /// Its name.
        profile: String,
    },
    /// Data is delivered late by this much.
    Delay {
        /// Minutes.
        minutes: u32,
    },
    /// A promise in words, checked by people.
    Promise,
}

impl ConditionKind {
    /// The word used in forms and JSON.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Limits { .. } => "limits",
            Self::EndsOn { .. } => "ends_on",
            Self::Networks { .. } => "networks",
            Self::Operations { .. } => "operations",
            Self::Hours { .. } => "hours",
            Self::Redaction { .. } => "redaction",
            Self::Delay { .. } => "delay",
            Self::Promise => "promise",
        }
    }
}

/// A condition on an approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// The sentence that enters the agreement.
    pub text: String,
    /// The data behind it.
    #[serde(flatten)]
    pub kind: ConditionKind,
    /// On what it rests: clause, law, policy.
    pub basis: String,
    /// Must be met before the first key, rather than while it lives.
    pub is_precedent: bool,
}

/// What a manager decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Verdict {
    /// Granted as asked, or with conditions when there are any.
    Approve {
        /// Conditions; empty means as asked.
        conditions: Vec<Condition>,
    },
    /// Refused.
    Deny {
        /// At least one ground.
        grounds: Vec<Ground>,
        /// What would change the answer.
        remedy: String,
    },
}

/// A decision with its decider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// What was decided.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// The reasons in words; goes into the letter.
    pub statement: String,
    /// Who.
    pub by: AccountId,
    /// Their name at the time.
    pub by_name: String,
    /// For which department.
    pub department: DepartmentId,
    /// When.
    pub at: Instant,
}

/// What a reviewer proposes; binds nobody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recommendation {
    /// The advice.
    pub advice: Advice,
    /// Why.
    pub text: String,
    /// Who.
    pub by: AccountId,
    /// Their name at the time.
    pub by_name: String,
    /// Under which role.
    pub role: Role,
    /// When.
    pub at: Instant,
}

/// A reviewer's advice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Advice {
    /// Grant as asked.
    Approve,
    /// Grant with conditions.
    ApproveWithConditions,
    /// Refuse.
    Deny,
}

impl Advice {
    /// Reads the word of the form.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "approve" => Some(Self::Approve),
            "approve_with_conditions" => Some(Self::ApproveWithConditions),
            "deny" => Some(Self::Deny),
            _ => None,
        }
    }

    /// The word for forms and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::ApproveWithConditions => "approve_with_conditions",
            Self::Deny => "deny",
        }
    }
}

/// A member of staff stepped aside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recusal {
    /// Who.
    pub by: AccountId,
    /// Their name at the time.
    pub by_name: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Instant,
}

impl Verdict {
    /// Whether anything is added to what was asked.
    #[must_use]
    pub fn is_as_asked(&self) -> bool {
        match self {
            Self::Approve { conditions } => conditions.is_empty(),
            Self::Deny { .. } => false,
        }
    }

    /// Checks the shape that every verdict must have, whoever gives it.
    ///
    /// # Errors
    /// `ground_needed`, `citation_needed`, `remedy_needed`, `too_many`, `condition_repeated`, `too_long`, `condition_text_needed`,
    /// `condition_unreadable`, `hours_invalid`, `operations_empty`, `networks_empty`, `delay_invalid`, `redaction_needed`.
    pub fn check(&self) -> Result<(), Refusal> {
        match self {
            Self::Approve { conditions } => {
                if conditions.len() > CONDITIONS_MAX {
                    return Err(Refusal::new("too_many", format!("At most {CONDITIONS_MAX} conditions.")));
                }
                if let Some(twice) = repeated(conditions) {
                    let message = format!("Put what you require about {} into one condition.", twice.replace('_', " "));
                    return Err(Refusal::new("condition_repeated", message));
                }
                conditions.iter().try_for_each(check_condition)
            }
            Self::Deny { grounds, remedy } => {
                if grounds.is_empty() {
                    return Err(Refusal::new("ground_needed", "Choose at least one coded reason for the denial."));
                }
                if grounds.len() > GROUNDS_MAX {
                    return Err(Refusal::new("too_many", format!("At most {GROUNDS_MAX} reasons.")));
                }
                if grounds.iter().any(|ground| ground.explanation.trim().is_empty()) {
                    return Err(Refusal::new("ground_needed", "State the facts for each reason, in plain words."));
                }
                if remedy.trim().is_empty() {
                    return Err(Refusal::new("remedy_needed", "Say what would change the answer."));
                }
                Ok(())
            }
        }
    }
}

/// The first enforced kind that stands there twice: the gate could not know which of them counts.
fn repeated(conditions: &[Condition]) -> Option<&'static str> {
    let enforced = |condition: &&Condition| !matches!(condition.kind, ConditionKind::Promise);
    let words: Vec<_> = conditions.iter().filter(enforced).map(|condition| condition.kind.word()).collect();
    words
        .iter()
        .enumerate()
        .find(|(at, word)| words.iter().take(*at).any(|other| other == *word))
        .map(|(_, word)| *word)
}

fn check_condition(condition: &Condition) -> Result<(), Refusal> {
    if condition.text.trim().is_empty() {
        return Err(Refusal::new("condition_text_needed", "Write each condition as a sentence for the agreement."));
    }
    if [&condition.text, &condition.basis].iter().any(|text| text.chars().count() > CONDITION_TEXT_MAX) {
        return Err(Refusal::new("too_long", format!("Keep each condition under {CONDITION_TEXT_MAX} characters.")));
    }
    if let Err(problem) = readable("text", &format!("{} {}", condition.text, condition.basis), usize::MAX) {
        return Err(Refusal::new("condition_unreadable", problem.message));
    }
    match &condition.kind {
        ConditionKind::Hours { from_minute, to_minute } => {
            if *from_minute > 1439 || *to_minute == 0 || *to_minute > 1440 || from_minute == to_minute {
                return Err(Refusal::new("hours_invalid", "Give the hours as two different times of the day."));
            }
            Ok(())
        }
        ConditionKind::Operations { operations } => {
            if operations.is_empty() {
                return Err(Refusal::new("operations_empty", "Leave at least one operation, or deny the item."));
            }
            Ok(())
        }
        ConditionKind::Networks { networks } => {
            if networks.is_empty() {
                return Err(Refusal::new("networks_empty", "Name at least one network, or leave the condition out."));
            }
            Ok(())
        }
        ConditionKind::Redaction { profile } => {
            if profile.trim().is_empty() || profile.chars().count() > REDACTION_NAME_MAX {
                return Err(Refusal::new("redaction_needed", "Name the redaction profile of the dataset."));
            }
            Ok(())
        }
        ConditionKind::Delay { minutes } => {
            if *minutes == 0 || *minutes > DELAY_MAX {
                return Err(Refusal::new(
                    "delay_invalid",
                    format!("Give the delay in minutes, from 1 to {DELAY_MAX}."),
                ));
            }
            Ok(())
        }
        ConditionKind::Limits { .. } | ConditionKind::EndsOn { .. } | ConditionKind::Promise => Ok(()),
    }
}
