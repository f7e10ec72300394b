//! The document itself: it names the routes that are registered, and nothing in it is left without words.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use crate::api::api;
use crate::api::example::reference;

fn document() -> Value {
    serde_json::to_value(api().document("/")).unwrap()
}

/// Every operation with its method and path.
fn operations(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    let of = |(path, item): (&String, &'_ Value)| {
        let path = path.clone();
        item.as_object().unwrap().keys().map(move |method| format!("{method} {path}")).collect::<Vec<_>>()
    };
    paths.iter().flat_map(|pair| of(pair).into_iter().zip(pair.1.as_object().unwrap().values())).collect()
}

#[test]
fn the_document_names_exactly_the_routes_that_are_registered() {
    let api = api();
    assert_eq!(api.routes().mistakes(), Vec::<String>::new());
    let rows = api.routes().rows();
    let registered: BTreeSet<String> =
        rows.iter().map(|row| format!("{} {}", row.method.as_str().to_lowercase(), row.path)).collect();
    let document = document();
    let described: BTreeSet<String> = operations(&document).into_iter().map(|(name, _)| name).collect();
    assert_eq!(registered, described);
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
}

#[test]
fn everything_that_is_referred_to_is_there() {
    let document = document();
    let text = document.to_string();
    for kind in ["schemas", "responses"] {
        let mut missing = BTreeSet::new();
        for part in text.split(&format!("#/components/{kind}/")).skip(1) {
            let name = part.split('"').next().unwrap();
            if document["components"][kind].get(name).is_none() {
                missing.insert(name.to_owned());
            }
        }
        assert_eq!(missing, BTreeSet::new());
    }
}

#[test]
fn no_two_shapes_share_a_name() {
    let mut known: BTreeMap<String, Value> = BTreeMap::new();
    for (name, schema) in api().schemas() {
        let schema = serde_json::to_value(schema).unwrap();
        let earlier = known.entry(name.clone()).or_insert_with(|| schema.clone());
        assert_eq!(*earlier, schema, "two shapes are called {name}");
    }
}

#[test]
fn every_operation_says_what_it_takes_and_gives_and_how_it_may_fail() {
    let document = document();
    let mut ids = BTreeSet::new();
    for (name, operation) in operations(&document) {
        assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{name}: its id stands twice");
        for part in ["summary", "description"] {
            assert!(operation[part].as_str().is_some_and(|text| !text.is_empty()), "{name}: no {part}");
        }
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            assert!(parameter["description"].is_string(), "{name}: the parameter {} has no words", parameter["name"]);
        }
        let bodies = operation["responses"].as_object().unwrap().values().chain([&operation["requestBody"]]);
        for body in bodies.filter_map(|body| body["content"].get("application/json")) {
            let is_ours = reference(&body["schema"]).is_some();
            assert!(!is_ours || body["example"].is_object(), "{name}: no example of {}", body["schema"]);
        }
        let statuses: Vec<&String> = operation["responses"].as_object().unwrap().keys().collect();
        assert!(statuses.iter().any(|status| status.starts_with('2')), "{name}: {statuses:?}");
        assert!(statuses.iter().any(|status| status.as_str() == "503"), "{name}: {statuses:?}");
        let needs_token = operation.get("security").is_some();
        assert_eq!(needs_token, statuses.iter().any(|status| status.as_str() == "401" && needs_token), "{name}");
    }
}

#[test]
fn every_group_in_use_is_described() {
    let document = document();
    let tags: Vec<&str> =
        document["tags"].as_array().unwrap().iter().map(|tag| tag["name"].as_str().unwrap()).collect();
    for tag in document["tags"].as_array().unwrap() {
        assert!(tag["description"].is_string(), "{tag}: give its paths a group in words.rs");
    }
    for (name, operation) in operations(&document) {
        assert!(tags.contains(&operation["tags"][0].as_str().unwrap()), "{name}");
    }
}

/// Every code that an answer names.
fn codes(answer: &Value) -> impl Iterator<Item = &Value> {
    ["x-codes", "x-field-codes"].into_iter().flat_map(|name| answer[name].as_array().into_iter().flatten())
}

/// Every `.rs` file below `folder`, put together.
fn source(folder: &Path, text: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            source(&entry.path(), text);
        } else if entry.path().extension().is_some_and(|ending| ending == "rs") {
            text.push_str(&std::fs::read_to_string(entry.path()).unwrap());
        }
    }
}

#[test]
fn every_code_that_is_named_can_be_answered() {
    let mut text = String::new();
    text.push_str("\"query_invalid\" is a word of this room");
    for room in ["domain", "cases", "web"] {
        source(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(room), &mut text);
    }
    let document = document();
    let shared = document["components"]["responses"].as_object().unwrap().values();
    let own = operations(&document)
        .into_iter()
        .flat_map(|(_, operation)| operation["responses"].as_object().unwrap().values().collect::<Vec<_>>());
    let mut unknown = BTreeSet::new();
    for code in shared.chain(own).flat_map(codes) {
        if !text.contains(&code.to_string()) {
            unknown.insert(code.to_string());
        }
    }
    assert_eq!(unknown, BTreeSet::new(), "no refusal has these codes");
}
