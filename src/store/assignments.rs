//! Who works on which application, and who is away.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::schema::{absences, assignments};
use super::{AnyConnection, StoreError, id, id_opt};
use crate::domain::assignment::{Absence, Assignment};
use crate::domain::id::{AccountId, ApplicationId, DepartmentId};
use crate::domain::time::Day;

type Columns = (String, String, String, String, NaiveDateTime);

fn assignment((application, department, account, by_name, at): Columns) -> Result<Assignment, StoreError> {
    Ok(Assignment {
        application: id(&application)?,
        department: id(&department)?,
        account: id(&account)?,
        by_name,
        at: at.and_utc(),
    })
}

/// The assignments of these applications.
///
/// # Errors
/// What the database says.
pub fn of(conn: &mut AnyConnection, applications: &[ApplicationId]) -> Result<Vec<Assignment>, StoreError> {
    let ids: Vec<String> = applications.iter().map(ToString::to_string).collect();
    let rows: Vec<Columns> = assignments::table
        .filter(assignments::application_id.eq_any(ids))
        .order((assignments::application_id.asc(), assignments::department_id.asc()))
        .load(conn)?;
    rows.into_iter().map(assignment).collect()
}

/// Gives a department's part of an application to the person named.
///
/// # Errors
/// What the database says.
pub fn give(conn: &mut AnyConnection, given: &Assignment) -> Result<(), StoreError> {
    take_back(conn, given.application, given.department)?;
    diesel::insert_into(assignments::table)
        .values((
            assignments::application_id.eq(given.application.to_string()),
            assignments::department_id.eq(given.department.to_string()),
            assignments::account_id.eq(given.account.to_string()),
            assignments::by_name.eq(&given.by_name),
            assignments::at.eq(given.at.naive_utc()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Makes a department's part of an application nobody's.
///
/// # Errors
/// What the database says.
pub fn take_back(
    conn: &mut AnyConnection,
    application: ApplicationId,
    department: DepartmentId,
) -> Result<(), StoreError> {
    let part = assignments::application_id.eq(application.to_string());
    diesel::delete(assignments::table.filter(part.and(assignments::department_id.eq(department.to_string()))))
        .execute(conn)?;
    Ok(())
}

/// Every absence that is not over on this day, by its first day.
///
/// # Errors
/// What the database says.
pub fn absences_from(conn: &mut AnyConnection, today: Day) -> Result<Vec<Absence>, StoreError> {
    let rows: Vec<(String, String, String, Option<String>)> = absences::table
        .filter(absences::last_day.ge(today.to_string()))
        .order((absences::first_day.asc(), absences::account_id.asc()))
        .load(conn)?;
    rows.into_iter()
        .map(|(account, from, until, cover)| {
            Ok(Absence {
                account: id(&account)?,
                from: day(&from)?,
                until: day(&until)?,
                cover: id_opt(cover.as_deref())?,
            })
        })
        .collect()
}

fn day(text: &str) -> Result<Day, StoreError> {
    text.parse().map_err(|error: chrono::ParseError| StoreError::Corrupt { what: "day", why: error.to_string() })
}

/// Keeps an absence in the place of what the person said before.
///
/// # Errors
/// What the database says.
pub fn be_away(conn: &mut AnyConnection, absence: &Absence) -> Result<(), StoreError> {
    be_back(conn, absence.account)?;
    diesel::insert_into(absences::table)
        .values((
            absences::account_id.eq(absence.account.to_string()),
            absences::first_day.eq(absence.from.to_string()),
            absences::last_day.eq(absence.until.to_string()),
            absences::cover_id.eq(absence.cover.map(|id| id.to_string())),
        ))
        .execute(conn)?;
    Ok(())
}

/// Ends a person's absence.
///
/// # Errors
/// What the database says.
pub fn be_back(conn: &mut AnyConnection, account: AccountId) -> Result<(), StoreError> {
    diesel::delete(absences::table.filter(absences::account_id.eq(account.to_string()))).execute(conn)?;
    Ok(())
}
