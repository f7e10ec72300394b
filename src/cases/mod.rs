//! One function per thing a person may do; each is one transaction: load, decide, save, record.
//!
//! Never speaks HTTP and never builds SQL. Everything an act owes (audit entry, notices, what the gates must learn) is
//! handed to [`Work`] and stands or falls with the act.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::clock::Clock;
use crate::domain::audit::{Act, Hash, hex};
use crate::domain::feed_health::Watching;
use crate::domain::guessing::Delays;
use crate::domain::id::Id;
use crate::domain::letter::{Letter, LetterBook};
use crate::domain::net::UpstreamNetworks;
use crate::domain::notice::{Notice, digest_after};
use crate::domain::people::Actor;
use crate::domain::profile::Profile;
use crate::domain::refusal::Refusal;
use crate::domain::text::Invalid;
use crate::domain::time::{Instant, day_in};
use crate::store::sessions::{self, Claim};
use crate::store::{AnyConnection, Store, StoreError, audit, grants, outbox};
pub use intent::{Intent, Undone};
pub use touched::{GrantSink, NoGate, Touched};

pub mod accounts;
#[cfg(test)]
mod accounts_tests;
pub mod again;
pub mod agree;
pub mod anomalies;
pub mod appeals;
pub mod apply;
#[cfg(test)]
pub(crate) mod apply_tests;
pub mod assignment;
pub mod board;
pub mod bundle;
pub mod calendar;
#[cfg(test)]
mod calendar_tests;
pub mod catalogue;
#[cfg(test)]
mod catalogue_tests;
pub mod chain;
#[cfg(test)]
mod chain_tests;
pub mod changes;
pub mod closing;
#[cfg(test)]
mod closing_tests;
pub mod conduct;
pub mod copies;
pub mod deadlines;
pub mod denials;
pub mod department;
#[cfg(test)]
mod department_tests;
pub mod describe;
pub mod desk_texts;
#[cfg(test)]
mod desk_texts_tests;
pub mod destruction;
pub mod drafting;
#[cfg(test)]
mod endings_tests;
pub mod enforce;
mod errands;
pub mod explorer;
pub mod exports;
#[cfg(test)]
mod exports_tests;
#[cfg(test)]
mod fault_tests;
pub mod feeds;
pub mod fetch;
pub mod files;
pub mod health;
pub mod intent;
pub mod interchange;
pub mod keys;
pub mod left;
#[cfg(test)]
mod left_tests;
pub mod letters;
pub mod links;
pub mod mailroom;
pub mod misuse;
#[cfg(test)]
mod misuse_tests;
pub mod named;
pub mod notices;
#[cfg(test)]
mod notices_tests;
#[cfg(test)]
mod offices_tests;
#[cfg(test)]
mod once_tests;
pub mod organisations;
#[cfg(test)]
mod organisations_tests;
pub mod own_data;
#[cfg(test)]
mod own_data_tests;
pub mod passwords;
pub mod place;
pub mod post;
#[cfg(test)]
mod post_tests;
#[cfg(test)]
mod preview_tests;
#[cfg(test)]
mod race_tests;
pub mod readers;
pub mod records;
pub mod redaction;
#[cfg(test)]
mod redaction_tests;
pub mod register;
#[cfg(test)]
mod register_tests;
pub mod rehearsal;
pub mod renewal;
pub mod replays;
#[cfg(test)]
mod replays_tests;
pub mod reterms;
pub mod reuse;
#[cfg(test)]
mod reuse_tests;
pub mod review;
pub mod samples;
pub mod saved_views;
pub mod secrets;
pub mod settle;
#[cfg(test)]
mod settle_tests;
pub mod sheets;
pub mod sightings;
#[cfg(test)]
mod sightings_tests;
pub mod signing;
pub mod staff;
pub mod story;
pub mod terms;
#[cfg(test)]
mod terms_tests;
#[cfg(test)]
pub(crate) mod testing;
pub mod tokens;
mod touched;
pub mod trial;
pub mod usage;
pub mod wishes;
pub(crate) mod writing;
#[cfg(test)]
mod written_tests;

/// Why an act did not happen. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// A rule said no.
    #[error(transparent)]
    Refused(Refusal),
    /// What was typed cannot be taken; every field at once.
    #[error("{} fields need attention", .0.len())]
    Invalid(Vec<Invalid>),
    /// There is no such thing, or none that this person may know of.
    #[error("not found")]
    Missing,
    /// It was changed by somebody else since it was loaded.
    #[error("changed by somebody else meanwhile")]
    Stale,
    /// Too many tries; come back after so many seconds.
    #[error("too many tries; wait {0} seconds")]
    Wait(u64),
    /// It was only tried, came to its end, and was undone.
    #[error("only tried, and undone")]
    Undone(Undone),
    /// The store could not do it.
    #[error(transparent)]
    Store(StoreError),
}

impl From<Refusal> for CaseError {
    /// Who may not know of a thing hears that it does not exist.
    fn from(refusal: Refusal) -> Self {
        match refusal.code {
            "not_your_department" | "not_the_requester" => Self::Missing,
            _ => Self::Refused(refusal),
        }
    }
}

impl From<StoreError> for CaseError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Missing => Self::Missing,
            StoreError::Stale => Self::Stale,
            StoreError::Taken
            | StoreError::Unavailable(_)
            | StoreError::Setup(_)
            | StoreError::Corrupt { .. }
            | StoreError::Database(_) => Self::Store(error),
        }
    }
}

impl From<Invalid> for CaseError {
    fn from(invalid: Invalid) -> Self {
        Self::Invalid(vec![invalid])
    }
}

/// Fills a buffer with random bytes.
pub type Randomness = Arc<dyn Fn(&mut [u8]) + Send + Sync>;

/// What the cases need to know of the configuration.
#[derive(Clone, Debug)]
pub struct DeskOptions {
    /// Argon2id cost.
    pub password_cost: passwords::Cost,
    /// Longest a browser session lives.
    pub session_absolute: chrono::Duration,
    /// Longest a browser session rests.
    pub session_idle: chrono::Duration,
    /// Whether anybody may register.
    pub is_registration_open: bool,
    /// How long who guesses passwords must wait.
    pub delays: Delays,
    /// Wait for the head of an upstream's answer where its steward sets no other, in milliseconds.
    pub upstream_wait_ms: u32,
    /// Where the service itself may connect to: upstream feeds and catalogues to import.
    pub upstream_networks: UpstreamNetworks,
    /// For how many days one key signs access tokens.
    pub token_key_days: u32,
    /// Where files of exports lie, and for how long.
    pub exports: exports::kept::ExportOptions,
    /// How feeds are watched.
    pub watching: Watching,
}

/// Everything a case needs. Cheap to clone.
#[derive(Clone)]
pub struct Desk {
    /// The store.
    pub store: Store,
    /// The time.
    pub clock: Clock,
    /// The place's law, terms, calendar and lists.
    pub profile: Arc<Profile>,
    /// The place's letters.
    pub letters: Arc<LetterBook>,
    /// Settings.
    pub options: Arc<DeskOptions>,
    /// The service's own secrets: link signing, sealing of upstream credentials.
    pub secrets: Arc<secrets::Secrets>,
    /// Who must learn of changed grants.
    pub sink: Arc<dyn GrantSink>,
    /// Randomness.
    pub randomness: Randomness,
    /// Judges a call under an agreement that does not exist yet, as the gate would.
    pub judge: trial::Judge,
    /// The public register as it was computed last.
    pub register: Arc<register::Kept>,
    /// Paper for what is handed on as PDF.
    pub printer: Arc<dyn bundle::Printer>,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk").field("store", &self.store).finish_non_exhaustive()
    }
}

/// Who calls, and with which request.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The person with everything a rule may ask about them.
    pub actor: Actor,
    /// The request id.
    pub request: Option<String>,
    /// The browser or program.
    pub agent: String,
    /// The client's idempotency key.
    pub idempotency: Option<String>,
    /// Whether what they ask for is meant, or only tried.
    pub intent: Intent,
}

impl Caller {
    /// The service itself: clocks, imports, the command line.
    #[must_use]
    pub fn service(name: &str) -> Self {
        Self {
            actor: Actor::service(name),
            request: None,
            agent: name.to_owned(),
            idempotency: None,
            intent: Intent::Act,
        }
    }
}

/// One act in the making: the open transaction and everything the act owes.
pub struct Work<'a> {
    /// The open transaction.
    pub conn: &'a mut AnyConnection,
    /// The instant of the act.
    pub now: Instant,
    /// The desk.
    pub desk: &'a Desk,
    /// Who acts.
    pub caller: &'a Caller,
    touched: Vec<Touched>,
    letters: Vec<Letter>,
}

impl Desk {
    /// Runs one act in one transaction, then tells the local gate. Where the caller only tries it, it is undone at its
    /// end. Every act of a person comes this way.
    ///
    /// # Errors
    /// What the act returns, or [`CaseError::Undone`]; then nothing was changed.
    pub fn act<T>(
        &self,
        caller: &Caller,
        act: impl FnOnce(&mut Work<'_>) -> Result<T, CaseError>,
    ) -> Result<T, CaseError> {
        let now = self.clock.now();
        let (done, touched) = self.store.write(|conn| {
            let mut work = Work { conn, now, desk: self, caller, touched: Vec::new(), letters: Vec::new() };
            let done = act(&mut work)?;
            work.publish()?;
            if let Some(undone) = caller.intent.undo(std::mem::take(&mut work.letters)) {
                return Err(CaseError::Undone(undone));
            }
            Ok::<_, CaseError>((done, work.touched))
        })?;
        if !touched.is_empty() {
            self.sink.grants_changed(&touched);
        }
        Ok(done)
    }

    /// Reads, outside a transaction.
    ///
    /// # Errors
    /// What `read` returns.
    pub fn read<T>(&self, read: impl FnOnce(&mut AnyConnection) -> Result<T, StoreError>) -> Result<T, CaseError> {
        self.store.read(read).map_err(CaseError::from)
    }

    /// Runs a case on the blocking pool.
    ///
    /// # Errors
    /// What the case returns, or that the store has no place free.
    pub async fn run<T: Send + 'static>(
        &self,
        case: impl FnOnce(&Self) -> Result<T, CaseError> + Send + 'static,
    ) -> Result<T, CaseError> {
        let desk = self.clone();
        self.store.blocking(move || case(&desk)).await
    }

    /// A new id, ordered by time; within one process also by the order of making (RFC 9562 section 6.2, method 1).
    #[must_use]
    pub fn new_id<K>(&self, now: Instant) -> Id<K> {
        static MADE: AtomicU16 = AtomicU16::new(0);
        let mut bytes = [0_u8; 10];
        (self.randomness)(&mut bytes);
        let [high, low] = (MADE.fetch_add(1, Ordering::Relaxed) & 0x0fff).to_be_bytes();
        let [first, second, ..] = &mut bytes;
        (*first, *second) = (high, low);
        let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
        Id::from_uuid(uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid())
    }

    /// A random secret of 256 bits as 64 hex digits.
    #[must_use]
    pub fn new_token(&self) -> secrecy::SecretString {
        let mut bytes = zeroize::Zeroizing::new([0_u8; 32]);
        (self.randomness)(bytes.as_mut());
        secrecy::SecretString::from(hex(bytes.as_ref()))
    }
}

impl Work<'_> {
    /// A new id, ordered by time.
    pub fn new_id<K>(&mut self) -> Id<K> {
        self.desk.new_id(self.now)
    }

    /// The next short number: `APP-2026-0042`, counted by the city's year.
    ///
    /// # Errors
    /// What the store says.
    pub fn next_number(&mut self, series: &str) -> Result<String, CaseError> {
        let year = chrono::Datelike::year(&day_in(self.desk.profile.zone, self.now));
        let value = sessions::next_number(self.conn, &format!("{series}-{year}"))?;
        Ok(format!("{series}-{year}-{value:04}"))
    }

    /// Writes the audit entry of the act.
    ///
    /// # Errors
    /// What the store says; then the act is undone too.
    pub fn record(&mut self, act: Act) -> Result<(), CaseError> {
        audit::append(self.conn, act, &self.caller.actor, self.caller.request.clone(), self.now)?;
        Ok(())
    }

    /// Owes a notice.
    ///
    /// # Errors
    /// What the store says; then the act is undone too.
    pub fn notify(&mut self, notice: &Notice) -> Result<(), CaseError> {
        let (desk, now) = (self.desk, self.now);
        let digest_at = digest_after(desk.profile.zone, now);
        outbox::owe(self.conn, notice, (now, digest_at), || desk.new_id(now))?;
        Ok(())
    }

    /// Notes that the gates must learn of this.
    pub fn touch(&mut self, touched: Touched) {
        if !self.touched.contains(&touched) {
            self.touched.push(touched);
        }
    }

    /// Notes that the act sends this letter, for whoever only tries it.
    fn sends(&mut self, letter: &Letter) {
        self.letters.push(letter.clone());
    }

    fn publish(&mut self) -> Result<(), CaseError> {
        for touched in &self.touched {
            let (kind, id) = touched.to_columns();
            grants::note_change(self.conn, kind, &id, self.now)?;
        }
        Ok(())
    }

    /// Whether this request was done before under the same idempotency key; then what it made. Otherwise the key is
    /// held until the act ends, so that a twin at the same moment waits and then finds what this one made. Call it
    /// before anything else is locked: then two acts never wait for each other.
    ///
    /// # Errors
    /// `idempotency_key_reused` with another request, `request_in_progress` when the twin takes too long, or what the
    /// store says.
    pub fn done_before(&mut self, act: &str, asked: &impl Serialize) -> Result<Option<String>, CaseError> {
        let Some((account, key)) = self.idempotency() else { return Ok(None) };
        let print = print(asked);
        match sessions::claim_idempotent(self.conn, (&account, &key), (act, &print), self.now)? {
            Claim::Ours => Ok(None),
            Claim::Used { act: known, fingerprint, result } if known == act && fingerprint == print => Ok(Some(result)),
            Claim::Used { .. } => Err(Refusal::new(
                "idempotency_key_reused",
                "This idempotency key was used for a different request. Use a new key.",
            )
            .into()),
            Claim::Held => Err(Refusal::new(
                "request_in_progress",
                "A request with this idempotency key is still being worked on. Send it again in a few seconds.",
            )
            .into()),
        }
    }

    /// Keeps what this request made, for a repeat under the same idempotency key. [`Work::done_before`] came first.
    ///
    /// # Errors
    /// What the store says.
    pub fn remember(&mut self, result: &str) -> Result<(), CaseError> {
        if let Some((account, key)) = self.idempotency() {
            sessions::keep_idempotent(self.conn, (&account, &key), result)?;
        }
        Ok(())
    }

    fn idempotency(&self) -> Option<(String, String)> {
        let account = self.caller.actor.account?.to_string();
        self.caller.idempotency.clone().map(|key| (account, key))
    }
}

fn print(asked: &impl Serialize) -> String {
    let text = serde_json::to_string(asked).unwrap_or_default();
    let sum: Hash = Sha256::digest(text.as_bytes()).into();
    hex(&sum)
}
