//! Limits as data: named windows, several at once, and the calendar of the city. Never counts; the gate does.

mod calendar;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use self::calendar::{CityDay, Hours};

/// Limits one agreement schedule or key may name.
pub const LIMITS_MAX: usize = 8;
/// The largest number of calls of a rate, and of a burst.
pub const RATE_MAX: u64 = 1_000_000;
/// The largest number of calls of a calendar quota.
pub const QUOTA_MAX: u64 = 1_000_000_000_000;
/// The longest name of a limit.
pub const NAME_MAX: usize = 32;

/// Over what a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// A rate: calls per second, refilling evenly.
    Second,
    /// A rate: calls per minute, refilling evenly.
    Minute,
    /// A rate: calls per hour, refilling evenly.
    Hour,
    /// A quota: calls per calendar day of the city.
    Day,
    /// A quota: calls per calendar month of the city.
    Month,
}

impl Window {
    /// Every window, shortest first.
    pub const ALL: [Self; 5] = [Self::Second, Self::Minute, Self::Hour, Self::Day, Self::Month];

    /// The word people write after the slash.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Second => "second",
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Month => "month",
        }
    }

    /// Whether calls are counted over a calendar window and must survive a restart.
    #[must_use]
    pub const fn is_quota(self) -> bool {
        matches!(self, Self::Day | Self::Month)
    }

    /// The nominal length in seconds; a month counts thirty days and a day 24 hours.
    #[must_use]
    pub const fn seconds(self) -> u64 {
        match self {
            Self::Second => 1,
            Self::Minute => 60,
            Self::Hour => 3_600,
            Self::Day => 86_400,
            Self::Month => 2_592_000,
        }
    }
}

impl FromStr for Window {
    type Err = LimitProblem;

    fn from_str(text: &str) -> Result<Self, LimitProblem> {
        Self::ALL
            .into_iter()
            .find(|window| window.as_str() == text)
            .ok_or_else(|| LimitProblem::Unreadable(text.chars().take(60).collect()))
    }
}

/// One named limit.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// Names it in headers and pages; unique among the limits it stands with.
    pub name: String,
    /// Calls allowed per window.
    pub max: u64,
    /// Over what it counts.
    pub window: Window,
    /// Calls that may come at once, for a rate; `None` means `max`. A quota has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub burst: Option<u64>,
}

impl Limit {
    /// A limit named after its window, without a burst of its own.
    #[must_use]
    pub fn per(window: Window, max: u64) -> Self {
        Self { name: window.as_str().to_owned(), max, window, burst: None }
    }

    /// Calls that may come at once.
    #[must_use]
    pub fn burst_max(&self) -> u64 {
        self.burst.unwrap_or(self.max)
    }

    fn check(&self) -> Result<(), LimitProblem> {
        let name = || self.name.chars().take(NAME_MAX).collect::<String>();
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_';
        if self.name.is_empty() || self.name.len() > NAME_MAX || !self.name.bytes().all(is_plain) {
            return Err(LimitProblem::BadName(name()));
        }
        if self.max == 0 || self.burst == Some(0) {
            return Err(LimitProblem::Zero(name()));
        }
        let most = if self.window.is_quota() { QUOTA_MAX } else { RATE_MAX };
        if self.max > most || self.burst_max() > most {
            return Err(LimitProblem::TooLarge(name()));
        }
        if self.window.is_quota() && self.burst.is_some() {
            return Err(LimitProblem::BurstOnQuota(name()));
        }
        Ok(())
    }
}

impl fmt::Display for Limit {
    /// `100/minute burst 20`, or `name: 100/minute` where it is not named after its window; the form that
    /// [`Limit::from_str`] reads.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.name != self.window.as_str() {
            write!(f, "{}: ", self.name)?;
        }
        write!(f, "{}/{}", self.max, self.window.as_str())?;
        self.burst.map_or(Ok(()), |burst| write!(f, " burst {burst}"))
    }
}

impl FromStr for Limit {
    type Err = LimitProblem;

    /// Reads `[name:] max/window [burst n]`; without a name it is named after its window.
    fn from_str(text: &str) -> Result<Self, LimitProblem> {
        let unreadable = || LimitProblem::Unreadable(text.trim().chars().take(60).collect());
        let (name, body) = text.split_once(':').map_or((None, text), |(name, body)| (Some(name.trim()), body));
        let mut words = body.split_whitespace();
        let (max, window) = words.next().and_then(|word| word.split_once('/')).ok_or_else(unreadable)?;
        let window: Window = window.parse()?;
        let number = |word: &str| word.parse::<u64>().ok().ok_or_else(unreadable);
        let burst = match (words.next(), words.next(), words.next()) {
            (None, ..) => None,
            (Some("burst"), Some(count), None) => Some(number(count)?),
            _ => return Err(unreadable()),
        };
        let limit = Self { name: name.unwrap_or(window.as_str()).to_owned(), max: number(max)?, window, burst };
        limit.check()?;
        Ok(limit)
    }
}

/// Why limits were refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LimitProblem {
    /// More than [`LIMITS_MAX`].
    TooMany,
    /// The name is empty, too long, or has other characters than `a-z 0-9 - _`.
    BadName(String),
    /// Two limits have this name.
    NameTaken(String),
    /// A limit of nothing; a key that may not call is revoked instead.
    Zero(String),
    /// More than [`RATE_MAX`] or [`QUOTA_MAX`].
    TooLarge(String),
    /// A calendar quota has no burst.
    BurstOnQuota(String),
    /// The text is not `[name:] max/window [burst n]`.
    Unreadable(String),
    /// The named limit is wider than the one it must stay within.
    Exceeds(String),
}

impl fmt::Display for LimitProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooMany => write!(f, "there may be at most {LIMITS_MAX} limits"),
            Self::BadName(name) => write!(f, "“{name}” cannot name a limit"),
            Self::NameTaken(name) => write!(f, "two limits are named “{name}”"),
            Self::Zero(name) => write!(f, "limit “{name}” allows nothing"),
            Self::TooLarge(name) => write!(f, "limit “{name}” is larger than can be enforced"),
            Self::BurstOnQuota(name) => write!(f, "limit “{name}” is a calendar quota and has no burst"),
            Self::Unreadable(text) => write!(f, "“{text}” is not a limit such as 100/minute burst 20 or 5000/day"),
            Self::Exceeds(name) => write!(f, "limit “{name}” is wider than the agreement's schedule"),
        }
    }
}

impl std::error::Error for LimitProblem {}

/// Several limits that all hold at once; the tightest wins. None at all means no limit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Vec<Limit>", into = "Vec<Limit>")]
pub struct Limits(Vec<Limit>);

impl Limits {
    /// Checks each limit and that names differ.
    pub fn new(limits: Vec<Limit>) -> Result<Self, LimitProblem> {
        if limits.len() > LIMITS_MAX {
            return Err(LimitProblem::TooMany);
        }
        for (position, limit) in limits.iter().enumerate() {
            limit.check()?;
            if limits.iter().take(position).any(|other| other.name == limit.name) {
                return Err(LimitProblem::NameTaken(limit.name.clone()));
            }
        }
        Ok(Self(limits))
    }

    /// Reads what a person typed: one limit per line or between commas.
    pub fn parse(text: &str) -> Result<Self, LimitProblem> {
        let entries = text.split(['\n', ',', ';']).map(str::trim).filter(|entry| !entry.is_empty());
        Self::new(entries.map(str::parse).collect::<Result<_, _>>()?)
    }

    /// Whether these limits widen nothing in `outer`: where both limit the same window, neither calls nor burst may be
    /// more. A window that `outer` does not limit only narrows further.
    pub fn within(&self, outer: &Self) -> Result<(), LimitProblem> {
        let widens = |limit: &Limit| {
            outer
                .0
                .iter()
                .filter(|other| other.window == limit.window)
                .any(|other| limit.max > other.max || limit.burst_max() > other.burst_max())
        };
        self.0.iter().find(|limit| widens(limit)).map_or(Ok(()), |limit| Err(LimitProblem::Exceeds(limit.name.clone())))
    }

    /// The same limits, each at a share of its calls and burst, and none at nothing.
    #[must_use]
    pub fn share(&self, percent: u8) -> Self {
        let of = |count: u64| count.saturating_mul(u64::from(percent)).div_ceil(100).clamp(1, count.max(1));
        let one = |limit: &Limit| Limit { max: of(limit.max), burst: limit.burst.map(of), ..limit.clone() };
        Self(self.0.iter().map(one).collect())
    }

    /// The narrowest limit of each window among several.
    #[must_use]
    pub fn narrowest<'a>(all: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut found: Vec<Limit> = Vec::new();
        for limit in all.into_iter().flat_map(|limits| &limits.0) {
            match found.iter_mut().find(|known| known.window == limit.window) {
                Some(known) => {
                    let burst = known.burst_max().min(limit.burst_max());
                    known.max = known.max.min(limit.max);
                    known.burst = (!known.window.is_quota() && burst != known.max).then_some(burst);
                }
                None => found.push(Limit { name: limit.window.as_str().to_owned(), ..limit.clone() }),
            }
        }
        Self(found)
    }

    /// The limits, in the order given.
    #[must_use]
    pub fn as_slice(&self) -> &[Limit] {
        &self.0
    }

    /// Whether nothing is limited.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl TryFrom<Vec<Limit>> for Limits {
    type Error = LimitProblem;

    fn try_from(limits: Vec<Limit>) -> Result<Self, LimitProblem> {
        Self::new(limits)
    }
}

impl From<Limits> for Vec<Limit> {
    fn from(limits: Limits) -> Self {
        limits.0
    }
}

impl fmt::Display for Limits {
    /// One per line, as [`Limits::parse`] reads them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, limit) in self.0.iter().enumerate() {
            if position > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{limit}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn limits(text: &str) -> Limits {
        Limits::parse(text).unwrap()
    }

    #[test]
    fn limits_read_what_people_type_and_write_it_back() {
        let read = limits("10/second burst 20, steady: 300/minute\n5000/day;100000/month");
        assert_eq!(read.to_string(), "10/second burst 20\nsteady: 300/minute\n5000/day\n100000/month");
        assert_eq!(limits(&read.to_string()), read);
        assert_eq!(
            serde_json::to_string(&limits("a: 1/second burst 2")).unwrap(),
            r#"[{"name":"a","max":1,"window":"second","burst":2}]"#
        );
    }

    #[test]
    fn bad_limits_are_refused_by_name() {
        let cases = [
            ("0/second", LimitProblem::Zero("second".into())),
            ("1/second burst 0", LimitProblem::Zero("second".into())),
            ("1000001/second", LimitProblem::TooLarge("second".into())),
            ("1/second burst 1000001", LimitProblem::TooLarge("second".into())),
            ("1000000000001/day", LimitProblem::TooLarge("day".into())),
            ("5/day burst 3", LimitProblem::BurstOnQuota("day".into())),
            ("1/day,2/day", LimitProblem::NameTaken("day".into())),
            ("a b: 1/day", LimitProblem::BadName("a b".into())),
            ("5/fortnight", LimitProblem::Unreadable("fortnight".into())),
            ("five/day", LimitProblem::Unreadable("five/day".into())),
            ("-5/day", LimitProblem::Unreadable("-5/day".into())),
            ("5/second burst", LimitProblem::Unreadable("5/second burst".into())),
            ("5/second burst 6 7", LimitProblem::Unreadable("5/second burst 6 7".into())),
        ];
        for (text, problem) in cases {
            assert_eq!(Limits::parse(text), Err(problem), "{text}");
        }
        let many = |count: usize| (0..count).map(|n| format!("l{n}: 1/day")).collect::<Vec<_>>().join("\n");
        assert!(Limits::parse(&many(LIMITS_MAX)).is_ok());
        assert_eq!(Limits::parse(&many(LIMITS_MAX + 1)), Err(LimitProblem::TooMany));
        assert!(limits("1000000/second").within(&Limits::default()).is_ok());
    }

    #[test]
    fn a_stored_limit_is_checked_when_it_is_read() {
        for bad in [
            r#"[{"name":"a","max":0,"window":"day"}]"#,
            r#"[{"name":"a","max":1,"window":"week"}]"#,
            r#"[{"name":"a","max":1,"window":"day","other":1}]"#,
            r#"[{"name":"a","max":1,"window":"day"},{"name":"a","max":2,"window":"day"}]"#,
        ] {
            assert!(serde_json::from_str::<Limits>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_share_of_limits_keeps_their_windows_and_leaves_at_least_one_call() {
        let all = limits("10/second burst 20, steady: 300/minute, 2/hour, 5001/day");
        assert_eq!(all.share(25).to_string(), "3/second burst 5\nsteady: 75/minute\n1/hour\n1251/day");
        assert_eq!(all.share(100), all);
        assert!(all.share(25).within(&all).is_ok());
        assert!(Limits::default().share(25).is_empty());
    }

    #[test]
    fn the_narrowest_of_several_limits_is_taken_window_by_window() {
        let (one, other) = (limits("10/second burst 20, 1000/day"), limits("fast: 5/second burst 30, 60/minute"));
        assert_eq!(Limits::narrowest([&one, &other]).to_string(), "5/second burst 20\n1000/day\n60/minute");
        assert!(Limits::narrowest([&one, &other]).within(&one).is_ok());
        assert_eq!(Limits::narrowest([&one]), one);
    }

    #[test]
    fn a_key_stays_within_its_schedule() {
        let schedule = limits("10/second burst 20, 1000/day");
        for inside in ["", "10/second", "5/second burst 20", "1000/day", "7/minute", "10/second burst 20, 999/day"] {
            assert!(limits(inside).within(&schedule).is_ok(), "{inside}");
        }
        for (outside, name) in [("11/second", "second"), ("10/second burst 21", "second"), ("1001/day", "day")] {
            assert_eq!(limits(outside).within(&schedule), Err(LimitProblem::Exceeds(name.into())), "{outside}");
        }
    }

    proptest! {
        #[test]
        fn limits_are_within_themselves_and_never_wider_than_narrower_ones(max in 1_u64..1000, more in 1_u64..1000) {
            for window in Window::ALL {
                let narrow = Limits::new(vec![Limit::per(window, max)]).unwrap();
                let wide = Limits::new(vec![Limit::per(window, max + more)]).unwrap();
                prop_assert!(narrow.within(&narrow).is_ok());
                prop_assert!(narrow.within(&wide).is_ok());
                prop_assert!(wide.within(&narrow).is_err());
            }
        }

        #[test]
        fn any_text_is_answered_without_a_panic(text in "\\PC{0,60}") {
            let _read = Limits::parse(&text);
        }
    }
}
