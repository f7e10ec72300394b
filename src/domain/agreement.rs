//! An agreement: terms and schedules, its signature, and its life from offer to end.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::audit::{About, Act};
use super::id::{AccountId, AgreementId, ApplicationId, DepartmentId, OrganisationId, TermsId};
use super::notice::{Notice, NoticeKind, Recipient};
use super::people::{Actor, Capacity, Role};
use super::refusal::{Refusal, wrong_state};
use super::tier::Tier;
use super::time::Instant;

pub use destruction::{
    CERTIFICATE_TEXT_MAX, Certificate, Destruction, DestructionChange, DestructionCommand, DestructionState, Part,
};
pub use schedule::{Agreed, Schedule};

/// The version of the consent-to-electronic-dealing text that signers confirm (CGS §1-270).
pub const CONSENT_VERSION: &str = "2026-11";

/// The evidence kept of one signature (CGS §§1-266 to 1-286; 15 U.S.C. §7001).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The account that signed.
    pub account: AccountId,
    /// The terms version accepted.
    pub terms: TermsId,
    /// The SHA-256 of the terms' text, hex.
    pub terms_hash: String,
    /// The SHA-256 of the agreement text shown, hex.
    pub text_hash: String,
    /// The digest of the page reviewed, hex.
    pub reviewed: String,
    /// The declarations ticked, by their id in the profile.
    #[serde(default)]
    pub declarations: Vec<String>,
    /// The consent text confirmed.
    pub consent: String,
    /// The name typed as signature.
    pub name: String,
    /// The title typed.
    pub title: String,
    /// The signer stated authority to bind the requester.
    pub has_authority: bool,
    /// When, in UTC.
    pub at: Instant,
    /// The city's zone, in which the letter prints the time.
    pub zone: String,
    /// The address it came from.
    pub address: String,
    /// The browser or program.
    pub agent: String,
}

impl Evidence {
    /// Checks what the signer must have given.
    ///
    /// # Errors
    /// `signature_needed`, `authority_needed`, `consent_needed`.
    pub fn check(&self) -> Result<(), Refusal> {
        if self.name.trim().is_empty() || self.title.trim().is_empty() {
            return Err(Refusal::new("signature_needed", "Type your full name and your title to sign."));
        }
        if !self.has_authority {
            return Err(Refusal::new("authority_needed", "Confirm that you may sign for the requester."));
        }
        if self.consent != CONSENT_VERSION {
            return Err(Refusal::new("consent_needed", "Confirm that you agree to sign electronically."));
        }
        Ok(())
    }
}

/// An agreement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreement {
    /// Its id.
    pub id: AgreementId,
    /// Its short number, `DSA-2026-0017`.
    pub number: String,
    /// The application it came from.
    pub application: ApplicationId,
    /// That application's number.
    pub application_number: String,
    /// The project title.
    pub title: String,
    /// The holder.
    pub requester: AccountId,
    /// Their name when signed.
    pub requester_name: String,
    /// The holder's organisation.
    pub organisation: Option<OrganisationId>,
    /// The agreement before it in the chain.
    pub previous: Option<AgreementId>,
    /// The terms version.
    pub terms: TermsId,
    /// The parameters with which the terms were rendered.
    pub parameters: BTreeMap<String, String>,
    /// SHA-256 of the rendered text, hex; the text itself is kept under this hash for ever.
    pub text_hash: String,
    /// What it allows.
    pub schedules: Vec<Schedule>,
    /// Later versions of the terms that its holder accepted, oldest first, each with the evidence of it.
    #[serde(default)]
    pub accepted: Vec<Evidence>,
    /// Where it stands.
    pub state: AgreementState,
    /// When it was drawn up.
    pub created_at: Instant,
    /// Counts saves; the store compares and sets it.
    pub version: i64,
}

/// The facts of an execution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Execution {
    /// When it came into force.
    pub at: Instant,
    /// When it ends by itself.
    pub ends_at: Instant,
    /// The holder's signature.
    pub signature: Evidence,
}

/// Where an agreement stands. Suspension is a hold, not a state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum AgreementState {
    /// Waiting for the holder's signature.
    Offered {
        /// Since when.
        at: Instant,
        /// Until when.
        lapses_at: Instant,
    },
    /// In force.
    Executed {
        /// The facts.
        execution: Execution,
    },
    /// Ended by its own term.
    Expired {
        /// When.
        at: Instant,
        /// How it had come into force.
        execution: Execution,
    },
    /// Ended by a person.
    Terminated {
        /// When.
        at: Instant,
        /// By whom.
        by_name: String,
        /// Why.
        reason: String,
        /// How it had come into force.
        execution: Execution,
    },
    /// Replaced by an amendment or a renewal.
    Superseded {
        /// When.
        at: Instant,
        /// By which agreement.
        by: AgreementId,
        /// How it had come into force.
        execution: Execution,
    },
    /// Never signed: declined, countered or lapsed.
    Closed {
        /// When.
        at: Instant,
    },
}

impl AgreementState {
    /// Every word of [`AgreementState::as_str`].
    pub const WORDS: [&'static str; 6] = ["offered", "executed", "expired", "terminated", "superseded", "closed"];

    /// The word for columns, JSON and filters.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Offered { .. } => "offered",
            Self::Executed { .. } => "executed",
            Self::Expired { .. } => "expired",
            Self::Terminated { .. } => "terminated",
            Self::Superseded { .. } => "superseded",
            Self::Closed { .. } => "closed",
        }
    }
}

/// What may be done to an agreement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AgreementCommand {
    /// Bring it into force with the holder's signature.
    Execute {
        /// The signature.
        signature: Evidence,
        /// When its term ends.
        ends_at: Instant,
    },
    /// Close an offer that is off.
    Close,
    /// Its term is over.
    Expire,
    /// A party ends it.
    Terminate {
        /// For which data provider; `None` when the holder ends it.
        department: Option<DepartmentId>,
        /// Why.
        reason: String,
    },
    /// Its holder accepts a later version of the terms.
    Accept {
        /// The signature under the text as it reads now.
        signature: Evidence,
    },
    /// Its end was reversed on appeal: it is in force again for the rest of its term.
    Reinstate {
        /// The number of the appeal.
        appeal: String,
    },
    /// An amendment or renewal took its place.
    Supersede {
        /// Which.
        by: AgreementId,
    },
}

/// Everything one act on an agreement changes.
#[derive(Clone, Debug, PartialEq)]
pub struct AgreementChange {
    /// The agreement as it is now.
    pub next: Agreement,
    /// The audit entry.
    pub act: Act,
    /// The notices owed.
    pub notices: Vec<Notice>,
}

impl Agreement {
    /// How it came into force, if it ever did.
    #[must_use]
    pub const fn execution(&self) -> Option<&Execution> {
        match &self.state {
            AgreementState::Executed { execution }
            | AgreementState::Expired { execution, .. }
            | AgreementState::Terminated { execution, .. }
            | AgreementState::Superseded { execution, .. } => Some(execution),
            AgreementState::Offered { .. } | AgreementState::Closed { .. } => None,
        }
    }

    /// Whether keys may work under it at `now`, holds apart.
    #[must_use]
    pub fn is_live(&self, now: Instant) -> bool {
        matches!(&self.state, AgreementState::Executed { execution } if now < execution.ends_at)
    }

    /// The terms version accepted last: that of the signature, or a later one.
    #[must_use]
    pub fn terms_accepted(&self) -> TermsId {
        self.accepted.last().map_or(self.terms, |evidence| evidence.terms)
    }

    /// The schedule of a dataset.
    #[must_use]
    pub fn schedule(&self, slug: &str) -> Option<&Schedule> {
        self.schedules.iter().find(|schedule| schedule.slug == slug)
    }

    /// Every scope it grants, `dataset:operation`.
    #[must_use]
    pub fn scopes(&self) -> Vec<String> {
        let mut scopes: Vec<_> = self
            .schedules
            .iter()
            .flat_map(|schedule| schedule.operations.iter().map(|operation| format!("{}:{operation}", schedule.slug)))
            .collect();
        scopes.sort_unstable();
        scopes
    }

    /// Who is told of what happens to it.
    #[must_use]
    pub const fn holder(&self) -> Recipient {
        Recipient::Party(self.requester, self.organisation)
    }

    /// Decides one command.
    ///
    /// # Errors
    /// `wrong_state`, `text_differs`, `offer_lapsed`, `not_the_requester`, `not_your_department`, `reason_needed`, `prohibited`, `not_yet`,
    /// `accepted_already`.
    pub fn decide(&self, command: AgreementCommand, actor: &Actor, now: Instant) -> Result<AgreementChange, Refusal> {
        match (&self.state, command) {
            (AgreementState::Offered { lapses_at, .. }, AgreementCommand::Execute { signature, ends_at }) => {
                self.execute(signature, ends_at, *lapses_at, actor, now)
            }
            (AgreementState::Offered { .. }, AgreementCommand::Close) => {
                Ok(self.change("agreement.close", Capacity::Service, AgreementState::Closed { at: now }))
            }
            (AgreementState::Executed { execution }, AgreementCommand::Expire) => {
                if now < execution.ends_at {
                    return Err(Refusal::new("not_yet", "The agreement's term is not over."));
                }
                let state = AgreementState::Expired { at: now, execution: execution.clone() };
                let change = self.change("agreement.expire", Capacity::Service, state);
                Ok(change.telling(NoticeKind::AgreementEnded).telling_departments(NoticeKind::AgreementOver))
            }
            (AgreementState::Executed { execution }, AgreementCommand::Terminate { department, reason }) => {
                self.terminate(department, reason, execution, actor, now)
            }
            (AgreementState::Executed { execution }, AgreementCommand::Supersede { by }) => {
                let state = AgreementState::Superseded { at: now, by, execution: execution.clone() };
                Ok(self.change("agreement.supersede", Capacity::Service, state))
            }
            (AgreementState::Terminated { execution, .. }, AgreementCommand::Reinstate { appeal }) => {
                self.reinstate(&appeal, execution, actor, now)
            }
            (AgreementState::Executed { .. }, AgreementCommand::Accept { signature }) => {
                self.accept(signature, actor, now)
            }
            (
                AgreementState::Offered { .. },
                AgreementCommand::Accept { .. }
                | AgreementCommand::Reinstate { .. }
                | AgreementCommand::Expire
                | AgreementCommand::Terminate { .. }
                | AgreementCommand::Supersede { .. },
            )
            | (
                AgreementState::Executed { .. },
                AgreementCommand::Execute { .. } | AgreementCommand::Close | AgreementCommand::Reinstate { .. },
            )
            | (
                AgreementState::Expired { .. } | AgreementState::Superseded { .. } | AgreementState::Closed { .. },
                AgreementCommand::Reinstate { .. },
            )
            | (
                AgreementState::Expired { .. }
                | AgreementState::Terminated { .. }
                | AgreementState::Superseded { .. }
                | AgreementState::Closed { .. },
                AgreementCommand::Accept { .. }
                | AgreementCommand::Execute { .. }
                | AgreementCommand::Close
                | AgreementCommand::Expire
                | AgreementCommand::Terminate { .. }
                | AgreementCommand::Supersede { .. },
            ) => Err(wrong_state("agreement", self.state.as_str())),
        }
    }

    fn execute(
        &self,
        signature: Evidence,
        ends_at: Instant,
        lapses_at: Instant,
        actor: &Actor,
        now: Instant,
    ) -> Result<AgreementChange, Refusal> {
        let signs_at_submission = actor.account.is_none() || actor.account != Some(signature.account);
        if !signs_at_submission && !actor.is_party(self.requester, self.organisation) {
            return Err(Refusal::new("not_the_requester", "Only the requester may sign."));
        }
        if now > lapses_at {
            return Err(Refusal::new("offer_lapsed", "The time to sign this offer is over. Reopen the application."));
        }
        if signature.text_hash != self.text_hash || signature.terms != self.terms {
            return Err(Refusal::new(
                "text_differs",
                "The text you signed is not the text of this agreement. Review it again.",
            ));
        }
        if self.schedules.iter().any(|schedule| schedule.tier == Tier::Prohibited) {
            return Err(Refusal::new("prohibited", "A dataset in this agreement may not be shared by law."));
        }
        signature.check()?;
        let state = AgreementState::Executed { execution: Execution { at: now, ends_at, signature } };
        let change = self.change("agreement.execute", Capacity::Requester, state).telling(NoticeKind::Executed);
        let mut change = change.telling_departments(NoticeKind::AgreementBegun);
        change.act.reason = Some(format!("text {}", self.text_hash));
        Ok(change)
    }

    fn terminate(
        &self,
        department: Option<DepartmentId>,
        reason: String,
        execution: &Execution,
        actor: &Actor,
        now: Instant,
    ) -> Result<AgreementChange, Refusal> {
        let capacity = match department {
            Some(department) => {
                let capacity = actor.acting_for(&[Role::Manager], department)?;
                if !self.schedules.iter().any(|schedule| schedule.department == department) {
                    return Err(Refusal::new("not_your_department", "This belongs to another office."));
                }
                capacity
            }
            None if actor.is_party(self.requester, self.organisation) => Capacity::Requester,
            None => return Err(Refusal::new("not_the_requester", "Only the holder may do this.")),
        };
        if reason.trim().is_empty() {
            return Err(Refusal::new("reason_needed", "Say why the agreement ends."));
        }
        let state = AgreementState::Terminated {
            at: now,
            by_name: actor.name.clone(),
            reason: reason.clone(),
            execution: execution.clone(),
        };
        let mut change = self.change("agreement.terminate", capacity, state);
        change.act.reason = Some(reason);
        Ok(change.telling(NoticeKind::AgreementEnded).telling_departments(NoticeKind::AgreementOver))
    }

    fn accept(&self, signature: Evidence, actor: &Actor, now: Instant) -> Result<AgreementChange, Refusal> {
        if !actor.is_party(self.requester, self.organisation) {
            return Err(Refusal::new("not_the_requester", "Only the holder may do this."));
        }
        if !self.is_live(now) {
            return Err(wrong_state("agreement", "expired"));
        }
        if signature.terms == self.terms_accepted() {
            return Err(Refusal::new("accepted_already", "These terms are accepted already."));
        }
        signature.check()?;
        let mut change = self.change("agreement.accept_terms", Capacity::Requester, self.state.clone());
        change.act.before = json!({ "terms": self.terms_accepted() });
        change.act.after = json!({ "terms": signature.terms, "terms_hash": signature.terms_hash });
        change.act.reason = Some(format!("text {}", signature.text_hash));
        change.next.accepted.push(signature);
        Ok(change)
    }

    fn reinstate(
        &self,
        appeal: &str,
        execution: &Execution,
        actor: &Actor,
        now: Instant,
    ) -> Result<AgreementChange, Refusal> {
        let capacity = actor.acting_as(Role::Clerk)?;
        if now >= execution.ends_at {
            return Err(Refusal::new("term_over", "The agreement's term is over by now."));
        }
        let state = AgreementState::Executed { execution: execution.clone() };
        let mut change = self.change("agreement.reinstate", capacity, state);
        change.act.reason = Some(format!("appeal {appeal}"));
        Ok(change)
    }

    fn change(&self, name: &'static str, capacity: Capacity, state: AgreementState) -> AgreementChange {
        let about = About {
            application: Some(self.application),
            agreement: Some(self.id),
            person: Some(self.requester),
            ..About::default()
        };
        let act = Act::new(name, capacity, "agreement", &self.number)
            .about(about)
            .change(json!({ "state": self.state.as_str() }), json!({ "state": state.as_str() }));
        AgreementChange { next: Self { state, ..self.clone() }, act, notices: Vec::new() }
    }
}

mod destruction;
#[cfg(test)]
mod destruction_tests;
mod schedule;
mod telling;
#[cfg(test)]
pub(in crate::domain) mod tests;
