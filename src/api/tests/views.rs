//! Views and exports by the API: the same acts as on the pages, for the same people.

use serde_json::json;

use super::*;
use crate::cases::exports::maker;

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
