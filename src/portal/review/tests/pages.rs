//! What the queue and a case show, and to whom.

use crate::cases::{apply, review};
use crate::domain::people::Role;
use crate::portal::tests::{NOTHING, Office, looks_like_nothing, offices, pairs, plain};

fn case(id: impl std::fmt::Display) -> String {
    format!("/review/{id}")
}

#[actix_web::test]
async fn the_queue_shows_each_department_what_waits_for_it() {
    for office in offices() {
        let ours = office.sent(&["parking"]);
        let both = office.sent(&["parking", "air-quality"]);
        let numbers = [ours, both].map(|id| office.application(id).number);
        for name in ["Rita Reviewer", "Manager 0"] {
            let page = office.of(name).await.page("/review").await;
            assert!(numbers.iter().all(|number| page.contains(number)), "{name}: {page}");
            assert!(page.contains("Tier 2, conditioned") && page.contains("In review") && page.contains("Today"));
        }
        assert!(
            office.of("Rita Reviewer").await.page("/").await.contains("2 wait for you"),
            "the start page counts them"
        );
        let page = office.of("Rex Reviewer").await.page("/review").await;
        assert!(page.contains(&numbers[1]) && !page.contains(&numbers[0]), "only what has a part of theirs: {page}");
        for name in ["Maria Gonzalez", "Clara Clerk", "Ivan Auditor", "Ada Admin"] {
            assert_eq!(office.of(name).await.get("/review").await.status, 403, "{name}");
        }
        let nobody = office.portal.browser().get("/review").await;
        assert_eq!((nobody.status, nobody.header("location").starts_with("/login")), (303, true));
    }
}

#[actix_web::test]
async fn the_queue_is_narrowed_by_state_dataset_and_words_and_says_when_nothing_is_left() {
    for office in offices() {
        let rita = office.of("Rita Reviewer").await;
        let empty = rita.page("/review").await;
        assert!(empty.contains("Nothing waits for your department"), "{empty}");
        let gone = office.sent(&["parking"]);
        apply::withdraw(office.desk(), &office.city.maria, gone, "").unwrap();
        let open = office.sent(&["cameras"]);
        let [gone, open] = [gone, open].map(|id| office.application(id));
        let cameras = open.items[0].asked.dataset;
        for (query, shows_open, shows_gone) in [
            (String::new(), true, false),
            ("?show=all".to_owned(), true, true),
            ("?show=withdrawn".to_owned(), false, true),
            ("?show=nonsense".to_owned(), true, false),
            (format!("?dataset={cameras}"), true, false),
            (format!("?show=all&q={}", gone.number.to_lowercase()), false, true),
            ("?show=all&q=maria+bay".to_owned(), true, true),
        ] {
            let page = rita.page(&format!("/review{query}")).await;
            assert_eq!((page.contains(&open.number), page.contains(&gone.number)), (shows_open, shows_gone), "{query}");
        }
        let none = rita.page("/review?q=nowhere").await;
        assert!(none.contains("Nothing fits this filter") && none.contains("value=\"nowhere\""), "{none}");
    }
}

#[actix_web::test]
async fn another_departments_case_looks_like_no_case_at_all() {
    for office in offices() {
        let id = office.sent(&["parking"]);
        let (here, nowhere) = (case(id), case(NOTHING));
        let entries = office.entries();
        for name in ["Rex Reviewer", "Manager 1"] {
            let browser = office.of(name).await;
            looks_like_nothing(&browser, &here, &nowhere).await;
            looks_like_nothing(&browser, &case("no-id"), &nowhere).await;
            let department = office.city.departments[0].to_string();
            let item = office.item(id, "parking");
            for (act, fields) in [
                ("ask", pairs(&[("question", "Why?"), ("department", &department)])),
                ("message", pairs(&[("message", "Hello"), ("department", &department)])),
                ("note", pairs(&[("note", "Hm"), ("department", &department)])),
                ("recuse", pairs(&[("recusal", "A tie"), ("department", &department)])),
                (&format!("items/{item}/recommend"), pairs(&[("advice", "approve"), ("advice_text", "Good")])),
            ] {
                let hidden = browser.send("/review", &format!("{here}/{act}"), &fields).await;
                let missing = browser.send("/review", &format!("{nowhere}/{act}"), &fields).await;
                assert_eq!((hidden.status, missing.status), (404, 404), "{name} {act}");
                assert_eq!(plain(&hidden), plain(&missing), "{name} {act}");
            }
        }
        let decide = format!("{here}/items/{}/decide", office.item(id, "parking"));
        let fields = pairs(&[("outcome", "approve"), ("statement", "Mine now"), ("seen", "1")]);
        let stranger = office.of("Manager 1").await.send("/review", &decide, &fields).await;
        assert_eq!(stranger.status, 404);
        assert_eq!(office.entries(), entries + 3, "the three sign-ins, and nothing else");
        assert_eq!(office.application(id).state.as_str(), "submitted");
    }
}

#[actix_web::test]
async fn a_draft_is_nothing_to_staff_and_what_is_typed_after_sending_is_not_read() {
    for office in offices() {
        let draft = crate::cases::apply_tests::draft(&office.city, &["parking"]);
        let rita = office.of("Rita Reviewer").await;
        looks_like_nothing(&rita, &case(draft), &case(NOTHING)).await;
        let id = office.sent(&["parking"]);
        let department = office.city.departments[0];
        review::ask(office.desk(), &office.caller("Rita Reviewer"), id, department, "By the hour?").unwrap();
        let typed = [("purpose".to_owned(), "Something quite different.".to_owned())];
        let version = office.application(id).version;
        apply::save(office.desk(), &office.city.maria, id, &typed, None, version).unwrap();
        let page = rita.page(&case(id)).await;
        assert!(page.contains("Show free bays on a map.") && !page.contains("Something quite different."), "{page}");
        assert!(page.contains("A question is open"), "why nothing can be decided now: {page}");
    }
}

#[actix_web::test]
async fn a_case_shows_its_answers_to_readers_and_its_forms_to_those_who_may_use_them() {
    for office in offices() {
        let id = office.sent(&["parking"]);
        let rita = office.of("Rita Reviewer").await.page(&case(id)).await;
        for wanted in [
            "Find a bay",
            "Less circling for parking.",
            "parking:read",
            "5,000 calls a day",
            "Recommend to the manager",
        ] {
            assert!(rita.contains(wanted), "{wanted}: {rita}");
        }
        assert!(rita.contains("is decided by a manager of") && !rita.contains("<legend>Your decision"), "{rita}");
        let manager = office.of("Manager 0").await.page(&case(id)).await;
        assert!(manager.contains("<legend>Your decision") && manager.contains("Approve as asked"), "{manager}");
        assert!(!manager.contains("whole story"), "only auditors are led to the audit");
        let decide = format!("{}/items/{}/decide", case(id), office.item(id, "parking"));
        assert!(manager.contains(&format!("action=\"{decide}\"")));
    }
}

#[actix_web::test]
async fn notes_stay_in_the_department_that_wrote_them() {
    for office in offices() {
        let id = office.sent(&["parking", "air-quality"]);
        let secret = "Their last report was late.";
        review::note(office.desk(), &office.caller("Rita Reviewer"), id, office.city.departments[0], secret).unwrap();
        assert!(office.of("Manager 0").await.page(&case(id)).await.contains(secret));
        assert!(!office.of("Manager 1").await.page(&case(id)).await.contains(secret), "another department of the case");
        let requester = office.of("Maria Gonzalez").await;
        assert!(!requester.page(&format!("/applications/{id}")).await.contains(secret));
        assert_eq!(requester.get(&case(id)).await.status, 403, "a requester has no page at the desk");
    }
}

#[actix_web::test]
async fn what_was_changed_since_the_last_submission_stands_beside_what_was_said_before() {
    for office in offices() {
        let id = office.sent(&["parking"]);
        resubmit(&office, id, "Show free bays by the hour.");
        let page = office.of("Rita Reviewer").await.page(&case(id)).await;
        assert!(page.contains("Changed since it was last sent") && page.contains("sent 2 times"), "{page}");
        assert!(page.contains("<del class=\"pre\">Show free bays on a map.</del>"), "{page}");
        assert!(page.contains("<ins class=\"pre\">Show free bays by the hour.</ins>"), "{page}");
        assert!(office.of("Rita Reviewer").await.page("/review").await.contains("Resubmitted"));
    }
}

/// Asks, lets Maria change her purpose, and lets her send it again.
pub(super) fn resubmit(office: &Office, id: crate::domain::id::ApplicationId, purpose: &str) {
    let (desk, maria) = (office.desk(), &office.city.maria);
    review::ask(desk, &office.caller("Rita Reviewer"), id, office.city.departments[0], "By the hour?").unwrap();
    let typed = [("purpose".to_owned(), purpose.to_owned())];
    apply::save(desk, maria, id, &typed, None, office.application(id).version).unwrap();
    crate::cases::apply_tests::submit(&office.city, id);
}

#[actix_web::test]
async fn somebody_on_both_sides_is_told_to_leave_it_to_a_colleague() {
    for office in offices() {
        let id = office.sent(&["parking"]);
        office.appoint("Maria Gonzalez", Role::Manager, 0);
        let maria = office.of("Maria Gonzalez").await;
        assert!(maria.page("/review").await.contains("Your own application"));
        let page = maria.page(&case(id)).await;
        assert!(page.contains("side of this application, so a colleague"), "{page}");
        assert!(!page.contains("<legend>Your decision") && !page.contains("Recommend to the manager"), "{page}");
    }
}
