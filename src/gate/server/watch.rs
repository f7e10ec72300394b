//! Who sits at a worker's connections, and since when nothing moved. Times are counts of the worker's sweep, so nothing
//! here reads a clock. A seat can be noted at from wherever hyper moves its stream; only its worker looks at it.

use std::cell::{Cell, RefCell};
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use hyper::rt::{Read, ReadBufCursor, Write};
use slab::Slab;

use super::SWEEP;

/// Counts of the sweep in a span of time, at least one.
pub(in crate::gate) fn sweeps(span: Duration) -> u64 {
    u64::try_from(span.as_nanos().div_ceil(SWEEP.as_nanos())).unwrap_or(u64::MAX).max(1)
}

/// How long a connection may do what, in sweeps.
#[derive(Clone, Copy, Debug)]
pub(in crate::gate) struct Allowance {
    /// Between two requests.
    pub(in crate::gate) rest: u64,
    /// For the head of a request, from its first byte.
    pub(in crate::gate) head: u64,
    /// For the client to take a piece of an answer.
    pub(in crate::gate) taking: u64,
}

/// Every connection of one worker.
pub(in crate::gate) struct Watch {
    count: Arc<AtomicU64>,
    is_draining: Cell<bool>,
    allowance: Allowance,
    seats: RefCell<Slab<Arc<Seat>>>,
}

/// What one connection is doing, and since when.
#[derive(Debug)]
pub(in crate::gate) struct Seat {
    count: Arc<AtomicU64>,
    /// Whether a request is being answered.
    is_answering: AtomicBool,
    /// Since when it rests; while a head is arriving, since its first byte.
    since: AtomicU64,
    /// Whether the first byte of a head is there.
    is_asking: AtomicBool,
    /// Since when a write has been waiting for the client; zero when none is.
    stuck_since: AtomicU64,
    /// Whether the connection is overdue and must end.
    is_overdue: AtomicBool,
    /// Wakes the task that runs the connection.
    waker: OnceLock<Waker>,
}

/// A seat taken: free again when dropped.
pub(in crate::gate) struct Taken {
    watch: Rc<Watch>,
    number: usize,
    pub(in crate::gate) seat: Arc<Seat>,
}

impl Watch {
    pub(in crate::gate) fn new(allowance: Allowance) -> Rc<Self> {
        let count = Arc::new(AtomicU64::new(1));
        Rc::new(Self { count, is_draining: Cell::new(false), allowance, seats: RefCell::new(Slab::new()) })
    }

    /// The count of sweeps: the worker's coarse time.
    pub(in crate::gate) fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    pub(in crate::gate) fn len(&self) -> usize {
        self.seats.borrow().len()
    }

    pub(in crate::gate) fn is_draining(&self) -> bool {
        self.is_draining.get()
    }

    /// From now on every answer is the last of its connection, and connections at rest end.
    pub(in crate::gate) fn start_draining(&self) {
        self.is_draining.set(true);
    }

    pub(in crate::gate) fn take_seat(self: &Rc<Self>) -> Taken {
        let seat = Arc::new(Seat {
            count: Arc::clone(&self.count),
            is_answering: AtomicBool::new(false),
            since: AtomicU64::new(self.count()),
            is_asking: AtomicBool::new(false),
            stuck_since: AtomicU64::new(0),
            is_overdue: AtomicBool::new(false),
            waker: OnceLock::new(),
        });
        let number = self.seats.borrow_mut().insert(Arc::clone(&seat));
        Taken { watch: Rc::clone(self), number, seat }
    }

    /// Counts one sweep on and ends what is overdue.
    pub(in crate::gate) fn sweep(&self) {
        let now = self.count() + 1;
        self.count.store(now, Ordering::Relaxed);
        self.seats.borrow().iter().filter(|(_, seat)| self.is_overdue(seat, now)).for_each(|(_, seat)| seat.end());
    }

    fn is_overdue(&self, seat: &Seat, now: u64) -> bool {
        let stuck_since = seat.stuck_since.load(Ordering::Relaxed);
        if stuck_since > 0 && now.saturating_sub(stuck_since) > self.allowance.taking {
            return true;
        }
        if seat.is_answering.load(Ordering::Relaxed) {
            return false;
        }
        let waited = now.saturating_sub(seat.since.load(Ordering::Relaxed));
        if seat.is_asking.load(Ordering::Relaxed) {
            return waited > self.allowance.head;
        }
        self.is_draining.get() || waited > self.allowance.rest
    }
}

impl Seat {
    /// A head has arrived; how long the answer may take is the answer's own business.
    pub(in crate::gate) fn is_answering(&self) {
        self.is_asking.store(false, Ordering::Relaxed);
        self.is_answering.store(true, Ordering::Relaxed);
    }

    /// The answer is on its way out; the connection waits for the next request.
    pub(in crate::gate) fn is_answered(&self) {
        self.since.store(self.count.load(Ordering::Relaxed), Ordering::Relaxed);
        self.is_answering.store(false, Ordering::Relaxed);
    }

    /// Whether the connection is overdue. The first to ask is who is woken when it is.
    pub(super) fn must_end(&self, context: &Context<'_>) -> bool {
        self.waker.get_or_init(|| context.waker().clone());
        self.is_overdue.load(Ordering::Relaxed)
    }

    /// Whether a head has begun and not ended.
    pub(super) fn is_asking(&self) -> bool {
        self.is_asking.load(Ordering::Relaxed)
    }

    fn end(&self) {
        self.is_overdue.store(true, Ordering::Relaxed);
        if let Some(waker) = self.waker.get() {
            waker.wake_by_ref();
        }
    }

    fn bytes_came(&self) {
        if !self.is_answering.load(Ordering::Relaxed) && !self.is_asking.load(Ordering::Relaxed) {
            self.since.store(self.count.load(Ordering::Relaxed), Ordering::Relaxed);
            self.is_asking.store(true, Ordering::Relaxed);
        }
    }

    fn write_went(&self, is_stuck: bool) {
        let since = self.stuck_since.load(Ordering::Relaxed);
        if is_stuck != (since > 0) {
            let since = if is_stuck { self.count.load(Ordering::Relaxed) } else { 0 };
            self.stuck_since.store(since, Ordering::Relaxed);
        }
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.watch.seats.borrow_mut().try_remove(self.number);
    }
}

/// A connection's stream that notes at its seat when bytes move.
pub(in crate::gate) struct Watched<S> {
    stream: S,
    seat: Arc<Seat>,
}

impl<S> Watched<S> {
    pub(super) fn new(stream: S, seat: Arc<Seat>) -> Self {
        Self { stream, seat }
    }

    pub(super) fn into_inner(self) -> S {
        self.stream
    }
}

impl<S: Read + Unpin> Read for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if read.is_ready() {
            self.seat.bytes_came();
        }
        read
    }
}

impl<S: Write + Unpin> Write for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.seat.write_went(written.is_pending());
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.seat.write_went(written.is_pending());
        written
    }
}
