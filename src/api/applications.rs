//! Applications, from the requester's side.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::clerk::LetterView;
use super::views::{ApplicationView, OfferView, RemarkView, Side, application_view};
use super::{Api, Created, id_in, precondition};
use crate::cases::again;
use crate::cases::apply::{self, Signature, Wanted};
use crate::cases::{agree, letters, review};
use crate::domain::application::{Application, Proposal};
use crate::domain::id::{ApplicationId, DepartmentId, ItemId};
use crate::web::case::{DeskData, caller, caller_once};
use crate::web::{Access, IfMatch, Json, Once, WebError, etag};

const MINE: Access = Access::Requester;

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    api.get("/applications", MINE, "Your applications", list)
        .gives::<Applications>(200)
        .post("/applications", MINE, "Start an application for some datasets", start)
        .takes::<NewApplication>()
        .gives::<Created>(201)
        .refuses(&["too_many_open"])
        .get("/applications/{id}", MINE, "One of your applications", one)
        .gives::<ApplicationView>(200)
        .patch("/applications/{id}", MINE, "Save answers and datasets of a draft", save)
        .takes::<Draft>()
        .versioned()
        .refuses(&["wrong_state", "items_fixed", "too_many_items"])
        .get("/applications/{id}/review", MINE, "What you would sign, and what is still missing", read_review)
        .gives::<Review>(200)
        .refuses(&["terms_missing"])
        .post("/applications/{id}/submit", MINE, "Sign and submit", submit)
        .takes::<SignatureGiven>()
        .gives::<Standing>(200)
        .once()
        .refuses(&["wrong_state", "review_again", "terms_changed", "no_items", "too_many_submissions"])
        .refuses(&["signature_needed", "authority_needed", "consent_needed"])
        .post("/applications/{id}/sign", MINE, "Sign the offer", sign)
        .takes::<SignatureGiven>()
        .gives::<Standing>(200)
        .once()
        .refuses(&["no_offer", "offer_lapsed", "terms_changed", "prohibited", "tier_changed"])
        .refuses(&["signature_needed", "authority_needed", "consent_needed"])
        .get("/applications/{id}/offer", MINE, "The open offer: exactly what you would sign", read_offer)
        .gives::<OfferView>(200)
        .refuses(&["no_offer"])
        .get("/applications/{id}/remarks", MINE, "Questions, answers and messages", remarks)
        .gives::<Remarks>(200)
        .post("/applications/{id}/answers", MINE, "Answer a question", answer)
        .takes::<Text>()
        .refuses(&["wrong_state"])
        .post("/applications/{id}/messages", MINE, "Write to a department", message)
        .takes::<Message>()
        .refuses(&["wrong_state"])
        .post("/applications/{id}/counter", MINE, "Propose other words for conditions of the offer", counter)
        .takes::<Counter>()
        .refuses(&["wrong_state", "offer_lapsed", "nothing_to_counter", "unknown_item", "unknown_condition"])
        .refuses(&["counter_needed", "counter_repeated"])
        .post("/applications/{id}/withdraw", MINE, "Take it back, or decline the offer", withdraw)
        .takes::<Text>()
        .refuses(&["wrong_state"])
        .post("/applications/{id}/reopen", MINE, "Begin a new application from this one", reopen)
        .gives::<Created>(201)
        .refuses(&["wrong_state", "already_reopened"])
        .post("/applications/{id}/copy", MINE, "Begin a new application with its answers and datasets", copy)
        .gives::<CopiedDraft>(201)
        .refuses(&["too_many_open"])
        .get("/applications/{id}/letter", MINE, "The denial letter, with both appeal dates", letter)
        .gives::<LetterView>(200)
}

/// Applications.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Applications {
    pub(super) items: Vec<ApplicationView>,
}

async fn list(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let found = desk.run(move |desk| apply::list(desk, &caller)).await?;
    let items = found.iter().map(|application| application_view(application, Side::Requester)).collect();
    Ok(HttpResponse::Ok().json(Applications { items }))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewApplication {
    /// Slugs of datasets.
    datasets: Vec<String>,
    /// Answers by question name, as far as they are known.
    #[serde(default)]
    answers: BTreeMap<String, String>,
}

async fn start(
    request: HttpRequest,
    desk: DeskData,
    Json(new): Json<NewApplication>,
) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let answers: Vec<_> = new.answers.into_iter().collect();
    let id = desk.run(move |desk| apply::start_with(desk, &caller, &new.datasets, &answers)).await?;
    Ok(HttpResponse::Created().json(Created { id: id.to_string() }))
}

async fn mine(request: &HttpRequest, desk: &DeskData, id: &str) -> Result<Application, WebError> {
    let caller = caller(request);
    let id: ApplicationId = id_in(id)?;
    Ok(desk.run(move |desk| desk.store.read(|conn| apply::mine(conn, &caller, id))).await?)
}

async fn one(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    let application = mine(&request, &desk, &id).await?;
    let view = application_view(&application, Side::Requester);
    Ok(HttpResponse::Ok().insert_header(etag(application.version)).json(view))
}

/// Part of a draft; what is left out stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Draft {
    /// Answers by question name.
    #[serde(default)]
    answers: BTreeMap<String, String>,
    /// All datasets wanted.
    #[serde(default)]
    datasets: Option<Vec<DatasetWanted>>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DatasetWanted {
    slug: String,
    #[serde(default)]
    operations: Vec<String>,
    /// Why each sensitive field is needed, by field name.
    #[serde(default)]
    sensitive: BTreeMap<String, String>,
}

async fn save(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    IfMatch(version): IfMatch,
    Json(draft): Json<Draft>,
) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let id: ApplicationId = id_in(&id)?;
    let answers: Vec<_> = draft.answers.into_iter().collect();
    let wanted: Option<Vec<Wanted>> = draft.datasets.map(|all| {
        all.into_iter()
            .map(|one| Wanted { slug: one.slug, operations: one.operations, sensitive: one.sensitive })
            .collect()
    });
    let saved = desk.run(move |desk| apply::save(desk, &caller, id, &answers, wanted.as_deref(), version)).await;
    saved.map_err(precondition)?;
    Ok(HttpResponse::NoContent().insert_header(etag(version.saturating_add(1))).finish())
}

/// What would be signed.
#[derive(Debug, Serialize, ToSchema)]
struct Review {
    /// To be repeated in the submission.
    reviewed: String,
    terms: String,
    terms_title: String,
    terms_hash: String,
    /// The agreement text as it would be, Markdown.
    text: String,
    text_hash: String,
    /// Declarations to confirm, by id.
    declarations: BTreeMap<String, String>,
    /// What keeps it from being submitted, by field.
    problems: BTreeMap<String, String>,
}

async fn read_review(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let id: ApplicationId = id_in(&id)?;
    let shown = desk.run(move |desk| apply::review(desk, &caller, id)).await?;
    let tiers: Vec<_> = shown.application.items.iter().map(|item| item.tier).collect();
    let declarations = desk.profile.declarations_for(&tiers);
    Ok(HttpResponse::Ok().json(Review {
        reviewed: shown.reviewed,
        terms: shown.draft.terms.id.to_string(),
        terms_title: shown.draft.terms.title.as_str().to_owned(),
        terms_hash: shown.draft.terms.hash.to_string(),
        text: shown.draft.text,
        text_hash: shown.draft.hash,
        declarations: declarations
            .into_iter()
            .map(|one| (one.id.as_str().to_owned(), one.text.text("en").to_owned()))
            .collect(),
        problems: shown.problems.into_iter().map(|problem| (problem.field, problem.message)).collect(),
    }))
}

/// A signature: what was reviewed, and who signs.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SignatureGiven {
    #[serde(default)]
    reviewed: String,
    terms: String,
    terms_hash: String,
    text_hash: String,
    name: String,
    title: String,
    has_authority: bool,
    consents: bool,
    #[serde(default)]
    declarations: Vec<String>,
}

impl From<SignatureGiven> for Signature {
    fn from(given: SignatureGiven) -> Self {
        Self {
            reviewed: given.reviewed,
            terms: given.terms,
            terms_hash: given.terms_hash,
            text_hash: given.text_hash,
            name: given.name,
            title: given.title,
            has_authority: given.has_authority,
            consents: given.consents,
            declarations: given.declarations,
        }
    }
}

/// Where an application stands.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Standing {
    pub(super) state: &'static str,
}

async fn submit(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    once: Once,
    Json(given): Json<SignatureGiven>,
) -> Result<HttpResponse, WebError> {
    let caller = caller_once(&request, once);
    let id: ApplicationId = id_in(&id)?;
    let state = desk.run(move |desk| apply::submit(desk, &caller, id, &given.into())).await?;
    Ok(HttpResponse::Ok().json(Standing { state: state.as_str() }))
}

async fn read_offer(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let id: ApplicationId = id_in(&id)?;
    let offer = desk.run(move |desk| agree::offer(desk, &caller, id)).await?;
    Ok(HttpResponse::Ok().json(OfferView::from(&offer)))
}

async fn sign(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    once: Once,
    Json(given): Json<SignatureGiven>,
) -> Result<HttpResponse, WebError> {
    let caller = caller_once(&request, once);
    let id: ApplicationId = id_in(&id)?;
    let state = desk.run(move |desk| apply::sign(desk, &caller, id, &given.into())).await?;
    Ok(HttpResponse::Ok().json(Standing { state: state.as_str() }))
}

/// Remarks, oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Remarks {
    pub(super) items: Vec<RemarkView>,
}

async fn remarks(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    let application = mine(&request, &desk, &id).await?;
    let found = desk.run(move |desk| review::remarks_for_requester(desk, application.id)).await?;
    Ok(HttpResponse::Ok().json(Remarks { items: found.iter().map(Into::into).collect() }))
}

/// A text.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Text {
    pub(super) text: String,
}

async fn answer(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    Json(given): Json<Text>,
) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let id: ApplicationId = id_in(&id)?;
    desk.run(move |desk| apply::answer(desk, &caller, id, &given.text)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A message to or from a department.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Message {
    pub(super) department: String,
    pub(super) text: String,
}

async fn message(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    Json(given): Json<Message>,
) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let id: ApplicationId = id_in(&id)?;
    let department: DepartmentId = id_in(&given.department)?;
    desk.run(move |desk| apply::message(desk, &caller, id, department, &given.text)).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Counter {
    /// Each condition that is not accepted.
    proposals: Vec<ProposalGiven>,
}

/// Other words for one condition of an offer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ProposalGiven {
    /// The item's id.
    item: String,
    /// Which of its conditions, from 1 in the order of the offer.
    #[schema(minimum = 1, example = 1)]
    condition: usize,
    /// What you would accept instead.
    text: String,
}

async fn counter(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    Json(given): Json<Counter>,
) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let id: ApplicationId = id_in(&id)?;
    let mut proposals = Vec::with_capacity(given.proposals.len());
    for one in given.proposals {
        let item: ItemId = id_in(&one.item)?;
        // 0 is no condition, and neither is what is beyond the last one.
        let condition = one.condition.checked_sub(1).unwrap_or(usize::MAX);
        proposals.push(Proposal { item, condition, text: one.text });
    }
    desk.run(move |desk| apply::counter(desk, &caller, id, &proposals)).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn withdraw(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    Json(given): Json<Text>,
) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let id: ApplicationId = id_in(&id)?;
    desk.run(move |desk| apply::withdraw(desk, &caller, id, &given.text)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A draft begun from an earlier application.
#[derive(Debug, Serialize, ToSchema)]
struct CopiedDraft {
    /// The new draft.
    id: String,
    /// Titles of datasets that cannot be asked for any more.
    left_out: Vec<String>,
}

async fn copy(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let from: ApplicationId = id_in(&id)?;
    let copied = desk.run(move |desk| again::copy(desk, &caller, from, (&[], &[]))).await?;
    Ok(HttpResponse::Created().json(CopiedDraft { id: copied.id.to_string(), left_out: copied.left_out }))
}

async fn reopen(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let id: ApplicationId = id_in(&id)?;
    let new = desk.run(move |desk| again::reopen(desk, &caller, id)).await?;
    Ok(HttpResponse::Created().json(Created { id: new.to_string() }))
}

async fn letter(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    let application = mine(&request, &desk, &id).await?;
    match letters::denial(&desk.profile, &application) {
        Some(letter) => Ok(HttpResponse::Ok().json(LetterView::from(letter))),
        None => Err(WebError::not_found()),
    }
}
