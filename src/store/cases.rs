//! Misuse cases at rest, and the evidence of each. Evidence is written once, when the case is opened, and never changes.

use diesel::prelude::*;

use super::schema::{misuse_case_departments, misuse_case_parts, misuse_cases};
use super::{AnyConnection, StoreError, from_json, one_row, to_json};
use crate::domain::id::{AccountId, AgreementId, CaseId, DepartmentId, SignalId};
use crate::domain::misuse::case::MisuseCase;
use crate::domain::time::Instant;

/// Cases read at once.
const MAX: i64 = 1_000;

fn read((version, body): (i64, String)) -> Result<MisuseCase, StoreError> {
    let case: MisuseCase = from_json("case", &body)?;
    Ok(MisuseCase { version, ..case })
}

/// Keeps a new case with the texts of its evidence.
///
/// # Errors
/// [`StoreError::Taken`] when its signal or complaint has a case.
pub fn insert(conn: &mut AnyConnection, case: &MisuseCase, texts: &[(String, String)]) -> Result<(), StoreError> {
    let id = case.id.to_string();
    diesel::insert_into(misuse_cases::table)
        .values((
            misuse_cases::id.eq(&id),
            misuse_cases::number.eq(&case.number),
            misuse_cases::class.eq(case.class.as_str()),
            misuse_cases::state.eq(case.state.as_str()),
            misuse_cases::source.eq(case.source.as_str()),
            misuse_cases::signal_id.eq(case.source.signal().map(|id| id.to_string())),
            misuse_cases::complaint_id.eq(case.source.complaint().map(|id| id.to_string())),
            misuse_cases::agreement_id.eq(case.subject.agreement.to_string()),
            misuse_cases::requester_id.eq(case.subject.requester.to_string()),
            misuse_cases::organisation_id.eq(case.subject.organisation.map(|id| id.to_string())),
            misuse_cases::is_open.eq(case.state.is_open()),
            misuse_cases::opened_at.eq(case.opened_at.naive_utc()),
            misuse_cases::updated_at.eq(case.opened_at.naive_utc()),
            misuse_cases::version.eq(1),
            misuse_cases::body.eq(to_json("case", case)?),
        ))
        .execute(conn)?;
    for department in &case.departments {
        diesel::insert_into(misuse_case_departments::table)
            .values((
                misuse_case_departments::case_id.eq(&id),
                misuse_case_departments::department_id.eq(department.to_string()),
            ))
            .execute(conn)?;
    }
    for (position, (name, text)) in (0_i64..).zip(texts) {
        diesel::insert_into(misuse_case_parts::table)
            .values((
                misuse_case_parts::case_id.eq(&id),
                misuse_case_parts::position.eq(position),
                misuse_case_parts::name.eq(name),
                misuse_case_parts::text.eq(text),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Saves a case over the version it was loaded with.
///
/// # Errors
/// [`StoreError::Stale`] when somebody was faster.
pub fn save(conn: &mut AnyConnection, case: &MisuseCase, now: Instant) -> Result<(), StoreError> {
    let unchanged = misuse_cases::id.eq(case.id.to_string()).and(misuse_cases::version.eq(case.version));
    let rows = diesel::update(misuse_cases::table.filter(unchanged))
        .set((
            misuse_cases::state.eq(case.state.as_str()),
            misuse_cases::is_open.eq(case.state.is_open()),
            misuse_cases::updated_at.eq(now.naive_utc()),
            misuse_cases::version.eq(case.version.saturating_add(1)),
            misuse_cases::body.eq(to_json("case", case)?),
        ))
        .execute(conn)?;
    one_row(rows)
}

/// The case with this id.
///
/// # Errors
/// [`StoreError::Missing`] or what the database says.
pub fn by_id(conn: &mut AnyConnection, wanted: CaseId) -> Result<MisuseCase, StoreError> {
    let found = misuse_cases::table.filter(misuse_cases::id.eq(wanted.to_string()));
    read(found.select((misuse_cases::version, misuse_cases::body)).first(conn)?)
}

/// The case with this number, if there is one.
///
/// # Errors
/// What the database says.
pub fn by_number(conn: &mut AnyConnection, number: &str) -> Result<Option<MisuseCase>, StoreError> {
    let found = misuse_cases::table.filter(misuse_cases::number.eq(number));
    let row = found.select((misuse_cases::version, misuse_cases::body)).first(conn).optional()?;
    row.map(read).transpose()
}

/// The case that was opened from a signal, if there is one.
///
/// # Errors
/// What the database says.
pub fn from_signal(conn: &mut AnyConnection, signal: SignalId) -> Result<Option<MisuseCase>, StoreError> {
    let found = misuse_cases::table.filter(misuse_cases::signal_id.eq(signal.to_string()));
    let row = found.select((misuse_cases::version, misuse_cases::body)).first(conn).optional()?;
    row.map(read).transpose()
}

/// Cases that concern any of these departments (all where none are named), newest first; with `closed` also those that
/// are over.
///
/// # Errors
/// What the database says.
pub fn list(
    conn: &mut AnyConnection,
    departments: Option<&[DepartmentId]>,
    closed: bool,
) -> Result<Vec<MisuseCase>, StoreError> {
    let mut query = misuse_cases::table.into_boxed();
    if let Some(departments) = departments {
        let named: Vec<String> = departments.iter().map(ToString::to_string).collect();
        let theirs = misuse_case_departments::table
            .filter(misuse_case_departments::department_id.eq_any(named))
            .select(misuse_case_departments::case_id);
        query = query.filter(misuse_cases::id.eq_any(theirs));
    }
    if !closed {
        query = query.filter(misuse_cases::is_open.eq(true));
    }
    let rows: Vec<(i64, String)> = query
        .order((misuse_cases::opened_at.desc(), misuse_cases::id.desc()))
        .limit(MAX)
        .select((misuse_cases::version, misuse_cases::body))
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// Cases about what was made for this person alone, and for their organisation, newest first.
///
/// # Errors
/// What the database says.
pub fn of_party(
    conn: &mut AnyConnection,
    requester: AccountId,
    organisation: Option<&str>,
) -> Result<Vec<MisuseCase>, StoreError> {
    let alone = misuse_cases::requester_id.eq(requester.to_string()).and(misuse_cases::organisation_id.is_null());
    let mut query = misuse_cases::table.into_boxed().filter(alone);
    if let Some(organisation) = organisation {
        query = query.or_filter(misuse_cases::organisation_id.eq(organisation.to_owned()));
    }
    let rows: Vec<(i64, String)> = query
        .order((misuse_cases::opened_at.desc(), misuse_cases::id.desc()))
        .limit(MAX)
        .select((misuse_cases::version, misuse_cases::body))
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// Cases about one agreement, newest first.
///
/// # Errors
/// What the database says.
pub fn of_agreement(conn: &mut AnyConnection, agreement: AgreementId) -> Result<Vec<MisuseCase>, StoreError> {
    let rows: Vec<(i64, String)> = misuse_cases::table
        .filter(misuse_cases::agreement_id.eq(agreement.to_string()))
        .order((misuse_cases::opened_at.desc(), misuse_cases::id.desc()))
        .limit(MAX)
        .select((misuse_cases::version, misuse_cases::body))
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// The texts of the evidence by name, in order.
///
/// # Errors
/// What the database says.
pub fn evidence(conn: &mut AnyConnection, case: CaseId) -> Result<Vec<(String, String)>, StoreError> {
    let found = misuse_case_parts::table.filter(misuse_case_parts::case_id.eq(case.to_string()));
    let rows = found.order(misuse_case_parts::position.asc());
    Ok(rows.select((misuse_case_parts::name, misuse_case_parts::text)).load(conn)?)
}
