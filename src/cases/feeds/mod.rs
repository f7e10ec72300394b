//! Watching feeds: looks at each every few minutes, tells its stewards when it is down or back and when it sends other
//! fields than were declared; and what a steward does about it.
//!
//! A look leaves a row and no audit entry, as calls at the gate do; what follows from it (down, back, drift) does. Must
//! never show a feed's credential to anybody but the feed, nor keep what it sent: only names, types and counts.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::StreamExt as _;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::catalogue::{self, Edit, credential, edit_within, for_staff, record, steward};
use super::fetch::{FetchLimits, Sample, fetch_sample};
use super::redaction::{no_upstream, sample_path};
use super::samples::form_of;
use super::{Caller, CaseError, Desk, Work};
use crate::domain::catalogue::{Dataset, Field, Sensitivity};
use crate::domain::drift::{self, Compared, Drift, Kind};
use crate::domain::feed_health::{Check, FeedState, Summary, Turn};
use crate::domain::id::DatasetId;
use crate::domain::notice::{Notice, NoticeKind, Recipient};
use crate::domain::people::{Capacity, Role};
use crate::domain::profile::Subject;
use crate::domain::sample::{Form, records};
use crate::domain::text::Invalid;
use crate::domain::tier::Tier;
use crate::domain::time::day_in;
use crate::store::views::usage::{self as used, By, Whose};
use crate::store::{StoreError, datasets, feeds};

/// The longest start of an answer that is read at a look, in bytes.
const START_BYTES: usize = 256 * 1024;
/// The longest wait at a look.
const WAIT_MAX: Duration = Duration::from_secs(15);
/// Feeds looked at side by side.
const SIDE_BY_SIDE: usize = 4;

/// What a look brought.
struct Looked {
    check: Check,
    /// The fields in it, where it could be read.
    seen: Option<Vec<drift::Seen>>,
}

/// Asks the feed once.
async fn look(desk: &Desk, dataset: &Dataset, secret: Option<&SecretString>) -> Looked {
    let at = desk.clock.now();
    let Some(upstream) = &dataset.upstream else {
        return Looked { check: Check { at, is_ok: false, millis: 0, bytes: 0, why: String::new() }, seen: None };
    };
    let path = dataset.check_path.clone().or_else(|| dataset.plain_path()).unwrap_or_default();
    let path = if path == "/" { "" } else { &path };
    let url = format!("{}{path}", upstream.url.trim_end_matches('/'));
    let time = Duration::from_millis(u64::from(upstream.timeout_ms)).min(WAIT_MAX);
    let shown = upstream.credential_header.as_deref().zip(secret);
    let limits = FetchLimits { bytes: START_BYTES, time };
    let answer = fetch_sample(&url, shown, &desk.options.upstream_networks, limits).await;
    let millis = desk.clock.now().signed_duration_since(at).num_milliseconds().max(0);
    match answer {
        Ok(sample) => {
            let bytes = i64::try_from(sample.bytes.len()).unwrap_or(i64::MAX);
            Looked { check: Check { at, is_ok: true, millis, bytes, why: String::new() }, seen: seen_in(&sample) }
        }
        Err(error) => {
            Looked { check: Check { at, is_ok: false, millis, bytes: 0, why: error.to_string() }, seen: None }
        }
    }
}

fn seen_in(sample: &Sample) -> Option<Vec<drift::Seen>> {
    let form = form_of(&sample.content_type)?;
    let found = records(&String::from_utf8_lossy(&sample.bytes), form, sample.is_cut).ok()?;
    Some(drift::seen(&found, form == Form::Table))
}

/// Looks at every feed whose time has come; how many were looked at.
///
/// # Errors
/// What the store says.
pub async fn round(desk: &Desk) -> Result<usize, CaseError> {
    let watching = desk.options.watching;
    if watching.every.is_zero() {
        return Ok(0);
    }
    let due = desk.run(move |desk| due(desk, watching.every)).await?;
    let count = due.len();
    let mut looks = futures_util::stream::iter(due)
        .map(|(dataset, secret)| async move {
            let looked = look(desk, &dataset, secret.as_ref()).await;
            (dataset.id, looked)
        })
        .buffer_unordered(SIDE_BY_SIDE);
    while let Some((dataset, looked)) = looks.next().await {
        let kept = desk.run(move |desk| keep(desk, &Caller::service("feeds"), dataset, looked)).await;
        match kept {
            // Another process looked at the same moment.
            Ok(()) | Err(CaseError::Stale | CaseError::Missing | CaseError::Store(StoreError::Taken)) => {}
            Err(error) => return Err(error),
        }
    }
    let before = desk.clock.now() - chrono::Duration::days(i64::from(watching.keep_days));
    desk.run(move |desk| desk.store.write(|conn| feeds::prune(conn, before)).map_err(CaseError::from)).await?;
    Ok(count)
}

type Due = Vec<(Dataset, Option<SecretString>)>;

fn due(desk: &Desk, every: Duration) -> Result<Due, CaseError> {
    let now = desk.clock.now();
    desk.read(|conn| {
        let known = feeds::states(conn)?;
        let is_due = |dataset: &Dataset| {
            let state = known.iter().find(|state| state.dataset == dataset.id);
            state.is_none_or(|state| state.is_due(every, now))
        };
        let all = datasets::list(conn, None)?.into_iter();
        all.filter(|dataset| dataset.upstream.is_some() && dataset.tier != Some(Tier::Prohibited) && is_due(dataset))
            .map(|dataset| {
                let secret = credential(desk, conn, dataset.id)?;
                Ok((dataset, secret))
            })
            .collect()
    })
}

/// Keeps a look and what follows from it.
fn keep(desk: &Desk, caller: &Caller, id: DatasetId, looked: Looked) -> Result<(), CaseError> {
    desk.act(caller, |work| {
        let dataset = datasets::by_id(work.conn, id)?;
        let mut state = feeds::state(work.conn, id)?.unwrap_or_else(|| FeedState::new(id));
        let Looked { check, seen } = looked;
        let turn = state.take(&check, desk.options.watching.down_after);
        feeds::add_check(work.conn, id, &check)?;
        tell_turn(work, &dataset, turn, &check)?;
        if let Some(seen) = seen {
            state.seen = seen;
            state.seen_at = Some(check.at);
            tell_drift(work, &dataset, &mut state)?;
        }
        feeds::save_state(work.conn, &state, work.now)?;
        Ok(())
    })
}

fn stewards(dataset: &Dataset) -> Recipient {
    Recipient::Department(dataset.department, vec![Role::Manager])
}

fn tell_turn(work: &mut Work<'_>, dataset: &Dataset, turn: Turn, check: &Check) -> Result<(), CaseError> {
    let (act, kind, minutes) = match turn {
        Turn::Same => return Ok(()),
        Turn::Down => ("dataset.feed_down", NoticeKind::FeedDown, 0),
        Turn::Back { minutes } => ("dataset.feed_back", NoticeKind::FeedBack, minutes),
    };
    let facts = json!({ "why": check.why, "minutes": minutes });
    record(work, act, Capacity::Service, dataset, Value::Null, facts)?;
    let notice = Notice::new(stewards(dataset), kind)
        .with("dataset", dataset.metadata.title.as_str())
        .with("why", &check.why)
        .with("minutes", minutes)
        .with("path", format!("/stewardship/{}/feed", dataset.slug));
    work.notify(&notice)
}

/// Tells what differs from what was declared, once for each change of it.
fn tell_drift(work: &mut Work<'_>, dataset: &Dataset, state: &mut FeedState) -> Result<(), CaseError> {
    let lines = drift::compare(&dataset.fields, &state.seen);
    // A dataset without declared fields has nothing to drift from; its page offers to declare them.
    let print = if dataset.fields.is_empty() { String::new() } else { drift::print(&lines) };
    if print == state.told_drift {
        return Ok(());
    }
    let before = std::mem::replace(&mut state.told_drift, print);
    let facts = |print: &str| json!({ "drift": print });
    record(work, "dataset.fields_drifted", Capacity::Service, dataset, facts(&before), facts(&state.told_drift))?;
    if state.told_drift.is_empty() {
        return Ok(());
    }
    let named = |wanted: Drift| {
        let names = lines.iter().filter(|line| line.drift == Some(wanted)).map(|line| line.name.clone());
        let names: Vec<String> = names.take(20).collect();
        if names.is_empty() { "–".to_owned() } else { names.join(", ") }
    };
    let personal: Vec<String> = lines
        .iter()
        .filter(|line| line.drift == Some(Drift::New) && personal(work.desk, &line.name).is_some())
        .map(|line| line.name.clone())
        .collect();
    let notice = Notice::new(stewards(dataset), NoticeKind::FieldsDrifted)
        .with("dataset", dataset.metadata.title.as_str())
        .with("missing", named(Drift::Missing))
        .with("new", named(Drift::New))
        .with("other", named(Drift::OtherType))
        .with("personal", if personal.is_empty() { "–".to_owned() } else { personal.join(", ") })
        .with("path", format!("/stewardship/{}/feed", dataset.slug));
    work.notify(&notice)
}

/// Why the name of a field points to people or protected places, and how sensitive that makes it.
fn personal(desk: &Desk, name: &str) -> Option<(Sensitivity, Vec<String>)> {
    let fields = [name.to_owned()];
    let subject = Subject { title: "", keywords: &[], fields: &fields };
    let suggestion = desk.profile.suggest_tier(day_in(desk.profile.zone, desk.clock.now()), &subject);
    let sensitivity = match suggestion.tier {
        Tier::Open | Tier::Registered => return None,
        Tier::Conditioned => Sensitivity::Indirect,
        Tier::Restricted => Sensitivity::Sensitive,
        Tier::Prohibited => Sensitivity::Prohibited,
    };
    Some((sensitivity, suggestion.because))
}

/// A field as declared and as seen, with what its name says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The field.
    pub compared: Compared,
    /// How sensitive its name makes it, where nobody declared it.
    pub suggested: Sensitivity,
    /// Why its name points to people; empty where it does not, or where it is declared.
    pub because: Vec<String>,
    /// A rule of a redaction profile in use treats it.
    pub is_treated: bool,
}

/// Calls that callers made of it, and how many of them the feed failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Callers {
    /// Calls that reached the feed.
    pub calls: i64,
    /// Of these, those that it did not answer.
    pub failed: i64,
    /// Mean milliseconds of a call.
    pub mean_ms: i64,
    /// Bytes sent to callers.
    pub bytes: i64,
}

/// How a feed does, as its stewards see it.
#[derive(Clone, Debug)]
pub struct Health {
    /// The dataset.
    pub dataset: Dataset,
    /// What is known; a feed never looked at knows nothing.
    pub state: FeedState,
    /// The looks of seven days, the oldest first.
    pub checks: Vec<Check>,
    /// Those of the last day, summed up.
    pub day: Summary,
    /// Those of seven days.
    pub week: Summary,
    /// What callers met since yesterday.
    pub callers_day: Callers,
    /// What callers met within seven days.
    pub callers_week: Callers,
    /// Field by field.
    pub lines: Vec<Line>,
}

/// How a feed does, for staff of its department.
///
/// # Errors
/// [`CaseError::Missing`] for everybody else.
pub fn health(desk: &Desk, caller: &Caller, slug: &str) -> Result<Health, CaseError> {
    let dataset = for_staff(desk, caller, slug)?;
    let now = desk.clock.now();
    let (state, checks, callers_day, callers_week) = desk.read(|conn| {
        let state = feeds::state(conn, dataset.id)?.unwrap_or_else(|| FeedState::new(dataset.id));
        let checks = feeds::checks_since(conn, dataset.id, now - chrono::Duration::days(7))?;
        let today = day_in(desk.profile.zone, now);
        let since = |days| today - chrono::Duration::days(days);
        let whose = Whose { dataset: Some(dataset.id), ..Whose::default() };
        let day = callers(&used::sums(conn, (since(1), today), &whose, By::Outcome)?);
        let week = callers(&used::sums(conn, (since(7), today), &whose, By::Outcome)?);
        Ok((state, checks, day, week))
    })?;
    let yesterday = now - chrono::Duration::days(1);
    let compared = if state.seen_at.is_some() { drift::compare(&dataset.fields, &state.seen) } else { Vec::new() };
    Ok(Health {
        day: Summary::of(checks.iter().filter(|check| check.at >= yesterday)),
        week: Summary::of(checks.iter()),
        lines: compared.into_iter().map(|compared| line(desk, &dataset, compared)).collect(),
        dataset,
        state,
        checks,
        callers_day,
        callers_week,
    })
}

fn line(desk: &Desk, dataset: &Dataset, compared: Compared) -> Line {
    let found = if compared.drift == Some(Drift::New) { personal(desk, &compared.name) } else { None };
    let (suggested, because) = found.unwrap_or_else(|| (Sensitivity::None, Vec::new()));
    let last = compared.name.rsplit('.').next().unwrap_or_default();
    let mut rules = dataset.redactions_offered().flat_map(|profile| &profile.rules);
    let is_treated = rules.any(|rule| rule.path.last_name() == Some(last));
    Line { compared, suggested, because, is_treated }
}

/// Only what passed the gate reached the feed.
fn callers(sums: &[used::Sum]) -> Callers {
    let mut total = Callers::default();
    let mut latency_us = 0_i64;
    for sum in sums.iter().filter(|sum| matches!(sum.of.as_str(), "ok" | "upstream_failed")) {
        total.calls = total.calls.saturating_add(sum.calls);
        total.bytes = total.bytes.saturating_add(sum.bytes);
        latency_us = latency_us.saturating_add(sum.latency_us);
        if sum.of != "ok" {
            total.failed = total.failed.saturating_add(sum.calls);
        }
    }
    total.mean_ms = latency_us.checked_div(total.calls.saturating_mul(1_000)).unwrap_or(0);
    total
}

/// Looks at a feed right now, as its steward asks.
///
/// # Errors
/// `upstream_needed`, [`CaseError::Stale`] when it was looked at in this very moment, [`CaseError::Missing`] for another
/// department.
pub async fn check_now(desk: &Desk, caller: &Caller, slug: &str) -> Result<Check, CaseError> {
    let (own_caller, own_slug) = (caller.clone(), slug.to_owned());
    let (dataset, secret) =
        desk.run(move |desk| super::redaction::ask(desk, &own_caller, &own_slug, "dataset.check_feed", "")).await?;
    if dataset.upstream.is_none() {
        return Err(no_upstream());
    }
    let looked = look(desk, &dataset, secret.as_ref()).await;
    let check = looked.check.clone();
    let own_caller = caller.clone();
    let kept = desk.run(move |desk| keep(desk, &own_caller, dataset.id, looked)).await;
    match kept {
        Ok(()) => Ok(check),
        Err(CaseError::Store(StoreError::Taken)) => Err(CaseError::Stale),
        Err(error) => Err(error),
    }
}

/// Says which path is asked to see whether the feed lives; empty is the first that is read.
///
/// # Errors
/// `path_invalid`, [`CaseError::Stale`], [`CaseError::Missing`] for another department.
pub fn set_check_path(
    desk: &Desk,
    caller: &Caller,
    slug: &str,
    path: &str,
    version: i64,
) -> Result<Dataset, CaseError> {
    catalogue::edit(desk, caller, slug, Edit::CheckPath(check_path(path)?), version)
}

/// Reads a path that is to be asked; none for an empty one.
///
/// # Errors
/// `path_invalid`, naming `check_path`.
pub fn check_path(typed: &str) -> Result<Option<String>, CaseError> {
    if typed.trim().is_empty() {
        return Ok(None);
    }
    let named = |fault: Invalid| Invalid { field: "check_path".to_owned(), ..fault };
    Ok(Some(sample_path(typed).map_err(named)?))
}

/// A field that a steward takes over as it was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// Its name.
    pub name: String,
    /// How sensitive it is.
    pub sensitivity: Sensitivity,
}

/// Declares fields that the feed sends and nobody declared, with the types that were seen.
///
/// # Errors
/// `nothing_chosen`, `not_seen`, what [`Edit::Fields`] refuses, [`CaseError::Stale`], [`CaseError::Missing`] for another
/// department.
pub fn declare(
    desk: &Desk,
    caller: &Caller,
    slug: &str,
    chosen: &[Declared],
    version: i64,
) -> Result<Dataset, CaseError> {
    if chosen.is_empty() {
        return Err(Invalid::new("fields", "nothing_chosen", "Choose at least one field to declare.").into());
    }
    desk.act(caller, |work| {
        let dataset = datasets::by_slug(work.conn, slug)?;
        steward(caller, dataset.department)?;
        let state = feeds::state(work.conn, dataset.id)?.unwrap_or_else(|| FeedState::new(dataset.id));
        let known: BTreeSet<String> = dataset.fields.iter().map(|field| field.name.clone()).collect();
        let mut fields = dataset.fields.clone();
        for field in chosen.iter().filter(|field| !known.contains(&field.name)) {
            let seen = state.seen.iter().find(|seen| seen.name == field.name);
            let seen = seen.ok_or_else(|| {
                Invalid::new("fields", "not_seen", format!("{} was not seen in the feed.", field.name))
            })?;
            fields.push(Field {
                name: field.name.clone(),
                kind: declared_kind(seen.kind).to_owned(),
                description: String::new(),
                sensitivity: field.sensitivity,
            });
        }
        let next = edit_within(work, slug, Edit::Fields(fields), version)?;
        forget_told(work, &next, state)?;
        Ok(next)
    })
}

/// What was told is measured anew against the fields as they are declared now.
fn forget_told(work: &mut Work<'_>, dataset: &Dataset, mut state: FeedState) -> Result<(), CaseError> {
    if state.version == 0 {
        return Ok(());
    }
    state.told_drift = drift::print(&drift::compare(&dataset.fields, &state.seen));
    Ok(feeds::save_state(work.conn, &state, work.now)?)
}

const fn declared_kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Empty | Kind::Mixed => "string",
        Kind::Text
        | Kind::Integer
        | Kind::Number
        | Kind::Boolean
        | Kind::Datetime
        | Kind::Geometry
        | Kind::List
        | Kind::Object => kind.as_str(),
    }
}
