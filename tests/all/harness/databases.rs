//! A migrated database of its own for each test, on SQLite and on PostgreSQL.
//!
//! The first test that asks starts a PostgreSQL cluster in a temporary folder on a free port and migrates a template;
//! each database is a copy of the template. `ACCORD_TEST_POSTGRES` says otherwise: `off` leaves PostgreSQL out, and a
//! `postgres://user@host:port` address (no database name) uses that server.

use std::ffi::OsStr;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use accord::store::{Store, StoreOptions, migrate};
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};

use super::files::{TempFolder, free_port};
use super::process::{Guarded, Stop};

const SWITCH: &str = "ACCORD_TEST_POSTGRES";

/// A migrated, otherwise empty database that is gone when dropped.
#[derive(Debug)]
pub(crate) struct TestDatabase {
    /// As `StoreOptions::url` takes it.
    pub(crate) url: String,
    /// `sqlite` or `postgres`, for messages.
    pub(crate) kind: &'static str,
    _folder: Option<TempFolder>,
}

impl TestDatabase {
    /// A database file.
    pub(crate) fn sqlite() -> Self {
        static TEMPLATE: OnceLock<Vec<u8>> = OnceLock::new();
        let template = TEMPLATE.get_or_init(|| {
            let folder = TempFolder::new();
            let path = folder.path().join("template.db");
            migrate_at(&format!("sqlite:{}", path.display()));
            std::fs::read(path).expect("the template was just written")
        });
        let folder = TempFolder::new();
        let path = folder.path().join("accord.db");
        std::fs::write(&path, template).expect("the test's folder can be written");
        Self { url: format!("sqlite:{}", path.display()), kind: "sqlite", _folder: Some(folder) }
    }

    /// A database of the shared cluster, or `None` where PostgreSQL was left out by `ACCORD_TEST_POSTGRES=off`.
    pub(crate) fn postgres() -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let server = server()?;
        let name = format!("accord_test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        server.command(&format!("CREATE DATABASE {name} TEMPLATE {}", server.template));
        Some(Self { url: format!("{}/{name}", server.url), kind: "postgres", _folder: None })
    }

    /// Opens it.
    pub(crate) fn open(&self) -> Store {
        open(&self.url)
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if self.kind == "postgres"
            && let (Some(server), Some((_, name))) = (server(), self.url.rsplit_once('/'))
        {
            server.command(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

/// One database of each kind, for a test that must hold on both.
pub(crate) fn each_database() -> impl Iterator<Item = TestDatabase> {
    std::iter::once_with(|| Some(TestDatabase::sqlite())).chain(std::iter::once_with(TestDatabase::postgres)).flatten()
}

fn open(url: &str) -> Store {
    let (busy, wait) = (Duration::from_secs(5), Duration::from_secs(10));
    Store::open(&StoreOptions { url: url.to_owned(), connections: 4, busy, wait }).expect("the database can be opened")
}

fn migrate_at(url: &str) {
    migrate::migrate(&open(url)).expect("the migrations run");
}

/// The PostgreSQL server all tests of this process share.
struct Server {
    /// Address without a database name.
    url: String,
    template: String,
    _cluster: Option<Guarded>,
}

impl Server {
    /// One statement outside any transaction, in the administration database.
    fn command(&self, statement: &str) {
        let mut connection = PgConnection::establish(&format!("{}/postgres", self.url)).expect("PostgreSQL answers");
        connection.batch_execute(statement).unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
}

fn server() -> Option<&'static Server> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    SERVER
        .get_or_init(|| {
            let (url, cluster) = match std::env::var(SWITCH) {
                Ok(word) if word == "off" => return None,
                Ok(url) => (url.trim_end_matches('/').to_owned(), None),
                Err(_) => {
                    // Another program may take the free port before PostgreSQL does: then once more with another.
                    let started = start_cluster().or_else(|_| start_cluster());
                    let (url, cluster) = started.unwrap_or_else(|why| panic!("{why}"));
                    (url, Some(cluster))
                }
            };
            let template = format!("accord_template_{}", std::process::id());
            let server = Server { url, template, _cluster: cluster };
            server.command(&format!("DROP DATABASE IF EXISTS {}", server.template));
            server.command(&format!("CREATE DATABASE {}", server.template));
            migrate_at(&format!("{}/{}", server.url, server.template));
            Some(server)
        })
        .as_ref()
}

/// A cluster in a temporary folder, with everything off that protects from a power cut.
fn start_cluster() -> Result<(String, Guarded), String> {
    let programs = postgres_programs().ok_or_else(|| {
        format!(
            "No PostgreSQL server programs (initdb, postgres) were found. tests/run installs them; by hand: \
             apt-get install postgresql. Or set {SWITCH} to the address of a server, or to off."
        )
    })?;
    let account = unprivileged_account()?;
    let folder = TempFolder::new();
    if let Some((user, group)) = account {
        chown(folder.path(), Some(user), Some(group)).map_err(|error| format!("chown: {error}"))?;
    }
    init_cluster(&programs, folder.path(), account)?;
    run_cluster(&programs, &folder.hand_over(), account)
}

fn init_cluster(programs: &Path, folder: &Path, account: Option<(u32, u32)>) -> Result<(), String> {
    let mut command = Command::new(programs.join("initdb"));
    command.args(["--username=accord", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "-D"]);
    command.arg(folder.join("data")).current_dir(folder);
    if let Some((user, group)) = account {
        command.uid(user).gid(group);
    }
    let output = command.output().map_err(|error| format!("initdb: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("initdb failed: {}", String::from_utf8_lossy(&output.stderr)))
}

fn run_cluster(programs: &Path, folder: &Path, account: Option<(u32, u32)>) -> Result<(String, Guarded), String> {
    let port = free_port().to_string();
    let program = programs.join("postgres").display().to_string();
    let data = folder.join("data").display().to_string();
    let mut arguments = vec![program.as_str(), "-D", &data, "-p", &port];
    for setting in [
        "listen_addresses=127.0.0.1",
        "unix_socket_directories=",
        "max_connections=300",
        "fsync=off",
        "synchronous_commit=off",
        "full_page_writes=off",
        "wal_level=minimal",
        "max_wal_senders=0",
        "autovacuum=off",
    ] {
        arguments.extend(["-c", setting]);
    }
    let is_ready = |line: &str| line.contains("ready to accept connections").then_some(());
    let (cluster, ()) = Guarded::start(&arguments, Stop::Program("QUIT"), Some(folder), account, is_ready)?;
    Ok((format!("postgres://accord@127.0.0.1:{port}"), cluster))
}

/// Where the newest `initdb` and `postgres` stand: on the PATH, or where Debian keeps each version.
fn postgres_programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path());
    let mut debian: Vec<PathBuf> = versions.map(|version| version.join("bin")).collect();
    let number = |path: &PathBuf| path.parent()?.file_name().and_then(OsStr::to_str)?.parse::<u32>().ok();
    debian.sort_by_key(|path| std::cmp::Reverse(number(path)));
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    debian
        .into_iter()
        .chain(std::env::split_paths(&on_path))
        .find(|folder| folder.join("initdb").is_file() && folder.join("postgres").is_file())
}

/// PostgreSQL refuses to run as root: then as `postgres` or `nobody`. `None` where this process is not root.
fn unprivileged_account() -> Result<Option<(u32, u32)>, String> {
    if std::fs::metadata("/proc/self").map_err(|error| format!("/proc: {error}"))?.uid() != 0 {
        return Ok(None);
    }
    let accounts = std::fs::read_to_string("/etc/passwd").map_err(|error| format!("/etc/passwd: {error}"))?;
    let account = |name: &str| {
        let line = accounts.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut numbers = line.split(':').skip(2).map_while(|number| number.parse().ok());
        numbers.next().zip(numbers.next())
    };
    account("postgres")
        .or_else(|| account("nobody"))
        .map(Some)
        .ok_or_else(|| "PostgreSQL does not run as root, and there is no account postgres or nobody".to_owned())
}

#[test]
fn each_test_gets_a_migrated_database_of_its_own_on_both_kinds() {
    for database in each_database() {
        let store = database.open();
        assert_eq!(migrate::pending(&store).unwrap(), 0, "{}", database.kind);
        let other = each_database().find(|other| other.kind == database.kind).unwrap();
        assert_ne!(database.url, other.url);
    }
}
