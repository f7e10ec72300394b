//! Complaints and pauses of datasets at rest. The same words about the same thing on the same day are one complaint.

use diesel::prelude::*;

use super::schema::{complaints, dataset_pauses};
use super::{AnyConnection, StoreError, from_json, one_row, to_json};
use crate::domain::id::{ComplaintId, DatasetId, DepartmentId, PauseId};
use crate::domain::misuse::complaint::Complaint;
use crate::domain::misuse::pause::Pause;

/// Complaints read at once.
const MAX: i64 = 500;

fn read((version, body): (i64, String)) -> Result<Complaint, StoreError> {
    let complaint: Complaint = from_json("complaint", &body)?;
    Ok(Complaint { version, ..complaint })
}

/// Keeps a new complaint.
///
/// # Errors
/// [`StoreError::Taken`] when the same came in before.
pub fn insert(conn: &mut AnyConnection, complaint: &Complaint, fingerprint: &str) -> Result<(), StoreError> {
    diesel::insert_into(complaints::table)
        .values((
            complaints::id.eq(complaint.id.to_string()),
            complaints::number.eq(&complaint.number),
            complaints::department_id.eq(complaint.to.map(|id| id.to_string())),
            complaints::state.eq(complaint.state.as_str()),
            complaints::fingerprint.eq(fingerprint),
            complaints::received_at.eq(complaint.at.naive_utc()),
            complaints::version.eq(1),
            complaints::body.eq(to_json("complaint", complaint)?),
        ))
        .execute(conn)?;
    Ok(())
}

/// Saves a complaint over the version it was loaded with.
///
/// # Errors
/// [`StoreError::Stale`] when somebody was faster.
pub fn save(conn: &mut AnyConnection, complaint: &Complaint) -> Result<(), StoreError> {
    let unchanged = complaints::id.eq(complaint.id.to_string()).and(complaints::version.eq(complaint.version));
    let rows = diesel::update(complaints::table.filter(unchanged))
        .set((
            complaints::state.eq(complaint.state.as_str()),
            complaints::version.eq(complaint.version.saturating_add(1)),
            complaints::body.eq(to_json("complaint", complaint)?),
        ))
        .execute(conn)?;
    one_row(rows)
}

/// The complaint with this id.
///
/// # Errors
/// [`StoreError::Missing`] or what the database says.
pub fn by_id(conn: &mut AnyConnection, wanted: ComplaintId) -> Result<Complaint, StoreError> {
    let found = complaints::table.filter(complaints::id.eq(wanted.to_string()));
    read(found.select((complaints::version, complaints::body)).first(conn)?)
}

/// The complaint with this fingerprint, if it came in before.
///
/// # Errors
/// What the database says.
pub fn same(conn: &mut AnyConnection, fingerprint: &str) -> Result<Option<Complaint>, StoreError> {
    let found = complaints::table.filter(complaints::fingerprint.eq(fingerprint));
    let row = found.select((complaints::version, complaints::body)).first(conn).optional()?;
    row.map(read).transpose()
}

/// Complaints to these departments (all where none are named), oldest first; with `done` also those looked at already.
///
/// # Errors
/// What the database says.
pub fn list(
    conn: &mut AnyConnection,
    departments: Option<&[DepartmentId]>,
    done: bool,
) -> Result<Vec<Complaint>, StoreError> {
    let mut query = complaints::table.into_boxed();
    if let Some(departments) = departments {
        let named: Vec<String> = departments.iter().map(ToString::to_string).collect();
        query = query.filter(complaints::department_id.eq_any(named));
    }
    if !done {
        query = query.filter(complaints::state.eq("received"));
    }
    let rows: Vec<(i64, String)> = query
        .order((complaints::received_at.asc(), complaints::id.asc()))
        .limit(MAX)
        .select((complaints::version, complaints::body))
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// Keeps a new pause.
///
/// # Errors
/// [`StoreError::Taken`] when the dataset is paused already.
pub fn begin_pause(conn: &mut AnyConnection, pause: &Pause) -> Result<(), StoreError> {
    diesel::insert_into(dataset_pauses::table)
        .values((
            dataset_pauses::id.eq(pause.id.to_string()),
            dataset_pauses::number.eq(&pause.number),
            dataset_pauses::dataset_id.eq(pause.dataset.to_string()),
            dataset_pauses::in_force_on.eq(Some(pause.dataset.to_string())),
            dataset_pauses::since.eq(pause.since.naive_utc()),
            dataset_pauses::body.eq(to_json("pause", pause)?),
        ))
        .execute(conn)?;
    Ok(())
}

/// Keeps that a pause ended.
///
/// # Errors
/// [`StoreError::Stale`] when it had ended already.
pub fn end_pause(conn: &mut AnyConnection, pause: &Pause) -> Result<(), StoreError> {
    let lasting = dataset_pauses::id.eq(pause.id.to_string()).and(dataset_pauses::in_force_on.is_not_null());
    let rows = diesel::update(dataset_pauses::table.filter(lasting))
        .set((dataset_pauses::in_force_on.eq(None::<String>), dataset_pauses::body.eq(to_json("pause", pause)?)))
        .execute(conn)?;
    one_row(rows)
}

/// The pause with this id.
///
/// # Errors
/// [`StoreError::Missing`] or what the database says.
pub fn pause(conn: &mut AnyConnection, wanted: PauseId) -> Result<Pause, StoreError> {
    let found = dataset_pauses::table.filter(dataset_pauses::id.eq(wanted.to_string()));
    let body: String = found.select(dataset_pauses::body).first(conn)?;
    from_json("pause", &body)
}

/// The pause in force on a dataset, if it is paused.
///
/// # Errors
/// What the database says.
pub fn pause_on(conn: &mut AnyConnection, dataset: DatasetId) -> Result<Option<Pause>, StoreError> {
    let found = dataset_pauses::table.filter(dataset_pauses::in_force_on.eq(dataset.to_string()));
    let body: Option<String> = found.select(dataset_pauses::body).first(conn).optional()?;
    body.map(|body| from_json("pause", &body)).transpose()
}

/// Pauses in force, newest first.
///
/// # Errors
/// What the database says.
pub fn pauses(conn: &mut AnyConnection) -> Result<Vec<Pause>, StoreError> {
    let found = dataset_pauses::table.filter(dataset_pauses::in_force_on.is_not_null());
    let bodies: Vec<String> = found.order(dataset_pauses::since.desc()).select(dataset_pauses::body).load(conn)?;
    bodies.iter().map(|body| from_json("pause", body)).collect()
}
