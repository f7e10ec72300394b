//! Which language a page is written in, and the switch between them: what the visitor chose, else what their account
//! says, else what their browser asks for, else the city's.

use actix_web::cookie::time::Duration;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use fluent_langneg::{NegotiationStrategy, negotiate_languages, parse_accepted_languages};
use serde::Serialize;

use super::cookies::Jar;
use super::error::WebError;
use super::flash::{Redirect, local_path};
use super::json::Query;
use super::site::Site;
use super::visitor::visitor_of;
use crate::domain::language::Language;

/// How long a choice is remembered.
const REMEMBERED: Duration = Duration::days(365);

/// One entry of the switch.
#[derive(Debug, Serialize)]
pub(super) struct LanguageLink {
    tag: &'static str,
    name: &'static str,
    href: String,
    is_current: bool,
    is_begun: bool,
}

/// The language of this request's pages.
#[must_use]
pub fn language_of(request: &HttpRequest, site: &Site) -> Language {
    let chosen = request.cookie(Jar::Language.name(site.is_https()));
    chosen
        .and_then(|cookie| Language::of_tag(cookie.value()))
        .or_else(|| visitor_of(request).and_then(|visitor| Language::of_tag(&visitor.language)))
        .or_else(|| asked_for(request))
        .unwrap_or(site.options().language)
}

/// What `Accept-Language` (RFC 9110, section 12.5.4) asks for. A language only begun is never taken unasked: its reader
/// would find a page half in English.
fn asked_for(request: &HttpRequest) -> Option<Language> {
    let wish = request.headers().get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    let offered: Vec<_> = Language::ALL
        .into_iter()
        .filter(|language| language.is_complete())
        .filter_map(|language| language.tag().parse().ok())
        .collect();
    let wished = parse_accepted_languages(wish);
    let found = negotiate_languages(&wished, &offered, None, NegotiationStrategy::Lookup);
    found.first().and_then(|tag: &&fluent_langneg::LanguageIdentifier| Language::of_tag(&tag.to_string()))
}

/// The switch for the page of this request; none on the answer to a form, where following it would lose what was typed.
pub(super) fn languages(request: &HttpRequest, current: Language) -> Vec<LanguageLink> {
    if !request.method().is_safe() {
        return Vec::new();
    }
    // Without the query: it may hold what is meant for this request alone, such as the token of a one-use link.
    let back: String = url::form_urlencoded::byte_serialize(request.path().as_bytes()).collect();
    let link = |language: Language| LanguageLink {
        tag: language.tag(),
        name: language.name(),
        href: format!("/language/{}?back={back}", language.tag()),
        is_current: language == current,
        is_begun: !language.is_complete(),
    };
    Language::ALL.into_iter().map(link).collect()
}

/// `GET /language/{tag}?back=/datasets`: remembers the language in a cookie. It changes nothing else, so it needs no
/// form.
///
/// # Errors
/// 404 for a language that there is not.
pub async fn switch(request: HttpRequest, tag: web::Path<String>, query: Query) -> Result<HttpResponse, WebError> {
    let language = Language::of_tag(&tag).ok_or_else(WebError::not_found)?;
    let query = query.lenient();
    remember(&request, Redirect::to(query.get("back").and_then(local_path).unwrap_or("/")), language)
}

/// The answer with the cookie that remembers this language.
///
/// # Errors
/// When the application was put together without a [`Site`].
pub fn remember(request: &HttpRequest, mut answer: HttpResponse, language: Language) -> Result<HttpResponse, WebError> {
    let site = Site::of(request)?;
    let mut cookie = Jar::Language.bake(language.tag().to_owned(), site.is_https());
    cookie.set_max_age(REMEMBERED);
    answer.add_cookie(&cookie).map_err(|error| WebError::internal("set a cookie", error))?;
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_answered_in_a_complete_language_that_it_asks_for() {
        let asked = |wish: &str| {
            let request = actix_web::test::TestRequest::default().insert_header((header::ACCEPT_LANGUAGE, wish));
            asked_for(&request.to_http_request())
        };
        assert_eq!(asked("es-MX,es;q=0.9,en;q=0.8"), Some(Language::Spanish));
        assert_eq!(asked("fr,en;q=0.5"), Some(Language::English));
        assert_eq!(asked("ht,es;q=0.5"), Some(Language::Spanish));
        assert_eq!(asked("de"), None);
        assert_eq!(asked(";;;q=x"), None);
    }
}
