//! A case at its pages, from a signal's link to the decision, and the public form: what was typed is kept, and each page is
//! for its own side only.

use crate::cases::conduct;
use crate::portal::tests::{NOTHING, complains, looks_like_nothing, offices, pairs};

#[actix_web::test]
async fn a_case_goes_from_the_office_to_the_holder_and_back() {
    for office in offices() {
        let agreement = office.executed(&["parking"]);
        let rita = office.of("Rita Reviewer").await;
        let manager = office.of("Manager 0").await;
        let maria = office.of("Maria Gonzalez").await;
        assert!(manager.page("/cases").await.contains("No open cases"));
        assert!(maria.page("/my-cases").await.contains("No cases"));
        let new = format!("/cases/new?agreement={}", agreement.number);
        assert!(rita.page(&new).await.contains(&agreement.number));
        let open = async |summary: &str| {
            let fields = [("from", ""), ("agreement", &agreement.number), ("class", "M3"), ("summary", summary)];
            rita.send(&new, "/cases", &pairs(&fields)).await
        };
        complains(&open("").await, "summary", "Say what was seen", &[&agreement.number]);
        let opened = open("No <b>source</b> is named.").await;
        let path = opened.header("location").to_owned();
        let page = rita.follow(&opened).await;
        for wanted in ["MIS-2026-0001", "&lt;b&gt;source", "Send the notice", "06-agreement.txt"] {
            assert!(page.contains(wanted), "{wanted}: {page}");
        }
        let own = path.replace("/cases/", "/my-cases/");
        looks_like_nothing(&maria, &own, &format!("/my-cases/{NOTHING}")).await;
        let typed = [("facts", "No source is named."), ("clause", ""), ("cure", "Name it.")];
        let told = rita.send(&path, &format!("{path}/notify"), &pairs(&typed)).await;
        complains(&told, "clause", "", &["Name it."]);
        let typed = [typed[0], ("clause", "Clause 9"), typed[2]];
        rita.follow(&rita.send(&path, &format!("{path}/notify"), &pairs(&typed)).await).await;
        let page = maria.page(&own).await;
        for wanted in ["Answer by", "Clause 9", "enctype=\"multipart/form-data\"", "Notice given"] {
            assert!(page.contains(wanted), "{wanted}: {page}");
        }
        let file = maria.get(&format!("{own}/evidence/01-observation.txt")).await;
        assert!(file.status == 200 && file.body.contains("No <b>source</b>"));
        assert!(file.header("content-disposition").starts_with("attachment"), "never shown as a page");
        let typed = pairs(&[("text", "We name it now."), ("cure", "")]);
        let answered = maria.send(&own, &format!("{own}/answer"), &typed).await;
        assert!(maria.follow(&answered).await.contains("Your answer is in"));
        let none = [("reasons", "It is plain."), ("severity", ""), ("refer_to", "")];
        let decided = manager.send(&path, &format!("{path}/find"), &pairs(&none)).await;
        assert_eq!(decided.status, 422);
        assert!(decided.body.contains("Choose at least one measure") && decided.body.contains("It is plain."));
        let warn = [none[0], none[1], none[2], ("measures", "warn")];
        let page = manager.follow(&manager.send(&path, &format!("{path}/find"), &pairs(&warn)).await).await;
        assert!(page.contains("A violation was found."), "{page}");
        let closed = manager.send(&path, &format!("{path}/close"), &pairs(&[("close_reason", "Cured.")])).await;
        assert!(manager.follow(&closed).await.contains("Closed"));
        assert!(manager.page("/cases?show=all").await.contains("MIS-2026-0001"));
        let elsewhere = office.of("Manager 1").await;
        looks_like_nothing(&elsewhere, &path, &format!("/cases/{NOTHING}")).await;
        assert_eq!(maria.get(&path).await.status, 403);
    }
}

#[actix_web::test]
async fn a_report_goes_from_the_public_form_to_the_office() {
    for office in offices() {
        let visitor = office.portal.browser();
        let clerk = office.of("Clara Clerk").await;
        let form = visitor.page("/report-misuse?dataset=parking").await;
        assert!(form.contains("homepage") && form.contains("name=\"shown\""));
        let shown = conduct::complaints::form_token(office.desk());
        let send =
            async |fields: &[(&str, &str)]| visitor.send("/report-misuse", "/report-misuse", &pairs(fields)).await;
        let typed = [("kind", "misuse"), ("text", "They <i>sell</i> it."), ("email", "no address"), ("shown", &shown)];
        let soon = send(&typed).await;
        assert!(soon.status == 422 && soon.body.contains("very fast"), "{}", soon.body);
        office.desk().clock.set(office.desk().clock.now() + chrono::TimeDelta::seconds(9));
        complains(&send(&typed).await, "email", "", &["They &lt;i&gt;sell"]);
        let good = [typed[0], typed[1], ("email", "nora@people.example"), typed[3]];
        let thanks = send(&good).await;
        assert!(thanks.status == 200 && thanks.body.contains("CMP-2026-0001"), "{}", thanks.body);
        assert!(send(&good).await.body.contains("the same report"), "double complaints are one");
        let waiting = clerk.page("/complaints").await;
        let path = waiting.split("href=\"").find(|rest| rest.starts_with("/complaints/")).unwrap();
        let path = path.split('"').next().unwrap().to_owned();
        let page = clerk.page(&path).await;
        assert!(page.contains("&lt;i&gt;sell") && page.contains("nora@people.example"), "{page}");
        let aside =
            async |reason: &str| clerk.send(&path, &format!("{path}/set-aside"), &pairs(&[("reason", reason)])).await;
        complains(&aside("").await, "reason", "", &[]);
        assert!(clerk.follow(&aside("No data of ours.").await).await.contains("Nothing to read"));
        let manager = office.of("Manager 0").await;
        looks_like_nothing(&manager, &path, &format!("/complaints/{NOTHING}")).await;
    }
}

#[actix_web::test]
async fn a_dataset_is_paused_and_resumed_on_its_page() {
    for office in offices() {
        office.executed(&["parking"]);
        let manager = office.of("Manager 0").await;
        let fields = [("dataset", "parking"), ("reason", "")];
        let told = manager.send("/dataset-pauses", "/dataset-pauses", &pairs(&fields)).await;
        complains(&told, "reason", "", &[]);
        let fields = [("dataset", "parking"), ("reason", "Plates in the feed.")];
        let told = manager.send("/dataset-pauses", "/dataset-pauses", &pairs(&fields)).await;
        let page = manager.follow(&told).await;
        assert!(page.contains("Plates in the feed.") && page.contains("PAU-2026-0001"), "{page}");
        let end = page.split("action=\"").find(|rest| rest.starts_with("/dataset-pauses/")).unwrap();
        let end = end.split('"').next().unwrap().to_owned();
        let ended = manager.send("/dataset-pauses", &end, &pairs(&[("end_reason", "Mended.")])).await;
        assert!(manager.follow(&ended).await.contains("No dataset is paused"));
    }
}

#[actix_web::test]
async fn slowing_down_is_a_measure_on_the_page_and_its_holder_reads_it_and_may_appeal_it() {
    for office in offices() {
        let agreement = office.executed(&["parking"]);
        let rita = office.of("Rita Reviewer").await;
        let manager = office.of("Manager 0").await;
        let maria = office.of("Maria Gonzalez").await;
        let fields =
            [("from", ""), ("agreement", &agreement.number), ("class", "M1"), ("summary", "It retries at once.")];
        let path = rita.send("/cases/new", "/cases", &pairs(&fields)).await.header("location").to_owned();
        let notice = pairs(&[("facts", "It retries."), ("clause", "Clause 14"), ("cure", "Wait.")]);
        rita.follow(&rita.send(&path, &format!("{path}/notify"), &notice).await).await;
        let own = path.replace("/cases/", "/my-cases/");
        let answer = pairs(&[("text", "We wait now."), ("cure", "")]);
        maria.follow(&maria.send(&own, &format!("{own}/answer"), &answer).await).await;
        assert!(manager.page(&path).await.contains("Slow down: every key of the agreement"));
        let find = async |until: &str| {
            let fields = [
                ("reasons", "It is plain."),
                ("severity", ""),
                ("refer_to", ""),
                ("measures", "throttle_agreement"),
                ("throttle_until", until),
            ];
            manager.send(&path, &format!("{path}/find"), &pairs(&fields)).await
        };
        complains(&find("tomorrow").await, "throttle_until", "Give the day as", &["It is plain."]);
        complains(&find("2099-01-01").await, "throttle_until", "within 90 days", &["It is plain."]);
        let page = manager.follow(&find("").await).await;
        assert!(page.contains("Slowed down to 25 percent of the limits until"), "{page}");
        assert!(page.contains("Lift: Throttling: Agreement") && page.contains("Slowed down</"), "{page}");
        let page = maria.page(&own).await;
        assert!(page.contains("of=finding:") && page.contains("Throttling: Agreement"), "{page}");
        let page = maria.page(&format!("/agreements/{}", agreement.id)).await;
        assert!(page.contains("Slowed down to 25 percent") && page.contains("Appeal this"), "{page}");
        assert!(!page.contains("Stopped:"), "nothing is stopped: {page}");
    }
}

#[actix_web::test]
async fn a_certificate_that_is_missing_opens_a_case_with_its_facts() {
    for office in offices() {
        let agreement = office.executed(&["parking"]);
        let manager = office.of("Manager 0").await;
        let new = format!("/cases/new?from=certificate:{}", agreement.id);
        let ends_at = agreement.execution().unwrap().ends_at;
        office.desk().clock.set(ends_at + chrono::TimeDelta::days(1));
        crate::cases::agree::expire_agreements(office.desk()).unwrap();
        let manager_then = office.of("Manager 0").await;
        looks_like_nothing(&manager_then, &new, &format!("/cases/new?from=certificate:{NOTHING}")).await;
        drop(manager);
        office.desk().clock.set(ends_at + chrono::TimeDelta::days(60));
        let manager = office.of("Manager 0").await;
        let list = manager.page("/review/endings").await;
        assert!(list.contains(&new), "{list}");
        assert!(manager.page(&format!("/review/destructions/{}", agreement.id)).await.contains(&new));
        let form = manager.page(&new).await;
        assert!(form.contains("The certificate of destruction that clause 16 of agreement"), "{form}");
        assert!(form.contains(&agreement.number) && form.contains("value=\"M6\" selected"), "{form}");
        let from = format!("certificate:{}", agreement.id);
        let fields =
            [("from", from.as_str()), ("agreement", &agreement.number), ("class", "M6"), ("summary", "Missing.")];
        let opened = manager.send(&new, "/cases", &pairs(&fields)).await;
        assert!(manager.follow(&opened).await.contains("M6, Retention"));
        let elsewhere = office.of("Manager 1").await;
        looks_like_nothing(&elsewhere, &new, &format!("/cases/new?from=certificate:{NOTHING}")).await;
    }
}
