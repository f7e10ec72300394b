//! A desk for tests: a fresh store on each database, a standing clock, counted randomness.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use include_dir::{Dir, include_dir};

use super::passwords::Cost;
use super::secrets::Secrets;
use super::{Caller, Desk, DeskOptions, Intent, NoGate, organisations};
use crate::clock::Clock;
use crate::domain::guessing::Delays;
use crate::domain::id::AccountId;
use crate::domain::letter::LetterBook;
use crate::domain::net::{CidrList, UpstreamNetworks};
use crate::domain::people::{Actor, RoleGrant};
use crate::domain::profile::Profile;
use crate::store::{Store, StoreOptions, migrate, people};

/// A hash that is cheap enough for tests.
pub(crate) const CHEAP: Cost = Cost { memory_kib: 64, iterations: 1, parallelism: 1 };

/// The texts of the profile that ships.
pub(crate) fn profile_file(name: &str) -> Option<&'static str> {
    match name {
        "terms-standard.md" => Some(include_str!("../../config/profiles/norwalk-ct/terms-standard.md")),
        "terms-click-through.md" => Some(include_str!("../../config/profiles/norwalk-ct/terms-click-through.md")),
        "terms-restricted.md" => Some(include_str!("../../config/profiles/norwalk-ct/terms-restricted.md")),
        _ => None,
    }
}

static PROFILE: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/config/profiles/norwalk-ct");

/// A file of the profile that ships.
pub(crate) fn profile_text(name: &str) -> Option<String> {
    PROFILE.get_file(name)?.contents_utf8().map(str::to_owned)
}

/// The letters of the profile that ships.
pub(crate) fn letters(profile: &Profile) -> LetterBook {
    let languages: Vec<&str> = profile.languages.iter().map(crate::domain::text::Line::as_str).collect();
    LetterBook::read(&languages, |name| PROFILE.get_file(name)?.contents_utf8().map(str::to_owned)).unwrap()
}

static NEXT: AtomicU64 = AtomicU64::new(1);

/// A desk and what must outlive it.
#[derive(Clone)]
pub(crate) struct TestDesk {
    pub(crate) desk: Desk,
    pub(crate) backend: &'static str,
    url: String,
    _folder: Option<Arc<Folder>>,
}

struct Folder(std::path::PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.0);
    }
}

/// A desk on a fresh SQLite file and, when `ACCORD_TEST_POSTGRES` names a server, one on a fresh PostgreSQL database.
pub(crate) fn desks() -> Vec<TestDesk> {
    let serial = NEXT.fetch_add(1, Ordering::SeqCst);
    let name = format!("accord_unit_{}_{serial}", std::process::id());
    let folder = std::env::temp_dir().join(&name);
    std::fs::create_dir_all(&folder).unwrap();
    let sqlite = format!("sqlite:{}", folder.join("accord.db").display());
    let exports = folder.join("exports");
    let held = Some(Arc::new(Folder(folder)));
    let test = desk(&sqlite, exports.join("sqlite"));
    let mut found = vec![TestDesk { desk: test, backend: "sqlite", url: sqlite, _folder: held.clone() }];
    if let Ok(server) = std::env::var("ACCORD_TEST_POSTGRES").map(|url| url.trim_end_matches('/').to_owned())
        && server.starts_with("postgres")
    {
        let mut conn = PgConnection::establish(&format!("{server}/postgres")).unwrap();
        conn.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
        let url = format!("{server}/{name}");
        let test = desk(&url, exports.join("postgres"));
        found.push(TestDesk { desk: test, backend: "postgres", url, _folder: held });
    }
    found
}

fn store(url: &str, busy: Duration) -> Store {
    let wait = Duration::from_secs(10);
    Store::open(&StoreOptions { url: url.to_owned(), connections: 8, busy, wait }).unwrap()
}

fn desk(url: &str, exports: std::path::PathBuf) -> Desk {
    let store = store(url, Duration::from_secs(10));
    migrate::migrate(&store).unwrap();
    let profile = Profile::parse(include_str!("../../config/profiles/norwalk-ct/profile.toml")).unwrap();
    let noon = "2026-11-23T17:00:00Z".parse().unwrap();
    Desk {
        store,
        clock: Clock::standing_at(noon),
        letters: Arc::new(letters(&profile)),
        profile: Arc::new(profile),
        options: Arc::new(DeskOptions {
            password_cost: CHEAP,
            session_absolute: chrono::Duration::days(1),
            session_idle: chrono::Duration::hours(1),
            is_registration_open: true,
            delays: Delays::read(&["3:2".to_owned(), "10:30".to_owned()], 100, chrono::Duration::hours(12)).unwrap(),
            upstream_wait_ms: 10_000,
            upstream_networks: UpstreamNetworks::opening(CidrList::parse("127.0.0.0/8").unwrap()),
            token_key_days: 30,
            exports: super::exports::kept::ExportOptions { folder: exports, keep: chrono::Duration::days(7) },
            watching: crate::domain::feed_health::Watching::default(),
        }),
        secrets: Arc::new(Secrets::new([9; 32])),
        sink: Arc::new(NoGate),
        randomness: Arc::new(|bytes| getrandom::fill(bytes).unwrap()),
        judge: crate::feed::trial::judge,
        register: Arc::default(),
        printer: Arc::new(super::bundle::NoPaper),
    }
}

impl TestDesk {
    /// The same desk, which waits for a lock no longer than this.
    pub(crate) fn waiting_at_most(&self, busy: Duration) -> Desk {
        Desk { store: store(&self.url, busy), ..self.desk.clone() }
    }

    /// Makes a confirmed person with these roles and returns them as a caller.
    pub(crate) fn person(&self, name: &str, roles: &[RoleGrant]) -> Caller {
        let email = format!("{}@people.example", name.to_lowercase().replace(' ', "."));
        let account =
            super::staff::add_person(&self.desk, &Caller::service("test"), (name, &email), String::new(), roles)
                .unwrap();
        self.caller(account)
    }

    /// Makes somebody a member of an organisation, as the city would.
    pub(crate) fn join(&self, caller: &Caller, organisation: &str) {
        let city = Caller::service("test");
        let known = organisations::list(&self.desk, &city, organisation).unwrap().pop();
        let id = match known {
            Some(known) => known.organisation.id,
            None => organisations::add(&self.desk, &city, organisation).unwrap(),
        };
        let email = self.desk.read(|conn| people::account_by_id(conn, caller.actor.account.unwrap())).unwrap().email;
        organisations::join(&self.desk, &city, id, (&email, "They showed a letter")).unwrap();
    }

    /// The caller for an account as it is now.
    pub(crate) fn caller(&self, account: AccountId) -> Caller {
        let known = self.desk.read(|conn| people::account_by_id(conn, account)).unwrap();
        let actor = Actor {
            account: Some(account),
            name: known.name,
            organisation: known.organisation,
            roles: known.roles,
            address: Some([192, 0, 2, 7].into()),
        };
        Caller {
            actor,
            request: Some("req-1".to_owned()),
            agent: "test".to_owned(),
            idempotency: None,
            intent: Intent::Act,
        }
    }
}
