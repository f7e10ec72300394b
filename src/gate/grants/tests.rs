//! The picture is changed whole, keeps its counters, and can be put back after a restart.

use std::sync::atomic::AtomicUsize;

use super::*;
use crate::domain::id::KeyId;
use crate::domain::key::Digest;
use crate::domain::redaction::{Rule, Treatment};
use crate::domain::tier::Tier;
use crate::gate::limiter;
use crate::gate::testing::{
    agreement, agreement_id, dataset, dataset_id, grants, key, key_id, key_text, limits, noon, now_at, publication,
};

fn digest(number: u8) -> Digest {
    Digest::of(&key_text(number))
}

#[test]
fn quotas_of_agreements_and_keys_survive_a_restart() {
    let all = || {
        let mut all = publication("http://127.0.0.1:9");
        all.agreements = vec![agreement("10/day, 5/second")];
        all.keys = vec![KeyGrant { limits: limits("8/month"), ..key(1) }];
        all
    };
    let now = now_at(noon(), 1);
    let before = grants(all());
    let record = before.key(&digest(1)).unwrap();
    let sets = |record: &KeyRecord| {
        let picture = record.agreement.now();
        let schedule = picture.as_deref().unwrap().schedule(dataset_id("parking")).unwrap();
        limiter::Counted { shared: Some(Arc::clone(&schedule.limits)), own: record.limits.clone(), parts: 1 }
    };
    for _ in 0..4 {
        limiter::take(&sets(&record), &now).unwrap();
    }
    let uses = before.quota_levels(&now);
    assert_eq!(uses.len(), 2);
    let stored = serde_json::to_string(&uses).unwrap();

    let after = grants(all());
    after.restore_quota_levels(&serde_json::from_str::<Vec<QuotaUse>>(&stored).unwrap());
    let mut again = after.quota_levels(&now);
    again.sort_by_key(|used| used.level.used);
    assert!(uses.iter().all(|used| again.contains(used)));
    let record = after.key(&digest(1)).unwrap();
    let passed = (0..20).filter(|second| limiter::take(&sets(&record), &now_at(noon(), *second)).is_ok()).count();
    assert_eq!(passed, 4, "eight a month for the key, four used");
}

#[test]
fn an_old_picture_is_stale_until_it_is_confirmed() {
    let grants = Grants::new(GrantRules { key_prefix: "nwk".to_owned(), stale_after: Duration::from_secs(10) });
    let second = 1_000_000_000;
    assert!(grants.is_stale(5) && !grants.is_published());
    grants.confirm_fresh(second);
    assert!(!grants.is_stale(11 * second));
    assert!(grants.is_stale(11 * second + 1));
    grants.confirm_fresh(5 * second);
    grants.confirm_fresh(2 * second);
    assert!(!grants.is_stale(15 * second), "a late confirmation takes nothing back");
}

#[test]
fn datasets_come_change_their_slug_and_go() {
    let grants = grants(publication("http://127.0.0.1:9"));
    let moved =
        DatasetGrant { slug: "car-parks".to_owned(), ..dataset("parking", Tier::Conditioned, "http://127.0.0.1:9") };
    grants.apply(vec![GrantChange::Dataset(Box::new(moved))]);
    assert!(grants.route("parking").is_none() && grants.route("car-parks").is_some());
    grants.apply(vec![GrantChange::DatasetGone(dataset_id("parking"))]);
    assert!(grants.route("car-parks").is_none());
    let broken = dataset("noise", Tier::Open, "ftp://nowhere");
    grants.apply(vec![GrantChange::Dataset(Box::new(broken))]);
    assert!(grants.route("noise").unwrap().upstream.is_none());
}

#[test]
fn keys_come_and_go_by_digest_and_services_by_id() {
    let grants = grants(publication("http://127.0.0.1:9"));
    assert_eq!(grants.counts(), GrantCounts { datasets: 3, keys: 1, agreements: 1 });
    grants.apply(vec![GrantChange::Key(Box::new(key(2))), GrantChange::KeyGone(digest(1))]);
    assert!(grants.key(&digest(1)).is_none() && grants.key_named(key_id(1)).is_none());
    assert_eq!(grants.key_named(key_id(2)).unwrap().id, key_id(2));
    assert_eq!(
        grants.key(&digest(2)).map(|record| (record.id, record.agreement.id)),
        Some((key_id(2), agreement_id()))
    );
    let service = grants.service("service-secret").unwrap();
    grants.apply(vec![GrantChange::Service(ServiceGrant { is_live: false, ..(*service).clone() })]);
    assert!(grants.service("service-secret").is_none());
}

#[test]
fn ten_thousand_keys_are_found_and_one_change_touches_one() {
    let grants = grants(publication("http://127.0.0.1:9"));
    let many = |number: u32| {
        let id = KeyId::from_uuid(uuid::Uuid::from_u128(u128::from(number) + (1 << 64)));
        KeyGrant { id, digest: Digest::of(&format!("key {number}")), ..key(1) }
    };
    grants.apply((0..10_000).map(|number| GrantChange::Key(Box::new(many(number)))).collect());
    assert_eq!(grants.counts().keys, 10_001);
    let held = KeyGrant { holds: crate::gate::testing::held("misuse"), ..many(777) };
    grants.apply(vec![GrantChange::Key(Box::new(held))]);
    let is_held = |number: u32| !grants.key(&Digest::of(&format!("key {number}"))).unwrap().holds.is_empty();
    assert_eq!((0..10_000).filter(|number| is_held(*number)).count(), 1);
    let by_id = |number: u32| grants.key_named(many(number).id).unwrap();
    assert!((0..10_000).all(|number| by_id(number).id == many(number).id));
    assert_eq!((0..10_000).filter(|number| !by_id(*number).holds.is_empty()).count(), 1);
    grants.publish(publication("http://127.0.0.1:9"));
    assert!(grants.key_named(many(777).id).is_none() && grants.key_named(key_id(1)).is_some());
}

#[test]
fn readers_never_wait_and_never_see_half_a_change() {
    let grants = grants(publication("http://127.0.0.1:9"));
    let seen = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..2_000 {
                    let record = grants.key(&digest(1)).unwrap();
                    assert!(record.agreement.now().is_some());
                    seen.fetch_add(usize::from(record.scopes.opens("parking", "read")), Ordering::Relaxed);
                }
            });
        }
        for _ in 0..200 {
            grants.publish(publication("http://127.0.0.1:9"));
        }
    });
    assert_eq!(seen.into_inner(), 4_000);
}

#[test]
fn a_schedule_keeps_its_plan_while_its_rules_stay_and_opens_nothing_under_rules_that_cannot_be_carried_out() {
    let rules = |lines: &[&str]| -> Vec<Rule> {
        let rule =
            |path: &&str| Rule { path: path.parse().unwrap(), treatment: Treatment::Drop, reason: String::new() };
        lines.iter().map(rule).collect()
    };
    let told = |redactions: Vec<Rule>| {
        let mut grant = agreement("10/day");
        grant.schedules.iter_mut().for_each(|schedule| schedule.redactions.clone_from(&redactions));
        GrantChange::Agreement(Box::new(grant))
    };
    let all = grants(publication("http://127.0.0.1:9"));
    let seen = |all: &Grants| {
        let record = all.key(&digest(1)).unwrap();
        let picture = record.agreement.now();
        let schedule = picture.as_deref().unwrap().schedule(dataset_id("parking")).unwrap();
        (schedule.redaction.clone(), schedule.operations.is_empty())
    };
    assert!(matches!(seen(&all), (None, false)));
    all.apply(vec![told(rules(&["plate"]))]);
    let (first, _) = seen(&all);
    all.apply(vec![told(rules(&["plate"]))]);
    let (second, _) = seen(&all);
    assert!(Arc::ptr_eq(&first.clone().unwrap(), &second.unwrap()), "the same rules, the same plan");
    all.apply(vec![told(rules(&["plate", "owner"]))]);
    assert_eq!(seen(&all).0.unwrap().rules().len(), 2);
    let tangle = |name: &str| format!("**.x.*.*.*.*.*.*.*.*.*.{name}");
    all.apply(vec![told(rules(&[&tangle("a"), &tangle("b")]))]);
    assert!(matches!(seen(&all), (None, true)), "it opens nothing");
}
