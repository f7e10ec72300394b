//! Holds as a set: who places, who lifts, and what is told.

use super::*;
use crate::cases::enforce::{self, Suspension};
use crate::cases::keys::view;
use crate::domain::hold::{Hold, HoldReason, HoldTarget};

fn suspension(target: HoldTarget, reason: HoldReason) -> Suspension {
    Suspension { target, reason, explanation: "500 refused calls in a minute.".to_owned(), case: None }
}

fn misuse(target: HoldTarget) -> Suspension {
    suspension(target, HoldReason::Misuse)
}

#[test]
fn lifting_one_hold_never_lifts_another() {
    for granted in granted() {
        let desk = granted.desk();
        let key = granted.issue("Map").key;
        let target = HoldTarget::Key(key.id);
        let departments = enforce::suspend(desk, granted.manager(), &misuse(target)).unwrap();
        let clerks = enforce::suspend(desk, &granted.clerk, &misuse(target)).unwrap();
        let own = enforce::pause(desk, granted.maria(), target, "").unwrap();
        let left = || {
            let holds = view(desk, granted.maria(), key.id).unwrap().holds;
            holds.iter().filter(|hold| hold.is_in_force()).map(|hold| hold.id).collect::<Vec<_>>()
        };
        assert_eq!(left(), [departments.id, clerks.id, own.id]);
        enforce::lift(desk, granted.manager(), departments.id, "Cured.").unwrap();
        assert_eq!(left(), [clerks.id, own.id]);
        assert_eq!(granted.told(NoticeKind::Lifted).unwrap().facts["remaining"], "yes");
        assert_eq!(refused(enforce::lift(desk, granted.manager(), departments.id, "Again.")), "already_lifted");
        enforce::lift(desk, granted.maria(), own.id, "Back.").unwrap();
        enforce::lift(desk, &granted.clerk, clerks.id, "Decided.").unwrap();
        assert!(left().is_empty());
        assert_eq!(granted.told(NoticeKind::Lifted).unwrap().facts["remaining"], "");
        assert_eq!(view(desk, granted.maria(), key.id).unwrap().holds.len(), 3, "lifted holds stay in the record");
    }
}

#[test]
fn only_the_office_that_placed_a_hold_lifts_it() {
    for granted in granted() {
        let desk = granted.desk();
        let target = HoldTarget::Agreement(granted.agreement);
        let hold = enforce::suspend(desk, granted.manager(), &misuse(target)).unwrap();
        let lift = |caller: &Caller, hold: &Hold| refused(enforce::lift(desk, caller, hold.id, "Please."));
        assert_eq!(lift(granted.maria(), &hold), "other_offices_hold");
        assert_eq!(lift(&granted.clerk, &hold), "other_offices_hold");
        for unaware in [&granted.city.managers[1], &granted.city.reviewer, &granted.auditor, &granted.stranger] {
            assert_eq!(lift(unaware, &hold), "missing");
        }
        let own = enforce::pause(desk, granted.maria(), target, "Holidays.").unwrap();
        assert_eq!(lift(granted.manager(), &own), "other_offices_hold");
        assert_eq!(refused(enforce::lift(desk, granted.manager(), hold.id, "")), "required");
        assert!(enforce::lift(desk, &granted.city.second, hold.id, "A colleague may.").is_ok());
    }
}

#[test]
fn only_the_offices_of_the_agreement_and_the_clerk_suspend() {
    for granted in granted() {
        let desk = granted.desk();
        let key = granted.issue("Map").key;
        let targets = [
            HoldTarget::Key(key.id),
            HoldTarget::Agreement(granted.agreement),
            HoldTarget::Requester(account(granted.maria())),
        ];
        for target in targets {
            for other in [granted.maria(), &granted.city.managers[1], &granted.city.reviewer, &granted.auditor] {
                assert_eq!(refused(enforce::suspend(desk, other, &misuse(target))), "missing");
            }
            for reason in [HoldReason::TermsNotAccepted, HoldReason::HolderRequest] {
                let wish = suspension(target, reason);
                assert_eq!(refused(enforce::suspend(desk, granted.manager(), &wish)), "reason_not_yours");
            }
            let silent = Suspension { explanation: " ".to_owned(), ..misuse(target) };
            assert_eq!(refused(enforce::suspend(desk, granted.manager(), &silent)), "required");
            let rule = suspension(target, HoldReason::TermsNotAccepted);
            let hold = enforce::suspend(desk, &Caller::service("clock"), &rule).unwrap();
            assert_eq!(refused(enforce::lift(desk, granted.manager(), hold.id, "No.")), "other_offices_hold");
            enforce::lift(desk, &Caller::service("clock"), hold.id, "Accepted.").unwrap();
        }
        let maria = appoint(&granted, granted.maria(), 0);
        assert_eq!(refused(enforce::suspend(desk, &maria, &misuse(targets[0]))), "own_application");
        assert_eq!(refused(enforce::pause(desk, &maria, targets[2], "")), "target_not_yours");
        assert_eq!(refused(enforce::pause(desk, &granted.stranger, targets[0], "")), "missing");
    }
}

#[test]
fn a_suspension_is_repeated_safely_and_told_with_what_to_do_next() {
    for granted in granted() {
        let desk = granted.desk();
        let key = granted.issue("Map").key;
        let manager = again(granted.manager(), "suspend-1");
        let first = enforce::suspend(desk, &manager, &misuse(HoldTarget::Key(key.id))).unwrap();
        let second = enforce::suspend(desk, &manager, &misuse(HoldTarget::Key(key.id))).unwrap();
        assert_eq!(first, second);
        assert_eq!(granted.times_told(NoticeKind::Suspended), 1);
        let told = granted.told(NoticeKind::Suspended).unwrap().facts;
        assert_eq!(told["explanation"], "500 refused calls in a minute.");
        assert_eq!(told["path"], format!("/keys/{}", key.id));
        super::super::revoke(desk, granted.maria(), key.id, "").unwrap();
        let late = enforce::suspend(desk, granted.manager(), &misuse(HoldTarget::Key(key.id)));
        assert_eq!(refused(late), "key_ended");
    }
}

#[test]
fn a_hold_on_a_person_stops_the_organisation_it_signed_for() {
    for granted in granted() {
        let desk = granted.desk();
        let (carl, shared) = granted.colleague();
        let target = HoldTarget::Requester(account(&carl));
        let hold = enforce::suspend(desk, granted.manager(), &misuse(target)).unwrap();
        assert_eq!(refused(create(desk, &carl, shared, &wish("Map"))), "agreement_held");
        assert!(create(desk, granted.maria(), granted.agreement, &wish("Map")).is_ok(), "hers alone goes on");
        let seen = enforce::in_force(desk, granted.manager()).unwrap();
        assert_eq!(seen.iter().map(|hold| hold.id).collect::<Vec<_>>(), [hold.id]);
        assert!(enforce::in_force(desk, &granted.city.managers[1]).unwrap().is_empty());
        assert_eq!(enforce::in_force(desk, &granted.auditor).unwrap().len(), 1);
        assert!(enforce::in_force(desk, granted.maria()).unwrap().is_empty());
    }
}
