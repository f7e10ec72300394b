//! The server's own key, from which CSRF tokens and signed cookies are made. It signs nothing that outlives a session.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret as _, SecretBox};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use super::error::WebError;

/// Bytes of the HMAC-SHA256 block; a shorter key is padded with zeros, as RFC 2104 says.
const BLOCK_BYTES: usize = 64;
/// Bytes of randomness in a token we hand out.
const TOKEN_BYTES: usize = 32;

/// A secret of 32 random bytes, the same for every portal of one installation.
pub struct ServerKey(SecretBox<[u8; BLOCK_BYTES]>);

impl std::fmt::Debug for ServerKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ServerKey([hidden])")
    }
}

impl ServerKey {
    /// Wraps the key's bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        let mut block = [0; BLOCK_BYTES];
        for (to, from) in block.iter_mut().zip(bytes) {
            *to = from;
        }
        Self(SecretBox::new(Box::new(block)))
    }

    /// HMAC-SHA256 over the purpose and the parts, each preceded by its length so that no two lists collide;
    /// unpadded base64url.
    #[must_use]
    pub fn seal(&self, purpose: &str, parts: &[&str]) -> String {
        let mut mac = Hmac::<Sha256>::new(self.0.expose_secret().into());
        for part in std::iter::once(&purpose).chain(parts) {
            mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            mac.update(part.as_bytes());
        }
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    }

    /// Whether `seal` is ours over the same purpose and parts; takes the same time whatever it holds.
    #[must_use]
    pub fn is_seal(&self, seal: &str, purpose: &str, parts: &[&str]) -> bool {
        self.seal(purpose, parts).as_bytes().ct_eq(seal.as_bytes()).into()
    }
}

/// A fresh token of 256 random bits, unpadded base64url.
///
/// # Errors
/// When the operating system gives no randomness.
pub fn fresh_token() -> Result<String, WebError> {
    let mut bytes = [0; TOKEN_BYTES];
    getrandom::fill(&mut bytes).map_err(|error| WebError::internal("ask the system for randomness", error))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_holds_for_its_own_purpose_and_parts_only() {
        let key = ServerKey::from_bytes([7; 32]);
        let seal = key.seal("csrf", &["ab", "c"]);
        assert!(key.is_seal(&seal, "csrf", &["ab", "c"]));
        assert!(!key.is_seal(&seal, "csrf", &["a", "bc"]), "moved boundary");
        assert!(!key.is_seal(&seal, "flash", &["ab", "c"]), "other purpose");
        assert!(!key.is_seal("", "csrf", &["ab", "c"]));
        assert!(!ServerKey::from_bytes([8; 32]).is_seal(&seal, "csrf", &["ab", "c"]), "other key");
    }

    #[test]
    fn the_key_cannot_be_printed() {
        assert_eq!(format!("{:?}", ServerKey::from_bytes([65; 32])), "ServerKey([hidden])");
    }

    #[test]
    fn tokens_differ_and_are_43_characters() {
        let (one, two) = (fresh_token().unwrap(), fresh_token().unwrap());
        assert_ne!(one, two);
        assert_eq!(one.len(), 43);
    }
}
