//! Agreements: one's own, a department's, and the public check of a copy.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::applications::Text;
use super::views::{AgreementFull, AgreementSummary};
use super::{Api, id_in};
use crate::cases::agree::{self, Checked};
use crate::domain::agreement::AgreementState;
use crate::domain::id::{AgreementId, DepartmentId};
use crate::domain::people::Role;
use crate::web::case::{DeskData, caller};
use crate::web::{Access, Json, Query, WebError};

const STAFF: Access = Access::Staff(&[Role::Reviewer, Role::Manager, Role::Clerk, Role::Auditor]);

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    api.get("/agreements", Access::Requester, "Your agreements", list)
        .gives::<Agreements>(200)
        .get(
            "/agreements/{id}",
            Access::Requester,
            "One of your agreements with its text and evidence; its PDF is at /agreements/{id}/agreement.pdf",
            one,
        )
        .gives::<AgreementFull>(200)
        .post("/agreements/{id}/terminate", Access::Requester, "End one of your agreements", terminate)
        .takes::<Text>()
        .refuses(&["wrong_state", "reason_needed"])
        .get("/review-agreements", STAFF, "Agreements of your departments", list_for_staff)
        .asks(&["state"])
        .gives::<Agreements>(200)
        .get(
            "/review-agreements/{id}",
            STAFF,
            "An agreement of your department; its PDF is at /agreements/{id}/agreement.pdf",
            one_for_staff,
        )
        .gives::<AgreementFull>(200)
        .post(
            "/review-agreements/{id}/terminate",
            Access::Staff(&[Role::Manager]),
            "End an agreement for your department",
            terminate_for_staff,
        )
        .with_preview()
        .takes::<Termination>()
        .refuses(&["wrong_state", "reason_needed", "own_application"])
        .post("/agreement-checks", Access::Public, "Check a copy of an agreement", check)
        .takes::<Copy>()
        .gives::<CheckResult>(200)
}

/// Agreements.
#[derive(Debug, Serialize, ToSchema)]
struct Agreements {
    items: Vec<AgreementSummary>,
}

async fn list(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let found = desk.run(move |desk| agree::list(desk, &caller)).await?;
    Ok(HttpResponse::Ok().json(Agreements { items: found.iter().map(Into::into).collect() }))
}

async fn one(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let id: AgreementId = id_in(&id)?;
    let view = desk.run(move |desk| agree::mine(desk, &caller, id)).await?;
    Ok(HttpResponse::Ok().json(AgreementFull::from(&view)))
}

async fn terminate(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    Json(given): Json<Text>,
) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let id: AgreementId = id_in(&id)?;
    desk.run(move |desk| agree::terminate(desk, &caller, id, None, &given.text)).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn list_for_staff(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let query = query.only(&["state"])?;
    let state = query.get("state").map(str::to_owned);
    if state.as_deref().is_some_and(|state| !AgreementState::WORDS.contains(&state)) {
        let detail = format!("“state” must be one of {}.", AgreementState::WORDS.join(", "));
        return Err(WebError::bad_request("query_invalid", detail));
    }
    let caller = caller(&request);
    let found = desk.run(move |desk| agree::list_for_staff(desk, &caller, state.as_deref())).await?;
    Ok(HttpResponse::Ok().json(Agreements { items: found.iter().map(Into::into).collect() }))
}

async fn one_for_staff(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let id: AgreementId = id_in(&id)?;
    let view = desk.run(move |desk| agree::for_staff(desk, &caller, id)).await?;
    Ok(HttpResponse::Ok().json(AgreementFull::from(&view)))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Termination {
    /// For which department.
    department: String,
    reason: String,
}

async fn terminate_for_staff(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    Json(given): Json<Termination>,
) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let id: AgreementId = id_in(&id)?;
    let department: DepartmentId = id_in(&given.department)?;
    desk.run(move |desk| agree::terminate(desk, &caller, id, Some(department), &given.reason)).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Copy {
    /// The short number, `DSA-2026-0017`.
    number: String,
    /// The text, or its SHA-256 in hex.
    text: String,
}

/// What a check found.
#[derive(Debug, Serialize, ToSchema)]
struct CheckResult {
    /// Whether this text was executed under this number.
    is_genuine: bool,
    /// Whether it is in force now.
    is_live: bool,
}

async fn check(desk: DeskData, Json(copy): Json<Copy>) -> Result<HttpResponse, WebError> {
    let found = desk.run(move |desk| agree::check(desk, &copy.number, &copy.text)).await?;
    let (is_genuine, is_live) = match found {
        Checked::Genuine { is_live } => (true, is_live),
        Checked::Unknown => (false, false),
    };
    Ok(HttpResponse::Ok().json(CheckResult { is_genuine, is_live }))
}
