//! The explorer's sums are those of the calls, whichever rollup answers.

use super::*;
use crate::cases::keys::tests::{Granted, granted, refused};
use crate::domain::id::KeyId;
use crate::store::usage::{self, Counted, UsageBatch, UsageCount};
use chrono::TimeDelta;

fn calls(granted: &Granted, key: KeyId, number: i64, calls: &[(i64, &str, i64)]) {
    let desk = granted.desk();
    let agreement = granted.agreement();
    let now = desk.clock.now();
    let counts = calls.iter().map(|(days_ago, outcome, calls)| UsageCount {
        minute: now - TimeDelta::days(*days_ago),
        of: Counted {
            key: Some(key),
            agreement: Some(agreement.id),
            dataset: Some(agreement.schedules[0].dataset),
            operation: "read".to_owned(),
            outcome: (*outcome).to_owned(),
        },
        calls: *calls,
        bytes: calls * 100,
        latency_us: calls * 2_000,
    });
    let batch = UsageBatch { counts: counts.collect(), ..UsageBatch::default() };
    assert!(desk.store.write(|conn| usage::write(conn, ("test", number), &batch, desk.profile.zone, now)).unwrap());
}

fn asked(granted: &Granted, fields: &[(&str, &str)]) -> Result<Explored, CaseError> {
    let get = |name: &str| {
        fields.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()).unwrap_or_default()
    };
    let question = question(granted.desk(), &get)?;
    explore(granted.desk(), &granted.auditor, &question)
}

fn told(found: &Explored) -> Vec<(String, i64, i64)> {
    found.rows.iter().map(|row| (row.label.clone(), row.sum.calls, row.sum.refused())).collect()
}

#[test]
fn every_way_of_summing_tells_the_same_calls_under_every_filter() {
    for granted in granted() {
        let (one, two) = (granted.issue("One").key, granted.issue("Two").key);
        calls(&granted, one.id, 1, &[(0, "ok", 5), (0, "rate_limited", 2), (40, "ok", 10), (200, "ok", 100)]);
        calls(&granted, two.id, 2, &[(1, "ok", 1), (30, "scope_denied", 3)]);
        let year = [("from", "2025-12-01"), ("to", "2026-11-23")];
        for by in By::ALL.into_iter().filter(|by| *by != By::Hour) {
            let found = asked(&granted, &[&[("by", by.as_str())][..], &year].concat()).unwrap();
            assert_eq!((found.total.calls, found.total.refused()), (121, 5), "{by:?}");
            assert_eq!(found.rows.iter().map(|row| row.sum.calls).sum::<i64>(), 121, "{by:?}");
            assert_eq!(found.curve.iter().map(|sum| sum.calls).sum::<i64>(), 121, "{by:?}");
        }
        let agreement = granted.agreement();
        let key = one.id.to_string();
        for filter in [
            ("key", key.as_str(), 117),
            ("agreement", agreement.number.as_str(), 121),
            ("holder", "maria.gonzalez@people.example", 121),
            ("dataset", "parking", 121),
            ("dataset", "cameras", 0),
            ("operation", "read", 121),
            ("outcome", "ok", 116),
        ] {
            for by in ["key", "month", "outcome", "dataset", "day"] {
                let fields = [&[("by", by), (filter.0, filter.1)][..], &year].concat();
                assert_eq!(asked(&granted, &fields).unwrap().total.calls, filter.2, "{by} {filter:?}");
            }
        }
        let both = [&[("by", "outcome"), ("key", key.as_str()), ("outcome", "rate_limited")][..], &year].concat();
        assert_eq!(told(&asked(&granted, &both).unwrap()), [("rate_limited".to_owned(), 2, 2)]);
        let by_key = asked(&granted, &[&[("by", "key")][..], &year].concat()).unwrap();
        assert_eq!(by_key.rows[0].sum.of, key, "the most calls first");
        let refused_first = [&[("by", "key"), ("order", "refused")][..], &year].concat();
        assert_eq!(asked(&granted, &refused_first).unwrap().rows[0].sum.of, two.id.to_string());
    }
}

#[test]
fn hours_of_a_day_are_told_in_the_citys_time() {
    for granted in granted() {
        let key = granted.issue("One").key.id;
        calls(&granted, key, 1, &[(0, "ok", 5)]);
        for extra in [&[][..], &[("key", key.to_string())]] {
            let extra: Vec<(&str, &str)> = extra.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let day = [("by", "hour"), ("from", "2026-11-23"), ("to", "2026-11-23")];
            let found = asked(&granted, &[&day[..], &extra].concat()).unwrap();
            assert_eq!(told(&found), [("2026-11-23 12:00".to_owned(), 5, 0)], "noon in Norwalk is 17:00 UTC");
            let hours = [("by", "outcome"), ("from", "2026-11-23"), ("to", "2026-11-23"), ("from_hour", "12")];
            assert_eq!(asked(&granted, &[&hours[..], &extra].concat()).unwrap().total.calls, 5);
            let later = [("by", "outcome"), ("from", "2026-11-23"), ("to", "2026-11-23"), ("from_hour", "13")];
            assert_eq!(asked(&granted, &[&later[..], &extra].concat()).unwrap().total.calls, 0);
        }
    }
}

#[test]
fn what_cannot_be_read_is_named_and_only_auditors_ask() {
    for granted in granted() {
        for (name, typed, code) in [
            ("by", "colour", "unknown"),
            ("order", "colour", "unknown"),
            ("from", "soon", "day"),
            ("from_hour", "24", "hour"),
            ("key", "x", "unknown"),
            ("organisation", "Nobody", "unknown"),
            ("department", "nowhere", "unknown"),
            ("from", "2020-01-01", "too_long"),
        ] {
            assert_eq!(refused(asked(&granted, &[(name, typed)])), code, "{name} {typed}");
        }
        let long = [("by", "hour"), ("from", "2026-11-01"), ("to", "2026-11-05"), ("dataset", "parking")];
        assert_eq!(asked(&granted, &long).unwrap().total.calls, 0);
        assert_eq!(
            refused(asked(&granted, &[&long[..], &[("holder", "otto.auditor@people.example")]].concat())),
            "too_long"
        );
        let any = question(granted.desk(), &|_| String::new()).unwrap();
        for other in [granted.manager(), granted.maria(), &granted.clerk] {
            assert_eq!(refused(explore(granted.desk(), other, &any)), "missing");
            assert_eq!(refused(sheet(granted.desk(), other, &any)), "missing");
        }
    }
}
