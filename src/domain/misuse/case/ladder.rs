//! The ladder of measures: how high a step may be for this offence without reasons of its own, and which offence it is.
//! Must never choose a step; it says which steps need a written finding of severity.

use chrono::Months;
use serde::{Deserialize, Serialize};

use super::Class;
use crate::domain::misuse::{OFFENCE_MONTHS, Offence};
use crate::domain::time::Instant;

/// A step of the ladder. An order to cease stands beside it: it stops a use and punishes nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rung {
    /// Told what was noticed.
    Inform,
    /// Warned.
    Warn,
    /// Slowed down: a key or the agreement, until a day.
    Throttle,
    /// Suspended: a key, a dataset, the agreement or the requester.
    Suspend,
    /// A key revoked or the agreement ended.
    Revoke,
    /// Handed on to another authority.
    Refer,
}

impl Rung {
    /// The steps from the lowest to the highest.
    pub const ALL: [Self; 6] = [Self::Inform, Self::Warn, Self::Throttle, Self::Suspend, Self::Revoke, Self::Refer];

    /// The step above; the highest stays.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::Inform => Self::Warn,
            Self::Warn => Self::Throttle,
            Self::Throttle => Self::Suspend,
            Self::Suspend => Self::Revoke,
            Self::Revoke | Self::Refer => Self::Refer,
        }
    }
}

/// The highest first response that a class calls for.
#[must_use]
pub const fn first_rung(class: Class) -> Rung {
    match class {
        Class::M1 => Rung::Throttle,
        // Terms and retention are to be put right first.
        Class::M3 | Class::M6 => Rung::Warn,
        Class::M2 | Class::M4 | Class::M5 | Class::M8 | Class::M10 => Rung::Suspend,
        Class::M7 | Class::M9 => Rung::Refer,
    }
}

/// The highest step that needs no finding of severity: the first response of the class, or one above what was done to the
/// same holder for the same class within twelve months.
#[must_use]
pub fn highest_without_reasons(class: Class, stood_at: Option<Rung>) -> Rung {
    stood_at.map_or(first_rung(class), |stood| stood.next().max(first_rung(class)))
}

/// An earlier case of the same holder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Earlier {
    /// Its class.
    pub class: Class,
    /// When a violation was found; `None` while it is not decided.
    pub found_at: Option<Instant>,
    /// Whether it is still open.
    pub is_open: bool,
    /// The highest step that was taken.
    pub rung: Option<Rung>,
}

/// Which offence a new case would be, and how high the ladder was climbed for the class within twelve months. Points
/// expire: what was found before that counts for nothing.
#[must_use]
pub fn offence_of(class: Class, earlier: &[Earlier], now: Instant) -> (Offence, Option<Rung>) {
    let counts_from = now.checked_sub_months(Months::new(OFFENCE_MONTHS));
    let of_class = || earlier.iter().filter(move |case| case.class == class);
    let counted = || of_class().filter(move |case| case.found_at.is_some_and(|at| Some(at) >= counts_from));
    // The same again while an earlier case of it is not over.
    let offence = if of_class().any(|case| case.is_open) {
        Offence::Continuing
    } else if counted().next().is_some() {
        Offence::Repeat
    } else {
        Offence::First
    };
    (offence, counted().filter_map(|case| case.rung).max())
}
