//! Structured logs and request ids.
