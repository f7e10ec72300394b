//! Holds as their holder reads them: why, by whom, since when, and what to do. Lifting is a case's business.

use serde::Serialize;

use crate::domain::hold::{Hold, HoldReason, HoldTarget, Office};
use crate::domain::id::ApplicationId;
use crate::domain::profile::Profile;
use crate::domain::time::Instant;
use crate::portal::shared::Names;

/// A hold, ready to print.
#[derive(Debug, Serialize)]
pub(super) struct HoldView {
    id: String,
    title: String,
    /// Whether it slows down and does not stop.
    slows: bool,
    /// What it stops or slows down.
    stops: &'static str,
    explanation: String,
    by: String,
    since: Instant,
    to_do: String,
    /// Where to write; empty where a form on the page does it.
    href: String,
    /// Where to appeal; empty for an own pause.
    appeal: String,
    /// Whether the holder placed it and may lift it.
    is_own: bool,
}

/// A hold that was lifted.
#[derive(Debug, Serialize)]
pub(super) struct PastHold {
    title: String,
    since: Instant,
    until: Instant,
    reason: String,
}

/// The holds in force among these.
pub(super) fn in_force(profile: &Profile, names: &Names, holds: &[Hold], application: ApplicationId) -> Vec<HoldView> {
    holds.iter().filter(|hold| hold.is_in_force()).map(|hold| view(profile, names, hold, application)).collect()
}

/// Those that were lifted.
pub(super) fn past(holds: &[Hold]) -> Vec<PastHold> {
    let lifted = holds.iter().filter_map(|hold| Some((hold, hold.lifted.as_ref()?)));
    lifted
        .map(|(hold, lift)| PastHold {
            title: hold.sentence(),
            since: hold.since,
            until: lift.at,
            reason: lift.reason.clone(),
        })
        .collect()
}

fn view(profile: &Profile, names: &Names, hold: &Hold, application: ApplicationId) -> HoldView {
    let is_own = hold.office == Office::Holder;
    let office = match hold.office {
        Office::Department(id) => names.get(id).to_owned(),
        Office::Clerk => "City Clerk".to_owned(),
        Office::Holder => "your side".to_owned(),
        Office::Service => "the service, by rule".to_owned(),
    };
    HoldView {
        id: hold.id.to_string(),
        title: hold.sentence(),
        slows: hold.throttle.is_some(),
        stops: match hold.target {
            HoldTarget::Key(_) => "This key",
            HoldTarget::Agreement(_) => "Every key of the agreement",
            HoldTarget::Requester(_) => "Every key of all your agreements",
        },
        explanation: hold.explanation.clone(),
        by: if hold.by_name.is_empty() { office } else { format!("{}, {office}", hold.by_name) },
        since: hold.since,
        to_do: if hold.throttle.is_some() { SLOWED.to_owned() } else { to_do(profile, hold.reason) },
        href: if is_own { String::new() } else { format!("/applications/{application}#message") },
        appeal: if is_own { String::new() } else { format!("/appeals/new?of=suspension:{}", hold.id) },
        is_own,
    }
}

/// What to do about a throttle.
const SLOWED: &str = "Calls within the lower limits work; the headers of each answer show them. It ends by itself after \
                      its last day. Write to the department what you changed: the office may lift it earlier.";

fn to_do(profile: &Profile, reason: HoldReason) -> String {
    let hearing = profile.clocks.emergency_hearing;
    match reason {
        HoldReason::Misuse => {
            "Write to the department: answer the facts above and say what you changed. The office that placed the hold \
             lifts it when the matter is cleared."
                .to_owned()
        }
        HoldReason::Leaked => {
            "Revoke this key and make another. Take the text out of wherever it was seen: code, logs, web pages."
                .to_owned()
        }
        HoldReason::Emergency => format!(
            "Write to the department with your side of it. You will be heard within {} {} days.",
            hearing.days,
            match hearing.unit {
                crate::domain::calendar::DayUnit::Business => "business",
                crate::domain::calendar::DayUnit::Calendar => "calendar",
            }
        ),
        HoldReason::TermsNotAccepted => {
            "Read and accept the new terms on the agreement's page; that lifts this suspension at once.".to_owned()
        }
        HoldReason::HolderRequest => "Resume when you are ready; nothing else is needed.".to_owned(),
        HoldReason::Administrative => {
            "Write to the office for what it needs from you; it lifts the hold when that is settled.".to_owned()
        }
    }
}
