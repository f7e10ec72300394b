//! The page “Mails”: which leave at once, once a day or never, and the messages that were written. Decides nothing.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use crate::cases::mailroom::{Links, MailReader};
use crate::cases::notices;
use crate::domain::notice::{DIGEST_HOUR, Delivery, Group};
use crate::portal::shared::Choice;
use crate::store::outbox::Message;
use crate::web::case::{DeskData, caller, shown_on_form};
use crate::web::{Flash, FormErrors, FormView, Page, Posted, Redirect, WebError};

/// What `account/notices.html` shows.
#[derive(Serialize)]
struct Notices {
    groups: Vec<GroupView>,
    messages: Vec<Line>,
    hour: u32,
}

#[derive(Serialize)]
struct GroupView {
    word: &'static str,
    options: Vec<Choice>,
    chosen: &'static str,
}

#[derive(Serialize)]
struct Line {
    subject: String,
    href: String,
    at: String,
    how: &'static str,
    tone: &'static str,
}

const fn label(delivery: Delivery) -> &'static str {
    match delivery {
        Delivery::AtOnce => "At once, in a mail of its own",
        Delivery::Daily => "Once a day, all in one mail",
        Delivery::Never => "Never by mail, only on this page",
    }
}

fn group_view((group, chosen): (Group, Delivery)) -> GroupView {
    let options = group.choices().iter().map(|choice| Choice::new(choice.as_str(), label(*choice))).collect();
    GroupView { word: group.as_str(), options, chosen: chosen.as_str() }
}

fn line(reader: &MailReader, message: &Message) -> Result<Line, WebError> {
    let (how, tone) = match message.state.as_str() {
        "sent" => ("Mailed", "good"),
        "gathered" => ("In the next digest", "info"),
        "kept" => ("Only here", "neutral"),
        "dead" => ("The mail could not be delivered", "bad"),
        _ => ("On its way", "info"),
    };
    // A message that only carries a one-use link has no page of its own.
    let href = message.facts.get("path").filter(|path| path.starts_with('/')).cloned().unwrap_or_default();
    Ok(Line {
        subject: reader.read(message, Links::Cut)?.subject,
        href,
        at: message.created_at.to_rfc3339(),
        how,
        tone,
    })
}

async fn show(
    request: &HttpRequest,
    desk: &DeskData,
    reader: &MailReader,
    form: FormView,
) -> Result<HttpResponse, WebError> {
    let who = caller(request);
    let (chosen, messages) =
        desk.run(move |desk| Ok((notices::mine(desk, &who)?, notices::messages(desk, &who)?))).await?;
    let view = Notices {
        groups: chosen.into_iter().map(group_view).collect(),
        messages: messages.iter().map(|message| line(reader, message)).collect::<Result<_, _>>()?,
        hour: DIGEST_HOUR,
    };
    Page::new(request, "Mails")?.crumb("Your account", "/account").form(form).render("account/notices.html", &view)
}

pub(super) async fn page(
    request: HttpRequest,
    desk: DeskData,
    reader: web::Data<MailReader>,
) -> Result<HttpResponse, WebError> {
    show(&request, &desk, &reader, FormView::default()).await
}

pub(super) async fn choose(
    request: HttpRequest,
    desk: DeskData,
    reader: web::Data<MailReader>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let form = posted.only(&Group::ALL.map(Group::as_str))?;
    let mut errors = FormErrors::default();
    let mut wishes = Vec::new();
    for group in Group::ALL.into_iter().filter(|group| form.has(group.as_str())) {
        match Delivery::from_word(form.text(group.as_str())) {
            Some(wish) => wishes.push((group, wish)),
            None => errors.add(group.as_str(), "Choose one of the ways that are offered."),
        }
    }
    if !errors.is_empty() {
        return show(&request, &desk, &reader, form.view(&errors)).await;
    }
    let who = caller(&request);
    match desk.run(move |desk| notices::choose(desk, &who, &wishes)).await {
        Ok(()) => Redirect::with(&request, "/account/notices", &Flash::good("Your choice of mails is saved.")),
        Err(error) => {
            let errors = shown_on_form(error)?;
            show(&request, &desk, &reader, form.view(&errors)).await
        }
    }
}
