//! What was found by looking at feeds: every look for some weeks, and what is known of each feed by now.

use diesel::prelude::*;

use super::schema::{feed_checks, feed_states};
use super::{AnyConnection, StoreError, from_json, one_row, to_json};
use crate::domain::feed_health::{Check, FeedState};
use crate::domain::id::DatasetId;
use crate::domain::time::Instant;

/// Looks read at once: a week of one every minute.
const CHECKS_MAX: i64 = 11_000;

/// Keeps a look.
///
/// # Errors
/// What the database says.
pub fn add_check(conn: &mut AnyConnection, dataset: DatasetId, check: &Check) -> Result<(), StoreError> {
    diesel::insert_into(feed_checks::table)
        .values((
            feed_checks::dataset_id.eq(dataset.to_string()),
            feed_checks::at.eq(check.at.naive_utc()),
            feed_checks::is_ok.eq(check.is_ok),
            feed_checks::millis.eq(check.millis),
            feed_checks::bytes.eq(check.bytes),
            feed_checks::why.eq(&check.why),
        ))
        .execute(conn)?;
    Ok(())
}

/// The looks at a feed since an instant, the oldest first.
///
/// # Errors
/// What the database says.
pub fn checks_since(conn: &mut AnyConnection, dataset: DatasetId, since: Instant) -> Result<Vec<Check>, StoreError> {
    type Columns = (chrono::NaiveDateTime, bool, i64, i64, String);
    let is_it = feed_checks::dataset_id.eq(dataset.to_string()).and(feed_checks::at.ge(since.naive_utc()));
    let rows: Vec<Columns> = feed_checks::table
        .filter(is_it)
        .order(feed_checks::at.asc())
        .limit(CHECKS_MAX)
        .select((feed_checks::at, feed_checks::is_ok, feed_checks::millis, feed_checks::bytes, feed_checks::why))
        .load(conn)?;
    let check = |(at, is_ok, millis, bytes, why): Columns| Check { at: at.and_utc(), is_ok, millis, bytes, why };
    Ok(rows.into_iter().map(check).collect())
}

/// Forgets looks from before an instant.
///
/// # Errors
/// What the database says.
pub fn prune(conn: &mut AnyConnection, before: Instant) -> Result<usize, StoreError> {
    Ok(diesel::delete(feed_checks::table.filter(feed_checks::at.lt(before.naive_utc()))).execute(conn)?)
}

fn read((version, body): (i64, String)) -> Result<FeedState, StoreError> {
    let state: FeedState = from_json("feed state", &body)?;
    Ok(FeedState { version, ..state })
}

/// What is known of a feed; none where it was never looked at.
///
/// # Errors
/// What the database says.
pub fn state(conn: &mut AnyConnection, dataset: DatasetId) -> Result<Option<FeedState>, StoreError> {
    feed_states::table
        .filter(feed_states::dataset_id.eq(dataset.to_string()))
        .select((feed_states::version, feed_states::body))
        .first(conn)
        .optional()?
        .map(read)
        .transpose()
}

/// What is known of every feed.
///
/// # Errors
/// What the database says.
pub fn states(conn: &mut AnyConnection) -> Result<Vec<FeedState>, StoreError> {
    let rows: Vec<(i64, String)> = feed_states::table.select((feed_states::version, feed_states::body)).load(conn)?;
    rows.into_iter().map(read).collect()
}

/// Saves what is known of a feed over the version it was loaded with; version 0 is a feed never looked at.
///
/// # Errors
/// [`StoreError::Stale`] or [`StoreError::Taken`] when another process was faster.
pub fn save_state(conn: &mut AnyConnection, state: &FeedState, now: Instant) -> Result<(), StoreError> {
    let set = (
        feed_states::checked_at.eq(state.checked_at.unwrap_or(now).naive_utc()),
        feed_states::is_down.eq(state.down_since.is_some()),
        feed_states::version.eq(state.version.saturating_add(1)),
        feed_states::body.eq(to_json("feed state", state)?),
    );
    if state.version == 0 {
        let row = (feed_states::dataset_id.eq(state.dataset.to_string()), set);
        diesel::insert_into(feed_states::table).values(row).execute(conn)?;
        return Ok(());
    }
    let unchanged = feed_states::dataset_id.eq(state.dataset.to_string()).and(feed_states::version.eq(state.version));
    one_row(diesel::update(feed_states::table.filter(unchanged)).set(set).execute(conn)?)
}
