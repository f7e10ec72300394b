//! What tests share: databases of their own, programs that end with the test, a browser, folders that go away.
//!
//! Nothing here outlives the test process, however it ends (see [`process`]).

pub(crate) mod browser;
pub(crate) mod client;
pub(crate) mod databases;
pub(crate) mod demo;
pub(crate) mod files;
mod keyboard;
pub(crate) mod ledger;
pub(crate) mod mail_server;
pub(crate) mod process;
mod tongue;

/// Now, to see how long something took from here on.
#[expect(clippy::disallowed_methods, reason = "what is measured is real time")]
pub(crate) fn begin() -> std::time::Instant {
    std::time::Instant::now()
}
