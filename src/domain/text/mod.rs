//! Validated text: what people type, cleaned and checked once, so that inside a value of the type is the proof.
//!
//! Must never let through a control, bidirectional or invisible character, nor an over-long value: names and titles
//! are shown to other people, mailed, exported and signed.

mod email;
mod names;

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use unicode_normalization::UnicodeNormalization;

pub use email::Email;
pub use names::{PersonName, Slug, is_reserved_name};

/// A count as people read it: `1,600`.
pub fn grouped(count: impl Into<i128>) -> String {
    let digits = count.into().to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Why a value was refused, for the person who typed it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {message}")]
pub struct Invalid {
    /// The field of the form or document, as the caller named it.
    pub field: String,
    /// What is wrong, as a stable code.
    pub code: &'static str,
    /// What is wrong and how to put it right, in plain English.
    pub message: String,
}

impl Invalid {
    /// A refusal of `field`.
    pub fn new(field: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self { field: field.into(), code, message: message.into() }
    }

    /// The key under which a translation of the message is kept.
    #[must_use]
    pub const fn key(&self) -> &'static str {
        self.code
    }
}

/// One line of 1 to `MAX` characters: NFC, trimmed, no control, bidirectional or invisible characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Line<const MAX: usize>(String);

impl<const MAX: usize> Line<MAX> {
    /// Reads one line.
    ///
    /// # Errors
    /// `required`, `too_long`, `not_one_line`, `control_character` or `hidden_character`, naming `field`.
    pub fn parse(field: &str, input: &str) -> Result<Self, Invalid> {
        let text: String = input.trim().nfc().collect();
        check(field, &text, MAX, Breaks::Refused)?;
        Ok(Self(text))
    }
}

/// Text of 1 to `MAX` characters that may have several lines; line ends are LF, tabs are allowed.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prose<const MAX: usize>(String);

impl<const MAX: usize> Prose<MAX> {
    /// Reads text of one or more lines. CRLF and CR become LF.
    ///
    /// # Errors
    /// `required`, `too_long`, `control_character` or `hidden_character`, naming `field`.
    pub fn parse(field: &str, input: &str) -> Result<Self, Invalid> {
        let text: String = input.trim().replace("\r\n", "\n").replace('\r', "\n").nfc().collect();
        check(field, &text, MAX, Breaks::Allowed)?;
        Ok(Self(text))
    }
}

/// What a person wrote for others to read, which may be nothing: NFC, LF line ends, trimmed.
///
/// # Errors
/// `too_long`, `control_character` or `hidden_character`, naming `field`.
pub fn readable(field: &str, input: &str, max: usize) -> Result<String, Invalid> {
    let text: String = input.trim().replace("\r\n", "\n").replace('\r', "\n").nfc().collect();
    if !text.is_empty() {
        check(field, &text, max, Breaks::Allowed)?;
    }
    Ok(text)
}

/// Text as it is kept: NFC, LF line ends, without characters that [`Line`] and [`Prose`] refuse.
///
/// For text that nobody can be asked to correct, such as an imported catalogue.
#[must_use]
pub fn scrub(input: &str) -> String {
    let unix = input.replace("\r\n", "\n").replace('\r', "\n");
    let kept: String = unix.chars().filter(|&c| c == '\n' || c == '\t' || !(c.is_control() || is_hidden(c))).collect();
    kept.trim().nfc().collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Breaks {
    Allowed,
    Refused,
}

/// The rules shared by [`Line`] and [`Prose`]; `text` is trimmed and normalised already.
fn check(field: &str, text: &str, max: usize, breaks: Breaks) -> Result<(), Invalid> {
    if text.is_empty() {
        return Err(Invalid::new(field, "required", "Fill this in: it cannot be left empty."));
    }
    let length = text.chars().count();
    if length > max {
        let message = format!("Use at most {max} characters; this has {length}. Shorten it by {}.", length - max);
        return Err(Invalid::new(field, "too_long", message));
    }
    for (position, c) in text.chars().enumerate() {
        let is_break = matches!(c, '\n' | '\r' | '\u{2028}' | '\u{2029}');
        if is_break && breaks == Breaks::Refused {
            return Err(Invalid::new(field, "not_one_line", "Write this on one line: remove the line breaks."));
        }
        if breaks == Breaks::Allowed && matches!(c, '\n' | '\t') {
            continue;
        }
        if c.is_control() {
            return Err(refuse_character(field, "control_character", "a control character", c, position));
        }
        if is_hidden(c) {
            return Err(refuse_character(field, "hidden_character", "a hidden character", c, position));
        }
    }
    Ok(())
}

fn refuse_character(field: &str, code: &'static str, what: &str, c: char, position: usize) -> Invalid {
    let place = position + 1;
    let message = format!(
        "Remove {what} (U+{:04X}) at position {place}: it cannot be seen. Type the text again or paste it as plain text.",
        u32::from(c)
    );
    Invalid::new(field, code, message)
}

/// Whether one line that people read must not hold it.
#[must_use]
pub(crate) fn is_unreadable(c: char) -> bool {
    c.is_control() || is_hidden(c)
}

/// Characters that show nothing, reorder what is shown, or mean nothing outside one computer.
///
/// Sources: Unicode `Bidi_Control`, `Default_Ignorable_Code_Point` without the variation selectors (emoji need
/// them), line and paragraph separators, interlinear annotation, private use and noncharacters.
pub(crate) fn is_hidden(c: char) -> bool {
    let code = u32::from(c);
    matches!(c,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{E000}'..='\u{F8FF}'
        | '\u{FDD0}'..='\u{FDEF}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}')
        || code >= 0xE_0000
        || code & 0xFFFE == 0xFFFE
}

/// Text access, display and validating serde for a newtype over `String` with `parse(field, input)`.
macro_rules! text_type {
    ($type:ident $(<const $max:ident>)?) => {
        impl$(<const $max: usize>)? $type$(<$max>)? {
            /// The checked text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The checked text, taken out.
            #[must_use]
            pub fn into_string(self) -> String {
                self.0
            }
        }
        impl$(<const $max: usize>)? AsRef<str> for $type$(<$max>)? {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
        impl$(<const $max: usize>)? fmt::Display for $type$(<$max>)? {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl$(<const $max: usize>)? fmt::Debug for $type$(<$max>)? {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }
        impl$(<const $max: usize>)? Serialize for $type$(<$max>)? {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }
        impl<'de, $(const $max: usize)?> Deserialize<'de> for $type$(<$max>)? {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::parse("value", &text).map_err(|invalid| de::Error::custom(invalid.message))
            }
        }
    };
}
pub(crate) use text_type;

text_type!(Line<const MAX>);
text_type!(Prose<const MAX>);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn line(input: &str) -> Result<Line<10>, &'static str> {
        Line::parse("title", input).map_err(|invalid| invalid.code)
    }

    #[test]
    fn a_line_is_trimmed_normalised_and_bounded() {
        assert_eq!(line("  Parking ").unwrap().as_str(), "Parking");
        assert_eq!(line("e\u{301}t\u{e9}").unwrap().as_str(), "\u{e9}t\u{e9}");
        assert_eq!(line("0123456789").unwrap().as_str(), "0123456789");
        assert_eq!(line("0123456789a"), Err("too_long"));
        assert_eq!(line("e\u{301}".repeat(10).as_str()).unwrap().as_str().chars().count(), 10);
        assert_eq!(line(" \t\n"), Err("required"));
    }

    #[test]
    fn hidden_and_control_characters_are_refused_wherever_they_stand() {
        for (bad, code) in [
            ("a\nb", "not_one_line"),
            ("a\u{2028}b", "not_one_line"),
            ("a\tb", "control_character"),
            ("a\u{0}b", "control_character"),
            ("a\u{1b}[31m", "control_character"),
            ("a\u{85}b", "control_character"),
            ("a\u{202E}b", "hidden_character"),
            ("a\u{2066}b", "hidden_character"),
            ("a\u{200B}b", "hidden_character"),
            ("a\u{200D}b", "hidden_character"),
            ("\u{FEFF}ab", "hidden_character"),
            ("a\u{3164}b", "hidden_character"),
            ("a\u{E0041}b", "hidden_character"),
            ("a\u{E000}b", "hidden_character"),
            ("a\u{FFFF}b", "hidden_character"),
        ] {
            assert_eq!(line(bad), Err(code), "{bad:?}");
        }
        let refused = Line::<10>::parse("title", "ab\u{200B}").unwrap_err();
        assert!(refused.message.contains("U+200B") && refused.message.contains("position 3"), "{refused}");
        assert_eq!((refused.field.as_str(), refused.key()), ("title", "hidden_character"));
    }

    #[test]
    fn emoji_and_other_scripts_are_ordinary_text() {
        for good in ["❤\u{FE0F}", "Größe", "城市", "Việt", "שלום", "мир"] {
            assert!(line(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn prose_keeps_its_lines_and_tabs() {
        let prose = Prose::<20>::parse("why", "one\r\ntwo\rthree\n\tfour ").unwrap();
        assert_eq!(prose.as_str(), "one\ntwo\nthree\n\tfour");
        assert_eq!(Prose::<20>::parse("why", "a\u{2029}b").unwrap_err().code, "hidden_character");
        assert_eq!(Prose::<3>::parse("why", "abcd").unwrap_err().code, "too_long");
    }

    #[test]
    fn reading_from_a_document_checks_too() {
        assert_eq!(serde_json::from_str::<Line<10>>(r#"" ok ""#).unwrap().as_str(), "ok");
        let error = serde_json::from_str::<Line<3>>(r#""abcd""#).unwrap_err().to_string();
        assert!(error.contains("at most 3 characters"), "{error}");
        assert_eq!(serde_json::to_string(&line("ok").unwrap()).unwrap(), r#""ok""#);
    }

    proptest! {
        #[test]
        fn what_was_accepted_once_is_accepted_unchanged_again(input in any::<String>()) {
            if let Ok(first) = Prose::<200>::parse("x", &input) {
                let again = Prose::<200>::parse("x", first.as_str());
                prop_assert_eq!(again.as_ref(), Ok(&first));
            }
        }

        #[test]
        fn scrubbed_text_is_empty_or_acceptable(input in any::<String>()) {
            let clean = scrub(&input);
            prop_assert!(clean.is_empty() || Prose::<100_000>::parse("x", &clean).is_ok(), "{:?}", clean);
        }
    }
}
