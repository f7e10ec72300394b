//! The search, one entry, and the check of the chain.

use diesel::connection::SimpleConnection;

use crate::portal::tests::{NOTHING, Office, complains, looks_like_nothing, offices};
use crate::store::{StoreError, audit};

#[actix_web::test]
async fn entries_are_found_by_words_act_thing_request_and_day() {
    for office in offices() {
        let id = office.sent(&["parking"]);
        let number = office.application(id).number;
        let ivan = office.of("Ivan Auditor").await;
        let submitted = "<code>application.submit</code>";
        for (query, is_there) in [
            (String::new(), true),
            (format!("?q={number}"), true),
            ("?q=nothing+of+the+kind".to_owned(), false),
            ("?act=application.".to_owned(), true),
            ("?act=key.".to_owned(), false),
            (format!("?kind=application&of={}", number.to_lowercase()), true),
            (format!("?kind=application&of={id}"), true),
            ("?kind=person&of=maria.gonzalez%40people.example".to_owned(), true),
            ("?kind=dataset&of=cameras".to_owned(), false),
            ("?request=req-1".to_owned(), true),
            ("?request=req-2".to_owned(), false),
            ("?from=2026-11-23&to=2026-11-23".to_owned(), true),
            ("?to=2026-11-22".to_owned(), false),
            ("?from=2026-11-24".to_owned(), false),
        ] {
            let page = ivan.page(&format!("/audit{query}")).await;
            assert_eq!(page.contains(submitted), is_there, "{query}: {page}");
        }
        assert!(ivan.page("/audit?q=nothing+of+the+kind").await.contains("No entry fits"));
    }
}

#[actix_web::test]
async fn what_cannot_be_searched_for_is_said_beside_its_field() {
    for office in offices() {
        let ivan = office.of("Ivan Auditor").await;
        let odd = ivan.get("/audit?kind=agreement&of=DSA-1999-1&q=kept").await;
        complains(&odd, "of", "Nothing of this kind is called so.", &["DSA-1999-1", "value=\"kept\""]);
        for (field, day) in [("from", "yesterday"), ("to", "2026-13-01"), ("from", "0001-01-01")] {
            let odd = ivan.get(&format!("/audit?{field}={day}")).await;
            complains(&odd, field, "year-month-day", &[day]);
            let file = ivan.get(&format!("/audit/entries.csv?{field}={day}")).await;
            assert_eq!(file.status, 422, "a file of a wrong search is no empty file");
        }
        assert_eq!(ivan.get("/audit/usage.csv?from=x").await.status, 422);
        assert_eq!(ivan.get("/audit/access-log.csv?to=x").await.status, 422);
        let backwards = ivan.get("/audit/usage?from=2026-11-23&to=2026-11-01").await;
        complains(&backwards, "from", "lies after the last", &["2026-11-01"]);
    }
}

#[actix_web::test]
async fn a_long_list_goes_on_from_page_to_page_without_a_gap() {
    for office in offices() {
        for _ in 0..20 {
            office.sent(&["bike-share"]);
        }
        let ivan = office.of("Ivan Auditor").await;
        let (mut path, mut seen) = ("/audit?act=application.".to_owned(), Vec::new());
        loop {
            let page = ivan.page(&path).await;
            let rows = page.split("href=\"/audit/entries/").skip(1);
            seen.extend(rows.map(|rest| rest.split('"').next().unwrap().parse::<i64>().unwrap()));
            let next = page.split("href=\"").find(|rest| rest.split('>').next().unwrap().contains("rel=\"next\""));
            let Some(next) = next else { break };
            path = next.split('"').next().unwrap().replace("&amp;", "&");
        }
        assert!(seen.windows(2).all(|pair| pair[0] > pair[1]), "newest first, none twice: {seen:?}");
        let all = office.desk().read(|conn| audit::after(conn, 0, 1_000)).unwrap();
        assert_eq!(seen.len(), all.iter().filter(|entry| entry.act.starts_with("application.")).count());
    }
}

#[actix_web::test]
async fn an_entry_shows_before_and_after_and_that_it_matches_its_hash() {
    for office in offices() {
        let id = office.sent(&["parking"]);
        let entry = office.desk().read(|conn| audit::after(conn, office.entries() - 1, 1)).unwrap().remove(0);
        let ivan = office.of("Ivan Auditor").await;
        let page = ivan.page(&format!("/audit/entries/{}", entry.number)).await;
        for wanted in [
            "application.submit",
            "Maria Gonzalez",
            "192.0.2.7",
            "draft",
            "submitted",
            "Matches its content",
            &crate::domain::audit::hex(&entry.hash),
            &format!("/audit/stories/application/{id}"),
        ] {
            assert!(page.contains(wanted), "{wanted}: {page}");
        }
        for nothing in ["999999", "0", "-1", "one", NOTHING] {
            looks_like_nothing(&ivan, &format!("/audit/entries/{nothing}"), "/audit/entries/999998").await;
        }
    }
}

/// Changes the chain behind the program's back, as whoever owns the disk could.
fn tamper(office: &Office, sql: &str) {
    let triggers: &[&str] = if office.city.desk.backend == "sqlite" {
        &["DROP TRIGGER audit_is_append_only_update", "DROP TRIGGER audit_is_append_only_delete"]
    } else {
        &["DROP TRIGGER audit_is_append_only ON audit"]
    };
    let all: Vec<&str> = triggers.iter().copied().chain([sql]).collect();
    office.desk().store.read(|conn| conn.batch_execute(&all.join("; ")).map_err(StoreError::from)).unwrap();
}

#[actix_web::test]
async fn the_check_names_the_first_bad_entry() {
    for (sql, found) in [
        ("UPDATE audit SET reason = 'Nothing happened' WHERE number IN (5, 9)", "entry 5 was changed"),
        ("DELETE FROM audit WHERE number = 7", "entry 7 is missing"),
        ("DELETE FROM audit WHERE number > 10", "the chain was cut short"),
    ] {
        for office in offices() {
            office.sent(&["parking"]);
            let ivan = office.of("Ivan Auditor").await;
            let sound = ivan.page("/audit/verify?run=yes").await;
            assert!(sound.contains("The chain is whole") && sound.contains("are whole and in order"), "{sound}");
            assert!(!ivan.page("/audit/verify").await.contains("The chain is whole"), "not said before it was checked");
            tamper(&office, sql);
            let broken = ivan.page("/audit/verify?run=yes").await;
            assert!(broken.contains("The chain is broken") && broken.contains(found), "{found}: {broken}");
            assert!(!broken.contains("The chain is whole"), "{broken}");
            if sql.starts_with("UPDATE") {
                assert!(ivan.page("/audit/entries/5").await.contains("This entry was changed"));
                assert!(!ivan.page("/audit/entries/6").await.contains("This entry was changed"));
            }
        }
    }
}

#[actix_web::test]
async fn a_head_kept_elsewhere_shows_a_chain_that_was_rewritten() {
    for office in offices() {
        let head = office.desk().read(audit::head).unwrap().to_text();
        office.sent(&["parking"]);
        let ivan = office.of("Ivan Auditor").await;
        let kept = |head: &str| format!("/audit/verify?run=yes&kept={head}");
        let page = ivan.page(&kept(&head)).await;
        assert!(page.contains("the head kept elsewhere is part of it"), "{page}");
        let (number, hash) = head.split_once(':').unwrap();
        let other = format!("{number}:{}", if hash.starts_with('0') { "1" } else { "0" }.to_owned() + &hash[1..]);
        let page = ivan.page(&kept(&other)).await;
        assert!(page.contains("was rewritten or rolled back"), "{page}");
        let page = ivan.page(&kept(&format!("999999:{hash}"))).await;
        assert!(page.contains("was cut short"), "{page}");
        complains(&ivan.get(&kept("nonsense")).await, "kept", "A head is a number", &["value=\"nonsense\""]);
    }
}
