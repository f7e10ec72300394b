//! The sign-in page: at its own address, or in place of a page whose address is too long to be handed on. Such an address
//! rests in the form and comes back in a page, never in a header: a proxy may take no more than 4 KB of those.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::error::WebError;
use super::flash::{Redirect, is_short, local_path, long_local_path};
use super::form::FormView;
use super::page::Page;

/// What `account/login.html` shows.
#[derive(Serialize)]
struct SignInView<'a> {
    next: &'a str,
    /// Where one registers and comes back to `next`, if it can be handed on.
    register: String,
    is_sent_here: bool,
    /// Whether this form alone keeps the way.
    is_long: bool,
    /// Whether the way could not be kept.
    is_cut: bool,
}

impl<'a> SignInView<'a> {
    fn new(next: &'a str, is_cut: bool) -> Self {
        let register = with_next("/register", if is_short(next) { next } else { "/" });
        Self { next, register, is_sent_here: next != "/", is_long: !is_short(next), is_cut }
    }
}

/// What `account/go_on.html` shows.
#[derive(Serialize)]
struct GoOnView<'a> {
    next: &'a str,
}

/// A door with the page to go on with, where there is one.
#[must_use]
pub fn with_next(door: &str, next: &str) -> String {
    if matches!(next, "" | "/") {
        return door.to_owned();
    }
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("next", next).finish();
    format!("{door}?{query}")
}

/// The page that asks who somebody is before they go on to `next`.
///
/// # Errors
/// When the page cannot be rendered.
pub fn sign_in(request: &HttpRequest, form: FormView, next: &str) -> Result<HttpResponse, WebError> {
    Page::new(request, "Sign in")?.form(form).render("account/login.html", &SignInView::new(next, false))
}

/// What who is not signed in gets for a page that needs it: the way to sign in, and back.
pub(super) fn instead_of(request: &HttpRequest) -> HttpResponse {
    let wanted = request.uri().path_and_query().map_or("/", |wanted| wanted.as_str());
    if is_short(wanted) {
        return Redirect::to(with_next("/login", wanted));
    }
    let kept = long_local_path(wanted);
    let next = kept.or_else(|| local_path(request.path())).unwrap_or("/");
    let page = Page::new(request, "Sign in").map(|page| page.status(StatusCode::UNAUTHORIZED).without_switch());
    let view = SignInView::new(next, kept.is_none());
    page.and_then(|page| page.render("account/login.html", &view)).unwrap_or_else(|error| {
        error.log("");
        Redirect::to("/login")
    })
}

/// On to `next`, after signing in.
///
/// # Errors
/// When the page cannot be rendered.
pub fn go_on(request: &HttpRequest, next: &str) -> Result<HttpResponse, WebError> {
    if is_short(next) {
        return Ok(Redirect::to(next));
    }
    Page::new(request, "You are signed in")?.without_switch().render("account/go_on.html", &GoOnView { next })
}
