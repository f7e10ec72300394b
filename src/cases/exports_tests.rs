//! Whole tables: every row once, in every format, and nothing that ought to stay.

use serde_json::Value;

use super::exports::{ExportWish, Format, What, take, write};
use super::keys::tests::{Granted, granted, refused, text};
use crate::store::audit;
use crate::store::usage::{self, Access, Counted, UsageBatch, UsageCount};
use chrono::TimeDelta;

fn made(granted: &Granted, wish: ExportWish) -> (String, u64) {
    let ticket = take(granted.desk(), &granted.auditor, wish).unwrap();
    let (mut out, mut told) = (Vec::new(), 0);
    let rows = write(granted.desk(), &ticket, (&mut out, &mut |rows| told = rows)).unwrap();
    assert_eq!(told, rows, "progress is told to the end");
    (String::from_utf8(out).unwrap(), rows)
}

const fn all(what: What, format: Format) -> ExportWish {
    ExportWish { what, format, first: None, last: None }
}

/// More lines than are read at once.
const LINES: i64 = 2_500;

fn call(granted: &Granted) {
    let desk = granted.desk();
    let (key, agreement) = (granted.issue("Map").key.id, granted.agreement());
    let now = desk.clock.now();
    let of = Counted {
        key: Some(key),
        agreement: Some(agreement.id),
        dataset: Some(agreement.schedules[0].dataset),
        operation: "read".to_owned(),
        outcome: "ok".to_owned(),
    };
    let line = |number: i64| Access {
        id: desk.new_id::<()>(now).to_string(),
        at: now - TimeDelta::seconds(number / 2),
        request: format!("req-{number}"),
        of: of.clone(),
        method: "GET".to_owned(),
        path: "=1+1".to_owned(),
        status: 200,
        bytes: 10,
        latency_us: 1_500,
        client: "203.0.113.77".to_owned(),
    };
    let count = |days: i64| UsageCount {
        minute: now - TimeDelta::days(days),
        of: of.clone(),
        calls: 5,
        bytes: 50,
        latency_us: 100,
    };
    let batch = UsageBatch {
        counts: (0..40).map(count).collect(),
        log: (0..LINES).map(line).collect(),
        ..UsageBatch::default()
    };
    assert!(desk.store.write(|conn| usage::write(conn, ("test", 1), &batch, desk.profile.zone, now)).unwrap());
}

#[test]
fn every_row_is_written_once_however_many_there_are_and_in_every_format() {
    for granted in granted() {
        call(&granted);
        let (csv, rows) = made(&granted, all(What::AccessLog, Format::Csv));
        let mut requests: Vec<&str> = csv.lines().skip(1).filter_map(|line| line.split(',').nth(1)).collect();
        requests.sort_unstable();
        requests.dedup();
        assert_eq!((rows, requests.len(), csv.lines().count()), (2_500, 2_500, 2_501));
        assert!(csv.contains(",'=1+1,") && !csv.contains(",=1+1,"), "what a spreadsheet would run is text");
        let (json, rows) = made(&granted, all(What::AccessLog, Format::Json));
        let read: Vec<Value> = serde_json::from_str(&json).unwrap();
        assert_eq!((rows, read.len(), read[0]["path"].as_str()), (2_500, 2_500, Some("=1+1")));
        let (lines, _) = made(&granted, all(What::Usage, Format::Ndjson));
        let days: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(days.len(), 40);
        assert!(days.is_sorted_by_key(|day| day["day"].as_str().unwrap().to_owned()), "in order of time");
        assert_eq!(days.iter().map(|day| day["calls"].as_i64().unwrap()).sum::<i64>(), 200);
        let (first, last) = ("2026-11-20".parse().ok(), "2026-11-21".parse().ok());
        let two = ExportWish { first, last, ..all(What::Usage, Format::Csv) };
        assert_eq!(made(&granted, two).1, 2);
        let none = ExportWish { first: "2026-11-24".parse().ok(), ..all(What::AccessLog, Format::Json) };
        assert_eq!(made(&granted, none), ("[\n]\n".to_owned(), 0));
    }
}

#[test]
fn the_chain_agreements_and_keys_are_taken_whole_without_secrets_and_each_time_leaves_an_entry() {
    for granted in granted() {
        let desk = granted.desk();
        let issued = granted.issue("Map");
        let before = desk.read(audit::head).unwrap().number;
        let (entries, rows) = made(&granted, all(What::Entries, Format::Ndjson));
        assert_eq!(rows, u64::try_from(before + 1).unwrap(), "with the entry of this export");
        let newest: Value = serde_json::from_str(entries.lines().next().unwrap()).unwrap();
        assert_eq!((newest["act"].as_str(), newest["subject"].as_str()), (Some("export.take"), Some("entries")));
        let (agreements, rows) = made(&granted, all(What::Agreements, Format::Json));
        assert!(rows == 1 && agreements.contains(&granted.agreement().text_hash));
        let (keys, rows) = made(&granted, all(What::Keys, Format::Csv));
        assert!(rows == 1 && keys.contains("parking:read"), "{keys}");
        for file in [entries, agreements, keys] {
            assert!(!file.contains(&text(&issued)) && !file.contains(&issued.key.digest.to_string()));
        }
        for other in [granted.manager(), granted.maria(), &granted.clerk] {
            assert_eq!(refused(take(desk, other, all(What::Keys, Format::Csv))), "missing");
        }
    }
}

#[test]
fn a_wish_that_cannot_be_read_is_named() {
    let read = |fields: &[(&str, &str)]| {
        let fields: Vec<(String, String)> =
            fields.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        ExportWish::read(&move |name| {
            fields.iter().find(|(known, _)| known == name).map(|(_, text)| text.clone()).unwrap_or_default()
        })
    };
    assert_eq!(read(&[("what", "keys")]).unwrap(), all(What::Keys, Format::Csv));
    for (fields, code) in [
        (&[("what", "secrets")][..], "unknown"),
        (&[("what", "keys"), ("format", "pdf")], "unknown"),
        (&[("what", "keys"), ("from", "soon")], "day"),
        (&[("what", "keys"), ("from", "2026-11-02"), ("to", "2026-11-01")], "order"),
    ] {
        assert_eq!(refused(read(fields)), code, "{fields:?}");
    }
}
