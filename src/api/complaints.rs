//! Reports of misuse: sent by anybody, read by the office they went to.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::applications::Text;
use super::case_views::{FileContent, FileShown};
use super::{Api, id_in};
use crate::cases::CaseError;
use crate::cases::conduct::complaints::{self, ComplaintGiven};
use crate::domain::id::{AttachmentId, ComplaintId};
use crate::domain::misuse::complaint::{Complaint, ComplaintKind, ComplaintState};
use crate::domain::people::Role;
use crate::domain::text::Invalid;
use crate::web::case::{DeskData, caller};
use crate::web::upload::{FileGiven, files_given};
use crate::web::{Access, Json, Query, WebError};

const READERS: Access = Access::Staff(&[Role::Reviewer, Role::Manager, Role::Clerk, Role::Auditor]);
const OFFICES: Access = Access::Staff(&[Role::Reviewer, Role::Manager, Role::Clerk]);

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    api.post("/complaints", Access::Public, "Report misuse, or that personal data got out", file)
        .takes::<ComplaintTyped>()
        .for_files()
        .gives::<ReceiptShown>(201)
        .get("/complaints", READERS, "Reports to your office, oldest first", list)
        .asks(&["done"])
        .gives::<Complaints>(200)
        .get("/complaints/{id}", READERS, "One report", one)
        .gives::<ComplaintShown>(200)
        .get("/complaints/{id}/files/{file}", READERS, "A file of a report", attachment)
        .gives::<FileContent>(200)
        .post("/complaints/{id}/set-aside", OFFICES, "Set a report aside; who sent it reads the reason", set_aside)
        .takes::<Text>()
        .gives::<ComplaintShown>(200)
        .refuses(&["wrong_state", "complainant"])
}

/// A report.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ComplaintTyped {
    /// `misuse` or `personal_data`.
    #[schema(example = "misuse")]
    kind: String,
    /// The short name of the department; empty is the clerk.
    #[serde(default)]
    department: String,
    /// The short name of the dataset.
    #[serde(default)]
    dataset: String,
    /// Where it was seen.
    #[serde(default)]
    seen: String,
    /// What happened.
    text: String,
    /// Your name, if you want to give it.
    #[serde(default)]
    name: String,
    /// Where you can be reached.
    #[serde(default)]
    email: String,
    /// Files, at most five.
    #[serde(default)]
    files: Vec<FileGiven>,
}

/// The receipt.
#[derive(Debug, Serialize, ToSchema)]
struct ReceiptShown {
    /// Such as `CMP-2026-0003`.
    number: String,
    /// The same words came in before on this day; this is their number.
    is_known: bool,
}

async fn file(
    request: HttpRequest,
    desk: DeskData,
    Json(given): Json<ComplaintTyped>,
) -> Result<HttpResponse, WebError> {
    let Some(kind) = ComplaintKind::from_word(&given.kind) else {
        let problem = Invalid::new("kind", "unknown", "Choose misuse or personal_data.");
        return Err(CaseError::from(problem).into());
    };
    let ComplaintTyped { department, dataset, seen, text, name, email, files, .. } = given;
    let files = files_given(files)?;
    let given = ComplaintGiven { kind, department, dataset, seen, text, name, email, files };
    let who = caller(&request);
    let receipt = desk.run(move |desk| complaints::file(desk, &who, &given)).await?;
    Ok(HttpResponse::Created().json(ReceiptShown { number: receipt.number, is_known: receipt.is_known }))
}

/// Reports.
#[derive(Debug, Serialize, ToSchema)]
struct Complaints {
    items: Vec<ComplaintShown>,
}

/// A report of misuse, for the office it went to.
#[derive(Debug, Serialize, ToSchema)]
struct ComplaintShown {
    id: String,
    number: String,
    /// `misuse` or `personal_data`.
    kind: &'static str,
    /// The department's id; nothing is the clerk.
    department: Option<String>,
    dataset: Option<String>,
    seen: String,
    text: String,
    name: String,
    email: String,
    at: DateTime<Utc>,
    /// `received`, `taken_up` or `set_aside`.
    state: &'static str,
    /// The case that was opened from it.
    case: Option<String>,
    /// Why it was set aside.
    reason: Option<String>,
    files: Vec<FileShown>,
}

impl From<&Complaint> for ComplaintShown {
    fn from(complaint: &Complaint) -> Self {
        let (case, reason) = match &complaint.state {
            ComplaintState::Received => (None, None),
            ComplaintState::TakenUp { case, .. } => (Some(case.to_string()), None),
            ComplaintState::SetAside { reason, .. } => (None, Some(reason.clone())),
        };
        Self {
            id: complaint.id.to_string(),
            number: complaint.number.clone(),
            kind: complaint.kind.as_str(),
            department: complaint.to.map(|id| id.to_string()),
            dataset: complaint.dataset.map(|id| id.to_string()),
            seen: complaint.seen.clone(),
            text: complaint.text.clone(),
            name: complaint.name.clone(),
            email: complaint.email.clone(),
            at: complaint.at,
            state: complaint.state.as_str(),
            case,
            reason,
            files: complaint.files.iter().map(Into::into).collect(),
        }
    }
}

async fn list(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let query = query.only(&["done"])?;
    let done = query.get("done") == Some("true");
    let who = caller(&request);
    let found = desk.run(move |desk| complaints::list(desk, &who, done)).await?;
    Ok(HttpResponse::Ok().json(Complaints { items: found.iter().map(Into::into).collect() }))
}

async fn one(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    let (who, id): (_, ComplaintId) = (caller(&request), id_in(&id)?);
    let found = desk.run(move |desk| complaints::read(desk, &who, id)).await?;
    Ok(HttpResponse::Ok().json(ComplaintShown::from(&found)))
}

async fn attachment(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, WebError> {
    let (id, file) = path.into_inner();
    let (who, id, file): (_, ComplaintId, AttachmentId) = (caller(&request), id_in(&id)?, id_in(&file)?);
    let (attachment, content) = desk.run(move |desk| complaints::attachment(desk, &who, id, file)).await?;
    Ok(HttpResponse::Ok().json(FileContent::new(&attachment, &content)))
}

async fn set_aside(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    Json(given): Json<Text>,
) -> Result<HttpResponse, WebError> {
    let (who, id): (_, ComplaintId) = (caller(&request), id_in(&id)?);
    let found = desk.run(move |desk| complaints::set_aside(desk, &who, id, &given.text)).await?;
    Ok(HttpResponse::Ok().json(ComplaintShown::from(&found)))
}
