//! What is left of limits in the window that is now, and for whose eyes, on both databases.

use super::apply_tests::{approve, cities, code, draft, submit};
use super::keys::form::KeyForm;
use super::{keys, left};
use crate::domain::application::State;
use crate::domain::limits::{CityDay, Window};
use crate::store::agreements;
use crate::store::usage::{self, QuotaOwner, QuotaUse, UsageBatch};

#[test]
fn used_calls_of_this_day_and_month_are_taken_off_and_those_of_before_are_not() {
    for city in cities() {
        let desk = &city.desk.desk;
        let id = draft(&city, &["parking"]);
        submit(&city, id);
        let State::Executed { agreement, .. } = approve(&city, &city.managers[0], id, "parking").unwrap() else {
            panic!()
        };
        let form = KeyForm {
            name: "Map".to_owned(),
            scopes: vec!["parking:read".to_owned()],
            limits: "100/day, 5/minute".to_owned(),
            ..KeyForm::default()
        };
        let wish = form.read(chrono_tz::America::New_York).unwrap();
        let key = keys::create(desk, &city.maria, agreement, &wish).unwrap().key;
        let signed = desk.read(|conn| agreements::by_id(conn, agreement)).unwrap();
        let now = desk.clock.now();
        let today = CityDay::of(desk.profile.zone, now);
        let quota = |owner, limit: &str, start, calls| QuotaUse {
            owner,
            limit: limit.to_owned(),
            period: Window::Day,
            window_start: start,
            calls,
            told_percent: 0,
        };
        let own = key.limits.as_slice().iter().find(|limit| limit.window == Window::Day).unwrap().name.clone();
        let shared = signed.schedules[0].limits.as_slice()[0].name.clone();
        let of_agreement = QuotaOwner::Agreement(agreement, signed.schedules[0].dataset);
        let mut batch = UsageBatch::default();
        batch.quotas.push(quota(of_agreement, &shared, today.day, 1_200));
        batch.quotas.push(quota(QuotaOwner::Key(key.id), &own, today.day, 100));
        desk.store.write(|conn| usage::write(conn, ("test", 1), &batch, desk.profile.zone, now)).unwrap();

        let all = left::of_agreement(desk, &city.maria, agreement).unwrap();
        assert_eq!((all[0].max, all[0].used, all[0].left()), (5_000, Some(1_200), Some(3_800)), "{all:?}");
        assert_eq!(all[0].resets_at, Some(today.ends));
        let of_key = left::of_key(desk, &city.maria, key.id).unwrap();
        let own = of_key.iter().find(|one| one.dataset.is_none() && one.window == Window::Day).unwrap();
        assert_eq!((own.used, own.left()), (Some(100), Some(0)));
        let rate = of_key.iter().find(|one| one.window == Window::Minute).unwrap();
        assert_eq!((rate.used, rate.resets_at), (None, None), "a rate refills all the time");
        assert!(of_key.iter().any(|one| one.left() == Some(3_800)), "with what it shares: {of_key:?}");

        desk.clock.set(now + chrono::Duration::days(1));
        let all = left::of_agreement(desk, &city.maria, agreement).unwrap();
        assert_eq!(all[0].left(), Some(5_000), "a new day counts anew");

        let stranger = city.desk.person("Sam Stranger", &[]);
        assert_eq!(code(&left::of_agreement(desk, &stranger, agreement).unwrap_err()), "missing");
        assert_eq!(code(&left::of_key(desk, &stranger, key.id).unwrap_err()), "missing");
        assert_eq!(code(&left::networks(desk, &stranger, key.id).unwrap_err()), "missing");
        assert_eq!(left::networks(desk, &city.maria, key.id).unwrap(), []);
    }
}
