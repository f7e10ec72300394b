#![expect(clippy::needless_pass_by_value, reason = "a json! literal reads best as a value")]

mod any;

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::*;
use crate::domain::time::Day;

fn read(catalogue: &Value) -> Parsed {
    parse(catalogue.to_string().as_bytes(), None).unwrap()
}

fn catalogue(datasets: Value) -> Value {
    json!({ "conformsTo": CONFORMS_TO, "dataset": datasets })
}

/// A record without fault, with some fields replaced; `null` takes a field away.
fn record(changes: Value) -> Value {
    let mut record = json!({
        "identifier": "x-1", "title": "Parking", "description": "Free spaces.", "keyword": ["parking"],
        "modified": "2026-11-01", "publisher": { "name": "City" }, "accessLevel": "public",
        "contactPoint": { "fn": "Desk", "hasEmail": "mailto:desk@city.example" },
        "landingPage": "https://city.example/d/x-1",
    });
    let fields = record.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        fields.insert(name.clone(), value.clone());
    }
    fields.retain(|_, value| !value.is_null());
    record
}

fn one(changes: Value) -> Imported {
    let mut parsed = read(&catalogue(json!([record(changes)])));
    parsed.records.remove(0).unwrap()
}

fn codes(imported: &Imported) -> Vec<(&str, RepairCode)> {
    imported.repairs.iter().map(|repair| (repair.field.as_str(), repair.code)).collect()
}

fn exported<'a>(imported: &'a Imported, email: &'a Email) -> Exported<'a> {
    Exported {
        identifier: imported.identifier.as_str(),
        metadata: &imported.metadata,
        publisher: "Transportation",
        part_of: Some("City of Norwalk"),
        contact_name: "Data desk",
        contact_email: email,
        modified: Day::from_ymd_opt(2026, 11, 23).unwrap(),
    }
}

fn export(parsed: &Parsed) -> Value {
    let email = Email::parse("email", "data@norwalk.example").unwrap();
    let listed: Vec<Exported<'_>> =
        parsed.records.iter().flatten().map(|imported| exported(imported, &email)).collect();
    to_data_json(Some(&WebUrl::parse("u", "https://norwalk.example/data.json").unwrap()), &listed)
}

#[test]
fn a_sound_record_is_taken_in_as_it_is() {
    let imported = one(json!({
        "distribution": [{ "title": "CSV", "downloadURL": "https://city.example/x.csv", "mediaType": "text/csv", "format": "CSV" }],
        "theme": ["Transportation"], "accrualPeriodicity": "R/P1D", "temporal": "2020-01-01/2020-12-31", "issued": "2020",
        "spatial": "-73.5,41.0,-73.3,41.2", "license": "https://city.example/licence", "rights": "None.",
    }));
    assert_eq!(codes(&imported), []);
    let metadata = imported.metadata;
    assert_eq!(metadata.frequency.unwrap().as_str(), "R/P1D");
    assert_eq!(metadata.distributions.first().unwrap().at.media_type().unwrap().as_str(), "text/csv");
    assert_eq!(metadata.contact.email.unwrap().as_str(), "desk@city.example");
}

#[test]
fn each_common_fault_is_mended_and_named() {
    use RepairCode::{Characters, Date, Html, MediaType, Missing, TooLong, Vocabulary, WrongType};
    for (changes, field, code) in [
        (json!({ "description": null }), "description", Missing),
        (json!({ "description": "<p>a&nbsp;b</p>" }), "description", Html),
        (json!({ "description": "a\u{200B}b" }), "description", Characters),
        (json!({ "title": "x".repeat(301) }), "title", TooLong),
        (json!({ "title": ["One", "Two"] }), "title", WrongType),
        (json!({ "title": 311 }), "title", WrongType),
        (json!({ "keyword": null }), "keyword", Missing),
        (json!({ "keyword": [] }), "keyword", Missing),
        (json!({ "keyword": "a, b; c" }), "keyword", WrongType),
        (json!({ "keyword": ["a", 7, null] }), "keyword", WrongType),
        (json!({ "keyword": (0..101).map(|n| format!("k{n}")).collect::<Vec<_>>() }), "keyword", TooLong),
        (json!({ "theme": "Transportation" }), "theme", WrongType),
        (json!({ "identifier": null }), "identifier", Missing),
        (json!({ "publisher": null }), "publisher", Missing),
        (json!({ "contactPoint": null }), "contactPoint", Missing),
        (json!({ "contactPoint": { "fn": "A" } }), "contactPoint", Missing),
        (
            json!({ "contactPoint": { "fn": "A", "hasEmail": "mailto: a@b.example" } }),
            "contactPoint",
            RepairCode::Email,
        ),
        (json!({ "contactPoint": { "fn": "A", "hasEmail": "a@b.example" } }), "contactPoint", RepairCode::Email),
        (json!({ "contactPoint": { "fn": "A", "hasEmail": "mailto:nobody" } }), "contactPoint", RepairCode::Email),
        (json!({ "modified": null }), "modified", Missing),
        (json!({ "modified": "07/22/2020" }), "modified", Date),
        (json!({ "modified": "soon" }), "modified", Date),
        (json!({ "issued": "2021-02-29" }), "issued", Date),
        (json!({ "temporal": "last year" }), "temporal", Date),
        (json!({ "temporal": ["2020", "2021"] }), "temporal", WrongType),
        (json!({ "temporal": { "startDate": "2020", "endDate": "2021" } }), "temporal", WrongType),
        (json!({ "spatial": { "type": "Point", "coordinates": [1, 2] } }), "spatial", WrongType),
        (json!({ "accessLevel": "Public" }), "accessLevel", Vocabulary),
        (json!({ "accessLevel": "secret" }), "accessLevel", Vocabulary),
        (json!({ "accessLevel": null }), "accessLevel", Missing),
        (json!({ "accrualPeriodicity": "Daily" }), "accrualPeriodicity", Vocabulary),
        (json!({ "accrualPeriodicity": "now and then" }), "accrualPeriodicity", Vocabulary),
        (json!({ "landingPage": "/d/x-1" }), "landingPage", RepairCode::Url),
        (json!({ "landingPage": "javascript:alert(1)" }), "landingPage", RepairCode::Url),
        (json!({ "license": "Public Domain" }), "license", RepairCode::Url),
        (json!({ "distribution": { "accessURL": "https://a.example" } }), "distribution", WrongType),
        (json!({ "distribution": ["x"] }), "distribution", RepairCode::Url),
        (json!({ "distribution": [{ "downloadURL": "https://a.example/x.csv" }] }), "distribution", MediaType),
        (json!({ "distribution": [{ "downloadURL": "https://a.example/x" }] }), "distribution", MediaType),
        (
            json!({ "distribution": [{ "downloadURL": "https://a.example/x", "mediaType": "csv" }] }),
            "distribution",
            MediaType,
        ),
    ] {
        let imported = one(changes.clone());
        assert_eq!(codes(&imported), [(field, code)], "{changes}");
    }
}

#[test]
fn what_was_mended_says_what_it_meant() {
    let metadata = |changes: Value| one(changes).metadata;
    let date = |text: &str| metadata(json!({ "modified": text })).modified.map(Stamp::into_string);
    for (text, day) in [
        ("07/22/2020", Some("2020-07-22")),
        ("July 22, 2020", Some("2020-07-22")),
        ("22 Jul 2020", Some("2020-07-22")),
        ("07/22/2020 04:30:00 PM", Some("2020-07-22")),
        ("1595376000000", Some("2020-07-22")),
        ("1595376000", Some("2020-07-22")),
        ("Wed, 22 Jul 2020 00:00:00 GMT", Some("2020-07-22")),
        ("2020-07-22T10:00:00Z", Some("2020-07-22T10:00:00Z")),
        ("99999999999999999999", None),
        ("2020-02-30", None),
        ("07/22/0020", None),
    ] {
        assert_eq!(date(text).as_deref(), day, "{text}");
    }
    let renewed = metadata(json!({ "modified": "R/P1D" }));
    assert_eq!((renewed.modified, renewed.frequency.unwrap().as_str()), (None, "R/P1D"));
    assert_eq!(metadata(json!({ "accrualPeriodicity": "Continuously updated" })).frequency.unwrap().as_str(), "R/PT1S");
    assert_eq!(metadata(json!({ "accessLevel": "restricted-public" })).access_level, AccessLevel::RestrictedPublic);
    assert_eq!(metadata(json!({ "accessLevel": "secret" })).access_level, AccessLevel::NonPublic);
    let keywords = |changes: Value| metadata(changes).keywords.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(keywords(json!({ "keyword": "Parking, street ;parking" })), ["Parking", "street"]);
    assert_eq!(keywords(json!({ "keyword": null, "theme": ["Mobility"] })), ["Mobility"]);
    assert_eq!(keywords(json!({ "keyword": null, "title": "Bus Stops by Ward" })), ["stops", "ward"]);
    assert_eq!(keywords(json!({ "keyword": null, "title": "A 1" })), ["a 1"]);
    assert_eq!(metadata(json!({ "license": "Public Domain" })).rights.unwrap().as_str(), "Public Domain");
    assert_eq!(one(json!({ "identifier": null })).identifier.as_str(), "https://city.example/d/x-1");
    let nameless = one(json!({ "identifier": null, "landingPage": null }));
    assert_eq!(nameless.identifier.as_str(), "title:parking");
    assert_eq!(metadata(json!({ "description": null })).description.as_str(), "The publisher gave no description.");
    assert_eq!(
        metadata(json!({ "description": "<p></p>" })).description.as_str(),
        "The publisher gave no description."
    );
    let moved = metadata(json!({ "landingPage": "https://user:secret@city.example/x" })).landing_page.unwrap();
    assert_eq!(moved.as_str(), "https://city.example/x");
}

#[test]
fn relative_addresses_are_taken_from_the_catalogue() {
    let datasets = json!([record(json!({ "landingPage": "/d/x-1", "distribution": [{ "accessURL": "api?x=1" }] }))]);
    let base = WebUrl::parse("u", "https://city.example/data/data.json").unwrap();
    let text = catalogue(datasets.clone()).to_string();
    let own = json!({ "@id": base, "conformsTo": CONFORMS_TO, "dataset": datasets }).to_string();
    for parsed in [parse(text.as_bytes(), Some(&base)).unwrap(), parse(own.as_bytes(), None).unwrap()] {
        let metadata = &parsed.records.first().unwrap().as_ref().unwrap().metadata;
        assert_eq!(metadata.landing_page.as_ref().unwrap().as_str(), "https://city.example/d/x-1");
        assert_eq!(metadata.distributions.first().unwrap().at.url().as_str(), "https://city.example/data/api?x=1");
    }
}

#[test]
fn a_bad_record_is_left_out_and_the_others_stay() {
    let parsed = read(&catalogue(json!([
        record(json!({})),
        7,
        null,
        [],
        record(json!({ "title": null })),
        record(json!({ "title": "\u{200B} <b></b>" })),
        record(json!({ "identifier": "y".repeat(501) })),
        record(json!({})),
        record(json!({ "identifier": "x-2", "title": "Other" })),
    ])));
    let skipped: Vec<_> = parsed.records.iter().filter_map(|record| record.as_ref().err()).collect();
    let expected =
        [SkipCode::NotARecord, SkipCode::NotARecord, SkipCode::NotARecord, SkipCode::NoTitle, SkipCode::NoTitle];
    let got: Vec<_> = skipped.iter().map(|skipped| skipped.code).collect();
    assert_eq!(got, [&expected[..], &[SkipCode::LongIdentifier, SkipCode::Duplicate]].concat());
    assert_eq!(
        (parsed.report.records, parsed.report.clean, parsed.report.repaired, parsed.report.skipped),
        (9, 2, 0, 7)
    );
}

#[test]
fn identifiers_and_titles_become_unique_the_same_way_each_time() {
    let file = catalogue(json!([
        record(json!({})),
        record(json!({ "title": "Meters" })),
        record(json!({ "title": "Meters", "description": "again" })),
        record(json!({ "identifier": "https://c.example/datasets/abc_1", "title": "parking" })),
    ]));
    let (first, second) = (read(&file), read(&file));
    assert_eq!(first, second);
    let kept: Vec<_> =
        first.records.iter().flatten().map(|kept| (kept.identifier.as_str(), kept.metadata.title.as_str())).collect();
    let (renamed, _) = *kept.get(1).unwrap();
    assert!(renamed.starts_with("x-1#") && renamed.len() == 16, "{renamed}");
    assert_eq!(
        kept,
        [("x-1", "Parking (x-1)"), (renamed, "Meters"), ("https://c.example/datasets/abc_1", "parking (abc_1)"),]
    );
    assert_eq!(first.report.skips.get(&SkipCode::Duplicate), Some(&1));
}

#[test]
fn a_file_that_is_no_catalogue_gets_one_clear_error() {
    let error = |text: &str| parse(text.as_bytes(), None).unwrap_err();
    assert_eq!(
        error("{\n  \"dataset\": [\n    {\"title\": \"x\",}\n  ]\n}"),
        CatalogueError::Broken { line: 3, column: 19, message: "trailing comma".to_owned() }
    );
    assert!(matches!(error("{\"dataset\": [{}]"), CatalogueError::Broken { .. }));
    assert!(matches!(error("{\"dataset\": []} x"), CatalogueError::Broken { .. }));
    assert!(matches!(error(""), CatalogueError::Broken { .. }));
    assert!(error("  <!DOCTYPE html>").to_string().contains("web page"));
    assert!(error(&format!("{{\"dataset\":[{}]}}", "[".repeat(1_000))).to_string().contains("recursion"));
    for text in [
        "{}",
        "7",
        "\"x\"",
        "null",
        "{\"dataset\": 7}",
        "{\"dataset\": null}",
        "{\"dataset\": {}}",
        "{\"datasets\": []}",
    ] {
        assert!(matches!(error(text), CatalogueError::NotACatalogue(_)), "{text}: {:?}", error(text));
    }
    assert!(matches!(parse(b"{\"dataset\": [\"\xff\"]}", None), Err(CatalogueError::Broken { .. })));
}

#[test]
fn older_and_marked_files_are_read_with_a_remark() {
    let bare = read(&json!([record(json!({}))]));
    assert_eq!((bare.report.clean, bare.report.remarks.len()), (1, 1));
    let silent = read(&json!({ "dataset": [record(json!({}))] }));
    assert!(silent.report.remarks.first().unwrap().contains("nothing"));
    let marked = format!("\u{FEFF}{}", catalogue(json!([])));
    assert_eq!(parse(marked.as_bytes(), None).unwrap().report, Report::default());
}

#[test]
fn size_and_count_are_limited() {
    let records = |count: usize| format!("{{\"dataset\":[{}]}}", vec!["0"; count].join(","));
    assert_eq!(parse(records(RECORDS_MAX).as_bytes(), None).unwrap().report.skipped, RECORDS_MAX);
    let many = parse(records(RECORDS_MAX + 1).as_bytes(), None).unwrap_err();
    assert_eq!(many, CatalogueError::TooManyRecords { records: RECORDS_MAX + 1 });
    let mut long = b"{\"dataset\":[]}".to_vec();
    long.resize(CATALOGUE_BYTES_MAX, b' ');
    assert!(parse(&long, None).is_ok());
    long.push(b' ');
    assert_eq!(parse(&long, None), Err(CatalogueError::TooLong { bytes: CATALOGUE_BYTES_MAX + 1 }));
}

#[test]
fn what_is_exported_is_valid_and_reads_back_the_same() {
    let parsed = read(&catalogue(json!([
        record(
            json!({ "publisher": null, "contactPoint": null, "modified": null, "keyword": null, "description": null })
        ),
        record(json!({ "identifier": "x-2", "title": "Cameras", "accessLevel": "non-public" })),
        record(
            json!({ "identifier": "x-3", "title": "Plus", "contactPoint": { "fn": "A", "hasEmail": "mailto:a+b@c.example" } })
        ),
    ])));
    let written = export(&parsed);
    assert_eq!(validate(&written), []);
    let records = written.get("dataset").unwrap().as_array().unwrap();
    let field = |index: usize, pointer: &str| records.get(index).unwrap().pointer(pointer).and_then(Value::as_str);
    assert_eq!(field(0, "/publisher/name"), Some("Transportation"));
    assert_eq!(field(0, "/publisher/subOrganizationOf/name"), Some("City of Norwalk"));
    assert_eq!(field(0, "/contactPoint/hasEmail"), Some("mailto:data@norwalk.example"));
    assert_eq!(field(0, "/modified"), Some("2026-11-23"));
    assert!(field(1, "/rights").unwrap().contains("agreement"));
    assert_eq!(
        field(2, "/contactPoint/hasEmail"),
        Some("mailto:data@norwalk.example"),
        "the schema knows no plus sign"
    );
    assert!(!written.to_string().contains("null") && !written.to_string().contains("bureauCode"));
}

#[test]
fn the_validator_finds_each_breach() {
    let sound = |changes: Value| {
        let mut dataset = record(changes);
        dataset.as_object_mut().unwrap().insert("@type".to_owned(), json!("dcat:Dataset"));
        validate(&catalogue(json!([dataset])))
    };
    assert_eq!(sound(json!({})), []);
    for (changes, path) in [
        (json!({ "title": "" }), "title"),
        (json!({ "description": null }), "description"),
        (json!({ "identifier": 7 }), "identifier"),
        (json!({ "keyword": [] }), "keyword"),
        (json!({ "keyword": "a" }), "keyword"),
        (json!({ "keyword": [""] }), "keyword"),
        (json!({ "theme": ["a", "a"] }), "theme"),
        (json!({ "modified": null }), "modified"),
        (json!({ "modified": "07/22/2020" }), "modified"),
        (json!({ "publisher": null }), "publisher"),
        (json!({ "publisher": { "name": "" } }), "publisher.name"),
        (json!({ "publisher": { "name": "a", "subOrganizationOf": {} } }), "publisher.subOrganizationOf.name"),
        (json!({ "contactPoint": "a" }), "contactPoint"),
        (json!({ "contactPoint": { "fn": "a", "hasEmail": "mailto: a@b.example" } }), "contactPoint.hasEmail"),
        (json!({ "contactPoint": { "fn": "a", "hasEmail": "mailto:a@b" } }), "contactPoint.hasEmail"),
        (json!({ "accessLevel": "open" }), "accessLevel"),
        (json!({ "accessLevel": "non-public" }), "rights"),
        (json!({ "rights": "x".repeat(256) }), "rights"),
        (json!({ "license": "Public Domain" }), "license"),
        (json!({ "landingPage": "/d/1" }), "landingPage"),
        (json!({ "temporal": "2020" }), "temporal"),
        (json!({ "accrualPeriodicity": "daily" }), "accrualPeriodicity"),
        (json!({ "distribution": {} }), "distribution"),
        (json!({ "distribution": [{}] }), "distribution[0]"),
        (json!({ "distribution": [{ "downloadURL": "https://a.example/x" }] }), "distribution[0].mediaType"),
        (
            json!({ "distribution": [{ "accessURL": "https://a.example/x", "mediaType": "csv" }] }),
            "distribution[0].mediaType",
        ),
    ] {
        let paths: Vec<_> = sound(changes.clone()).into_iter().map(|problem| problem.path).collect();
        assert!(paths.contains(&format!("dataset[0].{path}")), "{changes}: {paths:?}");
    }
    for (value, path) in [
        (json!([]), ""),
        (json!({ "dataset": [] }), "conformsTo"),
        (json!({ "conformsTo": CONFORMS_TO }), "dataset"),
        (json!({ "conformsTo": CONFORMS_TO, "dataset": [], "@type": "dcat:Catalog" }), "@context"),
        (catalogue(json!([record(json!({})), record(json!({}))])), "dataset[1].identifier"),
        (catalogue(json!([7])), "dataset[0]"),
    ] {
        assert_eq!(validate(&value).first().map(|problem| problem.path.as_str()), Some(path), "{value}");
    }
}

#[test]
fn an_import_brings_up_to_date_what_staff_did_not_touch() {
    let (before, after) =
        (one(json!({})), one(json!({ "title": "New title", "description": "New text.", "issued": "2020" })));
    assert_eq!(reimport(None, &before), Step::Add);
    let mut here = before.metadata.clone();
    here.description = Prose::parse("d", "Our own words.").unwrap();
    let edited = before.metadata.differences(&here);
    assert_eq!(edited, BTreeSet::from([MetadataField::Description]));
    assert_eq!(reimport(Some((&here, &edited)), &before), Step::Unchanged { kept: edited.clone() });
    let Step::Update(merged) = reimport(Some((&here, &edited)), &after) else { panic!("it changes") };
    assert_eq!(merged.metadata.title.as_str(), "New title");
    assert_eq!(merged.metadata.description.as_str(), "Our own words.");
    assert_eq!(merged.changed, BTreeSet::from([MetadataField::Title, MetadataField::Issued]));
    assert_eq!(merged.kept, edited);
    assert_eq!(reimport(Some((&merged.metadata, &edited)), &after), Step::Unchanged { kept: edited });
}

/// Real catalogues lie outside the repository; where they are not, this says so and tests nothing.
#[test]
fn real_catalogues_import_export_and_import_again() {
    let shared = std::env::var_os("ACCORD_SHARED").map_or_else(|| PathBuf::from("../shared"), PathBuf::from);
    let Ok(folder) = std::fs::read_dir(shared.join("data/catalogs")) else {
        eprintln!("skipped: there are no catalogues under {}; set ACCORD_SHARED", shared.display());
        return;
    };
    for entry in folder {
        let path = entry.unwrap().path();
        let parsed = parse(&std::fs::read(&path).unwrap(), None).unwrap();
        let report = &parsed.report;
        eprintln!("{}: {report:?}", path.display());
        assert!(report.clean + report.repaired + report.skipped == report.records && report.records > 40);
        assert_eq!(report.skipped, 0, "each of these records can be taken in");
        for imported in parsed.records.iter().flatten() {
            let description = imported.metadata.description.as_str();
            assert!(
                !plain_text(description).1 || description.contains('<') || description.contains('&'),
                "{description}"
            );
        }
        let written = export(&parsed);
        assert_eq!(validate(&written), [], "{}", path.display());
        let again = parse(written.to_string().as_bytes(), None).unwrap();
        assert_eq!(again.report.clean, report.records, "{:?}", again.report);
        let none = BTreeSet::new();
        for (first, second) in parsed.records.iter().flatten().zip(again.records.iter().flatten()) {
            assert_eq!(first.identifier, second.identifier);
            let step = reimport(Some((&second.metadata, &none)), second);
            assert_eq!(step, Step::Unchanged { kept: BTreeSet::new() });
        }
    }
}
