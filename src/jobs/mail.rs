//! The outbox sent: each message rendered from its facts, its link minted, handed to the mail server, tried again with
//! growing pauses, put aside as a dead letter in the end. Nothing here runs inside a request.

mod postman;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::Duration;
use secrecy::SecretString;
use tera::{Context, Tera};

use crate::cases::links::{self, Purpose};
use crate::cases::secrets::Secrets;
use crate::cases::{CaseError, Desk};
use crate::domain::id::LinkId;
use crate::domain::language::Language;
use crate::domain::notice::{Delivery, NoticeKind};
use crate::store::outbox::{self, Message};
use crate::words::Voice;

pub use self::postman::Postman;

/// Messages sent in one round.
const BATCH: i64 = 50;
/// Tries before a message is put aside.
const TRIES_MAX: i64 = 10;

/// How mail leaves.
#[derive(Clone, Debug)]
pub struct MailOptions {
    /// The sender, `Accord <accord@example.gov>`.
    pub from: String,
    /// The portal's address from outside; links are never built from request headers.
    pub public_url: String,
    /// The service's name in messages.
    pub service: String,
    /// `smtp://` or `smtps://` address of the mail server; without one, mail is caught in the outbox.
    pub smtp: Option<SecretString>,
    /// A PEM file of the authorities that may vouch for the mail server; without one, those that browsers know.
    pub ca_file: Option<PathBuf>,
}

/// A message ready to go.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// The subject line.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// The page to choose on, where one may choose about such mails.
    pub choices: Option<String>,
    /// Where such mails are stopped by one click, where they may be stopped at all.
    pub leave: Option<String>,
}

/// Why a message could not be sent.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// A template is missing or does not render.
    #[error("the message cannot be written: {0}")]
    Template(String),
    /// A setting cannot be used.
    #[error("{0}: {1}")]
    Setting(&'static str, String),
    /// An address cannot be used; trying again is useless.
    #[error("the address cannot be used: {0}")]
    Address(String),
    /// The mail server refused for good.
    #[error("the mail server refused: {0}")]
    Refused(String),
    /// The mail server is away or asks to come later.
    #[error("the mail server is not available: {0}")]
    Later(String),
    /// There is no connection to the mail server that is as safe as the settings ask for; nothing was said to it.
    #[error("{0}")]
    Unsafe(&'static str),
}

impl MailError {
    const fn is_final(&self) -> bool {
        matches!(self, Self::Address(_) | Self::Refused(_))
    }
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Wording {
    #[serde(default)]
    subject: String,
    body: String,
}

/// The wording of every message, by language. Another language is written to in English.
const WORDINGS: [(Language, &str); 2] = [
    (Language::English, include_str!("../../templates/mail/en.toml")),
    (Language::Spanish, include_str!("../../templates/mail/es.toml")),
];

/// The wording of the line under every mail that one may choose about.
const CHOOSABLE: &str = "choosable";
/// The page that stops the mails of a group.
const LEAVE: &str = "/mails/stop";
/// The page where one chooses.
const CHOICES: &str = "/account/notices";

/// The fact that is a letter already, in the language of its reader.
const WRITTEN: &str = "letter";

/// The wording of every message.
pub struct Letters {
    templates: Tera,
    voice: Voice,
    options: MailOptions,
}

impl std::fmt::Debug for Letters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Letters").finish_non_exhaustive()
    }
}

impl Letters {
    /// Reads the embedded wording; facts that the rules have said are said in the words of `voice`.
    ///
    /// # Errors
    /// [`MailError::Template`] when a kind is missing or its template is broken.
    pub fn new(options: MailOptions, voice: Voice) -> Result<Self, MailError> {
        let broken = |error: &dyn std::fmt::Display| MailError::Template(error.to_string());
        let mut templates = Tera::default();
        templates.autoescape_on(Vec::<&str>::new());
        for (language, file) in WORDINGS {
            let tag = language.tag();
            let wording: BTreeMap<String, Wording> = toml::from_str(file).map_err(|error| broken(&error))?;
            for kind in NoticeKind::ALL {
                let word = kind.as_str();
                let none = || MailError::Template(format!("no wording for {word} in {}", language.name()));
                let text = wording.get(word).ok_or_else(none)?;
                for (part, text) in [("subject", &text.subject), ("body", &text.body)] {
                    templates
                        .add_raw_template(&format!("{tag}.{word}.{part}"), text)
                        .map_err(|error| broken(&error))?;
                }
            }
            let none = || MailError::Template(format!("no wording for {CHOOSABLE} in {}", language.name()));
            let line = &wording.get(CHOOSABLE).ok_or_else(none)?.body;
            let name = format!("{tag}.{CHOOSABLE}.body");
            templates.add_raw_template(&name, line).map_err(|error| broken(&error))?;
        }
        Ok(Self { templates, voice, options })
    }

    /// Writes a message; a one-use link is minted here and kept nowhere.
    ///
    /// # Errors
    /// [`MailError::Template`].
    pub fn write(&self, secrets: &Secrets, message: &Message) -> Result<Letter, MailError> {
        let mint =
            |purpose, link| links::mint(secrets, purpose, link).map_err(|error| MailError::Template(error.to_string()));
        let letter = self.written(message, mint)?;
        let group = message.kind.group().filter(|group| group.allows(Delivery::Never));
        let leave = message.account.zip(group).map(|(account, group)| {
            let token = links::mint_leave(secrets, account, group);
            let token = token.map_err(|error| MailError::Template(error.to_string()))?;
            Ok(format!("{}{LEAVE}?token={token}", self.options.public_url))
        });
        Ok(Letter { leave: leave.transpose()?, ..letter })
    }

    /// Writes a message as it was or will be sent, with a link that does not work; for who looks after the mail.
    ///
    /// # Errors
    /// [`MailError::Template`].
    pub fn shown(&self, message: &Message) -> Result<Letter, MailError> {
        self.written(message, |_, _| Ok("…".to_owned()))
    }

    /// What stands over the text of a message when it leaves.
    #[must_use]
    pub fn head(&self, message: &Message, letter: &Letter) -> Vec<(&'static str, String)> {
        let to = if message.name.is_empty() {
            message.address.clone()
        } else {
            format!("{} <{}>", message.name, message.address)
        };
        let mut head = vec![("From", self.options.from.clone()), ("To", to), ("Subject", letter.subject.clone())];
        head.push(("Message-ID", message_id(message, &self.options.from)));
        if let Some(choices) = &letter.choices {
            head.push(("List-Unsubscribe", format!("<{choices}>")));
        }
        head
    }

    fn written(
        &self,
        message: &Message,
        mint: impl FnOnce(Purpose, LinkId) -> Result<String, MailError>,
    ) -> Result<Letter, MailError> {
        let word = message.kind.as_str();
        let mut context = Context::new();
        context.insert("service", &self.options.service);
        for optional in
            ["letter", "noun", "reason", "remaining", "explanation", "text", "instructions", "link", "license"]
        {
            context.insert(optional, "");
        }
        let language = Language::of_tag(&message.language);
        let language = language.filter(|known| WORDINGS.iter().any(|(has, _)| has == known)).unwrap_or_default();
        for (name, fact) in &message.facts {
            let is_written = name == WRITTEN || language == Language::English;
            let fact = if is_written { fact.clone() } else { self.voice.say(language, fact) };
            context.insert(name.clone(), &fact);
        }
        let path = message.facts.get("path").map_or("/", String::as_str);
        context.insert("page", &format!("{}{path}", self.options.public_url));
        if let Some(link) = message.link {
            let linked = LINKED.iter().find(|(kind, _)| *kind == message.kind);
            let (_, purpose) = linked.ok_or_else(|| MailError::Template(format!("{word} carries no link")))?;
            let token = mint(*purpose, link)?;
            context.insert("link", &format!("{}{}?token={token}", self.options.public_url, purpose.path()));
        }
        let render = |part: &str, context: &Context| {
            self.templates
                .render(&format!("{}.{word}.{part}", language.tag()), context)
                .map_err(|error| MailError::Template(format!("{word}.{part}: {error}")))
        };
        let subject = render("subject", &context)?.replace(['\r', '\n'], " ");
        let mut body = render("body", &context)?.trim().to_owned();
        let choices = message.kind.is_choosable().then(|| format!("{}{CHOICES}", self.options.public_url));
        if let Some(choices) = &choices {
            context.insert("choices", choices);
            let name = format!("{}.{CHOOSABLE}.body", language.tag());
            let line = self.templates.render(&name, &context);
            let line = line.map_err(|error| MailError::Template(format!("{CHOOSABLE}: {error}")))?;
            body = format!("{body}\n\n{}", line.trim());
        }
        let text = format!("{body}\n\n-- \n{}\n", self.options.service);
        let html = to_html(&subject, &text, language.tag());
        Ok(Letter { subject, text, html, choices, leave: None })
    }

    /// A message as a line and a link, for the digest. One that cannot be written is named by its kind.
    #[must_use]
    pub fn line(&self, secrets: &Secrets, message: &Message) -> String {
        let path = message.facts.get("path").map_or("/", String::as_str);
        let plain = |_error| message.kind.as_str().replace('_', " ");
        let subject = self.write(secrets, message).map_or_else(plain, |letter| letter.subject);
        format!("{subject}\n{}{path}", self.options.public_url)
    }
}

/// The kinds that carry a one-use link, and what it opens.
const LINKED: [(NoticeKind, Purpose); 5] = [
    (NoticeKind::VerifyEmail, Purpose::Verify),
    (NoticeKind::ResetPassword, Purpose::Reset),
    (NoticeKind::StaffInvitation, Purpose::Invite),
    (NoticeKind::RecordsReceived, Purpose::Follow),
    (NoticeKind::RecordsMoved, Purpose::Follow),
];

/// The text as HTML: paragraphs, and addresses as links. Everything else is escaped.
fn to_html(subject: &str, text: &str, language: &str) -> String {
    let paragraphs: Vec<_> = text
        .split("\n\n")
        .map(|paragraph| {
            let lines: Vec<_> = paragraph.trim().lines().map(line_to_html).collect();
            format!("<p>{}</p>\n", lines.join("<br>\n"))
        })
        .collect();
    let paragraphs = paragraphs.concat();
    let language = escaped(language);
    let subject = escaped(subject);
    format!(
        "<!doctype html>\n<html lang=\"{language}\"><head><meta charset=\"utf-8\"><title>{subject}</title></head>\n\
         <body style=\"font-family: sans-serif; max-width: 40em; line-height: 1.5\">\n{paragraphs}</body></html>\n"
    )
}

fn line_to_html(line: &str) -> String {
    let escaped = escaped(line);
    if line.starts_with("https://") || line.starts_with("http://") {
        return format!("<a href=\"{escaped}\">{escaped}</a>");
    }
    escaped
}

fn escaped(text: &str) -> String {
    let mut out = Vec::new();
    match tera::escape_html(text, &mut out) {
        Ok(()) => String::from_utf8_lossy(&out).into_owned(),
        Err(_) => String::new(),
    }
}

/// The name of a message that stays the same however often it is tried.
fn message_id(message: &Message, from: &str) -> String {
    let host = from.rsplit('@').next().unwrap_or_default().trim_end_matches('>');
    format!("<{}@{host}>", message.id)
}

/// Sends what is due; returns how many messages left.
///
/// # Errors
/// What the store says; a message that cannot be sent is no error here.
pub async fn send_due(desk: &Desk, letters: &Arc<Letters>, postman: &Postman) -> Result<usize, CaseError> {
    let now = desk.clock.now();
    let due = desk.run(move |desk| desk.read(|conn| outbox::due(conn, now, BATCH))).await?;
    let mut count = 0;
    for message in due {
        let pause = Duration::minutes(1_i64 << message.attempts.clamp(0, 9));
        let claimed = message.clone();
        let is_ours =
            desk.run(move |desk| desk.store.write(|conn| Ok(outbox::claim(conn, &claimed, now + pause)?))).await?;
        if !is_ours {
            continue;
        }
        let sent = match letters.write(&desk.secrets, &message) {
            Ok(letter) => postman.send(&letters.options, &message, &letter).await,
            Err(error) => Err(error),
        };
        if let Err(error) = &sent {
            tracing::warn!(message = %message.id, kind = message.kind.as_str(), %error, "a message was not sent");
        } else {
            count += 1;
        }
        let is_last = message.attempts + 1 >= TRIES_MAX;
        desk.run(move |desk| {
            let now = desk.clock.now();
            desk.store.write(|conn| match sent {
                Ok(()) => Ok(outbox::sent(conn, message.id, now)?),
                Err(error) => {
                    Ok(outbox::failed(conn, message.id, now, (&error.to_string(), is_last || error.is_final()))?)
                }
            })
        })
        .await?;
    }
    Ok(count)
}

#[cfg(test)]
mod tests;
