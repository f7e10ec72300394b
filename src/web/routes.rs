//! The route table. A route is registered together with who may call it, and the same row is what the guard enforces:
//! there is no other way to register one. The guard also reads the body, checks the CSRF proof and catches panics.

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::sync::Arc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::{Next, from_fn};
use actix_web::web::{Bytes, ServiceConfig};
use actix_web::{FromRequest, Handler, HttpMessage as _, Responder, Route, guard, web};
use futures_util::FutureExt as _;

use super::body::{Body, media_type, read_body};
use super::csrf::{self, CSRF_HEADER, Origin};
use super::edge::anonymous_secret;
use super::error::WebError;
use super::fields::Fields;
use super::form::{CSRF_FIELD, Posted};
use super::preview;
use super::site::{Options, Site};
use super::upload;
use super::visitor::{Means, Visitor, visitor_of};
use crate::domain::people::Role;

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anyone, signed in or not.
    Public,
    /// Any account.
    SignedIn,
    /// Any account, acting for itself or its organisation; the case checks whose thing it is.
    Requester,
    /// Holders of any one of these roles; the case checks the department.
    Staff(&'static [Role]),
    /// Whoever holds the mailed one-use link in the address; the case checks the link.
    SignedLink,
    /// A gate client with its service credential; checked by the handler of that room, never by a session.
    Service,
}

impl Access {
    /// Whether the visitor may pass.
    ///
    /// # Errors
    /// 401 without an account where one is needed, 403 without the role.
    pub fn admits(&self, visitor: Option<&Visitor>) -> Result<(), WebError> {
        match (self, visitor) {
            (Self::Public | Self::SignedLink | Self::Service, _) | (Self::SignedIn | Self::Requester, Some(_)) => {
                Ok(())
            }
            (Self::SignedIn | Self::Requester | Self::Staff(_), None) => Err(WebError::sign_in_needed()),
            (Self::Staff(roles), Some(visitor)) => {
                let is_held = roles.iter().any(|role| visitor.holds_anywhere(*role));
                if is_held { Ok(()) } else { Err(WebError::role_needed(roles)) }
            }
        }
    }
}

/// The room a route belongs to: pages or JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Room {
    /// HTML; forms; errors are pages.
    Portal,
    /// JSON under `/api/`; errors are problem documents.
    Api,
}

/// One row of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteRow {
    /// The method; GET answers HEAD too.
    pub method: Method,
    /// The path pattern, such as `/applications/{application}`.
    pub path: String,
    /// Who may call it.
    pub access: Access,
    /// The room.
    pub room: Room,
    /// What it does, in a few words.
    pub summary: &'static str,
    /// The largest body.
    pub body_max: BodyMax,
    /// Whether the letters of the act can be read before it is done.
    pub has_preview: bool,
    /// Whether the token in its address is all the proof it needs, as a mail program sends it (RFC 8058).
    pub is_one_click: bool,
}

/// How large the body of a route may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyMax {
    /// What the room's setting says.
    Usual,
    /// So many bytes.
    Bytes(usize),
    /// What the setting for uploads says.
    Upload,
    /// As many files of the largest size as are taken at once, and text.
    Files,
}

impl BodyMax {
    const fn bytes(self, options: &Options, usual: usize) -> usize {
        match self {
            Self::Usual => usual,
            Self::Bytes(bytes) => bytes,
            Self::Upload => options.upload_bytes_max,
            Self::Files => upload::JSON_BYTES_MAX,
        }
    }
}

type MakeRoute = Arc<dyn Fn() -> Route + Send + Sync>;

/// The routes of a room, or of several merged.
#[derive(Clone)]
pub struct Routes {
    room: Room,
    entries: Vec<(RouteRow, MakeRoute)>,
}

impl Routes {
    /// An empty table for `room`.
    #[must_use]
    pub fn new(room: Room) -> Self {
        Self { room, entries: Vec::new() }
    }

    /// A page or document; must change nothing.
    #[must_use]
    pub fn get<F, A>(self, path: &str, access: Access, summary: &'static str, handler: F) -> Self
    where
        F: Handler<A> + Send + Sync,
        A: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.add(Method::GET, path, access, summary, handler)
    }

    /// An act.
    #[must_use]
    pub fn post<F, A>(self, path: &str, access: Access, summary: &'static str, handler: F) -> Self
    where
        F: Handler<A> + Send + Sync,
        A: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.add(Method::POST, path, access, summary, handler)
    }

    /// A replacement (API).
    #[must_use]
    pub fn put<F, A>(self, path: &str, access: Access, summary: &'static str, handler: F) -> Self
    where
        F: Handler<A> + Send + Sync,
        A: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.add(Method::PUT, path, access, summary, handler)
    }

    /// A change of some fields (API).
    #[must_use]
    pub fn patch<F, A>(self, path: &str, access: Access, summary: &'static str, handler: F) -> Self
    where
        F: Handler<A> + Send + Sync,
        A: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.add(Method::PATCH, path, access, summary, handler)
    }

    /// A removal (API).
    #[must_use]
    pub fn delete<F, A>(self, path: &str, access: Access, summary: &'static str, handler: F) -> Self
    where
        F: Handler<A> + Send + Sync,
        A: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.add(Method::DELETE, path, access, summary, handler)
    }

    fn add<F, A>(mut self, method: Method, path: &str, access: Access, summary: &'static str, handler: F) -> Self
    where
        F: Handler<A> + Send + Sync,
        A: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let row = RouteRow {
            method,
            path: path.to_owned(),
            access,
            room: self.room,
            summary,
            body_max: BodyMax::Usual,
            has_preview: false,
            is_one_click: false,
        };
        let make: MakeRoute = Arc::new(move || web::route().to(handler.clone()));
        self.entries.push((row, make));
        self
    }

    /// Lets the route added last take bodies of up to `bytes`.
    #[must_use]
    pub fn with_body_max(self, bytes: usize) -> Self {
        self.limited(BodyMax::Bytes(bytes))
    }

    /// Lets the route added last take bodies as large as the setting for uploads allows (a catalogue to import).
    #[must_use]
    pub fn for_uploads(self) -> Self {
        self.limited(BodyMax::Upload)
    }

    /// Lets the act added last be tried, to read its letters ([`preview`]). Its handler must change nothing but through
    /// a case that is given the caller of the request.
    #[must_use]
    pub fn with_preview(mut self) -> Self {
        if let Some((row, _)) = self.entries.last_mut() {
            row.has_preview = true;
        }
        self
    }

    /// Lets a mail program send the act added last, without cookies and whatever the form. Its handler must take its
    /// whole proof from a token in the address, and nothing from the form.
    #[must_use]
    pub fn one_click(mut self) -> Self {
        if let Some((row, _)) = self.entries.last_mut() {
            row.is_one_click = true;
        }
        self
    }

    /// Lets the route added last take files with its form or document.
    #[must_use]
    pub fn for_files(self) -> Self {
        self.limited(BodyMax::Files)
    }

    fn limited(mut self, body_max: BodyMax) -> Self {
        if let Some((row, _)) = self.entries.last_mut() {
            row.body_max = body_max;
        }
        self
    }

    /// Both tables in one.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.entries.extend(other.entries);
        self
    }

    /// Every row, for `accord routes`, the OpenAPI test and the route-matrix test.
    #[must_use]
    pub fn rows(&self) -> Vec<RouteRow> {
        self.entries.iter().map(|(row, _)| row.clone()).collect()
    }

    /// What is wrong with the table: doubled rows, odd paths, changes by GET cannot be seen from here. Empty is good.
    #[must_use]
    pub fn mistakes(&self) -> Vec<String> {
        let mut mistakes = Vec::new();
        for (at, (row, _)) in self.entries.iter().enumerate() {
            let name = format!("{} {}", row.method, row.path);
            if self.entries.iter().take(at).any(|(other, _)| other.method == row.method && other.path == row.path) {
                mistakes.push(format!("{name}: registered twice"));
            }
            if !row.path.starts_with('/') || (row.path.len() > 1 && row.path.ends_with('/')) {
                mistakes.push(format!("{name}: a path begins with / and does not end with it"));
            }
            if row.path.starts_with("/api/") != (row.room == Room::Api) {
                mistakes.push(format!("{name}: paths of the api, and only they, begin with /api/"));
            }
            if row.summary.is_empty() {
                mistakes.push(format!("{name}: no summary"));
            }
        }
        mistakes
    }

    /// Registers every route with its guard; a known path with another method answers 405, any other path 404.
    pub fn configure(&self, config: &mut ServiceConfig) {
        // Sorted by path, fixed segments come before `{…}` (which sorts after letters), so `/a/new` is not an id.
        let mut by_path: BTreeMap<&str, Vec<&(RouteRow, MakeRoute)>> = BTreeMap::new();
        for entry in &self.entries {
            by_path.entry(&entry.0.path).or_default().push(entry);
        }
        for (path, entries) in by_path {
            let allow = allowed(entries.iter().map(|(row, _)| &row.method));
            let mut resource = web::resource(path);
            for (row, make) in entries {
                resource = resource.route(guarded(row, make));
            }
            let refuse = move || {
                let allow = allow.clone();
                async move { Err::<&str, _>(WebError::method_not_allowed(allow)) }
            };
            config.service(resource.default_service(web::to(refuse)));
        }
        config.default_service(web::to(|| async { Err::<&str, _>(WebError::not_found()) }));
    }
}

impl std::fmt::Debug for Routes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.entries.iter().map(|(row, _)| row)).finish()
    }
}

fn allowed<'a>(methods: impl Iterator<Item = &'a Method>) -> String {
    let mut names = Vec::new();
    for method in methods {
        names.push(method.as_str());
        if *method == Method::GET {
            names.push("HEAD");
        }
    }
    names.join(", ")
}

fn guarded(row: &RouteRow, make: &MakeRoute) -> Route {
    let route = if row.method == Method::GET {
        make().guard(guard::Any(guard::Get()).or(guard::Head()))
    } else {
        make().guard(guard::Method(row.method.clone()))
    };
    let row = Rc::new(row.clone());
    route.wrap(from_fn(move |request, next| enforce(Rc::clone(&row), request, next)))
}

/// The guard of one row.
async fn enforce(
    row: Rc<RouteRow>,
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let asked = request.request().clone();
    asked.extensions_mut().insert(Rc::clone(&row));
    if let Err(refusal) = admit(&row, &mut request).await {
        return Ok(ServiceResponse::from_err(refusal, asked));
    }
    match AssertUnwindSafe(next.call(request)).catch_unwind().await {
        Ok(Ok(response)) => Ok(response.map_into_boxed_body()),
        Ok(Err(error)) => Ok(ServiceResponse::from_err(error, asked)),
        Err(panic) => Ok(ServiceResponse::from_err(WebError::internal("finish a handler", panic_text(&panic)), asked)),
    }
}

fn panic_text(panic: &Box<dyn Any + Send>) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    format!("it panicked: {}", text.unwrap_or("without words"))
}

async fn admit(row: &RouteRow, request: &mut ServiceRequest) -> Result<(), WebError> {
    let visitor = visitor_of(request.request());
    let is_write = !matches!(row.method, Method::GET | Method::HEAD);
    if !is_write {
        return row.access.admits(visitor.as_deref());
    }
    let site = Site::of(request.request())?;
    let options = site.options();
    // A page of another site must not even learn whether it was signed in.
    let origin = csrf::origin(request.headers(), &options.portal_url);
    match row.room {
        Room::Portal if row.is_one_click => {
            read_body(request, options.form_bytes_max, options.body_time_max).await?;
            row.access.admits(visitor.as_deref())
        }
        Room::Portal => {
            if row.body_max == BodyMax::Files && media_type(request.request()) == "multipart/form-data" {
                site.make_room(request.request(), upload::FORM_BYTES_MAX, 1).await?;
                let bounds = upload::Bounds { bytes: upload::FORM_BYTES_MAX, time: options.body_time_max };
                let payload = request.take_payload();
                let (fields, files) = upload::read(request.request(), payload, bounds).await?;
                request.extensions_mut().insert(Posted::new(fields, files));
            } else {
                // A form without files is no longer for being sent where files may go.
                let usual = options.form_bytes_max;
                let limit = if row.body_max == BodyMax::Files { usual } else { row.body_max.bytes(options, usual) };
                let body = read_body(request, limit, options.body_time_max).await?;
                keep_form(request, &body)?;
            }
            row.access.admits(visitor.as_deref())?;
            check_form_token(&site, request, visitor.as_deref(), origin)?;
            preview::note_intent(row, request)
        }
        Room::Api => {
            row.access.admits(visitor.as_deref())?;
            check_api_proof(&site, request, visitor.as_deref(), origin)?;
            let limit = row.body_max.bytes(options, options.json_bytes_max);
            let is_files = row.body_max == BodyMax::Files;
            // The document, its texts and the files in them are in memory at once.
            if is_files {
                site.make_room(request.request(), limit, 3).await?;
            }
            let body = read_body(request, limit, options.body_time_max).await?;
            request.extensions_mut().insert(Body(body));
            preview::note_intent(row, request)
        }
    }
}

/// Reads the form before access is checked, so that a page saying "your session has ended" can give the text back.
fn keep_form(request: &ServiceRequest, body: &Bytes) -> Result<(), WebError> {
    let posted = match media_type(request.request()).as_str() {
        _ if body.is_empty() => Posted::new(Fields::default(), Vec::new()),
        "application/x-www-form-urlencoded" => Posted::new(Fields::parse(body)?, Vec::new()),
        _ => return Err(WebError::unsupported_media("application/x-www-form-urlencoded")),
    };
    request.extensions_mut().insert(posted);
    Ok(())
}

fn check_form_token(
    site: &Site,
    request: &ServiceRequest,
    visitor: Option<&Visitor>,
    origin: Origin,
) -> Result<(), WebError> {
    let posted = request.extensions().get::<Posted>().cloned();
    let given = posted.as_ref().and_then(|posted| posted.fields.get(CSRF_FIELD)).unwrap_or_default();
    let secret = form_secret(request.request(), visitor);
    if origin != Origin::Foreign && csrf::is_token(site.key(), &secret, given) {
        return Ok(());
    }
    Err(WebError::forbidden(
        "form_out_of_date",
        "This form does not belong to your present session. Go back, reload the page and send it again.",
    ))
}

/// What the form tokens of this request are made from: the session's own secret, or the form cookie before sign-in.
pub(crate) fn form_secret(request: &actix_web::HttpRequest, visitor: Option<&Visitor>) -> String {
    use secrecy::ExposeSecret as _;
    match visitor.map(|visitor| &visitor.means) {
        Some(Means::Session { csrf_secret, .. }) => csrf_secret.expose_secret().to_owned(),
        Some(Means::Token { .. }) | None => anonymous_secret(request).unwrap_or_default(),
    }
}

fn check_api_proof(
    site: &Site,
    request: &ServiceRequest,
    visitor: Option<&Visitor>,
    origin: Origin,
) -> Result<(), WebError> {
    if matches!(visitor.map(|visitor| &visitor.means), Some(Means::Token { .. })) {
        return Ok(());
    }
    let token = request.headers().get(CSRF_HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let has_token = csrf::is_token(site.key(), &form_secret(request.request(), visitor), token);
    let is_proven = match origin {
        Origin::Foreign => false,
        Origin::Ours => true,
        // No browser spoke: without a session there is nothing to ride on.
        Origin::Silent => visitor.is_none() || has_token,
    };
    if is_proven {
        return Ok(());
    }
    Err(WebError::forbidden(
        "csrf_proof_missing",
        "A write with a session cookie needs the header X-CSRF-Token, or must come from a page of this service.",
    ))
}
