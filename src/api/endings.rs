//! Renewals, later terms and certificates of destruction, of the holder; `desk` is the departments' part.

mod desk;

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::applications::SignatureGiven;
use super::{Api, id_in};
use crate::cases::destruction::{self, Done, Signed};
use crate::cases::{renewal, reterms};
use crate::domain::agreement::{Destruction, DestructionState};
use crate::domain::id::{AgreementId, RenewalId};
use crate::domain::renewal::{Attestation, CONTACTS, Renewal, RenewalState};
use crate::web::case::{DeskData, caller, caller_once};
use crate::web::{Access, Json, Once, WebError};

const MINE: Access = Access::Requester;
/// What a signature may be refused for.
const SIGNING: &[&str] =
    &["terms_changed", "declarations_needed", "signature_needed", "authority_needed", "consent_needed"];

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    desk::routes(destruction_routes(terms_routes(renewal_routes(api))))
}

fn renewal_routes(api: Api) -> Api {
    api.post("/agreements/{id}/renewals", MINE, "Open the renewal of an agreement; a pending one is given back", open)
        .gives::<RenewalView>(200)
        .refuses(&["renewal_not_live", "renewal_too_early", "renewal_end_fixed", "tier_changed", "prohibited"])
        .get("/renewals/{id}", MINE, "One of your renewals", one)
        .gives::<RenewalView>(200)
        .put("/renewals/{id}/answers", MINE, "Attest to the conditions, and say who answers for the data", answer)
        .takes::<RenewalAnswers>()
        .gives::<RenewalView>(200)
        .refuses(&["wrong_state"])
        .get("/renewals/{id}/draft", MINE, "Exactly what you would sign", draft)
        .gives::<SigningText>(200)
        .refuses(&["terms_missing"])
        .post("/renewals/{id}/sign", MINE, "Sign a renewal", sign)
        .takes::<SignatureGiven>()
        .gives::<RenewalView>(200)
        .once()
        .refuses(SIGNING)
        .refuses(&["wrong_state", "review_again", "renewal_not_live", "tier_changed", "prohibited"])
        .post("/renewals/{id}/withdraw", MINE, "Take a renewal back", withdraw)
        .refuses(&["wrong_state"])
}

fn terms_routes(api: Api) -> Api {
    api.get("/agreements/{id}/terms-owed", MINE, "The new terms that an agreement has to accept", owed)
        .gives::<SigningText>(200)
        .refuses(&["nothing_to_accept"])
        .post("/agreements/{id}/terms-acceptances", MINE, "Accept new terms; lifts the hold for them", accept_terms)
        .takes::<SignatureGiven>()
        .once()
        .refuses(SIGNING)
        .refuses(&["nothing_to_accept"])
}

fn destruction_routes(api: Api) -> Api {
    api.get("/agreements/{id}/destruction", MINE, "The certificate of destruction owed or given", certificate)
        .gives::<DestructionView>(200)
        .post("/agreements/{id}/destruction-texts", MINE, "The text that would be signed; keeps nothing", text)
        .takes::<DestructionDone>()
        .gives::<DestructionText>(200)
        .refuses(&["method_needed", "scope_needed"])
        .post("/agreements/{id}/destruction", MINE, "Sign the certificate of destruction", certify)
        .takes::<DestructionSigned>()
        .gives::<DestructionView>(200)
        .refuses(&["wrong_state", "text_differs", "method_needed", "scope_needed"])
        .refuses(&["signature_needed", "authority_needed", "consent_needed"])
}

/// The renewal of an agreement.
#[derive(Debug, Serialize, ToSchema)]
struct RenewalView {
    id: String,
    agreement: String,
    /// The number of the agreement to be renewed.
    number: String,
    /// `open`, `signed`, `done`, `refused`, `withdrawn` or `lapsed`.
    state: &'static str,
    /// When the agreement in force ends, renewed or not.
    ends_at: DateTime<Utc>,
    questions: Vec<RenewalQuestion>,
    /// The people who answer for the data, by question.
    contacts: BTreeMap<String, String>,
    /// What keeps it from being signed, by field.
    missing: Vec<String>,
    /// Why it came back or was refused.
    reason: String,
    /// Departments that have still to confirm, each with how many people more.
    waits_for: BTreeMap<String, u8>,
    confirmations: Vec<RenewalConfirmation>,
    /// The new agreement, once it is in force.
    new_agreement: Option<String>,
    version: i64,
}

/// A condition asked again.
#[derive(Debug, Serialize, ToSchema)]
struct RenewalQuestion {
    dataset: String,
    condition: String,
    /// `None` until it is answered.
    is_met: Option<bool>,
    text: String,
}

/// Somebody confirmed for a department.
#[derive(Debug, Serialize, ToSchema)]
struct RenewalConfirmation {
    department: String,
    by: String,
    at: DateTime<Utc>,
}

impl From<&Renewal> for RenewalView {
    fn from(renewal: &Renewal) -> Self {
        let (reason, new_agreement) = match &renewal.state {
            RenewalState::Open { returned } => (returned.clone().unwrap_or_default(), None),
            RenewalState::Refused { reason, .. } => (reason.clone(), None),
            RenewalState::Done { agreement, .. } => (String::new(), Some(agreement.to_string())),
            RenewalState::Signed { .. } | RenewalState::Withdrawn { .. } | RenewalState::Lapsed { .. } => {
                (String::new(), None)
            }
        };
        let questions = renewal.questions.iter().map(|question| RenewalQuestion {
            dataset: question.slug.clone(),
            condition: question.condition.clone(),
            is_met: question.answer.as_ref().map(|answer| answer.is_met),
            text: question.answer.as_ref().map(|answer| answer.text.clone()).unwrap_or_default(),
        });
        let confirmations = renewal.confirmations().iter().map(|one| RenewalConfirmation {
            department: one.department.to_string(),
            by: one.by_name.clone(),
            at: one.at,
        });
        let contact = |name: &str| (name.to_owned(), renewal.contacts.get(name).to_owned());
        Self {
            id: renewal.id.to_string(),
            agreement: renewal.agreement.to_string(),
            number: renewal.number.clone(),
            state: renewal.state.as_str(),
            ends_at: renewal.ends_at,
            questions: questions.collect(),
            contacts: CONTACTS.into_iter().map(contact).collect(),
            missing: renewal.problems().into_iter().map(|problem| problem.field).collect(),
            reason,
            waits_for: renewal.missing().into_iter().map(|(id, people)| (id.to_string(), people)).collect(),
            confirmations: confirmations.collect(),
            new_agreement,
            version: renewal.version,
        }
    }
}

fn shown(renewal: &Renewal) -> HttpResponse {
    HttpResponse::Ok().json(RenewalView::from(renewal))
}

async fn open(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    let (who, id): (_, AgreementId) = (caller(&request), id_in(&id)?);
    Ok(shown(&desk.run(move |desk| renewal::open(desk, &who, id)).await?))
}

async fn one(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    let (who, id): (_, RenewalId) = (caller(&request), id_in(&id)?);
    Ok(shown(&desk.run(move |desk| renewal::one(desk, &who, id)).await?))
}

/// What the holder attests.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RenewalAnswers {
    /// One for each question, in their order.
    #[serde(default)]
    questions: Vec<AttestationGiven>,
    /// Those that change, by question.
    #[serde(default)]
    contacts: BTreeMap<String, String>,
}

/// What the holder says about one condition.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AttestationGiven {
    is_met: bool,
    /// How it is met, or why not.
    text: String,
}

async fn answer(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    Json(given): Json<RenewalAnswers>,
) -> Result<HttpResponse, WebError> {
    let (who, id): (_, RenewalId) = (caller(&request), id_in(&id)?);
    let questions = given.questions.into_iter().map(|one| Attestation { is_met: one.is_met, text: one.text });
    let questions = questions.enumerate().collect();
    let contacts: Vec<(String, String)> = given.contacts.into_iter().collect();
    let kept = desk.run(move |desk| renewal::answer(desk, &who, id, &questions, &contacts, None)).await?;
    Ok(shown(&kept))
}

/// A text to sign, with what the signature must repeat.
#[derive(Debug, Serialize, ToSchema)]
struct SigningText {
    /// The text, Markdown.
    text: String,
    text_hash: String,
    /// The id of the terms.
    terms: String,
    terms_hash: String,
    /// The digest of what is reviewed.
    reviewed: String,
    /// From when the terms bind.
    effective_at: DateTime<Utc>,
}

async fn draft(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    let (who, id): (_, RenewalId) = (caller(&request), id_in(&id)?);
    let review = desk.run(move |desk| renewal::review(desk, &who, id)).await?;
    Ok(HttpResponse::Ok().json(SigningText {
        reviewed: review.renewal.reviewed_digest(),
        text: review.draft.text,
        text_hash: review.draft.hash,
        terms: review.draft.terms.id.to_string(),
        terms_hash: review.draft.terms.hash.to_string(),
        effective_at: review.draft.terms.effective_at,
    }))
}

async fn sign(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    once: Once,
    Json(given): Json<SignatureGiven>,
) -> Result<HttpResponse, WebError> {
    let (who, id): (_, RenewalId) = (caller_once(&request, once), id_in(&id)?);
    let signature = given.into();
    Ok(shown(&desk.run(move |desk| renewal::sign(desk, &who, id, &signature)).await?))
}

async fn withdraw(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    let (who, id): (_, RenewalId) = (caller(&request), id_in(&id)?);
    desk.run(move |desk| renewal::withdraw(desk, &who, id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn owed(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    let (who, id): (_, AgreementId) = (caller(&request), id_in(&id)?);
    let owed = desk.run(move |desk| reterms::of(desk, &who, id)).await?;
    Ok(HttpResponse::Ok().json(SigningText {
        reviewed: owed.draft.hash.clone(),
        text: owed.draft.text,
        text_hash: owed.draft.hash,
        terms: owed.next.id.to_string(),
        terms_hash: owed.next.hash.to_string(),
        effective_at: owed.binding.effective_at,
    }))
}

async fn accept_terms(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    once: Once,
    Json(given): Json<SignatureGiven>,
) -> Result<HttpResponse, WebError> {
    let (who, id): (_, AgreementId) = (caller_once(&request, once), id_in(&id)?);
    let signature = given.into();
    desk.run(move |desk| reterms::accept(desk, &who, id, &signature)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A certificate of destruction.
#[derive(Debug, Serialize, ToSchema)]
struct DestructionView {
    agreement: String,
    number: String,
    datasets: Vec<String>,
    /// The last day to certify.
    due: NaiveDate,
    /// How that day was counted.
    working: String,
    /// `owed`, `certified`, `accepted` or `released`.
    state: &'static str,
    /// What a department asked again, or why it is no longer owed.
    reason: String,
    /// The text signed.
    text: Option<String>,
    text_hash: Option<String>,
    signed_by: Option<String>,
    signed_at: Option<DateTime<Utc>>,
}

impl From<&Destruction> for DestructionView {
    fn from(known: &Destruction) -> Self {
        let reason = match &known.state {
            DestructionState::Owed { asked } => asked.clone().unwrap_or_default(),
            DestructionState::Released { reason, .. } => reason.clone(),
            DestructionState::Certified { .. } | DestructionState::Accepted { .. } => String::new(),
        };
        let given = known.certificate();
        Self {
            agreement: known.agreement.to_string(),
            number: known.number.clone(),
            datasets: known.parts.iter().map(|part| part.title.clone()).collect(),
            due: known.due,
            working: known.working.clone(),
            state: known.state.as_str(),
            reason,
            text: given.map(|given| given.text.clone()),
            text_hash: given.map(|given| given.text_hash.clone()),
            signed_by: given.map(|given| format!("{}, {}", given.name, given.title)),
            signed_at: given.map(|given| given.at),
        }
    }
}

async fn certificate(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    let (who, id): (_, AgreementId) = (caller(&request), id_in(&id)?);
    let known = desk.run(move |desk| destruction::mine(desk, &who, id)).await?;
    Ok(HttpResponse::Ok().json(DestructionView::from(&known)))
}

/// What was deleted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DestructionDone {
    method: String,
    scope: String,
    /// What was kept, and why.
    #[serde(default)]
    exceptions: String,
}

/// A text to sign.
#[derive(Debug, Serialize, ToSchema)]
struct DestructionText {
    text: String,
    text_hash: String,
}

async fn text(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    Json(given): Json<DestructionDone>,
) -> Result<HttpResponse, WebError> {
    let (who, id): (_, AgreementId) = (caller(&request), id_in(&id)?);
    let done = Done { method: given.method, scope: given.scope, exceptions: given.exceptions };
    let draft = desk.run(move |desk| destruction::draft(desk, &who, id, &done)).await?;
    Ok(HttpResponse::Ok().json(DestructionText { text: draft.text, text_hash: draft.hash }))
}

/// A signed certificate.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DestructionSigned {
    method: String,
    scope: String,
    #[serde(default)]
    exceptions: String,
    /// The hash of the text that was read.
    text_hash: String,
    name: String,
    title: String,
    has_authority: bool,
    consents: bool,
}

async fn certify(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    Json(given): Json<DestructionSigned>,
) -> Result<HttpResponse, WebError> {
    let (who, id): (_, AgreementId) = (caller(&request), id_in(&id)?);
    let DestructionSigned { method, scope, exceptions, text_hash, name, title, has_authority, consents } = given;
    let done = Done { method, scope, exceptions };
    let signed = Signed { text_hash, name, title, has_authority, consents };
    let known = desk.run(move |desk| destruction::certify(desk, &who, id, &done, &signed)).await?;
    Ok(HttpResponse::Ok().json(DestructionView::from(&known)))
}
