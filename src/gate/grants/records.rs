//! What the feed tells the gate, as plain data. Never counts and never decides.

use secrecy::SecretString;

use super::changes::ChangeGrant;
use crate::domain::id::{AccountId, AgreementId, DatasetId, KeyId, ServiceId};
use crate::domain::key::{Digest, Key, KeyState};
use crate::domain::limits::{Hours, Limits};
use crate::domain::net::CidrList;
use crate::domain::redaction::Rule;
use crate::domain::scope::{Operation, Scope};
use crate::domain::tier::Tier;
use crate::domain::time::Instant;
use crate::gate::token::TokenKeyGrant;

/// A dataset and where it flows from.
#[derive(Clone, Debug)]
pub struct DatasetGrant {
    /// Its id.
    pub id: DatasetId,
    /// The first segment of its gateway path.
    pub slug: String,
    /// How freely it is shared. A dataset without a tier is not told to the gate.
    pub tier: Tier,
    /// What may be asked of it.
    pub operations: Vec<Operation>,
    /// Where it flows from; `None` while it cannot be served.
    pub upstream: Option<UpstreamGrant>,
    /// Whether a key may travel in the query string (`api_key`).
    pub allows_query_key: bool,
    /// Limits per client address, for tier 0.
    pub open_limits: Limits,
    /// Changes that were announced of it.
    pub changes: Vec<ChangeGrant>,
}

/// The service behind a dataset.
#[derive(Clone, Debug)]
pub struct UpstreamGrant {
    /// Base address, `http` or `https`; the path after the dataset's slug is appended.
    pub base_url: String,
    /// The header that carries our credential there, and its value.
    pub credential: Option<(String, SecretString)>,
    /// Longest wait for the head of an answer, and between two pieces of its body, in milliseconds.
    pub timeout_ms: u64,
    /// Longest answer in bytes.
    pub body_max_bytes: u64,
    /// Longest request body in bytes, where the dataset has a bound of its own below the gate's.
    pub request_max_bytes: Option<u64>,
    /// Longest headers of a request together in bytes, where the dataset has a bound of its own.
    pub headers_max_bytes: Option<u64>,
    /// For how many seconds an answer may be given to others who ask the same; zero keeps nothing.
    pub keep_seconds: u32,
}

/// A hold as the holder may know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldBy {
    /// A short public code, such as `misuse`.
    pub code: String,
    /// One sentence for the holder: what it is and what to do next.
    pub sentence: String,
    /// Since when.
    pub since: Instant,
}

/// A requester, as far as holds lie on them.
#[derive(Clone, Debug)]
pub struct HolderGrant {
    /// Its id.
    pub id: AccountId,
    /// Holds in force.
    pub holds: Vec<HeldBy>,
}

/// An agreement.
#[derive(Clone, Debug)]
pub struct AgreementGrant {
    /// Its id.
    pub id: AgreementId,
    /// Its short number, as upstreams see it.
    pub number: String,
    /// The requester.
    pub holder: AccountId,
    /// Whether it is executed and neither ended nor superseded.
    pub is_live: bool,
    /// When it ends by itself.
    pub ends_at: Option<Instant>,
    /// Holds in force on it.
    pub holds: Vec<HeldBy>,
    /// What it allows, one per dataset.
    pub schedules: Vec<ScheduleGrant>,
    /// The agreement before it in the chain, whose used quotas it takes over when it is first told.
    pub previous: Option<AgreementId>,
}

/// What an agreement allows for one dataset.
#[derive(Clone, Debug)]
pub struct ScheduleGrant {
    /// The dataset.
    pub dataset: DatasetId,
    /// Names of the operations granted.
    pub operations: Vec<String>,
    /// Limits shared by all keys of the agreement.
    pub limits: Limits,
    /// Networks calls may come from; an empty list restricts nothing.
    pub networks: CidrList,
    /// Hours at which it is open; none means always.
    pub hours: Vec<Hours>,
    /// When a condition ends it before the agreement.
    pub ends_at: Option<Instant>,
    /// What is taken out of answers before the holder sees them; none means nothing is.
    pub redactions: Vec<Rule>,
}

/// A key.
#[derive(Clone, Debug)]
pub struct KeyGrant {
    /// Its id.
    pub id: KeyId,
    /// SHA-256 of its text.
    pub digest: Digest,
    /// The agreement it acts under.
    pub agreement: AgreementId,
    /// Where it is in its life.
    pub state: KeyState,
    /// What it opens.
    pub scopes: Vec<Scope>,
    /// Its own limits.
    pub limits: Limits,
    /// Where it may be used from; an empty list restricts nothing.
    pub networks: CidrList,
    /// From when it no longer works.
    pub expires_at: Option<Instant>,
    /// Holds in force on it.
    pub holds: Vec<HeldBy>,
}

impl KeyGrant {
    /// What the gate needs of a key, with the holds in force on it.
    #[must_use]
    pub fn of(key: &Key, holds: Vec<HeldBy>) -> Self {
        Self {
            id: key.id,
            digest: key.digest,
            agreement: key.agreement,
            state: key.state.clone(),
            scopes: key.scopes.clone(),
            limits: key.limits.clone(),
            networks: key.networks.clone(),
            expires_at: key.expires_at,
            holds,
        }
    }
}

/// A gate client: a proxy or service that asks the gate.
#[derive(Clone, Debug)]
pub struct ServiceGrant {
    /// Its id.
    pub id: ServiceId,
    /// Its name.
    pub name: String,
    /// SHA-256 of its credential.
    pub digest: Digest,
    /// Whether the credential works.
    pub is_live: bool,
}

/// Everything at once. What is not in it is gone.
#[derive(Clone, Debug, Default)]
pub struct Publication {
    /// Datasets with a tier.
    pub datasets: Vec<DatasetGrant>,
    /// Requesters on whom a hold lies; others need not be named.
    pub holders: Vec<HolderGrant>,
    /// Agreements that ever had a key.
    pub agreements: Vec<AgreementGrant>,
    /// Keys, ended ones included as long as their holders should be told why.
    pub keys: Vec<KeyGrant>,
    /// Gate clients.
    pub services: Vec<ServiceGrant>,
    /// Keys that sign access tokens.
    pub token_keys: Vec<TokenKeyGrant>,
}

/// One change.
#[derive(Clone, Debug)]
pub enum GrantChange {
    /// A dataset is new or changed.
    Dataset(Box<DatasetGrant>),
    /// A dataset is no longer served.
    DatasetGone(DatasetId),
    /// A requester's holds changed.
    Holder(HolderGrant),
    /// An agreement is new or changed.
    Agreement(Box<AgreementGrant>),
    /// A key is new or changed.
    Key(Box<KeyGrant>),
    /// A key is to be forgotten; it becomes unknown.
    KeyGone(Digest),
    /// A gate client is new or changed.
    Service(ServiceGrant),
    /// These are the keys that sign access tokens; others are gone.
    TokenKeys(Vec<TokenKeyGrant>),
}
