//! Every state with every command, every actor with every command, and the clocks.

use std::fmt::Write as _;

use uuid::Uuid;

use super::*;
use crate::domain::id::Id;
use crate::domain::notice::NoticeKind;
use crate::domain::people::{Actor, Role, RoleGrant};
use crate::domain::profile::Profile;
use crate::domain::time::from_micros;

fn id<K>(number: u128) -> Id<K> {
    Id::from_uuid(Uuid::from_u128(number))
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn now() -> Instant {
    from_micros(1_000_000)
}

fn person(number: u128, name: &str, role: Option<(Role, Option<u128>)>) -> Actor {
    let roles = role.map(|(role, department)| RoleGrant { role, department: department.map(id) });
    Actor { account: Some(id(number)), roles: roles.into_iter().collect(), ..Actor::service(name) }
}

fn maria() -> Actor {
    person(1, "Maria", None)
}

fn clerk() -> Actor {
    person(2, "Clara", Some((Role::Clerk, None)))
}

fn clocks(filed: &str) -> AppealClocks {
    let profile = Profile::parse(include_str!("../../../config/profiles/norwalk-ct/profile.toml")).unwrap();
    let spans = AppealSpans { ask: Span::calendar(15), state: Span::calendar(30), decide: Span::business(20) };
    AppealClocks::count(&profile.calendar.current(), spans, day("2026-11-23"), day(filed))
}

fn denial() -> Appealed {
    Appealed::Denial { application: id(40), item: id(10) }
}

fn filed(of: Appealed, on: &str) -> Appeal {
    let contested = Contested {
        of,
        what: "Denial of “Parking” in APP-2026-0001".to_owned(),
        at: now(),
        by: vec![id(3)],
        by_names: vec!["Max".to_owned()],
        office: Some(id(20)),
        application: Some(id(40)),
        agreement: None,
        key: None,
        path: String::new(),
    };
    let draft = Draft {
        id: id(70),
        number: "APL-2026-0001".to_owned(),
        contested,
        requester: id(1),
        organisation: None,
        appellant: (id(1), "Maria".to_owned()),
        grounds: "Hourly data will not do.".to_owned(),
        wanted: String::new(),
        clocks: clocks(on),
    };
    Appeal::file(draft, now(), day(on)).unwrap()
}

fn ruling(outcome: Outcome) -> AppealCommand {
    let text = || "In plain words.".to_owned();
    AppealCommand::Decide { outcome, reasons: text(), instructions: text(), effect: String::new() }
}

const COMMANDS: [&str; 7] = ["admit", "turn_away", "acknowledge", "compile", "hearing", "decide", "withdraw"];

fn command(word: &str) -> (AppealCommand, Actor) {
    let text = || "In plain words.".to_owned();
    let hearing = Hearing { on: day("2026-12-10"), place: "10 AM, City Hall".to_owned() };
    match word {
        "admit" => (AppealCommand::Admit { reason: text() }, clerk()),
        "turn_away" => (AppealCommand::TurnAway { reason: text() }, clerk()),
        "acknowledge" => (AppealCommand::Acknowledge { text: String::new() }, clerk()),
        "compile" => (AppealCommand::Compile { record: Vec::new() }, clerk()),
        "hearing" => (AppealCommand::SetHearing { hearing, today: day("2026-12-01") }, clerk()),
        "decide" => (ruling(Outcome::Reversed), clerk()),
        "withdraw" => (AppealCommand::Withdraw { reason: String::new() }, maria()),
        other => panic!("unknown command {other}"),
    }
}

fn after(appeal: &Appeal, words: &[&str]) -> Appeal {
    words.iter().fold(appeal.clone(), |appeal, word| {
        let (command, actor) = command(word);
        appeal.decide(command, &actor, now()).unwrap().next
    })
}

fn in_state(word: &str) -> Appeal {
    let in_time = filed(denial(), "2026-12-01");
    let late = filed(denial(), "2026-12-09");
    let ready = after(&in_time, &["acknowledge", "compile"]);
    let ruled = |outcome| ready.decide(ruling(outcome), &clerk(), now()).unwrap().next;
    match word {
        "filed" => in_time,
        "filed late" => late,
        "admitted" => after(&late, &["admit"]),
        "acknowledged" => after(&in_time, &["acknowledge"]),
        "record_compiled" => ready,
        "hearing_set" => after(&ready, &["hearing"]),
        "affirmed" => ruled(Outcome::Affirmed),
        "modified" => ruled(Outcome::Modified),
        "reversed" => ruled(Outcome::Reversed),
        "remanded" => ruled(Outcome::Remanded),
        "not_heard" => after(&late, &["turn_away"]),
        "withdrawn" => after(&in_time, &["withdraw"]),
        other => panic!("unknown state {other}"),
    }
}

fn short(word: &str) -> String {
    word.chars().take(5).collect()
}

/// What each command makes of each state; `-` is refused as `wrong_state`, `late?` as `late_undecided`, `time` as
/// `not_late`.
const MATRIX: &str = "
                 admit turn_ ackno compi heari decid withd
filed            time  time  ackno -     -     -     withd
filed late       filed not_h late? -     -     -     withd
admitted         time  time  ackno -     -     -     withd
acknowledged     -     -     -     recor -     -     withd
record_compiled  -     -     -     -     heari rever withd
hearing_set      -     -     -     -     heari rever withd
affirmed         -     -     -     -     -     -     -
modified         -     -     -     -     -     -     -
reversed         -     -     -     -     -     -     -
remanded         -     -     -     -     -     -     -
not_heard        -     -     -     -     -     -     -
withdrawn        -     -     -     -     -     -     -
";

#[test]
fn every_state_with_every_command() {
    let mut found = format!("\n{:<16}", "");
    for word in COMMANDS {
        let _infallible = write!(found, " {:<5}", short(word));
    }
    let states = AppealState::WORDS.iter().copied().chain(["filed late", "admitted"]);
    for word in states.clone() {
        let appeal = in_state(word);
        assert!(word.contains(' ') || word == "admitted" || appeal.state.as_str() == word);
    }
    for state in MATRIX.lines().skip(2).map(|line| line[..16].trim()) {
        assert!(states.clone().any(|known| known == state), "{state}");
        found = format!("{}\n{state:<16}", found.trim_end());
        for word in COMMANDS {
            let appeal = in_state(state);
            let (command, actor) = command(word);
            let cell = match appeal.decide(command, &actor, now()) {
                Ok(change) => {
                    assert!(change.act.act.starts_with("appeal."), "{state} {word}");
                    assert!(!change.notices.is_empty(), "nothing is silent: {state} {word}");
                    assert_eq!(change.next.steps.len(), appeal.steps.len() + 1);
                    assert_eq!(change.next.clocks, appeal.clocks, "no act moves a date");
                    short(change.next.state.as_str())
                }
                Err(Refusal { code: "wrong_state", .. }) => "-".to_owned(),
                Err(Refusal { code: "late_undecided", .. }) => "late?".to_owned(),
                Err(Refusal { code: "not_late", .. }) => "time".to_owned(),
                Err(other) => panic!("{state} {word}: {other}"),
            };
            let _infallible = write!(found, " {cell:<5}");
        }
    }
    let found = format!("{}\n", found.trim_end());
    assert_eq!(found, MATRIX, "{found}");
    assert_eq!(MATRIX.lines().count() - 2, AppealState::WORDS.len() + 2, "every state has its row");
}

#[test]
fn only_a_clerk_who_did_not_decide_before_and_has_no_stake_handles_an_appeal() {
    let before = Actor { account: Some(id(3)), ..clerk() };
    let own = Actor { account: Some(id(1)), ..clerk() };
    let manager = person(4, "Mona", Some((Role::Manager, Some(20))));
    let auditor = person(5, "Abe", Some((Role::Auditor, None)));
    let rows = [
        ("clerk", clerk(), "ok", "not_the_requester"),
        ("the clerk who decided before", before, "decided_before", "not_the_requester"),
        ("a clerk who appeals", own, "own_application", "ok"),
        ("the appellant", maria(), "not_your_department", "ok"),
        ("a manager", manager, "not_your_department", "not_the_requester"),
        ("an auditor", auditor, "not_your_department", "not_the_requester"),
        ("a visitor", Actor::visitor(None), "not_your_department", "not_the_requester"),
    ];
    let states = ["filed late", "filed late", "filed", "acknowledged", "record_compiled", "record_compiled", "filed"];
    for (who, actor, as_clerk, as_party) in rows {
        for (word, state) in COMMANDS.into_iter().zip(states) {
            let expected = if word == "withdraw" { as_party } else { as_clerk };
            let found = in_state(state).decide(command(word).0, &actor, now());
            let code = found.map_or_else(|refusal| refusal.code, |_| "ok");
            assert_eq!(code, expected, "{who} {word}");
        }
    }
}

#[test]
fn a_decision_says_why_and_what_must_be_done_and_can_be_carried_out() {
    let ready = in_state("record_compiled");
    let with = |outcome, reasons: &str, instructions: &str| AppealCommand::Decide {
        outcome,
        reasons: reasons.to_owned(),
        instructions: instructions.to_owned(),
        effect: String::new(),
    };
    let code = |appeal: &Appeal, command| appeal.decide(command, &clerk(), now()).unwrap_err().code;
    for outcome in Outcome::ALL {
        assert_eq!(code(&ready, with(outcome, " ", "Do it.")), "reasons_needed");
        assert_eq!(Outcome::from_word(outcome.as_str()), Some(outcome));
    }
    for outcome in [Outcome::Modified, Outcome::Remanded] {
        assert_eq!(code(&ready, with(outcome, "Because.", "")), "instructions_needed");
    }
    for of in [
        Appealed::Suspension { hold: id(1) },
        Appealed::Revocation { key: id(1) },
        Appealed::Termination { agreement: id(1) },
        Appealed::Finding { case: id(1) },
        Appealed::NotRenewed { renewal: id(1) },
    ] {
        let ready = after(&filed(of, "2026-12-01"), &["acknowledge", "compile"]);
        assert_eq!(code(&ready, with(Outcome::Modified, "Because.", "Do it.")), "outcome_unfit");
    }
    let change = ready.decide(with(Outcome::Affirmed, "Because.", ""), &clerk(), now()).unwrap();
    let told: Vec<_> = change.notices.iter().map(|notice| (&notice.to, notice.kind)).collect();
    let office = Recipient::Office(id(20));
    let party = Recipient::Party(id(1), None);
    assert_eq!(told, [(&party, NoticeKind::AppealDecided), (&office, NoticeKind::AppealDecided)]);
}

#[test]
fn a_hearing_is_on_a_day_to_come_and_at_a_place() {
    let ready = in_state("record_compiled");
    let set = |on: &str, place: &str| AppealCommand::SetHearing {
        hearing: Hearing { on: day(on), place: place.to_owned() },
        today: day("2026-12-01"),
    };
    let code = |command| ready.decide(command, &clerk(), now()).unwrap_err().code;
    assert_eq!(code(set("2026-12-01", "City Hall")), "hearing_past");
    assert_eq!(code(set("2026-12-10", "")), "place_needed");
    assert_eq!(after(&ready, &["hearing", "hearing"]).steps.last().unwrap().title, "Hearing moved");
}

#[test]
fn both_dates_count_from_the_decision_and_the_last_day_is_in_time() {
    let rows = [
        ("2026-11-23", Timeliness::InTime, "2026-12-22"),
        ("2026-12-08", Timeliness::InTime, "2027-01-07"),
        ("2026-12-09", Timeliness::Late, "2027-01-08"),
        ("2027-02-01", Timeliness::Late, "2027-03-03"),
    ];
    for (on, timeliness, decide_by) in rows {
        let appeal = filed(denial(), on);
        assert_eq!(appeal.timeliness, timeliness, "{on}");
        assert_eq!(appeal.clocks.ask_by.due, day("2026-12-08"));
        assert_eq!(appeal.clocks.state_by.due, day("2026-12-23"), "it never waits for the city");
        assert_eq!(appeal.clocks.decide_by.due, day(decide_by), "{on}: {}", appeal.clocks.decide_by.explain());
    }
}

#[test]
fn the_name_of_a_decision_reads_back_and_nothing_else_does() {
    let all = [
        denial(),
        Appealed::Conditions { application: id(40), item: id(10) },
        Appealed::Suspension { hold: id(1) },
        Appealed::Revocation { key: id(1) },
        Appealed::Termination { agreement: id(1) },
        Appealed::Finding { case: id(1) },
        Appealed::NotRenewed { renewal: id(1) },
    ];
    assert_eq!(all.len(), Appealed::KINDS.len());
    for (of, kind) in all.into_iter().zip(Appealed::KINDS) {
        assert_eq!((of.kind(), of.to_string().parse()), (kind, Ok(of)));
        assert_eq!(format!("{of}:x").parse::<Appealed>(), Err(NamesNothing));
    }
    for text in ["", "denial", "denial:x:y", "suspension:", "verdict:00000000-0000-0000-0000-000000000001"] {
        assert_eq!(text.parse::<Appealed>(), Err(NamesNothing), "{text}");
    }
}

#[test]
fn what_comes_next_on_an_appeal_follows_its_state() {
    use crate::domain::board::{NextAct, next_on_appeal};
    let (before, on, after) = (day("2026-12-09"), day("2026-12-10"), day("2026-12-11"));
    let hearing = || Hearing { on, place: "City Hall".to_owned() };
    let withdrawn = || AppealState::Withdrawn { at: now(), reason: String::new() };
    let rows: [(AppealState, Day, Option<NextAct>); 7] = [
        (AppealState::Filed, on, Some(NextAct::Acknowledge)),
        (AppealState::Acknowledged, on, Some(NextAct::CompileRecord)),
        (AppealState::RecordCompiled, on, Some(NextAct::Decide)),
        (AppealState::HearingSet { hearing: hearing() }, before, Some(NextAct::Hear)),
        (AppealState::HearingSet { hearing: hearing() }, on, Some(NextAct::Hear)),
        (AppealState::HearingSet { hearing: hearing() }, after, Some(NextAct::Decide)),
        (withdrawn(), on, None),
    ];
    for (state, today, next) in rows {
        let appeal = Appeal { state, ..filed(denial(), "2026-11-24") };
        assert_eq!(next_on_appeal(&appeal, today), next, "{}", appeal.state.as_str());
    }
    let late = Appeal { timeliness: Timeliness::Late, ..filed(denial(), "2026-11-24") };
    assert_eq!(next_on_appeal(&late, on), Some(NextAct::Admit));
}
