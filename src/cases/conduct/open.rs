//! Opening a case: from a signal, a complaint, a report of personal data, or what somebody of the city saw. The evidence is
//! frozen in the same transaction. Where harm is imminent, notice, suspension and order come with the opening.

use serde::Serialize;
use serde_json::json;

use super::complaints::write as write_complaint;
use super::evidence::{Known, freeze};
use super::{Caller, CaseError, Desk, Work, again, effect, today, write};
use crate::domain::agreement::Agreement;
use crate::domain::id::{ComplaintId, DatasetId, DepartmentId, KeyId, SignalId};
use crate::domain::key::Key;
use crate::domain::misuse::case::{
    CaseCommand, CaseDraft, Earlier, MeasureKind, MisuseCase, OrderKind, Rung, Source, Subject, TEXT_MAX, offence_of,
};
use crate::domain::misuse::complaint::{Complaint, ComplaintCommand, ComplaintKind};
use crate::domain::misuse::{Class, Offence, Signal, SignalState};
use crate::domain::notice::NoticeKind;
use crate::domain::people::{Capacity, Role};
use crate::domain::refusal::Refusal;
use crate::domain::text::{Invalid, Prose, readable};
use crate::store::{StoreError, agreements, cases, complaints, keys, misuse, people};

/// Where a new case comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Origin {
    /// A signal.
    Signal(SignalId),
    /// A complaint, or a report that personal data got out.
    Complaint(ComplaintId),
    /// What somebody of the city saw.
    Staff,
    /// What somebody of the city saw: personal data got out.
    StaffPersonalData,
}

/// A case as typed.
#[derive(Clone, Debug, Serialize)]
pub struct Opening {
    /// Where it comes from.
    pub origin: Origin,
    /// The agreement's number; a signal knows it.
    pub agreement: String,
    /// The key, if it is about one.
    pub key: Option<KeyId>,
    /// The dataset's short name, if it is about one.
    pub dataset: String,
    /// What kind of misuse; a signal and a report of personal data know it.
    pub class: Option<Class>,
    /// What was seen; empty takes the signal's own sentence.
    pub summary: String,
    /// What stops at once, if harm is imminent.
    pub at_once: Option<AtOnce>,
}

/// What stops at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AtOnce {
    /// `suspend_key`, `suspend_dataset`, `suspend_agreement` or `suspend_requester`.
    pub stop: String,
    /// The clause for the notice of violation that goes out with it.
    pub clause: String,
    /// What would put it right.
    pub cure: String,
    /// An order to take down or to cease that goes out with it.
    pub order: Option<(OrderKind, String)>,
}

/// Everything a case is made from, looked up.
struct Found {
    agreement: Agreement,
    key: Option<Key>,
    signal: Option<Signal>,
    complaint: Option<Complaint>,
    class: Class,
    source: Source,
    summary: String,
    datasets: Vec<DatasetId>,
}

/// Opens a case. A repeat under the same idempotency key gives the same case.
///
/// # Errors
/// Missing or unknown fields, `case_open` with the number of the case there is, `own_application`, `manager_needed`,
/// `notice_first`; [`CaseError::Missing`] for other offices.
pub fn open(desk: &Desk, caller: &Caller, opening: &Opening) -> Result<MisuseCase, CaseError> {
    let me = caller.actor.account.ok_or(CaseError::Missing)?;
    let summary = readable("summary", &opening.summary, TEXT_MAX)?;
    desk.act(caller, |work| {
        if let Some(done) = work.done_before("case.open", opening)? {
            let id = done.parse().or(Err(CaseError::Missing))?;
            return again(work, id);
        }
        // The counter is what two openings at the same moment queue for.
        let number = work.next_number("MIS")?;
        let found = find(work, opening, &summary)?;
        let earlier = earlier(work, &found.agreement)?;
        let (counted, stood_at) = offence_of(found.class, &earlier, work.now);
        let offence = found.signal.as_ref().map_or(counted, |signal| worse(signal.offence, counted));
        let known = Known {
            agreement: &found.agreement,
            key: found.key.as_ref(),
            signal: found.signal.as_ref(),
            complaint: found.complaint.as_ref(),
            summary: &found.summary,
        };
        let (evidence, texts) = freeze(work, &known)?;
        let mut complainants = Vec::new();
        if !work.desk.profile.separation.reporter_may_decide_case {
            complainants.extend(found.complaint.as_ref().and_then(|complaint| complaint.account));
            if matches!(opening.origin, Origin::Staff | Origin::StaffPersonalData) {
                complainants.push(me);
            }
        }
        let draft = CaseDraft {
            id: work.new_id(),
            number,
            source: found.source.clone(),
            class: found.class,
            offence,
            stood_at,
            departments: departments(&found),
            subject: subject(work, &found)?,
            summary: found.summary.clone(),
            complainants,
            evidence,
        };
        let case = MisuseCase::open(draft, &caller.actor.name, work.now);
        let capacity = case.office(&caller.actor, &[Role::Reviewer, Role::Manager])?;
        cases::insert(work.conn, &case, &texts)?;
        let after = json!({
            "state": "opened", "source": case.source, "class": case.class, "offence": case.offence,
            "evidence": case.evidence,
        });
        work.record(case.act("case.open", capacity).change(json!(null), after).because(&case.summary))?;
        tell(work, &case)?;
        take(work, &found, &case)?;
        if let Some(at_once) = &opening.at_once {
            act_at_once(work, &case, at_once)?;
        }
        work.remember(&case.id.to_string())?;
        again(work, case.id)
    })
}

const fn worse(one: Offence, other: Offence) -> Offence {
    match (one, other) {
        (Offence::Continuing, _) | (_, Offence::Continuing) => Offence::Continuing,
        (Offence::Repeat, _) | (_, Offence::Repeat) => Offence::Repeat,
        (Offence::First, Offence::First) => Offence::First,
    }
}

fn find(work: &mut Work<'_>, opening: &Opening, summary: &str) -> Result<Found, CaseError> {
    let needed = |field: &'static str, message: &'static str| CaseError::from(Invalid::new(field, "required", message));
    let (signal, complaint) = match opening.origin {
        Origin::Signal(id) => (Some(misuse::by_id(work.conn, id)?), None),
        Origin::Complaint(id) => (None, Some(complaints::by_id(work.conn, id)?)),
        Origin::Staff | Origin::StaffPersonalData => (None, None),
    };
    let agreement = match &signal {
        Some(signal) => {
            if let Some(case) = cases::from_signal(work.conn, signal.id)? {
                let detail = format!("There is a case from this signal already: {}.", case.number);
                return Err(Refusal::new("case_open", detail).into());
            }
            agreements::by_id(work.conn, signal.agreement)?
        }
        None => by_number(work, &opening.agreement)?,
    };
    let is_personal = matches!(opening.origin, Origin::StaffPersonalData)
        || complaint.as_ref().is_some_and(|complaint| complaint.kind == ComplaintKind::PersonalData);
    let class = match (&signal, is_personal, opening.class) {
        (Some(signal), _, _) => signal.class,
        (None, true, _) => Class::M8,
        (None, false, Some(class)) => class,
        (None, false, None) => return Err(needed("class", "Choose what kind of misuse it is about.")),
    };
    let source = match (opening.origin, is_personal) {
        (Origin::Signal(signal), _) => Source::Signal { signal },
        (Origin::Complaint(complaint), true) => Source::PersonalData { complaint: Some(complaint) },
        (Origin::Complaint(complaint), false) => Source::Complaint { complaint },
        (Origin::StaffPersonalData, _) => Source::PersonalData { complaint: None },
        (Origin::Staff, _) => Source::Staff,
    };
    let key = match signal.as_ref().map(|signal| signal.key).or(opening.key) {
        Some(id) => Some(of_agreement(work, &agreement, id)?),
        None => None,
    };
    let summary = match (&signal, summary.trim()) {
        (Some(signal), "") => signal.sentence(),
        (None, "") => return Err(needed("summary", "Say what was seen.")),
        (_, text) => text.to_owned(),
    };
    let datasets = datasets(&agreement, signal.as_ref(), complaint.as_ref(), &opening.dataset)?;
    Ok(Found { agreement, key, signal, complaint, class, source, summary, datasets })
}

fn by_number(work: &mut Work<'_>, number: &str) -> Result<Agreement, CaseError> {
    let known = agreements::by_number(work.conn, &number.trim().to_uppercase());
    known.map_err(|error| {
        if matches!(error, StoreError::Missing) {
            let message = "There is no agreement of this number, such as DSA-2026-0017.";
            Invalid::new("agreement", "unknown", message).into()
        } else {
            error.into()
        }
    })
}

fn of_agreement(work: &mut Work<'_>, agreement: &Agreement, id: KeyId) -> Result<Key, CaseError> {
    let key = keys::by_id(work.conn, id)?.key;
    if key.agreement == agreement.id {
        Ok(key)
    } else {
        Err(Invalid::new("key", "unknown", "This key is not one of the agreement.").into())
    }
}

/// The datasets concerned: the one that was named, those a signal touched, or all of the agreement.
fn datasets(
    agreement: &Agreement,
    signal: Option<&Signal>,
    complaint: Option<&Complaint>,
    typed: &str,
) -> Result<Vec<DatasetId>, CaseError> {
    let all = || agreement.schedules.iter();
    let typed = typed.trim();
    if !typed.is_empty() {
        let named = all().find(|schedule| schedule.slug == typed).map(|schedule| schedule.dataset);
        let unknown = || Invalid::new("dataset", "unknown", "The agreement has no dataset of this short name.");
        return Ok(vec![named.ok_or_else(unknown)?]);
    }
    let touched = |dataset: DatasetId| {
        signal.is_some_and(|signal| signal.finding.datasets.contains(&dataset))
            || complaint.is_some_and(|complaint| complaint.dataset == Some(dataset))
    };
    let some: Vec<DatasetId> = all().map(|schedule| schedule.dataset).filter(|id| touched(*id)).collect();
    Ok(if some.is_empty() { all().map(|schedule| schedule.dataset).collect() } else { some })
}

fn departments(found: &Found) -> Vec<DepartmentId> {
    let concerned = found.agreement.schedules.iter().filter(|schedule| found.datasets.contains(&schedule.dataset));
    let mut all: Vec<DepartmentId> = concerned.map(|schedule| schedule.department).collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn subject(work: &mut Work<'_>, found: &Found) -> Result<Subject, CaseError> {
    let Found { agreement, key, datasets, .. } = found;
    let concerned = agreement.schedules.iter().filter(|schedule| datasets.contains(&schedule.dataset));
    Ok(Subject {
        agreement: agreement.id,
        agreement_number: agreement.number.clone(),
        key: key.as_ref().map(|key| key.id),
        key_words: key.as_ref().map(|key| format!("“{}” ({})", key.name, key.hint)).unwrap_or_default(),
        requester: agreement.requester,
        organisation: agreement.organisation,
        holder_name: people::account_by_id(work.conn, agreement.requester)?.name,
        datasets: datasets.clone(),
        titles: concerned.map(|schedule| schedule.title.clone()).collect(),
    })
}

/// Earlier cases of the same holder.
fn earlier(work: &mut Work<'_>, agreement: &Agreement) -> Result<Vec<Earlier>, CaseError> {
    let organisation = agreement.organisation.map(|id| id.to_string());
    let known = cases::of_party(work.conn, agreement.requester, organisation.as_deref())?;
    let one = |case: MisuseCase| Earlier {
        class: case.class,
        found_at: case.finding.as_ref().filter(|finding| finding.stands()).map(|finding| finding.at),
        is_open: case.state.is_open(),
        rung: case.measures.iter().map(|measure| measure.kind.rung()).max().or(Some(Rung::Inform)),
    };
    Ok(known.into_iter().map(one).collect())
}

fn tell(work: &mut Work<'_>, case: &MisuseCase) -> Result<(), CaseError> {
    for office in case.offices() {
        let notice = case.notice(office, NoticeKind::CaseOpened);
        work.notify(&notice.with("source", case.source.in_words()).with("text", &case.summary))?;
    }
    Ok(())
}

/// What the case came from is taken up by it.
fn take(work: &mut Work<'_>, found: &Found, case: &MisuseCase) -> Result<(), CaseError> {
    if let Some(signal) = &found.signal {
        misuse::take(work.conn, &Signal { state: SignalState::Taken, ..signal.clone() })?;
    }
    if let Some(complaint) = &found.complaint {
        let command = ComplaintCommand::TakeUp { case: case.id, number: case.number.clone() };
        let change = complaint.decide(command, &work.caller.actor, work.now)?;
        write_complaint(work, &change)?;
    }
    Ok(())
}

/// Notice, suspension and, where wanted, order, all with the opening.
fn act_at_once(work: &mut Work<'_>, case: &MisuseCase, at_once: &AtOnce) -> Result<(), CaseError> {
    let actor = &work.caller.actor;
    let capacity = case.office(actor, &[Role::Manager]).map_err(|refusal| match refusal.code {
        "not_your_department" => {
            Refusal::new("manager_needed", "Suspending at once is for a manager of the department or the clerk.")
        }
        _ => refusal,
    })?;
    let clause = Prose::<TEXT_MAX>::parse("clause", &at_once.clause)?.into_string();
    let cure = readable("cure", &at_once.cure, TEXT_MAX)?;
    let kind = suspension(&at_once.stop, case)?;
    let notify = super::office::notice_command(work, (case.summary.clone(), clause, cure));
    let change = case.decide(notify, actor, work.now)?;
    write(work, &change, capacity)?;
    let case = again(work, case.id)?;
    suspend(work, &case, kind, capacity)?;
    if let Some((kind, text)) = &at_once.order {
        let case = again(work, case.id)?;
        let text = Prose::<TEXT_MAX>::parse("order", text)?.into_string();
        super::office::give_order(work, &case, (*kind, text), capacity)?;
    }
    Ok(())
}

/// The suspension that a word names, of what the case is about.
pub(super) fn suspension(word: &str, case: &MisuseCase) -> Result<MeasureKind, CaseError> {
    let unfit = |message: &'static str| CaseError::from(Invalid::new("stop", "unfit", message));
    match word {
        "suspend_key" => case
            .subject
            .key
            .map(|key| MeasureKind::SuspendKey { key })
            .ok_or_else(|| unfit("The case is not about one key. Choose something else to suspend.")),
        "suspend_dataset" => match case.subject.datasets.as_slice() {
            [dataset] => Ok(MeasureKind::SuspendDataset { dataset: *dataset }),
            _ => Err(unfit("The case is about several datasets. Name one, or suspend the agreement.")),
        },
        "suspend_agreement" => Ok(MeasureKind::SuspendAgreement),
        "suspend_requester" => Ok(MeasureKind::SuspendRequester),
        _ => Err(unfit("Choose what is suspended.")),
    }
}

/// Suspends before anything is found, with the day by which the holder is heard.
pub(super) fn suspend(
    work: &mut Work<'_>,
    case: &MisuseCase,
    kind: MeasureKind,
    capacity: Capacity,
) -> Result<(), CaseError> {
    let profile = &work.desk.profile;
    let hear_by = profile.calendar.after(today(work), profile.clocks.emergency_hearing);
    let facts = case.charge.as_ref().map_or(case.summary.as_str(), |charge| charge.facts.as_str());
    let day = crate::domain::calendar::in_words(hear_by.due);
    let reason = format!("{facts}\nNobody has found a violation. You are heard by {day}.");
    let measure = effect::planned(work, kind, &reason, true);
    // Every rule first; what is carried out must be allowed.
    let command = |measure| CaseCommand::Suspend { measure, hear_by: hear_by.clone() };
    case.decide(command(measure.clone()), &work.caller.actor, work.now)?;
    let measure = effect::carry_out(work, case, measure, capacity)?;
    let change = case.decide(command(measure), &work.caller.actor, work.now)?;
    write(work, &change, capacity)
}
