//! Suspending and lifting; `by_rule` has what rules place, and slowing down. A hold is in force for the very next request
//! when the act returns; it says who placed it, why, and since when, and lifting it never lifts another. Never ends
//! anything: only a person revokes.

mod by_rule;

pub use by_rule::end_throttles;

use super::writing::{Side, agreement_named, key_named};
use crate::domain::letter::{Piece, to_plain};
use serde::Serialize;
use serde_json::json;

use super::keys::{access, succession};
use super::{Caller, CaseError, Desk, Touched, Work};
use crate::domain::agreement::Agreement;
use crate::domain::audit::{About, Act};
use crate::domain::hold::{Hold, HoldReason, HoldTarget, Office, Throttle};
use crate::domain::id::{AccountId, AgreementId, DepartmentId, HoldId};
use crate::domain::notice::{Notice, NoticeKind, Recipient};
use crate::domain::people::{Actor, Capacity, Role, must_not_be_party};
use crate::domain::refusal::Refusal;
use crate::domain::text::Prose;
use crate::store::{AnyConnection, StoreError, agreements, holds, keys, people};

/// The longest explanation of a hold, and reason for lifting one.
pub const EXPLANATION_MAX: usize = 4_000;

const PLACE: &str = "hold.place";

/// A wish to suspend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Suspension {
    /// What stops.
    pub target: HoldTarget,
    /// Why, coded.
    pub reason: HoldReason,
    /// The facts, as the holder reads them.
    pub explanation: String,
    /// The misuse case it belongs to.
    pub case: Option<String>,
}

/// A target with everything an act on it must know.
struct Found {
    /// The agreements it stops; none for a requester who has none.
    agreements: Vec<Agreement>,
    /// Who must not decide.
    holder: AccountId,
    /// Who is told.
    to: Recipient,
    /// What it is called in notices.
    what: String,
    /// What it is called in letters.
    named: Piece,
    /// The page to open.
    path: String,
}

/// Suspends a key, an agreement or a requester: as a manager of a department with a schedule in it, as the clerk, or,
/// at the command line and by rule, as the service. A repeat under the same idempotency key gives the same hold.
///
/// # Errors
/// A missing explanation, `reason_not_yours`, `own_application`, `key_ended`, `agreement_not_live`;
/// [`CaseError::Missing`] for other offices.
pub fn suspend(desk: &Desk, caller: &Caller, wish: &Suspension) -> Result<Hold, CaseError> {
    let explanation = Prose::<EXPLANATION_MAX>::parse("explanation", &wish.explanation)?.into_string();
    desk.act(caller, |work| {
        let before = work.done_before(PLACE, wish)?;
        let found = work.find(wish.target)?;
        let (capacity, office) = office(caller, &found)?;
        if !may_give(office, wish.reason) {
            let detail = "Choose a reason of your office: misuse, leaked, emergency or administrative.";
            return Err(Refusal::new("reason_not_yours", detail).into());
        }
        found.must_not_be_decided_by(&caller.actor)?;
        if let Some(done) = before {
            return work.placed_before(&done);
        }
        let hold = work.place(wish, (explanation, None), (capacity, office), &found)?;
        work.remember(&hold.id.to_string())?;
        Ok(hold)
    })
}

/// Pauses an own key or agreement; only the holder resumes it.
///
/// # Errors
/// `target_not_yours`, `key_ended`, `agreement_not_live`; [`CaseError::Missing`] for anybody else's.
pub fn pause(desk: &Desk, caller: &Caller, target: HoldTarget, explanation: &str) -> Result<Hold, CaseError> {
    let explanation = if explanation.trim().is_empty() { "Paused by its holder." } else { explanation };
    let explanation = Prose::<EXPLANATION_MAX>::parse("explanation", explanation)?.into_string();
    let wish = Suspension { target, reason: HoldReason::HolderRequest, explanation: explanation.clone(), case: None };
    desk.act(caller, |work| {
        if matches!(target, HoldTarget::Requester(_)) {
            return Err(Refusal::new("target_not_yours", "Pause a key or an agreement.").into());
        }
        let before = work.done_before(PLACE, &wish)?;
        let found = work.find(target)?;
        for agreement in &found.agreements {
            access::as_party(&caller.actor, agreement)?;
        }
        if let Some(done) = before {
            return work.placed_before(&done);
        }
        let hold = work.place(&wish, (explanation, None), (Capacity::Requester, Office::Holder), &found)?;
        work.remember(&hold.id.to_string())?;
        Ok(hold)
    })
}

/// Lifts exactly one hold; only the office that placed it may.
///
/// # Errors
/// `already_lifted`, `other_offices_hold`, `suspender_may_not_lift`, `own_application`; [`CaseError::Missing`] for those
/// who may not know of it.
pub fn lift(desk: &Desk, caller: &Caller, id: HoldId, reason: &str) -> Result<Hold, CaseError> {
    let reason = Prose::<EXPLANATION_MAX>::parse("reason", reason)?.into_string();
    desk.act(caller, |work| {
        let target = holds::by_id(work.conn, id)?.target;
        let found = work.find(target)?;
        // Read again: somebody may have lifted it while the lock was waited for.
        let hold = holds::by_id(work.conn, id)?;
        let capacity = lifter(caller, &hold, &found)?;
        if matches!(capacity, Capacity::Staff { .. }) {
            found.must_not_be_decided_by(&caller.actor)?;
        }
        let is_same = hold.by.is_some() && hold.by == caller.actor.account && hold.office != Office::Holder;
        if is_same && !work.desk.profile.separation.suspender_may_lift {
            let detail = "You placed this hold; somebody else of your office must lift it.";
            return Err(Refusal::new("suspender_may_not_lift", detail).into());
        }
        let lifted = hold.lift(&caller.actor, capacity, &reason, work.now)?;
        work.lifted(&lifted, &found, (capacity, &reason))?;
        Ok(lifted)
    })
}

/// Lifts exactly one hold because an appeal from it was decided so; the appeal's own rules said who may. False when it
/// was lifted already.
///
/// # Errors
/// What the store says.
pub(super) fn lift_on_appeal(work: &mut Work<'_>, id: HoldId, reason: &str) -> Result<bool, CaseError> {
    let capacity = work.caller.actor.acting_as(Role::Clerk)?;
    lift_by_decision(work, id, reason, capacity)
}

/// Lifts exactly one hold because an appeal or a misuse case was decided so, and what it became where its agreement was
/// superseded; the rules of that said who may. False when nothing of it was in force any more.
///
/// # Errors
/// What the store says.
pub(super) fn lift_by_decision(
    work: &mut Work<'_>,
    id: HoldId,
    reason: &str,
    capacity: Capacity,
) -> Result<bool, CaseError> {
    let target = holds::by_id(work.conn, id)?.target;
    let found = work.find(target)?;
    let hold = holds::by_id(work.conn, id)?;
    let mut all = succession::carried_from(work, &hold)?;
    all.extend(hold.is_in_force().then_some(hold));
    for hold in &all {
        let found = if hold.target == target { &found } else { &work.find(hold.target)? };
        let lifted = hold.lift_on_appeal(&work.caller.actor, reason, work.now)?;
        work.lifted(&lifted, found, (capacity, reason))?;
    }
    Ok(!all.is_empty())
}

/// Holds an agreement because its holder did not accept new terms in time; nothing where it is held for that already.
///
/// # Errors
/// `agreement_not_live`, or what the store says.
pub(super) fn hold_for_terms(work: &mut Work<'_>, id: AgreementId, explanation: String) -> Result<bool, CaseError> {
    let target = HoldTarget::Agreement(id);
    let found = work.find(target)?;
    if holds::in_force(work.conn, target)?.iter().any(|hold| hold.reason == HoldReason::TermsNotAccepted) {
        return Ok(false);
    }
    let wish =
        Suspension { target, reason: HoldReason::TermsNotAccepted, explanation: explanation.clone(), case: None };
    work.place(&wish, (explanation, None), (Capacity::Service, Office::Service), &found)?;
    Ok(true)
}

/// Lifts exactly one hold that the service placed, because what it waited for has happened.
///
/// # Errors
/// `already_lifted`, or what the store says.
pub(super) fn lift_by_service(work: &mut Work<'_>, hold: &Hold, reason: &str) -> Result<(), CaseError> {
    let found = look(work.conn, hold.target)?;
    let lifted = hold.lift(&work.caller.actor, Capacity::Service, reason, work.now)?;
    work.lifted(&lifted, &found, (Capacity::Service, reason))
}

/// Suspends within an act of a misuse case or of a pause, whose own rules said who may; `None` where the thing has ended
/// and needs no hold. Also what the target is called.
///
/// # Errors
/// What the store says.
pub(super) fn hold_by_decision(
    work: &mut Work<'_>,
    (target, reason, throttle): (HoldTarget, HoldReason, Option<Throttle>),
    (explanation, number): (&str, &str),
    capacity: Capacity,
) -> Result<Option<(Hold, String)>, CaseError> {
    let found = work.find(target)?;
    match work.must_be_holdable(target, &found) {
        Err(CaseError::Refused(_)) => return Ok(None),
        other => other?,
    }
    let office = match capacity {
        Capacity::Staff { department: Some(department), .. } => Office::Department(department),
        Capacity::Staff { department: None, .. } => Office::Clerk,
        Capacity::Service | Capacity::Visitor | Capacity::Requester => Office::Service,
    };
    let case = Some(number.to_owned());
    let wish = Suspension { target, reason, explanation: explanation.to_owned(), case };
    let hold = work.place(&wish, (explanation.to_owned(), throttle), (capacity, office), &found)?;
    Ok(Some((hold, found.what)))
}

/// The holds in force that stop the keys of an agreement's party, for lists of an office: all of them for the clerk and
/// the auditor, those on their own agreements for managers and reviewers.
///
/// # Errors
/// What the store says.
pub fn in_force(desk: &Desk, caller: &Caller) -> Result<Vec<Hold>, CaseError> {
    let sees_all = caller.actor.holds_anywhere(Role::Clerk) || caller.actor.holds_anywhere(Role::Auditor);
    let ours = caller.actor.departments(super::review::DESK);
    if !sees_all && ours.is_empty() {
        return Ok(Vec::new());
    }
    let is_ours = |agreement: &Agreement| agreement.schedules.iter().any(|each| ours.contains(&each.department));
    desk.store.read(|conn| {
        let mut seen = Vec::new();
        for hold in holds::all_in_force(conn)? {
            if sees_all || look(conn, hold.target)?.agreements.iter().any(is_ours) {
                seen.push(hold);
            }
        }
        Ok(seen)
    })
}

/// An act on a hold, findable by what it stops.
pub(super) fn hold_act(name: &'static str, capacity: Capacity, hold: &Hold, agreement: Option<&Agreement>) -> Act {
    let key = match hold.target {
        HoldTarget::Key(key) => Some(key),
        HoldTarget::Agreement(_) | HoldTarget::Requester(_) => None,
    };
    let person = match hold.target {
        HoldTarget::Requester(person) => Some(person),
        HoldTarget::Key(_) | HoldTarget::Agreement(_) => agreement.map(|agreement| agreement.requester),
    };
    let (application, agreement) = agreement.map(|agreement| (agreement.application, agreement.id)).unzip();
    let about = About { application, agreement, key, person, dataset: None };
    let after = json!({
        "target": hold.target, "reason": hold.reason, "office": hold.office, "case": hold.case,
        "throttle": hold.throttle,
    });
    Act::new(name, capacity, "hold", hold.id).about(about).change(json!(null), after)
}

const fn touched(target: HoldTarget) -> Touched {
    match target {
        HoldTarget::Key(id) => Touched::Key(id),
        HoldTarget::Agreement(id) => Touched::Agreement(id),
        HoldTarget::Requester(id) => Touched::Requester(id),
    }
}

/// A holder pauses, rules hold for unaccepted terms, offices suspend for the rest.
const fn may_give(office: Office, reason: HoldReason) -> bool {
    match reason {
        HoldReason::Misuse | HoldReason::Leaked | HoldReason::Emergency | HoldReason::Administrative => {
            matches!(office, Office::Department(_) | Office::Clerk | Office::Service)
        }
        HoldReason::TermsNotAccepted => matches!(office, Office::Service),
        HoldReason::HolderRequest => matches!(office, Office::Holder),
    }
}

/// Under which office the actor suspends: a department with a schedule in it first, then the clerk's.
fn office(caller: &Caller, found: &Found) -> Result<(Capacity, Office), CaseError> {
    let actor = &caller.actor;
    // The command line and the clocks come with neither account, address nor request.
    if actor.account.is_none() && actor.address.is_none() && caller.request.is_none() {
        return Ok((Capacity::Service, Office::Service));
    }
    let departments = found.agreements.iter().flat_map(|agreement| &agreement.schedules);
    let managed = departments.map(|schedule| schedule.department).find(|id| actor.holds(Role::Manager, *id));
    match managed {
        Some(department) => Ok((manager(department), Office::Department(department))),
        None => Ok((actor.acting_as(Role::Clerk)?, Office::Clerk)),
    }
}

const fn manager(department: DepartmentId) -> Capacity {
    Capacity::Staff { role: Role::Manager, department: Some(department) }
}

/// In which capacity the actor may ask for a hold to be lifted; whether that office may, the hold decides.
fn lifter(caller: &Caller, hold: &Hold, found: &Found) -> Result<Capacity, CaseError> {
    let actor = &caller.actor;
    if hold.office == Office::Holder
        && found.agreements.iter().any(|agreement| access::as_party(actor, agreement).is_ok())
    {
        return Ok(Capacity::Requester);
    }
    if let Office::Department(department) = hold.office
        && actor.holds(Role::Manager, department)
    {
        return Ok(manager(department));
    }
    if hold.office == Office::Clerk && actor.holds_anywhere(Role::Clerk) {
        return Ok(Capacity::Staff { role: Role::Clerk, department: None });
    }
    let is_party = matches!(hold.target, HoldTarget::Requester(id) if actor.account == Some(id))
        || found.agreements.iter().any(|agreement| access::as_party(actor, agreement).is_ok());
    // A party may know of the hold and is told whose it is; staff of no part in it are not told of it at all.
    if is_party { Ok(Capacity::Requester) } else { Ok(office(caller, found)?.0) }
}

impl Found {
    fn agreement(&self) -> Option<&Agreement> {
        // A hold on a requester belongs to no single agreement.
        self.agreements.first().filter(|_| self.agreements.len() == 1)
    }

    /// Whose it is, for a letter.
    fn side(&self) -> Side {
        self.agreement().map_or_else(
            || {
                let departments =
                    self.agreements.iter().flat_map(|one| one.schedules.iter().map(|part| part.department));
                Side {
                    requester: self.holder,
                    organisation: None,
                    agreement: None,
                    number: self.what.clone(),
                    departments: departments.collect(),
                }
            },
            Side::of,
        )
    }

    fn must_not_be_decided_by(&self, actor: &Actor) -> Result<(), CaseError> {
        must_not_be_party(actor, self.holder, None)?;
        for agreement in &self.agreements {
            must_not_be_party(actor, agreement.requester, agreement.organisation)?;
        }
        Ok(())
    }

    fn notice(&self, kind: NoticeKind) -> Notice {
        Notice::new(self.to.clone(), kind).with("what", &self.what).with("path", &self.path)
    }
}

/// The target as it is.
fn look(conn: &mut AnyConnection, target: HoldTarget) -> Result<Found, CaseError> {
    match target {
        HoldTarget::Key(id) => {
            let stored = keys::by_id(conn, id)?;
            let agreement = agreements::by_id(conn, stored.key.agreement)?;
            let what = format!("Key “{}” ({}) of {}", stored.key.name, stored.key.hint, agreement.number);
            let named = key_named(&stored.key, &agreement.number);
            let (holder, to, path) = (agreement.requester, agreement.holder(), format!("/keys/{id}"));
            Ok(Found { agreements: vec![agreement], holder, to, what, named, path })
        }
        HoldTarget::Agreement(id) => {
            let agreement = agreements::by_id(conn, id)?;
            let what = format!("Agreement {}", agreement.number);
            let named = agreement_named(&agreement.number);
            let (holder, to, path) = (agreement.requester, agreement.holder(), format!("/agreements/{id}"));
            Ok(Found { agreements: vec![agreement], holder, to, what, named, path })
        }
        HoldTarget::Requester(id) => {
            let organisation = people::account_by_id(conn, id)?.organisation.map(|id| id.to_string());
            let agreements = agreements::of_requester(conn, id, organisation.as_deref())?;
            let what = "Every key of all your agreements".to_owned();
            let named = Piece::both(what.as_str(), "toda clave de todos sus convenios");
            let (to, path) = (Recipient::Account(id), "/agreements".to_owned());
            Ok(Found { agreements, holder: id, to, what, named, path })
        }
    }
}

impl Work<'_> {
    /// The target, with its agreements locked.
    fn find(&mut self, target: HoldTarget) -> Result<Found, CaseError> {
        match target {
            HoldTarget::Key(id) => {
                let under = keys::by_id(self.conn, id)?.key.agreement;
                keys::locked_agreement(self.conn, under)?;
            }
            HoldTarget::Agreement(id) => {
                keys::locked_agreement(self.conn, id)?;
            }
            HoldTarget::Requester(_) => {}
        }
        look(self.conn, target)
    }

    fn place(
        &mut self,
        wish: &Suspension,
        (explanation, throttle): (String, Option<Throttle>),
        (capacity, office): (Capacity, Office),
        found: &Found,
    ) -> Result<Hold, CaseError> {
        self.must_be_holdable(wish.target, found)?;
        let actor = &self.caller.actor;
        let hold = Hold {
            id: self.desk.new_id(self.now),
            target: wish.target,
            reason: wish.reason,
            explanation,
            by: actor.account,
            by_name: actor.name.clone(),
            office,
            since: self.now,
            case: wish.case.clone(),
            lifted: None,
            throttle,
        };
        holds::place(self.conn, &hold)?;
        self.record(hold_act(PLACE, capacity, &hold, found.agreement()).because(&hold.explanation))?;
        let kind = if hold.throttle.is_some() { NoticeKind::Throttled } else { NoticeKind::Suspended };
        let told = found.notice(kind).with("reason", hold.sentence());
        let told = told.with("explanation", &hold.explanation);
        // Who pauses an own key needs no letter from the city.
        let told = if hold.office == Office::Holder {
            told
        } else {
            let draft = self.suspension_letter(&hold, (found.named.clone(), &found.path), &found.side(), capacity)?;
            told.with("letter", to_plain(&self.file_letter(&draft)?.markdown))
        };
        self.notify(&told)?;
        self.touch(touched(hold.target));
        Ok(hold)
    }

    /// Keeps that a hold was lifted, and tells everybody who must know.
    fn lifted(&mut self, lifted: &Hold, found: &Found, (capacity, reason): (Capacity, &str)) -> Result<(), CaseError> {
        holds::lift(self.conn, lifted)?;
        let act = hold_act("hold.lift", capacity, lifted, found.agreement());
        self.record(act.change(json!({ "in_force": true }), json!({ "in_force": false })).because(reason))?;
        let remaining = self.remaining(lifted, found)?;
        let notice = found.notice(NoticeKind::Lifted).with("reason", reason).with("noun", lifted.noun());
        self.notify(&notice.with("remaining", if remaining { "yes" } else { "" }))?;
        self.touch(touched(lifted.target));
        super::conduct::note_lifted(self, lifted)
    }

    /// What has ended needs no hold, and a hold on it would only mislead.
    fn must_be_holdable(&mut self, target: HoldTarget, found: &Found) -> Result<(), CaseError> {
        match target {
            HoldTarget::Key(id) => {
                if !keys::by_id(self.conn, id)?.key.works_at(self.now) {
                    return Err(Refusal::new("key_ended", "This key has ended already.").into());
                }
            }
            HoldTarget::Agreement(_) => {
                if !found.agreements.iter().any(|agreement| agreement.is_live(self.now)) {
                    return Err(Refusal::new("agreement_not_live", "This agreement is not in force.").into());
                }
            }
            HoldTarget::Requester(_) => {}
        }
        Ok(())
    }

    /// Whether something else still stops what was lifted.
    fn remaining(&mut self, lifted: &Hold, found: &Found) -> Result<bool, CaseError> {
        let mut left = holds::in_force(self.conn, lifted.target)?;
        if let Some(agreement) = found.agreement() {
            left.extend(holds::on_agreement_or_party(self.conn, agreement)?);
        }
        Ok(left.iter().any(Hold::stops))
    }

    fn placed_before(&mut self, hold: &str) -> Result<Hold, CaseError> {
        let id =
            hold.parse().map_err(|error: uuid::Error| StoreError::Corrupt { what: "id", why: error.to_string() })?;
        Ok(holds::by_id(self.conn, id)?)
    }
}
