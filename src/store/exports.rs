//! How many rows an export has to write.

use diesel::prelude::*;

use super::schema::{access_log, agreements, audit, keys, usage_days};
use super::{AnyConnection, StoreError};
use crate::domain::export::{ExportWish, What};
use crate::domain::time::Instant;

/// How many rows an export has to write. `between` are its first instant and the one after its last.
///
/// # Errors
/// What the database says.
pub fn count(
    conn: &mut AnyConnection,
    wish: &ExportWish,
    (from, to): (Option<Instant>, Option<Instant>),
) -> Result<i64, StoreError> {
    Ok(match wish.what {
        What::Entries => {
            let mut query = audit::table.count().into_boxed();
            if let Some(from) = from {
                query = query.filter(audit::at.ge(from.naive_utc()));
            }
            if let Some(to) = to {
                query = query.filter(audit::at.lt(to.naive_utc()));
            }
            query.get_result(conn)?
        }
        What::AccessLog => {
            let mut query = access_log::table.count().into_boxed();
            if let Some(from) = from {
                query = query.filter(access_log::at.ge(from.naive_utc()));
            }
            if let Some(to) = to {
                query = query.filter(access_log::at.lt(to.naive_utc()));
            }
            query.get_result(conn)?
        }
        What::Usage => {
            let mut query = usage_days::table.count().into_boxed();
            if let Some(first) = wish.first {
                query = query.filter(usage_days::day.ge(first.to_string()));
            }
            if let Some(last) = wish.last {
                query = query.filter(usage_days::day.le(last.to_string()));
            }
            query.get_result(conn)?
        }
        What::Agreements => agreements::table.count().get_result(conn)?,
        What::Keys => keys::table.count().get_result(conn)?,
    })
}
