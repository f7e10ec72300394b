//! A rule replayed over past usage: whom it would have caught, and what it would have cost them. Changes nothing, tells
//! nobody.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use chrono::Duration;

use super::misuse::declared;
use super::{CaseError, Desk};
use crate::domain::id::{AgreementId, KeyId};
use crate::domain::misuse::{Grain, Rule, Seen, Slice, replay};
use crate::domain::replay::{Caught, Rehearsal};
use crate::domain::text::{Invalid, Line};
use crate::domain::time::Instant;
use crate::store::misuse::{self as books, SLICES_MAX, Whose};
use crate::store::{agreements, keys};

/// Days back; usage by the minute is kept no longer.
pub const DAYS_MAX: i64 = 15;

/// Replays a rule of the profile, or the same with another threshold, over the last days. `told` hears how many of how
/// many keys (or agreements) are done.
///
/// # Errors
/// A span that is not 1 to [`DAYS_MAX`] days; a threshold that the rule cannot have; a rule that counts nothing.
pub fn rehearse(
    desk: &Desk,
    rule: &Rule,
    days: i64,
    mut told: impl FnMut(usize, usize),
) -> Result<Rehearsal, CaseError> {
    let to_the_end = |done, total| {
        told(done, total);
        ControlFlow::Continue(())
    };
    Ok(rehearse_until(desk, rule, days, to_the_end)?.unwrap_or_default())
}

/// Whether a rule can be replayed over so many days.
///
/// # Errors
/// As [`rehearse`].
pub(super) fn check(desk: &Desk, rule: &Rule, days: i64) -> Result<(), Invalid> {
    if !(1..=DAYS_MAX).contains(&days) {
        let message = format!("Give 1 to {DAYS_MAX} days: usage by the minute is kept no longer.");
        return Err(Invalid::new("days", "span", message));
    }
    let languages: Vec<_> = desk.profile.languages.iter().map(Line::as_str).collect();
    if let Some(problem) = rule.problems(&languages).into_iter().next() {
        return Err(Invalid::new("threshold", "rule", format!("{}: {problem}.", rule.id)));
    }
    if rule.grain() == Grain::Event {
        let text = "This rule is about something that is told, not counted: there is nothing to replay.";
        return Err(Invalid::new("rule", "not_counted", text));
    }
    Ok(())
}

/// The same as [`rehearse`], until `told` breaks it off; then nothing comes of it.
///
/// # Errors
/// As [`rehearse`].
pub(super) fn rehearse_until(
    desk: &Desk,
    rule: &Rule,
    days: i64,
    mut told: impl FnMut(usize, usize) -> ControlFlow<()>,
) -> Result<Option<Rehearsal>, CaseError> {
    check(desk, rule, days)?;
    let from = desk.clock.now() - Duration::days(days);
    desk.store.read(|conn| {
        let active = books::active(conn, from)?;
        let agreements: BTreeSet<AgreementId> = active.iter().map(|(_, agreement, _)| *agreement).collect();
        let subjects: Vec<Whose> = if rule.is_of_agreement() {
            agreements.iter().map(|agreement| Whose::Agreements(vec![*agreement])).collect()
        } else {
            active.iter().map(|(key, ..)| Whose::Keys(vec![*key])).collect()
        };
        let (keys, agreements) = (active.len(), agreements.len());
        let mut done = Rehearsal { caught: Vec::new(), keys, agreements, calls: 0, cut: 0 };
        let total = subjects.len();
        for (place, whose) in subjects.into_iter().enumerate() {
            if told(place, total).is_break() {
                return Ok(None);
            }
            let slices = books::slices(conn, rule.grain(), from, &whose, desk.profile.zone)?;
            let calls = if rule.grain() == Grain::Sights {
                books::slices(conn, Grain::Minutes, from, &whose, desk.profile.zone)?
            } else {
                slices.clone()
            };
            done.calls += let_through(&calls, None);
            done.cut += usize::from(i64::try_from(slices.len()).unwrap_or(i64::MAX) >= SLICES_MAX);
            let Some(agreement) = slices.first().map(|slice| slice.agreement) else { continue };
            let found = replay(rule, &slices, declared(conn, rule, agreement)?);
            let times = found.len();
            let Some(catch) = found.into_iter().next() else { continue };
            done.caught.push(Caught {
                key_hint: hint(conn, catch.key)?,
                agreement_number: agreements::by_id(conn, catch.agreement)?.number,
                calls_after: let_through(&calls, Some(catch.at)),
                catch,
                times,
            });
        }
        done.caught.sort_by_key(|caught| caught.catch.at);
        Ok(Some(done))
    })
}

fn hint(conn: &mut crate::store::AnyConnection, key: KeyId) -> Result<String, CaseError> {
    Ok(keys::by_id(conn, key)?.key.hint)
}

/// Calls that were let through, after an instant where one is given.
fn let_through(slices: &[Slice], after: Option<Instant>) -> i64 {
    let calls = slices.iter().filter(|slice| after.is_none_or(|at| slice.at > at)).map(|slice| match &slice.seen {
        Seen::Calls { outcome, calls, .. } if outcome == "ok" => *calls,
        Seen::Calls { .. } | Seen::Network(_) | Seen::Pattern(_) => 0,
    });
    calls.sum()
}
