//! The packet for the state's commission: a ZIP of the record's texts, with a manifest that names the SHA-256 of each.
//! The same record always makes the same bytes.

use std::io::{Cursor, Write as _};

use serde_json::json;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::record::Text;
use crate::cases::CaseError;
use crate::domain::appeal::{Appeal, Part};
use crate::store::StoreError;

/// A packet.
#[derive(Clone, Debug)]
pub struct Packet {
    /// Its name as a file.
    pub name: String,
    /// Its texts.
    pub texts: Vec<Text>,
    /// What the manifest says of each.
    pub parts: Vec<Part>,
    /// Whether these are the texts that the clerk compiled.
    pub is_compiled: bool,
    /// The ZIP.
    pub bytes: Vec<u8>,
}

pub(super) fn make(appeal: &Appeal, texts: Vec<Text>) -> Result<Packet, CaseError> {
    let parts: Vec<Part> = texts.iter().map(Text::part).collect();
    let is_compiled = !appeal.record.is_empty();
    let bytes = zipped(appeal, &texts, &parts, is_compiled)
        .map_err(|error| StoreError::Corrupt { what: "packet", why: error.to_string() })?;
    Ok(Packet { name: format!("{}-packet.zip", appeal.number), texts, parts, is_compiled, bytes })
}

fn zipped(
    appeal: &Appeal,
    texts: &[Text],
    parts: &[Part],
    is_compiled: bool,
) -> Result<Vec<u8>, zip::result::ZipError> {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for text in texts {
        writer.start_file(text.name.as_str(), options)?;
        writer.write_all(text.body.as_bytes())?;
    }
    let manifest = json!({
        "appeal": appeal.number, "about": appeal.contested.what, "is_compiled_by_the_clerk": is_compiled,
        "state_commission_by": appeal.clocks.state_by.due, "parts": parts,
    });
    writer.start_file("manifest.json", options)?;
    writer.write_all(serde_json::to_string_pretty(&manifest).unwrap_or_default().as_bytes())?;
    writer.start_file("SHA256SUMS", options)?;
    for part in parts {
        writeln!(writer, "{}  {}", part.sha256, part.name)?;
    }
    Ok(writer.finish()?.into_inner())
}
