//! What an act changes for the gates, and who is told of it right after commit. Must never carry more than which thing.

use crate::domain::id::{AccountId, AgreementId, DatasetId, KeyId, ServiceId};

/// Something that the gates must learn about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Touched {
    /// A key was made, changed or put on hold.
    Key(KeyId),
    /// An agreement was executed, ended or put on hold.
    Agreement(AgreementId),
    /// A requester was put on hold, or a hold lifted.
    Requester(AccountId),
    /// A dataset's tier, upstream, operations or limits changed.
    Dataset(DatasetId),
    /// A service credential was made or revoked.
    Service(ServiceId),
    /// A key that signs access tokens was made, destroyed or withdrawn.
    TokenKeys,
}

impl Touched {
    /// The kind and the id, as stored in the change list.
    #[must_use]
    pub fn to_columns(self) -> (&'static str, String) {
        match self {
            Self::Key(id) => ("key", id.to_string()),
            Self::Agreement(id) => ("agreement", id.to_string()),
            Self::Requester(id) => ("requester", id.to_string()),
            Self::Dataset(id) => ("dataset", id.to_string()),
            Self::Service(id) => ("service", id.to_string()),
            Self::TokenKeys => ("token_keys", String::new()),
        }
    }
}

/// Told right after commit and before the answer goes out, so that the local gate is current when the officer reads
/// "suspended". Other gates read the change list.
pub trait GrantSink: Send + Sync {
    /// Takes what changed.
    fn grants_changed(&self, touched: &[Touched]);
}

/// A sink for processes without a gate.
#[derive(Clone, Copy, Debug)]
pub struct NoGate;

impl GrantSink for NoGate {
    fn grants_changed(&self, _touched: &[Touched]) {}
}
