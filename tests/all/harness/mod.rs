//! What tests share: databases of their own, programs that end with the test, a browser, folders that go away.
//!
//! Nothing here outlives the test process, however it ends (see [`process`]).

mod browser;
mod databases;
mod files;
mod process;

pub(crate) use browser::Browser;
pub(crate) use databases::{TestDatabase, each_database};
pub(crate) use files::{TempFolder, free_port};
pub(crate) use process::Guarded;
