//! What the gate's tests share: one holder, one agreement, one key, datasets of several tiers, and a clock that stands.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer as _;
use secrecy::SecretString;
use serde_json::{Value, json};
use uuid::Uuid;

use super::clock::{GateClock, Now};
use super::grants::{
    AgreementGrant, DatasetGrant, GrantRules, Grants, HeldBy, HolderGrant, KeyGrant, Publication, ScheduleGrant,
    ServiceGrant, UpstreamGrant,
};
use super::token::TokenKeyGrant;
use crate::domain::id::{AccountId, AgreementId, DatasetId, KeyId, ServiceId};
use crate::domain::key::{Digest, KeyState, KeyText, Mode};
use crate::domain::limits::{CityDay, Limits};
use crate::domain::net::CidrList;
use crate::domain::scope::Operation;
use crate::domain::tier::Tier;
use crate::domain::time::{Instant, from_micros, to_micros};
use crate::domain::token::{Jwk, Term};

pub(super) const ZONE: chrono_tz::Tz = chrono_tz::America::New_York;
pub(super) const SECOND: u64 = 1_000_000_000;
pub(super) const SERVICE_SECRET: &str = "service-secret";

pub(super) fn instant(text: &str) -> Instant {
    text.parse().unwrap()
}

/// Noon of a summer Monday in the city.
pub(super) fn noon() -> Instant {
    instant("2026-06-01T16:00:00Z")
}

pub(super) fn now_at(utc: Instant, seconds: u64) -> Now {
    Now { utc, ticks: seconds * SECOND + 1, today: CityDay::of(ZONE, utc), zone: ZONE }
}

pub(super) fn key_text(number: u8) -> String {
    KeyText::make("nwk", Mode::Live, &[number; 32]).reveal()
}

pub(super) fn key_id(number: u8) -> KeyId {
    KeyId::from_uuid(Uuid::from_u128(0x100 + u128::from(number)))
}

pub(super) fn agreement_id() -> AgreementId {
    AgreementId::from_uuid(Uuid::from_u128(0x200))
}

pub(super) fn holder_id() -> AccountId {
    AccountId::from_uuid(Uuid::from_u128(0x300))
}

pub(super) fn dataset_id(slug: &str) -> DatasetId {
    DatasetId::from_uuid(Uuid::from_u128(slug.bytes().fold(0, |sum, byte| sum * 31 + u128::from(byte))))
}

pub(super) fn limits(text: &str) -> Limits {
    Limits::parse(text).unwrap()
}

pub(super) fn held(code: &str) -> Vec<HeldBy> {
    vec![HeldBy { code: code.to_owned(), sentence: "Suspended for a test.".to_owned(), since: noon() }]
}

pub(super) fn dataset(slug: &str, tier: Tier, base_url: &str) -> DatasetGrant {
    let upstream = UpstreamGrant {
        base_url: base_url.to_owned(),
        credential: Some(("X-Feed-Key".to_owned(), "feed-secret".to_owned().into())),
        timeout_ms: 2_000,
        body_max_bytes: 1 << 20,
        request_max_bytes: None,
        headers_max_bytes: None,
        keep_seconds: 0,
    };
    DatasetGrant {
        id: dataset_id(slug),
        slug: slug.to_owned(),
        tier,
        operations: Operation::usual(),
        upstream: Some(upstream),
        allows_query_key: false,
        open_limits: Limits::default(),
        changes: Vec::new(),
    }
}

pub(super) fn schedule(slug: &str, plan: &str) -> ScheduleGrant {
    ScheduleGrant {
        dataset: dataset_id(slug),
        operations: vec!["read".to_owned()],
        limits: limits(plan),
        networks: CidrList::default(),
        hours: Vec::new(),
        ends_at: None,
        redactions: Vec::new(),
    }
}

pub(super) fn agreement(plan: &str) -> AgreementGrant {
    AgreementGrant {
        id: agreement_id(),
        number: "DSA-2026-0017".to_owned(),
        holder: holder_id(),
        is_live: true,
        ends_at: None,
        holds: Vec::new(),
        schedules: vec![schedule("parking", plan)],
        previous: None,
    }
}

pub(super) fn key(number: u8) -> KeyGrant {
    KeyGrant {
        id: key_id(number),
        digest: Digest::of(&key_text(number)),
        agreement: agreement_id(),
        state: KeyState::Active,
        scopes: vec!["parking:read".parse().unwrap(), "cameras:read".parse().unwrap()],
        limits: Limits::default(),
        networks: CidrList::default(),
        expires_at: None,
        holds: Vec::new(),
    }
}

/// Parking (tier 2), weather (open), cameras (prohibited); one agreement on parking; key 1.
pub(super) fn publication(base_url: &str) -> Publication {
    Publication {
        datasets: vec![
            dataset("parking", Tier::Conditioned, base_url),
            dataset("weather", Tier::Open, base_url),
            dataset("cameras", Tier::Prohibited, base_url),
        ],
        holders: vec![HolderGrant { id: holder_id(), holds: Vec::new() }],
        agreements: vec![agreement("")],
        keys: vec![key(1)],
        services: vec![ServiceGrant {
            id: ServiceId::from_uuid(Uuid::from_u128(0x400)),
            name: "proxy".to_owned(),
            digest: Digest::of(SERVICE_SECRET),
            is_live: true,
        }],
        token_keys: vec![token_key(1, 0..720)],
    }
}

pub(super) fn grants(publication: Publication) -> Grants {
    let rules = GrantRules { key_prefix: "nwk".to_owned(), stale_after: Duration::from_secs(10) };
    let grants = Grants::new(rules);
    grants.publish(publication);
    grants.confirm_fresh(1);
    grants
}

/// Who issues tokens in tests.
pub(super) const ISSUER: &str = "https://gate.example";

/// A key for tokens, always the same for one number, that signs so many hours from noon on, or for so many more.
pub(super) fn token_key(number: u8, hours: std::ops::Range<i64>) -> TokenKeyGrant {
    let scalar = [number; 32];
    let point = p256::ecdsa::SigningKey::from_slice(&scalar).unwrap().verifying_key().to_encoded_point(false);
    let jwk = Jwk::p256(&(*point.x().unwrap()).into(), &(*point.y().unwrap()).into());
    let at = |hours| noon() + chrono::TimeDelta::hours(hours);
    let private = Some(SecretString::from(URL_SAFE_NO_PAD.encode(scalar)));
    TokenKeyGrant { jwk, private, term: Term { from: at(hours.start), until: at(hours.end) } }
}

/// What a good token of key 1 for parking says at noon.
pub(super) fn token_claims() -> Value {
    json!({
        "iss": ISSUER, "sub": key_id(1), "client_id": key_id(1), "aud": format!("{ISSUER}/parking"),
        "exp": noon().timestamp() + 300, "iat": noon().timestamp(), "jti": "call-1", "scope": "parking:read",
        "agreement": "DSA-2026-0017",
    })
}

/// A token with this head and these claims, signed by the key of this number.
pub(super) fn token_of(head: &Value, claims: &Value, number: u8) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(head), part(claims));
    let key = p256::ecdsa::SigningKey::from_slice(&[number; 32]).unwrap();
    let signature: p256::ecdsa::Signature = key.sign(signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
}

/// A token with these claims, signed by key 1 under its own name.
pub(super) fn token_with(claims: &Value) -> String {
    token_of(&json!({ "typ": "at+jwt", "alg": "ES256", "kid": token_key(1, 0..1).jwk.kid }), claims, 1)
}

/// A clock that stands until it is moved.
#[derive(Clone)]
pub(super) struct StandingClock {
    utc: Arc<AtomicI64>,
    ticks: Arc<AtomicU64>,
}

impl StandingClock {
    pub(super) fn at(utc: Instant) -> Self {
        Self { utc: Arc::new(AtomicI64::new(to_micros(utc))), ticks: Arc::new(AtomicU64::new(1)) }
    }

    pub(super) fn pass(&self, seconds: u32) {
        self.utc.fetch_add(i64::from(seconds) * 1_000_000, Ordering::SeqCst);
        self.ticks.fetch_add(u64::from(seconds) * SECOND, Ordering::SeqCst);
    }

    pub(super) fn gate_clock(&self) -> GateClock {
        let (utc, ticks) = (Arc::clone(&self.utc), Arc::clone(&self.ticks));
        GateClock::with_ticks(
            Arc::new(move || from_micros(utc.load(Ordering::SeqCst))),
            Arc::new(move || ticks.load(Ordering::SeqCst)),
        )
    }
}
