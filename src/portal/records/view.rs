//! A request for records, ready to print for both sides.

use serde::Serialize;

use crate::domain::attachment::Attachment;
use crate::domain::calendar::in_words;
use crate::domain::letter::Letter;
use crate::domain::profile::Profile;
use crate::domain::records::{LedgerEntry, NOT_HELD, RecordsRequest, RecordsState, RecordsStep, balance};
use crate::domain::time::{Day, Instant};
use crate::portal::appealed::DateView;
use crate::portal::shared::Tag;
use crate::web::markdown;

/// A request in a list.
#[derive(Debug, Serialize)]
pub(super) struct RecordsLine {
    pub(super) id: String,
    pub(super) number: String,
    pub(super) about: String,
    pub(super) tag: Tag,
    pub(super) department: String,
    pub(super) due: DateView,
    pub(super) is_open: bool,
    pub(super) is_late: bool,
    pub(super) received_on: Day,
}

/// What stands in a list about one request.
pub(super) fn line(request: &RecordsRequest, department: String, today: Day) -> RecordsLine {
    let first = request.description.lines().next().unwrap_or_default();
    let about: String = first.chars().take(120).collect();
    RecordsLine {
        id: request.id.to_string(),
        number: request.number.clone(),
        about,
        tag: records_tag(request.state.as_str()),
        department,
        due: DateView::new(&request.clocks.due, today),
        is_open: request.state.is_open(),
        is_late: request.answer().is_some_and(|answer| answer.is_late),
        received_on: request.received_on,
    }
}

/// A request on its page.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "a page's view: each names one thing to say")]
pub(super) struct RecordsView {
    pub(super) id: String,
    pub(super) number: String,
    tag: Tag,
    /// What comes next, for who asked.
    next: String,
    is_open: bool,
    is_answered: bool,
    requester: String,
    email: String,
    other_way: String,
    department: String,
    description: String,
    format: &'static str,
    waiver_asked: &'static str,
    waived: &'static str,
    received_at: Instant,
    came_when_closed: bool,
    due: DateView,
    appeals: Vec<DateView>,
    is_deemed: bool,
    deemed_on: String,
    is_acknowledged: bool,
    employee_told: String,
    answer: Option<AnswerView>,
    referral: Option<ReferralView>,
    estimate: Option<EstimateView>,
    fees: Vec<FeeView>,
    owed: String,
    files: Vec<FileView>,
    letters: Vec<LetterView>,
    steps: Vec<RecordsStep>,
    application: String,
}

#[derive(Debug, Serialize)]
struct AnswerView {
    sentence: &'static str,
    text: String,
    by: String,
    role: String,
    at: Instant,
    is_late: bool,
    withheld: Vec<WithheldView>,
}

#[derive(Debug, Serialize)]
struct WithheldView {
    record: String,
    field: String,
    exemption: String,
    title: String,
    sentence: String,
}

#[derive(Debug, Serialize)]
struct ReferralView {
    to: String,
    exemption: String,
    records: String,
    reason: String,
    on: String,
    finding: String,
    finding_on: String,
}

#[derive(Debug, Serialize)]
struct EstimateView {
    lines: Vec<(String, String)>,
    total: String,
    prepayment: bool,
    at: Instant,
    by: String,
}

#[derive(Debug, Serialize)]
struct FeeView {
    at: Instant,
    kind: &'static str,
    cents: String,
    text: String,
    by: String,
}

#[derive(Debug, Serialize)]
struct FileView {
    id: String,
    name: String,
    size: String,
    sha256: String,
}

#[derive(Debug, Serialize)]
struct LetterView {
    subject: String,
    at: Instant,
    sha256: String,
    html: String,
    /// Where it is as a PDF.
    pdf: String,
}

/// Everything a request's page is made from.
pub(super) struct Parts<'a> {
    pub(super) request: &'a RecordsRequest,
    pub(super) fees: &'a [LedgerEntry],
    pub(super) department: Option<&'a str>,
    pub(super) files: &'a [Attachment],
    pub(super) letters: &'a [Letter],
    /// What stands before and after a letter's id where it is as a PDF.
    pub(super) pdf: (&'a str, &'a str),
}

impl RecordsView {
    /// The request as seen on `today`.
    pub(super) fn new(profile: &Profile, parts: &Parts<'_>, today: Day) -> Self {
        let Parts { request, fees, department, files, letters, pdf } = parts;
        let owed = balance(fees);
        Self {
            id: request.id.to_string(),
            number: request.number.clone(),
            tag: records_tag(request.state.as_str()),
            next: next(request),
            is_open: request.state.is_open(),
            is_answered: request.answer().is_some(),
            requester: request.requester.name.clone(),
            email: request.requester.email.clone(),
            other_way: request.requester.other_way.clone(),
            department: department.unwrap_or_default().to_owned(),
            description: request.description.clone(),
            format: request.format.in_words(),
            waiver_asked: request.waiver_asked.map_or("", |ground| ground.in_words()),
            waived: request.waived.map_or("", |ground| ground.in_words()),
            received_at: request.received_at,
            came_when_closed: request.came_when_closed,
            due: DateView::new(&request.clocks.due, today),
            appeals: request.appeals().into_iter().map(|deadline| DateView::new(deadline, today)).collect(),
            is_deemed: request.deemed.is_some(),
            deemed_on: request.deemed.as_ref().map(|deemed| in_words(deemed.on)).unwrap_or_default(),
            is_acknowledged: matches!(request.state, RecordsState::Acknowledged { .. }),
            employee_told: request.employee_told.clone().unwrap_or_default(),
            answer: answer(profile, request),
            referral: referral(request),
            estimate: request.estimate.as_ref().map(|estimate| EstimateView {
                lines: estimate.lines.iter().map(|line| (line.what.clone(), line.cents.to_string())).collect(),
                total: estimate.total.to_string(),
                prepayment: estimate.prepayment,
                at: estimate.at,
                by: estimate.by_name.clone(),
            }),
            fees: fees.iter().map(fee).collect(),
            owed: if owed.is_zero() { String::new() } else { owed.to_string() },
            files: files.iter().map(file).collect(),
            letters: letters.iter().rev().map(|one| letter(one, *pdf)).collect(),
            steps: request.steps.clone(),
            application: request.application.map(|id| format!("/applications/{id}")).unwrap_or_default(),
        }
    }
}

fn fee(entry: &LedgerEntry) -> FeeView {
    FeeView {
        at: entry.at,
        kind: entry.kind.in_words(),
        cents: entry.cents.to_string(),
        text: entry.text.clone(),
        by: entry.by_name.clone(),
    }
}

fn file(file: &Attachment) -> FileView {
    let size = if file.bytes < 1024 { format!("{} bytes", file.bytes) } else { format!("{} kB", file.bytes / 1024) };
    FileView { id: file.id.to_string(), name: file.name.clone(), size, sha256: file.sha256.clone() }
}

fn letter(letter: &Letter, (before, after): (&str, &str)) -> LetterView {
    LetterView {
        pdf: format!("{before}{}{after}", letter.id),
        subject: letter.subject.clone(),
        at: letter.at,
        sha256: letter.sha256.to_string(),
        html: markdown::to_html(&letter.markdown),
    }
}

fn answer(profile: &Profile, request: &RecordsRequest) -> Option<AnswerView> {
    let answer = request.answer()?;
    let withheld = answer.withheld.iter().map(|row| WithheldView {
        record: row.record.clone(),
        field: row.field.clone(),
        exemption: if row.exemption == NOT_HELD { "Not held".to_owned() } else { row.exemption.clone() },
        title: profile.exemption(&row.exemption).map(|known| known.title.text("en").to_owned()).unwrap_or_default(),
        sentence: row.sentence.clone(),
    });
    Some(AnswerView {
        sentence: answer.outcome.sentence(),
        text: answer.text.clone(),
        by: answer.by_name.clone(),
        role: answer.by_role.clone(),
        at: answer.at,
        is_late: answer.is_late,
        withheld: withheld.collect(),
    })
}

fn referral(request: &RecordsRequest) -> Option<ReferralView> {
    let referral = request.referral.as_ref()?;
    let finding = referral.finding.as_ref();
    let sentence = finding.map(|finding| {
        let found = if finding.has_grounds { "Grounds to withhold." } else { "No grounds to withhold." };
        format!("{found} {}", finding.text)
    });
    Some(ReferralView {
        to: referral.to.clone(),
        exemption: referral.exemption.clone(),
        records: referral.records.clone(),
        reason: referral.reason.clone(),
        on: in_words(referral.on),
        finding: sentence.unwrap_or_default(),
        finding_on: finding.map(|finding| in_words(finding.on)).unwrap_or_default(),
    })
}

fn next(request: &RecordsRequest) -> String {
    let text = match &request.state {
        RecordsState::Received if request.department.is_none() => {
            "The clerk finds out which department has the records. The last day to answer runs meanwhile."
        }
        RecordsState::Received => "The office looks for the records and answers by the last day.",
        RecordsState::Acknowledged { .. } => {
            "The office has it and looks for the records. This is neither a grant nor a denial: the last day stays."
        }
        RecordsState::DeemedDenied { .. } => {
            "No answer came in time, which is a denial by law. You may appeal now; the city still owes an answer."
        }
        RecordsState::Answered { .. } => "It is answered. If something is missing, you may appeal.",
        RecordsState::Withdrawn { .. } => "You took it back. You may ask again at any time.",
        RecordsState::Converted { .. } => "It became an application. You may still ask for the records at any time.",
    };
    text.to_owned()
}

/// Where a request stands.
#[must_use]
pub(super) fn records_tag(word: &str) -> Tag {
    let (text, tone) = match word {
        "received" => ("Received", "warn"),
        "acknowledged" => ("Acknowledged", "info"),
        "deemed_denied" => ("Denied by silence", "bad"),
        "produced" => ("Produced", "good"),
        "partly" => ("Produced in part", "info"),
        "denied" => ("Denied", "bad"),
        "withdrawn" => ("Taken back", "neutral"),
        "converted" => ("Became an application", "neutral"),
        _ => ("Unknown", "neutral"),
    };
    Tag { text, tone }
}
