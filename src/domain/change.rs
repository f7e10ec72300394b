//! Announced changes of a dataset: what changes, from when, and the hours in which it is switched off on trial. Told to
//! those who call it, shown to anybody, and said by the gate on every answer that it concerns.
//!
//! Must never surprise: a day lies ahead when it is announced, an end comes after its deprecation, and a brownout is
//! short and named to the minute.

use chrono::Duration;
use serde::{Deserialize, Serialize};

use super::scope::Operation;
use super::text::{Invalid, Prose};
use super::time::{Day, Instant};

/// The most changes kept with one dataset.
pub const CHANGES_MAX: usize = 40;
/// The longest text of an announcement, in characters.
pub const TEXT_MAX: usize = 2_000;
/// The most brownout windows of one announcement.
pub const WINDOWS_MAX: usize = 12;
/// The longest brownout, in hours.
pub const WINDOW_HOURS_MAX: i64 = 24;
/// The farthest that a day may lie ahead, in days.
const AHEAD_DAYS_MAX: i64 = 1_100;

/// What is announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// It will be different: other fields, paths, meanings.
    Change,
    /// It should not be used any more, and ends on a day.
    Deprecation,
    /// It is switched off for some hours, so that who still calls it notices.
    Brownout,
    /// It ends.
    End,
}

impl ChangeKind {
    /// Every kind, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Change, Self::Deprecation, Self::Brownout, Self::End];

    /// The word for forms and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Change => "change",
            Self::Deprecation => "deprecation",
            Self::Brownout => "brownout",
            Self::End => "end",
        }
    }

    /// Reads the word written by [`ChangeKind::as_str`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// A time in which it is switched off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// From when.
    pub from: Instant,
    /// Until when.
    pub until: Instant,
}

/// What a steward wants to announce.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// What.
    pub kind: ChangeKind,
    /// The operations it concerns; none means the whole dataset.
    pub operations: Vec<String>,
    /// What changes and what to do, in the steward's words.
    pub text: String,
    /// From which day: of a change, of a deprecation; the last day of an end.
    pub on: Option<Day>,
    /// The last day, of a deprecation.
    pub sunset: Option<Day>,
    /// When it is switched off on trial.
    pub windows: Vec<Window>,
}

impl Draft {
    /// Checks what was written, on `today` at `now`; every fault at once.
    ///
    /// # Errors
    /// `required`, `too_long`, `day_needed`, `day_not_wanted`, `day_passed`, `day_too_far`, `sunset_too_early`,
    /// `windows_needed`, `windows_not_wanted`, `window_invalid`, `operation_unknown`.
    pub fn check(&self, operations: &[Operation], today: Day, now: Instant) -> Result<Prose<TEXT_MAX>, Vec<Invalid>> {
        let mut faults = Vec::new();
        let text = Prose::<TEXT_MAX>::parse("text", &self.text);
        let unknown = |name: &&String| !operations.iter().any(|operation| operation.name().as_ref() == name.as_str());
        if let Some(name) = self.operations.iter().find(unknown) {
            faults.push(Invalid::new("operations", "operation_unknown", format!("{name} is no operation of it.")));
        }
        match (self.kind, self.on) {
            (ChangeKind::Brownout, Some(_)) => {
                faults.push(Invalid::new("on", "day_not_wanted", "A brownout has hours and no day."));
            }
            (ChangeKind::Change | ChangeKind::Deprecation | ChangeKind::End, None) => {
                faults.push(Invalid::new("on", "day_needed", "Give the day."));
            }
            // A deprecation may have begun already: the old way is on its way out since then.
            (ChangeKind::Deprecation | ChangeKind::Brownout, _) => {}
            (ChangeKind::Change | ChangeKind::End, Some(on)) => faults.extend(check_ahead("on", on, today).err()),
        }
        match (self.kind, self.sunset) {
            (ChangeKind::Deprecation, None) => {
                faults.push(Invalid::new("sunset", "day_needed", "Give the last day."));
            }
            (ChangeKind::Deprecation, Some(sunset)) => {
                faults.extend(check_ahead("sunset", sunset, today).err());
                if self.on.is_some_and(|on| on >= sunset) {
                    let message = "The last day comes after the day of the deprecation.";
                    faults.push(Invalid::new("sunset", "sunset_too_early", message));
                }
            }
            (ChangeKind::Change | ChangeKind::Brownout | ChangeKind::End, Some(_)) => {
                let message = "Only a deprecation has a last day of its own.";
                faults.push(Invalid::new("sunset", "day_not_wanted", message));
            }
            (ChangeKind::Change | ChangeKind::Brownout | ChangeKind::End, None) => {}
        }
        faults.extend(self.check_windows(now));
        match text {
            Ok(text) if faults.is_empty() => Ok(text),
            Ok(_) => Err(faults),
            Err(fault) => Err(std::iter::once(fault).chain(faults).collect()),
        }
    }

    fn check_windows(&self, now: Instant) -> Vec<Invalid> {
        let one = |field: String, code: &'static str, message: String| vec![Invalid::new(field, code, message)];
        let is_wanted = matches!(self.kind, ChangeKind::Brownout | ChangeKind::Deprecation);
        if self.kind == ChangeKind::Brownout && self.windows.is_empty() {
            return one("windows.0.from".to_owned(), "windows_needed", "Give at least one time.".to_owned());
        }
        if !is_wanted && !self.windows.is_empty() {
            let message = "Only a deprecation or a brownout switches it off for hours.".to_owned();
            return one("windows.0.from".to_owned(), "windows_not_wanted", message);
        }
        if self.windows.len() > WINDOWS_MAX {
            let message = format!("Give at most {WINDOWS_MAX} times.");
            return one("windows.0.from".to_owned(), "windows_needed", message);
        }
        let mut faults = Vec::new();
        for (at, window) in self.windows.iter().enumerate() {
            let length = window.until.signed_duration_since(window.from);
            if window.from <= now || length <= Duration::zero() || length > Duration::hours(WINDOW_HOURS_MAX) {
                let message = "A time begins in the future and ends after it begins, within 24 hours.";
                faults.push(Invalid::new(format!("windows.{at}.from"), "window_invalid", message));
            }
        }
        faults
    }
}

fn check_ahead(field: &str, day: Day, today: Day) -> Result<(), Invalid> {
    if day < today {
        return Err(Invalid::new(field, "day_passed", "This day has passed. Give one that lies ahead."));
    }
    if day.signed_duration_since(today) > Duration::days(AHEAD_DAYS_MAX) {
        return Err(Invalid::new(field, "day_too_far", "This day lies more than three years ahead."));
    }
    Ok(())
}

/// A change as it was announced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announcement {
    /// Its short number, such as `CHG-2026-0004`.
    pub number: String,
    /// What.
    pub kind: ChangeKind,
    /// The operations it concerns; none means the whole dataset.
    pub operations: Vec<String>,
    /// What changes and what to do.
    pub text: String,
    /// From which day; the last day of an end.
    pub on: Option<Day>,
    /// The last day, of a deprecation.
    pub sunset: Option<Day>,
    /// When it is switched off on trial.
    pub windows: Vec<Window>,
    /// When it was announced.
    pub at: Instant,
    /// By whom, by name.
    pub by: String,
    /// How many holders were told.
    pub told: usize,
    /// When it was taken back.
    pub withdrawn_at: Option<Instant>,
}

impl Announcement {
    /// Whether it concerns an operation.
    #[must_use]
    pub fn concerns(&self, operation: &str) -> bool {
        self.operations.is_empty() || self.operations.iter().any(|name| name == operation)
    }

    /// The last day on which it works.
    #[must_use]
    pub const fn last_day(&self) -> Option<Day> {
        match self.kind {
            ChangeKind::End => self.on,
            ChangeKind::Deprecation => self.sunset,
            ChangeKind::Change | ChangeKind::Brownout => None,
        }
    }

    /// The day since which it should not be used: of an end, the day it was announced, in the city's zone.
    #[must_use]
    pub fn deprecated_on(&self, announced_on: Day) -> Option<Day> {
        match self.kind {
            ChangeKind::Deprecation => self.on,
            ChangeKind::End => Some(announced_on),
            ChangeKind::Change | ChangeKind::Brownout => None,
        }
    }

    /// Whether it still says something on `today` at `now`: it was not taken back, and its last day or time lies ahead, or
    /// not more than a month behind.
    #[must_use]
    pub fn is_current(&self, today: Day, now: Instant) -> bool {
        const MONTH_DAYS: i64 = 31;
        if self.withdrawn_at.is_some() {
            return false;
        }
        let last_window = self.windows.iter().map(|window| window.until).max();
        let by_day = self
            .last_day()
            .or(self.on)
            .is_some_and(|day| today.signed_duration_since(day) <= Duration::days(MONTH_DAYS));
        by_day || last_window.is_some_and(|until| until >= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    fn draft(kind: ChangeKind, on: &str, sunset: &str, windows: &[(&str, &str)]) -> Draft {
        let day = |text: &str| (!text.is_empty()).then(|| day(text));
        Draft {
            kind,
            operations: Vec::new(),
            text: "Use the new path.".to_owned(),
            on: day(on),
            sunset: day(sunset),
            windows: windows.iter().map(|(from, until)| Window { from: at(from), until: at(until) }).collect(),
        }
    }

    #[test]
    fn each_kind_has_its_days_and_nothing_else() {
        use ChangeKind::{Brownout, Change, Deprecation, End};
        let hour = [("2026-12-01T10:00:00Z", "2026-12-01T11:00:00Z")];
        let past = [("2026-11-26T10:00:00Z", "2026-11-26T11:00:00Z")];
        let long = [("2026-12-01T10:00:00Z", "2026-12-02T10:00:01Z")];
        let whole = [("2026-12-01T10:00:00Z", "2026-12-02T10:00:00Z")];
        let turned = [("2026-12-01T11:00:00Z", "2026-12-01T10:00:00Z")];
        let rows: [(Draft, &[&str]); 17] = [
            (draft(Change, "2026-12-01", "", &[]), &[]),
            (draft(Change, "", "", &[]), &["day_needed"]),
            (draft(Change, "2026-11-26", "", &[]), &["day_passed"]),
            (draft(Change, "2036-11-26", "", &[]), &["day_too_far"]),
            (draft(Change, "2026-12-01", "2026-12-02", &hour), &["day_not_wanted", "windows_not_wanted"]),
            (draft(Deprecation, "2026-11-01", "2027-03-01", &hour), &[]),
            (draft(Deprecation, "2026-11-01", "2027-03-01", &[]), &[]),
            (draft(Deprecation, "", "", &[]), &["day_needed", "day_needed"]),
            (draft(Deprecation, "2027-03-01", "2027-03-01", &[]), &["sunset_too_early"]),
            (draft(Brownout, "", "", &hour), &[]),
            (draft(Brownout, "", "", &whole), &[]),
            (draft(Brownout, "2026-12-01", "", &[]), &["day_not_wanted", "windows_needed"]),
            (draft(Brownout, "", "", &past), &["window_invalid"]),
            (draft(Brownout, "", "", &long), &["window_invalid"]),
            (draft(Brownout, "", "", &turned), &["window_invalid"]),
            (draft(End, "2026-12-31", "", &[]), &[]),
            (draft(End, "", "2026-12-31", &[]), &["day_needed", "day_not_wanted"]),
        ];
        let (today, now) = (day("2026-11-27"), at("2026-11-27T12:00:00Z"));
        for (draft, expected) in rows {
            let told = draft.check(&Operation::usual(), today, now);
            let codes: Vec<_> = told.err().into_iter().flatten().map(|fault| fault.code).collect();
            assert_eq!(codes, expected, "{draft:?}");
        }
        let mut other = draft(Change, "2026-12-01", "", &[]);
        other.operations = vec!["no-such".to_owned()];
        other.text = " ".to_owned();
        let codes: Vec<_> =
            other.check(&Operation::usual(), today, now).unwrap_err().into_iter().map(|fault| fault.code).collect();
        assert_eq!(codes, ["required", "operation_unknown"]);
    }

    #[test]
    fn an_announcement_speaks_until_a_month_after_its_last_day_or_until_it_is_taken_back() {
        let made = |kind, on: &str, sunset: &str| Announcement {
            number: "CHG-2026-0001".to_owned(),
            kind,
            operations: vec!["read".to_owned()],
            text: "Use the new path.".to_owned(),
            on: (!on.is_empty()).then(|| day(on)),
            sunset: (!sunset.is_empty()).then(|| day(sunset)),
            windows: Vec::new(),
            at: at("2026-11-27T12:00:00Z"),
            by: "Rosa".to_owned(),
            told: 0,
            withdrawn_at: None,
        };
        let deprecation = made(ChangeKind::Deprecation, "2026-11-27", "2027-03-01");
        let end = made(ChangeKind::End, "2026-12-31", "");
        let noon = at("2026-11-27T12:00:00Z");
        let current = |announcement: &Announcement, today: &str| announcement.is_current(day(today), noon);
        assert!(current(&deprecation, "2027-03-30") && !current(&deprecation, "2027-04-15"));
        assert!(current(&end, "2027-01-30") && !current(&end, "2027-02-15"));
        assert!(!Announcement { withdrawn_at: Some(noon), ..end.clone() }.is_current(day("2026-12-01"), noon));
        assert_eq!(
            (end.last_day(), end.deprecated_on(day("2026-11-27"))),
            (Some(day("2026-12-31")), Some(day("2026-11-27")))
        );
        assert!(end.concerns("read") && !end.concerns("bulk"));
    }
}
