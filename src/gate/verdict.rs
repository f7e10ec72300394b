//! What the gate decides and how it says so: the closed list of outcomes. Never decides; `check` does.

use std::sync::Arc;

pub use super::check::Permit;
use super::limiter::Counted;
use crate::domain::id::{AgreementId, DatasetId, KeyId};
use crate::domain::scope::Method;

/// Every outcome of a request at the gate, used alike in answers, headers, usage, the verify door and documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// No key was shown where one is needed.
    KeyMissing,
    /// What was shown is not a key of this place.
    KeyMalformed,
    /// No such key.
    KeyUnknown,
    /// The key's time is over.
    KeyExpired,
    /// The key was revoked, or replaced and its overlap is over.
    KeyRevoked,
    /// A hold lies on the key, its agreement or its holder.
    KeySuspended,
    /// The agreement is no longer in force.
    AgreementEnded,
    /// The key may not be used from this address.
    NetworkDenied,
    /// The key does not open this method and path, or the path is ambiguous.
    ScopeDenied,
    /// The agreement is not open at this hour.
    OutsideWindow,
    /// Too fast.
    RateLimited,
    /// The day's or month's calls are used up.
    QuotaExhausted,
    /// The dataset cannot be served now.
    DatasetUnavailable,
    /// The dataset's own service failed.
    UpstreamFailed,
    /// Let through.
    Ok,
}

impl Outcome {
    /// Every outcome, in the order in which they are checked.
    pub const ALL: [Self; 15] = [
        Self::KeyMissing,
        Self::KeyMalformed,
        Self::KeyUnknown,
        Self::KeyRevoked,
        Self::KeySuspended,
        Self::AgreementEnded,
        Self::KeyExpired,
        Self::NetworkDenied,
        Self::ScopeDenied,
        Self::OutsideWindow,
        Self::DatasetUnavailable,
        Self::QuotaExhausted,
        Self::RateLimited,
        Self::UpstreamFailed,
        Self::Ok,
    ];

    /// The code used everywhere.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::KeyMissing => "key_missing",
            Self::KeyMalformed => "key_malformed",
            Self::KeyUnknown => "key_unknown",
            Self::KeyExpired => "key_expired",
            Self::KeyRevoked => "key_revoked",
            Self::KeySuspended => "key_suspended",
            Self::AgreementEnded => "agreement_ended",
            Self::NetworkDenied => "network_denied",
            Self::ScopeDenied => "scope_denied",
            Self::OutsideWindow => "outside_window",
            Self::RateLimited => "rate_limited",
            Self::QuotaExhausted => "quota_exhausted",
            Self::DatasetUnavailable => "dataset_unavailable",
            Self::UpstreamFailed => "upstream_failed",
            Self::Ok => "ok",
        }
    }

    /// Reads the code written by [`Outcome::as_str`].
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == code)
    }

    /// The HTTP status it is told with.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::KeyMissing | Self::KeyMalformed | Self::KeyUnknown | Self::KeyExpired | Self::KeyRevoked => 401,
            Self::KeySuspended
            | Self::AgreementEnded
            | Self::NetworkDenied
            | Self::ScopeDenied
            | Self::OutsideWindow => 403,
            Self::RateLimited | Self::QuotaExhausted => 429,
            Self::UpstreamFailed => 502,
            Self::DatasetUnavailable => 503,
            Self::Ok => 200,
        }
    }

    /// A short title that never changes from one occurrence to another.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::KeyMissing => "A key is needed",
            Self::KeyMalformed => "This is not a key of this service",
            Self::KeyUnknown => "Unknown key",
            Self::KeyExpired => "The key has expired",
            Self::KeyRevoked => "The key was ended",
            Self::KeySuspended => "The key is suspended",
            Self::AgreementEnded => "The agreement has ended",
            Self::NetworkDenied => "Not from this network",
            Self::ScopeDenied => "The key does not open this",
            Self::OutsideWindow => "Not at this hour",
            Self::RateLimited => "Too many calls at once",
            Self::QuotaExhausted => "The quota is used up",
            Self::DatasetUnavailable => "The dataset is not available now",
            Self::UpstreamFailed => "The dataset's service failed",
            Self::Ok => "Let through",
        }
    }

    /// What it means, for whoever called.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::KeyMissing => "This dataset is read with a key, and none was sent.",
            Self::KeyMalformed => {
                "What was sent does not have the form and checksum of a key, nor is it a token of this service, or two \
                 were sent."
            }
            Self::KeyUnknown => "No key of this text is known, or the token names one that is not.",
            Self::KeyExpired => "The time of the key, or of the token, is over.",
            Self::KeyRevoked => "The key was revoked, or replaced by a successor.",
            Self::KeySuspended => "The key, its agreement or its holder is suspended.",
            Self::AgreementEnded => "The agreement under which the key was issued is no longer in force.",
            Self::NetworkDenied => "The key may not be used from the address this call came from.",
            Self::ScopeDenied => "The key's scopes do not cover this method and path.",
            Self::OutsideWindow => "The agreement allows calls only at certain hours of the day.",
            Self::RateLimited => "Calls came faster than the agreement allows.",
            Self::QuotaExhausted => "All calls of this day or month are used up.",
            Self::DatasetUnavailable => "The dataset cannot be served at this moment.",
            Self::UpstreamFailed => "The service behind this dataset did not give a usable answer.",
            Self::Ok => "The call was let through.",
        }
    }

    /// What to do next.
    #[must_use]
    pub const fn next_step(self) -> &'static str {
        match self {
            Self::KeyMissing => {
                "Send a key as “Authorization: Bearer …” or “X-Api-Key: …”; the portal tells how to get one."
            }
            Self::KeyMalformed => "Copy the key again, whole, and send it in one place only.",
            Self::KeyUnknown => {
                "Check which key you use; the portal lists yours by their first and last characters. Get a token anew."
            }
            Self::KeyExpired => {
                "Get a new token; create a new key in the portal, or renew the agreement, where these have ended."
            }
            Self::KeyRevoked => "Use the successor, or create a new key in the portal if the agreement is in force.",
            Self::KeySuspended => {
                "Read the notice in the portal: it states the reason, how to answer, and how to appeal."
            }
            Self::AgreementEnded => "Renew the agreement in the portal, or ask the department.",
            Self::NetworkDenied => "Call from an allowed network, or change the key's networks in the portal.",
            Self::ScopeDenied => {
                "Check method and path in the dataset's page, or ask for the scope by amending the agreement."
            }
            Self::OutsideWindow => "Call within the hours that the agreement states.",
            Self::RateLimited => "Wait as long as Retry-After says, and spread calls.",
            Self::QuotaExhausted => "Wait until the window ends, or ask for a larger quota by amending the agreement.",
            Self::DatasetUnavailable => "Try again later; the dataset's page names its steward.",
            Self::UpstreamFailed => "Try again later; if it lasts, tell the dataset's steward.",
            Self::Ok => "Nothing.",
        }
    }
}

/// What is known about a call for the books: filled as far as the check came.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    /// The key, once known.
    pub key: Option<KeyId>,
    /// Its agreement.
    pub agreement: Option<AgreementId>,
    /// The dataset, if the path names one.
    pub dataset: Option<DatasetId>,
    /// The method, if it is one the gate passes.
    pub method: Option<Method>,
    /// The operation the request falls under.
    pub operation: Option<Arc<str>>,
    /// The path pattern it falls under; never the path itself.
    pub template: Option<Arc<str>>,
}

/// The decision on a call.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "a permit is the usual verdict; a box would cost each request")]
pub enum Verdict {
    /// Let through; the only way to a [`Permit`].
    Permit(Permit),
    /// Refused, with the reason.
    Deny(Box<Denial>),
}

impl Verdict {
    /// The outcome.
    #[must_use]
    pub const fn outcome(&self) -> Outcome {
        match self {
            Self::Permit(_) => Outcome::Ok,
            Self::Deny(denial) => denial.outcome,
        }
    }

    /// What is known about the call.
    #[must_use]
    pub const fn trace(&self) -> &Trace {
        match self {
            Self::Permit(permit) => permit.trace(),
            Self::Deny(denial) => &denial.trace,
        }
    }
}

/// A refusal. Its detail is told only to who showed the full text of a known key.
#[derive(Debug)]
pub struct Denial {
    /// Why.
    pub outcome: Outcome,
    /// The HTTP status; the outcome's own, but for ambiguous paths (400), tokens for another dataset (401) and slow
    /// upstreams (504).
    pub status: u16,
    /// What is particular to this occurrence.
    pub detail: Option<String>,
    /// Seconds after which a call can pass.
    pub retry_after_seconds: Option<u64>,
    /// The scope that would be needed.
    pub scope: Option<String>,
    /// Codes of the holds that stop the key.
    pub holds: Vec<String>,
    /// The limits that apply, for headers.
    pub limits: Counted,
    /// What is known about the call.
    pub trace: Trace,
}

impl Denial {
    /// A refusal with nothing particular.
    #[must_use]
    pub const fn plain(outcome: Outcome, trace: Trace) -> Self {
        Self {
            outcome,
            status: outcome.status(),
            detail: None,
            retry_after_seconds: None,
            scope: None,
            holds: Vec::new(),
            limits: Counted { shared: None, own: None, parts: 0 },
            trace,
        }
    }

    /// A refusal with what is particular to it.
    #[must_use]
    pub fn because(outcome: Outcome, trace: Trace, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..Self::plain(outcome, trace) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_read_back_and_have_their_own_words() {
        for (position, outcome) in Outcome::ALL.into_iter().enumerate() {
            assert_eq!(Outcome::from_code(outcome.as_str()), Some(outcome));
            assert_eq!(serde_json::to_value(outcome).unwrap(), outcome.as_str());
            let later = &Outcome::ALL[position + 1..];
            assert!(!later.iter().any(|other| other.title() == outcome.title() || other.as_str() == outcome.as_str()));
        }
    }
}
