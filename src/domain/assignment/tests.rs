//! Who may be given what, and who covers when.

use super::*;
use crate::domain::application::tests::{
    POLICE, TRAFFIC, id, item, manager, maria, person, police, reviewer, submitted,
};
use crate::domain::people::RoleGrant;
use crate::domain::review::Recusal;
use crate::domain::tier::Tier;

fn case() -> Application {
    submitted(vec![item(10, TRAFFIC, Tier::Conditioned)])
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn code<T: std::fmt::Debug>(done: Result<T, Refusal>) -> &'static str {
    done.map_or_else(|refusal| refusal.code, |_| "done")
}

#[test]
fn a_part_is_given_to_a_colleague_without_a_stake_by_somebody_of_the_department() {
    let recused = {
        let mut case = case();
        let reason = "A tie".to_owned();
        case.recusals.push(Recusal { by: id(5), by_name: "Rita".to_owned(), reason, at: case.created_at });
        case
    };
    let denied = Application { state: State::Denied { at: case().created_at }, ..case() };
    let draft = Application { submissions: Vec::new(), state: State::Draft, ..case() };
    let member = Actor { organisation: Some(id(50)), ..person(6, "Nina", &[(Role::Reviewer, TRAFFIC)]) };
    // Which application, of which department, given by whom, to whom: what comes of it.
    let rows = [
        ("to a colleague", case(), TRAFFIC, manager(), Some(reviewer()), "done"),
        ("to oneself", case(), TRAFFIC, reviewer(), Some(reviewer()), "done"),
        ("to nobody", case(), TRAFFIC, reviewer(), None, "done"),
        ("to another department's", case(), TRAFFIC, manager(), Some(police()), "not_a_colleague"),
        ("to an applicant", case(), TRAFFIC, manager(), Some(maria()), "not_a_colleague"),
        ("to who stepped aside", recused.clone(), TRAFFIC, manager(), Some(reviewer()), "colleague_recused"),
        ("by who stepped aside", recused, TRAFFIC, reviewer(), Some(manager()), "done"),
        ("to the applicant's side", case(), TRAFFIC, manager(), Some(member.clone()), "colleague_is_party"),
        ("by the applicant's side", case(), TRAFFIC, member, Some(manager()), "own_application"),
        ("by another department", case(), TRAFFIC, police(), Some(reviewer()), "not_your_department"),
        ("a part that is none", case(), POLICE, police(), Some(police()), "nothing_to_assign"),
        ("what is over", denied, TRAFFIC, manager(), Some(reviewer()), "nothing_to_assign"),
        ("a draft", draft, TRAFFIC, manager(), Some(reviewer()), "not_your_department"),
    ];
    for (row, case, department, by, to, expected) in rows {
        assert_eq!(code(assign(&case, id(department), (None, to.as_ref()), &by)), expected, "{row}");
    }
}

#[test]
fn who_lost_the_role_or_stepped_aside_has_lost_the_work() {
    let given = Assignment {
        application: id(40),
        department: id(TRAFFIC),
        account: id(5),
        by_name: "Max".to_owned(),
        at: case().created_at,
    };
    let moved = person(5, "Rita", &[(Role::Reviewer, POLICE)]);
    for (staff, counts) in [(vec![reviewer(), manager()], true), (vec![manager()], false), (vec![moved], false)] {
        assert_eq!(given.counts(&case(), &staff), counts, "{staff:?}");
    }
}

#[test]
fn an_absence_begins_and_ends_by_itself_and_a_cover_needs_a_role_of_their_own() {
    let (from, until) = (day("2026-12-01"), day("2026-12-04"));
    let away = Absence { account: id(5), from, until, cover: Some(id(2)) };
    let both = Actor {
        roles: vec![RoleGrant { role: Role::Manager, department: Some(id(TRAFFIC)) }],
        ..person(2, "Max", &[])
    };
    for (today, department, expected) in [
        ("2026-11-30", TRAFFIC, false),
        ("2026-12-01", TRAFFIC, true),
        ("2026-12-04", TRAFFIC, true),
        ("2026-12-05", TRAFFIC, false),
        ("2026-12-02", POLICE, false),
    ] {
        let found = away.cover_on(day(today), id(department), std::slice::from_ref(&both));
        assert_eq!(found.is_some(), expected, "{today} {department}");
    }
    assert!(away.cover_on(from, id(TRAFFIC), &[]).is_none(), "who lost every role covers for nobody");
}

#[test]
fn an_absence_is_refused_where_it_could_not_be_meant() {
    let away = |from: &str, until: &str| Absence { account: id(5), from: day(from), until: day(until), cover: None };
    let max_is_away = Absence { account: id(2), ..away("2026-12-03", "2026-12-03") };
    let rows = [
        (away("2026-12-01", "2026-12-04"), None, "done"),
        (away("2026-11-20", "2026-11-23"), None, "done"),
        (away("2026-12-04", "2026-12-01"), None, "absence_days"),
        (away("2026-12-01", "2027-12-02"), None, "done"),
        (away("2026-12-01", "2027-12-03"), None, "absence_days"),
        (away("2026-11-20", "2026-11-22"), None, "absence_over"),
        (away("2026-12-04", "2026-12-09"), Some(manager()), "done"),
        (away("2026-12-01", "2026-12-04"), Some(manager()), "cover_away"),
        (away("2026-12-04", "2026-12-09"), Some(police()), "cover_needs_role"),
        (away("2026-12-04", "2026-12-09"), Some(reviewer()), "cover_needs_role"),
    ];
    for (absence, cover, expected) in rows {
        let people = (&reviewer(), cover.as_ref());
        let done = check_absence(&absence, people, std::slice::from_ref(&max_is_away), day("2026-11-23"));
        assert_eq!(code(done), expected, "{absence:?}");
    }
}
