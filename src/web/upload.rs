//! Files in forms and in JSON, and files given back. A file given back is only ever a download: what somebody handed in
//! is never shown as a page of this origin.

use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::stream;
use multer::Multipart;
use serde::Deserialize;
use utoipa::ToSchema;

use super::error::WebError;
use super::fields::{FIELDS_MAX, Fields};
use crate::cases::files::NewFile;
use crate::domain::attachment::{Attachment, FILES_MAX, FileKind};

/// Longest text field of a form with files, in bytes.
const TEXT_BYTES_MAX: usize = 256 * 1024;

/// A file of a posted form.
#[derive(Clone, Debug)]
pub struct Uploaded {
    /// The field it was chosen in.
    pub field: String,
    /// The file.
    pub file: NewFile,
}

/// A file inside a JSON document.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FileGiven {
    /// Its name, with the ending of its kind.
    pub name: String,
    /// Its content in base64 (RFC 4648 section 4).
    pub content: String,
}

impl std::fmt::Debug for FileGiven {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FileGiven").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The files of a JSON document.
///
/// # Errors
/// 400 where the content is not base64.
pub fn files_given(given: Vec<FileGiven>) -> Result<Vec<NewFile>, WebError> {
    let decode = |FileGiven { name, content }| {
        let content = STANDARD.decode(content).map_err(|_not_base64| {
            WebError::bad_request("file_encoding", "The content of a file is not base64 (RFC 4648 section 4).")
        })?;
        Ok(NewFile { name, content })
    };
    given.into_iter().map(decode).collect()
}

/// Content for a JSON document, in base64.
#[must_use]
pub fn in_base64(content: &[u8]) -> String {
    STANDARD.encode(content)
}

/// Reads `multipart/form-data` (RFC 7578). File fields left empty are not there.
///
/// # Errors
/// 400 for a form that cannot be read, 413 for a text that is too large.
pub(super) async fn read(request: &HttpRequest, body: Bytes) -> Result<(Fields, Vec<Uploaded>), WebError> {
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let boundary = multer::parse_boundary(content_type.unwrap_or_default()).map_err(|error| unreadable(&error))?;
    // The guard bounded the whole. A file that is too large, or one too many, comes through to the case, which names it at
    // its field: the page then keeps what was typed.
    let mut parts = Multipart::new(stream::iter([Ok::<_, std::convert::Infallible>(body)]), boundary);
    let (mut pairs, mut files) = (Vec::new(), Vec::new());
    while let Some(part) = parts.next_field().await.map_err(|error| unreadable(&error))? {
        if pairs.len() > FIELDS_MAX {
            return Err(WebError::bad_request("too_many_fields", "Too many fields were sent at once."));
        }
        let field = part.name().unwrap_or_default().to_owned();
        let file_name = part.file_name().map(str::to_owned);
        let content = part.bytes().await.map_err(|error| unreadable(&error))?;
        match file_name {
            Some(_) if files.len() > FILES_MAX => {}
            Some(name) if !name.is_empty() || !content.is_empty() => {
                files.push(Uploaded { field, file: NewFile { name, content: content.to_vec() } });
            }
            Some(_) => {}
            None => pairs.push((field, text(&content)?)),
        }
    }
    Ok((Fields::from_pairs(pairs)?, files))
}

fn text(content: &Bytes) -> Result<String, WebError> {
    if content.len() > TEXT_BYTES_MAX {
        return Err(WebError::too_large(TEXT_BYTES_MAX));
    }
    String::from_utf8(content.to_vec()).map_err(|error| {
        WebError::bad_request("field_encoding", format!("The text is not UTF-8: {}.", error.utf8_error()))
    })
}

fn unreadable(error: &multer::Error) -> WebError {
    WebError::bad_request("form_unreadable", format!("The form could not be read: {error}."))
}

/// The file as a download under its own name (RFC 6266), whatever it holds.
#[must_use]
pub fn download(attachment: &Attachment, content: Vec<u8>) -> HttpResponse {
    as_file(&attachment.name, attachment.kind.media_type(), content)
}

/// Bytes as a download.
#[must_use]
pub fn as_file(name: &str, media_type: &str, content: Vec<u8>) -> HttpResponse {
    let ascii: String =
        name.chars().map(|c| if c.is_ascii_graphic() && !"\"\\".contains(c) { c } else { '_' }).collect();
    let encoded: String = name.bytes().map(encoded).collect();
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, media_type.to_owned()))
        .insert_header((
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{encoded}"),
        ))
        .body(content)
}

/// A byte as RFC 8187 wants it.
fn encoded(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
        return char::from(byte).to_string();
    }
    format!("%{byte:02X}")
}

/// What a file field takes, for its `accept` and its hint.
#[must_use]
pub fn accepted() -> String {
    FileKind::endings().join(",")
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use futures_util::FutureExt as _;

    use super::*;
    use crate::domain::attachment::{FILE_BYTES_MAX, check_count};

    fn form(parts: &[&str]) -> Result<(Fields, Vec<Uploaded>), WebError> {
        let body = format!("--x\r\n{}\r\n--x--\r\n", parts.join("\r\n--x\r\n"));
        let request = TestRequest::post()
            .insert_header((header::CONTENT_TYPE, "multipart/form-data; boundary=x"))
            .to_http_request();
        read(&request, Bytes::from(body)).now_or_never().expect("the body is there already")
    }

    const TEXT: &str = "Content-Disposition: form-data; name=\"what\"\r\n\r\none\r\ntwo día";
    const FILE: &str =
        "Content-Disposition: form-data; name=\"files\"; filename=\"a.txt\"\r\nContent-Type: text/html\r\n\r\nhello";
    const NO_FILE: &str = "Content-Disposition: form-data; name=\"files\"; filename=\"\"\r\nContent-Type: application/octet-stream\r\n\r\n";

    #[test]
    fn texts_and_files_of_a_form_are_read_and_empty_file_fields_are_not_there() {
        let (fields, files) = form(&[TEXT, NO_FILE, FILE]).unwrap();
        assert_eq!(fields.get("what"), Some("one\ntwo día"));
        let found: Vec<_> = files.iter().map(|file| (file.field.as_str(), file.file.name.as_str())).collect();
        assert_eq!(found, [("files", "a.txt")]);
        assert_eq!(files[0].file.content, b"hello");
    }

    #[test]
    fn a_broken_or_over_full_form_is_refused_with_its_reason() {
        assert_eq!(form(&["no head at all"]).unwrap_err().code(), "form_unreadable");
        let long = format!("Content-Disposition: form-data; name=\"what\"\r\n\r\n{}", "a".repeat(TEXT_BYTES_MAX + 1));
        assert_eq!(form(&[&long]).unwrap_err().status().as_u16(), 413);
        let request =
            TestRequest::post().insert_header((header::CONTENT_TYPE, "multipart/form-data")).to_http_request();
        assert_eq!(read(&request, Bytes::new()).now_or_never().unwrap().unwrap_err().code(), "form_unreadable");
    }

    #[test]
    fn a_file_too_large_and_one_too_many_come_through_to_be_named_and_the_text_is_kept() {
        let large = FILE.replace("hello", &"a".repeat(FILE_BYTES_MAX + 1));
        let (fields, files) = form(&[&large, TEXT]).unwrap();
        assert_eq!(fields.get("what"), Some("one\ntwo día"));
        let id = crate::domain::id::AttachmentId::from_uuid(uuid::Uuid::nil());
        let refusal = Attachment::check(id, &files[0].file.name, &files[0].file.content).unwrap_err();
        assert_eq!(refusal.code, "file_too_large");
        let (fields, files) = form(&[&[FILE; FILES_MAX + 3][..], &[TEXT]].concat()).unwrap();
        assert_eq!(check_count(files.len()).unwrap_err().code, "too_many_files");
        assert!(fields.get("what").is_some());
    }

    #[test]
    fn a_file_is_given_back_as_a_download_whatever_its_name() {
        let response = as_file("día \"x\".txt", "text/plain; charset=utf-8", b"x".to_vec());
        let disposition = response.headers().get(header::CONTENT_DISPOSITION).unwrap().to_str().unwrap();
        assert_eq!(disposition, "attachment; filename=\"d_a__x_.txt\"; filename*=UTF-8''d%C3%ADa%20%22x%22.txt");
    }

    #[test]
    fn files_in_json_are_base64() {
        let given = |content: &str| vec![FileGiven { name: "a.txt".to_owned(), content: content.to_owned() }];
        assert_eq!(files_given(given("aGVsbG8=")).unwrap()[0].content, b"hello");
        assert_eq!(files_given(given("%%%")).unwrap_err().code(), "file_encoding");
    }
}
