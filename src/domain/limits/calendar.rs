//! The city's calendar as the gate needs it: which day and month an instant falls in, until when, and opening hours.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Timelike, Utc, Weekday};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::domain::time::{Day, Instant, day_in};

/// Quarters of an hour searched for the first instant of a day: a zone may skip midnight, and once skipped a whole day.
const DAY_START_STEPS: i32 = 27 * 4;

/// A calendar day of the city with its month: the windows in which quotas are counted. All instants of one day give an
/// equal value, so it can be kept until `ends`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CityDay {
    /// The day.
    pub day: Day,
    /// Its first instant.
    pub starts: Instant,
    /// The first instant of the next day.
    pub ends: Instant,
    /// The first instant of the next month.
    pub month_ends: Instant,
}

impl CityDay {
    /// The day that `instant` falls in. A day of a clock change has 23 or 25 hours.
    #[must_use]
    pub fn of(zone: Tz, instant: Instant) -> Self {
        let mut day = day_in(zone, instant);
        if instant < day_start(zone, day) {
            day = day.pred_opt().unwrap_or(day);
        } else if instant >= day_start(zone, next(day)) {
            day = next(day);
        }
        let first = day.with_day(1).unwrap_or(day);
        let next_month = first.checked_add_months(chrono::Months::new(1)).unwrap_or(first);
        Self {
            day,
            starts: day_start(zone, day),
            ends: day_start(zone, next(day)),
            month_ends: day_start(zone, next_month),
        }
    }

    /// Whether `instant` falls in this day.
    #[must_use]
    pub fn contains(&self, instant: Instant) -> bool {
        self.starts <= instant && instant < self.ends
    }
}

fn next(day: NaiveDate) -> NaiveDate {
    day.checked_add_days(Days::new(1)).unwrap_or(day)
}

/// The first instant that the city calls `day`.
fn day_start(zone: Tz, day: NaiveDate) -> Instant {
    let midnight = day.and_time(NaiveTime::MIN);
    (0..=DAY_START_STEPS)
        .filter_map(|step| midnight.checked_add_signed(TimeDelta::minutes(i64::from(step) * 15)))
        .find_map(|local| zone.from_local_datetime(&local).earliest())
        .map_or_else(|| midnight.and_utc(), |first: DateTime<Tz>| first.with_timezone(&Utc))
}

/// Hours of the day in the city's zone during which an agreement is open. `until` at or before `from` runs past
/// midnight and belongs to the weekday it began on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// Days it opens on; none means every day.
    #[serde(default)]
    pub weekdays: Vec<Weekday>,
    /// The first minute.
    pub from: NaiveTime,
    /// The first minute after.
    pub until: NaiveTime,
}

impl Hours {
    /// The same hours every day, as minutes of the day from 0 to 1440.
    #[must_use]
    pub fn daily(from_minute: u16, until_minute: u16) -> Self {
        let time = |minute: u16| {
            let seconds = u32::from(minute % 1440) * 60;
            NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0).unwrap_or(NaiveTime::MIN)
        };
        Self { weekdays: Vec::new(), from: time(from_minute), until: time(until_minute) }
    }

    /// Whether the city's clock shows an open hour at `instant`.
    #[must_use]
    pub fn contains(&self, zone: Tz, instant: Instant) -> bool {
        let local = instant.with_timezone(&zone);
        let (time, today) = (local.time(), local.weekday());
        let opens_on = |day: Weekday| self.weekdays.is_empty() || self.weekdays.contains(&day);
        if self.from < self.until {
            return opens_on(today) && self.from <= time && time < self.until;
        }
        (opens_on(today) && self.from <= time) || (opens_on(today.pred()) && time < self.until)
    }
}

impl std::fmt::Display for Hours {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for day in &self.weekdays {
            write!(f, "{day} ")?;
        }
        let clock = |time: NaiveTime| format!("{:02}:{:02}", time.hour(), time.minute());
        write!(f, "{}–{}", clock(self.from), clock(self.until))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NEW_YORK: Tz = chrono_tz::America::New_York;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    #[test]
    fn the_day_and_month_are_the_citys() {
        let sao_paulo = chrono_tz::America::Sao_Paulo;
        let cases = [
            // zone; instant, day, its first hour, the first after it, and the first after its month, in UTC
            (NEW_YORK, "2026-01-15T04:59:59Z 2026-01-14 2026-01-14T05 2026-01-15T05 2026-02-01T05"),
            (NEW_YORK, "2026-01-15T05:00:00Z 2026-01-15 2026-01-15T05 2026-01-16T05 2026-02-01T05"),
            // Clocks go forward: 23 hours. Clocks go back: 25 hours.
            (NEW_YORK, "2026-03-08T12:00:00Z 2026-03-08 2026-03-08T05 2026-03-09T04 2026-04-01T04"),
            (NEW_YORK, "2026-11-01T12:00:00Z 2026-11-01 2026-11-01T04 2026-11-02T05 2026-12-01T05"),
            (NEW_YORK, "2026-12-31T23:00:00Z 2026-12-31 2026-12-31T05 2027-01-01T05 2027-01-01T05"),
            // Midnight does not exist: the day starts at one.
            (sao_paulo, "2018-11-04T03:00:00Z 2018-11-04 2018-11-04T03 2018-11-05T02 2018-12-01T02"),
            // A whole day does not exist: the one before runs up to the one after.
            (chrono_tz::Pacific::Apia, "2011-12-30T09:59:59Z 2011-12-29 2011-12-29T10 2011-12-30T10 2011-12-31T10"),
        ];
        for (zone, row) in cases {
            let cells: Vec<&str> = row.split(' ').collect();
            let hour = |cell: usize| at(&format!("{}:00:00Z", cells[cell]));
            let day = cells[1].parse().unwrap();
            let expected = CityDay { day, starts: hour(2), ends: hour(3), month_ends: hour(4) };
            assert_eq!(CityDay::of(zone, at(cells[0])), expected, "{zone} {row}");
        }
    }

    #[test]
    fn hours_follow_the_citys_clock_and_may_pass_midnight() {
        let hours = |weekdays: &[Weekday], from: &str, until: &str| Hours {
            weekdays: weekdays.to_vec(),
            from: from.parse().unwrap(),
            until: until.parse().unwrap(),
        };
        let day = hours(&[Weekday::Mon], "07:00:00", "19:00:00");
        let night = hours(&[Weekday::Mon], "22:00:00", "06:00:00");
        let cases = [
            // 2026-01-05 is a Monday; New York is five hours behind.
            ("2026-01-05T11:59:59Z", false, false),
            ("2026-01-05T12:00:00Z", true, false),
            ("2026-01-05T23:59:59Z", true, false),
            ("2026-01-06T00:00:00Z", false, false),
            ("2026-01-06T03:00:00Z", false, true),
            ("2026-01-06T10:59:59Z", false, true),
            ("2026-01-06T11:00:00Z", false, false),
            ("2026-01-06T12:00:00Z", false, false),
            ("2026-07-06T11:00:00Z", true, false),
        ];
        for (instant, in_day, in_night) in cases {
            assert_eq!(day.contains(NEW_YORK, at(instant)), in_day, "day {instant}");
            assert_eq!(night.contains(NEW_YORK, at(instant)), in_night, "night {instant}");
        }
        assert!(hours(&[], "00:00:00", "00:00:00").contains(NEW_YORK, at("2026-01-05T11:59:59Z")));
        assert_eq!(Hours::daily(420, 1140), hours(&[], "07:00:00", "19:00:00"));
        assert!(Hours::daily(0, 1440).contains(NEW_YORK, at("2026-01-05T11:59:59Z")));
        assert!(Hours::daily(1380, 1440).contains(NEW_YORK, at("2026-01-05T04:59:59Z")));
        assert!(!Hours::daily(1380, 1440).contains(NEW_YORK, at("2026-01-05T05:00:00Z")));
    }

    proptest! {
        #[test]
        fn every_instant_lies_in_its_own_day_and_days_do_not_overlap(seconds in 0_i64..4_000_000_000, zone in 0_usize..chrono_tz::TZ_VARIANTS.len()) {
            let zone = chrono_tz::TZ_VARIANTS[zone];
            let instant = DateTime::from_timestamp(seconds, 0).unwrap();
            let day = CityDay::of(zone, instant);
            prop_assert!(day.contains(instant), "{} {:?}", instant, day);
            prop_assert!(day.month_ends >= day.ends);
            let following = CityDay::of(zone, day.ends);
            prop_assert_eq!(following.starts, day.ends);
        }
    }
}
