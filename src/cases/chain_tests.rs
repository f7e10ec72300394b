//! The service's own check of the chain on both databases: what was added, everything once a day, and whatever somebody
//! did behind the program's back.

use chrono::Duration;
use diesel::connection::SimpleConnection as _;

use super::testing::{TestDesk, desks};
use super::{chain, health};
use crate::domain::audit::ChainCheck;
use crate::domain::health::Level;
use crate::domain::people::{Role, RoleGrant};
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
