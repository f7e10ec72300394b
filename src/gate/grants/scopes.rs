//! What keys open, kept once for all keys that open the same.

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use hyper::header::HeaderValue;

use crate::domain::scope::Scope;

/// The scopes of a key, with what upstreams are told of them.
#[derive(Debug)]
pub(in crate::gate) struct ScopeSet {
    scopes: Box<[Scope]>,
    /// Dataset by dataset, as the header says it.
    told: Box<[(Box<str>, HeaderValue)]>,
}

impl ScopeSet {
    fn of(scopes: &[Scope]) -> Self {
        let mut told: Vec<(Box<str>, HeaderValue)> = Vec::new();
        for scope in scopes {
            let dataset = scope.dataset();
            if told.iter().any(|(known, _)| **known == *dataset) {
                continue;
            }
            let of_dataset = scopes.iter().filter(|scope| scope.dataset() == dataset).map(Scope::as_str);
            let text = of_dataset.collect::<Vec<_>>().join(" ");
            if let Ok(value) = HeaderValue::from_str(&text) {
                told.push((dataset.into(), value));
            }
        }
        Self { scopes: scopes.into(), told: told.into() }
    }

    /// Whether the key has the scope of this operation.
    pub(in crate::gate) fn opens(&self, dataset: &str, operation: &str) -> bool {
        self.scopes.iter().any(|scope| scope.operation() == operation && scope.dataset() == dataset)
    }

    /// The datasets that it opens, each once.
    pub(in crate::gate) fn datasets(&self) -> impl Iterator<Item = &str> {
        self.told.iter().map(|(dataset, _)| &**dataset)
    }

    /// The scopes on a dataset, separated by blanks.
    pub(in crate::gate) fn told(&self, dataset: &str) -> HeaderValue {
        let told = self.told.iter().find(|(known, _)| **known == *dataset);
        told.map_or(HeaderValue::from_static(""), |(_, value)| value.clone())
    }
}

/// Every set in use.
#[derive(Debug, Default)]
pub(super) struct ScopeSets {
    known: HashMap<Vec<Scope>, Weak<ScopeSet>>,
    /// Sets after which those out of use are forgotten.
    forget_at: usize,
}

impl ScopeSets {
    pub(super) fn set(&mut self, scopes: Vec<Scope>) -> Arc<ScopeSet> {
        if let Some(set) = self.known.get(&scopes).and_then(Weak::upgrade) {
            return set;
        }
        if self.known.len() >= self.forget_at {
            self.known.retain(|_, set| set.strong_count() > 0);
            self.forget_at = self.known.len() * 2 + 64;
        }
        let set = Arc::new(ScopeSet::of(&scopes));
        self.known.insert(scopes, Arc::downgrade(&set));
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_scopes_are_kept_once_and_told_by_dataset() {
        let scopes = |text: &str| text.split(' ').map(|scope| scope.parse().unwrap()).collect::<Vec<Scope>>();
        let mut sets = ScopeSets::default();
        let one = sets.set(scopes("a:read b:read a:bulk"));
        assert!(Arc::ptr_eq(&one, &sets.set(scopes("a:read b:read a:bulk"))));
        assert!(!Arc::ptr_eq(&one, &sets.set(scopes("a:read"))));
        assert_eq!(
            (one.told("a"), one.told("c")),
            (HeaderValue::from_static("a:read a:bulk"), HeaderValue::from_static(""))
        );
        assert!(one.opens("b", "read") && !one.opens("b", "bulk"));
        for number in 0..1000 {
            sets.set(scopes(&format!("a:r{number}")));
        }
        assert!(sets.known.len() < 300);
    }
}
