//! Bodies on their way through: bounded in size and time both ways, never held whole, and never repaired. A body that
//! is cut on its way in ends the request to the upstream; one cut on its way out ends the client's connection, so that
//! a part never looks like the whole.

use std::cell::Cell;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::body::{BodySize, MessageBody};
use actix_web::web;
use bytes::Bytes;
use futures_util::StreamExt;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::sync::mpsc;
use tokio::time::{Sleep, sleep, timeout};

use super::call::Book;
use super::verdict::Outcome;

/// Pieces of a request body that wait for a slow upstream.
const PIECES_MAX: usize = 4;

/// Why a request body did not arrive whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyFault {
    /// Larger than allowed.
    TooLarge,
    /// Slower than allowed.
    TooSlow,
    /// The client broke off.
    Broken,
}

impl fmt::Display for BodyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLarge => "the request body is larger than allowed",
            Self::TooSlow => "the request body came slower than allowed",
            Self::Broken => "the request body broke off",
        })
    }
}

impl std::error::Error for BodyFault {}

/// The body of a request to an upstream.
pub(super) enum Outgoing {
    Empty,
    Streaming { pieces: mpsc::Receiver<Result<Bytes, BodyFault>>, length: Option<u64> },
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = BodyFault;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyFault>>> {
        match &mut *self {
            Self::Empty => Poll::Ready(None),
            Self::Streaming { pieces, .. } => {
                pieces.poll_recv(context).map(|piece| piece.map(|piece| piece.map(Frame::data)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Empty)
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Empty => SizeHint::with_exact(0),
            Self::Streaming { length, .. } => length.map_or_else(SizeHint::default, SizeHint::with_exact),
        }
    }
}

/// Carries a client's body to an upstream. Lives on the worker beside the request; ends when either side does.
pub(super) struct Carrier {
    fault: Rc<Cell<Option<BodyFault>>>,
}

impl Carrier {
    /// Starts carrying, and gives the body to send. `length` is what the client declared.
    pub(super) fn start(
        mut payload: web::Payload,
        length: Option<u64>,
        max_bytes: u64,
        deadline: Duration,
    ) -> (Self, Outgoing) {
        let (sender, pieces) = mpsc::channel(PIECES_MAX);
        let fault = Rc::new(Cell::new(None));
        let noted = Rc::clone(&fault);
        actix_web::rt::spawn(async move {
            let carry = async {
                let mut left = max_bytes;
                while let Some(piece) = payload.next().await {
                    let piece = piece.or(Err(BodyFault::Broken))?;
                    let size = u64::try_from(piece.len()).unwrap_or(u64::MAX);
                    left = left.checked_sub(size).ok_or(BodyFault::TooLarge)?;
                    if sender.send(Ok(piece)).await.is_err() {
                        return Ok(());
                    }
                }
                Ok(())
            };
            let carried = timeout(deadline, carry).await.unwrap_or(Err(BodyFault::TooSlow));
            if let Err(fault) = carried {
                noted.set(Some(fault));
                // If nobody listens any more, the request has ended already.
                sender.send(Err(fault)).await.ok();
            }
        });
        (Self { fault }, Outgoing::Streaming { pieces, length })
    }

    /// Why the client's body did not arrive whole, if it did not.
    pub(super) fn fault(&self) -> Option<BodyFault> {
        self.fault.get()
    }
}

/// Why an answer was cut.
#[derive(Debug)]
pub(super) enum Cut {
    TooLarge,
    TooSlow,
    Broken(hyper::Error),
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge => f.write_str("the upstream's answer is larger than allowed"),
            Self::TooSlow => f.write_str("the upstream's answer came slower than allowed"),
            Self::Broken(error) => write!(f, "the upstream broke off its answer: {error}"),
        }
    }
}

impl std::error::Error for Cut {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Broken(error) => Some(error),
            Self::TooLarge | Self::TooSlow => None,
        }
    }
}

/// An upstream's answer on its way to the client. The call is entered in the books when it is dropped.
pub(super) struct Relay {
    body: Incoming,
    size: BodySize,
    max_bytes: u64,
    /// Longest wait between two pieces.
    pause: Duration,
    waiting: Option<Pin<Box<Sleep>>>,
    /// Ticks at which the whole answer must be over.
    deadline_ticks: u64,
    book: Book,
}

/// What an answer is allowed.
pub(super) struct Allowed {
    pub(super) max_bytes: u64,
    pub(super) pause: Duration,
    pub(super) deadline_ticks: u64,
}

impl Relay {
    pub(super) fn new(body: Incoming, size: BodySize, allowed: &Allowed, book: Book) -> Self {
        let Allowed { max_bytes, pause, deadline_ticks } = *allowed;
        Self { body, size, max_bytes, pause, waiting: None, deadline_ticks, book }
    }

    fn cut(&mut self, cut: Cut) -> Poll<Option<Result<Bytes, Cut>>> {
        self.book.outcome(Outcome::UpstreamFailed);
        Poll::Ready(Some(Err(cut)))
    }

    fn wait(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Cut>>> {
        let pause = self.pause;
        let timer = self.waiting.get_or_insert_with(|| Box::pin(sleep(pause)));
        match timer.as_mut().poll(context) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(()) => self.cut(Cut::TooSlow),
        }
    }
}

impl MessageBody for Relay {
    type Error = Cut;

    fn size(&self) -> BodySize {
        self.size
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Cut>>> {
        loop {
            let frame = match Pin::new(&mut self.body).poll_frame(context) {
                Poll::Pending => return self.wait(context),
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Ready(Some(Err(error))) => return self.cut(Cut::Broken(error)),
                Poll::Ready(Some(Ok(frame))) => frame,
            };
            self.waiting = None;
            // Trailers belong to the hop and are not passed on.
            let Ok(piece) = frame.into_data() else { continue };
            let total = self.book.add_bytes(piece.len());
            if total > self.max_bytes {
                return self.cut(Cut::TooLarge);
            }
            if self.book.ticks() > self.deadline_ticks {
                return self.cut(Cut::TooSlow);
            }
            return Poll::Ready(Some(Ok(piece)));
        }
    }
}
