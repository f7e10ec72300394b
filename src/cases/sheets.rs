//! Tables to take along: entries of the chain, use of the gate, lines of the access log. Pages and API hand out the
//! same ones; what a reader may see of them is decided here and in [`super::usage`].

use serde_json::{Value, json};

use super::named::title_or_id;
use super::usage::{self, allowed, asked};
use super::{Caller, CaseError, Desk};
use crate::domain::audit::{Act, Entry, hex};
use crate::domain::people::{Capacity, Role};
use crate::domain::time::Day;
use crate::store::audit::{self, Search};
use crate::store::views::usage::{self as views, Addresses, By, LogLine, LogSearch, Whose};
use crate::store::{AnyConnection, StoreError};

/// Most rows of one table; a longer one goes on at [`Sheet::next`].
pub const ROWS_MAX: usize = 20_000;
/// Rows read at once.
const BATCH: usize = 500;

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// The names of its columns.
    pub heads: &'static [&'static str],
    /// Its rows, each as long as the heads.
    pub rows: Vec<Vec<String>>,
    /// Where it goes on, when it is longer than [`ROWS_MAX`]: what the search takes as its place.
    pub next: Option<Vec<String>>,
}

/// What a row of an entry says.
pub(super) const ENTRY_HEADS: &[&str] = &[
    "number",
    "at",
    "name",
    "account",
    "capacity",
    "department",
    "address",
    "request",
    "act",
    "subject_kind",
    "subject",
    "application",
    "agreement",
    "key",
    "dataset",
    "person",
    "before",
    "after",
    "reason",
    "previous",
    "hash",
];

/// What a row of the access log says.
pub(super) const LOG_HEADS: &[&str] = &[
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

pub(super) const USAGE_HEADS: &[&str] = &["of", "calls", "ok", "refused_or_failed", "bytes", "mean_ms", "id"];

/// Entries of the chain that fit, newest first. Taking them leaves one more.
///
/// # Errors
/// [`CaseError::Missing`] for everybody but auditors.
pub fn entries(desk: &Desk, caller: &Caller, wanted: &Search) -> Result<Sheet, CaseError> {
    let capacity = caller.actor.acting_as(Role::Auditor)?;
    let search = json!({
        "words": wanted.words, "act": wanted.act, "account": wanted.account, "about": wanted.about,
        "request": wanted.request, "from": wanted.from, "to": wanted.to, "below": wanted.below,
    });
    let mut wanted = wanted.clone();
    let found = batches(|limit, last: Option<&Entry>| {
        if let Some(last) = last {
            wanted.below = Some(last.number);
        }
        desk.read(|conn| audit::search(conn, &wanted, limit))
    })?;
    let next = found.next.then(|| found.rows.last().map(|last| vec![last.number.to_string()])).flatten();
    taken(desk, caller, capacity, ("audit entries", &search, found.rows.len()))?;
    Ok(Sheet { heads: ENTRY_HEADS, rows: found.rows.into_iter().map(entry_row).collect(), next })
}

/// Enters in the chain that somebody took a table out; without the entry they do not get it.
pub(super) fn taken(
    desk: &Desk,
    caller: &Caller,
    capacity: Capacity,
    (what, search, rows): (&'static str, &Value, usize),
) -> Result<(), CaseError> {
    let act = Act::new("export.take", capacity, "export", what);
    desk.act(caller, |work| work.record(act.change(json!(null), json!({ "search": search, "rows": rows }))))
}

fn entry_row(entry: Entry) -> Vec<String> {
    vec![
        entry.number.to_string(),
        entry.at.to_rfc3339(),
        entry.name,
        text(entry.account),
        entry.capacity,
        text(entry.department),
        text(entry.address),
        text(entry.request),
        entry.act,
        entry.subject_kind,
        entry.subject,
        text(entry.about.application),
        text(entry.about.agreement),
        text(entry.about.key),
        text(entry.about.dataset),
        text(entry.about.person),
        entry.before,
        entry.after,
        text(entry.reason),
        hex(&entry.previous),
        hex(&entry.hash),
    ]
}

fn text<T: ToString>(part: Option<T>) -> String {
    part.map(|part| part.to_string()).unwrap_or_default()
}

/// Lines of the access log that fit, newest first. Auditors get whole client addresses, and with them one audit entry
/// that says what was looked for; everybody else gets networks only, of what they may see.
///
/// # Errors
/// [`CaseError::Missing`] for what the caller may not see.
pub fn access_log(desk: &Desk, caller: &Caller, wanted: &LogSearch) -> Result<Sheet, CaseError> {
    let found = match caller.actor.acting_as(Role::Auditor) {
        Ok(capacity) => desk.act(caller, |work| {
            let found = lines(work.conn, wanted, Addresses::Whole)?;
            let act = Act::new("access_log.read", capacity, "access_log", "lines");
            work.record(act.change(json!(null), json!({ "search": asked(wanted), "lines": found.rows.len() })))?;
            Ok(found)
        })?,
        Err(_no_auditor) => desk.store.read(|conn| {
            let (_, whose) = allowed(conn, caller, &wanted.whose)?;
            lines(conn, &LogSearch { whose, ..wanted.clone() }, Addresses::Truncated)
        })?,
    };
    let next = found.next.then(|| found.rows.last().map(place)).flatten();
    Ok(Sheet { heads: LOG_HEADS, rows: found.rows.into_iter().map(line_row).collect(), next })
}

/// Where the page after this line begins.
#[must_use]
pub fn place(line: &LogLine) -> Vec<String> {
    vec![line.access.at.to_rfc3339(), line.access.id.clone()]
}

fn lines(conn: &mut AnyConnection, wanted: &LogSearch, addresses: Addresses) -> Result<Found<LogLine>, CaseError> {
    let mut wanted = wanted.clone();
    batches(|limit, last: Option<&LogLine>| {
        if let Some(last) = last {
            wanted.below = Some((last.access.at, last.access.id.clone()));
        }
        Ok(views::log(conn, &wanted, addresses, limit)?)
    })
}

fn line_row(LogLine { access: line, scope }: LogLine) -> Vec<String> {
    vec![
        line.at.to_rfc3339(),
        line.request,
        text(line.of.key),
        text(line.of.agreement),
        text(line.of.dataset),
        scope,
        line.method,
        line.path,
        line.of.outcome,
        line.status.to_string(),
        line.bytes.to_string(),
        line.latency_us.to_string(),
        line.client,
    ]
}

/// Sums of calls over days of the city. Staff who take them leave an entry. Auditors read what things are called; everybody else has their ids.
///
/// # Errors
/// As [`usage::sums`].
pub fn sums(desk: &Desk, caller: &Caller, days: (Day, Day), whose: &Whose, by: By) -> Result<Sheet, CaseError> {
    let found = usage::sums(desk, caller, days, whose, by)?;
    let (capacity, whose) = desk.store.read(|conn| allowed(conn, caller, whose))?;
    // What is one's own may be taken without an entry.
    if capacity != Capacity::Requester {
        let search = json!({
            "from": days.0, "to": days.1, "by": by.as_str(), "key": whose.key, "agreement": whose.agreement,
            "dataset": whose.dataset, "department": whose.department,
        });
        taken(desk, caller, capacity, ("usage", &search, found.len()))?;
    }
    let is_auditor = caller.actor.holds_anywhere(Role::Auditor);
    let rows = found.into_iter().map(|sum| {
        let of = if is_auditor { label(desk, by, &sum.of)? } else { sum.of.clone() };
        let [calls, ok, refused, bytes, mean] =
            [sum.calls, sum.ok, sum.refused(), sum.bytes, sum.mean_ms()].map(|number| number.to_string());
        Ok(vec![of, calls, ok, refused, bytes, mean, sum.of])
    });
    Ok(Sheet { heads: USAGE_HEADS, rows: rows.collect::<Result<_, CaseError>>()?, next: None })
}

/// What a sum is of, in words.
///
/// # Errors
/// What the store says.
pub fn label(desk: &Desk, by: By, of: &str) -> Result<String, CaseError> {
    let named = |kind: &str, none: &str| if of.is_empty() { Ok(none.to_owned()) } else { title_or_id(desk, kind, of) };
    match by {
        By::Key => named("key", "No key recognised"),
        By::Agreement => named("agreement", "No agreement"),
        By::Dataset => named("dataset", "No dataset"),
        By::Operation if of.is_empty() => Ok("No operation".to_owned()),
        By::Operation | By::Outcome | By::Day => Ok(of.to_owned()),
    }
}

/// The cell with an apostrophe before anything that begins a formula (OWASP, "CSV injection").
#[must_use]
pub fn harmless(cell: String) -> String {
    let is_number = cell.parse::<f64>().is_ok();
    if !is_number && cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { format!("'{cell}") } else { cell }
}

/// Rows, and whether there are more.
struct Found<T> {
    rows: Vec<T>,
    next: bool,
}

/// Reads batch after batch, each after the last row of the one before, up to [`ROWS_MAX`].
fn batches<T>(mut read: impl FnMut(i64, Option<&T>) -> Result<Vec<T>, CaseError>) -> Result<Found<T>, CaseError> {
    let limit = i64::try_from(BATCH).map_err(|error| StoreError::Setup(error.to_string()))?;
    let mut rows: Vec<T> = Vec::new();
    loop {
        let batch = read(limit, rows.last())?;
        let is_last = batch.len() < BATCH;
        rows.extend(batch);
        if is_last && rows.len() <= ROWS_MAX {
            return Ok(Found { rows, next: false });
        }
        if rows.len() > ROWS_MAX {
            rows.truncate(ROWS_MAX);
            return Ok(Found { rows, next: true });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(all: usize) -> Found<usize> {
        let found = batches(|limit, last: Option<&usize>| {
            let from = last.map_or(0, |last| last + 1);
            let to = all.min(from + usize::try_from(limit).unwrap());
            Ok((from..to).collect())
        });
        found.unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn a_table_is_read_whole_up_to_its_most_rows_and_says_when_there_are_more() {
        for all in [0, 1, BATCH - 1, BATCH, BATCH + 1, ROWS_MAX - 1, ROWS_MAX] {
            let found = read(all);
            assert!(found.rows.iter().copied().eq(0..all) && !found.next, "{all}");
        }
        for all in [ROWS_MAX + 1, ROWS_MAX + BATCH, ROWS_MAX * 2] {
            let found = read(all);
            assert!(found.rows.iter().copied().eq(0..ROWS_MAX) && found.next, "{all}");
        }
    }
}
