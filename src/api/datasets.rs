//! The catalogue as anybody may read it.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::Api;
use super::views::DatasetView;
use crate::cases::{catalogue, samples};
use crate::domain::sample::{Origin, Sample, places};
use crate::domain::tier::Tier;
use crate::store::views::catalogue::{self as views, Search, TierFilter};
use crate::web::case::DeskData;
use crate::web::{Access, Paging, Query, WebError};

const SEARCH: &[&str] =
    &["q", "department", "tier", "keyword", "frequency", "format", "positions", "sample", "limit", "cursor"];

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    api.get("/datasets", Access::Public, "Search the catalogue", search)
        .asks(SEARCH)
        .gives::<Found>(200)
        .get("/datasets/{slug}", Access::Public, "A dataset of the catalogue", one)
        .gives::<DatasetView>(200)
        .get("/datasets/{slug}/sample", Access::Public, "The published sample of a dataset", sample)
        .gives::<SampleView>(200)
}

/// One page of the catalogue.
#[derive(Debug, Serialize, ToSchema)]
struct Found {
    items: Vec<DatasetSummary>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// A dataset in a list.
#[derive(Debug, Serialize, ToSchema)]
struct DatasetSummary {
    slug: String,
    title: String,
    summary: String,
    tier: Option<&'static str>,
    department: String,
    keywords: Vec<String>,
    has_feed: bool,
}

async fn search(desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let query = query.only(SEARCH)?;
    let paging = Paging::from_query(&query)?;
    let text = |name: &str| query.get(name).filter(|text| !text.is_empty()).map(str::to_owned);
    let tier = text("tier")
        .map(|word| {
            let wrong = || WebError::bad_request("query_invalid", "“tier” must be 0, 1, 2, 3, X or unset.");
            TierFilter::from_word(&word).ok_or_else(wrong)
        })
        .transpose()?;
    let is_asked = |name: &str| match query.get(name) {
        None | Some("" | "false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(WebError::bad_request("query_invalid", format!("“{name}” must be true or false."))),
    };
    let wanted = Search {
        words: text("q").unwrap_or_default(),
        department: text("department"),
        tier,
        keyword: text("keyword"),
        frequency: text("frequency"),
        format: text("format"),
        with_positions: is_asked("positions")?,
        with_sample: is_asked("sample")?,
    };
    let after = paging
        .after
        .clone()
        .map(|values| {
            <[String; 2]>::try_from(values).map_err(|_why| {
                WebError::bad_request("cursor_invalid", "“cursor” must be one that this list gave you.")
            })
        })
        .transpose()?;
    let limit = i64::from(paging.limit).saturating_add(1);
    let found = desk.run(move |desk| desk.read(|conn| views::search(conn, &wanted, after.as_ref(), limit))).await?;
    let page = paging.page(found, |listed| listed.place().to_vec());
    let items = page
        .items
        .into_iter()
        .map(|listed| DatasetSummary {
            slug: listed.slug,
            title: listed.title,
            summary: listed.summary,
            tier: listed.tier.map(Tier::as_str),
            department: listed.department_slug,
            keywords: listed.keywords,
            has_feed: listed.has_feed,
        })
        .collect();
    Ok(HttpResponse::Ok().json(Found { items, next: page.next }))
}

async fn one(desk: DeskData, slug: web::Path<String>) -> Result<HttpResponse, WebError> {
    let dataset = desk.run(move |desk| catalogue::public(desk, &slug)).await?;
    Ok(HttpResponse::Ok().json(DatasetView::from(&dataset)))
}

/// A sample of a dataset: a few records that anybody may look at.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Sample)]
pub(super) struct SampleView {
    /// Whether the steward made the records up; they then say nothing about anybody.
    is_made_up: bool,
    /// What was asked for, below the dataset's path; none where the records are made up.
    #[schema(example = "/latest")]
    path: Option<String>,
    /// The redaction profile they went through.
    #[schema(example = "public")]
    redaction: Option<String>,
    redaction_revision: Option<u32>,
    taken_at: DateTime<Utc>,
    /// When it was published; null while only its stewards see it.
    published_at: Option<DateTime<Utc>>,
    /// SHA-256 of `text`, in hex.
    hash: String,
    /// The records as one JSON list, to the byte as they were hashed.
    text: String,
    #[schema(value_type = Vec<Object>)]
    records: Vec<Value>,
    /// Where the records are that say so.
    positions: Vec<PositionView>,
}

/// Where a record is, in degrees (WGS 84).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SamplePosition)]
struct PositionView {
    #[schema(example = 41.1177)]
    latitude: f64,
    #[schema(example = -73.4113)]
    longitude: f64,
    /// What the record is called.
    label: String,
}

impl From<&Sample> for SampleView {
    fn from(sample: &Sample) -> Self {
        let (is_made_up, path, profile) = match &sample.origin {
            Origin::MadeUp => (true, None, None),
            Origin::Live { path, profile } => (false, Some(path.clone()), profile.clone()),
        };
        let records = sample.records();
        let positions = places(&records).into_iter().map(|place| PositionView {
            latitude: place.latitude,
            longitude: place.longitude,
            label: place.label,
        });
        Self {
            is_made_up,
            path,
            redaction: profile.as_ref().map(|(name, _)| name.clone()),
            redaction_revision: profile.map(|(_, revision)| revision),
            taken_at: sample.taken_at,
            published_at: sample.release.as_ref().map(|release| release.at),
            hash: sample.hash.clone(),
            text: sample.text.clone(),
            positions: positions.collect(),
            records,
        }
    }
}

async fn sample(desk: DeskData, slug: web::Path<String>) -> Result<HttpResponse, WebError> {
    let found = desk.run(move |desk| samples::public(desk, &slug)).await?;
    Ok(HttpResponse::Ok().json(SampleView::from(&found.ok_or_else(WebError::not_found)?)))
}
