//! The records a request meets: what was told, made ready to be asked, with the counters that belong to it.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, Weak};

use arc_swap::{ArcSwapOption, Guard};
use hyper::header::HeaderValue;
use serde::{Deserialize, Serialize};

use super::changes::ChangeRecord;
use super::records::{AgreementGrant, DatasetGrant, HeldBy, KeyGrant, ScheduleGrant};
use super::scopes::ScopeSet;
use crate::domain::id::{AgreementId, DatasetId, KeyId};
use crate::domain::key::KeyState;
use crate::domain::limits::Hours;
use crate::domain::net::CidrList;
use crate::domain::redaction::Rule;
use crate::domain::redaction::reach::TooTangled;
use crate::domain::scope::Operation;
use crate::domain::tier::Tier;
use crate::domain::time::Instant;
use crate::gate::clock::Now;
use crate::gate::limiter::{LimitSet, Plan, Plans, QuotaLevel, QuotaOwner};
use crate::gate::redact;
use crate::gate::upstream::Upstream;

/// What a key's own limits are called in headers, to tell them from its agreement's.
const KEY_PREFIX: &str = "key/";
/// Lists of operations that are kept once; more different ones stand for themselves.
const OPERATIONS_KEPT: usize = 1024;

/// What many agreements and keys have alike, each kept once: calls of many keys then meet it in the processor's cache.
#[derive(Debug, Default)]
pub(super) struct Shared {
    plans: Plans,
    operations: HashMap<Vec<String>, Weak<[String]>>,
}

impl Shared {
    fn operations(&mut self, operations: Vec<String>) -> Arc<[String]> {
        if let Some(known) = self.operations.get(&operations).and_then(Weak::upgrade) {
            return known;
        }
        if self.operations.len() >= OPERATIONS_KEPT {
            self.operations.retain(|_, known| known.strong_count() > 0);
        }
        let known: Arc<[String]> = operations.clone().into();
        if self.operations.len() < OPERATIONS_KEPT {
            self.operations.insert(operations, Arc::downgrade(&known));
        }
        known
    }
}

/// A dataset as requests meet it.
#[derive(Debug)]
pub struct Route {
    pub(in crate::gate) id: DatasetId,
    pub(in crate::gate) slug: Arc<str>,
    pub(in crate::gate) tier: Tier,
    pub(in crate::gate) operations: Vec<Operation>,
    pub(in crate::gate) upstream: Option<Upstream>,
    pub(in crate::gate) allows_query_key: bool,
    pub(in crate::gate) open_plan: Arc<Plan>,
    /// Changes that were announced of it.
    pub(super) changes: Vec<ChangeRecord>,
}

impl Route {
    pub(super) fn of(grant: DatasetGrant, older: Option<&Self>) -> Self {
        let same_plan = older.filter(|older| *older.open_plan.limits() == grant.open_limits);
        let open_plan = same_plan
            .map_or_else(|| Arc::new(Plan::new(grant.open_limits.clone(), "")), |older| Arc::clone(&older.open_plan));
        let upstream = grant.upstream.and_then(|upstream| match Upstream::of(&upstream) {
            Ok(upstream) => Some(upstream),
            Err(problem) => {
                tracing::error!(dataset = grant.slug, %problem, "the dataset cannot be served: its upstream is not usable");
                None
            }
        });
        Self {
            id: grant.id,
            slug: grant.slug.into(),
            tier: grant.tier,
            operations: grant.operations,
            upstream,
            allows_query_key: grant.allows_query_key,
            open_plan,
            changes: grant.changes.into_iter().map(ChangeRecord::of).collect(),
        }
    }
}

/// The holds on a requester.
#[derive(Debug, Default)]
pub struct HolderRecord {
    /// None where there is none, so that a call looks no further.
    holds: ArcSwapOption<Vec<HeldBy>>,
}

impl HolderRecord {
    pub(super) fn set(&self, holds: Vec<HeldBy>) {
        self.holds.store((!holds.is_empty()).then(|| Arc::new(holds)));
    }

    pub(in crate::gate) fn is_free(&self) -> bool {
        self.holds.load().is_none()
    }

    pub(in crate::gate) fn holds(&self) -> Guard<Option<Arc<Vec<HeldBy>>>> {
        self.holds.load()
    }
}

/// An agreement; what is inside changes, the record and its counters stay.
#[derive(Debug)]
pub struct AgreementRecord {
    pub(in crate::gate) id: AgreementId,
    current: ArcSwapOption<AgreementPicture>,
}

/// An agreement at one time.
#[derive(Debug)]
pub struct AgreementPicture {
    pub(in crate::gate) number: Box<str>,
    /// The number as upstreams are told.
    pub(in crate::gate) number_header: HeaderValue,
    pub(in crate::gate) is_live: bool,
    pub(in crate::gate) ends_at: Option<Instant>,
    pub(in crate::gate) holds: Vec<HeldBy>,
    pub(in crate::gate) holder: Arc<HolderRecord>,
    schedules: Vec<ScheduleRecord>,
}

/// A schedule with the counters that all keys of the agreement share.
#[derive(Debug)]
pub struct ScheduleRecord {
    dataset: DatasetId,
    pub(in crate::gate) operations: Arc<[String]>,
    pub(in crate::gate) limits: Arc<LimitSet>,
    pub(in crate::gate) networks: CidrList,
    pub(in crate::gate) hours: Vec<Hours>,
    pub(in crate::gate) ends_at: Option<Instant>,
    /// What is taken out of answers; without it they pass as they are.
    pub(in crate::gate) redaction: Option<Arc<redact::Plan>>,
}

impl ScheduleRecord {
    /// A schedule that cannot be redacted as it asks for opens nothing.
    fn of(grant: ScheduleGrant, older: Option<&Self>, agreement: &str, shared: &mut Shared) -> Self {
        let (redaction, operations) = match plan(grant.redactions, older) {
            Ok(redaction) => (redaction, grant.operations),
            Err(problem) => {
                tracing::error!(agreement, %problem, "a schedule cannot be served: its redactions cannot be carried out");
                (None, Vec::new())
            }
        };
        Self {
            dataset: grant.dataset,
            operations: shared.operations(operations),
            limits: LimitSet::continuing(&shared.plans.plan(&grant.limits, ""), older.map(|older| &older.limits)),
            networks: grant.networks,
            hours: grant.hours,
            ends_at: grant.ends_at,
            redaction,
        }
    }
}

/// The plan of these rules; the one that is there already if the rules are the same.
fn plan(rules: Vec<Rule>, older: Option<&ScheduleRecord>) -> Result<Option<Arc<redact::Plan>>, TooTangled> {
    if rules.is_empty() {
        return Ok(None);
    }
    let same = older.and_then(|older| older.redaction.as_ref()).filter(|plan| plan.rules() == rules);
    same.map_or_else(|| redact::Plan::new(rules).map(Arc::new), |plan| Ok(Arc::clone(plan))).map(Some)
}

impl AgreementPicture {
    pub(in crate::gate) fn schedule(&self, dataset: DatasetId) -> Option<&ScheduleRecord> {
        self.schedules.iter().find(|schedule| schedule.dataset == dataset)
    }
}

impl AgreementRecord {
    pub(super) fn untold(id: AgreementId) -> Self {
        Self { id, current: ArcSwapOption::empty() }
    }

    pub(super) fn end(&self) {
        self.current.store(None);
    }

    pub(super) fn set(
        &self,
        grant: AgreementGrant,
        holder: Arc<HolderRecord>,
        previous: Option<&Self>,
        shared: &mut Shared,
    ) {
        let older = self.current.load_full().or_else(|| previous.and_then(|record| record.current.load_full()));
        let schedule = |schedule: ScheduleGrant| {
            let older = older.as_ref().and_then(|older| older.schedule(schedule.dataset));
            ScheduleRecord::of(schedule, older, &grant.number, shared)
        };
        let schedules = grant.schedules.into_iter().map(schedule).collect();
        self.current.store(Some(Arc::new(AgreementPicture {
            number_header: HeaderValue::from_str(&grant.number).unwrap_or(HeaderValue::from_static("")),
            number: grant.number.into(),
            is_live: grant.is_live,
            ends_at: grant.ends_at,
            holds: grant.holds,
            holder,
            schedules,
        })));
    }

    /// The agreement now; `None` if it was never told or is gone, which counts as ended.
    pub(in crate::gate) fn now(&self) -> Guard<Option<Arc<AgreementPicture>>> {
        self.current.load()
    }

    pub(super) fn quota_uses(&self, now: &Now) -> Vec<QuotaUse> {
        let picture = self.now();
        let Some(picture) = picture.as_deref() else { return Vec::new() };
        let uses = |schedule: &ScheduleRecord| {
            let owner = QuotaOwner::Agreement { agreement: self.id, dataset: schedule.dataset };
            let levels = schedule.limits.levels(now).into_iter();
            levels.map(|level| QuotaUse { owner, level }).collect::<Vec<_>>()
        };
        picture.schedules.iter().flat_map(uses).collect()
    }

    pub(super) fn restore(&self, dataset: DatasetId, level: &QuotaLevel) {
        let picture = self.now();
        if let Some(schedule) = picture.as_deref().and_then(|picture| picture.schedule(dataset)) {
            schedule.limits.restore(level);
        }
    }
}

/// A key as requests meet it.
#[derive(Debug)]
pub struct KeyRecord {
    pub(in crate::gate) id: KeyId,
    pub(in crate::gate) state: KeyState,
    pub(in crate::gate) expires_at: Option<Instant>,
    pub(in crate::gate) agreement: Arc<AgreementRecord>,
    pub(in crate::gate) scopes: Arc<ScopeSet>,
    pub(in crate::gate) holds: Box<[HeldBy]>,
    pub(in crate::gate) networks: CidrList,
    /// The key's own counters, if it has limits of its own.
    pub(in crate::gate) limits: Option<Arc<LimitSet>>,
    /// How often it was exchanged for a token; nothing until it first is.
    exchanges: OnceLock<Arc<LimitSet>>,
}

impl KeyRecord {
    pub(super) fn of(
        grant: KeyGrant,
        agreement: Arc<AgreementRecord>,
        scopes: Arc<ScopeSet>,
        older: Option<&Self>,
        shared: &mut Shared,
    ) -> Self {
        let used = older.and_then(|older| older.limits.as_ref());
        let has_limits = !grant.limits.is_empty();
        let exchanges = older.and_then(|older| older.exchanges.get()).cloned();
        Self {
            exchanges: exchanges.map_or_else(OnceLock::new, OnceLock::from),
            id: grant.id,
            state: grant.state,
            expires_at: grant.expires_at,
            agreement,
            scopes,
            holds: grant.holds.into(),
            networks: grant.networks,
            limits: has_limits.then(|| LimitSet::continuing(&shared.plans.plan(&grant.limits, KEY_PREFIX), used)),
        }
    }

    /// The counters of its exchanges.
    pub(in crate::gate) fn exchanges(&self, plan: &Arc<Plan>) -> Arc<LimitSet> {
        Arc::clone(self.exchanges.get_or_init(|| Arc::new(LimitSet::new(Arc::clone(plan)))))
    }

    pub(super) fn quota_uses(&self, now: &Now) -> Vec<QuotaUse> {
        let levels = self.limits.iter().flat_map(|limits| limits.levels(now));
        levels.map(|level| QuotaUse { owner: QuotaOwner::Key { key: self.id }, level }).collect()
    }
}

/// What is used of one quota.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotaUse {
    /// Whose it is.
    pub owner: QuotaOwner,
    /// How much.
    pub level: QuotaLevel,
}
