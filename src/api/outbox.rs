//! Mail that is owed, sent or stuck, for administrators: the same cases as the pages.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Api, id_in};
use crate::cases::mailroom::{self, Links, MailReader};
use crate::domain::id::MessageId;
use crate::domain::notice::{MailState, NoticeKind};
use crate::domain::people::Role;
use crate::store::mailroom::Search;
use crate::store::outbox::{Counts, Message};
use crate::web::case::{DeskData, caller};
use crate::web::fields::Fields;
use crate::web::paging::cursor_invalid;
use crate::web::{Access, Json, Paging, Query, WebError};

const ADMINISTRATOR: Access = Access::Staff(&[Role::Administrator]);
const ASKS: &[&str] = &["state", "kind", "address", "from", "to", "limit", "cursor"];

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    api.get("/outbox", ADMINISTRATOR, "Mail that is owed, sent or stuck, the newest first", list)
        .asks(ASKS)
        .gives::<Outbox>(200)
        .get("/outbox/{id}", ADMINISTRATOR, "One message as it is sent, with every try", one)
        .gives::<OneMessage>(200)
        .post("/outbox/{id}/try-again", ADMINISTRATOR, "Send a message again now", try_again)
        .refuses(&["wrong_state", "being_sent", "link_over"])
        .post("/outbox/{id}/give-up", ADMINISTRATOR, "Give a message up", give_up)
        .takes::<Why>()
        .refuses(&["wrong_state"])
        .post("/outbox-tries", ADMINISTRATOR, "Send every message again that could not be delivered", try_all_again)
        .gives::<Again>(200)
}

/// How many messages are in which state.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MailCounts {
    waiting: i64,
    sent: i64,
    /// Not delivered: every try failed.
    dead: i64,
    /// Given up by an administrator.
    given_up: i64,
}

impl From<Counts> for MailCounts {
    fn from(counts: Counts) -> Self {
        Self { waiting: counts.waiting, sent: counts.sent, dead: counts.dead, given_up: counts.given_up }
    }
}

/// Mail.
#[derive(Debug, Serialize, ToSchema)]
struct Outbox {
    counts: MailCounts,
    items: Vec<MessageView>,
    /// The cursor of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    next: Option<String>,
}

/// One message.
#[derive(Debug, Serialize, ToSchema)]
struct MessageView {
    id: String,
    to: String,
    /// What it is about.
    #[schema(example = "key_created")]
    kind: &'static str,
    /// `waiting`, `sent`, `dead` (not delivered), `gathered` for a digest, `kept` for its reader's page alone, or
    /// `given_up`.
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

fn bad(name: &str, wanted: &str) -> WebError {
    WebError::bad_request("query_invalid", format!("“{name}” must be {wanted}."))
}

fn instant(query: &Fields, name: &str) -> Result<Option<DateTime<Utc>>, WebError> {
    let text = query.get(name).filter(|text| !text.is_empty());
    text.map(|text| text.parse().map_err(|_why| bad(name, "an instant such as 2026-11-23T05:00:00Z"))).transpose()
}

fn wanted(query: &Fields, paging: &Paging) -> Result<Search, WebError> {
    let text = |name: &str| query.get(name).filter(|text| !text.is_empty());
    let state = text("state").map(|word| {
        MailState::from_word(word).ok_or_else(|| bad("state", "waiting, sent, dead, gathered, kept or given_up"))
    });
    let kind = text("kind").map(|word| NoticeKind::from_word(word).ok_or_else(|| bad("kind", "a kind of message")));
    let below = match paging.after.as_deref() {
        None => None,
        Some([id]) => Some(id.parse().map_err(|_no_id| cursor_invalid())?),
        Some(_) => return Err(cursor_invalid()),
    };
    Ok(Search {
        state: state.transpose()?,
        kind: kind.transpose()?,
        to: text("address").map(str::to_owned),
        from: instant(query, "from")?,
        until: instant(query, "to")?,
        below,
    })
}

async fn list(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let query = query.only(ASKS)?;
    let paging = Paging::from_query(&query)?;
    let wanted = wanted(&query, &paging)?;
    let (caller, limit) = (caller(&request), i64::from(paging.limit).saturating_add(1));
    let (found, counts) = desk.run(move |desk| mailroom::list(desk, &caller, &wanted, limit)).await?;
    let page = paging.page(found, |message| vec![message.id.to_string()]);
    let items = page.items.into_iter().map(Into::into).collect();
    Ok(HttpResponse::Ok().json(Outbox { counts: counts.into(), items, next: page.next }))
}

/// One message with its text and its tries. A link that works once is cut.
#[derive(Debug, Serialize, ToSchema)]
struct OneMessage {
    message: MessageView,
    #[schema(example = "APP-2026-0042: withdrawn")]
    subject: String,
    text: String,
    head: Vec<HeadLine>,
    tries: Vec<TryView>,
    /// When it is tried next; null where it is not.
    next_try_at: Option<DateTime<Utc>>,
}

/// A line of the head.
#[derive(Debug, Serialize, ToSchema)]
struct HeadLine {
    #[schema(example = "Subject")]
    name: &'static str,
    value: String,
}

/// One try.
#[derive(Debug, Serialize, ToSchema)]
struct TryView {
    at: DateTime<Utc>,
    /// What went wrong; empty where the message left.
    #[schema(example = "")]
    error: String,
}

async fn one(
    request: HttpRequest,
    desk: DeskData,
    reader: web::Data<MailReader>,
    id: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    let (caller, id): (_, MessageId) = (caller(&request), id_in(&id)?);
    let seen = desk.run(move |desk| mailroom::one(desk, &caller, id)).await?;
    let written = reader.read(&seen.message, Links::Cut)?;
    Ok(HttpResponse::Ok().json(OneMessage {
        message: seen.message.into(),
        subject: written.subject,
        text: written.text,
        head: written.head.into_iter().map(|(name, value)| HeadLine { name, value }).collect(),
        tries: seen.tries.into_iter().map(|one| TryView { at: one.at, error: one.error }).collect(),
        next_try_at: seen.next_try,
    }))
}

async fn try_again(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    let (caller, id): (_, MessageId) = (caller(&request), id_in(&id)?);
    desk.run(move |desk| mailroom::try_again(desk, &caller, id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Why {
    #[schema(example = "The person was told by telephone.")]
    reason: String,
}

async fn give_up(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    Json(why): Json<Why>,
) -> Result<HttpResponse, WebError> {
    let (caller, id): (_, MessageId) = (caller(&request), id_in(&id)?);
    desk.run(move |desk| mailroom::give_up(desk, &caller, id, &why.reason)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What became of the messages that could not be delivered.
#[derive(Debug, Serialize, ToSchema)]
struct Again {
    /// Sent again within seconds.
    set_going: usize,
    /// Left, because the link in them works no longer.
    left: usize,
}

async fn try_all_again(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let done = desk.run(move |desk| mailroom::try_all_again(desk, &caller)).await?;
    Ok(HttpResponse::Ok().json(Again { set_going: done.set_going, left: done.left }))
}
