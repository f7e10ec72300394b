//! The rows of whole tables, read piece by piece: each piece after the last row of the one before.

use serde_json::{Value, json};

use super::{ExportWish, What};
use crate::cases::explorer::day_of;
use crate::cases::{CaseError, Desk};
use crate::domain::agreement::Agreement;
use crate::domain::audit::{Entry, hex};
use crate::domain::time::{Day, Instant, day_in};
use crate::store::audit::{self, Search};
use crate::store::keys::StoredKey;
use crate::store::views::usage::{Addresses, DayRow, LogLine, LogSearch, first_day, log, rows_of_day};
use crate::store::{agreements, keys};

/// Rows read at once.
const BATCH: i64 = 1_000;

/// Where the rows come from, and how far it was read.
pub(super) enum Source {
    Entries(Box<Search>),
    Usage(Option<Day>, Day),
    Log(Box<LogSearch>),
    Agreements(String),
    Keys(String),
    Done,
}

pub(super) type Rows = Vec<Vec<Value>>;

/// The first instant of a wish and the one after its last, as far as its days say.
pub(super) fn between(desk: &Desk, wish: ExportWish) -> (Option<Instant>, Option<Instant>) {
    let day = |day: Day| day_of(desk.profile.zone, day);
    (wish.first.map(|first| day(first).starts), wish.last.map(|last| day(last).ends))
}

impl Source {
    pub(super) fn of(desk: &Desk, wish: ExportWish) -> Self {
        let zone = desk.profile.zone;
        let (from, to) = between(desk, wish);
        match wish.what {
            What::Entries => Self::Entries(Box::new(Search { from, to, ..Search::default() })),
            What::Usage => {
                let today = day_in(zone, desk.clock.now());
                Self::Usage(wish.first, wish.last.map_or(today, |last| last.min(today)))
            }
            What::AccessLog => Self::Log(Box::new(LogSearch { from, to, ..LogSearch::default() })),
            What::Agreements => Self::Agreements(String::new()),
            What::Keys => Self::Keys(String::new()),
        }
    }

    /// The next rows; `None` at the end.
    pub(super) fn next(&mut self, desk: &Desk) -> Result<Option<Rows>, CaseError> {
        let (rows, next): (Rows, Option<Self>) = match self {
            Self::Done => return Ok(None),
            Self::Entries(search) => {
                let found = desk.read(|conn| audit::search(conn, search, BATCH))?;
                search.below = found.last().map(|entry| entry.number);
                (found.iter().map(entry_row).collect(), search.below.is_none().then_some(Self::Done))
            }
            Self::Log(search) => {
                let found = desk.read(|conn| log(conn, search, Addresses::Whole, BATCH))?;
                search.below = found.last().map(|line| (line.access.at, line.access.id.clone()));
                (found.into_iter().map(line_row).collect(), search.below.is_none().then_some(Self::Done))
            }
            Self::Usage(day, last) => {
                let first = match *day {
                    Some(first) => Some(first),
                    None => desk.read(first_day)?.and_then(|day| day.parse().ok()),
                };
                match first.filter(|first| first <= last) {
                    None => (Vec::new(), Some(Self::Done)),
                    Some(first) => {
                        let found = desk.read(|conn| rows_of_day(conn, first))?;
                        *day = first.succ_opt();
                        (found.into_iter().map(day_row).collect(), None)
                    }
                }
            }
            Self::Agreements(place) => {
                let found = desk.read(|conn| agreements::after(conn, place, BATCH))?;
                let last = found.last().map(|agreement| agreement.id.to_string());
                let is_done = last.is_none();
                *place = last.unwrap_or_default();
                (found.iter().map(agreement_row).collect(), is_done.then_some(Self::Done))
            }
            Self::Keys(place) => {
                let found = desk.read(|conn| keys::after(conn, place, BATCH))?;
                let last = found.last().map(|stored| stored.key.id.to_string());
                let is_done = last.is_none();
                *place = last.unwrap_or_default();
                (found.iter().map(key_row).collect(), is_done.then_some(Self::Done))
            }
        };
        if let Some(next) = next {
            *self = next;
        }
        Ok(Some(rows))
    }
}

fn entry_row(entry: &Entry) -> Vec<Value> {
    let about = &entry.about;
    vec![
        json!(entry.number),
        json!(entry.at),
        json!(entry.name),
        json!(entry.account),
        json!(entry.capacity),
        json!(entry.department),
        json!(entry.address),
        json!(entry.request),
        json!(entry.act),
        json!(entry.subject_kind),
        json!(entry.subject),
        json!(about.application),
        json!(about.agreement),
        json!(about.key),
        json!(about.dataset),
        json!(about.person),
        serde_json::from_str(&entry.before).unwrap_or(Value::Null),
        serde_json::from_str(&entry.after).unwrap_or(Value::Null),
        json!(entry.reason),
        json!(hex(&entry.previous)),
        json!(hex(&entry.hash)),
    ]
}

fn line_row(LogLine { access: line, scope }: LogLine) -> Vec<Value> {
    vec![
        json!(line.at),
        json!(line.request),
        json!(line.of.key),
        json!(line.of.agreement),
        json!(line.of.dataset),
        json!(scope),
        json!(line.method),
        json!(line.path),
        json!(line.of.outcome),
        json!(line.status),
        json!(line.bytes),
        json!(line.latency_us),
        json!(line.client),
    ]
}

fn day_row(row: DayRow) -> Vec<Value> {
    let given = |text: String| if text.is_empty() { Value::Null } else { json!(text) };
    vec![
        json!(row.day),
        given(row.key),
        given(row.agreement),
        given(row.dataset),
        given(row.operation),
        json!(row.outcome),
        json!(row.calls),
        json!(row.bytes),
        json!(row.latency_us),
    ]
}

fn agreement_row(agreement: &Agreement) -> Vec<Value> {
    let execution = agreement.execution();
    vec![
        json!(agreement.id),
        json!(agreement.number),
        json!(agreement.application_number),
        json!(agreement.title),
        json!(agreement.requester_name),
        json!(agreement.requester),
        json!(agreement.organisation),
        json!(agreement.state.as_str()),
        json!(execution.map(|execution| execution.at)),
        json!(execution.map(|execution| execution.ends_at)),
        json!(agreement.text_hash),
        json!(agreement.scopes()),
    ]
}

fn key_row(stored: &StoredKey) -> Vec<Value> {
    let key = &stored.key;
    vec![
        json!(key.id),
        json!(key.agreement),
        json!(key.name),
        json!(key.hint),
        json!(key.mode),
        json!(key.state.as_str()),
        json!(key.scopes),
        json!(key.networks),
        json!(key.created_at),
        json!(key.expires_at),
        json!(stored.last_used_at),
        json!(key.predecessor),
    ]
}
