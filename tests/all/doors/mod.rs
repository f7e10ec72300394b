//! Forward-auth with the proxies that a city has: each example of `deploy/` is started as it stands there, before a feed
//! of the city, with the running program as its gate, and the same table of calls is made through each.

mod feed;
mod proxy;

use std::time::Duration;

use accord::domain::key::{KeyText, Mode};
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use self::feed::Feed;
use self::proxy::{CADDY, ENVOY, HAPROXY, NGINX, Places, Proxy, TRAEFIK};
use super::harness::client::{ADA, MARIA, Program, ROSA};
use super::harness::demo::Demo;

/// The address the client has; the proxies are at another, which the gate trusts.
const CLIENT: [u8; 4] = [127, 0, 0, 9];
/// An address that the client is not at.
const ELSEWHERE: &str = "203.0.113.5";
const LATEST: &str = "/feeds/parking/latest?a=1";

#[actix_web::test]
async fn nginx_asks_before_it_serves() {
    tell(&NGINX).await;
}

#[actix_web::test]
async fn envoy_asks_before_it_serves() {
    tell(&ENVOY).await;
}

#[actix_web::test]
async fn caddy_asks_before_it_serves() {
    tell(&CADDY).await;
}

#[actix_web::test]
async fn traefik_asks_before_it_serves() {
    tell(&TRAEFIK).await;
}

#[actix_web::test]
async fn haproxy_asks_before_it_serves() {
    tell(&HAPROXY).await;
}

async fn tell(proxy: &'static Proxy) {
    if !proxy.is_there() {
        return;
    }
    let demo = Demo::start("[network]\ntrusted_proxies = ['127.0.0.1/32']\n");
    let story = Story::begin(proxy, &demo).await;
    story.allowed().await;
    story.denied().await;
    story.limited().await;
    story.spoofed().await;
    story.without_its_credential(&demo).await;
    story.suspended().await;
    let folder = demo.stop();
    story.without_a_gate().await;
    drop(folder);
}

/// What came back through the proxy, and whether the feed was asked.
struct Told {
    status: u16,
    headers: HeaderMap,
    body: String,
    /// The request as the feed saw it, if it saw one.
    seen: Option<String>,
}

impl Told {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The value of a header that the feed saw; empty when it saw none.
    fn seen_header(&self, name: &str) -> String {
        let seen = self.seen.as_deref().unwrap_or_default();
        let values: Vec<&str> = seen
            .lines()
            .filter_map(|line| line.split_once(": "))
            .filter(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
            .collect();
        values.join("|")
    }
}

/// A key with its text.
struct Key {
    id: String,
    text: String,
}

struct Story {
    proxy: &'static Proxy,
    running: proxy::Running,
    feed: Feed,
    maria: Program,
    rosa: Program,
    agreement: String,
    key: Key,
}

impl Story {
    async fn begin(proxy: &'static Proxy, demo: &Demo) -> Self {
        let (maria, rosa) = (Program::of(demo, MARIA).await, Program::of(demo, ROSA).await);
        let ada = Program::of(demo, ADA).await;
        let made = ada.post("/services", &json!({ "name": proxy.name })).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let credential = made.json()["token"].as_str().unwrap().to_owned();
        let keys = maria.list("/keys").await;
        let card = keys.iter().find(|key| key["name"] == "start card").unwrap();
        let agreement = card["agreement"].as_str().unwrap().to_owned();
        let feed = Feed::start().await;
        let running = proxy.start(&Places { gate: gate_port(demo), feed: feed.port, credential: &credential }).await;
        let key = Key { id: card["id"].as_str().unwrap().to_owned(), text: demo.key.clone() };
        Self { proxy, running, feed, maria, rosa, agreement, key }
    }

    async fn new_key(&self, name: &str, limits: &[&str], networks: &[&str]) -> Key {
        let wish = json!({
            "name": name, "mode": "live", "scopes": ["parking-occupancy:read"], "limits": limits, "networks": networks,
        });
        let made = self.maria.post(&format!("/agreements/{}/keys", self.agreement), &wish).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let text = |name: &str| made.json()[name].as_str().unwrap().to_owned();
        Key { id: text("id"), text: text("text") }
    }

    async fn ask_at(&self, port: u16, method: &str, path: &str, headers: &[(&str, &str)]) -> Told {
        let before = self.feed.count();
        let client = reqwest::Client::builder().local_address(std::net::IpAddr::from(CLIENT));
        let client =
            client.redirect(reqwest::redirect::Policy::none()).timeout(Duration::from_secs(20)).build().unwrap();
        let mut request = client.request(method.parse().unwrap(), format!("http://127.0.0.1:{port}{path}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.unwrap_or_else(|error| panic!("{} {path}: {error:?}", self.proxy.name));
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let body = answer.text().await.unwrap();
        Told { status, headers, body, seen: self.feed.since(before) }
    }

    async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Told {
        self.ask_at(self.running.port, method, path, headers).await
    }

    async fn read_with(&self, key: &Key) -> Told {
        let bearer = format!("Bearer {}", key.text);
        self.ask("GET", LATEST, &[("Authorization", &bearer)]).await
    }

    fn is_served(&self, told: &Told, key: &Key) {
        let name = self.proxy.name;
        assert_eq!((told.status, told.body.as_str()), (200, feed::BODY), "{name}: {:?}", told.headers);
        let seen = told.seen.as_deref().unwrap_or_default();
        assert!(seen.starts_with("GET /latest?a=1 HTTP/1."), "{name}: {seen}");
        assert_eq!(told.seen_header("x-accord-key-id"), key.id, "{name}: {seen}");
        assert!(told.seen_header("x-accord-agreement").starts_with("DSA-"), "{name}: {seen}");
        assert!(told.seen_header("x-accord-scopes").contains("parking-occupancy:read"), "{name}: {seen}");
        assert!(!seen.contains(&key.text) && !seen.contains("acs_"), "{name}: {seen}");
        if self.proxy.tells_limits_of_served_calls {
            assert!(!told.header("ratelimit").is_empty(), "{name}: {:?}", told.headers);
            assert!(!told.header("ratelimit-policy").is_empty(), "{name}: {:?}", told.headers);
        }
    }

    fn is_refused(&self, told: &Told, status: u16, outcome: &str) {
        let name = self.proxy.name;
        let code = serde_json::from_str::<Value>(&told.body).unwrap_or_default()["code"].clone();
        let got = (told.status, told.header("x-accord-outcome"), code.as_str().unwrap_or_default());
        assert_eq!(got, (status, outcome, outcome), "{name}: {:?} {}", told.headers, told.body);
        assert_eq!(told.seen, None, "{name}: the feed was asked");
        let challenges = told.headers.get_all("www-authenticate").iter().count();
        assert_eq!(challenges, usize::from(status == 401), "{name}: {:?}", told.headers);
    }

    async fn allowed(&self) {
        self.is_served(&self.read_with(&self.key).await, &self.key);
        let told = self.ask("GET", LATEST, &[("X-Api-Key", &self.key.text), ("Cookie", "session=abc")]).await;
        self.is_served(&told, &self.key);
        assert_eq!(told.seen_header("cookie"), "");
    }

    async fn denied(&self) {
        self.is_refused(&self.ask("GET", LATEST, &[]).await, 401, "key_missing");
        let unknown = KeyText::make("nwk", Mode::Live, &[5; 32]).reveal();
        self.is_refused(&self.ask("GET", LATEST, &[("X-Api-Key", &unknown)]).await, 401, "key_unknown");
        let shown = [("X-Api-Key", self.key.text.as_str())];
        self.is_refused(&self.ask("GET", "/feeds/parking/elsewhere", &shown).await, 403, "scope_denied");
        self.is_refused(&self.ask("DELETE", "/feeds/parking/latest", &shown).await, 403, "scope_denied");
        let two = [shown[0], ("Authorization", "Bearer another")];
        self.is_refused(&self.ask("GET", LATEST, &two).await, 401, "key_malformed");
        let in_query = format!("{LATEST}&api_key={}", self.key.text);
        self.is_refused(&self.ask("GET", &in_query, &shown).await, 401, "key_malformed");
        // Nobody maps these, or two readers could read them differently; who refuses them differs.
        for path in
            ["/", "/elsewhere", "/latest", "/feeds/parkingx/latest", "/feeds/parking/%2Flatest", "/_accord/parking"]
        {
            let told = self.ask("GET", path, &shown).await;
            assert!((400..=404).contains(&told.status), "{} {path}: {}", self.proxy.name, told.status);
            assert_eq!(told.seen, None, "{} {path}", self.proxy.name);
        }
    }

    async fn limited(&self) {
        let key = self.new_key("a slow one", &["1/minute"], &[]).await;
        self.is_served(&self.read_with(&key).await, &key);
        let told = self.read_with(&key).await;
        self.is_refused(&told, 429, "rate_limited");
        let wait: u64 = told.header("retry-after").parse().unwrap();
        assert!((1..=60).contains(&wait), "{}: {wait}", self.proxy.name);
        assert!(told.header("ratelimit").contains("r=0"), "{}: {:?}", self.proxy.name, told.headers);
        assert!(!told.header("ratelimit-policy").is_empty(), "{}: {:?}", self.proxy.name, told.headers);
    }

    /// What a client claims about itself, or as if it were the proxy, changes nothing and reaches nobody.
    async fn spoofed(&self) {
        let claims = [
            ("X-Accord-Key-Id", "forged"),
            ("X-Accord-Agreement", "forged"),
            ("X-Accord-Scopes", "forged"),
            ("X-Accord-Outcome", "forged"),
            ("X-Accord-Status", "200"),
            ("X-Accord-Service", "forged"),
            ("X-Accord-Setup", "dataset=forged"),
            ("X-Original-Method", "GET"),
            ("X-Original-URI", "/feeds/parking/latest?forged"),
            ("X-Forwarded-Method", "GET"),
            ("X-Forwarded-Uri", "/feeds/parking/latest?forged"),
            ("X-Forwarded-For", ELSEWHERE),
            ("Forwarded", "for=203.0.113.5"),
            ("X-Request-Id", "forged-request-id"),
        ];
        let with = |key: &str| [&claims[..], &[("X-Api-Key", key)]].concat().into_iter().map(owned).collect::<Vec<_>>();
        let ask = async |method: &str, path: &str, headers: Vec<(String, String)>| {
            let headers: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            self.ask(method, path, &headers).await
        };
        let told = ask("GET", LATEST, with(&self.key.text)).await;
        self.is_served(&told, &self.key);
        let seen = told.seen.as_deref().unwrap_or_default();
        assert!(!seen.contains("forged") && !seen.contains(ELSEWHERE), "{}: {seen}", self.proxy.name);
        for gone in ["x-accord-service", "x-accord-setup", "x-accord-status", "x-original-uri"] {
            assert_eq!(told.seen_header(gone), "", "{}: {gone}: {seen}", self.proxy.name);
        }
        let told = ask("GET", "/feeds/parking/elsewhere", with(&self.key.text)).await;
        self.is_refused(&told, 403, "scope_denied");
        let told = ask("DELETE", "/feeds/parking/latest", with(&self.key.text)).await;
        self.is_refused(&told, 403, "scope_denied");
        self.is_refused(&ask("GET", LATEST, claims.map(owned).to_vec()).await, 401, "key_missing");
        let near = self.new_key("at home only", &[], &[&format!("{ELSEWHERE}/32")]).await;
        self.is_refused(&ask("GET", LATEST, with(&near.text)).await, 403, "network_denied");
        let here = self.new_key("here only", &[], &["127.0.0.9/32"]).await;
        self.is_served(&ask("GET", LATEST, with(&here.text)).await, &here);
    }

    async fn without_its_credential(&self, demo: &Demo) {
        let places = Places { gate: gate_port(demo), feed: self.feed.port, credential: "acs_not_one_of_ours" };
        let other = self.proxy.start(&places).await;
        let told = self.ask_at(other.port, "GET", LATEST, &[("X-Api-Key", &self.key.text)]).await;
        assert_eq!((told.status, &told.seen), (403, &None), "{}: {}", self.proxy.name, told.body);
    }

    async fn suspended(&self) {
        let key = self.new_key("one that misbehaves", &[], &[]).await;
        self.is_served(&self.read_with(&key).await, &key);
        let wish =
            json!({ "target": "key", "target_id": key.id, "reason": "misuse", "explanation": "Too many calls." });
        let hold = self.rosa.post("/holds", &wish).await;
        assert_eq!(hold.status, 201, "{}", hold.body);
        self.is_refused(&self.read_with(&key).await, 403, "key_suspended");
        self.is_served(&self.read_with(&self.key).await, &self.key);
    }

    async fn without_a_gate(&self) {
        let told = self.read_with(&self.key).await;
        assert!((500..=504).contains(&told.status), "{}: {}", self.proxy.name, told.status);
        assert_eq!(told.seen, None, "{}", self.proxy.name);
    }
}

fn owned((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

fn gate_port(demo: &Demo) -> u16 {
    demo.gate.rsplit_once(':').and_then(|(_, port)| port.trim_end_matches('/').parse().ok()).unwrap()
}
