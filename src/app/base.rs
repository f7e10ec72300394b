//! What every command needs: the data folder, the store, the secrets, the profile, a desk.

use std::io::{Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;

use crate::cases::exports::kept::ExportOptions;
use crate::cases::passwords::{self, Cost};
use crate::cases::place::ProfileSource;
use crate::cases::secrets::Secrets;
use crate::cases::{CaseError, Desk, DeskOptions, GrantSink, NoGate};
use crate::clock::Clock;
use crate::config::{Settings, SettingsError};
use crate::domain::audit::hex;
use crate::domain::feed_health::Watching;
use crate::domain::guessing::Delays;
use crate::domain::letter::LetterBook;
use crate::domain::net::UpstreamNetworks;
use crate::domain::profile::{LocalText, Profile, ProfileError};
use crate::store::{Store, StoreError, StoreOptions, migrate};
use crate::words::Voice;

/// The file in the data folder that holds the root secret.
const SECRET: &str = "secret.key";

/// Why the program cannot start. Each is one plain sentence.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The settings.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The data folder or a file in it.
    #[error("{path}: {why}")]
    File {
        /// Which.
        path: String,
        /// Why.
        why: String,
    },
    /// The profile.
    #[error("the profile {name} cannot be used: {error}")]
    Profile {
        /// Which.
        name: String,
        /// Why.
        error: ProfileError,
    },
    /// The store.
    #[error("the database cannot be used: {0}")]
    Store(#[from] StoreError),
    /// The schema is not what this program needs.
    #[error("{0} migrations are pending: run `accord migrate` first")]
    Pending(usize),
    /// A case at the start.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// A listener.
    #[error(
        "cannot listen on {address}: {why}. Another port: --portal-port, --gate-port or, for a gate alone, --port (0 takes any free one)"
    )]
    Listen {
        /// Where.
        address: String,
        /// Why.
        why: String,
    },
    /// Anything else that was put together wrongly.
    #[error("{0}")]
    Setup(String),
}

/// The parts that every command shares.
pub struct Base {
    /// The settings.
    pub settings: Settings,
    /// The data folder.
    pub data: PathBuf,
    /// The store.
    pub store: Store,
    /// The place.
    pub profile: Arc<Profile>,
    /// Where the place's profile comes from.
    pub source: ProfileSource,
    /// The place's letters.
    pub letters: Arc<LetterBook>,
    /// The words of pages and mails, with the place's texts.
    pub voice: Voice,
    /// The service's secrets.
    pub secrets: Arc<Secrets>,
    /// The clock.
    pub clock: Clock,
    /// How long who guesses passwords must wait.
    pub delays: Delays,
}

impl std::fmt::Debug for Base {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Base").field("data", &self.data).finish_non_exhaustive()
    }
}

impl Base {
    /// Opens the data folder and the store, makes what is missing, and brings the schema up to date.
    ///
    /// # Errors
    /// The first thing that keeps the program from starting.
    pub fn open(settings: Settings, data: &Path) -> Result<Self, StartError> {
        Self::open_telling(settings, data, |_, _| {})
    }

    /// The same; `told` hears how many of how many changes of the schema are made.
    ///
    /// # Errors
    /// The first thing that keeps the program from starting.
    pub fn open_telling(settings: Settings, data: &Path, told: impl FnMut(usize, usize)) -> Result<Self, StartError> {
        make_folder(data)?;
        make_secrets(&data.join(SECRET))?;
        let store = store(&settings, data)?;
        let applied = migrate::migrate_telling(&store, told)?;
        if applied > 0 {
            tracing::info!(applied, "migrations applied");
        }
        Self::over(settings, data, store)
    }

    /// Opens what is there already, and makes and changes nothing: a mistyped folder must not look like a new place,
    /// whose empty chain of audit entries would pass every check.
    ///
    /// # Errors
    /// What is missing, and what to do.
    pub fn open_existing(settings: Settings, data: &Path) -> Result<Self, StartError> {
        if !data.join(SECRET).is_file() {
            let why = format!(
                "there is no {SECRET} here. Is the folder right? A new place begins with `accord migrate`; a gate on \
                 another machine needs a copy of the portal's {SECRET}"
            );
            return Err(at(data, &why));
        }
        if let Some(path) = settings.database_url(data).strip_prefix("sqlite:").map(Path::new)
            && !path.is_file()
        {
            return Err(at(path, &"there is no database here: run `accord migrate` first"));
        }
        let store = store(&settings, data)?;
        Self::over(settings, data, store)
    }

    fn over(settings: Settings, data: &Path, store: Store) -> Result<Self, StartError> {
        let pending = migrate::pending(&store)?;
        if pending > 0 {
            return Err(StartError::Pending(pending));
        }
        let secrets = read_secrets(&data.join(SECRET))?;
        let (profile, texts, source) = read_profile(&settings.place.profile)?;
        let voice = Voice::of_place(texts).map_err(|error| StartError::Setup(error.to_string()))?;
        let letters = read_letters(&settings.place.profile, &profile)?;
        let delays = settings.delays().map_err(|error| StartError::Setup(error.to_string()))?;
        Ok(Self {
            settings,
            data: data.to_owned(),
            store,
            profile: Arc::new(profile),
            source,
            letters: Arc::new(letters),
            voice,
            secrets: Arc::new(secrets),
            clock: Clock::system(),
            delays,
        })
    }

    /// A desk that tells `sink` of changed grants.
    #[must_use]
    pub fn desk(&self, sink: Arc<dyn GrantSink>) -> Desk {
        Desk {
            store: self.store.clone(),
            clock: self.clock.clone(),
            profile: Arc::clone(&self.profile),
            letters: Arc::clone(&self.letters),
            options: Arc::new(DeskOptions {
                password_cost: self.password_cost(),
                session_absolute: chrono::Duration::hours(i64::from(self.settings.accounts.session_hours)),
                session_idle: chrono::Duration::minutes(i64::from(self.settings.accounts.idle_minutes)),
                is_registration_open: self.settings.accounts.registration_open,
                delays: self.delays.clone(),
                upstream_wait_ms: self.settings.gate.upstream_wait_ms,
                upstream_networks: UpstreamNetworks::opening(self.settings.network.upstream_networks.clone()),
                token_key_days: self.settings.gate.token_key_days,
                exports: ExportOptions {
                    folder: self.data.join("exports"),
                    keep: chrono::Duration::days(i64::from(self.settings.exports.keep_days)),
                },
                watching: Watching {
                    every: Duration::from_secs(60 * u64::from(self.settings.feeds.check_minutes)),
                    down_after: self.settings.feeds.down_after,
                    keep_days: self.settings.feeds.keep_days,
                },
            }),
            secrets: Arc::clone(&self.secrets),
            sink,
            randomness: Arc::new(fill),
            judge: crate::feed::trial::judge,
            register: Arc::default(),
            printer: Arc::new(crate::portal::copies::Paperwork::at(&self.settings.portal.public_url)),
        }
    }

    /// A desk for a command without a gate; running gates learn from the change list.
    #[must_use]
    pub fn quiet_desk(&self) -> Desk {
        self.desk(Arc::new(NoGate))
    }

    /// The cost of a password hash.
    #[must_use]
    pub const fn password_cost(&self) -> Cost {
        let accounts = &self.settings.accounts;
        Cost {
            memory_kib: accounts.argon2_memory_kib,
            iterations: accounts.argon2_iterations,
            parallelism: accounts.argon2_parallelism,
        }
    }
}

/// Checks a password by the rules and hashes it; for accounts made at the command line.
///
/// # Errors
/// The rule that it breaks.
pub fn hash_password(password: &SecretString, known: &[&str], cost: Cost) -> Result<String, CaseError> {
    passwords::check("password", password, known)?;
    passwords::hash(password, cost)
}

/// Randomness from the operating system. Without it nothing safe can be made, so the process ends.
fn fill(bytes: &mut [u8]) {
    if let Err(error) = getrandom::fill(bytes) {
        tracing::error!(%error, "the operating system gives no randomness");
        std::process::abort();
    }
}

fn make_folder(data: &Path) -> Result<(), StartError> {
    if data.exists() && !data.is_dir() {
        return Err(at(data, &"this is a file; --data names a folder"));
    }
    std::fs::create_dir_all(data).map_err(|error| at(data, &format!("the folder cannot be made: {error}")))
}

fn store(settings: &Settings, data: &Path) -> Result<Store, StartError> {
    let options = StoreOptions {
        url: settings.database_url(data),
        connections: settings.database.connections,
        busy: Duration::from_secs(settings.database.busy_seconds),
        wait: Duration::from_secs(settings.database.wait_seconds),
    };
    Ok(Store::open(&options)?)
}

fn at(path: &Path, error: &dyn std::fmt::Display) -> StartError {
    StartError::File { path: path.display().to_string(), why: error.to_string() }
}

/// Makes the root secret at the first start. Only its owner may read the file.
fn make_secrets(path: &Path) -> Result<(), StartError> {
    let mut fresh = zeroize::Zeroizing::new([0_u8; 32]);
    fill(fresh.as_mut());
    let made = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    match made {
        Ok(mut file) => {
            file.write_all(hex(fresh.as_ref()).as_bytes()).map_err(|error| at(path, &error))?;
            file.sync_all().map_err(|error| at(path, &error))
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(at(path, &error)),
    }
}

/// Reads the root secret.
fn read_secrets(path: &Path) -> Result<Secrets, StartError> {
    let mut text = zeroize::Zeroizing::new(String::new());
    let mut file = std::fs::File::open(path).map_err(|error| at(path, &error))?;
    file.read_to_string(&mut text).map_err(|error| at(path, &error))?;
    Secrets::from_hex(&text)
        .ok_or_else(|| at(path, &"this is not a secret of 64 hex digits; restore it from your backup"))
}

/// A profile that ships with the program, or one from a folder, its texts in several languages, and where it came from.
fn read_profile(name: &str) -> Result<(Profile, Vec<LocalText>, ProfileSource), StartError> {
    let text = super::profile_files::read(name, "profile.toml")
        .ok_or_else(|| StartError::Setup(format!("there is no profile.toml for the profile {name}")))?;
    let profile = Profile::parse(&text).map_err(|error| StartError::Profile { name: name.to_owned(), error })?;
    let texts = super::profile_files::local_texts(&text);
    let folder = name.to_owned();
    let source = ProfileSource {
        name: name.to_owned(),
        is_shipped: super::profile_files::names().contains(&name),
        shipped: super::profile_files::shipped("profile.toml").unwrap_or_default().to_owned(),
        text,
        read: Arc::new(move |file| super::profile_files::read(&folder, file)),
    };
    Ok((profile, texts, source))
}

/// Every letter of a profile, in each of its languages.
pub(super) fn read_letters(name: &str, profile: &Profile) -> Result<LetterBook, StartError> {
    let languages: Vec<&str> = profile.languages.iter().map(crate::domain::text::Line::as_str).collect();
    LetterBook::read(&languages, |file| super::profile_files::read(name, file))
        .map_err(|error| StartError::Setup(format!("the profile {name}: {error}")))
}
