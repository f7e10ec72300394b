//! The decision: pure, synchronous, from memory, in one fixed order of which the first failure wins.
//!
//! Credential present, well-formed, known; key state; holds; agreement live; expiry; network; scope; hours; dataset
//! available; limits. Before the key is known nothing is told but that it is missing, malformed or unknown; after that
//! whoever holds its full text is told everything. Never waits, never logs, and only limits leave a trace in memory.

use std::net::IpAddr;
use std::sync::Arc;

use hyper::header::HeaderValue;

use super::clock::Now;
use super::grants::{AgreementPicture, Grants, HeldBy, KeyRecord, Route, ScheduleRecord};
use super::limiter::{self, Counted, Crossed, Joint, LimitSet, QuotaOwner};
use super::redact;
use super::token::{Token, TokenReader, Unread, may_be};
use super::verdict::{Denial, Outcome, Trace, Verdict};
use crate::domain::id::{AgreementId, DatasetId, KeyId};
use crate::domain::key::{KeyState, text};
use crate::domain::path::PathProblem;
use crate::domain::scope::{Method, Operation, STREAM_OPERATION};
use crate::domain::tier::Tier;
use crate::domain::time::Instant;

/// What a door asks.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// What was shown as a key.
    pub credential: Credential<'a>,
    /// The method, if it is one the gate passes at all.
    pub method: Option<Method>,
    /// Where it goes.
    pub target: Target<'a>,
    /// Where it comes from.
    pub client: IpAddr,
    /// Whether the door that asks sees the answer and can redact it.
    pub can_redact: bool,
    /// Reads the credential where it is a token.
    pub tokens: &'a TokenReader,
}

/// What was shown as a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential<'a> {
    /// Nothing.
    None,
    /// Something that cannot be one key: two different ones, another scheme, broken text.
    Malformed,
    /// A text to be looked at.
    Text(&'a str),
}

/// Where a request goes.
#[derive(Clone, Copy, Debug)]
pub enum Target<'a> {
    /// A decoded path below a dataset.
    Path {
        /// The dataset's slug.
        dataset: &'a str,
        /// The path below it, with leading slash.
        rest: &'a str,
    },
    /// A path that two readers could read differently.
    Ambiguous(PathProblem),
}

/// Leave to pass, given by [`check`] alone: its fields are private to this module, so nothing else can make one.
#[derive(Debug)]
pub struct Permit {
    route: Arc<Route>,
    identity: Option<Identity>,
    limits: Counted,
    crossed: Vec<(bool, Crossed)>,
    is_stream: bool,
    redaction: Option<Arc<redact::Plan>>,
    trace: Trace,
}

/// Who passes, as upstreams are told.
#[derive(Debug)]
pub struct Identity {
    /// The key.
    pub key: Arc<KeyRecord>,
    /// The token that was shown in place of its text.
    pub token: Option<Arc<Token>>,
    /// The agreement's number.
    pub agreement: HeaderValue,
}

impl Identity {
    /// The scopes on a dataset, separated by blanks.
    #[must_use]
    pub fn scopes(&self, dataset: &str) -> HeaderValue {
        self.token.as_ref().map_or_else(|| self.key.scopes.told(dataset), |token| token.told.clone())
    }
}

impl Permit {
    /// The dataset.
    #[must_use]
    pub const fn route(&self) -> &Arc<Route> {
        &self.route
    }

    /// Who passes; `None` on an open dataset without a key.
    #[must_use]
    pub const fn identity(&self) -> Option<&Identity> {
        self.identity.as_ref()
    }

    /// The limits that were counted.
    #[must_use]
    pub const fn limits(&self) -> &Counted {
        &self.limits
    }

    /// Quotas that this call brought to 80 or 100 per cent, and whether each is the key's own.
    #[must_use]
    pub fn crossed(&self) -> &[(bool, Crossed)] {
        &self.crossed
    }

    /// What is known about the call.
    #[must_use]
    pub const fn trace(&self) -> &Trace {
        &self.trace
    }

    /// What must be taken out of the answer.
    #[must_use]
    pub const fn redaction(&self) -> Option<&Arc<redact::Plan>> {
        self.redaction.as_ref()
    }

    /// Whether the call opens a stream: an answer that may be silent for long and has no end of its own.
    #[must_use]
    pub const fn is_stream(&self) -> bool {
        self.is_stream
    }
}

/// A step of the check; a refusal is boxed, for most calls are not refused.
type Checked<T> = Result<T, Box<Denial>>;

/// Decides on a call.
#[must_use]
pub fn check(ask: &Ask<'_>, grants: &Grants, now: &Now) -> Verdict {
    let route = match ask.target {
        Target::Path { dataset, .. } => grants.route(dataset),
        Target::Ambiguous(_) => None,
    };
    let mut trace = Trace { dataset: route.as_ref().map(|route| route.id), method: ask.method, ..Trace::default() };
    let decided = match ask.credential {
        Credential::None => without_key(ask, grants, route, now, &mut trace),
        Credential::Malformed => Err(plain(Outcome::KeyMalformed)),
        Credential::Text(text) => with_key(text, ask, grants, route, now, &mut trace),
    };
    match decided {
        Ok(permit) => {
            let is_stream = trace.operation.as_deref() == Some(STREAM_OPERATION);
            Verdict::Permit(Permit { is_stream, trace, ..permit })
        }
        Err(denial) => Verdict::Deny(Box::new(Denial { trace, ..*denial })),
    }
}

/// Only open datasets pass without a key. An ambiguous path names no dataset and is refused for itself.
fn without_key(
    ask: &Ask<'_>,
    grants: &Grants,
    route: Option<Arc<Route>>,
    now: &Now,
    trace: &mut Trace,
) -> Checked<Permit> {
    if let Target::Ambiguous(problem) = ask.target {
        return Err(ambiguous(problem));
    }
    let Some(route) = route.filter(|route| route.tier == Tier::Open) else {
        return Err(plain(Outcome::KeyMissing));
    };
    open_operation(&route, ask, trace)?;
    available(&route, grants, now)?;
    not_browned_out(&route, trace, now)?;
    let limits = Counted { shared: open_limits(&route, grants, ask.client, now), own: None, parts: 1 };
    count(&limits, now)?;
    Ok(Permit {
        route,
        identity: None,
        limits,
        crossed: Vec::new(),
        is_stream: false,
        redaction: None,
        trace: Trace::default(),
    })
}

fn with_key(
    text: &str,
    ask: &Ask<'_>,
    grants: &Grants,
    route: Option<Arc<Route>>,
    now: &Now,
    trace: &mut Trace,
) -> Checked<Permit> {
    let shown = shown(text, ask, grants, now)?;
    let key = &shown.key;
    trace.key = Some(key.id);
    trace.agreement = Some(key.agreement.id);
    let agreement = key.agreement.now();
    let agreement = in_good_standing(key, agreement.as_deref(), now.utc)?;
    let schedule = route.as_ref().and_then(|route| agreement.schedule(route.id));
    from_allowed_network(key, schedule, ask.client)?;
    let route = in_scope(&shown, schedule, ask, route, now.utc, trace)?;
    within_hours(schedule, now)?;
    available(&route, grants, now)?;
    not_browned_out(&route, trace, now)?;
    let redaction = schedule.and_then(|schedule| schedule.redaction.clone());
    if redaction.is_some() && !ask.can_redact {
        let detail = "Under this agreement answers are redacted, which only the gateway itself can do.";
        return Err(because(Outcome::DatasetUnavailable, detail));
    }
    let shared = match schedule {
        Some(schedule) => Some(Arc::clone(&schedule.limits)),
        None => open_limits(&route, grants, ask.client, now),
    };
    let parts = grants.joint().parts();
    let limits = Counted { shared, own: key.limits.clone(), parts };
    count(&limits, now)?;
    if parts > 0 {
        let dataset = schedule.map(|_| route.id);
        note(grants.joint(), &limits, (key.agreement.id, dataset, key.id), now);
    }
    let mut crossed = limiter::crossings(&limits, now);
    if schedule.is_none() {
        // An address has nobody to be told; agreements and keys do.
        crossed.retain(|(is_own, _)| *is_own);
    }
    let number = agreement.number_header.clone();
    let identity = Some(Identity { key: Arc::clone(key), token: shown.token.clone(), agreement: number });
    Ok(Permit { route, identity, limits, crossed, is_stream: false, redaction, trace: Trace::default() })
}

/// Finds the key: by its own text, or by a token that names it.
fn shown(text: &str, ask: &Ask<'_>, grants: &Grants, now: &Now) -> Checked<Shown> {
    if !may_be(text) {
        text::recognise(text, &grants.rules().key_prefix).or(Err(plain(Outcome::KeyMalformed)))?;
        return by_text(text, grants);
    }
    match ask.tokens.read(text, &grants.token_keys(), now.utc) {
        Ok(token) => by_token(token, grants),
        Err(Unread::Malformed) => Err(plain(Outcome::KeyMalformed)),
        Err(Unread::UnknownKey) => Err(plain(Outcome::KeyUnknown)),
        Err(Unread::Expired(at)) => Err(because(Outcome::KeyExpired, format!("The token expired at {}.", written(at)))),
    }
}

fn in_force(state: &KeyState, now: Instant) -> Checked<()> {
    match state {
        KeyState::Active => Ok(()),
        KeyState::Superseded { at, .. } if *at > now => Ok(()),
        KeyState::Superseded { at, .. } => Err(because(
            Outcome::KeyRevoked,
            format!("The key was replaced by its successor; it stopped working at {}.", written(*at)),
        )),
        KeyState::Revoked { at, reason, .. } => {
            Err(because(Outcome::KeyRevoked, format!("The key was revoked at {}: {reason}", written(*at))))
        }
        // Recorded as over; the same answer as when the time itself shows it.
        KeyState::Expired { at } => Err(because(Outcome::KeyExpired, format!("The key expired at {}.", written(*at)))),
    }
}

/// A key works only with no hold on it, on its agreement, or on its requester.
fn free_of_holds(key: &KeyRecord, agreement: Option<&AgreementPicture>) -> Checked<()> {
    let is_free = key.holds.is_empty()
        && agreement.is_none_or(|agreement| agreement.holds.is_empty() && agreement.holder.is_free());
    if is_free {
        return Ok(());
    }
    let of_agreement = agreement.map(|agreement| agreement.holds.as_slice()).unwrap_or_default();
    let of_holder = agreement.map(|agreement| agreement.holder.holds());
    let of_holder = of_holder.iter().filter_map(|holds| holds.as_deref()).flatten();
    let holds: Vec<&HeldBy> = key.holds.iter().chain(of_agreement).chain(of_holder).collect();
    let told = |hold: &&HeldBy| format!("{} (since {})", hold.sentence, written(hold.since));
    let detail = holds.iter().map(told).collect::<Vec<_>>().join(" ");
    let codes = holds.iter().map(|hold| hold.code.clone()).collect();
    Err(Box::new(Denial { holds: codes, ..*because(Outcome::KeySuspended, detail) }))
}

fn live(agreement: Option<&AgreementPicture>, now: Instant) -> Checked<&AgreementPicture> {
    let Some(agreement) = agreement else {
        return Err(plain(Outcome::AgreementEnded));
    };
    if let Some(ended) = agreement.ends_at.filter(|at| *at <= now) {
        let detail = format!("Agreement {} ended at {}.", agreement.number, written(ended));
        return Err(because(Outcome::AgreementEnded, detail));
    }
    if !agreement.is_live {
        return Err(because(Outcome::AgreementEnded, format!("Agreement {} is no longer in force.", agreement.number)));
    }
    Ok(agreement)
}

fn from_allowed_network(key: &KeyRecord, schedule: Option<&ScheduleRecord>, client: IpAddr) -> Checked<()> {
    let is_allowed = key.networks.allows(client) && schedule.is_none_or(|schedule| schedule.networks.allows(client));
    if is_allowed {
        return Ok(());
    }
    Err(because(Outcome::NetworkDenied, format!("The call came from {client}.")))
}

/// The operation must match method and path, be granted by the schedule, and be among the key's scopes. On an open
/// dataset any operation passes, since it would pass without the key.
fn in_scope(
    shown: &Shown,
    schedule: Option<&ScheduleRecord>,
    ask: &Ask<'_>,
    route: Option<Arc<Route>>,
    now: Instant,
    trace: &mut Trace,
) -> Checked<Arc<Route>> {
    let (dataset, rest) = match ask.target {
        Target::Ambiguous(problem) => return Err(ambiguous(problem)),
        Target::Path { dataset, rest } => (dataset, rest),
    };
    let Some(route) = route.filter(|route| route.tier != Tier::Prohibited) else {
        return Err(plain(Outcome::ScopeDenied));
    };
    shown.is_for(dataset)?;
    if route.tier == Tier::Open {
        open_operation(&route, ask, trace)?;
        return Ok(route);
    }
    let schedule = schedule.filter(|schedule| schedule.ends_at.is_none_or(|at| at > now));
    covered(shown, schedule, matching(&route, ask.method, rest), dataset, trace)?;
    Ok(route)
}

/// One of the matching operations must be granted by the schedule and be among the key's scopes.
fn covered<'a>(
    shown: &Shown,
    schedule: Option<&ScheduleRecord>,
    matching: impl Iterator<Item = (&'a Operation, &'a Arc<str>)>,
    dataset: &str,
    trace: &mut Trace,
) -> Checked<()> {
    let mut needed = None;
    for (operation, template) in matching {
        let name = operation.name();
        let is_granted = schedule.is_some_and(|schedule| schedule.operations.iter().any(|granted| **granted == **name));
        let is_covered = is_granted && shown.opens(dataset, name);
        if trace.operation.is_none() || is_covered {
            trace.operation = Some(Arc::clone(name));
            trace.template = Some(Arc::clone(template));
        }
        if is_covered {
            return Ok(());
        }
        needed = needed.or_else(|| Some(format!("{dataset}:{name}")));
    }
    let detail = needed.as_ref().map_or_else(
        || "No operation of this dataset covers the method and path.".to_owned(),
        |scope| format!("The scope {scope} is needed."),
    );
    Err(Box::new(Denial { scope: needed, ..*because(Outcome::ScopeDenied, detail) }))
}

fn open_operation(route: &Route, ask: &Ask<'_>, trace: &mut Trace) -> Checked<()> {
    let Target::Path { rest, .. } = ask.target else { return Ok(()) };
    let found = matching(route, ask.method, rest).next();
    let Some((operation, template)) = found else {
        let detail = "No operation of this dataset covers the method and path.";
        return Err(because(Outcome::ScopeDenied, detail));
    };
    trace.operation = Some(Arc::clone(operation.name()));
    trace.template = Some(Arc::clone(template));
    Ok(())
}

fn matching<'a>(
    route: &'a Route,
    method: Option<Method>,
    rest: &'a str,
) -> impl Iterator<Item = (&'a Operation, &'a Arc<str>)> {
    let template = move |operation: &'a Operation| method.and_then(|method| operation.matches(method, rest));
    route.operations.iter().filter_map(move |operation| template(operation).map(|template| (operation, template)))
}

fn within_hours(schedule: Option<&ScheduleRecord>, now: &Now) -> Checked<()> {
    let Some(schedule) = schedule.filter(|schedule| !schedule.hours.is_empty()) else { return Ok(()) };
    if schedule.hours.iter().any(|hours| hours.contains(now.zone, now.utc)) {
        return Ok(());
    }
    let open = schedule.hours.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    Err(because(Outcome::OutsideWindow, format!("Open hours: {open} ({}).", now.zone)))
}

/// A dataset without an upstream cannot be served; a restricted one is not served on a picture that may be old.
fn available(route: &Route, grants: &Grants, now: &Now) -> Checked<()> {
    if route.tier == Tier::Prohibited || route.upstream.is_none() {
        return Err(plain(Outcome::DatasetUnavailable));
    }
    if route.tier.is_restricted() && grants.is_stale(now.ticks) {
        let detail = "This gate has not heard of changes for too long and refuses restricted data rather than guess.";
        return Err(because(Outcome::DatasetUnavailable, detail));
    }
    Ok(())
}

/// Nothing is let through while an announced brownout switches the operation off.
fn not_browned_out(route: &Route, trace: &Trace, now: &Now) -> Checked<()> {
    let Some(until) = route.browned_out(trace.operation.as_deref(), now.utc) else { return Ok(()) };
    let detail = format!(
        "It was announced that this is switched off on trial until {}, because it will change or end. The dataset's page \
         says what to do.",
        written(until)
    );
    let seconds = u64::try_from(until.signed_duration_since(now.utc).num_seconds()).unwrap_or(0).saturating_add(1);
    Err(Box::new(Denial { retry_after_seconds: Some(seconds), ..*because(Outcome::DatasetUnavailable, detail) }))
}

fn open_limits(route: &Route, grants: &Grants, client: IpAddr, now: &Now) -> Option<Arc<LimitSet>> {
    let is_limited = !route.open_plan.limits().is_empty();
    is_limited.then(|| grants.addresses().of(client, route.id, &route.open_plan, now))
}

fn count(limits: &Counted, now: &Now) -> Checked<()> {
    limiter::take(limits, now).map_err(|exhausted| {
        let outcome = if exhausted.window.is_quota() { Outcome::QuotaExhausted } else { Outcome::RateLimited };
        let detail = format!(
            "The limit “{}” of {} calls per {} is used up for now.",
            exhausted.label,
            exhausted.max,
            exhausted.window.as_str()
        );
        Box::new(Denial {
            retry_after_seconds: Some(exhausted.retry_after_seconds),
            limits: limits.clone(),
            ..*because(outcome, detail)
        })
    })
}

/// Notes what the other gates must hear of. Limits of an address, on an open dataset, are each gate's own.
fn note(
    joint: &Joint,
    limits: &Counted,
    (agreement, dataset, key): (AgreementId, Option<DatasetId>, KeyId),
    now: &Now,
) {
    if let (Some(set), Some(dataset)) = (&limits.shared, dataset) {
        joint.note(|| QuotaOwner::Agreement { agreement, dataset }, set, now);
    }
    if let Some(set) = &limits.own {
        joint.note(|| QuotaOwner::Key { key }, set, now);
    }
}

fn ambiguous(problem: PathProblem) -> Box<Denial> {
    Box::new(Denial { status: 400, ..*because(Outcome::ScopeDenied, format!("The path is refused: {problem}.")) })
}

fn because(outcome: Outcome, detail: impl Into<String>) -> Box<Denial> {
    Box::new(Denial::because(outcome, Trace::default(), detail))
}

fn plain(outcome: Outcome) -> Box<Denial> {
    Box::new(Denial::plain(outcome, Trace::default()))
}

fn written(instant: Instant) -> String {
    instant.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

mod still;
#[cfg(test)]
mod tests;
pub(super) mod token;

pub(super) use self::still::Standing;
use self::token::{Shown, by_text, by_token, in_good_standing};
