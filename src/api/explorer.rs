//! The usage explorer for auditors: the same question by the same names as the page's.

use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use super::Api;
use super::audit::csv_of;
use crate::cases::explorer::{self, NAMES};
use crate::domain::people::Role;
use crate::store::views::usage::Sum;
use crate::web::case::{DeskData, caller};
use crate::web::{Access, Query, WebError};

const AUDITOR: Access = Access::Staff(&[Role::Auditor]);

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    api.get("/audit/usage", AUDITOR, "Calls by anything, under any filters together, with their curve", explore)
        .asks(&NAMES)
        .gives::<ExploredView>(200)
        .refuses(&["invalid"])
        .get("/audit/usage.csv", AUDITOR, "The same as CSV, every row of it", sheet)
        .asks(&NAMES)
        .gives_other("text/csv")
        .refuses(&["invalid"])
}

/// An answer of the explorer.
#[derive(Debug, Serialize, ToSchema)]
struct ExploredView {
    /// At most 200 rows; all of them where they are points of time.
    items: Vec<RowView>,
    /// How many rows more there are, and what they come to.
    others: Option<OthersView>,
    total: NumbersView,
    /// What the points of the curve are: `hour`, `day` or `month`.
    curve_by: &'static str,
    curve: Vec<PointView>,
}

/// A row.
#[derive(Debug, Serialize, ToSchema)]
struct RowView {
    /// An id, a word or a time; empty where nothing was recognised.
    of: String,
    label: String,
    #[serde(flatten)]
    numbers: NumbersView,
}

/// The rows that are not told one by one.
#[derive(Debug, Serialize, ToSchema)]
struct OthersView {
    count: usize,
    #[serde(flatten)]
    numbers: NumbersView,
}

/// A point of the curve.
#[derive(Debug, Serialize, ToSchema)]
struct PointView {
    /// A month, a day of the city, or the beginning of an hour in UTC.
    #[schema(example = "2026-11-23")]
    at: String,
    calls: i64,
    refused: i64,
}

/// What calls come to.
#[derive(Debug, Serialize, ToSchema)]
struct NumbersView {
    calls: i64,
    ok: i64,
    refused: i64,
    bytes: i64,
    mean_ms: i64,
}

impl From<&Sum> for NumbersView {
    fn from(sum: &Sum) -> Self {
        Self { calls: sum.calls, ok: sum.ok, refused: sum.refused(), bytes: sum.bytes, mean_ms: sum.mean_ms() }
    }
}

async fn explore(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let query = query.only(&NAMES)?;
    let caller = caller(&request);
    let found = desk
        .run(move |desk| {
            let asked = explorer::question(desk, &|name| query.get(name).unwrap_or_default().to_owned())?;
            explorer::explore(desk, &caller, &asked)
        })
        .await?;
    let row =
        |row: &explorer::Row| RowView { of: row.sum.of.clone(), label: row.label.clone(), numbers: (&row.sum).into() };
    let point = |sum: &Sum| PointView { at: sum.of.clone(), calls: sum.calls, refused: sum.refused() };
    Ok(HttpResponse::Ok().json(ExploredView {
        items: found.rows.iter().map(row).collect(),
        others: found.others.as_ref().map(|(count, sum)| OthersView { count: *count, numbers: sum.into() }),
        total: (&found.total).into(),
        curve_by: found.curve_by.as_str(),
        curve: found.curve.iter().map(point).collect(),
    }))
}

async fn sheet(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let query = query.only(&NAMES)?;
    let (caller, asked) = (caller(&request), query.clone());
    let found = desk
        .run(move |desk| {
            let asked = explorer::question(desk, &|name| asked.get(name).unwrap_or_default().to_owned())?;
            explorer::sheet(desk, &caller, &asked)
        })
        .await?;
    csv_of(&request, &query, "usage.csv", found)
}
