//! A request as who asked for it sees it: by the private link, or from the list of one's own. Whoever holds the link may
//! read, take files, and take the request back; a link that opens nothing looks like a page that is not there.

use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::view::{Parts, RecordsLine, RecordsView, line};
use crate::cases::records::convert;
use crate::cases::records::{self, Followed};
use crate::domain::id::LetterId;
use crate::domain::time::day_in;
use crate::portal::id_in;
use crate::portal::letters::as_pdf;
use crate::portal::shared::Names;
use crate::web::case::{DeskData, caller, shown_on_form};
use crate::web::fields::Fields;
use crate::web::upload::{as_file, download};
use crate::web::visitor::visitor_of;
use crate::web::{Flash, FormView, Page, Posted, Redirect, WebError, json::Query};

/// Longest key that is looked at.
const KEY_MAX: usize = 600;

/// What `records/follow.html` shows.
#[derive(Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "a page's view: each names one thing to say or one form")]
struct FollowView {
    request: RecordsView,
    /// What opens the page: the token of the link, or the id.
    key: String,
    /// How the key stands in addresses.
    query: String,
    is_by_link: bool,
    is_signed_in: bool,
    state: String,
    state_text: String,
    state_address: String,
    clerk_email: String,
    clocks_note: String,
    may_withdraw: bool,
    may_convert: bool,
}

/// What opens a page: `token` of the private link, or `id` for the requester's own account.
fn key_of(query: &Fields) -> String {
    let key = query.get("token").or_else(|| query.get("id")).unwrap_or_default();
    key.chars().take(KEY_MAX).collect()
}

fn address(key: &str) -> String {
    let name = if key.parse::<uuid::Uuid>().is_ok() { "id" } else { "token" };
    format!("{name}={key}")
}

pub(super) async fn page(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let key = key_of(&query.lenient());
    show(&request, &desk, key, FormView::default()).await
}

async fn show(request: &HttpRequest, desk: &DeskData, key: String, form: FormView) -> Result<HttpResponse, WebError> {
    let (who, asked) = (caller(request), key.clone());
    let followed = desk.run(move |desk| records::follow(desk, &who, &asked)).await?;
    let today = day_in(desk.profile.zone, desk.clock.now());
    let Followed { request: found, fees, department, files, letters } = &followed;
    let appeals = &desk.profile.appeals;
    let query = address(&key);
    let pdf = format!("/records/follow/letter.pdf?{query}&letter=");
    let parts = Parts { request: found, fees, department: department.as_deref(), files, letters, pdf: (&pdf, "") };
    let view = FollowView {
        request: RecordsView::new(&desk.profile, &parts, today),
        is_by_link: query.starts_with("token"),
        query,
        key,
        is_signed_in: visitor_of(request).is_some(),
        state: appeals.state.name.to_string(),
        state_text: appeals.state.text.text("en").to_owned(),
        state_address: format!("{}, {}", appeals.state.address, appeals.state.email),
        clerk_email: appeals.clerk.email.to_string(),
        clocks_note: desk.profile.notices.clocks_run_together.text("en").to_owned(),
        may_withdraw: found.state.is_open(),
        may_convert: found.application.is_none() && found.state.as_str() != "withdrawn",
    };
    let page = Page::new(request, format!("Records request {}", found.number))?.form(form);
    page.render("records/follow.html", &view)
}

pub(super) async fn withdraw(request: HttpRequest, desk: DeskData, posted: Posted) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["token", "reason"])?;
    let key = form.exact("token").to_owned();
    let (who, asked, reason) = (caller(&request), key.clone(), form.text("reason").to_owned());
    match desk.run(move |desk| records::withdraw(desk, &who, &asked, &reason)).await {
        Ok(_) => {
            let flash = Flash::good("Your request is taken back.");
            Redirect::with(&request, format!("/records/follow?{}", address(&key)), &flash)
        }
        Err(error) => {
            let errors = shown_on_form(error)?;
            show(&request, &desk, key, form.view(&errors)).await
        }
    }
}

pub(super) async fn convert(request: HttpRequest, desk: DeskData, posted: Posted) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["token", "ends"])?;
    let key = form.exact("token").to_owned();
    let (who, asked, ends) = (caller(&request), key.clone(), form.has("ends"));
    match desk.run(move |desk| convert::to_application(desk, &who, &asked, ends)).await {
        Ok((application, _)) => {
            let flash = Flash::good("A draft is begun from your request. Choose datasets, then go on writing.");
            Redirect::with(&request, format!("/applications/{application}"), &flash)
        }
        Err(error) => {
            let errors = shown_on_form(error)?;
            show(&request, &desk, key, form.view(&errors)).await
        }
    }
}

pub(super) async fn file(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let query = query.lenient();
    let key = key_of(&query);
    let wanted = id_in(query.get("file").unwrap_or_default())?;
    let who = caller(&request);
    let (file, content) = desk.run(move |desk| records::produced(desk, &who, &key, wanted)).await?;
    Ok(download(&file, content))
}

pub(super) async fn letter(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let query = query.lenient();
    let key = key_of(&query);
    let wanted: LetterId = id_in(query.get("letter").unwrap_or_default())?;
    let who = caller(&request);
    let followed = desk.run(move |desk| records::follow(desk, &who, &key)).await?;
    let letter = followed.letters.iter().find(|letter| letter.id == wanted).ok_or_else(WebError::not_found)?;
    as_pdf(letter)
}

pub(super) async fn packet(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let key = key_of(&query.lenient());
    let who = caller(&request);
    let packet = desk.run(move |desk| records::packet(desk, &who, &key)).await?;
    Ok(as_file(&packet.name, "application/zip", packet.bytes))
}

pub(super) async fn mine(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let who = caller(&request);
    let (all, names) = desk.run(move |desk| Ok((records::mine(desk, &who)?, Names::of(desk)?))).await?;
    let today = day_in(desk.profile.zone, desk.clock.now());
    let department = |id: Option<_>| id.map_or_else(String::new, |id| names.get(id).to_owned());
    let requests: Vec<RecordsLine> =
        all.iter().map(|request| line(request, department(request.department), today)).collect();
    let page = Page::new(&request, "My records requests")?;
    page.render("records/mine.html", &serde_json::json!({ "requests": requests }))
}
