//! What stewards do with datasets and what visitors find, on both databases.

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

use super::catalogue::{self, Edit};
use super::describe::AboutTyped;
use super::testing::{TestDesk, desks, profile_file};
use super::{Caller, CaseError, Desk, interchange, terms};
use crate::domain::audit::Verifier;
use crate::domain::catalogue::{FIELDS_MAX, Field, Sensitivity, Upstream, UpstreamBounds};
use crate::domain::dcat::{MetadataField, validate};
use crate::domain::id::DepartmentId;
use crate::domain::people::{Role, RoleGrant};
use crate::domain::scope::{OPERATIONS_MAX, Operation};
use crate::domain::tier::Tier;
use crate::store::views::catalogue as views;
use crate::store::{audit, datasets, people};

struct Office {
    desk: TestDesk,
    health: DepartmentId,
    manager: Caller,
    reviewer: Caller,
    stranger: Caller,
    administrator: Caller,
}

impl Office {
    fn edit(&self, slug: &str, edit: Edit) -> Result<i64, CaseError> {
        let known = catalogue::for_staff(&self.desk.desk, &self.manager, slug)?;
        Ok(catalogue::edit(&self.desk.desk, &self.manager, slug, edit, known.version)?.version)
    }

    fn add(&self, slug: &str, title: &str, keywords: &[&str]) {
        let desk = &self.desk.desk;
        catalogue::create(desk, &self.manager, self.health, (slug, title, "What it measures.")).unwrap();
        let known = catalogue::for_staff(desk, &self.manager, slug).unwrap();
        let keywords = keywords.iter().map(|word| (*word).to_owned()).collect();
        let about = AboutTyped { keywords, ..AboutTyped::of(&known) };
        self.edit(slug, about.check().unwrap()).unwrap();
    }

    /// Acts on a dataset in the audit, oldest first.
    fn acts(&self, slug: &str) -> Vec<(String, Value, Value)> {
        let known = self.desk.desk.read(|conn| datasets::by_slug(conn, slug)).unwrap();
        let wanted =
            audit::Search { about: Some(("dataset".to_owned(), known.id.to_string())), ..audit::Search::default() };
        let found = self.desk.desk.read(|conn| audit::search(conn, &wanted, 100)).unwrap();
        let json = |text: &str| serde_json::from_str(text).unwrap();
        found.iter().rev().map(|entry| (entry.act.clone(), json(&entry.before), json(&entry.after))).collect()
    }
}

fn offices() -> Vec<Office> {
    desks().into_iter().map(office).collect()
}

fn office(desk: TestDesk) -> Office {
    terms::set_up(&desk.desk, profile_file).unwrap();
    let of = |slug: &str| desk.desk.read(|conn| people::department_by_slug(conn, slug)).unwrap().id;
    let (health, police) = (of("health"), of("police"));
    let grant = |role, department| RoleGrant::new(role, department).unwrap();
    let manager = desk.person("Mona Manager", &[grant(Role::Manager, Some(health))]);
    let reviewer = desk.person("Rita Reviewer", &[grant(Role::Reviewer, Some(health))]);
    let stranger = desk.person("Paul Police", &[grant(Role::Manager, Some(police))]);
    let administrator = desk.person("Ada Admin", &[grant(Role::Administrator, None)]);
    Office { desk, health, manager, reviewer, stranger, administrator }
}

fn fault(error: &CaseError) -> String {
    match error {
        CaseError::Refused(refusal) => refusal.code.to_owned(),
        CaseError::Invalid(all) => {
            all.iter().map(|one| format!("{}:{}", one.field, one.code)).collect::<Vec<_>>().join(" ")
        }
        CaseError::Missing => "missing".to_owned(),
        CaseError::Stale => "stale".to_owned(),
        CaseError::Wait(_) | CaseError::Undone(_) | CaseError::Store(_) => format!("{error:?}"),
    }
}

fn field(name: &str) -> Field {
    Field {
        name: name.to_owned(),
        kind: "number".to_owned(),
        description: String::new(),
        sensitivity: Sensitivity::None,
    }
}

fn upstream(url: &str, header: Option<&str>) -> Edit {
    let credential_header = header.map(str::to_owned);
    Edit::Upstream(Some(Upstream {
        url: url.to_owned(),
        credential_header,
        timeout_ms: 5_000,
        bounds: UpstreamBounds::default(),
    }))
}

#[test]
fn a_manager_makes_a_dataset_and_every_act_is_audited() {
    for office in offices() {
        let desk = &office.desk.desk;
        office.add("air-quality", "Air quality", &["air"]);
        office.edit("air-quality", Edit::Fields(vec![field("pm25"), field("ozone")])).unwrap();
        office.edit("air-quality", Edit::Tier(Tier::Registered)).unwrap();
        office.edit("air-quality", Edit::QueryKey(true)).unwrap();
        office.edit("air-quality", Edit::Publish(true)).unwrap();
        let acts = office.acts("air-quality");
        let names: Vec<_> = acts.iter().map(|(act, ..)| act.as_str()).collect();
        assert_eq!(
            names,
            [
                "dataset.create",
                "dataset.describe",
                "dataset.set_fields",
                "dataset.set_tier",
                "dataset.set_query_key",
                "dataset.publish"
            ]
        );
        let (_, before, after) = &acts[3];
        assert_eq!((&before["tier"], &after["tier"]), (&Value::Null, &Value::from("1")));
        let mut verifier = Verifier::new(None);
        let all = desk.read(|conn| audit::after(conn, 0, 1_000)).unwrap();
        assert!(all.iter().all(|entry| verifier.take(entry).is_ok()));
        let page = desk.read(|conn| views::page(conn, "air-quality")).unwrap();
        assert_eq!((page.department_slug.as_str(), page.fields.len(), page.has_feed), ("health", 2, false));
    }
}

#[test]
fn only_managers_of_the_department_change_its_datasets() {
    for office in offices() {
        let desk = &office.desk.desk;
        office.add("noise", "Noise", &[]);
        let version = catalogue::for_staff(desk, &office.reviewer, "noise").unwrap().version;
        for other in [&office.reviewer, &office.stranger, &office.administrator] {
            let refused = catalogue::edit(desk, other, "noise", Edit::Tier(Tier::Open), version).unwrap_err();
            assert_eq!(fault(&refused), "missing", "{}", other.actor.name);
            let refused = catalogue::set_credential(desk, other, "noise", None, version).unwrap_err();
            assert_eq!(fault(&refused), "missing");
            let refused = catalogue::create(desk, other, office.health, ("more", "More", "More.")).unwrap_err();
            assert_eq!(fault(&refused), "missing");
        }
        assert_eq!(fault(&catalogue::for_staff(desk, &office.stranger, "noise").unwrap_err()), "missing");
        assert_eq!(fault(&catalogue::for_staff(desk, &office.stranger, "never-was").unwrap_err()), "missing");
    }
}

#[test]
fn the_bounds_of_a_feed_are_kept_and_held_to_their_own() {
    for office in offices() {
        office.add("noise", "Noise", &[]);
        let bounded = |bounds| {
            let url = "https://feeds.example.org/".to_owned();
            Edit::Upstream(Some(Upstream { url, credential_header: None, timeout_ms: 5_000, bounds }))
        };
        let most = UpstreamBounds {
            answer_max_kib: Some(UpstreamBounds::ANSWER_MAX_KIB),
            request_max_kib: Some(UpstreamBounds::REQUEST_MAX_KIB),
            headers_max_kib: Some(UpstreamBounds::HEADERS_MAX_KIB),
            keep_seconds: UpstreamBounds::KEEP_MAX_SECONDS,
        };
        office.edit("noise", bounded(most)).unwrap();
        let beyond = [
            UpstreamBounds { answer_max_kib: Some(UpstreamBounds::ANSWER_MAX_KIB + 1), ..most },
            UpstreamBounds { request_max_kib: Some(0), ..most },
            UpstreamBounds { headers_max_kib: Some(UpstreamBounds::HEADERS_MAX_KIB + 1), ..most },
            UpstreamBounds { headers_max_kib: Some(0), ..most },
            UpstreamBounds { keep_seconds: UpstreamBounds::KEEP_MAX_SECONDS + 1, ..most },
        ];
        for bounds in beyond {
            assert!(office.edit("noise", bounded(bounds)).is_err(), "{bounds:?}");
        }
        let kept = catalogue::for_staff(&office.desk.desk, &office.manager, "noise").unwrap().upstream;
        assert_eq!(kept.unwrap().bounds, most);
    }
}

#[test]
fn a_stale_version_changes_nothing() {
    for office in offices() {
        let desk = &office.desk.desk;
        office.add("noise", "Noise", &[]);
        let read = catalogue::for_staff(desk, &office.manager, "noise").unwrap().version;
        office.edit("noise", upstream("https://feeds.example.org/", Some("X-Api-Key"))).unwrap();
        let secret = SecretString::from("s3cret");
        for stale in [
            catalogue::edit(desk, &office.manager, "noise", Edit::Tier(Tier::Open), read),
            catalogue::edit(desk, &office.manager, "noise", Edit::Tier(Tier::Open), read + 7),
            catalogue::set_credential(desk, &office.manager, "noise", Some(&secret), read),
        ] {
            assert_eq!(fault(&stale.unwrap_err()), "stale");
        }
        let now = catalogue::for_staff(desk, &office.manager, "noise").unwrap();
        assert_eq!(now.tier, None);
        assert!(!desk.read(|conn| views::has_credential(conn, now.id)).unwrap());
        assert_eq!(office.acts("noise").len(), 3, "a refused act leaves no entry");
    }
}

#[test]
fn what_staff_edit_is_remembered_by_field() {
    for office in offices() {
        let desk = &office.desk.desk;
        office.add("noise", "Noise", &["sound"]);
        let edited = catalogue::for_staff(desk, &office.manager, "noise").unwrap().edited;
        assert_eq!(edited.into_iter().collect::<Vec<_>>(), [MetadataField::Keywords]);
    }
}

#[test]
fn bad_parts_are_named_and_change_nothing() {
    for office in offices() {
        let desk = &office.desk.desk;
        office.add("noise", "Noise", &[]);
        let many = |count: usize| (0..count).map(|at| field(&format!("f{at}"))).collect::<Vec<_>>();
        let operation = |at: usize| Operation::usual().into_iter().nth(at % 3).unwrap();
        let cases: Vec<(Edit, &str)> = vec![
            (Edit::Fields(many(FIELDS_MAX + 1)), "fields:too_many"),
            (Edit::Fields(vec![field("a"), field("a")]), "fields.1.name:repeated"),
            (
                Edit::Fields(vec![field(""), Field { kind: "\u{202E}".to_owned(), ..field("b") }]),
                "fields.0.name:required fields.1.kind:hidden_character",
            ),
            (Edit::Operations(Vec::new()), "operations:wrong_count"),
            (Edit::Operations((0..=OPERATIONS_MAX).map(operation).collect()), "operations:wrong_count"),
            (Edit::Operations((0..4).map(operation).collect()), "operations:repeated"),
            (upstream("ftp://feeds.example.org/", None), "url:not_a_web_address"),
            (upstream("https://feeds.example.org/?key=1", None), "url:upstream_invalid"),
            (upstream("http://10.0.0.8/", None), "url:address_not_allowed"),
            (upstream("http://[::ffff:169.254.169.254]/", None), "url:address_not_allowed"),
            (upstream("https://feeds.example.org/", Some("Host")), "credential_header:upstream_invalid"),
            (upstream("https://feeds.example.org/", Some("X Key\r\n")), "credential_header:upstream_invalid"),
        ];
        let before = catalogue::for_staff(desk, &office.manager, "noise").unwrap();
        for (edit, expected) in cases {
            let shown = format!("{edit:?}");
            assert_eq!(fault(&office.edit("noise", edit).unwrap_err()), expected, "{shown}");
        }
        assert_eq!(catalogue::for_staff(desk, &office.manager, "noise").unwrap(), before);
        office.edit("noise", Edit::Fields(many(FIELDS_MAX))).unwrap();
        for (slug, expected) in [("noise", "slug:taken"), ("api", "slug:reserved"), ("No Slug", "slug:not_a_slug")] {
            let made = catalogue::create(desk, &office.manager, office.health, (slug, "Title", "Text."));
            assert_eq!(fault(&made.unwrap_err()), expected);
        }
    }
}

#[test]
fn a_credential_is_sealed_never_shown_and_stays_with_its_host() {
    for office in offices() {
        let desk = &office.desk.desk;
        office.add("noise", "Noise", &[]);
        let set = |text: &str| {
            let known = catalogue::for_staff(desk, &office.manager, "noise")?;
            catalogue::set_credential(desk, &office.manager, "noise", Some(&SecretString::from(text)), known.version)
        };
        assert_eq!(fault(&set("s3cret").unwrap_err()), "credential_header_needed");
        office.edit("noise", upstream("https://feeds.example.org/a", Some("X-Api-Key"))).unwrap();
        for bad in ["", " s3cret", "s3\r\ncret", "s3crét"] {
            assert_eq!(fault(&set(bad).unwrap_err()), "credential:credential_invalid");
        }
        let known = set("s3cret").unwrap();
        let open = |desk: &Desk| desk.read(|conn| catalogue::credential(desk, conn, known.id)).unwrap();
        assert_eq!(open(desk).unwrap().expose_secret(), "s3cret");
        let sealed = desk.read(|conn| datasets::secret(conn, known.id)).unwrap().unwrap();
        assert!(!sealed.contains("s3cret"));
        office.edit("noise", upstream("https://feeds.example.org/b", Some("x-api-key"))).unwrap();
        assert!(open(desk).is_some(), "another path of the same host");
        office.edit("noise", upstream("https://evil.example.org/b", Some("X-Api-Key"))).unwrap();
        assert!(open(desk).is_none(), "another host never sees it");
        let story = format!("{:?}", office.acts("noise"));
        assert!(!story.contains("s3cret") && !story.contains(&sealed));
        assert_eq!(story.matches("dataset.set_credential").count(), 2);
    }
}

fn titles(found: &[views::Listed]) -> Vec<&str> {
    found.iter().map(|listed| listed.title.as_str()).collect()
}

fn four(office: &Office) {
    for (slug, title, keywords, tier) in [
        ("air", "air quality", &["air", "ozone_ppm"][..], Some(Tier::Open)),
        ("beach", "Beach water", &["Water"][..], Some(Tier::Registered)),
        ("heat", "Heat islands", &["air", "100%"][..], Some(Tier::Registered)),
        ("rats", "Rat sightings", &[][..], None),
    ] {
        office.add(slug, title, keywords);
        if let Some(tier) = tier {
            office.edit(slug, Edit::Tier(tier)).unwrap();
        }
        office.edit(slug, Edit::Publish(true)).unwrap();
    }
    office.add("hidden", "Hidden air", &["air"]);
}

#[test]
fn visitors_find_what_is_published_by_words_tier_keyword_and_department() {
    for office in offices() {
        four(&office);
        let find =
            |search: &views::Search| office.desk.desk.read(|conn| views::search(conn, search, None, 50)).unwrap();
        let words = |words: &str| views::Search { words: words.to_owned(), ..views::Search::default() };
        assert_eq!(titles(&find(&words(""))), ["air quality", "Beach water", "Heat islands", "Rat sightings"]);
        assert_eq!(titles(&find(&words("AIR measures"))), ["air quality", "Heat islands"]);
        assert_eq!(titles(&find(&words("ozone_p"))), ["air quality"]);
        assert_eq!(titles(&find(&words("ozone%ppm"))), [""; 0], "wildcards are letters like others");
        assert_eq!(titles(&find(&words("100%"))), ["Heat islands"]);
        assert_eq!(titles(&find(&words("' OR 1=1 --"))), [""; 0]);
        let keyword = |word: &str| views::Search { keyword: Some(word.to_owned()), ..views::Search::default() };
        assert_eq!(titles(&find(&keyword("water"))), ["Beach water"]);
        assert_eq!(titles(&find(&keyword("WATER"))), ["Beach water"]);
        assert_eq!(titles(&find(&keyword("wat"))), [""; 0], "whole keywords only");
        let tier = |tier| views::Search { tier: views::TierFilter::from_word(tier), ..views::Search::default() };
        assert_eq!(titles(&find(&tier("1"))), ["Beach water", "Heat islands"]);
        assert_eq!(titles(&find(&tier("unset"))), ["Rat sightings"]);
        let of = |slug: &str| views::Search { department: Some(slug.to_owned()), ..views::Search::default() };
        assert_eq!((find(&of("health")).len(), find(&of("police")).len()), (4, 0));
        assert!(office.desk.desk.read(|conn| views::page(conn, "hidden")).is_err());
    }
}

#[test]
fn pages_of_a_search_hold_each_dataset_once() {
    for office in offices() {
        four(&office);
        let search = views::Search::default();
        let mut seen = Vec::new();
        let mut after: Option<[String; 2]> = None;
        loop {
            let page = office.desk.desk.read(|conn| views::search(conn, &search, after.as_ref(), 3)).unwrap();
            let Some(last) = page.last() else { break };
            after = Some(last.place());
            seen.extend(page.into_iter().map(|listed| listed.title));
        }
        assert_eq!(seen, ["air quality", "Beach water", "Heat islands", "Rat sightings"], "{}", office.desk.backend);
    }
}

#[test]
fn counts_say_what_a_choice_would_give() {
    for office in offices() {
        four(&office);
        let chosen = views::Search { tier: views::TierFilter::from_word("1"), ..views::Search::default() };
        let facets = office.desk.desk.read(|conn| views::facets(conn, &chosen)).unwrap();
        assert_eq!(facets.total, 2);
        assert_eq!(facets.departments, [("health".to_owned(), "Health Department".to_owned(), 2)]);
        let tiers: Vec<_> = facets.tiers.iter().map(|(tier, count)| (tier.as_str(), *count)).collect();
        assert_eq!(tiers, [("0", 1), ("1", 2), ("unset", 1)], "tiers are counted without the tier chosen");
        let keywords: Vec<_> = facets.keywords.iter().map(|(word, count)| (word.as_str(), *count)).collect();
        assert_eq!(keywords, [("100%", 1), ("air", 1), ("water", 1)]);
        for (tier, count) in facets.tiers {
            let search = views::Search { tier: Some(tier), ..views::Search::default() };
            let found = office.desk.desk.read(|conn| views::search(conn, &search, None, 50)).unwrap();
            assert_eq!(found.len(), count);
        }
    }
}

#[test]
fn a_department_lists_what_still_needs_a_tier_first() {
    for office in offices() {
        four(&office);
        let desk = &office.desk.desk;
        let list = |wanted: &views::StaffSearch| -> Vec<String> {
            let found = desk.read(|conn| views::of_departments(conn, &[office.health], wanted, 50)).unwrap();
            found.into_iter().map(|row| row.slug).collect()
        };
        assert_eq!(list(&views::StaffSearch::default()), ["hidden", "rats", "air", "beach", "heat"]);
        let unpublished = views::StaffSearch { is_published: Some(false), ..views::StaffSearch::default() };
        assert_eq!(list(&unpublished), ["hidden"]);
        assert!(desk.read(|conn| views::of_departments(conn, &[], &unpublished, 50)).unwrap().is_empty());
    }
}

#[test]
fn data_json_is_valid_and_says_what_each_tier_means() {
    for office in offices() {
        four(&office);
        let desk = &office.desk.desk;
        let plates = "License plate reads";
        office.add("plates", plates, &[]);
        for (slug, tier) in [("beach", Tier::Conditioned), ("heat", Tier::Restricted), ("plates", Tier::Prohibited)] {
            office.edit(slug, Edit::Tier(tier)).unwrap();
            office.edit(slug, upstream("http://127.0.0.1:8099/secret-path", None)).unwrap();
            office.edit(slug, Edit::Publish(true)).unwrap();
        }
        let json =
            interchange::data_json(desk, "https://data.norwalk.example/", "https://gate.norwalk.example").unwrap();
        assert_eq!(validate(&json), []);
        let found = |title: &str| {
            let all = json["dataset"].as_array().unwrap();
            all.iter().find(|record| record["title"] == title).unwrap().clone()
        };
        assert_eq!(found("air quality")["accessLevel"], "public");
        for title in ["Beach water", "Heat islands"] {
            let record = found(title);
            assert_eq!(record["accessLevel"], "restricted public");
            assert!(record["rights"].as_str().unwrap().contains("agreement"));
            let url = record["distribution"][0]["accessURL"].as_str().unwrap();
            assert!(url.starts_with("https://gate.norwalk.example/"), "{url}");
        }
        let closed = found(plates);
        assert_eq!((&closed["accessLevel"], &closed["distribution"]), (&Value::from("non-public"), &Value::Null));
        assert!(closed["rights"].as_str().unwrap().contains("26-14"), "{closed}");
        let text = json.to_string();
        assert!(!text.contains("127.0.0.1") && !text.contains("Hidden air"));
        let again = interchange::import(desk, &Caller::service("test"), office.health, "own", text.as_bytes()).unwrap();
        assert_eq!((again.created, again.skipped), (0, 0), "our own catalogue finds our own datasets");
    }
}
