//! Where a key may stand in a request: `Authorization: Bearer`, `X-Api-Key`, and `api_key` in the query of a dataset
//! that allows it. What is shown twice must be the same twice. A key found in a query never travels on.

use std::borrow::Cow;

use hyper::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use url::form_urlencoded;

use super::check::Credential;
use super::token;
use crate::domain::key::text;

const API_KEY: HeaderName = HeaderName::from_static("x-api-key");
/// The scheme of RFC 6750.
const BEARER: &str = "Bearer ";
/// The query parameter, for clients that cannot send headers.
const QUERY_KEY: &str = "api_key";

/// What the request shows as a key. `query_key` is what its query carries, where that is allowed.
pub(super) fn shown<'a>(headers: &'a HeaderMap, query_key: Credential<'a>) -> Credential<'a> {
    let mut found = query_key;
    for (name, value) in headers {
        if *name == AUTHORIZATION {
            found = one_of(found, bearer(value));
        } else if *name == API_KEY {
            found = one_of(found, api_key(value));
        }
    }
    found
}

/// The bearer token of `Authorization` alone.
pub(super) fn authorization(headers: &HeaderMap) -> Credential<'_> {
    headers.get_all(AUTHORIZATION).iter().map(bearer).fold(Credential::None, one_of)
}

fn bearer(value: &HeaderValue) -> Credential<'_> {
    let text = read(value).unwrap_or_default();
    match text.split_at_checked(BEARER.len()) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case(BEARER) => Credential::Text(token.trim()),
        Some(_) | None => Credential::Malformed,
    }
}

/// A token travels as a bearer's only (RFC 6750, 2.1).
fn api_key(value: &HeaderValue) -> Credential<'_> {
    match read(value) {
        Some(text) if !token::may_be(text) => Credential::Text(text),
        Some(_) | None => Credential::Malformed,
    }
}

/// The text of a header, without blanks around it; none unless all of it is ASCII.
fn read(value: &HeaderValue) -> Option<&str> {
    let bytes = value.as_bytes().trim_ascii();
    std::str::from_utf8(bytes).ok().filter(|_| bytes.is_ascii())
}

fn one_of<'a>(first: Credential<'a>, second: Credential<'a>) -> Credential<'a> {
    match (first, second) {
        (Credential::None, other) | (other, Credential::None) => other,
        (Credential::Text(one), Credential::Text(two)) if one == two => Credential::Text(one),
        (Credential::Malformed | Credential::Text(_), Credential::Malformed | Credential::Text(_)) => {
            Credential::Malformed
        }
    }
}

/// The key in a query, if there is one: its text, or why it cannot be one. A token is none: it is never taken from there.
pub(super) fn in_query(query: &str) -> Option<Result<String, ()>> {
    let mut values = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == QUERY_KEY);
    let (_, first) = values.next()?;
    let is_key = values.all(|(_, value)| value == first) && !token::may_be(&first);
    Some(if is_key { Ok(first.into_owned()) } else { Err(()) })
}

/// The query as it may travel on: without `api_key`, and without anything else that is a key of this place or an access
/// token, so that none reaches an upstream or its log.
pub(super) fn without_keys<'a>(query: &'a str, key_prefix: &str) -> Cow<'a, str> {
    let is_secret = |piece: &&str| {
        form_urlencoded::parse(piece.as_bytes()).any(|(name, value)| {
            let is_one = |text: &str| text::recognise(text, key_prefix).is_ok() || token::has_form(text);
            name == QUERY_KEY || is_one(&name) || is_one(&value)
        })
    };
    if !query.split('&').any(|piece| is_secret(&piece)) {
        return Cow::Borrowed(query);
    }
    let kept: Vec<&str> = query.split('&').filter(|piece| !is_secret(piece)).collect();
    Cow::Owned(kept.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::key::{KeyText, Mode};

    fn read(headers: &[(&str, &str)]) -> String {
        let mut all = HeaderMap::new();
        for (name, value) in headers {
            all.append(HeaderName::try_from(*name).unwrap(), HeaderValue::from_str(value).unwrap());
        }
        format!("{:?}", shown(&all, Credential::None))
    }

    #[test]
    fn a_key_is_read_from_two_headers_and_must_be_one() {
        let cases = [
            (vec![], "None"),
            (vec![("authorization", "Bearer abc")], "Text(\"abc\")"),
            (vec![("authorization", "bearer  abc ")], "Text(\"abc\")"),
            (vec![("x-api-key", " abc")], "Text(\"abc\")"),
            (vec![("x-api-key", "")], "Text(\"\")"),
            (vec![("authorization", "Bearer abc"), ("x-api-key", "abc")], "Text(\"abc\")"),
            (vec![("authorization", "Bearer abc"), ("x-api-key", "abd")], "Malformed"),
            (vec![("x-api-key", "abc"), ("x-api-key", "abd")], "Malformed"),
            (vec![("authorization", "Bearer abc"), ("authorization", "Bearer abd")], "Malformed"),
            (vec![("authorization", "Basic abc")], "Malformed"),
            (vec![("authorization", "abc")], "Malformed"),
            (vec![("authorization", "Basic abc"), ("x-api-key", "abc")], "Malformed"),
            (vec![("x-api-key", "\u{e9}")], "Malformed"),
            (vec![("cookie", "session=abc"), ("api-key", "abc")], "None"),
        ];
        for (headers, expected) in cases {
            assert_eq!(read(&headers), expected, "{headers:?}");
        }
    }

    #[test]
    fn a_key_never_travels_on_in_a_query() {
        let key = KeyText::make("nwk", Mode::Live, &[5; 32]).reveal();
        let hidden = key.replacen('n', "%6e", 1).replacen('_', "%5F", 1);
        let cases = [
            ("a=1&b=2".to_owned(), "a=1&b=2"),
            (String::new(), ""),
            (format!("a=1&api_key={key}&b"), "a=1&b"),
            ("api%5Fkey=x&a=%20".to_owned(), "a=%20"),
            (format!("token={key}"), ""),
            (format!("token={hidden}&x=1"), "x=1"),
            (format!("{key}&x=1"), "x=1"),
        ];
        for (query, expected) in cases {
            assert_eq!(without_keys(&query, "nwk"), expected, "{query}");
        }
        assert_eq!(in_query("a=1"), None);
        assert_eq!(in_query("api_key=x"), Some(Ok("x".into())));
        assert_eq!(in_query("api_key=x&api_key=y"), Some(Err(())));
    }
}
