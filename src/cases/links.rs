//! One-use links: a row names what it is for, and a signed token (JWT, HS256) names the row. The token is minted when
//! the mail is written, so that no usable link rests in the database.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};

use super::secrets::Secrets;
use super::{CaseError, Work};
use crate::domain::id::{AccountId, LinkId};
use crate::domain::notice::{Delivery, Group};
use crate::domain::refusal::Refusal;
use crate::domain::time::Instant;
use crate::store::{StoreError, sessions};

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Confirms an address.
    Verify,
    /// Sets a new password.
    Reset,
    /// Takes up a staff invitation.
    Invite,
    /// Follow a request for records; it is good as long as the request is kept, and is not used up.
    Follow,
}

impl Purpose {
    /// The word in the row and in the token's audience.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Reset => "reset",
            Self::Invite => "invite",
            Self::Follow => "follow",
        }
    }

    /// How long such a link works, in hours (at most 24 for recovery, SP 800-63B-4 section 4.2).
    #[must_use]
    pub const fn hours(self) -> i64 {
        match self {
            Self::Verify => 24,
            Self::Reset => 1,
            Self::Invite => 72,
            // No row of it is kept: the request itself is found by it.
            Self::Follow => 0,
        }
    }

    /// The page that takes the token.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::Verify => "/verify-email",
            Self::Reset => "/reset-password",
            Self::Invite => "/invitation",
            Self::Follow => "/records/follow",
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    sub: String,
    aud: String,
    iss: String,
}

/// Mints the token of a link.
///
/// # Errors
/// When signing fails.
pub fn mint(secrets: &Secrets, purpose: Purpose, link: LinkId) -> Result<String, CaseError> {
    let claims = Claims { sub: link.to_string(), aud: purpose.as_str().to_owned(), iss: "accord".to_owned() };
    let key = secrets.derived("links");
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &EncodingKey::from_secret(key.expose_secret()))
        .map_err(|error| CaseError::Store(StoreError::Unavailable(format!("signing a link failed: {error}"))))
}

/// Reads a token: signature, algorithm, issuer and purpose. Age and use are the row's matter.
///
/// # Errors
/// `link_invalid`: forged, damaged or for another purpose.
pub fn read(secrets: &Secrets, purpose: Purpose, token: &str) -> Result<LinkId, Refusal> {
    let mut rules = Validation::new(Algorithm::HS256);
    rules.set_audience(&[purpose.as_str()]);
    rules.set_issuer(&["accord"]);
    rules.set_required_spec_claims(&["aud", "iss", "sub"]);
    rules.validate_exp = false;
    let key = secrets.derived("links");
    jsonwebtoken::decode::<Claims>(token, &DecodingKey::from_secret(key.expose_secret()), &rules)
        .ok()
        .and_then(|data| data.claims.sub.parse().ok())
        .ok_or_else(invalid)
}

/// Mints the token by which a reader leaves a group of notices. It lives as long as the mail it stands in, and does
/// nothing else.
///
/// # Errors
/// When signing fails.
pub fn mint_leave(secrets: &Secrets, account: AccountId, group: Group) -> Result<String, CaseError> {
    let claims = Claims { sub: account.to_string(), aud: leave_of(group), iss: "accord".to_owned() };
    let key = secrets.derived("leave");
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &EncodingKey::from_secret(key.expose_secret()))
        .map_err(|error| CaseError::Store(StoreError::Unavailable(format!("signing a link failed: {error}"))))
}

/// Reads such a token.
///
/// # Errors
/// `link_invalid`: forged, damaged, or of a group that nobody leaves.
pub fn read_leave(secrets: &Secrets, token: &str) -> Result<(AccountId, Group), Refusal> {
    let groups = Group::ALL.into_iter().filter(|group| group.allows(Delivery::Never));
    let audiences: Vec<String> = groups.clone().map(leave_of).collect();
    let mut rules = Validation::new(Algorithm::HS256);
    rules.set_audience(&audiences);
    rules.set_issuer(&["accord"]);
    rules.set_required_spec_claims(&["aud", "iss", "sub"]);
    rules.validate_exp = false;
    let key = secrets.derived("leave");
    let data = jsonwebtoken::decode::<Claims>(token, &DecodingKey::from_secret(key.expose_secret()), &rules).ok();
    let claims = data.map(|data| data.claims);
    claims
        .and_then(|claims| {
            Some((claims.sub.parse().ok()?, groups.clone().find(|group| leave_of(*group) == claims.aud)?))
        })
        .ok_or_else(invalid)
}

fn leave_of(group: Group) -> String {
    format!("leave:{}", group.as_str())
}

fn invalid() -> Refusal {
    Refusal::new("link_invalid", "This link is not valid, was used already, or is too old. Ask for a new one.")
}

impl Work<'_> {
    /// Makes a link; every earlier one of the same purpose and address stops working.
    ///
    /// # Errors
    /// What the store says.
    pub fn new_link(
        &mut self,
        purpose: Purpose,
        account: Option<AccountId>,
        email: &str,
        facts: String,
    ) -> Result<LinkId, CaseError> {
        let link = sessions::Link {
            id: self.new_id(),
            purpose: purpose.as_str().to_owned(),
            account,
            email: email.to_owned(),
            facts,
            expires_at: self.now + chrono::Duration::hours(purpose.hours()),
            is_spent: false,
        };
        sessions::insert_link(self.conn, &link, self.now)?;
        Ok(link.id)
    }

    /// Takes a link by its token and uses it up.
    ///
    /// # Errors
    /// `link_invalid`, always the same.
    pub fn take_link(&mut self, purpose: Purpose, token: &str) -> Result<sessions::Link, CaseError> {
        let id = read(&self.desk.secrets, purpose, token)?;
        let link = look(self.conn, purpose, id, self.now)?;
        let is_used = sessions::use_link(self.conn, id, self.now);
        let gone = |error| if matches!(error, StoreError::Stale) { CaseError::from(invalid()) } else { error.into() };
        is_used.map_err(gone)?;
        Ok(link)
    }
}

/// Looks at a link without using it up, for the page that asks for the rest.
///
/// # Errors
/// `link_invalid`, always the same.
pub fn look(
    conn: &mut crate::store::AnyConnection,
    purpose: Purpose,
    id: LinkId,
    now: Instant,
) -> Result<sessions::Link, CaseError> {
    match sessions::link(conn, id, now) {
        Ok(link) if !link.is_spent && link.purpose == purpose.as_str() => Ok(link),
        Ok(_) | Err(StoreError::Missing) => Err(invalid().into()),
        Err(other) => Err(other.into()),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_token_is_good_for_its_purpose_and_under_its_secret_only() {
        let ours = Secrets::new([1; 32]);
        let link = LinkId::from_uuid(Uuid::from_u128(7));
        let token = mint(&ours, Purpose::Reset, link).unwrap();
        assert_eq!(read(&ours, Purpose::Reset, &token), Ok(link));
        assert_eq!(read(&ours, Purpose::Verify, &token).unwrap_err().code, "link_invalid");
        assert_eq!(read(&Secrets::new([2; 32]), Purpose::Reset, &token).unwrap_err().code, "link_invalid");
        let unsigned = format!("eyJhbGciOiJub25lIn0.{}.", token.split('.').nth(1).unwrap());
        let damaged = format!("{}A{}", &token[..token.len() - 2], &token[token.len() - 1..]);
        let huge = format!("{token}{}", "A".repeat(1_000_000));
        for forged in [unsigned.as_str(), "", "a.b.c", &token[1..], &damaged, &huge] {
            let error = read(&ours, Purpose::Reset, forged).err().map(|refusal| refusal.code);
            assert_eq!(error, Some("link_invalid"), "{}", &forged[..forged.len().min(80)]);
        }
    }

    #[test]
    fn a_token_to_leave_is_for_one_account_and_one_group_that_may_be_left() {
        let ours = Secrets::new([1; 32]);
        let account = AccountId::from_uuid(Uuid::from_u128(7));
        for group in Group::ALL {
            let token = mint_leave(&ours, account, group).unwrap();
            let read = read_leave(&ours, &token);
            assert_eq!(read.is_ok(), group.allows(Delivery::Never), "{group:?}");
            assert!(read.is_err() || read == Ok((account, group)));
            assert!(read_leave(&Secrets::new([2; 32]), &token).is_err(), "under our secret only");
            assert!(super::read(&ours, Purpose::Reset, &token).is_err(), "it opens nothing else");
        }
        let reset = mint(&ours, Purpose::Reset, LinkId::from_uuid(Uuid::from_u128(7))).unwrap();
        assert!(read_leave(&ours, &reset).is_err());
    }

    #[test]
    fn a_token_brings_no_key_and_no_algorithm_of_its_own() {
        let ours = Secrets::new([1; 32]);
        let claims = |iss: &str| Claims {
            sub: LinkId::from_uuid(Uuid::from_u128(7)).to_string(),
            aud: Purpose::Reset.as_str().to_owned(),
            iss: iss.to_owned(),
        };
        let sign = |header: &Header, iss: &str, secret: &[u8]| {
            jsonwebtoken::encode(header, &claims(iss), &EncodingKey::from_secret(secret)).unwrap()
        };
        let right = ours.derived("links");
        let right = right.expose_secret();
        let plain = Header::new(Algorithm::HS256);
        assert!(read(&ours, Purpose::Reset, &sign(&plain, "accord", right)).is_ok(), "the way it is done");
        let named = |place: &str| {
            let place = Some(place.to_owned());
            Header { kid: place.clone(), jku: place.clone(), x5u: place, ..Header::new(Algorithm::HS256) }
        };
        let public = ours.public_key();
        for (what, token) in [
            ("another strength", sign(&Header::new(Algorithm::HS512), "accord", right)),
            ("another issuer", sign(&plain, "somebody", right)),
            ("the public key as the secret", sign(&plain, "accord", public.as_bytes())),
            ("a key by its name", sign(&named("/dev/null"), "accord", b"")),
            ("a key from an address", sign(&named("https://evil.example/keys"), "accord", b"theirs")),
        ] {
            assert_eq!(read(&ours, Purpose::Reset, &token).unwrap_err().code, "link_invalid", "{what}");
        }
    }
}
