//! Tests come with the first pages.
