//! Two tabs, two people, an applicant who is faster: nothing typed is lost and nothing is decided on what was not read.

use super::pages::resubmit;
use crate::cases::{apply, review};
use crate::portal::tests::{offices, pairs};

#[actix_web::test]
async fn a_decision_on_what_was_sent_again_since_must_be_read_again() {
    for office in offices() {
        let id = office.sent(&["parking"]);
        let here = format!("/review/{id}");
        let decide = format!("{here}/items/{}/decide", office.item(id, "parking"));
        let manager = office.of("Manager 0").await;
        let seen = manager.get(&here).await.hidden("seen");
        resubmit(&office, id, "Show free bays by the hour.");
        let entries = office.entries();
        let form = pairs(&[("outcome", "approve"), ("statement", "As I read it, good."), ("seen", &seen)]);
        let stale = manager.send(&here, &decide, &form).await;
        assert_eq!(stale.status, 409, "{}", stale.body);
        for wanted in [
            "As I read it, good.",
            "Show free bays on a map.",
            "Show free bays by the hour.",
            "Read the application again",
        ] {
            assert!(stale.body.contains(wanted), "{wanted}: {}", stale.body);
        }
        for odd in ["", "many", "0", "99"] {
            let form = pairs(&[("outcome", "approve"), ("statement", "Good."), ("seen", odd)]);
            assert_eq!(manager.send(&here, &decide, &form).await.status, 409, "{odd}");
        }
        assert_eq!(office.entries(), entries, "nothing was decided");
        let form = pairs(&[("outcome", "approve"), ("statement", "Good."), ("seen", "2")]);
        assert_eq!(manager.send(&here, &decide, &form).await.status, 303);
    }
}

#[actix_web::test]
async fn what_a_colleague_decided_in_the_meantime_stands_and_the_text_is_kept() {
    for office in offices() {
        let id = office.sent(&["parking", "air-quality"]);
        let here = format!("/review/{id}");
        let decide = format!("{here}/items/{}/decide", office.item(id, "parking"));
        let (one, other) = (office.of("Manager 0").await, office.of("Second Manager").await);
        let form = |text| pairs(&[("outcome", "approve"), ("statement", text), ("seen", "1")]);
        assert_eq!(one.send(&here, &decide, &form("Mine.")).await.status, 303);
        let late = other.send(&here, &decide, &form("My own long reasons.")).await;
        assert_eq!(late.status, 409);
        for wanted in ["is decided already", "My own long reasons.", &format!("href=\"{here}\"")] {
            assert!(late.body.contains(wanted), "{wanted}: {}", late.body);
        }
        let page = other.page(&here).await;
        assert!(page.contains("Mine.") && !page.contains("My own long reasons."), "{page}");
    }
}

#[actix_web::test]
async fn acts_on_a_case_that_has_ended_are_refused_with_the_text_kept() {
    for office in offices() {
        let id = office.sent(&["parking"]);
        let here = format!("/review/{id}");
        let item = format!("{here}/items/{}", office.item(id, "parking"));
        let department = office.city.departments[0].to_string();
        let manager = office.of("Manager 0").await;
        apply::withdraw(office.desk(), &office.city.maria, id, "Another project.").unwrap();
        let entries = office.entries();
        for (act, field, more) in [
            (format!("{here}/ask"), "question", vec![("department", department.as_str())]),
            (format!("{here}/message"), "message", vec![("department", department.as_str())]),
            (format!("{here}/recuse"), "recusal", vec![("department", department.as_str())]),
            (format!("{item}/recommend"), "advice_text", vec![("advice", "deny")]),
            (format!("{item}/decide"), "statement", vec![("outcome", "approve"), ("seen", "1")]),
        ] {
            let form = [pairs(&[(field, "Typed for a while.")]), pairs(&more)].concat();
            let late = manager.send(&here, &act, &form).await;
            assert_eq!(late.status, 409, "{act}: {}", late.body);
            for wanted in ["the application is withdrawn", "Typed for a while.", "Read the application again"] {
                assert!(late.body.contains(wanted), "{act} {wanted}: {}", late.body);
            }
        }
        assert_eq!(office.entries(), entries);
        let note = pairs(&[("note", "For the next time."), ("department", &department)]);
        assert_eq!(manager.send(&here, &format!("{here}/note"), &note).await.status, 303, "notes are always possible");
    }
}

#[actix_web::test]
async fn a_question_answered_in_another_tab_lets_the_decision_through_as_it_was_typed() {
    for office in offices() {
        let id = office.sent(&["parking"]);
        let here = format!("/review/{id}");
        let decide = format!("{here}/items/{}/decide", office.item(id, "parking"));
        let manager = office.of("Manager 0").await;
        let department = office.city.departments[0];
        review::ask(office.desk(), &office.caller("Rita Reviewer"), id, department, "By the hour?").unwrap();
        let form = pairs(&[("outcome", "approve"), ("statement", "Good."), ("seen", "1")]);
        let waiting = manager.send(&here, &decide, &form).await;
        assert!(waiting.status == 409 && waiting.body.contains("waiting for an answer"), "{}", waiting.body);
        apply::answer(office.desk(), &office.city.maria, id, "Hourly is enough.").unwrap();
        assert_eq!(manager.send(&here, &decide, &form).await.status, 303, "an answer changes no form");
    }
}
