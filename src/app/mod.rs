//! The composition root: the only room that sees every other. Builds what `serve`, `gate`, `demo` and the commands
//! need, on any port, and stops it gracefully. Holds no rule.

mod base;
pub mod portal;
pub mod profile_files;
mod run;
mod visitors;

pub use base::{Base, StartError, hash_password};
pub use run::{Running, block_on, check_profile, healthcheck, public_urls, set_up, upstream_networks};
