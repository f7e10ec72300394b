//! The letters of an act, read before it is done. A row that says so takes the wish with the form (`preview=yes`, or
//! `preview=back` for the form again) or in the query of the API (`preview=true`); the case then undoes what it did, and
//! the letters come here. Must never answer as if something had been done.

use actix_web::dev::ServiceRequest;
use actix_web::http::header;
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse};
use serde::Serialize;

use super::error::WebError;
use super::fields::Fields;
use super::form::Posted;
use super::markdown;
use super::page::{Page, error_page};
use super::routes::{Room, RouteRow};
use super::site::Site;
use crate::cases::Intent;
use crate::domain::language::Language;
use crate::domain::letter::{Addressee, Letter, to_plain};

/// The field of a form, and the name in a query.
pub const PREVIEW_FIELD: &str = "preview";
/// The media type of the letters of an act that was only tried.
pub const PREVIEW_JSON: &str = "application/vnd.accord.preview+json";

/// What the person wants of the act: that it happens, unless its row can be previewed and they asked for that.
#[must_use]
pub(super) fn intent_of(request: &HttpRequest) -> Intent {
    request.extensions().get::<Intent>().copied().unwrap_or_default()
}

/// Notes what is wanted of an act, and takes the wish out of the form, so that no handler sees it. Where a row cannot be
/// previewed the wish stays in the form, which refuses it as an unknown field; in a query it is refused here, or what was
/// meant as a question would be done.
///
/// # Errors
/// 400 for a wish that is not understood or cannot be met.
pub(super) fn note_intent(row: &RouteRow, request: &ServiceRequest) -> Result<(), WebError> {
    let wish = match row.room {
        Room::Api => one_wish(&Fields::parse(request.query_string().as_bytes())?),
        Room::Portal if row.has_preview => take_wish(request),
        Room::Portal => None,
    };
    let intent = match (row.room, wish.as_deref()) {
        (_, None) | (Room::Api, Some("false")) => Intent::Act,
        (Room::Api, Some("true")) if row.has_preview => Intent::Preview,
        (Room::Portal, Some("yes")) => Intent::Preview,
        (Room::Portal, Some("back")) => Intent::Mend,
        (Room::Api | Room::Portal, Some(_)) => {
            let detail = "This act has no preview, or the wish for one was not understood. Nothing was done.";
            return Err(WebError::bad_request("preview_unknown", detail));
        }
    };
    request.extensions_mut().insert(intent);
    Ok(())
}

/// The wish in a query. Two are no wish that anybody understands, even if they say the same.
fn one_wish(query: &Fields) -> Option<String> {
    let all: Vec<_> = query.all(PREVIEW_FIELD).collect();
    (!all.is_empty()).then(|| all.join(" "))
}

fn take_wish(request: &ServiceRequest) -> Option<String> {
    let posted = request.extensions().get::<Posted>().cloned()?;
    let (rest, wish) = posted.without(PREVIEW_FIELD);
    request.extensions_mut().insert(rest);
    wish
}

/// A letter on the page.
#[derive(Debug, Serialize)]
struct LetterView {
    subject: String,
    to: String,
    /// How it reaches them.
    way: String,
    language: String,
    language_name: String,
    html: String,
}

impl LetterView {
    fn new(letter: &Letter) -> Self {
        let way = match &letter.to {
            Addressee::Party { .. } => "By mail; it also stands under their letters".to_owned(),
            Addressee::Outsider { email, .. } if email.is_empty() => {
                "At their private link; they left no mail address".to_owned()
            }
            Addressee::Outsider { email, .. } => format!("By mail to {email}; it also stands at their private link"),
        };
        let language_name =
            Language::of_tag(&letter.language).map_or_else(|| letter.language.clone(), |known| known.name().to_owned());
        Self {
            subject: letter.subject.clone(),
            to: letter.to_name.clone(),
            way,
            language_name,
            language: letter.language.clone(),
            html: markdown::to_html(&letter.markdown),
        }
    }
}

/// What `letters/preview.html` shows.
#[derive(Debug, Serialize)]
struct PreviewView {
    action: String,
    act: &'static str,
    letters: Vec<LetterView>,
    typed: Vec<(String, String)>,
    has_files: bool,
}

/// A letter as a program reads it.
#[derive(Debug, Serialize)]
struct LetterDocument<'a> {
    kind: &'a str,
    template: &'a str,
    language: &'a str,
    to: &'a str,
    about: &'a str,
    about_id: &'a str,
    number: &'a str,
    subject: &'a str,
    markdown: &'a str,
    text: String,
}

/// The letters for a program.
pub(super) fn document(letters: &[Letter]) -> HttpResponse {
    let letters: Vec<_> = letters
        .iter()
        .map(|letter| LetterDocument {
            kind: letter.kind.as_str(),
            template: &letter.version,
            language: &letter.language,
            to: &letter.to_name,
            about: &letter.about.kind,
            about_id: &letter.about.id,
            number: &letter.about.number,
            subject: &letter.subject,
            markdown: &letter.markdown,
            text: to_plain(&letter.markdown),
        })
        .collect();
    let body = serde_json::json!({ "is_done": false, "letters": letters });
    HttpResponse::Ok().insert_header((header::CONTENT_TYPE, PREVIEW_JSON)).body(body.to_string())
}

/// The letters for a person, with the form that was sent, ready to be sent in earnest.
pub(super) fn page(site: &Site, request: &HttpRequest, letters: &[Letter]) -> HttpResponse {
    let posted = request.extensions().get::<Posted>().cloned();
    let row = request.extensions().get::<std::rc::Rc<RouteRow>>().cloned();
    let has_files = posted.as_ref().is_some_and(Posted::has_files);
    let view = PreviewView {
        action: request.path().to_owned(),
        act: row.map_or("", |row| row.summary),
        letters: letters.iter().map(LetterView::new).collect(),
        typed: posted.map(|posted| posted.carried()).unwrap_or_default(),
        has_files,
    };
    let title = match letters.len() {
        0 => "No letter is sent for this",
        1 => "The letter as it would be sent",
        _ => "The letters as they would be sent",
    };
    let shown = Page::new(request, title).and_then(|page| page.render("letters/preview.html", &view));
    shown.unwrap_or_else(|error| {
        error.log("");
        error_page(site, request, &error, Vec::new())
    })
}
