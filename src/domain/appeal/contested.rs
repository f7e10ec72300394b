//! What is appealed, and how an appeal may end. Its text form names a decision in addresses and columns.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::domain::id::{
    AccountId, AgreementId, ApplicationId, CaseId, DepartmentId, HoldId, Id, ItemId, KeyId, RenewalId,
};
use crate::domain::time::Instant;

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
    /// A violation was found, whatever was done about it.
    Finding {
        /// The misuse case.
        case: CaseId,
    },
    /// A department does not renew.
    NotRenewed {
        /// The renewal.
        renewal: RenewalId,
    },
}

impl Appealed {
    /// Every word of [`Appealed::kind`].
    pub const KINDS: [&'static str; 7] =
        ["denial", "conditions", "suspension", "revocation", "termination", "finding", "not_renewed"];

    /// The word for columns and JSON.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Denial { .. } => "denial",
            Self::Conditions { .. } => "conditions",
            Self::Suspension { .. } => "suspension",
            Self::Revocation { .. } => "revocation",
            Self::Termination { .. } => "termination",
            Self::Finding { .. } => "finding",
            Self::NotRenewed { .. } => "not_renewed",
        }
    }

    /// The outcomes that can be carried out on it. A suspension or an end cannot be half true; what may be changed in
    /// part is what was decided about a dataset.
    #[must_use]
    pub const fn outcomes(self) -> &'static [Outcome] {
        match self {
            Self::Denial { .. } | Self::Conditions { .. } => &Outcome::ALL,
            Self::Suspension { .. }
            | Self::Revocation { .. }
            | Self::Termination { .. }
            | Self::Finding { .. }
            | Self::NotRenewed { .. } => &[Outcome::Affirmed, Outcome::Reversed, Outcome::Remanded],
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
            Self::Finding { case } => write!(f, "{kind}:{case}"),
            Self::NotRenewed { renewal } => write!(f, "{kind}:{renewal}"),
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
        fn read<K>(text: Option<&str>) -> Result<Id<K>, NamesNothing> {
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
            Some("finding") if second.is_none() => Self::Finding { case: read(first)? },
            Some("not_renewed") if second.is_none() => Self::NotRenewed { renewal: read(first)? },
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
