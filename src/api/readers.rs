//! Who could read a dataset at an instant or in a span of the past, and what allowed or refused one request. For auditors.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::Api;
use super::audit::{AuditEntry, csv_of};
use super::keys::HoldView;
use super::usage::LineView;
use crate::cases::readers::{self, AgreementReaders, ExplainedCall, KeyReader, Readers};
use crate::cases::{CaseError, Desk};
use crate::domain::id::DatasetId;
use crate::domain::people::Role;
use crate::domain::readers::{Span, Spans};
use crate::domain::time::Instant;
use crate::web::case::{DeskData, caller};
use crate::web::fields::Fields;
use crate::web::{Access, Query, WebError};

const AUDITOR: Access = Access::Staff(&[Role::Auditor]);
const ASKS: &[&str] = &["dataset", "at", "from", "until"];

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    api.get("/audit/readers", AUDITOR, "Who could read a dataset then, under which text, approved by whom", answer)
        .asks(ASKS)
        .gives::<ReadersView>(200)
        .refuses(&["not_found", "invalid"])
        .get("/audit/readers.csv", AUDITOR, "The same as CSV, one row for each span of each key", sheet)
        .asks(ASKS)
        .gives_other("text/csv")
        .refuses(&["not_found", "invalid"])
        .get("/audit/requests/{id}", AUDITOR, "The clause that allowed a request, or what refused it", request)
        .gives::<RequestView>(200)
}

/// From an instant to before another one.
#[derive(Debug, Serialize, ToSchema)]
struct SpanView {
    from: DateTime<Utc>,
    until: DateTime<Utc>,
}

impl From<&Span> for SpanView {
    fn from(span: &Span) -> Self {
        Self { from: span.from, until: span.until }
    }
}

fn spans(spans: &Spans) -> Vec<SpanView> {
    spans.as_slice().iter().map(Into::into).collect()
}

/// Who could read.
#[derive(Debug, Serialize, ToSchema)]
struct ReadersView {
    /// The dataset's id.
    dataset: String,
    slug: String,
    /// Its tier at the end of the span; null where it had none.
    #[schema(example = "2")]
    tier: Option<&'static str>,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    /// When everybody could read without a key.
    open: Vec<SpanView>,
    /// Every agreement on it that was in force in the span.
    agreements: Vec<UnderView>,
    /// Whether there are more agreements than are told.
    is_cut: bool,
}

/// An agreement with who could read under it.
#[derive(Debug, Serialize, ToSchema)]
struct UnderView {
    agreement: String,
    #[schema(example = "DSA-2026-0017")]
    number: String,
    holder: String,
    in_force: Vec<SpanView>,
    /// SHA-256 of the signed text, hex; `/agreements/{id}` has the text.
    text_hash: String,
    /// The terms that bound its holder at the end of the span.
    #[schema(example = "standard 3")]
    terms: String,
    signed_by: String,
    signed_at: DateTime<Utc>,
    approvals: Vec<ApprovalView>,
    scopes: Vec<String>,
    #[schema(example = "5000/day")]
    limits: String,
    conditions: Vec<String>,
    /// Holds of the span on the agreement and on people whose hold stops it.
    holds: Vec<HoldView>,
    keys: Vec<ReadingKeyView>,
}

/// An approval.
#[derive(Debug, Serialize, ToSchema)]
struct ApprovalView {
    /// The number of its entry.
    entry: i64,
    /// `terms`, `first`, `asked`, `conditions` or `renewal`.
    how: &'static str,
    by: String,
    /// The role.
    capacity: String,
    department: String,
    at: DateTime<Utc>,
}

/// A key, and when it could read.
#[derive(Debug, Serialize, ToSchema)]
struct ReadingKeyView {
    key: String,
    name: String,
    hint: String,
    scopes: Vec<String>,
    /// Empty for anywhere.
    networks: Vec<String>,
    could: Vec<SpanView>,
    could_not: Vec<WhyNotView>,
    /// Holds of the span on the key itself.
    holds: Vec<HoldView>,
}

/// Why a key could not read, and when.
#[derive(Debug, Serialize, ToSchema)]
struct WhyNotView {
    /// `no_key`, `held`, `no_agreement`, `no_scope` or `not_served`.
    why: &'static str,
    spans: Vec<SpanView>,
}

impl From<&AgreementReaders> for UnderView {
    fn from(one: &AgreementReaders) -> Self {
        let approvals = one.approvals.iter().map(|approval| ApprovalView {
            entry: approval.entry,
            how: approval.how.as_str(),
            by: approval.by.clone(),
            capacity: approval.capacity.clone(),
            department: approval.department.clone(),
            at: approval.at,
        });
        let schedule = &one.schedule;
        Self {
            agreement: one.agreement.id.to_string(),
            number: one.agreement.number.clone(),
            holder: one.agreement.requester_name.clone(),
            in_force: spans(&one.in_force),
            text_hash: one.agreement.text_hash.clone(),
            terms: one.terms.clone(),
            signed_by: one.bound_by.name.clone(),
            signed_at: one.bound_by.at,
            approvals: approvals.collect(),
            scopes: schedule.operations.iter().map(|name| format!("{}:{name}", schedule.slug)).collect(),
            limits: schedule.limits.to_string().replace('\n', ", "),
            conditions: schedule.conditions.iter().map(|condition| condition.text.clone()).collect(),
            holds: one.holds.iter().map(Into::into).collect(),
            keys: one.keys.iter().map(Into::into).collect(),
        }
    }
}

impl From<&KeyReader> for ReadingKeyView {
    fn from(key: &KeyReader) -> Self {
        let why_not = key.reading.could_not.iter();
        Self {
            key: key.id.to_string(),
            name: key.name.clone(),
            hint: key.hint.clone(),
            scopes: key.scopes.clone(),
            networks: key.networks.clone(),
            could: spans(&key.reading.could),
            could_not: why_not.map(|(why, when)| WhyNotView { why: why.as_str(), spans: spans(when) }).collect(),
            holds: key.holds.iter().map(Into::into).collect(),
        }
    }
}

impl From<Readers> for ReadersView {
    fn from(found: Readers) -> Self {
        Self {
            dataset: found.dataset.id.to_string(),
            tier: found.tier.map(crate::domain::tier::Tier::as_str),
            from: found.span.from,
            until: found.span.until,
            open: spans(&found.open),
            agreements: found.agreements.iter().map(Into::into).collect(),
            is_cut: found.is_cut,
            slug: found.dataset.slug,
        }
    }
}

fn instant(query: &Fields, name: &str) -> Result<Option<Instant>, WebError> {
    let text = query.get(name).filter(|text| !text.is_empty());
    let wrong = || {
        let detail = format!("“{name}” must be an instant such as 2026-11-23T00:00:00Z.");
        WebError::bad_request("query_invalid", detail)
    };
    text.map(|text| text.parse().map_err(|_no_instant| wrong())).transpose()
}

/// The instant asked about (now, where none is given), or the span.
pub(super) fn asked(query: &Fields, now: Instant) -> Result<(String, Span), WebError> {
    let dataset = query.get("dataset").unwrap_or_default().to_owned();
    let span = match (instant(query, "at")?, instant(query, "from")?, instant(query, "until")?) {
        (at, None, None) => {
            let at = at.unwrap_or(now);
            Span::new(at, at + TimeDelta::microseconds(1))
        }
        (None, Some(from), Some(until)) => Span::new(from, until),
        (Some(_), _, _) | (None, None, Some(_)) | (None, Some(_), None) => {
            return Err(WebError::bad_request("query_invalid", "Give “at” alone, or “from” and “until” together."));
        }
    };
    Ok((dataset, span))
}

/// The dataset that was named.
pub(super) fn dataset(desk: &Desk, text: &str) -> Result<DatasetId, CaseError> {
    readers::dataset_named(desk, text)
}

async fn answer(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let (named, span) = asked(&query.only(ASKS)?, desk.clock.now())?;
    let caller = caller(&request);
    let found = desk.run(move |desk| readers::readers(desk, &caller, dataset(desk, &named)?, span)).await?;
    Ok(HttpResponse::Ok().json(ReadersView::from(found)))
}

async fn sheet(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let query = query.only(ASKS)?;
    let (named, span) = asked(&query, desk.clock.now())?;
    let caller = caller(&request);
    let found = desk.run(move |desk| readers::sheet(desk, &caller, dataset(desk, &named)?, span)).await?;
    csv_of(&request, &query, "readers.csv", found)
}

/// What is known of one request.
#[derive(Debug, Serialize, ToSchema)]
struct RequestView {
    id: String,
    /// Its calls at the gate, as far as the access log still has them.
    calls: Vec<CallView>,
    /// Entries of the chain that it left.
    entries: Vec<AuditEntry>,
}

/// A call with what allowed or refused it.
#[derive(Debug, Serialize, ToSchema)]
struct CallView {
    line: LineView,
    /// The agreement as it was at that instant; null where none was in force.
    under: Option<UnderView>,
    /// The key as it was at that instant.
    key: Option<ReadingKeyView>,
    /// The schedule of the dataset as it stands in the signed text, Markdown; empty where there is none.
    clause: String,
}

impl From<ExplainedCall> for CallView {
    fn from(call: ExplainedCall) -> Self {
        Self {
            under: call.under.as_ref().map(Into::into),
            key: call.key.as_ref().map(Into::into),
            clause: call.clause,
            line: call.line.into(),
        }
    }
}

async fn request(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    let (caller, id) = (caller(&request), id.into_inner());
    let found = desk.run(move |desk| readers::explain(desk, &caller, &id)).await?;
    Ok(HttpResponse::Ok().json(RequestView {
        id: found.id,
        calls: found.calls.into_iter().map(Into::into).collect(),
        entries: found.entries.into_iter().map(Into::into).collect(),
    }))
}
