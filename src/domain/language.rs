//! The languages that pages and mails are written in. Which words they use is no rule: the message files say that.

use serde::{Deserialize, Serialize};

/// A language of pages and mails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Language {
    /// English, the language of the record.
    #[default]
    #[serde(rename = "en")]
    English,
    /// Spanish.
    #[serde(rename = "es")]
    Spanish,
    /// Haitian Creole; begun, what is missing is read in English.
    #[serde(rename = "ht")]
    HaitianCreole,
}

impl Language {
    /// Every language, in the order of the switch.
    pub const ALL: [Self; 3] = [Self::English, Self::Spanish, Self::HaitianCreole];

    /// The language tag (BCP 47).
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Spanish => "es",
            Self::HaitianCreole => "ht",
        }
    }

    /// Its own name for itself.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Spanish => "Español",
            Self::HaitianCreole => "Kreyòl ayisyen",
        }
    }

    /// Whether every page is written in it.
    #[must_use]
    pub const fn is_complete(self) -> bool {
        match self {
            Self::English | Self::Spanish => true,
            Self::HaitianCreole => false,
        }
    }

    /// The language that mails and letters to somebody are written in: what they wish, if every text is there in it.
    #[must_use]
    pub fn of_mail(wish: &str) -> Self {
        Self::of_tag(wish).filter(|language| language.is_complete()).unwrap_or_default()
    }

    /// The language of a tag; `es-US` is Spanish.
    #[must_use]
    pub fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or(tag);
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_read_by_its_primary_part() {
        let rows = [
            ("en", Some(Language::English)),
            ("es-US", Some(Language::Spanish)),
            ("HT_ht", Some(Language::HaitianCreole)),
            ("estonian", None),
            ("", None),
        ];
        for (tag, language) in rows {
            assert_eq!(Language::of_tag(tag), language, "{tag}");
        }
        let mails = ["es", "ht", "de"].map(Language::of_mail);
        assert_eq!(mails, [Language::Spanish, Language::English, Language::English]);
        for language in Language::ALL {
            assert_eq!(Language::of_tag(language.tag()), Some(language));
        }
    }
}
