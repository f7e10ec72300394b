//! Mending of addresses: publisher, contact, licence and web addresses. Must never keep a password, nor an address
//! that cannot be followed.

use serde_json::Value;
use url::Url;

use super::Mender;
use crate::domain::dcat::syntax::WebUrl;
use crate::domain::dcat::{Contact, NAME_MAX, RIGHTS_MAX, RepairCode};
use crate::domain::text::{Email, Line};

impl Mender<'_> {
    pub(super) fn publisher(&mut self) -> Option<Line<NAME_MAX>> {
        let found = match self.fields.get("publisher") {
            Some(Value::Object(object)) => object.get("name").and_then(|name| self.text_of("publisher", name)),
            Some(other) => self.text_of("publisher", other),
            None => None,
        };
        let name = found.and_then(|text| self.line_of("publisher", &text));
        if name.is_none() {
            self.note("publisher", RepairCode::Missing, "It was missing; the department stands in.");
        }
        name
    }

    pub(super) fn contact(&mut self) -> Contact {
        const FIELD: &str = "contactPoint";
        let contact = match self.fields.get(FIELD) {
            Some(Value::Array(several)) => several.first(),
            other => other,
        };
        let Some(Value::Object(card)) = contact else {
            let name = contact.and_then(|value| self.text_of(FIELD, value)).and_then(|text| self.line_of(FIELD, &text));
            self.note(FIELD, RepairCode::Missing, "There is no contact address; the department's is shown.");
            return Contact { name, email: None };
        };
        let name =
            card.get("fn").and_then(|value| self.text_of(FIELD, value)).and_then(|text| self.line_of(FIELD, &text));
        let email =
            card.get("hasEmail").and_then(|value| self.text_of(FIELD, value)).and_then(|text| self.email(&text));
        if email.is_none() && !card.contains_key("hasEmail") {
            self.note(FIELD, RepairCode::Missing, "There is no contact address; the department's is shown.");
        }
        if name.is_none() {
            self.note(FIELD, RepairCode::Missing, "There is no contact name; the department's is shown.");
        }
        Contact { name, email }
    }

    fn email(&mut self, text: &str) -> Option<Email> {
        const FIELD: &str = "contactPoint";
        let has_scheme = text.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("mailto:"));
        let bare = if has_scheme { text.get(7..).unwrap_or_default() } else { text };
        let Ok(email) = Email::parse(FIELD, bare.split('?').next().unwrap_or(bare)) else {
            let message = "The contact address is not an e-mail address and was dropped; the department's is shown.";
            self.note(FIELD, RepairCode::Email, message);
            return None;
        };
        if text != format!("mailto:{email}") {
            self.note(FIELD, RepairCode::Email, format!("The contact address was mended to mailto:{email}."));
        }
        Some(email)
    }

    /// A licence that is not an address is a statement of rights.
    pub(super) fn license_and_rights(&mut self) -> (Option<WebUrl>, Option<Line<RIGHTS_MAX>>) {
        let rights = self.line("rights");
        let Some(text) = self.text("license") else { return (None, rights) };
        if text.contains("://") || text.starts_with('/') {
            return (self.url_of("license", &text), rights);
        }
        if rights.is_some() {
            self.note("license", RepairCode::Url, "It is not a web address and was dropped; the rights were kept.");
            return (None, rights);
        }
        self.note("license", RepairCode::Url, "It is not a web address; its text was kept as rights.");
        (None, self.line_of("rights", &text))
    }

    pub(super) fn url_field(&mut self, field: &str) -> Option<WebUrl> {
        let text = self.text(field)?;
        self.url_of(field, &text)
    }

    pub(super) fn url_of(&mut self, field: &str, text: &str) -> Option<WebUrl> {
        if let Ok(url) = WebUrl::parse(field, text) {
            if url.as_str() != text {
                self.note(field, RepairCode::Url, format!("The address was rewritten as {url}."));
            }
            return Some(url);
        }
        let joined = match (Url::parse(text), self.base) {
            (Err(url::ParseError::RelativeUrlWithoutBase), Some(base)) => base.join(text).ok(),
            (Ok(mut absolute), _) => {
                // A password in a public catalogue must not spread further.
                let without = absolute.set_username("").and_then(|()| absolute.set_password(None));
                without.is_ok().then_some(absolute)
            }
            (Err(_), _) => None,
        };
        let mended = joined.and_then(|url| WebUrl::parse(field, url.as_str()).ok());
        let message = mended.as_ref().map_or_else(
            || "It is not a web address that can be followed, and was dropped.".to_owned(),
            |url| format!("The address was completed to {url}."),
        );
        self.note(field, RepairCode::Url, message);
        mended
    }
}
