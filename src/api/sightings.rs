//! What people of the city saw, and the keys that are planted.

use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Api;
use crate::cases::CaseError;
use crate::cases::sightings::{self, Sighting};
use crate::domain::misuse::SignalKind;
use crate::domain::people::Role;
use crate::domain::text::Invalid;
use crate::web::case::{DeskData, caller};
use crate::web::{Access, Json, WebError};

const OFFICES: Access = Access::Staff(&[Role::Reviewer, Role::Manager, Role::Clerk]);

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    api.post("/signals/sightings", OFFICES, "Report a leaked key or a planted record", report)
        .with_preview()
        .takes::<SightingGiven>()
        .gives::<Spoke>(200)
        .refuses(&["kind_not_told", "key_not_found"])
        .get("/signals/planted-keys", OFFICES, "Keys that are planted for nobody", planted)
        .gives::<PlantedKeys>(200)
        .post("/signals/planted-keys", OFFICES, "Watch a key as planted", plant)
        .takes::<PlantGiven>()
        .gives::<PlantedKeys>(200)
        .refuses(&["key_not_found", "planted_already"])
}

/// What was seen.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SightingGiven {
    /// `leak_report` or `canary_record`.
    kind: String,
    /// The agreement's number.
    agreement: String,
    /// The key as it is shown: first and last characters.
    hint: String,
    /// What was seen, and where. The holder reads it.
    note: String,
}

/// How many rules spoke; none, where one spoke of this key a short while ago.
#[derive(Debug, Serialize, ToSchema)]
struct Spoke {
    signals: u64,
}

/// A key to watch.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PlantGiven {
    /// The agreement's number.
    agreement: String,
    /// The key as it is shown.
    hint: String,
    /// Where it is planted.
    planted: String,
}

/// Planted keys.
#[derive(Debug, Serialize, ToSchema)]
struct PlantedKeys {
    items: Vec<PlantedKey>,
}

/// A planted key.
#[derive(Debug, Serialize, ToSchema)]
struct PlantedKey {
    key: String,
    hint: String,
    planted: String,
    since: DateTime<Utc>,
    by: String,
}

async fn report(
    request: HttpRequest,
    desk: DeskData,
    Json(given): Json<SightingGiven>,
) -> Result<HttpResponse, WebError> {
    let SightingGiven { kind, agreement, hint, note } = given;
    let kind = SignalKind::ALL.into_iter().find(|known| known.as_str() == kind);
    let unknown = || CaseError::from(Invalid::new("kind", "unknown", "Use leak_report or canary_record."));
    let kind = kind.ok_or_else(unknown)?;
    let who = caller(&request);
    let sighting = Sighting { kind, agreement, hint, note };
    let count = desk.run(move |desk| sightings::report(desk, &who, &sighting)).await?;
    Ok(HttpResponse::Ok().json(Spoke { signals: u64::try_from(count).unwrap_or(u64::MAX) }))
}

async fn planted(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let who = caller(&request);
    let all = desk.run(move |desk| sightings::planted(desk, &who)).await?;
    let items = all.into_iter().map(|(canary, hint)| PlantedKey {
        key: canary.key.to_string(),
        hint,
        planted: canary.planted,
        since: canary.at,
        by: canary.by_name,
    });
    Ok(HttpResponse::Ok().json(PlantedKeys { items: items.collect() }))
}

async fn plant(request: HttpRequest, desk: DeskData, Json(given): Json<PlantGiven>) -> Result<HttpResponse, WebError> {
    let who = caller(&request);
    let PlantGiven { agreement, hint, planted } = given;
    desk.run(move |desk| sightings::plant(desk, &who, (&agreement, &hint), &planted)).await?;
    self::planted(request, desk).await
}
