//! Whole tables: every row once, in every format, and nothing that ought to stay.

use serde_json::Value;

use super::exports::{ExportWish, Format, What, kept, maker, take, write};
use super::keys::tests::{Granted, granted, refused, text};
use crate::domain::errand::{Command, Progress, Step};
use crate::store::usage::{self, Access, Counted, UsageBatch, UsageCount};
use crate::store::{audit, errands};
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
        .map_err(crate::cases::CaseError::Invalid)
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

fn at_rest() -> impl Fn() -> bool {
    || false
}

fn state(granted: &Granted, id: crate::domain::id::ExportId) -> &'static str {
    kept::find(granted.desk(), &granted.auditor, id).unwrap().state.as_str()
}

fn files(granted: &Granted) -> usize {
    std::fs::read_dir(&granted.desk().options.exports.folder).map_or(0, Iterator::count)
}

fn acts(granted: &Granted, after: i64) -> Vec<(String, String)> {
    let entries = granted.desk().read(|conn| audit::after(conn, after, 100)).unwrap();
    let of_exports = entries.into_iter().filter(|entry| entry.act.starts_with("export."));
    of_exports.map(|entry| (entry.act, entry.capacity)).collect()
}

fn owned(acts: &[(&str, &str)]) -> Vec<(String, String)> {
    acts.iter().map(|(act, capacity)| ((*act).to_owned(), (*capacity).to_owned())).collect()
}

#[test]
fn an_export_is_made_in_the_background_taken_by_who_asked_and_deleted_after_its_days() {
    for granted in granted() {
        call(&granted);
        let (desk, otto) = (granted.desk(), &granted.auditor);
        let before = desk.read(audit::head).unwrap().number;
        let asked = kept::ask(desk, otto, all(What::AccessLog, Format::Ndjson)).unwrap();
        assert_eq!(refused(kept::fetch(desk, otto, asked.id)), "export_not_ready");
        assert_eq!(maker::round(desk, &at_rest()).unwrap(), 1);
        assert_eq!(maker::round(desk, &at_rest()).unwrap(), 0, "there is no other");
        let made = kept::find(desk, otto, asked.id).unwrap();
        assert_eq!((made.state.as_str(), made.progress.done, made.progress.of, made.runs), ("done", LINES, LINES, 1));
        let mut taken = kept::fetch(desk, otto, asked.id).unwrap();
        let mut text = String::new();
        std::io::Read::read_to_string(&mut taken.file, &mut text).unwrap();
        assert_eq!((taken.name.as_str(), text.lines().count()), ("access-log-2026-11-23.ndjson", 2_500));
        let facts = made.must_be_ready(desk.clock.now()).unwrap();
        let sum: [u8; 32] = <sha2::Sha256 as sha2::Digest>::digest(text.as_bytes()).into();
        assert_eq!(
            (facts.bytes, &facts.sha256),
            (u64::try_from(text.len()).unwrap(), &crate::domain::audit::hex(&sum))
        );
        let mode = std::os::unix::fs::PermissionsExt::mode(&taken.file.metadata().unwrap().permissions());
        assert_eq!((mode & 0o777, files(&granted)), (0o600, 1), "for the service alone");
        let other = granted.city.desk.person("Iris Auditor", &otto.actor.roles);
        for (caller, why) in [(&other, "missing"), (&granted.clerk, "missing")] {
            assert_eq!(refused(kept::find(desk, caller, asked.id)), why);
            assert_eq!(refused(kept::fetch(desk, caller, asked.id)), why);
            assert_eq!(refused(kept::cancel(desk, caller, asked.id)), why);
        }
        assert!(kept::list(desk, &other).unwrap().is_empty());
        assert_eq!(refused(kept::list(desk, &granted.clerk)), "missing");
        desk.clock.set(desk.clock.now() + TimeDelta::days(7));
        assert_eq!(refused(kept::fetch(desk, otto, asked.id)), "export_over");
        assert_eq!(maker::round(desk, &at_rest()).unwrap(), 1);
        assert_eq!((state(&granted, asked.id), files(&granted)), ("expired", 0));
        let told = [
            ("export.ask", "auditor"),
            ("export.make", "service"),
            ("export.fetch", "auditor"),
            ("export.expire", "service"),
        ];
        assert_eq!(acts(&granted, before), owned(&told));
    }
}

#[test]
fn an_export_is_called_off_while_it_waits_and_while_it_is_made() {
    for granted in granted() {
        call(&granted);
        let (desk, otto) = (granted.desk(), &granted.auditor);
        let waits = kept::ask(desk, otto, all(What::Keys, Format::Csv)).unwrap();
        kept::cancel(desk, otto, waits.id).unwrap();
        assert_eq!(refused(kept::cancel(desk, otto, waits.id)), "wrong_state");
        let long = kept::ask(desk, otto, all(What::AccessLog, Format::Csv)).unwrap();
        let calls = std::cell::Cell::new(0);
        let meanwhile = || {
            calls.set(calls.get() + 1);
            // Not at the first, which asks whether to begin at all.
            if calls.get() == 2 {
                kept::cancel(desk, otto, long.id).unwrap();
                desk.clock.set(desk.clock.now() + TimeDelta::seconds(2));
            }
            false
        };
        assert_eq!(maker::round(desk, &meanwhile).unwrap(), 0);
        assert_eq!((state(&granted, long.id), files(&granted)), ("cancelled", 0));
        assert_eq!(maker::round(desk, &at_rest()).unwrap(), 0);
        for _ in 0..5 {
            kept::ask(desk, otto, all(What::Keys, Format::Csv)).unwrap();
        }
        assert_eq!(refused(kept::ask(desk, otto, all(What::Keys, Format::Csv))), "too_many_errands");
    }
}

#[test]
fn a_run_that_was_broken_off_is_begun_again_from_its_start_and_one_is_made_at_a_time() {
    for granted in granted() {
        call(&granted);
        let (desk, otto) = (granted.desk(), &granted.auditor);
        let asked = kept::ask(desk, otto, all(What::AccessLog, Format::Json)).unwrap();
        let next = kept::ask(desk, otto, all(What::Keys, Format::Csv)).unwrap();
        let calls = std::cell::Cell::new(0);
        let stopping = || calls.replace(calls.get() + 1) > 0;
        assert_eq!(maker::round(desk, &stopping).unwrap(), 0);
        let put_back = kept::find(desk, otto, asked.id).unwrap();
        assert_eq!((put_back.state.as_str(), put_back.runs, put_back.progress.done), ("asked", 1, 0));
        assert_eq!(files(&granted), 0);
        // What a `kill -9` leaves behind: a run that tells nothing any more, and a part of its file.
        let killed = put_back.decide(&Command::Begin(Progress::of(Step::Writing, LINES)), desk.clock.now()).unwrap();
        desk.store.write(|conn| errands::update(conn, &killed)).unwrap();
        let folder = &desk.options.exports.folder;
        std::fs::write(folder.join(format!("{}-2.part", asked.id)), "[").unwrap();
        std::fs::write(folder.join(format!("{}-1.part", next.id)), "old").unwrap();
        assert_eq!(maker::round(desk, &at_rest()).unwrap(), 0, "another worker seems to be at it");
        assert_eq!((state(&granted, next.id), files(&granted)), ("asked", 1), "one at a time");
        desk.clock.set(desk.clock.now() + TimeDelta::seconds(60));
        assert_eq!(maker::round(desk, &at_rest()).unwrap(), 1);
        let made = kept::find(desk, otto, asked.id).unwrap();
        assert_eq!((made.state.as_str(), made.runs, made.progress.done), ("done", 3, LINES));
        assert_eq!(maker::round(desk, &at_rest()).unwrap(), 1);
        assert_eq!((state(&granted, next.id), files(&granted)), ("done", 2));
        std::fs::write(folder.join("left.csv"), "nobody's").unwrap();
        maker::round(desk, &at_rest()).unwrap();
        assert_eq!(files(&granted), 2, "what belongs to no export is thrown away");
    }
}
