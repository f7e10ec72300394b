//! Deciding: who may, what it needs, and what becomes of it.

use crate::cases::catalogue::{self, Edit};
use crate::domain::id::ApplicationId;
use crate::domain::people::Role;
use crate::domain::tier::Tier;
use crate::portal::testing::Browser;
use crate::portal::tests::{Office, complains, offices, pairs};
use crate::web::testing::Answer;

/// One item of a case, in somebody's browser.
struct Desk<'a> {
    browser: Browser<'a>,
    here: String,
    decide: String,
}

impl<'a> Desk<'a> {
    async fn of(office: &'a Office, name: &str, id: ApplicationId, slug: &str) -> Self {
        let here = format!("/review/{id}");
        let decide = format!("{here}/items/{}/decide", office.item(id, slug));
        Self { browser: office.of(name).await, here, decide }
    }

    /// Sends the decision form with the number of submissions that the page showed.
    async fn send(&self, fields: &[(&str, &str)]) -> Answer {
        let mut all = vec![("seen", "1")];
        all.extend_from_slice(fields);
        self.browser.send(&self.here, &self.decide, &pairs(&all)).await
    }
}

#[actix_web::test]
async fn a_reviewer_cannot_decide() {
    for office in offices() {
        let id = office.sent(&["parking"]);
        let desk = Desk::of(&office, "Rita Reviewer", id, "parking").await;
        assert!(!desk.browser.page(&desk.here).await.contains(&desk.decide), "no form for it");
        let entries = office.entries();
        let refused = desk.send(&[("outcome", "approve"), ("statement", "Good.")]).await;
        assert_eq!((refused.status, refused.body.contains("role manager")), (403, true), "{}", refused.body);
        assert_eq!((office.entries(), office.application(id).state.as_str()), (entries, "submitted"));
    }
}

#[actix_web::test]
async fn what_is_missing_is_said_at_its_field_and_the_rest_is_kept() {
    for office in offices() {
        let id = office.sent(&["parking"]);
        let desk = Desk::of(&office, "Manager 0", id, "parking").await;
        let entries = office.entries();
        complains(
            &desk.send(&[("statement", "A good use.")]).await,
            "outcome",
            "Choose what you decide",
            &["A good use."],
        );
        let checked = "value=\"approve\" checked";
        complains(
            &desk.send(&[("outcome", "approve"), ("statement", " ")]).await,
            "statement",
            "Give your reasons",
            &[checked],
        );
        let both = [("outcome", "approve"), ("statement", "Yes."), ("condition.2.text", "Only at night.")];
        complains(&desk.send(&both).await, "outcome", "Conditions are filled in below", &["Only at night.", "Yes."]);
        let none = [("outcome", "conditions"), ("statement", "Yes.")];
        complains(&desk.send(&none).await, "condition.1.kind", "Fill in at least one condition", &["Yes."]);
        for (value, kind, field, message) in [
            ("many", "limits", "condition.3.value", "Condition 3:"),
            ("30.6.2027", "ends_on", "condition.3.value", "2027-06-30"),
            ("here", "networks", "condition.3.value", "Condition 3:"),
            ("", "operations", "condition.3.value", "name the operations"),
            ("9-17", "hours", "condition.3.value", "06:00-22:00"),
            ("soon", "delay", "condition.3.value", "whole minutes"),
            ("5", "", "condition.3.kind", "choose its kind"),
        ] {
            let row = [
                ("outcome", "conditions"),
                ("statement", "With care."),
                ("condition.3.kind", kind),
                ("condition.3.value", value),
                ("condition.3.text", "A sentence of the agreement."),
                ("condition.3.basis", "clause 14"),
            ];
            let kept = ["With care.", "A sentence of the agreement.", "clause 14", &format!("value=\"{value}\"")];
            complains(&desk.send(&row).await, field, message, &kept);
        }
        let mute = [("outcome", "conditions"), ("statement", "Yes."), ("condition.12.kind", "promise")];
        let mute = desk.send(&mute).await;
        complains(&mute, "condition.12.text", "write the sentence", &["<details class=\"more\" open>"]);
        assert_eq!((office.entries(), office.application(id).state.as_str()), (entries, "submitted"));
    }
}

#[actix_web::test]
async fn a_denial_needs_coded_reasons_their_citations_the_facts_and_a_remedy() {
    for office in offices() {
        let id = office.sent(&["parking"]);
        let desk = Desk::of(&office, "Manager 0", id, "parking").await;
        let bare = desk.send(&[("outcome", "deny"), ("statement", "Too fine.")]).await;
        let first = office.desk().profile.grounds[0].code.to_string();
        complains(&bare, &format!("ground.{first}"), "Choose at least one coded reason", &["Too fine."]);
        complains(&bare, "remedy", "Say what would change the answer.", &["value=\"deny\" checked"]);
        let ticked = [("outcome", "deny"), ("statement", "Too fine."), ("ground.D7", "yes"), ("remedy", "Hourly.")];
        let ticked = desk.send(&ticked).await;
        complains(&ticked, "explanation.D7", "Reason D7: state the facts", &["Hourly."]);
        let ground = office.desk().profile.ground("D7").unwrap();
        let cite = format!("cite.D7.{}", ground.must_cite[0].name.as_str());
        complains(&ticked, &cite, "", &[]);
        let full = [
            ("outcome", "deny"),
            ("statement", "Too fine."),
            ("ground.D7", "yes"),
            ("explanation.D7", "Hourly means answer the question."),
            (cite.as_str(), "hourly means"),
            ("remedy", "Ask for hourly data."),
        ];
        let page = desk.browser.follow(&desk.send(&full).await).await;
        assert!(page.contains("The denial letter is ready, with both ways to appeal."), "{page}");
        assert!(page.contains("What would change the answer") && page.contains("Ask for hourly data."), "{page}");
        let letter = office.of("Maria Gonzalez").await.page(&format!("/applications/{id}/letter")).await;
        assert!(
            letter.contains("Hourly means answer the question.")
                && letter.matches("class=\"appeal-date\"").count() == 2,
            "{letter}"
        );
    }
}

#[actix_web::test]
async fn approved_as_asked_is_in_force_and_conditions_make_an_offer() {
    for office in offices() {
        let id = office.sent(&["parking"]);
        let desk = Desk::of(&office, "Manager 0", id, "parking").await;
        let page = desk.browser.follow(&desk.send(&[("outcome", "approve"), ("statement", "Good.")]).await).await;
        assert!(page.contains("The agreement is in force") && page.contains("Open the agreement"), "{page}");
        assert!(!page.contains("<legend>Your decision"), "decided once: {page}");

        let id = office.sent(&["parking"]);
        let desk = Desk::of(&office, "Manager 0", id, "parking").await;
        let form = [
            ("outcome", "conditions"),
            ("statement", "Good, with less."),
            ("condition.1.kind", "limits"),
            ("condition.1.value", "100/day"),
            ("condition.1.text", "At most 100 calls a day."),
            ("condition.1.when", "while"),
        ];
        let page = desk.browser.follow(&desk.send(&form).await).await;
        assert!(page.contains("has been offered the agreement") && page.contains("At most 100 calls a day."), "{page}");
        assert_eq!(office.last_act().1, "manager");
        let too_wide = office.sent(&["parking"]);
        let desk = Desk::of(&office, "Manager 0", too_wide, "parking").await;
        let mut wide = form;
        wide[3].1 = "999999/day";
        let wide = desk.send(&wide).await;
        assert_eq!(wide.status, 422);
        assert!(wide.body.contains("There is a problem") && wide.body.contains("999999/day"), "{}", wide.body);
    }
}

#[actix_web::test]
async fn nobody_decides_their_own_application_or_that_of_their_organisation() {
    for office in offices() {
        let id = office.sent(&["parking"]);
        office.appoint("Maria Gonzalez", Role::Manager, 0);
        let desk = Desk::of(&office, "Maria Gonzalez", id, "parking").await;
        let refused = desk.send(&[("outcome", "approve"), ("statement", "I like it.")]).await;
        assert_eq!(refused.status, 403);
        for kept in ["so somebody else must decide this", "I like it.", "Read the application again"] {
            assert!(refused.body.contains(kept), "{kept}: {}", refused.body);
        }
        let manager = office.caller("Second Manager");
        office.city.desk.join(&manager, "Harbor Labs");
        office.city.desk.join(&office.caller("Maria Gonzalez"), "Harbor Labs");
        let mut office = office;
        office.city.maria = office.caller("Maria Gonzalez");
        let shared = office.sent(&["parking"]);
        let desk = Desk::of(&office, "Second Manager", shared, "parking").await;
        assert!(!desk.browser.page(&desk.here).await.contains("<legend>Your decision"));
        assert_eq!(desk.send(&[("outcome", "approve"), ("statement", "Ours.")]).await.status, 403);
        assert_eq!(office.application(shared).state.as_str(), "submitted");
    }
}

#[actix_web::test]
async fn a_restricted_dataset_needs_two_people_who_say_the_same() {
    for office in offices() {
        let id = office.sent(&["cameras"]);
        let first = Desk::of(&office, "Manager 0", id, "cameras").await;
        let form = [
            ("outcome", "conditions"),
            ("statement", "Stills only."),
            ("condition.1.kind", "promise"),
            ("condition.1.text", "No stills are kept."),
        ];
        let page = first.browser.follow(&first.send(&form).await).await;
        assert!(page.contains("A different manager must give the second one; they are told by mail."), "{page}");
        assert!(page.contains("First approval given") && page.contains("No stills are kept."), "{page}");
        assert!(
            page.contains("A different manager must give the second.") && !page.contains("<legend>Your decision"),
            "{page}"
        );
        assert!(office.of("Rita Reviewer").await.page("/review").await.contains("Second approval needed"));
        let alone = first.send(&[("outcome", "confirm"), ("statement", "Me again.")]).await;
        assert_eq!(alone.status, 403);
        assert!(
            alone.body.contains("You gave the first approval.") && alone.body.contains("Me again."),
            "{}",
            alone.body
        );

        let second = Desk::of(&office, "Second Manager", id, "cameras").await;
        let page = second.browser.page(&second.here).await;
        assert!(page.contains("Confirm the first approval and its conditions"), "{page}");
        assert!(
            !page.contains("name=\"outcome\" value=\"approve\"") && !page.contains("condition.1.kind"),
            "no other conditions: {page}"
        );
        let other = second.send(&[("outcome", "approve"), ("statement", "Without conditions.")]).await;
        assert_eq!(other.status, 422);
        assert!(other.body.contains("must have the same conditions") && other.body.contains("Without conditions."));
        let page = second.browser.follow(&second.send(&[("outcome", "confirm"), ("statement", "Agreed.")]).await).await;
        assert!(page.contains("Decided.") && page.contains("Second Manager"), "{page}");
        assert_eq!(office.application(id).state.as_str(), "offered");
    }
}

#[actix_web::test]
async fn what_the_law_forbids_can_only_be_denied() {
    for office in offices() {
        let id = office.sent(&["parking"]);
        let manager = office.caller("Manager 0");
        let version = catalogue::for_staff(office.desk(), &manager, "parking").unwrap().version;
        catalogue::edit(office.desk(), &manager, "parking", Edit::Tier(Tier::Prohibited), version).unwrap();
        let desk = Desk::of(&office, "Manager 0", id, "parking").await;
        let page = desk.browser.page(&desk.here).await;
        assert!(page.contains("The law forbids sharing this dataset"), "{page}");
        assert!(!page.contains("Approve as asked") && page.contains("value=\"deny\""), "{page}");
        for outcome in ["approve", "conditions"] {
            let form = [
                ("outcome", outcome),
                ("statement", "But I want to."),
                ("condition.1.kind", if outcome == "conditions" { "promise" } else { "" }),
                ("condition.1.text", if outcome == "conditions" { "Quietly." } else { "" }),
            ];
            let refused = desk.send(&form).await;
            assert_eq!(refused.status, 422, "{outcome}: {}", refused.body);
            assert!(refused.body.contains("may not be shared by law"), "{outcome}: {}", refused.body);
            assert!(refused.body.contains("But I want to."), "{outcome}: {}", refused.body);
        }
        assert_eq!(office.application(id).state.as_str(), "submitted");
    }
}

#[actix_web::test]
async fn a_form_sent_twice_decides_once() {
    for office in offices() {
        let id = office.sent(&["parking", "air-quality"]);
        let desk = Desk::of(&office, "Manager 0", id, "parking").await;
        let once = desk.browser.get(&desk.here).await.hidden("once");
        let form = [("outcome", "approve"), ("statement", "Good."), ("once", once.as_str())];
        assert_eq!(desk.send(&form).await.status, 303);
        let entries = office.entries();
        assert_eq!(desk.send(&form).await.status, 303, "the same answer again");
        assert_eq!(office.entries(), entries);
        let page = desk.browser.page(&desk.here).await;
        assert!(page.contains("Approved as asked"), "{page}");
    }
}
