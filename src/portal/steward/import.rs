//! The import of a catalogue, from an address or pasted, and its report.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::list::offices;
use crate::cases::interchange::{self, Fate, ImportReport, Outcome};
use crate::domain::id::{DepartmentId, ImportId};
use crate::domain::time::Instant;
use crate::portal::shared::{Choice, id_in, tier_words};
use crate::web::case::{DeskData, caller, shown_on_form};
use crate::web::{Flash, FormErrors, FormView, Manager, Page, Posted, Query, Redirect, Signed, WebError};

/// Records on one page of a report.
const ROWS_MAX: usize = 100;

#[derive(Debug, Serialize)]
pub(super) struct ImportView {
    pub(super) departments: Vec<Choice>,
}

/// The form.
pub(super) async fn form_page(
    request: HttpRequest,
    desk: DeskData,
    who: Signed<Manager>,
) -> Result<HttpResponse, WebError> {
    show_form(&request, &desk, &who, FormView::default()).await
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

/// Imports.
pub(super) async fn run(
    request: HttpRequest,
    desk: DeskData,
    who: Signed<Manager>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["department", "url", "catalogue"])?;
    let mut errors = FormErrors::default();
    if form.text("department").is_empty() {
        errors.add("department", "Choose the department that gets what names no other.");
    }
    match (form.text("url").is_empty(), form.text("catalogue").is_empty()) {
        (true, true) => errors.add("url", "Give the address of a data.json, or paste its text."),
        (false, false) => errors.add("url", "Give either the address or the text, not both."),
        (true, false) | (false, true) => {}
    }
    if !errors.is_empty() {
        return show_form(&request, &desk, &who, form.view(&errors)).await;
    }
    let department: DepartmentId = id_in(form.text("department"))?;
    let caller = caller(&request);
    let done = if form.text("url").is_empty() {
        let bytes = form.text("catalogue").as_bytes().to_vec();
        desk.run(move |desk| interchange::import(desk, &caller, department, "pasted text", &bytes)).await
    } else {
        interchange::import_from(&desk, caller, department, form.text("url").to_owned()).await
    };
    match done {
        Ok(report) => {
            let said = "The catalogue is imported. Its records stand in the public catalogue as they came; no key opens a \
                        dataset before you set its tier.";
            let flash = Flash::good(said);
            Redirect::with(&request, format!("/stewardship/imports/{}", report.id), &flash)
        }
        Err(error) => show_form(&request, &desk, &who, form.view(&shown_on_form(error)?)).await,
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

/// The report of one import.
pub(super) async fn report(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    query: Query,
) -> Result<HttpResponse, WebError> {
    let query = query.lenient();
    let show = query.get("show").unwrap_or("all").to_owned();
    let page = query.get("page").and_then(|page| page.parse().ok()).unwrap_or(1).clamp(1, 1_000);
    let (caller, id): (_, ImportId) = (caller(&request), id_in(&id)?);
    let (run, report) = desk.run(move |desk| interchange::report(desk, &caller, id)).await?;
    let mut view = view(&report, &show, page);
    (view.at, view.by) = (run.at, run.by_name);
    let form = FormView::with([("show", show)]);
    Page::new(&request, "Import report")?
        .crumb("Stewardship", "/stewardship")
        .form(form)
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
