//! Any JSON at all: what comes out of an import is valid, and reads back unchanged.

use proptest::prelude::*;
use serde_json::Value;

use super::{catalogue, export, parse, read, record, validate};

fn any_json() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        any::<String>(),
        prop::sample::select(vec![
            "public",
            "https://a.example/x y",
            "mailto: a@b.example",
            "2020-07-22",
            "<p>x",
            "R/P1D",
            "07/22/2020",
            "/rel",
            "csv",
        ])
        .prop_map(str::to_owned),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        text.prop_map(Value::from)
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        let name = prop::sample::select(vec![
            "name",
            "fn",
            "hasEmail",
            "accessURL",
            "downloadURL",
            "mediaType",
            "format",
            "@value",
        ]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((name, inner), 0..4).prop_map(|fields| Value::Object(
                fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
            )),
        ]
    })
}

fn any_record() -> impl Strategy<Value = Value> {
    let names = vec![
        "title",
        "identifier",
        "description",
        "keyword",
        "theme",
        "modified",
        "issued",
        "publisher",
        "contactPoint",
        "accessLevel",
        "license",
        "rights",
        "spatial",
        "temporal",
        "accrualPeriodicity",
        "landingPage",
        "distribution",
    ];
    prop::collection::vec((prop::sample::select(names), any_json()), 0..12).prop_map(|changes| {
        let fields = changes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        record(Value::Object(fields))
    })
}

proptest! {
    #[test]
    fn whatever_a_catalogue_holds_what_comes_out_is_valid(records in prop::collection::vec(any_record(), 0..6)) {
        let parsed = read(&catalogue(Value::from(records)));
        let report = &parsed.report;
        prop_assert_eq!(report.clean + report.repaired + report.skipped, report.records);
        let written = export(&parsed);
        prop_assert_eq!(validate(&written), vec![]);
        let again = parse(written.to_string().as_bytes(), None).unwrap();
        prop_assert_eq!(again.report.repaired, 0, "{:?}", again.records);
        prop_assert_eq!(again.report.skipped, 0);
    }

    #[test]
    fn bytes_never_break_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        drop(parse(&bytes, None));
    }
}
