//! Read models: what lists, pages and the gate ask of the store, beyond loading one thing. Must never change anything.

pub mod callers;
pub mod catalogue;
pub mod explorer;
pub mod facets;
pub mod gate;
pub mod register;
pub mod usage;
