//! Misuse cases at the desks of their offices.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::applications::Text;
use super::case_views::{CaseShown, EvidenceText, FileContent, Side};
use super::{Api, id_in};
use crate::cases::conduct;
use crate::cases::conduct::office::{self as acts, ChargeGiven, FindingGiven, MeasureGiven};
use crate::cases::conduct::open::{AtOnce, Opening, Origin, open as open_case};
use crate::cases::{Caller, CaseError, Desk};
use crate::domain::id::{AttachmentId, CaseId};
use crate::domain::misuse::Class;
use crate::domain::misuse::case::{MisuseCase, OrderKind};
use crate::domain::people::Role;
use crate::domain::text::Invalid;
use crate::web::case::{DeskData, caller, caller_once};
use crate::web::{Access, Json, Once, Query, WebError};

const READERS: Access = Access::Staff(&[Role::Reviewer, Role::Manager, Role::Clerk, Role::Auditor]);
const OFFICES: Access = Access::Staff(&[Role::Reviewer, Role::Manager, Role::Clerk]);
const DECIDERS: Access = Access::Staff(&[Role::Manager, Role::Clerk]);
/// What every act of an office may be refused for.
const REFUSED: &[&str] = &["wrong_state", "own_application"];
/// What every decision may be refused for besides.
const DECIDED: &[&str] = &["wrong_state", "own_application", "complainant"];

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    decisions(office_routes(api))
}

fn office_routes(api: Api) -> Api {
    api.get("/cases", READERS, "Misuse cases, what is due first at the top", list)
        .asks(&["closed"])
        .gives::<Cases>(200)
        .post("/cases", OFFICES, "Open a misuse case; its evidence is frozen", open)
        .with_preview()
        .takes::<OpeningGiven>()
        .gives::<CaseShown>(201)
        .once()
        .refuses(&["case_open", "manager_needed", "notice_first", "own_application", "wrong_state", "order_open"])
        .get("/cases/{id}", READERS, "One misuse case", one)
        .gives::<CaseShown>(200)
        .get("/cases/{id}/evidence/{name}", READERS, "The text of a piece of evidence", evidence)
        .gives::<EvidenceText>(200)
        .get("/cases/{id}/files/{file}", READERS, "A file that the holder handed in", file)
        .gives::<FileContent>(200)
        .post("/cases/{id}/notice", OFFICES, "Give the notice of violation", notify)
        .with_preview()
        .takes::<NoticeGiven>()
        .gives::<CaseShown>(200)
        .refuses(REFUSED)
        .post("/cases/{id}/hearing", OFFICES, "Set a hearing, or move it", hearing)
        .takes::<CaseHearingGiven>()
        .gives::<CaseShown>(200)
        .refuses(REFUSED)
        .refuses(&["hearing_past"])
        .post("/cases/{id}/suspension", DECIDERS, "Suspend at once, before any finding", suspend)
        .with_preview()
        .takes::<SuspensionGiven>()
        .gives::<CaseShown>(200)
        .refuses(REFUSED)
        .refuses(&["notice_first"])
        .post("/cases/{id}/order", DECIDERS, "Order to cease, or to take down and prove it", order)
        .with_preview()
        .takes::<OrderGiven>()
        .gives::<CaseShown>(200)
        .refuses(REFUSED)
        .refuses(&["notice_first", "order_open"])
}

fn decisions(api: Api) -> Api {
    api.post("/cases/{id}/proof-decision", DECIDERS, "Accept a proof of compliance, or ask again", judge)
        .takes::<ProofJudged>()
        .gives::<CaseShown>(200)
        .refuses(DECIDED)
        .refuses(&["no_order", "no_proof"])
        .post("/cases/{id}/finding", DECIDERS, "Find a violation and take measures", find)
        .with_preview()
        .takes::<FoundGiven>()
        .gives::<CaseShown>(200)
        .once()
        .refuses(DECIDED)
        .refuses(&["answer_time_runs", "measures_needed", "severity_needed", "managers_only", "key_ended"])
        .post("/cases/{id}/measures", DECIDERS, "Take another measure after the finding", impose)
        .with_preview()
        .takes::<AnotherGiven>()
        .gives::<CaseShown>(200)
        .refuses(DECIDED)
        .refuses(&["severity_needed", "managers_only", "key_ended"])
        .post("/cases/{id}/lift", DECIDERS, "Lift exactly one suspension of the case", lift)
        .takes::<LiftGiven>()
        .gives::<CaseShown>(200)
        .refuses(DECIDED)
        .refuses(&["not_suspended"])
        .post("/cases/{id}/dismissal", DECIDERS, "Dismiss: no violation; its suspensions are lifted", dismiss)
        .with_preview()
        .takes::<Text>()
        .gives::<CaseShown>(200)
        .refuses(DECIDED)
        .post("/cases/{id}/close", DECIDERS, "Close a case in which everything is done", close)
        .takes::<Text>()
        .gives::<CaseShown>(200)
        .refuses(DECIDED)
        .refuses(&["order_open", "still_suspended"])
}

/// Misuse cases.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Cases {
    items: Vec<CaseShown>,
}

fn shown(case: &MisuseCase, side: Side) -> HttpResponse {
    HttpResponse::Ok().json(CaseShown::new(case, side))
}

pub(super) fn all(found: &[MisuseCase], side: Side) -> HttpResponse {
    HttpResponse::Ok().json(Cases { items: found.iter().map(|case| CaseShown::new(case, side)).collect() })
}

async fn list(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let query = query.only(&["closed"])?;
    let closed = query.get("closed") == Some("true");
    let who = caller(&request);
    Ok(all(&desk.run(move |desk| conduct::list(desk, &who, closed)).await?, Side::Office))
}

/// Runs one case on one misuse case and shows it.
pub(super) async fn on(
    desk: DeskData,
    (who, id, side): (Caller, web::Path<String>, Side),
    case: impl FnOnce(&Desk, &Caller, CaseId) -> Result<MisuseCase, CaseError> + Send + 'static,
) -> Result<HttpResponse, WebError> {
    let id: CaseId = id_in(&id)?;
    Ok(shown(&desk.run(move |desk| case(desk, &who, id)).await?, side))
}

async fn one(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    on(desk, (caller(&request), id, Side::Office), conduct::read).await
}

/// A case to open.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OpeningGiven {
    /// `signal`, `complaint`, `staff` or `personal_data`.
    #[schema(example = "staff")]
    source: String,
    /// The id of the signal or the complaint.
    #[serde(default)]
    source_id: Option<String>,
    /// The agreement's number; a signal knows it.
    #[serde(default)]
    agreement: String,
    /// The key's id, if it is about one.
    #[serde(default)]
    key: Option<String>,
    /// The dataset's short name, if it is about one.
    #[serde(default)]
    dataset: String,
    /// `M1` to `M10`; a signal and a report of personal data know it.
    #[serde(default)]
    class: Option<String>,
    /// What was seen; the holder may read it.
    #[serde(default)]
    summary: String,
    /// Notice, suspension and order at once, where harm is imminent.
    #[serde(default)]
    at_once: Option<AtOnceGiven>,
}

/// What stops at once.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AtOnceGiven {
    /// `suspend_key`, `suspend_dataset`, `suspend_agreement` or `suspend_requester`.
    stop: String,
    /// The clause for the notice.
    clause: String,
    /// What would put it right.
    #[serde(default)]
    cure: String,
    /// An order that goes out with it.
    #[serde(default)]
    order: Option<OrderGiven>,
}

/// An order.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OrderGiven {
    /// `cease` or `takedown`.
    #[schema(example = "cease")]
    kind: String,
    /// What the holder must do.
    text: String,
}

fn order_of(given: OrderGiven) -> Result<(OrderKind, String), WebError> {
    let kind = OrderKind::from_word(&given.kind);
    let kind = kind.ok_or_else(|| unknown("kind", "Choose cease or takedown."))?;
    Ok((kind, given.text))
}

fn unknown(field: &'static str, message: &'static str) -> WebError {
    CaseError::from(Invalid::new(field, "unknown", message)).into()
}

fn opening(given: OpeningGiven) -> Result<Opening, WebError> {
    let id = given.source_id.unwrap_or_default();
    let origin = match given.source.as_str() {
        "signal" => Origin::Signal(id_in(&id)?),
        "complaint" => Origin::Complaint(id_in(&id)?),
        "staff" => Origin::Staff,
        "personal_data" => Origin::StaffPersonalData,
        _ => return Err(unknown("source", "Choose signal, complaint, staff or personal_data.")),
    };
    let class = match given.class.as_deref() {
        None => None,
        Some(word) => {
            let known = Class::ALL.into_iter().find(|class| class.as_str() == word);
            Some(known.ok_or_else(|| unknown("class", "Choose M1 to M10."))?)
        }
    };
    let at_once = match given.at_once {
        None => None,
        Some(AtOnceGiven { stop, clause, cure, order }) => {
            Some(AtOnce { stop, clause, cure, order: order.map(order_of).transpose()? })
        }
    };
    let key = given.key.as_deref().map(id_in).transpose()?;
    let (agreement, dataset, summary) = (given.agreement, given.dataset, given.summary);
    Ok(Opening { origin, agreement, key, dataset, class, summary, at_once })
}

async fn open(
    request: HttpRequest,
    desk: DeskData,
    once: Once,
    Json(given): Json<OpeningGiven>,
) -> Result<HttpResponse, WebError> {
    let (who, wish) = (caller_once(&request, once), opening(given)?);
    let case = desk.run(move |desk| open_case(desk, &who, &wish)).await?;
    Ok(HttpResponse::Created().json(CaseShown::new(&case, Side::Office)))
}

/// For both sides.
pub(super) async fn evidence(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, WebError> {
    let (id, name) = path.into_inner();
    let (who, id, wanted): (_, CaseId, _) = (caller(&request), id_in(&id)?, name.clone());
    let text = desk.run(move |desk| conduct::evidence_text(desk, &who, id, &wanted)).await?;
    Ok(HttpResponse::Ok().json(EvidenceText { name, text }))
}

/// For both sides.
pub(super) async fn file(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, WebError> {
    let (id, file) = path.into_inner();
    let (who, id, file): (_, CaseId, AttachmentId) = (caller(&request), id_in(&id)?, id_in(&file)?);
    let (attachment, content) = desk.run(move |desk| conduct::file(desk, &who, id, file)).await?;
    Ok(HttpResponse::Ok().json(FileContent::new(&attachment, &content)))
}

/// A notice of violation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NoticeGiven {
    /// What happened.
    facts: String,
    /// Which clause it would break.
    clause: String,
    /// What would put it right.
    #[serde(default)]
    cure: String,
}

async fn notify(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    Json(given): Json<NoticeGiven>,
) -> Result<HttpResponse, WebError> {
    let given = ChargeGiven { facts: given.facts, clause: given.clause, cure: given.cure };
    on(desk, (caller(&request), id, Side::Office), move |desk, who, id| acts::notify(desk, who, id, &given)).await
}

/// A hearing.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CaseHearingGiven {
    /// The day, on which the offices must work.
    on: NaiveDate,
    /// Hour and place, and how to come.
    place: String,
}

async fn hearing(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    Json(given): Json<CaseHearingGiven>,
) -> Result<HttpResponse, WebError> {
    let act = move |desk: &Desk, who: &Caller, id| acts::set_hearing(desk, who, id, given.on, &given.place);
    on(desk, (caller(&request), id, Side::Office), act).await
}

/// What is suspended.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SuspensionGiven {
    /// `suspend_key`, `suspend_dataset`, `suspend_agreement` or `suspend_requester`.
    #[schema(example = "suspend_key")]
    stop: String,
}

async fn suspend(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    Json(given): Json<SuspensionGiven>,
) -> Result<HttpResponse, WebError> {
    let act = move |desk: &Desk, who: &Caller, id| acts::suspend_at_once(desk, who, id, &given.stop);
    on(desk, (caller(&request), id, Side::Office), act).await
}

async fn order(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    Json(given): Json<OrderGiven>,
) -> Result<HttpResponse, WebError> {
    let (kind, text) = order_of(given)?;
    let act = move |desk: &Desk, who: &Caller, id| acts::order(desk, who, id, (kind, &text));
    on(desk, (caller(&request), id, Side::Office), act).await
}

/// What becomes of a proof.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ProofJudged {
    /// Whether it is enough.
    accepted: bool,
    /// Lift every suspension of the case, each by its own.
    #[serde(default)]
    lift: bool,
    /// What the holder is told; needed where it is not enough.
    #[serde(default)]
    reason: String,
}

async fn judge(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    Json(given): Json<ProofJudged>,
) -> Result<HttpResponse, WebError> {
    let ProofJudged { accepted, lift, reason } = given;
    let act = move |desk: &Desk, who: &Caller, id| acts::judge_proof(desk, who, id, (accepted, lift), &reason);
    on(desk, (caller(&request), id, Side::Office), act).await
}

/// A measure.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MeasureTyped {
    /// `inform`, `warn`, `throttle_key`, `throttle_agreement`, `suspend_key`, `suspend_dataset`, `suspend_agreement`,
    /// `suspend_requester`, `revoke_key`, `end_agreement` or `refer`.
    #[schema(example = "warn")]
    measure: String,
    /// The key's id, where it is not the one of the case.
    #[serde(default)]
    key: Option<String>,
    /// To whom the case is handed on.
    #[serde(default)]
    to: String,
    /// The last day of a throttle; without it, that of the profile.
    #[serde(default)]
    until: Option<NaiveDate>,
}

fn measure_of(given: MeasureTyped) -> Result<MeasureGiven, WebError> {
    let MeasureTyped { measure, key, to, until } = given;
    Ok(MeasureGiven { word: measure, key: key.as_deref().map(id_in).transpose()?, to, until })
}

/// A finding of a violation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FoundGiven {
    /// Why; the holder reads it.
    reasons: String,
    /// What makes it so severe; needed where a step of the ladder is left out.
    #[serde(default)]
    severity: String,
    /// What is done.
    measures: Vec<MeasureTyped>,
}

async fn find(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    once: Once,
    Json(given): Json<FoundGiven>,
) -> Result<HttpResponse, WebError> {
    let measures = given.measures.into_iter().map(measure_of).collect::<Result<_, _>>()?;
    let given = FindingGiven { reasons: given.reasons, severity: given.severity, measures };
    let who = caller_once(&request, once);
    on(desk, (who, id, Side::Office), move |desk, who, id| acts::find(desk, who, id, &given)).await
}

/// Another measure.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AnotherGiven {
    /// What is done.
    measure: MeasureTyped,
    /// Why; the holder reads it.
    reason: String,
    /// What makes it so severe; needed where a step of the ladder is left out.
    #[serde(default)]
    severity: String,
}

async fn impose(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    Json(given): Json<AnotherGiven>,
) -> Result<HttpResponse, WebError> {
    let AnotherGiven { measure, reason, severity } = given;
    let measure = measure_of(measure)?;
    let act = move |desk: &Desk, who: &Caller, id| acts::impose(desk, who, id, (&measure, &reason, &severity));
    on(desk, (caller(&request), id, Side::Office), act).await
}

/// A suspension to lift.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LiftGiven {
    /// The id of the hold.
    hold: String,
    /// Why; the holder reads it.
    reason: String,
}

async fn lift(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    Json(given): Json<LiftGiven>,
) -> Result<HttpResponse, WebError> {
    let hold = id_in(&given.hold)?;
    let act = move |desk: &Desk, who: &Caller, id| acts::lift(desk, who, id, (hold, &given.reason));
    on(desk, (caller(&request), id, Side::Office), act).await
}

async fn dismiss(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    Json(given): Json<Text>,
) -> Result<HttpResponse, WebError> {
    let act = move |desk: &Desk, who: &Caller, id| acts::dismiss(desk, who, id, &given.text);
    on(desk, (caller(&request), id, Side::Office), act).await
}

async fn close(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    Json(given): Json<Text>,
) -> Result<HttpResponse, WebError> {
    let act = move |desk: &Desk, who: &Caller, id| acts::close(desk, who, id, &given.text);
    on(desk, (caller(&request), id, Side::Office), act).await
}
