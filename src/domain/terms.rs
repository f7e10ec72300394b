//! Data-sharing terms: numbered Markdown texts in versions, with named parameters.
//!
//! Must never let a value become markup or a template, and never let an acceptance of one text count for another.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

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
        if let Some(unknown) = parameters.iter().find(|name| !AGREEMENT_PARAMETERS.contains(&name.as_str())) {
            let message =
                format!("{{{{ {unknown} }}}} is no parameter; use one of: {}.", AGREEMENT_PARAMETERS.join(", "));
            return Err(Invalid::new("markdown", "unknown_parameter", message));
        }
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

/// The names of the placeholders, each once, in order of first use.
fn names(markdown: &str) -> Result<Vec<String>, Invalid> {
    let mut found: Vec<String> = Vec::new();
    let mut rest = markdown;
    while let Some((_, opened)) = rest.split_once("{{") {
        let name = opened.split_once("}}").map(|(inside, _)| inside.trim());
        let is_name = |name: &&str| {
            name.starts_with(|c: char| c.is_ascii_lowercase())
                && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        };
        let Some(name) = name.filter(is_name) else {
            let start: String = opened.chars().take(20).collect();
            let message =
                format!("After {start:?}: write a placeholder as {{{{ name }}}}, with small letters, digits and _.");
            return Err(Invalid::new("markdown", "placeholder", message));
        };
        if !found.iter().any(|known| known == name) {
            found.push(name.to_owned());
        }
        rest = opened.split_once("}}").map_or("", |(_, after)| after);
    }
    Ok(found)
}

/// Replaces each placeholder for which `value` has one. One pass: what is put in is not looked at again.
fn substitute(markdown: &str, value: impl Fn(&str) -> Option<String>) -> String {
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
            None => text.push_str(&format!("{{{{{inside}}}}}")),
        }
        rest = after;
    }
    text.push_str(rest);
    text
}

/// Text as Markdown that shows exactly that text: marks escaped, line ends as hard breaks, blank lines dropped.
fn escape(value: &str) -> String {
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
    markdown
        .lines()
        .filter_map(|line| {
            let heading = line.strip_prefix('#')?.trim_start_matches('#').strip_prefix(' ')?;
            let (number, title) = heading.trim().strip_prefix('(')?.split_once(')')?;
            Some(Clause { number: number.parse().ok()?, title: title.trim().to_owned() })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
    use uuid::Uuid;

    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    fn draft(markdown: &str) -> TermsDraft {
        TermsDraft {
            family: TermsFamily::Standard,
            title: Line::parse("title", "Standard terms").unwrap(),
            markdown: markdown.to_owned(),
            material: true,
            effective_at: at("2026-12-01T00:00:00Z"),
        }
    }

    fn published(markdown: &str, number: u32) -> TermsVersion {
        let id = TermsId::from_uuid(Uuid::from_u128(u128::from(number)));
        draft(markdown).publish(id, number, at("2026-11-23T12:00:00Z")).unwrap()
    }

    fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn values_are_filled_in_and_gaps_are_named() {
        let terms = published("# T\n\n{{ requester }} and {{project}}, again {{ requester }}.", 1);
        assert_eq!(terms.parameters, ["requester", "project"]);
        let text =
            terms.render(&values(&[("requester", "Ada"), ("project", "Park (finder)"), ("purpose", "x")])).unwrap();
        assert_eq!(text, "# T\n\nAda and Park \\(finder\\), again Ada.\n");
        let gap = terms.render(&values(&[("requester", "Ada"), ("projct", "x")])).unwrap_err();
        assert_eq!((gap.missing, gap.unknown), (vec!["project".to_owned()], vec!["projct".to_owned()]));
        assert!(terms.preview().contains("\\[requester\\]"));
    }

    #[test]
    fn a_value_is_never_a_template() {
        let terms = published("{{ requester }} / {{ project }}", 1);
        let text = terms.render(&values(&[("requester", "{{ project }}"), ("project", "{% raw %}")])).unwrap();
        assert_eq!(text, "\\{\\{ project \\}\\} / \\{% raw %\\}\n");
    }

    #[test]
    fn bad_texts_are_not_published() {
        let publish =
            |markdown: &str| draft(markdown).publish(TermsId::from_uuid(Uuid::nil()), 1, at("2026-11-23T00:00:00Z"));
        for (markdown, code) in [
            ("", "required"),
            ("hello {{ requester", "placeholder"),
            ("hello {{ Requester }}", "placeholder"),
            ("hello {{ a b }}", "placeholder"),
            ("hello {{}}", "placeholder"),
            ("hello {{ nobody }}", "unknown_parameter"),
            ("## (4) One\n\n## (4) Two", "clause_repeated"),
            (&"x".repeat(TERMS_BYTES_MAX + 1), "too_long"),
        ] {
            assert_eq!(publish(markdown).unwrap_err().code, code);
        }
        assert!(publish(&"x".repeat(TERMS_BYTES_MAX)).is_ok());
        let late = draft("x").publish(TermsId::from_uuid(Uuid::nil()), 1, at("2027-01-01T00:00:00Z"));
        assert_eq!(late.unwrap_err().code, "effective_before_published");
    }

    #[test]
    fn the_hash_is_of_the_text_and_not_of_its_line_ends() {
        let (one, two) = (published("a\r\nb\r\n\r\n", 1), published("\na\nb", 1));
        assert_eq!(one.hash, two.hash);
        assert_ne!(one.hash, published("a\nb ", 1).hash);
        assert_eq!(
            TextHash::of("abc").to_string(),
            "edeaaff3f1774ad2888673770c6d64097e391bc362d7d6fb34982ddf0efd18cb",
            "SHA-256 of `abc` and a line feed"
        );
        assert_eq!(one.hash.to_string().parse(), Ok(one.hash));
        for bad in ["", "zz", &"0".repeat(63), &"0".repeat(66), &"é".repeat(64)] {
            assert!(bad.parse::<TextHash>().is_err());
        }
        let mut changed = one.clone();
        changed.markdown.push('!');
        assert!(one.is_intact() && !changed.is_intact());
        let json = serde_json::to_string(&one).unwrap();
        assert_eq!(serde_json::from_str::<TermsVersion>(&json).unwrap(), one);
    }

    #[test]
    fn only_the_current_text_can_be_accepted() {
        let (old, new) = (published("old", 1), published("new", 2));
        assert_eq!(new.check_acceptance(AcceptedTerms { id: new.id, hash: new.hash }), Ok(()));
        assert_eq!(new.check_acceptance(AcceptedTerms { id: old.id, hash: old.hash }), Err(NotAccepted::OtherVersion));
        assert_eq!(new.check_acceptance(AcceptedTerms { id: new.id, hash: old.hash }), Err(NotAccepted::OtherText));
        assert_eq!(new.check_acceptance(AcceptedTerms { id: old.id, hash: new.hash }), Err(NotAccepted::OtherVersion));
    }

    #[test]
    fn the_highest_version_in_effect_is_current() {
        let (first, mut second) = (published("one", 1), published("two", 2));
        second.effective_at = at("2027-01-01T00:00:00Z");
        let versions = [second, first];
        let number = |when: &str| current(&versions, TermsFamily::Standard, at(when)).map(|version| version.number);
        assert_eq!(number("2026-11-30T23:59:59Z"), None);
        assert_eq!(number("2026-12-01T00:00:00Z"), Some(1));
        assert_eq!(number("2027-01-01T00:00:00Z"), Some(2));
        assert!(current(&versions, TermsFamily::Restricted, at("2027-01-01T00:00:00Z")).is_none());
    }

    #[test]
    fn clauses_are_found_by_their_numbers() {
        let terms =
            published("# Terms\n\n## (4) Purpose limitation\n\n(5) no heading\n\n### (12) Security\n##(6) no space", 1);
        let clauses = terms.clauses();
        assert_eq!(
            clauses.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["(4) Purpose limitation", "(12) Security"]
        );
        assert_eq!(clauses.first().map(Clause::anchor).as_deref(), Some("clause-4"));
    }

    #[test]
    fn families_are_read_as_they_are_written() {
        for family in TermsFamily::ALL {
            assert_eq!(TermsFamily::from_name(family.as_str()), Some(family));
            assert_eq!(serde_json::to_value(family).unwrap(), family.as_str());
        }
        assert_eq!(TermsFamily::from_name("Standard"), None);
    }

    proptest! {
        /// Whatever a person types is shown as that text and nothing else, wherever the placeholder stands.
        #[test]
        fn typed_text_never_becomes_markup(
            value in r"([ -~\n]|[é☃]){1,60}",
            frame in prop::sample::select(vec!["{{ project }}", "- x {{ project }} y", "1. {{ project }}", "> {{ project }}"]),
        ) {
            let terms = published(&format!("{frame}\n"), 1);
            let text = terms.render(&values(&[("project", &value)])).unwrap();
            let plain = terms.render(&values(&[("project", "v")])).unwrap();
            let shape = |markdown: &str| -> Vec<(bool, TagEnd)> {
                Parser::new_ext(markdown, Options::all()).filter_map(|event| match event {
                    Event::Start(tag) => Some((true, tag.to_end())),
                    Event::End(tag) => Some((false, tag)),
                    _ => None,
                }).collect()
            };
            let mut shown = String::new();
            for event in Parser::new_ext(&text, Options::all()) {
                match event {
                    Event::Text(piece) => shown.push_str(&piece),
                    Event::HardBreak => shown.push('\n'),
                    Event::Start(Tag::Paragraph | Tag::List(_) | Tag::Item | Tag::BlockQuote(_)) | Event::End(_) => {}
                    other => prop_assert!(false, "{:?} from {:?}", other, text),
                }
            }
            let kept: Vec<&str> = value.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
            prop_assert!(shown.contains(&kept.join("\n")), "{:?} is shown as {:?}", value, shown);
            if !kept.is_empty() {
                prop_assert_eq!(shape(&text), shape(&plain));
            }
        }
    }
}
