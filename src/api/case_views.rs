//! A misuse case as JSON, for both sides. What would show the holder who complained is left out here.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::attachment::Attachment;
use crate::domain::calendar::Deadline;
use crate::domain::misuse::case::{Answer, Charge, Measure, MisuseCase, Order, Proof, Stopped};
use crate::web::upload::in_base64;

/// Who looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// The office.
    Office,
    /// The holder.
    Holder,
}

/// A misuse case.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CaseShown {
    id: String,
    /// Such as `MIS-2026-0003`.
    number: String,
    /// `signal`, `complaint`, `staff` or `personal_data`.
    source: &'static str,
    /// The id of the complaint; for its office only.
    complaint: Option<String>,
    /// `M1` to `M10`.
    class: &'static str,
    /// `first`, `repeat` or `continuing`, counted over twelve months.
    offence: &'static str,
    agreement: String,
    agreement_id: String,
    key: Option<String>,
    holder: String,
    datasets: Vec<String>,
    /// What was seen.
    summary: String,
    /// `opened`, `noticed`, `answered`, `unanswered`, `found`, `dismissed` or `closed`.
    state: &'static str,
    opened_at: DateTime<Utc>,
    /// The day on which something is due next.
    due_on: Option<NaiveDate>,
    /// What is due.
    due: Option<&'static str>,
    notice: Option<NoticeShown>,
    /// Until when somebody suspended at once is heard.
    hear_by: Option<LastDay>,
    hearing_on: Option<NaiveDate>,
    hearing_place: Option<String>,
    answers: Vec<AnswerShown>,
    measures: Vec<MeasureShown>,
    order: Option<OrderShown>,
    finding: Option<FindingShown>,
    evidence: Vec<EvidenceShown>,
    steps: Vec<CaseEvent>,
}

/// A last day with its working.
#[derive(Debug, Serialize, ToSchema)]
struct LastDay {
    by: NaiveDate,
    working: String,
}

impl From<&Deadline> for LastDay {
    fn from(deadline: &Deadline) -> Self {
        Self { by: deadline.due, working: deadline.explain() }
    }
}

/// A notice of violation.
#[derive(Debug, Serialize, ToSchema)]
struct NoticeShown {
    at: DateTime<Utc>,
    facts: String,
    clause: String,
    cure: String,
    answer_by: LastDay,
    cure_by: LastDay,
}

impl From<&Charge> for NoticeShown {
    fn from(charge: &Charge) -> Self {
        Self {
            at: charge.at,
            facts: charge.facts.clone(),
            clause: charge.clause.clone(),
            cure: charge.cure.clone(),
            answer_by: (&charge.answer_by).into(),
            cure_by: (&charge.cure_by).into(),
        }
    }
}

/// A file handed in.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FileShown {
    id: String,
    name: String,
    bytes: u64,
    sha256: String,
}

impl From<&Attachment> for FileShown {
    fn from(file: &Attachment) -> Self {
        Self { id: file.id.to_string(), name: file.name.clone(), bytes: file.bytes, sha256: file.sha256.clone() }
    }
}

/// An answer of the holder.
#[derive(Debug, Serialize, ToSchema)]
struct AnswerShown {
    at: DateTime<Utc>,
    by: String,
    text: String,
    cure: String,
    /// It came after the last day.
    is_late: bool,
    files: Vec<FileShown>,
}

impl From<&Answer> for AnswerShown {
    fn from(answer: &Answer) -> Self {
        Self {
            at: answer.at,
            by: answer.by_name.clone(),
            text: answer.text.clone(),
            cure: answer.cure.clone(),
            is_late: answer.is_late,
            files: answer.files.iter().map(Into::into).collect(),
        }
    }
}

/// A measure that was taken.
#[derive(Debug, Serialize, ToSchema)]
struct MeasureShown {
    measure: &'static str,
    done: String,
    reason: String,
    at: DateTime<Utc>,
    by: String,
    /// Taken before anything was found.
    is_interim: bool,
    holds: Vec<HeldShown>,
}

/// A suspension of the case.
#[derive(Debug, Serialize, ToSchema)]
struct HeldShown {
    hold: String,
    what: String,
    /// It slows down and does not stop.
    is_throttle: bool,
    lifted_at: Option<DateTime<Utc>>,
    lifted_because: Option<String>,
}

impl From<&Stopped> for HeldShown {
    fn from(stopped: &Stopped) -> Self {
        let (lifted_at, lifted_because) = stopped.lifted.as_ref().map(|lift| (lift.at, lift.reason.clone())).unzip();
        let Stopped { what, is_throttle, .. } = stopped;
        let (what, is_throttle) = (what.clone(), *is_throttle);
        Self { hold: stopped.hold.to_string(), what, is_throttle, lifted_at, lifted_because }
    }
}

impl From<&Measure> for MeasureShown {
    fn from(measure: &Measure) -> Self {
        Self {
            measure: measure.kind.as_str(),
            done: measure.done.clone(),
            reason: measure.reason.clone(),
            at: measure.at,
            by: measure.by_name.clone(),
            is_interim: measure.is_interim,
            holds: measure.stopped.iter().map(Into::into).collect(),
        }
    }
}

/// An order.
#[derive(Debug, Serialize, ToSchema)]
struct OrderShown {
    /// `cease` or `takedown`.
    kind: &'static str,
    text: String,
    at: DateTime<Utc>,
    acknowledge_by: LastDay,
    acknowledged_at: Option<DateTime<Utc>>,
    comply_by: LastDay,
    /// No proof was accepted yet.
    is_open: bool,
    proofs: Vec<ProofShown>,
}

impl From<&Order> for OrderShown {
    fn from(order: &Order) -> Self {
        Self {
            kind: order.kind.as_str(),
            text: order.text.clone(),
            at: order.at,
            acknowledge_by: (&order.acknowledge_by).into(),
            acknowledged_at: order.acknowledged.as_ref().map(|(_, at)| *at),
            comply_by: (&order.comply_by).into(),
            is_open: order.is_open(),
            proofs: order.proofs.iter().map(Into::into).collect(),
        }
    }
}

/// A proof of compliance.
#[derive(Debug, Serialize, ToSchema)]
struct ProofShown {
    at: DateTime<Utc>,
    text: String,
    is_late: bool,
    /// Nothing while nobody has said.
    accepted: Option<bool>,
    reason: String,
    files: Vec<FileShown>,
}

impl From<&Proof> for ProofShown {
    fn from(proof: &Proof) -> Self {
        Self {
            at: proof.at,
            text: proof.text.clone(),
            is_late: proof.is_late,
            accepted: proof.accepted,
            reason: proof.reason.clone(),
            files: proof.files.iter().map(Into::into).collect(),
        }
    }
}

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
struct FindingShown {
    is_violation: bool,
    /// The appeal on which the finding of a violation was set aside.
    set_aside: Option<String>,
    reasons: String,
    /// Why a step of the ladder is left out.
    severity: String,
    at: DateTime<Utc>,
    by: String,
}

/// A piece of frozen evidence.
#[derive(Debug, Serialize, ToSchema)]
struct EvidenceShown {
    name: String,
    title: String,
    sha256: String,
    bytes: u64,
}

/// One thing that happened in a case.
#[derive(Debug, Serialize, ToSchema)]
struct CaseEvent {
    at: DateTime<Utc>,
    title: String,
    by: String,
    text: String,
}

impl CaseShown {
    /// The case as `side` sees it.
    pub(super) fn new(case: &MisuseCase, side: Side) -> Self {
        let is_office = side == Side::Office;
        let (due_on, due) = case.due().unzip();
        let (hearing_on, hearing_place) = case.hearing.as_ref().map(|set| (set.on, set.place.clone())).unzip();
        let subject = &case.subject;
        let complaint = case.source.complaint().filter(|_| is_office).map(|id| id.to_string());
        let evidence = case.evidence.iter().filter(|part| is_office || part.is_for_holder);
        Self {
            id: case.id.to_string(),
            number: case.number.clone(),
            source: case.source.as_str(),
            complaint,
            class: case.class.as_str(),
            offence: case.offence.as_str(),
            agreement: subject.agreement_number.clone(),
            agreement_id: subject.agreement.to_string(),
            key: subject.key.map(|id| id.to_string()),
            holder: subject.holder_name.clone(),
            datasets: subject.titles.clone(),
            summary: case.summary.clone(),
            state: case.state.as_str(),
            opened_at: case.opened_at,
            due_on,
            due,
            notice: case.charge.as_ref().map(Into::into),
            hear_by: case.hear_by.as_ref().map(Into::into),
            hearing_on,
            hearing_place,
            answers: case.answers.iter().map(Into::into).collect(),
            measures: case.measures.iter().map(Into::into).collect(),
            order: case.order.as_ref().map(Into::into),
            finding: case.finding.as_ref().map(|finding| FindingShown {
                is_violation: finding.is_violation,
                set_aside: finding.set_aside.clone(),
                reasons: finding.reasons.clone(),
                severity: finding.severity.clone(),
                at: finding.at,
                by: finding.by_name.clone(),
            }),
            evidence: evidence
                .map(|part| EvidenceShown {
                    name: part.name.clone(),
                    title: part.title.clone(),
                    sha256: part.sha256.clone(),
                    bytes: part.bytes,
                })
                .collect(),
            steps: case
                .steps
                .iter()
                .cloned()
                .map(|step| CaseEvent { at: step.at, title: step.title, by: step.by_name, text: step.text })
                .collect(),
        }
    }
}

/// A piece of evidence.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EvidenceText {
    /// Its name.
    pub(super) name: String,
    /// Its text.
    pub(super) text: String,
}

/// A file with its content.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FileContent {
    name: String,
    /// SHA-256 of the content.
    sha256: String,
    /// The content in base64.
    content: String,
}

impl FileContent {
    /// The file as JSON.
    pub(super) fn new(file: &Attachment, content: &[u8]) -> Self {
        Self { name: file.name.clone(), sha256: file.sha256.clone(), content: in_base64(content) }
    }
}
