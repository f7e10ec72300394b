//! One test for each rule of an application; the whole tables stand in `tables`.

mod counters;
mod tables;

use super::{Answers, Application, Asked, Change, Command, Item, ItemState, Proposal, Settlement, State, Submission};
use crate::domain::agreement::{CONSENT_VERSION, Evidence};
use crate::domain::id::{DepartmentId, Id};
use crate::domain::notice::{NoticeKind, Recipient};
use crate::domain::people::{Actor, Role, RoleGrant};
use crate::domain::review::{Advice, Condition, ConditionKind, Decision, Ground, Verdict};
use crate::domain::tier::Tier;
use crate::domain::time::Instant;

const MARIA: u8 = 1;
pub(crate) const TRAFFIC: u8 = 30;
pub(crate) const POLICE: u8 = 31;
const NEW_AGREEMENT: u8 = 60;

pub(crate) fn id<K>(number: u8) -> Id<K> {
    Id::from_uuid(uuid::Uuid::from_bytes([number; 16]))
}

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

pub(crate) fn now() -> Instant {
    at("2026-11-23T17:00:00Z")
}

fn lapses_at() -> Instant {
    at("2026-12-23T17:00:00Z")
}

pub(crate) fn person(number: u8, name: &str, roles: &[(Role, u8)]) -> Actor {
    let roles = roles.iter().map(|(role, department)| RoleGrant { role: *role, department: Some(id(*department)) });
    Actor {
        account: Some(id(number)),
        name: name.to_owned(),
        organisation: None,
        roles: roles.collect(),
        address: None,
    }
}

pub(crate) fn maria() -> Actor {
    Actor { organisation: Some(id(50)), ..person(MARIA, "Maria", &[]) }
}

pub(crate) fn manager() -> Actor {
    person(2, "Max", &[(Role::Manager, TRAFFIC)])
}

fn clerk() -> Actor {
    let role = RoleGrant { role: Role::Clerk, department: None };
    Actor { roles: vec![role], ..person(12, "Clara", &[]) }
}

fn other_manager() -> Actor {
    person(3, "Mona", &[(Role::Manager, TRAFFIC)])
}

pub(crate) fn police() -> Actor {
    person(4, "Paul", &[(Role::Manager, POLICE)])
}

pub(crate) fn reviewer() -> Actor {
    person(5, "Rita", &[(Role::Reviewer, TRAFFIC)])
}

fn evidence() -> Evidence {
    Evidence {
        account: id(MARIA),
        terms: id(70),
        terms_hash: "a".repeat(64),
        text_hash: "b".repeat(64),
        reviewed: String::new(),
        declarations: Vec::new(),
        consent: CONSENT_VERSION.to_owned(),
        name: "Maria".to_owned(),
        title: "Owner".to_owned(),
        has_authority: true,
        at: now(),
        zone: "America/New_York".to_owned(),
        address: "192.0.2.7".to_owned(),
        agent: "test".to_owned(),
    }
}

pub(crate) fn item(number: u8, department: u8, tier: Tier) -> Item {
    Item {
        id: id(number),
        asked: Asked {
            dataset: id(number),
            operations: vec!["read".to_owned()],
            sensitive: std::collections::BTreeMap::new(),
        },
        slug: format!("dataset-{number}"),
        title: format!("Dataset {number}"),
        department: id(department),
        tier,
        state: ItemState::Pending { first: None },
        recommendation: None,
        countered: Vec::new(),
    }
}

fn draft(items: Vec<Item>) -> Application {
    let mut answers = Answers::default();
    answers.set("title", "Find a bay").unwrap();
    Application {
        id: id(40),
        number: "APP-2026-0001".to_owned(),
        requester: id(MARIA),
        requester_name: "Maria".to_owned(),
        organisation: Some(id(50)),
        answers,
        items,
        state: State::Draft,
        submissions: Vec::new(),
        recusals: Vec::new(),
        amends: None,
        follows: None,
        reopened_as: None,
        created_at: now(),
        version: 1,
    }
}

pub(crate) fn submitted(items: Vec<Item>) -> Application {
    let draft = draft(items);
    let submission =
        Submission { at: now(), answers: draft.answers.clone(), asked: draft.asked(), evidence: evidence() };
    Application { state: State::Submitted { at: now() }, submissions: vec![submission], ..draft }
}

fn promise(text: &str) -> Condition {
    Condition { text: text.to_owned(), kind: ConditionKind::Promise, basis: String::new(), is_precedent: false }
}

fn approve() -> Verdict {
    Verdict::Approve { conditions: Vec::new() }
}

fn approve_if(text: &str) -> Verdict {
    Verdict::Approve { conditions: vec![promise(text)] }
}

pub(crate) fn deny() -> Verdict {
    let ground =
        Ground { code: "D7".to_owned(), cites: "hourly means".to_owned(), explanation: "Too fine.".to_owned() };
    Verdict::Deny { grounds: vec![ground], remedy: "Ask for hourly means.".to_owned() }
}

pub(crate) fn decision(verdict: Verdict) -> Decision {
    Decision {
        verdict,
        statement: "Good use.".to_owned(),
        by: id(2),
        by_name: "Max".to_owned(),
        department: id(TRAFFIC),
        at: now(),
    }
}

fn deciding(item: u8, verdict: Verdict) -> Command {
    Command::Decide {
        item: id(item),
        verdict,
        statement: "Good use.".to_owned(),
        agreement: id(NEW_AGREEMENT),
        offer_days: 30,
    }
}

fn submitting(application: &Application) -> Command {
    let reviewed = application.reviewed_digest();
    Command::Submit { evidence: evidence(), reviewed, agreement: id(NEW_AGREEMENT) }
}

fn saving(application: &Application, name: &str, answer: &str) -> Command {
    let mut answers = application.answers.clone();
    answers.set(name, answer).unwrap();
    Command::Save { answers, items: application.items.clone() }
}

fn asking(text: &str) -> Command {
    Command::Ask { department: id(TRAFFIC), text: text.to_owned(), about: None }
}

fn done(application: &Application, command: Command, actor: &Actor) -> Change {
    application.decide(command, actor, now()).unwrap()
}

fn refused(application: &Application, command: Command, actor: &Actor) -> &'static str {
    application.decide(command, actor, now()).unwrap_err().code
}

fn in_state(word: &str) -> Application {
    let mut application = submitted(vec![item(10, TRAFFIC, Tier::Conditioned)]);
    let approved = |verdict| ItemState::Approved { decision: decision(verdict), first: None };
    match word {
        "draft" => return draft(vec![item(10, TRAFFIC, Tier::Conditioned)]),
        "submitted" => {}
        "info_requested" => application.state = State::InfoRequested { at: now(), department: id(TRAFFIC) },
        "offered" => {
            application.items[0].state = approved(approve_if("Show the city's name."));
            application.state = State::Offered { at: now(), lapses_at: lapses_at(), agreement: id(61) };
        }
        "executed" => {
            application.items[0].state = approved(approve());
            application.state = State::Executed { at: now(), agreement: id(61) };
        }
        "denied" => {
            application.items[0].state = ItemState::Denied { decision: decision(deny()) };
            application.state = State::Denied { at: now() };
        }
        "withdrawn" => application.state = State::Withdrawn { at: now(), reason: String::new() },
        "lapsed" => application.state = State::Lapsed { at: now() },
        "converted" => {
            application.state = State::Converted { at: now(), requests: vec!["REC-2026-0001".to_owned()] };
        }
        other => panic!("unknown state {other}"),
    }
    application
}

#[test]
fn a_private_draft_is_invisible_to_staff_even_after_withdrawal() {
    let draft = in_state("draft");
    assert!(!draft.is_visible_to_staff() && draft.as_submitted().is_none());
    let withdrawn = done(&draft, Command::Withdraw { reason: String::new() }, &maria());
    assert_eq!(withdrawn.notices, Vec::new(), "nobody hears of a draft");
    let note = Command::Note { department: id(TRAFFIC), text: "Hm.".to_owned() };
    assert_eq!(refused(&withdrawn.next, note, &reviewer()), "not_your_department");
}

#[test]
fn what_was_reviewed_is_what_is_signed() {
    let draft = in_state("draft");
    let command = submitting(&draft);
    let edited = done(&draft, saving(&draft, "purpose", "Sell it."), &maria()).next;
    assert_eq!(refused(&edited, command, &maria()), "review_again");
    let none = Evidence { consent: String::new(), ..evidence() };
    let unsigned = Command::Submit { evidence: none, reviewed: draft.reviewed_digest(), agreement: id(NEW_AGREEMENT) };
    assert_eq!(refused(&draft, unsigned, &maria()), "consent_needed");
}

#[test]
fn tier_one_is_granted_at_submission_and_executes_alone() {
    let alone = draft(vec![item(10, TRAFFIC, Tier::Registered)]);
    let change = done(&alone, submitting(&alone), &maria());
    assert_eq!(change.settlement, Some(Settlement::Execute(id(NEW_AGREEMENT))));
    assert!(matches!(change.next.items[0].state, ItemState::Granted { .. }));
    let requester = Recipient::Party(id(MARIA), Some(id(50)));
    assert!(change.notices.iter().all(|notice| notice.to == requester), "no department is asked");
    let mixed = draft(vec![item(10, TRAFFIC, Tier::Registered), item(11, POLICE, Tier::Conditioned)]);
    let change = done(&mixed, submitting(&mixed), &maria());
    assert_eq!(change.settlement, None);
    assert!(matches!(change.next.state, State::Submitted { .. }));
    assert_eq!(change.next.items[0].state.as_str(), "approved");
}

#[test]
fn datasets_that_cannot_be_asked_for_stop_the_submission() {
    for (tier, code) in [(Tier::Open, "no_key_needed"), (Tier::Prohibited, "prohibited")] {
        let draft = draft(vec![item(10, TRAFFIC, tier)]);
        assert_eq!(refused(&draft, submitting(&draft), &maria()), code);
    }
    let empty = draft(Vec::new());
    assert_eq!(refused(&empty, submitting(&empty), &maria()), "no_items");
    let mut vague = draft(vec![item(10, TRAFFIC, Tier::Conditioned)]);
    vague.items[0].asked.operations.clear();
    assert_eq!(refused(&vague, submitting(&vague), &maria()), "scopes_needed");
}

#[test]
fn counts_are_refused_at_limit_and_one() {
    let draft_of = |count: u8| draft((0..count).map(|at| item(100 + at, TRAFFIC, Tier::Conditioned)).collect());
    let (most, over) = (draft_of(20), draft_of(21));
    assert!(most.decide(saving(&most, "title", "x"), &maria(), now()).is_ok());
    assert_eq!(refused(&over, saving(&over, "title", "x"), &maria()), "too_many_items");
    let mut often = in_state("info_requested");
    often.submissions = vec![often.submissions[0].clone(); 19];
    let last = done(&often, submitting(&often), &maria()).next;
    let again = Application { state: often.state.clone(), ..last };
    assert_eq!(refused(&again, submitting(&again), &maria()), "too_many_submissions");
}

#[test]
fn tier_three_needs_two_people_who_say_the_same() {
    let application = submitted(vec![item(10, TRAFFIC, Tier::Restricted)]);
    let first = done(&application, deciding(10, approve_if("Stills only.")), &manager());
    assert!(matches!(first.next.state, State::Submitted { .. }));
    assert_eq!(first.notices[0].kind, NoticeKind::SecondApprovalNeeded);
    let first = first.next;
    assert_eq!(refused(&first, deciding(10, approve_if("Stills only.")), &manager()), "second_person_needed");
    assert_eq!(refused(&first, deciding(10, approve()), &other_manager()), "second_approval_differs");
    let second = done(&first, deciding(10, approve_if("Stills only.")), &other_manager());
    assert_eq!(second.settlement, Some(Settlement::Offer(id(NEW_AGREEMENT))));
    let ItemState::Approved { decision, first: Some(before) } = &second.next.items[0].state else { panic!() };
    assert_ne!(decision.by, before.by);
    let denied = done(&first, deciding(10, deny()), &manager());
    assert!(matches!(denied.next.state, State::Denied { .. }), "one person may always say no");
}

#[test]
fn tier_x_can_only_be_denied() {
    let application = submitted(vec![item(10, POLICE, Tier::Prohibited)]);
    assert_eq!(refused(&application, deciding(10, approve()), &police()), "prohibited");
    assert!(matches!(done(&application, deciding(10, deny()), &police()).next.state, State::Denied { .. }));
}

#[test]
fn the_last_decision_settles_the_whole() {
    let (as_asked, if_named) = (approve(), approve_if("Show the city's name."));
    let pairs = [
        (as_asked.clone(), as_asked.clone(), "executed"),
        (as_asked.clone(), if_named.clone(), "offered"),
        (if_named.clone(), deny(), "offered"),
        (as_asked, deny(), "offered"),
        (deny(), deny(), "denied"),
    ];
    for (traffic, police_says, outcome) in pairs {
        let application = submitted(vec![item(10, TRAFFIC, Tier::Conditioned), item(11, POLICE, Tier::Conditioned)]);
        let half = done(&application, deciding(10, traffic), &manager());
        assert!(matches!(half.next.state, State::Submitted { .. }));
        assert_eq!(half.notices[0].kind, NoticeKind::ItemDecided);
        let whole = done(&half.next, deciding(11, police_says), &police());
        assert_eq!(whole.next.state.as_str(), outcome);
        let expected = match outcome {
            "executed" => Some(Settlement::Execute(id(NEW_AGREEMENT))),
            "offered" => Some(Settlement::Offer(id(NEW_AGREEMENT))),
            _ => None,
        };
        assert_eq!(whole.settlement, expected, "{outcome}");
        if let State::Offered { lapses_at: until, .. } = whole.next.state {
            assert_eq!(until, lapses_at());
        }
    }
}

#[test]
fn nobody_decides_twice_or_elsewhere_or_without_reasons() {
    let application = submitted(vec![item(10, TRAFFIC, Tier::Conditioned), item(11, POLICE, Tier::Conditioned)]);
    assert_eq!(refused(&application, deciding(11, approve()), &manager()), "not_your_department");
    assert_eq!(refused(&application, deciding(99, approve()), &manager()), "not_your_department");
    let once = done(&application, deciding(10, approve()), &manager()).next;
    assert_eq!(refused(&once, deciding(10, deny()), &other_manager()), "already_decided");
    let silent = Command::Decide {
        item: id(10),
        verdict: approve(),
        statement: " ".to_owned(),
        agreement: id(NEW_AGREEMENT),
        offer_days: 30,
    };
    assert_eq!(refused(&application, silent, &manager()), "statement_needed");
    let bare = Verdict::Deny { grounds: Vec::new(), remedy: "x".to_owned() };
    assert_eq!(refused(&application, deciding(10, bare), &manager()), "ground_needed");
    let Verdict::Deny { grounds, .. } = deny() else { panic!() };
    let hopeless = Verdict::Deny { grounds, remedy: String::new() };
    assert_eq!(refused(&application, deciding(10, hopeless), &manager()), "remedy_needed");
}

#[test]
fn an_offer_may_be_answered_before_the_instant_and_lapses_at_it() {
    let offered = in_state("offered");
    let before = lapses_at() - chrono::Duration::microseconds(1);
    let sign = || Command::Sign { evidence: evidence() };
    assert_eq!(offered.decide(Command::Lapse, &Actor::service("clock"), before).unwrap_err().code, "not_yet");
    assert!(offered.decide(sign(), &maria(), before).is_ok());
    assert_eq!(offered.decide(sign(), &maria(), lapses_at()).unwrap_err().code, "offer_lapsed");
    let proposal = Proposal { item: id(10), condition: 0, text: "Less.".to_owned() };
    let counter = Command::Counter { proposals: vec![proposal] };
    assert_eq!(offered.decide(counter, &maria(), lapses_at()).unwrap_err().code, "offer_lapsed");
    let lapsed = offered.decide(Command::Lapse, &Actor::service("clock"), lapses_at()).unwrap();
    assert_eq!(lapsed.settlement, Some(Settlement::OfferClosed(id(61))));
    assert_eq!(lapsed.notices[0].kind, NoticeKind::OfferLapsed);
}

#[test]
fn an_application_is_reopened_once() {
    let executed = in_state("executed");
    let once = done(&executed, Command::Reopen { as_id: id(41) }, &maria()).next;
    assert_eq!(once.state, executed.state, "the agreement stays as it is");
    assert_eq!(refused(&once, Command::Reopen { as_id: id(42) }, &maria()), "already_reopened");
}

#[test]
fn a_decided_item_stays_as_it_was_decided_whatever_the_form_says() {
    let application = submitted(vec![item(10, TRAFFIC, Tier::Conditioned), item(11, POLICE, Tier::Conditioned)]);
    let half = done(&application, deciding(10, approve()), &manager()).next;
    let asked =
        done(&half, Command::Ask { department: id(POLICE), text: "Why?".to_owned(), about: None }, &police()).next;
    let mut items = asked.items.clone();
    items[0].asked.operations.push("bulk".to_owned());
    items[0].state = ItemState::Pending { first: None };
    items[1].asked.operations.push("bulk".to_owned());
    items[1].state = ItemState::Granted { at: now() };
    let saved = done(&asked, Command::Save { answers: asked.answers.clone(), items }, &maria()).next;
    assert_eq!(saved.items[0], asked.items[0]);
    assert_eq!(saved.items[1].asked.operations, ["read", "bulk"]);
    assert_eq!(saved.items[1].state, ItemState::Pending { first: None }, "no form grants anything");
    let again = done(&saved, submitting(&saved), &maria()).next;
    assert_eq!(again.items[0].state.as_str(), "approved", "the same answers keep the approval");
    assert_eq!(again.differences().len(), 1);
    let fewer = Command::Save { answers: asked.answers.clone(), items: vec![asked.items[1].clone()] };
    assert_eq!(refused(&asked, fewer, &maria()), "items_fixed");
}

#[test]
fn changed_answers_ask_for_every_approval_anew_but_leave_refusals() {
    let application = submitted(vec![item(10, TRAFFIC, Tier::Conditioned), item(11, POLICE, Tier::Conditioned)]);
    for (verdict, kept) in [(approve(), "pending"), (deny(), "denied")] {
        let half = done(&application, deciding(10, verdict), &manager()).next;
        let asked =
            done(&half, Command::Ask { department: id(POLICE), text: "Why?".to_owned(), about: None }, &police()).next;
        let saved = done(&asked, saving(&asked, "purpose", "Sell it."), &maria()).next;
        let again = done(&saved, submitting(&saved), &maria()).next;
        assert_eq!(again.items[0].state.as_str(), kept, "Max approved another purpose");
    }
}

#[test]
fn half_an_approval_never_carries_over_to_another_request() {
    let application = submitted(vec![item(10, TRAFFIC, Tier::Restricted)]);
    let first = done(&application, deciding(10, approve()), &manager()).next;
    let asked = done(&first, asking("Which cameras?"), &reviewer()).next;
    let mut items = asked.items.clone();
    items[0].asked.operations.push("bulk".to_owned());
    let saved = done(&asked, Command::Save { answers: asked.answers.clone(), items }, &maria()).next;
    let again = done(&saved, submitting(&saved), &maria()).next;
    assert_eq!(again.items[0].state, ItemState::Pending { first: None });
    let unchanged = done(&asked, submitting(&asked), &maria()).next;
    assert!(matches!(unchanged.items[0].state, ItemState::Pending { first: Some(_) }));
}

#[test]
fn an_answer_cannot_smuggle_in_a_changed_form() {
    let asked = in_state("info_requested");
    let saved = done(&asked, saving(&asked, "purpose", "Sell it."), &maria()).next;
    let answer = || Command::Answer { text: "Five minutes.".to_owned() };
    assert_eq!(refused(&saved, answer(), &maria()), "resubmit_needed");
    let shown = saved.as_submitted().unwrap();
    assert_eq!(shown.answers.get("purpose"), "", "the departments read what was sent");
    assert!(matches!(done(&asked, answer(), &maria()).next.state, State::Submitted { .. }));
}

#[test]
fn a_stricter_tier_asks_for_the_decision_anew() {
    let application = submitted(vec![item(10, TRAFFIC, Tier::Conditioned), item(11, POLICE, Tier::Conditioned)]);
    let half = done(&application, deciding(10, approve()), &manager()).next;
    let stricter = half.with_tiers(|_| Some(Tier::Restricted));
    assert!(stricter.items.iter().all(|item| item.tier == Tier::Restricted));
    assert_eq!(stricter.items[0].state, ItemState::Pending { first: None });
    let freer = half.with_tiers(|_| Some(Tier::Registered));
    assert_eq!((freer.items[0].tier, freer.items[0].state.as_str()), (Tier::Conditioned, "approved"));
    assert_eq!(freer.items[1].tier, Tier::Registered);
    assert_eq!(half.with_tiers(|_| None), half);
}

#[test]
fn people_say_something_or_nothing_happens() {
    let application = in_state("submitted");
    let blank = || " \n".to_owned();
    let department: DepartmentId = id(TRAFFIC);
    let cases = [
        (Command::Ask { department, text: blank(), about: None }, reviewer(), "question_needed"),
        (
            Command::Ask { department, text: "Why?".to_owned(), about: Some("shoe_size".to_owned()) },
            reviewer(),
            "unknown_answer",
        ),
        (Command::Message { department, text: blank() }, reviewer(), "message_needed"),
        (Command::Note { department, text: blank() }, reviewer(), "note_needed"),
        (Command::Recommend { item: id(10), advice: Advice::Deny, text: blank() }, reviewer(), "reason_needed"),
        (Command::Recuse { department, reason: blank() }, reviewer(), "reason_needed"),
    ];
    for (command, actor, code) in cases {
        assert_eq!(refused(&application, command, &actor), code);
    }
    let to_nobody = Command::Message { department: id(POLICE), text: "Hello.".to_owned() };
    assert_eq!(refused(&application, to_nobody, &maria()), "unknown_department");
}
