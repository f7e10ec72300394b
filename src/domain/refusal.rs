//! A refused act: a coded reason and a sentence.

use std::fmt;

/// Why a command was refused. The code is for machines and catalogues of texts, the detail for the person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// A short stable code, `snake_case`.
    pub code: &'static str,
    /// What was tried and why it may not be.
    pub detail: String,
}

impl Refusal {
    /// A refusal with its code and detail.
    pub fn new(code: &'static str, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl std::error::Error for Refusal {}
