//! Counting jointly with other gates. On the path of a request each gate counts for itself; a few times a second what
//! passed here is claimed in a ledger that all gates of a city share, and what all of them counted comes back.
//!
//! Of every quota a gate knows the *base*: what the ledger held when it was last heard of. The counter is the base plus
//! the calls that passed here since, so a claim is counter minus base, and nothing else ever moves the base. A rate is
//! one theoretical arrival time for all gates; calls beyond it, let through before the gates heard of each other, push
//! it ahead and are paid back by waiting, so over any long time the rate holds exactly.
//!
//! While the ledger cannot be reached a gate uses its share: each limit divided by the number of gates, quotas from
//! their base on. What passed meanwhile stays claimable, so the ledger catches up when it is back.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::quota::{self, Present};
use super::{LimitSet, QuotaOwner, interval_nanos};
use crate::domain::limits::{Limit, Window};
use crate::gate::clock::Now;

/// Lists of sets to be claimed, so that workers seldom wait for one another.
const LISTS: usize = 16;
/// How far ahead of now a rate may be pushed, in its own bursts: a ledger whose clock jumps blocks nothing for longer.
const AHEAD_MAX_BURSTS: u64 = 16;

/// How this gate counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case", tag = "counting")]
pub enum Counting {
    /// No ledger is set up: every limit is this gate's own.
    #[default]
    Alone,
    /// With the other gates.
    Together {
        /// Gates that were heard of in the last seconds, this one included.
        gates: u64,
    },
    /// The ledger is away: each limit divided by this number.
    Apart {
        /// Parts.
        parts: u64,
    },
}

/// Which sets have something to claim, and how this gate counts.
#[derive(Debug, Default)]
pub struct Joint {
    /// What each limit is divided by; zero while counting alone. One word that requests only read.
    parts: AtomicU64,
    counting: Mutex<Counting>,
    noted: [Mutex<Vec<Noted>>; LISTS],
    /// Held while a base moves.
    moving: Mutex<()>,
}

/// A set from which calls were taken since it was last claimed.
#[derive(Debug)]
pub struct Noted {
    /// Whose limits they are.
    pub owner: QuotaOwner,
    set: Arc<LimitSet>,
    /// When the first of those calls was taken, in ticks.
    since: u64,
}

/// What is on its way to the ledger for one set. One that is not settled must be withdrawn.
#[derive(Debug)]
#[must_use]
pub struct Claim {
    /// Whose limits they are.
    pub owner: QuotaOwner,
    set: Arc<LimitSet>,
    /// When the first call claimed was taken, in ticks.
    pub since: u64,
    /// Calls claimed in every rate.
    pub calls: u64,
    /// Each limit, in the order of its plan.
    pub limits: Vec<Claimed>,
}

/// One limit of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// The limit's own name.
    pub name: String,
    /// Over what it counts.
    pub window: Window,
    /// What is claimed.
    pub part: ClaimedPart,
}

/// What is claimed of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimedPart {
    /// A rate.
    Rate {
        /// Nanoseconds in which it regains a call.
        interval_nanos: u64,
        /// How far ahead of now it may be pushed, in nanoseconds.
        ahead_max_nanos: u64,
    },
    /// A quota.
    Quota {
        /// Which day or month.
        ordinal: u64,
        /// What the ledger held when it was last heard of; less means that it lost something.
        base: u64,
        /// Calls claimed.
        calls: u64,
    },
}

/// What the ledger says of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agreed {
    /// The theoretical arrival time of all gates' next call, in ticks of this gate.
    Rate {
        /// Ticks.
        arrival: u64,
    },
    /// What all gates used of a quota.
    Quota {
        /// Which day or month.
        ordinal: u64,
        /// Calls.
        count: u64,
    },
}

/// What a set remembers of its claims.
#[derive(Debug, Default)]
pub(super) struct Claims {
    /// Calls taken while counting jointly.
    taken: AtomicU64,
    is_noted: AtomicBool,
    agreed: OnceLock<Box<Known>>,
}

#[derive(Debug)]
struct Known {
    /// How many of the calls taken were claimed.
    claimed: AtomicU64,
    /// Base, and calls of other gates in the counter, of each limit that is a quota; both with their window.
    quotas: Box<[(AtomicU64, AtomicU64)]>,
}

impl Joint {
    /// What each limit is divided by; zero while counting alone.
    pub(in crate::gate) fn parts(&self) -> u64 {
        self.parts.load(Ordering::Relaxed)
    }

    /// How this gate counts now.
    #[must_use]
    pub fn counting(&self) -> Counting {
        *self.counting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes how this gate counts.
    pub fn set_counting(&self, counting: Counting) {
        let parts = match counting {
            Counting::Alone => 0,
            Counting::Together { .. } => 1,
            Counting::Apart { parts } => parts.max(1),
        };
        *self.counting.lock().unwrap_or_else(PoisonError::into_inner) = counting;
        self.parts.store(parts, Ordering::Relaxed);
    }

    /// Notes that a call was taken from a set.
    pub(in crate::gate) fn note(&self, owner: impl FnOnce() -> QuotaOwner, set: &Arc<LimitSet>, now: &Now) {
        set.claims.taken.fetch_add(1, Ordering::AcqRel);
        if set.claims.is_noted.load(Ordering::Acquire) || set.claims.is_noted.swap(true, Ordering::AcqRel) {
            return;
        }
        let at = usize::try_from(now.ticks).unwrap_or(0) % LISTS;
        if let Some(list) = self.noted.get(at) {
            let noted = Noted { owner: owner(), set: Arc::clone(set), since: now.ticks };
            list.lock().unwrap_or_else(PoisonError::into_inner).push(noted);
        }
    }

    /// The sets from which calls were taken since they were last claimed.
    #[must_use]
    pub fn take_noted(&self) -> Vec<Noted> {
        let lists = self.noted.iter();
        lists.flat_map(|list| std::mem::take(&mut *list.lock().unwrap_or_else(PoisonError::into_inner))).collect()
    }

    /// Makes a claim of what was taken from a set.
    pub fn claim(&self, noted: Noted, now: &Now) -> Claim {
        let Noted { owner, set, since } = noted;
        let _still = self.hold();
        set.claims.is_noted.store(false, Ordering::Release);
        let taken = set.claims.taken.load(Ordering::Acquire);
        let calls = taken.saturating_sub(set.known().claimed.swap(taken, Ordering::AcqRel));
        let limits = set.entries().enumerate().map(|(at, (limit, word))| Claimed {
            name: limit.name.clone(),
            window: limit.window,
            part: set.claimed_part(at, limit, word, now),
        });
        let limits = limits.collect();
        Claim { owner, set, since, calls, limits }
    }

    /// Takes what the ledger said to a claim, limit by limit.
    pub fn settle(&self, claim: &Claim, agreed: &[Agreed]) {
        let _still = self.hold();
        let of_quota = |claimed: &Claimed| match claimed.part {
            ClaimedPart::Rate { .. } => 0,
            ClaimedPart::Quota { calls, .. } => calls,
        };
        for ((at, claimed), agreed) in claim.limits.iter().enumerate().zip(agreed) {
            claim.set.take_over(at, *agreed, of_quota(claimed));
        }
    }

    /// Takes back claims that the ledger did not hear; what was taken is claimed again, with what is taken until then.
    pub fn withdraw(&self, claims: Vec<Claim>) {
        let _still = self.hold();
        for Claim { owner, set, since, calls, .. } in claims {
            set.known().claimed.fetch_sub(calls, Ordering::AcqRel);
            if !set.claims.is_noted.swap(true, Ordering::AcqRel)
                && let Some(list) = self.noted.first()
            {
                list.lock().unwrap_or_else(PoisonError::into_inner).push(Noted { owner, set, since });
            }
        }
    }

    /// Takes what other gates were told of a limit, by its name and window.
    pub fn hear(&self, set: &LimitSet, name: &str, window: Window, agreed: Agreed, now: &Now) {
        let _still = self.hold();
        let found = set.entries().position(|(limit, _)| limit.name == name && limit.window == window);
        let is_present = match agreed {
            Agreed::Rate { .. } => true,
            Agreed::Quota { ordinal, .. } => ordinal == quota::present(window, now),
        };
        if let Some(at) = found.filter(|_| is_present) {
            set.take_over(at, agreed, 0);
        }
    }

    fn hold(&self) -> MutexGuard<'_, ()> {
        self.moving.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LimitSet {
    fn known(&self) -> &Known {
        self.claims.agreed.get_or_init(|| {
            let quotas = self.words.iter().map(|_| (AtomicU64::new(0), AtomicU64::new(0))).collect();
            Box::new(Known { claimed: AtomicU64::new(0), quotas })
        })
    }

    /// The base of a quota in a window; zero where none was ever heard of.
    pub(super) fn base(&self, at: usize, ordinal: u64) -> u64 {
        let known = self.claims.agreed.get().and_then(|known| known.quotas.get(at));
        known.map_or(0, |(base, _)| quota::in_ordinal(base.load(Ordering::Acquire), ordinal))
    }

    /// Calls of other gates in the counter of a quota.
    pub(super) fn foreign(&self, at: usize, ordinal: u64) -> u64 {
        let known = self.claims.agreed.get().and_then(|known| known.quotas.get(at));
        known.map_or(0, |(_, foreign)| quota::in_ordinal(foreign.load(Ordering::Acquire), ordinal))
    }

    /// What was put into a counter by hand is nobody's claim: it is known already, or another set claims it.
    pub(super) fn rebase(&self, at: usize, ordinal: u64, base: u64, foreign: u64) {
        if let Some((known_base, known_foreign)) = self.known().quotas.get(at) {
            known_base.store(quota::pack(ordinal, base), Ordering::Release);
            known_foreign.store(quota::pack(ordinal, foreign), Ordering::Release);
        }
    }

    fn claimed_part(&self, at: usize, limit: &Limit, word: &AtomicU64, now: &Now) -> ClaimedPart {
        if !limit.window.is_quota() {
            let interval_nanos = interval_nanos(limit);
            let burst = interval_nanos.saturating_mul(limit.burst_max());
            let ahead_max_nanos = burst.saturating_mul(AHEAD_MAX_BURSTS).saturating_add(super::NANOS_PER_SECOND);
            return ClaimedPart::Rate { interval_nanos, ahead_max_nanos };
        }
        let Present { ordinal, count } = Present::of(word.load(Ordering::Acquire), limit.window, now);
        let base = self.base(at, ordinal);
        ClaimedPart::Quota { ordinal, base, calls: count.saturating_sub(base) }
    }

    /// Takes over what the ledger holds of one limit; `settled` calls in the counter are among it now.
    fn take_over(&self, at: usize, agreed: Agreed, settled: u64) {
        let (Some((limit, word)), Some((base, foreign))) = (self.entries().nth(at), self.known().quotas.get(at)) else {
            return;
        };
        match agreed {
            Agreed::Rate { arrival } => {
                let taken = self.claims.taken.load(Ordering::Acquire);
                let unclaimed = taken.saturating_sub(self.known().claimed.load(Ordering::Acquire));
                let arrival = arrival.saturating_add(unclaimed.saturating_mul(interval_nanos(limit)));
                word.fetch_max(arrival, Ordering::AcqRel);
            }
            Agreed::Quota { ordinal, count } => {
                let seen = base.load(Ordering::Acquire);
                if quota::ordinal_of(seen) > ordinal {
                    return;
                }
                let seen = quota::in_ordinal(seen, ordinal);
                let next = seen.max(count);
                base.store(quota::pack(ordinal, next), Ordering::Release);
                // What others added, less what of our own was counted twice while the claim was on its way.
                let (more, less) = (next - seen, settled);
                let others = quota::in_ordinal(foreign.load(Ordering::Acquire), ordinal);
                foreign.store(quota::pack(ordinal, (others + more).saturating_sub(less)), Ordering::Release);
                quota::shift(word, ordinal, more, less);
            }
        }
    }
}

#[cfg(test)]
mod tests;
