//! Usage out: what the gate counted becomes rollups, log lines, quota levels and notices, one transaction per batch.
//!
//! A batch is made once and tried until it is written; its number keeps a batch whose commit was in doubt from being
//! counted twice. Meanwhile the meter goes on counting, bounded, and what it had no room for is counted as lost.

use std::collections::HashMap;
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::Datelike as _;
use chrono_tz::Tz;
use uuid::Uuid;

use super::every;
use crate::domain::id::Id;
use crate::domain::limits::Window;
use crate::domain::notice::{Notice, NoticeKind, digest_after};
use crate::domain::time::{Day, Instant};
use crate::gate::grants::{QuotaOwner as GateOwner, QuotaUse as GateUse};
use crate::gate::limiter::QuotaLevel;
use crate::gate::meter::{Count, CountKey, Drained, QuotaCrossing, Sample};
use crate::gate::{GateShared, Reading};
use crate::store::usage::{self, Access, Counted, QuotaOwner, QuotaUse, UsageBatch, UsageCount};
use crate::store::{AnyConnection, Store, StoreError, agreements, keys, outbox, reminders};

/// Makes an id at an instant.
pub type NewId = Arc<dyn Fn(Instant) -> Uuid + Send + Sync>;

/// What had no room in the meter since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lost {
    /// Calls that no counter had room for.
    pub calls: u64,
    /// Lines of the access log.
    pub lines: u64,
    /// Quota notices.
    pub notices: u64,
}

/// Carries one gate's counts to the store.
pub struct UsageFeed {
    store: Store,
    gate: GateShared,
    zone: Tz,
    new_id: NewId,
    /// This run of the gate, under which its batches are numbered.
    source: String,
    books: Mutex<Books>,
    owing: Owing,
}

/// Whether a batch waits to be written, for who may not wait for the books.
#[derive(Clone, Debug, Default)]
pub struct Owing(Arc<AtomicBool>);

impl Owing {
    /// The batches that wait, for the gate's metrics.
    #[must_use]
    pub fn read(&self) -> Reading {
        let help = "Batches of usage that are counted and not yet written to the store.";
        Reading { name: "accord_gate_usage_batches_owed", help, value: u64::from(self.0.load(Ordering::Relaxed)) }
    }
}

#[derive(Default)]
struct Books {
    /// The number of the newest batch made.
    number: i64,
    /// The batch that is not written yet.
    owed: Option<Owed>,
    /// How far each quota is written, or on its way.
    written: HashMap<(QuotaOwner, String, Window), (Day, i64)>,
    lost: Lost,
}

struct Owed {
    batch: UsageBatch,
    crossings: Vec<QuotaCrossing>,
}

impl std::fmt::Debug for UsageFeed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UsageFeed").field("source", &self.source).finish_non_exhaustive()
    }
}

impl UsageFeed {
    /// A feed from `gate` to `store`.
    #[must_use]
    pub fn new(store: Store, gate: GateShared, zone: Tz, new_id: NewId) -> Self {
        let source = new_id(gate.now().utc).to_string();
        Self { store, gate, zone, new_id, source, books: Mutex::default(), owing: Owing::default() }
    }

    /// Puts back what is used of every quota, so that calendar quotas outlast a restart. Call it after the grants were
    /// loaded and before the gate listens.
    ///
    /// # Errors
    /// What the store says.
    pub fn restore(&self) -> Result<(), StoreError> {
        let today = self.gate.now().today.day;
        let month = today.with_day(1).unwrap_or(today);
        let used = self.store.read(|conn| usage::quotas(conn, month))?;
        self.gate.grants().restore_quota_levels(&used.iter().map(to_gate).collect::<Vec<_>>());
        let mut books = self.lock();
        for quota in used {
            books.written.insert((quota.owner, quota.limit, quota.period), (quota.window_start, quota.calls));
        }
        Ok(())
    }

    /// One round: writes what is owed, then what was counted since. Returns how many calls were written.
    ///
    /// # Errors
    /// What the store says; nothing is lost, the next round tries again.
    pub fn flush(&self) -> Result<usize, StoreError> {
        let mut books = self.lock();
        let late = self.settle(&mut books)?;
        let drained = self.gate.meter().drain();
        note_lost(&mut books.lost, &drained);
        if drained.counts.is_empty() && drained.samples.is_empty() && drained.crossings.is_empty() {
            return Ok(late);
        }
        let owed = self.batch(&mut books, drained);
        books.number += 1;
        books.owed = Some(owed);
        Ok(late + self.settle(&mut books)?)
    }

    /// Flushes every `pause` until `stop`, and once more at the end.
    pub async fn run(self: Arc<Self>, pause: Duration, stop: impl Future<Output = ()> + Send) {
        let feed = Arc::clone(&self);
        every("usage", self.store.clone(), pause, move || feed.flush(), stop).await;
        let store = self.store.clone();
        if let Err(error) = store.blocking(move || self.finish()).await {
            tracing::error!(%error, "the last usage could not be written");
        }
    }

    /// The last flush, after the gate has answered its last request.
    ///
    /// # Errors
    /// What the store says; what is owed then is lost with the process.
    pub fn finish(&self) -> Result<(), StoreError> {
        self.flush()?;
        self.store.write(|conn| usage::forget_source(conn, &self.source))?;
        // A batch after this one would begin a run of its own.
        self.lock().number = 0;
        Ok(())
    }

    /// What had no room in the meter since the start.
    #[must_use]
    pub fn lost(&self) -> Lost {
        self.lock().lost
    }

    /// Whether something waits to be written.
    #[must_use]
    pub fn owing(&self) -> Owing {
        self.owing.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Books> {
        // A panic while a batch is made loses that batch and no other.
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes the batch that is owed, if one is.
    fn settle(&self, books: &mut Books) -> Result<usize, StoreError> {
        let Some(owed) = &books.owed else { return Ok(0) };
        self.owing.0.store(true, Ordering::Relaxed);
        let now = self.gate.now().utc;
        let turn = (self.source.as_str(), books.number);
        self.store.write(|conn| {
            if usage::write(conn, turn, &owed.batch, self.zone, now)? {
                for crossing in &owed.crossings {
                    self.notify(conn, crossing, now)?;
                }
            }
            Ok::<_, StoreError>(())
        })?;
        let calls = owed.batch.counts.iter().map(|count| count.calls).sum::<i64>();
        books.owed = None;
        self.owing.0.store(false, Ordering::Relaxed);
        Ok(usize::try_from(calls).unwrap_or(usize::MAX))
    }

    fn batch(&self, books: &mut Books, drained: Drained) -> Owed {
        let mut quotas = Vec::new();
        for GateUse { owner, level } in self.gate.grants().quota_levels(&self.gate.now()) {
            let owner = match owner {
                GateOwner::Agreement { agreement, dataset } => QuotaOwner::Agreement(agreement, dataset),
                GateOwner::Key { key } => QuotaOwner::Key(key),
            };
            let used = i64::try_from(level.used).unwrap_or(i64::MAX);
            let place = (owner, level.limit.clone(), level.window);
            let before = books.written.insert(place, (level.window_start, used));
            let before = before.filter(|(start, _)| *start == level.window_start).map_or(0, |(_, used)| used);
            let calls = used - before;
            if calls != 0 {
                quotas.push(QuotaUse {
                    owner,
                    limit: level.limit,
                    period: level.window,
                    window_start: level.window_start,
                    calls,
                    told_percent: i64::from(level.told_percent),
                });
            }
        }
        let batch = UsageBatch {
            counts: drained.counts.into_iter().map(count).collect(),
            log: drained.samples.iter().map(|sample| self.line(sample)).collect(),
            quotas,
            last_used: drained.last_used,
        };
        Owed { batch, crossings: drained.crossings }
    }

    fn line(&self, sample: &Sample) -> Access {
        Access {
            id: (self.new_id)(sample.at).to_string(),
            at: sample.at,
            request: sample.request_id.to_string(),
            of: Counted {
                key: sample.key,
                agreement: sample.agreement,
                dataset: sample.dataset,
                operation: text(sample.operation.as_deref()),
                outcome: sample.outcome.as_str().to_owned(),
            },
            method: sample.method.as_ref().map(|method| method.as_str().to_owned()).unwrap_or_default(),
            path: text(sample.template.as_deref()),
            status: i32::from(sample.status),
            bytes: signed(sample.bytes),
            latency_us: signed(sample.latency_us),
            client: sample.client.to_string(),
        }
    }

    /// Tells the holder once per window that 80 or 100 per cent of a quota is used, whichever gate noticed.
    fn notify(&self, conn: &mut AnyConnection, crossing: &QuotaCrossing, now: Instant) -> Result<(), StoreError> {
        let crossed = &crossing.crossed;
        let owner = crossing.key.map_or_else(
            || format!("{} {}", crossing.agreement, text(crossing.dataset.map(|id| id.to_string()).as_deref())),
            |key| key.to_string(),
        );
        let subject = format!("quota {owner} {} until {}", crossed.limit, crossed.resets_at.to_rfc3339());
        if !reminders::is_first(conn, &subject, &crossed.percent.to_string(), now)? {
            return Ok(());
        }
        let agreement = agreements::by_id(conn, crossing.agreement)?;
        let schedule = agreement.schedules.iter().find(|schedule| Some(schedule.dataset) == crossing.dataset);
        let what = match (crossing.key, schedule) {
            (Some(key), _) => format!("the key “{}”", keys::by_id(conn, key)?.key.name),
            (None, Some(schedule)) => schedule.title.clone(),
            (None, None) => "a dataset".to_owned(),
        };
        let resets_at = crossed.resets_at.with_timezone(&self.zone).format("%B %-d, %Y, %-I:%M %p %Z");
        let notice = Notice::new(agreement.holder(), NoticeKind::QuotaReached)
            .with("percent", crossed.percent)
            .with("limit", &crossed.limit)
            .with("max", crossed.max)
            .with("dataset", what)
            .with("number", &agreement.number)
            .with("resets_at", resets_at)
            .with("path", format!("/agreements/{}", agreement.id));
        outbox::owe(conn, &notice, (now, digest_after(self.zone, now)), || Id::from_uuid((self.new_id)(now)))
    }
}

fn count((key, count): (CountKey, Count)) -> UsageCount {
    UsageCount {
        minute: key.minute,
        of: Counted {
            key: key.key,
            agreement: key.agreement,
            dataset: key.dataset,
            operation: text(key.operation.as_deref()),
            outcome: key.outcome.as_str().to_owned(),
        },
        calls: signed(count.requests),
        bytes: signed(count.bytes),
        latency_us: signed(count.latency_us),
    }
}

fn to_gate(used: &QuotaUse) -> GateUse {
    let owner = match used.owner {
        QuotaOwner::Agreement(agreement, dataset) => GateOwner::Agreement { agreement, dataset },
        QuotaOwner::Key(key) => GateOwner::Key { key },
    };
    let level = QuotaLevel {
        limit: used.limit.clone(),
        window: used.period,
        window_start: used.window_start,
        used: u64::try_from(used.calls).unwrap_or(0),
        told_percent: u8::try_from(used.told_percent).unwrap_or(0),
    };
    GateUse { owner, level }
}

fn note_lost(lost: &mut Lost, drained: &Drained) {
    let new = drained.dropped_counts + drained.dropped_samples + drained.dropped_crossings;
    if new > 0 {
        tracing::warn!(
            calls = drained.dropped_counts,
            lines = drained.dropped_samples,
            notices = drained.dropped_crossings,
            "the meter was full: some usage is lost"
        );
    }
    lost.calls += drained.dropped_counts;
    lost.lines += drained.dropped_samples;
    lost.notices += drained.dropped_crossings;
}

fn text(part: Option<&str>) -> String {
    part.unwrap_or_default().to_owned()
}

/// What both databases count in.
fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
