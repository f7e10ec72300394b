//! What is told rather than counted becomes a signal with its first step, for the offices concerned and nobody else.

use super::keys::tests::{Granted, granted};
use super::misuse::{Watch, signals};
use super::sightings::{self, Sighting};
use super::{Caller, CaseError};
use crate::domain::hold::HoldTarget;
use crate::domain::misuse::{Signal, SignalKind, StepTaken};
use crate::domain::notice::NoticeKind;
use crate::store::holds;
use crate::store::usage::{self, Counted, UsageBatch, UsageCount};

fn seen(granted: &Granted, hint: &str, kind: SignalKind) -> Sighting {
    Sighting {
        kind,
        agreement: granted.agreement().number,
        hint: hint.to_owned(),
        note: "It stands in a public repository, <b>line 7</b>.".to_owned(),
    }
}

fn code<T: std::fmt::Debug>(result: Result<T, CaseError>) -> String {
    match result {
        Err(CaseError::Refused(refusal)) => refusal.code.to_owned(),
        Err(CaseError::Invalid(problems)) => problems[0].code.to_owned(),
        other => format!("{other:?}"),
    }
}

fn all(granted: &Granted) -> Vec<Signal> {
    signals(granted.desk(), granted.manager(), None, 100).unwrap()
}

#[test]
fn a_leaked_key_that_was_found_stops_at_once_and_its_holder_is_told_where() {
    for granted in granted() {
        let desk = granted.desk();
        let key = granted.issue("server").key;
        let sighting = seen(&granted, &key.hint, SignalKind::LeakReport);
        assert_eq!(sightings::report(desk, granted.manager(), &sighting).unwrap(), 1);
        let held = desk.read(|conn| holds::in_force(conn, HoldTarget::Key(key.id))).unwrap();
        assert_eq!(held.len(), 1);
        let signal = all(&granted).remove(0);
        assert!(matches!(signal.taken, StepTaken::Suspended(_)) && signal.rule == "leaked-key", "{signal:?}");
        assert!(signal.sentence().contains("<b>line 7</b>"), "kept as typed");
        assert!(granted.told(NoticeKind::Suspended).unwrap().facts["explanation"].contains("public repository"));
        assert_eq!(sightings::report(desk, granted.manager(), &sighting).unwrap(), 0, "told once");
        let record = seen(&granted, &key.hint, SignalKind::CanaryRecord);
        assert_eq!(sightings::report(desk, granted.manager(), &record).unwrap(), 1, "another rule");
        assert_eq!(all(&granted).len(), 2);
    }
}

#[test]
fn a_planted_key_that_is_used_speaks_once_and_one_that_lies_still_says_nothing() {
    for granted in granted() {
        let desk = granted.desk();
        let key = granted.issue("planted").key;
        let number = granted.agreement().number;
        let plant = |caller: &Caller| sightings::plant(desk, caller, (&number, &key.hint), "a comment of the old wiki");
        plant(granted.manager()).unwrap();
        assert_eq!(code(plant(granted.manager())), "planted_already");
        assert_eq!(sightings::planted(desk, granted.manager()).unwrap()[0].1, key.hint);
        assert!(sightings::planted(desk, granted.maria()).is_err());
        let watch = Watch::default();
        assert_eq!(watch.round(desk).unwrap(), 0);
        let of = Counted {
            key: Some(key.id),
            agreement: Some(key.agreement),
            dataset: None,
            operation: String::new(),
            outcome: "scope_denied".to_owned(),
        };
        let now = desk.clock.now();
        let count = UsageCount { minute: now, of, calls: 1, bytes: 400, latency_us: 10 };
        let batch = UsageBatch { counts: vec![count], ..UsageBatch::default() };
        desk.store.write(|conn| usage::write(conn, ("test", 1), &batch, desk.profile.zone, now)).unwrap();
        assert_eq!(watch.round(desk).unwrap(), 1);
        let signal = all(&granted).remove(0);
        assert!(signal.sentence().contains("old wiki") && signal.rule == "planted-key", "{signal:?}");
        assert_eq!(Watch::default().round(desk).unwrap(), 0, "within the cool-down nothing is said again");
    }
}

#[test]
fn what_cannot_be_reported_has_its_reason_and_strangers_learn_nothing() {
    for granted in granted() {
        let desk = granted.desk();
        let key = granted.issue("server").key;
        let good = seen(&granted, &key.hint, SignalKind::LeakReport);
        let report = |caller: &Caller, sighting: Sighting| code(sightings::report(desk, caller, &sighting));
        let manager = granted.manager();
        assert_eq!(report(manager, Sighting { note: " ".to_owned(), ..good.clone() }), "required");
        assert_eq!(report(manager, Sighting { kind: SignalKind::Volume, ..good.clone() }), "kind_not_told");
        assert_eq!(report(manager, Sighting { hint: String::new(), ..good.clone() }), "key_not_found");
        assert_eq!(
            report(manager, Sighting { agreement: "DSA-1999-0001".to_owned(), ..good.clone() }),
            "key_not_found"
        );
        assert_eq!(report(&granted.city.managers[1], good.clone()), "key_not_found", "another department");
        assert_eq!(report(granted.maria(), good), "key_not_found", "not even its holder");
        assert!(all(&granted).is_empty());
    }
}
