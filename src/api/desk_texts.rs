//! Texts that departments keep for their desks, and what they say on a case.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Api, Created, id_in, precondition};
use crate::cases::{CaseError, desk_texts};
use crate::domain::desk_text::{DeskText, DeskTextKind, DeskWords, Placeholder};
use crate::domain::id::{ApplicationId, DepartmentId, DeskTextId, ItemId};
use crate::domain::people::Role;
use crate::domain::text::Invalid;
use crate::web::case::{DeskData, caller};
use crate::web::{Access, IfMatch, Json, Query, WebError};

const DESK: Access = Access::Staff(&[Role::Reviewer, Role::Manager]);
const MANAGER: Access = Access::Staff(&[Role::Manager]);

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    api.get("/review-texts", DESK, "Texts that your departments keep to begin from", list)
        .gives::<DeskTexts>(200)
        .post("/review-texts", MANAGER, "Write a text for your department", add)
        .takes::<DeskTextGiven>()
        .gives::<Created>(201)
        .refuses(&["too_many"])
        .put("/review-texts/{id}", MANAGER, "Change a text; what was written with it stays", edit)
        .takes::<DeskWordsGiven>()
        .versioned()
        .delete("/review-texts/{id}", MANAGER, "Delete a text; what was written with it stays", delete)
        .versioned()
        .get("/review/{id}/texts", DESK, "Your departments' texts with the facts of this application in them", offered)
        .asks(&["item"])
        .gives::<DeskTextsOffered>(200)
}

/// Texts of departments.
#[derive(Debug, Serialize, ToSchema)]
struct DeskTexts {
    items: Vec<DeskTextView>,
}

/// A text to begin from.
#[derive(Debug, Serialize, ToSchema)]
struct DeskTextView {
    id: String,
    department: String,
    /// `message`, `reason` or `note`.
    kind: &'static str,
    /// The code of the ground whose facts a reason states, such as `D7`; null otherwise.
    ground: Option<String>,
    title: String,
    /// With placeholders: {number}, {applicant}, {dataset}, {deadline}.
    english: String,
    /// For applicants who read Spanish; null where they get the English text.
    spanish: Option<String>,
    version: i64,
}

impl From<&DeskText> for DeskTextView {
    fn from(text: &DeskText) -> Self {
        let DeskWords { kind, title, english, spanish } = &text.words;
        Self {
            id: text.id.to_string(),
            department: text.department.to_string(),
            kind: kind.as_str(),
            ground: kind.ground().map(str::to_owned),
            title: title.clone(),
            english: english.clone(),
            spanish: spanish.clone(),
            version: text.version,
        }
    }
}

async fn list(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let who = caller(&request);
    let found = desk.run(move |desk| desk_texts::list(desk, &who)).await?;
    Ok(HttpResponse::Ok().json(DeskTexts { items: found.iter().map(Into::into).collect() }))
}

/// A new text.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DeskTextGiven {
    department: String,
    /// What it says.
    words: DeskWordsGiven,
}

/// What a text says.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DeskWordsGiven {
    /// `message`, `reason` or `note`.
    kind: String,
    /// The code of the ground whose facts a reason states, such as `D7`; left out, it is for the reasons in words.
    #[serde(default)]
    ground: Option<String>,
    title: String,
    /// May hold {number}, {applicant}, {dataset} and {deadline}.
    english: String,
    /// For applicants who read Spanish.
    #[serde(default)]
    spanish: Option<String>,
}

fn words(given: DeskWordsGiven) -> Result<DeskWords, CaseError> {
    let DeskWordsGiven { kind, ground, title, english, spanish } = given;
    let kind = DeskTextKind::from_words(&kind, ground.as_deref());
    let message = "Give message, reason or note; only a reason has a ground.";
    let kind = kind.ok_or_else(|| Invalid::new("kind", "unknown_kind", message))?;
    Ok(DeskWords { kind, title, english, spanish })
}

async fn add(request: HttpRequest, desk: DeskData, Json(given): Json<DeskTextGiven>) -> Result<HttpResponse, WebError> {
    let department: DepartmentId = id_in(&given.department)?;
    let (who, words) = (caller(&request), words(given.words)?);
    let id = desk.run(move |desk| desk_texts::add(desk, &who, department, words)).await?.to_string();
    Ok(HttpResponse::Created().json(Created { id }))
}

async fn edit(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    IfMatch(version): IfMatch,
    Json(given): Json<DeskWordsGiven>,
) -> Result<HttpResponse, WebError> {
    let id: DeskTextId = id_in(&id)?;
    let (who, words) = (caller(&request), words(given)?);
    let edited = desk.run(move |desk| desk_texts::edit(desk, &who, id, words, version)).await;
    edited.map_err(precondition)?;
    Ok(HttpResponse::NoContent().finish())
}

async fn delete(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    IfMatch(version): IfMatch,
) -> Result<HttpResponse, WebError> {
    let id: DeskTextId = id_in(&id)?;
    let who = caller(&request);
    let deleted = desk.run(move |desk| desk_texts::delete(desk, &who, id, version)).await;
    deleted.map_err(precondition)?;
    Ok(HttpResponse::NoContent().finish())
}

/// Texts with the facts of an application in them.
#[derive(Debug, Serialize, ToSchema)]
struct DeskTextsOffered {
    /// The language that the applicant reads: `en` or `es`.
    language: &'static str,
    items: Vec<DeskTextOffered>,
}

/// A text with the facts of an application in it.
#[derive(Debug, Serialize, ToSchema)]
struct DeskTextOffered {
    id: String,
    /// `message`, `reason` or `note`.
    kind: &'static str,
    /// The code of the ground whose facts a reason states; null otherwise.
    ground: Option<String>,
    title: String,
    /// The text as it would be put into a field.
    text: String,
    /// The language it is in: `en` or `es`.
    language: &'static str,
    /// Placeholders that this application has nothing for; they stand in the text.
    open: Vec<&'static str>,
}

async fn offered(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    query: Query,
) -> Result<HttpResponse, WebError> {
    let id: ApplicationId = id_in(&id)?;
    let item: Option<ItemId> = query.only(&["item"])?.get("item").map(id_in).transpose()?;
    let who = caller(&request);
    let offer = desk.run(move |desk| desk_texts::offered(desk, &who, id, item)).await?;
    let view = |one: &desk_texts::Offered| DeskTextOffered {
        id: one.text.id.to_string(),
        kind: one.text.words.kind.as_str(),
        ground: one.text.words.kind.ground().map(str::to_owned),
        title: one.text.words.title.clone(),
        text: one.filled.text.clone(),
        language: one.filled.language.tag(),
        open: one.filled.open.iter().copied().map(Placeholder::as_written).collect(),
    };
    let items = offer.texts.iter().map(view).collect();
    Ok(HttpResponse::Ok().json(DeskTextsOffered { language: offer.language.tag(), items }))
}
