//! What is local to a place: its texts by language and its time zone. Must never hold a text that is empty in a
//! language it claims to have.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use serde::{Deserialize, Deserializer, de};

/// One text, or the same text in several languages by language tag.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum LocalText {
    /// In the first language of the place.
    Plain(String),
    /// By language tag, such as `en` and `es`.
    ByLanguage(BTreeMap<String, String>),
}

impl LocalText {
    /// The text in `language` (`es-US` falls back to `es`), else in English, else in the first language there is.
    #[must_use]
    pub fn text(&self, language: &str) -> &str {
        match self {
            Self::Plain(text) => text.trim(),
            Self::ByLanguage(texts) => {
                let primary = language.split('-').next().unwrap_or(language);
                let found = [language, primary, "en"].into_iter().find_map(|tag| texts.get(tag));
                found.or_else(|| texts.values().next()).map_or("", |text| text.trim())
            }
        }
    }

    /// Whether it says something in exactly this language.
    #[must_use]
    pub fn speaks(&self, language: &str) -> bool {
        match self {
            Self::Plain(_) => false,
            Self::ByLanguage(texts) => texts.get(language).is_some_and(|text| !text.trim().is_empty()),
        }
    }

    /// Whether it says something in each language it names.
    pub(super) fn is_complete(&self) -> bool {
        match self {
            Self::Plain(text) => !text.trim().is_empty(),
            Self::ByLanguage(texts) => !texts.is_empty() && texts.values().all(|text| !text.trim().is_empty()),
        }
    }
}

/// Reads an IANA zone name; chrono-tz's own serde is not compiled in.
pub(super) fn zone<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Tz, D::Error> {
    let name = String::deserialize(deserializer)?;
    name.parse().map_err(|_unknown| {
        de::Error::custom(format!("{name} is not a time zone of the IANA list, such as America/New_York"))
    })
}
