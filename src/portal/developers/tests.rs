//! The page against the document: everything that is in it stands on the page, and nothing leads nowhere.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::ApiDocument;
use crate::cases::testing::desks;
use crate::portal::testing::{Portal, api_document};

async fn page() -> String {
    let portal = Portal::over(desks().swap_remove(0));
    portal.browser().page("/developers/api").await
}

/// A text as it stands in HTML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

/// The part of the page about one operation.
fn article<'a>(page: &'a str, id: &str) -> &'a str {
    let start = format!("<article class=\"operation\" id=\"{id}\">");
    let rest = page.split_once(&start).unwrap_or_else(|| panic!("{id} is not on the page")).1;
    rest.split_once("</article>").unwrap().0
}

fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    let of = |(path, item): (&String, &Value)| -> Vec<_> {
        let item = item.as_object().unwrap().iter();
        item.map(|(method, operation)| (method.to_uppercase(), path.clone(), operation.clone())).collect()
    };
    paths.iter().flat_map(of).collect()
}

#[actix_web::test]
async fn each_operation_of_the_document_stands_on_the_page_with_all_that_is_said_of_it() {
    let (document, page) = (api_document(), page().await);
    let all = operations(&document);
    assert!(all.len() > 90, "{}", all.len());
    for (method, path, operation) in &all {
        let id = operation["operationId"].as_str().unwrap();
        let article = article(&page, id);
        let has = |text: &str| assert!(article.contains(&escaped(text)), "{method} {path}: {text} in {article}");
        has(method);
        has(path);
        has(operation["summary"].as_str().unwrap());
        has(operation["description"].as_str().unwrap());
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            assert!(article.contains(&format!("<code>{}</code>", parameter["name"].as_str().unwrap())), "{path}");
        }
        let bodies =
            [&operation["requestBody"]].into_iter().chain(operation["responses"].as_object().unwrap().values());
        for content in bodies.filter_map(|body| body["content"].get("application/json")) {
            if let Some(name) = content["schema"]["$ref"].as_str() {
                has(&format!("Fields of {}", name.rsplit('/').next().unwrap()));
                let example = serde_json::to_string_pretty(&content["example"]).unwrap();
                has(&example);
            }
        }
        for (status, answer) in operation["responses"].as_object().unwrap() {
            assert!(article.contains(status.as_str()), "{method} {path}: {status}");
            for code in answer["x-codes"].as_array().into_iter().flatten() {
                has(code.as_str().unwrap());
            }
        }
    }
    let shown = page.matches("<article class=\"operation\" id=\"").count() - page.matches("id=\"shape-").count();
    assert_eq!(shown, all.len(), "and nothing else");
}

#[actix_web::test]
async fn every_link_within_the_page_leads_somewhere_and_none_leaves_this_service() {
    let page = page().await;
    let ids: BTreeSet<&str> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    for href in page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
        match href.strip_prefix('#') {
            Some(anchor) => assert!(ids.contains(anchor), "#{anchor}"),
            None => assert!(href.starts_with('/'), "{href} leads elsewhere"),
        }
    }
    assert!(!page.contains("src=\"http"), "nothing is fetched from elsewhere");
}

#[actix_web::test]
async fn the_page_is_found_from_the_help_and_the_foot_of_every_page() {
    let portal = Portal::over(desks().swap_remove(0));
    let browser = portal.browser();
    assert!(browser.page("/help").await.matches("href=\"/developers/api\"").count() >= 2);
    assert!(browser.page("/privacy").await.contains("href=\"/developers/api\""));
}

#[test]
fn a_document_is_read_through_references_and_parts() {
    let document = json!({
        "servers": [{ "url": "https://city.example/" }],
        "info": { "description": "Say `yes`." },
        "tags": [{ "name": "A group", "description": "About it." }],
        "paths": { "/things/{id}": { "put": {
            "operationId": "put_thing", "tags": ["A group"], "summary": "Put it", "description": "For all.",
            "security": [{ "token": [] }],
            "parameters": [{ "name": "If-Match", "in": "header", "required": true }],
            "requestBody": { "content": { "application/json": {
                "schema": { "$ref": "#/components/schemas/Both" }, "example": { "a": 1 }
            } } },
            "responses": { "204": { "description": "Done" }, "404": { "$ref": "#/components/responses/None" } },
        } } },
        "components": {
            "responses": { "None": { "description": "None such.", "x-codes": ["not_found"] } },
            "schemas": {
                "Both": { "allOf": [{ "$ref": "#/components/schemas/One" }, { "type": "object", "properties": {
                    "b": { "type": "array", "items": { "oneOf": [{ "type": "null" }, { "$ref": "#/components/schemas/One" }] } }
                } }] },
                "One": { "type": "object", "required": ["a"], "properties": { "a": { "type": ["string", "null"], "format": "date" } } },
            },
        },
    });
    let view = serde_json::to_value(&*ApiDocument::new(&document).0).unwrap();
    let operation = &view["groups"][0]["operations"][0];
    let fields: Vec<_> = operation["body"]["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|field| {
            (field["name"].as_str().unwrap(), field["kind"].as_str().unwrap(), field["shape"].as_str().unwrap())
        })
        .collect();
    assert_eq!(fields, [("a", "day or null", ""), ("b", "list of One or null", "One")]);
    assert_eq!(operation["problems"][0]["codes"], json!(["not_found"]));
    assert_eq!(
        operation["call"],
        "curl -X PUT 'https://city.example/things/{id}' \\\n  -H 'Authorization: Bearer TOKEN' \\\n  -H 'If-Match: \"v3\"' \\\n  \
         -H 'Content-Type: application/json' -d @body.json"
    );
    let about = json!([{ "text": "Say ", "is_code": false }, { "text": "yes", "is_code": true }, { "text": ".", "is_code": false }]);
    assert_eq!(view["lead"], about);
    assert_eq!(view["shapes"][0]["name"], "One");
}
