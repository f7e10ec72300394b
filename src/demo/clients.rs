//! Honest and hostile clients of the demo, and what the rule book makes of them: `accord demo --with-misuse`. The honest
//! ones do what real programs do wrong without meaning harm; each hostile one does what one rule is there for. Their past
//! goes into the same rollups that detection and replays read.

use std::collections::BTreeMap;

use chrono::Duration;

use super::seed::City;
use super::usage::{caller_of, make, named, write};
use crate::cases::rehearsal::rehearse;
use crate::cases::{CaseError, Desk};
use crate::domain::agreement::Agreement;
use crate::domain::id::KeyId;
use crate::domain::misuse::Grain;
use crate::domain::replay::Rehearsal;
use crate::domain::time::Instant;
use crate::store::usage::{Access, Counted, UsageBatch, UsageCount};
use crate::store::{agreements, keys};

/// Days of their past; replays reach no further.
const DAYS: i64 = 13;
/// Bytes of one small answer.
const SMALL: i64 = 5_200;
const MEGABYTE: i64 = 1_000_000;
/// How the names of their keys begin.
const HONEST: &str = "honest: ";
const HOSTILE: &str = "hostile: ";

/// One client: the name of its key, and what it did.
struct Client {
    name: &'static str,
    /// The rule that is there for it; none for an honest one.
    rule: Option<&'static str>,
    past: fn(&mut Past<'_>),
}

const CLIENTS: [Client; 16] = [
    Client { name: "city map, every ten minutes", rule: None, past: |past| past.steadily() },
    Client { name: "dashboard that runs into its limit at rush hour", rule: None, past: rush_hour },
    Client { name: "phone app in a dozen networks", rule: None, past: |past| past.networks(3, 15, 12) },
    Client { name: "small backup at night", rule: None, past: |past| past.calls((2, 7, 0), 60, "ok", (4, MEGABYTE)) },
    Client { name: "typing error in a path", rule: None, past: typing_error },
    Client {
        name: "one server that was rolled too late",
        rule: None,
        past: |past| past.calls((5, 14, 0), 30, "key_revoked", (2, 420)),
    },
    Client { name: "researcher who looks at eighteen paths", rule: None, past: |past| past.patterns(6, 16, 18) },
    Client { name: "deployment gone wrong for ten minutes", rule: None, past: deployment },
    Client { name: "loop without a pause", rule: Some("refused-calls"), past: loop_without_pause },
    Client { name: "against the limit for half an hour", rule: Some("over-the-limits"), past: against_the_limit },
    Client {
        name: "tries other datasets",
        rule: Some("outside-the-scopes"),
        past: |past| past.calls((3, 18, 0), 8, "scope_denied", (11, 420)),
    },
    Client {
        name: "scanner",
        rule: Some("search-for-a-way-in"),
        past: |past| past.calls((2, 21, 0), 4, "scope_denied", (400, 420)),
    },
    Client {
        name: "goes on with a stopped key",
        rule: Some("use-of-stopped-keys"),
        past: |past| past.calls((6, 12, 0), 50, "key_suspended", (9, 420)),
    },
    Client { name: "key sold to sixty networks", rule: Some("shared-key"), past: |past| past.networks(2, 17, 60) },
    Client { name: "reads every path in turn", rule: Some("path-sweep"), past: |past| past.patterns(4, 19, 80) },
    Client {
        name: "copies everything at night",
        rule: Some("night-pull"),
        past: |past| past.calls((3, 7, 0), 90, "ok", (40, MEGABYTE)),
    },
];

/// Declared a few calls, makes very many: under an agreement of its own, because volume is counted for all keys of one.
const FLOOD: Client = Client {
    name: "many times what was declared",
    rule: Some("far-above-declared"),
    past: |past| past.calls((5, 13, 0), 600, "ok", (45, SMALL)),
};

fn rush_hour(past: &mut Past<'_>) {
    for day in 1..DAYS {
        past.calls((day, 12, 0), 20, "ok", (9, SMALL));
        past.calls((day, 12, 4), 6, "rate_limited", (7, 420));
    }
}

fn typing_error(past: &mut Past<'_>) {
    past.calls((7, 15, 0), 60, "ok", (2, SMALL));
    past.calls((7, 15, 10), 10, "scope_denied", (3, 420));
}

fn deployment(past: &mut Past<'_>) {
    past.calls((4, 20, 0), 60, "ok", (12, SMALL));
    past.calls((4, 20, 20), 10, "rate_limited", (12, 420));
}

fn loop_without_pause(past: &mut Past<'_>) {
    past.calls((4, 22, 0), 9, "ok", (12, SMALL));
    past.calls((4, 22, 0), 9, "rate_limited", (60, 420));
}

fn against_the_limit(past: &mut Past<'_>) {
    past.calls((1, 18, 0), 28, "ok", (60, SMALL));
    past.calls((1, 18, 0), 28, "rate_limited", (12, 420));
}

/// The past of one key in the making.
struct Past<'a> {
    now: Instant,
    key: KeyId,
    agreement: &'a Agreement,
    batch: &'a mut UsageBatch,
}

impl Past<'_> {
    /// So many days before now, at this hour and minute of the UTC day.
    fn at(&self, (days, hour, minute): (i64, i64, i64)) -> Instant {
        let midnight = self.now - Duration::days(days);
        let midnight = midnight - Duration::milliseconds(midnight.timestamp_millis().rem_euclid(86_400_000));
        midnight + Duration::minutes(hour * 60 + minute)
    }

    fn counted(&self, outcome: &str) -> Counted {
        let schedule = self.agreement.schedules.first();
        Counted {
            key: Some(self.key),
            agreement: Some(self.agreement.id),
            dataset: schedule.map(|schedule| schedule.dataset),
            operation: schedule.and_then(|schedule| schedule.operations.first().cloned()).unwrap_or_default(),
            outcome: outcome.to_owned(),
        }
    }

    /// In each of so many minutes, so many calls of so many bytes.
    fn calls(&mut self, from: (i64, i64, i64), minutes: i64, outcome: &str, (calls, bytes): (i64, i64)) {
        for minute in 0..minutes {
            let count = UsageCount {
                minute: self.at(from) + Duration::minutes(minute),
                of: self.counted(outcome),
                calls,
                bytes: calls * bytes,
                latency_us: calls * 2_000,
            };
            self.batch.counts.push(count);
        }
    }

    fn steadily(&mut self) {
        for day in 1..DAYS {
            for tenth in 0..144 {
                self.calls((day, 0, tenth * 10), 1, "ok", (1, SMALL));
            }
        }
    }

    fn seen(&mut self, at: Instant, client: String, path: String) {
        let of = self.counted("ok");
        let id = format!("{}-{}", self.key, self.batch.log.len());
        let line = Access {
            request: id.clone(),
            id,
            at,
            of,
            method: "GET".to_owned(),
            path,
            status: 200,
            bytes: SMALL,
            latency_us: 2_000,
            client,
        };
        self.batch.log.push(line);
    }

    /// Within one hour, calls from so many networks.
    fn networks(&mut self, day: i64, hour: i64, many: i64) {
        self.calls((day, hour, 0), many, "ok", (3, SMALL));
        for number in 0..many {
            let at = self.at((day, hour, number.rem_euclid(50)));
            self.seen(at, format!("10.{day}.{number}.9"), "/latest".to_owned());
        }
    }

    /// Within one hour, calls to so many paths.
    fn patterns(&mut self, day: i64, hour: i64, many: i64) {
        self.calls((day, hour, 0), many, "ok", (3, SMALL));
        for number in 0..many {
            let at = self.at((day, hour, number.rem_euclid(50)));
            self.seen(at, "10.1.1.9".to_owned(), format!("/zone/{number}"));
        }
    }
}

/// Gives every client a key and its past.
///
/// # Errors
/// Whatever a case or the store refuses.
pub fn add_clients(city: &City) -> Result<(), CaseError> {
    let live = city.desk.read(|conn| agreements::of_departments(conn, None, Some("executed"), 100))?;
    let mut batch = UsageBatch::default();
    let (parking, noise) = (named(&live, "parking-occupancy")?, named(&live, "noise-levels")?);
    for client in &CLIENTS {
        add(city, (client, if client.rule.is_some() { parking } else { noise }), &mut batch)?;
    }
    add(city, (&FLOOD, noise), &mut batch)?;
    city.desk.clock.set(city.now);
    write(&city.desk, ("demo clients", 1), &batch, city.now)
}

fn add(city: &City, (client, agreement): (&Client, &Agreement), batch: &mut UsageBatch) -> Result<(), CaseError> {
    city.at(DAYS, 8);
    let start = if client.rule.is_some() { HOSTILE } else { HONEST };
    let name = format!("{start}{}", client.name);
    let key = make(city, &caller_of(city, agreement)?, agreement, &name)?;
    (client.past)(&mut Past { now: city.now, key, agreement, batch });
    Ok(())
}

/// What one rule makes of the clients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleRow {
    /// The rule.
    pub rule: String,
    /// Whether the hostile client that it is there for was caught.
    pub is_caught: Option<bool>,
    /// Other hostile clients caught.
    pub others: usize,
    /// Honest clients caught: false alarms.
    pub false_alarms: Vec<String>,
    /// Honest clients there are.
    pub honest: usize,
}

/// Replays every rule over the clients.
///
/// # Errors
/// What the replay or the store says.
pub fn table(desk: &Desk) -> Result<Vec<RuleRow>, CaseError> {
    let mut names = BTreeMap::new();
    for agreement in desk.read(|conn| agreements::of_departments(conn, None, Some("executed"), 100))? {
        for stored in desk.read(|conn| keys::of_agreement(conn, agreement.id))? {
            names.insert(stored.key.id, stored.key.name.clone());
        }
    }
    let rules = desk.profile.rules.iter().filter(|rule| rule.grain() != Grain::Event);
    rules.map(|rule| Ok(row(rule.id.as_str(), &rehearse(desk, rule, DAYS + 1, |_, _| {})?, &names))).collect()
}

fn row(rule: &str, done: &Rehearsal, names: &BTreeMap<KeyId, String>) -> RuleRow {
    let caught: Vec<&str> =
        done.caught.iter().filter_map(|caught| names.get(&caught.catch.key).map(String::as_str)).collect();
    let meant = CLIENTS.iter().chain([&FLOOD]).find(|client| client.rule == Some(rule));
    let meant = meant.map(|client| format!("{HOSTILE}{}", client.name));
    let is_other = |name: &&&str| name.starts_with(HOSTILE) && meant.as_deref() != Some(**name);
    RuleRow {
        rule: rule.to_owned(),
        is_caught: meant.as_deref().map(|name| caught.contains(&name)),
        others: caught.iter().filter(is_other).count(),
        false_alarms: caught.iter().filter(|name| name.starts_with(HONEST)).map(|name| (*name).to_owned()).collect(),
        honest: names.values().filter(|name| name.starts_with(HONEST)).count(),
    }
}

/// The table as text.
#[must_use]
pub fn to_text(rows: &[RuleRow]) -> String {
    if rows.iter().all(|row| row.honest == 0) {
        return "The clients are not in this demo yet: start it with --fresh --with-misuse.\n".to_owned();
    }
    let mut text = format!("{:<22}{:>16}{:>18}{:>16}\n", "rule", "meant for caught", "others hostile", "false alarms");
    for RuleRow { rule, is_caught, others, false_alarms, honest } in rows {
        let caught = match is_caught {
            Some(true) => "yes",
            Some(false) => "NO",
            None => "-",
        };
        let alarms = format!("{} of {honest}", false_alarms.len());
        text.push_str(&format!("{rule:<22}{caught:>16}{others:>18}{alarms:>16}\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;

    use super::*;
    use crate::cases::testing::{desks, profile_file};
    use crate::demo::seed;

    #[test]
    fn every_rule_catches_the_client_it_is_there_for_and_no_honest_one() {
        for test in desks() {
            let secret = SecretString::from("token");
            let city = seed(&test.desk, profile_file, ("http://127.0.0.1:8099", &secret)).unwrap();
            crate::demo::usage::fill(&city).unwrap();
            add_clients(&city).unwrap();
            let rows = table(&city.desk).unwrap();
            assert_eq!(rows.len(), CLIENTS.iter().chain([&FLOOD]).filter(|client| client.rule.is_some()).count());
            for row in &rows {
                assert_eq!(row.is_caught, Some(true), "{row:?}");
                assert!(row.false_alarms.is_empty(), "{row:?}");
                assert_eq!(row.honest, 8);
            }
            assert!(to_text(&rows).contains("0 of 8"), "{}", to_text(&rows));
        }
    }
}
