//! Examples made from the shapes themselves, so that none can be out of date: by the field's own description where it
//! lists words, else by its name and type. Never holds anything that could work as a secret.

use serde_json::{Map, Value, json};

/// Shapes within shapes that are followed.
const DEPTH_MAX: usize = 8;

/// An example of the shape `schema`; `schemas` are the named ones.
pub(super) fn example(schema: &Value, schemas: &Map<String, Value>) -> Value {
    of(schema, "", schemas, 0)
}

fn of(schema: &Value, name: &str, schemas: &Map<String, Value>, depth: usize) -> Value {
    if depth > DEPTH_MAX {
        return Value::Null;
    }
    if let Some(given) = schema.get("example") {
        return given.clone();
    }
    if let Some(given) = schema.get("examples").and_then(|all| all.get(0)) {
        return given.clone();
    }
    if let Some(named) = reference(schema) {
        return schemas.get(named).map_or(Value::Null, |schema| of(schema, name, schemas, depth + 1));
    }
    if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
        let mut all = Map::new();
        for part in parts {
            if let Value::Object(fields) = of(part, name, schemas, depth + 1) {
                all.extend(fields);
            }
        }
        return Value::Object(all);
    }
    for choice in ["oneOf", "anyOf"] {
        let parts = schema.get(choice).and_then(Value::as_array);
        if let Some(part) = parts.and_then(|parts| parts.iter().find(|part| !is_null(part))) {
            return of(part, name, schemas, depth + 1);
        }
    }
    if let Some(word) = schema.get("enum").and_then(|words| words.get(0)) {
        return word.clone();
    }
    by_type(schema, name, schemas, depth)
}

fn by_type(schema: &Value, name: &str, schemas: &Map<String, Value>, depth: usize) -> Value {
    match kind(schema) {
        "object" => object(schema, schemas, depth),
        "array" => {
            let one = schema.get("items").map(|items| of(items, singular(name), schemas, depth + 1));
            json!(one.into_iter().filter(|one| !one.is_null()).collect::<Vec<_>>())
        }
        "boolean" => json!(true),
        "integer" | "number" => json!(number(name)),
        "string" => json!(text(schema, name)),
        _ => Value::Null,
    }
}

fn object(schema: &Value, schemas: &Map<String, Value>, depth: usize) -> Value {
    let Some(fields) = schema.get("properties").and_then(Value::as_object) else {
        return match schema.get("additionalProperties") {
            Some(value @ Value::Object(_)) => json!({ "name": of(value, "text", schemas, depth + 1) }),
            _ => json!({}),
        };
    };
    let fields = fields.iter().map(|(name, field)| (name.clone(), of(field, name, schemas, depth + 1)));
    Value::Object(fields.collect())
}

/// The name in `#/components/schemas/NAME`.
pub(super) fn reference(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix("#/components/schemas/")
}

fn is_null(schema: &Value) -> bool {
    kind(schema) == "null"
}

/// The type of a shape; of several, the first that is not null.
pub(super) fn kind(schema: &Value) -> &str {
    match schema.get("type") {
        Some(Value::String(kind)) => kind,
        Some(Value::Array(kinds)) => {
            kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null").unwrap_or("null")
        }
        _ => "",
    }
}

fn singular(name: &str) -> &str {
    name.strip_suffix('s').unwrap_or(name)
}

fn number(name: &str) -> i64 {
    match name {
        "status" => 200,
        "overlap_days" => 2,
        "timeout_ms" => 3_000,
        "bytes" => 18_204,
        "calls" | "ok" => 120,
        _ => 1,
    }
}

fn text(schema: &Value, name: &str) -> String {
    let description = schema.get("description").and_then(Value::as_str).unwrap_or_default();
    match schema.get("format").and_then(Value::as_str) {
        Some("date-time") => return "2026-11-23T17:00:00Z".to_owned(),
        Some("date") => return "2026-11-23".to_owned(),
        _ => {}
    }
    // “`live` or `test`.”: the first of the words.
    if let Some((word, _)) = description.strip_prefix('`').and_then(|rest| rest.split_once('`')) {
        return word.to_owned();
    }
    let by_name = match name {
        "id" | "agreement" | "application" | "key" | "session" | "account" | "item" | "person" | "target_id"
        | "department" | "amends" | "follows" | "reopened_as" | "previous_agreement" => {
            "019ac1d2-7c3a-7000-8000-000000000017"
        }
        "email" | "to" | "address" if description.is_empty() => "maria@people.example",
        "name" | "requester_name" | "by" | "author" => "Maria Gonzalez",
        "slug" | "dataset" => "parking-occupancy",
        "title" => "Parking occupancy",
        "scope" => "parking-occupancy:read",
        "number" => "DSA-2026-0017",
        "token" | "password" | "credential" | "old_password" => "(a secret)",
        "text" | "reason" | "explanation" | "statement" | "detail" => "In a sentence or two.",
        "network" => "192.0.2.0/24",
        "limit" => "100/minute",
        "expires_on" => "2027-01-31",
        "hash" | "text_hash" | "terms_hash" | "reviewed" => {
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
        }
        "url" => "https://feeds.city.example/parking",
        "outcome" => "ok",
        "method" => "GET",
        "path" => "/latest",
        _ => "text",
    };
    by_name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_follows_references_choices_and_words_of_descriptions() {
        let schemas = json!({
            "Key": { "allOf": [
                { "type": "object", "properties": { "mode": { "type": "string", "description": "`live` or `test`." } } },
                { "type": "object", "properties": { "limits": { "type": "array", "items": { "type": "string" } } } },
            ] },
            "Loop": { "type": "object", "properties": { "next": { "$ref": "#/components/schemas/Loop" } } },
        });
        let schemas = schemas.as_object().unwrap();
        let made = |schema: Value| example(&schema, schemas);
        assert_eq!(
            made(json!({ "$ref": "#/components/schemas/Key" })),
            json!({ "mode": "live", "limits": ["100/minute"] })
        );
        assert_eq!(made(json!({ "oneOf": [{ "type": "null" }, { "type": "boolean" }] })), json!(true));
        assert_eq!(made(json!({ "type": ["integer", "null"] })), json!(1));
        assert_eq!(made(json!({ "type": "string", "enum": ["0", "1"] })), json!("0"));
        assert_eq!(made(json!({ "type": "object", "example": { "a": 1 } })), json!({ "a": 1 }));
        assert!(made(json!({ "$ref": "#/components/schemas/Loop" })).is_object(), "what refers to itself ends");
    }
}
