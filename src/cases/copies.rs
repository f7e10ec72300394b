//! A copy of a signed agreement to keep: its text with everything that proves it. Reads only.

use super::agree::{self, AgreementView};
use super::{Caller, CaseError, Desk};
use crate::domain::agreement::{Agreement, Evidence};
use crate::domain::application::{Item, ItemState};
use crate::domain::id::{AgreementId, DepartmentId};
use crate::domain::review::Decision;
use crate::domain::terms::TermsVersion;
use crate::domain::time::Instant;
use crate::store::{AnyConnection, StoreError, applications, people, renewals, terms};

/// What a copy is made from.
#[derive(Clone, Debug)]
pub struct AgreementCopy {
    /// The agreement with its text and the service's signature.
    pub view: AgreementView,
    /// The signature first, then each later acceptance of terms, with the terms it names.
    pub signatures: Vec<(Evidence, TermsVersion)>,
    /// What the departments decided.
    pub decisions: Vec<Decided>,
}

/// What a department decided on some of the data.
#[derive(Clone, Debug)]
pub struct Decided {
    /// The department's name.
    pub department: String,
    /// The dataset's title; empty where it was all of them.
    pub dataset: String,
    /// What was decided, as a sentence.
    pub words: String,
    /// Who; empty where nobody had to.
    pub by: String,
    /// When.
    pub at: Instant,
}

/// A copy for the agreement's side, and for the staff who may read it.
///
/// # Errors
/// [`CaseError::Missing`] for everybody else, and while nothing is signed.
pub fn of_agreement(desk: &Desk, caller: &Caller, id: AgreementId) -> Result<AgreementCopy, CaseError> {
    let view = match agree::mine(desk, caller, id) {
        Err(CaseError::Missing) => agree::for_staff(desk, caller, id)?,
        other => other?,
    };
    let agreement = &view.agreement;
    let first = agreement.execution().map(|execution| execution.signature.clone()).ok_or(CaseError::Missing)?;
    let (signatures, decisions) = desk.read(|conn| {
        let all = std::iter::once(first).chain(agreement.accepted.iter().cloned());
        let signatures = all.map(|one| terms::by_id(conn, one.terms).map(|terms| (one, terms)));
        let signatures = signatures.collect::<Result<Vec<_>, _>>()?;
        Ok((signatures, decisions(conn, agreement)?))
    })?;
    Ok(AgreementCopy { view, signatures, decisions })
}

fn decisions(conn: &mut AnyConnection, agreement: &Agreement) -> Result<Vec<Decided>, StoreError> {
    let departments = people::departments(conn)?;
    let name = |id: DepartmentId| {
        let found = departments.iter().find(|department| department.id == id);
        found.map(|department| department.name.clone()).unwrap_or_default()
    };
    if let Some(renewal) = renewals::that_made(conn, agreement.id)? {
        let confirmed = renewal.confirmations().iter().map(|one| Decided {
            department: name(one.department),
            dataset: String::new(),
            words: "Confirmed the renewal.".to_owned(),
            by: one.by_name.clone(),
            at: one.at,
        });
        return Ok(confirmed.collect());
    }
    let application = applications::by_id(conn, agreement.application)?;
    let is_granted = |item: &&Item| agreement.schedules.iter().any(|schedule| schedule.slug == item.slug);
    let items = application.items.iter().filter(is_granted);
    Ok(items.flat_map(|item| of_item(item, &name(item.department))).collect())
}

fn of_item(item: &Item, department: &str) -> Vec<Decided> {
    let decided = |words: &str, by: &str, at: Instant| Decided {
        department: department.to_owned(),
        dataset: item.title.clone(),
        words: words.to_owned(),
        by: by.to_owned(),
        at,
    };
    let approved = |decision: &Decision, words: &str| decided(words, &decision.by_name, decision.at);
    match &item.state {
        ItemState::Granted { at } => vec![decided("Granted by accepting the terms, without a decision.", "", *at)],
        ItemState::Approved { decision, first } => {
            let first = first.iter().map(|first| approved(first, "Approved, as the first of two people."));
            let words = if decision.verdict.is_as_asked() { "Approved as asked." } else { "Approved with conditions." };
            first.chain(std::iter::once(approved(decision, words))).collect()
        }
        ItemState::Pending { .. } | ItemState::Denied { .. } => Vec::new(),
    }
}
