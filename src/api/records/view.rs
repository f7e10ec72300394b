//! Requests for records as JSON, and what both sides take from them: files and the papers for the commission.

use actix_web::HttpResponse;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::id_in;
use crate::cases::Caller;
use crate::cases::records;
use crate::domain::attachment::Attachment;
use crate::domain::calendar::Deadline;
use crate::domain::letter::Letter;
use crate::domain::records::{LedgerEntry, RecordsRequest, RecordsStep, WaiverGround, Withheld, balance};
use crate::web::WebError;
use crate::web::case::DeskData;

/// Requests for records.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RecordsList {
    pub(super) items: Vec<RecordsView>,
}

/// A request for records.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RecordsView {
    pub(super) id: String,
    /// Such as `REC-2026-0001`.
    pub(super) number: String,
    /// `received`, `acknowledged`, `deemed_denied`, `produced`, `partly`, `denied`, `withdrawn` or `converted`.
    pub(super) state: &'static str,
    pub(super) is_open: bool,
    pub(super) description: String,
    /// `electronic`, `inspection`, `paper` or `certified`.
    pub(super) format: &'static str,
    /// The id of the department that has the records; none until the clerk says which.
    pub(super) department: Option<String>,
    pub(super) received_at: DateTime<Utc>,
    /// The last day to answer; silence becomes a denial at its end.
    pub(super) due: RecordsClock,
    /// Until when one may appeal to the state's commission.
    pub(super) appeals: Vec<RecordsClock>,
    /// The day of the denial by silence, which stays whatever is answered later.
    pub(super) deemed_denied_on: Option<NaiveDate>,
    pub(super) answer: Option<RecordsAnswer>,
    pub(super) referral: Option<RecordsReferral>,
    /// What copies cost at most, in cents.
    pub(super) estimate_cents: Option<u64>,
    /// Whether the estimate is paid before copies are made.
    pub(super) prepayment: bool,
    /// The ground on which no fee is asked.
    pub(super) waived: Option<&'static str>,
    pub(super) fees: Vec<FeeEntry>,
    /// What is still owed, in cents.
    pub(super) owed_cents: u64,
    pub(super) files: Vec<FileListed>,
    /// The letters about it, as they were sent.
    pub(super) letters: Vec<RecordsLetter>,
    pub(super) steps: Vec<RecordsEvent>,
}

/// A last day with its working.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RecordsClock {
    pub(super) by: NaiveDate,
    pub(super) working: String,
}

/// An answer.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RecordsAnswer {
    /// `produced`, `partly` or `denied`.
    pub(super) outcome: &'static str,
    pub(super) text: String,
    pub(super) by: String,
    pub(super) at: DateTime<Utc>,
    /// It came after the last day.
    pub(super) is_late: bool,
    pub(super) withheld: Vec<WithheldRow>,
}

/// Something withheld.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WithheldRow {
    /// Which record.
    pub(super) record: String,
    /// Which field or part of it.
    pub(super) field: String,
    /// The subsection, such as `1-210(b)(5)`, or `not-held`.
    #[schema(example = "1-210(b)(5)")]
    pub(super) exemption: String,
    /// Why it applies.
    pub(super) sentence: String,
}

/// A referral to the state's commissioner.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RecordsReferral {
    pub(super) exemption: String,
    pub(super) records: String,
    pub(super) reason: String,
    pub(super) to: String,
    pub(super) on: NaiveDate,
    /// Whether grounds were found; nothing while the finding is awaited.
    pub(super) has_grounds: Option<bool>,
    pub(super) finding: Option<String>,
}

/// An entry of the ledger.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FeeEntry {
    /// `charge`, `payment` or `waiver`.
    pub(super) kind: &'static str,
    pub(super) cents: u64,
    pub(super) text: String,
    pub(super) at: DateTime<Utc>,
    pub(super) by: String,
}

/// A file that was produced.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FileListed {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) bytes: u64,
    sha256: String,
}

/// A letter about a request.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RecordsLetter {
    pub(super) id: String,
    pub(super) subject: String,
    pub(super) at: DateTime<Utc>,
    /// Of the Markdown.
    pub(super) sha256: String,
    pub(super) markdown: String,
}

/// One thing that happened to a request.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RecordsEvent {
    pub(super) at: DateTime<Utc>,
    pub(super) title: String,
    pub(super) by: String,
    pub(super) text: String,
    /// Only staff see it.
    pub(super) is_private: bool,
}

impl From<&Deadline> for RecordsClock {
    fn from(deadline: &Deadline) -> Self {
        Self { by: deadline.due, working: deadline.explain() }
    }
}

impl From<&RecordsStep> for RecordsEvent {
    fn from(step: &RecordsStep) -> Self {
        let RecordsStep { at, title, by_name, text, is_private } = step.clone();
        Self { at, title, by: by_name, text, is_private }
    }
}

pub(super) fn view(
    request: &RecordsRequest,
    fees: &[LedgerEntry],
    (files, letters): (&[Attachment], &[Letter]),
) -> RecordsView {
    let answer = request.answer().map(|answer| RecordsAnswer {
        outcome: answer.outcome.as_str(),
        text: answer.text.clone(),
        by: answer.by_name.clone(),
        at: answer.at,
        is_late: answer.is_late,
        withheld: answer.withheld.iter().cloned().map(row).collect(),
    });
    let referral = request.referral.as_ref().map(|referral| RecordsReferral {
        exemption: referral.exemption.clone(),
        records: referral.records.clone(),
        reason: referral.reason.clone(),
        to: referral.to.clone(),
        on: referral.on,
        has_grounds: referral.finding.as_ref().map(|finding| finding.has_grounds),
        finding: referral.finding.as_ref().map(|finding| finding.text.clone()),
    });
    RecordsView {
        id: request.id.to_string(),
        number: request.number.clone(),
        state: request.state.as_str(),
        is_open: request.state.is_open(),
        description: request.description.clone(),
        format: request.format.as_str(),
        department: request.department.map(|id| id.to_string()),
        received_at: request.received_at,
        due: (&request.clocks.due).into(),
        appeals: request.appeals().into_iter().map(Into::into).collect(),
        deemed_denied_on: request.deemed.as_ref().map(|deemed| deemed.on),
        answer,
        referral,
        estimate_cents: request.estimate.as_ref().map(|estimate| estimate.total.get()),
        prepayment: request.estimate.as_ref().is_some_and(|estimate| estimate.prepayment),
        waived: request.waived.map(WaiverGround::as_str),
        fees: fees.iter().map(fee_entry).collect(),
        owed_cents: balance(fees).get(),
        files: files.iter().map(file_listed).collect(),
        letters: letters.iter().map(letter_sent).collect(),
        steps: request.steps.iter().map(Into::into).collect(),
    }
}

fn row(row: Withheld) -> WithheldRow {
    let Withheld { record, field, exemption, sentence } = row;
    WithheldRow { record, field, exemption, sentence }
}

fn fee_entry(entry: &LedgerEntry) -> FeeEntry {
    FeeEntry {
        kind: entry.kind.as_str(),
        cents: entry.cents.get(),
        text: entry.text.clone(),
        at: entry.at,
        by: entry.by_name.clone(),
    }
}

fn file_listed(file: &Attachment) -> FileListed {
    FileListed { id: file.id.to_string(), name: file.name.clone(), bytes: file.bytes, sha256: file.sha256.clone() }
}

fn letter_sent(letter: &Letter) -> RecordsLetter {
    RecordsLetter {
        id: letter.id.to_string(),
        subject: letter.subject.clone(),
        at: letter.at,
        sha256: letter.sha256.to_string(),
        markdown: letter.markdown.clone(),
    }
}

pub(super) fn without_notes(mut request: RecordsRequest) -> RecordsRequest {
    request.steps.retain(|step| !step.is_private);
    request
}

/// A file with its content.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FileTaken {
    pub(super) name: String,
    pub(super) media_type: &'static str,
    sha256: String,
    /// Base64 (RFC 4648 section 4).
    pub(super) content: String,
}

pub(super) async fn taken(
    desk: DeskData,
    who: Caller,
    (key, file): (String, String),
) -> Result<HttpResponse, WebError> {
    use base64::Engine as _;
    let wanted = id_in(&file)?;
    let (file, content) = desk.run(move |desk| records::produced(desk, &who, &key, wanted)).await?;
    let content = base64::engine::general_purpose::STANDARD.encode(content);
    let media_type = file.kind.media_type();
    Ok(HttpResponse::Ok().json(FileTaken { name: file.name, media_type, sha256: file.sha256, content }))
}

/// The texts for the state's commission.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RecordsPacket {
    pub(super) parts: Vec<RecordsPacketPart>,
}

/// One text of them.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RecordsPacketPart {
    pub(super) name: String,
    pub(super) text: String,
}

pub(super) async fn packed(desk: DeskData, who: Caller, key: String) -> Result<HttpResponse, WebError> {
    let packet = desk.run(move |desk| records::packet(desk, &who, &key)).await?;
    let parts = packet.texts.into_iter().map(|(name, text)| RecordsPacketPart { name, text }).collect();
    Ok(HttpResponse::Ok().json(RecordsPacket { parts }))
}
