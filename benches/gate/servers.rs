//! The servers that are compared, each run in a process of its own.

use std::io::Read;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use accord::domain::id::{AccountId, AgreementId, DatasetId, KeyId, ServiceId};
use accord::domain::key::{Digest, KeyState, KeyText, Mode};
use accord::domain::limits::Limits;
use accord::domain::net::{CidrList, UpstreamNetworks};
use accord::domain::scope::Operation;
use accord::domain::tier::Tier;
use accord::gate::clock::GateClock;
use accord::gate::grants::{
    AgreementGrant, DatasetGrant, GrantRules, Grants, KeyGrant, Publication, ScheduleGrant, ServiceGrant, UpstreamGrant,
};
use accord::gate::meter::{Meter, MeterBounds};
use accord::gate::verify::{KillAnswer, KillSwitch};
use accord::gate::{GateOptions, GateShared};
use actix_web::{App, HttpResponse, HttpServer, web};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Outcome;

/// The credential of the service that asks.
pub(crate) const SERVICE_SECRET: &str = "bench-service";
/// Keys of one agreement.
const KEYS_EACH: u128 = 4;

/// The text of a key; keys from the number known on are unknown.
pub(crate) fn key_text(number: u128) -> String {
    KeyText::make("nwk", Mode::Live, Digest::of(&format!("bench key {number}")).bytes()).reveal()
}

/// Tells the port to the parent, serves, and ends when the parent closes our input.
fn run_until_closed(listener: &TcpListener, server: impl Future<Output = std::io::Result<()>>) -> Outcome<()> {
    println!("{}", listener.local_addr()?);
    std::thread::spawn(|| {
        let mut nothing = Vec::new();
        // However the input ends, the parent is done with us.
        std::io::stdin().read_to_end(&mut nothing).ok();
        #[expect(clippy::disallowed_methods, reason = "a child of the benchmark has nothing to drain")]
        std::process::exit(0);
    });
    actix_web::rt::System::new().block_on(server)?;
    Ok(())
}

#[derive(Serialize)]
struct Hello {
    status: &'static str,
}

/// What the verify door is asked.
#[derive(Deserialize)]
#[expect(dead_code, reason = "the bare handler reads it all and looks at little")]
struct Echo {
    key: String,
    dataset: String,
    method: String,
    path: String,
    address: IpAddr,
}

/// As much as the verify door answers, nothing of it looked up.
#[derive(Serialize)]
struct Echoed<'a> {
    outcome: &'a str,
    allowed: bool,
    status: u16,
    title: &'a str,
    detail: &'a str,
    next: &'a str,
    key_id: Uuid,
    agreement_id: Uuid,
    agreement: &'a str,
    operation: &'a str,
    template: &'a str,
    limits: [EchoedLimit<'a>; 3],
    request_id: &'a str,
}

#[derive(Serialize)]
struct EchoedLimit<'a> {
    name: &'a str,
    remaining: usize,
    reset_seconds: u32,
}

async fn hello() -> HttpResponse {
    HttpResponse::Ok().json(Hello { status: "ok" })
}

async fn echo(body: web::Json<Echo>) -> HttpResponse {
    let limit = |name| EchoedLimit { name, remaining: 999_000 + body.key.len(), reset_seconds: 48_401 };
    HttpResponse::Ok().json(Echoed {
        outcome: "ok",
        allowed: true,
        status: 200,
        title: "Let through",
        detail: "The call was let through.",
        next: "Nothing.",
        key_id: Uuid::from_u128(1),
        agreement_id: Uuid::from_u128(2),
        agreement: "DSA-2026-0001",
        operation: &body.dataset,
        template: &body.path,
        limits: [limit("second"), limit("minute"), limit("day")],
        request_id: "00000000000000000000000000000000",
    })
}

pub(crate) fn serve_bare() -> Outcome<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let ours = listener.try_clone()?;
    let server = async move {
        let app = || App::new().route("/hello", web::get().to(hello)).route("/echo", web::post().to(echo));
        HttpServer::new(app).workers(1).disable_signals().listen(ours)?.run().await
    };
    run_until_closed(&listener, server)
}

pub(crate) fn serve_bare_hyper(upstream: SocketAddr) -> Outcome<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let ours = listener.try_clone()?;
    run_until_closed(&listener, super::bare_hyper::serve(ours, upstream))
}

async fn reading() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(format!("{{\"readings\":\"{}\"}}", "7".repeat(1_000)))
}

pub(crate) fn serve_upstream() -> Outcome<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let ours = listener.try_clone()?;
    let server = async move {
        let app = || App::new().default_service(web::to(reading));
        HttpServer::new(app).workers(1).disable_signals().listen(ours)?.run().await
    };
    run_until_closed(&listener, server)
}

struct NoSwitch;

impl KillSwitch for NoSwitch {
    fn kill(&self, _digest: Digest) -> BoxFuture<'static, KillAnswer> {
        std::future::ready(KillAnswer::Unknown).boxed()
    }
}

/// Everything for so many keys.
pub(crate) fn publication(upstream: &str, keys: u128) -> Outcome<Publication> {
    Ok(Publication { keys: (0..keys).map(key).collect::<Outcome<_>>()?, ..without_keys(upstream, keys)? })
}

/// Everything for so many keys, but for the keys.
pub(crate) fn without_keys(upstream: &str, keys: u128) -> Outcome<Publication> {
    let dataset = DatasetId::from_uuid(Uuid::from_u128(1));
    let feed = UpstreamGrant {
        base_url: format!("http://{upstream}"),
        credential: None,
        timeout_ms: 5_000,
        body_max_bytes: 1 << 20,
        request_max_bytes: None,
        headers_max_bytes: None,
        keep_seconds: 0,
    };
    let plan = "1000000/second burst 1000000, 1000000/minute burst 1000000, 1000000000000/day";
    let agreement = |number| -> Outcome<AgreementGrant> {
        Ok(AgreementGrant {
            id: AgreementId::from_uuid(Uuid::from_u128(number)),
            number: format!("DSA-2026-{number:04}"),
            holder: AccountId::from_uuid(Uuid::from_u128(number)),
            is_live: true,
            ends_at: None,
            holds: Vec::new(),
            schedules: vec![ScheduleGrant {
                dataset,
                operations: vec!["read".to_owned()],
                limits: Limits::parse(plan)?,
                networks: CidrList::default(),
                hours: Vec::new(),
                ends_at: None,
                redactions: Vec::new(),
            }],
            previous: None,
        })
    };
    Ok(Publication {
        datasets: vec![DatasetGrant {
            id: dataset,
            slug: "parking".to_owned(),
            tier: Tier::Conditioned,
            operations: Operation::usual(),
            upstream: Some(feed),
            allows_query_key: false,
            open_limits: Limits::default(),
            changes: Vec::new(),
        }],
        holders: Vec::new(),
        agreements: (0..keys.div_ceil(KEYS_EACH)).map(agreement).collect::<Outcome<_>>()?,
        keys: Vec::new(),
        services: vec![service()],
        token_keys: Vec::new(),
    })
}

/// A key by its number.
pub(crate) fn key(number: u128) -> Outcome<KeyGrant> {
    Ok(KeyGrant {
        id: KeyId::from_uuid(Uuid::from_u128(number)),
        digest: Digest::of(&key_text(number)),
        agreement: AgreementId::from_uuid(Uuid::from_u128(number / KEYS_EACH)),
        state: KeyState::Active,
        scopes: vec!["parking:read".parse()?],
        limits: Limits::default(),
        networks: CidrList::default(),
        expires_at: None,
        holds: Vec::new(),
    })
}

fn service() -> ServiceGrant {
    ServiceGrant {
        id: ServiceId::from_uuid(Uuid::from_u128(1)),
        name: "bench".to_owned(),
        digest: Digest::of(SERVICE_SECRET),
        is_live: true,
    }
}

pub(crate) fn serve_gate(upstream: &str, keys: u128) -> Outcome<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let loopback = CidrList::parse("127.0.0.0/8")?;
    let options = GateOptions {
        upstream_networks: UpstreamNetworks::opening(loopback.clone()),
        trusted_proxies: loopback,
        workers: 1,
        ..GateOptions::default()
    };
    let rules = GrantRules { key_prefix: "nwk".to_owned(), stale_after: Duration::from_secs(600) };
    let grants = Grants::new(rules);
    grants.publish(publication(upstream, keys)?);
    let clock = accord::clock::Clock::system();
    let clock = GateClock::new(Arc::new(move || clock.now()));
    let meter = Meter::new(MeterBounds::default());
    let shared = GateShared::new(options, grants, meter, clock, Arc::new(NoSwitch));
    shared.confirm_fresh();
    let ours = listener.try_clone()?;
    let server = async move {
        let mut server = accord::gate::serve(&ours, &shared)?;
        // Usage is taken away as a feed would, so that its cost is in the figure.
        let mut pace = actix_web::rt::time::interval(Duration::from_secs(1));
        loop {
            tokio::select! {
                _ = pace.tick() => drop(shared.meter().drain()),
                () = server.ended() => return Ok(()),
            }
        }
    };
    run_until_closed(&listener, server)
}
