//! Evidence to hand on: a ZIP of everything that proves what became of an application, an agreement, a key or a misuse
//! case, or who could read at some time; with a manifest that names the SHA-256 of each file and the signed head of the
//! chain. Written file by file to wherever it goes, never held whole. Making one leaves an entry; nothing else changes.

mod check;
mod gather;
#[cfg(test)]
mod tests;

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

use super::copies::AgreementCopy;
use super::named::title;
use super::story::SignedHead;
use super::{Caller, CaseError, Desk};
use crate::domain::audit::{About, Act, Entry, Hash, hex};
use crate::domain::id::{AgreementId, ApplicationId, CaseId, DatasetId, KeyId};
use crate::domain::letter::Letter;
use crate::domain::people::Role;
use crate::domain::profile::Profile;
use crate::domain::readers::Span;
use crate::domain::time::Instant;
use crate::store::{StoreError, audit, cases};

pub use check::{CheckError, CheckedBundle, check};

/// What the manifest calls the format.
pub const FORMAT: &str = "accord evidence bundle 1";

/// What a bundle is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BundleSubject {
    /// An application and what came of it.
    Application(ApplicationId),
    /// An agreement with what led to it.
    Agreement(AgreementId),
    /// A key with its agreement.
    Key(KeyId),
    /// A misuse case with its frozen evidence.
    Case(CaseId),
    /// Who could read a dataset.
    Readers(DatasetId, Span),
}

impl BundleSubject {
    /// The kinds that are found by a number or an id.
    pub const KINDS: [&'static str; 4] = ["application", "agreement", "key", "case"];

    /// The kind, for names of files and the manifest.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Application(_) => "application",
            Self::Agreement(_) => "agreement",
            Self::Key(_) => "key",
            Self::Case(_) => "case",
            Self::Readers(..) => "readers",
        }
    }

    fn id(self) -> String {
        match self {
            Self::Application(id) => id.to_string(),
            Self::Agreement(id) => id.to_string(),
            Self::Key(id) => id.to_string(),
            Self::Case(id) => id.to_string(),
            Self::Readers(id, _) => id.to_string(),
        }
    }

    fn about(self) -> About {
        match self {
            Self::Application(id) => About { application: Some(id), ..About::default() },
            Self::Agreement(id) => About { agreement: Some(id), ..About::default() },
            Self::Key(id) => About { key: Some(id), ..About::default() },
            Self::Case(_) => About::default(),
            Self::Readers(id, _) => About { dataset: Some(id), ..About::default() },
        }
    }
}

/// Prints what a bundle holds as PDF; the room of cases has no paper of its own, so `app` gives it some.
pub trait Printer: Send + Sync {
    /// A letter as it was sent.
    ///
    /// # Errors
    /// Why it cannot be printed.
    fn letter(&self, letter: &Letter) -> Result<Vec<u8>, String>;

    /// A signed agreement with what proves it.
    ///
    /// # Errors
    /// Why it cannot be printed.
    fn agreement(&self, profile: &Profile, copy: &AgreementCopy) -> Result<Vec<u8>, String>;
}

/// Paper for processes and tests that print nothing: it says so in plain text.
#[derive(Clone, Copy, Debug)]
pub struct NoPaper;

impl Printer for NoPaper {
    fn letter(&self, letter: &Letter) -> Result<Vec<u8>, String> {
        Ok(format!("not printed: {}", letter.subject).into_bytes())
    }

    fn agreement(&self, _profile: &Profile, copy: &AgreementCopy) -> Result<Vec<u8>, String> {
        Ok(format!("not printed: {}", copy.view.agreement.number).into_bytes())
    }
}

/// Why a bundle was not written.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// The case said no.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// It cannot be written where it goes.
    #[error("the bundle cannot be written: {0}")]
    Write(#[from] io::Error),
    /// A part cannot be printed.
    #[error("a part cannot be printed: {0}")]
    Print(String),
}

impl From<StoreError> for BundleError {
    fn from(error: StoreError) -> Self {
        Self::Case(error.into())
    }
}

impl From<zip::result::ZipError> for BundleError {
    fn from(error: zip::result::ZipError) -> Self {
        Self::Write(io::Error::other(error))
    }
}

/// A bundle that may be written: the entry that it was taken is in the chain.
#[derive(Clone, Debug)]
pub struct BundleTicket {
    /// What it is about.
    pub subject: BundleSubject,
    /// What that is called.
    pub title: String,
    /// Its name as a file.
    pub name: String,
    at: Instant,
    by: String,
    head: SignedHead,
}

/// The subject of a kind that a text names: its number or id.
///
/// # Errors
/// [`CaseError::Missing`] when there is none.
pub fn subject(desk: &Desk, kind: &str, text: &str) -> Result<BundleSubject, CaseError> {
    let text = text.trim();
    if kind == "case" {
        let id = match text.parse() {
            Ok(id) => desk.read(|conn| cases::by_id(conn, id))?.id,
            Err(_no_id) => {
                let number = text.to_uppercase();
                desk.read(|conn| cases::by_number(conn, &number))?.ok_or(CaseError::Missing)?.id
            }
        };
        return Ok(BundleSubject::Case(id));
    }
    let id = match kind {
        "application" | "agreement" | "key" => super::named::find(desk, kind, text)?,
        _ => return Err(CaseError::Missing),
    };
    let missing = |_no_id| CaseError::Missing;
    Ok(match kind {
        "application" => BundleSubject::Application(id.parse().map_err(missing)?),
        "agreement" => BundleSubject::Agreement(id.parse().map_err(missing)?),
        _ => BundleSubject::Key(id.parse().map_err(missing)?),
    })
}

/// Notes that a bundle is taken, and lets it be written.
///
/// # Errors
/// [`CaseError::Missing`] for everybody but auditors and the command line, and for what is not there.
pub fn take(desk: &Desk, caller: &Caller, subject: BundleSubject) -> Result<BundleTicket, CaseError> {
    let capacity = caller.actor.acting_as(Role::Auditor)?;
    let (kind, id) = (subject.kind(), subject.id());
    let called = match subject {
        BundleSubject::Case(case) => desk.read(|conn| cases::by_id(conn, case))?.number,
        BundleSubject::Readers(..) => title(desk, "dataset", &id)?,
        BundleSubject::Application(_) | BundleSubject::Agreement(_) | BundleSubject::Key(_) => title(desk, kind, &id)?,
    };
    let span = match subject {
        BundleSubject::Readers(_, span) => json!(span),
        BundleSubject::Application(_)
        | BundleSubject::Agreement(_)
        | BundleSubject::Key(_)
        | BundleSubject::Case(_) => Value::Null,
    };
    desk.act(caller, |work| {
        let act = Act::new("bundle.take", capacity, "bundle", &called).about(subject.about());
        work.record(act.change(Value::Null, json!({ "kind": kind, "id": id, "span": span })))
    })?;
    let head = SignedHead::of(desk, &desk.read(audit::head)?);
    let at = desk.clock.now();
    let short: String = called.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(40).collect();
    let name = format!("evidence-{kind}-{}-{}.zip", short.trim_matches('-'), at.format("%Y%m%dT%H%M%SZ"));
    Ok(BundleTicket { subject, title: called, name, at, by: caller.actor.name.clone(), head })
}

/// One file of a bundle, as the manifest names it.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct BundleFile {
    /// Its name within the ZIP.
    pub name: String,
    /// What it is.
    pub what: String,
    /// Its length.
    pub bytes: u64,
    /// Its SHA-256, hex.
    pub sha256: String,
}

/// A ZIP in the making; nothing of it is kept but the names and hashes.
struct Bundle<W: Write> {
    zip: ZipWriter<StreamWriter<W>>,
    files: Vec<BundleFile>,
    on_file: Box<dyn FnMut(usize)>,
}

impl<W: Write> Bundle<W> {
    fn begin(&mut self, name: &str) -> Result<(), BundleError> {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored).large_file(true);
        Ok(self.zip.start_file(name, options)?)
    }

    /// A file that is at hand whole.
    fn add(&mut self, name: &str, what: &str, content: &[u8]) -> Result<(), BundleError> {
        self.begin(name)?;
        self.zip.write_all(content)?;
        let hash: Hash = Sha256::digest(content).into();
        self.done(name, what, content.len(), &hash);
        Ok(())
    }

    fn add_json(&mut self, name: &str, what: &str, value: &Value) -> Result<(), BundleError> {
        self.add(name, what, serde_json::to_string_pretty(value).unwrap_or_default().as_bytes())
    }

    /// A file of lines, each written as it comes.
    fn add_lines(&mut self, name: &str, what: &str, lines: impl Iterator<Item = String>) -> Result<(), BundleError> {
        self.begin(name)?;
        let (mut sum, mut bytes) = (Sha256::new(), 0_usize);
        for line in lines {
            self.zip.write_all(line.as_bytes())?;
            self.zip.write_all(b"\n")?;
            sum.update(line.as_bytes());
            sum.update(b"\n");
            bytes = bytes.saturating_add(line.len()).saturating_add(1);
        }
        let hash: Hash = sum.finalize().into();
        self.done(name, what, bytes, &hash);
        Ok(())
    }

    fn done(&mut self, name: &str, what: &str, bytes: usize, hash: &Hash) {
        self.files.push(BundleFile {
            name: name.to_owned(),
            what: what.to_owned(),
            bytes: u64::try_from(bytes).unwrap_or(u64::MAX),
            sha256: hex(hash),
        });
        (self.on_file)(self.files.len());
    }
}

/// Writes a bundle; `on_file` hears how many files are written. Gives what the manifest says of each.
///
/// # Errors
/// What cannot be read, printed or written; then what was written is no whole ZIP.
pub fn write(
    desk: &Desk,
    caller: &Caller,
    ticket: &BundleTicket,
    (out, on_file): (impl Write, Box<dyn FnMut(usize)>),
) -> Result<Vec<BundleFile>, BundleError> {
    let mut bundle = Bundle { zip: ZipWriter::new_stream(out), files: Vec::new(), on_file };
    bundle.add("README.txt", "How to read and check this bundle", README.as_bytes())?;
    bundle.add_json("head.json", "The signed head of the audit chain", &json!(ticket.head))?;
    match ticket.subject {
        BundleSubject::Readers(dataset, span) => gather::readers(desk, caller, &mut bundle, dataset, span)?,
        BundleSubject::Application(_)
        | BundleSubject::Agreement(_)
        | BundleSubject::Key(_)
        | BundleSubject::Case(_) => {
            let scope = gather::scope(desk, ticket.subject)?;
            gather::files(desk, caller, &mut bundle, &scope)?;
        }
    }
    let manifest = json!({
        "format": FORMAT, "about": { "kind": ticket.subject.kind(), "id": ticket.subject.id(), "title": ticket.title },
        "city": desk.profile.city.as_str(), "made_at": ticket.at, "made_by": ticket.by, "head": ticket.head.head,
        "files": bundle.files,
    });
    let files = bundle.files.clone();
    bundle.add_json("manifest.json", "", &manifest)?;
    let manifest_hash = bundle.files.last().map(|file| file.sha256.clone()).unwrap_or_default();
    bundle.begin("SHA256SUMS")?;
    for file in &files {
        writeln!(bundle.zip, "{}  {}", file.sha256, file.name)?;
    }
    writeln!(bundle.zip, "{manifest_hash}  manifest.json")?;
    bundle.zip.finish()?.into_inner().flush()?;
    Ok(files)
}

/// An entry as a line: hashes as hexadecimal, everything else as it was hashed.
fn entry_line(entry: &Entry) -> String {
    let mut value = serde_json::to_value(entry).unwrap_or(Value::Null);
    if let Some(parts) = value.as_object_mut() {
        parts.insert("previous".to_owned(), json!(hex(&entry.previous)));
        parts.insert("hash".to_owned(), json!(hex(&entry.hash)));
    }
    value.to_string()
}

const README: &str = "\
This is a bundle of evidence, made by Accord.

manifest.json   what each file is, its length and its SHA-256
SHA256SUMS      the same hashes, for:  sha256sum -c SHA256SUMS
head.json       the end of the audit chain when the bundle was made, signed by the service: Ed25519 over the line
                \u{201c}accord audit head NUMBER:HASH\u{201d}. Compare the public key with the one that the service publishes.
entries.ndjson  entries of the audit chain, one a line. Each carries the hash of the entry before it and its own hash
                over everything it says; whoever changes one must change every later one up to the signed head.
agreements/     the signed texts (the SHA-256 of the file is the hash that was signed), with the signatures' evidence
                as JSON and everything as PDF
terms/          the terms that were accepted; letters/ as they were sent; holds.json, keys.json (never a key's text)
usage-days.csv  calls counted by day of the city, key, dataset, operation and outcome

To check all of it at once, also the entries and the signature:

    accord audit check-bundle FILE

To check that the entries are part of the whole chain, on the service itself:

    accord audit verify --head NUMBER:HASH
";
