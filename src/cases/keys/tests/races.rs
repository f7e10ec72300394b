//! Two at the same moment: one outcome, as if one had come after the other.

use std::sync::Barrier;

use super::*;
use crate::cases::enforce::{self, Suspension};
use crate::cases::keys::{RollWish, kill_text, revoke, roll};
use crate::cases::{Desk, agree};
use crate::domain::audit::{Head, Verifier};
use crate::domain::hold::{HoldReason, HoldTarget};
use crate::domain::id::KeyId;
use crate::store::{audit, keys};

/// How often each race is run.
const ROUNDS: usize = 8;

fn at_once<A: Send, B: Send>(one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B + Send) -> (A, B) {
    let barrier = Barrier::new(2);
    let wait = || barrier.wait();
    std::thread::scope(|scope| {
        let other = scope.spawn(|| {
            wait();
            other()
        });
        wait();
        let one = one();
        (one, other.join().unwrap())
    })
}

fn working(desk: &Desk, agreement: AgreementId) -> Vec<KeyId> {
    let all = desk.read(|conn| keys::of_agreement(conn, agreement)).unwrap();
    let works = |stored: &&keys::StoredKey| stored.key.works_at(desk.clock.now());
    all.iter().filter(works).map(|stored| stored.key.id).collect()
}

#[test]
fn a_roll_and_a_suspension_never_leave_a_free_successor() {
    for granted in granted() {
        let desk = granted.desk();
        for round in 0..ROUNDS {
            let key = granted.issue(&round.to_string()).key;
            let wish = Suspension {
                target: HoldTarget::Key(key.id),
                reason: HoldReason::Leaked,
                explanation: "On a public page.".to_owned(),
                case: None,
            };
            let no_overlap = RollWish::default();
            let (rolled, held) = at_once(
                || roll(desk, granted.maria(), key.id, &no_overlap),
                || enforce::suspend(desk, granted.manager(), &wish),
            );
            match (rolled, held) {
                // The roll came first: the old key has ended and needs no hold.
                (Ok(rolled), Err(late)) => {
                    assert_eq!(code(&late), "key_ended");
                    revoke(desk, granted.maria(), rolled.key.id, "").unwrap();
                }
                (Err(late), Ok(_)) => {
                    assert_eq!(code(&late), "key_held");
                    revoke(desk, granted.maria(), key.id, "").unwrap();
                }
                (rolled, held) => panic!("{}: {:?} {:?}", granted.city.desk.backend, rolled.map(|it| it.key.id), held),
            }
            assert!(working(desk, granted.agreement).is_empty());
        }
    }
}

#[test]
fn of_two_who_end_a_key_one_wins_and_the_other_is_told() {
    for granted in granted() {
        let desk = granted.desk();
        for round in 0..ROUNDS {
            let issued = granted.issue(&round.to_string());
            let (id, text) = (issued.key.id, text(&issued));
            let (revoked, killed) =
                at_once(|| revoke(desk, granted.maria(), id, ""), || kill_text(desk, &granted.stranger, &text));
            let killed = killed.unwrap();
            match revoked {
                Ok(()) => assert_eq!(killed, crate::cases::keys::Killed::Before),
                Err(late) => assert_eq!((code(&late), killed), ("key_ended", crate::cases::keys::Killed::Now)),
            }
        }
        assert_eq!(granted.times_told(NoticeKind::KeyRevoked), ROUNDS);
    }
}

#[test]
fn an_issue_and_a_termination_have_an_order() {
    for granted in granted() {
        let desk = granted.desk();
        let (issued, ended) = at_once(
            || create(desk, granted.maria(), granted.agreement, &wish("late")),
            || agree::terminate(desk, granted.manager(), granted.agreement, Some(granted.city.departments[0]), "Over."),
        );
        ended.unwrap();
        if let Err(late) = issued {
            assert_eq!(code(&late), "agreement_not_live");
        }
        assert_eq!(refused(create(desk, granted.maria(), granted.agreement, &wish("later"))), "agreement_not_live");
    }
}

#[test]
fn a_doubled_click_issues_one_key_and_lifts_one_hold() {
    for granted in granted() {
        let desk = granted.desk();
        for round in 0..ROUNDS {
            let maria = again(granted.maria(), &format!("click-{round}"));
            let issue = || create(desk, &maria, granted.agreement, &wish("Map"));
            let (one, other) = at_once(issue, issue);
            let (one, other) = (one.unwrap(), other.unwrap());
            assert_eq!(one.key.id, other.key.id);
            assert_eq!(usize::from(one.text.is_some()) + usize::from(other.text.is_some()), 1);
            let hold = enforce::pause(desk, granted.maria(), HoldTarget::Key(one.key.id), "").unwrap();
            let lift = || enforce::lift(desk, granted.maria(), hold.id, "Back.");
            let (first, second) = at_once(lift, lift);
            assert_eq!(usize::from(first.is_ok()) + usize::from(second.is_ok()), 1);
            let late = first.err().or(second.err()).unwrap();
            assert!(["already_lifted", "stale"].contains(&code(&late)), "{late}");
        }
        assert_eq!(working(desk, granted.agreement).len(), ROUNDS);
        let mut chain = Verifier::new(None);
        for entry in desk.read(|conn| audit::after(conn, 0, 10_000)).unwrap() {
            chain.take(&entry).unwrap();
        }
        assert_ne!(chain.finish(desk.read(audit::head).unwrap()).unwrap(), Head::EMPTY);
    }
}
