//! The catalogue as anybody may read it.

use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::Api;
use super::views::DatasetView;
use crate::cases::catalogue;
use crate::domain::tier::Tier;
use crate::store::views::catalogue::{self as views, Search, TierFilter};
use crate::web::case::DeskData;
use crate::web::{Access, Paging, Query, WebError};

const SEARCH: &[&str] = &["q", "department", "tier", "keyword", "limit", "cursor"];

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    api.get("/datasets", Access::Public, "Search the catalogue", search)
        .asks(SEARCH)
        .gives::<Found>(200)
        .get("/datasets/{slug}", Access::Public, "A dataset of the catalogue", one)
        .gives::<DatasetView>(200)
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
    let wanted =
        Search { words: text("q").unwrap_or_default(), department: text("department"), tier, keyword: text("keyword") };
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
