//! The misuse rules at work on both databases: what is counted becomes one signal, with its first step, its entry and
//! its notices; and nothing that was not asked for.

use std::sync::Arc;

use super::apply_tests::{City, approve, cities, draft, submit};
use super::keys::{self, form::KeyForm};
use super::misuse::{Watch, signals};
use super::rehearsal::rehearse;
use super::{Caller, CaseError, Desk, enforce};
use crate::domain::agreement::Agreement;
use crate::domain::application::State;
use crate::domain::hold::{HoldTarget, Office};
use crate::domain::id::{DatasetId, KeyId};
use crate::domain::misuse::{Mode, Offence, Rule, Signal, SignalState, Step, StepTaken};
use crate::domain::people::{Role, RoleGrant};
use crate::domain::profile::Profile;
use crate::domain::time::Instant;
use crate::store::audit::{self, Search};
use crate::store::usage::{self, Access, Counted, UsageBatch, UsageCount};
use crate::store::{agreements, holds, outbox};

/// A city in which Maria holds a key on parking.
pub(super) struct Watched {
    pub(super) city: City,
    pub(super) desk: Desk,
    agreement: Agreement,
    key: KeyId,
    pub(super) auditor: Caller,
    batches: i64,
}

pub(super) fn watched() -> Vec<Watched> {
    cities().into_iter().map(Watched::new).collect()
}

impl Watched {
    fn new(city: City) -> Self {
        let id = draft(&city, &["parking"]);
        let mut state = submit(&city, id);
        if !matches!(state, State::Executed { .. }) {
            state = approve(&city, &city.managers[0], id, "parking").unwrap();
        }
        let State::Executed { agreement, .. } = state else { panic!("{state:?}") };
        let desk = city.desk.desk.clone();
        let agreement = desk.read(|conn| agreements::by_id(conn, agreement)).unwrap();
        let form = KeyForm {
            name: "server".to_owned(),
            mode: "live".to_owned(),
            scopes: agreement.scopes(),
            limits: String::new(),
            networks: String::new(),
            expires_on: String::new(),
        };
        let wish = form.read(desk.profile.zone).unwrap();
        let key = keys::create(&desk, &city.maria, agreement.id, &wish).unwrap().key.id;
        let auditor = city.desk.person("Otto Auditor", &[RoleGrant::new(Role::Auditor, None).unwrap()]);
        Self { city, desk, agreement, key, auditor, batches: 0 }
    }

    /// The desk with only the rules that are named, changed by `change`.
    pub(super) fn with(&self, names: &[&str], change: impl Fn(&mut Rule)) -> Desk {
        let mut profile = Profile::clone(&self.desk.profile);
        profile.rules.retain(|rule| names.contains(&rule.id.as_str()));
        profile.rules.iter_mut().for_each(change);
        Desk { profile: Arc::new(profile), ..self.desk.clone() }
    }

    pub(super) fn counted(&self, outcome: &str) -> Counted {
        Counted {
            key: Some(self.key),
            agreement: Some(self.agreement.id),
            dataset: Some(self.dataset()),
            operation: String::new(),
            outcome: outcome.to_owned(),
        }
    }

    fn dataset(&self) -> DatasetId {
        self.agreement.schedules[0].dataset
    }

    fn write(&mut self, batch: &UsageBatch) {
        self.batches += 1;
        let (turn, zone, now) = (("test", self.batches), self.desk.profile.zone, self.now());
        assert!(self.desk.store.write(|conn| usage::write(conn, turn, batch, zone, now)).unwrap());
    }

    /// What a gate counted in this minute.
    pub(super) fn count(&mut self, of: Counted, calls: i64) {
        let count = UsageCount { minute: self.now(), of, calls, bytes: calls * 100, latency_us: calls };
        self.write(&UsageBatch { counts: vec![count], ..UsageBatch::default() });
    }

    fn now(&self) -> Instant {
        self.desk.clock.now()
    }

    pub(super) fn minutes_on(&self, minutes: i64) {
        self.desk.clock.set(self.now() + chrono::TimeDelta::minutes(minutes));
    }

    pub(super) fn manager(&self) -> &Caller {
        &self.city.managers[0]
    }

    fn signals(&self) -> Vec<Signal> {
        signals(&self.desk, &self.auditor, None, 100).unwrap()
    }

    fn told(&self, kind: &str) -> usize {
        let all = self.desk.read(|conn| outbox::newest(conn, None, 500)).unwrap();
        all.iter().filter(|message| message.kind.as_str() == kind).count()
    }

    fn entries(&self) -> usize {
        let search = Search { act: Some("misuse.signal".to_owned()), ..Search::default() };
        self.desk.read(|conn| audit::search(conn, &search, 100)).unwrap().len()
    }
}

#[test]
fn a_crossed_threshold_becomes_one_signal_with_its_step_its_entry_and_its_notices() {
    for mut it in watched() {
        let (desk, watch) = (it.with(&["outside-the-scopes"], |_| ()), Watch::default());
        it.count(it.counted("scope_denied"), 49);
        assert_eq!(watch.round(&desk).unwrap(), 0);
        it.count(it.counted("scope_denied"), 1);
        assert_eq!((watch.round(&desk).unwrap(), watch.round(&desk).unwrap()), (1, 0));
        let found = it.signals();
        let signal = &found[0];
        assert_eq!((found.len(), signal.key, signal.finding.measured), (1, it.key, 50));
        assert_eq!((signal.state, signal.taken), (SignalState::Open, StepTaken::Warned));
        assert_eq!(signal.offence, Offence::First);
        assert!(signal.finding.datasets.contains(&it.dataset()));
        assert_eq!((it.entries(), it.told("misuse_noticed")), (1, 1));
        assert!(it.told("misuse_signal") >= 1, "the department is told");
        assert!(it.desk.read(|conn| holds::in_force(conn, HoldTarget::Key(it.key))).unwrap().is_empty());
    }
}

#[test]
fn within_the_cool_down_nothing_more_is_said_also_after_a_restart_and_by_another_process() {
    for mut it in watched() {
        let desk = it.with(&["outside-the-scopes"], |_| ());
        it.count(it.counted("scope_denied"), 60);
        assert_eq!(Watch::default().round(&desk).unwrap(), 1);
        it.count(it.counted("scope_denied"), 60);
        assert_eq!((Watch::default().round(&desk).unwrap(), it.signals().len()), (0, 1));
        it.minutes_on(1_441);
        let watch = Watch::default();
        it.count(it.counted("scope_denied"), 60);
        let (one, other) = std::thread::scope(|scope| {
            let other = scope.spawn(|| Watch::default().round(&desk).unwrap());
            (watch.round(&desk).unwrap(), other.join().unwrap())
        });
        assert_eq!(one + other, 1, "of two processes one writes it");
        assert_eq!(it.signals()[0].offence, Offence::Continuing);
    }
}

#[test]
fn what_was_done_while_the_service_was_down_is_seen_at_its_start() {
    for mut it in watched() {
        let desk = it.with(&["use-of-stopped-keys"], |_| ());
        it.count(it.counted("key_suspended"), 400);
        it.minutes_on(30);
        assert_eq!(Watch::default().round(&desk).unwrap(), 1);
    }
}

#[test]
fn a_rule_on_trial_tells_nobody_and_stops_nothing() {
    for mut it in watched() {
        let desk = it.with(&["search-for-a-way-in"], |rule| rule.mode = Mode::Shadow);
        it.count(it.counted("scope_denied"), 1_000);
        let before = it.desk.read(|conn| outbox::newest(conn, None, 500)).unwrap().len();
        assert_eq!(Watch::default().round(&desk).unwrap(), 1);
        let signal = it.signals().remove(0);
        assert_eq!((signal.state, signal.taken), (SignalState::Trial, StepTaken::Shadow));
        assert_eq!(it.desk.read(|conn| outbox::newest(conn, None, 500)).unwrap().len(), before);
        assert!(it.desk.read(|conn| holds::in_force(conn, HoldTarget::Key(it.key))).unwrap().is_empty());
        assert_eq!(it.entries(), 1);
    }
}

#[test]
fn a_rule_suspends_the_key_by_a_hold_that_the_department_can_lift() {
    for mut it in watched() {
        let desk = it.with(&["search-for-a-way-in"], |_| ());
        it.count(it.counted("scope_denied"), 1_000);
        assert_eq!(Watch::default().round(&desk).unwrap(), 1);
        let held = it.desk.read(|conn| holds::in_force(conn, HoldTarget::Key(it.key))).unwrap();
        assert_eq!((held.len(), held[0].office, held[0].by), (1, Office::Service, None));
        assert_eq!(it.signals()[0].taken, StepTaken::Suspended(held[0].id));
        assert!(held[0].explanation.contains("1000 calls outside the scopes"), "{}", held[0].explanation);
        assert_eq!((it.told("suspended"), it.told("misuse_noticed")), (1, 0));
        it.minutes_on(61);
        it.count(it.counted("scope_denied"), 1_000);
        assert_eq!(Watch::default().round(&desk).unwrap(), 1);
        assert_eq!(it.signals()[0].taken, StepTaken::StoppedBefore, "no second hold");
        let refused = enforce::lift(&it.desk, &it.city.maria, held[0].id, "It is mended.").unwrap_err();
        assert!(matches!(refused, CaseError::Refused(_)), "{refused:?}");
        enforce::lift(&it.desk, it.manager(), held[0].id, "The loop was found.").unwrap();
        assert!(it.desk.read(|conn| holds::in_force(conn, HoldTarget::Key(it.key))).unwrap().is_empty());
    }
}

#[test]
fn a_rule_slows_a_key_down_until_a_day_and_it_ends_by_itself() {
    for mut it in watched() {
        let desk = it.with(&["over-the-limits"], |rule| (rule.threshold, rule.calls_min) = (1, 1));
        it.count(it.counted("rate_limited"), 5);
        assert_eq!(Watch::default().round(&desk).unwrap(), 1);
        let on_key = || it.desk.read(|conn| holds::on(conn, HoldTarget::Key(it.key))).unwrap();
        let held = on_key();
        let throttle = held[0].throttle.unwrap();
        assert_eq!((held.len(), throttle.percent, throttle.until), (1, 25, "2026-12-07".parse().unwrap()));
        assert!(!held[0].stops() && held[0].explanation.contains("slowed it down by itself"));
        assert_eq!(it.signals()[0].taken, StepTaken::Throttled(held[0].id));
        assert_eq!((it.told("throttled"), it.told("suspended"), it.told("misuse_noticed")), (1, 0, 0));
        assert!(!keys::access::view(&it.desk, &it.city.maria, it.key).unwrap().is_held(), "the key works");
        it.minutes_on(1_441);
        it.count(it.counted("rate_limited"), 5);
        assert_eq!(Watch::default().round(&desk).unwrap(), 1);
        assert_eq!((it.signals()[0].taken, it.signals()[0].offence), (StepTaken::Warned, Offence::Continuing));
        assert_eq!(enforce::end_throttles(&it.desk).unwrap(), 0, "its last day is not over");
        it.minutes_on(14 * 1_440);
        assert_eq!((enforce::end_throttles(&it.desk).unwrap(), enforce::end_throttles(&it.desk).unwrap()), (1, 0));
        let held = it.desk.read(|conn| holds::on(conn, HoldTarget::Key(it.key))).unwrap();
        assert!(held.len() == 1 && !held[0].is_in_force());
        assert_eq!(it.told("lifted"), 1);
    }
}

#[test]
fn a_rule_that_adds_up_keys_slows_the_agreement_down() {
    for mut it in watched() {
        let desk = it.with(&["far-above-declared"], |rule| rule.first_step = Step::Throttle);
        it.count(it.counted("ok"), 10_000_000);
        assert_eq!(Watch::default().round(&desk).unwrap(), 1);
        let on = |target| it.desk.read(|conn| holds::in_force(conn, target)).unwrap().len();
        assert_eq!((on(HoldTarget::Agreement(it.agreement.id)), on(HoldTarget::Key(it.key))), (1, 0));
    }
}

#[test]
fn calls_without_a_known_key_get_nobody_into_trouble() {
    for mut it in watched() {
        let desk = it.with(&["refused-calls", "outside-the-scopes"], |rule| rule.mode = Mode::Live);
        for outcome in ["key_unknown", "key_malformed", "key_missing", "scope_denied"] {
            let unknown = Counted { key: None, agreement: None, ..it.counted(outcome) };
            it.count(unknown, 100_000);
        }
        assert_eq!(Watch::default().round(&desk).unwrap(), 0);
    }
}

#[test]
fn networks_and_patterns_are_kept_cut_and_counted() {
    for mut it in watched() {
        let desk = it.with(&["shared-key", "path-sweep"], |rule| rule.threshold = 3);
        let line = |number: usize, client: String, path: &str| Access {
            id: format!("{number}"),
            at: it.now(),
            request: "r".to_owned(),
            of: it.counted("ok"),
            method: "GET".to_owned(),
            path: path.to_owned(),
            status: 200,
            bytes: 1,
            latency_us: 1,
            client,
        };
        let same_network = (0..9).map(|host| line(host, format!("192.0.2.{host}"), "/v1/a"));
        let log: Vec<_> = same_network.chain([line(10, "198.51.100.1".to_owned(), "/v1/b")]).collect();
        let more = vec![line(20, "2001:db8::1".to_owned(), "/v1/c")];
        let calls = |calls| UsageCount { minute: it.now(), of: it.counted("ok"), calls, bytes: 1, latency_us: 1 };
        let (first, second) = (calls(10), calls(1));
        it.write(&UsageBatch { counts: vec![first], log, ..UsageBatch::default() });
        assert_eq!(Watch::default().round(&desk).unwrap(), 0, "two networks and two patterns");
        it.write(&UsageBatch { counts: vec![second], log: more, ..UsageBatch::default() });
        assert_eq!(Watch::default().round(&desk).unwrap(), 2);
        assert!(it.signals().iter().all(|signal| signal.finding.measured == 3));
    }
}

#[test]
fn volume_is_held_against_the_application() {
    for mut it in watched() {
        let desk = it.with(&["far-above-declared"], |_| ());
        it.count(it.counted("ok"), 19_999);
        assert_eq!(Watch::default().round(&desk).unwrap(), 0, "2,000 calls a day were declared");
        it.count(it.counted("ok"), 1);
        assert_eq!(Watch::default().round(&desk).unwrap(), 1);
    }
}

#[test]
fn offices_see_the_signals_of_their_data_and_nobody_else_sees_any() {
    for mut it in watched() {
        let desk = it.with(&["outside-the-scopes"], |_| ());
        it.count(it.counted("scope_denied"), 60);
        Watch::default().round(&desk).unwrap();
        let seen = |caller: &Caller| signals(&it.desk, caller, None, 10).map(|found| found.len());
        assert_eq!(seen(it.manager()).unwrap(), 1);
        assert_eq!(seen(&it.city.managers[1]).unwrap(), 0, "another department");
        let clerk = it.city.desk.person("Clara Clerk", &[RoleGrant::new(Role::Clerk, None).unwrap()]);
        assert_eq!(seen(&clerk).unwrap(), 1);
        assert!(matches!(seen(&it.city.maria), Err(CaseError::Missing)));
        let signal = it.signals().remove(0);
        assert_eq!(signals(&it.desk, &clerk, Some((signal.at, signal.id)), 10).unwrap(), []);
    }
}

#[test]
fn a_replay_shows_whom_a_rule_would_have_caught_and_what_it_would_have_cost() {
    for mut it in watched() {
        let rule = it.desk.profile.rule("outside-the-scopes").unwrap().clone();
        let empty = rehearse(&it.desk, &rule, 14, |_, _| {}).unwrap();
        assert_eq!((empty.keys, empty.calls, empty.caught.len()), (0, 0, 0));
        it.count(it.counted("ok"), 300);
        it.minutes_on(1);
        it.count(it.counted("scope_denied"), 80);
        it.minutes_on(60);
        it.count(it.counted("ok"), 100);
        let done = rehearse(&it.desk, &rule, 14, |_, _| {}).unwrap();
        assert_eq!((done.keys, done.agreements, done.calls), (1, 1, 400));
        assert_eq!((done.caught.len(), done.calls_stopped(), done.agreements_caught()), (1, 100, 1));
        assert_eq!(done.caught[0].agreement_number, it.agreement.number);
        let stricter = Rule { threshold: 81, ..rule.clone() };
        assert_eq!(rehearse(&it.desk, &stricter, 14, |_, _| {}).unwrap().caught.len(), 0);
        assert_eq!(it.entries(), 0, "a replay leaves nothing behind");
        for (rule, days) in [(&rule, 0), (&rule, 16), (&Rule { threshold: 0, ..rule.clone() }, 14)] {
            assert!(matches!(rehearse(&it.desk, rule, days, |_, _| {}), Err(CaseError::Invalid(_))), "{days}");
        }
    }
}
