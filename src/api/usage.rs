//! Usage from rollups, and the access log. Each reader sees what the case allows: holders their own, departments their
//! datasets, auditors everything, with whole client addresses at the price of an audit entry.

use std::str::FromStr;

use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use super::Api;
use crate::cases::usage;
use crate::domain::people::Role;
use crate::domain::time::{Day, Instant};
use crate::store::views::usage::{By, LogLine, LogSearch, Whose};
use crate::web::case::{DeskData, caller};
use crate::web::fields::Fields;
use crate::web::{Access, Query, WebError};

const SUMS: &[&str] = &["by", "from", "to", "key", "agreement", "dataset", "department"];
const LINES: &[&str] = &["key", "agreement", "dataset", "department", "outcome", "request", "from", "to", "limit"];
const LINES_MAX: i64 = 1_000;

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    api.get(
        "/usage",
        Access::SignedIn,
        "Calls counted, summed by key, agreement, dataset, operation, outcome or day",
        sums,
    )
    .asks(SUMS)
    .gives::<Sums>(200)
    .get("/access-log", Access::SignedIn, "Lines of the access log, newest first", lines)
    .asks(LINES)
    .gives::<Lines>(200)
}

/// Sums of calls.
#[derive(Debug, Serialize, ToSchema)]
struct Sums {
    items: Vec<SumView>,
}

/// Calls of one kind.
#[derive(Debug, Serialize, ToSchema)]
struct SumView {
    of: String,
    calls: i64,
    ok: i64,
    refused: i64,
    bytes: i64,
    mean_ms: i64,
}

fn read<T: FromStr>(query: &Fields, name: &str) -> Result<Option<T>, WebError> {
    let text = query.get(name).filter(|text| !text.is_empty());
    text.map(|text| {
        text.parse().map_err(|_why| WebError::bad_request("query_invalid", format!("“{name}” cannot be read.")))
    })
    .transpose()
}

fn whose(query: &Fields) -> Result<Whose, WebError> {
    Ok(Whose {
        key: read(query, "key")?,
        agreement: read(query, "agreement")?,
        dataset: read(query, "dataset")?,
        department: read(query, "department")?,
    })
}

async fn sums(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let query = query.only(SUMS)?;
    let by = By::from_word(query.get("by").unwrap_or("day")).ok_or_else(|| {
        WebError::bad_request("query_invalid", "“by” must be key, agreement, dataset, operation, outcome or day.")
    })?;
    let today = crate::domain::time::day_in(desk.profile.zone, desk.clock.now());
    let last: Day = read(&query, "to")?.unwrap_or(today);
    let first: Day =
        read(&query, "from")?.unwrap_or_else(|| last.checked_sub_days(chrono::Days::new(27)).unwrap_or(last));
    let (whose, caller) = (whose(&query)?, caller(&request));
    let found = desk.run(move |desk| usage::sums(desk, &caller, (first, last), &whose, by)).await?;
    let items = found
        .into_iter()
        .map(|sum| SumView {
            refused: sum.refused(),
            mean_ms: sum.mean_ms(),
            of: sum.of,
            calls: sum.calls,
            ok: sum.ok,
            bytes: sum.bytes,
        })
        .collect();
    Ok(HttpResponse::Ok().json(Sums { items }))
}

/// Lines of the access log.
#[derive(Debug, Serialize, ToSchema)]
struct Lines {
    items: Vec<LineView>,
}

/// One call.
#[derive(Debug, Serialize, ToSchema)]
struct LineView {
    id: String,
    at: chrono::DateTime<chrono::Utc>,
    request: String,
    key: Option<String>,
    agreement: Option<String>,
    dataset: Option<String>,
    scope: String,
    method: String,
    /// The template, never the raw query.
    path: String,
    outcome: String,
    status: i32,
    bytes: i64,
    latency_us: i64,
    client: String,
}

impl From<LogLine> for LineView {
    fn from(LogLine { access, scope }: LogLine) -> Self {
        Self {
            id: access.id,
            at: access.at,
            request: access.request,
            key: access.of.key.map(|id| id.to_string()),
            agreement: access.of.agreement.map(|id| id.to_string()),
            dataset: access.of.dataset.map(|id| id.to_string()),
            scope,
            method: access.method,
            path: access.path,
            outcome: access.of.outcome,
            status: access.status,
            bytes: access.bytes,
            latency_us: access.latency_us,
            client: access.client,
        }
    }
}

async fn lines(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let query = query.only(LINES)?;
    let search = LogSearch {
        whose: whose(&query)?,
        outcome: query.get("outcome").map(str::to_owned),
        request: query.get("request").map(str::to_owned),
        from: read::<Instant>(&query, "from")?,
        to: read::<Instant>(&query, "to")?,
        below: None,
    };
    let limit = read::<i64>(&query, "limit")?.unwrap_or(100).clamp(1, LINES_MAX);
    let caller = caller(&request);
    let found = desk
        .run(move |desk| {
            if caller.actor.holds_anywhere(Role::Auditor) {
                usage::log_for_auditor(desk, &caller, &search, limit)
            } else {
                usage::log(desk, &caller, &search, limit)
            }
        })
        .await?;
    Ok(HttpResponse::Ok().json(Lines { items: found.into_iter().map(Into::into).collect() }))
}
