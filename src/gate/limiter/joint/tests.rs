//! Several gates before one ledger, in one process, with a clock of the test's.

use std::collections::HashMap;

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::domain::id::{AgreementId, DatasetId};
use crate::domain::limits::{CityDay, Limits};
use crate::domain::time::Instant;
use crate::gate::limiter::{Counted, Plan, standings, take};

fn owner() -> QuotaOwner {
    let id = Uuid::from_u128(1);
    QuotaOwner::Agreement { agreement: AgreementId::from_uuid(id), dataset: DatasetId::from_uuid(id) }
}

/// The instant so many milliseconds after noon.
fn at(millis: u64) -> Now {
    let zone = chrono_tz::America::New_York;
    let noon: Instant = "2026-06-01T16:00:00Z".parse().unwrap();
    let utc = noon + chrono::TimeDelta::milliseconds(i64::try_from(millis).unwrap());
    Now { utc, ticks: (millis + 1) * 1_000_000, today: CityDay::of(zone, utc), zone }
}

/// What the ledger does, as the script in it does.
#[derive(Default)]
struct Ledger {
    rates: HashMap<String, u64>,
    quotas: HashMap<(String, u64), u64>,
}

impl Ledger {
    fn hear(&mut self, claim: &Claim) -> Vec<Agreed> {
        let one = |claimed: &Claimed| match claimed.part {
            ClaimedPart::Rate { interval_nanos, .. } => {
                let arrival = self.rates.entry(claimed.name.clone()).or_default();
                *arrival = (*arrival).max(claim.since) + claim.calls * interval_nanos;
                Agreed::Rate { arrival: *arrival }
            }
            ClaimedPart::Quota { ordinal, base, calls } => {
                let count = self.quotas.entry((claimed.name.clone(), ordinal)).or_default();
                *count = (*count).max(base) + calls;
                Agreed::Quota { ordinal, count: *count }
            }
        };
        claim.limits.iter().map(one).collect()
    }
}

struct Gate {
    joint: Joint,
    set: Arc<LimitSet>,
}

impl Gate {
    fn under(plan: &str) -> Self {
        let joint = Joint::default();
        joint.set_counting(Counting::Together { gates: 2 });
        Self { joint, set: LimitSet::continuing(&Arc::new(Plan::new(Limits::parse(plan).unwrap(), "")), None) }
    }

    fn call(&self, now: &Now) -> bool {
        let counted = Counted { shared: Some(Arc::clone(&self.set)), own: None, parts: self.joint.parts() };
        let passed = take(&counted, now).is_ok();
        if passed {
            self.joint.note(owner, &self.set, now);
        }
        passed
    }

    fn calls(&self, tries: u64, now: &Now) -> u64 {
        (0..tries).map(|_| u64::from(self.call(now))).sum()
    }

    fn round(&self, ledger: &mut Ledger, now: &Now) {
        for noted in self.joint.take_noted() {
            let claim = self.joint.claim(noted, now);
            let agreed = ledger.hear(&claim);
            self.joint.settle(&claim, &agreed);
        }
    }

    fn fails(&self, now: &Now) {
        for noted in self.joint.take_noted() {
            let claim = self.joint.claim(noted, now);
            self.joint.withdraw(vec![claim]);
        }
    }

    fn own(&self, now: &Now) -> u64 {
        self.set.levels(now).iter().map(|level| level.used).sum()
    }

    fn remaining(&self, now: &Now) -> u64 {
        let counted = Counted { shared: Some(Arc::clone(&self.set)), own: None, parts: self.joint.parts() };
        standings(&counted, now)[0].remaining
    }
}

#[test]
fn a_quota_is_one_for_all_gates_and_each_writes_its_own_calls() {
    let (first, second, mut ledger) = (Gate::under("10/day"), Gate::under("10/day"), Ledger::default());
    assert_eq!(first.calls(4, &at(0)), 4);
    first.round(&mut ledger, &at(10));
    assert_eq!(second.calls(1, &at(20)), 1);
    second.round(&mut ledger, &at(30));
    assert_eq!(second.remaining(&at(30)), 5);
    assert_eq!(second.calls(9, &at(40)), 5);
    second.round(&mut ledger, &at(50));
    first.calls(1, &at(60));
    first.round(&mut ledger, &at(70));
    assert_eq!(first.calls(9, &at(80)), 0, "it has heard that all is used");
    assert_eq!((first.own(&at(90)), second.own(&at(90))), (5, 6));
}

#[test]
fn a_gate_that_hears_of_others_needs_no_call_of_its_own_to_know() {
    let (first, second, mut ledger) = (Gate::under("10/day"), Gate::under("10/day"), Ledger::default());
    assert_eq!(first.calls(10, &at(0)), 10);
    first.round(&mut ledger, &at(10));
    let told = Agreed::Quota { ordinal: quota::present(Window::Day, &at(10)), count: 10 };
    second.joint.hear(&second.set, "day", Window::Day, told, &at(20));
    second.joint.hear(&second.set, "day", Window::Day, told, &at(20));
    assert_eq!((second.calls(5, &at(30)), second.own(&at(30))), (0, 0));
    let of_another_day = Agreed::Quota { ordinal: 1, count: 3 };
    let third = Gate::under("10/day");
    third.joint.hear(&third.set, "day", Window::Day, of_another_day, &at(20));
    third.joint.hear(&third.set, "month", Window::Month, told, &at(20));
    assert_eq!(third.calls(20, &at(30)), 10);
}

#[test]
fn what_is_heard_while_a_claim_is_on_its_way_is_counted_once_in_the_end() {
    let (gate, mut ledger) = (Gate::under("100/day"), Ledger::default());
    assert_eq!(gate.calls(7, &at(0)), 7);
    let noted = gate.joint.take_noted().remove(0);
    let claim = gate.joint.claim(noted, &at(1));
    let agreed = ledger.hear(&claim);
    let ordinal = quota::present(Window::Day, &at(1));
    gate.joint.hear(&gate.set, "day", Window::Day, Agreed::Quota { ordinal, count: 9 }, &at(1));
    assert_eq!(gate.calls(1, &at(1)), 1);
    gate.joint.settle(&claim, &agreed);
    assert_eq!((gate.remaining(&at(2)), gate.own(&at(2))), (100 - 10, 8), "seven and one of its own, two of another");
}

#[test]
fn a_claim_that_was_not_heard_is_claimed_again() {
    let (gate, other, mut ledger) =
        (Gate::under("10/day, 10/minute"), Gate::under("10/day, 10/minute"), Ledger::default());
    assert_eq!(gate.calls(3, &at(0)), 3);
    gate.fails(&at(10));
    assert_eq!(gate.calls(1, &at(20)), 1);
    gate.fails(&at(30));
    gate.round(&mut ledger, &at(40));
    assert!(gate.joint.take_noted().is_empty());
    assert_eq!(other.calls(1, &at(50)), 1);
    other.round(&mut ledger, &at(50));
    assert_eq!((other.remaining(&at(50)), other.calls(9, &at(50))), (5, 5));
    assert_eq!(ledger.quotas.values().sum::<u64>(), 5);
}

#[test]
fn apart_each_gate_has_its_share_of_what_was_left() {
    let (first, second, mut ledger) = (Gate::under("100/day"), Gate::under("100/day"), Ledger::default());
    assert_eq!(first.calls(40, &at(0)), 40);
    first.round(&mut ledger, &at(1));
    assert_eq!(second.calls(1, &at(2)), 1);
    second.round(&mut ledger, &at(3));
    for gate in [&first, &second] {
        gate.joint.set_counting(Counting::Apart { parts: 2 });
    }
    // The first heard last when 40 were used, the second when 41 were.
    assert_eq!((first.calls(99, &at(4)), second.calls(99, &at(4))), (30, 30));
    for gate in [&first, &second] {
        gate.joint.set_counting(Counting::Together { gates: 2 });
        gate.round(&mut ledger, &at(5));
    }
    assert_eq!(second.calls(9, &at(6)), 0, "it was the last to claim and knows all");
}

#[test]
fn apart_a_rate_is_divided_and_never_to_nothing() {
    let gate = Gate::under("60/minute burst 4");
    gate.joint.set_counting(Counting::Apart { parts: 2 });
    assert_eq!(gate.calls(9, &at(0)), 2);
    assert_eq!((gate.calls(1, &at(1_000)), gate.calls(1, &at(2_000))), (0, 1));
    let gate = Gate::under("60/minute burst 1");
    gate.joint.set_counting(Counting::Apart { parts: 9 });
    assert_eq!(gate.calls(9, &at(0)), 1);
}

#[test]
fn a_ledger_that_lost_everything_learns_it_again() {
    let (first, second) = (Gate::under("10/day"), Gate::under("10/day"));
    let mut ledger = Ledger::default();
    first.calls(6, &at(0));
    first.round(&mut ledger, &at(1));
    let mut empty = Ledger::default();
    first.calls(1, &at(2));
    first.round(&mut empty, &at(3));
    second.calls(1, &at(4));
    second.round(&mut empty, &at(5));
    assert_eq!(second.remaining(&at(6)), 2);
}

#[test]
fn a_changed_plan_claims_nothing_twice() {
    let (mut gate, mut ledger) = (Gate::under("10/day"), Ledger::default());
    gate.calls(3, &at(0));
    let next = LimitSet::continuing(&Arc::new(Plan::new(Limits::parse("20/day").unwrap(), "")), Some(&gate.set));
    let older = std::mem::replace(&mut gate.set, next);
    gate.round(&mut ledger, &at(1));
    gate.calls(1, &at(2));
    gate.round(&mut ledger, &at(3));
    assert_eq!((ledger.quotas.values().sum::<u64>(), gate.remaining(&at(4))), (4, 16));
    drop(older);
}

#[test]
fn a_lone_gate_with_a_ledger_is_as_exact_as_without() {
    let (gate, alone, mut ledger) =
        (Gate::under("20/second burst 1"), Gate::under("20/second burst 1"), Ledger::default());
    alone.joint.set_counting(Counting::Alone);
    for millis in 0..5_000 {
        let now = at(millis);
        assert_eq!(gate.call(&now), alone.call(&now), "{millis}");
        if millis % 50 == 7 {
            gate.round(&mut ledger, &now);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever the load, however it is spread, with rounds every 50 ms: over a quarter of a minute not one per cent more than
    /// one gate would let through, nor much less than it.
    #[test]
    fn gates_at_steady_load_hold_one_rate_together(
        rate in 40_u64..400, gates in 2_usize..5, load in 2_u64..5, lag in 0_u64..50, seed in any::<u64>()
    ) {
        let plan = format!("{rate}/second");
        let all: Vec<Gate> = (0..gates).map(|_| Gate::under(&plan)).collect();
        let mut ledger = Ledger::default();
        let (mut passed, mut random) = (0, seed | 1);
        let seconds = 15;
        for millis in 0..seconds * 1_000 {
            let now = at(millis);
            let wished = rate * load * (millis + 1) / 1_000 - rate * load * millis / 1_000;
            for _ in 0..wished {
                random ^= random << 13;
                random ^= random >> 7;
                random ^= random << 17;
                let one = &all[usize::try_from(random % u64::try_from(gates).unwrap()).unwrap()];
                passed += u64::from(one.call(&now));
            }
            for (number, gate) in all.iter().enumerate() {
                if (millis + lag * u64::try_from(number).unwrap()) % 50 == 0 {
                    gate.round(&mut ledger, &now);
                }
            }
        }
        let allowed = rate + rate * seconds;
        prop_assert!(passed * 100 <= allowed * 101, "{passed} of {allowed}");
        prop_assert!(passed * 100 >= rate * seconds * 97, "{passed} of {allowed}");
    }
}
