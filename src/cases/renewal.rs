//! Renewal: opened by the holder near the end, answered, reviewed and signed; confirmed by the departments; put in force
//! in the place of the old agreement. The old one ends on its day whatever happens here: there is no grace.

pub mod clocks;

use std::collections::BTreeMap;

use chrono::Duration;

use super::drafting::{DraftText, family, number, parameters, written};
use super::settle::{ends_at, last_in_chain, must_be_as_open, put_in_force};
use super::signing::{Signature, evidence, must_declare_for};
use super::{Caller, CaseError, Desk, Work};
use crate::domain::agreement::{Agreed, Agreement, AgreementState, Evidence, Schedule};
use crate::domain::application::{Answers, Application};
use crate::domain::calendar::in_words;
use crate::domain::id::{AgreementId, DepartmentId, RenewalId};
use crate::domain::people::{Capacity, Role};
use crate::domain::refusal::Refusal;
use crate::domain::renewal::{Attestation, CONTACTS, Opening, Renewal, RenewalChange, RenewalCommand, TEXT_MAX};
use crate::domain::text::{Invalid, readable};
use crate::domain::tier::Tier;
use crate::domain::time::{Day, Instant, day_in};
use crate::store::{AnyConnection, StoreError, agreements, applications, datasets, renewals, terms};

/// How an agreement stands towards its renewal.
#[derive(Clone, Debug)]
pub struct Prospect {
    /// The renewal that is pending, or the last one.
    pub renewal: Option<Renewal>,
    /// The first day on which one can be opened; `None` where it never can.
    pub opens_on: Option<Day>,
    /// Whether one can be opened now.
    pub is_open: bool,
    /// Why not, where something else than the day is in the way.
    pub obstacle: String,
}

/// The last day of an agreement's term in the city's zone.
fn last_day(desk: &Desk, ends_at: Instant) -> Day {
    day_in(desk.profile.zone, ends_at - Duration::seconds(1))
}

/// How an agreement stands towards its renewal, for its page. Whose it is, the caller has checked.
///
/// # Errors
/// What the store says.
pub fn prospect(desk: &Desk, agreement: &Agreement) -> Result<Prospect, CaseError> {
    let now = desk.clock.now();
    let renewal = desk.read(|conn| renewals::newest_of(conn, agreement.id))?;
    let is_pending = renewal.as_ref().is_some_and(|renewal| renewal.state.is_pending());
    let within_days = desk.profile.endings.renewal_days;
    let Some(execution) = agreement.execution().filter(|_| agreement.is_live(now)) else {
        return Ok(Prospect { renewal, opens_on: None, is_open: false, obstacle: String::new() });
    };
    let last = last_day(desk, execution.ends_at);
    let opening = Opening { id: desk.new_id(now), contacts: Answers::default(), within_days };
    let refusal = Renewal::open(agreement, opening, last, now).err();
    let is_early = refusal.as_ref().is_some_and(|refusal| refusal.code == "renewal_too_early");
    let obstacle = refusal.as_ref().filter(|_| !is_early).map(|refusal| refusal.detail.to_string());
    let first = execution.ends_at - Duration::days(i64::from(within_days));
    Ok(Prospect {
        is_open: refusal.is_none() && !is_pending,
        opens_on: obstacle.is_none().then(|| day_in(desk.profile.zone, first)),
        obstacle: obstacle.unwrap_or_default(),
        renewal,
    })
}

fn party(caller: &Caller, renewal: &Renewal) -> Result<(), CaseError> {
    let is_party = caller.actor.is_party(renewal.requester, renewal.organisation);
    if is_party { Ok(()) } else { Err(CaseError::Missing) }
}

fn mine(conn: &mut AnyConnection, caller: &Caller, id: RenewalId) -> Result<Renewal, CaseError> {
    let renewal = renewals::by_id(conn, id)?;
    party(caller, &renewal)?;
    Ok(renewal)
}

/// The application of an agreement with the people who answer for the data now: those of the renewal that made it.
pub(super) fn application_of(conn: &mut AnyConnection, agreement: &Agreement) -> Result<Application, CaseError> {
    let application = applications::by_id(conn, agreement.application)?;
    match renewals::that_made(conn, agreement.id)? {
        Some(renewal) => with_contacts(&application, &renewal.contacts),
        None => Ok(application),
    }
}

fn with_contacts(application: &Application, contacts: &Answers) -> Result<Application, CaseError> {
    let mut application = application.clone();
    for name in CONTACTS {
        application.answers.set(name, contacts.get(name))?;
    }
    Ok(application)
}

fn contacts_of(application: &Application) -> Result<Answers, CaseError> {
    let mut contacts = Answers::default();
    for name in CONTACTS {
        contacts.set(name, application.answers.get(name))?;
    }
    Ok(contacts)
}

/// Opens the renewal of one of the caller's agreements; one that is pending is given back.
///
/// # Errors
/// `renewal_not_live`, `renewal_too_early`, `renewal_end_fixed`, `prohibited`, `tier_changed`; [`CaseError::Missing`] for
/// everybody else.
pub fn open(desk: &Desk, caller: &Caller, id: AgreementId) -> Result<Renewal, CaseError> {
    desk.act(caller, |work| {
        // What two openings at the same moment queue for.
        let agreement = crate::store::keys::locked_agreement(work.conn, id)?;
        if !caller.actor.is_party(agreement.requester, agreement.organisation) {
            return Err(CaseError::Missing);
        }
        let known = renewals::newest_of(work.conn, id)?;
        if let Some(pending) = known.filter(|renewal| renewal.state.is_pending()) {
            return Ok(pending);
        }
        let contacts = contacts_of(&application_of(work.conn, &agreement)?)?;
        let within_days = work.desk.profile.endings.renewal_days;
        let last = agreement.execution().map_or_else(
            || day_in(work.desk.profile.zone, work.now),
            |execution| last_day(work.desk, execution.ends_at),
        );
        let opening = Opening { id: work.new_id(), contacts, within_days };
        let renewal = Renewal::open(&agreement, opening, last, work.now)?;
        must_be_as_open(work.conn, &agreement)?;
        renewals::insert(work.conn, &renewal)?;
        let after = serde_json::json!({ "state": "open", "questions": renewal.questions.len() });
        work.record(renewal.act("renewal.open", Capacity::Requester).change(serde_json::Value::Null, after))?;
        Ok(renewal)
    })
}

/// One renewal of the caller's side.
///
/// # Errors
/// [`CaseError::Missing`] for everybody else.
pub fn one(desk: &Desk, caller: &Caller, id: RenewalId) -> Result<Renewal, CaseError> {
    desk.store.read(|conn| mine(conn, caller, id))
}

/// Keeps what the holder attests and who answers for the data, complete or not.
///
/// # Errors
/// Texts that cannot be taken, each at its field; `wrong_state`, [`CaseError::Stale`], [`CaseError::Missing`].
pub fn answer(
    desk: &Desk,
    caller: &Caller,
    id: RenewalId,
    given: &BTreeMap<usize, Attestation>,
    contacts: &[(String, String)],
    version: Option<i64>,
) -> Result<Renewal, CaseError> {
    desk.act(caller, |work| {
        let renewal = mine(work.conn, caller, id)?;
        let renewal = Renewal { version: version.unwrap_or(renewal.version), ..renewal };
        let mut people = renewal.contacts.clone();
        let mut problems = Vec::new();
        for (name, text) in contacts {
            let kept = if CONTACTS.contains(&name.as_str()) {
                people.set(name, text)
            } else {
                Err(Invalid::new(name, "unknown_field", "A renewal asks no such question."))
            };
            problems.extend(kept.err());
        }
        let questions = renewal.answered(given).unwrap_or_else(|invalid| {
            problems.extend(invalid);
            Vec::new()
        });
        if !problems.is_empty() {
            return Err(CaseError::Invalid(problems));
        }
        let command = RenewalCommand::Answer { questions, contacts: people };
        let change = renewal.decide(command, &caller.actor, work.now)?;
        write(work, &change)?;
        Ok(renewals::by_id(work.conn, id)?)
    })
}

/// What the review-and-confirm page shows.
#[derive(Clone, Debug)]
pub struct Review {
    /// The renewal.
    pub renewal: Renewal,
    /// The text of the new agreement as it would be.
    pub draft: DraftText,
    /// What keeps it from being signed.
    pub problems: Vec<Invalid>,
    /// The strictest tiers, for the declarations.
    pub tiers: Vec<Tier>,
}

/// The review-and-confirm page.
///
/// # Errors
/// `wrong_state`, `terms_missing`, [`CaseError::Missing`].
pub fn review(desk: &Desk, caller: &Caller, id: RenewalId) -> Result<Review, CaseError> {
    let now = desk.clock.now();
    desk.store.read(|conn| {
        let renewal = mine(conn, caller, id)?;
        let agreement = agreements::by_id(conn, renewal.agreement)?;
        let draft = draft(desk, conn, (&renewal, &agreement), now)?;
        let tiers = agreement.schedules.iter().map(|schedule| schedule.tier).collect();
        let problems = renewal.problems();
        Ok(Review { renewal, draft, problems, tiers })
    })
}

/// The text of the new agreement: the present terms, the people as confirmed, and the schedules as signed with what is
/// taken out today.
fn draft(
    desk: &Desk,
    conn: &mut AnyConnection,
    (renewal, agreement): (&Renewal, &Agreement),
    now: Instant,
) -> Result<DraftText, CaseError> {
    let application = applications::by_id(conn, agreement.application)?;
    let application = with_contacts(&application, &renewal.contacts)?;
    let redacted = |schedule: &Schedule| -> Result<Schedule, CaseError> {
        let dataset = datasets::by_id(conn, schedule.dataset)?;
        Ok(schedule.clone().redacted(&dataset, Agreed::Before)?)
    };
    let schedules = agreement.schedules.iter().map(redacted).collect::<Result<Vec<_>, _>>()?;
    let terms = match terms::current(conn, family(schedules.iter().map(|schedule| schedule.tier)), now) {
        Err(StoreError::Missing) => {
            return Err(Refusal::new("terms_missing", "The city has not published the terms for this yet.").into());
        }
        found => found?,
    };
    let number = number(conn, &application)?;
    let mut parameters = parameters(desk, conn, &application, &schedules, &number)?;
    let months = desk.profile.agreement.term_months;
    let from = last_day(desk, renewal.ends_at);
    parameters
        .insert("end_date".to_owned(), format!("{months} months after {from}, the last day of {}", renewal.number));
    written(terms, number, parameters, schedules)
}

/// Signs the renewal. Where no department has to confirm, the new agreement is in force at once.
///
/// # Errors
/// Every problem of the answers; `review_again`, `terms_changed`, `declarations_needed`, `renewal_not_live`, those of the
/// signature, [`CaseError::Missing`].
pub fn sign(desk: &Desk, caller: &Caller, id: RenewalId, signature: &Signature) -> Result<Renewal, CaseError> {
    desk.act(caller, |work| {
        let asked = (id, signature);
        if work.done_before("renewal.sign", &asked)?.is_some() {
            return mine(work.conn, caller, id);
        }
        let renewal = mine(work.conn, caller, id)?;
        let agreement = agreements::by_id(work.conn, renewal.agreement)?;
        let problems = renewal.problems();
        if renewal.state.is_pending() && !problems.is_empty() {
            return Err(CaseError::Invalid(problems));
        }
        must_be_as_open(work.conn, &agreement)?;
        let tiers: Vec<Tier> = agreement.schedules.iter().map(|schedule| schedule.tier).collect();
        let draft = draft(work.desk, work.conn, (&renewal, &agreement), work.now)?;
        must_declare_for(work.desk, &tiers, signature)?;
        let evidence = evidence(work, &draft, signature)?;
        agreements::keep_text(work.conn, &draft.hash, &draft.text, work.now)?;
        let lapses_at = renewal.ends_at + Duration::days(i64::from(work.desk.profile.endings.confirm_days));
        let reviewed = signature.reviewed.clone();
        let command = RenewalCommand::Sign { signature: evidence, reviewed, lapses_at };
        let change = renewal.decide(command, &caller.actor, work.now)?;
        write(work, &change)?;
        if change.next.is_confirmed() {
            complete(work, id)?;
        }
        work.remember("signed")?;
        Ok(renewals::by_id(work.conn, id)?)
    })
}

/// Takes a renewal back. The agreement runs to its end.
///
/// # Errors
/// `wrong_state`, [`CaseError::Missing`].
pub fn withdraw(desk: &Desk, caller: &Caller, id: RenewalId) -> Result<(), CaseError> {
    desk.act(caller, |work| {
        let change = mine(work.conn, caller, id)?.decide(RenewalCommand::Withdraw, &caller.actor, work.now)?;
        write(work, &change)
    })
}

/// Whether this member of staff may see it.
fn may_see(caller: &Caller, renewal: &Renewal) -> bool {
    let ours = caller.actor.departments(super::review::DESK);
    renewal.needed.keys().any(|department| ours.contains(department))
        || caller.actor.holds_anywhere(Role::Auditor)
        || caller.actor.holds_anywhere(Role::Clerk)
}

/// Signed renewals that wait for a department of the caller's, those that lapse first at the top.
///
/// # Errors
/// What the store says.
pub fn list_for_staff(desk: &Desk, caller: &Caller) -> Result<Vec<Renewal>, CaseError> {
    let mut found = desk.read(renewals::signed)?;
    found.retain(|renewal| may_see(caller, renewal));
    Ok(found)
}

/// A renewal as staff see it, with the agreement and, once it is signed, the text that was signed.
///
/// # Errors
/// [`CaseError::Missing`] for other departments.
pub fn for_staff(desk: &Desk, caller: &Caller, id: RenewalId) -> Result<(Renewal, Agreement, String), CaseError> {
    use crate::domain::renewal::RenewalState as State;
    desk.store.read(|conn| {
        let renewal = renewals::by_id(conn, id)?;
        if !may_see(caller, &renewal) {
            return Err(CaseError::Missing);
        }
        let agreement = agreements::by_id(conn, renewal.agreement)?;
        let text = match &renewal.state {
            State::Signed { signature, .. } => agreements::text(conn, &signature.text_hash)?,
            State::Open { .. }
            | State::Done { .. }
            | State::Refused { .. }
            | State::Withdrawn { .. }
            | State::Lapsed { .. } => String::new(),
        };
        Ok((renewal, agreement, text))
    })
}

/// Confirms a renewal for a department; the last confirmation puts the new agreement in force.
///
/// # Errors
/// `confirmed_already`, `second_person_needed`, `renewal_lapsed`, `wrong_state`, `own_application`, `tier_changed`;
/// [`CaseError::Missing`] for other departments.
pub fn confirm(desk: &Desk, caller: &Caller, id: RenewalId, department: DepartmentId) -> Result<Renewal, CaseError> {
    desk.act(caller, |work| {
        let renewal = renewals::by_id(work.conn, id)?;
        let change = renewal.decide(RenewalCommand::Confirm { department }, &caller.actor, work.now)?;
        write(work, &change)?;
        if change.next.is_confirmed() {
            complete(work, id)?;
        }
        Ok(renewals::by_id(work.conn, id)?)
    })
}

/// Gives a renewal back to the holder to be answered again.
///
/// # Errors
/// `reason_needed`, `wrong_state`, `own_application`; [`CaseError::Missing`] for other departments.
pub fn send_back(
    desk: &Desk,
    caller: &Caller,
    id: RenewalId,
    department: DepartmentId,
    reason: &str,
) -> Result<(), CaseError> {
    let reason = readable("reason", reason, TEXT_MAX)?;
    staff_act(desk, caller, id, RenewalCommand::Return { department, reason })
}

/// Does not renew.
///
/// # Errors
/// `reason_needed`, `wrong_state`, `own_application`; [`CaseError::Missing`] for other departments.
pub fn refuse(
    desk: &Desk,
    caller: &Caller,
    id: RenewalId,
    department: DepartmentId,
    reason: &str,
) -> Result<(), CaseError> {
    let reason = readable("reason", reason, TEXT_MAX)?;
    staff_act(desk, caller, id, RenewalCommand::Refuse { department, reason })
}

/// Opens a refused renewal again because an appeal from the refusal was decided so. Says what was done.
pub(super) fn reopen(work: &mut Work<'_>, id: RenewalId, appeal: &str) -> Result<String, CaseError> {
    let renewal = renewals::by_id(work.conn, id)?;
    let agreement = crate::store::keys::locked_agreement(work.conn, renewal.agreement)?;
    let newest = renewals::newest_of(work.conn, renewal.agreement)?;
    if newest.is_some_and(|newest| newest.id != id && newest.state.is_pending()) {
        return Ok("Another renewal of the agreement is under way; it goes on.".to_owned());
    }
    let may_go_on = matches!(agreement.state, AgreementState::Executed { .. } | AgreementState::Expired { .. });
    if !may_go_on || !matches!(renewal.state, crate::domain::renewal::RenewalState::Refused { .. }) {
        return Ok("The agreement was ended or replaced otherwise. You may reopen its application.".to_owned());
    }
    let lapses_at = renewal.ends_at.max(work.now) + Duration::days(i64::from(work.desk.profile.endings.confirm_days));
    let command = RenewalCommand::Reopen { appeal: appeal.to_owned(), lapses_at };
    let change = renewal.decide(command, &work.caller.actor, work.now)?;
    write(work, &change)?;
    if change.next.is_confirmed() {
        complete(work, id)?;
    }
    let until = in_words(day_in(work.desk.profile.zone, lapses_at));
    Ok(format!("The renewal is with the departments again, as it was signed; they confirm it by {until}."))
}

fn staff_act(desk: &Desk, caller: &Caller, id: RenewalId, command: RenewalCommand) -> Result<(), CaseError> {
    desk.act(caller, |work| {
        let change = renewals::by_id(work.conn, id)?.decide(command, &caller.actor, work.now)?;
        write(work, &change)
    })
}

/// Puts the new agreement in force; or, where the text is not the one that was signed any more, gives the renewal back to
/// be signed again.
fn complete(work: &mut Work<'_>, id: RenewalId) -> Result<(), CaseError> {
    let renewal = renewals::by_id(work.conn, id)?;
    let old = last_in_chain(work.conn, renewal.agreement)?;
    let signature = signature_of(&renewal)?;
    let draft = draft(work.desk, work.conn, (&renewal, &old), work.now)?;
    if draft.hash != signature.text_hash || draft.terms.id != signature.terms {
        let change = renewal.decide(RenewalCommand::Redraw, &work.caller.actor, work.now)?;
        return write(work, &change);
    }
    let agreement = Agreement {
        id: work.new_id(),
        number: draft.number.clone(),
        previous: Some(old.id),
        terms: draft.terms.id,
        parameters: draft.parameters.clone(),
        text_hash: draft.hash.clone(),
        schedules: draft.schedules.clone(),
        accepted: Vec::new(),
        state: AgreementState::Offered { at: work.now, lapses_at: work.now },
        created_at: work.now,
        version: 1,
        ..old.clone()
    };
    must_be_as_open(work.conn, &agreement)?;
    agreements::insert(work.conn, &agreement, work.now)?;
    let change = renewal.decide(RenewalCommand::Complete { agreement: agreement.id }, &work.caller.actor, work.now)?;
    write(work, &change)?;
    let ends_at = ends_at(work, &agreement, last_day(work.desk, renewal.ends_at));
    put_in_force(work, &agreement, signature, ends_at)?;
    if !old.is_live(work.now) {
        // It came late: the keys have ended, but a hold in force is not escaped by that.
        let new = agreements::by_id(work.conn, agreement.id)?;
        super::keys::succession::carry_holds(work, &old, &new)?;
    }
    Ok(())
}

fn signature_of(renewal: &Renewal) -> Result<Evidence, CaseError> {
    use crate::domain::renewal::RenewalState as State;
    match &renewal.state {
        State::Signed { signature, .. } => Ok((**signature).clone()),
        State::Open { .. }
        | State::Done { .. }
        | State::Refused { .. }
        | State::Withdrawn { .. }
        | State::Lapsed { .. } => Err(CaseError::Missing),
    }
}

/// Closes what is pending for an agreement that was ended or replaced otherwise.
pub(super) fn follow(work: &mut Work<'_>, agreement: &Agreement) -> Result<(), CaseError> {
    match &agreement.state {
        AgreementState::Terminated { .. } | AgreementState::Superseded { .. } => {
            let known = renewals::newest_of(work.conn, agreement.id)?;
            let Some(pending) = known.filter(|renewal| renewal.state.is_pending()) else { return Ok(()) };
            let change = pending.decide(RenewalCommand::Close, &work.caller.actor, work.now)?;
            write(work, &change)
        }
        AgreementState::Offered { .. }
        | AgreementState::Executed { .. }
        | AgreementState::Expired { .. }
        | AgreementState::Closed { .. } => Ok(()),
    }
}

fn write(work: &mut Work<'_>, change: &RenewalChange) -> Result<(), CaseError> {
    renewals::save(work.conn, &change.next, work.now)?;
    work.record(change.act.clone())?;
    change.notices.iter().try_for_each(|notice| work.notify(notice))
}
