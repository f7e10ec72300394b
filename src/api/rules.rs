//! The rule book, for anybody; the signals that its rules wrote, for the offices.

use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use super::Api;
use crate::cases::misuse;
use crate::domain::id::SignalId;
use crate::domain::misuse::{Rule, Signal};
use crate::domain::people::Role;
use crate::domain::time::Instant;
use crate::web::case::{DeskData, caller};
use crate::web::paging::cursor_invalid;
use crate::web::{Access, Paging, Query, WebError};

const OFFICES: Access = Access::Staff(&[Role::Reviewer, Role::Manager, Role::Clerk, Role::Auditor]);
const PAGE: &[&str] = &["limit", "cursor"];

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    api.get("/rules", Access::Public, "The rule book against misuse", book)
        .gives::<RuleBook>(200)
        .get("/signals", OFFICES, "Signals of the misuse rules, newest first", signals)
        .asks(PAGE)
        .gives::<Signals>(200)
}

/// The rule book.
#[derive(Debug, Serialize, ToSchema)]
struct RuleBook {
    /// The version of the place's profile.
    version: String,
    items: Vec<RuleShown>,
}

/// One rule.
#[derive(Debug, Serialize, ToSchema)]
struct RuleShown {
    id: String,
    /// `M1` to `M10`.
    class: &'static str,
    title: String,
    text: String,
    title_es: String,
    text_es: String,
    /// What it looks at.
    signal: &'static str,
    threshold: u32,
    /// What is measured.
    unit: &'static str,
    window_minutes: u32,
    /// Fewer calls are not judged.
    calls_min: u32,
    /// `inform`, `warn` or `suspend`.
    first_step: &'static str,
    cool_down_minutes: u32,
    /// `live`, or `shadow` while it is on trial.
    mode: &'static str,
}

impl From<&Rule> for RuleShown {
    fn from(rule: &Rule) -> Self {
        Self {
            id: rule.id.to_string(),
            class: rule.class.as_str(),
            title: rule.title.text("en").to_owned(),
            text: rule.text.text("en").to_owned(),
            title_es: rule.title.text("es").to_owned(),
            text_es: rule.text.text("es").to_owned(),
            signal: rule.signal.as_str(),
            threshold: rule.threshold,
            unit: rule.signal.unit(),
            window_minutes: rule.window_minutes,
            calls_min: rule.calls_min,
            first_step: rule.first_step.as_str(),
            cool_down_minutes: rule.cool_down_minutes,
            mode: rule.mode.as_str(),
        }
    }
}

async fn book(desk: DeskData) -> Result<HttpResponse, WebError> {
    let items = desk.profile.rules.iter().map(Into::into).collect();
    Ok(HttpResponse::Ok().json(RuleBook { version: desk.profile.version.to_string(), items }))
}

/// Signals.
#[derive(Debug, Serialize, ToSchema)]
struct Signals {
    items: Vec<SignalShown>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// What a rule noticed; no finding of a violation.
#[derive(Debug, Serialize, ToSchema)]
struct SignalShown {
    id: String,
    at: chrono::DateTime<chrono::Utc>,
    rule: String,
    /// `M1` to `M10`.
    class: &'static str,
    /// `live` or `shadow`, as the rule was.
    mode: &'static str,
    /// `open`, or `trial` of a rule in shadow mode.
    state: &'static str,
    /// `shadow`, `informed`, `warned`, `throttled`, `suspended` or `stopped_before`.
    taken: &'static str,
    /// `first`, `repeat` or `continuing`: what a case from it would be about.
    offence: &'static str,
    key: String,
    key_hint: String,
    agreement: String,
    agreement_number: String,
    measured: i64,
    threshold: i64,
    calls: i64,
    refused: i64,
    /// The figures in a sentence.
    facts: String,
}

impl From<Signal> for SignalShown {
    fn from(signal: Signal) -> Self {
        Self {
            id: signal.id.to_string(),
            at: signal.at,
            facts: signal.sentence(),
            rule: signal.rule,
            class: signal.class.as_str(),
            mode: signal.mode.as_str(),
            state: signal.state.as_str(),
            taken: signal.taken.as_str(),
            offence: signal.offence.as_str(),
            key: signal.key.to_string(),
            key_hint: signal.key_hint,
            agreement: signal.agreement.to_string(),
            agreement_number: signal.agreement_number,
            measured: signal.finding.measured,
            threshold: signal.finding.threshold,
            calls: signal.finding.calls,
            refused: signal.finding.refused,
        }
    }
}

async fn signals(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let paging = Paging::from_query(&query.only(PAGE)?)?;
    let below = match paging.after.as_deref() {
        None => None,
        Some([at, id]) => Some(place(at, id).ok_or_else(cursor_invalid)?),
        Some(_) => return Err(cursor_invalid()),
    };
    let (caller, limit) = (caller(&request), paging.limit);
    let found = desk.run(move |desk| misuse::signals(desk, &caller, below, i64::from(limit) + 1)).await?;
    let paged = paging.page(found, |signal| vec![signal.at.to_rfc3339(), signal.id.to_string()]);
    let items = paged.items.into_iter().map(Into::into).collect();
    Ok(HttpResponse::Ok().json(Signals { items, next: paged.next }))
}

fn place(at: &str, id: &str) -> Option<(Instant, SignalId)> {
    Some((at.parse().ok()?, id.parse().ok()?))
}
