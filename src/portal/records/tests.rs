//! Pages of requests for records and of reuse statements: the form without an account, the private link, the office's
//! desk, what robots meet, and what was typed and is kept.

use chrono::Duration;

use crate::cases::apply_tests::deny;
use crate::portal::testing::Browser;
use crate::portal::tests::{NOTHING, Office, complains, looks_like_nothing, offices, pairs};
use crate::web::robots::SECONDS_MIN;
use crate::web::testing::Answer;

/// Fills in a form that anybody may send, as slowly as a person.
async fn fill(office: &Office, browser: &Browser<'_>, path: &str, fields: &[(&str, &str)], seconds: i64) -> Answer {
    let opened = browser.get(path).await.hidden("opened");
    let clock = &office.desk().clock;
    clock.set(clock.now() + Duration::seconds(seconds));
    let mut all = pairs(fields);
    all.push(("opened", opened));
    browser.fill(path, &all).await
}

const ASKED: &[(&str, &str)] = &[
    ("description", "Counts of East Avenue <b>in 2025</b>"),
    ("email", "vera@people.example"),
    ("format", "electronic"),
    ("language", "en"),
];

#[actix_web::test]
async fn a_visitor_asks_and_follows_without_an_account() {
    for office in offices() {
        let visitor = office.portal.browser();
        let page = visitor.page("/records/new").await;
        for told in ["You need not say why", "Silence after that is a denial", "2026-11-30"] {
            assert!(page.contains(told), "{told}: {page}");
        }
        let send =
            async |fields: &[(&str, &str)], seconds| fill(&office, &visitor, "/records/new", fields, seconds).await;
        complains(&send(&[("email", "vera@people.example")], 5).await, "description", "Say which records", &[]);
        let none = [("description", "Counts"), ("name", "Vera")];
        complains(&send(&none, 5).await, "email", "Give a mail address", &["Counts", "Vera"]);
        let before = office.entries();
        let hasty = send(ASKED, SECONDS_MIN - 1).await;
        assert_eq!(hasty.status, 422);
        assert!(hasty.body.contains("faster than a person") && hasty.body.contains("in 2025"), "{}", hasty.body);
        let robot: Vec<_> = ASKED.iter().copied().chain([("website", "http://spam.example")]).collect();
        assert!(send(&robot, 5).await.body.contains("to catch robots"));
        let forged = visitor.fill("/records/new", &pairs(&[ASKED, &[("opened", "1.x")]].concat())).await;
        assert!(forged.body.contains("open for too long"), "{}", forged.body);
        assert!(send(ASKED, 25 * 3_600).await.body.contains("open for too long"));
        assert_eq!(office.entries(), before, "none of these changed anything");

        office.desk().clock.set("2026-11-23T17:00:00Z".parse().unwrap());
        let filed = send(ASKED, SECONDS_MIN).await;
        let link = filed.header("location").to_owned();
        let page = visitor.follow(&filed).await;
        for told in ["REC-2026-0001", "private link", "2026-11-30", "2026-12-30", "&lt;b&gt;in 2025", "Thanksgiving"] {
            assert!(page.contains(told), "{told}: {page}");
        }
        let again = send(ASKED, 5).await;
        assert!(again.status == 422 && again.body.contains("REC-2026-0001"), "{}", again.body);
        let (hidden, missing) = (format!("{link}x"), format!("/records/follow?id={NOTHING}"));
        let (hidden, missing) = (visitor.get(&hidden).await, visitor.get(&missing).await);
        assert_eq!((hidden.status, missing.status, hidden.body == missing.body), (404, 404, true));
        let papers = visitor.get(&link.replace("follow?", "follow/packet.zip?")).await;
        assert_eq!((papers.status, papers.header("content-type")), (200, "application/zip"));

        let token = link.split('=').nth(1).unwrap();
        let fields = pairs(&[("token", token), ("reason", "Found it.")]);
        let back = visitor.send(&link, "/records/follow/withdraw", &fields).await;
        assert!(visitor.follow(&back).await.contains("Taken back"));
        let again = visitor.send("/records/new", "/records/follow/withdraw", &fields).await;
        assert_eq!(again.status, 422, "once");
    }
}

#[actix_web::test]
async fn the_office_works_on_a_request_from_its_list() {
    for office in offices() {
        let visitor = office.portal.browser();
        let filed = fill(&office, &visitor, "/records/new", ASKED, 5).await;
        let link = filed.header("location").to_owned();
        let (clerk, manager) = (office.of("Clara Clerk").await, office.of("Manager 0").await);
        assert!(manager.page("/records").await.contains("No open requests"));
        let list = clerk.page("/records").await;
        let desk = list.split("href=\"/records/").find(|rest| rest.len() > 36 && rest.as_bytes()[8] == b'-').unwrap();
        let desk = format!("/records/{}", &desk[..36]);
        let act = async |who: &Browser<'_>, what: &str, fields: &[(&str, &str)]| {
            who.send(&desk, &format!("{desk}/{what}"), &pairs(fields)).await
        };
        assert!(clerk.page(&desk).await.contains("Say which department"));
        let department = office.city.departments[0].to_string();
        complains(&act(&clerk, "route", &[("department", "")]).await, "department", "Choose a department", &[]);
        clerk.follow(&act(&clerk, "route", &[("department", &department)]).await).await;
        assert!(manager.page("/records").await.contains(&desk));
        manager.follow(&act(&manager, "acknowledge", &[("word", "We look for it.")]).await).await;
        assert!(visitor.page(&link).await.contains("although it was acknowledged"));
        let typed = [("pages", "x"), ("page_price", "0.50")];
        complains(&act(&manager, "estimate", &typed).await, "pages", "whole number", &["0.50"]);
        let typed = [("pages", "30"), ("page_price", "0.51")];
        complains(&act(&manager, "estimate", &typed).await, "page_price", "at most $0.50", &["30"]);
        let typed = [("pages", "30"), ("page_price", "0.50"), ("asks_prepayment", "yes")];
        assert!(manager.follow(&act(&manager, "estimate", &typed).await).await.contains("$15.00"));
        let typed = [("kind", "charge"), ("amount", "15"), ("fee_text", "30 pages")];
        assert!(manager.follow(&act(&manager, "fee", &typed).await).await.contains("Still owed"));
        let typed = [("kind", "payment"), ("amount", "15.001"), ("fee_text", "Receipt 1")];
        complains(&act(&manager, "fee", &typed).await, "amount", "such as 12.50", &["Receipt 1"]);
        let typed = [("referral_exemption", "1-210(b)(19)"), ("records", "Sight lines"), ("referral_reason", "Risk.")];
        assert!(manager.follow(&act(&manager, "refer", &typed).await).await.contains("Awaited"));
        let typed = [("finding_on", "2026-11-23"), ("has_grounds", "no"), ("finding_text", "None.")];
        assert!(manager.follow(&act(&manager, "finding", &typed).await).await.contains("No grounds"));
        manager.follow(&act(&manager, "note", &[("note", "Only for us.")]).await).await;
        assert!(!visitor.page(&link).await.contains("Only for us."));

        let row = [("record.1", "Log"), ("field.1", "operator"), ("exemption.1", ""), ("sentence.1", "A method.")];
        let none = [&[("outcome", ""), ("answer_text", "The rest by mail.")], &row[..]].concat();
        complains(&act(&manager, "answer", &none).await, "outcome", "Choose how it is answered", &["A method."]);
        let typed = [&[("outcome", "partly"), ("answer_text", "The rest by mail.")], &row[..]].concat();
        complains(
            &act(&manager, "answer", &typed).await,
            "exemption.1",
            "Choose the subsection",
            &["The rest by mail."],
        );
        let typed: Vec<_> = typed
            .into_iter()
            .map(|(name, text)| (name, if name == "exemption.1" { "1-210(b)(5)" } else { text }))
            .collect();
        assert!(manager.follow(&act(&manager, "answer", &typed).await).await.contains("some is withheld"));
        let page = visitor.page(&link).await;
        for told in ["1-210(b)(5)", "operator", "A method.", "2026-12-23", "The rest by mail.", "Letters"] {
            assert!(page.contains(told), "{told}: {page}");
        }
        assert!(manager.page("/records?show=all").await.contains("Produced in part"));

        let ivan = office.of("Ivan Auditor").await;
        assert!(!ivan.page(&desk).await.contains("Send the answer"), "an auditor reads");
        for name in ["Manager 1", "Rex Reviewer"] {
            looks_like_nothing(&office.of(name).await, &desk, &format!("/records/{NOTHING}")).await;
        }
        assert_eq!(office.of("Maria Gonzalez").await.get(&desk).await.status, 403);
    }
}

#[actix_web::test]
async fn a_denied_application_becomes_a_request_in_one_step() {
    for office in offices() {
        let id = office.sent(&["parking"]);
        deny(&office.city, &office.city.managers[0], id, "parking");
        let maria = office.of("Maria Gonzalez").await;
        let form = format!("/applications/{id}/records");
        for page in [format!("/applications/{id}"), format!("/applications/{id}/letter")] {
            assert!(maria.page(&page).await.contains(&form), "{page}");
        }
        let item = office.item(id, "parking").to_string();
        assert!(maria.page(&form).await.contains("End this application with it"));
        assert_eq!(maria.fill(&form, &pairs(&[("text", "For 2025.")])).await.status, 422);
        let done = maria.fill(&form, &pairs(&[("items", item.as_str()), ("text", "For 2025."), ("ends", "yes")])).await;
        let page = maria.follow(&done).await;
        assert!(page.contains("REC-2026-0001"), "{page}");
        let own = page.split("href=\"").find(|rest| rest.starts_with("/records/follow?id=")).unwrap();
        let own = own.split('"').next().unwrap().to_owned();
        assert!(maria.page(&own).await.contains("parking"));
        assert!(maria.page(&format!("/applications/{id}")).await.contains("You asked for the records instead"));
        let stranger = office.of("Manager 1").await;
        looks_like_nothing(&stranger, &own, &format!("/records/follow?id={NOTHING}")).await;
        let key = own.split('=').nth(1).unwrap();
        let begun = maria.send(&own, "/records/follow/application", &pairs(&[("token", key)])).await;
        assert!(maria.follow(&begun).await.contains("From records request REC-2026-0001"));
    }
}

#[actix_web::test]
async fn a_reuse_statement_is_asked_for_answered_and_published() {
    for office in offices() {
        let visitor = office.portal.browser();
        let form = "/datasets/parking/reuse";
        assert!(visitor.page("/datasets/parking").await.contains(form));
        complains(&fill(&office, &visitor, form, &[("email", "x"), ("name", "Vera")], 5).await, "email", "", &["Vera"]);
        let asked = fill(&office, &visitor, form, &[("what_for", "A <b>map</b>")], 5).await;
        assert!(visitor.follow(&asked).await.contains("answers by"));
        let manager = office.of("Manager 0").await;
        let list = manager.page("/reuse-requests").await;
        let task = list.split("href=\"/reuse-requests/").nth(1).unwrap();
        let task = format!("/reuse-requests/{}", &task[..36]);
        assert!(manager.page(&task).await.contains("A &lt;b&gt;map&lt;"));
        assert!(!office.of("Rita Reviewer").await.page(&task).await.contains("Publish the statement"));
        looks_like_nothing(&office.of("Manager 1").await, &task, &format!("/reuse-requests/{NOTHING}")).await;
        let answer = async |license: &str, text: &str| {
            manager.send(&task, &format!("{task}/answer"), &pairs(&[("license", license), ("text", text)])).await
        };
        complains(&answer("ftp", "Name the city.").await, "license", "web address", &["Name the city."]);
        let done = answer("https://creativecommons.org/licenses/by/4.0/", "Name the city.").await;
        let page = manager.follow(&done).await;
        assert!(page.contains("Name the city.") && page.contains("answered on"), "{page}");
        assert!(visitor.page(form).await.contains("It has a reuse statement"));
    }
}
