//! One's own account: who one is, name and language, password.

use actix_web::{HttpRequest, HttpResponse, web};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::people::Grant;
use super::{Api, precondition};
use crate::cases::accounts;
use crate::cases::passwords::HashingPool;
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
}

/// The signed-in person.
#[derive(Debug, Serialize, ToSchema)]
struct Me {
    id: String,
    name: String,
    email: String,
    /// The id of the organisation whose applications and agreements you share.
    organisation: Option<String>,
    /// `en` or `es`.
    language: String,
    roles: Vec<Grant>,
    /// `session` or `token`.
    means: &'static str,
    /// For `If-Match`: `"v1"`.
    #[schema(example = 1)]
    version: i64,
}

async fn me(desk: DeskData, me: Signed<Account>) -> Result<HttpResponse, WebError> {
    let id = me.account;
    let account = desk.run(move |desk| desk.read(|conn| people::account_by_id(conn, id))).await?;
    Ok(HttpResponse::Ok().insert_header(etag(account.version)).json(Me {
        id: account.id.to_string(),
        name: account.name,
        email: account.email,
        organisation: account.organisation.map(|id| id.to_string()),
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
