//! Whole tables to take along: small ones written as they are read, long ones made in the background, with how far each is.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::asked::texts;
use crate::cases::exports::kept;
use crate::cases::exports::{self, ExportWish, Format, What};
use crate::cases::{CaseError, Desk};
use crate::domain::errand::State;
use crate::domain::export::Export;
use crate::domain::id::ExportId;
use crate::domain::time::{Day, Instant};
use crate::portal::errands::ErrandView;
use crate::portal::shared::{Choice, Tag, id_in, with_way_back};
use crate::web::case::{DeskData, caller, caller_once, shown_on_form};
use crate::web::{Flash, FormView, Once, Page, Posted, Query, Redirect, WebError, paging, stream};

const NAMES: [&str; 4] = ["what", "format", "from", "to"];
const LIST: &str = "/audit/exports";

#[derive(Debug, Serialize)]
pub(super) struct ExportsView {
    pub(super) whats: Vec<Choice>,
    pub(super) formats: Vec<Choice>,
    pub(super) rows: Vec<Row>,
    /// Whether the page looks again by itself. Then it has no form, whose fields would be lost.
    pub(super) refreshes: bool,
    pub(super) is_open: bool,
    pub(super) keep_days: i64,
}

/// An export that was asked for.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    pub(super) what: &'static str,
    pub(super) format: &'static str,
    pub(super) first: Option<Day>,
    pub(super) last: Option<Day>,
    pub(super) asked_at: Instant,
    pub(super) errand: ErrandView,
    pub(super) made: Option<MadeView>,
    /// Where its file is taken; empty where there is none.
    pub(super) file: String,
}

/// A file that was made.
#[derive(Debug, Serialize)]
pub(super) struct MadeView {
    pub(super) rows: u64,
    pub(super) bytes: u64,
    pub(super) sha256: String,
    pub(super) until: Instant,
}

const fn label(what: What) -> &'static str {
    match what {
        What::Entries => "Entries",
        What::Usage => "Use of the gate by day",
        What::AccessLog => "Access log",
        What::Agreements => "Agreements",
        What::Keys => "Keys",
    }
}

const fn format_label(format: Format) -> &'static str {
    match format {
        Format::Csv => "CSV, for spreadsheets",
        Format::Json => "JSON, one array",
        Format::Ndjson => "NDJSON, one object a line",
    }
}

fn row(export: &Export, now: Instant) -> Row {
    let path = format!("{LIST}/{}", export.id);
    let mut errand = ErrandView::of(export, &path);
    let has_file = export.must_be_ready(now).is_ok();
    if matches!(export.state, State::Done(_)) && !has_file {
        errand.state = Tag { text: "File deleted", tone: "neutral" };
    }
    let made = export.state.outcome().map(|made| MadeView {
        rows: made.rows,
        bytes: made.bytes,
        sha256: made.sha256.clone(),
        until: made.keep_until,
    });
    Row {
        what: label(export.wish.what),
        format: export.wish.format.as_str(),
        first: export.wish.first,
        last: export.wish.last,
        asked_at: export.asked_at,
        errand,
        made,
        file: if has_file { format!("{path}/file") } else { String::new() },
    }
}

async fn show(
    request: &HttpRequest,
    desk: &DeskData,
    (is_still, form): (bool, FormView),
) -> Result<HttpResponse, WebError> {
    let who = caller(request);
    let (found, now) = desk.run(move |desk| Ok((kept::list(desk, &who)?, desk.clock.now()))).await?;
    let is_open = found.iter().any(Export::is_open);
    let view = ExportsView {
        whats: What::ALL.map(|what| Choice::new(what.as_str(), label(what))).to_vec(),
        formats: Format::ALL.map(|format| Choice::new(format.as_str(), format_label(format))).to_vec(),
        rows: found.iter().map(|export| row(export, now)).collect(),
        refreshes: is_open && !is_still,
        is_open,
        keep_days: desk.options.exports.keep.num_days(),
    };
    Page::new(request, "Whole tables")?.crumb("Audit", "/audit").form(form).render("auditor/exports.html", &view)
}

/// The page `/audit/exports`.
pub(super) async fn page(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let is_still = query.clone().lenient().get("still").is_some();
    let asked: [String; 4] = texts(query, NAMES);
    let is_asked = asked.iter().any(|text| !text.is_empty());
    let form = FormView::with(NAMES.iter().zip(asked).map(|(name, value)| (*name, value)));
    show(&request, &desk, (is_still || is_asked, form)).await
}

/// Takes a table at once, or has it made.
pub(super) async fn ask(
    request: HttpRequest,
    desk: DeskData,
    once: Once,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["what", "format", "from", "to", "how"])?;
    let read = ExportWish::read(&|name| form.text(name).to_owned());
    if form.text("how") == "now" && read.is_ok() {
        let pairs = NAMES.map(|name| (name, form.text(name)));
        return Ok(Redirect::to(paging::link("/audit/exports/file", pairs)));
    }
    let who = caller_once(&request, once);
    match desk.run(move |desk| kept::ask(desk, &who, read.map_err(CaseError::Invalid)?)).await {
        Ok(_) => {
            let told = Flash::good("It is made in the background. You can leave this page and come back.");
            Redirect::with(&request, LIST, &told)
        }
        Err(error) => {
            let errors = shown_on_form(error)?;
            show(&request, &desk, (true, form.view(&errors))).await
        }
    }
}

/// Calls an export off.
pub(super) async fn cancel(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    posted.only(&[])?;
    let (who, id): (_, ExportId) = (caller(&request), id_in(&id)?);
    let done = desk.run(move |desk| kept::cancel(desk, &who, id)).await;
    done.map_err(|error| with_way_back(error, ("Look at your exports", LIST.to_owned())))?;
    Redirect::with(&request, LIST, &Flash::good("It is called off, and what was written is thrown away."))
}

/// The file of an export that was made.
pub(super) async fn kept_file(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    let (who, id): (_, ExportId) = (caller(&request), id_in(&id)?);
    let taken = desk.run(move |desk| kept::fetch(desk, &who, id)).await;
    let taken = taken.map_err(|error| with_way_back(error, ("Look at your exports", LIST.to_owned())))?;
    stream::copy(&taken.name, taken.media_type, taken.file)
}

/// `/audit/exports/file`: the table.
pub(super) async fn file(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let asked: [String; 4] = texts(query, NAMES);
    let (who, desk) = (caller(&request), desk.into_inner());
    let ticket = desk
        .run(move |desk: &Desk| {
            let text = |name: &str| NAMES.iter().zip(&asked).find(|(known, _)| **known == name);
            let wish = ExportWish::read(&|name| text(name).map(|(_, text)| text.clone()).unwrap_or_default());
            exports::take(desk, &who, wish.map_err(CaseError::Invalid)?)
        })
        .await?;
    let (name, media_type) = (ticket.name.clone(), ticket.wish.format.media_type());
    stream::file(&name, media_type, move |outlet| {
        exports::write(&desk, &ticket, (outlet, &mut |_rows| {}))?;
        Ok(())
    })
}
