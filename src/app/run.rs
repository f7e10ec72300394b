//! Running: `serve`, its clocks, and a stop that lets requests in flight finish.

use std::future::Future;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;
use url::Url;

use super::base::{Base, StartError};
use super::portal::{self, Addresses, PortalServer};
use super::profile_files;
use crate::cases::{CaseError, Desk, agree, terms};
use crate::config::Settings;
use crate::domain::net::UpstreamNetworks;
use crate::domain::profile::Profile;
use crate::jobs::mail::{Letters, MailOptions, Postman, send_due};
use crate::jobs::{Stop, ring, stopping};

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

/// Checks that the profile named in the settings can be used.
///
/// # Errors
/// Why not.
pub fn check_profile(settings: &Settings) -> Result<(), StartError> {
    let name = &settings.place.profile;
    let text = profile_files::read(name, "profile.toml")
        .ok_or_else(|| StartError::Setup(format!("place.profile: there is no profile.toml for {name}")))?;
    Profile::parse(&text).map(|_| ()).map_err(|error| StartError::Profile { name: name.clone(), error })
}

/// Where upstreams may live.
#[must_use]
pub fn upstream_networks(settings: &Settings) -> UpstreamNetworks {
    UpstreamNetworks::opening(settings.network.upstream_networks.clone())
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

/// The wording of mail for this place.
///
/// # Errors
/// Wording that does not compile.
pub(super) fn letters(base: &Base, portal: &Url) -> Result<(Arc<Letters>, Arc<Postman>), StartError> {
    use secrecy::ExposeSecret as _;
    let mail = &base.settings.mail;
    let options = MailOptions {
        from: mail.from.clone(),
        public_url: portal.as_str().trim_end_matches('/').to_owned(),
        service: base.settings.portal.service_name.clone(),
        smtp: Some(mail.smtp_url.clone()).filter(|url| !url.expose_secret().is_empty()),
    };
    let setup = |error: crate::jobs::mail::MailError| StartError::Setup(error.to_string());
    let postman = Postman::new(&options).map_err(setup)?;
    Ok((Arc::new(Letters::new(options).map_err(setup)?), Arc::new(postman)))
}

/// Starts every clock of the desk.
pub(super) fn clocks(desk: &Desk, letters: &Arc<Letters>, postman: &Arc<Postman>, stop: &Stop) -> Vec<JoinHandle<()>> {
    let second = Duration::from_secs(1);
    let minute = Duration::from_secs(60);
    let hour = Duration::from_secs(3_600);
    let (outbox, letters, postman) = (desk.clone(), Arc::clone(letters), Arc::clone(postman));
    let mail = ring("outbox", second, stop.clone(), move || {
        let (desk, letters, postman) = (outbox.clone(), Arc::clone(&letters), Arc::clone(&postman));
        async move { send_due(&desk, &letters, &postman).await }
    });
    vec![
        mail,
        case_clock("offers", minute, stop, desk, agree::lapse_offers),
        case_clock("agreements", minute, stop, desk, agree::expire_agreements),
        case_clock("reminders", hour, stop, desk, agree::remind_of_ends),
    ]
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
        async move { desk.run(move |desk| case(desk)).await }
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

/// Asks an address whether a server is ready.
///
/// # Errors
/// Why it is not.
pub async fn healthcheck(url: &str) -> Result<(), StartError> {
    use http_body_util::Empty;
    use hyper::body::Bytes;
    use hyper_util::client::legacy::Client;
    use hyper_util::rt::TokioExecutor;
    let not_ready = |why: String| StartError::Setup(format!("{url} is not ready: {why}"));
    let uri: hyper::Uri = url.parse().map_err(|error: hyper::http::uri::InvalidUri| not_ready(error.to_string()))?;
    let client = Client::builder(TokioExecutor::new()).build_http::<Empty<Bytes>>();
    let answer = tokio::time::timeout(Duration::from_secs(5), client.get(uri)).await;
    match answer {
        Ok(Ok(answer)) if answer.status().is_success() => Ok(()),
        Ok(Ok(answer)) => Err(not_ready(answer.status().to_string())),
        Ok(Err(error)) => Err(not_ready(error.to_string())),
        Err(_elapsed) => Err(not_ready("no answer within 5 seconds".to_owned())),
    }
}

/// Folder of the demo inside the data folder.
pub(super) fn demo_folder(data: &Path) -> std::path::PathBuf {
    data.join("demo")
}

/// Stops a server gracefully when told to, then its clocks.
pub(super) async fn until_stopped(
    servers: Vec<actix_web::dev::Server>,
    stopper: crate::jobs::Stopper,
    clocks: Vec<JoinHandle<()>>,
) -> Result<(), StartError> {
    let handles: Vec<_> = servers.iter().map(actix_web::dev::Server::handle).collect();
    let mut running: Vec<_> = servers.into_iter().map(tokio::spawn).collect();
    tokio::select! {
        () = told_to_stop() => tracing::info!("stopping: requests in flight may finish"),
        _ = async { for one in &mut running { let _ended = one.await; } } => {}
    }
    futures_util::future::join_all(handles.iter().map(|handle| handle.stop(true))).await;
    stopper.stop();
    futures_util::future::join_all(clocks).await;
    tracing::info!("stopped");
    Ok(())
}
