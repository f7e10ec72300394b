//! Request headers with a meaning of their own: `If-Match` with a version, `Idempotency-Key`; and the `ETag` answered.

use std::rc::Rc;

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderName};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use futures_util::future::{Ready, ready};

use super::error::WebError;
use super::form::{ONCE_FIELD, Posted};

/// Longest idempotency key in characters.
pub const IDEMPOTENCY_KEY_MAX: usize = 255;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The entity tag of a version, for the header `ETag`: `"v12"`.
#[must_use]
pub fn etag(version: i64) -> (HeaderName, String) {
    (header::ETAG, format!("\"v{version}\""))
}

/// The version in `If-Match`, which every update by the API must send. Missing is 428, malformed 400.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IfMatch(pub i64);

impl FromRequest for IfMatch {
    type Error = WebError;
    type Future = Ready<Result<Self, WebError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let mut values = request.headers().get_all(header::IF_MATCH);
        let (Some(value), None) = (values.next(), values.next()) else {
            return ready(Err(WebError::precondition_required()));
        };
        let version = value.to_str().ok().and_then(version_of);
        let malformed = || WebError::bad_request("if_match_malformed", "If-Match must hold one ETag such as \"v3\".");
        ready(version.map(Self).ok_or_else(malformed))
    }
}

fn version_of(tag: &str) -> Option<i64> {
    let digits = tag.trim().strip_prefix("\"v")?.strip_suffix('"')?;
    digits.bytes().all(|digit| digit.is_ascii_digit()).then(|| digits.parse().ok())?
}

/// A client's own name for one attempt: 1 to 255 visible ASCII characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Reads a key; the quotes of the structured-field form are taken off.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let bare = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text);
        let is_good =
            (1..=IDEMPOTENCY_KEY_MAX).contains(&bare.len()) && bare.bytes().all(|byte| byte.is_ascii_graphic());
        is_good.then(|| Self(bare.to_owned()))
    }

    /// The key's text, owned.
    #[must_use]
    pub fn into_text(self) -> String {
        self.0
    }

    /// The key's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The idempotency key of this request: from the header, or from the hidden field `once` of our own forms. Take it in
/// every handler of an act that must not happen twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Once(pub Option<IdempotencyKey>);

impl FromRequest for Once {
    type Error = WebError;
    type Future = Ready<Result<Self, WebError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(once_of(request))
    }
}

fn once_of(request: &HttpRequest) -> Result<Once, WebError> {
    let mut headers = request.headers().get_all(IDEMPOTENCY_KEY);
    let header = headers.next().map(|value| value.to_str().unwrap_or_default().to_owned());
    let is_doubled = headers.next().is_some();
    let field = || {
        let fields = request.extensions().get::<Posted>().map(|posted| Rc::clone(&posted.fields))?;
        fields.get(ONCE_FIELD).map(str::to_owned)
    };
    let Some(text) = header.or_else(field) else { return Ok(Once(None)) };
    let malformed = || {
        let detail = format!("Idempotency-Key must be 1 to {IDEMPOTENCY_KEY_MAX} visible ASCII characters, sent once.");
        WebError::bad_request("idempotency_key_malformed", detail)
    };
    if is_doubled {
        return Err(malformed());
    }
    IdempotencyKey::parse(&text).map(|key| Once(Some(key))).ok_or_else(malformed)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    async fn if_match(value: &str) -> Result<IfMatch, WebError> {
        IfMatch::extract(&TestRequest::default().insert_header((header::IF_MATCH, value)).to_http_request()).await
    }

    #[actix_web::test]
    async fn if_match_takes_exactly_our_tags() {
        assert_eq!(if_match("\"v12\"").await.unwrap(), IfMatch(12));
        for bad in
            ["*", "v12", "\"12\"", "W/\"v12\"", "\"v-1\"", "\"v\"", "\"v1\", \"v2\"", "\"v99999999999999999999\""]
        {
            assert_eq!(if_match(bad).await.unwrap_err().code(), "if_match_malformed", "{bad}");
        }
        let missing = IfMatch::extract(&TestRequest::default().to_http_request()).await.unwrap_err();
        assert_eq!(missing.status(), 428);
        assert_eq!(etag(12).1, "\"v12\"");
    }

    #[test]
    fn idempotency_keys_are_bounded_visible_ascii() {
        assert_eq!(IdempotencyKey::parse("\"abc-1\"").unwrap().as_str(), "abc-1");
        assert!(IdempotencyKey::parse(&"k".repeat(IDEMPOTENCY_KEY_MAX)).is_some());
        for bad in ["", "\"\"", "a b", "ü", "a\tb", &"k".repeat(IDEMPOTENCY_KEY_MAX + 1)] {
            assert_eq!(IdempotencyKey::parse(bad), None, "{bad:?}");
        }
    }

    #[actix_web::test]
    async fn a_malformed_or_doubled_key_is_an_error_and_not_ignored() {
        let request = |keys: &[&'static str]| {
            keys.iter().fold(TestRequest::default(), |request, key| request.append_header(("idempotency-key", *key)))
        };
        assert_eq!(Once::extract(&request(&[]).to_http_request()).await.unwrap(), Once(None));
        assert!(Once::extract(&request(&["k1"]).to_http_request()).await.unwrap().0.is_some());
        assert!(Once::extract(&request(&["a b"]).to_http_request()).await.is_err());
        assert!(Once::extract(&request(&["a", "b"]).to_http_request()).await.is_err());
    }
}
