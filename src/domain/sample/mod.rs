//! A published sample of a dataset: a few records that anybody may look at before they apply.
//!
//! Must never let a record out that the tier keeps in: on the tiers that a person decides about, what comes from the
//! live feed goes through a redaction profile first; a field declared sensitive stands in a sample only where a rule
//! treats it; what the law forbids to share has none at all.

mod place;
mod read;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

pub use self::place::{Extent, Place, place_of, places};
pub use self::read::{Form, Unread, leaves, records};

use super::audit::{Hash, hex};
use super::catalogue::{Dataset, Sensitivity};
use super::id::DatasetId;
use super::refusal::Refusal;
use super::text::Invalid;
use super::tier::Tier;
use super::time::Instant;

/// The most records of a sample.
pub const RECORDS_MAX: usize = 50;
/// The longest sample, in bytes of its JSON.
pub const BYTES_MAX: usize = 64 * 1024;

/// Where the records of a sample come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The live feed.
    Live {
        /// What was asked for, below the upstream's address.
        path: String,
        /// The name and revision of the redaction profile they went through.
        profile: Option<(String, u32)>,
    },
    /// They were made up by the steward and say nothing about anybody.
    MadeUp,
}

/// Who let a sample out, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// When.
    pub at: Instant,
    /// Who, by name.
    pub by: String,
}

/// A sample: taken first, looked at, then published or thrown away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// Of which dataset.
    pub dataset: DatasetId,
    /// Where its records come from.
    pub origin: Origin,
    /// Its records as one JSON list, a record a line: the very bytes that are handed out.
    pub text: String,
    /// How many records.
    pub count: usize,
    /// SHA-256 of `text`, in hex.
    pub hash: String,
    /// When it was taken.
    pub taken_at: Instant,
    /// By whom, by name.
    pub taken_by: String,
    /// Who published it; `None` while only stewards see it.
    pub release: Option<Release>,
}

impl Sample {
    /// The first records, as many as a sample may hold.
    ///
    /// # Errors
    /// `no_sample` where there is no record, or the first alone is too long.
    pub fn of(
        dataset: DatasetId,
        origin: Origin,
        records: &[Value],
        (taken_at, taken_by): (Instant, &str),
    ) -> Result<Self, Invalid> {
        let mut lines: Vec<String> = Vec::new();
        let mut bytes = 4;
        for record in records.iter().take(RECORDS_MAX) {
            let line = record.to_string();
            bytes += line.len() + 2;
            if bytes > BYTES_MAX {
                break;
            }
            lines.push(line);
        }
        if lines.is_empty() {
            let message = "No record was found there that fits into a sample of 64 KiB. Try another path.";
            return Err(Invalid::new("sample", "no_sample", message));
        }
        let text = format!("[\n{}\n]\n", lines.join(",\n"));
        let sum: Hash = Sha256::digest(text.as_bytes()).into();
        let count = lines.len();
        Ok(Self {
            dataset,
            origin,
            hash: hex(&sum),
            text,
            count,
            taken_at,
            taken_by: taken_by.to_owned(),
            release: None,
        })
    }

    /// Its records.
    #[must_use]
    pub fn records(&self) -> Vec<Value> {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// Whether anybody may see it, as the dataset stands now.
    ///
    /// # Errors
    /// `no_tier_yet`, `prohibited`, `redaction_needed`, `sensitive_field_shown`.
    pub fn must_be_releasable(&self, dataset: &Dataset) -> Result<(), Refusal> {
        let (is_made_up, profile) = match &self.origin {
            Origin::MadeUp => (true, None),
            Origin::Live { profile, .. } => (false, profile.as_ref()),
        };
        match dataset.tier {
            None => {
                return Err(Refusal::new("no_tier_yet", "Set the tier first: it says what may be shown to anybody."));
            }
            Some(Tier::Prohibited) => {
                return Err(Refusal::new("prohibited", "The law forbids sharing this dataset, a sample included."));
            }
            Some(Tier::Conditioned | Tier::Restricted) if !is_made_up && profile.is_none() => {
                let message = "On tiers 2 and 3 a sample of the feed goes through a redaction profile first. Choose one, \
                               or make records up.";
                return Err(Refusal::new("redaction_needed", message));
            }
            Some(Tier::Open | Tier::Registered | Tier::Conditioned | Tier::Restricted) => {}
        }
        if is_made_up {
            return Ok(());
        }
        let shown = self.shown_raw(dataset, profile.map(|(name, _)| name.as_str()));
        if shown.is_empty() {
            return Ok(());
        }
        let message = format!(
            "The sample shows what no rule of the profile treats, although it is declared sensitive: {}.",
            shown.join(", ")
        );
        Err(Refusal::new("sensitive_field_shown", message))
    }

    /// Fields declared sensitive that stand in the records and that no rule of the profile names.
    fn shown_raw(&self, dataset: &Dataset, profile: Option<&str>) -> Vec<String> {
        let rules = profile.and_then(|name| dataset.redaction(name)).map_or(&[][..], |profile| &profile.rules);
        let is_treated = |name: &str| {
            rules.iter().any(|rule| rule.path.last_name().is_none_or(|last| last == name || ends_with(name, last)))
        };
        let records = self.records();
        let stands = |name: &str| {
            let stands_in = |record: &Value| {
                leaves(record).iter().any(|(path, value)| !value.is_null() && (path == name || ends_with(path, name)))
            };
            records.iter().any(stands_in)
        };
        let held_back = |sensitivity| matches!(sensitivity, Sensitivity::Sensitive | Sensitivity::Prohibited);
        dataset
            .fields
            .iter()
            .filter(|field| held_back(field.sensitivity) && stands(&field.name))
            .filter(|field| field.sensitivity == Sensitivity::Prohibited || !is_treated(&field.name))
            .map(|field| field.name.clone())
            .collect()
    }
}

/// Whether the last name of a dotted path is this one.
#[must_use]
pub fn ends_with(path: &str, name: &str) -> bool {
    path.strip_suffix(name).is_some_and(|before| before.ends_with('.'))
}
