//! The days that the city closed or opened by its own act.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::schema::calendar_days;
use super::{AnyConnection, StoreError, from_json, one_row, to_json};
use crate::domain::calendar::LocalDay;
use crate::domain::time::{Day, Instant};

/// A day as kept, with who put it in and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptDay {
    /// The day.
    pub day: LocalDay,
    /// When it was put in.
    pub at: Instant,
    /// By whom.
    pub by_name: String,
}

/// Every day, in order.
///
/// # Errors
/// What the database says.
pub fn days(conn: &mut AnyConnection) -> Result<Vec<KeptDay>, StoreError> {
    let rows: Vec<(String, NaiveDateTime, String)> = calendar_days::table
        .order(calendar_days::day.asc())
        .select((calendar_days::body, calendar_days::at, calendar_days::by_name))
        .load(conn)?;
    let read = |(body, at, by_name): (String, NaiveDateTime, String)| {
        Ok(KeptDay { day: from_json("calendar day", &body)?, at: at.and_utc(), by_name })
    };
    rows.into_iter().map(read).collect()
}

/// Keeps a day.
///
/// # Errors
/// [`StoreError::Taken`] when the day is listed.
pub fn insert(conn: &mut AnyConnection, day: &LocalDay, by_name: &str, now: Instant) -> Result<(), StoreError> {
    diesel::insert_into(calendar_days::table)
        .values((
            calendar_days::day.eq(day.day.to_string()),
            calendar_days::body.eq(to_json("calendar day", day)?),
            calendar_days::at.eq(now.naive_utc()),
            calendar_days::by_name.eq(by_name),
        ))
        .execute(conn)?;
    Ok(())
}

/// Takes a day off the list.
///
/// # Errors
/// [`StoreError::Stale`] when it is not there.
pub fn remove(conn: &mut AnyConnection, day: Day) -> Result<(), StoreError> {
    let rows = diesel::delete(calendar_days::table.filter(calendar_days::day.eq(day.to_string()))).execute(conn)?;
    one_row(rows)
}
