//! Migrations, embedded, mirrored for both databases.

use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{AnyConnection, Store, StoreError};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Brings the schema up to this program's version.
///
/// # Errors
/// [`StoreError::Setup`] when a migration fails, or when the schema is newer than this program.
pub fn migrate(store: &Store) -> Result<usize, StoreError> {
    store.read(|conn| match conn {
        AnyConnection::Postgres(conn) => run(conn, POSTGRES),
        AnyConnection::Sqlite(conn) => run(conn, SQLITE),
    })
}

/// How many migrations are not applied yet.
///
/// # Errors
/// [`StoreError::Setup`] when the schema cannot be read or is newer than this program.
pub fn pending(store: &Store) -> Result<usize, StoreError> {
    store.read(|conn| match conn {
        AnyConnection::Postgres(conn) => count(conn, POSTGRES),
        AnyConnection::Sqlite(conn) => count(conn, SQLITE),
    })
}

fn run<DB: diesel::backend::Backend>(
    conn: &mut impl MigrationHarness<DB>,
    migrations: EmbeddedMigrations,
) -> Result<usize, StoreError> {
    must_know(conn, &migrations)?;
    let failed =
        |error: Box<dyn std::error::Error + Send + Sync>| StoreError::Setup(format!("a migration failed: {error}"));
    let is_new = conn.applied_migrations().map_err(failed)?.is_empty();
    let pending = conn.pending_migrations(migrations).map_err(failed)?;
    let of = pending.len();
    for (at, migration) in pending.iter().enumerate() {
        // What is there already takes its time: whoever waits sees how far it is.
        if !is_new {
            let (number, name) = (at.saturating_add(1), migration.name().to_string());
            tracing::info!(number, of, name, "bringing the database up to date");
        }
        conn.run_migration(migration.as_ref()).map_err(failed)?;
    }
    Ok(of)
}

fn count<DB: diesel::backend::Backend>(
    conn: &mut impl MigrationHarness<DB>,
    migrations: EmbeddedMigrations,
) -> Result<usize, StoreError> {
    must_know(conn, &migrations)?;
    let pending = conn
        .pending_migrations(migrations)
        .map_err(|error| StoreError::Setup(format!("the schema cannot be read: {error}")))?;
    Ok(pending.len())
}

/// A schema with versions that this program has never heard of belongs to a newer program.
fn must_know<DB: diesel::backend::Backend>(
    conn: &mut impl MigrationHarness<DB>,
    migrations: &EmbeddedMigrations,
) -> Result<(), StoreError> {
    let setup = |error: Box<dyn std::error::Error + Send + Sync>| {
        StoreError::Setup(format!("the schema cannot be read: {error}"))
    };
    let known: Vec<String> = diesel::migration::MigrationSource::<DB>::migrations(migrations)
        .map_err(setup)?
        .iter()
        .map(|migration| migration.name().version().to_string())
        .collect();
    let applied = conn.applied_migrations().map_err(setup)?;
    match applied.iter().find(|version| !known.contains(&version.to_string())) {
        None => Ok(()),
        Some(newer) => Err(StoreError::Setup(format!(
            "the database has the migration {newer}, which this program does not know: it was written by a newer version"
        ))),
    }
}
