//! Asked again while an answer is still on its way: does what was permitted still stand? A stream that began under an
//! agreement ends with it. Counts nothing.

use std::net::IpAddr;
use std::sync::Arc;

use super::{Permit, available, free_of_holds, from_allowed_network, in_force, live, plain, within_hours};
use crate::domain::key::Digest;
use crate::domain::tier::Tier;
use crate::gate::clock::Now;
use crate::gate::grants::{Grants, Route};
use crate::gate::redact;
use crate::gate::verdict::Outcome;

/// What a permit was given for.
#[derive(Clone, Debug)]
pub(in crate::gate) struct Standing {
    key: Option<Digest>,
    route: Arc<Route>,
    operation: Option<Arc<str>>,
    client: IpAddr,
    redaction: Option<Arc<redact::Plan>>,
}

impl Standing {
    pub(in crate::gate) fn of(permit: &Permit, client: IpAddr) -> Self {
        Self {
            key: permit.identity().map(|identity| identity.digest),
            route: Arc::clone(permit.route()),
            operation: permit.trace().operation.clone(),
            client,
            redaction: permit.redaction().cloned(),
        }
    }

    /// Whether the same call would still be permitted, limits apart.
    pub(in crate::gate) fn still_stands(&self, grants: &Grants, now: &Now) -> Result<(), Outcome> {
        self.judge(grants, now).map_err(|denial| denial.outcome)
    }

    fn judge(&self, grants: &Grants, now: &Now) -> super::Checked<()> {
        let route = grants.route(&self.route.slug).filter(|route| route.id == self.route.id);
        let Some(route) = route.filter(|route| route.tier != Tier::Prohibited) else {
            return Err(plain(Outcome::ScopeDenied));
        };
        available(&route, grants, now)?;
        let Some(digest) = &self.key else {
            return if route.tier == Tier::Open { Ok(()) } else { Err(plain(Outcome::KeyMissing)) };
        };
        let key = grants.key(digest).ok_or_else(|| plain(Outcome::KeyUnknown))?;
        in_force(&key.state, now.utc)?;
        let agreement = key.agreement.now();
        let agreement = agreement.as_deref();
        free_of_holds(&key, agreement)?;
        let agreement = live(agreement, now.utc)?;
        if key.expires_at.is_some_and(|at| at <= now.utc) {
            return Err(plain(Outcome::KeyExpired));
        }
        let schedule = agreement.schedule(route.id);
        from_allowed_network(&key, schedule, self.client)?;
        if route.tier != Tier::Open {
            let schedule = schedule.filter(|schedule| schedule.ends_at.is_none_or(|at| at > now.utc));
            let operation = self.operation.as_deref().unwrap_or_default();
            let is_granted = schedule.is_some_and(|schedule| schedule.operations.iter().any(|name| name == operation));
            if !is_granted || !key.scopes.opens(&route.slug, operation) {
                return Err(plain(Outcome::ScopeDenied));
            }
        }
        within_hours(schedule, now)?;
        // An answer that is redacted by other rules than those in force now is not finished.
        let in_force = schedule.and_then(|schedule| schedule.redaction.as_ref());
        let is_same = match (in_force, &self.redaction) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        if is_same { Ok(()) } else { Err(plain(Outcome::DatasetUnavailable)) }
    }
}
