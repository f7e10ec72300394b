//! How the service is, for who looks after it: facts of the store and of this process, and what is to be said of them;
//! and what an administrator has to do. Reads only.

use std::fmt;
use std::sync::Arc;

use chrono::Duration;
use serde_json::json;

use super::staff::administrator;
use super::{Caller, CaseError, Desk};
use crate::domain::audit::{Act, ChainCheck, Head};
use crate::domain::health::{Facts, Finding, GateFacts, Round, findings};
use crate::domain::people::{Role, RoleGrant};
use crate::domain::presence::{self, Presence};
use crate::domain::time::Instant;
use crate::store::outbox::Counts;
use crate::store::people::{self, Account, Department};
use crate::store::{audit, gates, mailroom, migrate, outbox, sessions};

/// Staff who did not sign in for so many days are named.
pub const AWAY_DAYS: i64 = 90;
/// Staff looked at.
const STAFF_MAX: i64 = 5_000;
/// The act that a backup leaves in the audit, from which the last one is known.
const BACKUP: &str = "backup.make";

/// What the gate of this process says of itself.
#[derive(Clone, Debug)]
pub struct GateNow {
    /// This run of it, under which the store knows it.
    pub run: String,
    /// Keys that it knows.
    pub keys: usize,
    /// Datasets that it serves.
    pub datasets: usize,
    /// When it last learned of changes; `None` if never.
    pub learned_at: Option<Instant>,
    /// Without learning for so long it refuses restricted tiers, in seconds.
    pub stale_after_seconds: u64,
}

/// What this process says of itself.
#[derive(Clone, Debug, Default)]
pub struct Machine {
    /// Since when it runs.
    pub started_at: Option<Instant>,
    /// Its gate, where one runs.
    pub gate: Option<GateNow>,
    /// The last round of each of its jobs.
    pub jobs: Vec<Round>,
    /// Free and all bytes of the disk with the data folder.
    pub disk: Option<(u64, u64)>,
}

/// Asks this process; put into the application data by the composition root.
#[derive(Clone)]
pub struct MachineWatch(pub Arc<dyn Fn() -> Machine + Send + Sync>);

impl fmt::Debug for MachineWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MachineWatch")
    }
}

/// The last backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backup {
    /// When.
    pub at: Instant,
    /// The file.
    pub file: String,
    /// Its size.
    pub bytes: u64,
    /// Whether the copy was opened and its audit chain recomputed.
    pub is_verified: bool,
}

/// How the service is.
#[derive(Clone, Debug)]
pub struct Health {
    /// What is to be said, the worst first.
    pub findings: Vec<Finding>,
    /// How long a question to the database took, in milliseconds.
    pub database_ms: i64,
    /// Its size in bytes.
    pub database_bytes: i64,
    /// Changes of the schema that are not made yet.
    pub migrations_pending: usize,
    /// Messages by state.
    pub mail: Counts,
    /// The oldest message whose turn has come.
    pub oldest_waiting: Option<Instant>,
    /// The head of the audit chain.
    pub head: Head,
    /// How far the service itself checked the chain; none where it never did.
    pub chain: Option<ChainCheck>,
    /// Every gate that was heard of within a day, also the one of this process.
    pub gates: Vec<Presence>,
    /// The last backup, where one was recorded.
    pub backup: Option<Backup>,
    /// This process.
    pub machine: Machine,
}

/// Looks at everything.
///
/// # Errors
/// [`CaseError::Missing`] for who is not an administrator; what the store says.
pub fn look(desk: &Desk, caller: &Caller, machine: Machine) -> Result<Health, CaseError> {
    administrator(caller)?;
    let asked = desk.clock.now();
    let head = desk.read(audit::head)?;
    let now = desk.clock.now();
    let database_ms = (now - asked).num_milliseconds();
    let migrations_pending = migrate::pending(&desk.store)?;
    let (mail, oldest_waiting, backup) =
        desk.read(|conn| Ok((outbox::counts(conn)?, mailroom::oldest_due(conn, now)?, last_backup(conn)?)))?;
    let since = Presence::named_since(now);
    let (chain, heard) = desk.read(|conn| Ok((audit::last_check(conn)?, gates::heard_since(conn, since)?)))?;
    let gates = presence::named(heard, now);
    let gate = machine.gate.as_ref();
    let is_other = |one: &&Presence| gate.is_none_or(|own| own.run != one.run);
    let facts = Facts {
        database_ms,
        migrations_pending,
        oldest_waiting,
        dead: mail.dead,
        gate: gate.map(|gate| GateFacts { learned_at: gate.learned_at, stale_after_seconds: gate.stale_after_seconds }),
        others: gates.iter().filter(is_other).cloned().collect(),
        chain: chain.clone(),
        jobs: machine.jobs.clone(),
        backup_at: backup.as_ref().map(|backup| backup.at),
        disk: machine.disk,
        started_at: machine.started_at,
    };
    Ok(Health {
        findings: findings(&facts, now),
        database_ms,
        database_bytes: desk.store.size()?,
        migrations_pending,
        mail,
        oldest_waiting,
        head,
        chain,
        gates,
        backup,
        machine,
    })
}

fn last_backup(conn: &mut crate::store::AnyConnection) -> Result<Option<Backup>, crate::store::StoreError> {
    let wanted = audit::Search { act: Some(BACKUP.to_owned()), ..audit::Search::default() };
    let Some(entry) = audit::search(conn, &wanted, 1)?.into_iter().next() else { return Ok(None) };
    let after: serde_json::Value = crate::store::from_json("backup", &entry.after)?;
    let field = |name: &str| after.get(name).cloned().unwrap_or_default();
    Ok(Some(Backup {
        at: entry.at,
        file: field("file").as_str().unwrap_or_default().to_owned(),
        bytes: field("bytes").as_u64().unwrap_or_default(),
        is_verified: field("verified").as_bool().unwrap_or_default(),
    }))
}

/// Records a backup that was made.
///
/// # Errors
/// [`CaseError::Missing`] for who is not an administrator; what the store says.
pub fn record_backup(desk: &Desk, caller: &Caller, backup: &Backup, sha256: &str) -> Result<(), CaseError> {
    let capacity = administrator(caller)?;
    desk.act(caller, |work| {
        let after = json!({
            "file": backup.file, "bytes": backup.bytes, "sha256": sha256, "verified": backup.is_verified,
        });
        work.record(Act::new(BACKUP, capacity, "backup", &backup.file).change(json!(null), after))
    })
}

/// What an administrator has to do beside what [`look`] finds.
#[derive(Clone, Debug, Default)]
pub struct Tasks {
    /// Staff who did not sign in for [`AWAY_DAYS`], or never.
    pub away: Vec<Account>,
    /// Departments where nobody may decide.
    pub without_manager: Vec<Department>,
}

/// What an administrator has to do.
///
/// # Errors
/// [`CaseError::Missing`] for who is not an administrator; what the store says.
pub fn tasks(desk: &Desk, caller: &Caller) -> Result<Tasks, CaseError> {
    administrator(caller)?;
    let since = desk.clock.now() - Duration::days(AWAY_DAYS);
    desk.read(|conn| {
        let staff: Vec<Account> = people::list_accounts(conn, "", true, STAFF_MAX)?;
        let staff: Vec<Account> = staff.into_iter().filter(|account| account.disabled_at.is_none()).collect();
        let seen = sessions::seen_since(conn, since)?;
        let mut without_manager = people::departments(conn)?;
        without_manager.retain(|department| {
            let decides = RoleGrant { role: Role::Manager, department: Some(department.id) };
            !staff.iter().any(|account| account.roles.contains(&decides) && account.verified_at.is_some())
        });
        let is_away = |account: &Account| account.created_at < since && !seen.contains(&account.id);
        Ok(Tasks { away: staff.into_iter().filter(is_away).collect(), without_manager })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cases::testing::desks;
    use crate::domain::health::Level;

    #[test]
    fn a_backup_that_was_recorded_is_known_until_it_is_old() {
        for desk in desks() {
            let ada = desk.person("Ada Alvarez", &[RoleGrant { role: Role::Administrator, department: None }]);
            let level = |part: &str| {
                let health = look(&desk.desk, &ada, Machine::default()).unwrap();
                health.findings.iter().find(|one| one.part == part).map(|one| one.level)
            };
            assert_eq!(level("backup"), Some(Level::Warn), "{}", desk.backend);
            let backup =
                Backup { at: desk.desk.clock.now(), file: "accord-1.db".to_owned(), bytes: 4_096, is_verified: true };
            record_backup(&desk.desk, &Caller::service("command line"), &backup, "00").unwrap();
            let health = look(&desk.desk, &ada, Machine::default()).unwrap();
            assert_eq!((health.backup.as_ref(), level("backup")), (Some(&backup), Some(Level::Good)));
            assert!(health.database_bytes > 0 && health.migrations_pending == 0);
            desk.desk.clock.set(backup.at + Duration::days(3));
            assert_eq!(level("backup"), Some(Level::Warn));
            let clerk = desk.person("Cleo Clerk", &[RoleGrant { role: Role::Clerk, department: None }]);
            assert!(look(&desk.desk, &clerk, Machine::default()).is_err(), "for administrators only");
        }
    }

    #[test]
    fn staff_who_stay_away_and_departments_without_a_manager_are_named() {
        for desk in desks() {
            crate::cases::terms::set_up(&desk.desk, crate::cases::testing::profile_file).unwrap();
            let ada = desk.person("Ada Alvarez", &[RoleGrant { role: Role::Administrator, department: None }]);
            let departments = desk.desk.read(people::departments).unwrap();
            let manager = RoleGrant { role: Role::Manager, department: Some(departments[0].id) };
            desk.person("Mia Manager", &[manager]);
            let found = tasks(&desk.desk, &ada).unwrap();
            assert_eq!((found.without_manager.len(), found.away.len()), (departments.len() - 1, 0), "{}", desk.backend);
            assert!(!found.without_manager.iter().any(|one| one.id == departments[0].id));
            desk.desk.clock.set(desk.desk.clock.now() + Duration::days(AWAY_DAYS + 1));
            crate::cases::accounts::new_api_token(&desk.desk, &ada, "test").unwrap();
            let away = tasks(&desk.desk, &ada).unwrap().away;
            assert_eq!(away.iter().map(|account| account.name.as_str()).collect::<Vec<_>>(), ["Mia Manager"]);
        }
    }

    #[test]
    fn every_gate_that_was_heard_of_within_a_day_is_named_and_those_of_others_are_judged() {
        use crate::domain::presence::tests::at_work;
        for desk in desks() {
            let ada = desk.person("Ada Alvarez", &[RoleGrant { role: Role::Administrator, department: None }]);
            let begun = desk.desk.clock.now();
            let own = Presence { run: "run-0".to_owned(), is_alone: false, learned_at: None, ..at_work(begun) };
            let other = Presence { host: "edge-2".to_owned(), ..at_work(begun) };
            let say = |presence: &Presence| {
                desk.desk.store.write(|conn| Ok::<_, CaseError>(gates::say(conn, presence)?)).unwrap();
            };
            say(&own);
            say(&other);
            say(&Presence { keys: 13, ..other.clone() });
            let gate = GateNow {
                run: own.run.clone(),
                keys: 1,
                datasets: 1,
                learned_at: Some(begun),
                stale_after_seconds: 30,
            };
            let machine = Machine { gate: Some(gate), ..Machine::default() };
            let seen = || {
                let health = look(&desk.desk, &ada, machine.clone()).unwrap();
                let level = health.findings.iter().find(|one| one.part == "gates").map(|one| one.level);
                let keys: Vec<_> = health.gates.iter().map(|gate| (gate.host.clone(), gate.keys)).collect();
                (keys, level)
            };
            let both = vec![("edge-2".to_owned(), 13), ("edge-1".to_owned(), 12)];
            assert_eq!(seen(), (both.clone(), Some(Level::Good)), "{}", desk.backend);
            desk.desk.clock.set(begun + Duration::seconds(16));
            assert_eq!(seen(), (both.clone(), Some(Level::Warn)), "not heard of for three pauses");
            say(&Presence { ended_at: Some(begun), ..other });
            assert_eq!(seen().1, None, "what was stopped is missed by nobody");
            desk.desk.clock.set(begun + Duration::hours(24));
            assert_eq!(seen().0.len(), 2);
            desk.desk.clock.set(begun + Duration::hours(24) + Duration::seconds(1));
            assert!(seen().0.is_empty());
            let before = Presence::named_since(desk.desk.clock.now());
            let forget = || desk.desk.store.write(|conn| Ok::<_, CaseError>(gates::forget(conn, before)?)).unwrap();
            assert_eq!((forget(), forget()), (2, 0));
        }
    }
}
