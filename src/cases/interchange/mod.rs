//! The catalogue in (DCAT-US `data.json`), at once or in the background, and out. One bad record never spoils a run; a run
//! repeated changes nothing; what staff edited here is never overwritten. Must never set a tier freely: what content suggests stays a suggestion,
//! and only the law's own rule acts by itself, by closing.

pub mod background;
#[cfg(test)]
mod background_tests;
mod outward;
#[cfg(test)]
mod tests;

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::catalogue::{READERS, new_dataset, prohibition, record, steward, suggestion};
use super::fetch::{FetchLimits, Meter, fetch_catalogue};
use super::{Caller, CaseError, Desk, Touched, Work};
use crate::domain::audit::{Act, Hash, hex};
use crate::domain::catalogue::Dataset;
use crate::domain::dcat::{Imported, MetadataField, Parsed, Skipped, Step, WebUrl, parse, reimport};
use crate::domain::id::{DatasetId, DepartmentId, ImportId};
use crate::domain::import::ImportCounts;
use crate::domain::people::{Capacity, Role};
use crate::domain::scope::check_slug;
use crate::domain::text::{Invalid, Slug};
use crate::domain::tier::Tier;
use crate::store::imports::ImportRun;
use crate::store::people::{self, Department};
use crate::store::{datasets, imports};
pub use outward::data_json;

/// The longest note of where a catalogue came from, in characters.
const SOURCE_MAX: usize = 500;
/// Runs shown in one list.
const RUNS_MAX: i64 = 100;

/// What became of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// A dataset was made of it.
    Created,
    /// Its dataset was brought up to date.
    Updated,
    /// Its dataset says this already.
    Unchanged,
    /// It was not taken.
    Skipped,
}

impl Outcome {
    /// The word for lists and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Unchanged => "unchanged",
            Self::Skipped => "skipped",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What became of one record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fate {
    /// Its place in the source, from 1.
    pub place: usize,
    /// Its title, or its identifier, or nothing that can be named.
    pub title: String,
    /// What became of it.
    pub outcome: Outcome,
    /// The dataset's slug here.
    pub slug: Option<String>,
    /// What was repaired, by field; empty where the record was sound.
    pub repairs: Vec<String>,
    /// Why it was skipped, which of our edits were kept, whose dataset it became.
    pub remarks: Vec<String>,
    /// The tier that its content suggests; a steward sets the tier.
    pub suggested_tier: Option<Tier>,
    /// Why that tier is suggested.
    pub suggested_because: Vec<String>,
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

impl ImportReport {
    /// How many records came to what.
    #[must_use]
    pub const fn counts(&self) -> ImportCounts {
        ImportCounts {
            created: self.created,
            updated: self.updated,
            unchanged: self.unchanged,
            repaired: self.repaired,
            skipped: self.skipped,
        }
    }
}

/// Imports a catalogue. Records whose publisher is a department of the caller's go there, the others to `department`.
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
    import_telling(desk, caller, department, (source, bytes), |_, _| {})
}

/// The same; `told` hears how many of how many records are done.
///
/// # Errors
/// As [`import`].
pub fn import_telling(
    desk: &Desk,
    caller: &Caller,
    department: DepartmentId,
    (source, bytes): (&str, &[u8]),
    told: impl FnMut(usize, usize),
) -> Result<ImportReport, CaseError> {
    let parsed = read(source, bytes)?;
    let taking = Taking { id: desk.new_id(desk.clock.now()), department, source, bytes, parsed: &parsed };
    take_in(desk, caller, &taking, (told, |_, _| Ok(())))
}

/// A catalogue that can be read as a whole.
fn read(source: &str, bytes: &[u8]) -> Result<Parsed, Invalid> {
    let base = WebUrl::parse("source", source).ok();
    parse(bytes, base.as_ref()).map_err(|error| Invalid::new("catalogue", "not_a_catalogue", error.to_string()))
}

/// What is taken in.
struct Taking<'a> {
    id: ImportId,
    department: DepartmentId,
    source: &'a str,
    bytes: &'a [u8],
    parsed: &'a Parsed,
}

/// Takes every record in, in one act. `told` hears how many of how many are done; `at_end` belongs to the act.
fn take_in(
    desk: &Desk,
    caller: &Caller,
    taking: &Taking<'_>,
    (told, at_end): (impl FnMut(usize, usize), impl FnOnce(&mut Work<'_>, &ImportReport) -> Result<(), CaseError>),
) -> Result<ImportReport, CaseError> {
    let capacity = steward(caller, taking.department)?;
    desk.act(caller, |work| {
        let report = take_all(work, taking, told)?;
        let kept = crate::store::to_json("import report", &report)?;
        let after = json!({
            "source": report.source, "created": report.created, "updated": report.updated,
            "unchanged": report.unchanged, "repaired": report.repaired, "skipped": report.skipped,
            "catalogue_sha256": sha256(taking.bytes), "report_sha256": sha256(kept.as_bytes()),
        });
        imports::insert(work.conn, &run_of(work, &report, taking.department, kept))?;
        work.record(Act::new("catalogue.import", capacity, "import", report.id).change(Value::Null, after))?;
        at_end(work, &report)?;
        Ok(report)
    })
}

/// Fetches a catalogue and imports it. Nothing is fetched for somebody who may not import.
///
/// # Errors
/// As [`import`]; an invalid `url` with the reason why nothing could be fetched.
pub async fn import_from(
    desk: &Desk,
    caller: Caller,
    department: DepartmentId,
    url: String,
) -> Result<ImportReport, CaseError> {
    steward(&caller, department)?;
    let bytes =
        fetch_catalogue(&url, &desk.options.upstream_networks, (FetchLimits::default(), &Meter::default())).await?;
    desk.run(move |desk| import(desk, &caller, department, &url, &bytes)).await
}

/// The newest runs for the caller's departments; every run for auditors. Reports are left out of the list.
///
/// # Errors
/// What the store says.
pub fn runs(desk: &Desk, caller: &Caller) -> Result<Vec<ImportRun>, CaseError> {
    let ours = caller.actor.departments(READERS);
    let sees_all = caller.actor.holds_anywhere(Role::Auditor);
    desk.read(|conn| imports::newest(conn, (!sees_all).then_some(ours.as_slice()), RUNS_MAX))
}

/// The report of a run.
///
/// # Errors
/// [`CaseError::Missing`] for who is neither of its department nor an auditor.
pub fn report(desk: &Desk, caller: &Caller, id: ImportId) -> Result<(ImportRun, ImportReport), CaseError> {
    let (run, report) = desk.read(|conn| imports::by_id(conn, id))?;
    let is_ours = caller.actor.departments(READERS).contains(&run.department);
    if !is_ours && !caller.actor.holds_anywhere(Role::Auditor) {
        return Err(CaseError::Missing);
    }
    Ok((run, crate::store::from_json("import report", &report)?))
}

fn sha256(bytes: &[u8]) -> String {
    let sum: Hash = Sha256::digest(bytes).into();
    hex(&sum)
}

fn run_of(work: &Work<'_>, report: &ImportReport, department: DepartmentId, kept: String) -> (ImportRun, String) {
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let run = ImportRun {
        id: report.id,
        at: work.now,
        by_name: work.caller.actor.name.clone(),
        department,
        source: report.source.clone(),
        counts: [count(report.created), count(report.updated), count(report.unchanged)],
        repaired: count(report.repaired),
        skipped: count(report.skipped),
    };
    (run, kept)
}

fn take_all(
    work: &mut Work<'_>,
    taking: &Taking<'_>,
    mut told: impl FnMut(usize, usize),
) -> Result<ImportReport, CaseError> {
    let departments = people::departments(work.conn)?;
    let parsed = taking.parsed;
    let mut report = ImportReport {
        id: taking.id,
        source: taking.source.chars().take(SOURCE_MAX).collect(),
        created: 0,
        updated: 0,
        unchanged: 0,
        repaired: parsed.report.repaired,
        skipped: 0,
        remarks: parsed.report.remarks.clone(),
        records: Vec::new(),
    };
    for (place, record) in parsed.records.iter().enumerate() {
        told(place, parsed.records.len());
        let fate = match record {
            Ok(record) => take(work, record, &departments, taking.department)?,
            Err(skipped) => skip(skipped),
        };
        match fate.outcome {
            Outcome::Created => report.created += 1,
            Outcome::Updated => report.updated += 1,
            Outcome::Unchanged => report.unchanged += 1,
            Outcome::Skipped => report.skipped += 1,
        }
        report.records.push(fate);
    }
    Ok(report)
}

fn skip(skipped: &Skipped) -> Fate {
    Fate {
        place: skipped.index.saturating_add(1),
        title: skipped.title.clone().or_else(|| skipped.identifier.clone()).unwrap_or_default(),
        outcome: Outcome::Skipped,
        slug: None,
        repairs: Vec::new(),
        remarks: vec![skipped.reason.clone()],
        suggested_tier: None,
        suggested_because: Vec::new(),
    }
}

fn take(
    work: &mut Work<'_>,
    record: &Imported,
    departments: &[Department],
    fallback: DepartmentId,
) -> Result<Fate, CaseError> {
    let mut fate = Fate {
        place: record.index.saturating_add(1),
        title: record.metadata.title.to_string(),
        outcome: Outcome::Skipped,
        slug: None,
        repairs: record.repairs.iter().map(|repair| format!("{}: {}", repair.field, repair.message)).collect(),
        remarks: Vec::new(),
        suggested_tier: None,
        suggested_because: Vec::new(),
    };
    let dataset = match datasets::by_identifier(work.conn, record.identifier.as_str())? {
        None => Some(add(work, record, departments, fallback, &mut fate)?),
        Some(known) if steward(work.caller, known.department).is_err() => {
            fate.remarks.push("A dataset of another department has this identifier.".to_owned());
            None
        }
        Some(known) => Some(bring_up_to_date(work, known, record, &mut fate)?),
    };
    if let Some(dataset) = dataset {
        let suggested = suggestion(work.desk, &dataset);
        fate.slug = Some(dataset.slug);
        fate.suggested_tier = Some(suggested.tier);
        fate.suggested_because = suggested.because;
    }
    Ok(fate)
}

fn add(
    work: &mut Work<'_>,
    record: &Imported,
    departments: &[Department],
    fallback: DepartmentId,
    fate: &mut Fate,
) -> Result<Dataset, CaseError> {
    let id: DatasetId = work.new_id();
    let slug = free_slug(work, record.metadata.title.as_str(), id)?;
    let city = work.desk.profile.city.as_str();
    let publisher = record.metadata.publisher.as_ref().and_then(|name| office(name.as_str(), city, departments));
    let owner = publisher.filter(|found| steward(work.caller, found.id).is_ok()).map_or(fallback, |found| found.id);
    if let Some(other) = publisher.filter(|found| found.id != owner) {
        fate.remarks.push(format!("Its publisher looks like {}, for which you may not act.", other.name));
    }
    let identifier = record.identifier.to_string();
    let dataset = Dataset {
        is_imported: true,
        is_published: true,
        ..new_dataset(work, id, &slug, owner, identifier, record.metadata.clone())
    };
    datasets::insert(work.conn, &dataset)?;
    fate.outcome = Outcome::Created;
    Ok(dataset)
}

fn bring_up_to_date(
    work: &mut Work<'_>,
    known: Dataset,
    record: &Imported,
    fate: &mut Fate,
) -> Result<Dataset, CaseError> {
    let (kept, dataset) = match reimport(Some((&known.metadata, &known.edited)), record) {
        Step::Update(merge) => {
            let mut next = Dataset { metadata: merge.metadata, updated_at: work.now, ..known };
            close_if_prohibited(work, &mut next, fate)?;
            datasets::save(work.conn, &next)?;
            work.touch(Touched::Dataset(next.id));
            fate.outcome = Outcome::Updated;
            (merge.kept, next)
        }
        Step::Unchanged { kept } => {
            fate.outcome = Outcome::Unchanged;
            (kept, known)
        }
        // There is a dataset, so nothing is to be added.
        Step::Add => return Ok(known),
    };
    if !kept.is_empty() {
        let names: Vec<&str> = kept.into_iter().map(field_name).collect();
        fate.remarks.push(format!("The source differs, but staff edited these here: {}.", names.join(", ")));
    }
    Ok(dataset)
}

/// Content that came in may be what the law forbids to share. Nobody is here to be asked, so the dataset closes: a
/// grant never exceeds what the law allows (spec section 5, rule 1). A steward who finds it harmless can change the
/// title or the keywords and set the tier again.
fn close_if_prohibited(work: &mut Work<'_>, dataset: &mut Dataset, fate: &mut Fate) -> Result<(), CaseError> {
    let Some(tier) = dataset.tier.filter(|tier| *tier != Tier::Prohibited) else { return Ok(()) };
    let Some(statute) = prohibition(work.desk, dataset, work.now) else { return Ok(()) };
    dataset.tier = Some(Tier::Prohibited);
    fate.remarks.push(format!("Closed: its tier was {} and is X now. {statute}", tier.as_str()));
    let (before, after) = (json!({ "tier": tier }), json!({ "tier": Tier::Prohibited, "because": statute }));
    record(work, "dataset.set_tier", Capacity::Service, dataset, before, after)
}

/// A field by its name in the standard.
const fn field_name(field: MetadataField) -> &'static str {
    match field {
        MetadataField::Title => "title",
        MetadataField::Description => "description",
        MetadataField::Keywords => "keyword",
        MetadataField::Themes => "theme",
        MetadataField::Publisher => "publisher",
        MetadataField::Contact => "contactPoint",
        MetadataField::Modified => "modified",
        MetadataField::Issued => "issued",
        MetadataField::License => "license",
        MetadataField::Rights => "rights",
        MetadataField::Spatial => "spatial",
        MetadataField::Temporal => "temporal",
        MetadataField::Frequency => "accrualPeriodicity",
        MetadataField::LandingPage => "landingPage",
        MetadataField::AccessLevel => "accessLevel",
        MetadataField::Distributions => "distribution",
    }
}

/// The department that a publisher's name means: the same words, whatever is said about the city and the word
/// "department" around them.
fn office<'a>(publisher: &str, city: &str, departments: &'a [Department]) -> Option<&'a Department> {
    let wanted = office_words(publisher, city);
    let has_words = !wanted.is_empty();
    departments.iter().find(|known| has_words && office_words(&known.name, city) == wanted)
}

fn office_words(name: &str, city: &str) -> Vec<String> {
    let split = |text: &str| -> Vec<String> {
        let lowered = text.to_lowercase();
        lowered.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
    };
    let about_the_city = split(city);
    let is_filler = |word: &String| {
        ["city", "of", "the", "and", "dept", "department"].contains(&word.as_str()) || about_the_city.contains(word)
    };
    split(name).into_iter().filter(|word| !is_filler(word)).collect()
}

/// A slug made of the title that no dataset has and that the gate does not keep for itself.
fn free_slug(work: &mut Work<'_>, title: &str, id: DatasetId) -> Result<String, CaseError> {
    const BASE_MAX: usize = 50;
    const TRIES_MAX: usize = 20;
    let base: String =
        Slug::from_title(title).map_or_else(String::new, |slug| slug.as_str().chars().take(BASE_MAX).collect());
    let base = base.trim_end_matches('-');
    let numbered = (2..=TRIES_MAX).map(|number| format!("{base}-{number}"));
    for slug in std::iter::once(base.to_owned()).chain(numbered) {
        if check_slug(&slug).is_ok() && !datasets::has_slug(work.conn, &slug)? {
            return Ok(slug);
        }
    }
    Ok(format!("dataset-{id}"))
}
