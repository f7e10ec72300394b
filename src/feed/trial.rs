//! What the gate would answer to one call under an agreement that does not exist yet. The rows become records exactly as
//! for the gate itself, in a picture of its own that is dropped after the answer; no counter and no key of anybody's is
//! touched.

use std::time::Duration;

use secrecy::SecretString;

use super::picture::{self, Opener};
use crate::cases::trial::{Judged, Trial};
use crate::domain::id::{AccountId, AgreementId, DatasetId, KeyId};
use crate::domain::key::{Digest, KeyState, KeyText, Mode};
use crate::domain::limits::{CityDay, Limits};
use crate::domain::net::CidrList;
use crate::domain::path::CleanPath;
use crate::domain::scope::{Method, Scope};
use crate::gate::check::{Ask, Credential, Target, check};
use crate::gate::clock::Now;
use crate::gate::grants::{AgreementGrant, GrantRules, Grants, HolderGrant, KeyGrant, Publication};
use crate::gate::token::TokenReader;
use crate::gate::verdict::{Outcome, Verdict};
use crate::store::views::gate::DatasetPicture;

/// The prefix of the key that exists for this question only.
const PREFIX: &str = "trial";

/// Nothing is sealed in a trial: no call is sent anywhere.
struct Nothing;

impl Opener for Nothing {
    fn credential(&self, _dataset: DatasetId, _sealed: &str) -> Option<SecretString> {
        None
    }

    fn token_key(&self, _kid: &str, _sealed: &str) -> Option<SecretString> {
        None
    }
}

/// Judges a call by the gate's own function.
#[must_use]
pub fn judge(trial: &Trial<'_>) -> Judged {
    let key = KeyText::make(PREFIX, Mode::Test, &[0; 32]).reveal();
    let grants = grants(trial, &key);
    let method = Method::ALL.into_iter().find(|method| method.as_str().eq_ignore_ascii_case(trial.call.method.trim()));
    let raw = trial.call.path.trim();
    let path = CleanPath::parse(raw.split('?').next().unwrap_or(raw));
    let ask = Ask {
        credential: Credential::Text(&key),
        method,
        target: match &path {
            Ok(path) => Target::Path { dataset: path.first_segment(), rest: path.rest() },
            Err(problem) => Target::Ambiguous(*problem),
        },
        client: trial.call.address,
        can_redact: true,
        tokens: &TokenReader::new(PREFIX),
    };
    let at = trial.call.at;
    let now = Now { utc: at, ticks: 1, today: CityDay::of(trial.zone, at), zone: trial.zone };
    let (outcome, status, detail) = match check(&ask, &grants, &now) {
        Verdict::Permit(_) => (Outcome::Ok, Outcome::Ok.status(), None),
        Verdict::Deny(denial) => (denial.outcome, denial.status, denial.detail),
    };
    Judged { code: outcome.as_str(), status, sentence: outcome.sentence(), detail }
}

/// A picture of one holder with one agreement, one dataset and one key that may do all that the schedule allows.
fn grants(trial: &Trial<'_>, key: &str) -> Grants {
    let rules = GrantRules { key_prefix: PREFIX.to_owned(), stale_after: Duration::from_secs(60) };
    let grants = Grants::new(rules);
    let nil = uuid::Uuid::nil();
    let (holder, agreement) = (AccountId::from_uuid(nil), AgreementId::from_uuid(nil));
    let schedule = picture::schedule(trial.schedule, std::slice::from_ref(trial.dataset), None, trial.zone);
    let scopes = trial.schedule.operations.iter();
    let scopes: Vec<Scope> = scopes.filter_map(|name| format!("{}:{name}", trial.dataset.slug).parse().ok()).collect();
    let dataset =
        picture::dataset(DatasetPicture { dataset: trial.dataset.clone(), sealed: None }, &Nothing, trial.zone);
    grants.publish(Publication {
        datasets: dataset.into_iter().collect(),
        holders: vec![HolderGrant { id: holder, holds: Vec::new() }],
        agreements: vec![AgreementGrant {
            id: agreement,
            number: "TRIAL".to_owned(),
            holder,
            is_live: true,
            ends_at: Some(trial.ends_at),
            holds: Vec::new(),
            schedules: vec![schedule],
            previous: None,
        }],
        keys: vec![KeyGrant {
            id: KeyId::from_uuid(nil),
            digest: Digest::of(key),
            agreement,
            state: KeyState::Active,
            scopes,
            limits: Limits::default(),
            networks: CidrList::default(),
            expires_at: None,
            holds: Vec::new(),
        }],
        services: Vec::new(),
        token_keys: Vec::new(),
    });
    grants.confirm_fresh(1);
    grants
}
