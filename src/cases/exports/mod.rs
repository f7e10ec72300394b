//! Whole tables to take along, however long: entries of the chain, use by day, the access log, agreements, keys; as CSV,
//! JSON or lines of JSON. Read piece by piece and written as it is read, so that no length needs more memory. Taking one
//! leaves an entry; nothing else changes.

mod rows;

use std::io::{self, Write};

use serde_json::{Value, json};

use self::rows::Source;
use super::sheets::{ENTRY_HEADS, LOG_HEADS, harmless};
use super::{Caller, CaseError, Desk};
use crate::domain::audit::Act;
use crate::domain::people::Role;
use crate::domain::text::Invalid;
use crate::domain::time::{Day, day_in};

/// What is taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Entries of the chain, newest first.
    Entries,
    /// Use of the gate by day, key, dataset, operation and outcome.
    Usage,
    /// Lines of the access log with whole addresses, newest first.
    AccessLog,
    /// Agreements.
    Agreements,
    /// Keys, never their text or digest.
    Keys,
}

impl What {
    /// Everything that can be taken out.
    pub const ALL: [Self; 5] = [Self::Entries, Self::Usage, Self::AccessLog, Self::Agreements, Self::Keys];

    /// The word for addresses and names of files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Entries => "entries",
            Self::Usage => "usage",
            Self::AccessLog => "access-log",
            Self::Agreements => "agreements",
            Self::Keys => "keys",
        }
    }

    /// Reads the word written by [`What::as_str`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|what| what.as_str() == word)
    }

    const fn heads(self) -> &'static [&'static str] {
        match self {
            Self::Entries => ENTRY_HEADS,
            Self::Usage => {
                &["day", "key", "agreement", "dataset", "operation", "outcome", "calls", "bytes", "latency_us"]
            }
            Self::AccessLog => LOG_HEADS,
            Self::Agreements => &[
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
            Self::Keys => &[
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
}

/// How it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For spreadsheets; cells cannot act as formulas.
    Csv,
    /// One array of objects.
    Json,
    /// One object a line.
    Ndjson,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 3] = [Self::Csv, Self::Json, Self::Ndjson];

    /// The word for addresses, and the ending of the file's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Ndjson => "ndjson",
        }
    }

    /// Reads the word written by [`Format::as_str`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == word)
    }

    /// The media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Json => "application/json",
            Self::Ndjson => "application/x-ndjson",
        }
    }
}

/// What somebody wants to take out. Agreements and keys are those of now, whatever the days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExportWish {
    /// What.
    pub what: What,
    /// How.
    pub format: Format,
    /// From this day of the city.
    pub first: Option<Day>,
    /// To this day, included.
    pub last: Option<Day>,
}

impl ExportWish {
    /// Reads a wish. `get` gives what was typed under `what`, `format`, `from` and `to`.
    ///
    /// # Errors
    /// Everything that cannot be read, each at its name.
    pub fn read(get: &dyn Fn(&str) -> String) -> Result<Self, CaseError> {
        let mut problems = Vec::new();
        let what = What::from_word(get("what").trim());
        if what.is_none() {
            problems.push(Invalid::new("what", "unknown", "Choose what to take out."));
        }
        let format = match get("format").trim() {
            "" => Some(Format::Csv),
            word => Format::from_word(word),
        };
        if format.is_none() {
            problems.push(Invalid::new("format", "unknown", "Choose csv, json or ndjson."));
        }
        let mut day = |name: &str| {
            let typed = get(name).trim().to_owned();
            let read: Option<Day> = typed.parse().ok();
            if read.is_none() && !typed.is_empty() {
                let detail = "Give the day as year-month-day, such as 2026-11-23.";
                problems.push(Invalid::new(name, "day", detail));
            }
            read
        };
        let (first, last) = (day("from"), day("to"));
        if first.zip(last).is_some_and(|(first, last)| first > last) {
            problems.push(Invalid::new("from", "order", "The first day lies after the last."));
        }
        match (what, format) {
            (Some(what), Some(format)) if problems.is_empty() => Ok(Self { what, format, first, last }),
            _ => Err(CaseError::Invalid(problems)),
        }
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
    let (what, format) = (wish.what.as_str(), wish.format.as_str());
    desk.act(caller, |work| {
        let act = Act::new("export.take", capacity, "export", what);
        let after = json!({ "format": format, "from": wish.first, "to": wish.last, "is_whole": true });
        work.record(act.change(json!(null), after))
    })?;
    let day = day_in(desk.profile.zone, desk.clock.now());
    Ok(ExportTicket { wish, name: format!("{what}-{day}.{format}") })
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
    let mut table = Table { out, heads: what.heads(), format, rows: 0 };
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
