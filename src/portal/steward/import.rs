//! The import of a catalogue, from an address or pasted: how far it is, and its report.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::list::offices;
use crate::cases::catalogue::is_steward;
use crate::cases::interchange::{self, Fate, ImportReport, Outcome, background};
use crate::cases::{Caller, CaseError, Desk};
use crate::domain::errand::State;
use crate::domain::id::ImportId;
use crate::domain::import::{Import, ImportSource, ImportWish};
use crate::domain::time::Instant;
use crate::portal::errands::ErrandView;
use crate::portal::shared::{Choice, id_in, tier_words, with_way_back};
use crate::store::imports::ImportRun;
use crate::web::case::{DeskData, caller, caller_once, shown_on_form};
use crate::web::fields::Fields;
use crate::web::{
    Flash, Form, FormErrors, FormView, Manager, Once, Page, Posted, Query, Redirect, Signed, WebError, paging,
};

/// Records on one page of a report.
const ROWS_MAX: usize = 100;
/// For so long the answer waits for the report of an import that takes no longer.
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Debug, Serialize)]
pub(super) struct ImportView {
    pub(super) departments: Vec<Choice>,
}

/// The form; the address may say what was typed before.
pub(super) async fn form_page(
    request: HttpRequest,
    desk: DeskData,
    who: Signed<Manager>,
    query: Query,
) -> Result<HttpResponse, WebError> {
    let query = query.lenient();
    let typed = ["department", "url"].map(|name| (name, query.get(name).unwrap_or_default().to_owned()));
    show_form(&request, &desk, &who, FormView::with(typed)).await
}

async fn show_form(
    request: &HttpRequest,
    desk: &DeskData,
    who: &Signed<Manager>,
    form: FormView,
) -> Result<HttpResponse, WebError> {
    let view = ImportView { departments: offices(desk, who).await? };
    let page = Page::new(request, "Import a catalogue")?.crumb("Stewardship", "/stewardship");
    page.form(form).render("steward/import.html", &view)
}

/// Has it imported, and goes where its report will be.
pub(super) async fn run(
    request: HttpRequest,
    desk: DeskData,
    who: Signed<Manager>,
    once: Once,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["department", "url", "catalogue"])?;
    let mut errors = problems(&form);
    if !errors.is_empty() {
        return show_form(&request, &desk, &who, form.view(&errors)).await;
    }
    let (url, text) = (form.text("url").to_owned(), form.text("catalogue").to_owned());
    let (source, text) = match url.as_str() {
        "" => (ImportSource::Text("pasted text".to_owned()), Some(text)),
        _ => (ImportSource::Address(url), None),
    };
    let field = if text.is_some() { "catalogue" } else { "url" };
    let wish = ImportWish { department: id_in(form.text("department"))?, source };
    let asking = caller_once(&request, once);
    let asked = match desk.run(move |desk| background::ask(desk, &asking, wish, text.as_deref())).await {
        Ok(asked) => asked,
        Err(error) => return show_form(&request, &desk, &who, form.view(&shown_on_form(error)?)).await,
    };
    background::begin_now(&desk, PATIENCE).await;
    let looking = caller(&request);
    let import = desk.run(move |desk| background::find(desk, &looking, asked.id)).await?;
    let path = format!("/stewardship/imports/{}", import.id);
    match &import.state {
        State::Failed { why, .. } if !why.is_empty() => {
            for why in why {
                errors.add(field, why.clone());
            }
            show_form(&request, &desk, &who, form.view(&errors)).await
        }
        State::Done(_) => {
            let said = "The catalogue is imported. Its records stand in the public catalogue as they came; no key opens a \
                        dataset before you set its tier.";
            Redirect::with(&request, path, &Flash::good(said))
        }
        State::Asked | State::Running | State::Failed { .. } | State::Cancelled { .. } | State::Expired(_) => {
            Ok(Redirect::to(path))
        }
    }
}

fn problems(form: &Form) -> FormErrors {
    let mut errors = FormErrors::default();
    if form.text("department").is_empty() {
        errors.add("department", "Choose the department that gets what names no other.");
    }
    match (form.text("url").is_empty(), form.text("catalogue").is_empty()) {
        (true, true) => errors.add("url", "Give the address of a data.json, or paste its text."),
        (false, false) => errors.add("url", "Give either the address or the text, not both."),
        (true, false) | (false, true) => {}
    }
    errors
}

/// An import that has no report, or none yet.
#[derive(Debug, Serialize)]
pub(super) struct ImportingView {
    pub(super) path: String,
    pub(super) source: String,
    pub(super) asked_at: Instant,
    pub(super) errand: ErrandView,
    pub(super) is_open: bool,
    /// Whether the page looks again by itself.
    pub(super) refreshes: bool,
    pub(super) may_cancel: bool,
    /// The form with what was typed.
    pub(super) again: String,
}

impl ImportingView {
    fn of(import: &Import, may_cancel: bool, is_still: bool) -> Self {
        let path = format!("/stewardship/imports/{}", import.id);
        let url = match &import.wish.source {
            ImportSource::Address(url) => url.as_str(),
            ImportSource::Text(_) => "",
        };
        let department = import.wish.department.to_string();
        Self {
            source: import.wish.source.name().to_owned(),
            asked_at: import.asked_at,
            errand: ErrandView::of(import, &path),
            is_open: import.is_open(),
            refreshes: import.is_open() && !is_still,
            may_cancel,
            again: paging::link("/stewardship/import", [("department", department.as_str()), ("url", url)]),
            path,
        }
    }
}

/// Calls an import off.
pub(super) async fn cancel(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    posted.only(&[])?;
    let (who, id): (_, ImportId) = (caller(&request), id_in(&id)?);
    let path = format!("/stewardship/imports/{id}");
    let done = desk.run(move |desk| background::cancel(desk, &who, id)).await;
    done.map_err(|error| with_way_back(error, ("Look at the import", path.clone())))?;
    Redirect::with(&request, path, &Flash::good("It is called off, and nothing of it was taken in."))
}

/// A report, or how far it is to one.
enum Found {
    Report(Box<(ImportRun, ImportReport)>),
    Errand(Box<Import>, bool),
}

fn found(desk: &Desk, caller: &Caller, id: ImportId) -> Result<Found, CaseError> {
    match interchange::report(desk, caller, id) {
        Err(CaseError::Missing) => {
            let import = background::find(desk, caller, id)?;
            let may_cancel = is_steward(caller, import.wish.department);
            Ok(Found::Errand(Box::new(import), may_cancel))
        }
        found => Ok(Found::Report(Box::new(found?))),
    }
}

#[derive(Debug, Serialize)]
pub(super) struct ReportView {
    pub(super) path: String,
    pub(super) at: Instant,
    pub(super) by: String,
    pub(super) source: String,
    pub(super) records: usize,
    pub(super) counts: [usize; 5],
    pub(super) remarks: Vec<String>,
    pub(super) shows: Vec<Choice>,
    pub(super) rows: Vec<Row>,
    pub(super) first: String,
    pub(super) next: String,
    pub(super) top: usize,
    pub(super) bottom: usize,
    pub(super) found: usize,
}

#[derive(Debug, Serialize)]
pub(super) struct Row {
    pub(super) place: usize,
    pub(super) title: String,
    pub(super) href: String,
    pub(super) fate: &'static str,
    pub(super) tone: &'static str,
    pub(super) repairs: Vec<String>,
    pub(super) remarks: Vec<String>,
    pub(super) tier: &'static str,
    pub(super) because: Vec<String>,
}

const SHOWS: &[(&str, &str)] = &[
    ("all", "Every record"),
    ("created", "New"),
    ("updated", "Changed"),
    ("unchanged", "The same"),
    ("repaired", "Repaired"),
    ("skipped", "Skipped"),
];

/// The report of one import, or how far it is.
pub(super) async fn report(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    query: Query,
) -> Result<HttpResponse, WebError> {
    let query = query.lenient();
    let (caller, id): (_, ImportId) = (caller(&request), id_in(&id)?);
    let is_still = query.get("still").is_some();
    match desk.run(move |desk| found(desk, &caller, id)).await? {
        Found::Report(found) => show_report(&request, &found, &query),
        Found::Errand(import, may_cancel) => Page::new(&request, "Import of a catalogue")?
            .crumb("Stewardship", "/stewardship")
            .render("steward/importing.html", &ImportingView::of(&import, may_cancel, is_still)),
    }
}

fn show_report(
    request: &HttpRequest,
    (run, report): &(ImportRun, ImportReport),
    query: &Fields,
) -> Result<HttpResponse, WebError> {
    let show = query.get("show").unwrap_or("all").to_owned();
    let page = query.get("page").and_then(|page| page.parse().ok()).unwrap_or(1).clamp(1, 1_000);
    let mut view = view(report, &show, page);
    (view.at, view.by) = (run.at, run.by_name.clone());
    Page::new(request, "Import report")?
        .crumb("Stewardship", "/stewardship")
        .form(FormView::with([("show", show)]))
        .render("steward/report.html", &view)
}

pub(super) fn view(report: &ImportReport, show: &str, page: usize) -> ReportView {
    let fits = |fate: &&Fate| match show {
        "repaired" => !fate.repairs.is_empty(),
        "created" | "updated" | "unchanged" | "skipped" => fate.outcome.as_str() == show,
        _ => true,
    };
    let found: Vec<&Fate> = report.records.iter().filter(fits).collect();
    let skipped = (page - 1).saturating_mul(ROWS_MAX);
    let rows: Vec<Row> = found.iter().skip(skipped).take(ROWS_MAX).map(|fate| row(fate)).collect();
    let path = format!("/stewardship/imports/{}", report.id);
    let word = SHOWS.iter().find(|(word, _)| *word == show).map_or("all", |(word, _)| word);
    let link = |page: usize| format!("{path}?show={word}&page={page}");
    let has_more = found.len() > skipped + rows.len();
    ReportView {
        at: Instant::default(),
        by: String::new(),
        source: report.source.clone(),
        records: report.records.len(),
        counts: [report.created, report.updated, report.unchanged, report.repaired, report.skipped],
        remarks: report.remarks.clone(),
        shows: SHOWS.iter().map(|(word, label)| Choice::new(*word, *label)).collect(),
        first: if page > 1 { link(1) } else { String::new() },
        next: if has_more { link(page + 1) } else { String::new() },
        top: skipped + 1,
        bottom: skipped + rows.len(),
        found: found.len(),
        rows,
        path,
    }
}

fn row(fate: &Fate) -> Row {
    let (word, tone) = match fate.outcome {
        Outcome::Created => ("New", "good"),
        Outcome::Updated => ("Changed", "info"),
        Outcome::Unchanged => ("The same", "neutral"),
        Outcome::Skipped => ("Skipped", "bad"),
    };
    Row {
        place: fate.place,
        title: fate.title.clone(),
        href: fate.slug.as_ref().map(|slug| format!("/stewardship/{slug}")).unwrap_or_default(),
        fate: word,
        tone,
        repairs: fate.repairs.clone(),
        remarks: fate.remarks.clone(),
        tier: fate.suggested_tier.map_or("", |tier| tier_words(Some(tier))),
        because: fate.suggested_because.clone(),
    }
}
