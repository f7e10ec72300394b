//! File and environment to typed values. Unknown names and impossible values are refused, each with its own sentence;
//! secrets cannot be printed. Only `app` and `main` read this.

mod check;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use toml::{Table, Value};
use url::Url;

use crate::domain::net::CidrList;

/// Every setting with its default; also the documentation.
pub const DEFAULTS: &str = include_str!("../config/default.toml");

/// The beginning of environment names.
const PREFIX: &str = "ACCORD_";
/// The settings that may hold a password.
const SECRETS: [(&str, &str); 3] = [("database", "url"), ("limits", "url"), ("mail", "smtp_url")];

/// Why settings cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SettingsError {
    /// The file cannot be read.
    #[error("the settings file {path} cannot be read: {why}")]
    File {
        /// Which.
        path: String,
        /// Why.
        why: String,
    },
    /// The file is not TOML, names something unknown, or a value has the wrong type.
    #[error("{place}: {why}")]
    Value {
        /// File or environment name.
        place: String,
        /// What is wrong.
        why: String,
    },
}

/// All settings.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The store.
    pub database: Database,
    /// The pages.
    pub portal: Portal,
    /// The gate.
    pub gate: Gate,
    /// Limits that several gates count together.
    pub limits: Limits,
    /// How feeds are watched.
    pub feeds: Feeds,
    /// Whole tables that are made in the background.
    pub exports: Exports,
    /// Who is trusted and what may be reached.
    pub network: Network,
    /// Accounts.
    pub accounts: Accounts,
    /// Mail.
    pub mail: Mail,
    /// The place.
    pub place: Place,
    /// The server.
    pub server: Server,
    /// Logs.
    pub log: Log,
}

/// The store.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// Address; may carry a password.
    pub url: SecretString,
    /// Connections in the pool.
    pub connections: u32,
    /// How long a statement waits for a lock, in seconds.
    pub busy_seconds: u64,
    /// How long a request waits for a connection, in seconds.
    pub wait_seconds: u64,
}

/// The pages.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Portal {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Its address from outside.
    pub public_url: String,
    /// Its name.
    pub service_name: String,
    /// Largest form, in KiB.
    pub form_kib: usize,
    /// Largest JSON body, in KiB.
    pub json_kib: usize,
    /// Largest upload, in MiB.
    pub upload_mib: usize,
    /// How long a body may take to arrive, in seconds.
    pub body_seconds: u64,
    /// How long the head of a request may take to arrive, in seconds.
    pub head_seconds: u64,
    /// How long an idle connection is kept, in seconds.
    pub keep_alive_seconds: u64,
}

/// How feeds are watched.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feeds {
    /// Minutes between two looks at a feed; 0 never looks.
    pub check_minutes: u32,
    /// Failures in a row that make a feed down.
    pub down_after: u32,
    /// Days for which looks are kept.
    pub keep_days: u32,
}

/// Whole tables that are made in the background.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exports {
    /// Days for which a file is kept once it is made.
    pub keep_days: u32,
}

/// The gate.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Its address from outside.
    pub public_url: String,
    /// How often it looks for changes, in milliseconds.
    pub poll_ms: u64,
    /// How long it serves restricted tiers without learning of changes, in seconds.
    pub stale_seconds: u64,
    /// How often usage is written, in milliseconds.
    pub flush_ms: u64,
    /// How long the access log is kept, in days.
    pub access_log_days: u32,
    /// How long the head of a request may take to arrive, in seconds.
    pub head_seconds: u64,
    /// How long an idle connection of a client is kept, in seconds.
    pub keep_alive_seconds: u64,
    /// Largest request body that is passed on, in KiB.
    pub body_kib: u64,
    /// How long a request body may take to arrive, in seconds.
    pub body_seconds: u64,
    /// Wait for the head of an upstream's answer where its steward sets no other, in milliseconds.
    pub upstream_wait_ms: u32,
    /// Longest wait for a connection to an upstream, in seconds.
    pub connect_seconds: u64,
    /// Calls that may wait for one upstream at once, all workers together.
    pub upstream_calls_max: usize,
    /// Longest that a whole answer may take, in seconds.
    pub answer_seconds: u64,
    /// Whether each call is told by a line on standard output.
    pub access_lines: bool,
    /// How long an access token lives, in seconds.
    pub token_seconds: u32,
    /// For how many days one key signs access tokens.
    pub token_key_days: u32,
}

/// Limits that several gates count together.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// The ledger's address; may carry a password. Empty for none.
    pub url: SecretString,
    /// What its keys begin with.
    pub name: String,
    /// Gates, for the time before the ledger was first reached.
    pub gates: u64,
    /// The pause between two rounds, in milliseconds.
    pub round_ms: u64,
}

/// Who is trusted and what may be reached.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// Proxies whose forwarding header is believed.
    pub trusted_proxies: CidrList,
    /// Private networks in which upstreams may live.
    pub upstream_networks: CidrList,
    /// Networks that may read metrics.
    pub metrics_networks: CidrList,
}

/// Accounts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accounts {
    /// Whether anybody may register.
    pub registration_open: bool,
    /// Longest life of a session, in hours.
    pub session_hours: u32,
    /// Longest rest of a browser session, in minutes.
    pub idle_minutes: u32,
    /// Argon2id memory in KiB.
    pub argon2_memory_kib: u32,
    /// Argon2id passes.
    pub argon2_iterations: u32,
    /// Argon2id lanes.
    pub argon2_parallelism: u32,
    /// Hashes that may run at once.
    pub hashes_at_once: usize,
    /// Waits after wrong passwords, each `FAILURES:SECONDS`.
    pub login_waits: Vec<String>,
    /// Wrong passwords in a row after which the password must be reset.
    pub login_failures_max: i64,
    /// Rest after which the count begins anew, in hours.
    pub login_forget_hours: i64,
}

/// Mail.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// The sender.
    pub from: String,
    /// The mail server's address; may carry a password.
    pub smtp_url: SecretString,
    /// A PEM file of the authorities that may vouch for the mail server; empty for those that browsers know.
    pub ca_file: PathBuf,
}

/// The place.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// A profile that ships with the program, or a folder.
    pub profile: String,
}

/// The server.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// How long requests in flight may take after SIGTERM, in seconds.
    pub drain_seconds: u64,
    /// Worker threads; 0 for one a processor.
    pub workers: usize,
    /// Most headers of one request.
    pub headers_max: usize,
    /// Their size together, in KiB.
    pub headers_kib: usize,
}

/// Logs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// Text or JSON lines.
    pub format: LogFormat,
    /// A tracing filter: `info`, `accord=debug,info`.
    pub level: String,
    /// The origin of a collector of traces; empty for none.
    pub otlp_url: String,
    /// Of calls that bring no trace of their own so many in a hundred are traced.
    pub otlp_percent: u64,
}

/// The shape of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

impl Settings {
    /// Reads defaults, then the file, then the environment (`ACCORD_SECTION__NAME`).
    ///
    /// # Errors
    /// The first mistake, naming its place.
    pub fn load(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, SettingsError> {
        let settings: Self = merged(file, environment)?.try_into().map_err(|error: toml::de::Error| {
            let why = error.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
            SettingsError::Value { place: "settings".to_owned(), why }
        })?;
        settings.must_be_possible()?;
        Ok(settings)
    }

    /// The settings in force as TOML, with every secret masked; for `accord check-config`.
    ///
    /// # Errors
    /// As [`Settings::load`].
    pub fn shown(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<String, SettingsError> {
        let mut all = merged(file, environment)?;
        for (section, name) in SECRETS {
            let value = all.get_mut(section).and_then(Value::as_table_mut).and_then(|table| table.get_mut(name));
            if let Some(Value::String(text)) = value
                && !text.is_empty()
            {
                *text = masked(text);
            }
        }
        Ok(all.to_string())
    }

    /// Whether a settings file may be read by everybody although it holds a password.
    #[must_use]
    pub fn is_exposed(file: &Path) -> bool {
        use std::os::unix::fs::PermissionsExt as _;
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let table = text.parse::<Table>().unwrap_or_default();
        let holds = |section: &str, name: &str| {
            let value = table.get(section).and_then(|section| section.get(name)).and_then(Value::as_str);
            value.is_some_and(|value| Url::parse(value).is_ok_and(|url| url.password().is_some()))
        };
        SECRETS.into_iter().any(|(section, name)| holds(section, name))
            && std::fs::metadata(file).is_ok_and(|facts| facts.permissions().mode() & 0o004 != 0)
    }

    /// The store's address: as set, or the file in the data folder.
    #[must_use]
    pub fn database_url(&self, data: &Path) -> String {
        let url = self.database.url.expose_secret();
        if url.is_empty() { format!("sqlite:{}", data.join("accord.db").display()) } else { url.to_owned() }
    }

    /// The settings file of a data folder, when there is one.
    #[must_use]
    pub fn file_in(data: &Path) -> Option<PathBuf> {
        Some(data.join("accord.toml")).filter(|path| path.is_file())
    }
}

/// Defaults, then the file, then the environment.
fn merged(
    file: Option<&Path>,
    environment: impl IntoIterator<Item = (String, String)>,
) -> Result<Table, SettingsError> {
    let mut all = parse("the defaults", DEFAULTS)?;
    if let Some(path) = file {
        let place = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|error| SettingsError::File { path: place.clone(), why: error.to_string() })?;
        overlay(&mut all, parse(&place, &text)?, &place)?;
    }
    // ACCORD_TEST_… belongs to the tests and ACCORD_DATA, ACCORD_CONFIG to the command line.
    let ours: BTreeMap<String, String> = environment
        .into_iter()
        .filter(|(name, _)| name.starts_with(PREFIX) && name.contains("__") && !name.starts_with("ACCORD_TEST_"))
        .collect();
    for (name, text) in ours {
        set(&mut all, &name, &text)?;
    }
    Ok(all)
}

/// An address without its password; anything that is not an address is hidden whole.
fn masked(text: &str) -> String {
    let hidden = || "(hidden)".to_owned();
    let Ok(mut url) = Url::parse(text) else { return hidden() };
    if url.password().is_some() && url.set_password(Some("hidden")).is_err() {
        return hidden();
    }
    url.set_query(None);
    url.to_string()
}

fn parse(place: &str, text: &str) -> Result<Table, SettingsError> {
    text.parse::<Table>()
        .map_err(|error| SettingsError::Value { place: place.to_owned(), why: error.to_string().trim().to_owned() })
}

/// Lays a file over the defaults; a name that the defaults do not have is a mistake.
fn overlay(all: &mut Table, file: Table, place: &str) -> Result<(), SettingsError> {
    for (section, values) in file {
        let Some(Value::Table(known)) = all.get_mut(&section) else {
            return Err(unknown(place, &section));
        };
        let Value::Table(values) = values else {
            return Err(SettingsError::Value {
                place: place.to_owned(),
                why: format!("[{section}] must be a section"),
            });
        };
        for (name, value) in values {
            if !known.contains_key(&name) {
                return Err(unknown(place, &format!("{section}.{name}")));
            }
            known.insert(name, value);
        }
    }
    Ok(())
}

fn unknown(place: &str, name: &str) -> SettingsError {
    SettingsError::Value { place: place.to_owned(), why: format!("there is no setting named {name}") }
}

/// Sets one value from the environment, read by the type that the default has.
fn set(all: &mut Table, variable: &str, text: &str) -> Result<(), SettingsError> {
    let path = variable.trim_start_matches(PREFIX).to_lowercase();
    let (section, name) = path.split_once("__").unwrap_or((&path, ""));
    let known = all.get_mut(section).and_then(Value::as_table_mut).and_then(|table| table.get_mut(name));
    let Some(known) = known else { return Err(unknown(variable, &format!("{section}.{name}"))) };
    let wrong = |what: &str| SettingsError::Value { place: variable.to_owned(), why: format!("give {what}") };
    *known = match known {
        Value::Integer(_) => Value::Integer(text.trim().parse().map_err(|_not_one| wrong("a whole number"))?),
        Value::Boolean(_) => Value::Boolean(text.trim().parse().map_err(|_not_one| wrong("true or false"))?),
        Value::Array(_) => {
            let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
            Value::Array(entries.map(|entry| Value::String(entry.to_owned())).collect())
        }
        Value::String(_) | Value::Float(_) | Value::Datetime(_) | Value::Table(_) => Value::String(text.to_owned()),
    };
    Ok(())
}

#[cfg(test)]
mod tests;
