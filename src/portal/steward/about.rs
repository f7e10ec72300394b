//! What the catalogue says of a dataset.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::dataset::{save_part, show_part};
use crate::cases::describe::{AboutTyped, DistributionTyped};
use crate::domain::dcat::AccessLevel;
use crate::portal::shared::Choice;
use crate::web::case::{DeskData, form_errors};
use crate::web::{Form, FormErrors, FormView, Posted, WebError};

/// Empty rows for further distributions.
const SPARE_ROWS: usize = 2;
/// Most rows that a form may hold.
const ROWS_MAX: usize = 210;

const LINES: &[&str] = &[
    "title",
    "summary",
    "description",
    "steward",
    "publisher",
    "contact_name",
    "contact_email",
    "modified",
    "issued",
    "license",
    "rights",
    "spatial",
    "temporal",
    "frequency",
    "landing_page",
    "access_level",
];

#[derive(Debug, Serialize)]
pub(super) struct AboutView {
    pub(super) levels: Vec<Choice>,
    pub(super) rows: Vec<usize>,
    pub(super) is_imported: bool,
    pub(super) shown: Vec<(&'static str, String)>,
    pub(super) ways: Vec<DistributionTyped>,
}

/// The page.
pub(super) async fn page(
    request: HttpRequest,
    desk: DeskData,
    slug: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    show(&request, &desk, &slug, None).await
}

async fn show(
    request: &HttpRequest,
    desk: &DeskData,
    slug: &str,
    typed: Option<(&Form, &FormErrors)>,
) -> Result<HttpResponse, WebError> {
    show_part(request, desk, slug, "about", typed, |read, typed| {
        let stored = AboutTyped::of(&read.dataset);
        let rows = typed.map_or(stored.distributions.len(), |form| row_numbers(form).last().map_or(0, |last| last + 1));
        let view = AboutView {
            levels: AccessLevel::ALL.iter().map(|level| Choice::new(level.as_str(), level.as_str())).collect(),
            rows: (0..rows + SPARE_ROWS).collect(),
            is_imported: read.dataset.is_imported,
            shown: shown(&stored),
            ways: stored.distributions.clone(),
        };
        (view, FormView::with(values(&stored)))
    })
    .await
}

/// The same for who only reads, under the labels of the form.
fn shown(about: &AboutTyped) -> Vec<(&'static str, String)> {
    let keywords = about.keywords.join(", ");
    let themes = about.themes.join(", ");
    [
        ("Title", &about.title),
        ("Summary", &about.summary),
        ("Description", &about.description),
        ("Steward", &about.steward),
        ("Keywords", &keywords),
        ("Themes", &themes),
        ("Publisher", &about.publisher),
        ("Contact", &about.contact_name),
        ("Mail address", &about.contact_email),
        ("Last changed", &about.modified),
        ("First published", &about.issued),
        ("How often it is renewed", &about.frequency),
        ("Period covered", &about.temporal),
        ("Area covered", &about.spatial),
        ("Address of the licence", &about.license),
        ("Rights in words", &about.rights),
        ("Access level in data.json", &about.access_level),
        ("Page elsewhere", &about.landing_page),
    ]
    .map(|(label, text)| (label, text.clone()))
    .to_vec()
}

fn values(about: &AboutTyped) -> Vec<(String, String)> {
    let mut values: Vec<(String, String)> = [
        ("title", &about.title),
        ("summary", &about.summary),
        ("description", &about.description),
        ("steward", &about.steward),
        ("publisher", &about.publisher),
        ("contact_name", &about.contact_name),
        ("contact_email", &about.contact_email),
        ("modified", &about.modified),
        ("issued", &about.issued),
        ("license", &about.license),
        ("rights", &about.rights),
        ("spatial", &about.spatial),
        ("temporal", &about.temporal),
        ("frequency", &about.frequency),
        ("landing_page", &about.landing_page),
        ("access_level", &about.access_level),
        ("keywords", &about.keywords.join("\n")),
        ("themes", &about.themes.join("\n")),
    ]
    .map(|(name, value)| (name.to_owned(), value.clone()))
    .to_vec();
    for (at, row) in about.distributions.iter().enumerate() {
        for (part, value) in
            [("title", &row.title), ("url", &row.url), ("media_type", &row.media_type), ("format", &row.format)]
        {
            values.push((format!("distributions.{at}.{part}"), value.clone()));
        }
        if row.is_download {
            values.push((format!("distributions.{at}.is_download"), "yes".to_owned()));
        }
    }
    values
}

/// The rows of distributions in which something was typed.
fn row_numbers(form: &Form) -> Vec<usize> {
    let mut rows: Vec<usize> = form
        .starting("distributions.")
        .filter(|(_, text)| !text.is_empty())
        .filter_map(|(rest, _)| rest.split('.').next()?.parse().ok())
        .filter(|row| *row < ROWS_MAX)
        .collect();
    rows.sort_unstable();
    rows.dedup();
    rows
}

fn read(form: &Form, rows: &[usize]) -> AboutTyped {
    let text = |name: &str| form.text(name).to_owned();
    let lines = |name: &str| form.text(name).split(['\n', ',']).map(|word| word.trim().to_owned()).collect();
    let distribution = |row: &usize| {
        let part = |part: &str| text(&format!("distributions.{row}.{part}"));
        DistributionTyped {
            title: part("title"),
            url: part("url"),
            is_download: form.has(&format!("distributions.{row}.is_download")),
            media_type: part("media_type"),
            format: part("format"),
        }
    };
    AboutTyped {
        title: text("title"),
        summary: text("summary"),
        description: text("description"),
        steward: text("steward"),
        keywords: lines("keywords"),
        themes: lines("themes"),
        publisher: text("publisher"),
        contact_name: text("contact_name"),
        contact_email: text("contact_email"),
        modified: text("modified"),
        issued: text("issued"),
        license: text("license"),
        rights: text("rights"),
        spatial: text("spatial"),
        temporal: text("temporal"),
        frequency: text("frequency"),
        landing_page: text("landing_page"),
        access_level: text("access_level"),
        distributions: rows.iter().map(distribution).collect(),
    }
}

/// Saves it.
pub(super) async fn save(
    request: HttpRequest,
    desk: DeskData,
    slug: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let known: Vec<&str> = LINES.iter().copied().chain(["keywords", "themes", "distributions.*", "version"]).collect();
    let form = posted.only(&known)?;
    let version = form.version()?;
    let rows = row_numbers(&form);
    let errors = match read(&form, &rows).check() {
        Ok(edit) => {
            let told = ("about", "Saved. Fields changed here are kept when the catalogue is imported again.");
            match save_part(&request, &desk, &slug, (edit, version), told).await? {
                Ok(done) => return Ok(done),
                Err(errors) => errors,
            }
        }
        Err(faults) => at_their_fields(&form_errors(faults), &rows),
    };
    show(&request, &desk, &slug, Some((&form, &errors))).await
}

/// Words are typed in one field each list, and rows may have been left out.
fn at_their_fields(errors: &FormErrors, rows: &[usize]) -> FormErrors {
    let mut placed = FormErrors::default();
    for error in errors.iter() {
        let field = match error.field.split_once('.') {
            Some((list @ ("keywords" | "themes"), _)) => list.to_owned(),
            Some(("distributions", rest)) => super::rows::at_row("distributions", rest, rows),
            Some(_) | None => error.field.clone(),
        };
        placed.add_coded(field, error.code.clone(), error.message.clone());
    }
    placed
}
