//! The beginning of an application: datasets, what a link suggests, and an earlier application to begin from. What a link
//! brings is shown and confirmed, never taken by itself.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::form::{QuestionView, question_view};
use super::list::title;
use crate::cases::again::{self, Copied};
use crate::cases::apply;
use crate::cases::{Caller, CaseError, Desk};
use crate::domain::application::{Application, Prefill, QUESTIONS, question};
use crate::domain::catalogue::Dataset;
use crate::domain::id::ApplicationId;
use crate::portal::shared::{Choice, Names, id_in, tier_words};
use crate::store::datasets;
use crate::web::case::{DeskData, caller, shown_on_form};
use crate::web::{Flash, Form, FormErrors, FormView, Page, Posted, Redirect, WebError, json::Query};

/// How the fields of suggested answers begin.
const SUGGESTED: &str = "prefill.";

/// What `applicant/new.html` shows.
#[derive(Debug, Serialize)]
pub(super) struct NewView {
    pub(super) datasets: Vec<Choice>,
    /// Earlier applications to begin from.
    pub(super) earlier: Vec<Choice>,
    /// Answers that a link suggests.
    pub(super) suggested: Vec<QuestionView>,
    /// What the link said and cannot be taken.
    pub(super) wrong: Vec<String>,
}

/// Published datasets that need an agreement, as choices.
///
/// # Errors
/// What the store says.
pub(super) fn grantable(desk: &Desk) -> Result<Vec<Choice>, CaseError> {
    let names = Names::of(desk)?;
    let all = desk.read(|conn| datasets::list(conn, None))?;
    let is_grantable = |dataset: &&Dataset| dataset.must_be_grantable().is_ok();
    Ok(all.iter().filter(is_grantable).map(|dataset| choice(&names, dataset)).collect())
}

fn choice(names: &Names, dataset: &Dataset) -> Choice {
    let hint = format!("{}. {}. {}", names.get(dataset.department), tier_words(dataset.tier), dataset.summary);
    Choice::new(&dataset.slug, dataset.metadata.title.as_str()).hint(hint)
}

/// Those that say something, newest first as they come.
fn earlier(all: &[Application]) -> Vec<Choice> {
    let told = all.iter().filter(|one| !one.answers.get("title").is_empty());
    told.map(|one| Choice::new(one.id.to_string(), format!("{}, {}", one.number, title(one)))).collect()
}

/// Everything the page is made from.
struct Shelf {
    datasets: Vec<Choice>,
    earlier: Vec<Choice>,
}

fn shelf(desk: &Desk, who: &Caller) -> Result<Shelf, CaseError> {
    Ok(Shelf { datasets: grantable(desk)?, earlier: earlier(&apply::list(desk, who)?) })
}

/// The questions that are suggested, with the names of their fields here.
fn suggested(desk: &Desk, names: &[&str]) -> Vec<QuestionView> {
    let asked = QUESTIONS.iter().filter(|question| names.contains(&question.name));
    asked
        .map(|question| {
            let mut view = question_view(&desk.profile, question, false);
            view.name = format!("{SUGGESTED}{}", question.name);
            view
        })
        .collect()
}

async fn show(
    request: &HttpRequest,
    desk: &DeskData,
    (form, names): (FormView, Vec<String>),
    wrong: impl FnOnce(&Shelf) -> Vec<String>,
) -> Result<HttpResponse, WebError> {
    let who = caller(request);
    let shelf = desk.run(move |desk| shelf(desk, &who)).await?;
    let wrong = wrong(&shelf);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let suggested = suggested(desk, &names);
    let page = Page::new(request, "Ask for data")?.crumb("My applications", "/applications").form(form);
    let Shelf { datasets, earlier } = shelf;
    page.render("applicant/new.html", &NewView { datasets, earlier, suggested, wrong })
}

/// What the link said and cannot be taken, with datasets that are not there to be asked for.
fn told(prefill: &Prefill, shelf: &Shelf) -> Vec<String> {
    let is_there = |all: &[Choice], value: &str| all.iter().any(|choice| choice.value == value);
    let mut wrong: Vec<String> = prefill.wrong.iter().map(|problem| problem.message.clone()).collect();
    let strange = prefill.datasets.iter().filter(|slug| !is_there(&shelf.datasets, slug));
    wrong.extend(strange.map(|slug| {
        let slug: String = slug.chars().take(80).collect();
        format!("“{slug}” is no dataset that needs an agreement, or none that can be asked for now.")
    }));
    if prefill.copy.as_deref().is_some_and(|id| !is_there(&shelf.earlier, id)) {
        wrong.push("The earlier application that the link names is none of yours.".to_owned());
    }
    wrong
}

pub(super) async fn page(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let purposes: Vec<String> = desk.profile.purposes.iter().map(|purpose| purpose.id.as_str().to_owned()).collect();
    let asked = query.lenient();
    let prefill = Prefill::read(asked.iter(), &purposes);
    let answers = prefill.answers.iter().map(|(name, text)| (format!("{SUGGESTED}{name}"), text.clone()));
    let chosen = prefill.datasets.iter().map(|slug| ("datasets".to_owned(), slug.clone()));
    let copied = prefill.copy.iter().map(|id| ("copy".to_owned(), id.clone()));
    let form = FormView::with(chosen.chain(answers).chain(copied));
    let names = prefill.answers.iter().map(|(name, _)| (*name).to_owned()).collect();
    show(&request, &desk, (form, names), |shelf| told(&prefill, shelf)).await
}

pub(super) async fn start(request: HttpRequest, desk: DeskData, posted: Posted) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["datasets[]", "prefill.*", "copy"])?;
    let slugs: Vec<String> = form.all("datasets").into_iter().map(str::to_owned).collect();
    let answers = confirmed(&form);
    let from: Option<ApplicationId> = match form.text("copy") {
        "" => None,
        id => Some(id_in(id)?),
    };
    let who = caller(&request);
    let begun = desk
        .run(move |desk| {
            if let Some(from) = from {
                return again::copy(desk, &who, from, (&slugs, &answers));
            }
            let id = apply::start_with(desk, &who, &slugs, &answers)?;
            Ok(Copied { id, left_out: Vec::new() })
        })
        .await;
    match begun {
        Ok(copied) => begun_at(&request, &copied),
        Err(error) => {
            let errors = renamed(&shown_on_form(error)?);
            let names = form.starting(SUGGESTED).map(|(name, _)| name.to_owned()).collect();
            show(&request, &desk, (form.view(&errors), names), |_| Vec::new()).await
        }
    }
}

/// What stood in the suggested fields when the person confirmed them; an emptied field suggests nothing.
fn confirmed(form: &Form) -> Vec<(String, String)> {
    form.starting(SUGGESTED)
        .filter(|(_, text)| !text.is_empty())
        .map(|(name, text)| (name.to_owned(), text.to_owned()))
        .collect()
}

/// The same errors, those of a question at its suggested field.
fn renamed(errors: &FormErrors) -> FormErrors {
    let mut moved = FormErrors::default();
    for error in errors.iter() {
        let is_asked = question(&error.field).is_some();
        let field = if is_asked { format!("{SUGGESTED}{}", error.field) } else { error.field.clone() };
        moved.add_coded(field, error.code.clone(), error.message.clone());
    }
    moved
}

fn begun_at(request: &HttpRequest, copied: &Copied) -> Result<HttpResponse, WebError> {
    let flash = if copied.left_out.is_empty() {
        Flash::good("Your draft is begun. It is kept as you save each step; nobody at the city sees it.")
    } else {
        let left = copied.left_out.join(", ");
        Flash::warn(format!("Your draft is begun without what cannot be asked for any more: {left}."))
    };
    Redirect::with(request, format!("/applications/{}/edit/datasets", copied.id), &flash)
}

/// Begins a new application from one that is shown.
pub(super) async fn copy(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    posted.only(&[])?;
    let (who, from) = (caller(&request), id_in(&path)?);
    let copied = desk.run(move |desk| again::copy(desk, &who, from, (&[], &[]))).await?;
    begun_at(&request, &copied)
}
