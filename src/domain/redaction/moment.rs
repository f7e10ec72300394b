//! Times as feeds write them: read, rounded down, and their age judged.
//!
//! Read are RFC 3339 (`2026-11-23T12:05:09.123-05:00`, also with a blank for the T and without an offset), days
//! (`2026-11-23`), the American form (`11/23/2026 12:05:09 PM`), and counts since 1970 in seconds, milliseconds,
//! microseconds or nanoseconds, told apart by their size. Counts are believed from 2000 to 2099 only, so that a compact
//! date such as `20261123` is never taken for one.
//!
//! In doubt a time is **later**, never earlier: a time without an offset is the later of the city's clock and UTC, a
//! day is over when it is over in both. What cannot be read has no age; whoever delays by it must withhold.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Timelike};
use chrono_tz::Tz;

use crate::domain::time::Instant;

/// The longest text that may be a time, in bytes.
pub const MOMENT_MAX: usize = 64;

/// The first second of 2000 and of 2100, UTC: counts outside are no times.
const COUNT_SECONDS: std::ops::Range<i64> = 946_684_800..4_102_444_800;
/// Counts per second that feeds use: seconds, milliseconds, microseconds, nanoseconds.
const COUNT_UNITS: [i64; 4] = [1, 1_000, 1_000_000, 1_000_000_000];

/// A time as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Written<'a> {
    Count { value: i64, unit: i64, fraction: &'a str },
    Clock { day: Option<(NaiveDate, Style)>, between: &'a str, time: Option<Clock<'a>> },
}

/// How a day is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    Iso,
    American { pads_month: bool, pads_day: bool },
}

/// A time of day as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Clock<'a> {
    time: NaiveTime,
    pads_hour: bool,
    has_seconds: bool,
    fraction: &'a str,
    /// `AM` or `PM` as written, with the blank before it.
    half: Option<(&'a str, bool)>,
    offset: &'a str,
    offset_minutes: Option<i32>,
}

/// The last instant that the text may mean; `None` where it is no time, or names no day.
#[must_use]
pub fn latest_instant(text: &str, zone: Tz) -> Option<Instant> {
    match read(text)? {
        Written::Count { value, unit, .. } => {
            let nanos = i128::from(value) * i128::from(1_000_000_000 / unit);
            // The fraction of a count is less than one of it.
            let nanos = i64::try_from(nanos).ok()?.checked_add(1_000_000_000 / unit)?;
            Some(Instant::from_timestamp_nanos(nanos))
        }
        Written::Clock { day: Some((day, _)), time: Some(clock), .. } => {
            let local = day.and_time(clock.time);
            match clock.offset_minutes {
                Some(minutes) => {
                    local.checked_sub_signed(TimeDelta::minutes(i64::from(minutes))).map(|utc| utc.and_utc())
                }
                None => later(local, zone),
            }
        }
        Written::Clock { day: Some((day, _)), time: None, .. } => later(day.succ_opt()?.and_time(NaiveTime::MIN), zone),
        Written::Clock { day: None, .. } => None,
    }
}

/// The later of what a clock time means in UTC and in the city, where it may mean two instants or none.
fn later(local: NaiveDateTime, zone: Tz) -> Option<Instant> {
    let utc = local.and_utc();
    let city = match zone.from_local_datetime(&local) {
        chrono::LocalResult::Single(only) => only.to_utc(),
        chrono::LocalResult::Ambiguous(one, other) => one.to_utc().max(other.to_utc()),
        // The clock skipped it: an hour on, it exists.
        chrono::LocalResult::None => {
            zone.from_local_datetime(&local.checked_add_signed(TimeDelta::hours(1))?).latest()?.to_utc()
        }
    };
    Some(utc.max(city))
}

/// The time rounded down to a multiple of `minutes` on its own clock, written as it was: same form, same offset, same
/// number of digits. `None` where it is no time.
#[must_use]
pub fn rounded(text: &str, minutes: u32) -> Option<String> {
    let minutes = i64::from(minutes.max(1));
    match read(text)? {
        Written::Count { value, unit, fraction } => {
            let step = unit.checked_mul(60)?.checked_mul(minutes)?;
            let down = value.div_euclid(step).checked_mul(step)?;
            Some(format!("{down}{}", zeros(fraction)))
        }
        Written::Clock { day, between, time } => {
            let base = day.map_or(NaiveDate::default(), |(day, _)| day);
            let local = base.and_time(time.as_ref().map_or(NaiveTime::MIN, |clock| clock.time));
            let count = local.and_utc().timestamp().div_euclid(60);
            let down = count.div_euclid(minutes).checked_mul(minutes)?.checked_mul(60)?;
            let down = Instant::from_timestamp(down, 0)?.naive_utc();
            let mut out = String::new();
            if let Some((_, style)) = day {
                out.push_str(&write_day(down.date(), style));
                out.push_str(between);
            }
            if let Some(clock) = &time {
                out.push_str(&write_clock(down.time(), clock));
            }
            Some(out)
        }
    }
}

fn write_day(day: NaiveDate, style: Style) -> String {
    let padded = |value: u32, pads: bool| if pads { format!("{value:02}") } else { value.to_string() };
    match style {
        Style::Iso => day.format("%Y-%m-%d").to_string(),
        Style::American { pads_month, pads_day } => {
            format!("{}/{}/{:04}", padded(day.month(), pads_month), padded(day.day(), pads_day), day.year())
        }
    }
}

fn write_clock(time: NaiveTime, clock: &Clock<'_>) -> String {
    let (is_afternoon, twelve) = time.hour12();
    let hour = if clock.half.is_some() { twelve } else { time.hour() };
    let mut out = if clock.pads_hour { format!("{hour:02}") } else { hour.to_string() };
    out.push_str(&format!(":{:02}", time.minute()));
    if clock.has_seconds {
        out.push_str(":00");
    }
    out.push_str(&zeros(clock.fraction));
    if let Some((half, _)) = clock.half {
        let letters = half.trim_start();
        out.push_str(half.get(..half.len() - letters.len()).unwrap_or_default());
        let upper = letters.starts_with(|letter: char| letter.is_ascii_uppercase());
        out.push_str(match (is_afternoon, upper) {
            (true, true) => "PM",
            (true, false) => "pm",
            (false, true) => "AM",
            (false, false) => "am",
        });
    }
    out.push_str(clock.offset);
    out
}

/// The same mark and as many zeros.
fn zeros(fraction: &str) -> String {
    fraction.chars().map(|letter| if letter.is_ascii_digit() { '0' } else { letter }).collect()
}

fn read(text: &str) -> Option<Written<'_>> {
    let text = text.trim();
    if text.is_empty() || text.len() > MOMENT_MAX || !text.is_ascii() {
        return None;
    }
    if let Some(count) = read_count(text) {
        return Some(count);
    }
    let Some((date, rest)) = read_day(text) else {
        let time = read_clock(text)?;
        return Some(Written::Clock { day: None, between: "", time: Some(time) });
    };
    if rest.is_empty() {
        return Some(Written::Clock { day: Some(date), between: "", time: None });
    }
    let clock_from = rest.find(|letter: char| letter.is_ascii_digit())?;
    let (between, rest) = rest.split_at(clock_from);
    if !matches!(between, "T" | "t" | " ") {
        return None;
    }
    Some(Written::Clock { day: Some(date), between, time: Some(read_clock(rest)?) })
}

fn read_count(text: &str) -> Option<Written<'_>> {
    let (whole, fraction) = text.split_at(text.find('.').unwrap_or(text.len()));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty()
        || whole.starts_with('0')
        || !is_digits(whole)
        || !is_digits(fraction.strip_prefix('.').unwrap_or(""))
    {
        return None;
    }
    let value: i64 = whole.parse().ok()?;
    let unit = COUNT_UNITS.into_iter().find(|unit| COUNT_SECONDS.contains(&value.div_euclid(*unit)))?;
    Some(Written::Count { value, unit, fraction })
}

/// Takes so many digits off the front.
fn digits(text: &str, least: usize, most: usize) -> Option<(u32, usize, &str)> {
    let count = digits_count(text);
    if !(least..=most).contains(&count) {
        return None;
    }
    let (number, rest) = text.split_at(count);
    Some((number.parse().ok()?, count, rest))
}

fn read_day(text: &str) -> Option<((NaiveDate, Style), &str)> {
    let year = |value: u32| i32::try_from(value).ok();
    if let Some((first, 4, rest)) = digits(text, 4, 4) {
        let (month, _, rest) = digits(rest.strip_prefix('-')?, 2, 2)?;
        let (day, _, rest) = digits(rest.strip_prefix('-')?, 2, 2)?;
        return Some(((NaiveDate::from_ymd_opt(year(first)?, month, day)?, Style::Iso), rest));
    }
    let (month, month_digits, rest) = digits(text, 1, 2)?;
    let (day, day_digits, rest) = digits(rest.strip_prefix('/')?, 1, 2)?;
    let (written_year, _, rest) = digits(rest.strip_prefix('/')?, 4, 4)?;
    let style = Style::American { pads_month: month_digits == 2, pads_day: day_digits == 2 };
    Some(((NaiveDate::from_ymd_opt(year(written_year)?, month, day)?, style), rest))
}

fn read_clock(text: &str) -> Option<Clock<'_>> {
    let (hour, hour_digits, rest) = digits(text, 1, 2)?;
    let (minute, _, rest) = digits(rest.strip_prefix(':')?, 2, 2)?;
    let (second, has_seconds, rest) = match rest.strip_prefix(':') {
        Some(rest) => digits(rest, 2, 2).map(|(second, _, rest)| (second, true, rest))?,
        None => (0, false, rest),
    };
    let fraction_length = match rest.strip_prefix(['.', ',']) {
        Some(after) if has_seconds && after.starts_with(|letter: char| letter.is_ascii_digit()) => {
            1 + digits_count(after)
        }
        Some(_) => return None,
        None => 0,
    };
    let (fraction, rest) = rest.split_at(fraction_length);
    let (half, rest) = read_half(rest);
    let hour = match half {
        None => hour,
        Some((_, is_afternoon)) if (1..=12).contains(&hour) => hour % 12 + if is_afternoon { 12 } else { 0 },
        Some(_) => return None,
    };
    // A leap second belongs to the minute before.
    let time = NaiveTime::from_hms_opt(hour, minute, if second == 60 { 59 } else { second })?;
    let offset_minutes = if rest.is_empty() { None } else { Some(read_offset(rest)?) };
    Some(Clock { time, pads_hour: hour_digits == 2, has_seconds, fraction, half, offset: rest, offset_minutes })
}

fn digits_count(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

fn read_half(text: &str) -> (Option<(&str, bool)>, &str) {
    let blanks = text.len() - text.trim_start_matches(' ').len();
    let Some(letters) = text.get(blanks..blanks + 2).filter(|_| blanks <= 1) else { return (None, text) };
    let is_afternoon = match letters {
        "AM" | "am" => false,
        "PM" | "pm" => true,
        _ => return (None, text),
    };
    let (half, rest) = text.split_at(blanks + 2);
    (Some((half, is_afternoon)), rest)
}

/// `Z`, `UTC`, `+05`, `-0500`, `+05:30`.
fn read_offset(text: &str) -> Option<i32> {
    let text = text.trim_start_matches(' ');
    if matches!(text, "Z" | "z" | "UTC" | "GMT") {
        return Some(0);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let numbers = text.strip_prefix(['+', '-'])?;
    let hours = two_digits(numbers.get(..2)?)?;
    let minutes = match numbers.get(2..)? {
        "" => 0,
        rest => two_digits(rest.strip_prefix(':').unwrap_or(rest))?,
    };
    (minutes < 60 && hours <= 15).then_some(sign * (hours * 60 + minutes))
}

fn two_digits(text: &str) -> Option<i32> {
    if text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NEW_YORK: Tz = chrono_tz::America::New_York;

    #[test]
    fn times_are_rounded_down_and_written_as_they_were() {
        let cases = [
            ("2026-11-23T12:05:09Z", 15, "2026-11-23T12:00:00Z"),
            ("2026-11-23T12:05:09.123456-05:00", 15, "2026-11-23T12:00:00.000000-05:00"),
            ("2026-11-23 12:59", 60, "2026-11-23 12:00"),
            ("2026-11-23t00:14:59z", 15, "2026-11-23t00:00:00z"),
            ("2021-01-11T15:51:02+05:30", 60, "2021-01-11T15:00:00+05:30"),
            ("2021-01-11T15:51:02 +0530", 60, "2021-01-11T15:00:00 +0530"),
            ("2016-12-07T11:10:00", 1440, "2016-12-07T00:00:00"),
            ("2026-11-23", 60, "2026-11-23"),
            ("2026-11-23", 7 * 1440, "2026-11-19"),
            ("11/23/2026 12:05:09 PM", 15, "11/23/2026 12:00:00 PM"),
            ("1/2/2026 1:05:09 am", 15, "1/2/2026 1:00:00 am"),
            ("01/02/2026 12:05:00 AM", 60, "01/02/2026 12:00:00 AM"),
            ("09/12/2018 23:45", 30, "09/12/2018 23:30"),
            ("1573850008", 15, "1573849800"),
            ("1573850008.25", 15, "1573849800.00"),
            ("1573850008123", 15, "1573849800000"),
            ("14:35", 15, "14:30"),
            ("14:35:59,5", 60, "14:00:00,0"),
            ("2016-12-31T23:59:60Z", 15, "2016-12-31T23:45:00Z"),
        ];
        for (text, minutes, expected) in cases {
            assert_eq!(rounded(text, minutes).as_deref(), Some(expected), "{text} by {minutes}");
        }
    }

    #[test]
    fn what_is_no_time_is_not_guessed_at() {
        let cases = [
            "",
            "soon",
            "12",
            "0",
            "20261123",
            "20261123120000",
            "2026-13-01",
            "2026-02-30",
            "23/11/2026",
            "2026-11-23T",
            "2026-11-23T25:00",
            "2026-11-23T12:00:00X",
            "2026-11-23T12:00:00+5",
            "2026-11-23T12:00:00+05:",
            "13:00 PM",
            "2026-11-23T12:00.5",
            "2026-11-23  12:00",
            "-1573850008",
            "1.573850008e9",
            "2026-W48",
            "２０２６-11-23",
            "2026-11-23T12:00:00+16:00",
        ];
        for text in cases {
            assert_eq!(rounded(text, 15), None, "{text}");
            assert_eq!(latest_instant(text, NEW_YORK), None, "{text}");
        }
        assert_eq!(latest_instant("14:35", NEW_YORK), None, "no day, no age");
    }

    #[test]
    fn in_doubt_a_time_is_later() {
        let cases = [
            ("2026-11-23T12:05:09Z", "2026-11-23T12:05:09Z"),
            ("2026-11-23T12:05:09.900-05:00", "2026-11-23T17:05:09Z"),
            // Without an offset: five hours later in New York than in UTC.
            ("2026-11-23T12:05:09", "2026-11-23T17:05:09Z"),
            ("11/23/2026 12:05:09 PM", "2026-11-23T17:05:09Z"),
            // Clocks go back: of two, the later; clocks go forward: none, so an hour on.
            ("2026-11-01T01:30:00", "2026-11-01T06:30:00Z"),
            ("2026-03-08T02:30:00", "2026-03-08T07:30:00Z"),
            // A day lasts until it is over.
            ("2026-11-23", "2026-11-24T05:00:00Z"),
            ("1573850008", "2019-11-15T20:33:29Z"),
            ("1573850008123", "2019-11-15T20:33:28.124Z"),
        ];
        for (text, expected) in cases {
            assert_eq!(latest_instant(text, NEW_YORK), Some(expected.parse().unwrap()), "{text}");
        }
        let east = chrono_tz::Asia::Tokyo;
        let utc: Instant = "2026-11-23T12:05:09Z".parse().unwrap();
        assert_eq!(latest_instant("2026-11-23T12:05:09", east), Some(utc), "east of Greenwich UTC is later");
    }

    proptest! {
        #[test]
        fn rounding_is_down_by_less_than_a_step_and_stays(
            seconds in COUNT_SECONDS, minutes in 1_u32..2_000, offset in -12_i32..=14,
        ) {
            let zone = chrono::FixedOffset::east_opt(offset * 3600).unwrap();
            let before = Instant::from_timestamp(seconds, 0).unwrap().with_timezone(&zone);
            let text = rounded(&before.to_rfc3339(), minutes).unwrap();
            let after = chrono::DateTime::parse_from_rfc3339(&text).unwrap();
            prop_assert!(after <= before && before - after < TimeDelta::minutes(i64::from(minutes)));
            prop_assert_eq!(rounded(&text, minutes), Some(text));
        }

        #[test]
        fn any_text_is_read_without_panic(text in "[0-9TZ:+/. apmAPM-]{0,30}") {
            let _ = (rounded(&text, 15), latest_instant(&text, NEW_YORK));
        }
    }
}
