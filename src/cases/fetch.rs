//! Fetching from an address: a catalogue to import, and the start of a feed for a preview. The only outbound calls that
//! cases make.
//!
//! Everything else that leaves the service goes through the gate or the outbox. These belong to neither: a steward
//! waits for them, and what they bring is untrusted bytes, handed on before any transaction begins. Must never connect to
//! an address that the operator has not opened: names are resolved here, each address is asked against
//! [`UpstreamNetworks`], and the connection goes to exactly that address, so that a name which changes its answer gains
//! nothing. Must never follow a redirect, which would begin all of this anew at the word of a stranger, and show a
//! credential to nobody but the upstream it was given for.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::header::HeaderValue;
use hyper::{Request, Response, StatusCode, Uri, header};
use hyper_rustls::{DefaultServerNameResolver, HttpsConnectorBuilder, ResolveServerName as _};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use secrecy::{ExposeSecret as _, SecretString};
use url::{Host, Url};

use super::CaseError;
use crate::domain::dcat::CATALOGUE_BYTES_MAX;
use crate::domain::net::UpstreamNetworks;
use crate::domain::text::{Invalid, Line};

/// The longest address that is read, in characters.
const ADDRESS_MAX: usize = 2_000;
/// Addresses of one name that are tried in turn.
const TRIES_MAX: usize = 4;
/// The longest wait for one connection.
const CONNECT_MAX: Duration = Duration::from_secs(5);
/// Ports below this belong to other protocols, save for the two of the web.
const HIGH_PORTS: u16 = 1024;

/// How much a fetch may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FetchLimits {
    /// Bytes of the body.
    pub bytes: usize,
    /// Time from the look-up of the name to the last byte.
    pub time: Duration,
}

impl Default for FetchLimits {
    /// What the catalogue reader takes, within a minute.
    fn default() -> Self {
        Self { bytes: CATALOGUE_BYTES_MAX, time: Duration::from_secs(60) }
    }
}

impl FetchLimits {
    /// For a fetch that somebody can watch and call off: five minutes.
    #[must_use]
    pub fn watched() -> Self {
        Self { time: Duration::from_secs(300), ..Self::default() }
    }
}

/// How far a fetch is; may be read while it goes on.
#[derive(Debug, Default)]
pub struct Meter {
    done: AtomicU64,
    of: AtomicU64,
}

impl Meter {
    /// Bytes that came, and how many there will be; 0 where the address did not say.
    #[must_use]
    pub fn read(&self) -> (u64, u64) {
        (self.done.load(Ordering::Relaxed), self.of.load(Ordering::Relaxed))
    }

    fn came(&self, bytes: usize) {
        self.done.fetch_add(u64::try_from(bytes).unwrap_or(0), Ordering::Relaxed);
    }
}

/// Why nothing was fetched. Each is one plain sentence for the person who gave the address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// It is no address that may be asked.
    #[error("{}", .0.message)]
    Refused(Invalid),
    /// The name has no address.
    #[error("The name {0} is not known. Check the spelling of the address.")]
    Unresolved(String),
    /// The name leads into a network that this service may not reach.
    #[error("{0} lies in a network that this service may not reach. Ask an administrator to open it.")]
    Forbidden(String),
    /// No connection, or no secure one.
    #[error("No connection to {host}: {why}. Try again later.")]
    Unreachable {
        /// To whom.
        host: String,
        /// What went wrong.
        why: String,
    },
    /// The address sends on to another one.
    #[error("The address sends on to another one ({0}). Give the last address itself.")]
    Redirected(String),
    /// The answer is not a success.
    #[error("The address answers with status {0}. Give an address that anybody can read.")]
    Status(u16),
    /// The body is packed although that was not asked for.
    #[error("The answer is packed as {0}, although plain text was asked for. Download the file and upload it here.")]
    Packed(String),
    /// The body is longer than allowed.
    #[error("The answer is longer than {} MiB, the most that is read.", .0 / (1024 * 1024))]
    TooLong(usize),
    /// The answer was cut off or broken.
    #[error("The answer broke off. Try again later.")]
    Broken,
    /// It took too long.
    #[error("No complete answer within {} seconds. Try again later.", .0.as_secs())]
    TooSlow(Duration),
}

impl From<FetchError> for CaseError {
    fn from(error: FetchError) -> Self {
        let code = match &error {
            FetchError::Refused(invalid) => return invalid.clone().into(),
            FetchError::Unresolved(_) => "address_unknown",
            FetchError::Forbidden(_) => "address_not_allowed",
            FetchError::Unreachable { .. } => "address_unreachable",
            FetchError::Redirected(_) => "address_redirects",
            FetchError::Status(_) | FetchError::Packed(_) | FetchError::Broken => "address_answers_badly",
            FetchError::TooLong(_) => "too_long",
            FetchError::TooSlow(_) => "too_slow",
        };
        Invalid::new("url", code, error.to_string()).into()
    }
}

/// Reads an address that the service itself is to connect to: `http` or `https`, no user name, a host that is not
/// closed as far as its spelling shows (numbers in any notation, `localhost`), a port of the web or a high one. A name
/// is not resolved here: whoever connects asks `networks` again with the address it resolves to.
///
/// # Errors
/// `required`, `too_long`, `not_a_web_address` or `address_not_allowed`, naming `field`.
pub fn check_address(field: &str, text: &str, networks: &UpstreamNetworks) -> Result<Url, Invalid> {
    let line = Line::<ADDRESS_MAX>::parse(field, text)?;
    let refuse = |message: &str| Invalid::new(field, "not_a_web_address", message);
    let url = Url::parse(line.as_str())
        .map_err(|_not_absolute| refuse("Write the whole address, such as https://example.org/data.json."))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refuse("Only http and https addresses can be reached."));
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return Err(refuse("Leave user name, password and the part after # out of the address."));
    }
    let closed = || Invalid::new(field, "address_not_allowed", "This service may not reach that address.");
    let Some(host) = url.host() else { return Err(refuse("The address names no host.")) };
    if !spelt_addresses(&host).iter().all(|address| networks.allows(*address)) {
        return Err(closed());
    }
    let port = url.port_or_known_default().unwrap_or_default();
    if port < HIGH_PORTS && !matches!(port, 80 | 443) {
        return Err(closed());
    }
    Ok(url)
}

/// The addresses that a host names by its very spelling.
fn spelt_addresses(host: &Host<&str>) -> Vec<IpAddr> {
    match host {
        Host::Ipv4(address) => vec![IpAddr::V4(*address)],
        Host::Ipv6(address) => vec![IpAddr::V6(*address)],
        Host::Domain(name) => {
            let name = name.trim_end_matches('.');
            let is_local = name == "localhost" || name.ends_with(".localhost");
            if is_local { vec![IpAddr::V4(Ipv4Addr::LOCALHOST)] } else { Vec::new() }
        }
    }
}

/// Fetches the bytes of a catalogue; `meter` shows how far it is.
///
/// # Errors
/// [`FetchError`]; as a [`CaseError`] it is an invalid `url`.
pub async fn fetch_catalogue(
    url: &str,
    networks: &UpstreamNetworks,
    (limits, meter): (FetchLimits, &Meter),
) -> Result<Vec<u8>, FetchError> {
    let url = check_address("url", url, networks).map_err(FetchError::Refused)?;
    let whole = Box::pin(async { take(reach(&url, networks, None).await?, limits.bytes, meter).await });
    tokio::time::timeout(limits.time, whole).await.unwrap_or(Err(FetchError::TooSlow(limits.time)))
}

/// The start of what an upstream answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Its content type, empty where it says none.
    pub content_type: String,
    /// Its first bytes.
    pub bytes: Vec<u8>,
    /// There was more.
    pub is_cut: bool,
}

/// Fetches the start of an upstream's answer, showing the credential it is given for.
///
/// # Errors
/// [`FetchError`].
pub async fn fetch_sample(
    url: &str,
    credential: Option<(&str, &SecretString)>,
    networks: &UpstreamNetworks,
    limits: FetchLimits,
) -> Result<Sample, FetchError> {
    let url = check_address("url", url, networks).map_err(FetchError::Refused)?;
    let whole = Box::pin(async { take_start(reach(&url, networks, credential).await?, limits.bytes).await });
    tokio::time::timeout(limits.time, whole).await.unwrap_or(Err(FetchError::TooSlow(limits.time)))
}

/// The answer of the first address behind the name that can be reached.
async fn reach(
    url: &Url,
    networks: &UpstreamNetworks,
    credential: Option<(&str, &SecretString)>,
) -> Result<Response<Incoming>, FetchError> {
    let mut failed = FetchError::Broken;
    for address in resolve(url, networks).await? {
        match get(url, address, credential).await {
            Err(unreachable @ FetchError::Unreachable { .. }) => failed = unreachable,
            done => return done,
        }
    }
    Err(failed)
}

/// The addresses behind the name that may be reached; at least one.
async fn resolve(url: &Url, networks: &UpstreamNetworks) -> Result<Vec<SocketAddr>, FetchError> {
    let port = url.port_or_known_default().unwrap_or_default();
    let found: Vec<SocketAddr> = match url.host() {
        Some(Host::Ipv4(address)) => vec![SocketAddr::from((address, port))],
        Some(Host::Ipv6(address)) => vec![SocketAddr::from((address, port))],
        Some(Host::Domain(name)) => match tokio::net::lookup_host((name, port)).await {
            Ok(found) => found.collect(),
            Err(error) => {
                tracing::info!(name, %error, "the name of a catalogue cannot be resolved");
                Vec::new()
            }
        },
        None => Vec::new(),
    };
    if found.is_empty() {
        return Err(FetchError::Unresolved(host(url)));
    }
    let allowed: Vec<_> = found.into_iter().filter(|at| networks.allows(at.ip())).take(TRIES_MAX).collect();
    if allowed.is_empty() { Err(FetchError::Forbidden(host(url))) } else { Ok(allowed) }
}

fn host(url: &Url) -> String {
    url.host_str().unwrap_or_default().to_owned()
}

/// One request to one address, under the name that was asked for.
async fn get(
    url: &Url,
    address: SocketAddr,
    credential: Option<(&str, &SecretString)>,
) -> Result<Response<Incoming>, FetchError> {
    let unreachable = |why: String| FetchError::Unreachable { host: host(url), why };
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_connect_timeout(Some(CONNECT_MAX));
    let named: Uri = url.as_str().parse().map_err(|error| unreachable(format!("{error}")))?;
    let connector = HttpsConnectorBuilder::new()
        .with_webpki_roots()
        .https_or_http()
        .with_server_name_resolver(move |_: &Uri| DefaultServerNameResolver::default().resolve(&named))
        .enable_http1()
        .wrap_connector(tcp);
    let client: Client<_, Empty<Bytes>> = Client::builder(TokioExecutor::new()).build(connector);
    // The address stands in the request's URI, so that nothing is resolved a second time; the name in its Host.
    let path = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    let authority = url.port().map_or_else(|| host(url), |port| format!("{}:{port}", host(url)));
    let mut request = Request::get(format!("{}://{address}{path}", url.scheme()))
        .header(header::HOST, authority)
        .header(header::USER_AGENT, concat!("accord/", env!("CARGO_PKG_VERSION")))
        .header(header::ACCEPT, "application/json, */*;q=0.1")
        .header(header::ACCEPT_ENCODING, "identity");
    if let Some((name, value)) = credential {
        let mut value = HeaderValue::from_str(value.expose_secret())
            .map_err(|_hidden| unreachable("its credential does not fit into a header".to_owned()))?;
        value.set_sensitive(true);
        request = request.header(name, value);
    }
    let request = request.body(Empty::new()).map_err(|error| unreachable(error.to_string()))?;
    client.request(request).await.map_err(|error| unreachable(deepest(&error)))
}

/// Refuses an answer whose body is not what was asked for.
fn check_head(answer: &Response<Incoming>) -> Result<(), FetchError> {
    let text = |name| answer.headers().get(name).and_then(|value| value.to_str().ok()).map(shown);
    let status = answer.status();
    if status.is_redirection() {
        return Err(FetchError::Redirected(text(header::LOCATION).unwrap_or_default()));
    }
    if status != StatusCode::OK {
        return Err(FetchError::Status(status.as_u16()));
    }
    if let Some(packed) = text(header::CONTENT_ENCODING).filter(|coding| !coding.eq_ignore_ascii_case("identity")) {
        return Err(FetchError::Packed(packed));
    }
    Ok(())
}

async fn take_start(answer: Response<Incoming>, bytes_max: usize) -> Result<Sample, FetchError> {
    check_head(&answer)?;
    let content_type = answer.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(shown);
    let mut sample = Sample { content_type: content_type.unwrap_or_default(), bytes: Vec::new(), is_cut: false };
    let mut body = answer.into_body();
    while let Some(frame) = body.frame().await {
        // An upstream's own error says nothing that the steward needs.
        let Ok(piece) = frame.map_err(|_broken| FetchError::Broken)?.into_data() else { continue };
        let room = bytes_max - sample.bytes.len();
        sample.bytes.extend_from_slice(piece.get(..room.min(piece.len())).unwrap_or_default());
        if piece.len() > room {
            sample.is_cut = true;
            break;
        }
    }
    Ok(sample)
}

async fn take(answer: Response<Incoming>, bytes_max: usize, meter: &Meter) -> Result<Vec<u8>, FetchError> {
    check_head(&answer)?;
    let length = answer.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    meter.of.store(length.unwrap_or(0), Ordering::Relaxed);
    let mut body = Limited::new(answer.into_body(), bytes_max);
    let mut whole = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| {
            if error.is::<LengthLimitError>() { FetchError::TooLong(bytes_max) } else { FetchError::Broken }
        })?;
        let Ok(piece) = frame.into_data() else { continue };
        meter.came(piece.len());
        whole.extend_from_slice(&piece);
    }
    Ok(whole)
}

/// At most 200 characters of what a stranger wrote, for an error message.
fn shown(text: &str) -> String {
    text.chars().take(200).collect()
}

/// The innermost cause: "connection refused" says more than "client error".
fn deepest(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    shown(&cause.to_string())
}

#[cfg(test)]
mod tests;
