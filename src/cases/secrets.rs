//! The service's own secrets: signing mailed links, sealing upstream credentials, signing agreements and audit heads.
//! They live in a file beside the database, never in it.

use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use derivation::keyed;
use ed25519_dalek::{Signer as _, SigningKey};
use secrecy::{ExposeSecret, SecretBox, SecretString};

use crate::domain::audit::{hex, unhex};

/// The purpose of the key from which the gates' keyed hashes get their salts: the same on every gate with this secret, and
/// never in the database.
pub const REDACTION: &str = "redaction";

/// 32 random bytes from which every other secret is derived.
pub struct Secrets {
    root: SecretBox<[u8; 32]>,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets")
    }
}

/// A sealed text could not be opened: it was changed, or sealed under another root secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a sealed value cannot be opened; was the secret file replaced?")]
pub struct CannotOpen;

impl Secrets {
    /// Takes the root secret.
    #[must_use]
    pub fn new(root: [u8; 32]) -> Self {
        Self { root: SecretBox::new(Box::new(root)) }
    }

    /// The secret for one purpose.
    #[must_use]
    pub fn derived(&self, purpose: &str) -> SecretBox<[u8; 32]> {
        SecretBox::new(Box::new(keyed(self.root.expose_secret(), purpose.as_bytes())))
    }

    /// Seals a credential for storing. `nonce` is 12 fresh random bytes; `place` binds it to its row.
    #[must_use]
    pub fn seal(&self, place: &str, nonce: [u8; 12], text: &SecretString) -> String {
        let key = self.derived(&format!("seal {place}"));
        let cipher = ChaCha20Poly1305::new(&Key::from(*key.expose_secret()));
        let sealed = cipher.encrypt(&Nonce::from(nonce), text.expose_secret().as_bytes()).unwrap_or_default();
        format!("{}:{}", hex(&nonce), hex(&sealed))
    }

    /// Opens a sealed credential.
    ///
    /// # Errors
    /// [`CannotOpen`].
    pub fn open(&self, place: &str, sealed: &str) -> Result<SecretString, CannotOpen> {
        let (nonce, body) = sealed.split_once(':').ok_or(CannotOpen)?;
        let nonce: [u8; 12] = bytes(nonce).and_then(|bytes| bytes.try_into().ok()).ok_or(CannotOpen)?;
        let key = self.derived(&format!("seal {place}"));
        let cipher = ChaCha20Poly1305::new(&Key::from(*key.expose_secret()));
        let open = bytes(body).and_then(|body| cipher.decrypt(&Nonce::from(nonce), body.as_slice()).ok());
        open.and_then(|open| String::from_utf8(open).ok()).map(SecretString::from).ok_or(CannotOpen)
    }

    /// Signs a text with the service's Ed25519 key; hex.
    #[must_use]
    pub fn sign(&self, text: &str) -> String {
        hex(&self.signing_key().sign(text.as_bytes()).to_bytes())
    }

    /// The service's public Ed25519 key; hex.
    #[must_use]
    pub fn public_key(&self) -> String {
        hex(self.signing_key().verifying_key().as_bytes())
    }

    /// Whether `signature` (hex) is this service's over `text`.
    #[must_use]
    pub fn is_signed(&self, text: &str, signature: &str) -> bool {
        let Some(raw) = bytes(signature).and_then(|raw| <[u8; 64]>::try_from(raw).ok()) else { return false };
        let signature = ed25519_dalek::Signature::from_bytes(&raw);
        self.signing_key().verifying_key().verify_strict(text.as_bytes(), &signature).is_ok()
    }

    fn signing_key(&self) -> SigningKey {
        SigningKey::from_bytes(self.derived("sign").expose_secret())
    }

    /// Reads a root secret from 64 hex digits.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        unhex(text.trim()).map(Self::new)
    }
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    text.as_bytes()
        .chunks_exact(2)
        .map(|pair| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok()))
        .collect()
}

/// Key derivation by HMAC-SHA256 (RFC 2104), through the crate that argon2 and the tokens already bring.
mod derivation {
    use hmac::{Hmac, KeyInit, Mac};
    use sha2::Sha256;

    pub(super) fn keyed(key: &[u8; 32], text: &[u8]) -> [u8; 32] {
        // A key shorter than the block is padded with zeros (RFC 2104 section 2).
        let mut block = zeroize::Zeroizing::new([0_u8; 64]);
        block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
        let mut mac = <Hmac<Sha256> as KeyInit>::new((&*block).into());
        mac.update(text);
        mac.finalize().into_bytes().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_credential_opens_only_where_it_was_sealed() {
        let secrets = Secrets::new([7; 32]);
        let sealed = secrets.seal("dataset 1", [1; 12], &SecretString::from("s3cret"));
        assert!(!sealed.contains("s3cret"));
        assert_eq!(secrets.open("dataset 1", &sealed).unwrap().expose_secret(), "s3cret");
        assert_eq!(secrets.open("dataset 2", &sealed).unwrap_err(), CannotOpen);
        assert_eq!(Secrets::new([8; 32]).open("dataset 1", &sealed).unwrap_err(), CannotOpen);
        assert_eq!(secrets.open("dataset 1", "zz").unwrap_err(), CannotOpen);
    }

    #[test]
    fn a_signature_holds_for_its_text_only() {
        let secrets = Secrets::new([7; 32]);
        let signature = secrets.sign("DSA-2026-0001 abc");
        assert!(secrets.is_signed("DSA-2026-0001 abc", &signature));
        assert!(!secrets.is_signed("DSA-2026-0001 abd", &signature));
        assert!(!secrets.is_signed("DSA-2026-0001 abc", "00"));
    }
}
