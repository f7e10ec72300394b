//! A sample laid out for reading: its first columns and rows, and where its records are. Shared by the public page and
//! the steward's, so that the steward sees what everybody will.

use serde::Serialize;
use serde_json::Value;

use super::map::{MapView, map};
use crate::domain::sample::{Origin, Sample, leaves, places};
use crate::domain::time::Instant;

/// Columns shown; the whole is in the file.
const COLUMNS_SHOWN: usize = 7;
/// Rows shown.
const ROWS_SHOWN: usize = 8;
/// The longest cell, in characters.
const CELL_MAX: usize = 60;

/// What the part `sample` shows.
#[derive(Debug, Serialize)]
pub(super) struct SampleView {
    heads: Vec<String>,
    rows: Vec<Vec<Cell>>,
    columns: usize,
    count: usize,
    is_part: bool,
    taken_at: Instant,
    is_made_up: bool,
    profile: String,
    hash: String,
    map: Option<MapView>,
}

/// A value under its heading, which phones show beside it.
#[derive(Debug, Serialize)]
struct Cell {
    head: String,
    text: String,
}

impl SampleView {
    /// Lays a sample out; `outline` is the city's.
    #[must_use]
    pub(super) fn of(sample: &Sample, outline: &[[i32; 2]]) -> Self {
        let records = sample.records();
        let laid: Vec<Vec<(String, Value)>> = records.iter().map(leaves).collect();
        let mut heads: Vec<String> = Vec::new();
        for (name, _) in laid.iter().flatten() {
            if !heads.contains(name) {
                heads.push(name.clone());
            }
        }
        let columns = heads.len();
        heads.truncate(COLUMNS_SHOWN);
        let row = |fields: &Vec<(String, Value)>| {
            let cell = |head: &String| {
                let value = fields.iter().find(|(name, _)| name == head).map(|(_, value)| value);
                Cell { head: head.clone(), text: value.map(shown).unwrap_or_default() }
            };
            heads.iter().map(cell).collect()
        };
        let (is_made_up, profile) = match &sample.origin {
            Origin::MadeUp => (true, String::new()),
            Origin::Live { profile, .. } => (false, profile.as_ref().map(|(name, _)| name.clone()).unwrap_or_default()),
        };
        Self {
            rows: laid.iter().take(ROWS_SHOWN).map(row).collect(),
            heads,
            columns,
            count: sample.count,
            is_part: columns > COLUMNS_SHOWN || sample.count > ROWS_SHOWN,
            taken_at: sample.taken_at,
            is_made_up,
            profile,
            hash: sample.hash.clone(),
            map: map(&places(&records), &degrees(outline)),
        }
    }
}

/// A value in a cell.
fn shown(value: &Value) -> String {
    let text = match value {
        Value::Null => return String::new(),
        Value::String(text) => text.clone(),
        Value::Object(object) if object.contains_key("coordinates") => {
            object.get("type").and_then(Value::as_str).unwrap_or("Geometry").to_owned()
        }
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    };
    if text.chars().count() <= CELL_MAX {
        return text;
    }
    let start: String = text.chars().take(CELL_MAX).collect();
    format!("{start}…")
}

/// Millionths of a degree as degrees.
fn degrees(outline: &[[i32; 2]]) -> Vec<[f64; 2]> {
    outline.iter().map(|[east, north]| [f64::from(*east) / 1e6, f64::from(*north) / 1e6]).collect()
}
