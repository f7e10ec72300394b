//! Pages behind mailed one-use links. Opening a link changes nothing (mail programs open links too): only its button
//! does. Forged, used, replaced and old links look alike.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use secrecy::SecretString;
use serde::Serialize;

use crate::cases::links::Purpose;
use crate::cases::passwords::{self, HashingPool};
use crate::cases::{CaseError, accounts, staff};
use crate::store::people::Account;
use crate::web::case::{DeskData, caller, shown_on_form};
use crate::web::flash::local_path;
use crate::web::matrix::role_name;
use crate::web::sign_in::with_next;
use crate::web::{Flash, FormView, Page, Posted, Redirect, WebError, json::Query};

/// The rule for new passwords, said before it is broken.
#[derive(Clone, Copy, Serialize)]
pub(super) struct PasswordRule {
    characters_min: usize,
    characters_max: usize,
}

impl PasswordRule {
    pub(super) const fn new() -> Self {
        Self { characters_min: passwords::LENGTH_MIN, characters_max: passwords::LENGTH_MAX }
    }
}

/// What the pages of a link show.
#[derive(Serialize)]
struct LinkView {
    token: String,
    name: String,
    email: String,
    roles: Vec<&'static str>,
    rule: PasswordRule,
}

/// Where to go when a link no longer works.
#[derive(Serialize)]
struct GoneView {
    what: &'static str,
    href: &'static str,
    hours: i64,
}

fn gone(request: &HttpRequest, purpose: Purpose) -> Result<HttpResponse, WebError> {
    let (what, href) = match purpose {
        Purpose::Verify => ("Register again for a new link", "/register"),
        Purpose::Reset => ("Ask for a new link", "/forgot-password"),
        Purpose::Invite => ("Ask the administrator who invited you for a new invitation", ""),
        Purpose::Follow => ("Ask for records", "/records/new"),
    };
    Page::new(request, "This link does not work any more")?
        .status(StatusCode::BAD_REQUEST)
        .render("account/link_gone.html", &GoneView { what, href, hours: purpose.hours() })
}

fn is_gone(error: &CaseError) -> bool {
    matches!(error, CaseError::Refused(refusal) if refusal.code == "link_invalid")
}

/// The page of a link: its form, or that the link is gone.
async fn show(
    (request, desk): (&HttpRequest, &DeskData),
    purpose: Purpose,
    token: &str,
    form: FormView,
) -> Result<HttpResponse, WebError> {
    let owned = token.to_owned();
    let account = match desk.run(move |desk| accounts::linked_account(desk, purpose, &owned)).await {
        Ok(account) => account,
        Err(error) if is_gone(&error) => return gone(request, purpose),
        Err(error) => return Err(error.into()),
    };
    let (title, template) = match purpose {
        Purpose::Verify => ("Confirm your mail address", "account/verify.html"),
        Purpose::Reset => ("Choose a new password", "account/reset.html"),
        Purpose::Invite => ("Welcome: choose your password", "account/invitation.html"),
        Purpose::Follow => return gone(request, purpose),
    };
    Page::new(request, title)?.form(form).render(template, &view(token, account))
}

fn view(token: &str, account: Account) -> LinkView {
    let mut roles: Vec<_> = account.roles.iter().map(|grant| role_name(grant.role)).collect();
    roles.dedup();
    LinkView { token: token.to_owned(), name: account.name, email: account.email, roles, rule: PasswordRule::new() }
}

/// After the button: on to signing in, back to the form with its errors, or the link is gone.
async fn done(
    at: (&HttpRequest, &DeskData),
    purpose: Purpose,
    token: &str,
    (outcome, said): (Result<(), CaseError>, &str),
) -> Result<HttpResponse, WebError> {
    done_to(at, (purpose, "/login"), token, (outcome, said)).await
}

/// The same, on to a page of this site.
async fn done_to(
    at: (&HttpRequest, &DeskData),
    (purpose, path): (Purpose, &str),
    token: &str,
    (outcome, said): (Result<(), CaseError>, &str),
) -> Result<HttpResponse, WebError> {
    match outcome {
        Ok(()) => Redirect::with(at.0, path, &Flash::good(said)),
        Err(error) if is_gone(&error) => gone(at.0, purpose),
        Err(error) => {
            let errors = shown_on_form(error)?;
            show(at, purpose, token, FormView::default().with_errors(&errors)).await
        }
    }
}

fn token_of(query: Query) -> String {
    query.lenient().get("token").unwrap_or_default().to_owned()
}

pub(super) async fn verify_page(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    show((&request, &desk), Purpose::Verify, &token_of(query), FormView::default()).await
}

pub(super) async fn verify(request: HttpRequest, desk: DeskData, posted: Posted) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["token"])?;
    let (caller, token) = (caller(&request), form.text("token").to_owned());
    let confirmed = desk
        .run(move |desk| {
            let next = accounts::wanted_next(desk, &token)?;
            accounts::verify_email(desk, &caller, &token)?;
            Ok(next)
        })
        .await;
    let (path, outcome) = match confirmed {
        // Looked at once more: what rests in a row is no reason to send anybody off this site.
        Ok(next) => (with_next("/login", local_path(&next).unwrap_or("/")), Ok(())),
        Err(error) => (String::new(), Err(error)),
    };
    let said = "Your mail address is confirmed. Sign in to go on.";
    done_to((&request, &desk), (Purpose::Verify, &path), form.text("token"), (outcome, said)).await
}

pub(super) async fn reset_page(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    show((&request, &desk), Purpose::Reset, &token_of(query), FormView::default()).await
}

pub(super) async fn reset(
    request: HttpRequest,
    desk: DeskData,
    hashing: web::Data<HashingPool>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["token", "password"])?;
    let (token, password) = (form.text("token").to_owned(), SecretString::from(form.exact("password")));
    let outcome = accounts::reset_password(&desk, &hashing, caller(&request), token, password).await;
    let said = "Your password is changed and every session was ended. Sign in with the new password.";
    done((&request, &desk), Purpose::Reset, form.text("token"), (outcome, said)).await
}

pub(super) async fn invitation_page(
    request: HttpRequest,
    desk: DeskData,
    query: Query,
) -> Result<HttpResponse, WebError> {
    show((&request, &desk), Purpose::Invite, &token_of(query), FormView::default()).await
}

pub(super) async fn accept(
    request: HttpRequest,
    desk: DeskData,
    hashing: web::Data<HashingPool>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["token", "password"])?;
    let (token, password) = (form.text("token").to_owned(), SecretString::from(form.exact("password")));
    let outcome = staff::accept_invitation(&desk, &hashing, caller(&request), token, password).await;
    let said = "Your account is ready. Sign in with your address and the password you just chose.";
    done((&request, &desk), Purpose::Invite, form.text("token"), (outcome, said)).await
}
