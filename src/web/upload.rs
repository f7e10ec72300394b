//! Files in forms and in JSON, and files given back. A file given back is only ever a download: what somebody handed in
//! is never shown as a page of this origin.

use std::convert::Infallible;
use std::pin::pin;
use std::time::Duration;

use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::future::join;
use futures_util::{Stream, StreamExt as _, stream};
use multer::Multipart;
use serde::Deserialize;
use tokio::sync::mpsc;
use utoipa::ToSchema;

use super::body::{declared_length, due_in, more_for};
use super::error::WebError;
use super::fields::{FIELDS_MAX, Fields};
use crate::cases::files::NewFile;
use crate::domain::attachment::{Attachment, FILE_BYTES_MAX, FILES_MAX, FileKind};

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

/// The most bytes of a form with files: as many files of the largest size as are taken at once, and their text.
pub const FORM_BYTES_MAX: usize = FILES_MAX * FILE_BYTES_MAX + 1024 * 1024;
/// The most bytes of a JSON document with files, which are a third longer in base64.
pub const JSON_BYTES_MAX: usize = FORM_BYTES_MAX / 3 * 4 + 1024 * 1024;
/// Pieces on the way from the connection to the reader.
const PIECES: usize = 2;

/// How much of a body is taken, and for how long.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// The most bytes that are looked at.
    pub(super) bytes: usize,
    /// The time that every body has; a longer one has more, as long as it keeps coming.
    pub(super) time: Duration,
}

/// What the connection gave.
#[derive(Debug, PartialEq, Eq)]
enum Given {
    Whole,
    TooMuch,
}

/// Reads `multipart/form-data` (RFC 7578) as it comes in. File fields left empty are not there. A file that is too large,
/// or one too many, is cut off and comes through to the case, which names it at its field: the page then keeps what was
/// typed. Never holds more than the files that may be sent and one beyond.
///
/// # Errors
/// 400 for a form that cannot be read, 408 for one that comes too slowly, 413 for a text that is too large, or a form of
/// more than twice the bound, of which nothing is read.
pub(super) async fn read<E: std::fmt::Display>(
    request: &HttpRequest,
    payload: impl Stream<Item = Result<Bytes, E>>,
    bounds: Bounds,
) -> Result<(Fields, Vec<Uploaded>), WebError> {
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let boundary = multer::parse_boundary(content_type.unwrap_or_default()).map_err(|error| unreadable(&error))?;
    if declared_length(request).is_some_and(|length| length > bounds.bytes.saturating_mul(2)) {
        return Err(too_large());
    }
    // The connection's stream stays on its worker; the reader wants one that could go elsewhere.
    let (sender, receiver) = mpsc::channel::<Bytes>(PIECES);
    let pieces = stream::unfold(receiver, async |mut receiver| {
        receiver.recv().await.map(|piece| (Ok::<_, Infallible>(piece), receiver))
    });
    let mut found = Found::default();
    let (given, read) = join(passed_on(payload, sender, bounds), found.take(Multipart::new(pieces, boundary))).await;
    match (given?, read) {
        (Given::Whole, Ok(())) => {}
        (Given::Whole, Err(error)) => return Err(error),
        // What came of the form is there; the file that was too much stands in it, cut off.
        (Given::TooMuch, _) if found.has_too_much() => {}
        (Given::TooMuch, _) => return Err(too_large()),
    }
    Ok((Fields::from_pairs(found.pairs)?, found.files))
}

fn too_large() -> WebError {
    WebError::files_too_large(FILES_MAX, FILE_BYTES_MAX / (1024 * 1024))
}

/// Passes the body on to the reader, up to the bound; as much again is thrown away, so that a browser gets to read the
/// answer, and then the connection is left.
async fn passed_on<E: std::fmt::Display>(
    payload: impl Stream<Item = Result<Bytes, E>>,
    sender: mpsc::Sender<Bytes>,
    bounds: Bounds,
) -> Result<Given, WebError> {
    let mut payload = pin!(payload);
    let due = due_in(bounds.time);
    let (mut came, mut reader) = (0_usize, Some(sender));
    loop {
        let next = tokio::time::timeout_at(due + more_for(came), payload.next()).await;
        let Some(piece) = next.map_err(|_elapsed| WebError::timed_out())? else { break };
        let piece = piece.map_err(|error| {
            WebError::bad_request("body_broken", format!("What you sent ended before it was complete: {error}."))
        })?;
        came = came.saturating_add(piece.len());
        if came > bounds.bytes.saturating_mul(2) {
            break;
        }
        reader = reader.filter(|_| came <= bounds.bytes);
        if let Some(sender) = &reader
            && sender.send(piece).await.is_err()
        {
            // A reader that has given up says why by itself.
            reader = None;
        }
    }
    Ok(if came > bounds.bytes { Given::TooMuch } else { Given::Whole })
}

/// What was read of a form so far.
#[derive(Debug, Default)]
struct Found {
    pairs: Vec<(String, String)>,
    files: Vec<Uploaded>,
}

impl Found {
    /// Whether something is in it that the case refuses by name.
    fn has_too_much(&self) -> bool {
        self.files.len() > FILES_MAX || self.files.iter().any(|one| one.file.content.len() > FILE_BYTES_MAX)
    }

    async fn take(&mut self, mut parts: Multipart<'_>) -> Result<(), WebError> {
        while let Some(mut part) = parts.next_field().await.map_err(|error| unreadable(&error))? {
            if self.pairs.len() > FIELDS_MAX {
                return Err(WebError::bad_request("too_many_fields", "Too many fields were sent at once."));
            }
            let field = part.name().unwrap_or_default().to_owned();
            let Some(name) = part.file_name().map(str::to_owned) else {
                let mut content = Vec::new();
                keep(&mut part, TEXT_BYTES_MAX, &mut content).await?;
                self.pairs.push((field, text(content)?));
                continue;
            };
            if self.files.len() > FILES_MAX {
                keep(&mut part, 0, &mut Vec::new()).await?;
                continue;
            }
            // Kept while it comes, so that one that is cut off is there.
            self.files.push(Uploaded { field, file: NewFile { name, content: Vec::new() } });
            let Some(last) = self.files.last_mut() else { continue };
            keep(&mut part, FILE_BYTES_MAX, &mut last.file.content).await?;
            if last.file.name.is_empty() && last.file.content.is_empty() {
                self.files.pop();
            }
        }
        Ok(())
    }
}

/// Reads a part to its end and keeps no more than one byte above `most` of it.
async fn keep(part: &mut multer::Field<'_>, most: usize, content: &mut Vec<u8>) -> Result<(), WebError> {
    while let Some(piece) = part.chunk().await.map_err(|error| unreadable(&error))? {
        let room = most.saturating_add(1).saturating_sub(content.len());
        content.extend(piece.iter().take(room));
    }
    Ok(())
}

fn text(content: Vec<u8>) -> Result<String, WebError> {
    if content.len() > TEXT_BYTES_MAX {
        return Err(WebError::too_large(TEXT_BYTES_MAX));
    }
    String::from_utf8(content).map_err(|error| {
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

    use super::*;
    use crate::domain::attachment::check_count;

    const BOUNDS: Bounds = Bounds { bytes: FORM_BYTES_MAX, time: Duration::from_secs(20) };

    fn posted() -> TestRequest {
        TestRequest::post().insert_header((header::CONTENT_TYPE, "multipart/form-data; boundary=x"))
    }

    async fn given(request: TestRequest, body: Vec<u8>) -> Result<(Fields, Vec<Uploaded>), WebError> {
        let pieces: Vec<_> =
            body.chunks(64 * 1024).map(|piece| Ok::<_, Infallible>(Bytes::copy_from_slice(piece))).collect();
        read(&request.to_http_request(), stream::iter(pieces), BOUNDS).await
    }

    async fn form(parts: &[&str]) -> Result<(Fields, Vec<Uploaded>), WebError> {
        given(posted(), format!("--x\r\n{}\r\n--x--\r\n", parts.join("\r\n--x\r\n")).into_bytes()).await
    }

    const TEXT: &str = "Content-Disposition: form-data; name=\"what\"\r\n\r\none\r\ntwo día";
    const FILE: &str =
        "Content-Disposition: form-data; name=\"files\"; filename=\"a.txt\"\r\nContent-Type: text/html\r\n\r\nhello";
    const NO_FILE: &str = "Content-Disposition: form-data; name=\"files\"; filename=\"\"\r\nContent-Type: application/octet-stream\r\n\r\n";

    #[tokio::test]
    async fn texts_and_files_of_a_form_are_read_and_empty_file_fields_are_not_there() {
        let (fields, files) = form(&[TEXT, NO_FILE, FILE]).await.unwrap();
        assert_eq!(fields.get("what"), Some("one\ntwo día"));
        let found: Vec<_> = files.iter().map(|file| (file.field.as_str(), file.file.name.as_str())).collect();
        assert_eq!(found, [("files", "a.txt")]);
        assert_eq!(files[0].file.content, b"hello");
    }

    #[tokio::test]
    async fn a_broken_or_over_full_form_is_refused_with_its_reason() {
        assert_eq!(form(&["no head at all"]).await.unwrap_err().code(), "form_unreadable");
        let long = format!("Content-Disposition: form-data; name=\"what\"\r\n\r\n{}", "a".repeat(TEXT_BYTES_MAX + 1));
        assert_eq!(form(&[&long]).await.unwrap_err().status().as_u16(), 413);
        let no_boundary = TestRequest::post().insert_header((header::CONTENT_TYPE, "multipart/form-data"));
        assert_eq!(given(no_boundary, Vec::new()).await.unwrap_err().code(), "form_unreadable");
        let cut_off = format!("--x\r\n{FILE}");
        assert_eq!(given(posted(), cut_off.into_bytes()).await.unwrap_err().code(), "form_unreadable");
    }

    #[tokio::test]
    async fn a_file_too_large_and_one_too_many_come_through_to_be_named_and_the_text_is_kept() {
        let large = FILE.replace("hello", &"a".repeat(FILE_BYTES_MAX + 7));
        let (fields, files) = form(&[&large, TEXT]).await.unwrap();
        assert_eq!(fields.get("what"), Some("one\ntwo día"));
        let id = crate::domain::id::AttachmentId::from_uuid(uuid::Uuid::nil());
        assert_eq!(files[0].file.content.len(), FILE_BYTES_MAX + 1, "no more of it is kept");
        let refusal = Attachment::check(id, &files[0].file.name, &files[0].file.content).unwrap_err();
        assert_eq!(refusal.code, "file_too_large");
        let (fields, files) = form(&[&[FILE; FILES_MAX + 3][..], &[TEXT]].concat()).await.unwrap();
        assert_eq!(check_count(files.len()).unwrap_err().code, "too_many_files");
        assert!(fields.get("what").is_some());
    }

    #[tokio::test]
    async fn five_files_of_ten_megabytes_are_taken_and_more_than_that_keeps_the_text() {
        let full = FILE.replace("hello", &"a".repeat(FILE_BYTES_MAX));
        let (fields, files) = form(&[TEXT, &full, &full, &full, &full, &full]).await.unwrap();
        assert!(fields.get("what").is_some());
        assert!(files.len() == FILES_MAX && files.iter().all(|file| file.file.content.len() == FILE_BYTES_MAX));
        let huge = FILE.replace("hello", &"a".repeat(FORM_BYTES_MAX));
        let (fields, files) = form(&[TEXT, &huge]).await.unwrap();
        assert_eq!((fields.get("what"), files.len()), (Some("one\ntwo día"), 1));
        assert_eq!(files[0].file.content.len(), FILE_BYTES_MAX + 1);
        let far_more = posted().insert_header((header::CONTENT_LENGTH, 2 * FORM_BYTES_MAX + 1));
        let refused = given(far_more, Vec::new()).await.unwrap_err();
        assert_eq!(refused.status().as_u16(), 413, "of which nothing is read");
        assert!(refused.detail().contains("choose smaller files"), "{}", refused.detail());
    }

    #[tokio::test]
    async fn a_form_that_stops_coming_is_left() {
        let never =
            stream::once(async { Ok::<_, Infallible>(Bytes::from_static(b"--x\r\n")) }).chain(stream::pending());
        let bounds = Bounds { time: Duration::from_millis(5), ..BOUNDS };
        let refused = read(&posted().to_http_request(), never, bounds).await.unwrap_err();
        assert_eq!(refused.status().as_u16(), 408);
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
