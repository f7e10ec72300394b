//! What to expect before one asks, without an account: a few questions in the address, nothing kept. Decides nothing;
//! the rule is `domain::eligibility`.

use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use url::form_urlencoded::Serializer;

use crate::cases::{CaseError, Desk, register};
use crate::domain::application::{AnswerKind, question};
use crate::domain::catalogue::Dataset;
use crate::domain::eligibility::{Hurdle, Outlook, Plan, Way, outlook};
use crate::domain::profile::Profile;
use crate::portal::shared::{Choice, Names, tier_words};
use crate::store::datasets;
use crate::web::case::DeskData;
use crate::web::fields::Fields;
use crate::web::{FormView, Page, WebError, json::Query};

/// What `public/eligibility.html` shows.
#[derive(Serialize)]
struct EligibilityView {
    datasets: Vec<Choice>,
    purposes: Vec<Choice>,
    requesters: Vec<Choice>,
    sharing: Vec<Choice>,
    uses: Vec<Choice>,
    yes_no: Vec<Choice>,
    /// One for each dataset that was asked about.
    found: Vec<Expected>,
    /// Names that are no dataset here.
    unknown: Vec<String>,
    /// The form with everything filled in, where it is worth asking; may be empty.
    apply: String,
    /// Half of all applications were decided within so many days.
    median_days: Option<i64>,
    /// What usually gets denied.
    prohibited: Vec<String>,
}

/// What to expect for one dataset.
#[derive(Serialize)]
struct Expected {
    title: String,
    href: String,
    department: String,
    tier: &'static str,
    /// `no_key`, `click_through`, `decision`, `prohibited` or `undecided`.
    way: &'static str,
    tone: &'static str,
    approvals: u8,
    hurdles: Vec<String>,
    /// What one will be asked.
    asked: Vec<&'static str>,
    terms: String,
    records: String,
    is_worth_asking: bool,
}

fn plan(profile: &Profile, asked: &Fields) -> Plan {
    let known = |id: &&str| profile.prohibited_uses.iter().any(|known| known.id.as_str() == *id);
    let answer = |name| match asked.get(name) {
        Some("yes") => Some(true),
        Some("no") => Some(false),
        Some(_) | None => None,
    };
    Plan {
        prohibited_uses: asked.all("uses").filter(known).map(str::to_owned).collect(),
        meets_measures: answer("measures"),
        names_users: answer("names"),
    }
}

fn hurdle(profile: &Profile, hurdle: &Hurdle) -> Vec<String> {
    match hurdle {
        Hurdle::ProhibitedUse(id) => {
            let known = profile.prohibited_uses.iter().find(|known| known.id.as_str() == id);
            let no = "No agreement may allow this use:".to_owned();
            std::iter::once(no).chain(known.map(|known| known.text.text("en").to_owned())).collect()
        }
        Hurdle::Measures => vec![
            "The terms ask for encryption, restricted access and deletion in time. Without them an application is denied."
                .to_owned(),
        ],
        Hurdle::NamedUsers => vec![
            "Restricted data needs the name of each person who uses it. Without them an application is denied.".to_owned(),
        ],
        Hurdle::SensitiveFields(fields) => {
            vec![format!("You will be asked why you need each of these fields: {}.", fields.join(", "))]
        }
    }
}

const fn tone(outlook: &Outlook, is_worth_asking: bool) -> &'static str {
    match outlook.way {
        Way::NoKey => "good",
        Way::ClickThrough if is_worth_asking => "good",
        Way::Decision if is_worth_asking => "info",
        Way::ClickThrough | Way::Decision | Way::Undecided => "warn",
        Way::Prohibited => "bad",
    }
}

/// What an application of this kind asks, in the order of its form.
fn asked_for(outlook: &Outlook) -> Vec<&'static str> {
    if !outlook.way.needs_agreement() {
        return Vec::new();
    }
    let mut found = vec![
        "What you will use the data for, and who benefits",
        "How many calls you expect, a day and at the peak",
        "Where the data is stored, how it is protected, how long it is kept and how it is deleted",
        "Who else will get it, and what you publish",
        "Who signs, with name and title",
    ];
    if outlook.approvals > 1 {
        found.push("The name and role of each person who uses the data");
    }
    found
}

fn expected(profile: &Profile, names: &Names, dataset: &Dataset, plan: &Plan) -> Expected {
    let sensitive: Vec<String> = dataset.sensitive_fields().map(|field| field.name.clone()).collect();
    let found = outlook(dataset.tier, &sensitive, plan);
    let is_worth_asking = found.is_worth_asking();
    let title = dataset.metadata.title.to_string();
    let terms = dataset.tier.filter(|_| found.way.needs_agreement()).and_then(|tier| profile.terms_for(tier));
    let records = Serializer::new(String::new()).append_pair("dataset", &title).finish();
    Expected {
        href: format!("/datasets/{}", dataset.slug),
        department: names.get(dataset.department).to_owned(),
        tier: tier_words(dataset.tier),
        way: found.way.as_str(),
        tone: tone(&found, is_worth_asking),
        approvals: found.approvals,
        hurdles: found.hurdles.iter().flat_map(|one| hurdle(profile, one)).collect(),
        asked: asked_for(&found),
        terms: terms.map(|terms| format!("/terms/{}", terms.family.as_str())).unwrap_or_default(),
        records: format!("/records/new?{records}"),
        is_worth_asking,
        title,
    }
}

/// The form with the answers in its address; empty where nothing is worth asking for.
fn apply_address(slugs: &[&str], asked: &Fields) -> String {
    if slugs.is_empty() {
        return String::new();
    }
    let mut query = Serializer::new(String::new());
    for slug in slugs {
        query.append_pair("dataset", slug);
    }
    for name in ["purpose", "requester_type", "sharing"] {
        if let Some(value) = asked.get(name).filter(|value| !value.is_empty()) {
            query.append_pair(name, value);
        }
    }
    format!("/applications/new?{}", query.finish())
}

/// The choices of a question of the form.
fn options(name: &str) -> Vec<Choice> {
    match question(name).map(|question| question.kind) {
        Some(AnswerKind::Choice(all)) => all.iter().map(|(word, label)| Choice::new(*word, *label)).collect(),
        Some(
            AnswerKind::Line | AnswerKind::Prose | AnswerKind::Number { .. } | AnswerKind::Purpose | AnswerKind::Email,
        )
        | None => Vec::new(),
    }
}

struct Known {
    names: Names,
    all: Vec<Dataset>,
    median_days: Option<i64>,
}

fn known(desk: &Desk) -> Result<Known, CaseError> {
    let mut all = desk.read(|conn| datasets::list(conn, None))?;
    all.retain(|dataset| dataset.is_published);
    Ok(Known { names: Names::of(desk)?, all, median_days: register::read(desk)?.median_days })
}

pub(super) async fn page(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let asked = query.lenient();
    let Known { names, all, median_days } = desk.run(known).await?;
    let profile = &desk.profile;
    let plan = plan(profile, &asked);
    let wanted: Vec<&str> = asked.all("dataset").filter(|slug| !slug.is_empty()).take(20).collect();
    let chosen: Vec<&Dataset> = all.iter().filter(|dataset| wanted.contains(&dataset.slug.as_str())).collect();
    let found: Vec<Expected> = chosen.iter().map(|dataset| expected(profile, &names, dataset, &plan)).collect();
    let worth: Vec<&str> = chosen
        .iter()
        .zip(&found)
        .filter(|(_, expected)| expected.is_worth_asking)
        .map(|(dataset, _)| dataset.slug.as_str())
        .collect();
    let unknown = wanted.iter().filter(|slug| !all.iter().any(|known| known.slug == **slug));
    let view = EligibilityView {
        datasets: all.iter().map(|one| Choice::new(&one.slug, one.metadata.title.as_str())).collect(),
        purposes: profile.purposes.iter().map(|known| Choice::new(known.id.as_str(), known.title.text("en"))).collect(),
        requesters: options("requester_type"),
        sharing: options("sharing"),
        uses: profile
            .prohibited_uses
            .iter()
            .map(|known| Choice::new(known.id.as_str(), known.text.text("en")))
            .collect(),
        yes_no: vec![Choice::new("yes", "Yes"), Choice::new("no", "No")],
        apply: apply_address(&worth, &asked),
        unknown: unknown.map(|slug| slug.chars().take(80).collect()).collect(),
        prohibited: profile.prohibited_uses.iter().map(|known| known.text.text("en").to_owned()).collect(),
        found,
        median_days,
    };
    let form = FormView::with(asked.iter().map(|(name, value)| (name.to_owned(), value.to_owned())));
    Page::new(&request, "What to expect before you ask")?.form(form).render("public/eligibility.html", &view)
}
