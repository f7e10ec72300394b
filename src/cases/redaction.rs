//! What stewards do with redaction profiles: write, change, retire, try on a live sample; and the field that tells the
//! time, by which a delay is judged.
//!
//! Must never loosen what an agreement was signed with: an agreement keeps its own copy, and what a profile says today
//! only comes on top of it. So a profile may be changed at any time; where that changes what a live agreement's gate
//! does, its holder is told and the gates learn of it with the act. A profile is never deleted but retired: no new
//! condition may name it.

use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::catalogue::{credential, record, steward};
use super::fetch::{FetchError, FetchLimits, Sample, fetch_sample};
use super::{Caller, CaseError, Desk, Touched, Work, secrets};
use crate::domain::agreement::{Agreement, Schedule};
use crate::domain::catalogue::{Dataset, Upstream};
use crate::domain::id::DatasetId;
use crate::domain::notice::{Notice, NoticeKind, Recipient};
use crate::domain::path::CleanPath;
use crate::domain::redaction::{
    FieldPath, PROFILES_MAX, RULES_MAX, RedactionProfile, Rule, Treatment, names_one_field,
};
use crate::domain::refusal::Refusal;
use crate::domain::text::Invalid;
use crate::gate::redact::{BodyKind, Plan, RedactionKey, Redactor, Setting, Tally};
use crate::store::{AnyConnection, StoreError, agreements, datasets};

/// The longest start of a feed that a preview reads, in bytes.
const SAMPLE_BYTES: usize = 64 * 1024;
/// The longest wait for a sample.
const SAMPLE_WAIT_MAX: Duration = Duration::from_secs(15);

/// A rule as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleTyped {
    /// Which field.
    pub path: String,
    /// The word of the treatment.
    pub treatment: String,
    /// Its parameter; empty for the default.
    pub parameter: String,
    /// Why.
    pub reason: String,
}

/// Reads rules as they were typed; every fault at once, by the rule's place.
///
/// # Errors
/// `path_invalid`, `treatment_unknown`, `parameter_invalid`, `too_many`.
pub fn read_rules(typed: &[RuleTyped]) -> Result<Vec<Rule>, Vec<Invalid>> {
    let mut faults = Vec::new();
    if typed.len() > RULES_MAX {
        return Err(vec![Invalid::new("rules", "too_many", format!("Write at most {RULES_MAX} rules."))]);
    }
    let mut rules = Vec::new();
    for (at, rule) in typed.iter().enumerate() {
        let path = rule.path.parse::<FieldPath>();
        let treatment = Treatment::from_form(&format!("rules.{at}.treatment"), &rule.treatment, &rule.parameter);
        let treatment = treatment.map_err(|fault| match fault.code {
            "parameter_invalid" => Invalid { field: format!("rules.{at}.parameter"), ..fault },
            _ => fault,
        });
        match (path, treatment) {
            (Ok(path), Ok(treatment)) => rules.push(Rule { path, treatment, reason: rule.reason.trim().to_owned() }),
            (path, treatment) => {
                faults.extend(
                    path.err()
                        .map(|problem| Invalid::new(format!("rules.{at}.path"), "path_invalid", problem.to_string())),
                );
                faults.extend(treatment.err());
            }
        }
    }
    if faults.is_empty() { Ok(rules) } else { Err(faults) }
}

/// Writes a profile: a new one, or the next revision of the one with this name, which is then offered again if it was
/// retired. The same as it stands changes nothing.
///
/// # Errors
/// What [`RedactionProfile::check`] says, `too_many`, [`CaseError::Stale`], [`CaseError::Missing`] for another
/// department.
pub fn save_profile(
    desk: &Desk,
    caller: &Caller,
    slug: &str,
    (name, title, rules): (&str, &str, Vec<Rule>),
    version: i64,
) -> Result<Dataset, CaseError> {
    let draft = RedactionProfile {
        name: name.trim().to_owned(),
        title: title.trim().to_owned(),
        revision: 1,
        is_retired: false,
        rules,
    };
    draft.check().map_err(CaseError::Invalid)?;
    change(desk, caller, slug, version, "dataset.set_redaction", |dataset| {
        let Some(known) = dataset.redactions.iter_mut().find(|known| known.name == draft.name) else {
            if dataset.redactions.len() >= PROFILES_MAX {
                let message =
                    format!("A dataset has at most {PROFILES_MAX} redaction profiles, retired ones included.");
                return Err(Invalid::new("name", "too_many", message).into());
            }
            let after = json!(draft);
            dataset.redactions.push(draft);
            return Ok(Some((Value::Null, after)));
        };
        let next = RedactionProfile { revision: known.revision, ..draft };
        if *known == next {
            return Ok(None);
        }
        let before = json!(known);
        *known = RedactionProfile { revision: next.revision.saturating_add(1), ..next };
        Ok(Some((before, json!(known))))
    })
}

/// Retires a profile: no new condition may name it. Agreements that name it go on as they are.
///
/// # Errors
/// [`CaseError::Missing`] for an unknown name or another department, [`CaseError::Stale`].
pub fn retire_profile(
    desk: &Desk,
    caller: &Caller,
    slug: &str,
    name: &str,
    version: i64,
) -> Result<Dataset, CaseError> {
    change(desk, caller, slug, version, "dataset.retire_redaction", |dataset| {
        let known = dataset.redactions.iter_mut().find(|known| known.name == name).ok_or(CaseError::Missing)?;
        if known.is_retired {
            return Ok(None);
        }
        known.is_retired = true;
        let fact = |is_retired: bool| json!({ "name": name, "is_retired": is_retired });
        Ok(Some((fact(false), fact(true))))
    })
}

/// Says which field tells when a record was measured.
///
/// # Errors
/// `delay_path`, [`CaseError::Stale`], [`CaseError::Missing`] for another department.
pub fn set_time_field(
    desk: &Desk,
    caller: &Caller,
    slug: &str,
    field: Option<FieldPath>,
    version: i64,
) -> Result<Dataset, CaseError> {
    if field.as_ref().is_some_and(|field| !names_one_field(field)) {
        let message = "Name the one field that says when a record was measured: names with dots, no wildcards.";
        return Err(Invalid::new("time_field", "delay_path", message).into());
    }
    change(desk, caller, slug, version, "dataset.set_time_field", |dataset| {
        let before = json!({ "time_field": dataset.time_field });
        dataset.time_field = field;
        Ok(Some((before, json!({ "time_field": dataset.time_field }))))
    })
}

/// What an act changes, before and after; none when it changes nothing.
type Changed = Option<(Value, Value)>;

/// Changes a dataset over the version that was read, tells the gates, and tells holders whose data changes.
fn change(
    desk: &Desk,
    caller: &Caller,
    slug: &str,
    version: i64,
    act: &'static str,
    edit: impl FnOnce(&mut Dataset) -> Result<Changed, CaseError>,
) -> Result<Dataset, CaseError> {
    desk.act(caller, |work| {
        let known = Dataset { version, ..datasets::by_slug(work.conn, slug)? };
        let capacity = steward(caller, known.department)?;
        let mut next = Dataset { updated_at: work.now, ..known.clone() };
        let Some((before, after)) = edit(&mut next)? else { return Ok(known) };
        datasets::save(work.conn, &next)?;
        record(work, act, capacity, &next, before, after)?;
        tell_holders(work, &known, &next)?;
        Ok(Dataset { version: version.saturating_add(1), ..next })
    })
}

fn tell_holders(work: &mut Work<'_>, before: &Dataset, after: &Dataset) -> Result<(), CaseError> {
    for agreement in agreements::executed_on(work.conn, after.id)? {
        let Some(schedule) = agreement.schedule(&after.slug) else { continue };
        let in_force = |dataset: &Dataset| {
            let rules = schedule.redactions_in_force(Some(dataset)).unwrap_or_default();
            rules.into_iter().map(|rule| (rule.path, rule.treatment)).collect::<Vec<_>>()
        };
        if in_force(before) == in_force(after) {
            continue;
        }
        work.touch(Touched::Agreement(agreement.id));
        let name = schedule.redaction.as_deref().unwrap_or_default();
        let revision = after.redaction(name).map_or(0, |profile| profile.revision);
        let notice =
            Notice::new(Recipient::Party(agreement.requester, agreement.organisation), NoticeKind::RedactionChanged)
                .with("dataset", &schedule.title)
                .with("number", &agreement.number)
                .with("profile", name)
                .with("revision", revision)
                .with("path", format!("/agreements/{}", agreement.id));
        work.notify(&notice)?;
    }
    Ok(())
}

/// How many live agreements were signed with each profile of a dataset, by name and revision.
///
/// # Errors
/// What the store says.
pub fn uses(conn: &mut AnyConnection, dataset: &Dataset) -> Result<Vec<(String, u32, usize)>, StoreError> {
    let mut counts: Vec<(String, u32, usize)> = Vec::new();
    let signed = |agreement: &Agreement| {
        let schedule = agreement.schedule(&dataset.slug)?;
        Some((schedule.redaction.clone()?, schedule.redaction_revision.unwrap_or_default()))
    };
    for (name, revision) in agreements::executed_on(conn, dataset.id)?.iter().filter_map(signed) {
        match counts.iter_mut().find(|(known, its, _)| *known == name && *its == revision) {
            Some((_, _, count)) => *count += 1,
            None => counts.push((name, revision, 1)),
        }
    }
    counts.sort();
    Ok(counts)
}

/// What is taken out under one schedule right now, line by line, as its parties may read it; no lines when nothing is.
///
/// # Errors
/// What the store says.
pub fn in_words(conn: &mut AnyConnection, schedule: &Schedule) -> Result<Vec<String>, StoreError> {
    let dataset = match &schedule.redaction {
        Some(_) => Some(datasets::by_id(conn, schedule.dataset)?),
        None => None,
    };
    let Some(rules) = schedule.redactions_in_force(dataset.as_ref()) else {
        return Ok(vec!["What was promised is not known any more, so the gate lets nothing through.".to_owned()]);
    };
    let line = |rule: &Rule| {
        let since =
            if schedule.redactions.iter().any(|signed| signed.path == rule.path) { "" } else { ", added since" };
        format!("{}: {}{since}", rule.path, rule.treatment)
    };
    Ok(rules.iter().map(line).collect())
}

/// What a profile does to a live sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// What was asked for, below the upstream's address.
    pub path: String,
    /// What the upstream says it sends.
    pub content_type: String,
    /// The start of what it sends.
    pub before: String,
    /// What a holder would get of it.
    pub after: String,
    /// Only the start was read.
    pub is_cut: bool,
    /// Why a holder would get nothing, or nothing more.
    pub refusal: Option<String>,
    /// How many values each rule changed, and how many records were withheld.
    pub tally: Tally,
}

/// Tries rules on what the upstream sends right now. Kept in the audit, since it shows what holders do not see.
///
/// # Errors
/// `rules_needed`, `too_tangled`, `upstream_needed`, `path_invalid`, or why nothing came, naming `sample`;
/// [`CaseError::Missing`] for another department.
pub async fn preview(
    desk: &Desk,
    caller: &Caller,
    slug: &str,
    rules: Vec<Rule>,
    path: &str,
) -> Result<Preview, CaseError> {
    if rules.is_empty() {
        return Err(Invalid::new("rules", "rules_needed", "Write at least one rule to see what it does.").into());
    }
    let plan = Plan::new(rules).map_err(|tangled| Invalid::new("rules", "too_tangled", tangled.to_string()))?;
    let path = sample_path(path)?;
    let (caller, slug, asked) = (caller.clone(), slug.to_owned(), path.clone());
    let act = "dataset.preview_redaction";
    let (dataset, secret) = desk.run(move |desk| ask(desk, &caller, &slug, act, &asked)).await?;
    let upstream = dataset.upstream.as_ref().ok_or_else(no_upstream)?;
    let sample = fetch(desk, upstream, secret.as_ref(), &path, SAMPLE_BYTES).await?;
    Ok(try_on(path, &sample, Arc::new(plan), &setting(desk, dataset.id)))
}

/// What redacts here and now, as the gate would.
pub(super) fn setting(desk: &Desk, dataset: DatasetId) -> Setting {
    let key = RedactionKey::new(desk.secrets.derived(secrets::REDACTION));
    let (zone, now) = (desk.profile.zone, desk.clock.now());
    Setting { salts: key.salts(dataset, zone, now), zone, now }
}

pub(super) fn no_upstream() -> CaseError {
    let message = "This dataset has no upstream yet: give its address first, then try the rules on it.";
    Refusal::new("upstream_needed", message).into()
}

/// Records the act and opens the credential.
pub(super) fn ask(
    desk: &Desk,
    caller: &Caller,
    slug: &str,
    act: &'static str,
    path: &str,
) -> Result<(Dataset, Option<SecretString>), CaseError> {
    desk.act(caller, |work| {
        let dataset = datasets::by_slug(work.conn, slug)?;
        let capacity = steward(caller, dataset.department)?;
        if dataset.upstream.is_none() {
            return Err(no_upstream());
        }
        let secret = credential(work.desk, work.conn, dataset.id)?;
        record(work, act, capacity, &dataset, Value::Null, json!({ "path": path }))?;
        Ok((dataset, secret))
    })
}

/// The path of a sample below the upstream's address, in its one normal form, with its query.
pub(super) fn sample_path(typed: &str) -> Result<String, Invalid> {
    let typed = if typed.trim().is_empty() { "/" } else { typed.trim() };
    let (path, query) = typed.split_once('?').map_or((typed, None), |(path, query)| (path, Some(query)));
    let wrong =
        |problem: String| Invalid::new("sample", "path_invalid", format!("Write the path as callers do: {problem}."));
    let clean = CleanPath::parse(path).map_err(|problem| wrong(problem.to_string()))?;
    let is_plain = |query: &str| query.bytes().all(|byte| byte.is_ascii_graphic() && !b"#\"<>\\^`{|}".contains(&byte));
    match query {
        None => Ok(clean.encoded().to_owned()),
        Some(query) if is_plain(query) => Ok(format!("{}?{query}", clean.encoded())),
        Some(_) => Err(wrong("the part after ? holds characters that must be encoded".to_owned())),
    }
}

/// The first bytes of what an upstream answers.
pub(super) async fn fetch(
    desk: &Desk,
    upstream: &Upstream,
    secret: Option<&SecretString>,
    path: &str,
    bytes: usize,
) -> Result<Sample, CaseError> {
    let path = if path == "/" { "" } else { path };
    let url = format!("{}{path}", upstream.url.trim_end_matches('/'));
    let time = Duration::from_millis(u64::from(upstream.timeout_ms)).min(SAMPLE_WAIT_MAX);
    let shown = upstream.credential_header.as_deref().zip(secret);
    let limits = FetchLimits { bytes, time };
    fetch_sample(&url, shown, &desk.options.upstream_networks, limits).await.map_err(|error| {
        let message = match error {
            FetchError::Status(status) => format!("The upstream answers with status {status}. Try another path."),
            other @ (FetchError::Refused(_)
            | FetchError::Unresolved(_)
            | FetchError::Forbidden(_)
            | FetchError::Unreachable { .. }
            | FetchError::Redirected(_)
            | FetchError::Packed(_)
            | FetchError::TooLong(_)
            | FetchError::Broken
            | FetchError::TooSlow(_)) => other.to_string(),
        };
        Invalid::new("sample", "no_sample", message).into()
    })
}

/// Redacts a sample as the gate would.
fn try_on(path: String, sample: &Sample, plan: Arc<Plan>, setting: &Setting) -> Preview {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut preview = Preview {
        path,
        content_type: sample.content_type.clone(),
        before: text(&sample.bytes),
        after: String::new(),
        is_cut: sample.is_cut,
        refusal: None,
        tally: Tally { changed: vec![0; plan.rules().len()], withheld: 0 },
    };
    let Some(kind) = BodyKind::of(&sample.content_type) else {
        let named = if sample.content_type.is_empty() { "no type" } else { &sample.content_type };
        preview.refusal = Some(format!("The gate cannot redact {named}, and passes none of it on."));
        return preview;
    };
    let mut redactor = Redactor::new(plan, kind, setting);
    let mut out = BytesMut::new();
    let pushed = redactor.push(&sample.bytes, &mut out);
    let done = if sample.is_cut { pushed } else { pushed.and_then(|()| redactor.finish(&mut out)) };
    preview.refusal = done.err().map(|problem| format!("The gate refuses this answer: {problem}."));
    preview.tally = redactor.tally().clone();
    preview.after = text(&out);
    preview
}
