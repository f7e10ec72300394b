//! The files of a profile: embedded for the one that ships, read from a folder otherwise.

use std::path::Path;

/// The text of a file of the shipped profile.
#[must_use]
pub fn shipped(name: &str) -> Option<&'static str> {
    match name {
        "profile.toml" => Some(include_str!("../../config/profiles/norwalk-ct/profile.toml")),
        "terms-standard.md" => Some(include_str!("../../config/profiles/norwalk-ct/terms-standard.md")),
        "terms-click-through.md" => Some(include_str!("../../config/profiles/norwalk-ct/terms-click-through.md")),
        "terms-restricted.md" => Some(include_str!("../../config/profiles/norwalk-ct/terms-restricted.md")),
        _ => None,
    }
}

/// The text of a file of a profile: shipped under the name `norwalk-ct`, else in the folder of that name.
#[must_use]
pub fn read(profile: &str, name: &str) -> Option<String> {
    if profile == "norwalk-ct" {
        return shipped(name).map(str::to_owned);
    }
    // A profile names files beside it, never a way out of its folder.
    let is_plain = !name.contains(['/', '\\']) && !name.starts_with('.');
    is_plain.then(|| std::fs::read_to_string(Path::new(profile).join(name)).ok()).flatten()
}
