//! Departments: the data providers of the city.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use crate::cases::staff;
use crate::domain::id::DepartmentId;
use crate::portal::{id_in, named_errors};
use crate::store::people;
use crate::web::case::{DeskData, caller};
use crate::web::{Flash, FormView, Page, Posted, Redirect, WebError};

const LABELS: [(&str, &str); 3] = [("name", "Name"), ("slug", "Name in addresses"), ("email", "Mail address")];

/// What `admin/departments.html` shows.
#[derive(Serialize)]
struct List {
    departments: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    id: String,
    name: String,
    slug: String,
    email: String,
}

pub(super) async fn list(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let rows = desk.run(|desk| desk.read(people::departments)).await?;
    let departments = rows
        .into_iter()
        .map(|row| Line { id: row.id.to_string(), name: row.name, slug: row.slug, email: row.email })
        .collect();
    Page::new(&request, "Departments")?
        .crumb("Administration", "/admin")
        .render("admin/departments.html", &List { departments })
}

/// What `admin/department.html` shows; an empty id stands for one to be made.
#[derive(Serialize)]
struct Edited {
    id: String,
    slug: String,
    version: i64,
}

fn page(request: &HttpRequest, title: &str) -> Result<Page, WebError> {
    Ok(Page::new(request, title)?.crumb("Administration", "/admin").crumb("Departments", "/admin/departments"))
}

fn show_new(request: &HttpRequest, form: FormView) -> Result<HttpResponse, WebError> {
    let view = Edited { id: String::new(), slug: String::new(), version: 0 };
    page(request, "Make a department")?.form(form).render("admin/department.html", &view)
}

pub(super) async fn new_page(request: HttpRequest) -> Result<HttpResponse, WebError> {
    show_new(&request, FormView::default())
}

pub(super) async fn add(request: HttpRequest, desk: DeskData, posted: Posted) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["name", "slug", "email"])?;
    let caller = caller(&request);
    let [slug, name, email] = ["slug", "name", "email"].map(|field| form.text(field).to_owned());
    match desk.run(move |desk| staff::add_department(desk, &caller, (&slug, &name, &email))).await {
        Ok(_id) => Redirect::with(&request, "/admin/departments", &Flash::good("The department is made.")),
        Err(error) => {
            let errors = named_errors(error, &LABELS)?;
            show_new(&request, form.view(&errors))
        }
    }
}

pub(super) async fn edit_page(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    let id: DepartmentId = id_in(&id)?;
    let known = desk.run(move |desk| desk.read(|conn| people::department_by_id(conn, id))).await?;
    let form = FormView::with([("name", known.name.as_str()), ("email", known.email.as_str())]);
    let view = Edited { id: id.to_string(), slug: known.slug, version: known.version };
    page(&request, &known.name)?.form(form).render("admin/department.html", &view)
}

pub(super) async fn edit(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["name", "email", "version"])?;
    let id: DepartmentId = id_in(&id)?;
    let (caller, version) = (caller(&request), form.version()?);
    let [name, email] = ["name", "email"].map(|field| form.text(field).to_owned());
    match desk.run(move |desk| staff::edit_department(desk, &caller, id, (&name, &email), version)).await {
        Ok(()) => Redirect::with(&request, "/admin/departments", &Flash::good("The department is changed.")),
        Err(error) => {
            let errors = named_errors(error, &LABELS)?;
            let known = desk.run(move |desk| desk.read(|conn| people::department_by_id(conn, id))).await?;
            let view = Edited { id: id.to_string(), slug: known.slug, version };
            page(&request, &known.name)?.form(form.view(&errors)).render("admin/department.html", &view)
        }
    }
}
