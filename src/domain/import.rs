//! The errand that takes a catalogue in: from an address, or from a text that was handed in with it.

use serde::{Deserialize, Serialize};

use super::errand::{Errand, Kind};
use super::id::{DepartmentId, ImportKind};

/// Where a catalogue comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportSource {
    /// It is fetched from this address.
    Address(String),
    /// It was handed in, and is called this.
    Text(String),
}

impl ImportSource {
    /// What the report says of it.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Address(url) => url,
            Self::Text(name) => name,
        }
    }
}

/// What is to be imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportWish {
    /// The department that gets what names no other.
    pub department: DepartmentId,
    /// From where.
    pub source: ImportSource,
}

/// What became of the records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportCounts {
    /// Datasets made.
    pub created: usize,
    /// Datasets changed.
    pub updated: usize,
    /// Datasets left as they were.
    pub unchanged: usize,
    /// Records that were repaired.
    pub repaired: usize,
    /// Records that could not be taken.
    pub skipped: usize,
}

/// The errand that imports a catalogue. Its report, once there is one, has the same id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Importing {}

impl Kind for Importing {
    const WORD: &'static str = "import";
    type Tag = ImportKind;
    type Wish = ImportWish;
    type Outcome = ImportCounts;
}

/// An import that is made in the background.
pub type Import = Errand<Importing>;
