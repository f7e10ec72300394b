//! Keyed hashes: codes that link equal values for a while and can be traced neither back nor across.
//!
//! The key is derived from the service's own secret, the same on every gate of a city, and never in the database. From it
//! comes a salt for each dataset and each day (or month) of the city: HMAC-SHA-256 of "redaction", the dataset and the
//! day. A code is HMAC-SHA-256 of the value under the salt, its first 128 bits in lower-case base 32: 26 characters.
//! Equal values of one dataset have equal codes within the day, in any format and for any holder, and never across days
//! or datasets. The day is that of the call, not of the record: within one download a value keeps its code.

use std::fmt;
use std::sync::Arc;

use chrono_tz::Tz;
use hmac::{Hmac, Mac as _};
use secrecy::{ExposeSecret as _, SecretBox};
use sha2::Sha256;

use crate::domain::id::DatasetId;
use crate::domain::redaction::Rotation;
use crate::domain::time::{Instant, day_in};

/// Characters of a code.
pub(super) const CODE_LENGTH: usize = 26;
const BASE_32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// The key from which salts come. It prints nothing of itself.
#[derive(Clone)]
pub struct RedactionKey(Arc<SecretBox<[u8; 32]>>);

impl fmt::Debug for RedactionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RedactionKey")
    }
}

impl Default for RedactionKey {
    /// A key that everybody knows, for tests and benchmarks: `app` always gives the city's own.
    fn default() -> Self {
        Self::new(SecretBox::new(Box::new([0; 32])))
    }
}

impl RedactionKey {
    /// Takes the key.
    #[must_use]
    pub fn new(key: SecretBox<[u8; 32]>) -> Self {
        Self(Arc::new(key))
    }

    /// The salts of a dataset at `now`.
    #[must_use]
    pub fn salts(&self, dataset: DatasetId, zone: Tz, now: Instant) -> Salts {
        let day = day_in(zone, now);
        let salt = |period: &str| {
            let mut mac = keyed(self.0.expose_secret());
            mac.update(format!("redaction\n{dataset}\n{period}").as_bytes());
            keyed(&mac.finalize().into_bytes().into())
        };
        Salts { day: salt(&day.format("%Y-%m-%d").to_string()), month: salt(&day.format("%Y-%m").to_string()) }
    }
}

/// The salts under which one answer is hashed.
#[derive(Clone)]
pub struct Salts {
    day: Hmac<Sha256>,
    month: Hmac<Sha256>,
}

impl fmt::Debug for Salts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salts")
    }
}

impl Salts {
    pub(super) fn code(&self, rotates: Rotation, value: &[u8]) -> [u8; CODE_LENGTH] {
        let mut mac = match rotates {
            Rotation::Day => self.day.clone(),
            Rotation::Month => self.month.clone(),
        };
        mac.update(value);
        let sum: [u8; 32] = mac.finalize().into_bytes().into();
        let mut first = [0_u8; 16];
        first.iter_mut().zip(sum).for_each(|(to, from)| *to = from);
        base_32(u128::from_be_bytes(first))
    }
}

fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    // A key shorter than the block is padded with zeros (RFC 2104 section 2).
    let mut block = zeroize::Zeroizing::new([0_u8; 64]);
    block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
    <Hmac<Sha256> as hmac::KeyInit>::new((&*block).into())
}

/// 128 bits as 26 characters, high bits first; the last holds three.
fn base_32(value: u128) -> [u8; CODE_LENGTH] {
    let mut code = [b'a'; CODE_LENGTH];
    let mut rest = value;
    for letter in &mut code {
        let five = usize::try_from(rest >> 123).unwrap_or(0);
        *letter = BASE_32.get(five).copied().unwrap_or(b'a');
        rest <<= 5;
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(key: u8, dataset: u128, now: &str, rotates: Rotation, value: &str) -> String {
        let key = RedactionKey::new(SecretBox::new(Box::new([key; 32])));
        let dataset = DatasetId::from_uuid(uuid::Uuid::from_u128(dataset));
        let salts = key.salts(dataset, chrono_tz::America::New_York, now.parse().unwrap());
        String::from_utf8(salts.code(rotates, value.as_bytes()).to_vec()).unwrap()
    }

    #[test]
    fn a_value_keeps_its_code_for_a_day_of_the_city_and_in_one_dataset() {
        let day = |now| code(1, 1, now, Rotation::Day, "AB-123");
        let noon = day("2026-11-23T17:00:00Z");
        assert_eq!(noon, day("2026-11-24T04:59:59Z"), "still the same evening in New York");
        assert_ne!(noon, day("2026-11-24T05:00:00Z"));
        let month = |now| code(1, 1, now, Rotation::Month, "AB-123");
        assert_eq!(month("2026-11-02T17:00:00Z"), month("2026-11-29T17:00:00Z"));
        assert_ne!(month("2026-11-29T17:00:00Z"), month("2026-12-02T17:00:00Z"));
        assert_ne!(noon, code(1, 2, "2026-11-23T17:00:00Z", Rotation::Day, "AB-123"), "another dataset");
        assert_ne!(noon, code(2, 1, "2026-11-23T17:00:00Z", Rotation::Day, "AB-123"), "another city");
        assert_ne!(noon, code(1, 1, "2026-11-23T17:00:00Z", Rotation::Day, "AB-124"));
    }

    #[test]
    fn a_code_is_26_characters_of_base_32() {
        let code = code(1, 1, "2026-11-23T17:00:00Z", Rotation::Day, "AB-123");
        assert!(code.len() == CODE_LENGTH && code.bytes().all(|letter| BASE_32.contains(&letter)), "{code}");
        // RFC 4648: sixteen bytes "fooba" and zeros.
        let value = u128::from_be_bytes(*b"fooba\0\0\0\0\0\0\0\0\0\0\0");
        assert_eq!(std::str::from_utf8(&base_32(value)).unwrap(), "mzxw6ytbaaaaaaaaaaaaaaaaaa");
        assert_eq!(format!("{:?}", RedactionKey::new(SecretBox::new(Box::new([7; 32])))), "RedactionKey");
    }
}
