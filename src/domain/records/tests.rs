//! Every state with every command, every actor with every command, the clock with the law's own examples, the answer's
//! rows; `fees` has the caps for any numbers.

mod fees;

use std::fmt::Write as _;

use uuid::Uuid;

use super::*;
use crate::domain::id::Id;
use crate::domain::notice::{NoticeKind, Recipient};
use crate::domain::people::{Actor, Role, RoleGrant};
use crate::domain::profile::Profile;
use crate::domain::time::{day_in, from_micros};

fn id<K>(number: u128) -> Id<K> {
    Id::from_uuid(Uuid::from_u128(number))
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn now() -> Instant {
    from_micros(1_000_000)
}

fn profile() -> Profile {
    Profile::parse(include_str!("../../../config/profiles/norwalk-ct/profile.toml")).unwrap()
}

fn person(number: u128, name: &str, role: Option<(Role, Option<u128>)>) -> Actor {
    let roles = role.map(|(role, department)| RoleGrant { role, department: department.map(id) });
    Actor {
        account: Some(id(number)),
        roles: roles.into_iter().collect(),
        address: Some([192, 0, 2, 7].into()),
        ..Actor::service(name)
    }
}

fn maria() -> Actor {
    person(1, "Maria", None)
}

fn manager() -> Actor {
    person(2, "Mona", Some((Role::Manager, Some(20))))
}

fn received(on: &str) -> RecordsRequest {
    let profile = profile();
    let received_on = day(on);
    let draft = RecordsDraft {
        id: id(70),
        number: "REC-2026-0001".to_owned(),
        link: id(71),
        requester: Requester {
            account: Some(id(1)),
            organisation: None,
            name: "Maria".to_owned(),
            email: "maria@people.example".to_owned(),
            other_way: String::new(),
            language: "en".to_owned(),
        },
        department: Some(id(20)),
        description: "Counts of East Avenue, 2025.".to_owned(),
        format: Format::Electronic,
        waiver_asked: None,
        received_on,
        came_when_closed: !profile.calendar.is_business_day(received_on),
        clocks: profile.records_clocks(received_on),
        acknowledgement_stops_clock: false,
        from_application: None,
    };
    RecordsRequest::receive(draft, now()).unwrap()
}

fn withheld(exemption: &str) -> Withheld {
    let text = |text: &str| text.to_owned();
    Withheld {
        record: text("Log of 2025"),
        field: text("operator"),
        exemption: text(exemption),
        sentence: text("It names a vendor’s method."),
    }
}

fn answering(outcome: Outcome) -> RecordsCommand {
    let withheld = if outcome == Outcome::Produced { Vec::new() } else { vec![withheld("1-210(b)(5)")] };
    let draft = AnswerDraft { outcome, text: "By mail.".to_owned(), withheld };
    let profile = profile();
    let on = day("2026-11-30");
    let appeal = profile.calendar.after(on, profile.appeals.state.within);
    RecordsCommand::Answer { answer: draft.check(&profile, None).unwrap(), on, appeal }
}

fn estimate(total: u64) -> Estimate {
    let lines = vec![FeeLine { what: "Copies".to_owned(), cents: Cents::new(total) }];
    Estimate { lines, total: Cents::new(total), prepayment: false, at: now(), by_name: "Mona".to_owned() }
}

fn referral() -> Referral {
    Referral {
        records: "Camera sight lines".to_owned(),
        reason: "They show blind spots.".to_owned(),
        exemption: "1-210(b)(19)".to_owned(),
        to: "Commissioner".to_owned(),
        at: now(),
        on: day("2026-11-24"),
        by_name: "Mona".to_owned(),
        finding: None,
    }
}

fn finding(has_grounds: bool) -> Finding {
    let text = "After consulting the mayor.".to_owned();
    Finding { on: day("2026-12-10"), has_grounds, text, by_name: "Mona".to_owned(), at: now() }
}

const COMMANDS: [&str; 14] = [
    "ackn", "route", "long", "estim", "waive", "enter", "refer", "find", "answ", "deem", "write", "note", "take",
    "conv",
];

fn command(word: &str) -> (RecordsCommand, Actor) {
    let text = || "In plain words.".to_owned();
    let (command, actor) = match word {
        "ackn" => (RecordsCommand::Acknowledge { text: String::new() }, manager()),
        "route" => {
            (RecordsCommand::Route { department: id(21), name: "Police".to_owned(), text: String::new() }, manager())
        }
        "long" => {
            let clocks = profile().records_clocks_personnel(day("2026-11-23"));
            (RecordsCommand::Lengthen { clocks, reason: text() }, manager())
        }
        "estim" => (RecordsCommand::Estimate { estimate: estimate(1_200) }, manager()),
        "waive" => (RecordsCommand::Waive { ground: WaiverGround::Indigent, text: String::new() }, manager()),
        "enter" => {
            let (kind, cents) = (LedgerKind::Charge, Cents::new(500));
            (RecordsCommand::Enter { kind, cents, text: text(), entries: Vec::new() }, manager())
        }
        "refer" => (RecordsCommand::Refer { referral: referral() }, manager()),
        "find" => (RecordsCommand::Find { finding: finding(true) }, manager()),
        "answ" => (answering(Outcome::Produced), manager()),
        "deem" => (RecordsCommand::Deem { today: day("2026-12-01") }, Actor::service("clock")),
        "write" => (RecordsCommand::Write { text: text() }, manager()),
        "note" => (RecordsCommand::Note { text: text() }, manager()),
        "take" => (RecordsCommand::Withdraw { reason: String::new(), shown: Shown::Account }, maria()),
        "conv" => {
            let (application, number) = (id(40), "APP-2026-0001".to_owned());
            let shown = Shown::Account;
            (RecordsCommand::Convert { application, number, ends_request: true, shown }, maria())
        }
        other => panic!("unknown command {other}"),
    };
    (command, actor)
}

/// What an act needs before it can be done at all.
fn prepared(word: &str, mut request: RecordsRequest) -> RecordsRequest {
    match word {
        "enter" => request.estimate = Some(estimate(1_200)),
        "find" => request.referral = Some(referral()),
        _ => {}
    }
    request
}

fn done(request: &RecordsRequest, command: RecordsCommand, actor: &Actor) -> RecordsRequest {
    request.decide(command, actor, now()).unwrap().next
}

fn in_state(word: &str) -> RecordsRequest {
    let request = received("2026-11-23");
    let after = |words: &[&str]| {
        words.iter().fold(request.clone(), |request, word| {
            let (command, actor) = command(word);
            done(&request, command, &actor)
        })
    };
    match word {
        "received" => request,
        "acknowledged" => after(&["ackn"]),
        "deemed_denied" => after(&["deem"]),
        "produced" => after(&["answ"]),
        "partly" => done(&request, answering(Outcome::Partly), &manager()),
        "denied" => done(&request, answering(Outcome::Denied), &manager()),
        "withdrawn" => after(&["take"]),
        "converted" => after(&["conv"]),
        other => panic!("unknown state {other}"),
    }
}

fn short(word: &str) -> String {
    word.chars().take(5).collect()
}

/// What each command makes of each state; `-` is refused as `wrong_state`.
const MATRIX: &str = "
               ackn  route long  estim waive enter refer find  answ  deem  write note  take  conv
received       ackno recei recei recei recei recei recei recei produ deeme recei recei withd conve
acknowledged   -     ackno ackno ackno ackno ackno ackno ackno produ deeme ackno ackno withd conve
deemed_denied  -     deeme -     deeme deeme deeme deeme deeme produ -     deeme deeme withd conve
produced       -     -     -     -     produ produ -     -     -     -     produ produ -     produ
partly         -     -     -     partl partl partl partl partl produ -     partl partl -     partl
denied         -     -     -     denie denie denie denie denie produ -     denie denie -     denie
withdrawn      -     -     -     -     withd withd -     -     -     -     -     withd -     -
converted      -     -     -     -     conve conve -     -     -     -     -     conve -     -
";

#[test]
fn every_state_with_every_command() {
    let mut found = format!("\n{:<14}", "");
    for word in COMMANDS {
        let _infallible = write!(found, " {word:<5}");
    }
    for state in RecordsState::WORDS {
        let asked = in_state(state);
        assert_eq!(asked.state.as_str(), state);
        found = format!("{}\n{state:<14}", found.trim_end());
        for word in COMMANDS {
            let request = prepared(word, asked.clone());
            let (command, actor) = command(word);
            let cell = match request.decide(command, &actor, now()) {
                Ok(change) => {
                    assert!(change.act.act.starts_with("records."), "{state} {word}");
                    assert_eq!(
                        change.notices.is_empty(),
                        word == "note",
                        "nothing but a note is silent: {state} {word}"
                    );
                    assert_eq!(change.next.steps.len(), request.steps.len() + 1);
                    assert!(word == "long" || change.next.clocks == request.clocks, "no other act moves a date");
                    assert!(request.deemed.is_none() || change.next.deemed == request.deemed, "it stays on record");
                    short(change.next.state.as_str())
                }
                Err(refusal) => {
                    assert_eq!(refusal.code, "wrong_state", "{state} {word}: {refusal}");
                    "-".to_owned()
                }
            };
            let _infallible = write!(found, " {cell:<5}");
        }
    }
    let found = format!("{}\n", found.trim_end());
    assert_eq!(found, MATRIX, "{found}");
}

#[test]
fn who_works_on_a_request_and_who_answers_it() {
    let reviewer = person(3, "Rita", Some((Role::Reviewer, Some(20))));
    let clerk = person(4, "Clara", Some((Role::Clerk, None)));
    let other = person(5, "Olga", Some((Role::Manager, Some(21))));
    let auditor = person(6, "Abe", Some((Role::Auditor, None)));
    let own = Actor { account: Some(id(1)), ..manager() };
    // Who, at the desk, as the official, as the requester.
    let rows = [
        ("manager", manager(), "ok", "ok", "not_the_requester"),
        ("reviewer", reviewer, "ok", "not_your_department", "not_the_requester"),
        ("clerk", clerk, "ok", "ok", "not_the_requester"),
        ("manager elsewhere", other, "not_your_department", "not_your_department", "not_the_requester"),
        ("auditor", auditor, "not_your_department", "not_your_department", "not_the_requester"),
        ("who asked, as a manager", own, "own_application", "own_application", "ok"),
        ("who asked", maria(), "not_your_department", "not_your_department", "ok"),
        ("a visitor", Actor::visitor(None), "not_your_department", "not_your_department", "not_the_requester"),
    ];
    for (who, actor, at_desk, official, theirs) in rows {
        for word in COMMANDS.into_iter().filter(|word| *word != "deem") {
            let expected = match word {
                "long" | "waive" | "answ" => official,
                "take" | "conv" => theirs,
                _ => at_desk,
            };
            let found = prepared(word, received("2026-11-23")).decide(command(word).0, &actor, now());
            assert_eq!(found.map_or_else(|refusal| refusal.code, |_| "ok"), expected, "{who} {word}");
        }
    }
    let unknown = RecordsRequest { department: None, ..received("2026-11-23") };
    assert_eq!(unknown.decide(command("route").0, &manager(), now()).unwrap_err().code, "not_your_department");
    assert_eq!(unknown.office(), Recipient::Everybody(Role::Clerk));
    let person_deems = received("2026-11-23").decide(command("deem").0, &manager(), now());
    assert_eq!(person_deems.unwrap_err().code, "not_your_department");
    let by_link = RecordsCommand::Withdraw { reason: String::new(), shown: Shown::Link };
    assert!(received("2026-11-23").decide(by_link, &Actor::visitor(None), now()).is_ok(), "the link is proof enough");
}

#[test]
fn silence_becomes_a_denial_at_the_end_of_the_last_day_as_the_law_counts_it() {
    // The day of the request, the last day to answer, the last day for the state's commission (domain notes, A4).
    let rows = [
        ("2026-11-23", "2026-11-30", "2026-12-30"),
        ("2026-11-25", "2026-12-02", "2027-01-01"),
        ("2026-11-28", "2026-12-03", "2027-01-02"),
        ("2026-12-21", "2026-12-28", "2027-01-27"),
        ("2027-02-10", "2027-02-18", "2027-03-20"),
        ("2027-06-16", "2027-06-23", "2027-07-23"),
        ("2027-07-01", "2027-07-08", "2027-08-07"),
        ("2027-12-27", "2028-01-03", "2028-02-02"),
    ];
    for (on, due, appeal) in rows {
        for before in ["received", "acknowledged"] {
            let mut request = received(on);
            if before == "acknowledged" {
                request = done(&request, command("ackn").0, &manager());
            }
            assert_eq!((request.clocks.due.due, request.clocks.appeal.due), (day(due), day(appeal)), "{on}");
            let clock = Actor::service("clock");
            let on_the_day = RecordsCommand::Deem { today: day(due) };
            assert_eq!(request.decide(on_the_day, &clock, now()).unwrap_err().code, "not_due", "{on}");
            let after = RecordsCommand::Deem { today: day(due).succ_opt().unwrap() };
            let change = request.decide(after.clone(), &clock, now()).unwrap();
            let deemed = change.next.deemed.clone().unwrap();
            assert_eq!((deemed.on, deemed.appeal.due), (day(due), day(appeal)), "{on}");
            assert_eq!(change.next.decide(after, &clock, now()).unwrap_err().code, "wrong_state", "once");
            let told: Vec<_> = change.notices.iter().map(|notice| notice.kind).collect();
            assert_eq!(told, [NoticeKind::RecordsMoved, NoticeKind::RecordsOverdue, NoticeKind::RecordsOverdue]);
        }
    }
    let warned = &received("2026-11-25").clocks.appeal;
    assert!(warned.explain().contains("act before it"), "{}", warned.explain());
    let late_evening: Instant = "2026-11-24T04:30:00Z".parse().unwrap();
    assert_eq!(day_in(profile().zone, late_evening), day("2026-11-23"), "half past eleven at night is that day");
}

#[test]
fn an_acknowledgement_stops_the_clock_only_where_the_place_says_so() {
    let stops = RecordsRequest { acknowledgement_stops_clock: true, ..received("2026-11-23") };
    let acknowledged = done(&stops, command("ackn").0, &manager());
    assert!(stops.is_silent_on(day("2026-12-01")) && !acknowledged.is_silent_on(day("2026-12-01")));
    assert_eq!(acknowledged.clocks, stops.clocks, "the day stays in view all the same");
}

#[test]
fn a_late_answer_is_shown_as_late_and_the_denial_by_silence_stays_with_its_own_date() {
    let silent = in_state("deemed_denied");
    let appeal = profile().calendar.after(day("2026-12-04"), profile().appeals.state.within);
    let RecordsCommand::Answer { answer, .. } = answering(Outcome::Denied) else { panic!() };
    let late = done(&silent, RecordsCommand::Answer { answer, on: day("2026-12-04"), appeal }, &manager());
    let given = late.answer().unwrap();
    assert!(given.is_late);
    let days: Vec<_> = late.appeals().into_iter().map(|deadline| deadline.due).collect();
    assert_eq!(days, [day("2026-12-30"), day("2027-01-03")], "from silence, and from the denial in words");
    let in_time = in_state("denied");
    assert!(!in_time.answer().unwrap().is_late);
    assert_eq!(in_time.appeals().len(), 1);
    assert!(in_state("produced").appeals().is_empty());
}

#[test]
fn the_longer_time_is_given_once_and_counted_from_the_day_of_the_request() {
    let longer = done(&received("2026-11-23"), command("long").0, &manager());
    assert_eq!(longer.clocks.due.due, day("2026-12-08"));
    assert_eq!(longer.decide(command("long").0, &manager(), now()).unwrap_err().code, "already_longer");
}

#[test]
fn a_request_needs_records_and_a_way_to_answer_and_nothing_else() {
    let whole = received("2026-11-23");
    let draft = |description: &str, email: &str, other_way: &str| RecordsDraft {
        id: whole.id,
        number: whole.number.clone(),
        link: whole.link,
        requester: Requester {
            account: None,
            organisation: None,
            name: String::new(),
            email: email.to_owned(),
            other_way: other_way.to_owned(),
            language: "en".to_owned(),
        },
        department: None,
        description: description.to_owned(),
        format: Format::Paper,
        waiver_asked: None,
        received_on: whole.received_on,
        came_when_closed: false,
        clocks: whole.clocks.clone(),
        acknowledgement_stops_clock: false,
        from_application: None,
    };
    let code = |draft| RecordsRequest::receive(draft, now()).unwrap_err().code;
    assert_eq!(code(draft(" ", "a@b.example", "")), "description_needed");
    assert_eq!(code(draft("Counts", "", "")), "way_needed");
    let by_post = RecordsRequest::receive(draft("Counts", "", "12 Main Street"), now()).unwrap();
    assert_eq!((by_post.requester.called(), by_post.requester.recipient()), ("the requester", None));
    let by_mail = RecordsRequest::receive(draft("Counts", "a@b.example", ""), now()).unwrap();
    assert_eq!(by_mail.requester.recipient(), Some(Recipient::Address("a@b.example".to_owned())));
}

#[test]
fn every_withholding_names_record_field_and_subsection() {
    let profile = profile();
    let codes = |outcome, rows: Vec<Withheld>, text: &str, referral: Option<&Referral>| {
        let draft = AnswerDraft { outcome, text: text.to_owned(), withheld: rows };
        let faults = draft.check(&profile, referral).err().unwrap_or_default();
        faults.into_iter().map(|fault| format!("{}:{}", fault.field, fault.code)).collect::<Vec<_>>()
    };
    let row = |record: &str, field: &str, exemption: &str, sentence: &str| Withheld {
        record: record.to_owned(),
        field: field.to_owned(),
        exemption: exemption.to_owned(),
        sentence: sentence.to_owned(),
    };
    let good = withheld("1-210(b)(5)");
    assert!(codes(Outcome::Denied, vec![good.clone()], "", None).is_empty());
    assert!(codes(Outcome::Denied, vec![withheld(NOT_HELD)], "", None).is_empty());
    assert_eq!(codes(Outcome::Denied, Vec::new(), "", None), ["withheld:withheld_needed"]);
    assert_eq!(codes(Outcome::Partly, Vec::new(), "By mail.", None), ["withheld:withheld_needed"]);
    assert_eq!(codes(Outcome::Produced, vec![good.clone()], "By mail.", None), ["withheld:withheld_unfit"]);
    assert_eq!(codes(Outcome::Produced, Vec::new(), " ", None), ["text:required"]);
    assert_eq!(
        codes(Outcome::Denied, vec![row("", "", "", "")], "", None),
        [
            "withheld.0.record:required",
            "withheld.0.field:required",
            "withheld.0.exemption:exemption_unknown",
            "withheld.0.sentence:required",
        ]
    );
    assert_eq!(
        codes(Outcome::Denied, vec![good.clone(), withheld("1-210(b)(99)")], "", None),
        ["withheld.1.exemption:exemption_unknown"]
    );
    let many = vec![good; WITHHELD_MAX + 1];
    assert_eq!(codes(Outcome::Denied, many.clone(), "", None), ["withheld:too_many"]);
    assert!(codes(Outcome::Denied, many.into_iter().skip(1).collect(), "", None).is_empty());
}

#[test]
fn a_safety_ground_is_cited_only_after_the_commissioner_found_it() {
    let profile = profile();
    let code = |referral: Option<&Referral>| {
        let (outcome, text) = (Outcome::Partly, "By mail.".to_owned());
        let draft = AnswerDraft { outcome, text, withheld: vec![withheld("1-210(b)(19)")] };
        draft.check(&profile, referral).err().map(|faults| faults[0].code)
    };
    let found = |has_grounds| Referral { finding: Some(finding(has_grounds)), ..referral() };
    assert_eq!(code(None), Some("referral_needed"));
    assert_eq!(code(Some(&referral())), Some("finding_awaited"));
    assert_eq!(code(Some(&found(false))), Some("finding_against"));
    assert_eq!(code(Some(&found(true))), None);
    let rest = AnswerDraft { outcome: Outcome::Partly, text: "The rest.".to_owned(), withheld: Vec::new() };
    assert!(rest.check(&profile, Some(&referral())).is_ok(), "what was not referred is answered meanwhile");
    let referred = done(&received("2026-11-23"), command("refer").0, &manager());
    assert_eq!(referred.decide(command("refer").0, &manager(), now()).unwrap_err().code, "already_referred");
    assert_eq!(received("2026-11-23").decide(command("find").0, &manager(), now()).unwrap_err().code, "not_referred");
    let found = done(&referred, command("find").0, &manager());
    assert_eq!(found.decide(command("find").0, &manager(), now()).unwrap_err().code, "already_found");
}

#[test]
fn what_comes_next_on_a_request_follows_its_state() {
    use crate::domain::board::{NextAct, next_on_records};
    let request = received("2026-11-23");
    let acknowledged = RecordsState::Acknowledged { at: now(), by_name: "Mona".to_owned() };
    let silent = RecordsState::DeemedDenied { on: day("2026-11-30") };
    let over = RecordsState::Withdrawn { at: now(), reason: String::new() };
    let referral = Referral {
        records: "Camera places".to_owned(),
        reason: "They could be avoided.".to_owned(),
        exemption: "1-210(b)(19)".to_owned(),
        to: "The commissioner".to_owned(),
        at: now(),
        on: day("2026-11-24"),
        by_name: "Mona".to_owned(),
        finding: None,
    };
    let rows = [
        (request.state.clone(), None, Some(NextAct::Acknowledge)),
        (acknowledged.clone(), None, Some(NextAct::Answer)),
        (acknowledged, Some(referral), Some(NextAct::NoteFinding)),
        (silent, None, Some(NextAct::Answer)),
        (over, None, None),
    ];
    for (state, referral, next) in rows {
        let one = RecordsRequest { state, referral, ..request.clone() };
        assert_eq!(next_on_records(&one), next, "{}", one.state.as_str());
    }
    let nowhere = RecordsRequest { department: None, ..request };
    assert_eq!(next_on_records(&nowhere), Some(NextAct::Route));
}
