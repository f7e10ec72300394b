//! Requests for reuse statements, on both databases: asked, joined, answered, published.

use super::apply_tests::{self, City, cities};
use super::reuse::{ASKED_PER_HOUR, Question, answer, ask, askable, list, of_dataset, read};
use super::{Caller, CaseError, Desk, Intent, catalogue};
use crate::domain::notice::NoticeKind;
use crate::domain::people::Actor;
use crate::store::{audit, outbox};

/// The code of a refusal.
fn code<T>(done: Result<T, CaseError>) -> &'static str {
    apply_tests::code(&done.err().unwrap())
}

fn visitor() -> Caller {
    let actor = Actor::visitor(Some([203, 0, 113, 9].into()));
    Caller { actor, request: None, agent: "test".to_owned(), idempotency: None, intent: Intent::Act }
}

fn question(email: &str) -> Question {
    Question { email: email.to_owned(), what_for: "A map for <b>visitors</b>.".to_owned(), ..Question::default() }
}

fn kinds(desk: &Desk, address: &str) -> Vec<NoticeKind> {
    desk.read(|conn| outbox::newest(conn, Some(address), 100)).unwrap().into_iter().map(|mail| mail.kind).collect()
}

#[test]
fn a_question_becomes_a_task_and_its_answer_part_of_the_dataset() {
    for City { desk: test, managers, maria, .. } in cities() {
        let desk = &test.desk;
        let first = ask(desk, &visitor(), "parking", &question("one@people.example")).unwrap();
        assert_eq!((first.number.as_str(), first.due.due.to_string().as_str()), ("RUS-2026-0001", "2026-12-08"));
        assert!(kinds(desk, "manager.0@people.example").contains(&NoticeKind::ReuseAsked));
        let joined = ask(desk, &visitor(), "parking", &Question::default()).unwrap();
        assert_eq!((joined.id, joined.count), (first.id, 2), "the same task");
        assert!(matches!(ask(desk, &visitor(), "nothing", &Question::default()), Err(CaseError::Missing)));
        let wrong = ask(desk, &visitor(), "parking", &question("no address"));
        assert!(matches!(wrong, Err(CaseError::Invalid(faults)) if faults[0].field == "email"));

        assert_eq!(list(desk, &managers[0], false).unwrap().len(), 1);
        assert!(list(desk, &managers[1], false).unwrap().is_empty());
        assert!(matches!(list(desk, &maria, false), Err(CaseError::Missing)));
        assert!(matches!(read(desk, &managers[1], first.id), Err(CaseError::Missing)));
        assert!(matches!(answer(desk, &managers[1], first.id, ("", "Freely.")), Err(CaseError::Missing)));
        let license = "https://creativecommons.org/licenses/by/4.0/";
        let odd = answer(desk, &managers[0], first.id, ("javascript:alert(1)", "Freely."));
        assert!(matches!(odd, Err(CaseError::Invalid(faults)) if faults[0].field == "license"));
        assert!(matches!(answer(desk, &managers[0], first.id, (license, " ")), Err(CaseError::Invalid(_))));
        let before = desk.read(audit::head).unwrap().number;
        let done = answer(desk, &managers[0], first.id, (license, "Name the\ncity.")).unwrap();
        assert_eq!(done.answer.unwrap().text, "Name the city.");
        assert_eq!(desk.read(audit::head).unwrap().number, before + 2, "the dataset and the task");
        let dataset = catalogue::public(desk, "parking").unwrap();
        assert_eq!(dataset.metadata.license.unwrap().to_string(), license);
        assert_eq!(dataset.metadata.rights.unwrap().as_str(), "Name the city.");
        assert_eq!(kinds(desk, "one@people.example"), [NoticeKind::ReuseAnswered]);
        assert!(!askable(desk, "parking").unwrap().1);
        assert_eq!(code(ask(desk, &visitor(), "parking", &Question::default())), "statement_there");
        assert_eq!(code(answer(desk, &managers[0], first.id, ("", "Freely."))), "wrong_state");
        let shown = of_dataset(desk, "parking").unwrap();
        assert!(shown.open.is_none() && shown.answered.is_some());
        assert_eq!(list(desk, &managers[0], true).unwrap().len(), 1);
    }
}

#[test]
fn a_flood_of_questions_from_one_address_waits() {
    for City { desk: test, .. } in cities() {
        for _ in 0..ASKED_PER_HOUR {
            ask(&test.desk, &visitor(), "parking", &Question::default()).unwrap();
        }
        assert!(matches!(ask(&test.desk, &visitor(), "parking", &Question::default()), Err(CaseError::Wait(_))));
    }
}
