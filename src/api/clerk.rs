//! The clerk's board; denials with both appeal dates, for the clerk; and the letter, which the requester reads too.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Api, id_in};
use crate::cases::board::{self, Due, Unread};
use crate::cases::denials::{self, Denial};
use crate::cases::letters::{Letter, Part, PrintedGround, Route};
use crate::domain::board::NextAct;
use crate::domain::id::ApplicationId;
use crate::domain::people::Role;
use crate::web::case::{DeskData, caller};
use crate::web::{Access, WebError};

const CLERK: Access = Access::Staff(&[Role::Clerk]);

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    api.get(
        "/clerk-board",
        CLERK,
        "What is due, with what comes next on each matter, and the reports to read",
        on_board,
    )
    .gives::<ClerkBoard>(200)
    .get("/denials", CLERK, "Denials with both appeal dates, the nearest first", list)
    .gives::<Denials>(200)
    .get("/denials/{application}", CLERK, "The denial letter of one application", letter)
    .gives::<LetterView>(200)
}

/// What is due at the clerk's desk, the nearest first, and the reports that nobody has read.
#[derive(Debug, Serialize, ToSchema)]
struct ClerkBoard {
    due: Vec<BoardDue>,
    unread: Vec<BoardReport>,
}

/// A matter with a last day.
#[derive(Debug, Serialize, ToSchema)]
struct BoardDue {
    /// `appeal`, whose day the city promises, or `records_request`, whose day is the law's.
    #[schema(example = "records_request")]
    matter: &'static str,
    number: String,
    about: String,
    /// Its page at the desk.
    page: String,
    /// The id of the department that it concerns, where one is known.
    department: Option<String>,
    /// `admit`, `acknowledge`, `compile_record`, `hear`, `decide`, `route`, `note_finding` or `answer`; null where
    /// somebody else must handle it.
    #[schema(example = "acknowledge")]
    next_act: Option<&'static str>,
    by: NaiveDate,
    /// How the day was counted.
    working: String,
    /// Negative where the day has passed.
    days_left: i64,
    /// `overdue`, `today`, `near` (within seven days) or `later`.
    #[schema(example = "near")]
    band: &'static str,
}

/// A report of misuse that nobody has read.
#[derive(Debug, Serialize, ToSchema)]
struct BoardReport {
    number: String,
    /// `misuse` or `personal_data`.
    #[schema(example = "misuse")]
    kind: &'static str,
    /// The id of the department it went to; null for the clerk.
    department: Option<String>,
    /// Its page.
    page: String,
    /// The city's day on which it came in.
    since: NaiveDate,
}

impl From<Due> for BoardDue {
    fn from(due: Due) -> Self {
        Self {
            matter: due.matter.as_str(),
            number: due.number,
            about: due.about,
            page: due.path,
            department: due.department.map(|id| id.to_string()),
            next_act: due.next.map(NextAct::as_str),
            by: due.by,
            working: due.working,
            days_left: due.days_left,
            band: due.band.as_str(),
        }
    }
}

impl From<Unread> for BoardReport {
    fn from(one: Unread) -> Self {
        Self {
            number: one.number,
            kind: one.kind.as_str(),
            department: one.to.map(|id| id.to_string()),
            page: one.path,
            since: one.since,
        }
    }
}

async fn on_board(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let who = caller(&request);
    let board = desk.run(move |desk| board::of_clerk(desk, &who)).await?;
    Ok(HttpResponse::Ok().json(ClerkBoard {
        due: board.due.into_iter().map(Into::into).collect(),
        unread: board.unread.into_iter().map(Into::into).collect(),
    }))
}

/// Denials.
#[derive(Debug, Serialize, ToSchema)]
struct Denials {
    items: Vec<DenialView>,
}

/// An application with at least one refused dataset.
#[derive(Debug, Serialize, ToSchema)]
struct DenialView {
    application: String,
    /// Such as `APP-2026-0042`.
    number: String,
    title: String,
    requester_name: String,
    /// Titles of the refused datasets.
    datasets: Vec<String>,
    /// The day of the last refusal, from which these dates count; each dataset's own are in the letter.
    denied_on: NaiveDate,
    clerk_by: NaiveDate,
    is_clerk_over: bool,
    state_by: NaiveDate,
    is_state_over: bool,
}

impl From<Denial> for DenialView {
    fn from(denial: Denial) -> Self {
        let Denial { application, letter, clerk_by, is_clerk_over, state_by, is_state_over } = denial;
        Self {
            application: application.to_string(),
            number: letter.number,
            title: letter.title,
            requester_name: letter.to,
            datasets: letter.parts.into_iter().map(|part| part.dataset).collect(),
            denied_on: letter.day,
            clerk_by,
            is_clerk_over,
            state_by,
            is_state_over,
        }
    }
}

async fn list(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let found = desk.run(move |desk| denials::list(desk, &caller)).await?;
    Ok(HttpResponse::Ok().json(Denials { items: found.into_iter().map(Into::into).collect() }))
}

async fn letter(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let id: ApplicationId = id_in(&id)?;
    let letter = desk.run(move |desk| denials::letter(desk, &caller, id)).await?;
    Ok(HttpResponse::Ok().json(LetterView::from(letter)))
}

/// The denial letter, with both ways to appeal side by side.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LetterView {
    number: String,
    title: String,
    to: String,
    /// The day of the last refusal.
    day: NaiveDate,
    /// One for each dataset that was refused.
    parts: Vec<LetterPart>,
    /// The city's review.
    clerk: AppealRoute,
    /// The state's commission; its clock does not wait for the clerk.
    state: AppealRoute,
    /// Asking for a record is a right of its own.
    records_note: String,
}

/// What was decided about one dataset.
#[derive(Debug, Serialize, ToSchema)]
struct LetterPart {
    dataset: String,
    decided_by: String,
    decided_as: &'static str,
    department: String,
    day: NaiveDate,
    clerk_by: NaiveDate,
    state_by: NaiveDate,
    statement: String,
    grounds: Vec<LetterGround>,
    /// What would change the answer.
    remedy: String,
}

/// One coded reason.
#[derive(Debug, Serialize, ToSchema)]
struct LetterGround {
    /// `D1` to `D15` of the place's profile.
    code: String,
    title: String,
    sentence: String,
    /// What is cited.
    cites: String,
    /// The facts.
    explanation: String,
}

/// One way to appeal.
#[derive(Debug, Serialize, ToSchema)]
struct AppealRoute {
    /// Whom to write to.
    body: String,
    address: String,
    email: String,
    /// The last day.
    by: NaiveDate,
    by_words: String,
    /// How the day was computed.
    working: String,
    statute: String,
    /// What to know.
    text: String,
}

impl From<Letter> for LetterView {
    fn from(letter: Letter) -> Self {
        let Letter { number, title, to, day, parts, clerk, state, records_note } = letter;
        let parts = parts.into_iter().map(Into::into).collect();
        Self { number, title, to, day, parts, clerk: clerk.into(), state: state.into(), records_note }
    }
}

impl From<Part> for LetterPart {
    fn from(part: Part) -> Self {
        Self {
            dataset: part.dataset,
            decided_by: part.decided_by,
            decided_as: part.decided_as,
            department: part.department.to_string(),
            day: part.day,
            clerk_by: part.clerk_by,
            state_by: part.state_by,
            statement: part.statement,
            grounds: part.grounds.into_iter().map(Into::into).collect(),
            remedy: part.remedy,
        }
    }
}

impl From<PrintedGround> for LetterGround {
    fn from(ground: PrintedGround) -> Self {
        let PrintedGround { code, title, sentence, cites, explanation } = ground;
        Self { code, title, sentence, cites, explanation }
    }
}

impl From<Route> for AppealRoute {
    fn from(route: Route) -> Self {
        let Route { body, address, email, by, by_words, working, statute, text } = route;
        Self { body, address, email, by, by_words, working, statute, text }
    }
}
