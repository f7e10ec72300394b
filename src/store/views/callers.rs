//! Who calls a dataset, agreement by agreement, from the rollups of days.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::domain::id::{AgreementId, DatasetId};
use crate::domain::time::Day;
use crate::store::schema::usage_days;
use crate::store::{AnyConnection, StoreError, id};

/// Agreements of one answer.
const ROWS_MAX: i64 = 2_000;

/// What came in under one agreement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallsOf {
    /// The agreement.
    pub agreement: AgreementId,
    /// Calls that reached the feed or were refused for it.
    pub calls: i64,
    /// The last day on which there was one.
    pub last_day: String,
}

/// Calls on a dataset over days of the city, first and last included, of some operations or of all; the most first.
/// Calls without an agreement (open data, unknown keys) are nobody's.
///
/// # Errors
/// What the database says.
pub fn of_dataset(
    conn: &mut AnyConnection,
    (first, last): (Day, Day),
    dataset: DatasetId,
    operations: &[String],
) -> Result<Vec<CallsOf>, StoreError> {
    let mut query = usage_days::table
        .group_by(usage_days::agreement_id)
        .select((
            usage_days::agreement_id,
            sql::<BigInt>("CAST(SUM(usage_days.calls) AS BIGINT)"),
            sql::<Text>("MAX(usage_days.day)"),
        ))
        .filter(usage_days::day.between(first.to_string(), last.to_string()))
        .filter(usage_days::dataset_id.eq(dataset.to_string()))
        .filter(usage_days::agreement_id.ne(""))
        .into_boxed();
    if !operations.is_empty() {
        query = query.filter(usage_days::operation.eq_any(operations.to_vec()));
    }
    let rows: Vec<(String, i64, String)> = query.order(sql::<Text>("2 DESC, 1 ASC")).limit(ROWS_MAX).load(conn)?;
    rows.into_iter()
        .map(|(agreement, calls, last_day)| Ok(CallsOf { agreement: id(&agreement)?, calls, last_day }))
        .collect()
}
