//! Twenty at the same moment, on both databases: one effect, and every other is told that somebody was faster.

use std::sync::Barrier;

use super::apply::{self, Signature};
use super::apply_tests::{City, approve, cities, code, draft, item, signature, submit};
use super::keys::{self, KeyForm, RollWish};
use super::review::{self, Decided};
use super::{Caller, CaseError, links, staff};
use crate::domain::application::State;
use crate::domain::id::{AgreementId, ApplicationId};
use crate::domain::limits::Limits;
use crate::domain::people::{Role, RoleGrant};
use crate::domain::review::{Condition, ConditionKind};
use crate::store::{agreements, audit, people};

const RUNNERS: usize = 20;

/// The codes of those who came too late; exactly one did not.
fn one_of_twenty<T: Send>(what: &str, act: impl Fn(usize) -> Result<T, CaseError> + Sync) -> (T, Vec<&'static str>) {
    let barrier = Barrier::new(RUNNERS);
    let results: Vec<_> = std::thread::scope(|scope| {
        let runners: Vec<_> = (0..RUNNERS)
            .map(|number| {
                let (barrier, act) = (&barrier, &act);
                scope.spawn(move || {
                    barrier.wait();
                    act(number)
                })
            })
            .collect();
        runners.into_iter().map(|runner| runner.join().unwrap()).collect()
    });
    let (won, lost): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
    let late: Vec<_> = lost.iter().filter_map(|result| result.as_ref().err()).map(code).collect();
    assert_eq!(won.len(), 1, "{what}: {late:?}");
    (won.into_iter().next().and_then(Result::ok).unwrap(), late)
}

fn acts(city: &City, act: &str) -> usize {
    let all = city.desk.desk.read(|conn| audit::after(conn, 0, 10_000)).unwrap();
    all.iter().filter(|entry| entry.act == act).count()
}

/// An offer with one condition, and what signs it.
fn offered(city: &City) -> (ApplicationId, AgreementId, Signature) {
    let desk = &city.desk.desk;
    let id = draft(city, &["parking"]);
    let signed = signature(city, id);
    submit(city, id);
    let limits = Limits::parse("100/day").unwrap();
    let text = "At most 100 calls a day.".to_owned();
    let condition =
        Condition { text, kind: ConditionKind::Limits { limits }, basis: String::new(), is_precedent: false };
    let decided = Decided::Approve(vec![condition]);
    let state = review::decide(desk, &city.managers[0], id, item(city, id, "parking"), decided, "A good use.").unwrap();
    let State::Offered { agreement, .. } = state else { panic!("{state:?}") };
    let text_hash = desk.read(|conn| agreements::by_id(conn, agreement)).unwrap().text_hash;
    (id, agreement, Signature { text_hash, ..signed })
}

#[test]
fn of_twenty_at_once_one_decides_one_signs_one_rolls_and_one_takes_the_link() {
    for city in cities() {
        let (desk, backend) = (&city.desk.desk, city.desk.backend);
        let id = draft(&city, &["parking"]);
        submit(&city, id);
        let (_, late) = one_of_twenty("decide", |number| {
            approve(&city, if number % 2 == 0 { &city.managers[0] } else { &city.second }, id, "parking")
        });
        let told = ["stale", "already_decided", "wrong_state"];
        assert!(late.iter().all(|code| told.contains(code)), "{backend} {late:?}");

        let (id, agreement, signed) = offered(&city);
        let (_, late) = one_of_twenty("sign", |_| apply::sign(desk, &city.maria, id, &signed));
        assert!(late.iter().all(|code| ["stale", "no_offer"].contains(code)), "{backend} {late:?}");
        assert_eq!(acts(&city, "agreement.execute"), 2, "{backend}: one for each of the two agreements");

        let form = KeyForm { name: "web".to_owned(), scopes: vec!["parking:read".to_owned()], ..KeyForm::default() };
        let wish = form.read(chrono_tz::America::New_York).unwrap();
        let key = keys::create(desk, &city.maria, agreement, &wish).unwrap().key.id;
        let (_, late) = one_of_twenty("roll", |_| keys::roll(desk, &city.maria, key, &RollWish::default()));
        assert!(late.iter().all(|code| ["stale", "key_ended", "key_rolled"].contains(code)), "{backend} {late:?}");

        let ada = city.desk.person("Ada Admin", &[RoleGrant::new(Role::Administrator, None).unwrap()]);
        let invitation = staff::Invitation {
            name: "Nia New".to_owned(),
            email: "nia@norwalk.example".to_owned(),
            roles: vec![RoleGrant::new(Role::Clerk, None).unwrap()],
        };
        staff::invite(desk, &ada, &invitation).unwrap();
        let mail = desk.read(|conn| crate::store::outbox::newest(conn, Some("nia@norwalk.example"), 1)).unwrap();
        let token = links::mint(&desk.secrets, links::Purpose::Invite, mail[0].link.unwrap()).unwrap();
        let taken = |_| desk.act(&city.maria, |work| work.take_link(links::Purpose::Invite, &token));
        let (_, late) = one_of_twenty("take a link", taken);
        assert!(late.iter().all(|code| *code == "link_invalid"), "{backend} {late:?}");
    }
}

#[test]
fn a_decision_and_a_withdrawal_have_one_winner() {
    for city in cities() {
        let desk = &city.desk.desk;
        for _ in 0..4 {
            let id = draft(&city, &["parking"]);
            submit(&city, id);
            let ((), late) = one_of_twenty("decide or withdraw", |number| match number % 2 {
                0 => approve(&city, &city.managers[0], id, "parking").map(|_| ()),
                _ => apply::withdraw(desk, &city.maria, id, "Not needed."),
            });
            let told = ["stale", "wrong_state", "already_decided"];
            assert!(late.iter().all(|code| told.contains(code)), "{} {late:?}", city.desk.backend);
        }
    }
}

#[test]
fn twenty_retries_of_one_request_make_one_key_and_show_its_text_once() {
    for city in cities() {
        let desk = &city.desk.desk;
        let (id, agreement, signed) = offered(&city);
        apply::sign(desk, &city.maria, id, &signed).unwrap();
        let form = KeyForm { name: "web".to_owned(), scopes: vec!["parking:read".to_owned()], ..KeyForm::default() };
        let wish = form.read(chrono_tz::America::New_York).unwrap();
        let maria = Caller { idempotency: Some("one-click".to_owned()), ..city.maria.clone() };
        let late = || CaseError::Stale;
        let ((), replayed) = one_of_twenty("issue", |_| {
            let issued = keys::create(desk, &maria, agreement, &wish).or_else(|error| {
                // A twin of the same instant may be told to ask again; then it gets the same key.
                if matches!(error, CaseError::Stale) {
                    keys::create(desk, &maria, agreement, &wish)
                } else {
                    Err(error)
                }
            })?;
            issued.text.map(|_| ()).ok_or_else(late)
        });
        assert!(replayed.iter().all(|code| *code == "stale"), "{replayed:?}");
        let made = desk.read(|conn| crate::store::keys::of_agreement(conn, agreement)).unwrap();
        assert_eq!(made.len(), 1, "{}", city.desk.backend);
    }
}

#[test]
fn the_last_administrator_cannot_go_by_two_doors_at_once() {
    for city in cities() {
        let desk = &city.desk.desk;
        let role = [RoleGrant::new(Role::Administrator, None).unwrap()];
        let both = [city.desk.person("Ada Admin", &role), city.desk.person("Bo Admin", &role)];
        let ids = both.each_ref().map(|admin| admin.actor.account.unwrap());
        for round in 0..RUNNERS {
            let barrier = Barrier::new(2);
            let gone: Vec<_> = std::thread::scope(|scope| {
                let leave = |at: usize| {
                    let (barrier, both) = (&barrier, &both);
                    scope.spawn(move || {
                        barrier.wait();
                        // One gives the role back, the other is disabled.
                        match at {
                            0 => staff::set_roles(desk, &both[at], ids[at], &[]),
                            _ if round % 2 == 0 => staff::set_roles(desk, &both[at], ids[at], &[]),
                            _ => staff::set_disabled(desk, &both[at], ids[at], true, "Left."),
                        }
                    })
                };
                [leave(0), leave(1)].into_iter().map(|one| one.join().unwrap()).collect()
            });
            let is_left = |id| {
                let account = desk.read(|conn| people::account_by_id(conn, id)).unwrap();
                usize::from(account.disabled_at.is_none() && !account.roles.is_empty())
            };
            assert_eq!(ids.map(is_left).iter().sum::<usize>(), 1, "{}, round {round}: {gone:?}", city.desk.backend);
            for id in ids {
                staff::set_roles(desk, &both[0], id, &role).unwrap();
                staff::set_disabled(desk, &both[0], id, false, "Back.").unwrap();
            }
        }
    }
}
