//! Makes exports in the background, one at a time: a file is written row by row under a name of its run, and gets its own
//! name when it is whole. What another worker left unfinished is begun again; what is called off is thrown away.

use std::cell::Cell;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::kept::{part_path, whole_path};
use super::rows::between;
use super::{ExportError, ExportTicket, write};
use crate::cases::errands::{self, begin, is_lost};
use crate::cases::{Caller, CaseError, Desk};
use crate::domain::audit::{Hash, hex};
use crate::domain::errand::{Command, Progress, Step};
use crate::domain::export::{Export, Exporting, Made};
use crate::domain::people::Capacity;
use crate::domain::time::Instant;
use crate::store::{errands as book, exports};

/// Rows between two notes of progress.
const ROWS_A_NOTE: u64 = 5_000;
/// Seconds between two notes of progress, where rows come slowly.
const SECONDS_A_NOTE: i64 = 2;

/// Why a run ended before its last row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Halt {
    /// It is no longer this run's.
    Lost,
    /// The service stops.
    Stopping,
}

/// One round: deletes files whose last day is over, and makes the export whose turn it is. `is_stopping` is asked now and
/// then; a run that has to stop is left to the next. Gives how many exports it ended.
///
/// # Errors
/// What the store says, or that the folder cannot be used.
pub fn round(desk: &Desk, is_stopping: &dyn Fn() -> bool) -> Result<usize, CaseError> {
    let service = Caller::service("exports");
    let mut ended = expire(desk, &service)?;
    if is_stopping() {
        return Ok(ended);
    }
    sweep(desk)?;
    let rows = |export: &Export| {
        let span = between(desk, export.wish);
        Ok(Progress::of(Step::Writing, desk.read(|conn| exports::count(conn, &export.wish, span))?))
    };
    if let Some(export) = begin(desk, &service, rows)? {
        ended += usize::from(make(desk, (&service, is_stopping), &export)?);
    }
    Ok(ended)
}

/// Deletes what was kept for its days. The row stays and says so.
fn expire(desk: &Desk, service: &Caller) -> Result<usize, CaseError> {
    let over = desk.read(|conn| book::over::<Exporting>(conn, desk.clock.now()))?;
    for export in &over {
        end(desk, service, export, ("export.expire", &Command::Expire))?;
        remove(&whole_path(&desk.options.exports.folder, export));
    }
    Ok(over.len())
}

/// Throws away files that nobody can take any more: of runs that ended by a `kill -9` or were called off, and of people
/// who are gone.
fn sweep(desk: &Desk) -> Result<(), CaseError> {
    let Ok(found) = fs::read_dir(&desk.options.exports.folder) else { return Ok(()) };
    let files: Vec<_> = found.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    if files.is_empty() {
        return Ok(());
    }
    let standing = desk.read(|conn| book::in_states::<Exporting>(conn, &["asked", "running", "done"]))?;
    let folder = &desk.options.exports.folder;
    let kept: Vec<_> =
        standing.iter().flat_map(|export| [part_path(folder, export), whole_path(folder, export)]).collect();
    files.iter().filter(|path| !kept.contains(path)).for_each(|path| remove(path));
    Ok(())
}

/// Writes the file of a run. True where the export came to an end.
fn make(desk: &Desk, (service, is_stopping): (&Caller, &dyn Fn() -> bool), export: &Export) -> Result<bool, CaseError> {
    let folder = &desk.options.exports.folder;
    let part = part_path(folder, export);
    let halt = Cell::new(None);
    let written = written(desk, export, (&part, &halt, is_stopping));
    let ended = match (written, halt.get()) {
        (_, Some(Halt::Lost)) => Err(CaseError::Stale),
        (_, Some(Halt::Stopping)) => errands::put_back(desk, service, export).map(|()| false),
        (Ok(made), None) => {
            fs::rename(&part, whole_path(folder, export)).map_err(|error| unwritable(&error))?;
            let rows = i64::try_from(made.rows).unwrap_or(i64::MAX);
            end(desk, service, export, ("export.make", &Command::Finish(made, rows))).map(|()| true)
        }
        // The store was away: what was written is thrown away, and the next run begins again.
        (Err(ExportError::Case(error)), None) => {
            tracing::warn!(%error, export = %export.id, "an export was broken off and will be begun again");
            errands::put_back(desk, service, export).map(|()| false)
        }
        (Err(ExportError::Write(error)), None) => {
            tracing::error!(%error, export = %export.id, "an export could not be made");
            errands::fail(desk, service, export, Vec::new()).map(|()| true)
        }
    };
    remove(&part);
    match ended {
        Err(error) if is_lost(&error) => {
            remove(&whole_path(folder, export));
            Ok(false)
        }
        ended => ended,
    }
}

fn written(
    desk: &Desk,
    export: &Export,
    (part, halt, is_stopping): (&Path, &Cell<Option<Halt>>, &dyn Fn() -> bool),
) -> Result<Made, ExportError> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(&desk.options.exports.folder)?;
    let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(part)?;
    let mut sink = Sink { file: BufWriter::new(file), hash: Sha256::new(), bytes: 0, halt };
    let mut noted: (u64, Instant) = (0, desk.clock.now());
    let mut on_rows = |rows: u64| {
        let now = desk.clock.now();
        if is_stopping() {
            halt.set(Some(Halt::Stopping));
        } else if rows >= noted.0.saturating_add(ROWS_A_NOTE) || (now - noted.1).num_seconds() >= SECONDS_A_NOTE {
            noted = (rows, now);
            note(desk, export, rows, halt);
        }
    };
    let ticket = ExportTicket { wish: export.wish, name: String::new() };
    let rows = write(desk, &ticket, (&mut sink, &mut on_rows))?;
    sink.file.get_ref().sync_all()?;
    let at = desk.clock.now();
    let sum: Hash = sink.hash.finalize().into();
    Ok(Made { at, rows, bytes: sink.bytes, sha256: hex(&sum), keep_until: at + desk.options.exports.keep })
}

fn note(desk: &Desk, export: &Export, rows: u64, halt: &Cell<Option<Halt>>) {
    let progress = Progress { done: i64::try_from(rows).unwrap_or(i64::MAX), ..export.progress };
    if !errands::note(desk, export, progress) {
        halt.set(Some(Halt::Lost));
    }
}

/// Ends a run by a command, with the facts of its file in the chain.
fn end(
    desk: &Desk,
    service: &Caller,
    export: &Export,
    (act, command): (&'static str, &Command<Made>),
) -> Result<(), CaseError> {
    desk.act(service, |work| {
        let after = errands::settle(work, export, command)?;
        let facts = after.state.outcome().map(
            |made| json!({ "rows": made.rows, "bytes": made.bytes, "sha256": made.sha256, "until": made.keep_until }),
        );
        errands::record(work, (act, Capacity::Service), &after, (Value::Null, json!(facts)))
    })
}

fn unwritable(error: &io::Error) -> CaseError {
    crate::store::StoreError::Unavailable(format!("an export cannot be written: {error}")).into()
}

/// What is gone already need not be deleted.
fn remove(path: &Path) {
    if let Err(error) = fs::remove_file(path)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(%error, "a file of an export could not be deleted");
    }
}

/// The file, its length and its hash, until the run is halted.
struct Sink<'a> {
    file: BufWriter<File>,
    hash: Sha256,
    bytes: u64,
    halt: &'a Cell<Option<Halt>>,
}

impl Write for Sink<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.halt.get().is_some() {
            return Err(io::Error::other("the run was halted"));
        }
        self.file.write_all(bytes)?;
        self.hash.update(bytes);
        self.bytes = self.bytes.saturating_add(u64::try_from(bytes.len()).unwrap_or(0));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
