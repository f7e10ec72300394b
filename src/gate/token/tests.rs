//! What is read as a token and what is not.

use serde_json::{Value, json};

use super::*;
use crate::gate::testing::{ISSUER, key_id, key_text, noon, token_claims, token_key, token_of, token_with};

fn keys() -> TokenKeys {
    TokenKeys::of(vec![token_key(1, 0..1), token_key(2, -48..0), token_key(3, -48..-24)])
}

fn head() -> Value {
    json!({ "typ": "at+jwt", "alg": "ES256", "kid": token_key(1, 0..1).jwk.kid })
}

fn read(text: &str) -> Result<(KeyId, String), Unread> {
    let token = TokenReader::new(ISSUER).read(text, &keys(), noon())?;
    Ok((token.key, token.told.to_str().unwrap().to_owned()))
}

/// The good claims with one of them changed, or taken away by null.
fn claims(name: &str, value: Value) -> Value {
    let mut claims = token_claims();
    if value.is_null() {
        claims.as_object_mut().unwrap().remove(name);
    } else {
        claims[name] = value;
    }
    claims
}

#[test]
fn a_good_token_is_read_and_opens_what_it_says() {
    assert_eq!(read(&token_with(&token_claims())), Ok((key_id(1), "parking:read".to_owned())));
    let token = TokenReader::new(ISSUER).read(&token_with(&token_claims()), &keys(), noon()).unwrap();
    assert!(token.opens("read") && !token.opens("bulk") && &*token.dataset == "parking");
    // The key that signed until now still verifies; one that ended a day ago does not.
    let by = |number: u8, hours| {
        let kid = token_key(number, hours).jwk.kid;
        read(&token_of(&json!({ "typ": "at+jwt", "alg": "ES256", "kid": kid }), &token_claims(), number))
    };
    assert!(by(2, -48..0).is_ok());
    assert_eq!(by(3, -48..-24), Err(Unread::UnknownKey));
    assert_eq!(by(4, 0..1), Err(Unread::UnknownKey));
}

#[test]
fn a_head_that_is_not_ours_is_refused_whatever_it_promises() {
    let mut rows: Vec<(&str, Value)> = Vec::new();
    let changed = |name: &str, value: Value| {
        let mut head = head();
        head[name] = value;
        head
    };
    rows.push(("none", changed("alg", json!("none"))));
    rows.push(("None", changed("alg", json!("None"))));
    rows.push(("HS256", changed("alg", json!("HS256"))));
    rows.push(("ES384", changed("alg", json!("ES384"))));
    rows.push(("no type", json!({ "alg": "ES256", "kid": head()["kid"] })));
    rows.push(("another type", changed("typ", json!("JWT"))));
    rows.push(("no key", json!({ "typ": "at+jwt", "alg": "ES256" })));
    rows.push(("critical", changed("crit", json!(["exp"]))));
    rows.push(("its own key", changed("jwk", json!(token_key(5, 0..1).jwk))));
    rows.push(("a key elsewhere", changed("jku", json!("https://evil.example/jwks"))));
    rows.push(("not an object", json!("at+jwt")));
    for (what, head) in rows {
        assert_eq!(read(&token_of(&head, &token_claims(), 1)), Err(Unread::Malformed), "{what}");
    }
}

#[test]
fn no_signature_but_the_keys_own_is_taken() {
    let good = token_with(&token_claims());
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let other = token_of(&head(), &token_claims(), 2);
    // The confusion of algorithms: the public key, which everybody has, as the secret of an HMAC.
    let secret = serde_json::to_vec(&token_key(1, 0..1).jwk).unwrap();
    let hmac = jsonwebtoken::Header {
        typ: Some("at+jwt".into()),
        kid: head()["kid"].as_str().map(Into::into),
        ..jsonwebtoken::Header::default()
    };
    let hmac = jsonwebtoken::encode(&hmac, &token_claims(), &jsonwebtoken::EncodingKey::from_secret(&secret)).unwrap();
    let tampered = token_with(&claims("scope", json!("parking:bulk")));
    let tampered = format!("{}.{signature}", tampered.rsplit_once('.').unwrap().0);
    let rows = [
        ("another key's", other),
        ("HS256 by the public key", hmac),
        ("changed claims", tampered),
        ("none", format!("{signed}.")),
        ("zeros", format!("{signed}.{}", URL_SAFE_NO_PAD.encode([0; 64]))),
        ("short", format!("{signed}.{}", URL_SAFE_NO_PAD.encode([1; 32]))),
        ("padded", format!("{good}==")),
        ("a blank", format!("{signed}. {signature}")),
        ("four parts", format!("{good}.{signature}")),
        ("two parts", signed.to_owned()),
        ("too long", format!("{}.{}.{signature}", "e".repeat(5000), "x")),
    ];
    for (what, text) in rows {
        assert_eq!(read(&text), Err(Unread::Malformed), "{what}");
    }
    // Every single letter counts.
    for at in 0..good.len() {
        let mut bytes = good.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        assert!(read(std::str::from_utf8(&bytes).unwrap()).is_err(), "{at}");
    }
}

#[test]
fn claims_must_be_ones_that_this_gate_would_write() {
    let rows = [
        ("iss", json!("https://other.example")),
        ("iss", json!("https://gate.example/")),
        ("aud", json!("https://other.example/parking")),
        ("aud", json!("https://gate.example/")),
        ("aud", json!("https://gate.example/parking/x")),
        ("aud", json!(["https://gate.example/parking"])),
        ("aud", json!("https://gate.example/v1")),
        ("sub", json!("somebody")),
        ("client_id", json!(key_id(2))),
        ("scope", json!("")),
        ("scope", json!("parking:read  parking:read")),
        ("scope", json!("cameras:read")),
        ("scope", json!("read")),
        ("exp", json!(noon().timestamp() + 301)),
        ("exp", json!(noon().timestamp())),
        ("exp", json!("soon")),
        ("exp", json!(i64::MAX)),
        ("iat", json!(i64::MIN)),
    ];
    for (name, value) in rows {
        let text = token_with(&claims(name, value.clone()));
        assert_eq!(read(&text), Err(Unread::Malformed), "{name} {value}");
    }
    for name in ["iss", "aud", "sub", "client_id", "scope", "exp", "iat", "jti", "agreement"] {
        assert_eq!(read(&token_with(&claims(name, Value::Null))), Err(Unread::Malformed), "without {name}");
    }
}

#[test]
fn a_token_ends_with_its_time_and_with_its_key_also_when_it_was_read_before() {
    let reader = TokenReader::new(ISSUER);
    let text = token_with(&token_claims());
    let after = |seconds| noon() + chrono::TimeDelta::seconds(seconds);
    for (seconds, is_taken) in [(0, true), (299, true), (304, true), (305, false), (4000, false)] {
        let fresh = TokenReader::new(ISSUER).read(&text, &keys(), after(seconds));
        let again = reader.read(&text, &keys(), after(seconds));
        let expected = if is_taken { Ok(()) } else { Err(Unread::Expired(after(300))) };
        assert_eq!((fresh.map(drop), again.map(drop)), (expected, expected), "{seconds}");
    }
    assert_eq!(reader.read(&text, &TokenKeys::default(), noon()).map(drop), Err(Unread::UnknownKey), "withdrawn");
}

#[test]
fn what_is_remembered_is_bounded() {
    let reader = TokenReader::new(ISSUER);
    let keys = keys();
    let token = reader.read(&token_with(&token_claims()), &keys, noon()).unwrap();
    for number in 0..10_000_u32 {
        let digest = crate::domain::key::Digest::of(&number.to_string());
        reader.remember(digest, &token, noon());
        assert!(reader.len() <= 4096);
    }
}

#[test]
fn tokens_are_told_from_keys_and_other_texts_by_their_form() {
    let token = token_with(&token_claims());
    assert!(may_be(&token) && has_form(&token));
    assert!(
        has_form(&token_of(&json!({ "typ": "application/AT+JWT", "alg": "RS256" }), &json!({}), 1)),
        "of others too"
    );
    let plain = token_of(&json!({ "typ": "JWT", "alg": "ES256" }), &token_claims(), 1);
    for other in [key_text(1), plain, "x".repeat(200), "a.b.c".repeat(40), String::new()] {
        assert!(!has_form(&other), "{other}");
    }
    assert!(!may_be(&key_text(1)));
}

#[test]
fn a_private_key_that_is_not_the_public_ones_is_not_used() {
    let mut wrong = token_key(1, 0..1);
    wrong.private = token_key(2, 0..1).private;
    assert_eq!(format!("{:?}", TokenKeys::of(vec![wrong])), "[]");
    let shown = format!("{:?}", keys());
    assert!(shown.contains(&token_key(1, 0..1).jwk.kid) && !shown.contains("AQEB"), "{shown}");
}
