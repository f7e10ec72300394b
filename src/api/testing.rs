//! The API under test: its real routes over a real desk, and clients whose every answer is held against the document.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Service as _;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap};
use actix_web::middleware::from_fn;
use actix_web::test::{self, TestRequest};
use actix_web::{App, web};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use super::example::{kind, reference};
use crate::cases::mailroom::{MailReader, Written};
use crate::cases::passwords::HashingPool;
use crate::cases::testing::TestDesk;
use crate::cases::{Caller, Desk, accounts};
use crate::web::testing::options;
use crate::web::{Credential, Means, Options, Site, Visitor, Visitors, WebError, edge};

/// Knows people by their tokens, as the running program does.
struct Tokens(Desk);

impl Visitors for Tokens {
    fn visitor<'a>(&'a self, credential: &'a Credential) -> BoxFuture<'a, Result<Option<Visitor>, WebError>> {
        async move {
            let Credential::Bearer(token) = credential else { return Ok(None) };
            let known = accounts::known_by(&self.0, token)?;
            Ok(known.map(|known| Visitor {
                account: known.account.id,
                actor: known.actor(None),
                email: known.account.email.clone(),
                means: Means::Token { id: known.session },
                language: known.account.language.clone(),
                unread: 0,
            }))
        }
        .boxed()
    }
}

/// The API over a desk.
pub(crate) struct Api<'a> {
    desk: &'a TestDesk,
    site: web::Data<Site>,
    document: Value,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(crate) fn code(&self) -> (u16, String) {
        (self.status, self.json()["code"].as_str().unwrap_or_default().to_owned())
    }
}

impl<'a> Api<'a> {
    pub(crate) fn over(desk: &'a TestDesk) -> Self {
        let options = Options { json_bytes_max: 256 * 1024, ..options("http://127.0.0.1") };
        let site = Site::new(options, Arc::new(Tokens(desk.desk.clone()))).unwrap();
        let document = serde_json::to_value(super::api().document("http://127.0.0.1")).unwrap();
        Self { desk, site: web::Data::new(site), document }
    }

    /// A client with a token of this person's own.
    pub(crate) fn client(&self, caller: &Caller) -> Client<'_> {
        let begun = accounts::new_api_token(&self.desk.desk, caller, "test").unwrap();
        Client { api: self, token: Some(begun.token) }
    }

    /// A client without a token.
    pub(crate) fn stranger(&self) -> Client<'_> {
        Client { api: self, token: None }
    }

    /// A client with this token.
    pub(crate) fn with_token(&self, token: &str) -> Client<'_> {
        Client { api: self, token: Some(SecretString::from(token)) }
    }

    async fn send(&self, request: TestRequest) -> Answer {
        let routes = super::api().routes();
        let reader = MailReader(Arc::new(|message, _| {
            let (subject, text) = (message.kind.as_str().to_owned(), "Hello".to_owned());
            Ok(Written { subject, text, head: vec![("To", message.address.clone())] })
        }));
        let app = App::new()
            .app_data(self.site.clone())
            .app_data(web::Data::new(self.desk.desk.clone()))
            .app_data(web::Data::new(HashingPool::new(2, Duration::from_secs(5))))
            .app_data(web::Data::new(reader))
            .app_data(web::Data::new(crate::cases::place::tests::source()))
            .wrap(from_fn(edge::edge));
        let app = test::init_service(app.configure(|config| routes.configure(config))).await;
        let request = request.peer_addr(SocketAddr::from(([203, 0, 113, 9], 4000))).to_request();
        let response = app.call(request).await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = String::from_utf8(test::read_body(response).await.to_vec()).unwrap();
        Answer { status, headers, text }
    }

    /// Holds an answer against the operation that gave it: its status is listed, its body fits.
    fn check(&self, method: &Method, path: &str, answer: &Answer) {
        let bare = path.split('?').next().unwrap();
        let place = format!("{method} {bare}: {} {}", answer.status, answer.text);
        let operation = self.operation(method, bare).unwrap_or_else(|| panic!("{place}: not in the document"));
        let mut listed = &operation["responses"][answer.status.to_string()];
        if let Some(name) = listed["$ref"].as_str() {
            let name = name.strip_prefix("#/components/responses/").unwrap();
            listed = &self.document["components"]["responses"][name];
        }
        assert!(listed.is_object(), "{place}: this status is not in the document");
        if answer.status >= 400 {
            let codes = listed["x-codes"].as_array().unwrap();
            let (_, code) = answer.code();
            assert!(
                codes.iter().any(|known| known == code.as_str()),
                "{place}: the code {code} is not among {codes:?}"
            );
        }
        let media = answer.header("content-type").split(';').next().unwrap();
        match listed["content"].as_object() {
            None => assert_eq!(answer.text, "", "{place}: the document promises no body"),
            Some(content) => {
                let content = content.get(media).unwrap_or_else(|| panic!("{place}: {media} is not in the document"));
                if media.ends_with("json") {
                    let mut wrong = Vec::new();
                    self.fits(&content["schema"], &answer.json(), "answer", &mut wrong);
                    assert!(wrong.is_empty(), "{place}\n{}", wrong.join("\n"));
                }
            }
        }
    }

    fn operation(&self, method: &Method, path: &str) -> Option<&Value> {
        let fits = |pattern: &str| {
            let (one, other): (Vec<_>, Vec<_>) = (pattern.split('/').collect(), path.split('/').collect());
            one.len() == other.len() && one.iter().zip(&other).all(|(a, b)| a == b || a.starts_with('{'))
        };
        let paths = self.document["paths"].as_object().unwrap();
        // A fixed segment outweighs a name.
        let mut found: Vec<_> = paths.iter().filter(|(pattern, _)| fits(pattern)).collect();
        found.sort_by_key(|(pattern, _)| pattern.matches('{').count());
        found.iter().find_map(|(_, item)| item.get(method.as_str().to_lowercase()))
    }

    /// Collects where `value` is not as `schema` says: a part of JSON Schema, as far as the document uses it.
    fn fits(&self, schema: &Value, value: &Value, place: &str, wrong: &mut Vec<String>) {
        if let Some(name) = reference(schema) {
            return self.fits(&self.document["components"]["schemas"][name], value, place, wrong);
        }
        if let Some(parts) = schema["allOf"].as_array() {
            return parts.iter().for_each(|part| self.fits(part, value, place, wrong));
        }
        if let Some(parts) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
            let fits_one = parts.iter().any(|part| {
                let mut found = Vec::new();
                self.fits(part, value, place, &mut found);
                found.is_empty()
            });
            if !fits_one {
                wrong.push(format!("{place}: {value} is none of {parts:?}"));
            }
            return;
        }
        let is_null_allowed = schema["type"].as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind == "null"));
        if value.is_null() && is_null_allowed {
            return;
        }
        let is_kind = match kind(schema) {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "integer" => value.is_i64() || value.is_u64(),
            "number" => value.is_number(),
            "boolean" => value.is_boolean(),
            _ => true,
        };
        if !is_kind {
            wrong.push(format!("{place}: {value} is not {}", schema["type"]));
            return;
        }
        self.parts_fit(schema, value, place, wrong);
    }

    fn parts_fit(&self, schema: &Value, value: &Value, place: &str, wrong: &mut Vec<String>) {
        for item in value.as_array().into_iter().flatten() {
            self.fits(&schema["items"], item, &format!("{place}[]"), wrong);
        }
        let Some(fields) = value.as_object() else { return };
        for needed in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !fields.contains_key(needed) {
                wrong.push(format!("{place}: {needed} is missing"));
            }
        }
        for (name, field) in fields {
            let known = schema["properties"].get(name);
            match (known, schema.get("additionalProperties")) {
                (Some(known), _) => self.fits(known, field, &format!("{place}.{name}"), wrong),
                (None, Some(Value::Bool(false))) => wrong.push(format!("{place}: {name} is not known")),
                (None, Some(others)) => self.fits(others, field, &format!("{place}.{name}"), wrong),
                (None, None) => {}
            }
        }
    }
}

/// Somebody who calls the API.
pub(crate) struct Client<'a> {
    api: &'a Api<'a>,
    token: Option<SecretString>,
}

impl Client<'_> {
    pub(crate) async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let path = format!("/api/v1{path}");
        let mut request = TestRequest::default().method(method.clone()).uri(&path);
        if let Some(token) = &self.token {
            request = request.insert_header((header::AUTHORIZATION, format!("Bearer {}", token.expose_secret())));
        }
        for (name, value) in headers {
            request = request.insert_header((*name, *value));
        }
        if let Some(body) = body {
            request = request.insert_header((header::CONTENT_TYPE, "application/json")).set_payload(body.to_string());
        }
        let answer = self.api.send(request).await;
        self.api.check(&method, &path, &answer);
        answer
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, None, &[]).await
    }

    /// Reads what must be there.
    pub(crate) async fn read(&self, path: &str) -> Value {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.json()
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::POST, path, Some(body), &[]).await
    }

    /// Does what must be possible, and gives what was answered.
    pub(crate) async fn act(&self, path: &str, body: Value) -> Value {
        let answer = self.post(path, body).await;
        assert!(answer.status < 300, "{path}: {} {}", answer.status, answer.text);
        if answer.text.is_empty() { json!(null) } else { answer.json() }
    }

    /// Changes what was read in the version `version`.
    pub(crate) async fn change(&self, method: Method, path: &str, version: i64, body: Value) -> Answer {
        self.ask(method, path, Some(body), &[("if-match", &format!("\"v{version}\""))]).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.ask(Method::DELETE, path, None, &[]).await
    }
}

#[test]
fn the_check_of_answers_finds_what_does_not_fit() {
    let desk = crate::cases::testing::desks().swap_remove(0);
    let api = Api::over(&desk);
    let wrong = |schema: Value, value: Value| {
        let mut found = Vec::new();
        api.fits(&schema, &value, "x", &mut found);
        found.len()
    };
    let schema = json!({ "type": "object", "required": ["a"], "properties": {
        "a": { "type": "array", "items": { "type": ["string", "null"] } }
    } });
    assert_eq!(wrong(schema.clone(), json!({ "a": ["b", null] })), 0);
    assert_eq!(wrong(schema.clone(), json!({ "a": ["b", 1, true] })), 2);
    assert_eq!(wrong(schema, json!({})), 1);
    assert_eq!(wrong(json!({ "$ref": "#/components/schemas/Created" }), json!({ "id": 1 })), 1);
    assert!(api.operation(&Method::GET, "/api/v1/audit/stories/key/1").is_some());
    assert!(api.operation(&Method::PUT, "/api/v1/audit").is_none());
}
