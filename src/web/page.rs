//! A page: what the layout needs, put together from the request, and the view of one template rendered inside it.
//! The template sees `page`, `site`, `form` and the fields of the view, and decides nothing.

use std::collections::BTreeSet;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use tera::Context;

use super::cookies::Jar;
use super::csrf;
use super::edge::request_id;
use super::error::WebError;
use super::flash::Flash;
use super::form::FormView;
use super::matrix::role_name;
use super::nav::{self, NavLink};
use super::preview::intent_of;
use super::routes::form_secret;
use super::secret::fresh_token;
use super::site::Site;
use super::tongue::{LanguageLink, language_of, languages};
use super::visitor::visitor_of;
use crate::cases::Intent;
use crate::domain::language::Language;

/// A page being put together.
#[derive(Debug)]
pub struct Page {
    site: web::Data<Site>,
    status: StatusCode,
    form: FormView,
    language: Language,
    frame: Frame,
    /// A form cookie made for this page; sent only if the page shows the token made from it.
    fresh_secret: Option<String>,
    clears_flash: bool,
}

/// Context name `page`.
#[derive(Debug, Serialize)]
struct Frame {
    title: String,
    lang: &'static str,
    languages: Vec<LanguageLink>,
    path: String,
    crumbs: Vec<Crumb>,
    nav: Vec<NavLink>,
    person: Option<Person>,
    csrf: String,
    once: String,
    flash: Option<Flash>,
}

#[derive(Debug, Serialize)]
struct Crumb {
    label: String,
    href: String,
}

#[derive(Debug, Serialize)]
struct Person {
    name: String,
    email: String,
    roles: Vec<&'static str>,
    unread: u32,
}

/// Context name `site`.
#[derive(Debug, Serialize)]
struct SiteView<'a> {
    name: &'a str,
    city: &'a str,
    portal_url: &'a str,
    gate_url: &'a str,
    is_demo: bool,
    style: String,
    script: String,
    desk_script: String,
    icon: String,
}

impl Page {
    /// A page with this title (also its `h1`).
    ///
    /// # Errors
    /// When the application has no [`Site`] or the system gives no randomness.
    pub fn new(request: &HttpRequest, title: impl Into<String>) -> Result<Self, WebError> {
        let site = Site::of(request)?;
        let visitor = visitor_of(request);
        let mut secret = form_secret(request, visitor.as_deref());
        let mut fresh_secret = None;
        if secret.is_empty() {
            secret = fresh_token()?;
            fresh_secret = Some(secret.clone());
        }
        let kept = || Flash::info("Nothing was sent. What you typed is still in the form.");
        let flash = Flash::of(request, &site).or_else(|| (intent_of(request) == Intent::Mend).then(kept));
        let language = language_of(request, &site);
        let person = visitor.as_ref().map(|visitor| Person {
            name: visitor.name.clone(),
            email: visitor.email.clone(),
            roles: visitor
                .roles
                .iter()
                .map(|grant| grant.role)
                .collect::<BTreeSet<_>>()
                .into_iter()
                .map(role_name)
                .collect(),
            unread: visitor.unread,
        });
        let frame = Frame {
            title: title.into(),
            lang: language.tag(),
            languages: languages(request, language),
            path: request.path().to_owned(),
            crumbs: Vec::new(),
            nav: nav::links(visitor.as_deref(), request.path()),
            person,
            csrf: csrf::token(site.key(), &secret),
            once: fresh_token()?,
            flash,
        };
        let clears_flash = request.cookie(Jar::Flash.name(site.is_https())).is_some();
        Ok(Self {
            site,
            status: StatusCode::OK,
            form: FormView::default(),
            language,
            frame,
            fresh_secret,
            clears_flash,
        })
    }

    /// Adds a step of the way here; the page itself comes last without being added.
    #[must_use]
    pub fn crumb(mut self, label: impl Into<String>, href: impl Into<String>) -> Self {
        self.frame.crumbs.push(Crumb { label: label.into(), href: href.into() });
        self
    }

    /// Answers with another status than 200.
    #[must_use]
    pub fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// Without the switch of languages, whose way back names the page without its query: errors must look alike, and what
    /// a form keeps of an address would be lost.
    #[must_use]
    pub(super) fn without_switch(mut self) -> Self {
        self.frame.languages = Vec::new();
        self
    }

    /// The form on this page; with errors the page is answered with 422 and lists them on top.
    #[must_use]
    pub fn form(mut self, form: FormView) -> Self {
        if form.has_errors() {
            self.status = StatusCode::UNPROCESSABLE_ENTITY;
        }
        self.form = form;
        self
    }

    /// Renders `template` (a name under `templates/`) with the fields of `view`.
    ///
    /// # Errors
    /// 500 with the template's own words for the operator.
    pub fn render(self, template: &str, view: &impl Serialize) -> Result<HttpResponse, WebError> {
        let failed = |error: tera::Error| WebError::internal("render a page", error);
        let options = self.site.options();
        let site = SiteView {
            name: &options.service_name,
            city: &options.city,
            portal_url: options.portal_url.as_str().trim_end_matches('/'),
            gate_url: options.gate_url.as_str().trim_end_matches('/'),
            is_demo: options.is_demo,
            style: self.site.assets().style_path(),
            script: self.site.assets().script_path(),
            desk_script: self.site.assets().desk_script_path(),
            icon: self.site.assets().icon_path(),
        };
        let mut context = Context::from_serialize(view).map_err(failed)?;
        context.insert("page", &self.frame);
        context.insert("site", &site);
        context.insert("form", &self.form);
        let html = self.site.templates().render(self.language, template, &context).map_err(failed)?;
        Ok(self.answer(html))
    }

    fn answer(self, html: String) -> HttpResponse {
        let is_https = self.site.is_https();
        let mut response = HttpResponse::build(self.status);
        response.insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"));
        response.insert_header((header::CONTENT_LANGUAGE, self.language.tag()));
        if let Some(secret) = self.fresh_secret.filter(|_| html.contains(&self.frame.csrf)) {
            response.cookie(Jar::Anonymous.bake(secret, is_https));
        }
        if self.clears_flash {
            response.cookie(Jar::Flash.remove(is_https));
        }
        response.body(html)
    }
}

/// What the template `errors/error.html` shows.
#[derive(Debug, Serialize)]
struct ErrorView<'a> {
    status: u16,
    code: &'a str,
    detail: &'a str,
    next: &'a [super::error::WayOut],
    changed: &'a [super::error::ChangedField],
    errors: &'a [super::error::FieldError],
    typed: Vec<(String, String)>,
    /// Left out of a 404, which must be the same to the byte for "missing" and "not yours".
    request_id: Option<&'a str>,
}

/// The page for `error`; `typed` is what would otherwise be lost.
pub(crate) fn error_page(
    site: &Site,
    request: &HttpRequest,
    error: &WebError,
    typed: Vec<(String, String)>,
) -> HttpResponse {
    let id = request_id(request);
    let view = ErrorView {
        status: error.status().as_u16(),
        code: error.code(),
        detail: error.detail(),
        next: error.next(),
        changed: error.changed(),
        errors: error.errors(),
        typed,
        request_id: (error.status() != StatusCode::NOT_FOUND && !id.is_empty()).then_some(id),
    };
    let page = Page::new(request, error.title()).map(|page| page.status(error.status()).without_switch());
    page.and_then(|page| page.render("errors/error.html", &view)).unwrap_or_else(|second| {
        second.log("");
        bare_page(site, error)
    })
}

/// The last resort, when even the error page cannot be rendered.
fn bare_page(site: &Site, error: &WebError) -> HttpResponse {
    let style = site.assets().style_path();
    let html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{title}</title>\
         <link rel=\"stylesheet\" href=\"{style}\"><main><h1>{title}</h1><p><a href=\"/\">Home</a></p></main></html>",
        title = error.title(),
    );
    HttpResponse::build(error.status()).insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8")).body(html)
}
