//! The law of a place as data: clocks, fees, appeal bodies, grounds, exemptions, prohibitions. Must never decide a
//! case; it says what a decision has to cite.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{LocalText, Profile};
use crate::domain::calendar::Span;
use crate::domain::records::{Cents, FeeRules};
use crate::domain::text::{Email, Invalid, Line, Slug};
use crate::domain::time::Day;

/// Legal clocks. The section each comes from stands in the profile's comments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clocks {
    /// Time to answer a records request; silence after it is a denial.
    pub records_answer: Span,
    /// The same where an employee must be told first.
    pub records_answer_personnel: Span,
    /// From when a request counts that comes in on a day off.
    pub received_when_closed: ReceivedWhenClosed,
    /// Time to answer a notice of violation.
    pub notice_answer: Span,
    /// Time within which a person suspended in an emergency is heard.
    pub emergency_hearing: Span,
    /// Time to acknowledge an order to cease.
    pub cease_acknowledgement: Span,
    /// Time to comply with an order to cease or to take down, and to prove it.
    pub order_compliance: Span,
    /// Time to put right what a notice of violation is about.
    pub cure: Span,
    /// A hearing is held not before this after its notice.
    pub hearing_not_before: Span,
    /// A hearing is held not later than this after its notice.
    pub hearing_not_after: Span,
    /// The department should decide an application within this (a service goal, not law).
    pub decision_goal: Span,
}

/// From when a request counts that comes in on a day off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReceivedWhenClosed {
    /// From its own day: the next business day is day 1.
    SameDay,
    /// As if it had come on the next business day.
    NextBusinessDay,
}

/// Fees for copies, on the records track only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fees {
    /// The most a page may cost, in cents.
    pub page_max_cents: u32,
    /// Certifying the first page, in cents.
    pub certified_first_cents: u32,
    /// Certifying each further page, in cents.
    pub certified_further_cents: u32,
    /// One use of a hand-held scanner, in cents.
    pub scanner_max_cents: u32,
    /// Prepayment may be asked from this estimate on, in cents.
    pub prepayment_from_cents: u32,
    /// Whether fees that are due keep their debtor from submitting an application. They never keep anybody from asking
    /// for records.
    #[serde(default)]
    pub unpaid_blocks_applications: bool,
}

impl Fees {
    /// The caps as money.
    #[must_use]
    pub fn rules(&self) -> FeeRules {
        let cents = |cents: u32| Cents::new(cents.into());
        FeeRules {
            page_max: cents(self.page_max_cents),
            certified_first: cents(self.certified_first_cents),
            certified_further: cents(self.certified_further_cents),
            scanner_max: cents(self.scanner_max_cents),
            prepayment_from: cents(self.prepayment_from_cents),
        }
    }
}

/// How requests for records and for reuse statements are handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordsHandling {
    /// Whether an acknowledgement stops the clock to the denial by silence.
    pub acknowledgement_stops_clock: bool,
    /// Time to answer a request for a reuse statement (a service goal, not law).
    pub reuse_answer: Span,
}

/// Where a person may turn after a decision.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Appeals {
    /// Review within the city.
    pub clerk: AppealBody,
    /// The state's body for public records.
    pub state: AppealBody,
}

/// A body that hears appeals.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppealBody {
    /// Its name.
    pub name: Line<200>,
    /// Where it is.
    pub address: Line<300>,
    /// Its mail address.
    pub email: Email,
    /// Its telephone.
    pub phone: Option<Line<40>>,
    /// Time to turn to it, from the denial.
    pub within: Span,
    /// How to turn to it and what it can do.
    pub text: LocalText,
    /// The law it acts under.
    pub statute: Line<200>,
}

/// A coded reason for a denial.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ground {
    /// Its code, such as `D7`.
    pub code: Line<8>,
    /// Its short title.
    pub title: LocalText,
    /// The sentence of the letter.
    pub sentence: LocalText,
    /// What would change the answer.
    pub remedy: LocalText,
    /// What must be cited with it.
    pub must_cite: Vec<CiteField>,
    /// Whether an exemption of the list must be named, by subsection.
    #[serde(default)]
    pub needs_subsection: bool,
    /// Whether it may be used only where access is asked under an agreement, never for a records request.
    #[serde(default)]
    pub contract_track_only: bool,
}

/// Something a ground must cite.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CiteField {
    /// Its name in the decision.
    pub name: Slug,
    /// What the decider is asked.
    pub label: LocalText,
}

/// An exemption from disclosure.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exemption {
    /// Its citation, such as `1-210(b)(19)`.
    pub code: Line<40>,
    /// What it covers.
    pub title: LocalText,
    /// What it means for sensor data, and its limits.
    pub guidance: LocalText,
    /// The office whose finding it needs first.
    pub referral_to: Option<Line<200>>,
    /// Where that office is told.
    pub referral_email: Option<Email>,
}

/// A statute that takes data off the table: tier X.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prohibition {
    /// Its stable name.
    pub code: Slug,
    /// What is prohibited.
    pub title: LocalText,
    /// The citation.
    pub statute: Line<200>,
    /// The day from which it binds.
    pub effective: Day,
    /// The sentence shown to people.
    pub sentence: LocalText,
    /// Words of titles and keywords that give it away.
    pub words: Vec<String>,
    /// Words of field names that give it away.
    pub fields: Vec<String>,
    /// Words of a title that lift a finding by words (never one by fields).
    #[serde(default)]
    pub except_words: Vec<String>,
    /// Words of a field name that lift the finding for that field.
    #[serde(default)]
    pub except_fields: Vec<String>,
    /// What stays public all the same, for people.
    pub still_public: LocalText,
}

/// A purpose an applicant may choose.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Purpose {
    /// Its stable name.
    pub id: Slug,
    /// Its title.
    pub title: LocalText,
    /// What belongs to it.
    pub hint: LocalText,
}

/// A use that no agreement may allow.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProhibitedUse {
    /// Its stable name.
    pub id: Slug,
    /// What is prohibited.
    pub text: LocalText,
    /// On what it rests.
    pub basis: Line<200>,
}

impl Profile {
    /// Checks that a ground is cited in full: each [`CiteField`] filled and, where needed, a listed exemption named.
    ///
    /// # Errors
    /// One [`Invalid`] per gap: `unknown_ground`, `cite_missing`, `cite_unknown`, `exemption_missing`,
    /// `exemption_unknown`. Fields are named `cite.<name>`, `ground` and `exemption`.
    pub fn check_ground(
        &self,
        code: &str,
        cited: &BTreeMap<String, String>,
        exemption: Option<&str>,
    ) -> Result<&Ground, Vec<Invalid>> {
        let Some(ground) = self.ground(code) else {
            return Err(vec![Invalid::new(
                "ground",
                "unknown_ground",
                format!("There is no reason with the code {code}."),
            )]);
        };
        let mut gaps = Vec::new();
        for field in &ground.must_cite {
            if cited.get(field.name.as_str()).is_none_or(|text| text.trim().is_empty()) {
                let message = format!("Reason {code} must say: {}", field.label.text("en"));
                gaps.push(Invalid::new(format!("cite.{}", field.name), "cite_missing", message));
            }
        }
        for name in
            cited.keys().filter(|name| ground.must_cite.iter().all(|field| field.name.as_str() != name.as_str()))
        {
            gaps.push(Invalid::new(
                format!("cite.{name}"),
                "cite_unknown",
                format!("Reason {code} does not cite this."),
            ));
        }
        match exemption {
            None if ground.needs_subsection => {
                let message = format!("Reason {code} must name the exemption, by subsection.");
                gaps.push(Invalid::new("exemption", "exemption_missing", message));
            }
            Some(named) if self.exemption(named).is_none() => {
                let message = format!("{named} is not one of the listed exemptions.");
                gaps.push(Invalid::new("exemption", "exemption_unknown", message));
            }
            None | Some(_) => {}
        }
        if gaps.is_empty() { Ok(ground) } else { Err(gaps) }
    }
}
