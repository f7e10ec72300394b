//! Every state of a key against every command, and what a key may never become.

use proptest::prelude::*;
use uuid::Uuid;

use super::*;

fn now() -> Instant {
    "2026-06-01T12:00:00Z".parse().unwrap()
}

fn days(count: i64) -> Instant {
    now() + TimeDelta::days(count)
}

fn scopes(texts: &[&str]) -> Vec<Scope> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn key(state: KeyState, expires_at: Option<Instant>) -> Key {
    Key {
        id: KeyId::from_uuid(Uuid::from_u128(1)),
        agreement: AgreementId::from_uuid(Uuid::from_u128(2)),
        name: "Map".into(),
        mode: Mode::Live,
        hint: "abcd…wxyz".into(),
        digest: Digest::of("old"),
        scopes: scopes(&["parking:read", "parking:history"]),
        limits: Limits::parse("10/second, 100/day").unwrap(),
        networks: CidrList::default(),
        expires_at,
        state,
        predecessor: None,
        lineage: KeyId::from_uuid(Uuid::from_u128(1)),
        version: 3,
        created_at: days(-30),
    }
}

fn other() -> KeyId {
    KeyId::from_uuid(Uuid::from_u128(9))
}

fn moved() -> AgreementId {
    AgreementId::from_uuid(Uuid::from_u128(3))
}

fn successor() -> Successor {
    Successor {
        id: other(),
        hint: "new".into(),
        digest: Digest::of("new"),
        scopes: None,
        limits: None,
        expires_at: None,
    }
}

fn roll_to(successor: Successor, overlap_days: u8) -> KeyCommand {
    KeyCommand::Roll { successor: Box::new(successor), overlap_days }
}

fn account() -> AccountId {
    AccountId::from_uuid(Uuid::from_u128(5))
}

/// Every state at the instant `now`, with and without time left.
fn states() -> Vec<(&'static str, Key)> {
    let revoked = KeyState::Revoked { at: days(-1), by: Revoker::Possession, reason: "lost".into() };
    let superseded = |at| KeyState::Superseded { at, successor: other() };
    vec![
        ("active", key(KeyState::Active, Some(days(10)))),
        ("active, past expiry", key(KeyState::Active, Some(now()))),
        ("overlapping", key(superseded(days(2)), Some(days(10)))),
        ("overlapping, past expiry", key(superseded(days(2)), Some(days(-1)))),
        ("superseded", key(superseded(now()), Some(days(10)))),
        ("revoked", key(revoked, Some(days(10)))),
        ("expired", key(KeyState::Expired { at: days(-1) }, Some(days(-1)))),
    ]
}

fn commands() -> Vec<(&'static str, KeyCommand)> {
    vec![
        ("roll", roll_to(successor(), 2)),
        ("revoke", KeyCommand::Revoke { by: Revoker::Holder(account()), reason: "leaked".into() }),
        ("kill", KeyCommand::Kill),
        ("restrict", KeyCommand::Restrict { networks: CidrList::parse("192.0.2.0/24").unwrap() }),
        ("rename", KeyCommand::Rename { name: " Survey ".into() }),
        ("carry", KeyCommand::Carry { to: moved(), scopes: scopes(&["parking:read", "x:y"]), ends_at: None }),
        ("expire", KeyCommand::Expire),
    ]
}

#[test]
fn every_state_answers_every_command_as_the_table_says() {
    // Columns: roll, revoke, kill, restrict, rename, carry, expire; what the state becomes, or the refusal's code.
    let table = [
        ("active", ["superseded", "revoked", "revoked", "active", "active", "active", "!key_not_due"]),
        (
            "active, past expiry",
            ["!key_ended", "!key_ended", "!key_ended", "!key_ended", "!key_ended", "!key_ended", "expired"],
        ),
        (
            "overlapping",
            ["!key_already_rolled", "revoked", "revoked", "superseded", "superseded", "superseded", "!key_not_due"],
        ),
        (
            "overlapping, past expiry",
            ["!key_ended", "!key_ended", "!key_ended", "!key_ended", "!key_ended", "!key_ended", "expired"],
        ),
        (
            "superseded",
            ["!key_ended", "!key_ended", "!key_ended", "!key_ended", "!key_ended", "!key_ended", "!key_not_due"],
        ),
        ("revoked", ["!key_ended", "!key_ended", "!key_ended", "!key_ended", "!key_ended", "!key_ended", "!key_ended"]),
        ("expired", ["!key_ended", "!key_ended", "!key_ended", "!key_ended", "!key_ended", "!key_ended", "!key_ended"]),
    ];
    for ((state, key), (row, expected)) in states().into_iter().zip(table) {
        assert_eq!(state, row);
        for ((name, command), expected) in commands().into_iter().zip(expected) {
            let found = match key.decide(command, false, now()) {
                Ok(change) => {
                    assert_eq!(change.key.version, key.version + 1, "{state} {name}");
                    assert_eq!(change.key.name, if name == "rename" { "Survey" } else { "Map" }, "{state} {name}");
                    assert_eq!(change.successor.is_some(), name == "roll", "{state} {name}");
                    serde_json::to_value(&change.key.state).unwrap()["state"].as_str().unwrap().to_owned()
                }
                Err(refusal) => format!("!{}", refusal.code),
            };
            assert_eq!(found, expected, "{state} {name}");
        }
    }
}

#[test]
fn a_hold_stops_a_roll_and_nothing_that_ends_the_key() {
    let key = key(KeyState::Active, None);
    assert_eq!(key.decide(roll_to(successor(), 0), true, now()).unwrap_err().code, "key_held");
    assert!(key.decide(KeyCommand::Kill, true, now()).is_ok());
    let revoke = KeyCommand::Revoke { by: Revoker::Office(account()), reason: "clause 4".into() };
    assert!(key.decide(revoke, true, now()).is_ok());
}

#[test]
fn a_key_carried_to_the_next_agreement_keeps_no_more_than_that_one_allows() {
    let old = key(KeyState::Active, Some(days(10)));
    let carry = |allowed: &[&str], ends_at| {
        let command = KeyCommand::Carry { to: moved(), scopes: scopes(allowed), ends_at };
        old.decide(command, true, now()).map(|change| (change.key.agreement, change.key.scopes, change.key.expires_at))
    };
    assert_eq!(carry(&["parking:read"], None), Ok((moved(), scopes(&["parking:read"]), Some(days(10)))));
    let same = scopes(&["parking:read", "parking:history"]);
    assert_eq!(carry(&["parking:read", "parking:history"], Some(days(5))), Ok((moved(), same, None)));
    assert_eq!(carry(&["noise:read"], None).unwrap_err().code, "key_scope_exceeds");
}

#[test]
fn the_overlap_is_nought_to_seven_days() {
    let key = key(KeyState::Active, None);
    for (overlap, ends) in [(0, Some(now())), (7, Some(days(7))), (8, None)] {
        let rolled = key.decide(roll_to(successor(), overlap), false, now());
        assert_eq!(rolled.ok().and_then(|change| change.key.ends_at()), ends, "{overlap}");
    }
}

#[test]
fn a_successor_keeps_what_its_predecessor_had() {
    let old = key(KeyState::Active, Some(days(10)));
    let new = old.decide(roll_to(successor(), 1), false, now()).unwrap().successor.unwrap();
    assert_eq!((new.id, new.predecessor, new.lineage, new.version), (other(), Some(old.id), old.lineage, 1));
    assert_eq!((&new.scopes, &new.limits, new.expires_at), (&old.scopes, &old.limits, old.expires_at));
    assert_eq!((new.digest, &new.networks), (Digest::of("new"), &old.networks));
}

#[test]
fn a_successor_is_never_wider_than_its_predecessor() {
    let old = key(KeyState::Active, Some(days(10)));
    let limits = |text: &str| Some(Limits::parse(text).unwrap());
    let cases = [
        (Successor { scopes: Some(scopes(&["parking:read"])), ..successor() }, None),
        (Successor { scopes: Some(scopes(&["noise:read"])), ..successor() }, Some("key_scope_exceeds")),
        (Successor { scopes: Some(vec![]), ..successor() }, Some("key_scope_exceeds")),
        (Successor { limits: limits("5/second, 100/day, 1/minute"), ..successor() }, None),
        (Successor { limits: limits("11/second, 100/day"), ..successor() }, Some("key_limit_exceeds")),
        (Successor { limits: limits("10/second"), ..successor() }, Some("key_limit_exceeds")),
        (Successor { limits: limits(""), ..successor() }, Some("key_limit_exceeds")),
        (Successor { limits: limits("10/second burst 11, 100/day"), ..successor() }, Some("key_limit_exceeds")),
        (Successor { expires_at: Some(days(9)), ..successor() }, None),
        (Successor { expires_at: Some(days(11)), ..successor() }, Some("key_expiry_exceeds")),
        (Successor { expires_at: Some(now()), ..successor() }, Some("key_expiry_past")),
    ];
    for (new, refused) in cases {
        let found = old.decide(roll_to(new.clone(), 1), false, now()).err().map(|refusal| refusal.code);
        assert_eq!(found, refused, "{new:?}");
    }
}

#[test]
fn a_key_is_issued_only_within_its_agreement() {
    let allowed = scopes(&["parking:read", "noise:read"]);
    let schedule = [Limits::parse("10/second").unwrap()];
    let allowance = Allowance { scopes: &allowed, limits: &schedule, ends_at: Some(days(30)) };
    let new = || NewKey {
        id: other(),
        agreement: AgreementId::from_uuid(Uuid::from_u128(2)),
        name: " Map ".into(),
        mode: Mode::Test,
        hint: "h".into(),
        digest: Digest::of("x"),
        scopes: scopes(&["parking:read"]),
        limits: Limits::default(),
        networks: CidrList::default(),
        expires_at: None,
    };
    let issued = Key::issue(new(), &allowance, now()).unwrap();
    assert_eq!((issued.name.as_str(), &issued.state, issued.version), ("Map", &KeyState::Active, 1));
    let wide = Limits::parse("11/second").unwrap();
    let cases = [
        (NewKey { name: "  ".into(), ..new() }, "key_name"),
        (NewKey { name: "x".repeat(NAME_MAX + 1), ..new() }, "key_name"),
        (NewKey { scopes: vec![], ..new() }, "key_scopes_missing"),
        (NewKey { scopes: scopes(&["flood:read"]), ..new() }, "key_scope_exceeds"),
        (NewKey { limits: wide, ..new() }, "key_limit_exceeds"),
        (NewKey { expires_at: Some(days(31)), ..new() }, "key_expiry_exceeds"),
        (NewKey { expires_at: Some(now()), ..new() }, "key_expiry_past"),
    ];
    for (bad, code) in cases {
        assert_eq!(Key::issue(bad, &allowance, now()).unwrap_err().code, code);
    }
    assert!(Key::issue(NewKey { name: "x".repeat(NAME_MAX), ..new() }, &allowance, now()).is_ok());
}

#[test]
fn a_key_is_stored_and_read_back_whole() {
    for (state, key) in states() {
        let json = serde_json::to_string(&key).unwrap();
        assert_eq!(serde_json::from_str::<Key>(&json).unwrap(), key, "{state}");
    }
}

proptest! {
    /// Whatever is done to a key, in any order, an ended key stays ended and a chain of successors never widens.
    #[test]
    fn no_walk_revives_or_widens(steps in prop::collection::vec((0_usize..7, 0_i64..4), 0..20)) {
        let first = key(KeyState::Active, Some(days(20)));
        let (mut current, mut at) = (first.clone(), now());
        for (choice, wait) in steps {
            at += TimeDelta::days(wait);
            let had_ended = current.ends_at().is_some_and(|end| end <= at);
            let command = commands().swap_remove(choice).1;
            if let Ok(change) = current.decide(command, false, at) {
                let is_expired = matches!(change.key.state, KeyState::Expired { .. });
                prop_assert!(!had_ended || is_expired);
                current = change.successor.unwrap_or(change.key);
                prop_assert!(current.expires_at <= first.expires_at);
                prop_assert!(current.scopes.iter().all(|scope| first.scopes.contains(scope)));
                prop_assert_eq!(&current.limits, &first.limits);
            }
        }
    }
}
