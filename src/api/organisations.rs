//! Organisations and their members, for administrators: joining is the city's act.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Api, Created, id_in};
use crate::cases::organisations;
use crate::domain::id::{AccountId, OrganisationId};
use crate::domain::people::Role;
use crate::web::case::{DeskData, caller};
use crate::web::{Access, Json, Query, WebError};

const ADMINISTRATOR: Access = Access::Staff(&[Role::Administrator]);

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    api.get("/organisations", ADMINISTRATOR, "Organisations", list)
        .asks(&["q"])
        .gives::<OrganisationList>(200)
        .post("/organisations", ADMINISTRATOR, "Make an organisation", add)
        .takes::<NewOrganisation>()
        .gives::<Created>(201)
        .get("/organisations/{id}", ADMINISTRATOR, "An organisation and its members", one)
        .gives::<OrganisationDetail>(200)
        .post("/organisations/{id}/members", ADMINISTRATOR, "Make somebody a member", join)
        .takes::<NewMember>()
        .gives::<Created>(201)
        .post("/organisations/{id}/members/{account}/remove", ADMINISTRATOR, "End a membership", remove)
        .takes::<LeaveReason>()
}

/// Organisations.
#[derive(Debug, Serialize, ToSchema)]
struct OrganisationList {
    items: Vec<OrganisationRow>,
}

#[derive(Debug, Serialize, ToSchema)]
struct OrganisationRow {
    id: String,
    name: String,
    /// How many accounts belong to it.
    members: i64,
    /// How many agreements in force were made for it.
    agreements: i64,
}

async fn list(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let query = query.only(&["q"])?;
    let (caller, words) = (caller(&request), query.get("q").unwrap_or_default().to_owned());
    let found = desk.run(move |desk| organisations::list(desk, &caller, &words)).await?;
    let items = found
        .into_iter()
        .map(|row| OrganisationRow {
            id: row.organisation.id.to_string(),
            name: row.organisation.name,
            members: row.members,
            agreements: row.agreements,
        })
        .collect();
    Ok(HttpResponse::Ok().json(OrganisationList { items }))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewOrganisation {
    name: String,
}

async fn add(request: HttpRequest, desk: DeskData, Json(new): Json<NewOrganisation>) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let id = desk.run(move |desk| organisations::add(desk, &caller, &new.name)).await?;
    Ok(HttpResponse::Created().json(Created { id: id.to_string() }))
}

/// An organisation.
#[derive(Debug, Serialize, ToSchema)]
struct OrganisationDetail {
    id: String,
    name: String,
    members: Vec<OrganisationMember>,
    /// The numbers of its agreements in force.
    agreements: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
struct OrganisationMember {
    account: String,
    name: String,
    email: String,
    is_disabled: bool,
}

async fn one(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    let (caller, id): (_, OrganisationId) = (caller(&request), id_in(&id)?);
    let found = desk.run(move |desk| organisations::view(desk, &caller, id)).await?;
    let members = found
        .members
        .into_iter()
        .map(|member| OrganisationMember {
            account: member.id.to_string(),
            name: member.name,
            email: member.email,
            is_disabled: member.disabled_at.is_some(),
        })
        .collect();
    Ok(HttpResponse::Ok().json(OrganisationDetail {
        id: id.to_string(),
        name: found.organisation.name,
        members,
        agreements: found.agreements.into_iter().map(|(_, number)| number).collect(),
    }))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewMember {
    /// The mail address of a confirmed account.
    email: String,
    /// How the city knows that they belong to it.
    reason: String,
}

async fn join(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    Json(new): Json<NewMember>,
) -> Result<HttpResponse, WebError> {
    let (caller, id): (_, OrganisationId) = (caller(&request), id_in(&id)?);
    let person = desk.run(move |desk| organisations::join(desk, &caller, id, (&new.email, &new.reason))).await?;
    Ok(HttpResponse::Created().json(Created { id: person.to_string() }))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LeaveReason {
    reason: String,
}

async fn remove(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<(String, String)>,
    Json(given): Json<LeaveReason>,
) -> Result<HttpResponse, WebError> {
    let (id, person): (OrganisationId, AccountId) = (id_in(&path.0)?, id_in(&path.1)?);
    let caller = caller(&request);
    desk.run(move |desk| organisations::remove(desk, &caller, id, person, &given.reason)).await?;
    Ok(HttpResponse::NoContent().finish())
}
