//! Misuse cases from outside, in the running city: an observation becomes a case, a notice, a late answer, a decision that
//! stops the key at the gate, and a lift that lets it through again; a complaint becomes a case; personal data that got
//! out is taken down and proved.

use serde_json::{Value, json};

use super::harness::client::{CLARA, MARIA, Program, ROSA, Visitor};
use super::harness::demo::Demo;

async fn done(by: &Program, path: &str, body: Value) -> Value {
    let answer = by.post(path, &body).await;
    assert!(answer.status == 200 || answer.status == 201, "{path}: {} {}", answer.status, answer.body);
    answer.json()
}

async fn refused(by: &Program, path: &str, body: Value) -> (u16, String) {
    let answer = by.post(path, &body).await;
    (answer.status, answer.code())
}

async fn key_named(maria: &Program, name: &str) -> Value {
    let keys = maria.list("/keys").await;
    keys.into_iter().find(|key| key["name"] == name).unwrap()
}

async fn call(demo: &Demo) -> u16 {
    let request = reqwest::Client::new().get(format!("{}/parking-occupancy/latest", demo.gate));
    request.bearer_auth(&demo.key).send().await.unwrap().status().as_u16()
}

#[actix_web::test]
async fn from_a_notice_over_a_late_answer_to_a_suspended_key_that_is_lifted() {
    let demo = Demo::start("");
    let (maria, rosa, clara) =
        (Program::of(&demo, MARIA).await, Program::of(&demo, ROSA).await, Program::of(&demo, CLARA).await);
    let mine = maria.list("/my-cases").await;
    let case = mine.iter().find(|case| case["state"] == "unanswered").unwrap_or_else(|| panic!("{mine:?}"));
    let id = case["id"].as_str().unwrap();
    let (own, office) = (format!("/my-cases/{id}"), format!("/cases/{id}"));
    let exe = json!({ "text": "See.", "files": [{ "name": "run.exe", "content": "TVo=" }] });
    let answer = maria.post(&format!("{own}/answer"), &exe).await;
    assert_eq!((answer.status, answer.json()["errors"][0]["code"].as_str()), (422, Some("file_kind")));
    let late = json!({ "text": "We name the source now.", "cure": "Done.",
        "files": [{ "name": "page.txt", "content": "c291cmNl" }] });
    let case = done(&maria, &format!("{own}/answer"), late).await;
    assert_eq!((case["state"].as_str(), case["answers"][0]["is_late"].as_bool()), (Some("answered"), Some(true)));
    let file = case["answers"][0]["files"][0]["id"].as_str().unwrap();
    assert_eq!(clara.get(&format!("{office}/files/{file}")).await.json()["content"], "c291cmNl");

    assert_eq!(call(&demo).await, 200);
    let key = key_named(&maria, "start card").await["id"].clone();
    let measure = json!({ "measure": "suspend_key", "key": key });
    let find = json!({ "reasons": "The page shows it.", "measures": [measure] });
    assert_eq!(refused(&rosa, &format!("{office}/finding"), find.clone()).await.1, "complainant");
    let (status, code) = refused(&clara, &format!("{office}/finding"), find.clone()).await;
    assert_eq!((status, code.as_str()), (422, "invalid"), "a step of the ladder is left out");
    let mut severe = find;
    severe["severity"] = json!("It misled people about free spaces for people with disabilities.");
    let case = done(&clara, &format!("{office}/finding"), severe).await;
    assert_eq!(case["state"], "found");
    assert_eq!(call(&demo).await, 403, "the very next call");
    let hold = case["measures"][0]["holds"][0]["hold"].as_str().unwrap();
    let lift = json!({ "hold": hold, "reason": "The page is right now." });
    done(&clara, &format!("{office}/lift"), lift).await;
    assert_eq!(call(&demo).await, 200, "the very next call");
    let case = done(&clara, &format!("{office}/close"), json!({ "text": "Cured." })).await;
    assert_eq!(case["state"], "closed");
    let page = Visitor::signed_in(&demo, MARIA).await.get(&own).await;
    assert!(page.body.contains("We name the source now.") && page.body.contains("Lifted"), "{}", page.body);
    let stranger = Visitor::signed_in(&demo, "omar@bayfinder.example").await.get(&own).await;
    assert_eq!(stranger.status, 404);
}

#[actix_web::test]
async fn a_report_of_personal_data_becomes_an_order_a_proof_and_a_lift() {
    let demo = Demo::start("");
    let (maria, clara) = (Program::of(&demo, MARIA).await, Program::of(&demo, CLARA).await);
    let report = json!({ "kind": "personal_data", "dataset": "parking-occupancy",
        "text": "A site shows <script>plates</script>.", "email": "nora@people.example" });
    let nobody = Program::nobody(&demo);
    let receipt = done(&nobody, "/complaints", report.clone()).await;
    let again = done(&nobody, "/complaints", report).await;
    assert_eq!((&again["number"], again["is_known"].as_bool()), (&receipt["number"], Some(true)));
    let waiting = clara.list("/complaints").await;
    let complaint = waiting.iter().find(|one| one["number"] == receipt["number"]).unwrap();
    let path = format!("/complaints/{}", complaint["id"].as_str().unwrap());
    let page = Visitor::signed_in(&demo, CLARA).await.get(&path).await;
    assert!(page.body.contains("&lt;script&gt;plates"), "markup is shown as text");

    let key = key_named(&maria, "start card").await;
    let agreements = maria.list("/agreements").await;
    let agreement = agreements.iter().find(|one| one["id"] == key["agreement"]).unwrap_or(&agreements[0]);
    assert_eq!(call(&demo).await, 200);
    let opening = json!({
        "source": "complaint", "source_id": complaint["id"], "agreement": agreement["number"],
        "dataset": "parking-occupancy", "summary": "Plates stand on a site.",
        "at_once": { "stop": "suspend_dataset", "clause": "No personal data is published.",
            "order": { "kind": "takedown", "text": "Take the plates down." } },
    });
    let case = done(&clara, "/cases", opening).await;
    assert_eq!((case["class"].as_str(), case["order"]["kind"].as_str()), (Some("M8"), Some("takedown")), "{case}");
    assert_eq!(call(&demo).await, 403, "the very next call");
    let own = format!("/my-cases/{}", case["id"].as_str().unwrap());
    let shown = maria.get(&own).await;
    assert!(!shown.body.contains("nora@people.example") && shown.json()["complaint"].is_null(), "{}", shown.body);
    assert_eq!(maria.get(&format!("{own}/evidence/03-complaint.json")).await.status, 404);
    done(&maria, &format!("{own}/acknowledgement"), json!({})).await;
    done(&maria, &format!("{own}/proof"), json!({ "text": "It is gone." })).await;
    let judged = json!({ "accepted": true, "lift": true, "reason": "Thank you." });
    let case = done(&clara, &format!("/cases/{}/proof-decision", case["id"].as_str().unwrap()), judged).await;
    assert_eq!(case["order"]["is_open"], false);
    assert_eq!(call(&demo).await, 200, "the very next call");
}

#[actix_web::test]
async fn the_public_form_takes_people_and_turns_programs_away() {
    let demo = Demo::start("");
    let visitor = Visitor::new(&demo);
    let page = visitor.get("/report-misuse").await;
    assert_eq!(page.status, 200);
    let fast = [("kind", "misuse"), ("text", "They <b>sell</b> it."), ("shown", &page.field("shown"))];
    let answer = visitor.fill("/report-misuse", "/report-misuse", &fast).await;
    assert_eq!(answer.status, 422);
    assert!(answer.body.contains("very fast") && answer.body.contains("They &lt;b&gt;sell"), "{}", answer.body);
    let trapped = [("kind", "misuse"), ("text", "x"), ("homepage", "https://spam.example"), ("shown", "1.ab")];
    let answer = visitor.fill("/report-misuse", "/report-misuse", &trapped).await;
    assert_eq!(answer.status, 422);
    assert!(answer.body.contains("tell programs from people"), "{}", answer.body);
}
