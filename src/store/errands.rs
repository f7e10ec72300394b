//! Errands of every kind: their rows are alike, what was asked for and what came of it lie in a document beside.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::schema::errands;
use super::{AnyConnection, StoreError, from_json, id, one_row, to_json};
use crate::domain::errand::{Errand, Kind, Progress, State, Step};
use crate::domain::id::{AccountId, Id};
use crate::domain::time::Instant;

/// What the document beside the columns holds.
#[derive(Serialize, Deserialize)]
struct Body<W, O> {
    wish: W,
    state: State<O>,
}

/// All but what was handed in with it, which may be long.
#[derive(Queryable, Selectable)]
#[diesel(table_name = errands)]
struct Row {
    id: String,
    owner_id: String,
    asked_at: NaiveDateTime,
    runs: i64,
    step: String,
    done: i64,
    total: i64,
    moved_at: NaiveDateTime,
    version: i64,
    body: String,
}

fn errand<K: Kind>(row: &Row) -> Result<Errand<K>, StoreError> {
    let body: Body<K::Wish, K::Outcome> = from_json(K::WORD, &row.body)?;
    let step = Step::from_word(&row.step).unwrap_or_default();
    Ok(Errand {
        id: id(&row.id)?,
        owner: id(&row.owner_id)?,
        wish: body.wish,
        asked_at: row.asked_at.and_utc(),
        state: body.state,
        runs: row.runs,
        progress: Progress { step, done: row.done, of: row.total },
        moved_at: row.moved_at.and_utc(),
        version: row.version,
    })
}

fn keep_until<K: Kind>(errand: &Errand<K>) -> Option<NaiveDateTime> {
    match &errand.state {
        State::Done(outcome) => K::keep_until(outcome).map(|until| until.naive_utc()),
        State::Asked | State::Running | State::Failed { .. } | State::Cancelled { .. } | State::Expired(_) => None,
    }
}

fn body<K: Kind>(errand: &Errand<K>) -> Result<String, StoreError> {
    to_json(K::WORD, &Body { wish: errand.wish.clone(), state: errand.state.clone() })
}

/// Keeps a new errand, with what was handed in with it.
///
/// # Errors
/// What the database says.
pub fn insert<K: Kind>(conn: &mut AnyConnection, errand: &Errand<K>, payload: Option<&str>) -> Result<(), StoreError> {
    diesel::insert_into(errands::table)
        .values((
            errands::id.eq(errand.id.to_string()),
            errands::kind.eq(K::WORD),
            errands::owner_id.eq(errand.owner.to_string()),
            errands::asked_at.eq(errand.asked_at.naive_utc()),
            errands::state.eq(errand.state.as_str()),
            errands::runs.eq(errand.runs),
            errands::step.eq(errand.progress.step.as_str()),
            errands::done.eq(errand.progress.done),
            errands::total.eq(errand.progress.of),
            errands::moved_at.eq(errand.moved_at.naive_utc()),
            errands::keep_until.eq(keep_until(errand)),
            errands::version.eq(errand.version),
            errands::body.eq(body(errand)?),
            errands::payload.eq(payload),
        ))
        .execute(conn)?;
    Ok(())
}

/// Saves what a command made of an errand; what was handed in with it goes when it ends. The command raised its version
/// by one; the row must still have the one before.
///
/// # Errors
/// [`StoreError::Stale`] when somebody was faster; what the database says.
pub fn update<K: Kind>(conn: &mut AnyConnection, errand: &Errand<K>) -> Result<(), StoreError> {
    let before = errand.version.saturating_sub(1);
    let same = errands::id.eq(errand.id.to_string()).and(errands::version.eq(before));
    let rows = diesel::update(errands::table.filter(same))
        .set((
            errands::state.eq(errand.state.as_str()),
            errands::runs.eq(errand.runs),
            errands::step.eq(errand.progress.step.as_str()),
            errands::done.eq(errand.progress.done),
            errands::total.eq(errand.progress.of),
            errands::moved_at.eq(errand.moved_at.naive_utc()),
            errands::keep_until.eq(keep_until(errand)),
            errands::version.eq(errand.version),
            errands::body.eq(body(errand)?),
            (!errand.is_open()).then(|| errands::payload.eq(None::<String>)),
        ))
        .execute(conn)?;
    one_row(rows)
}

/// Keeps how far a run is. False where it is no longer this run's: it was called off, or another worker has it.
///
/// # Errors
/// What the database says.
pub fn progress<K: Kind>(
    conn: &mut AnyConnection,
    (wanted, run): (Id<K::Tag>, i64),
    progress: Progress,
    now: Instant,
) -> Result<bool, StoreError> {
    let same = errands::id.eq(wanted.to_string()).and(errands::state.eq("running")).and(errands::runs.eq(run));
    let changed = diesel::update(errands::table.filter(same))
        .set((
            errands::step.eq(progress.step.as_str()),
            errands::done.eq(progress.done),
            errands::total.eq(progress.of),
            errands::moved_at.eq(now.naive_utc()),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// One errand.
///
/// # Errors
/// [`StoreError::Missing`], also for one of another kind; what the database says.
pub fn by_id<K: Kind>(conn: &mut AnyConnection, wanted: Id<K::Tag>) -> Result<Errand<K>, StoreError> {
    let same = errands::id.eq(wanted.to_string()).and(errands::kind.eq(K::WORD));
    errand(&errands::table.filter(same).select(Row::as_select()).first(conn)?)
}

/// What was handed in with an errand; `None` once it has ended.
///
/// # Errors
/// [`StoreError::Missing`]; what the database says.
pub fn payload<T>(conn: &mut AnyConnection, wanted: Id<T>) -> Result<Option<String>, StoreError> {
    Ok(errands::table.filter(errands::id.eq(wanted.to_string())).select(errands::payload).first(conn)?)
}

/// What a person asked for, or everybody, the newest first.
///
/// # Errors
/// What the database says.
pub fn newest<K: Kind>(
    conn: &mut AnyConnection,
    owner: Option<AccountId>,
    limit: i64,
) -> Result<Vec<Errand<K>>, StoreError> {
    let mut query = errands::table.filter(errands::kind.eq(K::WORD)).into_boxed();
    if let Some(owner) = owner {
        query = query.filter(errands::owner_id.eq(owner.to_string()));
    }
    let order = (errands::asked_at.desc(), errands::id.desc());
    let rows: Vec<Row> = query.order(order).limit(limit).select(Row::as_select()).load(conn)?;
    rows.iter().map(errand).collect()
}

/// What is in one of these states, the oldest first.
///
/// # Errors
/// What the database says.
pub fn in_states<K: Kind>(conn: &mut AnyConnection, states: &[&str]) -> Result<Vec<Errand<K>>, StoreError> {
    let rows: Vec<Row> = errands::table
        .filter(errands::kind.eq(K::WORD).and(errands::state.eq_any(states)))
        .order((errands::asked_at.asc(), errands::id.asc()))
        .select(Row::as_select())
        .load(conn)?;
    rows.iter().map(errand).collect()
}

/// What waits or runs, the oldest first.
///
/// # Errors
/// What the database says.
pub fn open<K: Kind>(conn: &mut AnyConnection) -> Result<Vec<Errand<K>>, StoreError> {
    in_states(conn, &["asked", "running"])
}

/// Whose last day is over.
///
/// # Errors
/// What the database says.
pub fn over<K: Kind>(conn: &mut AnyConnection, now: Instant) -> Result<Vec<Errand<K>>, StoreError> {
    let is_over = errands::state.eq("done").and(errands::keep_until.le(Some(now.naive_utc())));
    let rows: Vec<Row> = errands::table
        .filter(errands::kind.eq(K::WORD).and(is_over))
        .order(errands::id.asc())
        .select(Row::as_select())
        .load(conn)?;
    rows.iter().map(errand).collect()
}
