//! How a department's desk works: its managers set it, everybody at the desk reads it.

use serde_json::json;

use super::assignment::Team;
use super::{Caller, CaseError, Desk, review};
use crate::domain::audit::Act;
use crate::domain::department::{DeskSettings, Goals};
use crate::domain::id::DepartmentId;
use crate::domain::people::Role;
use crate::domain::text::Email;
use crate::store::AnyConnection;
use crate::store::people::{self, Department};

/// The departments at whose desks the caller works, by name.
///
/// # Errors
/// What the store says.
pub fn ours(desk: &Desk, caller: &Caller) -> Result<Vec<Department>, CaseError> {
    let ours = caller.actor.departments(review::DESK);
    let all = desk.read(people::departments)?;
    Ok(all.into_iter().filter(|department| ours.contains(&department.id)).collect())
}

/// A department, for who may change it.
///
/// # Errors
/// [`CaseError::Missing`], or what the store says.
pub fn one(desk: &Desk, caller: &Caller, id: DepartmentId) -> Result<Department, CaseError> {
    caller.actor.acting_for(&[Role::Manager], id)?;
    desk.read(|conn| people::department_by_id(conn, id))
}

/// Sets where a department is written to and how its desk works.
///
/// # Errors
/// An address that is none; what the rules say; [`CaseError::Missing`], [`CaseError::Stale`].
pub fn set(
    desk: &Desk,
    caller: &Caller,
    id: DepartmentId,
    (email, settings): (&str, DeskSettings),
    version: i64,
) -> Result<(), CaseError> {
    let capacity = caller.actor.acting_for(&[Role::Manager], id)?;
    let email = Email::parse("email", email);
    desk.act(caller, |work| {
        let staff = Team::of(desk, work.conn, &[id])?.people;
        let wrong = settings.check(desk.profile.clocks.decision_goal, id, &staff).err().unwrap_or_default();
        let email = match email {
            Ok(email) if wrong.is_empty() => email.as_str().to_owned(),
            Ok(_) => return Err(CaseError::Invalid(wrong)),
            Err(problem) => return Err(CaseError::Invalid(std::iter::once(problem).chain(wrong).collect())),
        };
        let known = people::department_by_id(work.conn, id)?;
        let before = json!({ "email": known.email, "desk": known.desk });
        let changed = Department { email, desk: settings, version, ..known };
        people::update_department(work.conn, &changed)?;
        let after = json!({ "email": changed.email, "desk": changed.desk });
        work.record(Act::new("department.set_desk", capacity, "department", &changed.slug).change(before, after))
    })
}

/// Within how many days each department wants to decide.
///
/// # Errors
/// What the store says.
pub fn goals(desk: &Desk) -> Result<Goals, CaseError> {
    desk.read(|conn| read_goals(desk, conn))
}

/// The same within a transaction or another reading.
///
/// # Errors
/// What the store says.
pub fn read_goals(desk: &Desk, conn: &mut AnyConnection) -> Result<Goals, crate::store::StoreError> {
    let all = people::departments(conn)?;
    Ok(Goals::new(desk.profile.clocks.decision_goal, all.into_iter().map(|one| (one.id, one.desk))))
}
