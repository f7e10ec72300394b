//! The profile as it is in force, for who keeps it; and a changed one tried by the same checks as at the start. Nothing
//! here changes a profile: it is a file of the operator, read at the start.

#[cfg(test)]
pub(crate) mod tests;

use std::fmt;
use std::sync::Arc;

use super::staff::administrator;
use super::{Caller, CaseError, Desk};
use crate::domain::id::Id;
use crate::domain::letter::LetterBook;
use crate::domain::profile::sheet::{self, Changed, Value};
use crate::domain::profile::{PROFILE_BYTES_MAX, Profile, ProfileError, TermsSource};
use crate::domain::terms::{Difference, TermsDraft, compare};
use crate::domain::text::{Invalid, Line};

/// The file with the values.
pub const VALUES: &str = "profile.toml";

/// Reads a file of a profile by its name; none where it is not there.
pub type ReadFile = dyn Fn(&str) -> Option<String> + Send + Sync;

/// Where the profile in force comes from; the composition root plugs it in.
#[derive(Clone)]
pub struct ProfileSource {
    /// The name of a profile that ships, or the folder.
    pub name: String,
    /// Whether it ships with the program.
    pub is_shipped: bool,
    /// Its values as they were read at the start.
    pub text: String,
    /// Its other files.
    pub read: Arc<ReadFile>,
    /// The values of the profile that ships.
    pub shipped: String,
}

impl fmt::Debug for ProfileSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProfileSource").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The profile in force.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Every value with its place.
    pub values: Vec<Value>,
    /// What differs from the profile that ships.
    pub differs: Vec<Changed>,
    /// Its other files.
    pub files: Vec<String>,
    /// What the checks of the start say of the files as they are now: a file may have been changed since.
    pub faults: Vec<Fault>,
}

/// The profile in force, by value and file.
///
/// # Errors
/// [`CaseError::Missing`] for who is not an administrator.
pub fn shown(desk: &Desk, caller: &Caller, source: &ProfileSource) -> Result<Shown, CaseError> {
    administrator(caller)?;
    let values = sheet::values(&source.text);
    let differs = sheet::differences(&sheet::values(&source.shipped), &values);
    let now = (source.read)(VALUES).unwrap_or_else(|| source.text.clone());
    let faults = faults_of(&now, &|name| (source.read)(name));
    Ok(Shown { values, differs, files: files_of(&desk.profile), faults })
}

/// The files beside the values, as the profile names them: terms, and each letter in each language.
fn files_of(profile: &Profile) -> Vec<String> {
    let terms = profile.terms.iter().flat_map(|source| &source.files).map(ToString::to_string);
    let mut files: Vec<String> = terms.collect();
    for language in &profile.languages {
        files.extend(LetterBook::files(language.as_str()));
    }
    files.sort();
    files.dedup();
    files
}

/// Something that keeps a profile from being used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The file.
    pub file: String,
    /// The line, where it is known.
    pub line: Option<usize>,
    /// What is wrong.
    pub message: String,
}

/// A changed file of the profile, tried.
#[derive(Clone, Debug)]
pub struct Tried {
    /// What keeps the profile from being used with it.
    pub faults: Vec<Fault>,
    /// Values that it changes.
    pub values: Vec<Changed>,
    /// What it changes in a text.
    pub texts: Vec<Difference>,
}

/// Tries a changed file of the profile in force by the checks of the start. Changes nothing.
///
/// # Errors
/// A file that the profile does not have, or a text that is too long; [`CaseError::Missing`] for who is not an
/// administrator.
pub fn tried(
    desk: &Desk,
    caller: &Caller,
    source: &ProfileSource,
    (file, text): (&str, &str),
) -> Result<Tried, CaseError> {
    administrator(caller)?;
    if text.len() > PROFILE_BYTES_MAX {
        return Err(Invalid::new("text", "too_long", "A file of a profile has at most 1 MiB.").into());
    }
    if text.trim().is_empty() {
        return Err(Invalid::new("text", "required", "Paste the text of the file.").into());
    }
    if file == VALUES {
        let values = sheet::differences(&sheet::values(&source.text), &sheet::values(text));
        let faults = faults_of(text, &|name| (source.read)(name));
        return Ok(Tried { faults, values, texts: Vec::new() });
    }
    if !files_of(&desk.profile).iter().any(|known| known == file) {
        return Err(Invalid::new("file", "unknown_file", "Choose a file that the profile has.").into());
    }
    let read = |name: &str| if name == file { Some(text.to_owned()) } else { (source.read)(name) };
    let before = (source.read)(file).unwrap_or_default();
    Ok(Tried { faults: faults_of(&source.text, &read), values: Vec::new(), texts: compare(&before, text) })
}

/// Everything that the checks of the start would say.
fn faults_of(text: &str, read: &dyn Fn(&str) -> Option<String>) -> Vec<Fault> {
    let profile = match Profile::parse(text) {
        Ok(profile) => profile,
        Err(ProfileError::Inconsistent(found)) => {
            let values = sheet::values(text);
            return found.into_iter().map(|invalid| placed(&values, &invalid)).collect();
        }
        Err(
            other @ (ProfileError::Unreadable(_) | ProfileError::TooLong { .. } | ProfileError::TermsFileMissing(_)),
        ) => {
            return vec![Fault { file: VALUES.to_owned(), line: None, message: other.to_string() }];
        }
    };
    let mut faults: Vec<Fault> =
        profile.terms.iter().filter_map(|source| terms_fault(&profile, source, read)).collect();
    let languages: Vec<&str> = profile.languages.iter().map(Line::as_str).collect();
    if let Err(error) = LetterBook::read(&languages, |name| read(name)) {
        faults.push(Fault { file: "letters".to_owned(), line: None, message: error.to_string() });
    }
    faults
}

/// An inconsistency with the line of the first value that it is about.
fn placed(values: &[Value], invalid: &Invalid) -> Fault {
    let is_about = |value: &&Value| {
        let rest = value.key.strip_prefix(invalid.field.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    let line = values.iter().find(is_about).map(|value| value.line);
    Fault { file: VALUES.to_owned(), line, message: format!("{}: {}", invalid.field, invalid.message) }
}

/// What keeps terms of the profile from being published.
fn terms_fault(profile: &Profile, source: &TermsSource, read: &dyn Fn(&str) -> Option<String>) -> Option<Fault> {
    let file = source.files.first().map(ToString::to_string).unwrap_or_default();
    let texts: Vec<(String, String)> =
        source.files.iter().filter_map(|name| Some((name.to_string(), read(name.as_str())?))).collect();
    let find = |name: &str| texts.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str());
    let markdown = match profile.terms_markdown(source, find) {
        Ok(markdown) => markdown,
        Err(error) => return Some(Fault { file, line: None, message: error.to_string() }),
    };
    let at = crate::domain::time::Instant::default();
    let draft =
        TermsDraft { family: source.family, title: source.title.clone(), markdown, material: true, effective_at: at };
    let refused = draft.publish(Id::from_uuid(uuid::Uuid::nil()), 1, at).err()?;
    Some(Fault { file, line: None, message: refused.message })
}
