//! A file that somebody handed in with an act: evidence, an answer's proof, a record that was produced. It is kept as it
//! came and shown only as a download. Must never trust a name or a media type that a browser claims: the kind is read
//! from the content.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::audit::hex;
use super::id::AttachmentId;
use super::refusal::Refusal;

/// Largest file, in bytes.
pub const FILE_BYTES_MAX: usize = 10 * 1024 * 1024;
/// Most files of one act.
pub const FILES_MAX: usize = 5;
/// Longest name of a file, in characters.
pub const FILE_NAME_MAX: usize = 120;

/// What may be handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    /// A PDF document.
    Pdf,
    /// A PNG image.
    Png,
    /// A JPEG image.
    Jpeg,
    /// A table.
    Csv,
    /// JSON or GeoJSON.
    Json,
    /// Plain text.
    Text,
    /// A ZIP archive; it is kept shut.
    Zip,
}

impl FileKind {
    /// Every kind, with the endings of its names and its media type.
    const ALL: [(Self, &'static [&'static str], &'static str); 7] = [
        (Self::Pdf, &["pdf"], "application/pdf"),
        (Self::Png, &["png"], "image/png"),
        (Self::Jpeg, &["jpg", "jpeg"], "image/jpeg"),
        (Self::Csv, &["csv"], "text/csv; charset=utf-8"),
        (Self::Json, &["json", "geojson"], "application/json"),
        (Self::Text, &["txt", "log", "md"], "text/plain; charset=utf-8"),
        (Self::Zip, &["zip"], "application/zip"),
    ];

    /// The endings of names that are taken, for the `accept` of a file field.
    #[must_use]
    pub fn endings() -> Vec<String> {
        Self::ALL.iter().flat_map(|(_, endings, _)| endings.iter().map(|ending| format!(".{ending}"))).collect()
    }

    fn of_name(name: &str) -> Option<Self> {
        let ending = name.rsplit_once('.')?.1.to_ascii_lowercase();
        Self::ALL.iter().find(|(_, endings, _)| endings.contains(&ending.as_str())).map(|(kind, ..)| *kind)
    }

    /// Its media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        Self::ALL.iter().find(|(kind, ..)| *kind == self).map_or("application/octet-stream", |(.., media)| media)
    }

    /// Whether the content is what the name says.
    fn fits(self, content: &[u8]) -> bool {
        let is_text = || std::str::from_utf8(content).is_ok_and(|text| !text.contains('\0'));
        match self {
            Self::Pdf => content.starts_with(b"%PDF-"),
            Self::Png => content.starts_with(b"\x89PNG\r\n\x1a\n"),
            Self::Jpeg => content.starts_with(b"\xff\xd8\xff"),
            Self::Zip => content.starts_with(b"PK\x03\x04") || content.starts_with(b"PK\x05\x06"),
            Self::Json => serde_json::from_slice::<serde::de::IgnoredAny>(content).is_ok(),
            Self::Csv | Self::Text => is_text(),
        }
    }
}

/// A file, without its content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Its id.
    pub id: AttachmentId,
    /// Its name, without any folder.
    pub name: String,
    /// What it is.
    pub kind: FileKind,
    /// Its length in bytes.
    pub bytes: u64,
    /// SHA-256 of the content, hex.
    pub sha256: String,
}

impl Attachment {
    /// Looks at a file that was handed in.
    ///
    /// # Errors
    /// `file_empty`, `file_too_large`, `file_name` and `file_kind`, each naming the file.
    pub fn check(id: AttachmentId, name: &str, content: &[u8]) -> Result<Self, Refusal> {
        let name = bare(name);
        let length = name.chars().count();
        if length == 0 || length > FILE_NAME_MAX || name.starts_with('.') {
            let text =
                format!("Give the file a name of 1 to {FILE_NAME_MAX} characters that does not begin with a dot.");
            return Err(Refusal::new("file_name", text));
        }
        if content.is_empty() {
            return Err(Refusal::new("file_empty", format!("The file “{name}” is empty. Choose it again.")));
        }
        if content.len() > FILE_BYTES_MAX {
            let mib = FILE_BYTES_MAX / (1024 * 1024);
            return Err(Refusal::new("file_too_large", format!("The file “{name}” is larger than {mib} MB.")));
        }
        let kind = FileKind::of_name(&name).filter(|kind| kind.fits(content)).ok_or_else(|| {
            let taken = FileKind::endings().join(", ");
            let text = format!(
                "The file “{name}” is not taken: it must be one of {taken}, and its content must be of that kind."
            );
            Refusal::new("file_kind", text)
        })?;
        let bytes = u64::try_from(content.len()).unwrap_or(u64::MAX);
        Ok(Self { id, name, kind, bytes, sha256: hex(&Sha256::digest(content)) })
    }
}

/// No more files than one act may have.
///
/// # Errors
/// `too_many_files`.
pub fn check_count(count: usize) -> Result<(), Refusal> {
    if count > FILES_MAX {
        return Err(Refusal::new("too_many_files", format!("Send at most {FILES_MAX} files at once.")));
    }
    Ok(())
}

/// The last part of a name that may come with folders, without control characters and marks that a shell or a header
/// could take for something else.
fn bare(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept = last.chars().map(|c| if c.is_control() || "\"<>|:*?;".contains(c) { '_' } else { c });
    kept.collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, content: &[u8]) -> Result<Attachment, &'static str> {
        Attachment::check(AttachmentId::from_uuid(uuid::Uuid::nil()), name, content).map_err(|refusal| refusal.code)
    }

    #[test]
    fn a_file_is_what_its_content_is_and_not_what_its_name_says() {
        let taken: [(&str, &[u8], FileKind); 9] = [
            ("proof.pdf", b"%PDF-1.7 ...", FileKind::Pdf),
            ("Shot.PNG", b"\x89PNG\r\n\x1a\n...", FileKind::Png),
            ("a.jpeg", b"\xff\xd8\xff\xe0", FileKind::Jpeg),
            ("rows.csv", b"a,b\n1,2\n", FileKind::Csv),
            ("map.geojson", b"{\"type\":\"FeatureCollection\"}", FileKind::Json),
            ("notes.txt", "día".as_bytes(), FileKind::Text),
            ("all.zip", b"PK\x03\x04", FileKind::Zip),
            ("C:\\Users\\me\\proof.pdf", b"%PDF-1.4", FileKind::Pdf),
            ("../../etc/rows.csv", b"x", FileKind::Csv),
        ];
        for (name, content, kind) in taken {
            let file = check(name, content).unwrap();
            assert_eq!(file.kind, kind, "{name}");
            assert!(!file.name.contains(['/', '\\']), "{name}");
            assert_eq!(file.sha256.len(), 64);
        }
        let refused: [(&str, &[u8], &str); 10] = [
            ("page.html", b"<script>", "file_kind"),
            ("picture.svg", b"<svg/>", "file_kind"),
            ("proof.pdf", b"<html>", "file_kind"),
            ("a.png", b"GIF89a", "file_kind"),
            ("rows.csv", b"a\0b", "file_kind"),
            ("x.json", b"{\"a\":", "file_kind"),
            ("noending", b"x", "file_kind"),
            ("empty.txt", b"", "file_empty"),
            (".hidden.txt", b"x", "file_name"),
            ("", b"x", "file_name"),
        ];
        for (name, content, code) in refused {
            assert_eq!(check(name, content).unwrap_err(), code, "{name}");
        }
        assert_eq!(check("big.txt", &vec![b'a'; FILE_BYTES_MAX + 1]).unwrap_err(), "file_too_large");
        assert!(check("big.txt", &vec![b'a'; FILE_BYTES_MAX]).is_ok());
    }

    #[test]
    fn an_act_has_a_bounded_number_of_files_and_names_cannot_break_a_header() {
        assert!(check_count(FILES_MAX).is_ok());
        assert_eq!(check_count(FILES_MAX + 1).unwrap_err().code, "too_many_files");
        let named = check("a\"; filename=\"evil\r\n.txt", b"x").unwrap().name;
        assert!(!named.contains(['"', ';', '\r', '\n']), "{named}");
    }
}
