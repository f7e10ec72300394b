//! What the API shows of cases, field by field: each reader's list is written out here, so that nothing is shown that
//! was not meant to be.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::parts::{Advice, Condition, Difference, Evidence, Field, Ground, Limit, Operation, Schedule};
use crate::cases::agree::{AgreementView, Offer};
use crate::domain::agreement::{self, Agreement, Execution};
use crate::domain::application::{Application, Countered, Item, ItemState, State};
use crate::domain::catalogue::Dataset;
use crate::domain::review::{Decision, Verdict};
use crate::domain::tier::Tier;
use crate::store::applications::Remark;

/// A dataset of the catalogue.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DatasetView {
    pub(super) id: String,
    pub(super) slug: String,
    title: String,
    summary: String,
    description: String,
    department: String,
    steward: String,
    /// `0`, `1`, `2`, `3`, `X`; absent until a steward has set it.
    tier: Option<&'static str>,
    keywords: Vec<String>,
    is_published: bool,
    has_upstream: bool,
    identifier: String,
    #[schema(value_type = Vec<Field>)]
    fields: Value,
    #[schema(value_type = Vec<Operation>)]
    operations: Value,
    /// Limits of an agreement, unless a condition narrows them.
    #[schema(value_type = Vec<Limit>)]
    limits: Value,
    /// What the catalogue says, in the words of DCAT-US.
    #[schema(value_type = Object, example = json!({ "title": "Parking occupancy", "keywords": ["parking"] }))]
    metadata: Value,
    updated_at: DateTime<Utc>,
    /// For `If-Match`: `"v1"`.
    version: i64,
}

impl From<&Dataset> for DatasetView {
    fn from(dataset: &Dataset) -> Self {
        Self {
            id: dataset.id.to_string(),
            slug: dataset.slug.clone(),
            title: dataset.metadata.title.as_str().to_owned(),
            summary: dataset.summary.clone(),
            description: dataset.metadata.description.as_str().to_owned(),
            department: dataset.department.to_string(),
            steward: dataset.steward.clone(),
            tier: dataset.tier.map(Tier::as_str),
            keywords: dataset.metadata.keywords.iter().map(|word| word.as_str().to_owned()).collect(),
            is_published: dataset.is_published,
            has_upstream: dataset.upstream.is_some(),
            identifier: dataset.identifier.clone(),
            fields: json!(dataset.fields),
            operations: json!(dataset.operations),
            limits: json!(dataset.limits),
            metadata: json!(dataset.metadata),
            updated_at: dataset.updated_at,
            version: dataset.version,
        }
    }
}

/// Who reads an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// The requester's side: decisions once they are final, nothing of the work before.
    Requester,
    /// The departments: also recommendations, first approvals and recusals.
    Desk,
}

/// An application.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ApplicationView {
    id: String,
    number: String,
    title: String,
    requester_name: String,
    /// `draft`, `submitted`, `info_requested`, `offered`, `executed`, `denied`, `withdrawn` or `lapsed`.
    state: &'static str,
    /// The agreement offered or executed.
    agreement: Option<String>,
    /// Until when an offer stays open.
    lapses_at: Option<DateTime<Utc>>,
    answers: BTreeMap<String, String>,
    items: Vec<ItemView>,
    /// What changed between the last two submissions.
    #[schema(value_type = Vec<Difference>)]
    differences: Value,
    /// Staff who stepped aside; for departments.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    recusals: Vec<String>,
    submissions: usize,
    submitted_at: Option<DateTime<Utc>>,
    amends: Option<String>,
    follows: Option<String>,
    reopened_as: Option<String>,
    created_at: DateTime<Utc>,
    version: i64,
}

/// One dataset in an application.
#[derive(Debug, Serialize, ToSchema)]
struct ItemView {
    id: String,
    dataset: String,
    title: String,
    department: String,
    tier: &'static str,
    operations: Vec<String>,
    /// Why each sensitive field is needed, by field name.
    sensitive: BTreeMap<String, String>,
    /// `pending`, `approved`, `approved_with_conditions` or `denied`.
    state: &'static str,
    decision: Option<DecisionView>,
    /// Conditions of the last offer that the requester countered, while the item is decided again.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    countered: Vec<CounteredView>,
    /// The first of two approvals; for departments.
    #[serde(skip_serializing_if = "Option::is_none")]
    first_approval: Option<DecisionView>,
    /// What a reviewer advised; for departments.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Advice>)]
    recommendation: Option<Value>,
}

/// A condition that was countered.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CounteredView {
    /// The condition as it was offered.
    condition: String,
    /// What the requester would accept instead.
    proposal: String,
    at: DateTime<Utc>,
}

/// A decision.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DecisionView {
    /// `approved`, `approved_with_conditions` or `denied`.
    outcome: &'static str,
    statement: String,
    by: String,
    at: DateTime<Utc>,
    #[schema(value_type = Vec<Condition>)]
    conditions: Value,
    #[schema(value_type = Vec<Ground>)]
    grounds: Value,
    remedy: String,
}

impl From<&Decision> for DecisionView {
    fn from(decision: &Decision) -> Self {
        let (outcome, conditions, grounds, remedy) = match &decision.verdict {
            Verdict::Approve { conditions } if conditions.is_empty() => ("approved", json!([]), json!([]), ""),
            Verdict::Approve { conditions } => ("approved_with_conditions", json!(conditions), json!([]), ""),
            Verdict::Deny { grounds, remedy } => ("denied", json!([]), json!(grounds), remedy.as_str()),
        };
        Self {
            outcome,
            statement: decision.statement.clone(),
            by: decision.by_name.clone(),
            at: decision.at,
            conditions,
            grounds,
            remedy: remedy.to_owned(),
        }
    }
}

fn countered_view(countered: &Countered) -> CounteredView {
    let Countered { condition, proposal, at } = countered;
    CounteredView { condition: condition.text.clone(), proposal: proposal.clone(), at: *at }
}

fn item_view(item: &Item, side: Side) -> ItemView {
    let (decision, first) = match &item.state {
        ItemState::Pending { first } => (None, first.as_ref()),
        ItemState::Granted { .. } => (None, None),
        ItemState::Approved { decision, first } => (Some(decision), first.as_ref()),
        ItemState::Denied { decision } => (Some(decision), None),
    };
    let for_desk = side == Side::Desk;
    ItemView {
        id: item.id.to_string(),
        dataset: item.slug.clone(),
        title: item.title.clone(),
        department: item.department.to_string(),
        tier: item.tier.as_str(),
        operations: item.asked.operations.clone(),
        sensitive: item.asked.sensitive.clone(),
        state: item.state.as_str(),
        decision: decision.map(Into::into),
        countered: item.countered.iter().filter(|_| item.state.is_pending()).map(countered_view).collect(),
        first_approval: first.filter(|_| for_desk).map(Into::into),
        recommendation: item.recommendation.as_ref().filter(|_| for_desk).map(
            |advice| json!({ "advice": advice.advice, "text": advice.text, "by": advice.by_name, "at": advice.at }),
        ),
    }
}

/// An application as one side sees it. Departments read what was submitted, not what is being changed.
pub(super) fn application_view(application: &Application, side: Side) -> ApplicationView {
    let (agreement, lapses_at) = match &application.state {
        State::Offered { agreement, lapses_at, .. } => (Some(agreement), Some(*lapses_at)),
        State::Executed { agreement, .. } => (Some(agreement), None),
        State::Draft
        | State::Submitted { .. }
        | State::InfoRequested { .. }
        | State::Denied { .. }
        | State::Withdrawn { .. }
        | State::Lapsed { .. }
        | State::Converted { .. } => (None, None),
    };
    let answers = match (side, application.submitted()) {
        (Side::Desk, Some(submission)) => &submission.answers,
        (Side::Desk | Side::Requester, _) => &application.answers,
    };
    let recusals = application.recusals.iter().map(|recusal| recusal.by_name.clone());
    ApplicationView {
        id: application.id.to_string(),
        number: application.number.clone(),
        title: answers.get("title").to_owned(),
        requester_name: application.requester_name.clone(),
        state: application.state.as_str(),
        agreement: agreement.map(ToString::to_string),
        lapses_at,
        answers: answers.iter().map(|(question, text)| (question.name.to_owned(), text.to_owned())).collect(),
        items: application.items.iter().map(|item| item_view(item, side)).collect(),
        differences: json!(application.differences()),
        recusals: if side == Side::Desk { recusals.collect() } else { Vec::new() },
        submissions: application.submissions.len(),
        submitted_at: application.submitted().map(|submission| submission.at),
        amends: application.amends.map(|id| id.to_string()),
        follows: application.follows.map(|id| id.to_string()),
        reopened_as: application.reopened_as.map(|id| id.to_string()),
        created_at: application.created_at,
        version: application.version,
    }
}

/// A remark on an application.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RemarkView {
    id: String,
    /// `question`, `answer`, `message`, `note` or `counter`.
    kind: &'static str,
    department: Option<String>,
    author: String,
    is_from_requester: bool,
    text: String,
    /// The name of the answer that a question is about.
    about: Option<String>,
    at: DateTime<Utc>,
}

impl From<&Remark> for RemarkView {
    fn from(remark: &Remark) -> Self {
        Self {
            id: remark.id.to_string(),
            kind: remark.kind.as_str(),
            department: remark.department.map(|id| id.to_string()),
            author: remark.author_name.clone(),
            is_from_requester: remark.is_from_requester,
            text: remark.text.clone(),
            about: remark.about.clone(),
            at: remark.at,
        }
    }
}

/// An agreement in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AgreementSummary {
    id: String,
    number: String,
    application: String,
    title: String,
    requester_name: String,
    /// `offered`, `executed`, `expired`, `terminated`, `superseded` or `closed`.
    state: &'static str,
    executed_at: Option<DateTime<Utc>>,
    ends_at: Option<DateTime<Utc>>,
    scopes: Vec<String>,
    text_hash: String,
    previous: Option<String>,
}

impl From<&Agreement> for AgreementSummary {
    fn from(agreement: &Agreement) -> Self {
        let execution = agreement.execution();
        Self {
            id: agreement.id.to_string(),
            number: agreement.number.clone(),
            application: agreement.application.to_string(),
            title: agreement.title.clone(),
            requester_name: agreement.requester_name.clone(),
            state: agreement.state.as_str(),
            executed_at: execution.map(|execution| execution.at),
            ends_at: execution.map(|execution| execution.ends_at),
            scopes: agreement.scopes(),
            text_hash: agreement.text_hash.clone(),
            previous: agreement.previous.map(|id| id.to_string()),
        }
    }
}

/// An agreement with its text, schedules and signatures.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AgreementFull {
    #[serde(flatten)]
    summary: AgreementSummary,
    /// The text, Markdown, exactly as it was hashed.
    text: String,
    #[schema(value_type = Vec<Schedule>)]
    schedules: Value,
    /// The holder's signature, once executed.
    #[schema(value_type = Option<Evidence>)]
    evidence: Option<Value>,
    /// The service's Ed25519 signature over number, hash and instant, hex.
    signature: Option<String>,
    /// The service's public key, hex.
    public_key: String,
}

impl From<&AgreementView> for AgreementFull {
    fn from(view: &AgreementView) -> Self {
        let schedules: Vec<Value> = view.agreement.schedules.iter().map(schedule).collect();
        Self {
            summary: (&view.agreement).into(),
            text: view.text.clone(),
            schedules: json!(schedules),
            evidence: view.agreement.execution().map(evidence),
            signature: view.signature.clone(),
            public_key: view.public_key.clone(),
        }
    }
}

/// An offer that waits for its signature.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OfferView {
    application: String,
    agreement: String,
    number: String,
    /// Until when it stays open.
    lapses_at: DateTime<Utc>,
    /// The terms that the signature names, with their hash.
    terms: String,
    terms_title: String,
    terms_hash: String,
    /// The text to sign, Markdown, exactly as it is hashed.
    text: String,
    text_hash: String,
    #[schema(value_type = Vec<Schedule>)]
    schedules: Value,
}

impl From<&Offer> for OfferView {
    fn from(offer: &Offer) -> Self {
        let agreement = &offer.offered.agreement;
        let schedules: Vec<Value> = agreement.schedules.iter().map(schedule).collect();
        Self {
            application: offer.application.id.to_string(),
            agreement: agreement.id.to_string(),
            number: agreement.number.clone(),
            lapses_at: offer.lapses_at,
            terms: offer.terms.id.to_string(),
            terms_title: offer.terms.title.as_str().to_owned(),
            terms_hash: offer.terms.hash.to_string(),
            text: offer.offered.text.clone(),
            text_hash: agreement.text_hash.clone(),
            schedules: json!(schedules),
        }
    }
}

fn schedule(schedule: &agreement::Schedule) -> Value {
    json!({
        "dataset": schedule.slug, "title": schedule.title, "department": schedule.department,
        "tier": schedule.tier, "operations": schedule.operations, "limits": schedule.limits,
        "networks": schedule.networks, "hours": schedule.hours, "redaction": schedule.redaction,
        "redaction_revision": schedule.redaction_revision, "redactions": schedule.redactions,
        "conditions": schedule.conditions,
    })
}

fn evidence(execution: &Execution) -> Value {
    let signature = &execution.signature;
    json!({
        "name": signature.name, "title": signature.title, "has_authority": signature.has_authority,
        "consent": signature.consent, "terms": signature.terms, "terms_hash": signature.terms_hash,
        "text_hash": signature.text_hash, "signed_at": signature.at, "zone": signature.zone,
        "address": signature.address, "agent": signature.agent,
    })
}
