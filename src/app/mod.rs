//! The composition root: the only room that sees every other. Builds what `serve`, `gate`, `demo` and the commands
//! need, on any port, and stops it gracefully. Holds no rule.

mod base;

pub use base::{Base, StartError, hash_password};
