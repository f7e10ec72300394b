//! Every state with every command, and every actor with every command, as tables that a person can read.

use std::fmt::Write as _;

use super::*;
use crate::domain::application::{AnswerKind, QUESTIONS};
use crate::domain::refusal::Refusal;

const COMMANDS: [&str; 16] = [
    "save",
    "submit",
    "ask",
    "answer",
    "message",
    "note",
    "recommend",
    "recuse",
    "decide",
    "sign",
    "counter",
    "withdraw",
    "lapse",
    "reopen",
    "appeal",
    "convert",
];

/// A well-formed command of this name, with the actor who may give it and the instant at which it may be given.
fn command(word: &str, application: &Application) -> (Command, Actor, Instant) {
    let department = id(TRAFFIC);
    let text = "In plain words.".to_owned();
    let (command, actor) = match word {
        "save" => (saving(application, "purpose", "Show free bays."), maria()),
        "submit" => (submitting(application), maria()),
        "ask" => (Command::Ask { department, text, about: Some("purpose".to_owned()) }, reviewer()),
        "answer" => (Command::Answer { text }, maria()),
        "message" => (Command::Message { department, text }, reviewer()),
        "note" => (Command::Note { department, text }, reviewer()),
        "recommend" => (Command::Recommend { item: id(10), advice: Advice::Approve, text }, reviewer()),
        "recuse" => (Command::Recuse { department, reason: text }, manager()),
        "decide" => (deciding(10, approve()), manager()),
        "sign" => (Command::Sign { evidence: evidence() }, maria()),
        "counter" => (Command::Counter { proposals: vec![Proposal { item: id(10), condition: 0, text }] }, maria()),
        "withdraw" => (Command::Withdraw { reason: text }, maria()),
        "lapse" => return (Command::Lapse, Actor::service("clock"), lapses_at()),
        "convert" => (Command::Convert { requests: vec!["REC-2026-0001".to_owned()] }, maria()),
        "reopen" => (Command::Reopen { as_id: id(41) }, maria()),
        "appeal" => {
            (Command::Reconsider { item: id(10), aside: Vec::new(), appeal: "APL-2026-0001".to_owned() }, clerk())
        }
        other => panic!("unknown command {other}"),
    };
    (command, actor, now())
}

/// An appeal is about something decided.
fn prepared(word: &str, mut application: Application) -> Application {
    if word == "appeal" {
        application.items[0].state = ItemState::Denied { decision: decision(deny()) };
    }
    application
}

/// What each command makes of each state; `-` is refused as `wrong_state`.
const MATRIX: &str = "
                 save subm ask  answ mess note reco recu deci sign coun with laps reop appe conv
draft            draf subm -    -    -    -    -    -    -    -    -    with -    -    -    -
submitted        -    -    info -    subm subm subm subm exec -    -    with -    -    subm conv
info_requested   info subm -    subm info info info info -    -    -    with -    -    info conv
offered          -    -    -    -    offe offe -    -    -    exec subm with laps -    subm -
executed         -    -    -    -    exec exec -    -    -    -    -    -    -    exec subm -
denied           -    -    -    -    -    deni -    -    -    -    -    -    -    deni subm conv
withdrawn        -    -    -    -    -    with -    -    -    -    -    -    -    with -    -
lapsed           -    -    -    -    -    laps -    -    -    -    -    -    -    laps subm -
converted        -    -    -    -    -    conv -    -    -    -    -    -    -    conv subm -
";

fn short(word: &str) -> String {
    word.chars().take(4).collect()
}

#[test]
fn every_state_with_every_command() {
    let mut found = format!("\n{:<16}", "");
    for word in COMMANDS {
        let _infallible = write!(found, " {:<4}", short(word));
    }
    let mut rows = 0;
    for state in State::WORDS {
        let asked = in_state(state);
        assert_eq!(asked.state.as_str(), state);
        found = format!("{}\n{state:<16}", found.trim_end());
        for word in COMMANDS {
            rows += 1;
            let application = prepared(word, asked.clone());
            let (command, actor, when) = command(word, &application);
            let cell = match application.decide(command, &actor, when) {
                Ok(change) => {
                    assert!(change.act.act.starts_with("application."), "{state} {word}");
                    assert_eq!(change.next.version, application.version, "the store counts versions");
                    short(change.next.state.as_str())
                }
                Err(refusal) => {
                    assert_eq!(refusal.code, "wrong_state", "{state} {word}: {refusal}");
                    "-".to_owned()
                }
            };
            let _infallible = write!(found, " {cell:<4}");
        }
    }
    let found = format!("{}\n", found.trim_end());
    assert_eq!(found, MATRIX, "{found}");
    assert_eq!(rows, 144, "9 states x 16 commands");
}

/// Who may give each command where the state allows it. `ok`, or what the refusal says:
/// `req` `not_the_requester` · `dep` `not_your_department` · `own` `own_application` · `rec` `recused`.
const ACTORS: &str = "
                 save subm ask  answ mess note reco recu deci sign coun with laps reop appe conv
requester        ok   ok   dep  ok   ok   dep  dep  dep  dep  ok   ok   ok   ok   ok   dep  ok
colleague        ok   ok   dep  ok   ok   dep  dep  dep  dep  ok   ok   ok   ok   ok   dep  ok
stranger         req  req  dep  req  dep  dep  dep  dep  dep  req  req  req  ok   req  dep  req
reviewer         req  req  ok   req  ok   ok   ok   ok   dep  req  req  req  ok   req  dep  req
manager          req  req  ok   req  ok   ok   ok   ok   ok   req  req  req  ok   req  dep  req
recused          req  req  ok   req  ok   ok   rec  rec  rec  req  req  req  ok   req  dep  req
own-manager      ok   ok   own  ok   ok   own  own  ok   own  ok   ok   ok   ok   ok   dep  ok
other-manager    req  req  dep  req  dep  dep  dep  dep  dep  req  req  req  ok   req  dep  req
auditor          req  req  dep  req  dep  dep  dep  dep  dep  req  req  req  ok   req  dep  req
visitor          req  req  dep  req  dep  dep  dep  dep  dep  req  req  req  ok   req  dep  req
";

fn actors() -> Vec<(&'static str, Actor)> {
    let colleague = Actor { organisation: Some(id(50)), ..person(6, "Carl", &[]) };
    let own = Actor { organisation: Some(id(50)), ..person(7, "Olga", &[(Role::Manager, TRAFFIC)]) };
    let auditor = RoleGrant { role: Role::Auditor, department: None };
    vec![
        ("requester", maria()),
        ("colleague", colleague),
        ("stranger", Actor { organisation: Some(id(51)), ..person(8, "Steve", &[]) }),
        ("reviewer", reviewer()),
        ("manager", manager()),
        ("recused", other_manager()),
        ("own-manager", own),
        ("other-manager", police()),
        ("auditor", Actor { roles: vec![auditor], ..person(9, "Abe", &[]) }),
        ("visitor", Actor::visitor(None)),
    ]
}

#[test]
fn every_actor_with_every_command() {
    let state_for = |word: &str| match word {
        "save" | "submit" => "draft",
        "answer" => "info_requested",
        "sign" | "counter" | "lapse" => "offered",
        "reopen" => "executed",
        _ => "submitted",
    };
    let mut found = format!("\n{:<16}", "");
    for word in COMMANDS {
        let _infallible = write!(found, " {:<4}", short(word));
    }
    let mut rows = 0;
    for (name, actor) in actors() {
        found = format!("{}\n{name:<16}", found.trim_end());
        for word in COMMANDS {
            rows += 1;
            let mut application = prepared(word, in_state(state_for(word)));
            if name == "recused" {
                let aside = Command::Recuse { department: id(TRAFFIC), reason: "My cousin.".to_owned() };
                let before = Application { state: State::Submitted { at: now() }, ..application.clone() };
                if application.is_visible_to_staff() {
                    application.recusals = done(&before, aside, &actor).next.recusals;
                }
            }
            let (command, _, when) = command(word, &application);
            let cell = match application.decide(command, &actor, when) {
                Ok(_) => "ok",
                Err(Refusal { code: "not_the_requester", .. }) => "req",
                Err(Refusal { code: "not_your_department", .. }) => "dep",
                Err(Refusal { code: "own_application", .. }) => "own",
                Err(Refusal { code: "recused", .. }) => "rec",
                Err(other) => panic!("{name} {word}: {other}"),
            };
            let _infallible = write!(found, " {cell:<4}");
        }
    }
    let found = format!("{}\n", found.trim_end());
    assert_eq!(found, ACTORS, "{found}");
    assert_eq!(rows, 160, "10 actors x 16 commands");
}

#[test]
fn every_question_has_help_and_what_is_typed_freely_an_example() {
    for question in QUESTIONS {
        assert!(!question.hint.is_empty(), "{}", question.name);
        let is_chosen = matches!(question.kind, AnswerKind::Choice(_) | AnswerKind::Purpose);
        assert_eq!(question.example.is_empty(), is_chosen, "{}", question.name);
    }
}
