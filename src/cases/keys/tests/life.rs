//! From the first roll to the end of a key.

use super::*;
use crate::cases::Intent;
use crate::cases::again;
use crate::cases::apply_tests::submit;
use crate::cases::enforce::{self, Suspension};
use crate::cases::keys::{
    self as cases, Killed, RollWish, clocks, kill_text, rename, restrict, revoke, revoke_as_manager, roll,
};
use crate::domain::hold::{HoldReason, HoldTarget};
use crate::domain::id::KeyId;
use crate::domain::key::{Key, KeyState, Revoker};
use crate::domain::net::CidrList;
use crate::domain::people::Actor;
use crate::store::audit::{self, Search};
use crate::store::{applications, holds, keys};

fn stored(granted: &Granted, id: KeyId) -> Key {
    granted.desk().read(|conn| keys::by_id(conn, id)).unwrap().key
}

fn visitor() -> Caller {
    let actor = Actor::visitor(Some([198, 51, 100, 4].into()));
    Caller {
        actor,
        request: Some("req-9".to_owned()),
        agent: "curl".to_owned(),
        idempotency: None,
        intent: Intent::Act,
    }
}

#[test]
fn a_roll_lets_both_keys_work_for_the_overlap_and_not_a_moment_longer() {
    for granted in granted() {
        let desk = granted.desk();
        let old = granted.issue("Map").key;
        let wish = RollWish { overlap_days: 2, ..RollWish::default() };
        let maria = again(granted.maria(), "roll-1");
        let rolled = roll(desk, &maria, old.id, &wish).unwrap();
        let repeated = roll(desk, &maria, old.id, &wish).unwrap();
        assert_eq!((rolled.key.id, repeated.text.is_none()), (repeated.key.id, true));
        assert_eq!((rolled.key.predecessor, rolled.key.lineage), (Some(old.id), old.lineage));
        assert_eq!(granted.told(NoticeKind::KeyRolled).unwrap().facts["until"], "November 25, 2026, 12:00 PM EST");
        let old_now = stored(&granted, old.id);
        let end = desk.clock.now() + chrono::TimeDelta::days(2);
        assert!(old_now.works_at(end - chrono::TimeDelta::microseconds(1)) && !old_now.works_at(end));
        assert_eq!(refused(roll(desk, granted.maria(), old.id, &wish)), "key_already_rolled");
        assert_eq!(refused(roll(desk, &granted.stranger, rolled.key.id, &wish)), "missing");
        assert_eq!(refused(roll(desk, granted.manager(), rolled.key.id, &wish)), "missing");
        let long = RollWish { overlap_days: 8, ..RollWish::default() };
        assert_eq!(refused(roll(desk, granted.maria(), rolled.key.id, &long)), "key_overlap");
    }
}

#[test]
fn a_held_or_ended_key_cannot_be_rolled() {
    for granted in granted() {
        let desk = granted.desk();
        let (key, other) = (granted.issue("held").key, granted.issue("ended").key);
        let wish = RollWish::default();
        enforce::pause(desk, granted.maria(), HoldTarget::Key(key.id), "").unwrap();
        assert_eq!(refused(roll(desk, granted.maria(), key.id, &wish)), "key_held");
        revoke(desk, granted.maria(), other.id, "").unwrap();
        assert_eq!(refused(roll(desk, granted.maria(), other.id, &wish)), "key_ended");
        let third = granted.issue("under a held agreement").key;
        enforce::pause(desk, granted.maria(), HoldTarget::Agreement(granted.agreement), "").unwrap();
        assert_eq!(refused(roll(desk, granted.maria(), third.id, &wish)), "key_held");
    }
}

#[test]
fn edits_carry_the_version_that_was_seen() {
    for granted in granted() {
        let (desk, maria) = (granted.desk(), granted.maria());
        let key = granted.issue("Map").key;
        let renamed = rename(desk, maria, key.id, "Survey", key.version).unwrap();
        assert_eq!((renamed.name.as_str(), renamed.version), ("Survey", 2));
        let office = CidrList::parse("192.0.2.0/24").unwrap();
        assert_eq!(refused(restrict(desk, maria, key.id, office.clone(), key.version)), "stale");
        let narrowed = restrict(desk, maria, key.id, office.clone(), renamed.version).unwrap();
        assert_eq!((&narrowed.networks, stored(&granted, key.id)), (&office, narrowed.clone()));
        assert_eq!(refused(rename(desk, maria, key.id, " ", 3)), "key_name");
        assert_eq!(refused(rename(desk, &granted.stranger, key.id, "Mine", 3)), "missing");
    }
}

#[test]
fn a_manager_revokes_with_a_reason_that_the_holder_reads() {
    for granted in granted() {
        let desk = granted.desk();
        let key = granted.issue("Map").key;
        let elsewhere = &granted.city.managers[1];
        for other in [elsewhere, &granted.city.reviewer, &granted.clerk, &granted.auditor, &granted.stranger] {
            assert_eq!(refused(revoke_as_manager(desk, other, key.id, "Because.")), "missing");
        }
        assert_eq!(refused(revoke_as_manager(desk, granted.manager(), key.id, " ")), "required");
        revoke_as_manager(desk, granted.manager(), key.id, "Sold on, against clause 4.").unwrap();
        let KeyState::Revoked { by, .. } = stored(&granted, key.id).state else { panic!() };
        assert_eq!(by, Revoker::Office(account(granted.manager())));
        assert_eq!(granted.told(NoticeKind::KeyRevoked).unwrap().facts["reason"], "Sold on, against clause 4.");
        assert_eq!(refused(revoke_as_manager(desk, granted.manager(), key.id, "Again.")), "key_ended");
        // Nobody decides in their own matter: not even as the manager of the department.
        let maria = appoint(&granted, granted.maria(), 0);
        let own = create(desk, &maria, granted.agreement, &wish("own")).unwrap().key;
        assert_eq!(refused(revoke_as_manager(desk, &maria, own.id, "Mine.")), "own_application");
        assert!(revoke(desk, &maria, own.id, "Leaked.").is_ok());
    }
}

#[test]
fn whoever_holds_the_text_can_kill_the_key_and_learns_nothing_else() {
    for granted in granted() {
        let desk = granted.desk();
        let issued = granted.issue("Map");
        let text = text(&issued);
        assert_eq!(refused(kill_text(desk, &visitor(), &text[..44])), "key_malformed");
        let unknown = crate::domain::key::KeyText::make("nwk", crate::domain::key::Mode::Live, &[5; 32]).reveal();
        assert_eq!(refused(kill_text(desk, &visitor(), &unknown)), "key_unknown");
        assert_eq!(kill_text(desk, &visitor(), &format!(" {text}\n")).unwrap(), Killed::Now);
        assert_eq!(kill_text(desk, &visitor(), &text).unwrap(), Killed::Before);
        let KeyState::Revoked { by, .. } = stored(&granted, issued.key.id).state else { panic!() };
        assert_eq!(by, Revoker::Possession);
        assert_eq!(granted.times_told(NoticeKind::KeyRevoked), 1);
        let search = Search { act: Some("key.kill".to_owned()), ..Search::default() };
        let entries = desk.read(|conn| audit::search(conn, &search, 9)).unwrap();
        assert_eq!((entries.len(), entries[0].capacity.as_str()), (1, "visitor"));
        assert_eq!(entries[0].address.as_deref(), Some("198.51.100.4"));
    }
}

#[test]
fn a_holder_is_warned_on_the_profiles_days_and_once_each() {
    for granted in granted() {
        let desk = granted.desk();
        let expiring = |name: &str, last: &str| {
            let form = KeyForm { expires_on: last.to_owned(), ..form(name) };
            create(desk, granted.maria(), granted.agreement, &form.read(desk.profile.zone).unwrap()).unwrap().key
        };
        let key = expiring("long", "2026-12-31");
        expiring("short", "2026-11-25");
        let rolled = expiring("rolled", "2026-12-31");
        roll(desk, granted.maria(), rolled.id, &RollWish { overlap_days: 0, ..RollWish::default() }).unwrap();
        let successor = granted.desk().read(|conn| keys::of_agreement(conn, granted.agreement)).unwrap();
        let successor = successor.iter().find(|stored| stored.key.predecessor == Some(rolled.id)).unwrap().key.id;
        revoke(desk, granted.maria(), successor, "").unwrap();
        assert_eq!(clocks::warn_expiring(desk).unwrap(), 0, "a key of two days is not warned of at its birth");
        granted.days_on(10); // December 3, noon; the key ends at midnight after the 31st.
        assert_eq!((clocks::warn_expiring(desk).unwrap(), clocks::warn_expiring(desk).unwrap()), (1, 0));
        assert_eq!(granted.told(NoticeKind::KeyExpiring).unwrap().facts["days"], "30");
        granted.days_on(22); // December 25: fourteen days are past too, and only the nearest is said.
        assert_eq!((clocks::warn_expiring(desk).unwrap(), clocks::warn_expiring(desk).unwrap()), (1, 0));
        assert_eq!(granted.told(NoticeKind::KeyExpiring).unwrap().facts["days"], "7");
        granted.days_on(6);
        assert_eq!((clocks::warn_expiring(desk).unwrap(), clocks::warn_expiring(desk).unwrap()), (1, 0));
        assert_eq!(granted.told(NoticeKind::KeyExpiring).unwrap().facts["days"], "1");
        granted.days_on(1);
        assert!(clocks::expire_due(desk).unwrap() >= 1);
        assert!(matches!(stored(&granted, key.id).state, KeyState::Expired { .. }));
        assert_eq!(clocks::expire_due(desk).unwrap(), 0);
    }
}

#[test]
fn an_amendment_takes_keys_along_and_is_no_way_out_of_a_hold() {
    for granted in granted() {
        let desk = granted.desk();
        let old = agreement_on(&granted.city, &["bike-share"]);
        let form = |scope: &str| KeyForm { scopes: vec![scope.to_owned()], ..super::form("bikes") };
        let wish = form("bike-share:read").read(desk.profile.zone).unwrap();
        let key = create(desk, granted.maria(), old, &wish).unwrap().key;
        let ended = create(desk, granted.maria(), old, &wish).unwrap().key;
        revoke(desk, granted.maria(), ended.id, "").unwrap();
        let suspension = Suspension {
            target: HoldTarget::Agreement(old),
            reason: HoldReason::Misuse,
            explanation: "Looked into.".to_owned(),
            case: None,
        };
        enforce::suspend(desk, granted.manager(), &suspension).unwrap();
        let application = desk.read(|conn| agreements::by_id(conn, old)).unwrap().application;
        let next = again::reopen(desk, granted.maria(), application).unwrap();
        let State::Executed { agreement: new, .. } = submit(&granted.city, next) else { panic!() };
        let carried = stored(&granted, key.id);
        assert_eq!((carried.agreement, carried.digest, &carried.scopes), (new, key.digest, &key.scopes));
        assert_eq!(stored(&granted, ended.id).agreement, old);
        let held = desk.read(|conn| holds::in_force(conn, HoldTarget::Agreement(new))).unwrap();
        assert_eq!((held.len(), held[0].explanation.as_str()), (1, "Looked into."));
        assert_eq!(refused(create(desk, granted.maria(), new, &wish)), "agreement_held");
        let amended = desk.read(|conn| applications::by_id(conn, next)).unwrap();
        assert_ne!(amended.id, application);
    }
}

#[test]
fn a_key_is_seen_by_its_party_and_by_who_oversees_it() {
    for granted in granted() {
        let desk = granted.desk();
        let key = granted.issue("Map").key;
        for seer in [granted.maria(), granted.manager(), &granted.city.reviewer, &granted.clerk, &granted.auditor] {
            assert_eq!(cases::view(desk, seer, key.id).unwrap().stored.key, key);
            assert_eq!(cases::list(desk, seer, granted.agreement).unwrap().len(), 1);
        }
        for other in [&granted.stranger, &granted.city.managers[1]] {
            assert_eq!(refused(cases::view(desk, other, key.id)), "missing");
            assert_eq!(refused(cases::list(desk, other, granted.agreement)), "missing");
        }
        assert_eq!(cases::list_mine(desk, granted.maria()).unwrap().len(), 1);
        assert!(cases::list_mine(desk, &granted.stranger).unwrap().is_empty());
    }
}
