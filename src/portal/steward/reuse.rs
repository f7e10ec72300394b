//! Requests for reuse statements as tasks of the department: the list by date, and one with the form for its answer.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use crate::cases::reuse as cases;
use crate::domain::id::ReuseId;
use crate::domain::people::Role;
use crate::domain::reuse::{Ask, ReuseRequest};
use crate::domain::time::{Day, Instant, day_in};
use crate::portal::appealed::DateView;
use crate::portal::shared::{Names, id_in, still_on_the_form};
use crate::web::case::{DeskData, caller, shown_on_form};
use crate::web::{Flash, FormView, Page, Posted, Redirect, WebError, json::Query};

/// A task, ready to print.
#[derive(Debug, Serialize)]
struct ReuseView {
    id: String,
    number: String,
    title: String,
    path: String,
    department: String,
    asked_at: Instant,
    count: u32,
    due: DateView,
    asks: Vec<Ask>,
    is_open: bool,
    answer: String,
    license: String,
    answered_by: String,
    is_late: bool,
}

fn view(request: &ReuseRequest, names: &Names, today: Day) -> ReuseView {
    let answer = request.answer.as_ref();
    ReuseView {
        id: request.id.to_string(),
        number: request.number.clone(),
        title: request.title.clone(),
        path: request.path(),
        department: names.get(request.department).to_owned(),
        asked_at: request.asked_at,
        count: request.count,
        due: DateView::new(&request.due, today),
        asks: request.asks.clone(),
        is_open: answer.is_none(),
        answer: answer.map(|answer| answer.text.clone()).unwrap_or_default(),
        license: answer.map(|answer| answer.license.clone()).unwrap_or_default(),
        answered_by: answer.map(|answer| answer.by_name.clone()).unwrap_or_default(),
        is_late: answer.is_some_and(|answer| answer.is_late),
    }
}

pub(super) async fn list(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let is_all = query.lenient().get("show") == Some("all");
    let who = caller(&request);
    let (all, names) = desk.run(move |desk| Ok((cases::list(desk, &who, is_all)?, Names::of(desk)?))).await?;
    let today = day_in(desk.profile.zone, desk.clock.now());
    let tasks: Vec<_> = all.iter().map(|task| view(task, &names, today)).collect();
    let page = Page::new(&request, "Reuse statements asked for")?.crumb("Stewardship", "/stewardship");
    page.render("reuse/list.html", &serde_json::json!({ "tasks": tasks, "is_all": is_all }))
}

pub(super) async fn page(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    show(&request, &desk, id_in(&path)?, FormView::default()).await
}

async fn show(request: &HttpRequest, desk: &DeskData, id: ReuseId, form: FormView) -> Result<HttpResponse, WebError> {
    let who = caller(request);
    let actor = who.actor.clone();
    let (task, names) = desk.run(move |desk| Ok((cases::read(desk, &who, id)?, Names::of(desk)?))).await?;
    let today = day_in(desk.profile.zone, desk.clock.now());
    let may_answer = task.answer.is_none() && actor.holds(Role::Manager, task.department);
    let page = Page::new(request, format!("Reuse of “{}”", task.title))?.crumb("Stewardship", "/stewardship");
    let view = serde_json::json!({ "task": view(&task, &names, today), "may_answer": may_answer });
    page.crumb("Reuse statements asked for", "/reuse-requests").form(form).render("reuse/task.html", &view)
}

pub(super) async fn answer(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let id: ReuseId = id_in(&path)?;
    let form = posted.only(&["license", "text"])?;
    let (who, license, text) = (caller(&request), form.text("license").to_owned(), form.text("text").to_owned());
    match desk.run(move |desk| cases::answer(desk, &who, id, (&license, &text))).await {
        Ok(task) => {
            let flash = Flash::good("Published on the dataset’s page. Whoever left an address is told.");
            Redirect::with(&request, task.path(), &flash)
        }
        Err(error) => {
            let error = still_on_the_form(error, ("Back to the tasks", "/reuse-requests"))?;
            let errors = shown_on_form(error)?;
            show(&request, &desk, id, form.view(&errors)).await
        }
    }
}
