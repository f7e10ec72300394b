//! The denial letter: reasons, what would change the answer, both ways to appeal side by side with their working, and
//! the note on records requests. Printed from the decision itself.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::form::page_of;
use crate::cases::letters::{self, Letter};
use crate::cases::{CaseError, apply};
use crate::domain::profile::Profile;
use crate::portal::shared::id_in;
use crate::web::case::{DeskData, caller};
use crate::web::{Page, WebError};

/// What `applicant/letter.html` shows.
#[derive(Debug, Serialize)]
pub(super) struct LetterView {
    id: String,
    city: String,
    letter: Letter,
    clocks_note: String,
    may_reopen: bool,
}

pub(super) fn view(profile: &Profile, letter: Letter, (id, may_reopen): (String, bool)) -> LetterView {
    LetterView {
        id,
        city: profile.city.as_str().to_owned(),
        letter,
        clocks_note: profile.notices.clocks_run_together.text("en").to_owned(),
        may_reopen,
    }
}

pub(super) async fn page(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    let id = id_in(&path)?;
    let who = caller(&request);
    let application = desk.run(move |desk| desk.store.read(|conn| apply::mine(conn, &who, id))).await?;
    let letter = letters::denial(&desk.profile, &application).ok_or(CaseError::Missing)?;
    let may_reopen = application.reopened_as.is_none() && application.state.as_str() == "denied";
    let page: Page = page_of(&request, &application, "Decision letter")?;
    page.render("applicant/letter.html", &view(&desk.profile, letter, (id.to_string(), may_reopen)))
}
