//! Redaction profiles from the browser.
