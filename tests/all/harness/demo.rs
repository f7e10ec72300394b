//! The running program, as `accord demo` starts it, in a folder of its own and on free ports.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::files::TempFolder;
use super::process::{Guarded, Stop};

/// The program under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_accord");

/// A city in a box; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Demo {
    /// The portal's address.
    pub(crate) portal: String,
    /// The gate's address.
    pub(crate) gate: String,
    /// Everybody's password.
    pub(crate) password: String,
    /// A key that works.
    pub(crate) key: String,
    program: Guarded,
    folder: TempFolder,
}

impl Demo {
    /// Starts it on an embedded database, with password hashes as cheap as they get. `settings` are more lines of the
    /// settings file, in sections of their own.
    pub(crate) fn start(settings: &str) -> Self {
        let cheap = "[accounts]\nargon2_memory_kib = 64\nargon2_iterations = 1\n[log]\nlevel = 'warn'\n";
        Self::start_with(&format!("{cheap}{settings}"))
    }

    /// Starts it with this settings file.
    pub(crate) fn start_with(settings: &str) -> Self {
        Self::start_by(&[], settings)
    }

    /// Starts it by another program, which ends by becoming the one that it is given.
    pub(crate) fn start_by(starter: &[&str], settings: &str) -> Self {
        let folder = TempFolder::new();
        let (path, data) = (folder.path().join("settings.toml"), folder.path().join("data"));
        std::fs::write(&path, settings).unwrap();
        let (path, data) = (path.display().to_string(), data.display().to_string());
        let program = [PROGRAM, "demo", "--json", "--data", &data, "--config", &path];
        let program = starter.iter().copied().chain(program).chain(["--portal-port", "0", "--gate-port", "0"]);
        let program: Vec<&str> = program.collect();
        let ready = |line: &str| serde_json::from_str::<Value>(line).ok().filter(|card| card["key"].is_string());
        let (program, card) = Guarded::start(&program, Stop::Program("TERM"), None, None, ready).unwrap();
        let text = |name: &str| card[name].as_str().unwrap().to_owned();
        let password = card["logins"][0]["password"].as_str().unwrap().to_owned();
        Self { portal: text("portal"), gate: text("gate"), password, key: text("key"), program, folder }
    }

    /// The folder of the store, for commands beside the running program.
    pub(crate) fn home(&self) -> PathBuf {
        self.folder.path().join("data").join("demo")
    }

    /// Starts one more gate on its store, with its settings.
    pub(crate) fn another_gate(&self) -> (Guarded, String) {
        self.another_gate_stopped_by(Stop::Program("TERM"))
    }

    /// The same, to be stopped in another way.
    pub(crate) fn another_gate_stopped_by(&self, stop: Stop) -> (Guarded, String) {
        self.gate_under(&self.folder.path().join("settings.toml"), stop)
    }

    /// Starts one more gate on its store, with settings of its own.
    pub(crate) fn another_gate_with(&self, settings: &str) -> (Guarded, String) {
        let path = self.folder.path().join("gate.toml");
        std::fs::write(&path, settings).unwrap();
        self.gate_under(&path, Stop::Program("TERM"))
    }

    fn gate_under(&self, settings: &Path, stop: Stop) -> (Guarded, String) {
        let (home, settings) = (self.home().display().to_string(), settings.display().to_string());
        let program = [PROGRAM, "gate", "--data", &home, "--config", &settings, "--port", "0"];
        let listening = |line: &str| line.strip_prefix("gate").map(|url| url.trim().trim_end_matches('/').to_owned());
        Guarded::start(&program, stop, None, None, listening).unwrap()
    }

    /// Stops it and leaves its folder.
    pub(crate) fn stop(self) -> TempFolder {
        drop(self.program);
        self.folder
    }
}
