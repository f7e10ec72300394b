//! Runs of catalogue imports with their reports. Never changed, never deleted.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::schema::imports;
use super::{AnyConnection, StoreError, id};
use crate::domain::id::{DepartmentId, ImportId};
use crate::domain::time::Instant;

/// A run of an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportRun {
    /// Its id.
    pub id: ImportId,
    /// When.
    pub at: Instant,
    /// By whom.
    pub by_name: String,
    /// For which department, where the publisher names none.
    pub department: DepartmentId,
    /// From where.
    pub source: String,
    /// Datasets made, changed, left as they were.
    pub counts: [i64; 3],
    /// Records that were repaired.
    pub repaired: i64,
    /// Records that could not be taken.
    pub skipped: i64,
}

/// Keeps a run with its report, as JSON.
///
/// # Errors
/// What the database says.
pub fn insert(conn: &mut AnyConnection, (run, report): &(ImportRun, String)) -> Result<(), StoreError> {
    let [created, updated, unchanged] = run.counts;
    diesel::insert_into(imports::table)
        .values((
            imports::id.eq(run.id.to_string()),
            imports::at.eq(run.at.naive_utc()),
            imports::by_name.eq(&run.by_name),
            imports::department_id.eq(run.department.to_string()),
            imports::source.eq(&run.source),
            imports::created.eq(created),
            imports::updated.eq(updated),
            imports::unchanged.eq(unchanged),
            imports::repaired.eq(run.repaired),
            imports::skipped.eq(run.skipped),
            imports::report.eq(report),
        ))
        .execute(conn)?;
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = imports)]
struct Row {
    id: String,
    at: NaiveDateTime,
    by_name: String,
    department_id: String,
    source: String,
    created: i64,
    updated: i64,
    unchanged: i64,
    repaired: i64,
    skipped: i64,
}

fn run(row: Row) -> Result<ImportRun, StoreError> {
    Ok(ImportRun {
        id: id(&row.id)?,
        at: row.at.and_utc(),
        by_name: row.by_name,
        department: id(&row.department_id)?,
        source: row.source,
        counts: [row.created, row.updated, row.unchanged],
        repaired: row.repaired,
        skipped: row.skipped,
    })
}

/// The newest runs, or those for some departments; without their reports.
///
/// # Errors
/// What the database says.
pub fn newest(
    conn: &mut AnyConnection,
    departments: Option<&[DepartmentId]>,
    limit: i64,
) -> Result<Vec<ImportRun>, StoreError> {
    let mut query = imports::table.into_boxed();
    if let Some(departments) = departments {
        let ids: Vec<String> = departments.iter().map(ToString::to_string).collect();
        query = query.filter(imports::department_id.eq_any(ids));
    }
    let rows: Vec<Row> = query.order(imports::id.desc()).limit(limit).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(run).collect()
}

/// One run with its report, as JSON.
///
/// # Errors
/// [`StoreError::Missing`] or what the database says.
pub fn by_id(conn: &mut AnyConnection, wanted: ImportId) -> Result<(ImportRun, String), StoreError> {
    let (row, report): (Row, String) = imports::table
        .filter(imports::id.eq(wanted.to_string()))
        .select((Row::as_select(), imports::report))
        .first(conn)?;
    Ok((run(row)?, report))
}
