//! Exports that are made in the background: asking for one, looking how far it is, calling it off, taking its file. Whoever
//! did not ask for it finds no such thing.

use std::fs::File;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::cases::errands::{self, Audited};
use crate::cases::{Caller, CaseError, Desk};
use crate::domain::export::{Export, ExportWish, Exporting};
use crate::domain::id::ExportId;
use crate::domain::people::Role;
use crate::domain::refusal::Refusal;
use crate::domain::time::day_in;
use crate::store::errands as book;

/// Exports in a person's list.
const LISTED_MAX: i64 = 50;

/// Where files of exports lie, and for how long.
#[derive(Clone, Debug)]
pub struct ExportOptions {
    /// The folder.
    pub folder: PathBuf,
    /// For how long a file is kept once it is made.
    pub keep: chrono::Duration,
}

/// The file of a run while it is written.
pub(super) fn part_path(folder: &Path, export: &Export) -> PathBuf {
    folder.join(format!("{}-{}.part", export.id, export.runs))
}

/// The file once it is whole.
pub(super) fn whole_path(folder: &Path, export: &Export) -> PathBuf {
    folder.join(format!("{}.{}", export.id, export.wish.format.as_str()))
}

impl Audited for Exporting {
    const ASK: &'static str = "export.ask";
    const CANCEL: &'static str = "export.cancel";
    const FAIL: &'static str = "export.fail";

    fn told(wish: &ExportWish) -> Value {
        json!({ "what": wish.what, "format": wish.format, "from": wish.first, "to": wish.last })
    }
}

/// Asks for an export.
///
/// # Errors
/// `too_many_errands`; [`CaseError::Missing`] for everybody but auditors.
pub fn ask(desk: &Desk, caller: &Caller, wish: ExportWish) -> Result<Export, CaseError> {
    let capacity = caller.actor.acting_as(Role::Auditor)?;
    desk.act(caller, |work| errands::ask(work, capacity, wish, None))
}

/// What the caller asked for, the newest first.
///
/// # Errors
/// [`CaseError::Missing`] for everybody but auditors.
pub fn list(desk: &Desk, caller: &Caller) -> Result<Vec<Export>, CaseError> {
    caller.actor.acting_as(Role::Auditor)?;
    let owner = caller.actor.account.ok_or(CaseError::Missing)?;
    desk.read(|conn| book::newest(conn, Some(owner), LISTED_MAX))
}

/// One export of the caller's own.
///
/// # Errors
/// [`CaseError::Missing`] for everybody else's.
pub fn find(desk: &Desk, caller: &Caller, id: ExportId) -> Result<Export, CaseError> {
    caller.actor.acting_as(Role::Auditor)?;
    own(desk.read(|conn| book::by_id(conn, id))?, caller)
}

fn own(export: Export, caller: &Caller) -> Result<Export, CaseError> {
    if export.is_of(&caller.actor) { Ok(export) } else { Err(CaseError::Missing) }
}

/// Calls an export off that waits or is made; what was written of it is thrown away.
///
/// # Errors
/// `wrong_state`; [`CaseError::Missing`] for everybody else's.
pub fn cancel(desk: &Desk, caller: &Caller, id: ExportId) -> Result<Export, CaseError> {
    let capacity = caller.actor.acting_as(Role::Auditor)?;
    desk.act(caller, |work| {
        let before = own(book::by_id(work.conn, id)?, caller)?;
        errands::cancel(work, capacity, &before)
    })
}

/// The file of an export that may be taken: the entry that it was taken is in the chain.
#[derive(Debug)]
pub struct Taken {
    /// The file, open.
    pub file: File,
    /// Its name.
    pub name: String,
    /// Its media type.
    pub media_type: &'static str,
}

/// Takes the file of an export of the caller's own.
///
/// # Errors
/// `export_not_ready`, `export_over`, `export_file_gone`; [`CaseError::Missing`] for everybody else's.
pub fn fetch(desk: &Desk, caller: &Caller, id: ExportId) -> Result<Taken, CaseError> {
    let capacity = caller.actor.acting_as(Role::Auditor)?;
    let export = find(desk, caller, id)?;
    let made = export.must_be_ready(desk.clock.now())?.clone();
    let file = File::open(whole_path(&desk.options.exports.folder, &export)).map_err(|error| {
        tracing::error!(%error, export = %id, "the file of an export cannot be opened");
        Refusal::new("export_file_gone", "The file of this export cannot be found. Ask for it again.")
    })?;
    desk.act(caller, |work| {
        let after = json!({ "rows": made.rows, "bytes": made.bytes, "sha256": made.sha256 });
        errands::record(work, ("export.fetch", capacity), &export, (Value::Null, after))
    })?;
    let name = export.wish.file_name(day_in(desk.profile.zone, made.at));
    Ok(Taken { file, name, media_type: export.wish.format.media_type() })
}
