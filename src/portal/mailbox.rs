//! The mailbox of a demonstration: every mail that would have been sent, with working links. Must never be registered
//! outside a demonstration.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::id_in;
use crate::cases::mailroom::{Links, MailReader};
use crate::domain::id::MessageId;
use crate::store::outbox::{self, Message};
use crate::web::case::DeskData;
use crate::web::{Access, Page, Routes, Site, WebError, json::Query};

/// Most messages in the list.
const LISTED_MAX: i64 = 100;

/// Adds the routes of these pages.
#[must_use]
pub fn routes(routes: Routes) -> Routes {
    routes.get("/demo/mailbox", Access::Public, "Mail caught by the demonstration", list).get(
        "/demo/mailbox/{message}",
        Access::Public,
        "One mail caught by the demonstration",
        one,
    )
}

/// What `demo/mailbox.html` shows.
#[derive(Serialize)]
struct List {
    to: String,
    messages: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    id: String,
    subject: String,
    to: String,
    at: String,
}

async fn list(
    request: HttpRequest,
    desk: DeskData,
    reader: web::Data<MailReader>,
    query: Query,
) -> Result<HttpResponse, WebError> {
    must_be_demo(&request)?;
    let to = query.lenient().get("to").unwrap_or_default().trim().to_owned();
    let wanted = to.clone();
    let found = desk
        .run(move |desk| {
            let address = Some(wanted.as_str()).filter(|address| !address.is_empty());
            desk.read(|conn| outbox::newest(conn, address, LISTED_MAX))
        })
        .await?;
    let line = |message: &Message| {
        let (id, at) = (message.id.to_string(), message.created_at.to_rfc3339());
        Ok(Line { id, at, subject: reader.read(message, Links::Working)?.subject, to: message.address.clone() })
    };
    let messages = found.iter().map(line).collect::<Result<_, WebError>>()?;
    Page::new(&request, "Demo mailbox")?.render("demo/mailbox.html", &List { to, messages })
}

/// What `demo/letter.html` shows.
#[derive(Serialize)]
struct LetterView {
    to: String,
    at: String,
    all_href: String,
    parts: Vec<Part>,
}

/// A paragraph; one that is nothing but an address becomes a link.
#[derive(Serialize)]
struct Part {
    text: String,
    is_link: bool,
}

async fn one(
    request: HttpRequest,
    desk: DeskData,
    reader: web::Data<MailReader>,
    id: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    must_be_demo(&request)?;
    let id: MessageId = id_in(&id)?;
    let message = desk.run(move |desk| desk.read(|conn| outbox::one(conn, id))).await?;
    let letter = reader.read(&message, Links::Working)?;
    let query: String =
        url::form_urlencoded::Serializer::new(String::new()).append_pair("to", &message.address).finish();
    let view = LetterView {
        to: message.address,
        at: message.created_at.to_rfc3339(),
        all_href: format!("/demo/mailbox?{query}"),
        parts: letter.text.split("\n\n").map(part).collect(),
    };
    Page::new(&request, letter.subject)?.crumb("Demo mailbox", "/demo/mailbox").render("demo/letter.html", &view)
}

fn part(text: &str) -> Part {
    let text = text.trim();
    let is_address = text.starts_with("http://") || text.starts_with("https://");
    Part { is_link: is_address && !text.contains(char::is_whitespace), text: text.to_owned() }
}

/// These pages show mails of other people: belt and braces beside not being registered.
fn must_be_demo(request: &HttpRequest) -> Result<(), WebError> {
    if Site::of(request)?.options().is_demo { Ok(()) } else { Err(WebError::not_found()) }
}
