//! Mails as one chose: at once, gathered for the digest, kept for the page; and what nobody may choose about.

use std::cell::Cell;

use super::testing::{TestDesk, desks};
use super::{Caller, CaseError, notices};
use crate::domain::notice::{Delivery, Group, Notice, NoticeKind, Recipient};
use crate::domain::people::{Role, RoleGrant};
use crate::store::audit::{self, Search};

fn tell(desk: &TestDesk, who: &Caller, kind: NoticeKind) {
    let notice = Notice::new(Recipient::Account(who.actor.account.unwrap()), kind).with("path", "/agreements");
    desk.desk.act(&Caller::service("test"), |work| work.notify(&notice)).unwrap();
}

fn states(desk: &TestDesk, who: &Caller) -> Vec<(NoticeKind, String)> {
    let found = notices::messages(&desk.desk, who).unwrap();
    found.into_iter().rev().map(|message| (message.kind, message.state)).collect()
}

#[test]
fn a_notice_is_owed_as_its_reader_chose_and_what_has_legal_effect_at_once() {
    for desk in desks() {
        let (ana, ben) = (desk.person("Ana Diaz", &[]), desk.person("Ben Brown", &[]));
        let wishes = [(Group::Quotas, Delivery::Never), (Group::Messages, Delivery::Daily)];
        notices::choose(&desk.desk, &ana, &wishes).unwrap();
        for kind in [NoticeKind::QuotaReached, NoticeKind::MessageToRequester, NoticeKind::Denied] {
            tell(&desk, &ana, kind);
            tell(&desk, &ben, kind);
        }
        let state = |kind: NoticeKind, word: &str| (kind, word.to_owned());
        let wanted = [
            state(NoticeKind::QuotaReached, "kept"),
            state(NoticeKind::MessageToRequester, "gathered"),
            state(NoticeKind::Denied, "waiting"),
        ];
        assert_eq!(states(&desk, &ana), wanted, "{}", desk.backend);
        assert!(states(&desk, &ben).iter().all(|(_, state)| state == "waiting"), "the choice is one's own");
        let chosen = notices::mine(&desk.desk, &ana).unwrap();
        let three =
            [(Group::Messages, Delivery::Daily), (Group::Quotas, Delivery::Never), (Group::Members, Delivery::AtOnce)];
        assert_eq!(chosen, three, "staff groups are not offered");
    }
}

#[test]
fn an_act_that_fails_leaves_neither_choice_nor_message() {
    for desk in desks() {
        let ana = desk.person("Ana Diaz", &[]);
        let ran = Cell::new(false);
        let failed = desk.desk.act(&ana, |work| {
            let notice = Notice::new(Recipient::Account(ana.actor.account.unwrap()), NoticeKind::QuotaReached);
            work.notify(&notice)?;
            ran.set(true);
            Err::<(), _>(CaseError::Missing)
        });
        assert!(ran.get() && failed.is_err() && states(&desk, &ana).is_empty(), "{}", desk.backend);
    }
}

#[test]
fn only_what_is_offered_can_be_chosen_and_nothing_is_kept_of_a_wrong_form() {
    for desk in desks() {
        let ana = desk.person("Ana Diaz", &[]);
        let clerk = desk.person("Cleo Clerk", &[RoleGrant::new(Role::Clerk, None).unwrap()]);
        let wrong =
            [(Group::Quotas, Delivery::Never), (Group::Queue, Delivery::Daily), (Group::Messages, Delivery::Never)];
        let Err(CaseError::Invalid(fields)) = notices::choose(&desk.desk, &ana, &wrong) else { panic!("taken") };
        assert_eq!(fields.iter().map(|field| field.field.as_str()).collect::<Vec<_>>(), ["queue", "messages"]);
        assert!(notices::mine(&desk.desk, &ana).unwrap().iter().all(|(_, chosen)| *chosen == Delivery::AtOnce));
        let never = notices::choose(&desk.desk, &clerk, &[(Group::Queue, Delivery::Never)]);
        assert!(matches!(never, Err(CaseError::Invalid(_))), "a queue cannot be silenced");
        notices::choose(&desk.desk, &clerk, &[(Group::Queue, Delivery::Daily)]).unwrap();
        notices::choose(&desk.desk, &clerk, &[(Group::Queue, Delivery::AtOnce)]).unwrap();
        let search = Search { act: Some("account.choose_notices".to_owned()), ..Search::default() };
        let entries = desk.desk.read(|conn| audit::search(conn, &search, 10)).unwrap();
        assert_eq!(entries.len(), 2, "each act has its entry");
    }
}
