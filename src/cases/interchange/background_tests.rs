//! Imports in the background, on both databases, from servers of the test's own.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::background::{ask, cancel, find, round, without_report};
use super::report;
use super::tests::{Office, messy, offices};
use crate::cases::{Caller, CaseError};
use crate::domain::errand::{Progress, Step};
use crate::domain::import::{Import, ImportSource, ImportWish, Importing};
use crate::domain::people::{Role, RoleGrant};
use crate::store::{audit, errands, people};

/// The places in a round where it is asked whether the service stops: before anything, and at each note of a fetch.
const SECOND_NOTE: usize = 2;

impl Office {
    fn wish(&self, source: ImportSource) -> ImportWish {
        ImportWish { department: self.health, source }
    }

    fn ask(&self, url: &str) -> Import {
        ask(&self.desk.desk, &self.manager, self.wish(ImportSource::Address(url.to_owned())), None).unwrap()
    }

    async fn round(&self) -> usize {
        round(&self.desk.desk, &|| false).await.unwrap()
    }

    fn find(&self, import: &Import) -> Import {
        find(&self.desk.desk, &self.manager, import.id).unwrap()
    }

    /// Acts on imports with who did them, the oldest first.
    fn acts(&self) -> Vec<(String, String)> {
        let entries = self.desk.desk.read(|conn| audit::after(conn, 0, 1_000)).unwrap();
        let of_imports = entries.into_iter().filter(|entry| entry.subject_kind == "import");
        of_imports.map(|entry| (entry.act, entry.capacity)).collect()
    }
}

fn owned(acts: &[(&str, &str)]) -> Vec<(String, String)> {
    acts.iter().map(|(act, capacity)| ((*act).to_owned(), (*capacity).to_owned())).collect()
}

async fn asked(listener: &TcpListener) -> TcpStream {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut asked = [0; 1_024];
    let _request = stream.read(&mut asked).await.unwrap();
    stream
}

fn head(length: usize) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n")
}

/// A server with the catalogue. The first `halves` who ask get half of it, and then nothing as long as they wait.
async fn server(halves: usize) -> (String, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/data.json", listener.local_addr().unwrap());
    let body = messy().to_string();
    let served = tokio::spawn(async move {
        for _ in 0..halves {
            let mut stream = asked(&listener).await;
            stream.write_all(format!("{}{}", head(body.len()), &body[..100]).as_bytes()).await.unwrap();
            let _gone = stream.read_u8().await;
        }
        let mut stream = asked(&listener).await;
        stream.write_all(format!("{}{body}", head(body.len())).as_bytes()).await.unwrap();
    });
    (url, served)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_catalogue_is_fetched_and_taken_in_and_its_report_has_the_id_of_the_errand() {
    for office in offices() {
        let (url, served) = server(0).await;
        let desk = &office.desk.desk;
        let import = office.ask(&url);
        assert_eq!(without_report(desk, &office.manager).unwrap(), std::slice::from_ref(&import));
        assert_eq!((office.round().await, office.round().await), (1, 0));
        served.await.unwrap();
        let done = office.find(&import);
        assert_eq!(done.progress, Progress { step: Step::Reading, done: 10, of: 10 });
        assert_eq!(done.state.outcome().map(|counts| (counts.created, counts.skipped)), Some((7, 3)));
        let (run, read) = report(desk, &office.manager, import.id).unwrap();
        assert_eq!((read.counts().created, run.source.as_str()), (7, url.as_str()));
        assert_eq!(run.by_name, "Mona Manager", "in the name of who asked");
        assert!(without_report(desk, &office.manager).unwrap().is_empty());
        assert_eq!(office.acts(), owned(&[("import.ask", "manager"), ("catalogue.import", "manager")]));
        assert!(matches!(cancel(desk, &office.manager, import.id), Err(CaseError::Refused(_))));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_was_handed_in_waits_with_the_errand_and_goes_with_its_end() {
    for office in offices() {
        let desk = &office.desk.desk;
        let wish = || office.wish(ImportSource::Text("pasted text".to_owned()));
        let broken = ask(desk, &office.manager, wish(), Some("{")).unwrap_err();
        assert!(matches!(broken, CaseError::Invalid(faults) if faults[0].code == "not_a_catalogue"));
        let text = messy().to_string();
        let import = ask(desk, &office.manager, wish(), Some(&text)).unwrap();
        let payload = || desk.read(|conn| errands::payload(conn, import.id)).unwrap();
        assert_eq!(payload().as_deref(), Some(text.as_str()));
        assert_eq!(office.round().await, 1);
        assert_eq!((office.find(&import).state.as_str(), payload()), ("done", None));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_called_off_while_it_is_fetched_changes_nothing() {
    for office in offices() {
        let (url, served) = server(1).await;
        let desk = &office.desk.desk;
        let import = office.ask(&url);
        let calls = AtomicUsize::new(0);
        let meanwhile = || {
            if calls.fetch_add(1, Ordering::Relaxed) == SECOND_NOTE {
                let half = office.find(&import);
                assert!(half.state.as_str() == "running" && half.progress.step == Step::Fetching, "{half:?}");
                cancel(desk, &office.manager, import.id).unwrap();
            }
            false
        };
        assert_eq!(round(desk, &meanwhile).await.unwrap(), 0);
        served.abort();
        assert_eq!(office.find(&import).state.as_str(), "cancelled");
        assert!(matches!(report(desk, &office.manager, import.id), Err(CaseError::Missing)));
        assert_eq!(office.acts(), owned(&[("import.ask", "manager"), ("import.cancel", "manager")]));
        assert_eq!(office.round().await, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_stops_leaves_the_import_to_the_next_and_one_that_was_killed_is_found_out() {
    for office in offices() {
        let (url, served) = server(1).await;
        let desk = &office.desk.desk;
        let import = office.ask(&url);
        let calls = AtomicUsize::new(0);
        let stopping = || calls.fetch_add(1, Ordering::Relaxed) >= SECOND_NOTE;
        assert_eq!(round(desk, &stopping).await.unwrap(), 0);
        let left = office.find(&import);
        assert_eq!((left.state.as_str(), left.runs, left.progress), ("asked", 1, Progress::default()));
        // What a `kill -9` leaves behind: a run that tells nothing any more.
        let begin = crate::domain::errand::Command::Begin(Progress::of(Step::Fetching, 0));
        let killed = left.decide(&begin, desk.clock.now()).unwrap();
        desk.store.write(|conn| errands::update(conn, &killed).map_err(CaseError::from)).unwrap();
        assert_eq!(office.round().await, 0, "another worker seems to be at it");
        let colleague = office.desk.person("Mia Manager", &office.manager.actor.roles);
        let theirs = office.wish(ImportSource::Text("pasted text".to_owned()));
        let theirs = ask(desk, &colleague, theirs, Some(&messy().to_string())).unwrap();
        assert_eq!(office.round().await, 1, "nobody waits for what takes long for somebody else");
        assert_eq!(office.find(&theirs).state.as_str(), "done");
        desk.clock.set(desk.clock.now() + chrono::Duration::seconds(60));
        assert_eq!(office.round().await, 1);
        served.await.unwrap();
        let done = office.find(&import);
        assert_eq!((done.state.as_str(), done.runs), ("done", 3));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_imported_says_why() {
    for office in offices() {
        let desk = &office.desk.desk;
        let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let nobody = office.ask(&format!("http://{closed}/data.json"));
        assert_eq!(office.round().await, 1);
        let failed = office.find(&nobody);
        assert!(failed.state.why()[0].starts_with("No connection to 127.0.0.1"), "{failed:?}");
        assert_eq!(without_report(desk, &office.manager).unwrap().len(), 1, "it stays in the list for some days");
        desk.clock.set(desk.clock.now() + chrono::Duration::days(7));
        assert!(without_report(desk, &office.manager).unwrap().is_empty());

        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let page = office.ask(&format!("http://{}/", listener.local_addr().unwrap()));
        let served = tokio::spawn(async move {
            let mut stream = asked(&listener).await;
            stream.write_all(format!("{}<html>", head(6)).as_bytes()).await.unwrap();
        });
        assert_eq!(office.round().await, 1);
        served.await.unwrap();
        let no_catalogue = office.find(&page);
        assert!(no_catalogue.state.why()[0].contains("line 1"), "{no_catalogue:?}");

        let text = ImportSource::Text("pasted text".to_owned());
        let left = ask(desk, &office.manager, office.wish(text), Some(&messy().to_string())).unwrap();
        let owner = office.manager.actor.account.unwrap();
        desk.store
            .write(|conn| people::set_roles(conn, owner, &[], desk.clock.now()).map_err(CaseError::from))
            .unwrap();
        assert_eq!(office.round().await, 1);
        let why = office.find(&left).state.why().join(" ");
        assert!(why.contains("may no longer import"), "{why}");
        let ends = office.acts().into_iter().filter(|(act, _)| act == "import.fail").count();
        assert_eq!(ends, 3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_is_known_to_its_department_and_to_auditors() {
    for office in offices() {
        let desk = &office.desk.desk;
        let import = office.ask("http://127.0.0.1:9999/data.json");
        let auditor = office.desk.person("Una Auditor", &[RoleGrant::new(Role::Auditor, None).unwrap()]);
        let other = office.desk.person("Paul Police", &[RoleGrant::new(Role::Manager, Some(office.police)).unwrap()]);
        let missing = |found: Result<Import, CaseError>| assert!(matches!(found, Err(CaseError::Missing)), "{found:?}");
        assert!(find(desk, &auditor, import.id).is_ok() && without_report(desk, &auditor).unwrap().len() == 1);
        missing(cancel(desk, &auditor, import.id));
        missing(find(desk, &other, import.id));
        missing(cancel(desk, &other, import.id));
        missing(ask(desk, &other, import.wish.clone(), None));
        assert!(without_report(desk, &other).unwrap().is_empty());
        let once = Caller { idempotency: Some("twice".to_owned()), ..office.manager.clone() };
        let [first, second] = [0; 2].map(|_| ask(desk, &once, import.wish.clone(), None).unwrap().id);
        assert_eq!(first, second, "sent twice, asked for once");
        for _ in 0..3 {
            office.ask("http://127.0.0.1:9999/data.json");
        }
        let refused = ask(desk, &office.manager, import.wish.clone(), None);
        assert!(matches!(refused, Err(CaseError::Refused(refusal)) if refusal.code == "too_many_errands"));
        let open = desk.read(errands::open::<Importing>).unwrap();
        assert_eq!(open.len(), crate::domain::errand::OPEN_MAX);
    }
}
