//! Earlier decisions beside the one to be made: what was decided, when, on which grounds. Compares nothing itself.

use serde::Serialize;

use super::case::{DecisionView, decision_view};
use crate::cases::Desk;
use crate::cases::review::Similar;
use crate::domain::similar::decision;
use crate::portal::shared::{Tag, item_tag};

/// One earlier decision.
#[derive(Debug, Serialize)]
pub(super) struct SimilarView {
    pub(super) href: String,
    pub(super) number: String,
    pub(super) title: String,
    pub(super) dataset: String,
    pub(super) state: Tag,
    pub(super) decision: Option<DecisionView>,
    /// What it has in common with this one.
    pub(super) common: Vec<&'static str>,
    pub(super) operations: usize,
    pub(super) words: usize,
}

pub(super) fn similar_view(desk: &Desk, earlier: &Similar) -> SimilarView {
    let Similar { likeness, application, item } = earlier;
    let common = [(likeness.dataset, "The same dataset"), (likeness.purpose, "The same purpose")];
    SimilarView {
        href: format!("/review/{}?item={}", application.id, item.id),
        number: application.number.clone(),
        title: application.answers.get("title").to_owned(),
        dataset: item.title.clone(),
        state: item_tag(item.state.as_str()),
        decision: decision(item).map(|decision| decision_view(desk, decision)),
        common: common.into_iter().filter(|(is_so, _)| *is_so).map(|(_, words)| words).collect(),
        operations: likeness.operations,
        words: likeness.words,
    }
}
