//! Entries of the chain: search, one entry with what changed, CSV.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use serde_json::Value;

use super::asked::{KINDS, find, kinds, span, texts, title_or_id};
use crate::cases::sheets::{self, ROWS_MAX};
use crate::cases::{Caller, CaseError, Desk};
use crate::domain::audit::{About, Entry, hex};
use crate::domain::saved_view::ViewRoom;
use crate::domain::time::Instant;
use crate::portal::saved_views::ViewBar;
use crate::portal::shared::{Choice, Names};
use crate::store::audit::{self, Search};
use crate::web::case::{DeskData, caller};
use crate::web::{FormErrors, FormView, Page, Query, WebError, paging, sheet};

/// Entries on one page.
const PAGE: i64 = 50;

const NAMES: [&str; 8] = ["q", "act", "kind", "of", "request", "from", "to", "below"];

#[derive(Debug, Serialize)]
pub(super) struct SearchView {
    pub(super) rows: Vec<EntryRow>,
    pub(super) kinds: Vec<Choice>,
    pub(super) first: String,
    pub(super) next: String,
    pub(super) csv: String,
    pub(super) rows_max: usize,
    pub(super) is_filtered: bool,
    pub(super) bar: ViewBar,
}

/// One entry in a list.
#[derive(Debug, Serialize)]
pub(super) struct EntryRow {
    pub(super) number: i64,
    pub(super) at: Instant,
    pub(super) who: String,
    pub(super) capacity: String,
    pub(super) act: String,
    /// What kind of thing it is about: the end of a message's name.
    pub(super) kind: String,
    pub(super) subject: String,
    pub(super) reason: String,
}

/// What entries call things by id is called by name for people; each thing is looked up once.
pub(super) struct Titles<'a> {
    desk: &'a Desk,
    known: BTreeMap<(&'static str, String), String>,
}

impl<'a> Titles<'a> {
    pub(super) const fn new(desk: &'a Desk) -> Self {
        Self { desk, known: BTreeMap::new() }
    }

    /// The name of what an entry is about.
    fn subject(&mut self, entry: &Entry) -> Result<String, CaseError> {
        let (word, id) = match entry.subject_kind.as_str() {
            "account" => ("person", entry.about.person.map(|id| id.to_string())),
            "key" => ("key", entry.about.key.map(|id| id.to_string())),
            _ => ("", None),
        };
        let Some(id) = id else { return Ok(entry.subject.clone()) };
        if !self.known.contains_key(&(word, id.clone())) {
            self.known.insert((word, id.clone()), title_or_id(self.desk, word, &id)?);
        }
        Ok(self.known.get(&(word, id)).cloned().unwrap_or_default())
    }
}

/// What entries are about, by the words that pages have for it.
const KINDS_SAID: [&str; 30] = [
    "access-log",
    "account",
    "agreement",
    "appeal",
    "application",
    "backup",
    "bundle",
    "calendar",
    "case",
    "complaint",
    "dataset",
    "department",
    "destruction",
    "export",
    "hold",
    "import",
    "key",
    "letter",
    "login",
    "message",
    "organisation",
    "pause",
    "records-request",
    "renewal",
    "replay",
    "reuse-request",
    "service",
    "signal",
    "terms",
    "token-key",
];

fn kind(stored: &str) -> String {
    let slug = stored.replace([' ', '_'], "-");
    if KINDS_SAID.contains(&slug.as_str()) { slug } else { "thing".to_owned() }
}

/// An entry for lists.
pub(super) fn row(entry: &Entry, names: &Names, titles: &mut Titles<'_>) -> Result<EntryRow, CaseError> {
    Ok(EntryRow {
        number: entry.number,
        at: entry.at,
        who: entry.name.clone(),
        capacity: capacity(entry, names),
        act: entry.act.clone(),
        kind: kind(&entry.subject_kind),
        subject: titles.subject(entry)?,
        reason: entry.reason.clone().unwrap_or_default(),
    })
}

fn capacity(entry: &Entry, names: &Names) -> String {
    match entry.department {
        Some(department) => format!("{}, {}", entry.capacity, names.get(department)),
        None => entry.capacity.clone(),
    }
}

/// What is searched for, from what was typed.
fn wanted(desk: &Desk, asked: &[String; 8], errors: &mut FormErrors) -> Result<Search, CaseError> {
    let [words, act, kind, of, request, from, to, below] = asked;
    let text = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    let about = match (of.is_empty(), find(desk, kind, of)) {
        (true, _) => None,
        (false, Ok(id)) => Some((kind.clone(), id)),
        (false, Err(CaseError::Missing | CaseError::Invalid(_))) => {
            errors.add("of", "Nothing of this kind is called so. Give its number, short name, mail address or id.");
            None
        }
        (false, Err(error)) => return Err(error),
    };
    let (from, to) = span(desk.profile.zone, (from, to), errors);
    let below = below.parse().ok();
    Ok(Search { words: text(words), act: text(act), account: None, about, request: text(request), from, to, below })
}

/// The page `/audit`.
pub(super) async fn page(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let asked = texts(query, NAMES);
    let values = FormView::with(NAMES.iter().zip(&asked).map(|(name, value)| (*name, value.clone())));
    let (reader, query) = (caller(&request), request.query_string().to_owned());
    let (view, errors) = desk.run(move |desk| search(desk, &asked, (&reader, &query))).await?;
    let page = Page::new(&request, "Audit")?.form(values.with_errors(&errors));
    view.bar.settle(page).render("auditor/search.html", &view)
}

fn search(
    desk: &Desk,
    asked: &[String; 8],
    (reader, query): (&Caller, &str),
) -> Result<(SearchView, FormErrors), CaseError> {
    let mut errors = FormErrors::default();
    let wanted = wanted(desk, asked, &mut errors)?;
    let names = Names::of(desk)?;
    let mut found = Vec::new();
    if errors.is_empty() {
        found = desk.read(|conn| audit::search(conn, &wanted, PAGE + 1))?;
    }
    let limit = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let has_more = found.len() > limit;
    found.truncate(limit);
    let mut titles = Titles::new(desk);
    let link = |path: &str, below: Option<i64>| {
        let below = below.map(|below| below.to_string()).unwrap_or_default();
        let given = NAMES.iter().zip(asked).filter(|(name, _)| **name != "below");
        paging::link(path, given.map(|(name, value)| (*name, value.as_str())).chain([("below", below.as_str())]))
    };
    let view = SearchView {
        kinds: kinds(),
        first: if wanted.below.is_some() { link("/audit", None) } else { String::new() },
        next: if has_more { link("/audit", found.last().map(|entry| entry.number)) } else { String::new() },
        csv: link("/audit/entries.csv", None),
        rows_max: ROWS_MAX,
        is_filtered: asked.iter().any(|text| !text.is_empty()),
        bar: ViewBar::of(desk, reader, ViewRoom::Entries, query)?,
        rows: found.iter().map(|entry| row(entry, &names, &mut titles)).collect::<Result<_, _>>()?,
    };
    Ok((view, errors))
}

/// The same as a file.
pub(super) async fn sheet(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let asked = texts(query, NAMES);
    let reader = caller(&request);
    let found = desk.run(move |desk| {
        let mut errors = FormErrors::default();
        let wanted = wanted(desk, &asked, &mut errors)?;
        if errors.is_empty() { sheets::entries(desk, &reader, &wanted).map(Ok) } else { Ok(Err(errors)) }
    });
    sheet::csv("audit-entries.csv", found.await?.map_err(WebError::invalid)?, None)
}

#[derive(Debug, Serialize)]
pub(super) struct EntryView {
    pub(super) row: EntryRow,
    pub(super) address: String,
    pub(super) request: String,
    pub(super) links: Vec<Link>,
    pub(super) changes: Vec<ChangeRow>,
    pub(super) previous: String,
    pub(super) hash: String,
    pub(super) is_sound: bool,
    pub(super) earlier: String,
    pub(super) later: String,
}

/// A thing that an entry touched.
#[derive(Debug, Serialize)]
pub(super) struct Link {
    pub(super) kind: &'static str,
    pub(super) label: String,
    pub(super) href: String,
}

/// One part before and after.
#[derive(Debug, Serialize)]
pub(super) struct ChangeRow {
    pub(super) name: String,
    pub(super) before: String,
    pub(super) after: String,
}

/// The page `/audit/entries/{number}`.
pub(super) async fn one(
    request: HttpRequest,
    desk: DeskData,
    number: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    let Ok(number) = number.parse::<i64>() else { return Err(WebError::not_found()) };
    let view = desk.run(move |desk| entry_view(desk, number)).await?;
    Page::new(&request, format!("Entry {number}"))?.crumb("Audit", "/audit").render("auditor/entry.html", &view)
}

fn entry_view(desk: &Desk, number: i64) -> Result<EntryView, CaseError> {
    let found = desk.read(|conn| audit::after(conn, number.saturating_sub(1), 2))?;
    let mut found = found.into_iter();
    let entry = found.next().filter(|entry| entry.number == number).ok_or(CaseError::Missing)?;
    let names = Names::of(desk)?;
    let link = |number: i64| format!("/audit/entries/{number}");
    Ok(EntryView {
        row: row(&entry, &names, &mut Titles::new(desk))?,
        address: entry.address.clone().unwrap_or_default(),
        request: entry.request.clone().unwrap_or_default(),
        links: links(desk, &entry.about)?,
        changes: changes(&entry.before, &entry.after),
        previous: hex(&entry.previous),
        hash: hex(&entry.hash),
        is_sound: entry.computed_hash() == entry.hash,
        earlier: if number > 1 { link(number - 1) } else { String::new() },
        later: found.next().map(|later| link(later.number)).unwrap_or_default(),
    })
}

/// What an entry touched, with the stories to read.
pub(super) fn links(desk: &Desk, about: &About) -> Result<Vec<Link>, CaseError> {
    let ids = [
        about.application.map(|id| id.to_string()),
        about.agreement.map(|id| id.to_string()),
        about.key.map(|id| id.to_string()),
        about.dataset.map(|id| id.to_string()),
        about.person.map(|id| id.to_string()),
    ];
    let given = KINDS.iter().zip(ids).filter_map(|((word, label), id)| Some((word, label, id?)));
    given
        .map(|(word, label, id)| {
            Ok(Link { kind: label, label: title_or_id(desk, word, &id)?, href: format!("/audit/stories/{word}/{id}") })
        })
        .collect()
}

/// The parts that differ, by name; a change that is no list of parts is one part.
pub(super) fn changes(before: &str, after: &str) -> Vec<ChangeRow> {
    let [before, after] = [before, after].map(|text| serde_json::from_str::<Value>(text).unwrap_or(Value::Null));
    let part = |value: &Value, name: &str| value.get(name).cloned().unwrap_or(Value::Null);
    let mut names: Vec<String> = Vec::new();
    for value in [&before, &after] {
        for name in value.as_object().into_iter().flat_map(|parts| parts.keys()) {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
    }
    if names.is_empty() && (before != Value::Null || after != Value::Null) {
        return vec![ChangeRow { name: "Value".to_owned(), before: printed(&before), after: printed(&after) }];
    }
    let rows = names.into_iter().map(|name| {
        let (before, after) = (printed(&part(&before, &name)), printed(&part(&after, &name)));
        ChangeRow { name, before, after }
    });
    rows.collect()
}

fn printed(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            serde_json::to_string_pretty(value).unwrap_or_default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_that_only_one_side_has_are_shown_too() {
        let rows = changes(r#"{"state":"draft","a":1}"#, r#"{"state":"submitted","b":[2]}"#);
        let shown: Vec<_> =
            rows.iter().map(|row| (row.name.as_str(), row.before.as_str(), row.after.as_str())).collect();
        assert_eq!(shown, [("state", "draft", "submitted"), ("a", "1", ""), ("b", "", "[\n  2\n]")]);
        assert!(changes("null", "null").is_empty());
        assert_eq!(changes("null", "true").len(), 1);
    }
}
