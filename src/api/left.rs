//! What is left of limits, and the networks a key was used from.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Api, id_in};
use crate::cases::left::{self, Left, SeenNetwork};
use crate::domain::id::{AgreementId, KeyId};
use crate::web::case::{DeskData, caller};
use crate::web::{Access, WebError};

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    let whose = Access::SignedIn;
    api.get("/agreements/{id}/limits", whose, "What is left of the limits of an agreement", of_agreement)
        .gives::<LimitsLeft>(200)
        .refuses(&["not_found"])
        .get("/keys/{id}/limits", whose, "What is left for a key: its own limits, and those it shares", of_key)
        .gives::<LimitsLeft>(200)
        .refuses(&["not_found"])
        .get("/keys/{id}/networks", whose, "Networks that a key was used from, the latest first", networks)
        .gives::<NetworksSeen>(200)
        .refuses(&["not_found"])
}

/// What is left of each limit.
#[derive(Debug, Serialize, ToSchema)]
struct LimitsLeft {
    items: Vec<LimitLeft>,
}

/// What is left of one limit.
#[derive(Debug, Serialize, ToSchema)]
struct LimitLeft {
    /// The title of the dataset whose limit it is; left out for a key's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    dataset: Option<String>,
    /// Its name in the rate-limit headers.
    name: String,
    max: u64,
    /// `second`, `minute`, `hour`, `day` or `month`.
    window: &'static str,
    /// Calls used in this window; left out for a rate, which refills all the time.
    #[serde(skip_serializing_if = "Option::is_none")]
    used: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    left: Option<u64>,
    /// When it counts anew.
    #[serde(skip_serializing_if = "Option::is_none")]
    resets_at: Option<DateTime<Utc>>,
}

impl From<Left> for LimitLeft {
    fn from(one: Left) -> Self {
        Self {
            left: one.left(),
            dataset: one.dataset,
            name: one.name,
            max: one.max,
            window: one.window.as_str(),
            used: one.used,
            resets_at: one.resets_at,
        }
    }
}

async fn of_agreement(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    let (who, id): (_, AgreementId) = (caller(&request), id_in(&id)?);
    let found = desk.run(move |desk| left::of_agreement(desk, &who, id)).await?;
    Ok(HttpResponse::Ok().json(LimitsLeft { items: found.into_iter().map(Into::into).collect() }))
}

async fn of_key(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    let (who, id): (_, KeyId) = (caller(&request), id_in(&id)?);
    let found = desk.run(move |desk| left::of_key(desk, &who, id)).await?;
    Ok(HttpResponse::Ok().json(LimitsLeft { items: found.into_iter().map(Into::into).collect() }))
}

/// Networks.
#[derive(Debug, Serialize, ToSchema)]
struct NetworksSeen {
    items: Vec<NetworkSeen>,
}

/// A network that a key was used from, cut so that no single address is kept.
#[derive(Debug, Serialize, ToSchema)]
struct NetworkSeen {
    #[schema(example = "203.0.113.0/24")]
    network: String,
    first: DateTime<Utc>,
    last: DateTime<Utc>,
}

impl From<SeenNetwork> for NetworkSeen {
    fn from(one: SeenNetwork) -> Self {
        Self { network: one.network, first: one.first, last: one.last }
    }
}

async fn networks(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    let (who, id): (_, KeyId) = (caller(&request), id_in(&id)?);
    let found = desk.run(move |desk| left::networks(desk, &who, id)).await?;
    Ok(HttpResponse::Ok().json(NetworksSeen { items: found.into_iter().map(Into::into).collect() }))
}
