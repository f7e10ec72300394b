//! Misuse cases from outside, in the running city: hostile calls become a signal, a case and a
//! throttle; an observation becomes a case, a notice, a late answer, a decision that
//! stops the key at the gate, and a lift that lets it through again; a complaint becomes a case; personal data that got
//! out is taken down and proved.

use std::time::Duration;

use serde_json::{Value, json};

use super::harness::begin;
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

/// A call in scope: its status and the limits that its answer names.
async fn limits(demo: &Demo, path: &str) -> (u16, String) {
    let request = reqwest::Client::new().get(format!("{}/parking-occupancy/{path}", demo.gate));
    let answer = request.bearer_auth(&demo.key).send().await.unwrap();
    let policy = answer.headers().get("ratelimit-policy").map_or("", |value| value.to_str().unwrap());
    (answer.status().as_u16(), policy.to_owned())
}

#[actix_web::test]
async fn from_hostile_calls_over_a_signal_and_a_case_to_a_throttle_that_the_gate_keeps() {
    let demo = Demo::start("");
    let (maria, rosa, clara) =
        (Program::of(&demo, MARIA).await, Program::of(&demo, ROSA).await, Program::of(&demo, CLARA).await);
    let key = key_named(&maria, "start card").await["id"].clone();
    let (status, before) = limits(&demo, "latest").await;
    assert!(status == 200 && !before.is_empty() && !before.contains("\"key/"), "{before}");
    for _ in 0..60 {
        assert_eq!(limits(&demo, "not/for/this/key").await.0, 403);
    }
    let began = begin();
    let signal = loop {
        let found = rosa.list("/signals").await;
        if let Some(signal) = found.into_iter().find(|one| one["key"] == key && one["rule"] == "outside-the-scopes") {
            break signal;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "no signal");
    };
    let opening = json!({ "source": "signal", "source_id": signal["id"] });
    let case = done(&rosa, "/cases", opening).await;
    assert_eq!((case["class"].as_str(), case["state"].as_str()), (Some("M4"), Some("opened")), "{case}");
    let id = case["id"].as_str().unwrap();
    let (own, office) = (format!("/my-cases/{id}"), format!("/cases/{id}"));
    assert_eq!(maria.get(&own).await.status, 404, "not before the notice");
    let notice = json!({ "facts": "Sixty calls outside the scopes.", "clause": "The scopes of the agreement." });
    done(&rosa, &format!("{office}/notice"), notice).await;
    done(&maria, &format!("{own}/answer"), json!({ "text": "A loop; it is mended." })).await;
    let find = json!({ "reasons": "The evidence shows it.", "measures": [{ "measure": "throttle_key" }] });
    let case = done(&clara, &format!("{office}/finding"), find).await;
    assert_eq!(case["measures"][0]["holds"][0]["is_throttle"], true, "{case}");
    let (status, slower) = limits(&demo, "latest").await;
    assert!(status == 200 && slower.starts_with(&before) && slower.contains("\"key/"), "{slower}");
    let page = Visitor::signed_in(&demo, MARIA).await.get(&format!("/keys/{}", key.as_str().unwrap())).await;
    assert!(page.body.contains("Slowed down to 25 percent of the limits until"), "{}", page.body);
    let far = json!({ "measure": { "measure": "throttle_agreement", "until": "2099-01-01" }, "reason": "More." });
    assert_eq!(refused(&clara, &format!("{office}/measures"), far).await.0, 422);
    let all = json!({ "measure": { "measure": "throttle_agreement" }, "reason": "Every key." });
    let case = done(&clara, &format!("{office}/measures"), all).await;
    let slowest = limits(&demo, "latest").await.1;
    assert!(!slowest.starts_with(&before) && slowest.contains("\"key/"), "both, side by side: {slowest}");
    for measure in case["measures"].as_array().unwrap() {
        let lift = json!({ "hold": measure["holds"][0]["hold"], "reason": "It is mended." });
        done(&clara, &format!("{office}/lift"), lift).await;
    }
    assert_eq!(limits(&demo, "latest").await, (200, before), "the very next call");
}

#[actix_web::test]
async fn reports_by_the_api_are_bounded_for_each_address_as_those_of_the_form() {
    let demo = Demo::start("");
    let nobody = Program::nobody(&demo);
    let report = |number: usize| json!({ "kind": "misuse", "text": format!("They sell it, {number}.") });
    for number in 0..10 {
        done(&nobody, "/complaints", report(number)).await;
    }
    let over = nobody.post("/complaints", &report(10)).await;
    assert_eq!(over.status, 429, "{}", over.body);
    assert!(over.header("retry-after").parse::<u32>().unwrap() > 0);
    let signed_in = Program::of(&demo, MARIA).await.post("/complaints", &report(11)).await;
    assert_eq!(signed_in.status, 429, "an account is no way around it");
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
