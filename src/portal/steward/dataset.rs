//! One dataset as staff see it: everything at a glance, and the frame that its parts share.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use crate::cases::catalogue::{self, Edit};
use crate::cases::{Caller, CaseError, Desk};
use crate::domain::catalogue::{Dataset, Sensitivity};
use crate::domain::limits::Limits;
use crate::domain::people::Role;
use crate::domain::profile::Suggestion;
use crate::domain::text::Line;
use crate::domain::tier::Tier;
use crate::domain::time::Instant;
use crate::portal::shared::{Names, limit_words, still_on_the_form, tier_words};
use crate::store::views::catalogue::has_credential;
use crate::web::case::{DeskData, caller, shown_on_form};
use crate::web::{Flash, Form, FormErrors, FormView, Page, Query, Redirect, WebError};

/// The parts, in the order of the tabs.
const TABS: &[(&str, &str)] = &[
    ("", "Overview"),
    ("about", "About"),
    ("fields", "Fields"),
    ("tier", "Tier"),
    ("operations", "Operations"),
    ("upstream", "Upstream"),
    ("feed", "Feed"),
    ("limits", "Limits"),
    ("redactions", "Redactions"),
    ("sample", "Sample"),
    ("changes", "Changes"),
    ("publish", "Publishing"),
];

/// What every part needs of its dataset.
pub(super) struct Read {
    pub(super) dataset: Dataset,
    pub(super) department: String,
    pub(super) may_edit: bool,
    pub(super) is_auditor: bool,
    pub(super) has_credential: bool,
    pub(super) suggestion: Suggestion,
    pub(super) prohibition: Option<String>,
    pub(super) default_limits: Limits,
}

/// Loads a dataset for staff of its department.
pub(super) fn read(desk: &Desk, caller: &Caller, slug: &str) -> Result<Read, CaseError> {
    let dataset = catalogue::for_staff(desk, caller, slug)?;
    let names = Names::of(desk)?;
    let has_credential = desk.read(|conn| has_credential(conn, dataset.id))?;
    let default_limits = match dataset.tier {
        None | Some(Tier::Prohibited) => Limits::default(),
        Some(tier) => {
            let mut bare = dataset.clone();
            bare.limits = Limits::default();
            crate::cases::drafting::limits_of(desk, &bare, tier)?
        }
    };
    Ok(Read {
        department: names.get(dataset.department).to_owned(),
        may_edit: caller.actor.holds(Role::Manager, dataset.department),
        is_auditor: caller.actor.holds_anywhere(Role::Auditor),
        has_credential,
        suggestion: catalogue::suggestion(desk, &dataset),
        prohibition: catalogue::prohibition(desk, &dataset, desk.clock.now()),
        default_limits,
        dataset,
    })
}

/// The frame of a part: tabs, version, and whether this person may change anything. Context name `set`.
#[derive(Debug, Serialize)]
pub(super) struct SetView {
    pub(super) slug: String,
    pub(super) title: String,
    pub(super) path: String,
    pub(super) department: String,
    pub(super) tier: &'static str,
    pub(super) is_published: bool,
    pub(super) may_edit: bool,
    pub(super) version: i64,
    pub(super) tabs: Vec<Tab>,
}

#[derive(Debug, Serialize)]
pub(super) struct Tab {
    pub(super) label: &'static str,
    pub(super) href: String,
    pub(super) is_current: bool,
}

impl SetView {
    pub(super) fn new(read: &Read, part: &str) -> Self {
        let path = format!("/stewardship/{}", read.dataset.slug);
        let href = |word: &str| if word.is_empty() { path.clone() } else { format!("{path}/{word}") };
        Self {
            tabs: TABS.iter().map(|(word, label)| Tab { label, href: href(word), is_current: *word == part }).collect(),
            slug: read.dataset.slug.clone(),
            title: read.dataset.metadata.title.to_string(),
            department: read.department.clone(),
            tier: tier_words(read.dataset.tier),
            is_published: read.dataset.is_published,
            may_edit: read.may_edit,
            version: read.dataset.version,
            path,
        }
    }
}

/// A part's own fields beside the frame.
#[derive(Debug, Serialize)]
pub(super) struct PartView<T: Serialize> {
    pub(super) set: SetView,
    #[serde(flatten)]
    pub(super) own: T,
}

/// Shows one part of a dataset. `view` gives its own fields and, where nothing was typed yet, the stored values.
pub(super) async fn show_part<T: Serialize>(
    request: &HttpRequest,
    desk: &DeskData,
    slug: &str,
    part: &'static str,
    typed: Option<(&Form, &FormErrors)>,
    view: impl FnOnce(&Read, Option<&Form>) -> (T, FormView),
) -> Result<HttpResponse, WebError> {
    let (caller, slug) = (caller(request), slug.to_owned());
    let read = desk.run(move |desk| read(desk, &caller, &slug)).await?;
    let (own, stored) = view(&read, typed.map(|(form, _)| form));
    let form = typed.map_or(stored, |(form, errors)| form.view(errors));
    let mut set = SetView::new(&read, part);
    if let Some(version) = typed.and_then(|(form, _)| form.version().ok()) {
        set.version = version;
    }
    let label = TABS.iter().find(|(word, _)| *word == part).map_or("", |(_, label)| label);
    let title = read.dataset.metadata.title.as_str();
    let page = Page::new(request, label)?.crumb("Stewardship", "/stewardship");
    let page = page.crumb(title, &set.path);
    let template =
        if part == "query-key" { "steward/upstream.html".to_owned() } else { format!("steward/{part}.html") };
    page.form(form).render(&template, &PartView { set, own })
}

/// Saves a part and says so on the page `back`, or gives the errors to be shown beside the form.
pub(super) async fn save_part(
    request: &HttpRequest,
    desk: &DeskData,
    slug: &str,
    (edit, version): (Edit, i64),
    (back, done): (&str, &str),
) -> Result<Result<HttpResponse, FormErrors>, WebError> {
    let (caller, own_slug) = (caller(request), slug.to_owned());
    let saved = desk.run(move |desk| catalogue::edit(desk, &caller, &own_slug, edit, version)).await;
    match saved {
        Ok(_) => Redirect::with(request, format!("/stewardship/{slug}/{back}"), &Flash::good(done)).map(Ok),
        Err(error) => {
            let here = format!("/stewardship/{slug}/{back}");
            Ok(Err(shown_on_form(still_on_the_form(error, ("Look at the dataset again", &here))?)?))
        }
    }
}

/// The page `/stewardship/{slug}`.
pub(super) async fn page(
    request: HttpRequest,
    desk: DeskData,
    slug: web::Path<String>,
    _query: Query,
) -> Result<HttpResponse, WebError> {
    let (caller, slug) = (caller(&request), slug.into_inner());
    let read = desk.run(move |desk| read(desk, &caller, &slug)).await?;
    let title = read.dataset.metadata.title.to_string();
    let page = Page::new(&request, title)?.crumb("Stewardship", "/stewardship");
    page.render("steward/dataset.html", &PartView { set: SetView::new(&read, ""), own: overview(&read) })
}

#[derive(Debug, Serialize)]
pub(super) struct Overview {
    pub(super) summary: String,
    pub(super) description: String,
    pub(super) keywords: String,
    pub(super) steward: String,
    pub(super) identifier: String,
    pub(super) is_imported: bool,
    pub(super) updated_at: Instant,
    pub(super) fields: Vec<(String, &'static str)>,
    pub(super) field_count: usize,
    pub(super) operations: Vec<String>,
    pub(super) upstream: String,
    pub(super) has_credential: bool,
    pub(super) limits: Vec<String>,
    pub(super) checks: Vec<Check>,
    pub(super) audit: String,
}

/// One thing that a dataset needs before keys can open it.
#[derive(Debug, Serialize)]
pub(super) struct Check {
    pub(super) text: &'static str,
    pub(super) is_done: bool,
    pub(super) href: String,
}

fn overview(read: &Read) -> Overview {
    let dataset = &read.dataset;
    let words: Vec<_> = dataset.metadata.keywords.iter().map(Line::as_str).collect();
    Overview {
        summary: dataset.summary.clone(),
        description: dataset.metadata.description.to_string(),
        keywords: words.join(", "),
        steward: dataset.steward.clone(),
        identifier: dataset.identifier.clone(),
        is_imported: dataset.is_imported,
        updated_at: dataset.updated_at,
        fields: dataset
            .fields
            .iter()
            .filter(|field| field.sensitivity != Sensitivity::None)
            .map(|field| (field.name.clone(), sensitivity_words(field.sensitivity)))
            .collect(),
        field_count: dataset.fields.len(),
        operations: super::parts::operation_lines(dataset),
        upstream: dataset.upstream.as_ref().map(|upstream| upstream.url.clone()).unwrap_or_default(),
        has_credential: read.has_credential,
        limits: limit_words(if dataset.limits.is_empty() { &read.default_limits } else { &dataset.limits }),
        checks: checks(read),
        audit: if read.is_auditor { format!("/audit/stories/dataset/{}", dataset.id) } else { String::new() },
    }
}

/// What is still missing.
pub(super) fn checks(read: &Read) -> Vec<Check> {
    let dataset = &read.dataset;
    let href = |part: &str| format!("/stewardship/{}/{part}", dataset.slug);
    let check = |text, is_done, part| Check { text, is_done, href: href(part) };
    vec![
        check("A summary in one sentence", !dataset.summary.is_empty(), "about"),
        check("Its fields, with their sensitivity", !dataset.fields.is_empty(), "fields"),
        check("An access tier", dataset.tier.is_some(), "tier"),
        check("An upstream from which the gate serves it", dataset.upstream.is_some(), "upstream"),
        check("Its place in the public catalogue", dataset.is_published, "publish"),
    ]
}

/// A sensitivity in words.
pub(super) const fn sensitivity_words(sensitivity: Sensitivity) -> &'static str {
    match sensitivity {
        Sensitivity::None => "Not sensitive",
        Sensitivity::Indirect => "Indirectly about people",
        Sensitivity::Sensitive => "Sensitive: asked why",
        Sensitivity::Prohibited => "May not leave the city",
    }
}
