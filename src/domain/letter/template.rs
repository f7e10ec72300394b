//! Templates of letters: a head of two lines, then Markdown with placeholders.

use std::collections::{BTreeMap, BTreeSet};

use super::values::Values;
use super::{LetterKind, plain};
use crate::domain::terms::{names, substitute};

/// The template of one kind in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// Its version; stands in every letter made from it.
    pub version: String,
    subject: String,
    markdown: String,
}

/// A letter's text, not sent yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The version of the template.
    pub version: String,
    /// In which language.
    pub language: String,
    /// The subject, one line of plain text.
    pub subject: String,
    /// The text, as Markdown.
    pub markdown: String,
}

impl Written {
    /// The text as plain text, for a mail.
    #[must_use]
    pub fn plain(&self) -> String {
        plain::to_plain(&self.markdown)
    }
}

/// Why the templates of a profile cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LetterBookError {
    /// There is none of this kind in this language.
    #[error("the profile has no letter {0}")]
    Missing(String),
    /// Its text cannot be used.
    #[error("the letter {0}: {1}")]
    Broken(String, String),
    /// A fact that its text asks for was not given, or one that no text of this kind may use.
    #[error("the letter {0} cannot be written; missing: {1:?}")]
    FactMissing(String, Vec<String>),
}

impl Template {
    /// Reads a template: `version: …`, `subject: …`, a line `---`, and the text.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.replace("\r\n", "\n");
        let (head, markdown) = text.split_once("\n---\n").ok_or("a line of three hyphens must follow the head")?;
        let value = |name: &str| {
            let found = head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
            found
                .map(str::trim)
                .filter(|value| !value.is_empty())
                .map(str::to_owned)
                .ok_or(format!("no “{name}:” in the head"))
        };
        let (version, subject) = (value("version")?, value("subject")?);
        if markdown.trim().is_empty() {
            return Err("it has no text".to_owned());
        }
        for part in [&subject, markdown] {
            names(part).map_err(|invalid| invalid.message)?;
        }
        Ok(Self { version, subject, markdown: markdown.trim().to_owned() })
    }

    /// Every placeholder of subject and text.
    #[must_use]
    pub fn placeholders(&self) -> BTreeSet<String> {
        [&self.subject, &self.markdown].into_iter().flat_map(|part| names(part).unwrap_or_default()).collect()
    }

    fn write(&self, values: &Values, language: &str) -> Written {
        let subject = substitute(&self.subject, |name| values.plain(name, language));
        let markdown = substitute(&self.markdown, |name| values.markdown(name, language));
        Written {
            version: self.version.clone(),
            language: language.to_owned(),
            subject,
            markdown: closed_up(&markdown),
        }
    }
}

/// The text without the gaps that empty values leave.
fn closed_up(markdown: &str) -> String {
    let mut kept = String::with_capacity(markdown.len());
    let mut is_blank_before = false;
    for line in markdown.lines().map(str::trim_end) {
        if line.is_empty() && is_blank_before {
            continue;
        }
        is_blank_before = line.is_empty();
        kept.push_str(line);
        kept.push('\n');
    }
    kept
}

/// Every template of a profile.
#[derive(Clone, Debug, Default)]
pub struct LetterBook(BTreeMap<(LetterKind, String), Template>);

impl LetterBook {
    /// Reads the templates of each kind in each of `languages`; `read` gives the file `letters/LANGUAGE/KIND.md`.
    ///
    /// # Errors
    /// The first that is missing or cannot be used.
    pub fn read(languages: &[&str], read: impl Fn(&str) -> Option<String>) -> Result<Self, LetterBookError> {
        let mut found = BTreeMap::new();
        for kind in LetterKind::ALL {
            for language in languages {
                let name = format!("letters/{language}/{}.md", kind.as_str());
                let text = read(&name).ok_or_else(|| LetterBookError::Missing(name.clone()))?;
                let template = Template::parse(&text).map_err(|why| LetterBookError::Broken(name, why))?;
                found.insert((*kind, (*language).to_owned()), template);
            }
        }
        Ok(Self(found))
    }

    /// The files of the templates of a language.
    pub fn files(language: &str) -> impl Iterator<Item = String> {
        LetterKind::ALL.iter().map(move |kind| format!("letters/{language}/{}.md", kind.as_str()))
    }

    /// Writes a letter; in English where there is no text in `language`.
    ///
    /// # Errors
    /// [`LetterBookError`], naming each fact that is missing.
    pub fn write(&self, kind: LetterKind, language: &str, values: &Values) -> Result<Written, LetterBookError> {
        let of = |language: &str| self.0.get_key_value(&(kind, language.to_owned()));
        let name = || format!("{}.{language}", kind.as_str());
        let ((_, language), template) =
            of(language).or_else(|| of("en")).ok_or_else(|| LetterBookError::Missing(name()))?;
        let given: BTreeSet<&str> = values.names().collect();
        let missing: Vec<String> =
            template.placeholders().into_iter().filter(|wanted| !given.contains(wanted.as_str())).collect();
        if !missing.is_empty() {
            return Err(LetterBookError::FactMissing(name(), missing));
        }
        Ok(template.write(values, language))
    }

    /// The template of a kind in a language.
    #[must_use]
    pub fn template(&self, kind: LetterKind, language: &str) -> Option<&Template> {
        self.0.get(&(kind, language.to_owned()))
    }
}
