//! What departments are told by mail, to their contact address and to their people, in the transaction of the act.

use diesel::connection::SimpleConnection;

use super::apply_tests::{City, approve, cities, code, draft, item, signature, submit};
use super::review::{self, Decided};
use super::{Caller, agree, apply, staff};
use crate::domain::application::State;
use crate::domain::id::{AgreementId, ApplicationId};
use crate::domain::notice::NoticeKind;
use crate::domain::review::{Condition, ConditionKind};
use crate::store::outbox::{self, Message};
use crate::store::{StoreError, applications, people};

/// Messages of a kind, oldest first.
fn told(city: &City, kind: NoticeKind) -> Vec<Message> {
    let mut all = city.desk.desk.read(|conn| outbox::newest(conn, None, 500)).unwrap();
    all.retain(|message| message.kind == kind);
    all.reverse();
    all
}

fn addresses(messages: &[Message]) -> Vec<&str> {
    let mut found: Vec<_> = messages.iter().map(|message| message.address.as_str()).collect();
    found.sort_unstable();
    found
}

fn contact(city: &City, department: usize) -> String {
    city.desk.desk.read(|conn| people::department_by_id(conn, city.departments[department])).unwrap().email
}

/// The contact and the people of the first department, in the order of the alphabet.
fn first_office(city: &City) -> Vec<String> {
    let mut all = vec![
        contact(city, 0),
        "manager.0@people.example".to_owned(),
        "rita.reviewer@people.example".to_owned(),
        "second.manager@people.example".to_owned(),
    ];
    all.sort();
    all
}

fn promised(city: &City, id: ApplicationId) -> State {
    let text = "Show the city's name.".to_owned();
    let promise = Condition { text, kind: ConditionKind::Promise, basis: String::new(), is_precedent: false };
    let parking = item(city, id, "parking");
    let decided = Decided::Approve(vec![promise]);
    review::decide(&city.desk.desk, &city.managers[0], id, parking, decided, "Fine so.").unwrap()
}

fn agreement_of(state: &State) -> AgreementId {
    let State::Executed { agreement, .. } = state else { panic!("{state:?}") };
    *agreement
}

#[test]
fn each_department_is_told_of_a_submission_once_with_its_own_datasets_only() {
    for city in cities() {
        let id = draft(&city, &["parking", "air-quality"]);
        assert!(told(&city, NoticeKind::ApplicationToReview).is_empty(), "nobody hears of a draft");
        submit(&city, id);
        let all = told(&city, NoticeKind::ApplicationToReview);
        let second = contact(&city, 1);
        let (theirs, ours): (Vec<_>, Vec<_>) = all
            .into_iter()
            .partition(|message| message.address == second || message.address == "manager.1@people.example");
        assert_eq!(addresses(&ours), first_office(&city), "{}", city.desk.backend);
        assert_eq!(theirs.len(), 2);
        assert!(ours.iter().all(|message| message.facts["datasets"] == "parking"));
        assert!(theirs.iter().all(|message| message.facts["datasets"] == "air quality"));
        assert!(ours.iter().all(|message| message.facts["path"] == format!("/review/{id}")));
        assert!(told(&city, NoticeKind::ApplicationResubmitted).is_empty());
    }
}

#[test]
fn a_contact_that_is_one_of_the_people_gets_one_mail() {
    for city in cities() {
        let desk = &city.desk.desk;
        let department = desk.read(|conn| people::department_by_id(conn, city.departments[0])).unwrap();
        let (id, service) = (department.id, Caller::service("test"));
        let edit = (department.name.as_str(), "Rita.Reviewer@people.example");
        staff::edit_department(desk, &service, id, edit, department.version).unwrap();
        submit(&city, draft(&city, &["parking"]));
        let all = told(&city, NoticeKind::ApplicationToReview);
        assert_eq!(all.len(), 3, "{:?}", addresses(&all));
        let rita = all.iter().filter(|message| message.address.eq_ignore_ascii_case("rita.reviewer@people.example"));
        assert_eq!(rita.count(), 1);
    }
}

#[test]
fn an_application_sent_again_says_that_it_was_changed() {
    for city in cities() {
        let desk = &city.desk.desk;
        let id = draft(&city, &["parking"]);
        submit(&city, id);
        review::ask(desk, &city.reviewer, id, city.departments[0], "Hourly?").unwrap();
        let version = desk.read(|conn| applications::by_id(conn, id)).unwrap().version;
        let answers = [("purpose".to_owned(), "Show free bays by the hour.".to_owned())];
        apply::save(desk, &city.maria, id, &answers, None, version).unwrap();
        submit(&city, id);
        let again = told(&city, NoticeKind::ApplicationResubmitted);
        assert_eq!(addresses(&again), first_office(&city));
        assert_eq!(told(&city, NoticeKind::ApplicationToReview).len(), 4, "the first time only");
    }
}

#[test]
fn a_withdrawal_is_told_unless_nobody_had_seen_it() {
    for city in cities() {
        let desk = &city.desk.desk;
        apply::withdraw(desk, &city.maria, draft(&city, &["parking"]), "").unwrap();
        assert!(told(&city, NoticeKind::Withdrawn).is_empty());
        let id = draft(&city, &["parking"]);
        submit(&city, id);
        apply::withdraw(desk, &city.maria, id, "We found another way.").unwrap();
        assert_eq!(addresses(&told(&city, NoticeKind::Withdrawn)), first_office(&city));
    }
}

#[test]
fn an_offer_that_lapses_is_told_to_the_department_too() {
    for city in cities() {
        let desk = &city.desk.desk;
        let id = draft(&city, &["parking"]);
        submit(&city, id);
        assert!(matches!(promised(&city, id), State::Offered { .. }));
        let days = i64::from(desk.profile.agreement.offer_lapses_days);
        desk.clock.set(desk.clock.now() + chrono::Duration::days(days + 1));
        assert_eq!(agree::lapse_offers(desk).unwrap(), 1);
        assert_eq!(addresses(&told(&city, NoticeKind::OfferLapsed)), ["maria.gonzalez@people.example"]);
        assert_eq!(addresses(&told(&city, NoticeKind::OfferUnsigned)), first_office(&city));
        assert!(told(&city, NoticeKind::AgreementBegun).is_empty(), "an offer is no agreement in force");
    }
}

#[test]
fn every_way_into_force_is_told_to_the_departments_whose_data_it_is() {
    for city in cities() {
        let desk = &city.desk.desk;
        // By click-through: nothing is to review, and still they learn who has their data.
        let clicked = agreement_of(&submit(&city, draft(&city, &["bike-share"])));
        assert!(told(&city, NoticeKind::ApplicationToReview).is_empty());
        let begun = told(&city, NoticeKind::AgreementBegun);
        assert_eq!(addresses(&begun), first_office(&city));
        let facts = &begun[0].facts;
        assert_eq!((facts["datasets"].as_str(), facts["holder"].as_str()), ("bike share", "Maria Gonzalez"));
        assert_eq!(facts["path"], format!("/review/agreements/{clicked}"));
        assert!(facts["number"].starts_with("DSA-") && facts["application"].starts_with("APP-"), "{facts:?}");

        // By the last decision: the department that refused has no part in it.
        let id = draft(&city, &["parking", "air-quality"]);
        submit(&city, id);
        approve(&city, &city.managers[0], id, "parking").unwrap();
        agreement_of(&approve(&city, &city.managers[1], id, "air-quality").unwrap());
        let begun = told(&city, NoticeKind::AgreementBegun);
        assert_eq!(begun.len(), 4 + 4 + 2);
        let second = contact(&city, 1);
        let to_second = begun.iter().find(|message| message.address == second).unwrap();
        assert_eq!(to_second.facts["datasets"], "air quality");

        // By the signature under an offer.
        let id = draft(&city, &["parking"]);
        submit(&city, id);
        let State::Offered { agreement, .. } = promised(&city, id) else { panic!() };
        assert_eq!(told(&city, NoticeKind::AgreementBegun).len(), 10, "offered is not in force");
        let offered = agree::mine(desk, &city.maria, agreement).unwrap().agreement;
        let terms = desk.read(|conn| crate::store::terms::by_id(conn, offered.terms)).unwrap();
        let signed = apply::Signature {
            reviewed: String::new(),
            terms: terms.id.to_string(),
            terms_hash: terms.hash.to_string(),
            text_hash: offered.text_hash,
            name: "Maria Gonzalez".to_owned(),
            title: "Owner".to_owned(),
            has_authority: true,
            consents: true,
            declarations: Vec::new(),
        };
        apply::sign(desk, &city.maria, id, &signed).unwrap();
        assert_eq!(told(&city, NoticeKind::AgreementBegun).len(), 14);
    }
}

#[test]
fn an_end_is_told_with_its_reason() {
    for city in cities() {
        let desk = &city.desk.desk;
        let first = agreement_of(&submit(&city, draft(&city, &["bike-share"])));
        let second = agreement_of(&submit(&city, draft(&city, &["bike-share"])));
        agree::terminate(desk, &city.maria, first, None, "The app is closed.").unwrap();
        let over = told(&city, NoticeKind::AgreementOver);
        assert_eq!(addresses(&over), first_office(&city));
        assert_eq!(over[0].facts["reason"], "The app is closed.");
        let ends_at = agree::mine(desk, &city.maria, second).unwrap().agreement.execution().unwrap().ends_at;
        desk.clock.set(ends_at);
        assert_eq!(agree::expire_agreements(desk).unwrap(), 1);
        let over = told(&city, NoticeKind::AgreementOver);
        assert_eq!((over.len(), over[7].facts["reason"].as_str()), (8, ""));
    }
}

#[test]
fn no_department_is_told_of_what_did_not_happen() {
    for city in cities() {
        let desk = &city.desk.desk;
        let signed = {
            let id = draft(&city, &["parking"]);
            (id, signature(&city, id))
        };
        let trigger = if city.desk.backend == "sqlite" {
            "CREATE TRIGGER fail BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END"
        } else {
            "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END'; \
             CREATE TRIGGER fail BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION fail()"
        };
        desk.store.read(|conn| conn.batch_execute(trigger).map_err(StoreError::from)).unwrap();
        let before = desk.read(|conn| outbox::newest(conn, None, 500)).unwrap().len();
        assert_eq!(code(&apply::submit(desk, &city.maria, signed.0, &signed.1).unwrap_err()), "store");
        assert_eq!(desk.read(|conn| outbox::newest(conn, None, 500)).unwrap().len(), before);
    }
}
