//! A bundle is sound as it is made, and nothing of it can be changed without being found.

use std::io::{Cursor, Read as _, Write as _};

use zip::write::SimpleFileOptions;

use super::*;
use crate::cases::keys::tests::{Granted, granted, refused};
use crate::cases::{enforce, keys};
use crate::domain::hold::{HoldReason, HoldTarget};
use chrono::TimeDelta;

fn made(granted: &Granted, subject: BundleSubject) -> Vec<u8> {
    let desk = granted.desk();
    let ticket = take(desk, &granted.auditor, subject).unwrap();
    let mut bytes = Vec::new();
    let files = write(desk, &granted.auditor, &ticket, (&mut bytes, Box::new(|_| {}))).unwrap();
    assert!(files.len() > 4, "{files:?}");
    bytes
}

/// The ZIP with one file changed, left out or added.
fn altered(bytes: &[u8], change: impl Fn(&str, Vec<u8>) -> Option<Vec<u8>>, added: Option<&str>) -> Vec<u8> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..zip.len() {
        let mut file = zip.by_index(at).unwrap();
        let name = file.name().unwrap().to_string();
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        if let Some(content) = change(&name, content) {
            writer.start_file(name.as_str(), SimpleFileOptions::default()).unwrap();
            writer.write_all(&content).unwrap();
        }
    }
    if let Some(name) = added {
        writer.start_file(name, SimpleFileOptions::default()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn a_bundle_is_sound_and_every_change_to_it_is_found() {
    for granted in granted() {
        let desk = granted.desk();
        let key = granted.issue("Map").key.id;
        let wish = enforce::Suspension {
            target: HoldTarget::Key(key),
            reason: HoldReason::Misuse,
            explanation: "Looked into.".to_owned(),
            case: None,
        };
        enforce::suspend(desk, granted.manager(), &wish).unwrap();
        let agreement = granted.agreement();
        let now = desk.clock.now();
        let span = Span::new(now - TimeDelta::hours(1), now + TimeDelta::hours(1));
        for subject in [
            BundleSubject::Agreement(agreement.id),
            BundleSubject::Application(agreement.application),
            BundleSubject::Key(key),
            BundleSubject::Readers(agreement.schedules[0].dataset, span),
        ] {
            let bytes = made(&granted, subject);
            let checked = check(Cursor::new(&bytes)).unwrap_or_else(|error| panic!("{subject:?}: {error}"));
            assert!(checked.entries > 2 && checked.texts == 1, "{checked:?}");
            assert_eq!(checked.public_key, desk.secrets.public_key());
        }
        let bytes = made(&granted, BundleSubject::Agreement(agreement.id));
        let changed = |name: &str| {
            let name = name.to_owned();
            altered(
                &bytes,
                move |found, mut content| {
                    if found == name {
                        content.push(b' ');
                    }
                    Some(content)
                },
                None,
            )
        };
        for name in ["entries.ndjson", "application.json", &format!("agreements/{}.md", agreement.number)] {
            let error = check(Cursor::new(changed(name))).unwrap_err();
            assert!(matches!(&error, CheckError::Changed(found) if found == name), "{name}: {error}");
        }
        assert!(matches!(check(Cursor::new(changed("manifest.json"))).unwrap_err(), CheckError::Changed(_)));
        let left_out = altered(&bytes, |name, content| (name != "holds.json").then_some(content), None);
        assert!(matches!(check(Cursor::new(left_out)).unwrap_err(), CheckError::Missing(name) if name == "holds.json"));
        let added = altered(&bytes, |_, content| Some(content), Some("more.txt"));
        assert!(matches!(check(Cursor::new(added)).unwrap_err(), CheckError::Added(name) if name == "more.txt"));
        let half = bytes.get(..bytes.len() / 2).unwrap();
        assert!(matches!(check(Cursor::new(half)).unwrap_err(), CheckError::Unreadable(_)));
    }
}

#[test]
fn a_bundle_that_was_taken_stands_in_the_chain_and_holds_no_secret() {
    for granted in granted() {
        let desk = granted.desk();
        let issued = granted.issue("Map");
        let text = keys::tests::text(&issued);
        let before = desk.read(audit::head).unwrap().number;
        let bytes = made(&granted, subject(desk, "agreement", &granted.agreement().number).unwrap());
        let entry = desk.read(|conn| audit::one(conn, before + 1)).unwrap();
        assert_eq!((entry.act.as_str(), &*entry.name), ("bundle.take", "Otto Auditor"));
        let has = |needle: &[u8]| bytes.windows(needle.len()).any(|part| part == needle);
        assert!(has(b"bundle.take"), "the entry is among those of the bundle");
        assert!(!has(text.as_bytes()), "the text of a key");
        assert!(!has(issued.key.digest.to_string().as_bytes()), "the digest of a key");
        for other in [granted.manager(), granted.maria(), &granted.clerk] {
            let wanted = BundleSubject::Agreement(granted.agreement);
            assert_eq!(refused(take(desk, other, wanted)), "missing");
        }
        for (kind, of) in [("agreement", "DSA-1999-1"), ("key", "x"), ("robot", "1"), ("case", "CASE-1999-1")] {
            assert_eq!(refused(subject(desk, kind, of)), "missing", "{kind}");
        }
    }
}
