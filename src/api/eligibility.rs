//! What to expect before one asks, without an account and without anything kept.

use actix_web::HttpResponse;
use serde::Serialize;
use utoipa::ToSchema;

use super::Api;
use crate::domain::eligibility::{Hurdle, Plan, outlook};
use crate::store::datasets;
use crate::web::case::DeskData;
use crate::web::{Access, Query, WebError};

const ASKED: &[&str] = &["dataset[]", "use[]", "measures", "names"];

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    api.get("/eligibility", Access::Public, "What to expect before you ask for a dataset; nothing is kept", check)
        .asks(&["dataset", "use", "measures", "names"])
        .gives::<Expectations>(200)
}

/// What to expect.
#[derive(Debug, Serialize, ToSchema)]
struct Expectations {
    items: Vec<Expectation>,
}

/// What to expect for one dataset.
#[derive(Debug, Serialize, ToSchema)]
struct Expectation {
    #[schema(example = "parking-occupancy")]
    dataset: String,
    /// `no_key`, `click_through`, `decision`, `prohibited` or `undecided`.
    #[schema(example = "decision")]
    way: &'static str,
    /// How many different people would have to approve.
    approvals: u8,
    /// `prohibited_use`, `measures`, `named_users` or `sensitive_fields`.
    hurdles: Vec<&'static str>,
    is_worth_asking: bool,
}

fn yes_or_no(query: &crate::web::fields::Fields, name: &str) -> Result<Option<bool>, WebError> {
    match query.get(name) {
        None | Some("") => Ok(None),
        Some("yes") => Ok(Some(true)),
        Some("no") => Ok(Some(false)),
        Some(_) => Err(WebError::bad_request("query_invalid", format!("“{name}” must be yes or no."))),
    }
}

async fn check(desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let query = query.only(ASKED)?;
    let plan = Plan {
        prohibited_uses: query.all("use").map(str::to_owned).collect(),
        meets_measures: yes_or_no(&query, "measures")?,
        names_users: yes_or_no(&query, "names")?,
    };
    let strange = plan
        .prohibited_uses
        .iter()
        .find(|id| !desk.profile.prohibited_uses.iter().any(|known| known.id.as_str() == *id));
    if let Some(id) = strange {
        return Err(WebError::bad_request(
            "query_invalid",
            format!("“use” knows no “{}”.", id.chars().take(80).collect::<String>()),
        ));
    }
    let wanted: Vec<String> = query.all("dataset").take(20).map(str::to_owned).collect();
    let all = desk.run(|desk| desk.read(|conn| datasets::list(conn, None))).await?;
    let mut items = Vec::new();
    for slug in &wanted {
        let known = all.iter().find(|known| known.slug == *slug && known.is_published);
        let dataset = known.ok_or_else(WebError::not_found)?;
        let sensitive: Vec<String> = dataset.sensitive_fields().map(|field| field.name.clone()).collect();
        let found = outlook(dataset.tier, &sensitive, &plan);
        items.push(Expectation {
            dataset: slug.clone(),
            way: found.way.as_str(),
            approvals: found.approvals,
            is_worth_asking: found.is_worth_asking(),
            hurdles: found.hurdles.iter().map(Hurdle::as_str).collect(),
        });
    }
    Ok(HttpResponse::Ok().json(Expectations { items }))
}
