//! One rule of the rule book: read from the profile and checked there, so that a rule in use is a rule that can be
//! kept. Must never hold a threshold of its own.

use serde::{Deserialize, Serialize};

use crate::domain::profile::LocalText;
use crate::domain::text::Slug;

const MINUTE_WINDOW_MAX: u32 = 60;
const HOURS_MAX: u32 = 24;
/// Minutes of one place in the books of networks and path patterns.
pub const SIGHT_MINUTES: u32 = 10;
const COOL_DOWN_MAX: u32 = 366 * 24 * 60;

/// The kind of misuse a rule is about (domain notes, B7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Class {
    /// Over the limits, bad retry loops.
    M1,
    /// Keys shared, leaked or in client code.
    M2,
    /// No attribution, stale copies, claims of endorsement.
    M3,
    /// Another purpose, more fields or users than declared.
    M4,
    /// Unapproved redistribution.
    M5,
    /// Kept too long, no certificate of destruction.
    M6,
    /// Scraping, new accounts, ways around keys.
    M7,
    /// Re-identification, restricted images published.
    M8,
    /// Surveillance, discrimination, prohibited use.
    M9,
    /// A security incident.
    M10,
}

impl Class {
    /// Every class.
    pub const ALL: [Self; 10] =
        [Self::M1, Self::M2, Self::M3, Self::M4, Self::M5, Self::M6, Self::M7, Self::M8, Self::M9, Self::M10];

    /// The code used in columns, JSON and on pages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::M1 => "M1",
            Self::M2 => "M2",
            Self::M3 => "M3",
            Self::M4 => "M4",
            Self::M5 => "M5",
            Self::M6 => "M6",
            Self::M7 => "M7",
            Self::M8 => "M8",
            Self::M9 => "M9",
            Self::M10 => "M10",
        }
    }

    /// What it is called.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::M1 => "Limits",
            Self::M2 => "Care of keys",
            Self::M3 => "Terms",
            Self::M4 => "Scope and purpose",
            Self::M5 => "Passing data on",
            Self::M6 => "Retention",
            Self::M7 => "Ways around the agreement",
            Self::M8 => "Re-identification",
            Self::M9 => "Prohibited use",
            Self::M10 => "Security incident",
        }
    }

    /// Whether imminent harm may be stopped first and the hearing come promptly after. For the others notice comes
    /// first, so that no rule of theirs suspends.
    #[must_use]
    pub const fn allows_suspension_first(self) -> bool {
        match self {
            Self::M2 | Self::M5 | Self::M7 | Self::M8 | Self::M9 | Self::M10 => true,
            Self::M1 | Self::M3 | Self::M4 | Self::M6 => false,
        }
    }
}

/// What a rule looks at. Only calls that showed the whole text of a known key count, so that nobody can get another's
/// key into trouble by guessing at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignalKind {
    /// Percent of calls that were refused.
    RefusedShare,
    /// Minutes in which calls were refused by a rate or quota.
    LimitHitting,
    /// Calls outside the key's scopes.
    ScopeProbing,
    /// Calls with a key that is suspended, ended or expired.
    UseWhenStopped,
    /// Networks that the key is used from.
    ManyNetworks,
    /// Path patterns that the key reads.
    PathSweep,
    /// Megabytes read between midnight and five in the morning.
    NightPull,
    /// Calls under the agreement, in percent of the calls a day that were declared.
    Volume,
    /// The text of a key was found where it should not be.
    LeakReport,
    /// A key that was planted for nobody was used.
    CanaryKey,
    /// A record that was planted in what one holder reads was seen elsewhere.
    CanaryRecord,
}

/// Which books a signal is read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grain {
    /// Calls by minute.
    Minutes,
    /// Calls by hour.
    Hours,
    /// Networks and path patterns, by ten minutes.
    Sights,
    /// None: it happens once, and is told.
    Event,
}

impl SignalKind {
    /// Every kind.
    pub const ALL: [Self; 11] = [
        Self::RefusedShare,
        Self::LimitHitting,
        Self::ScopeProbing,
        Self::UseWhenStopped,
        Self::ManyNetworks,
        Self::PathSweep,
        Self::NightPull,
        Self::Volume,
        Self::LeakReport,
        Self::CanaryKey,
        Self::CanaryRecord,
    ];

    /// The word used in the profile, columns and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RefusedShare => "refused_share",
            Self::LimitHitting => "limit_hitting",
            Self::ScopeProbing => "scope_probing",
            Self::UseWhenStopped => "use_when_stopped",
            Self::ManyNetworks => "many_networks",
            Self::PathSweep => "path_sweep",
            Self::NightPull => "night_pull",
            Self::Volume => "volume",
            Self::LeakReport => "leak_report",
            Self::CanaryKey => "canary_key",
            Self::CanaryRecord => "canary_record",
        }
    }

    /// What is measured, after the figure.
    #[must_use]
    pub const fn unit(self) -> &'static str {
        match self {
            Self::RefusedShare => "% of calls refused",
            Self::LimitHitting => "minutes with calls over a limit",
            Self::ScopeProbing => "calls outside the scopes",
            Self::UseWhenStopped => "calls with a stopped key",
            Self::ManyNetworks => "networks",
            Self::PathSweep => "path patterns",
            Self::NightPull => "MB read between midnight and 5 AM",
            Self::Volume => "% of the calls declared for a day",
            Self::LeakReport => "report that the key's text was found",
            Self::CanaryKey => "use of a planted key",
            Self::CanaryRecord => "sighting of a planted record",
        }
    }

    /// The same in Spanish.
    #[must_use]
    pub const fn unit_in_spanish(self) -> &'static str {
        match self {
            Self::RefusedShare => "% de llamadas rechazadas",
            Self::LimitHitting => "minutos con llamadas por encima de un límite",
            Self::ScopeProbing => "llamadas fuera de los alcances",
            Self::UseWhenStopped => "llamadas con una clave detenida",
            Self::ManyNetworks => "redes",
            Self::PathSweep => "patrones de ruta",
            Self::NightPull => "MB leídos entre la medianoche y las 5 de la mañana",
            Self::Volume => "% de las llamadas declaradas para un día",
            Self::LeakReport => "aviso de que se encontró el texto de la clave",
            Self::CanaryKey => "uso de una clave de señuelo",
            Self::CanaryRecord => "hallazgo de un registro de señuelo",
        }
    }
}

/// What a live rule does first. The service itself goes no further than this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", try_from = "String")]
pub enum Step {
    /// The holder is told.
    Inform,
    /// The holder is told that it must stop.
    Warn,
    /// The key is slowed down for the days of the profile (the agreement, where the rule adds up its keys), and its
    /// holder told why.
    Throttle,
    /// The key is suspended, and its holder told why.
    Suspend,
}

impl Step {
    /// The word used in the profile, columns and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Inform => "inform",
            Self::Warn => "warn",
            Self::Throttle => "throttle",
            Self::Suspend => "suspend",
        }
    }
}

impl TryFrom<String> for Step {
    type Error = String;

    fn try_from(word: String) -> Result<Self, String> {
        match word.as_str() {
            "inform" => Ok(Self::Inform),
            "warn" => Ok(Self::Warn),
            "throttle" => Ok(Self::Throttle),
            "suspend" => Ok(Self::Suspend),
            other => Err(format!("a rule cannot begin with “{other}”; use inform, warn, throttle or suspend")),
        }
    }
}

/// Whether a rule acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// It is on trial: what it would have found is noted, for staff only.
    Shadow,
    /// It acts.
    Live,
}

impl Mode {
    /// The word used in the profile, columns and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Shadow => "shadow",
            Self::Live => "live",
        }
    }
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its stable name.
    pub id: Slug,
    /// The kind of misuse.
    pub class: Class,
    /// Its title.
    pub title: LocalText,
    /// What it means and how not to come under it, in plain words.
    pub text: LocalText,
    /// What it looks at.
    pub signal: SignalKind,
    /// From which figure on.
    pub threshold: u32,
    /// Over how many minutes.
    pub window_minutes: u32,
    /// Fewer calls than this are not judged: of all calls for a share, of calls in one minute for limits.
    #[serde(default)]
    pub calls_min: u32,
    /// What it does first.
    pub first_step: Step,
    /// Minutes after a signal in which the same holder is not told again.
    pub cool_down_minutes: u32,
    /// Whether it acts.
    pub mode: Mode,
}

impl Rule {
    /// The books it reads.
    #[must_use]
    pub const fn grain(&self) -> Grain {
        match self.signal {
            SignalKind::ManyNetworks | SignalKind::PathSweep => Grain::Sights,
            SignalKind::LeakReport | SignalKind::CanaryKey | SignalKind::CanaryRecord => Grain::Event,
            SignalKind::RefusedShare
            | SignalKind::LimitHitting
            | SignalKind::ScopeProbing
            | SignalKind::UseWhenStopped
            | SignalKind::NightPull
            | SignalKind::Volume => {
                if self.window_minutes <= MINUTE_WINDOW_MAX {
                    Grain::Minutes
                } else {
                    Grain::Hours
                }
            }
        }
    }

    /// The window.
    #[must_use]
    pub fn window(&self) -> chrono::Duration {
        chrono::Duration::minutes(i64::from(self.window_minutes))
    }

    /// The cool-down.
    #[must_use]
    pub fn cool_down(&self) -> chrono::Duration {
        chrono::Duration::minutes(i64::from(self.cool_down_minutes))
    }

    /// Whether it adds up all keys of an agreement.
    #[must_use]
    pub fn is_of_agreement(&self) -> bool {
        self.signal == SignalKind::Volume
    }

    /// What is wrong with it, for a place with these languages; nothing where it can be kept.
    #[must_use]
    pub fn problems(&self, languages: &[&str]) -> Vec<String> {
        let mut found = Vec::new();
        for (what, text) in [("title", &self.title), ("text", &self.text)] {
            let missing = languages.iter().filter(|language| !text.speaks(language));
            found.extend(missing.map(|language| format!("its {what} says nothing in “{language}”")));
        }
        found.extend(self.figures());
        if self.cool_down_minutes < self.window_minutes || self.cool_down_minutes > COOL_DOWN_MAX {
            found.push(
                "its cool_down_minutes must be no shorter than its window, so that no call counts twice, and \
                        no longer than a year"
                    .to_owned(),
            );
        }
        if self.first_step == Step::Suspend && !self.class.allows_suspension_first() {
            let class = self.class.as_str();
            found.push(format!("class {class} gives notice before it suspends; use inform, warn or throttle"));
        }
        if self.first_step == Step::Suspend && self.is_of_agreement() {
            found.push(
                "it adds up every key of an agreement and cannot suspend one; use inform, warn or throttle".to_owned(),
            );
        }
        found
    }

    fn figures(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut refuse = |is_wrong: bool, why: &str| {
            if is_wrong {
                found.push(why.to_owned());
            }
        };
        refuse(self.threshold == 0, "its threshold is zero, which every call crosses");
        let (window, threshold) = (self.window_minutes, self.threshold);
        let is_whole_hours = window % 60 == 0 && (60..=HOURS_MAX * 60).contains(&window);
        match self.signal {
            SignalKind::RefusedShare => {
                refuse(threshold > 100, "its threshold is a percentage: use 1 to 100");
                refuse(self.calls_min == 0, "a share needs calls_min: one refused call of one is all of them");
                refuse(!(1..=60).contains(&window) && !is_whole_hours, WINDOW);
            }
            SignalKind::LimitHitting => {
                refuse(!(1..=60).contains(&window), "it counts minutes: its window_minutes are 1 to 60");
                refuse(threshold > window, "its threshold is more minutes than its window has");
            }
            SignalKind::ScopeProbing | SignalKind::UseWhenStopped => {
                refuse(!(1..=60).contains(&window) && !is_whole_hours, WINDOW);
            }
            SignalKind::ManyNetworks | SignalKind::PathSweep => {
                let is_wrong = window == 0 || window % SIGHT_MINUTES != 0 || window > HOURS_MAX * 60;
                refuse(is_wrong, "its window_minutes are tens, up to 1440");
                refuse(threshold < 2, "one is what everybody uses: its threshold is at least 2");
            }
            SignalKind::NightPull => refuse(!is_whole_hours, "its window_minutes are whole hours, up to 1440"),
            SignalKind::Volume => {
                refuse(window != HOURS_MAX * 60, "calls are declared for a day: its window_minutes are 1440");
                refuse(threshold <= 100, "its threshold must be above 100 percent of what was declared");
            }
            SignalKind::LeakReport | SignalKind::CanaryKey | SignalKind::CanaryRecord => {
                refuse(threshold != 1 || window != 1, "it speaks at once: its threshold and window_minutes are 1");
            }
        }
        found
    }
}

const WINDOW: &str = "its window_minutes are 1 to 60, or whole hours up to 1440";
