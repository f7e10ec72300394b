//! The board of deadlines of the offices, the city's calendar for everybody, and the days that the clerk closes or opens.

use actix_web::{HttpRequest, HttpResponse};
use chrono::{Datelike as _, NaiveDate};
use serde::Serialize;

use super::shared::Names;
use crate::cases::deadlines::{self, Due, Turn};
use crate::cases::{CaseError, Desk, calendar};
use crate::domain::people::Role;
use crate::domain::time::{Day, Instant, day_in};
use crate::web::case::{DeskData, caller, shown_on_form};
use crate::web::json::Query;
use crate::web::{Access, Flash, FormErrors, FormView, Page, Posted, Redirect, Routes, WebError};

const OFFICES: Access = Access::Staff(&[Role::Reviewer, Role::Manager, Role::Clerk, Role::Auditor]);
const KEEPERS: Access = Access::Staff(&[Role::Clerk, Role::Administrator]);

/// Adds the routes of this file.
pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/deadlines", OFFICES, "Everything that is due, the nearest first", board)
        .get("/calendar", Access::Public, "The days on which the offices are closed", year)
        .get("/calendar/days", KEEPERS, "Days closed or opened by the city", days)
        .post("/calendar/days", KEEPERS, "Close or open a day", list_day)
        .post("/calendar/days/remove", KEEPERS, "Take a day off the list", unlist_day)
}

/// A row of the board.
#[derive(Debug, Serialize)]
struct Row {
    kind: &'static str,
    number: String,
    what: String,
    path: String,
    turn: &'static str,
    departments: String,
    due: Day,
    working: Option<String>,
    left: String,
    is_over: bool,
    is_near: bool,
}

fn row(due: &Due, names: &Names) -> Row {
    let departments: Vec<_> = due.departments.iter().map(|id| names.get(*id)).collect();
    Row {
        kind: due.kind,
        number: due.number.clone(),
        what: due.what.clone(),
        path: due.path.clone(),
        turn: match due.turn {
            Turn::City => "The city",
            Turn::Party => "The other side",
        },
        departments: if departments.is_empty() { "City Clerk".to_owned() } else { departments.join(", ") },
        due: due.by,
        working: due.working.clone(),
        left: left(due.days_left),
        is_over: due.days_left < 0,
        is_near: (0..=3).contains(&due.days_left),
    }
}

/// The days to a last day, in words.
pub(super) fn left(days: i64) -> String {
    match days {
        ..=-2 => format!("{} days over", days.unsigned_abs()),
        -1 => "1 day over".to_owned(),
        0 => "Today".to_owned(),
        1 => "Tomorrow".to_owned(),
        _ => format!("In {days} days"),
    }
}

async fn board(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let only_over = query.only(&["show"])?.get("show") == Some("overdue");
    let who = caller(&request);
    let (all, names) = desk.run(move |desk| Ok((deadlines::board(desk, &who)?, Names::of(desk)?))).await?;
    let over = all.iter().filter(|due| due.days_left < 0 && due.turn == Turn::City).count();
    let rows: Vec<_> = all.iter().filter(|due| !only_over || due.days_left < 0).map(|due| row(due, &names)).collect();
    let view = serde_json::json!({ "rows": rows, "over": over, "only_over": only_over });
    Page::new(&request, "Deadlines")?.render("review/deadlines.html", &view)
}

/// A closed day of the year.
#[derive(Debug, Serialize)]
struct Off {
    day: Day,
    why: String,
}

fn offs(desk: &Desk, year: i32) -> Vec<Off> {
    let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default();
    let rules = desk.profile.calendar.current();
    let of_year = first.iter_days().take_while(|day| day.year() == year);
    let listed = of_year.filter_map(|day| {
        let why = rules.day_off(day)?;
        let is_weekend = matches!(why, crate::domain::calendar::DayOff::Weekend { .. });
        (!is_weekend).then(|| Off { day, why: why.to_string() })
    });
    listed.collect()
}

async fn year(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let asked: Option<i32> = query.only(&["year"])?.get("year").and_then(|year| year.parse().ok());
    let this = day_in(desk.profile.zone, desk.clock.now()).year();
    let year = asked.filter(|year| (this - 5..=this + 5).contains(year)).unwrap_or(this);
    let opened: Vec<Off> = desk
        .profile
        .calendar
        .current()
        .open()
        .iter()
        .filter(|named| named.day.year() == year)
        .map(|named| Off { day: named.day, why: named.name.to_string() })
        .collect();
    let view = serde_json::json!({
        "year": year, "before": year - 1, "after": year + 1, "closed": offs(&desk, year), "opened": opened,
        "version": desk.profile.calendar.version(), "city": desk.profile.city.as_str(),
    });
    Page::new(&request, format!("Office calendar {year}"))?.render("public/calendar.html", &view)
}

/// A day that the city listed.
#[derive(Debug, Serialize)]
struct ListedDay {
    day: Day,
    is_open: bool,
    name: String,
    at: Instant,
    by: String,
}

async fn days(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    show_days(&request, &desk, FormView::default()).await
}

async fn show_days(request: &HttpRequest, desk: &DeskData, form: FormView) -> Result<HttpResponse, WebError> {
    let kept = desk.run(calendar::days).await?;
    let days: Vec<_> = kept
        .into_iter()
        .map(|kept| ListedDay {
            day: kept.day.day,
            is_open: kept.day.is_open,
            name: kept.day.name,
            at: kept.at,
            by: kept.by_name,
        })
        .collect();
    let view = serde_json::json!({ "days": days, "version": desk.profile.calendar.version() });
    Page::new(request, "Days closed or opened")?
        .crumb("Office calendar", "/calendar")
        .form(form)
        .render("clerk/calendar.html", &view)
}

fn moved(what: &str, count: usize) -> Flash {
    let told = match count {
        0 => "No open deadline moved.".to_owned(),
        1 => "One open deadline was counted again; both sides are told.".to_owned(),
        _ => format!("{count} open deadlines were counted again; both sides are told."),
    };
    Flash::good(format!("{what} {told}"))
}

async fn list_day(request: HttpRequest, desk: DeskData, posted: Posted) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["day", "is_open", "name"])?;
    let mut errors = FormErrors::default();
    let day: Option<Day> = form.parse("day", &mut errors, "Write the day as 2026-12-24");
    let is_open = form.text("is_open") == "open";
    let name = form.text("name").to_owned();
    let Some(day) = day else { return show_days(&request, &desk, form.view(&errors)).await };
    let who = caller(&request);
    match desk.run(move |desk| calendar::list_day(desk, &who, (day, is_open, &name))).await {
        Ok(count) => Redirect::with(&request, "/calendar/days", &moved("The day is listed.", count)),
        Err(error) => show_days(&request, &desk, form.view(&shown_on_form(error)?)).await,
    }
}

async fn unlist_day(request: HttpRequest, desk: DeskData, posted: Posted) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["day"])?;
    let day: Day = form.text("day").parse().map_err(|_no_day| WebError::from(CaseError::Missing))?;
    let who = caller(&request);
    let count = desk.run(move |desk| calendar::unlist_day(desk, &who, day)).await?;
    Redirect::with(&request, "/calendar/days", &moved("The day is taken off the list.", count))
}
