//! Mail that is owed, sent or stuck: searched, one message with its tries, set going again, given up.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use crate::cases::mailroom::{self, Again, Links, MailReader, Seen};
use crate::cases::{CaseError, Desk};
use crate::domain::id::MessageId;
use crate::domain::language::Language;
use crate::domain::notice::{MailState, NoticeKind};
use crate::portal::auditor::asked::span;
use crate::portal::named_errors;
use crate::portal::shared::{Choice, Tag, id_in, still_on_the_form};
use crate::store::mailroom::{Search, Try};
use crate::store::outbox::{Counts, Message};
use crate::web::case::{DeskData, caller};
use crate::web::{Flash, FormErrors, FormView, Page, Posted, Redirect, WebError, json::Query, paging};

/// Messages on one page.
const PAGE: usize = 50;
const NAMES: [&str; 6] = ["state", "kind", "address", "from", "to", "cursor"];

/// What `admin/outbox.html` shows.
#[derive(Serialize)]
struct OutboxView {
    states: Vec<Choice>,
    kinds: Vec<Choice>,
    waiting: i64,
    sent: i64,
    dead: i64,
    given_up: i64,
    messages: Vec<Line>,
    first: String,
    next: String,
    is_filtered: bool,
    again_max: i64,
}

#[derive(Serialize)]
struct Line {
    href: String,
    to: String,
    kind: String,
    owed: String,
    sent: String,
    state: Tag,
    attempts: i64,
    error: String,
}

/// The page `/admin/outbox`.
pub(super) async fn list(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let query = query.lenient();
    let asked = NAMES.map(|name| query.get(name).unwrap_or_default().trim().to_owned());
    let form = FormView::with(NAMES.iter().zip(&asked).map(|(name, value)| (*name, value.clone())));
    let mut errors = FormErrors::default();
    let wanted = wanted(&desk, &asked, &mut errors);
    let caller = caller(&request);
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let is_good = errors.is_empty();
    let has_cursor = wanted.below.is_some();
    let (found, counts) =
        desk.run(move |desk| mailroom::list(desk, &caller, &wanted, if is_good { limit } else { 0 })).await?;
    let view = view(found, counts, &asked, has_cursor);
    let page = Page::new(&request, "Outbox")?.crumb("Administration", "/admin").form(form.with_errors(&errors));
    page.render("admin/outbox.html", &view)
}

fn wanted(desk: &Desk, asked: &[String; 6], errors: &mut FormErrors) -> Search {
    let [state, kind, address, from, to, cursor] = asked;
    let (from, until) = span(desk.profile.zone, (from, to), errors);
    Search {
        state: MailState::from_word(state),
        kind: NoticeKind::from_word(kind),
        to: Some(address.clone()).filter(|address| !address.is_empty()),
        from,
        until,
        below: cursor.parse().ok(),
    }
}

fn view(mut found: Vec<Message>, counts: Counts, asked: &[String; 6], has_cursor: bool) -> OutboxView {
    let has_more = found.len() > PAGE;
    found.truncate(PAGE);
    let link = |cursor: Option<String>| {
        let cursor = cursor.unwrap_or_default();
        let given = NAMES.iter().zip(asked).filter(|(name, _)| **name != "cursor");
        let given = given.map(|(name, value)| (*name, value.as_str())).chain([("cursor", cursor.as_str())]);
        paging::link("/admin/outbox", given)
    };
    let last = found.last().map(|message| message.id.to_string());
    OutboxView {
        states: MailState::ALL.iter().map(|state| Choice::new(state.as_str(), tag(*state).text)).collect(),
        kinds: NoticeKind::ALL.iter().map(|kind| Choice::new(kind.as_str(), kind_words(*kind))).collect(),
        waiting: counts.waiting,
        sent: counts.sent,
        dead: counts.dead,
        given_up: counts.given_up,
        first: if has_cursor { link(None) } else { String::new() },
        next: if has_more { link(last) } else { String::new() },
        is_filtered: asked.iter().any(|value| !value.is_empty()),
        messages: found.into_iter().map(line).collect(),
        again_max: mailroom::AGAIN_MAX,
    }
}

fn kind_words(kind: NoticeKind) -> String {
    kind.as_str().replace('_', " ")
}

const fn tag(state: MailState) -> Tag {
    let (text, tone) = match state {
        MailState::Waiting => ("Waiting", "warn"),
        MailState::Sent => ("Sent", "good"),
        MailState::Dead => ("Not delivered", "bad"),
        MailState::Gathered => ("For the digest", "info"),
        MailState::Kept => ("On their page only", "neutral"),
        MailState::GivenUp => ("Given up", "neutral"),
    };
    Tag { text, tone }
}

fn tag_of(message: &Message) -> Tag {
    MailState::from_word(&message.state).map_or(Tag { text: "Unknown", tone: "neutral" }, tag)
}

fn line(message: Message) -> Line {
    Line {
        href: format!("/admin/outbox/{}", message.id),
        state: tag_of(&message),
        to: message.address,
        kind: kind_words(message.kind),
        owed: message.created_at.to_rfc3339(),
        sent: message.sent_at.map(|at| at.to_rfc3339()).unwrap_or_default(),
        attempts: message.attempts,
        error: message.error,
    }
}

/// What `admin/message.html` shows.
#[derive(Serialize)]
struct MessageView {
    id: String,
    state: Tag,
    to: String,
    kind: String,
    language: &'static str,
    owed: String,
    sent: String,
    next_try: String,
    head: Vec<(&'static str, String)>,
    paragraphs: Vec<String>,
    has_link: bool,
    unwritten: String,
    tries: Vec<TryLine>,
    not_again: String,
    may_give_up: bool,
}

#[derive(Serialize)]
struct TryLine {
    number: usize,
    at: String,
    error: String,
}

fn try_line((place, one): (usize, &Try)) -> TryLine {
    TryLine { number: place + 1, at: one.at.to_rfc3339(), error: one.error.clone() }
}

fn message_view(reader: &MailReader, seen: &Seen) -> MessageView {
    let message = &seen.message;
    let (written, unwritten) = match reader.read(message, Links::Cut) {
        Ok(written) => (Some(written), String::new()),
        Err(error) => (None, error.to_string()),
    };
    let text = written.as_ref().map(|written| written.text.as_str()).unwrap_or_default();
    MessageView {
        id: message.id.to_string(),
        state: tag_of(message),
        to: message.address.clone(),
        kind: kind_words(message.kind),
        language: Language::of_mail(&message.language).name(),
        owed: message.created_at.to_rfc3339(),
        sent: message.sent_at.map(|at| at.to_rfc3339()).unwrap_or_default(),
        next_try: seen.next_try.map(|at| at.to_rfc3339()).unwrap_or_default(),
        paragraphs: text.trim().split("\n\n").map(str::to_owned).collect(),
        head: written.map(|written| written.head).unwrap_or_default(),
        has_link: message.link.is_some(),
        unwritten,
        tries: seen.tries.iter().enumerate().map(try_line).collect(),
        not_again: seen.not_again.as_ref().map(|refusal| refusal.detail.to_string()).unwrap_or_default(),
        may_give_up: seen.may_give_up,
    }
}

async fn show(
    (request, desk, reader): (&HttpRequest, &DeskData, &MailReader),
    id: MessageId,
    form: FormView,
) -> Result<HttpResponse, WebError> {
    let caller = caller(request);
    let seen = desk.run(move |desk| mailroom::one(desk, &caller, id)).await?;
    Page::new(request, "Message")?
        .crumb("Administration", "/admin")
        .crumb("Outbox", "/admin/outbox")
        .form(form)
        .render("admin/message.html", &message_view(reader, &seen))
}

/// The page of one message.
pub(super) async fn page(
    request: HttpRequest,
    desk: DeskData,
    reader: web::Data<MailReader>,
    id: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    show((&request, &desk, &reader), id_in(&id)?, FormView::default()).await
}

/// Sets one message going again.
pub(super) async fn try_again(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    posted.only(&[])?;
    let id: MessageId = id_in(&id)?;
    let (caller, path) = (caller(&request), format!("/admin/outbox/{id}"));
    match desk.run(move |desk| mailroom::try_again(desk, &caller, id)).await {
        Ok(()) => Redirect::with(&request, path, &Flash::good("The message is sent again within seconds.")),
        Err(error) => Err(gone(error, &path)),
    }
}

/// What cannot be done any more, with the way to what became of the message.
fn gone(error: CaseError, path: &str) -> WebError {
    match error {
        CaseError::Refused(_) | CaseError::Stale => WebError::from(error).with_next("The message", path.to_owned()),
        CaseError::Invalid(_)
        | CaseError::Missing
        | CaseError::Wait(_)
        | CaseError::Undone(_)
        | CaseError::Store(_) => error.into(),
    }
}

/// Sets every dead letter going again.
pub(super) async fn try_all_again(
    request: HttpRequest,
    desk: DeskData,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    posted.only(&[])?;
    let caller = caller(&request);
    let Again { set_going, left } = desk.run(move |desk| mailroom::try_all_again(desk, &caller)).await?;
    let said = if left == 0 {
        format!("Messages that are sent again within seconds: {set_going}.")
    } else {
        format!(
            "Messages that are sent again within seconds: {set_going}. Left because their links work no longer: {left}."
        )
    };
    Redirect::with(&request, "/admin/outbox", &Flash::good(said))
}

/// Gives one message up.
pub(super) async fn give_up(
    request: HttpRequest,
    desk: DeskData,
    reader: web::Data<MailReader>,
    id: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["reason"])?;
    let id: MessageId = id_in(&id)?;
    let (caller, reason, path) = (caller(&request), form.text("reason").to_owned(), format!("/admin/outbox/{id}"));
    match desk.run(move |desk| mailroom::give_up(desk, &caller, id, &reason)).await {
        Ok(()) => Redirect::with(&request, path, &Flash::good("The message is given up. It is not sent any more.")),
        Err(error) => {
            let error = still_on_the_form(error, ("The message", &path))?;
            let errors = named_errors(error, &[("reason", "Why?")])?;
            show((&request, &desk, &reader), id, form.view(&errors)).await
        }
    }
}
