//! What tests share: databases of their own, programs that end with the test, a browser, folders that go away.
//!
//! Nothing here outlives the test process, however it ends (see [`process`]).

pub(crate) mod browser;
pub(crate) mod client;
pub(crate) mod databases;
pub(crate) mod demo;
pub(crate) mod files;
pub(crate) mod process;
