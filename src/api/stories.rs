//! Whole stories for auditors: everything that happened to one application, agreement, key, dataset or person, in order
//! of time, private notes included.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::Api;
use super::audit::AuditEntry;
use super::keys::HoldView;
use super::views::{DecisionView, RemarkView};
use crate::cases::named::{self, KINDS};
use crate::cases::story::{self, Story, StoryLine, Subject};
use crate::cases::{Caller, CaseError, Desk};
use crate::domain::audit::{About, Entry};
use crate::domain::people::Role;
use crate::web::case::{DeskData, caller};
use crate::web::{Access, Query, WebError};

const AUDITOR: Access = Access::Staff(&[Role::Auditor]);
/// Things named beside a story; the entries themselves name the rest.
const RELATED_MAX: usize = 100;

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    api.get("/audit/stories", AUDITOR, "Find what has a story by its number, short name, mail address or id", find)
        .asks(&["kind", "of"])
        .gives::<Thing>(200)
        .refuses(&["not_found"])
        .get("/audit/stories/{kind}/{id}", AUDITOR, "Everything that happened to one thing, in order of time", one)
        .gives::<StoryView>(200)
}

/// Something that has a story.
#[derive(Debug, Serialize, ToSchema)]
struct Thing {
    /// `application`, `agreement`, `key`, `dataset` or `person`.
    kind: String,
    id: String,
    /// What it is called.
    title: String,
    /// Where its story is told.
    #[schema(example = "/api/v1/audit/stories/key/019ac1d2-7c3a-7000-8000-000000000017")]
    story: String,
}

fn thing(desk: &Desk, kind: &str, id: String) -> Result<Thing, CaseError> {
    let title = named::title_or_id(desk, kind, &id)?;
    Ok(Thing { story: format!("/api/v1/audit/stories/{kind}/{id}"), kind: kind.to_owned(), title, id })
}

async fn find(desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let query = query.only(&["kind", "of"])?;
    let text = |name: &str| query.get(name).unwrap_or_default().trim().to_owned();
    let (kind, of) = (text("kind"), text("of"));
    if !KINDS.iter().any(|(word, _)| *word == kind) {
        let words: Vec<_> = KINDS.iter().map(|(word, _)| *word).collect();
        return Err(WebError::bad_request("query_invalid", format!("“kind” must be one of {}.", words.join(", "))));
    }
    let found = desk
        .run(move |desk| {
            let id = match named::find(desk, &kind, &of) {
                // What cannot be a mail address names nobody.
                Err(CaseError::Invalid(_)) => Err(CaseError::Missing),
                other => other,
            }?;
            thing(desk, &kind, id)
        })
        .await?;
    Ok(HttpResponse::Ok().json(found))
}

/// A whole story.
#[derive(Debug, Serialize, ToSchema)]
struct StoryView {
    /// `application`, `agreement`, `key`, `dataset` or `person`.
    kind: String,
    id: String,
    /// Such as `APP-2026-0042`, or what a key or dataset is called.
    title: String,
    /// What happened, oldest first.
    lines: Vec<StoryLineView>,
    /// Whether there is more than is told; the search of entries has the rest.
    is_cut: bool,
    /// Everything else that its entries touched.
    related: Vec<Thing>,
}

/// One thing that happened: exactly one of entry, remark, decision and hold.
#[derive(Debug, Default, Serialize, ToSchema)]
struct StoryLineView {
    at: DateTime<Utc>,
    /// `entry`, `remark`, `decision`, `hold_placed` or `hold_lifted`.
    what: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    entry: Option<AuditEntry>,
    /// A question, answer, message, counter-proposal or private note.
    #[serde(skip_serializing_if = "Option::is_none")]
    remark: Option<RemarkView>,
    /// The dataset that was decided on.
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<DecisionView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hold: Option<HoldView>,
}

impl From<StoryLine> for StoryLineView {
    fn from(line: StoryLine) -> Self {
        let at = line.at();
        match line {
            StoryLine::Entry(entry) => Self { at, what: "entry", entry: Some((*entry).into()), ..Self::default() },
            StoryLine::Remark(remark) => Self { at, what: "remark", remark: Some((&remark).into()), ..Self::default() },
            StoryLine::Decision { item, decision } => {
                let decision = Some(decision.as_ref().into());
                Self { at, what: "decision", item: Some(item), decision, ..Self::default() }
            }
            StoryLine::Held(hold) => {
                Self { at, what: "hold_placed", hold: Some(hold.as_ref().into()), ..Self::default() }
            }
            StoryLine::Lifted(hold) => {
                Self { at, what: "hold_lifted", hold: Some(hold.as_ref().into()), ..Self::default() }
            }
        }
    }
}

async fn one(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, WebError> {
    let (kind, id) = path.into_inner();
    let subject = Subject::read(&kind, &id).ok_or_else(WebError::not_found)?;
    let caller = caller(&request);
    let view = desk.run(move |desk| tell(desk, &caller, subject, (kind, id.to_lowercase()))).await?;
    Ok(HttpResponse::Ok().json(view))
}

fn tell(desk: &Desk, caller: &Caller, subject: Subject, (kind, id): (String, String)) -> Result<StoryView, CaseError> {
    let Story { title, lines, is_cut } = story::story(desk, caller, subject)?;
    let related = related(desk, &lines, &id)?;
    Ok(StoryView { kind, id, title, lines: lines.into_iter().map(Into::into).collect(), is_cut, related })
}

/// Everything else that the entries touched, each once, in the order it came up.
fn related(desk: &Desk, lines: &[StoryLine], own: &str) -> Result<Vec<Thing>, CaseError> {
    let mut found: Vec<(&'static str, String)> = Vec::new();
    for entry in lines.iter().filter_map(entry_of) {
        for (kind, id) in touched(&entry.about) {
            if id != own && found.len() < RELATED_MAX && !found.iter().any(|(_, known)| *known == id) {
                found.push((kind, id));
            }
        }
    }
    found.into_iter().map(|(kind, id)| thing(desk, kind, id)).collect()
}

fn entry_of(line: &StoryLine) -> Option<&Entry> {
    match line {
        StoryLine::Entry(entry) => Some(entry),
        StoryLine::Remark(_) | StoryLine::Decision { .. } | StoryLine::Held(_) | StoryLine::Lifted(_) => None,
    }
}

fn touched(about: &About) -> impl Iterator<Item = (&'static str, String)> {
    let ids = [
        ("application", about.application.map(|id| id.to_string())),
        ("agreement", about.agreement.map(|id| id.to_string())),
        ("key", about.key.map(|id| id.to_string())),
        ("dataset", about.dataset.map(|id| id.to_string())),
        ("person", about.person.map(|id| id.to_string())),
    ];
    ids.into_iter().filter_map(|(kind, id)| Some((kind, id?)))
}
