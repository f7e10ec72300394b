//! The connections one worker keeps to upstreams: its own, so no request waits for another worker. The newest rested one
//! is used first; whoever rested too long is let go. An origin that failed several times in a row is left alone for a
//! moment, then tried by one request.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::{Request, Response};
use rustc_hash::FxBuildHasher;
use tokio::task::spawn_local;

use super::connect::Connector;
use super::{HEAD_MAX_BYTES, Upstream};
use crate::gate::GateOptions;
use crate::gate::body::Outgoing;
use crate::gate::meter::Levels;
use crate::gate::server::patience::Waiting;
use crate::gate::server::watch::{Watch, sweeps};

/// Rested connections kept per origin and worker.
const RESTED_MAX: usize = 256;
/// How long a rested connection is kept; shorter than the usual five seconds at which servers hang up.
const REST: Duration = Duration::from_secs(4);
/// Failures in a row after which an origin is left alone.
const FAILURES_MAX: u32 = 5;
/// For how long.
const ALONE: Duration = Duration::from_secs(2);

/// Why there is no answer.
#[derive(Debug)]
pub(in crate::gate) enum Failure {
    /// Nothing was sent, or the upstream hung up on a kept connection before a byte of its answer; the words are the
    /// operator's. A request that changes nothing may be sent again.
    Unsent(String),
    /// Something went wrong afterwards.
    Broken(String),
    /// It took too long.
    Late,
    /// It failed several times in a row and is left alone for a moment.
    LeftAlone,
    /// As many calls as may be wait for it already.
    Busy,
}

/// The client of one worker.
pub(in crate::gate) struct UpstreamClient {
    connector: Connector,
    connect_patience: u64,
    /// Calls that may wait for one origin at once.
    calls_max: usize,
    http: http1::Builder,
    watch: Rc<Watch>,
    waiting: Rc<Waiting>,
    origins: RefCell<HashMap<Arc<str>, Origin, FxBuildHasher>>,
    open: Rc<Cell<usize>>,
    connecting: Rc<Cell<usize>>,
}

/// One more, until dropped.
struct OneMore(Rc<Cell<usize>>);

impl OneMore {
    fn of(count: &Rc<Cell<usize>>) -> Self {
        count.set(count.get() + 1);
        Self(Rc::clone(count))
    }
}

impl Drop for OneMore {
    fn drop(&mut self) {
        self.0.set(self.0.get().saturating_sub(1));
    }
}

#[derive(Default)]
struct Origin {
    rested: Vec<Rested>,
    /// Calls that wait for the head of an answer.
    calls: Rc<Cell<usize>>,
    failures: u32,
    /// The sweep up to which it is left alone.
    alone_until: u64,
}

struct Rested {
    sender: SendRequest<Outgoing>,
    since: u64,
}

/// A connection in use. Dropped, it is closed; given back, it serves again.
pub(in crate::gate) struct Lease {
    client: Rc<UpstreamClient>,
    origin: Arc<str>,
    sender: SendRequest<Outgoing>,
}

impl UpstreamClient {
    pub(in crate::gate) fn new(options: &GateOptions, watch: Rc<Watch>, waiting: Rc<Waiting>) -> Rc<Self> {
        let mut http = http1::Builder::new();
        // Without a bound of ours on headers hyper keeps its own of one hundred, and needs no memory for it.
        http.max_buf_size(HEAD_MAX_BYTES).writev(false);
        Rc::new(Self {
            connector: Connector::new(Arc::new(options.upstream_networks.clone())),
            connect_patience: sweeps(options.connect_timeout),
            calls_max: (options.upstream_calls_max / options.workers.max(1)).max(1),
            http,
            watch,
            waiting,
            origins: RefCell::default(),
            open: Rc::default(),
            connecting: Rc::default(),
        })
    }

    /// Sends a request over a rested connection or a new one, and gives the head of the answer with the connection. The
    /// request is made when the connection is there, so that nobody has to carry it about while waiting. `sweeps` is how
    /// long the head may take.
    pub(in crate::gate) async fn send(
        self: &Rc<Self>,
        upstream: &Upstream,
        make: impl FnOnce() -> Request<Outgoing>,
        sweeps: u64,
    ) -> Result<(Response<Incoming>, Lease), Failure> {
        // Given back when the head is there: neither a client that takes its answer slowly nor an open stream keeps
        // anybody out.
        let _place = self.place(upstream)?;
        let (mut lease, is_kept) = match self.rested(upstream) {
            Some(lease) => (lease, true),
            // In a box: connecting is rare and remembers much.
            None => (Box::pin(self.connected(upstream)).await?, false),
        };
        let limit = self.waiting.patience(sweeps);
        let answered = {
            let answered = pin!(lease.answer(make));
            limit.bound(answered).await
        };
        match answered {
            Some(Ok(response)) => {
                self.went(upstream, true);
                Ok((response, lease))
            }
            // With a kept connection the usual race, and no sign of illness.
            Some(Err(error)) if is_kept && (error.is_canceled() || error.is_incomplete_message()) => {
                Err(Failure::Unsent(causes(&error)))
            }
            Some(Err(error)) => {
                self.went(upstream, false);
                Err(Failure::Broken(causes(&error)))
            }
            None => {
                self.went(upstream, false);
                Err(Failure::Late)
            }
        }
    }

    /// Takes a place among the calls that wait: what an origin cannot take is refused at once, so that calls to others
    /// find connections, and calls to it an answer.
    fn place(&self, upstream: &Upstream) -> Result<OneMore, Failure> {
        let mut origins = self.origins.borrow_mut();
        let origin = match origins.get(&upstream.origin) {
            Some(origin) => origin,
            None => origins.entry(Arc::clone(&upstream.origin)).or_default(),
        };
        if origin.calls.get() < self.calls_max { Ok(OneMore::of(&origin.calls)) } else { Err(Failure::Busy) }
    }

    fn lease(self: &Rc<Self>, upstream: &Upstream, sender: SendRequest<Outgoing>) -> Lease {
        Lease { client: Rc::clone(self), origin: Arc::clone(&upstream.origin), sender }
    }

    fn rested(self: &Rc<Self>, upstream: &Upstream) -> Option<Lease> {
        let mut origins = self.origins.borrow_mut();
        let rested = &mut origins.get_mut(&upstream.origin)?.rested;
        while let Some(Rested { sender, .. }) = rested.pop() {
            if !sender.is_closed() {
                return Some(self.lease(upstream, sender));
            }
        }
        None
    }

    async fn connected(self: &Rc<Self>, upstream: &Upstream) -> Result<Lease, Failure> {
        if self.is_left_alone(upstream) {
            return Err(Failure::LeftAlone);
        }
        let connecting = OneMore::of(&self.connecting);
        let connect = async {
            let stream = self.connector.connect(upstream.address.clone()).await?;
            self.http.handshake(stream).await.map_err(|error| causes(&error))
        };
        let connect = pin!(connect);
        match self.waiting.patience(self.connect_patience).bound(connect).await {
            Some(Ok((sender, connection))) => {
                drop(connecting);
                let open = OneMore::of(&self.open);
                spawn_local(async move {
                    // Whoever waits for an answer hears of it as well.
                    if let Err(error) = connection.with_upgrades().await {
                        tracing::debug!(%error, "a connection to an upstream ended");
                    }
                    drop(open);
                });
                Ok(self.lease(upstream, sender))
            }
            Some(Err(problem)) => {
                self.went(upstream, false);
                Err(Failure::Broken(problem))
            }
            None => {
                self.went(upstream, false);
                Err(Failure::Broken("connecting took too long".to_owned()))
            }
        }
    }

    /// After its pause one request tries it; the others wait for what that one finds.
    fn is_left_alone(&self, upstream: &Upstream) -> bool {
        let now = self.watch.count();
        let mut origins = self.origins.borrow_mut();
        let Some(origin) = origins.get_mut(&upstream.origin).filter(|origin| origin.failures >= FAILURES_MAX) else {
            return false;
        };
        if now <= origin.alone_until {
            return true;
        }
        origin.alone_until = now + sweeps(ALONE);
        false
    }

    /// Notes whether an upstream answered.
    pub(in crate::gate) fn went(&self, upstream: &Upstream, is_well: bool) {
        let mut origins = self.origins.borrow_mut();
        match (origins.get_mut(&upstream.origin), is_well) {
            (Some(origin), true) => origin.failures = 0,
            (None, true) => {}
            (_, false) => {
                let origin = origins.entry(Arc::clone(&upstream.origin)).or_default();
                origin.failures = origin.failures.saturating_add(1);
                origin.alone_until = self.watch.count() + sweeps(ALONE);
                // What rested beside a failure is likely to be stale too.
                origin.rested.clear();
            }
        }
    }

    /// How things stand, but for the clients' connections.
    pub(in crate::gate) fn levels(&self) -> Levels {
        let (now, origins) = (self.watch.count(), self.origins.borrow());
        let is_alone = |origin: &&Origin| origin.failures >= FAILURES_MAX && now <= origin.alone_until;
        Levels {
            connections: 0,
            upstream_open: self.open.get(),
            upstream_rested: origins.values().map(|origin| origin.rested.len()).sum(),
            upstream_waiting: self.connecting.get(),
            upstreams_alone: origins.values().filter(is_alone).count(),
        }
    }

    /// Lets go of connections that rested too long, and of origins nothing is known of any more.
    pub(in crate::gate) fn sweep(&self) {
        let oldest = self.watch.count().saturating_sub(sweeps(REST));
        self.origins.borrow_mut().retain(|_, origin| {
            origin.rested.retain(|rested| rested.since >= oldest && !rested.sender.is_closed());
            !origin.rested.is_empty() || origin.failures > 0 || origin.calls.get() > 0
        });
    }
}

impl Lease {
    async fn answer(&mut self, make: impl FnOnce() -> Request<Outgoing>) -> hyper::Result<Response<Incoming>> {
        self.sender.ready().await?;
        self.sender.send_request(make()).await
    }

    /// Keeps the connection for the next request. Only for one whose request was sent and whose answer was read whole.
    pub(in crate::gate) fn give_back(self) {
        let Self { client, origin, sender } = self;
        if sender.is_closed() {
            return;
        }
        let since = client.watch.count();
        let mut origins = client.origins.borrow_mut();
        let kept = match origins.get_mut(&origin) {
            Some(kept) => kept,
            None => origins.entry(origin).or_default(),
        };
        if kept.rested.len() < RESTED_MAX {
            kept.rested.push(Rested { sender, since });
        }
    }
}

/// An error with its causes, for the operator.
pub(super) fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
