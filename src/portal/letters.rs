//! Letters as they were sent: the list of one's own, one as a page, and the same as a PDF to keep.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::shared::id_in;
use crate::cases::post;
use crate::domain::letter::Letter;
use crate::domain::time::Instant;
use crate::web::case::{DeskData, caller};
use crate::web::pdf::{self, Paper, PdfError};
use crate::web::{Access, Page, Routes, WebError, markdown, upload};

/// Adds the routes of this file.
pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/letters", Access::Requester, "Letters from the city, as they were sent", list)
        .get("/letters/{letter}", Access::SignedIn, "One letter as it was sent", page)
        .get("/letters/{letter}/letter.pdf", Access::SignedIn, "The same letter to keep", file)
}

/// A letter in a list.
#[derive(Debug, Serialize)]
pub(crate) struct LetterRow {
    id: String,
    subject: String,
    number: String,
    about: String,
    at: Instant,
    by: String,
}

impl LetterRow {
    /// The row of a letter.
    pub(crate) fn new(letter: &Letter) -> Self {
        Self {
            id: letter.id.to_string(),
            subject: letter.subject.clone(),
            number: letter.about.number.clone(),
            about: letter.about.path.clone(),
            at: letter.at,
            by: letter.by_name.clone(),
        }
    }
}

async fn list(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let who = caller(&request);
    let letters = desk.run(move |desk| post::mine(desk, &who)).await?;
    let letters: Vec<_> = letters.iter().map(LetterRow::new).collect();
    let page = Page::new(&request, "Letters from the city")?.crumb("My applications", "/applications");
    page.render("applicant/letters.html", &serde_json::json!({ "letters": letters }))
}

/// What `applicant/sent.html` shows.
#[derive(Debug, Serialize)]
struct LetterPage {
    row: LetterRow,
    html: String,
    to: String,
    language: String,
    version: String,
    sha256: String,
    is_intact: bool,
}

async fn page(request: HttpRequest, desk: DeskData, path: web::Path<String>) -> Result<HttpResponse, WebError> {
    let (who, id) = (caller(&request), id_in(&path)?);
    let letter = desk.run(move |desk| post::one(desk, &who, id)).await?;
    let shown = LetterPage {
        row: LetterRow::new(&letter),
        html: markdown::to_html(&letter.markdown),
        to: letter.to_name.clone(),
        language: letter.language.clone(),
        version: letter.version.clone(),
        sha256: letter.sha256.to_string(),
        is_intact: letter.is_intact(),
    };
    Page::new(&request, letter.subject.as_str())?.render("applicant/sent.html", &shown)
}

async fn file(request: HttpRequest, desk: DeskData, path: web::Path<String>) -> Result<HttpResponse, WebError> {
    let (who, id) = (caller(&request), id_in(&path)?);
    let letter = desk.run(move |desk| post::one(desk, &who, id)).await?;
    as_pdf(&letter)
}

/// A letter as a PDF.
///
/// # Errors
/// When it cannot be printed.
pub(crate) fn as_pdf(letter: &Letter) -> Result<HttpResponse, WebError> {
    let bytes = pdf_of(letter).map_err(|error| WebError::internal("print a letter", error))?;
    Ok(upload::as_file(&format!("{}-{}.pdf", letter.about.number, letter.kind.as_str()), "application/pdf", bytes))
}

/// The same as bytes.
///
/// # Errors
/// When it cannot be printed.
pub(super) fn pdf_of(letter: &Letter) -> Result<Vec<u8>, PdfError> {
    let foot = format!("{} · SHA-256 {}", letter.about.number, letter.sha256);
    let paper = Paper {
        title: &letter.subject,
        language: &letter.language,
        markdown: &letter.markdown,
        foot: &foot,
        at: letter.at,
        author: &letter.by_name,
        annex: &[],
    };
    pdf::print(paper)
}
