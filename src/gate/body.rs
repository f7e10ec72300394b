//! Bodies on their way through: bounded in size and time both ways, never held whole, and never repaired. A body that
//! is cut on its way in ends the request to the upstream; one cut on its way out ([`super::relay`]) ends the client's
//! connection, so that a part never looks like the whole.

use std::cell::Cell;
use std::fmt;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};

use super::relay::{Cut, Relay};
use super::server::patience::Patience;
use super::server::watch::Seat;

/// Why a request body did not arrive whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyFault {
    /// Larger than allowed.
    TooLarge,
    /// Slower than allowed.
    TooSlow,
    /// The client broke off.
    Broken,
    /// A read was sent with a body.
    Unexpected,
}

impl fmt::Display for BodyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLarge => "the request body is larger than allowed",
            Self::TooSlow => "the request body came slower than allowed",
            Self::Broken => "the request body broke off",
            Self::Unexpected => "a read was sent with a body",
        })
    }
}

impl std::error::Error for BodyFault {}

/// How far a request body came; read by whoever waits for the answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Carried {
    /// Not to its end yet.
    #[default]
    Partly,
    /// Whole.
    Whole,
    /// It broke.
    Not(BodyFault),
}

/// The body of a request to an upstream.
pub(super) enum Outgoing {
    /// None.
    Empty,
    /// The client's own, passed on as it comes.
    Streaming(Streaming),
}

/// A client's body on its way to an upstream.
pub(super) struct Streaming {
    body: Incoming,
    left_bytes: u64,
    patience: Patience,
    carried: Rc<Cell<Carried>>,
}

impl Streaming {
    /// The body and where it tells how far it came. All of it must arrive within `patience`.
    pub(super) fn new(body: Incoming, max_bytes: u64, patience: Patience) -> (Self, Rc<Cell<Carried>>) {
        let carried = Rc::new(Cell::new(Carried::Partly));
        (Self { body, left_bytes: max_bytes, patience, carried: Rc::clone(&carried) }, carried)
    }

    fn fail(&self, fault: BodyFault) -> Poll<Option<Result<Frame<Bytes>, BodyFault>>> {
        self.carried.set(Carried::Not(fault));
        Poll::Ready(Some(Err(fault)))
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyFault>>> {
        loop {
            let frame = match Pin::new(&mut self.body).poll_frame(context) {
                Poll::Pending if self.patience.is_over(context) => return self.fail(BodyFault::TooSlow),
                Poll::Pending => return Poll::Pending,
                Poll::Ready(None) => {
                    self.carried.set(Carried::Whole);
                    return Poll::Ready(None);
                }
                Poll::Ready(Some(Err(error))) => {
                    tracing::debug!(%error, "a request body broke off");
                    return self.fail(BodyFault::Broken);
                }
                Poll::Ready(Some(Ok(frame))) => frame,
            };
            // Trailers belong to the hop before us.
            let Ok(piece) = frame.into_data() else { continue };
            let size = u64::try_from(piece.len()).unwrap_or(u64::MAX);
            let Some(left) = self.left_bytes.checked_sub(size) else { return self.fail(BodyFault::TooLarge) };
            self.left_bytes = left;
            if self.body.is_end_stream() {
                self.carried.set(Carried::Whole);
            }
            return Poll::Ready(Some(Ok(Frame::data(piece))));
        }
    }
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
            Self::Streaming(body) => body.poll(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Streaming(body) => body.body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Empty => SizeHint::with_exact(0),
            Self::Streaming(body) => body.body.size_hint(),
        }
    }
}

/// The body of an answer. When it is dropped its connection is free for the next request.
pub(super) struct AnswerBody {
    content: Content,
    seat: Option<Arc<Seat>>,
}

enum Content {
    /// Ours: whole, or gone out already.
    Whole(Option<Bytes>),
    /// An upstream's.
    Relay(Box<Relay>),
}

impl AnswerBody {
    /// A body of ours.
    pub(super) fn whole(bytes: impl Into<Bytes>) -> Self {
        let bytes: Bytes = bytes.into();
        Self { content: Content::Whole((!bytes.is_empty()).then_some(bytes)), seat: None }
    }

    pub(super) fn relay(relay: Relay) -> Self {
        Self { content: Content::Relay(Box::new(relay)), seat: None }
    }

    /// Bytes of a body of ours.
    pub(super) fn len(&self) -> usize {
        match &self.content {
            Content::Whole(bytes) => bytes.as_ref().map_or(0, Bytes::len),
            Content::Relay(_) => 0,
        }
    }

    pub(super) fn sits_at(&mut self, seat: Arc<Seat>) {
        self.seat = Some(seat);
    }
}

impl Drop for AnswerBody {
    fn drop(&mut self) {
        if let Some(seat) = &self.seat {
            seat.is_answered();
        }
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        match &mut self.content {
            Content::Whole(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Content::Relay(relay) => relay.poll(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.content {
            Content::Whole(bytes) => bytes.is_none(),
            Content::Relay(relay) => relay.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.content {
            Content::Whole(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| as_u64(bytes.len()))),
            Content::Relay(relay) => relay.size_hint(),
        }
    }
}

fn as_u64(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
