//! Which mails one gets at once, once a day or never, and the messages that were written to one.

use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Api;
use crate::cases::notices;
use crate::domain::notice::{Delivery, Group};
use crate::store::outbox::Message;
use crate::web::case::{DeskData, caller};
use crate::web::{Access, FormErrors, Json, WebError};

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    api.get("/account/notices", Access::SignedIn, "Which mails you get at once, once a day or never", mine)
        .gives::<Choices>(200)
        .patch("/account/notices", Access::SignedIn, "Choose which mails you get at once, once a day or never", choose)
        .takes::<Wishes>()
        .get("/account/messages", Access::SignedIn, "What was written to you, the newest 100, mailed or not", messages)
        .gives::<Messages>(200)
}

/// What you chose. Notices with legal effect are in no group: they are always mailed at once.
#[derive(Debug, Serialize, ToSchema)]
struct Choices {
    groups: Vec<Chosen>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Chosen {
    /// `queue`, `outcomes`, `signals`, `feeds` (staff), `messages`, `quotas` or `members`.
    #[schema(example = "quotas")]
    group: &'static str,
    /// `at_once`, `daily` or `never`.
    #[schema(example = "daily")]
    delivery: &'static str,
    /// What may be chosen.
    #[schema(example = json!(["at_once", "daily", "never"]))]
    choices: Vec<&'static str>,
}

async fn mine(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let who = caller(&request);
    let found = desk.run(move |desk| notices::mine(desk, &who)).await?;
    let chosen = |(group, delivery): (Group, Delivery)| Chosen {
        group: group.as_str(),
        delivery: delivery.as_str(),
        choices: group.choices().iter().map(|choice| choice.as_str()).collect(),
    };
    Ok(HttpResponse::Ok().json(Choices { groups: found.into_iter().map(chosen).collect() }))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Wishes {
    /// Groups that are left out stay as they are.
    groups: Vec<Wish>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Wish {
    #[schema(example = "quotas")]
    group: String,
    #[schema(example = "daily")]
    delivery: String,
}

async fn choose(request: HttpRequest, desk: DeskData, Json(wishes): Json<Wishes>) -> Result<HttpResponse, WebError> {
    let mut errors = FormErrors::default();
    let mut read = Vec::new();
    for (at, wish) in wishes.groups.iter().enumerate() {
        match (Group::from_word(&wish.group), Delivery::from_word(&wish.delivery)) {
            (Some(group), Some(delivery)) => read.push((group, delivery)),
            (None, _) => errors.add(format!("groups[{at}].group"), "There is no such group of notices."),
            (Some(_), None) => errors.add(format!("groups[{at}].delivery"), "Choose at_once, daily or never."),
        }
    }
    errors.into_result()?;
    let who = caller(&request);
    desk.run(move |desk| notices::choose(desk, &who, &read)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What was written to you.
#[derive(Debug, Serialize, ToSchema)]
struct Messages {
    items: Vec<MessageToYou>,
}

/// One message; the links of mails are never shown.
#[derive(Debug, Serialize, ToSchema)]
struct MessageToYou {
    id: String,
    /// What it is about.
    #[schema(example = "quota_reached")]
    kind: &'static str,
    /// `waiting`, `sent`, `dead`, `gathered` for the digest, or `kept` without a mail.
    #[schema(example = "kept")]
    state: String,
    written_at: DateTime<Utc>,
    sent_at: Option<DateTime<Utc>>,
    /// The page of the portal to open; empty where there is none.
    #[schema(example = "/agreements/0190b4a2-0000-7000-8000-000000000001")]
    path: String,
}

impl From<Message> for MessageToYou {
    fn from(message: Message) -> Self {
        Self {
            id: message.id.to_string(),
            kind: message.kind.as_str(),
            state: message.state,
            written_at: message.created_at,
            sent_at: message.sent_at,
            path: message.facts.get("path").cloned().unwrap_or_default(),
        }
    }
}

async fn messages(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let who = caller(&request);
    let found = desk.run(move |desk| notices::messages(desk, &who)).await?;
    Ok(HttpResponse::Ok().json(Messages { items: found.into_iter().map(Into::into).collect() }))
}
