//! Signatures: what is typed to sign, and the evidence kept of it (CGS §§1-266 to 1-286). Never takes a signature for
//! another text than the one that was shown.

use serde::{Deserialize, Serialize};

use super::drafting::DraftText;
use super::{CaseError, Desk, Work};
use crate::domain::agreement::{CONSENT_VERSION, Evidence};
use crate::domain::application::Application;
use crate::domain::refusal::Refusal;
use crate::domain::terms::AcceptedTerms;
use crate::domain::text::{Invalid, readable};
use crate::domain::tier::Tier;

/// Longest name and title typed to sign, in characters.
const SIGNED_MAX: usize = 200;

/// The signature block as typed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Signature {
    /// Digest of the page that was reviewed.
    pub reviewed: String,
    /// The terms version shown.
    pub terms: String,
    /// The hash of its text.
    pub terms_hash: String,
    /// The hash of the agreement text shown.
    pub text_hash: String,
    /// The name typed.
    pub name: String,
    /// The title typed.
    pub title: String,
    /// States authority to sign.
    pub has_authority: bool,
    /// Agrees to sign electronically.
    pub consents: bool,
    /// Declarations ticked, by id.
    pub declarations: Vec<String>,
}

/// Every declaration of the profile that fits the tiers must be ticked.
pub(super) fn must_declare(desk: &Desk, application: &Application, signature: &Signature) -> Result<(), CaseError> {
    let tiers: Vec<Tier> = application.items.iter().map(|item| item.tier).collect();
    must_declare_for(desk, &tiers, signature)
}

/// The same for the tiers of an agreement.
pub(super) fn must_declare_for(desk: &Desk, tiers: &[Tier], signature: &Signature) -> Result<(), CaseError> {
    let missing = desk
        .profile
        .declarations_for(tiers)
        .into_iter()
        .any(|declaration| !signature.declarations.iter().any(|ticked| ticked == declaration.id.as_str()));
    if missing {
        return Err(Invalid::new("declarations", "declarations_needed", "Confirm every declaration to submit.").into());
    }
    Ok(())
}

/// The declarations that were ticked, of those the profile knows.
fn declared(desk: &Desk, signature: &Signature) -> Vec<String> {
    let known = desk.profile.declarations.iter().map(|declaration| declaration.id.as_str().to_owned());
    known.filter(|id| signature.declarations.contains(id)).collect()
}

/// The evidence of a signature, after checking that what was signed is what would be executed.
pub(super) fn evidence(work: &Work<'_>, draft: &DraftText, signature: &Signature) -> Result<Evidence, CaseError> {
    let changed =
        || Refusal::new("terms_changed", "The terms or the text changed since you read them. Review them again.");
    let accepted = AcceptedTerms {
        id: signature.terms.parse().map_err(|_not_an_id| changed())?,
        hash: signature.terms_hash.parse().map_err(|_not_a_hash| changed())?,
    };
    draft.terms.check_acceptance(accepted).map_err(|_differs| changed())?;
    if signature.text_hash != draft.hash {
        return Err(changed().into());
    }
    Ok(Evidence {
        account: work.caller.actor.account.ok_or(CaseError::Missing)?,
        terms: draft.terms.id,
        terms_hash: draft.terms.hash.to_string(),
        text_hash: draft.hash.clone(),
        reviewed: signature.reviewed.clone(),
        declarations: declared(work.desk, signature),
        consent: if signature.consents { CONSENT_VERSION.to_owned() } else { String::new() },
        name: readable("name", &signature.name, SIGNED_MAX)?,
        title: readable("title", &signature.title, SIGNED_MAX)?,
        has_authority: signature.has_authority,
        at: work.now,
        zone: work.desk.profile.zone.name().to_owned(),
        address: work.caller.actor.address.map(|address| address.to_string()).unwrap_or_default(),
        agent: work.caller.agent.clone(),
    })
}
