//! Access tokens of the gate (RFC 9068): how long they live, the keys that sign them, and when the next of these keys is
//! due. Nothing here signs or verifies.

use std::ops::RangeInclusive;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::time::Instant;

/// How long a token may live, in seconds. It is checked without asking us, so it must be short.
pub const TOKEN_SECONDS: RangeInclusive<u32> = 30..=300;
/// How many days one key may sign.
pub const KEY_DAYS: RangeInclusive<u32> = 1..=365;
/// The type of a token, as its head says it (RFC 9068, 2.1).
pub const TYPE: &str = "at+jwt";
/// The one algorithm (RFC 7518, 3.4): ECDSA on P-256 with SHA-256.
pub const ALGORITHM: &str = "ES256";
/// How long before its first use a key is shown: far longer than any service keeps an old list of keys.
pub const LEAD: TimeDelta = TimeDelta::hours(24);
/// For how long after its last signature a key is shown: five minutes for its last token, and five for clocks that
/// differ.
pub const AFTERLIFE: TimeDelta = TimeDelta::minutes(10);

/// A public key as services read it (RFC 7517, RFC 7518 section 6.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jwk {
    /// Its name: the thumbprint of RFC 7638.
    pub kid: String,
    /// `EC`.
    pub kty: String,
    /// `P-256`.
    pub crv: String,
    /// The point's first coordinate, base64url.
    pub x: String,
    /// The second.
    pub y: String,
    /// `ES256`.
    pub alg: String,
    /// `sig`: for signatures only.
    #[serde(rename = "use")]
    pub usage: String,
}

impl Jwk {
    /// The key with these coordinates, named by its thumbprint.
    #[must_use]
    pub fn p256(x: &[u8; 32], y: &[u8; 32]) -> Self {
        let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
        // RFC 7638, 3.2: the needed members alone, in the order of their names, without blanks.
        let canonical = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
        Self {
            kid: URL_SAFE_NO_PAD.encode(Sha256::digest(canonical.as_bytes())),
            kty: "EC".to_owned(),
            crv: "P-256".to_owned(),
            x,
            y,
            alg: ALGORITHM.to_owned(),
            usage: "sig".to_owned(),
        }
    }

    /// The coordinates; none if this is no key of ours.
    #[must_use]
    pub fn point(&self) -> Option<([u8; 32], [u8; 32])> {
        let read = |text: &str| URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
        (self.kty == "EC" && self.crv == "P-256" && self.alg == ALGORITHM)
            .then(|| Some((read(&self.x)?, read(&self.y)?)))
            .flatten()
    }
}

/// When a key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// The first instant at which it signs.
    pub from: Instant,
    /// The first at which it no longer does.
    pub until: Instant,
}

impl Term {
    /// A term of so many days, kept within [`KEY_DAYS`].
    #[must_use]
    pub fn of_days(from: Instant, days: u32) -> Self {
        let days = days.clamp(*KEY_DAYS.start(), *KEY_DAYS.end());
        Self { from, until: from + TimeDelta::days(i64::from(days)) }
    }

    /// Until when the key must be known: until its last token is over on the slowest clock.
    #[must_use]
    pub fn shown_until(&self) -> Instant {
        self.until + AFTERLIFE
    }

    /// Whether the key signs now.
    #[must_use]
    pub fn signs(&self, now: Instant) -> bool {
        self.from <= now && now < self.until
    }
}

/// The term of the next key, if one is due: the terms there are must reach [`LEAD`] into the future without a gap.
#[must_use]
pub fn due(terms: &[Term], now: Instant, days: u32) -> Option<Term> {
    let mut covered = now;
    let mut sorted = terms.to_vec();
    sorted.sort_by_key(|term| term.from);
    for term in &sorted {
        if term.from <= covered {
            covered = covered.max(term.until);
        }
    }
    (covered < now + LEAD).then(|| Term::of_days(covered, days))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> Instant {
        "2026-11-23T12:00:00Z".parse::<Instant>().unwrap() + TimeDelta::hours(hours)
    }

    fn term(from: i64, until: i64) -> Term {
        Term { from: at(from), until: at(until) }
    }

    #[test]
    fn the_next_key_is_due_a_day_before_the_last_one_ends() {
        let rows = [
            ("the first signs at once", vec![], 0, Some(term(0, 720))),
            ("nothing for long", vec![term(0, 720)], 695, None),
            ("a day before", vec![term(0, 720)], 697, Some(term(720, 1440))),
            ("it is there", vec![term(0, 720), term(720, 1440)], 697, None),
            ("the clock stood still too long", vec![term(0, 720)], 800, Some(term(800, 1520))),
            ("a gap is closed", vec![term(0, 10), term(40, 760)], 5, Some(term(10, 730))),
        ];
        for (what, terms, now, expected) in rows {
            assert_eq!(due(&terms, at(now), 30), expected, "{what}");
        }
    }

    #[test]
    fn terms_follow_one_another_without_end_and_without_running_away() {
        let (mut terms, mut now) = (Vec::new(), at(0));
        for _ in 0..200 {
            let mut made = 0;
            while let Some(term) = due(&terms, now, 1) {
                terms.push(term);
                made += 1;
            }
            assert!(made <= 3 && terms.iter().filter(|term| term.signs(now)).count() == 1, "{made}");
            now += TimeDelta::hours(5);
        }
        assert!((40..=45).contains(&terms.len()), "{}", terms.len());
    }

    #[test]
    fn a_key_is_shown_until_its_last_token_is_over() {
        let term = term(0, 24);
        assert!(term.signs(at(0)) && !term.signs(at(24)) && !term.signs(at(-1)));
        assert!(term.shown_until() >= at(24) + TimeDelta::seconds(i64::from(*TOKEN_SECONDS.end()) + 60));
    }

    #[test]
    fn a_key_is_named_by_its_thumbprint() {
        // Coordinates and thumbprint of the example key in RFC 9449, section 4.1 and 6.1 (JKT).
        let read = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap().try_into().unwrap();
        let x = read("l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs");
        let y = read("9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA");
        let jwk = Jwk::p256(&x, &y);
        assert_eq!(jwk.kid, "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
        assert_eq!(jwk.point(), Some((x, y)));
        assert_eq!(Jwk { alg: "HS256".to_owned(), ..jwk }.point(), None);
    }
}
