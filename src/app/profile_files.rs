//! The files of a profile: those that ship are embedded, others are read from a folder of the operator. Must never read
//! a file outside that folder, nor more than a profile may hold.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

use include_dir::{Dir, include_dir};

use crate::domain::language::Language;
use crate::domain::profile::{LocalText, PROFILE_BYTES_MAX};

static SHIPPED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/config/profiles");

/// The profile that is used where none is named.
const DEFAULT: &str = "norwalk-ct";

/// The names of the profiles that ship.
#[must_use]
pub fn names() -> Vec<&'static str> {
    SHIPPED.dirs().filter_map(|folder| folder.path().to_str()).collect()
}

/// The text of a file of the default profile.
#[must_use]
pub fn shipped(name: &str) -> Option<&'static str> {
    embedded(DEFAULT, name)
}

fn embedded(profile: &str, name: &str) -> Option<&'static str> {
    SHIPPED.get_file(Path::new(profile).join(name)).and_then(include_dir::File::contents_utf8)
}

/// The text of a file of a profile: embedded where a profile of this name ships, else in the folder of that name.
/// `None` where it is not there or cannot be read.
#[must_use]
pub fn read(profile: &str, name: &str) -> Option<String> {
    // A profile names files beside it, never a way out of its folder.
    if name.contains('\\') || name.split('/').any(|part| part.is_empty() || part.starts_with('.')) {
        return None;
    }
    if names().contains(&profile) {
        return embedded(profile, name).map(str::to_owned);
    }
    let path = Path::new(profile).join(name);
    match bounded(&path) {
        Ok(text) => text,
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "a file of the profile cannot be read");
            None
        }
    }
}

/// Every text of a profile that is written in more than one language, wherever it stands in the file; titles also with
/// their code in front, as pages name grounds and exemptions.
#[must_use]
pub fn local_texts(profile: &str) -> Vec<LocalText> {
    let mut found = Vec::new();
    if let Ok(file) = profile.parse::<toml::Table>() {
        collect(&toml::Value::Table(file), &mut found);
    }
    found
}

fn collect(value: &toml::Value, found: &mut Vec<LocalText>) {
    match value {
        toml::Value::Table(table) => {
            let texts: Option<BTreeMap<_, _>> = table
                .iter()
                .map(|(tag, text)| Some((Language::of_tag(tag)?.tag().to_owned(), text.as_str()?.to_owned())))
                .collect();
            if let Some(texts) = texts.filter(|texts| !texts.is_empty()) {
                found.push(LocalText::ByLanguage(texts));
            } else {
                table.values().for_each(|inner| collect(inner, found));
                found.extend(coded(table));
            }
        }
        toml::Value::Array(values) => values.iter().for_each(|inner| collect(inner, found)),
        toml::Value::String(_)
        | toml::Value::Integer(_)
        | toml::Value::Float(_)
        | toml::Value::Boolean(_)
        | toml::Value::Datetime(_) => {}
    }
}

/// `D1: A statute prohibits it`, in each language of the title.
fn coded(table: &toml::Table) -> Option<LocalText> {
    let code = table.get("code")?.as_str()?;
    let mut titles = Vec::new();
    collect(table.get("title")?, &mut titles);
    let Some(LocalText::ByLanguage(texts)) = titles.pop() else { return None };
    let with_code = |(tag, title): (String, String)| (tag, format!("{code}: {}", title.trim()));
    Some(LocalText::ByLanguage(texts.into_iter().map(with_code).collect()))
}

/// The text of a file, unless it is longer than any file of a profile may be.
fn bounded(path: &Path) -> std::io::Result<Option<String>> {
    let most = u64::try_from(PROFILE_BYTES_MAX).unwrap_or(u64::MAX);
    let mut text = String::new();
    std::fs::File::open(path)?.take(most.saturating_add(1)).read_to_string(&mut text)?;
    Ok(Some(text).filter(|text| text.len() <= PROFILE_BYTES_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::profile::Profile;

    #[test]
    fn every_profile_that_ships_is_complete() {
        assert!(names().contains(&DEFAULT));
        for name in names() {
            let profile = Profile::parse(&read(name, "profile.toml").unwrap()).unwrap();
            assert_eq!(profile.id.as_str(), name);
            for file in profile.terms.iter().flat_map(|terms| &terms.files) {
                assert!(read(name, file.as_str()).is_some(), "{name}/{file}");
            }
        }
    }

    #[test]
    fn the_texts_of_a_profile_are_found_wherever_they_stand() {
        let texts = local_texts(&read(DEFAULT, "profile.toml").unwrap());
        let spanish = |english: &str| texts.iter().find(|text| text.text("en") == english).map(|text| text.text("es"));
        assert_eq!(spanish("Research"), Some("Investigación"), "in a table of a list");
        assert_eq!(spanish("Most calls are refused"), Some("La mayoría de las llamadas se rechazan"));
        assert_eq!(spanish("D1: A statute prohibits it"), Some("D1: Una ley lo prohíbe"), "with its code");
        assert!(texts.len() > 50, "{}", texts.len());
        assert!(local_texts("no toml [").is_empty());
    }

    #[test]
    fn a_folder_serves_as_well_and_nothing_outside_it_does() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/config/profiles/norwalk-ct");
        assert_eq!(read(folder, "profile.toml"), read(DEFAULT, "profile.toml"));
        for name in ["../norwalk-ct/profile.toml", "/etc/hostname", ".", "absent.md"] {
            assert_eq!(read(folder, name), None, "{name}");
        }
        assert_eq!(read("atlantis", "profile.toml"), None);
    }
}
