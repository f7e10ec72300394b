//! The step of the form with the datasets: which operations of each, and why each sensitive field is needed.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::application::Facts;
use super::begin::grantable;
use super::form::{DATASETS, Gap, StepLink, after_saving, editable, gap_links, page_of, steps};
use super::list::title;
use crate::cases::apply::{self, Wanted};
use crate::cases::{CaseError, Desk, drafting};
use crate::domain::catalogue::Dataset;
use crate::domain::id::ApplicationId;
use crate::domain::scope::Operation;
use crate::domain::tier::Tier;
use crate::portal::shared::{Choice, id_in, tier_words};
use crate::store::datasets;
use crate::web::case::{DeskData, caller, shown_on_form};
use crate::web::{Flash, Form, FormView, Page, Posted, Redirect, WebError, json::Query};

const LABEL: &str = "Datasets and scopes";

/// What `applicant/datasets.html` shows.
#[derive(Debug, Serialize)]
pub(super) struct DatasetsView {
    id: String,
    number: String,
    title: String,
    action: String,
    version: i64,
    items: Vec<ItemForm>,
    /// Datasets that can be added; empty once the application was sent.
    more: Vec<Choice>,
    may_change: bool,
    steps: Vec<StepLink>,
    gaps: Vec<Gap>,
    back: String,
}

/// The form of one dataset.
#[derive(Debug, Serialize)]
struct ItemForm {
    slug: String,
    title: String,
    department: String,
    tier: &'static str,
    /// What follows from the tier.
    meaning: &'static str,
    limits: Vec<String>,
    operations_name: String,
    operations: Vec<Choice>,
    sensitive: Vec<SensitiveField>,
}

/// A field that needs a reason.
#[derive(Debug, Serialize)]
struct SensitiveField {
    name: String,
    label: String,
    hint: String,
}

/// Everything the page is made from beside the application.
pub(super) struct Shelf {
    datasets: Vec<(Dataset, Vec<String>)>,
    grantable: Vec<Choice>,
}

/// Loads the datasets of an application with the limits an agreement would have, and those that could be added.
pub(super) fn shelf(desk: &Desk, facts: &Facts) -> Result<Shelf, CaseError> {
    let mut found = Vec::new();
    for item in &facts.application.items {
        let dataset = desk.read(|conn| datasets::by_id(conn, item.asked.dataset))?;
        let limits = drafting::limits_of(desk, &dataset, item.tier)?;
        let limits = limits.as_slice().iter().map(|limit| format!("{} calls a {}", limit.max, limit.window.as_str()));
        found.push((dataset, limits.collect()));
    }
    Ok(Shelf { datasets: found, grantable: grantable(desk)? })
}

/// What the usual operations give.
fn operation_words(name: &str) -> &'static str {
    match name {
        "read" => "Latest values",
        "history" => "Past values",
        "bulk" => "Everything at once, as files",
        "stills" => "Single images",
        _ => "",
    }
}

fn operation(slug: &str, operation: &Operation) -> Choice {
    let name = operation.name();
    let words = operation_words(name);
    let label = if words.is_empty() { format!("{slug}:{name}") } else { format!("{words} ({slug}:{name})") };
    let methods: Vec<_> = operation.methods().iter().map(|method| method.as_str()).collect();
    let paths: Vec<_> = operation.paths().iter().map(|path| format!("/{slug}{path}").replace("//", "/")).collect();
    Choice::new(name.as_ref(), label).hint(format!("{} {}", methods.join(", "), paths.join(", ")))
}

const fn meaning(tier: Tier) -> &'static str {
    match tier {
        Tier::Open => "Open: needs no key.",
        Tier::Registered => "Granted at once when you sign; nobody has to decide.",
        Tier::Conditioned => "A manager of the department decides, and may add conditions.",
        Tier::Restricted => "Two different people must approve, and every user must be named.",
        Tier::Prohibited => "May not be shared by law.",
    }
}

fn item_form(facts: &Facts, (dataset, limits): &(Dataset, Vec<String>)) -> ItemForm {
    let slug = &dataset.slug;
    let tier = facts.application.items.iter().find(|item| item.asked.dataset == dataset.id).map(|item| item.tier);
    ItemForm {
        slug: slug.clone(),
        title: dataset.metadata.title.as_str().to_owned(),
        department: facts.names.get(dataset.department).to_owned(),
        tier: tier_words(tier),
        meaning: tier.map_or("", meaning),
        limits: limits.clone(),
        operations_name: format!("operations.{slug}"),
        operations: dataset.operations.iter().map(|one| operation(slug, one)).collect(),
        sensitive: dataset
            .sensitive_fields()
            .map(|field| SensitiveField {
                name: format!("why.{slug}.{}", field.name),
                label: format!("Why do you need the field “{}”?", field.name),
                hint: field.description.clone(),
            })
            .collect(),
    }
}

pub(super) fn view(facts: &Facts, shelf: Shelf, back: &str) -> DatasetsView {
    let application = &facts.application;
    let may_change = application.submissions.is_empty();
    let is_asked = |choice: &Choice| application.items.iter().any(|item| item.slug == choice.value);
    DatasetsView {
        id: application.id.to_string(),
        number: application.number.clone(),
        title: title(application),
        action: format!("/applications/{}/edit/{DATASETS}", application.id),
        version: application.version,
        items: shelf.datasets.iter().map(|dataset| item_form(facts, dataset)).collect(),
        more: shelf.grantable.into_iter().filter(|choice| may_change && !is_asked(choice)).collect(),
        may_change,
        steps: steps(application, &facts.gaps, DATASETS),
        gaps: gap_links(application, &facts.gaps, Some(DATASETS)),
        back: back.to_owned(),
    }
}

/// What is stored, as the form's values.
fn stored(facts: &Facts) -> FormView {
    let mut values: Vec<(String, String)> = Vec::new();
    for item in &facts.application.items {
        let operations = item.asked.operations.iter();
        values.extend(operations.map(|name| (format!("operations.{}", item.slug), name.clone())));
        let reasons = item.asked.sensitive.iter();
        values.extend(reasons.map(|(field, why)| (format!("why.{}.{field}", item.slug), why.clone())));
    }
    FormView::with(values)
}

async fn render(
    request: &HttpRequest,
    desk: &DeskData,
    facts: Facts,
    (form, back): (FormView, &str),
) -> Result<HttpResponse, WebError> {
    let (facts, shelf) = desk
        .run(move |desk| {
            let shelf = shelf(desk, &facts)?;
            Ok((facts, shelf))
        })
        .await?;
    let page: Page = page_of(request, &facts.application, LABEL)?.form(form);
    page.render("applicant/datasets.html", &view(&facts, shelf, back))
}

pub(super) async fn page(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
    query: Query,
) -> Result<HttpResponse, WebError> {
    let facts = editable(&request, &desk, id_in(&path)?).await?;
    let form = stored(&facts);
    let query = query.lenient();
    render(&request, &desk, facts, (form, query.get("back").unwrap_or_default())).await
}

/// The datasets as typed, in the order of the application; then what the button says to add or leave out.
fn wanted(facts: &Facts, form: &Form) -> Vec<Wanted> {
    let slugs = facts.application.items.iter().map(|item| item.slug.as_str());
    let (added, removed) = (form.text("add"), form.text("remove"));
    let is_adding = form.text("go") == "add" && !added.is_empty();
    slugs
        .filter(|slug| *slug != removed)
        .chain(is_adding.then_some(added))
        .map(|slug| {
            let start = format!("why.{slug}.");
            let reasons = form.starting(&start).map(|(field, why)| (field.to_owned(), why.to_owned()));
            let operations = form.all(&format!("operations.{slug}")).into_iter().map(str::to_owned);
            Wanted {
                slug: slug.to_owned(),
                operations: operations.collect(),
                sensitive: reasons.collect::<BTreeMap<_, _>>(),
            }
        })
        .collect()
}

pub(super) async fn save(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let id: ApplicationId = id_in(&path)?;
    let form = posted.only(&["operations.*[]", "why.*", "add", "remove", "version", "go", "back"])?;
    let version = form.version()?;
    let facts = editable(&request, &desk, id).await?;
    let wanted = wanted(&facts, &form);
    let who = caller(&request);
    match desk.run(move |desk| apply::save(desk, &who, id, &[], Some(&wanted), version)).await {
        Ok(()) if form.text("go") == "add" || form.has("remove") => {
            let done = if form.has("remove") {
                "The dataset is left out."
            } else {
                "Choose what you need of the new dataset."
            };
            let back = if form.text("back").is_empty() { "" } else { "?back=review" };
            Redirect::with(&request, format!("{}{back}", request.path()), &Flash::good(done))
        }
        Ok(()) => after_saving(&request, &desk, id, (DATASETS, LABEL), &form).await,
        Err(CaseError::Stale) => {
            Err(WebError::stale(Vec::new()).with_next("Open the form again", request.path().to_owned()))
        }
        Err(error) => {
            let errors = shown_on_form(error)?;
            let (form, back) = (form.view(&errors), form.text("back").to_owned());
            render(&request, &desk, facts, (form, &back)).await
        }
    }
}
