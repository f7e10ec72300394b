//! Asked again while an answer is still on its way: does what was permitted still stand? A stream that began under an
//! agreement ends with it. Counts nothing.

use std::net::IpAddr;
use std::sync::Arc;

use super::token::Shown;
use super::{Permit, available, from_allowed_network, in_good_standing, plain, within_hours};
use crate::domain::id::KeyId;
use crate::domain::tier::Tier;
use crate::gate::clock::Now;
use crate::gate::grants::{Grants, Route};
use crate::gate::redact;
use crate::gate::token::Token;
use crate::gate::verdict::Outcome;

/// What a permit was given for.
#[derive(Clone, Debug)]
pub(in crate::gate) struct Standing {
    key: Option<KeyId>,
    /// The token that was shown for it.
    token: Option<Arc<Token>>,
    is_stream: bool,
    route: Arc<Route>,
    operation: Option<Arc<str>>,
    client: IpAddr,
    redaction: Option<Arc<redact::Plan>>,
}

impl Standing {
    pub(in crate::gate) fn of(permit: &Permit, client: IpAddr) -> Self {
        Self {
            key: permit.identity().map(|identity| identity.key.id),
            token: permit.identity().and_then(|identity| identity.token.clone()),
            is_stream: permit.is_stream(),
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

    /// A stream has no end of its own: it ends with its token, or a token would last for ever. Other answers go on.
    fn token_lasts(&self, grants: &Grants, now: &Now) -> super::Checked<()> {
        let Some(token) = self.token.as_ref().filter(|_| self.is_stream) else { return Ok(()) };
        if token.expires_at <= now.utc {
            return Err(plain(Outcome::KeyExpired));
        }
        if grants.token_keys().knows(&token.kid, now.utc) { Ok(()) } else { Err(plain(Outcome::KeyUnknown)) }
    }

    fn judge(&self, grants: &Grants, now: &Now) -> super::Checked<()> {
        let route = grants.route(&self.route.slug).filter(|route| route.id == self.route.id);
        let Some(route) = route.filter(|route| route.tier != Tier::Prohibited) else {
            return Err(plain(Outcome::ScopeDenied));
        };
        available(&route, grants, now)?;
        let Some(id) = self.key else {
            return if route.tier == Tier::Open { Ok(()) } else { Err(plain(Outcome::KeyMissing)) };
        };
        self.token_lasts(grants, now)?;
        let key = grants.key_named(id).ok_or_else(|| plain(Outcome::KeyUnknown))?;
        let agreement = key.agreement.now();
        let agreement = in_good_standing(&key, agreement.as_deref(), now.utc)?;
        let schedule = agreement.schedule(route.id);
        from_allowed_network(&key, schedule, self.client)?;
        if route.tier != Tier::Open {
            let schedule = schedule.filter(|schedule| schedule.ends_at.is_none_or(|at| at > now.utc));
            let operation = self.operation.as_deref().unwrap_or_default();
            let is_granted = schedule.is_some_and(|schedule| schedule.operations.iter().any(|name| name == operation));
            let shown = Shown { key: Arc::clone(&key), token: self.token.clone() };
            if !is_granted || !shown.opens(&route.slug, operation) {
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
