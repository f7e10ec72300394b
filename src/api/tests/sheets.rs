//! CSV: the same rows as JSON, whole, harmless to spreadsheets, and whole client addresses at the price of an entry.

use serde_json::json;

use super::*;
use crate::api::audit::csv_of;
use crate::cases::sheets::Sheet;
use crate::domain::id::{AgreementId, KeyId};
use crate::store::usage::{self, Access as LoggedCall, Counted, UsageBatch, UsageCount};
use crate::web::fields::Fields;

/// Rows of a CSV with their heads.
fn rows(text: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let heads = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let rows = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
    (heads, rows)
}

#[actix_web::test]
async fn entries_come_as_csv_and_what_a_spreadsheet_would_run_is_text() {
    for city in cities() {
        let api = Api::over(&city.desk);
        let auditor = api.client(&officer(&city, "Otto Auditor", Role::Auditor));
        let me = api.client(&city.maria);
        let agreement = agreement(&api, &city).await;
        let formula = "=HYPERLINK(\"http://evil.example\")";
        me.act(&format!("/agreements/{agreement}/terminate"), json!({ "text": formula })).await;

        let sheet = auditor.get("/audit/entries.csv?act=agreement.").await;
        assert_eq!((sheet.status, sheet.header("content-type")), (200, "text/csv; charset=utf-8"));
        assert_eq!(sheet.header("content-disposition"), "attachment; filename=\"audit-entries.csv\"");
        assert_eq!(sheet.header("cache-control"), "no-store");
        let (heads, found) = rows(&sheet.text);
        let column = |name: &str| heads.iter().position(|head| head == name).unwrap();
        let reasons: Vec<&str> = found.iter().map(|row| row[column("reason")].as_str()).collect();
        assert!(reasons.contains(&format!("'{formula}").as_str()), "{reasons:?}");
        for cell in found.iter().flatten() {
            assert!(!cell.starts_with(['=', '+', '@']), "{cell}");
        }
        let listed = auditor.read("/audit/entries?act=agreement.&limit=100").await;
        let numbers: Vec<String> =
            listed["items"].as_array().unwrap().iter().map(|entry| entry["number"].to_string()).collect();
        assert_eq!(numbers, found.iter().map(|row| row[column("number")].clone()).collect::<Vec<_>>());
        for path in ["/audit/entries.csv", "/audit/entries"] {
            assert_eq!(me.get(path).await.code(), (403, "role_needed".to_owned()), "{path}");
        }
        assert_eq!(auditor.get("/audit/entries.csv?limit=5").await.code(), (400, "field_unknown".to_owned()));
    }
}

/// Writes what a gate counted and logged.
fn write(city: &City, batch: &UsageBatch, number: i64) {
    let desk = &city.desk.desk;
    let (zone, now) = (desk.profile.zone, desk.clock.now());
    assert!(desk.store.write(|conn| usage::write(conn, ("test", number), batch, zone, now)).unwrap());
}

/// Three calls in the access log, a second apart.
fn log(city: &City, key: &str, agreement: &str) {
    let desk = &city.desk.desk;
    let dataset = desk.read(|conn| crate::store::datasets::by_slug(conn, "parking")).unwrap().id;
    let of = Counted {
        key: Some(key.parse::<KeyId>().unwrap()),
        agreement: Some(agreement.parse::<AgreementId>().unwrap()),
        dataset: Some(dataset),
        operation: "read".to_owned(),
        outcome: "ok".to_owned(),
    };
    let line = |second: i64| LoggedCall {
        id: desk.new_id::<()>(desk.clock.now()).to_string(),
        at: desk.clock.now() + chrono::Duration::seconds(second),
        request: format!("req-{second}"),
        of: of.clone(),
        method: "GET".to_owned(),
        path: "=1+1".to_owned(),
        status: 200,
        bytes: 10,
        latency_us: 1_500,
        client: "203.0.113.77".to_owned(),
    };
    write(city, &UsageBatch { log: (0..3).map(line).collect(), ..UsageBatch::default() }, 1);
}

#[actix_web::test]
async fn whole_addresses_are_for_auditors_at_the_price_of_one_entry() {
    for city in cities() {
        let api = Api::over(&city.desk);
        let (auditor, maria, manager, stranger) = (
            api.client(&officer(&city, "Otto Auditor", Role::Auditor)),
            api.client(&city.maria),
            api.client(&city.managers[0]),
            api.client(&city.desk.person("Sam Stranger", &[])),
        );
        let agreement = agreement(&api, &city).await;
        let new = json!({ "name": "Map", "scopes": ["parking:read"] });
        let key = text(&maria.act(&format!("/agreements/{agreement}/keys"), new).await, "id");
        log(&city, &key, &agreement);
        let reads = async || {
            let found = auditor.read("/audit/entries?act=access_log.read&limit=100").await;
            found["items"].as_array().unwrap().len()
        };
        assert_eq!(reads().await, 0);
        let sheet = auditor.get(&format!("/access-log.csv?key={key}")).await;
        assert_eq!(sheet.status, 200, "{}", sheet.text);
        let (heads, found) = rows(&sheet.text);
        assert_eq!((heads[7].as_str(), heads[12].as_str(), found.len()), ("path", "client", 3));
        assert!(found.iter().all(|row| row[12] == "203.0.113.77" && row[7] == "'=1+1"), "{found:?}");
        assert_eq!(reads().await, 1, "one entry for one file");

        for (who, other) in [("holder", &maria), ("department", &manager)] {
            let sheet = other.get(&format!("/access-log.csv?key={key}")).await;
            let (_, found) = rows(&sheet.text);
            assert!(found.len() == 3 && found.iter().all(|row| row[12] == "203.0.113.0/24"), "{who}: {found:?}");
        }
        assert_eq!(reads().await, 1, "others leave none");
        for path in ["/access-log.csv", "/access-log", "/usage.csv", "/usage"] {
            let path = format!("{path}?key={key}");
            assert_eq!(stranger.get(&path).await.code(), (404, "not_found".to_owned()), "{path}");
        }

        // Pages of the log follow each other without gap or repeat.
        let mut seen = Vec::new();
        let mut next = String::new();
        loop {
            let page = maria.read(&format!("/access-log?key={key}&limit=2&cursor={next}")).await;
            seen.extend(page["items"].as_array().unwrap().iter().map(|line| text(line, "id")));
            match page["next"].as_str() {
                Some(cursor) => next = cursor.to_owned(),
                None => break,
            }
        }
        let unique: std::collections::BTreeSet<_> = seen.iter().collect();
        assert_eq!((seen.len(), unique.len()), (3, 3), "{seen:?}");
        for bad in ["limit=0", "limit=501", "cursor=abc"] {
            assert_eq!(maria.get(&format!("/access-log?key={key}&{bad}")).await.status, 400, "{bad}");
        }
    }
}

#[actix_web::test]
async fn sums_come_as_csv_with_names_for_the_auditor_and_ids_for_others() {
    for city in cities() {
        let api = Api::over(&city.desk);
        let auditor = api.client(&officer(&city, "Otto Auditor", Role::Auditor));
        let manager = api.client(&city.managers[0]);
        let desk = &city.desk.desk;
        let dataset = desk.read(|conn| crate::store::datasets::by_slug(conn, "parking")).unwrap().id;
        let of = Counted {
            key: None,
            agreement: None,
            dataset: Some(dataset),
            operation: "read".to_owned(),
            outcome: "ok".to_owned(),
        };
        let minute = desk.clock.now();
        let count = UsageCount { minute, of, calls: 4, bytes: 40, latency_us: 4_000 };
        write(&city, &UsageBatch { counts: vec![count], ..UsageBatch::default() }, 1);
        for (client, label) in [(&auditor, "parking".to_owned()), (&manager, dataset.to_string())] {
            let path = format!("/usage.csv?by=dataset&dataset={dataset}");
            let (heads, found) = rows(&client.get(&path).await.text);
            assert_eq!(heads, ["of", "calls", "ok", "refused_or_failed", "bytes", "mean_ms", "id"]);
            assert_eq!(found, [[label.as_str(), "4", "4", "0", "40", "1", &dataset.to_string()]]);
        }
        let long = auditor.get("/usage.csv?from=2020-01-01&to=2026-01-01").await;
        assert_eq!(long.code(), (422, "invalid".to_owned()));
        assert_eq!(auditor.get("/usage.csv?by=moon").await.code(), (400, "query_invalid".to_owned()));
    }
}

#[test]
fn a_table_that_was_cut_says_where_it_goes_on() {
    let request = actix_web::test::TestRequest::get().uri("/api/v1/audit/entries.csv?act=key.").to_http_request();
    let query = Fields::parse(b"act=key.&cursor=old").unwrap();
    let sheet = |next| Sheet { heads: &["a"], rows: vec![vec!["1".to_owned()]], next };
    let whole = csv_of(&request, &query, "x.csv", sheet(None)).unwrap();
    assert!(whole.headers().get("link").is_none());
    let cut = csv_of(&request, &query, "x.csv", sheet(Some(vec!["17".to_owned()]))).unwrap();
    let link = cut.headers().get("link").unwrap().to_str().unwrap();
    let cursor = crate::web::paging::encode(&["17".to_owned()]);
    assert_eq!(link, format!("</api/v1/audit/entries.csv?act=key.&cursor={cursor}>; rel=\"next\""));
}
