//! Every outcome, and which of two failures is told.

use chrono::TimeDelta;

use super::*;
use crate::domain::id::KeyId;
use crate::domain::key::Revoker;
use crate::domain::limits::Hours;
use crate::domain::net::CidrList;
use crate::domain::path::CleanPath;
use crate::gate::grants::{GrantChange, HolderGrant, KeyGrant, Publication};
use crate::gate::testing::{
    ISSUER, agreement, grants, held, holder_id, instant, key, key_id, key_text, limits, noon, now_at, publication,
    schedule,
};

/// A request and the picture it meets; faults are put into it one by one.
struct Scene {
    all: Publication,
    shown: Option<String>,
    method: &'static str,
    path: &'static str,
    client: &'static str,
    confirmed_seconds_ago: u64,
}

impl Scene {
    fn new() -> Self {
        Self {
            all: publication("http://127.0.0.1:9"),
            shown: Some(key_text(1)),
            method: "GET",
            path: "/parking/latest",
            client: "198.51.100.7",
            confirmed_seconds_ago: 0,
        }
    }

    fn key(&mut self) -> &mut KeyGrant {
        &mut self.all.keys[0]
    }

    fn limit(&mut self, text: &str) {
        let schedule = &mut self.all.agreements[0].schedules[0];
        let joined = [schedule.limits.to_string(), text.to_owned()].join(",");
        schedule.limits = limits(&joined);
    }

    /// Asks twice and gives the second verdict, so that limits of one have been used.
    fn verdict(self) -> Verdict {
        let grants = grants(self.all);
        let now = now_at(noon(), self.confirmed_seconds_ago);
        let path = CleanPath::parse(self.path);
        let ask = Ask {
            credential: self.shown.as_deref().map_or(Credential::None, Credential::Text),
            method: self.method.parse().ok(),
            target: match &path {
                Ok(path) => Target::Path { dataset: path.first_segment(), rest: path.rest() },
                Err(problem) => Target::Ambiguous(*problem),
            },
            client: self.client.parse().unwrap(),
            can_redact: true,
            tokens: &TokenReader::new(ISSUER),
        };
        drop(check(&ask, &grants, &now));
        check(&ask, &grants, &now)
    }

    fn outcome(self) -> Outcome {
        self.verdict().outcome()
    }

    fn denial(self) -> Denial {
        match self.verdict() {
            Verdict::Deny(denial) => *denial,
            Verdict::Permit(_) => panic!("it was let through"),
        }
    }
}

type Fault = fn(&mut Scene);

/// One way to fail at each step, in the order of the steps.
const FAULTS: [(Outcome, Fault); 13] = [
    (Outcome::KeyMissing, |scene| scene.shown = None),
    (Outcome::KeyMalformed, |scene| scene.shown = Some("nwk_live_x".to_owned())),
    (Outcome::KeyUnknown, |scene| scene.shown = Some(key_text(99))),
    (Outcome::KeyRevoked, |scene| {
        scene.key().state = KeyState::Revoked { at: noon(), by: Revoker::Possession, reason: "lost".to_owned() };
    }),
    (Outcome::KeySuspended, |scene| scene.key().holds = held("misuse")),
    (Outcome::AgreementEnded, |scene| scene.all.agreements[0].is_live = false),
    (Outcome::KeyExpired, |scene| scene.key().expires_at = Some(noon())),
    (Outcome::NetworkDenied, |scene| scene.key().networks = CidrList::parse("192.0.2.0/24").unwrap()),
    (Outcome::ScopeDenied, |scene| scene.method = "POST"),
    (Outcome::OutsideWindow, |scene| {
        let night =
            Hours { weekdays: Vec::new(), from: "22:00:00".parse().unwrap(), until: "06:00:00".parse().unwrap() };
        scene.all.agreements[0].schedules[0].hours = vec![night];
    }),
    (Outcome::DatasetUnavailable, |scene| scene.all.datasets[0].upstream = None),
    (Outcome::QuotaExhausted, |scene| scene.limit("1/day")),
    (Outcome::RateLimited, |scene| scene.limit("1/second")),
];

#[test]
fn a_call_with_no_fault_passes() {
    match Scene::new().verdict() {
        Verdict::Permit(permit) => {
            assert_eq!(permit.trace().key, Some(key_id(1)));
            assert_eq!(permit.trace().operation.as_deref(), Some("read"));
            assert_eq!(permit.trace().template.as_deref(), Some("/latest/**"));
            assert_eq!(permit.identity().unwrap().agreement, "DSA-2026-0017");
        }
        Verdict::Deny(denial) => panic!("{denial:?}"),
    }
}

#[test]
fn every_step_has_its_outcome_and_the_first_failure_wins() {
    for (first, (outcome, fault)) in FAULTS.iter().enumerate() {
        let mut alone = Scene::new();
        fault(&mut alone);
        assert_eq!(alone.outcome(), *outcome);
        for (second, other) in &FAULTS[first + 1..] {
            let mut both = Scene::new();
            other(&mut both);
            fault(&mut both);
            assert_eq!(both.outcome(), *outcome, "{outcome:?} before {second:?}");
        }
    }
}

#[test]
fn the_steps_are_in_the_documented_order() {
    let steps: Vec<Outcome> = FAULTS.iter().map(|(outcome, _)| *outcome).collect();
    assert_eq!(steps, Outcome::ALL[..13]);
}

#[test]
fn there_are_more_ways_to_fail_at_a_step() {
    let superseded = |at| KeyState::Superseded { at, successor: key_id(2) };
    let ways: [(Outcome, Fault); 14] = [
        (Outcome::KeyMalformed, |scene| scene.shown = Some(String::new())),
        (Outcome::KeyMalformed, |scene| scene.shown = Some(key_text(1) + "x")),
        (Outcome::KeySuspended, |scene| scene.all.agreements[0].holds = held("terms_not_accepted")),
        (Outcome::KeySuspended, |scene| scene.all.holders[0].holds = held("misuse")),
        (Outcome::AgreementEnded, |scene| scene.all.agreements[0].ends_at = Some(noon())),
        (Outcome::AgreementEnded, |scene| scene.all.agreements.clear()),
        (Outcome::NetworkDenied, |scene| {
            scene.all.agreements[0].schedules[0].networks = CidrList::parse("192.0.2.0/24").unwrap();
        }),
        (Outcome::ScopeDenied, |scene| scene.path = "/parking/history/2026"),
        (Outcome::ScopeDenied, |scene| scene.path = "/nowhere/latest"),
        (Outcome::ScopeDenied, |scene| scene.path = "/cameras/latest"),
        (Outcome::ScopeDenied, |scene| scene.key().scopes = vec!["noise:read".parse().unwrap()]),
        (Outcome::ScopeDenied, |scene| scene.all.agreements[0].schedules[0].operations.clear()),
        (Outcome::ScopeDenied, |scene| scene.all.agreements[0].schedules[0].ends_at = Some(noon())),
        (Outcome::DatasetUnavailable, |scene| scene.confirmed_seconds_ago = 11),
    ];
    for (position, (outcome, fault)) in ways.iter().enumerate() {
        let mut scene = Scene::new();
        fault(&mut scene);
        assert_eq!(scene.outcome(), *outcome, "way {position}");
    }
    for (at, outcome) in [(noon(), Outcome::KeyRevoked), (noon() + TimeDelta::seconds(1), Outcome::Ok)] {
        let mut scene = Scene::new();
        scene.key().state = superseded(at);
        assert_eq!(scene.outcome(), outcome);
    }
    let mut recorded = Scene::new();
    recorded.key().state = KeyState::Expired { at: noon() };
    assert_eq!(recorded.outcome(), Outcome::KeyExpired);
}

#[test]
fn an_ambiguous_path_is_refused_with_400_whoever_asks() {
    for path in ["/parking/../weather/latest", "/parking/%2e%2e/latest", "/parking//latest", "/weather/..;/latest"] {
        let denial = Scene { path, ..Scene::new() }.denial();
        assert_eq!((denial.outcome, denial.status), (Outcome::ScopeDenied, 400));
        let denial = Scene { path, shown: None, ..Scene::new() }.denial();
        assert_eq!((denial.outcome, denial.status), (Outcome::ScopeDenied, 400));
        let denial = Scene { path, shown: Some(key_text(99)), ..Scene::new() }.denial();
        assert_eq!((denial.outcome, denial.status), (Outcome::KeyUnknown, 401));
    }
}

#[test]
fn open_datasets_pass_without_a_key_and_refuse_a_bad_one() {
    let open = || Scene { path: "/weather/latest", ..Scene::new() };
    assert_eq!(Scene { shown: None, ..open() }.outcome(), Outcome::Ok);
    assert_eq!(open().outcome(), Outcome::Ok, "a good key without a scope for it");
    assert_eq!(Scene { shown: Some(key_text(99)), ..open() }.outcome(), Outcome::KeyUnknown);
    assert_eq!(Scene { shown: None, method: "DELETE", ..open() }.outcome(), Outcome::ScopeDenied);
    assert_eq!(Scene { shown: None, confirmed_seconds_ago: 11, ..open() }.outcome(), Outcome::Ok);
    let mut limited = Scene { shown: None, ..open() };
    limited.all.datasets[1].open_limits = limits("1/day");
    assert_eq!(limited.outcome(), Outcome::QuotaExhausted);
}

#[test]
fn the_reason_is_told_only_to_who_holds_the_key() {
    for (outcome, fault) in FAULTS.iter().take(3) {
        let mut scene = Scene::new();
        fault(&mut scene);
        scene.all.holders[0].holds = held("misuse");
        let denial = scene.denial();
        assert_eq!((denial.outcome, &denial.detail), (*outcome, &None));
        assert!(denial.holds.is_empty() && denial.trace.key.is_none() && denial.trace.agreement.is_none());
    }
    let mut scene = Scene::new();
    scene.key().holds = held("leaked");
    scene.all.holders[0].holds = held("misuse");
    let denial = scene.denial();
    assert_eq!(denial.holds, ["leaked", "misuse"]);
    assert!(denial.detail.unwrap().contains("Suspended for a test. (since 2026-06-01T16:00:00Z)"));
}

#[test]
fn a_scope_denial_names_the_scope_and_a_limit_names_the_wait() {
    let denial = Scene { path: "/parking/history/2026", ..Scene::new() }.denial();
    assert_eq!(denial.scope.as_deref(), Some("parking:history"));
    assert_eq!(denial.trace.template.as_deref(), Some("/history/**"));
    let mut scene = Scene::new();
    scene.limit("1/minute");
    let denial = scene.denial();
    assert_eq!((denial.outcome, denial.retry_after_seconds), (Outcome::RateLimited, Some(60)));
}

/// A picture, and what a call with key `number` gets from it now.
struct Calls {
    grants: Grants,
    now: Now,
}

impl Calls {
    fn on(plan: &str) -> Self {
        let mut all = publication("http://127.0.0.1:9");
        all.agreements = vec![agreement(plan)];
        Self { grants: grants(all), now: now_at(noon(), 1) }
    }

    fn call(&self, number: u8) -> Outcome {
        let text = key_text(number);
        let ask = Ask {
            credential: Credential::Text(&text),
            method: Some(Method::Get),
            target: Target::Path { dataset: "parking", rest: "/latest" },
            client: "198.51.100.7".parse().unwrap(),
            can_redact: true,
            tokens: &TokenReader::new(ISSUER),
        };
        check(&ask, &self.grants, &self.now).outcome()
    }

    fn passed(&self, numbers: impl IntoIterator<Item = u8>) -> usize {
        numbers.into_iter().filter(|number| self.call(*number) == Outcome::Ok).count()
    }

    fn apply(&self, change: GrantChange) {
        self.grants.apply(vec![change]);
    }
}

fn rolled(from: u8, to: KeyId, at: &str) -> KeyGrant {
    KeyGrant { state: KeyState::Superseded { at: instant(at), successor: to }, ..key(from) }
}

#[test]
fn rolling_and_adding_keys_multiplies_nothing() {
    let calls = Calls::on("10/day");
    assert_eq!(calls.passed([1; 4]), 4);
    calls.apply(GrantChange::Key(Box::new(rolled(1, key_id(2), "2026-06-08T16:00:00Z"))));
    calls.apply(GrantChange::Key(Box::new(key(2))));
    calls.apply(GrantChange::Key(Box::new(key(3))));
    assert_eq!(calls.passed([1, 2, 3].into_iter().cycle().take(30)), 6);
    assert_eq!(calls.call(2), Outcome::QuotaExhausted);
}

#[test]
fn a_keys_own_limit_narrows_and_its_refusal_costs_the_agreement_nothing() {
    let calls = Calls::on("10/day");
    calls.apply(GrantChange::Key(Box::new(KeyGrant { limits: limits("3/day"), ..key(2) })));
    assert_eq!(calls.passed([2; 9]), 3);
    assert_eq!(calls.passed([1; 9]), 7);
}

#[test]
fn a_suspension_stops_the_next_call_and_lifting_it_frees_it() {
    let calls = Calls::on("");
    let holder = |holds| GrantChange::Holder(HolderGrant { id: holder_id(), holds });
    let on_agreement = |holds| {
        let agreement = agreement("");
        GrantChange::Agreement(Box::new(crate::gate::grants::AgreementGrant { holds, ..agreement }))
    };
    assert_eq!(calls.call(1), Outcome::Ok);
    calls.apply(holder(held("misuse")));
    assert_eq!(calls.call(1), Outcome::KeySuspended);
    calls.apply(on_agreement(held("emergency")));
    calls.apply(holder(Vec::new()));
    assert_eq!(calls.call(1), Outcome::KeySuspended, "lifting one hold lifts no other");
    calls.apply(on_agreement(Vec::new()));
    assert_eq!(calls.call(1), Outcome::Ok);
    calls.apply(GrantChange::Key(Box::new(KeyGrant { holds: held("leaked"), ..key(1) })));
    assert_eq!(calls.call(1), Outcome::KeySuspended);
}

#[test]
fn publishing_again_keeps_counters_and_forgets_what_is_gone() {
    let calls = Calls::on("5/day");
    assert_eq!(calls.passed([1; 3]), 3);
    let again = || {
        let mut all = publication("http://127.0.0.1:9");
        all.agreements = vec![agreement("5/day")];
        all
    };
    calls.grants.publish(again());
    assert_eq!(calls.passed([1; 9]), 2);
    calls.grants.publish(Publication { keys: Vec::new(), ..again() });
    assert_eq!(calls.call(1), Outcome::KeyUnknown);
    calls.grants.publish(Publication { agreements: Vec::new(), ..again() });
    assert_eq!(calls.call(1), Outcome::AgreementEnded);
}

#[test]
fn a_renewed_agreement_goes_on_with_what_was_used() {
    let calls = Calls::on("5/day");
    assert_eq!(calls.passed([1; 4]), 4);
    let renewed = crate::domain::id::AgreementId::from_uuid(uuid::Uuid::from_u128(0x201));
    let next = crate::gate::grants::AgreementGrant {
        id: renewed,
        previous: Some(agreement("").id),
        schedules: vec![schedule("parking", "6/day")],
        ..agreement("")
    };
    calls.apply(GrantChange::Agreement(Box::new(next)));
    calls.apply(GrantChange::Key(Box::new(KeyGrant { agreement: renewed, ..key(1) })));
    assert_eq!(calls.passed([1; 9]), 2);
}

#[test]
fn each_quota_notice_is_given_once() {
    let calls = Calls::on("5/day");
    calls.apply(GrantChange::Key(Box::new(KeyGrant { limits: limits("4/day"), ..key(1) })));
    let text = key_text(1);
    let ask = Ask {
        credential: Credential::Text(&text),
        method: Some(Method::Get),
        target: Target::Path { dataset: "parking", rest: "/latest" },
        client: "198.51.100.7".parse().unwrap(),
        can_redact: true,
        tokens: &TokenReader::new(ISSUER),
    };
    let mut told = Vec::new();
    for _ in 0..9 {
        if let Verdict::Permit(permit) = check(&ask, &calls.grants, &calls.now) {
            told.extend(permit.crossed().iter().map(|(is_own, crossed)| (*is_own, crossed.percent, crossed.used)));
        }
    }
    assert_eq!(told, [(false, 80, 4), (true, 100, 4)]);
}
