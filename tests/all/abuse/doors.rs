//! Every route of the running portal under everybody, from the very table that is registered.

use accord::app::portal::routes;
use accord::web::matrix::Caller;
use accord::web::{Access, Room, RouteRow};
use reqwest::header::{CONTENT_TYPE, COOKIE, IF_MATCH, ORIGIN};
use serde_json::{Value, json};

use super::super::harness::client::{ADA, Answer, CLARA, IVAN, OMAR, Program, RITA, ROSA, Visitor, everybody};
use super::super::harness::demo::Demo;

/// An id that nothing has.
pub(super) const NOTHING: &str = "01900000-0000-7000-8000-000000000000";

/// The path with ids of nothing in it.
pub(super) fn filled(row: &RouteRow) -> String {
    let part = |part: &str| match part {
        "{number}" => "999999".to_owned(),
        "{step}" => "project".to_owned(),
        "{slug}" | "{dataset}" => "nothing-of-this-name".to_owned(),
        part if part.starts_with('{') => NOTHING.to_owned(),
        part => part.to_owned(),
    };
    row.path.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// Whoever the row lets in, the least powerful first.
fn somebody(row: &RouteRow) -> &'static str {
    Caller::all().into_iter().find(|caller| *caller != Caller::Visitor && caller.may(row.access)).unwrap().name()
}

fn is_write(row: &RouteRow) -> bool {
    row.method != "GET"
}

async fn people(demo: &Demo) -> Vec<(&'static str, Visitor)> {
    let mut all = vec![("visitor", Visitor::new(demo))];
    let known = [
        ("requester", OMAR),
        ("reviewer", RITA),
        ("manager", ROSA),
        ("clerk", CLARA),
        ("auditor", IVAN),
        ("administrator", ADA),
    ];
    for (kind, email) in known {
        all.push((kind, Visitor::signed_in(demo, email).await));
    }
    all
}

/// Whether the row ends sessions of whoever calls it, those of this test among them.
fn ends_sessions(row: &RouteRow) -> bool {
    row.method == "DELETE" && matches!(row.path.as_str(), "/api/v1/sessions" | "/api/v1/sessions/current")
}

/// Whether the answer turns the caller away as a whole, not this one request.
fn is_turned_away(answer: &Answer) -> bool {
    answer.status == 401
        || answer.status == 403
        || answer.status == 303 && answer.header("location").starts_with("/login?next=")
}

#[actix_web::test]
async fn every_route_lets_in_exactly_those_whom_the_matrix_names() {
    let demo = Demo::start("");
    let (mut programs, people) = (everybody(&demo).await, people(&demo).await);
    let mut rows = 0;
    let (last, first) = routes(true).rows().into_iter().partition::<Vec<_>, _>(ends_sessions);
    for row in first.into_iter().chain(last) {
        let path = filled(&row);
        if ends_sessions(&row) {
            programs = everybody(&demo).await;
        }
        for caller in Caller::all() {
            let answer = if row.room == Room::Api {
                let program = &programs[caller.name()];
                let request = program.ask(row.method.as_str(), path.strip_prefix("/api/v1").unwrap());
                program.send(if is_write(&row) { request.json(&json!({})) } else { request }).await
            } else if !is_write(&row) {
                people.iter().find(|(kind, _)| *kind == caller.name()).unwrap().1.get(&path).await
            } else {
                continue;
            };
            let what = format!("{} {path} as {}: {}", row.method, caller.name(), answer.status);
            assert!(answer.status < 500, "{what}: {}", answer.body);
            let is_login = path.ends_with("/sessions") && row.access == Access::Public;
            assert_eq!(is_turned_away(&answer) && !is_login, !caller.may(row.access), "{what}: {}", answer.body);
            rows += 1;
        }
        // Who ended their own session here signs in again.
        if row.method == "DELETE" && row.path.starts_with("/api/v1/sessions") {
            programs = everybody(&demo).await;
        }
    }
    assert!(rows > 1_000, "{rows} rows were tried");
}

#[actix_web::test]
async fn no_form_is_taken_without_the_proof_of_its_own_session_and_site() {
    let demo = Demo::start("");
    let people = people(&demo).await;
    let stranger =
        Visitor::signed_in(&demo, "jo.rivers@gazette.example").await.get("/account/profile").await.field("csrf");
    let form = "application/x-www-form-urlencoded";
    for row in routes(true).rows().iter().filter(|row| row.room == Room::Portal && is_write(row)) {
        let path = filled(row);
        let who = &people.iter().find(|(kind, _)| *kind == somebody(row)).unwrap().1;
        let own = format!("csrf={}", who.get("/account/profile").await.field("csrf"));
        if row.path == "/mails/stop" {
            // Mail programs have no session (RFC 8058): the signed token in the address is the proof, and there is none.
            let answer = who.send(who.ask("POST", &path).header(CONTENT_TYPE, form).body(own)).await;
            assert_eq!(answer.status, 400, "POST {path}: {}", answer.body);
            continue;
        }
        let send = |kind: &'static str, body: String| who.ask("POST", &path).header(CONTENT_TYPE, kind).body(body);
        let rows = [
            ("no proof", send(form, "x=y".to_owned()), 403),
            ("another's proof", send(form, format!("csrf={stranger}")), 403),
            ("from another site", send(form, own.clone()).header(ORIGIN, "https://evil.example"), 403),
            ("from a hidden site", send(form, own.clone()).header(ORIGIN, "null"), 403),
            ("as a browser calls another site", send(form, own.clone()).header("sec-fetch-site", "cross-site"), 403),
            ("as text", send("text/plain", own.clone()), 415),
            ("as JSON", send("application/json", "{}".to_owned()), 415),
        ];
        for (what, request, status) in rows {
            let answer = who.send(request).await;
            assert_eq!(answer.status, status, "POST {path} {what}: {}", answer.body);
        }
    }
}

#[actix_web::test]
async fn the_api_takes_no_write_by_cookie_alone() {
    let demo = Demo::start("");
    let people = people(&demo).await;
    for row in routes(true).rows().iter().filter(|row| row.room == Room::Api && is_write(row)) {
        let who = &people.iter().find(|(kind, _)| *kind == somebody(row)).unwrap().1;
        let answer = who.send(who.ask(row.method.as_str(), &filled(row)).json(&json!({}))).await;
        assert_eq!((answer.status, answer.code().as_str()), (403, "csrf_proof_missing"), "{} {}", row.method, row.path);
    }
}

#[actix_web::test]
async fn no_write_takes_a_name_that_is_not_its_own() {
    let demo = Demo::start("");
    let (programs, people) = (everybody(&demo).await, people(&demo).await);
    let document = programs["visitor"].get("/openapi.json").await.json();
    let names = ["status", "owner_id", "decided_by", "email_verified", "terms_version", "rate_limit", "suspended"];
    let mut tried = 0;
    for row in routes(true).rows().iter().filter(|row| is_write(row)) {
        let path = filled(row);
        if row.room == Room::Portal {
            let who = &people.iter().find(|(kind, _)| *kind == somebody(row)).unwrap().1;
            let csrf = who.get("/account/profile").await.field("csrf");
            for name in names {
                let answer = who.post(&path, &[("csrf", &csrf), (name, "approved")]).await;
                assert_eq!(answer.status, 400, "POST {path} {name}: {}", answer.body);
            }
            continue;
        }
        let known = &document["paths"][&row.path][row.method.as_str().to_lowercase()];
        if known["requestBody"]["content"]["application/json"].is_null() || path.ends_with("data.json") {
            continue;
        }
        let program = &programs[somebody(row)];
        let send = |body: String| {
            let request = program.ask(row.method.as_str(), path.strip_prefix("/api/v1").unwrap());
            request.header(CONTENT_TYPE, "application/json").header(IF_MATCH, "\"v1\"").body(body)
        };
        for name in names {
            let answer = program.send(send(json!({ name: "approved" }).to_string())).await;
            let what = format!("{} {path} {name}", row.method);
            // One part of a dataset at a time: there the name says which part, and is refused as a part.
            let is_refused = answer.code() == "field_unknown" || answer.body.contains("unknown variant");
            assert!(is_refused, "{what}: {}", answer.body);
            tried += 1;
        }
    }
    assert!(tried > 200, "{tried} bodies were tried");
}

#[actix_web::test]
async fn nothing_answers_that_is_not_in_the_table() {
    let demo = Demo::start("");
    let client = reqwest::Client::new();
    let hidden = [
        "/debug",
        "/metrics",
        "/.git/config",
        "/.env",
        "/api",
        "/api/v2",
        "/api/v1/",
        "/api/v1/debug",
        "/actuator",
        "/server-status",
        "/admin.php",
        "/console",
        "/assets/",
        "/assets/..%2f..%2fCargo.toml",
        "/Admin",
        "/login/",
        "//login",
        "/secret.key",
        "/accord.db",
    ];
    for path in hidden {
        let answer = client.get(format!("{}{path}", demo.portal)).send().await.unwrap();
        assert_eq!(answer.status(), 404, "{path}");
    }
    let documented: Value = Program::nobody(&demo).get("/openapi.json").await.json();
    let operations: usize =
        documented["paths"].as_object().unwrap().values().map(|ops| ops.as_object().unwrap().len()).sum();
    let registered = routes(true).rows().iter().filter(|row| row.room == Room::Api).count();
    assert_eq!(operations, registered, "the document served is the table registered");
}

#[actix_web::test]
async fn a_key_is_nothing_to_the_portal_and_a_session_nothing_to_the_gate() {
    let demo = Demo::start("");
    let client = reqwest::Client::new();
    for path in ["/account", "/keys", "/applications", "/holds"] {
        let answer = client.get(format!("{}/api/v1{path}", demo.portal)).bearer_auth(&demo.key).send().await.unwrap();
        assert_eq!(answer.status(), 401, "{path}");
    }
    let page = client.get(format!("{}/account", demo.portal)).header(COOKIE, format!("accord={}", demo.key));
    assert!(page.send().await.unwrap().url().path() == "/login", "as a cookie it is nothing either");
    let login = json!({ "email": "maria@people.example", "password": demo.password });
    let session = Program::nobody(&demo).post("/sessions", &login).await.json()["token"].as_str().unwrap().to_owned();
    let url = format!("{}/parking-occupancy/latest", demo.gate);
    let rows = [
        ("bearer", client.get(&url).bearer_auth(&session), "key_malformed"),
        ("cookie", client.get(&url).header(COOKIE, format!("accord={session}")), "key_missing"),
        ("basic", client.get(&url).basic_auth("maria@people.example", Some(&demo.password)), "key_malformed"),
    ];
    for (what, request, code) in rows {
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let body: Value = answer.json().await.unwrap();
        assert_eq!((status.as_u16(), body["code"].as_str()), (401, Some(code)), "{what}");
    }
}
