//! Unusual use for auditors: the same lines as on the page.

use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::Api;
use crate::cases::CaseError;
use crate::cases::anomalies::{self, Span, Unusual};
use crate::domain::anomaly::{Anomaly, spans};
use crate::domain::misuse::Signal;
use crate::domain::people::Role;
use crate::web::case::{DeskData, caller};
use crate::web::{Access, Query, WebError};

const AUDITOR: Access = Access::Staff(&[Role::Auditor]);
const ASKS: &[&str] = &["days", "department"];

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    api.get("/audit/anomalies", AUDITOR, "Unusual use that no rule acts on, and signals that wait", list)
        .asks(ASKS)
        .gives::<AnomalyList>(200)
        .refuses(&["invalid", "not_found"])
}

/// What is unusual.
#[derive(Debug, Serialize, ToSchema)]
struct AnomalyList {
    from: NaiveDate,
    to: NaiveDate,
    /// Signals of the rule book that nobody has taken up yet, the newest first.
    signals: Vec<WaitingSignal>,
    /// Days out of the ordinary, the newest first.
    days: Vec<AnomalyView>,
    /// How many more there are.
    days_left: usize,
    /// Keys that were never used and agreements without a call.
    resting: Vec<AnomalyView>,
    /// How many more there are.
    resting_left: usize,
}

/// A signal that waits; `/signals` has all of it.
#[derive(Debug, Serialize, ToSchema)]
struct WaitingSignal {
    id: String,
    at: DateTime<Utc>,
    #[schema(example = "burst")]
    rule: String,
    agreement: String,
    #[schema(example = "nwk_…a1b2")]
    key_hint: String,
    #[schema(example = "1,200 calls in 60 minutes")]
    text: String,
}

impl From<Signal> for WaitingSignal {
    fn from(signal: Signal) -> Self {
        Self {
            id: signal.id.to_string(),
            at: signal.at,
            text: signal.sentence(),
            agreement: signal.agreement.to_string(),
            key_hint: signal.key_hint,
            rule: signal.rule,
        }
    }
}

/// Something unusual.
#[derive(Debug, Serialize, ToSchema)]
struct AnomalyView {
    /// `surge`, `refusals`, `new_hours`, `never_used` or `idle`.
    kind: &'static str,
    /// In words.
    #[schema(example = "900 calls on Thu Oct 29, 2026, where 100 a day are usual.")]
    text: String,
    /// The day it is about; null for what rests.
    day: Option<NaiveDate>,
    /// Calls of that day.
    calls: Option<i64>,
    /// The median of the days with calls in the four weeks before.
    usual: Option<i64>,
    /// Calls that were refused or failed.
    refused: Option<i64>,
    /// Hours of the city in which the key had not called before.
    #[schema(example = json!([]))]
    hours: Vec<String>,
    /// Since when it rests.
    since: Option<NaiveDate>,
    /// The key; null where it is about an agreement.
    key: Option<String>,
    /// The agreement; null for a key that is gone.
    agreement: Option<String>,
    #[schema(example = "DSA-2026-0017")]
    agreement_number: Option<String>,
}

impl From<Unusual> for AnomalyView {
    fn from(one: Unusual) -> Self {
        let what = &one.what;
        let (usual, refused, hours, since) = match what {
            Anomaly::Surge { usual, .. } => (Some(*usual), None, Vec::new(), None),
            Anomaly::Refusals { refused, .. } => (None, Some(*refused), Vec::new(), None),
            Anomaly::NewHours { hours, .. } => (None, None, spans(*hours), None),
            Anomaly::NeverUsed { made } => (None, None, Vec::new(), Some(*made)),
            Anomaly::Idle { since, last } => (None, None, Vec::new(), Some(last.unwrap_or(*since))),
        };
        Self {
            kind: what.as_str(),
            text: what.sentence(),
            day: what.day(),
            calls: what.day().map(|_| what.calls()),
            usual,
            refused,
            hours,
            since,
            key: one.key.map(|key| key.id),
            agreement: one.agreement.as_ref().map(|agreement| agreement.id.to_string()),
            agreement_number: one.agreement.map(|agreement| agreement.number),
        }
    }
}

async fn list(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let query = query.only(ASKS)?;
    let caller = caller(&request);
    let found = desk
        .run(move |desk| {
            let text = |name| query.get(name).unwrap_or_default();
            let span = Span::read(text("days"), text("department")).map_err(CaseError::Invalid)?;
            anomalies::find(desk, &caller, span)
        })
        .await?;
    let (from, to) = found.span;
    Ok(HttpResponse::Ok().json(AnomalyList {
        from,
        to,
        signals: found.signals.into_iter().map(Into::into).collect(),
        days: found.days.into_iter().map(Into::into).collect(),
        days_left: found.days_left,
        resting: found.resting.into_iter().map(Into::into).collect(),
        resting_left: found.resting_left,
    }))
}
