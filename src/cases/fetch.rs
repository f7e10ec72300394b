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
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;
    use crate::domain::net::CidrList;

    fn loopback() -> UpstreamNetworks {
        UpstreamNetworks::opening(CidrList::parse("127.0.0.0/8 ::1").unwrap())
    }

    fn limits(bytes: usize) -> FetchLimits {
        FetchLimits { bytes, time: Duration::from_secs(5) }
    }

    async fn fetched(url: &str, limits: FetchLimits) -> Result<Vec<u8>, FetchError> {
        fetch_catalogue(url, &loopback(), (limits, &Meter::default())).await
    }

    /// Answers one request with `answer` and gives back what was asked.
    async fn server(answer: String) -> (SocketAddr, tokio::task::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let asked = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut asked = Vec::new();
            while !asked.ends_with(b"\r\n\r\n") {
                asked.push(stream.read_u8().await.unwrap());
            }
            let _client_may_be_gone = stream.write_all(answer.as_bytes()).await;
            String::from_utf8(asked).unwrap()
        });
        (at, asked)
    }

    fn ok(body: &str) -> String {
        format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())
    }

    #[test]
    fn addresses_that_may_not_be_reached_are_refused_at_sight() {
        let rule = UpstreamNetworks::default();
        let code = |text: &str| check_address("url", text, &rule).err().map(|invalid| invalid.code);
        for closed in [
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://0177.0.0.1/",
            "http://127.1/",
            "http://localhost:8080/",
            "http://a.localhost./",
            "http://[::1]/",
            "http://[::ffff:169.254.169.254]/latest",
            "https://10.0.0.8/data.json",
            "http://169.254.169.254/latest/meta-data",
            "http://example.org:25/",
            "https://example.org:22/",
        ] {
            assert_eq!(code(closed), Some("address_not_allowed"), "{closed}");
        }
        for other in [
            "ftp://example.org/",
            "file:///etc/passwd",
            "data.json",
            "https://",
            "http://me:pw@example.org/",
            "http://e.org/#x",
        ] {
            assert_eq!(code(other), Some("not_a_web_address"), "{other}");
        }
        for open in ["https://example.org/data.json", "http://example.org:8080/", "http://8.8.8.8/"] {
            assert_eq!(code(open), None, "{open}");
        }
        assert!(check_address("url", "http://127.0.0.1:9080/x", &loopback()).is_ok());
    }

    #[tokio::test]
    async fn a_body_comes_whole_and_under_the_name_asked_for() {
        let (at, asked) = server(ok("[1]")).await;
        let url = format!("http://localhost:{}/data.json?all=1", at.port());
        let body = fetched(&url, limits(3)).await.unwrap();
        assert_eq!(body, b"[1]");
        let asked = asked.await.unwrap().to_lowercase();
        assert!(asked.starts_with("get /data.json?all=1 http/1.1\r\n"), "{asked}");
        assert!(asked.contains(&format!("host: localhost:{}\r\n", at.port())), "{asked}");
    }

    #[tokio::test]
    async fn a_name_that_leads_to_a_closed_network_is_not_connected_to() {
        let url = Url::parse("http://localhost:9/").unwrap();
        let refused = resolve(&url, &UpstreamNetworks::default()).await.unwrap_err();
        assert_eq!(refused, FetchError::Forbidden("localhost".to_owned()));
    }

    #[tokio::test]
    async fn a_long_body_ends_at_the_limit_with_or_without_a_length() {
        for answer in [ok("12345"), "HTTP/1.1 200 OK\r\n\r\n12345".to_owned()] {
            let (at, _asked) = server(answer).await;
            let came = fetched(&format!("http://{at}/"), limits(4)).await;
            assert_eq!(came, Err(FetchError::TooLong(4)));
        }
    }

    #[tokio::test]
    async fn other_answers_than_success_are_told_apart() {
        let answers = [
            (
                "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n",
                FetchError::Redirected("http://127.0.0.1/".to_owned()),
            ),
            ("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", FetchError::Status(403)),
            (
                "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx",
                FetchError::Packed("gzip".to_owned()),
            ),
            ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", FetchError::Broken),
        ];
        for (answer, expected) in answers {
            let (at, _asked) = server(answer.to_owned()).await;
            let came = fetched(&format!("http://{at}/"), limits(99)).await;
            assert_eq!(came, Err(expected));
        }
    }

    #[tokio::test]
    async fn silence_ends_at_the_time_limit_and_nobody_there_is_said_so() {
        let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = silent.local_addr().unwrap();
        let time = Duration::from_millis(50);
        let came = fetched(&format!("http://{at}/"), FetchLimits { bytes: 9, time }).await;
        assert_eq!(came, Err(FetchError::TooSlow(time)));
        drop(silent);
        let came = fetched(&format!("http://{at}/"), limits(9)).await;
        assert!(matches!(came, Err(FetchError::Unreachable { .. })), "{came:?}");
    }
}
