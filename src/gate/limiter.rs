//! Counting: several limits at once, all or nothing, in eight bytes each.
//!
//! A rate is a GCRA by governor; its state is the theoretical arrival time, one atomic word in the record of the
//! agreement or key it belongs to. A quota is a count over a calendar day or month of the city, one atomic word too.
//! [`take`] asks quotas first, then rates, and gives back what it took when a later one refuses: governor has no way to
//! give back, so the word is ours and governor decides on it. Giving back subtracts exactly what was added; between the
//! two a concurrent call may be refused that would have fitted, never the other way round.

mod address;
mod joint;
mod plan;
mod quota;

use std::cell::Cell;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::{NotKeyed, StateStore};
use governor::{Quota, RateLimiter};
use hyper::header::HeaderValue;

pub use self::address::AddressLimits;
use self::joint::Claims;
pub use self::joint::{Agreed, Claim, Claimed, ClaimedPart, Counting, Joint, Noted};
use self::plan::Form;
pub use self::plan::Plan;
pub(super) use self::plan::Plans;
pub use self::quota::{Crossed, QuotaLevel};
use super::clock::Now;
use super::ink::Ink;
use crate::domain::id::{AgreementId, DatasetId, KeyId};
use crate::domain::limits::{Limit, Window};

const NANOS_PER_SECOND: u64 = 1_000_000_000;
/// Room for what `RateLimit` says of a few limits.
const STATE_BYTES: usize = 192;

/// A plan with its counters.
#[derive(Debug)]
pub struct LimitSet {
    plan: Arc<Plan>,
    words: Box<[AtomicU64]>,
    claims: Claims,
}

/// Whose limits they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum QuotaOwner {
    /// An agreement's, on one dataset, shared by its keys.
    Agreement {
        /// The agreement.
        agreement: AgreementId,
        /// The dataset.
        dataset: DatasetId,
    },
    /// A key's own.
    Key {
        /// The key.
        key: KeyId,
    },
}

/// What a call is counted in: the limits that all keys of its agreement share (on open data those of its address), and
/// the key's own.
#[derive(Clone, Debug, Default)]
pub struct Counted {
    /// Shared ones.
    pub shared: Option<Arc<LimitSet>>,
    /// The key's own.
    pub own: Option<Arc<LimitSet>>,
    /// What each limit is divided by while this gate cannot count with the others; zero or one where it is not.
    pub parts: u64,
}

impl Counted {
    fn parts(&self) -> u64 {
        self.parts.max(1)
    }

    fn sets(&self) -> impl Iterator<Item = &LimitSet> {
        [&self.shared, &self.own].into_iter().flatten().map(AsRef::as_ref)
    }

    /// Every limit: quotas first, so that a call over its quota leaves the rates untouched.
    fn in_order(&self) -> impl Iterator<Item = (&LimitSet, usize, &Limit, &AtomicU64)> {
        let of_kind = move |is_quota: bool| {
            self.sets().flat_map(move |set| {
                let entries =
                    set.entries().enumerate().filter(move |(_, (limit, _))| limit.window.is_quota() == is_quota);
                entries.map(move |(at, (limit, word))| (set, at, limit, word))
            })
        };
        of_kind(true).chain(of_kind(false))
    }
}

/// A limit that refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exhausted {
    /// The limit's name in headers.
    pub label: String,
    /// Over what it counts.
    pub window: Window,
    /// Calls it allows per window.
    pub max: u64,
    /// Whole seconds until a call can pass, at least one.
    pub retry_after_seconds: u64,
}

/// How a limit stands after a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing<'a> {
    /// The limit's name in headers.
    pub name: &'a str,
    /// Calls still allowed now.
    pub remaining: u64,
    /// Seconds until it is whole again.
    pub reset_seconds: u64,
}

impl LimitSet {
    /// A plan of which nothing is used.
    #[must_use]
    pub fn new(plan: Arc<Plan>) -> Self {
        let words = plan.limits().as_slice().iter().map(|_| AtomicU64::new(0)).collect();
        Self { plan, words, claims: Claims::default() }
    }

    /// The counters for a plan, going on from `older`: the very same ones if the limits are unchanged, so that publishing
    /// again resets nothing; else new ones in which quotas of the same window keep what was used.
    #[must_use]
    pub fn continuing(plan: &Arc<Plan>, older: Option<&Arc<Self>>) -> Arc<Self> {
        if let Some(older) = older.filter(|older| older.plan.limits() == plan.limits()) {
            return Arc::clone(older);
        }
        let set = Self::new(Arc::clone(plan));
        let Some(older) = older else { return Arc::new(set) };
        for (at, (limit, word)) in set.entries().enumerate().filter(|(_, (limit, _))| limit.window.is_quota()) {
            let same = || older.entries().enumerate().filter(|(_, (other, _))| other.window == limit.window);
            let used = same().find(|(_, (other, _))| other.name == limit.name).or_else(|| same().next());
            if let Some((older_at, (_, used))) = used {
                let carried = quota::carried(used.load(Ordering::Acquire));
                let ordinal = quota::ordinal_of(carried);
                word.store(carried, Ordering::Release);
                set.rebase(at, ordinal, quota::in_ordinal(carried, ordinal), older.foreign(older_at, ordinal));
            }
        }
        Arc::new(set)
    }

    /// The plan.
    #[must_use]
    pub const fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    fn entries(&self) -> impl Iterator<Item = (&Limit, &AtomicU64)> {
        self.plan.limits().as_slice().iter().zip(&self.words)
    }

    /// Up to where a quota may be used: to its end, or to the end of this gate's share of what was left.
    fn quota_max(&self, at: usize, limit: &Limit, parts: u64, now: &Now) -> u64 {
        if parts == 1 {
            return limit.max;
        }
        let base = self.base(at, quota::present(limit.window, now));
        base.saturating_add(limit.max.saturating_sub(base).div_ceil(parts))
    }

    /// Nanoseconds in which the rate at a place regains one call.
    fn interval(&self, at: usize) -> u64 {
        self.plan.form(at).map_or(1, |form| form.interval)
    }

    /// Whether nothing is counted any more: every rate whole, every quota of an earlier window.
    fn is_idle(&self, now: &Now) -> bool {
        self.entries().all(|(limit, word)| {
            let word = word.load(Ordering::Relaxed);
            if limit.window.is_quota() { quota::used(word, limit.window, now) == 0 } else { word <= now.ticks }
        })
    }
}

/// Takes one call from every limit, or from none.
pub fn take(counted: &Counted, now: &Now) -> Result<(), Exhausted> {
    let parts = counted.parts();
    // Folded, not looped over: a chain of iterators that is asked for its next one looks each time where it stands.
    counted.in_order().enumerate().try_for_each(|(taken, (set, at, limit, word))| {
        let refused = if limit.window.is_quota() {
            quota::take(word, limit, set.quota_max(at, limit, parts, now), now)
        } else {
            take_rate(word, limit, set.interval(at), parts, now.ticks)
        };
        refused.map_err(|wait_seconds| {
            counted.in_order().take(taken).for_each(|(_, _, limit, word)| give_back(limit, word, parts, now));
            Exhausted {
                label: set.plan.labels().get(at).cloned().unwrap_or_default(),
                window: limit.window,
                max: limit.max,
                retry_after_seconds: wait_seconds.max(1),
            }
        })
    })
}

fn give_back(limit: &Limit, word: &AtomicU64, parts: u64, now: &Now) {
    if limit.window.is_quota() {
        quota::give_back(word, limit.window, now);
    } else {
        word.fetch_sub(interval_nanos(limit).saturating_mul(parts), Ordering::AcqRel);
    }
}

/// Quotas that this call brought to 80 or 100 per cent, each told once per window, and whether each is the key's own.
#[must_use]
pub fn crossings(counted: &Counted, now: &Now) -> Vec<(bool, Crossed)> {
    let mut found = Vec::new();
    for (is_own, set) in [(false, &counted.shared), (true, &counted.own)] {
        for (limit, word) in set.iter().flat_map(|set| set.entries()).filter(|(limit, _)| limit.window.is_quota()) {
            found.extend(quota::crossed(word, limit, now).map(|crossed| (is_own, crossed)));
        }
    }
    found
}

/// Tells how every limit stands, with its form.
fn each_standing<'a>(counted: &'a Counted, now: &Now, mut tell: impl FnMut(&'a Form, Standing<'a>)) {
    for set in counted.sets() {
        for (at, (name, form)) in set.plan.forms().enumerate() {
            let (remaining, reset_seconds) = stands(set, at, counted.parts(), now);
            tell(form, Standing { name, remaining, reset_seconds });
        }
    }
}

/// How every limit stands.
#[must_use]
pub fn standings<'a>(counted: &'a Counted, now: &Now) -> Vec<Standing<'a>> {
    let mut all = Vec::new();
    each_standing(counted, now, |_, standing| all.push(standing));
    all
}

/// How every limit stands, as a JSON array.
pub(super) fn write_standings(counted: &Counted, now: &Now, out: &mut Vec<u8>) {
    let mut digits = itoa::Buffer::new();
    let mut before: &[u8] = b"[";
    each_standing(counted, now, |form, standing| {
        out.extend_from_slice(before);
        out.extend_from_slice(form.json.as_bytes());
        out.extend_from_slice(digits.format(standing.remaining).as_bytes());
        out.extend_from_slice(b",\"reset_seconds\":");
        out.extend_from_slice(digits.format(standing.reset_seconds).as_bytes());
        before = b"},";
    });
    out.extend_from_slice(if before == b"[" { b"[]" } else { b"}]" });
}

/// The values of `RateLimit-Policy` and `RateLimit`; `None` where nothing is limited.
#[must_use]
pub(super) fn headers(counted: &Counted, now: &Now, ink: &Ink) -> Option<(HeaderValue, HeaderValue)> {
    let policy = match (&counted.shared, &counted.own) {
        (None, None) => return None,
        (Some(set), None) | (None, Some(set)) => set.plan.policy().cloned()?,
        (Some(shared), Some(own)) => match (shared.plan.policy(), own.plan.policy()) {
            (None, None) => return None,
            (Some(policy), None) | (None, Some(policy)) => policy.clone(),
            (Some(shared), Some(own)) => {
                HeaderValue::from_bytes(&[shared.as_bytes(), b", ", own.as_bytes()].concat()).ok()?
            }
        },
    };
    let state = ink.header(STATE_BYTES, |state| {
        let mut digits = itoa::Buffer::new();
        let mut before: &[u8] = b"";
        each_standing(counted, now, |form, standing| {
            state.extend_from_slice(before);
            state.extend_from_slice(form.header.as_bytes());
            state.extend_from_slice(digits.format(standing.remaining).as_bytes());
            state.extend_from_slice(b";t=");
            state.extend_from_slice(digits.format(standing.reset_seconds).as_bytes());
            before = b", ";
        });
    });
    Some((policy, state?))
}

/// How many calls the limit at a place of a set still allows, and in how many seconds it is whole again.
fn stands(set: &LimitSet, at: usize, parts: u64, now: &Now) -> (u64, u64) {
    let Some((limit, word)) = set.plan.limits().as_slice().get(at).zip(set.words.get(at)) else { return (0, 0) };
    let word = word.load(Ordering::Relaxed);
    if limit.window.is_quota() {
        let used = quota::used(word, limit.window, now);
        let max = set.quota_max(at, limit, parts, now);
        return (max.saturating_sub(used), quota::seconds_left(limit.window, now));
    }
    let backlog = word.saturating_sub(now.ticks);
    let interval = set.interval(at).saturating_mul(parts);
    let in_use = if backlog <= interval { u64::from(backlog > 0) } else { backlog.div_ceil(interval) };
    (burst(limit, parts).saturating_sub(in_use), backlog.div_ceil(NANOS_PER_SECOND))
}

/// Calls that a rate, or this gate's part of one, allows at once.
fn burst(limit: &Limit, parts: u64) -> u64 {
    let burst = limit.burst_max();
    if parts <= 1 { burst.max(1) } else { (burst / parts).max(1) }
}

/// Nanoseconds in which a rate regains one call.
fn interval_nanos(limit: &Limit) -> u64 {
    (limit.window.seconds() * NANOS_PER_SECOND / limit.max.max(1)).max(1)
}

/// Lets governor decide on a rate; the wait until a call can pass, in whole seconds, when it refuses.
fn take_rate(word: &AtomicU64, limit: &Limit, interval: u64, parts: u64, ticks: u64) -> Result<(), u64> {
    let burst = u32::try_from(burst(limit, parts)).ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MIN);
    let interval = interval.saturating_mul(parts);
    let Some(quota) = Quota::with_period(Duration::from_nanos(interval)) else { return Ok(()) };
    let reading = Reading { first: Cell::new(0), then: ticks };
    let limiter: RateLimiter<NotKeyed, Arrival<'_>, Reading, NoOpMiddleware<Nanos>> =
        RateLimiter::new(quota.allow_burst(burst), Arrival(word), reading);
    limiter.check().map_err(|until| {
        let wait = until.wait_time_from(Nanos::new(ticks));
        u64::try_from(wait.as_nanos()).unwrap_or(u64::MAX).div_ceil(NANOS_PER_SECOND)
    })
}

/// The clock that governor reads: it takes the first reading as its zero, which is that of [`Now::ticks`], and the
/// second as the present.
struct Reading {
    first: Cell<u64>,
    then: u64,
}

impl Clock for Reading {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::new(self.first.replace(self.then))
    }
}

/// Governor's state in a word of ours: the theoretical arrival time in ticks, zero before the first call.
struct Arrival<'a>(&'a AtomicU64);

impl StateStore for Arrival<'_> {
    type Key = NotKeyed;

    fn measure_and_replace<T, F, E>(&self, _key: &NotKeyed, measure: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let mut seen = self.0.load(Ordering::Acquire);
        loop {
            let (value, next) = measure((seen != 0).then(|| Nanos::new(seen)))?;
            match self.0.compare_exchange_weak(seen, next.as_u64(), Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return Ok(value),
                Err(changed) => seen = changed,
            }
        }
    }
}

#[cfg(test)]
mod tests;
