//! Letters: what the city tells somebody in writing. A letter is made from a versioned template of the profile and from
//! facts, and is kept as it was sent, with its hash. Must never send what a template lacks a fact for.

mod plain;
mod template;
#[cfg(test)]
mod tests;
mod values;

use serde::{Deserialize, Serialize};

pub use plain::to_plain;
pub use template::{LetterBook, LetterBookError, Template, Written};
pub use values::{Piece, Section, Values};

use super::id::{AccountId, DepartmentId, LetterId, OrganisationId};
use super::terms::TextHash;
use super::time::Instant;

/// What a letter is. Each kind has a template in each language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LetterKind {
    /// All of an application was refused.
    Denial,
    /// Part of an application was refused.
    PartialGrant,
    /// An agreement is offered, with what was added to what was asked.
    Offer,
    /// A key, an agreement or a requester was suspended.
    Suspension,
    /// A key or an agreement was slowed down.
    Throttling,
    /// A key was revoked or an agreement ended by the city.
    Revocation,
    /// An appeal was decided.
    AppealDecision,
    /// A request for records came in.
    RecordsReceipt,
    /// An office has a request for records.
    RecordsAcknowledgement,
    /// What copies cost at most.
    RecordsEstimate,
    /// A request for records is answered.
    RecordsAnswer,
    /// Silence became a denial.
    RecordsDeemedDenial,
    /// A notice of violation, to be answered.
    NoticeOfViolation,
    /// An order to stop a use.
    OrderToCease,
    /// An order to take down, delete and prove it.
    TakedownOrder,
    /// A violation was found.
    CaseFinding,
    /// No violation was found.
    CaseDismissal,
}

impl LetterKind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[
        Self::Denial,
        Self::PartialGrant,
        Self::Offer,
        Self::Suspension,
        Self::Throttling,
        Self::Revocation,
        Self::AppealDecision,
        Self::RecordsReceipt,
        Self::RecordsAcknowledgement,
        Self::RecordsEstimate,
        Self::RecordsAnswer,
        Self::RecordsDeemedDenial,
        Self::NoticeOfViolation,
        Self::OrderToCease,
        Self::TakedownOrder,
        Self::CaseFinding,
        Self::CaseDismissal,
    ];

    /// The word used in columns, in JSON and for the template's file.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Denial => "denial",
            Self::PartialGrant => "partial_grant",
            Self::Offer => "offer",
            Self::Suspension => "suspension",
            Self::Throttling => "throttling",
            Self::Revocation => "revocation",
            Self::AppealDecision => "appeal_decision",
            Self::RecordsReceipt => "records_receipt",
            Self::RecordsAcknowledgement => "records_acknowledgement",
            Self::RecordsEstimate => "records_estimate",
            Self::RecordsAnswer => "records_answer",
            Self::RecordsDeemedDenial => "records_deemed_denial",
            Self::NoticeOfViolation => "notice_of_violation",
            Self::OrderToCease => "order_to_cease",
            Self::TakedownOrder => "takedown_order",
            Self::CaseFinding => "case_finding",
            Self::CaseDismissal => "case_dismissal",
        }
    }
}

/// What a letter is about: the kind of thing, its id and its short number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterAbout {
    /// `application`, `case`, `records_request` and the like, as in the audit.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// Its short number.
    pub number: String,
    /// The page of the recipient on which it is shown.
    pub path: String,
}

impl LetterAbout {
    /// About this thing.
    #[expect(clippy::needless_pass_by_value, reason = "callers hand over ids, which are Copy")]
    pub fn new(kind: &str, id: impl ToString, number: &str, path: impl Into<String>) -> Self {
        Self { kind: kind.to_owned(), id: id.to_string(), number: number.to_owned(), path: path.into() }
    }
}

/// To whom a letter goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "to")]
pub enum Addressee {
    /// The side that a thing was made for; it reads its letters when signed in.
    Party {
        /// The requester.
        requester: AccountId,
        /// Their organisation.
        organisation: Option<OrganisationId>,
    },
    /// Somebody without an account: by mail, where they left an address.
    Outsider {
        /// Their name, if they gave one.
        name: String,
        /// Where they can be reached; empty where they left none.
        email: String,
        /// Their language.
        language: String,
    },
}

/// A letter as it was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// Its id.
    pub id: LetterId,
    /// What it is.
    pub kind: LetterKind,
    /// The version of the template.
    pub version: String,
    /// Its language.
    pub language: String,
    /// What it is about.
    pub about: LetterAbout,
    /// To whom.
    pub to: Addressee,
    /// The name it is addressed to.
    pub to_name: String,
    /// The departments that may read it.
    pub departments: Vec<DepartmentId>,
    /// Its subject.
    pub subject: String,
    /// The text, as Markdown.
    pub markdown: String,
    /// SHA-256 of the text.
    pub sha256: TextHash,
    /// When it was sent.
    pub at: Instant,
    /// Who sent it: a person, or the service by rule.
    pub by_name: String,
}

impl Letter {
    /// Whether the text is still the text that was hashed.
    #[must_use]
    pub fn is_intact(&self) -> bool {
        TextHash::of(&self.markdown) == self.sha256
    }
}
