//! The check of the chain, from the first entry to the head, against a head that was kept elsewhere if one is given.

use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::asked::texts;
use crate::cases::{CaseError, Desk};
use crate::domain::audit::{Head, Verifier};
use crate::domain::time::Instant;
use crate::store::audit;
use crate::web::case::DeskData;
use crate::web::{FormErrors, FormView, Page, Query, WebError};

/// Entries read at once.
const BATCH: i64 = 1_000;

#[derive(Debug, Serialize)]
pub(super) struct VerifyView {
    pub(super) head: String,
    pub(super) signature: String,
    pub(super) public_key: String,
    pub(super) count: i64,
    pub(super) checked: Option<Checked>,
}

/// What a check found.
#[derive(Debug, Serialize)]
pub(super) struct Checked {
    pub(super) at: Instant,
    pub(super) is_sound: bool,
    pub(super) text: String,
}

/// The page `/audit/verify`; with `run` it checks.
pub(super) async fn page(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let [run, kept] = texts(query, ["run", "kept"]);
    let form = FormView::with([("kept", kept.clone())]);
    let mut errors = FormErrors::default();
    let head = if kept.is_empty() { None } else { Head::from_text(&kept) };
    if !kept.is_empty() && head.is_none() {
        errors.add("kept", "A head is a number, a colon and 64 hexadecimal digits.");
    }
    let runs = !run.is_empty() && errors.is_empty();
    let view = desk.run(move |desk| view(desk, runs, head)).await?;
    let page = Page::new(&request, "Check the chain")?.crumb("Audit", "/audit").form(form.with_errors(&errors));
    page.render("auditor/verify.html", &view)
}

fn view(desk: &Desk, runs: bool, kept: Option<Head>) -> Result<VerifyView, CaseError> {
    let head = desk.read(audit::head)?;
    let text = head.to_text();
    Ok(VerifyView {
        signature: desk.secrets.sign(&text),
        public_key: desk.secrets.public_key(),
        count: head.number,
        head: text,
        checked: runs.then(|| check(desk, kept)).transpose()?,
    })
}

fn check(desk: &Desk, kept: Option<Head>) -> Result<Checked, CaseError> {
    let at = desk.clock.now();
    // The head first: what is written while the chain is read lies behind it and is not looked at.
    let stored = desk.read(audit::head)?;
    let mut verifier = Verifier::new(kept);
    let mut last = 0;
    let fault = |text: String| Ok(Checked { at, is_sound: false, text });
    while last < stored.number {
        let entries = desk.read(|conn| audit::after(conn, last, BATCH))?;
        let Some(newest) = entries.last().map(|entry| entry.number) else { break };
        for entry in entries.iter().filter(|entry| entry.number <= stored.number) {
            if let Err(found) = verifier.take(entry) {
                return fault(found.to_string());
            }
        }
        last = newest;
    }
    match verifier.finish(stored) {
        Err(found) => fault(found.to_string()),
        Ok(head) => {
            let beyond = if kept.is_some() { ", and the head kept elsewhere is part of it" } else { "" };
            Ok(Checked {
                at,
                is_sound: true,
                text: format!("All {} entries are whole and in order{beyond}.", head.number),
            })
        }
    }
}
