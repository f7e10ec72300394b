//! Renewals to confirm and certificates of destruction to look at, at the departments' desks.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{DestructionView, RenewalView, shown};
use crate::api::{Api, id_in};
use crate::cases::{destruction, renewal};
use crate::domain::id::{AgreementId, DepartmentId, RenewalId};
use crate::domain::people::Role;
use crate::web::case::{DeskData, caller};
use crate::web::{Access, Json, WebError};

const STAFF: Access = Access::Staff(&[Role::Reviewer, Role::Manager, Role::Clerk, Role::Auditor]);
const MANAGER: Access = Access::Staff(&[Role::Manager]);

/// Adds the routes of this file.
pub(super) fn routes(api: Api) -> Api {
    api.get("/review-renewals", STAFF, "Signed renewals that wait for your departments", list_renewals)
        .gives::<Renewals>(200)
        .get("/review-renewals/{id}", STAFF, "A renewal of your department", staff_renewal)
        .gives::<RenewalView>(200)
        .post("/review-renewals/{id}/confirm", MANAGER, "Confirm a renewal", confirm)
        .takes::<ForDepartment>()
        .gives::<RenewalView>(200)
        .refuses(&["wrong_state", "confirmed_already", "second_person_needed", "renewal_lapsed"])
        .refuses(&["own_application", "tier_changed", "prohibited"])
        .post("/review-renewals/{id}/return", MANAGER, "Ask the holder to answer again", give_back)
        .takes::<ReasonOfDepartment>()
        .refuses(&["wrong_state", "reason_needed", "own_application"])
        .post("/review-renewals/{id}/refuse", MANAGER, "Do not renew", refuse)
        .takes::<ReasonOfDepartment>()
        .refuses(&["wrong_state", "reason_needed", "own_application"])
        .get("/review-destructions", STAFF, "Certificates of destruction owed or to be looked at", list_destructions)
        .gives::<Destructions>(200)
        .get("/review-destructions/{id}", STAFF, "The certificate of destruction of an agreement", staff_destruction)
        .gives::<DestructionView>(200)
        .post("/review-destructions/{id}/accept", MANAGER, "Accept a certificate", accept)
        .takes::<ForDepartment>()
        .refuses(&["wrong_state", "accepted_already", "own_application"])
        .post("/review-destructions/{id}/ask-again", MANAGER, "Ask the holder again", ask_again)
        .takes::<ReasonOfDepartment>()
        .refuses(&["wrong_state", "reason_needed", "own_application"])
}

/// Certificates.
#[derive(Debug, Serialize, ToSchema)]
struct Destructions {
    items: Vec<DestructionView>,
}

/// Renewals.
#[derive(Debug, Serialize, ToSchema)]
struct Renewals {
    items: Vec<RenewalView>,
}

async fn list_renewals(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let who = caller(&request);
    let found = desk.run(move |desk| renewal::list_for_staff(desk, &who)).await?;
    Ok(HttpResponse::Ok().json(Renewals { items: found.iter().map(Into::into).collect() }))
}

async fn staff_renewal(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    let (who, id): (_, RenewalId) = (caller(&request), id_in(&id)?);
    let (renewal, _, _) = desk.run(move |desk| renewal::for_staff(desk, &who, id)).await?;
    Ok(shown(&renewal))
}

/// For which department.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ForDepartment {
    department: String,
}

async fn confirm(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    Json(given): Json<ForDepartment>,
) -> Result<HttpResponse, WebError> {
    let (who, id): (_, RenewalId) = (caller(&request), id_in(&id)?);
    let department: DepartmentId = id_in(&given.department)?;
    Ok(shown(&desk.run(move |desk| renewal::confirm(desk, &who, id, department)).await?))
}

/// For which department, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReasonOfDepartment {
    department: String,
    reason: String,
}

async fn give_back(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    Json(given): Json<ReasonOfDepartment>,
) -> Result<HttpResponse, WebError> {
    let (who, id): (_, RenewalId) = (caller(&request), id_in(&id)?);
    let department: DepartmentId = id_in(&given.department)?;
    desk.run(move |desk| renewal::send_back(desk, &who, id, department, &given.reason)).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn refuse(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    Json(given): Json<ReasonOfDepartment>,
) -> Result<HttpResponse, WebError> {
    let (who, id): (_, RenewalId) = (caller(&request), id_in(&id)?);
    let department: DepartmentId = id_in(&given.department)?;
    desk.run(move |desk| renewal::refuse(desk, &who, id, department, &given.reason)).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn list_destructions(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let who = caller(&request);
    let found = desk.run(move |desk| destruction::list_for_staff(desk, &who)).await?;
    Ok(HttpResponse::Ok().json(Destructions { items: found.iter().map(Into::into).collect() }))
}

async fn staff_destruction(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    let (who, id): (_, AgreementId) = (caller(&request), id_in(&id)?);
    let known = desk.run(move |desk| destruction::for_staff(desk, &who, id)).await?;
    Ok(HttpResponse::Ok().json(DestructionView::from(&known)))
}

async fn accept(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    Json(given): Json<ForDepartment>,
) -> Result<HttpResponse, WebError> {
    let (who, id): (_, AgreementId) = (caller(&request), id_in(&id)?);
    let department: DepartmentId = id_in(&given.department)?;
    desk.run(move |desk| destruction::accept(desk, &who, id, department)).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn ask_again(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    Json(given): Json<ReasonOfDepartment>,
) -> Result<HttpResponse, WebError> {
    let (who, id): (_, AgreementId) = (caller(&request), id_in(&id)?);
    let department: DepartmentId = id_in(&given.department)?;
    desk.run(move |desk| destruction::ask_again(desk, &who, id, department, &given.reason)).await?;
    Ok(HttpResponse::NoContent().finish())
}
