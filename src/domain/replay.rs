//! A rule replayed over past usage: what came of it, and the errand that does it in the background.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::errand::{Errand, Kind};
use super::id::{AgreementId, ReplayKind};
use super::misuse::Catch;

/// Whom a rule would have caught.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caught {
    /// The key's hint.
    pub key_hint: String,
    /// The agreement's number.
    pub agreement_number: String,
    /// When, and with which figures.
    pub catch: Catch,
    /// Calls let through afterwards, until the end: what stopping the key at that moment would have stopped.
    pub calls_after: i64,
    /// How often the rule would have spoken.
    pub times: usize,
}

/// What came of a replay.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rehearsal {
    /// Each key (or agreement, where the rule adds up its keys) with the first time it would have been caught.
    pub caught: Vec<Caught>,
    /// Keys with usage in the span.
    pub keys: usize,
    /// Agreements with usage in the span.
    pub agreements: usize,
    /// Calls let through in the span.
    pub calls: i64,
    /// Keys of which more was counted than is read at once; the newest part of it is missing here.
    pub cut: usize,
}

impl Rehearsal {
    /// Agreements caught.
    #[must_use]
    pub fn agreements_caught(&self) -> usize {
        self.caught.iter().map(|caught| caught.catch.agreement).collect::<BTreeSet<AgreementId>>().len()
    }

    /// Calls that would have been stopped, had the key been stopped when it was caught.
    #[must_use]
    pub fn calls_stopped(&self) -> i64 {
        self.caught.iter().map(|caught| caught.calls_after).sum()
    }
}

/// Which rule is replayed, with which threshold, and how far back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplayWish {
    /// The rule of the profile.
    pub rule: String,
    /// The threshold that is tried.
    pub threshold: u32,
    /// Days back.
    pub days: i64,
}

/// The errand that replays a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replaying {}

impl Kind for Replaying {
    const WORD: &'static str = "replay";
    type Tag = ReplayKind;
    type Wish = ReplayWish;
    type Outcome = Rehearsal;
}

/// A replay that is made in the background.
pub type Replay = Errand<Replaying>;
