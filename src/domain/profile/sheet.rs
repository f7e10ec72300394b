//! A profile as a list: each value by its key, with the line it stands on; and two profiles compared value by value. Says
//! nothing about what a value means.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What names an entry of a list, where it has one of these.
const NAMES: [&str; 6] = ["id", "code", "slug", "name", "family", "title"];

/// One value of a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// Its key from the top, such as `clocks.records_answer.days` or `grounds[D7].title.en`.
    pub key: String,
    /// The line on which it stands, from 1.
    pub line: usize,
    /// What it says.
    pub text: String,
}

/// A value that two profiles do not share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Its key.
    pub key: String,
    /// As it was; none where it is new.
    pub before: Option<Value>,
    /// As it is; none where it is gone.
    pub after: Option<Value>,
}

/// Every value of a profile, in the order of the file; nothing where the text is no TOML.
#[must_use]
pub fn values(text: &str) -> Vec<Value> {
    let mut found = Vec::new();
    if let Ok(table) = DeTable::parse(text) {
        walk_table(text, "", table.get_ref(), &mut found);
    }
    found.sort_by_key(|value| value.line);
    found
}

/// What `after` says differently than `before`, in the order of `after`, then what is gone.
#[must_use]
pub fn differences(before: &[Value], after: &[Value]) -> Vec<Changed> {
    let find = |list: &[Value], key: &str| list.iter().find(|value| value.key == key).cloned();
    let new = after.iter().filter_map(|value| {
        let earlier = find(before, &value.key);
        let is_same = earlier.as_ref().is_some_and(|earlier| earlier.text == value.text);
        let changed = Changed { key: value.key.clone(), before: earlier, after: Some(value.clone()) };
        (!is_same).then_some(changed)
    });
    let gone = before.iter().filter(|value| find(after, &value.key).is_none());
    let gone = gone.map(|value| Changed { key: value.key.clone(), before: Some(value.clone()), after: None });
    new.chain(gone).collect()
}

fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count().saturating_add(1)
}

fn walk_table(text: &str, above: &str, table: &DeTable<'_>, found: &mut Vec<Value>) {
    for (name, value) in table {
        let key = if above.is_empty() { name.get_ref().to_string() } else { format!("{above}.{}", name.get_ref()) };
        walk(text, key, name.span().start, value, found);
    }
}

fn walk(text: &str, key: String, at: usize, value: &Spanned<DeValue<'_>>, found: &mut Vec<Value>) {
    match value.get_ref() {
        DeValue::Table(table) => walk_table(text, &key, table, found),
        DeValue::Array(entries) if entries.iter().any(|entry| matches!(entry.get_ref(), DeValue::Table(_))) => {
            let mut used: BTreeMap<String, usize> = BTreeMap::new();
            for (place, entry) in entries.iter().enumerate() {
                let name = name_of(entry.get_ref()).unwrap_or_else(|| place.saturating_add(1).to_string());
                // Of several entries of one name each has a key of its own.
                let times = used.entry(name.clone()).and_modify(|times| *times += 1).or_insert(1);
                let name = if *times == 1 { name } else { format!("{name}#{times}") };
                walk(text, format!("{key}[{name}]"), entry.span().start, entry, found);
            }
        }
        other @ (DeValue::Array(_)
        | DeValue::String(_)
        | DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_)) => found.push(Value { key, line: line_of(text, at), text: said(other) }),
    }
}

fn name_of(entry: &DeValue<'_>) -> Option<String> {
    let DeValue::Table(table) = entry else { return None };
    let text = |name: &&str| match table.get(*name)?.get_ref() {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_)
        | DeValue::Array(_)
        | DeValue::Table(_) => None,
    };
    NAMES.iter().find_map(text)
}

fn said(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(is_so) => is_so.to_string(),
        DeValue::Datetime(moment) => moment.to_string(),
        DeValue::Array(entries) => entries.iter().map(|entry| said(entry.get_ref())).collect::<Vec<_>>().join(", "),
        DeValue::Table(table) => {
            let pairs = table.iter().map(|(name, value)| format!("{} = {}", name.get_ref(), said(value.get_ref())));
            pairs.collect::<Vec<_>>().join(", ")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "city = \"Norwalk\"\nlanguages = [\"en\", \"es\"]\n\n[clocks]\nanswer = { days = 4, unit = \"business\" }\n\n[[grounds]]\ncode = \"D7\"\n[grounds.title]\nen = \"Too fine\"\n";

    #[test]
    fn each_value_is_found_by_its_key_with_its_line() {
        let found: Vec<_> = values(TEXT).into_iter().map(|value| (value.key, value.line, value.text)).collect();
        let row = |key: &str, line, text: &str| (key.to_owned(), line, text.to_owned());
        assert_eq!(
            found,
            [
                row("city", 1, "Norwalk"),
                row("languages", 2, "en, es"),
                row("clocks.answer.days", 5, "4"),
                row("clocks.answer.unit", 5, "business"),
                row("grounds[D7].code", 8, "D7"),
                row("grounds[D7].title.en", 10, "Too fine"),
            ]
        );
        assert!(values("no toml [").is_empty());
    }

    #[test]
    fn two_profiles_are_compared_value_by_value() {
        let other = TEXT.replace("days = 4", "days = 5").replace("city = \"Norwalk\"\n", "") + "fr = \"Trop fin\"\n";
        let found = differences(&values(TEXT), &values(&other));
        let texts: Vec<_> = found
            .iter()
            .map(|one| {
                let text = |value: &Option<Value>| value.as_ref().map(|value| value.text.clone());
                (one.key.as_str(), text(&one.before), text(&one.after))
            })
            .collect();
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            texts,
            [
                ("clocks.answer.days", some("4"), some("5")),
                ("grounds[D7].title.fr", None, some("Trop fin")),
                ("city", some("Norwalk"), None),
            ]
        );
        assert!(differences(&values(TEXT), &values(TEXT)).is_empty());
    }
}
