//! The small grammars of DCAT-US 1.1: web addresses, media types, ISO 8601 dates, durations, intervals. The patterns
//! follow the published JSON schema (v1.1/schema). Must never accept what the schema refuses.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use url::Url;

use crate::domain::text::{Invalid, Line, text_type};
use crate::domain::time::Day;

const URL_MAX: usize = 2_000;
const SHORT_MAX: usize = 200;

/// An absolute `http`, `https` or `ftp` address with a host and without a user name or password.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WebUrl(String);
text_type!(WebUrl);

impl WebUrl {
    /// Reads an address and keeps its spelling, or its encoded form where the spelling holds other characters.
    ///
    /// # Errors
    /// `required`, `too_long` or `not_a_web_address`, naming `field`.
    pub fn parse(field: &str, input: &str) -> Result<Self, Invalid> {
        let text = Line::<URL_MAX>::parse(field, input)?;
        let refuse =
            || Invalid::new(field, "not_a_web_address", "Write a full web address, such as https://example.org/data.");
        let url = Url::parse(text.as_str()).map_err(|_not_absolute| refuse())?;
        let is_plain = url.username().is_empty() && url.password().is_none();
        if !matches!(url.scheme(), "http" | "https" | "ftp") || url.host().is_none() || !is_plain {
            return Err(refuse());
        }
        let kept = if text.as_str().chars().all(is_uri_character) { text.into_string() } else { encoded(&url) };
        if kept.len() > URL_MAX {
            return Err(Invalid::new(field, "too_long", format!("Use a web address of at most {URL_MAX} characters.")));
        }
        Ok(Self(kept))
    }
}

/// The address with what RFC 3986 does not allow percent-encoded; the URL standard of browsers leaves some of it bare.
fn encoded(url: &Url) -> String {
    let mut text = String::new();
    for c in url.as_str().chars() {
        if is_uri_character(c) {
            text.push(c);
        } else {
            let mut bytes = [0; 4];
            text.extend(c.encode_utf8(&mut bytes).bytes().map(|byte| format!("%{byte:02X}")));
        }
    }
    text
}

/// Characters of a URI (RFC 3986).
const fn is_uri_character(c: char) -> bool {
    c.is_ascii_graphic() && !matches!(c, '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}')
}

/// A media type such as `text/csv`, without parameters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MediaType(String);
text_type!(MediaType);

impl MediaType {
    /// Reads a media type.
    ///
    /// # Errors
    /// `required`, `too_long` or `not_a_media_type`, naming `field`.
    pub fn parse(field: &str, input: &str) -> Result<Self, Invalid> {
        let text = Line::<SHORT_MAX>::parse(field, input)?;
        if !is_media_type(text.as_str()) {
            return Err(Invalid::new(field, "not_a_media_type", "Write a media type, such as text/csv."));
        }
        Ok(Self(text.into_string()))
    }
}

/// A day, month, year or instant in ISO 8601, as published.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stamp(String);
text_type!(Stamp);

impl Stamp {
    /// Reads a stamp. A full date must exist in the calendar.
    ///
    /// # Errors
    /// `required`, `too_long` or `not_a_date`, naming `field`.
    pub fn parse(field: &str, input: &str) -> Result<Self, Invalid> {
        let text = Line::<SHORT_MAX>::parse(field, input)?;
        let full_date = text.as_str().get(..10).filter(|date| date.as_bytes().get(7) == Some(&b'-'));
        if !is_stamp(text.as_str()) || full_date.is_some_and(|date| date.parse::<Day>().is_err()) {
            return Err(Invalid::new(
                field,
                "not_a_date",
                "Write a date as 2026-11-23, or a time as 2026-11-23T10:00:00Z.",
            ));
        }
        Ok(Self(text.into_string()))
    }

    /// The stamp of a day.
    #[must_use]
    pub fn of_day(day: Day) -> Self {
        Self(day.format("%Y-%m-%d").to_string())
    }

    /// The day as written, where it is a full date.
    #[must_use]
    pub fn day(&self) -> Option<Day> {
        self.0.get(..10)?.parse().ok()
    }
}

/// A period in ISO 8601: start and end, or one of them and a duration.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Interval(String);
text_type!(Interval);

impl Interval {
    /// Reads a period.
    ///
    /// # Errors
    /// `required`, `too_long` or `not_a_period`, naming `field`.
    pub fn parse(field: &str, input: &str) -> Result<Self, Invalid> {
        let text = Line::<SHORT_MAX>::parse(field, input)?;
        if !is_interval(text.as_str()) {
            return Err(Invalid::new(field, "not_a_period", "Write a period as 2020-01-01/2020-12-31."));
        }
        Ok(Self(text.into_string()))
    }
}

/// How often data is renewed: `irregular` or a repeating ISO 8601 duration such as `R/P1D`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Frequency(String);
text_type!(Frequency);

impl Frequency {
    /// Reads a frequency of the standard.
    ///
    /// # Errors
    /// `required`, `too_long` or `not_a_frequency`, naming `field`.
    pub fn parse(field: &str, input: &str) -> Result<Self, Invalid> {
        let text = Line::<SHORT_MAX>::parse(field, input)?;
        if !is_frequency(text.as_str()) {
            return Err(Invalid::new(
                field,
                "not_a_frequency",
                "Write irregular, or a repeating duration such as R/P1D.",
            ));
        }
        Ok(Self(text.into_string()))
    }

    /// The frequency meant by a word in common use, such as `daily`.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        let simple: String = word.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
        let found = FREQUENCY_WORDS.iter().find(|(known, _)| *known == simple).map(|(_, code)| *code)?;
        Some(Self(found.to_owned()))
    }
}

/// Words of the earlier standard and of common portals, with the duration the standard's guidance gives them.
const FREQUENCY_WORDS: [(&str, &str); 38] = [
    ("decennial", "R/P10Y"),
    ("quadrennial", "R/P4Y"),
    ("triennial", "R/P3Y"),
    ("biennial", "R/P2Y"),
    ("annual", "R/P1Y"),
    ("annually", "R/P1Y"),
    ("yearly", "R/P1Y"),
    ("semiannual", "R/P6M"),
    ("semiannually", "R/P6M"),
    ("biannual", "R/P6M"),
    ("threetimesayear", "R/P4M"),
    ("quarterly", "R/P3M"),
    ("bimonthly", "R/P2M"),
    ("monthly", "R/P1M"),
    ("semimonthly", "R/P0.5M"),
    ("twiceamonth", "R/P0.5M"),
    ("threetimesamonth", "R/P0.33M"),
    ("biweekly", "R/P2W"),
    ("everytwoweeks", "R/P2W"),
    ("weekly", "R/P1W"),
    ("semiweekly", "R/P3.5D"),
    ("twiceaweek", "R/P3.5D"),
    ("threetimesaweek", "R/P0.33W"),
    ("daily", "R/P1D"),
    ("nightly", "R/P1D"),
    ("hourly", "R/PT1H"),
    ("continuouslyupdated", "R/PT1S"),
    ("continuous", "R/PT1S"),
    ("continual", "R/PT1S"),
    ("realtime", "R/PT1S"),
    ("live", "R/PT1S"),
    ("asneeded", "irregular"),
    ("irregular", "irregular"),
    ("intermittent", "irregular"),
    ("notplanned", "irregular"),
    ("never", "irregular"),
    ("unknown", "irregular"),
    ("static", "irregular"),
];

/// `^[-\w]+/[-\w]+(\.[-\w]+)*([+][-\w]+)?$`
pub(super) fn is_media_type(text: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    let Some((kind, rest)) = text.split_once('/') else { return false };
    let (name, suffix) = rest.split_once('+').map_or((rest, None), |(name, suffix)| (name, Some(suffix)));
    is_word(kind) && name.split('.').all(is_word) && suffix.is_none_or(is_word)
}

/// An absolute URI, as `format: uri` asks.
pub(super) fn is_uri(text: &str) -> bool {
    text.chars().all(is_uri_character) && Url::parse(text).is_ok()
}

pub(super) fn is_frequency(text: &str) -> bool {
    text == "irregular" || text.strip_prefix("R/").is_some_and(is_duration)
}

/// `modified` may be a stamp, a duration (repeating or not) or a repeating start and duration.
pub(super) fn is_modified(text: &str) -> bool {
    let unrepeated = without_repeat(text);
    let starts_then_lasts =
        unrepeated.split_once('/').is_some_and(|(start, lasts)| is_stamp(start) && is_duration(lasts));
    is_stamp(text) || is_duration(unrepeated) || starts_then_lasts
}

pub(super) fn is_interval(text: &str) -> bool {
    let is_plain = |text: &str| text.split_once('/').is_some_and(|(start, end)| is_stamp(start) && is_stamp(end));
    let has_duration = |text: &str| {
        text.split_once('/').is_some_and(|(a, b)| (is_stamp(a) && is_duration(b)) || (is_duration(a) && is_stamp(b)))
    };
    is_plain(text) || has_duration(without_repeat(text))
}

/// Without a leading `R/` or `R5/`.
fn without_repeat(text: &str) -> &str {
    let repeat = text.strip_prefix('R').map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    repeat.and_then(|rest| rest.strip_prefix('/')).unwrap_or(text)
}

/// `P(nY)?(nM)?(nW)?(nD)?(T(nH)?(nM)?(nS)?)?`, with at least one number (which the schema forgets to ask).
pub(super) fn is_duration(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('P') else { return false };
    let (date, time) = rest.split_once('T').map_or((rest, ""), |(date, time)| (date, time));
    rest.chars().any(|c| c.is_ascii_digit()) && holds_units(date, "YMWD") && holds_units(time, "HMS")
}

/// Whether `text` is a run of numbers, each followed by one of `units`, in their order and each at most once.
fn holds_units(text: &str, units: &str) -> bool {
    let mut left = units;
    let mut rest = text;
    while !rest.is_empty() {
        let Some(at) = rest.find(|c: char| c.is_ascii_uppercase()) else { return false };
        let (number, from_unit) = rest.split_at(at);
        let mut characters = from_unit.chars();
        let Some((_, later)) = characters.next().and_then(|unit| left.split_once(unit)) else { return false };
        if !is_number(number) {
            return false;
        }
        left = later;
        rest = characters.as_str();
    }
    true
}

fn is_number(text: &str) -> bool {
    let is_digits = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    text.split_once('.').map_or_else(|| is_digits(text), |(whole, part)| is_digits(whole) && is_digits(part))
}

/// ISO 8601 as the schema has it: year, then month and day, week or day of the year, then a time with a zone.
pub(super) fn is_stamp(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let Some(rest) = after_number(unsigned, 4, 0..=9999) else { return false };
    let (dash, body) = rest.strip_prefix('-').map_or(("", rest), |body| ("-", body));
    let month = after_number(body, 2, 1..=12);
    let day = month.and_then(|rest| rest.strip_prefix(dash)).and_then(|rest| after_number(rest, 2, 1..=31));
    let day_of_year = after_number(body, 3, 1..=366);
    let week = body.strip_prefix('W').and_then(|rest| after_number(rest, 2, 0..=52));
    let weekday = week.and_then(|rest| after_number(rest.strip_prefix('-').unwrap_or(rest), 1, 1..=7));
    // A month without a day needs its dash: YYYYMM would read as YYMMDD.
    let month = month.filter(|_| dash == "-");
    rest.is_empty() || [month, day, day_of_year, week, weekday].into_iter().flatten().any(is_time_part)
}

/// What may follow a date: nothing, or `T` or a space and a time.
fn is_time_part(text: &str) -> bool {
    let Some(time) = text.strip_prefix(['T', ' ']) else { return text.is_empty() };
    let zone_at = time.find(['Z', 'z', '+', '-']).unwrap_or(time.len());
    let (clock, zone) = time.split_at(zone_at);
    is_clock(clock) && is_zone(zone)
}

fn is_clock(text: &str) -> bool {
    let Some(rest) = after_number(text, 2, 0..=23) else { return matches!(text, "24:00" | "2400") };
    let (colon, body) = rest.strip_prefix(':').map_or(("", rest), |body| (":", body));
    let Some(rest) = after_number(body, 2, 0..=59) else { return rest.is_empty() };
    let seconds = rest.strip_prefix(colon).and_then(|rest| after_number(rest, 2, 0..=59));
    let fraction = seconds.unwrap_or(rest);
    let is_fraction =
        |text: &str| text.strip_prefix(['.', ',']).is_some_and(|digits| is_number(digits) && !digits.contains('.'));
    fraction.is_empty() || is_fraction(fraction)
}

fn is_zone(text: &str) -> bool {
    if matches!(text, "" | "Z" | "z") {
        return true;
    }
    let Some(rest) = text.strip_prefix(['+', '-']).and_then(|rest| after_number(rest, 2, 0..=23)) else { return false };
    let minutes = rest.strip_prefix(':').unwrap_or(rest);
    rest.is_empty() || after_number(minutes, 2, 0..=59).is_some_and(str::is_empty)
}

/// The rest of `text` after exactly `digits` digits whose value lies in `range`.
fn after_number(text: &str, digits: usize, range: std::ops::RangeInclusive<u16>) -> Option<&str> {
    let (number, rest) = text.split_at_checked(digits)?;
    let is_digits = number.chars().all(|c| c.is_ascii_digit());
    (is_digits && range.contains(&number.parse().ok()?)).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_follow_the_schema() {
        for good in [
            "2020",
            "2020-07",
            "2020-07-22",
            "20200722",
            "2020-366",
            "2020-W30",
            "2020W305",
            "2018-02-16T18:08:32.299Z",
            "2020-07-22 18:08",
            "2020-07-22T18",
            "2020-07-22T180832+0200",
            "2020-07-22T18:08:32-05:00",
            "-0044-03-15",
        ] {
            assert!(is_stamp(good) && Stamp::parse("modified", good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "202007",
            "07/22/2020",
            "2020-13-01",
            "2020-00-01",
            "2020-07-32",
            "2020-7-2",
            "2020-07-22T25:00",
            "20-07-22",
            "2020-07-22T18:60",
            "2020-07-22T18:08:60Z",
            "2020-07-22TZZ",
            "2020-07-22T10:00+25:00",
            "yesterday",
            "R/P1D",
            "２０２０",
            "2020-07-22é",
        ] {
            assert!(!is_stamp(bad) && Stamp::parse("modified", bad).is_err(), "{bad}");
        }
        assert!(is_stamp("2021-02-29") && Stamp::parse("modified", "2021-02-29").is_err(), "a day that does not exist");
        let stamp = Stamp::parse("modified", "2018-02-16T18:08:32.299Z").unwrap();
        assert_eq!(stamp.day(), Day::from_ymd_opt(2018, 2, 16));
        assert_eq!(Stamp::of_day(stamp.day().unwrap()).as_str(), "2018-02-16");
    }

    #[test]
    fn durations_intervals_and_frequencies_follow_the_schema() {
        for good in ["irregular", "R/P1D", "R/P0.33W", "R/PT1S", "R/P1Y2M3W4DT5H6M7S"] {
            assert!(Frequency::parse("f", good).is_ok(), "{good}");
        }
        for bad in [
            "R/P",
            "R/PT",
            "P1D",
            "R/P1",
            "R/PD",
            "R/P1D1Y",
            "R/P1H",
            "R/P1.D",
            "R/P1D1D",
            "daily",
            "R1/P1D",
            "Irregular",
        ] {
            assert!(Frequency::parse("f", bad).is_err(), "{bad}");
        }
        for good in ["2020/2021", "2020-01-01/2020-12-31", "2020-01-01T00:00:00Z/P1W", "R5/2020/P1M", "P1Y/2020-01-01"]
        {
            assert!(Interval::parse("t", good).is_ok(), "{good}");
        }
        for bad in ["2020", "2020/", "/2020", "2020 - 2021", "2020/2021/2022", "P1D/P1D", "R5/2020/2021"] {
            assert!(Interval::parse("t", bad).is_err(), "{bad}");
        }
        for good in ["2020-01-01", "R/P1D", "P1D", "R/2020-01-01/P1M"] {
            assert!(is_modified(good), "{good}");
        }
        assert_eq!(Frequency::from_word("Continuously Updated").map(Frequency::into_string).as_deref(), Some("R/PT1S"));
        assert!(FREQUENCY_WORDS.iter().all(|(word, code)| is_frequency(code) && Frequency::from_word(word).is_some()));
        assert_eq!(Frequency::from_word("soon"), None);
    }

    #[test]
    fn media_types_follow_the_schema() {
        for good in ["text/csv", "application/vnd.geo+json", "application/vnd.ogc.wms_xml", "application/x-zip"] {
            assert!(MediaType::parse("m", good).is_ok(), "{good}");
        }
        for bad in ["csv", "text/", "/csv", "text/csv; charset=utf-8", "a/b/c", "a/b..c", "a/b+c+d", "a/b+", "téxt/csv"]
        {
            assert!(MediaType::parse("m", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn web_addresses_are_absolute_and_hold_no_password() {
        for (input, kept) in [
            ("https://example.org", "https://example.org"),
            ("https://example.org/a b", "https://example.org/a%20b"),
            ("https://example.org/é", "https://example.org/%C3%A9"),
            ("ftp://example.org/x", "ftp://example.org/x"),
            ("https://example.org/?q={x}|y z", "https://example.org/?q=%7Bx%7D%7Cy%20z"),
        ] {
            assert_eq!(WebUrl::parse("u", input).unwrap().as_str(), kept);
        }
        let long = format!("https://example.org/{}", "é".repeat(900));
        for bad in [
            "javascript:alert(1)",
            "data:text/html,x",
            "/data",
            "example.org",
            "https://",
            "file:///etc/passwd",
            "https://user:pass@example.org/",
            "https://user@example.org/",
            "mailto:a@example.org",
            &long,
        ] {
            assert!(WebUrl::parse("u", bad).is_err(), "{bad}");
        }
    }
}
