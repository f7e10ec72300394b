//! Requests for records at rest, and the ledger of their fees, whose rows never change.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::schema::{records_fees, records_requests};
use super::{AnyConnection, StoreError, from_json, id, one_row, to_json};
use crate::domain::id::{AccountId, ApplicationId, DepartmentId, LinkId, RecordsId};
use crate::domain::records::{Cents, LedgerEntry, LedgerKind, RecordsRequest};
use crate::domain::time::{Day, Instant};

/// Requests read at once.
const MAX: i64 = 1_000;

fn read((version, body): (i64, String)) -> Result<RecordsRequest, StoreError> {
    let request: RecordsRequest = from_json("records request", &body)?;
    Ok(RecordsRequest { version, ..request })
}

fn department(request: &RecordsRequest) -> Option<String> {
    request.department.map(|id| id.to_string())
}

/// Keeps a new request.
///
/// # Errors
/// [`StoreError::Taken`] when the same was filed by the same person on the same day.
pub fn insert(conn: &mut AnyConnection, request: &RecordsRequest, filing_print: &str) -> Result<(), StoreError> {
    let requester = &request.requester;
    diesel::insert_into(records_requests::table)
        .values((
            records_requests::id.eq(request.id.to_string()),
            records_requests::number.eq(&request.number),
            records_requests::link_id.eq(request.link.to_string()),
            records_requests::filing_print.eq(filing_print),
            records_requests::requester_id.eq(requester.account.map(|id| id.to_string())),
            records_requests::organisation_id.eq(requester.organisation.map(|id| id.to_string())),
            records_requests::department_id.eq(department(request)),
            records_requests::application_id.eq(request.from_application.map(|id| id.to_string())),
            records_requests::state.eq(request.state.as_str()),
            records_requests::is_open.eq(request.state.is_open()),
            records_requests::due_on.eq(request.clocks.due.due.to_string()),
            records_requests::received_at.eq(request.received_at.naive_utc()),
            records_requests::updated_at.eq(request.received_at.naive_utc()),
            records_requests::version.eq(1),
            records_requests::body.eq(to_json("records request", request)?),
        ))
        .execute(conn)?;
    Ok(())
}

/// Saves a request over the version it was loaded with.
///
/// # Errors
/// [`StoreError::Stale`] when somebody was faster.
pub fn save(conn: &mut AnyConnection, request: &RecordsRequest, now: Instant) -> Result<(), StoreError> {
    let unchanged = records_requests::id.eq(request.id.to_string()).and(records_requests::version.eq(request.version));
    let rows = diesel::update(records_requests::table.filter(unchanged))
        .set((
            records_requests::department_id.eq(department(request)),
            records_requests::state.eq(request.state.as_str()),
            records_requests::is_open.eq(request.state.is_open()),
            records_requests::due_on.eq(request.clocks.due.due.to_string()),
            records_requests::updated_at.eq(now.naive_utc()),
            records_requests::version.eq(request.version.saturating_add(1)),
            records_requests::body.eq(to_json("records request", request)?),
        ))
        .execute(conn)?;
    one_row(rows)
}

/// The request with this id.
///
/// # Errors
/// [`StoreError::Missing`] or what the database says.
pub fn by_id(conn: &mut AnyConnection, wanted: RecordsId) -> Result<RecordsRequest, StoreError> {
    let found = records_requests::table.filter(records_requests::id.eq(wanted.to_string()));
    read(found.select((records_requests::version, records_requests::body)).first(conn)?)
}

/// The request that a private link names.
///
/// # Errors
/// [`StoreError::Missing`] or what the database says.
pub fn by_link(conn: &mut AnyConnection, link: LinkId) -> Result<RecordsRequest, StoreError> {
    let found = records_requests::table.filter(records_requests::link_id.eq(link.to_string()));
    read(found.select((records_requests::version, records_requests::body)).first(conn)?)
}

/// The request that was filed by the same person with the same text on the same day.
///
/// # Errors
/// What the database says.
pub fn by_print(conn: &mut AnyConnection, print: &str) -> Result<Option<RecordsRequest>, StoreError> {
    let found = records_requests::table.filter(records_requests::filing_print.eq(print));
    let row: Option<(i64, String)> =
        found.select((records_requests::version, records_requests::body)).first(conn).optional()?;
    row.map(read).transpose()
}

/// Requests of a person made for themselves, and those of their organisation, newest first.
///
/// # Errors
/// What the database says.
pub fn of_party(
    conn: &mut AnyConnection,
    requester: AccountId,
    organisation: Option<&str>,
) -> Result<Vec<RecordsRequest>, StoreError> {
    let alone =
        records_requests::requester_id.eq(requester.to_string()).and(records_requests::organisation_id.is_null());
    let mut query = records_requests::table.into_boxed().filter(alone);
    if let Some(organisation) = organisation {
        query = query.or_filter(records_requests::organisation_id.eq(organisation.to_owned()));
    }
    let rows: Vec<(i64, String)> = query
        .order((records_requests::received_at.desc(), records_requests::id.desc()))
        .limit(MAX)
        .select((records_requests::version, records_requests::body))
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// Requests that were made from an application, oldest first.
///
/// # Errors
/// What the database says.
pub fn of_application(conn: &mut AnyConnection, application: ApplicationId) -> Result<Vec<RecordsRequest>, StoreError> {
    let rows: Vec<(i64, String)> = records_requests::table
        .filter(records_requests::application_id.eq(application.to_string()))
        .order((records_requests::received_at.asc(), records_requests::id.asc()))
        .limit(MAX)
        .select((records_requests::version, records_requests::body))
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// Requests for an office, what is due first at the top: every open one, with `closed` also those that ended.
/// `departments` bounds them; without it they are those of the whole city.
///
/// # Errors
/// What the database says.
pub fn list(
    conn: &mut AnyConnection,
    departments: Option<&[DepartmentId]>,
    closed: bool,
) -> Result<Vec<RecordsRequest>, StoreError> {
    let mut query = records_requests::table.into_boxed();
    if let Some(departments) = departments {
        let ids: Vec<_> = departments.iter().map(|id| Some(id.to_string())).collect();
        query = query.filter(records_requests::department_id.eq_any(ids));
    }
    if !closed {
        query = query.filter(records_requests::is_open.eq(true));
    }
    let rows: Vec<(i64, String)> = query
        .order((records_requests::is_open.desc(), records_requests::due_on.asc(), records_requests::id.asc()))
        .limit(MAX)
        .select((records_requests::version, records_requests::body))
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// Ids of requests that wait for an answer and whose last day is `day` or before it, what is due first first.
///
/// # Errors
/// What the database says.
pub fn waiting_until(conn: &mut AnyConnection, day: Day) -> Result<Vec<RecordsId>, StoreError> {
    let waits = records_requests::state.eq_any(["received", "acknowledged"]);
    let rows: Vec<String> = records_requests::table
        .filter(waits.and(records_requests::due_on.le(day.to_string())))
        .order((records_requests::due_on.asc(), records_requests::id.asc()))
        .limit(MAX)
        .select(records_requests::id)
        .load(conn)?;
    rows.iter().map(|row| id(row)).collect()
}

type FeeColumns = (NaiveDateTime, String, i64, String, String);

fn entry((at, kind, cents, text, by_name): FeeColumns) -> Result<LedgerEntry, StoreError> {
    let corrupt = |why: String| StoreError::Corrupt { what: "fee", why };
    let kind = LedgerKind::from_word(&kind).ok_or_else(|| corrupt(kind))?;
    let cents = u64::try_from(cents).map_err(|error| corrupt(error.to_string()))?;
    Ok(LedgerEntry { kind, cents: Cents::new(cents), text, at: at.and_utc(), by_name })
}

/// Writes one more entry into the ledger of a request.
///
/// # Errors
/// [`StoreError::Taken`] when somebody wrote at the same moment.
pub fn add_fee(conn: &mut AnyConnection, request: RecordsId, entry: &LedgerEntry) -> Result<(), StoreError> {
    let count: i64 =
        records_fees::table.filter(records_fees::request_id.eq(request.to_string())).count().get_result(conn)?;
    let cents = i64::try_from(entry.cents.get())
        .map_err(|error| StoreError::Corrupt { what: "fee", why: error.to_string() })?;
    diesel::insert_into(records_fees::table)
        .values((
            records_fees::request_id.eq(request.to_string()),
            records_fees::position.eq(count),
            records_fees::at.eq(entry.at.naive_utc()),
            records_fees::kind.eq(entry.kind.as_str()),
            records_fees::cents.eq(cents),
            records_fees::text.eq(&entry.text),
            records_fees::by_name.eq(&entry.by_name),
        ))
        .execute(conn)?;
    Ok(())
}

/// The ledger of a request, oldest first.
///
/// # Errors
/// What the database says.
pub fn fees(conn: &mut AnyConnection, request: RecordsId) -> Result<Vec<LedgerEntry>, StoreError> {
    let rows: Vec<FeeColumns> = records_fees::table
        .filter(records_fees::request_id.eq(request.to_string()))
        .order(records_fees::position.asc())
        .select((records_fees::at, records_fees::kind, records_fees::cents, records_fees::text, records_fees::by_name))
        .load(conn)?;
    rows.into_iter().map(entry).collect()
}
