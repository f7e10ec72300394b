//! E-mail addresses: the one place that says what we mail to. Must never accept an address that could add a header
//! or a second recipient to a message.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{Invalid, text_type};

const EMAIL_MAX: usize = 254;
const LOCAL_MAX: usize = 64;
const LABEL_MAX: usize = 63;

/// An address of the plain form `name@host.domain` (RFC 5321 dot-string and host name, ASCII), host in lower case.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Email(String);

text_type!(Email);

impl Email {
    /// Reads an address. Quoted local parts, comments, address literals and lists are refused.
    ///
    /// # Errors
    /// `required`, `too_long` or `not_an_email`, naming `field`.
    pub fn parse(field: &str, input: &str) -> Result<Self, Invalid> {
        let text = input.trim();
        if text.is_empty() {
            return Err(Invalid::new(field, "required", "Fill in an e-mail address, such as name@example.org."));
        }
        if text.len() > EMAIL_MAX {
            let message = format!("Use an e-mail address of at most {EMAIL_MAX} characters.");
            return Err(Invalid::new(field, "too_long", message));
        }
        let Some((local, host)) = text.split_once('@') else {
            return Err(refuse(field, "The @ sign is missing."));
        };
        if !is_local_part(local) {
            return Err(refuse(
                field,
                "The part before the @ sign may hold letters, digits, single dots and . _ + - .",
            ));
        }
        let host = host.to_ascii_lowercase();
        if !is_host(&host) {
            return Err(refuse(
                field,
                "The part after the @ sign must be a host name with a dot, such as example.org.",
            ));
        }
        Ok(Self(format!("{local}@{host}")))
    }

    /// The form under which two addresses count as one account: all in lower case.
    #[must_use]
    pub fn normalised(&self) -> String {
        self.0.to_ascii_lowercase()
    }

    /// The host part, in lower case.
    #[must_use]
    pub fn host(&self) -> &str {
        self.0.split_once('@').map_or("", |(_, host)| host)
    }
}

fn refuse(field: &str, why: &str) -> Invalid {
    Invalid::new(
        field,
        "not_an_email",
        format!("Check the e-mail address; it should look like name@example.org. {why}"),
    )
}

fn is_local_part(local: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
    local.len() <= LOCAL_MAX && local.split('.').all(|atom| !atom.is_empty() && atom.chars().all(allowed))
}

fn is_host(host: &str) -> bool {
    let is_label = |label: &str| {
        (1..=LABEL_MAX).contains(&label.len())
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let last_is_a_name = host.rsplit('.').next().is_some_and(|top| top.chars().any(|c| c.is_ascii_alphabetic()));
    host.contains('.') && host.split('.').all(is_label) && last_is_a_name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_addresses_are_read_and_the_host_is_lowered() {
        for (input, kept) in [
            (" Ada.Lovelace+x@Example.ORG ", "Ada.Lovelace+x@example.org"),
            ("o'brien@norwalk.example", "o'brien@norwalk.example"),
            ("a@xn--bcher-kva.example", "a@xn--bcher-kva.example"),
            ("a_b-c@mail.city.gov", "a_b-c@mail.city.gov"),
        ] {
            assert_eq!(Email::parse("email", input).unwrap().as_str(), kept);
        }
        let email = Email::parse("email", "Ada@Example.org").unwrap();
        assert_eq!((email.normalised().as_str(), email.host()), ("ada@example.org", "example.org"));
    }

    #[test]
    fn whatever_could_bend_a_message_is_refused() {
        for bad in [
            "",
            "ada",
            "ada@",
            "@example.org",
            "ada@localhost",
            "ada@127.0.0.1",
            "ada@[127.0.0.1]",
            "ada@example..org",
            "ada@-example.org",
            "a..b@example.org",
            ".a@example.org",
            "ada@exa mple.org",
            "ada@example.org\r\nBcc: all@example.org",
            "ada\n@example.org",
            "a@example.org,b@example.org",
            "a@b@example.org",
            "\"a b\"@example.org",
            "Ada <ada@example.org>",
            "ad\u{0430}@example.org",
            "ada@ex\u{00e4}mple.org",
            "a;b@example.org",
        ] {
            assert!(Email::parse("email", bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn length_limits_hold_at_the_limit_and_one_past_it() {
        let local = "a".repeat(LOCAL_MAX);
        assert!(Email::parse("email", &format!("{local}@example.org")).is_ok());
        assert!(Email::parse("email", &format!("a{local}@example.org")).is_err());
        let host = format!("{0}.{0}.{1}.org", "b".repeat(LABEL_MAX), "c".repeat(57));
        assert_eq!(format!("{local}@{host}").len(), EMAIL_MAX);
        assert!(Email::parse("email", &format!("{local}@{host}")).is_ok());
        assert_eq!(Email::parse("email", &format!("{local}@c{host}")).unwrap_err().code, "too_long");
    }
}
