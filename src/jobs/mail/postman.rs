//! The way out: one message handed to the mail server. Where the settings ask for TLS, nothing is said to a server that
//! offers none or cannot prove its name; the message waits, and the outbox says why. Must never fall back to the clear.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::Path;

use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use rustls::CertificateError;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use secrecy::ExposeSecret as _;
use url::Url;

use super::{Letter, MailError, MailOptions, message_id};
use crate::store::outbox::Message;

/// Where one stops such mails (RFC 2369, section 3.2).
const UNSUBSCRIBE: HeaderName = HeaderName::new_from_ascii_str("List-Unsubscribe");
/// That a mail program may do so by one click (RFC 8058).
const ONE_CLICK: HeaderName = HeaderName::new_from_ascii_str("List-Unsubscribe-Post");

/// The longest wait for the mail server.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);

const SMTP_URL: &str = "mail.smtp_url";
const CA_FILE: &str = "mail.ca_file";

const NO_STARTTLS: &str = "Not sent: the mail server offers no STARTTLS, and mail.smtp_url asks for it.";
const UNKNOWN_AUTHORITY: &str = "Not sent: the mail server’s certificate comes from an authority that is not trusted here. If it is the city’s own, name it in mail.ca_file.";
const OTHER_NAME: &str = "Not sent: the mail server’s certificate is for another name than the one in mail.smtp_url.";
const OUT_OF_DATE: &str = "Not sent: the mail server’s certificate has expired or is not valid yet.";
const BAD_CERTIFICATE: &str = "Not sent: the mail server’s certificate cannot be trusted.";

/// How mail leaves this process.
pub enum Postman {
    /// By a mail server.
    Smtp(Box<AsyncSmtpTransport<Tokio1Executor>>),
    /// Nowhere: it is caught, and the outbox page shows it.
    Caught,
}

impl fmt::Debug for Postman {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Smtp(_) => "Postman::Smtp",
            Self::Caught => "Postman::Caught",
        })
    }
}

impl Postman {
    /// Reads the sender's and the mail server's address, and the file of authorities where one is named.
    ///
    /// # Errors
    /// [`MailError::Setting`] when one cannot be used.
    pub fn new(options: &MailOptions) -> Result<Self, MailError> {
        let sender = options.from.parse::<Mailbox>();
        sender.map_err(|error| MailError::Setting("mail.from", format!("{}: {error}", options.from)))?;
        let Some(url) = &options.smtp else {
            return match &options.ca_file {
                None => Ok(Self::Caught),
                Some(_) => Err(useless_authorities()),
            };
        };
        let url = url.expose_secret();
        let mut transport =
            AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|error| setting(SMTP_URL, &error))?;
        if let Some(file) = &options.ca_file {
            transport = transport.tls(vouched_for(url, file)?);
        }
        Ok(Self::Smtp(Box::new(transport.timeout(Some(PATIENCE)).build())))
    }

    pub(super) async fn send(
        &self,
        options: &MailOptions,
        message: &Message,
        letter: &Letter,
    ) -> Result<(), MailError> {
        let Self::Smtp(transport) = self else { return Ok(()) };
        let mail = composed(options, message, letter)?;
        transport.send(mail).await.map(drop).map_err(|error| refusal(&error))
    }
}

/// The message as it travels.
fn composed(options: &MailOptions, message: &Message, letter: &Letter) -> Result<lettre::Message, MailError> {
    let address = |error: &dyn fmt::Display| MailError::Address(error.to_string());
    let from: Mailbox = options.from.parse().map_err(|error| address(&error))?;
    let to: lettre::Address = message.address.parse().map_err(|error| address(&error))?;
    let mut mail = lettre::Message::builder();
    if let Some(leave) = &letter.leave {
        mail = mail.raw_header(HeaderValue::new(UNSUBSCRIBE, format!("<{leave}>")));
        mail = mail.raw_header(HeaderValue::new(ONE_CLICK, "List-Unsubscribe=One-Click".to_owned()));
    } else if let Some(choices) = &letter.choices {
        mail = mail.raw_header(HeaderValue::new(UNSUBSCRIBE, format!("<{choices}>")));
    }
    mail.from(from)
        .to(Mailbox::new(Some(message.name.clone()).filter(|name| !name.is_empty()), to))
        .subject(&letter.subject)
        .message_id(Some(message_id(message, &options.from)))
        .multipart(MultiPart::alternative_plain_html(letter.text.clone(), letter.html.clone()))
        .map_err(|error| address(&error))
}

fn setting(name: &'static str, why: &dyn fmt::Display) -> MailError {
    MailError::Setting(name, why.to_string())
}

fn useless_authorities() -> MailError {
    setting(CA_FILE, &"names who may vouch for the mail server, but mail.smtp_url asks for no TLS")
}

/// TLS as the address asks for it, with the authorities of this file and no others.
fn vouched_for(url: &str, file: &Path) -> Result<Tls, MailError> {
    let url = Url::parse(url).map_err(|error| setting(SMTP_URL, &error))?;
    let wrong = |error: lettre::transport::smtp::Error| setting(CA_FILE, &format!("{}: {error}", file.display()));
    let mut parameters =
        TlsParameters::builder(url.host_str().unwrap_or_default().to_owned()).certificate_store(CertificateStore::None);
    for authority in authorities(file)? {
        parameters = parameters.add_root_certificate(Certificate::from_der(authority).map_err(wrong)?);
    }
    let parameters = parameters.build().map_err(wrong)?;
    let asked = url.query_pairs().find(|(name, _)| name == "tls").map(|(_, word)| word.into_owned());
    match (url.scheme(), asked.as_deref()) {
        ("smtps", _) => Ok(Tls::Wrapper(parameters)),
        ("smtp", Some("required")) => Ok(Tls::Required(parameters)),
        ("smtp", Some("opportunistic")) => Ok(Tls::Opportunistic(parameters)),
        _ => Err(useless_authorities()),
    }
}

/// The certificates of a PEM file; at least one.
fn authorities(file: &Path) -> Result<Vec<Vec<u8>>, MailError> {
    let wrong = |why: &dyn fmt::Display| setting(CA_FILE, &format!("{}: {why}", file.display()));
    let text = std::fs::read(file).map_err(|error| wrong(&error))?;
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    let read = read.map_err(|error| wrong(&error))?;
    if read.is_empty() {
        return Err(wrong(&"there is no certificate in it; it must be PEM"));
    }
    Ok(read.into_iter().map(|authority| authority.to_vec()).collect())
}

/// What came of a try, in words that tell an administrator what to do where that is known.
fn refusal(error: &lettre::transport::smtp::Error) -> MailError {
    if let Some(why) = certificate_error(error) {
        return MailError::Unsafe(distrust(why));
    }
    // The library has no name for it but its sentence; a test holds the two together.
    if error.is_client() && error.to_string().contains("STARTTLS") {
        return MailError::Unsafe(NO_STARTTLS);
    }
    if error.is_permanent() { MailError::Refused(error.to_string()) } else { MailError::Later(error.to_string()) }
}

/// Why a certificate was not accepted, wherever in the chain of causes that stands.
fn certificate_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a CertificateError> {
    let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    let found = wrapped.and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match found.or_else(|| error.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::InvalidCertificate(why)) => Some(why),
        Some(_) => None,
        None => error.source().and_then(certificate_error),
    }
}

fn distrust(why: &CertificateError) -> &'static str {
    use CertificateError::{
        Expired, ExpiredContext, NotValidForName, NotValidForNameContext, NotValidYet, NotValidYetContext,
    };
    if matches!(why, CertificateError::UnknownIssuer) {
        UNKNOWN_AUTHORITY
    } else if matches!(why, NotValidForName | NotValidForNameContext { .. }) {
        OTHER_NAME
    } else if matches!(why, Expired | ExpiredContext { .. } | NotValidYet | NotValidYetContext { .. }) {
        OUT_OF_DATE
    } else {
        BAD_CERTIFICATE
    }
}
