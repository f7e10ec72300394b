//! WebSockets (RFC 6455) on operations that open a stream: the gate passes the hand-shake and then bytes both ways,
//! and asks a few times a second whether what was permitted still stands. Never looks into a frame, so it is not for
//! datasets whose answers are redacted.

use std::cell::Cell;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::rc::Rc;

use hyper::header::{CONNECTION, HeaderMap, HeaderName, HeaderValue, UPGRADE};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf, split};
use tokio::task::spawn_local;

use super::call::{Book, Worker};
use super::relay::{ASKED_AGAIN, Guard};
use super::server::watch::sweeps;
use super::verdict::Outcome;

/// What a hand-shake says beside `Connection` and `Upgrade`.
const HAND_SHAKE: [HeaderName; 5] = [
    HeaderName::from_static("sec-websocket-key"),
    HeaderName::from_static("sec-websocket-version"),
    HeaderName::from_static("sec-websocket-protocol"),
    HeaderName::from_static("sec-websocket-extensions"),
    HeaderName::from_static("sec-websocket-accept"),
];
const WEBSOCKET: HeaderValue = HeaderValue::from_static("websocket");
const UPGRADING: HeaderValue = HeaderValue::from_static("upgrade");
/// Bytes that wait for the slower side, each way.
const BUFFER_BYTES: usize = 16 * 1024;

/// Whether a request asks for a WebSocket.
pub(super) fn is_asked(headers: &HeaderMap) -> bool {
    let names = |name: HeaderName, word: &str| {
        let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).any(|value| value.trim().eq_ignore_ascii_case(word))
    };
    names(CONNECTION, "upgrade") && names(UPGRADE, "websocket")
}

/// Copies the hand-shake from one side's headers to the other's.
pub(super) fn pass_hand_shake(from: &HeaderMap, to: &mut HeaderMap) {
    for name in HAND_SHAKE {
        for value in from.get_all(&name) {
            to.append(name.clone(), value.clone());
        }
    }
    to.insert(CONNECTION, UPGRADING);
    to.insert(UPGRADE, WEBSOCKET);
}

/// Joins both sides once they have switched. The call is entered in the books when either side ends.
pub(super) fn join(client: OnUpgrade, upstream: OnUpgrade, worker: Rc<Worker>, mut guard: Guard, mut book: Book) {
    spawn_local(async move {
        // Counts as a connection, so that it is bounded as one, and seen when the gate drains.
        let taken = worker.watch.take_seat();
        taken.seat.is_answering();
        let (client, upstream) = match futures_util::future::try_join(client, upstream).await {
            Ok(both) => both,
            Err(error) => {
                tracing::debug!(%error, "a side of a WebSocket was gone before it began");
                return;
            }
        };
        let (client_in, client_out) = split(TokioIo::new(client));
        let (upstream_in, upstream_out) = split(TokioIo::new(upstream));
        let count = Cell::new(0);
        let told = pass(upstream_in, client_out, |bytes| count.set(count.get() + bytes));
        let heard = pass(client_in, upstream_out, |_| {});
        let ended = std::pin::pin!(futures_util::future::try_join(told, heard));
        if let Some(outcome) = until_withdrawn(ended, &worker, &mut guard).await {
            book.outcome(outcome);
        }
        book.add_bytes(count.get());
        // In the books before either side sees its end.
        drop((book, taken));
    });
}

/// Lets both sides talk until one ends, the gate drains, or what was permitted no longer stands; then why.
async fn until_withdrawn<T>(
    mut ended: Pin<&mut impl Future<Output = T>>,
    worker: &Rc<Worker>,
    guard: &mut Guard,
) -> Option<Outcome> {
    loop {
        let patience = worker.waiting.patience(sweeps(ASKED_AGAIN));
        if patience.bound(ended.as_mut()).await.is_some() || worker.watch.is_draining() {
            return None;
        }
        if let Err(outcome) = guard.ask() {
            return Some(outcome);
        }
    }
}

/// Passes bytes on until there are no more, then closes the other side.
async fn pass(
    mut from: ReadHalf<TokioIo<Upgraded>>,
    mut to: WriteHalf<TokioIo<Upgraded>>,
    mut count: impl FnMut(usize),
) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        let read = from.read(&mut buffer).await?;
        if read == 0 {
            return to.shutdown().await;
        }
        to.write_all(buffer.get(..read).unwrap_or_default()).await?;
        count(read);
    }
}
