//! A case, ready to print for both sides. What would show the holder who complained is left out here, not in a template.

use serde::Serialize;

use crate::domain::attachment::Attachment;
use crate::domain::calendar::{Deadline, in_words};
use crate::domain::misuse::Offence;
use crate::domain::misuse::case::{
    Answer, CaseState, CaseStep, Evidence, Finding, Measure, MisuseCase, Order, Proof, Stopped,
};
use crate::domain::time::{Day, Instant};
use crate::portal::shared::Tag;

/// Who looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// The office.
    Office,
    /// The holder.
    Holder,
}

/// A date with its working.
#[derive(Debug, Serialize)]
pub(super) struct DueView {
    by: Day,
    working: String,
    is_over: bool,
}

impl DueView {
    fn new(deadline: &Deadline, today: Day) -> Self {
        Self { by: deadline.due, working: deadline.explain(), is_over: deadline.due < today }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct FileView {
    href: String,
    name: String,
    size: String,
    sha256: String,
}

#[derive(Debug, Serialize)]
struct ChargeView {
    facts: String,
    clause: String,
    cure: String,
    at: Instant,
    by: String,
    answer_by: DueView,
    cure_by: DueView,
}

#[derive(Debug, Serialize)]
struct AnswerView {
    at: Instant,
    by: String,
    text: String,
    cure: String,
    is_late: bool,
    files: Vec<FileView>,
}

#[derive(Debug, Serialize)]
struct MeasureView {
    done: String,
    reason: String,
    at: Instant,
    by: String,
    is_interim: bool,
    stopped: Vec<StoppedView>,
}

/// A suspension of the case.
#[derive(Debug, Serialize)]
pub(super) struct StoppedView {
    pub(super) hold: String,
    pub(super) what: String,
    /// Whether it slows down and does not stop.
    pub(super) is_throttle: bool,
    pub(super) lifted: Option<(Instant, String, String)>,
}

#[derive(Debug, Serialize)]
struct OrderView {
    title: &'static str,
    text: String,
    at: Instant,
    by: String,
    acknowledge_by: DueView,
    comply_by: DueView,
    acknowledged: Option<(String, Instant)>,
    is_open: bool,
    has_new_proof: bool,
    proofs: Vec<ProofView>,
}

#[derive(Debug, Serialize)]
struct ProofView {
    at: Instant,
    by: String,
    text: String,
    is_late: bool,
    tag: Tag,
    reason: String,
    files: Vec<FileView>,
}

#[derive(Debug, Serialize)]
struct FindingView {
    sentence: &'static str,
    reasons: String,
    severity: String,
    at: Instant,
    by: String,
}

/// A case, ready to print.
#[derive(Debug, Serialize)]
pub(super) struct CaseView {
    id: String,
    number: String,
    path: String,
    tag: Tag,
    next: &'static str,
    is_open: bool,
    class: String,
    offence: &'static str,
    source: &'static str,
    agreement: String,
    agreement_href: String,
    key: String,
    key_href: String,
    datasets: String,
    holder: String,
    summary: String,
    opened_at: Instant,
    opened_by: String,
    due: Option<(Day, &'static str)>,
    is_overdue: bool,
    hear_by: Option<DueView>,
    hearing: String,
    charge: Option<ChargeView>,
    answers: Vec<AnswerView>,
    measures: Vec<MeasureView>,
    order: Option<OrderView>,
    finding: Option<FindingView>,
    evidence: Vec<Evidence>,
    steps: Vec<CaseStep>,
}

impl CaseView {
    /// The case as `side` sees it on `today`.
    pub(super) fn new(case: &MisuseCase, side: Side, today: Day) -> Self {
        let subject = &case.subject;
        let is_office = side == Side::Office;
        let path = if is_office { case.path_of_office() } else { case.path() };
        let due = case.due();
        let start = if is_office { "/review/agreements" } else { "/agreements" };
        let key_href = subject.key.filter(|_| !is_office).map(|id| format!("/keys/{id}")).unwrap_or_default();
        Self {
            id: case.id.to_string(),
            number: case.number.clone(),
            tag: case_tag(case.state.as_str()),
            next: next(case, side),
            is_open: case.state.is_open(),
            class: format!("{}, {}", case.class.as_str(), case.class.title()),
            offence: offence(case.offence),
            source: case.source.in_words(),
            agreement: subject.agreement_number.clone(),
            agreement_href: format!("{start}/{}", subject.agreement),
            key: subject.key_words.clone(),
            key_href,
            datasets: subject.titles.join(", "),
            holder: subject.holder_name.clone(),
            summary: case.summary.clone(),
            opened_at: case.opened_at,
            opened_by: case.opened_by_name.clone(),
            is_overdue: due.is_some_and(|(day, _)| day < today),
            due,
            hear_by: case.hear_by.as_ref().map(|deadline| DueView::new(deadline, today)),
            hearing: hearing(case),
            charge: charge(case, today),
            answers: case.answers.iter().map(|one| answer(one, &path)).collect(),
            measures: case.measures.iter().map(measure).collect(),
            order: case.order.as_ref().map(|one| order(one, &path, today)),
            finding: case.finding.as_ref().map(finding),
            evidence: case.evidence.iter().filter(|part| is_office || part.is_for_holder).cloned().collect(),
            // Before the notice there is nothing of the office's for the holder to read; afterwards all of it.
            steps: case.steps.clone(),
            path,
        }
    }
}

pub(super) fn file(file: &Attachment, path: &str) -> FileView {
    FileView {
        href: format!("{path}/files/{}", file.id),
        name: file.name.clone(),
        size: format!("{} kB", file.bytes.div_ceil(1024)),
        sha256: file.sha256.clone(),
    }
}

fn hearing(case: &MisuseCase) -> String {
    case.hearing.as_ref().map(|set| format!("{}: {}", in_words(set.on), set.place)).unwrap_or_default()
}

fn charge(case: &MisuseCase, today: Day) -> Option<ChargeView> {
    case.charge.as_ref().map(|charge| ChargeView {
        facts: charge.facts.clone(),
        clause: charge.clause.clone(),
        cure: charge.cure.clone(),
        at: charge.at,
        by: charge.by_name.clone(),
        answer_by: DueView::new(&charge.answer_by, today),
        cure_by: DueView::new(&charge.cure_by, today),
    })
}

fn answer(answer: &Answer, path: &str) -> AnswerView {
    AnswerView {
        at: answer.at,
        by: answer.by_name.clone(),
        text: answer.text.clone(),
        cure: answer.cure.clone(),
        is_late: answer.is_late,
        files: answer.files.iter().map(|one| file(one, path)).collect(),
    }
}

fn measure(measure: &Measure) -> MeasureView {
    MeasureView {
        done: measure.done.clone(),
        reason: measure.reason.clone(),
        at: measure.at,
        by: measure.by_name.clone(),
        is_interim: measure.is_interim,
        stopped: measure.stopped.iter().map(stopped).collect(),
    }
}

/// A suspension, ready to print.
pub(super) fn stopped(stopped: &Stopped) -> StoppedView {
    StoppedView {
        hold: stopped.hold.to_string(),
        what: if stopped.is_throttle { format!("{}: {}", stopped.noun(), stopped.what) } else { stopped.what.clone() },
        is_throttle: stopped.is_throttle,
        lifted: stopped.lifted.as_ref().map(|lift| (lift.at, lift.by_name.clone(), lift.reason.clone())),
    }
}

fn order(order: &Order, path: &str, today: Day) -> OrderView {
    OrderView {
        title: order.kind.title(),
        text: order.text.clone(),
        at: order.at,
        by: order.by_name.clone(),
        acknowledge_by: DueView::new(&order.acknowledge_by, today),
        comply_by: DueView::new(&order.comply_by, today),
        acknowledged: order.acknowledged.clone(),
        is_open: order.is_open(),
        has_new_proof: order.has_new_proof(),
        proofs: order.proofs.iter().map(|one| proof(one, path)).collect(),
    }
}

fn proof(proof: &Proof, path: &str) -> ProofView {
    let (text, tone) = match proof.accepted {
        None => ("Being looked at", "info"),
        Some(true) => ("Accepted", "good"),
        Some(false) => ("Not enough", "warn"),
    };
    ProofView {
        at: proof.at,
        by: proof.by_name.clone(),
        text: proof.text.clone(),
        is_late: proof.is_late,
        tag: Tag { text, tone },
        reason: proof.reason.clone(),
        files: proof.files.iter().map(|one| file(one, path)).collect(),
    }
}

fn finding(finding: &Finding) -> FindingView {
    let sentence = match (finding.is_violation, &finding.set_aside) {
        (true, None) => "A violation was found.",
        (true, Some(_)) => "A violation was found, and the finding was set aside on appeal. It counts for nothing.",
        (false, _) => "No violation was found.",
    };
    FindingView {
        sentence,
        reasons: finding.reasons.clone(),
        severity: finding.severity.clone(),
        at: finding.at,
        by: finding.by_name.clone(),
    }
}

const fn offence(offence: Offence) -> &'static str {
    match offence {
        Offence::First => "The first in twelve months",
        Offence::Repeat => "Again within twelve months",
        Offence::Continuing => "It goes on",
    }
}

fn next(case: &MisuseCase, side: Side) -> &'static str {
    let order = case.order.as_ref().filter(|order| order.is_open());
    if let Some(order) = order {
        return match (side, order.has_new_proof()) {
            (Side::Holder, true) => "Your proof is being looked at.",
            (Side::Holder, false) => "Comply with the order below, and prove it.",
            (Side::Office, true) => "Look at the proof: accept it, or say what is missing.",
            (Side::Office, false) => "The holder has to comply with the order and to prove it.",
        };
    }
    match (&case.state, side) {
        (CaseState::Opened, Side::Office) => {
            "Give the notice of violation, or dismiss the case. The holder knows nothing yet."
        }
        (CaseState::Opened, Side::Holder) => "The office looks into it.",
        (CaseState::Noticed, Side::Office) => {
            "The holder may answer. Decide when the answer is in or its last day is over."
        }
        (CaseState::Noticed, Side::Holder) => "Answer by the day below. Nothing is decided yet.",
        (CaseState::Answered, Side::Office) => {
            "Decide it: somebody who did not report it, in writing and with reasons."
        }
        (CaseState::Answered, Side::Holder) => {
            "Somebody who did not report it decides. You may add to your answer until then."
        }
        (CaseState::Unanswered, Side::Office) => {
            "Decide it. An answer that comes before the decision is read all the same."
        }
        (CaseState::Unanswered, Side::Holder) => {
            "The last day to answer is over, but you still may: it is read if it comes before the decision."
        }
        (CaseState::Found, Side::Office) => "Lift what has lost its ground, and close the case when all is done.",
        (CaseState::Found, Side::Holder) => "A violation was found. What was done stands below; you may appeal it.",
        (CaseState::Dismissed, _) => "It is over and counts for nothing against the holder.",
        (CaseState::Closed { .. }, _) => "It is over.",
    }
}

/// Where a case stands.
pub(super) fn case_tag(word: &str) -> Tag {
    let (text, tone) = match word {
        "opened" => ("Opened", "warn"),
        "noticed" => ("Notice given", "info"),
        "answered" => ("Answered", "warn"),
        "unanswered" => ("No answer in time", "warn"),
        "found" => ("Violation found", "bad"),
        "dismissed" => ("Dismissed", "good"),
        "closed" => ("Closed", "neutral"),
        _ => ("Unknown", "neutral"),
    };
    Tag { text, tone }
}
