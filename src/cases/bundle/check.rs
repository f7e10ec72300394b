//! The check of a bundle by whoever receives it: every hash, every entry, every signed text, and the signature of the
//! head. Needs nothing but the file.

use std::collections::BTreeMap;
use std::io::{Read, Seek};

use ed25519_dalek::{Signature, VerifyingKey};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use zip::ZipArchive;

use super::FORMAT;
use crate::domain::audit::{Entry, Hash, hex, unhex};

/// Files of a bundle, more than any has.
const FILES_MAX: usize = 100_000;
/// The longest file that is held at once: entries are read whole.
const BYTES_MAX: u64 = 1 << 30;

/// What a sound bundle says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedBundle {
    /// What it is about.
    pub title: String,
    /// Files that were checked.
    pub files: usize,
    /// Entries that were checked.
    pub entries: usize,
    /// Texts whose hash is the one that was signed.
    pub texts: usize,
    /// The head that was signed.
    pub head: String,
    /// With which key; whoever checks compares it with the one that the service publishes.
    pub public_key: String,
}

/// What is wrong with a bundle, the first of it.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// It cannot be read as a ZIP.
    #[error("this is no whole bundle: {0}")]
    Unreadable(String),
    /// A file does not say what the manifest names.
    #[error("{0} was changed: its SHA-256 is not the one in the manifest")]
    Changed(String),
    /// A file is missing.
    #[error("{0} is missing")]
    Missing(String),
    /// A file was added.
    #[error("{0} is not named by the manifest")]
    Added(String),
    /// An entry's hash does not match what it says.
    #[error("entry {0} was changed: its content does not match its hash")]
    Entry(String),
    /// A text is not the one that was signed.
    #[error("the text of {0} is not the text that was signed")]
    Text(String),
    /// The head is not signed with the key it names.
    #[error("the head of the chain is not signed by the key in head.json")]
    Head,
}

/// Checks a bundle.
///
/// # Errors
/// The first thing that is wrong.
pub fn check(file: impl Read + Seek) -> Result<CheckedBundle, CheckError> {
    let unreadable = |error: &dyn std::fmt::Display| CheckError::Unreadable(error.to_string());
    let mut zip = ZipArchive::new(file).map_err(|error| unreadable(&error))?;
    if zip.len() > FILES_MAX {
        return Err(unreadable(&"too many files"));
    }
    let manifest = text(&mut zip, "manifest.json")?;
    let manifest_hash = sha256(manifest.as_bytes());
    let manifest: Value = serde_json::from_str(&manifest).map_err(|error| unreadable(&error))?;
    if manifest.get("format").and_then(Value::as_str) != Some(FORMAT) {
        return Err(unreadable(&"the manifest names another format"));
    }
    let part = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let files = manifest.get("files").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut named: BTreeMap<String, String> =
        files.iter().map(|file| (part(file, "name"), part(file, "sha256"))).collect();
    for (name, sum) in &named {
        if sha256_of(&mut zip, name)? != *sum {
            return Err(CheckError::Changed(name.clone()));
        }
    }
    named.insert("manifest.json".to_owned(), manifest_hash);
    sums_agree(&text(&mut zip, "SHA256SUMS")?, &named)?;
    named.insert("SHA256SUMS".to_owned(), String::new());
    for name in zip.file_names() {
        let name = name.map_err(|error| unreadable(&error))?;
        if !named.contains_key(name.as_ref()) {
            return Err(CheckError::Added(name.into_owned()));
        }
    }
    let head: Value = serde_json::from_str(&text(&mut zip, "head.json")?).map_err(|error| unreadable(&error))?;
    let (line, signature, key) = (part(&head, "head"), part(&head, "signature"), part(&head, "public_key"));
    if line != part(&manifest, "head") || !is_signed(&format!("accord audit head {line}"), &signature, &key) {
        return Err(CheckError::Head);
    }
    let entries = entries(&text(&mut zip, "entries.ndjson")?)?;
    let texts = texts(&mut zip, &named)?;
    let title = manifest.get("about").map(|about| part(about, "title")).unwrap_or_default();
    Ok(CheckedBundle { title, files: files.len(), entries, texts, head: line, public_key: key })
}

fn sha256(bytes: &[u8]) -> String {
    let hash: Hash = Sha256::digest(bytes).into();
    hex(&hash)
}

fn sha256_of<R: Read + Seek>(zip: &mut ZipArchive<R>, name: &str) -> Result<String, CheckError> {
    let mut file = zip.by_name(name).map_err(|_missing| CheckError::Missing(name.to_owned()))?;
    let (mut sum, mut buffer) = (Sha256::new(), vec![0_u8; 64 * 1024]);
    loop {
        let read = file.read(&mut buffer).map_err(|error| CheckError::Unreadable(error.to_string()))?;
        if read == 0 {
            let hash: Hash = sum.finalize().into();
            return Ok(hex(&hash));
        }
        sum.update(buffer.get(..read).unwrap_or_default());
    }
}

fn text<R: Read + Seek>(zip: &mut ZipArchive<R>, name: &str) -> Result<String, CheckError> {
    let file = zip.by_name(name).map_err(|_missing| CheckError::Missing(name.to_owned()))?;
    let mut text = String::new();
    file.take(BYTES_MAX).read_to_string(&mut text).map_err(|error| CheckError::Unreadable(error.to_string()))?;
    Ok(text)
}

fn sums_agree(sums: &str, named: &BTreeMap<String, String>) -> Result<(), CheckError> {
    let listed: BTreeMap<&str, &str> =
        sums.lines().filter_map(|line| line.split_once("  ")).map(|(sum, name)| (name, sum)).collect();
    match named.iter().find(|(name, sum)| listed.get(name.as_str()) != Some(&sum.as_str())) {
        Some((name, _)) => Err(CheckError::Changed(name.clone())),
        None if listed.len() != named.len() => Err(CheckError::Added("a line of SHA256SUMS".to_owned())),
        None => Ok(()),
    }
}

fn is_signed(line: &str, signature: &str, key: &str) -> bool {
    let halves = |text: &str| Some((unhex(text.get(..64)?)?, unhex(text.get(64..)?)?));
    let (Some(key), Some((first, second))) = (unhex(key), halves(signature)) else { return false };
    let mut raw = [0_u8; 64];
    raw.iter_mut().zip(first.into_iter().chain(second)).for_each(|(to, from)| *to = from);
    let Ok(key) = VerifyingKey::from_bytes(&key) else { return false };
    key.verify_strict(line.as_bytes(), &Signature::from_bytes(&raw)).is_ok()
}

/// Each entry is what its hash says.
fn entries(text: &str) -> Result<usize, CheckError> {
    let mut count = 0;
    for line in text.lines() {
        let wrong = || CheckError::Entry((count + 1).to_string());
        let mut value: Value = serde_json::from_str(line).map_err(|_no_json| wrong())?;
        for name in ["previous", "hash"] {
            let hash = value.get(name).and_then(Value::as_str).and_then(unhex).ok_or_else(wrong)?;
            if let Some(part) = value.get_mut(name) {
                *part = serde_json::json!(hash);
            }
        }
        let entry: Entry = serde_json::from_value(value).map_err(|_no_entry| wrong())?;
        if entry.computed_hash() != entry.hash {
            return Err(CheckError::Entry(entry.number.to_string()));
        }
        count += 1;
    }
    Ok(count)
}

/// The hash of each agreement's text is the one that stands in its signature.
fn texts<R: Read + Seek>(zip: &mut ZipArchive<R>, named: &BTreeMap<String, String>) -> Result<usize, CheckError> {
    let mut count = 0;
    let number_of = |name: &str| Some(name.strip_prefix("agreements/")?.strip_suffix(".md")?.to_owned());
    for (number, sum) in named.iter().filter_map(|(name, sum)| Some((number_of(name)?, sum))) {
        let beside = text(zip, &format!("agreements/{number}.json"))?;
        let agreement: Value =
            serde_json::from_str(&beside).map_err(|error| CheckError::Unreadable(error.to_string()))?;
        if agreement.get("text_hash").and_then(Value::as_str) != Some(sum) {
            return Err(CheckError::Text(number));
        }
        count += 1;
    }
    Ok(count)
}
