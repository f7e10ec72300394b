//! Running: `serve`, its clocks, and a stop that lets requests in flight finish.

use std::future::Future;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;
use url::Url;

use super::base::{Base, StartError, read_letters};
use super::gate::{Finish, Gate, RunningGate};
use super::portal::{self, Addresses};
use super::profile_files;
use crate::cases::health::{Machine, MachineWatch};
use crate::cases::{
    CaseError, Desk, agree, appeals, calendar, chain, closing, conduct, destruction, enforce, feeds, keys,
    misuse::Watch, records, rehearsal, renewal, reterms, terms, tokens,
};
use crate::config::Settings;
use crate::domain::net::{HeadBounds, UpstreamNetworks};
use crate::domain::presence::Presence;
use crate::domain::profile::Profile;
use crate::gate::GateServer;
use crate::jobs::digest::gather_due;
use crate::jobs::errands;
use crate::jobs::mail::{Letters, MailOptions, Postman, send_due};
use crate::jobs::{Stop, Stopper, ring, stopping};
use crate::store::{Backend, gates, misuse, sessions, usage};
use crate::telemetry;

/// Lines of the access log taken away in one round.
const PRUNE_MAX: i64 = 5_000;

/// How often the misuse rules look at the books.
const WATCH: Duration = Duration::from_secs(2);

/// How often it is looked whether an errand waits.
const ERRANDS: Duration = Duration::from_secs(2);

/// A server that answers, with its addresses from outside.
#[derive(Clone, Debug)]
pub struct Running {
    /// The portal.
    pub portal_url: Url,
    /// The gate.
    pub gate_url: Url,
}

/// Runs a future on a runtime of its own; for the command line.
///
/// # Errors
/// What the future returns.
pub fn block_on<T, E>(work: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    actix_web::rt::System::new().block_on(work)
}

/// Sets a new place up from its profile; does nothing to one that is set up.
///
/// # Errors
/// Terms that cannot be published.
pub fn set_up(base: &Base, desk: &Desk) -> Result<bool, StartError> {
    let profile = &base.settings.place.profile;
    let files: Vec<(String, String)> = base
        .profile
        .terms
        .iter()
        .flat_map(|source| source.files.iter())
        .filter_map(|name| Some((name.to_string(), profile_files::read(profile, name.as_str())?)))
        .collect();
    let read = |name: &str| files.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str());
    Ok(terms::set_up(desk, read)?)
}

/// Checks what the settings name beyond themselves: profile, kind of database, mail server and sender, log filter.
///
/// # Errors
/// The first that cannot be used.
pub fn check_settings(settings: &Settings) -> Result<(), StartError> {
    let wrong = |place: &str, why: &dyn std::fmt::Display| StartError::Setup(format!("{place}: {why}"));
    Backend::of(&settings.database_url(Path::new("."))).map_err(|error| wrong("database.url", &error))?;
    telemetry::check(&settings.log).map_err(|error| wrong("log.level", &error))?;
    Postman::new(&mail_options(settings, &public_urls(settings)?.portal))
        .map_err(|error| StartError::Setup(error.to_string()))?;
    let name = &settings.place.profile;
    let text = profile_files::read(name, "profile.toml")
        .ok_or_else(|| wrong("place.profile", &format!("there is no profile.toml for {name}")))?;
    let profile = Profile::parse(&text).map_err(|error| StartError::Profile { name: name.clone(), error })?;
    read_letters(name, &profile).map(|_| ())
}

/// Where upstreams may live.
#[must_use]
pub fn upstream_networks(settings: &Settings) -> UpstreamNetworks {
    UpstreamNetworks::opening(settings.network.upstream_networks.clone())
}

/// How much the headers of one request may be, on both listeners.
pub(super) const fn head_bounds(settings: &Settings) -> HeadBounds {
    HeadBounds { headers_max: settings.server.headers_max, bytes_max: settings.server.headers_kib.saturating_mul(1024) }
}

/// The addresses from outside as the settings name them; the listen addresses where they name none.
///
/// # Errors
/// An address that cannot be read.
pub fn public_urls(settings: &Settings) -> Result<Addresses, StartError> {
    addresses(settings, settings.portal.listen, settings.gate.listen)
}

pub(super) fn addresses(settings: &Settings, portal: SocketAddr, gate: SocketAddr) -> Result<Addresses, StartError> {
    let url = |set: &str, listen: SocketAddr| {
        let text = if set.is_empty() { format!("http://{listen}/") } else { set.to_owned() };
        Url::parse(&text).map_err(|error| StartError::Setup(format!("{text}: {error}")))
    };
    Ok(Addresses { portal: url(&settings.portal.public_url, portal)?, gate: url(&settings.gate.public_url, gate)? })
}

pub(super) fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let refused = |error: std::io::Error| StartError::Listen { address: address.to_string(), why: error.to_string() };
    let listener = TcpListener::bind(address).map_err(refused)?;
    let bound = listener.local_addr().map_err(refused)?;
    Ok((listener, bound))
}

fn mail_options(settings: &Settings, portal: &Url) -> MailOptions {
    use secrecy::ExposeSecret as _;
    let mail = &settings.mail;
    MailOptions {
        from: mail.from.clone(),
        public_url: portal.as_str().trim_end_matches('/').to_owned(),
        service: settings.portal.service_name.clone(),
        smtp: Some(mail.smtp_url.clone()).filter(|url| !url.expose_secret().is_empty()),
        ca_file: Some(mail.ca_file.clone()).filter(|file| !file.as_os_str().is_empty()),
    }
}

/// The wording of mail for this place.
///
/// # Errors
/// Wording that does not compile.
pub(super) fn letters(base: &Base, portal: &Url) -> Result<(Arc<Letters>, Arc<Postman>), StartError> {
    let options = mail_options(&base.settings, portal);
    let setup = |error: crate::jobs::mail::MailError| StartError::Setup(error.to_string());
    let postman = Postman::new(&options).map_err(setup)?;
    Ok((Arc::new(Letters::new(options, base.voice.clone()).map_err(setup)?), Arc::new(postman)))
}

/// Starts every clock of the desk.
pub(super) fn clocks(
    base: &Base,
    desk: &Desk,
    letters: &Arc<Letters>,
    postman: &Arc<Postman>,
    stop: &Stop,
) -> Vec<JoinHandle<()>> {
    let second = Duration::from_secs(1);
    let minute = Duration::from_secs(60);
    let hour = Duration::from_secs(3_600);
    let (gathering, wording) = (desk.clone(), Arc::clone(letters));
    let digests = ring("digests", minute, stop.clone(), move || {
        let (desk, letters) = (gathering.clone(), Arc::clone(&wording));
        async move { gather_due(&desk, &letters).await }
    });
    let (outbox, letters, postman) = (desk.clone(), Arc::clone(letters), Arc::clone(postman));
    let mail = ring("outbox", second, stop.clone(), move || {
        let (desk, letters, postman) = (outbox.clone(), Arc::clone(&letters), Arc::clone(&postman));
        async move { send_due(&desk, &letters, &postman).await }
    });
    let mut clocks = vec![
        mail,
        digests,
        watch(desk, stop),
        feed_looks(desk, minute, stop),
        case_clock("offers", minute, stop, desk, agree::lapse_offers),
        case_clock("agreements", minute, stop, desk, agree::expire_agreements),
        case_clock("misuse cases", minute, stop, desk, conduct::clocks::round),
        case_clock("throttles", minute, stop, desk, enforce::end_throttles),
        case_clock("calendar", minute, stop, desk, calendar::keep_up),
        case_clock("appeals", hour, stop, desk, appeals::desk::remind_of_due),
        case_clock("denials by silence", minute, stop, desk, records::clock::deem_denied),
        case_clock("records due", hour, stop, desk, records::clock::remind_of_due),
        case_clock("reminders", hour, stop, desk, agree::remind_of_ends),
        case_clock("renewals", minute, stop, desk, renewal::clocks::lapse_due),
        case_clock("renewal reminders", hour, stop, desk, renewal::clocks::remind),
        case_clock("certificates", hour, stop, desk, destruction::remind),
        case_clock("new terms", minute, stop, desk, reterms::hold_late),
        case_clock("terms reminders", hour, stop, desk, reterms::remind),
        case_clock("key expiry", minute, stop, desk, keys::clocks::expire_due),
        case_clock("token keys", minute, stop, desk, tokens::rotate_due),
        case_clock("audit chain", minute, stop, desk, chain::check),
        case_clock("key reminders", hour, stop, desk, keys::clocks::warn_expiring),
        retention(base, stop, minute),
    ];
    clocks.extend(errands::clocks(desk, ERRANDS, stop));
    clocks
}

/// Looks at the use of keys by the misuse rules. With the gates' own interval of writing this stays well within ten
/// seconds of a call.
fn watch(desk: &Desk, stop: &Stop) -> JoinHandle<()> {
    let (desk, watch) = (desk.clone(), Arc::new(Watch::default()));
    ring("misuse rules", WATCH, stop.clone(), move || {
        let (desk, watch) = (desk.clone(), Arc::clone(&watch));
        async move { desk.run(move |desk| watch.round(desk)).await }
    })
}

/// Looks at feeds whose time has come.
fn feed_looks(desk: &Desk, pause: Duration, stop: &Stop) -> JoinHandle<()> {
    let desk = desk.clone();
    ring("feeds", pause, stop.clone(), move || {
        let desk = desk.clone();
        async move { feeds::round(&desk).await }
    })
}

/// Keeps the access log for its days, the minutes of usage for as many as a rule can be replayed over, and idempotency
/// keys for seven; rollups stay. The minutes are never more rows than the log has lines.
fn retention(base: &Base, stop: &Stop, pause: Duration) -> JoinHandle<()> {
    let (store, clock) = (base.store.clone(), base.clock.clone());
    let days = i64::from(base.settings.gate.access_log_days);
    ring("retention", pause, stop.clone(), move || {
        let (store, now) = (store.clone(), clock.now());
        async move {
            let pruned = store.clone();
            let before = now - chrono::Duration::days(days);
            let minutes = now - chrono::Duration::days(rehearsal::DAYS_MAX.min(days));
            let keys = now - chrono::Duration::days(7);
            let prune = move || {
                pruned.write(|conn| {
                    let lines = usage::prune_log(conn, before, PRUNE_MAX)?;
                    let more = usage::prune_minutes(conn, minutes)? + misuse::prune_sights(conn, minutes)?;
                    let more = more + sessions::prune_idempotent(conn, keys)?;
                    let more = more + closing::forget_messages(conn, now)?;
                    let more = more + gates::forget(conn, Presence::named_since(now))?;
                    Ok::<_, CaseError>(lines + more)
                })
            };
            store.blocking(prune).await
        }
    })
}

/// A clock that runs one case on the blocking pool.
pub(super) fn case_clock(
    name: &'static str,
    pause: Duration,
    stop: &Stop,
    desk: &Desk,
    case: fn(&Desk) -> Result<usize, CaseError>,
) -> JoinHandle<()> {
    let desk = desk.clone();
    ring(name, pause, stop.clone(), move || {
        let desk = desk.clone();
        async move { desk.run(case).await }
    })
}

/// Waits for SIGTERM or SIGINT.
async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    match (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
        (Ok(mut terminate), Ok(mut interrupt)) => {
            tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
        }
        (Err(error), _) | (_, Err(error)) => {
            tracing::error!(%error, "signals cannot be heard; only a kill stops this process");
            std::future::pending::<()>().await;
        }
    }
}

/// What runs until it is told to stop.
pub(super) struct Machinery {
    /// The portal's server, where one runs in this process.
    pub(super) portal: Option<actix_web::dev::Server>,
    pub(super) gate: GateServer,
    pub(super) clocks: Vec<JoinHandle<()>>,
    pub(super) stopper: Stopper,
    pub(super) finish: Finish,
}

/// Waits for the signal, lets requests in flight finish, stops the clocks, writes the last usage.
pub(super) async fn until_stopped(machinery: Machinery) {
    let Machinery { portal, gate, clocks, stopper, finish } = machinery;
    let portal = portal.map(|server| (server.handle(), tokio::spawn(server)));
    told_to_stop().await;
    tracing::info!("stopping: requests in flight may finish");
    let stop_portal = async {
        if let Some((handle, running)) = portal {
            handle.stop(true).await;
            if let Ok(Err(error)) = running.await {
                tracing::error!(%error, "the portal's server ended badly");
            }
        }
    };
    futures_util::future::join(stop_portal, gate.stop()).await;
    stopper.stop();
    futures_util::future::join_all(clocks).await;
    finish.flush();
    tracing::info!("stopped");
}

/// Runs portal, gate and clocks until told to stop. `started` is called when both listen.
///
/// # Errors
/// Why it cannot start.
pub async fn serve(base: Base, started: impl FnOnce(&Running) -> Result<(), String>) -> Result<(), StartError> {
    let listeners = Listeners::bind(&base.settings)?;
    let gate = Gate::new(&base, &listeners.gate_url(&base.settings)?, false)?;
    let desk = base.desk(gate.sink());
    set_up(&base, &desk)?;
    let (machinery, running) = start(&base, gate, &desk, listeners, false)?;
    started(&running).map_err(StartError::Setup)?;
    until_stopped(machinery).await;
    Ok(())
}

/// Runs a gate alone, on the store of a portal that runs elsewhere.
///
/// # Errors
/// Why it cannot start.
pub async fn gate_alone(base: Base, started: impl FnOnce(&Url) -> Result<(), String>) -> Result<(), StartError> {
    let (listener, address) = listen(base.settings.gate.listen)?;
    let urls = addresses(&base.settings, address, address)?;
    let gate = Gate::new(&base, &urls.gate, true)?;
    let desk = base.desk(gate.sink());
    let (stopper, stop) = stopping(&base.clock);
    let RunningGate { server, clocks, finish } = gate.start(&base, &desk, &listener, &stop)?;
    started(&urls.gate).map_err(StartError::Setup)?;
    until_stopped(Machinery { portal: None, gate: server, clocks, stopper, finish }).await;
    Ok(())
}

/// Both listeners, bound before anything is built, so that a taken port is known at once.
pub(super) struct Listeners {
    pub(super) portal: (TcpListener, SocketAddr),
    pub(super) gate: (TcpListener, SocketAddr),
}

impl Listeners {
    pub(super) fn bind(settings: &Settings) -> Result<Self, StartError> {
        Ok(Self { portal: listen(settings.portal.listen)?, gate: listen(settings.gate.listen)? })
    }

    /// The gate from outside.
    pub(super) fn gate_url(&self, settings: &Settings) -> Result<Url, StartError> {
        Ok(addresses(settings, self.portal.1, self.gate.1)?.gate)
    }
}

/// What the page of the system shows of this process.
fn machine(base: &Base, gate: &Gate, stop: &Stop) -> MachineWatch {
    let (watch, rounds, data, started_at) = (gate.watch(), stop.rounds(), base.data.clone(), base.clock.now());
    MachineWatch(Arc::new(move || Machine {
        started_at: Some(started_at),
        gate: Some(watch()),
        jobs: rounds.last(),
        disk: disk(&data),
    }))
}

/// Free and all bytes of the disk with this folder, where the system says so.
fn disk(folder: &Path) -> Option<(u64, u64)> {
    let found = rustix::fs::statvfs(folder).ok()?;
    Some((found.f_bavail.saturating_mul(found.f_frsize), found.f_blocks.saturating_mul(found.f_frsize)))
}

/// Starts everything on its listeners.
pub(super) fn start(
    base: &Base,
    gate: Gate,
    desk: &Desk,
    listeners: Listeners,
    is_demo: bool,
) -> Result<(Machinery, Running), StartError> {
    let (stopper, stop) = stopping(&base.clock);
    let Listeners { portal: (portal_listener, portal_at), gate: (gate_listener, gate_at) } = listeners;
    let addresses = addresses(&base.settings, portal_at, gate_at)?;
    let running = Running { portal_url: addresses.portal.clone(), gate_url: addresses.gate.clone() };
    let (letters, postman) = letters(base, &addresses.portal)?;
    let shown = (is_demo, machine(base, &gate, &stop));
    let portal = portal::build(base, desk, &letters, (portal_listener, addresses), shown)?;
    // Before the gate reads its picture, so that the first token can be had with the first request.
    tokens::rotate_due(desk)?;
    let gate = gate.start(base, desk, &gate_listener, &stop)?;
    let mut clocks = clocks(base, desk, &letters, &postman, &stop);
    clocks.extend(gate.clocks);
    let machinery = Machinery { portal: Some(portal.server), gate: gate.server, clocks, stopper, finish: gate.finish };
    Ok((machinery, running))
}
