//! Holds as offices see them, and the forms that place and lift them: shared by the review desk and the clerk.

use serde::Serialize;

use crate::cases::enforce::Suspension;
use crate::domain::hold::{Hold, HoldReason, HoldTarget, Office, Throttle};
use crate::domain::people::{Actor, Role};
use crate::domain::time::Instant;
use crate::portal::shared::{Choice, Names};
use crate::web::{Form, FormErrors};

/// A hold, ready to print.
#[derive(Clone, Debug, Serialize)]
pub struct HoldView {
    /// Its id.
    pub id: String,
    /// What it stops.
    pub what: String,
    /// The page of what it stops; empty where this person has none.
    pub href: String,
    /// Why.
    pub reason: String,
    /// The facts.
    pub explanation: String,
    /// Who placed it, and which office.
    pub by: String,
    /// Since when.
    pub since: Instant,
    /// How it ended: when, by whom and why.
    pub lifted: Option<(Instant, String, String)>,
    /// Whether this person's office may lift it.
    pub is_ours: bool,
}

impl HoldView {
    /// A hold as `actor` sees it; `what` names its target.
    #[must_use]
    pub fn new(hold: &Hold, what: String, href: String, names: &Names, actor: &Actor) -> Self {
        let (office, is_ours) = match hold.office {
            Office::Department(id) => (names.get(id).to_owned(), actor.holds(Role::Manager, id)),
            Office::Clerk => ("the clerk".to_owned(), actor.holds_anywhere(Role::Clerk)),
            Office::Holder => ("the holder".to_owned(), false),
            Office::Service => ("the service, by rule".to_owned(), hold.is_by_misuse_rule() && is_office(actor)),
        };
        Self {
            id: hold.id.to_string(),
            what,
            href,
            reason: hold.throttle.map_or_else(|| reason_words(hold.reason).to_owned(), Throttle::sentence),
            explanation: hold.explanation.clone(),
            by: format!("{}, {office}", hold.by_name),
            since: hold.since,
            lifted: hold.lifted.as_ref().map(|lift| (lift.at, lift.by_name.clone(), lift.reason.clone())),
            is_ours: is_ours && hold.is_in_force(),
        }
    }
}

/// Whether this person may lift what a misuse rule placed; that it is a hold of their department, the page and the case
/// see to.
fn is_office(actor: &Actor) -> bool {
    actor.holds_anywhere(Role::Manager) || actor.holds_anywhere(Role::Clerk)
}

/// A reason in the words of an office.
#[must_use]
pub const fn reason_words(reason: HoldReason) -> &'static str {
    match reason {
        HoldReason::Misuse => "Misuse, suspected or found",
        HoldReason::Leaked => "The key became known to others",
        HoldReason::Emergency => "Emergency: harm is imminent",
        HoldReason::TermsNotAccepted => "New terms not accepted",
        HoldReason::HolderRequest => "At the holder's own request",
        HoldReason::Administrative => "Administrative",
    }
}

/// The reasons that an office may give.
#[must_use]
pub fn reasons() -> Vec<Choice> {
    let hint = |reason| match reason {
        HoldReason::Emergency => "Takes effect first; the holder must be heard promptly after.",
        HoldReason::Administrative => "Another reason of the office, stated below.",
        HoldReason::Misuse | HoldReason::Leaked | HoldReason::TermsNotAccepted | HoldReason::HolderRequest => "",
    };
    [HoldReason::Misuse, HoldReason::Leaked, HoldReason::Emergency, HoldReason::Administrative]
        .map(|reason| Choice::new(reason.as_str(), reason_words(reason)).hint(hint(reason)))
        .to_vec()
}

/// Reads reason and explanation of a suspension of `target`.
pub fn suspension(form: &Form, target: Option<HoldTarget>, errors: &mut FormErrors) -> Option<Suspension> {
    let reason = HoldReason::from_word(form.text("reason"));
    if reason.is_none() {
        errors.add("reason", "Choose a reason.");
    }
    if form.text("explanation").is_empty() {
        errors.add("explanation", "State the facts; the holder reads them.");
    }
    let (target, reason) = (target?, reason?);
    let explanation = form.text("explanation").to_owned();
    errors.is_empty().then_some(Suspension { target, reason, explanation, case: None })
}
