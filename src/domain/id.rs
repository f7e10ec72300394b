//! Typed identifiers: an id of one kind cannot be passed where another kind is meant.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// A `UUIDv7` that names one thing of kind `K`. Ids are not secrets.
pub struct Id<K>(Uuid, PhantomData<fn() -> K>);

impl<K> Id<K> {
    /// Wraps an id that was made or loaded elsewhere.
    #[must_use]
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid, PhantomData)
    }

    /// The bare id.
    #[must_use]
    pub const fn uuid(&self) -> Uuid {
        self.0
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}
impl<K> Hash for Id<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<K> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl<K> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl<K> FromStr for Id<K> {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Uuid::parse_str(text).map(Self::from_uuid)
    }
}
impl<K> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}
impl<'de, K> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Uuid::deserialize(deserializer).map(Self::from_uuid)
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident => $id:ident),* $(,)?) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $kind {}
        $(#[$doc])*
        pub type $id = Id<$kind>;
    )* };
}

kinds! {
    /// A person's account.
    AccountKind => AccountId,
    /// An organisation of requesters.
    OrganisationKind => OrganisationId,
    /// A department: data provider.
    DepartmentKind => DepartmentId,
    /// A dataset of the catalogue.
    DatasetKind => DatasetId,
    /// A published version of terms.
    TermsKind => TermsId,
    /// An application for access.
    ApplicationKind => ApplicationId,
    /// One dataset asked for in an application.
    ItemKind => ItemId,
    /// A message or note on an application.
    RemarkKind => RemarkId,
    /// A text that a department keeps for its desk.
    DeskTextKind => DeskTextId,
    /// An agreement.
    AgreementKind => AgreementId,
    /// An API key.
    KeyKind => KeyId,
    /// A hold on a key, an agreement or a requester.
    HoldKind => HoldId,
    /// A browser session.
    SessionKind => SessionId,
    /// A one-use link mailed to somebody.
    LinkKind => LinkId,
    /// A message in the outbox.
    MessageKind => MessageId,
    /// A service credential of a gate client.
    ServiceKind => ServiceId,
    /// A signal of the misuse rules.
    SignalKind => SignalId,
    /// A run of a catalogue import.
    ImportKind => ImportId,
    /// An appeal to the clerk.
    AppealKind => AppealId,
    /// A request for public records.
    RecordsKind => RecordsId,
    /// A request for a reuse statement.
    ReuseKind => ReuseId,
    /// The renewal of an agreement.
    RenewalKind => RenewalId,
    /// A misuse case.
    CaseKind => CaseId,
    /// A complaint about misuse, or a report that personal data got out.
    ComplaintKind => ComplaintId,
    /// A pause of a dataset for every key.
    PauseKind => PauseId,
    /// A file that was handed in.
    AttachmentKind => AttachmentId,
    /// A letter that was sent.
    LetterKind => LetterId,
    /// A whole table that is made in the background.
    ExportKind => ExportId,
    /// A replay of a rule over past usage.
    ReplayKind => ReplayId,
    /// A question of a list page that somebody keeps under a name.
    SavedViewKind => SavedViewId,
}
