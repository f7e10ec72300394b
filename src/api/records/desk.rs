//! Requests for records at their office: read, acknowledge, estimate, refer, answer.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::{FileTaken, RecordsList, RecordsPacket, RecordsView, WithheldRow, packed, taken, view};
use crate::api::applications::Text;
use crate::api::{Api, id_in};
use crate::cases::files::NewFile;
use crate::cases::records::desk::{self, Entered, Found, Opened, Referred};
use crate::cases::{Caller, CaseError, Desk};
use crate::domain::id::RecordsId;
use crate::domain::people::Role;
use crate::domain::records::{
    AnswerDraft, Cents, EstimateDraft, LedgerKind, Outcome, RecordsRequest, WaiverGround, Withheld,
};
use crate::domain::text::Invalid;
use crate::store::people;
use crate::web::case::{DeskData, caller, caller_once};
use crate::web::upload::{FileGiven, files_given};
use crate::web::{Access, Json, Once, Query, WebError};

const READERS: Access = Access::Staff(&[Role::Reviewer, Role::Manager, Role::Clerk, Role::Auditor]);
const DESK: Access = Access::Staff(&[Role::Reviewer, Role::Manager, Role::Clerk]);
const OFFICIAL: Access = Access::Staff(&[Role::Manager, Role::Clerk]);
/// What every act of the office may be refused for.
const REFUSED: &[&str] = &["wrong_state", "own_application"];

/// Adds the routes of this file.
pub(super) fn routes(api: Api) -> Api {
    answer_routes(desk_routes(api))
}

fn desk_routes(api: Api) -> Api {
    api.get("/records-desk", READERS, "Requests for records, what is due first at the top", list)
        .asks(&["closed"])
        .gives::<RecordsList>(200)
        .get("/records-desk/{id}", READERS, "One request as its office sees it", one)
        .gives::<RecordsView>(200)
        .get("/records-desk/{id}/files/{file}", READERS, "One file that was produced, as base64", desk_file)
        .gives::<FileTaken>(200)
        .get("/records-desk/{id}/packet", READERS, "The texts for the state's commission", desk_packet)
        .gives::<RecordsPacket>(200)
        .post("/records-desk/{id}/acknowledgement", DESK, "Acknowledge a request; the last day stays", acknowledge)
        .with_preview()
        .takes::<Text>()
        .gives::<RecordsView>(200)
        .refuses(REFUSED)
        .post("/records-desk/{id}/department", DESK, "Give it to the department that has the records", route)
        .takes::<RecordsRoute>()
        .refuses(REFUSED)
        .refuses(&["already_there"])
        .post("/records-desk/{id}/longer-time", OFFICIAL, "An employee is told first", lengthen)
        .takes::<Text>()
        .gives::<RecordsView>(200)
        .refuses(REFUSED)
        .refuses(&["already_longer"])
        .post("/records-desk/{id}/messages", DESK, "Write to the requester", message)
        .takes::<Text>()
        .gives::<RecordsView>(200)
        .refuses(REFUSED)
        .post("/records-desk/{id}/notes", DESK, "Write a note for staff", note)
        .takes::<Text>()
        .gives::<RecordsView>(200)
        .refuses(&["own_application"])
}

fn answer_routes(api: Api) -> Api {
    api.post("/records-desk/{id}/estimate", DESK, "Say what copies cost at most", estimate)
        .with_preview()
        .takes::<EstimateGiven>()
        .gives::<RecordsView>(200)
        .refuses(REFUSED)
        .refuses(&["already_waived"])
        .post("/records-desk/{id}/waiver", OFFICIAL, "Ask no fee", waive)
        .takes::<WaiverGiven>()
        .gives::<RecordsView>(200)
        .refuses(&["own_application", "already_waived"])
        .post("/records-desk/{id}/fees", DESK, "Write a charge or a payment into the ledger", enter)
        .takes::<FeeGiven>()
        .gives::<RecordsView>(200)
        .once()
        .refuses(&["own_application", "estimate_missing", "above_estimate", "above_balance", "fee_waived"])
        .post("/records-desk/{id}/referral", DESK, "Refer a safety question to the state's commissioner", refer)
        .takes::<ReferralGiven>()
        .gives::<RecordsView>(200)
        .refuses(REFUSED)
        .refuses(&["already_referred"])
        .post("/records-desk/{id}/finding", DESK, "Write down what the commissioner found", find)
        .takes::<FindingGiven>()
        .gives::<RecordsView>(200)
        .refuses(REFUSED)
        .refuses(&["not_referred", "already_found"])
        .post("/records-desk/{id}/answer", OFFICIAL, "Answer a request; an answer after the last day is late", answer)
        .with_preview()
        .takes::<AnswerGiven>()
        .for_files()
        .gives::<RecordsView>(200)
        .once()
        .refuses(REFUSED)
}

async fn list(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let query = query.only(&["closed"])?;
    let closed = query.get("closed") == Some("true");
    let who = caller(&request);
    let all = desk.run(move |desk| desk::list(desk, &who, closed)).await?;
    let items = all.iter().map(|request| view(request, &[], (&[], &[]))).collect();
    Ok(HttpResponse::Ok().json(RecordsList { items }))
}

fn shown(opened: &Opened) -> HttpResponse {
    HttpResponse::Ok().json(view(&opened.request, &opened.fees, (&opened.files, &opened.letters)))
}

async fn one(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    let (who, id): (_, RecordsId) = (caller(&request), id_in(&id)?);
    Ok(shown(&desk.run(move |desk| desk::read(desk, &who, id)).await?))
}

async fn desk_file(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, WebError> {
    taken(desk, caller(&request), path.into_inner()).await
}

async fn desk_packet(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    packed(desk, caller(&request), id.into_inner()).await
}

/// Runs one case on one request and shows it.
async fn on(
    desk: DeskData,
    (who, id): (Caller, web::Path<String>),
    case: impl FnOnce(&Desk, &Caller, RecordsId) -> Result<RecordsRequest, CaseError> + Send + 'static,
) -> Result<HttpResponse, WebError> {
    let id: RecordsId = id_in(&id)?;
    let opened = desk
        .run(move |desk| {
            case(desk, &who, id)?;
            desk::read(desk, &who, id)
        })
        .await?;
    Ok(shown(&opened))
}

type Path = web::Path<String>;
type Done = Result<HttpResponse, WebError>;

async fn acknowledge(request: HttpRequest, desk: DeskData, id: Path, Json(given): Json<Text>) -> Done {
    on(desk, (caller(&request), id), move |desk, who, id| desk::acknowledge(desk, who, id, &given.text)).await
}

/// The department that has the records.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RecordsRoute {
    /// Its short name.
    department: String,
    /// Why.
    #[serde(default)]
    text: String,
}

async fn route(request: HttpRequest, desk: DeskData, id: Path, Json(given): Json<RecordsRoute>) -> Done {
    let (who, id): (_, RecordsId) = (caller(&request), id_in(&id)?);
    desk.run(move |desk| {
        let department = desk.read(|conn| people::department_by_slug(conn, &given.department));
        let department = department.map_err(|error| match error {
            CaseError::Missing => Invalid::new("department", "unknown", "There is no such department.").into(),
            other @ (CaseError::Refused(_)
            | CaseError::Invalid(_)
            | CaseError::Stale
            | CaseError::Undone(_)
            | CaseError::Wait(_)
            | CaseError::Store(_)) => other,
        })?;
        desk::route(desk, &who, id, (department.id, &given.text)).map(|_| ())
    })
    .await?;
    // It may lie with another office now, so nothing of it is shown.
    Ok(HttpResponse::NoContent().finish())
}

async fn lengthen(request: HttpRequest, desk: DeskData, id: Path, Json(given): Json<Text>) -> Done {
    on(desk, (caller(&request), id), move |desk, who, id| desk::lengthen(desk, who, id, &given.text)).await
}

async fn message(request: HttpRequest, desk: DeskData, id: Path, Json(given): Json<Text>) -> Done {
    on(desk, (caller(&request), id), move |desk, who, id| desk::message(desk, who, id, &given.text)).await
}

async fn note(request: HttpRequest, desk: DeskData, id: Path, Json(given): Json<Text>) -> Done {
    on(desk, (caller(&request), id), move |desk, who, id| desk::note(desk, who, id, &given.text)).await
}

/// What an estimate is made from; amounts in cents.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct EstimateGiven {
    pages: u32,
    /// What a page costs, at most the cap.
    #[schema(example = 50)]
    page_price_cents: u32,
    certified_pages: u32,
    scanner_uses: u32,
    /// Minutes of formatting and programming.
    staff_minutes: u32,
    staff_hourly_cents: u32,
    media_cents: u32,
    /// An outside copying service.
    outside_cents: u32,
    /// Computer time of a contractor who hosts the data.
    computer_cents: u32,
    /// Searching and retrieving is never charged for: anything but 0 is refused.
    #[schema(example = 0)]
    search_minutes: u32,
    /// Only where the estimate is large enough.
    asks_prepayment: bool,
}

async fn estimate(request: HttpRequest, desk: DeskData, id: Path, Json(given): Json<EstimateGiven>) -> Done {
    let cents = |cents: u32| Cents::new(cents.into());
    let draft = EstimateDraft {
        pages: given.pages,
        page_price: cents(given.page_price_cents),
        certified_pages: given.certified_pages,
        scanner_uses: given.scanner_uses,
        staff_minutes: given.staff_minutes,
        staff_hourly: cents(given.staff_hourly_cents),
        media: cents(given.media_cents),
        outside: cents(given.outside_cents),
        computer: cents(given.computer_cents),
        search_minutes: given.search_minutes,
        asks_prepayment: given.asks_prepayment,
    };
    on(desk, (caller(&request), id), move |desk, who, id| desk::estimate(desk, who, id, &draft)).await
}

/// A waiver.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WaiverGiven {
    /// `indigent`, `exempt`, `general_welfare`, `elected_official` or `public_defender`.
    #[schema(example = "indigent")]
    ground: String,
    /// What shows it.
    #[serde(default)]
    text: String,
}

async fn waive(request: HttpRequest, desk: DeskData, id: Path, Json(given): Json<WaiverGiven>) -> Done {
    let unknown = || Invalid::new("ground", "unknown", "Choose one of the grounds.");
    let ground = WaiverGround::from_word(&given.ground).ok_or_else(|| WebError::from(CaseError::from(unknown())))?;
    on(desk, (caller(&request), id), move |desk, who, id| desk::waive(desk, who, id, (ground, &given.text))).await
}

/// An entry for the ledger.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FeeGiven {
    /// `charge` or `payment`.
    #[schema(example = "payment")]
    kind: String,
    cents: u32,
    /// What for, or the number of the receipt.
    text: String,
}

async fn enter(request: HttpRequest, desk: DeskData, once: Once, id: Path, Json(given): Json<FeeGiven>) -> Done {
    let unknown = || Invalid::new("kind", "unknown", "Give `charge` or `payment`.");
    let kind = LedgerKind::from_word(&given.kind).ok_or_else(|| WebError::from(CaseError::from(unknown())))?;
    let entered = Entered { kind, cents: Cents::new(given.cents.into()), text: given.text };
    let who = caller_once(&request, once);
    on(desk, (who, id), move |desk, who, id| desk::enter(desk, who, id, &entered)).await
}

/// A safety question.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReferralGiven {
    /// The exemption whose finding is another office's.
    #[schema(example = "1-210(b)(19)")]
    exemption: String,
    /// Which records or fields.
    records: String,
    /// What the risk would be.
    reason: String,
}

async fn refer(request: HttpRequest, desk: DeskData, id: Path, Json(given): Json<ReferralGiven>) -> Done {
    let ReferralGiven { exemption, records, reason } = given;
    let referred = Referred { exemption, records, reason };
    on(desk, (caller(&request), id), move |desk, who, id| desk::refer(desk, who, id, &referred)).await
}

/// What the commissioner found.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FindingGiven {
    on: NaiveDate,
    /// Whether there are reasonable grounds to withhold.
    has_grounds: bool,
    /// In their words.
    text: String,
}

async fn find(request: HttpRequest, desk: DeskData, id: Path, Json(given): Json<FindingGiven>) -> Done {
    let found = Found { on: given.on, has_grounds: given.has_grounds, text: given.text };
    on(desk, (caller(&request), id), move |desk, who, id| desk::find(desk, who, id, &found)).await
}

/// An answer to give.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AnswerGiven {
    /// `produced`, `partly` or `denied`.
    #[schema(example = "produced")]
    outcome: String,
    /// What is produced and how one gets it; not needed for a denial.
    #[serde(default)]
    text: String,
    /// What is withheld: one row for each record and field.
    #[serde(default)]
    #[schema(example = json!([]))]
    withheld: Vec<WithheldRow>,
    /// What is produced as files.
    #[serde(default)]
    #[schema(example = json!([]))]
    files: Vec<FileGiven>,
}

async fn answer(request: HttpRequest, desk: DeskData, once: Once, id: Path, Json(given): Json<AnswerGiven>) -> Done {
    let unknown = || Invalid::new("outcome", "unknown", "Give `produced`, `partly` or `denied`.");
    let outcome = Outcome::from_word(&given.outcome).ok_or_else(|| WebError::from(CaseError::from(unknown())))?;
    let files: Vec<NewFile> = files_given(given.files)?;
    let rows = given.withheld.into_iter().map(|row| {
        let WithheldRow { record, field, exemption, sentence } = row;
        Withheld { record, field, exemption, sentence }
    });
    let draft = AnswerDraft { outcome, text: given.text, withheld: rows.collect() };
    let who = caller_once(&request, once);
    on(desk, (who, id), move |desk, who, id| desk::answer(desk, who, id, (&draft, &files))).await
}
