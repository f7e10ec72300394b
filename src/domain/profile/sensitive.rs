//! What a dataset's title, keywords and fields say about its sensitivity.
//!
//! Must never be taken for a decision: [`Profile::suggest_tier`] suggests. [`Profile::prohibited`] is binding, and
//! errs on the side of the statute.

use serde::{Deserialize, Serialize};

use super::{LocalText, Profile, Prohibition};
use crate::domain::text::{Line, Slug};
use crate::domain::tier::Tier;
use crate::domain::time::Day;

/// A rule that suggests a stricter tier.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sensitivity {
    /// Its stable name.
    pub code: Slug,
    /// The tier it suggests.
    pub tier: Tier,
    /// Why, in one sentence.
    pub because: LocalText,
    /// Words of titles and keywords.
    #[serde(default)]
    pub words: Vec<String>,
    /// Words of field names.
    #[serde(default)]
    pub fields: Vec<String>,
    /// Words of a title or field name that lift the finding.
    #[serde(default)]
    pub except: Vec<String>,
    /// What to do with such fields when sharing: shown to the steward.
    pub advice: Option<Line<300>>,
}

/// What is known of a dataset when its tier is considered.
#[derive(Clone, Copy, Debug, Default)]
pub struct Subject<'a> {
    /// Its title.
    pub title: &'a str,
    /// Its keywords.
    pub keywords: &'a [String],
    /// The names of its fields.
    pub fields: &'a [String],
}

/// What gave a rule away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "in", content = "text", rename_all = "snake_case")]
pub enum Finding {
    /// The title.
    Title(String),
    /// A keyword.
    Keyword(String),
    /// The name of a field.
    Field(String),
}

/// A suggested tier and why. A suggestion only: a steward sets the tier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion {
    /// The strictest tier that a rule suggests.
    pub tier: Tier,
    /// One sentence per rule that was met, strictest first.
    pub because: Vec<String>,
}

impl Profile {
    /// The statute that forbids granting such a dataset on `day`, and what gave it away. Binding: tier X.
    #[must_use]
    pub fn prohibited(&self, day: Day, subject: &Subject<'_>) -> Option<(&Prohibition, Vec<Finding>)> {
        self.prohibitions.iter().filter(|rule| rule.effective <= day).find_map(|rule| {
            let mut findings = find_fields(subject, &rule.fields, &rule.except_fields);
            if !holds_any(subject.title, &rule.except_words) {
                findings.extend(find_words(subject, &rule.words));
            }
            (!findings.is_empty()).then_some((rule, findings))
        })
    }

    /// The tier that title, keywords and fields suggest on `day`.
    #[must_use]
    pub fn suggest_tier(&self, day: Day, subject: &Subject<'_>) -> Suggestion {
        let mut reasons: Vec<(Tier, String)> = Vec::new();
        if let Some((rule, findings)) = self.prohibited(day, subject) {
            let sentence = format!("{} {} ({})", describe(&findings), rule.sentence.text("en"), rule.statute);
            reasons.push((Tier::Prohibited, sentence));
        }
        for rule in &self.sensitivity {
            let mut findings = find_fields(subject, &rule.fields, &rule.except);
            if !holds_any(subject.title, &rule.except) {
                findings.extend(find_words(subject, &rule.words));
            }
            if !findings.is_empty() {
                reasons.push((rule.tier, format!("{} {}", describe(&findings), rule.because.text("en"))));
            }
        }
        reasons.sort_by_key(|(tier, _)| std::cmp::Reverse(*tier));
        let tier = reasons.first().map_or(self.default_tier, |(tier, _)| *tier);
        let mut because: Vec<String> = reasons.into_iter().map(|(_, reason)| reason).collect();
        if because.is_empty() {
            because.push("Nothing in the title, the keywords or the field names points to sensitive data.".to_owned());
        }
        Suggestion { tier, because }
    }
}

/// The findings in words, as the start of a sentence: `Field plate_no:`.
fn describe(findings: &[Finding]) -> String {
    const SHOWN_MAX: usize = 5;
    let one = |finding: &Finding| match finding {
        Finding::Title(title) => format!("title “{title}”"),
        Finding::Keyword(keyword) => format!("keyword “{keyword}”"),
        Finding::Field(field) => format!("field “{field}”"),
    };
    let mut shown: Vec<String> = findings.iter().take(SHOWN_MAX).map(one).collect();
    if findings.len() > SHOWN_MAX {
        shown.push(format!("and {} more", findings.len() - SHOWN_MAX));
    }
    format!("Found in {}:", shown.join(", "))
}

fn find_fields(subject: &Subject<'_>, patterns: &[String], except: &[String]) -> Vec<Finding> {
    let is_found = |field: &&String| holds_any(field, patterns) && !holds_any(field, except);
    subject.fields.iter().filter(is_found).map(|field| Finding::Field(field.clone())).collect()
}

fn find_words(subject: &Subject<'_>, patterns: &[String]) -> Vec<Finding> {
    let title = holds_any(subject.title, patterns).then(|| Finding::Title(subject.title.to_owned()));
    let keywords = subject.keywords.iter().filter(|keyword| holds_any(keyword, patterns));
    title.into_iter().chain(keywords.map(|keyword| Finding::Keyword(keyword.clone()))).collect()
}

/// Whether `text` holds one of the phrases, word by word.
fn holds_any(text: &str, phrases: &[String]) -> bool {
    let words = words(text);
    phrases
        .iter()
        .map(|phrase| self::words(phrase))
        .any(|phrase| !phrase.is_empty() && words.windows(phrase.len()).any(|run| run == phrase.as_slice()))
}

/// The words of a title or a field name: split at marks, spaces and `camelCase`, lower case, plural `s` dropped.
fn words(text: &str) -> Vec<String> {
    let mut spaced = String::new();
    let characters: Vec<char> = text.chars().collect();
    for (position, &c) in characters.iter().enumerate() {
        let before = position.checked_sub(1).and_then(|before| characters.get(before)).copied();
        let after = characters.get(position + 1).copied();
        let starts_word = c.is_uppercase()
            && (before.is_some_and(|b| b.is_lowercase() || b.is_numeric())
                || (before.is_some_and(char::is_uppercase) && after.is_some_and(char::is_lowercase)));
        if starts_word {
            spaced.push(' ');
        }
        spaced.push(c);
    }
    let lowered = spaced.to_lowercase();
    lowered.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(singular).collect()
}

fn singular(word: &str) -> String {
    let stem = if word.ends_with("sses") { word.strip_suffix("es") } else { word.strip_suffix('s') };
    match stem {
        Some(stem) if word.len() > 3 && (word.ends_with("sses") || !word.ends_with("ss")) => stem.to_owned(),
        Some(_) | None => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fall_into_words() {
        for (text, expected) in [
            ("vehiclePlateNotRead", vec!["vehicle", "plate", "not", "read"]),
            ("ALPRData_v2", vec!["alpr", "data", "v2"]),
            ("License Plates (raw)", vec!["license", "plate", "raw"]),
            ("home_addresses.street", vec!["home", "address", "street"]),
            ("bus GPS class", vec!["bus", "gps", "class"]),
            ("", vec![]),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
    }

    #[test]
    fn phrases_match_whole_words_in_order() {
        let phrases = ["license plate".to_owned()];
        assert!(holds_any("Licenses", &phrases).eq(&false) && holds_any("dog license plated", &phrases).eq(&false));
        assert!(holds_any("licensePlateText", &phrases) && holds_any("LICENSE-PLATES", &phrases));
        assert!(!holds_any("plate license", &phrases) && !holds_any("anything", &["--".to_owned()]));
    }
}
