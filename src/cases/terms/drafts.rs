//! The next version of terms while it is written: saved, looked at beside what binds now, published as it was looked at.
//! A draft binds nobody and is seen by administrators only.

use std::collections::BTreeMap;

use serde_json::json;

use super::NewTerms;
use crate::cases::drafting::{parameters, written};
use crate::cases::{Caller, CaseError, Desk, Work, renewal, terms};
use crate::domain::agreement::Agreement;
use crate::domain::audit::Act;
use crate::domain::id::AgreementId;
use crate::domain::notice::{Notice, Recipient};
use crate::domain::refusal::Refusal;
use crate::domain::terms::{Difference, TERMS_BYTES_MAX, TermsFamily, TermsVersion, TextHash, compare, current};
use crate::domain::text::{Invalid, readable};
use crate::domain::time::{Day, Instant};
use crate::store::terms::Draft;
use crate::store::{AnyConnection, StoreError, terms as kept};

/// A draft as typed.
#[derive(Clone, Debug)]
pub struct Typed {
    /// The title.
    pub title: String,
    /// The text.
    pub markdown: String,
    /// Whether holders are to accept it anew.
    pub is_material: bool,
    /// The day from which it is to bind.
    pub effective_on: Option<Day>,
}

/// The draft of a family, where there is one.
///
/// # Errors
/// [`CaseError::Missing`] for who is not an administrator.
pub fn find(desk: &Desk, caller: &Caller, family: TermsFamily) -> Result<Option<Draft>, CaseError> {
    terms::publisher(caller)?;
    desk.read(|conn| kept::draft(conn, family))
}

/// Saves a draft over the version it was made from (0 begins one). It need not be finished; only what nobody could read
/// is refused.
///
/// # Errors
/// Text that is too long or has hidden characters; [`CaseError::Stale`] when somebody saved meanwhile.
pub fn save(desk: &Desk, caller: &Caller, family: TermsFamily, typed: &Typed, version: i64) -> Result<i64, CaseError> {
    let capacity = terms::publisher(caller)?;
    let title = readable("title", &typed.title, 200);
    let markdown = readable("markdown", &typed.markdown, TERMS_BYTES_MAX);
    let problems: Vec<Invalid> =
        [title.as_ref().err(), markdown.as_ref().err()].into_iter().flatten().cloned().collect();
    let (Ok(title), Ok(markdown)) = (title, markdown) else { return Err(CaseError::Invalid(problems)) };
    desk.act(caller, |work| {
        let hash = TextHash::of(&markdown).to_string();
        let draft = Draft {
            family,
            title,
            markdown,
            is_material: typed.is_material,
            effective_on: typed.effective_on,
            by_name: caller.actor.name.clone(),
            saved_at: work.now,
            version,
        };
        let next = kept::save_draft(work.conn, &draft, caller.actor.account)?;
        let after = json!({ "version": next, "title": draft.title, "hash": hash, "material": draft.is_material });
        work.record(Act::new("terms.draft", capacity, "terms", family.as_str()).change(json!(null), after))?;
        Ok(next)
    })
}

/// Throws a draft away, in the version that was seen.
///
/// # Errors
/// [`CaseError::Stale`] when somebody saved or published it meanwhile.
pub fn discard(desk: &Desk, caller: &Caller, family: TermsFamily, version: i64) -> Result<(), CaseError> {
    let capacity = terms::publisher(caller)?;
    desk.act(caller, |work| {
        let draft = kept::draft(work.conn, family)?.ok_or(CaseError::Missing)?;
        kept::drop_draft(work.conn, family, version)?;
        let before = json!({ "title": draft.title, "hash": TextHash::of(&draft.markdown).to_string() });
        work.record(Act::new("terms.discard_draft", capacity, "terms", family.as_str()).change(before, json!(null)))
    })
}

/// An agreement filled in with the draft, as its holder would read it.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The agreement's number.
    pub number: String,
    /// The whole text, Markdown.
    pub text: String,
}

/// A draft looked at before it is published.
#[derive(Clone, Debug)]
pub struct Review {
    /// The draft.
    pub draft: Draft,
    /// The version that it would be now; none while something keeps it from being published.
    pub planned: Option<TermsVersion>,
    /// What keeps it from being published.
    pub problems: Vec<Invalid>,
    /// What it is compared with; none where the family has no version.
    pub against: Option<TermsVersion>,
    /// Every published version, newest first.
    pub versions: Vec<TermsVersion>,
    /// Clause by clause.
    pub differences: Vec<Difference>,
    /// Running agreements under an earlier version, newest first.
    pub concerned: Vec<Agreement>,
    /// How many parties are told; none where the change is not material.
    pub told: usize,
    /// What they are told, to nobody yet.
    pub notice: Option<Notice>,
    /// A real agreement with the draft filled in.
    pub sample: Option<Sample>,
}

/// What is asked of a review.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked {
    /// Compare with this version instead of the one that binds now.
    pub against: Option<u32>,
    /// Fill in this agreement instead of the newest.
    pub agreement: Option<AgreementId>,
}

/// Looks at a draft: what it changes, whom it concerns, what they would be told, and how an agreement would read.
///
/// # Errors
/// [`CaseError::Missing`] when there is no draft, no such version, or no such agreement under the family.
pub fn review(desk: &Desk, caller: &Caller, family: TermsFamily, asked: Asked) -> Result<Review, CaseError> {
    terms::publisher(caller)?;
    let now = desk.clock.now();
    desk.store.read(|conn| {
        let draft = kept::draft(conn, family)?.ok_or(CaseError::Missing)?;
        let versions = kept::versions(conn, family)?;
        let (planned, problems) = plan(desk, &versions, &draft, now)?;
        let against = match asked.against {
            Some(number) => Some(versions.iter().find(|known| known.number == number).ok_or(CaseError::Missing)?),
            None => current(&versions, family, now).or(versions.first()),
        };
        let text = planned.as_ref().map_or(draft.markdown.as_str(), |version| version.markdown.as_str());
        let before = against.map(|version| version.markdown.as_str()).unwrap_or_default();
        let differences = compare(before, text);
        let concerned = terms::concerned(conn, &versions)?;
        let material = planned.as_ref().filter(|version| version.material);
        let told = material.map_or(0, |_| terms::holders(&concerned).len());
        let notice = material.map(|version| terms::published(desk, version, Recipient::Address(String::new())));
        let sample = match &planned {
            Some(version) => sample(desk, conn, version, &concerned, asked.agreement)?,
            None => None,
        };
        Ok(Review {
            against: against.cloned(),
            draft,
            planned,
            problems,
            versions,
            differences,
            concerned,
            told,
            notice,
            sample,
        })
    })
}

/// The version that a draft would be now, or everything that keeps it from it.
fn plan(
    desk: &Desk,
    versions: &[TermsVersion],
    draft: &Draft,
    now: Instant,
) -> Result<(Option<TermsVersion>, Vec<Invalid>), CaseError> {
    let planned = new_terms(desk, draft)
        .map_err(CaseError::from)
        .and_then(|new| terms::planned(desk, versions, &new, (desk.new_id(now), now)));
    match planned {
        Ok(version) => Ok((Some(version), Vec::new())),
        Err(CaseError::Invalid(problems)) => Ok((None, problems)),
        Err(other) => Err(other),
    }
}

fn new_terms(desk: &Desk, draft: &Draft) -> Result<NewTerms, Invalid> {
    Ok(NewTerms {
        family: draft.family,
        title: draft.title.clone(),
        markdown: draft.markdown.clone(),
        is_material: draft.is_material,
        effective_at: draft.effective_on.map(|day| terms::begin_of(desk, day)).transpose()?,
    })
}

/// A real agreement under the planned version, as its holder would be asked to accept it.
fn sample(
    desk: &Desk,
    conn: &mut AnyConnection,
    version: &TermsVersion,
    concerned: &[Agreement],
    wanted: Option<AgreementId>,
) -> Result<Option<Sample>, CaseError> {
    let chosen = match wanted {
        Some(id) => Some(concerned.iter().find(|agreement| agreement.id == id).ok_or(CaseError::Missing)?),
        None => concerned.first(),
    };
    let Some(agreement) = chosen else { return Ok(None) };
    let application = renewal::application_of(conn, agreement)?;
    let values: BTreeMap<String, String> =
        parameters(desk, conn, &application, &agreement.schedules, &agreement.number)?;
    let draft = written(version.clone(), agreement.number.clone(), values, agreement.schedules.clone())?;
    Ok(Some(Sample { number: agreement.number.clone(), text: draft.text }))
}

/// Publishes the draft exactly as it was looked at.
///
/// # Errors
/// What keeps it from being published; [`CaseError::Stale`] when somebody saved or published it meanwhile.
pub fn publish(desk: &Desk, caller: &Caller, family: TermsFamily, version: i64) -> Result<TermsVersion, CaseError> {
    let capacity = terms::publisher(caller)?;
    desk.act(caller, |work| {
        let draft = seen(work, family, version)?;
        let new = new_terms(work.desk, &draft)?;
        let published = terms::publish_within(work, capacity, &new)?;
        kept::drop_draft(work.conn, family, version)?;
        Ok(published)
    })
}

fn seen(work: &mut Work<'_>, family: TermsFamily, version: i64) -> Result<Draft, CaseError> {
    let none = || Refusal::new("no_draft", "There is no draft of these terms any more. It may have been published.");
    let draft = kept::draft(work.conn, family)?.ok_or_else(none)?;
    if draft.version == version { Ok(draft) } else { Err(StoreError::Stale.into()) }
}
