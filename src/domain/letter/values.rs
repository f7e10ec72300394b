//! What a letter's template is filled with. Values are facts, not markup: whatever somebody typed shows as exactly that
//! text, and days are written in the letter's language.

use std::collections::BTreeMap;

use crate::domain::calendar::{Deadline, in_words_of};
use crate::domain::profile::LocalText;
use crate::domain::terms::escape;
use crate::domain::time::Day;

/// A piece of text: as somebody typed it, or a text of the profile in the letter's language.
#[derive(Clone, Debug)]
pub enum Piece {
    /// As typed.
    Typed(String),
    /// A text of the profile.
    Local(LocalText),
    /// Several, one after the other.
    Row(Vec<Self>),
}

impl Piece {
    fn text(&self, language: &str) -> String {
        match self {
            Self::Typed(text) => text.clone(),
            Self::Local(text) => text.text(language).to_owned(),
            Self::Row(pieces) => {
                let texts = pieces.iter().map(|piece| piece.text(language)).filter(|text| !text.trim().is_empty());
                texts.collect::<Vec<_>>().join(" ")
            }
        }
    }
}

impl Piece {
    /// Words of ours in English and Spanish.
    pub fn both(english: impl Into<String>, spanish: impl Into<String>) -> Self {
        let texts = [("en".to_owned(), english.into()), ("es".to_owned(), spanish.into())];
        Self::Local(LocalText::ByLanguage(texts.into()))
    }
}

impl From<&str> for Piece {
    fn from(text: &str) -> Self {
        Self::Typed(text.to_owned())
    }
}

impl From<String> for Piece {
    fn from(text: String) -> Self {
        Self::Typed(text)
    }
}

impl From<&LocalText> for Piece {
    fn from(text: &LocalText) -> Self {
        Self::Local(text.clone())
    }
}

/// A part of a letter under a heading of its own.
#[derive(Clone, Debug)]
pub struct Section {
    /// Its heading.
    pub heading: Piece,
    /// What stands first.
    pub before: Vec<Piece>,
    /// A list.
    pub bullets: Vec<Piece>,
    /// What stands last.
    pub after: Vec<Piece>,
}

/// One value.
#[derive(Clone, Debug)]
enum Value {
    Line(String),
    Paragraphs(String),
    Bullets(Vec<String>),
    List(Vec<Piece>),
    Piece(Piece),
    Sections(Vec<Section>),
    Facts(Vec<(String, String)>),
    Day(Day),
    Working(Box<Deadline>),
}

/// The values of one letter, by the names of the template's placeholders.
#[derive(Clone, Debug, Default)]
pub struct Values(BTreeMap<&'static str, Value>);

impl Values {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn with(mut self, name: &'static str, value: Value) -> Self {
        self.0.insert(name, value);
        self
    }

    /// Text within a line.
    #[must_use]
    pub fn line(self, name: &'static str, text: impl Into<String>) -> Self {
        self.with(name, Value::Line(text.into()))
    }

    /// Text in paragraphs of its own; blank lines part them. An empty text leaves nothing behind.
    #[must_use]
    pub fn paragraphs(self, name: &'static str, text: impl Into<String>) -> Self {
        self.with(name, Value::Paragraphs(text.into()))
    }

    /// A list.
    #[must_use]
    pub fn bullets(self, name: &'static str, items: &[String]) -> Self {
        self.with(name, Value::Bullets(items.to_vec()))
    }

    /// A list in the letter's language.
    #[must_use]
    pub fn list(self, name: &'static str, items: Vec<Piece>) -> Self {
        self.with(name, Value::List(items))
    }

    /// A list of labels and values.
    #[must_use]
    pub fn facts(self, name: &'static str, facts: &[(&str, String)]) -> Self {
        let facts = facts.iter().map(|(label, value)| ((*label).to_owned(), value.clone())).collect();
        self.with(name, Value::Facts(facts))
    }

    /// A text of the profile, in the letter's language, in a paragraph of its own.
    #[must_use]
    pub fn local(self, name: &'static str, text: impl Into<Piece>) -> Self {
        self.with(name, Value::Piece(text.into()))
    }

    /// Parts under headings of their own.
    #[must_use]
    pub fn sections(self, name: &'static str, sections: Vec<Section>) -> Self {
        self.with(name, Value::Sections(sections))
    }

    /// A day, in the letter's language.
    #[must_use]
    pub fn day(self, name: &'static str, day: Day) -> Self {
        self.with(name, Value::Day(day))
    }

    /// A deadline as two values: `name` is its last day, `name_working` how it was counted.
    #[must_use]
    pub fn deadline(self, [name, working]: [&'static str; 2], deadline: &Deadline) -> Self {
        self.day(name, deadline.due).with(working, Value::Working(Box::new(deadline.clone())))
    }

    /// The names there are.
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.keys().copied()
    }

    /// A value as Markdown; `None` where there is none of that name.
    pub(super) fn markdown(&self, name: &str, language: &str) -> Option<String> {
        Some(match self.0.get(name)? {
            Value::Line(text) => line(text),
            Value::Paragraphs(text) => paragraphs(text),
            Value::Piece(piece) => paragraphs(&piece.text(language)),
            Value::Sections(sections) => {
                sections.iter().map(|section| section.markdown(language)).collect::<Vec<_>>().join("\n\n")
            }
            Value::Bullets(items) => {
                items.iter().map(|item| format!("- {}", line(item))).collect::<Vec<_>>().join("\n")
            }
            Value::List(items) => {
                items.iter().map(|item| format!("- {}", line(&item.text(language)))).collect::<Vec<_>>().join("\n")
            }
            Value::Facts(facts) => {
                let rows = facts.iter().map(|(label, value)| format!("- **{}:** {}", line(label), line(value)));
                rows.collect::<Vec<_>>().join("\n")
            }
            Value::Day(day) => line(&in_words_of(*day, language)),
            Value::Working(deadline) => line(&deadline.explain_in(language)),
        })
    }

    /// A value as plain text within a line, for the subject.
    pub(super) fn plain(&self, name: &str, language: &str) -> Option<String> {
        Some(match self.0.get(name)? {
            Value::Line(text) | Value::Paragraphs(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
            Value::Bullets(items) => items.join(", "),
            Value::List(items) => items.iter().map(|item| item.text(language)).collect::<Vec<_>>().join(", "),
            Value::Piece(piece) => piece.text(language).split_whitespace().collect::<Vec<_>>().join(" "),
            Value::Sections(sections) => {
                sections.iter().map(|section| section.heading.text(language)).collect::<Vec<_>>().join(", ")
            }
            Value::Facts(facts) => {
                facts.iter().map(|(label, value)| format!("{label}: {value}")).collect::<Vec<_>>().join(", ")
            }
            Value::Day(day) => in_words_of(*day, language),
            Value::Working(deadline) => deadline.explain_in(language),
        })
    }
}

impl Section {
    fn markdown(&self, language: &str) -> String {
        let texts = |pieces: &[Piece]| pieces.iter().map(|piece| paragraphs(&piece.text(language))).collect::<Vec<_>>();
        let list = self.bullets.iter().map(|piece| format!("- {}", line(&piece.text(language))));
        let list = list.collect::<Vec<_>>().join("\n");
        let heading = format!("## {}", line(&self.heading.text(language)));
        let parts = std::iter::once(heading).chain(texts(&self.before)).chain([list]).chain(texts(&self.after));
        parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n")
    }
}

fn paragraphs(text: &str) -> String {
    let parts = text.split("\n\n").map(escape).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("\n\n")
}

/// Text that stays within its line.
fn line(text: &str) -> String {
    escape(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}
