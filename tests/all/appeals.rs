//! Appeals from outside, in the running city: a denial reversed is open again, and a suspension reversed lets the key
//! through the gate.

use serde_json::{Value, json};

use super::harness::client::{Program, Visitor};
use super::harness::demo::Demo;

/// Leads an appeal from filing to this decision; the appeal at the end.
async fn decided(by: &Program, clerk: &Program, of: &str, outcome: &str) -> Value {
    let filed = by.post("/appeals", &json!({ "of": of, "grounds": "It is wrong." })).await;
    assert_eq!(filed.status, 201, "{}", filed.body);
    let filed = filed.json();
    let id = filed["id"].as_str().unwrap();
    let again = by.post("/appeals", &json!({ "of": of, "grounds": "Once more." })).await;
    assert_eq!((again.status, again.code()), (409, "appeal_open".to_owned()));
    assert!(again.body.contains(filed["number"].as_str().unwrap()), "the open one is named: {}", again.body);
    let act = async |what: &str, body: Value| {
        let done = clerk.post(&format!("/clerk-appeals/{id}/{what}"), &body).await;
        assert_eq!(done.status, 200, "{what}: {}", done.body);
        done.json()
    };
    if filed["is_late"] == true {
        act("admit", json!({ "text": "The letter came back." })).await;
    }
    act("acknowledge", json!({ "text": "" })).await;
    let compiled = act("record", json!({})).await;
    assert!(compiled["record"].as_array().unwrap().len() >= 5, "{compiled}");
    let packet = by.get(&format!("/appeals/{id}/packet")).await.json();
    assert_eq!(packet["is_compiled"], true);
    act("decision", json!({ "outcome": outcome, "reasons": "As the record shows." })).await
}

#[actix_web::test]
async fn a_reversed_denial_is_open_again_and_a_reversed_suspension_lets_the_key_through() {
    let demo = Demo::start("");
    let clara = Program::of(&demo, "clara.whitfield@norwalk.example").await;
    let rosa = Program::of(&demo, "rosa.marino@norwalk.example").await;

    let jo = Program::of(&demo, "jo.rivers@gazette.example").await;
    let denied = jo.get("/applications").await.json();
    let denied = denied["items"].as_array().unwrap().iter().find(|one| one["state"] == "denied").unwrap().clone();
    let (id, item) = (denied["id"].as_str().unwrap(), denied["items"][0]["id"].as_str().unwrap());
    let appeal = decided(&jo, &clara, &format!("denial:{id}:{item}"), "reversed").await;
    assert_eq!((appeal["state"].as_str(), appeal["is_late"].as_bool()), (Some("reversed"), Some(true)), "{appeal}");
    let open = jo.get(&format!("/applications/{id}")).await.json();
    assert_eq!((open["state"].as_str(), open["items"][0]["state"].as_str()), (Some("submitted"), Some("pending")));

    let path = format!("/appeals/{}/packet.zip", appeal["id"].as_str().unwrap());
    let file = Visitor::signed_in(&demo, "jo.rivers@gazette.example").await.get(&path).await;
    assert_eq!((file.status, file.header("content-type")), (200, "application/zip"));
    assert!(file.body.starts_with("PK") && file.header("content-disposition").contains("packet.zip"));
    let stranger = Visitor::signed_in(&demo, "omar@bayfinder.example").await.get(&path).await;
    assert_eq!(stranger.status, 404);

    let maria = Program::of(&demo, "maria@people.example").await;
    let call = async || {
        let request = reqwest::Client::new().get(format!("{}/parking-occupancy/latest", demo.gate));
        request.bearer_auth(&demo.key).send().await.unwrap().status().as_u16()
    };
    assert_eq!(call().await, 200);
    let keys = maria.get("/keys").await.json();
    let key = keys["items"].as_array().unwrap().iter().find(|key| key["name"] == "start card").unwrap()["id"].clone();
    let wish = json!({ "target": "key", "target_id": key, "reason": "misuse", "explanation": "Too many calls." });
    let hold = rosa.post("/holds", &wish).await.json();
    assert_eq!(call().await, 403, "the very next call");
    let of = format!("suspension:{}", hold["id"].as_str().unwrap());
    let appeal = decided(&maria, &clara, &of, "reversed").await;
    assert!(appeal["ruling"]["effect"].as_str().unwrap().contains("lifted"), "{appeal}");
    assert_eq!(call().await, 200, "the very next call");
}
