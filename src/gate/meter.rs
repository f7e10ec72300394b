//! Counting what the gate did: counters per minute, samples for the access log, and quota notices, until the feed
//! drains them. Each worker writes its own sheet, so its lock is free but for the moment of draining. Everything is
//! bounded; what does not fit is dropped and the drop is counted. Never holds a key's text, a query or a raw path.
//!
//! Beside its sheet each worker keeps a [`tally`] of everything since the start, for metrics, and, where somebody listens,
//! [`lines`] to be written and spans to be sent. A call writes all of it under the one lock of its worker.

mod lately;
mod lines;
mod tally;

use std::collections::HashMap;
use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{SubsecRound, Timelike};
use hyper::header::HeaderValue;
use rustc_hash::FxBuildHasher;

use self::lately::Lately;
pub use self::lately::{Busy, LATELY_SECONDS};
pub use self::lines::Line;
pub use self::tally::{CLASSES_US, Door, DoorTally, Dropped, Levels, Tally};
use super::ink::Ink;
use super::limiter::Crossed;
use super::trace::Span;
use super::verdict::{Outcome, Trace};
use crate::domain::id::{AgreementId, DatasetId, KeyId};
use crate::domain::scope::Method;
use crate::domain::time::Instant;

/// The most that one worker keeps between two drains.
#[derive(Clone, Copy, Debug)]
pub struct MeterBounds {
    /// Different counters.
    pub counts: usize,
    /// Samples.
    pub samples: usize,
    /// Quota notices.
    pub crossings: usize,
    /// Lines and spans that nobody has taken yet.
    pub lines: usize,
}

impl Default for MeterBounds {
    fn default() -> Self {
        Self { counts: 50_000, samples: 20_000, crossings: 10_000, lines: 20_000 }
    }
}

/// What a counter counts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CountKey {
    /// The minute, by its first instant.
    pub minute: Instant,
    /// The key; `None` for calls that showed none that is known.
    pub key: Option<KeyId>,
    /// Its agreement.
    pub agreement: Option<AgreementId>,
    /// The dataset, if the path named one.
    pub dataset: Option<DatasetId>,
    /// The operation, if one matched.
    pub operation: Option<Arc<str>>,
    /// The outcome.
    pub outcome: Outcome,
}

/// A counter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Calls.
    pub requests: u64,
    /// Bytes of the bodies answered.
    pub bytes: u64,
    /// Sum of the times from request to end of answer, in microseconds.
    pub latency_us: u64,
}

/// What a client can name its call by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestId {
    /// Given by a worker of this gate.
    Ours {
        /// Tells workers and restarts apart.
        worker: u64,
        /// Counts the worker's calls.
        number: u64,
    },
    /// Given by a trusted proxy.
    Theirs(Arc<str>),
}

impl RequestId {
    pub(super) fn to_header(&self, ink: &Ink) -> HeaderValue {
        let mut room = uuid::Uuid::encode_buffer();
        let text: &str = match self {
            Self::Ours { worker, number } => {
                let both = u128::from(*worker) << 64 | u128::from(*number);
                uuid::Uuid::from_u128(both).simple().encode_lower(&mut room)
            }
            Self::Theirs(id) => id,
        };
        let value = ink.header(text.len(), |room| room.extend_from_slice(text.as_bytes()));
        // Both are made of letters, digits and hyphens.
        value.unwrap_or(HeaderValue::from_static(""))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ours { worker, number } => write!(f, "{worker:016x}{number:016x}"),
            Self::Theirs(id) => f.write_str(id),
        }
    }
}

/// One line of the access log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// When the request arrived.
    pub at: Instant,
    /// The key, if known.
    pub key: Option<KeyId>,
    /// Its agreement.
    pub agreement: Option<AgreementId>,
    /// The dataset.
    pub dataset: Option<DatasetId>,
    /// The operation; with the dataset it is the scope.
    pub operation: Option<Arc<str>>,
    /// The method, if it is one the gate passes.
    pub method: Option<Method>,
    /// The path pattern; never the path.
    pub template: Option<Arc<str>>,
    /// The outcome.
    pub outcome: Outcome,
    /// The HTTP status answered.
    pub status: u16,
    /// Bytes of the body answered.
    pub bytes: u64,
    /// From request to end of answer, in microseconds.
    pub latency_us: u64,
    /// The client's address, whole; who may see it whole is decided elsewhere.
    pub client: IpAddr,
    /// The id the client was given.
    pub request_id: RequestId,
}

/// A quota that reached 80 or 100 per cent, told once per window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotaCrossing {
    /// When.
    pub at: Instant,
    /// The agreement.
    pub agreement: AgreementId,
    /// The key, if the quota is the key's own.
    pub key: Option<KeyId>,
    /// The dataset, if the quota is the agreement's.
    pub dataset: Option<DatasetId>,
    /// Which limit, how far, and until when.
    pub crossed: Crossed,
}

/// Everything since the last drain.
#[derive(Clone, Debug, Default)]
pub struct Drained {
    /// Counters; a minute that is not over may come again in the next drain, to be added.
    pub counts: Vec<(CountKey, Count)>,
    /// Samples, in the order of each worker.
    pub samples: Vec<Sample>,
    /// Quota notices.
    pub crossings: Vec<QuotaCrossing>,
    /// When each key was last let through.
    pub last_used: Vec<(KeyId, Instant)>,
    /// Calls that no counter had room for.
    pub dropped_counts: u64,
    /// Samples there was no room for.
    pub dropped_samples: u64,
    /// Notices there was no room for.
    pub dropped_crossings: u64,
}

/// Every worker's sheet.
#[derive(Debug, Default)]
pub struct Meter {
    bounds: MeterBounds,
    keeps_lines: bool,
    pages: Mutex<Vec<Arc<Mutex<Page>>>>,
    lately: Mutex<Lately>,
}

/// What one worker writes.
#[derive(Debug, Default)]
struct Page {
    /// Until it is drained.
    sheet: Sheet,
    /// For ever.
    tally: Tally,
    /// Until they are taken.
    lines: Vec<Line>,
}

impl Meter {
    /// A meter whose sheets are bounded.
    #[must_use]
    pub fn new(bounds: MeterBounds) -> Self {
        Self { bounds, ..Self::default() }
    }

    /// The same, which also keeps a line of each call until it is taken.
    #[must_use]
    pub fn keeping_lines(self) -> Self {
        Self { keeps_lines: true, ..self }
    }

    /// Takes everything counted since the last drain.
    #[must_use]
    pub fn drain(&self) -> Drained {
        let pages = locked(&self.pages);
        let mut lately = locked(&self.lately);
        let mut drained = Drained::default();
        let mut last_used: HashMap<KeyId, Instant, FxBuildHasher> = HashMap::default();
        for page in pages.iter() {
            let sheet = locked(page).sheet.turn();
            drained.counts.reserve(sheet.counts.len());
            last_used.reserve(sheet.counts.len());
            for (key, (count, last)) in sheet.counts {
                lately.take(&key, count, last);
                if let Some(used) = key.key.filter(|_| key.outcome == Outcome::Ok) {
                    let latest = last_used.entry(used).or_insert(last);
                    *latest = last.max(*latest);
                }
                drained.counts.push((key, count));
            }
            drained.samples.extend(sheet.samples);
            drained.crossings.extend(sheet.crossings);
            drained.dropped_counts += sheet.dropped_counts;
            drained.dropped_samples += sheet.dropped_samples;
            drained.dropped_crossings += sheet.dropped_crossings;
        }
        drained.last_used = last_used.into_iter().collect();
        drained
    }

    /// What every worker did since the start, and how things stand with them.
    #[must_use]
    pub fn tally(&self) -> Tally {
        let mut all = Tally::default();
        locked(&self.pages).iter().for_each(|page| all.add(&locked(page).tally));
        all
    }

    /// The keys that were used most in the last minute, the busiest first, at most so many.
    #[must_use]
    pub fn busiest(&self, now: Instant, most: usize) -> Vec<Busy> {
        let pages = locked(&self.pages);
        let copied = pages.iter().flat_map(|page| locked(page).sheet.counts.clone());
        let since: Vec<(CountKey, (Count, Instant))> = copied.collect();
        locked(&self.lately).busiest(since.iter().map(|(key, (count, last))| (key, *count, *last)), now, most)
    }

    /// Takes the lines kept since the last time.
    #[must_use]
    pub fn take_lines(&self) -> Vec<Line> {
        locked(&self.pages).iter().flat_map(|page| std::mem::take(&mut locked(page).lines)).collect()
    }

    pub(super) fn sheet(&self) -> WorkerMeter {
        let page = Arc::new(Mutex::new(Page::default()));
        locked(&self.pages).push(Arc::clone(&page));
        WorkerMeter { page, bounds: self.bounds, keeps_lines: self.keeps_lines }
    }
}

/// A panic leaves counters as they were.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[derive(Debug, Default)]
struct Sheet {
    counts: HashMap<CountKey, (Count, Instant), FxBuildHasher>,
    samples: Vec<Sample>,
    crossings: Vec<QuotaCrossing>,
    dropped_counts: u64,
    dropped_samples: u64,
    dropped_crossings: u64,
}

impl Sheet {
    /// The sheet as it is written; an empty one takes its place, with as much room, so that writing it anew allocates
    /// little.
    fn turn(&mut self) -> Self {
        let empty = Self {
            counts: HashMap::with_capacity_and_hasher(self.counts.len(), FxBuildHasher),
            samples: Vec::with_capacity(self.samples.len()),
            ..Self::default()
        };
        std::mem::replace(self, empty)
    }
}

/// The sheet of one worker.
#[derive(Clone, Debug)]
pub(super) struct WorkerMeter {
    page: Arc<Mutex<Page>>,
    bounds: MeterBounds,
    keeps_lines: bool,
}

/// A finished call.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) at: Instant,
    pub(super) door: Door,
    pub(super) trace: Trace,
    pub(super) outcome: Outcome,
    pub(super) status: u16,
    pub(super) bytes: u64,
    pub(super) latency_us: u64,
    pub(super) client: IpAddr,
    pub(super) request_id: RequestId,
    /// Where the call stands in a trace, if it is traced.
    pub(super) span: Option<Box<Span>>,
}

impl WorkerMeter {
    pub(super) fn record(&self, call: Entry) {
        let key = CountKey {
            minute: minute_of(call.at),
            key: call.trace.key,
            agreement: call.trace.agreement,
            dataset: call.trace.dataset,
            operation: call.trace.operation.clone(),
            outcome: call.outcome,
        };
        let mut page = locked(&self.page);
        let Page { sheet, tally, lines } = &mut *page;
        tally.note(call.door, call.outcome, call.latency_us, call.bytes);
        if sheet.counts.len() < self.bounds.counts || sheet.counts.contains_key(&key) {
            let (count, last) = sheet.counts.entry(key).or_insert((Count::default(), call.at));
            count.requests += 1;
            count.bytes += call.bytes;
            count.latency_us += call.latency_us;
            *last = call.at.max(*last);
        } else {
            sheet.dropped_counts += 1;
            tally.dropped.calls += 1;
        }
        let sample = Sample {
            at: call.at,
            key: call.trace.key,
            agreement: call.trace.agreement,
            dataset: call.trace.dataset,
            operation: call.trace.operation,
            method: call.trace.method,
            template: call.trace.template,
            outcome: call.outcome,
            status: call.status,
            bytes: call.bytes,
            latency_us: call.latency_us,
            client: call.client,
            request_id: call.request_id,
        };
        if self.keeps_lines || call.span.is_some() {
            if lines.len() < self.bounds.lines {
                lines.push(Line { door: call.door, sample: sample.clone(), span: call.span });
            } else {
                tally.dropped.lines += 1;
            }
        }
        if sheet.samples.len() < self.bounds.samples {
            sheet.samples.push(sample);
        } else {
            sheet.dropped_samples += 1;
            tally.dropped.samples += 1;
        }
    }

    pub(super) fn notice(&self, crossing: QuotaCrossing) {
        let mut page = locked(&self.page);
        if page.sheet.crossings.len() < self.bounds.crossings {
            page.sheet.crossings.push(crossing);
        } else {
            page.sheet.dropped_crossings += 1;
            page.tally.dropped.notices += 1;
        }
    }

    /// Notes how things stand with the worker.
    pub(super) fn stands(&self, levels: Levels) {
        locked(&self.page).tally.levels = levels;
    }
}

fn minute_of(at: Instant) -> Instant {
    at.with_second(0).unwrap_or(at).trunc_subsecs(0)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn call(at: &str, key: u128, outcome: Outcome) -> Entry {
        let trace = Trace { key: Some(KeyId::from_uuid(Uuid::from_u128(key))), ..Trace::default() };
        let client = "192.0.2.1".parse().unwrap();
        Entry {
            at: at.parse().unwrap(),
            door: Door::Gateway,
            trace,
            outcome,
            status: 200,
            bytes: 10,
            latency_us: 5,
            client,
            request_id: RequestId::Theirs("r".into()),
            span: None,
        }
    }

    #[test]
    fn calls_of_one_minute_share_a_counter_and_a_drain_empties_it() {
        let meter = Meter::new(MeterBounds::default());
        let (one, two) = (meter.sheet(), meter.sheet());
        one.record(call("2026-06-01T12:00:01.5Z", 1, Outcome::Ok));
        one.record(call("2026-06-01T12:00:59Z", 1, Outcome::Ok));
        one.record(call("2026-06-01T12:01:00Z", 1, Outcome::RateLimited));
        two.record(call("2026-06-01T12:00:30Z", 1, Outcome::Ok));
        let drained = meter.drain();
        let mut counts: Vec<_> =
            drained.counts.iter().map(|(key, count)| (key.minute.to_rfc3339(), key.outcome, count.requests)).collect();
        counts.sort();
        let minute = |text: &str| format!("2026-06-01T{text}:00+00:00");
        assert_eq!(
            counts,
            [
                (minute("12:00"), Outcome::Ok, 1),
                (minute("12:00"), Outcome::Ok, 2),
                (minute("12:01"), Outcome::RateLimited, 1)
            ]
        );
        assert_eq!(drained.counts.iter().map(|(_, count)| count.bytes).sum::<u64>(), 40);
        assert_eq!(drained.samples.len(), 4);
        assert_eq!(drained.last_used.len(), 1);
        assert_eq!(drained.last_used[0].1, "2026-06-01T12:00:59Z".parse::<Instant>().unwrap());
        assert!(meter.drain().counts.is_empty());
    }

    #[test]
    fn what_does_not_fit_is_dropped_and_counted() {
        let meter = Meter::new(MeterBounds { counts: 2, samples: 3, crossings: 0, lines: 0 });
        let sheet = meter.sheet();
        for key in 0..5 {
            sheet.record(call("2026-06-01T12:00:00Z", key % 3, Outcome::Ok));
        }
        let drained = meter.drain();
        assert_eq!((drained.counts.len(), drained.dropped_counts), (2, 1));
        assert_eq!((drained.samples.len(), drained.dropped_samples), (3, 2));
    }

    #[test]
    fn the_busiest_keys_of_the_last_minute_come_first_drained_or_not() {
        let meter = Meter::new(MeterBounds::default());
        let sheet = meter.sheet();
        let key = |number: u128| KeyId::from_uuid(Uuid::from_u128(number));
        sheet.record(call("2026-06-01T12:00:01Z", 1, Outcome::Ok));
        sheet.record(call("2026-06-01T12:00:40Z", 2, Outcome::Ok));
        drop(meter.drain());
        sheet.record(call("2026-06-01T12:01:05Z", 2, Outcome::RateLimited));
        sheet.record(call("2026-06-01T12:01:06Z", 3, Outcome::Ok));
        let busy = |at: &str, most| -> Vec<_> {
            let found = meter.busiest(at.parse().unwrap(), most);
            found.into_iter().map(|busy| (busy.key, busy.ok, busy.refused)).collect()
        };
        assert_eq!(busy("2026-06-01T12:01:00Z", 9)[0], (key(2), 1, 1));
        assert_eq!(busy("2026-06-01T12:01:10Z", 9), [(key(2), 1, 1), (key(3), 1, 0)], "key 1 is past");
        assert_eq!(busy("2026-06-01T12:01:10Z", 1).len(), 1);
        assert_eq!(busy("2026-06-01T12:03:00Z", 9), []);
    }

    #[test]
    fn lines_are_kept_only_where_somebody_takes_them_and_the_tally_outlasts_a_drain() {
        let silent = Meter::new(MeterBounds::default());
        silent.sheet().record(call("2026-06-01T12:00:00Z", 1, Outcome::Ok));
        assert!(silent.take_lines().is_empty());
        let meter = Meter::new(MeterBounds { lines: 2, ..MeterBounds::default() }).keeping_lines();
        let sheet = meter.sheet();
        for _ in 0..3 {
            sheet.record(call("2026-06-01T12:00:00Z", 1, Outcome::Ok));
        }
        drop(meter.drain());
        assert_eq!((meter.take_lines().len(), meter.take_lines().len()), (2, 0));
        let tally = meter.tally();
        assert_eq!((tally.dropped.lines, tally.doors().map(|(_, door)| door.calls()).sum::<u64>()), (1, 3));
    }
}
