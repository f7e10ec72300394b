//! How the feeds of a department's datasets do, and their fields as declared and as seen.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::views::DatasetView;
use super::{Api, precondition};
use crate::cases::feeds::{self, Callers, Declared};
use crate::domain::catalogue::Sensitivity;
use crate::domain::drift::{Drift, Kind};
use crate::domain::feed_health::{Check, Summary};
use crate::domain::people::Role;
use crate::web::case::{DeskData, caller};
use crate::web::{Access, IfMatch, Json, WebError, etag};

const MANAGER: Access = Access::Staff(&[Role::Manager]);
const STEWARDS: Access = Access::Staff(&[Role::Reviewer, Role::Manager, Role::Auditor]);

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    let at = |rest: &str| format!("/steward/datasets/{{slug}}/{rest}");
    api.get(&at("feed"), STEWARDS, "How the feed of a dataset does, and its fields as seen", health)
        .gives::<FeedView>(200)
        .post(&at("feed-checks"), MANAGER, "Look at the feed right now", check)
        .gives::<CheckView>(200)
        .refuses(&["upstream_needed"])
        .post(&at("declared-fields"), MANAGER, "Declare fields as they were seen in the feed", declare)
        .takes::<FieldsChosen>()
        .gives::<DatasetView>(200)
        .versioned()
        .refuses(&["invalid"])
}

/// How a feed does.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Feed)]
struct FeedView {
    /// When it was looked at last; null where it never was.
    checked_at: Option<DateTime<Utc>>,
    /// Since when it counts as down: so many failures in a row as the place set.
    down_since: Option<DateTime<Utc>>,
    last_ok: Option<DateTime<Utc>>,
    last_failure: Option<DateTime<Utc>>,
    /// Why it failed last.
    last_failure_why: Option<String>,
    /// The path that is asked; null asks the first that is read.
    #[schema(example = "/latest")]
    check_path: Option<String>,
    /// Looks and calls since yesterday.
    day: FeedSpanView,
    /// Those of seven days.
    week: FeedSpanView,
    /// Field by field; empty where no answer could be read yet.
    fields: Vec<FieldView>,
    fields_seen_at: Option<DateTime<Utc>>,
}

/// Looks of the service and calls of holders over a span of time.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FeedSpan)]
struct FeedSpanView {
    checks: usize,
    failures: usize,
    median_ms: i64,
    /// All but one in a hundred came within so many milliseconds.
    slowest_ms: i64,
    /// Mean bytes read of an answer.
    mean_bytes: i64,
    /// Calls of holders that reached the feed.
    calls: i64,
    /// Of these, those that it did not answer.
    calls_failed: i64,
    calls_mean_ms: i64,
    calls_bytes: i64,
}

impl FeedSpanView {
    const fn of(sum: Summary, callers: Callers) -> Self {
        Self {
            checks: sum.checks,
            failures: sum.failures,
            median_ms: sum.median_ms,
            slowest_ms: sum.slowest_ms,
            mean_bytes: sum.bytes,
            calls: callers.calls,
            calls_failed: callers.failed,
            calls_mean_ms: callers.mean_ms,
            calls_bytes: callers.bytes,
        }
    }
}

/// A field as declared and as seen.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FeedField)]
struct FieldView {
    name: String,
    /// The type it was declared with; null where nobody declared it.
    declared: Option<String>,
    /// The type that was seen; null where it is not in the feed.
    seen: Option<&'static str>,
    /// Records of a hundred in which it was missing or empty.
    empty_percent: usize,
    /// `missing`, `new` or `other_type`; null where it is as declared.
    drift: Option<&'static str>,
    /// How sensitive its name makes a field that nobody declared.
    suggested_sensitivity: &'static str,
    /// Why its name points to people or protected places.
    looks_personal_because: Vec<String>,
    /// Whether a rule of a redaction profile treats it.
    is_treated: bool,
}

/// One look at a feed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FeedCheck)]
struct CheckView {
    at: DateTime<Utc>,
    is_ok: bool,
    milliseconds: i64,
    bytes: i64,
    /// Why it failed; empty where it did not.
    why: String,
}

impl From<Check> for CheckView {
    fn from(check: Check) -> Self {
        Self { at: check.at, is_ok: check.is_ok, milliseconds: check.millis, bytes: check.bytes, why: check.why }
    }
}

const fn drift_word(drift: Drift) -> &'static str {
    match drift {
        Drift::Missing => "missing",
        Drift::New => "new",
        Drift::OtherType => "other_type",
    }
}

async fn health(request: HttpRequest, desk: DeskData, slug: web::Path<String>) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let health = desk.run(move |desk| feeds::health(desk, &caller, &slug)).await?;
    let fields = health.lines.iter().map(|line| FieldView {
        name: line.compared.name.clone(),
        declared: line.compared.declared.clone(),
        seen: line.compared.seen.map(Kind::as_str),
        empty_percent: line.compared.empty_percent,
        drift: line.compared.drift.map(drift_word),
        suggested_sensitivity: line.suggested.as_str(),
        looks_personal_because: line.because.clone(),
        is_treated: line.is_treated,
    });
    let view = FeedView {
        checked_at: health.state.checked_at,
        down_since: health.state.down_since,
        last_ok: health.state.last_ok,
        last_failure: health.state.last_failure.as_ref().map(|(at, _)| *at),
        last_failure_why: health.state.last_failure.as_ref().map(|(_, why)| why.clone()),
        check_path: health.dataset.check_path.clone(),
        day: FeedSpanView::of(health.day, health.callers_day),
        week: FeedSpanView::of(health.week, health.callers_week),
        fields: fields.collect(),
        fields_seen_at: health.state.seen_at,
    };
    Ok(HttpResponse::Ok().insert_header(etag(health.dataset.version)).json(view))
}

async fn check(request: HttpRequest, desk: DeskData, slug: web::Path<String>) -> Result<HttpResponse, WebError> {
    let check = feeds::check_now(&desk, &caller(&request), &slug).await?;
    Ok(HttpResponse::Ok().json(CheckView::from(check)))
}

/// Fields to declare.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FieldsChosen)]
struct FieldsChosen {
    fields: Vec<ChosenField>,
}

/// A field to declare as it was seen.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FieldChosen)]
struct ChosenField {
    name: String,
    /// `none`, `indirect`, `sensitive` or `prohibited`.
    #[schema(value_type = String, example = "none")]
    sensitivity: Sensitivity,
}

async fn declare(
    request: HttpRequest,
    desk: DeskData,
    slug: web::Path<String>,
    IfMatch(version): IfMatch,
    Json(chosen): Json<FieldsChosen>,
) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let chosen: Vec<Declared> =
        chosen.fields.into_iter().map(|field| Declared { name: field.name, sensitivity: field.sensitivity }).collect();
    let declared = desk.run(move |desk| feeds::declare(desk, &caller, &slug, &chosen, version)).await;
    let dataset = declared.map_err(precondition)?;
    Ok(HttpResponse::Ok().insert_header(etag(dataset.version)).json(DatasetView::from(&dataset)))
}
