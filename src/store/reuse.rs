//! Requests for reuse statements at rest.

use diesel::prelude::*;

use super::schema::reuse_requests;
use super::{AnyConnection, StoreError, from_json, one_row, to_json};
use crate::domain::id::{DatasetId, DepartmentId, ReuseId};
use crate::domain::reuse::ReuseRequest;
use crate::domain::time::Instant;

/// Requests read at once.
const MAX: i64 = 1_000;

fn read((version, body): (i64, String)) -> Result<ReuseRequest, StoreError> {
    let request: ReuseRequest = from_json("reuse request", &body)?;
    Ok(ReuseRequest { version, ..request })
}

fn open_for(request: &ReuseRequest) -> Option<String> {
    request.answer.is_none().then(|| request.dataset.to_string())
}

/// Keeps a new request.
///
/// # Errors
/// [`StoreError::Taken`] when the dataset has an open one.
pub fn insert(conn: &mut AnyConnection, request: &ReuseRequest) -> Result<(), StoreError> {
    diesel::insert_into(reuse_requests::table)
        .values((
            reuse_requests::id.eq(request.id.to_string()),
            reuse_requests::number.eq(&request.number),
            reuse_requests::dataset_id.eq(request.dataset.to_string()),
            reuse_requests::open_for.eq(open_for(request)),
            reuse_requests::department_id.eq(request.department.to_string()),
            reuse_requests::due_on.eq(request.due.due.to_string()),
            reuse_requests::asked_at.eq(request.asked_at.naive_utc()),
            reuse_requests::updated_at.eq(request.asked_at.naive_utc()),
            reuse_requests::version.eq(1),
            reuse_requests::body.eq(to_json("reuse request", request)?),
        ))
        .execute(conn)?;
    Ok(())
}

/// Saves a request over the version it was loaded with.
///
/// # Errors
/// [`StoreError::Stale`] when somebody was faster.
pub fn save(conn: &mut AnyConnection, request: &ReuseRequest, now: Instant) -> Result<(), StoreError> {
    let unchanged = reuse_requests::id.eq(request.id.to_string()).and(reuse_requests::version.eq(request.version));
    let rows = diesel::update(reuse_requests::table.filter(unchanged))
        .set((
            reuse_requests::open_for.eq(open_for(request)),
            reuse_requests::updated_at.eq(now.naive_utc()),
            reuse_requests::version.eq(request.version.saturating_add(1)),
            reuse_requests::body.eq(to_json("reuse request", request)?),
        ))
        .execute(conn)?;
    one_row(rows)
}

/// The request with this id.
///
/// # Errors
/// [`StoreError::Missing`] or what the database says.
pub fn by_id(conn: &mut AnyConnection, wanted: ReuseId) -> Result<ReuseRequest, StoreError> {
    let found = reuse_requests::table.filter(reuse_requests::id.eq(wanted.to_string()));
    read(found.select((reuse_requests::version, reuse_requests::body)).first(conn)?)
}

/// Every request for one dataset, newest first: the open one, if there is one, and those that were answered.
///
/// # Errors
/// What the database says.
pub fn of_dataset(conn: &mut AnyConnection, dataset: DatasetId) -> Result<Vec<ReuseRequest>, StoreError> {
    let rows: Vec<(i64, String)> = reuse_requests::table
        .filter(reuse_requests::dataset_id.eq(dataset.to_string()))
        .order((reuse_requests::asked_at.desc(), reuse_requests::id.desc()))
        .limit(MAX)
        .select((reuse_requests::version, reuse_requests::body))
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// The requests of these departments, or of the whole city, what is due first at the top; with `answered` also those
/// that were answered.
///
/// # Errors
/// What the database says.
pub fn list(
    conn: &mut AnyConnection,
    departments: Option<&[DepartmentId]>,
    answered: bool,
) -> Result<Vec<ReuseRequest>, StoreError> {
    let mut query = reuse_requests::table.into_boxed();
    if let Some(departments) = departments {
        let ids: Vec<_> = departments.iter().map(ToString::to_string).collect();
        query = query.filter(reuse_requests::department_id.eq_any(ids));
    }
    if !answered {
        query = query.filter(reuse_requests::open_for.is_not_null());
    }
    let rows: Vec<(i64, String)> = query
        .order((reuse_requests::due_on.asc(), reuse_requests::id.asc()))
        .limit(MAX)
        .select((reuse_requests::version, reuse_requests::body))
        .load(conn)?;
    rows.into_iter().map(read).collect()
}
