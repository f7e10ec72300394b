//! The review desk: queue, reading, asking, deciding.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::applications::{Applications, Message, Remarks, Standing};
use super::views::{ApplicationView, Side, application_view};
use super::{Api, id_in};
use crate::cases::review::{self, Decided, GroundTyped};
use crate::domain::id::{ApplicationId, DepartmentId, ItemId};
use crate::domain::people::Role;
use crate::domain::review::{Advice, Condition};
use crate::domain::text::Invalid;
use crate::store::applications::QueueFilter;
use crate::web::case::{DeskData, caller, caller_once};
use crate::web::{Access, Json, Once, Query, WebError, etag};

const DESK: Access = Access::Staff(&[Role::Reviewer, Role::Manager]);
const MANAGER: Access = Access::Staff(&[Role::Manager]);

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    api.get("/review", DESK, "Applications with your departments, oldest first", queue)
        .asks(&["state", "open"])
        .gives::<Applications>(200)
        .get("/review/{id}", DESK, "One application as your department sees it", one)
        .gives::<ApplicationView>(200)
        .get("/review/{id}/remarks", DESK, "Remarks, with your department's private notes", remarks)
        .gives::<Remarks>(200)
        .post("/review/{id}/questions", DESK, "Ask the requester", ask)
        .takes::<Question>()
        .refuses(&["wrong_state", "unknown_answer"])
        .post("/review/{id}/messages", DESK, "Write to the requester", message)
        .takes::<Message>()
        .refuses(&["wrong_state"])
        .post("/review/{id}/notes", DESK, "Write a private note", note)
        .takes::<Message>()
        .post("/review/{id}/recusals", DESK, "Step aside", recuse)
        .takes::<Message>()
        .refuses(&["recused"])
        .post("/review/{id}/items/{item}/recommendation", DESK, "Advise the manager", recommend)
        .takes::<Recommendation>()
        .refuses(&["own_application", "recused", "already_decided", "wrong_state"])
        .post("/review/{id}/items/{item}/decision", MANAGER, "Decide a dataset of your department", decide)
        .with_preview()
        .takes::<DecisionGiven>()
        .gives::<Standing>(200)
        .once()
        .refuses(&["own_application", "recused", "already_decided", "second_person_needed", "wrong_state"])
        .refuses(&["second_approval_differs", "nothing_to_confirm", "prohibited", "no_tier_yet", "limits_too_wide"])
        .refuses(&["redaction_unknown", "redaction_retired", "delay_unmeasured"])
        .refuses(&["ground_needed", "remedy_needed", "operations_empty", "networks_empty", "condition_repeated"])
}

async fn queue(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let query = query.only(&["state", "open"])?;
    let filter = QueueFilter {
        states: query.get("state").map(str::to_owned).into_iter().collect(),
        dataset: None,
        is_open: query.get("open") == Some("true"),
    };
    let caller = caller(&request);
    let found = desk.run(move |desk| review::queue(desk, &caller, &filter)).await?;
    let items = found.iter().map(|application| application_view(application, Side::Desk)).collect();
    Ok(HttpResponse::Ok().json(Applications { items }))
}

async fn one(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let id: ApplicationId = id_in(&id)?;
    let (application, _) = desk.run(move |desk| review::read(desk, &caller, id)).await?;
    let view = application_view(&application, Side::Desk);
    Ok(HttpResponse::Ok().insert_header(etag(application.version)).json(view))
}

async fn remarks(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let id: ApplicationId = id_in(&id)?;
    let (_, found) = desk.run(move |desk| review::read(desk, &caller, id)).await?;
    Ok(HttpResponse::Ok().json(Remarks { items: found.iter().map(Into::into).collect() }))
}

type TextCase = fn(
    &crate::cases::Desk,
    &crate::cases::Caller,
    ApplicationId,
    DepartmentId,
    &str,
) -> Result<(), crate::cases::CaseError>;

async fn write(
    request: &HttpRequest,
    desk: &DeskData,
    id: &str,
    given: Message,
    case: TextCase,
) -> Result<HttpResponse, WebError> {
    let caller = caller(request);
    let id: ApplicationId = id_in(id)?;
    let department: DepartmentId = id_in(&given.department)?;
    desk.run(move |desk| case(desk, &caller, id, department, &given.text)).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn ask(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    Json(given): Json<Question>,
) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let id: ApplicationId = id_in(&id)?;
    let department: DepartmentId = id_in(&given.department)?;
    desk.run(move |desk| review::ask_about(desk, &caller, id, department, (&given.text, given.about.as_deref())))
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A question to the requester.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Question {
    department: String,
    text: String,
    /// The name of the answer that it is about, such as `purpose`.
    #[serde(default)]
    about: Option<String>,
}

async fn message(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    Json(given): Json<Message>,
) -> Result<HttpResponse, WebError> {
    write(&request, &desk, &id, given, review::message).await
}

async fn note(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    Json(given): Json<Message>,
) -> Result<HttpResponse, WebError> {
    write(&request, &desk, &id, given, review::note).await
}

async fn recuse(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    Json(given): Json<Message>,
) -> Result<HttpResponse, WebError> {
    write(&request, &desk, &id, given, review::recuse).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Recommendation {
    /// `approve`, `approve_with_conditions` or `deny`.
    advice: String,
    text: String,
}

async fn recommend(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<(String, String)>,
    Json(given): Json<Recommendation>,
) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let (id, item): (ApplicationId, ItemId) = (id_in(&path.0)?, id_in(&path.1)?);
    let advice = Advice::from_word(&given.advice).ok_or_else(|| {
        let message = "Give approve, approve_with_conditions or deny.";
        crate::cases::CaseError::from(Invalid::new("advice", "unknown_advice", message))
    })?;
    desk.run(move |desk| review::recommend(desk, &caller, id, item, (advice, &given.text))).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A decision: `approve` with or without conditions, `deny` with coded reasons, `confirm` a first approval.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DecisionGiven {
    /// `approve`, `deny` or `confirm`.
    outcome: String,
    /// The reasons in words.
    statement: String,
    /// Conditions of an approval: `text`, `kind` and its data, `basis`, `is_precedent`.
    #[serde(default)]
    #[schema(value_type = Vec<super::parts::Condition>)]
    conditions: Vec<Condition>,
    /// Coded reasons of a denial.
    #[serde(default)]
    grounds: Vec<GroundGiven>,
    /// What would change the answer.
    #[serde(default)]
    remedy: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct GroundGiven {
    /// `D1` to `D15` of the profile.
    code: String,
    /// What must be cited, by the profile's names.
    #[serde(default)]
    cited: BTreeMap<String, String>,
    /// The exemption, where the reason needs one.
    #[serde(default)]
    exemption: Option<String>,
    /// The facts.
    explanation: String,
}

async fn decide(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<(String, String)>,
    once: Once,
    Json(given): Json<DecisionGiven>,
) -> Result<HttpResponse, WebError> {
    let caller = caller_once(&request, once);
    let (id, item): (ApplicationId, ItemId) = (id_in(&path.0)?, id_in(&path.1)?);
    let statement = given.statement.clone();
    let decided = decided(given)?;
    let state = desk.run(move |desk| review::decide(desk, &caller, id, item, decided, &statement)).await?;
    Ok(HttpResponse::Ok().json(Standing { state: state.as_str() }))
}

fn decided(given: DecisionGiven) -> Result<Decided, WebError> {
    match given.outcome.as_str() {
        "approve" => Ok(Decided::Approve(given.conditions)),
        "confirm" => Ok(Decided::Confirm),
        "deny" => Ok(Decided::Deny {
            grounds: given
                .grounds
                .into_iter()
                .map(|ground| GroundTyped {
                    code: ground.code,
                    cited: ground.cited,
                    exemption: ground.exemption,
                    explanation: ground.explanation,
                })
                .collect(),
            remedy: given.remedy,
        }),
        _ => {
            let invalid = Invalid::new("outcome", "unknown_outcome", "Give approve, deny or confirm.");
            Err(crate::cases::CaseError::from(invalid).into())
        }
    }
}
