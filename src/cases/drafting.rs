//! Drawing up an agreement: schedules from items, parameters and text from terms. What is shown on the review page,
//! signed at submission, offered and executed is made by this one place, so that equal facts give an equal text.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{CaseError, Desk, Work};
use crate::domain::agreement::{Agreed, Agreement, AgreementState, Schedule};
use crate::domain::application::{Application, Item, ItemState};
use crate::domain::catalogue::Dataset;
use crate::domain::id::AgreementId;
use crate::domain::limits::{Limit, Limits, Window};
use crate::domain::profile::{LimitKind, LimitWindow};
use crate::domain::refusal::Refusal;
use crate::domain::review::Condition;
use crate::domain::terms::{TermsFamily, TermsVersion, TextHash};
use crate::domain::tier::Tier;
use crate::domain::time::{Instant, day_in};
use crate::store::{AnyConnection, StoreError, agreements, datasets, people, terms};

/// An agreement text as it would be, with what it was made from.
#[derive(Clone, Debug)]
pub struct DraftText {
    /// The terms version.
    pub terms: TermsVersion,
    /// The short number.
    pub number: String,
    /// The parameters filled in.
    pub parameters: BTreeMap<String, String>,
    /// The schedules.
    pub schedules: Vec<Schedule>,
    /// The whole text, Markdown.
    pub text: String,
    /// SHA-256 of the text, hex.
    pub hash: String,
}

/// The family of terms that serves the strictest of these tiers.
pub(super) fn family(tiers: impl Iterator<Item = Tier>) -> TermsFamily {
    match tiers.max() {
        Some(Tier::Restricted | Tier::Prohibited) => TermsFamily::Restricted,
        Some(Tier::Conditioned) => TermsFamily::Standard,
        Some(Tier::Open | Tier::Registered) | None => TermsFamily::ClickThrough,
    }
}

/// The limits of a dataset: its own, or the profile's for its tier.
///
/// # Errors
/// `limits_invalid` when the profile's limits cannot stand together.
pub fn limits_of(desk: &Desk, dataset: &Dataset, tier: Tier) -> Result<Limits, CaseError> {
    if !dataset.limits.is_empty() {
        return Ok(dataset.limits.clone());
    }
    let limits = desk
        .profile
        .limits_for(tier)
        .into_iter()
        .map(|limit| Limit {
            name: limit.name.as_str().to_owned(),
            max: u64::from(limit.requests),
            window: window(limit.window),
            burst: match limit.kind {
                LimitKind::Rate => limit.burst.map(u64::from),
                LimitKind::Quota => None,
            },
        })
        .collect();
    Limits::new(limits).map_err(|problem| Refusal::new("limits_invalid", problem.to_string()).into())
}

const fn window(window: LimitWindow) -> Window {
    match window {
        LimitWindow::Second => Window::Second,
        LimitWindow::Minute => Window::Minute,
        LimitWindow::Hour => Window::Hour,
        LimitWindow::Day => Window::Day,
        LimitWindow::Month => Window::Month,
    }
}

/// The schedule of an item as it was asked for.
fn asked(desk: &Desk, conn: &mut AnyConnection, item: &Item) -> Result<(Schedule, Dataset), CaseError> {
    let dataset = datasets::by_id(conn, item.asked.dataset)?;
    let schedule = Schedule {
        dataset: dataset.id,
        slug: dataset.slug.clone(),
        title: item.title.clone(),
        department: dataset.department,
        tier: item.tier,
        operations: item.asked.operations.clone(),
        limits: limits_of(desk, &dataset, item.tier)?,
        networks: None,
        hours: None,
        redaction: None,
        redaction_revision: None,
        redactions: Vec::new(),
        conditions: Vec::new(),
    };
    Ok((schedule, dataset))
}

/// Refuses conditions that the schedule cannot take, when they are set rather than at the last decision, which may be
/// another department's.
///
/// # Errors
/// `limits_too_wide`, `limits_invalid`, `operations_empty`, `ends_in_the_past`, `redaction_unknown`, `redaction_retired`,
/// `delay_unmeasured`.
pub(super) fn must_fit(
    work: &mut Work<'_>,
    item: &Item,
    conditions: &[Condition],
    agreed: Agreed,
) -> Result<(), CaseError> {
    narrowed(work.desk, work.conn, item, conditions, (agreed, work.now)).map(|_fits| ())
}

/// The schedule of an item as these conditions would make it now, with its dataset.
///
/// # Errors
/// The same as [`must_fit`].
pub(super) fn fitting(
    desk: &Desk,
    conn: &mut AnyConnection,
    item: &Item,
    conditions: &[Condition],
) -> Result<(Schedule, Dataset), CaseError> {
    narrowed(desk, conn, item, conditions, (Agreed::Now, desk.clock.now()))
}

fn narrowed(
    desk: &Desk,
    conn: &mut AnyConnection,
    item: &Item,
    conditions: &[Condition],
    (agreed, now): (Agreed, Instant),
) -> Result<(Schedule, Dataset), CaseError> {
    let (asked, dataset) = asked(desk, conn, item)?;
    let narrowed = asked.narrowed(conditions)?.redacted(&dataset, agreed)?;
    if narrowed.ends_on().is_some_and(|last| last < day_in(desk.profile.zone, now)) {
        return Err(Refusal::new("ends_in_the_past", "The last day of the agreement is over already.").into());
    }
    Ok((narrowed, dataset))
}

/// The schedules of these items: as asked for while they are pending, as decided once they are not.
fn schedules(desk: &Desk, conn: &mut AnyConnection, items: &[&Item]) -> Result<Vec<Schedule>, CaseError> {
    let schedule = |item: &&Item| {
        let (asked, dataset) = asked(desk, conn, item)?;
        Ok(asked.narrowed(item.state.conditions())?.redacted(&dataset, Agreed::Before)?)
    };
    items.iter().map(schedule).collect()
}

/// Writes the text of an application's agreement: as asked while items are pending, as decided once they are not.
///
/// # Errors
/// `terms_missing` when the city has published no terms of the family needed; limits or terms that cannot be used.
pub fn draft_text(
    desk: &Desk,
    conn: &mut AnyConnection,
    application: &Application,
    now: Instant,
) -> Result<DraftText, CaseError> {
    let items: Vec<&Item> =
        application.items.iter().filter(|item| !matches!(item.state, ItemState::Denied { .. })).collect();
    let terms = match terms::current(conn, family(items.iter().map(|item| item.tier)), now) {
        Err(StoreError::Missing) => {
            return Err(Refusal::new("terms_missing", "The city has not published the terms for this yet.").into());
        }
        found => found?,
    };
    let schedules = schedules(desk, conn, &items)?;
    let number = number(conn, application)?;
    let parameters = parameters(desk, conn, application, &schedules, &number)?;
    written(terms, number, parameters, schedules)
}

/// The text of terms with its parameters filled in, and the schedules after it.
pub(super) fn written(
    terms: TermsVersion,
    number: String,
    parameters: BTreeMap<String, String>,
    schedules: Vec<Schedule>,
) -> Result<DraftText, CaseError> {
    let wanted: BTreeMap<_, _> = parameters.into_iter().filter(|(name, _)| terms.parameters.contains(name)).collect();
    let body = terms.render(&wanted).map_err(|missing| StoreError::Setup(missing.to_string()))?;
    let text = format!("{}\n\n{}", body.trim_end(), schedules_text(&schedules));
    let hash = TextHash::of(&text).to_string();
    Ok(DraftText { terms, number, parameters: wanted, schedules, text, hash })
}

/// `DSA-2026-0042` from `APP-2026-0042`; a later offer on the same application is `DSA-2026-0042.2`.
pub(super) fn number(conn: &mut AnyConnection, application: &Application) -> Result<String, CaseError> {
    let base = application.number.replacen("APP", "DSA", 1);
    let earlier = agreements::count_of_application(conn, application.id)?;
    Ok(if earlier == 0 { base } else { format!("{base}.{}", earlier + 1) })
}

pub(super) fn parameters(
    desk: &Desk,
    conn: &mut AnyConnection,
    application: &Application,
    schedules: &[Schedule],
    number: &str,
) -> Result<BTreeMap<String, String>, CaseError> {
    let answers = &application.answers;
    let mut departments = Vec::new();
    for schedule in schedules {
        let name = people::department_by_id(conn, schedule.department)?.name;
        if !departments.contains(&name) {
            departments.push(name);
        }
    }
    let organisation = match answers.get("organisation") {
        "" => "themselves".to_owned(),
        name => name.to_owned(),
    };
    let category = answers.get("purpose_category");
    let category = desk.profile.purpose(category).map_or(category, |purpose| purpose.title.text("en"));
    let titles: Vec<_> = schedules.iter().map(|schedule| schedule.title.clone()).collect();
    let months = desk.profile.agreement.term_months;
    let facts = [
        ("agreement_number", number.to_owned()),
        ("requester", application.requester_name.clone()),
        ("organisation", organisation),
        ("signatory", answers.get("signatory").to_owned()),
        ("signatory_title", answers.get("signatory_title").to_owned()),
        ("department", departments.join(", ")),
        ("project", answers.get("title").to_owned()),
        ("purpose_category", category.to_owned()),
        ("purpose", answers.get("purpose").to_owned()),
        ("datasets", titles.join(", ")),
        ("effective_date", "the day of execution, stated on the evidence page".to_owned()),
        ("end_date", format!("{months} months after that day, or earlier where a Schedule says so")),
    ];
    Ok(facts.into_iter().map(|(name, fact)| (name.to_owned(), fact)).collect())
}

/// The schedules as an appendix. What people typed is escaped by [`plain`].
fn schedules_text(schedules: &[Schedule]) -> String {
    let mut text = String::from("# Schedules\n");
    for (at, schedule) in schedules.iter().enumerate() {
        let _infallible = write!(text, "\n## Schedule {}: {}\n\n", at + 1, plain(&schedule.title));
        let mut line = |name: &str, fact: &str| {
            let _infallible = writeln!(text, "- {name}: {fact}");
        };
        line("Dataset", &format!("`{}`", schedule.slug));
        line("Access tier", schedule.tier.as_str());
        let scopes: Vec<_> =
            schedule.operations.iter().map(|operation| format!("`{}:{operation}`", schedule.slug)).collect();
        line("Scopes", &scopes.join(", "));
        for limit in schedule.limits.as_slice() {
            line("Limit", &format!("{} calls a {} ({})", limit.max, limit.window.as_str(), limit.name));
        }
        if let Some(networks) = &schedule.networks {
            let networks: Vec<_> = networks.networks().iter().map(ToString::to_string).collect();
            line("Networks", &networks.join(", "));
        }
        if let Some((from, to)) = schedule.hours {
            line("Hours", &format!("{:02}:{:02} to {:02}:{:02}", from / 60, from % 60, to / 60, to % 60));
        }
        if let Some(redaction) = &schedule.redaction {
            let revision = schedule.redaction_revision.map(|revision| format!(", revision {revision}"));
            line("Redaction profile", &format!("{}{}", plain(redaction), revision.unwrap_or_default()));
        }
        for rule in &schedule.redactions {
            let reason = if rule.reason.is_empty() { "a condition below" } else { &rule.reason };
            let fact = format!("{}: {} (reason: {})", rule.path, rule.treatment, reason);
            line("Redaction", &plain(&fact));
        }
        for condition in &schedule.conditions {
            let kind = if condition.is_precedent { "Condition before the first key" } else { "Condition" };
            let basis = if condition.basis.is_empty() {
                String::new()
            } else {
                format!(" (basis: {})", plain(&condition.basis))
            };
            line(kind, &format!("{}{basis}", plain(&condition.text)));
        }
    }
    text
}

/// Typed text as one line of Markdown without markup.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            _ if letter.is_control() => out.push(' '),
            '\\' | '~' | '!' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '(' | ')' | '#' | '|' | '&' => {
                out.push('\\');
                out.push(letter);
            }
            _ => out.push(letter),
        }
    }
    out
}

/// The agreement for a draft text, in the state given.
#[must_use]
pub fn agreement_from(
    application: &Application,
    id: AgreementId,
    draft: &DraftText,
    state: AgreementState,
    now: Instant,
) -> Agreement {
    Agreement {
        id,
        number: draft.number.clone(),
        application: application.id,
        application_number: application.number.clone(),
        title: application.answers.get("title").to_owned(),
        requester: application.requester,
        requester_name: application.requester_name.clone(),
        organisation: application.organisation,
        previous: application.amends,
        terms: draft.terms.id,
        parameters: draft.parameters.clone(),
        text_hash: draft.hash.clone(),
        schedules: draft.schedules.clone(),
        accepted: Vec::new(),
        state,
        created_at: now,
        version: 1,
    }
}
