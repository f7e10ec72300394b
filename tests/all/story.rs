//! The whole life of a key, from outside: the program as a city runs it, on each database, with a second gate.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::harness::databases::each_database;
use super::harness::files::TempFolder;
use super::harness::process::{Guarded, Stop};

const PROGRAM: &str = env!("CARGO_BIN_EXE_accord");
/// Calls after which the second gate must have learnt of a suspension.
const CALLS_MAX: usize = 20_000;

fn settings(folder: &Path, database: &str) -> String {
    let path = folder.join("settings.toml");
    let text = format!(
        "[database]\nurl = '{database}'\n[network]\nupstream_networks = ['127.0.0.0/8']\n[accounts]\n\
         argon2_memory_kib = 64\nargon2_iterations = 1\n[log]\nlevel = 'warn'\n"
    );
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

struct Portal {
    url: String,
    client: reqwest::Client,
}

impl Portal {
    async fn sign_in(&self, email: &str, password: &str) -> String {
        let login = json!({ "email": email, "password": password });
        let answer = self.client.post(format!("{}/api/v1/sessions", self.url)).json(&login).send().await.unwrap();
        assert_eq!(answer.status(), 201, "{email}");
        answer.json::<Value>().await.unwrap()["token"].as_str().unwrap().to_owned()
    }

    async fn get(&self, path: &str, token: &str) -> Value {
        let request = self.client.get(format!("{}/api/v1{path}", self.url)).bearer_auth(token);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.json().await.unwrap()
    }

    async fn post(&self, path: &str, token: &str, body: Value) -> (u16, Value) {
        let request = self.client.post(format!("{}/api/v1{path}", self.url)).bearer_auth(token).json(&body);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap_or_default())
    }

    async fn call(&self, gate: &str, key: &str) -> (u16, String) {
        let request = self.client.get(format!("{gate}/parking-occupancy/latest")).bearer_auth(key);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }
}

#[actix_web::test]
async fn a_suspension_stops_the_next_call_and_every_other_gate_and_the_auditor_sees_it() {
    for database in each_database() {
        let folder = TempFolder::new();
        let data = folder.path().join("data");
        let (data_text, settings) = (data.display().to_string(), settings(folder.path(), &database.url));
        let ready = |line: &str| serde_json::from_str::<Value>(line).ok().filter(|card| card["key"].is_string());
        let demo = [
            PROGRAM,
            "demo",
            "--json",
            "--data",
            &data_text,
            "--config",
            &settings,
            "--portal-port",
            "0",
            "--gate-port",
            "0",
        ];
        let (_demo, card) = Guarded::start(&demo, Stop::Program("TERM"), None, None, ready).unwrap();
        let home = data.join("demo").display().to_string();
        let gate = [PROGRAM, "gate", "--data", &home, "--config", &settings, "--port", "0"];
        let listening = |line: &str| line.strip_prefix("gate").map(|url| url.trim().trim_end_matches('/').to_owned());
        let (_gate, other) = Guarded::start(&gate, Stop::Program("TERM"), None, None, listening).unwrap();

        let text = |name: &str| card[name].as_str().unwrap().to_owned();
        let (first, key) = (text("gate"), text("key"));
        let portal = Portal { url: text("portal"), client: reqwest::Client::new() };
        for gate in [&first, &other] {
            let (status, body) = portal.call(gate, &key).await;
            assert_eq!(status, 200, "{}: {body}", database.kind);
            assert!(body.contains("FeatureCollection"));
        }
        let password = card["logins"][0]["password"].as_str().unwrap().to_owned();
        let maria = portal.sign_in("maria@people.example", &password).await;
        let rosa = portal.sign_in("rosa.marino@norwalk.example", &password).await;
        let ivan = portal.sign_in("ivan.petrov@norwalk.example", &password).await;
        let keys = portal.get("/keys", &maria).await;
        let keys = keys["items"].as_array().unwrap();
        let id = keys.iter().find(|key| key["name"] == "start card").unwrap()["id"].as_str().unwrap().to_owned();

        let wish = json!({ "target": "key", "target_id": id, "reason": "misuse", "explanation": "Too many calls." });
        let (status, _) = portal.post("/holds", &maria, wish.clone()).await;
        assert_eq!(status, 403, "a requester suspends nobody");
        let (status, hold) = portal.post("/holds", &rosa, wish).await;
        assert_eq!(status, 201, "{hold}");
        let (status, body) = portal.call(&first, &key).await;
        assert_eq!(status, 403, "the very next call: {body}");
        assert!(body.contains("key_suspended"), "{body}");
        let mut calls = 0;
        while portal.call(&other, &key).await.0 == 200 {
            calls += 1;
            assert!(calls < CALLS_MAX, "the other gate never learnt of the suspension");
        }
        let (status, _) = portal
            .post(&format!("/holds/{}/lift", hold["id"].as_str().unwrap()), &rosa, json!({ "text": "Mended." }))
            .await;
        assert_eq!(status, 200);
        assert_eq!(portal.call(&first, &key).await.0, 200);

        let entries = portal.get(&format!("/audit/entries?about=key&id={id}"), &ivan).await;
        let acts: Vec<_> = entries["items"].as_array().unwrap().iter().map(|entry| entry["act"].clone()).collect();
        assert!(acts.len() >= 3, "made, suspended, lifted: {acts:?}");
        let verify =
            Command::new(PROGRAM).args(["audit", "verify", "--data", &home, "--config", &settings]).output().unwrap();
        let said = String::from_utf8_lossy(&verify.stdout).into_owned();
        assert!(verify.status.success() && said.contains("the chain is whole"), "{said}");
    }
}
