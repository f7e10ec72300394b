//! Other people's things, other departments' things, and rights that ended while a form was open.

use std::collections::BTreeMap;

use accord::app::portal::routes;
use accord::web::{Room, RouteRow};
use reqwest::header::IF_MATCH;
use serde_json::{Value, json};

use super::super::harness::client::{ADA, Answer, CLARA, IVAN, MARIA, OMAR, Program, RITA, ROSA, Visitor};
use super::super::harness::demo::Demo;
use super::doors::{NOTHING, filled};

const NOOR: &str = "noor.aziz@norwalk.example";

/// A body with everything that the schema asks for.
fn sample(document: &Value, schema: &Value) -> Value {
    if let Some(name) = schema["$ref"].as_str() {
        return sample(document, &document["components"]["schemas"][name.rsplit('/').next().unwrap()]);
    }
    if let Some(first) = schema["oneOf"].get(0) {
        return sample(document, first);
    }
    if let Some(first) = schema["enum"].get(0) {
        return first.clone();
    }
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    match schema["type"].as_str() {
        Some("integer") => json!(1),
        Some("boolean") => json!(true),
        Some("array") => json!([]),
        Some("object") => {
            let sample = |name: &str| match name {
                "advice" | "outcome" => json!("approve"),
                name => sample(document, &schema["properties"][name]),
            };
            required.map(|name| (name.to_owned(), sample(name))).collect()
        }
        _ => json!("x"),
    }
}

fn body(document: &Value, row: &RouteRow) -> Option<Value> {
    let known = &document["paths"][&row.path][row.method.as_str().to_lowercase()];
    let schema = &known["requestBody"]["content"]["application/json"]["schema"];
    if schema.is_null() {
        return None;
    }
    let mut body = sample(document, schema);
    if row.path.ends_with("/keys") {
        body = json!({ "name": "x", "scopes": ["parking-occupancy:read"] });
    }
    Some(body)
}

/// The answer without what differs between any two answers.
fn plain(answer: &Answer, id: &str) -> (u16, String) {
    let mut body = answer.body.replace(id, "ID");
    for changing in [answer.field("csrf"), answer.json()["request_id"].as_str().unwrap_or_default().to_owned()] {
        if !changing.is_empty() {
            body = body.replace(&changing, "");
        }
    }
    (answer.status, body)
}

/// One thing of Maria's and of her department for each kind that stands in paths of the API.
async fn theirs(maria: &Program) -> BTreeMap<&'static str, String> {
    let mut found = BTreeMap::new();
    for kind in ["applications", "agreements", "keys", "sessions"] {
        let first = maria.list(&format!("/{kind}")).await[0]["id"].as_str().unwrap().to_owned();
        found.insert(kind, first);
    }
    found.insert("review", found["applications"].clone());
    found.insert("review-agreements", found["agreements"].clone());
    found
}

/// Everything of Maria's, as she sees it.
async fn everything(maria: &Program) -> Vec<Value> {
    let mut all = Vec::new();
    for kind in ["applications", "agreements", "keys"] {
        for item in maria.list(&format!("/{kind}")).await {
            all.push(maria.get(&format!("/{kind}/{}", item["id"].as_str().unwrap())).await.json());
        }
    }
    all
}

#[actix_web::test]
async fn somebody_elses_thing_answers_every_call_as_a_thing_that_is_not_there() {
    let demo = Demo::start("");
    let maria = Program::of(&demo, MARIA).await;
    let document = maria.get("/openapi.json").await.json();
    let (theirs, before) = (theirs(&maria).await, everything(&maria).await);
    let (omar, noor) = (Program::of(&demo, OMAR).await, Program::of(&demo, NOOR).await);
    let mut tried = 0;
    for row in routes(true).rows().iter().filter(|row| row.room == Room::Api && row.path.contains("{id}")) {
        let kind = row.path.split('/').nth(3).unwrap();
        let Some(id) = theirs.get(kind) else { continue };
        let stranger = if row.access.admits(None).is_err() && row.path.contains("review") { &noor } else { &omar };
        let stranger = if row.path.ends_with("revoke-for-department") { &noor } else { stranger };
        let path = filled(row);
        let path = path.strip_prefix("/api/v1").unwrap();
        let mut answers = Vec::new();
        for id in [id.as_str(), NOTHING] {
            let mut request = stranger.ask(row.method.as_str(), &path.replacen(NOTHING, id, 1));
            if let Some(body) = body(&document, row) {
                request = request.json(&body).header(IF_MATCH, "\"v1\"");
            }
            answers.push(plain(&stranger.send(request).await, id));
        }
        assert_eq!(answers[0].0, 404, "{} {path}: {}", row.method, answers[0].1);
        assert_eq!(answers[0], answers[1], "{} {path}", row.method);
        tried += 1;
    }
    assert!(tried > 25, "{tried} calls were tried");
    assert_eq!(everything(&maria).await, before, "and nothing changed");
}

#[actix_web::test]
async fn ids_of_different_owners_in_one_path_open_nothing() {
    let demo = Demo::start("");
    let (maria, rosa) = (Program::of(&demo, MARIA).await, Program::of(&demo, ROSA).await);
    let review = rosa.list("/review").await;
    let waiting = review.iter().find(|application| application["state"] == "submitted").unwrap();
    let theirs = waiting["id"].as_str().unwrap();
    let items = rosa.get(&format!("/review/{theirs}")).await.json();
    let item = items["items"][0]["id"].as_str().unwrap_or_else(|| panic!("{items}")).to_owned();
    let mine = maria.list("/applications").await[0]["id"].as_str().unwrap().to_owned();
    let decision = json!({ "outcome": "approve", "statement": "Mine." });
    for path in [format!("/review/{mine}/items/{item}/decision"), format!("/review/{theirs}/items/{NOTHING}/decision")]
    {
        assert_eq!(rosa.post(&path, &decision).await.status, 404, "{path}");
    }
    let counter = json!({ "proposals": [{ "item": item, "condition": 0, "text": "Less." }] });
    let answer = maria.post(&format!("/applications/{mine}/counter"), &counter).await;
    assert!(matches!(answer.status, 404 | 409), "{}", answer.body);
}

#[actix_web::test]
async fn another_departments_cases_are_nowhere_not_even_in_counts() {
    let demo = Demo::start("");
    // Rosa's departments have a case that waits; planning is only Noor's and Rita's.
    let rosa = Visitor::signed_in(&demo, ROSA).await;
    let noor = Visitor::signed_in(&demo, NOOR).await;
    assert!(rosa.get("/review?show=all").await.body.contains("Charge here"));
    for page in ["/", "/review?show=all", "/review?show=all&q=charge", "/review/agreements?state=", "/stewardship"] {
        let body = noor.get(page).await.body;
        for title in ["Charge here", "Find a bay", "Bay Finder"] {
            assert!(!body.contains(title), "{page} tells Noor of “{title}”");
        }
    }
    let stewardship = noor.get("/stewardship").await.body;
    assert!(stewardship.contains("noise-levels") && !stewardship.contains("/stewardship/ev-chargers"));
    let noor = Program::of(&demo, NOOR).await;
    for path in ["/review", "/review-agreements", "/steward/datasets", "/holds"] {
        let answer = noor.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(!answer.body.contains("Charge here") && !answer.body.contains("parking"), "{path}: {}", answer.body);
    }
    for (method, path) in [("GET", "/steward/datasets/ev-chargers"), ("PATCH", "/steward/datasets/ev-chargers")] {
        let request = noor.ask(method, path).header(IF_MATCH, "\"v1\"");
        let request = if method == "PATCH" { request.json(&json!({ "tier": "0" })) } else { request };
        let answer = noor.send(request).await;
        assert!(matches!(answer.status, 403 | 404), "{method} {path}: {} {}", answer.status, answer.body);
    }
}

#[actix_web::test]
async fn a_right_that_ended_while_the_form_was_open_is_gone_at_the_next_request() {
    let demo = Demo::start("");
    let rosa = Visitor::signed_in(&demo, ROSA).await;
    let queue = rosa.get("/review").await;
    let links = queue.body.split("href=\"/review/").skip(1).map(|rest| rest.split('"').next().unwrap());
    let case = links.into_iter().find(|link| link.len() == NOTHING.len()).unwrap().to_owned();
    let page = format!("/review/{case}");
    let open = rosa.get(&page).await;
    let action = open.body.split("action=\"").find(|part| part.contains("/decide")).unwrap();
    let (action, csrf, seen) = (action.split('"').next().unwrap().to_owned(), open.field("csrf"), open.field("seen"));
    let ada = Program::of(&demo, ADA).await;
    let staff = ada.list("/staff").await;
    let id = staff.iter().find(|person| person["email"] == ROSA).unwrap()["id"].as_str().unwrap();
    let taken = ada.send(ada.ask("PUT", &format!("/staff/{id}/roles")).json(&json!({ "roles": [] }))).await;
    assert!(taken.status < 300, "{}", taken.body);
    let sent = [("csrf", csrf.as_str()), ("seen", &seen), ("outcome", "approve"), ("statement", "As it was asked.")];
    let answer = rosa.post(&action, &sent).await;
    assert_eq!(answer.status, 403, "{}", answer.body);
    assert!(answer.body.contains("You may not do this") && answer.body.contains("As it was asked."), "{}", answer.body);
    assert_eq!(rosa.get(&page).await.status, 403);
    let disabled = ada.post(&format!("/accounts/{id}/disable"), &json!({ "reason": "left" })).await;
    assert!(disabled.status < 300, "{}", disabled.body);
    assert_eq!(rosa.get("/account").await.header("location"), "/login?next=%2Faccount", "and the session has ended");
}

#[actix_web::test]
async fn no_answer_tells_what_its_reader_may_not_know() {
    let demo = Demo::start("");
    // Nobody reads secrets; the feed's address is its stewards' and the auditor's to know; notes are the desk's.
    let nobody = ["$argon2", "password_hash", "demo-feed-token", "\"secret\"", "\"digest\"", "token_digest"];
    let paths = [
        "/account",
        "/sessions",
        "/applications",
        "/agreements",
        "/keys",
        "/datasets",
        "/usage",
        "/access-log",
        "/review",
        "/review-agreements",
        "/steward/datasets",
        "/staff",
        "/services",
        "/audit/entries",
    ];
    for email in [MARIA, OMAR, RITA, ROSA, CLARA, IVAN, ADA] {
        let program = Program::of(&demo, email).await;
        for list in paths {
            let answer = program.get(list).await;
            let items = answer.json()["items"].as_array().cloned().unwrap_or_default();
            let mut bodies = vec![answer.body];
            for item in items.iter().take(20) {
                let id = item["id"].as_str().or(item["slug"].as_str());
                if let Some(id) = id {
                    bodies.push(program.get(&format!("{list}/{id}")).await.body);
                }
            }
            for body in bodies {
                for secret in nobody {
                    assert!(!body.contains(secret), "{list} tells {email} of {secret}: {body}");
                }
                if [MARIA, OMAR].contains(&email) {
                    assert!(!body.contains("http://127.0.0.1"), "{list} shows {email} a feed: {body}");
                }
            }
        }
    }
    // A requester reads what was written to them, and never the desk's own notes and advice.
    let chen = Program::of(&demo, "lin.chen@university.example").await;
    let mut told = String::new();
    for application in chen.list("/applications").await {
        let path = format!("/applications/{}", application["id"].as_str().unwrap());
        told.push_str(&chen.get(&path).await.body);
        told.push_str(&chen.get(&format!("{path}/remarks")).await.body);
    }
    assert!(told.contains("Do you need the ten-second values"));
    assert!(!told.contains("The pilot went well") && !told.contains("calibration by bulk"), "{told}");
}
