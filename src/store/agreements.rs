//! Agreements, and their texts kept for ever under their hash.

use diesel::prelude::*;

use super::conn::on_each;
use super::schema::{agreement_datasets, agreement_texts, agreements, reminders};
use super::{AnyConnection, StoreError, from_json, id, one_row, to_json};
use crate::domain::agreement::Agreement;
use crate::domain::id::{AccountId, AgreementId, ApplicationId, DatasetId, DepartmentId, TermsId};
use crate::domain::time::Instant;

fn read((version, body): (i64, String)) -> Result<Agreement, StoreError> {
    let agreement: Agreement = from_json("agreement", &body)?;
    Ok(Agreement { version, ..agreement })
}

/// Keeps a text under its hash; the same text is kept once.
///
/// # Errors
/// What the database says.
pub fn keep_text(conn: &mut AnyConnection, hash: &str, text: &str, now: Instant) -> Result<(), StoreError> {
    let values = (
        agreement_texts::hash.eq(hash),
        agreement_texts::text.eq(text),
        agreement_texts::created_at.eq(now.naive_utc()),
    );
    on_each!(conn, c => diesel::insert_into(agreement_texts::table)
        .values(values).on_conflict(agreement_texts::hash).do_nothing().execute(c))?;
    Ok(())
}

/// The text with this hash.
///
/// # Errors
/// [`StoreError::Missing`] or what the database says.
pub fn text(conn: &mut AnyConnection, hash: &str) -> Result<String, StoreError> {
    Ok(agreement_texts::table.filter(agreement_texts::hash.eq(hash)).select(agreement_texts::text).first(conn)?)
}

/// Keeps a new agreement; its text must be kept already.
///
/// # Errors
/// [`StoreError::Taken`] when the number is.
pub fn insert(conn: &mut AnyConnection, agreement: &Agreement, now: Instant) -> Result<(), StoreError> {
    let execution = agreement.execution();
    diesel::insert_into(agreements::table)
        .values((
            agreements::id.eq(agreement.id.to_string()),
            agreements::number.eq(&agreement.number),
            agreements::application_id.eq(agreement.application.to_string()),
            agreements::requester_id.eq(agreement.requester.to_string()),
            agreements::organisation_id.eq(agreement.organisation.map(|id| id.to_string())),
            agreements::title.eq(&agreement.title),
            agreements::state.eq(agreement.state.as_str()),
            agreements::text_hash.eq(&agreement.text_hash),
            agreements::executed_at.eq(execution.map(|execution| execution.at.naive_utc())),
            agreements::ends_at.eq(execution.map(|execution| execution.ends_at.naive_utc())),
            agreements::updated_at.eq(now.naive_utc()),
            agreements::version.eq(1),
            agreements::body.eq(to_json("agreement", agreement)?),
            agreements::terms_id.eq(Some(agreement.terms_accepted().to_string())),
        ))
        .execute(conn)?;
    for schedule in &agreement.schedules {
        diesel::insert_into(agreement_datasets::table)
            .values((
                agreement_datasets::agreement_id.eq(agreement.id.to_string()),
                agreement_datasets::dataset_id.eq(schedule.dataset.to_string()),
                agreement_datasets::department_id.eq(schedule.department.to_string()),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Saves an agreement over the version it was loaded with. Its schedules never change.
///
/// # Errors
/// [`StoreError::Stale`] when somebody was faster.
pub fn save(conn: &mut AnyConnection, agreement: &Agreement, now: Instant) -> Result<(), StoreError> {
    let execution = agreement.execution();
    let unchanged = agreements::id.eq(agreement.id.to_string()).and(agreements::version.eq(agreement.version));
    let rows = diesel::update(agreements::table.filter(unchanged))
        .set((
            agreements::state.eq(agreement.state.as_str()),
            agreements::executed_at.eq(execution.map(|execution| execution.at.naive_utc())),
            agreements::ends_at.eq(execution.map(|execution| execution.ends_at.naive_utc())),
            agreements::updated_at.eq(now.naive_utc()),
            agreements::version.eq(agreement.version.saturating_add(1)),
            agreements::body.eq(to_json("agreement", agreement)?),
            agreements::terms_id.eq(Some(agreement.terms_accepted().to_string())),
        ))
        .execute(conn)?;
    one_row(rows)
}

/// The agreement with this id.
///
/// # Errors
/// [`StoreError::Missing`] or what the database says.
pub fn by_id(conn: &mut AnyConnection, wanted: AgreementId) -> Result<Agreement, StoreError> {
    read(
        agreements::table
            .filter(agreements::id.eq(wanted.to_string()))
            .select((agreements::version, agreements::body))
            .first(conn)?,
    )
}

/// The agreement with this short number.
///
/// # Errors
/// [`StoreError::Missing`] or what the database says.
pub fn by_number(conn: &mut AnyConnection, number: &str) -> Result<Agreement, StoreError> {
    read(
        agreements::table
            .filter(agreements::number.eq(number))
            .select((agreements::version, agreements::body))
            .first(conn)?,
    )
}

/// How many agreements an application has had.
///
/// # Errors
/// What the database says.
pub fn count_of_application(conn: &mut AnyConnection, application: ApplicationId) -> Result<i64, StoreError> {
    Ok(agreements::table.filter(agreements::application_id.eq(application.to_string())).count().get_result(conn)?)
}

/// The agreements that came of an application, the oldest first.
///
/// # Errors
/// What the database says.
pub fn of_application(conn: &mut AnyConnection, application: ApplicationId) -> Result<Vec<AgreementId>, StoreError> {
    let rows: Vec<String> = agreements::table
        .filter(agreements::application_id.eq(application.to_string()))
        .order(agreements::id.asc())
        .select(agreements::id)
        .load(conn)?;
    rows.iter().map(|raw| id(raw)).collect()
}

/// Agreements that a person made alone, and those made for their organisation, newest first.
///
/// # Errors
/// What the database says.
pub fn of_party(
    conn: &mut AnyConnection,
    requester: AccountId,
    organisation: Option<&str>,
) -> Result<Vec<Agreement>, StoreError> {
    let alone = agreements::requester_id.eq(requester.to_string()).and(agreements::organisation_id.is_null());
    let mut query = agreements::table.into_boxed().filter(alone);
    if let Some(organisation) = organisation {
        query = query.or_filter(agreements::organisation_id.eq(organisation.to_owned()));
    }
    let rows: Vec<(i64, String)> =
        query.order(agreements::id.desc()).limit(500).select((agreements::version, agreements::body)).load(conn)?;
    rows.into_iter().map(read).collect()
}

/// Every agreement that a hold on a person stops: what they asked for, for whomever, and those made for their
/// organisation, newest first.
///
/// # Errors
/// What the database says.
pub fn of_requester(
    conn: &mut AnyConnection,
    requester: AccountId,
    organisation: Option<&str>,
) -> Result<Vec<Agreement>, StoreError> {
    let mut query = agreements::table.into_boxed().filter(agreements::requester_id.eq(requester.to_string()));
    if let Some(organisation) = organisation {
        query = query.or_filter(agreements::organisation_id.eq(organisation.to_owned()));
    }
    let rows: Vec<(i64, String)> =
        query.order(agreements::id.desc()).limit(500).select((agreements::version, agreements::body)).load(conn)?;
    rows.into_iter().map(read).collect()
}

/// Agreements with a schedule of these departments (`None`: every agreement), newest first.
///
/// # Errors
/// What the database says.
pub fn of_departments(
    conn: &mut AnyConnection,
    departments: Option<&[DepartmentId]>,
    state: Option<&str>,
    limit: i64,
) -> Result<Vec<Agreement>, StoreError> {
    let mut query = agreements::table.into_boxed();
    if let Some(departments) = departments {
        let ids: Vec<String> = departments.iter().map(ToString::to_string).collect();
        let ours = agreement_datasets::table
            .filter(agreement_datasets::department_id.eq_any(ids))
            .select(agreement_datasets::agreement_id);
        query = query.filter(agreements::id.eq_any(ours));
    }
    if let Some(state) = state {
        query = query.filter(agreements::state.eq(state.to_owned()));
    }
    let rows: Vec<(i64, String)> =
        query.order(agreements::id.desc()).limit(limit).select((agreements::version, agreements::body)).load(conn)?;
    rows.into_iter().map(read).collect()
}

/// Agreements in order of their ids, after one of them; of all, for whoever takes them out.
///
/// # Errors
/// What the database says.
pub fn after(conn: &mut AnyConnection, id: &str, limit: i64) -> Result<Vec<Agreement>, StoreError> {
    let rows: Vec<(i64, String)> = agreements::table
        .filter(agreements::id.gt(id.to_owned()))
        .order(agreements::id.asc())
        .limit(limit)
        .select((agreements::version, agreements::body))
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// Agreements with a schedule of this dataset whose term, as signed, lies within these instants in part, whatever became of
/// them, oldest first.
///
/// # Errors
/// What the database says.
pub fn signed_on(
    conn: &mut AnyConnection,
    dataset: DatasetId,
    (from, until): (Instant, Instant),
    limit: usize,
) -> Result<Vec<Agreement>, StoreError> {
    let named = agreement_datasets::table
        .filter(agreement_datasets::dataset_id.eq(dataset.to_string()))
        .select(agreement_datasets::agreement_id);
    let rows: Vec<(i64, String)> = agreements::table
        .filter(agreements::id.eq_any(named))
        .filter(agreements::executed_at.lt(until.naive_utc()).and(agreements::ends_at.gt(from.naive_utc())))
        .order(agreements::id.asc())
        .limit(i64::try_from(limit).unwrap_or(i64::MAX))
        .select((agreements::version, agreements::body))
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// Executed agreements with a schedule of this dataset.
///
/// # Errors
/// What the database says.
pub fn executed_on(conn: &mut AnyConnection, dataset: DatasetId) -> Result<Vec<Agreement>, StoreError> {
    let named = agreement_datasets::table
        .filter(agreement_datasets::dataset_id.eq(dataset.to_string()))
        .select(agreement_datasets::agreement_id);
    let rows: Vec<(i64, String)> = agreements::table
        .filter(agreements::state.eq("executed").and(agreements::id.eq_any(named)))
        .order(agreements::id.asc())
        .select((agreements::version, agreements::body))
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// Executed agreements whose holders accepted one of these terms versions last, oldest first.
///
/// # Errors
/// What the database says.
pub fn executed_under(conn: &mut AnyConnection, versions: &[TermsId]) -> Result<Vec<Agreement>, StoreError> {
    let versions: Vec<Option<String>> = versions.iter().map(|id| Some(id.to_string())).collect();
    let rows: Vec<(i64, String)> = agreements::table
        .filter(agreements::state.eq("executed").and(agreements::terms_id.eq_any(versions)))
        .order(agreements::id.asc())
        .select((agreements::version, agreements::body))
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// Executed agreements whose term ends before `until`.
///
/// # Errors
/// What the database says.
pub fn ending(conn: &mut AnyConnection, until: Instant, limit: i64) -> Result<Vec<AgreementId>, StoreError> {
    let rows: Vec<String> = agreements::table
        .filter(agreements::state.eq("executed").and(agreements::ends_at.le(until.naive_utc())))
        .order(agreements::ends_at.asc())
        .limit(limit)
        .select(agreements::id)
        .load(conn)?;
    rows.iter().map(|raw| id(raw)).collect()
}

/// Executed agreements that end after `from` and not after `until`, and of whom `mark` was not yet said.
///
/// # Errors
/// What the database says.
pub fn ending_unsaid(
    conn: &mut AnyConnection,
    (from, until): (Instant, Instant),
    mark: &str,
    limit: i64,
) -> Result<Vec<AgreementId>, StoreError> {
    let said = reminders::table.filter(reminders::mark.eq(mark)).select(reminders::subject);
    let rows: Vec<String> = agreements::table
        .filter(agreements::state.eq("executed").and(agreements::id.ne_all(said)))
        .filter(agreements::ends_at.gt(from.naive_utc()).and(agreements::ends_at.le(until.naive_utc())))
        .order(agreements::ends_at.asc())
        .limit(limit)
        .select(agreements::id)
        .load(conn)?;
    rows.iter().map(|raw| id(raw)).collect()
}
