//! Days and moments as people read them, in each language, and English ones found again in a sentence's values.

use chrono::{DateTime, Locale, NaiveDate, NaiveDateTime, TimeZone};

use crate::domain::calendar::in_words_of;
use crate::domain::language::Language;

/// Haitian Creole's months; the libraries know none.
const MONTHS: [&str; 12] = [
    "janvye", "fevriye", "mas", "avril", "me", "jen", "jiyè", "out", "septanm", "oktòb", "novanm", "desanm",
];

/// A day: `March 1, 2026`, `1 de marzo de 2026`, `1 mas 2026`.
#[must_use]
pub fn day_in_words(language: Language, day: NaiveDate) -> String {
    match language {
        Language::English => day.format("%B %-d, %Y").to_string(),
        Language::Spanish => day.format_localized("%-d de %B de %Y", Locale::es_US).to_string(),
        Language::HaitianCreole => {
            let month = MONTHS.get(usize::try_from(chrono::Datelike::month0(&day)).unwrap_or(0)).unwrap_or(&"");
            format!("{} {month} {}", day.format("%-d"), day.format("%Y"))
        }
    }
}

/// A moment with its zone: `March 1, 2026, 12:05 PM EST`, `1 de marzo de 2026, 12:05 p. m. EST`.
#[must_use]
pub fn moment_in_words<Z: TimeZone>(language: Language, at: &DateTime<Z>) -> String
where
    Z::Offset: std::fmt::Display,
{
    let local = at.naive_local();
    format!("{}, {} {}", day_in_words(language, local.date()), clock(language, local), at.format("%Z"))
}

fn clock(language: Language, local: NaiveDateTime) -> String {
    let text = local.format("%-I:%M %p").to_string();
    match language {
        Language::English | Language::HaitianCreole => text,
        Language::Spanish => text.replace("AM", "a. m.").replace("PM", "p. m."),
    }
}

/// An English day or moment in another language, if the text is one.
pub(super) fn said(language: Language, english: &str) -> Option<String> {
    // The longest is "September 30, 2026, 12:05 PM EST".
    if english.len() > 40 || !english.ends_with(|last: char| last.is_ascii_digit() || last.is_ascii_uppercase()) {
        return None;
    }
    if let Ok(day) = NaiveDate::parse_from_str(english, "%B %d, %Y") {
        return Some(day_in_words(language, day));
    }
    if let Ok(day) = NaiveDate::parse_from_str(english, "%a %b %d, %Y") {
        return Some(in_words_of(day, language.tag()));
    }
    let (moment, zone) = english.rsplit_once(' ')?;
    let local = NaiveDateTime::parse_from_str(moment, "%B %d, %Y, %I:%M %p").ok()?;
    Some(format!("{}, {} {zone}", day_in_words(language, local.date()), clock(language, local)))
}
