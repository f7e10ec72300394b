//! Later terms: what an agreement's holder has still to accept, accepting it, the reminders before it binds, and the hold
//! of who did not. Accepting lifts exactly that hold and no other.

use std::collections::BTreeMap;

use super::drafting::{DraftText, parameters, written};
use super::enforce::{hold_for_terms, lift_by_service};
use super::signing::{Signature, evidence, must_declare_for};
use super::{Caller, CaseError, Desk, Work};
use crate::domain::agreement::{Agreement, AgreementCommand};
use crate::domain::audit::{About, Act};
use crate::domain::hold::{HoldReason, HoldTarget};
use crate::domain::id::{AgreementId, TermsId};
use crate::domain::notice::{Notice, NoticeKind};
use crate::domain::people::Capacity;
use crate::domain::refusal::Refusal;
use crate::domain::terms::{TermsFamily, TermsVersion};
use crate::domain::time::day_in;
use crate::store::{AnyConnection, StoreError, agreements, holds, reminders, terms};

/// Terms that an agreement has still to accept.
#[derive(Clone, Debug)]
pub struct Owed {
    /// The agreement.
    pub agreement: Agreement,
    /// The version accepted last.
    pub accepted: TermsVersion,
    /// The version to accept.
    pub next: TermsVersion,
    /// The earliest material version among those not accepted: when it binds, the agreement is held.
    pub binding: TermsVersion,
    /// The agreement's text under the version to accept.
    pub draft: DraftText,
    /// Whether the agreement is held for it already.
    pub is_held: bool,
}

/// What is to be accepted after the version accepted last: the newest version, and the first material one.
fn after<'a>(versions: &'a [TermsVersion], accepted: &TermsVersion) -> Option<(&'a TermsVersion, &'a TermsVersion)> {
    let later = || versions.iter().filter(|version| version.number > accepted.number);
    let binding = later().filter(|version| version.material).min_by_key(|version| version.number)?;
    Some((later().max_by_key(|version| version.number)?, binding))
}

fn owed(desk: &Desk, conn: &mut AnyConnection, agreement: Agreement) -> Result<Option<Owed>, CaseError> {
    if !agreement.is_live(desk.clock.now()) {
        return Ok(None);
    }
    let accepted = terms::by_id(conn, agreement.terms_accepted())?;
    let versions = terms::versions(conn, accepted.family)?;
    let Some((next, binding)) = after(&versions, &accepted) else { return Ok(None) };
    let application = super::renewal::application_of(conn, &agreement)?;
    let parameters = parameters(desk, conn, &application, &agreement.schedules, &agreement.number)?;
    let draft = written(next.clone(), agreement.number.clone(), parameters, agreement.schedules.clone())?;
    let held = holds::in_force(conn, HoldTarget::Agreement(agreement.id))?;
    let is_held = held.iter().any(|hold| hold.reason == HoldReason::TermsNotAccepted);
    Ok(Some(Owed { agreement, accepted, next: next.clone(), binding: binding.clone(), draft, is_held }))
}

/// What one of the caller's agreements has still to accept.
///
/// # Errors
/// `nothing_to_accept`; [`CaseError::Missing`] for everybody else.
pub fn of(desk: &Desk, caller: &Caller, id: AgreementId) -> Result<Owed, CaseError> {
    find(desk, caller, id)?.ok_or_else(|| nothing().into())
}

/// The same for pages that show it where there is any.
///
/// # Errors
/// [`CaseError::Missing`] for everybody else.
pub fn find(desk: &Desk, caller: &Caller, id: AgreementId) -> Result<Option<Owed>, CaseError> {
    desk.store.read(|conn| {
        let agreement = mine(conn, caller, id)?;
        owed(desk, conn, agreement)
    })
}

fn nothing() -> Refusal {
    Refusal::new("nothing_to_accept", "This agreement has no new terms to accept.")
}

fn mine(conn: &mut AnyConnection, caller: &Caller, id: AgreementId) -> Result<Agreement, CaseError> {
    let agreement = agreements::by_id(conn, id)?;
    let is_party = caller.actor.is_party(agreement.requester, agreement.organisation);
    if is_party { Ok(agreement) } else { Err(CaseError::Missing) }
}

/// Accepts the newest terms with a signature under the agreement's text as it reads then, and lifts the hold for it.
///
/// # Errors
/// `nothing_to_accept`, `terms_changed`, `declarations_needed`, those of the signature; [`CaseError::Missing`].
pub fn accept(desk: &Desk, caller: &Caller, id: AgreementId, signature: &Signature) -> Result<(), CaseError> {
    desk.act(caller, |work| {
        let asked = (id, signature);
        if work.done_before("agreement.accept_terms", &asked)?.is_some() {
            return Ok(());
        }
        crate::store::keys::locked_agreement(work.conn, id)?;
        let agreement = mine(work.conn, caller, id)?;
        let owed = owed(work.desk, work.conn, agreement)?.ok_or_else(nothing)?;
        let tiers: Vec<_> = owed.agreement.schedules.iter().map(|schedule| schedule.tier).collect();
        must_declare_for(work.desk, &tiers, signature)?;
        let signature = evidence(work, &owed.draft, signature)?;
        agreements::keep_text(work.conn, &owed.draft.hash, &owed.draft.text, work.now)?;
        let command = AgreementCommand::Accept { signature };
        let change = owed.agreement.decide(command, &caller.actor, work.now)?;
        super::settle::write(work, &change)?;
        let why = format!("The terms “{}”, version {}, were accepted.", owed.next.title, owed.next.number);
        for hold in holds::in_force(work.conn, HoldTarget::Agreement(id))? {
            if hold.reason == HoldReason::TermsNotAccepted {
                lift_by_service(work, &hold, &why)?;
            }
        }
        work.remember("accepted")
    })
}

/// The families whose terms changed materially since their first version, with all versions.
fn changed_families(conn: &mut AnyConnection) -> Result<BTreeMap<TermsId, Vec<TermsVersion>>, StoreError> {
    let mut found = BTreeMap::new();
    for family in TermsFamily::ALL {
        let versions = terms::versions(conn, family)?;
        for version in &versions {
            if after(&versions, version).is_some() {
                found.insert(version.id, versions.clone());
            }
        }
    }
    Ok(found)
}

/// Agreements in force with terms to accept: each with the version that binds first and the one to accept.
fn outstanding(conn: &mut AnyConnection) -> Result<Vec<(Agreement, TermsVersion, TermsVersion)>, StoreError> {
    let families = changed_families(conn)?;
    if families.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    let versions: Vec<TermsId> = families.keys().copied().collect();
    for agreement in agreements::executed_under(conn, &versions)? {
        let Some(versions) = families.get(&agreement.terms_accepted()) else { continue };
        let accepted = versions.iter().find(|version| version.id == agreement.terms_accepted());
        if let Some((next, binding)) = accepted.and_then(|accepted| after(versions, accepted)) {
            found.push((agreement, binding.clone(), next.clone()));
        }
    }
    Ok(found)
}

/// Holds agreements whose holders did not accept terms by the day they bind. Returns how many.
///
/// # Errors
/// What the store says.
pub fn hold_late(desk: &Desk) -> Result<usize, CaseError> {
    let caller = Caller::service("clock");
    let now = desk.clock.now();
    let (mut late, held) = desk.read(|conn| Ok((outstanding(conn)?, holds::all_in_force(conn)?)))?;
    let is_held = |id| {
        let target = HoldTarget::Agreement(id);
        held.iter().any(|hold| hold.target == target && hold.reason == HoldReason::TermsNotAccepted)
    };
    late.retain(|(agreement, binding, _)| {
        agreement.is_live(now) && binding.effective_at <= now && !is_held(agreement.id)
    });
    super::agree::each(&late, |(agreement, binding, _)| desk.act(&caller, |work| hold_one(work, agreement.id, binding)))
}

fn hold_one(work: &mut Work<'_>, id: AgreementId, binding: &TermsVersion) -> Result<(), CaseError> {
    let agreement = crate::store::keys::locked_agreement(work.conn, id)?;
    let accepted = terms::by_id(work.conn, agreement.terms_accepted())?;
    if accepted.number >= binding.number {
        return Err(CaseError::Stale);
    }
    let explanation = format!(
        "The terms “{}”, version {}, bind since {} and were not accepted for this agreement. Accept them at \
         /agreements/{id}/terms; the keys work again at once.",
        binding.title,
        binding.number,
        day_in(work.desk.profile.zone, binding.effective_at),
    );
    if hold_for_terms(work, id, explanation)? { Ok(()) } else { Err(CaseError::Stale) }
}

/// Reminds holders of terms they have not accepted, on the profile's days before these bind; each is said once, and only
/// the nearest when several are past. Returns how many reminders were owed.
///
/// # Errors
/// What the store says.
pub fn remind(desk: &Desk) -> Result<usize, CaseError> {
    let caller = Caller::service("clock");
    let (now, zone) = (desk.clock.now(), desk.profile.zone);
    let mut due = Vec::new();
    for (agreement, binding, next) in desk.read(outstanding)? {
        let left = (day_in(zone, binding.effective_at) - day_in(zone, now)).num_days();
        let notice_days = (day_in(zone, binding.effective_at) - day_in(zone, binding.published_at)).num_days();
        let days = desk.profile.endings.terms_reminder_days.iter().rev().map(|days| i64::from(*days));
        let nearest = days.into_iter().find(|days| left <= *days).filter(|days| *days < notice_days);
        if let Some(days) = nearest.filter(|_| agreement.is_live(now) && now < binding.effective_at) {
            due.push((agreement, binding, next, days));
        }
    }
    super::agree::each(&due, |(agreement, binding, next, days)| {
        desk.act(&caller, |work| {
            let mark = format!("terms {} in {days} days", binding.id);
            if !reminders::is_first(work.conn, &agreement.id.to_string(), &mark, work.now)? {
                return Err(CaseError::Stale);
            }
            let binds_on = day_in(zone, binding.effective_at);
            let notice = Notice::new(agreement.holder(), NoticeKind::TermsDue)
                .with("number", &agreement.number)
                .with("title", &next.title)
                .with("effective_on", binds_on)
                .with("ends_on", binds_on.pred_opt().unwrap_or(binds_on))
                .with("path", format!("/agreements/{}/terms", agreement.id));
            work.notify(&notice)?;
            let about = About { agreement: Some(agreement.id), person: Some(agreement.requester), ..About::default() };
            let act = Act::new("agreement.remind", Capacity::Service, "agreement", &agreement.number).about(about);
            work.record(act.because(mark))
        })
    })
}
