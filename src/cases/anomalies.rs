//! Unusual use, for auditors: what no rule acts on, out of the rollups by key and day, beside the signals that wait for
//! somebody. Changes nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::Days;

use super::{Caller, CaseError, Desk};
use crate::domain::anomaly::{Anomaly, IDLE_DAYS, PAST_DAYS, Past, UNUSED_DAYS};
use crate::domain::id::{AgreementId, DepartmentId};
use crate::domain::misuse::{Signal, SignalState};
use crate::domain::people::Role;
use crate::domain::text::Invalid;
use crate::domain::time::{Day, day_in};
use crate::store::key_days::{self, KnownAgreement, KnownKey};
use crate::store::{misuse, people};

/// The spans that can be asked about, in days.
pub const SPANS: [u16; 3] = [7, 30, 90];
/// Lines of one kind that are told.
pub const LINES_MAX: usize = 200;
/// Signals that are told.
const SIGNALS_MAX: usize = 20;
/// Signals that are looked through for those that wait.
const SIGNALS_READ: i64 = 200;
/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The last so many days, today included.
    pub days: u16,
    /// Only agreements with data of this department.
    pub department: Option<DepartmentId>,
}

impl Span {
    /// Reads what was typed; nothing is the last week of all departments.
    ///
    /// # Errors
    /// Everything that cannot be read, each at its name.
    pub fn read(days: &str, department: &str) -> Result<Self, Vec<Invalid>> {
        let mut problems = Vec::new();
        let [usual, ..] = SPANS;
        let read = if days.is_empty() { Some(usual) } else { days.parse().ok().filter(|days| SPANS.contains(days)) };
        if read.is_none() {
            problems.push(Invalid::new("days", "unknown", "Choose the last 7, 30 or 90 days."));
        }
        let found = department.parse().ok();
        if found.is_none() && !department.is_empty() {
            problems.push(Invalid::new("department", "unknown", "Choose one of the departments."));
        }
        match read {
            Some(days) if problems.is_empty() => Ok(Self { days, department: found }),
            _ => Err(problems),
        }
    }
}

/// Something unusual, with what it is about.
#[derive(Clone, Debug)]
pub struct Unusual {
    /// What.
    pub what: Anomaly,
    /// The key; none where it is about an agreement.
    pub key: Option<KeyLabel>,
    /// The agreement; none for a key that is not in the store any more.
    pub agreement: Option<KnownAgreement>,
}

/// A key and what it is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyLabel {
    /// Its id.
    pub id: String,
    /// Its name with the ends of its text; the id where that is not known.
    pub label: String,
}

/// Everything unusual.
#[derive(Clone, Debug)]
pub struct Anomalies {
    /// The first and the last day that were looked at.
    pub span: (Day, Day),
    /// Signals that nobody has taken up yet, the newest first.
    pub signals: Vec<Signal>,
    /// Unusual days, the newest first, and of a day the most calls first.
    pub days: Vec<Unusual>,
    /// How many more there are.
    pub days_left: usize,
    /// Keys and agreements that rest.
    pub resting: Vec<Unusual>,
    /// How many more there are.
    pub resting_left: usize,
}

/// Finds what is unusual.
///
/// # Errors
/// [`CaseError::Missing`] for everybody but auditors; what the store says.
pub fn find(desk: &Desk, caller: &Caller, span: Span) -> Result<Anomalies, CaseError> {
    caller.actor.acting_as(Role::Auditor)?;
    if let Some(department) = span.department {
        desk.read(|conn| people::department_by_id(conn, department))?;
    }
    let today = day_in(desk.profile.zone, desk.clock.now());
    let first = today.checked_sub_days(Days::new(u64::from(span.days.saturating_sub(1)))).unwrap_or(today);
    let (keys, agreements) = desk.read(|conn| key_days::known(conn, span.department))?;
    let keys: HashMap<String, KnownKey> = keys.into_iter().map(|key| (key.id.to_string(), key)).collect();
    let agreements: HashMap<AgreementId, KnownAgreement> =
        agreements.into_iter().map(|agreement| (agreement.id, agreement)).collect();
    let signals = signals(desk, span)?;
    let told: HashSet<(String, Day)> =
        signals.iter().map(|signal| (signal.key.to_string(), day_in(desk.profile.zone, signal.at))).collect();
    let is_wanted = |key: &str| span.department.is_none() || keys.contains_key(key);
    let mut found = unusual_days(desk, (first, today), &is_wanted)?;
    // What a rule has spoken about stands above already.
    found.retain(|(key, what)| what.day().is_none_or(|day| !told.contains(&(key.clone(), day))));
    found.sort_by_key(|(_, what)| std::cmp::Reverse((what.day(), what.calls())));
    let days_left = found.len().saturating_sub(LINES_MAX);
    found.truncate(LINES_MAX);
    let days = found.into_iter().map(|(key, what)| {
        let known = keys.get(&key);
        let label = known.map_or_else(|| key.clone(), label);
        let agreement = known.and_then(|known| agreements.get(&known.agreement)).cloned();
        Unusual { what, key: Some(KeyLabel { id: key, label }), agreement }
    });
    let days = days.collect();
    let mut resting = resting(desk, &keys, &agreements, today);
    let resting_left = resting.len().saturating_sub(LINES_MAX);
    resting.truncate(LINES_MAX);
    let signals = signals.into_iter().take(SIGNALS_MAX).collect();
    Ok(Anomalies { span: (first, today), signals, days, days_left, resting, resting_left })
}

fn label(key: &KnownKey) -> String {
    format!("{} ({})", key.name, key.hint)
}

/// The signals that wait for somebody.
fn signals(desk: &Desk, span: Span) -> Result<Vec<Signal>, CaseError> {
    let department = span.department.map(|department| [department]);
    let of = department.as_ref().map(<[DepartmentId; 1]>::as_slice);
    let mut found = desk.read(|conn| misuse::list(conn, of, None, SIGNALS_READ))?;
    found.retain(|signal| signal.state == SignalState::Open);
    Ok(found)
}

/// Reads the span and the four weeks before it day by day, and keeps of each key only its last four weeks.
fn unusual_days(
    desk: &Desk,
    (first, last): (Day, Day),
    is_wanted: &dyn Fn(&str) -> bool,
) -> Result<Vec<(String, Anomaly)>, CaseError> {
    let past_days = Days::new(u64::try_from(PAST_DAYS).unwrap_or(0));
    let from = first.checked_sub_days(past_days).unwrap_or(first);
    let mut pasts: HashMap<String, Past> = HashMap::new();
    let mut found = Vec::new();
    for day in from.iter_days().take_while(|day| *day <= last) {
        for (key, of) in desk.read(|conn| key_days::of_day(conn, day))? {
            if !is_wanted(&key) {
                continue;
            }
            let unusual = match pasts.get_mut(&key) {
                Some(past) => past.take(day, of),
                None => pasts.entry(key.clone()).or_default().take(day, of),
            };
            if day >= first {
                found.extend(unusual.into_iter().map(|what| (key.clone(), what)));
            }
        }
    }
    // Of equal days and calls the key decides, whatever order the store reads in.
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(found)
}

/// Keys that were never used and agreements without a call. Under an agreement that rests as a whole its keys are not told
/// one by one.
fn resting(
    desk: &Desk,
    keys: &HashMap<String, KnownKey>,
    agreements: &HashMap<AgreementId, KnownAgreement>,
    today: Day,
) -> Vec<Unusual> {
    let day = |at| day_in(desk.profile.zone, at);
    let age = |since: Day| (today - since).num_days();
    let mut used: BTreeMap<AgreementId, Day> = BTreeMap::new();
    for (agreement, at) in keys.values().filter_map(|key| Some((key.agreement, key.used_at?))) {
        let newest = used.entry(agreement).or_insert_with(|| day(at));
        *newest = (*newest).max(day(at));
    }
    let mut found = Vec::new();
    let mut idle: BTreeSet<AgreementId> = BTreeSet::new();
    for agreement in agreements.values() {
        let Some(since) = agreement.since.map(day) else { continue };
        let last = used.get(&agreement.id).copied();
        if age(since) >= IDLE_DAYS && last.is_none_or(|last| age(last) >= IDLE_DAYS) {
            idle.insert(agreement.id);
            let what = Anomaly::Idle { since, last };
            found.push((last.unwrap_or(since), Unusual { what, key: None, agreement: Some(agreement.clone()) }));
        }
    }
    for key in keys.values().filter(|key| key.is_active && key.used_at.is_none()) {
        let made = day(key.made_at);
        let in_force = agreements.get(&key.agreement).filter(|agreement| agreement.since.is_some());
        let Some(agreement) = in_force.filter(|agreement| !idle.contains(&agreement.id)) else { continue };
        if age(made) >= UNUSED_DAYS {
            let key = Some(KeyLabel { id: key.id.to_string(), label: label(key) });
            found.push((made, Unusual { what: Anomaly::NeverUsed { made }, key, agreement: Some(agreement.clone()) }));
        }
    }
    found.sort_by(|(one, a), (other, b)| {
        let name = |unusual: &Unusual| unusual.agreement.as_ref().map(|agreement| agreement.number.clone());
        one.cmp(other).then_with(|| name(a).cmp(&name(b)))
    });
    found.into_iter().map(|(_, unusual)| unusual).collect()
}

#[cfg(test)]
mod tests;
