//! The access log, with whole addresses: auditors alone see them.

use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::asked::{span, texts, title_or_id};
use super::usage::{counted_kinds, whose};
use crate::cases::usage::log_for_auditor;
use crate::cases::{Caller, CaseError, Desk, sheets};
use crate::domain::saved_view::ViewRoom;
use crate::domain::time::Instant;
use crate::portal::saved_views::ViewBar;
use crate::portal::shared::Choice;
use crate::store::views::usage::{LogLine, LogSearch};
use crate::web::case::{DeskData, caller};
use crate::web::{FormErrors, FormView, Page, Query, WebError, paging, sheet};

/// Lines on one page.
const PAGE: usize = 50;

const NAMES: [&str; 7] = ["kind", "of", "outcome", "request", "from", "to", "cursor"];

/// What the gate answers (its closed list of outcomes).
pub(super) const OUTCOMES: [&str; 15] = [
    "ok",
    "key_missing",
    "key_malformed",
    "key_unknown",
    "key_expired",
    "key_revoked",
    "key_suspended",
    "agreement_ended",
    "network_denied",
    "scope_denied",
    "outside_window",
    "rate_limited",
    "quota_exhausted",
    "dataset_unavailable",
    "upstream_failed",
];

#[derive(Debug, Serialize)]
pub(super) struct LogView {
    pub(super) kinds: Vec<Choice>,
    pub(super) outcomes: Vec<Choice>,
    pub(super) rows: Vec<Row>,
    pub(super) first: String,
    pub(super) next: String,
    pub(super) csv: String,
    pub(super) kept_days: u16,
    pub(super) is_filtered: bool,
    pub(super) bar: ViewBar,
}

#[derive(Debug, Serialize)]
pub(super) struct Row {
    pub(super) at: Instant,
    pub(super) key: String,
    pub(super) key_href: String,
    pub(super) scope: String,
    pub(super) call: String,
    pub(super) outcome: String,
    pub(super) is_ok: bool,
    pub(super) status: i32,
    pub(super) bytes: i64,
    pub(super) ms: String,
    pub(super) client: String,
    pub(super) request_href: String,
}

/// The page `/audit/access-log`.
pub(super) async fn page(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let asked = texts(query, NAMES);
    let form = FormView::with(NAMES.iter().zip(&asked).map(|(name, value)| (*name, value.clone())));
    let (reader, query) = (caller(&request), request.query_string().to_owned());
    let (view, errors) = desk.run(move |desk| view(desk, (&reader, &query), &asked)).await?;
    let page = Page::new(&request, "Access log")?.crumb("Audit", "/audit").form(form.with_errors(&errors));
    view.bar.settle(page).render("auditor/log.html", &view)
}

fn wanted(desk: &Desk, asked: &[String; 7], errors: &mut FormErrors) -> Result<LogSearch, CaseError> {
    let [kind, of, outcome, request, from, to, cursor] = asked;
    let text = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    let whose = whose(desk, (kind, of), errors)?;
    let (from, to) = span(desk.profile.zone, (from, to), errors);
    let below = cursor.split_once('~').and_then(|(at, id)| Some((at.parse().ok()?, id.to_owned())));
    Ok(LogSearch { whose, outcome: text(outcome), request: text(request), from, to, below })
}

fn view(
    desk: &Desk,
    (reader, query): (&Caller, &str),
    asked: &[String; 7],
) -> Result<(LogView, FormErrors), CaseError> {
    let mut errors = FormErrors::default();
    let wanted = wanted(desk, asked, &mut errors)?;
    let mut found = Vec::new();
    if errors.is_empty() {
        let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
        found = log_for_auditor(desk, reader, &wanted, limit)?;
    }
    let has_more = found.len() > PAGE;
    found.truncate(PAGE);
    let link = |path: &str, cursor: Option<String>| {
        let cursor = cursor.unwrap_or_default();
        let given = NAMES.iter().zip(asked).filter(|(name, _)| **name != "cursor");
        paging::link(path, given.map(|(name, value)| (*name, value.as_str())).chain([("cursor", cursor.as_str())]))
    };
    let last = found.last().map(|line| format!("{}~{}", line.access.at.to_rfc3339(), line.access.id));
    let view = LogView {
        kinds: counted_kinds(),
        outcomes: OUTCOMES.map(|outcome| Choice::new(outcome, outcome)).to_vec(),
        first: if wanted.below.is_some() { link("/audit/access-log", None) } else { String::new() },
        next: if has_more { link("/audit/access-log", last) } else { String::new() },
        csv: link("/audit/access-log.csv", None),
        kept_days: desk.profile.agreement.access_log_days,
        is_filtered: asked.iter().any(|text| !text.is_empty()),
        bar: ViewBar::of(desk, reader, ViewRoom::AccessLog, query)?,
        rows: found.into_iter().map(|line| row(desk, line)).collect::<Result<_, _>>()?,
    };
    Ok((view, errors))
}

fn row(desk: &Desk, line: LogLine) -> Result<Row, CaseError> {
    let LogLine { access: line, scope } = line;
    let key = line.of.key.map(|id| id.to_string());
    Ok(Row {
        at: line.at,
        key: key.as_deref().map_or(Ok(String::new()), |id| title_or_id(desk, "key", id))?,
        key_href: key.map(|id| format!("/audit/stories/key/{id}")).unwrap_or_default(),
        scope,
        call: format!("{} {}", line.method, line.path),
        is_ok: line.of.outcome == "ok",
        outcome: line.of.outcome,
        status: line.status,
        bytes: line.bytes,
        ms: format!("{}.{}", line.latency_us / 1_000, line.latency_us % 1_000 / 100),
        client: line.client,
        request_href: in_path(&line.request),
    })
}

/// The same as a file.
pub(super) async fn sheet(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let asked = texts(query, NAMES);
    let reader = caller(&request);
    let found = desk.run(move |desk| {
        let mut errors = FormErrors::default();
        let wanted = wanted(desk, &asked, &mut errors)?;
        if errors.is_empty() { sheets::access_log(desk, &reader, &wanted).map(Ok) } else { Ok(Err(errors)) }
    });
    sheet::csv("access-log.csv", found.await?.map_err(WebError::invalid)?, None)
}

/// A request id as one part of a path; a proxy before the gate may have made it of any text.
fn in_path(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}
