//! From an English sentence back to its message. The messages whose key begins with `said-` are sentences of the rules:
//! the code says them in English, as they stand in the record, and this finds which one was said, with its values.

use std::collections::HashMap;

use fluent_bundle::FluentResource;
use fluent_syntax::ast::{Entry, Expression, InlineExpression, PatternElement};
use regex::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};

/// What the keys of sentences begin with.
pub(super) const PREFIX: &str = "said-";
/// Fewest characters of our own in a sentence with values: else anything typed could be taken for it.
const OWN_MIN: usize = 4;
/// Most bytes of the compiled sentences.
const SIZE_MAX: usize = 256 * 1024 * 1024;

/// A sentence with values.
struct Pattern {
    key: String,
    names: Vec<String>,
    /// Characters of our own: of several that fit, the one that says most itself is meant.
    own: usize,
    source: String,
    form: Option<Regex>,
}

/// Every sentence of the rules.
#[derive(Default)]
pub(super) struct Phrases {
    whole: HashMap<String, String>,
    patterns: Vec<Pattern>,
    set: Option<RegexSet>,
}

impl Phrases {
    /// Takes in the sentences of an English file.
    pub(super) fn learn(&mut self, resource: &FluentResource) -> Result<(), String> {
        for entry in resource.entries() {
            let Entry::Message(message) = entry else { continue };
            let key = message.id.name;
            let Some(value) = message.value.as_ref().filter(|_| key.starts_with(PREFIX)) else { continue };
            self.learn_one(key, &value.elements)?;
        }
        Ok(())
    }

    fn learn_one(&mut self, key: &str, elements: &[PatternElement<&str>]) -> Result<(), String> {
        let (mut text, mut source, mut names, mut own) = (String::new(), String::from("^"), Vec::new(), 0);
        let mut is_quoted = false;
        for element in elements {
            match element {
                PatternElement::TextElement { value } => {
                    text.push_str(value);
                    source.push_str(&regex::escape(value));
                    own += value.trim().chars().count();
                    is_quoted = value.ends_with('“');
                }
                PatternElement::Placeable {
                    expression: Expression::Inline(InlineExpression::StringLiteral { value }),
                } => {
                    text.push_str(value);
                    source.push_str(&regex::escape(value));
                }
                PatternElement::Placeable {
                    expression: Expression::Inline(InlineExpression::VariableReference { id }),
                } => {
                    names.push(id.name.to_owned());
                    // What stands in quotes ends with them.
                    source.push_str(if is_quoted { "([^”]+?)" } else { "(.+?)" });
                }
                PatternElement::Placeable { .. } => {
                    return Err(format!("{key}: an English sentence of the rules has text and values only"));
                }
            }
        }
        source.push('$');
        if names.is_empty() {
            let known = self.whole.insert(text, key.to_owned());
            return known.map_or(Ok(()), |before| Err(format!("{key} says the same as {before}")));
        }
        if own < OWN_MIN {
            return Err(format!("{key}: too little text of its own to be known again"));
        }
        self.patterns.push(Pattern { key: key.to_owned(), names, own, source, form: None });
        Ok(())
    }

    /// Makes ready for finding.
    pub(super) fn finish(&mut self) -> Result<(), String> {
        self.patterns.sort_by(|a, b| b.own.cmp(&a.own).then_with(|| a.key.cmp(&b.key)));
        let set = RegexSetBuilder::new(self.patterns.iter().map(|pattern| &pattern.source))
            .dot_matches_new_line(true)
            .size_limit(SIZE_MAX)
            .build();
        self.set = Some(set.map_err(|error| error.to_string())?);
        for pattern in &mut self.patterns {
            let form = RegexBuilder::new(&pattern.source).dot_matches_new_line(true).build();
            pattern.form = Some(form.map_err(|error| error.to_string())?);
        }
        Ok(())
    }

    /// The key of a sentence and its values, by name.
    pub(super) fn find<'a>(&'a self, english: &'a str) -> Option<(&'a str, Vec<(&'a str, &'a str)>)> {
        if let Some(key) = self.whole.get(english) {
            return Some((key, Vec::new()));
        }
        let nearest = self.set.as_ref()?.matches(english).into_iter().min()?;
        let pattern = self.patterns.get(nearest)?;
        let found = pattern.form.as_ref()?.captures(english)?;
        let values = pattern.names.iter().enumerate().filter_map(|(at, name)| {
            let value = found.get(at + 1)?;
            Some((name.as_str(), value.as_str()))
        });
        Some((&pattern.key, values.collect()))
    }

    #[cfg(test)]
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.whole.values().map(String::as_str).chain(self.patterns.iter().map(|pattern| pattern.key.as_str()))
    }
}
