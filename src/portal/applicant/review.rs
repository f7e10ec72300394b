//! Review and confirm: every answer with a link to change it, the exact agreement text with its hash, the terms, and the
//! signature. What is sent repeats the digests of what was shown, so that nobody signs what they have not seen.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::application::{AnswerSection, sections};
use super::form::{DATASETS, Gap, REVIEW, editable, gap_links, page_of};
use super::list::title;
use super::sign::{self, SignView, TextView, at_block, draft_view, left_out, sign_view, signature};
use super::standing::{ItemView, item};
use crate::cases::apply;
use crate::domain::application::{Application, State};
use crate::domain::id::ApplicationId;
use crate::domain::profile::Profile;
use crate::portal::shared::{Names, id_in};
use crate::web::case::{DeskData, caller, caller_once, shown_on_form};
use crate::web::{Flash, FormView, Once, Page, Posted, Redirect, WebError};

/// What `applicant/review.html` shows.
#[derive(Debug, Serialize)]
pub(super) struct ReviewView {
    id: String,
    number: String,
    title: String,
    /// Whether it was sent before and is now sent again.
    is_again: bool,
    gaps: Vec<Gap>,
    items: Vec<ItemView>,
    datasets_href: String,
    sections: Vec<Section>,
    public_record: String,
    text: TextView,
    sign: SignView,
}

/// A step with its answers and the way back to it.
#[derive(Debug, Serialize)]
struct Section {
    href: String,
    #[serde(flatten)]
    answers: AnswerSection,
}

pub(super) fn view(profile: &Profile, names: &Names, review: &apply::Review) -> ReviewView {
    let application = &review.application;
    let edit = |step: &str| format!("/applications/{}/edit/{step}?back={REVIEW}", application.id);
    let submit = format!("/applications/{}/submit", application.id);
    ReviewView {
        id: application.id.to_string(),
        number: application.number.clone(),
        title: title(application),
        is_again: !application.submissions.is_empty(),
        gaps: gap_links(application, &review.problems, None),
        items: application.items.iter().map(|one| item(names, one)).collect(),
        datasets_href: edit(DATASETS),
        sections: sections(profile, &application.answers)
            .into_iter()
            .map(|answers| Section { href: edit(answers.step), answers })
            .collect(),
        public_record: profile.notices.public_record.text("en").to_owned(),
        text: draft_view(&review.draft, format!("/applications/{}/review/text", application.id)),
        sign: sign_view(
            profile,
            application,
            (&review.draft.terms, &review.draft.hash),
            (submit, "Sign and send"),
            true,
        ),
    }
}

/// Loads the review of an application whose form is open.
async fn load(
    request: &HttpRequest,
    desk: &DeskData,
    id: ApplicationId,
) -> Result<(Application, ReviewView), WebError> {
    let facts = editable(request, desk, id).await?;
    let who = caller(request);
    let review = desk.run(move |desk| apply::review(desk, &who, id)).await?;
    let view = view(&desk.profile, &facts.names, &review);
    Ok((review.application, view))
}

fn show(
    request: &HttpRequest,
    (application, view): &(Application, ReviewView),
    form: FormView,
) -> Result<HttpResponse, WebError> {
    let page: Page = page_of(request, application, "Check and sign")?.form(form);
    page.render("applicant/review.html", view)
}

pub(super) async fn page(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    let loaded = load(&request, &desk, id_in(&path)?).await?;
    show(&request, &loaded, FormView::default())
}

/// The text to the byte, so that anybody can hash it.
pub(super) async fn text(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    let id = id_in(&path)?;
    let who = caller(&request);
    let review = desk.run(move |desk| apply::review(desk, &who, id)).await?;
    Ok(crate::portal::shared::to_the_byte(&review.draft.text))
}

pub(super) async fn submit(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
    once: Once,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let id = id_in(&path)?;
    let form = posted.only(sign::FIELDS)?;
    let who = caller_once(&request, once);
    let signature = signature(&form);
    let sent = desk.run(move |desk| apply::submit(desk, &who, id, &signature)).await;
    let error = match sent {
        Ok(state) => return after_sending(&request, id, &state),
        Err(error) => error,
    };
    let errors = at_block(&shown_on_form(error)?);
    let loaded = load(&request, &desk, id).await?;
    let missing = left_out(&loaded.1.sign, &form);
    let errors = if missing.is_empty() { errors } else { missing };
    show(&request, &loaded, form.view(&errors))
}

/// Says what signing did and leads to what comes next.
pub(super) fn after_sending(request: &HttpRequest, id: ApplicationId, state: &State) -> Result<HttpResponse, WebError> {
    match state {
        State::Executed { agreement, .. } => {
            let flash = Flash::good("Signed. Your agreement is in force. Make a key to call the data.");
            Redirect::with(request, format!("/agreements/{agreement}"), &flash)
        }
        State::Draft
        | State::Submitted { .. }
        | State::InfoRequested { .. }
        | State::Offered { .. }
        | State::Denied { .. }
        | State::Withdrawn { .. }
        | State::Lapsed { .. }
        | State::Converted { .. } => {
            let flash =
                Flash::good("Signed and sent. You get a mail when somebody asks a question and when it is decided.");
            Redirect::with(request, format!("/applications/{id}"), &flash)
        }
    }
}
