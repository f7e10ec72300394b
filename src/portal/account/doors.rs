//! Registering, signing in and out, asking for a new password. What is answered never tells whether an address has an
//! account.

use actix_web::{HttpRequest, HttpResponse, web};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;

use super::links::PasswordRule;
use crate::cases::passwords::HashingPool;
use crate::cases::{CaseError, accounts};
use crate::domain::people::{Role, RoleGrant};
use crate::portal::named_errors;
use crate::web::case::{DeskData, caller, shown_on_form};
use crate::web::cookies::Jar;
use crate::web::flash::{local_path, long_local_path};
use crate::web::sign_in::{go_on, sign_in, with_next};
use crate::web::tongue::language_of;
use crate::web::visitor::visitor_of;
use crate::web::{
    Account, Flash, FormErrors, FormView, Means, Page, Posted, Redirect, Signed, Site, WebError, json::Query,
};

/// What `account/register.html` shows.
#[derive(Serialize)]
struct RegisterView {
    is_open: bool,
    /// The page to go on with; `/` where none was asked for.
    next: String,
    /// Where one signs in and comes back to `next`.
    login: String,
    rule: PasswordRule,
}

fn show_register(
    request: &HttpRequest,
    desk: &DeskData,
    (form, next): (FormView, &str),
) -> Result<HttpResponse, WebError> {
    let (is_open, login) = (desk.options.is_registration_open, with_next("/login", next));
    let view = RegisterView { is_open, next: next.to_owned(), login, rule: PasswordRule::new() };
    Page::new(request, "Create an account")?.form(form).render("account/register.html", &view)
}

pub(super) async fn register_page(
    request: HttpRequest,
    desk: DeskData,
    query: Query,
) -> Result<HttpResponse, WebError> {
    let query = query.lenient();
    let next = query.get("next").and_then(local_path).unwrap_or("/");
    if visitor_of(&request).is_some() {
        return Ok(Redirect::to(if next == "/" { "/account" } else { next }));
    }
    show_register(&request, &desk, (FormView::default(), next))
}

pub(super) async fn register(
    request: HttpRequest,
    desk: DeskData,
    hashing: web::Data<HashingPool>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["name", "email", "password", "next"])?;
    let next = local_path(form.text("next")).unwrap_or("/");
    let wish = accounts::Registration {
        name: form.text("name").to_owned(),
        email: form.text("email").to_owned(),
        password: SecretString::from(form.exact("password")),
        language: language_of(&request, &*Site::of(&request)?).tag().to_owned(),
        next: Some(next).filter(|next| *next != "/").unwrap_or_default().to_owned(),
    };
    match accounts::register(&desk, &hashing, caller(&request), wish).await {
        Ok(()) => Ok(Redirect::to("/register/sent")),
        Err(error) => {
            let mut errors = named_errors(error, &[("name", "Your full name"), ("email", "Mail address")])?;
            again(&mut errors);
            show_register(&request, &desk, (form.view(&errors), next))
        }
    }
}

/// A password is never sent back; where something else is wrong, the person is told to type it again.
pub(super) fn again(errors: &mut FormErrors) {
    if !errors.iter().any(|error| error.field == "password") {
        errors.add("password", "Type the password again: it is not kept.");
    }
}

/// What `account/sent.html` shows.
#[derive(Serialize)]
struct SentView {
    hours: i64,
    is_new_account: bool,
    again: &'static str,
}

pub(super) async fn registered(request: HttpRequest) -> Result<HttpResponse, WebError> {
    let hours = crate::cases::links::Purpose::Verify.hours();
    let view = SentView { hours, is_new_account: true, again: "/register" };
    Page::new(&request, "Look into your mail")?.render("account/sent.html", &view)
}

pub(super) async fn forgot_sent(request: HttpRequest) -> Result<HttpResponse, WebError> {
    let hours = crate::cases::links::Purpose::Reset.hours();
    let view = SentView { hours, is_new_account: false, again: "/forgot-password" };
    Page::new(&request, "Look into your mail")?.render("account/sent.html", &view)
}

pub(super) async fn login_page(request: HttpRequest, query: Query) -> Result<HttpResponse, WebError> {
    let query = query.lenient();
    let next = query.get("next").and_then(local_path).unwrap_or("/");
    if visitor_of(&request).is_some() {
        return Ok(Redirect::to(next));
    }
    sign_in(&request, FormView::default(), next)
}

/// Where one's work begins: whose every role is the clerk's has a board of it.
fn start(roles: &[RoleGrant]) -> &'static str {
    let is_clerk = !roles.is_empty() && roles.iter().all(|grant| grant.role == Role::Clerk);
    if is_clerk { "/clerk" } else { "/" }
}

pub(super) async fn log_in(
    request: HttpRequest,
    desk: DeskData,
    hashing: web::Data<HashingPool>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["email", "password", "next"])?;
    let next = long_local_path(form.text("next")).unwrap_or("/");
    let login = (form.text("email").to_owned(), SecretString::from(form.exact("password")));
    let begun = accounts::log_in(&desk, &hashing, caller(&request), login, ("browser", String::new())).await;
    match begun {
        Ok(begun) => {
            let site = Site::of(&request)?;
            let mut answer = go_on(&request, if next == "/" { start(&begun.roles) } else { next })?;
            let cookie = Jar::Session.bake(begun.token.expose_secret().to_owned(), site.is_https());
            answer.add_cookie(&cookie).map_err(|error| WebError::internal("set the session cookie", error))?;
            let spent = Jar::Anonymous.remove(site.is_https());
            answer.add_cookie(&spent).map_err(|error| WebError::internal("remove the form cookie", error))?;
            Ok(answer)
        }
        Err(wait @ CaseError::Wait(_)) => {
            Err(WebError::from(wait).with_next("Choose a new password by mail", "/forgot-password"))
        }
        Err(error) => {
            let errors = shown_on_form(error)?;
            sign_in(&request, form.view(&errors), next)
        }
    }
}

pub(super) async fn log_out(
    request: HttpRequest,
    desk: DeskData,
    me: Signed<Account>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    posted.only(&[])?;
    if let Means::Session { id, .. } = &me.means {
        let (caller, id) = (caller(&request), *id);
        desk.run(move |desk| accounts::end_sessions(desk, &caller, Some(id), None)).await?;
    }
    let mut answer = Redirect::with(&request, "/", &Flash::good("You are signed out."))?;
    let cookie = Jar::Session.remove(Site::of(&request)?.is_https());
    answer.add_cookie(&cookie).map_err(|error| WebError::internal("remove the session cookie", error))?;
    Ok(answer)
}

fn show_forgot(request: &HttpRequest, form: FormView) -> Result<HttpResponse, WebError> {
    Page::new(request, "Forgot your password?")?
        .crumb("Sign in", "/login")
        .form(form)
        .render("account/forgot.html", &serde_json::json!({}))
}

pub(super) async fn forgot_page(request: HttpRequest) -> Result<HttpResponse, WebError> {
    show_forgot(&request, FormView::default())
}

pub(super) async fn forgot(request: HttpRequest, desk: DeskData, posted: Posted) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["email"])?;
    let (caller, email) = (caller(&request), form.text("email").to_owned());
    match desk.run(move |desk| accounts::ask_reset(desk, &caller, &email)).await {
        Ok(()) => Ok(Redirect::to("/forgot-password/sent")),
        Err(error) => {
            let errors = named_errors(error, &[("email", "Mail address")])?;
            show_forgot(&request, form.view(&errors))
        }
    }
}
