//! Whole tables to take along, however long: entries of the chain, use by day, the access log, agreements, keys; as CSV,
//! JSON or lines of JSON. Read piece by piece and written as it is read, so that no length needs more memory. Taking one
//! leaves an entry. Long ones are made in the background (`kept`, `maker`).

pub mod kept;
pub mod maker;
mod rows;

use std::io::{self, Write};

use serde_json::{Value, json};

use self::rows::Source;
use super::sheets::{ENTRY_HEADS, LOG_HEADS, harmless};
use super::{Caller, CaseError, Desk};
use crate::domain::audit::Act;
use crate::domain::people::Role;
use crate::domain::time::day_in;

pub use crate::domain::export::{ExportWish, Format, What};

/// The heads of the columns.
const fn heads(what: What) -> &'static [&'static str] {
    match what {
        What::Entries => ENTRY_HEADS,
        What::Usage => &["day", "key", "agreement", "dataset", "operation", "outcome", "calls", "bytes", "latency_us"],
        What::AccessLog => LOG_HEADS,
        What::Agreements => &[
            "id",
            "number",
            "application",
            "title",
            "holder",
            "requester",
            "organisation",
            "state",
            "executed_at",
            "ends_at",
            "text_sha256",
            "scopes",
        ],
        What::Keys => &[
            "id",
            "agreement",
            "name",
            "hint",
            "mode",
            "state",
            "scopes",
            "networks",
            "created_at",
            "expires_at",
            "last_used_at",
            "predecessor",
        ],
    }
}

/// Why an export stopped.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// It cannot be read.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// It cannot be written where it goes.
    #[error("it cannot be written: {0}")]
    Write(#[from] io::Error),
}

/// An export that may be written: the entry that it was taken is in the chain.
#[derive(Clone, Debug)]
pub struct ExportTicket {
    /// What and how.
    pub wish: ExportWish,
    /// Its name as a file.
    pub name: String,
}

/// Notes that a table is taken out, and lets it be written.
///
/// # Errors
/// [`CaseError::Missing`] for everybody but auditors.
pub fn take(desk: &Desk, caller: &Caller, wish: ExportWish) -> Result<ExportTicket, CaseError> {
    let capacity = caller.actor.acting_as(Role::Auditor)?;
    desk.act(caller, |work| {
        let act = Act::new("export.take", capacity, "export", wish.what.as_str());
        let after = json!({ "format": wish.format, "from": wish.first, "to": wish.last, "is_whole": true });
        work.record(act.change(json!(null), after))
    })?;
    let day = day_in(desk.profile.zone, desk.clock.now());
    Ok(ExportTicket { name: wish.file_name(day), wish })
}

/// Writes an export; `on_rows` hears how many rows are written. Gives their number.
///
/// # Errors
/// What cannot be read or written; then what was written is not whole.
pub fn write(
    desk: &Desk,
    ticket: &ExportTicket,
    (out, on_rows): (&mut dyn Write, &mut dyn FnMut(u64)),
) -> Result<u64, ExportError> {
    let ExportWish { what, format, .. } = ticket.wish;
    let mut table = Table { out, heads: heads(what), format, rows: 0 };
    table.begin()?;
    let mut source = Source::of(desk, ticket.wish);
    while let Some(rows) = source.next(desk)? {
        for row in rows {
            table.row(&row)?;
        }
        on_rows(table.rows);
    }
    table.end()?;
    Ok(table.rows)
}

struct Table<'a> {
    out: &'a mut dyn Write,
    heads: &'static [&'static str],
    format: Format,
    rows: u64,
}

impl Table<'_> {
    fn begin(&mut self) -> io::Result<()> {
        match self.format {
            Format::Csv => self.line(self.heads.iter().map(|head| (*head).to_owned())),
            Format::Json => self.out.write_all(b"["),
            Format::Ndjson => Ok(()),
        }
    }

    fn row(&mut self, cells: &[Value]) -> io::Result<()> {
        let object = || {
            let pairs = self.heads.iter().zip(cells).map(|(head, cell)| ((*head).to_owned(), cell.clone()));
            Value::Object(pairs.collect())
        };
        match self.format {
            Format::Csv => self.line(cells.iter().map(plain))?,
            Format::Json => {
                let object = object();
                self.out.write_all(if self.rows == 0 { b"\n" } else { b",\n" })?;
                write!(self.out, "{object}")?;
            }
            Format::Ndjson => {
                let object = object();
                writeln!(self.out, "{object}")?;
            }
        }
        self.rows = self.rows.saturating_add(1);
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        if self.format == Format::Json {
            self.out.write_all(b"\n]\n")?;
        }
        self.out.flush()
    }

    fn line(&mut self, cells: impl Iterator<Item = String>) -> io::Result<()> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(cells.map(harmless)).map_err(io::Error::other)?;
        let bytes = writer.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
        self.out.write_all(&bytes)
    }
}

/// A cell as text.
fn plain(cell: &Value) -> String {
    match cell {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().map(plain).collect::<Vec<_>>().join(" "),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => cell.to_string(),
    }
}
