//! A person leaves for good: what ends, what stays, what stands in the way, on both databases.

use std::time::Duration;

use secrecy::SecretString;

use super::accounts::{self, Registration};
use super::apply_tests::{City, approve, cities, code, draft, submit};
use super::keys::form::KeyForm;
use super::links::{self, Purpose};
use super::passwords::{self, HashingPool};
use super::testing::CHEAP;
use super::{Caller, CaseError, Intent, agree, closing, enforce, keys, staff};
use crate::domain::agreement::AgreementState;
use crate::domain::application::State;
use crate::domain::audit::Verifier;
use crate::domain::closing::CLOSED_NAME;
use crate::domain::hold::{HoldReason, HoldTarget};
use crate::domain::id::{AgreementId, KeyId};
use crate::domain::key::KeyState;
use crate::domain::notice::NoticeKind;
use crate::domain::people::{Actor, Role, RoleGrant};
use crate::store::people::{self, Account};
use crate::store::{agreements, applications, destructions, keys as stored, outbox, sessions};

const PASSWORD: &str = "plover tangent oyster mill";
const EMAIL: &str = "maria.gonzalez@people.example";

fn pool() -> HashingPool {
    HashingPool::new(2, Duration::from_secs(30))
}

fn give_password(city: &City, who: &Caller) {
    let hash = passwords::hash(&SecretString::from(PASSWORD), CHEAP).unwrap();
    let id = who.actor.account.unwrap();
    let desk = &city.desk.desk;
    desk.read(|conn| {
        let account = people::account_by_id(conn, id)?;
        people::update_account(conn, &Account { password_hash: Some(hash), ..account })
    })
    .unwrap();
}

async fn close(city: &City, who: &Caller, password: &str, typed: &str) -> Result<(), CaseError> {
    let words = (SecretString::from(password), typed.to_owned());
    closing::close(&city.desk.desk, &pool(), who.clone(), words).await
}

/// An agreement in force with a key, and a draft.
fn holdings(city: &City) -> (AgreementId, KeyId) {
    let id = draft(city, &["parking"]);
    submit(city, id);
    let State::Executed { agreement, .. } = approve(city, &city.managers[0], id, "parking").unwrap() else { panic!() };
    let form = KeyForm { name: "Map".to_owned(), scopes: vec!["parking:read".to_owned()], ..KeyForm::default() };
    let wish = form.read(chrono_tz::America::New_York).unwrap();
    (agreement, keys::create(&city.desk.desk, &city.maria, agreement, &wish).unwrap().key.id)
}

#[actix_web::test]
async fn closing_ends_what_one_holds_alone_and_erases_what_is_no_record() {
    for city in cities() {
        let desk = &city.desk.desk;
        give_password(&city, &city.maria);
        let (agreement, key) = holdings(&city);
        let waiting = draft(&city, &["air-quality"]);
        submit(&city, waiting);
        let never_sent = draft(&city, &["parking"]);
        let begun = login(&city).await.unwrap();

        let told = closing::prospect(desk, &city.maria).unwrap();
        assert!(told.obstacles.is_empty(), "{told:?}");
        assert_eq!((told.keys.len(), told.agreements.len(), told.applications.len()), (1, 1, 2));
        assert_eq!(told.duties.len(), 1, "the duty to delete is named: {told:?}");

        let wrong = close(&city, &city.maria, "not the password at all", EMAIL).await.unwrap_err();
        assert_eq!(code(&wrong), "wrong");
        let slip = close(&city, &city.maria, PASSWORD, "maria@people.example").await.unwrap_err();
        assert_eq!(code(&slip), "confirm_needed");
        assert!(agree::mine(desk, &city.maria, agreement).unwrap().agreement.is_live(desk.clock.now()));

        close(&city, &city.maria, PASSWORD, "Maria.Gonzalez@people.example").await.unwrap();
        let me = city.maria.actor.account.unwrap();
        desk.read(|conn| {
            let account = people::account_by_id(conn, me)?;
            assert_eq!((account.name.as_str(), account.email.as_str()), (CLOSED_NAME, ""), "{}", city.desk.backend);
            assert!(account.password_hash.is_none() && account.closed_at.is_some());
            assert!(sessions::of_account(conn, me, desk.clock.now())?.is_empty());
            assert!(matches!(stored::by_id(conn, key)?.key.state, KeyState::Revoked { .. }));
            let ended = agreements::by_id(conn, agreement)?;
            assert!(matches!(ended.state, AgreementState::Terminated { .. }));
            assert!(destructions::of(conn, agreement)?.is_some(), "the duty stays");
            let withdrawn = applications::by_id(conn, waiting)?;
            assert!(matches!(withdrawn.state, State::Withdrawn { .. }));
            assert_eq!(withdrawn.answers.get("title"), "Find a bay", "what was sent is a record");
            let erased = applications::by_id(conn, never_sent)?;
            assert_eq!((erased.answers.get("title"), erased.requester_name.as_str()), ("", CLOSED_NAME));
            let left: Vec<_> = outbox::of_account(conn, me, 100)?;
            assert!(left.iter().any(|message| message.kind == NoticeKind::AccountClosed && message.address == EMAIL));
            assert!(left.iter().all(|message| message.state == "waiting"), "{left:?}");
            Ok(())
        })
        .unwrap();
        assert!(accounts::known_by(desk, &begun.token).unwrap().is_none(), "signed out everywhere");
        assert_eq!(code(&login(&city).await.unwrap_err()), "wrong_login");
        the_chain_holds(&city);
        last_messages_go_and_the_address_is_free(&city).await;
    }
}

async fn login(city: &City) -> Result<accounts::Begun, CaseError> {
    let words = (EMAIL.to_owned(), SecretString::from(PASSWORD));
    accounts::log_in(&city.desk.desk, &pool(), visitor(), words, ("browser", String::new())).await
}

fn visitor() -> Caller {
    let actor = Actor::visitor(Some([198, 51, 100, 4].into()));
    Caller { actor, request: None, agent: "test".to_owned(), idempotency: None, intent: Intent::Act }
}

fn the_chain_holds(city: &City) {
    let entries = city.desk.desk.read(|conn| crate::store::audit::after(conn, 0, 1_000)).unwrap();
    let mut verifier = Verifier::new(None);
    for entry in &entries {
        verifier.take(entry).unwrap();
    }
    let closed: Vec<_> = entries.iter().filter(|entry| entry.act == "account.close").collect();
    assert_eq!(closed.len(), 1);
    let after = closed[0].after.clone();
    assert!(after.contains("DSA-") && !after.contains('@'), "{after}");
}

async fn last_messages_go_and_the_address_is_free(city: &City) {
    let desk = &city.desk.desk;
    let me = city.maria.actor.account.unwrap();
    desk.clock.set(desk.clock.now() + chrono::Duration::days(8));
    let gone = desk.read(|conn| closing::forget_messages(conn, desk.clock.now())).unwrap();
    assert!(gone > 0 && desk.read(|conn| outbox::of_account(conn, me, 9)).unwrap().is_empty());
    let wish = Registration {
        name: "Maria Gonzalez".to_owned(),
        email: EMAIL.to_owned(),
        password: SecretString::from(PASSWORD),
        language: "en".to_owned(),
        next: String::new(),
    };
    accounts::register(desk, &pool(), visitor(), wish).await.unwrap();
    let mails = desk.read(|conn| outbox::newest(conn, Some(EMAIL), 1)).unwrap();
    let token = links::mint(&desk.secrets, Purpose::Verify, mails[0].link.unwrap()).unwrap();
    assert_ne!(accounts::verify_email(desk, &visitor(), &token).unwrap(), me, "another account");
    let enabled = staff::set_disabled(desk, &Caller::service("test"), me, false, "They asked.").unwrap_err();
    assert_eq!(code(&enabled), "account_closed");
}

#[actix_web::test]
async fn holds_roles_and_an_organisation_without_others_stand_in_the_way() {
    for city in cities() {
        let desk = city.desk.desk.clone();
        let manager = &city.managers[0];
        give_password(&city, manager);
        let refused = close(&city, manager, PASSWORD, "manager.0@people.example").await.unwrap_err();
        assert_eq!(code(&refused), "staff_account");

        city.desk.join(&city.maria, "Harbor Lab");
        let maria = city.desk.caller(city.maria.actor.account.unwrap());
        let city = City { maria, ..city };
        give_password(&city, &city.maria);
        let (agreement, key) = holdings(&city);
        let refused = close(&city, &city.maria, PASSWORD, EMAIL).await.unwrap_err();
        assert_eq!(code(&refused), "last_member");
        let wish = enforce::Suspension {
            target: HoldTarget::Requester(city.maria.actor.account.unwrap()),
            reason: HoldReason::Misuse,
            explanation: "Too many calls.".to_owned(),
            case: None,
        };
        let clerk = city.desk.person("Clara Clerk", &[RoleGrant::new(Role::Clerk, None).unwrap()]);
        let hold = enforce::suspend(&desk, &clerk, &wish).unwrap();
        let CaseError::Invalid(all) = close(&city, &city.maria, PASSWORD, EMAIL).await.unwrap_err() else { panic!() };
        assert_eq!(all.iter().map(|one| one.code).collect::<Vec<_>>(), ["person_on_hold", "last_member"]);
        let second = city.desk.person("Second Clerk", &[RoleGrant::new(Role::Clerk, None).unwrap()]);
        enforce::lift(&desk, &second, hold.id, "Settled.").unwrap();

        let colleague = city.desk.person("Ben Lee", &[]);
        city.desk.join(&colleague, "Harbor Lab");
        close(&city, &city.maria, PASSWORD, EMAIL).await.unwrap();
        let colleague = city.desk.caller(colleague.actor.account.unwrap());
        let kept = agree::mine(&desk, &colleague, agreement).unwrap();
        assert!(kept.agreement.is_live(desk.clock.now()), "it is the organisation's");
        assert!(desk.read(|conn| stored::by_id(conn, key)).unwrap().key.works_at(desk.clock.now()));
    }
}
