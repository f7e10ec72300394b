//! A signal: what a rule found about a key, and what was done at once. It is no finding of a violation; a case may be
//! opened from it by a person.

use serde::{Deserialize, Serialize};

use super::detect::Finding;
use super::rule::{Class, Mode, Rule, SignalKind, Step};
use crate::domain::id::{AgreementId, HoldId, KeyId, SignalId};
use crate::domain::time::Instant;

/// Where a signal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignalState {
    /// Of a rule on trial: nobody is held to it.
    Trial,
    /// Nobody has taken it up yet.
    Open,
    /// A case was opened from it.
    Taken,
}

impl SignalState {
    /// The word used in columns and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Trial => "trial",
            Self::Open => "open",
            Self::Taken => "taken",
        }
    }
}

/// What was done at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "step", content = "hold")]
pub enum StepTaken {
    /// Nothing: the rule is on trial.
    Shadow,
    /// The holder was told.
    Informed,
    /// The holder was warned.
    Warned,
    /// The key or its agreement was slowed down by this hold, and the holder told.
    Throttled(HoldId),
    /// The key was suspended by this hold, and the holder told.
    Suspended(HoldId),
    /// The holder was warned; the key had been stopped already.
    StoppedBefore,
}

impl StepTaken {
    /// The word used in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Shadow => "shadow",
            Self::Informed => "informed",
            Self::Warned => "warned",
            Self::Throttled(_) => "throttled",
            Self::Suspended(_) => "suspended",
            Self::StoppedBefore => "stopped_before",
        }
    }
}

/// Which offence a case from this signal would be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Offence {
    /// None of this class within twelve months.
    First,
    /// One of this class within twelve months.
    Repeat,
    /// The same again as soon as it was looked at again.
    Continuing,
}

impl Offence {
    /// The word used in JSON and on pages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Repeat => "repeat",
            Self::Continuing => "continuing",
        }
    }
}

/// Months after which an offence no longer counts.
pub const OFFENCE_MONTHS: u32 = 12;

/// Which offence a signal would be: `same` is the newest live signal of this rule on this subject, `class` the newest of
/// this class on the agreement.
#[must_use]
pub fn offence(rule: &Rule, same: Option<Instant>, class: Option<Instant>, now: Instant) -> Offence {
    // As soon as the cool-down was over, and no later than a window of its own after.
    if same.is_some_and(|at| now <= at + rule.cool_down() + rule.window()) {
        return Offence::Continuing;
    }
    let counts_from = now.checked_sub_months(chrono::Months::new(OFFENCE_MONTHS));
    if same.max(class).is_some_and(|at| Some(at) >= counts_from) { Offence::Repeat } else { Offence::First }
}

/// One signal, with the rule as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signal {
    /// Its id.
    pub id: SignalId,
    /// When.
    pub at: Instant,
    /// The rule's name.
    pub rule: String,
    /// The version of the profile it stood in.
    pub profile: String,
    /// The class.
    pub class: Class,
    /// What the rule looks at.
    pub kind: SignalKind,
    /// Its window.
    pub window_minutes: u32,
    /// Whether it was on trial.
    pub mode: Mode,
    /// What it would do, or did, first.
    pub first_step: Step,
    /// What was done.
    pub taken: StepTaken,
    /// Where it stands.
    pub state: SignalState,
    /// Which offence a case from it would be about.
    pub offence: Offence,
    /// The key, or the busiest of the agreement.
    pub key: KeyId,
    /// The key's hint, as it was.
    pub key_hint: String,
    /// The agreement.
    pub agreement: AgreementId,
    /// Its number.
    pub agreement_number: String,
    /// The figures.
    pub finding: Finding,
    /// What was seen and where, of what is told rather than counted.
    #[serde(default)]
    pub note: String,
}

impl Signal {
    /// The figures in a sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        let Finding { measured, threshold, calls, refused, .. } = &self.finding;
        let unit = self.kind.unit();
        if !self.note.is_empty() {
            return format!("{unit}: {}", self.note);
        }
        let window = window_words(self.window_minutes);
        let calls = if *calls > 0 { format!("; {calls} calls, {refused} of them refused") } else { String::new() };
        format!("{measured} {unit} within {window}; the rule speaks from {threshold} on{calls}")
    }
}

/// A window in words.
#[must_use]
pub fn window_words(minutes: u32) -> String {
    match (minutes / 60, minutes % 60) {
        (0, 1) => "a minute".to_owned(),
        (1, 0) => "an hour".to_owned(),
        (hours, 0) if hours > 24 && hours % 24 == 0 => format!("{} days", hours / 24),
        (hours, 0) => format!("{hours} hours"),
        (0, minutes) => format!("{minutes} minutes"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}
