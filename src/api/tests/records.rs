//! Requests for records and reuse statements by the API, from a stranger's first post to the office's answer.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::*;

/// The short name of the first department.
fn first_office(city: &City) -> String {
    let all = city.desk.desk.read(crate::store::people::departments).unwrap();
    all.into_iter().find(|known| known.id == city.departments[0]).unwrap().slug
}

#[actix_web::test]
async fn a_request_for_records_goes_its_whole_way() {
    for city in cities() {
        let api = Api::over(&city.desk);
        let (stranger, manager) = (api.stranger(), api.client(&city.managers[0]));
        let clerk = api.client(&officer(&city, "Clara Clerk", Role::Clerk));
        let maria = api.client(&city.maria);
        let wish = json!({ "description": "Counts of 2025", "other_way": "12 Main Street" });
        let filed = stranger.act("/records-requests", wish.clone()).await;
        let (id, token) = (text(&filed["request"], "id"), text(&filed, "token"));
        assert_eq!(stranger.post("/records-requests", wish).await.code(), (409, "already_filed".to_owned()));
        let none = stranger.post("/records-requests", json!({ "description": "Counts" })).await;
        assert_eq!(none.code(), (422, "invalid".to_owned()));
        for key in [id.as_str(), "x"] {
            assert_eq!(stranger.post("/records-followed", json!({ "key": key })).await.status, 404);
        }
        let desk = format!("/records-desk/{id}");
        assert_eq!(manager.get(&desk).await.status, 404);
        clerk.act(&format!("{desk}/department"), json!({ "department": first_office(&city) })).await;
        manager.act(&format!("{desk}/acknowledgement"), json!({ "text": "" })).await;
        manager.act(&format!("{desk}/messages"), json!({ "text": "We look." })).await;
        manager.act(&format!("{desk}/notes"), json!({ "text": "Only us." })).await;
        manager.act(&format!("{desk}/longer-time"), json!({ "text": "She was told." })).await;
        let seek = manager.post(&format!("{desk}/estimate"), json!({ "search_minutes": 1 })).await;
        assert_eq!(seek.code(), (422, "invalid".to_owned()));
        let early = manager.post(&format!("{desk}/fees"), json!({ "kind": "charge", "cents": 5, "text": "x" })).await;
        assert_eq!(early.code(), (409, "estimate_missing".to_owned()));
        manager.act(&format!("{desk}/estimate"), json!({ "pages": 30, "page_price_cents": 50 })).await;
        let owed = manager.act(&format!("{desk}/fees"), json!({ "kind": "charge", "cents": 500, "text": "x" })).await;
        assert_eq!(owed["owed_cents"], 500);
        let waived = manager.act(&format!("{desk}/waiver"), json!({ "ground": "indigent" })).await;
        assert_eq!((waived["owed_cents"].as_u64(), waived["waived"].as_str()), (Some(0), Some("indigent")));
        let asked = json!({ "exemption": "1-210(b)(19)", "records": "Sight lines", "reason": "Risk." });
        manager.act(&format!("{desk}/referral"), asked).await;
        let row = json!({ "record": "Map", "field": "sight lines", "exemption": "1-210(b)(19)", "sentence": "Risk." });
        let answer = json!({ "outcome": "partly", "text": "The rest.", "withheld": [row] });
        let awaited = manager.post(&format!("{desk}/answer"), answer.clone()).await;
        assert_eq!(awaited.code(), (422, "invalid".to_owned()));
        assert!(awaited.text.contains("finding_awaited"), "{}", awaited.text);
        let found = json!({ "on": "2026-11-23", "has_grounds": true, "text": "So found." });
        manager.act(&format!("{desk}/finding"), found).await;
        let file = json!({ "name": "counts.csv", "content": STANDARD.encode("hour,count\n1,2\n") });
        let mut answer = answer;
        answer["files"] = json!([file]);
        manager.act(&format!("{desk}/answer"), answer).await;

        let seen = stranger.act("/records-followed", json!({ "key": token })).await;
        assert_eq!((seen["state"].as_str(), seen["letters"].as_array().unwrap().len()), (Some("partly"), 4));
        assert!(!seen.to_string().contains("Only us."));
        let wanted = json!({ "key": token, "file": seen["files"][0]["id"] });
        let taken = stranger.act("/records-followed/file", wanted).await;
        assert_eq!(STANDARD.decode(taken["content"].as_str().unwrap()).unwrap(), b"hour,count\n1,2\n");
        let same = clerk.read(&format!("{desk}/files/{}", seen["files"][0]["id"].as_str().unwrap())).await;
        assert_eq!(same, taken);
        let papers = stranger.act("/records-followed/packet", json!({ "key": token })).await;
        assert_eq!(papers, clerk.read(&format!("{desk}/packet")).await);
        assert_eq!(clerk.read("/records-desk?closed=true").await["items"].as_array().unwrap().len(), 1);
        let late = stranger.post("/records-followed/withdrawal", json!({ "key": token })).await;
        assert_eq!(late.code(), (409, "wrong_state".to_owned()));
        maria.act("/records-followed/application", json!({ "key": token })).await;
        assert_eq!(maria.read("/records-requests").await["items"].as_array().unwrap().len(), 0, "hers are her own");
        let nobody = stranger.post("/records-followed/application", json!({ "key": token })).await;
        assert_eq!(nobody.status, 401);
    }
}

#[actix_web::test]
async fn a_reuse_statement_is_asked_for_and_given() {
    for city in cities() {
        let api = Api::over(&city.desk);
        let (stranger, manager) = (api.stranger(), api.client(&city.managers[0]));
        let asked = stranger.act("/datasets/parking/reuse-requests", json!({ "what_for": "A map" })).await;
        assert_eq!(asked["count"], 1);
        assert_eq!(stranger.post("/datasets/nothing/reuse-requests", json!({})).await.status, 404);
        let task = format!("/reuse-requests/{}", text(&asked, "id"));
        assert_eq!(manager.read(&task).await["what_for"], json!(["A map"]));
        assert_eq!(api.client(&city.managers[1]).get(&task).await.status, 404);
        let given = json!({ "license": "https://creativecommons.org/licenses/by/4.0/", "text": "Name the city." });
        let done = manager.act(&format!("{task}/answer"), given.clone()).await;
        assert_eq!(done["is_open"], false);
        assert_eq!(manager.post(&format!("{task}/answer"), given).await.code(), (409, "wrong_state".to_owned()));
        let there = stranger.post("/datasets/parking/reuse-requests", json!({})).await;
        assert_eq!(there.code(), (409, "statement_there".to_owned()));
        assert_eq!(manager.read("/reuse-requests?answered=true").await["items"].as_array().unwrap().len(), 1);
    }
}
