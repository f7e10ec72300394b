use crate::cases::catalogue::{self, Edit};
use crate::cases::testing::profile_file;
use crate::cases::{Caller, terms};
use crate::domain::catalogue::{Field, Sensitivity, Upstream};
use crate::domain::people::{Role, RoleGrant};
use crate::domain::tier::Tier;
use crate::portal::testing::{Portal, portals};
use crate::store::people;

/// A city with its departments and terms, an open, a conditioned and a prohibited dataset, and one that is not published.
fn city() -> Vec<Portal> {
    let portals = portals();
    for portal in &portals {
        let desk = &portal.desk.desk;
        terms::set_up(desk, profile_file).unwrap();
        let department = desk.read(people::departments).unwrap().swap_remove(0).id;
        let role = RoleGrant { role: Role::Manager, department: Some(department) };
        let manager = portal.desk.caller(portal.person("Mo Vance", &[role]));
        for (slug, title, tier) in [
            ("noise", "Noise at the harbor", Some(Tier::Open)),
            ("parking", "Parking <occupancy>", Some(Tier::Conditioned)),
            ("plates", "Where cars were", Some(Tier::Prohibited)),
            ("hidden", "Not for the public yet", None),
        ] {
            let about = format!("What {slug} is about.");
            catalogue::create(desk, &manager, department, (slug, title, &about)).unwrap();
            if let Some(tier) = tier {
                edit(portal, &manager, slug, Edit::Tier(tier));
                edit(portal, &manager, slug, Edit::Publish(true));
            }
        }
        let plate = Field {
            name: "bay".to_owned(),
            kind: "string".to_owned(),
            description: "The bay’s number".to_owned(),
            sensitivity: Sensitivity::Sensitive,
        };
        edit(portal, &manager, "parking", Edit::Fields(vec![plate]));
    }
    portals
}

fn edit(portal: &Portal, manager: &Caller, slug: &str, edit: Edit) {
    let desk = &portal.desk.desk;
    let version = catalogue::for_staff(desk, manager, slug).unwrap().version;
    catalogue::edit(desk, manager, slug, edit, version).unwrap();
}

#[actix_web::test]
async fn the_start_page_leads_everybody_to_their_own_work() {
    for portal in city() {
        portal.person("Ana Diaz", &[]);
        portal.person("Adam Lee", &[RoleGrant { role: Role::Administrator, department: None }]);
        let visitor = portal.browser().page("/").await;
        assert!(visitor.contains("1. Find data") && visitor.contains("href=\"/register\""));
        assert!(visitor.contains("3 datasets") && !visitor.contains("Your work"));
        assert!(!visitor.contains("Half of the applications"), "nothing is decided yet");
        let ana = portal.signed_in("Ana Diaz").await.page("/").await;
        assert!(ana.contains("href=\"/agreements\"") && !ana.contains("href=\"/admin\""));
        assert!(portal.signed_in("Adam Lee").await.page("/").await.contains("href=\"/admin\""));
        assert!(portal.signed_in("Mo Vance").await.page("/").await.contains("href=\"/review\""));
    }
}

#[actix_web::test]
async fn the_catalogue_is_searched_by_words_department_tier_and_keyword() {
    for portal in city() {
        let browser = portal.browser();
        let all = browser.page("/datasets").await;
        assert!(all.contains("Parking &lt;occupancy&gt;") && all.contains("Noise at the harbor"), "{all}");
        assert!(!all.contains("Not for the public yet"));
        let words = browser.page("/datasets?q=HARBOR+noise").await;
        assert!(words.contains("Noise at the harbor") && !words.contains("occupancy"));
        let tier = browser.page("/datasets?tier=2&utm_source=mail").await;
        assert!(tier.contains("occupancy") && !tier.contains("Noise at"));
        let nothing = browser.page("/datasets?q=%25&department=nowhere&keyword=x&tier=9").await;
        assert!(nothing.contains("Nothing fits all of this") && nothing.contains("value=\"%\""));
        let first = browser.page("/datasets?limit=2").await;
        let next = first.split("href=\"/datasets?cursor=").nth(1).expect("a second page").split('"').next().unwrap();
        let second = browser.page(&format!("/datasets?limit=2&cursor={next}")).await;
        assert!(
            second.contains("Where cars were") && !second.contains("Noise at") && second.contains("Back to the start")
        );
        assert_eq!(browser.get("/datasets?cursor=forged").await.status, 400);
        assert_eq!(browser.get("/datasets?limit=101").await.status, 400);
    }
}

#[actix_web::test]
async fn a_datasets_page_says_what_it_is_and_how_to_get_it() {
    for portal in city() {
        let browser = portal.browser();
        let parking = browser.page("/datasets/parking").await;
        assert!(
            parking.contains("href=\"/applications/new?dataset=parking\"")
                && parking.contains("href=\"/terms/standard\"")
        );
        assert!(
            parking.contains("Say in your application why you need a sensitive field")
                && parking.contains("<code>parking:read</code>")
        );
        assert!(parking.contains("No reuse statement yet"));
        assert!(!parking.contains("curl"), "nothing to call before there is a feed");
        let open = browser.page("/datasets/noise").await;
        assert!(open.contains("without an account and without a key") && !open.contains("/applications/new?"));
        let plates = browser.page("/datasets/plates").await;
        assert!(plates.contains("Not shared by law") && plates.contains("You may ask for any existing public record"));
        let hidden = browser.get("/datasets/hidden").await;
        let missing = browser.get("/datasets/no-such-thing").await;
        assert_eq!((hidden.status, missing.status), (404, 404));
        assert_eq!(hidden.body, missing.body, "alike to the byte");
    }
}

#[actix_web::test]
async fn a_feeds_own_address_is_never_shown() {
    let portal = city().swap_remove(0);
    let desk = &portal.desk.desk;
    let stored = desk.read(|conn| crate::store::datasets::by_slug(conn, "noise")).unwrap();
    let url = "https://10.0.0.9/secret-feed".to_owned();
    let upstream = Some(Upstream {
        url,
        credential_header: None,
        timeout_ms: 5_000,
        bounds: crate::domain::catalogue::UpstreamBounds::default(),
    });
    let live = crate::domain::catalogue::Dataset { upstream, ..stored };
    desk.store.write(|conn| crate::store::datasets::save(conn, &live)).unwrap();
    let browser = portal.browser();
    let page = browser.page("/datasets/noise").await;
    assert!(page.contains("curl &#39;https://gate.example.gov/noise/") && page.contains("Live"), "{page}");
    let document = browser.get("/data.json").await;
    assert_eq!((document.status, document.header("content-type")), (200, "application/json"));
    let value: serde_json::Value = serde_json::from_str(&document.body).unwrap();
    assert_eq!(crate::domain::dcat::validate(&value), []);
    assert_eq!(value["dataset"].as_array().unwrap().len(), 3);
    for text in [&page, &document.body, &browser.page("/datasets").await] {
        assert!(!text.contains("secret-feed"));
    }
}

#[actix_web::test]
async fn terms_are_read_in_every_version_with_their_hash_and_exact_text() {
    for portal in city() {
        let browser = portal.browser();
        assert!(browser.page("/terms").await.contains("Standard terms"));
        for family in ["standard", "click_through", "restricted"] {
            let page = browser.page(&format!("/terms/{family}")).await;
            assert!(
                page.contains("Binds now") && page.contains("id=\"clause-4\"") && page.contains("href=\"#clause-4\""),
                "{page}"
            );
            browser.page(&format!("/terms/{family}/1")).await;
            let text = browser.get(&format!("/terms/{family}/1/text")).await;
            assert_eq!(text.header("content-type"), "text/plain; charset=utf-8");
            assert!(page.contains(&crate::domain::terms::TextHash::of(&text.body).to_string()));
        }
        for missing in ["/terms/standard/2", "/terms/standard/one", "/terms/other", "/terms/standard/9/text"] {
            assert_eq!(browser.get(missing).await.status, 404, "{missing}");
        }
    }
}

#[actix_web::test]
async fn a_copy_of_an_agreement_that_is_not_ours_is_called_that() {
    for portal in city() {
        let browser = portal.browser();
        browser.page("/check-agreement").await;
        let empty = browser.fill("/check-agreement", &[]).await;
        assert_eq!(empty.status, 422);
        assert!(empty.body.contains("#f-number") && empty.body.contains("#f-copy"));
        let fields = [("number", "DSA-2026-0001".to_owned()), ("copy", "Ours, surely.\n".repeat(20_000))];
        let answer = browser.fill("/check-agreement", &fields).await;
        assert_eq!(answer.status, 200);
        assert!(answer.body.contains("Not signed by the city"));
    }
}

#[actix_web::test]
async fn a_text_that_is_no_key_of_ours_stops_nothing() {
    for portal in city() {
        let browser = portal.browser();
        browser.page("/keys/kill").await;
        for text in ["", "not a key", "nwk_live_000000000000000000000000000000000000"] {
            let answer = browser.fill("/keys/kill", &[("key_secret", text.to_owned())]).await;
            assert_eq!(answer.status, 422, "{}", answer.body);
            assert!(answer.body.contains("#f-key_secret"));
            assert!(text.is_empty() || !answer.body.contains(&format!("value=\"{text}\"")), "it is not sent back");
        }
    }
}

#[actix_web::test]
async fn standing_texts_are_there() {
    let portal = city().swap_remove(0);
    let browser = portal.browser();
    assert!(browser.page("/help").await.contains("key_suspended"));
    assert!(browser.page("/privacy").await.contains("30 days"));
    browser.page("/accessibility").await;
    let security = browser.get("/.well-known/security.txt").await;
    assert_eq!(security.header("content-type"), "text/plain; charset=utf-8");
    for line in
        ["Contact: mailto:", "Expires: 2027-05-22T00:00:00Z", "Canonical: http://127.0.0.1/.well-known/security.txt"]
    {
        assert!(security.body.contains(line), "{line} in {}", security.body);
    }
    let change = browser.get("/.well-known/change-password").await;
    assert_eq!((change.status, change.header("location")), (303, "/account/password"));
}

#[actix_web::test]
async fn what_to_expect_is_told_without_an_account_and_leads_to_the_form() {
    for portal in city() {
        let browser = portal.browser();
        let page = browser.page("/check-eligibility").await;
        assert!(page.contains("Your plan") && !page.contains("What to expect</h2>"), "{page}");
        assert!(!page.contains("Not for the public yet"), "what is not published is not named");
        let page = browser
            .page("/check-eligibility?dataset=noise&dataset=parking&dataset=plates&dataset=hidden&purpose=research")
            .await;
        for wanted in [
            "Open data: no key and no account are needed.",
            "A manager of the department decides",
            "The law forbids a key for this data",
            "There is no dataset “hidden” in the catalogue.",
            "You will be asked why you need each of these fields: bay.",
            "href=\"/applications/new?dataset=parking&amp;purpose=research\"",
        ] {
            assert!(page.contains(wanted), "{wanted} in {page}");
        }
        let page = browser.page("/check-eligibility?dataset=parking&measures=no&uses=tracking").await;
        assert!(page.contains("What stands in the way") && page.contains("No agreement may allow this use:"), "{page}");
        assert!(!page.contains("/applications/new?dataset=parking"), "nobody is led into a denial");
    }
}
