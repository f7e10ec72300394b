//! Access tokens from outside: got from the running program, taken by a second gate, stopped with the key, and refused
//! everywhere after an emergency.

use std::net::TcpListener;
use std::process::Command;

use reqwest::Client;
use serde_json::{Value, json};

use super::harness::client::{MARIA, Program, ROSA};
use super::harness::demo::{Demo, PROGRAM};
use super::harness::process::{Guarded, Stop};

/// Calls after which another gate must have learnt of a change.
const CALLS_MAX: usize = 20_000;

/// A client of the gates with the key of the start card.
struct Caller {
    client: Client,
    key_id: String,
    key: String,
}

impl Caller {
    async fn exchange(&self, gate: &str) -> (u16, Value) {
        let form = [("grant_type", "client_credentials"), ("audience", "parking-occupancy")];
        let request =
            self.client.post(format!("{gate}/oauth/token")).basic_auth(&self.key_id, Some(&self.key)).form(&form);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    async fn token(&self, gate: &str) -> String {
        let (status, issued) = self.exchange(gate).await;
        assert_eq!(status, 200, "{issued}");
        issued["access_token"].as_str().unwrap().to_owned()
    }

    async fn call(&self, gate: &str, token: &str) -> (u16, String) {
        let answer =
            self.client.get(format!("{gate}/parking-occupancy/latest")).bearer_auth(token).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// Calls until the gate answers with this status.
    async fn until(&self, gate: &str, token: &str, status: u16) -> String {
        let mut last = String::new();
        for _ in 0..CALLS_MAX {
            let (found, body) = self.call(gate, token).await;
            if found == status {
                return body;
            }
            last = format!("{found}: {body}");
        }
        panic!("{gate} still answers {last}");
    }

    async fn kids(&self, gate: &str) -> Vec<String> {
        let keys: Value = self.client.get(format!("{gate}/oauth/jwks")).send().await.unwrap().json().await.unwrap();
        keys["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
    }
}

/// A second gate on the store of the demonstration, which takes the first one's tokens for its own.
fn second_gate(demo: &Demo) -> (Guarded, String) {
    let home = demo.home().display().to_string();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let issuer = format!("ACCORD_GATE__PUBLIC_URL={}", demo.gate);
    let opened = "ACCORD_NETWORK__UPSTREAM_NETWORKS=127.0.0.0/8";
    let gate = ["env", &issuer, opened, PROGRAM, "gate", "--data", &home, "--port", &port];
    let listening = |line: &str| line.starts_with("gate").then_some(());
    let (gate, ()) = Guarded::start(&gate, Stop::Program("TERM"), None, None, listening).unwrap();
    (gate, format!("http://127.0.0.1:{port}"))
}

#[actix_web::test]
async fn a_token_is_good_at_every_gate_until_its_key_is_stopped_or_the_signing_key_withdrawn() {
    let demo = Demo::start("");
    let (_gate, other) = second_gate(&demo);
    let keys = Program::of(&demo, MARIA).await.list("/keys").await;
    let key_id = keys.iter().find(|key| key["name"] == "start card").unwrap()["id"].as_str().unwrap().to_owned();
    let caller = Caller { client: Client::new(), key_id: key_id.clone(), key: demo.key.clone() };

    let about =
        caller.client.get(format!("{}/.well-known/oauth-authorization-server", demo.gate)).send().await.unwrap();
    let about: Value = about.json().await.unwrap();
    assert_eq!(
        (&about["issuer"], &about["token_endpoint"]),
        (&json!(demo.gate), &json!(format!("{}/oauth/token", demo.gate)))
    );
    let token = caller.token(&demo.gate).await;
    for gate in [&demo.gate, &other] {
        let (status, body) = caller.call(gate, &token).await;
        assert_eq!(status, 200, "{gate}: {body}");
    }
    let from_other = caller.token(&other).await;
    assert_eq!(caller.call(&demo.gate, &from_other).await.0, 200, "and the other way round");

    let rosa = Program::of(&demo, ROSA).await;
    let wish = json!({ "target": "key", "target_id": key_id, "reason": "misuse", "explanation": "Too many calls." });
    let hold = rosa.post("/holds", &wish).await;
    assert_eq!(hold.status, 201, "{}", hold.body);
    let (status, body) = caller.call(&demo.gate, &token).await;
    assert!(status == 403 && body.contains("key_suspended"), "the very next call: {status} {body}");
    assert!(caller.until(&other, &token, 403).await.contains("key_suspended"));
    assert_eq!(caller.exchange(&other).await.1["error"], json!("unauthorized_client"));
    let lifted =
        rosa.post(&format!("/holds/{}/lift", hold.json()["id"].as_str().unwrap()), &json!({ "text": "Mended." })).await;
    assert_eq!(lifted.status, 200);
    caller.until(&other, &token, 200).await;

    let before = caller.kids(&demo.gate).await;
    assert_eq!(before, caller.kids(&other).await);
    let home = demo.home().display().to_string();
    let rotated =
        Command::new(PROGRAM).args(["tokens", "rotate", "--reason", "A backup was lost.", "--data", &home]).output();
    let rotated = rotated.unwrap();
    let kid = String::from_utf8(rotated.stdout).unwrap().trim().to_owned();
    assert!(rotated.status.success() && !before.contains(&kid), "{}", String::from_utf8_lossy(&rotated.stderr));
    for gate in [&demo.gate, &other] {
        assert!(caller.until(gate, &token, 401).await.contains("key_unknown"));
        assert_eq!(caller.kids(gate).await.join(" "), kid, "the old key is gone at once");
        let fresh = caller.token(gate).await;
        caller.until(gate, &fresh, 200).await;
    }
    let entries =
        Program::of(&demo, super::harness::client::IVAN).await.list("/audit/entries?act=token_key.withdraw").await;
    let withdrawn = entries.iter().find(|entry| entry["act"] == "token_key.withdraw").unwrap();
    assert_eq!(withdrawn["reason"], "A backup was lost.");
}
