//! Which keys were used in the last minute, for who watches the gate. Learnt when the sheets are drained, so no call pays
//! for it, and from what the sheets hold since.

use std::collections::{HashMap, VecDeque};

use chrono::TimeDelta;
use serde::Serialize;

use super::{Count, CountKey};
use crate::domain::id::{AgreementId, KeyId};
use crate::domain::time::Instant;
use crate::gate::verdict::Outcome;

/// How long is lately, in seconds.
pub const LATELY_SECONDS: i64 = 60;
/// Entries that are kept.
const ENTRIES_MAX: usize = 200_000;

/// A key that was used lately.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Busy {
    /// The key; never its text.
    pub key: KeyId,
    /// Its agreement.
    pub agreement: Option<AgreementId>,
    /// Calls let through.
    pub ok: u64,
    /// Calls refused or failed.
    pub refused: u64,
}

/// The counters of the last minute.
#[derive(Debug, Default)]
pub(super) struct Lately(VecDeque<(Instant, CountOf)>);

#[derive(Clone, Debug)]
struct CountOf {
    key: KeyId,
    agreement: Option<AgreementId>,
    is_ok: bool,
    requests: u64,
}

impl CountOf {
    fn of(key: &CountKey, count: Count) -> Option<Self> {
        let is_ok = key.outcome == Outcome::Ok;
        Some(Self { key: key.key?, agreement: key.agreement, is_ok, requests: count.requests })
    }
}

impl Lately {
    /// Takes a drained counter; `last` is when it last counted.
    pub(super) fn take(&mut self, key: &CountKey, count: Count, last: Instant) {
        self.0.extend(CountOf::of(key, count).map(|count| (last, count)));
        while self.0.len() > ENTRIES_MAX || self.0.front().is_some_and(|(at, _)| is_past(*at, last)) {
            self.0.pop_front();
        }
    }

    /// The busiest keys first, at most so many. `since` are counters that are not drained yet.
    pub(super) fn busiest<'a>(
        &self,
        since: impl Iterator<Item = (&'a CountKey, Count, Instant)>,
        now: Instant,
        most: usize,
    ) -> Vec<Busy> {
        let since = since.filter_map(|(key, count, last)| Some((last, CountOf::of(key, count)?)));
        let mut found: HashMap<KeyId, Busy> = HashMap::new();
        for (_, count) in self.0.iter().cloned().chain(since).filter(|(at, _)| !is_past(*at, now)) {
            let CountOf { key, agreement, is_ok, requests } = count;
            let busy = found.entry(key).or_insert(Busy { key, agreement, ok: 0, refused: 0 });
            *(if is_ok { &mut busy.ok } else { &mut busy.refused }) += requests;
        }
        let mut all: Vec<_> = found.into_values().collect();
        all.sort_unstable_by_key(|busy| (std::cmp::Reverse(busy.ok + busy.refused), busy.key));
        all.truncate(most);
        all
    }
}

fn is_past(at: Instant, now: Instant) -> bool {
    now.signed_duration_since(at) > TimeDelta::seconds(LATELY_SECONDS)
}
