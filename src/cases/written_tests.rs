//! What people write for others to read: nothing hidden in it, and no name that only the city may use.

use std::collections::BTreeMap;
use std::time::Duration;

use secrecy::SecretString;

use super::accounts::{self, Registration};
use super::apply::{self, Signature, Wanted};
use super::apply_tests::{City, cities, code, draft, item, signature, submit};
use super::keys::{self, KeyForm};
use super::passwords::HashingPool;
use super::review::{self, Decided};
use super::{CaseError, agree, enforce};
use crate::domain::application::State;
use crate::domain::hold::HoldTarget;
use crate::domain::id::AgreementId;
use crate::domain::review::{Advice, Condition, ConditionKind};

/// Reads as one thing and is another: right-to-left override, zero width, a byte order mark, a bell.
const TRICKS: [&str; 4] = ["ok \u{202E}txt.exe", "pay\u{200B}pal", "\u{FEFF}x\u{2066}y", "ring\u{7}"];

fn condition(text: &str, basis: &str) -> Condition {
    let (text, basis) = (text.to_owned(), basis.to_owned());
    Condition { text, kind: ConditionKind::Promise, basis, is_precedent: false }
}

fn must_be_refused(what: &str, trick: &str, result: Result<(), CaseError>) {
    let error = result.err().unwrap_or_else(|| panic!("{what} took {trick:?}"));
    let told = ["control_character", "hidden_character", "condition_unreadable", "key_name", "not_one_line"];
    assert!(told.contains(&code(&error)), "{what}, {trick:?}: {error}");
}

fn granted(city: &City) -> AgreementId {
    let id = draft(city, &["bike-share"]);
    let State::Executed { agreement, .. } = submit(city, id) else { panic!("not executed") };
    agreement
}

#[test]
fn hidden_characters_are_refused_wherever_people_write() {
    for city in cities() {
        let desk = &city.desk.desk;
        let (maria, manager, office) = (&city.maria, &city.managers[0], city.departments[0]);
        let agreement = granted(&city);
        let (open, sent) = (draft(&city, &["parking"]), draft(&city, &["parking"]));
        let signed = signature(&city, open);
        submit(&city, sent);
        let asked = item(&city, sent, "parking");
        let version = apply::list(desk, maria).unwrap().iter().find(|one| one.id == open).unwrap().version;
        let decide = |condition| {
            review::decide(desk, manager, sent, asked, Decided::Approve(vec![condition]), "Fine.").map(|_| ())
        };
        for trick in TRICKS {
            for question in ["title", "purpose", "organisation", "signatory"] {
                let answers = [(question.to_owned(), trick.to_owned())];
                must_be_refused(question, trick, apply::save(desk, maria, open, &answers, None, version));
            }
            let typed = Signature { name: trick.to_owned(), ..signed.clone() };
            must_be_refused("a signature", trick, apply::submit(desk, maria, open, &typed).map(|_| ()));
            must_be_refused("a message", trick, apply::message(desk, maria, sent, office, trick));
            must_be_refused("a note", trick, review::note(desk, manager, sent, office, trick));
            must_be_refused("a question", trick, review::ask(desk, manager, sent, office, trick));
            let advice = (Advice::Approve, trick);
            must_be_refused("advice", trick, review::recommend(desk, &city.reviewer, sent, asked, advice));
            must_be_refused("a condition", trick, decide(condition(trick, "")));
            must_be_refused("its basis", trick, decide(condition("Be careful.", trick)));
            let decided = review::decide(desk, manager, sent, asked, Decided::Approve(Vec::new()), trick);
            must_be_refused("a statement", trick, decided.map(|_| ()));
            must_be_refused("an end", trick, agree::terminate(desk, maria, agreement, None, trick));
            let paused = enforce::pause(desk, maria, HoldTarget::Agreement(agreement), trick);
            must_be_refused("a hold", trick, paused.map(|_| ()));
            let scopes = vec!["bike-share:read".to_owned()];
            let form = KeyForm { name: trick.to_owned(), scopes, ..KeyForm::default() };
            let wish = form.read(chrono_tz::America::New_York);
            let made = wish.and_then(|wish| keys::create(desk, maria, agreement, &wish));
            must_be_refused("a key's name", trick, made.map(|_| ()));
        }
        assert_eq!(
            apply::save(desk, maria, open, &[], None, version).map_err(|error| code(&error)),
            Ok(()),
            "unchanged"
        );
    }
}

#[test]
fn a_reason_for_a_field_is_never_cut_short_in_silence() {
    for city in cities() {
        let desk = &city.desk.desk;
        let manager = &city.managers[0];
        let version = super::catalogue::for_staff(desk, manager, "parking").unwrap().version;
        let field = crate::domain::catalogue::Field {
            name: "load".to_owned(),
            kind: "string".to_owned(),
            description: "Where the network is near its limit".to_owned(),
            sensitivity: crate::domain::catalogue::Sensitivity::Sensitive,
        };
        super::catalogue::edit(desk, manager, "parking", super::catalogue::Edit::Fields(vec![field]), version).unwrap();
        let id = draft(&city, &["parking"]);
        let wish = |why: String| {
            let sensitive = BTreeMap::from([("load".to_owned(), why)]);
            vec![Wanted { slug: "parking".to_owned(), operations: vec!["read".to_owned()], sensitive }]
        };
        let saved = apply::save(desk, &city.maria, id, &[], Some(&wish("x".repeat(1_001))), 2);
        assert_eq!(code(&saved.unwrap_err()), "too_long");
        apply::save(desk, &city.maria, id, &[], Some(&wish("x".repeat(1_000))), 2).unwrap();
    }
}

#[test]
fn an_application_asks_for_no_more_datasets_than_people_can_read() {
    for city in cities() {
        let desk = &city.desk.desk;
        let many = vec!["parking".to_owned(); 101];
        assert_eq!(code(&apply::start(desk, &city.maria, &many).unwrap_err()), "too_many");
        let id = draft(&city, &["parking"]);
        let wish = Wanted { slug: "parking".to_owned(), operations: vec!["read".to_owned()], ..Wanted::default() };
        let saved = apply::save(desk, &city.maria, id, &[], Some(&vec![wish; 101]), 2);
        assert_eq!(code(&saved.unwrap_err()), "too_many");
    }
}

#[actix_web::test]
async fn only_the_city_goes_by_the_names_of_its_offices() {
    for city in cities() {
        let desk = &city.desk.desk;
        let pool = HashingPool::new(2, Duration::from_secs(30));
        for name in ["City IT", "C1ty IТ", "Norwalk Pοlice", "The City Clerk", "NORWALK  CITY", "Accord Support"] {
            let wish = Registration {
                name: name.to_owned(),
                email: "somebody@people.example".to_owned(),
                password: SecretString::from("plover tangent oyster mill"),
                language: "en".to_owned(),
                next: String::new(),
            };
            let registered = accounts::register(desk, &pool, city.maria.clone(), wish).await;
            assert_eq!(code(&registered.unwrap_err()), "reserved_name", "{name}");
            let edited = accounts::edit_profile(desk, &city.maria, (name, "en"), 1);
            assert_eq!(code(&edited.unwrap_err()), "reserved_name", "{name}");
            let id = draft(&city, &["parking"]);
            let answers = [("organisation".to_owned(), name.to_owned())];
            apply::save(desk, &city.maria, id, &answers, None, 2).unwrap();
            let gaps = apply::gaps(desk, &city.maria, id).unwrap();
            assert_eq!(gaps.iter().map(|gap| gap.code).collect::<Vec<_>>(), ["reserved_name"], "{name}");
        }
    }
}
