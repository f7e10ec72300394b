//! What is limited: the limits of an agreement or a key, with all that can be made ready about them before a call comes.

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use hyper::header::HeaderValue;

use super::interval_nanos;
use crate::domain::limits::{Limit, Limits};

/// What is limited, shared by everybody under the same plan.
#[derive(Debug)]
pub struct Plan {
    limits: Limits,
    /// The names as headers show them.
    labels: Vec<String>,
    /// What is the same in each answer about each of them.
    forms: Vec<Form>,
    /// The value of `RateLimit-Policy`, unless nothing is limited.
    policy: Option<HeaderValue>,
}

/// A limit as answers write it, up to the numbers, and its pace, which no call has to reckon again.
#[derive(Debug)]
pub(super) struct Form {
    /// `"name";r=`
    pub(super) header: String,
    /// `{"name":"…","remaining":`
    pub(super) json: String,
    /// Nanoseconds in which a rate regains one call.
    pub(super) interval: u64,
}

impl Form {
    fn of(limit: &Limit, label: &str) -> Self {
        let name = serde_json::Value::from(label);
        let (header, json) = (format!("\"{label}\";r="), format!("{{\"name\":{name},\"remaining\":"));
        Self { header, json, interval: interval_nanos(limit) }
    }
}

impl Plan {
    /// A plan whose limits are named in headers with `prefix` before them, to tell a key's own from its agreement's.
    #[must_use]
    pub fn new(limits: Limits, prefix: &str) -> Self {
        let labels: Vec<String> = limits.as_slice().iter().map(|limit| format!("{prefix}{}", limit.name)).collect();
        let policy = |(limit, label): (&Limit, &String)| {
            let burst = limit.burst.map_or_else(String::new, |burst| format!(";burst={burst}"));
            format!("\"{label}\";q={};w={}{burst}", limit.max, limit.window.seconds())
        };
        let policy = limits.as_slice().iter().zip(&labels).map(policy).collect::<Vec<_>>().join(", ");
        let policy = HeaderValue::from_str(&policy).ok().filter(|policy| !policy.is_empty());
        let forms = limits.as_slice().iter().zip(&labels).map(|(limit, label)| Form::of(limit, label)).collect();
        Self { limits, labels, forms, policy }
    }

    /// The limits.
    #[must_use]
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The names of the limits, as headers show them.
    pub(super) fn labels(&self) -> &[String] {
        &self.labels
    }

    /// The names of the limits with what answers say of each.
    pub(super) fn forms(&self) -> impl Iterator<Item = (&String, &Form)> {
        self.labels.iter().zip(&self.forms)
    }

    pub(super) fn form(&self, at: usize) -> Option<&Form> {
        self.forms.get(at)
    }

    pub(super) const fn policy(&self) -> Option<&HeaderValue> {
        self.policy.as_ref()
    }
}

/// Every plan in use, each kept once for all who are under the same limits: of many agreements, few differ in them, and
/// what calls share stays near.
#[derive(Debug, Default)]
pub(in crate::gate) struct Plans {
    known: HashMap<(Limits, &'static str), Weak<Plan>>,
    /// Plans after which those out of use are forgotten.
    forget_at: usize,
}

impl Plans {
    pub(in crate::gate) fn plan(&mut self, limits: &Limits, prefix: &'static str) -> Arc<Plan> {
        let key = (limits.clone(), prefix);
        if let Some(plan) = self.known.get(&key).and_then(Weak::upgrade) {
            return plan;
        }
        if self.known.len() >= self.forget_at {
            self.known.retain(|_, plan| plan.strong_count() > 0);
            self.forget_at = self.known.len() * 2 + 64;
        }
        let plan = Arc::new(Plan::new(limits.clone(), prefix));
        self.known.insert(key, Arc::downgrade(&plan));
        plan
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_limits_are_one_plan_and_those_out_of_use_are_forgotten() {
        let mut plans = Plans::default();
        let limits = |text: &str| Limits::parse(text).unwrap();
        let one = plans.plan(&limits("5/day"), "");
        assert!(Arc::ptr_eq(&one, &plans.plan(&limits("5/day"), "")));
        assert!(!Arc::ptr_eq(&one, &plans.plan(&limits("5/day"), "key/")));
        for number in 1..1000 {
            plans.plan(&limits(&format!("{number}/hour")), "");
        }
        assert!(plans.known.len() < 300);
        assert!(Arc::ptr_eq(&one, &plans.plan(&limits("5/day"), "")));
    }
}
