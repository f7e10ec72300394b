//! The profile of a place: everything about its law, offices, words and numbers, as typed data.
//!
//! Norwalk is one profile, not code. This module reads and checks the text of a profile; it must never read a file,
//! and never hold a rule that differs between places.

mod check;
mod ending;
mod law;
mod local;
mod sensitive;
pub mod sheet;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use chrono_tz::Tz;
use serde::Deserialize;

pub use ending::{Endings, Register};
pub use law::{
    AppealBody, Appeals, CiteField, Clocks, Exemption, Fees, Ground, ProhibitedUse, Prohibition, Purpose,
    ReceivedWhenClosed, RecordsHandling,
};
pub use local::LocalText;
pub use sensitive::{Finding, Sensitivity, Subject, Suggestion};

use crate::domain::calendar::{Calendar, DenialClocks, RecordsClocks, Span};
use crate::domain::misuse::Rule;
use crate::domain::text::{Email, Invalid, Line, Prose, Slug};
use crate::domain::tier::Tier;
use crate::domain::time::Day;

/// The longest profile text that is read, in bytes.
pub const PROFILE_BYTES_MAX: usize = 1024 * 1024;

/// A place: its names, law, calendar, offices and defaults.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Short name of the profile, such as `norwalk-ct`.
    pub id: Slug,
    /// The version of this text; stored with what was decided under it.
    pub version: Line<60>,
    /// The legal name of the place, as party to agreements and publisher of data.
    pub name: Line<200>,
    /// The city.
    pub city: Line<100>,
    /// The state.
    pub state: Line<100>,
    /// IANA zone in which legal days are counted.
    #[serde(deserialize_with = "local::zone")]
    pub zone: Tz,
    /// Languages of the pages, the first is the fallback.
    pub languages: Vec<Line<20>>,
    /// First part of every key's text.
    pub key_prefix: Line<8>,
    /// ISO 4217 code of fees.
    pub currency: Line<3>,
    /// The outline of the city for maps, as corners east and north in millionths of a degree; empty where none is drawn.
    #[serde(default, deserialize_with = "local::corners")]
    pub outline: Vec<[i32; 2]>,
    /// Names that only the city may use; look-alikes are refused (see [`crate::domain::text::is_reserved_name`]).
    pub reserved_names: Vec<String>,
    /// Which days are business days.
    pub calendar: Calendar,
    /// Legal clocks.
    pub clocks: Clocks,
    /// Fees for copies, on the records track only.
    pub fees: Fees,
    /// How requests for records and for reuse statements are handled.
    pub records: RecordsHandling,
    /// Where a person may turn after a decision.
    pub appeals: Appeals,
    /// Texts that stand on notices.
    pub notices: Notices,
    /// Coded reasons for denial.
    pub grounds: Vec<Ground>,
    /// The exemptions a ground may cite.
    pub exemptions: Vec<Exemption>,
    /// What makes a dataset tier X.
    pub prohibitions: Vec<Prohibition>,
    /// What suggests a stricter tier.
    pub sensitivity: Vec<Sensitivity>,
    /// The tier suggested where nothing was found.
    pub default_tier: Tier,
    /// Purposes an applicant may choose.
    pub purposes: Vec<Purpose>,
    /// Uses that no agreement may allow.
    pub prohibited_uses: Vec<ProhibitedUse>,
    /// Departments set up at the start.
    pub departments: Vec<DepartmentSeed>,
    /// What the applicant declares on submission.
    pub declarations: Vec<Declaration>,
    /// Settings of the separation of duties beyond what is always refused.
    pub separation: Separation,
    /// Default limits by tier.
    pub limits: Vec<DefaultLimit>,
    /// Terms documents.
    pub terms: Vec<TermsSource>,
    /// The rule book against misuse.
    #[serde(default)]
    pub rules: Vec<Rule>,
    /// Defaults of agreements.
    pub agreement: AgreementDefaults,
    /// How far and how long a throttle slows down.
    pub throttle: ThrottleDefaults,
    /// Renewal, certificates of destruction and later terms.
    pub endings: Endings,
    /// The public register.
    pub register: Register,
}

/// Texts that must stand on notices.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notices {
    /// On every denial, condition and redaction: asking for a key is one thing, asking for a record is a right.
    pub two_tracks: LocalText,
    /// Beside the two dates: the clerk's review does not stop the state's clock.
    pub clocks_run_together: LocalText,
    /// On the records-request page: no purpose is needed.
    pub records_request: LocalText,
    /// Before submission: applications, agreements and logs are public records.
    pub public_record: LocalText,
    /// Before an account is closed: what the record keeps, by which law.
    pub kept_on_record: LocalText,
    /// Before signing: consent to deal electronically.
    pub electronic_consent: LocalText,
}

/// A department as the place is set up; staff may change it afterwards.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DepartmentSeed {
    /// Its short name in addresses.
    pub slug: Slug,
    /// Its name.
    pub name: Line<200>,
    /// What it does and which data it holds.
    pub about: Prose<2000>,
    /// Where applicants may write.
    pub email: Email,
    /// Whether it is a public agency of its own, with its own duty to answer records requests.
    #[serde(default)]
    pub is_own_agency: bool,
}

/// A statement the applicant ticks before submitting.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Declaration {
    /// Its stable name, stored with the submission.
    pub id: Slug,
    /// What is declared.
    pub text: LocalText,
    /// Whether it is asked only where an item is of one of these tiers; empty means always.
    #[serde(default)]
    pub tiers: Vec<Tier>,
}

/// Separation of duties where places differ. What product invariants forbid is not a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "independent yes-or-no settings of one office rule each")]
pub struct Separation {
    /// Whether who recommended on an item may also decide it.
    pub recommender_may_decide: bool,
    /// Whether both approvers of a restricted item may be of one department.
    pub approvers_may_share_department: bool,
    /// Whether who suspended may also lift that suspension.
    pub suspender_may_lift: bool,
    /// Whether who reported misuse may also decide the case.
    pub reporter_may_decide_case: bool,
}

/// A default limit, named so that messages and headers can say which one was reached.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DefaultLimit {
    /// Its name in the rate-limit headers.
    pub name: Slug,
    /// The tiers it is the default for.
    pub tiers: Vec<Tier>,
    /// How it is counted.
    pub kind: LimitKind,
    /// Requests per window.
    pub requests: u32,
    /// The window.
    pub window: LimitWindow,
    /// Requests at once, for a rate; as `requests` where absent.
    pub burst: Option<u32>,
}

/// How a limit is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitKind {
    /// A rolling rate.
    Rate,
    /// A count per calendar day or month in the city's zone.
    Quota,
}

/// The window of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitWindow {
    /// A second.
    Second,
    /// A minute.
    Minute,
    /// An hour.
    Hour,
    /// A day; for a quota the legal day of the city.
    Day,
    /// A calendar month, for quotas.
    Month,
}

/// Which text of terms to publish, and for which tiers.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TermsSource {
    /// Which family of terms it is.
    pub family: crate::domain::terms::TermsFamily,
    /// Its title.
    pub title: Line<200>,
    /// File names in the profile's folder, joined in this order.
    pub files: Vec<Line<100>>,
    /// The tiers these terms serve.
    pub tiers: Vec<Tier>,
}

/// A throttle: the step of the ladder between a warning and a suspension.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThrottleDefaults {
    /// What is left of each limit, in percent.
    pub percent: u8,
    /// Days it lasts where nobody says otherwise.
    pub days: u16,
    /// The most days it may last.
    pub days_max: u16,
}

/// Defaults of agreements; a decision may tighten them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgreementDefaults {
    /// Months from execution to the end.
    pub term_months: u16,
    /// Days an offer may wait for its signature.
    pub offer_lapses_days: u16,
    /// Days before the end on which the holder is reminded.
    pub reminder_days: Vec<u16>,
    /// Days of notice before a material change of terms binds.
    pub terms_notice_days: u16,
    /// Days either side needs to end it for convenience.
    pub convenience_notice_days: u16,
    /// Days after which a key should be rolled.
    pub key_rotation_days: u16,
    /// The longest overlap of a rolled key and its successor, in days.
    pub roll_overlap_max_days: u16,
    /// Days raw data may be kept.
    pub raw_retention_days: u16,
    /// Days derived data may be kept.
    pub derived_retention_days: u16,
    /// Days after the end by which destruction is certified.
    pub destruction_certificate_days: u16,
    /// Days before publication on which the city is told.
    pub publication_notice_days: u16,
    /// Hours within which an incident is reported.
    pub breach_notice_hours: u16,
    /// The same for restricted data.
    pub breach_notice_hours_restricted: u16,
    /// Days to cure an ordinary breach.
    pub cure_days: u16,
    /// Days of notice of an audit.
    pub audit_notice_days: u16,
    /// Smallest count that may be published.
    pub minimum_cell: u16,
    /// Positions of people and vehicles closer than this are precise, in feet.
    pub precise_location_feet: u16,
    /// Days of the access log that are kept.
    pub access_log_days: u16,
    /// The credit line asked for.
    pub attribution: Line<200>,
    /// The law that governs.
    pub governing_law: Line<100>,
    /// Where notices to the city go.
    pub notices_email: Email,
    /// The authority on which the city accepts electronic signatures; shown with each signature.
    pub electronic_authority: Line<300>,
}

/// Why a profile was not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// It is longer than [`PROFILE_BYTES_MAX`].
    #[error("the profile has {bytes} bytes; at most {PROFILE_BYTES_MAX} are read")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// It is not TOML, or a field is missing, unknown or of the wrong kind; says line and column.
    #[error("the profile cannot be read: {0}")]
    Unreadable(String),
    /// It reads, but does not hold together.
    #[error("the profile does not hold together: {}", list(.0))]
    Inconsistent(Vec<Invalid>),
    /// A terms file it names was not given.
    #[error("the profile names the terms file {0}, which is not there")]
    TermsFileMissing(String),
}

fn list(found: &[Invalid]) -> String {
    found.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

impl Profile {
    /// Reads and checks the text of a profile.
    ///
    /// # Errors
    /// [`ProfileError`], naming every inconsistency found.
    pub fn parse(text: &str) -> Result<Self, ProfileError> {
        if text.len() > PROFILE_BYTES_MAX {
            return Err(ProfileError::TooLong { bytes: text.len() });
        }
        let profile: Self = toml::from_str(text).map_err(|error| ProfileError::Unreadable(error.to_string()))?;
        let found = check::inconsistencies(&profile);
        if !found.is_empty() {
            return Err(ProfileError::Inconsistent(found));
        }
        Ok(profile)
    }

    /// The ground of a code.
    #[must_use]
    pub fn ground(&self, code: &str) -> Option<&Ground> {
        self.grounds.iter().find(|ground| ground.code.as_str() == code)
    }

    /// The exemption of a code.
    #[must_use]
    pub fn exemption(&self, code: &str) -> Option<&Exemption> {
        self.exemptions.iter().find(|exemption| exemption.code.as_str() == code)
    }

    /// The purpose of an id.
    #[must_use]
    pub fn purpose(&self, id: &str) -> Option<&Purpose> {
        self.purposes.iter().find(|purpose| purpose.id.as_str() == id)
    }

    /// The misuse rule of an id.
    #[must_use]
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id.as_str() == id)
    }

    /// The declarations to tick for an application that holds items of these tiers.
    #[must_use]
    pub fn declarations_for(&self, tiers: &[Tier]) -> Vec<&Declaration> {
        let applies =
            |asked: &Declaration| asked.tiers.is_empty() || asked.tiers.iter().any(|tier| tiers.contains(tier));
        self.declarations.iter().filter(|declaration| applies(declaration)).collect()
    }

    /// The default limits of a tier.
    #[must_use]
    pub fn limits_for(&self, tier: Tier) -> Vec<&DefaultLimit> {
        self.limits.iter().filter(|limit| limit.tiers.contains(&tier)).collect()
    }

    /// The terms that serve a tier.
    #[must_use]
    pub fn terms_for(&self, tier: Tier) -> Option<&TermsSource> {
        self.terms.iter().find(|terms| terms.tiers.contains(&tier))
    }

    /// Both appeal dates of a denial made on `denied_on`.
    #[must_use]
    pub fn denial_clocks(&self, denied_on: Day) -> DenialClocks {
        DenialClocks::from_denial(
            &self.calendar.current(),
            self.appeals.clerk.within,
            self.appeals.state.within,
            denied_on,
        )
    }

    /// The clock of a records request that came in on `received_on`.
    #[must_use]
    pub fn records_clocks(&self, received_on: Day) -> RecordsClocks {
        self.records_clocks_of(self.clocks.records_answer, received_on)
    }

    /// The same where an employee must be told first.
    #[must_use]
    pub fn records_clocks_personnel(&self, received_on: Day) -> RecordsClocks {
        self.records_clocks_of(self.clocks.records_answer_personnel, received_on)
    }

    fn records_clocks_of(&self, answer: Span, received_on: Day) -> RecordsClocks {
        let counted_from = match self.clocks.received_when_closed {
            ReceivedWhenClosed::SameDay => received_on,
            ReceivedWhenClosed::NextBusinessDay => self.calendar.after(received_on, Span::business(0)).due,
        };
        RecordsClocks::from_receipt(&self.calendar.current(), answer, self.appeals.state.within, counted_from)
    }

    /// The values of the place's own parameters of terms, to be filled in when a version is published.
    #[must_use]
    pub fn terms_parameters(&self) -> BTreeMap<String, String> {
        let agreement = &self.agreement;
        let number = |value: u16| value.to_string();
        let days = |span: Span| span.days.to_string();
        [
            ("city", self.name.to_string()),
            ("state", self.state.to_string()),
            ("governing_law", agreement.governing_law.to_string()),
            ("attribution", agreement.attribution.to_string()),
            ("notices_email", agreement.notices_email.to_string()),
            ("term_months", number(agreement.term_months)),
            ("offer_lapses_days", number(agreement.offer_lapses_days)),
            ("terms_notice_days", number(agreement.terms_notice_days)),
            ("convenience_notice_days", number(agreement.convenience_notice_days)),
            ("key_rotation_days", number(agreement.key_rotation_days)),
            ("roll_overlap_max_days", number(agreement.roll_overlap_max_days)),
            ("raw_retention_days", number(agreement.raw_retention_days)),
            ("derived_retention_days", number(agreement.derived_retention_days)),
            ("destruction_certificate_days", number(agreement.destruction_certificate_days)),
            ("publication_notice_days", number(agreement.publication_notice_days)),
            ("breach_notice_hours", number(agreement.breach_notice_hours)),
            ("breach_notice_hours_restricted", number(agreement.breach_notice_hours_restricted)),
            ("cure_days", number(agreement.cure_days)),
            ("audit_notice_days", number(agreement.audit_notice_days)),
            ("minimum_cell", number(agreement.minimum_cell)),
            ("precise_location_feet", number(agreement.precise_location_feet)),
            ("access_log_days", number(agreement.access_log_days)),
            ("answer_days", days(self.clocks.notice_answer)),
            ("emergency_hearing_days", days(self.clocks.emergency_hearing)),
            ("cease_acknowledgement_days", days(self.clocks.cease_acknowledgement)),
            ("clerk", self.appeals.clerk.name.to_string()),
            ("clerk_days", days(self.appeals.clerk.within)),
            ("state_body", self.appeals.state.name.to_string()),
            ("state_days", days(self.appeals.state.within)),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
    }

    /// The whole Markdown of a terms document: its files, given by `read`, joined in order, with the place's own
    /// parameters filled in.
    ///
    /// # Errors
    /// [`ProfileError::TermsFileMissing`], or [`ProfileError::Inconsistent`] where a placeholder is malformed.
    pub fn terms_markdown<'a>(
        &self,
        source: &TermsSource,
        read: impl Fn(&str) -> Option<&'a str>,
    ) -> Result<String, ProfileError> {
        let mut parts = Vec::new();
        for file in &source.files {
            let text = read(file.as_str()).ok_or_else(|| ProfileError::TermsFileMissing(file.to_string()))?;
            parts.push(text.trim());
        }
        crate::domain::terms::fill(&parts.join("\n\n"), &self.terms_parameters())
            .map_err(|invalid| ProfileError::Inconsistent(vec![invalid]))
    }
}
