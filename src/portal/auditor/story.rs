//! Everything that happened to one application, agreement, key, dataset or person, from the first entry on.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::asked::{KINDS, find as find_id, kinds, texts, title};
use super::entries::{ChangeRow, EntryRow, Link, Titles, changes, links, row};
use crate::cases::{CaseError, Desk};
use crate::domain::application::RemarkKind;
use crate::domain::audit::{About, Entry};
use crate::domain::time::Instant;
use crate::portal::shared::{Choice, Names};
use crate::store::applications::{self, Reader};
use crate::store::audit::{self, Search};
use crate::web::case::DeskData;
use crate::web::{FormErrors, FormView, Page, Query, Redirect, WebError};

/// Entries of one story on one page; a longer one is read in the search.
const ENTRIES_MAX: i64 = 500;

#[derive(Debug, Serialize)]
pub(super) struct FindView {
    pub(super) kinds: Vec<Choice>,
}

/// The page `/audit/stories`: finds a story and goes there.
pub(super) async fn find(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let [kind, of] = texts(query, ["kind", "of"]);
    let form = FormView::with([("kind", kind.clone()), ("of", of.clone())]);
    let mut errors = FormErrors::default();
    if !of.is_empty() {
        let (own_kind, own_of) = (kind.clone(), of);
        match desk.run(move |desk| find_id(desk, &own_kind, &own_of)).await {
            Ok(id) => return Ok(Redirect::to(format!("/audit/stories/{kind}/{id}"))),
            Err(CaseError::Missing | CaseError::Invalid(_)) => {
                errors.add("of", "Nothing of this kind is called so. Check the kind and the spelling.");
            }
            Err(error) => return Err(error.into()),
        }
    }
    let page = Page::new(&request, "Find a story")?.crumb("Audit", "/audit").form(form.with_errors(&errors));
    page.render("auditor/find.html", &FindView { kinds: kinds() })
}

#[derive(Debug, Serialize)]
pub(super) struct StoryView {
    pub(super) kind: &'static str,
    pub(super) id: String,
    pub(super) open: String,
    pub(super) usage: String,
    pub(super) readers: String,
    pub(super) bundle: String,
    pub(super) log: String,
    pub(super) csv: String,
    pub(super) links: Vec<Link>,
    pub(super) entries: Vec<StoryEntry>,
    pub(super) remarks: Vec<RemarkRow>,
    pub(super) is_cut: bool,
    pub(super) search: String,
}

#[derive(Debug, Serialize)]
pub(super) struct StoryEntry {
    pub(super) row: EntryRow,
    pub(super) tone: &'static str,
    pub(super) changes: Vec<ChangeRow>,
}

#[derive(Debug, Serialize)]
pub(super) struct RemarkRow {
    pub(super) kind: &'static str,
    pub(super) by: String,
    pub(super) at: Instant,
    pub(super) text: String,
}

/// The page `/audit/stories/{kind}/{id}`.
pub(super) async fn page(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, WebError> {
    let (kind, id) = path.into_inner();
    let (name, view) = desk.run(move |desk| view(desk, &kind, &id)).await?;
    let page = Page::new(&request, name)?.crumb("Audit", "/audit").crumb("Stories", "/audit/stories");
    page.render("auditor/story.html", &view)
}

fn view(desk: &Desk, kind: &str, id: &str) -> Result<(String, StoryView), CaseError> {
    let (word, label) = KINDS.iter().find(|(word, _)| *word == kind).ok_or(CaseError::Missing)?;
    let name = title(desk, word, id)?;
    let wanted = Search { about: Some((kind.to_owned(), id.to_owned())), ..Search::default() };
    let mut found = desk.read(|conn| audit::search(conn, &wanted, ENTRIES_MAX + 1))?;
    let limit = usize::try_from(ENTRIES_MAX).unwrap_or(usize::MAX);
    let is_cut = found.len() > limit;
    found.truncate(limit);
    found.reverse();
    let names = Names::of(desk)?;
    let mut titles = Titles::new(desk);
    let entries = found.iter().map(|entry| {
        Ok(StoryEntry {
            row: row(entry, &names, &mut titles)?,
            tone: tone(&entry.act),
            changes: changes(&entry.before, &entry.after),
        })
    });
    let entries = entries.collect::<Result<_, CaseError>>()?;
    let query = |path: &str| format!("{path}?kind={word}&of={id}");
    let is_counted = matches!(*word, "agreement" | "key" | "dataset");
    let view = StoryView {
        kind: label,
        id: id.to_owned(),
        open: match *word {
            "agreement" => format!("/review/agreements/{id}"),
            _ => String::new(),
        },
        usage: match *word {
            "person" => format!("/audit/usage?by=day&holder={id}"),
            word if is_counted => format!("/audit/usage?by=day&{word}={id}"),
            _ => String::new(),
        },
        readers: if *word == "dataset" { format!("/audit/readers?dataset={id}") } else { String::new() },
        bundle: match *word {
            "application" | "agreement" | "key" => format!("/audit/bundles/{word}?of={id}"),
            _ => String::new(),
        },
        log: if is_counted { query("/audit/access-log") } else { String::new() },
        csv: query("/audit/entries.csv"),
        links: related(desk, &found, id)?,
        entries,
        remarks: if *word == "application" { remarks(desk, id, &names)? } else { Vec::new() },
        is_cut,
        search: query("/audit"),
    };
    Ok((name, view))
}

/// Everything else that the entries touched, each once, in the order it came up.
fn related(desk: &Desk, found: &[Entry], own: &str) -> Result<Vec<Link>, CaseError> {
    /// Things named beside a story; the entries themselves name the rest.
    const RELATED_MAX: usize = 30;
    let mut known: Vec<About> = Vec::new();
    for entry in found {
        let about = &entry.about;
        let has = |part: &dyn Fn(&About) -> Option<String>| {
            let id = part(about);
            id.is_none() || id.as_deref() == Some(own) || known.iter().any(|other| part(other) == id)
        };
        let fresh = About {
            application: about.application.filter(|_| !has(&|one| one.application.map(|id| id.to_string()))),
            agreement: about.agreement.filter(|_| !has(&|one| one.agreement.map(|id| id.to_string()))),
            key: about.key.filter(|_| !has(&|one| one.key.map(|id| id.to_string()))),
            dataset: about.dataset.filter(|_| !has(&|one| one.dataset.map(|id| id.to_string()))),
            person: about.person.filter(|_| !has(&|one| one.person.map(|id| id.to_string()))),
        };
        if fresh != About::default() && known.len() < RELATED_MAX {
            known.push(fresh);
        }
    }
    let mut found = Vec::new();
    for about in &known {
        found.extend(links(desk, about)?);
    }
    Ok(found)
}

fn tone(act: &str) -> &'static str {
    let verb = act.split_once('.').map_or(act, |(_, verb)| verb);
    match verb {
        "execute" | "issue" | "create" | "lift" | "publish" | "join" => "good",
        "suspend" | "place" | "hold" | "revoke" | "kill" | "terminate" | "withdraw" | "leave" => "bad",
        "submit" | "decide" | "sign" | "ask" | "counter" => "info",
        _ => "neutral",
    }
}

fn remarks(desk: &Desk, id: &str, names: &Names) -> Result<Vec<RemarkRow>, CaseError> {
    let id = id.parse().or(Err(CaseError::Missing))?;
    let found = desk.read(|conn| applications::remarks_for(conn, id, &Reader::Auditor))?;
    let shown = found.into_iter().map(|remark| RemarkRow {
        kind: match remark.kind {
            RemarkKind::Question => "Question",
            RemarkKind::Answer => "Answer",
            RemarkKind::Message => "Message",
            RemarkKind::Note => "Private note",
            RemarkKind::Counter => "Counter-proposal",
        },
        by: remark.department.map_or_else(
            || remark.author_name.clone(),
            |department| format!("{}, {}", remark.author_name, names.get(department)),
        ),
        at: remark.at,
        text: remark.text,
    });
    Ok(shown.collect())
}
