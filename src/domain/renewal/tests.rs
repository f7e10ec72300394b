//! Every state of a renewal with every command, who may give it, and what it asks.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Attestation, Opening, Renewal, RenewalCommand, RenewalState};
use crate::domain::agreement::tests::{agreement, evidence, holder, id, person, schedule};
use crate::domain::agreement::{Agreement, Schedule};
use crate::domain::application::Answers;
use crate::domain::net::CidrList;
use crate::domain::notice::{NoticeKind, Recipient};
use crate::domain::people::{Actor, Role};
use crate::domain::review::{Condition, ConditionKind};
use crate::domain::tier::Tier;
use crate::domain::time::{Day, Instant};

fn ends_at() -> Instant {
    "2027-11-24T05:00:00Z".parse().unwrap()
}

fn soon() -> Instant {
    ends_at() - chrono::Duration::days(40)
}

fn last_day() -> Day {
    "2027-11-23".parse().unwrap()
}

fn condition(text: &str, kind: ConditionKind) -> Condition {
    Condition { text: text.to_owned(), kind, basis: String::new(), is_precedent: false }
}

fn contacts() -> Answers {
    let mut answers = Answers::default();
    for (name, text) in [
        ("incident_contact", "ops@harbor.example"),
        ("users", "Maria Lopez, owner"),
        ("signatory", "Maria Lopez"),
        ("signatory_title", "Owner"),
    ] {
        answers.set(name, text).unwrap();
    }
    answers
}

fn in_force() -> Agreement {
    let networks = CidrList::parse("192.0.2.0/24").unwrap();
    let conditions = vec![
        condition("Publish no more than hourly sums.", ConditionKind::Promise),
        condition("Call from the office only.", ConditionKind::Networks { networks }),
    ];
    let parking = Schedule { conditions, ..schedule() };
    let cameras = Schedule {
        dataset: id(11),
        slug: "cameras".to_owned(),
        title: "Cameras".to_owned(),
        department: id(31),
        tier: Tier::Restricted,
        conditions: vec![condition("Train your staff.", ConditionKind::Promise)],
        ..schedule()
    };
    Agreement { schedules: vec![parking, cameras], ..agreement("executed") }
}

fn opening() -> Opening {
    Opening { id: id(80), contacts: contacts(), within_days: 60 }
}

fn opened() -> Renewal {
    Renewal::open(&in_force(), opening(), last_day(), soon()).unwrap()
}

fn met(text: &str) -> Attestation {
    Attestation { is_met: true, text: text.to_owned() }
}

fn answered() -> Renewal {
    let renewal = opened();
    let given = BTreeMap::from([(0, met("We publish daily sums.")), (1, met("In May."))]);
    let questions = renewal.answered(&given).unwrap();
    Renewal { questions, ..renewal }
}

fn lapses_at() -> Instant {
    ends_at() + chrono::Duration::days(10)
}

fn renewal(word: &str) -> Renewal {
    let at = soon();
    let state = match word {
        "open" => RenewalState::Open { returned: None },
        "signed" => {
            RenewalState::Signed { signature: Box::new(evidence()), confirmations: Vec::new(), lapses_at: lapses_at() }
        }
        "done" => RenewalState::Done { at, agreement: id(61), confirmations: Vec::new() },
        "refused" => RenewalState::Refused {
            at,
            by: id(2),
            by_name: "Max".to_owned(),
            department: id(30),
            reason: "No.".to_owned(),
            signature: Box::new(evidence()),
            confirmations: Vec::new(),
        },
        "withdrawn" => RenewalState::Withdrawn { at },
        "lapsed" => RenewalState::Lapsed { at },
        other => panic!("unknown state {other}"),
    };
    Renewal { state, ..answered() }
}

fn sign() -> RenewalCommand {
    RenewalCommand::Sign { signature: evidence(), reviewed: answered().reviewed_digest(), lapses_at: lapses_at() }
}

fn manager(number: u8, department: u8) -> Actor {
    person(number, &[(Role::Manager, department)])
}

fn clerk() -> Actor {
    Actor { roles: vec![crate::domain::people::RoleGrant { role: Role::Clerk, department: None }], ..person(9, &[]) }
}

#[test]
fn who_refused_a_renewal_stands_aside_when_an_appeal_opens_it_again() {
    let once = renewal("signed").decide(confirm(31), &manager(2, 31), soon()).unwrap().next;
    let refuse = || RenewalCommand::Refuse { department: id(30), reason: "Too many calls.".to_owned() };
    let refused = once.decide(refuse(), &manager(2, 30), soon()).unwrap().next;
    let reopen = || RenewalCommand::Reopen { appeal: "APL-2026-0001".to_owned(), lapses_at: lapses_at() };
    assert_eq!(refused.decide(reopen(), &manager(3, 30), soon()).unwrap_err().code, "not_your_department");
    let opened = refused.decide(reopen(), &clerk(), soon()).unwrap();
    let told: Vec<_> = opened.notices.iter().map(|notice| notice.kind).collect();
    assert_eq!(told[0], NoticeKind::RenewalMoved);
    assert_eq!(told.len(), 3, "both departments are asked");
    let opened = opened.next;
    assert_eq!(opened.missing(), BTreeMap::from([(id(30), 1), (id(31), 2)]), "what they confirmed does not count");
    assert_eq!(opened.decide(confirm(30), &manager(2, 30), soon()).unwrap_err().code, "decided_before");
    assert_eq!(opened.decide(refuse(), &manager(2, 30), soon()).unwrap_err().code, "decided_before");
    assert!(opened.decide(confirm(30), &manager(3, 30), soon()).is_ok());
}

fn confirm(department: u8) -> RenewalCommand {
    RenewalCommand::Confirm { department: id(department) }
}

/// What each command makes of each state; `-` is refused as `wrong_state`, `!` as `not_yet`.
const MATRIX: &str = "
            answer     sign       confirm    return     refuse     reopen     redraw     complete   withdraw   lapse      close
open        open       signed     -          -          -          -          -          -          withdrawn  lapsed     lapsed
signed      -          -          signed     open       refused    -          open       !          withdrawn  lapsed     lapsed
done        -          -          -          -          -          -          -          -          -          -          -
refused     -          -          -          -          -          signed     -          -          -          -          -
withdrawn   -          -          -          -          -          -          -          -          -          -          -
lapsed      -          -          -          -          -          -          -          -          -          -          -
";

#[test]
fn every_state_with_every_command() {
    let heads = "answer     sign       confirm    return     refuse     reopen     redraw     complete   withdraw   lapse      close";
    let mut found = format!("\n            {heads}");
    let service = Actor::service("clock");
    for word in RenewalState::WORDS {
        let one = renewal(word);
        assert_eq!(one.state.as_str(), word);
        found = format!("{}\n{word:<11}", found.trim_end());
        let (department, reason) = (id(30), "Name the users.".to_owned());
        let commands = [
            (RenewalCommand::Answer { questions: one.questions.clone(), contacts: contacts() }, holder(), soon()),
            (sign(), holder(), soon()),
            (confirm(30), manager(2, 30), soon()),
            (RenewalCommand::Return { department, reason: reason.clone() }, manager(2, 30), soon()),
            (RenewalCommand::Refuse { department, reason }, manager(2, 30), soon()),
            (RenewalCommand::Reopen { appeal: "APL-2026-0001".to_owned(), lapses_at: lapses_at() }, clerk(), soon()),
            (RenewalCommand::Redraw, service.clone(), soon()),
            (RenewalCommand::Complete { agreement: id(61) }, service.clone(), soon()),
            (RenewalCommand::Withdraw, holder(), soon()),
            (RenewalCommand::Lapse, service.clone(), lapses_at()),
            (RenewalCommand::Close, service.clone(), soon()),
        ];
        for (command, actor, when) in commands {
            let cell = match one.decide(command, &actor, when) {
                Ok(change) => change.next.state.as_str(),
                Err(refusal) if refusal.code == "not_yet" => "!",
                Err(refusal) => {
                    assert_eq!(refusal.code, "wrong_state", "{word}: {refusal}");
                    "-"
                }
            };
            let _infallible = write!(found, " {cell:<10}");
        }
    }
    let found = format!("{}\n", found.trim_end());
    assert_eq!(found, MATRIX, "{found}");
}

#[test]
fn it_opens_in_the_last_days_of_an_agreement_in_force_whose_end_no_condition_fixes() {
    let open = |agreement: &Agreement, at| Renewal::open(agreement, opening(), last_day(), at);
    let early = ends_at() - chrono::Duration::days(60) - chrono::Duration::seconds(1);
    assert_eq!(open(&in_force(), early).unwrap_err().code, "renewal_too_early");
    assert!(open(&in_force(), ends_at() - chrono::Duration::days(60)).is_ok());
    assert_eq!(open(&in_force(), ends_at()).unwrap_err().code, "renewal_not_live");
    assert_eq!(open(&agreement("terminated"), soon()).unwrap_err().code, "renewal_not_live");
    let mut fixed = in_force();
    fixed.schedules[0].conditions.push(condition("A pilot.", ConditionKind::EndsOn { day: last_day() }));
    assert_eq!(open(&fixed, soon()).unwrap_err().code, "renewal_end_fixed");
}

#[test]
fn it_asks_again_what_the_gate_does_not_enforce_and_as_many_people_as_the_tier_needs() {
    let renewal = opened();
    let asked: Vec<_> = renewal.questions.iter().map(|question| question.condition.as_str()).collect();
    assert_eq!(asked, ["Publish no more than hourly sums.", "Train your staff."]);
    assert_eq!(renewal.needed, BTreeMap::from([(id(30), 1), (id(31), 2)]));
    let registered = Schedule { tier: Tier::Registered, ..schedule() };
    let plain = Agreement { schedules: vec![registered], ..in_force() };
    let plain = Renewal::open(&plain, opening(), last_day(), soon()).unwrap();
    let signed = Renewal { state: renewal_signed(), ..plain };
    assert!(signed.is_confirmed(), "registered data needs nobody");
}

fn renewal_signed() -> RenewalState {
    renewal("signed").state
}

#[test]
fn it_is_not_signed_before_every_condition_is_answered_and_the_people_are_named() {
    let renewal = opened();
    let fields: Vec<_> = renewal.problems().into_iter().map(|problem| problem.field).collect();
    assert_eq!(fields, ["met.0", "met.1"]);
    let silent = renewal.answered(&BTreeMap::from([(0, met("")), (1, met("In May."))])).unwrap();
    let mut silent = Renewal { questions: silent, ..renewal.clone() };
    silent.contacts.set("users", "").unwrap();
    silent.contacts.set("incident_contact", "nobody").unwrap();
    let fields: Vec<_> = silent.problems().into_iter().map(|problem| problem.field).collect();
    assert_eq!(fields, ["how.0", "incident_contact", "users"], "restricted data needs named users");
    let reviewed = silent.reviewed_digest();
    let sign_it = RenewalCommand::Sign { signature: evidence(), reviewed, lapses_at: lapses_at() };
    assert_eq!(silent.decide(sign_it, &holder(), soon()).unwrap_err().code, "review_again");
    let long = BTreeMap::from([(1, met(&"x".repeat(2_001)))]);
    assert_eq!(renewal.answered(&long).unwrap_err()[0].field, "how.1");
}

#[test]
fn what_is_signed_is_what_was_reviewed_before_the_end() {
    let ready = answered();
    let changed = Renewal { questions: opened().questions, ..ready.clone() };
    assert_eq!(changed.decide(sign(), &holder(), soon()).unwrap_err().code, "review_again");
    assert_eq!(ready.decide(sign(), &holder(), ends_at()).unwrap_err().code, "renewal_not_live");
    assert_eq!(ready.decide(sign(), &person(8, &[]), soon()).unwrap_err().code, "not_the_requester");
    let signed = ready.decide(sign(), &holder(), soon()).unwrap();
    let told: Vec<_> = signed.notices.iter().map(|notice| (notice.kind, notice.to.clone())).collect();
    let office = |number: u8| (NoticeKind::RenewalToConfirm, Recipient::Office(id(number)));
    assert_eq!(told, [office(30), office(31)]);
}

#[test]
fn restricted_data_is_confirmed_by_two_different_managers_and_nobody_of_the_holders_side() {
    let signed = renewal("signed");
    let party = Actor { organisation: Some(id(50)), ..manager(2, 30) };
    for (command, actor, code) in [
        (confirm(32), manager(2, 32), "not_your_department"),
        (confirm(30), person(3, &[(Role::Reviewer, 30)]), "not_your_department"),
        (confirm(30), party, "own_application"),
        (RenewalCommand::Refuse { department: id(30), reason: " ".to_owned() }, manager(2, 30), "reason_needed"),
    ] {
        assert_eq!(signed.decide(command, &actor, soon()).unwrap_err().code, code);
    }
    let first = signed.decide(confirm(31), &manager(3, 31), soon()).unwrap().next;
    assert_eq!(first.missing(), BTreeMap::from([(id(30), 1), (id(31), 1)]));
    assert_eq!(first.decide(confirm(31), &manager(3, 31), soon()).unwrap_err().code, "second_person_needed");
    let second = first.decide(confirm(31), &manager(4, 31), soon()).unwrap().next;
    let third = second.decide(confirm(30), &manager(2, 30), soon()).unwrap().next;
    assert!(third.is_confirmed());
    assert_eq!(third.decide(confirm(30), &manager(5, 30), soon()).unwrap_err().code, "confirmed_already");
    let done = third.decide(RenewalCommand::Complete { agreement: id(61) }, &Actor::service("x"), soon()).unwrap();
    assert_eq!(done.next.state.as_str(), "done");
}

#[test]
fn unsigned_it_lapses_with_the_agreement_and_signed_on_its_own_day() {
    let service = Actor::service("clock");
    let early = ends_at() - chrono::Duration::seconds(1);
    assert_eq!(renewal("open").decide(RenewalCommand::Lapse, &service, early).unwrap_err().code, "not_yet");
    let lapsed = renewal("open").decide(RenewalCommand::Lapse, &service, ends_at()).unwrap();
    assert_eq!(lapsed.notices[0].kind, NoticeKind::RenewalMoved);
    assert_eq!(renewal("signed").decide(RenewalCommand::Lapse, &service, ends_at()).unwrap_err().code, "not_yet");
    let late = renewal("signed").decide(confirm(30), &manager(2, 30), lapses_at()).unwrap_err();
    assert_eq!(late.code, "renewal_lapsed");
    assert!(renewal("signed").decide(RenewalCommand::Lapse, &service, lapses_at()).is_ok());
}
