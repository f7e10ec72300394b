//! Every kind of message written out.

use uuid::Uuid;

use super::*;
use crate::domain::id::{LinkId, MessageId};
use crate::domain::time::from_micros;

/// Every fact that some kind prints.
const FACTS: &[&str] = &[
    "number",
    "title",
    "text",
    "dataset",
    "outcome",
    "days",
    "ends_on",
    "name",
    "hint",
    "until",
    "from",
    "what",
    "reason",
    "explanation",
    "percent",
    "limit",
    "max",
    "resets_at",
    "effective_on",
    "datasets",
    "application",
    "holder",
    "organisation",
    "change",
    "warning",
    "subject",
    "profile",
    "revision",
    "decide_by",
    "decide_working",
    "state_by",
    "state_working",
    "outcome",
    "reasons",
    "effect",
    "description",
    "due",
    "appeal",
    "exemption",
    "records",
    "city",
    "received",
    "office",
    "office_email",
    "count",
    "agreement",
    "source",
    "agreements",
    "requests",
    "city_mail",
    "why",
    "minutes",
    "missing",
    "new",
    "other",
    "personal",
    "operations",
    "when",
];

fn letters() -> Letters {
    Letters::new(
        MailOptions {
            from: "Accord <accord@norwalk.example>".to_owned(),
            public_url: "https://data.norwalk.example".to_owned(),
            service: "Norwalk Sensor Data".to_owned(),
            smtp: None,
            ca_file: None,
        },
        Voice::of_place([]).unwrap(),
    )
    .unwrap()
}

fn message(kind: NoticeKind) -> Message {
    let mut facts: BTreeMap<_, _> =
        FACTS.iter().map(|name| ((*name).to_owned(), format!("<{name}>\nX-Evil: yes"))).collect();
    facts.insert("path".to_owned(), "/applications/1".to_owned());
    Message {
        id: MessageId::from_uuid(Uuid::from_u128(1)),
        created_at: from_micros(0),
        account: None,
        address: "maria@example.org".to_owned(),
        name: "Maria".to_owned(),
        language: "en".to_owned(),
        kind,
        facts,
        link: LINKED.iter().any(|(linked, _)| *linked == kind).then(|| LinkId::from_uuid(Uuid::from_u128(2))),
        state: "waiting".to_owned(),
        attempts: 0,
        sent_at: None,
        error: String::new(),
    }
}

#[test]
fn every_kind_of_notice_renders_and_names_a_page_or_a_link() {
    let letters = letters();
    let both = NoticeKind::ALL.iter().flat_map(|kind| [(kind, "en"), (kind, "es")]);
    for (kind, language) in both {
        let message = Message { language: language.to_owned(), ..message(*kind) };
        let letter = letters.write(&Secrets::new([1; 32]), &message).unwrap();
        assert!(letter.html.contains(&format!("lang=\"{language}\"")), "{kind:?}");
        assert!(!letter.subject.is_empty() && letter.choices.is_some() == kind.is_choosable(), "{kind:?}");
        let leads = letter.text.contains("https://data.norwalk.example/account/notices");
        assert_eq!(leads, kind.is_choosable(), "{kind:?}");
        assert!(!letter.subject.contains('\n'), "{kind:?}: a fact broke the subject line");
        assert!(letter.text.contains("https://data.norwalk.example/"), "{kind:?} opens nothing");
        assert!(!letter.html.contains("<number>"), "{kind:?} is not escaped");
    }
}

#[test]
fn a_mail_and_the_words_of_the_rules_in_it_are_in_the_readers_language() {
    let kind = NoticeKind::ApplicationReceived;
    let written = |language: &str| {
        let facts =
            BTreeMap::from([("number".to_owned(), "A-1".to_owned()), ("title".to_owned(), "Review".to_owned())]);
        let message = Message { language: language.to_owned(), facts, ..message(kind) };
        letters().write(&Secrets::new([1; 32]), &message).unwrap()
    };
    let (english, spanish, creole) = (written("en"), written("es-US"), written("ht"));
    assert!(english.text.contains("We have your application") && !spanish.text.contains("We have"), "{}", spanish.text);
    assert!(spanish.text.contains("Revisión"), "{}", spanish.text);
    assert!(creole == english, "what is not translated is read in English");
}

#[test]
fn a_broken_chain_is_said_in_the_readers_language_with_what_is_wrong() {
    let fault = crate::domain::audit::Fault::Changed(7).to_string();
    let facts = BTreeMap::from([("why".to_owned(), fault), ("path".to_owned(), "/audit/verify".to_owned())]);
    for (language, said) in [("en", "entry 7 was changed"), ("es", "la entrada 7 fue cambiada")] {
        let message =
            Message { language: language.to_owned(), facts: facts.clone(), ..message(NoticeKind::ChainBroken) };
        let letter = letters().write(&Secrets::new([1; 32]), &message).unwrap();
        assert!(letter.text.contains(said), "{}", letter.text);
        assert!(letter.text.contains("https://data.norwalk.example/audit/verify\n"), "{}", letter.text);
        assert_eq!(letter.choices, None, "nobody chooses to be told later");
    }
}

#[test]
fn a_link_on_a_kind_that_carries_none_is_written_nowhere() {
    let link = Some(LinkId::from_uuid(Uuid::from_u128(2)));
    let wrong = Message { link, ..message(NoticeKind::PasswordChanged) };
    assert!(matches!(letters().write(&Secrets::new([1; 32]), &wrong), Err(MailError::Template(_))));
}

#[test]
fn a_link_is_minted_for_its_purpose() {
    let secrets = Secrets::new([1; 32]);
    let letter = letters().write(&secrets, &message(NoticeKind::ResetPassword)).unwrap();
    let token = letter.text.split("token=").nth(1).unwrap().lines().next().unwrap();
    assert_eq!(links::read(&secrets, Purpose::Reset, token).unwrap().uuid(), Uuid::from_u128(2));
    assert!(letter.text.contains("/reset-password?token="));
}

#[test]
fn a_message_shown_to_others_has_its_link_cut_and_the_head_it_leaves_with() {
    let letters = letters();
    let message = Message { name: String::new(), ..message(NoticeKind::ResetPassword) };
    let letter = letters.shown(&message).unwrap();
    assert!(letter.text.contains("/reset-password?token=…"), "{}", letter.text);
    let head = letters.head(&message, &letter);
    let value = |wanted: &str| head.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value.as_str());
    assert_eq!(value("To"), Some("maria@example.org"));
    assert_eq!(value("Message-ID"), Some("<00000000-0000-0000-0000-000000000001@norwalk.example>"));
}

#[test]
fn a_mail_that_may_be_stopped_is_stopped_by_one_click_and_no_other() {
    let (letters, secrets) = (letters(), Secrets::new([1; 32]));
    let account = crate::domain::id::AccountId::from_uuid(Uuid::from_u128(9));
    for kind in NoticeKind::ALL {
        let message = Message { account: Some(account), ..message(*kind) };
        let leave = letters.write(&secrets, &message).unwrap().leave;
        let group = kind.group().filter(|group| group.allows(Delivery::Never));
        assert_eq!(leave.is_some(), group.is_some(), "{kind:?}");
        if let Some(leave) = leave {
            let token = leave.split("/mails/stop?token=").nth(1).unwrap();
            assert_eq!(links::read_leave(&secrets, token).ok(), group.map(|group| (account, group)), "{kind:?}");
        }
        assert_eq!(letters.shown(&message).unwrap().leave, None, "others cannot stop it");
    }
}

#[test]
fn the_html_of_every_message_has_its_text_and_one_address_to_open() {
    let (letters, secrets) = (letters(), Secrets::new([1; 32]));
    for kind in NoticeKind::ALL {
        for language in ["en", "es"] {
            let message = Message { language: language.to_owned(), ..message(*kind) };
            let letter = letters.write(&secrets, &message).unwrap();
            let links: std::collections::BTreeSet<&str> =
                letter.html.split("<a href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
            let chosen = links.iter().filter(|link| link.ends_with("/account/notices")).count();
            // Its lines bring their own.
            if *kind == NoticeKind::Digest {
                continue;
            }
            assert_eq!(links.len() - chosen, 1, "{kind:?}: {links:?}");
            assert!(letter.html.matches("<p>").count() >= 2, "{kind:?}: {}", letter.html);
        }
    }
}
