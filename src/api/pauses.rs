//! Datasets paused for every key because the feed itself gave out what it should not.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::applications::Text;
use super::{Api, id_in};
use crate::cases::conduct::pause;
use crate::domain::id::PauseId;
use crate::domain::misuse::pause::Pause;
use crate::domain::people::Role;
use crate::web::case::{DeskData, caller};
use crate::web::{Access, Json, WebError};

const READERS: Access = Access::Staff(&[Role::Reviewer, Role::Manager, Role::Clerk, Role::Auditor]);
const DECIDERS: Access = Access::Staff(&[Role::Manager, Role::Clerk]);

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    api.get("/dataset-pauses", READERS, "Datasets paused for every key", pauses)
        .gives::<Pauses>(200)
        .post("/dataset-pauses", DECIDERS, "Pause a dataset for every key", begin_pause)
        .takes::<PauseGiven>()
        .gives::<PauseShown>(201)
        .refuses(&["paused_already"])
        .post("/dataset-pauses/{id}/end", DECIDERS, "End a pause; exactly its suspensions are lifted", end_pause)
        .takes::<Text>()
        .gives::<PauseShown>(200)
        .refuses(&["already_lifted"])
}

/// Pauses of datasets.
#[derive(Debug, Serialize, ToSchema)]
struct Pauses {
    items: Vec<PauseShown>,
}

/// A pause of a dataset.
#[derive(Debug, Serialize, ToSchema)]
struct PauseShown {
    id: String,
    /// Such as `PAU-2026-0001`.
    number: String,
    dataset: String,
    title: String,
    reason: String,
    since: DateTime<Utc>,
    /// How many keys it stopped.
    keys: usize,
    /// When it ended.
    ended_at: Option<DateTime<Utc>>,
}

impl From<&Pause> for PauseShown {
    fn from(pause: &Pause) -> Self {
        Self {
            id: pause.id.to_string(),
            number: pause.number.clone(),
            dataset: pause.dataset.to_string(),
            title: pause.title.clone(),
            reason: pause.reason.clone(),
            since: pause.since,
            keys: pause.holds.len(),
            ended_at: pause.ended.as_ref().map(|lift| lift.at),
        }
    }
}

async fn pauses(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let who = caller(&request);
    let found = desk.run(move |desk| pause::list(desk, &who)).await?;
    Ok(HttpResponse::Ok().json(Pauses { items: found.iter().map(Into::into).collect() }))
}

/// A dataset to pause.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PauseGiven {
    /// The dataset's short name.
    dataset: String,
    /// Why; every holder reads it.
    reason: String,
}

async fn begin_pause(
    request: HttpRequest,
    desk: DeskData,
    Json(given): Json<PauseGiven>,
) -> Result<HttpResponse, WebError> {
    let who = caller(&request);
    let begun = desk.run(move |desk| pause::begin(desk, &who, &given.dataset, &given.reason)).await?;
    Ok(HttpResponse::Created().json(PauseShown::from(&begun)))
}

async fn end_pause(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    Json(given): Json<Text>,
) -> Result<HttpResponse, WebError> {
    let (who, id): (_, PauseId) = (caller(&request), id_in(&id)?);
    let ended = desk.run(move |desk| pause::end(desk, &who, id, &given.text)).await?;
    Ok(HttpResponse::Ok().json(PauseShown::from(&ended)))
}
