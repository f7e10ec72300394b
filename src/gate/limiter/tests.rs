//! Limits are exact, all or nothing, and survive what they must survive.

use std::sync::atomic::AtomicUsize;

use chrono_tz::Tz;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::domain::id::DatasetId;
use crate::domain::limits::{CityDay, Limits};
use crate::domain::time::Instant;

const ZONE: Tz = chrono_tz::America::New_York;

fn at(utc: &str, seconds: u64) -> Now {
    let utc: Instant = utc.parse().unwrap();
    Now { utc, ticks: seconds * NANOS_PER_SECOND + 1, today: CityDay::of(ZONE, utc), zone: ZONE }
}

fn noon(seconds: u64) -> Now {
    at("2026-06-01T16:00:00Z", seconds)
}

fn set(text: &str) -> Arc<LimitSet> {
    LimitSet::continuing(&Arc::new(Plan::new(Limits::parse(text).unwrap(), "")), None)
}

/// What a call is counted in: shared, then the key's own.
fn counted<const N: usize>(sets: [Arc<LimitSet>; N]) -> Counted {
    let mut sets = sets.into_iter();
    Counted { shared: sets.next(), own: sets.next(), parts: 1 }
}

fn alone(set: &Arc<LimitSet>) -> Counted {
    counted([Arc::clone(set)])
}

fn passed(counted: &Counted, now: &Now, tries: usize) -> usize {
    (0..tries).filter(|_| take(counted, now).is_ok()).count()
}

#[test]
fn of_n_plus_k_calls_exactly_n_pass() {
    for (text, allowed) in
        [("1/second", 1), ("10/second burst 3", 3), ("100/minute", 100), ("7/day", 7), ("5/month", 5)]
    {
        assert_eq!(passed(&counted([set(text)]), &noon(0), allowed + 9), allowed, "{text}");
    }
}

#[test]
fn a_rate_refills_evenly_and_says_when() {
    let sets = counted([set("60/minute burst 2")]);
    assert_eq!(passed(&sets, &noon(0), 5), 2);
    let refused = take(&sets, &noon(0)).unwrap_err();
    assert_eq!((refused.label.as_str(), refused.retry_after_seconds), ("minute", 1));
    assert_eq!(passed(&sets, &noon(1), 5), 1);
    assert_eq!(passed(&sets, &noon(600), 5), 2);
}

#[test]
fn a_quota_starts_anew_with_the_citys_day_and_month() {
    let sets = counted([set("2/day, 3/month")]);
    let late = at("2026-06-02T03:59:59Z", 0);
    assert_eq!(passed(&sets, &late, 5), 2);
    let refused = take(&sets, &late).unwrap_err();
    assert_eq!((refused.window, refused.retry_after_seconds), (Window::Day, 1));
    let next_day = at("2026-06-02T04:00:00Z", 1);
    assert_eq!(passed(&sets, &next_day, 5), 1);
    assert_eq!(take(&sets, &next_day).unwrap_err().window, Window::Month);
    assert_eq!(passed(&sets, &at("2026-07-01T04:00:00Z", 2), 5), 2);
}

#[test]
fn setting_the_clock_neither_doubles_nor_blocks_a_quota() {
    let sets = counted([set("2/day")]);
    assert_eq!(passed(&sets, &at("2026-06-02T04:30:00Z", 0), 5), 2);
    assert_eq!(passed(&sets, &at("2026-06-02T03:30:00Z", 0), 5), 0, "set back over midnight");
    assert_eq!(passed(&sets, &at("2027-07-06T04:00:00Z", 0), 5), 2, "set far ahead");
    assert_eq!(passed(&sets, &at("2026-06-02T05:00:00Z", 0), 5), 2, "and back to the truth");
}

#[test]
fn how_limits_stand_is_written_as_json() {
    let sets = counted([set("100/day, 10/minute burst 3"), set("1/second")]);
    assert_eq!(passed(&sets, &noon(0), 1), 1);
    for sets in [counted([]), counted([set("")]), sets] {
        let mut text = Vec::new();
        write_standings(&sets, &noon(0), &mut text);
        let told: Vec<serde_json::Value> = serde_json::from_slice(&text).unwrap();
        let expected = standings(&sets, &noon(0)).into_iter().map(|Standing { name, remaining, reset_seconds }| {
            serde_json::json!({"name": name, "remaining": remaining, "reset_seconds": reset_seconds})
        });
        assert_eq!(told, expected.collect::<Vec<_>>());
    }
}

#[test]
fn a_refusal_takes_from_no_other_limit() {
    let sets = counted([set("100/day, 100/minute"), set("1/second")]);
    assert_eq!(passed(&sets, &noon(0), 50), 1);
    let left = |name: &str| standings(&sets, &noon(0)).iter().find(|s| s.name == name).unwrap().remaining;
    assert_eq!((left("day"), left("minute"), left("second")), (99, 99, 0));
    let quota_first = counted([set("1/day, 10/second")]);
    assert_eq!(passed(&quota_first, &noon(0), 5), 1);
    assert_eq!(standings(&quota_first, &noon(0))[1].remaining, 9);
}

#[test]
fn limits_are_exact_between_threads() {
    let sets = counted([set("500/day, 800/second"), set("1000/minute")]);
    let passes = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| passes.fetch_add(passed(&sets, &noon(0), 400), Ordering::SeqCst));
        }
    });
    assert_eq!(passes.into_inner(), 500);
}

#[test]
fn headers_name_every_limit() {
    let own = LimitSet::continuing(&Arc::new(Plan::new(Limits::parse("9/minute").unwrap(), "key/")), None);
    let sets = counted([set("10/second burst 20, 5000/day"), own]);
    take(&sets, &noon(0)).unwrap();
    let (policy, state) = headers(&sets, &noon(0), &Ink::default()).unwrap();
    assert_eq!(policy, r#""second";q=10;w=1;burst=20, "day";q=5000;w=86400, "key/minute";q=9;w=60"#);
    assert_eq!(state, r#""second";r=19;t=1, "day";r=4999;t=43200, "key/minute";r=8;t=7"#);
    assert_eq!(headers(&counted([]), &noon(0), &Ink::default()), None);
    assert_eq!(headers(&counted([set("")]), &noon(0), &Ink::default()), None);
}

#[test]
fn publishing_again_resets_nothing() {
    let first = set("2/day, 5/second");
    let again = LimitSet::continuing(&Arc::new(Plan::new(Limits::parse("2/day, 5/second").unwrap(), "")), Some(&first));
    assert!(Arc::ptr_eq(&first, &again));
    assert_eq!(passed(&alone(&first), &noon(0), 9), 2);
    let wider = LimitSet::continuing(&Arc::new(Plan::new(Limits::parse("daily: 3/day").unwrap(), "")), Some(&first));
    assert_eq!(passed(&alone(&wider), &noon(0), 9), 1);
    let narrower = LimitSet::continuing(&Arc::new(Plan::new(Limits::parse("1/day").unwrap(), "")), Some(&wider));
    assert_eq!(passed(&alone(&narrower), &noon(0), 9), 0);
}

fn restore(set: &LimitSet, levels: &[QuotaLevel]) {
    for level in levels {
        set.restore(level);
    }
}

#[test]
fn quotas_survive_a_restart_and_are_never_lowered_by_it() {
    let before = set("5/day, 9/month, 5/second");
    assert_eq!(passed(&alone(&before), &noon(0), 4), 4);
    assert_eq!(crossings(&alone(&before), &noon(0)).len(), 1);
    let levels = before.levels(&noon(0));
    assert_eq!(levels.iter().map(|l| (l.used, l.told_percent)).collect::<Vec<_>>(), [(4, 80), (4, 0)]);
    assert_eq!(levels[1].window_start, "2026-06-01".parse().unwrap());
    let after = set("5/day, 9/month, 5/second");
    restore(&after, &levels);
    assert_eq!(after.levels(&noon(0)), levels);
    assert_eq!(passed(&alone(&after), &noon(0), 9), 1);
    restore(&after, &levels);
    assert_eq!(passed(&alone(&after), &noon(0), 9), 0, "an old level gives nothing back");
    let tomorrow = at("2026-06-02T16:00:00Z", 9);
    assert_eq!(passed(&alone(&after), &tomorrow, 9), 4, "the day is new, the month goes on");
}

#[test]
fn each_quota_tells_80_and_100_per_cent_once_per_window() {
    let sets = counted([set("10/day")]);
    let mut told = Vec::new();
    for _ in 0..12 {
        let _refused = take(&sets, &noon(0));
        told.extend(crossings(&sets, &noon(0)).into_iter().map(|(_, crossed)| (crossed.percent, crossed.used)));
    }
    assert_eq!(told, [(80, 8), (100, 10)]);
    let one = counted([set("1/day")]);
    take(&one, &noon(0)).unwrap();
    assert_eq!(crossings(&one, &noon(0))[0].1.percent, 100);
}

#[test]
fn addresses_are_counted_by_themselves_in_bounded_memory() {
    let limits = AddressLimits::new(64);
    let plan = Arc::new(Plan::new(Limits::parse("1/day").unwrap(), ""));
    let dataset = DatasetId::from_uuid(Uuid::from_u128(1));
    let call = |address: &str| {
        passed(&counted([limits.of(address.parse().unwrap(), dataset, &plan, &noon(0))]), &noon(0), 1) == 1
    };
    assert!(call("192.0.2.1"));
    assert!(!call("192.0.2.1"));
    assert!(!call("::ffff:192.0.2.1"));
    assert!(call("192.0.2.2"));
    assert!(call("2001:db8:0:1::1"));
    assert!(!call("2001:db8:0:1:ffff::2"), "one /64 is one address");
    for number in 0..2000 {
        call(&format!("10.0.{}.{}", number / 250, number % 250));
    }
    assert!(limits.len() <= 64, "{}", limits.len());
}

proptest! {
    /// Whatever the limits and the pace, never more pass than the plan allows over the time elapsed.
    #[test]
    fn no_pace_beats_a_limit(max in 1_u64..20, burst in 1_u64..20, gaps in prop::collection::vec(0_u64..3, 1..80)) {
        let sets = counted([set(&format!("{max}/minute burst {burst}, 30/day"))]);
        let (mut seconds, mut allowed) = (0, 0);
        for gap in gaps {
            seconds += gap;
            allowed += u64::from(take(&sets, &noon(seconds)).is_ok());
            prop_assert!(allowed <= (burst + seconds * max / 60).min(30));
        }
    }
}
