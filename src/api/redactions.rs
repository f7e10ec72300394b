//! Redaction profiles of a department's datasets: read, write, retire, try on a live sample.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{Api, parts, precondition};
use crate::cases::redaction::{self, RuleTyped, read_rules};
use crate::cases::{CaseError, catalogue};
use crate::domain::people::Role;
use crate::domain::redaction::{FieldPath, RedactionProfile, Rule};
use crate::domain::text::Invalid;
use crate::web::case::{DeskData, caller};
use crate::web::{Access, IfMatch, Json, WebError, etag};

const MANAGER: Access = Access::Staff(&[Role::Manager]);
const STEWARDS: Access = Access::Staff(&[Role::Reviewer, Role::Manager, Role::Auditor]);

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    let at = |rest: &str| format!("/steward/datasets/{{slug}}/{rest}");
    api.get(&at("redactions"), STEWARDS, "Redaction profiles of a dataset, and who signed them", list)
        .gives::<Redactions>(200)
        .put(&at("redactions/{name}"), MANAGER, "Write a redaction profile or its next revision", write)
        .takes::<ProfileGiven>()
        .gives::<ProfileView>(200)
        .versioned()
        .refuses(&["invalid"])
        .delete(&at("redactions/{name}"), MANAGER, "Retire a redaction profile: no condition may name it", retire)
        .versioned()
        .put(&at("time-field"), MANAGER, "Say which field tells when a record was measured", set_time_field)
        .takes::<TimeField>()
        .versioned()
        .refuses(&["invalid"])
        .post(&at("redaction-previews"), MANAGER, "Try rules on what the upstream sends right now", preview)
        .takes::<PreviewAsked>()
        .gives::<PreviewView>(200)
        .refuses(&["upstream_needed", "invalid"])
}

/// The redaction profiles of a dataset.
#[derive(Debug, Serialize, ToSchema)]
struct Redactions {
    items: Vec<ProfileView>,
    /// The field that says when a record was measured, by which a delay is judged.
    #[schema(example = "properties.observed_at")]
    time_field: Option<String>,
}

/// A redaction profile.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RedactionProfile)]
struct ProfileView {
    /// Conditions and agreements call it so.
    #[schema(example = "public-positions")]
    name: String,
    title: String,
    /// Counts its changes, from 1.
    revision: u32,
    /// No condition may name it any more.
    is_retired: bool,
    #[schema(value_type = Vec<parts::RedactionRule>)]
    rules: Value,
    /// Live agreements by the revision they were signed with.
    signed: Vec<Signed>,
}

/// How many live agreements were signed with a revision.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RedactionSigned)]
struct Signed {
    revision: u32,
    live_agreements: usize,
}

impl ProfileView {
    fn new(profile: &RedactionProfile, uses: &[(String, u32, usize)]) -> Self {
        let of_this = uses.iter().filter(|(name, ..)| *name == profile.name);
        Self {
            name: profile.name.clone(),
            title: profile.title.clone(),
            revision: profile.revision,
            is_retired: profile.is_retired,
            rules: json!(profile.rules),
            signed: of_this
                .map(|(_, revision, count)| Signed { revision: *revision, live_agreements: *count })
                .collect(),
        }
    }
}

async fn list(request: HttpRequest, desk: DeskData, slug: web::Path<String>) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let (dataset, uses) = desk
        .run(move |desk| {
            let dataset = catalogue::for_staff(desk, &caller, &slug)?;
            let uses = desk.read(|conn| redaction::uses(conn, &dataset))?;
            Ok((dataset, uses))
        })
        .await?;
    let items = dataset.redactions.iter().map(|profile| ProfileView::new(profile, &uses)).collect();
    let time_field = dataset.time_field.as_ref().map(ToString::to_string);
    Ok(HttpResponse::Ok().insert_header(etag(dataset.version)).json(Redactions { items, time_field }))
}

/// One rule as given. What its treatment does not take is refused: a parameter under a wrong name must not be lost.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleGiven {
    path: String,
    treatment: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    with: Option<String>,
    #[serde(default)]
    rotates: Option<String>,
    #[serde(default)]
    grid_feet: Option<u32>,
    #[serde(default)]
    minutes: Option<u32>,
}

fn rules(given: Vec<RuleGiven>) -> Result<Vec<Rule>, CaseError> {
    let mut faults = Vec::new();
    let mut typed = Vec::new();
    for (at, rule) in given.into_iter().enumerate() {
        let taken = match rule.treatment.as_str() {
            "mask" => "with",
            "keyed_hash" => "rotates",
            "coarsen_position" => "grid_feet",
            "round_time" | "delay" => "minutes",
            _ => "",
        };
        let parameters = [
            ("with", rule.with),
            ("rotates", rule.rotates),
            ("grid_feet", rule.grid_feet.map(|feet| feet.to_string())),
            ("minutes", rule.minutes.map(|minutes| minutes.to_string())),
        ];
        let mut parameter = String::new();
        for (name, value) in parameters {
            match value {
                Some(value) if name == taken => parameter = value,
                Some(_) => {
                    let message = format!("{} takes no {name}.", rule.treatment);
                    faults.push(Invalid::new(format!("rules.{at}.{name}"), "parameter_invalid", message));
                }
                None => {}
            }
        }
        typed.push(RuleTyped { path: rule.path, treatment: rule.treatment, parameter, reason: rule.reason });
    }
    match read_rules(&typed) {
        Ok(rules) if faults.is_empty() => Ok(rules),
        Ok(_) => Err(CaseError::Invalid(faults)),
        Err(found) => Err(CaseError::Invalid(faults.into_iter().chain(found).collect())),
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RedactionProfileGiven)]
struct ProfileGiven {
    /// What it is for, in a few words.
    title: String,
    #[schema(value_type = Vec<parts::RedactionRule>)]
    rules: Vec<RuleGiven>,
}

async fn write(
    request: HttpRequest,
    desk: DeskData,
    at: web::Path<(String, String)>,
    IfMatch(version): IfMatch,
    Json(given): Json<ProfileGiven>,
) -> Result<HttpResponse, WebError> {
    let (slug, name) = at.into_inner();
    let caller = caller(&request);
    let rules = rules(given.rules)?;
    let (dataset, view) = desk
        .run(move |desk| {
            let draft = (name.as_str(), given.title.as_str(), rules);
            let dataset = redaction::save_profile(desk, &caller, &slug, draft, version)?;
            let uses = desk.read(|conn| redaction::uses(conn, &dataset))?;
            let view = dataset.redaction(name.trim()).map(|profile| ProfileView::new(profile, &uses));
            Ok((dataset, view.ok_or(CaseError::Missing)?))
        })
        .await
        .map_err(precondition)?;
    Ok(HttpResponse::Ok().insert_header(etag(dataset.version)).json(view))
}

async fn retire(
    request: HttpRequest,
    desk: DeskData,
    at: web::Path<(String, String)>,
    IfMatch(version): IfMatch,
) -> Result<HttpResponse, WebError> {
    let (slug, name) = at.into_inner();
    let caller = caller(&request);
    let retired = desk.run(move |desk| redaction::retire_profile(desk, &caller, &slug, &name, version)).await;
    Ok(HttpResponse::NoContent().insert_header(etag(retired.map_err(precondition)?.version)).finish())
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TimeField {
    /// Names with dots; `null` takes it away.
    #[schema(example = "properties.observed_at")]
    time_field: Option<String>,
}

async fn set_time_field(
    request: HttpRequest,
    desk: DeskData,
    slug: web::Path<String>,
    IfMatch(version): IfMatch,
    Json(given): Json<TimeField>,
) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let field = given
        .time_field
        .map(|text| text.parse::<FieldPath>())
        .transpose()
        .map_err(|problem| CaseError::from(Invalid::new("time_field", "path_invalid", problem.to_string())))?;
    let set = desk.run(move |desk| redaction::set_time_field(desk, &caller, &slug, field, version)).await;
    Ok(HttpResponse::NoContent().insert_header(etag(set.map_err(precondition)?.version)).finish())
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RedactionPreviewAsked)]
struct PreviewAsked {
    #[schema(value_type = Vec<parts::RedactionRule>)]
    rules: Vec<RuleGiven>,
    /// The path below the upstream's address, with its query; the address itself where left out.
    #[schema(required = false, example = "/latest")]
    #[serde(default)]
    sample: String,
}

/// What rules do to the start of what the upstream sends.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RedactionPreview)]
struct PreviewView {
    #[schema(example = "/latest")]
    sample: String,
    #[schema(example = "application/json")]
    content_type: String,
    /// What the upstream sends.
    before: String,
    /// What a holder would get of it.
    after: String,
    /// Only the start was read.
    is_cut: bool,
    /// Why a holder would get nothing, or nothing more.
    refusal: Option<String>,
    /// How many values each rule changed, in the order of the rules.
    changed: Vec<u64>,
    /// How many records were withheld.
    withheld: u64,
}

async fn preview(
    request: HttpRequest,
    desk: DeskData,
    slug: web::Path<String>,
    Json(given): Json<PreviewAsked>,
) -> Result<HttpResponse, WebError> {
    let rules = rules(given.rules)?;
    let seen = redaction::preview(&desk, &caller(&request), &slug, rules, &given.sample).await?;
    Ok(HttpResponse::Ok().json(PreviewView {
        sample: seen.path,
        content_type: seen.content_type,
        before: seen.before,
        after: seen.after,
        is_cut: seen.is_cut,
        refusal: seen.refusal,
        changed: seen.tally.changed,
        withheld: seen.tally.withheld,
    }))
}
