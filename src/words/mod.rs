//! Every word that people read, from the message files `templates/words/LANGUAGE/*.ftl` (Project Fluent). A page asks
//! for a message by its key; a sentence that a rule has said is English, the language of the record, and is looked up
//! by itself ([`Voice::say`]). Where a language lacks a message it is read in English. Decides nothing, keeps nothing.

mod dates;
mod phrases;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use include_dir::{Dir, include_dir};
use unic_langid::LanguageIdentifier;

pub use dates::{day_in_words, moment_in_words};
pub use fluent_bundle::FluentValue as Value;

use crate::domain::language::Language;
use crate::domain::profile::LocalText;
use phrases::Phrases;

/// Most lines and sentences of a text of ours; what has more is somebody's own.
const PIECES_MAX: usize = 40;

static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/templates/words");

/// Names of a message's values with the values.
pub type Values<'a> = [(&'a str, FluentValue<'a>)];

/// Message files that cannot be used, or a message that cannot be written.
#[derive(Clone, Debug, thiserror::Error)]
pub enum WordsError {
    /// A file that is no Fluent, or says a key twice.
    #[error("the message file {file} cannot be read: {why}")]
    File {
        /// Which.
        file: String,
        /// What is wrong with it.
        why: String,
    },
    /// No language has the message.
    #[error("there is no message “{0}”")]
    Unknown(String),
    /// A value that the message needs was not given.
    #[error("the message “{key}” cannot be written: {why}")]
    Broken {
        /// The message.
        key: String,
        /// What is missing.
        why: String,
    },
}

/// The messages of every language.
pub struct Words {
    bundles: BTreeMap<Language, FluentBundle<FluentResource>>,
    phrases: Phrases,
}

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Words").field("languages", &self.bundles.keys()).finish_non_exhaustive()
    }
}

impl Words {
    /// The embedded message files, read once.
    ///
    /// # Errors
    /// The first file that cannot be used.
    pub fn embedded() -> Result<&'static Self, WordsError> {
        static WORDS: LazyLock<Result<Words, WordsError>> = LazyLock::new(|| Words::read(&embedded_files()));
        WORDS.as_ref().map_err(Clone::clone)
    }

    /// Reads message files: language, name and text of each.
    fn read(files: &[(Language, String, String)]) -> Result<Self, WordsError> {
        let mut bundles = BTreeMap::new();
        let mut phrases = Phrases::default();
        for language in Language::ALL {
            let tag: LanguageIdentifier = language.tag().parse().unwrap_or_default();
            let mut bundle = FluentBundle::new_concurrent(vec![tag]);
            // The marks around values are for plain text of mixed direction; in HTML they would be copied along.
            bundle.set_use_isolating(false);
            bundle.set_formatter(Some(|value, _| match value {
                FluentValue::Number(number) => Some(grouped(number.value)),
                FluentValue::String(_) | FluentValue::Custom(_) | FluentValue::None | FluentValue::Error => None,
            }));
            for (_, file, text) in files.iter().filter(|(of, ..)| *of == language) {
                let failed = |why: String| WordsError::File { file: format!("{}/{file}", language.tag()), why };
                let resource = FluentResource::try_new(text.clone()).map_err(|(_, errors)| {
                    failed(errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
                })?;
                if language == Language::English {
                    phrases.learn(&resource).map_err(&failed)?;
                }
                bundle
                    .add_resource(resource)
                    .map_err(|errors| failed(errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")))?;
            }
            bundles.insert(language, bundle);
        }
        phrases.finish().map_err(|why| WordsError::File { file: "en".to_owned(), why })?;
        Ok(Self { bundles, phrases })
    }

    /// The message `key` in `language`, else in English.
    ///
    /// # Errors
    /// An unknown key, or a value that the message needs and was not given.
    pub fn message(&self, language: Language, key: &str, values: &Values<'_>) -> Result<String, WordsError> {
        let found = [language, Language::English].into_iter().find_map(|language| {
            let bundle = self.bundles.get(&language)?;
            let pattern = bundle.get_message(key)?.value()?;
            Some((bundle, pattern))
        });
        let (bundle, pattern) = found.ok_or_else(|| WordsError::Unknown(key.to_owned()))?;
        let args: FluentArgs<'_> = values.iter().map(|(name, value)| (*name, value.clone())).collect();
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, Some(&args), &mut errors).into_owned();
        match errors.first() {
            None => Ok(text),
            Some(error) => Err(WordsError::Broken { key: key.to_owned(), why: error.to_string() }),
        }
    }
}

/// The words and the texts of one place, by which what was said in English is said in another language.
#[derive(Clone, Debug)]
pub struct Voice {
    words: &'static Words,
    place: Arc<HashMap<String, LocalText>>,
}

impl Voice {
    /// With the texts of a place, such as those of its profile: their English is known as well.
    ///
    /// # Errors
    /// Message files that cannot be used.
    pub fn of_place(texts: impl IntoIterator<Item = LocalText>) -> Result<Self, WordsError> {
        let texts = texts.into_iter().map(|text| (text.text(Language::English.tag()).to_owned(), text));
        Ok(Self { words: Words::embedded()?, place: Arc::new(texts.collect()) })
    }

    /// The messages.
    #[must_use]
    pub const fn words(&self) -> &'static Words {
        self.words
    }

    /// A text that the rules have said in English, in `language`: whole, else line by line, else sentence by sentence,
    /// as far as it is one of ours. What people typed stays as it is.
    #[must_use]
    pub fn say(&self, language: Language, english: &str) -> String {
        self.say_within(language, english, STEPS_MAX)
    }

    /// `steps` are what is left to go deeper: somebody may have typed sentences of ours inside each other without end.
    fn say_within(&self, language: Language, english: &str, steps: usize) -> String {
        if language == Language::English || english.is_empty() || steps == 0 {
            return english.to_owned();
        }
        let of_place = self.place.get(english.trim()).filter(|text| text.speaks(language.tag()));
        if let Some(text) = of_place {
            return text.text(language.tag()).to_owned();
        }
        let known = self.known(language, english, (Reach::Sentence, steps));
        known.unwrap_or_else(|| self.piece_by_piece(language, english, steps))
    }

    fn known(&self, language: Language, english: &str, (reach, steps): (Reach, usize)) -> Option<String> {
        let (key, values) = self.words.phrases.find(english)?;
        self.words.bundles.get(&language)?.get_message(key)?;
        // A value that goes on into the next sentence has swallowed it.
        if reach == Reach::Sentence && values.iter().any(|(_, value)| value.contains(". ")) {
            return None;
        }
        let inner = steps.saturating_sub(VALUE_STEPS);
        let said: Vec<_> = values
            .into_iter()
            .map(|(name, value)| (name, count(value).unwrap_or_else(|| self.say_within(language, value, inner).into())))
            .collect();
        self.words.message(language, key, &said).ok()
    }

    fn piece_by_piece(&self, language: Language, english: &str, steps: usize) -> String {
        if let Some(days) = self.days(language, english, steps) {
            return days;
        }
        // Lines first and sentences only within one, so that the work grows with the text and not faster.
        let (mark, gap) = if english.contains('\n') { ("\n", "\n") } else { (". ", " ") };
        let pieces = english.matches('\n').count() + english.matches(". ").count();
        if pieces <= PIECES_MAX
            && let Some((first, rest)) = english.split_once(mark)
        {
            let say = |piece: &str| self.say_within(language, piece, steps - 1);
            let said = format!("{}{gap}{}", sentence(first, mark.trim_end(), say), say(rest));
            if said != english {
                return said;
            }
        }
        if let Some(text) = self.known(language, english, (Reach::Text, steps)) {
            return text;
        }
        #[cfg(test)]
        tests::missed(english);
        english.to_owned()
    }

    /// A day or moment; or days, each with its reason: `Thu Nov 26, 2026 (Thanksgiving Day), Sat Nov 28, 2026 (Saturday)`.
    fn days(&self, language: Language, english: &str, steps: usize) -> Option<String> {
        if let Some(date) = dates::said(language, english) {
            return Some(date);
        }
        let (day, rest) = english.split_once(" (")?;
        let day = dates::said(language, day)?;
        let say = |text: &str| self.say_within(language, text, steps - 1);
        match rest.split_once("), ") {
            Some((why, more)) => Some(format!("{day} ({}), {}", say(why), say(more))),
            None => Some(format!("{day} ({})", say(rest.strip_suffix(')')?))),
        }
    }
}

/// A piece with the mark that ended it: known with it as a sentence, or without it as words in a row.
fn sentence(piece: &str, mark: &str, say: impl Fn(&str) -> String) -> String {
    let whole = format!("{piece}{mark}");
    let said = say(&whole);
    if said == whole { format!("{}{mark}", say(piece)) } else { said }
}

/// How deep a text is taken apart, and what one sentence inside another costs of that.
const STEPS_MAX: usize = 64;
const VALUE_STEPS: usize = 16;

/// How far a value of a sentence may reach.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// To the end of its sentence.
    Sentence,
    /// Over several sentences, such as somebody's own words.
    Text,
}

/// A whole number as people type it, so that a message can count by it. One of four digits without a comma is a year or
/// an id and keeps its form.
fn count(text: &str) -> Option<FluentValue<'static>> {
    if text.len() > 3 && !text.contains(',') {
        return None;
    }
    let plain: u32 = text.replace(',', "").parse().ok()?;
    Some(FluentValue::from(plain))
}

/// `1234567.891` as `1,234,567.89`; whole numbers without decimals. The same in every language of the place.
#[must_use]
pub fn grouped(value: f64) -> String {
    let text = if value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.2}") };
    let (whole, rest) = text.find('.').map_or((text.as_str(), ""), |dot| text.split_at(dot));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{sign}{grouped}{rest}")
}

/// Every embedded message file.
fn embedded_files() -> Vec<(Language, String, String)> {
    let mut found = Vec::new();
    for language in Language::ALL {
        let files = EMBEDDED.get_dir(language.tag()).into_iter().flat_map(Dir::files);
        found.extend(files.filter_map(|file| {
            let name = file.path().file_name()?.to_string_lossy().into_owned();
            Some((language, name, String::from_utf8_lossy(file.contents()).into_owned()))
        }));
    }
    found
}
