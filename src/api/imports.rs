//! Imports of DCAT-US catalogues, at once or in the background, with how far each is and its report.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Api, Created, id_in};
use crate::cases::interchange::{self, Fate, ImportReport, background};
use crate::domain::id::{DepartmentId, ImportId};
use crate::domain::import::{Import, ImportSource, ImportWish};
use crate::domain::people::Role;
use crate::domain::tier::Tier;
use crate::store::imports::ImportRun;
use crate::web::case::{DeskData, caller, caller_once};
use crate::web::{Access, Json, Once, WebError};

const MANAGER: Access = Access::Staff(&[Role::Manager]);
const STEWARDS: Access = Access::Staff(&[Role::Reviewer, Role::Manager, Role::Auditor]);

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    api.get("/steward/imports", STEWARDS, "Imports of your departments, the newest first", list)
        .gives::<Runs>(200)
        .post("/steward/imports", MANAGER, "Import a DCAT-US catalogue from an address", import)
        .takes::<NewImport>()
        .gives::<ReportView>(201)
        .refuses(&["not_found"])
        .post("/steward/imports/{department}/data.json", MANAGER, "Import a DCAT-US catalogue given here", import_body)
        .takes_other("application/json")
        .gives::<ReportView>(201)
        .for_uploads()
        .post("/steward/imports/background", MANAGER, "Have a catalogue imported in the background", ask)
        .takes::<NewImport>()
        .gives::<Created>(201)
        .once()
        .refuses(&["not_found", "too_many_errands"])
        .get("/steward/imports/{id}", STEWARDS, "The report of an import", report)
        .gives::<ReportView>(200)
        .get("/steward/imports/{id}/progress", STEWARDS, "How far an import in the background is", progress)
        .gives::<ImportProgress>(200)
        .post("/steward/imports/{id}/cancel", MANAGER, "Call an import off that is not done yet", cancel)
        .refuses(&["wrong_state"])
}

/// Imports.
#[derive(Debug, Serialize, ToSchema)]
struct Runs {
    items: Vec<RunView>,
}

/// A run of an import.
#[derive(Debug, Serialize, ToSchema)]
struct RunView {
    id: String,
    at: chrono::DateTime<chrono::Utc>,
    by: String,
    department: String,
    /// From where.
    #[schema(example = "https://data.city.example/data.json")]
    source: String,
    created: i64,
    updated: i64,
    unchanged: i64,
    repaired: i64,
    skipped: i64,
}

impl From<ImportRun> for RunView {
    fn from(run: ImportRun) -> Self {
        let [created, updated, unchanged] = run.counts;
        Self {
            id: run.id.to_string(),
            at: run.at,
            by: run.by_name,
            department: run.department.to_string(),
            source: run.source,
            created,
            updated,
            unchanged,
            repaired: run.repaired,
            skipped: run.skipped,
        }
    }
}

async fn list(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let found = desk.run(move |desk| interchange::runs(desk, &caller)).await?;
    Ok(HttpResponse::Ok().json(Runs { items: found.into_iter().map(Into::into).collect() }))
}

/// What became of every record of a catalogue.
#[derive(Debug, Serialize, ToSchema)]
struct ReportView {
    id: String,
    /// From where.
    #[schema(example = "https://data.city.example/data.json")]
    source: String,
    created: usize,
    updated: usize,
    unchanged: usize,
    repaired: usize,
    skipped: usize,
    /// What is to be said of the whole.
    remarks: Vec<String>,
    records: Vec<RecordView>,
}

/// What became of one record.
#[derive(Debug, Serialize, ToSchema)]
struct RecordView {
    /// Its place in the source, from 1.
    place: usize,
    title: String,
    /// `created`, `updated`, `unchanged` or `skipped`.
    outcome: &'static str,
    /// The dataset's short name here.
    slug: Option<String>,
    /// What was repaired, by field.
    repairs: Vec<String>,
    /// Why it was skipped, which edits were kept, whose dataset it became.
    remarks: Vec<String>,
    /// The tier that its content suggests; a steward sets the tier.
    #[schema(example = "1")]
    suggested_tier: Option<&'static str>,
    suggested_because: Vec<String>,
}

impl From<ImportReport> for ReportView {
    fn from(report: ImportReport) -> Self {
        Self {
            id: report.id.to_string(),
            source: report.source,
            created: report.created,
            updated: report.updated,
            unchanged: report.unchanged,
            repaired: report.repaired,
            skipped: report.skipped,
            remarks: report.remarks,
            records: report.records.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<Fate> for RecordView {
    fn from(fate: Fate) -> Self {
        Self {
            place: fate.place,
            title: fate.title,
            outcome: fate.outcome.as_str(),
            slug: fate.slug,
            repairs: fate.repairs,
            remarks: fate.remarks,
            suggested_tier: fate.suggested_tier.map(Tier::as_str),
            suggested_because: fate.suggested_because,
        }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewImport {
    /// The id of the department that gets records without a known publisher.
    department: String,
    /// An http(s) address.
    url: String,
}

async fn import(request: HttpRequest, desk: DeskData, Json(new): Json<NewImport>) -> Result<HttpResponse, WebError> {
    let department: DepartmentId = id_in(&new.department)?;
    let report = interchange::import_from(&desk, caller(&request), department, new.url).await?;
    Ok(HttpResponse::Created().json(ReportView::from(report)))
}

async fn ask(
    request: HttpRequest,
    desk: DeskData,
    once: Once,
    Json(new): Json<NewImport>,
) -> Result<HttpResponse, WebError> {
    let wish = ImportWish { department: id_in(&new.department)?, source: ImportSource::Address(new.url) };
    let who = caller_once(&request, once);
    let asked = desk.run(move |desk| background::ask(desk, &who, wish, None)).await?;
    Ok(HttpResponse::Created().json(Created { id: asked.id.to_string() }))
}

/// How far an import in the background is. Its report, once it is done, has the same id.
#[derive(Debug, Serialize, ToSchema)]
struct ImportProgress {
    id: String,
    department: String,
    /// From where.
    #[schema(example = "https://data.city.example/data.json")]
    source: String,
    asked_at: chrono::DateTime<chrono::Utc>,
    /// `asked`, `running`, `done`, `failed` or `cancelled`.
    state: &'static str,
    /// What is counted: `waiting`, `fetching` (bytes) or `reading` (records).
    step: &'static str,
    done: i64,
    /// 0 where nobody can tell.
    of: i64,
    /// How often it was begun: more than once where the service stopped meanwhile.
    runs: i64,
    /// Why it could not be done.
    why: Vec<String>,
}

impl From<Import> for ImportProgress {
    fn from(import: Import) -> Self {
        Self {
            id: import.id.to_string(),
            department: import.wish.department.to_string(),
            source: import.wish.source.name().to_owned(),
            asked_at: import.asked_at,
            state: import.state.as_str(),
            step: import.progress.step.as_str(),
            done: import.progress.done,
            of: import.progress.of,
            runs: import.runs,
            why: import.state.why().to_vec(),
        }
    }
}

async fn progress(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    let (who, id): (_, ImportId) = (caller(&request), id_in(&id)?);
    let found = desk.run(move |desk| background::find(desk, &who, id)).await?;
    Ok(HttpResponse::Ok().json(ImportProgress::from(found)))
}

async fn cancel(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    let (who, id): (_, ImportId) = (caller(&request), id_in(&id)?);
    desk.run(move |desk| background::cancel(desk, &who, id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn import_body(
    request: HttpRequest,
    desk: DeskData,
    department: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let department: DepartmentId = id_in(&department)?;
    let body = crate::web::body::body_of(&request);
    let report =
        desk.run(move |desk| interchange::import(desk, &caller, department, "given by the API", &body)).await?;
    Ok(HttpResponse::Created().json(ReportView::from(report)))
}

async fn report(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let id: ImportId = id_in(&id)?;
    let (_, report) = desk.run(move |desk| interchange::report(desk, &caller, id)).await?;
    Ok(HttpResponse::Ok().json(ReportView::from(report)))
}
