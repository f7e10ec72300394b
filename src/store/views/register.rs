//! What the public register is made from, in a fixed number of queries, each with a limit. Gives no name of a person: an
//! organisation's name, or none. Which counts are shown is not decided here.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::domain::agreement::{Agreement, AgreementState, Execution};
use crate::domain::appeal::Appeal;
use crate::domain::application::{Application, ItemState};
use crate::domain::id::{DepartmentId, OrganisationId};
use crate::domain::misuse::case::MisuseCase;
use crate::domain::review::Verdict;
use crate::domain::tier::Tier;
use crate::domain::time::Instant;
use crate::store::schema::{
    agreements, appeals, applications, misuse_cases, misuse_signals, organisations, records_requests,
};
use crate::store::{AnyConnection, StoreError, from_json, id};

/// Agreements, applications and appeals read at once, the newest.
const MAX: i64 = 10_000;
/// Changes of agreements shown as news.
const NEWS: i64 = 50;

/// One dataset of one agreement in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InForce {
    /// The agreement's number.
    pub number: String,
    /// The dataset's slug.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// The data provider.
    pub department: DepartmentId,
    /// The tier.
    pub tier: Tier,
    /// The holder's organisation; `None` for an individual.
    pub organisation: Option<String>,
    /// The purpose category, by its word in the profile.
    pub purpose: String,
    /// Since when.
    pub since: Instant,
    /// Until when.
    pub until: Instant,
}

/// Something that happened to an agreement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    /// The agreement's number.
    pub number: String,
    /// When.
    pub at: Instant,
    /// `executed`, `expired`, `terminated` or `superseded`.
    pub state: &'static str,
    /// The titles of its datasets.
    pub titles: Vec<String>,
    /// The holder's organisation; `None` for an individual.
    pub organisation: Option<String>,
}

/// One decision on one dataset of an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// The department.
    pub department: DepartmentId,
    /// When what it decided on was submitted.
    pub submitted_at: Instant,
    /// When it was decided.
    pub at: Instant,
    /// The codes of a denial; none of an approval.
    pub denied_for: Vec<String>,
}

/// Everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Agreements in force by dataset, by title and then the newest first.
    pub in_force: Vec<InForce>,
    /// Decisions since the day asked for.
    pub decided: Vec<Decided>,
    /// Appeals filed since: what was appealed, and how they ended, or `open`.
    pub appeals: Vec<(&'static str, &'static str)>,
    /// What the misuse rules in force noticed since: class and how often.
    pub signals: Vec<(String, i64)>,
    /// Misuse cases opened since: class and how they stand.
    pub cases: Vec<(&'static str, &'static str)>,
    /// Requests for records received since: their state and how many.
    pub records: Vec<(String, i64)>,
    /// The newest changes, newest first.
    pub news: Vec<News>,
}

/// Reads everything.
///
/// # Errors
/// What the database says.
pub fn read(conn: &mut AnyConnection, since: Instant, now: Instant) -> Result<Facts, StoreError> {
    let names = organisations_by_id(conn)?;
    let executed: Vec<String> = agreements::table
        .filter(agreements::state.eq("executed").and(agreements::ends_at.gt(Some(now.naive_utc()))))
        .order(agreements::id.desc())
        .limit(MAX)
        .select(agreements::body)
        .load(conn)?;
    let changed: Vec<String> = agreements::table
        .filter(agreements::executed_at.is_not_null())
        .order(agreements::updated_at.desc())
        .limit(NEWS)
        .select(agreements::body)
        .load(conn)?;
    let executed = read_all::<Agreement>("agreement", &executed)?;
    let changed = read_all::<Agreement>("agreement", &changed)?;
    let answers = answers_of(conn, executed.iter().chain(&changed))?;
    let holder = |agreement: &Agreement| holder(agreement, &names, &answers);
    let mut in_force: Vec<InForce> = executed
        .iter()
        .filter_map(|agreement| Some((agreement, agreement.execution()?)))
        .flat_map(|(agreement, execution)| {
            let purpose = answers.get(&agreement.application.to_string()).map(|known| known.purpose.clone());
            lines((agreement, execution), holder(agreement).as_deref(), &purpose.unwrap_or_default())
        })
        .collect();
    in_force.sort_by_key(|line| (line.title.to_lowercase(), std::cmp::Reverse(line.since)));
    let mut news: Vec<News> =
        changed.iter().flat_map(|agreement| happened(agreement, holder(agreement).as_deref())).collect();
    news.sort_by_key(|one| std::cmp::Reverse(one.at));
    Ok(Facts {
        in_force,
        decided: decided(conn, since)?,
        appeals: appealed(conn, since)?,
        signals: signals(conn, since)?,
        cases: cases(conn, since)?,
        records: records(conn, since)?,
        news,
    })
}

fn read_all<T: serde::de::DeserializeOwned>(what: &'static str, bodies: &[String]) -> Result<Vec<T>, StoreError> {
    bodies.iter().map(|body| from_json(what, body)).collect()
}

fn organisations_by_id(conn: &mut AnyConnection) -> Result<BTreeMap<OrganisationId, String>, StoreError> {
    let rows: Vec<(String, String)> =
        organisations::table.limit(MAX).select((organisations::id, organisations::name)).load(conn)?;
    rows.into_iter().map(|(raw, name)| Ok((id(&raw)?, name))).collect()
}

/// What the register needs of an application's answers.
struct Answered {
    /// The legal name given, where not an individual applied.
    organisation: Option<String>,
    purpose: String,
}

fn answers_of<'a>(
    conn: &mut AnyConnection,
    agreements: impl Iterator<Item = &'a Agreement>,
) -> Result<BTreeMap<String, Answered>, StoreError> {
    let mut ids: Vec<String> = agreements.map(|agreement| agreement.application.to_string()).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut found = BTreeMap::new();
    for some in ids.chunks(1_000) {
        let bodies: Vec<String> =
            applications::table.filter(applications::id.eq_any(some.to_vec())).select(applications::body).load(conn)?;
        for application in read_all::<Application>("application", &bodies)? {
            let answers = &application.answers;
            let is_individual = answers.get("requester_type") == "individual";
            let name = Some(answers.get("organisation").to_owned()).filter(|name| !is_individual && !name.is_empty());
            let purpose = answers.get("purpose_category").to_owned();
            found.insert(application.id.to_string(), Answered { organisation: name, purpose });
        }
    }
    Ok(found)
}

/// The organisation that the agreement was made for, as registered or as it called itself when it applied.
fn holder(
    agreement: &Agreement,
    names: &BTreeMap<OrganisationId, String>,
    answers: &BTreeMap<String, Answered>,
) -> Option<String> {
    let registered = agreement.organisation.and_then(|organisation| names.get(&organisation).cloned());
    registered.or_else(|| answers.get(&agreement.application.to_string())?.organisation.clone())
}

fn lines((agreement, execution): (&Agreement, &Execution), organisation: Option<&str>, purpose: &str) -> Vec<InForce> {
    let line = |schedule: &crate::domain::agreement::Schedule| InForce {
        number: agreement.number.clone(),
        slug: schedule.slug.clone(),
        title: schedule.title.clone(),
        department: schedule.department,
        tier: schedule.tier,
        organisation: organisation.map(str::to_owned),
        purpose: purpose.to_owned(),
        since: execution.at,
        until: execution.ends_at,
    };
    agreement.schedules.iter().map(line).collect()
}

fn happened(agreement: &Agreement, organisation: Option<&str>) -> Vec<News> {
    let news = |at: Instant, state: &'static str| News {
        number: agreement.number.clone(),
        at,
        state,
        titles: agreement.schedules.iter().map(|schedule| schedule.title.clone()).collect(),
        organisation: organisation.map(str::to_owned),
    };
    let begun = agreement.execution().map(|execution| news(execution.at, "executed"));
    let ended = match &agreement.state {
        AgreementState::Expired { at, .. } => Some(news(*at, "expired")),
        AgreementState::Terminated { at, .. } => Some(news(*at, "terminated")),
        AgreementState::Superseded { at, .. } => Some(news(*at, "superseded")),
        AgreementState::Offered { .. } | AgreementState::Executed { .. } | AgreementState::Closed { .. } => None,
    };
    begun.into_iter().chain(ended).collect()
}

fn decided(conn: &mut AnyConnection, since: Instant) -> Result<Vec<Decided>, StoreError> {
    let bodies: Vec<String> = applications::table
        .filter(applications::submitted_at.is_not_null().and(applications::updated_at.ge(since.naive_utc())))
        .order(applications::id.desc())
        .limit(MAX)
        .select(applications::body)
        .load(conn)?;
    let all = read_all::<Application>("application", &bodies)?;
    Ok(all.iter().flat_map(decisions).filter(|decided| decided.at >= since).collect())
}

/// Decisions of people; what click-through grants is no decision.
fn decisions(application: &Application) -> Vec<Decided> {
    let one = |item: &crate::domain::application::Item| {
        let decision = match &item.state {
            ItemState::Approved { decision, .. } | ItemState::Denied { decision } => decision,
            ItemState::Pending { .. } | ItemState::Granted { .. } => return None,
        };
        let before = application.submissions.iter().rev().find(|submission| submission.at <= decision.at)?;
        let denied_for = match &decision.verdict {
            Verdict::Deny { grounds, .. } => grounds.iter().map(|ground| ground.code.clone()).collect(),
            Verdict::Approve { .. } => Vec::new(),
        };
        let (department, submitted_at) = (decision.department, before.at);
        Some(Decided { department, submitted_at, at: decision.at, denied_for })
    };
    application.items.iter().filter_map(one).collect()
}

fn appealed(conn: &mut AnyConnection, since: Instant) -> Result<Vec<(&'static str, &'static str)>, StoreError> {
    let bodies: Vec<String> = appeals::table
        .filter(appeals::filed_at.ge(since.naive_utc()))
        .order(appeals::id.desc())
        .limit(MAX)
        .select(appeals::body)
        .load(conn)?;
    let all = read_all::<Appeal>("appeal", &bodies)?;
    let stands = |appeal: &Appeal| if appeal.state.is_open() { "open" } else { appeal.state.as_str() };
    Ok(all.iter().map(|appeal| (appeal.contested.of.kind(), stands(appeal))).collect())
}

fn cases(conn: &mut AnyConnection, since: Instant) -> Result<Vec<(&'static str, &'static str)>, StoreError> {
    let bodies: Vec<String> = misuse_cases::table
        .filter(misuse_cases::opened_at.ge(since.naive_utc()))
        .order(misuse_cases::id.desc())
        .limit(MAX)
        .select(misuse_cases::body)
        .load(conn)?;
    let stands = |case: &MisuseCase| match &case.finding {
        Some(finding) if finding.stands() => "found",
        Some(_) => "dismissed",
        None if case.state.is_open() => "open",
        None => "closed",
    };
    let all = read_all::<MisuseCase>("case", &bodies)?;
    Ok(all.iter().map(|case| (case.class.as_str(), stands(case))).collect())
}

fn records(conn: &mut AnyConnection, since: Instant) -> Result<Vec<(String, i64)>, StoreError> {
    let rows = records_requests::table
        .group_by(records_requests::state)
        .filter(records_requests::received_at.ge(since.naive_utc()))
        .select((records_requests::state, diesel::dsl::count_star()))
        .order(records_requests::state.asc())
        .load(conn)?;
    Ok(rows)
}

fn signals(conn: &mut AnyConnection, since: Instant) -> Result<Vec<(String, i64)>, StoreError> {
    let rows = misuse_signals::table
        .group_by(misuse_signals::class)
        .filter(misuse_signals::at.ge(since.naive_utc()).and(misuse_signals::mode.eq("live")))
        .select((misuse_signals::class, diesel::dsl::count_star()))
        .order(misuse_signals::class.asc())
        .load(conn)?;
    Ok(rows)
}
