//! Named text fields as they come in a form body or a query string: decoded once, bounded, repeated names kept.

use super::error::WebError;

/// Most fields in one form or query.
pub const FIELDS_MAX: usize = 1_000;
/// Longest field name in bytes.
pub const NAME_BYTES_MAX: usize = 200;

/// Decoded name and value pairs in the order sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Parses `application/x-www-form-urlencoded`. Line ends become `\n`.
    ///
    /// # Errors
    /// 400 for text that is not UTF-8, a NUL, too many fields or an over-long name.
    pub fn parse(encoded: &[u8]) -> Result<Self, WebError> {
        let mut pairs = Vec::new();
        for part in encoded.split(|byte| *byte == b'&').filter(|part| !part.is_empty()) {
            if pairs.len() == FIELDS_MAX {
                return Err(WebError::bad_request(
                    "too_many_fields",
                    format!("More than {FIELDS_MAX} fields were sent."),
                ));
            }
            let mut halves = part.splitn(2, |byte| *byte == b'=');
            let name = decode(halves.next().unwrap_or_default())?;
            if name.len() > NAME_BYTES_MAX {
                return Err(WebError::bad_request("field_name_too_long", "A field's name is too long."));
            }
            let value = decode(halves.next().unwrap_or_default())?;
            pairs.push((name, value.replace("\r\n", "\n")));
        }
        Ok(Self(pairs))
    }

    /// Pairs that were decoded elsewhere, in the order sent. Line ends become `\n`.
    ///
    /// # Errors
    /// As for [`Fields::parse`].
    pub fn from_pairs(pairs: Vec<(String, String)>) -> Result<Self, WebError> {
        if pairs.len() > FIELDS_MAX {
            return Err(WebError::bad_request("too_many_fields", format!("More than {FIELDS_MAX} fields were sent.")));
        }
        if pairs.iter().any(|(name, _)| name.len() > NAME_BYTES_MAX) {
            return Err(WebError::bad_request("field_name_too_long", "A field's name is too long."));
        }
        if pairs.iter().any(|(name, value)| name.contains('\0') || value.contains('\0')) {
            return Err(WebError::bad_request("field_encoding", "The text contains a NUL character."));
        }
        Ok(Self(pairs.into_iter().map(|(name, value)| (name, value.replace("\r\n", "\n"))).collect()))
    }

    /// Every pair in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The first value of `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// Every value of `name`.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// The same without `name`.
    #[must_use]
    pub fn without(&self, name: &str) -> Self {
        Self(self.0.iter().filter(|(other, _)| other != name).cloned().collect())
    }

    /// The same with one value for `name`.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut next = self.without(name);
        next.0.push((name.to_owned(), value.to_owned()));
        next
    }

    /// Refuses names that are not in `known` (an entry ending in `*` stands for every name that begins so), and names
    /// sent twice unless their entry ends in `[]`, which is not part of the name.
    ///
    /// # Errors
    /// 400 naming the field.
    pub fn check_names(&self, known: &[&str]) -> Result<(), WebError> {
        for (at, (name, _)) in self.0.iter().enumerate() {
            let Some(entry) = known.iter().find(|entry| entry_matches(entry, name)) else {
                return Err(unknown(name));
            };
            let is_repeated = self.0.iter().take(at).any(|(earlier, _)| earlier == name);
            if is_repeated && !entry.ends_with("[]") {
                return Err(WebError::bad_request(
                    "field_repeated",
                    format!("The field “{}” was sent twice.", tame(name)),
                ));
            }
        }
        Ok(())
    }
}

/// Refuses names that are not in `known`.
///
/// # Errors
/// 400 naming the first.
pub fn check_known<'a>(mut names: impl Iterator<Item = &'a str>, known: &[&str]) -> Result<(), WebError> {
    let stranger = names.find(|name| !known.iter().any(|entry| entry_matches(entry, name)));
    stranger.map_or(Ok(()), |name| Err(unknown(name)))
}

fn unknown(name: &str) -> WebError {
    WebError::bad_request("field_unknown", format!("The field “{}” is not known here.", tame(name)))
}

fn entry_matches(entry: &str, name: &str) -> bool {
    let entry = entry.strip_suffix("[]").unwrap_or(entry);
    entry.strip_suffix('*').map_or(entry == name, |start| name.starts_with(start))
}

/// A name from outside, fit to be repeated in a message.
fn tame(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { ' ' } else { c }).take(60).collect()
}

fn decode(part: &[u8]) -> Result<String, WebError> {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.iter();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => match (rest.next().copied().and_then(hex), rest.next().copied().and_then(hex)) {
                (Some(high), Some(low)) => bytes.push(high * 16 + low),
                _ => return Err(WebError::bad_request("field_encoding", "A “%” is not followed by two hex digits.")),
            },
            _ => bytes.push(*byte),
        }
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        WebError::bad_request("field_encoding", format!("The text is not UTF-8: {}.", error.utf8_error()))
    })?;
    if text.contains('\0') {
        return Err(WebError::bad_request("field_encoding", "The text contains a NUL character."));
    }
    Ok(text)
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(encoded: &str) -> String {
        Fields::parse(encoded.as_bytes()).unwrap_err().code().to_owned()
    }

    #[test]
    fn pairs_are_decoded_in_order_and_repeats_kept() {
        let fields = Fields::parse("a=1&b=caf%C3%A9+au%20lait&a=2&empty&=x&t=one%0D%0Atwo".as_bytes()).unwrap();
        let pairs: Vec<_> = fields.iter().collect();
        assert_eq!(pairs, [("a", "1"), ("b", "café au lait"), ("a", "2"), ("empty", ""), ("", "x"), ("t", "one\ntwo")]);
        assert_eq!(fields.all("a").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(fields.get("nothing"), None);
    }

    #[test]
    fn broken_encodings_are_refused() {
        for bad in ["a=%", "a=%4", "a=%zz", "a=%ff", "a=%c0%af", "a=%00", "%ed%a0%80=1"] {
            assert_eq!(code(bad), "field_encoding", "{bad}");
        }
    }

    #[test]
    fn the_number_of_fields_and_the_length_of_names_are_bounded() {
        let at_limit = vec!["a=1"; FIELDS_MAX].join("&");
        assert!(Fields::parse(at_limit.as_bytes()).is_ok());
        assert_eq!(code(&format!("{at_limit}&a=1")), "too_many_fields");
        assert!(Fields::parse("n".repeat(NAME_BYTES_MAX).as_bytes()).is_ok());
        assert_eq!(code(&"n".repeat(NAME_BYTES_MAX + 1)), "field_name_too_long");
    }

    #[test]
    fn unknown_and_doubled_names_are_refused_and_named() {
        let known = ["title", "scope[]", "why.*"];
        let check = |text: &str| Fields::parse(text.as_bytes()).unwrap().check_names(&known);
        assert!(check("title=a&scope=1&scope=2&why.plate=x").is_ok());
        assert!(check("status=approved").unwrap_err().detail().contains("“status”"));
        assert_eq!(check("title=a&title=b").unwrap_err().code(), "field_repeated");
        assert_eq!(check("scope[]=a").unwrap_err().code(), "field_unknown");
        assert_eq!(check("why.a=1&why.a=2").unwrap_err().code(), "field_repeated");
    }
}
