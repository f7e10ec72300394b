//! File and environment to typed values. Unknown names and impossible values are refused, each with its own sentence;
//! secrets cannot be printed. Only `app` and `main` read this.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use toml::{Table, Value};
use url::Url;

use crate::domain::net::CidrList;

/// Every setting with its default; also the documentation.
pub const DEFAULTS: &str = include_str!("../config/default.toml");

/// The beginning of environment names.
const PREFIX: &str = "ACCORD_";
/// The settings that may hold a password.
const SECRETS: [(&str, &str); 2] = [("database", "url"), ("mail", "smtp_url")];

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
}

/// Mail.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// The sender.
    pub from: String,
    /// The mail server's address; may carry a password.
    pub smtp_url: SecretString,
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
}

/// Logs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// Text or JSON lines.
    pub format: LogFormat,
    /// A tracing filter: `info`, `accord=debug,info`.
    pub level: String,
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

    fn must_be_possible(&self) -> Result<(), SettingsError> {
        let wrong = |place: &str, why: &str| Err(SettingsError::Value { place: place.to_owned(), why: why.to_owned() });
        for (place, address) in
            [("portal.public_url", &self.portal.public_url), ("gate.public_url", &self.gate.public_url)]
        {
            if address.is_empty() {
                continue;
            }
            match Url::parse(address) {
                Ok(url) if matches!(url.scheme(), "http" | "https") && url.path() == "/" && url.query().is_none() => {}
                Ok(_) | Err(_) => return wrong(place, "give an http:// or https:// address without a path"),
            }
        }
        if !(1..=200).contains(&self.database.connections) {
            return wrong("database.connections", "give a number from 1 to 200");
        }
        if self.accounts.argon2_memory_kib < 8 * self.accounts.argon2_parallelism.max(1)
            || self.accounts.argon2_iterations == 0
            || self.accounts.argon2_parallelism == 0
        {
            return wrong("accounts.argon2_memory_kib", "at least 8 KiB a lane, one pass and one lane are needed");
        }
        if self.gate.poll_ms == 0 || self.gate.flush_ms == 0 || self.gate.stale_seconds == 0 {
            return wrong("gate", "poll_ms, flush_ms and stale_seconds must be greater than 0");
        }
        if self.gate.stale_seconds.saturating_mul(1000) <= self.gate.poll_ms {
            return wrong("gate.stale_seconds", "must be longer than poll_ms");
        }
        if self.accounts.session_hours == 0 || self.accounts.idle_minutes == 0 {
            return wrong("accounts", "session_hours and idle_minutes must be greater than 0");
        }
        Ok(())
    }

    /// Choices that work but are weak outside a trial, each with what to do.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let mut found = Vec::new();
        if self.portal.public_url.is_empty() {
            found.push("portal.public_url is empty: links in mails will point to the listen address".to_owned());
        } else if !self.portal.public_url.starts_with("https://") {
            found.push("portal.public_url is not https: cookies and passwords travel in the clear".to_owned());
        }
        if self.accounts.argon2_memory_kib < 19_456 || self.accounts.argon2_iterations < 2 {
            found.push("accounts.argon2_*: cheaper than 19456 KiB and 2 passes; for tests only".to_owned());
        }
        if self.mail.smtp_url.expose_secret().is_empty() {
            found.push("mail.smtp_url is empty: mail is caught in the outbox and reaches nobody".to_owned());
        }
        if self.network.trusted_proxies.networks().iter().any(|network| network.prefix_len() == 0) {
            found.push("network.trusted_proxies names everybody: any client can claim any address".to_owned());
        }
        let loopback = [[127, 0, 0, 1].into(), std::net::IpAddr::V6(std::net::Ipv6Addr::LOCALHOST)];
        if loopback.into_iter().any(|address| self.network.upstream_networks.contains(address)) {
            found.push(
                "network.upstream_networks opens loopback: a steward can reach services of this machine".to_owned(),
            );
        }
        if self.gate.listen == self.portal.listen && self.gate.listen.port() != 0 {
            found.push("gate.listen equals portal.listen: the gate needs an address of its own".to_owned());
        }
        found
    }

    /// Whether the file may be read by everybody although it holds a secret.
    #[must_use]
    pub fn is_exposed(&self, file: &Path) -> bool {
        use std::os::unix::fs::PermissionsExt as _;
        let holds_secret = !self.mail.smtp_url.expose_secret().is_empty()
            || Url::parse(self.database.url.expose_secret()).is_ok_and(|url| url.password().is_some());
        holds_secret && std::fs::metadata(file).is_ok_and(|facts| facts.permissions().mode() & 0o004 != 0)
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
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    fn load(file: &str, environment: &[(&str, &str)]) -> Result<Settings, SettingsError> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("accord-config-{}-{number}.toml", std::process::id()));
        std::fs::write(&path, file).unwrap();
        let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let done = Settings::load(Some(&path), environment);
        std::fs::remove_file(&path).unwrap();
        done
    }

    #[test]
    fn the_defaults_load_and_warn_of_what_is_weak() {
        let settings = load("", &[]).unwrap();
        assert_eq!(settings.portal.listen.port(), 8080);
        assert_eq!(settings.warnings().len(), 2, "{:?}", settings.warnings());
        assert_eq!(settings.database_url(Path::new("d")), "sqlite:d/accord.db");
    }

    #[test]
    fn the_environment_wins_over_the_file_and_the_file_over_the_defaults() {
        let settings = load("[portal]\nlisten = '127.0.0.1:1'", &[("ACCORD_PORTAL__LISTEN", "127.0.0.1:2")]).unwrap();
        assert_eq!(settings.portal.listen.port(), 2);
        let settings = load("", &[("ACCORD_NETWORK__UPSTREAM_NETWORKS", "10.0.0.0/8, 127.0.0.0/8")]).unwrap();
        assert!(settings.warnings().iter().any(|warning| warning.contains("loopback")));
    }

    #[test]
    fn each_mistake_is_refused_with_its_place() {
        type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str);
        let rows: [Case<'_>; 13] = [
            ("[portal]\nlisten_on = 'x'", &[], "portal.listen_on"),
            ("[portals]\nlisten = 'x'", &[], "portals"),
            ("portal = 1", &[], "[portal] must be a section"),
            ("[portal", &[], "TOML"),
            ("[portal]\nlisten = 'nowhere'", &[], "portal.listen"),
            ("[portal]\nform_kib = 'big'", &[], "portal.form_kib"),
            ("[log]\nformat = 'xml'", &[], "log.format"),
            ("[network]\ntrusted_proxies = ['10.0.0.0/99']", &[], "network.trusted_proxies"),
            ("[gate]\npoll_ms = -1", &[], "gate.poll_ms"),
            ("[portal]\npublic_url = 'data.example'", &[], "portal.public_url"),
            ("", &[("ACCORD_GATE__POLL", "1")], "gate.poll"),
            ("", &[("ACCORD_GATE__POLL_MS", "often")], "whole number"),
            ("[accounts]\nargon2_iterations = 0", &[], "argon2"),
        ];
        for (file, environment, part) in rows {
            let error = load(file, environment).unwrap_err().to_string();
            assert!(error.contains(part), "{file:?} {environment:?}: {error}");
        }
    }

    #[test]
    fn secrets_are_not_printed() {
        let settings = load("[mail]\nsmtp_url = 'smtps://u:hunter2@mail.example'", &[]).unwrap();
        assert!(!format!("{settings:?}").contains("hunter2"));
        let environment = [
            ("ACCORD_MAIL__SMTP_URL".to_owned(), "smtps://u:hunter2@mail.example".to_owned()),
            ("ACCORD_DATABASE__URL".to_owned(), "postgres://a@db.example/accord?password=hunter2".to_owned()),
        ];
        let shown = Settings::shown(None, environment).unwrap();
        assert!(!shown.contains("hunter2") && shown.contains("mail.example") && shown.contains("poll_ms"), "{shown}");
    }
}
