//! The renewal of an agreement: the holder attests again to what no machine checks, confirms who answers for the data
//! and signs; the departments confirm; a new agreement takes the old one's place. Must never renew in silence, and never
//! move the end of the agreement in force.

mod machine;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::agreement::{Agreement, Evidence, Schedule};
use super::application::Answers;
use super::audit::{Hash, hex};
use super::id::{AccountId, AgreementId, ApplicationId, DepartmentId, OrganisationId, RenewalId};
use super::notice::Recipient;
use super::refusal::Refusal;
use super::review::{Condition, ConditionKind};
use super::text::{Invalid, readable};
use super::tier::Tier;
use super::time::{Day, Instant};

pub use machine::{RenewalChange, RenewalCommand};

/// The answers about people that a renewal asks to be confirmed or changed.
pub const CONTACTS: [&str; 4] = ["incident_contact", "users", "signatory", "signatory_title"];
/// Longest statement on one condition, and longest reason, in characters.
pub const TEXT_MAX: usize = 2_000;

/// One condition that no machine checks, asked again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// The dataset, by slug.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// The condition as it was signed.
    pub condition: String,
    /// What the holder says; `None` until they answered.
    pub answer: Option<Attestation>,
}

/// What the holder says about one condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attestation {
    /// Whether it was met.
    pub is_met: bool,
    /// How, or why not.
    pub text: String,
}

/// A member of staff confirmed a renewal for a department.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// For which department.
    pub department: DepartmentId,
    /// Who.
    pub by: AccountId,
    /// Their name at the time.
    pub by_name: String,
    /// When.
    pub at: Instant,
}

/// Where a renewal stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum RenewalState {
    /// With the holder.
    Open {
        /// Why it came back, if it did.
        returned: Option<String>,
    },
    /// Signed; with the departments.
    Signed {
        /// The signature.
        signature: Box<Evidence>,
        /// Who confirmed so far.
        confirmations: Vec<Confirmation>,
        /// Until when it can be confirmed.
        lapses_at: Instant,
    },
    /// The new agreement is in force.
    Done {
        /// Since when.
        at: Instant,
        /// Which agreement.
        agreement: AgreementId,
        /// Who confirmed it.
        confirmations: Vec<Confirmation>,
    },
    /// A department does not renew.
    Refused {
        /// When.
        at: Instant,
        /// By whom.
        by: AccountId,
        /// Their name at the time.
        by_name: String,
        /// For which department.
        department: DepartmentId,
        /// Why.
        reason: String,
        /// What the holder had signed.
        signature: Box<Evidence>,
        /// Who had confirmed.
        confirmations: Vec<Confirmation>,
    },
    /// Taken back by the holder.
    Withdrawn {
        /// When.
        at: Instant,
    },
    /// Not signed, or not confirmed, in time.
    Lapsed {
        /// When.
        at: Instant,
    },
}

impl RenewalState {
    /// Every word of [`RenewalState::as_str`].
    pub const WORDS: [&'static str; 6] = ["open", "signed", "done", "refused", "withdrawn", "lapsed"];

    /// The word for columns, JSON and filters.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Open { .. } => "open",
            Self::Signed { .. } => "signed",
            Self::Done { .. } => "done",
            Self::Refused { .. } => "refused",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Lapsed { .. } => "lapsed",
        }
    }

    /// Whether something can still come of it.
    #[must_use]
    pub const fn is_pending(&self) -> bool {
        match self {
            Self::Open { .. } | Self::Signed { .. } => true,
            Self::Done { .. } | Self::Refused { .. } | Self::Withdrawn { .. } | Self::Lapsed { .. } => false,
        }
    }
}

/// The renewal of one agreement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Renewal {
    /// Its id.
    pub id: RenewalId,
    /// The agreement to be renewed.
    pub agreement: AgreementId,
    /// Its number.
    pub number: String,
    /// The application it came from.
    pub application: ApplicationId,
    /// The project title.
    pub title: String,
    /// The holder.
    pub requester: AccountId,
    /// Their name.
    pub requester_name: String,
    /// The holder's organisation.
    pub organisation: Option<OrganisationId>,
    /// When the agreement ends, renewed or not.
    pub ends_at: Instant,
    /// What each department must confirm, in whose name: two people where one of its datasets is restricted.
    pub needed: BTreeMap<DepartmentId, u8>,
    /// The conditions asked again.
    pub questions: Vec<Question>,
    /// Who answers for the data, as it was signed.
    pub contacts_before: Answers,
    /// Who answers for it now.
    pub contacts: Answers,
    /// Where it stands.
    pub state: RenewalState,
    /// Who refused it before an appeal, and decides on it no more.
    #[serde(default)]
    pub aside: Vec<AccountId>,
    /// When it was opened.
    pub opened_at: Instant,
    /// Counts saves; the store compares and sets it.
    pub version: i64,
}

/// What makes a renewal.
#[derive(Clone, Debug)]
pub struct Opening {
    /// Its id.
    pub id: RenewalId,
    /// Who answers for the data until now.
    pub contacts: Answers,
    /// Days before the end from which it may be opened.
    pub within_days: u16,
}

impl Renewal {
    /// Opens the renewal of an agreement that ends soon.
    ///
    /// # Errors
    /// `renewal_not_live`, `renewal_too_early`, `renewal_end_fixed` where a condition fixes the end.
    pub fn open(agreement: &Agreement, opening: Opening, last_day: Day, now: Instant) -> Result<Self, Refusal> {
        let execution = agreement.execution().filter(|_| agreement.is_live(now)).ok_or_else(not_live)?;
        if agreement.schedules.iter().filter_map(Schedule::ends_on).any(|day| day <= last_day) {
            return Err(Refusal::new(
                "renewal_end_fixed",
                "A condition of this agreement fixes its last day, which a renewal cannot move. Reopen the application \
                 to ask for a longer term.",
            ));
        }
        if execution.ends_at - now > chrono::Duration::days(i64::from(opening.within_days)) {
            let detail = format!("A renewal can be opened in the last {} days before the end.", opening.within_days);
            return Err(Refusal::new("renewal_too_early", detail));
        }
        Ok(Self {
            id: opening.id,
            agreement: agreement.id,
            number: agreement.number.clone(),
            application: agreement.application,
            title: agreement.title.clone(),
            requester: agreement.requester,
            requester_name: agreement.requester_name.clone(),
            organisation: agreement.organisation,
            ends_at: execution.ends_at,
            needed: needed(&agreement.schedules),
            questions: agreement.schedules.iter().flat_map(questions).collect(),
            contacts_before: opening.contacts.clone(),
            contacts: opening.contacts,
            state: RenewalState::Open { returned: None },
            aside: Vec::new(),
            opened_at: now,
            version: 1,
        })
    }

    /// Who is told of what happens to it.
    #[must_use]
    pub const fn holder(&self) -> Recipient {
        Recipient::Party(self.requester, self.organisation)
    }

    /// Its page.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/renewals/{}", self.id)
    }

    /// What keeps it from being signed, field by field: `met.0`, `how.0`, and the names of the contacts.
    #[must_use]
    pub fn problems(&self) -> Vec<Invalid> {
        let mut found = Vec::new();
        for (at, question) in self.questions.iter().enumerate() {
            match &question.answer {
                None => found.push(Invalid::new(format!("met.{at}"), "required", "Say whether this was met.")),
                Some(answer) if answer.text.is_empty() => {
                    let message =
                        if answer.is_met { "Say how it is met." } else { "Say why it is not met, and what you do." };
                    found.push(Invalid::new(format!("how.{at}"), "required", message));
                }
                Some(_) => {}
            }
        }
        let names_users = self.needed.values().any(|people| *people > 1);
        let about_people = self.contacts.problems(&[], names_users).into_iter();
        found.extend(about_people.filter(|problem| CONTACTS.contains(&problem.field.as_str())));
        found
    }

    /// The digest of everything that the review page shows; the signature repeats it.
    #[must_use]
    pub fn reviewed_digest(&self) -> String {
        let shown = serde_json::to_string(&(&self.agreement, &self.questions, &self.contacts)).unwrap_or_default();
        let sum: Hash = Sha256::digest(shown.as_bytes()).into();
        hex(&sum)
    }

    /// Who confirmed it so far.
    #[must_use]
    pub fn confirmations(&self) -> &[Confirmation] {
        match &self.state {
            RenewalState::Signed { confirmations, .. } | RenewalState::Done { confirmations, .. } => confirmations,
            RenewalState::Open { .. }
            | RenewalState::Refused { .. }
            | RenewalState::Withdrawn { .. }
            | RenewalState::Lapsed { .. } => &[],
        }
    }

    /// Departments that have still to confirm, each with how many people more.
    #[must_use]
    pub fn missing(&self) -> BTreeMap<DepartmentId, u8> {
        let RenewalState::Signed { confirmations, .. } = &self.state else { return BTreeMap::new() };
        let given = |department: &DepartmentId| {
            let people: BTreeSet<_> =
                confirmations.iter().filter(|one| one.department == *department).map(|one| one.by).collect();
            u8::try_from(people.len()).unwrap_or(u8::MAX)
        };
        self.needed
            .iter()
            .map(|(department, people)| (*department, people.saturating_sub(given(department))))
            .filter(|(_, left)| *left > 0)
            .collect()
    }

    /// Whether every department has confirmed what the holder signed.
    #[must_use]
    pub fn is_confirmed(&self) -> bool {
        matches!(self.state, RenewalState::Signed { .. }) && self.missing().is_empty()
    }

    /// The answers as typed, put beside the questions they answer; questions that were not on the page stay as they are.
    ///
    /// # Errors
    /// Texts that cannot be taken, each at its field.
    pub fn answered(&self, given: &BTreeMap<usize, Attestation>) -> Result<Vec<Question>, Vec<Invalid>> {
        let (mut next, mut problems) = (self.questions.clone(), Vec::new());
        for (at, question) in next.iter_mut().enumerate() {
            let Some(answer) = given.get(&at) else { continue };
            match readable(&format!("how.{at}"), &answer.text, TEXT_MAX) {
                Ok(text) => question.answer = Some(Attestation { is_met: answer.is_met, text }),
                Err(problem) => problems.push(problem),
            }
        }
        if problems.is_empty() { Ok(next) } else { Err(problems) }
    }
}

fn not_live() -> Refusal {
    Refusal::new(
        "renewal_not_live",
        "Only an agreement in force can be renewed. Reopen its application to ask for a new one.",
    )
}

/// The conditions of a schedule that the gate does not enforce.
fn questions(schedule: &Schedule) -> impl Iterator<Item = Question> {
    schedule.conditions.iter().filter(|condition| is_asked(condition)).map(|condition| Question {
        slug: schedule.slug.clone(),
        title: schedule.title.clone(),
        condition: condition.text.clone(),
        answer: None,
    })
}

const fn is_asked(condition: &Condition) -> bool {
    match condition.kind {
        ConditionKind::Promise => true,
        ConditionKind::Limits { .. }
        | ConditionKind::EndsOn { .. }
        | ConditionKind::Networks { .. }
        | ConditionKind::Operations { .. }
        | ConditionKind::Hours { .. }
        | ConditionKind::Redaction { .. }
        | ConditionKind::Delay { .. } => false,
    }
}

/// People who must confirm: none for registered data, a manager for conditioned data, two for restricted data.
const fn people_for(tier: Tier) -> u8 {
    match tier {
        Tier::Open | Tier::Registered => 0,
        Tier::Conditioned => 1,
        Tier::Restricted | Tier::Prohibited => 2,
    }
}

fn needed(schedules: &[Schedule]) -> BTreeMap<DepartmentId, u8> {
    let mut needed = BTreeMap::new();
    for schedule in schedules {
        let people = people_for(schedule.tier);
        let entry = needed.entry(schedule.department).or_insert(0);
        *entry = people.max(*entry);
    }
    needed
}
