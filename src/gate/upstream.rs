//! The services behind datasets: their addresses, and the connections that one worker keeps to them.
//!
//! A connection is made only to an address that the allow-list permits. The check is on the resolved address, at the
//! moment of connecting, and the connection goes to exactly that address, so a name that changes its answer gains
//! nothing. Redirects are never followed: the client knows none. An upstream that fails again and again is left alone
//! for a moment, so that its callers are refused at once instead of queueing for it.

mod connect;
mod pool;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use hyper::Uri;
use hyper::header::{HeaderName, HeaderValue};
use hyper::http::uri::PathAndQuery;
use secrecy::ExposeSecret;

pub(super) use self::pool::{Failure, Lease, UpstreamClient};
use super::grants::UpstreamGrant;
use super::ink::Ink;
use super::server::watch::sweeps;
use crate::domain::net::HeadBounds;

/// The longest head of an answer, in bytes.
const HEAD_MAX_BYTES: usize = 64 * 1024;

/// Where a dataset flows from, made ready for requests.
#[derive(Clone)]
pub(in crate::gate) struct Upstream {
    /// `http://host:port`: what connections are kept by.
    origin: Arc<str>,
    /// The same, for connecting.
    address: Uri,
    /// What the `Host` header says.
    pub(super) host: HeaderValue,
    /// The base path without its trailing slash.
    base_path: String,
    credential: Option<(HeaderName, HeaderValue)>,
    /// Longest wait for the head of an answer, and between two pieces of its body.
    pub(super) timeout: Duration,
    /// Longest answer in bytes.
    pub(super) body_max_bytes: u64,
    /// Longest request body in bytes, where the dataset has a bound of its own.
    pub(super) request_max_bytes: Option<u64>,
    /// Longest headers of a request together in bytes, where the dataset has a bound of its own.
    headers_max_bytes: Option<usize>,
    /// How long an answer may be given to others who ask the same.
    pub(super) keep_seconds: u32,
}

impl fmt::Debug for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Upstream({}{})", self.origin, self.base_path)
    }
}

impl Upstream {
    /// Reads an upstream; the reason, in words for the operator, when it cannot be used.
    pub(super) fn of(grant: &UpstreamGrant) -> Result<Self, String> {
        // The url crate folds decimal, octal and hexadecimal spellings of an address into the one usual form.
        let url =
            url::Url::parse(&grant.base_url).map_err(|error| format!("the base address is not a URL: {error}"))?;
        let scheme = url.scheme();
        if !matches!(scheme, "http" | "https") {
            return Err(format!("the base address has the scheme {scheme}; only http and https are possible"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("the base address carries a user name or password; use the credential instead".to_owned());
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("the base address carries a query or fragment".to_owned());
        }
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or("the base address has no host")?;
        let authority = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        let host = HeaderValue::from_str(&authority).map_err(|error| format!("the host cannot be used: {error}"))?;
        let origin = format!("{scheme}://{authority}");
        let address = origin.parse().map_err(|error| format!("the host cannot be used: {error}"))?;
        let credential = grant.credential.as_ref().map(|(name, value)| credential(name, value.expose_secret()));
        Ok(Self {
            origin: origin.into(),
            address,
            host,
            base_path: url.path().trim_end_matches('/').to_owned(),
            credential: credential.transpose()?,
            timeout: Duration::from_millis(grant.timeout_ms),
            body_max_bytes: grant.body_max_bytes,
            request_max_bytes: grant.request_max_bytes,
            headers_max_bytes: grant.headers_max_bytes.map(|bytes| usize::try_from(bytes).unwrap_or(usize::MAX)),
            keep_seconds: grant.keep_seconds,
        })
    }

    /// What a request asks for there: the base, the path below the dataset in its one normal spelling, and the query.
    pub(super) fn target(&self, path: &str, query: Option<&str>, ink: &Ink) -> Result<Uri, hyper::http::Error> {
        let path = if path == "/" && !self.base_path.is_empty() { "" } else { path };
        let query = query.unwrap_or_default();
        let target = ink.write(self.base_path.len() + path.len() + query.len() + 1, |room| {
            room.extend_from_slice(self.base_path.as_bytes());
            room.extend_from_slice(path.as_bytes());
            if !query.is_empty() {
                room.extend_from_slice(b"?");
                room.extend_from_slice(query.as_bytes());
            }
        });
        Ok(Uri::from(PathAndQuery::from_maybe_shared(target)?))
    }

    /// The bounds of a request's headers, where the dataset's own are narrower than the gate's.
    pub(super) fn head_bounds(&self, of_gate: HeadBounds) -> Option<HeadBounds> {
        let bytes_max = self.headers_max_bytes.filter(|own| *own < of_gate.bytes_max)?;
        Some(HeadBounds { bytes_max, ..of_gate })
    }

    /// Sweeps of the worker that the head of an answer, or the next piece of a body, may take.
    pub(super) fn patience(&self) -> u64 {
        sweeps(self.timeout)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(base_url: &str) -> UpstreamGrant {
        UpstreamGrant {
            base_url: base_url.to_owned(),
            credential: None,
            timeout_ms: 1000,
            body_max_bytes: 1 << 20,
            request_max_bytes: None,
            headers_max_bytes: None,
            keep_seconds: 0,
        }
    }

    #[test]
    fn a_request_goes_below_the_base_address() {
        let uri = |base: &str, path: &str, query| {
            let upstream = Upstream::of(&grant(base)).unwrap();
            format!("{}{}", upstream.origin, upstream.target(path, query, &Ink::default()).unwrap())
        };
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
}
