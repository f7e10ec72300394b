//! Requests for public records: filing and following without an account, and (in `desk`) the office's part.

mod desk;
mod view;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Api, id_in};
use crate::cases::Desk;
use crate::cases::records::convert::{self, ConvertWish};
use crate::cases::records::{self, Followed, Wish};
use crate::domain::id::{ApplicationId, ItemId};
use crate::web::case::{DeskData, caller, caller_once};
use crate::web::{Access, Json, Once, WebError};
use view::{FileTaken, RecordsList, RecordsPacket, RecordsView, packed, taken, view, without_notes};

/// Adds the routes of this file and of the office's part.
pub fn routes(api: Api) -> Api {
    desk::routes(open_routes(api))
}

fn open_routes(api: Api) -> Api {
    api.post("/records-requests", Access::Public, "Ask for public records; no account, name or purpose is needed", file)
        .takes::<RecordsAsked>()
        .gives::<RecordsFiled>(201)
        .once()
        .refuses(&["already_filed", "way_needed", "too_many_requests"])
        .get("/records-requests", Access::Requester, "Your own requests for records, newest first", mine)
        .gives::<RecordsList>(200)
        .post("/records-followed", Access::Public, "One request, by its private token or, signed in, by its id", follow)
        .takes::<RecordsKey>()
        .gives::<RecordsView>(200)
        .refuses(&["not_found"])
        .post("/records-followed/file", Access::Public, "One file that was produced, as base64", followed_file)
        .takes::<RecordsFileKey>()
        .gives::<FileTaken>(200)
        .refuses(&["not_found"])
        .post("/records-followed/packet", Access::Public, "The texts for the state's commission", followed_packet)
        .takes::<RecordsKey>()
        .gives::<RecordsPacket>(200)
        .refuses(&["not_found"])
        .post("/records-followed/withdrawal", Access::Public, "Take a request back", withdraw)
        .takes::<RecordsWithdrawal>()
        .gives::<RecordsView>(200)
        .refuses(&["not_found"])
        .refuses(&["wrong_state"])
        .post("/records-followed/application", Access::Requester, "Begin an application from it", to_application)
        .takes::<RecordsToApplication>()
        .gives::<super::Created>(201)
        .refuses(&["not_found"])
        .refuses(&["wrong_state", "too_many_open"])
        .post("/applications/{id}/records", Access::Requester, "Ask for its datasets as records", from_application)
        .takes::<ApplicationToRecords>()
        .gives::<RecordsList>(201)
        .once()
        .refuses(&["wrong_state", "already_filed"])
}

/// A request to file.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RecordsAsked {
    /// Which records.
    description: String,
    /// A mail address; needed where no other way is given and nobody is signed in.
    #[serde(default)]
    #[schema(example = "visitor@people.example")]
    email: String,
    /// A postal address or a telephone.
    #[serde(default)]
    other_way: String,
    /// Not needed.
    #[serde(default)]
    name: String,
    /// The department's short name; empty where it is not known.
    #[serde(default)]
    #[schema(example = "")]
    department: String,
    /// `electronic`, `inspection`, `paper` or `certified`.
    #[serde(default)]
    #[schema(example = "electronic")]
    format: String,
    /// `indigent`, `general_welfare`, `elected_official` or `public_defender`; empty for none.
    #[serde(default)]
    #[schema(example = "")]
    waiver: String,
    /// `en` or `es`.
    #[serde(default)]
    #[schema(example = "en")]
    language: String,
}

/// A request that came in.
#[derive(Debug, Serialize, ToSchema)]
struct RecordsFiled {
    /// Opens the request for whoever has it; it is kept nowhere and not shown again.
    token: String,
    request: RecordsView,
}

async fn file(
    request: HttpRequest,
    desk: DeskData,
    once: Once,
    Json(given): Json<RecordsAsked>,
) -> Result<HttpResponse, WebError> {
    let RecordsAsked { description, email, other_way, name, department, format, waiver, language } = given;
    let wish = Wish { name, email, other_way, department, description, format, waiver, language };
    let who = caller_once(&request, once);
    let filed = desk.run(move |desk| records::file(desk, &who, &wish)).await?;
    let request = view(&filed.request, &[], (&[], &[]));
    Ok(HttpResponse::Created().json(RecordsFiled { token: filed.token, request }))
}

async fn mine(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let who = caller(&request);
    let all = desk.run(move |desk| records::mine(desk, &who)).await?;
    let items = all.into_iter().map(|request| view(&without_notes(request), &[], (&[], &[]))).collect();
    Ok(HttpResponse::Ok().json(RecordsList { items }))
}

/// What opens a request.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RecordsKey {
    /// The private token, or the id for the requester's own account.
    key: String,
}

fn followed(found: &Followed) -> HttpResponse {
    HttpResponse::Ok().json(view(&found.request, &found.fees, (&found.files, &found.letters)))
}

async fn follow(request: HttpRequest, desk: DeskData, Json(given): Json<RecordsKey>) -> Result<HttpResponse, WebError> {
    let who = caller(&request);
    Ok(followed(&desk.run(move |desk| records::follow(desk, &who, &given.key)).await?))
}

/// What opens a file of a request.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RecordsFileKey {
    /// The private token, or the id for the requester's own account.
    key: String,
    /// The file's id.
    file: String,
}

async fn followed_file(
    request: HttpRequest,
    desk: DeskData,
    Json(given): Json<RecordsFileKey>,
) -> Result<HttpResponse, WebError> {
    taken(desk, caller(&request), (given.key, given.file)).await
}

async fn followed_packet(
    request: HttpRequest,
    desk: DeskData,
    Json(given): Json<RecordsKey>,
) -> Result<HttpResponse, WebError> {
    packed(desk, caller(&request), given.key).await
}

/// Taking a request back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RecordsWithdrawal {
    /// The private token, or the id for the requester's own account.
    key: String,
    /// Not needed.
    #[serde(default)]
    reason: String,
}

async fn withdraw(
    request: HttpRequest,
    desk: DeskData,
    Json(given): Json<RecordsWithdrawal>,
) -> Result<HttpResponse, WebError> {
    let who = caller(&request);
    let found = desk
        .run(move |desk| {
            records::withdraw(desk, &who, &given.key, &given.reason)?;
            records::follow(desk, &who, &given.key)
        })
        .await?;
    Ok(followed(&found))
}

/// An application to begin from a request.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RecordsToApplication {
    /// The private token, or the id for the requester's own account.
    key: String,
    /// Whether the request ends with it.
    #[serde(default)]
    ends_request: bool,
}

async fn to_application(
    request: HttpRequest,
    desk: DeskData,
    Json(given): Json<RecordsToApplication>,
) -> Result<HttpResponse, WebError> {
    let who = caller(&request);
    let case = move |desk: &Desk| convert::to_application(desk, &who, &given.key, given.ends_request);
    let (application, _) = desk.run(case).await?;
    Ok(HttpResponse::Created().json(super::Created { id: application.to_string() }))
}

/// Datasets of an application to ask for as records.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ApplicationToRecords {
    /// The ids of the items.
    items: Vec<String>,
    /// What else to say.
    #[serde(default)]
    text: String,
    /// Whether the application ends with it.
    #[serde(default)]
    ends_application: bool,
}

async fn from_application(
    request: HttpRequest,
    desk: DeskData,
    once: Once,
    id: web::Path<String>,
    Json(given): Json<ApplicationToRecords>,
) -> Result<HttpResponse, WebError> {
    let id: ApplicationId = id_in(&id)?;
    let items: Vec<ItemId> = given.items.iter().map(|item| id_in(item)).collect::<Result<_, _>>()?;
    let wish = ConvertWish { items, text: given.text, ends_application: given.ends_application };
    let who = caller_once(&request, once);
    let made = desk.run(move |desk| convert::from_application(desk, &who, id, &wish)).await?;
    let items = made.iter().map(|request| view(request, &[], (&[], &[]))).collect();
    Ok(HttpResponse::Created().json(RecordsList { items }))
}
