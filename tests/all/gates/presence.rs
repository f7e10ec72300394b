//! Who looks after the service sees every gate of the city: real processes on one store, at work, killed and stopped.

use std::time::Duration;

use serde_json::Value;

use crate::harness::begin;
use crate::harness::client::{ADA, Program};
use crate::harness::databases::each_database;
use crate::harness::demo::Demo;
use crate::harness::process::Stop;

/// When a test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// The gates, once this is so of them.
async fn until(ada: &Program, is_so: impl Fn(&[Value]) -> bool) -> Vec<Value> {
    let begun = begin();
    loop {
        let system = ada.get("/system").await.json();
        let gates = system["gates"].as_array().cloned().unwrap_or_default();
        if is_so(&gates) {
            return gates;
        }
        assert!(begun.elapsed() < PATIENCE, "{system}");
    }
}

fn standing<'a>(gates: &'a [Value], address: &str) -> &'a str {
    let gate = gates.iter().find(|gate| gate["address"] == address);
    gate.and_then(|gate| gate["standing"].as_str()).unwrap_or_default()
}

#[actix_web::test]
async fn every_gate_on_the_store_is_seen_at_work_away_and_stopped() {
    for database in each_database() {
        let settings = format!(
            "[database]\nurl = '{}'\n[accounts]\nargon2_memory_kib = 64\nargon2_iterations = 1\n[network]\n\
             upstream_networks = ['127.0.0.0/8']\n[log]\nlevel = 'warn'\n",
            database.url,
        );
        let demo = Demo::start_with(&settings);
        let (first, stopped) = demo.another_gate();
        let (second, killed) = demo.another_gate_stopped_by(Stop::Program("KILL"));
        let ada = Program::of(&demo, ADA).await;
        let all = [demo.gate.as_str(), &stopped, &killed];
        let gates = until(&ada, |gates| all.iter().all(|gate| standing(gates, gate) == "at_work")).await;
        assert_eq!(gates.len(), 3, "{} {gates:?}", database.kind);
        for gate in &gates {
            let is_this = gate["address"] == demo.gate.as_str();
            assert_eq!((gate["is_this"].as_bool(), gate["is_alone"].as_bool()), (Some(is_this), Some(!is_this)));
            assert!(gate["keys"].as_u64() > Some(0) && gate["version"] == env!("CARGO_PKG_VERSION"), "{gate}");
            assert!(!gate["host"].as_str().unwrap().is_empty() && gate["counting"] == "alone", "{gate}");
        }
        let check = ada.get("/system").await.json()["audit_check"].clone();
        assert!(check["number"].as_i64() > Some(0) && check["fault"] == "", "{check}");
        drop((first, second));
        let gone = |gates: &[Value]| standing(gates, &stopped) == "stopped" && standing(gates, &killed) == "away";
        let gates = until(&ada, gone).await;
        assert_eq!(standing(&gates, &demo.gate), "at_work", "{}", database.kind);
        let findings = ada.get("/system").await.json()["findings"].clone();
        let missed = |one: &Value| one["part"] == "gates" && one["said"].as_str().unwrap().contains(&killed);
        assert!(findings.as_array().unwrap().iter().any(missed), "{findings}");
    }
}
