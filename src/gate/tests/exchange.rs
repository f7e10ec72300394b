//! Token exchange: who gets a token, for what, and what the others are told.

use serde_json::json;

use super::kit::{ScriptedUpstream, Setup};
use super::tokens::{FORM, PARKING, basic, called, exchange, gate, ours, token};
use crate::domain::key::{KeyState, Revoker};
use crate::domain::net::CidrList;
use crate::domain::redaction::Rule;
use crate::gate::grants::{GrantChange, KeyGrant};
use crate::gate::testing::{ISSUER, agreement, held, instant, key, key_id, key_text, noon, token_key};

fn no_plates() -> Vec<Rule> {
    serde_json::from_value(json!([{ "path": "**.plate", "treatment": "drop" }])).unwrap()
}

#[actix_web::test]
async fn every_error_of_the_standard_has_its_form() {
    let upstream = ScriptedUpstream::plain().await;
    let mut setup = Setup::on(&upstream);
    setup.all.agreements[0].schedules[0].operations = vec!["read".to_owned(), "bulk".to_owned()];
    let gate = setup.start();
    let (ours, unknown) = (ours(), basic(&key_id(9).to_string(), &key_text(9)));
    let other_name = basic(&key_id(2).to_string(), &key_text(1));
    let bearer = format!("Bearer {}", key_text(1));
    let grant = "grant_type=client_credentials";
    let in_body = format!("{PARKING}&client_id={}&client_secret={}", key_id(1), key_text(1));
    let rows: [(&str, &str, &str, u16, &str); 26] = [
        ("no grant", &ours, "resource=https%3A%2F%2Fgate.example%2Fparking", 400, "invalid_request"),
        ("an empty grant", &ours, "grant_type=&scope=parking:read", 400, "invalid_request"),
        ("another grant", &ours, "grant_type=password&username=a", 400, "unsupported_grant_type"),
        ("twice", &ours, &format!("{PARKING}&{grant}"), 400, "invalid_request"),
        ("scope twice", &ours, &format!("{PARKING}&scope=parking:read&scope=parking:read"), 400, "invalid_request"),
        ("two ways", &ours, &in_body, 400, "invalid_request"),
        ("two names", &ours, &format!("{PARKING}&client_id=x"), 400, "invalid_request"),
        ("nobody", "", PARKING, 401, "invalid_client"),
        ("another scheme", &bearer, PARKING, 401, "invalid_client"),
        ("unknown", &unknown, PARKING, 401, "invalid_client"),
        ("not a key", &basic("a", "b"), PARKING, 401, "invalid_client"),
        ("another's name", &other_name, PARKING, 401, "invalid_client"),
        ("the key as its name", &basic(&key_text(1), &key_text(1)), PARKING, 401, "invalid_client"),
        ("half a name", &basic(&key_text(1)[..12], &key_text(1)), PARKING, 401, "invalid_client"),
        ("not asked for", &ours, grant, 400, "invalid_target"),
        ("another gate", &ours, &format!("{grant}&resource=https://other.example/parking"), 400, "invalid_target"),
        ("below a dataset", &ours, &format!("{PARKING}%2Flatest"), 400, "invalid_target"),
        ("two", &ours, &format!("{PARKING}&resource=https://gate.example/cameras"), 400, "invalid_target"),
        ("prohibited", &ours, &format!("{grant}&audience=cameras"), 400, "invalid_target"),
        ("not the key's", &ours, &format!("{grant}&audience=weather"), 400, "invalid_target"),
        ("unheard of", &ours, &format!("{grant}&audience=nothing"), 400, "invalid_target"),
        ("two that differ", &ours, &format!("{PARKING}&audience=cameras"), 400, "invalid_target"),
        ("more than the key has", &ours, &format!("{PARKING}&scope=parking:read+parking:bulk"), 400, "invalid_scope"),
        ("of another dataset", &ours, &format!("{PARKING}&scope=cameras:read"), 400, "invalid_scope"),
        ("no scope", &ours, &format!("{PARKING}&scope=everything"), 400, "invalid_scope"),
        ("two blanks", &ours, &format!("{PARKING}&scope=parking:read++parking:read"), 400, "invalid_scope"),
    ];
    for (what, authorization, body, status, error) in rows {
        let shown = [("Authorization", authorization), FORM];
        let headers = if authorization.is_empty() { &shown[1..] } else { &shown[..] };
        let got = gate.send("POST", "/oauth/token", headers, body).await;
        let told = got.json();
        assert_eq!((got.status, told["error"].as_str()), (status, Some(error)), "{what}: {got:?}");
        let description = told["error_description"].as_str().unwrap();
        assert!(
            description.bytes().all(|byte| (b' '..=b'~').contains(&byte) && byte != b'"' && byte != b'\\'),
            "{what}: {description}"
        );
        assert_eq!((got.header("cache-control"), got.header("pragma")), (Some("no-store"), Some("no-cache")), "{what}");
        assert_eq!(got.header("content-type"), Some("application/json"), "{what}");
        let challenge = got.header("www-authenticate").unwrap_or_default();
        assert_eq!(challenge.starts_with("Basic realm="), status == 401, "{what}: {challenge}");
    }
    let json = gate
        .send("POST", "/oauth/token", &[("Authorization", &ours), ("Content-Type", "application/json")], "{}")
        .await;
    assert_eq!((json.status, json.json()["error"].as_str()), (400, Some("invalid_request")));
    let in_address =
        gate.send("POST", &format!("/oauth/token?{PARKING}"), &[("Authorization", &ours), FORM], PARKING).await;
    assert_eq!((in_address.status, in_address.json()["error"].as_str()), (400, Some("invalid_request")));
    let read = gate.send("GET", "/oauth/token", &[], "").await;
    assert_eq!((read.status, read.header("allow")), (405, Some("POST")));
    assert!(gate.drain().counts.iter().all(|(of, _)| of.outcome.as_str() != "ok"));
}

#[actix_web::test]
async fn a_client_goes_by_its_id_or_what_its_page_shows_of_the_key() {
    let gate = gate().await;
    let text = key_text(1);
    let secret = text.rsplit('_').next().unwrap();
    let hint = format!("{}…{}", &secret[..4], &secret[32..]);
    for id in [key_id(1).to_string(), hint.clone(), text[..13].to_owned()] {
        let id: String = url::form_urlencoded::byte_serialize(id.as_bytes()).collect();
        let got = gate.send("POST", "/oauth/token", &[("Authorization", &basic(&id, &text)), FORM], PARKING).await;
        assert_eq!(got.status, 200, "{id}: {got:?}");
        let body = format!("{PARKING}&client_id={id}&client_secret={text}&audience=parking");
        assert_eq!(gate.send("POST", "/oauth/token", &[FORM], &body).await.status, 200, "{id}");
    }
    gate.apply(GrantChange::Key(Box::new(KeyGrant { scopes: vec!["parking:read".parse().unwrap()], ..key(1) })));
    assert_eq!(exchange(&gate, "grant_type=client_credentials").await.status, 200, "it opens one dataset only");
}

#[actix_web::test]
async fn what_stops_a_key_stops_the_exchange_and_says_why() {
    type Change = fn(&mut KeyGrant, &mut crate::gate::grants::AgreementGrant);
    let rows: [(&str, Change, u16, &str, &str); 8] = [
        ("held", |key, _| key.holds = held("misuse"), 400, "unauthorized_client", "key_suspended"),
        (
            "agreement held",
            |_, agreement| agreement.holds = held("misuse"),
            400,
            "unauthorized_client",
            "key_suspended",
        ),
        ("ended", |_, agreement| agreement.is_live = false, 400, "unauthorized_client", "agreement_ended"),
        ("expired", |key, _| key.expires_at = Some(noon()), 401, "invalid_client", "key_expired"),
        (
            "revoked",
            |key, _| key.state = KeyState::Revoked { at: noon(), by: Revoker::Possession, reason: "lost".to_owned() },
            401,
            "invalid_client",
            "key_revoked",
        ),
        (
            "elsewhere",
            |_, agreement| agreement.schedules[0].networks = CidrList::parse("192.0.2.0/24").unwrap(),
            400,
            "unauthorized_client",
            "network_denied",
        ),
        (
            "redacted",
            |_, agreement| agreement.schedules[0].redactions = no_plates(),
            400,
            "invalid_target",
            "scope_denied",
        ),
        (
            "its schedule is over",
            |_, agreement| agreement.schedules[0].ends_at = Some(noon()),
            400,
            "invalid_target",
            "scope_denied",
        ),
    ];
    for (what, change, status, error, outcome) in rows {
        let gate = gate().await;
        let (mut key, mut agreement) = (key(1), agreement(""));
        change(&mut key, &mut agreement);
        gate.apply(GrantChange::Agreement(Box::new(agreement)));
        gate.apply(GrantChange::Key(Box::new(key)));
        let got = exchange(&gate, PARKING).await;
        let told = got.json();
        assert_eq!(
            (got.status, &told["error"], &told["outcome"]),
            (status, &json!(error), &json!(outcome)),
            "{what}: {told}"
        );
        assert_eq!(got.header("x-accord-outcome"), Some(outcome));
    }
    // A gate that has not heard for long, and one that has nothing to sign with.
    let gate = gate().await;
    gate.apply(GrantChange::TokenKeys(Vec::new()));
    let none = exchange(&gate, PARKING).await;
    assert_eq!((none.status, &none.json()["error"]), (503, &json!("temporarily_unavailable")));
    gate.apply(GrantChange::TokenKeys(vec![token_key(1, 0..720)]));
    assert_eq!(exchange(&gate, PARKING).await.status, 200);
    gate.clock.pass(60);
    assert_eq!(exchange(&gate, PARKING).await.status, 503);
}

#[actix_web::test]
async fn a_token_never_outlives_what_it_is_issued_under_and_uses_no_quota() {
    let upstream = ScriptedUpstream::plain().await;
    let mut setup = Setup::on(&upstream);
    setup.all.agreements = vec![agreement("2/day")];
    setup.all.agreements[0].ends_at = Some(instant("2026-06-01T16:01:40.9Z"));
    let gate = setup.start();
    for _ in 0..5 {
        let issued = exchange(&gate, PARKING).await.json();
        assert_eq!(issued["expires_in"], json!(100));
    }
    let text = token(&gate).await;
    assert_eq!((called(&gate, &text).await, called(&gate, &text).await), ("ok".to_owned(), "ok".to_owned()));
    assert_eq!(called(&gate, &text).await, "quota_exhausted", "the calls are the agreement's");
    let mut rolled = key(1);
    rolled.state = KeyState::Superseded { successor: key_id(2), at: instant("2026-06-01T16:00:30Z") };
    gate.apply(GrantChange::Key(Box::new(rolled)));
    assert_eq!(exchange(&gate, PARKING).await.json()["expires_in"], json!(30));
}

#[actix_web::test]
async fn how_often_a_key_is_exchanged_is_bounded_and_others_are_not_in_its_way() {
    let upstream = ScriptedUpstream::plain().await;
    let mut setup = Setup::on(&upstream);
    setup.all.keys.push(key(2));
    let gate = setup.start();
    let mut passed = 0;
    let limited = loop {
        let got = exchange(&gate, PARKING).await;
        if got.status != 200 {
            break got;
        }
        passed += 1;
        // A key that changes meanwhile does not begin anew.
        gate.apply(GrantChange::Key(Box::new(key(1))));
        assert!(passed <= 60);
    };
    assert_eq!((passed, limited.status, &limited.json()["error"]), (60, 429, &json!("temporarily_unavailable")));
    assert_eq!((limited.header("retry-after"), limited.header("x-accord-outcome")), (Some("1"), Some("rate_limited")));
    let other = gate
        .send("POST", "/oauth/token", &[("Authorization", &basic(&key_id(2).to_string(), &key_text(2))), FORM], PARKING)
        .await;
    assert_eq!(other.status, 200);
    assert_eq!(gate.get("/parking/latest").await.status, 200, "nor its own calls");
}

#[actix_web::test]
async fn the_issuer_says_where_its_papers_are() {
    let gate = gate().await;
    let got = gate.send("GET", "/.well-known/oauth-authorization-server", &[], "").await;
    let told = got.json();
    assert_eq!((got.status, &told["issuer"]), (200, &json!(ISSUER)));
    assert_eq!(told["token_endpoint"], json!(format!("{ISSUER}/oauth/token")));
    assert_eq!(told["grant_types_supported"], json!(["client_credentials"]));
    for name in ["token_endpoint", "jwks_uri", "introspection_endpoint"] {
        let path = told[name].as_str().unwrap().strip_prefix(ISSUER).unwrap();
        assert_ne!(gate.send("GET", path, &[], "").await.status, 404, "{path}");
    }
    assert_eq!(gate.send("POST", "/oauth/jwks", &[], "").await.header("allow"), Some("GET, HEAD"));
    assert_eq!(gate.send("GET", "/oauth/else", &[], "").await.code(), "key_missing", "no dataset has this name");
}
