//! Every state with every command, every actor with every command, the ladder, and the clocks of an answer and an order.

mod ending;

use std::fmt::Write as _;

use chrono::Months;
use uuid::Uuid;

use super::*;
use crate::domain::calendar::{LocalDay, Span};
use crate::domain::hold::{HoldTarget, Lift, Throttle};
use crate::domain::id::Id;
use crate::domain::people::{Actor, Role, RoleGrant};
use crate::domain::profile::Profile;
use crate::domain::refusal::Refusal;

fn id<K>(number: u128) -> Id<K> {
    Id::from_uuid(Uuid::from_u128(number))
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn now() -> Instant {
    "2026-11-23T17:00:00Z".parse().unwrap()
}

fn person(number: u128, name: &str, role: Option<(Role, Option<u128>)>) -> Actor {
    let roles = role.map(|(role, department)| RoleGrant { role, department: department.map(id) });
    let address = Some([192, 0, 2, 7].into());
    Actor { account: Some(id(number)), roles: roles.into_iter().collect(), address, ..Actor::service(name) }
}

fn maria() -> Actor {
    person(1, "Maria", None)
}

fn clerk() -> Actor {
    person(2, "Clara", Some((Role::Clerk, None)))
}

fn manager() -> Actor {
    person(4, "Mona", Some((Role::Manager, Some(20))))
}

fn clock() -> Actor {
    Actor::service("clock")
}

fn due(days: u16) -> Deadline {
    let profile = Profile::parse(include_str!("../../../../config/profiles/norwalk-ct/profile.toml")).unwrap();
    profile.calendar.after(day("2026-11-23"), Span::business(days))
}

fn opened(class: Class, stood_at: Option<Rung>) -> MisuseCase {
    let subject = Subject {
        agreement: id(30),
        agreement_number: "DSA-2026-0001".to_owned(),
        key: Some(id(40)),
        key_words: "“Map” (nwk…abcd)".to_owned(),
        requester: id(1),
        organisation: None,
        holder_name: "Maria".to_owned(),
        datasets: vec![id(50)],
        titles: vec!["Parking".to_owned()],
    };
    let draft = CaseDraft {
        id: id(70),
        number: "MIS-2026-0001".to_owned(),
        source: Source::Staff,
        class,
        offence: Offence::First,
        stood_at,
        subject,
        departments: vec![id(20)],
        summary: "Copies on a site.".to_owned(),
        complainants: vec![id(3)],
        evidence: Vec::new(),
    };
    MisuseCase::open(draft, "Rita", now())
}

fn measure(kind: MeasureKind) -> Measure {
    let stopped = if kind.rung() == Rung::Suspend {
        let target = HoldTarget::Key(id(40));
        vec![Stopped { hold: id(60), target, what: "Key “Map”".to_owned(), is_throttle: false, lifted: None }]
    } else {
        Vec::new()
    };
    let done = kind.sentence();
    let (by_name, reason) = ("Mona".to_owned(), "Because.".to_owned());
    Measure { kind, at: now(), by_name, reason, is_interim: false, stopped, done }
}

fn find(kinds: Vec<MeasureKind>, severity: &str) -> CaseCommand {
    let measures = kinds.into_iter().map(measure).collect();
    CaseCommand::Find { reasons: "As the evidence shows.".to_owned(), severity: severity.to_owned(), measures }
}

const COMMANDS: [&str; 15] = [
    "notify",
    "hearing",
    "answer",
    "lapse",
    "suspend",
    "order",
    "acknowledge",
    "prove",
    "judge",
    "find",
    "impose",
    "lift",
    "dismiss",
    "aside",
    "close",
];

fn command(word: &str) -> (CaseCommand, Actor) {
    let text = || "In plain words.".to_owned();
    let in_time = day("2026-11-30");
    match word {
        "notify" => {
            let (answer_by, cure_by) = (due(10), due(10));
            (CaseCommand::Notify { facts: text(), clause: text(), cure: text(), answer_by, cure_by }, manager())
        }
        "hearing" => {
            let hearing = CaseHearing { on: day("2026-12-01"), place: "10 AM, City Hall".to_owned() };
            (CaseCommand::SetHearing { hearing, today: in_time }, manager())
        }
        "answer" => (CaseCommand::Answer { text: text(), cure: text(), files: vec![], today: in_time }, maria()),
        "lapse" => (CaseCommand::Lapse { today: day("2027-01-15") }, clock()),
        "suspend" => {
            let measure = Measure { is_interim: true, ..measure(MeasureKind::SuspendKey { key: id(40) }) };
            (CaseCommand::Suspend { measure, hear_by: due(3) }, manager())
        }
        "order" => {
            let (acknowledge_by, comply_by) = (due(2), due(5));
            (CaseCommand::Order { kind: OrderKind::Cease, text: text(), acknowledge_by, comply_by }, manager())
        }
        "acknowledge" => (CaseCommand::Acknowledge, maria()),
        "prove" => (CaseCommand::Prove { text: text(), files: vec![], today: in_time }, maria()),
        "judge" => (CaseCommand::JudgeProof { accepted: true, reason: String::new() }, manager()),
        "find" => (find(vec![MeasureKind::Warn], ""), manager()),
        "impose" => (CaseCommand::Impose { measure: measure(MeasureKind::Warn), severity: String::new() }, manager()),
        "lift" => (CaseCommand::Lift { hold: id(60), reason: text() }, manager()),
        "dismiss" => (CaseCommand::Dismiss { reasons: text() }, clerk()),
        "aside" => (CaseCommand::SetAside { appeal: "APL-2026-0001".to_owned(), reason: text() }, clerk()),
        "close" => (CaseCommand::Close { reason: text() }, clerk()),
        other => panic!("unknown command {other}"),
    }
}

fn after(case: &MisuseCase, words: &[&str]) -> MisuseCase {
    words.iter().fold(case.clone(), |case, word| {
        let (command, actor) = command(word);
        case.decide(command, &actor, now()).unwrap_or_else(|refusal| panic!("{word}: {refusal:?}")).next
    })
}

fn in_state(word: &str) -> MisuseCase {
    let new = opened(Class::M5, None);
    let way: &[&str] = match word {
        "opened" => &[],
        "noticed" => &["notify"],
        "answered" => &["notify", "answer"],
        "unanswered" => &["notify", "lapse"],
        "found" => &["notify", "answer", "find"],
        "dismissed" => &["notify", "dismiss"],
        "closed" => &["notify", "answer", "find", "close"],
        "suspended" => &["notify", "suspend"],
        "ordered" => &["notify", "order"],
        "read" => &["notify", "order", "acknowledge"],
        "proved" => &["notify", "order", "prove"],
        "complied" => &["notify", "order", "prove", "judge"],
        "found held" => &["notify", "suspend", "answer", "find"],
        "found ordered" => &["notify", "answer", "find", "order"],
        other => panic!("unknown state {other}"),
    };
    after(&new, way)
}

/// What each command makes of each state; `-` is refused as `wrong_state`, and the rest of the refusals by a word.
const MATRIX: &str = "
               notif heari answe lapse suspe order ackno prove judge find  impos lift  dismi aside close
opened         notic -     hid   -     -     -     hid   hid   -     -     -     -     dismi -     -
noticed        -     notic answe unans notic notic none  none  none  runs  -     free  dismi -     -
answered       -     answe answe -     answe answe none  none  none  found -     free  dismi -     -
unanswered     -     unans answe -     unans unans none  none  none  found -     free  dismi -     -
found          -     -     -     -     -     found none  none  none  -     found free  -     dismi close
dismissed      -     -     -     -     -     -     -     -     -     -     -     -     -     -     -
closed         -     -     -     -     -     -     -     -     -     -     -     -     -     dismi -
suspended      -     notic answe unans notic notic none  none  none  runs  -     notic dismi -     -
ordered        -     notic answe unans notic open  notic notic empty runs  -     free  dismi -     -
read           -     notic answe unans notic open  known notic empty runs  -     free  dismi -     -
proved         -     notic answe unans notic open  known waits notic runs  -     free  dismi -     -
complied       -     notic answe unans notic notic none  none  none  runs  -     free  dismi -     -
found held     -     -     -     -     -     found none  none  none  -     found found -     dismi held
found ordered  -     -     -     -     -     open  found found empty -     found free  -     dismi open
";

fn short(word: &str) -> String {
    word.chars().take(5).collect()
}

fn cell(state: &str, word: &str) -> String {
    let case = in_state(state);
    let (command, actor) = command(word);
    let refused = match case.decide(command, &actor, now()) {
        Ok(change) => {
            assert!(change.act.act.starts_with("case."), "{state} {word}");
            // A suspension and its lifting are told by the hold itself.
            let is_told = !change.notices.is_empty() || change.letter.is_some();
            let told_elsewhere = ["suspend", "lift"].contains(&word) || state == "opened" && word == "dismiss";
            assert!(is_told || told_elsewhere, "nothing is silent: {state} {word}");
            assert_eq!(change.next.steps.len(), case.steps.len() + 1);
            assert_eq!(change.next.evidence, case.evidence, "evidence stays");
            return short(change.next.state.as_str());
        }
        Err(refusal) => refusal.code,
    };
    match refused {
        "wrong_state" => "-",
        "not_the_requester" => "hid",
        "answer_time_runs" => "runs",
        "no_order" => "none",
        "order_open" => "open",
        "no_proof" => "empty",
        "proof_waits" => "waits",
        "acknowledged_already" => "known",
        "not_suspended" => "free",
        "still_suspended" => "held",
        other => panic!("{state} {word}: {other}"),
    }
    .to_owned()
}

#[test]
fn every_state_with_every_command() {
    let mut found = format!("\n{:<14}", "");
    for word in COMMANDS {
        let _infallible = write!(found, " {:<5}", short(word));
    }
    for state in MATRIX.lines().skip(2).map(|line| line[..14].trim()) {
        found = format!("{}\n{state:<14}", found.trim_end());
        for word in COMMANDS {
            let _infallible = write!(found, " {:<5}", cell(state, word));
        }
    }
    let found = format!("{}\n", found.trim_end());
    assert_eq!(found, MATRIX, "{found}");
    for word in CaseState::WORDS {
        assert_eq!(in_state(word).state.as_str(), word, "every state has its row");
        assert_eq!(in_state(word).state.is_open(), !["dismissed", "closed"].contains(&word));
    }
}

#[test]
fn who_complained_who_has_a_stake_and_other_offices_decide_nothing() {
    let complainant = Actor { account: Some(id(3)), ..manager() };
    let own = Actor { account: Some(id(1)), ..manager() };
    let reviewer = person(5, "Rita", Some((Role::Reviewer, Some(20))));
    let elsewhere = person(6, "Max", Some((Role::Manager, Some(21))));
    let auditor = person(7, "Abe", Some((Role::Auditor, None)));
    // Who: as office (notice, hearing), as manager (suspend, order), as decider, as the holder, as the clock.
    let rows = [
        ("the clerk", clerk(), ["ok", "ok", "ok", "hid", "none"]),
        ("a manager", manager(), ["ok", "ok", "ok", "hid", "none"]),
        ("a manager who complained", complainant, ["ok", "ok", "complainant", "hid", "none"]),
        ("a manager who is the holder", own, ["own", "own", "own", "ok", "none"]),
        ("a reviewer", reviewer, ["ok", "none", "none", "hid", "none"]),
        ("a manager of another department", elsewhere, ["none", "none", "none", "hid", "none"]),
        ("an auditor", auditor, ["none", "none", "none", "hid", "none"]),
        ("the holder", maria(), ["none", "none", "none", "ok", "none"]),
        ("a visitor", Actor::visitor(Some([192, 0, 2, 7].into())), ["none", "none", "none", "hid", "none"]),
        ("the service", clock(), ["none", "none", "none", "hid", "ok"]),
    ];
    let acts = [
        ("notify", "opened", 0),
        ("hearing", "noticed", 0),
        ("suspend", "noticed", 1),
        ("order", "noticed", 1),
        ("judge", "proved", 2),
        ("find", "answered", 2),
        ("impose", "found", 2),
        ("lift", "suspended", 2),
        ("dismiss", "answered", 2),
        ("aside", "found", 2),
        ("close", "found", 2),
        ("answer", "noticed", 3),
        ("acknowledge", "ordered", 3),
        ("prove", "ordered", 3),
        ("lapse", "noticed", 4),
    ];
    assert_eq!(acts.len(), COMMANDS.len());
    for (who, actor, expected) in rows {
        for (word, state, kind) in acts {
            let found = in_state(state).decide(command(word).0, &actor, now());
            let code = match found.map_or_else(|refusal| refusal.code, |_| "ok") {
                "not_your_department" => "none",
                "not_the_requester" => "hid",
                "own_application" => "own",
                other => other,
            };
            assert_eq!(code, expected[kind], "{who} {word}");
        }
    }
}

#[test]
fn a_late_answer_and_a_late_proof_are_taken_in_and_say_that_they_are_late() {
    let answer = |today: &str| CaseCommand::Answer {
        text: "We stopped.".to_owned(),
        cure: String::new(),
        files: vec![],
        today: day(today),
    };
    let last = due(10).due;
    let noticed = in_state("noticed");
    let on = |today: &str| noticed.decide(answer(today), &maria(), now()).unwrap().next;
    assert!(!on(&last.to_string()).answers[0].is_late, "the last day is in time");
    let late = on(&last.succ_opt().unwrap().to_string());
    assert!(late.answers[0].is_late && late.state == CaseState::Answered);
    let after_lapse = in_state("unanswered").decide(answer("2027-01-20"), &maria(), now()).unwrap().next;
    assert!(after_lapse.answers[0].is_late && after_lapse.state == CaseState::Answered);
    let early = noticed.decide(CaseCommand::Lapse { today: last }, &clock(), now()).unwrap_err();
    assert_eq!(early.code, "answer_time_runs");

    let prove = CaseCommand::Prove { text: "Gone.".to_owned(), files: vec![], today: day("2026-12-20") };
    let proved = in_state("ordered").decide(prove, &maria(), now()).unwrap().next;
    let order = proved.order.unwrap();
    assert!(order.proofs[0].is_late && order.acknowledged.is_some(), "who proves has read it");
}

#[test]
fn a_proof_that_is_not_enough_leaves_the_order_open_and_says_what_is_missing() {
    let judge = |reason: &str| CaseCommand::JudgeProof { accepted: false, reason: reason.to_owned() };
    let proved = in_state("proved");
    assert_eq!(proved.decide(judge(" "), &clerk(), now()).unwrap_err().code, "text_needed");
    let next = proved.decide(judge("A copy is still up."), &clerk(), now()).unwrap().next;
    assert!(next.order.as_ref().unwrap().is_open());
    let again = after(&next, &["prove", "judge"]);
    assert!(!again.order.unwrap().is_open());
}

#[test]
fn a_step_of_the_ladder_is_left_out_only_with_a_written_finding() {
    let key = id(40);
    let code = |class, stood_at, kind: MeasureKind, severity: &str| {
        let ready = after(&opened(class, stood_at), &["notify", "answer"]);
        ready.decide(find(vec![kind], severity), &manager(), now()).map_or_else(|refusal| refusal.code, |_| "ok")
    };
    let throttle = Throttle { percent: 25, until: day("2026-12-07") };
    let slow = || MeasureKind::ThrottleKey { key, throttle };
    let suspend = || MeasureKind::SuspendKey { key };
    let revoke = || MeasureKind::RevokeKey { key };
    let refer = || MeasureKind::Refer { to: "Law Department".to_owned() };
    let rows = [
        (Class::M3, None, MeasureKind::Warn, "ok"),
        (Class::M3, None, suspend(), "severity_needed"),
        (Class::M3, Some(Rung::Warn), slow(), "ok"),
        (Class::M3, Some(Rung::Warn), suspend(), "severity_needed"),
        (Class::M3, Some(Rung::Throttle), suspend(), "ok"),
        (Class::M1, None, slow(), "ok"),
        (Class::M1, None, suspend(), "severity_needed"),
        (Class::M3, Some(Rung::Warn), revoke(), "severity_needed"),
        (Class::M3, Some(Rung::Suspend), revoke(), "ok"),
        (Class::M4, None, suspend(), "ok"),
        (Class::M4, None, revoke(), "severity_needed"),
        (Class::M4, Some(Rung::Inform), suspend(), "ok"),
        (Class::M9, None, revoke(), "ok"),
        (Class::M9, None, refer(), "ok"),
        (Class::M5, None, refer(), "severity_needed"),
        (Class::M5, Some(Rung::Revoke), refer(), "ok"),
    ];
    for (class, stood_at, kind, expected) in rows {
        let words = format!("{class:?} {stood_at:?} {kind:?}");
        assert_eq!(code(class, stood_at, kind.clone(), " "), expected, "{words}");
        assert_eq!(code(class, stood_at, kind, "Children were followed home."), "ok", "{words}");
    }
    let ready = in_state("answered");
    assert_eq!(ready.decide(find(vec![], ""), &manager(), now()).unwrap_err().code, "measures_needed");
    for pair in Rung::ALL.windows(2) {
        assert!(pair[0] < pair[1] && pair[0].next() == pair[1]);
    }
    assert_eq!(Rung::Refer.next(), Rung::Refer);
}

#[test]
fn only_what_is_imminent_is_suspended_before_the_answer() {
    for class in Class::ALL {
        let noticed = after(&opened(class, None), &["notify"]);
        for word in ["suspend", "order"] {
            let (command, actor) = command(word);
            let found = noticed.decide(command, &actor, now());
            assert_eq!(found.is_ok(), class.allows_suspension_first(), "{class:?} {word}");
        }
    }
    let found = after(&opened(Class::M3, None), &["notify", "answer", "find", "order"]);
    assert!(found.order.is_some(), "after the finding any class may be ordered to cease");
}

#[test]
fn lifting_marks_exactly_one_suspension_and_a_lift_from_elsewhere_is_noted_once() {
    let held = in_state("suspended");
    assert_eq!(held.in_force().count(), 1);
    let lift = Lift { at: now(), by: None, by_name: "Clara".to_owned(), reason: "On appeal.".to_owned() };
    let noted = held.noting_lifted(id(60), &lift).unwrap();
    assert_eq!((noted.in_force().count(), noted.steps.len()), (0, held.steps.len() + 1));
    assert!(noted.noting_lifted(id(60), &lift).is_none() && held.noting_lifted(id(61), &lift).is_none());
    let dismissed = after(&held, &["dismiss"]);
    assert_eq!(dismissed.in_force().count(), 0, "no suspension outlives a dismissal");
}

#[test]
fn what_is_due_first_stands_first() {
    assert_eq!(in_state("opened").due(), None);
    assert_eq!(in_state("noticed").due(), Some((due(10).due, "the holder's answer")));
    assert_eq!(in_state("suspended").due(), Some((due(3).due, "hear the holder")));
    assert_eq!(in_state("ordered").due(), Some((due(2).due, "acknowledgement of the order")));
    assert_eq!(in_state("read").due(), Some((due(5).due, "proof of compliance")));
    assert_eq!(in_state("closed").due(), None);
}

#[test]
fn empty_texts_and_hearings_in_the_past_are_refused() {
    let code = |case: &MisuseCase, command: CaseCommand, actor: Actor| {
        let refused: Refusal = case.decide(command, &actor, now()).unwrap_err();
        refused.code
    };
    let empty = String::new;
    let notify =
        CaseCommand::Notify { facts: empty(), clause: empty(), cure: empty(), answer_by: due(10), cure_by: due(10) };
    assert_eq!(code(&in_state("opened"), notify, manager()), "text_needed");
    let hearing = CaseHearing { on: day("2026-11-29"), place: "City Hall".to_owned() };
    let past = CaseCommand::SetHearing { hearing, today: day("2026-11-30") };
    assert_eq!(code(&in_state("noticed"), past, manager()), "hearing_past");
    assert_eq!(code(&in_state("answered"), CaseCommand::Dismiss { reasons: empty() }, clerk()), "reasons_needed");
    let reasons = CaseCommand::Find { reasons: empty(), severity: empty(), measures: vec![] };
    assert_eq!(code(&in_state("answered"), reasons, clerk()), "reasons_needed");
}

#[test]
fn a_day_that_the_city_closed_gives_the_holder_more_time_and_never_less() {
    let profile = Profile::parse(include_str!("../../../../config/profiles/norwalk-ct/profile.toml")).unwrap();
    let base = profile.calendar.base();
    let snow = LocalDay { day: day("2026-11-24"), is_open: false, name: "Snow".to_owned() };
    let snowy = base.with_days(&[snow]).unwrap();
    let noticed = after(&opened(Class::M4, None), &["notify"]);
    let change = noticed.recounted(&snowy, now()).unwrap();
    let [before, moved] = [&noticed, &change.next].map(|case| case.charge.as_ref().unwrap().answer_by.due);
    assert!(moved > before, "{moved}");
    assert_eq!((change.act.act, change.notices.len()), ("case.recount", 1));
    assert!(change.next.steps.last().unwrap().text.contains("(Snow)"), "{:?}", change.next.steps);
    assert_eq!(change.next.recounted(&snowy, now()), None, "counted once");
    assert_eq!(change.next.recounted(base, now()), None, "what was given is not taken away");
    assert_eq!(opened(Class::M4, None).recounted(&snowy, now()), None, "nothing runs yet");
}
