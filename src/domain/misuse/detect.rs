//! The detector: figures of a window against a rule, now or replayed over the past. Pure; must never count a call of
//! which no key is known, nor hold the service's own faults against anybody.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use chrono::Duration;
use serde::{Deserialize, Serialize};

use super::rule::{Rule, SignalKind};
use crate::domain::id::{AgreementId, DatasetId, KeyId};
use crate::domain::time::Instant;

/// The hour of the city's day at which night ends; it begins at midnight.
const NIGHT_ENDS: u32 = 5;
const MEGABYTE: i64 = 1_000_000;

/// What one key did in one place of the books: a minute, ten minutes or an hour. Whoever has one knows the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice {
    /// When the place begins.
    pub at: Instant,
    /// The hour of the city's day then.
    pub local_hour: u32,
    /// The key.
    pub key: KeyId,
    /// Its agreement.
    pub agreement: AgreementId,
    /// What was seen.
    pub seen: Seen,
}

/// What was seen of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Calls of one outcome.
    Calls {
        /// The dataset, where the path named one.
        dataset: Option<DatasetId>,
        /// The outcome's code.
        outcome: String,
        /// How many.
        calls: i64,
        /// Bytes sent.
        bytes: i64,
    },
    /// A network it was used from.
    Network(String),
    /// A path pattern it read.
    Pattern(String),
}

/// How an outcome counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weight {
    Fine,
    Refused,
    OverLimit,
    OutOfScope,
    Stopped,
    /// Not the caller's doing.
    OurFault,
}

fn weigh(outcome: &str) -> Weight {
    match outcome {
        "ok" => Weight::Fine,
        "rate_limited" | "quota_exhausted" => Weight::OverLimit,
        "scope_denied" => Weight::OutOfScope,
        "key_suspended" | "key_revoked" | "key_expired" | "agreement_ended" => Weight::Stopped,
        "network_denied" | "outside_window" => Weight::Refused,
        // Failures of ours, and whatever a later gate may report that this rule book does not know.
        _ => Weight::OurFault,
    }
}

/// The figures of one key, or one agreement, in one window.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Calls that the caller answers for.
    pub calls: i64,
    /// Of these, refused.
    pub refused: i64,
    /// Calls by outcome, for the evidence.
    pub outcomes: BTreeMap<String, i64>,
    /// Datasets touched.
    pub datasets: BTreeSet<DatasetId>,
    over_limit: BTreeMap<Instant, i64>,
    out_of_scope: i64,
    stopped: i64,
    networks: BTreeSet<String>,
    patterns: BTreeSet<String>,
    night_bytes: i64,
    keys: BTreeMap<KeyId, i64>,
}

impl Facts {
    /// The figures of these slices.
    pub fn of<'a>(slices: impl IntoIterator<Item = &'a Slice>) -> Self {
        let mut facts = Self::default();
        for slice in slices {
            facts.add(slice);
        }
        facts
    }

    /// The key that called most.
    #[must_use]
    pub fn busiest(&self) -> Option<KeyId> {
        self.keys.iter().max_by_key(|(_, calls)| **calls).map(|(key, _)| *key)
    }

    fn add(&mut self, slice: &Slice) {
        match &slice.seen {
            Seen::Network(network) => drop(self.networks.insert(network.clone())),
            Seen::Pattern(pattern) => drop(self.patterns.insert(pattern.clone())),
            Seen::Calls { dataset, outcome, calls, bytes } => {
                self.add_calls(slice, outcome, *calls, *bytes);
                self.datasets.extend(*dataset);
            }
        }
        self.keys.entry(slice.key).or_default();
    }

    fn add_calls(&mut self, slice: &Slice, outcome: &str, calls: i64, bytes: i64) {
        let weight = weigh(outcome);
        if weight == Weight::OurFault {
            return;
        }
        *self.outcomes.entry(outcome.to_owned()).or_default() += calls;
        *self.keys.entry(slice.key).or_default() += calls;
        self.calls += calls;
        if slice.local_hour < NIGHT_ENDS {
            self.night_bytes = self.night_bytes.saturating_add(bytes);
        }
        match weight {
            Weight::Fine | Weight::OurFault => return,
            Weight::Refused => {}
            Weight::OverLimit => *self.over_limit.entry(slice.at).or_default() += calls,
            Weight::OutOfScope => self.out_of_scope += calls,
            Weight::Stopped => self.stopped += calls,
        }
        self.refused += calls;
    }
}

/// A crossed threshold, with its figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What was measured.
    pub measured: i64,
    /// From which figure on the rule speaks.
    pub threshold: i64,
    /// Calls in the window that the caller answers for.
    pub calls: i64,
    /// Of these, refused.
    pub refused: i64,
    /// Calls by outcome.
    pub outcomes: BTreeMap<String, i64>,
    /// Datasets touched.
    pub datasets: BTreeSet<DatasetId>,
}

impl Finding {
    /// Something that happened once.
    #[must_use]
    pub const fn event() -> Self {
        Self { measured: 1, threshold: 1, calls: 0, refused: 0, outcomes: BTreeMap::new(), datasets: BTreeSet::new() }
    }
}

/// Whether the figures of a window cross the rule's threshold. `declared` is how many calls a day the application named;
/// without it a rule about volume says nothing.
#[must_use]
pub fn judge(rule: &Rule, facts: &Facts, declared: Option<i64>) -> Option<Finding> {
    let least = i64::from(rule.calls_min);
    let count = |many: usize| i64::try_from(many).unwrap_or(i64::MAX);
    let share = |part: i64, whole: i64| part.saturating_mul(100).checked_div(whole).unwrap_or(0);
    let measured = match rule.signal {
        SignalKind::RefusedShare if facts.calls < least => return None,
        SignalKind::RefusedShare => share(facts.refused, facts.calls),
        SignalKind::LimitHitting => count(facts.over_limit.values().filter(|calls| **calls >= least.max(1)).count()),
        SignalKind::ScopeProbing => facts.out_of_scope,
        SignalKind::UseWhenStopped => facts.stopped,
        SignalKind::ManyNetworks => count(facts.networks.len()),
        SignalKind::PathSweep => count(facts.patterns.len()),
        SignalKind::NightPull => facts.night_bytes.checked_div(MEGABYTE).unwrap_or(0),
        SignalKind::Volume => share(facts.calls, declared?),
        // They are told, not counted.
        SignalKind::LeakReport | SignalKind::CanaryKey | SignalKind::CanaryRecord => return None,
    };
    let threshold = i64::from(rule.threshold);
    (measured >= threshold).then(|| Finding {
        measured,
        threshold,
        calls: facts.calls,
        refused: facts.refused,
        outcomes: facts.outcomes.clone(),
        datasets: facts.datasets.clone(),
    })
}

/// What a rule would have found in the past.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catch {
    /// When.
    pub at: Instant,
    /// The key, or the busiest of the agreement.
    pub key: KeyId,
    /// The agreement.
    pub agreement: AgreementId,
    /// The figures.
    pub finding: Finding,
}

/// Replays a rule over the slices of one key (or one agreement, where the rule adds up its keys), in order of time.
/// What the rule found once it does not find again within its cool-down.
#[must_use]
pub fn replay(rule: &Rule, slices: &[Slice], declared: Option<i64>) -> Vec<Catch> {
    let (mut found, mut window) = (Vec::new(), VecDeque::new());
    let mut quiet_until: Option<Instant> = None;
    let mut slices = slices.iter().peekable();
    while let Some(slice) = slices.next() {
        window.push_back(slice);
        if slices.peek().is_some_and(|next| next.at == slice.at) {
            continue;
        }
        while window.front().is_some_and(|first| !is_within(rule.window(), first.at, slice.at)) {
            window.pop_front();
        }
        if quiet_until.is_some_and(|until| slice.at < until) {
            continue;
        }
        let facts = Facts::of(window.iter().copied());
        let (Some(finding), Some(key)) = (judge(rule, &facts, declared), facts.busiest()) else { continue };
        quiet_until = Some(slice.at + rule.cool_down());
        found.push(Catch { at: slice.at, key, agreement: slice.agreement, finding });
    }
    found
}

/// Whether a place of the books that begins at `at` lies in the window that ends at `now`: whole places only.
fn is_within(window: Duration, at: Instant, now: Instant) -> bool {
    at > now - window
}
