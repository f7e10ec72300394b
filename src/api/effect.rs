//! What a decision would open, before it is made, and one call tried under it.

use std::net::IpAddr;

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Api, id_in};
use crate::cases::CaseError;
use crate::cases::trial::{self, Call, Under, WouldBe};
use crate::domain::id::{ApplicationId, ItemId};
use crate::domain::people::Role;
use crate::domain::review::Condition;
use crate::domain::text::Invalid;
use crate::web::case::{DeskData, caller};
use crate::web::{Access, Json, WebError};

const DESK: Access = Access::Staff(&[Role::Reviewer, Role::Manager]);

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    api.post("/review/{id}/items/{item}/effect", DESK, "What an approval would open; nothing is decided", effect)
        .takes::<EffectAsked>()
        .gives::<Effect>(200)
        .refuses(&["prohibited", "nothing_to_confirm", "limits_too_wide", "redaction_unknown", "redaction_retired"])
        .refuses(&["delay_unmeasured", "operations_empty", "networks_empty", "condition_repeated"])
}

/// The approval that is thought of.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EffectAsked {
    /// Its conditions; none means as asked.
    #[serde(default)]
    #[schema(value_type = Vec<super::parts::Condition>)]
    conditions: Vec<Condition>,
    /// true: the conditions of the first of two approvals count instead.
    #[serde(default)]
    confirms: bool,
    /// A call to try under it.
    #[serde(default)]
    call: Option<CallTried>,
}

/// A call to try; none is made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CallTried {
    /// Such as `GET`.
    method: String,
    /// The path at the gateway, with the dataset's short name in front.
    path: String,
    /// The address it would come from.
    address: String,
    /// When it would be made; now by default.
    #[serde(default)]
    at: Option<DateTime<Utc>>,
}

/// What would be open.
#[derive(Debug, Serialize, ToSchema)]
struct Effect {
    endpoints: Vec<EndpointView>,
    /// Such as `5000/day`.
    limits: Vec<String>,
    /// Empty means from anywhere.
    networks: Vec<String>,
    /// First allowed minute of the city's day; null means always.
    from_minute: Option<u16>,
    /// First minute no longer allowed.
    to_minute: Option<u16>,
    /// When it would end, were it signed now.
    ends_at: DateTime<Utc>,
    redactions: Vec<RedactionView>,
    /// What the gate would answer to the call.
    answer: Option<TrialAnswer>,
}

/// One operation that would be open.
#[derive(Debug, Serialize, ToSchema)]
struct EndpointView {
    /// Such as `parking:read`.
    scope: String,
    methods: Vec<&'static str>,
    /// Patterns of paths at the gateway.
    paths: Vec<String>,
}

/// What becomes of one field.
#[derive(Debug, Serialize, ToSchema)]
struct RedactionView {
    field: String,
    treatment: String,
    reason: String,
}

/// What the gate would answer.
#[derive(Debug, Serialize, ToSchema)]
struct TrialAnswer {
    /// Such as `ok` or `scope_denied`.
    outcome: &'static str,
    status: u16,
    sentence: &'static str,
    /// What the answer would add, in the gate's own words.
    detail: Option<String>,
    /// The condition to which it is owed, in its words.
    condition: Option<String>,
}

impl From<WouldBe> for Effect {
    fn from(would_be: WouldBe) -> Self {
        let WouldBe { schedule, dataset, ends_at, judged } = would_be;
        let operations = schedule.operations.iter().filter_map(|name| dataset.operation(name));
        let endpoint = |operation: &crate::domain::scope::Operation| EndpointView {
            scope: format!("{}:{}", schedule.slug, operation.name()),
            methods: operation.methods().iter().map(|method| method.as_str()).collect(),
            paths: operation.paths().iter().map(|path| format!("/{}{path}", schedule.slug)).collect(),
        };
        Self {
            endpoints: operations.map(endpoint).collect(),
            limits: schedule.limits.to_string().lines().map(str::to_owned).collect(),
            networks: schedule
                .networks
                .as_ref()
                .map(|networks| networks.networks().iter().map(ToString::to_string).collect())
                .unwrap_or_default(),
            from_minute: schedule.hours.map(|(from, _)| from),
            to_minute: schedule.hours.map(|(_, until)| until),
            ends_at,
            redactions: schedule
                .redactions
                .iter()
                .map(|rule| RedactionView {
                    field: rule.path.to_string(),
                    treatment: rule.treatment.to_string(),
                    reason: rule.reason.clone(),
                })
                .collect(),
            answer: judged.map(|(judged, condition)| TrialAnswer {
                outcome: judged.code,
                status: judged.status,
                sentence: judged.sentence,
                detail: judged.detail,
                condition,
            }),
        }
    }
}

async fn effect(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<(String, String)>,
    Json(asked): Json<EffectAsked>,
) -> Result<HttpResponse, WebError> {
    let (id, item): (ApplicationId, ItemId) = (id_in(&path.0)?, id_in(&path.1)?);
    let now = desk.clock.now();
    let call = asked.call.map(|call| read_call(call, now)).transpose()?;
    let under = if asked.confirms { Under::FirstApproval } else { Under::Conditions(asked.conditions) };
    let who = caller(&request);
    let found = desk.run(move |desk| trial::would_be(desk, &who, (id, item), under, call.as_ref())).await?;
    Ok(HttpResponse::Ok().json(Effect::from(found)))
}

fn read_call(call: CallTried, now: DateTime<Utc>) -> Result<Call, CaseError> {
    let address: Option<IpAddr> = call.address.parse().ok();
    let wrong = || Invalid::new("call.address", "address_invalid", "Give one address, such as 203.0.113.7.");
    let address = address.ok_or_else(wrong)?;
    Ok(Call { method: call.method, path: call.path, address, at: call.at.unwrap_or(now) })
}
