//! Unusual use on both databases: counted as the gates count, found by its own past, told once.

use chrono::TimeDelta;

use super::*;
use crate::cases::keys::tests::{Granted, granted, refused};
use crate::domain::id::KeyId;
use crate::store::usage::{self, Counted, UsageBatch, UsageCount};

/// The calls of a key: so many days ago, at this hour of the city, how many, with which outcome.
fn call(granted: &Granted, key: KeyId, calls: &[(i64, i64, i64, &str)]) {
    let desk = granted.desk();
    let agreement = granted.agreement();
    // The clock stands at noon of the city.
    let now = desk.clock.now();
    let count = |(days, hour, calls, outcome): &(i64, i64, i64, &str)| UsageCount {
        minute: now - TimeDelta::days(*days) + TimeDelta::hours(hour - 12),
        of: Counted {
            key: Some(key),
            agreement: Some(agreement.id),
            dataset: Some(agreement.schedules[0].dataset),
            operation: "read".to_owned(),
            outcome: (*outcome).to_owned(),
        },
        calls: *calls,
        bytes: 0,
        latency_us: 0,
    };
    let last_used = calls.iter().map(|call| (key, count(call).minute)).collect();
    let batch = UsageBatch { counts: calls.iter().map(count).collect(), last_used, ..UsageBatch::default() };
    let source = format!("test {key}");
    assert!(desk.store.write(|conn| usage::write(conn, (&source, 1), &batch, desk.profile.zone, now)).unwrap());
}

fn found(granted: &Granted, days: u16) -> Anomalies {
    find(granted.desk(), &granted.auditor, Span { days, department: None }).unwrap()
}

fn told(all: &[Unusual]) -> Vec<String> {
    all.iter().map(|one| format!("{}: {}", one.what.as_str(), one.what.sentence())).collect()
}

#[test]
fn days_out_of_the_ordinary_are_found_from_the_rollups_of_the_key_itself() {
    for granted in granted() {
        let (web, steady) = (granted.issue("Web").key.id, granted.issue("Steady").key.id);
        let mut calls: Vec<(i64, i64, i64, &str)> = (1..=28).map(|days| (days, 9, 60, "ok")).collect();
        call(&granted, steady, &calls);
        calls.extend([(0, 9, 600, "ok"), (0, 3, 10, "rate_limited"), (3, 9, 100, "rate_limited")]);
        call(&granted, web, &calls);
        let all = found(&granted, 7);
        assert_eq!(
            told(&all.days),
            [
                "surge: 610 calls on Mon Nov 23, 2026, where 60 a day are usual.",
                "new_hours: Calls on Mon Nov 23, 2026 at hours in which it had not called in the four weeks before: \
                 03:00–04:00.",
                "refusals: 100 of 160 calls on Fri Nov 20, 2026 were refused or failed.",
            ]
        );
        assert!(all.days.iter().all(|one| one.key.as_ref().unwrap().id == web.to_string()));
        assert_eq!(all.days[0].agreement.as_ref().unwrap().number, granted.agreement().number);
        assert!(all.resting.is_empty(), "{:?}", all.resting);
        assert_eq!(found(&granted, 30).days.len(), 3);
        let department = &granted.city.departments;
        let of = |department| Span { days: 7, department: Some(department) };
        let count = |span| find(granted.desk(), &granted.auditor, span).unwrap().days.len();
        assert_eq!((count(of(department[0])), count(of(department[1]))), (3, 0));
        for other in [granted.manager(), granted.maria(), &granted.clerk] {
            assert_eq!(refused(find(granted.desk(), other, Span { days: 7, department: None })), "missing");
        }
    }
}

#[test]
fn keys_and_agreements_that_rest_are_told_once() {
    for granted in granted() {
        let desk = granted.desk();
        let (used, unused) = (granted.issue("Used").key.id, granted.issue("Unused").key.id);
        call(&granted, used, &[(0, 9, 1, "ok")]);
        desk.clock.set(desk.clock.now() + TimeDelta::days(29));
        assert!(told(&found(&granted, 7).resting).is_empty());
        desk.clock.set(desk.clock.now() + TimeDelta::days(1));
        let all = found(&granted, 7);
        assert_eq!(told(&all.resting), ["never_used: Made on Mon Nov 23, 2026 and never used."]);
        assert_eq!(all.resting[0].key.as_ref().unwrap().id, unused.to_string());
        desk.clock.set(desk.clock.now() + TimeDelta::days(30));
        let all = found(&granted, 7);
        assert_eq!(told(&all.resting), ["idle: No call since Mon Nov 23, 2026."], "and not its keys one by one");
    }
}

#[test]
fn a_span_that_cannot_be_read_is_named() {
    let read = |days, department| Span::read(days, department).map_err(|problems| problems[0].field.clone());
    assert_eq!(read("", "").unwrap(), Span { days: 7, department: None });
    assert_eq!(read("90", "").unwrap().days, 90);
    assert_eq!(read("31", "").unwrap_err(), "days");
    assert_eq!(read("7", "parks").unwrap_err(), "department");
}
