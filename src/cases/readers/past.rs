//! The history of agreements, keys, tiers, memberships and holds, read off the chain. An agreement or key that is older
//! than its entries (there is none but in tests) is taken as it is now.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use serde_json::Value;

use super::{Approval, How};
use crate::domain::agreement::{Agreement, AgreementState, Schedule};
use crate::domain::audit::Entry;
use crate::domain::catalogue::Dataset;
use crate::domain::hold::{Hold, HoldTarget};
use crate::domain::id::{AccountId, KeyId, OrganisationId};
use crate::domain::key::{Key, KeyState};
use crate::domain::limits::CityDay;
use crate::domain::readers::{Span, Spans};
use crate::domain::scope::Scope;
use crate::domain::tier::Tier;
use crate::domain::time::Instant;
use crate::store::audit::{self, Search};
use crate::store::{AnyConnection, StoreError, agreements, holds, keys, people, renewals};

/// Entries read of one thing's history.
const ENTRIES_MAX: i64 = 5_000;

/// The entries of acts that begin so and touched this thing, oldest first.
fn entries(conn: &mut AnyConnection, act: &str, about: (&str, String)) -> Result<Vec<Entry>, StoreError> {
    let about = Some((about.0.to_owned(), about.1));
    let wanted = Search { act: Some(act.to_owned()), about, ..Search::default() };
    let mut found = audit::search(conn, &wanted, ENTRIES_MAX)?;
    found.reverse();
    Ok(found)
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or(Value::Null)
}

fn part<T: serde::de::DeserializeOwned>(value: &Value, path: &str) -> Option<T> {
    value.pointer(path).and_then(|part| serde_json::from_value(part.clone()).ok())
}

/// When an agreement was in force for a dataset, holds apart.
pub(super) fn force(
    conn: &mut AnyConnection,
    agreement: &Agreement,
    schedule: &Schedule,
    zone: Tz,
) -> Result<Spans, StoreError> {
    let Some(execution) = agreement.execution() else { return Ok(Spans::default()) };
    let turns: Vec<(Instant, bool)> = entries(conn, "agreement.", ("agreement", agreement.id.to_string()))?
        .iter()
        .filter_map(|entry| match entry.act.as_str() {
            "agreement.execute" | "agreement.reinstate" => Some((entry.at, true)),
            "agreement.expire" | "agreement.terminate" | "agreement.supersede" => Some((entry.at, false)),
            _ => None,
        })
        .collect();
    let turned = if turns.is_empty() { as_it_is(agreement) } else { Spans::from_turns(turns) };
    let mut end = execution.ends_at;
    if let Some(last) = schedule.ends_on() {
        let noon = last.and_time(chrono::NaiveTime::MIN) + chrono::TimeDelta::hours(12);
        let noon = noon.and_local_timezone(zone).earliest().map_or_else(|| noon.and_utc(), |noon| noon.to_utc());
        end = end.min(CityDay::of(zone, noon).ends);
    }
    Ok(turned.and(&Spans::of([Span::new(execution.at, end)])))
}

fn as_it_is(agreement: &Agreement) -> Spans {
    let ended = match &agreement.state {
        AgreementState::Terminated { at, .. }
        | AgreementState::Superseded { at, .. }
        | AgreementState::Expired { at, .. } => Some(*at),
        AgreementState::Executed { .. } | AgreementState::Offered { .. } | AgreementState::Closed { .. } => None,
    };
    Spans::of(agreement.execution().map(|execution| Span::since(execution.at, ended)))
}

/// A dataset's tiers through time.
pub(super) struct Tiers {
    /// From when it had which, oldest first.
    turns: Vec<(Instant, Option<Tier>)>,
    /// When keys opened it.
    pub(super) served: Spans,
    /// When no key was needed.
    pub(super) open: Spans,
}

impl Tiers {
    /// The tier just before an instant.
    pub(super) fn before(&self, at: Instant) -> Option<Tier> {
        self.turns.iter().rev().find(|(from, _)| *from < at).and_then(|(_, tier)| *tier)
    }
}

pub(super) fn tiers(conn: &mut AnyConnection, dataset: &Dataset) -> Result<Tiers, StoreError> {
    let found = entries(conn, "dataset.set_tier", ("dataset", dataset.id.to_string()))?;
    let first = match found.first() {
        Some(entry) => part(&json(&entry.before), "/tier"),
        None => dataset.tier,
    };
    let mut turns: Vec<(Instant, Option<Tier>)> = vec![(Instant::MIN_UTC, first)];
    turns.extend(found.iter().map(|entry| (entry.at, part(&json(&entry.after), "/tier"))));
    let is_served = |tier: &Option<Tier>| match tier {
        Some(Tier::Open | Tier::Registered | Tier::Conditioned | Tier::Restricted) => true,
        Some(Tier::Prohibited) | None => false,
    };
    Ok(Tiers {
        served: Spans::from_turns(turns.iter().map(|(at, tier)| (*at, is_served(tier)))),
        open: Spans::from_turns(turns.iter().map(|(at, tier)| (*at, *tier == Some(Tier::Open)))),
        turns,
    })
}

/// What a key was under one agreement after the other.
struct Phase {
    from: Instant,
    agreement: String,
    scopes: Vec<Scope>,
    expires_at: Option<Instant>,
}

/// A key's life, as far as it belongs to one agreement and one dataset.
pub(super) struct Life {
    pub(super) id: KeyId,
    pub(super) name: String,
    pub(super) hint: String,
    /// When it was under the agreement, working or not.
    pub(super) there: Spans,
    /// When it worked.
    pub(super) works: Spans,
    /// When it had a scope of the dataset.
    pub(super) opens: Spans,
    phases: Vec<Phase>,
    networks: Vec<(Instant, Vec<String>)>,
}

impl Life {
    /// Its scopes of the dataset just before an instant.
    pub(super) fn scopes_before(&self, at: Instant, slug: &str) -> Vec<String> {
        let phase = self.phases.iter().rev().find(|phase| phase.from < at).or(self.phases.first());
        let all = phase.map(|phase| phase.scopes.as_slice()).unwrap_or_default();
        all.iter().filter(|scope| scope.dataset() == slug).map(ToString::to_string).collect()
    }

    /// Its networks just before an instant.
    pub(super) fn networks_before(&self, at: Instant) -> Vec<String> {
        self.networks.iter().rev().find(|(from, _)| *from < at).map(|(_, list)| list.clone()).unwrap_or_default()
    }
}

/// The keys that ever were under an agreement: those that are, and those that went on to what superseded it.
pub(super) fn lives(
    conn: &mut AnyConnection,
    agreement: &Agreement,
    schedule: &Schedule,
) -> Result<Vec<Life>, StoreError> {
    let mut found = Vec::new();
    let (mut at, mut number) = (agreement.id, agreement.number.clone());
    loop {
        for stored in keys::of_agreement(conn, at)? {
            let life = life(conn, &stored.key, &number, (agreement, schedule))?;
            if !life.there.is_empty() {
                found.push(life);
            }
        }
        let here = agreements::by_id(conn, at)?;
        let AgreementState::Superseded { by, .. } = here.state else { break };
        number = agreements::by_id(conn, by)?.number;
        at = by;
    }
    found.sort_by_key(|life| life.id);
    Ok(found)
}

fn life(
    conn: &mut AnyConnection,
    key: &Key,
    number: &str,
    (agreement, schedule): (&Agreement, &Schedule),
) -> Result<Life, StoreError> {
    let acts = entries(conn, "key.", ("key", key.id.to_string()))?;
    let phases = phases(key, number, &acts);
    let mut ends: Option<Instant> = match &key.state {
        KeyState::Superseded { at, .. } | KeyState::Revoked { at, .. } | KeyState::Expired { at } => Some(*at),
        KeyState::Active => None,
    };
    let mut sooner = |at: Instant| ends = Some(ends.map_or(at, |known| known.min(at)));
    for entry in &acts {
        match entry.act.as_str() {
            "key.roll" => part(&json(&entry.after), "/old/state/at").into_iter().for_each(&mut sooner),
            "key.revoke" | "key.kill" => sooner(entry.at),
            _ => {}
        }
    }
    let next = phases.iter().skip(1).map(|phase| Some(phase.from)).chain([None]);
    let spans: Vec<(&Phase, Span)> =
        phases.iter().zip(next).map(|(phase, next)| (phase, Span::since(phase.from, next))).collect();
    let of = |wanted: &dyn Fn(&Phase) -> bool| {
        Spans::of(spans.iter().filter(|(phase, _)| wanted(phase)).map(|(_, span)| *span))
    };
    let there = of(&|phase| phase.agreement == agreement.number);
    let unexpired = Spans::of(spans.iter().map(|(phase, span)| {
        Span::new(span.from, phase.expires_at.map_or(span.until, |expires_at| span.until.min(expires_at)))
    }));
    let works = there.and(&unexpired).and(&Spans::of([Span::since(key.created_at, ends)]));
    let opens = of(&|phase| {
        let has = |scope: &Scope| {
            scope.dataset() == schedule.slug && schedule.operations.iter().any(|one| one == scope.operation())
        };
        phase.scopes.iter().any(has)
    });
    let networks = networks(key, &acts);
    Ok(Life { id: key.id, name: key.name.clone(), hint: key.hint.clone(), there, works, opens, phases, networks })
}

/// A key is carried from agreement to agreement; each time its entry tells what it was before.
fn phases(key: &Key, number: &str, acts: &[Entry]) -> Vec<Phase> {
    let carried: Vec<&Entry> = acts.iter().filter(|entry| entry.act == "key.carry").collect();
    let mut from = key.created_at;
    let mut found = Vec::new();
    for entry in carried {
        let before = json(&entry.before);
        found.push(Phase {
            from,
            agreement: part(&before, "/agreement").unwrap_or_default(),
            scopes: part(&before, "/key/scopes").unwrap_or_default(),
            expires_at: part(&before, "/key/expires_at"),
        });
        from = entry.at;
    }
    found.push(Phase { from, agreement: number.to_owned(), scopes: key.scopes.clone(), expires_at: key.expires_at });
    found
}

fn networks(key: &Key, acts: &[Entry]) -> Vec<(Instant, Vec<String>)> {
    let mut found = Vec::new();
    let mut from = key.created_at;
    for entry in acts.iter().filter(|entry| entry.act == "key.restrict") {
        found.push((from, part(&json(&entry.before), "/networks").unwrap_or_default()));
        from = entry.at;
    }
    found.push((from, key.networks.networks().iter().map(ToString::to_string).collect()));
    found
}

/// While a hold was in force.
pub(super) fn while_placed(hold: &Hold) -> Spans {
    Spans::of([Span::since(hold.since, hold.lifted.as_ref().map(|lift| lift.at))])
}

/// Whether something lies in the span.
pub(super) fn touches(spans: &Spans, span: Span) -> bool {
    !spans.and(&Spans::of([span])).is_empty()
}

/// What these holds stopped; those that only slow down stop nothing.
pub(super) fn stopped<'a>(found: impl Iterator<Item = (&'a Hold, Spans)>) -> Spans {
    found.filter(|(hold, _)| hold.throttle.is_none()).fold(Spans::default(), |all, (_, when)| all.or(&when))
}

/// Who was a member of which organisation and when, read once for a whole answer.
#[derive(Default)]
pub(super) struct People {
    members: BTreeMap<OrganisationId, Vec<(AccountId, Spans)>>,
}

impl People {
    fn members(
        &mut self,
        conn: &mut AnyConnection,
        organisation: OrganisationId,
    ) -> Result<Vec<(AccountId, Spans)>, StoreError> {
        if let Some(known) = self.members.get(&organisation) {
            return Ok(known.clone());
        }
        let wanted = Search { act: Some("organisation.".to_owned()), ..Search::default() };
        let mut found = audit::search(conn, &wanted, ENTRIES_MAX)?;
        found.reverse();
        let mut turns: BTreeMap<AccountId, Vec<(Instant, bool)>> = BTreeMap::new();
        for entry in &found {
            let after = json(&entry.after);
            let is_theirs = part::<OrganisationId>(&after, "/id") == Some(organisation);
            if let (true, Some(person), Some(member)) = (is_theirs, entry.about.person, part(&after, "/member")) {
                turns.entry(person).or_default().push((entry.at, member));
            }
        }
        for member in holds::members(conn, organisation)? {
            turns.entry(member).or_insert_with(|| vec![(Instant::MIN_UTC, true)]);
        }
        let members: Vec<(AccountId, Spans)> =
            turns.into_iter().map(|(person, turns)| (person, Spans::from_turns(turns))).collect();
        self.members.insert(organisation, members.clone());
        Ok(members)
    }
}

/// Holds on an agreement and on its people, each with when it bore on the agreement.
pub(super) fn holds_above(
    conn: &mut AnyConnection,
    agreement: &Agreement,
    people: &mut People,
) -> Result<Vec<(Hold, Spans)>, StoreError> {
    let mut found: Vec<(Hold, Spans)> = Vec::new();
    let mut all = holds::on(conn, HoldTarget::Agreement(agreement.id))?;
    all.extend(holds::on(conn, HoldTarget::Requester(agreement.requester))?);
    found.extend(all.into_iter().map(|hold| (while_placed(&hold), hold)).map(|(when, hold)| (hold, when)));
    let Some(organisation) = agreement.organisation else { return Ok(found) };
    for (person, member) in people.members(conn, organisation)? {
        if person != agreement.requester {
            for hold in holds::on(conn, HoldTarget::Requester(person))? {
                let when = while_placed(&hold).and(&member);
                found.push((hold, when));
            }
        }
    }
    Ok(found)
}

/// Who approved what an agreement gives of a dataset, before it came into force.
pub(super) fn approvals(
    conn: &mut AnyConnection,
    agreement: &Agreement,
    schedule: &Schedule,
    executed_at: Instant,
) -> Result<Vec<Approval>, StoreError> {
    let renewal = renewals::that_made(conn, agreement.id)?;
    let found = if let Some(renewal) = &renewal {
        entries(conn, "renewal.confirm", ("agreement", renewal.agreement.to_string()))?
    } else {
        entries(conn, "application.", ("application", agreement.application.to_string()))?
    };
    let how = |entry: &Entry| if renewal.is_some() { Some(How::Renewal) } else { decided(entry, schedule) };
    let mut approvals = Vec::new();
    for entry in found.iter().filter(|entry| entry.at <= executed_at) {
        let Some(how) = how(entry) else { continue };
        approvals.push(Approval {
            entry: entry.number,
            how,
            by: entry.name.clone(),
            capacity: entry.capacity.clone(),
            department: entry
                .department
                .map(|id| people::department_by_id(conn, id).map(|department| department.name))
                .transpose()?
                .unwrap_or_default(),
            at: entry.at,
        });
    }
    Ok(approvals)
}

fn decided(entry: &Entry, schedule: &Schedule) -> Option<How> {
    let state = |text: &str| {
        let items = json(text);
        items.pointer("/items").and_then(|items| items.get(&schedule.slug)).and_then(Value::as_str).map(str::to_owned)
    };
    let (before, after) = (state(&entry.before), state(&entry.after)?);
    match (entry.act.as_str(), after.as_str()) {
        ("application.submit", "approved") => Some(How::Terms),
        ("application.decide", _) if entry.about.dataset != Some(schedule.dataset) => None,
        ("application.decide", "approved") => Some(How::Asked),
        ("application.decide", "approved_with_conditions") => Some(How::Conditions),
        ("application.decide", "pending") if before.as_deref() == Some("pending") => Some(How::First),
        _ => None,
    }
}
