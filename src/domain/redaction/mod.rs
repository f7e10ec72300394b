//! Redaction: what is taken out of a dataset before a holder sees it, as data that a steward writes, an agreement names
//! and the gate carries out.
//!
//! A **profile** of a dataset has a name and rules; each rule says which field ([`FieldPath`]), what becomes of it
//! ([`Treatment`]) and why. Where several rules reach one value the strongest counts: drop, mask, keyed hash, coarsen
//! position, round time, in this order; a delay judges whole records beside that. An agreement keeps the profile **as
//! signed**; what its department tightens later counts on top ([`in_force`]), what it loosens does not.
//!
//! Must never hold a rule that is only nearly understood: what cannot be read is refused when it is written.

pub mod grid;
pub mod halves;
pub mod moment;
pub mod path;
pub mod reach;

use std::fmt;

use serde::{Deserialize, Serialize};

use self::grid::{GRID_FEET_DEFAULT, GRID_FEET_MAX, GRID_FEET_MIN};
pub use self::path::{FieldPath, PathProblem, Step};
use self::reach::Reach;
use super::text::{Invalid, Line, Slug};

/// The most rules of a profile.
pub const RULES_MAX: usize = 50;
/// The most profiles of a dataset.
pub const PROFILES_MAX: usize = 20;
/// The longest title of a profile, in characters.
pub const TITLE_MAX: usize = 120;
/// The longest reason of a rule, in characters.
pub const REASON_MAX: usize = 300;
/// The longest text of a mask, in characters.
pub const MASK_MAX: usize = 60;
/// The text of a mask unless a rule says otherwise.
pub const MASK_DEFAULT: &str = "***";
/// The coarsest rounding, in minutes: one week.
pub const ROUND_MINUTES_MAX: u32 = 10_080;
/// The longest delay, in minutes: one year.
pub const DELAY_MINUTES_MAX: u32 = 525_600;

/// How long a keyed hash gives the same code for the same value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rotation {
    /// A calendar month of the city.
    Month,
    /// A calendar day of the city.
    #[default]
    Day,
}

impl Rotation {
    /// Every rotation.
    pub const ALL: [Self; 2] = [Self::Day, Self::Month];

    /// The word for forms and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Month => "month",
        }
    }
}

/// What becomes of a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "treatment")]
pub enum Treatment {
    /// The field is left out; in CSV the column.
    Drop,
    /// Text becomes `with`; any other value becomes null, so that no number is made up.
    Mask {
        /// What stands there instead.
        #[serde(default = "mask_default")]
        with: String,
    },
    /// Each text, number and truth value becomes a code (HMAC-SHA-256 under a salt that changes, 128 bits in base 32):
    /// equal values have equal codes until the salt changes, and no code can be traced back or across a change.
    KeyedHash {
        /// When the salt changes.
        #[serde(default)]
        rotates: Rotation,
    },
    /// Positions move to the centre of their cell of a grid; what is no position becomes null.
    CoarsenPosition {
        /// The grid.
        #[serde(default = "grid_default")]
        grid_feet: u32,
    },
    /// Times are rounded down; what is no time becomes null.
    RoundTime {
        /// To a multiple of so many minutes.
        minutes: u32,
    },
    /// The field says when its record was measured; younger records, and those whose time cannot be read, are withheld.
    Delay {
        /// The least age of a record, in minutes.
        minutes: u32,
    },
}

fn mask_default() -> String {
    MASK_DEFAULT.to_owned()
}

const fn grid_default() -> u32 {
    GRID_FEET_DEFAULT
}

impl Treatment {
    /// The words of every treatment, for forms.
    pub const WORDS: [&'static str; 6] = ["drop", "mask", "keyed_hash", "coarsen_position", "round_time", "delay"];

    /// The word for forms and JSON.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Drop => "drop",
            Self::Mask { .. } => "mask",
            Self::KeyedHash { .. } => "keyed_hash",
            Self::CoarsenPosition { .. } => "coarsen_position",
            Self::RoundTime { .. } => "round_time",
            Self::Delay { .. } => "delay",
        }
    }

    /// Its one parameter as a form shows it.
    #[must_use]
    pub fn parameter(&self) -> String {
        match self {
            Self::Drop => String::new(),
            Self::Mask { with } => with.clone(),
            Self::KeyedHash { rotates } => rotates.as_str().to_owned(),
            Self::CoarsenPosition { grid_feet } => grid_feet.to_string(),
            Self::RoundTime { minutes } | Self::Delay { minutes } => minutes.to_string(),
        }
    }

    /// Reads a word and a parameter; an empty parameter is the default, where there is one.
    ///
    /// # Errors
    /// `treatment_unknown` or `parameter_invalid`, naming `field`.
    pub fn from_form(field: &str, word: &str, parameter: &str) -> Result<Self, Invalid> {
        let parameter = parameter.trim();
        let wrong = |message: String| Invalid::new(field, "parameter_invalid", message);
        let number = |least: u32, most: u32, what: &str| {
            let value = parameter.parse().ok().filter(|value| (least..=most).contains(value));
            value.ok_or_else(|| wrong(format!("Give {what}, a whole number from {least} to {most}.")))
        };
        match word {
            "drop" if parameter.is_empty() => Ok(Self::Drop),
            "drop" => Err(wrong("Leave this empty: a dropped field takes nothing more.".to_owned())),
            "mask" if parameter.is_empty() => Ok(Self::Mask { with: mask_default() }),
            "mask" => Ok(Self::Mask { with: parameter.to_owned() }),
            "keyed_hash" => {
                let asked = if parameter.is_empty() { Rotation::default().as_str() } else { parameter };
                let rotates = Rotation::ALL.into_iter().find(|rotation| rotation.as_str() == asked);
                let rotates = rotates.ok_or_else(|| wrong("Write day or month: when the code changes.".to_owned()))?;
                Ok(Self::KeyedHash { rotates })
            }
            "coarsen_position" if parameter.is_empty() => Ok(Self::CoarsenPosition { grid_feet: GRID_FEET_DEFAULT }),
            "coarsen_position" => {
                Ok(Self::CoarsenPosition { grid_feet: number(GRID_FEET_MIN, GRID_FEET_MAX, "the grid in feet")? })
            }
            "round_time" => Ok(Self::RoundTime { minutes: number(1, ROUND_MINUTES_MAX, "minutes")? }),
            "delay" => Ok(Self::Delay { minutes: number(1, DELAY_MINUTES_MAX, "minutes")? }),
            _ => Err(Invalid::new(field, "treatment_unknown", "Choose what becomes of the field.")),
        }
    }

    /// Which of two treatments of one value counts: the higher.
    const fn strength(&self) -> (u8, u32) {
        match self {
            Self::Drop => (5, 0),
            Self::Mask { .. } => (4, 0),
            Self::KeyedHash { rotates: Rotation::Day } => (3, 1),
            Self::KeyedHash { rotates: Rotation::Month } => (3, 0),
            Self::CoarsenPosition { grid_feet } => (2, *grid_feet),
            Self::RoundTime { minutes } => (1, *minutes),
            Self::Delay { .. } => (0, 0),
        }
    }

    fn check(&self, field: &str) -> Result<(), Invalid> {
        let wrong = |message: String| Err(Invalid::new(field, "parameter_invalid", message));
        match self {
            Self::Mask { with } => {
                let line = Line::<MASK_MAX>::parse(field, with)?;
                if line.as_str() == with {
                    Ok(())
                } else {
                    wrong("Write the mask without blanks around it, in plain characters.".to_owned())
                }
            }
            Self::CoarsenPosition { grid_feet } if !(GRID_FEET_MIN..=GRID_FEET_MAX).contains(grid_feet) => {
                wrong(format!("Give the grid in feet, from {GRID_FEET_MIN} to {GRID_FEET_MAX}."))
            }
            Self::RoundTime { minutes } if !(1..=ROUND_MINUTES_MAX).contains(minutes) => {
                wrong(format!("Give minutes from 1 to {ROUND_MINUTES_MAX}."))
            }
            Self::Delay { minutes } if !(1..=DELAY_MINUTES_MAX).contains(minutes) => {
                wrong(format!("Give minutes from 1 to {DELAY_MINUTES_MAX}."))
            }
            Self::Drop
            | Self::KeyedHash { .. }
            | Self::CoarsenPosition { .. }
            | Self::RoundTime { .. }
            | Self::Delay { .. } => Ok(()),
        }
    }
}

impl fmt::Display for Treatment {
    /// What the agreement's schedule says of the field.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Drop => f.write_str("left out"),
            Self::Mask { with } => write!(f, "replaced by {with}"),
            Self::KeyedHash { rotates } => {
                write!(f, "replaced by a code that changes every {} and cannot be traced back", rotates.as_str())
            }
            Self::CoarsenPosition { grid_feet } => {
                write!(f, "positions moved to the centre of a grid cell of {grid_feet} feet")
            }
            Self::RoundTime { minutes } => write!(f, "times rounded down to {minutes} minutes"),
            Self::Delay { minutes } => write!(f, "records withheld until they are {minutes} minutes old"),
        }
    }
}

/// One rule of a profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Which field.
    pub path: FieldPath,
    /// What becomes of it.
    #[serde(flatten)]
    pub treatment: Treatment,
    /// Why, for the agreement's schedule.
    #[serde(default)]
    pub reason: String,
}

/// A redaction profile of a dataset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RedactionProfile {
    /// Its name, by which conditions and schedules call it; a slug.
    pub name: String,
    /// What it is for, in a few words.
    pub title: String,
    /// Counts its changes, from 1.
    pub revision: u32,
    /// No condition may name it any more. It is kept: agreements that name it keep what it says.
    #[serde(default)]
    pub is_retired: bool,
    /// Its rules; at least one.
    pub rules: Vec<Rule>,
}

impl RedactionProfile {
    /// Checks a profile as it was written; every fault at once, rules named by their place: `rules.0.path`.
    ///
    /// # Errors
    /// `not_a_slug`, `required`, `too_long`, `rules_needed`, `too_many`, `reason_needed`, `parameter_invalid`, `repeated`,
    /// `delay_path`, `one_delay`, `too_tangled`.
    pub fn check(&self) -> Result<(), Vec<Invalid>> {
        let mut faults: Vec<Invalid> = Vec::new();
        faults.extend(Slug::parse("name", &self.name).err());
        faults.extend(Line::<TITLE_MAX>::parse("title", &self.title).err());
        if self.rules.is_empty() {
            faults.push(Invalid::new("rules", "rules_needed", "Write at least one rule, or remove the profile."));
        }
        if self.rules.len() > RULES_MAX {
            faults.push(Invalid::new("rules", "too_many", format!("Write at most {RULES_MAX} rules.")));
            return Err(faults);
        }
        for (at, rule) in self.rules.iter().enumerate() {
            self.check_rule(at, rule, &mut faults);
        }
        if faults.is_empty() {
            faults.extend(
                Reach::of(&self.rules).err().map(|tangled| Invalid::new("rules", "too_tangled", tangled.to_string())),
            );
        }
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    fn check_rule(&self, at: usize, rule: &Rule, faults: &mut Vec<Invalid>) {
        let field = |part: &str| format!("rules.{at}.{part}");
        faults.extend(rule.treatment.check(&field("parameter")).err());
        if let Err(fault) = Line::<REASON_MAX>::parse(&field("reason"), &rule.reason) {
            let is_empty = fault.code == "required";
            let message = "Say why: the reason stands in the agreement.";
            faults.push(if is_empty { Invalid::new(field("reason"), "reason_needed", message) } else { fault });
        }
        let is_delay = matches!(rule.treatment, Treatment::Delay { .. });
        if is_delay && !names_one_field(&rule.path) {
            let message =
                "A delay needs the one field that says when a record was measured: names with dots, no wildcards.";
            faults.push(Invalid::new(field("path"), "delay_path", message));
        }
        let mut before = self.rules.iter().take(at);
        if is_delay && before.clone().any(|other| matches!(other.treatment, Treatment::Delay { .. })) {
            faults.push(Invalid::new(field("path"), "one_delay", "A profile has one delay at most."));
        }
        let is_same =
            |other: &Rule| other.path == rule.path && matches!(other.treatment, Treatment::Delay { .. }) == is_delay;
        if before.any(is_same) {
            faults.push(Invalid::new(field("path"), "repeated", "Another rule of this profile treats this field."));
        }
    }

    /// The rule that delays records, if there is one.
    #[must_use]
    pub fn delay(&self) -> Option<&Rule> {
        self.rules.iter().find(|rule| matches!(rule.treatment, Treatment::Delay { .. }))
    }
}

/// Whether a path may say when a record was measured: one field, which does not end in a list.
#[must_use]
pub fn names_one_field(path: &FieldPath) -> bool {
    !path.has_wildcard() && matches!(path.steps().last(), Some(Step::Name(_) | Step::Element(_)))
}

/// The rules that an agreement's gate carries out: the profile as signed, tightened by what the profile of the same name
/// says today. Nothing that was signed is ever loosened: of two treatments of one value the stronger counts anyway, and
/// a delay keeps its field and takes the longer time.
#[must_use]
pub fn in_force(signed: &[Rule], current: &[Rule]) -> Vec<Rule> {
    let mut rules = signed.to_vec();
    for rule in current {
        match rule.treatment {
            Treatment::Delay { minutes } => {
                if !lengthen(&mut rules, minutes) {
                    rules.push(rule.clone());
                }
            }
            Treatment::Drop
            | Treatment::Mask { .. }
            | Treatment::KeyedHash { .. }
            | Treatment::CoarsenPosition { .. }
            | Treatment::RoundTime { .. } => {
                let is_known = rules.iter().any(|known| known.path == rule.path && known.treatment == rule.treatment);
                if !is_known {
                    rules.push(rule.clone());
                }
            }
        }
    }
    rules
}

/// Adds the delay of an agreement's condition: to the profile's own, or by the dataset's time field. `None` when neither
/// says which field tells the time: then the condition cannot be carried out.
#[must_use]
pub fn delayed(mut rules: Vec<Rule>, minutes: u32, time_field: Option<&FieldPath>) -> Option<Vec<Rule>> {
    if !lengthen(&mut rules, minutes) {
        let path = time_field?.clone();
        rules.push(Rule { path, treatment: Treatment::Delay { minutes }, reason: String::new() });
    }
    Some(rules)
}

/// Whether there is a delay, which now is at least this long.
fn lengthen(rules: &mut [Rule], at_least: u32) -> bool {
    let mut is_there = false;
    for rule in rules {
        if let Treatment::Delay { minutes } = &mut rule.treatment {
            *minutes = (*minutes).max(at_least);
            is_there = true;
        }
    }
    is_there
}

#[cfg(test)]
mod tests;
