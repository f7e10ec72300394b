//! What must hold between submission and execution, whatever changes meanwhile; letters, reminders and ends.

use diesel::connection::SimpleConnection;

use super::again;
use super::apply::{self, Wanted};
use super::apply_tests::{City, approve, cities, code, deny, draft, item, signature, submit};
use super::catalogue::{self, Edit};
use super::review::{self, Decided};
use super::{Caller, CaseError, agree, letters};
use crate::domain::agreement::AgreementState;
use crate::domain::application::{ItemState, State};
use crate::domain::id::{AgreementId, ApplicationId};
use crate::domain::limits::Limits;
use crate::domain::notice::NoticeKind;
use crate::domain::review::{Condition, ConditionKind};
use crate::domain::tier::Tier;
use crate::store::applications::QueueFilter;
use crate::store::{StoreError, agreements, applications, audit, outbox};

fn edit(city: &City, slug: &str, change: Edit) {
    let manager = &city.managers[0];
    let version = catalogue::for_staff(&city.desk.desk, manager, slug).unwrap().version;
    catalogue::edit(&city.desk.desk, manager, slug, change, version).unwrap();
}

fn conditioned(city: &City, id: ApplicationId, slug: &str, kind: ConditionKind) -> Result<State, CaseError> {
    let text = "Only <b>this</b> [way](https://evil.example).".to_owned();
    let condition = Condition { text, kind, basis: String::new(), is_precedent: false };
    let decided = Decided::Approve(vec![condition]);
    review::decide(&city.desk.desk, &city.managers[0], id, item(city, id, slug), decided, "Fine so.")
}

fn executed(state: &State) -> AgreementId {
    let State::Executed { agreement, .. } = state else { panic!("{state:?}") };
    *agreement
}

fn application(city: &City, id: ApplicationId) -> crate::domain::application::Application {
    city.desk.desk.read(|conn| applications::by_id(conn, id)).unwrap()
}

fn change_answer(city: &City, id: ApplicationId, name: &str, text: &str) {
    let version = application(city, id).version;
    let answers = [(name.to_owned(), text.to_owned())];
    apply::save(&city.desk.desk, &city.maria, id, &answers, None, version).unwrap();
}

fn mails(city: &City, kind: NoticeKind) -> Vec<outbox::Message> {
    let all = city.desk.desk.read(|conn| outbox::newest(conn, None, 500)).unwrap();
    all.into_iter().filter(|message| message.kind == kind).collect()
}

fn days_later(city: &City, days: i64) {
    let clock = &city.desk.desk.clock;
    clock.set(clock.now() + chrono::Duration::days(days));
}

#[test]
fn a_tier_raised_after_submission_needs_the_second_person_and_the_stricter_terms() {
    for city in cities() {
        let id = draft(&city, &["parking"]);
        submit(&city, id);
        edit(&city, "parking", Edit::Tier(Tier::Restricted));
        assert!(matches!(approve(&city, &city.managers[0], id, "parking").unwrap(), State::Submitted { .. }));
        assert_eq!(code(&approve(&city, &city.managers[0], id, "parking").unwrap_err()), "second_person_needed");
        let state = approve(&city, &city.second, id, "parking").unwrap();
        assert!(matches!(state, State::Offered { .. }), "other terms serve tier 3: {state:?}");
        let entries = city.desk.desk.read(|conn| audit::after(conn, 0, 1_000)).unwrap();
        let acts: Vec<_> = entries.iter().rev().take(2).map(|entry| entry.act.as_str()).collect();
        assert_eq!(acts, ["letter.sent", "application.offer"], "the change of mind stands in the audit");
    }
}

#[test]
fn a_tier_raised_after_the_offer_stops_its_execution() {
    for city in cities() {
        let desk = &city.desk.desk;
        let id = draft(&city, &["parking"]);
        submit(&city, id);
        let state = conditioned(&city, id, "parking", ConditionKind::Promise).unwrap();
        let State::Offered { agreement, .. } = state else { panic!("{state:?}") };
        let offered = desk.read(|conn| agreements::by_id(conn, agreement)).unwrap();
        let terms = desk.read(|conn| crate::store::terms::by_id(conn, offered.terms)).unwrap();
        let signed = apply::Signature {
            reviewed: String::new(),
            terms: terms.id.to_string(),
            terms_hash: terms.hash.to_string(),
            text_hash: offered.text_hash,
            name: "Maria Gonzalez".to_owned(),
            title: "Owner".to_owned(),
            has_authority: true,
            consents: true,
            declarations: Vec::new(),
        };
        edit(&city, "parking", Edit::Tier(Tier::Prohibited));
        assert_eq!(code(&apply::sign(desk, &city.maria, id, &signed).unwrap_err()), "prohibited");
        edit(&city, "parking", Edit::Tier(Tier::Restricted));
        assert_eq!(code(&apply::sign(desk, &city.maria, id, &signed).unwrap_err()), "tier_changed");
        assert!(matches!(application(&city, id).state, State::Offered { .. }));
        edit(&city, "parking", Edit::Tier(Tier::Conditioned));
        let agreement = executed(&apply::sign(desk, &city.maria, id, &signed).unwrap());
        let view = agree::mine(desk, &city.maria, agreement).unwrap();
        assert!(view.text.contains("\\<b\\>this\\</b\\> \\[way\\]\\("), "typed text stays text: {}", view.text);
        let execution = view.agreement.execution().unwrap();
        assert!(desk.secrets.is_signed(&agree::signed_line(&view.agreement, execution), &view.signature.unwrap()));
    }
}

#[test]
fn conditions_are_checked_when_they_are_set() {
    for city in cities() {
        let id = draft(&city, &["parking"]);
        submit(&city, id);
        edit(&city, "parking", Edit::Limits(Limits::parse("5000/day").unwrap()));
        let wide = ConditionKind::Limits { limits: Limits::parse("6000/day").unwrap() };
        assert_eq!(code(&conditioned(&city, id, "parking", wide).unwrap_err()), "limits_too_wide");
        let other = ConditionKind::Operations { operations: vec!["bulk".to_owned()] };
        assert_eq!(code(&conditioned(&city, id, "parking", other).unwrap_err()), "operations_empty");
        let over = ConditionKind::EndsOn { day: "2026-11-22".parse().unwrap() };
        assert_eq!(code(&conditioned(&city, id, "parking", over).unwrap_err()), "ends_in_the_past");
        let today = ConditionKind::EndsOn { day: "2026-11-23".parse().unwrap() };
        assert!(matches!(conditioned(&city, id, "parking", today).unwrap(), State::Offered { .. }));
    }
}

#[test]
fn the_department_reads_and_decides_what_was_sent_and_nothing_typed_since() {
    for city in cities() {
        let desk = &city.desk.desk;
        let id = draft(&city, &["parking", "air-quality"]);
        submit(&city, id);
        approve(&city, &city.managers[1], id, "air-quality").unwrap();
        review::ask(desk, &city.reviewer, id, city.departments[0], "For whom?").unwrap();
        change_answer(&city, id, "purpose", "Sell it to anybody.");
        let (read, _) = review::read(desk, &city.reviewer, id).unwrap();
        assert_eq!(read.answers.get("purpose"), "Show free bays on a map.");
        let queue = review::queue(desk, &city.reviewer, &QueueFilter::default()).unwrap();
        assert_eq!(queue[0].answers.get("purpose"), "Show free bays on a map.");
        assert_eq!(code(&apply::answer(desk, &city.maria, id, "For all.").unwrap_err()), "resubmit_needed");
        submit(&city, id);
        let (read, _) = review::read(desk, &city.reviewer, id).unwrap();
        let differences = read.differences();
        assert_eq!((differences.len(), differences[0].name.as_str()), (1, "purpose"));
        assert!(
            read.items.iter().all(|item| matches!(item.state, ItemState::Pending { .. })),
            "the approval was for another purpose"
        );
        approve(&city, &city.managers[1], id, "air-quality").unwrap();
        let agreement = executed(&approve(&city, &city.managers[0], id, "parking").unwrap());
        let agreement = desk.read(|conn| agreements::by_id(conn, agreement)).unwrap();
        assert_eq!(agreement.schedules.len(), 2);
        assert_eq!(agreement.execution().unwrap().signature.declarations.len(), desk.profile.declarations.len());
    }
}

#[test]
fn every_refusal_is_told_with_its_letter_and_each_part_with_its_own_dates() {
    for city in cities() {
        let id = draft(&city, &["parking", "air-quality"]);
        submit(&city, id);
        deny(&city, &city.managers[1], id, "air-quality");
        let first = mails(&city, NoticeKind::ItemDecided);
        assert!(first[0].facts["letter"].contains("air quality was denied"), "{:?}", first[0].facts);
        days_later(&city, 2);
        deny(&city, &city.managers[0], id, "parking");
        let whole = mails(&city, NoticeKind::Denied);
        assert_eq!(whole.len(), 1);
        assert!(whole[0].facts["path"].ends_with("/letter"));
        let letter = letters::denial(&city.desk.desk.profile, &application(&city, id)).unwrap();
        let dates: Vec<_> = letter.parts.iter().map(|part| part.state_by.to_string()).collect();
        assert_eq!(dates, ["2026-12-25", "2026-12-23"], "30 days after each refusal");
        assert_eq!(letter.state.by.to_string(), "2026-12-23", "the earlier day is in time for both");
        let told = &whole[0].facts["letter"];
        for day in ["Fri Dec 25, 2026", "Wed Dec 23, 2026"] {
            assert!(told.contains(day), "{day} in {told}");
        }
    }
}

#[test]
fn a_partial_refusal_comes_with_the_offer_of_the_rest() {
    for city in cities() {
        let id = draft(&city, &["parking", "air-quality"]);
        submit(&city, id);
        approve(&city, &city.managers[0], id, "parking").unwrap();
        let state = deny(&city, &city.managers[1], id, "air-quality");
        let State::Offered { agreement, .. } = state else { panic!("{state:?}") };
        assert!(mails(&city, NoticeKind::Offered)[0].facts["letter"].contains("air quality was denied"));
        let view = agree::mine(&city.desk.desk, &city.maria, agreement).unwrap();
        assert_eq!(view.agreement.schedules.len(), 1);
        assert!(!view.text.contains("air-quality"), "what was refused stands nowhere in the text");
    }
}

#[test]
fn a_failing_audit_entry_undoes_submission_and_decision() {
    for city in cities() {
        let desk = &city.desk.desk;
        let (drafted, sent) = (draft(&city, &["bike-share"]), draft(&city, &["parking"]));
        submit(&city, sent);
        let signed = signature(&city, drafted);
        let before = (application(&city, drafted), application(&city, sent));
        let mails_before = desk.read(|conn| outbox::newest(conn, None, 500)).unwrap().len();
        // The trigger strikes at the entry of the agreement, the last of the act.
        let trigger = if city.desk.backend == "sqlite" {
            "CREATE TRIGGER fail BEFORE INSERT ON audit WHEN NEW.act = 'agreement.execute' \
             BEGIN SELECT RAISE(ABORT, 'no'); END"
        } else {
            "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS \
             'BEGIN IF NEW.act = ''agreement.execute'' THEN RAISE EXCEPTION ''no''; END IF; RETURN NEW; END'; \
             CREATE TRIGGER fail BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION fail()"
        };
        desk.store.read(|conn| conn.batch_execute(trigger).map_err(StoreError::from)).unwrap();
        assert_eq!(code(&apply::submit(desk, &city.maria, drafted, &signed).unwrap_err()), "store");
        assert_eq!(code(&approve(&city, &city.managers[0], sent, "parking").unwrap_err()), "store");
        assert_eq!((application(&city, drafted), application(&city, sent)), before, "{}", city.desk.backend);
        let left = desk.read(|conn| agreements::of_departments(conn, None, None, 10)).unwrap();
        assert_eq!(left, Vec::new());
        assert_eq!(desk.read(|conn| outbox::newest(conn, None, 500)).unwrap().len(), mails_before);
    }
}

#[test]
fn a_denied_amendment_tried_again_still_replaces_the_agreement_it_amends() {
    for city in cities() {
        let desk = &city.desk.desk;
        let first = draft(&city, &["parking"]);
        submit(&city, first);
        let old = executed(&approve(&city, &city.managers[0], first, "parking").unwrap());
        let second = again::reopen(desk, &city.maria, first).unwrap();
        submit(&city, second);
        deny(&city, &city.managers[0], second, "parking");
        assert!(agree::mine(desk, &city.maria, old).unwrap().agreement.is_live(desk.clock.now()));
        let third = again::reopen(desk, &city.maria, second).unwrap();
        assert_eq!(application(&city, third).follows, Some(second));
        submit(&city, third);
        let new = executed(&approve(&city, &city.managers[0], third, "parking").unwrap());
        let old = agree::mine(desk, &city.maria, old).unwrap().agreement;
        assert!(matches!(old.state, AgreementState::Superseded { by, .. } if by == new), "{:?}", old.state);
        assert_eq!(agree::mine(desk, &city.maria, new).unwrap().agreement.previous, Some(old.id));
    }
}

#[test]
fn members_of_one_organisation_share_applications_and_agreements_and_nobody_else_does() {
    for city in cities() {
        let desk = &city.desk.desk;
        let now = desk.clock.now();
        let join = |caller: &Caller| {
            city.desk.join(caller, "Harbor Labs");
            city.desk.caller(caller.actor.account.unwrap())
        };
        let carl = join(&city.desk.person("Carl Colleague", &[]));
        let own_manager = join(&city.second);
        let city = City { maria: join(&city.maria), ..city };
        let desk = &city.desk.desk;
        let id = draft(&city, &["parking"]);
        assert_eq!(apply::list(desk, &carl).unwrap().len(), 1);
        let signed = signature(&city, id);
        assert!(matches!(apply::submit(desk, &carl, id, &signed).unwrap(), State::Submitted { .. }));
        assert_eq!(code(&approve(&city, &own_manager, id, "parking").unwrap_err()), "own_application");
        let agreement = executed(&approve(&city, &city.managers[0], id, "parking").unwrap());
        let seen = agree::mine(desk, &carl, agreement).unwrap().agreement;
        assert_eq!(seen.execution().unwrap().signature.account, carl.actor.account.unwrap(), "who signed is kept");
        assert_eq!(agree::list(desk, &carl).unwrap().len(), 1);
        let stranger = city.desk.person("Steven Stranger", &[]);
        assert_eq!(code(&agree::mine(desk, &stranger, agreement).unwrap_err()), "missing");
        assert_eq!(code(&agree::for_staff(desk, &city.managers[1], agreement).unwrap_err()), "missing");
        assert_eq!(code(&agree::terminate(desk, &stranger, agreement, None, "x").unwrap_err()), "missing");
        agree::terminate(desk, &carl, agreement, None, "The app is closed.").unwrap();
        assert!(!agree::mine(desk, &city.maria, agreement).unwrap().agreement.is_live(now));
    }
}

#[test]
fn holders_are_reminded_once_for_each_day_and_the_term_ends() {
    for city in cities() {
        let desk = &city.desk.desk;
        let id = draft(&city, &["parking"]);
        submit(&city, id);
        let agreement = executed(&approve(&city, &city.managers[0], id, "parking").unwrap());
        let ends_at = agree::mine(desk, &city.maria, agreement).unwrap().agreement.execution().unwrap().ends_at;
        assert_eq!(agree::remind_of_ends(desk).unwrap(), 0, "a year is left");
        let mut told = Vec::new();
        for days in [61, 60, 59, 30, 14, 10, 7, 2, 1] {
            desk.clock.set(ends_at - chrono::Duration::days(days));
            let count = agree::remind_of_ends(desk).unwrap();
            assert_eq!(agree::remind_of_ends(desk).unwrap(), 0, "said once");
            told.extend(std::iter::repeat_n(days, count));
        }
        assert_eq!(told, [60, 30, 14, 7, 1]);
        assert_eq!(mails(&city, NoticeKind::AgreementEnding).len(), 5);
        assert_eq!(agree::expire_agreements(desk).unwrap(), 0);
        desk.clock.set(ends_at);
        assert_eq!(agree::remind_of_ends(desk).unwrap(), 0);
        assert_eq!(agree::expire_agreements(desk).unwrap(), 1);
        assert_eq!(agree::expire_agreements(desk).unwrap(), 0);
        let ended = agree::mine(desk, &city.maria, agreement).unwrap().agreement;
        assert!(matches!(ended.state, AgreementState::Expired { .. }));
        let renewal = again::reopen(desk, &city.maria, id).unwrap();
        assert_eq!(application(&city, renewal).amends, Some(agreement), "the chain goes on after the end");
        submit(&city, renewal);
        executed(&approve(&city, &city.managers[0], renewal, "parking").unwrap());
    }
}

#[test]
fn several_days_past_at_once_are_said_as_the_nearest() {
    for city in cities() {
        let desk = &city.desk.desk;
        let id = draft(&city, &["bike-share"]);
        let agreement = executed(&submit(&city, id));
        let ends_at = agree::mine(desk, &city.maria, agreement).unwrap().agreement.execution().unwrap().ends_at;
        desk.clock.set(ends_at - chrono::Duration::days(5));
        assert_eq!(agree::remind_of_ends(desk).unwrap(), 1);
        let mail = &mails(&city, NoticeKind::AgreementEnding)[0];
        assert_eq!((mail.facts["days"].as_str(), mail.facts["ends_on"].as_str()), ("4", "2027-11-23"));
    }
}

#[test]
fn a_dataset_outside_the_catalogue_is_no_dataset() {
    for city in cities() {
        let desk = &city.desk.desk;
        edit(&city, "parking", Edit::Publish(false));
        let start = |slug: &str| apply::start(desk, &city.maria, &[slug.to_owned()]).unwrap_err();
        let (hidden, none) = (start("parking"), start("no-such-thing"));
        let (CaseError::Invalid(hidden), CaseError::Invalid(none)) = (hidden, none) else { panic!() };
        assert_eq!(hidden[0].message.replace("parking", "no-such-thing"), none[0].message);
        assert_eq!((hidden[0].code, none[0].code), ("unknown_dataset", "unknown_dataset"));
    }
}

#[test]
fn a_draft_tells_what_became_impossible_and_keeps_the_rest() {
    for city in cities() {
        let desk = &city.desk.desk;
        let id = draft(&city, &["parking"]);
        edit(&city, "parking", Edit::Tier(Tier::Open));
        let review = apply::review(desk, &city.maria, id).unwrap();
        assert_eq!(review.problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), ["no_key_needed"]);
        change_answer(&city, id, "title", "Find a bay now");
        let wish = Wanted { slug: "parking".to_owned(), operations: vec!["fly".to_owned()], ..Wanted::default() };
        let version = application(&city, id).version;
        let wrong = apply::save(desk, &city.maria, id, &[], Some(&[wish]), version).unwrap_err();
        assert_eq!(code(&wrong), "unknown_operation");
        edit(&city, "parking", Edit::Tier(Tier::Registered));
        executed(&submit(&city, id));
    }
}
