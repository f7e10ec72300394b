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

/// Reads corners in degrees east and north as millionths, so that a profile stays comparable.
pub(super) fn corners<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<[i32; 2]>, D::Error> {
    const CORNERS_MAX: usize = 5_000;
    let corners = Vec::<[f64; 2]>::deserialize(deserializer)?;
    if corners.len() > CORNERS_MAX {
        return Err(de::Error::custom(format!("an outline has at most {CORNERS_MAX} corners")));
    }
    let wrong = || de::Error::custom("a corner is [degrees east, degrees north], such as [-73.40, 41.11]");
    let millionths = |degrees: f64| format!("{:.0}", degrees * 1e6).parse::<i32>().map_err(|_too_far| wrong());
    let read = |[east, north]: [f64; 2]| {
        if east.abs() > 180.0 || north.abs() > 90.0 {
            return Err(wrong());
        }
        Ok([millionths(east)?, millionths(north)?])
    };
    corners.into_iter().map(read).collect()
}
