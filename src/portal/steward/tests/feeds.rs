//! Samples, feeds and changes from the browser: looked at first, then shown to anybody, and who reads what.

use super::dataset;
use crate::cases::redaction::{RuleTyped, read_rules, save_profile};
use crate::portal::steward::redactions::tests::upstream;
use crate::portal::tests::{Office, complains, looks_like_nothing, offices, pairs};

const FEED: &str = r#"[{"zone":"<b>North","mac_address":"AB-1","lat":41.10,"lon":-73.40},{"zone":"South","mac_address":"AB-2","lat":41.12,"lon":-73.41}]"#;
const SAMPLE: &str = "/stewardship/parking/sample";

fn masked(office: &Office) {
    let rule = RuleTyped {
        path: "**.mac_address".to_owned(),
        treatment: "mask".to_owned(),
        parameter: String::new(),
        reason: "It names its owner.".to_owned(),
    };
    let rules = read_rules(&[rule]).unwrap();
    let version = dataset(office, "parking").version;
    save_profile(office.desk(), &office.city.managers[0], "parking", ("public", "Public", rules), version).unwrap();
}

#[actix_web::test]
async fn a_sample_is_taken_looked_at_published_and_withdrawn() {
    for office in offices() {
        let manager = office.of("Manager 0").await;
        assert!(manager.page(SAMPLE).await.contains("No sample yet"));
        upstream(&office, FEED).await;
        let take = async |profile: &str| {
            manager.send(SAMPLE, SAMPLE, &pairs(&[("path", "/latest"), ("profile", profile)])).await
        };
        let raw = take("").await;
        assert!(raw.status == 422 && raw.body.contains("On tiers 2 and 3"), "{} {}", raw.status, raw.body);
        masked(&office);
        let page = manager.follow(&take("public").await).await;
        for part in ["Taken and not published", "&lt;b&gt;North", "***", "2 points within", "<circle", "SHA-256"] {
            assert!(page.contains(part), "{part}: {page}");
        }
        assert!(!page.contains("AB-1"), "{page}");
        let visitor = office.portal.browser();
        assert!(!visitor.page("/datasets/parking").await.contains("A sample to look at"));
        assert_eq!(visitor.get("/datasets/parking/sample.json").await.status, 404);
        let hash = manager.get(SAMPLE).await.hidden("hash");
        let wrong = manager.send(SAMPLE, &format!("{SAMPLE}/publish"), &pairs(&[("hash", "0")])).await;
        assert!(wrong.status == 422 && wrong.body.contains("not the sample that was taken last"), "{}", wrong.body);
        let done = manager.send(SAMPLE, &format!("{SAMPLE}/publish"), &pairs(&[("hash", &hash)])).await;
        assert!(manager.follow(&done).await.contains("The sample is published"));
        let public = visitor.page("/datasets/parking").await;
        assert!(public.contains("A sample to look at") && public.contains("41.10000") && public.contains(&hash));
        let file = visitor.get("/datasets/parking/sample.json").await;
        assert!(file.status == 200 && file.body.contains("***") && !file.body.contains("AB-1"), "{}", file.body);
        let narrowed = visitor.page("/datasets?has=sample&has=positions").await;
        assert!(narrowed.contains("/datasets/parking") && !narrowed.contains("/datasets/bike-share"), "{narrowed}");
        let which = pairs(&[("which", "published")]);
        let gone = manager.send(SAMPLE, &format!("{SAMPLE}/withdraw"), &which).await;
        assert!(manager.follow(&gone).await.contains("No sample yet"));
        assert_eq!(visitor.get("/datasets/parking/sample.json").await.status, 404);
    }
}

#[actix_web::test]
async fn a_feed_is_looked_at_and_what_it_sends_is_declared() {
    const HERE: &str = "/stewardship/parking/feed";
    for office in offices() {
        let manager = office.of("Manager 0").await;
        assert!(manager.page(HERE).await.contains("No feed yet"));
        upstream(&office, FEED).await;
        let page = manager.follow(&manager.send(HERE, &format!("{HERE}/check"), &[]).await).await;
        for part in ["The feed answered.", "Answers", "New, not declared", "Declare these fields", "mac_address"] {
            assert!(page.contains(part), "{part}: {page}");
        }
        let version = manager.version(HERE).await;
        let wrong = pairs(&[("version", &version), ("check_path", "latest")]);
        complains(
            &manager.send(HERE, &format!("{HERE}/path"), &wrong).await,
            "check_path",
            "Write the path",
            &["latest"],
        );
        let fields = pairs(&[
            ("version", &version),
            ("fields", "zone"),
            ("sensitivity.zone", "none"),
            ("fields", "mac_address"),
            ("sensitivity.mac_address", "sensitive"),
        ]);
        let page = manager.follow(&manager.send(HERE, &format!("{HERE}/declare"), &fields).await).await;
        assert!(page.contains("The fields are declared"), "{page}");
        let names: Vec<_> = dataset(&office, "parking").fields.into_iter().map(|field| field.name).collect();
        assert!(names.ends_with(&["zone".to_owned(), "mac_address".to_owned()]), "{names:?}");
    }
}

#[actix_web::test]
async fn a_change_is_announced_after_a_look_at_who_is_told_and_taken_back() {
    const HERE: &str = "/stewardship/parking/changes";
    for office in offices() {
        let agreement = office.executed(&["parking"]);
        let manager = office.of("Manager 0").await;
        let send = async |act: &str, sunset: &str| {
            let version = manager.version(HERE).await;
            let fields = pairs(&[
                ("version", &version),
                ("kind", "deprecation"),
                ("operations", "read"),
                ("operations", "history"),
                ("text", "Use <i>/v2</i>."),
                ("on", "2026-11-01"),
                ("sunset", sunset),
                ("days", "90"),
                ("act", act),
            ]);
            manager.send(HERE, HERE, &fields).await
        };
        complains(&send("preview", "").await, "sunset", "Give the last day.", &["Use &lt;i&gt;/v2"]);
        let preview = send("preview", "2027-03-01").await;
        assert!(preview.status == 200 && preview.body.contains(&agreement.number), "{}", preview.body);
        assert!(
            preview.body.contains("tell one holder") && preview.body.contains("Nothing is sent yet"),
            "{}",
            preview.body
        );
        assert!(dataset(&office, "parking").changes.is_empty());
        let page = manager.follow(&send("announce", "2027-03-01").await).await;
        assert!(page.contains("CHG-2026-0001 is announced. Told: 1."), "{page}");
        let visitor = office.portal.browser();
        for page in [
            visitor.page("/datasets/parking").await,
            office.of("Maria Gonzalez").await.page(&format!("/agreements/{}", agreement.id)).await,
        ] {
            assert!(page.contains("It should not be used any more") && page.contains("&lt;i&gt;/v2"), "{page}");
        }
        let followed = manager.page(&format!("{HERE}/CHG-2026-0001")).await;
        assert!(followed.contains("0 still called") && followed.contains(&agreement.number), "{followed}");
        let version = manager.version(HERE).await;
        let taken_back =
            manager.send(HERE, &format!("{HERE}/CHG-2026-0001/withdraw"), &pairs(&[("version", &version)])).await;
        assert!(manager.follow(&taken_back).await.contains("The announcement is taken back"));
        assert!(!visitor.page("/datasets/parking").await.contains("It should not be used any more"));
    }
}

#[actix_web::test]
async fn reviewers_read_and_strangers_find_nothing() {
    for office in offices() {
        let reviewer = office.of("Rita Reviewer").await;
        let stranger = office.of("Manager 1").await;
        for part in ["sample", "feed", "changes"] {
            let page = reviewer.page(&format!("/stewardship/parking/{part}")).await;
            assert!(
                page.contains("Only a manager of") && !page.contains("method=\"post\" action=\"/stewardship"),
                "{page}"
            );
            let nothing = format!("/stewardship/no-such-set/{part}");
            looks_like_nothing(&stranger, &format!("/stewardship/parking/{part}"), &nothing).await;
        }
        let entries = office.entries();
        for (path, fields) in [
            ("sample", pairs(&[("from", "records"), ("records", "[{\"a\":1}]")])),
            ("sample/publish", pairs(&[("hash", "0")])),
            ("sample/withdraw", pairs(&[("which", "published")])),
            ("feed/check", Vec::new()),
            ("feed/declare", pairs(&[("version", "1"), ("fields", "a"), ("sensitivity.a", "none")])),
            ("changes/CHG-2026-0001/withdraw", pairs(&[("version", "1")])),
        ] {
            let answer = stranger.send("/stewardship", &format!("/stewardship/parking/{path}"), &fields).await;
            assert_eq!((answer.status, office.entries()), (404, entries), "{path} {}", answer.body);
        }
    }
}
