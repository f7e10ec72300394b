//! Issuing: what is given, what is kept, and what refuses.

use super::*;
use crate::cases::keys::LIVE_KEYS_MAX;
use crate::cases::{agree, enforce, terms};
use crate::domain::hold::{HoldReason, HoldTarget};
use crate::domain::key::{Digest, KeyText, Mode};
use crate::domain::limits::Limits;
use crate::domain::terms::TermsFamily;
use crate::store::applications;
use crate::store::audit::{self, Search};
use crate::store::keys;

#[test]
fn a_key_is_shown_once_and_kept_as_a_digest() {
    for granted in granted() {
        let issued = granted.issue("Map");
        let text = text(&issued);
        assert_eq!(KeyText::parse(&text, "nwk").unwrap().mode(), Mode::Live);
        let stored = granted.desk().read(|conn| keys::by_digest(conn, &Digest::of(&text))).unwrap();
        assert_eq!((&stored.key, stored.holder), (&issued.key, account(granted.maria())));
        let body = serde_json::to_string(&stored.key).unwrap();
        assert!(!body.contains(&text[9..]), "nothing kept contains the text");
        let told = granted.told(NoticeKind::KeyCreated).unwrap();
        assert_eq!(told.facts["path"], format!("/keys/{}", issued.key.id));
        assert!(!told.facts.values().any(|fact| fact.contains(&text)));
        let search = Search { act: Some("key.issue".to_owned()), ..Search::default() };
        let entries = granted.desk().read(|conn| audit::search(conn, &search, 9)).unwrap();
        assert_eq!(entries.len(), 1);
        assert_eq!((entries[0].about.key, entries[0].about.agreement), (Some(issued.key.id), Some(granted.agreement)));
        assert!(!entries[0].after.contains(&Digest::of(&text).to_string()));
    }
}

#[test]
fn a_repeat_gives_the_same_key_without_its_text() {
    for granted in granted() {
        let maria = again(granted.maria(), "form-1");
        let first = create(granted.desk(), &maria, granted.agreement, &wish("Map")).unwrap();
        let second = create(granted.desk(), &maria, granted.agreement, &wish("Map")).unwrap();
        assert_eq!(first.key, second.key);
        assert!(first.text.is_some() && second.text.is_none());
        let other = create(granted.desk(), &maria, granted.agreement, &wish("Other"));
        assert_eq!(refused(other), "idempotency_key_reused");
        assert_eq!(granted.desk().read(|conn| keys::of_agreement(conn, granted.agreement)).unwrap().len(), 1);
        assert_eq!(granted.times_told(NoticeKind::KeyCreated), 1);
    }
}

#[test]
fn only_a_party_issues_and_nobody_else_learns_that_the_agreement_exists() {
    for granted in granted() {
        let auditor = granted.auditor.clone();
        for other in [&granted.stranger, granted.manager(), &granted.clerk, &auditor] {
            assert_eq!(refused(create(granted.desk(), other, granted.agreement, &wish("Map"))), "missing");
        }
        let unknown = granted.desk().new_id(granted.desk().clock.now());
        assert_eq!(refused(create(granted.desk(), granted.maria(), unknown, &wish("Map"))), "missing");
    }
}

#[test]
fn a_key_is_never_wider_than_its_agreement() {
    for granted in granted() {
        let wishes = [
            (KeyForm { scopes: vec!["parking:history".to_owned()], ..form("a") }, "key_scope_exceeds"),
            (KeyForm { scopes: vec!["air-quality:read".to_owned()], ..form("a") }, "key_scope_exceeds"),
            (KeyForm { limits: "5001/day".to_owned(), ..form("a") }, "key_limit_exceeds"),
            (KeyForm { expires_on: "2027-11-24".to_owned(), ..form("a") }, "key_expiry_exceeds"),
            (KeyForm { expires_on: "2026-11-22".to_owned(), ..form("a") }, "key_expiry_past"),
        ];
        for (form, expected) in wishes {
            let wish = form.read(granted.desk().profile.zone).unwrap();
            assert_eq!(refused(create(granted.desk(), granted.maria(), granted.agreement, &wish)), expected);
        }
        let last = KeyForm { expires_on: "2027-11-23".to_owned(), limits: "5000/day".to_owned(), ..form("a") };
        let wish = last.read(granted.desk().profile.zone).unwrap();
        let issued = create(granted.desk(), granted.maria(), granted.agreement, &wish).unwrap();
        assert_eq!(issued.key.limits, Limits::parse("5000/day").unwrap());
    }
}

#[test]
fn an_agreement_has_so_many_working_keys_and_no_more() {
    for granted in granted() {
        let first = granted.issue("0");
        for number in 1..LIVE_KEYS_MAX {
            granted.issue(&number.to_string());
        }
        let more = || create(granted.desk(), granted.maria(), granted.agreement, &wish("more"));
        assert_eq!(refused(more()), "too_many_keys");
        super::super::revoke(granted.desk(), granted.maria(), first.key.id, "").unwrap();
        assert!(more().is_ok(), "an ended key does not count");
    }
}

#[test]
fn no_key_is_issued_under_an_agreement_that_is_not_in_force_or_on_hold() {
    for granted in granted() {
        let more = || refused(create(granted.desk(), granted.maria(), granted.agreement, &wish("more")));
        for target in [HoldTarget::Agreement(granted.agreement), HoldTarget::Requester(account(granted.maria()))] {
            let wish = enforce::Suspension {
                target,
                reason: HoldReason::Misuse,
                explanation: "500 refused calls in a minute.".to_owned(),
                case: None,
            };
            let hold = enforce::suspend(granted.desk(), granted.manager(), &wish).unwrap();
            assert_eq!(more(), "agreement_held");
            enforce::lift(granted.desk(), granted.manager(), hold.id, "Cured.").unwrap();
        }
        agree::terminate(granted.desk(), granted.maria(), granted.agreement, None, "Done.").unwrap();
        assert_eq!(more(), "agreement_not_live");
    }
}

#[test]
fn no_key_is_issued_before_new_terms_are_accepted() {
    for granted in granted() {
        let desk = granted.desk();
        let family = TermsFamily::Standard;
        let current = terms::current(desk, family).unwrap();
        let publish = |is_material| {
            let new = terms::NewTerms {
                family,
                title: "Terms".to_owned(),
                markdown: current.markdown.clone(),
                is_material,
                effective_at: None,
            };
            terms::publish(desk, &Caller::service("test"), &new).unwrap()
        };
        publish(false);
        granted.issue("a small change needs no new acceptance");
        publish(true);
        granted.issue("it does not bind yet");
        granted.days_on(i64::from(desk.profile.agreement.terms_notice_days));
        let late = create(desk, granted.maria(), granted.agreement, &wish("late"));
        assert_eq!(refused(late), "terms_not_accepted");
    }
}

#[test]
fn who_approved_never_gets_the_key() {
    for granted in granted() {
        let desk = granted.desk();
        let approver = account(granted.manager());
        let (carl, shared) = granted.colleague();
        // The approver becomes the owner after approving.
        let moved = Agreement { requester: approver, ..granted.agreement() };
        desk.store.write(|conn| agreements::save(conn, &moved, desk.clock.now())).unwrap();
        assert_eq!(refused(create(desk, granted.manager(), granted.agreement, &wish("mine"))), "own_approval");
        // The approver joins the requester's organisation after approving.
        assert!(create(desk, &carl, shared, &wish("ours")).is_ok());
        granted.join(granted.manager());
        assert_eq!(refused(create(desk, &carl, shared, &wish("ours too"))), "own_approval");
        let application = desk.read(|conn| applications::by_id(conn, moved.application)).unwrap();
        assert_eq!(application.requester, account(granted.maria()));
    }
}
