//! The public register on both databases: whom it names, what it keeps back, and that it is computed once a minute.

use super::apply_tests::{City, approve, cities, deny, draft, submit};
use super::{agree, apply, register};
use crate::domain::application::State;
use crate::domain::register::Count;
use crate::store::applications;

fn later(city: &City, seconds: i64) {
    let clock = &city.desk.desk.clock;
    clock.set(clock.now() + chrono::Duration::seconds(seconds));
}

fn as_organisation(city: &City, slug: &str) -> crate::domain::id::ApplicationId {
    let desk = &city.desk.desk;
    let id = draft(city, &[slug]);
    let version = desk.read(|conn| applications::by_id(conn, id)).unwrap().version;
    let answers = [("requester_type", "company"), ("organisation", "Bay Finder, Inc.")];
    let answers = answers.map(|(name, text)| (name.to_owned(), text.to_owned()));
    apply::save(desk, &city.maria, id, &answers, None, version).unwrap();
    id
}

#[test]
fn it_names_organisations_and_no_individual() {
    for city in cities() {
        let desk = &city.desk.desk;
        let alone = draft(&city, &["bike-share"]);
        assert!(matches!(submit(&city, alone), State::Executed { .. }));
        let company = as_organisation(&city, "parking");
        submit(&city, company);
        let state = approve(&city, &city.managers[0], company, "parking").unwrap();
        let State::Executed { agreement, .. } = state else { panic!("{state:?}") };
        let shown = register::read(desk).unwrap();
        let lines: Vec<_> = shown.in_force.iter().map(|line| (line.dataset.as_str(), line.holder.as_str())).collect();
        assert_eq!(lines, [("bike-share", "An individual"), ("parking", "Bay Finder, Inc.")]);
        let everything = serde_json::to_string(&*shown).unwrap();
        for personal in ["Maria", "Gonzalez", "people.example", "Find a bay", "Owner"] {
            assert!(!everything.contains(personal), "{personal} stands in {everything}");
        }
        later(&city, 30);
        agree::terminate(desk, &city.maria, agreement, None, "Over, says Maria.").unwrap();
        assert_eq!(register::read(desk).unwrap().in_force.len(), 2, "kept for a minute");
        later(&city, 61);
        let shown = register::read(desk).unwrap();
        assert_eq!(shown.in_force.len(), 1);
        let newest = &shown.changes[0];
        assert_eq!(newest.title, "DSA-2026-0002: ended before its term, Bay Finder, Inc., parking");
        for name in register::TABLES {
            assert!(register::sheet(&shown, name).is_some(), "{name}");
        }
        assert!(register::sheet(&shown, "people").is_none());
    }
}

#[test]
fn few_denials_are_kept_back_and_many_are_shown_with_the_median_of_days() {
    for city in cities() {
        let desk = &city.desk.desk;
        for at in 0..6 {
            let id = draft(&city, &["parking"]);
            submit(&city, id);
            later(&city, 86_400 * (at + 1));
            deny(&city, &city.managers[0], id, "parking");
            if at == 1 {
                let few = register::read(desk).unwrap();
                assert_eq!((few.denials.rows.len(), few.denials.total), (1, Count::Hidden));
                assert_eq!((few.waits[0].decisions, few.waits[0].median_days), (Count::Hidden, None));
                assert_eq!(few.median_days, None, "two are too few to say anything of");
            }
            later(&city, 61);
        }
        let shown = register::read(desk).unwrap();
        assert_eq!(shown.denials.total, Count::Shown(6));
        assert!(shown.denials.rows[0].name.starts_with("D7 "), "{:?}", shown.denials);
        assert_eq!((shown.waits[0].decisions, shown.waits[0].median_days), (Count::Shown(6), Some(4)));
        assert_eq!(shown.median_days, Some(4), "all of them are of one department");
        later(&city, 86_400 * 31 * 24);
        assert_eq!(register::read(desk).unwrap().denials.total, Count::Shown(0), "it looks back two years");
    }
}
