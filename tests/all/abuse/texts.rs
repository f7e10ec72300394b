//! Texts that would be something else: scripts, templates, formulas, headers. Everywhere they are text.

use reqwest::header::USER_AGENT;
use serde_json::{Value, json};

use super::super::harness::client::{ADA, IVAN, OMAR, Program, ROSA, Visitor};
use super::super::harness::demo::Demo;

/// What must never reach a page as markup.
const PAYLOAD: &str = "<script>alert(1)</script>\"><img src=x onerror=alert(2)>{{7*7}}{% raw %}javascript:alert(3)";
const MARKUP: [&str; 3] = ["<script>alert", "<img src=x", "onerror=alert(2)>"];

fn answers() -> Value {
    json!({
        "title": PAYLOAD, "purpose": PAYLOAD, "public_benefit": PAYLOAD, "coarser": PAYLOAD, "storage": PAYLOAD,
        "security": PAYLOAD, "deletion": PAYLOAD, "publication": PAYLOAD, "linking": PAYLOAD, "organisation": PAYLOAD,
        "users": PAYLOAD, "signatory": PAYLOAD, "signatory_title": PAYLOAD, "purpose_category": "service",
        "calls_per_day": "10", "peak_per_minute": "1", "retention_days": "1", "incident_contact": "x@people.example",
        "sharing": "none", "ai_training": "no", "commercial": "no", "requester_type": "startup",
    })
}

/// Sends an application in which everything is hostile; gives its id.
async fn send_hostile(omar: &Program) -> String {
    let begun = omar.post("/applications", &json!({ "datasets": ["ev-chargers"] })).await;
    assert_eq!(begun.status, 201, "{}", begun.body);
    let id = begun.json()["id"].as_str().unwrap().to_owned();
    let datasets = json!([{ "slug": "ev-chargers", "operations": ["read"] }]);
    let draft = json!({ "answers": answers(), "datasets": datasets });
    let request = omar.ask("PATCH", &format!("/applications/{id}")).header("if-match", "\"v1\"").json(&draft);
    let saved = omar.send(request).await;
    assert!(saved.status < 300, "{}", saved.body);
    let shown = omar.get(&format!("/applications/{id}/review")).await.json();
    assert_eq!(shown["problems"], json!({}), "{shown}");
    let declarations: Vec<_> = shown["declarations"].as_object().unwrap().keys().collect();
    let signature = json!({
        "reviewed": shown["reviewed"], "terms": shown["terms"], "terms_hash": shown["terms_hash"],
        "text_hash": shown["text_hash"], "name": PAYLOAD, "title": PAYLOAD, "has_authority": true, "consents": true,
        "declarations": declarations,
    });
    let request = omar.ask("POST", &format!("/applications/{id}/submit")).header(USER_AGENT, PAYLOAD);
    let sent = omar.send(request.json(&signature)).await;
    assert_eq!(sent.status, 200, "{}", sent.body);
    id
}

async fn must_be_text(who: &Visitor, path: &str) {
    let page = who.get(path).await;
    assert_eq!(page.status, 200, "{path}");
    for markup in MARKUP {
        assert!(!page.body.contains(markup), "{path} holds {markup}:\n{}", page.body);
    }
    assert!(page.body.contains("&lt;script&gt;alert(1)"), "{path} shows what was typed:\n{}", page.body);
    assert!(page.body.contains("{{7*7}}") || !page.body.contains("49{%"), "{path} ran a template");
    let policy = page.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self';"), "{path}: {policy}");
    let ours = "<script defer src=\"/assets/accord.";
    // The review desk's pages have a second one, its keys.
    let count = if path.starts_with("/review") && page.body.contains(".desk.js\"></script>") { 2 } else { 1 };
    let scripts = (page.body.matches("<script").count(), page.body.matches(ours).count());
    assert_eq!(scripts, (count, count), "{path}: every script is ours");
    assert!(page.body.contains("\"></script>\n<link"), "{path}: nothing stands inside it");
}

#[actix_web::test]
async fn hostile_answers_signatures_and_programs_are_text_on_every_page() {
    let demo = Demo::start("");
    let omar = Program::of(&demo, OMAR).await;
    let id = send_hostile(&omar).await;
    let person = Visitor::signed_in(&demo, OMAR).await;
    let rosa = Visitor::signed_in(&demo, ROSA).await;
    let ivan = Visitor::signed_in(&demo, IVAN).await;
    let department = rosa.get(&format!("/review/{id}")).await;
    let office = department.body.split("name=\"department\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let note = [("note", PAYLOAD), ("department", office)];
    let noted = rosa.fill(&format!("/review/{id}"), &format!("/review/{id}/note"), &note).await;
    assert_eq!(noted.status, 303, "{}", noted.body);
    for path in [format!("/applications/{id}"), "/applications".to_owned()] {
        must_be_text(&person, &path).await;
    }
    for path in [format!("/review/{id}"), "/review".to_owned()] {
        must_be_text(&rosa, &path).await;
    }
    for path in [format!("/audit/stories/application/{id}"), format!("/audit?kind=application&of={id}")] {
        let page = ivan.get(&path).await;
        assert!(page.status == 200 && MARKUP.iter().all(|markup| !page.body.contains(markup)), "{path}");
    }
    // The program that signed in calls itself a script; the page of one's sessions shows it.
    let login = json!({ "email": OMAR, "password": demo.password });
    let nobody = Program::nobody(&demo);
    nobody.send(nobody.ask("POST", "/sessions").header(USER_AGENT, PAYLOAD).json(&login)).await;
    let account = person.get("/account").await;
    assert!(MARKUP.iter().all(|markup| !account.body.contains(markup)));
}

#[actix_web::test]
async fn hostile_names_of_datasets_departments_and_searches_are_text() {
    let demo = Demo::start("");
    let (rosa, ada) = (Program::of(&demo, ROSA).await, Program::of(&demo, ADA).await);
    let offices = ada.list("/departments").await;
    let id = |slug: &str| offices.iter().find(|one| one["slug"] == slug).unwrap()["id"].as_str().unwrap().to_owned();
    let name = "<script>alert(1)</script> {{7*7919}}";
    let catalogue = json!({
        "conformsTo": "https://project-open-data.cio.gov/v1.1/schema",
        "dataset": [{
            "title": name, "description": format!("<img src=x onerror=alert(2)> {name}"), "keyword": [name],
            "identifier": "x-1", "accessLevel": "public", "modified": "2026-01-01",
            "publisher": { "name": name }, "contactPoint": { "fn": name, "hasEmail": "mailto:x@norwalk.example" },
            "landingPage": "javascript:alert(3)", "license": "data:text/html,x",
            "distribution": [{ "accessURL": "javascript:alert(4)", "title": name }],
        }],
    });
    let path = format!("/steward/imports/{}/data.json", id("parking-authority"));
    let report = rosa.post(&path, &catalogue).await;
    assert!(report.status < 300, "{}", report.body);
    let dataset =
        json!({ "department": id("parking-authority"), "slug": "hostile", "title": name, "description": name });
    let made = rosa.post("/steward/datasets", &dataset).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let department = json!({ "slug": "zoo", "name": name, "email": "zoo@norwalk.example" });
    assert_eq!(ada.post("/departments", &department).await.status, 201);
    let visitor = Visitor::new(&demo);
    let rosa = Visitor::signed_in(&demo, ROSA).await;
    let ada = Visitor::signed_in(&demo, ADA).await;
    let own = "/stewardship/hostile".to_owned();
    let search = "/datasets?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E".to_owned();
    for (who, path) in
        [(&visitor, search), (&rosa, own), (&rosa, "/stewardship".to_owned()), (&ada, "/admin/departments".to_owned())]
    {
        let page = who.get(&path).await;
        assert_eq!(page.status, 200, "{path}");
        assert!(MARKUP.iter().all(|markup| !page.body.contains(markup)), "{path}: {}", page.body);
        assert!(!page.body.contains("href=\"javascript:") && !page.body.contains("href=\"data:"), "{path}");
        assert!(page.body.contains("alert(1)") && !page.body.contains("55433"), "{path} shows it as text");
    }
    let missing = visitor.get("/%3Cscript%3Ealert(1)%3C/script%3E").await;
    assert!(missing.status == 404 && !missing.body.contains("<script>"), "{}", missing.body);
}

#[actix_web::test]
async fn a_page_to_come_back_to_is_a_page_of_this_site() {
    let demo = Demo::start("");
    for next in [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "\t//evil.example",
        "/\t/evil.example",
        "%2f%2fevil.example",
        "http:evil.example",
    ] {
        let visitor = Visitor::new(&demo);
        let fields = [("email", OMAR), ("password", demo.password.as_str()), ("next", next)];
        let answer = visitor.fill("/login", "/login", &fields).await;
        assert_eq!((answer.status, answer.header("location")), (303, "/"), "{next:?}");
    }
}

#[actix_web::test]
async fn no_file_to_download_is_a_page_or_a_formula() {
    let demo = Demo::start("");
    let omar = Program::of(&demo, OMAR).await;
    let begun = omar.post("/applications", &json!({ "datasets": ["ev-chargers"] })).await.json();
    let id = begun["id"].as_str().unwrap();
    let formula = "=cmd|' /C calc'!A0";
    let withdrawn = omar.post(&format!("/applications/{id}/withdraw"), &json!({ "text": formula })).await;
    assert_eq!(withdrawn.status, 204, "{}", withdrawn.body);
    let ivan = Visitor::signed_in(&demo, IVAN).await;
    for path in ["/audit/entries.csv", "/audit/usage.csv", "/audit/access-log.csv"] {
        let file = ivan.get(path).await;
        assert_eq!(file.status, 200, "{path}: {}", file.body);
        assert!(file.header("content-type").starts_with("text/csv"), "{path}");
        let disposition = file.header("content-disposition");
        assert!(
            disposition.starts_with("attachment; filename=") && !disposition.contains('\n'),
            "{path}: {disposition}"
        );
        assert_eq!(file.header("x-content-type-options"), "nosniff", "{path}");
        assert!(!file.body.contains(",=cmd") && !file.body.contains("\n=cmd"), "{path}");
    }
    let entries = ivan.get("/audit/entries.csv").await.body;
    assert!(entries.contains(formula), "the text itself is kept");
}
