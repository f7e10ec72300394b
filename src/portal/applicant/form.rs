//! The steps of the form. A draft keeps anything that was typed, even if it is wrong or incomplete; what is still
//! missing is listed beside the form, and only signing needs it all.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::application::{Facts, is_editable, load};
use super::list::title;
use crate::cases::{CaseError, apply};
use crate::domain::application::{AnswerKind, Application, QUESTIONS, Question, STEPS, State, question};
use crate::domain::id::ApplicationId;
use crate::domain::profile::Profile;
use crate::domain::text::Invalid;
use crate::portal::shared::{Choice, id_in};
use crate::store::applications::Remark;
use crate::web::case::{DeskData, caller, shown_on_form};
use crate::web::{ChangedField, Flash, Form, FormView, Page, Posted, Redirect, WebError, json::Query};

/// The step that is not made of questions.
pub(super) const DATASETS: &str = "datasets";
/// The value of `back` that leads to the review page after saving.
pub(super) const REVIEW: &str = "review";

/// A step as a link with what is missing in it.
#[derive(Debug, Serialize)]
pub(super) struct StepLink {
    href: String,
    label: &'static str,
    missing: usize,
    is_current: bool,
}

/// Every step of the form in order: first the datasets, then the pages of questions.
pub(super) fn steps(application: &Application, gaps: &[Invalid], current: &str) -> Vec<StepLink> {
    all_steps()
        .map(|(step, label)| StepLink {
            href: format!("/applications/{}/edit/{step}", application.id),
            label,
            missing: gaps.iter().filter(|gap| step_of(&gap.field) == step).count(),
            is_current: step == current,
        })
        .collect()
}

fn all_steps() -> impl Iterator<Item = (&'static str, &'static str)> {
    std::iter::once((DATASETS, "Datasets and scopes")).chain(STEPS.iter().copied())
}

/// On which step a field stands.
pub(super) fn step_of(field: &str) -> &'static str {
    question(field).map_or(DATASETS, |question| question.step)
}

/// Where saving a step leads.
pub(super) fn next_path(id: ApplicationId, step: &str, (go, back): (&str, &str)) -> String {
    if go == "later" {
        return format!("/applications/{id}");
    }
    let following = all_steps().skip_while(|(name, _)| *name != step).nth(1);
    match following {
        Some((next, _)) if back != REVIEW => format!("/applications/{id}/edit/{next}"),
        Some(_) | None => format!("/applications/{id}/review"),
    }
}

/// What is missing on a step, each with a link to its field.
#[derive(Debug, Serialize)]
pub(super) struct Gap {
    href: String,
    message: String,
}

/// What is missing on `step`; with `None`, everywhere.
pub(super) fn gap_links(application: &Application, gaps: &[Invalid], step: Option<&str>) -> Vec<Gap> {
    gaps.iter()
        .filter(|gap| step.is_none_or(|step| step_of(&gap.field) == step))
        .map(|gap| {
            let page = match step {
                Some(_) => String::new(),
                None => format!("/applications/{}/edit/{}?back={REVIEW}", application.id, step_of(&gap.field)),
            };
            Gap { href: format!("{page}#f-{}", gap.field), message: gap.message.clone() }
        })
        .collect()
}

/// What `applicant/step.html` shows.
#[derive(Debug, Serialize)]
pub(super) struct StepView {
    id: String,
    number: String,
    title: String,
    action: String,
    version: i64,
    questions: Vec<QuestionView>,
    steps: Vec<StepLink>,
    gaps: Vec<Gap>,
    back: String,
    is_last: bool,
}

/// A question with what its field needs.
#[derive(Debug, Serialize)]
pub(super) struct QuestionView {
    pub(super) name: String,
    /// `line`, `prose`, `number`, `email` or `choice`.
    kind: &'static str,
    label: &'static str,
    hint: &'static str,
    example: &'static str,
    optional: bool,
    max: usize,
    suffix: &'static str,
    options: Vec<Choice>,
    /// What a department asks about this answer and waits for.
    asked: String,
}

/// The open question about an answer, in the department's words.
fn asked(facts: &Facts, name: &str) -> String {
    let State::InfoRequested { at, .. } = facts.application.state else { return String::new() };
    let is_open = |remark: &&Remark| remark.at >= at && remark.about.as_deref() == Some(name);
    facts.remarks.iter().rev().find(is_open).map(|remark| remark.text.clone()).unwrap_or_default()
}

pub(super) fn question_view(profile: &Profile, question: &Question, names_users: bool) -> QuestionView {
    let (kind, options) = match question.kind {
        AnswerKind::Line => ("line", Vec::new()),
        AnswerKind::Prose => ("prose", Vec::new()),
        AnswerKind::Number { .. } => ("number", Vec::new()),
        AnswerKind::Email => ("email", Vec::new()),
        AnswerKind::Choice(options) => {
            ("choice", options.iter().map(|(word, label)| Choice::new(*word, *label)).collect())
        }
        AnswerKind::Purpose => {
            let purpose = |known: &crate::domain::profile::Purpose| {
                Choice::new(known.id.as_str(), known.title.text("en")).hint(known.hint.text("en"))
            };
            ("choice", profile.purposes.iter().map(purpose).collect())
        }
    };
    let suffix = match question.name {
        "calls_per_day" => "calls a day",
        "peak_per_minute" => "calls a minute",
        "retention_days" => "days",
        _ => "",
    };
    let optional = !(question.is_required || question.name == "users" && names_users);
    let Question { name, label, hint, example, max, .. } = *question;
    let asked = String::new();
    QuestionView { name: name.to_owned(), kind, label, hint, example, optional, max, suffix, options, asked }
}

pub(super) fn step_view(profile: &Profile, facts: &Facts, step: &str, back: &str) -> StepView {
    let application = &facts.application;
    let names_users = application.names_users();
    StepView {
        id: application.id.to_string(),
        number: application.number.clone(),
        title: title(application),
        action: format!("/applications/{}/edit/{step}", application.id),
        version: application.version,
        questions: QUESTIONS
            .iter()
            .filter(|question| question.step == step)
            .map(|question| QuestionView {
                asked: asked(facts, question.name),
                ..question_view(profile, question, names_users)
            })
            .collect(),
        steps: steps(application, &facts.gaps, step),
        gaps: gap_links(application, &facts.gaps, Some(step)),
        back: back.to_owned(),
        is_last: back == REVIEW || STEPS.last().is_some_and(|(last, _)| *last == step),
    }
}

/// The facts of an application whose form is open.
///
/// # Errors
/// 404 for who is not its requester; 409 when it cannot be edited now.
pub(super) async fn editable(request: &HttpRequest, desk: &DeskData, id: ApplicationId) -> Result<Facts, WebError> {
    let who = caller(request);
    let facts = desk.run(move |desk| load(desk, &who, id)).await?;
    if is_editable(&facts.application) {
        return Ok(facts);
    }
    let detail = "This application is not open for changes now. Its page says what can be done.";
    Err(WebError::conflict("wrong_state", detail).with_next("Back to the application", format!("/applications/{id}")))
}

/// A page of the form with its crumbs.
pub(super) fn page_of(request: &HttpRequest, application: &Application, label: &str) -> Result<Page, WebError> {
    let here = format!("/applications/{}", application.id);
    let page = Page::new(request, label)?.crumb("My applications", "/applications");
    Ok(page.crumb(title(application), here))
}

pub(super) async fn page(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<(String, String)>,
    query: Query,
) -> Result<HttpResponse, WebError> {
    let (id, step) = path.into_inner();
    let (step, label) = known_step(&step)?;
    let facts = editable(&request, &desk, id_in(&id)?).await?;
    let query = query.lenient();
    let view = step_view(&desk.profile, &facts, step, query.get("back").unwrap_or_default());
    let answers = facts.application.answers.iter().filter(|(_, text)| !text.is_empty());
    let form = FormView::with(answers.map(|(question, text)| (question.name, text)));
    page_of(&request, &facts.application, label)?.form(form).render("applicant/step.html", &view)
}

fn known_step(step: &str) -> Result<(&'static str, &'static str), WebError> {
    STEPS.iter().copied().find(|(name, _)| *name == step).ok_or_else(WebError::not_found)
}

pub(super) async fn save(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let (id, step) = path.into_inner();
    let ((step, label), id) = (known_step(&step)?, id_in(&id)?);
    let names: Vec<&str> =
        QUESTIONS.iter().filter(|question| question.step == step).map(|question| question.name).collect();
    let known: Vec<&str> = names.iter().copied().chain(["version", "go", "back"]).collect();
    let form = posted.only(&known)?;
    let version = form.version()?;
    let answers: Vec<(String, String)> = names
        .iter()
        .filter(|name| form.has(name))
        .map(|name| ((*name).to_owned(), form.exact(name).to_owned()))
        .collect();
    let (who, typed) = (caller(&request), answers.clone());
    let saved = desk.run(move |desk| apply::save(desk, &who, id, &answers, None, version)).await;
    match saved {
        Ok(()) => after_saving(&request, &desk, id, (step, label), &form).await,
        Err(CaseError::Stale) => Err(stale(&request, &desk, id, &typed).await?),
        Err(error) => {
            let errors = shown_on_form(error)?;
            let facts = editable(&request, &desk, id).await?;
            let view = step_view(&desk.profile, &facts, step, form.text("back"));
            let page = page_of(&request, &facts.application, label)?.form(form.view(&errors));
            page.render("applicant/step.html", &view)
        }
    }
}

/// Everything is kept; what cannot be signed as it stands is said at once.
pub(super) async fn after_saving(
    request: &HttpRequest,
    desk: &DeskData,
    id: ApplicationId,
    (step, label): (&str, &str),
    form: &Form,
) -> Result<HttpResponse, WebError> {
    let who = caller(request);
    let gaps = desk.run(move |desk| apply::gaps(desk, &who, id)).await?;
    let wrong: Vec<&Invalid> =
        gaps.iter().filter(|gap| step_of(&gap.field) == step && gap.code != "required").collect();
    let flash = match wrong.first() {
        None => Flash::good(format!("“{label}” is saved.")),
        Some(first) => {
            Flash::warn(format!("“{label}” is saved as you typed it. To look at before signing: {}", first.message))
        }
    };
    Redirect::with(request, next_path(id, step, (form.text("go"), form.text("back"))), &flash)
}

/// Somebody of the organisation saved meanwhile: shows what differs, and loses nothing.
async fn stale(
    request: &HttpRequest,
    desk: &DeskData,
    id: ApplicationId,
    typed: &[(String, String)],
) -> Result<WebError, WebError> {
    let facts = editable(request, desk, id).await?;
    let stored = &facts.application.answers;
    let changed = typed
        .iter()
        .filter(|(name, text)| stored.get(name) != text.trim())
        .map(|(name, text)| ChangedField {
            label: question(name).map_or_else(|| name.clone(), |question| question.label.to_owned()),
            theirs: stored.get(name).to_owned(),
            yours: text.clone(),
        })
        .collect();
    Ok(WebError::stale(changed).with_next("Open the form again", request.path().to_owned()))
}
