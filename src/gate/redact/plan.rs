//! A profile's rules made ready for bodies; made once when the feed tells them, shared by every call.

use crate::domain::redaction::halves::partners;
use crate::domain::redaction::reach::{Reach, TooTangled};
use crate::domain::redaction::{Rule, Treatment};

/// Rules made ready.
#[derive(Debug)]
pub struct Plan {
    rules: Vec<Rule>,
    reach: Reach,
    delay_minutes: Option<u32>,
}

impl Plan {
    /// Makes rules ready.
    ///
    /// # Errors
    /// [`TooTangled`]: these rules cannot be carried out, so nothing may be passed on under them.
    pub fn new(rules: Vec<Rule>) -> Result<Self, TooTangled> {
        let reach = Reach::of(&rules)?;
        let delay_minutes = rules.iter().find_map(|rule| match rule.treatment {
            Treatment::Delay { minutes } => Some(minutes),
            Treatment::Drop
            | Treatment::Mask { .. }
            | Treatment::KeyedHash { .. }
            | Treatment::CoarsenPosition { .. }
            | Treatment::RoundTime { .. } => None,
        });
        Ok(Self { rules, reach, delay_minutes })
    }

    /// The rules, in their order.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    pub(super) const fn reach(&self) -> &Reach {
        &self.reach
    }

    pub(super) const fn delay_minutes(&self) -> Option<u32> {
        self.delay_minutes
    }

    /// What a rule does.
    pub(super) fn treatment(&self, rule: u16) -> &Treatment {
        // A rule that is not there must hide its value, not show it.
        self.rules.get(usize::from(rule)).map_or(&Treatment::Drop, |rule| &rule.treatment)
    }

    pub(super) fn stronger(&self, one: Option<u16>, other: Option<u16>) -> Option<u16> {
        crate::domain::redaction::reach::stronger(&self.rules, one, other)
    }

    /// The strongest rule that a column of a table falls under, and whether it tells the time of its row.
    pub(super) fn column(&self, name: &str) -> (Option<u16>, bool) {
        let name = name.trim();
        let (mut found, mut is_time) = (None, false);
        for (at, rule) in (0_u16..).zip(&self.rules) {
            let is_whole = rule.path.dotted().is_some_and(|dotted| dotted.eq_ignore_ascii_case(name));
            let is_last = rule.path.last_name().is_some_and(|last| last.eq_ignore_ascii_case(name));
            let is_any = rule.path.last_name().is_none() && rule.path.has_wildcard();
            let is_other_half = || {
                let last = rule.path.last_name().unwrap_or_default();
                partners(last).iter().any(|partner| partner.eq_ignore_ascii_case(name))
            };
            match rule.treatment {
                Treatment::Delay { .. } => is_time |= is_whole || is_last,
                Treatment::CoarsenPosition { .. } if is_other_half() => found = self.stronger(found, Some(at)),
                Treatment::Drop
                | Treatment::Mask { .. }
                | Treatment::KeyedHash { .. }
                | Treatment::CoarsenPosition { .. }
                | Treatment::RoundTime { .. } => {
                    if is_whole || is_last || is_any {
                        found = self.stronger(found, Some(at));
                    }
                }
            }
        }
        (found, is_time)
    }
}
