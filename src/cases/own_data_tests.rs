//! What a person takes along: their own and all of it, and nothing that was never theirs to see.

use std::io::Read as _;

use super::apply_tests::{approve, cities, deny, draft, item, submit};
use super::keys::form::KeyForm;
use super::own_data::{self, OwnFile};
use super::{agree, keys, review};
use crate::domain::application::State;
use crate::domain::audit::hex;
use crate::domain::review::Advice;
use crate::store::audit::{self, Search};

fn text<'a>(files: &'a [OwnFile], name: &str) -> &'a str {
    files.iter().find(|file| file.name == name).map_or_else(|| panic!("no {name}"), |file| file.text.as_str())
}

#[test]
fn a_person_takes_everything_of_theirs_and_nothing_private_of_a_department() {
    for city in cities() {
        let desk = &city.desk.desk;
        let denied = draft(&city, &["parking"]);
        submit(&city, denied);
        review::note(desk, &city.reviewer, denied, city.departments[0], "SECRET-NOTE").unwrap();
        let advised = item(&city, denied, "parking");
        review::recommend(desk, &city.reviewer, denied, advised, (Advice::Deny, "SECRET-ADVICE")).unwrap();
        deny(&city, &city.managers[0], denied, "parking");
        let id = draft(&city, &["parking"]);
        submit(&city, id);
        let State::Executed { agreement, .. } = approve(&city, &city.managers[0], id, "parking").unwrap() else {
            panic!()
        };
        let form = KeyForm { name: "Map".to_owned(), scopes: vec!["parking:read".to_owned()], ..KeyForm::default() };
        let wish = form.read(chrono_tz::America::New_York).unwrap();
        let key = keys::create(desk, &city.maria, agreement, &wish).unwrap().key;

        let files = own_data::take(desk, &city.maria).unwrap();
        let view = agree::mine(desk, &city.maria, agreement).unwrap();
        assert_eq!(text(&files, &format!("agreements/{}.md", view.agreement.number)), view.text, "as signed");
        assert!(text(&files, "account.json").contains("maria.gonzalez@people.example"));
        let applications = text(&files, "applications.json");
        assert!(applications.contains("Show free bays on a map.") && applications.contains("Hourly data will do."));
        assert!(text(&files, "keys.json").contains("\"name\": \"Map\""));
        assert!(text(&files, "messages.json").contains("key_created"));
        assert!(text(&files, "audit.json").contains("key.issue"), "{}", text(&files, "audit.json"));
        assert!(files.iter().any(|file| file.name.starts_with("letters/") && file.text.contains("Hourly data")));
        let digest = key.digest.to_string();
        for file in &files {
            for bad in ["SECRET-NOTE", "SECRET-ADVICE", "password_hash", digest.as_str()] {
                assert!(!file.text.contains(bad), "{}: {bad} in {}", city.desk.backend, file.name);
            }
        }

        let others = own_data::take(desk, &city.reviewer).unwrap();
        assert!(!text(&others, "applications.json").contains("Show free bays"), "not what they review");
        let search = Search { act: Some("account.take_data".to_owned()), ..Search::default() };
        assert_eq!(desk.read(|conn| audit::search(conn, &search, 10)).unwrap().len(), 2, "each taking is noted");
    }
}

#[test]
fn the_zip_holds_every_file_with_its_hash() {
    let files = [("a.json", "{}"), ("letters/b.txt", "Dear Maria")];
    let files = files.map(|(name, text)| OwnFile { name: name.to_owned(), text: text.to_owned() });
    let bytes = own_data::zipped(&files).unwrap();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut read = |name: &str| {
        let mut text = String::new();
        archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    };
    assert_eq!(read("letters/b.txt"), "Dear Maria");
    let sums = read("SHA256SUMS");
    assert!(files.iter().all(|file| sums.contains(&format!("{}  {}", file.sha256(), file.name))), "{sums}");
    let empty: [u8; 32] = sha2::Digest::finalize(<sha2::Sha256 as sha2::Digest>::new_with_prefix(b"{}")).into();
    assert_eq!(files[0].sha256(), hex(&empty));
}
