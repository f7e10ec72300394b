//! The outbox sent: each message rendered from its facts, its link minted, handed to the mail server, tried again with
//! growing pauses, put aside as a dead letter in the end. Nothing here runs inside a request.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::Duration;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use secrecy::{ExposeSecret, SecretString};
use tera::{Context, Tera};

use crate::cases::links::{self, Purpose};
use crate::cases::secrets::Secrets;
use crate::cases::{CaseError, Desk};
use crate::domain::language::Language;
use crate::domain::notice::NoticeKind;
use crate::store::outbox::{self, Message};
use crate::words::Voice;

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
}

/// Why a message could not be sent.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// A template is missing or does not render.
    #[error("the message cannot be written: {0}")]
    Template(String),
    /// An address cannot be used; trying again is useless.
    #[error("the address cannot be used: {0}")]
    Address(String),
    /// The mail server refused for good.
    #[error("the mail server refused: {0}")]
    Refused(String),
    /// The mail server is away or asks to come later.
    #[error("the mail server is not available: {0}")]
    Later(String),
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
            let token = links::mint(secrets, *purpose, link).map_err(|error| MailError::Template(error.to_string()))?;
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
        Ok(Letter { subject, text, html, choices })
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

/// Where one stops such mails (RFC 2369, section 3.2).
const UNSUBSCRIBE: HeaderName = HeaderName::new_from_ascii_str("List-Unsubscribe");

/// How mail leaves this process.
pub enum Postman {
    /// By a mail server.
    Smtp(Box<AsyncSmtpTransport<Tokio1Executor>>),
    /// Nowhere: it is caught, and the outbox page shows it.
    Caught,
}

impl std::fmt::Debug for Postman {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Smtp(_) => "Postman::Smtp",
            Self::Caught => "Postman::Caught",
        })
    }
}

impl Postman {
    /// Reads the sender's and the mail server's address.
    ///
    /// # Errors
    /// [`MailError::Address`] when one cannot be read.
    pub fn new(options: &MailOptions) -> Result<Self, MailError> {
        let sender = options.from.parse::<Mailbox>();
        sender.map_err(|error| MailError::Address(format!("mail.from, {}: {error}", options.from)))?;
        let Some(url) = &options.smtp else { return Ok(Self::Caught) };
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose_secret())
            .map_err(|error| MailError::Address(format!("mail.smtp_url: {error}")))?
            .timeout(Some(std::time::Duration::from_secs(20)))
            .build();
        Ok(Self::Smtp(Box::new(transport)))
    }

    async fn send(&self, options: &MailOptions, message: &Message, letter: &Letter) -> Result<(), MailError> {
        let Self::Smtp(transport) = self else { return Ok(()) };
        let address = |error: &dyn std::fmt::Display| MailError::Address(error.to_string());
        let from: Mailbox = options.from.parse().map_err(|error| address(&error))?;
        let to: lettre::Address = message.address.parse().map_err(|error| address(&error))?;
        let host = from.email.domain().to_owned();
        let mut mail = lettre::Message::builder();
        if let Some(choices) = &letter.choices {
            mail = mail.raw_header(HeaderValue::new(UNSUBSCRIBE, format!("<{choices}>")));
        }
        let mail = mail
            .from(from)
            .to(Mailbox::new(Some(message.name.clone()).filter(|name| !name.is_empty()), to))
            .subject(&letter.subject)
            .message_id(Some(format!("<{}@{host}>", message.id)))
            .header(ContentType::TEXT_PLAIN)
            .multipart(MultiPart::alternative_plain_html(letter.text.clone(), letter.html.clone()))
            .map_err(|error| address(&error))?;
        match transport.send(mail).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() => Err(MailError::Refused(error.to_string())),
            Err(error) => Err(MailError::Later(error.to_string())),
        }
    }
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
                Err(error) => Ok(outbox::failed(conn, message.id, &error.to_string(), is_last || error.is_final())?),
            })
        })
        .await?;
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::id::{LinkId, MessageId};
    use crate::domain::time::from_micros;

    /// Every fact that some kind prints.
    const FACTS: &[&str] = &[
        "number",
        "title",
        "text",
        "dataset",
        "outcome",
        "days",
        "ends_on",
        "name",
        "hint",
        "until",
        "what",
        "reason",
        "explanation",
        "percent",
        "limit",
        "max",
        "resets_at",
        "effective_on",
        "datasets",
        "application",
        "holder",
        "organisation",
        "change",
        "warning",
        "subject",
        "profile",
        "revision",
        "decide_by",
        "decide_working",
        "state_by",
        "state_working",
        "outcome",
        "reasons",
        "effect",
        "description",
        "due",
        "appeal",
        "exemption",
        "records",
        "city",
        "received",
        "office",
        "office_email",
        "count",
        "agreement",
        "source",
        "why",
        "minutes",
        "missing",
        "new",
        "other",
        "personal",
        "operations",
        "when",
    ];

    fn letters() -> Letters {
        Letters::new(
            MailOptions {
                from: "Accord <accord@norwalk.example>".to_owned(),
                public_url: "https://data.norwalk.example".to_owned(),
                service: "Norwalk Sensor Data".to_owned(),
                smtp: None,
            },
            Voice::of_place([]).unwrap(),
        )
        .unwrap()
    }

    fn message(kind: NoticeKind) -> Message {
        let mut facts: BTreeMap<_, _> =
            FACTS.iter().map(|name| ((*name).to_owned(), format!("<{name}>\nX-Evil: yes"))).collect();
        facts.insert("path".to_owned(), "/applications/1".to_owned());
        Message {
            id: MessageId::from_uuid(Uuid::from_u128(1)),
            created_at: from_micros(0),
            account: None,
            address: "maria@example.org".to_owned(),
            name: "Maria".to_owned(),
            language: "en".to_owned(),
            kind,
            facts,
            link: LINKED.iter().any(|(linked, _)| *linked == kind).then(|| LinkId::from_uuid(Uuid::from_u128(2))),
            state: "waiting".to_owned(),
            attempts: 0,
            sent_at: None,
            error: String::new(),
        }
    }

    #[test]
    fn every_kind_of_notice_renders_and_names_a_page_or_a_link() {
        let letters = letters();
        let both = NoticeKind::ALL.iter().flat_map(|kind| [(kind, "en"), (kind, "es")]);
        for (kind, language) in both {
            let message = Message { language: language.to_owned(), ..message(*kind) };
            let letter = letters.write(&Secrets::new([1; 32]), &message).unwrap();
            assert!(letter.html.contains(&format!("lang=\"{language}\"")), "{kind:?}");
            assert!(!letter.subject.is_empty() && letter.choices.is_some() == kind.is_choosable(), "{kind:?}");
            let leads = letter.text.contains("https://data.norwalk.example/account/notices");
            assert_eq!(leads, kind.is_choosable(), "{kind:?}");
            assert!(!letter.subject.contains('\n'), "{kind:?}: a fact broke the subject line");
            assert!(letter.text.contains("https://data.norwalk.example/"), "{kind:?} opens nothing");
            assert!(!letter.html.contains("<number>"), "{kind:?} is not escaped");
        }
    }

    #[test]
    fn a_mail_and_the_words_of_the_rules_in_it_are_in_the_readers_language() {
        let kind = NoticeKind::ApplicationReceived;
        let written = |language: &str| {
            let facts =
                BTreeMap::from([("number".to_owned(), "A-1".to_owned()), ("title".to_owned(), "Review".to_owned())]);
            let message = Message { language: language.to_owned(), facts, ..message(kind) };
            letters().write(&Secrets::new([1; 32]), &message).unwrap()
        };
        let (english, spanish, creole) = (written("en"), written("es-US"), written("ht"));
        assert!(
            english.text.contains("We have your application") && !spanish.text.contains("We have"),
            "{}",
            spanish.text
        );
        assert!(spanish.text.contains("Revisión"), "{}", spanish.text);
        assert!(creole == english, "what is not translated is read in English");
    }

    #[test]
    fn a_link_on_a_kind_that_carries_none_is_written_nowhere() {
        let link = Some(LinkId::from_uuid(Uuid::from_u128(2)));
        let wrong = Message { link, ..message(NoticeKind::PasswordChanged) };
        assert!(matches!(letters().write(&Secrets::new([1; 32]), &wrong), Err(MailError::Template(_))));
    }

    #[test]
    fn a_link_is_minted_for_its_purpose() {
        let secrets = Secrets::new([1; 32]);
        let letter = letters().write(&secrets, &message(NoticeKind::ResetPassword)).unwrap();
        let token = letter.text.split("token=").nth(1).unwrap().lines().next().unwrap();
        assert_eq!(links::read(&secrets, Purpose::Reset, token).unwrap().uuid(), Uuid::from_u128(2));
        assert!(letter.text.contains("/reset-password?token="));
    }
}
