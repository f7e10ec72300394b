//! The room from outside: a small application under every kind of bad request.

use actix_web::cookie::Cookie;
use actix_web::http::Method;
use actix_web::test::TestRequest;

use super::csrf;
use super::secret::ServerKey;
use super::testing::{Answer, ask, listen};

const CITY: &str = "https://data.example.gov";
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const JSON: (&str, &str) = ("content-type", "application/json");
const ORIGIN: (&str, &str) = ("origin", CITY);

fn cookie(name: &str) -> Cookie<'static> {
    Cookie::new("__Host-accord", name.to_owned())
}

/// The token of the forms of whoever is signed in under this name.
fn token(name: &str) -> String {
    csrf::token(&ServerKey::from_bytes([3; 32]), &format!("csrf secret of {name}"))
}

fn get(path: &str) -> TestRequest {
    TestRequest::get().uri(path)
}

fn form(path: &str, fields: &str) -> TestRequest {
    TestRequest::post().uri(path).insert_header(FORM).set_payload(fields.to_owned())
}

fn json(path: &str, body: &str) -> TestRequest {
    TestRequest::post().uri(path).insert_header(JSON).set_payload(body.to_owned())
}

async fn code(request: TestRequest) -> (u16, String) {
    let answer = ask(CITY, request).await;
    (answer.status, answer.json()["code"].as_str().unwrap().to_owned())
}

fn assert_strict(answer: &Answer, what: &str) {
    for (name, part) in [
        ("content-security-policy", "default-src 'none'"),
        ("content-security-policy", "frame-ancestors 'none'"),
        ("content-security-policy", "script-src 'self';"),
        ("content-security-policy", "connect-src 'self';"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=()"),
        ("strict-transport-security", "max-age=31536000"),
        ("cache-control", ""),
    ] {
        assert!(answer.header(name).contains(part) && answer.headers.contains_key(name), "{what}: {name}");
    }
    assert!(!answer.headers.contains_key("server"), "{what}");
}

#[actix_web::test]
async fn every_part_of_the_templates_renders() {
    let answer = ask(CITY, get("/sample").cookie(cookie("manager"))).await;
    assert_eq!(answer.status, 422, "{}", answer.body);
    assert!(answer.body.contains("<title>Error: Every part"));
    assert!(!answer.body.contains("<b>Because") && answer.body.contains("&lt;b&gt;Because"), "escaped");
    assert!(!answer.body.contains("style="), "the CSP would block it");
    let scripts: Vec<_> = answer.body.match_indices("<script").collect();
    assert!(scripts.len() == 1 && answer.body.contains("\"></script>"), "one script, and nothing stands inside it");
    assert_eq!(answer.hidden("version"), "7");
}

#[actix_web::test]
async fn every_answer_carries_the_strict_headers() {
    let rows = [
        ("page", get("/notes/new"), 200),
        ("asset", get("/assets/nothing"), 404),
        ("missing", get("/nowhere"), 404),
        ("forbidden", get("/desk").cookie(cookie("clerk")), 403),
        ("panic", get("/panic"), 500),
        ("template", get("/undefined"), 500),
        ("wrong method", TestRequest::delete().uri("/notes/new"), 405),
        ("trace", TestRequest::with_uri("/").method(Method::TRACE), 405),
        ("store away", get("/notes/new").cookie(cookie("sick")), 503),
        ("api", get("/api/v1/nothing"), 404),
    ];
    for (what, request, status) in rows {
        let answer = ask(CITY, request).await;
        assert_eq!(answer.status, status, "{what}: {}", answer.body);
        assert_strict(&answer, what);
    }
    let plain = ask("http://127.0.0.1:8080", get("/notes/new")).await;
    assert!(!plain.headers.contains_key("strict-transport-security"), "no HSTS on plain http");
}

#[actix_web::test]
async fn assets_may_be_kept_for_ever_and_what_is_private_never() {
    let page = ask(CITY, get("/notes/new")).await;
    let style = page.body.split("href=\"").find(|part| part.starts_with("/assets/") && part.contains(".css")).unwrap();
    let style = style.split('"').next().unwrap().to_owned();
    let answer = ask(CITY, get(&style).cookie(cookie("manager"))).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "text/css; charset=utf-8"));
    assert!(answer.header("cache-control").contains("immutable"));
    let script = page.body.split("src=\"").find(|part| part.starts_with("/assets/") && part.contains(".js\"")).unwrap();
    let script = script.split('"').next().unwrap().to_owned();
    let answer = ask(CITY, get(&script)).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "text/javascript; charset=utf-8"));
    assert!(answer.header("cache-control").contains("immutable"));
    assert!(answer.body.len() < 9_000, "a small script: {} bytes", answer.body.len());
    assert!(!["eval", "innerHTML", "Function(", "document.write"].iter().any(|word| answer.body.contains(word)));
    assert_eq!(ask(CITY, get("/desk").cookie(cookie("manager"))).await.header("cache-control"), "no-store");
}

#[actix_web::test]
async fn assets_are_packed_for_who_takes_that_and_pages_never_are() {
    let packs = |path: &str| get(path).insert_header(("accept-encoding", "br;q=1.0, gzip;q=0.8, *;q=0.1"));
    let page = ask(CITY, packs("/notes/new")).await;
    assert!(!page.headers.contains_key("content-encoding"), "a page has secrets");
    for ending in [".css", ".js", ".svg"] {
        let path = page.body.split('"').find(|part| part.starts_with("/assets/") && part.ends_with(ending)).unwrap();
        let (whole, packed) = (ask(CITY, get(path)).await, ask(CITY, packs(path)).await);
        assert!(!whole.headers.contains_key("content-encoding"));
        assert_eq!((packed.status, packed.header("content-encoding")), (200, "gzip"), "{ending}");
        assert_eq!((packed.header("vary"), whole.header("vary")), ("Accept-Encoding", "Accept-Encoding"));
        let refused = ask(CITY, get(path).insert_header(("accept-encoding", "gzip;q=0"))).await;
        assert_eq!(refused.body, whole.body);
    }
}

#[actix_web::test]
async fn missing_and_not_yours_are_the_same_to_the_byte() {
    let mine = "/00000000-0000-0000-0000-000000000007";
    let others = ["/00000000-0000-0000-0000-000000000008", "/00000000-0000-0000-0000-000000000009", "/junk", "/%2e%2e"];
    assert_eq!(ask(CITY, get(&format!("/notes{mine}")).cookie(cookie("requester"))).await.body, "mine");
    for start in ["/notes", "/api/v1/things"] {
        let mut bodies = Vec::new();
        for other in others {
            let answer = ask(CITY, get(&format!("{start}{other}")).cookie(cookie("requester"))).await;
            assert_eq!(answer.status, 404, "{start}{other}");
            bodies.push(answer.body);
        }
        assert!(bodies.iter().all(|body| *body == bodies[0]), "{bodies:?}");
    }
    let page = ask(CITY, get("/nowhere")).await;
    assert!(page.body.contains("There is nothing at this address"));
}

#[actix_web::test]
async fn a_known_path_with_another_method_says_which_it_takes() {
    let page = ask(CITY, TestRequest::put().uri("/notes/new")).await;
    assert_eq!((page.status, page.header("allow")), (405, "GET, HEAD, POST"));
    let api = ask(CITY, get("/api/v1/drafts")).await;
    assert_eq!(
        (api.status, api.header("allow"), api.json()["code"].as_str()),
        (405, "POST", Some("method_not_allowed"))
    );
    assert_eq!(ask(CITY, TestRequest::with_uri("/notes/new").method(Method::HEAD)).await.status, 200);
}

#[actix_web::test]
async fn rows_are_enforced_for_every_kind_of_visitor() {
    for name in ["reviewer", "clerk", "auditor", "administrator", "requester"] {
        assert_eq!(ask(CITY, get("/desk").cookie(cookie(name))).await.status, 403, "{name}");
    }
    assert_eq!(ask(CITY, get("/desk").cookie(cookie("manager"))).await.body, "desk");
    let anonymous = ask(CITY, get("/desk?tab=2&next=//evil")).await;
    assert_eq!(
        (anonymous.status, anonymous.header("location")),
        (303, "/login?next=%2Fdesk%3Ftab%3D2%26next%3D%2F%2Fevil")
    );
    let ended = ask(CITY, get("/desk").cookie(cookie("ended long ago"))).await;
    assert_eq!(ended.status, 303);
    let api = ask(CITY, get("/api/v1/things/x")).await;
    assert_eq!((api.status, api.header("www-authenticate")), (401, "Bearer realm=\"accord\""));
}

#[actix_web::test]
async fn a_form_works_only_with_the_token_of_its_own_session() {
    let good = format!("title=Hello&once=abc&csrf={}", token("requester"));
    let send = |fields: &str| form("/notes/new", fields).cookie(cookie("requester"));
    let saved = ask(CITY, send(&good)).await;
    assert_eq!((saved.status, saved.header("location")), (303, "/notes/new"), "{}", saved.body);

    let others = format!("title=Hello&once=abc&csrf={}", token("manager"));
    for (what, request) in [
        ("no token", send("title=Hello&once=abc")),
        ("empty token", send("title=Hello&csrf=")),
        ("another session's token", send(&others)),
        ("another origin", send(&good).insert_header(("origin", "https://evil.example"))),
        ("a hidden origin", send(&good).insert_header(("origin", "null"))),
        ("another site", send(&good).insert_header(("sec-fetch-site", "cross-site"))),
        ("nobody's form", form("/notes/new", &good)),
    ] {
        let answer = ask(CITY, request).await;
        assert_eq!(answer.status, 403, "{what}");
        assert!(answer.body.contains("Hello"), "{what}: what was typed is given back");
    }
}

#[actix_web::test]
async fn a_visitor_without_a_session_gets_a_form_cookie_that_its_form_needs() {
    let page = ask(CITY, get("/notes/new")).await;
    let set = page.header("set-cookie").to_owned();
    assert!(set.starts_with("__Host-accord-form=") && set.contains("HttpOnly") && set.contains("Secure"), "{set}");
    let secret = set.split(['=', ';']).nth(1).unwrap().to_owned();
    let fields = format!("title=Hello&csrf={}&once={}", page.hidden("csrf"), page.hidden("once"));
    assert_eq!(ask(CITY, form("/notes/new", &fields)).await.status, 403, "without the cookie");
    let with = form("/notes/new", &fields).cookie(Cookie::new("__Host-accord-form", secret.clone()));
    assert_eq!(ask(CITY, with).await.status, 303);
    let again = ask(CITY, get("/notes/new").cookie(Cookie::new("__Host-accord-form", secret))).await;
    assert!(again.header("set-cookie").is_empty(), "kept, so that two tabs agree");
    assert!(ask(CITY, get("/nowhere")).await.header("set-cookie").is_empty(), "a page without a form sets none");
}

#[actix_web::test]
async fn a_wrong_form_is_shown_again_with_its_errors_and_its_text() {
    let fields = format!("title=%3Cb&password=hunter2&csrf={}", token("requester"));
    let answer = ask(CITY, form("/notes/new", &fields).cookie(cookie("requester"))).await;
    assert_eq!(answer.status, 422);
    assert!(answer.body.contains("<a href=\"#f-title\">Enter a title of at least 3 letters</a>"));
    assert!(answer.body.contains("value=\"&lt;b\"") && answer.body.contains("aria-invalid=\"true\""));
    assert!(!answer.body.contains("hunter2"), "passwords are not sent back");
}

#[actix_web::test]
async fn the_message_of_a_redirect_is_shown_once_and_cannot_be_forged() {
    let fields = format!("title=Hello&once=a&csrf={}", token("requester"));
    let saved = ask(CITY, form("/notes/new", &fields).cookie(cookie("requester"))).await;
    let set = saved.header("set-cookie").to_owned();
    let value = set.split(['=', ';']).nth(1).unwrap().to_owned();
    let page = ask(CITY, get("/notes/new").cookie(Cookie::new("__Host-accord-flash", value.clone()))).await;
    assert!(page.body.contains("Saved &lt;b&gt;it"), "{}", page.body);
    let cleared: Vec<_> = page.headers.get_all("set-cookie").map(|value| value.to_str().unwrap()).collect();
    assert!(
        cleared.iter().any(|set| set.starts_with("__Host-accord-flash=;") && set.contains("Max-Age=0")),
        "{cleared:?}"
    );
    let forged = format!("info{}", value.strip_prefix("good").unwrap());
    let page = ask(CITY, get("/notes/new").cookie(Cookie::new("__Host-accord-flash", forged))).await;
    assert!(!page.body.contains("Saved"));
}

#[actix_web::test]
async fn unknown_and_doubled_form_fields_are_refused() {
    for extra in ["role=manager", "title=Twice"] {
        let fields = format!("title=Hello&once=a&{extra}&csrf={}", token("requester"));
        let answer = ask(CITY, form("/notes/new", &fields).cookie(cookie("requester"))).await;
        assert_eq!(answer.status, 400, "{extra}");
    }
}

#[actix_web::test]
async fn a_stale_edit_says_what_changed_and_gives_the_text_back() {
    let fields = format!("title=Mine+alone&version=3&csrf={}", token("manager"));
    let answer = ask(CITY, form("/desk", &fields).cookie(cookie("manager"))).await;
    assert_eq!(answer.status, 409);
    for part in ["What is different", "data-label=\"Saved now\">New", "What you typed", "Mine alone"] {
        assert!(answer.body.contains(part), "{part}: {}", answer.body);
    }
    let ended = ask(CITY, form("/desk", &fields).cookie(cookie("ended"))).await;
    assert_eq!(ended.status, 401);
    assert!(ended.body.contains("Mine alone") && ended.body.contains("/login"), "an ended session loses no text");
}

#[actix_web::test]
async fn sizes_are_bounded_at_the_limit_and_one_beyond() {
    let base = format!("title=Hello&once=a&csrf={}&password=", token("requester"));
    for (bytes, status) in [(2_000, 303), (2_001, 413)] {
        let fields = format!("{base}{}", "x".repeat(bytes - base.len()));
        let answer = ask(CITY, form("/notes/new", &fields).cookie(cookie("requester"))).await;
        assert_eq!(answer.status, status, "{bytes}");
    }
    let body = |bytes: usize| format!("{{\"title\":\"{}\"}}", "x".repeat(bytes - 12));
    for (path, name, bytes, status) in [
        ("/api/v1/drafts", "requester", 4_000, 201),
        ("/api/v1/drafts", "requester", 4_001, 413),
        ("/api/v1/import", "manager", 10_000, 201),
        ("/api/v1/import", "manager", 10_001, 413),
    ] {
        let request = json(path, &body(bytes)).insert_header(("authorization", format!("Bearer {name}")));
        assert_eq!(ask(CITY, request).await.status, status, "{path} {bytes}");
    }
    let lying = json("/api/v1/drafts", "{}").insert_header(("content-length", "99999"));
    assert_eq!(code(lying.insert_header(("authorization", "Bearer requester"))).await, (413, "too_large".to_owned()));
}

#[actix_web::test]
async fn the_api_takes_json_and_nothing_that_a_form_could_send() {
    let send = |kind: &'static str, body: &str| {
        let request = json("/api/v1/drafts", body).insert_header(("content-type", kind));
        request.insert_header(("authorization", "Bearer requester"))
    };
    assert_eq!(ask(CITY, send("application/json; charset=utf-8", r#"{"title":"a"}"#)).await.status, 201);
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""] {
        assert_eq!(code(send(kind, r#"{"title":"a"}"#)).await, (415, "unsupported_media_type".to_owned()), "{kind}");
    }
    let rows = [
        ("", 400, "body_missing"),
        ("{", 400, "json_broken"),
        (r#"{"title":1}"#, 422, "invalid"),
        (r"{}", 422, "invalid"),
        (r#"{"title":"a","status":"approved"}"#, 400, "field_unknown"),
    ];
    for (body, status, expected) in rows {
        assert_eq!(code(send("application/json", body)).await, (status, expected.to_owned()), "{body}");
    }
    let page = form("/notes/new", "{}").insert_header(JSON).cookie(cookie("requester"));
    assert_eq!(ask(CITY, page).await.status, 415, "and pages take no JSON");
}

#[actix_web::test]
async fn an_api_write_by_cookie_needs_a_proof_and_by_token_none() {
    let send = || json("/api/v1/drafts", r#"{"title":"a"}"#);
    let by_cookie = || send().cookie(cookie("requester"));
    let with_token = |name: &str| by_cookie().insert_header(("x-csrf-token", token(name)));
    assert_eq!(ask(CITY, with_token("requester")).await.status, 201);
    assert_eq!(ask(CITY, by_cookie().insert_header(ORIGIN)).await.status, 201);
    assert_eq!(ask(CITY, send().insert_header(("authorization", "bearer requester"))).await.status, 201);
    let evil = ("origin", "https://evil.example");
    for request in [by_cookie(), with_token("manager"), with_token("requester").insert_header(evil)] {
        assert_eq!(code(request).await, (403, "csrf_proof_missing".to_owned()));
    }
}

#[actix_web::test]
async fn a_bearer_token_counts_in_the_api_only_and_a_bad_one_is_never_anonymous() {
    let bearer = |path: &str, value: &'static str| get(path).insert_header(("authorization", value));
    let long: &'static str = Box::leak(format!("Bearer {}", "k".repeat(513)).into_boxed_str());
    for value in ["Bearer nwk_live_abc", "Bearer ", "Basic dTpw", "Bearer", long] {
        let request = bearer("/api/v1/things/x", value).cookie(cookie("requester"));
        assert_eq!(code(request).await, (401, "sign_in_needed".to_owned()), "{value}");
    }
    assert_eq!(ask(CITY, bearer("/desk", "Bearer manager")).await.status, 303, "not on pages");
}

#[actix_web::test]
async fn a_panic_is_a_500_that_tells_nothing() {
    for path in ["/panic", "/api/v1/panic"] {
        let answer = ask(CITY, get(path).insert_header(("x-request-id", "the-id"))).await;
        assert_eq!(answer.status, 500);
        assert!(!answer.body.contains("sky") && answer.body.contains("the-id"), "{}", answer.body);
    }
}

/// Sends bytes over a connection of its own and reads until the server is silent or gone.
async fn talk(address: std::net::SocketAddr, sent: &str) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    stream.write_all(sent.as_bytes()).await.unwrap();
    let mut got = Vec::new();
    stream.read_to_end(&mut got).await.unwrap();
    String::from_utf8(got).unwrap()
}

#[actix_web::test]
async fn over_a_real_connection_heads_are_bodiless_and_bad_bodies_end_it() {
    let address = listen().await;
    let ask = |head: &str, body: &str| format!("{head} HTTP/1.1\r\nHost: x\r\n{FORM_HEAD}{body}");
    let head = talk(address, &ask("HEAD /notes/new", "Connection: close\r\n\r\n")).await;
    assert!(head.starts_with("HTTP/1.1 200") && head.ends_with("\r\n\r\n") && !head.contains("<html"), "{head}");
    let huge = talk(address, &ask("POST /notes/new", "Content-Length: 2001\r\n\r\n")).await;
    assert!(huge.starts_with("HTTP/1.1 413") && huge.contains("connection: close"), "{huge}");
    let slow = talk(address, &ask("POST /notes/new", "Content-Length: 10\r\n\r\ntitle")).await;
    assert!(slow.starts_with("HTTP/1.1 408"), "a body that never ends is given up: {slow}");
    let chunk = format!("7d1\r\n{}\r\n0\r\n\r\n", "a".repeat(2_001));
    let chunked = talk(address, &ask("POST /notes/new", &format!("Transfer-Encoding: chunked\r\n\r\n{chunk}"))).await;
    assert!(chunked.starts_with("HTTP/1.1 413"), "{chunked}");
    let panic = talk(address, &ask("GET /panic", "Connection: close\r\n\r\n")).await;
    assert!(panic.starts_with("HTTP/1.1 500"), "{panic}");
    let after = talk(address, &ask("GET /notes/new", "Connection: close\r\n\r\n")).await;
    assert!(after.starts_with("HTTP/1.1 200"), "the worker lives: {after}");
}

const FORM_HEAD: &str = "Content-Type: application/x-www-form-urlencoded\r\n";

#[actix_web::test]
async fn too_many_or_too_long_headers_are_answered_with_431() {
    let with = |path: &str, count: usize, value: &str| {
        (0..count).fold(get(path), |request, at| request.append_header((format!("x-{at}"), value)))
    };
    assert_eq!(ask(CITY, with("/notes/new", 40, "v")).await.status, 200);
    assert_eq!(ask(CITY, with("/notes/new", 1, &"v".repeat(7_980))).await.status, 200);
    for request in [with("/notes/new", 41, "v"), with("/notes/new", 1, &"v".repeat(8_000))] {
        let page = ask(CITY, request).await;
        assert_eq!(page.status, 431);
        assert!(page.body.contains("at most 40 with 8000 bytes together"), "{}", page.body);
    }
    assert_eq!(code(with("/api/v1/things/x", 41, "v")).await, (431, "headers_too_large".to_owned()));
}

#[actix_web::test]
async fn an_upload_may_be_as_large_as_the_setting_says() {
    let upload = |bytes: usize| json("/api/v1/uploads", "").set_payload("x".repeat(bytes));
    assert_eq!(ask(CITY, upload(20_000)).await.status, 200);
    assert_eq!(ask(CITY, upload(20_001)).await.status, 413);
}

/// The log of one request.
async fn logged(request: TestRequest) -> String {
    #[derive(Clone, Default)]
    struct Kept(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);
    impl std::io::Write for Kept {
        fn write(&mut self, text: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(text)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let kept = Kept::default();
    let writer = kept.clone();
    let logs = tracing_subscriber::fmt().json().with_writer(move || writer.clone()).finish();
    let _quiet = tracing::subscriber::set_default(logs);
    ask(CITY, request).await;
    let bytes = kept.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

#[actix_web::test]
async fn a_refusal_is_logged_with_whose_it_was_and_without_their_session() {
    let somebody = "00000000-0000-0000-0000-000000000001";
    for (path, name, code) in [("/desk", "clerk", "role_needed"), ("/notes/junk", "requester", "not_found")] {
        let log = logged(get(path).cookie(cookie(name))).await;
        assert!(log.contains(code) && log.contains(somebody), "{path}: {log}");
        assert!(!log.contains(&format!("__Host-accord={name}")), "{path}: {log}");
    }
    let log = logged(get("/nowhere")).await;
    assert!(log.contains("not_found") && !log.contains(somebody), "{log}");
}

#[actix_web::test]
async fn waiting_times_are_told() {
    assert_eq!(ask(CITY, get("/busy")).await.header("retry-after"), "30");
    let away = ask(CITY, get("/api/v1/panic").cookie(cookie("sick"))).await;
    assert_eq!(
        (away.status, away.header("retry-after"), away.json()["code"].as_str()),
        (503, "2", Some("unavailable"))
    );
}

#[actix_web::test]
async fn the_clients_address_is_the_peers_unless_a_trusted_proxy_speaks() {
    assert_eq!(ask(CITY, get("/client").insert_header(("x-forwarded-for", "1.2.3.4"))).await.body, "203.0.113.9");
}

#[actix_web::test]
async fn a_problem_document_has_every_member_it_should() {
    let request = json("/api/v1/drafts", r#"{"title":1}"#).insert_header(("authorization", "Bearer requester"));
    let problem = ask(CITY, request.insert_header(("x-request-id", "the-id"))).await.json();
    let text = serde_json::to_string_pretty(&problem).unwrap();
    insta::assert_snapshot!(text, @r#"
    {
      "type": "/problems/invalid",
      "title": "There is a problem",
      "status": 422,
      "detail": "The field “title” is not as it must be: invalid type: integer `1`, expected a string (line 1, column 10).",
      "instance": "/api/v1/drafts",
      "code": "invalid",
      "request_id": "the-id",
      "errors": [
        {
          "field": "title",
          "code": "field_invalid",
          "message": "invalid type: integer `1`, expected a string (line 1, column 10)"
        }
      ]
    }
    "#);
}
