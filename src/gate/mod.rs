//! The data plane: decides about one request at a time, from memory, and passes it on. It knows no page, no table and
//! no session; what it may know of the desk the feed tells it, and what it counted the feed takes away.
//!
//! # The life of a request
//!
//! A worker of the gate's own listener reads the head of a request and gives it an id ([`call`]). The address of the
//! client is the peer's own, unless the peer is a trusted proxy. By the raw path, never a decoded one, the request goes
//! to one of the doors: the gateway ([`proxy`]), forward-auth, or verify. The door gathers what was shown as a key
//! ([`credential`]) and puts the path into its one normal form, or marks it ambiguous. Then [`check`] decides, in one
//! fixed order, on the picture that the feed keeps current ([`grants`]) and on the counters that live in that picture
//! ([`limiter`]); it waits for nobody. A refusal leaves as a problem document ([`answer`]). A permit, and nothing else,
//! opens the way to the dataset's own service: over the worker's own connections, to an address in an allowed network
//! ([`upstream`]), with a short list of headers ([`headers`]), and its answer streams back piece by piece, bounded in
//! size and time ([`body`]). When the last byte is gone, or the client is, the call is entered in the books ([`meter`]).

mod answer;
mod body;
mod call;
pub mod check;
pub mod clock;
mod credential;
mod forward_auth;
pub mod grants;
mod headers;
pub mod limiter;
pub mod meter;
mod proxy;
pub mod redact;
#[cfg(test)]
mod testing;
mod upstream;
pub mod verdict;
pub mod verify;

use std::io;
use std::net::TcpListener;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::http::{Method, StatusCode};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, dev, web};
use chrono_tz::Tz;
use serde::Serialize;

use self::call::{Call, Worker};
use self::clock::{GateClock, Now};
use self::grants::Grants;
use self::meter::Meter;
use self::verify::KillSwitch;
use crate::domain::net::{CidrList, UpstreamNetworks};

/// How the gate is set up.
#[derive(Clone, Debug)]
pub struct GateOptions {
    /// The realm in challenges; no quotes or backslashes.
    pub realm: String,
    /// What the `type` of a problem starts with; the code follows.
    pub problem_base: String,
    /// The city's zone.
    pub zone: Tz,
    /// Proxies whose word about a client's address is believed, and which may ask forward-auth.
    pub trusted_proxies: CidrList,
    /// Where upstreams may be.
    pub upstream_networks: UpstreamNetworks,
    /// Longest wait for a connection to an upstream.
    pub connect_timeout: Duration,
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
    /// How long running requests may go on after a stop was asked for, in seconds.
    pub shutdown_seconds: u64,
}

impl Default for GateOptions {
    fn default() -> Self {
        Self {
            realm: "accord".to_owned(),
            problem_base: "urn:accord:problem:".to_owned(),
            zone: chrono_tz::America::New_York,
            trusted_proxies: CidrList::default(),
            upstream_networks: UpstreamNetworks::default(),
            connect_timeout: Duration::from_secs(5),
            request_body_max_bytes: 1024 * 1024,
            request_body_deadline: Duration::from_secs(30),
            answer_deadline: Duration::from_secs(600),
            workers: 2,
            connections_max: 10_000,
            request_head_deadline: Duration::from_secs(5),
            keep_alive: Duration::from_secs(75),
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
        Self(Arc::new(Inner { options, grants, meter, clock, kill_switch, is_draining: AtomicBool::new(false) }))
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
        Readiness { is_ready: has_grants && is_fresh && !is_draining, has_grants, is_fresh, is_draining }
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
}

/// Serves the gate on a listener. The server is to be awaited; its handle stops it and lets running requests finish.
///
/// # Errors
/// When the listener cannot be used.
pub fn serve(listener: TcpListener, shared: GateShared) -> io::Result<dev::Server> {
    let options = shared.options().clone();
    let server = HttpServer::new(move || {
        let shared = shared.clone();
        App::new().configure(move |config| configure(config, shared))
    });
    Ok(server
        .workers(options.workers.max(1))
        .max_connections(options.connections_max)
        .keep_alive(options.keep_alive)
        .client_request_timeout(options.request_head_deadline)
        .shutdown_timeout(options.shutdown_seconds)
        .disable_signals()
        .listen(listener)?
        .run())
}

/// Gives an application of actix-web the gate's one route: everything. Call it once per worker; each gets its own
/// connections to upstreams.
pub fn configure(config: &mut web::ServiceConfig, shared: GateShared) {
    let worker = Rc::new(Worker::new(shared));
    config.default_service(web::to(move |request: HttpRequest, payload: web::Payload| {
        let worker = Rc::clone(&worker);
        async move { answer_request(worker, request, payload).await }
    }));
}

/// Sends a request to its door by its raw path. What is not a door of the gate is a dataset's.
async fn answer_request(worker: Rc<Worker>, request: HttpRequest, payload: web::Payload) -> HttpResponse {
    let call = Call::begin(worker, &request);
    let is_post = request.method() == Method::POST;
    match request.uri().path() {
        "/healthz" => health(&call, &request),
        "/readyz" => ready(&call, &request),
        "/v1/forward-auth" => forward_auth::forward_auth(&call, &request),
        "/v1/keys/verify" if is_post => verify::verify(call, request, payload).await,
        "/v1/keys/kill" if is_post => verify::kill(call, request, payload).await,
        "/v1/keys/verify" | "/v1/keys/kill" => answer::wrong_method(&call, "POST"),
        _ => proxy::gateway(call, request, payload).await,
    }
}

fn is_read(request: &HttpRequest) -> bool {
    request.method() == Method::GET || request.method() == Method::HEAD
}

#[derive(Serialize)]
struct Health {
    status: &'static str,
}

/// The process lives and answers.
fn health(call: &Call, request: &HttpRequest) -> HttpResponse {
    if !is_read(request) {
        return answer::wrong_method(call, "GET, HEAD");
    }
    answer::json(call, StatusCode::OK, &Health { status: "ok" })
}

/// It has a picture, the picture is fresh, and it is not being stopped.
fn ready(call: &Call, request: &HttpRequest) -> HttpResponse {
    if !is_read(request) {
        return answer::wrong_method(call, "GET, HEAD");
    }
    let readiness = call.worker.shared.readiness();
    let status = if readiness.is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    answer::json(call, status, &readiness)
}

#[cfg(test)]
mod tests;
