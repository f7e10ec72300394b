//! Signing in and out, sessions and tokens, links from mails.

use actix_web::{HttpRequest, HttpResponse, web};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Api;
use crate::cases::passwords::HashingPool;
use crate::cases::{accounts, staff};
use crate::domain::id::SessionId;
use crate::web::case::{DeskData, caller};
use crate::web::{Access, Account, Json, Signed, WebError};

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    api.post("/registrations", Access::Public, "Register; the address must then be confirmed by mail", register)
        .takes::<NewRegistration>()
        .gives::<Accepted>(202)
        .refuses(&["registration_closed"])
        .post("/email-confirmations", Access::SignedLink, "Confirm an address with the token from the mail", confirm)
        .takes::<LinkToken>()
        .refuses(&["link_invalid"])
        .post("/password-resets", Access::Public, "Ask for a link to choose a new password", ask_reset)
        .takes::<ResetAsked>()
        .gives::<Accepted>(202)
        .post("/passwords", Access::SignedLink, "Choose a new password with the token from the mail", reset)
        .takes::<NewPassword>()
        .refuses(&["link_invalid"])
        .post(
            "/invitation-acceptances",
            Access::SignedLink,
            "Take up an invitation as staff with the token from the mail",
            accept,
        )
        .takes::<NewPassword>()
        .refuses(&["link_invalid"])
        .post("/sessions", Access::Public, "Sign in; answers with a bearer token", sign_in)
        .takes::<Login>()
        .gives::<NewSession>(201)
        .refuses(&["wrong_login", "password_disabled", "too_many_sessions", "too_many_requests"])
        .get("/sessions", Access::SignedIn, "Your live sessions and tokens", list)
        .gives::<Sessions>(200)
        .delete("/sessions", Access::SignedIn, "End every session and token of yours but this one", end_others)
        .gives::<Ended>(200)
        .delete("/sessions/current", Access::SignedIn, "Sign out: end the token that is used for this", sign_out)
        .delete("/sessions/{id}", Access::SignedIn, "End one of your sessions or tokens", end)
        .post("/tokens", Access::SignedIn, "Make a token for a program", new_token)
        .takes::<NewToken>()
        .gives::<NewSession>(201)
        .refuses(&["too_many_sessions"])
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewRegistration {
    name: String,
    email: String,
    #[schema(value_type = String, min_length = 15)]
    password: SecretString,
    /// `en` or `es`.
    #[serde(default)]
    language: String,
}

async fn register(
    request: HttpRequest,
    desk: DeskData,
    hashing: web::Data<HashingPool>,
    Json(wish): Json<NewRegistration>,
) -> Result<HttpResponse, WebError> {
    let NewRegistration { name, email, password, language } = wish;
    let wish = accounts::Registration { name, email, password, language, next: String::new() };
    accounts::register(&desk, &hashing, caller(&request), wish).await?;
    Ok(accepted("If the address is new here, a mail with a link is on its way."))
}

/// What comes next; the same whatever is known of the address.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Accepted {
    message: &'static str,
}

pub(super) fn accepted(message: &'static str) -> HttpResponse {
    HttpResponse::Accepted().json(Accepted { message })
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LinkToken {
    token: String,
}

async fn confirm(request: HttpRequest, desk: DeskData, Json(link): Json<LinkToken>) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    desk.run(move |desk| accounts::verify_email(desk, &caller, &link.token)).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ResetAsked {
    email: String,
}

async fn ask_reset(
    request: HttpRequest,
    desk: DeskData,
    Json(asked): Json<ResetAsked>,
) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    desk.run(move |desk| accounts::ask_reset(desk, &caller, &asked.email)).await?;
    Ok(accepted("If the address has an account, a mail with a link is on its way."))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPassword {
    token: String,
    #[schema(value_type = String, min_length = 15)]
    password: SecretString,
}

async fn reset(
    request: HttpRequest,
    desk: DeskData,
    hashing: web::Data<HashingPool>,
    Json(new): Json<NewPassword>,
) -> Result<HttpResponse, WebError> {
    accounts::reset_password(&desk, &hashing, caller(&request), new.token, new.password).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn accept(
    request: HttpRequest,
    desk: DeskData,
    hashing: web::Data<HashingPool>,
    Json(new): Json<NewPassword>,
) -> Result<HttpResponse, WebError> {
    staff::accept_invitation(&desk, &hashing, caller(&request), new.token, new.password).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Login {
    email: String,
    #[schema(value_type = String)]
    password: SecretString,
}

/// A token, shown this once.
#[derive(Debug, Serialize, ToSchema)]
struct NewSession {
    /// For `Authorization: Bearer`.
    token: String,
    session: String,
    account: String,
    expires_at: chrono::DateTime<chrono::Utc>,
}

impl From<accounts::Begun> for NewSession {
    fn from(begun: accounts::Begun) -> Self {
        Self {
            token: begun.token.expose_secret().to_owned(),
            session: begun.session.to_string(),
            account: begun.account.to_string(),
            expires_at: begun.expires_at,
        }
    }
}

async fn sign_in(
    request: HttpRequest,
    desk: DeskData,
    hashing: web::Data<HashingPool>,
    Json(login): Json<Login>,
) -> Result<HttpResponse, WebError> {
    let login = (login.email, login.password);
    let kind = ("api", "signed in by the API".to_owned());
    let begun = accounts::log_in(&desk, &hashing, caller(&request), login, kind).await?;
    Ok(HttpResponse::Created().json(NewSession::from(begun)))
}

/// Sessions and tokens.
#[derive(Debug, Serialize, ToSchema)]
struct Sessions {
    items: Vec<Session>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Session {
    id: String,
    /// `browser` or `api`.
    kind: String,
    label: String,
    address: String,
    agent: String,
    created_at: chrono::DateTime<chrono::Utc>,
    seen_at: chrono::DateTime<chrono::Utc>,
    expires_at: chrono::DateTime<chrono::Utc>,
}

async fn list(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let rows = desk.run(move |desk| accounts::my_sessions(desk, &caller)).await?;
    let items = rows
        .into_iter()
        .map(|row| Session {
            id: row.id,
            kind: row.kind,
            label: row.label,
            address: row.address,
            agent: row.agent,
            created_at: row.created_at.and_utc(),
            seen_at: row.seen_at.and_utc(),
            expires_at: row.expires_at.and_utc(),
        })
        .collect();
    Ok(HttpResponse::Ok().json(Sessions { items }))
}

/// How many ended.
#[derive(Debug, Serialize, ToSchema)]
struct Ended {
    ended: usize,
}

async fn end_others(request: HttpRequest, desk: DeskData, me: Signed<Account>) -> Result<HttpResponse, WebError> {
    let (caller, keep) = (caller(&request), me.means.session());
    let ended = desk.run(move |desk| accounts::end_sessions(desk, &caller, None, Some(keep))).await?;
    Ok(HttpResponse::Ok().json(Ended { ended }))
}

async fn sign_out(request: HttpRequest, desk: DeskData, me: Signed<Account>) -> Result<HttpResponse, WebError> {
    let (caller, this) = (caller(&request), me.means.session());
    desk.run(move |desk| accounts::end_sessions(desk, &caller, Some(this), None)).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn end(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let id: SessionId = super::id_in(&id)?;
    desk.run(move |desk| accounts::end_sessions(desk, &caller, Some(id), None)).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewToken {
    /// What the token is for.
    label: String,
}

async fn new_token(request: HttpRequest, desk: DeskData, Json(new): Json<NewToken>) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let begun = desk.run(move |desk| accounts::new_api_token(desk, &caller, &new.label)).await?;
    Ok(HttpResponse::Created().json(NewSession::from(begun)))
}
