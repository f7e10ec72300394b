//! Letters as they were sent: of one's own side, and one by id for whoever may read it.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Api, id_in};
use crate::cases::post;
use crate::domain::letter::{Letter, to_plain};
use crate::web::case::{DeskData, caller};
use crate::web::{Access, WebError};

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    api.get("/letters", Access::Requester, "Letters to you, newest first", list)
        .gives::<SentLetters>(200)
        .get(
            "/letters/{id}",
            Access::SignedIn,
            "One letter as it was sent; its PDF is at /letters/{id}/letter.pdf",
            one,
        )
        .gives::<SentLetter>(200)
}

/// Letters.
#[derive(Debug, Serialize, ToSchema)]
struct SentLetters {
    items: Vec<SentLetter>,
}

/// A letter as it was sent.
#[derive(Debug, Serialize, ToSchema)]
struct SentLetter {
    id: String,
    /// `denial`, `offer`, `suspension` and the like.
    kind: String,
    /// Version of the template.
    template: String,
    /// Language tag.
    language: String,
    /// The kind of thing it is about.
    about: String,
    about_id: String,
    /// Its short number.
    number: String,
    subject: String,
    /// The text as Markdown; the hash is over it.
    markdown: String,
    /// The same as plain text.
    text: String,
    /// SHA-256 of the Markdown, hex.
    sha256: String,
    sent_at: DateTime<Utc>,
    sent_by: String,
}

/// What an act would send, which was tried and not done.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its shape is used; the edge writes it")]
pub(super) struct Preview {
    /// Always false.
    #[schema(example = false)]
    is_done: bool,
    /// In their order; empty where it sends none.
    letters: Vec<LetterPreview>,
}

/// A letter as it would be sent.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its shape is used; the edge writes it")]
struct LetterPreview {
    /// `denial`, `offer`, `suspension` and the like.
    kind: String,
    /// Version of the template.
    template: String,
    /// Language tag of its reader.
    language: String,
    /// Whom it is addressed to.
    to: String,
    /// The kind of thing it is about.
    about: String,
    about_id: String,
    /// Its short number.
    number: String,
    subject: String,
    /// The text as Markdown.
    markdown: String,
    /// The same as plain text.
    text: String,
}

impl SentLetter {
    fn new(letter: &Letter) -> Self {
        Self {
            id: letter.id.to_string(),
            kind: letter.kind.as_str().to_owned(),
            template: letter.version.clone(),
            language: letter.language.clone(),
            about: letter.about.kind.clone(),
            about_id: letter.about.id.clone(),
            number: letter.about.number.clone(),
            subject: letter.subject.clone(),
            markdown: letter.markdown.clone(),
            text: to_plain(&letter.markdown),
            sha256: letter.sha256.to_string(),
            sent_at: letter.at,
            sent_by: letter.by_name.clone(),
        }
    }
}

async fn list(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let who = caller(&request);
    let letters = desk.run(move |desk| post::mine(desk, &who)).await?;
    Ok(HttpResponse::Ok().json(SentLetters { items: letters.iter().map(SentLetter::new).collect() }))
}

async fn one(request: HttpRequest, desk: DeskData, path: web::Path<String>) -> Result<HttpResponse, WebError> {
    let (who, id) = (caller(&request), id_in(&path)?);
    let letter = desk.run(move |desk| post::one(desk, &who, id)).await?;
    Ok(HttpResponse::Ok().json(SentLetter::new(&letter)))
}
