//! A schedule: what an agreement allows for one dataset, and what is taken out of it.

use serde::{Deserialize, Serialize};

use crate::domain::catalogue::Dataset;
use crate::domain::id::{DatasetId, DepartmentId};
use crate::domain::limits::{Limit, Limits};
use crate::domain::net::CidrList;
use crate::domain::redaction::{Rule, Treatment, delayed, in_force};
use crate::domain::refusal::Refusal;
use crate::domain::review::{Condition, ConditionKind};
use crate::domain::tier::Tier;
use crate::domain::time::Day;

/// What an agreement allows for one dataset. The gate enforces exactly this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// The dataset.
    pub dataset: DatasetId,
    /// Its slug, first segment of the gateway path.
    pub slug: String,
    /// Its title when signed.
    pub title: String,
    /// The data provider.
    pub department: DepartmentId,
    /// The tier when signed.
    pub tier: Tier,
    /// Operations granted, sorted.
    pub operations: Vec<String>,
    /// Limits shared by all keys of the agreement.
    pub limits: Limits,
    /// Networks calls may come from; `None` means any.
    pub networks: Option<CidrList>,
    /// First allowed and first forbidden minute of the city's day; `None` means always.
    pub hours: Option<(u16, u16)>,
    /// The redaction profile applied, by name.
    pub redaction: Option<String>,
    /// Its revision when signed.
    #[serde(default)]
    pub redaction_revision: Option<u32>,
    /// What is taken out before the holder sees it, as signed: the profile's rules, and the delay of a condition.
    #[serde(default)]
    pub redactions: Vec<Rule>,
    /// Every condition, in words, as signed.
    pub conditions: Vec<Condition>,
}

impl Schedule {
    /// Narrows a schedule as asked by the conditions of its approval. Nothing is ever widened.
    ///
    /// # Errors
    /// `limits_too_wide`, `limits_invalid`, `operations_empty`.
    pub fn narrowed(mut self, conditions: &[Condition]) -> Result<Self, Refusal> {
        for condition in conditions {
            match &condition.kind {
                ConditionKind::Limits { limits } => {
                    if limits.within(&self.limits).is_err() {
                        return Err(Refusal::new(
                            "limits_too_wide",
                            "A condition may only lower the limits asked for.",
                        ));
                    }
                    self.limits = tightened(&self.limits, limits)?;
                }
                ConditionKind::Operations { operations } => {
                    self.operations.retain(|operation| operations.contains(operation));
                    if self.operations.is_empty() {
                        return Err(Refusal::new(
                            "operations_empty",
                            "No operation would be left; deny the item instead.",
                        ));
                    }
                }
                ConditionKind::Networks { networks } => self.networks = Some(networks.clone()),
                ConditionKind::Hours { from_minute, to_minute } => self.hours = Some((*from_minute, *to_minute)),
                ConditionKind::Redaction { profile } => self.redaction = Some(profile.clone()),
                ConditionKind::EndsOn { .. } | ConditionKind::Delay { .. } | ConditionKind::Promise => {}
            }
        }
        self.conditions = conditions.to_vec();
        Ok(self)
    }

    /// Writes into the schedule what its redaction profile and its delay mean for this dataset today: that is what will be
    /// signed, and what the gate does at least.
    ///
    /// # Errors
    /// `redaction_unknown`, `redaction_retired` unless it was agreed on before, `delay_unmeasured`.
    pub fn redacted(mut self, dataset: &Dataset, agreed: Agreed) -> Result<Self, Refusal> {
        let mut rules = Vec::new();
        if let Some(name) = &self.redaction {
            let profile = dataset.redaction(name).ok_or_else(|| unknown(dataset, name))?;
            if profile.is_retired && agreed == Agreed::Now {
                let message = format!("The redaction profile {name} is retired. Choose another one.");
                return Err(Refusal::new("redaction_retired", message));
            }
            self.redaction_revision = Some(profile.revision);
            rules.clone_from(&profile.rules);
        }
        if let Some(minutes) = self.delay_minutes() {
            rules = delayed(rules, minutes, dataset.time_field.as_ref()).ok_or_else(|| {
                Refusal::new(
                    "delay_unmeasured",
                    "A delay needs the field that says when a record was measured. A manager names it on the dataset's \
                     redaction page, or in a redaction profile with a delay.",
                )
            })?;
        }
        self.redactions = rules;
        Ok(self)
    }

    /// The delay set by a condition, in minutes.
    #[must_use]
    pub fn delay_minutes(&self) -> Option<u32> {
        let delay = |condition: &Condition| match condition.kind {
            ConditionKind::Delay { minutes } => Some(minutes),
            ConditionKind::Limits { .. }
            | ConditionKind::EndsOn { .. }
            | ConditionKind::Networks { .. }
            | ConditionKind::Operations { .. }
            | ConditionKind::Hours { .. }
            | ConditionKind::Redaction { .. }
            | ConditionKind::Promise => None,
        };
        self.conditions.iter().filter_map(delay).max()
    }

    /// What the gate takes out under this schedule: what was signed, tightened by what the profile of that name says today.
    /// `None` when something was promised that cannot be carried out; then nothing may be served.
    #[must_use]
    pub fn redactions_in_force(&self, dataset: Option<&Dataset>) -> Option<Vec<Rule>> {
        let is_kept = self.redaction.is_none() || !self.redactions.is_empty();
        let has_delay = |rules: &[Rule]| rules.iter().any(|rule| matches!(rule.treatment, Treatment::Delay { .. }));
        if !is_kept || (self.delay_minutes().is_some() && !has_delay(&self.redactions)) {
            return None;
        }
        let current = self.redaction.as_deref().and_then(|name| dataset?.redaction(name));
        Some(in_force(&self.redactions, current.map_or(&[], |profile| &profile.rules)))
    }

    /// The condition to which it is owed that the gate answers with this outcome, if it is owed to one.
    #[must_use]
    pub fn clause_behind(&self, outcome: &str) -> Option<&Condition> {
        let is_behind = |condition: &&Condition| match &condition.kind {
            ConditionKind::Networks { .. } => outcome == "network_denied",
            ConditionKind::Operations { .. } => outcome == "scope_denied",
            ConditionKind::Hours { .. } => outcome == "outside_window",
            ConditionKind::EndsOn { .. } => outcome == "agreement_ended",
            ConditionKind::Limits { .. } => matches!(outcome, "rate_limited" | "quota_exhausted"),
            ConditionKind::Redaction { .. } | ConditionKind::Delay { .. } => outcome == "dataset_unavailable",
            ConditionKind::Promise => false,
        };
        self.conditions.iter().find(is_behind)
    }

    /// The last day set by a condition, if any.
    #[must_use]
    pub fn ends_on(&self) -> Option<Day> {
        self.conditions
            .iter()
            .filter_map(|condition| match condition.kind {
                ConditionKind::EndsOn { day } => Some(day),
                ConditionKind::Limits { .. }
                | ConditionKind::Networks { .. }
                | ConditionKind::Operations { .. }
                | ConditionKind::Hours { .. }
                | ConditionKind::Redaction { .. }
                | ConditionKind::Delay { .. }
                | ConditionKind::Promise => None,
            })
            .min()
    }
}

/// The limits of a condition, with those asked for whose windows it does not name: a condition adds, it never removes.
fn tightened(asked: &Limits, condition: &Limits) -> Result<Limits, Refusal> {
    let is_named = |limit: &&Limit| condition.as_slice().iter().any(|other| other.window == limit.window);
    let kept = asked.as_slice().iter().filter(|limit| !is_named(limit));
    let all = kept.chain(condition.as_slice()).cloned().collect();
    Limits::new(all).map_err(|problem| Refusal::new("limits_invalid", problem.to_string()))
}

/// When the conditions of a schedule were set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agreed {
    /// They are being set: what is retired is not taken.
    Now,
    /// They were decided before.
    Before,
}

fn unknown(dataset: &Dataset, name: &str) -> Refusal {
    let names: Vec<&str> = dataset.redactions_offered().map(|profile| profile.name.as_str()).collect();
    let known = match names.as_slice() {
        [] => "It has none yet: a manager writes one on the dataset's redaction page.".to_owned(),
        names => format!("It has: {}.", names.join(", ")),
    };
    Refusal::new("redaction_unknown", format!("The dataset has no redaction profile {name}. {known}"))
}
