//! The keys that sign access tokens: made ahead of their time, destroyed after it, and withdrawn in an emergency. The
//! private half is sealed like an upstream's credential and opened by gates alone.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::SigningKey;
use secrecy::SecretString;
use serde_json::json;
use zeroize::Zeroizing;

use super::staff::administrator;
use super::{Caller, CaseError, Desk, Touched, Work};
use crate::domain::audit::Act;
use crate::domain::people::Capacity;
use crate::domain::token::{self, AFTERLIFE, Jwk, Term};
use crate::store::sessions::next_number;
use crate::store::token_keys::{self, TokenKey};

/// The place a private key is sealed for.
#[must_use]
pub fn key_place(kid: &str) -> String {
    format!("token key {kid}")
}

/// Makes the keys that are due, and destroys the private half of those that no longer sign. Returns how much was done.
/// Two processes on one store make one key.
///
/// # Errors
/// What the store says.
pub fn rotate_due(desk: &Desk) -> Result<usize, CaseError> {
    let (now, days) = (desk.clock.now(), desk.options.token_key_days);
    let is_due = desk.read(|conn| {
        let terms = terms(&token_keys::ending_after(conn, now)?);
        Ok(token::due(&terms, now, days).is_some() || !token_keys::spent(conn, now)?.is_empty())
    })?;
    if !is_due {
        return Ok(0);
    }
    desk.act(&Caller::service("clock"), |work| {
        work.lock_token_keys()?;
        Ok(work.make_due_token_keys(Capacity::Service)? + work.destroy_spent_token_keys()?)
    })
}

/// Takes every key out of use at once, because one may be known to somebody else, and makes a new one. Every token that
/// was issued is refused within the bound for changes. Returns the name of the new key.
///
/// # Errors
/// Who may not; what the store says.
pub fn rotate_now(desk: &Desk, caller: &Caller, reason: &str) -> Result<String, CaseError> {
    let capacity = administrator(caller)?;
    desk.act(caller, |work| {
        work.lock_token_keys()?;
        let since = work.now - AFTERLIFE;
        for key in token_keys::ending_after(work.conn, since)? {
            token_keys::withdraw(work.conn, &key.jwk.kid, work.now)?;
            work.record(Act::new("token_key.withdraw", capacity, "token_key", &key.jwk.kid).because(reason))?;
        }
        work.make_due_token_keys(capacity)?;
        work.touch(Touched::TokenKeys);
        let live = token_keys::ending_after(work.conn, work.now)?;
        Ok(live.into_iter().next().map(|key| key.jwk.kid).unwrap_or_default())
    })
}

fn terms(keys: &[TokenKey]) -> Vec<Term> {
    keys.iter().map(|key| key.term).collect()
}

impl Work<'_> {
    /// One process at a time decides about these keys: the counter's row stays locked until the act ends.
    fn lock_token_keys(&mut self) -> Result<(), CaseError> {
        next_number(self.conn, "token-keys")?;
        Ok(())
    }

    fn make_due_token_keys(&mut self, capacity: Capacity) -> Result<usize, CaseError> {
        let mut known = terms(&token_keys::ending_after(self.conn, self.now)?);
        let mut made = 0;
        while let Some(term) = token::due(&known, self.now, self.desk.options.token_key_days) {
            self.make_token_key(term, capacity)?;
            known.push(term);
            made += 1;
        }
        Ok(made)
    }

    fn make_token_key(&mut self, term: Term, capacity: Capacity) -> Result<(), CaseError> {
        let (jwk, private) = fresh_key(self.desk);
        let mut nonce = [0_u8; 12];
        (self.desk.randomness)(&mut nonce);
        let sealed = Some(self.desk.secrets.seal(&key_place(&jwk.kid), nonce, &private));
        let after = json!({ "signs_from": term.from, "signs_until": term.until });
        let act = Act::new("token_key.make", capacity, "token_key", &jwk.kid).change(json!(null), after);
        token_keys::insert(self.conn, &TokenKey { jwk, sealed, made_at: self.now, term })?;
        self.record(act)?;
        self.touch(Touched::TokenKeys);
        Ok(())
    }

    fn destroy_spent_token_keys(&mut self) -> Result<usize, CaseError> {
        let spent = token_keys::spent(self.conn, self.now)?;
        for kid in &spent {
            token_keys::destroy(self.conn, kid)?;
            self.record(Act::new("token_key.destroy", Capacity::Service, "token_key", kid))?;
            self.touch(Touched::TokenKeys);
        }
        Ok(spent.len())
    }
}

/// A key from fresh randomness: the public half, and the private one in base64url.
fn fresh_key(desk: &Desk) -> (Jwk, SecretString) {
    let mut scalar = Zeroizing::new([0_u8; 32]);
    // All but one in 2 to the 32 numbers of 256 bits are below the order of the group, and can be a key.
    let key = loop {
        (desk.randomness)(scalar.as_mut());
        if let Ok(key) = SigningKey::from_slice(scalar.as_ref()) {
            break key;
        }
    };
    let point = key.verifying_key().to_encoded_point(false);
    let coordinate = |part: Option<&p256::FieldBytes>| part.map_or([0; 32], |bytes| (*bytes).into());
    let jwk = Jwk::p256(&coordinate(point.x()), &coordinate(point.y()));
    (jwk, SecretString::from(URL_SAFE_NO_PAD.encode(*scalar)))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;
    use crate::cases::testing::desks;
    use crate::clock::Clock;
    use crate::domain::people::{Role, RoleGrant};
    use crate::store::{audit, grants};

    fn live(desk: &Desk) -> Vec<TokenKey> {
        desk.read(|conn| token_keys::ending_after(conn, desk.clock.now())).unwrap()
    }

    fn acts(desk: &Desk) -> i64 {
        desk.read(audit::head).unwrap().number
    }

    /// The same desk at another hour.
    fn after(desk: &Desk, hours: i64) -> Desk {
        let clock = Clock::standing_at(desk.clock.now() + chrono::TimeDelta::hours(hours));
        Desk { clock, ..desk.clone() }
    }

    #[test]
    fn keys_are_made_ahead_and_their_private_half_is_destroyed_afterwards() {
        for test in desks() {
            let desk = &test.desk;
            assert_eq!(rotate_due(desk).unwrap(), 1, "{}: the first start", test.backend);
            assert_eq!((rotate_due(desk).unwrap(), acts(desk)), (0, 1), "only one, with one entry");
            let first = live(desk).remove(0);
            assert!(first.term.signs(desk.clock.now()));
            let sealed = first.sealed.as_deref().unwrap();
            let private = desk.secrets.open(&key_place(&first.jwk.kid), sealed).unwrap();
            let key = SigningKey::from_slice(&URL_SAFE_NO_PAD.decode(private.expose_secret()).unwrap()).unwrap();
            let (x, _) = first.jwk.point().unwrap();
            assert_eq!(key.verifying_key().to_encoded_point(false).x().unwrap()[..], x);
            assert!(!sealed.contains(private.expose_secret()));
            let later = after(desk, 29 * 24 + 1);
            assert_eq!(rotate_due(&later).unwrap(), 1, "a day before the first ends");
            let both = live(&later);
            assert_eq!(both.iter().map(|key| key.term.from).collect::<Vec<_>>()[1], first.term.until, "without a gap");
            let over = after(desk, 30 * 24 + 1);
            assert_eq!(rotate_due(&over).unwrap(), 1, "the private half of the first");
            let rows = over.read(|conn| token_keys::ending_after(conn, first.term.until - AFTERLIFE)).unwrap();
            assert_eq!(rows.iter().map(|key| key.sealed.is_some()).collect::<Vec<_>>(), [false, true]);
            assert_eq!(acts(&over), 3);
            assert_eq!(over.read(grants::last_change).unwrap(), 3, "gates learn of each");
        }
    }

    #[test]
    fn in_an_emergency_every_key_goes_at_once() {
        for test in desks() {
            let desk = &test.desk;
            rotate_due(desk).unwrap();
            rotate_due(&after(desk, 29 * 24 + 1)).unwrap();
            let old = live(desk);
            assert_eq!(old.len(), 2);
            let nobody = test.person("Ann Lee", &[]);
            assert!(rotate_now(desk, &nobody, "Lost.").is_err());
            let role = RoleGrant::new(Role::Administrator, None).unwrap();
            let kid = rotate_now(desk, &test.person("Ada Hall", &[role]), "A backup was lost.").unwrap();
            let new = live(desk);
            assert_eq!(new.iter().map(|key| key.jwk.kid.clone()).collect::<Vec<_>>(), [kid]);
            assert!(new[0].term.signs(desk.clock.now()) && !old.iter().any(|key| key.jwk == new[0].jwk));
        }
    }

    #[test]
    fn two_processes_at_the_same_moment_make_one_key() {
        for test in desks() {
            let made: usize = std::thread::scope(|scope| {
                let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| rotate_due(&test.desk).unwrap())).collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).sum()
            });
            assert_eq!((made, live(&test.desk).len()), (1, 1), "{}", test.backend);
        }
    }
}
