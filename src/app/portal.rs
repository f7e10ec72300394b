//! The portal's listener: pages, API, health.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::{App, HttpResponse, HttpServer, web};
use secrecy::ExposeSecret as _;
use url::Url;

use super::base::{Base, StartError};
use super::run::head_bounds;
use crate::cases::Desk;
use crate::cases::health::MachineWatch;
use crate::cases::mailroom::{Links, MailReader, Written};
use crate::cases::passwords::HashingPool;
use crate::domain::language::Language;
use crate::jobs::mail::Letters;
use crate::portal::developers::ApiDocument;
use crate::portal::session::DeskVisitors;
use crate::store::migrate;
use crate::telemetry::Observer;
use crate::web::{Access, Options, Room, Routes, ServerKey, Site, WebError, edge};
use crate::{api, portal, web as room};

/// How long a request waits for a place to hash before it is told to come back.
const HASH_WAIT: Duration = Duration::from_secs(5);

/// Every route of portal and API, with who may call it.
#[must_use]
pub fn routes(is_demo: bool) -> Routes {
    let health = Routes::new(Room::Portal).get("/healthz", Access::Public, "Whether the process lives", healthy).get(
        "/readyz",
        Access::Public,
        "Whether it can work: the store answers and its schema fits",
        ready,
    );
    room::assets::routes().merge(health).merge(portal::routes(is_demo)).merge(api::api().routes())
}

async fn healthy() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok\n")
}

async fn ready(desk: web::Data<Desk>) -> Result<HttpResponse, WebError> {
    let pending = desk.run(|desk| migrate::pending(&desk.store).map_err(Into::into)).await?;
    if pending > 0 {
        return Err(WebError::unavailable(30, "be ready", format!("{pending} migrations are pending")));
    }
    Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ready\n"))
}

/// The portal, bound and not yet answering.
pub struct PortalServer {
    /// Runs until stopped.
    pub server: Server,
    /// Where it listens.
    pub address: SocketAddr,
}

/// What the portal shows of itself.
#[derive(Clone, Debug)]
pub struct Addresses {
    /// The portal from outside.
    pub portal: Url,
    /// The gate from outside.
    pub gate: Url,
}

/// Builds the portal on a listener that is bound already.
///
/// # Errors
/// Templates that do not compile, or a listener that cannot be used.
pub fn build(
    base: &Base,
    desk: &Desk,
    letters: &Arc<Letters>,
    (listener, addresses): (TcpListener, Addresses),
    (is_demo, watch): (bool, MachineWatch),
) -> Result<PortalServer, StartError> {
    let settings = &base.settings;
    let address = listener.local_addr().map_err(|error| StartError::Setup(error.to_string()))?;
    let key = base.secrets.derived("web");
    let options = Options {
        service_name: settings.portal.service_name.clone(),
        city: base.profile.city.as_str().to_owned(),
        zone: base.profile.zone,
        language: base.profile.languages.first().and_then(|tag| Language::of_tag(tag.as_str())).unwrap_or_default(),
        voice: base.voice.clone(),
        portal_url: addresses.portal,
        gate_url: addresses.gate,
        is_demo,
        trusted_proxies: settings.network.trusted_proxies.clone(),
        form_bytes_max: settings.portal.form_kib.saturating_mul(1024),
        json_bytes_max: settings.portal.json_kib.saturating_mul(1024),
        upload_bytes_max: settings.portal.upload_mib.saturating_mul(1024 * 1024),
        body_time_max: Duration::from_secs(settings.portal.body_seconds),
        head_bounds: head_bounds(settings),
        server_key: ServerKey::from_bytes(*key.expose_secret()),
    };
    let site = Site::new(options, Arc::new(DeskVisitors(desk.clone())))
        .map_err(|error| StartError::Setup(format!("the templates cannot be used: {error}")))?;
    let site = web::Data::new(site);
    let desk = web::Data::new(desk.clone());
    let reader = web::Data::new(mail_reader(base, letters));
    let watch = web::Data::new(watch);
    let source = web::Data::new(base.source.clone());
    let hashing = web::Data::new(HashingPool::new(settings.accounts.hashes_at_once, HASH_WAIT));
    let document = web::Data::new(api_document(site.options().portal_url.as_str())?);
    let observer = Observer::new("portal", base.clock.clone(), settings.network.trusted_proxies.clone());
    let routes = routes(is_demo);
    let mut server = HttpServer::new(move || {
        let observer = Arc::clone(&observer);
        let routes = routes.clone();
        App::new()
            .app_data(site.clone())
            .app_data(desk.clone())
            .app_data(reader.clone())
            .app_data(hashing.clone())
            .app_data(watch.clone())
            .app_data(source.clone())
            .app_data(document.clone())
            .wrap(from_fn(edge::edge))
            .wrap(from_fn(move |request, next| Arc::clone(&observer).observe(request, next)))
            .configure(move |config| routes.configure(config))
    })
    .client_request_timeout(Duration::from_secs(settings.portal.head_seconds))
    .keep_alive(Duration::from_secs(settings.portal.keep_alive_seconds))
    .shutdown_timeout(settings.server.drain_seconds)
    .disable_signals();
    if settings.server.workers > 0 {
        server = server.workers(settings.server.workers);
    }
    let server = server.listen(listener).map_err(|error| StartError::Setup(error.to_string()))?.run();
    Ok(PortalServer { server, address })
}

/// The API's document, read for the page about it.
fn api_document(portal_url: &str) -> Result<ApiDocument, StartError> {
    let document = serde_json::to_value(api::api().document(portal_url.trim_end_matches('/')));
    let document = document.map_err(|error| StartError::Setup(format!("the API cannot be described: {error}")))?;
    Ok(ApiDocument::new(&document))
}

/// Lets pages show mails as they are sent.
fn mail_reader(base: &Base, letters: &Arc<Letters>) -> MailReader {
    let (secrets, letters) = (Arc::clone(&base.secrets), Arc::clone(letters));
    MailReader(Arc::new(move |message, links| {
        let written = match links {
            Links::Working => letters.write(&secrets, message),
            Links::Cut => letters.shown(message),
        };
        let letter = written.map_err(|error| error.to_string())?;
        let head = letters.head(message, &letter);
        Ok(Written { subject: letter.subject, text: letter.text, head })
    }))
}
