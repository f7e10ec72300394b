//! An application for datasets: what it is, and (in `machine`) every act on it.

mod counter;
mod desk;
mod form;
mod machine;
mod prefill;
mod reconsider;
mod requester;
#[cfg(test)]
pub(super) mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

pub use counter::{Countered, PROPOSAL_MAX, Proposal};
pub use form::{AnswerKind, Answers, Difference, QUESTIONS, Question, STEPS, question};
pub use machine::{Change, Command, RemarkDraft, RemarkKind, Settlement};
pub use prefill::{PARAMETERS, Prefill};

use super::agreement::Evidence;
use super::audit::{Hash, hex};
use super::id::{AccountId, AgreementId, ApplicationId, DatasetId, DepartmentId, ItemId, OrganisationId};
use super::people::Actor;
use super::review::{Condition, Decision, Recommendation, Recusal, Verdict};
use super::tier::Tier;
use super::time::Instant;

/// Most datasets in one application.
pub const ITEMS_MAX: usize = 20;
/// Most submissions of one application (first one and resubmissions).
pub const SUBMISSIONS_MAX: usize = 20;

/// An application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    /// Its id.
    pub id: ApplicationId,
    /// Its short number, `APP-2026-0042`.
    pub number: String,
    /// Who asks.
    pub requester: AccountId,
    /// Their name as shown to the departments.
    pub requester_name: String,
    /// For which organisation.
    pub organisation: Option<OrganisationId>,
    /// The working copy of the answers; reviewers read the last submission.
    pub answers: Answers,
    /// One item per dataset.
    pub items: Vec<Item>,
    /// Where it stands.
    pub state: State,
    /// Every submission, oldest first.
    pub submissions: Vec<Submission>,
    /// Staff who stepped aside.
    pub recusals: Vec<Recusal>,
    /// The agreement that this application amends or renews; if it is alive, it stays so until the new one is executed.
    pub amends: Option<AgreementId>,
    /// The earlier application that was reopened into this one.
    pub follows: Option<ApplicationId>,
    /// The application into which this one was reopened.
    pub reopened_as: Option<ApplicationId>,
    /// When it was begun.
    pub created_at: Instant,
    /// Counts saves; the store compares and sets it.
    pub version: i64,
}

/// Where an application stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum State {
    /// Being written.
    Draft,
    /// With the departments.
    Submitted {
        /// Since when.
        at: Instant,
    },
    /// A department waits for an answer.
    InfoRequested {
        /// Since when.
        at: Instant,
        /// Which department asked.
        department: DepartmentId,
    },
    /// The requester must sign an agreement that differs from what was asked.
    Offered {
        /// Since when.
        at: Instant,
        /// When the offer lapses.
        lapses_at: Instant,
        /// The agreement offered.
        agreement: AgreementId,
    },
    /// An agreement is in force.
    Executed {
        /// Since when.
        at: Instant,
        /// The agreement.
        agreement: AgreementId,
    },
    /// Every item was refused.
    Denied {
        /// Since when.
        at: Instant,
    },
    /// Taken back by the requester.
    Withdrawn {
        /// Since when.
        at: Instant,
        /// Why, if they said so.
        reason: String,
    },
    /// The offer was not signed in time.
    Lapsed {
        /// Since when.
        at: Instant,
    },
    /// The requester asks for the records instead.
    Converted {
        /// Since when.
        at: Instant,
        /// The numbers of the requests for records.
        requests: Vec<String>,
    },
}

impl State {
    /// Every word of [`State::as_str`].
    pub const WORDS: [&'static str; 9] =
        ["draft", "submitted", "info_requested", "offered", "executed", "denied", "withdrawn", "lapsed", "converted"];

    /// The word for columns, JSON and filters.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Submitted { .. } => "submitted",
            Self::InfoRequested { .. } => "info_requested",
            Self::Offered { .. } => "offered",
            Self::Executed { .. } => "executed",
            Self::Denied { .. } => "denied",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Lapsed { .. } => "lapsed",
            Self::Converted { .. } => "converted",
        }
    }

    /// How it stands in a sentence: “the application is …”.
    #[must_use]
    pub const fn in_words(&self) -> &'static str {
        match self {
            Self::Draft => "still a draft",
            Self::Submitted { .. } => "in review",
            Self::InfoRequested { .. } => "waiting for an answer of the applicant",
            Self::Offered { .. } => "offered and not signed yet",
            Self::Executed { .. } => "decided and in force as an agreement",
            Self::Denied { .. } => "denied",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Lapsed { .. } => "over, because its offer was not signed in time",
            Self::Converted { .. } => "over: it became a request for records",
        }
    }
}

/// What is asked of one dataset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// The dataset.
    pub dataset: DatasetId,
    /// Operation names, sorted.
    pub operations: Vec<String>,
    /// Why each sensitive field is needed, by field name.
    pub sensitive: BTreeMap<String, String>,
}

/// One dataset in an application, decided by its own department.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Its id.
    pub id: ItemId,
    /// What is asked.
    #[serde(flatten)]
    pub asked: Asked,
    /// The dataset's slug.
    pub slug: String,
    /// The dataset's title at the time.
    pub title: String,
    /// The department that decides.
    pub department: DepartmentId,
    /// The dataset's tier when it was added or last submitted.
    pub tier: Tier,
    /// Where it stands.
    pub state: ItemState,
    /// What a reviewer advised.
    pub recommendation: Option<Recommendation>,
    /// Conditions of the last offer that the requester countered, while it is decided again.
    #[serde(default)]
    pub countered: Vec<Countered>,
}

/// Where an item stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum ItemState {
    /// Undecided; on tier 3 perhaps approved by a first person.
    Pending {
        /// The first of two approvals.
        first: Option<Decision>,
    },
    /// Granted by click-through terms, without a human decision (tier 1).
    Granted {
        /// When.
        at: Instant,
    },
    /// Approved; two decisions on tier 3.
    Approved {
        /// The last decision; its conditions count.
        decision: Decision,
        /// The first of two.
        first: Option<Decision>,
    },
    /// Refused.
    Denied {
        /// The decision.
        decision: Decision,
    },
}

impl ItemState {
    /// The word for columns, JSON and filters.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Pending { .. } => "pending",
            Self::Granted { .. } => "approved",
            Self::Approved { decision, .. } if decision.verdict.is_as_asked() => "approved",
            Self::Approved { .. } => "approved_with_conditions",
            Self::Denied { .. } => "denied",
        }
    }

    /// The conditions of an approval.
    #[must_use]
    pub fn conditions(&self) -> &[Condition] {
        match self {
            Self::Approved { decision, .. } => match &decision.verdict {
                Verdict::Approve { conditions } => conditions,
                Verdict::Deny { .. } => &[],
            },
            Self::Pending { .. } | Self::Granted { .. } | Self::Denied { .. } => &[],
        }
    }

    const fn is_granted(&self) -> bool {
        matches!(self, Self::Granted { .. } | Self::Approved { .. })
    }

    /// Whether it is still to be decided.
    #[must_use]
    pub const fn is_pending(&self) -> bool {
        matches!(self, Self::Pending { .. })
    }
}

/// What was submitted, exactly.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submission {
    /// When.
    pub at: Instant,
    /// The answers.
    pub answers: Answers,
    /// What was asked of each dataset.
    pub asked: Vec<Asked>,
    /// The signature.
    pub evidence: Evidence,
}

impl Application {
    /// The digest of the working copy: the review page shows it and the submission must repeat it, so that nobody signs
    /// what they have not seen.
    #[must_use]
    pub fn reviewed_digest(&self) -> String {
        let asked: Vec<_> = self.items.iter().map(|item| &item.asked).collect();
        let text = serde_json::json!([self.answers, asked]).to_string();
        let sum: Hash = Sha256::digest(text.as_bytes()).into();
        hex(&sum)
    }

    /// What the departments read: the last submission.
    #[must_use]
    pub fn submitted(&self) -> Option<&Submission> {
        self.submissions.last()
    }

    /// Whether the working copy says what the departments read.
    #[must_use]
    pub fn is_as_submitted(&self) -> bool {
        self.submitted().is_some_and(|last| {
            last.answers == self.answers && self.items.iter().all(|item| last.asked.contains(&item.asked))
        })
    }

    /// The application as the departments read it: answers and wishes of the last submission, never what the requester
    /// is still typing. `None` while it was never submitted.
    #[must_use]
    pub fn as_submitted(&self) -> Option<Self> {
        let last = self.submitted()?;
        let mut shown = Self { answers: last.answers.clone(), ..self.clone() };
        for item in &mut shown.items {
            if let Some(asked) = last.asked.iter().find(|asked| asked.dataset == item.asked.dataset) {
                item.asked = asked.clone();
            }
        }
        Some(shown)
    }

    /// The application under the tiers that its datasets have now (`None` keeps what is known). Where a tier became
    /// stricter, what was granted under the freer one must be decided again (spec section 5, rules 1 and 2).
    #[must_use]
    pub fn with_tiers(&self, tier_of: impl Fn(DatasetId) -> Option<Tier>) -> Self {
        let mut next = self.clone();
        for item in &mut next.items {
            let Some(tier) = tier_of(item.asked.dataset) else { continue };
            match &item.state {
                ItemState::Pending { .. } => item.tier = tier,
                ItemState::Granted { .. } | ItemState::Approved { .. } if tier > item.tier => {
                    item.tier = tier;
                    item.state = ItemState::Pending { first: None };
                }
                ItemState::Granted { .. } | ItemState::Approved { .. } | ItemState::Denied { .. } => {}
            }
        }
        next
    }

    /// The item with this id.
    #[must_use]
    pub fn item(&self, id: ItemId) -> Option<&Item> {
        self.items.iter().find(|item| item.id == id)
    }

    /// What changed between the last two submissions.
    #[must_use]
    pub fn differences(&self) -> Vec<Difference> {
        let mut latest = self.submissions.iter().rev();
        let (Some(after), Some(before)) = (latest.next(), latest.next()) else { return Vec::new() };
        let mut found = after.answers.differences_from(&before.answers);
        for asked in &after.asked {
            let earlier = before.asked.iter().find(|earlier| earlier.dataset == asked.dataset);
            if earlier != Some(asked) {
                let title = self.items.iter().find(|item| item.asked.dataset == asked.dataset);
                let title = title.map_or_else(|| asked.dataset.to_string(), |item| item.title.clone());
                found.push(Difference {
                    name: format!("scopes of {}", asked.dataset),
                    label: format!("Scopes: {title}"),
                    before: earlier.map(Asked::to_line).unwrap_or_default(),
                    after: asked.to_line(),
                });
            }
        }
        found
    }

    /// Whether `actor` stepped aside.
    #[must_use]
    pub fn is_recused(&self, actor: &Actor) -> bool {
        actor.account.is_some_and(|account| self.recusals.iter().any(|recusal| recusal.by == account))
    }

    /// Whether the departments may see it: a draft that was never submitted is the requester's own business.
    #[must_use]
    pub fn is_visible_to_staff(&self) -> bool {
        !self.submissions.is_empty()
    }

    /// Whether it goes no further before its requester acts.
    #[must_use]
    pub const fn waits_for_requester(&self) -> bool {
        matches!(self.state, State::Draft | State::InfoRequested { .. } | State::Offered { .. })
    }

    /// Whether one of these departments still has to decide on its part.
    #[must_use]
    pub fn waits_for(&self, departments: &[DepartmentId]) -> bool {
        let is_theirs = |item: &Item| departments.contains(&item.department) && item.state.is_pending();
        matches!(self.state, State::Submitted { .. }) && self.items.iter().any(is_theirs)
    }

    /// Whether any item needs named users (tier 3).
    #[must_use]
    pub fn names_users(&self) -> bool {
        self.items.iter().any(|item| item.tier == Tier::Restricted)
    }
}

impl Asked {
    fn to_line(&self) -> String {
        let why = self.sensitive.iter().map(|(field, why)| format!("; {field}: {why}"));
        self.operations.join(", ") + &why.collect::<String>()
    }
}
