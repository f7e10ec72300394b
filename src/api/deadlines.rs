//! Deadlines of the offices, and the city's calendar.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Api;
use crate::cases::deadlines::{self, Due, Turn};
use crate::cases::{CaseError, calendar};
use crate::domain::people::Role;
use crate::web::case::{DeskData, caller};
use crate::web::{Access, Json, WebError};

const OFFICES: Access = Access::Staff(&[Role::Reviewer, Role::Manager, Role::Clerk, Role::Auditor]);
const KEEPERS: Access = Access::Staff(&[Role::Clerk, Role::Administrator]);
const REFUSED: &[&str] = &["day_too_far", "day_listed", "already_closed", "already_open"];

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    api.get("/deadlines", OFFICES, "Everything that is due for your offices, the nearest first", board)
        .gives::<Deadlines>(200)
        .get("/calendar", Access::Public, "The days that the city closed or opened, and the calendar's version", days)
        .gives::<CalendarView>(200)
        .post("/calendar/days", KEEPERS, "Close or open a day; open deadlines are counted again", list_day)
        .takes::<DayGiven>()
        .gives::<Recounted>(200)
        .refuses(REFUSED)
        .post("/calendar/days/{day}/remove", KEEPERS, "Take a day off the list", unlist_day)
        .gives::<Recounted>(200)
}

/// Deadlines.
#[derive(Debug, Serialize, ToSchema)]
struct Deadlines {
    items: Vec<DueView>,
}

/// An open deadline.
#[derive(Debug, Serialize, ToSchema)]
struct DueView {
    kind: String,
    number: String,
    what: String,
    /// The page of the office on it.
    page: String,
    /// `city` or `party`.
    turn: String,
    /// Ids of departments; none where it is the clerk's.
    departments: Vec<String>,
    due: NaiveDate,
    /// How the day was counted.
    working: Option<String>,
    /// Negative where the day has passed.
    days_left: i64,
}

impl From<Due> for DueView {
    fn from(due: Due) -> Self {
        Self {
            kind: due.kind.to_owned(),
            number: due.number,
            what: due.what,
            page: due.path,
            turn: match due.turn {
                Turn::City => "city".to_owned(),
                Turn::Party => "party".to_owned(),
            },
            departments: due.departments.iter().map(ToString::to_string).collect(),
            due: due.by,
            working: due.working,
            days_left: due.days_left,
        }
    }
}

/// The calendar's listed days.
#[derive(Debug, Serialize, ToSchema)]
struct CalendarView {
    /// The version that deadlines are stamped with.
    version: String,
    days: Vec<DayView>,
}

/// A day that the city listed.
#[derive(Debug, Serialize, ToSchema)]
struct DayView {
    day: NaiveDate,
    /// Whether the offices work although a rule closes the day; else they are closed.
    is_open: bool,
    why: String,
}

/// A day to list.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DayGiven {
    day: NaiveDate,
    is_open: bool,
    why: String,
}

/// What a change of the calendar did.
#[derive(Debug, Serialize, ToSchema)]
struct Recounted {
    /// Open deadlines that moved.
    moved: u64,
    version: String,
}

async fn board(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let who = caller(&request);
    let items = desk.run(move |desk| deadlines::board(desk, &who)).await?;
    Ok(HttpResponse::Ok().json(Deadlines { items: items.into_iter().map(DueView::from).collect() }))
}

async fn days(desk: DeskData) -> Result<HttpResponse, WebError> {
    let kept = desk.run(calendar::days).await?;
    let days =
        kept.into_iter().map(|kept| DayView { day: kept.day.day, is_open: kept.day.is_open, why: kept.day.name });
    Ok(HttpResponse::Ok().json(CalendarView { version: desk.profile.calendar.version(), days: days.collect() }))
}

fn recounted(desk: &DeskData, moved: usize) -> HttpResponse {
    let moved = u64::try_from(moved).unwrap_or(u64::MAX);
    HttpResponse::Ok().json(Recounted { moved, version: desk.profile.calendar.version() })
}

async fn list_day(request: HttpRequest, desk: DeskData, Json(given): Json<DayGiven>) -> Result<HttpResponse, WebError> {
    let who = caller(&request);
    let DayGiven { day, is_open, why } = given;
    let moved = desk.run(move |desk| calendar::list_day(desk, &who, (day, is_open, &why))).await?;
    Ok(recounted(&desk, moved))
}

async fn unlist_day(request: HttpRequest, desk: DeskData, path: web::Path<String>) -> Result<HttpResponse, WebError> {
    let who = caller(&request);
    let day: NaiveDate = path.parse().map_err(|_no_day| WebError::from(CaseError::Missing))?;
    let moved = desk.run(move |desk| calendar::unlist_day(desk, &who, day)).await?;
    Ok(recounted(&desk, moved))
}
