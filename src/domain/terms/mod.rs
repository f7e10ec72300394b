//! Data-sharing terms: numbered Markdown texts in versions, with named parameters.
//!
//! Must never let a value become markup or a template, and never let an acceptance of one text count for another.

mod diff;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

pub use diff::{Difference, Fate, Piece, compare};

use super::id::TermsId;
use super::text::{Invalid, Line};
use super::time::Instant;

/// The longest text of terms, in bytes.
pub const TERMS_BYTES_MAX: usize = 256 * 1024;

/// The parameters an agreement fills in; a text of terms may use any of them, and no other.
pub const AGREEMENT_PARAMETERS: [&str; 12] = [
    "agreement_number",
    "requester",
    "organisation",
    "signatory",
    "signatory_title",
    "department",
    "project",
    "purpose_category",
    "purpose",
    "datasets",
    "effective_date",
    "end_date",
];

/// What a text of terms is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TermsFamily {
    /// Conditioned datasets: a negotiated agreement.
    Standard,
    /// Registered keys without a human decision.
    ClickThrough,
    /// Restricted datasets: the standard terms with an annex.
    Restricted,
}

impl TermsFamily {
    /// Every family.
    pub const ALL: [Self; 3] = [Self::Standard, Self::ClickThrough, Self::Restricted];

    /// The name used in columns and addresses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::ClickThrough => "click_through",
            Self::Restricted => "restricted",
        }
    }

    /// Reads the name written by [`TermsFamily::as_str`].
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|family| family.as_str() == name)
    }
}

/// SHA-256 of a canonical text, written as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TextHash([u8; 32]);

impl TextHash {
    /// The hash of a text in its canonical form (see [`canonical`]).
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self(Sha256::digest(canonical(text).as_bytes()).into())
    }
}

impl fmt::Display for TextHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
impl fmt::Debug for TextHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
impl FromStr for TextHash {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let refuse = || Invalid::new("hash", "not_a_hash", "A text hash has 64 hexadecimal digits.");
        let digits: Vec<u8> = text
            .chars()
            .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
            .collect::<Option<_>>()
            .ok_or_else(refuse)?;
        let bytes: Vec<u8> = digits.chunks(2).map(|pair| pair.iter().fold(0, |sum, digit| sum * 16 + digit)).collect();
        if digits.len() != 64 {
            return Err(refuse());
        }
        bytes.try_into().map(Self).map_err(|_bytes: Vec<u8>| refuse())
    }
}
impl Serialize for TextHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for TextHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(|invalid: Invalid| de::Error::custom(invalid.message))
    }
}

/// The form in which a text is hashed and kept: NFC, LF line ends, no blank lines around it, one LF at its end.
#[must_use]
pub fn canonical(text: &str) -> String {
    let unix = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut kept: String = unix.trim_matches(['\n', '\u{FEFF}']).nfc().collect();
    kept.push('\n');
    kept
}

/// A text of terms before it is published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TermsDraft {
    /// What it is for.
    pub family: TermsFamily,
    /// Its title.
    pub title: Line<200>,
    /// Its Markdown; only [`AGREEMENT_PARAMETERS`] may remain as placeholders.
    pub markdown: String,
    /// Whether holders of running agreements must accept it anew.
    pub material: bool,
    /// When it begins to bind.
    pub effective_at: Instant,
}

/// A published text of terms. Never changed: a new text is a new version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermsVersion {
    /// Its id.
    pub id: TermsId,
    /// What it is for.
    pub family: TermsFamily,
    /// 1, 2, 3 … within the family.
    pub number: u32,
    /// Its title.
    pub title: Line<200>,
    /// Its canonical Markdown.
    pub markdown: String,
    /// The parameters it uses, in order of first use.
    pub parameters: Vec<String>,
    /// When it was published.
    pub published_at: Instant,
    /// When it begins to bind.
    pub effective_at: Instant,
    /// Whether holders of running agreements must accept it anew.
    pub material: bool,
    /// The hash of its Markdown.
    pub hash: TextHash,
}

/// A clause that can be cited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clause {
    /// Its number; a number keeps its meaning over all versions and families.
    pub number: u16,
    /// Its title.
    pub title: String,
}

impl Clause {
    /// The fragment under which a page shows the clause: `clause-4`.
    #[must_use]
    pub fn anchor(&self) -> String {
        format!("clause-{}", self.number)
    }
}

impl fmt::Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({}) {}", self.number, self.title)
    }
}

/// Values that do not fit a text of terms.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("terms cannot be filled in; missing: [{}], unknown: [{}]", missing.join(", "), unknown.join(", "))]
pub struct Missing {
    /// Parameters of the text without a value.
    pub missing: Vec<String>,
    /// Values that are no parameter of terms.
    pub unknown: Vec<String>,
}

/// Which text a person accepted, as sent with the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcceptedTerms {
    /// The version.
    pub id: TermsId,
    /// The hash of the text that was shown.
    pub hash: TextHash,
}

/// Why an acceptance does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAccepted {
    /// Another version is current now.
    #[error("the terms have changed since they were shown; read and accept the current version")]
    OtherVersion,
    /// The version is right, but the text that was shown is not its text.
    #[error("the accepted text is not the text of these terms; open the terms again and accept them")]
    OtherText,
}

impl TermsDraft {
    /// Publishes the text as version `number`.
    ///
    /// # Errors
    /// `too_long`, `required`, `placeholder`, `unknown_parameter`, `clause_repeated` or `effective_before_published`.
    pub fn publish(self, id: TermsId, number: u32, published_at: Instant) -> Result<TermsVersion, Invalid> {
        if self.markdown.len() > TERMS_BYTES_MAX {
            let message = format!("Keep the text of terms under {} KiB.", TERMS_BYTES_MAX / 1024);
            return Err(Invalid::new("markdown", "too_long", message));
        }
        let markdown = canonical(&self.markdown);
        if markdown.trim().is_empty() {
            return Err(Invalid::new("markdown", "required", "Write the text of the terms."));
        }
        let parameters = names(&markdown)?;
        check_placeholders(&markdown, &BTreeMap::new())?;
        let mut seen = BTreeSet::new();
        if let Some(twice) = clauses(&markdown).into_iter().find(|clause| !seen.insert(clause.number)) {
            let message = format!("Clause ({}) stands there twice; give each clause its own number.", twice.number);
            return Err(Invalid::new("markdown", "clause_repeated", message));
        }
        if self.effective_at < published_at {
            let message = "Terms cannot bind before they are published; choose a later day.";
            return Err(Invalid::new("effective_at", "effective_before_published", message));
        }
        let hash = TextHash::of(&markdown);
        let Self { family, title, material, effective_at, .. } = self;
        Ok(TermsVersion { id, family, number, title, markdown, parameters, published_at, effective_at, material, hash })
    }
}

impl TermsVersion {
    /// The text with its parameters filled in. Values are text: nothing in them becomes markup or a placeholder.
    ///
    /// # Errors
    /// [`Missing`] where a parameter of the text has no value, or a value is not one of [`AGREEMENT_PARAMETERS`].
    pub fn render(&self, values: &BTreeMap<String, String>) -> Result<String, Missing> {
        let is_known =
            |name: &str| AGREEMENT_PARAMETERS.contains(&name) || self.parameters.iter().any(|own| own == name);
        let missing: Vec<String> = self.parameters.iter().filter(|name| !values.contains_key(*name)).cloned().collect();
        let unknown: Vec<String> = values.keys().filter(|name| !is_known(name)).cloned().collect();
        if !missing.is_empty() || !unknown.is_empty() {
            return Err(Missing { missing, unknown });
        }
        Ok(substitute(&self.markdown, |name| values.get(name).map(|value| escape(value))))
    }

    /// The text as visitors read it, each parameter shown by its name in brackets.
    #[must_use]
    pub fn preview(&self) -> String {
        substitute(&self.markdown, |name| Some(escape(&format!("[{}]", name.replace('_', " ")))))
    }

    /// The numbered clauses, in order.
    #[must_use]
    pub fn clauses(&self) -> Vec<Clause> {
        clauses(&self.markdown)
    }

    /// Whether the kept text is still the text that was hashed.
    #[must_use]
    pub fn is_intact(&self) -> bool {
        TextHash::of(&self.markdown) == self.hash
    }

    /// Whether an acceptance counts for this version: the same version and the same text.
    ///
    /// # Errors
    /// [`NotAccepted`].
    pub fn check_acceptance(&self, accepted: AcceptedTerms) -> Result<(), NotAccepted> {
        if accepted.id != self.id {
            return Err(NotAccepted::OtherVersion);
        }
        if accepted.hash != self.hash {
            return Err(NotAccepted::OtherText);
        }
        Ok(())
    }
}

/// The version of `family` that binds at `at`: the highest number among those in effect.
#[must_use]
pub fn current(versions: &[TermsVersion], family: TermsFamily, at: Instant) -> Option<&TermsVersion> {
    versions
        .iter()
        .filter(|version| version.family == family && version.effective_at <= at)
        .max_by_key(|version| version.number)
}

/// Fills in the `known` parameters of a text and leaves the others, for the values of the place itself.
///
/// # Errors
/// `placeholder` where a placeholder is malformed.
pub fn fill(markdown: &str, known: &BTreeMap<String, String>) -> Result<String, Invalid> {
    names(markdown)?;
    Ok(substitute(markdown, |name| known.get(name).map(|value| escape(value))))
}

/// Refuses a placeholder that neither an agreement nor the place fills in, and says where it stands. To be asked before
/// the place's own values are filled in, which may move the lines.
///
/// # Errors
/// `placeholder` or `unknown_parameter`.
pub fn check_placeholders(markdown: &str, of_the_place: &BTreeMap<String, String>) -> Result<(), Invalid> {
    let is_known = |name: &str| AGREEMENT_PARAMETERS.contains(&name) || of_the_place.contains_key(name);
    match placeholders(markdown)?.into_iter().find(|(_, name)| !is_known(name)) {
        None => Ok(()),
        Some((line, name)) => {
            let known = AGREEMENT_PARAMETERS.join(", ");
            let message = format!("Line {line}: {{{{ {name} }}}} is no parameter; use one of: {known}.");
            Err(Invalid::new("markdown", "unknown_parameter", message))
        }
    }
}

/// The names of the placeholders, each once, in order of first use.
pub(super) fn names(markdown: &str) -> Result<Vec<String>, Invalid> {
    let mut found: Vec<String> = Vec::new();
    for (_, name) in placeholders(markdown)? {
        if !found.contains(&name) {
            found.push(name);
        }
    }
    Ok(found)
}

/// Every placeholder with the line it stands on, from 1.
fn placeholders(markdown: &str) -> Result<Vec<(usize, String)>, Invalid> {
    let mut found = Vec::new();
    let mut rest = markdown;
    while let Some((_, opened)) = rest.split_once("{{") {
        let name = opened.split_once("}}").map(|(inside, _)| inside.trim());
        let is_name = |name: &&str| {
            name.starts_with(|c: char| c.is_ascii_lowercase())
                && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        };
        let Some(name) = name.filter(is_name) else {
            let start: String = opened.chars().take(20).collect();
            let line = line_at(markdown, opened);
            let message = format!(
                "Line {line}, after {start:?}: write a placeholder as {{{{ name }}}}, with small letters, digits and _."
            );
            return Err(Invalid::new("markdown", "placeholder", message));
        };
        found.push((line_at(markdown, opened), name.to_owned()));
        rest = opened.split_once("}}").map_or("", |(_, after)| after);
    }
    Ok(found)
}

/// The line on which the last part of a text begins.
fn line_at(text: &str, last_part: &str) -> usize {
    let before = text.len().saturating_sub(last_part.len());
    text.bytes().take(before).filter(|byte| *byte == b'\n').count().saturating_add(1)
}

/// Replaces each placeholder for which `value` has one. One pass: what is put in is not looked at again.
pub(super) fn substitute(markdown: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut text = String::with_capacity(markdown.len());
    let mut rest = markdown;
    while let Some((before, opened)) = rest.split_once("{{") {
        text.push_str(before);
        let Some((inside, after)) = opened.split_once("}}") else {
            text.push_str("{{");
            rest = opened;
            continue;
        };
        match value(inside.trim()) {
            Some(value) => text.push_str(&value),
            None => text.extend(["{{", inside, "}}"]),
        }
        rest = after;
    }
    text.push_str(rest);
    text
}

/// Text as Markdown that shows exactly that text: marks escaped, line ends as hard breaks, blank lines dropped.
pub(super) fn escape(value: &str) -> String {
    let lines = value.lines().map(str::trim).filter(|line| !line.is_empty());
    let escaped = lines.map(|line| {
        let mut kept = String::with_capacity(line.len());
        for c in line.chars() {
            if c.is_ascii_punctuation() && !",;?%/".contains(c) {
                kept.push('\\');
            }
            kept.push(if c.is_control() { ' ' } else { c });
        }
        kept
    });
    escaped.collect::<Vec<_>>().join("\\\n")
}

fn clauses(markdown: &str) -> Vec<Clause> {
    markdown.lines().filter_map(clause_of).collect()
}

/// The clause that a line is the heading of.
fn clause_of(line: &str) -> Option<Clause> {
    let heading = line.strip_prefix('#')?.trim_start_matches('#').strip_prefix(' ')?;
    let (number, title) = heading.trim().strip_prefix('(')?.split_once(')')?;
    Some(Clause { number: number.parse().ok()?, title: title.trim().to_owned() })
}
