//! Applications with their items and remarks.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::schema::{application_items, applications, remarks};
use super::{AnyConnection, StoreError, from_json, id, id_opt, one_row, to_json};
use crate::domain::application::{Application, RemarkKind, State};
use crate::domain::id::{AccountId, ApplicationId, DepartmentId, RemarkId};
use crate::domain::time::Instant;

/// Items of one department looked through for its queue.
const QUEUE_MAX: i64 = 5_000;

fn read((version, body): (i64, String)) -> Result<Application, StoreError> {
    let application: Application = from_json("application", &body)?;
    Ok(Application { version, ..application })
}

const fn lapses_at(application: &Application) -> Option<Instant> {
    match &application.state {
        State::Offered { lapses_at, .. } => Some(*lapses_at),
        State::Draft
        | State::Submitted { .. }
        | State::InfoRequested { .. }
        | State::Executed { .. }
        | State::Denied { .. }
        | State::Withdrawn { .. }
        | State::Lapsed { .. }
        | State::Converted { .. } => None,
    }
}

/// Keeps a new application.
///
/// # Errors
/// What the database says.
pub fn insert(conn: &mut AnyConnection, application: &Application, now: Instant) -> Result<(), StoreError> {
    diesel::insert_into(applications::table)
        .values((
            applications::id.eq(application.id.to_string()),
            applications::number.eq(&application.number),
            applications::requester_id.eq(application.requester.to_string()),
            applications::organisation_id.eq(application.organisation.map(|id| id.to_string())),
            applications::title.eq(application.answers.get("title")),
            applications::state.eq(application.state.as_str()),
            applications::updated_at.eq(now.naive_utc()),
            applications::version.eq(1),
            applications::body.eq(to_json("application", application)?),
        ))
        .execute(conn)?;
    write_items(conn, application)
}

/// Saves an application over the version it was loaded with.
///
/// # Errors
/// [`StoreError::Stale`] when somebody was faster.
pub fn save(conn: &mut AnyConnection, application: &Application, now: Instant) -> Result<(), StoreError> {
    let unchanged = applications::id.eq(application.id.to_string()).and(applications::version.eq(application.version));
    let submitted_at = application.submissions.first().map(|submission| submission.at.naive_utc());
    let rows = diesel::update(applications::table.filter(unchanged))
        .set((
            applications::title.eq(application.answers.get("title")),
            applications::state.eq(application.state.as_str()),
            applications::submitted_at.eq(submitted_at),
            applications::lapses_at.eq(lapses_at(application).map(|at| at.naive_utc())),
            applications::updated_at.eq(now.naive_utc()),
            applications::version.eq(application.version.saturating_add(1)),
            applications::body.eq(to_json("application", application)?),
        ))
        .execute(conn)?;
    one_row(rows)?;
    write_items(conn, application)
}

fn write_items(conn: &mut AnyConnection, application: &Application) -> Result<(), StoreError> {
    diesel::delete(application_items::table.filter(application_items::application_id.eq(application.id.to_string())))
        .execute(conn)?;
    for item in &application.items {
        diesel::insert_into(application_items::table)
            .values((
                application_items::id.eq(item.id.to_string()),
                application_items::application_id.eq(application.id.to_string()),
                application_items::dataset_id.eq(item.asked.dataset.to_string()),
                application_items::department_id.eq(item.department.to_string()),
                application_items::tier.eq(item.tier.as_str()),
                application_items::state.eq(item.state.as_str()),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// The application with this id.
///
/// # Errors
/// [`StoreError::Missing`] or what the database says.
pub fn by_id(conn: &mut AnyConnection, wanted: ApplicationId) -> Result<Application, StoreError> {
    read(
        applications::table
            .filter(applications::id.eq(wanted.to_string()))
            .select((applications::version, applications::body))
            .first(conn)?,
    )
}

/// Applications that a person made alone, and those made for their organisation, newest first.
///
/// # Errors
/// What the database says.
pub fn of_party(
    conn: &mut AnyConnection,
    requester: AccountId,
    organisation: Option<&str>,
) -> Result<Vec<Application>, StoreError> {
    let alone = applications::requester_id.eq(requester.to_string()).and(applications::organisation_id.is_null());
    let mut query = applications::table.into_boxed().filter(alone);
    if let Some(organisation) = organisation {
        query = query.or_filter(applications::organisation_id.eq(organisation.to_owned()));
    }
    let rows: Vec<(i64, String)> = query
        .order(applications::id.desc())
        .limit(500)
        .select((applications::version, applications::body))
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// What a department's queue shows.
#[derive(Clone, Debug, Default)]
pub struct QueueFilter {
    /// Only these states; empty means every state that staff may see.
    pub states: Vec<String>,
    /// Only this dataset.
    pub dataset: Option<String>,
    /// Only applications with an item of ours that is still pending.
    pub is_open: bool,
}

/// Applications with an item of these departments, oldest submission first; drafts are never among them.
///
/// # Errors
/// What the database says.
pub fn queue(
    conn: &mut AnyConnection,
    departments: &[DepartmentId],
    filter: &QueueFilter,
    limit: i64,
) -> Result<Vec<Application>, StoreError> {
    let ids: Vec<String> = departments.iter().map(ToString::to_string).collect();
    let mut ours = application_items::table.into_boxed().filter(application_items::department_id.eq_any(ids));
    if let Some(dataset) = &filter.dataset {
        ours = ours.filter(application_items::dataset_id.eq(dataset.clone()));
    }
    if filter.is_open {
        ours = ours.filter(application_items::state.eq("pending"));
    }
    // A boxed subquery has one backend only, so the ids are fetched first.
    let found: Vec<String> = ours
        .order(application_items::application_id.desc())
        .limit(QUEUE_MAX)
        .select(application_items::application_id)
        .load(conn)?;
    let mut query = applications::table
        .into_boxed()
        .filter(applications::submitted_at.is_not_null())
        .filter(applications::id.eq_any(found));
    if !filter.states.is_empty() {
        query = query.filter(applications::state.eq_any(filter.states.clone()));
    }
    let rows: Vec<(i64, String)> = query
        .order(applications::submitted_at.asc())
        .limit(limit)
        .select((applications::version, applications::body))
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// Applications with an item of this department that is decided, newest first.
///
/// # Errors
/// What the database says.
pub fn decided_by(
    conn: &mut AnyConnection,
    department: DepartmentId,
    limit: i64,
) -> Result<Vec<Application>, StoreError> {
    let found: Vec<String> = application_items::table
        .filter(application_items::department_id.eq(department.to_string()))
        .filter(application_items::state.ne("pending"))
        .order(application_items::application_id.desc())
        .limit(limit)
        .select(application_items::application_id)
        .load(conn)?;
    let rows: Vec<(i64, String)> = applications::table
        .filter(applications::id.eq_any(found))
        .filter(applications::submitted_at.is_not_null())
        .order(applications::id.desc())
        .select((applications::version, applications::body))
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// Applications in a state, newest first; for auditors and clerks.
///
/// # Errors
/// What the database says.
pub fn in_state(conn: &mut AnyConnection, state: &str, limit: i64) -> Result<Vec<Application>, StoreError> {
    let rows: Vec<(i64, String)> = applications::table
        .filter(applications::state.eq(state))
        .order(applications::updated_at.desc())
        .limit(limit)
        .select((applications::version, applications::body))
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// Offers whose time is over.
///
/// # Errors
/// What the database says.
pub fn lapsing(conn: &mut AnyConnection, now: Instant, limit: i64) -> Result<Vec<ApplicationId>, StoreError> {
    let rows: Vec<String> = applications::table
        .filter(applications::state.eq("offered").and(applications::lapses_at.le(now.naive_utc())))
        .limit(limit)
        .select(applications::id)
        .load(conn)?;
    rows.iter().map(|raw| id(raw)).collect()
}

/// A remark on an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// Its id.
    pub id: RemarkId,
    /// The department it comes from or goes to.
    pub department: Option<DepartmentId>,
    /// Who wrote it.
    pub author_name: String,
    /// Whether the requester's side wrote it.
    pub is_from_requester: bool,
    /// Its kind.
    pub kind: RemarkKind,
    /// The text.
    pub text: String,
    /// The name of the answer that a question is about.
    pub about: Option<String>,
    /// When.
    pub at: Instant,
}

/// Keeps a remark.
///
/// # Errors
/// What the database says.
pub fn add_remark(
    conn: &mut AnyConnection,
    application: ApplicationId,
    author: Option<AccountId>,
    remark: &Remark,
) -> Result<(), StoreError> {
    diesel::insert_into(remarks::table)
        .values((
            remarks::id.eq(remark.id.to_string()),
            remarks::application_id.eq(application.to_string()),
            remarks::department_id.eq(remark.department.map(|id| id.to_string())),
            remarks::author_id.eq(author.map(|id| id.to_string())),
            remarks::author_name.eq(&remark.author_name),
            remarks::from_requester.eq(remark.is_from_requester),
            remarks::kind.eq(remark.kind.as_str()),
            remarks::text.eq(&remark.text),
            remarks::at.eq(remark.at.naive_utc()),
            remarks::about.eq(&remark.about),
        ))
        .execute(conn)?;
    Ok(())
}

/// Who reads the remarks.
#[derive(Clone, Debug)]
pub enum Reader {
    /// The requester: never a private note.
    Requester,
    /// Staff of these departments: private notes of theirs only.
    Departments(Vec<DepartmentId>),
    /// An auditor: everything.
    Auditor,
}

type RemarkColumns = (String, Option<String>, String, bool, String, String, NaiveDateTime, Option<String>);

/// The remarks that a reader may see, oldest first.
///
/// # Errors
/// What the database says.
pub fn remarks_for(
    conn: &mut AnyConnection,
    application: ApplicationId,
    reader: &Reader,
) -> Result<Vec<Remark>, StoreError> {
    let rows: Vec<RemarkColumns> = remarks::table
        .filter(remarks::application_id.eq(application.to_string()))
        .order((remarks::at.asc(), remarks::id.asc()))
        .select((
            remarks::id,
            remarks::department_id,
            remarks::author_name,
            remarks::from_requester,
            remarks::kind,
            remarks::text,
            remarks::at,
            remarks::about,
        ))
        .load(conn)?;
    let all: Vec<Remark> = rows.into_iter().map(remark).collect::<Result<_, _>>()?;
    Ok(all.into_iter().filter(|remark| may_read(remark, reader)).collect())
}

fn may_read(remark: &Remark, reader: &Reader) -> bool {
    match reader {
        Reader::Auditor => true,
        Reader::Requester => !remark.kind.is_private(),
        Reader::Departments(ours) => {
            !remark.kind.is_private() || remark.department.is_some_and(|department| ours.contains(&department))
        }
    }
}

fn remark(columns: RemarkColumns) -> Result<Remark, StoreError> {
    let (raw, department, author_name, from_requester, kind, text, at, about) = columns;
    let kind = RemarkKind::from_word(&kind).ok_or(StoreError::Corrupt { what: "remark kind", why: kind })?;
    Ok(Remark {
        id: id(&raw)?,
        department: id_opt(department.as_deref())?,
        author_name,
        is_from_requester: from_requester,
        kind,
        text,
        about,
        at: at.and_utc(),
    })
}
