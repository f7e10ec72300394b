//! The services behind datasets: their addresses, and one pool of connections per worker.
//!
//! A connection is made only to an address that the allow-list permits. The check is on the resolved address, at the
//! moment of connecting, and the connection goes to exactly that address, so a name that changes its answer gains
//! nothing. Redirects are never followed: the client knows none.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::header::{HeaderName, HeaderValue};
use hyper::http::uri::{Authority, PathAndQuery, Scheme};
use hyper::{Request, Response, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use secrecy::ExposeSecret;
use tokio::net::TcpStream;
use tower_service::Service;

use super::body::Outgoing;
use super::grants::UpstreamGrant;
use crate::domain::net::UpstreamNetworks;

/// Idle connections kept per upstream and worker.
const IDLE_MAX: usize = 256;
/// How long an idle connection is kept; shorter than the usual five seconds at which servers hang up.
const IDLE_TIMEOUT: Duration = Duration::from_secs(4);
/// The longest head of an answer, in bytes.
const HEAD_MAX_BYTES: usize = 64 * 1024;
/// The most headers of an answer.
const HEADERS_MAX: usize = 100;
/// Addresses of one name that are tried.
const ADDRESSES_MAX: usize = 8;

/// Where a dataset flows from, made ready for requests.
#[derive(Clone)]
pub(in crate::gate) struct Upstream {
    scheme: Scheme,
    authority: Authority,
    /// The base path without its trailing slash.
    base_path: String,
    credential: Option<(HeaderName, HeaderValue)>,
    /// Longest wait for the head of an answer, and between two pieces of its body.
    pub(super) timeout: Duration,
    /// Longest answer in bytes.
    pub(super) body_max_bytes: u64,
}

impl fmt::Debug for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Upstream({}://{}{})", self.scheme, self.authority, self.base_path)
    }
}

impl Upstream {
    /// Reads an upstream; the reason, in words for the operator, when it cannot be used.
    pub(super) fn of(grant: &UpstreamGrant) -> Result<Self, String> {
        // The url crate folds decimal, octal and hexadecimal spellings of an address into the one usual form.
        let url =
            url::Url::parse(&grant.base_url).map_err(|error| format!("the base address is not a URL: {error}"))?;
        let scheme = match url.scheme() {
            "http" => Scheme::HTTP,
            "https" => Scheme::HTTPS,
            other => return Err(format!("the base address has the scheme {other}; only http and https are possible")),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err("the base address carries a user name or password; use the credential instead".to_owned());
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("the base address carries a query or fragment".to_owned());
        }
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or("the base address has no host")?;
        let authority = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        let authority = authority.parse().map_err(|error| format!("the host cannot be used: {error}"))?;
        let credential = grant.credential.as_ref().map(|(name, value)| credential(name, value.expose_secret()));
        Ok(Self {
            scheme,
            authority,
            base_path: url.path().trim_end_matches('/').to_owned(),
            credential: credential.transpose()?,
            timeout: Duration::from_millis(grant.timeout_ms),
            body_max_bytes: grant.body_max_bytes,
        })
    }

    /// The address of a request: the base, the path below the dataset in its one normal spelling, and the query.
    pub(super) fn uri(&self, path: &str, query: Option<&str>) -> Result<Uri, hyper::http::Error> {
        let path = if path == "/" && !self.base_path.is_empty() { "" } else { path };
        let question = if query.is_some() { "?" } else { "" };
        let target = format!("{}{path}{question}{}", self.base_path, query.unwrap_or_default());
        let target = PathAndQuery::from_maybe_shared(bytes::Bytes::from(target))?;
        Uri::builder().scheme(self.scheme.clone()).authority(self.authority.clone()).path_and_query(target).build()
    }

    /// Our credential there.
    pub(super) const fn credential(&self) -> Option<&(HeaderName, HeaderValue)> {
        self.credential.as_ref()
    }
}

fn credential(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), String> {
    let name = HeaderName::from_bytes(name.as_bytes())
        .map_err(|error| format!("the credential's header cannot be used: {error}"))?;
    let mut value =
        HeaderValue::from_str(value).map_err(|error| format!("the credential cannot stand in a header: {error}"))?;
    value.set_sensitive(true);
    Ok((name, value))
}

/// The client of one worker: requests of a worker never wait for another worker's pool.
pub(super) struct UpstreamClient(Client<HttpsConnector<Connector>, Outgoing>);

impl UpstreamClient {
    pub(super) fn new(networks: Arc<UpstreamNetworks>, connect_timeout: Duration) -> Self {
        let connector = HttpsConnectorBuilder::new()
            .with_webpki_roots()
            .https_or_http()
            .enable_http1()
            .wrap_connector(Connector { networks, connect_timeout });
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .pool_timer(TokioTimer::new())
            .pool_max_idle_per_host(IDLE_MAX)
            .http1_max_headers(HEADERS_MAX)
            .http1_max_buf_size(HEAD_MAX_BYTES)
            .build(connector);
        Self(client)
    }

    pub(super) async fn send(&self, request: Request<Outgoing>) -> Result<Response<hyper::body::Incoming>, Error> {
        self.0.request(request).await
    }
}

/// Connects, after asking whether it may.
#[derive(Clone)]
struct Connector {
    networks: Arc<UpstreamNetworks>,
    connect_timeout: Duration,
}

impl Service<Uri> for Connector {
    type Response = TokioIo<TcpStream>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<TokioIo<TcpStream>>> + Send>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let this = self.clone();
        Box::pin(async move {
            let late = |_| io::Error::new(io::ErrorKind::TimedOut, format!("connecting to {uri} took too long"));
            tokio::time::timeout(this.connect_timeout, this.connect(&uri)).await.map_err(late)?
        })
    }
}

impl Connector {
    async fn connect(&self, uri: &Uri) -> io::Result<TokioIo<TcpStream>> {
        let host = uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
        let is_tls = uri.scheme() == Some(&Scheme::HTTPS);
        let port = uri.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
        let addresses: Vec<SocketAddr> = match host.parse::<IpAddr>() {
            Ok(literal) => vec![SocketAddr::new(literal, port)],
            Err(_) => tokio::net::lookup_host((host, port)).await?.take(ADDRESSES_MAX).collect(),
        };
        let mut last = io::Error::new(
            io::ErrorKind::PermissionDenied,
            format!("{host} has no address in a network that upstreams may be reached in"),
        );
        for address in addresses.into_iter().filter(|address| self.networks.allows(address.ip())) {
            match TcpStream::connect(address).await {
                Ok(stream) => {
                    stream.set_nodelay(true)?;
                    return Ok(TokioIo::new(stream));
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(base_url: &str) -> UpstreamGrant {
        UpstreamGrant { base_url: base_url.to_owned(), credential: None, timeout_ms: 1000, body_max_bytes: 1 << 20 }
    }

    #[test]
    fn a_request_goes_below_the_base_address() {
        let uri =
            |base: &str, path: &str, query| Upstream::of(&grant(base)).unwrap().uri(path, query).unwrap().to_string();
        assert_eq!(uri("http://feed.example", "/", None), "http://feed.example/");
        assert_eq!(uri("http://feed.example/", "/latest", Some("a=1&b")), "http://feed.example/latest?a=1&b");
        assert_eq!(uri("https://feed.example:8443/v2/parking/", "/", None), "https://feed.example:8443/v2/parking");
        assert_eq!(uri("http://[::1]:80/x", "/caf%C3%A9", None), "http://[::1]/x/caf%C3%A9");
        assert_eq!(uri("http://2130706433/", "/a", None), "http://127.0.0.1/a");
        assert_eq!(uri("http://0x7f.1:9/", "/a", None), "http://127.0.0.1:9/a");
    }

    #[test]
    fn an_unusable_base_address_is_refused_with_its_reason() {
        for base in [
            "",
            "feed.example/x",
            "ftp://feed.example",
            "file:///etc/passwd",
            "gopher://feed.example",
            "http://",
            "http://user:pw@feed.example/",
            "http://feed.example/?q=1",
            "http://feed.example/#f",
        ] {
            assert!(Upstream::of(&grant(base)).is_err(), "{base}");
        }
        let with = |name: &str, value: &str| UpstreamGrant {
            credential: Some((name.to_owned(), value.to_owned().into())),
            ..grant("http://feed.example")
        };
        assert!(Upstream::of(&with("X-Feed-Key", "s3cret")).is_ok());
        assert!(Upstream::of(&with("X Feed", "s3cret")).is_err());
        assert!(Upstream::of(&with("X-Feed-Key", "a\r\nb")).is_err());
        assert!(!format!("{:?}", Upstream::of(&with("X-Feed-Key", "s3cret")).unwrap()).contains("s3cret"));
    }

    #[tokio::test]
    async fn a_closed_network_is_refused_at_connect_time() {
        let connector =
            Connector { networks: Arc::new(UpstreamNetworks::default()), connect_timeout: Duration::from_secs(5) };
        for target in [
            "http://127.0.0.1:9/",
            "http://[::1]:9/",
            "http://169.254.169.254/",
            "http://localhost:9/",
            "http://[::ffff:127.0.0.1]:9/",
        ] {
            let error = connector.connect(&target.parse().unwrap()).await.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::PermissionDenied, "{target}");
        }
    }
}
