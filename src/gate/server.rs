//! The gate's own HTTP/1.1 server: one thread and one runtime per worker, nothing shared between them but the listener.
//!
//! hyper reads and writes the messages; here is who may keep a connection, and for how long. A connection that is slow
//! to send a head, rests too long, or does not take its answer is ended by its worker's sweep ([`watch`]), which looks
//! a few times a second, so no request sets a timer. Never looks into a request.

pub(in crate::gate) mod patience;
pub(in crate::gate) mod watch;

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::io;
use std::net::{IpAddr, TcpListener};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;
use std::thread;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener as Listener, TcpStream};
use tokio::runtime;
use tokio::sync::{mpsc, watch as signal};
use tokio::task::{LocalSet, spawn_local};
use tokio::time::{MissedTickBehavior, interval, sleep};

use self::watch::Watched;
use super::call::Worker;
use super::{GateOptions, GateShared, answer_request};

/// How often a worker looks after its connections and its coarse clock.
pub(in crate::gate) const SWEEP: Duration = Duration::from_millis(50);
/// To a client whose head does not end.
const TOO_LATE: &[u8] = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
/// The least room for a head.
const HEAD_BUFFER_MIN: usize = 16 * 1024;
/// The rest after the system had no file handle left.
const OUT_OF_FILES_PAUSE: Duration = Duration::from_millis(100);

/// A gate that serves.
#[derive(Debug)]
pub struct GateServer {
    stop: signal::Sender<bool>,
    /// Closed when the last worker has ended.
    ended: mpsc::Receiver<Infallible>,
}

impl GateServer {
    /// Takes no new connection, lets running requests finish within the time the options allow, and ends.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        self.ended().await;
    }

    /// Waits until every worker has ended.
    pub async fn ended(&mut self) {
        while self.ended.recv().await.is_some() {}
    }
}

/// Serves the gate on a listener with as many workers as the options say.
///
/// # Errors
/// When the listener cannot be used or no thread can be started.
pub fn serve(listener: &TcpListener, shared: &GateShared) -> io::Result<GateServer> {
    listener.set_nonblocking(true)?;
    let (stop, stopping) = signal::channel(false);
    let (running, ended) = mpsc::channel(1);
    for number in 0..shared.options().workers.max(1) {
        let listener = listener.try_clone()?;
        let (shared, stopping, running) = (shared.clone(), stopping.clone(), running.clone());
        // Made here, so that a machine without room for it says so at the start.
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        thread::Builder::new().name(format!("gate-{number}")).spawn(move || {
            let work = async move {
                if let Err(error) = work(listener, shared, stopping).await {
                    tracing::error!(%error, "a worker of the gate ended");
                }
            };
            LocalSet::new().block_on(&runtime, work);
            drop(running);
        })?;
    }
    Ok(GateServer { stop, ended })
}

/// One worker: accepts, sweeps, and ends when told to.
async fn work(listener: TcpListener, shared: GateShared, mut stopping: signal::Receiver<bool>) -> io::Result<()> {
    let listener = Listener::from_std(listener)?;
    let options = shared.options().clone();
    let room = (options.connections_max / options.workers.max(1)).max(1);
    let worker = Rc::new(Worker::new(shared));
    let http = Rc::new(http(&options));
    let mut sweep = interval(SWEEP);
    sweep.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            accepted = listener.accept(), if worker.watch.len() < room => match accepted {
                Ok((stream, peer)) => spawn_connection(&worker, &http, stream, peer.ip()),
                Err(error) if is_of_one_connection(&error) => {}
                Err(error) => {
                    tracing::warn!(%error, "no connection can be accepted for a moment");
                    sleep(OUT_OF_FILES_PAUSE).await;
                }
            },
            _ = sweep.tick() => worker.sweep(),
            _ = stopping.wait_for(|is_stopping| *is_stopping) => break,
        }
    }
    drop(listener);
    worker.watch.start_draining();
    let deadline = sleep(Duration::from_secs(options.shutdown_seconds));
    tokio::pin!(deadline);
    while worker.watch.len() > 0 {
        tokio::select! {
            _ = sweep.tick() => worker.sweep(),
            () = &mut deadline => break,
        }
    }
    Ok(())
}

/// The peer's fault, not ours: the next one may be accepted at once.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset
    )
}

fn http(options: &GateOptions) -> http1::Builder {
    let mut http = http1::Builder::new();
    // Above our own bound, so that what is too much is told in our own words.
    let buffer = options.head_bounds.bytes_max.saturating_mul(2).max(HEAD_BUFFER_MIN);
    http.keep_alive(true).half_close(false).max_buf_size(buffer).writev(false);
    http
}

fn spawn_connection(worker: &Rc<Worker>, http: &Rc<http1::Builder>, stream: TcpStream, peer: IpAddr) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection was gone before it began");
        return;
    }
    let peer = peer.to_canonical();
    let taken = worker.watch.take_seat();
    let (worker, http) = (Rc::clone(worker), Rc::clone(http));
    spawn_local(async move {
        let seat = &taken.seat;
        let io = Watched::new(TokioIo::new(stream), Arc::clone(seat));
        let service = service_fn(|request| {
            seat.is_answering();
            answer_request(Rc::clone(&worker), peer, Arc::clone(seat), request)
        });
        let mut connection = http.serve_connection(io, service).with_upgrades();
        let ended = poll_fn(|context| {
            if seat.must_end(context) {
                return Poll::Ready(None);
            }
            Pin::new(&mut connection).poll(context).map(Some)
        });
        match ended.await {
            Some(Ok(())) => {}
            // An error here is the client's: it went away, or its bytes were no HTTP and hyper has told it so.
            Some(Err(error)) => tracing::debug!(%error, "a connection ended"),
            None if seat.is_asking() => {
                if let Some(parts) = connection.into_parts() {
                    // The client may be gone; it is told once, without waiting.
                    parts.io.into_inner().into_inner().try_write(TOO_LATE).ok();
                }
            }
            // At rest too long, or not taking its answer: the client sees it cut.
            None => {}
        }
    });
}
