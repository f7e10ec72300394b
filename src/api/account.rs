//! One's own account: who one is, name and language, password.

use actix_web::{HttpRequest, HttpResponse, web};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::people::Grant;
use super::{Api, precondition};
use crate::cases::passwords::HashingPool;
use crate::cases::{Desk, accounts, closing, organisations};
use crate::store::people;
use crate::web::case::{DeskData, caller};
use crate::web::{Access, Account, IfMatch, Json, Means, Signed, WebError, etag};

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    api.get("/account", Access::SignedIn, "Who you are and what you may do", me)
        .gives::<Me>(200)
        .patch("/account", Access::SignedIn, "Change your name and language", edit)
        .takes::<AccountEdit>()
        .versioned()
        .put("/account/password", Access::SignedIn, "Change your password; every other session ends", change_password)
        .takes::<PasswordChange>()
        .refuses(&["password_disabled", "too_many_requests"])
        .get(
            "/account/closing",
            Access::SignedIn,
            "What closing your account would do, and what stands in its way",
            prospect,
        )
        .gives::<Closing>(200)
        .post("/account/closing", Access::SignedIn, "Close your account for good", close)
        .takes::<CloseAsked>()
        .refuses(&["password_disabled", "too_many_requests"])
}

/// The signed-in person.
#[derive(Debug, Serialize, ToSchema)]
struct Me {
    id: String,
    name: String,
    email: String,
    /// The id of the organisation whose applications and agreements you share.
    organisation: Option<String>,
    /// Everybody who acts for it, you among them.
    members: Vec<Colleague>,
    /// `en` or `es`.
    language: String,
    roles: Vec<Grant>,
    /// `session` or `token`.
    means: &'static str,
    /// For `If-Match`: `"v1"`.
    #[schema(example = 1)]
    version: i64,
}

/// A member of your organisation.
#[derive(Debug, Serialize, ToSchema)]
struct Colleague {
    id: String,
    name: String,
    email: String,
}

async fn me(request: HttpRequest, desk: DeskData, me: Signed<Account>) -> Result<HttpResponse, WebError> {
    let (id, caller) = (me.account, caller(&request));
    let read = move |desk: &Desk| {
        let members = organisations::mine(desk, &caller)?.map(|(_, members)| members).unwrap_or_default();
        Ok((desk.read(|conn| people::account_by_id(conn, id))?, members))
    };
    let (account, members) = desk.run(read).await?;
    let colleague = |one: people::Account| Colleague { id: one.id.to_string(), name: one.name, email: one.email };
    Ok(HttpResponse::Ok().insert_header(etag(account.version)).json(Me {
        id: account.id.to_string(),
        name: account.name,
        email: account.email,
        organisation: account.organisation.map(|id| id.to_string()),
        members: members.into_iter().map(colleague).collect(),
        language: account.language,
        roles: me.actor.roles.iter().copied().map(Into::into).collect(),
        means: match me.means {
            Means::Session { .. } => "session",
            Means::Token { .. } => "token",
        },
        version: account.version,
    }))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AccountEdit {
    name: String,
    /// `en` or `es`.
    #[serde(default)]
    language: String,
}

async fn edit(
    request: HttpRequest,
    desk: DeskData,
    IfMatch(version): IfMatch,
    Json(edit): Json<AccountEdit>,
) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let done = desk.run(move |desk| accounts::edit_profile(desk, &caller, (&edit.name, &edit.language), version)).await;
    done.map_err(precondition)?;
    Ok(HttpResponse::NoContent().insert_header(etag(version.saturating_add(1))).finish())
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PasswordChange {
    #[schema(value_type = String)]
    old_password: SecretString,
    #[schema(value_type = String, min_length = 15)]
    password: SecretString,
}

async fn change_password(
    request: HttpRequest,
    desk: DeskData,
    hashing: web::Data<HashingPool>,
    me: Signed<Account>,
    Json(change): Json<PasswordChange>,
) -> Result<HttpResponse, WebError> {
    let words = (change.old_password, change.password);
    accounts::change_password(&desk, &hashing, caller(&request), words, me.means.session()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What closing would do now.
#[derive(Debug, Serialize, ToSchema)]
struct Closing {
    /// What stands in the way; empty when the account can be closed.
    obstacles: Vec<Obstacle>,
    /// Keys that would be revoked at once, by name.
    keys: Vec<String>,
    /// Agreements that would end, by number.
    agreements: Vec<String>,
    /// Applications that would be taken back, by number.
    applications: Vec<String>,
    /// Certificates of destruction that would be owed.
    certificates: Vec<CertificateOwed>,
    /// Requests for records that go on without the account, by number.
    records_requests: Vec<String>,
    /// The organisation that you would leave.
    organisation: Option<String>,
}

/// Something that stands in the way.
#[derive(Debug, Serialize, ToSchema)]
struct Obstacle {
    #[schema(example = "last_member")]
    code: String,
    detail: String,
}

/// A certificate of destruction that is owed after the end.
#[derive(Debug, Serialize, ToSchema)]
struct CertificateOwed {
    #[schema(example = "DSA-2026-0017")]
    agreement: String,
    due: chrono::NaiveDate,
}

async fn prospect(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let found = desk.run(move |desk| closing::prospect(desk, &caller)).await?;
    let obstacle = |refusal: crate::domain::refusal::Refusal| Obstacle {
        code: refusal.code.to_owned(),
        detail: refusal.detail.into_owned(),
    };
    Ok(HttpResponse::Ok().json(Closing {
        obstacles: found.obstacles.into_iter().map(obstacle).collect(),
        keys: found.keys,
        agreements: found.agreements.into_iter().map(|(number, _)| number).collect(),
        applications: found.applications.into_iter().map(|(number, _)| number).collect(),
        certificates: found.duties.into_iter().map(|(agreement, due)| CertificateOwed { agreement, due }).collect(),
        records_requests: found.requests,
        organisation: found.organisation,
    }))
}

/// The wish to close an account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CloseAsked {
    #[schema(value_type = String)]
    password: SecretString,
    /// The mail address of the account, so that nobody closes by a slip.
    confirm: String,
}

async fn close(
    request: HttpRequest,
    desk: DeskData,
    hashing: web::Data<HashingPool>,
    Json(asked): Json<CloseAsked>,
) -> Result<HttpResponse, WebError> {
    closing::close(&desk, &hashing, caller(&request), (asked.password, asked.confirm)).await?;
    Ok(HttpResponse::NoContent().finish())
}
