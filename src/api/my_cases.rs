//! Misuse cases of the holder they are about, each from its notice on.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Api;
use super::case_views::{CaseShown, EvidenceText, FileContent, Side};
use super::cases::{Cases, all, evidence, file, on};
use crate::cases::conduct::{self, holder};
use crate::cases::{Caller, Desk};
use crate::web::case::{DeskData, caller};
use crate::web::upload::{FileGiven, files_given};
use crate::web::{Access, Json, WebError};

const MINE: Access = Access::Requester;

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    api.get("/my-cases", MINE, "Misuse cases about you, each from its notice on", mine)
        .gives::<Cases>(200)
        .get("/my-cases/{id}", MINE, "One misuse case about you", my_own)
        .gives::<CaseShown>(200)
        .get("/my-cases/{id}/evidence/{name}", MINE, "The text of a piece of evidence", evidence)
        .gives::<EvidenceText>(200)
        .get("/my-cases/{id}/files/{file}", MINE, "A file that you handed in", file)
        .gives::<FileContent>(200)
        .post("/my-cases/{id}/answer", MINE, "Answer the notice; late is taken in and marked so", answer)
        .takes::<CaseAnswerGiven>()
        .for_files()
        .gives::<CaseShown>(200)
        .refuses(&["wrong_state"])
        .post("/my-cases/{id}/acknowledgement", MINE, "Say that you have read the order", acknowledge)
        .gives::<CaseShown>(200)
        .refuses(&["wrong_state", "no_order", "acknowledged_already"])
        .post("/my-cases/{id}/proof", MINE, "Prove that you complied with the order", prove)
        .takes::<ProofGiven>()
        .for_files()
        .gives::<CaseShown>(200)
        .refuses(&["wrong_state", "no_order", "proof_waits"])
}

async fn mine(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let who = caller(&request);
    Ok(all(&desk.run(move |desk| conduct::mine(desk, &who)).await?, Side::Holder))
}

async fn my_own(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    on(desk, (caller(&request), id, Side::Holder), conduct::my_own).await
}

/// An answer to a notice.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CaseAnswerGiven {
    /// What you say to it.
    text: String,
    /// How you put it right.
    #[serde(default)]
    cure: String,
    /// Files, at most five.
    #[serde(default)]
    files: Vec<FileGiven>,
}

async fn answer(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    Json(given): Json<CaseAnswerGiven>,
) -> Result<HttpResponse, WebError> {
    let CaseAnswerGiven { text, cure, files } = given;
    let files = files_given(files)?;
    let act = move |desk: &Desk, who: &Caller, id| holder::answer(desk, who, id, (&text, &cure, &files));
    on(desk, (caller(&request), id, Side::Holder), act).await
}

async fn acknowledge(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    on(desk, (caller(&request), id, Side::Holder), holder::acknowledge).await
}

/// A proof of compliance.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ProofGiven {
    /// What you did, and how it can be seen.
    text: String,
    /// Files, at most five.
    #[serde(default)]
    files: Vec<FileGiven>,
}

async fn prove(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    Json(given): Json<ProofGiven>,
) -> Result<HttpResponse, WebError> {
    let files = files_given(given.files)?;
    let text = given.text;
    let act = move |desk: &Desk, who: &Caller, id| holder::prove(desk, who, id, (&text, &files));
    on(desk, (caller(&request), id, Side::Holder), act).await
}
