//! The certificate of destruction: owed when an agreement ends whose terms ask for it. The holder states what was deleted,
//! how, and what was kept and why; the departments accept it or ask again. Must never take silence for a certificate.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Agreement, Schedule};
use crate::domain::audit::{About, Act};
use crate::domain::id::{AccountId, AgreementId, ApplicationId, DatasetId, DepartmentId, OrganisationId};
use crate::domain::notice::{Notice, NoticeKind, Recipient};
use crate::domain::people::{Actor, Capacity, Role, must_not_be_party};
use crate::domain::refusal::{Refusal, wrong_state};
use crate::domain::time::{Day, Instant};

/// Longest text of a part of a certificate, and of a reason, in characters.
pub const CERTIFICATE_TEXT_MAX: usize = 4_000;

/// A dataset whose data is to be deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The dataset.
    pub dataset: DatasetId,
    /// Its title when signed.
    pub title: String,
    /// The data provider.
    pub department: DepartmentId,
}

impl From<&Schedule> for Part {
    fn from(schedule: &Schedule) -> Self {
        Self { dataset: schedule.dataset, title: schedule.title.clone(), department: schedule.department }
    }
}

/// What the holder certifies, with the evidence of the signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// How it was deleted.
    pub method: String,
    /// What was deleted: copies, backups, derived data, contractors' copies.
    pub scope: String,
    /// What was kept, and why; empty when nothing was.
    pub exceptions: String,
    /// The text signed, as it was shown.
    pub text: String,
    /// SHA-256 of that text, hex.
    pub text_hash: String,
    /// The name typed as signature.
    pub name: String,
    /// The title typed.
    pub title: String,
    /// Stated authority to sign for the holder.
    pub has_authority: bool,
    /// The text confirmed to sign electronically; empty when it was not.
    pub consent: String,
    /// The account that signed.
    pub account: AccountId,
    /// When, in UTC.
    pub at: Instant,
    /// The city's zone.
    pub zone: String,
    /// The address it came from.
    pub address: String,
    /// The browser or program.
    pub agent: String,
}

impl Certificate {
    /// Checks what the signer must have given.
    ///
    /// # Errors
    /// `method_needed`, `scope_needed`, `signature_needed`, `authority_needed`, `consent_needed`.
    pub fn check(&self) -> Result<(), Refusal> {
        if self.method.trim().is_empty() {
            return Err(Refusal::new("method_needed", "Say how the data was deleted."));
        }
        if self.scope.trim().is_empty() {
            return Err(Refusal::new("scope_needed", "Say what was deleted, with backups and copies."));
        }
        if self.name.trim().is_empty() || self.title.trim().is_empty() {
            return Err(Refusal::new("signature_needed", "Type your full name and your title to sign."));
        }
        if !self.has_authority {
            return Err(Refusal::new("authority_needed", "Confirm that you may sign for the holder."));
        }
        if self.consent != super::CONSENT_VERSION {
            return Err(Refusal::new("consent_needed", "Confirm that you agree to sign electronically."));
        }
        Ok(())
    }
}

/// A department accepted a certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Which.
    pub department: DepartmentId,
    /// By whom.
    pub by_name: String,
    /// When.
    pub at: Instant,
}

/// Where a certificate stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum DestructionState {
    /// The holder owes it.
    Owed {
        /// What a department asked again, if one did.
        asked: Option<String>,
    },
    /// Signed; the departments look at it.
    Certified {
        /// The certificate.
        certificate: Box<Certificate>,
        /// Who accepted it so far.
        receipts: Vec<Receipt>,
    },
    /// Every department accepted it.
    Accepted {
        /// When.
        at: Instant,
        /// The certificate.
        certificate: Box<Certificate>,
        /// Who accepted it.
        receipts: Vec<Receipt>,
    },
    /// No longer owed: the agreement is in force again, or was renewed after its end.
    Released {
        /// When.
        at: Instant,
        /// Why.
        reason: String,
    },
}

impl DestructionState {
    /// Every word of [`DestructionState::as_str`].
    pub const WORDS: [&'static str; 4] = ["owed", "certified", "accepted", "released"];

    /// The word for columns, JSON and filters.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Owed { .. } => "owed",
            Self::Certified { .. } => "certified",
            Self::Accepted { .. } => "accepted",
            Self::Released { .. } => "released",
        }
    }
}

/// The certificate owed for one agreement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Destruction {
    /// The agreement.
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
    /// The datasets whose data is to be deleted.
    pub parts: Vec<Part>,
    /// The last day to certify.
    pub due: Day,
    /// How that day was counted.
    pub working: String,
    /// Where it stands.
    pub state: DestructionState,
    /// Certificates accepted before it was owed anew, oldest first.
    #[serde(default)]
    pub earlier: Vec<Certificate>,
    /// Since when it is owed.
    pub since: Instant,
    /// Counts saves; the store compares and sets it.
    pub version: i64,
}

/// What may be done about a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DestructionCommand {
    /// The holder certifies.
    Certify {
        /// What they sign.
        certificate: Box<Certificate>,
    },
    /// A department accepts.
    Accept {
        /// Which.
        department: DepartmentId,
    },
    /// A department asks again.
    AskAgain {
        /// Which.
        department: DepartmentId,
        /// What is missing.
        reason: String,
        /// The last day now, and how it was counted.
        due: (Day, String),
    },
    /// It is no longer owed.
    Release {
        /// Why.
        reason: String,
    },
    /// It is owed again, after the agreement that had come back ended once more.
    Owe {
        /// What must be deleted.
        parts: Vec<Part>,
        /// The last day, and how it was counted.
        due: (Day, String),
    },
}

/// Everything one act about a certificate changes.
#[derive(Clone, Debug, PartialEq)]
pub struct DestructionChange {
    /// The certificate as it stands now.
    pub next: Destruction,
    /// The audit entry.
    pub act: Act,
    /// The notices owed.
    pub notices: Vec<Notice>,
}

impl Destruction {
    /// A certificate is owed for these datasets of an agreement.
    #[must_use]
    pub fn owe(agreement: &Agreement, parts: Vec<Part>, due: (Day, String), now: Instant) -> DestructionChange {
        let next = Self {
            agreement: agreement.id,
            number: agreement.number.clone(),
            application: agreement.application,
            title: agreement.title.clone(),
            requester: agreement.requester,
            requester_name: agreement.requester_name.clone(),
            organisation: agreement.organisation,
            parts,
            due: due.0,
            working: due.1,
            state: DestructionState::Owed { asked: None },
            earlier: Vec::new(),
            since: now,
            version: 1,
        };
        let act = next.act("destruction.owe", Capacity::Service);
        let after = json!({ "state": "owed", "due": next.due, "datasets": next.titles() });
        DestructionChange { act: act.change(json!(null), after), notices: vec![next.due_notice("")], next }
    }

    /// Who is told of what happens to it.
    #[must_use]
    pub const fn holder(&self) -> Recipient {
        Recipient::Party(self.requester, self.organisation)
    }

    /// The holder's page.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/agreements/{}/destruction", self.agreement)
    }

    /// The staff's page.
    #[must_use]
    pub fn path_of_office(&self) -> String {
        format!("/review/destructions/{}", self.agreement)
    }

    /// The titles of the datasets, for sentences.
    #[must_use]
    pub fn titles(&self) -> String {
        let titles: Vec<_> = self.parts.iter().map(|part| part.title.as_str()).collect();
        titles.join(", ")
    }

    /// The departments whose data it is about, each once.
    #[must_use]
    pub fn departments(&self) -> Vec<DepartmentId> {
        let mut found: Vec<_> = self.parts.iter().map(|part| part.department).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Whether the holder still owes it and its last day is over.
    #[must_use]
    pub fn is_overdue(&self, today: Day) -> bool {
        matches!(self.state, DestructionState::Owed { .. }) && today > self.due
    }

    /// The certificate given, if there is one.
    #[must_use]
    pub fn certificate(&self) -> Option<&Certificate> {
        match &self.state {
            DestructionState::Certified { certificate, .. } | DestructionState::Accepted { certificate, .. } => {
                Some(certificate)
            }
            DestructionState::Owed { .. } | DestructionState::Released { .. } => None,
        }
    }

    /// The text that the holder signs, for what was typed: what is shown is what is hashed.
    #[must_use]
    pub fn text(&self, method: &str, scope: &str, exceptions: &str) -> String {
        let exceptions = if exceptions.trim().is_empty() { "Nothing was kept." } else { exceptions };
        format!(
            "Certificate of destruction under agreement {}\n\nProject: {}\nHolder: {}\nDatasets: {}\n\nWhat was \
             deleted\n{scope}\n\nHow\n{method}\n\nWhat was kept, and why\n{exceptions}\n\nI certify that this is true, \
             and that the same holds for backups and for everybody who had the data from the holder.\n",
            self.number,
            self.title,
            self.requester_name,
            self.titles(),
        )
    }

    /// Decides one command.
    ///
    /// # Errors
    /// `wrong_state`, `not_the_requester`, `not_your_department`, `own_application`, `accepted_already`, `reason_needed`
    /// and those of [`Certificate::check`].
    pub fn decide(
        &self,
        command: DestructionCommand,
        actor: &Actor,
        now: Instant,
    ) -> Result<DestructionChange, Refusal> {
        use DestructionCommand as Command;
        use DestructionState as State;
        match (&self.state, command) {
            (State::Owed { .. }, Command::Certify { certificate }) => self.certify(certificate, actor),
            (State::Certified { certificate, receipts }, Command::Accept { department }) => {
                self.accept(certificate, receipts, department, (actor, now))
            }
            (State::Certified { .. }, Command::AskAgain { department, reason, due }) => {
                let capacity = self.manager(actor, department)?;
                if reason.trim().is_empty() {
                    return Err(Refusal::new("reason_needed", "Say what the certificate must still state."));
                }
                let mut change =
                    self.change("destruction.ask_again", capacity, State::Owed { asked: Some(reason.clone()) });
                (change.next.due, change.next.working) = due;
                change.act.reason = Some(reason.clone());
                change.notices.push(change.next.answer_notice("It must say more before it is accepted.", &reason));
                Ok(change)
            }
            (State::Owed { .. } | State::Certified { .. }, Command::Release { reason }) => {
                let state = State::Released { at: now, reason: reason.clone() };
                let mut change = self.change("destruction.release", Capacity::Service, state);
                change.act.reason = Some(reason.clone());
                change.notices.push(change.next.answer_notice("It is no longer owed.", &reason));
                Ok(change)
            }
            (State::Released { .. } | State::Accepted { .. }, Command::Owe { parts, due }) => {
                let mut change = self.change("destruction.owe", Capacity::Service, State::Owed { asked: None });
                (change.next.due, change.next.working) = due;
                change.next.parts = parts;
                change.next.since = now;
                change.next.earlier.extend(self.certificate().cloned());
                change.notices.push(change.next.due_notice(""));
                Ok(change)
            }
            (State::Owed { .. }, Command::Accept { .. } | Command::AskAgain { .. } | Command::Owe { .. })
            | (State::Certified { .. }, Command::Certify { .. } | Command::Owe { .. })
            | (
                State::Accepted { .. },
                Command::Certify { .. } | Command::Accept { .. } | Command::AskAgain { .. } | Command::Release { .. },
            )
            | (
                State::Released { .. },
                Command::Certify { .. } | Command::Accept { .. } | Command::AskAgain { .. } | Command::Release { .. },
            ) => Err(wrong_state("certificate", self.state.as_str())),
        }
    }

    fn certify(&self, certificate: Box<Certificate>, actor: &Actor) -> Result<DestructionChange, Refusal> {
        if !actor.is_party(self.requester, self.organisation) {
            return Err(Refusal::new("not_the_requester", "Only the holder may do this."));
        }
        certificate.check()?;
        let text = format!("text {}", certificate.text_hash);
        let state = DestructionState::Certified { certificate, receipts: Vec::new() };
        let mut change = self.change("destruction.certify", Capacity::Requester, state);
        change.act.reason = Some(text);
        for department in self.departments() {
            let notice = self.notice(Recipient::Office(department), NoticeKind::CertificateGiven);
            change.notices.push(notice.with("path", self.path_of_office()));
        }
        Ok(change)
    }

    fn accept(
        &self,
        certificate: &Certificate,
        receipts: &[Receipt],
        department: DepartmentId,
        (actor, now): (&Actor, Instant),
    ) -> Result<DestructionChange, Refusal> {
        let capacity = self.manager(actor, department)?;
        if receipts.iter().any(|receipt| receipt.department == department) {
            return Err(Refusal::new("accepted_already", "Your department has accepted this certificate."));
        }
        let mut receipts = receipts.to_vec();
        receipts.push(Receipt { department, by_name: actor.name.clone(), at: now });
        let certificate = Box::new(certificate.clone());
        let is_last =
            self.departments().iter().all(|wanted| receipts.iter().any(|receipt| receipt.department == *wanted));
        let state = if is_last {
            DestructionState::Accepted { at: now, certificate, receipts }
        } else {
            DestructionState::Certified { certificate, receipts }
        };
        let mut change = self.change("destruction.accept", capacity, state);
        if is_last {
            change.notices.push(self.answer_notice("It is accepted. Nothing more is owed under this agreement.", ""));
        }
        Ok(change)
    }

    fn manager(&self, actor: &Actor, department: DepartmentId) -> Result<Capacity, Refusal> {
        let capacity = actor.acting_for(&[Role::Manager], department)?;
        if !self.parts.iter().any(|part| part.department == department) {
            return Err(Refusal::new("not_your_department", "This belongs to another office."));
        }
        must_not_be_party(actor, self.requester, self.organisation)?;
        Ok(capacity)
    }

    fn change(&self, name: &'static str, capacity: Capacity, state: DestructionState) -> DestructionChange {
        let act = self
            .act(name, capacity)
            .change(json!({ "state": self.state.as_str() }), json!({ "state": state.as_str() }));
        DestructionChange { next: Self { state, ..self.clone() }, act, notices: Vec::new() }
    }

    /// An act about this certificate, findable by agreement, application and holder.
    #[must_use]
    pub fn act(&self, name: &'static str, capacity: Capacity) -> Act {
        let about = About {
            application: Some(self.application),
            agreement: Some(self.agreement),
            person: Some(self.requester),
            ..About::default()
        };
        Act::new(name, capacity, "destruction", &self.number).about(about)
    }

    fn notice(&self, to: Recipient, kind: NoticeKind) -> Notice {
        Notice::new(to, kind)
            .with("number", &self.number)
            .with("title", &self.title)
            .with("datasets", self.titles())
            .with("holder", &self.requester_name)
            .with("ends_on", self.due)
    }

    /// To the holder: it is owed, by when, and whether that day is over.
    #[must_use]
    pub fn due_notice(&self, warning: &str) -> Notice {
        self.notice(self.holder(), NoticeKind::CertificateDue).with("warning", warning).with("path", self.path())
    }

    /// To the departments: it is overdue.
    #[must_use]
    pub fn missing_notices(&self) -> Vec<Notice> {
        let notice = |department| {
            let notice = self.notice(Recipient::Office(department), NoticeKind::CertificateMissing);
            notice.with("path", self.path_of_office())
        };
        self.departments().into_iter().map(notice).collect()
    }

    fn answer_notice(&self, outcome: &str, reason: &str) -> Notice {
        let notice = self.notice(self.holder(), NoticeKind::CertificateAnswered).with("outcome", outcome);
        notice.with("reason", reason).with("path", self.path())
    }
}
