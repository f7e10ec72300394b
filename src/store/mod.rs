//! Everything SQL; the only room that imports diesel. One query text serves SQLite and PostgreSQL.
//!
//! Aggregates are kept as one JSON document beside the columns that lists and queries need; saving compares and sets
//! the version. Never decides anything: it loads, saves and lists.

pub mod conn;
pub mod migrate;
#[rustfmt::skip]
pub mod samples;
pub mod agreements;
pub mod appeals;
pub mod applications;
pub mod assignments;
pub mod attachments;
pub mod audit;
pub mod calendar;
pub mod cases;
pub mod complaints;
pub mod datasets;
pub mod departments;
pub mod desk_texts;
pub mod destructions;
pub mod errands;
pub mod exports;
pub mod feeds;
pub mod gates;
pub mod grants;
pub mod holds;
pub mod imports;
pub mod key_days;
pub mod keys;
pub mod letters;
pub mod listen;
pub mod mailroom;
pub mod misuse;
pub mod organisations;
pub mod outbox;
pub mod people;
pub mod records;
pub mod reminders;
pub mod renewals;
pub mod reuse;
pub mod saved_views;
pub mod schema;
pub mod services;
pub mod sessions;
pub mod terms;
pub mod token_keys;
pub mod usage;
pub mod views;

use std::sync::Arc;
use std::time::Duration;

use diesel::result::{DatabaseErrorKind, Error as DieselError};
use tokio::sync::Semaphore;

pub use conn::{AnyConnection, Backend};

/// What can go wrong in the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such row.
    #[error("not found")]
    Missing,
    /// Somebody else saved first.
    #[error("changed by somebody else meanwhile")]
    Stale,
    /// A value that must be unique is taken.
    #[error("already taken")]
    Taken,
    /// The database is away, locked or full; trying again later may help.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// The address or the schema is wrong; starting makes no sense.
    #[error("{0}")]
    Setup(String),
    /// A row does not read back as what was written.
    #[error("a stored {what} cannot be read: {why}")]
    Corrupt {
        /// What was read.
        what: &'static str,
        /// Why it failed.
        why: String,
    },
    /// Anything else the database said.
    #[error("the database refused: {0}")]
    Database(#[source] DieselError),
}

impl From<DieselError> for StoreError {
    fn from(error: DieselError) -> Self {
        if matches!(error, DieselError::NotFound) {
            return Self::Missing;
        }
        let DieselError::DatabaseError(kind, info) = &error else { return Self::Database(error) };
        if matches!(kind, DatabaseErrorKind::UniqueViolation) {
            Self::Taken
        } else if is_passing(*kind, info.message()) {
            Self::Unavailable(info.message().to_owned())
        } else {
            Self::Database(error)
        }
    }
}

/// Faults that pass by themselves: locked, busy, full, timed out, shut down.
fn is_passing(kind: DatabaseErrorKind, message: &str) -> bool {
    matches!(
        kind,
        DatabaseErrorKind::ClosedConnection
            | DatabaseErrorKind::UnableToSendCommand
            | DatabaseErrorKind::SerializationFailure
            | DatabaseErrorKind::ReadOnlyTransaction
    ) || ["locked", "busy", "deadlock", "disk", "full", "timeout", "terminating", "connection", "I/O", "readonly"]
        .iter()
        .any(|word| message.contains(word))
}

/// How to open a store.
#[derive(Clone, Debug)]
pub struct StoreOptions {
    /// `sqlite:PATH` or `postgres://…`.
    pub url: String,
    /// Connections in the pool.
    pub connections: u32,
    /// How long a statement waits for a lock.
    pub busy: Duration,
    /// How long a request waits for a connection before it is told to come back later.
    pub wait: Duration,
}

/// The store. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pool: conn::AnyPool,
    manager: conn::Manager,
    backend: Backend,
    places: Arc<Semaphore>,
    wait: Duration,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("backend", &self.backend).finish_non_exhaustive()
    }
}

impl Store {
    /// Opens the pool; the schema is not touched (see [`migrate`]).
    ///
    /// # Errors
    /// [`StoreError::Setup`] for a wrong address, [`StoreError::Unavailable`] when the database cannot be reached.
    pub fn open(options: &StoreOptions) -> Result<Self, StoreError> {
        let manager = conn::Manager::new(&options.url, options.busy)?;
        let backend = manager.backend();
        let pool = conn::AnyPool::builder()
            .max_size(options.connections)
            .min_idle(Some(1))
            .connection_timeout(options.wait)
            .test_on_check_out(backend == Backend::Postgres)
            .build(manager.clone())
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        let places = usize::try_from(options.connections).unwrap_or(1);
        Ok(Self { pool, manager, backend, places: Arc::new(Semaphore::new(places)), wait: options.wait })
    }

    /// Which database this is.
    #[must_use]
    pub const fn backend(&self) -> Backend {
        self.backend
    }

    /// How many bytes the database has.
    ///
    /// # Errors
    /// What the database says.
    pub fn size(&self) -> Result<i64, StoreError> {
        self.read(conn::size)
    }

    /// Copies a SQLite database, whole and of one moment, into a file that must not be there yet.
    ///
    /// # Errors
    /// [`StoreError::Setup`] on PostgreSQL; what the database says.
    pub fn copy_to(&self, path: &str) -> Result<(), StoreError> {
        self.read(|conn| conn::copy_into(conn, path))
    }

    /// Runs queries outside a transaction.
    ///
    /// # Errors
    /// What `work` returns, or [`StoreError::Unavailable`].
    pub fn read<T, E: From<StoreError>>(&self, work: impl FnOnce(&mut AnyConnection) -> Result<T, E>) -> Result<T, E> {
        let mut conn = self.pool.get().map_err(|error| StoreError::Unavailable(error.to_string()))?;
        work(&mut conn)
    }

    /// Runs `work` in one write transaction: all of it or nothing.
    ///
    /// # Errors
    /// What `work` returns, or [`StoreError::Unavailable`].
    pub fn write<T, E: From<StoreError>>(&self, work: impl FnOnce(&mut AnyConnection) -> Result<T, E>) -> Result<T, E> {
        let mut conn = self.pool.get().map_err(|error| StoreError::Unavailable(error.to_string()))?;
        conn::write_tx(&mut conn, work)
    }

    /// Runs blocking work on the blocking pool, no more at once than there are connections; who waits too long is told
    /// to come back later.
    ///
    /// # Errors
    /// What `work` returns, or [`StoreError::Unavailable`].
    pub async fn blocking<T, E>(&self, work: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let place = tokio::time::timeout(self.wait, Arc::clone(&self.places).acquire_owned()).await;
        let Ok(Ok(place)) = place else {
            return Err(StoreError::Unavailable("too much work is waiting for the database".to_owned()).into());
        };
        let done = tokio::task::spawn_blocking(move || {
            let _place = place;
            work()
        });
        done.await.unwrap_or_else(|panic| Err(StoreError::Unavailable(panic.to_string()).into()))
    }
}

/// Reads a stored id.
pub(crate) fn id<K>(text: &str) -> Result<crate::domain::id::Id<K>, StoreError> {
    text.parse().map_err(|error: uuid::Error| StoreError::Corrupt { what: "id", why: error.to_string() })
}

/// Reads a stored id that may be absent.
pub(crate) fn id_opt<K>(text: Option<&str>) -> Result<Option<crate::domain::id::Id<K>>, StoreError> {
    text.map(id).transpose()
}

/// Reads a stored document.
pub(crate) fn from_json<T: serde::de::DeserializeOwned>(what: &'static str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Corrupt { what, why: error.to_string() })
}

/// Writes a document.
pub(crate) fn to_json<T: serde::Serialize>(what: &'static str, value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Corrupt { what, why: error.to_string() })
}

/// Exactly one row must have changed, or somebody was faster.
pub(crate) const fn one_row(rows: usize) -> Result<(), StoreError> {
    if rows == 1 { Ok(()) } else { Err(StoreError::Stale) }
}
