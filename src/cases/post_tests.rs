//! Letters are kept as sent, in the recipient's language, for those whom they concern and nobody else.

use super::apply_tests::{cities, deny, draft, submit};
use super::post::{self, LetterDraft};
use super::{Caller, CaseError, Desk};
use crate::domain::audit::About;
use crate::domain::hold::{HoldReason, HoldTarget};
use crate::domain::letter::{Addressee, Letter, LetterAbout, LetterKind, Values};
use crate::domain::notice::NoticeKind;
use crate::domain::people::Capacity;
use crate::store::{letters, outbox, people};

fn about(desk: &Desk, kind: &str, id: &str) -> Vec<Letter> {
    desk.read(|conn| letters::about(conn, (kind, id))).unwrap()
}

fn missing(result: &Result<Letter, CaseError>) -> bool {
    matches!(result, Err(CaseError::Missing))
}

#[test]
fn a_denial_leaves_one_letter_that_its_reader_and_the_department_may_open() {
    for city in cities() {
        let desk = &city.desk.desk;
        let id = draft(&city, &["parking"]);
        submit(&city, id);
        deny(&city, &city.managers[0], id, "parking");
        let letter = about(desk, "application", &id.to_string()).pop().unwrap();
        assert!(letter.about.number.starts_with("APP-2026-"), "{}", letter.about.number);
        assert!(letter.is_intact());
        assert_eq!(post::one(desk, &city.maria, letter.id).unwrap(), letter);
        assert_eq!(post::one(desk, &city.managers[0], letter.id).unwrap(), letter);
        assert!(missing(&post::one(desk, &city.managers[1], letter.id)), "another department");
        let stranger = city.desk.person("Somebody Else", &[]);
        assert!(missing(&post::one(desk, &stranger, letter.id)));
        assert!(missing(&post::one(desk, &Caller::service("test"), letter.id)));
        assert_eq!(post::mine(desk, &city.maria).unwrap(), [letter]);
        assert!(post::mine(desk, &stranger).unwrap().is_empty());
    }
}

fn to_outsider(email: &str, language: &str) -> LetterDraft {
    LetterDraft {
        kind: LetterKind::Suspension,
        about: LetterAbout::new("hold", "h-1", "TEST-1", "/somewhere"),
        touches: About::default(),
        to: Addressee::Outsider {
            name: "Ana Díaz".to_owned(), email: email.to_owned(), language: language.to_owned()
        },
        departments: Vec::new(),
        capacity: Capacity::Service,
        values: Values::new(),
    }
}

#[test]
fn a_letter_that_lacks_a_fact_is_not_sent_and_undoes_its_act() {
    for city in cities() {
        let desk = &city.desk.desk;
        let who = Caller::service("test");
        let done = desk.act(&who, |work| {
            people::account_by_id(work.conn, city.maria.actor.account.unwrap())?;
            work.send_letter(&to_outsider("ana@people.example", "es"))
        });
        let error = done.unwrap_err().to_string();
        assert!(error.contains("letter"), "{error}");
        assert!(about(desk, "hold", "h-1").is_empty());
    }
}

#[test]
fn a_suspension_is_told_in_the_holders_language_and_by_one_mail() {
    for city in cities() {
        let desk = &city.desk.desk;
        let maria = city.maria.actor.account.unwrap();
        let set = |conn: &mut crate::store::AnyConnection| {
            let account = people::account_by_id(conn, maria)?;
            people::update_account(conn, &people::Account { language: "es".to_owned(), ..account })
        };
        desk.store.write(set).unwrap();
        let hold = super::enforce::suspend(
            desk,
            &Caller::service("test"),
            &super::enforce::Suspension {
                target: HoldTarget::Requester(maria),
                reason: HoldReason::Administrative,
                explanation: "Looked into.".to_owned(),
                case: None,
            },
        )
        .unwrap();
        let letter = about(desk, "hold", &hold.id.to_string()).pop().unwrap();
        assert_eq!((letter.language.as_str(), letter.kind), ("es", LetterKind::Suspension));
        let ours = ["Suspendido por una oficina de la ciudad", "Desde el ", "toda clave de todos", "Ciudad de Norwalk"];
        for spanish in ours {
            assert!(letter.markdown.contains(spanish), "{spanish}: {}", letter.markdown);
        }
        for english in ["Every key", "City of Norwalk", " AM", " PM", "misuse rules"] {
            assert!(!letter.markdown.contains(english), "{english}: {}", letter.markdown);
        }
        let mails = desk.read(|conn| outbox::newest(conn, None, 100)).unwrap();
        let told: Vec<_> = mails.iter().filter(|mail| mail.kind == NoticeKind::Suspended).collect();
        assert_eq!(told.len(), 1);
        assert!(told[0].facts["letter"].contains("Qué puede hacer"), "{:?}", told[0].facts);
    }
}

#[test]
fn what_a_rule_did_is_told_in_spanish() {
    let city = cities().pop().unwrap();
    let rules = &city.desk.desk.profile.rules;
    let rule = rules.first().unwrap();
    let english = format!(
        "{}. 65 % of calls refused within 10 minutes; the rule speaks from 60 on; 300 calls, 195 of them refused. \
         Rule “{}” of the rule book: {}\nThe service suspended the key by itself, and nobody has found a violation. Answer the \
         department that provides the data; its manager or the clerk hears you promptly and can lift this.",
        rule.title.text("en"),
        rule.id,
        rule.text.text("en"),
    );
    let spanish = super::misuse::explained_in_spanish(rules, &english).unwrap();
    for part in [rule.title.text("es"), "en 10 minutos", "del reglamento", "El servicio suspendió la clave"] {
        assert!(spanish.contains(part), "{part}: {spanish}");
    }
    assert!(!spanish.contains("within") && !spanish.contains("Answer"), "{spanish}");
    assert_eq!(super::misuse::explained_in_spanish(rules, "Looked into."), None);
}

#[test]
fn what_somebody_typed_at_length_stays_as_it_is_and_is_looked_at_once() {
    for lines in [12, 500] {
        let typed = vec!["One thing. Another thing. A third thing"; lines].join("\n");
        assert_eq!(super::writing::in_spanish(&typed), typed);
    }
}
