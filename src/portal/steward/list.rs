//! The datasets of the caller's departments, and a new one.

use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use crate::cases::interchange::{self, background};
use crate::cases::{Caller, CaseError, Desk, catalogue};
use crate::domain::id::DepartmentId;
use crate::domain::import::Import;
use crate::domain::people::Role;
use crate::domain::tier::Tier;
use crate::domain::time::Instant;
use crate::portal::errands::ErrandView;
use crate::portal::shared::{Choice, Names, id_in, tier_words};
use crate::store::feeds;
use crate::store::imports::ImportRun;
use crate::store::views::catalogue::{StaffSearch, TierFilter, of_departments};
use crate::web::case::{DeskData, caller, shown_on_form};
use crate::web::{Flash, FormErrors, FormView, Manager, Page, Posted, Query, Redirect, Signed, WebError};

/// Datasets shown in one list; a department that has more narrows the list by words.
const ROWS_MAX: i64 = 300;

#[derive(Debug, Serialize)]
pub(super) struct ListView {
    pub(super) rows: Vec<Row>,
    pub(super) runs: Vec<RunRow>,
    /// Imports that have no report, or none yet.
    pub(super) imports: Vec<ImportRow>,
    pub(super) tiers: Vec<Choice>,
    pub(super) publishings: Vec<Choice>,
    pub(super) may_edit: bool,
    pub(super) is_filtered: bool,
    pub(super) is_cut: bool,
    pub(super) rows_max: i64,
}

#[derive(Debug, Serialize)]
pub(super) struct Row {
    pub(super) href: String,
    pub(super) title: String,
    pub(super) slug: String,
    pub(super) department: String,
    pub(super) tier: &'static str,
    pub(super) is_unset: bool,
    pub(super) is_published: bool,
    /// `down` or `drift`; empty where its feed does as it should.
    pub(super) feed: &'static str,
    pub(super) updated_at: Instant,
}

#[derive(Debug, Serialize)]
pub(super) struct RunRow {
    pub(super) href: String,
    pub(super) at: Instant,
    pub(super) by: String,
    pub(super) source: String,
    pub(super) counts: String,
}

#[derive(Debug, Serialize)]
pub(super) struct ImportRow {
    pub(super) href: String,
    pub(super) asked_at: Instant,
    pub(super) source: String,
    pub(super) errand: ErrandView,
}

/// The page `/stewardship`.
pub(super) async fn page(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let query = query.lenient();
    let text = |name: &str| query.get(name).unwrap_or_default().trim().to_owned();
    let (words, tier, published) = (text("q"), text("tier"), text("published"));
    let wanted = StaffSearch {
        words: words.clone(),
        tier: TierFilter::from_word(&tier),
        is_published: match published.as_str() {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        },
    };
    let form = FormView::with([("q", words), ("tier", tier), ("published", published)]);
    let caller = caller(&request);
    let view = desk.run(move |desk| view(desk, &caller, &wanted)).await?;
    Page::new(&request, "Stewardship")?.form(form).render("steward/list.html", &view)
}

fn view(desk: &Desk, caller: &Caller, wanted: &StaffSearch) -> Result<ListView, CaseError> {
    let mut ours = caller.actor.departments(&[Role::Reviewer, Role::Manager]);
    if caller.actor.holds_anywhere(Role::Auditor) {
        ours = desk.read(crate::store::people::departments)?.into_iter().map(|department| department.id).collect();
    }
    let found = desk.read(|conn| of_departments(conn, &ours, wanted, ROWS_MAX))?;
    let states = desk.read(feeds::states)?;
    let state = |id| states.iter().find(|state| state.dataset == id);
    let is_cut = i64::try_from(found.len()).is_ok_and(|count| count >= ROWS_MAX);
    let rows = found.into_iter().map(|row| Row {
        href: format!("/stewardship/{}", row.slug),
        title: row.title,
        slug: row.slug,
        department: row.department_name,
        tier: tier_words(row.tier),
        is_unset: row.tier.is_none(),
        is_published: row.is_published,
        feed: match state(row.id) {
            Some(state) if state.down_since.is_some() => "down",
            Some(state) if !state.told_drift.is_empty() => "drift",
            Some(_) | None => "",
        },
        updated_at: row.updated_at,
    });
    let mut tiers = vec![Choice::new("unset", tier_words(None))];
    tiers.extend(Tier::ALL.into_iter().map(|tier| Choice::new(tier.as_str(), tier_words(Some(tier)))));
    Ok(ListView {
        rows: rows.collect(),
        runs: interchange::runs(desk, caller)?.into_iter().take(10).map(run_row).collect(),
        imports: background::without_report(desk, caller)?.iter().map(import_row).collect(),
        tiers,
        publishings: vec![Choice::new("yes", "In the catalogue"), Choice::new("no", "Not in the catalogue")],
        may_edit: caller.actor.holds_anywhere(Role::Manager),
        is_filtered: *wanted != StaffSearch::default(),
        is_cut,
        rows_max: ROWS_MAX,
    })
}

fn import_row(import: &Import) -> ImportRow {
    let href = format!("/stewardship/imports/{}", import.id);
    let errand = ErrandView::of(import, &href);
    ImportRow { asked_at: import.asked_at, source: import.wish.source.name().to_owned(), errand, href }
}

fn run_row(run: ImportRun) -> RunRow {
    let [created, updated, unchanged] = run.counts;
    RunRow {
        href: format!("/stewardship/imports/{}", run.id),
        at: run.at,
        by: run.by_name,
        source: run.source,
        counts: format!("{created} new, {updated} changed, {unchanged} the same, {} skipped", run.skipped),
    }
}

#[derive(Debug, Serialize)]
pub(super) struct NewView {
    pub(super) departments: Vec<Choice>,
}

/// The page `/stewardship/new`.
pub(super) async fn new_page(
    request: HttpRequest,
    desk: DeskData,
    who: Signed<Manager>,
) -> Result<HttpResponse, WebError> {
    show_new(&request, &desk, &who, FormView::default()).await
}

async fn show_new(
    request: &HttpRequest,
    desk: &DeskData,
    who: &Signed<Manager>,
    form: FormView,
) -> Result<HttpResponse, WebError> {
    let view = NewView { departments: offices(desk, who).await? };
    Page::new(request, "New dataset")?.crumb("Stewardship", "/stewardship").form(form).render("steward/new.html", &view)
}

/// The departments that this manager manages.
pub(super) async fn offices(desk: &DeskData, who: &Signed<Manager>) -> Result<Vec<Choice>, WebError> {
    let ours = who.departments(&[Role::Manager]);
    Ok(desk.run(move |desk| Ok(Names::of(desk)?.choices(&ours))).await?)
}

/// Makes a dataset.
pub(super) async fn create(
    request: HttpRequest,
    desk: DeskData,
    who: Signed<Manager>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["department", "slug", "title", "description"])?;
    let mut errors = FormErrors::default();
    if form.text("department").is_empty() {
        errors.add("department", "Choose the department that owns the dataset.");
        return show_new(&request, &desk, &who, form.view(&errors)).await;
    }
    let department: DepartmentId = id_in(form.text("department"))?;
    let [slug, title, description] = ["slug", "title", "description"].map(|name| form.text(name).to_owned());
    let (caller, own_slug) = (caller(&request), slug.clone());
    let made =
        desk.run(move |desk| catalogue::create(desk, &caller, department, (&own_slug, &title, &description))).await;
    match made {
        Ok(_) => {
            let flash = Flash::good("The dataset is made. It is not public yet; see below what it still needs.");
            Redirect::with(&request, format!("/stewardship/{slug}"), &flash)
        }
        Err(error) => show_new(&request, &desk, &who, form.view(&shown_on_form(error)?)).await,
    }
}
