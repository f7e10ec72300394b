//! Feeds watched: down, back, and what differs from what was declared, on both databases.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::cases::apply_tests::{City, cities, code};
use crate::cases::catalogue::{self, Edit};
use crate::cases::feeds::{self, Declared};
use crate::cases::redaction_tests::{dataset, flow_from, save};
use crate::cases::{CaseError, Desk};
use crate::domain::catalogue::{Field, Sensitivity};
use crate::domain::drift::Drift;
use crate::domain::notice::NoticeKind;
use crate::store::{audit, outbox};

const PLAIN: &str = r#"[{"zone":"North","free":12}]"#;
const WIDER: &str = r#"[{"zone":"North","free":"many","mac_address":"AB-1"}]"#;
const GONE: &str = "";

/// A feed that answers with one of these bodies, whichever the counter points to; an empty one is an error.
async fn feed(city: &City, bodies: [&'static str; 3]) -> Arc<AtomicUsize> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/feed", listener.local_addr().unwrap());
    let which = Arc::new(AtomicUsize::new(0));
    let told = Arc::clone(&which);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = vec![0; 4_096];
            if stream.read(&mut head).await.unwrap_or(0) == 0 {
                continue;
            }
            let body = bodies[told.load(Ordering::SeqCst)];
            let status = if body.is_empty() { "503 Service Unavailable" } else { "200 OK" };
            let answer = format!(
                "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(answer.as_bytes()).await.ok();
        }
    });
    flow_from(city, &url);
    which
}

fn declare(city: &City, names: &[(&str, &str)]) {
    let field = |(name, kind): &(&str, &str)| Field {
        name: (*name).to_owned(),
        kind: (*kind).to_owned(),
        description: String::new(),
        sensitivity: Sensitivity::None,
    };
    let fields = Edit::Fields(names.iter().map(field).collect());
    catalogue::edit(&city.desk.desk, &city.managers[0], "parking", fields, dataset(city).version).unwrap();
}

fn told(desk: &Desk, kind: NoticeKind) -> usize {
    let all = desk.read(|conn| outbox::newest(conn, None, 500)).unwrap();
    // Two managers of the department are told.
    all.iter().filter(|message| message.kind == kind).count() / 2
}

async fn look(city: &City) {
    let clock = &city.desk.desk.clock;
    clock.set(clock.now() + chrono::Duration::minutes(6));
    assert_eq!(feeds::round(&city.desk.desk).await.unwrap(), 1);
}

#[tokio::test]
async fn stewards_hear_once_that_a_feed_is_down_and_once_that_it_is_back() {
    for city in cities() {
        let desk = &city.desk.desk;
        let which = feed(&city, [PLAIN, GONE, WIDER]).await;
        look(&city).await;
        assert_eq!(feeds::round(desk).await.unwrap(), 0, "its time has not come");
        which.store(1, Ordering::SeqCst);
        for failures in 1..=4 {
            look(&city).await;
            assert_eq!(told(desk, NoticeKind::FeedDown), usize::from(failures >= 3), "{failures}");
        }
        let health = feeds::health(desk, &city.managers[0], "parking").unwrap();
        assert!(health.state.down_since.is_some() && health.checks[1].why.contains("status 503"), "{health:?}");
        assert_eq!((health.day.checks, health.day.failures), (5, 4));
        which.store(0, Ordering::SeqCst);
        look(&city).await;
        look(&city).await;
        assert_eq!((told(desk, NoticeKind::FeedDown), told(desk, NoticeKind::FeedBack)), (1, 1));
        let health = feeds::health(desk, &city.reviewer, "parking").unwrap();
        assert_eq!((health.state.down_since, health.state.failures), (None, 0));
        assert!(matches!(feeds::health(desk, &city.managers[1], "parking"), Err(CaseError::Missing)));
    }
}

#[tokio::test]
async fn stewards_hear_once_of_each_drift_and_take_over_what_is_new() {
    for city in cities() {
        let (desk, manager) = (&city.desk.desk, &city.managers[0]);
        let which = feed(&city, [PLAIN, GONE, WIDER]).await;
        declare(&city, &[("zone", "string"), ("free", "integer")]);
        look(&city).await;
        assert_eq!(told(desk, NoticeKind::FieldsDrifted), 0);
        which.store(2, Ordering::SeqCst);
        look(&city).await;
        look(&city).await;
        assert_eq!(told(desk, NoticeKind::FieldsDrifted), 1, "once for each change");
        let health = feeds::health(desk, manager, "parking").unwrap();
        let drifts: Vec<_> =
            health.lines.iter().map(|line| (line.compared.name.as_str(), line.compared.drift)).collect();
        assert_eq!(drifts, [("zone", None), ("free", Some(Drift::OtherType)), ("mac_address", Some(Drift::New))]);
        let plate = &health.lines[2];
        assert!(!plate.because.is_empty() && !plate.is_treated && plate.suggested > Sensitivity::None, "{plate:?}");
        save(&city, "public", &[("**.mac_address", "drop", "")]).unwrap();
        assert!(feeds::health(desk, manager, "parking").unwrap().lines[2].is_treated);

        let chosen = |name: &str| [Declared { name: name.to_owned(), sensitivity: Sensitivity::Sensitive }];
        let version = dataset(&city).version;
        let unseen = feeds::declare(desk, manager, "parking", &chosen("driver"), version).unwrap_err();
        assert!(matches!(&unseen, CaseError::Invalid(faults) if faults[0].code == "not_seen"), "{unseen:?}");
        feeds::declare(desk, manager, "parking", &[], version).unwrap_err();
        let stale = feeds::declare(desk, manager, "parking", &chosen("mac_address"), version - 1);
        assert!(matches!(stale, Err(CaseError::Stale)));
        let next = feeds::declare(desk, manager, "parking", &chosen("mac_address"), version).unwrap();
        assert_eq!((next.fields.len(), next.fields[2].kind.as_str()), (3, "string"));
        look(&city).await;
        assert_eq!(told(desk, NoticeKind::FieldsDrifted), 1, "what was declared here is no news");
    }
}

#[tokio::test]
async fn a_steward_looks_now_and_says_where() {
    for city in cities() {
        let (desk, manager) = (&city.desk.desk, &city.managers[0]);
        let early = feeds::check_now(desk, manager, "parking").await.unwrap_err();
        assert_eq!(code(&early), "upstream_needed");
        let _which = feed(&city, [PLAIN, GONE, WIDER]).await;
        let check = feeds::check_now(desk, manager, "parking").await.unwrap();
        assert!(check.is_ok && check.bytes > 0);
        let entry = desk.read(|conn| audit::after(conn, 0, 1_000)).unwrap().pop().unwrap();
        assert_eq!(entry.act, "dataset.check_feed");
        let stranger = feeds::check_now(desk, &city.managers[1], "parking").await;
        assert!(matches!(stranger, Err(CaseError::Missing)));
        let wrong = feeds::set_check_path(desk, manager, "parking", "latest", dataset(&city).version).unwrap_err();
        assert!(matches!(&wrong, CaseError::Invalid(faults) if faults[0].code == "path_invalid"), "{wrong:?}");
        let set = feeds::set_check_path(desk, manager, "parking", "/now?all=1", dataset(&city).version).unwrap();
        assert_eq!(set.check_path.as_deref(), Some("/now?all=1"));
        let unset = feeds::set_check_path(desk, manager, "parking", " ", set.version).unwrap();
        assert_eq!(unset.check_path, None);
    }
}
