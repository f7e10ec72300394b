//! Limits of open datasets, per client address, in bounded memory. One /64 of IPv6 counts as one address.
//!
//! When a shard is full, addresses whose limits are whole again are forgotten; if none is, the quarter seen longest ago
//! is. Whoever has the addresses to fill the table gains nothing from it: every new address starts whole anyway.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use super::{LimitSet, Plan};
use crate::domain::id::DatasetId;
use crate::domain::net::bucket;
use crate::gate::clock::Now;

/// Independent parts of the table, so that workers seldom wait for one another.
const SHARDS: usize = 16;

type Shard = HashMap<(IpAddr, DatasetId), Held>;

struct Held {
    set: Arc<LimitSet>,
    seen: u64,
}

/// The counters of every address that called lately.
pub struct AddressLimits {
    shards: Vec<Mutex<Shard>>,
    hasher: RandomState,
    shard_max: usize,
}

impl AddressLimits {
    /// A table of at most `addresses_max` addresses.
    #[must_use]
    pub fn new(addresses_max: usize) -> Self {
        let shards = (0..SHARDS).map(|_| Mutex::new(Shard::new())).collect();
        Self { shards, hasher: RandomState::new(), shard_max: (addresses_max / SHARDS).max(1) }
    }

    /// The counters of an address on a dataset, under the dataset's present plan.
    pub fn of(&self, address: IpAddr, dataset: DatasetId, plan: &Arc<Plan>, now: &Now) -> Arc<LimitSet> {
        let key = (bucket(address), dataset);
        let at = usize::try_from(self.hasher.hash_one(key) % 16).unwrap_or(0);
        let Some(shard) = self.shards.get(at) else { return Arc::new(LimitSet::new(Arc::clone(plan))) };
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(held) = shard.get_mut(&key).filter(|held| Arc::ptr_eq(held.set.plan(), plan)) {
            held.seen = now.ticks;
            return Arc::clone(&held.set);
        }
        if shard.len() >= self.shard_max && !shard.contains_key(&key) {
            forget(&mut shard, now);
        }
        let set = Arc::new(LimitSet::new(Arc::clone(plan)));
        shard.insert(key, Held { set: Arc::clone(&set), seen: now.ticks });
        set
    }

    /// Addresses held now.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.lock().unwrap_or_else(PoisonError::into_inner).len()).sum()
    }

    /// Whether none is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

fn forget(shard: &mut Shard, now: &Now) {
    let before = shard.len();
    shard.retain(|_, held| !held.set.is_idle(now));
    if shard.len() < before {
        return;
    }
    let mut seen: Vec<u64> = shard.values().map(|held| held.seen).collect();
    let quarter = before / 4;
    let (_, oldest, _) = seen.select_nth_unstable(quarter);
    let oldest = *oldest;
    shard.retain(|_, held| held.seen > oldest);
}
