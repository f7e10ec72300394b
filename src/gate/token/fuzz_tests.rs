//! Mutations of tokens: of the text as sent, and of heads and claims that the right key signed.

use serde_json::{Value, json};

use super::form::{Form, client};
use super::*;
use crate::gate::testing::{ISSUER, noon, token_claims, token_key, token_with};
use crate::tests::fuzz::{files, lines, run};

const MARKS: [&[u8]; 22] = [
    b"\"",
    b":",
    b",",
    b"{",
    b"}",
    b"[",
    b"]",
    b"\\u0000",
    b"null",
    b"0",
    b"9999999999",
    b"-1",
    b"1780329600",
    b"noise",
    b"parking:read",
    b" ",
    b".",
    b"https://gate.example",
    b"/",
    b"\"aud\":",
    b"\"crit\":[],",
    b"eyJ",
];

fn keys() -> TokenKeys {
    TokenKeys::of(vec![token_key(1, 0..1)])
}

/// Head and claims as they are, signed by the key that is known.
fn signed(head: &[u8], claims: &[u8]) -> String {
    use p256::ecdsa::signature::Signer as _;
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(head), URL_SAFE_NO_PAD.encode(claims));
    let key = p256::ecdsa::SigningKey::from_slice(&[1; 32]).unwrap();
    let signature: p256::ecdsa::Signature = key.sign(signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
}

#[test]
fn a_mutated_text_is_never_taken() {
    let (keys, reader) = (keys(), TokenReader::new(ISSUER));
    let good = token_with(&token_claims());
    let mut corpus = lines("fuzz/token");
    corpus.extend((0..10).map(|_| good.clone().into_bytes()));
    let (taken, refused) = run(&corpus, &MARKS, 4_000, |input, _| {
        let Ok(text) = std::str::from_utf8(input) else { return false };
        let is_ours = has_form(text);
        let is_taken = reader.read(text, &keys, noon()).is_ok();
        assert!(!is_taken || text == good, "taken: {text}");
        assert!(!is_taken || (is_ours && may_be(text)));
        is_taken
    });
    assert!(taken >= 10 && refused > 1_000, "{taken} taken, {refused} refused: the run tells little");
}

#[test]
fn mutated_claims_that_are_taken_are_ours_whoever_signed() {
    let keys = keys();
    let head = json!({ "typ": "at+jwt", "alg": "ES256", "kid": token_key(1, 0..1).jwk.kid }).to_string();
    let (taken, refused) = run(&lines("fuzz/token"), &MARKS, 2_000, |input, _| {
        let text = signed(head.as_bytes(), input);
        let Ok(token) = TokenReader::new(ISSUER).read(&text, &keys, noon()) else { return false };
        let claims: Value = serde_json::from_slice(input).expect("what is taken is JSON");
        let dataset = claims["aud"].as_str().unwrap().strip_prefix("https://gate.example/").expect("of this gate");
        assert!(claims["iss"] == ISSUER && *dataset == *token.dataset && claims["sub"] == claims["client_id"]);
        assert_eq!(claims["sub"].as_str().unwrap().parse::<KeyId>().unwrap(), token.key);
        let (from, until) = (claims["iat"].as_i64().unwrap(), claims["exp"].as_i64().unwrap());
        assert!((1..=300).contains(&(until - from)) && until + 5 > noon().timestamp());
        let scopes = claims["scope"].as_str().unwrap();
        assert!(
            scopes.split(' ').all(|scope| scope.strip_prefix(dataset).is_some_and(|rest| rest.starts_with(':'))),
            "{scopes}"
        );
        true
    });
    assert!(taken > 20 && refused > 500, "{taken} taken, {refused} refused: the run tells little");
}

#[test]
fn a_mutated_head_is_taken_only_where_it_says_the_same() {
    let keys = keys();
    let kid = token_key(1, 0..1).jwk.kid;
    let claims = token_claims().to_string();
    let head = json!({ "typ": "at+jwt", "alg": "ES256", "kid": kid }).to_string().into_bytes();
    let more = json!({ "typ": "at+jwt", "alg": "none", "kid": kid, "jwk": {} }).to_string().into_bytes();
    let spaced = format!(
        "{0}{{ \"kid\" :{0}\"{kid}\" ,{0}\"alg\":\"ES\\u003256\",{0} \"typ\":\"at\\u002bjwt\" }}{0}",
        " ".repeat(40)
    );
    let spaced = spaced.into_bytes();
    let (taken, refused) = run(&[head, more, spaced], &MARKS, 1_500, |input, _| {
        let text = signed(input, claims.as_bytes());
        let is_taken = TokenReader::new(ISSUER).read(&text, &keys, noon()).is_ok();
        if is_taken {
            let head: Value = serde_json::from_slice(input).expect("what is taken is JSON");
            assert_eq!(head, json!({ "typ": "at+jwt", "alg": "ES256", "kid": kid }));
        }
        is_taken
    });
    assert!(taken > 5 && refused > 500, "{taken} taken, {refused} refused: the run tells little");
}

#[test]
fn a_mutated_form_is_read_once_or_refused() {
    let corpus: Vec<Vec<u8>> = files("fuzz/token")
        .into_iter()
        .flat_map(|(_, bytes)| bytes.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect::<Vec<_>>())
        .collect();
    let marks: [&[u8]; 10] =
        [b"&", b"=", b"%", b"+", b"%00", b"scope=", b"&scope=a", b"client_id=", b"client_secret=a", b"\xff"];
    let (taken, refused) = run(&corpus, &marks, 10_000, |input, _| {
        let Ok(form) = Form::read(input, "resource") else { return false };
        for name in ["grant_type", "scope", "client_id", "client_secret", "audience", "token"] {
            assert!(form.all(name).count() <= 1 && form.get(name) != Some(""), "{name}");
        }
        // Nothing but what the form says is believed of a client.
        let known = client(&hyper::HeaderMap::new(), &form);
        assert_eq!(known.is_ok(), form.get("client_id").is_some() && form.get("client_secret").is_some());
        known.is_ok()
    });
    assert!(taken > 100 && refused > 100, "{taken} taken, {refused} refused: the run tells little");
}
