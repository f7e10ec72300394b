//! Placeholder, replaced at merge.
