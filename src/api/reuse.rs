//! Requests for reuse statements: anybody asks, the dataset's department answers.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Api, id_in};
use crate::cases::reuse::{self, Question};
use crate::domain::id::ReuseId;
use crate::domain::people::Role;
use crate::domain::reuse::ReuseRequest;
use crate::web::case::{DeskData, caller};
use crate::web::{Access, Json, Query, WebError};

const READERS: Access = Access::Staff(&[Role::Reviewer, Role::Manager, Role::Clerk, Role::Auditor]);
const MANAGER: Access = Access::Staff(&[Role::Manager]);

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    api.post("/datasets/{slug}/reuse-requests", Access::Public, "Ask for the reuse statement of a dataset", ask)
        .takes::<ReuseAsked>()
        .gives::<ReuseView>(201)
        .refuses(&["statement_there", "too_many_requests"])
        .get("/reuse-requests", READERS, "Reuse statements asked for, what is due first at the top", list)
        .asks(&["answered"])
        .gives::<ReuseList>(200)
        .get("/reuse-requests/{id}", READERS, "One of them", one)
        .gives::<ReuseTask>(200)
        .post("/reuse-requests/{id}/answer", MANAGER, "Answer it; the dataset gets the statement", answer)
        .takes::<ReuseGiven>()
        .gives::<ReuseTask>(200)
        .refuses(&["wrong_state"])
}

/// A question about reuse; nothing must be given.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct ReuseAsked {
    name: String,
    /// Where the answer goes.
    #[schema(example = "visitor@people.example")]
    email: String,
    /// What you want to do.
    what_for: String,
}

/// A question about the reuse of a dataset, as everybody may see it.
#[derive(Debug, Serialize, ToSchema)]
struct ReuseView {
    id: String,
    /// Such as `RUS-2026-0001`.
    number: String,
    dataset: String,
    asked_at: DateTime<Utc>,
    /// How many asked.
    count: u32,
    /// By when the department answers.
    due: NaiveDate,
    working: String,
    is_open: bool,
}

/// Questions about reuse.
#[derive(Debug, Serialize, ToSchema)]
struct ReuseList {
    items: Vec<ReuseTask>,
}

/// A question about the reuse of a dataset as a task of its department.
#[derive(Debug, Serialize, ToSchema)]
struct ReuseTask {
    id: String,
    number: String,
    dataset: String,
    title: String,
    department: String,
    asked_at: DateTime<Utc>,
    count: u32,
    due: NaiveDate,
    /// What people want to do, where they said so.
    what_for: Vec<String>,
    is_open: bool,
    /// The licence's address.
    license: Option<String>,
    /// The statement in words.
    text: Option<String>,
    /// The answer came after the promised day.
    is_late: bool,
}

impl From<&ReuseRequest> for ReuseTask {
    fn from(request: &ReuseRequest) -> Self {
        let answer = request.answer.as_ref();
        let what_for = request.asks.iter().map(|ask| ask.what_for.clone()).filter(|text| !text.is_empty());
        Self {
            id: request.id.to_string(),
            number: request.number.clone(),
            dataset: request.slug.clone(),
            title: request.title.clone(),
            department: request.department.to_string(),
            asked_at: request.asked_at,
            count: request.count,
            due: request.due.due,
            what_for: what_for.collect(),
            is_open: answer.is_none(),
            license: answer.map(|answer| answer.license.clone()).filter(|text| !text.is_empty()),
            text: answer.map(|answer| answer.text.clone()),
            is_late: answer.is_some_and(|answer| answer.is_late),
        }
    }
}

async fn ask(
    request: HttpRequest,
    desk: DeskData,
    slug: web::Path<String>,
    Json(given): Json<ReuseAsked>,
) -> Result<HttpResponse, WebError> {
    let ReuseAsked { name, email, what_for } = given;
    let (who, question) = (caller(&request), Question { name, email, what_for });
    let asked = desk.run(move |desk| reuse::ask(desk, &who, &slug, &question)).await?;
    Ok(HttpResponse::Created().json(ReuseView {
        id: asked.id.to_string(),
        number: asked.number.clone(),
        dataset: asked.slug.clone(),
        asked_at: asked.asked_at,
        count: asked.count,
        due: asked.due.due,
        working: asked.due.explain(),
        is_open: asked.answer.is_none(),
    }))
}

async fn list(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let query = query.only(&["answered"])?;
    let answered = query.get("answered") == Some("true");
    let who = caller(&request);
    let all = desk.run(move |desk| reuse::list(desk, &who, answered)).await?;
    Ok(HttpResponse::Ok().json(ReuseList { items: all.iter().map(Into::into).collect() }))
}

async fn one(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    let (who, id): (_, ReuseId) = (caller(&request), id_in(&id)?);
    let found = desk.run(move |desk| reuse::read(desk, &who, id)).await?;
    Ok(HttpResponse::Ok().json(ReuseTask::from(&found)))
}

/// A reuse statement.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReuseGiven {
    /// The licence's address; may be empty.
    #[serde(default)]
    #[schema(example = "https://creativecommons.org/licenses/by/4.0/")]
    license: String,
    /// The statement in words, at most 255 letters.
    text: String,
}

async fn answer(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    Json(given): Json<ReuseGiven>,
) -> Result<HttpResponse, WebError> {
    let (who, id): (_, ReuseId) = (caller(&request), id_in(&id)?);
    let found = desk.run(move |desk| reuse::answer(desk, &who, id, (&given.license, &given.text))).await?;
    Ok(HttpResponse::Ok().json(ReuseTask::from(&found)))
}
