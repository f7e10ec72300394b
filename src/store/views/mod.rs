//! Read models: what lists and pages ask of the store, beyond loading one thing. Must never change anything.

pub mod catalogue;
