//! The page that answers who could read, and the one that explains a request.

use super::{CLIENT, call, keyed};
use crate::cases::agree;
use crate::portal::tests::{complains, offices};

#[actix_web::test]
async fn the_page_tells_who_could_read_then_under_which_text_and_by_whose_word() {
    for office in offices() {
        let (agreement, key, _) = keyed(&office);
        office.desk().clock.set(office.desk().clock.now() + chrono::Duration::days(2));
        agree::terminate(office.desk(), &office.city.maria, agreement.id, None, "The project is over.").unwrap();
        let ivan = office.of("Ivan Auditor").await;
        let then = ivan.page("/audit/readers?dataset=parking&day=2026-11-23&time=13%3A00").await;
        for wanted in [
            "One key could read, one agreement was in force.",
            &agreement.number,
            &agreement.text_hash,
            "web map",
            "Manager 0",
            "As asked:",
        ] {
            assert!(then.contains(wanted), "{wanted}: {then}");
        }
        assert!(then.contains(&format!("/audit/stories/key/{key}")), "{then}");
        for (asked, wanted) in [
            ("dataset=parking&day=2026-11-23&time=11%3A00", "Nobody could read with a key"),
            ("dataset=parking&day=2026-11-26", "Nobody could read with a key"),
            ("dataset=parking&day=2026-11-25", "The agreement was not in force."),
            ("dataset=cameras&day=2026-11-23", "Nobody could read with a key"),
        ] {
            let page = ivan.page(&format!("/audit/readers?{asked}")).await;
            assert!(page.contains(wanted), "{asked}: {page}");
        }
        let file = ivan.get("/audit/readers.csv?dataset=parking&day=2026-11-23").await.body;
        assert!(file.lines().any(|line| line.contains("web map,yes,2026-11-23T17:00:00+00:00")), "{file}");
        let wrong = ivan.get("/audit/readers?dataset=nothing&day=soon&time=late").await;
        complains(&wrong, "dataset", "No dataset is called so.", &["value=\"nothing\""]);
        complains(&wrong, "time", "such as 14:30", &["value=\"late\""]);
    }
}

#[actix_web::test]
async fn a_request_leads_to_the_clause_that_allowed_it_or_to_what_refused_it() {
    for office in offices() {
        let (agreement, key, _) = keyed(&office);
        let now = office.desk().clock.now();
        call(&office, (&agreement, key), &[(now, "ok", "/parking/latest"), (now, "rate_limited", "/parking/spots")]);
        let ivan = office.of("Ivan Auditor").await;
        let log = ivan.page("/audit/access-log").await;
        assert!(log.contains("href=\"/audit/requests/r-4711\""), "{log}");
        let entries = office.entries();
        let page = ivan.page("/audit/requests/r-4711").await;
        assert_eq!(office.entries(), entries + 1, "whole addresses were looked at");
        for wanted in [
            CLIENT,
            "The clause that allowed it",
            "The clause it was held against",
            "Schedule 1: parking",
            &agreement.number,
            "Too fast",
        ] {
            assert!(page.contains(wanted), "{wanted}: {page}");
        }
        let none = ivan.page("/audit/requests/r-1").await;
        assert!(none.contains("No call of this id"), "{none}");
        let acted = ivan.page("/audit/requests/req-1").await;
        assert!(acted.contains("Entries that this request left") && acted.contains("key.issue"), "{acted}");
    }
}
