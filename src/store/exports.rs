//! Exports that are made in the background, and how many rows one has to write.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::schema::{access_log, agreements, audit, exports, keys, usage_days};
use super::{AnyConnection, StoreError, from_json, id, one_row, to_json};
use crate::domain::export::{Export, ExportState, ExportWish, What};
use crate::domain::id::{AccountId, ExportId};
use crate::domain::time::Instant;

/// What the document beside the columns holds.
#[derive(Serialize, Deserialize)]
struct Body {
    wish: ExportWish,
    state: ExportState,
}

#[derive(Queryable)]
struct Row {
    id: String,
    owner_id: String,
    asked_at: NaiveDateTime,
    _state: String,
    runs: i64,
    rows_done: i64,
    rows_of: i64,
    moved_at: NaiveDateTime,
    _keep_until: Option<NaiveDateTime>,
    version: i64,
    body: String,
}

fn export(row: &Row) -> Result<Export, StoreError> {
    let body: Body = from_json("export", &row.body)?;
    Ok(Export {
        id: id(&row.id)?,
        owner: id(&row.owner_id)?,
        wish: body.wish,
        asked_at: row.asked_at.and_utc(),
        state: body.state,
        runs: row.runs,
        rows_done: row.rows_done,
        rows_of: row.rows_of,
        moved_at: row.moved_at.and_utc(),
        version: row.version,
    })
}

const fn keep_until(export: &Export) -> Option<NaiveDateTime> {
    match &export.state {
        ExportState::Done(made) => Some(made.keep_until.naive_utc()),
        ExportState::Asked
        | ExportState::Running
        | ExportState::Failed { .. }
        | ExportState::Cancelled { .. }
        | ExportState::Expired(_) => None,
    }
}

fn body(export: &Export) -> Result<String, StoreError> {
    to_json("export", &Body { wish: export.wish, state: export.state.clone() })
}

/// Keeps a new export.
///
/// # Errors
/// What the database says.
pub fn insert(conn: &mut AnyConnection, export: &Export) -> Result<(), StoreError> {
    diesel::insert_into(exports::table)
        .values((
            exports::id.eq(export.id.to_string()),
            exports::owner_id.eq(export.owner.to_string()),
            exports::asked_at.eq(export.asked_at.naive_utc()),
            exports::state.eq(export.state.as_str()),
            exports::runs.eq(export.runs),
            exports::rows_done.eq(export.rows_done),
            exports::rows_of.eq(export.rows_of),
            exports::moved_at.eq(export.moved_at.naive_utc()),
            exports::keep_until.eq(keep_until(export)),
            exports::version.eq(export.version),
            exports::body.eq(body(export)?),
        ))
        .execute(conn)?;
    Ok(())
}

/// Saves what a command made of an export. The command raised its version by one; the row must still have the one before.
///
/// # Errors
/// [`StoreError::Stale`] when somebody was faster; what the database says.
pub fn update(conn: &mut AnyConnection, export: &Export) -> Result<(), StoreError> {
    let before = export.version.saturating_sub(1);
    let same = exports::id.eq(export.id.to_string()).and(exports::version.eq(before));
    let rows = diesel::update(exports::table.filter(same))
        .set((
            exports::state.eq(export.state.as_str()),
            exports::runs.eq(export.runs),
            exports::rows_done.eq(export.rows_done),
            exports::rows_of.eq(export.rows_of),
            exports::moved_at.eq(export.moved_at.naive_utc()),
            exports::keep_until.eq(keep_until(export)),
            exports::version.eq(export.version),
            exports::body.eq(body(export)?),
        ))
        .execute(conn)?;
    one_row(rows)
}

/// Keeps how far a run is. False where it is no longer this run's: it was called off, or another worker has it.
///
/// # Errors
/// What the database says.
pub fn progress(
    conn: &mut AnyConnection,
    (wanted, run): (ExportId, i64),
    rows: i64,
    now: Instant,
) -> Result<bool, StoreError> {
    let same = exports::id.eq(wanted.to_string()).and(exports::state.eq("running")).and(exports::runs.eq(run));
    let changed = diesel::update(exports::table.filter(same))
        .set((exports::rows_done.eq(rows), exports::moved_at.eq(now.naive_utc())))
        .execute(conn)?;
    Ok(changed == 1)
}

/// One export.
///
/// # Errors
/// [`StoreError::Missing`]; what the database says.
pub fn by_id(conn: &mut AnyConnection, wanted: ExportId) -> Result<Export, StoreError> {
    export(&exports::table.filter(exports::id.eq(wanted.to_string())).first(conn)?)
}

/// What a person asked for, the newest first.
///
/// # Errors
/// What the database says.
pub fn of_owner(conn: &mut AnyConnection, owner: AccountId, limit: i64) -> Result<Vec<Export>, StoreError> {
    let rows: Vec<Row> = exports::table
        .filter(exports::owner_id.eq(owner.to_string()))
        .order((exports::asked_at.desc(), exports::id.desc()))
        .limit(limit)
        .load(conn)?;
    rows.iter().map(export).collect()
}

/// What waits or is made, the oldest first.
///
/// # Errors
/// What the database says.
pub fn open(conn: &mut AnyConnection) -> Result<Vec<Export>, StoreError> {
    let rows: Vec<Row> = exports::table
        .filter(exports::state.eq_any(["asked", "running"]))
        .order((exports::asked_at.asc(), exports::id.asc()))
        .load(conn)?;
    rows.iter().map(export).collect()
}

/// Everything that has a file or will have one.
///
/// # Errors
/// What the database says.
pub fn standing(conn: &mut AnyConnection) -> Result<Vec<Export>, StoreError> {
    let rows: Vec<Row> = exports::table.filter(exports::state.eq_any(["asked", "running", "done"])).load(conn)?;
    rows.iter().map(export).collect()
}

/// Whose last day is over.
///
/// # Errors
/// What the database says.
pub fn over(conn: &mut AnyConnection, now: Instant) -> Result<Vec<Export>, StoreError> {
    let rows: Vec<Row> = exports::table
        .filter(exports::state.eq("done").and(exports::keep_until.le(Some(now.naive_utc()))))
        .order(exports::id.asc())
        .load(conn)?;
    rows.iter().map(export).collect()
}

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
