//! Every state of a certificate of destruction with every command, and who may give it.

use std::fmt::Write as _;

use super::destruction::{Certificate, Destruction, DestructionCommand, DestructionState, Part, Receipt};
use super::tests::{agreement, holder, id, now, person};
use crate::domain::notice::{NoticeKind, Recipient};
use crate::domain::people::{Actor, Role};
use crate::domain::time::Day;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn due() -> (Day, String) {
    (day("2026-12-23"), "30 calendar days".to_owned())
}

fn parts() -> Vec<Part> {
    let part = |number: u8| Part { dataset: id(number), title: format!("Set {number}"), department: id(number + 20) };
    vec![part(10), part(11)]
}

fn certificate() -> Certificate {
    Certificate {
        method: "Overwritten".to_owned(),
        scope: "All copies and backups".to_owned(),
        exceptions: String::new(),
        text: "text".to_owned(),
        text_hash: "c".repeat(64),
        name: "Maria".to_owned(),
        title: "Owner".to_owned(),
        has_authority: true,
        consent: super::CONSENT_VERSION.to_owned(),
        account: id(1),
        at: now(),
        zone: "America/New_York".to_owned(),
        address: "192.0.2.7".to_owned(),
        agent: "test".to_owned(),
    }
}

fn destruction(word: &str) -> Destruction {
    let (certificate, receipts) = (Box::new(certificate()), Vec::new());
    let state = match word {
        "owed" => DestructionState::Owed { asked: None },
        "certified" => DestructionState::Certified { certificate, receipts },
        "accepted" => DestructionState::Accepted { at: now(), certificate, receipts },
        "released" => DestructionState::Released { at: now(), reason: "appeal".to_owned() },
        other => panic!("unknown state {other}"),
    };
    Destruction { state, ..Destruction::owe(&agreement("expired"), parts(), due(), now()).next }
}

fn manager(department: u8) -> Actor {
    person(department, &[(Role::Manager, department)])
}

fn certify(certificate: Certificate) -> DestructionCommand {
    DestructionCommand::Certify { certificate: Box::new(certificate) }
}

fn ask(reason: &str) -> DestructionCommand {
    let due = (day("2027-01-04"), "10 days".to_owned());
    DestructionCommand::AskAgain { department: id(30), reason: reason.to_owned(), due }
}

/// What each command makes of each state; `-` is refused as `wrong_state`.
const MATRIX: &str = "
            certify    accept     ask_again  release    owe
owed        certified  -          -          released   -
certified   -          certified  owed       released   -
accepted    -          -          -          -          owed
released    -          -          -          -          owed
";

#[test]
fn every_state_with_every_command() {
    let mut found = String::from("\n            certify    accept     ask_again  release    owe");
    for word in DestructionState::WORDS {
        let one = destruction(word);
        assert_eq!(one.state.as_str(), word);
        found = format!("{}\n{word:<11}", found.trim_end());
        let commands = [
            (certify(certificate()), holder()),
            (DestructionCommand::Accept { department: id(30) }, manager(30)),
            (ask("Say which backups."), manager(30)),
            (DestructionCommand::Release { reason: "reinstated".to_owned() }, Actor::service("appeal")),
            (DestructionCommand::Owe { parts: parts(), due: due() }, Actor::service("clock")),
        ];
        for (command, actor) in commands {
            let cell = match one.decide(command, &actor, now()) {
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
}

#[test]
fn the_holder_signs_for_method_scope_and_authority() {
    let owed = destruction("owed");
    let cases = [
        (Certificate { method: " ".to_owned(), ..certificate() }, "method_needed"),
        (Certificate { scope: String::new(), ..certificate() }, "scope_needed"),
        (Certificate { name: String::new(), ..certificate() }, "signature_needed"),
        (Certificate { title: String::new(), ..certificate() }, "signature_needed"),
        (Certificate { has_authority: false, ..certificate() }, "authority_needed"),
        (Certificate { consent: String::new(), ..certificate() }, "consent_needed"),
    ];
    for (certificate, code) in cases {
        assert_eq!(owed.decide(certify(certificate), &holder(), now()).unwrap_err().code, code);
    }
    assert_eq!(owed.decide(certify(certificate()), &person(1, &[]), now()).unwrap_err().code, "not_the_requester");
    let given = owed.decide(certify(certificate()), &holder(), now()).unwrap();
    let told: Vec<_> = given.notices.iter().map(|notice| (notice.kind, notice.to.clone())).collect();
    let office = |number: u8| (NoticeKind::CertificateGiven, Recipient::Office(id(number)));
    assert_eq!(told, [office(30), office(31)]);
    assert_eq!(given.act.reason, Some(format!("text {}", "c".repeat(64))));
}

#[test]
fn it_is_accepted_when_every_department_whose_data_it_was_accepts_it() {
    let given = destruction("certified");
    let accept = |number: u8| DestructionCommand::Accept { department: id(number) };
    let first = given.decide(accept(30), &manager(30), now()).unwrap();
    assert_eq!(first.next.state.as_str(), "certified");
    assert!(first.notices.is_empty(), "nothing to tell before the last");
    assert_eq!(first.next.decide(accept(30), &manager(30), now()).unwrap_err().code, "accepted_already");
    let second = first.next.decide(accept(31), &manager(31), now()).unwrap();
    assert_eq!(second.next.state.as_str(), "accepted");
    assert_eq!(second.notices[0].kind, NoticeKind::CertificateAnswered);
    assert!(second.next.certificate().is_some());
}

#[test]
fn only_a_manager_of_a_department_in_it_who_is_no_party_looks_at_it() {
    let given = destruction("certified");
    let accept = |number: u8| DestructionCommand::Accept { department: id(number) };
    let party = Actor { organisation: Some(id(50)), ..manager(30) };
    let rows = [
        (manager(30), accept(32), "not_your_department"),
        (manager(32), accept(32), "not_your_department"),
        (person(30, &[(Role::Reviewer, 30)]), accept(30), "not_your_department"),
        (party, accept(30), "own_application"),
        (manager(30), ask(" "), "reason_needed"),
    ];
    for (actor, command, code) in rows {
        assert_eq!(given.decide(command, &actor, now()).unwrap_err().code, code);
    }
}

#[test]
fn who_asks_again_gives_new_time_and_drops_what_was_accepted() {
    let mut given = destruction("certified");
    let receipt = Receipt { department: id(31), by_name: "Max".to_owned(), at: now() };
    if let DestructionState::Certified { receipts, .. } = &mut given.state {
        receipts.push(receipt);
    }
    let asked = given.decide(ask("Say which backups."), &manager(30), now()).unwrap();
    assert_eq!(asked.next.due, day("2027-01-04"));
    assert_eq!(asked.next.state, DestructionState::Owed { asked: Some("Say which backups.".to_owned()) });
    assert_eq!(asked.notices[0].facts["reason"], "Say which backups.");
}

#[test]
fn it_is_overdue_the_day_after_its_last_day_and_only_while_it_is_owed() {
    let owed = destruction("owed");
    assert!(!owed.is_overdue(day("2026-12-23")));
    assert!(owed.is_overdue(day("2026-12-24")));
    for word in ["certified", "accepted", "released"] {
        assert!(!destruction(word).is_overdue(day("2027-12-24")), "{word}");
    }
}

#[test]
fn a_certificate_that_was_accepted_is_kept_when_another_is_owed() {
    let again = DestructionCommand::Owe { parts: parts(), due: due() };
    let owed = destruction("accepted").decide(again, &Actor::service("clock"), now()).unwrap().next;
    assert_eq!(owed.earlier, [certificate()]);
}
