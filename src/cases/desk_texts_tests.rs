//! The texts of a department: who keeps them, who reads them, what a case puts into them, and that each change stands in
//! the record.

use super::apply_tests::{City, cities, code, draft, item, submit};
use super::desk_texts;
use super::{Caller, CaseError};
use crate::domain::desk_text::{DeskTextKind, DeskWords, Placeholder};
use crate::domain::id::DeskTextId;
use crate::domain::language::Language;
use crate::store::{audit, people};

fn words(title: &str, english: &str) -> DeskWords {
    let spanish = Some("¿A qué horas, {applicant}?".to_owned());
    DeskWords { kind: DeskTextKind::Message, title: title.to_owned(), english: english.to_owned(), spanish }
}

fn add(city: &City, by: &Caller, title: &str) -> Result<DeskTextId, CaseError> {
    desk_texts::add(&city.desk.desk, by, city.departments[0], words(title, "Which hours, {applicant}?"))
}

#[test]
fn a_manager_keeps_the_texts_of_the_department_and_the_desk_reads_them() {
    for city in cities() {
        let desk = &city.desk.desk;
        let (manager, rita, stranger) = (&city.managers[0], &city.reviewer, &city.managers[1]);
        let id = add(&city, manager, "Hours").unwrap();
        for by in [rita, stranger, &city.maria] {
            assert_eq!(code(&add(&city, by, "Mine").unwrap_err()), "missing");
            assert_eq!(code(&desk_texts::edit(desk, by, id, words("a", "b"), 1).unwrap_err()), "missing");
            assert_eq!(code(&desk_texts::delete(desk, by, id, 1).unwrap_err()), "missing");
            assert_eq!(code(&desk_texts::one(desk, by, id).unwrap_err()), "missing");
        }
        assert_eq!(desk_texts::list(desk, rita).unwrap().len(), 1);
        assert!(desk_texts::list(desk, stranger).unwrap().is_empty());
        assert_eq!(desk_texts::one(desk, manager, id).unwrap().words.title, "Hours");
        assert_eq!(code(&add(&city, manager, " ").unwrap_err()), "required");
        let kind = DeskTextKind::Reason { ground: Some("D99".to_owned()) };
        let unknown = DeskWords { kind, ..words("Reason", "Because.") };
        let refused = desk_texts::add(desk, manager, city.departments[0], unknown).unwrap_err();
        assert_eq!(code(&refused), "unknown_ground");
    }
}

#[test]
fn a_text_is_changed_and_deleted_on_the_version_that_was_read_and_each_change_is_recorded() {
    for city in cities() {
        let (desk, manager) = (&city.desk.desk, &city.managers[0]);
        let id = add(&city, manager, "Hours").unwrap();
        let reason = DeskTextKind::Reason { ground: Some("D7".to_owned()) };
        let changed = DeskWords { kind: reason.clone(), ..words("Too fine", "Hourly data will do.") };
        desk_texts::edit(desk, manager, id, changed, 1).unwrap();
        let text = desk_texts::one(desk, manager, id).unwrap();
        assert_eq!((&text.words.kind, text.words.english.as_str(), text.version), (&reason, "Hourly data will do.", 2));
        assert_eq!(code(&desk_texts::edit(desk, manager, id, words("a", "b"), 1).unwrap_err()), "stale");
        assert_eq!(code(&desk_texts::delete(desk, manager, id, 1).unwrap_err()), "stale");
        desk_texts::delete(desk, manager, id, 2).unwrap();
        assert_eq!(code(&desk_texts::one(desk, manager, id).unwrap_err()), "missing");
        let head = desk.read(audit::head).unwrap().number;
        let acts = desk.read(|conn| audit::after(conn, head - 3, 3)).unwrap();
        let acts: Vec<_> = acts.iter().map(|entry| entry.act.as_str()).collect();
        assert_eq!(acts, ["desk_text.add", "desk_text.edit", "desk_text.delete"]);
    }
}

#[test]
fn a_case_offers_the_texts_of_its_departments_in_the_language_of_the_applicant() {
    for city in cities() {
        let (desk, manager) = (&city.desk.desk, &city.managers[0]);
        add(&city, manager, "Hours").unwrap();
        let facts = words("Facts", "{number}: {dataset} by {deadline}");
        desk_texts::add(desk, manager, city.departments[0], DeskWords { spanish: None, ..facts }).unwrap();
        let id = draft(&city, &["parking", "air-quality"]);
        submit(&city, id);
        let texts = |by: &Caller| {
            let offer = desk_texts::offered(desk, by, id, Some(item(&city, id, "parking"))).unwrap();
            (offer.language, offer.texts.into_iter().map(|one| one.filled).collect::<Vec<_>>())
        };
        let (language, found) = texts(&city.reviewer);
        assert_eq!((language, found.len()), (Language::English, 2));
        assert!(found[0].text.ends_with("parking by Tue Dec 22, 2026"), "{}", found[0].text);
        assert_eq!(found[1].text, "Which hours, Maria Gonzalez?");
        assert!(texts(&city.managers[1]).1.is_empty(), "another department keeps none");
        assert_eq!(code(&desk_texts::offered(desk, &city.maria, id, None).unwrap_err()), "missing");
        let maria = desk.read(|conn| people::account_by_id(conn, city.maria.actor.account.unwrap())).unwrap();
        let maria = people::Account { language: "es".to_owned(), ..maria };
        desk.store.write(|conn| people::update_account(conn, &maria).map_err(CaseError::from)).unwrap();
        let (language, found) = texts(&city.reviewer);
        assert_eq!((language, found[1].text.as_str()), (Language::Spanish, "¿A qué horas, Maria Gonzalez?"));
        assert_eq!(found[0].language, Language::English, "where there is no Spanish text");
        super::review::ask(desk, &city.reviewer, id, city.departments[0], "Which streets?").unwrap();
        assert_eq!(texts(&city.reviewer).1[0].open, [Placeholder::Deadline], "while nothing is owed there is no day");
    }
}
