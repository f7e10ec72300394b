//! A hostile client at the running gate: the rules see it within ten seconds of what it does, and stop what must be
//! stopped, while an honest client beside it goes on.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::harness::begin;
use super::harness::demo::{Demo, PROGRAM};

/// From the last hostile call to the signal.
const BOUND: Duration = Duration::from_secs(10);
/// After which a test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

struct Hostile {
    demo: Demo,
    client: reqwest::Client,
    token: String,
}

impl Hostile {
    async fn start() -> Self {
        let demo = Demo::start("");
        let client = reqwest::Client::new();
        let login = json!({ "email": "ivan.petrov@norwalk.example", "password": demo.password });
        let answer = client.post(format!("{}/api/v1/sessions", demo.portal)).json(&login).send().await.unwrap();
        let token = answer.json::<Value>().await.unwrap()["token"].as_str().unwrap().to_owned();
        Self { demo, client, token }
    }

    /// Calls the gate and gives the status with the problem's code.
    async fn call(&self, path: &str) -> (u16, String) {
        let request = self.client.get(format!("{}/parking-occupancy/{path}", self.demo.gate));
        let answer = request.bearer_auth(&self.demo.key).send().await.unwrap();
        let status = answer.status().as_u16();
        let body: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default();
        (status, body["code"].as_str().unwrap_or_default().to_owned())
    }

    async fn probe(&self, times: usize) -> Instant {
        for _ in 0..times {
            assert_eq!(self.call("not/for/this/key").await.0, 403);
        }
        begin()
    }

    async fn signals(&self) -> Vec<Value> {
        let request = self.client.get(format!("{}/api/v1/signals", self.demo.portal)).bearer_auth(&self.token);
        let found: Value = request.send().await.unwrap().json().await.unwrap();
        found["items"].as_array().unwrap().clone()
    }
}

#[actix_web::test]
async fn a_hostile_client_is_seen_and_stopped_within_ten_seconds() {
    let hostile = Hostile::start().await;
    let hint = hostile.demo.key.chars().rev().take(4).collect::<Vec<_>>().into_iter().rev().collect::<String>();
    let is_about_it =
        |signal: &Value, rule: &str| signal["rule"] == rule && signal["key_hint"].as_str().unwrap().ends_with(&hint);
    let began = begin();
    let last = hostile.probe(60).await;
    while !hostile.signals().await.iter().any(|signal| is_about_it(signal, "outside-the-scopes")) {
        assert!(began.elapsed() < PATIENCE, "no signal: {:?}", hostile.signals().await);
    }
    assert!(last.elapsed() < BOUND, "seen after {:?}", last.elapsed());
    assert_eq!(hostile.call("latest").await.0, 200, "a warning stops nothing");

    let last = hostile.probe(1_000).await;
    while hostile.call("not/for/this/key").await.1 != "key_suspended" {
        assert!(began.elapsed() < PATIENCE, "never suspended: {:?}", hostile.signals().await);
    }
    assert!(last.elapsed() < BOUND, "stopped after {:?}", last.elapsed());
    assert_eq!(hostile.call("latest").await, (403, "key_suspended".to_owned()));
    let all = hostile.signals().await;
    let suspended = all.iter().find(|signal| is_about_it(signal, "search-for-a-way-in")).unwrap();
    assert_eq!((&suspended["taken"], &suspended["mode"]), (&json!("suspended"), &json!("live")));
    let home = hostile.demo.home().display().to_string();
    let replayed = std::process::Command::new(PROGRAM)
        .args(["rules", "replay", "--rule", "outside-the-scopes", "--since", "14d", "--data", &home])
        .output()
        .unwrap();
    let text = String::from_utf8(replayed.stdout).unwrap();
    assert!(text.contains(&hint) && text.contains("caught: 2 of"), "{text}");
}
