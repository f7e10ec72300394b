//! The decision about tokens: may this key have one for that dataset, and is one good at this moment? The same steps as
//! for a call, but for limits: a token uses up nothing of an agreement, its calls do. How often a key may ask for one is
//! bounded by itself.

use std::net::IpAddr;
use std::sync::Arc;

use super::{
    Checked, available, because, count, free_of_holds, from_allowed_network, in_force, live, plain, within_hours,
};
use crate::domain::id::KeyId;
use crate::domain::key::{Digest, KeyState, KeyText};
use crate::domain::scope::Scope;
use crate::domain::tier::Tier;
use crate::domain::time::Instant;
use crate::gate::clock::Now;
use crate::gate::grants::{AgreementPicture, Grants, KeyRecord, ScheduleRecord};
use crate::gate::limiter::Counted;
use crate::gate::token::Token;
use crate::gate::verdict::{Denial, Outcome, Trace};

/// The name under which exchanges stand in usage; no operation of a dataset can have it.
const OPERATION: &str = "oauth/token";
/// Letters of a key's random part that may name it beside prefix and mode.
const NAMED_BY: usize = 4;

/// What is asked of the token door.
pub(in crate::gate) struct Wish<'a> {
    /// How the client calls itself.
    pub(in crate::gate) client_id: &'a str,
    /// The key's text.
    pub(in crate::gate) secret: &'a str,
    /// The dataset's slug; without it the only one that the key opens.
    pub(in crate::gate) dataset: Option<&'a str>,
    /// Scopes, separated by blanks; without it all that the key has on the dataset.
    pub(in crate::gate) scope: Option<&'a str>,
    /// Where it comes from.
    pub(in crate::gate) client: IpAddr,
}

/// What a token may say.
#[derive(Debug)]
pub(in crate::gate) struct Granted {
    pub(in crate::gate) key: KeyId,
    /// The agreement's number.
    pub(in crate::gate) agreement: Box<str>,
    /// The dataset's slug.
    pub(in crate::gate) dataset: Arc<str>,
    /// Separated by blanks.
    pub(in crate::gate) scope: String,
    /// When key, agreement or schedule end, whichever is first.
    pub(in crate::gate) ends_at: Option<Instant>,
}

/// Whether the key may have such a token, and what is known of it for the books. A denial for scopes names one.
pub(in crate::gate) fn exchange(wish: &Wish<'_>, grants: &Grants, now: &Now) -> (Result<Granted, Box<Denial>>, Trace) {
    let mut trace = Trace { operation: Some(Arc::from(OPERATION)), ..Trace::default() };
    let granted = decide(wish, grants, now, &mut trace);
    (granted, trace)
}

fn decide(wish: &Wish<'_>, grants: &Grants, now: &Now, trace: &mut Trace) -> Checked<Granted> {
    let text = KeyText::parse(wish.secret, &grants.rules().key_prefix);
    let text = text.or(Err(plain(Outcome::KeyMalformed)))?;
    let found = grants.key(&text.digest());
    let key = found.filter(|key| names(wish.client_id, key.id, &text)).ok_or_else(|| plain(Outcome::KeyUnknown))?;
    trace.key = Some(key.id);
    trace.agreement = Some(key.agreement.id);
    let agreement = key.agreement.now();
    let agreement = in_good_standing(&key, agreement.as_deref(), now.utc)?;
    let slug = dataset(&key, wish.dataset)?;
    let unknown = || because(Outcome::ScopeDenied, "The key opens no such dataset.");
    let route = grants.route(&slug).filter(|route| route.tier != Tier::Prohibited).ok_or_else(unknown)?;
    trace.dataset = Some(route.id);
    let schedule = agreement.schedule(route.id);
    let schedule = schedule.filter(|schedule| schedule.ends_at.is_none_or(|at| at > now.utc)).ok_or_else(unknown)?;
    from_allowed_network(&key, Some(schedule), wish.client)?;
    let scope = scope(&key, schedule, &slug, wish.scope)?;
    within_hours(Some(schedule), now)?;
    available(&route, grants, now)?;
    if schedule.redaction.is_some() {
        // Who takes a token elsewhere would serve what is to be taken out.
        let detail = "Under this agreement answers are redacted, which only the gateway itself can do: call it with the \
                      key.";
        return Err(because(Outcome::ScopeDenied, detail));
    }
    count(&Counted { shared: None, own: Some(key.exchanges(grants.exchange_plan())), parts: 1 }, now)?;
    let superseded_at = match &key.state {
        KeyState::Superseded { at, .. } => Some(*at),
        KeyState::Active | KeyState::Revoked { .. } | KeyState::Expired { .. } => None,
    };
    let ends = [key.expires_at, superseded_at, agreement.ends_at, schedule.ends_at];
    Ok(Granted {
        key: key.id,
        agreement: agreement.number.clone(),
        dataset: Arc::clone(&route.slug),
        scope,
        ends_at: ends.into_iter().flatten().min(),
    })
}

/// Whether a client's id is the key's own: its id, what its page shows of its text, or the beginning of the text as far
/// as that page shows it.
fn names(client_id: &str, id: KeyId, text: &KeyText) -> bool {
    client_id.parse::<KeyId>().is_ok_and(|named| named == id)
        || client_id == text.hint()
        || text.begins_with(client_id, NAMED_BY)
}

/// Key and agreement are in force, and nothing holds them.
pub(super) fn in_good_standing<'a>(
    key: &KeyRecord,
    agreement: Option<&'a AgreementPicture>,
    now: Instant,
) -> Checked<&'a AgreementPicture> {
    in_force(&key.state, now)?;
    free_of_holds(key, agreement)?;
    let agreement = live(agreement, now)?;
    match key.expires_at.filter(|at| *at <= now) {
        Some(ended) => Err(because(Outcome::KeyExpired, format!("The key expired at {}.", super::written(ended)))),
        None => Ok(agreement),
    }
}

/// The dataset that is meant.
fn dataset(key: &KeyRecord, wanted: Option<&str>) -> Checked<Box<str>> {
    let mut opened = key.scopes.datasets();
    match wanted {
        Some(wanted) if opened.any(|slug| slug == wanted) => Ok(wanted.into()),
        Some(_) => Err(because(Outcome::ScopeDenied, "The key opens no such dataset.")),
        None => match (opened.next(), opened.next()) {
            (Some(only), None) => Ok(only.into()),
            (_, Some(_)) | (None, _) => {
                Err(because(Outcome::ScopeDenied, "The key opens several datasets: name one by resource."))
            }
        },
    }
}

/// The scopes that the token gets: those asked for, of which all must be had, or all that are had.
fn scope(key: &KeyRecord, schedule: &ScheduleRecord, slug: &str, wanted: Option<&str>) -> Checked<String> {
    let denied = |scope: &str, detail: String| {
        Box::new(Denial { scope: Some(scope.to_owned()), ..*because(Outcome::ScopeDenied, detail) })
    };
    let is_had = |operation: &str| {
        key.scopes.opens(slug, operation) && schedule.operations.iter().any(|granted| granted == operation)
    };
    let Some(wanted) = wanted else {
        let had: Vec<String> = schedule.operations.iter().filter(|name| is_had(name)).cloned().collect();
        let had: Vec<String> = had.iter().map(|name| format!("{slug}:{name}")).collect();
        if had.is_empty() {
            return Err(denied(slug, "The key has no scope on this dataset.".to_owned()));
        }
        return Ok(had.join(" "));
    };
    let mut asked: Vec<&str> = Vec::new();
    for text in wanted.split(' ') {
        let scope = text.parse::<Scope>().map_err(|_not_one| {
            denied(slug, "A scope is written as dataset:operation, several with one blank between.".to_owned())
        })?;
        if scope.dataset() != slug || !is_had(scope.operation()) {
            return Err(denied(text, format!("The key has no scope {scope} on this dataset.")));
        }
        if !asked.contains(&text) {
            asked.push(text);
        }
    }
    Ok(asked.join(" "))
}

/// Whether a token would be taken now, wherever its call came from: its key, its agreement and one of its scopes.
pub(in crate::gate) fn is_good(token: &Token, grants: &Grants, now: &Now) -> bool {
    judge(token, grants, now).is_ok()
}

fn judge(token: &Token, grants: &Grants, now: &Now) -> Checked<()> {
    let key = grants.key_named(token.key).ok_or_else(|| plain(Outcome::KeyUnknown))?;
    let agreement = key.agreement.now();
    let agreement = in_good_standing(&key, agreement.as_deref(), now.utc)?;
    let route = grants.route(&token.dataset).filter(|route| route.tier != Tier::Prohibited);
    let route = route.ok_or_else(|| plain(Outcome::ScopeDenied))?;
    let schedule = agreement.schedule(route.id);
    let schedule = schedule.filter(|schedule| schedule.ends_at.is_none_or(|at| at > now.utc));
    let opens = |name: &String| token.opens(name) && key.scopes.opens(&token.dataset, name);
    let schedule = schedule.filter(|schedule| schedule.operations.iter().any(opens) && schedule.redaction.is_none());
    if schedule.is_none() {
        return Err(plain(Outcome::ScopeDenied));
    }
    within_hours(schedule, now)?;
    available(&route, grants, now)
}

/// The key that a text shows, by itself or by a token.
pub(super) struct Shown {
    pub(super) key: Arc<KeyRecord>,
    pub(super) token: Option<Arc<Token>>,
}

impl Shown {
    /// Whether key and, where one is shown, token open the operation.
    pub(super) fn opens(&self, dataset: &str, operation: &str) -> bool {
        self.key.scopes.opens(dataset, operation) && self.token.as_ref().is_none_or(|token| token.opens(operation))
    }

    /// A token is for one dataset, also where that is open to everybody.
    pub(super) fn is_for(&self, dataset: &str) -> Checked<()> {
        let Some(token) = self.token.as_ref().filter(|token| *token.dataset != *dataset) else { return Ok(()) };
        let detail = format!("The token was issued for {}; get one for {dataset}.", token.dataset);
        // RFC 9068, 4: a token for another audience is an invalid one.
        Err(Box::new(Denial { status: 401, ..*because(Outcome::ScopeDenied, detail) }))
    }
}

/// Finds the key of a text that was recognised as one.
pub(super) fn by_text(text: &str, grants: &Grants) -> Checked<Shown> {
    let key = grants.key(&Digest::of(text)).ok_or_else(|| plain(Outcome::KeyUnknown))?;
    Ok(Shown { key, token: None })
}

/// Finds the key of a token.
pub(super) fn by_token(token: Arc<Token>, grants: &Grants) -> Checked<Shown> {
    let key = grants.key_named(token.key).ok_or_else(|| plain(Outcome::KeyUnknown))?;
    Ok(Shown { key, token: Some(token) })
}
