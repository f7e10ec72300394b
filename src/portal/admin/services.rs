//! Credentials of gate clients: reverse proxies and data services that ask the gate. Shown once, kept as digests.

use actix_web::{HttpRequest, HttpResponse, web};
use secrecy::ExposeSecret as _;
use serde::Serialize;

use crate::cases::staff;
use crate::domain::id::ServiceId;
use crate::portal::{id_in, named_errors};
use crate::store::services;
use crate::web::case::{DeskData, caller};
use crate::web::{Flash, FormView, Page, Posted, Redirect, Site, WebError};

/// What `admin/services.html` shows.
#[derive(Serialize)]
struct List {
    services: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    id: String,
    name: String,
    hint: String,
    is_revoked: bool,
}

async fn show(request: &HttpRequest, desk: &DeskData, form: FormView) -> Result<HttpResponse, WebError> {
    let rows = desk.run(|desk| desk.read(services::list)).await?;
    let services = rows
        .into_iter()
        .map(|row| Line { id: row.id.to_string(), name: row.name, hint: row.hint, is_revoked: row.is_revoked })
        .collect();
    Page::new(request, "Service credentials")?
        .crumb("Administration", "/admin")
        .form(form)
        .render("admin/services.html", &List { services })
}

pub(super) async fn list(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    show(&request, &desk, FormView::default()).await
}

/// What `admin/service_made.html` shows, this once.
#[derive(Serialize)]
struct Made<'a> {
    name: &'a str,
    credential: &'a str,
    command: String,
}

pub(super) async fn add(request: HttpRequest, desk: DeskData, posted: Posted) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["name"])?;
    let (caller, name) = (caller(&request), form.text("name").to_owned());
    match desk.run(move |desk| staff::add_service(desk, &caller, &name)).await {
        Ok((_id, credential)) => {
            let credential = credential.expose_secret();
            let site = Site::of(&request)?;
            let gate = site.options().gate_url.as_str().trim_end_matches('/').to_owned();
            let command = format!("curl -X POST -H 'Authorization: Bearer {credential}' {gate}/v1/keys/verify");
            Page::new(&request, "The new credential")?
                .crumb("Administration", "/admin")
                .crumb("Service credentials", "/admin/services")
                .render("admin/service_made.html", &Made { name: form.text("name"), credential, command })
        }
        Err(error) => {
            let errors = named_errors(error, &[("name", "Name")])?;
            show(&request, &desk, form.view(&errors)).await
        }
    }
}

pub(super) async fn revoke(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    posted.only(&[])?;
    let id: ServiceId = id_in(&id)?;
    let caller = caller(&request);
    desk.run(move |desk| staff::revoke_service(desk, &caller, id)).await?;
    Redirect::with(&request, "/admin/services", &Flash::good("The credential is revoked and works no longer."))
}
