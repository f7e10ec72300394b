//! Samples of a department's datasets: take, make up, look at, publish, withdraw.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Api;
use super::datasets::SampleView;
use crate::cases::{CaseError, samples};
use crate::domain::people::Role;
use crate::domain::text::Invalid;
use crate::web::case::{DeskData, caller};
use crate::web::{Access, Json, WebError};

const MANAGER: Access = Access::Staff(&[Role::Manager]);
const STEWARDS: Access = Access::Staff(&[Role::Reviewer, Role::Manager, Role::Auditor]);

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    let at = |rest: &str| format!("/steward/datasets/{{slug}}/{rest}");
    api.get(&at("samples"), STEWARDS, "The sample of a dataset, taken and published", list)
        .gives::<Samples>(200)
        .post(&at("samples"), MANAGER, "Take a sample of the feed, or make one up, to look at", take)
        .takes::<Wanted>()
        .gives::<SampleView>(201)
        .refuses(&[
            "upstream_needed",
            "redaction_needed",
            "sensitive_field_shown",
            "no_tier_yet",
            "prohibited",
            "invalid",
        ])
        .post(&at("sample-publication"), MANAGER, "Publish the sample that was looked at", publish)
        .takes::<Seen>()
        .gives::<SampleView>(200)
        .refuses(&["sample_changed", "redaction_needed", "sensitive_field_shown", "no_tier_yet", "prohibited"])
        .delete(&at("sample-publication"), MANAGER, "Withdraw the published sample and delete its records", withdraw)
        .delete(&at("samples"), MANAGER, "Throw away a sample that was not published", discard)
}

/// The samples of a dataset.
#[derive(Debug, Serialize, ToSchema)]
struct Samples {
    /// What was taken last and is not published; only its stewards see it.
    taken: Option<SampleView>,
    /// What anybody may see.
    published: Option<SampleView>,
}

async fn list(request: HttpRequest, desk: DeskData, slug: web::Path<String>) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let kept = desk.run(move |desk| samples::kept(desk, &caller, &slug)).await?;
    let view = |sample: Option<crate::domain::sample::Sample>| sample.as_ref().map(SampleView::from);
    Ok(HttpResponse::Ok().json(Samples { taken: view(kept.draft), published: view(kept.released) }))
}

/// A sample of the feed by `path` and `redaction`, or one made up by `records`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SampleWanted)]
struct Wanted {
    /// The path below the upstream's address, with its query; the address itself where left out.
    #[schema(required = false, example = "/latest")]
    #[serde(default)]
    path: Option<String>,
    /// The redaction profile to send the records through; needed on tiers 2 and 3.
    #[serde(default)]
    redaction: Option<String>,
    /// Records that you made up, in place of those of the feed.
    #[schema(required = false, value_type = Option<Vec<Object>>)]
    #[serde(default)]
    records: Option<Vec<serde_json::Value>>,
}

async fn take(
    request: HttpRequest,
    desk: DeskData,
    slug: web::Path<String>,
    Json(wanted): Json<Wanted>,
) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let taken = match wanted.records {
        Some(_) if wanted.path.is_some() || wanted.redaction.is_some() => {
            let message = "Give records that you made up, or a path and a redaction profile; not both.";
            return Err(CaseError::from(Invalid::new("records", "invalid", message)).into());
        }
        Some(records) => {
            let text = serde_json::Value::Array(records).to_string();
            desk.run(move |desk| samples::make_up(desk, &caller, &slug, &text)).await?
        }
        None => {
            let path = wanted.path.unwrap_or_default();
            samples::take(&desk, &caller, &slug, &path, wanted.redaction.as_deref()).await?
        }
    };
    Ok(HttpResponse::Created().json(SampleView::from(&taken)))
}

/// The sample that was looked at.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SampleSeen)]
struct Seen {
    /// Its hash.
    hash: String,
}

async fn publish(
    request: HttpRequest,
    desk: DeskData,
    slug: web::Path<String>,
    Json(seen): Json<Seen>,
) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let released = desk.run(move |desk| samples::release(desk, &caller, &slug, &seen.hash)).await?;
    Ok(HttpResponse::Ok().json(SampleView::from(&released)))
}

async fn withdraw(request: HttpRequest, desk: DeskData, slug: web::Path<String>) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    desk.run(move |desk| samples::withdraw(desk, &caller, &slug, true)).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn discard(request: HttpRequest, desk: DeskData, slug: web::Path<String>) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    desk.run(move |desk| samples::withdraw(desk, &caller, &slug, false)).await?;
    Ok(HttpResponse::NoContent().finish())
}
