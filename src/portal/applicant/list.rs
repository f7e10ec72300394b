//! Own applications, and the beginning of a new one.

use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::standing;
use crate::cases::{CaseError, Desk, apply};
use crate::domain::application::{Application, State};
use crate::domain::catalogue::Dataset;
use crate::domain::time::Instant;
use crate::portal::shared::{Choice, Names, Tag, tier_words};
use crate::store::datasets;
use crate::web::case::{DeskData, caller, shown_on_form};
use crate::web::{Flash, FormView, Page, Posted, Redirect, WebError, json::Query};

/// What `applicant/list.html` shows.
#[derive(Debug, Serialize)]
pub(super) struct ListView {
    /// Those that wait for the reader.
    pub(super) yours: Vec<Line>,
    /// Everything else, newest first.
    pub(super) others: Vec<Line>,
}

#[derive(Debug, Serialize)]
pub(super) struct Line {
    href: String,
    number: String,
    title: String,
    datasets: String,
    tag: Tag,
    since: Instant,
}

fn line(application: &Application) -> Line {
    let datasets: Vec<&str> = application.items.iter().map(|item| item.title.as_str()).collect();
    Line {
        href: format!("/applications/{}", application.id),
        number: application.number.clone(),
        title: title(application),
        datasets: datasets.join(", "),
        tag: standing::tag(&application.state),
        since: application.submitted().map_or(application.created_at, |submission| submission.at),
    }
}

/// The project's title; a draft may have none yet.
pub(super) fn title(application: &Application) -> String {
    match application.answers.get("title") {
        "" => "Application without a title".to_owned(),
        title => title.to_owned(),
    }
}

pub(super) fn view(all: &[Application]) -> ListView {
    let waits = |application: &&Application| {
        matches!(application.state, State::Draft | State::InfoRequested { .. } | State::Offered { .. })
    };
    ListView {
        yours: all.iter().filter(waits).map(line).collect(),
        others: all.iter().filter(|application| !waits(application)).map(line).collect(),
    }
}

pub(super) async fn page(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let who = caller(&request);
    let all = desk.run(move |desk| apply::list(desk, &who)).await?;
    Page::new(&request, "My applications")?.render("applicant/list.html", &view(&all))
}

/// What `applicant/new.html` shows.
#[derive(Debug, Serialize)]
pub(super) struct NewView {
    pub(super) datasets: Vec<Choice>,
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

async fn show_new(request: &HttpRequest, desk: &DeskData, form: FormView) -> Result<HttpResponse, WebError> {
    let datasets = desk.run(grantable).await?;
    let page = Page::new(request, "Ask for data")?.crumb("My applications", "/applications").form(form);
    page.render("applicant/new.html", &NewView { datasets })
}

pub(super) async fn new_page(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let asked = query.lenient();
    let chosen: Vec<(&str, &str)> = asked.all("dataset").map(|slug| ("datasets", slug)).collect();
    show_new(&request, &desk, FormView::with(chosen)).await
}

pub(super) async fn start(request: HttpRequest, desk: DeskData, posted: Posted) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["datasets[]"])?;
    let slugs: Vec<String> = form.all("datasets").into_iter().map(str::to_owned).collect();
    let who = caller(&request);
    match desk.run(move |desk| apply::start(desk, &who, &slugs)).await {
        Ok(id) => {
            let flash =
                Flash::good("Your draft is begun. It is kept as you save each step; nobody at the city sees it.");
            Redirect::with(&request, format!("/applications/{id}/edit/datasets"), &flash)
        }
        Err(error) => {
            let errors = shown_on_form(error)?;
            show_new(&request, &desk, form.view(&errors)).await
        }
    }
}
