//! Reading a `data.json`: bounded, record by record, with a report. Must never hold more than one raw record at a
//! time, and never let one record stop the others.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::mend::mend;
use super::syntax::WebUrl;
use super::{
    CATALOGUE_BYTES_MAX, CONFORMS_TO, Imported, RECORDS_MAX, Repair, RepairCode, SkipCode, Skipped, TITLE_MAX,
};
use crate::domain::terms::TextHash;
use crate::domain::text::{Line, scrub};

/// A catalogue as it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parsed {
    /// What the file says of itself.
    pub catalogue: Catalogue,
    /// Each record of the file, in order.
    pub records: Vec<Result<Imported, Skipped>>,
    /// The counts.
    pub report: Report,
}

/// What a catalogue says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalogue {
    /// Its title, where it has one.
    pub title: Option<String>,
    /// Its own address.
    pub url: Option<WebUrl>,
    /// The standard it says it follows.
    pub conforms_to: Option<String>,
}

/// How an import went.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Records in the file.
    pub records: usize,
    /// Taken in as they were.
    pub clean: usize,
    /// Taken in after mending.
    pub repaired: usize,
    /// Left out.
    pub skipped: usize,
    /// Records by kind of repair; a record with several kinds counts in each.
    pub repairs: BTreeMap<RepairCode, usize>,
    /// Records by reason for being left out.
    pub skips: BTreeMap<SkipCode, usize>,
    /// Remarks on the file as a whole.
    pub remarks: Vec<String>,
}

/// Why a catalogue could not be read at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CatalogueError {
    /// The file is longer than [`CATALOGUE_BYTES_MAX`].
    #[error("the catalogue has {bytes} bytes; at most {CATALOGUE_BYTES_MAX} are read")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// It holds more than [`RECORDS_MAX`] records.
    #[error("the catalogue has {records} records; at most {RECORDS_MAX} are read")]
    TooManyRecords {
        /// How many it has.
        records: usize,
    },
    /// It is not JSON.
    #[error("the catalogue is not valid JSON: line {line}, column {column}: {message}")]
    Broken {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What is wrong there.
        message: String,
    },
    /// It is JSON, but not a catalogue.
    #[error("the file is not a data.json catalogue: {0}")]
    NotACatalogue(String),
}

/// Reads a catalogue. Relative addresses are taken from `base`, else from the catalogue's own address.
///
/// # Errors
/// [`CatalogueError`] where nothing at all can be read.
pub fn parse(bytes: &[u8], base: Option<&WebUrl>) -> Result<Parsed, CatalogueError> {
    if bytes.len() > CATALOGUE_BYTES_MAX {
        return Err(CatalogueError::TooLong { bytes: bytes.len() });
    }
    let bytes = bytes.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(bytes);
    let mut reading = Reading { base: base.and_then(|base| Url::parse(base.as_str()).ok()), ..Reading::default() };
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    (&mut reading)
        .deserialize(&mut deserializer)
        .and_then(|()| deserializer.end())
        .map_err(|error| broken(&error, bytes))?;
    if reading.count > RECORDS_MAX {
        return Err(CatalogueError::TooManyRecords { records: reading.count });
    }
    if !reading.has_records {
        return Err(CatalogueError::NotACatalogue("it has no list named \"dataset\".".to_owned()));
    }
    make_unique(&mut reading.records);
    let report = report(&reading.records, &reading.catalogue, reading.is_bare_list);
    Ok(Parsed { catalogue: reading.catalogue, records: reading.records, report })
}

fn broken(error: &serde_json::Error, bytes: &[u8]) -> CatalogueError {
    let text = error.to_string();
    let message = text.split(" at line ").next().unwrap_or(&text).to_owned();
    if error.is_data() {
        return CatalogueError::NotACatalogue(message);
    }
    let is_page = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<');
    let hint = if is_page { " (this looks like a web page; give the address of the data.json itself)" } else { "" };
    CatalogueError::Broken { line: error.line(), column: error.column(), message: format!("{message}{hint}") }
}

/// What has been read so far.
#[derive(Default)]
struct Reading {
    base: Option<Url>,
    catalogue: Catalogue,
    records: Vec<Result<Imported, Skipped>>,
    count: usize,
    has_records: bool,
    is_bare_list: bool,
}

impl<'de> DeserializeSeed<'de> for &mut Reading {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut Reading {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a catalogue: an object with a list named \"dataset\"")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            match name.as_str() {
                "dataset" => map.next_value_seed(Records(self))?,
                "title" => self.catalogue.title = short_text(&map.next_value()?),
                "conformsTo" => self.catalogue.conforms_to = short_text(&map.next_value()?),
                "@id" => {
                    let address = short_text(&map.next_value()?);
                    self.catalogue.url = address.and_then(|text| WebUrl::parse("@id", &text).ok());
                    let own = self.catalogue.url.as_ref().and_then(|url| Url::parse(url.as_str()).ok());
                    self.base = self.base.take().or(own);
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }

    /// The standard before 1.1 was a bare list of records.
    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<(), A::Error> {
        self.is_bare_list = true;
        Records(self).visit_seq(seq)
    }
}

/// The list of records, each turned over as it is read.
struct Records<'a>(&'a mut Reading);

impl<'de> DeserializeSeed<'de> for Records<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Records<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of records under \"dataset\"")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let reading = self.0;
        reading.has_records = true;
        loop {
            if reading.count >= RECORDS_MAX {
                if seq.next_element::<IgnoredAny>()?.is_none() {
                    return Ok(());
                }
            } else {
                let Some(record) = seq.next_element::<Value>()? else { return Ok(()) };
                reading.records.push(mend(reading.count, &record, reading.base.as_ref()));
            }
            reading.count += 1;
        }
    }
}

fn short_text(value: &Value) -> Option<String> {
    let text = scrub(value.as_str()?).chars().take(TITLE_MAX).collect::<String>();
    (!text.is_empty()).then_some(text)
}

/// Makes identifiers unique, leaves out records that stand there twice, and tells apart titles that do.
fn make_unique(records: &mut [Result<Imported, Skipped>]) {
    let mut identifiers: BTreeSet<String> = BTreeSet::new();
    let mut seen: BTreeSet<(String, String)> = BTreeSet::new();
    for record in records.iter_mut() {
        let Ok(imported) = record else { continue };
        if !seen.insert((imported.identifier.to_string(), imported.metadata.title.to_string())) {
            let reason = "An earlier record has the same identifier and the same title.";
            *record = Err(left_out(imported, SkipCode::Duplicate, reason));
            continue;
        }
        if identifiers.insert(imported.identifier.to_string()) {
            continue;
        }
        *record = rename(imported, &identifiers);
        if let Ok(renamed) = record {
            identifiers.insert(renamed.identifier.to_string());
        }
    }
    let mut titles: BTreeMap<String, usize> = BTreeMap::new();
    for imported in records.iter().flatten() {
        *titles.entry(imported.metadata.title.as_str().to_lowercase()).or_default() += 1;
    }
    for imported in records.iter_mut().flatten() {
        if titles.get(&imported.metadata.title.as_str().to_lowercase()).is_some_and(|&uses| uses > 1) {
            tell_apart(imported, &mut titles);
        }
    }
}

fn left_out(imported: &Imported, code: SkipCode, reason: &str) -> Skipped {
    Skipped {
        index: imported.index,
        identifier: Some(imported.identifier.to_string()),
        title: Some(imported.metadata.title.to_string()),
        code,
        reason: reason.to_owned(),
    }
}

/// A record whose identifier is taken, under one made from its title, so that a second import finds it again.
fn rename(imported: &Imported, taken: &BTreeSet<String>) -> Result<Imported, Skipped> {
    const HASH_DIGITS: usize = 12;
    let hash: String = TextHash::of(imported.metadata.title.as_str()).to_string().chars().take(HASH_DIGITS).collect();
    let name = format!("{}#{hash}", imported.identifier);
    if taken.contains(&name) {
        return Err(left_out(imported, SkipCode::Duplicate, "An earlier record has its identifier."));
    }
    let too_long = "An earlier record has the same identifier, which is too long to be told apart.";
    let identifier =
        Line::parse("identifier", &name).map_err(|_too_long| left_out(imported, SkipCode::LongIdentifier, too_long))?;
    let message = format!("An earlier record has this identifier too; kept as {identifier}.");
    let mut renamed = Imported { identifier, ..imported.clone() };
    renamed.repairs.push(Repair { field: "identifier".to_owned(), code: RepairCode::Repeated, message });
    Ok(renamed)
}

/// Adds the end of the identifier to a title that several records share, or a hash of it where that end is shared
/// too. All of them get it, whatever their order.
fn tell_apart(imported: &mut Imported, titles: &mut BTreeMap<String, usize>) {
    const TAIL_MAX: usize = 12;
    let identifier = imported.identifier.as_str();
    let last = identifier.trim_end_matches('/').rsplit(['/', ':', '=']).next().unwrap_or(identifier);
    let skipped = last.chars().count().saturating_sub(TAIL_MAX);
    let tail: String = last.chars().skip(skipped).collect();
    let hash: String = TextHash::of(identifier).to_string().chars().take(TAIL_MAX).collect();
    let start: String = imported.metadata.title.as_str().chars().take(TITLE_MAX - TAIL_MAX - 3).collect();
    let is_plain = |end: &String| end.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    let candidates = [tail, hash]
        .into_iter()
        .filter(is_plain)
        .filter_map(|end| Line::parse("title", &format!("{start} ({end})")).ok());
    for title in candidates {
        let uses = titles.entry(title.as_str().to_lowercase()).or_default();
        *uses += 1;
        if *uses == 1 {
            imported.metadata.title = title;
            break;
        }
    }
    let message = "Other records have this title too; the end of the identifier was added.".to_owned();
    imported.repairs.push(Repair { field: "title".to_owned(), code: RepairCode::Repeated, message });
}

fn report(records: &[Result<Imported, Skipped>], catalogue: &Catalogue, is_bare_list: bool) -> Report {
    let mut report = Report { records: records.len(), ..Report::default() };
    for record in records {
        match record {
            Ok(imported) if imported.repairs.is_empty() => report.clean += 1,
            Ok(imported) => {
                report.repaired += 1;
                for code in imported.repairs.iter().map(|repair| repair.code).collect::<BTreeSet<_>>() {
                    *report.repairs.entry(code).or_default() += 1;
                }
            }
            Err(skipped) => {
                report.skipped += 1;
                *report.skips.entry(skipped.code).or_default() += 1;
            }
        }
    }
    if is_bare_list {
        report
            .remarks
            .push("The file is a bare list of records, as before version 1.1; it was read all the same.".to_owned());
    } else if catalogue.conforms_to.as_deref().map(|named| named.trim_end_matches('/')) != Some(CONFORMS_TO) {
        let named = catalogue.conforms_to.as_deref().unwrap_or("nothing");
        report.remarks.push(format!("The file names {named} as its standard; it was read as DCAT-US 1.1."));
    }
    report
}
