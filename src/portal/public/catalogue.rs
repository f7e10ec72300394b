//! The catalogue as anybody sees it: search, one dataset, and the whole as `data.json`.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use url::form_urlencoded::Serializer;

use super::words::{frequency, limit_lines, sensitivity_tag, tier_about, tier_tag};
use crate::cases::interchange;
use crate::cases::reuse::{self, Asked};
use crate::cases::samples;
use crate::domain::catalogue::Field;
use crate::domain::dcat::Distribution;
use crate::domain::scope::{Method, Operation};
use crate::domain::tier::Tier;
use crate::domain::time::day_in;
use crate::portal::announced::ChangeView;
use crate::portal::calls::{Call, Credential, calls};
use crate::portal::sampled::SampleView;
use crate::store::views::catalogue::{self, DatasetPage, Facets, Listed, Search, TierFilter};
use crate::web::case::DeskData;
use crate::web::fields::Fields;
use crate::web::{Page, Paging, Site, WebError, json::Query};

/// Keywords shown with a dataset of the list.
const KEYWORDS_LISTED: usize = 5;

/// What `public/datasets.html` shows.
#[derive(Serialize)]
struct SearchView {
    q: String,
    department: String,
    tier: String,
    keyword: String,
    is_narrowed: bool,
    total: usize,
    departments: Vec<Choice>,
    tiers: Vec<Choice>,
    keywords: Vec<Choice>,
    frequency: String,
    frequencies: Vec<Choice>,
    format: String,
    formats: Vec<Choice>,
    shows: Vec<String>,
    has: Vec<Choice>,
    datasets: Vec<Line>,
    first: String,
    next: String,
}

#[derive(Serialize)]
struct Choice {
    value: String,
    label: String,
}

#[derive(Serialize)]
struct Line {
    slug: String,
    title: String,
    summary: String,
    department: String,
    tier: &'static str,
    tone: &'static str,
    keywords: Vec<String>,
    has_feed: bool,
}

pub(super) async fn search(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let query = query.lenient();
    let paging = Paging::from_query(&query)?;
    let after = paging.after.clone().map(place).transpose()?;
    let is_later = after.is_some();
    let wanted = wanted(&query);
    let (asked, limit) = (wanted.clone(), i64::from(paging.limit) + 1);
    let (found, facets) = desk
        .run(move |desk| {
            desk.read(|conn| {
                let found = catalogue::search(conn, &asked, after.as_ref(), limit)?;
                Ok((found, catalogue::facets(conn, &asked)?))
            })
        })
        .await?;
    let page = paging.page(found, |listed| listed.place().to_vec());
    let view = SearchView {
        datasets: page.items.into_iter().map(line).collect(),
        next: page.next.map(|cursor| address(&wanted, &cursor)).unwrap_or_default(),
        first: if is_later { address(&wanted, "") } else { String::new() },
        ..search_view(&wanted, facets)
    };
    Page::new(&request, "Catalogue")?.render("public/datasets.html", &view)
}

fn place(values: Vec<String>) -> Result<[String; 2], WebError> {
    values.try_into().map_err(|_other: Vec<String>| {
        WebError::bad_request("cursor_invalid", "“cursor” must be one that this list gave you as “next”.")
    })
}

fn wanted(query: &Fields) -> Search {
    let given = |name: &str| query.get(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    Search {
        words: given("q").unwrap_or_default(),
        department: given("department"),
        tier: given("tier").and_then(|word| TierFilter::from_word(&word)),
        keyword: given("keyword"),
        frequency: given("frequency"),
        format: given("format"),
        with_positions: query.all("has").any(|word| word == "positions"),
        with_sample: query.all("has").any(|word| word == "sample"),
    }
}

/// The address of the same search, from after `cursor`.
fn address(wanted: &Search, cursor: &str) -> String {
    let tier = wanted.tier.map(TierFilter::as_str).unwrap_or_default();
    let pairs = [
        ("q", wanted.words.as_str()),
        ("department", wanted.department.as_deref().unwrap_or_default()),
        ("tier", tier),
        ("keyword", wanted.keyword.as_deref().unwrap_or_default()),
        ("frequency", wanted.frequency.as_deref().unwrap_or_default()),
        ("format", wanted.format.as_deref().unwrap_or_default()),
        ("has", if wanted.with_positions { "positions" } else { "" }),
        ("has", if wanted.with_sample { "sample" } else { "" }),
        ("cursor", cursor),
    ];
    let query: String =
        Serializer::new(String::new()).extend_pairs(pairs.iter().filter(|(_, value)| !value.is_empty())).finish();
    if query.is_empty() { "/datasets".to_owned() } else { format!("/datasets?{query}") }
}

fn search_view(wanted: &Search, facets: Facets) -> SearchView {
    let counted = |value: String, label: &str, count: usize| Choice { value, label: format!("{label} ({count})") };
    let tier = |filter: TierFilter| match filter {
        TierFilter::Is(tier) => tier_tag(Some(tier)).0,
        TierFilter::Unset => tier_tag(None).0,
    };
    let keyword = wanted.keyword.clone().unwrap_or_default().to_lowercase();
    let mut keywords: Vec<_> =
        facets.keywords.iter().map(|(word, count)| counted(word.clone(), word, *count)).collect();
    if !keyword.is_empty() && !keywords.iter().any(|choice| choice.value == keyword) {
        keywords.push(Choice { value: keyword.clone(), label: keyword.clone() });
    }
    let marks = [
        ("positions", "With positions", wanted.with_positions, facets.with_positions),
        ("sample", "With a sample", wanted.with_sample, facets.with_sample),
    ];
    let frequency_choice = |(code, count): &(String, usize)| counted(code.clone(), &frequency(code), *count);
    SearchView {
        frequency: wanted.frequency.clone().unwrap_or_default(),
        frequencies: facets.frequencies.iter().map(frequency_choice).collect(),
        format: wanted.format.clone().unwrap_or_default(),
        formats: facets.formats.iter().map(|(format, count)| counted(format.clone(), format, *count)).collect(),
        shows: marks.iter().filter(|(_, _, is_on, _)| *is_on).map(|(word, ..)| (*word).to_owned()).collect(),
        has: marks.iter().map(|(word, label, _, count)| counted((*word).to_owned(), label, *count)).collect(),
        q: wanted.words.clone(),
        department: wanted.department.clone().unwrap_or_default(),
        tier: wanted.tier.map(TierFilter::as_str).unwrap_or_default().to_owned(),
        keyword,
        is_narrowed: *wanted != Search::default(),
        total: facets.total,
        departments: facets.departments.into_iter().map(|(slug, name, count)| counted(slug, &name, count)).collect(),
        tiers: facets.tiers.iter().map(|(is, count)| counted(is.as_str().to_owned(), tier(*is), *count)).collect(),
        keywords,
        datasets: Vec::new(),
        first: String::new(),
        next: String::new(),
    }
}

fn line(listed: Listed) -> Line {
    let (tier, tone) = tier_tag(listed.tier);
    Line {
        slug: listed.slug,
        title: listed.title,
        summary: listed.summary,
        department: listed.department_name,
        tier,
        tone,
        keywords: listed.keywords.into_iter().take(KEYWORDS_LISTED).collect(),
        has_feed: listed.has_feed && listed.tier != Some(Tier::Prohibited),
    }
}

/// What `public/dataset.html` shows.
#[derive(Serialize)]
struct DatasetView {
    slug: String,
    summary: String,
    description: String,
    tier: &'static str,
    tone: &'static str,
    about_tier: &'static str,
    how: &'static str,
    apply_href: String,
    terms_href: String,
    records_request: String,
    records_href: String,
    reuse: ReuseLine,
    sample: Option<SampleView>,
    changes: Vec<ChangeView>,
    department: String,
    department_href: String,
    email: String,
    facts: Vec<(&'static str, String)>,
    license: String,
    rights: String,
    landing_page: String,
    keywords: Vec<(String, String)>,
    fields: Vec<FieldLine>,
    has_sensitive: bool,
    operations: Vec<OperationLine>,
    limits: Vec<String>,
    has_feed: bool,
    calls: Vec<Call>,
    distributions: Vec<DistributionLine>,
    updated: String,
}

/// What was asked about the reuse of a dataset, as days; empty where nothing was.
#[derive(Default, Serialize)]
struct ReuseLine {
    asked_on: String,
    due: String,
    first_asked_on: String,
    answered_on: String,
}

fn reuse_line(asked: &Asked) -> ReuseLine {
    let open = asked.open.as_ref();
    let answered = asked.answered.as_ref();
    let day = |day: Option<crate::domain::time::Day>| day.map(|day| day.to_string()).unwrap_or_default();
    ReuseLine {
        asked_on: day(open.map(|request| request.asked_on)),
        due: day(open.map(|request| request.due.due)),
        first_asked_on: day(answered.map(|request| request.asked_on)),
        answered_on: day(answered.and_then(|request| request.answer.as_ref()).map(|answer| answer.on)),
    }
}

#[derive(Serialize)]
struct FieldLine {
    name: String,
    kind: String,
    description: String,
    sensitivity: &'static str,
    tone: &'static str,
}

#[derive(Serialize)]
struct OperationLine {
    scope: String,
    methods: String,
    paths: Vec<String>,
}

#[derive(Serialize)]
struct DistributionLine {
    title: String,
    url: String,
    kind: String,
}

pub(super) async fn dataset(
    request: HttpRequest,
    desk: DeskData,
    slug: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    let slug = slug.into_inner();
    let (page, asked, sample) = desk
        .run(move |desk| {
            let page = desk.read(|conn| catalogue::page(conn, &slug))?;
            Ok((page, reuse::of_dataset(desk, &slug)?, samples::public(desk, &slug)?))
        })
        .await?;
    let gate = Site::of(&request)?.options().gate_url.as_str().trim_end_matches('/').to_owned();
    let limits = page.tier.map(|tier| limit_lines(&page.limits, &desk.profile.limits_for(tier))).unwrap_or_default();
    let records_request = desk.profile.notices.records_request.text("en").to_owned();
    let title = page.metadata.title.to_string();
    let terms = page.tier.and_then(|tier| desk.profile.terms_for(tier));
    let (zone, now) = (desk.profile.zone, desk.clock.now());
    let today = day_in(zone, now);
    let changes = page.changes.iter().rev().filter(|change| change.is_current(today, now));
    let view = DatasetView {
        changes: changes.map(|change| ChangeView::of(change, "", zone)).collect(),
        limits,
        records_request,
        reuse: reuse_line(&asked),
        sample: sample.map(|sample| SampleView::of(&sample, &desk.profile.outline)),
        records_href: records_href(&page.department_slug, &title),
        terms_href: terms.map(|terms| format!("/terms/{}", terms.family.as_str())).unwrap_or_default(),
        ..dataset_view(page, &gate)
    };
    Page::new(&request, title)?.crumb("Catalogue", "/datasets").render("public/dataset.html", &view)
}

/// The form for records, with the department and the dataset filled in.
fn records_href(department: &str, title: &str) -> String {
    let query =
        Serializer::new(String::new()).append_pair("department", department).append_pair("dataset", title).finish();
    format!("/records/new?{query}")
}

/// What the page decides from the tier alone: `open`, `apply`, `prohibited` or `undecided`.
const fn how(tier: Option<Tier>) -> &'static str {
    match tier {
        None => "undecided",
        Some(Tier::Open) => "open",
        Some(Tier::Registered | Tier::Conditioned | Tier::Restricted) => "apply",
        Some(Tier::Prohibited) => "prohibited",
    }
}

fn dataset_view(page: DatasetPage, gate: &str) -> DatasetView {
    let (tier, tone) = tier_tag(page.tier);
    let facts = facts(&page);
    let calls = calls_of(&page, gate);
    let metadata = page.metadata;
    let keyword = |word: String| {
        let wanted = Search { keyword: Some(word.clone()), ..Search::default() };
        (word, address(&wanted, ""))
    };
    let in_department = Search { department: Some(page.department_slug), ..Search::default() };
    DatasetView {
        tier,
        tone,
        about_tier: tier_about(page.tier),
        how: how(page.tier),
        apply_href: format!("/applications/new?dataset={}", page.slug),
        department_href: address(&in_department, ""),
        department: page.department_name,
        email: metadata.contact.email.map_or(page.department_email, |email| email.to_string()),
        facts,
        calls,
        description: metadata.description.to_string(),
        license: metadata.license.map(|url| url.to_string()).unwrap_or_default(),
        rights: metadata.rights.map(|rights| rights.to_string()).unwrap_or_default(),
        landing_page: metadata.landing_page.map(|url| url.to_string()).unwrap_or_default(),
        keywords: metadata.keywords.iter().map(|word| keyword(word.to_string())).collect(),
        has_sensitive: page.fields.iter().any(|field| !sensitivity_tag(field.sensitivity).0.is_empty()),
        fields: page.fields.into_iter().map(field_line).collect(),
        operations: page.operations.iter().map(|operation| operation_line(&page.slug, operation)).collect(),
        distributions: metadata.distributions.iter().map(distribution_line).collect(),
        has_feed: page.has_feed && page.tier != Some(Tier::Prohibited),
        updated: page.updated_at.to_rfc3339(),
        // A summary that only repeats the beginning of the description is not said twice.
        summary: Some(page.summary).filter(|line| !metadata.description.as_str().starts_with(line)).unwrap_or_default(),
        slug: page.slug,
        limits: Vec::new(),
        terms_href: String::new(),
        records_request: String::new(),
        records_href: String::new(),
        reuse: ReuseLine::default(),
        sample: None,
        changes: Vec::new(),
    }
}

/// Facts with a value; the others are left out.
fn facts(page: &DatasetPage) -> Vec<(&'static str, String)> {
    let metadata = &page.metadata;
    let dash = |interval: String| interval.replace('/', " to ");
    let all = [
        ("Renewed", metadata.frequency.as_ref().map(|code| frequency(code.as_str()))),
        ("Time covered", metadata.temporal.as_ref().map(|interval| dash(interval.to_string()))),
        ("Area covered", metadata.spatial.as_ref().map(ToString::to_string)),
        ("Steward", Some(page.steward.clone())),
        ("Contact", metadata.contact.name.as_ref().map(ToString::to_string)),
        ("Publisher", metadata.publisher.as_ref().map(ToString::to_string)),
        ("First published", metadata.issued.as_ref().map(ToString::to_string)),
        ("Last changed at the source", metadata.modified.as_ref().map(ToString::to_string)),
        ("Identifier", Some(page.identifier.clone())),
    ];
    all.into_iter().filter_map(|(label, value)| Some((label, value.filter(|value| !value.is_empty())?))).collect()
}

fn field_line(field: Field) -> FieldLine {
    let (sensitivity, tone) = sensitivity_tag(field.sensitivity);
    FieldLine { name: field.name, kind: field.kind, description: field.description, sensitivity, tone }
}

fn operation_line(slug: &str, operation: &Operation) -> OperationLine {
    let methods: Vec<_> = operation.methods().iter().map(|method| method.as_str()).collect();
    OperationLine {
        scope: format!("{slug}:{}", operation.name()),
        methods: methods.join(", "),
        paths: operation.paths().iter().map(|path| format!("/{slug}{path}")).collect(),
    }
}

fn distribution_line(distribution: &Distribution) -> DistributionLine {
    let url = distribution.at.url().to_string();
    let media_type = distribution.at.media_type().map(ToString::to_string);
    let kind = distribution.format.as_ref().map(ToString::to_string).or(media_type).unwrap_or_default();
    let title = distribution.title.as_ref().map_or_else(|| url.clone(), ToString::to_string);
    DistributionLine { title, url, kind }
}

/// A call that works once one has a key; empty where there is nothing to call.
fn calls_of(page: &DatasetPage, gate: &str) -> Vec<Call> {
    let reading = page.operations.iter().find(|operation| operation.methods().contains(&Method::Get));
    let is_callable = page.has_feed && page.tier.is_some_and(|tier| tier != Tier::Prohibited);
    let Some(operation) = reading.filter(|_| is_callable) else { return Vec::new() };
    let paths = operation.paths().iter().map(|path| path.to_string().trim_end_matches("/**").to_owned());
    let Some(path) = paths.into_iter().find(|path| !path.contains('{')) else { return Vec::new() };
    let address = format!("{gate}/{}{path}", page.slug);
    calls(&address, if page.tier == Some(Tier::Open) { Credential::Nothing } else { Credential::Environment })
}

/// The sample as a file: the very bytes that its hash is of.
pub(super) async fn sample(desk: DeskData, slug: web::Path<String>) -> Result<HttpResponse, WebError> {
    let own_slug = slug.clone();
    let found = desk.run(move |desk| samples::public(desk, &own_slug)).await?.ok_or_else(WebError::not_found)?;
    let name = format!("attachment; filename=\"{slug}-sample.json\"");
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .insert_header((header::CONTENT_DISPOSITION, name))
        .body(found.text))
}

pub(super) async fn data_json(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let site = Site::of(&request)?;
    let (portal, gate) = (site.portal_link(""), site.options().gate_url.to_string());
    let document = desk.run(move |desk| interchange::data_json(desk, &portal, &gate)).await?;
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "public, max-age=300")).json(document))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_a_search_holds_what_was_chosen_and_nothing_else() {
        let wanted =
            Search { words: "air & noise".to_owned(), tier: Some(TierFilter::Is(Tier::Open)), ..Search::default() };
        assert_eq!(address(&wanted, ""), "/datasets?q=air+%26+noise&tier=0");
        assert_eq!(address(&Search::default(), "abc"), "/datasets?cursor=abc");
        assert_eq!(address(&Search::default(), ""), "/datasets");
    }

    #[test]
    fn a_cursor_of_another_list_is_refused() {
        assert!(place(vec!["a".to_owned(), "b".to_owned()]).is_ok());
        assert_eq!(place(vec!["a".to_owned()]).unwrap_err().code(), "cursor_invalid");
    }
}
