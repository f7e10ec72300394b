//! Holidays as rules. Must never list computed dates by hand: a rule says when a holiday falls in any year, and the
//! observance says where it moves; only one-off closings and openings are dates.

use chrono::{Datelike, Days, Weekday};
use serde::{Deserialize, Serialize};

use crate::domain::text::{Invalid, Line};
use crate::domain::time::Day;

const RULES_MAX: usize = 100;
const LISTED_DAYS_MAX: usize = 1_000;
/// A weekend longer than this would let holidays close every day of a week and counting never end.
const WEEKEND_MAX: usize = 3;

/// The calendar of the offices: weekend, holiday rules, days listed as closed or open. Checked when read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Raw", into = "Raw")]
pub struct CalendarRules(Raw);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    version: Line<60>,
    weekend: Vec<Weekday>,
    holidays: Vec<HolidayRule>,
    #[serde(default)]
    closed: Vec<NamedDay>,
    #[serde(default)]
    open: Vec<NamedDay>,
}

/// A holiday that comes again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HolidayRule {
    /// Its name.
    pub name: Line<100>,
    /// When it falls.
    pub on: DayRule,
    /// Where it moves when it falls on a weekend.
    #[serde(default)]
    pub observance: Observance,
    /// The first year in which it is kept.
    pub from_year: Option<i32>,
    /// The last year in which it is kept.
    pub until_year: Option<i32>,
}

/// When a holiday falls in a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case", deny_unknown_fields)]
pub enum DayRule {
    /// The same date each year.
    Fixed {
        /// 1 to 12.
        month: u32,
        /// Day of the month.
        day: u32,
    },
    /// The first such weekday on or after a date.
    OnOrAfter {
        /// The weekday.
        weekday: Weekday,
        /// 1 to 12.
        month: u32,
        /// Day of the month.
        day: u32,
    },
    /// The n-th such weekday of a month.
    Nth {
        /// 1 to 4.
        nth: u8,
        /// The weekday.
        weekday: Weekday,
        /// 1 to 12.
        month: u32,
    },
    /// The last such weekday of a month.
    Last {
        /// The weekday.
        weekday: Weekday,
        /// 1 to 12.
        month: u32,
    },
    /// So many days from Easter Sunday of the Gregorian calendar; Good Friday is -2.
    Easter {
        /// Days after Easter Sunday; negative is before. -60 to 60.
        offset: i64,
    },
}

/// Where a holiday moves when it falls on a weekend.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Observance {
    /// It stays where it is.
    #[default]
    AsIs,
    /// From Saturday to the Friday before, from Sunday to the Monday after (CGS §1-4).
    NearestWeekday,
}

/// One day, listed with its reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedDay {
    /// The day.
    pub day: Day,
    /// Why it is closed or open.
    pub name: Line<100>,
}

/// A holiday of one year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holiday {
    /// The day on which the offices are closed for it.
    pub day: Day,
    /// Its name.
    pub name: String,
    /// The day it falls on, where that is another day.
    pub moved_from: Option<Day>,
}

impl CalendarRules {
    /// The name and version that deadlines are stamped with.
    #[must_use]
    pub fn version(&self) -> &str {
        self.0.version.as_str()
    }

    /// Days listed as closed.
    #[must_use]
    pub fn closed(&self) -> &[NamedDay] {
        &self.0.closed
    }

    /// Days listed as open although a rule or the weekend closes them.
    #[must_use]
    pub fn open(&self) -> &[NamedDay] {
        &self.0.open
    }

    /// The days of `year` on which the offices are closed for a holiday, in order. A holiday of 1 January may be
    /// kept on 31 December of the year before, and is then listed there.
    #[must_use]
    pub fn holidays(&self, year: i32) -> Vec<Holiday> {
        let around = [year.checked_sub(1), Some(year), year.checked_add(1)];
        let mut kept: Vec<Holiday> = around
            .into_iter()
            .flatten()
            .flat_map(|falls_in| self.0.holidays.iter().filter_map(move |rule| rule.in_year(falls_in)))
            .filter(|holiday| holiday.day.year() == year)
            .collect();
        kept.sort_by_key(|holiday| holiday.day);
        kept
    }

    /// The holiday kept on `day`.
    #[must_use]
    pub fn holiday_on(&self, day: Day) -> Option<Holiday> {
        self.holidays(day.year()).into_iter().find(|holiday| holiday.day == day)
    }

    /// The same rules with other listed days.
    pub(super) fn listing(
        &self,
        version: Line<60>,
        (closed, open): (Vec<NamedDay>, Vec<NamedDay>),
    ) -> Result<Self, Invalid> {
        Self::try_from(Raw { version, closed, open, ..self.0.clone() })
    }

    pub(super) fn weekend_day(&self, day: Day) -> Option<Weekday> {
        self.0.weekend.iter().copied().find(|&weekday| weekday == day.weekday())
    }
}

impl HolidayRule {
    fn in_year(&self, year: i32) -> Option<Holiday> {
        let is_kept = self.from_year.is_none_or(|from| year >= from) && self.until_year.is_none_or(|last| year <= last);
        let falls_on = if is_kept { self.on.in_year(year) } else { None }?;
        let day = match self.observance {
            Observance::AsIs => falls_on,
            Observance::NearestWeekday => nearest_weekday(falls_on)?,
        };
        let moved_from = (day != falls_on).then_some(falls_on);
        Some(Holiday { day, name: self.name.as_str().to_owned(), moved_from })
    }
}

fn nearest_weekday(day: Day) -> Option<Day> {
    match day.weekday() {
        Weekday::Sat => day.pred_opt(),
        Weekday::Sun => day.succ_opt(),
        Weekday::Mon | Weekday::Tue | Weekday::Wed | Weekday::Thu | Weekday::Fri => Some(day),
    }
}

impl DayRule {
    /// The day in `year`; `None` where the year has no such day (29 February).
    #[must_use]
    pub fn in_year(self, year: i32) -> Option<Day> {
        match self {
            Self::Fixed { month, day } => Day::from_ymd_opt(year, month, day),
            Self::OnOrAfter { weekday, month, day } => {
                let start = Day::from_ymd_opt(year, month, day)?;
                start.checked_add_days(Days::new(u64::from(weekday.days_since(start.weekday()))))
            }
            Self::Nth { nth, weekday, month } => Day::from_weekday_of_month_opt(year, month, weekday, nth),
            Self::Last { weekday, month } => Day::from_weekday_of_month_opt(year, month, weekday, 5)
                .or_else(|| Day::from_weekday_of_month_opt(year, month, weekday, 4)),
            Self::Easter { offset } => easter_sunday(year)?.checked_add_signed(chrono::TimeDelta::try_days(offset)?),
        }
    }

    fn is_sound(self) -> bool {
        match self {
            // 2000 was a leap year: 29 February is a sound rule.
            Self::Fixed { month, day } | Self::OnOrAfter { month, day, .. } => {
                Day::from_ymd_opt(2000, month, day).is_some()
            }
            Self::Nth { nth, month, .. } => (1..=4).contains(&nth) && (1..=12).contains(&month),
            Self::Last { month, .. } => (1..=12).contains(&month),
            Self::Easter { offset } => (-60..=60).contains(&offset),
        }
    }
}

/// Easter Sunday by the anonymous Gregorian computus (Meeus, Jones, Butcher).
fn easter_sunday(year: i32) -> Option<Day> {
    let golden = year.rem_euclid(19);
    let (century, of_century) = (year.div_euclid(100), year.rem_euclid(100));
    let leap_correction = century - century / 4 - (century - (century + 8) / 25 + 1) / 3;
    let epact = (19 * golden + leap_correction + 15).rem_euclid(30);
    let to_sunday = (32 + 2 * (century % 4) + 2 * (of_century / 4) - epact - of_century % 4).rem_euclid(7);
    let late = (golden + 11 * epact + 22 * to_sunday) / 451;
    let march_days = epact + to_sunday - 7 * late + 114;
    Day::from_ymd_opt(year, u32::try_from(march_days / 31).ok()?, u32::try_from(march_days % 31 + 1).ok()?)
}

impl TryFrom<Raw> for CalendarRules {
    type Error = Invalid;

    fn try_from(raw: Raw) -> Result<Self, Invalid> {
        let refuse = |field: &str, message: String| Err(Invalid::new(field, "calendar_rule", message));
        let mut weekend = raw.weekend.clone();
        weekend.sort_by_key(Weekday::number_from_monday);
        weekend.dedup();
        if weekend.len() != raw.weekend.len() || weekend.len() > WEEKEND_MAX {
            return refuse("weekend", format!("List at most {WEEKEND_MAX} different days of the week."));
        }
        if raw.holidays.len() > RULES_MAX || raw.closed.len().max(raw.open.len()) > LISTED_DAYS_MAX {
            return refuse("holidays", format!("Use at most {RULES_MAX} rules and {LISTED_DAYS_MAX} listed days."));
        }
        if let Some(bad) = raw.holidays.iter().find(|rule| !rule.on.is_sound()) {
            return refuse("holidays", format!("The rule of {} names a day that does not exist.", bad.name));
        }
        if let Some(both) = raw.closed.iter().find(|closed| raw.open.iter().any(|open| open.day == closed.day)) {
            return refuse("closed", format!("{} is listed both as closed and as open.", both.day));
        }
        Ok(Self(raw))
    }
}

impl From<CalendarRules> for Raw {
    fn from(rules: CalendarRules) -> Self {
        rules.0
    }
}
