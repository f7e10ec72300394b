//! The store goes away under a running gate: it serves from memory up to its bound, then refuses what is restricted and
//! says why, and serves again by itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};

use crate::harness::begin;
use crate::harness::databases::TestDatabase;
use crate::harness::demo::Demo;

const PATIENCE: Duration = Duration::from_secs(60);

/// A wire to the database that can be cut: while it is, connections end and new ones are refused.
struct Wire {
    port: u16,
    is_cut: Arc<AtomicBool>,
    cut: Arc<tokio::sync::Notify>,
}

impl Wire {
    async fn to(target: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (is_cut, cut) = (Arc::new(AtomicBool::new(false)), Arc::new(tokio::sync::Notify::new()));
        let (is_cut_here, cut_here) = (Arc::clone(&is_cut), Arc::clone(&cut));
        tokio::spawn(async move {
            while let Ok((mut inside, _)) = listener.accept().await {
                if is_cut_here.load(Ordering::SeqCst) {
                    continue;
                }
                let (target, cut) = (target.clone(), Arc::clone(&cut_here));
                tokio::spawn(async move {
                    let mut outside = TcpStream::connect(target).await.unwrap();
                    tokio::select! {
                        () = cut.notified() => {}
                        _ = copy_bidirectional(&mut inside, &mut outside) => {}
                    }
                });
            }
        });
        Self { port, is_cut, cut }
    }

    fn cut(&self) {
        self.is_cut.store(true, Ordering::SeqCst);
        self.cut.notify_waiters();
    }

    fn mend(&self) {
        self.is_cut.store(false, Ordering::SeqCst);
    }
}

async fn call(gate: &str, path: &str, key: Option<&str>) -> (u16, Value) {
    let request = reqwest::Client::new().get(format!("{gate}/{path}"));
    let request = if let Some(key) = key { request.bearer_auth(key) } else { request };
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap_or_default())
}

/// A key for a dataset about which a manager had to decide.
async fn conditioned_key(demo: &Demo) -> String {
    let client = reqwest::Client::new();
    let login = json!({ "email": "lin.chen@university.example", "password": demo.password });
    let post = |path: String| client.post(format!("{}/api/v1{path}", demo.portal));
    let session: Value = post("/sessions".to_owned()).json(&login).send().await.unwrap().json().await.unwrap();
    let token = session["token"].as_str().unwrap();
    let mine = client.get(format!("{}/api/v1/agreements", demo.portal)).bearer_auth(token);
    let mine: Value = mine.send().await.unwrap().json().await.unwrap();
    let is_it = |each: &&Value| {
        let scopes = each["scopes"].as_array().unwrap();
        each["state"] == "executed" && scopes.iter().any(|scope| scope == "noise-levels:read")
    };
    let agreement = mine["items"].as_array().unwrap().iter().find(is_it).expect("an agreement about noise levels");
    let wish = json!({ "name": "trial", "scopes": ["noise-levels:read"] });
    let path = format!("/agreements/{}/keys", agreement["id"].as_str().unwrap());
    let made: Value = post(path).bearer_auth(token).json(&wish).send().await.unwrap().json().await.unwrap();
    made["text"].as_str().expect("a key").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gate_without_its_store_serves_up_to_its_bound_and_comes_back_by_itself() {
    let Some(database) = TestDatabase::postgres() else { return };
    let address = url::Url::parse(&database.url).unwrap();
    let wire = Wire::to(format!("{}:{}", address.host_str().unwrap(), address.port().unwrap_or(5432))).await;
    let mut wired = address.clone();
    wired.set_host(Some("127.0.0.1")).unwrap();
    wired.set_port(Some(wire.port)).unwrap();
    let settings = |url: &str| {
        format!(
            "[database]\nurl = '{url}'\nbusy_seconds = 1\nwait_seconds = 1\n[accounts]\nargon2_memory_kib = 64\n\
             argon2_iterations = 1\n[network]\nupstream_networks = ['127.0.0.0/8']\n[log]\nlevel = 'error'\n\
             [gate]\nstale_seconds = 3\n"
        )
    };
    // The city keeps its store; only the other gate's wire is cut.
    let demo = Demo::start_with(&settings(&database.url));
    let (_running, gate) = demo.another_gate_with(&settings(wired.as_str()));
    let key = conditioned_key(&demo).await;
    let (open, restricted) = ("parking-occupancy/latest", "noise-levels/latest");
    let begun = begin();
    while call(&gate, restricted, Some(&key)).await.0 != 200 {
        assert!(begun.elapsed() < PATIENCE, "it never heard of the new key");
    }

    wire.cut();
    assert_eq!(call(&gate, restricted, Some(&key)).await.0, 200, "it answers from memory");
    let begun = begin();
    let refusal = loop {
        let (status, body) = call(&gate, restricted, Some(&key)).await;
        // Asking faster than the agreement allows is refused for that alone.
        if status != 200 && status != 429 {
            break (status, body);
        }
        assert!(begun.elapsed() < PATIENCE, "it never refused");
    };
    assert_eq!((refusal.0, refusal.1["code"].as_str()), (503, Some("dataset_unavailable")), "{refusal:?}");
    assert!(refusal.1["detail"].as_str().unwrap().contains("has not heard of changes"), "{refusal:?}");
    let (status, ready) = call(&gate, "readyz", None).await;
    assert_eq!((status, &ready["fresh"]), (503, &Value::Bool(false)), "{ready}");
    assert_eq!(call(&gate, open, Some(&demo.key)).await.0, 200, "what needs no decision is served on");
    let of_the_city = call(&demo.gate, restricted, Some(&key)).await.0;
    assert_eq!(of_the_city, 200, "the city's own gate has its store");

    wire.mend();
    let begun = begin();
    while call(&gate, restricted, Some(&key)).await.0 != 200 {
        assert!(begun.elapsed() < PATIENCE, "it never came back");
    }
    assert_eq!(call(&gate, "readyz", None).await.0, 200);
}
