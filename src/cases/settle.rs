//! What becomes of the agreement when an application is settled: execute, offer, close; and the amended agreement
//! superseded the moment the new one is in force.

use chrono::{Duration, Months, TimeZone as _};
use serde_json::json;

use super::drafting::{DraftText, agreement_from, draft_text};
use super::{CaseError, Touched, Work};
use crate::domain::agreement::{Agreement, AgreementChange, AgreementCommand, AgreementState, Evidence, Schedule};
use crate::domain::application::{Application, Change, Settlement, State};
use crate::domain::audit::{About, Act};
use crate::domain::id::AgreementId;
use crate::domain::notice::{Notice, NoticeKind, Recipient};
use crate::domain::people::Capacity;
use crate::domain::profile::Profile;
use crate::domain::refusal::Refusal;
use crate::domain::tier::Tier;
use crate::domain::time::{Day, Instant, day_in};
use crate::store::{AnyConnection, StoreError, agreements, applications, datasets};

/// Carries out the settlement of a change. `draft` is the text signed at submission, when there is one at hand.
///
/// # Errors
/// Those of the agreement's own rules; the whole act is then undone.
pub(super) fn settle(
    work: &mut Work<'_>,
    before: &Application,
    change: &Change,
    draft: Option<&DraftText>,
) -> Result<(), CaseError> {
    match change.settlement {
        None | Some(Settlement::Signed(_)) => Ok(()),
        Some(Settlement::Execute(id)) => {
            let evidence = change.next.submitted().map(|submission| submission.evidence.clone());
            let Some(evidence) = evidence else { return Err(CaseError::Missing) };
            let draft = match draft {
                Some(draft) => draft.clone(),
                None => draft_text(work.desk, work.conn, before, work.now)?,
            };
            if draft.hash != evidence.text_hash || draft.terms.id != evidence.terms {
                return offer_instead(work, change, id);
            }
            let offered = AgreementState::Offered { at: work.now, lapses_at: work.now };
            let agreement = agreement_from(&change.next, id, &draft, offered, work.now);
            agreements::keep_text(work.conn, &draft.hash, &draft.text, work.now)?;
            agreements::insert(work.conn, &agreement, work.now)?;
            execute(work, &agreement, evidence)
        }
        Some(Settlement::Offer(id)) => match &change.next.state {
            State::Offered { lapses_at, .. } => offer(work, &change.next, (id, *lapses_at), change.act.capacity),
            State::Draft
            | State::Submitted { .. }
            | State::InfoRequested { .. }
            | State::Executed { .. }
            | State::Denied { .. }
            | State::Withdrawn { .. }
            | State::Lapsed { .. }
            | State::Converted { .. } => Err(Refusal::new("no_offer", "There is no open offer.").into()),
        },
        Some(Settlement::OfferClosed(id)) => {
            let agreement = agreements::by_id(work.conn, id)?;
            let closed = agreement.decide(AgreementCommand::Close, &work.caller.actor, work.now)?;
            write(work, &closed)
        }
    }
}

/// The terms or limits changed between submission and decision: the signature covers another text, so the requester
/// must see and sign the present one (abuse case A6).
fn offer_instead(work: &mut Work<'_>, change: &Change, id: AgreementId) -> Result<(), CaseError> {
    let lapses_at = work.now + Duration::days(i64::from(work.desk.profile.agreement.offer_lapses_days));
    let state = State::Offered { at: work.now, lapses_at, agreement: id };
    let next = Application { state, version: change.next.version.saturating_add(1), ..change.next.clone() };
    applications::save(work.conn, &next, work.now)?;
    let about = About { application: Some(next.id), person: Some(next.requester), ..About::default() };
    let act = Act::new("application.offer", Capacity::Service, "application", &next.number).about(about);
    let act = act.change(json!({ "state": change.next.state.as_str() }), json!({ "state": next.state.as_str() }));
    work.record(act.because("the text to execute is not the text signed at submission"))?;
    let notice = Notice::new(Recipient::Party(next.requester, next.organisation), NoticeKind::Offered)
        .with("number", &next.number)
        .with("title", next.answers.get("title"))
        .with("path", format!("/applications/{}", next.id));
    work.notify(&notice)?;
    offer(work, &next, (id, lapses_at), Capacity::Service)
}

fn offer(
    work: &mut Work<'_>,
    application: &Application,
    (id, lapses_at): (AgreementId, Instant),
    capacity: Capacity,
) -> Result<(), CaseError> {
    let draft = draft_text(work.desk, work.conn, application, work.now)?;
    agreements::keep_text(work.conn, &draft.hash, &draft.text, work.now)?;
    let state = AgreementState::Offered { at: work.now, lapses_at };
    let agreement = agreement_from(application, id, &draft, state, work.now);
    agreements::insert(work.conn, &agreement, work.now)?;
    let letter = work.offer_letter(application, &agreement.number, capacity);
    work.file_letter(&letter)?;
    Ok(())
}

/// Brings an agreement into force and supersedes the one it amends.
///
/// # Errors
/// `text_differs`, `prohibited`, `tier_changed` and those of the signature.
pub(super) fn execute(work: &mut Work<'_>, agreement: &Agreement, evidence: Evidence) -> Result<(), CaseError> {
    must_be_as_open(work.conn, agreement)?;
    let ends_at = ends_at(work, agreement, day_in(work.desk.profile.zone, work.now));
    put_in_force(work, agreement, evidence, ends_at)
}

/// Refuses what became more restricted since its schedules were written.
///
/// # Errors
/// `prohibited`, `tier_changed`.
pub(super) fn must_be_as_open(conn: &mut AnyConnection, agreement: &Agreement) -> Result<(), CaseError> {
    for schedule in &agreement.schedules {
        let dataset = datasets::by_id(conn, schedule.dataset)?;
        if dataset.tier == Some(Tier::Prohibited) {
            return Err(Refusal::new("prohibited", "A dataset in this agreement may not be shared by law.").into());
        }
        if dataset.tier.is_some_and(|tier| tier > schedule.tier) {
            let message = format!(
                "“{}” became more restricted since the offer was made. Decline it and reopen the application.",
                schedule.title
            );
            return Err(Refusal::new("tier_changed", message).into());
        }
    }
    Ok(())
}

/// Brings an agreement into force until `ends_at` in the place of the one it amends or renews, with whatever took that
/// one's place meanwhile.
pub(super) fn put_in_force(
    work: &mut Work<'_>,
    agreement: &Agreement,
    signature: Evidence,
    ends_at: Instant,
) -> Result<(), CaseError> {
    let old = match agreement.previous {
        Some(previous) => Some(last_in_chain(work.conn, previous)?),
        None => None,
    };
    let agreement = Agreement { previous: old.as_ref().map(|old| old.id), ..agreement.clone() };
    let command = AgreementCommand::Execute { signature, ends_at };
    let executed = agreement.decide(command, &work.caller.actor, work.now)?;
    write(work, &executed)?;
    let Some(old) = old else { return Ok(()) };
    if old.is_live(work.now) {
        let by = AgreementCommand::Supersede { by: agreement.id };
        let superseded = old.decide(by, &work.caller.actor, work.now)?;
        write(work, &superseded)?;
        super::keys::succession::succeed(work, &superseded.next, &executed.next)?;
        super::destruction::owe_for_what_was_dropped(work, &old, &executed.next)?;
    } else {
        super::destruction::release_what_goes_on(work, &old, &executed.next)?;
    }
    Ok(())
}

/// The agreement at the end of a chain: what superseded this one, and what superseded that.
///
/// # Errors
/// What the store says.
pub(super) fn last_in_chain(conn: &mut AnyConnection, id: AgreementId) -> Result<Agreement, StoreError> {
    let mut agreement = agreements::by_id(conn, id)?;
    while let AgreementState::Superseded { by, .. } = agreement.state {
        agreement = agreements::by_id(conn, by)?;
    }
    Ok(agreement)
}

/// The end of the term: the end of the city's day, months after `from`, or the earliest day that a condition names.
pub(super) fn ends_at(work: &Work<'_>, agreement: &Agreement, from: Day) -> Instant {
    end_of_term(&work.desk.profile, &agreement.schedules, from)
}

/// The same for schedules that are in no agreement yet.
pub(super) fn end_of_term(profile: &Profile, schedules: &[Schedule], from: Day) -> Instant {
    let term = from.checked_add_months(Months::new(u32::from(profile.agreement.term_months))).unwrap_or(from);
    let last = schedules.iter().filter_map(Schedule::ends_on).fold(term, Day::min);
    let midnight = last.succ_opt().unwrap_or(last).and_hms_opt(0, 0, 0).unwrap_or_default();
    let local = profile.zone.from_local_datetime(&midnight);
    local.earliest().map_or_else(|| midnight.and_utc(), |at| at.to_utc())
}

/// Saves everything a change of an agreement holds, and lets the gates know.
///
/// # Errors
/// [`CaseError::Stale`] when somebody was faster.
pub(super) fn write(work: &mut Work<'_>, change: &AgreementChange) -> Result<(), CaseError> {
    agreements::save(work.conn, &change.next, work.now)?;
    work.record(change.act.clone())?;
    change.notices.iter().try_for_each(|notice| work.notify(notice))?;
    work.touch(Touched::Agreement(change.next.id));
    super::renewal::follow(work, &change.next)?;
    super::destruction::follow(work, &change.next)
}

/// The text of an agreement, checked against its hash.
///
/// # Errors
/// [`StoreError::Corrupt`] when the text is not what was signed.
pub fn text_of(conn: &mut AnyConnection, agreement: &Agreement) -> Result<String, StoreError> {
    let text = agreements::text(conn, &agreement.text_hash)?;
    if crate::domain::terms::TextHash::of(&text).to_string() != agreement.text_hash {
        return Err(StoreError::Corrupt { what: "agreement text", why: "it does not match its hash".to_owned() });
    }
    Ok(text)
}
