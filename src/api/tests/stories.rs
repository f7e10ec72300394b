//! Stories: everything that happened to one thing, for auditors alone.

use serde_json::json;

use super::*;

#[actix_web::test]
async fn the_auditor_reads_the_whole_story_of_each_thing_and_nobody_else_does() {
    for city in cities() {
        let api = Api::over(&city.desk);
        let (auditor, maria, manager) = (
            api.client(&officer(&city, "Otto Auditor", Role::Auditor)),
            api.client(&city.maria),
            api.client(&city.managers[0]),
        );
        let agreement = agreement(&api, &city).await;
        let application = text(&maria.read(&format!("/agreements/{agreement}")).await, "application");
        let department = city.departments[0].to_string();
        let note = json!({ "department": department, "text": "Looks sound to me." });
        manager.act(&format!("/review/{application}/notes"), note).await;
        let new = json!({ "name": "Map", "scopes": ["parking:read"] });
        let key = text(&maria.act(&format!("/agreements/{agreement}/keys"), new).await, "id");
        let wish = json!({ "target": "key", "target_id": key, "reason": "misuse", "explanation": "Too many calls." });
        let hold = text(&manager.act("/holds", wish).await, "id");
        manager.act(&format!("/holds/{hold}/lift"), json!({ "text": "Mended." })).await;

        let story = auditor.read(&format!("/audit/stories/key/{key}")).await;
        let lines = story["lines"].as_array().unwrap();
        let count = |what: &str| lines.iter().filter(|line| line["what"] == what).count();
        assert_eq!((count("decision"), count("hold_placed"), count("hold_lifted")), (1, 1, 1), "{story}");
        assert!(lines.iter().any(|line| line["remark"]["text"] == "Looks sound to me."), "private notes too: {story}");
        assert!(lines.iter().any(|line| line["entry"]["act"] == "key.issue"), "{story}");
        assert!(lines.is_sorted_by_key(|line| line["at"].as_str().unwrap().to_owned()), "in order of time");
        assert!(!story.to_string().contains("digest"), "and no secret");
        let related = story["related"].as_array().unwrap();
        assert!(related.iter().any(|thing| thing["kind"] == "agreement" && thing["id"] == agreement), "{related:?}");

        let dataset = auditor.read("/audit/stories?kind=dataset&of=parking").await;
        let person = auditor.read("/audit/stories?kind=person&of=maria.gonzalez@people.example").await;
        let number = text(&maria.read(&format!("/agreements/{agreement}")).await, "number").to_lowercase();
        let by_number = auditor.read(&format!("/audit/stories?kind=agreement&of={number}")).await;
        assert_eq!(by_number["id"], agreement.as_str());
        for thing in [&dataset, &person, &by_number] {
            let path = text(thing, "story");
            let path = path.strip_prefix("/api/v1").unwrap();
            let story = auditor.read(path).await;
            assert!(!story["lines"].as_array().unwrap().is_empty(), "{story}");
            for other in [&maria, &manager] {
                assert_eq!(other.get(path).await.code(), (403, "role_needed".to_owned()));
            }
            assert_eq!(api.stranger().get(path).await.code(), (401, "sign_in_needed".to_owned()));
        }
        let story = auditor.read(&format!("/audit/stories/application/{application}")).await;
        assert_eq!((story["is_cut"].as_bool(), story["kind"].as_str()), (Some(false), Some("application")));
    }
}

#[actix_web::test]
async fn what_has_no_story_is_not_found() {
    let city = cities().swap_remove(0);
    let api = Api::over(&city.desk);
    let auditor = api.client(&officer(&city, "Otto Auditor", Role::Auditor));
    for path in [
        "/audit/stories/key/019ac1d2-7c3a-7000-8000-000000000017",
        "/audit/stories/key/no-id",
        "/audit/stories/house/019ac1d2-7c3a-7000-8000-000000000017",
        "/audit/stories?kind=agreement&of=DSA-2026-9999",
        "/audit/stories?kind=person&of=nobody",
        "/audit/stories?kind=person&of=nobody@people.example",
    ] {
        assert_eq!(auditor.get(path).await.code(), (404, "not_found".to_owned()), "{path}");
    }
    for path in ["/audit/stories?kind=house&of=x", "/audit/stories", "/audit/stories?kind=key&of=x&extra=1"] {
        assert_eq!(auditor.get(path).await.status, 400, "{path}");
    }
}

#[actix_web::test]
async fn the_chain_can_be_checked_against_a_head_kept_elsewhere() {
    for city in cities() {
        let api = Api::over(&city.desk);
        let auditor = api.client(&officer(&city, "Otto Auditor", Role::Auditor));
        let told = auditor.read("/audit/head").await;
        let head = text(&told, "head");
        let signed = city.desk.desk.secrets.sign(&format!("accord audit head {head}"));
        assert_eq!(text(&told, "signature"), signed, "the same line as in stories and bundles");
        let found = auditor.read(&format!("/audit/verification?head={head}")).await;
        assert_eq!((found["is_whole"].as_bool(), found["fault"].as_str()), (Some(true), None), "{found}");
        let number = head.split(':').next().unwrap();
        let other = format!("{number}:{}", "0".repeat(64));
        let found = auditor.read(&format!("/audit/verification?head={other}")).await;
        assert_eq!((found["is_whole"].as_bool(), found["head"].as_str()), (Some(false), None), "{found}");
        assert!(found["fault"].is_string());
        assert_eq!(auditor.get("/audit/verification?head=x").await.status, 400);
        let maria = api.client(&city.maria);
        assert_eq!(maria.get("/audit/verification").await.status, 403);
    }
}
