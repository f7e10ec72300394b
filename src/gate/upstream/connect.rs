//! Connecting, after asking whether it may.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use hyper::Uri;
use hyper::http::uri::Scheme;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower_service::Service;

use crate::domain::net::UpstreamNetworks;

/// Addresses of one name that are tried.
const ADDRESSES_MAX: usize = 8;

/// A connection to an upstream, with TLS where its address says so.
pub(super) type Stream = MaybeHttpsStream<TokioIo<TcpStream>>;

/// Connects to allowed networks only, and verifies certificates against the public roots.
#[derive(Clone)]
pub(super) struct Connector(HttpsConnector<Plain>);

impl Connector {
    pub(super) fn new(networks: Arc<UpstreamNetworks>) -> Self {
        let builder = HttpsConnectorBuilder::new().with_webpki_roots().https_or_http().enable_http1();
        Self(builder.wrap_connector(Plain { networks }))
    }

    /// Connects; the reason in words for the operator when it cannot.
    pub(super) async fn connect(&self, address: Uri) -> Result<Stream, String> {
        self.0.clone().call(address).await.map_err(|error| super::pool::causes(error.as_ref()))
    }
}

/// The part below TLS.
#[derive(Clone)]
struct Plain {
    networks: Arc<UpstreamNetworks>,
}

impl Service<Uri> for Plain {
    type Response = TokioIo<TcpStream>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<TokioIo<TcpStream>>> + Send>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let this = self.clone();
        Box::pin(async move { this.connect(&uri).await })
    }
}

impl Plain {
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

    #[tokio::test]
    async fn a_closed_network_is_refused_at_connect_time() {
        let connector = Plain { networks: Arc::new(UpstreamNetworks::default()) };
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
