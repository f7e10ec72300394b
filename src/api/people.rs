//! Departments, staff, service credentials.

use actix_web::{HttpRequest, HttpResponse, web};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::sessions::{Accepted, accepted};
use super::{Api, Created, id_in};
use crate::cases::staff;
use crate::domain::id::{AccountId, DepartmentId, ServiceId};
use crate::domain::people::{Role, RoleGrant};
use crate::domain::text::Invalid;
use crate::store::{people, services};
use crate::web::case::{DeskData, caller};
use crate::web::{Access, IfMatch, Json, Query, WebError, etag};

const ADMINISTRATOR: Access = Access::Staff(&[Role::Administrator]);

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    api.get("/departments", Access::Public, "Departments that share data", departments)
        .gives::<Departments>(200)
        .post("/departments", ADMINISTRATOR, "Make a department", add_department)
        .takes::<NewDepartment>()
        .gives::<Created>(201)
        .patch("/departments/{id}", ADMINISTRATOR, "Change a department's name and address", edit_department)
        .takes::<DepartmentEdit>()
        .versioned()
        .get("/staff", ADMINISTRATOR, "Staff and their roles", list_staff)
        .asks(&["q", "who"])
        .gives::<StaffList>(200)
        .get("/staff/{id}", ADMINISTRATOR, "One person and their roles", one_member)
        .gives::<Member>(200)
        .post("/staff/invitations", ADMINISTRATOR, "Invite a member of staff", invite)
        .takes::<NewInvitation>()
        .gives::<Accepted>(202)
        .put("/staff/{id}/roles", ADMINISTRATOR, "Set somebody's roles", set_roles)
        .takes::<Roles>()
        .refuses(&["last_administrator"])
        .post("/accounts/{id}/disable", ADMINISTRATOR, "Disable an account and end its sessions", disable)
        .takes::<Reason>()
        .refuses(&["last_administrator"])
        .post("/accounts/{id}/enable", ADMINISTRATOR, "Enable an account again", enable)
        .takes::<Reason>()
        .get("/services", ADMINISTRATOR, "Credentials of gate clients", list_services)
        .gives::<Services>(200)
        .post("/services", ADMINISTRATOR, "Make a credential for a gate client; shown once", add_service)
        .takes::<NewService>()
        .gives::<ServiceToken>(201)
        .delete("/services/{id}", ADMINISTRATOR, "Revoke a credential", revoke_service)
}

/// A role and its department.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Grant {
    /// `reviewer`, `manager`, `clerk`, `auditor` or `administrator`.
    role: String,
    /// The department's id, for reviewers and managers.
    #[serde(default)]
    department: Option<String>,
}

impl From<RoleGrant> for Grant {
    fn from(grant: RoleGrant) -> Self {
        Self { role: grant.role.as_str().to_owned(), department: grant.department.map(|id| id.to_string()) }
    }
}

fn grants(roles: &[Grant]) -> Result<Vec<RoleGrant>, WebError> {
    roles
        .iter()
        .map(|grant| {
            let role = Role::from_word(&grant.role)
                .ok_or_else(|| Invalid::new("roles", "unknown_role", format!("There is no role “{}”.", grant.role)))?;
            let department = grant
                .department
                .as_deref()
                .map(str::parse::<DepartmentId>)
                .transpose()
                .map_err(|_why| Invalid::new("roles", "unknown_department", "Give the department's id."))?;
            RoleGrant::new(role, department).map_err(|refusal| Invalid::new("roles", refusal.code, refusal.detail))
        })
        .collect::<Result<_, Invalid>>()
        .map_err(|invalid| crate::cases::CaseError::from(invalid).into())
}

/// Departments.
#[derive(Debug, Serialize, ToSchema)]
struct Departments {
    items: Vec<Department>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Department {
    id: String,
    #[schema(example = "mobility")]
    slug: String,
    #[schema(example = "Mobility and parking")]
    name: String,
    #[schema(example = "mobility@city.example")]
    email: String,
    /// For `If-Match`: `"v1"`.
    version: i64,
}

async fn departments(desk: DeskData) -> Result<HttpResponse, WebError> {
    let rows = desk.run(|desk| desk.read(people::departments)).await?;
    let items = rows
        .into_iter()
        .map(|row| Department {
            id: row.id.to_string(),
            slug: row.slug,
            name: row.name,
            email: row.email,
            version: row.version,
        })
        .collect();
    Ok(HttpResponse::Ok().json(Departments { items }))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewDepartment {
    /// Its name in addresses; never changes.
    #[schema(example = "mobility")]
    slug: String,
    #[schema(example = "Mobility and parking")]
    name: String,
    /// Where it is written to.
    #[schema(example = "mobility@city.example")]
    email: String,
}

async fn add_department(
    request: HttpRequest,
    desk: DeskData,
    Json(new): Json<NewDepartment>,
) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let id = desk.run(move |desk| staff::add_department(desk, &caller, (&new.slug, &new.name, &new.email))).await?;
    Ok(HttpResponse::Created().json(Created { id: id.to_string() }))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DepartmentEdit {
    #[schema(example = "Mobility and parking")]
    name: String,
    #[schema(example = "mobility@city.example")]
    email: String,
}

async fn edit_department(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    IfMatch(version): IfMatch,
    Json(edit): Json<DepartmentEdit>,
) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let id: DepartmentId = id_in(&id)?;
    let edited =
        desk.run(move |desk| staff::edit_department(desk, &caller, id, (&edit.name, &edit.email), version)).await;
    edited.map_err(super::precondition)?;
    Ok(HttpResponse::NoContent().insert_header(etag(version.saturating_add(1))).finish())
}

/// Staff.
#[derive(Debug, Serialize, ToSchema)]
struct StaffList {
    items: Vec<Member>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Member {
    id: String,
    name: String,
    email: String,
    roles: Vec<Grant>,
    is_disabled: bool,
    has_accepted: bool,
}

impl From<people::Account> for Member {
    fn from(account: people::Account) -> Self {
        Self {
            id: account.id.to_string(),
            name: account.name,
            email: account.email,
            roles: account.roles.into_iter().map(Into::into).collect(),
            is_disabled: account.disabled_at.is_some(),
            has_accepted: account.verified_at.is_some(),
        }
    }
}

async fn list_staff(desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let query = query.only(&["q", "who"])?;
    let words = query.get("q").unwrap_or_default().to_owned();
    let is_staff_only = match query.get("who") {
        None | Some("" | "staff") => true,
        Some("everyone") => false,
        Some(_) => return Err(WebError::bad_request("query_invalid", "“who” must be staff or everyone.")),
    };
    let rows = desk.run(move |desk| desk.read(|conn| people::list_accounts(conn, &words, is_staff_only, 500))).await?;
    Ok(HttpResponse::Ok().json(StaffList { items: rows.into_iter().map(Into::into).collect() }))
}

async fn one_member(desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    let id: AccountId = id_in(&id)?;
    let account = desk.run(move |desk| desk.read(|conn| people::account_by_id(conn, id))).await?;
    Ok(HttpResponse::Ok().json(Member::from(account)))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewInvitation {
    name: String,
    email: String,
    roles: Vec<Grant>,
}

async fn invite(
    request: HttpRequest,
    desk: DeskData,
    Json(new): Json<NewInvitation>,
) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let invitation = staff::Invitation { name: new.name, email: new.email, roles: grants(&new.roles)? };
    desk.run(move |desk| staff::invite(desk, &caller, &invitation)).await?;
    Ok(accepted("A mail with a link is on its way."))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Roles {
    roles: Vec<Grant>,
}

async fn set_roles(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    Json(new): Json<Roles>,
) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let id: AccountId = id_in(&id)?;
    let roles = grants(&new.roles)?;
    desk.run(move |desk| staff::set_roles(desk, &caller, id, &roles)).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Reason {
    reason: String,
}

async fn disable(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    Json(given): Json<Reason>,
) -> Result<HttpResponse, WebError> {
    set_disabled(&request, desk, &id, true, given).await
}

async fn enable(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    Json(given): Json<Reason>,
) -> Result<HttpResponse, WebError> {
    set_disabled(&request, desk, &id, false, given).await
}

async fn set_disabled(
    request: &HttpRequest,
    desk: DeskData,
    id: &str,
    is_disabled: bool,
    given: Reason,
) -> Result<HttpResponse, WebError> {
    let caller = caller(request);
    let id: AccountId = id_in(id)?;
    desk.run(move |desk| staff::set_disabled(desk, &caller, id, is_disabled, &given.reason)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Credentials of gate clients.
#[derive(Debug, Serialize, ToSchema)]
struct Services {
    items: Vec<Service>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Service {
    id: String,
    /// What it is for.
    #[schema(example = "nginx at the edge")]
    name: String,
    /// The first and last characters of the credential.
    hint: String,
    is_revoked: bool,
}

async fn list_services(desk: DeskData) -> Result<HttpResponse, WebError> {
    let rows = desk.run(|desk| desk.read(services::list)).await?;
    let items = rows
        .into_iter()
        .map(|row| Service { id: row.id.to_string(), name: row.name, hint: row.hint, is_revoked: row.is_revoked })
        .collect();
    Ok(HttpResponse::Ok().json(Services { items }))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewService {
    /// What it is for.
    #[schema(example = "nginx at the edge")]
    name: String,
}

/// A service credential, shown this once.
#[derive(Debug, Serialize, ToSchema)]
struct ServiceToken {
    id: String,
    token: String,
}

async fn add_service(
    request: HttpRequest,
    desk: DeskData,
    Json(new): Json<NewService>,
) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let (id, token) = desk.run(move |desk| staff::add_service(desk, &caller, &new.name)).await?;
    let token = token.expose_secret().to_owned();
    Ok(HttpResponse::Created().json(ServiceToken { id: id.to_string(), token }))
}

async fn revoke_service(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let id: ServiceId = id_in(&id)?;
    desk.run(move |desk| staff::revoke_service(desk, &caller, id)).await?;
    Ok(HttpResponse::NoContent().finish())
}
