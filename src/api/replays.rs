//! Rules tried over past usage, in the background: whom one would have caught, and at what cost.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Api, Created, id_in};
use crate::cases::replays;
use crate::domain::id::ReplayId;
use crate::domain::people::Role;
use crate::domain::replay::{Caught, Rehearsal, Replay};
use crate::web::case::{DeskData, caller, caller_once};
use crate::web::{Access, Json, Once, WebError};

const TRIERS: Access = Access::Staff(&[Role::Administrator, Role::Auditor]);

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    api.get("/rules/replays", TRIERS, "Rules tried over past usage, the newest first", list)
        .gives::<ReplayList>(200)
        .post("/rules/replays", TRIERS, "Try a rule over past usage in the background; nobody is told", ask)
        .takes::<ReplayGiven>()
        .gives::<Created>(201)
        .once()
        .refuses(&["invalid", "too_many_errands"])
        .get("/rules/replays/{id}", TRIERS, "What came of a try, or how far it is", one)
        .gives::<ReplayView>(200)
        .post("/rules/replays/{id}/cancel", TRIERS, "Call a try off that is not done yet", cancel)
        .refuses(&["wrong_state"])
}

/// Rules tried.
#[derive(Debug, Serialize, ToSchema)]
struct ReplayList {
    items: Vec<ReplayView>,
}

/// A rule tried over past usage.
#[derive(Debug, Serialize, ToSchema)]
struct ReplayView {
    id: String,
    /// The rule of the rule book.
    #[schema(example = "night-pull")]
    rule: String,
    /// The threshold that is tried.
    threshold: u32,
    /// Days back.
    days: i64,
    asked_at: DateTime<Utc>,
    /// `asked`, `running`, `done`, `failed` or `cancelled`.
    state: &'static str,
    /// Keys (or agreements, where the rule adds up their keys) looked at.
    done: i64,
    /// How many there are; 0 where that is not known yet.
    of: i64,
    /// How often it was begun: more than once where the service stopped meanwhile.
    runs: i64,
    /// Why it could not be done.
    why: Vec<String>,
    /// What came of it; null where nothing did yet.
    outcome: Option<ReplayOutcome>,
}

/// What came of a try.
#[derive(Debug, Serialize, ToSchema)]
struct ReplayOutcome {
    /// Keys with usage in the span.
    keys: usize,
    /// Agreements with usage in the span.
    agreements: usize,
    /// Calls let through in the span.
    calls: i64,
    /// Calls let through after the rule would have spoken.
    calls_stopped: i64,
    /// Agreements caught.
    agreements_caught: usize,
    /// Keys of which more was counted than is read at once; their newest usage is missing.
    cut: usize,
    /// Whom it would have caught, the earliest first.
    caught: Vec<CaughtView>,
}

/// A key (or the busiest key of an agreement) that the rule would have caught.
#[derive(Debug, Serialize, ToSchema)]
struct CaughtView {
    at: DateTime<Utc>,
    #[schema(example = "AGR-2026-0007")]
    agreement: String,
    #[schema(example = "nwk_…a1b2")]
    key_hint: String,
    measured: i64,
    threshold: i64,
    /// Calls in the window that the caller answers for.
    calls: i64,
    /// Of these, refused.
    refused: i64,
    /// How often the rule would have spoken.
    times: usize,
    calls_after: i64,
}

impl From<Caught> for CaughtView {
    fn from(caught: Caught) -> Self {
        let finding = caught.catch.finding;
        Self {
            at: caught.catch.at,
            agreement: caught.agreement_number,
            key_hint: caught.key_hint,
            measured: finding.measured,
            threshold: finding.threshold,
            calls: finding.calls,
            refused: finding.refused,
            times: caught.times,
            calls_after: caught.calls_after,
        }
    }
}

impl From<Rehearsal> for ReplayOutcome {
    fn from(rehearsal: Rehearsal) -> Self {
        Self {
            keys: rehearsal.keys,
            agreements: rehearsal.agreements,
            calls: rehearsal.calls,
            calls_stopped: rehearsal.calls_stopped(),
            agreements_caught: rehearsal.agreements_caught(),
            cut: rehearsal.cut,
            caught: rehearsal.caught.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<Replay> for ReplayView {
    fn from(replay: Replay) -> Self {
        Self {
            id: replay.id.to_string(),
            state: replay.state.as_str(),
            why: replay.state.why().to_vec(),
            outcome: replay.state.outcome().cloned().map(Into::into),
            rule: replay.wish.rule,
            threshold: replay.wish.threshold,
            days: replay.wish.days,
            asked_at: replay.asked_at,
            done: replay.progress.done,
            of: replay.progress.of,
            runs: replay.runs,
        }
    }
}

async fn list(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let who = caller(&request);
    let found = desk.run(move |desk| replays::list(desk, &who)).await?;
    Ok(HttpResponse::Ok().json(ReplayList { items: found.into_iter().map(Into::into).collect() }))
}

/// A rule to try.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReplayGiven {
    /// The rule of the rule book.
    rule: String,
    /// Another threshold than the rule's own.
    #[serde(default)]
    threshold: Option<u32>,
    /// Days back, at most 15.
    #[serde(default = "two_weeks")]
    days: i64,
}

const fn two_weeks() -> i64 {
    14
}

async fn ask(
    request: HttpRequest,
    desk: DeskData,
    once: Once,
    Json(given): Json<ReplayGiven>,
) -> Result<HttpResponse, WebError> {
    let who = caller_once(&request, once);
    let asked = desk.run(move |desk| replays::ask(desk, &who, (&given.rule, given.threshold, given.days))).await?;
    Ok(HttpResponse::Created().json(Created { id: asked.id.to_string() }))
}

async fn one(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    let (who, id): (_, ReplayId) = (caller(&request), id_in(&id)?);
    let found = desk.run(move |desk| replays::find(desk, &who, id)).await?;
    Ok(HttpResponse::Ok().json(ReplayView::from(found)))
}

async fn cancel(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    let (who, id): (_, ReplayId) = (caller(&request), id_in(&id)?);
    desk.run(move |desk| replays::cancel(desk, &who, id)).await?;
    Ok(HttpResponse::NoContent().finish())
}
