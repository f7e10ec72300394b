//! Answers that are written as they are made: work on a thread of its own writes, the client reads, and between them lies
//! no more than a few pieces. What fails half-way cuts the answer short, so that nobody takes it for whole.

use std::io::{self, Write};

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Bytes;
use tokio::sync::{Semaphore, mpsc};

use super::error::WebError;

/// Answers that are made at the same time; each has a thread.
const AT_ONCE: usize = 4;
/// Bytes of one piece.
const PIECE: usize = 64 * 1024;
/// Pieces that wait for the client.
const WAITING: usize = 4;

static ROOM: Semaphore = Semaphore::const_new(AT_ONCE);

type Piece = Result<Bytes, io::Error>;

/// Where the work writes.
pub struct Outlet {
    sender: mpsc::Sender<Piece>,
    held: Vec<u8>,
}

impl Outlet {
    fn send(&mut self) -> io::Result<()> {
        if self.held.is_empty() {
            return Ok(());
        }
        let piece = Bytes::from(std::mem::take(&mut self.held));
        let gone = |_closed| io::Error::new(io::ErrorKind::BrokenPipe, "the client has gone");
        self.sender.blocking_send(Ok(piece)).map_err(gone)
    }
}

impl Write for Outlet {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.held.extend_from_slice(bytes);
        if self.held.len() >= PIECE {
            self.send()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.send()
    }
}

/// A file of the disk, as long as it may be.
///
/// # Errors
/// As [`file()`].
pub fn copy(name: &str, media_type: &str, mut from: std::fs::File) -> Result<HttpResponse, WebError> {
    file(name, media_type, move |outlet| {
        io::copy(&mut from, outlet)?;
        outlet.flush()?;
        Ok(())
    })
}

/// A file that `work` writes. It must flush at its end; what it fails with is logged, and the answer breaks off.
///
/// # Errors
/// 503 when as many are being made as may be.
pub fn file(
    name: &str,
    media_type: &str,
    work: impl FnOnce(&mut Outlet) -> Result<(), Box<dyn std::error::Error + Send + Sync>> + Send + 'static,
) -> Result<HttpResponse, WebError> {
    let place = ROOM.try_acquire().map_err(|error| WebError::unavailable(10, "find room to make a file", error))?;
    let (sender, mut receiver) = mpsc::channel::<Piece>(WAITING);
    tokio::task::spawn_blocking(move || {
        let mut outlet = Outlet { sender: sender.clone(), held: Vec::new() };
        let done = work(&mut outlet);
        if let Err(error) = done {
            tracing::warn!(%error, "a file was not made to its end");
            let _nobody_reads_any_more = sender.blocking_send(Err(io::Error::other("not made to its end")));
        }
        drop(place);
    });
    let pieces = futures_util::stream::poll_fn(move |context| receiver.poll_recv(context));
    let plain: String = name.chars().filter(|c| c.is_ascii_graphic() && !"\"\\".contains(*c)).collect();
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, media_type.to_owned()))
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{plain}\"")))
        .streaming(pieces))
}
