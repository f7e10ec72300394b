//! Appeals of the side that a decision is about: the form with both dates, the list, one appeal with its timeline, and
//! the packet for the state's commission, which never waits for the clerk.

use actix_web::http::header::{ContentDisposition, DispositionParam, DispositionType};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use crate::cases::Desk;
use crate::cases::appeals::{self, Prospect, Wish};
use crate::domain::appeal::Appealed;
use crate::domain::id::AppealId;
use crate::domain::time::{Day, Instant, day_in};
use crate::portal::appealed::{AppealView, DateView};
use crate::portal::shared::{id_in, with_way_back};
use crate::web::case::{DeskData, caller, caller_once, shown_on_form};
use crate::web::{Flash, FormView, Once, Page, Posted, Redirect, WebError, json::Query};

fn today(desk: &Desk) -> Day {
    day_in(desk.profile.zone, desk.clock.now())
}

pub(super) async fn list(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let who = caller(&request);
    let all = desk.run(move |desk| appeals::list(desk, &who)).await?;
    let today = today(&desk);
    let appeals: Vec<_> = all.iter().map(|appeal| AppealView::new(appeal, today)).collect();
    let page = Page::new(&request, "My appeals")?.crumb("My applications", "/applications");
    page.render("applicant/appeals.html", &serde_json::json!({ "appeals": appeals }))
}

/// What `applicant/appeal_new.html` shows.
#[derive(Debug, Serialize)]
struct NewView {
    of: String,
    what: String,
    path: String,
    at: Instant,
    clerk: String,
    clerk_text: String,
    state: String,
    state_text: String,
    clocks_note: String,
    ask_by: DateView,
    state_by: DateView,
    decide_by: DateView,
    is_late: bool,
    known: Option<AppealView>,
}

fn new_view(desk: &Desk, of: Appealed, prospect: &Prospect) -> NewView {
    let (profile, today) = (&desk.profile, today(desk));
    let Prospect { what, at, path, clocks, is_late, known } = prospect;
    NewView {
        of: of.to_string(),
        what: what.clone(),
        path: path.clone(),
        at: *at,
        clerk: profile.appeals.clerk.name.to_string(),
        clerk_text: profile.appeals.clerk.text.text("en").to_owned(),
        state: profile.appeals.state.name.to_string(),
        state_text: profile.appeals.state.text.text("en").to_owned(),
        clocks_note: profile.notices.clocks_run_together.text("en").to_owned(),
        ask_by: DateView::new(&clocks.ask_by, today),
        state_by: DateView::new(&clocks.state_by, today),
        decide_by: DateView::new(&clocks.decide_by, today),
        is_late: *is_late,
        known: known.as_ref().map(|appeal| AppealView::new(appeal, today)),
    }
}

fn named(text: &str) -> Result<Appealed, WebError> {
    text.parse().map_err(|_names_nothing| WebError::not_found())
}

pub(super) async fn new_page(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let query = query.lenient();
    let of = named(query.get("of").unwrap_or_default())?;
    show_form(&request, &desk, of, FormView::default()).await
}

async fn show_form(
    request: &HttpRequest,
    desk: &DeskData,
    of: Appealed,
    form: FormView,
) -> Result<HttpResponse, WebError> {
    let who = caller(request);
    let prospect = desk.run(move |desk| appeals::prospect(desk, &who, of)).await;
    let prospect = prospect.map_err(|error| with_way_back(error, ("Your appeals", "/appeals".to_owned())))?;
    let page = Page::new(request, "Appeal a decision")?.crumb("My appeals", "/appeals").form(form);
    page.render("applicant/appeal_new.html", &new_view(desk, of, &prospect))
}

pub(super) async fn file(
    request: HttpRequest,
    desk: DeskData,
    posted: Posted,
    once: Once,
) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["of", "grounds", "wanted"])?;
    let of = named(form.text("of"))?;
    let wish = Wish { of, grounds: form.text("grounds").to_owned(), wanted: form.text("wanted").to_owned() };
    let who = caller_once(&request, once);
    match desk.run(move |desk| appeals::file(desk, &who, &wish)).await {
        Ok(appeal) => {
            let flash = Flash::good("Your appeal is filed. A receipt with both dates is on its way by mail.");
            Redirect::with(&request, appeal.path(), &flash)
        }
        Err(error) => {
            let errors = shown_on_form(error)?;
            show_form(&request, &desk, of, form.view(&errors)).await
        }
    }
}

pub(super) async fn page(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    show(&request, &desk, id_in(&path)?, FormView::default()).await
}

async fn show(request: &HttpRequest, desk: &DeskData, id: AppealId, form: FormView) -> Result<HttpResponse, WebError> {
    let who = caller(request);
    let appeal = desk.run(move |desk| appeals::one(desk, &who, id)).await?;
    let page = Page::new(request, format!("Appeal {}", appeal.number))?.crumb("My appeals", "/appeals").form(form);
    let profile = &desk.profile;
    let view = serde_json::json!({
        "appeal": AppealView::new(&appeal, today(desk)),
        "clerk": profile.appeals.clerk.name.as_str(),
        "state": profile.appeals.state.name.as_str(),
        "clocks_note": profile.notices.clocks_run_together.text("en"),
    });
    page.render("applicant/appeal.html", &view)
}

pub(super) async fn withdraw(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let id: AppealId = id_in(&path)?;
    let form = posted.only(&["reason"])?;
    let (who, reason) = (caller(&request), form.text("reason").to_owned());
    match desk.run(move |desk| appeals::withdraw(desk, &who, id, &reason)).await {
        Ok(appeal) => Redirect::with(&request, appeal.path(), &Flash::good("Your appeal is taken back.")),
        Err(error) => {
            let errors = shown_on_form(error)?;
            show(&request, &desk, id, form.view(&errors)).await
        }
    }
}

/// The packet as a file; the clerk takes it here too.
pub(super) async fn packet(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    let (who, id) = (caller(&request), id_in(&path)?);
    let packet = desk.run(move |desk| appeals::packet(desk, &who, id)).await?;
    let name = DispositionParam::Filename(packet.name);
    Ok(HttpResponse::Ok()
        .content_type("application/zip")
        .insert_header(ContentDisposition { disposition: DispositionType::Attachment, parameters: vec![name] })
        .body(packet.bytes))
}
