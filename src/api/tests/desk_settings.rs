//! How a department's desk works, by the API.

use serde_json::json;

use super::*;

#[actix_web::test]
async fn a_manager_sets_how_the_desk_works_and_the_desk_reads_it() {
    for city in cities() {
        let api = Api::over(&city.desk);
        let (manager, rita) = (api.client(&city.managers[0]), api.client(&city.reviewer));
        let path = format!("/review-departments/{}", city.departments[0]);
        let cover = city.reviewer.actor.account.unwrap().to_string();
        let settings = json!({
            "email": "desk@city.example", "decision_days": 5, "cover": cover, "replies": "assigned",
        });
        assert_eq!(rita.change(Method::PUT, &path, 1, settings.clone()).await.status, 403);
        assert_eq!(api.client(&city.managers[1]).change(Method::PUT, &path, 1, settings.clone()).await.status, 404);
        let done = manager.change(Method::PUT, &path, 1, settings.clone()).await;
        assert_eq!((done.status, done.header("etag")), (204, "\"v2\""), "{}", done.text);
        assert_eq!(manager.change(Method::PUT, &path, 1, settings).await.code().0, 412);
        let long = json!({ "email": "desk@city.example", "decision_days": 900, "replies": "everybody" });
        assert_eq!(manager.change(Method::PUT, &path, 2, long).await.status, 422);
        let odd = json!({ "email": "desk@city.example", "replies": "nobody" });
        assert_eq!(manager.change(Method::PUT, &path, 2, odd).await.status, 422);
        let seen = rita.read("/review-departments").await;
        let items = seen["items"].as_array().unwrap();
        assert_eq!(items.len(), 1, "one's own departments only: {seen}");
        assert_eq!((&items[0]["decision_days"], &items[0]["replies"]), (&json!(5), &json!("assigned")));
        assert_eq!((&items[0]["cover"], &items[0]["email"]), (&json!(cover), &json!("desk@city.example")));
    }
}
