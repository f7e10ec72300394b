//! Reading a token: once in full, then by its digest from a bounded table that each worker has for itself. The algorithm
//! is ours, whatever the token's head says.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::hash::BuildHasherDefault;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use hyper::header::HeaderValue;

use super::keys::TokenKeys;
use super::{Claims, Head, TEXT_MAX, Token, decoded, parts};
use crate::domain::key::Digest;
use crate::domain::scope::{Scope, check_slug};
use crate::domain::time::Instant;
use crate::domain::token::{ALGORITHM, TOKEN_SECONDS, TYPE};
use crate::gate::grants::BareHasher;

/// Tokens that one worker remembers.
const KNOWN_MAX: usize = 4096;
/// How far the clocks of two gates may differ.
const LEEWAY: TimeDelta = TimeDelta::seconds(5);

/// Why a text is not taken as a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::gate) enum Unread {
    /// It is no token of this gate, or was changed.
    Malformed,
    /// It names a key that is not known, or no longer.
    UnknownKey,
    /// It was good until then.
    Expired(Instant),
}

/// Reads tokens for one worker.
pub struct TokenReader {
    issuer: Box<str>,
    known: RefCell<HashMap<Digest, Arc<Token>, BuildHasherDefault<BareHasher>>>,
}

impl fmt::Debug for TokenReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenReader").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

impl TokenReader {
    /// A reader of tokens that name this issuer (the gate's address from outside, without a slash at its end).
    #[must_use]
    pub fn new(issuer: &str) -> Self {
        Self { issuer: issuer.into(), known: RefCell::default() }
    }

    /// What a token says, if one of the keys signed it and it has not expired.
    pub(in crate::gate) fn read(&self, text: &str, keys: &TokenKeys, now: Instant) -> Result<Arc<Token>, Unread> {
        if text.len() > TEXT_MAX {
            return Err(Unread::Malformed);
        }
        let digest = Digest::of(text);
        let known = self.known.borrow().get(&digest).cloned();
        let token = match known {
            // A key that was withdrawn takes its tokens with it.
            Some(token) if keys.knows(&token.kid, now) => token,
            Some(_) => return Err(Unread::UnknownKey),
            None => {
                let token = Arc::new(self.verified(text, keys, now)?);
                self.remember(digest, &token, now);
                token
            }
        };
        if token.expires_at + LEEWAY <= now { Err(Unread::Expired(token.expires_at)) } else { Ok(token) }
    }

    fn verified(&self, text: &str, keys: &TokenKeys, now: Instant) -> Result<Token, Unread> {
        let (head_text, claims_text, signature) = parts(text).ok_or(Unread::Malformed)?;
        let head = decoded(head_text).ok_or(Unread::Malformed)?;
        let head: Head<'_> = serde_json::from_slice(&head).or(Err(Unread::Malformed))?;
        let signature = decoded(signature).ok_or(Unread::Malformed)?;
        if head.typ != TYPE || head.alg != ALGORITHM {
            return Err(Unread::Malformed);
        }
        let signed = text.get(..head_text.len() + 1 + claims_text.len()).ok_or(Unread::Malformed)?;
        match keys.has_signed(&head.kid, signed, &signature, now) {
            None => return Err(Unread::UnknownKey),
            Some(false) => return Err(Unread::Malformed),
            Some(true) => {}
        }
        let claims = decoded(claims_text).ok_or(Unread::Malformed)?;
        let claims: Claims<'static> = serde_json::from_slice(&claims).or(Err(Unread::Malformed))?;
        self.token(claims, &head.kid).ok_or(Unread::Malformed)
    }

    /// A token of these claims, if they are ones that this gate would write.
    fn token(&self, claims: Claims<'static>, kid: &str) -> Option<Token> {
        let dataset = claims.aud.strip_prefix(&*self.issuer)?.strip_prefix('/')?;
        let lives = claims.exp.checked_sub(claims.iat)?;
        let is_ours = claims.iss == *self.issuer
            && claims.sub == claims.client_id
            && check_slug(dataset).is_ok()
            && (1..=i64::from(*TOKEN_SECONDS.end())).contains(&lives);
        if !is_ours {
            return None;
        }
        let scopes: Vec<Scope> = claims.scope.split(' ').map(str::parse).collect::<Result<_, _>>().ok()?;
        let operation = |scope: &Scope| (scope.dataset() == dataset).then(|| Box::from(scope.operation()));
        Some(Token {
            key: claims.sub.parse().ok()?,
            dataset: dataset.into(),
            operations: scopes.iter().map(operation).collect::<Option<_>>()?,
            told: HeaderValue::from_str(&claims.scope).ok()?,
            expires_at: DateTime::from_timestamp(claims.exp, 0)?,
            kid: kid.into(),
            claims,
        })
    }

    pub(super) fn remember(&self, digest: Digest, token: &Arc<Token>, now: Instant) {
        let mut known = self.known.borrow_mut();
        if known.len() >= KNOWN_MAX {
            known.retain(|_, token| token.expires_at > now);
        }
        if known.len() >= KNOWN_MAX {
            known.clear();
        }
        known.insert(digest, Arc::clone(token));
    }
}

#[cfg(test)]
impl TokenReader {
    pub(super) fn len(&self) -> usize {
        self.known.borrow().len()
    }
}
