//! The sample of a dataset: taken from the live feed through a redaction profile or made up, looked at by its steward,
//! published, withdrawn.
//!
//! Must never publish what the steward has not seen: a sample is kept first, and published by the hash that the page
//! shows. What may not be released is not even kept, so that nothing rests here that holders would not get.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use bytes::BytesMut;
use serde_json::{Value, json};

use super::catalogue::{for_staff, record, steward};
use super::fetch::Sample as Start;
use super::redaction::{ask, fetch, no_upstream, sample_path, setting};
use super::{Caller, CaseError, Desk, Work};
use crate::domain::audit::{About, Act};
use crate::domain::catalogue::Dataset;
use crate::domain::redaction::RedactionProfile;
use crate::domain::refusal::Refusal;
use crate::domain::sample::{BYTES_MAX, Form, Origin, Release, Sample, records};
use crate::domain::text::Invalid;
use crate::gate::redact::{BodyKind, Plan, Redactor};
use crate::store::{datasets, samples};

/// The longest start of a feed that is read for a sample, in bytes.
pub(super) const START_BYTES: usize = 512 * 1024;

/// A dataset with its samples, as staff of its department see them.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The dataset.
    pub dataset: Dataset,
    /// What was taken and not published yet.
    pub draft: Option<Sample>,
    /// What anybody may see.
    pub released: Option<Sample>,
}

/// The samples of a dataset, for staff of its department.
///
/// # Errors
/// [`CaseError::Missing`] for everybody else.
pub fn kept(desk: &Desk, caller: &Caller, slug: &str) -> Result<Kept, CaseError> {
    let dataset = for_staff(desk, caller, slug)?;
    let (draft, released) = desk.read(|conn| {
        let draft = samples::of_dataset(conn, dataset.id, false)?;
        Ok((draft, samples::of_dataset(conn, dataset.id, true)?))
    })?;
    Ok(Kept { dataset, draft, released })
}

/// The sample that anybody may see of a published dataset, if there is one.
///
/// # Errors
/// [`CaseError::Missing`] where there is no such dataset in the catalogue.
pub fn public(desk: &Desk, slug: &str) -> Result<Option<Sample>, CaseError> {
    let dataset = super::catalogue::public(desk, slug)?;
    let found = desk.read(|conn| samples::of_dataset(conn, dataset.id, true))?;
    Ok(found.filter(|sample| sample.must_be_releasable(&dataset).is_ok()))
}

/// Takes the first records of what the feed sends right now, through a redaction profile where one is named.
///
/// # Errors
/// `upstream_needed`, what [`Sample::must_be_releasable`] says, or why nothing came, naming `sample` or `profile`;
/// [`CaseError::Missing`] for another department.
pub async fn take(
    desk: &Desk,
    caller: &Caller,
    slug: &str,
    path: &str,
    profile: Option<&str>,
) -> Result<Sample, CaseError> {
    let path = sample_path(path)?;
    let (own_caller, own_slug, asked) = (caller.clone(), slug.to_owned(), path.clone());
    let (dataset, secret) =
        desk.run(move |desk| ask(desk, &own_caller, &own_slug, "dataset.take_sample", &asked)).await?;
    let profile = profile.map(|name| named(&dataset, name)).transpose()?;
    let origin =
        Origin::Live { path: path.clone(), profile: profile.map(|profile| (profile.name.clone(), profile.revision)) };
    let upstream = dataset.upstream.as_ref().ok_or_else(no_upstream)?;
    let start = fetch(desk, upstream, secret.as_ref(), &path, START_BYTES).await?;
    let found = read(desk, &dataset, profile, &start)?;
    let (caller, slug) = (caller.clone(), slug.to_owned());
    desk.run(move |desk| keep(desk, &caller, &slug, origin, &found)).await
}

fn named<'a>(dataset: &'a Dataset, name: &str) -> Result<&'a RedactionProfile, Invalid> {
    let known = dataset.redaction(name).filter(|profile| !profile.is_retired);
    known.ok_or_else(|| Invalid::new("profile", "profile_unknown", "Choose a redaction profile of this dataset."))
}

/// How a body of this content type is written.
pub(super) fn form_of(content_type: &str) -> Option<Form> {
    Some(match BodyKind::of(content_type)? {
        BodyKind::Json => Form::Json,
        BodyKind::JsonLines => Form::Lines,
        BodyKind::Csv => Form::Table,
    })
}

/// The records of what a feed sent, redacted as the gate would.
fn read(
    desk: &Desk,
    dataset: &Dataset,
    profile: Option<&RedactionProfile>,
    start: &Start,
) -> Result<Vec<Value>, CaseError> {
    let wrong = |message: String| CaseError::from(Invalid::new("sample", "no_sample", message));
    let (Some(kind), Some(form)) = (BodyKind::of(&start.content_type), form_of(&start.content_type)) else {
        let named = if start.content_type.is_empty() { "no type" } else { &start.content_type };
        return Err(wrong(format!("A sample is read from JSON or CSV, and the feed sends {named}. Try another path.")));
    };
    let text = match profile {
        None => String::from_utf8_lossy(&start.bytes).into_owned(),
        Some(profile) => {
            let plan = Plan::new(profile.rules.clone());
            let plan = plan.map_err(|tangled| Invalid::new("profile", "too_tangled", tangled.to_string()))?;
            let mut redactor = Redactor::new(Arc::new(plan), kind, &setting(desk, dataset.id));
            let mut out = BytesMut::new();
            let pushed = redactor.push(&start.bytes, &mut out);
            let done = if start.is_cut { pushed } else { pushed.and_then(|()| redactor.finish(&mut out)) };
            done.map_err(|problem| wrong(format!("The gate refuses this answer: {problem}.")))?;
            String::from_utf8_lossy(&out).into_owned()
        }
    };
    records(&text, form, start.is_cut).map_err(|unread| wrong(format!("{unread} Try another path.")))
}

/// Keeps records that the steward made up, as a JSON list.
///
/// # Errors
/// `no_sample` naming `records`, what [`Sample::must_be_releasable`] says, [`CaseError::Missing`] for another
/// department.
pub fn make_up(desk: &Desk, caller: &Caller, slug: &str, text: &str) -> Result<Sample, CaseError> {
    let wrong = |message: &str| CaseError::from(Invalid::new("records", "no_sample", message));
    if text.len() > BYTES_MAX {
        return Err(wrong("Write at most 64 KiB."));
    }
    let found = records(text, Form::Json, false)
        .map_err(|_unread| wrong("Write records as a JSON list, such as [{\"zone\": \"North\", \"free\": 12}]."))?;
    keep(desk, caller, slug, Origin::MadeUp, &found)
}

/// Keeps a sample for its steward to look at, in place of an earlier one.
fn keep(desk: &Desk, caller: &Caller, slug: &str, origin: Origin, found: &[Value]) -> Result<Sample, CaseError> {
    desk.act(caller, |work| {
        let dataset = datasets::by_slug(work.conn, slug)?;
        let capacity = steward(caller, dataset.department)?;
        let sample = Sample::of(dataset.id, origin, found, (work.now, &caller.actor.name))?;
        sample.must_be_releasable(&dataset)?;
        samples::put(work.conn, &sample)?;
        record(work, "dataset.keep_sample", capacity, &dataset, Value::Null, facts(&sample))?;
        Ok(sample)
    })
}

/// What the audit says of a sample: what was handed out, by its hash, and never the records themselves.
fn facts(sample: &Sample) -> Value {
    json!({ "hash": sample.hash, "records": sample.count, "origin": sample.origin, "taken_at": sample.taken_at })
}

/// Publishes the sample that the steward has looked at, named by its hash, in place of an earlier one.
///
/// # Errors
/// `sample_changed` when another one was taken since, what [`Sample::must_be_releasable`] says, [`CaseError::Missing`]
/// for another department.
pub fn release(desk: &Desk, caller: &Caller, slug: &str, hash: &str) -> Result<Sample, CaseError> {
    desk.act(caller, |work| {
        let dataset = datasets::by_slug(work.conn, slug)?;
        let capacity = steward(caller, dataset.department)?;
        let draft = samples::of_dataset(work.conn, dataset.id, false)?.filter(|draft| draft.hash == hash.trim());
        let Some(draft) = draft else {
            let message = "This is not the sample that was taken last. Look at it again, then publish it.";
            return Err(Refusal::new("sample_changed", message).into());
        };
        draft.must_be_releasable(&dataset)?;
        let before = samples::of_dataset(work.conn, dataset.id, true)?;
        let release = Release { at: work.now, by: caller.actor.name.clone() };
        let released = Sample { release: Some(release), ..draft };
        samples::put(work.conn, &released)?;
        samples::remove(work.conn, dataset.id, false)?;
        let before = before.as_ref().map_or(Value::Null, facts);
        record(work, "dataset.publish_sample", capacity, &dataset, before, facts(&released))?;
        Ok(released)
    })
}

/// Withdraws the published sample, or throws away the one that was not published. Its records are deleted; the audit
/// keeps the hash.
///
/// # Errors
/// [`CaseError::Missing`] where there is none, or for another department.
pub fn withdraw(desk: &Desk, caller: &Caller, slug: &str, is_released: bool) -> Result<(), CaseError> {
    desk.act(caller, |work| {
        let dataset = datasets::by_slug(work.conn, slug)?;
        let capacity = steward(caller, dataset.department)?;
        let known = samples::of_dataset(work.conn, dataset.id, is_released)?.ok_or(CaseError::Missing)?;
        samples::remove(work.conn, dataset.id, is_released)?;
        let act = if is_released { "dataset.withdraw_sample" } else { "dataset.discard_sample" };
        record(work, act, capacity, &dataset, facts(&known), Value::Null)
    })
}

/// Withdraws what may not be shown any more once a dataset was changed: a stricter tier, or a field that is sensitive
/// now.
pub(super) fn follow(work: &mut Work<'_>, dataset: &Dataset) -> Result<(), CaseError> {
    for is_released in [true, false] {
        let Some(known) = samples::of_dataset(work.conn, dataset.id, is_released)? else { continue };
        let Err(refusal) = known.must_be_releasable(dataset) else { continue };
        samples::remove(work.conn, dataset.id, is_released)?;
        let capacity = steward(work.caller, dataset.department)?;
        let act = if is_released { "dataset.withdraw_sample" } else { "dataset.discard_sample" };
        let about = About { dataset: Some(dataset.id), ..About::default() };
        let act = Act::new(act, capacity, "dataset", &dataset.slug).about(about);
        work.record(act.change(facts(&known), Value::Null).because(refusal.detail))?;
    }
    Ok(())
}
