//! Why a rule said no.

use std::borrow::Cow;

use serde::Serialize;

/// A rule's refusal: a stable code for machines and one plain sentence for the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{detail} ({code})")]
pub struct Refusal {
    /// Stable, lower snake case, listed in the API documentation.
    pub code: &'static str,
    /// What the person may read, with what to do next.
    pub detail: Cow<'static, str>,
}

impl Refusal {
    /// A refusal with its code and its sentence.
    pub fn new(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { code, detail: detail.into() }
    }
}

/// A state machine was asked for something its state does not allow.
#[must_use]
pub fn wrong_state(what: &str, state: &str) -> Refusal {
    Refusal::new("wrong_state", format!("This cannot be done now: the {what} is {state}."))
}
