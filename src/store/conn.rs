//! One connection type over both databases, its pool, and the write transaction. The only file that may open a
//! transaction or run SQL given as text.

use std::time::Duration;

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::r2d2::{ManageConnection, Pool};
use diesel::{Connection, PgConnection, SqliteConnection};

use super::StoreError;

/// A connection to whichever database was configured.
#[derive(diesel::MultiConnection)]
pub enum AnyConnection {
    /// PostgreSQL.
    Postgres(PgConnection),
    /// SQLite, in one file.
    Sqlite(SqliteConnection),
}

/// Which database an address names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// `postgres://` or `postgresql://`.
    Postgres,
    /// `sqlite:` and a file path.
    Sqlite,
}

impl Backend {
    /// Reads the scheme; nothing is guessed, so a typo cannot create an empty SQLite file.
    ///
    /// # Errors
    /// [`StoreError::Setup`] for any other scheme.
    pub fn of(url: &str) -> Result<Self, StoreError> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres);
        }
        if url.starts_with("sqlite:") {
            return Ok(Self::Sqlite);
        }
        Err(StoreError::Setup("the database address must begin with postgres:// or sqlite:".to_owned()))
    }
}

/// Opens connections for the pool.
#[derive(Clone, Debug)]
pub(super) struct Manager {
    url: String,
    backend: Backend,
    busy: Duration,
}

impl Manager {
    pub(super) fn new(url: &str, busy: Duration) -> Result<Self, StoreError> {
        Ok(Self { url: url.to_owned(), backend: Backend::of(url)?, busy })
    }

    pub(super) const fn backend(&self) -> Backend {
        self.backend
    }

    /// A connection of its own that listens to a channel; `None` on SQLite.
    pub(super) fn listening(&self, channel: &str) -> Result<Option<PgConnection>, StoreError> {
        if self.backend == Backend::Sqlite {
            return Ok(None);
        }
        let away = |error: &dyn std::fmt::Display| StoreError::Unavailable(error.to_string());
        let mut conn = PgConnection::establish(&self.url).map_err(|error| away(&error))?;
        conn.batch_execute(&format!("LISTEN {channel}")).map_err(|error| away(&error))?;
        Ok(Some(conn))
    }

    fn open(&self) -> Result<AnyConnection, diesel::r2d2::Error> {
        let busy_ms = self.busy.as_millis();
        match self.backend {
            Backend::Postgres => {
                let mut conn = PgConnection::establish(&self.url).map_err(diesel::r2d2::Error::ConnectionError)?;
                let setup = format!(
                    "SET TIME ZONE 'UTC'; SET lock_timeout = {busy_ms}; SET statement_timeout = {}; \
                     SET idle_in_transaction_session_timeout = 20000;",
                    busy_ms.saturating_mul(4)
                );
                conn.batch_execute(&setup).map_err(diesel::r2d2::Error::QueryError)?;
                Ok(AnyConnection::Postgres(conn))
            }
            Backend::Sqlite => {
                let path = self.url.trim_start_matches("sqlite:").trim_start_matches("//");
                let mut conn = SqliteConnection::establish(path).map_err(diesel::r2d2::Error::ConnectionError)?;
                // FULL: a signed agreement must survive a power cut.
                let setup = format!(
                    "PRAGMA busy_timeout = {busy_ms}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                     PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000;"
                );
                conn.batch_execute(&setup).map_err(diesel::r2d2::Error::QueryError)?;
                Ok(AnyConnection::Sqlite(conn))
            }
        }
    }
}

impl ManageConnection for Manager {
    type Connection = AnyConnection;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<AnyConnection, Self::Error> {
        self.open()
    }

    fn is_valid(&self, conn: &mut AnyConnection) -> Result<(), Self::Error> {
        conn.batch_execute("SELECT 1").map_err(diesel::r2d2::Error::QueryError)
    }

    fn has_broken(&self, conn: &mut AnyConnection) -> bool {
        std::thread::panicking()
            || match conn {
                AnyConnection::Postgres(conn) => AnsiTransactionManager::is_broken_transaction_manager(conn),
                AnyConnection::Sqlite(conn) => AnsiTransactionManager::is_broken_transaction_manager(conn),
            }
    }
}

pub(super) type AnyPool = Pool<Manager>;

/// Runs `work` in a write transaction. SQLite takes its write lock at once, so that two writers queue instead of
/// failing; PostgreSQL begins plainly. The first error is kept even when the rollback fails too.
pub(super) fn write_tx<T, E: From<StoreError>>(
    conn: &mut AnyConnection,
    work: impl FnOnce(&mut AnyConnection) -> Result<T, E>,
) -> Result<T, E> {
    type Transactions = <AnyConnection as Connection>::TransactionManager;
    let begun = match conn {
        AnyConnection::Sqlite(conn) => AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN IMMEDIATE"),
        AnyConnection::Postgres(_) => Transactions::begin_transaction(conn),
    };
    begun.map_err(StoreError::from)?;
    match work(conn) {
        Ok(value) => match Transactions::commit_transaction(conn) {
            Ok(()) => Ok(value),
            Err(error) => {
                let _already_failed = Transactions::rollback_transaction(conn);
                Err(StoreError::from(error).into())
            }
        },
        Err(error) => {
            let _first_error_counts = Transactions::rollback_transaction(conn);
            Err(error)
        }
    }
}

/// For the few statements that the shared backend lacks: one body, compiled once for each database.
macro_rules! on_each {
    ($conn:expr, $c:ident => $body:expr) => {
        match $conn {
            $crate::store::conn::AnyConnection::Postgres($c) => $body,
            $crate::store::conn::AnyConnection::Sqlite($c) => $body,
        }
    };
}
pub(super) use on_each;

/// How many bytes the database has.
#[expect(clippy::disallowed_methods, reason = "this file may; nothing is bound")]
pub(super) fn size(conn: &mut AnyConnection) -> Result<i64, StoreError> {
    use diesel::sql_types::BigInt;
    use diesel::{QueryableByName, RunQueryDsl as _, sql_query};

    #[derive(QueryableByName)]
    struct Size {
        #[diesel(sql_type = BigInt)]
        bytes: i64,
    }
    let sql = match conn {
        AnyConnection::Postgres(_) => "SELECT pg_database_size(current_database()) AS bytes",
        AnyConnection::Sqlite(_) => {
            "SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()"
        }
    };
    let size: Size = on_each!(conn, c => sql_query(sql).get_result(c))?;
    Ok(size.bytes)
}

/// Copies a SQLite database, whole and of one moment, into a file that must not be there yet.
pub(super) fn copy_into(conn: &mut AnyConnection, path: &str) -> Result<(), StoreError> {
    match conn {
        AnyConnection::Postgres(_) => {
            Err(StoreError::Setup("PostgreSQL is copied by its own pg_dump, not by this program".to_owned()))
        }
        AnyConnection::Sqlite(conn) => {
            let quoted = path.replace('\'', "''");
            Ok(conn.batch_execute(&format!("VACUUM INTO '{quoted}'"))?)
        }
    }
}

/// Every row of every table as text, for tests that hold that nothing changed.
///
/// # Errors
/// What the database says.
#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "this file may; nothing is bound")]
pub(crate) fn dump(conn: &mut AnyConnection) -> Result<Vec<String>, StoreError> {
    use diesel::sql_types::Text;
    use diesel::{QueryableByName, RunQueryDsl as _, sql_query};

    #[derive(QueryableByName)]
    struct Line {
        #[diesel(sql_type = Text)]
        line: String,
    }
    let is_sqlite = matches!(conn, AnyConnection::Sqlite(_));
    let mut lines = |sql: String| -> Result<Vec<String>, StoreError> {
        let found: Vec<Line> = on_each!(conn, c => sql_query(sql).load(c))?;
        Ok(found.into_iter().map(|line| line.line).collect())
    };
    let tables = if is_sqlite {
        "SELECT name AS line FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1"
    } else {
        "SELECT tablename::text AS line FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
    };
    let mut all = Vec::new();
    for table in lines(tables.to_owned())? {
        let row = if is_sqlite {
            let columns =
                lines(format!("SELECT 'quote(\"' || name || '\")' AS line FROM pragma_table_info('{table}')"))?;
            columns.join(" || '|' || ")
        } else {
            "whole::text".to_owned()
        };
        let rows = lines(format!("SELECT {row} AS line FROM {table} AS whole ORDER BY 1"))?;
        all.extend(rows.into_iter().map(|row| format!("{table}: {row}")));
    }
    Ok(all)
}
