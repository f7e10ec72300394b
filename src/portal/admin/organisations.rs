//! Organisations and who belongs to them. Joining is the city's act, so it is done here and nowhere else.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use crate::cases::organisations::{self, LISTED_MAX, OrganisationView};
use crate::domain::id::{AccountId, OrganisationId};
use crate::portal::account::role_lines;
use crate::portal::{id_in, named_errors};
use crate::store::people::{self, Account, Department};
use crate::web::case::{DeskData, caller};
use crate::web::{Flash, FormErrors, FormView, Page, Posted, Redirect, WebError, json::Query};

const LABELS: [(&str, &str); 3] = [("name", "Name"), ("email", "Mail address"), ("reason", "How does the city know?")];

/// What `admin/organisations.html` shows.
#[derive(Serialize)]
struct List {
    q: String,
    rows: Vec<Row>,
    is_cut: bool,
}

#[derive(Serialize)]
struct Row {
    id: String,
    name: String,
    members: i64,
    agreements: i64,
}

pub(super) async fn list(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let q = query.lenient().get("q").unwrap_or_default().trim().to_owned();
    show_list(&request, &desk, q, FormView::default()).await
}

async fn show_list(
    request: &HttpRequest,
    desk: &DeskData,
    q: String,
    form: FormView,
) -> Result<HttpResponse, WebError> {
    let (caller, words) = (caller(request), q.clone());
    let found = desk.run(move |desk| organisations::list(desk, &caller, &words)).await?;
    let is_cut = i64::try_from(found.len()).is_ok_and(|count| count >= LISTED_MAX);
    let rows = found.into_iter().map(|row| Row {
        id: row.organisation.id.to_string(),
        name: row.organisation.name,
        members: row.members,
        agreements: row.agreements,
    });
    let view = List { q, rows: rows.collect(), is_cut };
    let page = Page::new(request, "Organisations")?.crumb("Administration", "/admin").form(form);
    page.render("admin/organisations.html", &view)
}

pub(super) async fn add(request: HttpRequest, desk: DeskData, posted: Posted) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["name"])?;
    let (caller, name) = (caller(&request), form.text("name").to_owned());
    match desk.run(move |desk| organisations::add(desk, &caller, &name)).await {
        Ok(id) => {
            let flash = Flash::good("The organisation is made. Bring its people in below.");
            Redirect::with(&request, format!("/admin/organisations/{id}"), &flash)
        }
        Err(error) => {
            let errors = named_errors(error, &LABELS)?;
            show_list(&request, &desk, String::new(), form.view(&errors)).await
        }
    }
}

/// What `admin/organisation.html` shows.
#[derive(Serialize)]
struct View {
    id: String,
    name: String,
    members: Vec<Member>,
    agreements: Vec<String>,
}

#[derive(Serialize)]
struct Member {
    id: String,
    name: String,
    email: String,
    roles: Vec<String>,
    is_disabled: bool,
}

fn member(account: &Account, departments: &[Department]) -> Member {
    Member {
        id: account.id.to_string(),
        name: account.name.clone(),
        email: account.email.clone(),
        roles: role_lines(account, departments),
        is_disabled: account.disabled_at.is_some(),
    }
}

async fn show(
    request: &HttpRequest,
    desk: &DeskData,
    id: OrganisationId,
    form: FormView,
) -> Result<HttpResponse, WebError> {
    let caller = caller(request);
    let (found, departments) =
        desk.run(move |desk| Ok((organisations::view(desk, &caller, id)?, desk.read(people::departments)?))).await?;
    let OrganisationView { organisation, members, agreements } = found;
    let view = View {
        id: id.to_string(),
        members: members.iter().map(|account| member(account, &departments)).collect(),
        agreements: agreements.into_iter().map(|(_, number)| number).collect(),
        name: organisation.name,
    };
    Page::new(request, &view.name)?
        .crumb("Administration", "/admin")
        .crumb("Organisations", "/admin/organisations")
        .form(form)
        .render("admin/organisation.html", &view)
}

pub(super) async fn page(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    show(&request, &desk, id_in(&id)?, FormView::default()).await
}

pub(super) async fn join(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["email", "reason"])?;
    let id: OrganisationId = id_in(&id)?;
    let caller = caller(&request);
    let [email, reason] = ["email", "reason"].map(|field| form.text(field).to_owned());
    match desk.run(move |desk| organisations::join(desk, &caller, id, (&email, &reason))).await {
        Ok(_person) => {
            let flash = Flash::good("The person is a member now. A mail tells them and the other members.");
            Redirect::with(&request, format!("/admin/organisations/{id}"), &flash)
        }
        Err(error) => {
            let errors = named_errors(error, &LABELS)?;
            show(&request, &desk, id, form.view(&errors)).await
        }
    }
}

pub(super) async fn remove(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let (id, person): (OrganisationId, AccountId) = (id_in(&path.0)?, id_in(&path.1)?);
    // Every member has a form of their own on the page, so the field carries the person's id.
    let field = format!("leave_reason.{person}");
    let form = posted.only(&["leave_reason.*"])?;
    let (caller, reason) = (caller(&request), form.text(&field).to_owned());
    match desk.run(move |desk| organisations::remove(desk, &caller, id, person, &reason)).await {
        Ok(()) => {
            let flash = Flash::good("The membership has ended. A mail tells the person and the other members.");
            Redirect::with(&request, format!("/admin/organisations/{id}"), &flash)
        }
        Err(error) => {
            let mut errors = FormErrors::default();
            for error in named_errors(error, &[("reason", "Why does it end?")])?.iter() {
                errors.add_coded(field.clone(), error.code.clone(), error.message.clone());
            }
            show(&request, &desk, id, form.view(&errors)).await
        }
    }
}
