//! The texts of a department, by the API.

use serde_json::json;

use super::*;

#[actix_web::test]
async fn texts_are_written_changed_put_to_a_case_and_deleted() {
    for city in cities() {
        let api = Api::over(&city.desk);
        let (manager, rita) = (api.client(&city.managers[0]), api.client(&city.reviewer));
        let words = json!({ "kind": "message", "title": "Hours", "english": "{number}: which hours?" });
        let new = json!({ "department": city.departments[0].to_string(), "words": words });
        let id = text(&manager.act("/review-texts", new.clone()).await, "id");
        assert_eq!(rita.post("/review-texts", new).await.status, 403);
        let path = format!("/review-texts/{id}");
        let note = json!({ "kind": "note", "ground": "D7", "title": "Hours", "english": "Look again." });
        assert_eq!(manager.change(Method::PUT, &path, 1, note).await.code(), (422, "invalid".to_owned()));
        let reason = json!({
            "kind": "reason", "ground": "D7", "title": "Fine", "english": "{dataset}: {deadline}", "spanish": "Bien.",
        });
        assert_eq!(manager.change(Method::PUT, &path, 1, reason.clone()).await.status, 204);
        assert_eq!(manager.change(Method::PUT, &path, 1, reason).await.code().0, 412);
        let listed = rita.read("/review-texts").await;
        assert_eq!((&listed["items"][0]["ground"], &listed["items"][0]["version"]), (&json!("D7"), &json!(2)));
        let purpose = city.desk.desk.profile.purposes[0].id.as_str().to_owned();
        let maria = api.client(&city.maria);
        let application = draft(&maria, &["parking"], &purpose).await;
        let reviewed = maria.read(&format!("/applications/{application}/review")).await;
        maria.act(&format!("/applications/{application}/submit"), signature(&reviewed)).await;
        let offered = rita.read(&format!("/review/{application}/texts")).await;
        assert_eq!((&offered["language"], &offered["items"][0]["open"]), (&json!("en"), &json!([])));
        assert!(text(&offered["items"][0], "text").starts_with("parking: "), "{offered}");
        assert_eq!(api.client(&city.managers[1]).get(&format!("/review/{application}/texts")).await.status, 404);
        assert_eq!(manager.ask(Method::DELETE, &path, None, &[("if-match", "\"v2\"")]).await.status, 204);
        assert_eq!(rita.read("/review-texts").await["items"], json!([]));
    }
}
