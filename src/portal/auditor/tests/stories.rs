//! Whole stories, found by what a thing is called.

use super::keyed;
use crate::cases::review;
use crate::portal::tests::{NOTHING, complains, looks_like_nothing, offices};

#[actix_web::test]
async fn a_story_is_found_by_every_name_a_thing_has() {
    for office in offices() {
        let (agreement, key, _) = keyed(&office);
        let application = office.application(agreement.application);
        let ivan = office.of("Ivan Auditor").await;
        let (dataset, person) = (agreement.schedules[0].dataset, agreement.requester);
        for (kind, of, id) in [
            ("application", application.number.to_lowercase(), application.id.to_string()),
            ("application", application.id.to_string(), application.id.to_string()),
            ("agreement", format!("+{}+", agreement.number), agreement.id.to_string()),
            ("key", key.to_string(), key.to_string()),
            ("dataset", "Parking".to_owned(), dataset.to_string()),
            ("person", "Maria.Gonzalez%40people.example".to_owned(), person.to_string()),
        ] {
            let found = ivan.get(&format!("/audit/stories?kind={kind}&of={of}")).await;
            let story = format!("/audit/stories/{kind}/{id}");
            assert_eq!((found.status, found.header("location")), (303, story.as_str()), "{kind} {of}");
            let page = ivan.page(&story).await;
            assert!(page.contains("What happened") && page.contains("Entry "), "{story}: {page}");
        }
        for (kind, of) in
            [("application", "APP-1999-1"), ("person", "nobody"), ("robot", "x"), ("key", NOTHING), ("", "x")]
        {
            let missed = ivan.get(&format!("/audit/stories?kind={kind}&of={of}")).await;
            complains(&missed, "of", "Nothing of this kind is called so.", &[&format!("value=\"{of}\"")]);
        }
        let nothing = format!("/audit/stories/application/{NOTHING}");
        for path in ["/audit/stories/robot/1", "/audit/stories/key/x", &format!("/audit/stories/agreement/{key}")] {
            looks_like_nothing(&ivan, path, &nothing).await;
        }
    }
}

#[actix_web::test]
async fn the_story_of_an_application_has_every_act_remark_and_thing_it_touched() {
    for office in offices() {
        let (agreement, _, _) = keyed(&office);
        let id = agreement.application;
        let department = office.city.departments[0];
        review::note(office.desk(), &office.caller("Rita Reviewer"), id, department, "Their report was good.").unwrap();
        let page = office.of("Ivan Auditor").await.page(&format!("/audit/stories/application/{id}")).await;
        let acts = ["application.start", "application.submit", "application.decide", "agreement.execute", "key.issue"];
        let places: Vec<_> = acts.iter().map(|act| page.find(act).unwrap_or_else(|| panic!("{act}: {page}"))).collect();
        assert!(places.is_sorted(), "from the first entry on: {page}");
        for wanted in ["Private note", "Their report was good.", "Rita Reviewer", &*agreement.number, "web map"] {
            assert!(page.contains(wanted), "{wanted}: {page}");
        }
    }
}
