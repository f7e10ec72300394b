//! Token exchange, and tokens at every door.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::kit::{Answer, Gate, ScriptedUpstream, Setup};
use crate::domain::key::{KeyState, Revoker};
use crate::gate::grants::{GrantChange, HolderGrant, KeyGrant};
use crate::gate::testing::{
    ISSUER, SERVICE_SECRET, agreement, held, holder_id, key, key_id, key_text, noon, schedule, token_claims, token_key,
    token_with,
};

pub(super) const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");
pub(super) const PARKING: &str = "grant_type=client_credentials&resource=https%3A%2F%2Fgate.example%2Fparking";

pub(super) async fn gate() -> Gate {
    let upstream = ScriptedUpstream::plain().await;
    Setup::on(&upstream).trusting_loopback().start()
}

pub(super) fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

pub(super) fn ours() -> String {
    basic(&key_id(1).to_string(), &key_text(1))
}

pub(super) async fn exchange(gate: &Gate, body: &str) -> Answer {
    gate.send("POST", "/oauth/token", &[("Authorization", &ours()), FORM], body).await
}

pub(super) async fn token(gate: &Gate) -> String {
    let answer = exchange(gate, PARKING).await;
    answer.json()["access_token"].as_str().unwrap_or_else(|| panic!("{answer:?}")).to_owned()
}

async fn read(gate: &Gate, path: &str, token: &str) -> Answer {
    gate.send("GET", path, &[("Authorization", &format!("Bearer {token}"))], "").await
}

/// The outcome of a call with this token.
pub(super) async fn called(gate: &Gate, token: &str) -> String {
    read(gate, "/parking/latest", token).await.header("x-accord-outcome").unwrap_or_default().to_owned()
}

/// What a service finds that has the public keys and nothing else of ours.
async fn checked_offline(gate: &Gate, token: &str) -> Value {
    let keys = gate.send("GET", "/oauth/jwks", &[], "").await;
    let keys: jsonwebtoken::jwk::JwkSet = serde_json::from_str(&keys.body).unwrap();
    let head = jsonwebtoken::decode_header(token).unwrap();
    assert_eq!(head.typ.as_deref(), Some("at+jwt"));
    let key = jsonwebtoken::DecodingKey::from_jwk(keys.find(&head.kid.unwrap()).unwrap()).unwrap();
    let mut rules = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::ES256);
    rules.set_audience(&[format!("{ISSUER}/parking")]);
    rules.set_issuer(&[ISSUER]);
    rules.validate_exp = false;
    jsonwebtoken::decode::<Value>(token, &key, &rules).unwrap().claims
}

#[actix_web::test]
async fn a_key_is_exchanged_for_a_token_that_anybody_can_check_and_that_opens_the_dataset() {
    let upstream = ScriptedUpstream::plain().await;
    let gate = Setup::on(&upstream).start();
    let answer = exchange(&gate, PARKING).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!((answer.header("cache-control"), answer.header("pragma")), (Some("no-store"), Some("no-cache")));
    let issued = answer.json();
    let text = issued["access_token"].as_str().unwrap();
    assert_eq!(
        issued,
        json!({ "access_token": text, "token_type": "Bearer", "expires_in": 300, "scope": "parking:read" })
    );
    let claims = checked_offline(&gate, text).await;
    let now = noon().timestamp();
    assert_eq!(
        (&claims["iat"], &claims["exp"], &claims["agreement"]),
        (&json!(now), &json!(now + 300), &json!("DSA-2026-0017"))
    );
    assert_eq!((&claims["sub"], &claims["client_id"]), (&json!(key_id(1)), &json!(key_id(1))));
    assert_ne!(claims["jti"], checked_offline(&gate, &token(&gate).await).await["jti"]);
    let data = read(&gate, "/parking/latest", text).await;
    assert_eq!((data.status, data.body.as_str()), (200, "{\"free\":7}"));
    let seen = upstream.seen().remove(0);
    assert!(!seen.contains(text) && !seen.to_lowercase().contains("authorization"), "{seen}");
    assert!(seen.contains("x-accord-scopes: parking:read") && seen.contains(&key_id(1).to_string()), "{seen}");
    let drained = gate.drain();
    let mut counted: Vec<_> = drained
        .counts
        .iter()
        .map(|(of, count)| (of.key, of.operation.as_deref(), of.outcome.as_str(), count.requests))
        .collect();
    counted.sort();
    assert_eq!(counted, [(Some(key_id(1)), Some("oauth/token"), "ok", 2), (Some(key_id(1)), Some("read"), "ok", 1)]);
}

#[actix_web::test]
async fn a_token_opens_no_more_than_it_says_and_no_other_dataset() {
    let upstream = ScriptedUpstream::plain().await;
    let mut setup = Setup::on(&upstream);
    let both = ["parking:read".parse().unwrap(), "parking:write".parse().unwrap(), "noise:read".parse().unwrap()];
    setup.all.keys[0].scopes = both.to_vec();
    let noise = crate::gate::testing::dataset("noise", crate::domain::tier::Tier::Conditioned, &upstream.base_url);
    let write = crate::domain::scope::Operation::new(
        "write",
        vec![crate::domain::scope::Method::Post],
        vec!["/**".parse().unwrap()],
    );
    setup.all.datasets[0].operations.push(write.unwrap());
    setup.all.datasets.push(noise);
    setup.all.agreements[0].schedules[0].operations.push("write".to_owned());
    setup.all.agreements[0].schedules.push(schedule("noise", ""));
    let gate = setup.start();
    let whole = exchange(&gate, PARKING).await.json();
    assert_eq!(whole["scope"], json!("parking:read parking:write"));
    let narrow = exchange(&gate, &format!("{PARKING}&scope=parking:read")).await.json();
    let post = async |issued: &Value| {
        let bearer = format!("Bearer {}", issued["access_token"].as_str().unwrap());
        gate.send("POST", "/parking/latest", &[("Authorization", &bearer)], "").await
    };
    assert_eq!(post(&whole).await.status, 200);
    let denied = post(&narrow).await;
    assert_eq!((denied.status, denied.code().as_str()), (403, "scope_denied"));
    assert!(
        denied.header("www-authenticate").unwrap().contains("error=\"insufficient_scope\", scope=\"parking:write\"")
    );
    let text = narrow["access_token"].as_str().unwrap();
    assert_eq!(read(&gate, "/parking/latest", text).await.status, 200);
    for path in ["/noise/latest", "/weather/latest"] {
        let other = read(&gate, path, text).await;
        assert_eq!((other.status, other.code().as_str()), (401, "scope_denied"), "{path}");
        assert!(other.header("www-authenticate").unwrap().contains("error=\"invalid_token\""), "{path}");
    }
    // The key lost a scope after the token was issued.
    gate.apply(GrantChange::Key(Box::new(KeyGrant { scopes: vec!["noise:read".parse().unwrap()], ..key(1) })));
    assert_eq!(called(&gate, text).await, "scope_denied");
}

#[actix_web::test]
async fn whatever_stops_the_key_stops_its_tokens_with_the_next_call() {
    type Change = fn() -> GrantChange;
    let rows: [(&str, Change); 5] = [
        ("key_suspended", || GrantChange::Holder(HolderGrant { id: holder_id(), holds: held("misuse") })),
        ("agreement_ended", || {
            GrantChange::Agreement(Box::new(crate::gate::grants::AgreementGrant { is_live: false, ..agreement("") }))
        }),
        ("key_revoked", || {
            let state = KeyState::Revoked { at: noon(), by: Revoker::Possession, reason: "lost".to_owned() };
            GrantChange::Key(Box::new(KeyGrant { state, ..key(1) }))
        }),
        ("key_unknown", || GrantChange::KeyGone(key(1).digest)),
        ("key_unknown", || GrantChange::TokenKeys(vec![token_key(2, 0..720)])),
    ];
    for (outcome, change) in rows {
        let gate = gate().await;
        let text = token(&gate).await;
        assert_eq!(called(&gate, &text).await, "ok");
        gate.apply(change());
        assert_eq!(called(&gate, &text).await, outcome);
    }
    let gate = gate().await;
    let text = token(&gate).await;
    gate.clock.pass(304);
    gate.shared.confirm_fresh();
    assert_eq!(called(&gate, &text).await, "ok", "clocks may differ by a few seconds");
    gate.clock.pass(2);
    let over = read(&gate, "/parking/latest", &text).await;
    assert_eq!((over.status, over.code().as_str()), (401, "key_expired"));
    assert!(over.header("www-authenticate").unwrap().contains("error=\"invalid_token\""));
    for (what, text) in [("tampered", text.replacen("eyJ", "eyK", 1)), ("cut", text[..text.len() - 1].to_owned())] {
        let bad = read(&gate, "/parking/latest", &text).await;
        assert_eq!((bad.status, bad.code().as_str()), (401, "key_malformed"), "{what}");
    }
}

#[actix_web::test]
async fn keys_are_rotated_without_a_gap() {
    let upstream = ScriptedUpstream::plain().await;
    let mut setup = Setup::on(&upstream);
    let keys = || vec![token_key(1, -1..1), token_key(2, 1..3)];
    setup.all.token_keys = keys();
    let gate = setup.start();
    let kid = |text: &str| jsonwebtoken::decode_header(text).unwrap().kid.unwrap();
    let old = token(&gate).await;
    assert_eq!(kid(&old), keys()[0].jwk.kid);
    let published = gate.send("GET", "/oauth/jwks", &[], "").await;
    assert_eq!(published.header("cache-control"), Some("public, max-age=300"));
    assert_eq!(published.json()["keys"].as_array().unwrap().len(), 2, "the next is shown before it signs");
    assert!(!published.body.contains("\"d\""));
    let pass = |seconds| {
        gate.clock.pass(seconds);
        gate.shared.confirm_fresh();
    };
    pass(3_590);
    let last = token(&gate).await;
    pass(20);
    let new = token(&gate).await;
    assert_eq!((kid(&last), kid(&new)), (keys()[0].jwk.kid.clone(), keys()[1].jwk.kid.clone()));
    assert_eq!((called(&gate, &last).await, called(&gate, &new).await), ("ok".to_owned(), "ok".to_owned()));
    assert_eq!(checked_offline(&gate, &last).await["aud"], json!(format!("{ISSUER}/parking")));
    pass(270);
    assert_eq!(called(&gate, &last).await, "ok", "until its end");
    pass(320);
    assert_eq!(gate.send("GET", "/oauth/jwks", &[], "").await.json()["keys"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn forward_auth_and_verify_take_tokens_too() {
    let gate = gate().await;
    let text = token(&gate).await;
    let bearer = format!("Bearer {text}");
    let asked = async |uri: &str, credential: (&str, &str)| {
        let headers =
            [credential, ("X-Accord-Service", SERVICE_SECRET), ("X-Original-Method", "GET"), ("X-Original-URI", uri)];
        gate.send("GET", "/v1/forward-auth", &headers, "").await
    };
    let good = asked("/parking/latest", ("Authorization", &bearer)).await;
    assert_eq!((good.status, good.header("x-accord-scopes")), (200, Some("parking:read")));
    assert_eq!(asked("/weather/latest", ("Authorization", &bearer)).await.status, 401);
    assert_eq!(asked("/parking/latest", ("X-Api-Key", &text)).await.code(), "key_malformed", "a bearer token only");
    let service = format!("Bearer {SERVICE_SECRET}");
    let question = |dataset: &str| {
        json!({ "key": text, "dataset": dataset, "method": "GET", "path": "/latest", "address": "198.51.100.7" })
            .to_string()
    };
    let verify = async |body: String| {
        gate.send(
            "POST",
            "/v1/keys/verify",
            &[("Authorization", &service), ("Content-Type", "application/json")],
            &body,
        )
        .await
        .json()
    };
    let ruling = verify(question("parking")).await;
    assert_eq!((&ruling["outcome"], &ruling["key_id"]), (&json!("ok"), &json!(key_id(1))));
    assert_eq!(verify(question("weather")).await["outcome"], json!("scope_denied"));
}

#[actix_web::test]
async fn a_token_in_a_query_is_never_taken_and_never_travels_on() {
    let upstream = ScriptedUpstream::plain().await;
    let mut setup = Setup::on(&upstream);
    setup.all.datasets[0].allows_query_key = true;
    let gate = setup.start();
    let text = token(&gate).await;
    for name in ["api_key", "access_token"] {
        let got = gate.send("GET", &format!("/parking/latest?{name}={text}"), &[], "").await;
        assert_eq!(got.status, 401, "{name}");
    }
    assert_eq!(gate.send("GET", &format!("/parking/latest?api_key={}", key_text(1)), &[], "").await.status, 200);
    assert_eq!(read(&gate, &format!("/parking/latest?access_token={text}&page=2"), &text).await.status, 200);
    let seen = upstream.seen().join("\n");
    assert!(seen.contains("/latest?page=2 ") && !seen.contains(&text), "{seen}");
}

#[actix_web::test]
async fn a_service_learns_whether_a_token_is_good_now() {
    let gate = gate().await;
    let text = token(&gate).await;
    let service = format!("Bearer {SERVICE_SECRET}");
    let ask = async |token: &str| {
        gate.send(
            "POST",
            "/oauth/introspect",
            &[("Authorization", &service), FORM],
            &format!("token={token}&token_type_hint=access_token"),
        )
        .await
    };
    let good = ask(&text).await;
    assert_eq!((good.status, good.header("cache-control")), (200, Some("no-store")));
    let told = good.json();
    assert_eq!(
        (&told["active"], &told["token_type"], &told["scope"]),
        (&json!(true), &json!("Bearer"), &json!("parking:read"))
    );
    assert_eq!((&told["client_id"], &told["aud"]), (&json!(key_id(1)), &json!(format!("{ISSUER}/parking"))));
    let inactive = json!({ "active": false });
    let foreign = {
        let mut claims = token_claims();
        claims["iss"] = json!("https://other.example");
        token_with(&claims)
    };
    for (what, token) in [("a key", key_text(1)), ("nonsense", "x".repeat(100)), ("another issuer", foreign)] {
        assert_eq!(ask(&token).await.json(), inactive, "{what}");
    }
    gate.apply(GrantChange::Holder(HolderGrant { id: holder_id(), holds: held("misuse") }));
    assert_eq!(ask(&text).await.json(), inactive, "genuine, and suspended");
    for headers in
        [&[FORM][..], &[FORM, ("Authorization", &ours())], &[FORM, ("Authorization", &format!("Bearer {text}"))]]
    {
        let got = gate.send("POST", "/oauth/introspect", headers, &format!("token={text}")).await;
        assert_eq!((got.status, got.code().as_str()), (401, "service_unknown"));
    }
    let empty = gate.send("POST", "/oauth/introspect", &[("Authorization", &service), FORM], "token=").await;
    assert_eq!((empty.status, empty.code().as_str()), (400, "bad_form"));
}
