//! What was counted is what was answered: under load with an orderly stop, and, but for the last moment, after a kill.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::harness::begin;
use crate::harness::client::{IVAN, MARIA, Program};
use crate::harness::demo::Demo;
use crate::harness::process::Stop;

/// Callers at once.
const CALLERS: usize = 8;
/// How often usage is written in these tests.
const FLUSH: Duration = Duration::from_millis(250);
/// What a busy machine may need beside it.
const SLACK: Duration = Duration::from_millis(1_250);

fn settings() -> String {
    format!("[gate]\nflush_ms = {}\n[network]\nupstream_networks = ['127.0.0.0/8']\n", FLUSH.as_millis())
}

/// Calls of the demo's own key, by outcome.
async fn counted(demo: &Demo) -> BTreeMap<String, i64> {
    let maria = Program::of(demo, MARIA).await;
    let keys = maria.get("/keys").await.json();
    let keys = keys["items"].as_array().unwrap();
    let id = keys.iter().find(|key| key["name"] == "start card").unwrap()["id"].as_str().unwrap().to_owned();
    let ivan = Program::of(demo, IVAN).await;
    let sums = ivan.get(&format!("/usage?by=outcome&key={id}")).await.json();
    let sum = |each: &serde_json::Value| (each["of"].as_str().unwrap().to_owned(), each["calls"].as_i64().unwrap());
    sums["items"].as_array().unwrap().iter().map(sum).collect()
}

/// Calls from several callers at once until told to stop or the gate is gone; when each was answered, and how.
async fn load(gate: &str, key: &str, is_over: Arc<AtomicBool>) -> Vec<(std::time::Instant, u16)> {
    let caller = |_| {
        let (gate, key, is_over) = (gate.to_owned(), key.to_owned(), Arc::clone(&is_over));
        tokio::spawn(async move {
            let (client, mut answered) = (reqwest::Client::new(), Vec::new());
            while !is_over.load(Ordering::SeqCst) {
                let request = client.get(format!("{gate}/parking-occupancy/latest")).bearer_auth(&key);
                let Ok(answer) = request.send().await else { break };
                let status = answer.status().as_u16();
                if answer.bytes().await.is_err() {
                    break;
                }
                answered.push((begin(), status));
            }
            answered
        })
    };
    let all = futures_util::future::join_all((0..CALLERS).map(caller)).await;
    all.into_iter().flat_map(Result::unwrap).collect()
}

fn outcome(status: u16) -> &'static str {
    match status {
        200 => "ok",
        429 => "rate_limited",
        other => panic!("nobody expects {other}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_call_under_load_is_counted_once_with_its_outcome() {
    let demo = Demo::start(&settings());
    let (running, gate) = demo.another_gate();
    let before = counted(&demo).await;
    let is_over = Arc::new(AtomicBool::new(false));
    let loading = tokio::spawn({
        let (key, is_over) = (demo.key.clone(), Arc::clone(&is_over));
        async move { load(&gate, &key, is_over).await }
    });
    tokio::time::timeout(Duration::from_secs(2), std::future::pending::<()>()).await.unwrap_err();
    is_over.store(true, Ordering::SeqCst);
    let mut answered: BTreeMap<String, i64> = before;
    let calls = loading.await.unwrap();
    assert!(calls.len() > 100, "{} calls are no load", calls.len());
    for (_, status) in calls {
        *answered.entry(outcome(status).to_owned()).or_default() += 1;
    }
    // An orderly stop writes what is left.
    drop(running);
    assert_eq!(counted(&demo).await, answered);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_loses_no_more_than_the_last_interval() {
    let demo = Demo::start(&settings());
    let (running, gate) = demo.another_gate_stopped_by(Stop::Program("KILL"));
    let before: i64 = counted(&demo).await.values().sum();
    let is_over = Arc::new(AtomicBool::new(false));
    let loading = tokio::spawn({
        let key = demo.key.clone();
        async move { load(&gate, &key, is_over).await }
    });
    tokio::time::timeout(Duration::from_secs(4), std::future::pending::<()>()).await.unwrap_err();
    let killed_at = begin();
    drop(running);
    let calls = loading.await.unwrap();
    let counted = counted(&demo).await.values().sum::<i64>() - before;
    let all = i64::try_from(calls.len()).unwrap();
    let early = calls.iter().filter(|(at, _)| *at + FLUSH + SLACK < killed_at).count();
    let early = i64::try_from(early).unwrap();
    println!("{counted} of {all} calls were counted; {} lost", all - counted);
    assert!(counted >= early, "{counted} counted, {early} answered long before the kill");
    assert!(counted <= all + i64::try_from(CALLERS).unwrap(), "{counted} counted, {all} answered");
}
