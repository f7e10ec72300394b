//! The auditor's pages: they show everything but secrets, to auditors only, and change nothing.

mod entries;
mod files;
mod readers;
mod stories;

use crate::domain::agreement::Agreement;
use crate::domain::id::KeyId;
use crate::domain::time::Instant;
use crate::portal::tests::{Office, offices};
use crate::store::usage::{self, Access, Counted, UsageBatch, UsageCount};

/// Where the calls of these tests came from.
const CLIENT: &str = "203.0.113.77";

/// A key of Maria's with its text, under an agreement on parking.
fn keyed(office: &Office) -> (Agreement, KeyId, String) {
    use secrecy::ExposeSecret as _;
    let agreement = office.executed(&["parking"]);
    let wish = crate::cases::keys::KeyForm {
        name: "web map".to_owned(),
        scopes: vec!["parking:read".to_owned()],
        ..Default::default()
    };
    let wish = wish.read(chrono_tz::America::New_York).unwrap();
    let issued = crate::cases::keys::create(office.desk(), &office.city.maria, agreement.id, &wish).unwrap();
    let text = issued.text.unwrap().expose_secret().to_owned();
    (agreement, issued.key.id, text)
}

/// Calls of that key, as the gate counts and logs them: each at its instant, with its outcome and path.
fn call(office: &Office, (agreement, key): (&Agreement, KeyId), calls: &[(Instant, &str, &str)]) {
    let desk = office.desk();
    let mut batch = UsageBatch::default();
    for (at, outcome, path) in calls {
        let of = Counted {
            key: Some(key),
            agreement: Some(agreement.id),
            dataset: Some(agreement.schedules[0].dataset),
            operation: "read".to_owned(),
            outcome: (*outcome).to_owned(),
        };
        batch.counts.push(UsageCount { minute: *at, of: of.clone(), calls: 1, bytes: 1_800, latency_us: 9_000 });
        batch.log.push(Access {
            id: desk.new_id::<()>(*at).to_string(),
            at: *at,
            request: "r-4711".to_owned(),
            method: "GET".to_owned(),
            path: (*path).to_owned(),
            status: if *outcome == "ok" { 200 } else { 429 },
            bytes: 1_800,
            latency_us: 9_000,
            client: CLIENT.to_owned(),
            of,
        });
    }
    desk.store.write(|conn| usage::write(conn, ("test", 1), &batch, desk.profile.zone, desk.clock.now())).unwrap();
}

const PAGES: [&str; 12] = [
    "/audit",
    "/audit/entries/1",
    "/audit/stories",
    "/audit/readers",
    "/audit/readers?dataset=parking&day=2026-11-23&time=12:00",
    "/audit/usage",
    "/audit/anomalies",
    "/audit/anomalies?days=90",
    "/audit/access-log",
    "/audit/exports",
    "/audit/verify",
    "/audit/verify?run=yes",
];
const FILES: [&str; 4] =
    ["/audit/entries.csv", "/audit/usage.csv", "/audit/access-log.csv", "/audit/readers.csv?dataset=parking"];

#[test]
fn under_the_audit_nothing_but_ones_own_exports_can_be_posted_to() {
    let rows = crate::portal::routes(true).rows();
    let audit: Vec<_> = rows.iter().filter(|row| row.path.starts_with("/audit")).collect();
    assert_eq!(audit.len(), 20);
    let posted = audit.iter().filter(|row| row.method != actix_web::http::Method::GET);
    let posted: Vec<_> = posted.map(|row| row.path.as_str()).collect();
    assert_eq!(posted, ["/audit/exports", "/audit/exports/{export}/cancel"]);
}

#[actix_web::test]
async fn what_is_written_as_it_is_made_arrives_whole() {
    for office in offices() {
        let (agreement, key, text) = keyed(&office);
        call(&office, (&agreement, key), &[(office.desk().clock.now(), "ok", "/parking/latest")]);
        let ivan = office.of("Ivan Auditor").await;
        for (what, format, media_type) in [
            ("entries", "ndjson", "application/x-ndjson"),
            ("access-log", "json", "application/json"),
            ("keys", "csv", "text/csv; charset=utf-8"),
        ] {
            let entries = office.entries();
            let file = ivan.get(&format!("/audit/exports/file?what={what}&format={format}")).await;
            assert_eq!((file.status, file.header("content-type")), (200, media_type), "{what}");
            assert!(!file.body.is_empty() && !file.body.contains(&text), "{what}: {}", file.body);
            assert_eq!(office.entries(), entries + 1, "{what}");
        }
        let bundle = ivan.get(&format!("/audit/bundles/agreement?of={}", agreement.number)).await;
        assert_eq!((bundle.status, bundle.header("content-type")), (200, "application/zip"));
        assert_eq!(ivan.get("/audit/bundles/agreement?of=DSA-1999-1").await.status, 404);
        assert_eq!(ivan.get("/audit/exports/file?what=secrets").await.status, 422);
        let others = office.of("Manager 0").await;
        for path in ["/audit/exports/file?what=keys", "/audit/bundles/agreement?of=x"] {
            assert_eq!(others.get(path).await.status, 403, "{path}");
        }
    }
}

#[actix_web::test]
async fn only_auditors_open_these_pages_and_nothing_changes_by_reading_them() {
    for office in offices() {
        let (agreement, key, text) = keyed(&office);
        call(&office, (&agreement, key), &[(office.desk().clock.now(), "ok", "/parking/latest")]);
        for name in ["Rita Reviewer", "Manager 0", "Clara Clerk", "Ada Admin", "Maria Gonzalez"] {
            let browser = office.of(name).await;
            for path in PAGES.iter().chain(&FILES) {
                assert_eq!(browser.get(path).await.status, 403, "{name} {path}");
            }
        }
        assert_eq!(office.portal.browser().get("/audit").await.status, 303);
        let ivan = office.of("Ivan Auditor").await;
        let entries = office.entries();
        for path in PAGES {
            let body = ivan.page(path).await;
            assert!(!body.contains(&text), "{path} shows a key");
            assert!(!body.contains("$argon2"), "{path} shows a password's hash");
            let log_was_read = i64::from(path == "/audit/access-log");
            let changed = office.entries() - entries;
            assert!(changed <= 1 && (log_was_read == 0 || changed == 1), "{path} wrote {changed} entries");
        }
        for path in FILES {
            let file = ivan.get(path).await;
            assert_eq!((file.status, file.header("content-type")), (200, "text/csv; charset=utf-8"), "{path}");
            assert!(file.header("content-disposition").starts_with("attachment; filename=\""), "{path}");
            assert!(!file.body.contains(&text) && !file.body.contains("$argon2"), "{path}");
        }
        assert_eq!(office.entries(), entries + 5, "a look at whole addresses and four files taken, and nothing else");
        assert_eq!(ivan.bare("/audit", &[]).await.status, 405);
    }
}
