//! Exports that are made in the background: asking for one, looking how far it is, calling it off, taking its file. Whoever
//! did not ask for it finds no such thing.

use std::fs::File;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::cases::{Caller, CaseError, Desk, Work};
use crate::domain::audit::{About, Act};
use crate::domain::export::{Export, ExportCommand, ExportState, ExportWish, OPEN_MAX};
use crate::domain::id::ExportId;
use crate::domain::people::{Capacity, Role};
use crate::domain::refusal::Refusal;
use crate::domain::time::day_in;
use crate::store::exports;

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

/// Asks for an export.
///
/// # Errors
/// `too_many_exports`; [`CaseError::Missing`] for everybody but auditors.
pub fn ask(desk: &Desk, caller: &Caller, wish: ExportWish) -> Result<Export, CaseError> {
    let capacity = caller.actor.acting_as(Role::Auditor)?;
    let owner = caller.actor.account.ok_or(CaseError::Missing)?;
    desk.act(caller, |work| {
        if let Some(known) = work.done_before("export.ask", &told(&wish))? {
            let id = known.parse().or(Err(CaseError::Missing))?;
            return Ok(exports::by_id(work.conn, id)?);
        }
        let open = exports::open(work.conn)?.into_iter().filter(|export| export.is_of(&caller.actor)).count();
        if open >= OPEN_MAX {
            let detail = format!("{OPEN_MAX} exports of yours are not ready yet. Wait for one, or call one off.");
            return Err(Refusal::new("too_many_exports", detail).into());
        }
        let export = Export {
            id: work.new_id(),
            owner,
            wish,
            asked_at: work.now,
            state: ExportState::Asked,
            runs: 0,
            rows_done: 0,
            rows_of: 0,
            moved_at: work.now,
            version: 1,
        };
        exports::insert(work.conn, &export)?;
        record(work, ("export.ask", capacity), &export, (Value::Null, told(&wish)))?;
        work.remember(&export.id.to_string())?;
        Ok(export)
    })
}

/// What the caller asked for, the newest first.
///
/// # Errors
/// [`CaseError::Missing`] for everybody but auditors.
pub fn list(desk: &Desk, caller: &Caller) -> Result<Vec<Export>, CaseError> {
    caller.actor.acting_as(Role::Auditor)?;
    let owner = caller.actor.account.ok_or(CaseError::Missing)?;
    desk.read(|conn| exports::of_owner(conn, owner, LISTED_MAX))
}

/// One export of the caller's own.
///
/// # Errors
/// [`CaseError::Missing`] for everybody else's.
pub fn find(desk: &Desk, caller: &Caller, id: ExportId) -> Result<Export, CaseError> {
    caller.actor.acting_as(Role::Auditor)?;
    own(desk.read(|conn| exports::by_id(conn, id))?, caller)
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
        let before = own(exports::by_id(work.conn, id)?, caller)?;
        let after = before.decide(&ExportCommand::Cancel, work.now)?;
        save(work, &after)?;
        let told = |export: &Export| json!({ "state": export.state.as_str(), "rows": export.rows_done });
        record(work, ("export.cancel", capacity), &after, (told(&before), told(&after)))?;
        Ok(after)
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
        record(work, ("export.fetch", capacity), &export, (Value::Null, after))
    })?;
    let name = export.wish.file_name(day_in(desk.profile.zone, made.at));
    Ok(Taken { file, name, media_type: export.wish.format.media_type() })
}

/// Saves what a command made of it.
pub(super) fn save(work: &mut Work<'_>, export: &Export) -> Result<(), CaseError> {
    Ok(exports::update(work.conn, export)?)
}

pub(super) fn told(wish: &ExportWish) -> Value {
    json!({ "what": wish.what, "format": wish.format, "from": wish.first, "to": wish.last })
}

pub(super) fn record(
    work: &mut Work<'_>,
    (act, capacity): (&'static str, Capacity),
    export: &Export,
    (before, after): (Value, Value),
) -> Result<(), CaseError> {
    let about = About { person: Some(export.owner), ..About::default() };
    work.record(Act::new(act, capacity, "export", export.id).about(about).change(before, after))
}
