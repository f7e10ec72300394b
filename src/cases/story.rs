//! One application's, agreement's or key's full story in order of time, and the check of the whole audit chain. For
//! auditors; changes nothing.

use serde::Serialize;

use super::{Caller, CaseError, Desk};
use crate::domain::application::{Application, ItemState};
use crate::domain::audit::{Entry, Fault, Head, Verifier};
use crate::domain::hold::{Hold, HoldTarget};
use crate::domain::id::{AgreementId, ApplicationId, KeyId};
use crate::domain::people::Role;
use crate::domain::review::Decision;
use crate::domain::time::Instant;
use crate::store::applications::{Reader, Remark};
use crate::store::audit::{self, Told};
use crate::store::{AnyConnection, Store, StoreError, agreements, applications, holds, keys};

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
    let (title, told) = find(conn, subject)?;
    let mut entries = audit::story(conn, &told, limit(STORY_MAX + 1))?;
    let is_cut = entries.len() > STORY_MAX;
    entries.truncate(STORY_MAX);
    let last = entries.last().map(|entry| entry.at);
    let mut lines: Vec<StoryLine> = entries.into_iter().map(|entry| StoryLine::Entry(Box::new(entry))).collect();
    let application = applications::by_id(conn, told.application)?;
    lines.extend(decisions(&application));
    let remarks = applications::remarks_for(conn, told.application, &Reader::Auditor)?;
    lines.extend(remarks.into_iter().map(StoryLine::Remark));
    for hold in holds_of(conn, &told)? {
        if hold.lifted.is_some() {
            lines.push(StoryLine::Lifted(Box::new(hold.clone())));
        }
        lines.push(StoryLine::Held(Box::new(hold)));
    }
    if is_cut {
        // What is cut is cut for all of them at the same instant.
        lines.retain(|line| last.is_some_and(|last| line.at() <= last));
    }
    // Stable: entries of one instant keep the order of the chain, and stand before what they are about.
    lines.sort_by_key(StoryLine::at);
    Ok(Story { title, lines, is_cut })
}

fn find(conn: &mut AnyConnection, subject: Subject) -> Result<(String, Told), StoreError> {
    let (title, agreement, key) = match subject {
        Subject::Application(id) => {
            let application = applications::by_id(conn, id)?;
            let title = application.number.clone();
            let told = Told { application: id, requester: application.requester, agreement: None, key: None };
            return Ok((title, told));
        }
        Subject::Agreement(id) => {
            let agreement = agreements::by_id(conn, id)?;
            (agreement.number.clone(), agreement, None)
        }
        Subject::Key(id) => {
            let key = keys::by_id(conn, id)?.key;
            let agreement = agreements::by_id(conn, key.agreement)?;
            (format!("{} ({})", key.name, key.hint), agreement, Some(id))
        }
    };
    let (application, requester) = (agreement.application, agreement.requester);
    Ok((title, Told { application, requester, agreement: Some(agreement.id), key }))
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
    let mut verifier = Verifier::new(kept);
    let mut reached = 0;
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
    let head = desk.read(audit::head)?;
    let line = format!("accord audit head {}", head.to_text());
    Ok(SignedHead { head: head.to_text(), signature: desk.secrets.sign(&line), public_key: desk.secrets.public_key() })
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
