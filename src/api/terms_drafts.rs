//! The drafts of the next terms, for administrators; and what a version changes, for anybody.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Api, precondition};
use crate::cases::terms::drafts::{self as terms_drafts, Asked, Review, Typed};
use crate::cases::{Caller, CaseError, terms};
use crate::domain::people::Role;
use crate::domain::terms::{Difference, Piece, TermsFamily};
use crate::store::terms::Draft;
use crate::web::case::{DeskData, caller};
use crate::web::{Access, IfMatch, Json, Query, WebError, etag};

const ADMINISTRATOR: Access = Access::Staff(&[Role::Administrator]);

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    api.get("/terms/{family}/{number}/changes", Access::Public, "What a version of terms changes", changes)
        .asks(&["since"])
        .gives::<TermsChanges>(200)
        .get("/terms-drafts/{family}", ADMINISTRATOR, "The draft of the next terms", one)
        .gives::<DraftView>(200)
        .put("/terms-drafts/{family}", ADMINISTRATOR, "Save the draft of the next terms; \"v0\" begins one", save)
        .takes::<NewDraft>()
        .versioned()
        .delete("/terms-drafts/{family}", ADMINISTRATOR, "Throw a draft of terms away", discard)
        .versioned()
        .get("/terms-drafts/{family}/review", ADMINISTRATOR, "Look at a draft of terms before it is published", review)
        .asks(&["against"])
        .gives::<ReviewView>(200)
        .post("/terms-drafts/{family}/publish", ADMINISTRATOR, "Publish a draft of terms as it was looked at", publish)
        .gives::<Published>(201)
        .versioned()
        .refuses(&["no_draft"])
}

fn family_in(text: &str) -> Result<TermsFamily, WebError> {
    TermsFamily::from_name(text).ok_or_else(WebError::not_found)
}

fn number_in(query: &crate::web::fields::Fields, name: &str) -> Result<Option<u32>, WebError> {
    let text = query.get(name).filter(|text| !text.is_empty());
    let bad = |_why| WebError::bad_request("query_invalid", format!("“{name}” must be the number of a version."));
    text.map(|text| text.parse().map_err(bad)).transpose()
}

/// One clause compared.
#[derive(Debug, Serialize, ToSchema)]
struct ClauseChange {
    /// Its number; null for what stands before the first clause.
    clause: Option<u16>,
    #[schema(example = "Purpose limitation")]
    title: String,
    /// `same`, `changed`, `added` or `removed`.
    fate: &'static str,
    pieces: Vec<PieceView>,
}

/// A piece of a clause.
#[derive(Debug, Serialize, ToSchema)]
struct PieceView {
    /// `kept`, `put` (only in the later text) or `taken` (only in the earlier).
    kind: &'static str,
    text: String,
}

impl From<Difference> for ClauseChange {
    fn from(one: Difference) -> Self {
        let piece = |piece| {
            let (kind, text) = match piece {
                Piece::Kept(text) => ("kept", text),
                Piece::Put(text) => ("put", text),
                Piece::Taken(text) => ("taken", text),
            };
            PieceView { kind, text }
        };
        Self {
            clause: one.clause.as_ref().map(|clause| clause.number),
            title: one.clause.map(|clause| clause.title).unwrap_or_default(),
            fate: one.fate.as_str(),
            pieces: one.pieces.into_iter().map(piece).collect(),
        }
    }
}

/// What a version changes.
#[derive(Debug, Serialize, ToSchema)]
struct TermsChanges {
    number: u32,
    /// The version it is compared with; null for the first.
    since: Option<u32>,
    clauses: Vec<ClauseChange>,
}

async fn changes(desk: DeskData, path: web::Path<(String, u32)>, query: Query) -> Result<HttpResponse, WebError> {
    let (family, number) = path.into_inner();
    let (family, since) = (family_in(&family)?, number_in(&query.only(&["since"])?, "since")?);
    let found = desk.run(move |desk| terms::changes(desk, family, number, since)).await?;
    let clauses = found.differences.into_iter().map(Into::into).collect();
    Ok(HttpResponse::Ok().json(TermsChanges { number, since: found.since.map(|version| version.number), clauses }))
}

/// A draft.
#[derive(Debug, Serialize, ToSchema)]
struct DraftView {
    /// `standard`, `click_through` or `restricted`.
    family: &'static str,
    title: String,
    markdown: String,
    is_material: bool,
    /// The day of the city from which it is to bind; null for the first possible.
    effective_on: Option<NaiveDate>,
    saved_by: String,
    saved_at: DateTime<Utc>,
    version: i64,
}

impl From<Draft> for DraftView {
    fn from(draft: Draft) -> Self {
        Self {
            family: draft.family.as_str(),
            title: draft.title,
            markdown: draft.markdown,
            is_material: draft.is_material,
            effective_on: draft.effective_on,
            saved_by: draft.by_name,
            saved_at: draft.saved_at,
            version: draft.version,
        }
    }
}

async fn one(request: HttpRequest, desk: DeskData, family: web::Path<String>) -> Result<HttpResponse, WebError> {
    let (caller, family) = (caller(&request), family_in(&family)?);
    let found = desk.run(move |desk| terms_drafts::find(desk, &caller, family)).await?;
    let draft = found.ok_or(CaseError::Missing)?;
    let tag = etag(draft.version);
    Ok(HttpResponse::Ok().insert_header(tag).json(DraftView::from(draft)))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewDraft {
    title: String,
    markdown: String,
    #[serde(default)]
    is_material: bool,
    /// The day of the city from which it is to bind; left out for the first possible.
    #[serde(default)]
    effective_on: Option<NaiveDate>,
}

async fn save(
    request: HttpRequest,
    desk: DeskData,
    family: web::Path<String>,
    IfMatch(version): IfMatch,
    Json(new): Json<NewDraft>,
) -> Result<HttpResponse, WebError> {
    let (caller, family) = (caller(&request), family_in(&family)?);
    let NewDraft { title, markdown, is_material, effective_on } = new;
    let typed = Typed { title, markdown, is_material, effective_on };
    let saved = desk.run(move |desk| terms_drafts::save(desk, &caller, family, &typed, version)).await;
    Ok(HttpResponse::NoContent().insert_header(etag(saved.map_err(precondition)?)).finish())
}

async fn discard(
    request: HttpRequest,
    desk: DeskData,
    family: web::Path<String>,
    IfMatch(version): IfMatch,
) -> Result<HttpResponse, WebError> {
    let (caller, family) = (caller(&request), family_in(&family)?);
    let done = desk.run(move |desk| terms_drafts::discard(desk, &caller, family, version)).await;
    done.map_err(precondition)?;
    Ok(HttpResponse::NoContent().finish())
}

/// A draft looked at.
#[derive(Debug, Serialize, ToSchema)]
struct ReviewView {
    version: i64,
    /// What keeps it from being published; empty where nothing does.
    problems: Vec<String>,
    /// From when it would bind if it were published now; null while something keeps it from it.
    effective_at: Option<DateTime<Utc>>,
    /// The version it is compared with; null where there is none.
    against: Option<u32>,
    clauses: Vec<ClauseChange>,
    /// The numbers of the running agreements under earlier versions.
    agreements: Vec<String>,
    /// How many parties are told by mail.
    told: usize,
    /// The newest of those agreements filled in with the draft, Markdown; null where there is none.
    sample: Option<String>,
}

impl From<Review> for ReviewView {
    fn from(review: Review) -> Self {
        Self {
            version: review.draft.version,
            problems: review.problems.into_iter().map(|problem| problem.message).collect(),
            effective_at: review.planned.map(|version| version.effective_at),
            against: review.against.map(|version| version.number),
            clauses: review.differences.into_iter().map(Into::into).collect(),
            agreements: review.concerned.into_iter().map(|agreement| agreement.number).collect(),
            told: review.told,
            sample: review.sample.map(|sample| sample.text),
        }
    }
}

async fn review(
    request: HttpRequest,
    desk: DeskData,
    family: web::Path<String>,
    query: Query,
) -> Result<HttpResponse, WebError> {
    let (caller, family): (Caller, _) = (caller(&request), family_in(&family)?);
    let asked = Asked { against: number_in(&query.only(&["against"])?, "against")?, agreement: None };
    let review = desk.run(move |desk| terms_drafts::review(desk, &caller, family, asked)).await?;
    Ok(HttpResponse::Ok().json(ReviewView::from(review)))
}

/// What was published.
#[derive(Debug, Serialize, ToSchema)]
struct Published {
    number: u32,
    hash: String,
    effective_at: DateTime<Utc>,
}

async fn publish(
    request: HttpRequest,
    desk: DeskData,
    family: web::Path<String>,
    IfMatch(version): IfMatch,
) -> Result<HttpResponse, WebError> {
    let (caller, family) = (caller(&request), family_in(&family)?);
    let done = desk.run(move |desk| terms_drafts::publish(desk, &caller, family, version)).await;
    let published = done.map_err(precondition)?;
    Ok(HttpResponse::Created().json(Published {
        number: published.number,
        hash: published.hash.to_string(),
        effective_at: published.effective_at,
    }))
}
