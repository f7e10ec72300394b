//! The life of an account, on both databases.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::accounts::{self, Registration};
use super::passwords::HashingPool;
use super::testing::{TestDesk, desks};
use super::{Caller, CaseError, Intent, links, staff};
use crate::domain::audit::{Head, Verifier};
use crate::domain::notice::NoticeKind;
use crate::domain::people::{Actor, Role, RoleGrant};
use crate::store::{audit, outbox};

const PASSWORD: &str = "plover tangent oyster mill";

fn visitor() -> Caller {
    let actor = Actor::visitor(Some([198, 51, 100, 4].into()));
    Caller { actor, request: None, agent: "test".to_owned(), idempotency: None, intent: Intent::Act }
}

fn pool() -> HashingPool {
    HashingPool::new(2, Duration::from_secs(30))
}

fn wish(email: &str) -> Registration {
    Registration {
        name: "Maria Gonzalez".to_owned(),
        email: email.to_owned(),
        password: SecretString::from(PASSWORD),
        language: "en".to_owned(),
        next: String::new(),
    }
}

fn newest_token(desk: &TestDesk, purpose: links::Purpose, kind: NoticeKind) -> String {
    let messages = desk.desk.read(|conn| outbox::newest(conn, None, 10)).unwrap();
    let link = messages.iter().find(|message| message.kind == kind).unwrap().link.unwrap();
    links::mint(&desk.desk.secrets, purpose, link).unwrap()
}

async fn log_in(desk: &TestDesk, password: &str) -> Result<accounts::Begun, CaseError> {
    let login = ("maria@example.org".to_owned(), SecretString::from(password));
    accounts::log_in(&desk.desk, &pool(), visitor(), login, ("browser", String::new())).await
}

fn code(error: &CaseError) -> &'static str {
    match error {
        CaseError::Refused(refusal) => refusal.code,
        CaseError::Invalid(_) => "invalid",
        CaseError::Missing => "missing",
        CaseError::Stale => "stale",
        CaseError::Wait(_) => "wait",
        CaseError::Undone(_) => "undone",
        CaseError::Store(_) => "store",
    }
}

#[actix_web::test]
async fn an_address_must_be_confirmed_before_it_signs_in() {
    for desk in desks() {
        accounts::register(&desk.desk, &pool(), visitor(), wish("Maria@Example.org")).await.unwrap();
        assert_eq!(code(&log_in(&desk, PASSWORD).await.unwrap_err()), "wrong_login", "{}", desk.backend);
        let token = newest_token(&desk, links::Purpose::Verify, NoticeKind::VerifyEmail);
        accounts::verify_email(&desk.desk, &visitor(), &token).unwrap();
        let again = accounts::verify_email(&desk.desk, &visitor(), &token).unwrap_err();
        assert_eq!(code(&again), "link_invalid", "a link works once");
        let begun = log_in(&desk, PASSWORD).await.unwrap();
        let known = accounts::known_by(&desk.desk, &begun.token).unwrap().unwrap();
        assert_eq!(known.account.name, "Maria Gonzalez");
        accounts::end_sessions(
            &desk.desk,
            &Caller { actor: known.actor(None), ..visitor() },
            Some(begun.session),
            None,
        )
        .unwrap();
        assert!(accounts::known_by(&desk.desk, &begun.token).unwrap().is_none(), "an ended session is over");
    }
}

#[actix_web::test]
async fn registering_a_known_address_looks_the_same_and_tells_its_owner() {
    for desk in desks() {
        accounts::register(&desk.desk, &pool(), visitor(), wish("maria@example.org")).await.unwrap();
        let token = newest_token(&desk, links::Purpose::Verify, NoticeKind::VerifyEmail);
        accounts::verify_email(&desk.desk, &visitor(), &token).unwrap();
        accounts::register(&desk.desk, &pool(), visitor(), wish("maria@example.org")).await.unwrap();
        let messages = desk.desk.read(|conn| outbox::newest(conn, None, 10)).unwrap();
        assert_eq!(messages.first().unwrap().kind, NoticeKind::AlreadyRegistered);
    }
}

#[actix_web::test]
async fn wrong_passwords_wait_longer_and_longer() {
    for desk in desks() {
        accounts::register(&desk.desk, &pool(), visitor(), wish("maria@example.org")).await.unwrap();
        let token = newest_token(&desk, links::Purpose::Verify, NoticeKind::VerifyEmail);
        accounts::verify_email(&desk.desk, &visitor(), &token).unwrap();
        for _ in 0..3 {
            assert_eq!(code(&log_in(&desk, "wrong wrong wrong wrong").await.unwrap_err()), "wrong_login");
        }
        assert!(matches!(log_in(&desk, PASSWORD).await.unwrap_err(), CaseError::Wait(1..=3)));
        desk.desk.clock.set(desk.desk.clock.now() + chrono::Duration::seconds(5));
        assert!(log_in(&desk, PASSWORD).await.is_ok(), "the wait is over");
    }
}

#[actix_web::test]
async fn guessing_one_password_on_many_accounts_waits_by_its_source_and_nobody_else_does() {
    for desk in desks() {
        accounts::register(&desk.desk, &pool(), visitor(), wish("maria@example.org")).await.unwrap();
        let token = newest_token(&desk, links::Purpose::Verify, NoticeKind::VerifyEmail);
        accounts::verify_email(&desk.desk, &visitor(), &token).unwrap();
        let guess = |number: usize, from: [u8; 4]| {
            let actor = Actor::visitor(Some(from.into()));
            let login = (format!("person{number}@example.org"), SecretString::from("summer summer summer"));
            let caller = Caller { actor, ..visitor() };
            let desk = &desk.desk;
            async move { accounts::log_in(desk, &pool(), caller, login, ("browser", String::new())).await }
        };
        let here = [198, 51, 100, 4];
        for number in 0..30 {
            assert_eq!(code(&guess(number, here).await.unwrap_err()), "wrong_login", "{number}");
        }
        assert_eq!(code(&guess(30, here).await.unwrap_err()), "wait", "{}", desk.backend);
        assert_eq!(code(&log_in(&desk, PASSWORD).await.unwrap_err()), "wait", "a right password waits too");
        assert_eq!(code(&guess(31, [198, 51, 100, 5]).await.unwrap_err()), "wrong_login", "another source does not");
        desk.desk.clock.set(desk.desk.clock.now() + chrono::Duration::seconds(3));
        let begun = log_in(&desk, PASSWORD).await.unwrap();
        assert_eq!(code(&guess(32, here).await.unwrap_err()), "wrong_login");
        assert_eq!(code(&guess(33, here).await.unwrap_err()), "wait", "an own account starts no new count");
        assert!(accounts::known_by(&desk.desk, &begun.token).unwrap().is_some(), "who is in stays in");
    }
}

#[actix_web::test]
async fn a_reset_ends_every_session_and_only_the_newest_link_works() {
    for desk in desks() {
        accounts::register(&desk.desk, &pool(), visitor(), wish("maria@example.org")).await.unwrap();
        let token = newest_token(&desk, links::Purpose::Verify, NoticeKind::VerifyEmail);
        accounts::verify_email(&desk.desk, &visitor(), &token).unwrap();
        let begun = log_in(&desk, PASSWORD).await.unwrap();
        accounts::ask_reset(&desk.desk, &visitor(), "maria@example.org").unwrap();
        let old = newest_token(&desk, links::Purpose::Reset, NoticeKind::ResetPassword);
        accounts::ask_reset(&desk.desk, &visitor(), "maria@example.org").unwrap();
        let new = newest_token(&desk, links::Purpose::Reset, NoticeKind::ResetPassword);
        let next = SecretString::from("ostra molino jilguero niebla");
        let refused = accounts::reset_password(&desk.desk, &pool(), visitor(), old, next.clone()).await;
        assert_eq!(code(&refused.unwrap_err()), "link_invalid", "replaced by the newer one");
        accounts::reset_password(&desk.desk, &pool(), visitor(), new, next.clone()).await.unwrap();
        assert!(accounts::known_by(&desk.desk, &begun.token).unwrap().is_none());
        assert!(log_in(&desk, next.expose_secret()).await.is_ok());
        accounts::ask_reset(&desk.desk, &visitor(), "nobody@example.org").unwrap();
        accounts::ask_reset(&desk.desk, &visitor(), "maria@example.org").unwrap();
        let late = newest_token(&desk, links::Purpose::Reset, NoticeKind::ResetPassword);
        desk.desk.clock.set(desk.desk.clock.now() + chrono::Duration::hours(25));
        let refused = accounts::reset_password(&desk.desk, &pool(), visitor(), late, next).await;
        assert_eq!(code(&refused.unwrap_err()), "link_invalid", "too old, and told like any other");
    }
}

#[actix_web::test]
async fn sessions_rest_and_end() {
    for desk in desks() {
        let maria = desk.person("Maria Gonzalez", &[]);
        let begun = accounts::new_api_token(&desk.desk, &maria, "laptop").unwrap();
        assert_eq!(accounts::my_sessions(&desk.desk, &maria).unwrap().len(), 1);
        desk.desk.clock.set(desk.desk.clock.now() + chrono::Duration::hours(25));
        assert!(accounts::known_by(&desk.desk, &begun.token).unwrap().is_none(), "too old");
    }
}

#[actix_web::test]
async fn staff_are_invited_and_the_last_administrator_stays() {
    for desk in desks() {
        let admin = desk.person("Ada Admin", &[RoleGrant { role: Role::Administrator, department: None }]);
        let maria = desk.person("Maria Gonzalez", &[]);
        let department =
            staff::add_department(&desk.desk, &admin, ("tmp", "Transportation", "tmp@norwalk.example")).unwrap();
        let refused = staff::add_department(&desk.desk, &maria, ("x", "X", "x@norwalk.example")).unwrap_err();
        assert_eq!(code(&refused), "missing");
        let twice = staff::add_department(&desk.desk, &admin, ("tmp", "Again", "tmp@norwalk.example")).unwrap_err();
        assert_eq!(code(&twice), "invalid");
        let roles = vec![RoleGrant::new(Role::Manager, Some(department)).unwrap()];
        let invitation =
            staff::Invitation { name: "Rob Manager".to_owned(), email: "rob@norwalk.example".to_owned(), roles };
        staff::invite(&desk.desk, &admin, &invitation).unwrap();
        let token = newest_token(&desk, links::Purpose::Invite, NoticeKind::StaffInvitation);
        let password = SecretString::from(PASSWORD);
        staff::accept_invitation(&desk.desk, &pool(), visitor(), token, password).await.unwrap();
        let last = staff::set_roles(&desk.desk, &admin, admin.actor.account.unwrap(), &[]).unwrap_err();
        assert_eq!(code(&last), "last_administrator");
        let still = desk.caller(admin.actor.account.unwrap());
        assert!(still.actor.holds_anywhere(Role::Administrator), "the refused act left nothing behind");
    }
}

#[actix_web::test]
async fn every_act_stands_in_the_chain_and_a_failing_entry_undoes_the_act() {
    use diesel::connection::SimpleConnection;
    for desk in desks() {
        let admin = desk.person("Ada Admin", &[RoleGrant { role: Role::Administrator, department: None }]);
        staff::add_department(&desk.desk, &admin, ("tmp", "Transportation", "tmp@norwalk.example")).unwrap();
        let (entries, head) = desk.desk.read(|conn| Ok((audit::after(conn, 0, 100)?, audit::head(conn)?))).unwrap();
        let mut verifier = Verifier::new(None);
        for entry in &entries {
            verifier.take(entry).unwrap();
        }
        assert_eq!(verifier.finish(head).unwrap().number, 2);
        assert_ne!(head, Head::EMPTY);
        let trigger = if desk.backend == "sqlite" {
            "CREATE TRIGGER fail BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END"
        } else {
            "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END';
             CREATE TRIGGER fail BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION fail()"
        };
        desk.desk.store.read(|conn| conn.batch_execute(trigger).map_err(crate::store::StoreError::from)).unwrap();
        let failed = staff::add_department(&desk.desk, &admin, ("dpw", "Public Works", "dpw@norwalk.example"));
        assert_eq!(code(&failed.unwrap_err()), "store");
        let left = desk.desk.read(crate::store::people::departments).unwrap();
        assert_eq!(left.len(), 1, "{}: the act left a trace without its entry", desk.backend);
    }
}

#[test]
fn entries_cannot_be_changed_or_deleted_in_the_database_itself() {
    use diesel::connection::SimpleConnection;
    for desk in desks() {
        desk.person("Ada Admin", &[]);
        for statement in ["UPDATE audit SET name = 'x'", "DELETE FROM audit"] {
            let done: Result<(), crate::store::StoreError> =
                desk.desk.store.read(|conn| conn.batch_execute(statement).map_err(Into::into));
            assert!(done.is_err(), "{}: {statement}", desk.backend);
        }
    }
}

#[test]
fn writers_on_many_threads_queue_for_the_chain() {
    for desk in desks() {
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let desk = &desk;
                scope.spawn(move || {
                    for turn in 0..10 {
                        desk.person(&format!("Person {thread} {turn}"), &[]);
                    }
                });
            }
        });
        let (entries, head) = desk.desk.read(|conn| Ok((audit::after(conn, 0, 100)?, audit::head(conn)?))).unwrap();
        let mut verifier = Verifier::new(None);
        for entry in &entries {
            verifier.take(entry).unwrap();
        }
        assert_eq!(verifier.finish(head).unwrap().number, 40, "{}", desk.backend);
    }
}
