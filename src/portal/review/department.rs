//! How a department's desk works, as its managers set it: where it is written to, its goal, its cover, and who hears what
//! applicants write. Decides nothing itself.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use crate::cases::assignment::{self, Team};
use crate::cases::{Desk, department};
use crate::domain::calendar::{DayUnit, Span};
use crate::domain::department::{DeskSettings, Replies};
use crate::domain::id::DepartmentId;
use crate::domain::people::Role;
use crate::portal::shared::{Choice, id_in, still_on_the_form};
use crate::store::people::Department;
use crate::web::case::{DeskData, caller, shown_on_form};
use crate::web::{
    Access, CaseStaff, Flash, Form, FormErrors, FormView, Manager, Page, Posted, Redirect, Routes, Signed, WebError,
};

/// The list.
const LIST: &str = "/review/department";

pub(super) fn routes(routes: Routes, desk: Access, manager: Access) -> Routes {
    routes
        .get(LIST, desk, "How the desks of one's departments work", list)
        .get("/review/department/{department}", manager, "How the department's desk works, to change", page)
        .post("/review/department/{department}", manager, "Change how the department's desk works", set)
}

/// What `review/departments.html` shows.
#[derive(Debug, Serialize)]
struct ListView {
    departments: Vec<DepartmentView>,
    is_business: bool,
}

#[derive(Debug, Serialize)]
struct DepartmentView {
    name: String,
    email: String,
    days: u16,
    /// Whether that is the city's own goal.
    is_citys: bool,
    cover: String,
    replies: &'static str,
    /// Where this person may change it.
    href: String,
}

const fn replies_words(replies: Replies) -> &'static str {
    match replies {
        Replies::Everybody => "Everybody who reviews or decides here",
        Replies::Assigned => "Whoever works on the application, and who covers for them",
    }
}

fn department_view(city: Span, team: &Team, one: &Department, may_change: bool) -> DepartmentView {
    let days = one.desk.decision_days.map_or(city.days, |days| days.min(city.days));
    let cover = one.desk.cover.and_then(|account| team.of_department(one.id).find(|who| who.account == Some(account)));
    DepartmentView {
        name: one.name.clone(),
        email: one.email.clone(),
        days,
        is_citys: days == city.days,
        cover: cover.map(|person| person.name.clone()).unwrap_or_default(),
        replies: replies_words(one.desk.replies),
        href: if may_change { format!("{LIST}/{}", one.id) } else { String::new() },
    }
}

async fn list(request: HttpRequest, desk: DeskData, _who: Signed<CaseStaff>) -> Result<HttpResponse, WebError> {
    let who = caller(&request);
    let view = desk
        .run(move |desk| {
            let (team, city) = (assignment::team(desk, &who)?, desk.profile.clocks.decision_goal);
            let may = |one: &Department| who.actor.holds(Role::Manager, one.id);
            let ours = department::ours(desk, &who)?;
            let departments = ours.iter().map(|one| department_view(city, &team, one, may(one))).collect();
            Ok(ListView { departments, is_business: city.unit == DayUnit::Business })
        })
        .await?;
    let page = Page::new(&request, "Settings of the department")?.crumb("Review queue", "/review");
    page.render("review/departments.html", &view)
}

/// What `review/department.html` shows.
#[derive(Debug, Serialize)]
struct FormPage {
    href: String,
    version: i64,
    most: u16,
    is_business: bool,
    covers: Vec<Choice>,
    replies: Vec<Choice>,
}

async fn show(
    request: &HttpRequest,
    desk: &DeskData,
    id: DepartmentId,
    form: Option<FormView>,
) -> Result<HttpResponse, WebError> {
    let who = caller(request);
    let read = move |desk: &Desk| Ok((department::one(desk, &who, id)?, assignment::team(desk, &who)?));
    let (one, team) = desk.run(read).await?;
    let city = desk.profile.clocks.decision_goal;
    let people = team.of_department(id);
    let view = FormPage {
        href: format!("{LIST}/{id}"),
        version: one.version,
        most: city.days,
        is_business: city.unit == DayUnit::Business,
        covers: people.filter_map(|who| Some(Choice::new(who.account?.to_string(), &who.name))).collect(),
        replies: Replies::ALL.map(|replies| Choice::new(replies.as_str(), replies_words(replies))).to_vec(),
    };
    let form = form.unwrap_or_else(|| {
        FormView::with([
            ("email", one.email),
            ("decision_days", one.desk.decision_days.map(|days| days.to_string()).unwrap_or_default()),
            ("cover", one.desk.cover.map(|cover| cover.to_string()).unwrap_or_default()),
            ("replies", one.desk.replies.as_str().to_owned()),
        ])
    });
    let page = Page::new(request, one.name)?.crumb("Review queue", "/review").crumb("Settings of the department", LIST);
    page.form(form).render("review/department.html", &view)
}

async fn page(
    request: HttpRequest,
    desk: DeskData,
    _who: Signed<Manager>,
    id: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    show(&request, &desk, id_in(&id)?, None).await
}

fn read(form: &Form, errors: &mut FormErrors) -> Option<DeskSettings> {
    let decision_days = match form.text("decision_days") {
        "" => Some(None),
        _ => form.parse("decision_days", errors, "Give whole days.").map(Some),
    };
    let cover = match form.text("cover") {
        "" => Some(None),
        _ => form.parse("cover", errors, "Choose one of your colleagues.").map(Some),
    };
    let replies = Replies::from_word(form.text("replies"));
    if replies.is_none() {
        errors.add("replies", "Choose who is told.");
    }
    Some(DeskSettings { decision_days: decision_days?, cover: cover?, replies: replies? })
}

async fn set(
    request: HttpRequest,
    desk: DeskData,
    _who: Signed<Manager>,
    id: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let id: DepartmentId = id_in(&id)?;
    let form = posted.only(&["email", "decision_days", "cover", "replies", "version"])?;
    let version = form.version()?;
    let mut errors = FormErrors::default();
    let Some(settings) = read(&form, &mut errors) else {
        return show(&request, &desk, id, Some(form.view(&errors))).await;
    };
    let (who, email) = (caller(&request), form.text("email").to_owned());
    match desk.run(move |desk| department::set(desk, &who, id, (&email, settings), version)).await {
        Ok(()) => Redirect::with(&request, LIST, &Flash::good("The settings are kept. They count from now on.")),
        Err(error) => {
            let errors = shown_on_form(still_on_the_form(error, ("Look at the settings again", LIST))?)?;
            show(&request, &desk, id, Some(form.view(&errors))).await
        }
    }
}
