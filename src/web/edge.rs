//! The outermost layer of portal and api: finds out who is asking, turns errors into what a person or a program can
//! read, sets the headers. Wrap the application with `from_fn(edge)`; only the request-id layer goes outside it.

use std::rc::Rc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse};
use secrecy::SecretString;

use super::client::{Client, address_of};
use super::cookies::Jar;
use super::error::WebError;
use super::form::Posted;
use super::page::error_page;
use super::preview;
use super::problem::problem;
use super::routes::{Access, RouteRow};
use super::security;
use super::sign_in;
use super::site::Site;
use super::visitor::{Credential, Visitor, visitor_of};

/// The header in which the request-id layer hands the id of this request to everyone inside it.
pub const REQUEST_ID: &str = "x-request-id";
/// Longest value of a cookie or bearer token that is looked up.
const CREDENTIAL_BYTES_MAX: usize = 512;

/// The layer.
///
/// # Errors
/// None of its own: errors become answers here.
pub async fn edge(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let site = match Site::of(request.request()) {
        Ok(site) => site,
        Err(error) => return Ok(request.error_response(error)),
    };
    let response = match recognise(&site, &request).await {
        Ok(()) => next.call(request).await?.map_into_boxed_body(),
        Err(error) => request.error_response(error),
    };
    let (request, response) = response.into_parts();
    let mut response = match error_of(&response) {
        Some(error) => dress(&site, &request, &error),
        None => response,
    };
    let is_private = visitor_of(&request).is_some() && !is_public_row(&request) || !response.status().is_success();
    security::set(response.headers_mut(), site.is_https(), is_private);
    Ok(ServiceResponse::new(request, response))
}

fn is_public_row(request: &HttpRequest) -> bool {
    request.extensions().get::<Rc<RouteRow>>().is_some_and(|row| row.access == Access::Public)
}

/// Puts the client's address and the visitor, if any, into the request's extensions.
async fn recognise(site: &Site, request: &ServiceRequest) -> Result<(), WebError> {
    let sizes = request.headers().iter().map(|(name, value)| (name.as_str().len(), value.len()));
    if !site.options().head_bounds.admit(sizes) {
        return Err(WebError::headers_too_large(site.options().head_bounds));
    }
    let client = address_of(request, &site.options().trusted_proxies);
    request.extensions_mut().insert(Client(client));
    if matches!(*request.method(), Method::TRACE | Method::CONNECT) {
        return Err(WebError::method_not_allowed("GET, HEAD, POST, PUT, PATCH, DELETE"));
    }
    let Some(credential) = credential_of(site, request)? else { return Ok(()) };
    if let Some(mut visitor) = site.visitors().visitor(&credential).await? {
        visitor.actor.address = Some(client);
        request.extensions_mut().insert::<Rc<Visitor>>(Rc::new(visitor));
    } else if matches!(credential, Credential::Bearer(_)) {
        return Err(WebError::sign_in_needed());
    }
    Ok(())
}

/// A bearer token counts in the API only, and there it outweighs the cookie.
fn credential_of(site: &Site, request: &ServiceRequest) -> Result<Option<Credential>, WebError> {
    if is_api(request.path())
        && let Some(value) = request.headers().get(header::AUTHORIZATION)
    {
        let token = value.to_str().ok().and_then(|value| value.split_once(' '));
        let token = token.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, token)| token.trim());
        let token = token.filter(|token| (1..=CREDENTIAL_BYTES_MAX).contains(&token.len()));
        return match token {
            Some(token) => Ok(Some(Credential::Bearer(SecretString::from(token)))),
            None => Err(WebError::sign_in_needed()),
        };
    }
    let cookie = request.cookie(Jar::Session.name(site.is_https()));
    let token = cookie.filter(|cookie| (1..=CREDENTIAL_BYTES_MAX).contains(&cookie.value().len()));
    Ok(token.map(|cookie| Credential::Session(SecretString::from(cookie.value()))))
}

/// The value of the form cookie of a visitor without a session.
pub(crate) fn anonymous_secret(request: &HttpRequest) -> Option<String> {
    let site = Site::of(request).ok()?;
    let cookie = request.cookie(Jar::Anonymous.name(site.is_https()))?;
    (!cookie.value().is_empty() && cookie.value().len() <= CREDENTIAL_BYTES_MAX).then(|| cookie.value().to_owned())
}

pub(crate) fn is_api(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/")
}

/// The id that the request-id layer gave to this request; empty without that layer.
pub(crate) fn request_id(request: &HttpRequest) -> &str {
    request.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// What kind of answer an error needs: ours as it is, the framework's translated.
fn error_of(response: &HttpResponse) -> Option<ErrorRef<'_>> {
    let error = response.error()?;
    Some(match error.as_error::<WebError>() {
        Some(ours) => ErrorRef::Ours(ours),
        None => ErrorRef::Foreign(WebError::foreign(error.as_response_error().status_code(), error.to_string())),
    })
}

enum ErrorRef<'a> {
    Ours(&'a WebError),
    Foreign(WebError),
}

fn dress(site: &Site, request: &HttpRequest, error: &ErrorRef<'_>) -> HttpResponse {
    let error = match error {
        ErrorRef::Ours(error) => error,
        ErrorRef::Foreign(error) => error,
    };
    error.log(&visitor_of(request).map(|visitor| visitor.account.to_string()).unwrap_or_default());
    let mut response = if let Some(letters) = error.letters() {
        if is_api(request.path()) { preview::document(letters) } else { preview::page(site, request, letters) }
    } else if is_api(request.path()) {
        problem(error, request.path(), request_id(request))
    } else if error.status() == StatusCode::UNAUTHORIZED && *request.method() == Method::GET {
        sign_in::instead_of(request)
    } else {
        let posted = request.extensions().get::<Posted>().cloned();
        error_page(site, request, error, posted.map(|posted| posted.typed()).unwrap_or_default())
    };
    if let Some(value) = error.allow().and_then(|allow| header::HeaderValue::from_str(allow).ok()) {
        response.headers_mut().insert(header::ALLOW, value);
    }
    if let Some(seconds) = error.retry_after() {
        response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from(seconds));
    }
    if matches!(error.status(), StatusCode::PAYLOAD_TOO_LARGE | StatusCode::REQUEST_TIMEOUT) {
        // The rest of the body is still on its way; the connection cannot be used again.
        response.head_mut().set_connection_type(actix_web::http::ConnectionType::Close);
    }
    response
}
