//! Use of the gate over a range of days, from the rollups: never from the log.

use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::asked::{days, find, kinds, texts};
use crate::cases::sheets::{self, label};
use crate::cases::{CaseError, Desk};
use crate::domain::time::Day;
use crate::portal::shared::Choice;
use crate::store::views::usage::{By, Sum, Whose, sums};
use crate::web::case::{DeskData, caller};
use crate::web::{FormErrors, FormView, Page, Query, WebError, sheet};

const NAMES: [&str; 5] = ["by", "kind", "of", "from", "to"];

#[derive(Debug, Serialize)]
pub(super) struct UsageView {
    pub(super) bys: Vec<Choice>,
    pub(super) kinds: Vec<Choice>,
    pub(super) head: &'static str,
    pub(super) rows: Vec<Row>,
    pub(super) first: Day,
    pub(super) last: Day,
    pub(super) calls: i64,
    pub(super) refused: i64,
    pub(super) bytes: i64,
    pub(super) csv: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Row {
    pub(super) label: String,
    pub(super) href: String,
    pub(super) calls: i64,
    pub(super) ok: i64,
    pub(super) refused: i64,
    pub(super) bytes: i64,
    pub(super) mean_ms: i64,
    pub(super) most: i64,
}

const BYS: &[(By, &str)] = &[
    (By::Key, "Key"),
    (By::Agreement, "Agreement"),
    (By::Dataset, "Dataset"),
    (By::Operation, "Operation"),
    (By::Outcome, "Outcome"),
    (By::Day, "Day"),
];

/// The page `/audit/usage`.
pub(super) async fn page(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let asked = texts(query, NAMES);
    let mut given = asked.clone();
    let (view, errors) = desk.run(move |desk| view(desk, &asked)).await?;
    let [by, .., from, to] = &mut given;
    if by.is_empty() {
        By::Dataset.as_str().clone_into(by);
    }
    for (text, day) in [(from, view.first), (to, view.last)] {
        if text.is_empty() {
            *text = day.to_string();
        }
    }
    let form = FormView::with(NAMES.iter().zip(given).map(|(name, value)| (*name, value)));
    let page = Page::new(&request, "Use of the gate")?.crumb("Audit", "/audit").form(form.with_errors(&errors));
    page.render("auditor/usage.html", &view)
}

struct Asked {
    by: By,
    whose: Whose,
    days: (Day, Day),
}

fn read(desk: &Desk, asked: &[String; 5], errors: &mut FormErrors) -> Result<Asked, CaseError> {
    let [by, kind, of, from, to] = asked;
    let whose = whose(desk, (kind, of), errors)?;
    Ok(Asked { by: By::from_word(by).unwrap_or(By::Dataset), whose, days: days(desk, (from, to), errors) })
}

/// The key, agreement or dataset that was typed.
pub(super) fn whose(desk: &Desk, (kind, of): (&str, &str), errors: &mut FormErrors) -> Result<Whose, CaseError> {
    let mut whose = Whose::default();
    if of.is_empty() {
        return Ok(whose);
    }
    match find(desk, kind, of) {
        Ok(id) => match kind {
            "key" => whose.key = id.parse().ok(),
            "agreement" => whose.agreement = id.parse().ok(),
            "dataset" => whose.dataset = id.parse().ok(),
            _ => errors.add("kind", "Calls are counted by key, agreement and dataset; choose one of these."),
        },
        Err(CaseError::Missing | CaseError::Invalid(_)) => {
            errors.add("of", "Nothing of this kind is called so. Give its number, short name or id.");
        }
        Err(error) => return Err(error),
    }
    Ok(whose)
}

/// Kinds that calls are counted by.
pub(super) fn counted_kinds() -> Vec<Choice> {
    kinds().into_iter().filter(|kind| matches!(kind.value.as_str(), "key" | "agreement" | "dataset")).collect()
}

fn view(desk: &Desk, texts: &[String; 5]) -> Result<(UsageView, FormErrors), CaseError> {
    let mut errors = FormErrors::default();
    let asked = read(desk, texts, &mut errors)?;
    let mut found = Vec::new();
    if errors.is_empty() {
        found = desk.read(|conn| sums(conn, asked.days, &asked.whose, asked.by))?;
    }
    let most = found.iter().map(|sum| sum.calls).max().unwrap_or(0).max(1);
    let rows: Vec<Row> = found.iter().map(|sum| row(desk, asked.by, sum, most)).collect::<Result<_, _>>()?;
    let mut csv = url::form_urlencoded::Serializer::new(String::from("/audit/usage.csv?"));
    csv.extend_pairs(NAMES.iter().zip(texts).filter(|(_, value)| !value.is_empty()));
    let view = UsageView {
        bys: BYS.iter().map(|(by, label)| Choice::new(by.as_str(), *label)).collect(),
        kinds: counted_kinds(),
        head: BYS.iter().find(|(by, _)| *by == asked.by).map_or("", |(_, label)| label),
        first: asked.days.0,
        last: asked.days.1,
        calls: rows.iter().map(|row| row.calls).sum(),
        refused: rows.iter().map(|row| row.refused).sum(),
        bytes: rows.iter().map(|row| row.bytes).sum(),
        csv: csv.finish(),
        rows,
    };
    Ok((view, errors))
}

fn row(desk: &Desk, by: By, sum: &Sum, most: i64) -> Result<Row, CaseError> {
    Ok(Row {
        label: label(desk, by, &sum.of)?,
        href: href(by, &sum.of),
        calls: sum.calls,
        ok: sum.ok,
        refused: sum.calls - sum.ok,
        bytes: sum.bytes,
        mean_ms: sum.mean_ms(),
        most,
    })
}

/// Where one reads more about what a sum is of.
fn href(by: By, of: &str) -> String {
    if of.is_empty() {
        return String::new();
    }
    match by {
        By::Key | By::Agreement | By::Dataset => format!("/audit/stories/{}/{of}", by.as_str()),
        By::Operation | By::Day => String::new(),
        By::Outcome => format!("/audit/access-log?outcome={of}"),
    }
}

/// The same as a file.
pub(super) async fn sheet(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let texts = texts(query, NAMES);
    let reader = caller(&request);
    let found = desk.run(move |desk| {
        let mut errors = FormErrors::default();
        let asked = read(desk, &texts, &mut errors)?;
        if !errors.is_empty() {
            return Ok(Err(errors));
        }
        sheets::sums(desk, &reader, asked.days, &asked.whose, asked.by).map(Ok)
    });
    sheet::csv("usage.csv", found.await?.map_err(WebError::invalid)?, None)
}
