//! The full story of an application, agreement, key, dataset or person in order of time, and the check of the whole audit chain. For
//! auditors; changes nothing.

use serde::Serialize;

use super::{Caller, CaseError, Desk};
use crate::domain::agreement::Agreement;
use crate::domain::application::{Application, ItemState};
use crate::domain::audit::{Entry, Fault, Head, Verifier};
use crate::domain::hold::{Hold, HoldTarget};
use crate::domain::id::{AccountId, AgreementId, ApplicationId, DatasetId, KeyId};
use crate::domain::people::Role;
use crate::domain::review::Decision;
use crate::domain::time::Instant;
use crate::store::applications::{Reader, Remark};
use crate::store::audit::{self, Search, Told};
use crate::store::{AnyConnection, Store, StoreError, agreements, applications, datasets, holds, keys, people};

/// Entries of one story; a longer one says that it is cut.
pub const STORY_MAX: usize = 2_000;
/// Entries read at once while the chain is checked.
const PAGE: i64 = 1_000;

/// Whose story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// An application with everything that came of it.
    Application(ApplicationId),
    /// An agreement with what led to it.
    Agreement(AgreementId),
    /// A key with what led to it.
    Key(KeyId),
    /// A dataset with all that was done to it and under it.
    Dataset(DatasetId),
    /// A person with all that was done to them.
    Person(AccountId),
}

impl Subject {
    /// The subject of this kind (a word of [`super::named::KINDS`]) and id.
    #[must_use]
    pub fn read(kind: &str, id: &str) -> Option<Self> {
        match kind {
            "application" => id.parse().ok().map(Self::Application),
            "agreement" => id.parse().ok().map(Self::Agreement),
            "key" => id.parse().ok().map(Self::Key),
            "dataset" => id.parse().ok().map(Self::Dataset),
            "person" => id.parse().ok().map(Self::Person),
            _ => None,
        }
    }
}

/// A story.
#[derive(Clone, Debug)]
pub struct Story {
    /// What it is about: `APP-2026-0042`, `DSA-2026-0017`, or the key's name.
    pub title: String,
    /// What happened, in order of time.
    pub lines: Vec<StoryLine>,
    /// Whether there is more than is shown.
    pub is_cut: bool,
}

/// One thing that happened.
#[derive(Clone, Debug)]
pub enum StoryLine {
    /// An entry of the chain.
    Entry(Box<Entry>),
    /// Something written on the application, private notes included.
    Remark(Remark),
    /// A decision on one dataset.
    Decision {
        /// The dataset's title.
        item: String,
        /// The decision with its grounds and conditions.
        decision: Box<Decision>,
    },
    /// A hold was placed.
    Held(Box<Hold>),
    /// A hold was lifted.
    Lifted(Box<Hold>),
}

impl StoryLine {
    /// When it happened.
    #[must_use]
    pub fn at(&self) -> Instant {
        match self {
            Self::Entry(entry) => entry.at,
            Self::Remark(remark) => remark.at,
            Self::Decision { decision, .. } => decision.at,
            Self::Held(hold) => hold.since,
            Self::Lifted(hold) => hold.lifted.as_ref().map_or(hold.since, |lift| lift.at),
        }
    }
}

/// Tells a story.
///
/// # Errors
/// [`CaseError::Missing`] for unknown ids and for everybody but auditors.
pub fn story(desk: &Desk, caller: &Caller, subject: Subject) -> Result<Story, CaseError> {
    caller.actor.acting_as(Role::Auditor)?;
    desk.read(|conn| tell(conn, subject))
}

fn tell(conn: &mut AnyConnection, subject: Subject) -> Result<Story, StoreError> {
    match subject {
        Subject::Application(id) => {
            let application = applications::by_id(conn, id)?;
            let title = application.number.clone();
            let told = Told { application: id, requester: application.requester, agreement: None, key: None };
            tell_case(conn, title, &told)
        }
        Subject::Agreement(id) => {
            let agreement = agreements::by_id(conn, id)?;
            tell_case(conn, agreement.number.clone(), &told_of(&agreement, None))
        }
        Subject::Key(id) => {
            let key = keys::by_id(conn, id)?.key;
            let agreement = agreements::by_id(conn, key.agreement)?;
            tell_case(conn, format!("{} ({})", key.name, key.hint), &told_of(&agreement, Some(id)))
        }
        Subject::Dataset(id) => {
            let title = datasets::by_id(conn, id)?.metadata.title.to_string();
            tell_entries(conn, title, ("dataset", id.to_string()))
        }
        Subject::Person(id) => {
            let account = people::account_by_id(conn, id)?;
            let mut story = tell_entries(conn, account.name, ("person", id.to_string()))?;
            story.add_holds(holds::on(conn, HoldTarget::Requester(id))?);
            Ok(story.in_order(None))
        }
    }
}

const fn told_of(agreement: &Agreement, key: Option<KeyId>) -> Told {
    Told { application: agreement.application, requester: agreement.requester, agreement: Some(agreement.id), key }
}

/// The story of an application or of what came of it: entries, remarks, decisions and holds.
fn tell_case(conn: &mut AnyConnection, title: String, told: &Told) -> Result<Story, StoreError> {
    let entries = audit::story(conn, told, limit(STORY_MAX + 1))?;
    let (mut story, last) = Story::of(title, entries);
    let application = applications::by_id(conn, told.application)?;
    story.lines.extend(decisions(&application));
    let remarks = applications::remarks_for(conn, told.application, &Reader::Auditor)?;
    story.lines.extend(remarks.into_iter().map(StoryLine::Remark));
    story.add_holds(holds_of(conn, told)?);
    let last = last.filter(|_| story.is_cut);
    Ok(story.in_order(last))
}

/// The story of a thing that only the chain tells of, from its first entry on.
fn tell_entries(conn: &mut AnyConnection, title: String, about: (&str, String)) -> Result<Story, StoreError> {
    let wanted = Search { about: Some((about.0.to_owned(), about.1)), ..Search::default() };
    let mut entries = audit::search(conn, &wanted, limit(STORY_MAX + 1))?;
    // Newest first: what is cut of a very long story is its beginning.
    let is_cut = entries.len() > STORY_MAX;
    entries.truncate(STORY_MAX);
    entries.reverse();
    Ok(Story { is_cut, ..Story::of(title, entries).0 })
}

impl Story {
    /// A story of entries in order, with the instant at which it is cut where it is.
    fn of(title: String, mut entries: Vec<Entry>) -> (Self, Option<Instant>) {
        let is_cut = entries.len() > STORY_MAX;
        entries.truncate(STORY_MAX);
        let last = entries.last().map(|entry| entry.at);
        let lines = entries.into_iter().map(|entry| StoryLine::Entry(Box::new(entry))).collect();
        (Self { title, lines, is_cut }, last)
    }

    fn add_holds(&mut self, found: Vec<Hold>) {
        for hold in found {
            if hold.lifted.is_some() {
                self.lines.push(StoryLine::Lifted(Box::new(hold.clone())));
            }
            self.lines.push(StoryLine::Held(Box::new(hold)));
        }
    }

    /// The same in order of time; what lies after `last` is left out, so that all kinds are cut at the same instant.
    fn in_order(mut self, last: Option<Instant>) -> Self {
        if let Some(last) = last {
            self.lines.retain(|line| line.at() <= last);
        }
        // Stable: entries of one instant keep the order of the chain, and stand before what they are about.
        self.lines.sort_by_key(StoryLine::at);
        self
    }
}

fn decisions(application: &Application) -> Vec<StoryLine> {
    let mut found = Vec::new();
    for item in &application.items {
        let made: Vec<&Decision> = match &item.state {
            ItemState::Pending { first } => first.iter().collect(),
            ItemState::Granted { .. } => Vec::new(),
            ItemState::Approved { decision, first } => first.iter().chain([decision]).collect(),
            ItemState::Denied { decision } => vec![decision],
        };
        let line = |decision: &Decision| StoryLine::Decision {
            item: item.title.clone(),
            decision: Box::new(decision.clone()),
        };
        found.extend(made.into_iter().map(line));
    }
    found
}

fn holds_of(conn: &mut AnyConnection, told: &Told) -> Result<Vec<Hold>, StoreError> {
    let mut found = holds::on(conn, HoldTarget::Requester(told.requester))?;
    let concerned = match told.agreement {
        Some(agreement) => vec![agreement],
        None => agreements::of_application(conn, told.application)?,
    };
    for agreement in concerned {
        found.extend(holds::on(conn, HoldTarget::Agreement(agreement))?);
        let all = match told.key {
            Some(key) => vec![key],
            None => keys::of_agreement(conn, agreement)?.iter().map(|stored| stored.key.id).collect(),
        };
        for key in all {
            found.extend(holds::on(conn, HoldTarget::Key(key))?);
        }
    }
    Ok(found)
}

fn limit(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Why the chain did not pass.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// It was tampered with, at this entry.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// It could not be read to the end.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Checks the whole chain in bounded memory, while others go on writing. `kept` is a head from elsewhere, which alone
/// shows that the end of the chain was cut off together with the store's own record of it.
///
/// # Errors
/// The first bad entry, or what the store says.
pub fn verify_audit(store: &Store, kept: Option<Head>) -> Result<Head, VerifyError> {
    verify_from(store, Head::EMPTY, kept)
}

/// The same from behind an entry up to which everything was whole.
pub(super) fn verify_from(store: &Store, start: Head, kept: Option<Head>) -> Result<Head, VerifyError> {
    let mut verifier = Verifier::after(start, kept);
    let mut reached = start.number;
    loop {
        let entries = page(store, reached)?;
        if let Some(last) = entries.last() {
            reached = last.number;
            for entry in &entries {
                verifier.take(entry)?;
            }
            continue;
        }
        let stored = store.read(audit::head)?;
        // An entry and the head that counts it are committed together: if the head is further than what was read just
        // now, more was written meanwhile, or the entries are gone.
        if stored.number > reached && store.read(|conn| audit::next_after(conn, reached))?.is_some() {
            continue;
        }
        return Ok(verifier.finish(stored)?);
    }
}

/// The next entries. An entry that cannot even be read is a changed one.
fn page(store: &Store, after: i64) -> Result<Vec<Entry>, VerifyError> {
    match store.read(|conn| audit::after(conn, after, PAGE)) {
        Err(StoreError::Corrupt { .. }) => {}
        read => return Ok(read?),
    }
    let mut good = Vec::new();
    let mut reached = after;
    while let Some(number) = store.read(|conn| audit::next_after(conn, reached))? {
        match store.read(|conn| audit::one(conn, number)) {
            Ok(entry) => good.push(entry),
            // What comes before it is checked first: the first bad entry is the one to name.
            Err(StoreError::Corrupt { .. }) if !good.is_empty() => return Ok(good),
            Err(StoreError::Corrupt { .. }) => return Err(Fault::Changed(number).into()),
            Err(error) => return Err(error.into()),
        }
        reached = number;
    }
    Ok(good)
}

/// The newest head of the chain, for printing, keeping elsewhere and signing.
///
/// # Errors
/// [`CaseError::Missing`] for everybody but auditors.
pub fn head(desk: &Desk, caller: &Caller) -> Result<SignedHead, CaseError> {
    caller.actor.acting_as(Role::Auditor)?;
    Ok(SignedHead::of(desk, &desk.read(audit::head)?))
}

/// The end of the chain, signed by the service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SignedHead {
    /// `number:hash`, as `accord audit verify --head` takes it.
    pub head: String,
    /// Ed25519 over `accord audit head number:hash`, hex.
    pub signature: String,
    /// The service's public key, hex.
    pub public_key: String,
}

impl SignedHead {
    /// Signs `head` as the service.
    #[must_use]
    pub fn of(desk: &Desk, head: &Head) -> Self {
        let head = head.to_text();
        let signature = desk.secrets.sign(&format!("accord audit head {head}"));
        Self { head, signature, public_key: desk.secrets.public_key() }
    }
}
