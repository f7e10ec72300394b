//! The form of OAuth requests: parameters that stand once, and how a client says who it is. Knows nothing of keys.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::header::{AUTHORIZATION, HeaderMap};
use url::form_urlencoded;
use zeroize::Zeroizing;

/// What is wrong with a request, before anything is looked up. The texts are plain ASCII without quotes (RFC 6749, 5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    /// `invalid_request`.
    Request(&'static str),
    /// `invalid_client`.
    Client(&'static str),
}

/// Who asks, as shown: an id and a key's text. Wiped when dropped.
pub(super) struct Client {
    pub(super) id: String,
    pub(super) secret: Zeroizing<String>,
}

/// The parameters of a form.
pub(super) struct Form<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Form<'a> {
    /// Reads a body; none of the parameters but `several` may stand twice (RFC 6749, 3.2). One without a value counts as
    /// left out.
    pub(super) fn read(body: &'a [u8], several: &str) -> Result<Self, Wrong> {
        let fields: Vec<_> = form_urlencoded::parse(body).filter(|(_, value)| !value.is_empty()).collect();
        for (position, (name, _)) in fields.iter().enumerate() {
            if *name != several && fields.iter().take(position).any(|(other, _)| other == name) {
                return Err(Wrong::Request("A parameter stands more than once."));
            }
        }
        Ok(Self(fields))
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(field, _)| field == name).map(|(_, value)| &**value)
    }
}

/// Who asks: by HTTP Basic or by two parameters, not both (RFC 6749, 2.3).
pub(super) fn client(headers: &HeaderMap, form: &Form<'_>) -> Result<Client, Wrong> {
    let mut shown = headers.get_all(AUTHORIZATION).iter();
    let (header, more) = (shown.next(), shown.next());
    let in_form = (form.get("client_id"), form.get("client_secret"));
    match (header, more, in_form) {
        (_, Some(_), _) => Err(Wrong::Request("Authorization stands more than once.")),
        (Some(_), None, (_, Some(_))) => Err(Wrong::Request("The client says who it is in two ways; use one.")),
        (Some(header), None, (id, None)) => {
            let client = header.to_str().ok().and_then(basic);
            let client = client.ok_or(Wrong::Client("Authorization is not HTTP Basic with an id and a key."))?;
            if id.is_some_and(|id| id != client.id) {
                return Err(Wrong::Request("client_id and Authorization name different clients."));
            }
            Ok(client)
        }
        (None, None, (Some(id), Some(secret))) => {
            Ok(Client { id: id.to_owned(), secret: Zeroizing::new(secret.to_owned()) })
        }
        (None, None, (None, _) | (_, None)) => {
            Err(Wrong::Client("Say who you are by HTTP Basic, or by client_id and client_secret."))
        }
    }
}

/// RFC 6749, 2.3.1: id and secret are each form-encoded before RFC 7617 puts them together.
fn basic(header: &str) -> Option<Client> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let bytes = Zeroizing::new(STANDARD.decode(encoded.trim()).ok()?);
    let (id, secret) = std::str::from_utf8(&bytes).ok()?.split_once(':')?;
    let plain = |text: &str| {
        let mut pairs = form_urlencoded::parse(text.as_bytes());
        // An encoded text holds neither of the characters that part a form.
        let (first, _) = pairs.next().filter(|(_, value)| value.is_empty() && !text.contains(['&', '=']))?;
        Some(first.into_owned())
    };
    Some(Client { id: plain(id)?, secret: Zeroizing::new(plain(secret)?) })
}

#[cfg(test)]
mod tests {
    use hyper::header::HeaderValue;

    use super::*;

    fn asked(authorization: &[&str], body: &str) -> Result<(String, String), Wrong> {
        let mut headers = HeaderMap::new();
        for value in authorization {
            headers.append(AUTHORIZATION, HeaderValue::from_str(value).unwrap());
        }
        let form = Form::read(body.as_bytes(), "resource")?;
        client(&headers, &form).map(|client| (client.id, client.secret.to_string()))
    }

    #[test]
    fn a_client_says_once_who_it_is() {
        let basic = |text: &str| format!("Basic {}", STANDARD.encode(text));
        let good = Ok(("a b".to_owned(), "k_1".to_owned()));
        assert_eq!(asked(&[&basic("a+b:k_1")], ""), good);
        assert_eq!(asked(&[&basic("a%20b:k%5F1").replace("Basic", "bAsIc")], "client_id=a+b"), good);
        assert_eq!(asked(&[], "client_id=a+b&client_secret=k_1"), good);
        let request = |got| matches!(got, Err(Wrong::Request(_)));
        assert!(request(asked(&[&basic("a:k")], "client_id=a&client_secret=k")));
        assert!(request(asked(&[&basic("a:k"), &basic("a:k")], "")));
        assert!(request(asked(&[&basic("a:k")], "client_id=b")));
        assert!(request(asked(&[], "client_id=a&client_secret=k&client_id=a")));
        for bad in ["Bearer a", "Basic", "Basic !", "Basic YQ==", &basic("a=b:k"), &basic("a:k&x"), "Digest a:b"] {
            assert!(matches!(asked(&[bad], ""), Err(Wrong::Client(_))), "{bad}");
        }
        for body in ["", "client_id=a", "client_secret=k", "client_id=&client_secret=k"] {
            assert!(matches!(asked(&[], body), Err(Wrong::Client(_))), "{body}");
        }
    }
}
