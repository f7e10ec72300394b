//! How fast a suspension reaches every gate: real processes, real databases, a ledger of limits beside them.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::begin;
use crate::harness::databases::each_database;
use crate::harness::demo::Demo;
use crate::harness::ledger::LedgerServer;

/// What is promised of 99 suspensions in 100.
const BOUND: Duration = Duration::from_secs(1);
/// When a test gives up.
const PATIENCE: Duration = Duration::from_secs(30);
/// Suspensions, each lifted again.
const ROUNDS: usize = 30;

struct City {
    client: reqwest::Client,
    portal: String,
    key: String,
}

impl City {
    async fn post(&self, path: &str, token: &str, body: Value) -> Value {
        let request = self.client.post(format!("{}/api/v1{path}", self.portal)).json(&body);
        let request = if token.is_empty() { request } else { request.bearer_auth(token) };
        let answer = request.send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.json().await.unwrap_or_default()
    }

    async fn get(&self, address: &str, token: &str) -> Value {
        self.client.get(address).bearer_auth(token).send().await.unwrap().json().await.unwrap()
    }

    async fn sign_in(&self, email: &str, password: &str) -> String {
        let login = json!({ "email": email, "password": password });
        self.post("/sessions", "", login).await["token"].as_str().unwrap().to_owned()
    }

    /// How long until a gate answers with this status.
    async fn until(&self, gate: &str, status: u16) -> Duration {
        let begun = begin();
        loop {
            let request = self.client.get(format!("{gate}/parking-occupancy/latest")).bearer_auth(&self.key);
            if request.send().await.unwrap().status().as_u16() == status {
                return begun.elapsed();
            }
            assert!(begun.elapsed() < PATIENCE, "{gate} never answered {status}");
        }
    }
}

#[actix_web::test]
async fn a_suspension_reaches_every_gate_within_a_second() {
    let ledger = LedgerServer::start();
    for database in each_database() {
        let settings = format!(
            "[database]\nurl = '{}'\n[limits]\nurl = '{}'\nname = '{}'\n[accounts]\nargon2_memory_kib = 64\n\
             argon2_iterations = 1\n[network]\nupstream_networks = ['127.0.0.0/8']\n[log]\nlevel = 'warn'\n",
            database.url,
            ledger.url(),
            database.kind,
        );
        let demo = Demo::start_with(&settings);
        let gates = [demo.another_gate(), demo.another_gate()];
        let city = City { client: reqwest::Client::new(), portal: demo.portal.clone(), key: demo.key.clone() };
        for (_, gate) in &gates {
            city.until(gate, 200).await;
        }
        // Whoever started last knows of all three at once; the others within a second or two.
        let counted = json!({ "counting": "together", "gates": 3 });
        let begun = begin();
        for gate in [&demo.gate, &gates[0].1, &gates[1].1] {
            while city.get(&format!("{gate}/readyz"), "").await["limits"] != counted {
                assert!(begun.elapsed() < PATIENCE, "{gate} does not count with the others");
            }
        }
        let maria = city.sign_in("maria@people.example", &demo.password).await;
        let rosa = city.sign_in("rosa.marino@norwalk.example", &demo.password).await;
        let keys = city.get(&format!("{}/api/v1/keys", city.portal), &maria).await;
        let keys = keys["items"].as_array().unwrap();
        let id = keys.iter().find(|key| key["name"] == "start card").unwrap()["id"].as_str().unwrap();
        let wish = json!({ "target": "key", "target_id": id, "reason": "misuse", "explanation": "A trial." });
        let mut waits = Vec::new();
        for _ in 0..ROUNDS {
            let hold = city.post("/holds", &rosa, wish.clone()).await;
            let heard = futures_util::future::join_all(gates.iter().map(|(_, gate)| city.until(gate, 403))).await;
            waits.extend(heard);
            let lift = format!("/holds/{}/lift", hold["id"].as_str().unwrap());
            city.post(&lift, &rosa, json!({ "text": "Mended." })).await;
            for (_, gate) in &gates {
                city.until(gate, 200).await;
            }
        }
        waits.sort_unstable();
        let at = |percent: usize| waits[(waits.len() * percent / 100).min(waits.len() - 1)];
        println!("{}: a suspension reached another gate after {:?} (p50), {:?} (p99)", database.kind, at(50), at(99));
        assert!(at(99) <= BOUND, "{:?}", at(99));
    }
}
