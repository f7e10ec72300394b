//! Datasets of the catalogue, and the sealed credentials of their upstreams.

use diesel::prelude::*;

use super::conn::on_each;
use super::schema::{datasets, upstream_secrets};
use super::{AnyConnection, StoreError, from_json, one_row, to_json};
use crate::domain::catalogue::Dataset;
use crate::domain::id::{DatasetId, DepartmentId};
use crate::domain::tier::Tier;
use crate::domain::time::Instant;

fn read((version, body): (i64, String)) -> Result<Dataset, StoreError> {
    let dataset: Dataset = from_json("dataset", &body)?;
    Ok(Dataset { version, ..dataset })
}

/// Words of a dataset as the search column keeps them: `|word|word|`.
fn keyword_column(dataset: &Dataset) -> String {
    let words: Vec<_> = dataset.metadata.keywords.iter().map(|word| word.as_str().to_lowercase()).collect();
    format!("|{}|", words.join("|"))
}

fn frequency_column(dataset: &Dataset) -> Option<String> {
    dataset.metadata.frequency.as_ref().map(|frequency| frequency.as_str().to_owned())
}

/// Formats as the search column keeps them: `|API|CSV|`.
fn formats_column(dataset: &Dataset) -> String {
    format!("|{}|", dataset.formats().join("|"))
}

/// Keeps a new dataset.
///
/// # Errors
/// [`StoreError::Taken`] when the slug or the identifier is.
pub fn insert(conn: &mut AnyConnection, dataset: &Dataset) -> Result<(), StoreError> {
    diesel::insert_into(datasets::table)
        .values((
            datasets::id.eq(dataset.id.to_string()),
            datasets::slug.eq(&dataset.slug),
            datasets::department_id.eq(dataset.department.to_string()),
            datasets::title.eq(dataset.metadata.title.as_str()),
            datasets::tier.eq(dataset.tier.map(Tier::as_str)),
            datasets::is_published.eq(dataset.is_published),
            datasets::identifier.eq(&dataset.identifier),
            datasets::keywords.eq(keyword_column(dataset)),
            datasets::search_text.eq(dataset.search_text()),
            datasets::frequency.eq(frequency_column(dataset)),
            datasets::formats.eq(formats_column(dataset)),
            datasets::has_positions.eq(dataset.has_positions()),
            datasets::updated_at.eq(dataset.updated_at.naive_utc()),
            datasets::version.eq(1),
            datasets::body.eq(to_json("dataset", dataset)?),
        ))
        .execute(conn)?;
    Ok(())
}

/// Saves a dataset over the version it was loaded with.
///
/// # Errors
/// [`StoreError::Stale`] when somebody was faster.
pub fn save(conn: &mut AnyConnection, dataset: &Dataset) -> Result<(), StoreError> {
    let unchanged = datasets::id.eq(dataset.id.to_string()).and(datasets::version.eq(dataset.version));
    let rows = diesel::update(datasets::table.filter(unchanged))
        .set((
            datasets::department_id.eq(dataset.department.to_string()),
            datasets::title.eq(dataset.metadata.title.as_str()),
            datasets::tier.eq(dataset.tier.map(Tier::as_str)),
            datasets::is_published.eq(dataset.is_published),
            datasets::keywords.eq(keyword_column(dataset)),
            datasets::search_text.eq(dataset.search_text()),
            datasets::frequency.eq(frequency_column(dataset)),
            datasets::formats.eq(formats_column(dataset)),
            datasets::has_positions.eq(dataset.has_positions()),
            datasets::updated_at.eq(dataset.updated_at.naive_utc()),
            datasets::version.eq(dataset.version.saturating_add(1)),
            datasets::body.eq(to_json("dataset", dataset)?),
        ))
        .execute(conn)?;
    one_row(rows)
}

/// The dataset with this id.
///
/// # Errors
/// [`StoreError::Missing`] or what the database says.
pub fn by_id(conn: &mut AnyConnection, wanted: DatasetId) -> Result<Dataset, StoreError> {
    read(
        datasets::table
            .filter(datasets::id.eq(wanted.to_string()))
            .select((datasets::version, datasets::body))
            .first(conn)?,
    )
}

/// The dataset with this slug.
///
/// # Errors
/// [`StoreError::Missing`] or what the database says.
pub fn by_slug(conn: &mut AnyConnection, slug: &str) -> Result<Dataset, StoreError> {
    read(datasets::table.filter(datasets::slug.eq(slug)).select((datasets::version, datasets::body)).first(conn)?)
}

/// The dataset with this catalogue identifier, if there is one.
///
/// # Errors
/// What the database says.
pub fn by_identifier(conn: &mut AnyConnection, identifier: &str) -> Result<Option<Dataset>, StoreError> {
    datasets::table
        .filter(datasets::identifier.eq(identifier))
        .select((datasets::version, datasets::body))
        .first(conn)
        .optional()?
        .map(read)
        .transpose()
}

/// Whether a slug is taken.
///
/// # Errors
/// What the database says.
pub fn has_slug(conn: &mut AnyConnection, slug: &str) -> Result<bool, StoreError> {
    let count: i64 = datasets::table.filter(datasets::slug.eq(slug)).count().get_result(conn)?;
    Ok(count > 0)
}

/// Every dataset, or those of some departments, by title.
///
/// # Errors
/// What the database says.
pub fn list(conn: &mut AnyConnection, departments: Option<&[DepartmentId]>) -> Result<Vec<Dataset>, StoreError> {
    let mut query = datasets::table.into_boxed();
    if let Some(departments) = departments {
        let ids: Vec<String> = departments.iter().map(ToString::to_string).collect();
        query = query.filter(datasets::department_id.eq_any(ids));
    }
    let rows: Vec<(i64, String)> =
        query.order(datasets::title.asc()).select((datasets::version, datasets::body)).load(conn)?;
    rows.into_iter().map(read).collect()
}

/// Every published dataset, by identifier.
///
/// # Errors
/// What the database says.
pub fn published(conn: &mut AnyConnection) -> Result<Vec<Dataset>, StoreError> {
    let rows: Vec<(i64, String)> = datasets::table
        .filter(datasets::is_published.eq(true))
        .order(datasets::identifier.asc())
        .select((datasets::version, datasets::body))
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// Keeps a sealed upstream credential in place of an earlier one.
///
/// # Errors
/// What the database says.
pub fn set_secret(conn: &mut AnyConnection, dataset: DatasetId, sealed: &str, now: Instant) -> Result<(), StoreError> {
    let set = (upstream_secrets::sealed.eq(sealed), upstream_secrets::updated_at.eq(now.naive_utc()));
    on_each!(conn, c => diesel::insert_into(upstream_secrets::table)
        .values((upstream_secrets::dataset_id.eq(dataset.to_string()), set))
        .on_conflict(upstream_secrets::dataset_id).do_update().set(set).execute(c))?;
    Ok(())
}

/// Takes a credential away.
///
/// # Errors
/// What the database says.
pub fn clear_secret(conn: &mut AnyConnection, dataset: DatasetId) -> Result<(), StoreError> {
    diesel::delete(upstream_secrets::table.filter(upstream_secrets::dataset_id.eq(dataset.to_string())))
        .execute(conn)?;
    Ok(())
}

/// The sealed credential of a dataset's upstream, if it has one.
///
/// # Errors
/// What the database says.
pub fn secret(conn: &mut AnyConnection, dataset: DatasetId) -> Result<Option<String>, StoreError> {
    Ok(upstream_secrets::table
        .filter(upstream_secrets::dataset_id.eq(dataset.to_string()))
        .select(upstream_secrets::sealed)
        .first(conn)
        .optional()?)
}
