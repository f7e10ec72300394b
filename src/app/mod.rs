//! The composition root: the only room that sees every other. Builds what `serve`, `gate`, `demo` and the commands
//! need, on any port, and stops it gracefully. Holds no rule.

mod ask;
mod base;
mod demo;
mod gate;
mod kill;
pub mod portal;
pub mod profile_files;
mod run;

pub use ask::{get_text, healthcheck};
pub use base::{Base, StartError, hash_password};
pub use demo::{Card, demo};
pub use run::{Running, block_on, check_settings, gate_alone, public_urls, serve, set_up, upstream_networks};
