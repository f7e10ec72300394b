//! Replays of rules in the background, on both databases.

use std::cell::Cell;

use super::misuse_tests::{Watched, watched};
use super::replays::{ask, cancel, find, list, round};
use super::{Caller, CaseError};
use crate::domain::errand::{Command, Progress, Step};
use crate::domain::people::{Role, RoleGrant};
use crate::domain::replay::Replay;
use crate::store::{audit, errands};

const RULE: &str = "outside-the-scopes";

fn used() -> Vec<Watched> {
    let mut all = watched();
    for it in &mut all {
        it.count(it.counted("scope_denied"), 80);
        it.minutes_on(60);
        it.count(it.counted("ok"), 100);
    }
    all
}

impl Watched {
    fn asked(&self) -> Replay {
        ask(&self.desk, &self.auditor, (RULE, Some(70), 14)).unwrap()
    }

    fn state(&self, replay: &Replay) -> &'static str {
        find(&self.desk, &self.auditor, replay.id).unwrap().state.as_str()
    }

    fn acts(&self) -> Vec<String> {
        let entries = self.desk.read(|conn| audit::after(conn, 0, 1_000)).unwrap();
        let of_replays = entries.into_iter().filter(|entry| entry.subject_kind == "replay");
        of_replays.map(|entry| format!("{} {}", entry.act, entry.capacity)).collect()
    }
}

fn code(refused: Result<Replay, CaseError>) -> &'static str {
    match refused {
        Err(CaseError::Invalid(problems)) => problems[0].code,
        Err(CaseError::Refused(refusal)) => refusal.code,
        Err(CaseError::Missing) => "missing",
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_rule_is_tried_in_the_background_by_who_keeps_the_rule_book_or_audits() {
    for it in used() {
        let replay = it.asked();
        assert_eq!((round(&it.desk, &|| false).unwrap(), round(&it.desk, &|| false).unwrap()), (1, 0));
        let admin = it.city.desk.person("Ada Admin", &[RoleGrant::new(Role::Administrator, None).unwrap()]);
        let done = find(&it.desk, &admin, replay.id).unwrap();
        assert_eq!(done.progress, Progress { step: Step::Replaying, done: 1, of: 1 });
        let made = done.state.outcome().unwrap();
        assert_eq!((made.keys, made.caught.len(), made.calls_stopped()), (1, 1, 100));
        assert_eq!(made.caught[0].catch.finding.threshold, 70);
        assert_eq!(list(&it.desk, &admin).unwrap(), [done]);
        assert_eq!(it.acts(), ["replay.ask auditor", "replay.make service"]);
        for other in [it.manager(), &it.city.maria] {
            assert_eq!(code(ask(&it.desk, other, (RULE, None, 14))), "missing");
            assert_eq!(code(find(&it.desk, other, replay.id)), "missing");
            assert_eq!(code(cancel(&it.desk, other, replay.id)), "missing");
            assert!(matches!(list(&it.desk, other), Err(CaseError::Missing)));
        }
    }
}

#[test]
fn what_cannot_be_tried_is_said_before_anything_is_kept() {
    for it in watched() {
        let refused = |rule: &str, threshold, days| code(ask(&it.desk, &it.auditor, (rule, threshold, days)));
        assert_eq!(refused("nobody-knows-it", None, 14), "unknown");
        assert_eq!(refused(RULE, Some(0), 14), "rule");
        assert_eq!((refused(RULE, None, 0), refused(RULE, None, 16)), ("span", "span"));
        let told = it.desk.profile.rules.iter().find(|rule| rule.grain() == crate::domain::misuse::Grain::Event);
        assert_eq!(refused(told.unwrap().id.as_str(), None, 14), "not_counted");
        assert!(it.acts().is_empty());
        let once = Caller { idempotency: Some("twice".to_owned()), ..it.auditor.clone() };
        let [first, second] = [0; 2].map(|_| ask(&it.desk, &once, (RULE, None, 14)).unwrap().id);
        assert_eq!(first, second, "sent twice, asked for once");
    }
}

#[test]
fn a_replay_is_called_off_put_back_and_begun_again() {
    for it in used() {
        let replay = it.asked();
        let calls = Cell::new(0);
        // The first question is whether to begin at all.
        let meanwhile = || {
            if calls.replace(calls.get() + 1) == 1 {
                cancel(&it.desk, &it.auditor, replay.id).unwrap();
            }
            false
        };
        assert_eq!(round(&it.desk, &meanwhile).unwrap(), 0);
        assert_eq!(it.state(&replay), "cancelled");
        assert_eq!(code(cancel(&it.desk, &it.auditor, replay.id)), "wrong_state");

        let replay = it.asked();
        calls.set(0);
        assert_eq!(round(&it.desk, &|| calls.replace(calls.get() + 1) > 0).unwrap(), 0);
        let left = find(&it.desk, &it.auditor, replay.id).unwrap();
        assert_eq!((left.state.as_str(), left.runs), ("asked", 1));
        let killed = left.decide(&Command::Begin(Progress::of(Step::Replaying, 1)), it.desk.clock.now()).unwrap();
        it.desk.store.write(|conn| errands::update(conn, &killed).map_err(CaseError::from)).unwrap();
        assert_eq!(round(&it.desk, &|| false).unwrap(), 0, "another worker seems to be at it");
        it.minutes_on(1);
        assert_eq!(round(&it.desk, &|| false).unwrap(), 1);
        assert_eq!(it.state(&replay), "done");
    }
}

#[test]
fn a_rule_that_left_the_rule_book_meanwhile_is_said() {
    for it in used() {
        let replay = it.asked();
        let without = it.with(&["night-pull"], |_| ());
        assert_eq!(round(&without, &|| false).unwrap(), 1);
        let failed = find(&it.desk, &it.auditor, replay.id).unwrap();
        assert_eq!(failed.state.why(), ["The rule book no longer has this rule."]);
        assert_eq!(it.acts(), ["replay.ask auditor", "replay.fail service"]);
    }
}
