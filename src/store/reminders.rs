//! What is said once only. The row is written in the transaction of the message it belongs to.

use diesel::prelude::*;

use super::conn::on_each;
use super::schema::reminders;
use super::{AnyConnection, StoreError};
use crate::domain::time::Instant;

/// Whether this is the first time that `mark` is said about `subject`; from now on it is not.
///
/// # Errors
/// What the database says.
pub fn is_first(conn: &mut AnyConnection, subject: &str, mark: &str, now: Instant) -> Result<bool, StoreError> {
    let values = (reminders::subject.eq(subject), reminders::mark.eq(mark), reminders::at.eq(now.naive_utc()));
    let rows = on_each!(conn, c => diesel::insert_into(reminders::table)
        .values(values).on_conflict((reminders::subject, reminders::mark)).do_nothing().execute(c))?;
    Ok(rows == 1)
}

/// Forgets reminders older than `before`; nothing that old is said again.
///
/// # Errors
/// What the database says.
pub fn prune(conn: &mut AnyConnection, before: Instant) -> Result<usize, StoreError> {
    Ok(diesel::delete(reminders::table.filter(reminders::at.lt(before.naive_utc()))).execute(conn)?)
}
