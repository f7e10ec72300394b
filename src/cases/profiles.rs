//! The profile of a place together with the texts it names: from the program itself, or from a folder of the operator.
//!
//! The rules of a profile stand in [`crate::domain::profile`]; this only finds its files. Must never read a file that
//! the profile does not name, nor one outside its folder.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};

use crate::domain::profile::{PROFILE_BYTES_MAX, Profile, ProfileError};
use crate::domain::terms::TERMS_BYTES_MAX;

static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/config/profiles");

const PROFILE_FILE: &str = "profile.toml";

/// A place, ready to be set up.
#[derive(Clone, Debug)]
pub struct Place {
    /// Its law, offices, words and numbers.
    pub profile: Profile,
    texts: BTreeMap<String, String>,
}

/// Why a place cannot be used. Each is one plain sentence.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// No profile of this name ships with the program.
    #[error("there is no profile named {name}; use one of {}, or the path of a folder with a {PROFILE_FILE}", names().join(", "))]
    Unknown {
        /// What was asked for.
        name: String,
    },
    /// A file cannot be read.
    #[error("{}: {why}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// The profile or one of its texts.
    #[error("{name}: {error}")]
    Profile {
        /// Of which place.
        name: String,
        /// What is wrong.
        error: ProfileError,
    },
}

/// The names of the profiles that ship with the program.
#[must_use]
pub fn names() -> Vec<&'static str> {
    EMBEDDED.dirs().filter_map(|folder| folder.path().to_str()).collect()
}

impl Place {
    /// The place of this name or folder: whatever holds a `/` or a `.` is a folder.
    ///
    /// # Errors
    /// [`PlaceError`].
    pub fn load(name: &str) -> Result<Self, PlaceError> {
        if name.contains(['/', '\\', '.']) {
            let folder = Path::new(name);
            return Self::assemble(name, |file, bytes_max| from_folder(folder, file, bytes_max));
        }
        let Some(folder) = EMBEDDED.get_dir(name) else { return Err(PlaceError::Unknown { name: name.to_owned() }) };
        Self::assemble(name, |file, _bytes_max| {
            let found = folder.get_file(folder.path().join(file)).and_then(|file| file.contents_utf8());
            Ok(found.map(str::to_owned))
        })
    }

    fn assemble(
        name: &str,
        read: impl Fn(&str, usize) -> Result<Option<String>, PlaceError>,
    ) -> Result<Self, PlaceError> {
        let wrong = |error| PlaceError::Profile { name: name.to_owned(), error };
        let missing = |file: &str| wrong(ProfileError::TermsFileMissing(file.to_owned()));
        let text = read(PROFILE_FILE, PROFILE_BYTES_MAX)?
            .ok_or_else(|| PlaceError::File { path: Path::new(name).join(PROFILE_FILE), why: "not there".to_owned() })?;
        let profile = Profile::parse(&text).map_err(wrong)?;
        let mut texts = BTreeMap::new();
        for file in profile.terms.iter().flat_map(|terms| &terms.files) {
            let text = read(file.as_str(), TERMS_BYTES_MAX)?.ok_or_else(|| missing(file.as_str()))?;
            texts.insert(file.to_string(), text);
        }
        Ok(Self { profile, texts })
    }

    /// The text of a file that the profile names.
    #[must_use]
    pub fn text(&self, file: &str) -> Option<&str> {
        self.texts.get(file).map(String::as_str)
    }
}

/// A file of a folder; `None` where it is not there. Names were checked by the profile: none leads elsewhere.
fn from_folder(folder: &Path, file: &str, bytes_max: usize) -> Result<Option<String>, PlaceError> {
    let path = folder.join(file);
    let failed = |why: String| PlaceError::File { path: path.clone(), why };
    let opened = match std::fs::File::open(&path) {
        Ok(opened) => opened,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error.to_string())),
    };
    let mut text = String::new();
    let most = u64::try_from(bytes_max).unwrap_or(u64::MAX).saturating_add(1);
    opened.take(most).read_to_string(&mut text).map_err(|error| failed(error.to_string()))?;
    if text.len() > bytes_max {
        return Err(failed(format!("longer than {bytes_max} bytes")));
    }
    Ok(Some(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_profile_that_ships_is_complete() {
        assert!(names().contains(&"norwalk-ct"));
        for name in names() {
            let place = Place::load(name).unwrap();
            assert_eq!(place.profile.id.as_str(), name);
            for source in &place.profile.terms {
                place.profile.terms_markdown(source, |file| place.text(file)).unwrap();
            }
        }
    }

    #[test]
    fn a_name_that_is_no_profile_is_told_which_there_are() {
        let error = Place::load("atlantis").unwrap_err().to_string();
        assert!(error.contains("atlantis") && error.contains("norwalk-ct"), "{error}");
    }

    #[test]
    fn a_folder_serves_as_well_and_names_what_it_lacks() {
        let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/config/profiles/norwalk-ct");
        assert_eq!(Place::load(shipped).unwrap().profile, Place::load("norwalk-ct").unwrap().profile);
        let folder = std::env::temp_dir().join(format!("accord-place-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let name = folder.to_str().unwrap().to_owned();
        let error = Place::load(&name).unwrap_err().to_string();
        assert!(error.contains("profile.toml: not there"), "{error}");
        std::fs::copy(format!("{shipped}/profile.toml"), folder.join("profile.toml")).unwrap();
        let error = Place::load(&name).unwrap_err().to_string();
        assert!(error.contains("terms-click-through.md, which is not there"), "{error}");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
