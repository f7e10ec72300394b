//! Whole tables to take along: small ones written as they are read, long ones made in the background.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Api, Created, id_in};
use crate::cases::CaseError;
use crate::cases::exports::kept;
use crate::cases::exports::{self, ExportWish};
use crate::domain::export::{Export, Made};
use crate::domain::id::ExportId;
use crate::domain::people::Role;
use crate::web::case::{DeskData, caller, caller_once};
use crate::web::{Access, Json, Once, Query, WebError, stream};

const AUDITOR: Access = Access::Staff(&[Role::Auditor]);
const ASKS: &[&str] = &["what", "format", "from", "to"];

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    api.get(
        "/audit/exports/file",
        AUDITOR,
        "Entries, usage, access log, agreements or keys, whole, as CSV, JSON or NDJSON",
        file,
    )
    .asks(ASKS)
    .gives_other("application/x-ndjson")
    .refuses(&["invalid"])
    .get("/audit/exports", AUDITOR, "Your exports that are made in the background, the newest first", list)
    .gives::<ExportList>(200)
    .post("/audit/exports", AUDITOR, "Have a whole table made in the background", ask)
    .takes::<ExportGiven>()
    .gives::<Created>(201)
    .once()
    .refuses(&["invalid", "too_many_errands"])
    .get("/audit/exports/{id}", AUDITOR, "How far one of your exports is", one)
    .gives::<ExportView>(200)
    .post("/audit/exports/{id}/cancel", AUDITOR, "Call an export off that is not made yet", cancel)
    .refuses(&["wrong_state"])
    .get("/audit/exports/{id}/file", AUDITOR, "The file of an export, until it is deleted", kept_file)
    .gives_other("application/x-ndjson")
    .refuses(&["export_not_ready", "export_over", "export_file_gone"])
}

async fn file(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let (query, who, desk) = (query.only(ASKS)?, caller(&request), desk.into_inner());
    let ticket = desk
        .run(move |desk| {
            let wish = ExportWish::read(&|name| query.get(name).unwrap_or_default().to_owned());
            exports::take(desk, &who, wish.map_err(CaseError::Invalid)?)
        })
        .await?;
    let (name, media_type) = (ticket.name.clone(), ticket.wish.format.media_type());
    stream::file(&name, media_type, move |outlet| {
        exports::write(&desk, &ticket, (outlet, &mut |_rows| {}))?;
        Ok(())
    })
}

/// Your exports.
#[derive(Debug, Serialize, ToSchema)]
struct ExportList {
    items: Vec<ExportView>,
}

/// An export that is made in the background.
#[derive(Debug, Serialize, ToSchema)]
struct ExportView {
    id: String,
    /// `entries`, `usage`, `access-log`, `agreements` or `keys`.
    what: &'static str,
    /// `csv`, `json` or `ndjson`.
    format: &'static str,
    /// The first day of the city; null for from the beginning.
    from: Option<NaiveDate>,
    /// The last day, included; null for today.
    to: Option<NaiveDate>,
    /// `asked`, `running`, `done`, `failed`, `cancelled` or `expired`.
    state: &'static str,
    asked_at: DateTime<Utc>,
    rows_done: i64,
    /// Rows there were when it was begun; 0 before.
    rows_of: i64,
    /// How often it was begun: more than once where the service stopped meanwhile.
    runs: i64,
    /// The file; null where there is none yet.
    file: Option<ExportFile>,
}

/// A file that was made.
#[derive(Debug, Serialize, ToSchema)]
struct ExportFile {
    rows: u64,
    bytes: u64,
    /// Hex.
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    sha256: String,
    made_at: DateTime<Utc>,
    /// Until when it can be taken.
    keep_until: DateTime<Utc>,
}

impl From<Made> for ExportFile {
    fn from(made: Made) -> Self {
        Self { rows: made.rows, bytes: made.bytes, sha256: made.sha256, made_at: made.at, keep_until: made.keep_until }
    }
}

impl From<Export> for ExportView {
    fn from(export: Export) -> Self {
        Self {
            id: export.id.to_string(),
            what: export.wish.what.as_str(),
            format: export.wish.format.as_str(),
            from: export.wish.first,
            to: export.wish.last,
            state: export.state.as_str(),
            asked_at: export.asked_at,
            rows_done: export.progress.done,
            rows_of: export.progress.of,
            runs: export.runs,
            file: export.state.outcome().cloned().map(Into::into),
        }
    }
}

async fn list(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let who = caller(&request);
    let found = desk.run(move |desk| kept::list(desk, &who)).await?;
    Ok(HttpResponse::Ok().json(ExportList { items: found.into_iter().map(Into::into).collect() }))
}

/// A table to have made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ExportGiven {
    /// `entries`, `usage`, `access-log`, `agreements` or `keys`.
    what: String,
    /// `csv`, `json` or `ndjson`; csv by default.
    #[serde(default)]
    format: String,
    /// The first day of the city; from the beginning by default.
    #[serde(default)]
    from: Option<NaiveDate>,
    /// The last day, included; today by default.
    #[serde(default)]
    to: Option<NaiveDate>,
}

async fn ask(
    request: HttpRequest,
    desk: DeskData,
    once: Once,
    Json(given): Json<ExportGiven>,
) -> Result<HttpResponse, WebError> {
    let who = caller_once(&request, once);
    let asked = desk
        .run(move |desk| {
            let day = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
            let wish = ExportWish::read(&|name| match name {
                "what" => given.what.clone(),
                "format" => given.format.clone(),
                "from" => day(given.from),
                _ => day(given.to),
            });
            kept::ask(desk, &who, wish.map_err(CaseError::Invalid)?)
        })
        .await?;
    Ok(HttpResponse::Created().json(Created { id: asked.id.to_string() }))
}

async fn one(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    let (who, id): (_, ExportId) = (caller(&request), id_in(&id)?);
    let found = desk.run(move |desk| kept::find(desk, &who, id)).await?;
    Ok(HttpResponse::Ok().json(ExportView::from(found)))
}

async fn cancel(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    let (who, id): (_, ExportId) = (caller(&request), id_in(&id)?);
    desk.run(move |desk| kept::cancel(desk, &who, id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn kept_file(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    let (who, id): (_, ExportId) = (caller(&request), id_in(&id)?);
    let taken = desk.run(move |desk| kept::fetch(desk, &who, id)).await?;
    stream::copy(&taken.name, taken.media_type, taken.file)
}
