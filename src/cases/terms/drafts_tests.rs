//! A draft of terms: kept over logouts, saved by one at a time, published as it was looked at.

use super::drafts::{self as terms_drafts, Asked, Typed};
use crate::cases::apply_tests::{approve, cities, draft, submit};
use crate::cases::testing::{TestDesk, desks, profile_file};
use crate::cases::{Caller, CaseError, terms};
use crate::domain::people::{Role, RoleGrant};
use crate::domain::terms::{Fate, TermsFamily};

const STANDARD: TermsFamily = TermsFamily::Standard;

fn administrator(desk: &TestDesk, name: &str) -> Caller {
    desk.person(name, &[RoleGrant { role: Role::Administrator, department: None }])
}

fn typed(markdown: &str, is_material: bool) -> Typed {
    Typed { title: "Standard terms".to_owned(), markdown: markdown.to_owned(), is_material, effective_on: None }
}

#[test]
fn two_who_write_at_once_lose_nothing() {
    for desk in desks() {
        let (ada, ben) = (administrator(&desk, "Ada Alvarez"), administrator(&desk, "Ben Brown"));
        let save = |who: &Caller, text: &str, version| {
            terms_drafts::save(&desk.desk, who, STANDARD, &typed(text, false), version)
        };
        assert_eq!(save(&ada, "One", 0).unwrap(), 1);
        assert!(matches!(save(&ben, "Two", 0), Err(CaseError::Stale)), "{}", desk.backend);
        let kept = terms_drafts::find(&desk.desk, &ben, STANDARD).unwrap().unwrap();
        assert_eq!((kept.markdown.as_str(), kept.by_name.as_str(), kept.version), ("One", "Ada Alvarez", 1));
        assert_eq!(save(&ben, "Two", 1).unwrap(), 2);
        assert!(matches!(save(&ada, "Three", 1), Err(CaseError::Stale)));
        assert!(matches!(terms_drafts::publish(&desk.desk, &ada, STANDARD, 1), Err(CaseError::Stale)));
        assert!(matches!(terms_drafts::discard(&desk.desk, &ada, STANDARD, 1), Err(CaseError::Stale)));
        terms_drafts::discard(&desk.desk, &ada, STANDARD, 2).unwrap();
        assert_eq!(terms_drafts::find(&desk.desk, &ada, STANDARD).unwrap(), None);
        let clerk = desk.person("Cleo Clerk", &[RoleGrant { role: Role::Clerk, department: None }]);
        assert!(terms_drafts::find(&desk.desk, &clerk, STANDARD).is_err(), "for administrators only");
        assert!(save(&clerk, "Mine", 0).is_err());
        assert!(matches!(save(&ada, "hidden \u{202e} text", 0), Err(CaseError::Invalid(_))));
    }
}

#[test]
fn what_keeps_a_draft_from_being_published_is_said_with_its_place() {
    for desk in desks() {
        terms::set_up(&desk.desk, profile_file).unwrap();
        let ada = administrator(&desk, "Ada Alvarez");
        terms_drafts::save(&desk.desk, &ada, STANDARD, &typed("# A\n\n{{ city }}\n\n{{ nobody }}\n", true), 0).unwrap();
        let review = terms_drafts::review(&desk.desk, &ada, STANDARD, Asked::default()).unwrap();
        assert!(review.planned.is_none() && review.problems.len() == 1, "{:?}", review.problems);
        assert!(
            review.problems[0].message.starts_with("Line 5: {{ nobody }} is no parameter"),
            "{:?}",
            review.problems
        );
        let refused = terms_drafts::publish(&desk.desk, &ada, STANDARD, 1).unwrap_err();
        assert!(matches!(refused, CaseError::Invalid(_)), "{refused:?}");
        assert!(terms_drafts::find(&desk.desk, &ada, STANDARD).unwrap().is_some(), "the draft is still there");
        assert!(matches!(
            terms_drafts::review(&desk.desk, &ada, STANDARD, Asked { against: Some(9), agreement: None }),
            Err(CaseError::Missing)
        ));
    }
}

#[test]
fn a_review_says_what_changes_whom_it_concerns_and_how_an_agreement_would_read() {
    for city in cities() {
        let desk = &city.desk.desk;
        let ada = administrator(&city.desk, "Ada Alvarez");
        let application = draft(&city, &["parking"]);
        submit(&city, application);
        approve(&city, &city.managers[0], application, "parking").unwrap();
        let before = terms::current(desk, STANDARD).unwrap();
        let text = before.markdown.replacen("## (2)", "## (2) New words, then", 1);
        terms_drafts::save(desk, &ada, STANDARD, &typed(&text, true), 0).unwrap();
        let review = terms_drafts::review(desk, &ada, STANDARD, Asked::default()).unwrap();
        let changed: Vec<_> = review.differences.iter().filter(|one| one.fate != Fate::Same).collect();
        assert_eq!((changed.len(), changed[0].fate), (1, Fate::Changed), "{changed:?}");
        assert_eq!((review.concerned.len(), review.told), (1, 1), "{}", city.desk.backend);
        let sample = review.sample.unwrap();
        assert!(sample.number == review.concerned[0].number && sample.text.contains("New words, then"), "{sample:?}");
        let planned = review.planned.unwrap();
        let days = i64::from(desk.profile.agreement.terms_notice_days);
        assert_eq!(planned.effective_at, desk.clock.now() + chrono::Duration::days(days));
        let published = terms_drafts::publish(desk, &ada, STANDARD, 1).unwrap();
        assert_eq!((published.hash, published.number), (planned.hash, before.number + 1), "as it was looked at");
        assert_eq!(terms_drafts::find(desk, &ada, STANDARD).unwrap(), None);
        let twice = terms_drafts::publish(desk, &ada, STANDARD, 1).unwrap_err();
        assert!(matches!(twice, CaseError::Refused(refusal) if refusal.code == "no_draft"));
        let changes = terms::changes(desk, STANDARD, published.number, None).unwrap();
        assert_eq!(changes.since.unwrap().number, before.number);
        assert_eq!(review.concerned[0].application, application);
    }
}
