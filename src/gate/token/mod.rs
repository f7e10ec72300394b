//! Access tokens (RFC 9068): short-lived, for one dataset, signed by a key that every gate of the city knows. A key's
//! holder exchanges the key for one ([`door`], OAuth 2.0 client credentials), and this gate takes it as it takes the key
//! ([`reader`]); other services verify it by themselves with the public keys ([`papers`]).
//!
//! A token is a narrower way to show a key and nothing more: at this gate every call with one is decided on the key's
//! record of that moment, so that a suspension stops it like the key itself.

pub(super) mod door;
mod form;
mod keys;
pub(super) mod papers;
mod reader;

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hyper::header::HeaderValue;
use serde::{Deserialize, Serialize};

pub use self::keys::{TokenKeyGrant, TokenKeys};
pub use self::reader::TokenReader;
pub(super) use self::reader::Unread;
use crate::domain::id::KeyId;
use crate::domain::key::text;
use crate::domain::time::Instant;
use crate::domain::token::TYPE;

/// The longest text that is read as a token.
const TEXT_MAX: usize = 4096;

/// What a token says, once its signature is known to be good.
#[derive(Debug)]
pub struct Token {
    /// The key that it was issued for.
    pub(super) key: KeyId,
    /// The slug of the dataset that it was issued for.
    pub(super) dataset: Box<str>,
    /// The operations that it opens there, as far as the key does.
    operations: Box<[Box<str>]>,
    /// Its scopes, as upstreams are told.
    pub(super) told: HeaderValue,
    /// From when it is no longer taken.
    pub(super) expires_at: Instant,
    /// The name of the key that signed it.
    pub(super) kid: Box<str>,
    claims: Claims<'static>,
}

impl Token {
    /// Whether it opens this operation of its dataset.
    pub(super) fn opens(&self, operation: &str) -> bool {
        self.operations.iter().any(|opened| **opened == *operation)
    }
}

/// The head of a token; anything more in it is refused, `crit` among others (RFC 7515, 4.1.11).
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head<'a> {
    typ: Cow<'a, str>,
    alg: Cow<'a, str>,
    kid: Cow<'a, str>,
}

/// The claims of a token (RFC 9068, 2.2; RFC 7519).
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Claims<'a> {
    /// This place's gate.
    iss: Cow<'a, str>,
    /// The key's id.
    sub: Cow<'a, str>,
    /// The same: keys are the clients here.
    client_id: Cow<'a, str>,
    /// The address of the dataset at the gate.
    aud: Cow<'a, str>,
    /// Seconds since 1970.
    exp: i64,
    iat: i64,
    jti: Cow<'a, str>,
    scope: Cow<'a, str>,
    /// The number of the agreement under which it was issued.
    agreement: Cow<'a, str>,
}

/// Whether a text is so long that it may be a token; a key's text is never so long. The only thing about tokens that is
/// asked of a key.
pub(super) const fn may_be(text: &str) -> bool {
    text.len() > text::TEXT_MAX
}

/// Whether a text has the form of an access token, whoever issued it.
pub(super) fn has_form(text: &str) -> bool {
    may_be(text) && parts(text).and_then(|(head, ..)| decoded(head)).is_some_and(|head| is_of_our_type(&head))
}

fn is_of_our_type(head: &[u8]) -> bool {
    let head: Option<serde_json::Value> = serde_json::from_slice(head).ok();
    head.is_some_and(|head| {
        let kind = head.get("typ").and_then(serde_json::Value::as_str).unwrap_or_default();
        // RFC 7515, 4.1.9: the type may stand with its prefix, and in any case.
        kind.rsplit('/').next().unwrap_or_default().eq_ignore_ascii_case(TYPE)
    })
}

/// Head, claims and signature, as encoded.
fn parts(text: &str) -> Option<(&str, &str, &str)> {
    let (signed, signature) = text.rsplit_once('.')?;
    let (head, claims) = signed.split_once('.')?;
    (!claims.contains('.')).then_some((head, claims, signature))
}

fn decoded(part: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(part).ok()
}

#[cfg(test)]
mod fuzz_tests;
#[cfg(test)]
mod tests;
