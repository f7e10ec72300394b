//! Departments, and how their desks work.

use diesel::prelude::*;

use super::schema::departments;
use super::{AnyConnection, StoreError, id, id_opt, one_row};
use crate::domain::department::{DeskSettings, Replies};
use crate::domain::id::DepartmentId;
use crate::domain::time::Instant;

/// A department as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Department {
    /// Its id.
    pub id: DepartmentId,
    /// Its name in URLs.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Where it is written to.
    pub email: String,
    /// How its desk works.
    pub desk: DeskSettings,
    /// Counts saves.
    pub version: i64,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = departments)]
struct DepartmentRow {
    id: String,
    slug: String,
    name: String,
    email: String,
    version: i64,
    decision_days: Option<i64>,
    cover_id: Option<String>,
    replies: String,
}

fn department(row: DepartmentRow) -> Result<Department, StoreError> {
    let decision_days = row.decision_days.map(u16::try_from).transpose();
    let replies = Replies::from_word(&row.replies);
    let desk = DeskSettings {
        decision_days: decision_days.map_err(|error| corrupt("days of a goal", error.to_string()))?,
        cover: id_opt(row.cover_id.as_deref())?,
        replies: replies.ok_or_else(|| corrupt("replies of a department", row.replies))?,
    };
    Ok(Department { id: id(&row.id)?, slug: row.slug, name: row.name, email: row.email, desk, version: row.version })
}

const fn corrupt(what: &'static str, why: String) -> StoreError {
    StoreError::Corrupt { what, why }
}

/// Every department, by name.
///
/// # Errors
/// What the database says.
pub fn departments(conn: &mut AnyConnection) -> Result<Vec<Department>, StoreError> {
    let rows: Vec<DepartmentRow> =
        departments::table.order(departments::name.asc()).select(DepartmentRow::as_select()).load(conn)?;
    rows.into_iter().map(department).collect()
}

/// The department with this slug.
///
/// # Errors
/// [`StoreError::Missing`] or what the database says.
pub fn department_by_slug(conn: &mut AnyConnection, slug: &str) -> Result<Department, StoreError> {
    let row: DepartmentRow =
        departments::table.filter(departments::slug.eq(slug)).select(DepartmentRow::as_select()).first(conn)?;
    department(row)
}

/// The department with this id.
///
/// # Errors
/// [`StoreError::Missing`] or what the database says.
pub fn department_by_id(conn: &mut AnyConnection, wanted: DepartmentId) -> Result<Department, StoreError> {
    let wanted = departments::table.filter(departments::id.eq(wanted.to_string()));
    let row: DepartmentRow = wanted.select(DepartmentRow::as_select()).first(conn)?;
    department(row)
}

/// Keeps a new department.
///
/// # Errors
/// [`StoreError::Taken`] when the slug is.
pub fn insert_department(conn: &mut AnyConnection, department: &Department, now: Instant) -> Result<(), StoreError> {
    diesel::insert_into(departments::table)
        .values((
            departments::id.eq(department.id.to_string()),
            departments::slug.eq(&department.slug),
            departments::name.eq(&department.name),
            departments::email.eq(&department.email),
            departments::created_at.eq(now.naive_utc()),
            departments::version.eq(1),
            departments::decision_days.eq(department.desk.decision_days.map(i64::from)),
            departments::cover_id.eq(department.desk.cover.map(|id| id.to_string())),
            departments::replies.eq(department.desk.replies.as_str()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Saves a department over the version it was loaded with.
///
/// # Errors
/// [`StoreError::Stale`] when somebody was faster.
pub fn update_department(conn: &mut AnyConnection, department: &Department) -> Result<(), StoreError> {
    let rows = diesel::update(
        departments::table
            .filter(departments::id.eq(department.id.to_string()).and(departments::version.eq(department.version))),
    )
    .set((
        departments::name.eq(&department.name),
        departments::email.eq(&department.email),
        departments::decision_days.eq(department.desk.decision_days.map(i64::from)),
        departments::cover_id.eq(department.desk.cover.map(|id| id.to_string())),
        departments::replies.eq(department.desk.replies.as_str()),
        departments::version.eq(department.version.saturating_add(1)),
    ))
    .execute(conn)?;
    one_row(rows)
}
