//! Views, exports, imports in the background and replays of rules by the API: the same acts as on the pages, for the same people.

use serde_json::json;

use super::*;
use crate::cases::exports::maker;
use crate::cases::interchange::background;
use crate::cases::replays;

#[actix_web::test]
async fn a_view_is_kept_read_renamed_and_deleted_by_its_owner() {
    for city in cities() {
        let api = Api::over(&city.desk);
        let (auditor, colleague, manager) = (
            api.client(&officer(&city, "Otto Auditor", Role::Auditor)),
            api.client(&officer(&city, "Iris Auditor", Role::Auditor)),
            api.client(&city.managers[0]),
        );
        let wish =
            json!({ "page": "usage", "name": "Refused", "question": "by=key&from=2026-11-01", "is_newest": true });
        let kept = auditor.act("/views", wish).await;
        assert_eq!((kept["question"].as_str(), kept["is_mine"].as_bool()), (Some("by=key"), Some(true)));
        let path = format!("/views/{}", text(&kept, "id"));
        assert_eq!(colleague.get(&path).await.code(), (404, "not_found".to_owned()));
        let changed =
            auditor.ask(Method::PATCH, &path, Some(json!({ "name": "Refused by key", "is_shared": true })), &[]).await;
        assert_eq!(changed.status, 200);
        assert_eq!(text(&colleague.read(&path).await, "name"), "Refused by key");
        assert_eq!(colleague.delete(&path).await.code(), (404, "not_found".to_owned()));
        let found = colleague.read("/views?page=usage").await;
        assert_eq!(found["items"].as_array().unwrap().len(), 1);
        assert!(manager.read("/views").await["items"].as_array().unwrap().is_empty());
        assert_eq!(auditor.get("/views?page=nowhere").await.code(), (400, "query_invalid".to_owned()));
        assert_eq!(auditor.delete(&path).await.status, 204);
        assert_eq!(auditor.get(&path).await.status, 404);
    }
}

#[actix_web::test]
async fn an_export_is_asked_for_watched_and_called_off_by_who_asked_alone() {
    for city in cities() {
        let api = Api::over(&city.desk);
        let auditor = api.client(&officer(&city, "Otto Auditor", Role::Auditor));
        let colleague = api.client(&officer(&city, "Iris Auditor", Role::Auditor));
        let asked = auditor.act("/audit/exports", json!({ "what": "entries", "format": "ndjson" })).await;
        let path = format!("/audit/exports/{}", text(&asked, "id"));
        assert_eq!(text(&auditor.read(&path).await, "state"), "asked");
        assert_eq!(auditor.get(&format!("{path}/file")).await.code(), (409, "export_not_ready".to_owned()));
        maker::round(&city.desk.desk, &|| false).unwrap();
        let made = auditor.read(&path).await;
        assert_eq!((text(&made, "state").as_str(), made["file"]["rows"] == made["rows_done"]), ("done", true));
        for hidden in [path.clone(), format!("{path}/file")] {
            assert_eq!(colleague.get(&hidden).await.code(), (404, "not_found".to_owned()));
        }
        assert!(colleague.read("/audit/exports").await["items"].as_array().unwrap().is_empty());
        let other = auditor.act("/audit/exports", json!({ "what": "keys" })).await;
        let cancel = format!("/audit/exports/{}/cancel", text(&other, "id"));
        assert_eq!(colleague.post(&cancel, json!({})).await.status, 404);
        assert_eq!(auditor.post(&cancel, json!({})).await.status, 204);
        assert_eq!(auditor.post(&cancel, json!({})).await.code(), (409, "wrong_state".to_owned()));
    }
}

#[actix_web::test]
async fn an_import_is_asked_for_watched_and_called_off_by_its_department() {
    for city in cities() {
        let api = Api::over(&city.desk);
        let (manager, other) = (api.client(&city.managers[0]), api.client(&city.managers[1]));
        let department = city.departments[0].to_string();
        let wish = |url: &str| json!({ "department": department, "url": url });
        let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let dead = format!("http://{closed}/data.json");
        let asked = manager.act("/steward/imports/background", wish(&dead)).await;
        let path = format!("/steward/imports/{}", text(&asked, "id"));
        let waits = manager.read(&format!("{path}/progress")).await;
        assert_eq!((text(&waits, "state").as_str(), text(&waits, "step").as_str()), ("asked", "waiting"));
        assert_eq!(manager.get(&path).await.status, 404, "there is no report yet");
        assert_eq!(other.get(&format!("{path}/progress")).await.code(), (404, "not_found".to_owned()));
        assert_eq!(other.post(&format!("{path}/cancel"), json!({})).await.status, 404);
        background::round(&city.desk.desk, &|| false).await.unwrap();
        let failed = manager.read(&format!("{path}/progress")).await;
        assert!(failed["why"][0].as_str().unwrap().starts_with("No connection to 127.0.0.1"), "{failed}");
        assert_eq!(manager.post(&format!("{path}/cancel"), json!({})).await.code(), (409, "wrong_state".to_owned()));
        let next = manager.act("/steward/imports/background", wish(&dead)).await;
        let cancel = format!("/steward/imports/{}/cancel", text(&next, "id"));
        assert_eq!(manager.post(&cancel, json!({})).await.status, 204);
        let forbidden = manager.post("/steward/imports/background", wish("http://10.0.0.1/data.json")).await;
        assert_eq!(forbidden.status, 422, "{}", forbidden.code().1);
    }
}

#[actix_web::test]
async fn a_rule_is_tried_by_auditors_and_its_catches_are_read() {
    for city in cities() {
        let api = Api::over(&city.desk);
        let auditor = api.client(&officer(&city, "Otto Auditor", Role::Auditor));
        let asked = auditor.act("/rules/replays", json!({ "rule": "night-pull", "threshold": 500 })).await;
        let path = format!("/rules/replays/{}", text(&asked, "id"));
        assert!(auditor.read(&path).await["outcome"].is_null());
        replays::round(&city.desk.desk, &|| false).unwrap();
        let made = auditor.read(&path).await;
        assert_eq!((text(&made, "state").as_str(), made["threshold"].as_i64()), ("done", Some(500)));
        assert_eq!((made["days"].as_i64(), made["outcome"]["caught"].as_array().map(Vec::len)), (Some(14), Some(0)));
        assert_eq!(auditor.read("/rules/replays").await["items"].as_array().unwrap().len(), 1);
        let unknown = auditor.post("/rules/replays", json!({ "rule": "none" })).await;
        assert_eq!(unknown.status, 422);
        assert_eq!(auditor.post(&format!("{path}/cancel"), json!({})).await.code(), (409, "wrong_state".to_owned()));
        assert_eq!(api.client(&city.managers[0]).get(&path).await.status, 403);
    }
}
