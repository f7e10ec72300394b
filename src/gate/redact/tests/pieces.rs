//! However a body is cut, it comes out the same; and it comes out as the reference says.

use proptest::prelude::*;
use serde_json::Value;

use super::{redact_in, reference, rules};
use crate::gate::redact::{BodyKind, Plan, Unreadable};

const NAMES: [&str; 7] = ["a", "b", "c", "type", "features", "unitCode", "place"];

fn any_scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        (-400_i32..400).prop_map(|number| Value::from(f64::from(number) / 4.0)),
        (1_500_000_000_i64..1_600_000_000).prop_map(Value::from),
        "[a-zé\"\\\\ 0-9]{0,6}".prop_map(Value::String),
        Just(Value::from("2026-11-23T12:14:59Z")),
        Just(Value::from("seven")),
    ]
}

fn any_document() -> impl Strategy<Value = Value> {
    any_scalar().prop_recursive(5, 48, 5, |inner| {
        prop_oneof![
            2 => prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
            1 => (-90_i32..90, -90_i32..90).prop_map(|(x, y)| serde_json::json!([f64::from(x) + 0.125, f64::from(y) + 0.25])),
            4 => prop::collection::vec((prop::sample::select(&NAMES[..]), inner), 0..5).prop_map(|members| {
                Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
            }),
        ]
    })
}

fn any_rules() -> impl Strategy<Value = Vec<String>> {
    let step = prop::sample::select(&["a", "b", "c", "*", "**.a", "**.b", "place", "features[*].a"][..]);
    let path = prop::collection::vec(step, 1..3).prop_map(|steps| steps.join("."));
    let treatment = prop::sample::select(
        &[
            "drop",
            "mask",
            "keyed_hash",
            "coarsen_position",
            "coarsen_position 5280",
            "round_time 15",
            "round_time 1440",
        ][..],
    );
    let rule = (path, any::<bool>(), treatment)
        .prop_map(|(path, is_each, treatment)| format!("{path}{}: {treatment}", if is_each { "[*]" } else { "" }));
    prop::collection::vec(rule, 1..4)
}

/// Writes a document in one of many spellings.
fn spelt(document: &Value, spelling: u8) -> String {
    let text = if spelling & 1 == 0 { document.to_string() } else { serde_json::to_string_pretty(document).unwrap() };
    if spelling & 2 == 0 { text } else { text.replace("\"a\"", "\"\\u0061\"").replace("é", "\\u00E9") }
}

/// An attribute of NGSI is treated otherwise; the reference does not know them.
fn has_attribute(document: &Value) -> bool {
    match document {
        Value::Object(members) => members.values().any(has_attribute) || members.contains_key("value"),
        Value::Array(elements) => elements.iter().any(has_attribute),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, ..ProptestConfig::default() })]

    #[test]
    fn the_stream_comes_out_as_the_reference_says(
        document in any_document(), lines in any_rules(), spelling in 0_u8..4, sizes in prop::collection::vec(1_usize..9, 0..40),
    ) {
        prop_assume!(!has_attribute(&document));
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let rules = rules(&lines);
        let expected = reference::redact(&rules, &document);
        let plan = std::sync::Arc::new(Plan::new(rules).unwrap());
        let text = spelt(&document, spelling);
        let whole = redact_in(&plan, BodyKind::Json, text.as_bytes(), &[]);
        let cut = redact_in(&plan, BodyKind::Json, text.as_bytes(), &sizes);
        prop_assert_eq!(&cut, &whole);
        let (out, _) = whole.unwrap();
        let found: Value = serde_json::from_slice(&out).map_err(|error| TestCaseError::fail(format!("{error}: {}", String::from_utf8_lossy(&out))))?;
        prop_assert_eq!(found, expected, "{:?} on {}", lines, text);
    }

    #[test]
    fn what_no_rule_reaches_is_not_changed_by_a_byte(document in any_document(), spelling in 0_u8..4, sizes in prop::collection::vec(1_usize..9, 0..40)) {
        let plan = super::plan(&["nowhere: drop", "**.nobody.x: keyed_hash", "nothing[*]: mask"]);
        let text = spelt(&document, spelling);
        let (out, tally) = redact_in(&plan, BodyKind::Json, text.as_bytes(), &sizes).unwrap();
        prop_assert_eq!(String::from_utf8(out).unwrap(), text);
        prop_assert!(tally.changed.iter().all(|changed| *changed == 0));
    }

    #[test]
    fn any_bytes_in_any_pieces_come_out_the_same_or_not_at_all(
        kind in prop::sample::select(&[BodyKind::Json, BodyKind::JsonLines, BodyKind::Csv][..]),
        text in "[\\[\\]{}:,\"abt01\\.\\\\u \r\n-]{0,24}",
        sizes in prop::collection::vec(1_usize..5, 1..24),
    ) {
        let plan = super::plan(&["a: drop", "b: mask"]);
        let delayed = super::plan(&["a: coarsen_position", "b: keyed_hash", "t: delay 5"]);
        for plan in [plan, delayed] {
            let whole = redact_in(&plan, kind, text.as_bytes(), &[]);
            let cut = redact_in(&plan, kind, text.as_bytes(), &sizes);
            prop_assert_eq!(&cut, &whole, "{:?} {}", kind, text);
            if let (Ok((out, _)), BodyKind::Json) = (whole, kind) {
                prop_assert!(serde_json::from_slice::<serde::de::IgnoredAny>(&out).is_ok(), "{}", String::from_utf8_lossy(&out));
            }
        }
    }

    #[test]
    fn tables_come_out_as_the_csv_crate_reads_them(
        rows in prop::collection::vec(prop::collection::vec("[a-c\",\n é]{0,4}", 4), 0..6), sizes in prop::collection::vec(1_usize..9, 0..40), is_windows in any::<bool>(),
    ) {
        let terminator = if is_windows { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
        let mut writer = csv::WriterBuilder::new().terminator(terminator).from_writer(Vec::new());
        writer.write_record(["id", "plate", "secret", "note"]).unwrap();
        for row in &rows {
            writer.write_record(row).unwrap();
        }
        let text = writer.into_inner().unwrap();
        let plan = super::plan(&["plate: drop", "secret: mask x,\"y", "note: keyed_hash"]);
        let whole = redact_in(&plan, BodyKind::Csv, &text, &[]);
        prop_assert_eq!(&redact_in(&plan, BodyKind::Csv, &text, &sizes), &whole);
        let (out, _) = whole.unwrap();
        let mut reader = csv::Reader::from_reader(out.as_slice());
        prop_assert_eq!(reader.headers().unwrap(), vec!["id", "secret", "note"]);
        let found: Vec<Vec<String>> = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
        let expected: Vec<Vec<String>> = rows.iter().map(|row| {
            let note = if row[3].is_empty() { String::new() } else { super::code(&row[3]) };
            vec![row[0].clone(), "x,\"y".to_owned(), note]
        }).collect();
        prop_assert_eq!(found, expected);
    }
}

#[test]
fn a_cut_body_is_never_taken_for_a_whole_one() {
    let whole = br#"{"features":[{"properties":{"plate":"AB-1","n":[1,2.5e3,true,null]}}]}"#;
    let plan = super::plan(&["**.plate: mask", "n: drop"]);
    for length in 0..whole.len() {
        let cut = redact_in(&plan, BodyKind::Json, &whole[..length], &[3]);
        assert_eq!(cut, Err(Unreadable::CutOff), "{length}");
    }
    assert!(redact_in(&plan, BodyKind::Json, whole, &[3]).is_ok());
}
