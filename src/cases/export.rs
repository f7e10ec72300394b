//! Tables for spreadsheets: audit entries, usage, access log. No cell can become a formula, every export is bounded, and
//! taking one is an audit entry.

use std::borrow::Cow;

use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::usage::{allowed, asked};
use super::{Caller, CaseError, Desk, Work};
use crate::domain::audit::{Act, Entry, Hash, hex};
use crate::domain::people::{Capacity, Role};
use crate::domain::time::{Day, Instant};
use crate::store::StoreError;
use crate::store::audit::{self, Search};
use crate::store::views::usage::{self, Addresses, By, LogLine, LogSearch, Sum, Whose};

/// Rows of one export; a longer one says that it is cut.
pub const ROWS_MAX: usize = 50_000;
/// Rows read at once.
const PAGE: i64 = 1_000;

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// The name of the file.
    pub name: String,
    /// RFC 4180, UTF-8, with a line of headings.
    pub csv: Vec<u8>,
    /// Rows without the headings.
    pub rows: usize,
    /// Whether there is more than is in it.
    pub is_cut: bool,
}

/// A cell that no spreadsheet takes for a formula: one that begins like one gets an apostrophe before it.
#[must_use]
pub fn inert(cell: &str) -> Cow<'_, str> {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}").into() } else { cell.into() }
}

/// The audit entries that fit, newest first.
///
/// # Errors
/// [`CaseError::Missing`] for everybody but auditors.
pub fn audit_entries(desk: &Desk, caller: &Caller, search: &Search) -> Result<Export, CaseError> {
    let capacity = caller.actor.acting_as(Role::Auditor)?;
    desk.act(caller, |work| {
        let mut table = Table::new(&ENTRY_HEADINGS)?;
        let mut search = search.clone();
        while table.rows <= ROWS_MAX {
            let page = audit::search(work.conn, &search, PAGE)?;
            let Some(last) = page.last() else { break };
            search.below = Some(last.number);
            for entry in &page {
                table.row(&entry_cells(entry))?;
            }
        }
        let told = json!({ "words": search.words, "act": search.act, "account": search.account, "about": search.about,
            "request": search.request, "from": search.from, "to": search.to });
        work.exported(capacity, "audit", &told, table)
    })
}

const ENTRY_HEADINGS: [&str; 14] = [
    "number",
    "at",
    "account",
    "name",
    "capacity",
    "department",
    "address",
    "request",
    "act",
    "subject_kind",
    "subject",
    "before",
    "after",
    "reason",
];

fn entry_cells(entry: &Entry) -> [String; 14] {
    [
        entry.number.to_string(),
        instant(entry.at),
        cell(entry.account),
        entry.name.clone(),
        entry.capacity.clone(),
        cell(entry.department),
        cell(entry.address.as_ref()),
        cell(entry.request.as_ref()),
        entry.act.clone(),
        entry.subject_kind.clone(),
        entry.subject.clone(),
        entry.before.clone(),
        entry.after.clone(),
        cell(entry.reason.as_ref()),
    ]
}

/// Usage sums, for whoever may see them.
///
/// # Errors
/// [`CaseError::Missing`] for what the caller may not see.
pub fn usage_sums(desk: &Desk, caller: &Caller, days: (Day, Day), whose: &Whose, by: By) -> Result<Export, CaseError> {
    desk.act(caller, |work| {
        let (capacity, whose) = allowed(work.conn, caller, whose)?;
        let mut table = Table::new(&[by.as_str(), "calls", "ok", "refused", "bytes", "mean_ms"])?;
        for sum in usage::sums(work.conn, days, &whose, by)? {
            table.row(&sum_cells(&sum))?;
        }
        let told = json!({ "first": days.0, "last": days.1, "by": by.as_str(), "key": whose.key,
            "agreement": whose.agreement, "dataset": whose.dataset, "department": whose.department });
        work.exported(capacity, "usage", &told, table)
    })
}

fn sum_cells(sum: &Sum) -> [String; 6] {
    let numbers = [sum.calls, sum.ok, sum.refused(), sum.bytes, sum.mean_ms()];
    let [calls, ok, refused, bytes, mean] = numbers.map(|number| number.to_string());
    [sum.of.clone(), calls, ok, refused, bytes, mean]
}

/// Lines of the access log that fit, newest first, with whole client addresses.
///
/// # Errors
/// [`CaseError::Missing`] for everybody but auditors.
pub fn access_log(desk: &Desk, caller: &Caller, search: &LogSearch) -> Result<Export, CaseError> {
    let capacity = caller.actor.acting_as(Role::Auditor)?;
    desk.act(caller, |work| {
        let mut table = Table::new(&LOG_HEADINGS)?;
        let told = asked(search);
        let mut search = search.clone();
        while table.rows <= ROWS_MAX {
            let page = usage::log(work.conn, &search, Addresses::Whole, PAGE)?;
            let Some(last) = page.last() else { break };
            search.below = Some((last.access.at, last.access.id.clone()));
            for line in &page {
                table.row(&line_cells(line))?;
            }
        }
        work.exported(capacity, "access-log", &told, table)
    })
}

const LOG_HEADINGS: [&str; 13] = [
    "at",
    "request",
    "key",
    "agreement",
    "dataset",
    "scope",
    "method",
    "path",
    "outcome",
    "status",
    "bytes",
    "latency_us",
    "client",
];

fn line_cells(line: &LogLine) -> [String; 13] {
    let access = &line.access;
    [
        instant(access.at),
        access.request.clone(),
        cell(access.of.key),
        cell(access.of.agreement),
        cell(access.of.dataset),
        line.scope.clone(),
        access.method.clone(),
        access.path.clone(),
        access.of.outcome.clone(),
        access.status.to_string(),
        access.bytes.to_string(),
        access.latency_us.to_string(),
        access.client.clone(),
    ]
}

fn cell<T: ToString>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn instant(at: Instant) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
}

/// A table in the making.
struct Table {
    writer: csv::Writer<Vec<u8>>,
    rows: usize,
    is_cut: bool,
}

impl Table {
    fn new(headings: &[&str]) -> Result<Self, CaseError> {
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
        writer.write_record(headings).map_err(|error| unwritten(&error))?;
        Ok(Self { writer, rows: 0, is_cut: false })
    }

    fn row(&mut self, cells: &[String]) -> Result<(), CaseError> {
        if self.rows >= ROWS_MAX {
            self.is_cut = true;
            // One past the bound ends the reading.
            self.rows = ROWS_MAX + 1;
            return Ok(());
        }
        self.rows += 1;
        self.writer.write_record(cells.iter().map(|cell| inert(cell).into_owned())).map_err(|error| unwritten(&error))
    }
}

impl Work<'_> {
    /// Ends an export and enters it in the audit, with the digest of what was taken.
    fn exported(
        &mut self,
        capacity: Capacity,
        what: &str,
        asked: &serde_json::Value,
        table: Table,
    ) -> Result<Export, CaseError> {
        let (rows, is_cut) = (table.rows.min(ROWS_MAX), table.is_cut);
        let csv = table.writer.into_inner().map_err(|error| unwritten(error.error()))?;
        let digest: Hash = Sha256::digest(&csv).into();
        let after = json!({ "asked": asked, "rows": rows, "cut": is_cut, "sha256": hex(&digest) });
        self.record(Act::new("export.take", capacity, "export", what).change(json!(null), after))?;
        let day = crate::domain::time::day_in(self.desk.profile.zone, self.now);
        Ok(Export { name: format!("accord-{what}-{day}.csv"), csv, rows, is_cut })
    }
}

fn unwritten(error: &impl ToString) -> CaseError {
    CaseError::Store(StoreError::Corrupt { what: "export", why: error.to_string() })
}
