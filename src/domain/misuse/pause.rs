//! A pause of a dataset for every key that opens it, because the feed itself gave out what it should not. It accuses
//! nobody: every holder is told so.

use serde::{Deserialize, Serialize};

use crate::domain::hold::Lift;
use crate::domain::id::{DatasetId, DepartmentId, HoldId, PauseId};
use crate::domain::people::{Actor, Capacity, Role};
use crate::domain::refusal::Refusal;
use crate::domain::time::Instant;

/// A pause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// Its id.
    pub id: PauseId,
    /// Its number, `PAU-2026-0001`.
    pub number: String,
    /// The dataset.
    pub dataset: DatasetId,
    /// Its title at the time.
    pub title: String,
    /// Its department.
    pub department: DepartmentId,
    /// Why, as every holder reads it.
    pub reason: String,
    /// Since when.
    pub since: Instant,
    /// By whom.
    pub by_name: String,
    /// The suspensions it placed; the end of the pause lifts exactly these.
    pub holds: Vec<HoldId>,
    /// When and why it ended.
    pub ended: Option<Lift>,
}

/// Who may pause a dataset, and end the pause: a manager of its department, or the clerk.
///
/// # Errors
/// `not_your_department`.
pub fn may_pause(department: DepartmentId, actor: &Actor) -> Result<Capacity, Refusal> {
    actor.acting_for(&[Role::Manager], department).or_else(|_not_theirs| actor.acting_as(Role::Clerk))
}

impl Pause {
    /// Ends it.
    ///
    /// # Errors
    /// `already_lifted`.
    pub fn end(&self, actor: &Actor, reason: &str, now: Instant) -> Result<Self, Refusal> {
        if self.ended.is_some() {
            return Err(Refusal::new("already_lifted", "This pause ended already."));
        }
        let ended = Lift { at: now, by: actor.account, by_name: actor.name.clone(), reason: reason.to_owned() };
        Ok(Self { ended: Some(ended), ..self.clone() })
    }
}
