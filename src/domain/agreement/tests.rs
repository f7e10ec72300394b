//! Every state of an agreement with every command, who may give it, and what a schedule may become.

use std::fmt::Write as _;

use super::{Agreement, AgreementCommand, AgreementState, CONSENT_VERSION, Evidence, Execution, Schedule};
use crate::domain::id::Id;
use crate::domain::limits::Limits;
use crate::domain::net::CidrList;
use crate::domain::notice::{NoticeKind, Recipient};
use crate::domain::people::{Actor, Role, RoleGrant};
use crate::domain::review::{Condition, ConditionKind, Verdict};
use crate::domain::tier::Tier;
use crate::domain::time::Instant;

pub(in crate::domain) fn id<K>(number: u8) -> Id<K> {
    Id::from_uuid(uuid::Uuid::from_bytes([number; 16]))
}

pub(in crate::domain) fn now() -> Instant {
    "2026-11-23T17:00:00Z".parse().unwrap()
}

fn ends_at() -> Instant {
    "2027-11-24T05:00:00Z".parse().unwrap()
}

pub(in crate::domain) fn person(number: u8, roles: &[(Role, u8)]) -> Actor {
    let roles = roles.iter().map(|(role, department)| RoleGrant { role: *role, department: Some(id(*department)) });
    let name = format!("Person {number}");
    Actor { account: Some(id(number)), name, organisation: None, roles: roles.collect(), address: None }
}

fn clerk() -> Actor {
    let role = RoleGrant { role: Role::Clerk, department: None };
    Actor { roles: vec![role], ..person(9, &[]) }
}

/// Who asked for it, as a member of the organisation it was made for.
pub(in crate::domain) fn holder() -> Actor {
    Actor { organisation: Some(id(50)), ..person(1, &[]) }
}

pub(in crate::domain) fn evidence() -> Evidence {
    Evidence {
        account: id(1),
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

pub(in crate::domain) fn schedule() -> Schedule {
    Schedule {
        dataset: id(10),
        slug: "parking".to_owned(),
        title: "Parking".to_owned(),
        department: id(30),
        tier: Tier::Conditioned,
        operations: vec!["history".to_owned(), "read".to_owned()],
        limits: Limits::parse("100/minute, 5000/day").unwrap(),
        networks: None,
        hours: None,
        redaction: None,
        redaction_revision: None,
        redactions: Vec::new(),
        conditions: Vec::new(),
    }
}

fn execution() -> Execution {
    Execution { at: now(), ends_at: ends_at(), signature: evidence() }
}

pub(in crate::domain) fn agreement(word: &str) -> Agreement {
    let at = now();
    let state = match word {
        "offered" => AgreementState::Offered { at, lapses_at: at + chrono::Duration::days(30) },
        "executed" => AgreementState::Executed { execution: execution() },
        "expired" => AgreementState::Expired { at, execution: execution() },
        "terminated" => AgreementState::Terminated {
            at,
            by_name: "Max".to_owned(),
            reason: "Over.".to_owned(),
            execution: execution(),
        },
        "superseded" => AgreementState::Superseded { at, by: id(62), execution: execution() },
        "closed" => AgreementState::Closed { at },
        other => panic!("unknown state {other}"),
    };
    Agreement {
        id: id(60),
        number: "DSA-2026-0001".to_owned(),
        application: id(40),
        application_number: "APP-2026-0001".to_owned(),
        title: "Find a bay".to_owned(),
        requester: id(1),
        requester_name: "Maria".to_owned(),
        organisation: Some(id(50)),
        previous: None,
        terms: id(70),
        parameters: std::collections::BTreeMap::new(),
        text_hash: "b".repeat(64),
        schedules: vec![schedule()],
        accepted: Vec::new(),
        state,
        created_at: at,
        version: 1,
    }
}

fn execute() -> AgreementCommand {
    AgreementCommand::Execute { signature: evidence(), ends_at: ends_at() }
}

fn terminate(department: Option<u8>) -> AgreementCommand {
    AgreementCommand::Terminate { department: department.map(id), reason: "No longer needed.".to_owned() }
}

fn accept() -> AgreementCommand {
    AgreementCommand::Accept { signature: Evidence { terms: id(71), ..evidence() } }
}

/// What each command makes of each state; `-` is refused as `wrong_state`.
const MATRIX: &str = "
            execute    close      expire     terminate  supersede  reinstate  accept
offered     executed   closed     -          -          -          -          -
executed    -          -          expired    terminated superseded -          executed
expired     -          -          -          -          -          -          -
terminated  -          -          -          -          -          executed   -
superseded  -          -          -          -          -          -          -
closed      -          -          -          -          -          -          -
";

#[test]
fn every_state_with_every_command() {
    let service = Actor::service("clock");
    let mut found =
        String::from("\n            execute    close      expire     terminate  supersede  reinstate  accept");
    let mut rows = 0;
    for word in AgreementState::WORDS {
        let agreement = agreement(word);
        assert_eq!(agreement.state.as_str(), word);
        found = format!("{}\n{word:<11}", found.trim_end());
        let commands = [
            (execute(), holder(), now()),
            (AgreementCommand::Close, service.clone(), now()),
            (AgreementCommand::Expire, service.clone(), ends_at()),
            (terminate(None), holder(), now()),
            (AgreementCommand::Supersede { by: id(63) }, service.clone(), now()),
            (AgreementCommand::Reinstate { appeal: "APL-2026-0001".to_owned() }, clerk(), now()),
            (accept(), holder(), now()),
        ];
        for (command, actor, when) in commands {
            rows += 1;
            let cell = match agreement.decide(command, &actor, when) {
                Ok(change) => change.next.state.as_str(),
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
    assert_eq!(rows, 42, "6 states x 7 commands");
}

#[test]
fn a_signature_covers_exactly_one_text_and_one_version_of_the_terms() {
    let offered = agreement("offered");
    let maria = holder();
    let with = |signature| AgreementCommand::Execute { signature, ends_at: ends_at() };
    let cases = [
        (Evidence { text_hash: "c".repeat(64), ..evidence() }, "text_differs"),
        (Evidence { terms: id(71), ..evidence() }, "text_differs"),
        (Evidence { has_authority: false, ..evidence() }, "authority_needed"),
        (Evidence { consent: "2020-01".to_owned(), ..evidence() }, "consent_needed"),
        (Evidence { name: " ".to_owned(), ..evidence() }, "signature_needed"),
        (Evidence { title: String::new(), ..evidence() }, "signature_needed"),
    ];
    for (signature, code) in cases {
        assert_eq!(offered.decide(with(signature), &maria, now()).unwrap_err().code, code);
    }
    let executed = offered.decide(execute(), &maria, now()).unwrap();
    assert_eq!(executed.notices[0].kind, NoticeKind::Executed);
    assert_eq!(executed.act.reason, Some(format!("text {}", "b".repeat(64))));
}

#[test]
fn a_prohibited_dataset_is_never_executed() {
    let mut offered = agreement("offered");
    offered.schedules[0].tier = Tier::Prohibited;
    assert_eq!(offered.decide(execute(), &holder(), now()).unwrap_err().code, "prohibited");
}

#[test]
fn an_offer_cannot_be_executed_after_it_lapsed() {
    let late = now() + chrono::Duration::days(31);
    assert_eq!(agreement("offered").decide(execute(), &holder(), late).unwrap_err().code, "offer_lapsed");
}

#[test]
fn a_term_ends_at_its_instant_and_not_before() {
    let executed = agreement("executed");
    let before = ends_at() - chrono::Duration::microseconds(1);
    assert!(executed.is_live(before) && !executed.is_live(ends_at()));
    let clock = Actor::service("clock");
    assert_eq!(executed.decide(AgreementCommand::Expire, &clock, before).unwrap_err().code, "not_yet");
    let expired = executed.decide(AgreementCommand::Expire, &clock, ends_at()).unwrap();
    assert_eq!(expired.notices[0].kind, NoticeKind::AgreementEnded);
    assert!(!expired.next.is_live(now()), "an ended agreement is dead at every instant");
    assert!(expired.next.execution().is_some(), "how it came into force is kept");
}

#[test]
fn the_holder_or_a_manager_of_a_department_in_it_ends_an_agreement() {
    let executed = agreement("executed");
    let colleague = Actor { organisation: Some(id(50)), ..person(6, &[]) };
    let cases = [
        ("the holder", holder(), None, "terminated"),
        ("a colleague", colleague, None, "terminated"),
        ("a manager", person(2, &[(Role::Manager, 30)]), Some(30), "terminated"),
        ("a stranger", person(8, &[]), None, "not_the_requester"),
        ("who signed it and left the organisation", person(1, &[]), None, "not_the_requester"),
        ("a reviewer", person(3, &[(Role::Reviewer, 30)]), Some(30), "not_your_department"),
        ("a manager of an office without a part", person(4, &[(Role::Manager, 31)]), Some(31), "not_your_department"),
        ("a manager in another's name", person(4, &[(Role::Manager, 31)]), Some(30), "not_your_department"),
        ("a manager as if the holder", person(2, &[(Role::Manager, 30)]), None, "not_the_requester"),
    ];
    for (who, actor, department, outcome) in cases {
        let found = match executed.decide(terminate(department), &actor, now()) {
            Ok(change) => change.next.state.as_str(),
            Err(refusal) => refusal.code,
        };
        assert_eq!(found, outcome, "{who}");
    }
    let silent = AgreementCommand::Terminate { department: None, reason: " ".to_owned() };
    assert_eq!(executed.decide(silent, &holder(), now()).unwrap_err().code, "reason_needed");
}

#[test]
fn beginning_and_end_are_told_to_the_holder_and_to_each_department_about_its_own_data() {
    let mut offered = agreement("offered");
    let other = |slug: &str, department| Schedule {
        slug: slug.to_owned(),
        title: slug.to_uppercase(),
        department: id(department),
        ..schedule()
    };
    offered.schedules.extend([other("bikes", 31), other("curbs", 30)]);
    let told = |change: &crate::domain::agreement::AgreementChange| {
        let lines = change.notices.iter().map(|notice| {
            let datasets = notice.facts.get("datasets").map_or("", String::as_str);
            (notice.to.clone(), notice.kind, datasets.to_owned())
        });
        lines.collect::<Vec<_>>()
    };
    let (party, offices) =
        (Recipient::Party(id(1), Some(id(50))), [Recipient::Office(id(30)), Recipient::Office(id(31))]);
    let expected = |to_holder, to_office| {
        let [first, second] = offices.clone();
        let rows = [(first, to_office, "Parking, CURBS"), (second, to_office, "BIKES")];
        let rows = std::iter::once((party.clone(), to_holder, "")).chain(rows);
        rows.map(|(to, kind, datasets)| (to, kind, datasets.to_owned())).collect::<Vec<_>>()
    };
    let executed = offered.decide(execute(), &holder(), now()).unwrap();
    assert_eq!(told(&executed), expected(NoticeKind::Executed, NoticeKind::AgreementBegun));
    let ended = executed.next.decide(terminate(None), &holder(), now()).unwrap();
    assert_eq!(told(&ended), expected(NoticeKind::AgreementEnded, NoticeKind::AgreementOver));
    let expired = executed.next.decide(AgreementCommand::Expire, &Actor::service("clock"), ends_at()).unwrap();
    assert_eq!(told(&expired), expected(NoticeKind::AgreementEnded, NoticeKind::AgreementOver));
}

fn condition(kind: ConditionKind) -> Condition {
    Condition { text: "As agreed.".to_owned(), kind, basis: "clause 14".to_owned(), is_precedent: false }
}

#[test]
fn conditions_narrow_a_schedule_and_never_widen_it() {
    let limits = |text| ConditionKind::Limits { limits: Limits::parse(text).unwrap() };
    let narrowed = |kind| schedule().narrowed(&[condition(kind)]);
    let fewer = narrowed(limits("10/minute")).unwrap();
    assert_eq!(fewer.limits.to_string().lines().count(), 2, "the day keeps its limit: {}", fewer.limits);
    assert!(fewer.limits.within(&schedule().limits).is_ok());
    assert_eq!(narrowed(limits("200/minute")).unwrap_err().code, "limits_too_wide");
    let only = |name: &str| ConditionKind::Operations { operations: vec![name.to_owned()] };
    assert_eq!(narrowed(only("read")).unwrap().operations, ["read"]);
    assert_eq!(narrowed(only("bulk")).unwrap_err().code, "operations_empty", "nothing is added");
    let hours = narrowed(ConditionKind::Hours { from_minute: 480, to_minute: 1080 }).unwrap();
    assert_eq!(hours.hours, Some((480, 1080)));
    let days = ["2027-03-01", "2027-01-01"].map(|day| condition(ConditionKind::EndsOn { day: day.parse().unwrap() }));
    assert_eq!(schedule().narrowed(&days).unwrap().ends_on().unwrap().to_string(), "2027-01-01", "the earliest counts");
}

#[test]
fn a_condition_has_a_sentence_and_a_sensible_value() {
    let networks = |text| ConditionKind::Networks { networks: CidrList::parse(text).unwrap() };
    let redaction = |profile: &str| ConditionKind::Redaction { profile: profile.to_owned() };
    let cases = [
        (ConditionKind::Promise, None),
        (networks("192.0.2.0/24"), None),
        (networks(""), Some("networks_empty")),
        (ConditionKind::Hours { from_minute: 1320, to_minute: 360 }, None),
        (ConditionKind::Hours { from_minute: 0, to_minute: 1440 }, None),
        (ConditionKind::Hours { from_minute: 60, to_minute: 60 }, Some("hours_invalid")),
        (ConditionKind::Hours { from_minute: 1440, to_minute: 60 }, Some("hours_invalid")),
        (ConditionKind::Hours { from_minute: 60, to_minute: 1441 }, Some("hours_invalid")),
        (ConditionKind::Operations { operations: Vec::new() }, Some("operations_empty")),
        (ConditionKind::Delay { minutes: 525_600 }, None),
        (ConditionKind::Delay { minutes: 525_601 }, Some("delay_invalid")),
        (ConditionKind::Delay { minutes: 0 }, Some("delay_invalid")),
        (redaction("blurred"), None),
        (redaction(" "), Some("redaction_needed")),
    ];
    let check = |conditions: Vec<Condition>| Verdict::Approve { conditions }.check().err().map(|refusal| refusal.code);
    for (kind, code) in cases {
        assert_eq!(check(vec![condition(kind.clone())]), code, "{kind:?}");
    }
    let silent = Condition { text: " ".to_owned(), ..condition(ConditionKind::Promise) };
    assert_eq!(check(vec![silent]), Some("condition_text_needed"));
    let long = |length| Condition { text: "x".repeat(length), ..condition(ConditionKind::Promise) };
    assert_eq!((check(vec![long(1_000)]), check(vec![long(1_001)])), (None, Some("too_long")));
    let promises = |count| vec![condition(ConditionKind::Promise); count];
    assert_eq!((check(promises(20)), check(promises(21))), (None, Some("too_many")));
    let twice = vec![condition(networks("192.0.2.0/24")), condition(networks("198.51.100.0/24"))];
    assert_eq!(check(twice), Some("condition_repeated"));
}

#[test]
fn a_condition_on_one_window_leaves_the_other_limits_standing() {
    let limits = Limits::parse("2000/day").unwrap();
    let narrowed = schedule().narrowed(&[condition(ConditionKind::Limits { limits })]).unwrap();
    let maxima: Vec<_> = narrowed.limits.as_slice().iter().map(|limit| limit.max).collect();
    assert_eq!(maxima, [100, 2000], "the rate would otherwise be gone");
}

#[test]
fn later_terms_are_accepted_by_the_holder_once_and_with_evidence() {
    let executed = agreement("executed");
    assert_eq!(executed.terms_accepted(), id(70));
    let stranger = executed.decide(accept(), &person(8, &[]), now()).unwrap_err();
    assert_eq!(stranger.code, "not_the_requester");
    let over = executed.decide(accept(), &holder(), ends_at()).unwrap_err();
    assert_eq!(over.code, "wrong_state", "a term that is over takes no new terms");
    let unsigned = Evidence { terms: id(71), name: String::new(), ..evidence() };
    let unsigned = executed.decide(AgreementCommand::Accept { signature: unsigned }, &holder(), now()).unwrap_err();
    assert_eq!(unsigned.code, "signature_needed");
    let accepted = executed.decide(accept(), &holder(), now()).unwrap().next;
    assert_eq!((accepted.terms, accepted.terms_accepted()), (id(70), id(71)), "what was signed first is kept");
    assert_eq!(accepted.decide(accept(), &holder(), now()).unwrap_err().code, "accepted_already");
}
