//! Keys of the demo's agreements, holds on some of them, and four weeks of plausible usage.

use chrono::{Duration, TimeZone as _, Timelike as _};
use secrecy::SecretString;

use super::seed::City;
use crate::cases::enforce::{self, Suspension};
use crate::cases::keys::form::{KeyForm, RollForm};
use crate::cases::{Caller, CaseError, Desk, keys, misuse};
use crate::domain::agreement::Agreement;
use crate::domain::hold::{HoldReason, HoldTarget};
use crate::domain::id::KeyId;
use crate::domain::time::Instant;
use crate::store::usage::{self, Counted, UsageBatch, UsageCount};
use crate::store::{StoreError, agreements};

/// Days of usage.
const DAYS: i64 = 28;
/// Bytes of one answer, roughly.
const ANSWER_BYTES: i64 = 5_200;
/// Microseconds of one call, roughly.
const CALL_US: i64 = 9_000;
/// How busy each hour of the city's day is, in percent of the busiest.
const HOURS: [i64; 24] = [6, 4, 3, 3, 5, 12, 35, 70, 95, 80, 72, 78, 85, 80, 76, 82, 96, 100, 84, 60, 45, 30, 18, 10];

/// A key of the demo, with its text: made here, shown on the start card, kept nowhere else by the service.
pub struct DemoKey {
    /// Its text.
    pub text: SecretString,
    /// The dataset it opens.
    pub slug: String,
}

impl std::fmt::Debug for DemoKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DemoKey").field("slug", &self.slug).finish_non_exhaustive()
    }
}

/// Makes keys under every live agreement, rolls, suspends and revokes some, and fills in usage. Returns a working key.
///
/// # Errors
/// Whatever a case refuses.
pub fn fill(city: &City) -> Result<DemoKey, CaseError> {
    let live = city.desk.read(|conn| agreements::of_departments(conn, None, Some("executed"), 100))?;
    let mut batch = UsageBatch::default();
    for agreement in live.iter().rev() {
        let since = agreement.execution().map_or(city.now, |execution| execution.at);
        let caller = caller_of(city, agreement)?;
        city.desk.clock.set(since + Duration::hours(2));
        let first = make(city, &caller, agreement, "server")?;
        add_usage(city, agreement, first, (since, city.now), &mut batch);
    }
    let noise = named(&live, "noise-levels")?;
    tell_of_misuse(city, noise)?;
    let parking = named(&live, "parking-occupancy")?;
    tell_of_rolling(city, parking)?;
    add_probing(city, parking, &mut batch)?;
    city.desk.clock.set(city.now);
    write(&city.desk, ("demo", 1), &batch, city.now)?;
    // Part of the story, not of whatever the demo's first seconds are used for.
    misuse::Watch::default().round(&city.desk)?;
    fresh_key(&city.desk, &caller_of(city, parking)?, parking)
}

pub(super) fn named<'a>(live: &'a [Agreement], slug: &str) -> Result<&'a Agreement, CaseError> {
    live.iter().find(|agreement| agreement.schedule(slug).is_some()).ok_or(CaseError::Missing)
}

pub(super) fn caller_of(city: &City, agreement: &Agreement) -> Result<Caller, CaseError> {
    ["maria", "chen", "omar", "jo"]
        .iter()
        .filter_map(|nick| city.person(nick).ok())
        .find(|caller| caller.actor.account == Some(agreement.requester))
        .cloned()
        .ok_or(CaseError::Missing)
}

fn form(agreement: &Agreement, name: &str) -> KeyForm {
    KeyForm {
        name: name.to_owned(),
        mode: "live".to_owned(),
        scopes: agreement.scopes(),
        limits: String::new(),
        networks: String::new(),
        expires_on: String::new(),
    }
}

pub(super) fn make(city: &City, caller: &Caller, agreement: &Agreement, name: &str) -> Result<KeyId, CaseError> {
    let wish = form(agreement, name).read(city.desk.profile.zone)?;
    Ok(keys::create(&city.desk, caller, agreement.id, &wish)?.key.id)
}

/// A key that works now, for the start card.
///
/// # Errors
/// Whatever the case refuses.
pub fn fresh_key(desk: &Desk, caller: &Caller, agreement: &Agreement) -> Result<DemoKey, CaseError> {
    let wish = form(agreement, "start card").read(desk.profile.zone)?;
    let issued = keys::create(desk, caller, agreement.id, &wish)?;
    let slug = agreement.schedules.first().map(|schedule| schedule.slug.clone()).unwrap_or_default();
    Ok(DemoKey { text: issued.text.ok_or(CaseError::Missing)?, slug })
}

fn tell_of_misuse(city: &City, agreement: &Agreement) -> Result<(), CaseError> {
    let holder = caller_of(city, agreement)?;
    city.at(16, 9);
    let leaked = make(city, &holder, agreement, "notebook")?;
    city.at(6, 10);
    let wish = Suspension {
        target: HoldTarget::Key(leaked),
        reason: HoldReason::Leaked,
        explanation: "The key's text stood in a public notebook. Revoke it and make a new one.".to_owned(),
        case: None,
    };
    enforce::suspend(&city.desk, city.person("noor")?, &wish)?;
    city.at(5, 11);
    let second = make(city, &holder, agreement, "calibration")?;
    city.later(30);
    let wish = Suspension {
        target: HoldTarget::Key(second),
        reason: HoldReason::Misuse,
        explanation: "Ten calls a second for an hour, far above what was declared.".to_owned(),
        case: None,
    };
    let hold = enforce::suspend(&city.desk, city.person("noor")?, &wish)?;
    city.later(600);
    enforce::lift(&city.desk, city.person("noor")?, hold.id, "The loop was found and mended.").map(|_| ())
}

fn tell_of_rolling(city: &City, agreement: &Agreement) -> Result<(), CaseError> {
    let holder = caller_of(city, agreement)?;
    city.at(20, 15);
    let phone = make(city, &holder, agreement, "phone app")?;
    city.at(2, 15);
    let roll = RollForm { overlap_days: 7, ..RollForm::default() }.read(city.desk.profile.zone)?;
    keys::roll(&city.desk, &holder, phone, &roll)?;
    city.at(14, 12);
    let old = make(city, &holder, agreement, "old laptop")?;
    city.at(3, 12);
    keys::revoke(&city.desk, &holder, old, "The laptop was sold.")
}

/// Calls hour by hour: busy by day, quiet by night, quieter at weekends, with a few refusals.
fn add_usage(
    city: &City,
    agreement: &Agreement,
    key: KeyId,
    (since, until): (Instant, Instant),
    batch: &mut UsageBatch,
) {
    let zone = city.desk.profile.zone;
    let begin = (until - Duration::days(DAYS)).max(since + Duration::hours(3));
    let mut hour = begin - Duration::seconds(begin.timestamp().rem_euclid(3_600)) + Duration::minutes(17);
    let mut step = 0_i64;
    while hour < until - Duration::hours(1) {
        let local = zone.from_utc_datetime(&hour.naive_utc());
        let share = HOURS.get(usize::try_from(local.hour()).unwrap_or(0)).copied().unwrap_or(10);
        let weekend = if chrono::Datelike::weekday(&local).num_days_from_monday() >= 5 { 60 } else { 100 };
        for (at, schedule) in agreement.schedules.iter().enumerate() {
            let wander = (step * 7_919 + i64::try_from(at).unwrap_or(0) * 613).rem_euclid(41) + 80;
            let calls = share * weekend * wander / 100 / 100;
            let operation = schedule.operations.first().cloned().unwrap_or_default();
            let mut add = |outcome: &str, operation: &str, calls: i64| {
                if calls > 0 {
                    let of = Counted {
                        key: Some(key),
                        agreement: Some(agreement.id),
                        dataset: Some(schedule.dataset),
                        operation: operation.to_owned(),
                        outcome: outcome.to_owned(),
                    };
                    let bytes = if outcome == "ok" { calls * ANSWER_BYTES } else { calls * 420 };
                    batch.counts.push(UsageCount { minute: hour, of, calls, bytes, latency_us: calls * CALL_US });
                }
            };
            add("ok", &operation, calls);
            add("scope_denied", "", i64::from(step.rem_euclid(53) == 7));
            add("rate_limited", &operation, if share > 90 && step.rem_euclid(5) == 0 { calls / 20 } else { 0 });
            add("upstream_failed", &operation, i64::from(step.rem_euclid(97) == 11) * 3);
        }
        step += 1;
        hour += Duration::hours(1);
    }
    batch.last_used.push((key, until - Duration::minutes(4)));
}

/// A key that tried what it does not open, a little before the demo starts, for the misuse rules to see.
fn add_probing(city: &City, agreement: &Agreement, batch: &mut UsageBatch) -> Result<(), CaseError> {
    let holder = caller_of(city, agreement)?;
    city.at(1, 14);
    let key = make(city, &holder, agreement, "trial script")?;
    let dataset = agreement.schedules.first().map(|schedule| schedule.dataset);
    for minutes in 3..6 {
        let of = Counted {
            key: Some(key),
            agreement: Some(agreement.id),
            dataset,
            operation: String::new(),
            outcome: "scope_denied".to_owned(),
        };
        let minute = city.now - Duration::minutes(minutes);
        let minute = minute - Duration::seconds(minute.timestamp().rem_euclid(60));
        let minute = minute - Duration::nanoseconds(i64::from(minute.nanosecond()));
        batch.counts.push(UsageCount { minute, of, calls: 31, bytes: 31 * 420, latency_us: 31 * 40 });
    }
    Ok(())
}

pub(super) fn write(desk: &Desk, part: (&str, i64), batch: &UsageBatch, now: Instant) -> Result<(), CaseError> {
    let zone = desk.profile.zone;
    desk.store.write(|conn| {
        usage::write(conn, part, batch, zone, now)?;
        Ok::<_, StoreError>(())
    })?;
    Ok(())
}
