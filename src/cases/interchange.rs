//! The catalogue in and out: DCAT-US `data.json`. One bad record never spoils a run; a run repeated changes nothing;
//! what staff edited here is never overwritten.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::catalogue::{new_dataset, steward, suggestion};
use super::{CaseError, Caller, Desk, Touched, Work};
use crate::domain::audit::Act;
use crate::domain::catalogue::Dataset;
use crate::domain::dcat::{
    AccessLevel, Distribution, DistributionUrl, Exported, Imported, Metadata, Skipped, Step, WebUrl, parse, reimport,
    to_data_json,
};
use crate::domain::id::{DatasetId, DepartmentId, ImportId};
use crate::domain::text::{Email, Invalid, Line, Slug};
use crate::domain::tier::Tier;
use crate::domain::time::day_in;
use crate::store::people::{self, Department};
use crate::store::{datasets, imports};

/// What became of one record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fate {
    /// Its place in the source, from 1.
    pub place: usize,
    /// Its title, or its identifier, or nothing that can be named.
    pub title: String,
    /// `created`, `updated`, `unchanged` or `skipped`.
    pub fate: String,
    /// The dataset's slug here.
    pub slug: Option<String>,
    /// What was repaired and why; or why it was skipped; or which fields of ours were kept.
    pub remarks: Vec<String>,
    /// The tier that its content suggests.
    pub suggested_tier: Option<Tier>,
}

/// The report of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportReport {
    /// The run.
    pub id: ImportId,
    /// From where.
    pub source: String,
    /// Datasets made.
    pub created: usize,
    /// Datasets changed.
    pub updated: usize,
    /// Datasets left as they were.
    pub unchanged: usize,
    /// Records that were repaired.
    pub repaired: usize,
    /// Records that could not be taken.
    pub skipped: usize,
    /// What is to be said of the whole.
    pub remarks: Vec<String>,
    /// Each record.
    pub records: Vec<Fate>,
}

/// Imports a catalogue. Records whose publisher is no department here go to `department`.
///
/// # Errors
/// `not_a_catalogue` with line and column when the whole cannot be read; [`CaseError::Missing`] for another department.
pub fn import(
    desk: &Desk,
    caller: &Caller,
    department: DepartmentId,
    source: &str,
    bytes: &[u8],
) -> Result<ImportReport, CaseError> {
    let capacity = steward(caller, department)?;
    let base = WebUrl::parse("source", source).ok();
    let parsed = parse(bytes, base.as_ref())
        .map_err(|error| Invalid::new("catalogue", "not_a_catalogue", error.to_string()))?;
    let source: String = source.chars().take(500).collect();
    desk.act(caller, |work| {
        let departments = people::departments(work.conn)?;
        let mut report = ImportReport {
            id: work.new_id(),
            source: source.clone(),
            created: 0,
            updated: 0,
            unchanged: 0,
            repaired: 0,
            skipped: 0,
            remarks: parsed.report.remarks.clone(),
            records: Vec::new(),
        };
        for record in &parsed.records {
            let fate = match record {
                Ok(record) => take(work, caller, record, owner(record, &departments, department))?,
                Err(skipped) => skip(skipped),
            };
            match fate.fate.as_str() {
                "created" => report.created += 1,
                "updated" => report.updated += 1,
                "unchanged" => report.unchanged += 1,
                _ => report.skipped += 1,
            }
            if record.as_ref().is_ok_and(|record| !record.repairs.is_empty()) {
                report.repaired += 1;
            }
            report.records.push(fate);
        }
        keep(work, &report, department)?;
        let after = json!({
            "source": report.source, "created": report.created, "updated": report.updated,
            "unchanged": report.unchanged, "repaired": report.repaired, "skipped": report.skipped,
        });
        work.record(Act::new("catalogue.import", capacity, "import", report.id).change(Value::Null, after))?;
        Ok(report)
    })
}

fn keep(work: &mut Work<'_>, report: &ImportReport, department: DepartmentId) -> Result<(), CaseError> {
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let run = imports::ImportRun {
        id: report.id,
        at: work.now,
        by_name: work.caller.actor.name.clone(),
        department,
        source: report.source.clone(),
        counts: [count(report.created), count(report.updated), count(report.unchanged)],
        repaired: count(report.repaired),
        skipped: count(report.skipped),
        report: crate::store::to_json("import report", report)?,
    };
    Ok(imports::insert(work.conn, &run)?)
}

/// The department that the record's publisher names, else the one that the import is for.
fn owner(record: &Imported, departments: &[Department], fallback: DepartmentId) -> DepartmentId {
    let publisher = record.metadata.publisher.as_ref().map(|name| name.as_str().to_lowercase());
    let named = publisher.and_then(|name| departments.iter().find(|known| known.name.to_lowercase() == name));
    named.map_or(fallback, |department| department.id)
}

fn skip(skipped: &Skipped) -> Fate {
    Fate {
        place: skipped.index.saturating_add(1),
        title: skipped.title.clone().or_else(|| skipped.identifier.clone()).unwrap_or_default(),
        fate: "skipped".to_owned(),
        slug: None,
        remarks: vec![skipped.reason.clone()],
        suggested_tier: None,
    }
}

fn take(work: &mut Work<'_>, caller: &Caller, record: &Imported, owner: DepartmentId) -> Result<Fate, CaseError> {
    let existing = datasets::by_identifier(work.conn, record.identifier.as_str())?;
    let step = reimport(existing.as_ref().map(|known| (&known.metadata, &known.edited)), record);
    let mut fate = Fate {
        place: record.index.saturating_add(1),
        title: record.metadata.title.as_str().to_owned(),
        fate: String::new(),
        slug: existing.as_ref().map(|known| known.slug.clone()),
        remarks: record.repairs.iter().map(|repair| repair.message.clone()).collect(),
        suggested_tier: None,
    };
    if let Some(known) = &existing
        && steward(caller, known.department).is_err()
    {
        fate.fate = "skipped".to_owned();
        fate.remarks.push("A dataset of another department has this identifier.".to_owned());
        return Ok(fate);
    }
    match (step, existing) {
        (Step::Update(merge), Some(known)) => {
            let next = Dataset { metadata: merge.metadata, updated_at: work.now, ..known };
            datasets::save(work.conn, &next)?;
            work.touch(Touched::Dataset(next.id));
            fate.suggested_tier = Some(suggestion(work.desk, &next).tier);
            fate.remarks.extend(merge.kept.iter().map(|field| format!("Kept as edited here: {field:?}.")));
            fate.fate = "updated".to_owned();
        }
        (Step::Unchanged { kept }, Some(known)) => {
            fate.suggested_tier = Some(suggestion(work.desk, &known).tier);
            fate.remarks.extend(kept.iter().map(|field| format!("Kept as edited here: {field:?}.")));
            fate.fate = "unchanged".to_owned();
        }
        (Step::Add | Step::Update(_) | Step::Unchanged { .. }, _) => {
            let id: DatasetId = work.new_id();
            let slug = free_slug(work, record.metadata.title.as_str(), id)?;
            let identifier = record.identifier.as_str().to_owned();
            let mut dataset = new_dataset(work, id, &slug, owner, identifier, record.metadata.clone());
            dataset.is_imported = true;
            dataset.is_published = true;
            datasets::insert(work.conn, &dataset)?;
            fate.suggested_tier = Some(suggestion(work.desk, &dataset).tier);
            fate.slug = Some(slug);
            fate.fate = "created".to_owned();
        }
    }
    Ok(fate)
}

/// A slug made of the title that no dataset has.
fn free_slug(work: &mut Work<'_>, title: &str, id: DatasetId) -> Result<String, CaseError> {
    let base = Slug::from_title(title).map_or_else(|| format!("dataset-{id}"), |slug| slug.as_str().to_owned());
    let base: String = base.chars().take(50).collect::<String>().trim_end_matches('-').to_owned();
    let mut slug = base.clone();
    for number in 2..1_000 {
        if !datasets::has_slug(work.conn, &slug)? {
            return Ok(slug);
        }
        slug = format!("{base}-{number}");
    }
    Ok(format!("dataset-{id}"))
}

/// The public catalogue as `data.json`. `gate_url` is where programs reach the gate.
///
/// # Errors
/// What the store says.
pub fn data_json(desk: &Desk, portal_url: &str, gate_url: &str) -> Result<Value, CaseError> {
    let (all, departments) = desk.read(|conn| Ok((datasets::list(conn, None)?, people::departments(conn)?)))?;
    let zone = desk.profile.zone;
    let shown: Vec<(Dataset, Metadata, &Department, Email)> = all
        .into_iter()
        .filter(|dataset| dataset.is_published)
        .filter_map(|dataset| {
            let department = departments.iter().find(|known| known.id == dataset.department)?;
            let email = Email::parse("email", &department.email).ok()?;
            let metadata = with_gate(&dataset, gate_url);
            Some((dataset, metadata, department, email))
        })
        .collect();
    let exported: Vec<Exported<'_>> = shown
        .iter()
        .map(|(dataset, metadata, department, email)| Exported {
            identifier: &dataset.identifier,
            metadata,
            publisher: &department.name,
            part_of: Some(desk.profile.name.as_str()),
            contact_name: &department.name,
            contact_email: email,
            modified: day_in(zone, dataset.updated_at),
        })
        .collect();
    let url = WebUrl::parse("url", &format!("{}/data.json", portal_url.trim_end_matches('/'))).ok();
    Ok(to_data_json(url.as_ref(), &exported))
}

/// Access level and the gate's address, as the tier says.
fn with_gate(dataset: &Dataset, gate_url: &str) -> Metadata {
    let mut metadata = dataset.metadata.clone();
    metadata.access_level = match dataset.tier {
        Some(Tier::Open | Tier::Registered) => AccessLevel::Public,
        Some(Tier::Conditioned | Tier::Restricted) => AccessLevel::RestrictedPublic,
        Some(Tier::Prohibited) => AccessLevel::NonPublic,
        None => metadata.access_level,
    };
    let is_served = dataset.upstream.is_some() && dataset.tier.is_some_and(|tier| tier != Tier::Prohibited);
    let address = format!("{}/{}/", gate_url.trim_end_matches('/'), dataset.slug);
    if is_served && let Ok(url) = WebUrl::parse("url", &address) {
        metadata.distributions.push(Distribution {
            title: Line::parse("title", "Gateway").ok(),
            at: DistributionUrl::Access { url, media_type: None },
            format: Line::parse("format", "API").ok(),
        });
    }
    metadata
}
