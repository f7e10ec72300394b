//! One call at the gate: who it comes from, its id, its instant, and its entry in the books. Nothing here decides.

use std::cell::{Cell, RefCell};
use std::net::IpAddr;
use std::rc::Rc;

use hyper::header::{HeaderMap, HeaderName, HeaderValue};

use super::GateShared;
use super::check::Permit;
use super::clock::{Now, WorkerClock};
use super::headers::{Glance, HeaderMaps};
use super::ink::Ink;
use super::meter::{Door, Entry, Levels, QuotaCrossing, RequestId, WorkerMeter};
use super::server::patience::Waiting;
use super::server::watch::{Allowance, Watch, sweeps};
use super::shelf::Shelf;
use super::token::TokenReader;
use super::trace::Span;
use super::upstream::UpstreamClient;
use super::verdict::{Outcome, Trace};
use crate::domain::net::client_address;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The status entered for a call whose client left before an answer (as nginx does).
const CLIENT_GONE: u16 = 499;
/// The longest request id taken over from a trusted proxy.
const REQUEST_ID_MAX: usize = 64;

/// What one worker has for itself: nothing in it is shared, so no request waits for another worker.
pub(super) struct Worker {
    pub(super) shared: GateShared,
    pub(super) upstreams: Rc<UpstreamClient>,
    /// The worker's connections, and its coarse time.
    pub(super) watch: Rc<Watch>,
    /// Who waits with a bound.
    pub(super) waiting: Rc<Waiting>,
    /// Tokens that were read lately.
    pub(super) tokens: TokenReader,
    /// Maps of headers to be used again.
    pub(super) maps: HeaderMaps,
    /// Room for the short texts of calls.
    pub(super) ink: Ink,
    /// Where an answer of ours is written before its length is known.
    pub(super) draft: RefCell<Vec<u8>>,
    /// Answers kept for the next who asks the same.
    pub(super) shelf: Rc<Shelf>,
    books: Rc<Books>,
    /// Makes request ids unique among workers and restarts.
    id_prefix: u64,
    id_next: Cell<u64>,
    /// Where the next number that need not be secret comes from.
    seed: Cell<u64>,
}

struct Books {
    meter: WorkerMeter,
    clock: WorkerClock,
}

impl Worker {
    pub(super) fn new(shared: GateShared) -> Self {
        let options = shared.options();
        let watch = Watch::new(Allowance {
            rest: sweeps(options.keep_alive),
            head: sweeps(options.request_head_deadline),
            taking: sweeps(options.taking_deadline),
        });
        let waiting = Waiting::new(Rc::clone(&watch));
        let upstreams = UpstreamClient::new(options, Rc::clone(&watch), Rc::clone(&waiting));
        let clock = WorkerClock::new(shared.clock().clone(), options.zone);
        let books = Rc::new(Books { meter: shared.meter().sheet(), clock });
        // Ids need not be secret; should the machine have no randomness left, the counter still tells calls apart.
        let id_prefix = getrandom::u64().unwrap_or_default();
        let (shelf, id_next, seed) = (Rc::default(), Cell::new(1), Cell::new(id_prefix));
        let tokens = TokenReader::new(&options.issuer);
        let (maps, ink, draft) = (HeaderMaps::default(), Ink::default(), RefCell::default());
        Self { shared, upstreams, watch, waiting, tokens, maps, ink, draft, shelf, books, id_prefix, id_next, seed }
    }

    /// What is due a few times a second.
    pub(super) fn sweep(&self) {
        self.books.clock.sweep();
        self.watch.sweep();
        self.waiting.sweep();
        self.upstreams.sweep();
        self.books.meter.stands(Levels { connections: self.watch.len(), ..self.upstreams.levels() });
        self.shelf.sweep(self.books.clock.ticks());
    }

    /// The present; one reading of the clock.
    pub(super) fn now(&self) -> Now {
        self.books.clock.now()
    }

    /// A number unlike the one before (SplitMix64), for ids of spans and for sampling.
    fn random(&self) -> u64 {
        let seed = self.seed.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.seed.set(seed);
        let mixed = (seed ^ (seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn next_id(&self) -> RequestId {
        let number = self.id_next.get();
        self.id_next.set(number.wrapping_add(1));
        RequestId::Ours { worker: self.id_prefix, number }
    }
}

/// A call being answered.
pub(super) struct Call {
    pub(super) worker: Rc<Worker>,
    pub(super) now: Now,
    /// The other end of the connection.
    pub(super) peer: IpAddr,
    /// The client, behind trusted proxies if there are any.
    pub(super) client: IpAddr,
    pub(super) id: RequestId,
    /// The id as headers say it.
    pub(super) id_header: HeaderValue,
    /// Where it stands in a trace, if it is traced.
    pub(super) span: Option<Box<Span>>,
}

impl Call {
    pub(super) fn begin(worker: Rc<Worker>, peer: IpAddr, headers: &HeaderMap, glance: &Glance<'_>) -> Self {
        let now = worker.now();
        let trusted = &worker.shared.options().trusted_proxies;
        let is_trusted = !trusted.is_empty() && trusted.contains(peer);
        let client = if is_trusted && glance.is_forwarded { client_of(peer, headers, &worker) } else { peer };
        let given = if is_trusted && glance.has_id { given_id(headers) } else { None };
        let id = given.unwrap_or_else(|| worker.next_id());
        let id_header = id.to_header(&worker.ink);
        let span = worker.shared.options().tracing.and_then(|tracing| Span::of(headers, tracing, || worker.random()));
        Self { worker, now, peer, client, id, id_header, span }
    }

    /// The id as text.
    pub(super) fn id_text(&self) -> &str {
        self.id_header.to_str().unwrap_or_default()
    }

    pub(super) fn is_from_trusted_proxy(&self) -> bool {
        self.worker.shared.options().trusted_proxies.contains(self.peer)
    }

    /// Opens the entry of this call with what was decided; it is closed when dropped.
    pub(super) fn book(&self, door: Door, trace: Trace, outcome: Outcome, status: u16) -> Book {
        let entry = Entry {
            at: self.now.utc,
            door,
            trace,
            outcome,
            status,
            bytes: 0,
            latency_us: 0,
            client: self.client,
            request_id: self.id.clone(),
            span: self.span.clone(),
        };
        Book {
            entry: Some(entry),
            started_ticks: self.now.ticks,
            ended_ticks: None,
            books: Rc::clone(&self.worker.books),
        }
    }

    /// Opens the entry of a call that was let through, and passes on the quota notices it caused. Until an answer is
    /// known, the client counts as gone.
    pub(super) fn book_permit(&self, door: Door, permit: &Permit) -> Book {
        for (is_own, crossed) in permit.crossed() {
            let trace = permit.trace();
            let Some(agreement) = trace.agreement else { continue };
            self.worker.books.meter.notice(QuotaCrossing {
                at: self.now.utc,
                agreement,
                key: trace.key.filter(|_| *is_own),
                dataset: trace.dataset.filter(|_| !is_own),
                crossed: crossed.clone(),
            });
        }
        self.book(door, permit.trace().clone(), Outcome::Ok, CLIENT_GONE)
    }
}

fn client_of(peer: IpAddr, headers: &HeaderMap, worker: &Worker) -> IpAddr {
    let values = headers.get_all(FORWARDED_FOR).iter().map(|value| value.to_str().unwrap_or_default());
    client_address(peer, values, &worker.shared.options().trusted_proxies)
}

/// The id a trusted proxy gave the request, if it is one that cannot break a log line.
pub(super) fn given_id(headers: &HeaderMap) -> Option<RequestId> {
    let id = headers.get(REQUEST_ID)?.to_str().ok()?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_' || byte == b'.';
    let is_usable = (8..=REQUEST_ID_MAX).contains(&id.len()) && id.bytes().all(is_plain);
    is_usable.then(|| RequestId::Theirs(id.into()))
}

/// The entry of one call, written when it is dropped: also when the client leaves in the middle.
pub(super) struct Book {
    entry: Option<Entry>,
    started_ticks: u64,
    /// When the last piece of an answer went out.
    ended_ticks: Option<u64>,
    books: Rc<Books>,
}

impl Book {
    pub(super) fn outcome(&mut self, outcome: Outcome) {
        if let Some(entry) = &mut self.entry {
            entry.outcome = outcome;
        }
    }

    pub(super) fn status(&mut self, status: u16) {
        if let Some(entry) = &mut self.entry {
            entry.status = status;
        }
    }

    /// Adds to the bytes answered and gives their sum.
    pub(super) fn add_bytes(&mut self, count: usize) -> u64 {
        let Some(entry) = &mut self.entry else { return 0 };
        entry.bytes = entry.bytes.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
        entry.bytes
    }

    /// Reads the clock as a piece of the answer goes out. The last reading is the end of the call, so that its whole
    /// life costs no more readings than it has pieces.
    pub(super) fn reads_clock(&mut self) -> u64 {
        let ticks = self.books.clock.ticks();
        self.ended_ticks = Some(ticks);
        ticks
    }

    /// The entry, for somebody else to close; this one writes nothing any more.
    pub(super) fn take(&mut self) -> Self {
        Self {
            entry: self.entry.take(),
            started_ticks: self.started_ticks,
            ended_ticks: None,
            books: Rc::clone(&self.books),
        }
    }
}

impl Drop for Book {
    fn drop(&mut self) {
        if let Some(mut entry) = self.entry.take() {
            let ended = self.ended_ticks.unwrap_or_else(|| self.books.clock.ticks());
            entry.latency_us = ended.saturating_sub(self.started_ticks) / 1_000;
            self.books.meter.record(entry);
        }
    }
}
