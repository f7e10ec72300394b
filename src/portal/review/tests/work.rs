//! Whose work it is, from the browser.

use crate::portal::tests::{NOTHING, offices, pairs};

#[actix_web::test]
async fn work_is_taken_given_and_found_by_whose_it_is() {
    for office in offices() {
        let (first, second) = (office.sent(&["parking"]), office.sent(&["cameras"]));
        let numbers = [first, second].map(|id| office.application(id).number);
        let rita = office.of("Rita Reviewer").await;
        let department = office.city.departments[0].to_string();
        let me = office.caller("Rita Reviewer").actor.account.unwrap();
        let case = format!("/review/{first}");
        assert!(rita.page(&case).await.contains(&format!("value=\"{department}:{me}\" data-take")));
        let to = format!("{department}:{me}");
        let done = rita.send(&case, &format!("{case}/assign"), &pairs(&[("to", &to)])).await;
        assert_eq!((done.status, done.header("location")), (303, case.as_str()));
        assert_eq!(office.last_act().0, "application.assign");
        let page = rita.page(&case).await;
        assert!(page.contains("Rita Reviewer") && !page.contains("data-take"), "{page}");
        for (query, shown) in [("me", [true, false]), ("nobody", [false, true]), ("", [true, true])] {
            let page = rita.page(&format!("/review?assigned={query}")).await;
            assert_eq!(numbers.each_ref().map(|number| page.contains(number)), shown, "{query}");
        }
        let manager = office.of("Manager 0").await;
        let other = office.caller("Second Manager").actor.account.unwrap();
        let ids = [first, second].map(|id| id.to_string());
        let fields = [("application", ids[0].as_str()), ("application", &ids[1]), ("back", "/review?show=all")];
        let nobody = manager.send("/review", "/review/assign", &pairs(&fields)).await;
        assert_eq!(nobody.header("location"), "/review?show=all");
        let to = format!("{department}:{other}");
        let fields = [fields.as_slice(), &[("to", to.as_str())]].concat();
        let done = manager.send("/review", "/review/assign", &pairs(&fields)).await;
        assert_eq!((done.status, done.header("location")), (303, "/review?show=all"));
        let page = manager.page(&format!("/review?assigned={other}")).await;
        assert!(numbers.iter().all(|number| page.contains(number)), "{page}");
        let load = manager.page("/review/load").await;
        assert!(load.contains("Second Manager") && load.contains("Nobody’s"), "{load}");
    }
}

#[actix_web::test]
async fn work_of_others_is_nothing_and_what_is_no_colleague_is_refused() {
    for office in offices() {
        let id = office.sent(&["parking"]);
        let department = office.city.departments[0].to_string();
        let rex = office.of("Rex Reviewer").await;
        let to = format!("{department}:");
        for path in [format!("/review/{id}/assign"), format!("/review/{NOTHING}/assign")] {
            assert_eq!(rex.send("/review", &path, &pairs(&[("to", &to)])).await.status, 404, "{path}");
        }
        let rita = office.of("Rita Reviewer").await;
        let stranger = office.caller("Rex Reviewer").actor.account.unwrap();
        let case = format!("/review/{id}");
        for (to, complaint) in [
            (format!("{department}:{stranger}"), "neither reviews nor decides"),
            ("nonsense".to_owned(), "Choose a person."),
        ] {
            let page = rita.send(&case, &format!("{case}/assign"), &pairs(&[("to", &to)])).await;
            assert!(page.body.contains(complaint), "{to}: {}", page.body);
        }
    }
}

#[actix_web::test]
async fn somebody_says_that_they_are_away_who_covers_and_that_they_are_back() {
    for office in offices() {
        let rita = office.of("Rita Reviewer").await;
        let manager = office.caller("Manager 0").actor.account.unwrap().to_string();
        let away = "/review/away";
        let wrong = rita.send(away, away, &pairs(&[("from", "soon"), ("until", "2026-12-04"), ("cover", "")])).await;
        assert!(wrong.body.contains("Give the day as year-month-day"), "{}", wrong.body);
        let fields = [("from", "2026-11-23"), ("until", "2026-12-04"), ("cover", manager.as_str())];
        assert_eq!(rita.send(away, away, &pairs(&fields)).await.status, 303);
        let page = rita.page(away).await;
        assert!(page.contains("You are away from November 23, 2026 until December 4, 2026"), "{page}");
        assert!(page.contains("Manager 0 covers for you."), "{page}");
        let page = office.of("Second Manager").await.page(away).await;
        assert!(page.contains("Rita Reviewer") && page.contains("Away today"), "{page}");
        assert!(office.of("Second Manager").await.page("/review/load").await.contains("Away until December 4, 2026"));
        assert_eq!(rita.send(away, "/review/away/end", &pairs(&[])).await.status, 303);
        assert!(!rita.page(away).await.contains("You are away from"));
        assert_eq!(rita.send(away, "/review/away/end", &pairs(&[])).await.status, 404);
    }
}

#[actix_web::test]
async fn earlier_decisions_of_the_department_stand_beside_a_case_and_others_do_not() {
    use crate::cases::apply_tests::{approve, deny};
    for office in offices() {
        let (earlier, both) = (office.sent(&["parking"]), office.sent(&["parking", "air-quality"]));
        deny(&office.city, &office.city.managers[0], earlier, "parking");
        approve(&office.city, &office.city.managers[1], both, "air-quality").unwrap();
        let case = office.sent(&["parking", "air-quality"]);
        let [denied, other] = [earlier, both].map(|id| office.application(id).number);
        let rita = office.of("Rita Reviewer").await.page(&format!("/review/{case}")).await;
        assert!(rita.contains("Similar earlier decisions (1)") && rita.contains(&denied), "{rita}");
        assert!(rita.contains("The same dataset") && !rita.contains(&other), "{rita}");
        let rex = office.of("Rex Reviewer").await.page(&format!("/review/{case}")).await;
        assert!(rex.contains(&other) && !rex.contains(&denied), "a department reads its own decisions only: {rex}");
    }
}

#[actix_web::test]
async fn a_question_about_an_answer_stands_at_its_field_until_it_is_answered() {
    for office in offices() {
        let id = office.sent(&["parking"]);
        let (rita, maria) = (office.of("Rita Reviewer").await, office.of("Maria Gonzalez").await);
        let (case, department) = (format!("/review/{id}"), office.city.departments[0].to_string());
        let ask = |about: &str| pairs(&[("question", "Which streets?"), ("department", &department), ("about", about)]);
        let unknown = rita.send(&case, &format!("{case}/ask"), &ask("shoe_size")).await;
        assert!(unknown.body.contains("The form has no such answer"), "{}", unknown.body);
        assert_eq!(rita.send(&case, &format!("{case}/ask"), &ask("purpose")).await.status, 303);
        let label = crate::domain::application::question("purpose").unwrap();
        assert!(rita.page(&case).await.contains(&format!("About the answer: {}", label.label)));
        let step = maria.page(&format!("/applications/{id}/edit/{}", label.step)).await;
        assert!(step.contains("The department asks about this answer") && step.contains("Which streets?"), "{step}");
        let thread = maria.page(&format!("/applications/{id}")).await;
        assert!(thread.contains(&format!("about “{}”", label.label)), "{thread}");
        crate::cases::apply_tests::submit(&office.city, id);
        let page = rita.page(&case).await;
        assert!(page.contains("About the answer"), "the thread keeps it: {page}");
    }
}

#[actix_web::test]
async fn a_manager_sees_what_the_decision_as_typed_would_open_and_nothing_is_done() {
    for office in offices() {
        let id = office.sent(&["parking"]);
        let manager = office.of("Manager 0").await;
        let (case, item) = (format!("/review/{id}"), office.item(id, "parking"));
        let effect = format!("{case}/items/{item}/effect");
        let entries = office.entries();
        let fields = [
            ("outcome", "conditions"),
            ("condition.1.kind", "networks"),
            ("condition.1.value", "203.0.113.0/24"),
            ("condition.1.text", "From the office only."),
            ("statement", "Half written"),
            ("trial.method", "GET"),
            ("trial.path", "/parking/latest"),
            ("trial.address", "198.51.100.7"),
        ];
        let page = manager.send(&case, &effect, &pairs(&fields)).await;
        for wanted in ["network_denied", "From the office only.", "parking:read", "203.0.113.0/24", "Half written"] {
            assert!(page.body.contains(wanted), "{wanted}: {}", page.body);
        }
        let denial = manager.send(&case, &effect, &pairs(&[("outcome", "deny")])).await;
        assert!(denial.body.contains("A denial opens nothing"), "{}", denial.body);
        let wide = [("outcome", "conditions"), ("condition.1.kind", "limits"), ("condition.1.value", "9000/day")];
        let wide = [wide.as_slice(), &[("condition.1.text", "More.")]].concat();
        let refused = manager.send(&case, &effect, &pairs(&wide)).await;
        assert!(refused.body.contains("may only lower the limits"), "{}", refused.body);
        assert_eq!(office.entries(), entries, "nothing is done");
        assert_eq!(office.of("Rita Reviewer").await.send(&case, &effect, &pairs(&fields)).await.status, 403);
        assert_eq!(office.of("Manager 1").await.send("/review", &effect, &pairs(&fields)).await.status, 404);
    }
}
