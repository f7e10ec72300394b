//! The form of one profile: a row for each rule, a button that saves and one that tries the rules on a live sample.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::sample::laid_out;
use crate::cases::redaction::{self, Preview, RuleTyped};
use crate::domain::catalogue::Dataset;
use crate::domain::redaction::{RULES_MAX, Rule, Treatment};
use crate::portal::shared::Choice;
use crate::portal::steward::dataset::{PartView, SetView, read};
use crate::portal::steward::rows::at_row;
use crate::web::case::{DeskData, caller, form_errors, shown_on_form};
use crate::web::{Flash, Form, FormErrors, FormView, Page, Posted, Redirect, WebError};

/// Empty rows below the last rule.
const SPARE_ROWS: usize = 3;
/// Most rows that a form may hold.
const ROWS_MAX: usize = RULES_MAX + SPARE_ROWS;
const FIELDS: &[&str] = &["name", "title", "rules.*", "sample", "act", "version"];

#[derive(Debug, Serialize)]
struct EditView {
    /// The name of a profile that is there already; empty for a new one.
    name: String,
    revision: u32,
    is_retired: bool,
    rows: Vec<usize>,
    count: usize,
    treatments: Vec<Choice>,
    has_upstream: bool,
    preview: Option<PreviewView>,
}

/// What rules did to a sample.
#[derive(Debug, Serialize)]
struct PreviewView {
    path: String,
    content_type: String,
    before: String,
    after: String,
    is_cut: bool,
    refusal: String,
    withheld: u64,
    effects: Vec<Effect>,
}

/// What one rule did.
#[derive(Debug, Serialize)]
struct Effect {
    path: String,
    treatment: String,
    changed: u64,
    is_idle: bool,
}

impl PreviewView {
    fn of(preview: Preview, rules: &[Rule]) -> Self {
        let effect = |(rule, changed): (&Rule, &u64)| {
            let is_delay = matches!(rule.treatment, Treatment::Delay { .. });
            let changed = if is_delay { preview.tally.withheld } else { *changed };
            Effect {
                path: rule.path.to_string(),
                treatment: rule.treatment.to_string(),
                changed,
                is_idle: changed == 0 && !is_delay,
            }
        };
        Self {
            effects: rules.iter().zip(&preview.tally.changed).map(effect).collect(),
            withheld: preview.tally.withheld,
            path: preview.path,
            content_type: preview.content_type,
            before: laid_out(&preview.before),
            after: laid_out(&preview.after),
            is_cut: preview.is_cut,
            refusal: preview.refusal.unwrap_or_default(),
        }
    }
}

fn treatments() -> Vec<Choice> {
    [
        ("drop", "Leave out"),
        ("mask", "Mask"),
        ("keyed_hash", "Replace by a code"),
        ("coarsen_position", "Coarsen position"),
        ("round_time", "Round time"),
        ("delay", "Withhold while young"),
    ]
    .map(|(value, label)| Choice::new(value, label))
    .to_vec()
}

/// The form of a new profile.
pub(crate) async fn new_page(
    request: HttpRequest,
    desk: DeskData,
    slug: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    show(&request, &desk, &slug, "", None, None).await
}

/// The form of a profile that is there.
pub(crate) async fn edit_page(
    request: HttpRequest,
    desk: DeskData,
    at: web::Path<(String, String)>,
) -> Result<HttpResponse, WebError> {
    let (slug, name) = at.into_inner();
    show(&request, &desk, &slug, &name, None, None).await
}

async fn show(
    request: &HttpRequest,
    desk: &DeskData,
    slug: &str,
    name: &str,
    typed: Option<(&Form, &FormErrors)>,
    preview: Option<PreviewView>,
) -> Result<HttpResponse, WebError> {
    let (caller, slug) = (caller(request), slug.to_owned());
    let read = desk.run(move |desk| read(desk, &caller, &slug)).await?;
    let known = read.dataset.redaction(name);
    if !name.is_empty() && known.is_none() && typed.is_none() {
        return Err(WebError::not_found());
    }
    let mut set = SetView::new(&read, "redactions");
    if let Some(version) = typed.and_then(|(form, _)| form.version().ok()) {
        set.version = version;
    }
    let rules = known.map_or(&[][..], |profile| &profile.rules);
    let count = typed.map_or(rules.len(), |(form, _)| filled(form).last().map_or(0, |last| last + 1));
    let view = EditView {
        name: known.map(|profile| profile.name.clone()).unwrap_or_default(),
        revision: known.map_or(0, |profile| profile.revision),
        is_retired: known.is_some_and(|profile| profile.is_retired),
        rows: (0..(count + SPARE_ROWS).min(ROWS_MAX)).collect(),
        count,
        treatments: treatments(),
        has_upstream: read.dataset.upstream.is_some(),
        preview,
    };
    let form = typed.map_or_else(|| FormView::with(stored(&read.dataset, name)), |(form, errors)| form.view(errors));
    let title = read.dataset.metadata.title.as_str();
    let heading = known.map_or_else(|| "New redaction profile".to_owned(), |profile| profile.title.clone());
    let page = Page::new(request, heading)?.crumb("Stewardship", "/stewardship").crumb(title, &set.path);
    let page = page.crumb("Redactions", format!("{}/redactions", set.path)).form(form);
    page.render("steward/redaction.html", &PartView { set, own: view })
}

fn stored(dataset: &Dataset, name: &str) -> Vec<(String, String)> {
    let Some(profile) = dataset.redaction(name) else { return Vec::new() };
    let mut values = vec![("name".to_owned(), profile.name.clone()), ("title".to_owned(), profile.title.clone())];
    for (at, rule) in profile.rules.iter().enumerate() {
        values.push((format!("rules.{at}.path"), rule.path.to_string()));
        values.push((format!("rules.{at}.treatment"), rule.treatment.word().to_owned()));
        values.push((format!("rules.{at}.parameter"), rule.treatment.parameter()));
        values.push((format!("rules.{at}.reason"), rule.reason.clone()));
    }
    values
}

/// Rows with something in them, apart from those to be taken away.
fn filled(form: &Form) -> Vec<usize> {
    (0..ROWS_MAX)
        .filter(|row| {
            ["path", "parameter", "reason"].iter().any(|part| !form.text(&format!("rules.{row}.{part}")).is_empty())
        })
        .filter(|row| !form.has(&format!("rules.{row}.remove")))
        .collect()
}

/// Saves a profile, or tries it on a live sample.
pub(crate) async fn save(
    request: HttpRequest,
    desk: DeskData,
    slug: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let form = posted.only(FIELDS)?;
    let version = form.version()?;
    let rows = filled(&form);
    let typed: Vec<RuleTyped> = rows
        .iter()
        .map(|row| {
            let part = |part: &str| form.text(&format!("rules.{row}.{part}")).to_owned();
            RuleTyped {
                path: part("path"),
                treatment: part("treatment"),
                parameter: part("parameter"),
                reason: part("reason"),
            }
        })
        .collect();
    let name = form.text("name").to_owned();
    let rules = match redaction::read_rules(&typed) {
        Ok(rules) => rules,
        Err(faults) => {
            let errors = in_rows(&form_errors(faults), &rows);
            return show(&request, &desk, &slug, &name, Some((&form, &errors)), None).await;
        }
    };
    if form.text("act") == "preview" {
        return try_out(&request, &desk, &slug, &form, rules).await;
    }
    let title = form.text("title").to_owned();
    let (caller, own_slug, own_name) = (caller(&request), slug.clone(), name.clone());
    let saved =
        desk.run(move |desk| redaction::save_profile(desk, &caller, &own_slug, (&own_name, &title, rules), version));
    match saved.await {
        Ok(dataset) => {
            let revision = dataset.redaction(&name).map_or(1, |profile| profile.revision);
            let told = format!("Saved as revision {revision}. Conditions can name {name} now.");
            Redirect::with(&request, format!("/stewardship/{slug}/redactions"), &Flash::good(&told))
        }
        Err(error) => {
            let errors = in_rows(&shown_on_form(error)?, &rows);
            show(&request, &desk, &slug, &name, Some((&form, &errors)), None).await
        }
    }
}

async fn try_out(
    request: &HttpRequest,
    desk: &DeskData,
    slug: &str,
    form: &Form,
    rules: Vec<Rule>,
) -> Result<HttpResponse, WebError> {
    let name = form.text("name");
    let tried = redaction::preview(desk, &caller(request), slug, rules.clone(), form.text("sample")).await;
    match tried {
        Ok(preview) => {
            let preview = PreviewView::of(preview, &rules);
            show(request, desk, slug, name, Some((form, &FormErrors::default())), Some(preview)).await
        }
        Err(error) => {
            let errors = shown_on_form(error)?;
            show(request, desk, slug, name, Some((form, &errors)), None).await
        }
    }
}

/// The errors at the rows that the form shows: the n-th filled row is not always the n-th.
fn in_rows(found: &FormErrors, rows: &[usize]) -> FormErrors {
    let mut errors = FormErrors::default();
    for error in found.iter() {
        let field = match error.field.strip_prefix("rules.") {
            Some(rest) => at_row("rules", rest, rows),
            None if error.field == "rules" => "rules.0.path".to_owned(),
            None => error.field.clone(),
        };
        errors.add_coded(field, error.code.clone(), error.message.clone());
    }
    errors
}
