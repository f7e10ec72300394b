//! Checking a copy of an agreement, which needs no account. Whoever cannot show the text learns nothing.

use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use crate::cases::agree::{self, Checked};
use crate::web::case::DeskData;
use crate::web::{FormErrors, FormView, Page, Posted, WebError};

/// What `public/check_agreement.html` shows.
#[derive(Serialize)]
struct CheckView {
    /// Empty before a check; then `live`, `ended` or `unknown`.
    found: &'static str,
    number: String,
    public_key: String,
}

fn show(
    request: &HttpRequest,
    desk: &DeskData,
    form: FormView,
    (found, number): (&'static str, &str),
) -> Result<HttpResponse, WebError> {
    let view = CheckView { found, number: number.to_owned(), public_key: desk.secrets.public_key() };
    Page::new(request, "Check an agreement")?.form(form).render("public/check_agreement.html", &view)
}

pub(super) async fn page(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    show(&request, &desk, FormView::default(), ("", ""))
}

pub(super) async fn check(request: HttpRequest, desk: DeskData, posted: Posted) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["number", "copy"])?;
    let mut errors = FormErrors::default();
    if form.text("number").is_empty() {
        errors.add("number", "Give the agreement’s number, such as DSA-2026-0017.");
    }
    if form.text("copy").is_empty() {
        errors.add("copy", "Paste the agreement’s text, or the hash that stands on it.");
    }
    if !errors.is_empty() {
        return show(&request, &desk, form.view(&errors), ("", ""));
    }
    let (number, copy) = (form.text("number").to_owned(), form.exact("copy").to_owned());
    let checked = desk.run(move |desk| agree::check(desk, &number, &copy)).await?;
    let found = match checked {
        Checked::Genuine { is_live: true } => "live",
        Checked::Genuine { is_live: false } => "ended",
        Checked::Unknown => "unknown",
    };
    show(&request, &desk, form.view(&errors), (found, form.text("number")))
}
