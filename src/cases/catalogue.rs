//! What stewards do with datasets: make, describe, set tier, fields, operations, upstream, limits, publish.

use secrecy::SecretString;
use serde_json::{Value, json};

use super::{CaseError, Caller, Desk, Touched, Work};
use crate::domain::audit::{About, Act};
use crate::domain::catalogue::{Dataset, FIELDS_MAX, Field, Upstream};
use crate::domain::dcat::{AccessLevel, Contact, Metadata};
use crate::domain::id::{DatasetId, DepartmentId};
use crate::domain::limits::Limits;
use crate::domain::people::{Capacity, Role};
use crate::domain::profile::{Subject, Suggestion};
use crate::domain::refusal::Refusal;
use crate::domain::scope::Operation;
use crate::domain::text::{Invalid, Line, Prose, Slug};
use crate::domain::tier::Tier;
use crate::domain::time::day_in;
use crate::store::{AnyConnection, StoreError, datasets};

/// Most operations of one dataset.
const OPERATIONS_MAX: usize = 20;
/// Longest wait for an upstream, in milliseconds.
const TIMEOUT_MAX_MS: u32 = 60_000;

/// The capacity of a steward: a manager of the department; the command line and the demo act as the service.
pub(super) fn steward(caller: &Caller, department: DepartmentId) -> Result<Capacity, Refusal> {
    if caller.actor.account.is_none() && caller.actor.address.is_none() {
        return Ok(Capacity::Service);
    }
    caller.actor.acting_for(&[Role::Manager], department)
}

/// A dataset as staff of its department see it, published or not.
///
/// # Errors
/// [`CaseError::Missing`] for everybody else.
pub fn for_staff(desk: &Desk, caller: &Caller, slug: &str) -> Result<Dataset, CaseError> {
    let dataset = desk.read(|conn| datasets::by_slug(conn, slug))?;
    let ours = caller.actor.departments(&[Role::Reviewer, Role::Manager]);
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

/// The datasets of the caller's departments.
///
/// # Errors
/// What the store says.
pub fn list_for_staff(desk: &Desk, caller: &Caller) -> Result<Vec<Dataset>, CaseError> {
    let ours = caller.actor.departments(&[Role::Reviewer, Role::Manager]);
    desk.read(|conn| datasets::list(conn, Some(&ours)))
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
        edited: std::collections::BTreeSet::new(),
        is_imported: false,
        updated_at: work.now,
        version: 1,
    }
}

/// Metadata that says only what a dataset is called and what it is.
#[must_use]
pub fn bare_metadata(
    title: Line<{ crate::domain::dcat::TITLE_MAX }>,
    description: Prose<{ crate::domain::dcat::DESCRIPTION_MAX }>,
) -> Metadata {
    Metadata {
        title,
        description,
        keywords: Vec::new(),
        themes: Vec::new(),
        publisher: None,
        contact: Contact::default(),
        modified: None,
        issued: None,
        license: None,
        rights: None,
        spatial: None,
        temporal: None,
        frequency: None,
        landing_page: None,
        access_level: AccessLevel::NonPublic,
        distributions: Vec::new(),
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
        }
    }
}

/// Changes one part of a dataset over the version that was read.
///
/// # Errors
/// `prohibited_by_law`, invalid parts, [`CaseError::Stale`], [`CaseError::Missing`] for another department.
pub fn edit(desk: &Desk, caller: &Caller, slug: &str, edit: Edit, version: i64) -> Result<Dataset, CaseError> {
    desk.act(caller, |work| {
        let dataset = Dataset { version, ..datasets::by_slug(work.conn, slug)? };
        let capacity = steward(caller, dataset.department)?;
        let act = edit.act();
        let before = shown(&dataset, &edit);
        let next = apply(work, dataset, edit.clone())?;
        let after = shown(&next, &edit);
        datasets::save(work.conn, &next)?;
        record(work, act, capacity, &next, before, after)?;
        work.touch(Touched::Dataset(next.id));
        Ok(Dataset { version: version.saturating_add(1), ..next })
    })
}

fn apply(work: &Work<'_>, mut dataset: Dataset, edit: Edit) -> Result<Dataset, CaseError> {
    dataset.updated_at = work.now;
    match edit {
        Edit::About { metadata, summary, steward } => {
            dataset.edited.extend(dataset.metadata.differences(&metadata));
            dataset.metadata = *metadata;
            dataset.summary = optional_line::<300>("summary", &summary)?;
            dataset.steward = optional_line::<200>("steward", &steward)?;
        }
        Edit::Fields(fields) => {
            if fields.len() > FIELDS_MAX {
                let message = format!("Describe at most {FIELDS_MAX} fields.");
                return Err(Invalid::new("fields", "too_many", message).into());
            }
            dataset.fields = fields;
        }
        Edit::Tier(tier) => dataset.set_tier(tier, prohibition(work.desk, &dataset, work.now).as_deref())?,
        Edit::Operations(operations) => {
            if operations.is_empty() || operations.len() > OPERATIONS_MAX {
                let message = format!("Give 1 to {OPERATIONS_MAX} operations.");
                return Err(Invalid::new("operations", "wrong_count", message).into());
            }
            dataset.operations = operations;
        }
        Edit::Limits(limits) => dataset.limits = limits,
        Edit::Publish(is_published) => dataset.is_published = is_published,
        Edit::Upstream(upstream) => {
            if let Some(upstream) = &upstream {
                check_upstream(upstream)?;
            }
            dataset.upstream = upstream;
        }
        Edit::QueryKey(allows) => dataset.allows_query_key = allows,
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

fn check_upstream(upstream: &Upstream) -> Result<(), CaseError> {
    let wrong = |message: &str| CaseError::from(Invalid::new("upstream", "upstream_invalid", message.to_owned()));
    let url = url::Url::parse(&upstream.url).map_err(|_no_url| wrong("Give the whole address, with https:// or http://."))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(wrong("Only http and https addresses can be reached."));
    }
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("Leave user name, password, query and fragment out; the credential has a field of its own."));
    }
    if upstream.timeout_ms == 0 || upstream.timeout_ms > TIMEOUT_MAX_MS {
        return Err(wrong("The time-out must be from 1 to 60000 milliseconds."));
    }
    let is_token = |name: &String| {
        !name.is_empty() && name.len() <= 60 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    if upstream.credential_header.as_ref().is_some_and(|name| !is_token(name)) {
        return Err(wrong("The credential's header name may hold letters, digits and hyphens."));
    }
    Ok(())
}

/// The part that an edit changes, for the audit.
fn shown(dataset: &Dataset, edit: &Edit) -> Value {
    match edit {
        Edit::About { .. } => json!({
            "title": dataset.metadata.title, "description": dataset.metadata.description,
            "summary": dataset.summary, "steward": dataset.steward, "metadata": dataset.metadata,
        }),
        Edit::Fields(_) => json!({ "fields": dataset.fields }),
        Edit::Tier(_) => json!({ "tier": dataset.tier }),
        Edit::Operations(_) => json!({ "operations": dataset.operations }),
        Edit::Limits(_) => json!({ "limits": dataset.limits }),
        Edit::Publish(_) => json!({ "is_published": dataset.is_published }),
        Edit::Upstream(_) => json!({ "upstream": dataset.upstream }),
        Edit::QueryKey(_) => json!({ "allows_query_key": dataset.allows_query_key }),
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
    // A field that a steward marked as prohibited counts by its name like any other.
    let fields = dataset.fields.iter().map(|field| field.name.clone()).collect();
    (keywords, fields)
}

/// Sets or clears the credential that the gate shows to the upstream. It is sealed at once and never shown again.
///
/// # Errors
/// [`CaseError::Missing`] for another department.
pub fn set_credential(
    desk: &Desk,
    caller: &Caller,
    slug: &str,
    credential: Option<&SecretString>,
) -> Result<(), CaseError> {
    desk.act(caller, |work| {
        let dataset = datasets::by_slug(work.conn, slug)?;
        let capacity = steward(caller, dataset.department)?;
        match credential {
            Some(credential) => {
                let mut nonce = [0_u8; 12];
                (work.desk.randomness)(&mut nonce);
                let sealed = work.desk.secrets.seal(&credential_place(dataset.id), nonce, credential);
                datasets::set_secret(work.conn, dataset.id, &sealed, work.now)?;
            }
            None => datasets::clear_secret(work.conn, dataset.id)?,
        }
        let after = json!({ "has_credential": credential.is_some() });
        record(work, "dataset.set_credential", capacity, &dataset, Value::Null, after)?;
        work.touch(Touched::Dataset(dataset.id));
        Ok(())
    })
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
