//! Samples, feeds and announced changes by the API.

use serde_json::json;

use super::*;

#[actix_web::test]
async fn a_sample_that_was_made_up_is_published_read_by_anybody_and_withdrawn() {
    for city in cities() {
        let api = Api::over(&city.desk);
        let (manager, stranger) = (api.client(&city.managers[0]), api.stranger());
        let records = json!({ "records": [{ "zone": "North", "free": 12, "lat": 41.1, "lon": -73.4 }] });
        let made = manager.act("/steward/datasets/parking/samples", records).await;
        assert_eq!((&made["is_made_up"], &made["published_at"]), (&json!(true), &json!(null)));
        assert_eq!(stranger.get("/datasets/parking/sample").await.status, 404);
        let late = manager.post("/steward/datasets/parking/sample-publication", json!({ "hash": "0" }));
        assert_eq!(late.await.code(), (409, "sample_changed".to_owned()));
        manager.act("/steward/datasets/parking/sample-publication", json!({ "hash": made["hash"] })).await;
        let seen = stranger.read("/datasets/parking/sample").await;
        assert_eq!((&seen["hash"], &seen["positions"][0]["latitude"]), (&made["hash"], &json!(41.1)));
        let found = stranger.read("/datasets?sample=true&positions=true").await;
        assert_eq!(found["items"].as_array().map(Vec::len), Some(1), "{found}");
        let listed = api.client(&city.reviewer).read("/steward/datasets/parking/samples").await;
        assert_eq!(manager.delete("/steward/datasets/parking/sample-publication").await.status, 204);
        assert_eq!(stranger.get("/datasets/parking/sample").await.status, 404);
        assert!(listed["taken"].is_null() && listed["published"]["hash"] == made["hash"], "{listed}");
    }
}

#[actix_web::test]
async fn a_feed_never_looked_at_says_so_and_a_change_is_announced_and_taken_back() {
    for city in cities() {
        let api = Api::over(&city.desk);
        let (manager, reviewer) = (api.client(&city.managers[0]), api.client(&city.reviewer));
        let feed = reviewer.read("/steward/datasets/parking/feed").await;
        assert!(feed["checked_at"].is_null() && feed["fields"] == json!([]), "{feed}");
        agreement(&api, &city).await;
        let draft = json!({ "kind": "end", "text": "It ends.", "on": "2026-12-31" });
        let concerned = manager.act("/steward/datasets/parking/change-previews", draft.clone()).await;
        assert_eq!(concerned["items"][0]["calls"], json!(0), "{concerned}");
        let version = reviewer.get("/steward/datasets/parking/changes").await;
        let version: i64 = version.header("etag").trim_matches(['"', 'v']).parse().unwrap();
        let path = "/steward/datasets/parking/changes";
        let made = manager.change(Method::POST, path, version, draft).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let public = api.stranger().read("/datasets/parking/changes").await;
        assert_eq!(public["items"][0]["told"], json!(1), "{public}");
        let number = text(&public["items"][0], "number");
        let followed = reviewer.read(&format!("{path}/{number}")).await;
        assert_eq!(followed["callers"].as_array().map(Vec::len), Some(1), "{followed}");
        let version = format!("\"v{}\"", version + 1);
        let gone = manager.ask(Method::DELETE, &format!("{path}/{number}"), None, &[("if-match", &version)]).await;
        assert_eq!(gone.status, 204, "{}", gone.text);
        assert_eq!(api.stranger().read("/datasets/parking/changes").await["items"], json!([]));
    }
}
