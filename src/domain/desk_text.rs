//! Texts that a department keeps for its desk: messages, reasons and notes to begin from, with placeholders that the facts
//! of a case are put into. A text is only ever copied; what was written with it does not change when the text does.

use serde::Serialize;

use super::calendar::in_words_of;
use super::id::{DepartmentId, DeskTextId};
use super::language::Language;
use super::text::{Invalid, Line, Prose, readable};
use super::time::Day;

/// Longest title, in characters.
pub const TITLE_MAX: usize = 120;
/// Longest text, in characters; what the fields of the desk take.
pub const TEXT_MAX: usize = 4_000;
/// Most texts of one department.
pub const TEXTS_MAX: usize = 200;

/// What a text is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum DeskTextKind {
    /// A question or a message to the applicant.
    Message,
    /// The reasons of a decision: in words, or the facts of one coded ground.
    Reason {
        /// The code in the profile; none for the reasons in words.
        ground: Option<String>,
    },
    /// A private note, which only staff read.
    Note,
}

impl DeskTextKind {
    /// The words for columns, forms and JSON.
    pub const WORDS: [&'static str; 3] = ["message", "reason", "note"];

    /// The word for columns, forms and JSON.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Reason { .. } => "reason",
            Self::Note => "note",
        }
    }

    /// The coded ground of a reason.
    #[must_use]
    pub fn ground(&self) -> Option<&str> {
        match self {
            Self::Reason { ground } => ground.as_deref(),
            Self::Message | Self::Note => None,
        }
    }

    /// Reads the word written by [`DeskTextKind::as_str`]; only a reason has a ground.
    #[must_use]
    pub fn from_words(word: &str, ground: Option<&str>) -> Option<Self> {
        match (word, ground) {
            ("message", None) => Some(Self::Message),
            ("reason", ground) => Some(Self::Reason { ground: ground.map(str::to_owned) }),
            ("note", None) => Some(Self::Note),
            _ => None,
        }
    }
}

/// What a text can leave open for a case to fill. A closed list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placeholder {
    /// The number of the application.
    Number,
    /// The name of the applicant.
    Applicant,
    /// The title of the dataset.
    Dataset,
    /// The day by which the city wants to have decided.
    Deadline,
}

impl Placeholder {
    /// Every placeholder.
    pub const ALL: [Self; 4] = [Self::Number, Self::Applicant, Self::Dataset, Self::Deadline];

    /// As it is written in a text.
    #[must_use]
    pub const fn as_written(self) -> &'static str {
        match self {
            Self::Number => "{number}",
            Self::Applicant => "{applicant}",
            Self::Dataset => "{dataset}",
            Self::Deadline => "{deadline}",
        }
    }
}

/// A text as its manager wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeskWords {
    /// What it is for.
    #[serde(flatten)]
    pub kind: DeskTextKind,
    /// What it is found by.
    pub title: String,
    /// The text in English.
    pub english: String,
    /// The text in Spanish, for applicants who read Spanish; without one they get the English text.
    pub spanish: Option<String>,
}

impl DeskWords {
    /// Checks what was typed, and returns it cleaned.
    ///
    /// # Errors
    /// Everything that is wrong: `required`, `too_long`, `unknown_placeholder` and what makes text unreadable.
    pub fn checked(self) -> Result<Self, Vec<Invalid>> {
        let mut found = Vec::new();
        let title = kept(Line::<TITLE_MAX>::parse("title", &self.title), &mut found).map(Line::into_string);
        let english = kept(Prose::<TEXT_MAX>::parse("english", &self.english), &mut found).map(Prose::into_string);
        let spanish = kept(readable("spanish", self.spanish.as_deref().unwrap_or_default(), TEXT_MAX), &mut found);
        for (field, text) in [("english", &english), ("spanish", &spanish)] {
            found.extend(text.as_deref().and_then(|text| stranger(field, text)));
        }
        match (title, english, spanish) {
            (Some(title), Some(english), Some(spanish)) if found.is_empty() => {
                Ok(Self { kind: self.kind, title, english, spanish: Some(spanish).filter(|text| !text.is_empty()) })
            }
            _ => Err(found),
        }
    }

    /// The text for who reads this language. Staff read notes in English.
    #[must_use]
    pub fn for_reader(&self, language: Language) -> (&str, Language) {
        let spanish = self.spanish.as_deref().filter(|_| self.kind != DeskTextKind::Note);
        match (language, spanish) {
            (Language::Spanish, Some(spanish)) => (spanish, Language::Spanish),
            (Language::Spanish | Language::English | Language::HaitianCreole, _) => (&self.english, Language::English),
        }
    }

    /// The text with the facts of a case put in, in the language of who will read it.
    #[must_use]
    pub fn filled(&self, facts: &Facts, language: Language) -> Filled {
        let (text, language) = self.for_reader(language);
        fill(text, facts, language)
    }
}

fn kept<T>(read: Result<T, Invalid>, problems: &mut Vec<Invalid>) -> Option<T> {
    read.map_err(|problem| problems.push(problem)).ok()
}

/// A text of a department.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeskText {
    /// Its id.
    pub id: DeskTextId,
    /// Whose it is.
    pub department: DepartmentId,
    /// What it says.
    #[serde(flatten)]
    pub words: DeskWords,
    /// Counts saves; the store compares and sets it.
    pub version: i64,
}

/// What a case puts in the place of placeholders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The number of the application.
    pub number: String,
    /// The name of the applicant.
    pub applicant: String,
    /// The title of the dataset.
    pub dataset: String,
    /// The day by which the city wants to have decided, while a decision is owed.
    pub deadline: Option<Day>,
}

impl Facts {
    fn of(&self, placeholder: Placeholder, language: Language) -> Option<String> {
        match placeholder {
            Placeholder::Number => Some(self.number.clone()),
            Placeholder::Applicant => Some(self.applicant.clone()),
            Placeholder::Dataset => Some(self.dataset.clone()),
            Placeholder::Deadline => self.deadline.map(|day| in_words_of(day, language.tag())),
        }
    }
}

/// A text with the facts of a case in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filled {
    /// The text.
    pub text: String,
    /// The language it is in.
    pub language: Language,
    /// What the case has no fact for; it stands in the text as it was written.
    pub open: Vec<Placeholder>,
}

/// Puts facts in the place of placeholders. What is put in is not looked at again.
#[must_use]
pub fn fill(text: &str, facts: &Facts, language: Language) -> Filled {
    let mut filled = Filled { text: String::with_capacity(text.len()), language, open: Vec::new() };
    for part in parts(text) {
        let placeholder = Placeholder::ALL.into_iter().find(|known| known.as_written() == part);
        match placeholder.map(|known| (known, facts.of(known, language))) {
            Some((_, Some(fact))) => filled.text.push_str(&fact),
            Some((known, None)) => {
                filled.text.push_str(part);
                filled.open.push(known);
            }
            None => filled.text.push_str(part),
        }
    }
    filled
}

/// What a field holds after a text was put into it: what was typed stays, and stands first.
#[must_use]
pub fn put_after(typed: &str, text: &str) -> String {
    let typed = typed.trim_end();
    if typed.is_empty() { text.to_owned() } else { format!("{typed}\n\n{text}") }
}

/// What is written like a placeholder and is none.
fn stranger(field: &str, text: &str) -> Option<Invalid> {
    let is_known = |part: &&str| Placeholder::ALL.iter().any(|known| known.as_written() == *part);
    let unknown = parts(text).into_iter().find(|part| is_placeholder(part) && !is_known(part))?;
    let known = Placeholder::ALL.map(Placeholder::as_written).join(", ");
    let message = format!("“{unknown}” is not a placeholder. Use one of {known}, or leave the braces out.");
    Some(Invalid::new(field, "unknown_placeholder", message))
}

/// Whether a part is a word in braces.
fn is_placeholder(part: &str) -> bool {
    let inside = part.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    inside.is_some_and(|name| name.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '_' | '-')))
}

/// The text cut at its words in braces, each a part of its own.
fn parts(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((before, from)) = rest.find('{').and_then(|at| rest.split_at_checked(at)) {
        let end = from.find('}').map(|at| at.saturating_add(1));
        let cut = end.and_then(|end| from.split_at_checked(end)).filter(|(part, _)| is_placeholder(part));
        // A brace that begins no word in braces is text.
        let Some((part, after)) = cut.or_else(|| from.split_at_checked(1)) else { break };
        found.extend([before, part]);
        rest = after;
    }
    found.push(rest);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(title: &str, english: &str, spanish: &str) -> DeskWords {
        let spanish = Some(spanish.to_owned());
        DeskWords { kind: DeskTextKind::Message, title: title.to_owned(), english: english.to_owned(), spanish }
    }

    fn facts(deadline: Option<Day>) -> Facts {
        Facts {
            number: "APP-2026-0007".to_owned(),
            applicant: "Maria {number}".to_owned(),
            dataset: "Parking".to_owned(),
            deadline,
        }
    }

    #[test]
    fn a_text_has_a_title_readable_words_and_placeholders_that_are_known() {
        type Row<'a> = (&'a str, &'a str, &'a str, &'a [(&'a str, &'a str)]);
        let long = "b".repeat(TEXT_MAX + 1);
        let rows: &[Row<'_>] = &[
            ("Hours", "Which hours, {applicant}?", "", &[]),
            ("Hours", "About {number}, {dataset}, by {deadline}.", "Sobre {number}.", &[]),
            (" ", "\n", "", &[("title", "required"), ("english", "required")]),
            ("a\nb", &long, &long, &[("title", "not_one_line"), ("english", "too_long"), ("spanish", "too_long")]),
            ("Hours", "Dear {aplicant}", "", &[("english", "unknown_placeholder")]),
            (
                "Hours",
                "Dear {Applicant}",
                "Hola { number }",
                &[("english", "unknown_placeholder"), ("spanish", "unknown_placeholder")],
            ),
            ("Hours", "{}", "", &[("english", "unknown_placeholder")]),
            ("Hours", "Send {\"a\": 1} and a lone { here", "", &[]),
            ("Hours", "b\u{202e}c", "", &[("english", "hidden_character")]),
        ];
        for (title, english, spanish, expected) in rows {
            let found = words(title, english, spanish).checked().err().unwrap_or_default();
            let found: Vec<_> = found.iter().map(|one| (one.field.as_str(), one.code)).collect();
            assert_eq!(&found, expected, "{title} {english} {spanish}");
        }
        let clean = words(" Hours ", " Which?\r\n", " ").checked().unwrap();
        assert_eq!((clean.title.as_str(), clean.english.as_str(), clean.spanish), ("Hours", "Which?", None));
    }

    #[test]
    fn the_complaint_names_the_stranger_and_what_there_is() {
        let found = words("Hours", "Dear {aplicant}", "").checked().unwrap_err();
        let expected = "“{aplicant}” is not a placeholder. Use one of {number}, {applicant}, {dataset}, {deadline}, or leave \
                        the braces out.";
        assert_eq!(found[0].message, expected);
    }

    #[test]
    fn facts_stand_where_placeholders_stood_and_what_is_put_in_is_not_read_again() {
        let day = "2026-12-24".parse().ok();
        let rows = [
            ("{applicant}: {dataset}", day, "Maria {number}: Parking", 0),
            ("By {deadline}.", day, "By Thu Dec 24, 2026.", 0),
            ("By {deadline} or {deadline}.", None, "By {deadline} or {deadline}.", 2),
            ("{\"a\": {number}} {{number}", None, "{\"a\": APP-2026-0007} {APP-2026-0007", 0),
            ("no braces", None, "no braces", 0),
            ("an open { end", None, "an open { end", 0),
        ];
        for (text, deadline, expected, open) in rows {
            let filled = fill(text, &facts(deadline), Language::English);
            assert_eq!((filled.text.as_str(), filled.open.len()), (expected, open), "{text}");
        }
    }

    #[test]
    fn who_reads_spanish_gets_the_spanish_text_where_there_is_one_and_notes_are_for_staff() {
        let day = "2026-12-24".parse().ok();
        let both = words("t", "By {deadline}.", "Antes del {deadline}.");
        let one = DeskWords { spanish: None, ..both.clone() };
        let note = DeskWords { kind: DeskTextKind::Note, ..both.clone() };
        let rows = [
            (&both, Language::English, "By Thu Dec 24, 2026."),
            (&both, Language::HaitianCreole, "By Thu Dec 24, 2026."),
            (&both, Language::Spanish, "Antes del jue 24 de dic de 2026."),
            (&one, Language::Spanish, "By Thu Dec 24, 2026."),
            (&note, Language::Spanish, "By Thu Dec 24, 2026."),
        ];
        for (words, language, expected) in rows {
            assert_eq!(words.filled(&facts(day), language).text, expected);
        }
    }

    #[test]
    fn what_was_typed_stays_before_the_text_that_is_put_in() {
        for (typed, expected) in [("", "Which?"), ("  \n", "Which?"), ("Hello.\n", "Hello.\n\nWhich?")] {
            assert_eq!(put_after(typed, "Which?"), expected);
        }
    }

    #[test]
    fn each_kind_is_read_as_it_is_written() {
        let reasons = [None, Some("D7".to_owned())].map(|ground| DeskTextKind::Reason { ground });
        for kind in [DeskTextKind::Message, DeskTextKind::Note].into_iter().chain(reasons) {
            assert_eq!(DeskTextKind::from_words(kind.as_str(), kind.ground()), Some(kind));
        }
        assert_eq!(DeskTextKind::from_words("letter", None), None);
        assert_eq!(DeskTextKind::from_words("note", Some("D7")), None);
    }
}
