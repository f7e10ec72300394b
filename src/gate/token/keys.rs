//! The keys that sign tokens, as the feed told them: few, swapped whole, each known for some time before and after it
//! signs. Never prints a private one.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::{Signer as _, Verifier as _};
use p256::ecdsa::{Signature, SigningKey, VerifyingKey};
use p256::{EncodedPoint, FieldBytes};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use super::{Claims, Head};
use crate::domain::time::Instant;
use crate::domain::token::{ALGORITHM, Jwk, TYPE, Term};

/// A key as the feed tells it.
#[derive(Clone, Debug)]
pub struct TokenKeyGrant {
    /// The public key.
    pub jwk: Jwk,
    /// The private key, base64url as in a JWK (RFC 7518, 6.2.2.1); `None` when it no longer signs.
    pub private: Option<SecretString>,
    /// When it signs.
    pub term: Term,
}

struct TokenKey {
    jwk: Jwk,
    verifying: VerifyingKey,
    signing: Option<SigningKey>,
    term: Term,
}

/// Every key that is known now.
#[derive(Default)]
pub struct TokenKeys(Vec<TokenKey>);

impl fmt::Debug for TokenKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|key| &key.jwk.kid)).finish()
    }
}

/// The public keys as services read them (RFC 7517, 5).
#[derive(Serialize)]
pub(super) struct Published<'a> {
    keys: Vec<&'a Jwk>,
}

impl TokenKeys {
    /// Takes what was told; a key that cannot be used is left out and said in the log.
    #[must_use]
    pub fn of(grants: Vec<TokenKeyGrant>) -> Self {
        let usable = |grant: TokenKeyGrant| {
            let key = TokenKey::of(&grant);
            if key.is_none() {
                tracing::error!(kid = grant.jwk.kid, "a key for access tokens cannot be used");
            }
            key
        };
        Self(grants.into_iter().filter_map(usable).collect())
    }

    /// Whether tokens signed by this key are still taken.
    pub(in crate::gate) fn knows(&self, kid: &str, now: Instant) -> bool {
        self.named(kid, now).is_some()
    }

    /// Whether this key signed the text; `None` when no such key is known.
    pub(super) fn has_signed(&self, kid: &str, signed: &str, signature: &[u8], now: Instant) -> Option<bool> {
        let key = self.named(kid, now)?;
        let signature = Signature::from_slice(signature);
        Some(signature.is_ok_and(|signature| key.verifying.verify(signed.as_bytes(), &signature).is_ok()))
    }

    /// A token with these claims, signed by the key whose turn it is; `None` when there is none.
    pub(super) fn sign(&self, claims: &Claims<'_>, now: Instant) -> Option<String> {
        let due = self.0.iter().filter(|key| key.term.signs(now) && key.signing.is_some());
        let key = due.max_by_key(|key| key.term.from)?;
        let head = Head { typ: TYPE.into(), alg: ALGORITHM.into(), kid: key.jwk.kid.as_str().into() };
        let part = |json: Vec<u8>| URL_SAFE_NO_PAD.encode(json);
        let mut text = part(serde_json::to_vec(&head).ok()?);
        text.push('.');
        text.push_str(&part(serde_json::to_vec(claims).ok()?));
        let signature: Signature = key.signing.as_ref()?.sign(text.as_bytes());
        text.push('.');
        text.push_str(&part(signature.to_bytes().to_vec()));
        Some(text)
    }

    pub(super) fn published(&self, now: Instant) -> Published<'_> {
        let shown = self.0.iter().filter(|key| now < key.term.shown_until());
        Published { keys: shown.map(|key| &key.jwk).collect() }
    }

    fn named(&self, kid: &str, now: Instant) -> Option<&TokenKey> {
        self.0.iter().find(|key| key.jwk.kid == kid && now < key.term.shown_until())
    }
}

impl TokenKey {
    fn of(grant: &TokenKeyGrant) -> Option<Self> {
        let (x, y) = grant.jwk.point()?;
        let point = EncodedPoint::from_affine_coordinates(&FieldBytes::from(x), &FieldBytes::from(y), false);
        let verifying = VerifyingKey::from_encoded_point(&point).ok()?;
        let signing = match &grant.private {
            None => None,
            Some(private) => {
                let scalar = zeroize::Zeroizing::new(URL_SAFE_NO_PAD.decode(private.expose_secret()).ok()?);
                // A private half that belongs to another public one would sign what nobody can verify.
                Some(SigningKey::from_slice(&scalar).ok().filter(|key| *key.verifying_key() == verifying)?)
            }
        };
        Some(Self { jwk: grant.jwk.clone(), verifying, signing, term: grant.term })
    }
}
