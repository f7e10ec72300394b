//! What a feed sends, held against what its steward declared: fields that are missing, new, or of another type.
//!
//! Must never decide anything: the steward does. A field that nobody declared is also one that no redaction profile
//! knows of, so what looks personal is said first.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::catalogue::Field;
use super::sample::{ends_with, leaves};

/// Records of one answer that are looked at.
const RECORDS_MAX: usize = 500;
/// Fields that are told apart.
const FIELDS_MAX: usize = 400;
/// Names of the frame that formats put around a record; nobody need declare them.
const FRAME: [&str; 5] = ["id", "type", "geometry", "bbox", "@id"];

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Nothing but empty values were seen.
    Empty,
    /// Text.
    Text,
    /// A whole number.
    Integer,
    /// A number with a fraction, or both kinds.
    Number,
    /// True or false.
    Boolean,
    /// A day or an instant.
    Datetime,
    /// A GeoJSON geometry.
    Geometry,
    /// A list.
    List,
    /// An object that is no geometry.
    Object,
    /// Several of them.
    Mixed,
}

impl Kind {
    /// The word as fields are declared.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Text => "string",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Datetime => "datetime",
            Self::Geometry => "geometry",
            Self::List => "list",
            Self::Object => "object",
            Self::Mixed => "mixed",
        }
    }

    fn of(value: &Value, is_table: bool) -> Self {
        match value {
            Value::Null => Self::Empty,
            Value::Bool(_) => Self::Boolean,
            Value::Number(number) if number.is_i64() || number.is_u64() => Self::Integer,
            Value::Number(_) => Self::Number,
            Value::Array(_) => Self::List,
            Value::Object(object) if object.contains_key("coordinates") => Self::Geometry,
            Value::Object(_) => Self::Object,
            Value::String(text) if is_instant(text) => Self::Datetime,
            Value::String(text) if is_table => Self::of_cell(text),
            Value::String(_) => Self::Text,
        }
    }

    /// A cell of a table, where everything is written as text.
    fn of_cell(text: &str) -> Self {
        if text.parse::<i64>().is_ok() {
            return Self::Integer;
        }
        if text.parse::<f64>().is_ok() {
            return Self::Number;
        }
        if matches!(text, "true" | "false") { Self::Boolean } else { Self::Text }
    }

    /// The type of values of both types.
    fn with(self, other: Self) -> Self {
        match (self, other) {
            (Self::Empty, kind) | (kind, Self::Empty) => kind,
            (Self::Integer, Self::Number) | (Self::Number, Self::Integer) => Self::Number,
            (Self::Text, Self::Datetime) | (Self::Datetime, Self::Text) => Self::Text,
            (known, other) if known == other => known,
            _ => Self::Mixed,
        }
    }

    /// Whether a field declared so may hold this. A declared type that is no usual word is never wrong.
    fn fits(self, declared: &str) -> bool {
        let word = declared.trim().to_lowercase();
        match word.as_str() {
            "string" | "text" | "uri" | "url" | "uuid" | "id" => {
                matches!(self, Self::Text | Self::Datetime | Self::Empty)
            }
            "integer" | "int" | "long" => matches!(self, Self::Integer | Self::Empty),
            "number" | "float" | "double" | "decimal" => matches!(self, Self::Integer | Self::Number | Self::Empty),
            "boolean" | "bool" => matches!(self, Self::Boolean | Self::Empty),
            "datetime" | "date" | "timestamp" | "time" => {
                matches!(self, Self::Datetime | Self::Integer | Self::Number | Self::Empty)
            }
            "geometry" | "point" | "geo:json" => matches!(self, Self::Geometry | Self::Empty),
            "list" | "array" => matches!(self, Self::List | Self::Empty),
            "object" => matches!(self, Self::Object | Self::Empty),
            _ => true,
        }
    }
}

/// `2026-11-27`, or the same with a time.
fn is_instant(text: &str) -> bool {
    let day = text.get(..10).is_some_and(|day| day.parse::<chrono::NaiveDate>().is_ok());
    day && (text.len() == 10 || text.get(10..11).is_some_and(|mark| matches!(mark, "T" | "t" | " ")))
}

/// A field as it was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Its name, without the frame of its format.
    pub name: String,
    /// Its type.
    pub kind: Kind,
    /// Records in which it was missing or empty.
    pub empty: usize,
    /// Records that were looked at.
    pub of: usize,
}

/// The fields of records, in the order in which they were first seen.
#[must_use]
pub fn seen(records: &[Value], is_table: bool) -> Vec<Seen> {
    let mut found: Vec<(String, Kind, usize)> = Vec::new();
    let records = records.get(..RECORDS_MAX).unwrap_or(records);
    for record in records {
        for (name, value) in leaves(record) {
            let kind = Kind::of(&value, is_table);
            let filled = usize::from(kind != Kind::Empty);
            let has_room = found.len() < FIELDS_MAX;
            match found.iter_mut().find(|(known, ..)| *known == name) {
                Some((_, known, count)) => {
                    *known = known.with(kind);
                    *count += filled;
                }
                None if has_room => found.push((name, kind, filled)),
                None => {}
            }
        }
    }
    let of = records.len();
    found.into_iter().map(|(name, kind, filled)| Seen { name, kind, empty: of - filled.min(of), of }).collect()
}

/// How a field differs from what was declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Drift {
    /// Declared, and not in the feed.
    Missing,
    /// In the feed, and not declared.
    New,
    /// Of another type than declared.
    OtherType,
}

/// One field, as declared and as seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// Its name: as declared, else as seen.
    pub name: String,
    /// The type it was declared with.
    pub declared: Option<String>,
    /// The type that was seen.
    pub seen: Option<Kind>,
    /// Records of a hundred in which it was missing or empty.
    pub empty_percent: usize,
    /// How it differs.
    pub drift: Option<Drift>,
}

/// Declared fields held against those seen: the declared ones in their order, then the new ones.
#[must_use]
pub fn compare(declared: &[Field], seen: &[Seen]) -> Vec<Compared> {
    let is_same = |declared: &str, seen: &str| {
        declared == seen || ends_with(seen, declared) || ends_with(declared, seen) || frameless(declared) == seen
    };
    let percent = |seen: &Seen| (seen.empty * 100).checked_div(seen.of).unwrap_or(0);
    let mut lines: Vec<Compared> = declared
        .iter()
        .map(|field| {
            let exact = seen.iter().find(|seen| seen.name == field.name);
            let found = exact.or_else(|| seen.iter().find(|seen| is_same(&field.name, &seen.name)));
            let drift = match found {
                None => Some(Drift::Missing),
                Some(seen) if !seen.kind.fits(&field.kind) => Some(Drift::OtherType),
                Some(_) => None,
            };
            Compared {
                name: field.name.clone(),
                declared: Some(field.kind.clone()),
                seen: found.map(|seen| seen.kind),
                empty_percent: found.map_or(100, percent),
                drift,
            }
        })
        .collect();
    let is_known = |seen: &Seen| {
        FRAME.contains(&seen.name.as_str()) || declared.iter().any(|field| is_same(&field.name, &seen.name))
    };
    lines.extend(seen.iter().filter(|seen| !is_known(seen)).map(|seen| Compared {
        name: seen.name.clone(),
        declared: None,
        seen: Some(seen.kind),
        empty_percent: percent(seen),
        drift: Some(Drift::New),
    }));
    lines
}

/// A name declared with the frame of GeoJSON around it.
fn frameless(name: &str) -> &str {
    let name = name.strip_prefix("features[*].").unwrap_or(name);
    name.strip_prefix("properties.").unwrap_or(name)
}

/// What differs, as a text that changes when and only when it does; empty where nothing differs.
#[must_use]
pub fn print(lines: &[Compared]) -> String {
    let mark = |line: &Compared| {
        Some(match line.drift? {
            Drift::Missing => format!("-{}", line.name),
            Drift::New => format!("+{}", line.name),
            Drift::OtherType => format!("~{}:{}", line.name, line.seen.map_or("", Kind::as_str)),
        })
    };
    lines.iter().filter_map(mark).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::catalogue::Sensitivity;

    fn field(name: &str, kind: &str) -> Field {
        Field {
            name: name.to_owned(),
            kind: kind.to_owned(),
            description: String::new(),
            sensitivity: Sensitivity::None,
        }
    }

    #[test]
    fn types_are_seen_over_all_records_and_empties_are_counted() {
        let records = [
            json!({ "a": 1, "b": "x", "c": null, "d": "2026-11-27T10:00:00Z", "e": 1 }),
            json!({ "a": 1.5, "b": null, "d": "2026-11-27", "e": "x" }),
        ];
        let found: Vec<_> = seen(&records, false).into_iter().map(|seen| (seen.name, seen.kind, seen.empty)).collect();
        let rows = [
            ("a", Kind::Number, 0),
            ("b", Kind::Text, 1),
            ("c", Kind::Empty, 2),
            ("d", Kind::Datetime, 0),
            ("e", Kind::Mixed, 0),
        ];
        assert_eq!(found, rows.map(|(name, kind, empty)| (name.to_owned(), kind, empty)));
        let table = [json!({ "n": "12", "f": "1.5", "t": "true", "s": "abc" })];
        let kinds: Vec<_> = seen(&table, true).into_iter().map(|seen| seen.kind).collect();
        assert_eq!(kinds, [Kind::Integer, Kind::Number, Kind::Boolean, Kind::Text]);
    }

    #[test]
    fn what_is_missing_new_or_of_another_type_is_told_apart() {
        let declared = [
            field("speed", "number"),
            field("properties.zone", "string"),
            field("observed_at", "datetime"),
            field("plate", "string"),
            field("count", "integer"),
            field("shape", "of our own"),
        ];
        let records = [json!({ "type": "Feature", "id": 1, "geometry": { "type": "Point", "coordinates": [1, 2] },
            "properties": { "speed": 4, "zone": "N", "observed_at": 1_700_000_000, "count": "many", "shape": [1],
            "driver_name": "x" } })];
        let lines = compare(&declared, &seen(&records, false));
        let drifts: Vec<_> = lines.iter().map(|line| (line.name.as_str(), line.drift)).collect();
        assert_eq!(
            drifts,
            [
                ("speed", None),
                ("properties.zone", None),
                ("observed_at", None),
                ("plate", Some(Drift::Missing)),
                ("count", Some(Drift::OtherType)),
                ("shape", None),
                ("driver_name", Some(Drift::New)),
            ]
        );
        assert_eq!(print(&lines), "-plate ~count:string +driver_name");
        assert_eq!(print(&compare(&declared[..1], &seen(&[json!({ "speed": 1 })], false))), "");
    }
}
