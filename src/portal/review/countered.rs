//! What the applicant would accept instead of conditions of the last offer.

use serde::Serialize;

use super::queue::is_pending;
use crate::domain::application::Item;
use crate::domain::time::Instant;

/// A condition of the last offer beside what the applicant would accept instead.
#[derive(Clone, Debug, Serialize)]
pub(super) struct CounteredView {
    pub(super) condition: String,
    pub(super) proposal: String,
    pub(super) at: Instant,
}

pub(super) fn countered(item: &Item) -> Vec<CounteredView> {
    let open = item.countered.iter().filter(|_| is_pending(item));
    open.map(|one| CounteredView { condition: one.condition.text.clone(), proposal: one.proposal.clone(), at: one.at })
        .collect()
}
