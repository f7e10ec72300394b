//! The data plane: decides about one request at a time, from memory, and passes it on. It knows no page, no table and
//! no session; what it may know of the desk the feed tells it, and what it counted the feed takes away.
//!
//! # The life of a request
//!
//! A worker of the gate's own listener reads the head of a request and gives it an id ([`call`]). The address of the
//! client is the peer's own, unless the peer is a trusted proxy. By the raw path, never a decoded one, the request goes
//! to one of the doors: the gateway ([`proxy`]), forward-auth, verify, or token exchange ([`token`]). The door gathers
//! what was shown as a key ([`credential`]) and puts the path into its one normal form, or marks it ambiguous. Then [`check`] decides, in one
//! fixed order, on the picture that the feed keeps current ([`grants`]) and on the counters that live in that picture
//! ([`limiter`]); it waits for nobody. A refusal leaves as a problem document ([`answer`]). A permit, and nothing else,
//! opens the way to the dataset's own service: over the worker's own connections, to an address in an allowed network
//! ([`upstream`]), with a short list of headers ([`headers`]), and its answer streams back piece by piece, bounded in
//! size and time ([`body`]). When the last byte is gone, or the client is, the call is entered in the books ([`meter`]).
//!
//! Who may watch asks `/metrics` and `/v1/gate/top` ([`metrics`]); where lines or traces are wanted ([`trace`]), a task
//! beside the workers tells them ([`telling`]).

mod answer;
mod body;
mod call;
pub mod check;
pub mod clock;
mod credential;
mod forward_auth;
pub mod grants;
mod headers;
mod ink;
mod json;
pub mod limiter;
pub mod meter;
mod metrics;
mod proxy;
pub mod redact;
mod relay;
pub mod server;
mod shelf;
pub mod telling;
#[cfg(test)]
mod testing;
pub mod token;
pub mod trace;
mod tunnel;
mod upstream;
pub mod verdict;
pub mod verify;

use std::convert::Infallible;
use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use chrono_tz::Tz;
use hyper::body::Incoming;
use hyper::{Method, Request, StatusCode};
use serde::Serialize;

use self::answer::{Answer, Fault};
use self::call::{Call, Worker};
use self::clock::{GateClock, Now};
use self::grants::Grants;
use self::headers::Glance;
use self::limiter::Counting;
use self::meter::Meter;
pub use self::metrics::{Reading, Source};
use self::redact::RedactionKey;
pub use self::relay::ASKED_AGAIN;
use self::server::watch::Seat;
pub use self::server::{GateServer, serve};
use self::trace::Tracing;
use self::verify::KillSwitch;
use crate::domain::net::{CidrList, HeadBounds, UpstreamNetworks};
use crate::domain::token::TOKEN_SECONDS;

/// How the gate is set up.
#[derive(Clone, Debug)]
pub struct GateOptions {
    /// The realm in challenges; no quotes or backslashes.
    pub realm: String,
    /// What the `type` of a problem starts with; the code follows.
    pub problem_base: String,
    /// The gate's address from outside, without a slash at its end: who issues tokens (RFC 8414, 2).
    pub issuer: String,
    /// How long a token lives, in seconds; see [`TOKEN_SECONDS`].
    pub token_seconds: u32,
    /// The city's zone.
    pub zone: Tz,
    /// Proxies whose word about a client's address is believed, and which may ask forward-auth.
    pub trusted_proxies: CidrList,
    /// Where upstreams may be.
    pub upstream_networks: UpstreamNetworks,
    /// From which keyed hashes get their salts; the same on every gate of a city, or equal values differ between them.
    pub redaction_key: RedactionKey,
    /// Longest wait for a connection to an upstream.
    pub connect_timeout: Duration,
    /// Calls that may wait for the head of one upstream's answer at once, all workers together; more are refused at
    /// once. Open streams and answers under way are not among them.
    pub upstream_calls_max: usize,
    /// Longest request body that is passed on, in bytes.
    pub request_body_max_bytes: u64,
    /// How long a request body may take to arrive.
    pub request_body_deadline: Duration,
    /// How long a whole answer may take.
    pub answer_deadline: Duration,
    /// Workers, each with its own upstream connections.
    pub workers: usize,
    /// Connections per worker; keep the sum below the limit of open files.
    pub connections_max: usize,
    /// How long the head of a request may take to arrive.
    pub request_head_deadline: Duration,
    /// How long an idle client connection is kept.
    pub keep_alive: Duration,
    /// How long a client may leave a piece of an answer untaken.
    pub taking_deadline: Duration,
    /// How much the headers of one request may be.
    pub head_bounds: HeadBounds,
    /// Who may read metrics, by the peer's own address.
    pub metrics_networks: CidrList,
    /// Which calls are traced; none where nobody collects traces.
    pub tracing: Option<Tracing>,
    /// How long running requests may go on after a stop was asked for, in seconds.
    pub shutdown_seconds: u64,
}

impl Default for GateOptions {
    fn default() -> Self {
        Self {
            realm: "accord".to_owned(),
            problem_base: "urn:accord:problem:".to_owned(),
            issuer: "http://localhost".to_owned(),
            token_seconds: *TOKEN_SECONDS.end(),
            zone: chrono_tz::America::New_York,
            trusted_proxies: CidrList::default(),
            upstream_networks: UpstreamNetworks::default(),
            redaction_key: RedactionKey::default(),
            connect_timeout: Duration::from_secs(5),
            upstream_calls_max: 1_000,
            request_body_max_bytes: 1024 * 1024,
            request_body_deadline: Duration::from_secs(30),
            answer_deadline: Duration::from_secs(600),
            workers: 2,
            connections_max: 10_000,
            request_head_deadline: Duration::from_secs(5),
            keep_alive: Duration::from_secs(75),
            taking_deadline: Duration::from_secs(30),
            head_bounds: HeadBounds { headers_max: 64, bytes_max: 32 * 1024 },
            metrics_networks: CidrList::default(),
            tracing: None,
            shutdown_seconds: 10,
        }
    }
}

/// What every worker of the gate shares, and what the feed and `app` hold on to. Cheap to clone.
#[derive(Clone)]
pub struct GateShared(Arc<Inner>);

struct Inner {
    options: GateOptions,
    grants: Grants,
    meter: Meter,
    clock: GateClock,
    kill_switch: Arc<dyn KillSwitch>,
    is_draining: AtomicBool,
    sources: Mutex<Vec<Source>>,
}

impl GateShared {
    /// Puts a gate together.
    #[must_use]
    pub fn new(
        options: GateOptions,
        grants: Grants,
        meter: Meter,
        clock: GateClock,
        kill_switch: Arc<dyn KillSwitch>,
    ) -> Self {
        let (is_draining, sources) = (AtomicBool::new(false), Mutex::default());
        Self(Arc::new(Inner { options, grants, meter, clock, kill_switch, is_draining, sources }))
    }

    /// The picture that the feed keeps current.
    #[must_use]
    pub fn grants(&self) -> &Grants {
        &self.0.grants
    }

    /// What was counted.
    #[must_use]
    pub fn meter(&self) -> &Meter {
        &self.0.meter
    }

    /// The gate's clock.
    #[must_use]
    pub fn clock(&self) -> &GateClock {
        &self.0.clock
    }

    /// How the gate is set up.
    #[must_use]
    pub fn options(&self) -> &GateOptions {
        &self.0.options
    }

    /// The present, for asking quota levels.
    #[must_use]
    pub fn now(&self) -> Now {
        Now::read(&self.0.clock, self.0.options.zone)
    }

    /// Notes that the picture was confirmed fresh just now.
    pub fn confirm_fresh(&self) {
        self.0.grants.confirm_fresh(self.0.clock.ticks());
    }

    /// From now on metrics hold what this source says, too. It is asked on a worker's thread, so it must not wait.
    pub fn tell_also(&self, source: Source) {
        self.sources().push(source);
    }

    fn sources(&self) -> MutexGuard<'_, Vec<Source>> {
        self.0.sources.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on `/readyz` says no, so that balancers send nothing new; running requests go on.
    pub fn start_draining(&self) {
        self.0.is_draining.store(true, Ordering::Release);
    }

    fn kill_switch(&self) -> &dyn KillSwitch {
        self.0.kill_switch.as_ref()
    }

    fn readiness(&self) -> Readiness {
        let grants = &self.0.grants;
        let has_grants = grants.is_published();
        let is_fresh = !grants.is_stale(self.0.clock.ticks());
        let is_draining = self.0.is_draining.load(Ordering::Acquire);
        let counting = grants.joint().counting();
        Readiness { is_ready: has_grants && is_fresh && !is_draining, has_grants, is_fresh, is_draining, counting }
    }
}

#[derive(Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, told as such")]
struct Readiness {
    #[serde(rename = "ready")]
    is_ready: bool,
    #[serde(rename = "grants")]
    has_grants: bool,
    #[serde(rename = "fresh")]
    is_fresh: bool,
    #[serde(rename = "draining")]
    is_draining: bool,
    /// A gate that uses its share is ready all the same.
    #[serde(rename = "limits")]
    counting: Counting,
}

/// An answer: there already, or to be waited for.
enum Answering {
    Ready(Option<Answer>),
    /// In a box, so that hyper moves a few words about instead of everything a passage remembers.
    Later(Pin<Box<dyn Future<Output = Answer>>>, Arc<Seat>),
}

impl Future for Answering {
    type Output = Result<Answer, Infallible>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut *self {
            Self::Ready(answer) => answer.take().map_or(Poll::Pending, |answer| Poll::Ready(Ok(answer))),
            Self::Later(answer, seat) => answer.as_mut().poll(context).map(|answer| Ok(seated(answer, seat))),
        }
    }
}

/// Sends a request to its door by its raw path. What is not a door of the gate is a dataset's. Whatever can be decided
/// at once is: only a body to be read or an upstream to be asked is waited for.
fn answer_request(worker: Rc<Worker>, peer: IpAddr, seat: Arc<Seat>, request: Request<Incoming>) -> Answering {
    let glance = Glance::over(request.headers(), worker.shared.options().head_bounds);
    let (are_bounded, has_one_host) = (glance.are_bounded, glance.has_one_host(request.version()));
    let call = Call::begin(worker, peer, request.headers(), &glance);
    let is_post = request.method() == Method::POST;
    let answer = if !are_bounded {
        answer::headers_too_large(&call, call.worker.shared.options().head_bounds)
    } else if has_one_host {
        match request.uri().path() {
            "/healthz" => health(&call, &request),
            "/readyz" => ready(&call, &request),
            "/metrics" if metrics::is_open_to(&call, request.headers()) => metrics::metrics(&call, &request),
            "/v1/gate/top" if metrics::is_open_to(&call, request.headers()) => metrics::top(&call, &request),
            "/metrics" | "/v1/gate/top" => metrics::not_here(&call),
            "/v1/forward-auth" => forward_auth::forward_auth(&call, request.uri(), request.headers()),
            "/v1/keys/verify" if is_post => match verify::verify(call, request) {
                Ok(answer) => return Answering::Later(Box::pin(answer), seat),
                Err(refusal) => refusal,
            },
            "/v1/keys/kill" if is_post => return Answering::Later(Box::pin(verify::kill(call, request)), seat),
            "/oauth/token" if is_post => return Answering::Later(Box::pin(token::door::exchange(call, request)), seat),
            "/oauth/introspect" if is_post => {
                return Answering::Later(Box::pin(token::papers::introspect(call, request)), seat);
            }
            "/v1/keys/verify" | "/v1/keys/kill" | "/oauth/token" | "/oauth/introspect" => {
                answer::wrong_method(&call, "POST")
            }
            "/oauth/jwks" => token::papers::keys(&call, &request),
            "/.well-known/oauth-authorization-server" => token::papers::about(&call, &request),
            path if path.strip_prefix(forward_auth::ENVOY).is_some_and(|rest| rest.starts_with('/')) => {
                forward_auth::envoy(&call, request.method().as_str(), request.uri(), request.headers())
            }
            _ => match proxy::gateway(call, request) {
                Ok(passage) => return Answering::Later(Box::pin(passage.run()), seat),
                Err(refusal) => refusal,
            },
        }
    } else {
        no_host(&call)
    };
    Answering::Ready(Some(seated(answer, &seat)))
}

fn seated(mut answer: Answer, seat: &Arc<Seat>) -> Answer {
    answer.body_mut().sits_at(Arc::clone(seat));
    answer
}

fn no_host(call: &Call) -> Answer {
    let fault = Fault {
        status: 400,
        code: "bad_host",
        title: "Bad host",
        detail: "The Host header is missing, repeated or malformed.".to_owned(),
        next: "Send one Host header that names this gate.",
    };
    answer::faulty(call, &fault)
}

fn is_read(request: &Request<Incoming>) -> bool {
    request.method() == Method::GET || request.method() == Method::HEAD
}

#[derive(Serialize)]
struct Health {
    status: &'static str,
}

/// The process lives and answers.
fn health(call: &Call, request: &Request<Incoming>) -> Answer {
    if !is_read(request) {
        return answer::wrong_method(call, "GET, HEAD");
    }
    answer::json(call, StatusCode::OK, &Health { status: "ok" })
}

/// It has a picture, the picture is fresh, and it is not being stopped.
fn ready(call: &Call, request: &Request<Incoming>) -> Answer {
    if !is_read(request) {
        return answer::wrong_method(call, "GET, HEAD");
    }
    let readiness = call.worker.shared.readiness();
    let status = if readiness.is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    answer::json(call, status, &readiness)
}

#[cfg(test)]
mod tests;
