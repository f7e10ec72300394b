//! A Valkey or Redis server of a test's own, on a free port, in memory only.

use std::path::PathBuf;

use super::files::{TempFolder, free_port};
use super::process::{Guarded, Stop};

/// A running server.
#[derive(Debug)]
pub(crate) struct LedgerServer {
    pub(crate) port: u16,
    _running: Guarded,
}

impl LedgerServer {
    /// One with nothing in it.
    pub(crate) fn start() -> Self {
        Self::start_at(free_port())
    }

    /// One with nothing in it, at a port where one was before.
    pub(crate) fn start_at(port: u16) -> Self {
        let program = program().display().to_string();
        let port_text = port.to_string();
        let arguments =
            [program.as_str(), "--port", &port_text, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
        let ready = |line: &str| line.contains("Ready to accept connections").then_some(());
        let folder = TempFolder::new().hand_over();
        let (running, ()) = Guarded::start(&arguments, Stop::Program("TERM"), Some(&folder), None, ready).unwrap();
        Self { port, _running: running }
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }
}

fn program() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = ["valkey-server", "redis-server"]
        .into_iter()
        .flat_map(|name| std::env::split_paths(&path).map(move |folder| folder.join(name)))
        .find(|place| place.is_file());
    found.expect("valkey-server or redis-server is needed: tests/run installs one")
}
