//! The service's own check of the chain on both databases: what was added, everything once a day, whatever somebody did
//! behind the program's back, and who is told of it.

use chrono::Duration;
use diesel::connection::SimpleConnection as _;

use super::testing::{TestDesk, desks};
use super::{chain, health};
use crate::domain::audit::ChainCheck;
use crate::domain::health::Level;
use crate::domain::notice::NoticeKind;
use crate::domain::people::{Role, RoleGrant};
use crate::store::outbox::{self, Message};
use crate::store::{StoreError, audit};

fn check(test: &TestDesk) -> ChainCheck {
    chain::check(&test.desk).unwrap();
    test.desk.read(audit::last_check).unwrap().unwrap()
}

fn run(test: &TestDesk, sql: &str) {
    test.desk.store.read(|conn| conn.batch_execute(sql).map_err(StoreError::from)).unwrap();
}

/// Changes the chain behind the program's back, as whoever owns the disk could.
fn tamper(test: &TestDesk, sql: &str) {
    let triggers: &[&str] = if test.backend == "sqlite" {
        &["DROP TRIGGER IF EXISTS audit_is_append_only_update", "DROP TRIGGER IF EXISTS audit_is_append_only_delete"]
    } else {
        &["DROP TRIGGER IF EXISTS audit_is_append_only ON audit"]
    };
    run(test, &triggers.join("; "));
    run(test, sql);
}

fn wait(test: &TestDesk, time: Duration) {
    test.desk.clock.set(test.desk.clock.now() + time);
}

#[test]
fn each_check_goes_on_from_the_last_and_everything_is_read_once_a_day() {
    for test in desks() {
        assert_eq!(test.desk.read(audit::last_check).unwrap(), None);
        for name in ["Ana Diaz", "Ben Brown", "Carl Clay"] {
            test.person(name, &[]);
        }
        let head = test.desk.read(audit::head).unwrap();
        let first = check(&test);
        assert_eq!((first.verified.as_str(), first.fault.as_str()), (head.to_text().as_str(), ""), "{}", test.backend);
        assert_eq!((first.at, first.whole_at), (test.desk.clock.now(), test.desk.clock.now()));
        wait(&test, Duration::minutes(1));
        assert_eq!(chain::check(&test.desk).unwrap(), 0, "nothing was added");
        test.person("Dora Dean", &[]);
        assert_eq!(chain::check(&test.desk).unwrap(), 1, "only what was added");
        let second = check(&test);
        assert_eq!((second.number(), second.whole_at), (head.number + 1, first.whole_at));

        tamper(&test, "UPDATE audit SET reason = 'Nothing happened' WHERE number = 2");
        assert_eq!(check(&test).fault, "", "what was read before is read again once a day");
        wait(&test, Duration::days(1));
        let broken = check(&test);
        assert!(broken.fault.starts_with("entry 2 was changed"), "{}", broken.fault);
        assert_eq!(broken.verified, second.verified, "the head of the last good check is kept");
        wait(&test, Duration::minutes(1));
        assert!(!check(&test).fault.is_empty(), "and it is said for as long as it is so");
        let ada = test.person("Ada Alvarez", &[RoleGrant { role: Role::Administrator, department: None }]);
        let health = health::look(&test.desk, &ada, health::Machine::default()).unwrap();
        assert_eq!((health.findings[0].part, health.findings[0].level), ("audit", Level::Bad));
    }
}

#[test]
fn a_chain_that_was_cut_or_rolled_back_is_noticed_at_the_next_check() {
    let cut = "DELETE FROM audit WHERE number > 2";
    let head = "UPDATE audit_head SET number = 2, hash = (SELECT hash FROM audit WHERE number = 2)";
    for sql in [cut.to_owned(), format!("{cut}; {head}")] {
        for test in desks() {
            for name in ["Ana Diaz", "Ben Brown", "Carl Clay"] {
                test.person(name, &[]);
            }
            assert_eq!(check(&test).fault, "");
            tamper(&test, &sql);
            wait(&test, Duration::minutes(1));
            let broken = check(&test);
            assert!(broken.fault.contains("the chain was cut short"), "{} {sql}: {}", test.backend, broken.fault);
        }
    }
}

const BREAK: &str = "UPDATE audit SET name = 'Nobody' WHERE number = 2";

/// People of every role that is told, one who has both, and one who has none.
fn staff(test: &TestDesk) {
    let [administrator, auditor] = [Role::Administrator, Role::Auditor].map(|role| RoleGrant::new(role, None).unwrap());
    test.person("Ada Alvarez", &[administrator]);
    test.person("Ivan Petrov", &[auditor]);
    test.person("Bo Both", &[administrator, auditor]);
    test.person("Maria Gonzalez", &[]);
}

/// What was told of the chain, by whom it was told to.
fn told(test: &TestDesk) -> Vec<Message> {
    let all = test.desk.read(|conn| outbox::newest(conn, None, 500)).unwrap();
    let mut told: Vec<_> = all.into_iter().filter(|one| one.kind == NoticeKind::ChainBroken).collect();
    told.sort_by(|a, b| a.name.cmp(&b.name));
    told
}

#[test]
fn a_broken_chain_is_told_once_to_every_administrator_and_auditor_and_again_if_it_was_whole_between() {
    for test in desks() {
        staff(&test);
        let name = test.desk.read(|conn| audit::one(conn, 2)).unwrap().name;
        assert_eq!((check(&test).fault.as_str(), told(&test).len()), ("", 0));
        tamper(&test, BREAK);
        wait(&test, Duration::days(1));
        let fault = check(&test).fault;
        let first = told(&test);
        let lead: Vec<_> = first.iter().map(|one| (one.name.as_str(), one.facts["path"].as_str())).collect();
        let wanted = [("Ada Alvarez", "/admin/system"), ("Bo Both", "/audit/verify"), ("Ivan Petrov", "/audit/verify")];
        assert_eq!(lead, wanted, "{}", test.backend);
        assert!(first.iter().all(|one| one.facts["why"] == fault), "{first:?}");
        // Nothing but the row knows of it, so a service that was started anew does as this one.
        for _ in 0..3 {
            wait(&test, Duration::minutes(1));
            assert!(!check(&test).fault.is_empty());
        }
        tamper(&test, "UPDATE audit SET reason = 'Another fault' WHERE number = 1");
        assert!(check(&test).fault.starts_with("entry 1"), "a second fault");
        assert_eq!(told(&test).len(), 3, "{}: told once", test.backend);
        tamper(&test, &format!("UPDATE audit SET name = '{name}' WHERE number = 2"));
        tamper(&test, "UPDATE audit SET reason = NULL WHERE number = 1");
        assert_eq!((check(&test).fault.as_str(), told(&test).len()), ("", 3), "it is whole again");
        tamper(&test, BREAK);
        wait(&test, Duration::days(1));
        assert!(!check(&test).fault.is_empty());
        assert_eq!(told(&test).len(), 6, "{}: broken anew, told anew", test.backend);
    }
}

#[test]
fn a_broken_chain_is_told_with_the_check_that_is_kept_or_not_at_all() {
    for test in desks() {
        staff(&test);
        assert_eq!(check(&test).fault, "");
        tamper(&test, BREAK);
        wait(&test, Duration::days(1));
        run(&test, "ALTER TABLE outbox RENAME TO outbox_elsewhere");
        assert!(chain::check(&test.desk).is_err(), "{}: nothing can be owed", test.backend);
        assert_eq!(test.desk.read(audit::last_check).unwrap().unwrap().fault, "", "and nothing is kept");
        run(&test, "ALTER TABLE outbox_elsewhere RENAME TO outbox");
        assert!(!check(&test).fault.is_empty());
        assert_eq!(told(&test).len(), 3, "{}", test.backend);
    }
}

#[test]
fn of_processes_that_find_a_broken_chain_at_once_one_tells_of_it() {
    for test in desks() {
        staff(&test);
        assert_eq!(check(&test).fault, "");
        tamper(&test, BREAK);
        wait(&test, Duration::days(1));
        std::thread::scope(|scope| {
            let checks: Vec<_> = (0..4).map(|_| scope.spawn(|| chain::check(&test.desk).unwrap())).collect();
            for check in checks {
                assert_eq!(check.join().unwrap(), 0);
            }
        });
        assert!(!test.desk.read(audit::last_check).unwrap().unwrap().fault.is_empty());
        assert_eq!(told(&test).len(), 3, "{}", test.backend);
    }
}
