//! Freezing evidence: what is known at the moment a case is opened, each as a text of its own with its SHA-256. Network
//! addresses are cut as staff see them, and who complained never stands in what the holder reads.

use chrono::Duration;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{CaseError, Work};
use crate::cases::keys::facts;
use crate::cases::settle::text_of;
use crate::domain::agreement::Agreement;
use crate::domain::audit::{Hash, hex};
use crate::domain::key::Key;
use crate::domain::misuse::Signal;
use crate::domain::misuse::case::Evidence;
use crate::domain::misuse::complaint::Complaint;
use crate::store::terms;
use crate::store::views::usage::{self, Addresses, LogLine, LogSearch, Point, Whose};

/// Days of hourly sums that are kept.
const DAYS: i64 = 30;
/// Calls that are kept one by one.
const CALLS: i64 = 200;

/// What is known when a case is opened.
pub(super) struct Known<'a> {
    pub(super) agreement: &'a Agreement,
    pub(super) key: Option<&'a Key>,
    pub(super) signal: Option<&'a Signal>,
    pub(super) complaint: Option<&'a Complaint>,
    pub(super) summary: &'a str,
}

struct Text {
    name: &'static str,
    title: &'static str,
    body: String,
    is_for_holder: bool,
}

/// The evidence, and its texts by name.
pub(super) type Frozen = (Vec<Evidence>, Vec<(String, String)>);

/// The evidence with its texts by name.
pub(super) fn freeze(work: &mut Work<'_>, known: &Known<'_>) -> Result<Frozen, CaseError> {
    let texts = texts(work, known)?;
    let part = |text: &Text| {
        let sum: Hash = Sha256::digest(text.body.as_bytes()).into();
        Evidence {
            name: text.name.to_owned(),
            title: text.title.to_owned(),
            sha256: hex(&sum),
            bytes: u64::try_from(text.body.len()).unwrap_or(u64::MAX),
            is_for_holder: text.is_for_holder,
        }
    };
    let parts = texts.iter().map(part).collect();
    Ok((parts, texts.into_iter().map(|text| (text.name.to_owned(), text.body)).collect()))
}

fn texts(work: &mut Work<'_>, known: &Known<'_>) -> Result<Vec<Text>, CaseError> {
    let shared = |name, title, body| Text { name, title, body, is_for_holder: true };
    let mut found = vec![shared("01-observation.txt", "What was seen", known.summary.to_owned())];
    if let Some(signal) = known.signal {
        found.push(shared("02-signal.json", "The signal, with the rule as it was", pretty(&json!(signal))));
    }
    if let Some(complaint) = known.complaint {
        let body = pretty(&json!(complaint));
        let title = "The complaint as it came in (for the office only)";
        found.push(Text { name: "03-complaint.json", title, body, is_for_holder: false });
    }
    let whose = Whose {
        key: known.key.map(|key| key.id),
        agreement: Some(known.agreement.id),
        dataset: None,
        department: None,
    };
    let hours = usage::hours(work.conn, (work.now - Duration::days(DAYS), work.now + Duration::hours(1)), &whose)?;
    let rows: Vec<Value> = hours.iter().filter(|point| point.calls > 0).map(hour).collect();
    found.push(shared("04-usage.json", "Calls by hour, the last 30 days", pretty(&json!(rows))));
    let search = LogSearch { whose, ..LogSearch::default() };
    let lines = usage::log(work.conn, &search, Addresses::Truncated, CALLS)?;
    let lines: Vec<Value> = lines.iter().map(call).collect();
    found.push(shared("05-calls.json", "The newest calls, addresses cut", pretty(&json!(lines))));
    let agreement = known.agreement;
    let terms = terms::by_id(work.conn, agreement.terms)?;
    let head = format!(
        "Agreement {}\nTerms: {} version {}\nSHA-256 of the text: {}\n\n",
        agreement.number,
        terms.family.as_str(),
        terms.number,
        agreement.text_hash
    );
    let text = format!("{head}{}", text_of(work.conn, agreement)?);
    found.push(shared("06-agreement.txt", "The agreement as signed, with the version of its terms", text));
    if let Some(key) = known.key {
        found.push(shared("07-key.json", "The key as it was", pretty(&facts(key))));
    }
    Ok(found)
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

fn hour(point: &Point) -> Value {
    json!({ "hour": point.at, "calls": point.calls, "answered": point.ok, "bytes": point.bytes })
}

fn call(line: &LogLine) -> Value {
    let access = &line.access;
    json!({
        "at": access.at, "scope": line.scope, "method": access.method, "path": access.path,
        "outcome": access.of.outcome, "status": access.status, "bytes": access.bytes, "client": access.client,
    })
}
