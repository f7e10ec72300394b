//! Hearing of changed grants as they are committed, where the database can tell: PostgreSQL's NOTIFY goes out with the
//! commit of the act. Only a hint to look: what changed stands in the change list, and who hears nothing looks there
//! from time to time all the same.

use diesel::PgConnection;
use diesel::prelude::*;

use super::conn::AnyConnection;
use super::{Store, StoreError};

/// What listeners listen to.
pub(super) const CHANNEL: &str = "accord_grants";

diesel::define_sql_function! {
    /// Tells who listens, when the transaction is committed. It answers nothing that is read.
    fn pg_notify(channel: diesel::sql_types::Text, payload: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

/// A connection that hears of changes.
pub struct Listener(PgConnection);

impl std::fmt::Debug for Listener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Listener")
    }
}

impl Store {
    /// A connection that hears of changes; `None` on SQLite, which cannot tell.
    ///
    /// # Errors
    /// What the database says.
    pub fn listener(&self) -> Result<Option<Listener>, StoreError> {
        Ok(self.manager.listening(CHANNEL)?.map(Listener))
    }
}

impl Listener {
    /// Whether something changed since the last question. Never waits.
    ///
    /// # Errors
    /// When the connection is gone; then open another.
    pub fn has_heard(&mut self) -> Result<bool, StoreError> {
        let mut has_heard = false;
        for notification in self.0.notifications_iter() {
            notification.map_err(|error| StoreError::Unavailable(error.to_string()))?;
            has_heard = true;
        }
        Ok(has_heard)
    }
}

/// Tells who listens that something changed, if this transaction is committed.
pub(super) fn notify(conn: &mut AnyConnection) -> Result<(), StoreError> {
    match conn {
        AnyConnection::Postgres(conn) => {
            diesel::select(pg_notify(CHANNEL, "")).execute(conn)?;
        }
        AnyConnection::Sqlite(_) => {}
    }
    Ok(())
}
