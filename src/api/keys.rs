//! Keys and holds. A key's text is in exactly one answer: the one to its making.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::applications::Text;
use super::{Api, id_in, precondition};
use crate::cases::keys::{self, Issued, KeyForm, Killed, RollForm};
use crate::cases::{CaseError, enforce};
use crate::domain::hold::{Hold, HoldReason, HoldTarget, Throttle};
use crate::domain::id::{AgreementId, HoldId, KeyId};
use crate::domain::key::Key;
use crate::domain::people::Role;
use crate::domain::text::Invalid;
use crate::store::keys::StoredKey;
use crate::web::case::{DeskData, caller, caller_once};
use crate::web::{Access, IfMatch, Json, Once, WebError, etag};

const MINE: Access = Access::Requester;
const ENFORCERS: Access = Access::Staff(&[Role::Manager, Role::Clerk]);

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    let api = api
        .get("/keys", MINE, "Your keys", list_mine)
        .gives::<Keys>(200)
        .get("/agreements/{id}/keys", Access::SignedIn, "Keys of an agreement", list)
        .gives::<Keys>(200)
        .post("/agreements/{id}/keys", MINE, "Make a key; its text is shown once", create)
        .takes::<NewKey>()
        .gives::<KeyMade>(201)
        .once()
        .refuses(&["agreement_not_live", "agreement_held", "terms_not_accepted", "own_approval", "too_many_keys"])
        .refuses(&["dataset_paused"])
        .refuses(&["key_name", "key_scopes_missing", "key_scope_exceeds", "key_limit_exceeds"])
        .refuses(&["key_expiry_exceeds", "key_expiry_past", "no_key_needed"])
        .get("/keys/{id}", Access::SignedIn, "A key with its holds", one)
        .gives::<KeyFull>(200)
        .post("/keys/{id}/roll", MINE, "Make a successor; the old text works on for the overlap", roll)
        .takes::<Roll>()
        .gives::<KeyMade>(201)
        .once()
        .refuses(&["key_held", "key_ended", "key_already_rolled", "key_overlap", "key_scope_exceeds"])
        .refuses(&["key_limit_exceeds", "key_expiry_exceeds", "key_expiry_past"])
        .refuses(&["agreement_not_live", "agreement_held", "terms_not_accepted", "own_approval", "dataset_paused"])
        .patch("/keys/{id}", MINE, "Call a key something else", rename)
        .takes::<KeyName>()
        .gives::<KeyView>(200)
        .versioned()
        .refuses(&["key_name", "key_ended"])
        .put("/keys/{id}/networks", MINE, "Restrict a key to networks", restrict)
        .takes::<Networks>()
        .gives::<KeyView>(200)
        .versioned()
        .refuses(&["key_ended"])
        .post("/keys/{id}/revoke", MINE, "Revoke your key for good", revoke)
        .takes::<Text>()
        .refuses(&["key_ended"]);
    api.post("/keys/{id}/revoke-for-department", Access::Staff(&[Role::Manager]), "Revoke a key for good", revoke_staff)
        .with_preview()
        .takes::<Text>()
        .refuses(&["key_ended", "own_application"])
        .post("/key-kills", Access::Public, "Kill a key by showing its text", kill)
        .takes::<KeyText>()
        .gives::<KillResult>(200)
        .refuses(&["key_malformed", "key_unknown"])
        .post("/keys/{id}/pause", MINE, "Pause your key", pause)
        .takes::<Text>()
        .gives::<HoldView>(201)
        .refuses(&["key_ended"])
        .get("/holds", ENFORCERS, "Holds in force of your office", holds)
        .gives::<Holds>(200)
        .post("/holds", ENFORCERS, "Suspend a key, an agreement or a requester", suspend)
        .with_preview()
        .takes::<NewHold>()
        .gives::<HoldView>(201)
        .once()
        .refuses(&["not_found", "reason_not_yours", "own_application", "key_ended", "agreement_not_live"])
        .post("/holds/{id}/lift", Access::SignedIn, "Lift exactly this hold", lift)
        .takes::<Text>()
        .gives::<HoldView>(200)
        .refuses(&["already_lifted", "other_offices_hold", "suspender_may_not_lift", "own_application"])
}

/// Keys.
#[derive(Debug, Serialize, ToSchema)]
struct Keys {
    items: Vec<KeyView>,
}

/// A key without its text.
#[derive(Debug, Serialize, ToSchema)]
struct KeyView {
    id: String,
    agreement: String,
    /// What its holder calls it.
    #[schema(example = "City map")]
    name: String,
    /// `live` or `test`.
    mode: &'static str,
    /// The first and last four characters.
    #[schema(example = "4Zx1…9kQe")]
    hint: String,
    /// `active`, `superseded`, `revoked` or `expired`.
    state: &'static str,
    scopes: Vec<String>,
    #[schema(value_type = Vec<super::parts::Limit>)]
    limits: Value,
    #[schema(value_type = Vec<String>)]
    networks: Value,
    expires_at: Option<DateTime<Utc>>,
    last_used_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    version: i64,
}

fn key_view(key: &Key, last_used_at: Option<DateTime<Utc>>) -> KeyView {
    KeyView {
        id: key.id.to_string(),
        agreement: key.agreement.to_string(),
        name: key.name.clone(),
        mode: key.mode.as_str(),
        hint: key.hint.clone(),
        state: key.state.as_str(),
        scopes: key.scopes.iter().map(|scope| scope.as_str().to_owned()).collect(),
        limits: json!(key.limits),
        networks: json!(key.networks),
        expires_at: key.expires_at,
        last_used_at,
        created_at: key.created_at,
        version: key.version,
    }
}

fn stored_view(stored: &StoredKey) -> KeyView {
    key_view(&stored.key, stored.last_used_at)
}

/// A key with the holds on it, its agreement and its holder.
#[derive(Debug, Serialize, ToSchema)]
struct KeyFull {
    #[serde(flatten)]
    key: KeyView,
    holds: Vec<HoldView>,
}

/// A hold.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct HoldView {
    id: String,
    /// `key`, `agreement` or `requester`.
    target: &'static str,
    target_id: String,
    reason: &'static str,
    explanation: String,
    by: String,
    since: DateTime<Utc>,
    lifted_at: Option<DateTime<Utc>>,
    /// Set where it slows down and does not stop.
    throttle: Option<ThrottleView>,
}

/// A share of the limits, up to a day.
#[derive(Debug, Serialize, ToSchema)]
struct ThrottleView {
    /// What is left of each limit.
    percent: u8,
    /// Its last day.
    until: chrono::NaiveDate,
}

impl From<&Hold> for HoldView {
    fn from(hold: &Hold) -> Self {
        Self {
            id: hold.id.to_string(),
            target: hold.target.kind(),
            target_id: hold.target.id_text(),
            reason: hold.reason.as_str(),
            explanation: hold.explanation.clone(),
            by: hold.by_name.clone(),
            since: hold.since,
            lifted_at: hold.lifted.as_ref().map(|lift| lift.at),
            throttle: hold.throttle.map(|Throttle { percent, until }| ThrottleView { percent, until }),
        }
    }
}

async fn list_mine(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let found = desk.run(move |desk| keys::list_mine(desk, &caller)).await?;
    Ok(HttpResponse::Ok().json(Keys { items: found.iter().map(stored_view).collect() }))
}

async fn list(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let id: AgreementId = id_in(&id)?;
    let found = desk.run(move |desk| keys::list(desk, &caller, id)).await?;
    Ok(HttpResponse::Ok().json(Keys { items: found.iter().map(|(stored, _)| stored_view(stored)).collect() }))
}

async fn one(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let id: KeyId = id_in(&id)?;
    let view = desk.run(move |desk| keys::view(desk, &caller, id)).await?;
    let holds = view.holds.iter().chain(&view.holds_above).map(Into::into).collect();
    let full = KeyFull { key: stored_view(&view.stored), holds };
    Ok(HttpResponse::Ok().insert_header(etag(view.stored.key.version)).json(full))
}

/// A key to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewKey {
    /// What you call it.
    #[schema(example = "City map")]
    name: String,
    /// `live` or `test`.
    #[serde(default)]
    mode: String,
    /// `dataset:operation`, within the agreement.
    scopes: Vec<String>,
    /// Narrower limits, such as `100/minute` and `2000/day`; empty for the agreement's.
    #[serde(default)]
    limits: Vec<String>,
    /// Networks the key works from, as CIDRs; empty for any that the agreement allows.
    #[serde(default)]
    networks: Vec<String>,
    /// Last day, `2027-01-31`; empty for the agreement's end.
    #[serde(default)]
    expires_on: String,
}

/// A key just made.
#[derive(Debug, Serialize, ToSchema)]
struct KeyMade {
    #[serde(flatten)]
    key: KeyView,
    /// The key's text, in this answer only; absent in a repeat under the same idempotency key.
    #[schema(example = "nwk_live_…")]
    text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notice: Option<&'static str>,
}

fn made(issued: &Issued) -> HttpResponse {
    let text = issued.text.as_ref().map(|text| text.expose_secret().to_owned());
    let notice = text.is_none().then_some("The text was shown in the first answer only. Roll the key if it was lost.");
    HttpResponse::Created().insert_header(etag(issued.key.version)).json(KeyMade {
        key: key_view(&issued.key, None),
        text,
        notice,
    })
}

async fn create(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    once: Once,
    Json(new): Json<NewKey>,
) -> Result<HttpResponse, WebError> {
    let caller = caller_once(&request, once);
    let id: AgreementId = id_in(&id)?;
    let form = KeyForm {
        name: new.name,
        mode: new.mode,
        scopes: new.scopes,
        limits: new.limits.join("\n"),
        networks: new.networks.join("\n"),
        expires_on: new.expires_on,
    };
    let wish = form.read(desk.profile.zone)?;
    let issued = desk.run(move |desk| keys::create(desk, &caller, id, &wish)).await?;
    Ok(made(&issued))
}

/// How to roll.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Roll {
    /// Days for which the old text works on, 0 to 7.
    overlap_days: u8,
    /// Fewer scopes for the successor.
    #[serde(default)]
    scopes: Option<Vec<String>>,
    /// Narrower limits for the successor.
    #[serde(default)]
    limits: Option<Vec<String>>,
    /// An earlier last day for the successor.
    #[serde(default)]
    expires_on: Option<String>,
}

async fn roll(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    once: Once,
    Json(given): Json<Roll>,
) -> Result<HttpResponse, WebError> {
    let caller = caller_once(&request, once);
    let id: KeyId = id_in(&id)?;
    let form = RollForm {
        overlap_days: given.overlap_days,
        scopes: given.scopes,
        limits: given.limits.map(|limits| limits.join("\n")),
        expires_on: given.expires_on,
    };
    let wish = form.read(desk.profile.zone)?;
    let issued = desk.run(move |desk| keys::roll(desk, &caller, id, &wish)).await?;
    Ok(made(&issued))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct KeyName {
    /// What you call it.
    #[schema(example = "City map")]
    name: String,
}

async fn rename(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    IfMatch(version): IfMatch,
    Json(given): Json<KeyName>,
) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let id: KeyId = id_in(&id)?;
    let key =
        desk.run(move |desk| keys::rename(desk, &caller, id, &given.name, version)).await.map_err(precondition)?;
    Ok(HttpResponse::Ok().insert_header(etag(key.version)).json(key_view(&key, None)))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Networks {
    /// CIDRs; empty for any.
    networks: Vec<String>,
}

async fn restrict(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    IfMatch(version): IfMatch,
    Json(given): Json<Networks>,
) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let id: KeyId = id_in(&id)?;
    let networks = keys::form::networks(&given.networks.join("\n")).map_err(CaseError::from)?;
    let restricted = desk.run(move |desk| keys::restrict(desk, &caller, id, networks, version)).await;
    let key = restricted.map_err(precondition)?;
    Ok(HttpResponse::Ok().insert_header(etag(key.version)).json(key_view(&key, None)))
}

async fn revoke(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    Json(given): Json<Text>,
) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let id: KeyId = id_in(&id)?;
    desk.run(move |desk| keys::revoke(desk, &caller, id, &given.text)).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn revoke_staff(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    Json(given): Json<Text>,
) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let id: KeyId = id_in(&id)?;
    desk.run(move |desk| keys::revoke_as_manager(desk, &caller, id, &given.text)).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct KeyText {
    /// The whole text of the key.
    #[schema(value_type = String, example = "nwk_live_…")]
    key: SecretString,
}

/// What became of the key.
#[derive(Debug, Serialize, ToSchema)]
struct KillResult {
    message: &'static str,
}

async fn kill(request: HttpRequest, desk: DeskData, Json(given): Json<KeyText>) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let killed = desk.run(move |desk| keys::kill_text(desk, &caller, given.key.expose_secret())).await?;
    let message = match killed {
        Killed::Now => "The key no longer works. Its holder was told.",
        Killed::Before => "The key had stopped working before.",
    };
    Ok(HttpResponse::Ok().json(KillResult { message }))
}

async fn pause(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    Json(given): Json<Text>,
) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let id: KeyId = id_in(&id)?;
    let hold = desk.run(move |desk| enforce::pause(desk, &caller, HoldTarget::Key(id), &given.text)).await?;
    Ok(HttpResponse::Created().json(HoldView::from(&hold)))
}

/// Holds in force.
#[derive(Debug, Serialize, ToSchema)]
struct Holds {
    items: Vec<HoldView>,
}

async fn holds(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let found = desk.run(move |desk| enforce::in_force(desk, &caller)).await?;
    Ok(HttpResponse::Ok().json(Holds { items: found.iter().map(Into::into).collect() }))
}

/// A suspension.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewHold {
    /// `key`, `agreement` or `requester`.
    target: String,
    target_id: String,
    /// `misuse`, `leaked`, `emergency` or `administrative`.
    reason: String,
    /// The facts, as the holder reads them.
    explanation: String,
}

async fn suspend(
    request: HttpRequest,
    desk: DeskData,
    once: Once,
    Json(new): Json<NewHold>,
) -> Result<HttpResponse, WebError> {
    let caller = caller_once(&request, once);
    let target = match new.target.as_str() {
        "key" => HoldTarget::Key(id_in(&new.target_id)?),
        "agreement" => HoldTarget::Agreement(id_in(&new.target_id)?),
        "requester" => HoldTarget::Requester(id_in(&new.target_id)?),
        _ => return Err(invalid("target", "Give key, agreement or requester.")),
    };
    let reason = HoldReason::from_word(&new.reason)
        .ok_or_else(|| invalid("reason", "Give misuse, leaked, emergency or administrative."))?;
    let wish = enforce::Suspension { target, reason, explanation: new.explanation, case: None };
    let hold = desk.run(move |desk| enforce::suspend(desk, &caller, &wish)).await?;
    Ok(HttpResponse::Created().json(HoldView::from(&hold)))
}

fn invalid(field: &str, message: &str) -> WebError {
    CaseError::from(Invalid::new(field, "unknown_word", message.to_owned())).into()
}

async fn lift(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    Json(given): Json<Text>,
) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let id: HoldId = id_in(&id)?;
    let hold = desk.run(move |desk| enforce::lift(desk, &caller, id, &given.text)).await?;
    Ok(HttpResponse::Ok().json(HoldView::from(&hold)))
}
