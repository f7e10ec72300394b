//! The state of the service and its mail, for administrators. Reads only.

use actix_web::HttpResponse;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::Api;
use crate::domain::people::Role;
use crate::store::outbox::{self, Message};
use crate::store::{Backend, audit, migrate};
use crate::web::case::DeskData;
use crate::web::{Access, Query, WebError};

const ADMINISTRATOR: Access = Access::Staff(&[Role::Administrator]);
/// Most messages in one list.
const LISTED_MAX: i64 = 100;

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    api.get("/outbox", ADMINISTRATOR, "Mail that is owed, sent or given up, the newest 100", outbox)
        .asks(&["state"])
        .gives::<Outbox>(200)
        .get("/system", ADMINISTRATOR, "State of the service", system)
        .gives::<System>(200)
}

/// How many messages are in which state.
#[derive(Debug, Serialize, ToSchema)]
struct MailCounts {
    waiting: i64,
    sent: i64,
    /// Given up.
    dead: i64,
}

impl From<outbox::Counts> for MailCounts {
    fn from(counts: outbox::Counts) -> Self {
        Self { waiting: counts.waiting, sent: counts.sent, dead: counts.dead }
    }
}

/// Mail.
#[derive(Debug, Serialize, ToSchema)]
struct Outbox {
    counts: MailCounts,
    items: Vec<MessageView>,
}

/// One message; its text is written when it is sent, and its links are never shown.
#[derive(Debug, Serialize, ToSchema)]
struct MessageView {
    id: String,
    to: String,
    /// What it is about.
    #[schema(example = "key_created")]
    kind: &'static str,
    /// `waiting`, `sent`, `dead`, `gathered` for a digest, or `kept` for its reader's page alone.
    state: String,
    attempts: i64,
    /// Why the last try failed.
    #[schema(example = "")]
    error: String,
    owed_at: DateTime<Utc>,
    sent_at: Option<DateTime<Utc>>,
}

impl From<Message> for MessageView {
    fn from(message: Message) -> Self {
        Self {
            id: message.id.to_string(),
            to: message.address,
            kind: message.kind.as_str(),
            state: message.state,
            attempts: message.attempts,
            error: message.error,
            owed_at: message.created_at,
            sent_at: message.sent_at,
        }
    }
}

async fn outbox(desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let query = query.only(&["state"])?;
    let state = query.get("state").filter(|state| !state.is_empty()).map(str::to_owned);
    if state.as_deref().is_some_and(|state| !outbox::STATES.contains(&state)) {
        return Err(WebError::bad_request("query_invalid", "“state” must be waiting, sent, dead, gathered or kept."));
    }
    let (found, counts) = desk
        .run(move |desk| {
            desk.read(|conn| Ok((outbox::in_state(conn, state.as_deref(), LISTED_MAX)?, outbox::counts(conn)?)))
        })
        .await?;
    let items = found.into_iter().map(Into::into).collect();
    Ok(HttpResponse::Ok().json(Outbox { counts: counts.into(), items }))
}

/// The state of the service.
#[derive(Debug, Serialize, ToSchema)]
struct System {
    version: &'static str,
    /// `sqlite` or `postgres`.
    database: &'static str,
    migrations_pending: usize,
    /// The place's profile and its version.
    #[schema(example = "norwalk-ct 2026-11")]
    profile: String,
    #[schema(example = "America/New_York")]
    zone: &'static str,
    now: DateTime<Utc>,
    mail: MailCounts,
    /// Entries of the audit chain.
    audit_entries: i64,
    /// The service's public key, hex.
    public_key: String,
}

async fn system(desk: DeskData) -> Result<HttpResponse, WebError> {
    let (pending, counts, head) = desk
        .run(|desk| {
            let pending = migrate::pending(&desk.store)?;
            let (counts, head) = desk.read(|conn| Ok((outbox::counts(conn)?, audit::head(conn)?)))?;
            Ok((pending, counts, head))
        })
        .await?;
    Ok(HttpResponse::Ok().json(System {
        version: env!("CARGO_PKG_VERSION"),
        database: match desk.store.backend() {
            Backend::Sqlite => "sqlite",
            Backend::Postgres => "postgres",
        },
        migrations_pending: pending,
        profile: format!("{} {}", desk.profile.id.as_str(), desk.profile.version.as_str()),
        zone: desk.profile.zone.name(),
        now: desk.clock.now(),
        mail: counts.into(),
        audit_entries: head.number,
        public_key: desk.secrets.public_key(),
    }))
}
