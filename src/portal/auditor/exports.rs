//! Whole tables to take along, written as they are read.

use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::asked::texts;
use crate::cases::exports::{self, ExportWish, Format, What};
use crate::portal::shared::Choice;
use crate::web::case::{DeskData, caller};
use crate::web::{FormView, Page, Query, WebError, stream};

const NAMES: [&str; 4] = ["what", "format", "from", "to"];

#[derive(Debug, Serialize)]
pub(super) struct ExportsView {
    pub(super) whats: Vec<Choice>,
    pub(super) formats: Vec<Choice>,
}

/// The page `/audit/exports`.
pub(super) async fn page(request: HttpRequest, query: Query) -> Result<HttpResponse, WebError> {
    let asked: [String; 4] = texts(query, NAMES);
    let label = |what: What| match what {
        What::Entries => "Entries",
        What::Usage => "Use of the gate by day",
        What::AccessLog => "Access log",
        What::Agreements => "Agreements",
        What::Keys => "Keys",
    };
    let name = |format: Format| match format {
        Format::Csv => "CSV, for spreadsheets",
        Format::Json => "JSON, one array",
        Format::Ndjson => "NDJSON, one object a line",
    };
    let view = ExportsView {
        whats: What::ALL.map(|what| Choice::new(what.as_str(), label(what))).to_vec(),
        formats: Format::ALL.map(|format| Choice::new(format.as_str(), name(format))).to_vec(),
    };
    let form = FormView::with(NAMES.iter().zip(asked).map(|(name, value)| (*name, value)));
    Page::new(&request, "Whole tables")?.crumb("Audit", "/audit").form(form).render("auditor/exports.html", &view)
}

/// `/audit/exports/file`: the table.
pub(super) async fn file(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let asked: [String; 4] = texts(query, NAMES);
    let (who, desk) = (caller(&request), desk.into_inner());
    let ticket = desk
        .run(move |desk| {
            let text = |name: &str| NAMES.iter().zip(&asked).find(|(known, _)| **known == name);
            let wish = ExportWish::read(&|name| text(name).map(|(_, text)| text.clone()).unwrap_or_default())?;
            exports::take(desk, &who, wish)
        })
        .await?;
    let (name, media_type) = (ticket.name.clone(), ticket.wish.format.media_type());
    stream::file(&name, media_type, move |outlet| {
        exports::write(&desk, &ticket, (outlet, &mut |_rows| {}))?;
        Ok(())
    })
}
