//! Passwords: the rules of NIST SP 800-63B-4 and Argon2id. At most a few hashes run at once.

use std::sync::Arc;
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

use super::CaseError;
use crate::domain::refusal::Refusal;
use crate::domain::text::Invalid;
use crate::store::StoreError;

/// Shortest password, in characters, for a password as only factor.
pub const LENGTH_MIN: usize = 15;
/// Longest password, in characters.
pub const LENGTH_MAX: usize = 256;

/// The cost of one hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub iterations: u32,
    /// Lanes.
    pub parallelism: u32,
}

impl Cost {
    fn hasher(self) -> Result<Argon2<'static>, CaseError> {
        let params = Params::new(self.memory_kib, self.iterations, self.parallelism, None)
            .map_err(|error| StoreError::Setup(format!("the Argon2 cost is not possible: {error}")))?;
        Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
    }
}

/// Lets a few hashes run at once and turns away a flood.
#[derive(Clone, Debug)]
pub struct HashingPool {
    places: Arc<Semaphore>,
    wait: Duration,
}

impl HashingPool {
    /// `places` hashes at once; who waits longer than `wait` is told to come back.
    #[must_use]
    pub fn new(places: usize, wait: Duration) -> Self {
        Self { places: Arc::new(Semaphore::new(places.max(1))), wait }
    }

    /// Runs one hash on the blocking pool.
    ///
    /// # Errors
    /// [`CaseError::Wait`] when too many wait already.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, CaseError> + Send + 'static,
    ) -> Result<T, CaseError> {
        let place = tokio::time::timeout(self.wait, Arc::clone(&self.places).acquire_owned()).await;
        let Ok(Ok(place)) = place else { return Err(CaseError::Wait(5)) };
        let done = tokio::task::spawn_blocking(move || {
            let _place = place;
            work()
        });
        done.await.map_err(|panic| CaseError::Store(StoreError::Unavailable(panic.to_string())))?
    }
}

/// Checks a new password: length, and that it is neither common nor made of what is known about the person.
/// No rules of composition (section 3.1.1.2).
///
/// # Errors
/// `too_short`, `too_long`, `easy_to_guess`.
pub fn check(field: &str, password: &SecretString, known: &[&str]) -> Result<(), Invalid> {
    let normal: String = password.expose_secret().nfc().collect();
    let length = normal.chars().count();
    if length < LENGTH_MIN {
        let message = format!("Use at least {LENGTH_MIN} characters. Several words in a row are easy to remember.");
        return Err(Invalid::new(field, "too_short", message));
    }
    if length > LENGTH_MAX {
        return Err(Invalid::new(field, "too_long", format!("Use at most {LENGTH_MAX} characters.")));
    }
    let mut expected = vec!["accord", "norwalk", "password", "opendata", "sensor"];
    expected.extend_from_slice(known);
    let lower = normal.to_lowercase();
    let is_expected = expected.iter().any(|word| word.len() >= 4 && lower.replace(&word.to_lowercase(), "").len() < 6);
    let estimate = zxcvbn::zxcvbn(&normal, &expected);
    if is_expected || estimate.score() < zxcvbn::Score::Three {
        let why = estimate.feedback().and_then(zxcvbn::feedback::Feedback::warning);
        let why = why.map(|warning| format!(" {warning}")).unwrap_or_default();
        let message = format!("This password is common or easy to guess.{why} Choose unrelated words.");
        return Err(Invalid::new(field, "easy_to_guess", message));
    }
    Ok(())
}

/// Hashes a password; salt of its own, cost inside the string.
///
/// # Errors
/// When the cost is not possible.
pub fn hash(password: &SecretString, cost: Cost) -> Result<String, CaseError> {
    let normal: zeroize::Zeroizing<String> = zeroize::Zeroizing::new(password.expose_secret().nfc().collect());
    let hash: argon2::password_hash::phc::PasswordHash = cost
        .hasher()?
        .hash_password(normal.as_bytes())
        .map_err(|error| StoreError::Unavailable(format!("hashing failed: {error}")))?;
    Ok(hash.to_string())
}

/// Whether the password fits the hash. Without a hash the same time is spent and the answer is no.
///
/// # Errors
/// When the cost is not possible.
pub fn fits(password: &SecretString, hash: Option<&str>, cost: Cost) -> Result<bool, CaseError> {
    let normal: zeroize::Zeroizing<String> = zeroize::Zeroizing::new(password.expose_secret().nfc().collect());
    let Some(hash) = hash else {
        let mut spent = [0_u8; 32];
        let _same_time = cost.hasher()?.hash_password_into(normal.as_bytes(), b"nobody has this!", &mut spent);
        return Ok(false);
    };
    let parsed = PasswordHash::new(hash)
        .map_err(|error| StoreError::Corrupt { what: "password hash", why: error.to_string() })?;
    Ok(cost.hasher()?.verify_password(normal.as_bytes(), &parsed).is_ok())
}

/// The refusal that never tells which part was wrong.
#[must_use]
pub fn wrong_login() -> Refusal {
    Refusal::new("wrong_login", "The e-mail address or the password is wrong.")
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: Cost = Cost { memory_kib: 64, iterations: 1, parallelism: 1 };

    fn secret(text: &str) -> SecretString {
        SecretString::from(text)
    }

    #[test]
    fn the_rules_are_length_and_blocklist_and_nothing_else() {
        let rows = [
            ("short", Some("too_short")),
            ("fourteen chars", Some("too_short")),
            ("passwordpassword", Some("easy_to_guess")),
            ("aaaaaaaaaaaaaaaaaaaa", Some("easy_to_guess")),
            ("maria@norwalk.example", Some("easy_to_guess")),
            ("Maria Gonzalez 1", Some("easy_to_guess")),
            ("plover tangent oyster mill", None),
            ("ostra molino jilguero niebla", None),
            ("pløver tangent østers mølle", None),
        ];
        for (password, code) in rows {
            let known = ["maria@norwalk.example", "Maria Gonzalez"];
            let found = check("password", &secret(password), &known).err().map(|invalid| invalid.code);
            assert_eq!(found, code, "{password}");
        }
        assert_eq!(check("p", &secret(&"plover tangent oyster mill".repeat(10)), &[]).unwrap_err().code, "too_long");
    }

    #[test]
    fn composed_and_decomposed_letters_are_the_same_password() {
        let hash = hash(&secret("caf\u{e9} plover tangent"), CHEAP).unwrap();
        assert!(fits(&secret("cafe\u{301} plover tangent"), Some(&hash), CHEAP).unwrap());
        assert!(!fits(&secret("cafe plover tangent"), Some(&hash), CHEAP).unwrap());
        assert!(!fits(&secret("anything"), None, CHEAP).unwrap());
    }
}
