//! Runs of catalogue imports with their reports, and what pages ask of the catalogue.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::audit::like;
use super::schema::{datasets, imports};
use super::{AnyConnection, StoreError, from_json, id};
use crate::domain::catalogue::Dataset;
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
    /// The report, as JSON.
    pub report: String,
}

/// Keeps a run.
///
/// # Errors
/// What the database says.
pub fn insert(conn: &mut AnyConnection, run: &ImportRun) -> Result<(), StoreError> {
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
            imports::report.eq(&run.report),
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
    report: String,
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
        report: row.report,
    })
}

/// The newest runs for some departments.
///
/// # Errors
/// What the database says.
pub fn newest(
    conn: &mut AnyConnection,
    departments: &[DepartmentId],
    limit: i64,
) -> Result<Vec<ImportRun>, StoreError> {
    let ids: Vec<String> = departments.iter().map(ToString::to_string).collect();
    let rows: Vec<Row> = imports::table
        .filter(imports::department_id.eq_any(ids))
        .order(imports::id.desc())
        .limit(limit)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(run).collect()
}

/// One run.
///
/// # Errors
/// [`StoreError::Missing`] or what the database says.
pub fn by_id(conn: &mut AnyConnection, wanted: ImportId) -> Result<ImportRun, StoreError> {
    run(imports::table.filter(imports::id.eq(wanted.to_string())).select(Row::as_select()).first(conn)?)
}

/// What a visitor searches the public catalogue for; every part given must hold.
#[derive(Clone, Debug, Default)]
pub struct CatalogueSearch {
    /// Words that must all occur.
    pub words: String,
    /// Of this department.
    pub department: Option<DepartmentId>,
    /// Of this tier; `unset` for datasets without one.
    pub tier: Option<String>,
    /// With this keyword.
    pub keyword: Option<String>,
    /// After this (title, id), for the next page.
    pub after: Option<(String, String)>,
}

/// Published datasets that fit, by title.
///
/// # Errors
/// What the database says.
pub fn search(conn: &mut AnyConnection, wanted: &CatalogueSearch, limit: i64) -> Result<Vec<Dataset>, StoreError> {
    let mut query = datasets::table.into_boxed().filter(datasets::is_published.eq(true));
    for word in wanted.words.to_lowercase().split_whitespace().take(10) {
        query = query.filter(datasets::search_text.like(like(word)));
    }
    if let Some(department) = wanted.department {
        query = query.filter(datasets::department_id.eq(department.to_string()));
    }
    match wanted.tier.as_deref() {
        None => {}
        Some("unset") => query = query.filter(datasets::tier.is_null()),
        Some(tier) => query = query.filter(datasets::tier.eq(tier.to_owned())),
    }
    if let Some(keyword) = &wanted.keyword {
        query = query.filter(datasets::keywords.like(like(&format!("|{}|", keyword.to_lowercase()))));
    }
    if let Some((title, last)) = &wanted.after {
        query = query.filter(
            datasets::title
                .gt(title.clone())
                .or(datasets::title.eq(title.clone()).and(datasets::id.gt(last.clone()))),
        );
    }
    let rows: Vec<(i64, String)> = query
        .order((datasets::title.asc(), datasets::id.asc()))
        .limit(limit)
        .select((datasets::version, datasets::body))
        .load(conn)?;
    rows.into_iter()
        .map(|(version, body)| Ok(Dataset { version, ..from_json("dataset", &body)? }))
        .collect()
}
