//! What is left of each limit, ready to print, for the pages of a key and of an agreement. Decides nothing.

use serde::Serialize;

use crate::cases::left::{Left, SeenNetwork};
use crate::domain::time::Instant;

/// What is left of one limit.
#[derive(Debug, Serialize)]
pub(super) struct LeftRow {
    /// The dataset, or that it is the key's own.
    whose: String,
    limit: String,
    /// Whether it is counted by day or month; a rate refills all the time.
    is_quota: bool,
    used: u64,
    left: u64,
    /// How much of it is used, in percent, at most 100.
    percent: u64,
    /// `good`, `warn` from 80 % on, `bad` when nothing is left.
    tone: &'static str,
    resets_at: Option<Instant>,
}

/// The rows of a table.
pub(super) fn rows(all: &[Left]) -> Vec<LeftRow> {
    all.iter().map(row).collect()
}

fn row(one: &Left) -> LeftRow {
    let used = one.used.unwrap_or(0);
    let percent = used.saturating_mul(100).checked_div(one.max).unwrap_or(100).min(100);
    LeftRow {
        whose: one.dataset.clone().unwrap_or_else(|| "This key alone".to_owned()),
        limit: format!("{} calls a {}", one.max, one.window.as_str()),
        is_quota: one.used.is_some(),
        used,
        left: one.left().unwrap_or(0),
        percent,
        tone: match percent {
            0..80 => "good",
            80..100 => "warn",
            _ => "bad",
        },
        resets_at: one.resets_at,
    }
}

/// A network that a key was used from.
#[derive(Debug, Serialize)]
pub(super) struct Seen {
    network: String,
    first: Instant,
    last: Instant,
}

/// The networks, ready to print.
pub(super) fn seen(all: Vec<SeenNetwork>) -> Vec<Seen> {
    all.into_iter().map(|one| Seen { network: one.network, first: one.first, last: one.last }).collect()
}
