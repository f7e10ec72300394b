//! Mail that did not arrive: set going again, given up, and what nobody may do to a message.

use chrono::Duration;

use super::Again;
use crate::cases::testing::{TestDesk, desks};
use crate::cases::{Caller, CaseError, mailroom, staff};
use crate::domain::id::MessageId;
use crate::domain::notice::{MailState, Notice, NoticeKind, Recipient};
use crate::domain::people::{Role, RoleGrant};
use crate::store::audit::{self, Search as AuditSearch};
use crate::store::mailroom::Search;
use crate::store::outbox;

fn ada(desk: &TestDesk) -> Caller {
    desk.person("Ada Alvarez", &[RoleGrant { role: Role::Administrator, department: None }])
}

/// A message to a stranger, as an act leaves it.
pub(crate) fn owed(desk: &TestDesk, address: &str, kind: NoticeKind) -> MessageId {
    let notice = Notice::new(Recipient::Address(address.to_owned()), kind).with("path", "/");
    desk.desk.act(&Caller::service("test"), |work| work.notify(&notice)).unwrap();
    desk.desk.read(|conn| outbox::newest(conn, Some(address), 1)).unwrap()[0].id
}

/// As the clock that sends mail leaves it after a try that failed.
pub(crate) fn failed(desk: &TestDesk, id: MessageId, is_last: bool) {
    let now = desk.desk.clock.now();
    desk.desk
        .store
        .write(|conn| {
            let message = outbox::one(conn, id)?;
            assert!(outbox::claim(conn, &message, now + Duration::minutes(4))?);
            outbox::failed(conn, id, now, ("451 come later", is_last))
        })
        .unwrap();
}

fn code(error: &CaseError) -> &'static str {
    match error {
        CaseError::Refused(refusal) => refusal.code,
        CaseError::Invalid(_) => "invalid",
        CaseError::Missing | CaseError::Stale | CaseError::Wait(_) | CaseError::Undone(_) | CaseError::Store(_) => {
            "other"
        }
    }
}

#[test]
fn a_dead_letter_is_set_going_again_with_its_tries_kept() {
    for desk in desks() {
        let (ada, id) = (ada(&desk), owed(&desk, "a@people.example", NoticeKind::Withdrawn));
        let again = mailroom::try_again(&desk.desk, &ada, id);
        assert_eq!(code(&again.unwrap_err()), "being_sent", "{}: it is not tried yet", desk.backend);
        failed(&desk, id, true);
        let seen = mailroom::one(&desk.desk, &ada, id).unwrap();
        assert_eq!((seen.message.state.as_str(), seen.tries.len(), seen.not_again), ("dead", 1, None));
        mailroom::try_again(&desk.desk, &ada, id).unwrap();
        let seen = mailroom::one(&desk.desk, &ada, id).unwrap();
        assert_eq!((seen.message.state.as_str(), seen.message.attempts, seen.tries.len()), ("waiting", 0, 1));
        assert_eq!(seen.next_try, Some(desk.desk.clock.now()), "at once");
        failed(&desk, id, false);
        mailroom::try_again(&desk.desk, &ada, id).unwrap();
        let tries = mailroom::one(&desk.desk, &ada, id).unwrap().tries;
        assert!(tries.len() == 2 && tries.iter().all(|one| one.error == "451 come later"), "{tries:?}");
        let found = desk.desk.read(|conn| audit::search(conn, &AuditSearch::default(), 2)).unwrap();
        assert_eq!((found[0].act.as_str(), found[0].name.as_str()), ("outbox.try_again", "Ada Alvarez"));
    }
}

#[test]
fn all_dead_letters_are_set_going_but_those_whose_link_is_over() {
    for desk in desks() {
        let ada = ada(&desk);
        let alive: Vec<_> =
            (0..3).map(|at| owed(&desk, &format!("office-{at}@people.example"), NoticeKind::Withdrawn)).collect();
        let invitation = staff::Invitation {
            name: "Rita Park".to_owned(),
            email: "rita@people.example".to_owned(),
            roles: vec![RoleGrant { role: Role::Clerk, department: None }],
        };
        staff::invite(&desk.desk, &ada, &invitation).unwrap();
        let invited = desk.desk.read(|conn| outbox::newest(conn, Some("rita@people.example"), 1)).unwrap()[0].id;
        for id in alive.iter().chain([&invited]) {
            failed(&desk, *id, true);
        }
        desk.desk.clock.set(desk.desk.clock.now() + Duration::hours(100));
        let seen = mailroom::one(&desk.desk, &ada, invited).unwrap();
        assert_eq!(seen.not_again.unwrap().code, "link_over", "{}", desk.backend);
        assert_eq!(mailroom::try_all_again(&desk.desk, &ada).unwrap(), Again { set_going: 3, left: 1 });
        let dead = Search { state: Some(MailState::Dead), ..Search::default() };
        let (left, counts) = mailroom::list(&desk.desk, &ada, &dead, 10).unwrap();
        assert_eq!((left.len(), left[0].id, counts.dead, counts.waiting), (1, invited, 1, 3));
    }
}

#[test]
fn a_message_that_was_given_up_is_not_sent_whatever_its_last_try_came_to() {
    for desk in desks() {
        let (ada, id) = (ada(&desk), owed(&desk, "a@people.example", NoticeKind::Withdrawn));
        assert_eq!(code(&mailroom::give_up(&desk.desk, &ada, id, " ").unwrap_err()), "invalid");
        mailroom::give_up(&desk.desk, &ada, id, "Told by telephone").unwrap();
        let now = desk.desk.clock.now();
        desk.desk.store.write(|conn| outbox::failed(conn, id, now, ("late", false))).unwrap();
        let seen = mailroom::one(&desk.desk, &ada, id).unwrap();
        assert_eq!((seen.message.state.as_str(), seen.next_try, seen.may_give_up), ("given_up", None, false));
        assert!(desk.desk.read(|conn| outbox::due(conn, now, 10)).unwrap().is_empty(), "{}", desk.backend);
        assert_eq!(code(&mailroom::give_up(&desk.desk, &ada, id, "again").unwrap_err()), "wrong_state");
        let found = desk.desk.read(|conn| audit::search(conn, &AuditSearch::default(), 1)).unwrap();
        assert_eq!((found[0].act.as_str(), found[0].reason.as_deref()), ("outbox.give_up", Some("Told by telephone")));
    }
}

#[test]
fn the_outbox_is_searched_by_state_kind_address_and_day_and_paged() {
    for desk in desks() {
        let ada = ada(&desk);
        let first = owed(&desk, "a_b@people.example", NoticeKind::Withdrawn);
        let begun = desk.desk.clock.now();
        desk.desk.clock.set(begun + Duration::hours(1));
        let second = owed(&desk, "axb@people.example", NoticeKind::Denied);
        let ids = |wanted: Search, limit: i64| -> Vec<MessageId> {
            let (found, _) = mailroom::list(&desk.desk, &ada, &wanted, limit).unwrap();
            found.into_iter().map(|message| message.id).collect()
        };
        assert_eq!(ids(Search::default(), 1), [second], "{}: the newest first", desk.backend);
        assert_eq!(ids(Search { below: Some(second), ..Search::default() }, 9), [first]);
        assert_eq!(ids(Search { kind: Some(NoticeKind::Denied), ..Search::default() }, 9), [second]);
        assert_eq!(ids(Search { to: Some("a_b".to_owned()), ..Search::default() }, 9), [first], "_ is no wildcard");
        let later = begun + Duration::seconds(1);
        assert_eq!(ids(Search { from: Some(later), ..Search::default() }, 9), [second]);
        assert_eq!(ids(Search { until: Some(later), ..Search::default() }, 9), [first]);
        assert_eq!(ids(Search { state: Some(MailState::Sent), ..Search::default() }, 9), []);
        let ben = desk.person("Ben Brown", &[RoleGrant { role: Role::Auditor, department: None }]);
        assert!(mailroom::list(&desk.desk, &ben, &Search::default(), 9).is_err(), "for administrators only");
    }
}
