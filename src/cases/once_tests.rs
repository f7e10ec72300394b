//! The same request twice at the very same moment, under one idempotency key, on both databases: it happens once, and
//! both are told the same.

use std::fmt::Debug;
use std::sync::Barrier;
use std::time::Duration;

use super::apply_tests::{City, approve, cities, code, draft, item, signature, submit};
use super::enforce::{self, Suspension};
use super::keys::{self, KeyForm, KeyWish, RollWish};
use super::review::{self, Decided};
use super::{Caller, CaseError, Desk, agree, apply};
use crate::domain::application::State;
use crate::domain::hold::{HoldReason, HoldTarget};
use crate::domain::id::{AgreementId, ApplicationId, KeyId};
use crate::domain::net::CidrList;
use crate::domain::review::{Condition, ConditionKind};
use crate::store::audit::{self, Search};
use crate::store::{StoreError, sessions};

/// How often each race is run.
const ROUNDS: usize = 6;

/// The caller under an idempotency key.
fn once(caller: &Caller, key: &str) -> Caller {
    Caller { idempotency: Some(key.to_owned()), ..caller.clone() }
}

/// Runs the same twice at once; both must be told the same.
fn twice<T: Send + PartialEq + Debug>(what: &str, act: impl Fn() -> Result<T, CaseError> + Sync) -> T {
    let barrier = Barrier::new(2);
    let run = || {
        barrier.wait();
        act()
    };
    let (one, other) = std::thread::scope(|scope| {
        let other = scope.spawn(run);
        (run(), other.join().unwrap())
    });
    let (one, other) = match (one, other) {
        (Ok(one), Ok(other)) => (one, other),
        (one, other) => panic!("{what}: {one:?} and {other:?}"),
    };
    assert_eq!(one, other, "{what}");
    one
}

/// How often an act stands in the audit about a thing.
fn times(desk: &Desk, act: &str, about: (&str, String)) -> usize {
    let about = Some((about.0.to_owned(), about.1));
    let wanted = Search { act: Some(act.to_owned()), about, ..Search::default() };
    desk.read(|conn| audit::search(conn, &wanted, 100)).unwrap().len()
}

fn executed(state: &State) -> AgreementId {
    let State::Executed { agreement, .. } = state else { panic!("{state:?}") };
    *agreement
}

#[test]
fn a_doubled_submission_submits_once() {
    for city in cities() {
        let (desk, place) = (&city.desk.desk, city.desk.backend);
        for round in 0..ROUNDS {
            // By turns one that waits for the department and one that is granted, with an agreement, at once.
            let slug = if round % 2 == 0 { "parking" } else { "bike-share" };
            let id = draft(&city, &[slug]);
            let (maria, signature) = (once(&city.maria, &format!("submit-{round}")), signature(&city, id));
            twice(place, || apply::submit(desk, &maria, id, &signature));
            assert_eq!(times(desk, "application.submit", ("application", id.to_string())), 1, "{place}");
        }
    }
}

#[test]
fn a_doubled_decision_decides_once() {
    for city in cities() {
        let (desk, place) = (&city.desk.desk, city.desk.backend);
        for round in 0..ROUNDS {
            let (id, _) = submitted(&city);
            let manager = once(&city.managers[0], &format!("decide-{round}"));
            let item = item(&city, id, "parking");
            let state =
                twice(place, || review::decide(desk, &manager, id, item, Decided::Approve(Vec::new()), "A good use."));
            assert_eq!(times(desk, "application.decide", ("application", id.to_string())), 1, "{place}");
            assert_eq!(times(desk, "agreement.execute", ("agreement", executed(&state).to_string())), 1, "{place}");
        }
    }
}

fn submitted(city: &City) -> (ApplicationId, State) {
    let id = draft(city, &["parking"]);
    (id, submit(city, id))
}

#[test]
fn a_doubled_signature_executes_once() {
    for city in cities() {
        let (desk, place) = (&city.desk.desk, city.desk.backend);
        let id = draft(&city, &["parking"]);
        let at_submission = signature(&city, id);
        submit(&city, id);
        let networks = CidrList::parse("192.0.2.0/24").unwrap();
        let condition = Condition {
            text: "From your office only.".to_owned(),
            kind: ConditionKind::Networks { networks },
            basis: "clause 13".to_owned(),
            is_precedent: false,
        };
        let decided = Decided::Approve(vec![condition]);
        review::decide(desk, &city.managers[0], id, item(&city, id, "parking"), decided, "With a condition.").unwrap();
        let offered = agree::offer(desk, &city.maria, id).unwrap();
        let signature = apply::Signature {
            terms: offered.terms.id.to_string(),
            terms_hash: offered.terms.hash.to_string(),
            text_hash: offered.offered.agreement.text_hash.clone(),
            ..at_submission
        };
        let maria = once(&city.maria, "sign");
        let state = twice(place, || apply::sign(desk, &maria, id, &signature));
        assert_eq!(times(desk, "agreement.execute", ("agreement", executed(&state).to_string())), 1, "{place}");
    }
}

#[test]
fn a_doubled_wish_for_a_key_issues_rolls_and_suspends_once() {
    for city in cities() {
        let (desk, place) = (&city.desk.desk, city.desk.backend);
        let (id, _) = submitted(&city);
        let agreement = executed(&approve(&city, &city.managers[0], id, "parking").unwrap());
        for round in 0..ROUNDS {
            let key = twice(place, || {
                let maria = once(&city.maria, &format!("issue-{round}"));
                keys::create(desk, &maria, agreement, &wish()).map(|issued| issued.key.id)
            });
            assert_eq!(times(desk, "key.issue", ("key", key.to_string())), 1, "{place}");
            let successor = twice(place, || {
                let maria = once(&city.maria, &format!("roll-{round}"));
                keys::roll(desk, &maria, key, &RollWish::default()).map(|issued| issued.key.id)
            });
            assert_eq!(times(desk, "key.roll", ("key", key.to_string())), 1, "{place}");
            let suspension = suspension(successor);
            let manager = once(&city.managers[0], &format!("suspend-{round}"));
            twice(place, || enforce::suspend(desk, &manager, &suspension).map(|hold| hold.id));
            assert_eq!(times(desk, "hold.place", ("key", successor.to_string())), 1, "{place}");
        }
    }
}

fn wish() -> KeyWish {
    let form = KeyForm { name: "Map".to_owned(), scopes: vec!["parking:read".to_owned()], ..KeyForm::default() };
    form.read(chrono_tz::America::New_York).unwrap()
}

fn suspension(key: KeyId) -> Suspension {
    let explanation = "Too many calls.".to_owned();
    Suspension { target: HoldTarget::Key(key), reason: HoldReason::Misuse, explanation, case: None }
}

#[test]
fn a_failed_request_leaves_its_key_free_for_the_next_try() {
    for city in cities() {
        let desk = &city.desk.desk;
        let id = draft(&city, &["parking"]);
        let (maria, good) = (once(&city.maria, "again"), signature(&city, id));
        let unsigned = apply::Signature { name: String::new(), ..good.clone() };
        apply::submit(desk, &maria, id, &unsigned).unwrap_err();
        apply::submit(desk, &maria, id, &good).unwrap();
        assert_eq!(code(&apply::submit(desk, &maria, id, &unsigned).unwrap_err()), "idempotency_key_reused");
    }
}

#[test]
fn a_key_is_forgotten_after_its_days_and_not_before() {
    for city in cities() {
        let (desk, id) = (&city.desk.desk, draft(&city, &["parking"]));
        apply::submit(desk, &once(&city.maria, "old"), id, &signature(&city, id)).unwrap();
        let used_at = desk.clock.now();
        let pruned = |before| {
            desk.store
                .write(|conn| sessions::prune_idempotent(conn, before))
                .unwrap_or_else(|error: StoreError| panic!("{error}"))
        };
        assert_eq!(pruned(used_at), 0);
        assert_eq!(pruned(used_at + chrono::Duration::seconds(1)), 1);
    }
}

#[test]
fn a_twin_that_takes_too_long_is_told_of_and_nothing_happens_twice() {
    for city in cities() {
        let (desk, hasty) = (&city.desk.desk, city.desk.waiting_at_most(Duration::from_millis(50)));
        let id = draft(&city, &["parking"]);
        let (maria, signature) = (once(&city.maria, "slow"), signature(&city, id));
        let late = desk
            .act(&maria, |work| {
                assert_eq!(work.done_before("application.submit", &(id, &signature))?, None);
                // This one is still at work when the other comes.
                Ok(apply::submit(&hasty, &maria, id, &signature).unwrap_err())
            })
            .unwrap();
        // On SQLite the whole store has one writer at a time: the second is told to come back.
        let expected = if city.desk.backend == "postgres" { "request_in_progress" } else { "store" };
        assert_eq!(code(&late), expected, "{late}");
        assert_eq!(times(desk, "application.submit", ("application", id.to_string())), 0);
    }
}
