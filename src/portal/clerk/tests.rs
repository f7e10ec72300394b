//! The clerk's desk: denials with both dates, holds of the clerk and of others, and nobody else at it.

use crate::cases::apply_tests::deny;
use crate::cases::enforce::{self, Suspension};
use crate::domain::hold::{HoldReason, HoldTarget};
use crate::domain::id::HoldId;
use crate::portal::tests::{NOTHING, Office, complains, looks_like_nothing, offices, pairs};
use crate::store::holds;

fn in_force(office: &Office) -> Vec<HoldId> {
    office.desk().read(holds::all_in_force).unwrap().into_iter().map(|hold| hold.id).collect()
}

fn hold(office: &Office, by: &str, target: HoldTarget, explanation: &str) -> HoldId {
    let explanation = explanation.to_owned();
    let wish = Suspension { target, reason: HoldReason::Misuse, explanation, case: None };
    enforce::suspend(office.desk(), &office.caller(by), &wish).unwrap().id
}

#[actix_web::test]
async fn only_the_clerk_sits_at_this_desk() {
    for office in offices() {
        let id = office.sent(&["parking"]);
        deny(&office.city, &office.city.managers[0], id, "parking");
        let letter = format!("/clerk/denials/{id}");
        let entries = office.entries();
        for name in ["Rita Reviewer", "Manager 0", "Ivan Auditor", "Ada Admin", "Maria Gonzalez"] {
            let browser = office.of(name).await;
            for path in ["/clerk", "/clerk/holds", &letter] {
                assert_eq!(browser.get(path).await.status, 403, "{name} {path}");
            }
            for path in ["/clerk/holds", "/clerk/holds/lift"] {
                assert_eq!(browser.send("/account", path, &[]).await.status, 403, "{name} {path}");
            }
        }
        assert_eq!(office.portal.browser().get("/clerk").await.status, 303);
        let clerk = office.of("Clara Clerk").await;
        clerk.page("/clerk").await;
        clerk.page("/clerk/holds").await;
        for path in ["/clerk/holds", "/clerk/holds/lift"] {
            assert_eq!(clerk.bare(path, &[]).await.status, 403, "{path} from elsewhere");
        }
        assert_eq!(office.entries(), entries + 6, "the sign-ins");
    }
}

#[actix_web::test]
async fn each_denial_stands_with_both_dates_and_its_letter() {
    for office in offices() {
        let clerk = office.of("Clara Clerk").await;
        assert!(clerk.page("/clerk/holds").await.contains("No application has been denied"));
        let id = office.sent(&["parking", "air-quality"]);
        deny(&office.city, &office.city.managers[0], id, "parking");
        let pending = office.sent(&["parking"]);
        let denied = office.application(id);
        let page = clerk.page("/clerk/holds").await;
        let clocks = office.desk().profile.denial_clocks("2026-11-23".parse().unwrap());
        for wanted in [&*denied.number, "parking", &clocks.clerk_by.to_string(), &clocks.foic_by.to_string()] {
            assert!(page.contains(wanted), "{wanted}: {page}");
        }
        assert!(!page.contains(&office.application(pending).number) && !page.contains("Over"), "{page}");
        let letter = clerk.page(&format!("/clerk/denials/{id}")).await;
        for wanted in ["Hourly data will do.", "Ask for hourly data.", "Decided by Manager 0", "Ways to appeal"] {
            assert!(letter.contains(wanted), "{wanted}: {letter}");
        }
        assert!(!letter.contains("air quality"), "what is not denied has no letter: {letter}");
        let nothing = format!("/clerk/denials/{NOTHING}");
        looks_like_nothing(&clerk, &format!("/clerk/denials/{pending}"), &nothing).await;
        looks_like_nothing(&clerk, "/clerk/denials/x", &nothing).await;

        office.desk().clock.set(office.desk().clock.now() + chrono::Duration::days(400));
        let clerk = office.of("Clara Clerk").await;
        assert_eq!(clerk.page("/clerk/holds").await.matches(">Over<").count(), 2, "both clocks ran out");
    }
}

#[actix_web::test]
async fn a_hold_says_what_is_missing_keeps_the_rest_and_stops_the_next_call() {
    for office in offices() {
        let agreement = office.executed(&["parking"]);
        let clerk = office.of("Clara Clerk").await;
        let place = async |fields: &[(&str, &str)]| clerk.send("/clerk/holds", "/clerk/holds", &pairs(fields)).await;
        let (number, facts) = (agreement.number.as_str(), "A court asked for it.");
        let full = [("number", number), ("target", "agreement"), ("reason", "administrative"), ("explanation", facts)];
        let mut wrong = full;
        wrong[0].1 = "DSA-1999-0001";
        complains(&place(&wrong).await, "number", "There is no agreement with this number", &["DSA-1999-0001", facts]);
        complains(&place(&full[..2]).await, "reason", "Choose a reason.", &[number]);
        complains(&place(&full[..3]).await, "explanation", "State the facts", &["value=\"administrative\" checked"]);
        let long = "f".repeat(4_001);
        let mut wrong = full;
        wrong[3].1 = &long;
        complains(&place(&wrong).await, "explanation", "4000", &[&long]);
        assert!(in_force(&office).is_empty());
        let page = clerk.follow(&place(&full).await).await;
        for wanted in ["The gate refuses the next call", number, facts, "Lift this hold"] {
            assert!(page.contains(wanted), "{wanted}: {page}");
        }
        assert_eq!(office.last_act(), ("hold.place".to_owned(), "clerk".to_owned()));
        let typed = [("number", &*number.to_lowercase()), full[1], full[2], full[3]];
        assert_eq!(place(&typed).await.status, 303, "small letters name it too");
        let mut person = full;
        person[1].1 = "requester";
        let page = clerk.follow(&place(&person).await).await;
        assert!(page.contains("Every key of Maria Gonzalez"), "{page}");
        assert_eq!(in_force(&office).len(), 3);
    }
}

#[actix_web::test]
async fn the_clerk_lifts_the_clerks_holds_and_only_reads_those_of_others() {
    for office in offices() {
        let agreement = office.executed(&["parking"]);
        let target = HoldTarget::Agreement(agreement.id);
        let theirs = hold(&office, "Manager 0", target, "500 refused calls.");
        let ours = hold(&office, "Clara Clerk", target, "A court asked for it.");
        let clerk = office.of("Clara Clerk").await;
        let page = clerk.page("/clerk/holds").await;
        assert!(page.contains("Holds of other offices") && page.contains(&format!("lift_reason.{ours}")), "{page}");
        assert!(!page.contains(&format!("lift_reason.{theirs}")), "no form for another office's hold: {page}");
        let lift = async |hold: HoldId, reason: &str| {
            let field = format!("lift_reason.{hold}");
            let fields = [("hold", hold.to_string()), (field.as_str(), reason.to_owned())];
            clerk.send("/clerk/holds", "/clerk/holds/lift", &fields).await
        };
        complains(&lift(ours, "").await, &format!("lift_reason.{ours}"), "", &["<details class=\"more\" open>"]);
        let refused = lift(theirs, "It is over.").await;
        assert_eq!((refused.status, refused.body.contains("It is over.")), (403, true), "{}", refused.body);
        assert_eq!(lift(NOTHING.parse().unwrap(), "It is over.").await.status, 404);
        assert_eq!(in_force(&office).len(), 2);
        let page = clerk.follow(&lift(ours, "The court has decided.").await).await;
        assert!(page.contains("The clerk has no holds in force."), "{page}");
        assert_eq!(in_force(&office), [theirs], "lifting one never lifts another");
        assert_eq!(lift(ours, "Again.").await.status, 409, "a second tab");
    }
}
