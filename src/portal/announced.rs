//! Announced changes in words, for the public page, the holder's and the steward's.

use chrono_tz::Tz;
use serde::Serialize;

use crate::cases::changes::{in_words, when_in_words};
use crate::domain::change::{Announcement, ChangeKind};
use crate::domain::time::Instant;

/// What the part `changes` shows of one.
#[derive(Debug, Serialize)]
pub(super) struct ChangeView {
    pub(super) number: String,
    kind: &'static str,
    tone: &'static str,
    /// Which dataset, where the page is not the dataset's own.
    dataset: String,
    operations: String,
    when: Vec<String>,
    text: String,
    at: Instant,
    pub(super) told: usize,
    pub(super) by: String,
    pub(super) is_withdrawn: bool,
}

impl ChangeView {
    pub(super) fn of(change: &Announcement, dataset: &str, zone: Tz) -> Self {
        let tone = match change.kind {
            ChangeKind::Change => "info",
            ChangeKind::Deprecation | ChangeKind::Brownout => "warn",
            ChangeKind::End => "bad",
        };
        Self {
            number: change.number.clone(),
            kind: in_words(change.kind),
            tone,
            dataset: dataset.to_owned(),
            operations: change.operations.join(", "),
            when: when_in_words(change, zone).lines().map(str::to_owned).collect(),
            text: change.text.clone(),
            at: change.at,
            told: change.told,
            by: change.by.clone(),
            is_withdrawn: change.withdrawn_at.is_some(),
        }
    }
}
