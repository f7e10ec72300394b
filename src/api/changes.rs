//! Announced changes of datasets: for anybody to read, for stewards to make, follow and take back.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Api, precondition};
use crate::cases::changes::{self, BACK_DAYS, Concerned};
use crate::cases::{CaseError, catalogue};
use crate::domain::change::{Announcement, ChangeKind, Draft, Window};
use crate::domain::people::Role;
use crate::domain::text::Invalid;
use crate::web::case::{DeskData, caller};
use crate::web::{Access, IfMatch, Json, WebError, etag};

const MANAGER: Access = Access::Staff(&[Role::Manager]);
const STEWARDS: Access = Access::Staff(&[Role::Reviewer, Role::Manager, Role::Auditor]);

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    let at = |rest: &str| format!("/steward/datasets/{{slug}}/{rest}");
    api.get("/datasets/{slug}/changes", Access::Public, "Announced changes of a dataset", public)
        .gives::<Changes>(200)
        .get(&at("changes"), STEWARDS, "Every change that was announced of a dataset", list)
        .gives::<Changes>(200)
        .post(&at("changes"), MANAGER, "Announce a change to those who call or may call it", announce)
        .takes::<DraftGiven>()
        .gives::<ChangeView>(201)
        .versioned()
        .refuses(&["invalid"])
        .post(&at("change-previews"), MANAGER, "Who would be told of a change", preview)
        .takes::<DraftGiven>()
        .gives::<ConcernedList>(200)
        .refuses(&["invalid"])
        .get(&at("changes/{number}"), STEWARDS, "A change, and who still calls what it concerns", follow)
        .gives::<FollowedView>(200)
        .delete(&at("changes/{number}"), MANAGER, "Take an announcement back; who was told is told", withdraw)
        .versioned()
}

/// Announced changes.
#[derive(Debug, Serialize, ToSchema)]
struct Changes {
    items: Vec<ChangeView>,
}

/// An announced change.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Change)]
struct ChangeView {
    #[schema(example = "CHG-2026-0004")]
    number: String,
    /// `change`, `deprecation`, `brownout` or `end`.
    kind: &'static str,
    /// The operations it concerns; none means the whole dataset.
    operations: Vec<String>,
    text: String,
    /// From which day; the last day of an end.
    on: Option<NaiveDate>,
    /// The last day, of a deprecation.
    sunset: Option<NaiveDate>,
    /// When it is switched off on trial.
    windows: Vec<WindowView>,
    announced_at: DateTime<Utc>,
    /// How many holders were told.
    told: usize,
    withdrawn_at: Option<DateTime<Utc>>,
}

/// A time in which it is switched off.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ChangeWindow)]
struct WindowView {
    from: DateTime<Utc>,
    until: DateTime<Utc>,
}

impl From<&Announcement> for ChangeView {
    fn from(change: &Announcement) -> Self {
        Self {
            number: change.number.clone(),
            kind: change.kind.as_str(),
            operations: change.operations.clone(),
            text: change.text.clone(),
            on: change.on,
            sunset: change.sunset,
            windows: change.windows.iter().map(|each| WindowView { from: each.from, until: each.until }).collect(),
            announced_at: change.at,
            told: change.told,
            withdrawn_at: change.withdrawn_at,
        }
    }
}

/// Who is concerned by a change.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChangeConcerned)]
struct ConcernedList {
    items: Vec<ConcernedView>,
}

/// Somebody whom a change concerns.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChangeConcern)]
struct ConcernedView {
    agreement: String,
    number: String,
    title: String,
    holder: String,
    /// Whether the agreement is in force.
    is_live: bool,
    calls: i64,
    /// The last day with a call; null where there was none.
    last_day: Option<String>,
}

impl From<&Concerned> for ConcernedView {
    fn from(one: &Concerned) -> Self {
        Self {
            agreement: one.agreement.to_string(),
            number: one.number.clone(),
            title: one.title.clone(),
            holder: one.holder.clone(),
            is_live: one.is_live,
            calls: one.calls,
            last_day: Some(one.last_day.clone()).filter(|day| !day.is_empty()),
        }
    }
}

/// A change with those who still call what it concerns.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChangeFollowed)]
struct FollowedView {
    change: ChangeView,
    /// Calls since the day it was announced.
    callers: Vec<ConcernedView>,
}

async fn public(desk: DeskData, slug: web::Path<String>) -> Result<HttpResponse, WebError> {
    let found = desk.run(move |desk| Ok(changes::current(desk, &catalogue::public(desk, &slug)?))).await?;
    Ok(HttpResponse::Ok().json(Changes { items: found.iter().map(Into::into).collect() }))
}

async fn list(request: HttpRequest, desk: DeskData, slug: web::Path<String>) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let dataset = desk.run(move |desk| catalogue::for_staff(desk, &caller, &slug)).await?;
    let items = dataset.changes.iter().rev().map(Into::into).collect();
    Ok(HttpResponse::Ok().insert_header(etag(dataset.version)).json(Changes { items }))
}

/// A change to announce.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ChangeDraft)]
struct DraftGiven {
    /// `change`, `deprecation`, `brownout` or `end`.
    kind: String,
    /// The operations it concerns; the whole dataset where left out.
    #[schema(required = false)]
    #[serde(default)]
    operations: Vec<String>,
    /// What changes and what to do.
    text: String,
    /// From which day; the last day of an end.
    #[serde(default)]
    on: Option<NaiveDate>,
    /// The last day, of a deprecation.
    #[serde(default)]
    sunset: Option<NaiveDate>,
    /// When it is switched off on trial.
    #[schema(required = false)]
    #[serde(default)]
    windows: Vec<WindowView>,
    /// For how many days back calls count; 90 where left out.
    #[serde(default)]
    days: Option<i64>,
}

fn draft(given: DraftGiven) -> Result<(Draft, i64), CaseError> {
    let kind = ChangeKind::from_word(&given.kind)
        .ok_or_else(|| Invalid::new("kind", "kind_unknown", "Give change, deprecation, brownout or end."))?;
    let windows = given.windows.iter().map(|each| Window { from: each.from, until: each.until }).collect();
    let DraftGiven { operations, text, on, sunset, days, .. } = given;
    Ok((Draft { kind, operations, text, on, sunset, windows }, days.unwrap_or(BACK_DAYS)))
}

async fn preview(
    request: HttpRequest,
    desk: DeskData,
    slug: web::Path<String>,
    Json(given): Json<DraftGiven>,
) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let (draft, days) = draft(given)?;
    let found = desk.run(move |desk| changes::preview(desk, &caller, &slug, &draft, days)).await?;
    Ok(HttpResponse::Ok().json(ConcernedList { items: found.iter().map(Into::into).collect() }))
}

async fn announce(
    request: HttpRequest,
    desk: DeskData,
    slug: web::Path<String>,
    IfMatch(version): IfMatch,
    Json(given): Json<DraftGiven>,
) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let (draft, days) = draft(given)?;
    let made = desk.run(move |desk| changes::announce(desk, &caller, &slug, (&draft, days), version)).await;
    let made = made.map_err(precondition)?;
    let etag = etag(version.saturating_add(1));
    Ok(HttpResponse::Created().insert_header(etag).json(ChangeView::from(&made)))
}

async fn follow(
    request: HttpRequest,
    desk: DeskData,
    at: web::Path<(String, String)>,
) -> Result<HttpResponse, WebError> {
    let (slug, number) = at.into_inner();
    let caller = caller(&request);
    let followed = desk.run(move |desk| changes::follow(desk, &caller, &slug, &number)).await?;
    let view = FollowedView {
        change: (&followed.announcement).into(),
        callers: followed.callers.iter().map(Into::into).collect(),
    };
    Ok(HttpResponse::Ok().insert_header(etag(followed.dataset.version)).json(view))
}

async fn withdraw(
    request: HttpRequest,
    desk: DeskData,
    at: web::Path<(String, String)>,
    IfMatch(version): IfMatch,
) -> Result<HttpResponse, WebError> {
    let (slug, number) = at.into_inner();
    let caller = caller(&request);
    let done = desk.run(move |desk| changes::withdraw(desk, &caller, &slug, &number, version)).await;
    done.map_err(precondition)?;
    Ok(HttpResponse::NoContent().insert_header(etag(version.saturating_add(1))).finish())
}
