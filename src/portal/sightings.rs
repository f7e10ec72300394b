//! Reporting what somebody of the city saw, and the keys that are planted. Parses, calls a case, shows.

use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use crate::cases::sightings::{self, Sighting};
use crate::domain::misuse::SignalKind;
use crate::domain::people::Role;
use crate::domain::time::Instant;
use crate::web::case::{DeskData, caller, shown_on_form};
use crate::web::{Access, Flash, FormErrors, FormView, Page, Posted, Redirect, Routes, WebError};

const OFFICES: Access = Access::Staff(&[Role::Reviewer, Role::Manager, Role::Clerk]);

/// Adds the routes of this file.
pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/signals/report", OFFICES, "Report a leaked key or a planted record; planted keys", page)
        .post("/signals/report", OFFICES, "Report what was seen", report)
        .with_preview()
        .post("/signals/planted", OFFICES, "Watch a key as planted", plant)
}

/// A planted key.
#[derive(Debug, Serialize)]
struct Planted {
    hint: String,
    place: String,
    at: Instant,
    by: String,
}

async fn page(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    show(&request, &desk, FormView::default()).await
}

async fn show(request: &HttpRequest, desk: &DeskData, form: FormView) -> Result<HttpResponse, WebError> {
    let who = caller(request);
    let all = desk.run(move |desk| sightings::planted(desk, &who)).await?;
    let rows: Vec<_> = all
        .into_iter()
        .map(|(canary, hint)| Planted { hint, place: canary.planted, at: canary.at, by: canary.by_name })
        .collect();
    Page::new(request, "Report what you saw")?
        .crumb("Signals", "/signals")
        .form(form)
        .render("review/sightings.html", &serde_json::json!({ "planted": rows }))
}

async fn report(request: HttpRequest, desk: DeskData, posted: Posted) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["kind", "agreement", "hint", "note"])?;
    let kind = SignalKind::ALL.into_iter().find(|kind| kind.as_str() == form.text("kind"));
    let Some(kind) = kind else {
        let mut errors = FormErrors::default();
        errors.add("kind", "Choose what you saw");
        return show(&request, &desk, form.view(&errors)).await;
    };
    let text = |name: &str| form.text(name).to_owned();
    let sighting = Sighting { kind, agreement: text("agreement"), hint: text("hint"), note: text("note") };
    let who = caller(&request);
    match desk.run(move |desk| sightings::report(desk, &who, &sighting)).await {
        Ok(0) => {
            let said = "Noted in the audit. The rule spoke of this key a short while ago and says nothing again yet.";
            Redirect::with(&request, "/signals", &Flash::good(said))
        }
        Ok(_) => Redirect::with(&request, "/signals", &Flash::good("Reported. The first step of the rule was taken.")),
        Err(error) => show(&request, &desk, form.view(&shown_on_form(error)?)).await,
    }
}

async fn plant(request: HttpRequest, desk: DeskData, posted: Posted) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["planted_agreement", "planted_hint", "planted"])?;
    let text = |name: &str| form.text(name).to_owned();
    let (agreement, hint, planted) = (text("planted_agreement"), text("planted_hint"), text("planted"));
    let who = caller(&request);
    match desk.run(move |desk| sightings::plant(desk, &who, (&agreement, &hint), &planted)).await {
        Ok(()) => Redirect::with(&request, "/signals/report", &Flash::good("A call with this key is now a signal.")),
        Err(error) => show(&request, &desk, form.view(&shown_on_form(error)?)).await,
    }
}
