//! Samples of datasets: for each dataset at most one that stewards look at, and one that anybody may.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::schema::dataset_samples;
use super::{AnyConnection, StoreError, from_json, to_json};
use crate::domain::id::DatasetId;
use crate::domain::sample::{Sample, places};

/// Keeps a sample in place of the earlier one of its kind: released or only looked at.
///
/// # Errors
/// What the database says.
pub fn put(conn: &mut AnyConnection, sample: &Sample) -> Result<(), StoreError> {
    remove(conn, sample.dataset, sample.release.is_some())?;
    diesel::insert_into(dataset_samples::table)
        .values((
            dataset_samples::dataset_id.eq(sample.dataset.to_string()),
            dataset_samples::is_released.eq(sample.release.is_some()),
            dataset_samples::has_positions.eq(!places(&sample.records()).is_empty()),
            dataset_samples::taken_at.eq(sample.taken_at.naive_utc()),
            dataset_samples::hash.eq(&sample.hash),
            dataset_samples::body.eq(to_json("sample", sample)?),
        ))
        .execute(conn)?;
    Ok(())
}

/// Takes a sample away.
///
/// # Errors
/// What the database says.
pub fn remove(conn: &mut AnyConnection, dataset: DatasetId, is_released: bool) -> Result<(), StoreError> {
    let is_it =
        dataset_samples::dataset_id.eq(dataset.to_string()).and(dataset_samples::is_released.eq(is_released));
    diesel::delete(dataset_samples::table.filter(is_it)).execute(conn)?;
    Ok(())
}

/// The sample of a dataset that anybody may see, or the one that stewards look at; none where there is none.
///
/// # Errors
/// What the database says.
pub fn of_dataset(
    conn: &mut AnyConnection,
    dataset: DatasetId,
    is_released: bool,
) -> Result<Option<Sample>, StoreError> {
    let is_it =
        dataset_samples::dataset_id.eq(dataset.to_string()).and(dataset_samples::is_released.eq(is_released));
    let body: Option<String> =
        dataset_samples::table.filter(is_it).select(dataset_samples::body).first(conn).optional()?;
    body.map(|body| from_json("sample", &body)).transpose()
}

/// The datasets with a released sample, by id, and whether its records have positions.
///
/// # Errors
/// What the database says.
pub fn released(conn: &mut AnyConnection) -> Result<BTreeMap<String, bool>, StoreError> {
    let rows: Vec<(String, bool)> = dataset_samples::table
        .filter(dataset_samples::is_released.eq(true))
        .select((dataset_samples::dataset_id, dataset_samples::has_positions))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}
