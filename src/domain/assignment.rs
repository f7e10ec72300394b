//! Who of a department works on an application, and who covers for them while they are away. An assignment says whose
//! work it is and gives no right: who may read, advise and decide is a matter of roles alone.

use serde::{Deserialize, Serialize};

use super::application::{Application, State};
use super::audit::{About, Act};
use super::id::{AccountId, ApplicationId, DepartmentId};
use super::people::{Actor, Capacity, Role, must_not_be_party};
use super::refusal::Refusal;
use super::time::{Day, Instant};

/// Roles that work on applications.
const DESK: &[Role] = &[Role::Reviewer, Role::Manager];
/// Longest absence, in days.
pub const AWAY_DAYS_MAX: i64 = 366;

/// One department's part of an application, given to one of its people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// The application.
    pub application: ApplicationId,
    /// The department whose part it is.
    pub department: DepartmentId,
    /// Who works on it.
    pub account: AccountId,
    /// Who gave it to them, by the name at the time.
    pub by_name: String,
    /// When.
    pub at: Instant,
}

impl Assignment {
    /// Whether it still counts: its person works in the department, has not stepped aside and is on nobody's side. Who
    /// lost the role has lost the work with it, and it is nobody's again.
    #[must_use]
    pub fn counts(&self, application: &Application, staff: &[Actor]) -> bool {
        let person = staff.iter().find(|person| person.account == Some(self.account));
        person.is_some_and(|person| must_fit(application, self.department, person).is_ok())
    }
}

/// Refuses a person to whom the department's part cannot be given.
///
/// # Errors
/// `not_a_colleague`, `colleague_recused`, `colleague_is_party`.
pub fn must_fit(application: &Application, department: DepartmentId, person: &Actor) -> Result<(), Refusal> {
    let name = &person.name;
    if person.acting_for(DESK, department).is_err() {
        let text = format!("{name} neither reviews nor decides for this department.");
        return Err(Refusal::new("not_a_colleague", text));
    }
    if application.is_recused(person) {
        let text = format!("{name} stepped aside from {}.", application.number);
        return Err(Refusal::new("colleague_recused", text));
    }
    if person.has_stake(application.requester, application.organisation) {
        let text = format!("{name} is on the applicant's side of {}.", application.number);
        return Err(Refusal::new("colleague_is_party", text));
    }
    Ok(())
}

/// Gives a department's part to a person, or to nobody, and says what the record keeps of it. `before` is who has it.
///
/// # Errors
/// What [`must_fit`] says; `not_your_department`, `own_application`, `nothing_to_assign`.
pub fn assign(
    application: &Application,
    department: DepartmentId,
    (before, to): (Option<AccountId>, Option<&Actor>),
    actor: &Actor,
) -> Result<Act, Refusal> {
    let capacity = actor.acting_for(DESK, department)?;
    if !application.is_visible_to_staff() {
        return Err(Refusal::new("not_your_department", "This belongs to another office."));
    }
    must_not_be_party(actor, application.requester, application.organisation)?;
    if !application.items.iter().any(|item| item.department == department) {
        let text = format!("{} asks for nothing of this department.", application.number);
        return Err(Refusal::new("nothing_to_assign", text));
    }
    if !is_open(&application.state) {
        let text =
            format!("{} is {}: there is no work left to give.", application.number, application.state.in_words());
        return Err(Refusal::new("nothing_to_assign", text));
    }
    if let Some(person) = to {
        must_fit(application, department, person)?;
    }
    Ok(entry(application, (before, to), capacity))
}

fn entry(application: &Application, (before, to): (Option<AccountId>, Option<&Actor>), capacity: Capacity) -> Act {
    let after = to.and_then(|person| person.account);
    let about = About { application: Some(application.id), person: after.or(before), ..About::default() };
    Act::new("application.assign", capacity, "application", &application.number)
        .about(about)
        .change(serde_json::json!({ "assigned": before }), serde_json::json!({ "assigned": after }))
}

/// Whether there is still something to do for the departments.
const fn is_open(state: &State) -> bool {
    match state {
        State::Submitted { .. } | State::InfoRequested { .. } | State::Offered { .. } => true,
        State::Draft
        | State::Executed { .. }
        | State::Denied { .. }
        | State::Withdrawn { .. }
        | State::Lapsed { .. }
        | State::Converted { .. } => false,
    }
}

/// A member of staff is away for some days, and perhaps somebody covers for them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Absence {
    /// Who is away.
    pub account: AccountId,
    /// The first day.
    pub from: Day,
    /// The last day.
    pub until: Day,
    /// Who covers.
    pub cover: Option<AccountId>,
}

impl Absence {
    /// Whether they are away on this day. It ends by itself.
    #[must_use]
    pub fn is_on(&self, day: Day) -> bool {
        self.from <= day && day <= self.until
    }

    /// Whether it is over.
    #[must_use]
    pub fn is_over(&self, today: Day) -> bool {
        self.until < today
    }

    /// Who covers on this day in this department. A cover brings their own rights: where they hold no role, nobody covers.
    #[must_use]
    pub fn cover_on<'a>(&self, day: Day, department: DepartmentId, staff: &'a [Actor]) -> Option<&'a Actor> {
        let cover = self.cover.filter(|_| self.is_on(day))?;
        staff.iter().find(|person| person.account == Some(cover) && person.acting_for(DESK, department).is_ok())
    }
}

/// Checks an absence before it is kept.
///
/// # Errors
/// `absence_days`, `absence_over`, `cover_needs_role`, `cover_away`.
pub fn check_absence(
    absence: &Absence,
    (person, cover): (&Actor, Option<&Actor>),
    others: &[Absence],
    today: Day,
) -> Result<(), Refusal> {
    if absence.until < absence.from || (absence.until - absence.from).num_days() > AWAY_DAYS_MAX {
        let text = "The last day must be the first or a later one, within a year.";
        return Err(Refusal::new("absence_days", text));
    }
    if absence.is_over(today) {
        return Err(Refusal::new("absence_over", "That time is over already."));
    }
    let Some(cover) = cover else { return Ok(()) };
    let shares_one = person.departments(DESK).iter().any(|department| cover.acting_for(DESK, *department).is_ok());
    if cover.account == person.account || !shares_one {
        let text = "Choose a colleague who reviews or decides for a department of yours.";
        return Err(Refusal::new("cover_needs_role", text));
    }
    let overlaps = |other: &Absence| {
        Some(other.account) == cover.account && other.from <= absence.until && absence.from <= other.until
    };
    if others.iter().any(overlaps) {
        let text = format!("{} is away at that time too. Choose somebody else.", cover.name);
        return Err(Refusal::new("cover_away", text));
    }
    Ok(())
}

/// What lies with one person of a department.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Applications that still need this department's decision.
    pub open: usize,
    /// Of these, late by the department's goal.
    pub late: usize,
    /// Since when the oldest of them waits.
    pub oldest: Option<Instant>,
}

impl Load {
    /// Counts one more.
    pub fn add(&mut self, since: Instant, is_late: bool) {
        self.open = self.open.saturating_add(1);
        self.late = self.late.saturating_add(usize::from(is_late));
        self.oldest = Some(self.oldest.map_or(since, |oldest| oldest.min(since)));
    }
}

#[cfg(test)]
mod tests;
