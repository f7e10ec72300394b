//! Cases of the demo, one for each state an application and an agreement can be in.

use std::collections::BTreeMap;

use chrono::Duration;

use super::seed::City;
use crate::cases::again;
use crate::cases::apply::{self, Signature, Wanted};
use crate::cases::records::convert::{self, ConvertWish};
use crate::cases::review::{self, Decided, GroundTyped};
use crate::cases::{Caller, CaseError, agree, renewal};
use crate::domain::application::State;
use crate::domain::id::{AgreementId, ApplicationId, ItemId};
use crate::domain::limits::Limits;
use crate::domain::review::{Advice, Condition, ConditionKind};
use crate::domain::terms::TermsFamily;
use crate::domain::time::day_in;
use crate::store::{agreements, applications, datasets, terms};

/// What somebody wants.
struct Wish {
    who: &'static str,
    title: &'static str,
    purpose: &'static str,
    benefit: &'static str,
    category: usize,
    kind: &'static str,
    organisation: &'static str,
    calls: &'static str,
    datasets: &'static [(&'static str, &'static [&'static str])],
}

const FIND_A_BAY: Wish = Wish {
    who: "maria",
    title: "Find a bay in East Norwalk",
    purpose: "A small web page that shows free spaces and shared bikes near the station, refreshed once a minute.",
    benefit: "Less circling for parking around the station, and an easier switch to the bike share.",
    category: 0,
    kind: "individual",
    organisation: "",
    calls: "3000",
    datasets: &[("parking-occupancy", &["read", "history"]), ("bike-share", &["read"])],
};

const QUIET_STREETS: Wish = Wish {
    who: "chen",
    title: "Quiet streets: noise and sleep",
    purpose: "A study of night-time noise along East Avenue against reported sleep, on hourly means.",
    benefit: "The city learns where quieter pavement would help most.",
    category: 1,
    kind: "university",
    organisation: "Long Island Sound University",
    calls: "1500",
    datasets: &[("noise-levels", &["history", "read"])],
};

const PLOW_ROUTES: Wish = Wish {
    who: "chen",
    title: "Plow routes after storms",
    purpose: "Reconstruct how long each street waits for a plow, to propose fairer routes.",
    benefit: "Shorter waits on side streets.",
    category: 1,
    kind: "university",
    organisation: "Long Island Sound University",
    calls: "800",
    datasets: &[("snow-plow-avl", &["history", "read"])],
};

const CHARGE_HERE: Wish = Wish {
    who: "omar",
    title: "Charge here: free chargers for visitors",
    purpose: "An app that leads visitors to free chargers and lit streets, with a paid tier for fleets.",
    benefit: "Fewer cars searching, better use of the chargers.",
    category: 0,
    kind: "startup",
    organisation: "Bay Finder LLC",
    calls: "20000",
    datasets: &[("ev-chargers", &["read"]), ("streetlights", &["read"])],
};

const NOISE_MAP: Wish = Wish {
    who: "omar",
    title: "Noise map for apartment seekers",
    purpose: "Show the noise of the last month on apartment listings.",
    benefit: "People know what they rent.",
    category: 0,
    kind: "startup",
    organisation: "Bay Finder LLC",
    calls: "5000",
    datasets: &[("noise-levels", &["read"])],
};

const DARK_CORNERS: Wish = Wish {
    who: "jo",
    title: "Dark corners: which streetlights stay broken",
    purpose: "A series about how long broken streetlights wait for repair, street by street.",
    benefit: "Readers see how the city spends on light.",
    category: 2,
    kind: "press",
    organisation: "The Harbor Gazette",
    calls: "1000",
    datasets: &[("streetlights", &["history", "read"])],
};

const CAMERA_WATCH: Wish = Wish {
    who: "jo",
    title: "What the cameras see",
    purpose: "Collect stills of every traffic camera for a year to report on street use.",
    benefit: "A public record of how streets are used.",
    category: 2,
    kind: "press",
    organisation: "The Harbor Gazette",
    calls: "50000",
    datasets: &[("traffic-cameras", &["read", "stills"])],
};

/// Tells every story, in the order in which it happened.
///
/// # Errors
/// Whatever a case refuses.
pub(super) fn tell(city: &City) -> Result<(), CaseError> {
    ending(city)?;
    lapsed(city)?;
    expired(city)?;
    click_through(city)?;
    conditioned(city)?;
    restricted(city)?;
    denied(city)?;
    withdrawn(city)?;
    converted(city)?;
    terminated(city)?;
    offered(city)?;
    asked(city)?;
    waiting(city)?;
    drafted(city)
}

/// Twenty days before its end, with a renewal open. The month's pilot below ended, and owes its certificate.
fn ending(city: &City) -> Result<(), CaseError> {
    city.at(350, 14);
    let wish = Wish { title: "Noise along the tracks, a year of it", ..QUIET_STREETS };
    let id = submit(city, &wish)?;
    city.at(348, 15);
    approve(city, "noor", id, "noise-levels", vec![promise("Figures are published by street, never by address.")])?;
    city.at(345, 13);
    sign(city, "chen", id)?;
    let Some(agreement) = agreement_of(city, id)? else { return Err(CaseError::Missing) };
    city.at(1, 10);
    renewal::open(&city.desk, city.person("chen")?, agreement).map(|_| ())
}

fn lapsed(city: &City) -> Result<(), CaseError> {
    city.at(46, 14);
    let wish = Wish { title: "Charger price index", ..CHARGE_HERE };
    let id = submit(city, &Wish { datasets: &[("ev-chargers", &["bulk"])], ..wish })?;
    city.at(44, 15);
    let promise = promise("Prices are shown as ranges, never for a single charger.");
    approve(city, "rosa", id, "ev-chargers", vec![promise])?;
    city.at(13, 9);
    agree::lapse_offers(&city.desk).map(|_| ())
}

fn expired(city: &City) -> Result<(), CaseError> {
    city.at(43, 13);
    let wish = Wish { title: "Pilot: noise for one month", ..QUIET_STREETS };
    let id = submit(city, &wish)?;
    city.at(41, 15);
    let day = day_in(city.desk.profile.zone, city.now - Duration::days(12));
    let ends = Condition {
        text: format!("This pilot ends on {day}."),
        kind: ConditionKind::EndsOn { day },
        basis: "clause 29".to_owned(),
        is_precedent: false,
    };
    approve(city, "noor", id, "noise-levels", vec![ends])?;
    city.at(40, 16);
    sign(city, "chen", id)?;
    city.at(11, 9);
    agree::expire_agreements(&city.desk).map(|_| ())
}

/// Executed at submission; then amended, so that the first agreement is superseded.
fn click_through(city: &City) -> Result<(), CaseError> {
    city.at(34, 18);
    let id = submit(city, &Wish { datasets: &[("parking-occupancy", &["read"])], ..FIND_A_BAY })?;
    city.at(29, 19);
    let maria = city.person("maria")?;
    let next = again::reopen(&city.desk, maria, id)?;
    answer_form(city, maria, next, &FIND_A_BAY)?;
    city.later(5);
    sign_and_submit(city, maria, next).map(|_| ())
}

fn conditioned(city: &City) -> Result<(), CaseError> {
    city.at(32, 14);
    let id = submit(city, &QUIET_STREETS)?;
    city.at(31, 15);
    let rita = city.person("rita")?;
    let planning = city.department("planning")?;
    review::note(&city.desk, rita, id, planning, "The pilot went well; their report was careful.")?;
    review::ask(&city.desk, rita, id, planning, "Do you need the ten-second values, or are hourly means enough?")?;
    city.later(200);
    apply::answer(&city.desk, city.person("chen")?, id, "Hourly means are enough for everything but the calibration.")?;
    city.at(30, 14);
    let item = item(city, id, "noise-levels")?;
    review::recommend(
        &city.desk,
        rita,
        id,
        item,
        (Advice::ApproveWithConditions, "Hourly means for the paper; calibration by bulk."),
    )?;
    city.later(90);
    let limits = Limits::parse("60/minute\n2000/day")
        .map_err(|problem| crate::domain::text::Invalid::new("limits", "invalid", problem.to_string()))?;
    let narrow = Condition {
        text: "At most 2,000 calls a day, 60 a minute.".to_owned(),
        kind: ConditionKind::Limits { limits },
        basis: "clause 14".to_owned(),
        is_precedent: false,
    };
    approve(city, "noor", id, "noise-levels", vec![narrow, promise("Results name no single address.")])?;
    city.at(28, 13);
    sign(city, "chen", id)
}

/// Two different managers on a restricted dataset.
fn restricted(city: &City) -> Result<(), CaseError> {
    city.at(30, 13);
    let id = submit(city, &PLOW_ROUTES)?;
    city.at(28, 15);
    approve(city, "will", id, "snow-plow-avl", Vec::new())?;
    city.at(27, 16);
    let item = item(city, id, "snow-plow-avl")?;
    let dana = city.person("dana")?;
    review::decide(&city.desk, dana, id, item, Decided::Confirm, "I read the security plan and agree.").map(|_| ())
}

fn denied(city: &City) -> Result<(), CaseError> {
    city.at(24, 15);
    let id = submit(city, &CAMERA_WATCH)?;
    city.at(21, 16);
    let grounds = ["D6", "D7"]
        .map(|code| ground(city, code, "A year of stills shows people's daily ways; counts answer the same question."));
    let remedy = "Ask for the hourly counts, or for stills of a few named corners over a short time.".to_owned();
    let decided = Decided::Deny { grounds: grounds.to_vec(), remedy };
    let item = item(city, id, "traffic-cameras")?;
    let statement = "The purpose is legitimate, but it does not need images of everybody who passes for a year.";
    review::decide(&city.desk, city.person("pat")?, id, item, decided, statement).map(|_| ())
}

fn withdrawn(city: &City) -> Result<(), CaseError> {
    city.at(19, 17);
    let id = submit(city, &Wish { title: "Noise alerts", ..NOISE_MAP })?;
    city.at(18, 17);
    apply::withdraw(&city.desk, city.person("omar")?, id, "We joined this with another project.")
}

/// Asked for live, then for the records instead.
fn converted(city: &City) -> Result<(), CaseError> {
    city.at(9, 11);
    let wish = Wish { title: "Charger use in one table", datasets: &[("ev-chargers", &["bulk"])], ..CHARGE_HERE };
    let id = submit(city, &wish)?;
    city.at(8, 11);
    let (items, text) = (vec![item(city, id, "ev-chargers")?], "A table of 2026 is enough.".to_owned());
    let wish = ConvertWish { items, text, ends_application: true };
    convert::from_application(&city.desk, city.person("omar")?, id, &wish).map(|_| ())
}

fn terminated(city: &City) -> Result<(), CaseError> {
    city.at(26, 12);
    let wish =
        Wish { title: "Foot traffic for shop windows", datasets: &[("pedestrian-counters", &["read"])], ..CHARGE_HERE };
    let id = submit(city, &wish)?;
    let Some(agreement) = agreement_of(city, id)? else { return Err(CaseError::Missing) };
    city.at(9, 12);
    agree::terminate(&city.desk, city.person("omar")?, agreement, None, "The product was stopped.")
}

fn offered(city: &City) -> Result<(), CaseError> {
    city.at(8, 14);
    let id = submit(city, &DARK_CORNERS)?;
    city.at(4, 15);
    approve(city, "will", id, "streetlights", vec![promise("Cabinet numbers are not published.")])
}

fn asked(city: &City) -> Result<(), CaseError> {
    city.at(5, 13);
    let id = submit(city, &NOISE_MAP)?;
    city.at(3, 15);
    let planning = city.department("planning")?;
    let question = "Will the map show single addresses, and who can see it?";
    review::ask(&city.desk, city.person("rita")?, id, planning, question)
}

fn waiting(city: &City) -> Result<(), CaseError> {
    city.at(2, 13);
    submit(city, &CHARGE_HERE).map(|_| ())
}

fn drafted(city: &City) -> Result<(), CaseError> {
    city.at(1, 20);
    let maria = city.person("maria")?;
    let id = apply::start(&city.desk, maria, &["traffic-counts".to_owned(), "ev-chargers".to_owned()])?;
    let answers = [("title".to_owned(), "Slow streets near schools".to_owned())];
    apply::save(&city.desk, maria, id, &answers, None, 1)
}

fn submit(city: &City, wish: &Wish) -> Result<ApplicationId, CaseError> {
    let who = city.person(wish.who)?;
    let slugs: Vec<String> = wish.datasets.iter().map(|(slug, _)| (*slug).to_owned()).collect();
    let id = apply::start(&city.desk, who, &slugs)?;
    answer_form(city, who, id, wish)?;
    city.later(25);
    sign_and_submit(city, who, id)?;
    Ok(id)
}

fn answer_form(city: &City, who: &Caller, id: ApplicationId, wish: &Wish) -> Result<(), CaseError> {
    let purposes = &city.desk.profile.purposes;
    let category = purposes.get(wish.category).or(purposes.first()).ok_or(CaseError::Missing)?;
    let answers = [
        ("title", wish.title),
        ("purpose_category", category.id.as_str()),
        ("purpose", wish.purpose),
        ("public_benefit", wish.benefit),
        ("calls_per_day", wish.calls),
        ("peak_per_minute", "60"),
        ("coarser", "Hourly values would do for the history, not for the live view."),
        ("storage", "One server in the United States, encrypted disk."),
        ("security", "Keys in the server's secret store; two people have access; TLS everywhere."),
        ("retention_days", "30"),
        ("deletion", "A nightly job deletes rows older than thirty days; its log is kept."),
        ("incident_contact", "incidents@people.example"),
        ("sharing", "aggregates"),
        ("publication", "A web page with sums and charts."),
        ("ai_training", "no"),
        ("commercial", if wish.kind == "startup" { "yes" } else { "no" }),
        ("requester_type", wish.kind),
        ("organisation", wish.organisation),
        ("users", "The signatory; one engineer under their direction"),
        ("signatory", who.actor.name.as_str()),
        ("signatory_title", "Owner"),
    ];
    let answers: Vec<_> = answers.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    let wanted =
        wish.datasets.iter().map(|(slug, operations)| want(city, slug, operations)).collect::<Result<Vec<_>, _>>()?;
    let version = city.desk.read(|conn| applications::by_id(conn, id))?.version;
    apply::save(&city.desk, who, id, &answers, Some(&wanted), version)
}

fn want(city: &City, slug: &str, operations: &[&str]) -> Result<Wanted, CaseError> {
    let dataset = city.desk.read(|conn| datasets::by_slug(conn, slug))?;
    let sensitive: BTreeMap<String, String> = dataset
        .sensitive_fields()
        .map(|field| (field.name.clone(), "Needed to tell single sites apart; not published.".to_owned()))
        .collect();
    let operations = operations.iter().filter(|name| dataset.operation(name).is_some());
    Ok(Wanted { slug: slug.to_owned(), operations: operations.map(|name| (*name).to_owned()).collect(), sensitive })
}

fn sign_and_submit(city: &City, who: &Caller, id: ApplicationId) -> Result<State, CaseError> {
    let shown = apply::review(&city.desk, who, id)?;
    if !shown.problems.is_empty() {
        return Err(CaseError::Invalid(shown.problems));
    }
    let signature = Signature {
        reviewed: shown.reviewed,
        terms: shown.draft.terms.id.to_string(),
        terms_hash: shown.draft.terms.hash.to_string(),
        text_hash: shown.draft.hash,
        ..typed(city, who)
    };
    apply::submit(&city.desk, who, id, &signature)
}

fn typed(city: &City, who: &Caller) -> Signature {
    Signature {
        reviewed: String::new(),
        terms: String::new(),
        terms_hash: String::new(),
        text_hash: String::new(),
        name: who.actor.name.clone(),
        title: "Owner".to_owned(),
        has_authority: true,
        consents: true,
        declarations: city.desk.profile.declarations.iter().map(|one| one.id.as_str().to_owned()).collect(),
    }
}

fn sign(city: &City, nick: &str, id: ApplicationId) -> Result<(), CaseError> {
    let who = city.person(nick)?;
    let Some(agreement) = agreement_of(city, id)? else { return Err(CaseError::Missing) };
    let offered = city.desk.read(|conn| agreements::by_id(conn, agreement))?;
    let version = city.desk.read(|conn| terms::by_id(conn, offered.terms))?;
    debug_assert_ne!(version.family, TermsFamily::ClickThrough);
    let signature = Signature {
        terms: version.id.to_string(),
        terms_hash: version.hash.to_string(),
        text_hash: offered.text_hash,
        ..typed(city, who)
    };
    apply::sign(&city.desk, who, id, &signature).map(|_| ())
}

/// The agreement of an application that was offered or executed.
pub(super) fn agreement_of(city: &City, id: ApplicationId) -> Result<Option<AgreementId>, CaseError> {
    Ok(match city.desk.read(|conn| applications::by_id(conn, id))?.state {
        State::Offered { agreement, .. } | State::Executed { agreement, .. } => Some(agreement),
        State::Draft
        | State::Submitted { .. }
        | State::InfoRequested { .. }
        | State::Denied { .. }
        | State::Withdrawn { .. }
        | State::Lapsed { .. }
        | State::Converted { .. } => None,
    })
}

fn item(city: &City, id: ApplicationId, slug: &str) -> Result<ItemId, CaseError> {
    let application = city.desk.read(|conn| applications::by_id(conn, id))?;
    application.items.iter().find(|item| item.slug == slug).map(|item| item.id).ok_or(CaseError::Missing)
}

fn approve(
    city: &City,
    nick: &str,
    id: ApplicationId,
    slug: &str,
    conditions: Vec<Condition>,
) -> Result<(), CaseError> {
    let item = item(city, id, slug)?;
    let statement = "The use serves the public and the request is no wider than it needs to be.";
    review::decide(&city.desk, city.person(nick)?, id, item, Decided::Approve(conditions), statement).map(|_| ())
}

fn promise(text: &str) -> Condition {
    Condition {
        text: text.to_owned(),
        kind: ConditionKind::Promise,
        basis: "clause 18".to_owned(),
        is_precedent: false,
    }
}

fn ground(city: &City, code: &str, explanation: &str) -> GroundTyped {
    let known = city.desk.profile.ground(code);
    let cited = known
        .map(|ground| {
            ground.must_cite.iter().map(|field| (field.name.as_str().to_owned(), "camera stills".to_owned())).collect()
        })
        .unwrap_or_default();
    let exemption = known
        .filter(|ground| ground.needs_subsection)
        .and_then(|_| city.desk.profile.exemptions.first())
        .map(|exemption| exemption.code.as_str().to_owned());
    GroundTyped { code: code.to_owned(), cited, exemption, explanation: explanation.to_owned() }
}
