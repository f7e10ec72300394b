//! One raw record into sound metadata, field by field, noting each thing that was mended. Must never guess silently:
//! what is filled in, changed or dropped stands in the repairs.

mod address;
mod dates;
mod distribution;

use serde_json::{Map, Value};
use url::Url;

use super::syntax::WebUrl;
use super::{
    AccessLevel, DESCRIPTION_MAX, Distribution, IDENTIFIER_MAX, Imported, KEYWORD_MAX, KEYWORDS_MAX, Metadata, Repair,
    RepairCode, SPATIAL_MAX, SkipCode, Skipped, TITLE_MAX, plain_text,
};
use crate::domain::text::{Line, Prose, Slug, is_hidden, scrub};

/// Stands in where the publisher gave no description.
const NO_DESCRIPTION: &str = "The publisher gave no description.";

/// Mends one record.
pub(super) fn mend(index: usize, record: &Value, base: Option<&Url>) -> Result<Imported, Skipped> {
    let skip = |code, identifier: Option<String>, title: Option<String>, reason: &str| Skipped {
        index,
        identifier,
        title,
        code,
        reason: reason.to_owned(),
    };
    let Value::Object(fields) = record else {
        return Err(skip(SkipCode::NotARecord, None, None, "It is not a record but another kind of JSON value."));
    };
    let mut mender = Mender { fields, base, repairs: Vec::new() };
    let landing_page = mender.url_field("landingPage");
    let named = mender.text("identifier");
    let Some(title) = mender.line("title") else {
        let named = named.map(|text| text.chars().take(IDENTIFIER_MAX).collect());
        return Err(skip(SkipCode::NoTitle, named, None, "It has no title, so nobody could find or name it."));
    };
    if named.as_ref().is_some_and(|text| text.chars().count() > IDENTIFIER_MAX) {
        let reason = format!("Its identifier is longer than {IDENTIFIER_MAX} characters.");
        return Err(skip(SkipCode::LongIdentifier, None, Some(title.into_string()), &reason));
    }
    let distributions = mender.distributions();
    let identifier = mender.identifier(named, &title, landing_page.as_ref(), &distributions);
    let metadata = mender.metadata(title, landing_page, distributions);
    Ok(Imported { index, identifier, metadata, repairs: mender.repairs })
}

struct Mender<'a> {
    fields: &'a Map<String, Value>,
    base: Option<&'a Url>,
    repairs: Vec<Repair>,
}

impl Mender<'_> {
    fn note(&mut self, field: &str, code: RepairCode, message: impl Into<String>) {
        self.repairs.push(Repair { field: field.to_owned(), code, message: message.into() });
    }

    fn metadata(
        &mut self,
        title: Line<TITLE_MAX>,
        landing_page: Option<WebUrl>,
        distributions: Vec<Distribution>,
    ) -> Metadata {
        let themes = self.words("theme");
        let keywords = self.keywords(&themes, &title);
        let (license, rights) = self.license_and_rights();
        let frequency = self.frequency();
        let (modified, renewed) = self.modified();
        Metadata {
            description: self.description(),
            keywords,
            themes,
            publisher: self.publisher(),
            contact: self.contact(),
            modified,
            issued: self.stamp("issued"),
            license,
            rights,
            spatial: self.spatial(),
            temporal: self.temporal(),
            frequency: frequency.or(renewed),
            landing_page,
            access_level: self.access_level(),
            distributions,
            title,
        }
    }

    /// The value of a field as text, whatever it is wrapped in; `None` where there is nothing.
    fn text(&mut self, field: &str) -> Option<String> {
        self.text_of(field, self.fields.get(field)?)
    }

    fn text_of(&mut self, field: &str, value: &Value) -> Option<String> {
        let text = match value {
            Value::Null => return None,
            Value::String(text) => {
                if text.chars().any(|c| (c.is_control() && !matches!(c, '\n' | '\r' | '\t')) || is_hidden(c)) {
                    self.note(field, RepairCode::Characters, "Hidden or control characters were removed.");
                }
                return Some(scrub(text)).filter(|text| !text.is_empty());
            }
            Value::Bool(_) | Value::Number(_) => value.to_string(),
            Value::Array(items) => {
                let texts: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
                texts.join(", ")
            }
            Value::Object(object) => {
                let inner = ["@value", "name", "@id"].into_iter().find_map(|name| object.get(name)?.as_str());
                inner.unwrap_or_default().to_owned()
            }
        };
        let text = scrub(&text);
        let outcome = if text.is_empty() { "and was dropped" } else { "and was read as text" };
        self.note(field, RepairCode::WrongType, format!("It is {} where text is expected, {outcome}.", kind(value)));
        Some(text).filter(|text| !text.is_empty())
    }

    /// One line of at most `MAX` characters, without markup; longer text is cut.
    fn line<const MAX: usize>(&mut self, field: &str) -> Option<Line<MAX>> {
        let text = self.text(field)?;
        self.line_of(field, &text)
    }

    fn line_of<const MAX: usize>(&mut self, field: &str, text: &str) -> Option<Line<MAX>> {
        let (plain, was_html) = plain_text(text);
        if was_html {
            self.note(field, RepairCode::Html, "HTML was turned to plain text.");
        }
        let joined = scrub(&plain).split_whitespace().collect::<Vec<_>>().join(" ");
        let cut = self.cut(field, &joined, MAX);
        Line::parse(field, &cut).ok()
    }

    /// At most `max` characters; what was longer ends in an ellipsis.
    fn cut(&mut self, field: &str, text: &str, max: usize) -> String {
        let length = text.chars().count();
        if length <= max {
            return text.to_owned();
        }
        self.note(field, RepairCode::TooLong, format!("It has {length} characters and was cut to {max}."));
        let mut cut: String = text.chars().take(max.saturating_sub(1)).collect();
        cut.push('…');
        cut
    }

    fn identifier(
        &mut self,
        named: Option<String>,
        title: &Line<TITLE_MAX>,
        landing_page: Option<&WebUrl>,
        distributions: &[Distribution],
    ) -> Line<IDENTIFIER_MAX> {
        let given = named
            .and_then(|text| Line::parse("identifier", &text.split_whitespace().collect::<Vec<_>>().join(" ")).ok());
        if let Some(given) = given {
            return given;
        }
        let address = landing_page.or_else(|| distributions.first().map(|first| first.at.url())).map(WebUrl::as_str);
        let from_address = address.and_then(|text| Line::parse("identifier", text).ok());
        let made = from_address.unwrap_or_else(|| {
            let slug = Slug::from_title(title.as_str()).map(Slug::into_string);
            let name = slug.unwrap_or_else(|| title.as_str().to_owned());
            // The title is a checked line well below the limit, so this cannot fail; the title itself stands in.
            Line::parse("identifier", &format!("title:{name}")).unwrap_or_else(|_| widen(title))
        });
        self.note("identifier", RepairCode::Missing, format!("It was missing; {made} stands in."));
        made
    }

    fn description(&mut self) -> Prose<DESCRIPTION_MAX> {
        const FIELD: &str = "description";
        let raw = self.text(FIELD).unwrap_or_default();
        let (plain, was_html) = plain_text(&raw);
        if was_html {
            self.note(FIELD, RepairCode::Html, "HTML was turned to plain text.");
        }
        let cut = self.cut(FIELD, &scrub(&plain), DESCRIPTION_MAX);
        if let Ok(description) = Prose::parse(FIELD, &cut) {
            return description;
        }
        self.note(FIELD, RepairCode::Missing, format!("It was missing or empty; “{NO_DESCRIPTION}” stands in."));
        no_description()
    }

    /// The words of a list field; a single text is split at commas and semicolons.
    fn words(&mut self, field: &str) -> Vec<Line<KEYWORD_MAX>> {
        let raw: Vec<String> = match self.fields.get(field) {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(items)) => {
                let texts: Vec<String> = items.iter().filter_map(|item| Some(item.as_str()?.to_owned())).collect();
                if texts.len() < items.len() {
                    self.note(field, RepairCode::WrongType, "Entries of the list that are not text were dropped.");
                }
                texts
            }
            Some(Value::String(text)) => {
                self.note(
                    field,
                    RepairCode::WrongType,
                    "It is one text where a list is expected; it was split at commas.",
                );
                text.split([',', ';']).map(str::to_owned).collect()
            }
            Some(other) => {
                let found = kind(other);
                self.note(
                    field,
                    RepairCode::WrongType,
                    format!("It is {found} where a list is expected, and was dropped."),
                );
                Vec::new()
            }
        };
        let mut kept: Vec<Line<KEYWORD_MAX>> = Vec::new();
        for text in raw {
            let Some(word) = self.line_of::<KEYWORD_MAX>(field, &scrub(&text)) else { continue };
            if kept.iter().any(|known| known.as_str().to_lowercase() == word.as_str().to_lowercase()) {
                continue;
            }
            if kept.len() == KEYWORDS_MAX {
                self.note(field, RepairCode::TooLong, format!("The list was cut after {KEYWORDS_MAX} entries."));
                break;
            }
            kept.push(word);
        }
        kept
    }

    fn keywords(&mut self, themes: &[Line<KEYWORD_MAX>], title: &Line<TITLE_MAX>) -> Vec<Line<KEYWORD_MAX>> {
        const FROM_TITLE_MAX: usize = 5;
        let given = self.words("keyword");
        if !given.is_empty() {
            return given;
        }
        if !themes.is_empty() {
            self.note("keyword", RepairCode::Missing, "There were none; the themes stand in.");
            return themes.to_vec();
        }
        self.note("keyword", RepairCode::Missing, "There were none; words of the title stand in.");
        let lowered = title.as_str().to_lowercase();
        let mut words: Vec<&str> =
            lowered.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() > 3).collect();
        words.truncate(FROM_TITLE_MAX);
        let all = if words.is_empty() { vec![lowered.as_str()] } else { words };
        all.into_iter().filter_map(|word| self.line_of("keyword", word)).collect()
    }

    fn spatial(&mut self) -> Option<Line<SPATIAL_MAX>> {
        const FIELD: &str = "spatial";
        match self.fields.get(FIELD)? {
            geometry @ (Value::Object(_) | Value::Array(_)) => {
                self.note(
                    FIELD,
                    RepairCode::WrongType,
                    "It is a JSON value where text is expected; its text was kept.",
                );
                let text = geometry.to_string();
                if text.chars().count() > SPATIAL_MAX {
                    self.note(FIELD, RepairCode::TooLong, "The geometry is too large and was dropped.");
                    return None;
                }
                self.line_of(FIELD, &text)
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => self.line(FIELD),
        }
    }

    fn access_level(&mut self) -> AccessLevel {
        const FIELD: &str = "accessLevel";
        let Some(text) = self.text(FIELD) else {
            self.note(FIELD, RepairCode::Missing, "It was missing; non-public stands in.");
            return AccessLevel::NonPublic;
        };
        if let Some(level) = AccessLevel::ALL.into_iter().find(|level| level.as_str() == text) {
            return level;
        }
        let simple: String = text.to_lowercase().chars().filter(char::is_ascii_alphabetic).collect();
        let level = match simple.as_str() {
            "public" | "open" => AccessLevel::Public,
            "restrictedpublic" | "restricted" => AccessLevel::RestrictedPublic,
            _ => AccessLevel::NonPublic,
        };
        let shown: String = text.chars().take(40).collect();
        self.note(FIELD, RepairCode::Vocabulary, format!("“{shown}” was read as {}.", level.as_str()));
        level
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a yes-or-no value",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[expect(clippy::expect_used, reason = "a constant sentence that a test parses")]
fn no_description() -> Prose<DESCRIPTION_MAX> {
    Prose::parse("description", NO_DESCRIPTION).expect("the sentence is plain text")
}

#[expect(clippy::expect_used, reason = "a checked line of 300 characters is a line of 500")]
fn widen(title: &Line<TITLE_MAX>) -> Line<IDENTIFIER_MAX> {
    Line::parse("identifier", title.as_str()).expect("a shorter line fits a longer one")
}
