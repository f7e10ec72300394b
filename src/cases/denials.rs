//! Denials as the clerk sees them: every application with a refused dataset, with the dates that stand in its letter.
//! Changes nothing, and never hides the state's date behind the clerk's own review.

use super::letters::{self, Letter};
use super::{Caller, CaseError, Desk};
use crate::domain::application::Application;
use crate::domain::id::ApplicationId;
use crate::domain::people::Role;
use crate::domain::time::{Day, day_in};
use crate::store::applications;

/// Applications looked through for denials, per state.
const PER_STATE_MAX: i64 = 200;

/// States in which an application may hold a refused dataset.
const STATES: [&str; 7] = ["submitted", "info_requested", "offered", "executed", "denied", "lapsed", "withdrawn"];

/// An application with at least one refused dataset. The dates are those of the last refusal: until then something may
/// still be filed; each dataset's own dates stand in the letter.
#[derive(Clone, Debug)]
pub struct Denial {
    /// The application.
    pub application: ApplicationId,
    /// Its letter.
    pub letter: Letter,
    /// Last day for the clerk's review.
    pub clerk_by: Day,
    /// Whether that is over.
    pub is_clerk_over: bool,
    /// Last day for the state's commission.
    pub state_by: Day,
    /// Whether that is over.
    pub is_state_over: bool,
}

/// Every denial, the nearest end of the clerk's time first, those that are over last.
///
/// # Errors
/// [`CaseError::Missing`] for everybody but clerks.
pub fn list(desk: &Desk, caller: &Caller) -> Result<Vec<Denial>, CaseError> {
    caller.actor.acting_as(Role::Clerk)?;
    let mut found = Vec::new();
    for state in STATES {
        let all = desk.read(|conn| applications::in_state(conn, state, PER_STATE_MAX))?;
        found.extend(all.iter().filter_map(|application| denial(desk, application)));
    }
    found.sort_by_key(|denial| (denial.is_clerk_over, denial.clerk_by));
    Ok(found)
}

fn denial(desk: &Desk, application: &Application) -> Option<Denial> {
    let letter = letters::denial(&desk.profile, application)?;
    let today = day_in(desk.profile.zone, desk.clock.now());
    let clerk_by = letter.parts.iter().map(|part| part.clerk_by).max()?;
    let state_by = letter.parts.iter().map(|part| part.state_by).max()?;
    Some(Denial {
        application: application.id,
        letter,
        clerk_by,
        is_clerk_over: clerk_by < today,
        state_by,
        is_state_over: state_by < today,
    })
}

/// The letter of one application, as its requester has it.
///
/// # Errors
/// [`CaseError::Missing`] where nothing was refused, and for everybody but clerks.
pub fn letter(desk: &Desk, caller: &Caller, id: ApplicationId) -> Result<Letter, CaseError> {
    caller.actor.acting_as(Role::Clerk)?;
    let application = desk.read(|conn| applications::by_id(conn, id))?;
    letters::denial(&desk.profile, &application).ok_or(CaseError::Missing)
}
