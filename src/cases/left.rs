//! What is left of the limits of an agreement and its keys, until when, and from which networks a key was used. For whom
//! that is, `usage` says. Changes nothing.

use super::{Caller, CaseError, Desk, keys as held, usage};
use crate::domain::agreement::Agreement;
use crate::domain::id::{AgreementId, DatasetId, KeyId};
use crate::domain::limits::{CityDay, Limit, Limits, Window};
use crate::domain::time::Instant;
use crate::store::usage::{QuotaOwner, QuotaUse, quotas_of};
use crate::store::views::usage::{Whose, networks_of};
use crate::store::{agreements, keys};

pub use crate::store::views::usage::SeenNetwork;

/// What is left of one limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// The dataset whose limit it is; `None` for a key's own.
    pub dataset: Option<String>,
    /// The limit's name in headers and messages.
    pub name: String,
    /// Calls allowed in a window.
    pub max: u64,
    /// The window.
    pub window: Window,
    /// Calls used in this window; `None` for a rate, which refills all the time.
    pub used: Option<u64>,
    /// When it counts anew; `None` for a rate.
    pub resets_at: Option<Instant>,
}

impl Left {
    /// Calls left in this window; `None` for a rate.
    #[must_use]
    pub fn left(&self) -> Option<u64> {
        self.used.map(|used| self.max.saturating_sub(used))
    }
}

fn one(limit: &Limit, dataset: Option<&str>, used: impl Fn(&Limit) -> u64, day: &CityDay) -> Left {
    let resets_at = match limit.window {
        Window::Day => Some(day.ends),
        Window::Month => Some(day.month_ends),
        Window::Second | Window::Minute | Window::Hour => None,
    };
    Left {
        dataset: dataset.map(str::to_owned),
        name: limit.name.clone(),
        max: limit.max,
        window: limit.window,
        used: resets_at.map(|_quota| used(limit)),
        resets_at,
    }
}

/// What was used of a quota in the window that is now.
fn used_now(known: &[QuotaUse], owner: QuotaOwner, limit: &Limit, day: &CityDay) -> u64 {
    let is_it = |one: &&QuotaUse| {
        one.owner == owner
            && one.limit == limit.name
            && one.period == limit.window
            && is_now(limit.window, one.window_start, day)
    };
    known.iter().find(is_it).map_or(0, |one| u64::try_from(one.calls).unwrap_or(0))
}

fn is_now(window: Window, start: crate::domain::time::Day, day: &CityDay) -> bool {
    use chrono::Datelike as _;
    match window {
        Window::Day => start == day.day,
        Window::Month => start.year() == day.day.year() && start.month() == day.day.month(),
        Window::Second | Window::Minute | Window::Hour => false,
    }
}

/// What is left of an agreement's limits, dataset by dataset; `only` names the datasets of one key.
fn of_schedules(desk: &Desk, agreement: &Agreement, only: Option<&[&str]>) -> Result<Vec<Left>, CaseError> {
    let day = CityDay::of(desk.profile.zone, desk.clock.now());
    let known = desk.read(|conn| quotas_of(conn, "agreement", &agreement.id.to_string()))?;
    let mut found = Vec::new();
    for schedule in &agreement.schedules {
        if only.is_some_and(|only| !only.contains(&schedule.slug.as_str())) {
            continue;
        }
        let dataset: DatasetId = schedule.dataset;
        let owner = QuotaOwner::Agreement(agreement.id, dataset);
        let used = |limit: &Limit| used_now(&known, owner, limit, &day);
        let limits: &Limits = &schedule.limits;
        found.extend(limits.as_slice().iter().map(|limit| one(limit, Some(&schedule.title), used, &day)));
    }
    Ok(found)
}

/// What is left of an agreement's limits, for who may see its usage.
///
/// # Errors
/// [`CaseError::Missing`] for everybody else.
pub fn of_agreement(desk: &Desk, caller: &Caller, id: AgreementId) -> Result<Vec<Left>, CaseError> {
    let whose = Whose { agreement: Some(id), ..Whose::default() };
    let agreement = desk.store.read(|conn| {
        usage::allowed(conn, caller, &whose)?;
        Ok::<_, CaseError>(agreements::by_id(conn, id)?)
    })?;
    of_schedules(desk, &agreement, None)
}

/// What is left for a key: of its own limits, then of those it shares with the agreement's other keys.
///
/// # Errors
/// [`CaseError::Missing`] for who may not see its usage.
pub fn of_key(desk: &Desk, caller: &Caller, id: KeyId) -> Result<Vec<Left>, CaseError> {
    let whose = Whose { key: Some(id), ..Whose::default() };
    let (key, agreement) = desk.store.read(|conn| {
        usage::allowed(conn, caller, &whose)?;
        let key = keys::by_id(conn, id)?.key;
        let agreement = agreements::by_id(conn, key.agreement)?;
        Ok::<_, CaseError>((key, agreement))
    })?;
    let day = CityDay::of(desk.profile.zone, desk.clock.now());
    let known = desk.read(|conn| quotas_of(conn, "key", &id.to_string()))?;
    let used = |limit: &Limit| used_now(&known, QuotaOwner::Key(id), limit, &day);
    let mut found: Vec<Left> = key.limits.as_slice().iter().map(|limit| one(limit, None, used, &day)).collect();
    let slugs: Vec<&str> = key.scopes.iter().map(crate::domain::scope::Scope::dataset).collect();
    found.extend(of_schedules(desk, &agreement, Some(&slugs))?);
    Ok(found)
}

/// The networks that a key was used from, the latest first, cut as staff see them; for its holder and for staff that see
/// its usage.
///
/// # Errors
/// [`CaseError::Missing`] for everybody else.
pub fn networks(desk: &Desk, caller: &Caller, id: KeyId) -> Result<Vec<SeenNetwork>, CaseError> {
    held::view(desk, caller, id)?;
    desk.read(|conn| networks_of(conn, id))
}
