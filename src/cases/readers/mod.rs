//! Who could read a dataset in a span of the past, under which text, approved by whom, and what stood in the way: from
//! entries of the chain, decisions and holds, so that the answer is that of then and not of now. For auditors; changes
//! nothing.

mod past;
mod request;
#[cfg(test)]
mod tests;

use super::named::find;
use super::sheets::{Sheet, taken};
use super::{Caller, CaseError, Desk};
use crate::domain::agreement::{Agreement, Evidence, Schedule};
use crate::domain::catalogue::Dataset;
use crate::domain::hold::Hold;
use crate::domain::id::{DatasetId, KeyId};
use crate::domain::people::{Capacity, Role};
use crate::domain::readers::{Obstacle, Past, Reading, Span, Spans};
use crate::domain::text::Invalid;
use crate::domain::tier::Tier;
use crate::domain::time::Instant;
use crate::store::{AnyConnection, StoreError, agreements, datasets, holds, terms};

pub use request::{ExplainedCall, ExplainedRequest, explain};

/// Agreements of one answer; a longer one says that it is cut.
pub const AGREEMENTS_MAX: usize = 1_000;
/// The longest span of one answer.
pub const DAYS_MAX: i64 = 366;

/// Who could read.
#[derive(Clone, Debug)]
pub struct Readers {
    /// The dataset as it is now.
    pub dataset: Dataset,
    /// Its tier at the end of the span.
    pub tier: Option<Tier>,
    /// The span that was asked about.
    pub span: Span,
    /// When everybody could read without a key.
    pub open: Spans,
    /// Every agreement on it that was in force at some time of the span, in order of their making.
    pub agreements: Vec<AgreementReaders>,
    /// Whether there are more agreements than are told.
    pub is_cut: bool,
}

/// An agreement with those who could read under it.
#[derive(Clone, Debug)]
pub struct AgreementReaders {
    /// The agreement as it is now.
    pub agreement: Agreement,
    /// What it allows for the dataset; schedules never change.
    pub schedule: Schedule,
    /// When it was in force, within the span.
    pub in_force: Spans,
    /// The signature, or the acceptance of later terms, that bound its holder at the end of the span.
    pub bound_by: Evidence,
    /// The terms it names, such as `standard 3`.
    pub terms: String,
    /// Who had approved it.
    pub approvals: Vec<Approval>,
    /// Holds of the span on the agreement and on people whose hold stops it.
    pub holds: Vec<Hold>,
    /// Its keys of the span.
    pub keys: Vec<KeyReader>,
}

impl AgreementReaders {
    /// When some key under it could read.
    #[must_use]
    pub fn could(&self) -> Spans {
        self.keys.iter().fold(Spans::default(), |all, key| all.or(&key.reading.could))
    }
}

/// How an approval came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// By accepting the terms; nobody had to decide.
    Terms,
    /// As the first of two people.
    First,
    /// As asked.
    Asked,
    /// With conditions.
    Conditions,
    /// By confirming a renewal.
    Renewal,
}

impl How {
    /// The word for JSON, files and messages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Terms => "terms",
            Self::First => "first",
            Self::Asked => "asked",
            Self::Conditions => "conditions",
            Self::Renewal => "renewal",
        }
    }
}

/// An approval, as an entry of the chain tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// The entry.
    pub entry: i64,
    /// How.
    pub how: How,
    /// Who.
    pub by: String,
    /// Under which role.
    pub capacity: String,
    /// For which department; empty where for none.
    pub department: String,
    /// When.
    pub at: Instant,
}

/// A key, and when it could read.
#[derive(Clone, Debug)]
pub struct KeyReader {
    /// Its id.
    pub id: KeyId,
    /// What it is called now.
    pub name: String,
    /// Its first and last characters.
    pub hint: String,
    /// Its scopes of the dataset at the end of the span.
    pub scopes: Vec<String>,
    /// Where it could be used from at the end of the span; empty for anywhere.
    pub networks: Vec<String>,
    /// When it could, and why not for the rest.
    pub reading: Reading,
    /// Holds of the span on the key itself.
    pub holds: Vec<Hold>,
}

/// Who could read the dataset in the span.
///
/// # Errors
/// A span that is too long or ends before it begins; [`CaseError::Missing`] for everybody but auditors.
pub fn readers(desk: &Desk, caller: &Caller, dataset: DatasetId, span: Span) -> Result<Readers, CaseError> {
    caller.actor.acting_as(Role::Auditor)?;
    if span.until <= span.from {
        return Err(Invalid::new("to", "order", "The end must not lie before the beginning.").into());
    }
    if (span.until - span.from).num_days() > DAYS_MAX {
        return Err(Invalid::new("to", "too_long", format!("Choose at most {DAYS_MAX} days.")).into());
    }
    desk.read(|conn| answer(conn, desk, dataset, span))
}

/// The dataset that was typed: its short name or id.
///
/// # Errors
/// [`CaseError::Missing`] when there is none.
pub fn dataset_named(desk: &Desk, text: &str) -> Result<DatasetId, CaseError> {
    find(desk, "dataset", text)?.parse().or(Err(CaseError::Missing))
}

fn answer(conn: &mut AnyConnection, desk: &Desk, id: DatasetId, span: Span) -> Result<Readers, StoreError> {
    let dataset = datasets::by_id(conn, id)?;
    let tiers = past::tiers(conn, &dataset)?;
    let mut found = agreements::signed_on(conn, id, (span.from, span.until), AGREEMENTS_MAX + 1)?;
    let is_cut = found.len() > AGREEMENTS_MAX;
    found.truncate(AGREEMENTS_MAX);
    let mut people = past::People::default();
    let mut told = Vec::new();
    for agreement in found {
        let schedules: Vec<Schedule> =
            agreement.schedules.iter().filter(|schedule| schedule.dataset == id).cloned().collect();
        for schedule in schedules {
            let facts = AgreementFacts { schedule: &schedule, span, served: &tiers.served, zone: desk.profile.zone };
            told.extend(of_agreement(conn, &agreement, &facts, &mut people)?);
        }
    }
    let open = tiers.open.and(&Spans::of([span]));
    Ok(Readers { tier: tiers.before(span.until), dataset, span, open, agreements: told, is_cut })
}

/// What is the same for every key of an agreement.
struct AgreementFacts<'a> {
    schedule: &'a Schedule,
    span: Span,
    served: &'a Spans,
    zone: chrono_tz::Tz,
}

fn of_agreement(
    conn: &mut AnyConnection,
    agreement: &Agreement,
    facts: &AgreementFacts<'_>,
    people: &mut past::People,
) -> Result<Option<AgreementReaders>, StoreError> {
    let AgreementFacts { schedule, span, served, zone } = *facts;
    let Some(execution) = agreement.execution() else { return Ok(None) };
    let force = past::force(conn, agreement, schedule, zone)?;
    let in_force = force.and(&Spans::of([span]));
    if in_force.is_empty() {
        return Ok(None);
    }
    let stops = past::holds_above(conn, agreement, people)?;
    let held_above = past::stopped(stops.iter().map(|(hold, when)| (hold, when.clone())));
    let mut keys = Vec::new();
    for life in past::lives(conn, agreement, schedule)? {
        if life.there.and(&Spans::of([span])).is_empty() {
            continue;
        }
        let own = holds::on(conn, crate::domain::hold::HoldTarget::Key(life.id))?;
        let held = past::stopped(own.iter().map(|hold| (hold, past::while_placed(hold))));
        let past = Past {
            agreement: force.clone(),
            key: life.works.clone(),
            scope: life.opens.clone(),
            served: served.clone(),
            held: held_above.or(&held),
        };
        keys.push(KeyReader {
            id: life.id,
            scopes: life.scopes_before(span.until, &schedule.slug),
            networks: life.networks_before(span.until),
            name: life.name,
            hint: life.hint,
            reading: past.within(span),
            holds: own.into_iter().filter(|hold| past::touches(&past::while_placed(hold), span)).collect(),
        });
    }
    let later = agreement.accepted.iter().rev().find(|evidence| evidence.at < span.until);
    let bound_by = later.unwrap_or(&execution.signature).clone();
    let version = terms::by_id(conn, bound_by.terms)?;
    Ok(Some(AgreementReaders {
        approvals: past::approvals(conn, agreement, schedule, execution.at)?,
        holds: stops.into_iter().filter(|(_, when)| past::touches(when, span)).map(|(hold, _)| hold).collect(),
        terms: format!("{} {}", version.family.as_str(), version.number),
        schedule: schedule.clone(),
        agreement: agreement.clone(),
        in_force,
        bound_by,
        keys,
    }))
}

const HEADS: &[&str] = &[
    "dataset",
    "agreement",
    "holder",
    "text_sha256",
    "terms",
    "approved_by",
    "key",
    "key_name",
    "could_read",
    "from",
    "until",
    "why_not",
    "hold",
    "scopes",
    "networks",
    "agreement_id",
    "key_id",
];

/// The same as a table: one row for each span of each key. Taking it leaves an entry.
///
/// # Errors
/// As [`readers`].
pub fn sheet(desk: &Desk, caller: &Caller, dataset: DatasetId, span: Span) -> Result<Sheet, CaseError> {
    let found = readers(desk, caller, dataset, span)?;
    let capacity: Capacity = caller.actor.acting_as(Role::Auditor)?;
    let (heads, rows) = table(&found);
    let search = serde_json::json!({ "dataset": found.dataset.slug, "from": span.from, "until": span.until });
    taken(desk, caller, capacity, ("readers", &search, rows.len()))?;
    Ok(Sheet { heads, rows, next: None })
}

/// The answer as heads and rows.
pub(super) fn table(found: &Readers) -> (&'static [&'static str], Vec<Vec<String>>) {
    (HEADS, found.agreements.iter().flat_map(|one| rows(found, one)).collect())
}

fn rows(found: &Readers, one: &AgreementReaders) -> Vec<Vec<String>> {
    let approved: Vec<String> = one
        .approvals
        .iter()
        .map(|approval| format!("{} ({}, entry {})", approval.by, approval.capacity, approval.entry))
        .collect();
    let row = |key: Option<&KeyReader>, (could, when, why): (&str, Span, &str)| {
        let texts = |texts: &[String]| texts.join(" ");
        let holds: Vec<String> = key
            .into_iter()
            .flat_map(|key| &key.holds)
            .chain(&one.holds)
            .filter(|hold| why == Obstacle::Held.as_str() && past::touches(&past::while_placed(hold), when))
            .map(|hold| format!("{} by {}", hold.reason.as_str(), hold.by_name))
            .collect();
        vec![
            found.dataset.slug.clone(),
            one.agreement.number.clone(),
            one.agreement.requester_name.clone(),
            one.agreement.text_hash.clone(),
            one.terms.clone(),
            approved.join("; "),
            key.map(|key| key.hint.clone()).unwrap_or_default(),
            key.map(|key| key.name.clone()).unwrap_or_default(),
            could.to_owned(),
            when.from.to_rfc3339(),
            when.until.to_rfc3339(),
            why.to_owned(),
            holds.join("; "),
            key.map(|key| texts(&key.scopes)).unwrap_or_default(),
            key.map(|key| texts(&key.networks)).unwrap_or_default(),
            one.agreement.id.to_string(),
            key.map(|key| key.id.to_string()).unwrap_or_default(),
        ]
    };
    if one.keys.is_empty() {
        return one.in_force.as_slice().iter().map(|when| row(None, ("no", *when, "no_key"))).collect();
    }
    let mut all = Vec::new();
    for key in &one.keys {
        let could = key.reading.could.as_slice().iter().map(|when| row(Some(key), ("yes", *when, "")));
        let could_not = key.reading.could_not.iter().flat_map(|(why, when)| {
            when.as_slice().iter().map(|when| row(Some(key), ("no", *when, why.as_str()))).collect::<Vec<_>>()
        });
        all.extend(could.chain(could_not));
    }
    all
}
