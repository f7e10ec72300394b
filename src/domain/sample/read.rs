//! The records in the body of a feed, and the fields of a record, whatever shape the feed chose.
//!
//! A body that was cut off in the middle gives the records that came whole. Must never read without a bound: how deep,
//! and how many, are constants.

use serde_json::{Map, Value};

/// How deep a list of records may lie in a body.
const DEPTH_MAX: usize = 4;
/// How deep a field may lie in a record; what lies deeper is one value.
const FIELD_DEPTH_MAX: usize = 4;
/// The most fields of a record that are told apart.
const LEAVES_MAX: usize = 400;
/// The most records that are read of a body.
const READ_MAX: usize = 2_000;

/// How a body is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One JSON value.
    Json,
    /// One JSON value a line.
    Lines,
    /// A table whose first row names the columns.
    Table,
}

/// Why no records were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unread {
    /// It is not what its content type says.
    #[error("The answer is not the JSON or CSV that it says it is.")]
    Broken,
    /// There is nothing in it.
    #[error("The answer holds no records.")]
    Empty,
}

/// The records of a body. Where it `is_cut`, those that came whole.
///
/// # Errors
/// [`Unread`].
pub fn records(text: &str, form: Form, is_cut: bool) -> Result<Vec<Value>, Unread> {
    let found = match form {
        Form::Json => json_records(text, is_cut)?,
        Form::Lines => line_records(text, is_cut)?,
        Form::Table => table_records(text, is_cut)?,
    };
    if found.is_empty() { Err(Unread::Empty) } else { Ok(found) }
}

fn json_records(text: &str, is_cut: bool) -> Result<Vec<Value>, Unread> {
    if let Ok(whole) = serde_json::from_str::<Value>(text) {
        return Ok(list_in(whole));
    }
    if !is_cut {
        return Err(Unread::Broken);
    }
    let mended: Value = serde_json::from_str(&mended(text).ok_or(Unread::Broken)?).map_err(|_why| Unread::Broken)?;
    let mut found = list_in(mended);
    // The last one may lack what came after the cut.
    found.pop();
    Ok(found)
}

/// The start of a JSON text, ended after the last element of a list that came whole.
fn mended(text: &str) -> Option<String> {
    let (mut open, mut is_text, mut is_escaped) = (Vec::new(), false, false);
    let mut best: Option<(usize, Vec<char>)> = None;
    for (at, letter) in text.char_indices() {
        if is_text {
            is_text = is_escaped || letter != '"';
            is_escaped = letter == '\\' && !is_escaped;
            continue;
        }
        match letter {
            '"' => is_text = true,
            '{' => open.push('}'),
            '[' => open.push(']'),
            '}' | ']' => {
                if open.pop() != Some(letter) {
                    return None;
                }
                if open.last() == Some(&']') {
                    best = Some((at + letter.len_utf8(), open.clone()));
                }
            }
            _ => {}
        }
    }
    let (end, open) = best?;
    let mut out = text.get(..end)?.to_owned();
    out.extend(open.iter().rev());
    Some(out)
}

/// The list of records in a body: itself, or the first list of objects in it, the nearest first; else the body is the
/// one record.
fn list_in(body: Value) -> Vec<Value> {
    if let Value::Array(list) = body {
        return list.into_iter().take(READ_MAX).collect();
    }
    let mut near = vec![&body];
    for _ in 0..DEPTH_MAX {
        let mut next = Vec::new();
        for value in near {
            for member in value.as_object().into_iter().flat_map(Map::values) {
                match member {
                    Value::Array(list) if !list.is_empty() && list.iter().all(Value::is_object) => {
                        return list.iter().take(READ_MAX).cloned().collect();
                    }
                    Value::Object(_) => next.push(member),
                    Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {}
                }
            }
        }
        near = next;
    }
    if body.as_object().is_some_and(|object| !object.is_empty()) { vec![body] } else { Vec::new() }
}

fn line_records(text: &str, is_cut: bool) -> Result<Vec<Value>, Unread> {
    let whole = if is_cut { text.rsplit_once('\n').map_or("", |(whole, _)| whole) } else { text };
    let lines = whole.lines().filter(|line| !line.trim().is_empty()).take(READ_MAX);
    lines.map(|line| serde_json::from_str(line).map_err(|_why| Unread::Broken)).collect()
}

fn table_records(text: &str, is_cut: bool) -> Result<Vec<Value>, Unread> {
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let heads = reader.headers().map_err(|_why| Unread::Broken)?.clone();
    let mut found = Vec::new();
    for row in reader.records().take(READ_MAX) {
        let row = row.map_err(|_why| Unread::Broken)?;
        let cells = heads.iter().zip(row.iter());
        let cell = |text: &str| if text.is_empty() { Value::Null } else { Value::String(text.to_owned()) };
        found.push(Value::Object(cells.map(|(head, text)| (head.to_owned(), cell(text))).collect()));
    }
    if is_cut && !text.ends_with('\n') {
        found.pop();
    }
    Ok(found)
}

/// The fields of a record by their dotted names, in the order of the record. The frame that GeoJSON (`properties`) and
/// NGSI-LD (`type`, `value`) put around a field is taken off; a geometry is one value, and so is a list.
#[must_use]
pub fn leaves(record: &Value) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    match record {
        Value::Object(object) => {
            let is_feature = object.get("type").and_then(Value::as_str) == Some("Feature");
            for (name, value) in object {
                match (is_feature, name.as_str(), value) {
                    (_, "@context", _) | (true, "type", _) => {}
                    (true, "properties", Value::Object(properties)) => {
                        properties.iter().for_each(|(name, value)| add(&mut found, name.clone(), value, 1));
                    }
                    _ => add(&mut found, name.clone(), value, 1),
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            found.push(("value".to_owned(), record.clone()));
        }
    }
    found
}

fn add(found: &mut Vec<(String, Value)>, name: String, value: &Value, depth: usize) {
    if found.len() >= LEAVES_MAX {
        return;
    }
    let value = unframed(value);
    match value {
        Value::Object(object) if depth < FIELD_DEPTH_MAX && !is_geometry(value) && !object.is_empty() => {
            object.iter().for_each(|(part, value)| add(found, format!("{name}.{part}"), value, depth + 1));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
            found.push((name, value.clone()));
        }
    }
}

/// What stands in the frame of an NGSI-LD property or a JSON-LD value.
fn unframed(value: &Value) -> &Value {
    let Some(object) = value.as_object() else { return value };
    let kind = object.get("type").and_then(Value::as_str).unwrap_or_default();
    let inner = match kind {
        "Property" | "GeoProperty" | "LanguageProperty" | "DateTime" | "geo:json" | "Text" | "Number" => {
            object.get("value").or_else(|| object.get("languageMap"))
        }
        "Relationship" => object.get("object"),
        _ => object.get("@value"),
    };
    match inner {
        Some(inner) if inner.get("@value").is_some() => inner.get("@value").unwrap_or(inner),
        Some(inner) => inner,
        None => value,
    }
}

/// Whether a value is a GeoJSON geometry.
#[must_use]
pub(super) fn is_geometry(value: &Value) -> bool {
    value.get("coordinates").is_some_and(Value::is_array) && value.get("type").is_some_and(Value::is_string)
}
