//! A small site for the tests of this room: a few routes, people known by their cookie, one page with every part.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Service as _;
use actix_web::http::header::HeaderMap;
use actix_web::middleware::from_fn;
use actix_web::test::TestRequest;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, test, web};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;
use uuid::Uuid;

use super::*;
use crate::domain::id::{AccountId, DepartmentId, SessionId};
use crate::domain::language::Language;
use crate::domain::net::{CidrList, HeadBounds};
use crate::domain::people::{Actor, Role, RoleGrant};
use crate::words::Voice;

/// Knows `requester`, `reviewer`, ... `administrator` by a session or bearer token of that name, and `sick` as a store
/// that does not answer.
pub(crate) struct Names;

impl Visitors for Names {
    fn visitor<'a>(&'a self, credential: &'a Credential) -> BoxFuture<'a, Result<Option<Visitor>, WebError>> {
        async move {
            let (name, is_session) = match credential {
                Credential::Session(token) => (token.expose_secret(), true),
                Credential::Bearer(token) => (token.expose_secret(), false),
            };
            if name == "sick" {
                return Err(WebError::unavailable(2, "look up a session", "the store is away"));
            }
            let role = Role::from_word(name);
            Ok((name == "requester" || role.is_some()).then(|| person(name, role, is_session)))
        }
        .boxed()
    }
}

pub(crate) fn person(name: &str, role: Option<Role>, is_session: bool) -> Visitor {
    let account = AccountId::from_uuid(Uuid::from_u128(1));
    let department = |role: Role| role.is_departmental().then(|| DepartmentId::from_uuid(Uuid::from_u128(9)));
    let roles = role.map(|role| RoleGrant { role, department: department(role) }).into_iter().collect();
    let csrf_secret = SecretString::from(format!("csrf secret of {name}"));
    let id = SessionId::from_uuid(Uuid::from_u128(2));
    Visitor {
        account,
        actor: Actor { account: Some(account), name: format!("Dana {name}"), organisation: None, roles, address: None },
        email: "dana@example.org".to_owned(),
        means: if is_session { Means::Session { id, csrf_secret } } else { Means::Token { id } },
        language: "en".to_owned(),
        unread: 2,
    }
}

pub(crate) fn options(portal_url: &str) -> Options {
    Options {
        service_name: "Norwalk Data Access".to_owned(),
        city: "Norwalk".to_owned(),
        zone: chrono_tz::America::New_York,
        language: Language::English,
        voice: Voice::of_place([]).unwrap(),
        portal_url: Url::parse(portal_url).unwrap(),
        gate_url: Url::parse("https://gate.example.gov").unwrap(),
        is_demo: true,
        trusted_proxies: CidrList::parse("10.0.0.0/8").unwrap(),
        form_bytes_max: 2_000,
        json_bytes_max: 4_000,
        upload_bytes_max: 20_000,
        body_time_max: Duration::from_millis(300),
        head_bounds: HeadBounds { headers_max: 40, bytes_max: 8_000 },
        server_key: ServerKey::from_bytes([3; 32]),
    }
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Draft {
    title: String,
}

async fn form_page(request: HttpRequest) -> Result<HttpResponse, WebError> {
    Page::new(&request, "New note")?.crumb("Notes", "/notes").render("test/note.html", &serde_json::json!({}))
}

async fn save(request: HttpRequest, posted: Posted, once: Once) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["title", "password"])?;
    let mut errors = FormErrors::default();
    if form.text("title").len() < 3 {
        errors.add("title", "Enter a title of at least 3 letters");
        let page = Page::new(&request, "New note")?.form(form.view(&errors));
        return page.render("test/note.html", &serde_json::json!({}));
    }
    assert!(once.0.is_some(), "our forms carry the hidden field");
    Redirect::with(&request, "/notes/new", &Flash::good("Saved <b>it</b>"))
}

async fn stale(_: Signed<Manager>, posted: Posted) -> Result<HttpResponse, WebError> {
    posted.only(&["title", "version"])?;
    let changed = ChangedField { label: "Title".into(), theirs: "New".into(), yours: "Mine".into() };
    Err(WebError::stale(vec![changed]))
}

async fn draft(Json(draft): Json<Draft>) -> HttpResponse {
    HttpResponse::Created().insert_header(etag(1)).json(serde_json::json!({ "title": draft.title }))
}

async fn broken() -> Result<HttpResponse, WebError> {
    panic!("the sky\nfell")
}

async fn busy() -> Result<HttpResponse, WebError> {
    Err(WebError::too_many(30, "Wait half a minute."))
}

async fn thing(id: web::Path<Uuid>) -> Result<HttpResponse, WebError> {
    if id.as_u128() == 7 { Ok(HttpResponse::Ok().body("mine")) } else { Err(WebError::not_found()) }
}

async fn undefined(request: HttpRequest) -> Result<HttpResponse, WebError> {
    Page::new(&request, "Broken")?.render("test/undefined.html", &serde_json::json!({}))
}

/// A page with every part of the templates, to look at and to render once in the tests.
async fn sample(request: HttpRequest) -> Result<HttpResponse, WebError> {
    let mut errors = FormErrors::default();
    errors.add("title", "Enter a project title");
    errors.add("purpose", "Choose what you will use the data for");
    let typed = [("email", "dana@example.org"), ("scope", "a"), ("scope", "c"), ("why", "<b>Because</b>")];
    let page = Page::new(&request, "Every part")?.crumb("Start", "/").form(FormView::with(typed).with_errors(&errors));
    page.render("test/sample.html", &serde_json::json!({ "at": "2026-03-01T17:05:00Z" }))
}

const SAMPLE: &str = include_str!("testing_sample.html");

async fn client(request: HttpRequest) -> String {
    visitor::actor_of(&request).address.map(|address| address.to_string()).unwrap_or_default()
}

const MANAGER: Access = Access::Staff(&[Role::Manager]);

pub(crate) fn routes() -> Routes {
    let portal = Routes::new(Room::Portal)
        .get("/notes/new", Access::Public, "Form", form_page)
        .post("/notes/new", Access::Public, "Save", save)
        .get("/notes/{note}", Access::Requester, "One note", thing)
        .get("/desk", MANAGER, "For managers", || async { "desk" })
        .post("/desk", MANAGER, "Save on the desk", stale)
        .get("/panic", Access::Public, "Panics", broken)
        .get("/busy", Access::Public, "Refuses", busy)
        .get("/undefined", Access::Public, "Broken template", undefined)
        .get("/sample", Access::Public, "Every part", sample)
        .get("/client", Access::Public, "Tells the address", client);
    let api = Routes::new(Room::Api)
        .post("/api/v1/drafts", Access::Requester, "Start a draft", draft)
        .post("/api/v1/import", MANAGER, "Import", draft)
        .with_body_max(10_000)
        .post("/api/v1/uploads", Access::Public, "Upload", || async { "taken" })
        .for_uploads()
        .get("/api/v1/things/{thing}", Access::Requester, "One thing", thing)
        .get("/api/v1/panic", Access::Public, "Panics", broken);
    assets::routes().merge(portal).merge(api)
}

const NOTE: &str = r#"{% extends "layout.html" %}{% block main %}
{% <form.post action="/notes/new"> %}{{ <field.text name="title" label="Title" /> }}
{{ <field.text name="password" label="Password" kind="password" /> }}{{ <form.submit label="Save" /> }}{% </form.post> %}
{% endblock %}"#;

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.body);
        serde_json::from_str(&self.body).unwrap()
    }

    /// The value of a hidden field of the page.
    pub(crate) fn hidden(&self, name: &str) -> String {
        let start = format!("name=\"{name}\" value=\"");
        let rest = self.body.split_once(&start).unwrap_or_else(|| panic!("no {name} in {}", self.body)).1;
        rest.split('"').next().unwrap().to_owned()
    }
}

/// The site under test, with a few templates of its own.
fn site(portal_url: &str) -> Site {
    let extra =
        [("test/note.html", NOTE), ("test/undefined.html", "{{ nothing.at.all }}"), ("test/sample.html", SAMPLE)];
    Site::with_templates(options(portal_url), Arc::new(Names), &extra).unwrap()
}

/// Starts the application on a free port of the loopback and returns its address.
pub(crate) async fn listen() -> SocketAddr {
    let (site, routes) = (web::Data::new(site("http://127.0.0.1")), routes());
    let server = HttpServer::new(move || {
        let app = App::new().app_data(site.clone()).wrap(from_fn(edge::edge));
        app.configure(|config| routes.configure(config))
    });
    let server = server.workers(1).disable_signals().bind(("127.0.0.1", 0)).unwrap();
    let address = server.addrs()[0];
    actix_web::rt::spawn(server.run());
    address
}

/// Sends one request to a fresh application that browsers reach at `portal_url`.
pub(crate) async fn ask(portal_url: &str, request: TestRequest) -> Answer {
    let _is_first = tracing_subscriber::fmt().with_test_writer().try_init();
    let site = site(portal_url);
    let routes = routes();
    assert_eq!(routes.mistakes(), Vec::<String>::new());
    let app = App::new().app_data(web::Data::new(site)).wrap(from_fn(edge::edge));
    let app = test::init_service(app.configure(|config| routes.configure(config))).await;
    let request = request.peer_addr(SocketAddr::from(([203, 0, 113, 9], 4000))).to_request();
    let response = app.call(request).await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body = String::from_utf8_lossy(&test::read_body(response).await).into_owned();
    Answer { status, headers, body }
}
