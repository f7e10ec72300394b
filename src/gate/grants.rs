//! The gate's picture of who may do what, kept in memory and read by many without a lock.
//!
//! Keys lie in shards by digest, each swapped whole, so one changed key copies one shard of pointers and stops nobody.
//! Agreements and holders are records that live as long as anything points to them; a change swaps what is inside, so a
//! suspension is in force for every later request when [`Grants::apply`] returns. Counters live in these records and
//! outlive every publication. Never asks a database; never forgets a hold because something else changed.

mod changes;
mod ids;
mod live;
mod records;
mod scopes;

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::{ArcSwap, Guard};
use rustc_hash::FxBuildHasher;

pub use self::changes::ChangeGrant;
use self::ids::{IdChanges, KeysById};
use self::live::Shared;
pub use self::live::{AgreementPicture, AgreementRecord, HolderRecord, KeyRecord, QuotaUse, Route, ScheduleRecord};
pub use self::records::{
    AgreementGrant, DatasetGrant, GrantChange, HeldBy, HolderGrant, KeyGrant, Publication, ScheduleGrant, ServiceGrant,
    UpstreamGrant,
};
use self::scopes::ScopeSets;
use super::clock::Now;
pub use super::limiter::QuotaOwner;
use super::limiter::{AddressLimits, Joint, LimitSet, Plan};
use super::token::TokenKeys;
use crate::domain::id::{AccountId, AgreementId, KeyId};
use crate::domain::key::Digest;
use crate::domain::limits::Limits;

/// Parts of the key table. Fewer lie closer together, for requests; with a million keys a change copies four thousand
/// pointers.
const SHARDS: usize = 256;
/// Client addresses whose limits on open datasets are remembered.
const ADDRESSES_MAX: usize = 65_536;
/// How often one key may be exchanged for a token, at each gate: a token lives for minutes, and signing one costs as much
/// as many calls.
const EXCHANGES: &str = "60/minute";

type KeyShard = HashMap<Digest, Arc<KeyRecord>, BuildHasherDefault<BareHasher>>;
type Routes = HashMap<Arc<str>, Arc<Route>, FxBuildHasher>;
type Services = HashMap<Digest, Arc<ServiceGrant>, BuildHasherDefault<BareHasher>>;

/// What does not change while the gate runs.
#[derive(Clone, Debug)]
pub struct GrantRules {
    /// The prefix of this place's keys.
    pub key_prefix: String,
    /// How long the gate serves restricted tiers without hearing that its picture is fresh.
    pub stale_after: Duration,
}

/// The picture.
pub struct Grants {
    rules: GrantRules,
    keys: Vec<ArcSwap<KeyShard>>,
    keys_by_id: KeysById,
    token_keys: ArcSwap<TokenKeys>,
    exchange_plan: Arc<Plan>,
    routes: ArcSwap<Routes>,
    services: ArcSwap<Services>,
    addresses: AddressLimits,
    joint: Joint,
    /// What only writers need; held for the whole of a change, so changes come one after another.
    registry: Mutex<Registry>,
    is_published: AtomicBool,
    confirmed_at_ticks: AtomicU64,
}

#[derive(Default)]
struct Registry {
    agreements: HashMap<AgreementId, Arc<AgreementRecord>>,
    holders: HashMap<AccountId, Arc<HolderRecord>>,
    scopes: ScopeSets,
    shared: Shared,
}

/// How much the picture holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GrantCounts {
    /// Datasets served or known.
    pub datasets: usize,
    /// Keys of every state.
    pub keys: usize,
    /// Agreements.
    pub agreements: usize,
}

impl Grants {
    /// An empty picture: it refuses every key until the first [`Grants::publish`].
    #[must_use]
    pub fn new(rules: GrantRules) -> Self {
        Self {
            rules,
            keys: (0..SHARDS).map(|_| ArcSwap::default()).collect(),
            keys_by_id: KeysById::new(),
            token_keys: ArcSwap::default(),
            // A test holds that the text is a limit.
            exchange_plan: Arc::new(Plan::new(Limits::parse(EXCHANGES).unwrap_or_default(), "token/")),
            routes: ArcSwap::default(),
            services: ArcSwap::default(),
            addresses: AddressLimits::new(ADDRESSES_MAX),
            joint: Joint::default(),
            registry: Mutex::default(),
            is_published: AtomicBool::new(false),
            confirmed_at_ticks: AtomicU64::new(0),
        }
    }

    /// Replaces the whole picture; what is not in `all` is gone. Counters go on where the plan is the same.
    pub fn publish(&self, all: Publication) {
        let mut registry = self.lock();
        let told: HashSet<AccountId> = all.holders.iter().map(|holder| holder.id).collect();
        registry.holders.iter().filter(|(id, _)| !told.contains(id)).for_each(|(_, holder)| holder.set(Vec::new()));
        let agreements: HashSet<AgreementId> = all.agreements.iter().map(|agreement| agreement.id).collect();
        for (_, gone) in registry.agreements.extract_if(|id, _| !agreements.contains(id)) {
            gone.end();
        }
        all.holders.into_iter().for_each(|holder| registry.set_holder(holder));
        all.agreements.into_iter().for_each(|agreement| registry.set_agreement(agreement));
        self.routes.store(Arc::new(self.routed(all.datasets)));
        let services = all.services.into_iter().map(|service| (service.digest, Arc::new(service)));
        self.services.store(Arc::new(services.collect()));
        let mut shards: Vec<KeyShard> = (0..SHARDS).map(|_| KeyShard::default()).collect();
        for key in all.keys {
            let older = self.key(&key.digest);
            let digest = key.digest;
            let record = registry.record(key, older.as_ref());
            if let Some(shard) = shards.get_mut(shard_of(&digest)) {
                shard.insert(digest, record);
            }
        }
        self.keys_by_id.replace(&shards);
        self.token_keys.store(Arc::new(TokenKeys::of(all.token_keys)));
        self.keys.iter().zip(shards).for_each(|(slot, shard)| slot.store(Arc::new(shard)));
        registry.forget_unused_holders();
        self.is_published.store(true, Ordering::Release);
    }

    /// Applies changes in order. When it returns, every later request sees them.
    pub fn apply(&self, changes: Vec<GrantChange>) {
        let mut registry = self.lock();
        let mut touched: HashMap<usize, KeyShard> = HashMap::new();
        let mut by_id = IdChanges::default();
        for change in changes {
            match change {
                GrantChange::Dataset(dataset) => self.change_routes(|routes| {
                    routes.retain(|_, route| route.id != dataset.id);
                    let older = self.route(&dataset.slug);
                    let route = Route::of(*dataset, older.as_deref());
                    routes.insert(Arc::clone(&route.slug), Arc::new(route));
                }),
                GrantChange::DatasetGone(id) => self.change_routes(|routes| routes.retain(|_, route| route.id != id)),
                GrantChange::Holder(holder) => registry.set_holder(holder),
                GrantChange::Agreement(agreement) => registry.set_agreement(*agreement),
                GrantChange::Key(key) => {
                    let digest = key.digest;
                    let shard = self.copied(&mut touched, &digest);
                    let record = registry.record(*key, shard.get(&digest));
                    by_id.set(&record);
                    shard.insert(digest, record);
                }
                GrantChange::KeyGone(digest) => {
                    if let Some(gone) = self.copied(&mut touched, &digest).remove(&digest) {
                        by_id.gone(gone.id);
                    }
                }
                GrantChange::TokenKeys(keys) => self.token_keys.store(Arc::new(TokenKeys::of(keys))),
                GrantChange::Service(service) => {
                    let mut services = Services::clone(&self.services.load());
                    services.retain(|_, known| known.id != service.id);
                    services.insert(service.digest, Arc::new(service));
                    self.services.store(Arc::new(services));
                }
            }
        }
        self.keys_by_id.change(by_id);
        for (at, shard) in touched {
            if let Some(slot) = self.keys.get(at) {
                slot.store(Arc::new(shard));
            }
        }
    }

    /// Notes that the picture was confirmed fresh at this count of ticks.
    pub fn confirm_fresh(&self, ticks: u64) {
        self.confirmed_at_ticks.fetch_max(ticks, Ordering::AcqRel);
    }

    /// Whether the gate has not heard for longer than the bound that its picture is fresh.
    #[must_use]
    pub fn is_stale(&self, ticks: u64) -> bool {
        self.age(ticks).is_none_or(|age| age > self.rules.stale_after)
    }

    /// How long ago the picture was last confirmed fresh; `None` if never.
    #[must_use]
    pub fn age(&self, ticks: u64) -> Option<Duration> {
        let confirmed = self.confirmed_at_ticks.load(Ordering::Acquire);
        (confirmed != 0).then(|| Duration::from_nanos(ticks.saturating_sub(confirmed)))
    }

    /// Whether anything was published yet.
    #[must_use]
    pub fn is_published(&self) -> bool {
        self.is_published.load(Ordering::Acquire)
    }

    /// What does not change while the gate runs.
    #[must_use]
    pub const fn rules(&self) -> &GrantRules {
        &self.rules
    }

    /// How much the picture holds.
    #[must_use]
    pub fn counts(&self) -> GrantCounts {
        GrantCounts {
            datasets: self.routes.load().len(),
            keys: self.keys.iter().map(|shard| shard.load().len()).sum(),
            agreements: self.lock().agreements.len(),
        }
    }

    /// What is used of every calendar quota, to be kept over a restart.
    #[must_use]
    pub fn quota_levels(&self, now: &Now) -> Vec<QuotaUse> {
        let agreements: Vec<_> = self.lock().agreements.values().cloned().collect();
        let mut found: Vec<QuotaUse> = agreements.iter().flat_map(|agreement| agreement.quota_uses(now)).collect();
        for shard in &self.keys {
            found.extend(shard.load().values().flat_map(|key| key.quota_uses(now)));
        }
        found
    }

    /// Puts back what was used before a restart; call it after the first publication. Nothing is ever lowered.
    pub fn restore_quota_levels(&self, uses: &[QuotaUse]) {
        let registry = self.lock();
        let mut of_keys = HashMap::new();
        for used in uses {
            match used.owner {
                QuotaOwner::Agreement { agreement, dataset } => {
                    if let Some(record) = registry.agreements.get(&agreement) {
                        record.restore(dataset, &used.level);
                    }
                }
                QuotaOwner::Key { key } => of_keys.entry(key).or_insert_with(Vec::new).push(&used.level),
            }
        }
        if of_keys.is_empty() {
            return;
        }
        for shard in &self.keys {
            for record in shard.load().values() {
                let levels = of_keys.get(&record.id).into_iter().flatten();
                levels.for_each(|level| record.limits.iter().for_each(|limits| limits.restore(level)));
            }
        }
    }

    pub(super) fn key(&self, digest: &Digest) -> Option<Arc<KeyRecord>> {
        self.keys.get(shard_of(digest))?.load().get(digest).cloned()
    }

    pub(super) fn key_named(&self, id: KeyId) -> Option<Arc<KeyRecord>> {
        self.keys_by_id.get(id)
    }

    /// The keys that sign tokens.
    pub(super) fn token_keys(&self) -> Guard<Arc<TokenKeys>> {
        self.token_keys.load()
    }

    pub(super) const fn exchange_plan(&self) -> &Arc<Plan> {
        &self.exchange_plan
    }

    pub(super) fn route(&self, slug: &str) -> Option<Arc<Route>> {
        self.routes.load().get(slug).cloned()
    }

    pub(super) fn service(&self, credential: &str) -> Option<Arc<ServiceGrant>> {
        let services: Guard<Arc<Services>> = self.services.load();
        services.get(&Digest::of(credential)).filter(|service| service.is_live).cloned()
    }

    pub(super) const fn addresses(&self) -> &AddressLimits {
        &self.addresses
    }

    /// How limits are counted with other gates.
    #[must_use]
    pub const fn joint(&self) -> &Joint {
        &self.joint
    }

    /// The counters of an agreement on a dataset, or of a key.
    #[must_use]
    pub fn limits_of(&self, owner: QuotaOwner) -> Option<Arc<LimitSet>> {
        match owner {
            QuotaOwner::Agreement { agreement, dataset } => {
                let record = self.lock().agreements.get(&agreement).cloned()?;
                let picture = record.now();
                let schedule = picture.as_deref().and_then(|picture| picture.schedule(dataset))?;
                Some(Arc::clone(&schedule.limits))
            }
            QuotaOwner::Key { key } => self.keys_by_id.get(key)?.limits.clone(),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Registry> {
        // A panic in a writer leaves records that are each whole: going on is safer than never hearing of a hold again.
        self.registry.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn routed(&self, datasets: Vec<DatasetGrant>) -> Routes {
        let route = |dataset: DatasetGrant| {
            let older = self.route(&dataset.slug);
            let route = Route::of(dataset, older.as_deref());
            (Arc::clone(&route.slug), Arc::new(route))
        };
        datasets.into_iter().map(route).collect()
    }

    fn change_routes(&self, change: impl FnOnce(&mut Routes)) {
        let mut routes = Routes::clone(&self.routes.load());
        change(&mut routes);
        self.routes.store(Arc::new(routes));
    }

    /// The shard of a digest as it will be stored when the changes are done.
    fn copied<'a>(&self, touched: &'a mut HashMap<usize, KeyShard>, digest: &Digest) -> &'a mut KeyShard {
        let at = shard_of(digest);
        let present = || self.keys.get(at).map(|shard| KeyShard::clone(&shard.load())).unwrap_or_default();
        touched.entry(at).or_insert_with(present)
    }
}

impl Registry {
    fn set_holder(&mut self, holder: HolderGrant) {
        self.holder(holder.id).set(holder.holds);
    }

    fn holder(&mut self, id: AccountId) -> Arc<HolderRecord> {
        Arc::clone(self.holders.entry(id).or_default())
    }

    fn set_agreement(&mut self, agreement: AgreementGrant) {
        let holder = self.holder(agreement.holder);
        let previous = agreement.previous.and_then(|id| self.agreements.get(&id)).map(Arc::clone);
        self.agreement(agreement.id).set(agreement, holder, previous.as_deref(), &mut self.shared);
    }

    /// The record of an agreement; one not told of yet counts as ended.
    fn agreement(&mut self, id: AgreementId) -> Arc<AgreementRecord> {
        Arc::clone(self.agreements.entry(id).or_insert_with(|| Arc::new(AgreementRecord::untold(id))))
    }

    fn record(&mut self, mut key: KeyGrant, older: Option<&Arc<KeyRecord>>) -> Arc<KeyRecord> {
        let agreement = self.agreement(key.agreement);
        let scopes = self.scopes.set(std::mem::take(&mut key.scopes));
        Arc::new(KeyRecord::of(key, agreement, scopes, older.map(AsRef::as_ref), &mut self.shared))
    }

    fn forget_unused_holders(&mut self) {
        self.holders.retain(|_, holder| Arc::strong_count(holder) > 1 || !holder.is_free());
    }
}

/// The digest's own bytes are as good as any hash of them; bytes the map does not use choose the shard.
fn shard_of(digest: &Digest) -> usize {
    let [.., high, low] = digest.bytes();
    usize::from(u16::from_be_bytes([*high, *low])) % SHARDS
}

/// Takes the eight bytes it is given for the hash.
#[derive(Default)]
pub struct BareHasher(u64);

impl Hasher for BareHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

#[cfg(test)]
mod tests;
