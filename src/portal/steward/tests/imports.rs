//! The import of a catalogue and its report.

use super::dataset;
use crate::portal::tests::{NOTHING, complains, looks_like_nothing, offices, pairs};

const CATALOGUE: &str = include_str!("../../../../tests/fixtures/data.json");

#[actix_web::test]
async fn an_import_asks_for_a_department_and_for_exactly_one_source() {
    for office in offices() {
        let manager = office.of("Manager 0").await;
        let ours = office.city.departments[0].to_string();
        let import = async |department: &str, url: &str, text: &str| {
            let fields = pairs(&[("department", department), ("url", url), ("catalogue", text)]);
            manager.fill("/stewardship/import", &fields).await
        };
        let entries = office.entries();
        complains(&import("", "", "{}").await, "department", "Choose the department", &["{}"]);
        complains(&import(&ours, "", "").await, "url", "Give the address of a data.json", &[]);
        let both = import(&ours, "http://127.0.0.1/data.json", "{}").await;
        complains(&both, "url", "not both", &["http://127.0.0.1/data.json"]);
        for (url, message) in [("data.json", ""), ("http://10.0.0.1/data.json", "may not reach")] {
            complains(&import(&ours, url, "").await, "url", message, &[url]);
        }
        complains(&import(&ours, "", "{\"dataset\": [").await, "catalogue", "", &["dataset"]);
        complains(&import(&ours, "", "no JSON").await, "catalogue", "", &["no JSON"]);
        let theirs = office.city.departments[1].to_string();
        assert_eq!(import(&theirs, "", CATALOGUE).await.status, 404);
        assert_eq!(office.entries(), entries);
        for name in ["Rita Reviewer", "Ivan Auditor", "Maria Gonzalez"] {
            let browser = office.of(name).await;
            assert_eq!(browser.get("/stewardship/import").await.status, 403, "{name}");
            let fields = pairs(&[("department", &ours), ("url", ""), ("catalogue", CATALOGUE)]);
            assert_eq!(browser.send("/account", "/stewardship/import", &fields).await.status, 403, "{name}");
        }
        let bare = pairs(&[("department", &ours), ("url", ""), ("catalogue", CATALOGUE)]);
        assert_eq!(manager.bare("/stewardship/import", &bare).await.status, 403, "from elsewhere");
    }
}

#[actix_web::test]
async fn the_report_says_of_each_record_what_became_of_it_and_why() {
    for office in offices() {
        let manager = office.of("Manager 0").await;
        let ours = office.city.departments[0].to_string();
        let fields = pairs(&[("department", &ours), ("url", ""), ("catalogue", CATALOGUE)]);
        let done = manager.fill("/stewardship/import", &fields).await;
        let report = done.header("location").to_owned();
        assert!(report.starts_with("/stewardship/imports/"), "{}", done.body);
        let page = manager.follow(&done).await;
        for wanted in [
            "no key opens a dataset before you set its tier",
            "pasted text",
            "by Manager 0",
            "Parking lot occupancy",
            "Street trees",
            "Skipped",
            "Repaired",
            "Tier X, prohibited by law",
            "Datasets that still need a tier",
        ] {
            assert!(page.contains(wanted), "{wanted}: {page}");
        }
        assert!(!page.contains("<script>alert(1)"), "what a catalogue holds is text");
        let skipped = manager.page(&format!("{report}?show=skipped")).await;
        assert!(!skipped.contains("Parking lot occupancy") && skipped.contains("Skipped"), "{skipped}");
        let none = manager.page(&format!("{report}?show=unchanged")).await;
        assert!(none.contains("No record fits this choice."), "{none}");

        let list = manager.page("/stewardship").await;
        assert!(list.contains("Latest imports") && list.contains(&report), "{list}");
        let unset = manager.page("/stewardship?tier=unset").await;
        assert!(unset.contains("Parking lot occupancy") && unset.contains("No tier yet"), "{unset}");
        for name in ["Rita Reviewer", "Ivan Auditor"] {
            assert!(office.of(name).await.page(&report).await.contains("Street trees"), "{name}");
        }
        let stranger = office.of("Manager 1").await;
        looks_like_nothing(&stranger, &report, &format!("/stewardship/imports/{NOTHING}")).await;
        looks_like_nothing(&manager, "/stewardship/imports/x", &format!("/stewardship/imports/{NOTHING}")).await;

        let again = manager.fill("/stewardship/import", &fields).await;
        let again = manager.follow(&again).await;
        let figures: Vec<_> = again
            .split("<p class=\"stat-value\">")
            .skip(1)
            .map(|rest| rest.split('<').next().unwrap().to_owned())
            .collect();
        assert_eq!((figures[0].as_str(), figures[1].as_str()), ("0", "0"), "nothing new, nothing changed: {figures:?}");
    }
}

#[actix_web::test]
async fn what_was_edited_here_survives_the_next_import() {
    for office in offices() {
        let manager = office.of("Manager 0").await;
        let ours = office.city.departments[0].to_string();
        let fields = pairs(&[("department", &ours), ("url", ""), ("catalogue", CATALOGUE)]);
        let page = manager.follow(&manager.fill("/stewardship/import", &fields).await).await;
        let row = page.split("<tr>").find(|row| row.contains("Parking lot occupancy")).unwrap();
        let slug = row.split("href=\"/stewardship/").nth(1).unwrap().split('"').next().unwrap();
        let here = format!("/stewardship/{slug}/about");
        let version = manager.version(&here).await;
        let edit = [
            ("title", "Lots of East Norwalk"),
            ("description", "Ours."),
            ("access_level", "public"),
            ("version", &version),
        ];
        assert_eq!(manager.send(&here, &here, &pairs(&edit)).await.status, 303);
        assert_eq!(manager.fill("/stewardship/import", &fields).await.status, 303);
        assert_eq!(dataset(&office, slug).metadata.title.as_str(), "Lots of East Norwalk");
    }
}

/// A server that takes a request in and answers nothing, as long as somebody waits.
async fn silent() -> (String, tokio::task::JoinHandle<()>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/data.json", listener.local_addr().unwrap());
    let served = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut asked = [0; 1_024];
        while tokio::io::AsyncReadExt::read(&mut stream, &mut asked).await.is_ok_and(|count| count > 0) {}
    });
    (url, served)
}

#[actix_web::test]
async fn a_slow_address_is_watched_and_called_off_and_a_dead_one_keeps_what_was_typed() {
    for office in offices() {
        let manager = office.of("Manager 0").await;
        let ours = office.city.departments[0].to_string();
        let fields = |url: &str| pairs(&[("department", &ours), ("url", url), ("catalogue", "")]);
        let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let dead = format!("http://{closed}/data.json");
        complains(&manager.fill("/stewardship/import", &fields(&dead)).await, "url", "No connection to", &[&dead]);

        let (slow, served) = silent().await;
        let asked = manager.fill("/stewardship/import", &fields(&slow)).await;
        let path = asked.header("location").to_owned();
        let page = manager.follow(&asked).await;
        for wanted in ["http-equiv=\"refresh\"", "Under way", "The address is asked", "<progress", &slow] {
            assert!(page.contains(wanted), "{wanted}: {page}");
        }
        let still = manager.page(&format!("{path}?still=yes")).await;
        assert!(!still.contains("http-equiv=\"refresh\"") && still.contains("Watch how far it is"), "{still}");
        let list = manager.page("/stewardship").await;
        assert!(list.contains("Imports without a report") && list.contains(&path), "{list}");
        let reviewer = office.of("Rita Reviewer").await.page(&path).await;
        assert!(!reviewer.contains("Call it off"), "{reviewer}");
        let stranger = office.of("Manager 1").await;
        looks_like_nothing(&stranger, &path, &format!("/stewardship/imports/{NOTHING}")).await;

        let off = manager.send(&format!("{path}?still=yes"), &format!("{path}/cancel"), &[]).await;
        let page = manager.follow(&off).await;
        assert!(page.contains("Called off") && page.contains("no dataset was changed"), "{page}");
        let again = format!("/stewardship/import?department={ours}&url=");
        assert!(page.replace("&amp;", "&").contains(&again), "{page}");
        let form = manager.page(&format!("{again}{}", slow.replace(':', "%3A"))).await;
        assert!(form.contains(&format!("value=\"{slow}\"")), "{form}");
        let again = manager.send("/stewardship/import", &format!("{path}/cancel"), &[]).await;
        assert_eq!(again.status, 409, "{}", again.body);
        served.await.unwrap();
    }
}
