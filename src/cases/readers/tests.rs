//! The question is asked at each moment of a story, and answered as the gate would have answered then.

use super::*;
use crate::cases::apply_tests::{approve, submit};
use crate::cases::enforce::{self, Suspension};
use crate::cases::keys::tests::{Granted, agreement_on, appoint, granted, refused};
use crate::cases::keys::{self, KeyForm};
use crate::cases::{again, agree};
use crate::domain::application::State;
use crate::domain::hold::{HoldReason, HoldTarget};
use crate::domain::id::HoldId;
use crate::store::audit;
use chrono::TimeDelta;

fn suspend(granted: &Granted, target: HoldTarget) -> HoldId {
    let wish = Suspension { target, reason: HoldReason::Misuse, explanation: "Looked into.".to_owned(), case: None };
    enforce::suspend(granted.desk(), granted.manager(), &wish).unwrap().id
}

fn lift(granted: &Granted, hold: HoldId) {
    enforce::lift(granted.desk(), &granted.clerk_or_manager(), hold, "Mended.").unwrap();
}

impl Granted {
    /// Somebody of the office who did not place the hold.
    fn clerk_or_manager(&self) -> Caller {
        self.city.second.clone()
    }

    fn asked(&self, slug: &str, at: Instant) -> Readers {
        let dataset = dataset_named(self.desk(), slug).unwrap();
        readers(self.desk(), &self.auditor, dataset, Span::new(at, at + TimeDelta::microseconds(1))).unwrap()
    }

    /// Whether a key could read at an instant, and if not, why.
    fn could(&self, slug: &str, key: KeyId, at: Instant) -> &'static str {
        let found = self.asked(slug, at);
        let keys: Vec<&KeyReader> =
            found.agreements.iter().flat_map(|one| &one.keys).filter(|one| one.id == key).collect();
        let Some(one) = keys.first() else { return "not there" };
        assert_eq!(keys.len(), 1, "a key is told once");
        if one.reading.could.is_empty() { one.reading.could_not[0].0.as_str() } else { "yes" }
    }
}

#[test]
fn who_could_read_is_answered_for_each_moment_of_a_story() {
    for granted in granted() {
        let desk = granted.desk();
        let start = desk.clock.now();
        let day = |days: i64| start + TimeDelta::days(days);
        granted.days_on(1);
        let key = granted.issue("Map").key.id;
        granted.days_on(1);
        let hold = suspend(&granted, HoldTarget::Key(key));
        granted.days_on(1);
        let above = suspend(&granted, HoldTarget::Agreement(granted.agreement));
        granted.days_on(1);
        lift(&granted, hold);
        granted.days_on(1);
        lift(&granted, above);
        granted.days_on(1);
        keys::revoke(desk, granted.maria(), key, "").unwrap();
        granted.days_on(1);
        let other = granted.issue("Second").key.id;
        granted.days_on(1);
        agree::terminate(desk, granted.maria(), granted.agreement, None, "The project is over.").unwrap();
        granted.days_on(1);
        let half = TimeDelta::hours(12);
        for (at, first, second) in [
            (day(0) - half, "not there", "not there"),
            (day(0) + half, "not there", "not there"),
            (day(1), "yes", "not there"),
            (day(2) - TimeDelta::microseconds(1), "yes", "not there"),
            (day(2), "held", "not there"),
            (day(3) + half, "held", "not there"),
            (day(4) + half, "held", "not there"),
            (day(5), "yes", "not there"),
            (day(6) - half, "yes", "not there"),
            (day(6), "no_key", "not there"),
            (day(7) + half, "no_key", "yes"),
            (day(8), "not there", "not there"),
        ] {
            let said = (granted.could("parking", key, at), granted.could("parking", other, at));
            // Until a key is made it is told as one that was not there yet.
            let told = |said: &'static str, wanted: &str| if wanted == "not there" { "not there" } else { said };
            assert_eq!((told(said.0, first), told(said.1, second)), (first, second), "{} {at}", desk.profile.zone);
            for (one, wanted) in [(said.0, first), (said.1, second)] {
                assert!(wanted != "not there" || one != "yes", "{at}");
            }
        }
        let whole = granted.asked_between("parking", day(0), day(9));
        let [one] = whole.agreements.as_slice() else { panic!("{:?}", whole.agreements.len()) };
        let first = one.keys.iter().find(|reader| reader.id == key).unwrap();
        assert_eq!(first.reading.could, Spans::of([Span::new(day(1), day(2)), Span::new(day(5), day(6))]));
        assert_eq!(one.in_force, Spans::of([Span::new(day(0), day(8))]));
        assert_eq!((one.holds.len(), first.holds.len()), (1, 1));
        assert_eq!(one.bound_by.text_hash, one.agreement.text_hash);
        let approvals: Vec<_> =
            one.approvals.iter().map(|approval| (approval.how, &*approval.by, &*approval.capacity)).collect();
        assert_eq!(approvals, [(How::Asked, "Manager 0", "manager")]);
    }
}

impl Granted {
    fn asked_between(&self, slug: &str, from: Instant, until: Instant) -> Readers {
        let dataset = dataset_named(self.desk(), slug).unwrap();
        readers(self.desk(), &self.auditor, dataset, Span::new(from, until)).unwrap()
    }
}

#[test]
fn a_key_that_was_carried_over_is_told_under_the_agreement_of_that_time() {
    for granted in granted() {
        let desk = granted.desk();
        let start = desk.clock.now();
        let day = |days: i64| start + TimeDelta::days(days);
        let old = agreement_on(&granted.city, &["bike-share"]);
        let form =
            KeyForm { name: "Bikes".to_owned(), scopes: vec!["bike-share:read".to_owned()], ..KeyForm::default() };
        let key = keys::create(desk, granted.maria(), old, &form.read(desk.profile.zone).unwrap()).unwrap().key.id;
        granted.days_on(2);
        let application = desk.read(|conn| agreements::by_id(conn, old)).unwrap().application;
        let next = again::reopen(desk, granted.maria(), application).unwrap();
        let State::Executed { agreement: new, .. } = submit(&granted.city, next) else { panic!() };
        granted.days_on(2);
        let found = granted.asked_between("bike-share", day(0), day(4));
        let told: Vec<_> = found.agreements.iter().map(|one| (one.agreement.id, one.could())).collect();
        assert_eq!(
            told,
            [(old, Spans::of([Span::new(day(0), day(2))])), (new, Spans::of([Span::new(day(2), day(4))]))]
        );
        assert_eq!(granted.could("bike-share", key, day(1)), "yes");
        assert_eq!(granted.could("bike-share", key, day(3)), "yes");
        assert_eq!(found.agreements[0].approvals[0].how, How::Terms, "nobody had to decide");
    }
}

#[test]
fn a_rolled_key_reads_to_the_end_of_its_overlap_and_a_hold_on_a_colleague_stops_while_they_are_one() {
    for granted in granted() {
        let desk = granted.desk();
        let (carl, agreement) = granted.colleague();
        let maria = granted.city.desk.caller(granted.maria().actor.account.unwrap());
        let start = desk.clock.now();
        let day = |days: i64| start + TimeDelta::days(days);
        let key = keys::create(desk, &maria, agreement, &crate::cases::keys::tests::wish("Map")).unwrap().key.id;
        granted.days_on(1);
        let roll = keys::RollForm { overlap_days: 2, ..keys::RollForm::default() };
        let next = keys::roll(desk, &maria, key, &roll.read(desk.profile.zone).unwrap()).unwrap().key.id;
        granted.days_on(3);
        suspend(&granted, HoldTarget::Requester(carl.actor.account.unwrap()));
        granted.days_on(2);
        for (at, first, second) in [
            (day(0), "yes", "no"),
            (day(1), "yes", "yes"),
            (day(3) - TimeDelta::microseconds(1), "yes", "yes"),
            (day(3), "no_key", "yes"),
            (day(4), "no_key", "held"),
        ] {
            let could = granted.could("parking", next, at);
            assert_eq!((granted.could("parking", key, at), could == "yes"), (first, second == "yes"), "{at} {could}");
        }
    }
}

#[test]
fn two_approvals_are_told_and_only_auditors_ask() {
    for granted in granted() {
        let desk = granted.desk();
        let id = crate::cases::apply_tests::draft(&granted.city, &["cameras"]);
        submit(&granted.city, id);
        approve(&granted.city, granted.manager(), id, "cameras").unwrap();
        let second = appoint(&granted, &granted.city.second, 0);
        let item = crate::cases::apply_tests::item(&granted.city, id, "cameras");
        crate::cases::review::decide(desk, &second, id, item, crate::cases::review::Decided::Confirm, "So do I.")
            .unwrap();
        let found = granted.asked("cameras", desk.clock.now());
        let [one] = found.agreements.as_slice() else { panic!() };
        let how: Vec<_> = one.approvals.iter().map(|approval| (approval.how, &*approval.by)).collect();
        assert_eq!(how, [(How::First, "Manager 0"), (How::Asked, "Second Manager")]);
        assert_eq!(found.tier, Some(Tier::Restricted));
        let dataset = dataset_named(desk, "cameras").unwrap();
        let span = Span::new(desk.clock.now(), desk.clock.now() + TimeDelta::hours(1));
        for other in [granted.manager(), granted.maria(), &granted.clerk] {
            assert_eq!(refused(readers(desk, other, dataset, span)), "missing");
            assert_eq!(refused(sheet(desk, other, dataset, span)), "missing");
        }
        let before = desk.read(audit::head).unwrap().number;
        assert_eq!(sheet(desk, &granted.auditor, dataset, span).unwrap().rows.len(), 1, "an agreement without keys");
        assert_eq!(desk.read(audit::head).unwrap().number, before + 1, "what is taken out leaves an entry");
        let long = Span::new(span.from, span.from + TimeDelta::days(DAYS_MAX + 1));
        assert_eq!(refused(readers(desk, &granted.auditor, dataset, long)), "too_long");
    }
}
