//! Stewardship from the browser: who reads and who changes, what each part needs, and what is never shown.

mod feeds;
mod imports;
mod parts;
mod upstreams;

use crate::domain::catalogue::Dataset;
use crate::portal::testing::Browser;
use crate::portal::tests::{Office, complains, looks_like_nothing, offices, pairs};
use crate::store::datasets;
use crate::web::testing::Answer;

/// The parts of a dataset that have a form.
const PARTS: [&str; 8] = ["about", "fields", "tier", "operations", "upstream", "limits", "redactions", "publish"];

fn dataset(office: &Office, slug: &str) -> Dataset {
    office.desk().read(|conn| datasets::by_slug(conn, slug)).unwrap()
}

/// Sends the form of one part of the dataset “parking” over the version that the page shows now.
async fn save(browser: &Browser<'_>, part: &str, fields: &[(&str, &str)]) -> Answer {
    let here = format!("/stewardship/parking/{part}");
    let version = browser.version(&here).await;
    let mut all = vec![("version", version.as_str())];
    all.extend_from_slice(fields);
    browser.send(&here, &here, &pairs(&all)).await
}

#[actix_web::test]
async fn managers_change_reviewers_and_auditors_read_and_other_departments_find_nothing() {
    for office in offices() {
        for (name, edits) in [("Manager 0", true), ("Rita Reviewer", false), ("Ivan Auditor", false)] {
            let browser = office.of(name).await;
            let list = browser.page("/stewardship").await;
            assert!(list.contains("/stewardship/parking") && list.contains("Tier 2, conditioned"), "{name}: {list}");
            assert_eq!(list.contains("/stewardship/new"), edits, "{name}");
            assert_eq!(list.contains("/stewardship/air-quality"), name == "Ivan Auditor", "{name}");
            browser.page("/stewardship/parking").await;
            for part in PARTS {
                let page = browser.page(&format!("/stewardship/parking/{part}")).await;
                let has_form = page.contains("<main") && page.contains("name=\"version\"");
                assert_eq!(has_form, edits, "{name} {part}: {page}");
                assert_eq!(page.contains("Only a manager of"), !edits, "{name} {part}");
            }
        }
        let stranger = office.of("Manager 1").await;
        for path in std::iter::once(String::new()).chain(PARTS.map(|part| format!("/{part}"))) {
            let (theirs, nothing) = (format!("/stewardship/parking{path}"), format!("/stewardship/no-such-set{path}"));
            looks_like_nothing(&stranger, &theirs, &nothing).await;
        }
        for name in ["Maria Gonzalez", "Clara Clerk", "Ada Admin"] {
            for path in ["/stewardship", "/stewardship/parking", "/stewardship/parking/tier", "/stewardship/import"] {
                assert_eq!(office.of(name).await.get(path).await.status, 403, "{name} {path}");
            }
        }
    }
}

#[actix_web::test]
async fn nobody_but_a_manager_of_the_department_saves_anything() {
    for office in offices() {
        let before = dataset(&office, "parking");
        let entries = office.entries();
        let acts = [
            ("about", "title", "Mine"),
            ("fields", "fields.0.name", "mine"),
            ("tier", "tier", "0"),
            ("operations", "operations", "read GET /"),
            ("limits", "limits", "1/day"),
            ("publish", "publish", "no"),
            ("upstream", "url", "http://127.0.0.1/"),
            ("credential", "credential", "mine"),
            ("query-key", "allow", "yes"),
        ];
        let names = [("Rita Reviewer", 403), ("Ivan Auditor", 403), ("Maria Gonzalez", 403), ("Manager 1", 404)];
        for (name, status) in names {
            let browser = office.of(name).await;
            for (act, field, value) in acts {
                let path = format!("/stewardship/parking/{act}");
                let mut fields = pairs(&[(field, value), ("version", "4")]);
                if act == "upstream" {
                    fields.extend(pairs(&[("timeout_ms", "1000")]));
                }
                if act == "about" {
                    fields.extend(pairs(&[("description", "x"), ("access_level", "public")]));
                }
                if act == "fields" {
                    fields.extend(pairs(&[("fields.0.kind", "text"), ("fields.0.sensitivity", "none")]));
                }
                let answer = browser.send("/account", &path, &fields).await;
                assert_eq!(answer.status, status, "{name} {act}: {}", answer.body);
            }
        }
        let manager = office.of("Manager 0").await;
        for (act, field, value) in acts {
            let path = format!("/stewardship/parking/{act}");
            let bare = manager.bare(&path, &pairs(&[(field, value), ("version", "4")])).await;
            assert_eq!(bare.status, 403, "{act} from elsewhere");
        }
        assert_eq!(dataset(&office, "parking"), before);
        assert_eq!(office.entries(), entries + 5, "the sign-ins alone");
    }
}

#[actix_web::test]
async fn a_dataset_is_made_with_what_it_needs_and_what_was_typed_is_kept() {
    for office in offices() {
        let manager = office.of("Manager 0").await;
        let (ours, theirs) = (office.city.departments[0].to_string(), office.city.departments[1].to_string());
        let make = async |department: &str, slug: &str, title: &str| {
            let fields =
                [("department", department), ("slug", slug), ("title", title), ("description", "Free spaces in lots.")];
            manager.fill("/stewardship/new", &pairs(&fields)).await
        };
        let kept = ["Free spaces in lots.", "value=\"Lots\""];
        complains(&make("", "lots", "Lots").await, "department", "Choose the department", &kept);
        for (slug, message) in [("Not A Slug", "letters"), ("", ""), ("parking", "has this"), ("healthz", "")] {
            complains(&make(&ours, slug, "Lots").await, "slug", message, &kept);
        }
        complains(&make(&ours, "lots", "").await, "title", "", &["Free spaces in lots.", "value=\"lots\""]);
        assert_eq!(make(&theirs, "lots", "Lots").await.status, 404, "not the manager's department");
        assert_eq!(make("x", "lots", "Lots").await.status, 404);
        let made = make(&ours, "lots", "Lots").await;
        let page = manager.follow(&made).await;
        assert_eq!(made.header("location"), "/stewardship/lots");
        for wanted in ["It is not public yet", "No tier yet", "Not in the catalogue", "An access tier", "Missing"] {
            assert!(page.contains(wanted), "{wanted}: {page}");
        }
        assert_eq!(office.portal.browser().get("/datasets/lots").await.status, 404, "nobody else sees it yet");
        assert!(manager.page("/stewardship?tier=unset").await.contains("/stewardship/lots"));
        assert!(manager.page("/stewardship?published=no").await.contains("/stewardship/lots"));
        assert!(manager.page("/stewardship?q=nowhere").await.contains("Nothing fits this filter"));
    }
}
