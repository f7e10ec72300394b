//! The parts of a dataset: bad input, stale versions, and what saving does.

use super::{dataset, save};
use crate::domain::tier::Tier;
use crate::portal::tests::{complains, offices, pairs};

#[actix_web::test]
async fn a_part_changed_by_somebody_else_meanwhile_is_not_overwritten_and_the_text_is_kept() {
    for office in offices() {
        let manager = office.of("Manager 0").await;
        let other = office.of("Second Manager").await;
        for (part, fields, kept) in [
            ("tier", vec![("tier", "3")], "3"),
            ("limits", vec![("limits", "777/day")], "777/day"),
            ("operations", vec![("operations", "mine GET /mine")], "mine GET /mine"),
            (
                "upstream",
                vec![("url", "http://127.0.0.1:9009/mine"), ("timeout_ms", "4321")],
                "http://127.0.0.1:9009/mine",
            ),
            ("publish", vec![("publish", "no")], "no"),
            (
                "fields",
                vec![("fields.0.name", "my_field"), ("fields.0.kind", "text"), ("fields.0.sensitivity", "none")],
                "my_field",
            ),
            (
                "about",
                vec![("title", "My title"), ("description", "My long description."), ("access_level", "public")],
                "My long description.",
            ),
        ] {
            let here = format!("/stewardship/parking/{part}");
            let version = manager.version(&here).await;
            assert_eq!(save(&other, "limits", &[("limits", "10/minute")]).await.status, 303);
            let entries = office.entries();
            let mut all = fields.clone();
            all.push(("version", &version));
            let stale = manager.send(&here, &here, &pairs(&all)).await;
            assert_eq!(stale.status, 409, "{part}: {}", stale.body);
            for wanted in [kept, "Somebody else was faster", &format!("href=\"{here}\"")] {
                assert!(stale.body.contains(wanted), "{part} {wanted}: {}", stale.body);
            }
            assert_eq!(office.entries(), entries, "{part}");
            let odd = manager.send(&here, &here, &pairs(&fields)).await;
            assert_eq!(odd.status, 400, "{part} without a version: {}", odd.body);
        }
        assert_eq!(dataset(&office, "parking").limits.to_string(), "10/minute");
    }
}

#[actix_web::test]
async fn what_cannot_be_saved_is_said_at_its_field_and_stays_typed() {
    for office in offices() {
        let manager = office.of("Manager 0").await;
        let before = dataset(&office, "parking");
        complains(&save(&manager, "tier", &[]).await, "tier", "Choose a tier.", &[]);
        complains(&save(&manager, "tier", &[("tier", "9")]).await, "tier", "Choose a tier.", &[]);
        complains(&save(&manager, "limits", &[("limits", "lots/day")]).await, "limits", "Not saved:", &["lots/day"]);
        for (text, message) in [
            ("read GET /a\nhistory", "Line 2"),
            ("read FETCH /a", "Line 1"),
            ("read GET /a\nread GET /b", "Two operations are named read"),
            ("", "Give 1 to"),
        ] {
            complains(&save(&manager, "operations", &[("operations", text)]).await, "operations", message, &[text]);
        }
        let row = |name: &'static str, kind: &'static str, how: &'static str| {
            [("fields.2.name", name), ("fields.2.kind", kind), ("fields.2.sensitivity", how)]
        };
        let kept = ["value=\"plate\""];
        complains(
            &save(&manager, "fields", &row("plate", "text", "")).await,
            "fields.2.sensitivity",
            "how sensitive",
            &kept,
        );
        complains(&save(&manager, "fields", &row("plate", "", "none")).await, "fields.2.kind", "", &kept);
        let twice = [
            row("plate", "text", "none").to_vec(),
            vec![("fields.4.name", "plate"), ("fields.4.kind", "text"), ("fields.4.sensitivity", "none")],
        ]
        .concat();
        complains(&save(&manager, "fields", &twice).await, "fields.4.name", "Another field has this name.", &kept);
        let about = |title: &'static str| [("title", title), ("description", "Words."), ("access_level", "public")];
        complains(&save(&manager, "about", &about("")).await, "title", "", &["Words."]);
        for (field, value) in [
            ("contact_email", "nobody"),
            ("license", "no address"),
            ("modified", "yesterday"),
            ("landing_page", "javascript:alert(1)"),
        ] {
            let form = [about("Parking").to_vec(), vec![(field, value)]].concat();
            complains(&save(&manager, "about", &form).await, field, "", &[value, "Words."]);
        }
        let file = [
            ("distributions.3.url", "nowhere"),
            ("distributions.3.title", "As a table"),
            ("distributions.3.media_type", "text/csv"),
        ];
        let form = [about("Parking").to_vec(), file.to_vec()].concat();
        complains(&save(&manager, "about", &form).await, "distributions.3.url", "", &["As a table", "text/csv"]);
        assert_eq!(dataset(&office, "parking"), before);
    }
}

#[actix_web::test]
async fn what_is_saved_is_shown_audited_and_says_what_it_means() {
    for office in offices() {
        let manager = office.of("Manager 0").await;
        for (part, fields, said, act, wanted) in [
            (
                "about",
                vec![
                    ("title", "Parking lots"),
                    ("description", "Words."),
                    ("keywords", "lots, spaces\nbays"),
                    ("access_level", "public"),
                ],
                "kept when the catalogue is imported again",
                "dataset.describe",
                "spaces",
            ),
            (
                "fields",
                vec![("fields.0.name", "bay"), ("fields.0.kind", "text"), ("fields.0.sensitivity", "indirect")],
                "The fields are saved.",
                "dataset.set_fields",
                "value=\"bay\"",
            ),
            ("tier", vec![("tier", "3")], "The gate follows at once.", "dataset.set_tier", "value=\"3\" checked"),
            (
                "operations",
                vec![("operations", "read GET / /latest/**\nbulk GET /all")],
                "The gate follows at once.",
                "dataset.set_operations",
                "bulk GET /all",
            ),
            (
                "limits",
                vec![("limits", "60/minute\n900/day")],
                "agreements made from now on",
                "dataset.set_limits",
                "900/day",
            ),
            (
                "publish",
                vec![("publish", "no")],
                "no longer in the public catalogue",
                "dataset.publish",
                "Only staff see",
            ),
        ] {
            let done = save(&manager, part, &fields).await;
            assert_eq!(office.last_act(), (act.to_owned(), "manager".to_owned()));
            let page = manager.follow(&done).await;
            assert!(page.contains(said) && page.contains(wanted), "{part} {said} {wanted}: {page}");
        }
        assert_eq!(office.portal.browser().get("/datasets/parking").await.status, 404, "taken back");
        assert_eq!(save(&manager, "publish", &[("publish", "yes")]).await.status, 303);
        assert_eq!(office.portal.browser().get("/datasets/parking").await.status, 200);
        let overview = manager.page("/stewardship/parking").await;
        for wanted in
            ["Parking lots", "bulk GET /all", "900 calls a day", "Tier 3, restricted", "indirectly about people"]
        {
            assert!(overview.contains(wanted), "{wanted}: {overview}");
        }
    }
}

#[actix_web::test]
async fn a_field_is_taken_away_and_rows_in_between_may_stay_empty() {
    for office in offices() {
        let manager = office.of("Manager 0").await;
        let two = [
            ("fields.0.name", "bay"),
            ("fields.0.kind", "text"),
            ("fields.0.sensitivity", "none"),
            ("fields.3.name", "free"),
            ("fields.3.kind", "number"),
            ("fields.3.sensitivity", "none"),
        ];
        assert_eq!(save(&manager, "fields", &two).await.status, 303);
        let names = || dataset(&office, "parking").fields.into_iter().map(|field| field.name).collect::<Vec<_>>();
        assert_eq!(names(), ["bay", "free"]);
        let without = [
            ("fields.0.name", "bay"),
            ("fields.0.kind", "text"),
            ("fields.0.sensitivity", "none"),
            ("fields.0.remove", "yes"),
            ("fields.1.name", "free"),
            ("fields.1.kind", "number"),
            ("fields.1.sensitivity", "none"),
        ];
        assert_eq!(save(&manager, "fields", &without).await.status, 303);
        assert_eq!(names(), ["free"]);
    }
}

#[actix_web::test]
async fn what_the_law_forbids_gets_no_freer_tier() {
    for office in offices() {
        let manager = office.of("Manager 0").await;
        let about = [
            ("title", "License plate reader captures"),
            ("description", "Plates of passing cars, from automated license plate readers."),
            ("keywords", "license plate reader, ALPR"),
            ("access_level", "non-public"),
        ];
        let renamed = save(&manager, "about", &about).await;
        assert_eq!(renamed.status, 422, "{}", renamed.body);
        for wanted in ["The only possible tier is X", "Public Act 26-14", "Plates of passing cars"] {
            assert!(renamed.body.contains(wanted), "{wanted}: {}", renamed.body);
        }
        assert_eq!(save(&manager, "tier", &[("tier", "X")]).await.status, 303);
        assert_eq!(save(&manager, "about", &about).await.status, 303, "under tier X it may say what it is");
        let freer = save(&manager, "tier", &[("tier", "2")]).await;
        complains(&freer, "tier", "The only possible tier is X", &["value=\"2\" checked"]);
        assert!(manager.page("/stewardship/parking/tier").await.contains("Only tier X is possible"));
        assert_eq!(dataset(&office, "parking").tier, Some(Tier::Prohibited));
    }
}
