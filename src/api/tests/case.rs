//! The main job by the API alone: from a draft to an offer, a signature, keys, a denial and its letter.

use serde_json::json;

use super::*;

fn purpose(city: &City) -> String {
    city.desk.desk.profile.purposes[0].id.as_str().to_owned()
}

/// The item of an application, as the department sees it, with the path under which it is decided.
async fn item(manager: &Client<'_>, id: &str) -> String {
    let seen = manager.read(&format!("/review/{id}")).await;
    format!("/review/{id}/items/{}", text(&seen["items"][0], "id"))
}

#[actix_web::test]
async fn an_offer_is_read_countered_and_signed_by_the_api_alone() {
    for city in cities() {
        let api = Api::over(&city.desk);
        let (maria, manager) = (api.client(&city.maria), api.client(&city.managers[0]));
        let (reviewer, stranger) = (api.client(&city.reviewer), api.client(&city.desk.person("Sam Stranger", &[])));
        let department = city.departments[0].to_string();
        let id = draft(&maria, &["parking"], &purpose(&city)).await;
        let mine = format!("/applications/{id}");
        let reviewed = maria.read(&format!("{mine}/review")).await;
        assert_eq!(reviewed["problems"], json!({}));
        let unsigned = json!({ "terms": "x", "terms_hash": "y", "text_hash": "z", "name": "", "title": "",
            "has_authority": false, "consents": false });
        assert_eq!(maria.post(&format!("{mine}/submit"), unsigned).await.status, 422);
        let sent = maria.act(&format!("{mine}/submit"), signature(&reviewed)).await;
        assert_eq!(sent["state"], "submitted");
        assert_eq!(maria.get(&format!("{mine}/offer")).await.code(), (409, "no_offer".to_owned()));

        manager.act(&format!("/review/{id}/questions"), json!({ "department": department, "text": "For whom?" })).await;
        maria.act(&format!("{mine}/answers"), json!({ "text": "For drivers." })).await;
        maria.act(&format!("{mine}/messages"), json!({ "department": department, "text": "Any news?" })).await;
        let decide = item(&manager, &id).await;
        let advice = json!({ "advice": "approve", "text": "Well argued." });
        reviewer.act(&format!("{decide}/recommendation"), advice).await;
        let condition = || {
            json!({
                "text": "From your office only.", "kind": "networks", "networks": ["192.0.2.0/24"], "basis": "clause 13",
                "is_precedent": false,
            })
        };
        let decision =
            || json!({ "outcome": "approve", "statement": "With a condition.", "conditions": [condition()] });
        let offered = manager.act(&format!("{decide}/decision"), decision()).await;
        assert_eq!(offered["state"], "offered");

        let counter = json!({ "proposals": [
            { "item": decide.rsplit('/').next().unwrap(), "condition": 1, "text": "Two offices, please." },
        ] });
        maria.act(&format!("{mine}/counter"), counter).await;
        manager.act(&format!("{decide}/decision"), decision()).await;
        let offer = maria.read(&format!("{mine}/offer")).await;
        assert_eq!(offer["schedules"][0]["networks"], json!(["192.0.2.0/24"]), "{offer}");
        assert!(text(&offer, "text").contains("192.0.2.0/24"));
        for other in [&stranger, &manager] {
            assert_eq!(other.get(&format!("{mine}/offer")).await.code(), (404, "not_found".to_owned()));
        }
        let stale = maria.post(&format!("{mine}/sign"), signature(&reviewed)).await;
        assert_eq!(stale.code(), (409, "terms_changed".to_owned()), "another text than was signed at submission");
        let once = [("idempotency-key", "sign-1")];
        let sign =
            async || maria.ask(Method::POST, &format!("{mine}/sign"), Some(signature(&offer)), &once).await.json();
        assert_eq!((sign().await, sign().await), (json!({ "state": "executed" }), json!({ "state": "executed" })));
        let agreement = maria.read(&format!("/agreements/{}", text(&offer, "agreement"))).await;
        assert_eq!(agreement["text_hash"], offer["text_hash"]);
        let copy = json!({ "number": agreement["number"], "text": agreement["text"] });
        assert_eq!(api.stranger().act("/agreement-checks", copy).await["is_genuine"], true);
        for path in ["/remarks", "/letter"] {
            maria.get(&format!("{mine}{path}")).await;
        }
        assert_eq!(maria.read("/applications").await["items"].as_array().unwrap().len(), 1);
        assert_eq!(manager.read("/review?open=true").await["items"], json!([]));
        manager.read("/review-agreements?state=executed").await;
    }
}

#[actix_web::test]
async fn a_key_lives_its_whole_life_by_the_api() {
    for city in cities() {
        let api = Api::over(&city.desk);
        let (maria, manager) = (api.client(&city.maria), api.client(&city.managers[0]));
        let clerk = api.client(&officer(&city, "Clara Clerk", Role::Clerk));
        let agreement = agreement(&api, &city).await;
        let keys = format!("/agreements/{agreement}/keys");
        let wish = || json!({ "name": "Map", "scopes": ["parking:read"], "limits": ["100/day"], "networks": ["192.0.2.0/24"] });
        let once = [("idempotency-key", "key-1")];
        let first = maria.ask(Method::POST, &keys, Some(wish()), &once).await.json();
        let again = maria.ask(Method::POST, &keys, Some(wish()), &once).await.json();
        assert_eq!((&first["id"], again["text"].as_str()), (&again["id"], None), "shown once");
        let other = json!({ "name": "Other", "scopes": ["parking:read"] });
        let reused = maria.ask(Method::POST, &keys, Some(other), &once).await;
        assert_eq!(reused.code(), (422, "idempotency_key_reused".to_owned()));
        let wide = maria.post(&keys, json!({ "name": "Wide", "scopes": ["cameras:read"] })).await;
        assert_eq!(wide.code(), (409, "key_scope_exceeds".to_owned()));

        let key = format!("/keys/{}", text(&first, "id"));
        let renamed = maria.change(Method::PATCH, &key, 1, json!({ "name": "City map" })).await;
        assert_eq!((renamed.status, renamed.json()["name"].as_str()), (200, Some("City map")), "{}", renamed.text);
        let stale = maria.change(Method::PATCH, &key, 1, json!({ "name": "Third" })).await;
        assert_eq!(stale.code(), (412, "version_mismatch".to_owned()));
        let empty = maria.change(Method::PATCH, &key, 2, json!({ "name": "" })).await;
        assert_eq!(empty.code(), (409, "key_name".to_owned()));
        assert_eq!(manager.change(Method::PATCH, &key, 2, json!({ "name": "Mine" })).await.status, 404);
        let networks = json!({ "networks": ["192.0.2.0/28"] });
        assert_eq!(maria.change(Method::PUT, &format!("{key}/networks"), 2, networks).await.status, 200);

        let paused = text(&maria.act(&format!("{key}/pause"), json!({ "text": "Moving house." })).await, "id");
        assert_eq!(maria.post(&format!("{key}/roll"), json!({ "overlap_days": 1 })).await.code().1, "key_held");
        maria.act(&format!("/holds/{paused}/lift"), json!({ "text": "Back." })).await;
        let rolled = maria.act(&format!("{key}/roll"), json!({ "overlap_days": 1 })).await;
        let successor = text(&rolled, "id");
        let hold = |target: &str, id: &str| json!({ "target": target, "target_id": id, "reason": "misuse", "explanation": "Too many calls." });
        let placed = text(&clerk.act("/holds", hold("agreement", &agreement)).await, "id");
        assert_eq!(manager.post(&format!("/holds/{placed}/lift"), json!({ "text": "No." })).await.status, 403);
        assert_eq!(clerk.post("/holds", hold("key", "no-id")).await.status, 404);
        assert!(manager.read(&format!("/keys/{successor}")).await["holds"].as_array().unwrap().len() == 1);
        assert_eq!(clerk.read("/holds").await["items"].as_array().unwrap().len(), 1);
        clerk.act(&format!("/holds/{placed}/lift"), json!({ "text": "Answered." })).await;
        manager.act(&format!("/keys/{successor}/revoke-for-department"), json!({ "text": "Misused." })).await;
        let killed = api.stranger().act("/key-kills", json!({ "key": text(&first, "text") })).await;
        assert!(killed["message"].is_string());
        assert_eq!(maria.post(&format!("{key}/revoke"), json!({ "text": "" })).await.code().1, "key_ended");
        assert_eq!(maria.read("/keys").await["items"].as_array().unwrap().len(), 2);
        assert_eq!(maria.read(&keys).await["items"].as_array().unwrap().len(), 2);
        maria.act(&format!("/agreements/{agreement}/terminate"), json!({ "text": "Project over." })).await;
        assert_eq!(maria.post(&keys, wish()).await.code(), (409, "agreement_not_live".to_owned()));
    }
}

#[actix_web::test]
async fn the_clerk_reads_each_denial_with_both_dates_and_the_letter() {
    for city in cities() {
        let api = Api::over(&city.desk);
        let (maria, manager) = (api.client(&city.maria), api.client(&city.managers[0]));
        let clerk = api.client(&officer(&city, "Clara Clerk", Role::Clerk));
        let id = draft(&maria, &["parking"], &purpose(&city)).await;
        let reviewed = maria.read(&format!("/applications/{id}/review")).await;
        maria.act(&format!("/applications/{id}/submit"), signature(&reviewed)).await;
        assert_eq!(clerk.read("/denials").await["items"], json!([]));
        assert_eq!(clerk.read("/clerk-board").await, json!({ "due": [], "unread": [] }));
        let decide = format!("{}/decision", item(&manager, &id).await);
        let bare = json!({ "outcome": "deny", "statement": "Too fine.", "remedy": "Ask for hourly data." });
        assert_eq!(manager.post(&decide, bare).await.code(), (422, "invalid".to_owned()));
        let must_cite = &city.desk.desk.profile.ground("D7").unwrap().must_cite;
        let cited: serde_json::Map<_, _> =
            must_cite.iter().map(|field| (field.name.as_str().to_owned(), json!("hourly means"))).collect();
        let ground = json!({ "code": "D7", "cited": cited, "explanation": "Hourly data will do." });
        let denial = json!({
            "outcome": "deny", "statement": "Too fine.", "grounds": [ground], "remedy": "Ask for hourly data.",
        });
        let head = city.desk.desk.read(crate::store::audit::head).unwrap().number;
        let read = manager.act(&format!("{decide}?preview=true"), denial.clone()).await;
        assert_eq!((&read["is_done"], read["letters"][0]["kind"].as_str()), (&json!(false), Some("denial")));
        assert_eq!(city.desk.desk.read(crate::store::audit::head).unwrap().number, head, "nothing was done");
        for odd in ["maybe", "", "false&preview=true"] {
            let odd = manager.post(&format!("{decide}?preview={odd}"), denial.clone()).await;
            assert_eq!(odd.code(), (400, "preview_unknown".to_owned()));
        }
        assert_eq!(manager.act(&decide, denial).await["state"], "denied");
        let sent = maria.read("/letters").await["items"][0].clone();
        assert_eq!(sent["markdown"], read["letters"][0]["markdown"], "to the byte");
        let note = json!({ "text": "For us.", "department": city.departments[0].to_string() });
        let none = manager.post(&format!("/review/{id}/notes?preview=true"), note).await;
        assert_eq!(none.code(), (400, "preview_unknown".to_owned()), "nothing is done that was only asked about");

        let listed = clerk.read("/denials").await;
        let one = &listed["items"][0];
        assert_eq!((one["application"].as_str(), one["is_clerk_over"].as_bool()), (Some(id.as_str()), Some(false)));
        let letter = clerk.read(&format!("/denials/{id}")).await;
        assert_eq!(letter, maria.read(&format!("/applications/{id}/letter")).await, "as the requester has it");
        assert_eq!((&letter["clerk"]["by"], &letter["state"]["by"]), (&one["clerk_by"], &one["state_by"]));
        assert_eq!(letter["parts"][0]["grounds"][0]["code"], "D7");
        for other in [&maria, &manager] {
            assert_eq!(other.get("/denials").await.code(), (403, "role_needed".to_owned()));
        }
        let missing = "/denials/019ac1d2-7c3a-7000-8000-000000000017";
        assert_eq!(clerk.get(missing).await.code(), (404, "not_found".to_owned()));
        let next = maria.ask(Method::POST, &format!("/applications/{id}/reopen"), None, &[]).await;
        assert_eq!(next.status, 201, "{}", next.text);
        let again = maria.ask(Method::POST, &format!("/applications/{id}/reopen"), None, &[]).await;
        assert_eq!(again.code(), (409, "already_reopened".to_owned()));
        let next = text(&next.json(), "id");
        maria.act(&format!("/applications/{next}/withdraw"), json!({ "text": "Enough." })).await;
    }
}
