//! The text of a key: how it is made, recognised without a look-up, and turned into the digest that is all we keep.
//!
//! `<prefix>_<live|test>_<30 base62 random><6 base62 CRC-32>`. Thirty base62 characters are 178 random bits, so a plain
//! SHA-256 protects a stored key; a slow hash would only slow the gate. Nothing here may print a key's text.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Characters of the random part.
pub const RANDOM_CHARS: usize = 30;
/// Characters of the checksum.
pub const CHECKSUM_CHARS: usize = 6;
/// The longest text that is looked at as a key; longer ones are malformed unread.
pub const TEXT_MAX: usize = 80;
/// The longest key prefix of a profile.
pub const PREFIX_MAX: usize = 8;

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Whether a key is for real use or for trying out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// For real use.
    Live,
    /// For trying out; the gate treats it alike, people can tell it apart.
    Test,
}

impl Mode {
    /// `live` or `test`, as it stands in the key.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Test => "test",
        }
    }
}

impl FromStr for Mode {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        match text {
            "live" => Ok(Self::Live),
            "test" => Ok(Self::Test),
            _ => Err(Malformed),
        }
    }
}

/// The text is not a key of this place: wrong form or wrong checksum. It says no more on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the text does not have the form and checksum of a key")
    }
}

impl std::error::Error for Malformed {}

/// The text of a key, wiped from memory when dropped and never printed.
pub struct KeyText {
    text: Zeroizing<String>,
    mode: Mode,
}

impl KeyText {
    /// Makes a key from 256 random bits. The 30 characters are the value modulo 62 to the 30th, so no character is
    /// likelier than another by more than 2 to the minus 77.
    #[must_use]
    pub fn make(prefix: &str, mode: Mode, random: &[u8; 32]) -> Self {
        let mut number = Zeroizing::new(*random);
        let mut text = Zeroizing::new(String::with_capacity(TEXT_MAX));
        text.push_str(prefix);
        text.push('_');
        text.push_str(mode.as_str());
        text.push('_');
        for _ in 0..RANDOM_CHARS {
            text.push(char::from(base62(divide_by_62(&mut number))));
        }
        let checksum = checksum(&text);
        text.extend(checksum.map(char::from));
        Self { text, mode }
    }

    /// Reads a presented key; its form and checksum are verified, nothing is looked up.
    pub fn parse(text: &str, prefix: &str) -> Result<Self, Malformed> {
        let mode = recognise(text, prefix)?;
        Ok(Self { text: Zeroizing::new(text.to_owned()), mode })
    }

    /// Gives the text out, once: to the person it was made for.
    #[must_use]
    pub fn reveal(mut self) -> String {
        std::mem::take(&mut *self.text)
    }

    /// What is stored in place of the text.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&self.text)
    }

    /// The first and last four characters of the part that differs between keys, for people to tell keys apart.
    #[must_use]
    pub fn hint(&self) -> String {
        let secret = self.text.rsplit('_').next().unwrap_or_default();
        let (first, last) = (secret.get(..4).unwrap_or_default(), secret.get(secret.len().saturating_sub(4)..));
        format!("{first}…{}", last.unwrap_or_default())
    }

    /// Whether the text begins so: with prefix, mode and the first `letters` of the part that differs, which may be shown.
    #[must_use]
    pub fn begins_with(&self, beginning: &str, letters: usize) -> bool {
        let shown = self.text.len().saturating_sub(RANDOM_CHARS + CHECKSUM_CHARS) + letters;
        self.text.get(..shown) == Some(beginning)
    }

    /// Live or test.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        self.mode
    }
}

impl fmt::Debug for KeyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyText(hidden)")
    }
}

/// Checks form and checksum of a presented text without copying it and without a look-up.
pub fn recognise(text: &str, prefix: &str) -> Result<Mode, Malformed> {
    if text.len() > TEXT_MAX {
        return Err(Malformed);
    }
    let rest = text.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_')).ok_or(Malformed)?;
    let (mode, secret) = rest.split_once('_').ok_or(Malformed)?;
    let mode = mode.parse()?;
    if secret.len() != RANDOM_CHARS + CHECKSUM_CHARS || !secret.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(Malformed);
    }
    let (body, check) = text.split_at_checked(text.len() - CHECKSUM_CHARS).ok_or(Malformed)?;
    if checksum(body) == check.as_bytes() { Ok(mode) } else { Err(Malformed) }
}

/// SHA-256 of a secret text: the only form in which keys and service credentials are kept.
#[derive(Clone, Copy)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of a text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self(Sha256::digest(text.as_bytes()).into())
    }

    /// The digest kept as bytes elsewhere.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// In constant time, so that comparing tells nothing about the place of the first difference.
impl PartialEq for Digest {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}
impl Eq for Digest {}

/// The first eight bytes: they are as random as any hash of them would be.
impl std::hash::Hash for Digest {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        let first = self.0.first_chunk::<8>().map_or(0, |bytes| u64::from_le_bytes(*bytes));
        state.write_u64(first);
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, ..] = self.0;
        write!(f, "Digest({a:02x}{b:02x}…)")
    }
}

impl FromStr for Digest {
    type Err = Malformed;

    fn from_str(hex: &str) -> Result<Self, Malformed> {
        let mut bytes = [0; 32];
        if hex.len() != 64 || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(Malformed);
        }
        for (byte, pair) in bytes.iter_mut().zip(hex.as_bytes().chunks(2)) {
            let pair = str::from_utf8(pair).or(Err(Malformed))?;
            *byte = u8::from_str_radix(pair, 16).or(Err(Malformed))?;
        }
        Ok(Self(bytes))
    }
}

impl Serialize for Digest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let hex = std::borrow::Cow::<str>::deserialize(deserializer)?;
        hex.parse().map_err(serde::de::Error::custom)
    }
}

/// Divides the big-endian number by 62 in place and gives the remainder.
fn divide_by_62(number: &mut [u8; 32]) -> u16 {
    let mut remainder = 0_u16;
    for byte in number.iter_mut() {
        let dividend = (remainder << 8) | u16::from(*byte);
        *byte = u8::try_from(dividend / 62).unwrap_or(u8::MAX);
        remainder = dividend % 62;
    }
    remainder
}

fn base62(digit: u16) -> u8 {
    BASE62.get(usize::from(digit)).copied().unwrap_or(b'0')
}

/// The CRC-32 of everything before it, six base62 digits, most significant first: a typing slip or a cut-off copy is
/// told from an unknown key without a look-up, also when only prefix or mode were changed.
fn checksum(body: &str) -> [u8; CHECKSUM_CHARS] {
    let mut number = crc32fast::hash(body.as_bytes());
    let mut digits = [b'0'; CHECKSUM_CHARS];
    for digit in digits.iter_mut().rev() {
        *digit = base62(u16::try_from(number % 62).unwrap_or_default());
        number /= 62;
    }
    digits
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_made_key_has_the_documented_form() {
        let key = KeyText::make("nwk", Mode::Live, &[7; 32]);
        let hint = key.hint();
        let digest = key.digest();
        let text = key.reveal();
        let secret = text.strip_prefix("nwk_live_").unwrap();
        assert_eq!(secret.len(), 36);
        assert_eq!(hint, format!("{}…{}", &secret[..4], &secret[32..]));
        let key = KeyText::parse(&text, "nwk").unwrap();
        let beginning = format!("nwk_live_{}", &secret[..4]);
        assert!(key.begins_with(&beginning, 4) && !key.begins_with("nwk_live_", 4) && !key.begins_with(&text, 4));
        assert_eq!(digest, Digest::of(&text));
        assert_eq!(digest.to_string().parse::<Digest>().unwrap(), digest);
    }

    #[test]
    fn a_known_key_keeps_its_checksum_for_ever() {
        // A change here would make every key ever issued malformed.
        let text = KeyText::make("nwk", Mode::Test, &[0; 32]).reveal();
        assert_eq!(text, "nwk_test_0000000000000000000000000000000F1Wxw");
        assert_eq!(Digest::of("nwk").to_string(), "292ae5303607c825a6f5c6f7948294ff29baffe32d61ad92d9f3bb1dba921d99");
    }

    #[test]
    fn nothing_prints_the_text() {
        let key = KeyText::make("nwk", Mode::Live, &[9; 32]);
        assert_eq!(format!("{key:?}"), "KeyText(hidden)");
        assert!(format!("{:?}", key.digest()).len() < 16);
    }

    #[test]
    fn malformed_texts_are_refused() {
        let good = KeyText::make("nwk", Mode::Live, &[3; 32]).reveal();
        assert_eq!(KeyText::parse(&good, "nwk").unwrap().mode(), Mode::Live);
        let bad = [
            String::new(),
            "nwk".into(),
            "nwk_live_".into(),
            good.replace("live", "test"),
            good.replace("live", "LIVE"),
            good.replace("nwk", "nyc"),
            format!("{good}0"),
            format!(" {good}"),
            good[..44].into(),
            format!("{}-", &good[..44]),
            format!("{}é", &good[..43]),
            "x".repeat(TEXT_MAX + 1),
        ];
        for text in bad {
            assert!(KeyText::parse(&text, "nwk").is_err(), "{text}");
        }
        assert!(KeyText::parse(&good, "nyc").is_err());
    }

    proptest! {
        #[test]
        fn every_key_parses_and_every_single_slip_is_noticed(random: [u8; 32], at in 9_usize..45, put in 0_usize..62) {
            let text = KeyText::make("nwk", Mode::Live, &random).reveal();
            prop_assert!(KeyText::parse(&text, "nwk").is_ok());
            let mut slip = text.clone().into_bytes();
            slip[at] = BASE62[put];
            let slip = String::from_utf8(slip).unwrap();
            prop_assert_eq!(KeyText::parse(&slip, "nwk").is_ok(), slip == text);
        }

        #[test]
        fn any_text_is_answered_without_a_panic(text in "\\PC{0,90}") {
            prop_assert!(KeyText::parse(&text, "nwk").is_err());
        }
    }
}
