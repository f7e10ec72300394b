//! Instants, legal days and the city's zone.

use chrono::{DateTime, NaiveDate, SubsecRound, Utc};
use chrono_tz::Tz;

/// A point in time, UTC, kept to the microsecond.
pub type Instant = DateTime<Utc>;

/// A calendar day of the city.
pub type Day = NaiveDate;

/// The legal day of `instant` in the city's zone: 23:30 local is that day, not the next UTC day.
#[must_use]
pub fn day_in(zone: Tz, instant: Instant) -> Day {
    instant.with_timezone(&zone).date_naive()
}

/// Microseconds since 1970-01-01 UTC.
#[must_use]
pub fn to_micros(instant: Instant) -> i64 {
    instant.timestamp_micros()
}

/// The instant of a count of microseconds; a count outside chrono's range gives 1970.
#[must_use]
pub fn from_micros(micros: i64) -> Instant {
    DateTime::from_timestamp_micros(micros).unwrap_or_default().trunc_subsecs(6)
}
