//! Proof that a write comes from our own page: a token bound to the session, and where the browser says the request
//! comes from. Never the only guard: cookies are `SameSite=Lax` and forms are never accepted as JSON.

use actix_web::http::header::{self, HeaderMap};
use url::Url;

use super::secret::ServerKey;

const PURPOSE: &str = "csrf";

/// The header in which API clients with a session may send the token.
pub const CSRF_HEADER: &str = "x-csrf-token";

/// The token for forms of the session (or of the visitor without one) that `secret` stands for.
#[must_use]
pub fn token(key: &ServerKey, secret: &str) -> String {
    key.seal(PURPOSE, &[secret])
}

/// Whether `given` is that token, compared in constant time. An empty secret never matches.
#[must_use]
pub fn is_token(key: &ServerKey, secret: &str, given: &str) -> bool {
    !secret.is_empty() && key.is_seal(given, PURPOSE, &[secret])
}

/// What the browser says about where a request comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// From a page of this site.
    Ours,
    /// From somewhere else, or from a page that hides where.
    Foreign,
    /// The client says nothing (not a browser, or an old one).
    Silent,
}

/// Reads `Sec-Fetch-Site` and `Origin`. One word of "foreign" outweighs everything.
#[must_use]
pub fn origin(headers: &HeaderMap, portal: &Url) -> Origin {
    let one = |name| headers.get(name).map(|value: &header::HeaderValue| value.to_str().unwrap_or("unreadable"));
    let site = match one("sec-fetch-site") {
        Some("same-origin" | "none") => Origin::Ours,
        Some(_) => Origin::Foreign,
        None => Origin::Silent,
    };
    let origin = match one("origin") {
        Some(origin) if is_ours(origin, headers, portal) => Origin::Ours,
        Some(_) => Origin::Foreign,
        None => Origin::Silent,
    };
    match (site, origin) {
        (Origin::Foreign, _) | (_, Origin::Foreign) => Origin::Foreign,
        (Origin::Ours, _) | (_, Origin::Ours) => Origin::Ours,
        (Origin::Silent, Origin::Silent) => Origin::Silent,
    }
}

/// The public address counts; on plain http (a demo), so does the host the browser used, `localhost` or `127.0.0.1`.
fn is_ours(origin: &str, headers: &HeaderMap, portal: &Url) -> bool {
    if origin == portal.origin().ascii_serialization() {
        return true;
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    portal.scheme() == "http" && !host.is_empty() && origin.strip_prefix("http://") == Some(host)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn seen(portal: &str, headers: &[(&'static str, &'static str)]) -> Origin {
        let request = headers.iter().fold(TestRequest::default(), |request, header| request.insert_header(*header));
        origin(request.to_http_request().headers(), &Url::parse(portal).unwrap())
    }

    #[test]
    fn a_token_belongs_to_one_session() {
        let key = ServerKey::from_bytes([1; 32]);
        let mine = token(&key, "session a");
        assert!(is_token(&key, "session a", &mine));
        assert!(!is_token(&key, "session b", &mine));
        assert!(!is_token(&key, "", &token(&key, "")), "no secret, no proof");
    }

    #[test]
    fn the_browsers_word_on_the_origin_is_read() {
        let city = "https://data.example.gov";
        assert_eq!(seen(city, &[]), Origin::Silent);
        assert_eq!(seen(city, &[("origin", "https://data.example.gov")]), Origin::Ours);
        assert_eq!(seen(city, &[("sec-fetch-site", "same-origin")]), Origin::Ours);
        for foreign in
            ["https://evil.example", "null", "http://data.example.gov", "https://data.example.gov.evil.example"]
        {
            assert_eq!(seen(city, &[("origin", foreign)]), Origin::Foreign, "{foreign}");
        }
        assert_eq!(seen(city, &[("sec-fetch-site", "same-site")]), Origin::Foreign);
        assert_eq!(
            seen(city, &[("sec-fetch-site", "same-origin"), ("origin", "https://evil.example")]),
            Origin::Foreign
        );
        let host = [("host", "data.example.gov.evil.example"), ("origin", "https://data.example.gov.evil.example")];
        assert_eq!(seen(city, &host), Origin::Foreign, "the host header proves nothing on https");
    }

    #[test]
    fn a_demo_may_be_opened_under_either_loopback_name() {
        let headers = [("host", "localhost:8080"), ("origin", "http://localhost:8080")];
        assert_eq!(seen("http://127.0.0.1:8080", &headers), Origin::Ours);
    }
}
