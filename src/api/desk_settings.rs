//! How the desks of departments work.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Api, id_in, precondition};
use crate::cases::{CaseError, department};
use crate::domain::department::{DeskSettings, Replies};
use crate::domain::id::DepartmentId;
use crate::domain::people::Role;
use crate::domain::text::Invalid;
use crate::store::people::Department;
use crate::web::case::{DeskData, caller};
use crate::web::{Access, IfMatch, Json, WebError, etag};

const DESK: Access = Access::Staff(&[Role::Reviewer, Role::Manager]);
const MANAGER: Access = Access::Staff(&[Role::Manager]);

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    api.get("/review-departments", DESK, "How the desks of your departments work", list)
        .gives::<DeskSettingsList>(200)
        .put("/review-departments/{id}", MANAGER, "Set how your department's desk works", set)
        .takes::<DeskSettingsGiven>()
        .versioned()
}

/// How desks work.
#[derive(Debug, Serialize, ToSchema)]
struct DeskSettingsList {
    items: Vec<DeskSettingsView>,
}

/// How the desk of one department works.
#[derive(Debug, Serialize, ToSchema)]
struct DeskSettingsView {
    /// The id of the department.
    id: String,
    name: String,
    /// Where it is written to.
    email: String,
    /// Within how many days it wants to decide, counted as the city's goal is; null: that one.
    decision_days: Option<u16>,
    /// The account that covers where somebody away named nobody.
    cover: Option<String>,
    /// Who hears what applicants write: `everybody`, or `assigned`: whoever works on the application.
    replies: &'static str,
    version: i64,
}

impl From<Department> for DeskSettingsView {
    fn from(one: Department) -> Self {
        Self {
            id: one.id.to_string(),
            name: one.name,
            email: one.email,
            decision_days: one.desk.decision_days,
            cover: one.desk.cover.map(|cover| cover.to_string()),
            replies: one.desk.replies.as_str(),
            version: one.version,
        }
    }
}

async fn list(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let who = caller(&request);
    let ours = desk.run(move |desk| department::ours(desk, &who)).await?;
    Ok(HttpResponse::Ok().json(DeskSettingsList { items: ours.into_iter().map(Into::into).collect() }))
}

/// How a desk is to work.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DeskSettingsGiven {
    /// Where the department is written to.
    email: String,
    /// 1 to the days of the city's goal; left out or null: the city's goal.
    #[serde(default)]
    decision_days: Option<u16>,
    /// The account of a reviewer or manager of the department.
    #[serde(default)]
    cover: Option<String>,
    /// `everybody` or `assigned`.
    replies: String,
}

async fn set(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    IfMatch(version): IfMatch,
    Json(given): Json<DeskSettingsGiven>,
) -> Result<HttpResponse, WebError> {
    let id: DepartmentId = id_in(&id)?;
    let cover = given.cover.as_deref().map(id_in).transpose()?;
    let replies = Replies::from_word(&given.replies);
    let unknown = || CaseError::from(Invalid::new("replies", "unknown_replies", "Give everybody or assigned."));
    let settings = DeskSettings { decision_days: given.decision_days, cover, replies: replies.ok_or_else(unknown)? };
    let who = caller(&request);
    let done = desk.run(move |desk| department::set(desk, &who, id, (&given.email, settings), version)).await;
    done.map_err(precondition)?;
    Ok(HttpResponse::NoContent().insert_header(etag(version.saturating_add(1))).finish())
}
