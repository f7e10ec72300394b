//! Importing messy catalogues, twice, on both databases; the three real ones on SQLite.

use std::path::PathBuf;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::{ImportReport, Outcome, data_json, import, import_from, report, runs};
use crate::cases::catalogue::{self, Edit};
use crate::cases::describe::AboutTyped;
use crate::cases::testing::{TestDesk, desks, profile_file};
use crate::cases::{Caller, CaseError, terms};
use crate::domain::dcat::validate;
use crate::domain::id::DepartmentId;
use crate::domain::people::{Role, RoleGrant};
use crate::domain::tier::Tier;
use crate::store::views::catalogue as views;
use crate::store::{audit, datasets, grants, people};

pub(super) struct Office {
    pub(super) desk: TestDesk,
    pub(super) health: DepartmentId,
    pub(super) police: DepartmentId,
    pub(super) manager: Caller,
}

pub(super) fn offices() -> Vec<Office> {
    desks().into_iter().map(office).collect()
}

fn office(desk: TestDesk) -> Office {
    terms::set_up(&desk.desk, profile_file).unwrap();
    let of = |slug: &str| desk.desk.read(|conn| people::department_by_slug(conn, slug)).unwrap().id;
    let (health, police) = (of("health"), of("police"));
    let manager = desk.person("Mona Manager", &[RoleGrant::new(Role::Manager, Some(health)).unwrap()]);
    Office { desk, health, police, manager }
}

impl Office {
    fn import(&self, catalogue: &Value) -> ImportReport {
        import(&self.desk.desk, &self.manager, self.health, "messy.json", catalogue.to_string().as_bytes()).unwrap()
    }
}

fn record(identifier: &str, title: &str) -> Value {
    json!({
        "identifier": identifier, "title": title, "description": "Measured hourly.", "keyword": ["air"],
        "modified": "2026-01-02", "accessLevel": "public", "publisher": { "name": "Elsewhere" },
        "contactPoint": { "fn": "Desk", "hasEmail": "mailto:desk@norwalk.example" },
    })
}

/// Sound, mended, twice the same, without a title, not a record, and one that asks to be the gate itself.
pub(super) fn messy() -> Value {
    let mut html = record("urn:html", "Ozone");
    html["description"] = json!("<p>Ozone <b>levels</b><script>alert(1)</script></p>");
    html["modified"] = json!("02/01/2026");
    let mut named = record("urn:named", "Mosquito traps");
    named["publisher"] = json!({ "name": "City of Norwalk Health Dept." });
    let mut other = record("urn:other", "Foot patrols");
    other["publisher"] = json!({ "name": "Norwalk Police Department" });
    json!({
        "conformsTo": "https://project-open-data.cio.gov/v1.1/schema",
        "dataset": [
            record("urn:sound", "Particulate matter"),
            html,
            record("urn:sound", "Particulate matter"),
            { "identifier": "urn:untitled", "description": "?" },
            "not a record",
            record("urn:api", "API"),
            record("urn:plates", "License plate reads"),
            named,
            other,
            record("urn:japanese", "大気"),
        ],
    })
}

fn fates(report: &ImportReport) -> Vec<&'static str> {
    report.records.iter().map(|fate| fate.outcome.as_str()).collect()
}

#[test]
fn a_messy_catalogue_goes_in_and_nothing_happens_the_second_time() {
    for office in offices() {
        let desk = &office.desk.desk;
        let first = office.import(&messy());
        let made = ["created", "created", "skipped", "skipped", "skipped"];
        assert_eq!(fates(&first), [&made[..], &["created"; 5][..]].concat());
        assert_eq!((first.created, first.updated, first.unchanged, first.skipped), (7, 0, 0, 3));
        assert_eq!(first.repaired, 1, "{first:?}");
        assert!(first.records[1].repairs.iter().any(|repair| repair.starts_with("description: ")), "{first:?}");
        assert!(first.records[3].remarks.iter().any(|why| why.contains("title")), "{first:?}");
        let all = desk.read(|conn| datasets::list(conn, None)).unwrap();
        assert!(all.iter().all(|dataset| dataset.is_published && dataset.tier.is_none() && dataset.is_imported));
        assert!(all.iter().all(|dataset| dataset.must_be_grantable().is_err()), "no keys before a steward sets a tier");
        assert!(all.iter().all(|dataset| !dataset.metadata.description.as_str().contains('<')));
        let slugs: Vec<_> = first.records.iter().filter_map(|fate| fate.slug.as_deref()).collect();
        assert!(!slugs.contains(&"api") && slugs.contains(&"api-2"), "{slugs:?}");
        let changes = desk.read(grants::last_change).unwrap();
        let second = office.import(&messy());
        assert_eq!((second.created, second.updated, second.unchanged, second.skipped), (0, 0, 7, 3));
        assert_eq!(desk.read(|conn| datasets::list(conn, None)).unwrap(), all);
        assert_eq!(desk.read(grants::last_change).unwrap(), changes);
    }
}

#[test]
fn suggestions_stay_suggestions() {
    for office in offices() {
        let report = office.import(&messy());
        let plates = report.records.iter().find(|fate| fate.title == "License plate reads").unwrap();
        assert_eq!(plates.suggested_tier, Some(Tier::Prohibited));
        assert!(plates.suggested_because.iter().any(|why| why.contains("26-14")), "{plates:?}");
        let slug = plates.slug.clone().unwrap();
        let known = catalogue::for_staff(&office.desk.desk, &office.manager, &slug).unwrap();
        assert_eq!(known.tier, None);
        let refused = catalogue::edit(&office.desk.desk, &office.manager, &slug, Edit::Tier(Tier::Open), known.version);
        assert!(matches!(refused, Err(CaseError::Refused(refusal)) if refusal.code == "prohibited_by_law"));
    }
}

#[test]
fn records_go_to_the_department_their_publisher_names_if_the_caller_may_act_there() {
    for office in offices() {
        let desk = &office.desk.desk;
        let mine = office.import(&messy());
        let owner =
            |identifier: &str| desk.read(|conn| datasets::by_identifier(conn, identifier)).unwrap().unwrap().department;
        assert_eq!((owner("urn:named"), owner("urn:other")), (office.health, office.health));
        assert!(mine.records[8].remarks[0].contains("Police"), "{:?}", mine.records[8]);
    }
    for office in offices() {
        let desk = &office.desk.desk;
        let service = Caller::service("catalog import");
        let harbor = desk.read(|conn| people::department_by_slug(conn, "harbor")).unwrap().id;
        import(desk, &service, harbor, "messy.json", messy().to_string().as_bytes()).unwrap();
        let owner =
            |identifier: &str| desk.read(|conn| datasets::by_identifier(conn, identifier)).unwrap().unwrap().department;
        assert_eq!(
            (owner("urn:named"), owner("urn:other"), owner("urn:sound")),
            (office.health, office.police, harbor)
        );
        let theirs = office.import(&messy());
        assert_eq!((theirs.created, theirs.unchanged, theirs.skipped), (0, 1, 9), "datasets of others are not touched");
    }
}

#[test]
fn what_staff_edited_survives_and_the_rest_is_brought_up_to_date() {
    for office in offices() {
        let desk = &office.desk.desk;
        office.import(&messy());
        let known = desk.read(|conn| datasets::by_identifier(conn, "urn:sound")).unwrap().unwrap();
        let typed = AboutTyped { title: "Fine dust".to_owned(), ..AboutTyped::of(&known) };
        let edit = typed.check().unwrap();
        catalogue::edit(desk, &office.manager, &known.slug, edit, known.version).unwrap();
        let mut changed = messy();
        changed["dataset"][0]["title"] = json!("Particulate matter 2.5");
        changed["dataset"][0]["description"] = json!("Measured every minute.");
        let report = office.import(&changed);
        let fate = &report.records[0];
        assert_eq!(fate.outcome, Outcome::Updated);
        assert!(fate.remarks.iter().any(|remark| remark.ends_with("staff edited these here: title.")), "{fate:?}");
        let now = desk.read(|conn| datasets::by_id(conn, known.id)).unwrap();
        assert_eq!(now.metadata.title.as_str(), "Fine dust");
        assert_eq!(now.metadata.description.as_str(), "Measured every minute.");
        assert_eq!(now.slug, known.slug);
        let report = office.import(&changed);
        assert_eq!(report.records[0].outcome, Outcome::Unchanged);
        assert!(!report.records[0].remarks.is_empty(), "the difference is still said");
    }
}

#[test]
fn an_update_that_the_law_forbids_to_share_closes_the_dataset() {
    for office in offices() {
        let desk = &office.desk.desk;
        office.import(&messy());
        let known = desk.read(|conn| datasets::by_identifier(conn, "urn:sound")).unwrap().unwrap();
        catalogue::edit(desk, &office.manager, &known.slug, Edit::Tier(Tier::Registered), known.version).unwrap();
        let mut changed = messy();
        changed["dataset"][0]["keyword"] = json!(["license plate"]);
        let report = office.import(&changed);
        assert!(report.records[0].remarks.iter().any(|remark| remark.starts_with("Closed: ")), "{report:?}");
        let now = desk.read(|conn| datasets::by_id(conn, known.id)).unwrap();
        assert_eq!(now.tier, Some(Tier::Prohibited));
        let wanted =
            audit::Search { about: Some(("dataset".to_owned(), known.id.to_string())), ..audit::Search::default() };
        let last = desk.read(|conn| audit::search(conn, &wanted, 1)).unwrap();
        assert_eq!((last[0].act.as_str(), last[0].capacity.as_str()), ("dataset.set_tier", "service"));
    }
}

#[test]
fn a_run_leaves_one_entry_and_a_report_for_who_may_read_it() {
    for office in offices() {
        let desk = &office.desk.desk;
        let made = office.import(&messy());
        let wanted = audit::Search { act: Some("catalogue.import".to_owned()), ..audit::Search::default() };
        let entries = desk.read(|conn| audit::search(conn, &wanted, 10)).unwrap();
        assert_eq!(entries.len(), 1);
        let after: Value = serde_json::from_str(&entries[0].after).unwrap();
        assert_eq!((&after["created"], &after["skipped"]), (&json!(7), &json!(3)));
        assert_eq!(after["catalogue_sha256"].as_str().unwrap().len(), 64);
        let (run, read) = report(desk, &office.manager, made.id).unwrap();
        assert_eq!((read, run.counts, run.by_name.as_str()), (made.clone(), [7, 0, 0], "Mona Manager"));
        assert_eq!(runs(desk, &office.manager).unwrap(), [run]);
        let other = office.desk.person("Paul Police", &[RoleGrant::new(Role::Manager, Some(office.police)).unwrap()]);
        assert!(matches!(report(desk, &other, made.id), Err(CaseError::Missing)));
        assert!(runs(desk, &other).unwrap().is_empty());
        let auditor = office.desk.person("Una Auditor", &[RoleGrant::new(Role::Auditor, None).unwrap()]);
        assert!(report(desk, &auditor, made.id).is_ok());
        let bytes = messy().to_string();
        let refused = import(desk, &other, office.health, "x", bytes.as_bytes());
        assert!(matches!(refused, Err(CaseError::Missing)));
    }
}

#[test]
fn what_is_no_catalogue_is_said_by_line_and_leaves_nothing() {
    for office in offices() {
        let desk = &office.desk.desk;
        for bad in ["", "{\n \"dataset\": [", "<html>", "{}", "[1]{", "{\"dataset\": 7}"] {
            let refused = import(desk, &office.manager, office.health, "x", bad.as_bytes()).unwrap_err();
            let CaseError::Invalid(faults) = refused else { panic!("{bad}: {refused:?}") };
            assert_eq!((faults[0].field.as_str(), faults[0].code), ("catalogue", "not_a_catalogue"), "{bad}");
        }
        assert!(runs(desk, &office.manager).unwrap().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_catalogue_comes_from_its_address_for_who_may_import() {
    for office in offices() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/data.json", listener.local_addr().unwrap());
        let body = messy().to_string();
        let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
        let served = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut asked = [0; 1_024];
            let _request = stream.read(&mut asked).await.unwrap();
            stream.write_all(answer.as_bytes()).await.unwrap();
        });
        let desk = &office.desk.desk;
        let stranger = Caller {
            actor: crate::domain::people::Actor::visitor(Some([192, 0, 2, 1].into())),
            ..office.manager.clone()
        };
        let refused = import_from(desk, stranger, office.health, url.clone()).await;
        assert!(matches!(refused, Err(CaseError::Missing)), "nothing is fetched for them");
        let report = import_from(desk, office.manager.clone(), office.health, url.clone()).await.unwrap();
        assert_eq!((report.created, report.source), (7, url));
        served.await.unwrap();
        let refused = import_from(desk, office.manager.clone(), office.health, "http://10.0.0.1/".to_owned()).await;
        assert!(matches!(refused, Err(CaseError::Invalid(faults)) if faults[0].code == "address_not_allowed"));
    }
}

/// Real catalogues lie outside the repository; where they are not, this says so and tests nothing.
#[test]
#[expect(clippy::disallowed_methods, reason = "measures how long an import takes")]
fn real_catalogues_go_in_twice_and_come_out_valid() {
    let shared = std::env::var_os("ACCORD_SHARED").map_or_else(|| PathBuf::from("../shared"), PathBuf::from);
    let Ok(folder) = std::fs::read_dir(shared.join("data/catalogs")) else {
        eprintln!("skipped: there are no catalogues under {}; set ACCORD_SHARED", shared.display());
        return;
    };
    let mut paths: Vec<_> = folder.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for office in offices() {
        let desk = &office.desk.desk;
        let service = Caller::service("catalog import");
        let mut expected = 0;
        for path in &paths {
            let name = path.file_name().unwrap().to_str().unwrap();
            let bytes = std::fs::read(path).unwrap();
            let start = std::time::Instant::now();
            let first = import(desk, &service, office.health, name, &bytes).unwrap();
            let took = start.elapsed();
            let start = std::time::Instant::now();
            let second = import(desk, &service, office.health, name, &bytes).unwrap();
            eprintln!(
                "{} {name}: {} records, {} created, {} repaired, {} skipped, {took:?}; again: {} unchanged, {:?}",
                office.desk.backend,
                first.records.len(),
                first.created,
                first.repaired,
                first.skipped,
                second.unchanged,
                start.elapsed(),
            );
            assert_eq!((first.created + first.skipped, first.updated), (first.records.len(), 0));
            assert_eq!((second.created, second.updated, second.unchanged), (0, 0, first.created));
            expected += first.created;
        }
        let json = data_json(desk, "https://data.norwalk.example", "https://gate.norwalk.example").unwrap();
        assert_eq!(validate(&json), []);
        assert_eq!(json["dataset"].as_array().unwrap().len(), expected);
        let start = std::time::Instant::now();
        let search = views::Search { words: "street".to_owned(), ..views::Search::default() };
        let found = desk.read(|conn| views::search(conn, &search, None, 25)).unwrap();
        let facets = desk.read(|conn| views::facets(conn, &search)).unwrap();
        eprintln!("{}: {} of {expected} hold “street”; {:?}", office.desk.backend, facets.total, start.elapsed());
        assert!(found.len() <= facets.total && !found.is_empty());
    }
}
