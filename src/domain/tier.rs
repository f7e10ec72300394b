//! How freely a dataset may be shared.

use serde::{Deserialize, Serialize};

/// The access tier of a dataset, from open to prohibited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Tier {
    /// No key, no agreement; limits per address.
    #[serde(rename = "0")]
    Open,
    /// A registered key under click-through terms; no human decision.
    #[serde(rename = "1")]
    Registered,
    /// Conditioned: a manager decides.
    #[serde(rename = "2")]
    Conditioned,
    /// Restricted: named users, two different people must approve.
    #[serde(rename = "3")]
    Restricted,
    /// Prohibited by law; cannot be granted.
    #[serde(rename = "X")]
    Prohibited,
}

impl Tier {
    /// Every tier, from the freest to the strictest.
    pub const ALL: [Self; 5] = [Self::Open, Self::Registered, Self::Conditioned, Self::Restricted, Self::Prohibited];

    /// The mark used in text, columns and URLs: `0`, `1`, `2`, `3`, `X`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "0",
            Self::Registered => "1",
            Self::Conditioned => "2",
            Self::Restricted => "3",
            Self::Prohibited => "X",
        }
    }

    /// Reads the mark written by [`Tier::as_str`].
    #[must_use]
    pub fn from_mark(mark: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tier| tier.as_str().eq_ignore_ascii_case(mark.trim()))
    }

    /// How many different people must approve an item of this tier; `None` where nobody may.
    #[must_use]
    pub const fn approvals_needed(self) -> Option<u8> {
        match self {
            Self::Open | Self::Registered => Some(0),
            Self::Conditioned => Some(1),
            Self::Restricted => Some(2),
            Self::Prohibited => None,
        }
    }

    /// Whether the gate refuses this tier when it cannot learn of changes (tiers 2, 3 and X).
    #[must_use]
    pub const fn is_restricted(self) -> bool {
        matches!(self, Self::Conditioned | Self::Restricted | Self::Prohibited)
    }
}
