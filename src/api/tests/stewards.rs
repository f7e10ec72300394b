//! The department's datasets, imports, terms, and what administrators read, by the API.

use serde_json::json;

use super::*;

#[actix_web::test]
async fn a_dataset_is_made_and_every_part_of_it_changed_and_read() {
    for city in cities() {
        let api = Api::over(&city.desk);
        let (manager, auditor) =
            (api.client(&city.managers[0]), api.client(&officer(&city, "Otto Auditor", Role::Auditor)));
        let new = json!({
            "department": city.departments[0].to_string(), "slug": "noise", "title": "Noise", "description": "Levels.",
        });
        let made = manager.act("/steward/datasets", new).await;
        let path = "/steward/datasets/noise";
        let mut version = made["version"].as_i64().unwrap();
        let fields = json!([{ "name": "level", "kind": "number", "sensitivity": "none" }]);
        let operations = json!([{ "name": "read", "methods": ["GET"], "paths": ["/latest"] }]);
        let limits = json!([{ "name": "day", "max": 5000, "window": "day" }]);
        let upstream = json!({ "url": "http://127.0.0.1:8099/noise", "credential_header": "X-Feed-Key" });
        for (name, part) in [
            ("fields", fields.clone()),
            ("tier", json!("1")),
            ("operations", operations.clone()),
            ("limits", limits.clone()),
            ("published", json!(true)),
            ("upstream", upstream),
            ("allows_query_key", json!(true)),
        ] {
            let done = manager.change(Method::PATCH, path, version, json!({ name: part })).await;
            assert_eq!(done.status, 200, "{name}: {}", done.text);
            version += 1;
        }
        let secret = json!({ "credential": "s3cret feed token" });
        assert_eq!(manager.change(Method::PUT, &format!("{path}/credential"), version, secret).await.status, 204);
        let seen = auditor.read(path).await;
        assert_eq!((&seen["operations"], &seen["limits"], &seen["tier"]), (&operations, &limits, &json!("1")));
        let upstream = &seen["upstream"];
        assert_eq!((upstream["timeout_ms"].as_i64(), upstream["has_credential"].as_bool()), (Some(10_000), Some(true)));
        assert!(!seen.to_string().contains("s3cret") && seen["suggested_because"][0].is_string(), "{seen}");
        let late = manager.change(Method::PATCH, path, 1, json!({ "tier": "2" })).await;
        assert_eq!(late.code(), (412, "version_mismatch".to_owned()));
        let two = json!({ "tier": "2", "published": false });
        assert_eq!(manager.change(Method::PATCH, path, version + 1, two).await.status, 400, "one part at a time");
        assert_eq!(api.client(&city.managers[1]).get(path).await.status, 404);
        assert_eq!(api.stranger().read("/datasets/noise").await["slug"], "noise");
        assert!(api.stranger().read("/datasets?q=noise").await["items"][0]["slug"] == "noise");
    }
}

#[actix_web::test]
async fn imports_are_reported_and_listed() {
    for city in cities() {
        let api = Api::over(&city.desk);
        let manager = api.client(&city.managers[0]);
        let catalogue = json!({ "conformsTo": "https://project-open-data.cio.gov/v1.1/schema", "dataset": [
            { "title": "Trees", "description": "Every tree.", "identifier": "trees-1", "keyword": ["trees"],
              "accessLevel": "public", "modified": "2026-01-01" },
            { "description": "Nameless" },
        ] });
        let path = format!("/steward/imports/{}/data.json", city.departments[0]);
        let report = manager.act(&path, catalogue).await;
        assert_eq!((report["created"].as_i64(), report["skipped"].as_i64()), (Some(1), Some(1)), "{report}");
        let listed = manager.read("/steward/imports").await;
        assert_eq!(
            (listed["items"][0]["id"].as_str(), listed["items"][0]["created"].as_i64()),
            (report["id"].as_str(), Some(1))
        );
        assert_eq!(manager.read(&format!("/steward/imports/{}", text(&report, "id"))).await, report);
        assert_eq!(api.client(&city.managers[1]).read("/steward/imports").await["items"], json!([]));
        assert_eq!(api.client(&city.maria).get("/steward/imports").await.status, 403);
    }
}

#[actix_web::test]
async fn terms_are_tried_out_published_and_read_in_every_version() {
    for city in cities() {
        let api = Api::over(&city.desk);
        let (ada, stranger) = (api.client(&officer(&city, "Ada Alvarez", Role::Administrator)), api.stranger());
        let current = stranger.read("/terms").await;
        let standard = current["items"].as_array().unwrap().iter().find(|one| one["family"] == "standard").unwrap();
        let markdown = format!("{}\n\nOne more sentence.\n", text(standard, "markdown"));
        let broken = json!({ "markdown": "Hello {{ Not A Name }}" });
        assert_eq!(ada.post("/terms-previews", broken).await.code(), (422, "invalid".to_owned()));
        let tried = ada.act("/terms-previews", json!({ "markdown": markdown })).await;
        assert!(text(&tried, "markdown").contains("One more sentence."));
        let new = json!({ "family": "standard", "title": "Standard terms", "markdown": markdown });
        assert_eq!(ada.act("/terms", new).await["number"], 2);
        let all = stranger.read("/terms/standard").await;
        let numbers: Vec<_> = all["items"].as_array().unwrap().iter().map(|one| one["number"].clone()).collect();
        assert_eq!(numbers, [json!(2), json!(1)]);
        assert_eq!(stranger.read("/terms/standard/1").await["number"], 1);
        assert_eq!(stranger.get("/terms/other").await.code(), (404, "not_found".to_owned()));
        let maria = api.client(&city.maria);
        assert_eq!(maria.post("/terms-previews", json!({ "markdown": "x" })).await.status, 403);
    }
}

#[actix_web::test]
async fn administrators_read_the_outbox_and_the_state_of_the_service() {
    for city in cities() {
        let api = Api::over(&city.desk);
        let ada = api.client(&officer(&city, "Ada Alvarez", Role::Administrator));
        agreement(&api, &city).await;
        let outbox = ada.read("/outbox?state=waiting").await;
        let items = outbox["items"].as_array().unwrap();
        assert!(!items.is_empty() && items.iter().all(|message| message["state"] == "waiting"), "{outbox}");
        assert!(!outbox.to_string().contains("token="), "no link is shown");
        assert_eq!(ada.read("/outbox?state=dead").await["items"], json!([]));
        assert_eq!(ada.get("/outbox?state=lost").await.code(), (400, "query_invalid".to_owned()));
        let message = text(&items[0], "id");
        let one = ada.read(&format!("/outbox/{message}")).await;
        assert_eq!((one["message"]["id"].as_str(), one["text"].as_str()), (Some(message.as_str()), Some("Hello")));
        let again = ada.post(&format!("/outbox/{message}/try-again"), json!({})).await;
        assert_eq!(again.code(), (409, "being_sent".to_owned()), "nobody tried it yet");
        let give_up = format!("/outbox/{message}/give-up");
        assert_eq!(ada.post(&give_up, json!({ "reason": "Told by telephone." })).await.status, 204);
        assert_eq!(ada.read("/outbox?state=given_up&limit=1").await["items"][0]["id"], json!(message));
        assert_eq!(ada.post("/outbox-tries", json!({})).await.json(), json!({ "set_going": 0, "left": 0 }));
        let first = ada.read("/outbox?limit=1").await;
        let second = ada.read(&format!("/outbox?limit=1&cursor={}", text(&first, "next"))).await;
        assert_ne!(first["items"], second["items"]);
        let gate = crate::domain::presence::tests::at_work(city.desk.desk.clock.now());
        city.desk.desk.store.write(|conn| crate::store::gates::say(conn, &gate)).unwrap();
        crate::cases::chain::check(&city.desk.desk).unwrap();
        let system = ada.read("/system").await;
        assert_eq!(
            (text(&system["gates"][0], "host"), text(&system["gates"][0], "standing")),
            ("edge-1".to_owned(), "at_work".to_owned())
        );
        assert_eq!(
            (&system["audit_check"]["number"], &system["audit_check"]["fault"]),
            (&system["audit_entries"], &json!(""))
        );
        assert_eq!(
            (system["database"].as_str(), system["migrations_pending"].as_i64()),
            (Some(city.desk.backend), Some(0))
        );
        for path in ["/outbox", "/system", "/staff"] {
            assert_eq!(api.client(&city.managers[0]).get(path).await.code(), (403, "role_needed".to_owned()), "{path}");
        }
        let department = json!({ "slug": "parks", "name": "Parks", "email": "parks@city.example" });
        let id = text(&ada.act("/departments", department).await, "id");
        let edit = json!({ "name": "Parks and trees", "email": "parks@city.example" });
        assert_eq!(ada.change(Method::PATCH, &format!("/departments/{id}"), 1, edit).await.status, 204);
        let service = ada.act("/services", json!({ "name": "nginx" })).await;
        assert_eq!(ada.read("/services").await["items"].as_array().unwrap().len(), 1);
        assert_eq!(ada.delete(&format!("/services/{}", text(&service, "id"))).await.status, 204);
    }
}

#[actix_web::test]
async fn redaction_profiles_are_written_tried_and_retired() {
    for city in cities() {
        let api = Api::over(&city.desk);
        let manager = api.client(&city.managers[0]);
        let (path, rules) = ("/steward/datasets/parking", |rule: Value| json!({ "title": "For all", "rules": [rule] }));
        let mut version = manager.read(path).await["version"].as_i64().unwrap();
        let plate = json!({ "path": "**.plate", "treatment": "keyed_hash", "reason": "A plate names its owner." });
        let public = format!("{path}/redactions/public");
        let made = manager.change(Method::PUT, &public, version, rules(plate.clone())).await;
        assert_eq!(made.status, 200, "{}", made.text);
        let made = made.json();
        assert_eq!((&made["revision"], &made["rules"][0]["rotates"]), (&json!(1), &json!("day")));
        version += 1;
        for (rule, field) in [
            (json!({ "path": "$.a", "treatment": "drop", "reason": "x" }), "rules.0.path"),
            (json!({ "path": "a", "treatment": "drop", "minutes": 5, "reason": "x" }), "rules.0.minutes"),
            (json!({ "path": "a", "treatment": "delay", "reason": "x" }), "rules.0.parameter"),
            (json!({ "path": "a", "treatment": "drop" }), "rules.0.reason"),
        ] {
            let refused = manager.change(Method::PUT, &public, version, rules(rule)).await;
            assert_eq!(
                (refused.status, refused.json()["errors"][0]["field"].as_str()),
                (422, Some(field)),
                "{}",
                refused.text
            );
        }
        let misspelt = rules(json!({ "path": "a", "treatment": "coarsen_position", "grid": 99, "reason": "x" }));
        assert_eq!(manager.change(Method::PUT, &public, version, misspelt).await.status, 400);
        let field = json!({ "time_field": "properties.seen" });
        assert_eq!(manager.change(Method::PUT, &format!("{path}/time-field"), version, field).await.status, 204);
        version += 1;
        let preview = json!({ "rules": [plate], "sample": "/latest" });
        let early = manager.post(&format!("{path}/redaction-previews"), preview).await;
        assert_eq!(early.status, 422, "{}", early.text);
        assert_eq!(manager.change(Method::DELETE, &public, version, json!(null)).await.status, 204);
        let reviewer = api.client(&city.reviewer);
        let listed = reviewer.read(&format!("{path}/redactions")).await;
        assert_eq!(
            (&listed["items"][0]["is_retired"], &listed["time_field"]),
            (&json!(true), &json!("properties.seen"))
        );
        assert_eq!(api.client(&city.managers[1]).get(&format!("{path}/redactions")).await.status, 404);
    }
}
