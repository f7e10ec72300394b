//! An upstream's answer on its way to the client: piece by piece, within its size and time, and only as long as what
//! was permitted still stands. It is asked again a few times a second, so a suspension ends an answer under way.

use std::cell::Cell;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use hyper::body::{Body, Frame, Incoming, SizeHint};

use super::body::Carried;
use super::call::{Book, Worker};
use super::check::Standing;
use super::headers;
use super::redact::{Redactor, Unreadable};
use super::server::patience::Patience;
use super::server::watch::sweeps;
use super::shelf::Keeping;
use super::upstream::Lease;
use super::verdict::Outcome;

/// How often it is asked whether what was permitted still stands; with the time a gate needs to learn of a change this
/// stays below one second.
pub const ASKED_AGAIN: Duration = Duration::from_millis(250);

/// Why an answer was cut.
#[derive(Debug)]
pub(super) enum Cut {
    TooLarge,
    TooSlow,
    Broken(hyper::Error),
    /// What was permitted no longer stands.
    Withdrawn(Outcome),
    /// It cannot be redacted beyond doubt.
    Unreadable(Unreadable),
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(problem) => write!(f, "the upstream's answer cannot be redacted: {problem}"),
            Self::TooLarge => f.write_str("the upstream's answer is larger than allowed"),
            Self::TooSlow => f.write_str("the upstream's answer came slower than allowed"),
            Self::Broken(error) => write!(f, "the upstream broke off its answer: {error}"),
            Self::Withdrawn(outcome) => write!(f, "the permission ended while the answer was on its way: {outcome:?}"),
        }
    }
}

impl std::error::Error for Cut {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Broken(error) => Some(error),
            Self::Unreadable(problem) => Some(problem),
            Self::TooLarge | Self::TooSlow | Self::Withdrawn(_) => None,
        }
    }
}

/// Asks again, from time to time, whether what was permitted still stands.
pub(super) struct Guard {
    worker: Rc<Worker>,
    standing: Standing,
    /// The sweep at which it is asked next.
    next: u64,
}

impl Guard {
    pub(super) fn new(worker: Rc<Worker>, standing: Standing) -> Self {
        let next = worker.watch.count() + sweeps(ASKED_AGAIN);
        Self { worker, standing, next }
    }

    /// Asks, if it is time to.
    pub(super) fn ask(&mut self) -> Result<(), Outcome> {
        let count = self.worker.watch.count();
        if count < self.next {
            return Ok(());
        }
        self.next = count + sweeps(ASKED_AGAIN);
        self.standing.still_stands(self.worker.shared.grants(), &self.worker.now())
    }
}

/// What an answer is allowed.
#[derive(Clone, Copy)]
pub(super) struct Allowed {
    pub(super) max_bytes: u64,
    /// Sweeps between two pieces; none for a stream, which may be silent.
    pub(super) pause: Option<u64>,
    /// Ticks at which the whole answer must be over.
    pub(super) deadline_ticks: u64,
}

/// The answer. The call is entered in the books when it is dropped.
pub(super) struct Relay {
    body: Incoming,
    /// The connection, given back when the body is read whole.
    lease: Option<Lease>,
    /// How far the request's own body came; a connection is kept only if it was sent whole.
    carried: Option<Rc<Cell<Carried>>>,
    allowed: Allowed,
    guard: Guard,
    patience: Patience,
    /// The sweep up to which the next piece may come.
    piece_until: u64,
    /// Bytes that came, before anything was taken out of them.
    received: u64,
    /// Whether the body was read to its end.
    is_over: bool,
    redaction: Option<Box<Redaction>>,
    /// Where it is kept for others meanwhile.
    keeping: Option<Box<Keeping>>,
    /// Whether trailers are passed on.
    passes_trailers: bool,
    book: Book,
}

/// A body being redacted.
struct Redaction {
    redactor: Redactor,
    out: BytesMut,
    /// What was read before the head went out.
    begun: Option<Bytes>,
}

impl Relay {
    pub(super) fn new(
        body: Incoming,
        lease: Lease,
        carried: Option<Rc<Cell<Carried>>>,
        (allowed, guard): (Allowed, Guard),
        book: Book,
    ) -> Self {
        let patience = guard.worker.waiting.patience(sweeps(ASKED_AGAIN));
        let piece_until = until(&guard, allowed);
        Self {
            body,
            lease: Some(lease),
            carried,
            allowed,
            guard,
            patience,
            piece_until,
            received: 0,
            is_over: false,
            redaction: None,
            keeping: None,
            passes_trailers: false,
            book,
        }
    }

    /// From now on the body passes through this redactor.
    pub(super) fn redact_with(&mut self, redactor: Redactor) {
        self.redaction = Some(Box::new(Redaction { redactor, out: BytesMut::new(), begun: None }));
    }

    /// From now on the body is kept as it passes.
    pub(super) fn keep_with(&mut self, keeping: Keeping) {
        self.keeping = Some(Box::new(keeping));
    }

    /// Passes on trailers, too; not for a body that is redacted, of which they tell.
    pub(super) const fn pass_trailers(&mut self) {
        self.passes_trailers = true;
    }

    /// Reads until something may be passed on, or nothing more comes.
    pub(super) async fn begin(&mut self) -> Result<(), Cut> {
        let first = poll_fn(|context| self.poll(context)).await.transpose()?;
        if let (Some(redaction), Some(Ok(piece))) = (&mut self.redaction, first.map(Frame::into_data)) {
            redaction.begun = Some(piece);
        }
        Ok(())
    }

    /// The entry in the books, for an answer of ours in place of this one.
    pub(super) fn take_book(&mut self) -> Book {
        self.lease = None;
        self.book.take()
    }

    pub(super) fn is_end_stream(&self) -> bool {
        match &self.redaction {
            None => self.body.is_end_stream(),
            Some(redaction) => self.is_over && redaction.begun.is_none(),
        }
    }

    pub(super) fn size_hint(&self) -> SizeHint {
        if self.redaction.is_some() { SizeHint::default() } else { self.body.size_hint() }
    }

    fn cut(&mut self, cut: Cut) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        self.lease = None;
        let outcome = if let Cut::Withdrawn(outcome) = cut { outcome } else { Outcome::UpstreamFailed };
        self.book.outcome(outcome);
        Poll::Ready(Some(Err(cut)))
    }

    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        if let Some(begun) = self.redaction.as_mut().and_then(|redaction| redaction.begun.take()) {
            return Poll::Ready(Some(Ok(Frame::data(begun))));
        }
        let polled = self.poll_body(context);
        if self.keeping.is_some() {
            self.keep(&polled);
        }
        polled
    }

    /// Keeps a piece, or the whole when it is over.
    fn keep(&mut self, polled: &Poll<Option<Result<Frame<Bytes>, Cut>>>) {
        let Some(mut keeping) = self.keeping.take() else { return };
        match polled {
            Poll::Pending => self.keeping = Some(keeping),
            Poll::Ready(None) => keeping.finish(),
            // An answer with trailers, or one that was cut, is not for others.
            Poll::Ready(Some(Err(_))) => {}
            Poll::Ready(Some(Ok(frame))) => {
                if frame.data_ref().is_some_and(|piece| keeping.take(piece)) {
                    if self.is_end_stream() { keeping.finish() } else { self.keeping = Some(keeping) }
                }
            }
        }
    }

    fn poll_body(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        while !self.is_over {
            let frame = match Pin::new(&mut self.body).poll_frame(context) {
                Poll::Pending => return self.wait(context),
                Poll::Ready(frame) => frame,
            };
            let piece = match frame {
                None => {
                    self.is_over = true;
                    None
                }
                Some(Err(error)) => return self.cut(Cut::Broken(error)),
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(piece) => Some(piece),
                    Err(frame) => match frame.into_trailers() {
                        Ok(trailers) if self.passes_trailers => {
                            return Poll::Ready(Some(Ok(Frame::trailers(headers::trailers(trailers)))));
                        }
                        Ok(_) | Err(_) => continue,
                    },
                },
            };
            if let Some(Err(cut)) = piece.as_ref().map(|piece| self.admit(piece)) {
                return self.cut(cut);
            }
            match self.redacted(piece) {
                Err(problem) => return self.cut(Cut::Unreadable(problem)),
                Ok(None) => {}
                Ok(Some(piece)) => {
                    self.book.add_bytes(piece.len());
                    return Poll::Ready(Some(Ok(Frame::data(piece))));
                }
            }
        }
        Poll::Ready(None)
    }

    /// Whether a piece is within bounds, and what was permitted still stands.
    fn admit(&mut self, piece: &Bytes) -> Result<(), Cut> {
        self.received = self.received.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
        if self.received > self.allowed.max_bytes {
            return Err(Cut::TooLarge);
        }
        if self.book.reads_clock() > self.allowed.deadline_ticks {
            return Err(Cut::TooSlow);
        }
        if self.body.is_end_stream() {
            return Ok(());
        }
        self.guard.ask().map_err(Cut::Withdrawn)?;
        self.piece_until = until(&self.guard, self.allowed);
        Ok(())
    }

    /// What may be passed on of a piece, or of the end.
    fn redacted(&mut self, piece: Option<Bytes>) -> Result<Option<Bytes>, Unreadable> {
        let Some(redaction) = &mut self.redaction else { return Ok(piece) };
        let Redaction { redactor, out, .. } = redaction.as_mut();
        match piece {
            Some(piece) => redactor.push(&piece, out)?,
            None => redactor.finish(out)?,
        }
        Ok((!out.is_empty()).then(|| out.split().freeze()))
    }

    /// Nothing is there yet: waits until the next piece, the next asking, or the end of patience.
    fn wait(&mut self, context: &Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        while self.patience.is_over(context) {
            if let Err(outcome) = self.guard.ask() {
                return self.cut(Cut::Withdrawn(outcome));
            }
            let count = self.guard.worker.watch.count();
            if count > self.piece_until {
                return self.cut(Cut::TooSlow);
            }
            self.patience.renew(sweeps(ASKED_AGAIN).min(self.piece_until - count + 1));
        }
        Poll::Pending
    }
}

fn until(guard: &Guard, allowed: Allowed) -> u64 {
    allowed.pause.map_or(u64::MAX - 1, |pause| guard.worker.watch.count().saturating_add(pause))
}

impl Drop for Relay {
    fn drop(&mut self) {
        let was_sent = self.carried.as_ref().is_none_or(|carried| carried.get() == Carried::Whole);
        if was_sent && (self.is_over || self.body.is_end_stream()) {
            self.lease.take().into_iter().for_each(Lease::give_back);
        }
    }
}
