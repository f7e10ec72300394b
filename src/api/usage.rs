//! Usage from rollups, and the access log. Each reader sees what the case allows: holders their own, departments their
//! datasets, auditors everything, with whole client addresses at the price of an audit entry.

use std::str::FromStr;

use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use super::Api;
use super::audit::csv_of;
use crate::cases::usage::{self, LINES_MAX};
use crate::cases::{Desk, sheets};
use crate::domain::people::Role;
use crate::domain::time::{Day, Instant, day_in};
use crate::store::views::usage::{By, LogLine, LogSearch, Whose};
use crate::web::case::{DeskData, caller};
use crate::web::fields::Fields;
use crate::web::paging::{cursor_invalid, encode, place};
use crate::web::{Access, Query, WebError};

const SUMS: &[&str] = &["by", "from", "to", "key", "agreement", "dataset", "department"];
const LINES: &[&str] =
    &["key", "agreement", "dataset", "department", "outcome", "request", "from", "to", "limit", "cursor"];
const LINES_SHEET: &[&str] =
    &["key", "agreement", "dataset", "department", "outcome", "request", "from", "to", "cursor"];
/// Lines on a page when no other number is asked for.
const LINES_DEFAULT: i64 = 100;

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
    .refuses(&["not_found", "invalid"])
    .get("/usage.csv", Access::SignedIn, "The same as CSV", sums_sheet)
    .asks(SUMS)
    .gives_other("text/csv")
    .refuses(&["not_found", "invalid"])
    .get("/access-log", Access::SignedIn, "Lines of the access log, newest first", lines)
    .asks(LINES)
    .gives::<Lines>(200)
    .refuses(&["not_found"])
    .get("/access-log.csv", Access::SignedIn, "The same as CSV, up to 20,000 lines", lines_sheet)
    .asks(LINES_SHEET)
    .gives_other("text/csv")
    .refuses(&["not_found"])
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

/// What sums are asked for.
struct SumsAsked {
    by: By,
    days: (Day, Day),
    whose: Whose,
}

fn sums_asked(query: &Fields, today: Day) -> Result<SumsAsked, WebError> {
    let by = By::from_word(query.get("by").unwrap_or("day")).ok_or_else(|| {
        WebError::bad_request("query_invalid", "“by” must be key, agreement, dataset, operation, outcome or day.")
    })?;
    let last: Day = read(query, "to")?.unwrap_or(today);
    let first: Day =
        read(query, "from")?.unwrap_or_else(|| last.checked_sub_days(chrono::Days::new(27)).unwrap_or(last));
    Ok(SumsAsked { by, days: (first, last), whose: whose(query)? })
}

fn today(desk: &Desk) -> Day {
    day_in(desk.profile.zone, desk.clock.now())
}

async fn sums(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let asked = sums_asked(&query.only(SUMS)?, today(&desk))?;
    let caller = caller(&request);
    let found = desk.run(move |desk| usage::sums(desk, &caller, asked.days, &asked.whose, asked.by)).await?;
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

async fn sums_sheet(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let query = query.only(SUMS)?;
    let asked = sums_asked(&query, today(&desk))?;
    let caller = caller(&request);
    let found = desk.run(move |desk| sheets::sums(desk, &caller, asked.days, &asked.whose, asked.by)).await?;
    csv_of(&request, &query, "usage.csv", found)
}

/// Lines of the access log.
#[derive(Debug, Serialize, ToSchema)]
struct Lines {
    items: Vec<LineView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// One call.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LineView {
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

/// What lines are looked for.
fn lines_asked(query: &Fields) -> Result<LogSearch, WebError> {
    let below = match place(query)?.as_deref() {
        None => None,
        Some([at, id]) => Some((at.parse().map_err(|_no_instant| cursor_invalid())?, id.clone())),
        Some(_) => return Err(cursor_invalid()),
    };
    Ok(LogSearch {
        whose: whose(query)?,
        outcome: query.get("outcome").map(str::to_owned),
        request: query.get("request").map(str::to_owned),
        from: read::<Instant>(query, "from")?,
        to: read::<Instant>(query, "to")?,
        below,
    })
}

async fn lines(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let query = query.only(LINES)?;
    let search = lines_asked(&query)?;
    let limit = read::<i64>(&query, "limit")?.unwrap_or(LINES_DEFAULT);
    if !(1..=LINES_MAX).contains(&limit) {
        let detail = format!("“limit” must be a whole number from 1 to {LINES_MAX}.");
        return Err(WebError::bad_request("limit_invalid", detail));
    }
    let caller = caller(&request);
    let mut found = desk
        .run(move |desk| {
            if caller.actor.holds_anywhere(Role::Auditor) {
                usage::log_for_auditor(desk, &caller, &search, limit + 1)
            } else {
                usage::log(desk, &caller, &search, limit + 1)
            }
        })
        .await?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| has_more).map(|last| encode(&sheets::place(last)));
    Ok(HttpResponse::Ok().json(Lines { items: found.into_iter().map(Into::into).collect(), next }))
}

async fn lines_sheet(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let query = query.only(LINES_SHEET)?;
    let search = lines_asked(&query)?;
    let caller = caller(&request);
    let found = desk.run(move |desk| sheets::access_log(desk, &caller, &search)).await?;
    csv_of(&request, &query, "access-log.csv", found)
}
