//! Appeals: of the side that a decision is about, and at the clerk's desk.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::applications::Text;
use super::{Api, id_in};
use crate::cases::appeals::desk::{self as clerk, Ruled};
use crate::cases::appeals::{self, Packet, Prospect, Wish};
use crate::cases::{Caller, CaseError, Desk};
use crate::domain::appeal::{Appeal, AppealState, Appealed, Outcome, Part, Timeliness};
use crate::domain::calendar::Deadline;
use crate::domain::id::AppealId;
use crate::domain::people::Role;
use crate::domain::text::Invalid;
use crate::web::case::{DeskData, caller, caller_once};
use crate::web::{Access, Json, Once, Query, WebError};

const MINE: Access = Access::Requester;
const CLERK: Access = Access::Staff(&[Role::Clerk]);
/// What every act of the clerk may be refused for.
const REFUSED: &[&str] = &["wrong_state", "decided_before", "own_application"];

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    clerk_routes(own_routes(api))
}

fn own_routes(api: Api) -> Api {
    api.get("/appeals", MINE, "Your appeals, newest first", list)
        .gives::<Appeals>(200)
        .post("/appeals", MINE, "Appeal a decision; a late appeal is taken in too", file)
        .takes::<Filing>()
        .gives::<AppealView>(201)
        .once()
        .refuses(&["nothing_to_appeal", "appeal_open", "already_appealed"])
        .get("/appeal-prospects", MINE, "What you would appeal, with both dates", prospect)
        .asks(&["of"])
        .gives::<ProspectView>(200)
        .refuses(&["nothing_to_appeal"])
        .get("/appeals/{id}", MINE, "One of your appeals", one)
        .gives::<AppealView>(200)
        .post("/appeals/{id}/withdraw", MINE, "Take an appeal back", withdraw)
        .takes::<Text>()
        .gives::<AppealView>(200)
        .refuses(&["wrong_state"])
        .get("/appeals/{id}/packet", MINE, "The texts for the state's commission, each with its SHA-256", packet)
        .gives::<PacketView>(200)
}

fn clerk_routes(api: Api) -> Api {
    api.get("/clerk-appeals", CLERK, "Appeals, those to be decided first at the top", list_for_clerk)
        .asks(&["closed"])
        .gives::<Appeals>(200)
        .get("/clerk-appeals/{id}", CLERK, "One appeal", one_for_clerk)
        .gives::<AppealView>(200)
        .post("/clerk-appeals/{id}/admit", CLERK, "Hear an appeal that came late", admit)
        .takes::<Text>()
        .gives::<AppealView>(200)
        .refuses(REFUSED)
        .refuses(&["not_late"])
        .post("/clerk-appeals/{id}/turn-away", CLERK, "Do not hear an appeal that came late", turn_away)
        .takes::<Text>()
        .gives::<AppealView>(200)
        .refuses(REFUSED)
        .refuses(&["not_late"])
        .post("/clerk-appeals/{id}/acknowledge", CLERK, "Acknowledge an appeal", acknowledge)
        .takes::<Text>()
        .gives::<AppealView>(200)
        .refuses(REFUSED)
        .refuses(&["late_undecided"])
        .post("/clerk-appeals/{id}/record", CLERK, "Compile the record; it does not change after that", compile)
        .gives::<AppealView>(200)
        .refuses(REFUSED)
        .post("/clerk-appeals/{id}/hearing", CLERK, "Set a hearing, or move it", hearing)
        .takes::<HearingGiven>()
        .gives::<AppealView>(200)
        .refuses(REFUSED)
        .refuses(&["hearing_past"])
        .post("/clerk-appeals/{id}/decision", CLERK, "Decide an appeal and carry it out", decide)
        .with_preview()
        .takes::<RulingGiven>()
        .gives::<AppealView>(200)
        .once()
        .refuses(REFUSED)
        .refuses(&["outcome_unfit", "instructions_needed"])
}

/// Appeals.
#[derive(Debug, Serialize, ToSchema)]
struct Appeals {
    items: Vec<AppealView>,
}

/// An appeal.
#[derive(Debug, Serialize, ToSchema)]
struct AppealView {
    id: String,
    /// Such as `APL-2026-0003`.
    number: String,
    /// The decision appealed: `denial:APPLICATION:ITEM`, `conditions:APPLICATION:ITEM`, `suspension:HOLD`,
    /// `revocation:KEY`, `termination:AGREEMENT`, `finding:CASE` or `not_renewed:RENEWAL`.
    of: String,
    /// What the decision is called.
    what: String,
    decided_at: DateTime<Utc>,
    /// Who decided; none of them decides the appeal.
    decided_by: Vec<String>,
    appellant: String,
    filed_at: DateTime<Utc>,
    grounds: String,
    wanted: String,
    /// `filed`, `acknowledged`, `record_compiled`, `hearing_set`, `affirmed`, `modified`, `reversed`, `remanded`,
    /// `not_heard` or `withdrawn`.
    state: &'static str,
    /// Came in after the last day.
    is_late: bool,
    /// Came late and is heard.
    is_admitted: bool,
    /// The last day to ask the clerk.
    ask_by: AppealClock,
    /// The last day for the state's commission; nothing that the city does moves it.
    state_by: AppealClock,
    /// The day by which the city decides.
    decide_by: AppealClock,
    /// The day of the hearing.
    hearing_on: Option<NaiveDate>,
    /// Its hour and place.
    hearing_place: Option<String>,
    ruling: Option<RulingView>,
    record: Vec<RecordPart>,
    steps: Vec<AppealStep>,
}

/// A last day with its working.
#[derive(Debug, Serialize, ToSchema)]
struct AppealClock {
    by: NaiveDate,
    working: String,
}

/// A part of a record.
#[derive(Debug, Serialize, ToSchema)]
struct RecordPart {
    name: String,
    title: String,
    sha256: String,
    bytes: u64,
}

/// One thing that happened to an appeal.
#[derive(Debug, Serialize, ToSchema)]
struct AppealStep {
    at: DateTime<Utc>,
    title: String,
    by: String,
    text: String,
}

/// A decision on an appeal.
#[derive(Debug, Serialize, ToSchema)]
struct RulingView {
    reasons: String,
    /// What the office must do.
    instructions: String,
    /// What was done at once, or what is open to the appellant.
    effect: String,
    by: String,
    at: DateTime<Utc>,
}

impl From<&Deadline> for AppealClock {
    fn from(deadline: &Deadline) -> Self {
        Self { by: deadline.due, working: deadline.explain() }
    }
}

impl From<&Part> for RecordPart {
    fn from(part: &Part) -> Self {
        let Part { name, title, sha256, bytes } = part.clone();
        Self { name, title, sha256, bytes }
    }
}

impl From<&Appeal> for AppealView {
    fn from(appeal: &Appeal) -> Self {
        let Appeal { contested, clocks, .. } = appeal;
        let (hearing, ruling) = match &appeal.state {
            AppealState::HearingSet { hearing } => (Some(hearing.clone()), None),
            AppealState::Decided { ruling } => (None, Some(ruling.clone())),
            AppealState::Filed
            | AppealState::Acknowledged
            | AppealState::RecordCompiled
            | AppealState::NotHeard { .. }
            | AppealState::Withdrawn { .. } => (None, None),
        };
        let steps = appeal.steps.iter().cloned();
        Self {
            id: appeal.id.to_string(),
            number: appeal.number.clone(),
            of: contested.of.to_string(),
            what: contested.what.clone(),
            decided_at: contested.at,
            decided_by: contested.by_names.clone(),
            appellant: appeal.appellant_name.clone(),
            filed_at: appeal.filed_at,
            grounds: appeal.grounds.clone(),
            wanted: appeal.wanted.clone(),
            state: appeal.state.as_str(),
            is_late: !matches!(appeal.timeliness, Timeliness::InTime),
            is_admitted: matches!(appeal.timeliness, Timeliness::Admitted { .. }),
            ask_by: (&clocks.ask_by).into(),
            state_by: (&clocks.state_by).into(),
            decide_by: (&clocks.decide_by).into(),
            hearing_on: hearing.as_ref().map(|hearing| hearing.on),
            hearing_place: hearing.map(|hearing| hearing.place),
            ruling: ruling.map(|ruling| RulingView {
                reasons: ruling.reasons,
                instructions: ruling.instructions,
                effect: ruling.effect,
                by: ruling.by_name,
                at: ruling.at,
            }),
            record: appeal.record.iter().map(Into::into).collect(),
            steps: steps
                .map(|step| AppealStep { at: step.at, title: step.title, by: step.by_name, text: step.text })
                .collect(),
        }
    }
}

/// An appeal to file.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Filing {
    /// The decision: `denial:APPLICATION:ITEM`, `conditions:APPLICATION:ITEM`, `suspension:HOLD`, `revocation:KEY` or
    /// `termination:AGREEMENT`.
    of: String,
    /// Why the decision should change.
    grounds: String,
    /// What you ask for.
    #[serde(default)]
    wanted: String,
}

/// A text that names no decision names nothing that is there.
fn named(text: &str) -> Result<Appealed, WebError> {
    text.parse().map_err(|_names_nothing| WebError::not_found())
}

fn shown(appeal: &Appeal) -> HttpResponse {
    HttpResponse::Ok().json(AppealView::from(appeal))
}

fn all(found: &[Appeal]) -> HttpResponse {
    HttpResponse::Ok().json(Appeals { items: found.iter().map(Into::into).collect() })
}

async fn list(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    Ok(all(&desk.run(move |desk| appeals::list(desk, &caller)).await?))
}

async fn file(
    request: HttpRequest,
    desk: DeskData,
    once: Once,
    Json(given): Json<Filing>,
) -> Result<HttpResponse, WebError> {
    let caller = caller_once(&request, once);
    let wish = Wish { of: named(&given.of)?, grounds: given.grounds, wanted: given.wanted };
    let appeal = desk.run(move |desk| appeals::file(desk, &caller, &wish)).await?;
    Ok(HttpResponse::Created().json(AppealView::from(&appeal)))
}

/// What would be appealed.
#[derive(Debug, Serialize, ToSchema)]
struct ProspectView {
    what: String,
    decided_at: DateTime<Utc>,
    /// It would come after the last day; the clerk then says whether it is heard.
    is_late: bool,
    ask_by: AppealClock,
    state_by: AppealClock,
    decide_by: AppealClock,
    /// The number of the appeal that is open about it, or that closed it.
    known: Option<String>,
}

async fn prospect(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let query = query.only(&["of"])?;
    let of = named(query.get("of").unwrap_or_default())?;
    let caller = caller(&request);
    let Prospect { what, at, clocks, is_late, known, .. } =
        desk.run(move |desk| appeals::prospect(desk, &caller, of)).await?;
    Ok(HttpResponse::Ok().json(ProspectView {
        what,
        decided_at: at,
        is_late,
        ask_by: (&clocks.ask_by).into(),
        state_by: (&clocks.state_by).into(),
        decide_by: (&clocks.decide_by).into(),
        known: known.map(|appeal| appeal.number),
    }))
}

/// Runs one case on one appeal and shows it.
async fn on(
    desk: DeskData,
    (caller, id): (Caller, web::Path<String>),
    case: impl FnOnce(&Desk, &Caller, AppealId) -> Result<Appeal, CaseError> + Send + 'static,
) -> Result<HttpResponse, WebError> {
    let id: AppealId = id_in(&id)?;
    Ok(shown(&desk.run(move |desk| case(desk, &caller, id)).await?))
}

async fn one(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    on(desk, (caller(&request), id), appeals::one).await
}

async fn withdraw(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    Json(given): Json<Text>,
) -> Result<HttpResponse, WebError> {
    on(desk, (caller(&request), id), move |desk, who, id| appeals::withdraw(desk, who, id, &given.text)).await
}

/// The texts for the state's commission.
#[derive(Debug, Serialize, ToSchema)]
struct PacketView {
    /// Whether these are the texts that the clerk compiled; otherwise they are as of now.
    is_compiled: bool,
    parts: Vec<PacketPart>,
}

/// One text of the packet.
#[derive(Debug, Serialize, ToSchema)]
struct PacketPart {
    name: String,
    title: String,
    sha256: String,
    text: String,
}

async fn packet(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let id: AppealId = id_in(&id)?;
    let Packet { texts, parts, is_compiled, .. } = desk.run(move |desk| appeals::packet(desk, &caller, id)).await?;
    let parts = texts.into_iter().zip(parts).map(|(text, part)| PacketPart {
        name: text.name,
        title: text.title,
        sha256: part.sha256,
        text: text.body,
    });
    Ok(HttpResponse::Ok().json(PacketView { is_compiled, parts: parts.collect() }))
}

async fn list_for_clerk(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let query = query.only(&["closed"])?;
    let closed = query.get("closed") == Some("true");
    let caller = caller(&request);
    Ok(all(&desk.run(move |desk| clerk::list(desk, &caller, closed)).await?))
}

async fn one_for_clerk(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    on(desk, (caller(&request), id), clerk::read).await
}

async fn admit(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    Json(given): Json<Text>,
) -> Result<HttpResponse, WebError> {
    on(desk, (caller(&request), id), move |desk, who, id| clerk::admit(desk, who, id, &given.text)).await
}

async fn turn_away(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    Json(given): Json<Text>,
) -> Result<HttpResponse, WebError> {
    on(desk, (caller(&request), id), move |desk, who, id| clerk::turn_away(desk, who, id, &given.text)).await
}

async fn acknowledge(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    Json(given): Json<Text>,
) -> Result<HttpResponse, WebError> {
    on(desk, (caller(&request), id), move |desk, who, id| clerk::acknowledge(desk, who, id, &given.text)).await
}

async fn compile(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    on(desk, (caller(&request), id), clerk::compile).await
}

/// A hearing.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct HearingGiven {
    /// The day, on which the offices must work.
    on: NaiveDate,
    /// Hour and place, and how to come.
    place: String,
}

async fn hearing(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    Json(given): Json<HearingGiven>,
) -> Result<HttpResponse, WebError> {
    let case = move |desk: &Desk, who: &Caller, id| clerk::set_hearing(desk, who, id, given.on, &given.place);
    on(desk, (caller(&request), id), case).await
}

/// A decision on an appeal.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RulingGiven {
    /// `affirmed`, `modified`, `reversed` or `remanded`.
    #[schema(example = "affirmed")]
    outcome: String,
    /// Why; both sides read it.
    reasons: String,
    /// What the office must do; needed for `modified` and `remanded`.
    #[serde(default)]
    instructions: String,
}

async fn decide(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    once: Once,
    Json(given): Json<RulingGiven>,
) -> Result<HttpResponse, WebError> {
    let RulingGiven { outcome, reasons, instructions } = given;
    let Some(outcome) = Outcome::from_word(&outcome) else {
        let problem = Invalid::new("outcome", "unknown", "Choose affirmed, modified, reversed or remanded.");
        return Err(CaseError::from(problem).into());
    };
    let ruled = Ruled { outcome, reasons, instructions };
    on(desk, (caller_once(&request, once), id), move |desk, who, id| clerk::decide(desk, who, id, &ruled)).await
}
