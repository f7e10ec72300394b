//! Closing one's own account: first what it would do, then password and address. Decides nothing: the case does.

use actix_web::{HttpRequest, HttpResponse, web};
use secrecy::SecretString;
use serde::Serialize;

use crate::cases::closing::{self, Prospect};
use crate::cases::passwords::HashingPool;
use crate::domain::refusal::Refusal;
use crate::portal::named_errors;
use crate::web::case::{DeskData, caller};
use crate::web::cookies::Jar;
use crate::web::{Flash, FormView, Page, Posted, Redirect, Site, WebError};

/// What `account/close.html` shows.
#[derive(Serialize)]
struct CloseView {
    email: String,
    obstacles: Vec<Obstacle>,
    keys: Vec<String>,
    agreements: Vec<Named>,
    applications: Vec<Named>,
    duties: Vec<Duty>,
    requests: Vec<String>,
    organisation: String,
    kept: String,
    city_mail: String,
}

#[derive(Serialize)]
struct Named {
    number: String,
    title: String,
}

#[derive(Serialize)]
struct Duty {
    number: String,
    due: String,
}

#[derive(Serialize)]
struct Obstacle {
    text: String,
    href: &'static str,
    label: &'static str,
}

/// What stands in the way, with the page on which it can be put right.
fn obstacle(refusal: Refusal) -> Obstacle {
    let (label, href) = match refusal.code {
        "case_open" | "person_on_hold" => ("Your cases", "/my-cases"),
        "appeal_open" => ("Your appeals", "/appeals"),
        "last_member" => ("Your agreements", "/agreements"),
        _ => ("Your account", "/account"),
    };
    Obstacle { text: refusal.detail.into_owned(), href, label }
}

async fn show(request: &HttpRequest, desk: &DeskData, form: FormView) -> Result<HttpResponse, WebError> {
    let who = caller(request);
    let found: Prospect = desk.run(move |desk| closing::prospect(desk, &who)).await?;
    let named =
        |all: Vec<(String, String)>| all.into_iter().map(|(number, title)| Named { number, title }).collect::<Vec<_>>();
    let view = CloseView {
        email: found.email,
        obstacles: found.obstacles.into_iter().map(obstacle).collect(),
        keys: found.keys,
        agreements: named(found.agreements),
        applications: named(found.applications),
        duties: found.duties.into_iter().map(|(number, due)| Duty { number, due: due.to_string() }).collect(),
        requests: found.requests,
        organisation: found.organisation.unwrap_or_default(),
        kept: desk.profile.notices.kept_on_record.text("en").to_owned(),
        city_mail: desk.profile.agreement.notices_email.to_string(),
    };
    Page::new(request, "Close your account")?
        .crumb("Your account", "/account")
        .form(form)
        .render("account/close.html", &view)
}

pub(super) async fn page(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    show(&request, &desk, FormView::default()).await
}

pub(super) async fn close(
    request: HttpRequest,
    desk: DeskData,
    hashing: web::Data<HashingPool>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["password", "confirm"])?;
    let words = (SecretString::from(form.exact("password")), form.text("confirm").to_owned());
    if let Err(error) = closing::close(&desk, &hashing, caller(&request), words).await {
        let errors = named_errors(error, &[])?;
        return show(&request, &desk, form.view(&errors)).await;
    }
    let said = "Your account is closed. Thank you for having been here.";
    let mut answer = Redirect::with(&request, "/", &Flash::good(said))?;
    let cookie = Jar::Session.remove(Site::of(&request)?.is_https());
    answer.add_cookie(&cookie).map_err(|error| WebError::internal("remove the session cookie", error))?;
    Ok(answer)
}
