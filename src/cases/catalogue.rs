//! What stewards do with datasets: make, describe, set tier, fields, operations, upstream, limits, publish.
//!
//! Must never leave content that the law forbids to share with a freer tier than X, nor carry a sealed credential over
//! to another host than the one it was given for.

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

pub use super::describe::bare_metadata;
use super::fetch::check_address;
use super::{Caller, CaseError, Desk, Touched, Work};
use crate::domain::audit::{About, Act};
use crate::domain::catalogue::{Dataset, FIELDS_MAX, Field, Upstream, UpstreamBounds};
use crate::domain::dcat::Metadata;
use crate::domain::id::{DatasetId, DepartmentId};
use crate::domain::limits::Limits;
use crate::domain::people::{Capacity, Role};
use crate::domain::profile::{Subject, Suggestion};
use crate::domain::refusal::Refusal;
use crate::domain::scope::{OPERATIONS_MAX, Operation, check_slug};
use crate::domain::text::{Invalid, Line, Prose, Slug};
use crate::domain::tier::Tier;
use crate::domain::time::day_in;
use crate::store::{AnyConnection, StoreError, datasets};

/// Longest wait for an upstream, in milliseconds.
const TIMEOUT_MAX_MS: u32 = 60_000;
/// Longest credential of an upstream, in bytes.
const CREDENTIAL_MAX: usize = 4_096;
/// Headers that say how a message is framed or routed; a credential in one of them would break the request.
const NO_CREDENTIAL_HEADERS: [&str; 10] = [
    "host",
    "connection",
    "content-length",
    "content-type",
    "expect",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Who reads the datasets of a department, published or not.
pub(super) const READERS: &[Role] = &[Role::Reviewer, Role::Manager];

/// The capacity of a steward: a manager of the department; the command line and the demo act as the service.
pub(super) fn steward(caller: &Caller, department: DepartmentId) -> Result<Capacity, Refusal> {
    if caller.actor.account.is_none() && caller.actor.address.is_none() {
        return Ok(Capacity::Service);
    }
    caller.actor.acting_for(&[Role::Manager], department)
}

/// Whether the caller may change the datasets of a department.
#[must_use]
pub fn is_steward(caller: &Caller, department: DepartmentId) -> bool {
    steward(caller, department).is_ok()
}

/// A dataset as staff of its department see it, published or not.
///
/// # Errors
/// [`CaseError::Missing`] for everybody else.
pub fn for_staff(desk: &Desk, caller: &Caller, slug: &str) -> Result<Dataset, CaseError> {
    let dataset = desk.read(|conn| datasets::by_slug(conn, slug))?;
    let ours = caller.actor.departments(READERS);
    let may_see = ours.contains(&dataset.department) || caller.actor.holds_anywhere(Role::Auditor);
    if may_see { Ok(dataset) } else { Err(CaseError::Missing) }
}

/// A published dataset.
///
/// # Errors
/// [`CaseError::Missing`] when there is none.
pub fn public(desk: &Desk, slug: &str) -> Result<Dataset, CaseError> {
    let dataset = desk.read(|conn| datasets::by_slug(conn, slug))?;
    if dataset.is_published { Ok(dataset) } else { Err(CaseError::Missing) }
}

/// The datasets of the caller's departments; every dataset for auditors.
///
/// # Errors
/// What the store says.
pub fn list_for_staff(desk: &Desk, caller: &Caller) -> Result<Vec<Dataset>, CaseError> {
    let ours = caller.actor.departments(READERS);
    let sees_all = caller.actor.holds_anywhere(Role::Auditor);
    desk.read(|conn| datasets::list(conn, (!sees_all).then_some(ours.as_slice())))
}

/// Makes a dataset: unpublished, without a tier.
///
/// # Errors
/// Invalid fields, a taken slug, [`CaseError::Missing`] for another department.
pub fn create(
    desk: &Desk,
    caller: &Caller,
    department: DepartmentId,
    (slug, title, description): (&str, &str, &str),
) -> Result<DatasetId, CaseError> {
    let capacity = steward(caller, department)?;
    let slug = Slug::parse("slug", slug)?;
    check_slug(slug.as_str()).map_err(|problem| Invalid::new("slug", "reserved", problem.to_string()))?;
    let metadata = bare_metadata(Line::parse("title", title)?, Prose::parse("description", description)?);
    desk.act(caller, |work| {
        let id: DatasetId = work.new_id();
        let dataset = new_dataset(work, id, slug.as_str(), department, format!("urn:uuid:{id}"), metadata);
        datasets::insert(work.conn, &dataset).map_err(super::staff::taken("slug", "A dataset has this slug."))?;
        record(work, "dataset.create", capacity, &dataset, Value::Null, json!({ "slug": dataset.slug }))?;
        Ok(id)
    })
}

pub(super) fn new_dataset(
    work: &Work<'_>,
    id: DatasetId,
    slug: &str,
    department: DepartmentId,
    identifier: String,
    metadata: Metadata,
) -> Dataset {
    Dataset {
        id,
        slug: slug.to_owned(),
        department,
        identifier,
        metadata,
        summary: String::new(),
        steward: String::new(),
        fields: Vec::new(),
        tier: None,
        upstream: None,
        operations: Operation::usual(),
        limits: Limits::default(),
        is_published: false,
        allows_query_key: false,
        redactions: Vec::new(),
        time_field: None,
        check_path: None,
        changes: Vec::new(),
        edited: std::collections::BTreeSet::new(),
        is_imported: false,
        updated_at: work.now,
        version: 1,
    }
}

/// A change of one part of a dataset.
#[derive(Clone, Debug)]
pub enum Edit {
    /// What the catalogue says, the summary and the steward.
    About {
        /// The metadata.
        metadata: Box<Metadata>,
        /// One sentence for lists.
        summary: String,
        /// Who knows its meaning.
        steward: String,
    },
    /// Its fields.
    Fields(Vec<Field>),
    /// Its tier.
    Tier(Tier),
    /// What may be asked of it.
    Operations(Vec<Operation>),
    /// Limits of an agreement.
    Limits(Limits),
    /// Whether it stands in the public catalogue.
    Publish(bool),
    /// Where it flows from; `None` takes the upstream away.
    Upstream(Option<Upstream>),
    /// Whether a key may travel in the query string.
    QueryKey(bool),
    /// What is asked to see whether the feed lives; `None` asks the first path that is read.
    CheckPath(Option<String>),
}

impl Edit {
    const fn act(&self) -> &'static str {
        match self {
            Self::About { .. } => "dataset.describe",
            Self::Fields(_) => "dataset.set_fields",
            Self::Tier(_) => "dataset.set_tier",
            Self::Operations(_) => "dataset.set_operations",
            Self::Limits(_) => "dataset.set_limits",
            Self::Publish(_) => "dataset.publish",
            Self::Upstream(_) => "dataset.set_upstream",
            Self::QueryKey(_) => "dataset.set_query_key",
            Self::CheckPath(_) => "dataset.set_check_path",
        }
    }
}

/// Changes one part of a dataset over the version that was read.
///
/// # Errors
/// `prohibited_by_law`, invalid parts, [`CaseError::Stale`], [`CaseError::Missing`] for another department.
pub fn edit(desk: &Desk, caller: &Caller, slug: &str, edit: Edit, version: i64) -> Result<Dataset, CaseError> {
    desk.act(caller, |work| edit_within(work, slug, edit, version))
}

/// The same within another act.
pub(super) fn edit_within(work: &mut Work<'_>, slug: &str, edit: Edit, version: i64) -> Result<Dataset, CaseError> {
    let dataset = Dataset { version, ..datasets::by_slug(work.conn, slug)? };
    let capacity = steward(work.caller, dataset.department)?;
    let act = edit.act();
    let asked = edit.clone();
    let before = shown(&dataset, &asked);
    let next = apply(work, dataset, edit)?;
    let after = shown(&next, &asked);
    datasets::save(work.conn, &next)?;
    record(work, act, capacity, &next, before, after)?;
    super::samples::follow(work, &next)?;
    work.touch(Touched::Dataset(next.id));
    Ok(Dataset { version: version.saturating_add(1), ..next })
}

fn apply(work: &mut Work<'_>, mut dataset: Dataset, edit: Edit) -> Result<Dataset, CaseError> {
    dataset.updated_at = work.now;
    match edit {
        Edit::About { metadata, summary, steward } => {
            dataset.edited.extend(dataset.metadata.differences(&metadata));
            dataset.metadata = *metadata;
            dataset.summary = optional_line::<300>("summary", &summary)?;
            dataset.steward = optional_line::<200>("steward", &steward)?;
        }
        Edit::Fields(fields) => dataset.fields = check_fields(&fields).map_err(CaseError::Invalid)?,
        Edit::Tier(tier) => dataset.set_tier(tier, prohibition(work.desk, &dataset, work.now).as_deref())?,
        Edit::Operations(operations) => {
            check_operations(&operations)?;
            dataset.operations = operations;
        }
        Edit::Limits(limits) => dataset.limits = limits,
        Edit::Publish(is_published) => dataset.is_published = is_published,
        Edit::Upstream(upstream) => {
            if let Some(upstream) = &upstream {
                check_upstream(work.desk, upstream)?;
            }
            if receiver(dataset.upstream.as_ref()) != receiver(upstream.as_ref()) {
                forget_credential(work, &dataset)?;
            }
            dataset.upstream = upstream;
        }
        Edit::QueryKey(allows) => dataset.allows_query_key = allows,
        Edit::CheckPath(path) => dataset.check_path = path,
    }
    // Whatever was edited: content that the law forbids to share keeps no freer tier (spec section 5, rule 1).
    if let (Some(tier), Some(statute)) = (dataset.tier, prohibition(work.desk, &dataset, work.now)) {
        dataset.set_tier(tier, Some(&statute))?;
    }
    Ok(dataset)
}

fn optional_line<const MAX: usize>(field: &str, text: &str) -> Result<String, Invalid> {
    if text.trim().is_empty() {
        return Ok(String::new());
    }
    Line::<MAX>::parse(field, text).map(|line| line.as_str().to_owned())
}

/// The fields as they are kept; every fault at once, each named by the field's place.
fn check_fields(fields: &[Field]) -> Result<Vec<Field>, Vec<Invalid>> {
    if fields.len() > FIELDS_MAX {
        return Err(vec![Invalid::new("fields", "too_many", format!("Describe at most {FIELDS_MAX} fields."))]);
    }
    let mut faults = Vec::new();
    let mut kept: Vec<Field> = Vec::new();
    for (at, field) in fields.iter().enumerate() {
        let name = Line::<100>::parse(&format!("fields.{at}.name"), &field.name);
        let kind = Line::<40>::parse(&format!("fields.{at}.kind"), &field.kind);
        let description = optional_line::<500>(&format!("fields.{at}.description"), &field.description);
        match (name, kind, description) {
            (Ok(name), _, _) if kept.iter().any(|known| known.name == name.as_str()) => {
                faults.push(Invalid::new(format!("fields.{at}.name"), "repeated", "Another field has this name."));
            }
            (Ok(name), Ok(kind), Ok(description)) => kept.push(Field {
                name: name.into_string(),
                kind: kind.into_string(),
                description,
                sensitivity: field.sensitivity,
            }),
            (name, kind, description) => {
                faults.extend([name.err(), kind.err(), description.err()].into_iter().flatten());
            }
        }
    }
    if faults.is_empty() { Ok(kept) } else { Err(faults) }
}

fn check_operations(operations: &[Operation]) -> Result<(), Invalid> {
    if operations.is_empty() || operations.len() > OPERATIONS_MAX {
        return Err(Invalid::new("operations", "wrong_count", format!("Give 1 to {OPERATIONS_MAX} operations.")));
    }
    let twice = operations.iter().enumerate().find_map(|(at, operation)| {
        operations.iter().take(at).any(|other| other.name() == operation.name()).then(|| operation.name())
    });
    match twice {
        None => Ok(()),
        Some(name) => Err(Invalid::new("operations", "repeated", format!("Two operations are named {name}."))),
    }
}

/// The gate asks again at every connect, with the address that the name resolves to.
fn check_upstream(desk: &Desk, upstream: &Upstream) -> Result<(), CaseError> {
    let url = check_address("url", &upstream.url, &desk.options.upstream_networks)?;
    let wrong = |field, message: &str| CaseError::from(Invalid::new(field, "upstream_invalid", message));
    if url.query().is_some() {
        return Err(wrong(
            "url",
            "Leave the part after ? out: callers bring their own, and a credential has its header.",
        ));
    }
    if upstream.timeout_ms == 0 || upstream.timeout_ms > TIMEOUT_MAX_MS {
        return Err(wrong("timeout_ms", "The time-out must be from 1 to 60000 milliseconds."));
    }
    let bounds = upstream.bounds;
    let is_within = |kib: Option<u32>, max| kib.is_none_or(|kib| (1..=max).contains(&kib));
    if !is_within(bounds.answer_max_kib, UpstreamBounds::ANSWER_MAX_KIB) {
        return Err(wrong("answer_max_kib", "The largest answer must be from 1 to 262144 KiB."));
    }
    if !is_within(bounds.request_max_kib, UpstreamBounds::REQUEST_MAX_KIB) {
        return Err(wrong("request_max_kib", "The largest request body must be from 1 to 1048576 KiB."));
    }
    if !is_within(bounds.headers_max_kib, UpstreamBounds::HEADERS_MAX_KIB) {
        return Err(wrong("headers_max_kib", "The largest headers must be from 1 to 1024 KiB."));
    }
    if bounds.keep_seconds > UpstreamBounds::KEEP_MAX_SECONDS {
        return Err(wrong("keep_seconds", "Answers may be kept for 60 seconds at most."));
    }
    let is_name = |name: &str| {
        (1..=60).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    match &upstream.credential_header {
        Some(name) if !is_name(name) => {
            Err(wrong("credential_header", "The name of a header may hold letters, digits and hyphens."))
        }
        Some(name) if NO_CREDENTIAL_HEADERS.contains(&name.to_ascii_lowercase().as_str()) => {
            Err(wrong("credential_header", "This header has another meaning; use Authorization or X-Api-Key."))
        }
        Some(_) | None => Ok(()),
    }
}

/// Who gets to see the credential: the origin, and under which header. A credential given for one receiver must not
/// reach another, or whoever may edit the address could read what is never shown.
fn receiver(upstream: Option<&Upstream>) -> Option<(String, String)> {
    let upstream = upstream?;
    let origin = url::Url::parse(&upstream.url).map(|url| url.origin().ascii_serialization()).unwrap_or_default();
    Some((origin, upstream.credential_header.as_deref()?.to_ascii_lowercase()))
}

fn forget_credential(work: &mut Work<'_>, dataset: &Dataset) -> Result<(), CaseError> {
    if datasets::secret(work.conn, dataset.id)?.is_none() {
        return Ok(());
    }
    datasets::clear_secret(work.conn, dataset.id)?;
    let about = About { dataset: Some(dataset.id), ..About::default() };
    let act = Act::new("dataset.set_credential", steward(work.caller, dataset.department)?, "dataset", &dataset.slug);
    let change = act.about(about).change(json!({ "has_credential": true }), json!({ "has_credential": false }));
    work.record(change.because("The upstream changed: a credential stays with the host it was given for."))
}

/// The part that an edit changes, for the audit.
fn shown(dataset: &Dataset, edit: &Edit) -> Value {
    match edit {
        Edit::About { .. } => json!({
            "summary": dataset.summary, "steward": dataset.steward, "metadata": dataset.metadata,
        }),
        Edit::Fields(_) => json!({ "fields": dataset.fields }),
        Edit::Tier(_) => json!({ "tier": dataset.tier }),
        Edit::Operations(_) => json!({ "operations": dataset.operations }),
        Edit::Limits(_) => json!({ "limits": dataset.limits }),
        Edit::Publish(_) => json!({ "is_published": dataset.is_published }),
        Edit::Upstream(_) => json!({ "upstream": dataset.upstream }),
        Edit::QueryKey(_) => json!({ "allows_query_key": dataset.allows_query_key }),
        Edit::CheckPath(_) => json!({ "check_path": dataset.check_path }),
    }
}

/// The statute that forbids sharing this content today, as one sentence.
#[must_use]
pub fn prohibition(desk: &Desk, dataset: &Dataset, now: crate::domain::time::Instant) -> Option<String> {
    let (keywords, fields) = words_of(dataset);
    let subject = Subject { title: dataset.metadata.title.as_str(), keywords: &keywords, fields: &fields };
    let day = day_in(desk.profile.zone, now);
    let (rule, _) = desk.profile.prohibited(day, &subject)?;
    Some(format!("{} ({})", rule.sentence.text("en"), rule.statute))
}

/// The tier that title, keywords and fields suggest; a suggestion only.
#[must_use]
pub fn suggestion(desk: &Desk, dataset: &Dataset) -> Suggestion {
    let (keywords, fields) = words_of(dataset);
    let subject = Subject { title: dataset.metadata.title.as_str(), keywords: &keywords, fields: &fields };
    desk.profile.suggest_tier(day_in(desk.profile.zone, desk.clock.now()), &subject)
}

fn words_of(dataset: &Dataset) -> (Vec<String>, Vec<String>) {
    let keywords = dataset.metadata.keywords.iter().map(|word| word.as_str().to_owned()).collect();
    let fields = dataset.fields.iter().map(|field| field.name.clone()).collect();
    (keywords, fields)
}

/// Sets or clears the credential that the gate shows to the upstream, over the version that was read. It is sealed at
/// once and never shown again.
///
/// # Errors
/// `credential_header_needed` where the upstream names no header for it, `credential_invalid`, [`CaseError::Stale`],
/// [`CaseError::Missing`] for another department.
pub fn set_credential(
    desk: &Desk,
    caller: &Caller,
    slug: &str,
    credential: Option<&SecretString>,
    version: i64,
) -> Result<Dataset, CaseError> {
    desk.act(caller, |work| {
        let dataset = Dataset { version, ..datasets::by_slug(work.conn, slug)? };
        let capacity = steward(caller, dataset.department)?;
        let had_one = datasets::secret(work.conn, dataset.id)?.is_some();
        match credential {
            Some(credential) => {
                check_credential(&dataset, credential)?;
                let mut nonce = [0_u8; 12];
                (work.desk.randomness)(&mut nonce);
                let sealed = work.desk.secrets.seal(&credential_place(dataset.id), nonce, credential);
                datasets::set_secret(work.conn, dataset.id, &sealed, work.now)?;
            }
            None => datasets::clear_secret(work.conn, dataset.id)?,
        }
        let next = Dataset { updated_at: work.now, ..dataset };
        datasets::save(work.conn, &next)?;
        let (before, after) = (json!({ "has_credential": had_one }), json!({ "has_credential": credential.is_some() }));
        record(work, "dataset.set_credential", capacity, &next, before, after)?;
        work.touch(Touched::Dataset(next.id));
        Ok(Dataset { version: version.saturating_add(1), ..next })
    })
}

fn check_credential(dataset: &Dataset, credential: &SecretString) -> Result<(), CaseError> {
    if dataset.upstream.as_ref().is_none_or(|upstream| upstream.credential_header.is_none()) {
        let message = "First give the upstream's address and the header in which it takes its credential.";
        return Err(Refusal::new("credential_header_needed", message).into());
    }
    let text = credential.expose_secret();
    let is_plain = text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) && text.trim() == text;
    if text.is_empty() || text.len() > CREDENTIAL_MAX || !is_plain {
        let message =
            format!("Use 1 to {CREDENTIAL_MAX} letters, digits and marks, without line breaks or blanks around.");
        return Err(Invalid::new("credential", "credential_invalid", message).into());
    }
    Ok(())
}

/// The place a credential is sealed for.
#[must_use]
pub fn credential_place(dataset: DatasetId) -> String {
    format!("dataset {dataset}")
}

/// The opened credential of a dataset's upstream, for the gate.
///
/// # Errors
/// [`StoreError::Corrupt`] when it cannot be opened.
pub fn credential(
    desk: &Desk,
    conn: &mut AnyConnection,
    dataset: DatasetId,
) -> Result<Option<SecretString>, StoreError> {
    let Some(sealed) = datasets::secret(conn, dataset)? else { return Ok(None) };
    desk.secrets
        .open(&credential_place(dataset), &sealed)
        .map(Some)
        .map_err(|error| StoreError::Corrupt { what: "upstream credential", why: error.to_string() })
}

pub(super) fn record(
    work: &mut Work<'_>,
    act: &'static str,
    capacity: Capacity,
    dataset: &Dataset,
    before: Value,
    after: Value,
) -> Result<(), CaseError> {
    let about = About { dataset: Some(dataset.id), ..About::default() };
    work.record(Act::new(act, capacity, "dataset", &dataset.slug).about(about).change(before, after))
}
